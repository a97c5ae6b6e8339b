/* The dearest lead: a million events, each of which fits all of 32 steps, under every rule there is.
 *
 * A row is leadkpi_funnel_steps; for the rules in `traced` there is a row of leadkpi_funnel_leads too, with
 * the time of every step of every attempt. Two microseconds lie between two events; every 16th of them
 * excludes where the rule has exclusions. A word of a rule as argument: only the rules with it. */
#include <leadkpi/funnel.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { EVENTS = 1000000, STEPS = 32, EVERY_NTH = 16 };
#define NUL LEADKPI_NUL_TERMINATED

#define EVEN_OPTIONAL "optional=2,4,6,8,10,12,14,16,18,20,22,24,26,28,30"
#define ALL_OPTIONAL                                                                               \
    "optional=2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

static const char *const rules[] = {
    /* the best attempt */
    "",
    "entry=first",
    "window=1ms",
    "window=20us",
    "window_days=1",
    "session=1us",
    "session=1h; sessions=2",
    "step_window=1ms; gap=1us",
    "same_event=many",
    "same_event=many; step_window=1ms; gap=1us",
    "same_value=true",
    "same_value=true; same_event=many",
    "exclude=x",
    "exclude=x; window=1ms",
    "exclude=x; exclude_from=3; exclude_to=9; step_window=1ms; gap=5us",
    "exclude=x; exclude_effect=end",
    "exclude=x; exclude_effect=end; entry=first; step_window=1ms; gap=5us",
    "exclude=x; exclude_effect=lead; window=1ms",
    "exclude=x; exclude_effect=lead; exclude_from=3; exclude_to=9; entry=first",
    "order=adjacent",
    "order=adjacent; entry=first",
    "order=adjacent; window=20us; exclude=x",
    "order=unordered; same_event=many",
    "order=unordered; same_event=many; window=1ms",
    "order=anchored; same_event=many",
    "order=anchored; same_event=many; entry=first; exclude=x",
    "order=open; same_event=many",
    "compat=clickhouse; window=1ms",
    "compat=clickhouse; window=1ms; modes=strict_order",
    "compat=clickhouse; window=1ms; modes=strict_increase,strict_deduplication",
    "compat=clickhouse; window=1ms; modes=strict_order,allow_reentry",
    "skips=implied; same_event=many; window=1ms",
    /* every attempt */
    "entry=every",
    "entry=every; window=1ms",
    "entry=every; window=20us",
    "entry=every; window_days=1",
    "entry=every; session=1us",
    "entry=every; gap=5us",
    "entry=every; step_window=1ms; gap=5us",
    "entry=every; step_window=1ms; gap=5us; window=50us",
    "entry=every; same_event=many; window=1ms",
    "entry=every; same_event=many; step_window=1ms; gap=5us",
    "entry=every; order=adjacent",
    "entry=every; order=adjacent; window=20us",
    "entry=every; order=anchored; same_event=many; window=1ms",
    "entry=every; exclude=x",
    "entry=every; exclude=x; exclude_from=3; exclude_to=9; gap=5us; step_window=1ms",
    "entry=every; exclude=x; exclude_effect=end",
    "entry=again; window=1ms",
    "entry=again; window=20us; gap=3us; step_window=1ms",
    "entry=again; exclude=x; exclude_effect=end; window=50us",
    "entry=again; order=anchored; same_event=many; window=1ms",
    /* steps that may be left out */
    "optional=2,3",
    "optional=2,3; entry=first; window=20us",
    "optional=2,3; entry=every; window=20us",
    "optional=2,3; exclude=x",
    "optional=2,3; entry=every; exclude=x; window=1ms",
    "optional=2,3; entry=every; gap=5us",
    "optional=2,3; entry=every; step_window=1ms",
    "optional=2,3; step_window=1ms; gap=5us; window=50us",
    "optional=2,3; entry=every; step_window=1ms; gap=5us; window=50us",
    "optional=2,3; entry=every; exclude=x; exclude_from=3; exclude_to=9",
    "optional=2,3; exclude=x; exclude_effect=lead",
    "optional=2,3; order=adjacent; entry=every",
    EVEN_OPTIONAL "; window=20us",
    EVEN_OPTIONAL "; entry=every; window=20us",
    ALL_OPTIONAL "; window=20us",
    ALL_OPTIONAL "; entry=every",
    ALL_OPTIONAL "; entry=every; window=20us; gap=5us; step_window=1ms",
    ALL_OPTIONAL "; exclude=x; exclude_from=3; exclude_to=9; gap=1us",
};

