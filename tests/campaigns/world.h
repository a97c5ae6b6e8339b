/* world.h: rows of a small team, at random, and ways to hand them in.
 *
 * Ids, times, names and texts are drawn from few values, so that rows repeat,
 * tie and meet. All five kinds of table are there. */
#ifndef LK_TEST_WORLD_H
#define LK_TEST_WORLD_H

#include <check.h>
#include <leadkpi/campaigns.h>
#include <leadkpi/options.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/ok.h"
#include "../support/random.h"

#define NUL LEADKPI_NUL_TERMINATED
#define ROWS_MAX 400
#define MICROSECONDS_PER_DAY INT64_C(86400000000)

enum { LEADS, STAGES, RESPONSES, COSTS, MEASURES, KIND_COUNT };

typedef struct world_row {
    int64_t id;
    int64_t time;
    const char *texts[4]; /* leads: channel, campaign, region, email; stages, responses: name; costs: type, scope */
    double number;
    int64_t integer;
    int has_number, has_integer;
} world_row;

typedef struct world {
    world_row rows[KIND_COUNT][ROWS_MAX];
    size_t counts[KIND_COUNT];
    int text_ids;
} world;

static const char *pick(uint64_t *state, const char *const *from, size_t count)
{
    return from[lk_test_random(state) % count];
}

#define PICK(state, ...)                                                                           \
    pick(state, (const char *const[]){__VA_ARGS__},                                                \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void draw_row(uint64_t *state, int kind, world_row *row)
{
    row->id = (int64_t)(lk_test_random(state) % 60) - 20;
    row->time = INT64_C(1735689600000000) + (int64_t)(lk_test_random(state) % 8) * MICROSECONDS_PER_DAY;
    if (kind == LEADS) {
        row->texts[0] = PICK(state, "Paid Search", "Events", "", NULL);
        row->texts[1] = PICK(state, "spring", "autumn", "unknown", "x", NULL);
        row->texts[2] = PICK(state, "EMEA", "Events", NULL, NULL);
        row->texts[3] = PICK(state, "a@x.io", " A@X.io ", "b@x.io", "", "C@y.io", NULL);
    } else if (kind == STAGES) {
        row->texts[0] = PICK(state, "mql", "Sales Qualified", "Closed Won", "odd", "");
    } else if (kind == RESPONSES) {
        row->texts[0] = PICK(state, "human", "call", "auto");
    } else {
        row->texts[0] = PICK(state, "Paid Search", "Events", "Podcast", NULL);
        row->texts[1] = PICK(state, "media", "Agency", "salaries", "", NULL);
        row->texts[2] = PICK(state, "sales", "campaign", NULL);
    }
    row->number = (double)(int64_t)(lk_test_random(state) % 2001) * 0.37 - (kind < COSTS ? 300 : 0);
    row->integer = (int64_t)(lk_test_random(state) % 1000);
    row->has_number = lk_test_random(state) % 4 != 0;
    row->has_integer = lk_test_random(state) % 3 != 0;
}

static void draw_world(world *w, uint64_t seed, size_t rows, int text_ids)
{
    uint64_t state = seed;
    w->text_ids = text_ids;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        w->counts[kind] = rows;
        for (size_t i = 0; i < rows; i++) draw_row(&state, kind, &w->rows[kind][i]);
    }
}

static void shuffle_world(world *w, uint64_t seed)
{
    uint64_t state = seed;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (size_t i = w->counts[kind]; i-- > 1;) {
            size_t j = (size_t)(lk_test_random(&state) % (i + 1));
            world_row row = w->rows[kind][i];
            w->rows[kind][i] = w->rows[kind][j];
            w->rows[kind][j] = row;
        }
}

/* ---- tables --------------------------------------------------------------------- */

/* Arrays that a table borrows. */
typedef struct columns {
    int64_t ids[ROWS_MAX], times[ROWS_MAX], integers[ROWS_MAX];
    double numbers[ROWS_MAX];
    uint8_t number_bits[ROWS_MAX / 8 + 1], integer_bits[ROWS_MAX / 8 + 1];
    char id_texts[ROWS_MAX][32];
    const char *texts[ROWS_MAX];
} columns;

static void copy_texts(leadkpi_table *table, const char *name, columns *c, const world_row *rows,
                       size_t count, int which)
{
    for (size_t i = 0; i < count; i++) c->texts[i] = rows[i].texts[which];
    OK(leadkpi_table_copy_strings(table, name, NUL, c->texts, count, ok_error));
}

static void add_ids(leadkpi_table *table, const world *w, columns *c, const world_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        c->ids[i] = rows[i].id;
        snprintf(c->id_texts[i], sizeof c->id_texts[i], "lead %d", (int)rows[i].id);
        c->texts[i] = c->id_texts[i];
    }
    if (w->text_ids)
        OK(leadkpi_table_copy_strings(table, "id", NUL, c->texts, count, ok_error));
    else
        OK(leadkpi_table_borrow_int64(table, "id", NUL, c->ids, count, 0, NULL, ok_error));
}

