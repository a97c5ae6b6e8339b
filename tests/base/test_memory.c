/* Memory through the host: counted, limited, given back; and the harness that refuses it. */
#include "base/buffer.h"
#include "base/memory.h"

#include <errno.h>

#include "../support/check_main.h"
#include "../support/fault.h"

START_TEST(a_host_without_callbacks_is_malloc)
{
    lk_memory memory;
    int64_t *numbers = NULL;
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_allocate(&memory, 10, sizeof *numbers, &numbers, NULL), LEADKPI_OK);
    ck_assert_uint_eq(memory.used_bytes, 80);
    for (int i = 0; i < 10; i++) numbers[i] = i;
    ck_assert_int_eq(lk_resize(&memory, &numbers, 10, 1000, sizeof *numbers, NULL), LEADKPI_OK);
    ck_assert_int_eq(numbers[9], 9);
    ck_assert_int_eq(lk_resize(&memory, &numbers, 1000, 0, sizeof *numbers, NULL), LEADKPI_OK);
    ck_assert_ptr_null(numbers);
    ck_assert_uint_eq(memory.used_bytes, 0);
    lk_release(&memory, NULL, 5, 8);
    ck_assert_int_eq(lk_interrupted(&memory, NULL), LEADKPI_OK);
}
END_TEST

/* From one kind of block to the other and back, and within the large ones. */
START_TEST(blocks_of_any_size_keep_what_they_hold)
{
    static const size_t sizes[] = {1000, 300000, 1 << 20, 700000, 3 << 20, 300000, 600, 5 << 18, 1 << 18};
    lk_memory memory;
    uint64_t *numbers = NULL;
    size_t held = 0, ends = sizeof sizes / sizeof sizes[0];
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
    for (size_t i = 0; i < ends; i++) {
        errno = 77;
        ck_assert_int_eq(lk_resize(&memory, &numbers, held, sizes[i], sizeof *numbers, NULL), LEADKPI_OK);
        ck_assert_int_eq(errno, 77);
        ck_assert_uint_eq(memory.used_bytes, sizes[i] * sizeof *numbers);
        ck_assert_uint_eq((uintptr_t)numbers % 16, 0);
        size_t kept = held < sizes[i] ? held : sizes[i];
        for (size_t k = 0; k < kept; k += 101) ck_assert_uint_eq(numbers[k], k * 7919);
        for (size_t k = 0; k < sizes[i]; k += 101) numbers[k] = k * 7919;
        held = sizes[i];
    }
    lk_release(&memory, numbers, held, sizeof *numbers);
    ck_assert_uint_eq(memory.used_bytes, 0);
}
END_TEST

/* An address space of 32 bits may have one such block, not three. */
START_TEST(there_is_no_memory_for_all_there_could_be)
{
    enum { BLOCKS = 3, SIZE = 3 << 20 };
    lk_memory memory;
    char *all[BLOCKS] = {NULL}, *block = NULL;
    int count = 0;
    leadkpi_status status = LEADKPI_OK;
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_allocate(&memory, SIZE, 1, &block, NULL), LEADKPI_OK);
    block[5] = 9;
    while (count < BLOCKS && status == LEADKPI_OK) {
        status = lk_allocate(&memory, PTRDIFF_MAX, 1, &all[count], NULL);
        count += status == LEADKPI_OK;
    }
    ck_assert_int_eq(status, LEADKPI_OUT_OF_MEMORY);
    ck_assert_int_eq(lk_resize(&memory, &block, SIZE, PTRDIFF_MAX, 1, NULL), LEADKPI_OUT_OF_MEMORY);
    ck_assert_int_eq(block[5], 9);
    while (count > 0) lk_release(&memory, all[--count], PTRDIFF_MAX, 1);
    ck_assert_uint_eq(memory.used_bytes, SIZE);
    lk_release(&memory, block, SIZE, 1);
}
END_TEST

START_TEST(nothing_is_asked_for_when_the_count_is_zero)
{
    lk_fault fault;
    lk_memory memory;
    void *block = &fault;
    lk_fault_init(&fault);
    lk_memory_init(&memory, &fault.host, NULL);
    ck_assert_int_eq(lk_allocate(&memory, 0, 8, &block, NULL), LEADKPI_OK);
    ck_assert_ptr_null(block);
    ck_assert_int_eq(lk_resize(&memory, &block, 0, 0, 8, NULL), LEADKPI_OK);
    ck_assert_uint_eq(fault.requests, 0);
}
END_TEST

