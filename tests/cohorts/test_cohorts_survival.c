/* Survival, incidence, conversion: the answers of R, and naive sums. */
#include <math.h>

#include "../support/check_main.h"
#include "world.h"

/* Weeks in remission of 23 patients (Miller, Survival Analysis, 1981; the data set aml of R's package
 * survival): time, whether it came back, group. */
static const struct {
    int64_t time;
    int event;
    const char *group;
} remissions[] = {
    {9, 1, "m"},  {13, 1, "m"}, {13, 0, "m"}, {18, 1, "m"}, {23, 1, "m"}, {28, 0, "m"},
    {31, 1, "m"}, {34, 1, "m"}, {45, 0, "m"}, {48, 1, "m"}, {161, 0, "m"}, {5, 1, "n"},
    {5, 1, "n"},  {8, 1, "n"},  {8, 1, "n"},  {12, 1, "n"}, {16, 0, "n"}, {23, 1, "n"},
    {27, 1, "n"}, {30, 1, "n"}, {33, 1, "n"}, {43, 1, "n"}, {45, 1, "n"},
};

/* All lives end, or are watched, on day 1000. */
static leadkpi_cohorts *patients(void)
{
    static row rows[64];
    size_t count = 0;
    for (int64_t i = 0; i < 23; i++) {
        rows[count++] = (row){ACQUIRED, i, (1000 - remissions[i].time) * DAY, 0, remissions[i].group, NULL};
        if (remissions[i].event) rows[count++] = (row){OUTCOME, i, 1000 * DAY, 0, "relapse", NULL};
    }
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, count, 0);
    return cohorts;
}

#define AS_OF "as_of=1972-09-27; event=outcome; outcomes=relapse"

START_TEST(curves_agree_with_r)
{
    /* R 4.2.2, survival 3.5-3: survfit(Surv(time, status) ~ 1, aml) at time 34, by conf.type. */
    static const struct {
        const char *options;
        double low, high;
    } scales[] = {
        {AS_OF "; scale=log_log", 0.104441343233593, 0.480284660416562},
        {AS_OF "; scale=plain", 0.0761687058063262, 0.475936194124661},
        {AS_OF "; scale=log", 0.133822195629273, 0.569449296311515},
    };
    leadkpi_cohorts *cohorts = patients();
    for (int i = 0; i < 3; i++) {
        leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival, "cohorts_survival", scales[i].options);
        ck_assert_uint_eq(leadkpi_table_row_count(t), 18);
        near(number_at(t, "time", 13), 34, 0, "time");
        ck_assert_int_eq(whole_at(t, "at_risk", 13), 6);
        near(number_at(t, "survival", 13), 0.276052449965493, 1e-12, "survival");
        near(number_at(t, "standard_error", 13), 0.101983376090492, 1e-12, "Greenwood");
        near(number_at(t, "survival_low", 13), scales[i].low, 1e-12, "low");
        near(number_at(t, "survival_high", 13), scales[i].high, 1e-12, "high");
        leadkpi_table_free(t);
    }
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival_summary, "cohorts_survival",
                                 AS_OF "; by=channel");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    near(number_at(t, "median", 0), 31, 0, "maintained");
    near(number_at(t, "median_low", 0), 13, 0, "maintained, low");
    ck_assert(isinf(number_at(t, "median_high", 0)));
    near(number_at(t, "restricted_mean", 0), 52.6454545454545, 1e-12, "maintained");
    near(number_at(t, "restricted_mean_error", 0), 19.8286027955626, 1e-12, "maintained");
    near(number_at(t, "median", 1), 23, 0, "not maintained");
    near(number_at(t, "median_high", 1), 33, 0, "not maintained");
    near(number_at(t, "restricted_mean", 2), 36.3643892339544, 1e-12, "all");
    /* survdiff(Surv(time, status) ~ x, aml): Chisq = 3.4 on 1 degree of freedom, p = 0.07; the digits
     * from the sum over times of observed less expected in a script. */
    near(number_at(t, "log_rank", 2), 3.3963886989775984, 1e-12, "log-rank");
    ck_assert_int_eq(whole_at(t, "log_rank_degrees", 2), 1);
    near(number_at(t, "log_rank_p", 2), 0.06533932204050508, 1e-12, "p");
    ck_assert(is_null_at(t, "log_rank", 0));
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

