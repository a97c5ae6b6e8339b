/* world.h: customers at random, and ways to hand their rows in. Few times, few ids: rows repeat
 * and tie. */
#ifndef LK_TEST_COHORTS_WORLD_H
#define LK_TEST_COHORTS_WORLD_H

#include <check.h>
#include <inttypes.h>
#include <leadkpi/cohorts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/ok.h"
#include "../support/random.h"

#define NUL LEADKPI_NUL_TERMINATED
#define ROWS_MAX 2048
#define DAY INT64_C(86400000000)

enum { ACQUIRED, ACTIVE, PAID, MRR, OUTCOME };

typedef struct row {
    int kind;
    int64_t id, time, cents;
    const char *text;  /* of an acquisition its channel, of an outcome its name; NULL: null */
    const char *other; /* of an acquisition its country */
} row;

typedef struct world {
    row rows[ROWS_MAX];
    size_t count;
    int text_ids;
} world;

static inline row draw_row(uint64_t *state, int customers, int days)
{
    static const char *const channels[] = {"ads", "web", "", NULL};
    static const char *const countries[] = {"de", "fr", NULL};
    static const char *const outcomes[] = {"won", "lost", "no_decision"};
    row r = {0};
    r.kind = (int)(lk_test_random(state) % 8);
    if (r.kind > OUTCOME) r.kind = r.kind == 5 ? PAID : ACTIVE;
    r.id = (int64_t)(lk_test_random(state) % (uint64_t)customers) - 3;
    r.time = (int64_t)(lk_test_random(state) % (uint64_t)days) * DAY;
    r.cents = (int64_t)(lk_test_random(state) % 9) * 50;
    if (r.kind == PAID) r.cents -= 100;
    if (r.kind == ACQUIRED) r.text = channels[lk_test_random(state) % 4];
    if (r.kind == ACQUIRED) r.other = countries[lk_test_random(state) % 3];
    if (r.kind == OUTCOME) r.text = outcomes[lk_test_random(state) % 3];
    return r;
}

static inline void draw_world(world *w, uint64_t seed, size_t count, int customers, int days)
{
    uint64_t state = seed;
    memset(w, 0, sizeof *w);
    w->count = count;
    for (size_t i = 0; i < count; i++) w->rows[i] = draw_row(&state, customers, days);
}

static inline void shuffle_world(world *w, uint64_t seed)
{
    uint64_t state = seed;
    for (size_t i = w->count; i-- > 1;) {
        size_t j = (size_t)(lk_test_random(&state) % (i + 1));
        row r = w->rows[i];
        w->rows[i] = w->rows[j];
        w->rows[j] = r;
    }
}

/* ---- adding --------------------------------------------------------------------------- */

typedef leadkpi_status (*add_call)(leadkpi_cohorts *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);

static inline add_call add_of(int kind)
{
    static const add_call calls[] = {leadkpi_cohorts_add_acquisitions, leadkpi_cohorts_add_activity,
                                     leadkpi_cohorts_add_revenue, leadkpi_cohorts_add_subscriptions,
                                     leadkpi_cohorts_add_outcomes};
    return calls[kind];
}

/* The rows of one kind; nothing to do where there is none. */
static inline leadkpi_status add_kind(leadkpi_cohorts *cohorts, int kind, const row *rows, size_t count,
                               int text_ids, const char *batch, leadkpi_error *error)
{
    int64_t *ids = calloc(count + 1, sizeof *ids), *times = calloc(count + 1, sizeof *times),
            *cents = calloc(count + 1, sizeof *cents);
    const char **texts = calloc(count + 1, sizeof *texts), **others = calloc(count + 1, sizeof *others),
               **names = calloc(count + 1, sizeof *names);
    char(*digits)[24] = calloc(count + 1, sizeof *digits);
    leadkpi_table *table;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].kind != kind) continue;
        ids[used] = rows[i].id, times[used] = rows[i].time, cents[used] = rows[i].cents;
        texts[used] = rows[i].text, others[used] = rows[i].other;
        snprintf(digits[used], sizeof digits[used], "c%" PRId64, rows[i].id);
        names[used] = digits[used];
        used++;
    }
    leadkpi_status status = LEADKPI_OK;
    if (used) {
        OK(leadkpi_table_create(NULL, &table, ok_error));
        if (text_ids) OK(leadkpi_table_copy_strings(table, "id", NUL, names, used, ok_error));
        else OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, used, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, used, 0, NULL, ok_error));
        if (kind == PAID)
            OK(leadkpi_table_borrow_decimal(table, "amount", NUL, cents, 2, used, 0, NULL, ok_error));
        if (kind == MRR)
            OK(leadkpi_table_borrow_decimal(table, "mrr", NUL, cents, 2, used, 0, NULL, ok_error));
        if (kind == OUTCOME) OK(leadkpi_table_copy_strings(table, "outcome", NUL, texts, used, ok_error));
        if (kind == ACQUIRED) {
            OK(leadkpi_table_copy_strings(table, "channel", NUL, texts, used, ok_error));
            OK(leadkpi_table_copy_strings(table, "country", NUL, others, used, ok_error));
        }
        status = add_of(kind)(cohorts, table, batch, NUL, error);
        leadkpi_table_free(table);
    }
    free(ids), free(times), free(cents), free(texts), free(others), free(names), free(digits);
    return status;
}

