/* Kaplan-Meier: R's survival tables, naive recomputation, limits, memory, bad input. */
#include <leadkpi/stats.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../support/check_main.h"
#include "../support/random.h"

static leadkpi_error error;
static leadkpi_stats_survival *curve;

/* Weeks to relapse, maintenance of chemotherapy (Miller 1997, table "aml" of R's survival), all 23. */
static const int64_t aml_times[] = {9,  13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5,
                                    5,  8,  8,  12, 16, 23, 27, 30, 33, 43, 45};
static const uint8_t aml_events[] = {1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1,
                                     1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1};
#define AML 23

static void near(double found, double expected, const char *what)
{
    ck_assert_msg(fabs(found - expected) <= 2e-14 * fabs(expected), "%s: expected %.17g, found %.17g",
                  what, expected, found);
}

static leadkpi_stats_survival *aml(void)
{
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, aml_times, aml_events, AML, &curve, &error), LEADKPI_OK);
    return curve;
}

/* R 4.2, survival: summary(survfit(Surv(time, status) ~ 1, aml)). */
START_TEST(life_table_is_that_of_r)
{
    static const struct {
        double time;
        int64_t at_risk, events, censored;
        double survival, error, log_low, log_high;
    } expected[] = {
        {5, 23, 2, 0, 0.91304347826087, 0.0587533847558414, 0.804854797782958, 1},
        {8, 21, 2, 0, 0.826086956521739, 0.0790341964475118, 0.684839468071899, 0.996466605022982},
        {13, 17, 1, 1, 0.695652173913043, 0.0959438755421514, 0.530878341628212, 0.911568450100481},
        {48, 2, 1, 0, 0.082815734989648, 0.0726618005035283, 0.0148346082548472, 0.462327406565294},
        {161, 1, 0, 1, 0.082815734989648, 0.0726618005035283, 0.0148346082548472, 0.462327406565294},
    };
    aml();
    ck_assert_uint_eq(leadkpi_stats_survival_row_count(curve), 18);
    for (size_t i = 0; i < 5; i++) {
        int64_t row = leadkpi_stats_survival_row_at(curve, expected[i].time), at_risk, events, censored;
        double time, survival, standard_error, low, high;
        ck_assert_int_eq(leadkpi_stats_survival_row(curve, (size_t)row, &time, &at_risk, &events, &censored, &survival, &standard_error, &error), LEADKPI_OK);
        ck_assert(time == expected[i].time && at_risk == expected[i].at_risk);
        ck_assert(events == expected[i].events && censored == expected[i].censored);
        near(survival, expected[i].survival, "S");
        near(standard_error, expected[i].error, "standard error");
        ck_assert_int_eq(leadkpi_stats_survival_interval(curve, (size_t)row, LEADKPI_STATS_SURVIVAL_LOG, 0.95, &low, &high, &error), LEADKPI_OK);
        near(low, expected[i].log_low, "low");
        near(high, expected[i].log_high, "high");
    }
    leadkpi_stats_survival_free(curve);
}
END_TEST

START_TEST(median_and_its_interval_are_those_of_r)
{
    static const double expected[][3] = {{27, 18, 34}, {27, 18, 45}, {27, 13, 34}};
    double median, low, high, mean, standard_error;
    aml();
    for (int32_t scale = 1; scale <= 3; scale++) {
        ck_assert_int_eq(leadkpi_stats_survival_quantile(curve, 0.5, scale, 0.95, &median, &low, &high, &error), LEADKPI_OK);
        ck_assert(median == expected[scale - 1][0]);
        ck_assert(low == expected[scale - 1][1] && high == expected[scale - 1][2]);
    }
    ck_assert_int_eq(leadkpi_stats_survival_restricted_mean(curve, 161, &mean, &standard_error, &error), LEADKPI_OK);
    near(mean, 36.3643892339544, "restricted mean");
    near(standard_error, 9.85410105666456, "its standard error");
    leadkpi_stats_survival_free(curve);
}
END_TEST