static size_t row_of(const leadkpi_table *t, const char *outcome, double time)
{
    size_t i = 0;
    while (!(number_at(t, "time", i) == time && (!outcome || text_matches(t, "outcome", i, outcome)))) i++;
    return i;
}

/* Watched from day 985 on: who had been ill for longer by then comes in late.
 * R 4.2.2, survival 3.5-3: survfit(Surv(pmax(0, time - 15), time, status) ~ 1, conf.type = ...). */
START_TEST(curves_of_who_came_in_late_agree_with_r)
{
    static const double times[] = {8, 12, 18, 30};
    static const int64_t at_risk[] = {8, 7, 7, 5};
    static const struct {
        const char *scale;
        double low[4], high[4], median_low, median_high;
    } scales[] = {
        {"plain",
         {0.296363685148401723, 0.159703594788055792, 0.074716520064570746, 0},
         {0.90363631485159845, 0.74029640521194429, 0.58650796973134767, 0.33703897679483091},
         8, 23},
        {"log",
         {0.361719529254716399, 0.236073798126826079, 0.152465849863795438, 0.058493830181465707},
         {0.99524623605958140, 0.85778261546506263, 0.71691107598268555, 0.46716233206721308},
         8, 30},
        {"log_log",
         {0.252668897003893667, 0.166763086525304305, 0.107818254987608067, 0.040530491680713945},
         {0.82722096702851178, 0.70049058487561355, 0.57694806845638746, 0.36398219682454008},
         5, 23},
    };
    leadkpi_cohorts *cohorts = patients();
    for (int i = 0; i < 3; i++) {
        char text[160];
        snprintf(text, sizeof text, "%s; observed_from=1972-09-12; scale=%s", AS_OF, scales[i].scale);
        leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival, "cohorts_survival", text);
        for (int k = 0; k < 4; k++) {
            size_t at = row_of(t, NULL, times[k]);
            ck_assert_int_eq(whole_at(t, "at_risk", at), at_risk[k]);
            near(number_at(t, "survival_low", at), scales[i].low[k], 1e-12, "low");
            near(number_at(t, "survival_high", at), scales[i].high[k], 1e-12, "high");
        }
        near(number_at(t, "survival", row_of(t, NULL, 30)), 0.16530612244897963, 1e-12, "survival");
        near(number_at(t, "standard_error", row_of(t, NULL, 30)), 0.087620413283334891, 1e-12, "Greenwood");
        leadkpi_table_free(t);
        t = report_of(cohorts, leadkpi_cohorts_survival_summary, "cohorts_survival", text);
        near(number_at(t, "median", 0), 12, 0, "median");
        near(number_at(t, "median_low", 0), scales[i].median_low, 0, "median, low");
        near(number_at(t, "median_high", 0), scales[i].median_high, 0, "median, high");
        leadkpi_table_free(t);
    }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* The same patients with three ways to end.
 * R 4.2.2, survival 3.5-3: survfit(Surv(time, factor(cause, 0:3)) ~ 1), the states at 34 and 48. */
START_TEST(incidence_agrees_with_r)
{
    static const int causes[] = {1, 1, 0, 2, 1, 0, 2, 1, 0, 1, 0, 1, 2, 1, 1, 3, 0, 1, 2, 1, 1, 2, 1};
    static const char *const names[] = {NULL, "relapse", "death", "moved"};
    static row rows[64];
    size_t count = 0;
    for (int64_t i = 0; i < 23; i++) {
        rows[count++] = (row){ACQUIRED, i, (1000 - remissions[i].time) * DAY, 0, NULL, NULL};
        if (causes[i]) rows[count++] = (row){OUTCOME, i, 1000 * DAY, 0, names[causes[i]], NULL};
    }
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, count, 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_incidence, "cohorts_incidence", "as_of=1972-09-27");
    near(number_at(t, "incidence", row_of(t, "relapse", 34)), 0.4824016563146998, 1e-12, "relapse by 34");
    near(number_at(t, "standard_error", row_of(t, "relapse", 34)), 0.111734993092845, 1e-12, "its error");
    near(number_at(t, "incidence", row_of(t, "relapse", 48)), 0.6204278812974465, 1e-12, "relapse by 48");
    near(number_at(t, "standard_error", row_of(t, "relapse", 48)), 0.1143986218896638, 1e-12, "its error");
    near(number_at(t, "incidence", row_of(t, "death", 31)), 0.1980676328502416, 1e-12, "death by 34");
    near(number_at(t, "standard_error", row_of(t, "death", 31)), 0.08901521961719257, 1e-12, "its error");
    near(number_at(t, "incidence", row_of(t, "moved", 12)), 0.04347826086956522, 1e-12, "moved");
    near(number_at(t, "standard_error", row_of(t, "moved", 12)), 0.04252257799320223, 1e-12, "its error");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- against naive sums -------------------------------------------------------------------- */

