/* Tables go out as record batches and come back the same, without a copy where that can be; what a
 * consumer may do with the structs it may do in any order. */
#include <errno.h>
#include <math.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "producer.h"

#define Z LEADKPI_NUL_TERMINATED

static const int64_t ids[] = {1, -2, 3, 4, INT64_MAX, 6, 7, 8, 9};
static const double shares[] = {0.5, -1, 0, INFINITY, 1e-300, 6, 7, 8, 9};
static const uint8_t flags[] = {1, 0, 0, 7, 0, 0, 0, 0, 1};
static const int64_t cents[] = {-12345, 0, INT64_MIN, 99, 5, 6, 7, 8, 9};
static const char *const names[] = {"Paid Search", NULL, "", "Events", "a", "b", "c", "d", "e"};
static const int64_t wide[] = {0, 1, 3, 6};
static const int32_t codes[] = {2, 1, 0, 99, 0, 0, 0, 0, 1};
static const int32_t narrow[] = {0, 1, 1, 2, 3, 3, 3, 3, 3, 6};
static const uint8_t fourth_is_null[] = {0xF7, 0x01};
enum {
    ROWS = 9
};

static leadkpi_table *make_table(const leadkpi_host *host)
{
    leadkpi_error error;
    leadkpi_table *table = NULL;
    ck_assert_int_eq(leadkpi_table_create(host, &table, &error), LEADKPI_OK);
    leadkpi_table_borrow_int64(table, "id", Z, ids, ROWS, 0, fourth_is_null, &error);
    leadkpi_table_borrow_double(table, "share", Z, shares, ROWS, 0, NULL, &error);
    leadkpi_table_borrow_bool(table, "won", Z, flags, ROWS, 0, NULL, &error);
    leadkpi_table_borrow_decimal(table, "spend", Z, cents, 2, ROWS, 0, NULL, &error);
    leadkpi_table_borrow_timestamp(table, "time", Z, ids + 8, ROWS, -8, NULL, &error);
    leadkpi_table_copy_strings(table, "channel", Z, names, ROWS, &error);
    leadkpi_table_borrow_text32(table, "note", Z, narrow, "abcdef", ROWS, NULL, &error);
    ck_assert_int_eq(leadkpi_table_borrow_dictionary(table, "campaign", Z, codes, ROWS, 0,
                                                     fourth_is_null, wide, "abcdef", 3, &error),
                     LEADKPI_OK);
    return table;
}

static void check_cell(const leadkpi_table *a, const leadkpi_table *b, int32_t column, size_t row)
{
    int64_t integers[2] = {0, 0};
    double doubles[2] = {0, 0};
    const char *texts[2];
    size_t lengths[2];
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_table_is_null(a, column, row), leadkpi_table_is_null(b, column, row));
    switch (leadkpi_table_column_type(a, column)) {
    case LEADKPI_TYPE_TEXT:
        leadkpi_table_get_text(a, column, row, &texts[0], &lengths[0], &error);
        leadkpi_table_get_text(b, column, row, &texts[1], &lengths[1], &error);
        ck_assert_uint_eq(lengths[0], lengths[1]);
        ck_assert(lengths[0] == 0 || memcmp(texts[0], texts[1], lengths[0]) == 0);
        break;
    case LEADKPI_TYPE_DOUBLE:
        leadkpi_table_get_double(a, column, row, &doubles[0], &error);
        leadkpi_table_get_double(b, column, row, &doubles[1], &error);
        ck_assert_int_eq(memcmp(&doubles[0], &doubles[1], sizeof doubles[0]), 0);
        break;
    default:
        leadkpi_table_get_int64(a, column, row, &integers[0], &error);
        leadkpi_table_get_int64(b, column, row, &integers[1], &error);
        ck_assert_int_eq(integers[0], integers[1]);
    }
}

