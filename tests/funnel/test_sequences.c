/* Patterns: what they match, against a search through every assignment, against ClickHouse's own tests
 * where they are at hand, and in linear time where ClickHouse gives up. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "world.h"

#include <leadkpi/sequence.h>

#define SECOND INT64_C(1000000)

static leadkpi_sequence *sequence_of(const char *pattern)
{
    leadkpi_sequence *sequence;
    OK(leadkpi_sequence_create(NULL, pattern, NUL, &sequence, ok_error));
    return sequence;
}

typedef struct events {
    int64_t times[64];
    uint64_t conditions[64];
    size_t count;
} events;

/* "1@0 2@5 12@7": conditions (digits) and seconds. */
static events events_of(const char *text)
{
    events e = {{0}, {0}, 0};
    while (*text) {
        for (; *text >= '1' && *text <= '9'; text++) e.conditions[e.count] |= UINT64_C(1) << (*text - '1');
        if (*text == '0') text++; /* nothing holds */
        char *end;
        e.times[e.count++] = strtoll(text + 1, &end, 10) * SECOND;
        text = end + (*end == ' ');
    }
    return e;
}

static int64_t count_in(const char *pattern, const events *e)
{
    leadkpi_sequence *sequence = sequence_of(pattern);
    int64_t count;
    int32_t matches;
    OK(leadkpi_sequence_count(sequence, e->times, e->conditions, e->count, &count, ok_error));
    OK(leadkpi_sequence_match(sequence, e->times, e->conditions, e->count, &matches, ok_error));
    ck_assert_int_eq(matches, count > 0);
    leadkpi_sequence_free(sequence);
    return count;
}

static int64_t count_of(const char *pattern, const char *text)
{
    events e = events_of(text);
    return count_in(pattern, &e);
}

static void first_is(const char *pattern, const char *text, int64_t a, int64_t b, int64_t c)
{
    events e = events_of(text);
    leadkpi_sequence *sequence = sequence_of(pattern);
    int64_t places[3] = {-7, -7, -7}, expected[3] = {a, b, c};
    OK(leadkpi_sequence_first(sequence, e.times, e.conditions, e.count, places, ok_error));
    for (int32_t i = 0; i < leadkpi_sequence_part_count(sequence); i++)
        ck_assert_msg(places[i] == expected[i], "%s in %s: part %d at %d, expected %d", pattern, text,
                      (int)i, (int)places[i], (int)expected[i]);
    leadkpi_sequence_free(sequence);
}

START_TEST(patterns_match_what_they_say)
{
    ck_assert_int_eq(count_of("(?1)(?2)", "1@0 2@1"), 1);
    ck_assert_int_eq(count_of("(?1)(?2)", "1@0 3@1 2@2"), 0); /* 3 stands between */
    ck_assert_int_eq(count_of("(?1)(?2)", "1@0 0@1 2@2"), 1); /* for which nothing holds: left out */
    ck_assert_int_eq(count_of("(?1).(?2)", "1@0 3@1 2@2"), 1);
    ck_assert_int_eq(count_of("(?1).*(?2)", "1@0 3@1 3@1 2@2"), 1);
    ck_assert_int_eq(count_of("(?1)(?t<=5)(?2)", "1@0 3@1 2@5"), 1);
    ck_assert_int_eq(count_of("(?1)(?t<5)(?2)", "1@0 3@1 2@5"), 0);
    ck_assert_int_eq(count_of("(?1)(?t>=5)(?2)", "1@0 2@4 2@5"), 1);
    ck_assert_int_eq(count_of("(?1)(?t==2)(?2)", "1@0 1@3 2@5"), 1);
    ck_assert_int_eq(count_of("(?1)(?t>2)(?t<4)(?2)", "1@0 2@2 2@4"), 0);
    ck_assert_int_eq(count_of("(?1)(?t>=1min)(?2)", "1@0 2@59"), 0);
    ck_assert_int_eq(count_of("(?1) (?t>=1min) (?2)", "1@0 2@60"), 1);
    ck_assert_int_eq(count_of("(?1)(?1)", "1@0 1@1 1@2 1@3 1@4"), 2);
    ck_assert_int_eq(count_of("(?12)", "1@0"), 0);
    ck_assert_int_eq(count_of("", ""), 1);
    ck_assert_int_eq(count_of(".*", "1@0"), 1);
    ck_assert_int_eq(count_of("(?1)(?2)", "12@0"), 0); /* one event is one part */
}
END_TEST