enum { LIVES = 40 };
typedef struct life {
    int64_t entry, exit; /* days */
    int cause;           /* 0 open, 1 won, 2 lost */
    int segment;         /* by channel */
} life;
enum { SEGMENTS = 4 };

static leadkpi_cohorts *draw_lives(uint64_t seed, int64_t observed_from, life *lives, size_t *count)
{
    static row rows[2 * LIVES];
    static const char *const names[] = {NULL, "won", "lost"};
    static const char *const channels[SEGMENTS] = {"ads", "mail", "tv", "web"};
    uint64_t state = seed;
    size_t row_count = 0;
    *count = 0;
    for (int64_t i = 0; i < LIVES; i++) {
        int64_t acquired = (int64_t)(lk_test_random(&state) % 60), end = 70;
        int cause = (int)(lk_test_random(&state) % 3);
        if (cause) end = acquired + (int64_t)(lk_test_random(&state) % 12);
        rows[row_count++] = (row){ACQUIRED, i, acquired * DAY, 0, channels[i % SEGMENTS], NULL};
        if (cause) rows[row_count++] = (row){OUTCOME, i, end * DAY, 0, names[cause], NULL};
        life l = {observed_from > acquired ? observed_from - acquired : 0, end - acquired, cause, (int)(i % SEGMENTS)};
        if (l.entry == 0 || l.exit > l.entry) lives[(*count)++] = l;
    }
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, row_count, 0);
    return cohorts;
}

static void count_at(const life *lives, size_t count, int64_t time, double *n, double *won, double *lost)
{
    *n = *won = *lost = 0;
    for (size_t i = 0; i < count; i++) {
        *n += (lives[i].entry < time || lives[i].entry == 0) && lives[i].exit >= time;
        *won += lives[i].exit == time && lives[i].cause == 1;
        *lost += lives[i].exit == time && lives[i].cause == 2;
    }
}

/* Marubini and Valsecchi's variance, as the sums over pairs of times that it is. */
static double naive_error(const double *s, const double *incidence, const double *n, const double *won,
                          const double *all, int last)
{
    double sum = 0;
    for (int j = 0; j <= last; j++) {
        double gap = incidence[last] - incidence[j];
        if (n[j] == 0) continue;
        if (n[j] > all[j]) sum += gap * gap * all[j] / (n[j] * (n[j] - all[j]));
        sum += s[j] * s[j] * (n[j] - won[j]) * won[j] / (n[j] * n[j] * n[j]);
        sum -= 2 * gap * s[j] * won[j] / (n[j] * n[j]);
    }
    return sqrt(sum > 0 ? sum : 0);
}

