/* Rule models: the conformance cases, one journey at a time, and the edge rules. */
#include "../support/check_main.h"
#include "touches.h"

#define LENGTH_MAX 40

static void shares_are(const double *credit, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) ck_assert_double_eq_tol(credit[i], expected[i], 1e-15);
}

/* ---- the conformance cases ------------------------------------------------------------ */

/* Model names in attribution_rules.csv (exact rational answers of an independent program) and here. */
static const struct {
    const char *in_file, *here;
} names[] = {
    {"first", "first"},
    {"last", "last"},
    {"last_non_direct", "last_non:direct"},
    {"linear", "linear"},
    {"linear_unique", "linear_unique"},
    {"u_shaped_40_20_40", "u"},
    {"j_shaped_20_20_60", "custom:20/20/60"},
    {"inverse_j_60_20_20", "inverse_j"},
    {"rank_decay", "rank_decay"},
    {"participation", "participation"},
};
#define NAME_COUNT (sizeof names / sizeof names[0])
#define CASE_MODELS                                                                                \
    "models=first,last,last_non:direct,linear,linear_unique,u,custom:20/20/60,inverse_j,"          \
    "rank_decay,participation; errors=false"

static void within_an_ulp(double found, double expected, const char *what)
{
    ck_assert_msg(found >= nextafter(expected, -INFINITY) && found <= nextafter(expected, INFINITY),
                  "%s: expected %.17g, found %.17g", what, expected, found);
}

START_TEST(the_conformance_cases_come_out_to_an_ulp)
{
    case_paths *paths = read_case_paths();
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, paths->rows, paths->count, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_credits, a, CASE_MODELS);
    FILE *stream = open_case("attribution_rules.csv");
    char line[256];
    size_t checked = 0;
    ck_assert_ptr_nonnull(fgets(line, sizeof line, stream));
    while (fgets(line, sizeof line, stream)) {
        char model[64], channel[64];
        double conversions, value;
        ck_assert_int_eq(sscanf(line, "%63[^,],%63[^,],%lf,%lf", model, channel, &conversions, &value),
                         4);
        for (size_t i = 0; i < NAME_COUNT; i++) {
            if (strcmp(names[i].in_file, model) != 0) continue;
            within_an_ulp(credit_of(t, names[i].here, channel), conversions, line);
            within_an_ulp(value_of(t, names[i].here, channel), value, line);
            checked++;
        }
    }
    ck_assert_uint_eq(checked, 90);
    fclose(stream);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    free(paths);
}
END_TEST

/* ---- one journey ------------------------------------------------------------------------ */

START_TEST(no_touch_and_one_touch_are_journeys_too)
{
    static const int64_t times[] = {5}, channels[] = {7};
    for (size_t n = 0; n <= 1; n++) {
        double c = -1;
#define ONE(call)                                                                                  \
    do {                                                                                           \
        c = -1;                                                                                    \
        OK(call);                                                                                  \
        ck_assert_double_eq(c, n ? 1 : -1);                                                        \
    } while (0)
        ONE(leadkpi_attribution_first(n, &c, ok_error));
        ONE(leadkpi_attribution_last(n, &c, ok_error));
        ONE(leadkpi_attribution_first_non(n, channels, 7, &c, ok_error));
        ONE(leadkpi_attribution_last_non(n, channels, 7, &c, ok_error));
        ONE(leadkpi_attribution_first_in(n, channels, NULL, 0, &c, ok_error));
        ONE(leadkpi_attribution_last_in(n, channels, channels, 1, &c, ok_error));
        ONE(leadkpi_attribution_linear(n, &c, ok_error));
        ONE(leadkpi_attribution_linear_unique(n, channels, &c, ok_error));
        ONE(leadkpi_attribution_participation(n, channels, &c, ok_error));
        ONE(leadkpi_attribution_u_shaped(n, &c, ok_error));
        ONE(leadkpi_attribution_j_shaped(n, &c, ok_error));
        ONE(leadkpi_attribution_inverse_j(n, &c, ok_error));
        ONE(leadkpi_attribution_custom(n, 0, 1, 0, 0, &c, ok_error));
        ONE(leadkpi_attribution_rank_decay(n, &c, ok_error));
        ONE(leadkpi_attribution_halving(n, &c, ok_error));
        ONE(leadkpi_attribution_time_decay(n, times, 1, &c, ok_error));
        ONE(leadkpi_attribution_lead_creation(n, times, 5, &c, ok_error));
        ONE(leadkpi_attribution_u_lead(n, times, 5, &c, ok_error));
        ONE(leadkpi_attribution_u_lead_50(n, times, 9, &c, ok_error));
        ONE(leadkpi_attribution_w_shaped(n, times, 5, 6, &c, ok_error));
        ONE(leadkpi_attribution_full_path(n, times, 5, LEADKPI_ATTRIBUTION_NO_TIME, &c, ok_error));
#undef ONE
    }
}
END_TEST