/* Without censoring S is the share that is left, the variance binomial, the mean the mean. */
START_TEST(without_censoring_it_is_the_empirical_distribution)
{
    enum { N = 1000 };
    static double times[N];
    static uint8_t events[N];
    double sum = 0, mean;
    for (int i = 0; i < N; i++) {
        times[i] = (double)(i * 37 % 211) / 7;
        events[i] = 1;
        sum += times[i];
    }
    ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, times, events, N, &curve, &error), LEADKPI_OK);
    ck_assert_uint_eq(leadkpi_stats_survival_row_count(curve), 211);
    for (size_t row = 0; row < 211; row++) {
        double time, survival, standard_error;
        int left = 0;
        leadkpi_stats_survival_row(curve, row, &time, NULL, NULL, NULL, &survival, &standard_error, NULL);
        for (int i = 0; i < N; i++) left += times[i] > time;
        ck_assert(survival == left / (double)N); /* to the bit: the product is exact */
        if (left) near(standard_error, sqrt(survival * (1 - survival) / N), "binomial");
        else ck_assert(isnan(standard_error));
    }
    ck_assert_int_eq(leadkpi_stats_survival_restricted_mean(curve, 1000, &mean, NULL, &error), LEADKPI_OK);
    ck_assert(fabs(mean - sum / N) < 1e-12);
    leadkpi_stats_survival_free(curve);
}
END_TEST

START_TEST(order_of_subjects_and_type_of_times_do_not_matter)
{
    enum { N = 3000 };
    static int64_t times[2][N];
    static double doubles[N];
    static uint8_t events[2][N];
    leadkpi_stats_survival *curves[3];
    for (size_t i = 0; i < N; i++) {
        size_t j = i * 7 % N;
        times[0][i] = times[1][N - 1 - j] = (int64_t)(j * j % 977) * 1000003; /* far apart: sorted */
        events[0][i] = events[1][N - 1 - j] = (uint8_t)(j % 3 ? 255 : 0);
    }
    for (size_t i = 0; i < N; i++) doubles[i] = (double)times[0][i];
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, times[0], events[0], N, &curves[0], &error), 0);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, times[1], events[1], N, &curves[1], &error), 0);
    ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, doubles, events[0], N, &curves[2], &error), 0);
    for (int k = 1; k < 3; k++) {
        size_t rows = leadkpi_stats_survival_row_count(curves[0]);
        ck_assert_uint_eq(leadkpi_stats_survival_row_count(curves[k]), rows);
        for (size_t row = 0; row < rows; row++) {
            double a[3], b[3];
            int64_t m[3], n[3];
            leadkpi_stats_survival_row(curves[0], row, &a[0], &m[0], &m[1], &m[2], &a[1], &a[2], NULL);
            leadkpi_stats_survival_row(curves[k], row, &b[0], &n[0], &n[1], &n[2], &b[1], &b[2], NULL);
            ck_assert(memcmp(a, b, sizeof a) == 0 && memcmp(m, n, sizeof m) == 0);
        }
    }
    for (int k = 0; k < 3; k++) leadkpi_stats_survival_free(curves[k]);
}
END_TEST

START_TEST(buckets_and_sorting_agree)
{
    enum { N = 2000 };
    static int64_t days[N], far[N];
    static uint8_t events[N];
    leadkpi_stats_survival *other;
    for (size_t i = 0; i < N; i++) {
        days[i] = (int64_t)(i * 31 % 365);
        far[i] = days[i] * 1000000007;
        events[i] = i % 5 < 2;
    }
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, days, events, N, &curve, &error), 0);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, far, events, N, &other, &error), 0);
    ck_assert_uint_eq(leadkpi_stats_survival_row_count(curve), leadkpi_stats_survival_row_count(other));
    for (size_t row = 0; row < leadkpi_stats_survival_row_count(curve); row++) {
        double s, t;
        int64_t n, m;
        leadkpi_stats_survival_row(curve, row, NULL, &n, NULL, NULL, &s, NULL, NULL);
        leadkpi_stats_survival_row(other, row, NULL, &m, NULL, NULL, &t, NULL, NULL);
        ck_assert(s == t && n == m);
    }
    leadkpi_stats_survival_free(curve);
    leadkpi_stats_survival_free(other);
}
END_TEST

