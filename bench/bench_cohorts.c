/* Cohorts: 10 M events of 1 M customers over 24 months in no order, as a matrix and through a handle;
 * Kaplan-Meier of a million day-valued times; the log-rank test of 200 segments. */
#include <leadkpi/calendar.h>
#include <leadkpi/cohorts.h>
#include <leadkpi/stats.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum {
    EVENTS = 10000000,
    CUSTOMERS = 1000000,
    MONTHS = 24,
    LIVES = 1000000
};
#define DAY INT64_C(86400000000)

static int64_t *ids, *scattered, *times;
static int64_t cells[MONTHS * MONTHS];

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void good(leadkpi_status status)
{
    if (status != LEADKPI_OK) abort();
}

static void draw(uint64_t *state)
{
    ids = must(malloc(EVENTS * sizeof *ids));
    scattered = must(malloc(EVENTS * sizeof *scattered));
    times = must(malloc(EVENTS * sizeof *times));
    for (int i = 0; i < EVENTS; i++) {
        double u = (double)(bench_random(state) >> 11) * 0x1p-53;
        ids[i] = (int64_t)(u * u * CUSTOMERS);
        scattered[i] = (int64_t)((uint64_t)ids[i] * 0x9e3779b97f4a7c15u);
        times[i] = (int64_t)(bench_random(state) % (uint64_t)(730 * DAY));
    }
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    good(leadkpi_options_create(NULL, schema, LEADKPI_NUL_TERMINATED, &options, NULL));
    good(leadkpi_options_parse(options, text, LEADKPI_NUL_TERMINATED, NULL));
    return options;
}

static leadkpi_cohorts *filled(void)
{
    leadkpi_table *table;
    leadkpi_cohorts *cohorts;
    good(leadkpi_cohorts_create(NULL, NULL, &cohorts, NULL));
    good(leadkpi_table_create(NULL, &table, NULL));
    good(leadkpi_table_borrow_int64(table, "id", LEADKPI_NUL_TERMINATED, ids, EVENTS, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(table, "time", LEADKPI_NUL_TERMINATED, times, EVENTS, 0, NULL,
                                        NULL));
    good(leadkpi_cohorts_add_activity(cohorts, table, NULL, 0, NULL));
    leadkpi_table_free(table);
    return cohorts;
}

static void retention(const leadkpi_cohorts *cohorts, const leadkpi_options *options)
{
    leadkpi_table *table;
    good(leadkpi_cohorts_retention(cohorts, options, &table, NULL));
    leadkpi_table_free(table);
}

static void bench_survival(uint64_t *state)
{
    int64_t *days = must(malloc(LIVES * sizeof *days));
    uint8_t *ended = must(malloc(LIVES));
    leadkpi_stats_survival *curve;
    for (int i = 0; i < LIVES; i++) {
        days[i] = (int64_t)(bench_random(state) % 1500);
        ended[i] = bench_random(state) % 3 != 0;
    }
    BENCH("cohorts: Kaplan-Meier of 1 M days", LIVES, 9.0 * LIVES,
          good(leadkpi_stats_survival_create_int64(NULL, days, ended, LIVES, &curve, NULL));
          leadkpi_stats_survival_free(curve));
    free(days), free(ended);
}

enum { LEADS = 200000, SEGMENTS = 200 };

/* Leads of many segments, half of them won at an instant of their own. */
static leadkpi_cohorts *with_outcomes(uint64_t *state)
{
    static char names[SEGMENTS][8];
    const char **channels = must(malloc(LEADS * sizeof *channels)), **won = must(malloc(LEADS * sizeof *won));
    leadkpi_table *acquired, *outcomes;
    leadkpi_cohorts *cohorts;
    for (int i = 0; i < SEGMENTS; i++) snprintf(names[i], sizeof names[i], "s%d", i);
    for (int i = 0; i < LEADS; i++) {
        ids[i] = i;
        times[i] = (int64_t)(bench_random(state) % (uint64_t)(365 * DAY));
        channels[i] = names[i % SEGMENTS];
        won[i] = "won";
    }
    good(leadkpi_cohorts_create(NULL, NULL, &cohorts, NULL));
    good(leadkpi_table_create(NULL, &acquired, NULL));
    good(leadkpi_table_borrow_int64(acquired, "id", LEADKPI_NUL_TERMINATED, ids, LEADS, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(acquired, "time", LEADKPI_NUL_TERMINATED, times, LEADS, 0, NULL, NULL));
    good(leadkpi_table_copy_strings(acquired, "channel", LEADKPI_NUL_TERMINATED, channels, LEADS, NULL));
    good(leadkpi_cohorts_add_acquisitions(cohorts, acquired, NULL, 0, NULL));
    for (int i = 0; i < LEADS / 2; i++) times[i] += (int64_t)(bench_random(state) % (uint64_t)(200 * DAY));
    good(leadkpi_table_create(NULL, &outcomes, NULL));
    good(leadkpi_table_borrow_int64(outcomes, "id", LEADKPI_NUL_TERMINATED, ids, LEADS / 2, 0, NULL, NULL));
    good(leadkpi_table_borrow_timestamp(outcomes, "time", LEADKPI_NUL_TERMINATED, times, LEADS / 2, 0, NULL, NULL));
    good(leadkpi_table_copy_strings(outcomes, "outcome", LEADKPI_NUL_TERMINATED, won, LEADS / 2, NULL));
    good(leadkpi_cohorts_add_outcomes(cohorts, outcomes, NULL, 0, NULL));
    leadkpi_table_free(acquired), leadkpi_table_free(outcomes);
    free(channels), free(won);
    return cohorts;
}

static void bench_log_rank(uint64_t *state)
{
    leadkpi_table *table;
    leadkpi_cohorts *cohorts = with_outcomes(state);
    leadkpi_options *options = options_of("cohorts_survival", "as_of=1971-12-31; event=outcome; by=channel");
    BENCH("cohorts: survival, log-rank, 200 segments", LEADS, 0,
          good(leadkpi_cohorts_survival_summary(cohorts, options, &table, NULL));
          leadkpi_table_free(table));
    leadkpi_options_free(options);
    leadkpi_cohorts_free(cohorts);
}

int main(void)
{
    uint64_t state = 1;
    size_t outside;
    leadkpi_calendar *calendar;
    leadkpi_options *months = options_of("calendar", "grain=month");
    good(leadkpi_calendar_create(NULL, months, &calendar, NULL));
    draw(&state);
    BENCH("cohorts: matrix, ids close together", EVENTS, 16.0 * EVENTS,
          good(leadkpi_cohorts_matrix(NULL, calendar, 0, MONTHS, ids, times, EVENTS, cells, &outside, NULL)));
    BENCH("cohorts: matrix, ids scattered", EVENTS, 16.0 * EVENTS,
          good(leadkpi_cohorts_matrix(NULL, calendar, 0, MONTHS, scattered, times, EVENTS, cells, &outside,
                                      NULL)));
    leadkpi_cohorts *cohorts = NULL;
    leadkpi_options *options = options_of(
        "cohorts_retention", "as_of=1972-01-01; clock=calendar; acquired=first_event; ages=24");
    BENCH("cohorts: add, in no order", EVENTS, 0, leadkpi_cohorts_free(cohorts); cohorts = filled());
    BENCH("cohorts: retention, calendar clock", EVENTS, 0, retention(cohorts, options));
    bench_survival(&state);
    bench_log_rank(&state);
    leadkpi_cohorts_free(cohorts);
    leadkpi_options_free(options), leadkpi_options_free(months);
    leadkpi_calendar_free(calendar);
    free(ids), free(scattered), free(times);
    return 0;
}
