/* histories.h: changes of stage, and ways to hand them in. */
#ifndef LK_TEST_HISTORIES_H
#define LK_TEST_HISTORIES_H

#include "../support/random.h"
#include "../support/tables.h"

#define ROWS_MAX 2048
#define DAY INT64_C(86400000000)

typedef struct change {
    int64_t id, time;
    const char *stage, *from, *segment, *reason; /* all but stage may be NULL */
    int64_t sequence;
} change;

static inline leadkpi_status add_changes(leadkpi_stages *stages, const change *rows, size_t count,
                                         const char *batch, leadkpi_error *error)
{
    static int64_t ids[ROWS_MAX], times[ROWS_MAX], sequences[ROWS_MAX];
    static const char *texts[4][ROWS_MAX];
    static const char *const names[] = {"stage", "from", "segment", "reason"};
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].id;
        times[i] = rows[i].time;
        sequences[i] = rows[i].sequence;
        texts[0][i] = rows[i].stage;
        texts[1][i] = rows[i].from;
        texts[2][i] = rows[i].segment;
        texts[3][i] = rows[i].reason;
    }
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "sequence", NUL, sequences, count, 0, NULL, ok_error));
    for (int i = 0; i < 4; i++)
        OK(leadkpi_table_copy_strings(table, names[i], NUL, texts[i], count, ok_error));
    leadkpi_status status = leadkpi_stages_add(stages, table, batch, NUL, error);
    leadkpi_table_free(table);
    return status;
}

static inline leadkpi_stages *stages_on(const leadkpi_host *host, const char *definition)
{
    leadkpi_stages *stages;
    leadkpi_options *options = options_of("stages", definition);
    OK(leadkpi_stages_create(host, options, &stages, ok_error));
    leadkpi_options_free(options);
    return stages;
}

static inline leadkpi_stages *stages_with(const char *definition)
{
    return stages_on(NULL, definition);
}

static inline blob state_of(const leadkpi_stages *stages)
{
    blob b;
    OK(leadkpi_stages_serialize(stages, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(leadkpi_stages_serialize(stages, b.bytes, b.size, NULL, ok_error));
    return b;
}

static inline void same_state(const leadkpi_stages *stages, blob expected, const char *what)
{
    blob b = state_of(stages);
    ck_assert_msg(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0,
                  "%s: other bytes", what);
    free(b.bytes);
}

typedef leadkpi_status (*stages_report)(const leadkpi_stages *, const leadkpi_options *,
                                        leadkpi_table **, leadkpi_error *);

static inline leadkpi_table *report(stages_report call, const leadkpi_stages *stages, const char *text)
{
    leadkpi_table *table;
    leadkpi_options *options = text ? options_of("stages_report", text) : NULL;
    OK(call(stages, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

/* Few leads, few times: rows repeat and tie. */
static inline void draw_changes(change *rows, size_t count, uint64_t seed, int leads, int times)
{
    static const char *const stages[] = {"new", "mql", "sql", "won", "lost", "parked"};
    static const char *const segments[] = {"web", "event", "", NULL};
    static const char *const reasons[] = {"budget", "timing", NULL};
    uint64_t state = seed;
    for (size_t i = 0; i < count; i++) {
        change *c = &rows[i];
        c->id = (int64_t)(lk_test_random(&state) % (uint64_t)leads) - 2;
        c->time = (int64_t)(lk_test_random(&state) % (uint64_t)times) * 1000;
        c->sequence = (int64_t)(lk_test_random(&state) % 3) - 1;
        c->stage = stages[lk_test_random(&state) % 6];
        c->from = lk_test_random(&state) % 2 ? stages[lk_test_random(&state) % 6] : NULL;
        c->segment = segments[lk_test_random(&state) % 4];
        c->reason = reasons[lk_test_random(&state) % 3];
    }
}

static inline void shuffle_changes(change *rows, size_t count, uint64_t seed)
{
    uint64_t state = seed;
    for (size_t i = count; i-- > 1;) {
        size_t j = (size_t)(lk_test_random(&state) % (i + 1));
        change c = rows[i];
        rows[i] = rows[j];
        rows[j] = c;
    }
}

#endif
