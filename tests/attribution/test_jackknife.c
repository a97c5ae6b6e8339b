#include "journeys.h"

static lk_memory memory;

/* Kott's formula by hand: estimates 1, 2, 4 of three groups have the mean 7/3 and squares 14/3. */
START_TEST(errors_of_three_estimates_are_those_of_the_formula)
{
    leadkpi_error error = {0};
    lk_attribution_jackknife jackknife;
    const double estimates[3][2] = {{1, 5}, {2, 5}, {4, 5}};
    double errors[2];
    ok(lk_attribution_jackknife_init(&jackknife, &memory, 2, &error), &error);
    lk_attribution_jackknife_errors(&jackknife, errors);
    ck_assert(isnan(errors[0]));
    lk_attribution_jackknife_add(&jackknife, estimates[0]);
    lk_attribution_jackknife_errors(&jackknife, errors);
    ck_assert_msg(isnan(errors[0]), "one group: expected NaN, found %g", errors[0]);
    for (int i = 1; i < 3; i++) lk_attribution_jackknife_add(&jackknife, estimates[i]);
    lk_attribution_jackknife_errors(&jackknife, errors);
    check_near(errors[0], sqrt(2.0 / 3 * 14 / 3), 1e-14, "error", 0);
    ck_assert(errors[1] == 0);
    lk_attribution_jackknife_free(&jackknife, &memory);
}
END_TEST

START_TEST(one_unit_is_not_enough_data)
{
    world w = {0};
    world_path(&w, "AB", 3, 4, 5);
    lk_attribution_transitions steps = world_steps(&w, &memory, 64);
    lk_attribution_result result = new_result(&memory, 2);
    ok(lk_attribution_markov(&steps, &memory, NULL, 0, &result, NULL), NULL);
    ck_assert_uint_eq(result.groups, 1);
    ck_assert(result.credit[0][0] == 1.5 && isnan(result.credit_error[0][0]));
    lk_attribution_transitions_free(&steps, &memory);
    lk_attribution_result_free(&result, &memory);
    world_free(&w);
}
END_TEST

/* Of every group left out from scratch: to the last digits where a table is solved again, to
 * first order where influences are added up. */
START_TEST(errors_of_markov_are_those_of_leaving_out_each_group)
{
    leadkpi_error error = {0};
    world w = {0};
    world_draw(&w, 4000, 6, 7, 5);
    lk_attribution_chain chain = {.length = 2, .errors = 1};
    lk_attribution_jackknife exact, second;
    double estimates[2][2][6], expected[2][6];
    ok(lk_attribution_jackknife_init(&exact, &memory, 6, &error), &error);
    ok(lk_attribution_jackknife_init(&second, &memory, 6, &error), &error);
    lk_attribution_result one = new_result(&memory, 6), two = new_result(&memory, 6);
    for (uint32_t group = 0; group < 17; group++) {
        world rest = {0};
        world_without(&w, 16, group, &rest);
        lk_attribution_transitions steps = world_steps(&rest, &memory, 16);
        lk_attribution_paths paths = world_paths(&rest, &memory, 16);
        ok(lk_attribution_markov(&steps, &memory, NULL, 0, &one, &error), &error);
        ok(lk_attribution_markov_of_order(&paths, &memory, NULL, &chain, &two, &error), &error);
        for (size_t i = 0; i < 6; i++) {
            estimates[0][0][i] = one.credit[1][i] * 16 / 15;
            estimates[1][0][i] = two.credit[0][i] * 16 / 15;
        }
        if (group < 16) {
            lk_attribution_jackknife_add(&exact, estimates[0][0]);
            lk_attribution_jackknife_add(&second, estimates[1][0]);
        }
        lk_attribution_transitions_free(&steps, &memory);
        lk_attribution_paths_free(&paths, &memory);
        world_free(&rest);
    }
    lk_attribution_jackknife_errors(&exact, expected[0]);
    lk_attribution_jackknife_errors(&second, expected[1]);
    for (size_t i = 0; i < 6; i++) {
        check_near(one.credit_error[1][i], expected[0][i], 1e-8, "order 1", i);
        check_near(two.credit_error[0][i], expected[1][i], 0.05, "order 2", i);
    }
    lk_attribution_jackknife_free(&exact, &memory);
    lk_attribution_jackknife_free(&second, &memory);
    lk_attribution_result_free(&one, &memory);
    lk_attribution_result_free(&two, &memory);
    world_free(&w);
}
END_TEST

START_TEST(groups_fold_with_the_channels_and_nothing_else)
{
    ck_assert_uint_eq(lk_attribution_groups_at(64, 50), 64);
    ck_assert_uint_eq(lk_attribution_groups_at(64, 51), 32);
    ck_assert_uint_eq(lk_attribution_groups_at(64, 101), 16);
    ck_assert_uint_eq(lk_attribution_groups_at(64, 500), 8);
    ck_assert_uint_eq(lk_attribution_groups_at(1, 500), 1);
}
END_TEST

int main(void)
{
    if (lk_memory_init(&memory, NULL, NULL) != LEADKPI_OK) return EXIT_FAILURE;
    Suite *suite = suite_create("jackknife");
    TCase *errors = tcase_create("errors");
    suite_add_tcase(suite, errors);
    tcase_add_test(errors, errors_of_three_estimates_are_those_of_the_formula);
    tcase_add_test(errors, one_unit_is_not_enough_data);
    tcase_add_test(errors, errors_of_markov_are_those_of_leaving_out_each_group);
    tcase_add_test(errors, groups_fold_with_the_channels_and_nothing_else);
    return lk_test_run(suite);
}