START_TEST(two_touches_drop_the_middle_or_split_it)
{
    double c[2];
    OK(leadkpi_attribution_custom(2, 30, 20, 50, 0, c, ok_error));
    shares_are(c, (double[]){0.375, 0.625}, 2); /* Adobe */
    OK(leadkpi_attribution_custom(2, 30, 20, 50, 1, c, ok_error));
    shares_are(c, (double[]){0.4, 0.6}, 2); /* DP6 */
    OK(leadkpi_attribution_j_shaped(2, c, ok_error));
    shares_are(c, (double[]){0.25, 0.75}, 2);
    OK(leadkpi_attribution_inverse_j(2, c, ok_error));
    shares_are(c, (double[]){0.75, 0.25}, 2);
    OK(leadkpi_attribution_u_shaped(2, c, ok_error));
    shares_are(c, (double[]){0.5, 0.5}, 2);
    OK(leadkpi_attribution_custom(2, 0, 1, 0, 0, c, ok_error));
    shares_are(c, (double[]){0.5, 0.5}, 2); /* all in a middle that is not there */
}
END_TEST

START_TEST(places_have_their_weights)
{
    double c[8];
    OK(leadkpi_attribution_u_shaped(4, c, ok_error));
    shares_are(c, (double[]){0.4, 0.1, 0.1, 0.4}, 4);
    OK(leadkpi_attribution_rank_decay(3, c, ok_error));
    shares_are(c, (double[]){1 / 6.0, 2 / 6.0, 3 / 6.0}, 3);
    OK(leadkpi_attribution_halving(3, c, ok_error));
    shares_are(c, (double[]){1 / 7.0, 2 / 7.0, 4 / 7.0}, 3);
    OK(leadkpi_attribution_halving(8, c, ok_error));
    shares_are(c, (double[]){0, 0, 1 / 63.0, 2 / 63.0, 4 / 63.0, 8 / 63.0, 16 / 63.0, 32 / 63.0}, 8);
}
END_TEST

START_TEST(channels_that_come_again_share_and_sets_fall_back)
{
    static const int64_t channels[] = {1, 2, 1, 3}, none[] = {9}, some[] = {2, 1};
    double c[4];
    OK(leadkpi_attribution_linear_unique(4, channels, c, ok_error));
    shares_are(c, (double[]){1 / 6.0, 1 / 3.0, 1 / 6.0, 1 / 3.0}, 4);
    OK(leadkpi_attribution_participation(4, channels, c, ok_error));
    shares_are(c, (double[]){1, 1, 0, 1}, 4);
    OK(leadkpi_attribution_last_non(4, channels, 3, c, ok_error));
    shares_are(c, (double[]){0, 0, 1, 0}, 4);
    OK(leadkpi_attribution_first_non(4, channels, 1, c, ok_error));
    shares_are(c, (double[]){0, 1, 0, 0}, 4);
    OK(leadkpi_attribution_last_in(4, channels, some, 2, c, ok_error));
    shares_are(c, (double[]){0, 0, 1, 0}, 4);
    OK(leadkpi_attribution_last_in(4, channels, none, 1, c, ok_error));
    shares_are(c, (double[]){0, 0, 0, 1}, 4);
    OK(leadkpi_attribution_first_in(4, channels, none, 1, c, ok_error));
    shares_are(c, (double[]){1, 0, 0, 0}, 4);
}
END_TEST

