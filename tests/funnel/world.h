/* world.h: leads at random, and ways to hand their events in. Few times, few ids: rows repeat and
 * tie. */
#ifndef LK_TEST_FUNNEL_WORLD_H
#define LK_TEST_FUNNEL_WORLD_H

#include "../support/random.h"
#include "../support/tables.h"

#define ROWS_MAX 4096

typedef struct row {
    int64_t id, time, sequence, steps;
    int excluded;
    const char *segment; /* NULL: null */
} row;

typedef struct world {
    row rows[ROWS_MAX];
    size_t count;
    int text_ids;
} world;

/* Arrays that a table borrows. */
typedef struct columns {
    int64_t ids[ROWS_MAX], times[ROWS_MAX], sequences[ROWS_MAX], steps[ROWS_MAX];
    int64_t exclusions[ROWS_MAX];
    uint8_t excluded[ROWS_MAX];
    const char *texts[ROWS_MAX];
    char id_texts[ROWS_MAX][24];
} columns;

typedef struct drawing {
    int leads, step_count, times, sequences, many_steps, exclusions, foreign;
} drawing;

static row draw_row(uint64_t *state, const drawing *d)
{
    row r = {0};
    r.id = (int64_t)(lk_test_random(state) % (uint64_t)d->leads) - 3;
    r.time = (int64_t)(lk_test_random(state) % (uint64_t)d->times);
    r.sequence = d->sequences ? (int64_t)(lk_test_random(state) % (uint64_t)d->sequences) - 1 : 0;
    r.steps = INT64_C(1) << lk_test_random(state) % (uint64_t)d->step_count;
    if (d->many_steps && lk_test_random(state) % 3 == 0)
        r.steps |= INT64_C(1) << lk_test_random(state) % (uint64_t)d->step_count;
    if (d->foreign && lk_test_random(state) % 5 == 0) r.steps = 0;
    if (d->exclusions && lk_test_random(state) % 6 == 0) {
        r.excluded = 1;
        if (lk_test_random(state) % 2) r.steps = 0;
    }
    const char *const segments[] = {"web", "event", "", NULL};
    r.segment = segments[lk_test_random(state) % 4];
    return r;
}

static inline void draw_world(world *w, uint64_t seed, size_t count, const drawing *d)
{
    uint64_t state = seed;
    memset(w, 0, sizeof *w);
    w->count = count;
    for (size_t i = 0; i < count; i++) w->rows[i] = draw_row(&state, d);
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

static leadkpi_status add_rows(leadkpi_funnel *funnel, const row *rows, size_t count, int text_ids,
                               const char *batch, leadkpi_error *error)
{
    columns *c = malloc(sizeof *c);
    leadkpi_table *table;
    int as_bits = 0;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    for (size_t i = 0; i < count; i++) {
        c->ids[i] = rows[i].id;
        c->times[i] = rows[i].time;
        c->sequences[i] = rows[i].sequence;
        c->steps[i] = rows[i].steps;
        c->exclusions[i] = rows[i].excluded;
        c->excluded[i] = (uint8_t)rows[i].excluded;
        as_bits |= rows[i].excluded > 1;
        snprintf(c->id_texts[i], sizeof c->id_texts[i], "lead %d", (int)rows[i].id);
        c->texts[i] = c->id_texts[i];
    }
    if (text_ids)
        OK(leadkpi_table_copy_strings(table, "id", NUL, c->texts, count, ok_error));
    else
        OK(leadkpi_table_borrow_int64(table, "id", NUL, c->ids, count, 0, NULL, ok_error));
    for (size_t i = 0; i < count; i++) c->texts[i] = rows[i].segment;
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, c->times, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "sequence", NUL, c->sequences, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "steps", NUL, c->steps, count, 0, NULL, ok_error));
    if (as_bits)
        OK(leadkpi_table_borrow_int64(table, "excluded", NUL, c->exclusions, count, 0, NULL, ok_error));
    else
        OK(leadkpi_table_borrow_bool(table, "excluded", NUL, c->excluded, count, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "segment", NUL, c->texts, count, ok_error));
    leadkpi_status status = leadkpi_funnel_add(funnel, table, batch, NUL, error);
    leadkpi_table_free(table);
    free(c);
    return status;
}

static inline leadkpi_funnel *funnel_with(const char *definition)
{
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", definition);
    OK(leadkpi_funnel_create(NULL, options, &funnel, ok_error));
    leadkpi_options_free(options);
    return funnel;
}

/* ---- states ------------------------------------------------------------------------- */

static inline blob state_of(const leadkpi_funnel *funnel)
{
    blob b;
    OK(leadkpi_funnel_serialize(funnel, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(leadkpi_funnel_serialize(funnel, b.bytes, b.size, NULL, ok_error));
    return b;
}

static inline leadkpi_funnel *funnel_of(blob b)
{
    leadkpi_funnel *funnel;
    OK(leadkpi_funnel_deserialize(NULL, b.bytes, b.size, &funnel, ok_error));
    return funnel;
}

static inline void same_state(const leadkpi_funnel *funnel, blob expected, const char *what)
{
    blob b = state_of(funnel);
    ck_assert_msg(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0,
                  "%s: other bytes (%zu, expected %zu)", what, b.size, expected.size);
    free(b.bytes);
}

/* ---- journeys as text ---------------------------------------------------------------- */

/* Events of one lead, "A0 B1 C5": a step's letter and the time; x excludes, z is foreign. */
static inline size_t parse_journey(const char *text, row *rows)
{
    size_t count = 0;
    for (; *text; text++) {
        if (*text == ' ') continue;
        row r = {0};
        while (*text >= 'A' && *text <= 'Z') r.steps |= INT64_C(1) << (*text++ - 'A');
        if (*text == 'x') r.excluded = 1, text++;
        if (*text == 'z') text++;
        char *end;
        r.time = strtoll(text, &end, 10);
        text = end - 1;
        rows[count++] = r;
    }
    return count;
}

/* The level of such a journey. */
static inline int64_t level_of(const char *definition, const char *journey)
{
    row rows[64];
    leadkpi_table *table;
    leadkpi_funnel *funnel = funnel_with(definition);
    OK(add_rows(funnel, rows, parse_journey(journey, rows), 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &table, ok_error));
    int64_t level = leadkpi_table_row_count(table) ? whole_at(table, "step", 0) : 0;
    leadkpi_table_free(table);
    leadkpi_funnel_free(funnel);
    return level;
}

#endif