START_TEST(curves_of_truncated_lives_are_those_of_naive_sums)
{
    enum { DAYS = 71 };
    life lives[LIVES];
    size_t count, line = 0, at = 0;
    int64_t from = _i % 2 ? 20 : 0;
    leadkpi_cohorts *cohorts = draw_lives(100 + (uint64_t)_i, from, lives, &count);
    const char *options = _i % 2 ? "as_of=1970-03-12; observed_from=1970-01-21; event=outcome"
                                 : "as_of=1970-03-12; event=outcome";
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival, "cohorts_survival", options);
    leadkpi_table *u = report_of(cohorts, leadkpi_cohorts_incidence, "cohorts_incidence",
                                 _i % 2 ? "as_of=1970-03-12; observed_from=1970-01-21; outcomes=won"
                                        : "as_of=1970-03-12; outcomes=won");
    double s[DAYS], incidence[DAYS], n[DAYS], won[DAYS], all[DAYS], km = 1, left = 1, i_sum = 0;
    for (int day = 0; day < DAYS; day++) {
        double lost;
        int64_t censored = 0;
        count_at(lives, count, day, &n[day], &won[day], &lost);
        all[day] = won[day] + lost;
        s[day] = left;
        if (n[day] > 0) {
            km *= 1 - won[day] / n[day];
            i_sum += left * won[day] / n[day];
            left *= 1 - all[day] / n[day];
        }
        incidence[day] = i_sum;
        for (size_t i = 0; i < count; i++) censored += lives[i].exit == day && lives[i].cause != 1;
        if (won[day] + (double)censored == 0) continue;
        near(number_at(t, "time", line), day, 0, "time");
        ck_assert_int_eq(whole_at(t, "at_risk", line), (int64_t)n[day]);
        ck_assert_int_eq(whole_at(t, "events", line), (int64_t)won[day]);
        ck_assert_int_eq(whole_at(t, "censored", line), censored);
        near(number_at(t, "survival", line), km, 1e-13, "survival");
        line++;
        if (won[day] == 0) continue;
        text_is(u, "outcome", at, "won");
        near(number_at(u, "incidence", at), i_sum, 1e-13, "incidence");
        near(number_at(u, "standard_error", at), naive_error(s, incidence, n, won, all, day), 1e-9, "error");
        ck_assert(number_at(u, "incidence_low", at) <= i_sum && i_sum <= number_at(u, "incidence_high", at));
        at++;
    }
    ck_assert_uint_eq(leadkpi_table_row_count(t), line);
    ck_assert_uint_eq(leadkpi_table_row_count(u), at);
    leadkpi_table_free(t), leadkpi_table_free(u);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Mantel's statistic by its definition: the variance of all segments but the last, solved. */
static double naive_log_rank(const life *lives, size_t count)
{
    double z[SEGMENTS] = {0}, v[SEGMENTS][SEGMENTS] = {{0}}, chi_squared = 0;
    for (int64_t time = 0; time <= 70; time++) {
        double n[SEGMENTS] = {0}, all = 0, d = 0;
        for (size_t i = 0; i < count; i++) {
            const life *l = &lives[i];
            if ((l->entry < time || l->entry == 0) && l->exit >= time) n[l->segment]++, all++;
            if (l->exit == time && l->cause == 1) d++, z[l->segment]++;
        }
        for (int i = 0; d > 0 && i < SEGMENTS; i++) {
            z[i] -= d * n[i] / all;
            for (int j = 0; all > 1 && j < SEGMENTS; j++)
                v[i][j] += d * (all - d) / (all - 1) * (n[i] / all) * ((i == j) - n[j] / all);
        }
    }
    for (int i = 0; i + 1 < SEGMENTS; i++) { /* z' v^-1 z: each row out of those after it */
        for (int j = i + 1; j + 1 < SEGMENTS; j++) {
            double factor = v[j][i] / v[i][i];
            for (int k = 0; k + 1 < SEGMENTS; k++) v[j][k] -= factor * v[i][k];
            z[j] -= factor * z[i];
        }
        chi_squared += z[i] * z[i] / v[i][i];
    }
    return chi_squared;
}