/* The latest touch of age 0 has weight 1. */
START_TEST(credit_halves_with_every_half_life)
{
    static const int64_t times[] = {0, 7, 14, 21};
    double c[4];
    OK(leadkpi_attribution_time_decay(4, times, 7, c, ok_error));
    shares_are(c, (double[]){1 / 15.0, 2 / 15.0, 4 / 15.0, 8 / 15.0}, 4);
    uint64_t state = 7;
    for (int round = 0; round < 2000; round++) {
        int64_t at[2] = {0, (int64_t)(lk_test_random(&state) >> (lk_test_random(&state) % 40 + 2))};
        int64_t half_life = (int64_t)(lk_test_random(&state) >> (lk_test_random(&state) % 40 + 1)) + 1;
        double w = exp2(-((double)at[1] / (double)half_life));
        OK(leadkpi_attribution_time_decay(2, at, half_life, c, ok_error));
        ck_assert_double_eq_tol(c[0], w / (1 + w), 2e-15);
        ck_assert_double_eq_tol(c[0] + c[1], 1, 2.3e-16);
    }
    OK(leadkpi_attribution_time_decay(2, (int64_t[]){0, INT64_MAX}, INT64_MAX, c, ok_error));
    shares_are(c, (double[]){1 / 3.0, 2 / 3.0}, 2);
    OK(leadkpi_attribution_time_decay(2, (int64_t[]){0, INT64_MAX}, 1, c, ok_error));
    shares_are(c, (double[]){0, 1}, 2);
}
END_TEST

#define NEVER LEADKPI_ATTRIBUTION_NO_TIME

/* Touches at 0, 10, 20, 30, 40. A milestone's touch is the last at or before it. */
START_TEST(milestones_hold_their_touches)
{
    static const int64_t times[] = {0, 10, 20, 30, 40};
    double c[5];
    OK(leadkpi_attribution_lead_creation(5, times, 25, c, ok_error));
    shares_are(c, (double[]){0, 0, 1, 0, 0}, 5);
    OK(leadkpi_attribution_u_lead(5, times, 20, c, ok_error)); /* touches after the lead have no part */
    shares_are(c, (double[]){0.4, 0.2, 0.4, 0, 0}, 5);
    OK(leadkpi_attribution_u_lead_50(5, times, 39, c, ok_error));
    shares_are(c, (double[]){0.5, 0, 0, 0.5, 0}, 5);
    OK(leadkpi_attribution_w_shaped(5, times, 15, 35, c, ok_error));
    shares_are(c, (double[]){0.3, 0.3, 0.1, 0.3, 0}, 5);
    OK(leadkpi_attribution_full_path(5, times, 15, 35, c, ok_error));
    shares_are(c, (double[]){0.225, 0.225, 0.1, 0.225, 0.225}, 5);
    OK(leadkpi_attribution_w_shaped(5, times, 5, 35, c, ok_error)); /* the first touch holds two */
    shares_are(c, (double[]){0.6, 0.05, 0.05, 0.3, 0}, 5);
    OK(leadkpi_attribution_w_shaped(5, times, NEVER, 35, c, ok_error)); /* 30 : 10 : 30 */
    shares_are(c, (double[]){3 / 7.0, 0.5 / 7, 0.5 / 7, 3 / 7.0, 0}, 5);
    OK(leadkpi_attribution_w_shaped(5, times, -1, NEVER, c, ok_error)); /* before any touch: missing */
    shares_are(c, (double[]){0.75, 0.0625, 0.0625, 0.0625, 0.0625}, 5);
    OK(leadkpi_attribution_lead_creation(5, times, NEVER, c, ok_error)); /* nothing can claim it */
    shares_are(c, (double[]){0, 0, 0, 0, 0}, 5);
}
END_TEST

START_TEST(without_a_middle_its_share_goes_to_the_milestones)
{
    static const int64_t times[] = {0, 10, 20}, at[] = {10, 20};
    static const double weights[] = {20, 30};
    double c[3];
    OK(leadkpi_attribution_milestones(3, times, at, weights, 2, 40, 10, 0, 0, c, ok_error));
    shares_are(c, (double[]){4 / 9.0, 2 / 9.0, 3 / 9.0}, 3);
    OK(leadkpi_attribution_milestones(3, times, at, weights, 2, 40, 10, 0, 1, c, ok_error));
    shares_are(c, (double[]){0.4 + 0.1 / 3, 0.2 + 0.1 / 3, 0.3 + 0.1 / 3}, 3);
}
END_TEST