static void gather_numbers(columns *c, const world_row *rows, size_t count)
{
    memset(c->number_bits, 0, sizeof c->number_bits);
    memset(c->integer_bits, 0, sizeof c->integer_bits);
    for (size_t i = 0; i < count; i++) {
        c->times[i] = rows[i].time;
        c->numbers[i] = rows[i].number;
        c->integers[i] = rows[i].integer;
        c->number_bits[i / 8] |= (uint8_t)(rows[i].has_number << i % 8);
        c->integer_bits[i / 8] |= (uint8_t)(rows[i].has_integer << i % 8);
    }
}

/* `turned`: the columns from the last to the first, so that dimensions are first seen in another order. */
static leadkpi_table *table_of(const world *w, columns *c, int kind, const world_row *rows,
                               size_t count, int turned)
{
    static const char *const lead_texts[] = {"channel", "campaign", "region", "email"};
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    gather_numbers(c, rows, count);
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, c->times, count, 0, NULL, ok_error));
    if (kind < COSTS) add_ids(table, w, c, rows, count);
    if (kind == LEADS)
        for (int i = 0; i < 4; i++) {
            int which = turned ? 3 - i : i;
            copy_texts(table, lead_texts[which], c, rows, count, which);
        }
    if (kind == STAGES) copy_texts(table, "stage", c, rows, count, 0);
    if (kind == RESPONSES) copy_texts(table, "kind", c, rows, count, 0);
    if (kind >= COSTS) copy_texts(table, "channel", c, rows, count, 0);
    if (kind == COSTS) {
        copy_texts(table, "cost_type", c, rows, count, 1);
        copy_texts(table, "scope", c, rows, count, 2);
        OK(leadkpi_table_borrow_double(table, "amount", NUL, c->numbers, count, 0, c->number_bits, ok_error));
        OK(leadkpi_table_borrow_int64(table, "impressions", NUL, c->integers, count, 0, c->integer_bits, ok_error));
    }
    if (kind == STAGES)
        OK(leadkpi_table_borrow_double(table, "value", NUL, c->numbers, count, 0, c->number_bits, ok_error));
    if (kind == MEASURES) {
        OK(leadkpi_table_borrow_double(table, "clicks", NUL, c->numbers, count, 0, c->number_bits, ok_error));
        OK(leadkpi_table_borrow_decimal(table, "ad_spend", NUL, c->integers, 2, count, 0, c->integer_bits, ok_error));
    }
    return table;
}

typedef leadkpi_status (*add_call)(leadkpi_campaigns *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);
static const add_call add_calls[KIND_COUNT] = {leadkpi_campaigns_add_leads, leadkpi_campaigns_add_stages,
                                               leadkpi_campaigns_add_responses, leadkpi_campaigns_add_costs,
                                               leadkpi_campaigns_add_measures};

static leadkpi_status add_range(leadkpi_campaigns *campaigns, const world *w, int kind, size_t from,
                                size_t to, int turned, const char *batch, leadkpi_error *error)
{
    columns *c = malloc(sizeof *c);
    leadkpi_table *table = table_of(w, c, kind, w->rows[kind] + from, to - from, turned);
    leadkpi_status status = add_calls[kind](campaigns, table, batch, NUL, error);
    leadkpi_table_free(table);
    free(c);
    return status;
}

static void add_world(leadkpi_campaigns *campaigns, const world *w, int turned)
{
    for (int i = 0; i < KIND_COUNT; i++) {
        int kind = turned ? KIND_COUNT - 1 - i : i;
        OK(add_range(campaigns, w, kind, 0, w->counts[kind], turned, NULL, ok_error));
    }
}

/* ---- handles ---------------------------------------------------------------------- */

static leadkpi_campaigns *campaigns_with(const char *definition)
{
    leadkpi_options *options = NULL;
    leadkpi_campaigns *campaigns;
    if (definition) {
        OK(leadkpi_options_create(NULL, "campaigns", NUL, &options, ok_error));
        OK(leadkpi_options_parse(options, definition, NUL, ok_error));
    }
    OK(leadkpi_campaigns_create(NULL, options, &campaigns, ok_error));
    leadkpi_options_free(options);
    return campaigns;
}

typedef struct blob {
    uint8_t *bytes;
    size_t size;
} blob;

static blob state_of(const leadkpi_campaigns *campaigns)
{
    blob b;
    OK(leadkpi_campaigns_serialize(campaigns, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(leadkpi_campaigns_serialize(campaigns, b.bytes, b.size, NULL, ok_error));
    return b;
}

static leadkpi_campaigns *campaigns_of(blob b)
{
    leadkpi_campaigns *campaigns;
    OK(leadkpi_campaigns_deserialize(NULL, b.bytes, b.size, &campaigns, ok_error));
    return campaigns;
}

static void same_state(const leadkpi_campaigns *campaigns, blob expected, const char *what)
{
    blob b = state_of(campaigns);
    ck_assert_msg(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0,
                  "%s: other bytes (%zu, expected %zu)", what, b.size, expected.size);
    free(b.bytes);
}

#endif