/* Of six, one by one: after three S is 1/2 and stays so until the fourth. */
/* The first time at which S, or an end of its interval, is at a level: row by row, with what rounding may do. */
static double first_at(const leadkpi_stats_survival *of, double level, int which, int32_t scale, double confidence)
{
    size_t rows = leadkpi_stats_survival_row_count(of);
    for (size_t row = 0; row < rows; row++) {
        double time, values[3] = {NAN, NAN, NAN}, next = NAN;
        int64_t events;
        leadkpi_stats_survival_row(of, row, &time, NULL, &events, NULL, &values[0], NULL, NULL);
        if (!events) continue;
        leadkpi_stats_survival_interval(of, row, scale, confidence, &values[1], &values[2], NULL);
        if (!(values[which] <= level + 4e-16)) continue;
        for (size_t i = row + 1; i < rows && values[which] >= level - 4e-16 && isnan(next); i++) {
            double then;
            leadkpi_stats_survival_row(of, i, &then, NULL, &events, NULL, NULL, NULL, NULL);
            if (events) next = then;
        }
        return isnan(next) ? time : time + 0.5 * (next - time);
    }
    return INFINITY;
}

/* Curves that come down fast, slowly, and not at all; few subjects and many. */
START_TEST(a_quantile_is_where_the_curve_and_its_interval_come_down)
{
    enum { MOST = 400 };
    static int64_t times[MOST];
    static uint8_t events[MOST];
    uint64_t state = 5;
    for (int round = 0; round < lk_test_rounds(400); round++) {
        size_t count = 1 + lk_test_random(&state) % MOST;
        unsigned rare = 1 + (unsigned)(lk_test_random(&state) % 12), range = round % 2 ? 50 : 5000;
        for (size_t i = 0; i < count; i++) {
            times[i] = (int64_t)(lk_test_random(&state) % range);
            events[i] = lk_test_random(&state) % rare == 0;
            if (!events[i] && round % 3) times[i] = range;
        }
        ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, times, events, count, &curve, &error), LEADKPI_OK);
        for (int32_t scale = 1; scale <= 3; scale++) {
            static const double probabilities[] = {0.5, 0.1, 0.9}, confidences[] = {0.95, 0.5, 0.999};
            double p = probabilities[lk_test_random(&state) % 3], confidence = confidences[lk_test_random(&state) % 3];
            double value, low, high;
            leadkpi_stats_survival_quantile(curve, p, scale, confidence, &value, &low, &high, NULL);
            double expected = first_at(curve, 1 - p, 0, scale, confidence);
            ck_assert(isinf(expected) ? isnan(value) : value == expected);
            expected = first_at(curve, 1 - p, 1, scale, confidence);
            ck_assert(isinf(expected) ? isnan(low) : low == expected);
            ck_assert(high == first_at(curve, 1 - p, 2, scale, confidence));
        }
        leadkpi_stats_survival_free(curve);
    }
}
END_TEST

START_TEST(a_flat_half_has_its_median_in_the_middle)
{
    static const double times[] = {1, 2, 3, 5, 8, 9};
    static const uint8_t events[] = {1, 1, 1, 1, 1, 1};
    double median, low, high;
    ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, times, events, 6, &curve, &error), 0);
    leadkpi_stats_survival_quantile(curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, 0.95, &median, &low, &high, &error);
    ck_assert(median == 4);
    leadkpi_stats_survival_free(curve);
}
END_TEST