static void check_equal(const leadkpi_table *a, const leadkpi_table *b)
{
    ck_assert_int_eq(leadkpi_table_column_count(a), leadkpi_table_column_count(b));
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (int32_t column = 0; column < leadkpi_table_column_count(a); column++) {
        ck_assert_str_eq(leadkpi_table_column_name(a, column),
                         leadkpi_table_column_name(b, column));
        ck_assert_int_eq(leadkpi_table_column_type(a, column),
                         leadkpi_table_column_type(b, column));
        ck_assert_int_eq(leadkpi_table_column_scale(a, column),
                         leadkpi_table_column_scale(b, column));
        for (size_t row = 0; row < leadkpi_table_row_count(a); row++) check_cell(a, b, column, row);
    }
}

START_TEST(a_table_comes_back_the_same)
{
    leadkpi_error error;
    struct ArrowArray array;
    struct ArrowSchema schema;
    leadkpi_table *table = make_table(NULL), *back = NULL;
    ck_assert_int_eq(leadkpi_arrow_export(table, &array, &schema, &error), LEADKPI_OK);
    ck_assert_str_eq(schema.children[0]->format, "l");
    ck_assert_str_eq(schema.children[3]->format, "d:19,2");
    ck_assert_str_eq(schema.children[4]->format, "tsu:UTC");
    ck_assert_str_eq(schema.children[7]->dictionary->format, "U");
    ck_assert_int_eq(array.children[0]->null_count, 1);
    ck_assert_int_eq(array.children[1]->null_count, 0);
    ck_assert_ptr_eq(array.children[0]->buffers[1], ids); /* not copied */
    ck_assert_ptr_eq(array.children[6]->buffers[1], narrow);
    ck_assert_ptr_eq(array.children[7]->buffers[1], codes);
    ck_assert_int_eq(leadkpi_arrow_import(NULL, &array, &schema, &back, &error), LEADKPI_OK);
    schema.release(&schema);
    check_equal(table, back);
    leadkpi_table_free(table); /* the array holds it */
    ck_assert_ptr_eq(leadkpi_table_column_values(back, 0, NULL), ids);
    leadkpi_table_free(back);
}
END_TEST

