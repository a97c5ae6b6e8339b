/* Retention: worked examples, and a naive count over every rule, clock and as_of. */
#include "../support/check_main.h"
#include "world.h"

static leadkpi_table *retention(const leadkpi_cohorts *cohorts, const char *options)
{
    return report_of(cohorts, leadkpi_cohorts_retention, "cohorts_retention", options);
}

static const row customers[] = {
    {ACQUIRED, 1, 0 * DAY, 0, "ads", NULL},    {ACQUIRED, 2, 1 * DAY, 0, "ads", NULL},
    {ACQUIRED, 3, 35 * DAY, 0, "web", NULL},   {ACTIVE, 1, 0 * DAY, 0, NULL, NULL},
    {ACTIVE, 1, 31 * DAY, 0, NULL, NULL},      {ACTIVE, 1, 32 * DAY, 0, NULL, NULL},
    {PAID, 1, 0, 10000, NULL, NULL},           {PAID, 1, 61 * DAY, 5000, NULL, NULL},
    {PAID, 2, 40 * DAY, 2000, NULL, NULL},     {PAID, 2, 41 * DAY, -500, NULL, NULL},
    {ACTIVE, 3, 36 * DAY, 0, NULL, NULL},      {ACTIVE, 3, 200 * DAY, 0, NULL, NULL},
};
#define CUSTOMER_ROWS (sizeof customers / sizeof customers[0])