START_TEST(time_stays_known_across_any_number_of_events)
{
    ck_assert_int_eq(count_of("(?1).*(?t>0)(?2)", "1@0 2@3"), 1);   /* ClickHouse: never */
    ck_assert_int_eq(count_of("(?1).*(?t<=1)(?2)", "1@0 2@500"), 0); /* ClickHouse: yes */
    first_is("(?1)(?t==2)(?2)", "1@0 1@3 2@5", 1, 2, 0);             /* ClickHouse: 1@0 */
    first_is("(?1).*(?2)", "1@0 1@3 2@5", 1, 2, 0);
    first_is("(?1)(?t>=3).*(?2).*(?3)", "1@0 1@1 2@3 2@4 3@9", 1, 3, 4);
    first_is("(?1)(?2)", "1@0 3@1", -1, -1, 0);
    first_is("(?2)", "0@0 1@0 2@1", 2, 0, 0); /* places count what is left out */
}
END_TEST

static void pattern_refused(const char *pattern, const char *words)
{
    leadkpi_sequence *sequence;
    REFUSED(LEADKPI_BAD_ARGUMENT, words, leadkpi_sequence_create(NULL, pattern, NUL, &sequence, ok_error));
    ck_assert_ptr_null(sequence);
}

START_TEST(patterns_that_cannot_be_are_refused_with_the_place)
{
    char many[65 * 4 + 1] = "";
    pattern_refused("(?0)", "at 2");
    pattern_refused("(?65)", "1 to 64");
    pattern_refused("(?1", "\")\"");
    pattern_refused("(?t>1)(?1)", "an event before");
    pattern_refused("(?1)(?t>1)", "an event after");
    pattern_refused("(?1)(?t>1).*", "an event after");
    pattern_refused("(?1)(?t!1)(?2)", "<=");
    pattern_refused("(?1)(?t>soon)(?2)", "expected");
    pattern_refused("(?1)(?t>1", "\")\"");
    pattern_refused("(?1)(?t>", "expected");
    pattern_refused("(?", "at 2");
    pattern_refused("(?1)(?t>-1s)(?2)", "0s or more");
    pattern_refused("(?1)(?t>99999999999999999999)(?2)", "fewer seconds");
    pattern_refused("(?1)x", "at 4");
    for (int i = 0; i < 65; i++) memcpy(many + 4 * i, "(?1)", 5);
    pattern_refused(many, "at most 64");
}
END_TEST