START_TEST(the_log_rank_of_segments_is_that_of_its_definition)
{
    static life lives[LIVES];
    char text[120];
    size_t count;
    int64_t observed_from = _i % 2 ? 30 : 0;
    leadkpi_cohorts *cohorts = draw_lives(80 + (uint64_t)_i, observed_from, lives, &count);
    snprintf(text, sizeof text, "as_of=1970-03-12; by=channel; event=outcome%s",
             observed_from ? "; observed_from=1970-01-31" : "");
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival_summary, "cohorts_survival", text);
    size_t last = leadkpi_table_row_count(t) - 1;
    ck_assert_int_eq(whole_at(t, "log_rank_degrees", last), SEGMENTS - 1);
    near(number_at(t, "log_rank", last), naive_log_rank(lives, count), 1e-12, "log-rank");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(an_outcome_that_nobody_has_is_named)
{
    leadkpi_error error;
    leadkpi_cohorts *cohorts = patients();
    leadkpi_table *t;
    leadkpi_options *o = options_of("cohorts_survival", "as_of=1972-09-27; event=outcome; outcomes=relaps");
    ck_assert_int_eq(leadkpi_cohorts_survival(cohorts, o, &t, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert(strstr(error.message, "\"relapse\"") != NULL);
    leadkpi_options_free(o);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Whose wins are called Won converts nobody by default: that is said, and no failure. */
START_TEST(a_default_outcome_that_nobody_has_is_said)
{
    static const row rows[] = {
        {ACQUIRED, 4, 0, 0, "ads", NULL}, {OUTCOME, 4, DAY, 0, "Won", NULL},
        {ACQUIRED, 3, 0, 0, "ads", NULL}, {OUTCOME, 3, DAY, 0, "lost", NULL},
    };
    static const row won = {OUTCOME, 4, 90 * DAY, 0, "won", NULL};
    static const char *const asked[] = {"as_of=1970-02-01", "as_of=1970-02-01; outcomes=Won"};
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_error error;
    leadkpi_table *t;
    for (int i = 0; i < 4; i++) { /* without outcomes; by default; named; with one that is won */
        if (i == 1) add_rows(cohorts, rows, sizeof rows / sizeof rows[0], 0);
        if (i == 3) add_rows(cohorts, &won, 1, 0);
        leadkpi_options *o = options_of("cohorts_conversion", asked[i == 2]);
        ck_assert_int_eq(leadkpi_cohorts_conversion(cohorts, o, &t, &error), LEADKPI_OK);
        ck_assert_int_eq(error.code, LEADKPI_OK);
        ck_assert_msg((strstr(error.message, "found none (the nearest name is \"Won\")") != NULL) == (i == 1), "%d: %s",
                      i, error.message);
        ck_assert(i == 1 || error.message[0] == '\0');
        size_t total = leadkpi_table_row_count(t) - 1;
        ck_assert_int_eq(whole_at(t, "converted", total), i == 2);
        leadkpi_table_free(t);
        leadkpi_options_free(o);
        t = report_of(cohorts, leadkpi_cohorts_findings, "cohorts_findings", "as_of=1970-02-01");
        ck_assert_uint_eq(leadkpi_table_row_count(t), i == 0 ? 0 : 1); /* with won: a row after as_of */
        if (i == 1 || i == 2) {
            text_is(t, "finding", 0, "outcomes_without_won");
            text_is(t, "example", 0, "3");
            ck_assert_int_eq(whole_at(t, "count", 0), 2);
        }
        leadkpi_table_free(t);
    }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(the_end_of_a_subscription_ends_a_life_and_a_gap_in_one_instant_does_not)
{
    static const row rows[] = {
        {ACQUIRED, 1, 0, 0, "a", NULL}, {MRR, 1, 0, 100, NULL, NULL}, {MRR, 1, 5 * DAY, 0, NULL, NULL},
        {MRR, 1, 6 * DAY, 100, NULL, NULL}, {MRR, 1, 9 * DAY, 0, NULL, NULL},
        {ACQUIRED, 2, 0, 0, "a", NULL}, {MRR, 2, 0, 100, NULL, NULL}, {MRR, 2, 4 * DAY, 0, NULL, NULL},
        {MRR, 2, 4 * DAY, 300, NULL, NULL}, {MRR, 2, 7 * DAY, 0, NULL, NULL},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, sizeof rows / sizeof rows[0], 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival, "cohorts_survival", "as_of=1970-02-01");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
    near(number_at(t, "time", 0), 5, 0, "the first fall to 0");
    near(number_at(t, "time", 1), 7, 0, "a raise is no end");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(young_cohorts_are_projected_from_old_ones)
{
    static row rows[64];
    size_t count = 0;
    for (int64_t i = 0; i < 10; i++) {
        rows[count++] = (row){ACQUIRED, i, 0, 0, "ads", NULL}; /* January, 5 won on day 10 */
        if (i < 5) rows[count++] = (row){OUTCOME, i, 10 * DAY, 0, "won", NULL};
        rows[count++] = (row){ACQUIRED, 20 + i, 95 * DAY, 0, "ads", NULL}; /* April, 5 days old */
        if (i < 2) rows[count++] = (row){OUTCOME, 20 + i, 96 * DAY, 0, "lost", NULL};
    }
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, count, 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_conversion, "cohorts_conversion",
                                 "as_of=1970-04-11");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    near(number_at(t, "rate", 0), 0.5, 0, "so far");
    near(number_at(t, "projected_rate", 0), 0.5, 1e-15, "nobody won after day 10");
    near(number_at(t, "maturity", 0), 1, 1e-15, "as much as will come");
    near(number_at(t, "rate", 1), 0, 0, "nothing yet");
    near(number_at(t, "projected_rate", 1), 0.4, 1e-15, "8 open, half of whom win");
    /* Chance 8 / 4; each share errs by sqrt(.25 / 10), all in one direction. */
    near(number_at(t, "projected_high", 1),
         fmin(0.8, 0.4 + 1.959963984540054 * sqrt(8 * 0.25 + 64 * 0.025) / 10), 1e-12, "at its worst");
    near(number_at(t, "projected_low", 1), fmax(0, 0.4 - 1.959963984540054 * sqrt(3.6) / 10), 1e-12, "low");
    near(number_at(t, "projected_rate", 2), 0.45, 1e-15, "both");
    text_is(t, "status", 1, "immature");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Of ten who went on beyond day 60 none converted: that does not say that nobody will. */
START_TEST(what_nobody_did_so_far_is_not_impossible)
{
    static row rows[32];
    size_t count = 0;
    for (int64_t i = 0; i < 10; i++) {
        rows[count++] = (row){ACQUIRED, i, 0, 0, "ads", NULL};
        rows[count++] = (row){ACQUIRED, 20 + i, 40 * DAY, 0, "ads", NULL};
    }
    rows[count++] = (row){ACQUIRED, 40, 0, 0, "ads", NULL};
    rows[count++] = (row){OUTCOME, 40, 10 * DAY, 0, "won", NULL};
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, count, 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_conversion, "cohorts_conversion",
                                 "as_of=1970-04-11");
    double z2 = 1.959963984540054 * 1.959963984540054;
    near(number_at(t, "projected_rate", 1), 0, 0, "nobody after day 60");
    near(number_at(t, "projected_low", 1), 0, 0, "nobody at least");
    near(number_at(t, "projected_high", 1), z2 / (10 + z2), 1e-12, "none of the ten who are older");
    near(number_at(t, "projected_high", 0), 1.0 / 11, 1e-12, "as old as any: nothing ahead was seen");
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(a_subscription_from_before_the_acquisition_can_end_after_it)
{
    static const row rows[] = {
        {MRR, 1, 9 * DAY, 500, NULL, NULL},   {ACQUIRED, 1, 10 * DAY, 0, "ads", NULL},
        {MRR, 1, 15 * DAY, 0, NULL, NULL}, /* signed a day early, left after 5 */
        {MRR, 2, 5 * DAY, 500, NULL, NULL},   {MRR, 2, 8 * DAY, 0, NULL, NULL},
        {ACQUIRED, 2, 10 * DAY, 0, "ads", NULL}, /* left before it came: that is no end */
        {MRR, 2, 12 * DAY, 0, NULL, NULL},    {MRR, 2, 13 * DAY, 700, NULL, NULL},
        {MRR, 2, 17 * DAY, 0, NULL, NULL},
        {MRR, 3, 2 * DAY, 500, NULL, NULL},   {ACQUIRED, 3, 10 * DAY, 0, "ads", NULL},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, sizeof rows / sizeof rows[0], 0);
    leadkpi_table *t =
        report_of(cohorts, leadkpi_cohorts_survival, "cohorts_survival", "as_of=1970-01-31");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    near(number_at(t, "time", 0), 5, 0, "the first");
    near(number_at(t, "time", 1), 7, 0, "the second");
    near(number_at(t, "time", 2), 20, 0, "still there");
    ck_assert_int_eq(whole_at(t, "events", 0), 1);
    ck_assert_int_eq(whole_at(t, "events", 1), 1);
    ck_assert_int_eq(whole_at(t, "censored", 2), 1);
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Where nothing else ends a life, 1 - S is the incidence, on each scale of the interval. */
START_TEST(the_incidence_of_churn_is_what_the_curve_lacks)
{
    static const char *const scales[] = {"plain", "log", "log_log"};
    static row rows[64];
    char text[80];
    size_t count = 0;
    for (int64_t i = 0; i < 12; i++) {
        rows[count++] = (row){ACQUIRED, i, 0, 0, "ads", NULL}, rows[count++] = (row){MRR, i, 0, 100, NULL, NULL};
        if (i != 4 && i != 7) rows[count++] = (row){MRR, i, (1 + i / 2) * DAY, 0, NULL, NULL};
    }
    rows[count++] = (row){MRR, 4, 40 * DAY, 0, NULL, NULL}, rows[count++] = (row){MRR, 7, 41 * DAY, 0, NULL, NULL};
    leadkpi_cohorts *cohorts = cohorts_with("");
    snprintf(text, sizeof text, "as_of=1970-04-11; event=churn; scale=%s", scales[_i]);
    leadkpi_table *u = report_of(cohorts, leadkpi_cohorts_incidence, "cohorts_incidence", text);
    ck_assert_uint_eq(leadkpi_table_row_count(u), 0);
    leadkpi_table_free(u);
    add_rows(cohorts, rows, count, 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival, "cohorts_survival", "as_of=1970-04-11");
    u = report_of(cohorts, leadkpi_cohorts_incidence, "cohorts_incidence", text);
    ck_assert_uint_eq(leadkpi_table_row_count(u), leadkpi_table_row_count(t));
    for (size_t i = 0; i < leadkpi_table_row_count(u); i++) {
        double p = number_at(u, "incidence", i), half = 1.959963984540054 * number_at(u, "standard_error", i), low, high;
        text_is(u, "outcome", i, "churn");
        near(p, 1 - number_at(t, "survival", i), 1e-14, "incidence");
        low = _i == 0 ? fmax(0, p - half) : _i == 1 ? p * exp(-half / p) : exp(log(p) * exp(-half / (p * log(p))));
        high = _i == 0 ? fmin(1, p + half) : _i == 1 ? fmin(1, p * exp(half / p)) : exp(log(p) * exp(half / (p * log(p))));
        if (p > 1 - 1e-12) continue; /* all: there is no error left to go by */
        near(number_at(u, "incidence_low", i), low, 1e-12, "low"), near(number_at(u, "incidence_high", i), high, 1e-12, "high");
    }
    leadkpi_table_free(t), leadkpi_table_free(u);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* All of web had left when watching began; and no curve is made of more segments than the log-rank test takes. */
START_TEST(a_segment_without_a_life_has_no_curve)
{
    static const row rows[] = {
        {ACQUIRED, 1, 0, 0, "ads", NULL}, {MRR, 1, 0, 100, NULL, NULL}, {MRR, 1, 30 * DAY, 0, NULL, NULL},
        {ACQUIRED, 2, 0, 0, "web", NULL}, {MRR, 2, 0, 100, NULL, NULL}, {MRR, 2, 3 * DAY, 0, NULL, NULL},
    };
    static char names[300][8];
    static row many[300];
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, rows, sizeof rows / sizeof rows[0], 0);
    leadkpi_table *t = report_of(cohorts, leadkpi_cohorts_survival_summary, "cohorts_survival",
                                 "as_of=1970-02-11; by=channel; observed_from=1970-01-11");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    ck_assert_int_eq(whole_at(t, "size", 1), 0);
    ck_assert(is_null_at(t, "median", 1) && is_null_at(t, "horizon", 1) && is_null_at(t, "restricted_mean", 1));
    near(number_at(t, "horizon", 2), 30, 0, "of the other one");
    leadkpi_table_free(t);
    for (int i = 0; i < 300; i++) {
        snprintf(names[i], sizeof names[i], "c%d", i);
        many[i] = (row){ACQUIRED, 10 + i, 0, 0, names[i], NULL};
    }
    add_rows(cohorts, many, 300, 0);
    t = report_of(cohorts, leadkpi_cohorts_survival_summary, "cohorts_survival", "as_of=1970-02-11; by=channel");
    ck_assert(is_null_at(t, "log_rank", leadkpi_table_row_count(t) - 1));
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Of so many rows at one instant a look at every pair would take minutes. */
START_TEST(many_rows_at_one_instant_take_no_longer_than_elsewhere)
{
    enum { CHANGES = 400000 };
    static int64_t ids[CHANGES], times[CHANGES], mrr[CHANGES];
    static const row first[] = {{ACQUIRED, 0, 0, 0, "ads", NULL}, {MRR, 0, DAY, 100, NULL, NULL}};
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_table *rows, *t;
    add_rows(cohorts, first, 2, 0);
    for (size_t i = 0; i < CHANGES; i++) times[i] = 2 * DAY;
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, CHANGES, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, CHANGES, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "mrr", NUL, mrr, CHANGES, 0, NULL, ok_error));
    mrr[CHANGES - 1] = 1;
    OK(leadkpi_cohorts_add_subscriptions(cohorts, rows, NULL, 0, ok_error));
    leadkpi_table_free(rows);
    t = report_of(cohorts, leadkpi_cohorts_survival_summary, "cohorts_survival", "as_of=1970-01-31");
    ck_assert_int_eq(whole_at(t, "events", 0), 0); /* the highest counts, and it pays */
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* An outcome of its own for each of so many customers: a pass for each would take minutes. */
START_TEST(as_many_outcomes_as_customers_take_no_longer_than_one)
{
    enum { PEOPLE = 200000 };
    static int64_t ids[PEOPLE], starts[PEOPLE], ends[PEOPLE];
    static char names[PEOPLE][8];
    static const char *texts[PEOPLE];
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_table *rows[2], *t;
    for (size_t i = 0; i < PEOPLE; i++) {
        ids[i] = (int64_t)i, ends[i] = DAY + (int64_t)i;
        snprintf(names[i], sizeof names[i], "%06u", (unsigned)i);
        texts[i] = names[i];
    }
    for (int i = 0; i < 2; i++) {
        OK(leadkpi_table_create(NULL, &rows[i], ok_error));
        OK(leadkpi_table_borrow_int64(rows[i], "id", NUL, ids, PEOPLE, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_timestamp(rows[i], "time", NUL, i ? ends : starts, PEOPLE, 0, NULL, ok_error));
    }
    OK(leadkpi_table_copy_strings(rows[1], "outcome", NUL, texts, PEOPLE, ok_error));
    OK(leadkpi_cohorts_add_acquisitions(cohorts, rows[0], NULL, 0, ok_error));
    OK(leadkpi_cohorts_add_outcomes(cohorts, rows[1], NULL, 0, ok_error));
    t = report_of(cohorts, leadkpi_cohorts_incidence, "cohorts_incidence", "as_of=1970-01-31");
    ck_assert_uint_eq(leadkpi_table_row_count(t), PEOPLE);
    text_is(t, "outcome", PEOPLE - 1, "199999");
    /* Each came to its own with nobody in between: a share of 1 in so many, a binomial error. */
    near(number_at(t, "incidence", 77), 1.0 / PEOPLE, 1e-15, "one of all");
    near(number_at(t, "standard_error", 77), sqrt(1.0 / PEOPLE * (1 - 1.0 / PEOPLE) / PEOPLE), 1e-12, "error");
    leadkpi_table_free(t);
    leadkpi_table_free(rows[0]), leadkpi_table_free(rows[1]);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

static Suite *suite_of_survival(void)
{
    Suite *suite = suite_create("cohorts survival");
    TCase *tc = tcase_create("survival");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, curves_agree_with_r);
    tcase_add_test(tc, curves_of_who_came_in_late_agree_with_r);
    tcase_add_test(tc, incidence_agrees_with_r);
    tcase_add_loop_test(tc, curves_of_truncated_lives_are_those_of_naive_sums, 0, 6);
    tcase_add_loop_test(tc, the_log_rank_of_segments_is_that_of_its_definition, 0, 6);
    tcase_add_test(tc, an_outcome_that_nobody_has_is_named);
    tcase_add_test(tc, a_default_outcome_that_nobody_has_is_said);
    tcase_add_test(tc, the_end_of_a_subscription_ends_a_life_and_a_gap_in_one_instant_does_not);
    tcase_add_test(tc, young_cohorts_are_projected_from_old_ones);
    tcase_add_test(tc, what_nobody_did_so_far_is_not_impossible);
    tcase_add_test(tc, a_subscription_from_before_the_acquisition_can_end_after_it);
    tcase_add_test(tc, many_rows_at_one_instant_take_no_longer_than_elsewhere);
    tcase_add_test(tc, as_many_outcomes_as_customers_take_no_longer_than_one);
    tcase_add_loop_test(tc, the_incidence_of_churn_is_what_the_curve_lacks, 0, 3);
    tcase_add_test(tc, a_segment_without_a_life_has_no_curve);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_survival());
}