START_TEST(a_small_cohort_is_counted_as_by_hand)
{
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, customers, CUSTOMER_ROWS, 0);
    leadkpi_table *t = retention(cohorts, "as_of=1970-03-05; ages=3; grain=month; by=channel");
    /* as_of is day 63. Cohorts: ads 1970-01, web 1970-02, then segments, then the total. */
    ck_assert_uint_eq(leadkpi_table_row_count(t), 15);
    text_is(t, "row", 0, "cohort"), text_is(t, "channel", 0, "ads"), text_is(t, "cohort", 0, "1970-01");
    ck_assert_int_eq(whole_at(t, "size", 0), 2);
    ck_assert_int_eq(whole_at(t, "active", 0), 1); /* customer 2 did nothing in its first 30 days */
    ck_assert_int_eq(whole_at(t, "active", 1), 2);
    ck_assert_int_eq(whole_at(t, "events", 1), 3); /* a refund is no activity */
    near(number_at(t, "money", 1), 15, 0, "20 less 5");
    near(number_at(t, "money", 0), 100, 0, "paid at once");
    near(number_at(t, "money_rate", 1), 0.15, 1e-15, "money against the first bracket");
    text_is(t, "status", 1, "complete");
    ck_assert_int_eq(whole_at(t, "eligible", 2), 0); /* days 60 to 89 */
    ck_assert_int_eq(whole_at(t, "active_so_far", 2), 1);
    ck_assert(is_null_at(t, "rate", 2));
    text_is(t, "status", 2, "incomplete");
    text_is(t, "cohort", 3, "1970-02"), text_is(t, "channel", 3, "web");
    ck_assert_int_eq(whole_at(t, "eligible", 3), 0); /* its first 30 days end on day 65 */
    text_is(t, "status", 4, "impossible");
    text_is(t, "row", 6, "segment"), text_is(t, "channel", 6, "ads");
    text_is(t, "row", 12, "total"), text_is(t, "channel", 12, NULL);
    ck_assert_int_eq(whole_at(t, "size", 12), 3);
    ck_assert_int_eq(whole_at(t, "eligible", 12), 2); /* those who could have reached it */
    near(number_at(t, "rate", 12), 0.5, 0, "over those who could");
    /* Wilson 1 of 2: 0.0945312 to 0.9054688 (R binom.confint) */
    near(number_at(t, "rate_low", 12), 0.09453120573423074, 1e-12, "Wilson");
    near(number_at(t, "rate_high", 12), 0.9054687942657693, 1e-12, "Wilson");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(a_calendar_clock_goes_by_periods)
{
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, customers, CUSTOMER_ROWS, 0);
    leadkpi_table *t = retention(cohorts, "as_of=1970-03-05; ages=3; clock=calendar");
    ck_assert_int_eq(whole_at(t, "active", 0), 1);
    ck_assert_int_eq(whole_at(t, "active", 1), 2); /* days 31, 32 and 40 are in February */
    ck_assert_int_eq(whole_at(t, "eligible", 2), 0); /* March is not over */
    ck_assert_int_eq(whole_at(t, "active_so_far", 2), 1);
    leadkpi_table_free(t);
    t = retention(cohorts, "as_of=1970-02-28T23:59:59.999999Z; ages=3; clock=calendar");
    ck_assert_int_eq(whole_at(t, "eligible", 1), 2); /* February is over with its last instant */
    leadkpi_table_free(t);
    t = retention(cohorts, "as_of=1970-02-28T23:59:59.999998Z; ages=3; clock=calendar");
    ck_assert_int_eq(whole_at(t, "eligible", 1), 0);
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* A report has columns row, size, active and cohort of its own, and names no column twice. */
START_TEST(a_dimension_of_the_name_of_a_column_is_refused_by_name)
{
    static const char *const names[] = {"row", "size", "active", "cohort", "channel"};
    static const char *const values[] = {"x"};
    static const int64_t one = 1;
    leadkpi_table *table, *out;
    leadkpi_error error;
    leadkpi_cohorts *cohorts = cohorts_with("");
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, &one, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &one, 1, 0, NULL, ok_error));
    for (int i = 0; i < 5; i++) OK(leadkpi_table_copy_strings(table, names[i], NUL, values, 1, ok_error));
    OK(leadkpi_cohorts_add_acquisitions(cohorts, table, NULL, 0, ok_error));
    for (int i = 0; i < 5; i++) {
        char text[80], quoted[20];
        snprintf(text, sizeof text, "as_of=1971-01-01; by=%s%s", names[i], i == 4 ? ",channel" : "");
        snprintf(quoted, sizeof quoted, "found \"%s\"", names[i]);
        leadkpi_options *options = options_of("cohorts_retention", text);
        leadkpi_status status = leadkpi_cohorts_retention(cohorts, options, &out, &error);
        ck_assert_int_eq(status, LEADKPI_BAD_ARGUMENT);
        ck_assert_msg(strstr(error.message, quoted) && strstr(error.message, "rename"), "%s", error.message);
        ck_assert_ptr_null(out);
        ck_assert_int_eq(leadkpi_cohorts_retention(cohorts, options, &out, NULL), LEADKPI_BAD_ARGUMENT);
        leadkpi_options_free(options);
    }
    leadkpi_table_free(table);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(options_that_contradict_each_other_are_refused)
{
    static const struct {
        const char *options;
        leadkpi_status status;
        const char *words;
    } cases[] = {
        {"ages=3", LEADKPI_BAD_ARGUMENT, "as_of"},
        {"as_of=2025-01-01; start=recurring", LEADKPI_CONTRADICTION, "calendar"},
        {"as_of=2025-01-01; clock=calendar; grain=all", LEADKPI_CONTRADICTION, "grain"},
        {"as_of=2025-01-01; brackets=0,7,7", LEADKPI_BAD_ARGUMENT, "rising"},
        {"as_of=2025-01-01; brackets=0,x", LEADKPI_BAD_ARGUMENT, "\"x\""},
        {"as_of=2025-01-01; brackets=3", LEADKPI_BAD_ARGUMENT, "2 to 1001"},
        {"as_of=2025-01-01; by=chanel", LEADKPI_UNKNOWN_NAME, "channel"},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, customers, CUSTOMER_ROWS, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        leadkpi_table *t = (leadkpi_table *)&t;
        leadkpi_options *o = options_of("cohorts_retention", cases[i].options);
        REFUSED(cases[i].status, cases[i].words, leadkpi_cohorts_retention(cohorts, o, &t, ok_error));
        ck_assert_ptr_null(t);
        leadkpi_options_free(o);
    }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- against a naive count ------------------------------------------------------------ */

enum { AGES = 4, CUSTOMERS = 30 };
typedef struct naive {
    int64_t size, eligible[AGES], active[AGES], so_far[AGES], events[AGES], cents[AGES];
} naive;

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int makes_active(const row *r)
{
    return r->kind == ACTIVE || (r->kind == PAID && r->cents > 0);
}

/* One customer's life in days: ages of `step` days from its instant, or from the day 0 of the
 * calendar (weeks from a Monday, so days from 1970-01-01 plus 3). */
static void count_life(const world *w, int64_t id, int64_t start, int64_t as_of, int calendar,
                       int rule, naive *n)
{
    int64_t per_age[AGES] = {0}, cents[AGES] = {0};
    int64_t week = 7 * DAY, base = calendar ? floor_div(start + 3 * DAY, week) * week - 3 * DAY : start;
    int later = 0;
    for (size_t i = 0; i < w->count; i++) {
        const row *r = &w->rows[i];
        if (r->id != id || r->time > as_of || r->time < base) continue;
        int64_t age = (r->time - base) / week;
        if (age < AGES) per_age[age] += makes_active(r);
        if (age < AGES && r->kind == PAID) cents[age] += r->cents;
        if (age >= AGES) later |= makes_active(r);
    }
    n->size++;
    for (int a = 0; a < AGES; a++) {
        int retained = per_age[a] > 0;
        if (rule == 1)
            for (int b = a + 1; b <= AGES; b++) retained |= b == AGES ? later : per_age[b] > 0;
        if (rule == 2)
            for (int b = 1; b < a; b++) retained |= per_age[b] > 0;
        if (rule == 3)
            for (int b = 1; b < a; b++) retained &= per_age[b] > 0;
        if (base + a * week <= as_of) n->so_far[a] += retained;
        if (base + (a + 1) * week - 1 > as_of) continue;
        n->eligible[a]++;
        n->active[a] += retained;
        n->events[a] += per_age[a];
        n->cents[a] += cents[a];
    }
}

static void count_naively(const world *w, int64_t as_of, int calendar, int rule, naive *n)
{
    memset(n, 0, sizeof *n);
    for (int64_t id = -3; id < CUSTOMERS; id++) {
        int64_t start = INT64_MAX;
        for (size_t i = 0; i < w->count; i++) {
            const row *r = &w->rows[i];
            if (r->id == id && r->kind == ACQUIRED && r->time <= as_of && r->time < start) start = r->time;
        }
        if (start != INT64_MAX) count_life(w, id, start, as_of, calendar, rule, n);
    }
}

START_TEST(the_total_is_what_a_naive_count_says)
{
    static const char *const rules[] = {"on", "on_or_after", "on_or_before", "streak"};
    static world w;
    draw_world(&w, 70 + (uint64_t)_i, 600, CUSTOMERS, 60);
    leadkpi_cohorts *cohorts = filled(&w, "");
    for (int day = 0; day < 60; day += 7)
        for (int calendar = 0; calendar < 2; calendar++) {
            char options[200];
            naive n;
            snprintf(options, sizeof options,
                     "as_of=1970-01-%02dT12:00:00Z; ages=%d; step=7d; grain=week; clock=%s; rule=%s",
                     1 + day % 31, AGES, calendar ? "calendar" : "rolling", rules[_i]);
            if (day > 30) memcpy(strstr(options, "-01-"), "-02-", 4);
            int64_t as_of = (day > 30 ? 31 + day % 31 : day) * DAY + DAY / 2;
            if (day > 58) continue;
            leadkpi_table *t = retention(cohorts, options);
            count_naively(&w, as_of, calendar, _i, &n);
            size_t first = leadkpi_table_row_count(t) - AGES;
            for (size_t a = 0; a < AGES; a++) {
                ck_assert_int_eq(whole_at(t, "size", first + a), n.size);
                ck_assert_int_eq(whole_at(t, "eligible", first + a), n.eligible[a]);
                ck_assert_int_eq(whole_at(t, "active", first + a), n.active[a]);
                ck_assert_int_eq(whole_at(t, "active_so_far", first + a), n.so_far[a]);
                ck_assert_int_eq(whole_at(t, "events", first + a), n.events[a]);
                if (n.eligible[a])
                    near(number_at(t, "money", first + a), (double)n.cents[a] / 100, 0, "money");
            }
            leadkpi_table_free(t);
        }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(segments_add_up_to_the_total_and_no_order_changes_a_report)
{
    static world w;
    draw_world(&w, 5, 500, 40, 60);
    static const char options[] =
        "as_of=1970-02-20; by=channel,country; clock=calendar; grain=week; start=recurring; ages=5";
    leadkpi_cohorts *cohorts = filled(&w, "");
    leadkpi_table *t = retention(cohorts, options);
    size_t rows = leadkpi_table_row_count(t);
    int64_t sums[3][5] = {{0}};
    for (size_t i = 0; i < rows; i++) {
        int which = text_matches(t, "row", i, "cohort") ? 0 : text_matches(t, "row", i, "segment") ? 1 : 2;
        sums[which][i % 5] += whole_at(t, "active", i);
    }
    for (int a = 0; a < 5; a++) {
        ck_assert_int_eq(sums[0][a], sums[2][a]);
        ck_assert_int_eq(sums[1][a], sums[2][a]);
    }
    ck_assert_int_gt(sums[2][1], 0);
    shuffle_world(&w, 3);
    leadkpi_cohorts *other = filled(&w, "");
    leadkpi_table *u = retention(other, options);
    ck_assert_uint_eq(leadkpi_table_row_count(u), rows);
    for (size_t i = 0; i < rows; i++) {
        ck_assert_int_eq(whole_at(t, "active", i), whole_at(u, "active", i));
        ck_assert_int_eq(is_null_at(t, "channel", i), is_null_at(u, "channel", i));
        ck_assert_int_eq(whole_at(t, "cohort_start", i), whole_at(u, "cohort_start", i));
    }
    leadkpi_table_free(t), leadkpi_table_free(u);
    leadkpi_cohorts_free(cohorts), leadkpi_cohorts_free(other);
}
END_TEST

START_TEST(findings_count_what_is_odd_and_name_one)
{
    static const row rows[] = {
        {ACQUIRED, 7, 10, 0, "ads", NULL}, {ACQUIRED, 7, 12, 0, "web", NULL}, {ACTIVE, 7, 5, 0, NULL, NULL},
        {ACTIVE, 7, 20, 0, NULL, NULL},    {ACTIVE, 7, 20, 0, NULL, NULL},    {PAID, 5, 20, -100, NULL, NULL},
        {PAID, 4, 20, 100, NULL, NULL},    {PAID, 4, 20, 100, NULL, NULL},    {MRR, 4, 30, 100, NULL, NULL},
        {MRR, 4, 30, 200, NULL, NULL},     {MRR, 4, 31, 200, NULL, NULL},     {ACTIVE, 4, DAY * 9, 0, NULL, NULL},
        {OUTCOME, 4, 32, 0, "won", NULL},  {OUTCOME, 4, 33, 0, "lost", NULL},
    };
    static const struct {
        const char *name;
        int64_t count;
        const char *example;
    } expected[] = {
        {"customers_without_acquisition", 2, "4"}, {"duplicate_acquisitions", 1, "7"},
        {"rows_before_acquisition", 1, "7"},       {"rows_after_as_of", 1, "4"},
        {"equal_activity_rows", 1, "7"},           {"equal_revenue_rows", 1, "4"},
        {"refunds", 1, "5"},                       {"refunds_above_payments", 1, "5"},
        {"subscription_changes_at_one_time", 1, "4"},
        {"subscription_changes_without_change", 1, "4"},
        {"repeated_outcomes", 1, "4"},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, sizeof rows / sizeof rows[0], 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_findings, "cohorts_findings", "as_of=1970-01-02");
    size_t count = sizeof expected / sizeof expected[0];
    ck_assert_uint_eq(leadkpi_table_row_count(t), count);
    for (size_t i = 0; i < count; i++) {
        text_is(t, "finding", i, expected[i].name);
        ck_assert_int_eq(whole_at(t, "count", i), expected[i].count);
        text_is(t, "example", i, expected[i].example);
    }
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Where all happens at midnight, days of the calendar are steps of a day: the one goes straight from
 * rows to cells, the other customer by customer in order of time. */
START_TEST(days_of_the_calendar_are_steps_of_a_day)
{
    static const char *const rules[] = {"on", "on_or_after", "on_or_before", "streak"};
    static const char *const ages[] = {"ages=63", "ages=64", "brackets=2,5,70,128,129,500"};
    static const char *const columns[] = {"age", "size", "eligible", "active", "active_so_far", "events"};
    static world w;
    char text[200];
    draw_world(&w, 170 + (uint64_t)_i, 500, 25, 150);
    for (size_t i = 0; i < w.count; i++) /* and some who are there day by day */
        if (w.rows[i].id < 5) w.rows[i].time = (int64_t)(i % 150) * DAY;
    leadkpi_cohorts *cohorts = filled(&w, "");
    for (int k = 0; k < 6; k++) {
        snprintf(text, sizeof text, "as_of=1970-05-%02dT23:59:59.999999Z; by=channel; rule=%s; %s; acquired=%s", 9 + k,
                 rules[_i], ages[k / 2], k % 2 ? "given" : "first_event");
        char calendar[260], rolling[260];
        snprintf(calendar, sizeof calendar, "%s; clock=calendar; grain=day", text);
        snprintf(rolling, sizeof rolling, "%s; clock=rolling; step=1d; grain=day", text);
        leadkpi_table *a = retention(cohorts, calendar), *b = retention(cohorts, rolling);
        size_t count = leadkpi_table_row_count(a);
        ck_assert_uint_eq(count, leadkpi_table_row_count(b));
        for (size_t at = 0; at < count; at++) {
            for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
                ck_assert_int_eq(whole_at(a, columns[c], at), whole_at(b, columns[c], at));
            ck_assert_int_eq(is_null_at(a, "money_rate", at), is_null_at(b, "money_rate", at));
            if (!is_null_at(a, "money_rate", at))
                near(number_at(a, "money_rate", at), number_at(b, "money_rate", at), 0, "money_rate");
        }
        leadkpi_table_free(a);
        leadkpi_table_free(b);
    }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(of_two_acquisitions_at_one_instant_the_content_decides)
{
    static const row rows[] = {{ACQUIRED, 1, DAY, 0, "web", NULL}, {ACQUIRED, 1, DAY, 0, "ads", NULL},
                               {ACQUIRED, 1, DAY, 0, "web", NULL}};
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows + _i, 2, 0); /* either order */
    leadkpi_table *t = retention(cohorts, "as_of=1970-01-31; ages=1; by=channel");
    text_is(t, "channel", 0, "ads");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- the matrix ----------------------------------------------------------------------------- */

enum { EVENTS = 3000, WIDTH = 13 };

START_TEST(a_matrix_counts_as_a_naive_one_does)
{
    static int64_t ids[EVENTS], times[EVENTS], cells[WIDTH * WIDTH], expected[WIDTH * WIDTH];
    static const int64_t apart[] = {1, INT64_C(1) << 40, -77777777777};
    uint64_t state = 3;
    size_t outside, expected_outside = 0;
    leadkpi_calendar *calendar;
    leadkpi_options *o = options_of("calendar", "grain=month");
    OK(leadkpi_calendar_create(NULL, o, &calendar, ok_error));
    for (int i = 0; i < EVENTS; i++) {
        ids[i] = (int64_t)(lk_test_random(&state) % 400) * apart[_i] - 200;
        times[i] = (int64_t)(lk_test_random(&state) % 420) * DAY - 10 * DAY;
    }
    memset(expected, 0, sizeof expected);
    /* 1970: months begin on these days; the 13th ends on day 395. */
    static const int64_t starts[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365, 396};
    for (int64_t id = 0; id < 400; id++) {
        int active[WIDTH] = {0}, cohort = -1;
        for (int i = 0; i < EVENTS; i++) {
            if (ids[i] != id * apart[_i] - 200) continue;
            int month = -1;
            for (int m = 0; m < WIDTH; m++)
                if (times[i] >= starts[m] * DAY && times[i] < starts[m + 1] * DAY) month = m;
            if (month < 0) expected_outside++;
            else active[month] = 1;
        }
        for (int m = WIDTH; m-- > 0;)
            if (active[m]) cohort = m;
        for (int m = cohort; cohort >= 0 && m < WIDTH; m++) expected[cohort * WIDTH + m - cohort] += active[m];
    }
    OK(leadkpi_cohorts_matrix(NULL, calendar, 15 * DAY, WIDTH, ids, times, EVENTS, cells, &outside, ok_error));
    for (int i = 0; i < WIDTH * WIDTH; i++) ck_assert_int_eq(cells[i], expected[i]);
    ck_assert_uint_eq(outside, expected_outside);
    OK(leadkpi_cohorts_matrix(NULL, calendar, 0, 64, NULL, NULL, 0, (int64_t[64 * 64]){0}, NULL, ok_error));
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_cohorts_matrix(NULL, calendar, 0, 65, ids, times, 1, cells, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_matrix(NULL, calendar, INT64_MAX, 5, ids, times, 1, cells, NULL, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_matrix(NULL, NULL, 0, 5, ids, times, 1, cells, NULL, &error),
                     LEADKPI_NULL_ARGUMENT);
    leadkpi_calendar_free(calendar);
    leadkpi_options_free(o);
}
END_TEST

/* Ids close together are places of an array, others go by parts of a hash whose tables grow. */
START_TEST(the_ids_do_not_show_in_a_matrix)
{
    enum { MANY = 60000, MOST = 64 };
    static int64_t near_ids[MANY], far_ids[MANY], times[MANY], cells[2][MOST * MOST];
    int32_t periods = _i ? MOST : 24;
    uint64_t state = 5;
    size_t outside[2];
    leadkpi_calendar *calendar;
    leadkpi_options *o = options_of("calendar", "grain=week");
    OK(leadkpi_calendar_create(NULL, o, &calendar, ok_error));
    for (int i = 0; i < MANY; i++) {
        near_ids[i] = (int64_t)(lk_test_random(&state) % 45000);
        far_ids[i] = (int64_t)((uint64_t)near_ids[i] * 0x9e3779b97f4a7c15u);
        times[i] = (int64_t)(lk_test_random(&state) % 500) * DAY;
    }
    OK(leadkpi_cohorts_matrix(NULL, calendar, 0, periods, near_ids, times, MANY, cells[0], &outside[0], ok_error));
    OK(leadkpi_cohorts_matrix(NULL, calendar, 0, periods, far_ids, times, MANY, cells[1], &outside[1], ok_error));
    ck_assert_int_eq(memcmp(cells[0], cells[1], (size_t)(periods * periods) * sizeof cells[0][0]), 0);
    ck_assert_uint_eq(outside[0], outside[1]);
    ck_assert_uint_ne(outside[0], 0);
    leadkpi_calendar_free(calendar);
    leadkpi_options_free(o);
}
END_TEST

START_TEST(a_recurring_cohort_has_all_money_of_its_first_period)
{
    static const row rows[] = {
        {ACQUIRED, 1, 0, 0, "ads", NULL},
        {PAID, 1, 35 * DAY, -300, NULL, NULL}, /* February: first a refund, then a payment */
        {PAID, 1, 40 * DAY, 1000, NULL, NULL},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, 3, 0);
    leadkpi_table *t = retention(cohorts, "as_of=1970-04-30; ages=1; clock=calendar; start=recurring");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    text_is(t, "cohort", 1, "1970-02");
    ck_assert_int_eq(whole_at(t, "active", 1), 1);
    near(number_at(t, "money", 1), 7, 1e-15, "10 less 3");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* A host that gives up soon: so many asks, and no more. */
static int asks_left;
static int32_t gives_up(void *context)
{
    (void)context;
    return asks_left-- <= 0;
}

/* One customer, active every hour for 4 years: some 600 million events in all its lives. */
START_TEST(long_work_on_one_customer_can_be_interrupted)
{
    enum { HOURS = 35000 };
    static int64_t ids[HOURS], times[HOURS];
    leadkpi_host host;
    leadkpi_error error;
    leadkpi_cohorts *cohorts;
    leadkpi_table *rows, *t;
    leadkpi_host_init(&host, sizeof host);
    host.interrupted = gives_up;
    asks_left = 1000;
    for (size_t i = 0; i < HOURS; i++) times[i] = (int64_t)i * (DAY / 24);
    OK(leadkpi_cohorts_create(&host, NULL, &cohorts, ok_error));
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, HOURS, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, HOURS, 0, NULL, ok_error));
    OK(leadkpi_cohorts_add_activity(cohorts, rows, NULL, 0, ok_error));
    leadkpi_table_free(rows);
    leadkpi_options *o = options_of("cohorts_retention", "as_of=1974-02-01; acquired=first_event; "
                                                         "clock=calendar; grain=hour; start=recurring");
    asks_left = 50;
    ck_assert_int_eq(leadkpi_cohorts_retention(cohorts, o, &t, &error), LEADKPI_INTERRUPTED);
    ck_assert_ptr_null(t);
    leadkpi_options_free(o);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

static Suite *suite_of_retention(void)
{
    Suite *suite = suite_create("cohorts retention");
    TCase *tc = tcase_create("retention");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_small_cohort_is_counted_as_by_hand);
    tcase_add_test(tc, a_calendar_clock_goes_by_periods);
    tcase_add_test(tc, a_dimension_of_the_name_of_a_column_is_refused_by_name);
    tcase_add_test(tc, options_that_contradict_each_other_are_refused);
    tcase_add_loop_test(tc, the_total_is_what_a_naive_count_says, 0, 4);
    tcase_add_test(tc, segments_add_up_to_the_total_and_no_order_changes_a_report);
    tcase_add_loop_test(tc, a_matrix_counts_as_a_naive_one_does, 0, 3);
    tcase_add_loop_test(tc, of_two_acquisitions_at_one_instant_the_content_decides, 0, 2);
    tcase_add_loop_test(tc, days_of_the_calendar_are_steps_of_a_day, 0, 4);
    tcase_add_loop_test(tc, the_ids_do_not_show_in_a_matrix, 0, 2);
    tcase_add_test(tc, findings_count_what_is_odd_and_name_one);
    tcase_add_test(tc, a_recurring_cohort_has_all_money_of_its_first_period);
    tcase_add_test(tc, long_work_on_one_customer_can_be_interrupted);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_retention());
}