static const char *const traced[] = {"", "exclude=x; exclude_effect=end", "entry=every", "entry=every; window=20us",
                                     "optional=2,3; entry=every; window=20us"};

static int64_t ids[EVENTS], times[EVENTS], steps[EVENTS];
static uint8_t excluded[EVENTS];

static void good(leadkpi_status status, const leadkpi_error *error)
{
    if (status == LEADKPI_OK) return;
    fprintf(stderr, "%s\n", error->message);
    abort();
}

static leadkpi_funnel *funnel_with(const char *rule)
{
    leadkpi_options *definition;
    leadkpi_funnel *funnel;
    leadkpi_error error;
    char text[800] = "steps=s1";
    for (int i = 2; i <= STEPS; i++) snprintf(text + strlen(text), 8, ",s%d", i);
    snprintf(text + strlen(text), sizeof text - strlen(text), "; %s", rule);
    good(leadkpi_options_create(NULL, "funnel", NUL, &definition, &error), &error);
    good(leadkpi_options_parse(definition, text, NUL, &error), &error);
    good(leadkpi_funnel_create(NULL, definition, &funnel, &error), &error);
    leadkpi_options_free(definition);
    return funnel;
}

static void add_all(leadkpi_funnel *funnel, const char *rule)
{
    leadkpi_table *table;
    leadkpi_error error;
    good(leadkpi_table_create(NULL, &table, &error), &error);
    good(leadkpi_table_borrow_int64(table, "id", NUL, ids, EVENTS, 0, NULL, &error), &error);
    good(leadkpi_table_borrow_timestamp(table, "time", NUL, times, EVENTS, 0, NULL, &error), &error);
    good(leadkpi_table_borrow_int64(table, "steps", NUL, steps, EVENTS, 0, NULL, &error), &error);
    if (strstr(rule, "exclude"))
        good(leadkpi_table_borrow_bool(table, "excluded", NUL, excluded, EVENTS, 0, NULL, &error), &error);
    if (strstr(rule, "same_value"))
        good(leadkpi_table_borrow_int64(table, "value", NUL, ids, EVENTS, 0, NULL, &error), &error);
    good(leadkpi_funnel_add(funnel, table, NULL, 0, &error), &error);
    leadkpi_table_free(table);
}

typedef leadkpi_status (*report_call)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

/* Long lists of steps would fill the row. */
static const char *short_name(const char *rule)
{
    static char name[100];
    const char *rest = strchr(rule, ';');
    if (strlen(rule) < 40 || rule[13] != ',') return *rule ? rule : "(default)";
    snprintf(name, sizeof name, "optional=%.4s...%s", rule + 9, rest);
    return name;
}

/* One run: the slowest of all rules is what matters. */
static void bench_rule(const char *what, const char *rule, report_call call)
{
    leadkpi_funnel *funnel = funnel_with(rule);
    leadkpi_table *table;
    leadkpi_error error;
    add_all(funnel, rule);
    double start = bench_seconds();
    good(call(funnel, NULL, &table, &error), &error);
    double took = bench_seconds() - start;
    leadkpi_table_free(table);
    leadkpi_funnel_free(funnel);
    printf("%s ", what);
    bench_row(short_name(rule), took, EVENTS, 0);
    fflush(stdout);
    if (took > bench_best) bench_best = took;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    for (int i = 0; i < EVENTS; i++) {
        ids[i] = 7, times[i] = 2 * i, steps[i] = 0xFFFFFFFF;
        excluded[i] = i % EVERY_NTH == EVERY_NTH - 1;
    }
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strstr(rules[i], word)) bench_rule("one lead:", rules[i], leadkpi_funnel_steps);
    bench_ratio("one lead: seconds of the slowest rule", bench_best, 1);
    for (size_t i = 0; i < sizeof traced / sizeof traced[0]; i++)
        if (strstr(traced[i], word)) bench_rule("one lead, with times:", traced[i], leadkpi_funnel_leads);
    return 0;
}