START_TEST(views_and_nulls_go_out_as_they_came)
{
    static const struct {
        int32_t length;
        char bytes[12];
    } views[] = {{2, "ab"}, {0, ""}};
    leadkpi_error error;
    struct ArrowArray array;
    struct ArrowSchema schema;
    leadkpi_table *table = NULL, *back = NULL;
    static producer from;
    produce(&from, 2);
    produce_column(&from, "vu", "v", NULL, views, NULL);
    produce_column(&from, "n", "n", NULL, NULL, NULL);
    ck_assert_int_eq(leadkpi_arrow_import(NULL, &from.array, &from.schema, &table, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(leadkpi_arrow_export(table, &array, &schema, &error), LEADKPI_OK);
    ck_assert_str_eq(schema.children[0]->format, "vu");
    ck_assert_str_eq(schema.children[1]->format, "n");
    ck_assert_int_eq(array.children[1]->n_buffers, 0);
    ck_assert_int_eq(array.children[1]->null_count, 2);
    ck_assert_int_eq(leadkpi_arrow_import(NULL, &array, &schema, &back, &error), LEADKPI_OK);
    schema.release(&schema);
    check_equal(table, back);
    leadkpi_table_free(table);
    leadkpi_table_free(back);
    ck_assert_int_eq(from.released_arrays, 1);
}
END_TEST

START_TEST(children_live_on_when_they_are_moved_out)
{
    leadkpi_error error;
    struct ArrowArray array, words;
    struct ArrowSchema schema, child;
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_table *table = make_table(&fault.host);
    ck_assert_int_eq(leadkpi_arrow_export(table, &array, &schema, &error), LEADKPI_OK);
    leadkpi_table_free(table);
    words = *array.children[7]->dictionary;
    array.children[7]->dictionary->release = NULL;
    child = *schema.children[3];
    schema.children[3]->release = NULL;
    array.release(&array);
    schema.release(&schema);
    ck_assert_ptr_null(array.release);
    ck_assert_ptr_null(schema.release);
    ck_assert_str_eq(child.name, "spend");
    ck_assert_str_eq(child.format, "d:19,2");
    ck_assert_int_eq(memcmp(words.buffers[2], "abcdef", 6), 0);
    ck_assert_uint_gt(fault.live_blocks, 0);
    child.release(&child);
    words.release(&words);
    lk_fault_nothing_held(&fault, "children");
}
END_TEST

/* A report of one funnel: its columns have units. */
static leadkpi_table *make_report(void)
{
    leadkpi_error error;
    leadkpi_options *definition = NULL;
    leadkpi_funnel *funnel = NULL;
    leadkpi_table *report = NULL;
    leadkpi_options_create(NULL, "funnel", Z, &definition, &error);
    leadkpi_options_parse(definition, "steps=a,b", Z, &error);
    leadkpi_funnel_create(NULL, definition, &funnel, &error);
    ck_assert_int_eq(leadkpi_funnel_steps(funnel, NULL, &report, &error), LEADKPI_OK);
    leadkpi_funnel_free(funnel);
    leadkpi_options_free(definition);
    return report;
}

START_TEST(units_are_in_the_metadata)
{
    leadkpi_error error;
    struct ArrowSchema schema;
    leadkpi_table *table = make_report();
    int32_t with = 0, without = 0;
    ck_assert_int_eq(leadkpi_arrow_export_schema(table, &schema, &error), LEADKPI_OK);
    for (int32_t i = 0; i < schema.n_children; i++) {
        const char *unit = leadkpi_table_column_unit(table, i), *at = schema.children[i]->metadata;
        int32_t numbers[3];
        without += *unit == 0;
        ck_assert_int_eq(*unit == 0, at == NULL);
        if (!at) continue;
        with++;
        memcpy(&numbers[0], at, 4);
        memcpy(&numbers[1], at + 4, 4);
        memcpy(&numbers[2], at + 8 + 12, 4);
        ck_assert_int_eq(numbers[0], 1);
        ck_assert_int_eq(numbers[1], 12);
        ck_assert_int_eq(memcmp(at + 8, "leadkpi.unit", 12), 0);
        ck_assert_int_eq((size_t)numbers[2], strlen(unit));
        ck_assert_int_eq(memcmp(at + 24, unit, strlen(unit)), 0);
    }
    ck_assert_int_gt(with, 0);
    ck_assert_int_gt(without, 0);
    schema.release(&schema);
    leadkpi_table_free(table);
}
END_TEST

START_TEST(a_stream_gives_the_table_once_and_then_ends)
{
    leadkpi_error error;
    struct ArrowArrayStream stream;
    leadkpi_arrow_reader *reader = NULL;
    leadkpi_table *table = make_table(NULL), *batch = NULL, *more = NULL;
    ck_assert_int_eq(leadkpi_arrow_export_stream(table, &stream, &error), LEADKPI_OK);
    ck_assert_ptr_null(stream.get_last_error(&stream));
    ck_assert_int_eq(leadkpi_arrow_reader_create(NULL, &stream, &reader, &error), LEADKPI_OK);
    ck_assert_ptr_null(stream.release);
    ck_assert_int_eq(leadkpi_arrow_reader_next(reader, &batch, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_arrow_reader_next(reader, &more, &error), LEADKPI_OK);
    ck_assert_ptr_null(more);
    leadkpi_arrow_reader_free(reader);
    check_equal(table, batch);
    leadkpi_table_free(batch);
    leadkpi_table_free(table);
    ck_assert_int_eq(leadkpi_arrow_reader_create(NULL, &stream, &reader, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_ptr_null(reader);
}
END_TEST

/* A stream of which the n-th call fails. */
static int calls_left, releases;

static int fail_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    static producer from;
    (void)stream;
    if (calls_left-- == 0) return EIO;
    produce(&from, 0);
    *out = from.schema;
    return 0;
}

static int fail_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    static producer from;
    (void)stream;
    if (calls_left-- == 0) return ENOMEM;
    produce(&from, 0);
    from.array.length = calls_left == 1 ? -1 : 0;
    *out = from.array;
    return 0;
}

static const char *why(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "the cable was cut";
}

static void release_stream(struct ArrowArrayStream *stream)
{
    releases++;
    stream->release = NULL;
}

START_TEST(a_stream_that_fails_says_why_and_stays_with_its_owner)
{
    leadkpi_error error;
    struct ArrowArrayStream stream = {fail_schema, fail_next, why, release_stream, NULL};
    leadkpi_arrow_reader *reader = NULL;
    leadkpi_table *batch = NULL;
    calls_left = 0;
    ck_assert_int_eq(leadkpi_arrow_reader_create(NULL, &stream, &reader, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "failed with 5: the cable was cut"));
    ck_assert_int_eq(releases, 0);
    calls_left = 4;
    ck_assert_int_eq(leadkpi_arrow_reader_create(NULL, &stream, &reader, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_arrow_reader_next(reader, &batch, &error), LEADKPI_OK);
    leadkpi_table_free(batch);
    ck_assert_int_eq(leadkpi_arrow_reader_next(reader, &batch, &error), LEADKPI_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "expected a length from 0"));
    ck_assert_int_eq(leadkpi_arrow_reader_next(reader, &batch, &error), LEADKPI_OK);
    leadkpi_table_free(batch);
    ck_assert_int_eq(leadkpi_arrow_reader_next(reader, &batch, &error), LEADKPI_OUT_OF_MEMORY);
    ck_assert_ptr_null(batch);
    ck_assert_int_eq(releases, 0);
    leadkpi_arrow_reader_free(reader);
    ck_assert_int_eq(releases, 1);
    leadkpi_arrow_reader_free(NULL);
}
END_TEST

START_TEST(null_arguments_are_told)
{
    leadkpi_error error;
    struct ArrowArray array;
    struct ArrowSchema schema;
    leadkpi_table *table = make_table(NULL), *batch = table;
    leadkpi_arrow_reader *reader;
    ck_assert_int_eq(leadkpi_arrow_export(NULL, &array, &schema, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_arrow_export(table, NULL, &schema, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_arrow_export(table, &array, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_arrow_export_schema(table, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_arrow_export_stream(table, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_arrow_reader_create(NULL, NULL, &reader, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_arrow_reader_next(NULL, &batch, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_ptr_null(batch);
    leadkpi_table_free(table);
}
END_TEST

START_TEST(a_column_is_shared_under_another_name)
{
    leadkpi_error error;
    leadkpi_table *table = make_table(NULL), *chosen = NULL;
    const char *text;
    size_t length;
    ck_assert_int_eq(leadkpi_table_create(NULL, &chosen, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "lead", Z, table, 0, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "source", Z, table, 5, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "campaign", Z, table, 7, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "lead", Z, table, 1, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "x", Z, table, 8, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "x", Z, chosen, 0, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_share_column(chosen, "x", Z, NULL, 0, &error),
                     LEADKPI_NULL_ARGUMENT);
    leadkpi_table_free(table);
    ck_assert_int_eq(leadkpi_table_column_count(chosen), 3);
    ck_assert_ptr_eq(leadkpi_table_column_values(chosen, 0, NULL), ids);
    leadkpi_table_get_text(chosen, 1, 3, &text, &length, &error);
    ck_assert_uint_eq(length, 6);
    leadkpi_table_get_text(chosen, 2, 0, &text, &length, &error);
    ck_assert_int_eq(memcmp(text, "def", 3), 0);
    leadkpi_table_free(chosen);
}
END_TEST

START_TEST(a_copied_table_owns_every_cell)
{
    leadkpi_error error;
    leadkpi_table *table = make_table(NULL), *copy = NULL;
    int64_t *lent = malloc(sizeof ids);
    memcpy(lent, ids, sizeof ids);
    leadkpi_table_borrow_int64(table, "lent", Z, lent, ROWS, 0, NULL, &error);
    ck_assert_int_eq(leadkpi_table_create(NULL, &copy, &error), LEADKPI_OK);
    for (int32_t i = 0; i < leadkpi_table_column_count(table); i++)
        ck_assert_int_eq(leadkpi_table_copy_column(copy, leadkpi_table_column_name(table, i), Z,
                                                   i == 3 ? "currency" : NULL, table, i, &error),
                         LEADKPI_OK);
    check_equal(table, copy);
    ck_assert_str_eq(leadkpi_table_column_unit(copy, 3), "currency");
    ck_assert_str_eq(leadkpi_table_column_unit(copy, 1), "");
    memset(lent, 0, sizeof ids);
    free(lent);
    leadkpi_table_free(table);
    int64_t value;
    ck_assert_int_eq(leadkpi_table_get_int64(copy, 8, 4, &value, &error), LEADKPI_OK);
    ck_assert_int_eq(value, INT64_MAX);
    ptrdiff_t stride;
    const int64_t *offsets;
    const char *bytes;
    leadkpi_table_column_values(copy, 4, &stride); /* lay backwards */
    ck_assert_int_eq(stride, 8);
    ck_assert_int_eq(leadkpi_table_column_text(copy, 7, &offsets, &bytes, &error), LEADKPI_OK);
    ck_assert_int_eq(memcmp(bytes + offsets[0], "def", 3), 0);
    ck_assert_int_eq(leadkpi_table_get_int64(copy, 0, 3, &value, &error), LEADKPI_OK);
    ck_assert_int_eq(value, 0);
    leadkpi_table_free(copy);
}
END_TEST

START_TEST(a_column_is_copied_into_its_own_table_or_refused_with_the_table_as_it_was)
{
    leadkpi_error error;
    leadkpi_table *table = make_table(NULL), *empty = NULL, *arrow = NULL;
    static producer from;
    ck_assert_int_eq(leadkpi_table_copy_column(table, "again", Z, NULL, table, 5, &error),
                     LEADKPI_OK);
    for (size_t row = 0; row < ROWS; row++)
        ck_assert_int_eq(leadkpi_table_is_null(table, 8, row), row == 1);
    ck_assert_int_eq(leadkpi_table_copy_column(table, "again", Z, NULL, table, 0, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_copy_column(table, "x", Z, NULL, table, 9, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_copy_column(table, "x", Z, NULL, NULL, 0, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_copy_column(NULL, "x", Z, NULL, table, 0, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_table_create(NULL, &empty, &error), LEADKPI_OK);
    leadkpi_table_borrow_double(empty, "none", Z, NULL, 0, 0, NULL, &error);
    leadkpi_table_copy_strings(empty, "text", Z, NULL, 0, &error);
    ck_assert_int_eq(leadkpi_table_copy_column(empty, "x", Z, NULL, table, 0, &error),
                     LEADKPI_BAD_ARGUMENT); /* another row count */
    ck_assert_int_eq(leadkpi_table_copy_column(empty, "y", Z, NULL, empty, 0, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_copy_column(empty, "z", Z, NULL, empty, 1, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_column_count(table), 9);
    produce(&from, ROWS);
    produce_column(&from, "+l", "lists", NULL, NULL, NULL);
    produce_column(&from, "n", "nothing", NULL, NULL, NULL);
    ck_assert_int_eq(leadkpi_arrow_import(NULL, &from.array, &from.schema, &arrow, &error),
                     LEADKPI_OK);
    ck_assert_int_eq(leadkpi_table_copy_column(table, "x", Z, NULL, arrow, 0, &error),
                     LEADKPI_WRONG_TYPE);
    ck_assert_int_eq(leadkpi_table_copy_column(table, "void", Z, NULL, arrow, 1, &error),
                     LEADKPI_OK);
    leadkpi_table_free(arrow);
    ck_assert_int_eq(leadkpi_table_is_null(table, 9, 8), 1);
    leadkpi_table_free(empty);
    leadkpi_table_free(table);
}
END_TEST

typedef struct held {
    leadkpi_table *table, *chosen;
    struct ArrowArray array;
    struct ArrowSchema schema;
    struct ArrowArrayStream stream;
    leadkpi_arrow_reader *reader;
} held;

static void fault_setup(const leadkpi_host *host, void *context)
{
    held *h = context;
    leadkpi_error error;
    memset(h, 0, sizeof *h);
    h->table = make_table(host);
    leadkpi_table_create(host, &h->chosen, &error);
}

static leadkpi_status fault_export(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    held *h = context;
    (void)host;
    return leadkpi_arrow_export(h->table, &h->array, &h->schema, error);
}

static leadkpi_status fault_share(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    held *h = context;
    (void)host;
    return leadkpi_table_share_column(h->chosen, "x", Z, h->table, 5, error);
}

static leadkpi_status fault_copy_text(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    held *h = context;
    (void)host;
    return leadkpi_table_copy_column(h->chosen, "x", Z, "unit", h->table, 5, error);
}

static leadkpi_status fault_copy_fixed(const leadkpi_host *host, void *context,
                                       leadkpi_error *error)
{
    held *h = context;
    (void)host;
    return leadkpi_table_copy_column(h->chosen, "x", Z, NULL, h->table, 0, error);
}

static leadkpi_status fault_stream(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    held *h = context;
    leadkpi_status status = leadkpi_arrow_export_stream(h->table, &h->stream, error);
    if (status != LEADKPI_OK) return status;
    status = leadkpi_arrow_reader_create(host, &h->stream, &h->reader, error);
    if (status == LEADKPI_OK) return status;
    h->stream.release(&h->stream);
    return status == LEADKPI_BAD_FORMAT ? LEADKPI_OUT_OF_MEMORY : status;
}

static void fault_teardown(void *context)
{
    held *h = context;
    if (h->array.release) h->array.release(&h->array);
    if (h->schema.release) h->schema.release(&h->schema);
    leadkpi_arrow_reader_free(h->reader);
    leadkpi_table_free(h->chosen);
    leadkpi_table_free(h->table);
}

START_TEST(memory_may_run_out_anywhere)
{
    held h;
    lk_fault_case cases[] = {
        {"export", fault_setup, fault_export, NULL, fault_teardown, &h},
        {"share", fault_setup, fault_share, NULL, fault_teardown, &h},
        {"copy text", fault_setup, fault_copy_text, NULL, fault_teardown, &h},
        {"copy fixed", fault_setup, fault_copy_fixed, NULL, fault_teardown, &h},
        {"stream", fault_setup, fault_stream, NULL, fault_teardown, &h},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) lk_fault_every_allocation(&cases[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arrow export");
    TCase *tests = tcase_create("export");
    tcase_add_test(tests, a_table_comes_back_the_same);
    tcase_add_test(tests, views_and_nulls_go_out_as_they_came);
    tcase_add_test(tests, children_live_on_when_they_are_moved_out);
    tcase_add_test(tests, units_are_in_the_metadata);
    tcase_add_test(tests, a_stream_gives_the_table_once_and_then_ends);
    tcase_add_test(tests, a_stream_that_fails_says_why_and_stays_with_its_owner);
    tcase_add_test(tests, null_arguments_are_told);
    tcase_add_test(tests, a_column_is_shared_under_another_name);
    tcase_add_test(tests, a_copied_table_owns_every_cell);
    tcase_add_test(tests, a_column_is_copied_into_its_own_table_or_refused_with_the_table_as_it_was);
    tcase_add_test(tests, memory_may_run_out_anywhere);
    suite_add_tcase(suite, tests);
    return lk_test_run(suite);
}