static inline void add_rows(leadkpi_cohorts *cohorts, const row *rows, size_t count, int text_ids)
{
    for (int kind = ACQUIRED; kind <= OUTCOME; kind++)
        OK(add_kind(cohorts, kind, rows, count, text_ids, NULL, ok_error));
}

static inline leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    OK(leadkpi_options_create(NULL, schema, NUL, &options, ok_error));
    OK(leadkpi_options_parse(options, text, NUL, ok_error));
    return options;
}

static inline leadkpi_cohorts *cohorts_with(const char *definition)
{
    leadkpi_cohorts *cohorts;
    leadkpi_options *options = options_of("cohorts", definition);
    OK(leadkpi_cohorts_create(NULL, options, &cohorts, ok_error));
    leadkpi_options_free(options);
    return cohorts;
}

static inline leadkpi_cohorts *filled(const world *w, const char *definition)
{
    leadkpi_cohorts *cohorts = cohorts_with(definition);
    add_rows(cohorts, w->rows, w->count, w->text_ids);
    return cohorts;
}

/* ---- states ------------------------------------------------------------------------- */

typedef struct blob {
    uint8_t *bytes;
    size_t size;
} blob;

static inline blob state_of(const leadkpi_cohorts *cohorts)
{
    blob b;
    OK(leadkpi_cohorts_serialize(cohorts, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(leadkpi_cohorts_serialize(cohorts, b.bytes, b.size, NULL, ok_error));
    return b;
}

static inline leadkpi_cohorts *cohorts_of(blob b)
{
    leadkpi_cohorts *cohorts;
    OK(leadkpi_cohorts_deserialize(NULL, b.bytes, b.size, &cohorts, ok_error));
    return cohorts;
}

static inline void same_state(const leadkpi_cohorts *cohorts, blob expected, const char *what)
{
    blob b = state_of(cohorts);
    ck_assert_msg(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0,
                  "%s: other bytes (%zu, expected %zu)", what, b.size, expected.size);
    free(b.bytes);
}

/* ---- reports ------------------------------------------------------------------------ */

typedef leadkpi_status (*report_call)(const leadkpi_cohorts *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static inline leadkpi_table *report_of(const leadkpi_cohorts *cohorts, report_call call,
                                       const char *schema, const char *text)
{
    leadkpi_table *table;
    leadkpi_options *options = options_of(schema, text);
    OK(call(cohorts, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

static inline int32_t column_of(const leadkpi_table *table, const char *name)
{
    int32_t column;
    OK(leadkpi_table_find_column(table, name, NUL, &column, ok_error));
    return column;
}

static inline int64_t whole_at(const leadkpi_table *table, const char *name, size_t row_index)
{
    int64_t value;
    OK(leadkpi_table_get_int64(table, column_of(table, name), row_index, &value, ok_error));
    return value;
}

static inline double number_at(const leadkpi_table *table, const char *name, size_t row_index)
{
    double value;
    OK(leadkpi_table_get_double(table, column_of(table, name), row_index, &value, ok_error));
    return value;
}

static inline int is_null_at(const leadkpi_table *table, const char *name, size_t row_index)
{
    return leadkpi_table_is_null(table, column_of(table, name), row_index);
}

static inline int text_matches(const leadkpi_table *table, const char *name, size_t row_index,
                               const char *expected)
{
    const char *text;
    size_t length;
    OK(leadkpi_table_get_text(table, column_of(table, name), row_index, &text, &length, ok_error));
    if (!text || !expected) return !text && !expected;
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static inline void text_is(const leadkpi_table *table, const char *name, size_t row_index,
                           const char *expected)
{
    ck_assert_msg(text_matches(table, name, row_index, expected), "%s of row %zu: expected \"%s\"",
                  name, row_index, expected ? expected : "null");
}

static inline void near(double found, double expected, double tolerance, const char *what)
{
    double size = expected < 0 ? -expected : expected;
    double gap = found - expected < 0 ? expected - found : found - expected;
    ck_assert_msg(gap <= tolerance * (size > 1 ? size : 1), "%s: %.17g, expected %.17g", what, found,
                  expected);
}

#endif
