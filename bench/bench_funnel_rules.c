/* One lead with many events, under rules drawn at random: which is the dearest?
 *
 *     bench_funnel_rules [events] [rules] [seed] [shape] [rule] [report]
 *
 * A rule is one of each axis of the definition, as far as the handle takes it; each meets every shape of data and
 * one of the reports, drawn too, or all whose names begin with a shape and a report that are given. Above 1 s a
 * million events there should be nothing. A row says how long the report took (seconds of this process), the longest
 * time between two questions to the host whether to stop, and the most memory that it held.
 *
 * Silence and memory are those of a host that counts, whose malloc has a fault of the system for each page. What took
 * long with it is timed twice more with the memory that the library takes by itself, as most programs have it, and the
 * least counts: a first time may wait for pages that the machine has never given before. */
#include <leadkpi/funnel.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { STEPS = 32, RANGES = 16, SEGMENTS = 8 };
#define NUL LEADKPI_NUL_TERMINATED
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CHOICES_MAX 12

/* ---- rules ------------------------------------------------------------------------------- */

/* Chosen with equal chance; what is named twice is twice as likely. */
static const char *const axes[][CHOICES_MAX] = {
    {"", "", "", "", "order=adjacent; ", "order=unordered; ", "order=anchored; ", "order=open; ",
     "preset=posthog_ordered; ", "preset=mixpanel_totals; ", "compat=clickhouse; ", "compat=clickhouse; "},
    {"", "entry=first; ", "entry=every; ", "entry=every; ", "entry=again; "},
    {"", "", "window=1ms; ", "window=20us; ", "window=50us; ", "window_days=1; ", "window_days=2; zone=+05:30; ",
     "session=1us; ", "session=5us; ", "session=1us; sessions=9; ", "window=0s; "},
    {"", "", "step_window=1ms; ", "step_window=5us; ", "step_window=0s; "},
    {"", "", "gap=1us; ", "gap=5us; "},
    {"", "same_event=many; ", "same_event=many; ", "same_event=many; skips=implied; "},
    {"", "", "same_value=true; "},
    {"", "", "", "optional=2,3; ", "optional=2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; ",
     "optional=2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31; "},
    {"", "", "exclude=x; ", "exclude=x; exclude_from=3; exclude_to=9; ",
     "exclude=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p; exclude_from=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16; "
     "exclude_to=64,31,30,29,28,27,26,25,24,23,22,21,20,19,18,17; ",
     "exclude=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p; exclude_from=1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31; "
     "exclude_to=2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32; "},
    {"", "", "exclude_effect=end; ", "exclude_effect=lead; "},
    {"", "", "", "modes=strict_order; ", "modes=strict_deduplication; ", "modes=strict_increase; ",
     "modes=strict_order,allow_reentry; ", "modes=strict_deduplication,strict_increase; "},
};

static void draw_rule(uint64_t *state, char *text)
{
    *text = '\0';
    for (size_t axis = 0; axis < COUNT(axes); axis++) {
        size_t choices = 0;
        while (choices < CHOICES_MAX && axes[axis][choices]) choices++;
        strcat(text, axes[axis][bench_random(state) % choices]);
    }
}

/* ---- shapes of data ------------------------------------------------------------------------ */

static int event_count = 1000000;
static int64_t *ids, *times, *steps, *excluded, *values, *sequences;
static uint8_t *is_excluded;
static int32_t *segments;

typedef void (*shape_of)(int i, uint64_t random);

static void set(int i, int64_t time, uint64_t matched, uint64_t barriers, int64_t value)
{
    times[i] = time, steps[i] = (int64_t)matched, excluded[i] = (int64_t)barriers, values[i] = value;
    is_excluded[i] = barriers != 0;
    segments[i] = i % SEGMENTS;
    ids[i] = 7;
}

#define ALL UINT64_C(0xFFFFFFFF)
#define EVERY_NTH(n) (i % (n) == (n) - 1 ? 1 + (random & 0xFFFF & ~UINT64_C(1)) : 0)