START_TEST(what_cannot_be_is_refused_with_nan)
{
    leadkpi_error error;
    double c[3] = {0};
    static const int64_t falling[] = {3, 2, 4}, wide[] = {INT64_MIN + 1, 0, INT64_MAX};
    ck_assert_int_eq(leadkpi_attribution_time_decay(3, falling, 7, c, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 1);
    ck_assert(isnan(c[0]) && isnan(c[2]));
    ck_assert_int_eq(leadkpi_attribution_time_decay(3, wide, 7, c, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_attribution_time_decay(3, NULL, 7, c, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_time_decay(3, falling, 0, c, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_custom(3, -1, 0, 1, 0, c, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_custom(3, NAN, 0, 1, 0, c, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_custom(3, 0, 0, 0, 0, c, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_linear(3, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_linear_unique(3, NULL, c, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_milestones(3, falling, NULL, NULL, 17, 1, 1, 1, 0, c, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_attribution_first(SIZE_MAX, NULL, &error), LEADKPI_NULL_ARGUMENT);
    c[0] = c[1] = c[2] = 0;
    ck_assert_int_eq(leadkpi_attribution_first_in(3, falling, NULL, 2, c, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert(isnan(c[0]) && isnan(c[2]));
    c[0] = 7; /* room for so many there cannot be: nothing is written */
    ck_assert_int_eq(leadkpi_attribution_first(UINT32_MAX, c, &error), LEADKPI_LIMIT);
    ck_assert_int_eq(leadkpi_attribution_custom(UINT32_MAX, -1, 0, 0, 0, c, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_double_eq(c[0], 7);
}
END_TEST

/* Whatever the journey, shares are in [0, 1] and add up to 1; time and unit may be shifted. */
START_TEST(shares_add_up_and_do_not_hang_on_the_unit_of_time)
{
    uint64_t state = 99;
    for (int round = 0; round < 3000; round++) {
        int64_t times[LENGTH_MAX], moved[LENGTH_MAX], lead;
        double c[LENGTH_MAX], d[LENGTH_MAX], sum = 0;
        size_t n = 1 + (size_t)(lk_test_random(&state) % LENGTH_MAX);
        for (size_t i = 0; i < n; i++) {
            times[i] = (i ? times[i - 1] : 0) + (int64_t)(lk_test_random(&state) % 1000);
            moved[i] = 1000 * times[i] - 77;
        }
        lead = (int64_t)(lk_test_random(&state) % 4000);
        if (round % 2) {
            OK(leadkpi_attribution_time_decay(n, times, 300, c, ok_error));
            OK(leadkpi_attribution_time_decay(n, moved, 300000, d, ok_error));
        } else {
            OK(leadkpi_attribution_full_path(n, times, lead, lead + 500, c, ok_error));
            OK(leadkpi_attribution_full_path(n, moved, 1000 * lead - 77, 1000 * (lead + 500) - 77, d,
                                             ok_error));
        }
        for (size_t i = 0; i < n; i++) {
            ck_assert(c[i] >= 0 && c[i] <= 1);
            ck_assert_double_eq_tol(c[i], d[i], 1e-17);
            sum += c[i];
        }
        ck_assert_double_eq_tol(sum, 1, 1e-14);
    }
}
END_TEST

START_TEST(a_journey_of_a_hundred_thousand_touches_is_a_journey)
{
    size_t n = 100000;
    double *c = malloc(n * sizeof *c);
    int64_t *channels = malloc(n * sizeof *channels);
    for (size_t i = 0; i < n; i++) channels[i] = (int64_t)(i * i % 7919);
    OK(leadkpi_attribution_linear(n, c, ok_error));
    ck_assert_double_eq_tol(c[0] * (double)n, 1, 1e-12);
    ck_assert_double_eq_tol(c[n - 1] * (double)n, 1, 1e-12);
    OK(leadkpi_attribution_u_shaped(n, c, ok_error));
    ck_assert_double_eq(c[0], 0.4);
    ck_assert_double_eq_tol(c[1] * (double)(n - 2), 0.2, 1e-12);
    OK(leadkpi_attribution_linear_unique(n, channels, c, ok_error));
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += c[i];
    ck_assert_double_eq_tol(sum, 1, 1e-11);
    free(channels);
    free(c);
}
END_TEST

static Suite *suite_of_rules(void)
{
    Suite *suite = suite_create("attribution rules");
    TCase *tc = tcase_create("rules");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, the_conformance_cases_come_out_to_an_ulp);
    tcase_add_test(tc, no_touch_and_one_touch_are_journeys_too);
    tcase_add_test(tc, two_touches_drop_the_middle_or_split_it);
    tcase_add_test(tc, places_have_their_weights);
    tcase_add_test(tc, channels_that_come_again_share_and_sets_fall_back);
    tcase_add_test(tc, credit_halves_with_every_half_life);
    tcase_add_test(tc, milestones_hold_their_touches);
    tcase_add_test(tc, without_a_middle_its_share_goes_to_the_milestones);
    tcase_add_test(tc, what_cannot_be_is_refused_with_nan);
    tcase_add_test(tc, shares_add_up_and_do_not_hang_on_the_unit_of_time);
    tcase_add_test(tc, a_journey_of_a_hundred_thousand_touches_is_a_journey);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_rules());
}
