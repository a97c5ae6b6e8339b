#include "../support/check_main.h"
#include "base/hash.h"
#include "world.h"

typedef struct definition_case {
    const char *definition;
    int text_ids;
} definition_case;

static const definition_case definitions[] = {
    {NULL, 0},
    {NULL, 1},
    {"person_key=email", 0},
    {"person_key=email; ids=hashed", 1},
    {"ids=hashed; stage_names=\"Demo; Done=sql\",odd=won", 0},
};
#define DEFINITION_COUNT (int)(sizeof definitions / sizeof definitions[0])

/* ---- one state, one text of bytes --------------------------------------------------- */

START_TEST(any_order_of_the_same_rows_gives_the_same_bytes)
{
    world w;
    draw_world(&w, 11 + (uint64_t)_i, 300, definitions[_i].text_ids);
    leadkpi_campaigns *straight = campaigns_with(definitions[_i].definition);
    add_world(straight, &w, 0);
    blob expected = state_of(straight);
    for (uint64_t seed = 0; seed < 5; seed++) {
        leadkpi_campaigns *shuffled = campaigns_with(definitions[_i].definition);
        shuffle_world(&w, seed);
        add_world(shuffled, &w, seed % 2);
        same_state(shuffled, expected, "another order");
        leadkpi_campaigns_free(shuffled);
    }
    free(expected.bytes);
    leadkpi_campaigns_free(straight);
}
END_TEST

START_TEST(any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes)
{
    world w;
    uint64_t state = 5 + (uint64_t)_i;
    draw_world(&w, 21 + (uint64_t)_i, 300, definitions[_i].text_ids);
    leadkpi_campaigns *straight = campaigns_with(definitions[_i].definition);
    add_world(straight, &w, 0);
    blob expected = state_of(straight);
    for (int round = 0; round < 4; round++) {
        leadkpi_campaigns *shards[5];
        size_t shard_count = 5;
        for (size_t s = 0; s < shard_count; s++)
            OK(leadkpi_campaigns_create_like(straight, &shards[s], ok_error));
        for (int kind = 0; kind < KIND_COUNT; kind++)
            for (size_t from = 0, to; from < w.counts[kind]; from = to) {
                to = from + 1 + lk_test_random(&state) % 70;
                if (to > w.counts[kind]) to = w.counts[kind];
                OK(add_range(shards[lk_test_random(&state) % shard_count], &w, kind, from, to,
                             (int)(lk_test_random(&state) % 2), NULL, ok_error));
            }
        while (shard_count > 1) {
            size_t into = lk_test_random(&state) % shard_count, from = lk_test_random(&state) % shard_count;
            if (into == from) continue;
            OK(leadkpi_campaigns_merge(shards[into], shards[from], ok_error));
            leadkpi_campaigns_free(shards[from]);
            shards[from] = shards[--shard_count];
        }
        same_state(shards[0], expected, "merged shards");
        leadkpi_campaigns_free(shards[0]);
    }
    free(expected.bytes);
    leadkpi_campaigns_free(straight);
}
END_TEST

START_TEST(a_state_read_back_writes_the_same_bytes_and_takes_more_rows)
{
    world w;
    draw_world(&w, 31 + (uint64_t)_i, 200, definitions[_i].text_ids);
    leadkpi_campaigns *straight = campaigns_with(definitions[_i].definition);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        OK(add_range(straight, &w, kind, 0, 100, 0, "first", ok_error));
    blob half = state_of(straight);
    leadkpi_campaigns *restored = campaigns_of(half);
    same_state(restored, half, "read back");
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        OK(add_range(straight, &w, kind, 100, 200, 0, NULL, ok_error));
        OK(add_range(restored, &w, kind, 0, 100, 0, "first", ok_error)); /* had it */
        OK(add_range(restored, &w, kind, 100, 200, 1, NULL, ok_error));
    }
    blob whole = state_of(straight);
    same_state(restored, whole, "read back and gone on");
    ck_assert(whole.size != half.size);
    free(half.bytes);
    free(whole.bytes);
    leadkpi_campaigns_free(straight);
    leadkpi_campaigns_free(restored);
}
END_TEST

START_TEST(an_empty_handle_has_a_state_too)
{
    leadkpi_campaigns *empty = campaigns_with(definitions[_i].definition), *twin;
    blob b = state_of(empty);
    twin = campaigns_of(b);
    same_state(twin, b, "empty");
    free(b.bytes);
    leadkpi_campaigns_free(twin);
    leadkpi_campaigns_free(empty);
}
END_TEST