static void all_steps(int i, uint64_t random) { set(i, 2 * i, ALL, EVERY_NTH(16), 1); }
static void one_step(int i, uint64_t random) { set(i, 2 * i, 1U << (random >> 40) % STEPS, EVERY_NTH(16), 1); }
static void descending(int i, uint64_t random) { set(i, 2 * i, 1U << (STEPS - 1 - i % STEPS), EVERY_NTH(16), 1); }
static void ascending(int i, uint64_t random) { set(i, 2 * i, 1U << i % STEPS, EVERY_NTH(320), 1); }
static void one_time(int i, uint64_t random) { set(i, 0, ALL, EVERY_NTH(16), 1); }
static void one_time_each(int i, uint64_t random) { set(i, 0, 1U << (random >> 40) % STEPS, EVERY_NTH(16), 1); }
static void pairs(int i, uint64_t random) { set(i, 2 * (i / 2), ALL, EVERY_NTH(16), i / 2 % 1000); }
static void barriers(int i, uint64_t random) { set(i, 2 * i, ALL, EVERY_NTH(1), 1); }
static void between(int i, uint64_t random) { set(i, 2 * i, i % 2 ? 0 : ALL, EVERY_NTH(2), 1); }
static void masks(int i, uint64_t random) { set(i, 2 * i, random >> 32, EVERY_NTH(64), (int64_t)(random & 7)); }
static void distinct(int i, uint64_t random) { set(i, 2 * i, ALL, EVERY_NTH(64), i); }
static void triples(int i, uint64_t random) { set(i, 2 * i, UINT64_C(7) << (random >> 40) % (STEPS - 2), EVERY_NTH(64), 1); }
static void days(int i, uint64_t random) { set(i, INT64_C(30000000) * i, 3U << (random >> 40) % (STEPS - 1), EVERY_NTH(64), 1); }
static void starts(int i, uint64_t random)
{
    set(i, 2 * i, i < event_count / 2 ? 1 : 1U << (random >> 40) % STEPS, EVERY_NTH(64), (int64_t)(random & 255));
}

static const struct shape {
    const char *name;
    shape_of draw;
} shapes[] = {{"all", all_steps},     {"one", one_step},           {"descending", descending}, {"ascending", ascending},
              {"one_time", one_time}, {"one_time_each", one_time_each}, {"pairs", pairs},     {"barriers", barriers},
              {"between", between},   {"masks", masks},            {"distinct", distinct},     {"starts", starts},
              {"triples", triples},   {"days", days}};

static void *must(void *block)
{
    if (!block) abort();
    return block;
}

static void make_room(void)
{
    size_t count = (size_t)event_count;
    ids = must(malloc(count * sizeof *ids));
    times = must(malloc(count * sizeof *times));
    steps = must(malloc(count * sizeof *steps));
    excluded = must(malloc(count * sizeof *excluded));
    values = must(malloc(count * sizeof *values));
    sequences = must(calloc(count, sizeof *sequences));
    is_excluded = must(malloc(count));
    segments = must(malloc(count * sizeof *segments));
}

/* ---- the host: how long it waits for a question, and what it holds ---------------------------- */

static double asked, longest_wait, started;
static size_t held, most_held;
static bool counts; /* does the host lend its own memory? */
#define TIMED_AGAIN 0.3 /* seconds */
#define TOO_LONG 20 /* seconds */

static int32_t was_asked(void *user)
{
    double now = bench_seconds();
    (void)user;
    if (now - asked > longest_wait) longest_wait = now - asked;
    asked = now;
    return now - started > TOO_LONG;
}

static void hold(size_t more, size_t less)
{
    held += more - less;
    if (held > most_held) most_held = held;
}

static void *allocate(void *user, size_t size)
{
    (void)user;
    hold(size, 0);
    return malloc(size);
}

static void *reallocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    (void)user;
    hold(new_size, old_size);
    return realloc(memory, new_size);
}

static void release(void *user, void *memory, size_t size)
{
    (void)user;
    hold(0, size);
    free(memory);
}

/* ---- reports ---------------------------------------------------------------------------------- */

typedef leadkpi_status (*report_call)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