START_TEST(sizes_that_do_not_fit_are_refused)
{
    lk_memory memory;
    leadkpi_error error;
    char *block = NULL;
    size_t out = 7;
    lk_memory_init(&memory, NULL, NULL);
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_allocate(&memory, SIZE_MAX / 4, 8, &block, &error), LEADKPI_OUT_OF_MEMORY);
    ck_assert_int_eq(lk_allocate(&memory, SIZE_MAX, 1, &block, NULL), LEADKPI_OUT_OF_MEMORY);
    ck_assert_int_eq(lk_allocate(&memory, (size_t)PTRDIFF_MAX + 1, 1, &block, NULL),
                     LEADKPI_OUT_OF_MEMORY);
    ck_assert_ptr_null(block);
    ck_assert(!lk_size_multiply(SIZE_MAX, 2, &out) && !lk_size_add(SIZE_MAX, 1, &out));
    ck_assert_uint_eq(out, 7);
    ck_assert(lk_size_multiply(SIZE_MAX, 1, &out) && lk_size_multiply(5, 0, &out) && out == 0);
    ck_assert(lk_size_add(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
}
END_TEST

START_TEST(the_limit_counts_what_is_held_not_what_was)
{
    lk_memory memory;
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    leadkpi_error error;
    char *a = NULL, *b = NULL;
    host.memory_limit_bytes = 100;
    leadkpi_error_reset(&error);
    lk_memory_init(&memory, &host, NULL);
    ck_assert_int_eq(lk_allocate(&memory, 60, 1, &a, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_allocate(&memory, 41, 1, &b, &error), LEADKPI_LIMIT);
    ck_assert_str_eq(error.message,
                     "memory: expected at most 100 bytes (the host's limit), needed 101");
    ck_assert_int_eq(lk_allocate(&memory, 40, 1, &b, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_resize(&memory, &b, 40, 41, 1, NULL), LEADKPI_LIMIT);
    ck_assert_int_eq(lk_resize(&memory, &b, 40, 10, 1, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_resize(&memory, &a, 60, 90, 1, NULL), LEADKPI_OK);
    lk_memory twin = lk_memory_like(&memory);
    ck_assert_uint_eq(twin.used_bytes, 0);
    ck_assert_uint_eq(twin.limit_bytes, 100);
    lk_release(&memory, a, 90, 1);
    lk_release(&memory, b, 10, 1);
    ck_assert_uint_eq(memory.used_bytes, 0);
}
END_TEST

START_TEST(a_host_that_is_half_filled_or_from_the_future_is_refused)
{
    lk_memory memory;
    lk_fault fault;
    struct {
        leadkpi_host host;
        char later[64];
    } larger;
    lk_fault_init(&fault);
    leadkpi_host host = fault.host;
    host.release = NULL;
    ck_assert_int_eq(lk_memory_init(&memory, &host, NULL), LEADKPI_BAD_ARGUMENT);
    host.struct_size = 0;
    ck_assert_int_eq(lk_memory_init(&memory, &host, NULL), LEADKPI_BAD_ARGUMENT);
    host.struct_size = UINT64_MAX;
    ck_assert_int_eq(lk_memory_init(&memory, &host, NULL), LEADKPI_BAD_ARGUMENT);
    memset(&larger, 0, sizeof larger);
    leadkpi_host_init(&larger.host, sizeof larger);
    ck_assert_int_eq(lk_memory_init(&memory, &larger.host, NULL), LEADKPI_OK);
    larger.later[63] = 1;
    ck_assert_int_eq(lk_memory_init(&memory, &larger.host, NULL), LEADKPI_BAD_ARGUMENT);
    leadkpi_host_init(NULL, sizeof host);
    leadkpi_host_init(&host, UINT64_MAX);
}
END_TEST

START_TEST(the_interrupt_of_the_host_stops_a_call)
{
    lk_fault fault;
    lk_memory memory;
    leadkpi_error error;
    lk_fault_init(&fault);
    leadkpi_error_reset(&error);
    lk_memory_init(&memory, &fault.host, NULL);
    fault.stop_at = 2;
    ck_assert_int_eq(lk_interrupted(&memory, &error), LEADKPI_OK);
    ck_assert_int_eq(lk_interrupted(&memory, &error), LEADKPI_INTERRUPTED);
    ck_assert_int_eq(error.code, LEADKPI_INTERRUPTED);
}
END_TEST

/* ---- buffers --------------------------------------------------------------- */

START_TEST(a_buffer_takes_texts_numbers_and_formats)
{
    lk_memory memory;
    lk_buffer buffer;
    lk_memory_init(&memory, NULL, NULL);
    lk_buffer_init(&buffer, &memory);
    ck_assert_uint_eq(lk_buffer_text(&buffer).length, 0);
    lk_buffer_append_text(&buffer, LK_LITERAL("cpl"));
    lk_buffer_append_char(&buffer, '=');
    lk_buffer_append_double(&buffer, 12.5);
    lk_buffer_append_format(&buffer, "; n=%d of %s", 7, "many");
    lk_buffer_append_int64(&buffer, INT64_MIN);
    lk_buffer_append(&buffer, NULL, 0);
    lk_buffer_append_format(&buffer, "%s", "");
    ck_assert_int_eq(lk_buffer_status(&buffer, NULL), LEADKPI_OK);
    ck_assert(lk_text_equal(lk_buffer_text(&buffer),
                            LK_LITERAL("cpl=12.5; n=7 of many-9223372036854775808")));
    lk_buffer_truncate(&buffer, 3);
    lk_buffer_truncate(&buffer, 30);
    char *text = NULL;
    size_t length = 0;
    ck_assert_int_eq(lk_buffer_take(&buffer, &text, &length, NULL), LEADKPI_OK);
    ck_assert_str_eq(text, "cpl");
    ck_assert_uint_eq(length, 3);
    ck_assert_uint_eq(memory.used_bytes, 4);
    lk_release(&memory, text, length + 1, 1);
    lk_buffer_free(&buffer);
    ck_assert_uint_eq(memory.used_bytes, 0);
}
END_TEST

START_TEST(the_first_failure_of_a_buffer_sticks)
{
    lk_memory memory;
    lk_buffer buffer;
    leadkpi_error error;
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = 64;
    leadkpi_error_reset(&error);
    lk_memory_init(&memory, &host, NULL);
    lk_buffer_init(&buffer, &memory);
    lk_buffer_append_text(&buffer, LK_LITERAL("0123456789"));
    for (int i = 0; i < 100; i++) lk_buffer_append_format(&buffer, "%s", "0123456789");
    size_t length = buffer.length;
    lk_buffer_append_char(&buffer, 'x');
    ck_assert_uint_eq(buffer.length, length);
    ck_assert_int_eq(lk_buffer_status(&buffer, &error), LEADKPI_LIMIT);
    ck_assert_int_eq(error.code, LEADKPI_LIMIT);
    char *text = &error.message[0];
    ck_assert_int_eq(lk_buffer_take(&buffer, &text, &length, NULL), LEADKPI_LIMIT);
    ck_assert_ptr_null(text);
    lk_buffer_free(&buffer);
    lk_buffer_append(&buffer, "", SIZE_MAX);
    ck_assert_int_eq(lk_buffer_status(&buffer, NULL), LEADKPI_OUT_OF_MEMORY);
    lk_buffer_free(&buffer);
}
END_TEST

static leadkpi_status write_text(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    char **text = context;
    size_t length;
    lk_memory memory;
    lk_buffer buffer;
    LK_TRY(lk_memory_init(&memory, host, error));
    lk_buffer_init(&buffer, &memory);
    for (int i = 0; i < 50; i++) lk_buffer_append_format(&buffer, "%d, ", i);
    leadkpi_status status = lk_buffer_take(&buffer, text, &length, error);
    lk_buffer_free(&buffer);
    if (status == LEADKPI_OK) lk_release(&memory, *text, length + 1, 1);
    return status;
}

START_TEST(a_buffer_without_memory_says_so_and_leaks_nothing)
{
    char *text = NULL;
    lk_fault_case writing = {"buffer", NULL, write_text, NULL, NULL, &text};
    lk_fault_every_allocation(&writing);
    lk_fault_every_limit(&writing);
}
END_TEST

/* ---- the harness notices: each of these tests must fail ------------------------- */

static leadkpi_status never_allocates(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    (void)host, (void)context, (void)error;
    return LEADKPI_OK;
}

static leadkpi_status leaks(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    (void)context;
    void *first = host->allocate(host->user, 10), *second = host->allocate(host->user, 10);
    if (!first || !second) return lk_fail(error, LEADKPI_OUT_OF_MEMORY, "no room");
    host->release(host->user, first, 10);
    host->release(host->user, second, 10);
    return LEADKPI_OK;
}

static leadkpi_status wrong_status(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    (void)context;
    void *block = host->allocate(host->user, 10);
    if (!block) return lk_fail(error, LEADKPI_INTERNAL, "no room");
    host->release(host->user, block, 10);
    return LEADKPI_OK;
}

static leadkpi_status wrong_size(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    (void)context;
    void *block = host->allocate(host->user, 10);
    if (!block) return lk_fail(error, LEADKPI_OUT_OF_MEMORY, "no room");
    host->release(host->user, block, 11);
    return LEADKPI_OK;
}

static leadkpi_status no_message(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    (void)context, (void)error;
    void *block = host->allocate(host->user, 10);
    if (!block) return LEADKPI_OUT_OF_MEMORY;
    host->release(host->user, block, 10);
    return LEADKPI_OK;
}

static leadkpi_status half_done(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    ++*(int *)context;
    void *block = host->allocate(host->user, 10);
    if (!block) return lk_fail(error, LEADKPI_OUT_OF_MEMORY, "no room");
    host->release(host->user, block, 10);
    return LEADKPI_OK;
}

static void number_of(void *context, lk_fault_bytes *bytes)
{
    bytes->length = sizeof(int);
    bytes->data = malloc(sizeof(int));
    memcpy(bytes->data, context, sizeof(int));
}

START_TEST(the_harness_notices)
{
    static leadkpi_status (*const bad[])(const leadkpi_host *, void *, leadkpi_error *) = {
        never_allocates, leaks,     wrong_status,    wrong_size,
        no_message,      half_done, never_allocates, never_allocates};
    int number = 0;
    lk_fault_case c = {"bad", NULL, bad[_i], number_of, NULL, &number};
    if (_i == 6)
        lk_fault_every_poll(&c);
    else if (_i == 7)
        lk_fault_every_limit(&c);
    else
        lk_fault_every_allocation(&c);
}
END_TEST

#define BAD_CASES 8

static int noticed(void)
{
    Suite *suite = suite_create("bad");
    TCase *tcase = tcase_create("bad");
    tcase_add_loop_test(tcase, the_harness_notices, 0, BAD_CASES);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}

static int noticed_count;

START_TEST(the_harness_fails_a_test_that_deserves_it)
{
    ck_assert_int_eq(noticed_count, BAD_CASES);
}
END_TEST

int main(void)
{
    noticed_count = noticed();
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    tcase_add_test(tcase, a_host_without_callbacks_is_malloc);
    tcase_add_test(tcase, blocks_of_any_size_keep_what_they_hold);
    tcase_add_test(tcase, there_is_no_memory_for_all_there_could_be);
    tcase_add_test(tcase, nothing_is_asked_for_when_the_count_is_zero);
    tcase_add_test(tcase, sizes_that_do_not_fit_are_refused);
    tcase_add_test(tcase, the_limit_counts_what_is_held_not_what_was);
    tcase_add_test(tcase, a_host_that_is_half_filled_or_from_the_future_is_refused);
    tcase_add_test(tcase, the_interrupt_of_the_host_stops_a_call);
    tcase_add_test(tcase, a_buffer_takes_texts_numbers_and_formats);
    tcase_add_test(tcase, the_first_failure_of_a_buffer_sticks);
    tcase_add_test(tcase, a_buffer_without_memory_says_so_and_leaks_nothing);
    tcase_add_test(tcase, the_harness_fails_a_test_that_deserves_it);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