START_TEST(different_rows_have_different_states)
{
    world w;
    draw_world(&w, 41, 50, 0);
    leadkpi_campaigns *a = campaigns_with(NULL);
    add_world(a, &w, 0);
    blob expected = state_of(a);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        leadkpi_campaigns *b = campaigns_of(expected);
        OK(add_range(b, &w, kind, 7, 8, 0, NULL, ok_error));
        blob other = state_of(b);
        ck_assert(other.size != expected.size || memcmp(other.bytes, expected.bytes, other.size) != 0);
        free(other.bytes);
        leadkpi_campaigns_free(b);
    }
    free(expected.bytes);
    leadkpi_campaigns_free(a);
}
END_TEST

START_TEST(a_buffer_that_is_too_small_is_not_touched)
{
    world w;
    uint8_t buffer[4096];
    size_t needed = 0;
    leadkpi_error why;
    draw_world(&w, 51, 5, 0);
    leadkpi_campaigns *a = campaigns_with(NULL);
    add_world(a, &w, 0);
    blob b = state_of(a);
    ck_assert_uint_lt(b.size, sizeof buffer);
    memset(buffer, 0x5A, sizeof buffer);
    ck_assert_int_eq(leadkpi_campaigns_serialize(a, buffer, b.size - 1, &needed, &why),
                     LEADKPI_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(needed, b.size);
    for (size_t i = 0; i < sizeof buffer; i++) ck_assert_uint_eq(buffer[i], 0x5A);
    OK(leadkpi_campaigns_serialize(a, buffer, b.size, &needed, ok_error));
    ck_assert_uint_eq(buffer[b.size], 0x5A);
    ck_assert_int_eq(leadkpi_campaigns_serialize(a, NULL, 0, NULL, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_campaigns_serialize(a, NULL, 9, &needed, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_campaigns_serialize(NULL, buffer, 9, &needed, &why), LEADKPI_NULL_ARGUMENT);
    free(b.bytes);
    leadkpi_campaigns_free(a);
}
END_TEST

/* ---- states of other releases ---------------------------------------------------------- */

#include "golden_state_1.h"

static leadkpi_campaigns *golden_campaigns(void)
{
    static const int64_t ids[] = {7, -3, INT64_MAX, INT64_MIN, 7};
    static const int64_t times[] = {1735689600000000, 1735776000000000, 1735689600000001, -1, 1735689600000000};
    static const char *const channels[] = {"Paid Search", "Events", NULL, "", "Events"};
    static const char *const emails[] = {"Ada@Example.com ", NULL, "b@x.io", "", "ada@example.com"};
    static const char *const stages[] = {"mql", "Closed Won", "mql", "odd", "mql"};
    static const int64_t values[] = {0, 1250, -5, 70, 0};
    static const double fractions[] = {0.5, 1e-3, 12, 9e18, 0.1};
    static const uint8_t first_four = 0x0F;
    static const int64_t other_id = 99;
    leadkpi_table *leads, *rows, *responses, *costs, *measures;
    leadkpi_campaigns *c = campaigns_with("person_key=email; stage_names=odd=sql");
    OK(leadkpi_table_create(NULL, &leads, ok_error));
    OK(leadkpi_table_borrow_int64(leads, "id", NUL, ids, 5, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(leads, "time", NUL, times, 5, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(leads, "channel", NUL, channels, 5, ok_error));
    OK(leadkpi_table_copy_strings(leads, "email", NUL, emails, 5, ok_error));
    OK(leadkpi_campaigns_add_leads(c, leads, "2025-01", NUL, ok_error));
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, 5, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, 5, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(rows, "stage", NUL, stages, 5, ok_error));
    OK(leadkpi_table_borrow_decimal(rows, "value", NUL, values, 2, 5, 0, &first_four, ok_error));
    OK(leadkpi_campaigns_add_stages(c, rows, NULL, 0, ok_error));
    OK(leadkpi_campaigns_add_stages(c, rows, NULL, 0, ok_error)); /* equal rows stay two */
    OK(leadkpi_table_create(NULL, &responses, ok_error));
    OK(leadkpi_table_borrow_int64(responses, "id", NUL, &other_id, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(responses, "time", NUL, times, 1, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(responses, "kind", NUL, stages, 1, ok_error));
    OK(leadkpi_campaigns_add_responses(c, responses, NULL, 0, ok_error));
    OK(leadkpi_table_create(NULL, &costs, ok_error));
    OK(leadkpi_table_borrow_timestamp(costs, "time", NUL, times, 5, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(costs, "amount", NUL, fractions, 5, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(costs, "channel", NUL, channels, 5, ok_error));
    OK(leadkpi_table_copy_strings(costs, "region", NUL, (const char *const[]){"EU", NULL, "EU", "US", NULL}, 5, ok_error));
    OK(leadkpi_table_copy_strings(costs, "currency", NUL, (const char *const[]){"EUR", NULL, "EUR", "", "EUR"}, 5, ok_error));
    OK(leadkpi_campaigns_add_costs(c, costs, NULL, 0, ok_error));
    OK(leadkpi_table_create(NULL, &measures, ok_error));
    OK(leadkpi_table_borrow_timestamp(measures, "time", NUL, times, 5, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(measures, "clicks", NUL, fractions, 5, 0, NULL, ok_error));
    OK(leadkpi_campaigns_add_measures(c, measures, NULL, 0, ok_error));
    leadkpi_table_free(leads), leadkpi_table_free(rows), leadkpi_table_free(responses);
    leadkpi_table_free(costs), leadkpi_table_free(measures);
    return c;
}

START_TEST(format_1_is_read_for_ever_and_still_what_is_written)
{
    blob golden = {(uint8_t *)golden_state_1, sizeof golden_state_1};
    leadkpi_campaigns *now = golden_campaigns(), *then;
    if (getenv("LEADKPI_PRINT_GOLDEN")) {
        blob b = state_of(now);
        for (size_t i = 0; i < b.size; i++) printf("0x%02x,%s", b.bytes[i], i % 16 == 15 ? "\n" : " ");
        fflush(stdout);
        free(b.bytes);
    }
    then = campaigns_of(golden);
    same_state(then, golden, "the state of format 1");
    same_state(now, golden, "the same rows today");
    leadkpi_campaigns_free(now);
    leadkpi_campaigns_free(then);
}
END_TEST

/* ---- hostile bytes ------------------------------------------------------------------------ */

/* The checksum of the envelope made good again, so that the reader of the payload is met. */
static void seal(uint8_t *bytes, size_t size)
{
    uint64_t payload = size - 56;
    if (size < 56) return;
    for (int i = 0; i < 8; i++) bytes[32 + i] = (uint8_t)(payload >> 8 * i);
    lk_key128_to_bytes(lk_hash128(bytes, size - 16), bytes + size - 16);
}

/* Refused with a reason, or read and then written as the very same bytes. */
static bool read_hostile(const uint8_t *bytes, size_t size)
{
    leadkpi_campaigns *campaigns = (leadkpi_campaigns *)bytes;
    leadkpi_error why;
    leadkpi_status status = leadkpi_campaigns_deserialize(NULL, bytes, size, &campaigns, &why);
    if (status != LEADKPI_OK) {
        ck_assert_ptr_null(campaigns);
        ck_assert_int_eq(status, why.code);
        ck_assert(status == LEADKPI_BAD_FORMAT || status == LEADKPI_BAD_CHECKSUM || status == LEADKPI_NEWER_FORMAT);
        ck_assert(why.message[0]);
        return false;
    }
    same_state(campaigns, (blob){(uint8_t *)bytes, size}, "hostile bytes that were taken");
    leadkpi_campaigns_free(campaigns);
    return true;
}

START_TEST(a_state_cut_anywhere_is_refused)
{
    uint8_t *copy = calloc(1, sizeof golden_state_1);
    for (size_t size = 0; size < sizeof golden_state_1; size++) {
        memcpy(copy, golden_state_1, size);
        ck_assert(!read_hostile(copy, size));
        seal(copy, size);
        ck_assert(!read_hostile(copy, size));
    }
    free(copy);
}
END_TEST

START_TEST(every_changed_byte_is_noticed_or_gives_another_good_state)
{
    uint8_t copy[sizeof golden_state_1];
    size_t taken = 0;
    for (size_t at = 0; at < sizeof copy; at++)
        for (int bit = 0; bit < 10; bit++) {
            memcpy(copy, golden_state_1, sizeof copy);
            copy[at] = (uint8_t)(bit < 8 ? copy[at] ^ 1u << bit : bit == 8 ? copy[at] ^ 0xFF : (uint8_t)(copy[at] + 1));
            ck_assert(!read_hostile(copy, sizeof copy));
            seal(copy, sizeof copy);
            if (at < sizeof copy - 16) taken += read_hostile(copy, sizeof copy);
        }
    ck_assert_uint_gt(taken, 100); /* times and sums may differ: the parser was met */
}
END_TEST

START_TEST(bytes_put_in_or_taken_out_are_refused_or_canonical)
{
    uint8_t copy[sizeof golden_state_1 + 1];
    for (size_t at = 40; at < sizeof golden_state_1 - 16; at++)
        for (int value = 0; value < 256; value += 17) {
            memcpy(copy, golden_state_1, at);
            copy[at] = (uint8_t)value;
            memcpy(copy + at + 1, golden_state_1 + at, sizeof golden_state_1 - at);
            seal(copy, sizeof copy);
            read_hostile(copy, sizeof copy);
            memmove(copy + at, golden_state_1 + at + 1, sizeof golden_state_1 - at - 1);
            seal(copy, sizeof copy - 2);
            read_hostile(copy, sizeof copy - 2);
        }
}
END_TEST

START_TEST(large_states_changed_at_random_never_harm)
{
    world w;
    uint64_t state = 77 + (uint64_t)_i;
    draw_world(&w, 61, 40, definitions[_i].text_ids);
    leadkpi_campaigns *a = campaigns_with(definitions[_i].definition);
    add_world(a, &w, 0);
    blob b = state_of(a);
    uint8_t *copy = malloc(b.size);
    for (int round = 0; round < lk_test_rounds(1500); round++) {
        memcpy(copy, b.bytes, b.size);
        for (int n = 1 + (int)(lk_test_random(&state) % 3); n > 0; n--)
            copy[40 + lk_test_random(&state) % (b.size - 56)] = (uint8_t)lk_test_random(&state);
        seal(copy, b.size);
        read_hostile(copy, b.size);
    }
    free(copy);
    free(b.bytes);
    leadkpi_campaigns_free(a);
}
END_TEST

START_TEST(foreign_bytes_are_refused)
{
    leadkpi_campaigns *campaigns;
    leadkpi_error why;
    ck_assert(!read_hostile((const uint8_t *)"", 0));
    ck_assert(!read_hostile((const uint8_t *)"SQLite format 3", 16));
    uint8_t copy[sizeof golden_state_1];
    memcpy(copy, golden_state_1, sizeof copy);
    copy[8] = 'C'; /* another kind */
    seal(copy, sizeof copy);
    ck_assert_int_eq(leadkpi_campaigns_deserialize(NULL, copy, sizeof copy, &campaigns, &why), LEADKPI_BAD_FORMAT);
    memcpy(copy, golden_state_1, sizeof copy);
    copy[24] = 2; /* a later format */
    seal(copy, sizeof copy);
    ck_assert_int_eq(leadkpi_campaigns_deserialize(NULL, copy, sizeof copy, &campaigns, &why), LEADKPI_NEWER_FORMAT);
    ck_assert_int_eq(leadkpi_campaigns_deserialize(NULL, NULL, 9, &campaigns, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_campaigns_deserialize(NULL, copy, 9, NULL, &why), LEADKPI_NULL_ARGUMENT);
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.struct_size = 1;
    ck_assert_int_eq(leadkpi_campaigns_deserialize(&host, golden_state_1, sizeof golden_state_1, &campaigns, &why),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_null(campaigns);
}
END_TEST

/* An empty table tells nothing, so it must not be told from no table: their bytes are the same. */
START_TEST(a_table_without_rows_leaves_a_new_handle_as_it_was)
{
    for (int kind = STAGES; kind <= RESPONSES; kind++) { /* leads and costs bring dimensions */
        world *w = calloc(1, sizeof *w);
        leadkpi_campaigns *told = campaigns_with(NULL), *never = campaigns_with(NULL), *back;
        leadkpi_table *report;
        leadkpi_error why;
        blob empty = state_of(never);
        OK(add_range(told, w, kind, 0, 0, 0, NULL, ok_error));
        same_state(told, empty, "after an empty table");
        back = campaigns_of(empty);
        ck_assert_int_eq(leadkpi_campaigns_report(never, NULL, &report, &why), LEADKPI_NOT_ENOUGH_DATA);
        ck_assert_int_eq(leadkpi_campaigns_report(told, NULL, &report, &why), LEADKPI_NOT_ENOUGH_DATA);
        ck_assert_int_eq(leadkpi_campaigns_report(back, NULL, &report, &why), LEADKPI_NOT_ENOUGH_DATA);
        leadkpi_campaigns_free(told);
        leadkpi_campaigns_free(never);
        leadkpi_campaigns_free(back);
        free(empty.bytes);
        free(w);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("campaigns_state");
    TCase *tcase = tcase_create("campaigns_state");
    tcase_set_timeout(tcase, 240);
    tcase_add_loop_test(tcase, any_order_of_the_same_rows_gives_the_same_bytes, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, a_state_read_back_writes_the_same_bytes_and_takes_more_rows, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, an_empty_handle_has_a_state_too, 0, DEFINITION_COUNT);
    tcase_add_test(tcase, different_rows_have_different_states);
    tcase_add_test(tcase, a_buffer_that_is_too_small_is_not_touched);
    tcase_add_test(tcase, format_1_is_read_for_ever_and_still_what_is_written);
    tcase_add_test(tcase, a_state_cut_anywhere_is_refused);
    tcase_add_test(tcase, every_changed_byte_is_noticed_or_gives_another_good_state);
    tcase_add_test(tcase, bytes_put_in_or_taken_out_are_refused_or_canonical);
    tcase_add_loop_test(tcase, large_states_changed_at_random_never_harm, 0, DEFINITION_COUNT);
    tcase_add_test(tcase, foreign_bytes_are_refused);
    tcase_add_test(tcase, a_table_without_rows_leaves_a_new_handle_as_it_was);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