static const struct report {
    report_call call;
    const char *name, *options;
} reports[] = {
    {leadkpi_funnel_steps, "steps", ""},
    {leadkpi_funnel_leads, "leads", ""},
    {leadkpi_funnel_leads, "leads by entry", "by=segment"},
    {leadkpi_funnel_leads, "leads by any", "by=segment; breakdown=any"},
    {leadkpi_funnel_times, "times", ""},
    {leadkpi_funnel_times, "times by entry", "by=segment"},
    {leadkpi_funnel_times, "times by step 7", "by=segment; breakdown=step; breakdown_step=7"},
    {leadkpi_funnel_times, "times by any", "by=segment; breakdown=any"},
    {leadkpi_funnel_times, "times by day", "grain=day"},
    {leadkpi_funnel_times, "times by entry and day", "by=segment; grain=day"},
    {leadkpi_funnel_steps, "steps by entry", "by=segment"},
    {leadkpi_funnel_steps, "steps by first", "by=segment; breakdown=first"},
    {leadkpi_funnel_steps, "steps by last", "by=segment; breakdown=last"},
    {leadkpi_funnel_steps, "steps by step", "by=segment; breakdown=step"},
    {leadkpi_funnel_steps, "steps by any", "by=segment; breakdown=any"},
    {leadkpi_funnel_steps, "steps by any and day", "by=segment; breakdown=any; grain=day"},
    {leadkpi_funnel_histogram, "histogram", ""},
    {leadkpi_funnel_histogram, "histogram of 3 to 9", "from_step=3; to_step=9; bins=1000"},
    {leadkpi_funnel_histogram, "histogram by step 7", "by=segment; breakdown=step; breakdown_step=7; to_step=9"},
    {leadkpi_funnel_histogram, "histogram by any", "by=segment; breakdown=any; to_step=2; bin_width=1s"},
    {leadkpi_funnel_difference, "difference", "by=segment"},
    {leadkpi_funnel_difference, "difference by step and day", "by=segment; breakdown=step; rate=step; grain=day"},
    {leadkpi_funnel_checks, "checks", ""},
    {leadkpi_funnel_retention, "retention", ""},
    {leadkpi_funnel_retention, "retention by any", "by=segment; breakdown=any"},
    {leadkpi_funnel_sequences, "sequences", "pattern=\"(?1)(?t<=1ms)(?2)(?t>=10us)(?3).*(?4)(?t==20us)(?32)\""},
    {leadkpi_funnel_sequences, "sequences by any", "pattern=\"(?1).*(?2).*(?3)\"; by=segment; breakdown=any"},
    {leadkpi_funnel_sequence_leads, "sequence leads", "pattern=\"(?1)(?2)(?3)(?t>1h)(?4)\""},
};

/* ---- a run -------------------------------------------------------------------------------------- */

static leadkpi_status funnel_with(const char *rule, leadkpi_funnel **funnel)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    leadkpi_options *definition;
    char text[2000] = "steps=s1";
    for (int i = 2; i <= STEPS; i++) snprintf(text + strlen(text), 8, ",s%d", i);
    snprintf(text + strlen(text), sizeof text - strlen(text), "; %s", rule);
    host.interrupted = was_asked;
    if (counts) {
        host.allocate = allocate;
        host.reallocate = reallocate;
        host.release = release;
    }
    *funnel = NULL;
    if (leadkpi_options_create(NULL, "funnel", NUL, &definition, NULL) != LEADKPI_OK) abort();
    leadkpi_status status = leadkpi_options_parse(definition, text, NUL, NULL);
    if (status == LEADKPI_OK) status = leadkpi_funnel_create(&host, definition, funnel, NULL);
    leadkpi_options_free(definition);
    return status;
}

static void good(leadkpi_status status, const leadkpi_error *error)
{
    if (status == LEADKPI_OK) return;
    fprintf(stderr, "%s\n", error->message);
    abort();
}

/* False where the rule takes no events of many steps, as these are. */
static bool add_all(leadkpi_funnel *funnel, const char *rule, bool with_segments)
{
    static const int64_t offsets[] = {0, 0, 1, 2, 3, 4, 5, 6, 7};
    leadkpi_table *table;
    leadkpi_error e;
    size_t count = (size_t)event_count;
    good(leadkpi_table_create(NULL, &table, &e), &e);
    good(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, &e), &e);
    good(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, &e), &e);
    good(leadkpi_table_borrow_int64(table, "steps", NUL, steps, count, 0, NULL, &e), &e);
    if (strstr(rule, "exclude=x"))
        good(leadkpi_table_borrow_bool(table, "excluded", NUL, is_excluded, count, 0, NULL, &e), &e);
    if (strstr(rule, "exclude=a"))
        good(leadkpi_table_borrow_int64(table, "excluded", NUL, excluded, count, 0, NULL, &e), &e);
    if (strstr(rule, "same_value"))
        good(leadkpi_table_borrow_int64(table, "value", NUL, values, count, 0, NULL, &e), &e);
    if (with_segments)
        good(leadkpi_table_borrow_dictionary(table, "segment", NUL, segments, count, 0, NULL, offsets, "abcdefg",
                                             SEGMENTS, &e), &e);
    leadkpi_status status = leadkpi_funnel_add(funnel, table, NULL, 0, &e);
    leadkpi_table_free(table);
    if (status == LEADKPI_BAD_DATA) return false;
    good(status, &e);
    return true;
}