START_TEST(a_median_that_was_not_reached_is_said)
{
    static const double times[] = {1, 2, 3, 4};
    static const uint8_t events[] = {1, 0, 0, 0};
    double median, low, high, mean;
    ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, times, events, 4, &curve, &error), 0);
    ck_assert_int_eq(leadkpi_stats_survival_quantile(curve, 0.5, LEADKPI_STATS_SURVIVAL_PLAIN, 0.95, &median, &low, &high, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert(isnan(median) && high == INFINITY && low == 1);
    ck_assert_int_eq(leadkpi_stats_survival_restricted_mean(curve, 5, &mean, NULL, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert(isnan(mean));
    ck_assert_int_eq(leadkpi_stats_survival_restricted_mean(curve, 4, &mean, NULL, &error), LEADKPI_OK);
    ck_assert(fabs(mean - 3.25) < 1e-15);
    leadkpi_stats_survival_free(curve);
}
END_TEST

START_TEST(before_the_first_event_all_survive_and_after_the_last_none)
{
    static const double times[] = {1, 2, 3};
    static const uint8_t events[] = {0, 1, 1};
    double low, high, time, survival;
    ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, times, events, 3, &curve, &error), 0);
    for (int32_t scale = 1; scale <= 3; scale++) {
        ck_assert_int_eq(leadkpi_stats_survival_interval(curve, 0, scale, 0.95, &low, &high, &error), LEADKPI_OK);
        ck_assert(low == 1 && high == 1);
        ck_assert_int_eq(leadkpi_stats_survival_interval(curve, 1, scale, 0.95, &low, &high, &error), LEADKPI_OK);
        ck_assert(low >= 0 && low < 0.5 && high > 0.5 && high <= 1);
        ck_assert_int_eq(leadkpi_stats_survival_interval(curve, 2, scale, 0.95, &low, &high, &error), LEADKPI_NOT_ENOUGH_DATA);
        ck_assert(isnan(low) && isnan(high));
    }
    ck_assert_int_eq(leadkpi_stats_survival_interval(curve, 1, 4, 0.95, &low, &high, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_survival_row(curve, 3, &time, NULL, NULL, NULL, &survival, NULL, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert(isnan(time) && isnan(survival));
    ck_assert_int_eq(leadkpi_stats_survival_row_at(curve, 0.5), -1);
    ck_assert_int_eq(leadkpi_stats_survival_row_at(curve, NAN), -1);
    ck_assert_int_eq(leadkpi_stats_survival_row_at(curve, 2.5), 1);
    ck_assert_int_eq(leadkpi_stats_survival_row_at(curve, INFINITY), 2);
    leadkpi_stats_survival_free(curve);
}
END_TEST

START_TEST(extreme_times_are_kept_apart)
{
    static const int64_t times[] = {INT64_MAX, 0, INT64_MAX - 4096, 0};
    static const double doubles[] = {DBL_MAX, -0.0, DBL_TRUE_MIN, 0};
    static const uint8_t events[] = {1, 1, 1, 0};
    int64_t at_risk, events_then, censored;
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, times, events, 4, &curve, &error), 0);
    ck_assert_uint_eq(leadkpi_stats_survival_row_count(curve), 3);
    leadkpi_stats_survival_free(curve);
    ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, doubles, events, 4, &curve, &error), 0);
    ck_assert_uint_eq(leadkpi_stats_survival_row_count(curve), 3);
    leadkpi_stats_survival_row(curve, 0, NULL, &at_risk, &events_then, &censored, NULL, NULL, NULL);
    ck_assert(at_risk == 4 && events_then == 1 && censored == 1);
    leadkpi_stats_survival_free(curve);
}
END_TEST

