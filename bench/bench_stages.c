/* Stages: 2 M rows of 500,000 leads over 180 days, 6 stages: rows as a CRM logs them, in order of time,
 * and lead by lead. Ratios are of rows in order of time to rows lead by lead. */
#include <leadkpi/stages.h>
#include <stdlib.h>

#include "bench.h"

enum {
    ROWS = 2000000,
    LEADS = 500000,
    STAGES = 6
};
#define DAY INT64_C(86400000000)
#define NUL LEADKPI_NUL_TERMINATED

static int64_t *ids, *times;
static int32_t *codes;

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

/* Leads go on, jump, go back and are lost; four rows each. */
static void draw(void)
{
    uint64_t state = 1;
    ids = must(malloc(ROWS * sizeof *ids));
    times = must(malloc(ROWS * sizeof *times));
    codes = must(malloc(ROWS * sizeof *codes));
    for (int i = 0; i < ROWS; i++) {
        ids[i] = i / (ROWS / LEADS);
        times[i] = i % (ROWS / LEADS) ? times[i - 1] + (int64_t)(bench_random(&state) % (uint64_t)(20 * DAY))
                                      : (int64_t)(bench_random(&state) % (uint64_t)(120 * DAY));
        codes[i] = (int32_t)(bench_random(&state) % STAGES);
    }
}

typedef struct entry {
    int64_t time, id;
    int32_t code;
} entry;

static int by_time(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

static void sort_by_time(void)
{
    entry *entries = must(malloc(ROWS * sizeof *entries));
    for (int i = 0; i < ROWS; i++) entries[i] = (entry){times[i], ids[i], codes[i]};
    qsort(entries, ROWS, sizeof *entries, by_time);
    for (int i = 0; i < ROWS; i++) {
        times[i] = entries[i].time;
        ids[i] = entries[i].id;
        codes[i] = entries[i].code;
    }
    free(entries);
}

static leadkpi_stages *filled(void)
{
    static const int64_t offsets[] = {0, 3, 6, 9, 12, 16, 21};
    leadkpi_options *definition;
    leadkpi_stages *stages;
    leadkpi_table *table;
    good(leadkpi_options_create(NULL, "stages", NUL, &definition, NULL));
    good(leadkpi_options_parse(definition, "stages=new,mql,sql,won; lost=lost", NUL, NULL));
    good(leadkpi_stages_create(NULL, definition, &stages, NULL));
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_int64(table, "id", NUL, ids, ROWS, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(table, "time", NUL, times, ROWS, 0, NULL, NULL));
    good(leadkpi_table_borrow_dictionary(table, "stage", NUL, codes, ROWS, 0, NULL, offsets,
                                         "newmqlsqlwonlostaside", STAGES, NULL));
    good(leadkpi_stages_add(stages, table, NULL, 0, NULL));
    leadkpi_table_free(table);
    leadkpi_options_free(definition);
    return stages;
}

static void report(leadkpi_status (*call)(const leadkpi_stages *, const leadkpi_options *,
                                          leadkpi_table **, leadkpi_error *),
                   const leadkpi_stages *stages)
{
    leadkpi_table *table;
    good(call(stages, NULL, &table, NULL));
    leadkpi_table_free(table);
}

static void save(const leadkpi_stages *stages)
{
    size_t size;
    good(leadkpi_stages_serialize(stages, NULL, 0, &size, NULL));
    void *bytes = must(malloc(size));
    good(leadkpi_stages_serialize(stages, bytes, size, NULL, NULL));
    free(bytes);
}

/* add, steps, transitions, durations, leads, serialize: what each took, into `took`. */
static void bench_all(const char *const names[6], double took[6])
{
    leadkpi_stages *stages = NULL;
    BENCH(names[0], ROWS, 0, leadkpi_stages_free(stages); stages = filled());
    took[0] = bench_best;
    BENCH(names[1], ROWS, 0, report(leadkpi_stages_steps, stages));
    took[1] = bench_best;
    BENCH(names[2], ROWS, 0, report(leadkpi_stages_transitions, stages));
    took[2] = bench_best;
    BENCH(names[3], ROWS, 0, report(leadkpi_stages_durations, stages));
    took[3] = bench_best;
    BENCH(names[4], ROWS, 0, report(leadkpi_stages_leads, stages));
    took[4] = bench_best;
    BENCH(names[5], ROWS, 0, save(stages));
    took[5] = bench_best;
    leadkpi_stages_free(stages);
}

int main(void)
{
    static const char *const grouped[] = {"stages: add, lead by lead",      "stages: steps, lead by lead",
                                          "stages: transitions, lead by lead", "stages: durations, lead by lead",
                                          "stages: leads, lead by lead",    "stages: serialize, lead by lead"};
    static const char *const in_time[] = {"stages: add, in order of time",   "stages: steps, in order of time",
                                          "stages: transitions, in order of time",
                                          "stages: durations, in order of time",
                                          "stages: leads, in order of time", "stages: serialize, in order of time"};
    double took[2][6];
    draw();
    bench_all(grouped, took[0]);
    sort_by_time();
    bench_all(in_time, took[1]);
    bench_ratio("stages: ratio of add", took[1][0], took[0][0]);
    bench_ratio("stages: ratio of transitions", took[1][2], took[0][2]);
    bench_ratio("stages: transitions to add, lead by lead", took[0][2], took[0][0]);
    return 0;
}