START_TEST(events_that_cannot_be_are_refused)
{
    leadkpi_error error;
    leadkpi_sequence *sequence = sequence_of("(?1)");
    static const int64_t fall[] = {5, 4}, far[] = {INT64_MIN, 4};
    static const uint64_t one[] = {1, 1};
    int32_t matches;
    int64_t place;
    ck_assert_int_eq(leadkpi_sequence_match(sequence, fall, one, 2, &matches, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 1);
    ck_assert_int_eq(matches, -1);
    ck_assert_int_eq(leadkpi_sequence_match(sequence, far, one, 2, &matches, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_sequence_first(sequence, fall, one, 2, &place, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(place, -1);
    ck_assert_int_eq(leadkpi_sequence_match(NULL, fall, one, 2, &matches, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_sequence_match(sequence, NULL, one, 2, &matches, &error), LEADKPI_NULL_ARGUMENT);
    OK(leadkpi_sequence_match(sequence, NULL, NULL, 0, &matches, ok_error));
    ck_assert_int_eq(matches, 0);
    leadkpi_sequence_free(sequence);
}
END_TEST

static void is_null_argument(leadkpi_status status, const leadkpi_error *error, const char *name)
{
    ck_assert_msg(status == LEADKPI_NULL_ARGUMENT && strstr(error->message, name) != NULL, "%s: %d, \"%s\"",
                  name, (int)status, error->message);
}

START_TEST(no_function_of_sequences_takes_null)
{
    static const int64_t times[] = {4, 5};
    static const uint64_t one[] = {1, 1};
    leadkpi_error e;
    leadkpi_sequence *sequence = sequence_of("(?1)"), *out;
    int32_t n = 77, retained[2];
    int64_t place;
    is_null_argument(leadkpi_sequence_create(NULL, "(?1)", NUL, NULL, &e), &e, "out");
    is_null_argument(leadkpi_sequence_create(NULL, NULL, 0, &out, &e), &e, "pattern");
    ck_assert_ptr_null(out);
    is_null_argument(leadkpi_sequence_match(sequence, times, one, 2, NULL, &e), &e, "matches");
    is_null_argument(leadkpi_sequence_match(sequence, times, NULL, 2, &n, &e), &e, "conditions");
    ck_assert_int_eq(n, -1);
    is_null_argument(leadkpi_sequence_count(sequence, times, one, 2, NULL, &e), &e, "match_count");
    is_null_argument(leadkpi_sequence_first(sequence, times, one, 2, NULL, &e), &e, "places");
    is_null_argument(leadkpi_sequence_first(NULL, times, one, 2, &place, &e), &e, "sequence");
    is_null_argument(leadkpi_sequence_retention(one, 2, 2, NULL, &e), &e, "retained");
    is_null_argument(leadkpi_sequence_retention(NULL, 2, 2, retained, &e), &e, "conditions");
    is_null_argument(leadkpi_sequence_retention_after(NULL, one, 2, 2, 9, retained, &e), &e, "times");
    is_null_argument(leadkpi_sequence_retention_after(times, NULL, 2, 2, 9, retained, &e), &e, "conditions");
    ck_assert_int_eq(leadkpi_sequence_retention(one, 2, 0, retained, &e), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_sequence_part_count(NULL), 0);
    leadkpi_sequence_free(NULL);
    leadkpi_sequence_free(sequence);
}
END_TEST

/* Without a part of an event there is nothing to count, and nothing that matches. */
START_TEST(a_pattern_without_events_matches_every_journey)
{
    events e = events_of("1@0 2@1");
    leadkpi_sequence *sequence = sequence_of(".*");
    int32_t matches;
    ck_assert_int_eq(leadkpi_sequence_part_count(sequence), 0);
    OK(leadkpi_sequence_match(sequence, e.times, e.conditions, e.count, &matches, ok_error));
    ck_assert_int_eq(matches, 1);
    OK(leadkpi_sequence_first(sequence, e.times, e.conditions, e.count, NULL, ok_error));
    leadkpi_sequence_free(sequence);
}
END_TEST

/* ---- against every assignment, with no code in common ------------------------------------------- */

typedef struct naive_part {
    uint64_t conditions;
    int touches;
    int64_t least, most;
} naive_part;

/* Can parts from `part` on take events, part - 1 having taken `before`? The least end, or -1. */
static int64_t least_end(const naive_part *parts, int count, int part, const events *e, size_t from,
                         size_t before)
{
    int64_t best = -1;
    for (size_t i = part ? before + 1 : from; i < e->count; i++) {
        const naive_part *p = &parts[part];
        if (part && p->touches && i > before + 1) break;
        if (!(e->conditions[i] & p->conditions)) continue;
        int64_t gap = part ? e->times[i] - e->times[before] : 0;
        if (part && (gap < p->least || gap > p->most)) continue;
        int64_t end = part == count - 1 ? (int64_t)i : least_end(parts, count, part + 1, e, from, i);
        if (end >= 0 && (best < 0 || end < best)) best = end;
    }
    return best;
}

/* The latest start of a match that ends at `end`. */
static int64_t latest_start(const naive_part *parts, int count, const events *e, size_t end)
{
    events cut = *e;
    int64_t latest = -1;
    cut.count = end + 1;
    for (size_t start = 0; start <= end; start++) {
        if (!(e->conditions[start] & parts[0].conditions)) continue;
        if (count == 1 ? start == end : least_end(parts, count, 1, &cut, 0, start) == (int64_t)end)
            latest = (int64_t)start;
    }
    return latest;
}

START_TEST(matches_are_those_of_a_search_through_every_assignment)
{
    uint64_t state = 1000 + (uint64_t)_i;
    for (int round = 0; round < 400; round++) {
        naive_part parts[4] = {{0, 0, 0, 0}};
        char pattern[256] = "";
        int count = 1 + (int)(lk_test_random(&state) % 4);
        events e = {{0}, {0}, 0};
        for (int i = 0; i < count; i++) {
            naive_part *p = &parts[i];
            uint64_t gap = i ? lk_test_random(&state) % 5 : 0;
            int64_t seconds = (int64_t)(lk_test_random(&state) % 6);
            char *end = pattern + strlen(pattern);
            *p = (naive_part){0, gap == 0, 0, INT64_MAX};
            if (gap == 1) sprintf(end, ".*");
            if (gap == 2) sprintf(end, "(?t<=%d)", (int)seconds), p->most = seconds * SECOND;
            if (gap == 3) sprintf(end, "(?t>%d)", (int)seconds), p->least = seconds * SECOND + 1;
            if (gap == 4) sprintf(end, ".*(?t==%d)", (int)seconds), p->least = p->most = seconds * SECOND;
            end = pattern + strlen(pattern);
            uint64_t condition = lk_test_random(&state) % 4;
            p->conditions = condition == 3 ? UINT64_MAX : UINT64_C(1) << condition;
            if (condition == 3) strcpy(end, ".");
            else sprintf(end, "(?%d)", (int)condition + 1);
        }
        for (e.count = 0; e.count < 12; e.count++) {
            e.times[e.count] = (e.count ? e.times[e.count - 1] : 0) + (int64_t)(lk_test_random(&state) % 3) * SECOND;
            e.conditions[e.count] = 1 + lk_test_random(&state) % 7;
        }
        int64_t expected = 0, end, first = least_end(parts, count, 0, &e, 0, 0);
        for (size_t from = 0; (end = least_end(parts, count, 0, &e, from, 0)) >= 0; from = (size_t)end + 1)
            expected++;
        int64_t found = count_in(pattern, &e);
        ck_assert_msg(found == expected, "%s: %d matches, expected %d", pattern, (int)found, (int)expected);
        int64_t places[4];
        leadkpi_sequence *sequence = sequence_of(pattern);
        OK(leadkpi_sequence_first(sequence, e.times, e.conditions, e.count, places, ok_error));
        ck_assert_int_eq(places[count - 1], first);
        if (first >= 0)
            ck_assert_int_eq(places[0], latest_start(parts, count, &e, (size_t)first));
        leadkpi_sequence_free(sequence);
    }
}
END_TEST

START_TEST(a_long_journey_takes_time_in_proportion)
{
    size_t count = 200000;
    int64_t *times = malloc(count * sizeof *times), found;
    uint64_t *conditions = malloc(count * sizeof *conditions);
    for (size_t i = 0; i < count; i++) {
        times[i] = (int64_t)i * SECOND;
        conditions[i] = 3;
    }
    leadkpi_sequence *sequence = sequence_of("(?1)(?t>=5).*(?2)(?t>=5).*(?3)"); /* ClickHouse fails at 500 */
    OK(leadkpi_sequence_count(sequence, times, conditions, count, &found, ok_error));
    ck_assert_int_eq(found, 0);
    leadkpi_sequence_free(sequence);
    free(times), free(conditions);
}
END_TEST

/* ---- retention ---------------------------------------------------------------------------------- */

START_TEST(retention_knows_time_or_does_not)
{
    events e = events_of("2@0 1@5 3@6 3@9 1@20");
    int32_t retained[4];
    OK(leadkpi_sequence_retention(e.conditions, e.count, 4, retained, ok_error));
    ck_assert(retained[0] == 1 && retained[1] == 1 && retained[2] == 1 && retained[3] == 0);
    OK(leadkpi_sequence_retention_after(e.times, e.conditions, e.count, 4, INT64_MAX, retained, ok_error));
    ck_assert(retained[0] == 1 && retained[1] == 0 && retained[2] == 1 && retained[3] == 0);
    OK(leadkpi_sequence_retention_after(e.times, e.conditions, e.count, 3, 0, retained, ok_error));
    ck_assert(retained[0] == 1 && retained[2] == 0);
    e = events_of("2@0 3@1");
    OK(leadkpi_sequence_retention(e.conditions, e.count, 3, retained, ok_error));
    ck_assert(retained[0] == 0 && retained[1] == 0 && retained[2] == 0);
    e = events_of("12@0");
    OK(leadkpi_sequence_retention(e.conditions, e.count, 3, retained, ok_error));
    ck_assert(retained[0] == 1 && retained[1] == 1 && retained[2] == 0);
    OK(leadkpi_sequence_retention(NULL, 0, 2, retained, ok_error));
    ck_assert(retained[0] == 0 && retained[1] == 0);
    ck_assert_int_eq(leadkpi_sequence_retention(e.conditions, 2, 65, retained, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_sequence_retention_after(e.times, e.conditions, 2, 2, -1, retained, NULL),
                     LEADKPI_BAD_ARGUMENT);
}
END_TEST

/* ---- on a handle ---------------------------------------------------------------------------------- */

/* 1: A0 B1 A5 B6 web; 2: B0 A1 event; 3: A0 C3 event. */
static const row rows[] = {{1, 0, 0, 1, 0, "web"},   {1, 1, 0, 2, 0, NULL},    {1, 5, 0, 1, 0, "web"},
                           {1, 6, 0, 2, 0, NULL},    {2, 0, 0, 2, 0, "event"}, {2, 1, 0, 1, 0, "event"},
                           {3, 0, 0, 1, 0, "event"}, {3, 3, 0, 4, 0, "event"}};

typedef leadkpi_status (*report_call)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

static leadkpi_table *report(report_call call, const leadkpi_funnel *funnel, const char *text)
{
    leadkpi_table *table;
    leadkpi_options *options = options_of("funnel_report", text);
    OK(call(funnel, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

START_TEST(a_handle_reports_patterns_and_retention)
{
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C; window=2us");
    OK(add_rows(funnel, rows, sizeof rows / sizeof rows[0], 0, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_funnel_sequences, funnel, "pattern=(?1)(?2); by=segment");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    text_is(t, "segment", 1, "web");
    ck_assert_int_eq(whole_at(t, "matches", 1), 2);
    ck_assert_int_eq(whole_at(t, "matched", 0), 0);
    ck_assert_int_eq(whole_at(t, "leads", 2), 3);
    ck_assert_double_eq(number_at(t, "share", 2), 1.0 / 3);
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_sequence_leads, funnel, "pattern=(?1)(?t>=3us)(?2)");
    ck_assert_int_eq(whole_at(t, "first_start", 0), 0);
    ck_assert_int_eq(whole_at(t, "first_end", 0), 6);
    ck_assert(is_null_at(t, "first_end", 1));
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_retention, funnel, "");
    ck_assert_int_eq(whole_at(t, "leads", 0), 3);
    ck_assert_int_eq(whole_at(t, "retained", 1), 2); /* 1, and 2 who came before */
    ck_assert_int_eq(whole_at(t, "returned", 1), 1);
    ck_assert_int_eq(whole_at(t, "retained", 2), 1);
    ck_assert_int_eq(whole_at(t, "returned", 2), 0); /* later than the window */
    ck_assert_int_eq(whole_at(t, "returned", 0), 0);
    leadkpi_table_free(t);
    /* Till 4 us: 1 did A and B once, 2 and 3 what they did; till 1 us 3 had not come back. */
    t = report(leadkpi_funnel_sequences, funnel, "pattern=(?1)(?2); by=segment; as_of=1970-01-01T00:00:00.000004");
    rows_are(t, "row segment leads matched matches share",
             "segment,event,2,0,0,0\nsegment,web,1,1,1,1\ntotal,,3,1,1,0.333333333\n");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_sequence_leads, funnel, "pattern=(?1)(?2); as_of=1970-01-01T00:00:00.000004");
    rows_are(t, "id matches first_start first_end", "1,1,0,1\n2,0,,\n3,0,,\n");
    leadkpi_table_free(t);
    t = report(leadkpi_funnel_retention, funnel, "by=segment; as_of=1970-01-01T00:00:00.000001");
    rows_are(t, "row segment step leads retained returned",
             "segment,event,1,2,2,0\nsegment,event,2,2,1,0\nsegment,event,3,2,0,0\n"
             "segment,web,1,1,1,0\nsegment,web,2,1,1,1\nsegment,web,3,1,0,0\n"
             "total,,1,3,3,0\ntotal,,2,3,2,1\ntotal,,3,3,0,0\n");
    leadkpi_table_free(t);
    leadkpi_error error;
    leadkpi_options *options = options_of("funnel_report", "pattern=(?t)");
    ck_assert_int_eq(leadkpi_funnel_sequences(funnel, options, &t, &error), LEADKPI_BAD_ARGUMENT);
    leadkpi_options_free(options);
    options = options_of("funnel_report", "pattern=(?1).*(?4)"); /* there are three */
    ck_assert_int_eq(leadkpi_funnel_sequences(funnel, options, &t, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "1 to 3, found another as event 2"));
    ck_assert_int_eq(leadkpi_funnel_sequence_leads(funnel, options, &t, &error), LEADKPI_BAD_ARGUMENT);
    leadkpi_options_free(options);
    /* One of no parts would match everything. */
    ck_assert_int_eq(leadkpi_funnel_sequences(funnel, NULL, &t, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(error.message, "pattern: expected one"));
    ck_assert_int_eq(leadkpi_funnel_sequence_leads(funnel, NULL, &t, &error), LEADKPI_BAD_ARGUMENT);
    options = options_of("funnel_report", "mature=true");
    ck_assert_int_eq(leadkpi_funnel_retention(funnel, options, &t, &error), LEADKPI_CONTRADICTION);
    leadkpi_options_free(options);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* ---- memory that is not to be had ---------------------------------------------------------------- */

typedef struct fault_context {
    leadkpi_funnel *funnel;
    leadkpi_table *result;
    leadkpi_options *options;
    report_call call;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    leadkpi_options *definition = options_of("funnel", "steps=A,B,C");
    OK(leadkpi_funnel_create(host, definition, &f->funnel, ok_error));
    OK(add_rows(f->funnel, rows, sizeof rows / sizeof rows[0], 1, NULL, ok_error));
    f->options = options_of("funnel_report", f->call == leadkpi_funnel_retention
                                                 ? "by=segment; grain=day"
                                                 : "by=segment; grain=day; pattern=(?1).*(?2)");
    leadkpi_options_free(definition);
}

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return f->call(f->funnel, f->options, &f->result, error);
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_funnel_free(f->funnel);
    leadkpi_options_free(f->options);
    f->result = NULL;
}

START_TEST(whichever_allocation_fails_no_report_is_half_made)
{
    static const report_call calls[] = {leadkpi_funnel_sequences, leadkpi_funnel_sequence_leads,
                                        leadkpi_funnel_retention};
    static fault_context f;
    f.call = calls[_i];
    lk_fault_case fault = {"sequences", set_up, act, NULL, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

/* A call: what it makes, it makes for itself. */
static leadkpi_status act_match(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    static const int64_t times[] = {1, 2, 3};
    static const uint64_t conditions[] = {1, 0, 2};
    leadkpi_sequence *sequence;
    int32_t matches = 0;
    (void)context;
    leadkpi_status status = leadkpi_sequence_create(host, "(?1)(?2)", NUL, &sequence, error);
    if (status == LEADKPI_OK) status = leadkpi_sequence_match(sequence, times, conditions, 3, &matches, error);
    ck_assert_int_eq(matches, status == LEADKPI_OK ? 1 : sequence ? -1 : 0);
    leadkpi_sequence_free(sequence);
    return status;
}

START_TEST(a_match_without_memory_says_so_and_holds_none)
{
    lk_fault_case fault = {"match", NULL, act_match, NULL, NULL, NULL};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

static Suite *suite_of_sequences(void)
{
    Suite *suite = suite_create("sequences");
    TCase *tc = tcase_create("sequences");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, patterns_match_what_they_say);
    tcase_add_test(tc, time_stays_known_across_any_number_of_events);
    tcase_add_test(tc, patterns_that_cannot_be_are_refused_with_the_place);
    tcase_add_test(tc, events_that_cannot_be_are_refused);
    tcase_add_test(tc, no_function_of_sequences_takes_null);
    tcase_add_test(tc, a_pattern_without_events_matches_every_journey);
    tcase_add_loop_test(tc, matches_are_those_of_a_search_through_every_assignment, 0, 5);
    tcase_add_test(tc, a_long_journey_takes_time_in_proportion);
    tcase_add_test(tc, retention_knows_time_or_does_not);
    tcase_add_test(tc, a_handle_reports_patterns_and_retention);
    tcase_add_test(tc, a_match_without_memory_says_so_and_holds_none);
    tcase_add_loop_test(tc, whichever_allocation_fails_no_report_is_half_made, 0, 3);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_sequences());
}