START_TEST(bad_input_is_refused_with_its_row)
{
    static const double bad[] = {NAN, INFINITY, -1, -INFINITY};
    double times[] = {1, 2, 3};
    int64_t whole[] = {1, -2, 3};
    static const uint8_t events[] = {1, 1, 1};
    for (int i = 0; i < 4; i++) {
        times[1] = bad[i];
        curve = (void *)times;
        ck_assert_int_eq(leadkpi_stats_survival_create_double(NULL, times, events, 3, &curve, &error), LEADKPI_BAD_DATA);
        ck_assert(curve == NULL && error.row == 1);
    }
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, whole, events, 3, &curve, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, whole, events, 0, &curve, &error), LEADKPI_UNDEFINED);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, NULL, events, 3, &curve, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, whole, NULL, 3, &curve, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, whole, events, 3, NULL, &error), LEADKPI_NULL_ARGUMENT);
    double x;
    ck_assert_int_eq(leadkpi_stats_survival_row(NULL, 0, &x, NULL, NULL, NULL, NULL, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_survival_interval(NULL, 0, 1, 0.95, &x, &x, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_survival_quantile(NULL, 0.5, 1, 0.95, &x, &x, &x, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stats_survival_restricted_mean(NULL, 1, &x, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_uint_eq(leadkpi_stats_survival_row_count(NULL), 0);
    ck_assert_int_eq(leadkpi_stats_survival_row_at(NULL, 1), -1);
    leadkpi_stats_survival_free(NULL);
}
END_TEST

/* ---- memory: the n-th allocation fails, for every n --------------------- */

static int64_t live, asked, fails_at;

static void *allocate(void *user, size_t size)
{
    (void)user;
    if (asked++ == fails_at) return NULL;
    void *memory = malloc(size);
    live += memory != NULL;
    return memory;
}

static void *reallocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    (void)user;
    (void)old_size;
    return asked++ == fails_at ? NULL : realloc(memory, new_size);
}

static void release(void *user, void *memory, size_t size)
{
    (void)user;
    (void)size;
    live--;
    free(memory);
}

START_TEST(any_allocation_may_fail_and_nothing_leaks)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.allocate = allocate;
    host.reallocate = reallocate;
    host.release = release;
    int64_t far[AML];
    for (int i = 0; i < AML; i++) far[i] = aml_times[i] * 1000000000;
    for (int sorted = 0; sorted < 2; sorted++) {
        leadkpi_status status = LEADKPI_OUT_OF_MEMORY;
        int failures = 0;
        for (fails_at = 0; status != LEADKPI_OK; fails_at++) {
            asked = live = 0;
            status = leadkpi_stats_survival_create_int64(&host, sorted ? far : aml_times, aml_events, AML, &curve, &error);
            if (status == LEADKPI_OK) break;
            ck_assert_int_eq(status, LEADKPI_OUT_OF_MEMORY);
            ck_assert(curve == NULL && live == 0);
            failures++;
        }
        ck_assert_int_ge(failures, 3);
        leadkpi_stats_survival_free(curve);
        ck_assert_int_eq(live, 0);
    }
}
END_TEST

static int32_t stop(void *user)
{
    (void)user;
    return 1;
}

START_TEST(limit_and_interrupt_of_the_host_are_kept)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = 256;
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(&host, aml_times, aml_events, AML, &curve, &error), LEADKPI_LIMIT);
    host.memory_limit_bytes = 0;
    host.interrupted = stop;
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(&host, aml_times, aml_events, AML, &curve, &error), LEADKPI_INTERRUPTED);
    ck_assert(curve == NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("survival");
    TCase *tcase = tcase_create("survival");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, life_table_is_that_of_r);
    tcase_add_test(tcase, median_and_its_interval_are_those_of_r);
    tcase_add_test(tcase, without_censoring_it_is_the_empirical_distribution);
    tcase_add_test(tcase, order_of_subjects_and_type_of_times_do_not_matter);
    tcase_add_test(tcase, buckets_and_sorting_agree);
    tcase_add_test(tcase, a_quantile_is_where_the_curve_and_its_interval_come_down);
    tcase_add_test(tcase, a_flat_half_has_its_median_in_the_middle);
    tcase_add_test(tcase, a_median_that_was_not_reached_is_said);
    tcase_add_test(tcase, before_the_first_event_all_survive_and_after_the_last_none);
    tcase_add_test(tcase, extreme_times_are_kept_apart);
    tcase_add_test(tcase, bad_input_is_refused_with_its_row);
    tcase_add_test(tcase, any_allocation_may_fail_and_nothing_leaks);
    tcase_add_test(tcase, limit_and_interrupt_of_the_host_are_kept);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