/* Seconds of the report; false where the rule takes no such events. */
static bool run_once(const char *rule, const struct report *report, leadkpi_status *status, double *took)
{
    leadkpi_funnel *funnel;
    leadkpi_options *options;
    leadkpi_table *table;
    leadkpi_error error;
    started = bench_seconds();
    good(funnel_with(rule, &funnel), &error);
    if (!add_all(funnel, rule, strstr(report->options, "segment"))) {
        leadkpi_funnel_free(funnel);
        return false;
    }
    good(leadkpi_options_create(NULL, "funnel_report", NUL, &options, &error), &error);
    good(leadkpi_options_parse(options, report->options, NUL, &error), &error);
    size_t before = most_held = held;
    longest_wait = 0;
    started = asked = bench_seconds();
    *status = report->call(funnel, options, &table, &error);
    *took = bench_seconds() - started;
    was_asked(NULL);
    most_held -= before;
    leadkpi_table_free(table);
    leadkpi_options_free(options);
    leadkpi_funnel_free(funnel);
    return true;
}

static void run(const char *rule, const char *shape, const struct report *report)
{
    leadkpi_status status, again = LEADKPI_OK;
    double took, other = 0;
    counts = true;
    if (!run_once(rule, report, &status, &took)) return;
    double silence = longest_wait;
    size_t memory = most_held;
    counts = false;
    for (int i = 0; i < 2 && status == LEADKPI_OK && took > TIMED_AGAIN; i++) {
        run_once(rule, report, &again, &other);
        if (again == LEADKPI_OK && other < took) took = other;
    }
    if (status == LEADKPI_OK || status == LEADKPI_INTERRUPTED)
        printf("%8.3f s %8.3f s %8.1f MB  %s | %s | %s%s\n", took, silence, (double)memory / 1e6, shape, report->name,
               rule, status == LEADKPI_OK ? "" : "  STOPPED");
    fflush(stdout);
    if (took > bench_best && status == LEADKPI_OK) bench_best = took;
}

static bool begins(const char *name, const char *wanted)
{
    return strncmp(name, wanted, strlen(wanted)) == 0;
}

static void run_shape(const struct shape *shape, const char *rule, const char *wanted, uint64_t drawn)
{
    uint64_t seed = drawn;
    for (int i = 0; i < event_count; i++) shape->draw(i, bench_random(&seed));
    if (!*wanted) run(rule, shape->name, &reports[drawn % COUNT(reports)]);
    for (size_t i = 0; *wanted && i < COUNT(reports); i++)
        if (begins(reports[i].name, wanted)) run(rule, shape->name, &reports[i]);
}

int main(int argc, char **argv)
{
    char rule[1000];
    leadkpi_funnel *funnel;
    if (argc > 1) event_count = atoi(argv[1]);
    int rules = argc > 2 ? atoi(argv[2]) : 20;
    uint64_t state = argc > 3 ? (uint64_t)atoi(argv[3]) : 1;
    const char *wanted = argc > 4 ? argv[4] : "", *given = argc > 5 ? argv[5] : "";
    make_room();
    for (int i = 0; i < rules; i++) {
        do draw_rule(&state, rule);
        while (funnel_with(rule, &funnel) != LEADKPI_OK);
        leadkpi_funnel_free(funnel);
        for (size_t k = 0; k < COUNT(shapes); k++)
            if (begins(shapes[k].name, wanted))
                run_shape(&shapes[k], *given ? given : rule, argc > 6 ? argv[6] : "", bench_random(&state));
    }
    bench_ratio("one lead: seconds of the slowest", bench_best, 1);
    return 0;
}
