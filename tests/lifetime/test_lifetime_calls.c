/* What the calls take, refuse and give: bad data with its row, faults, hostile bytes, forecasts, histories. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "base/codec.h"
#include "cohorts/model_state.h"
#include "cohorts/model.h"
#include "customers.h"

static leadkpi_status fit_status(const char *model, const leadkpi_table *table, leadkpi_error *error)
{
    leadkpi_lifetime *made = (leadkpi_lifetime *)1;
    leadkpi_options *definition = model_named(model);
    leadkpi_status status = leadkpi_lifetime_fit(NULL, definition, table, &made, error);
    ck_assert((made != NULL) == (status == LEADKPI_OK));
    leadkpi_options_free(definition);
    leadkpi_lifetime_free(made);
    return status;
}

START_TEST(a_row_that_cannot_be_is_refused_with_its_place)
{
    static const struct {
        double frequency, recency, age, value;
        const char *column;
    } bad[] = {{-1, 0, 5, 1, "frequency"},  {1.5, 2, 5, 1, "frequency"}, {NAN, 0, 5, 1, "frequency"},
               {2e9, 1, 5, 1, "frequency"}, {1, -1, 5, 1, "recency"},    {1, 0, 5, 1, "recency"},
               {0, 1, 5, 1, "recency"},     {1, 6, 5, 1, "T:"},          {1, 1, INFINITY, 1, "T:"},
               {0, 0, NAN, 1, "T:"},        {0, 0, -1, 1, "T:"},       {1, 1e-16, 5, 1, "recency"}};
    static crowd c;
    leadkpi_error error;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        draw_customers(&c);
        c.frequency[5] = bad[i].frequency, c.recency[5] = bad[i].recency, c.age[5] = bad[i].age;
        leadkpi_table *table = table_of(&c);
        ck_assert_int_eq(fit_status("bg_nbd", table, &error), LEADKPI_BAD_DATA);
        ck_assert_msg(strstr(error.message, bad[i].column) != NULL, "%s", error.message);
        ck_assert_int_eq((int)error.row, 5);
        leadkpi_table_free(table);
    }
    static const double values[] = {0, -3, NAN, INFINITY};
    for (size_t i = 0; i < 4; i++) {
        size_t row = 0;
        draw_customers(&c);
        while (c.frequency[row] == 0) row++;
        c.value[row] = values[i];
        leadkpi_table *table = table_of(&c);
        ck_assert_int_eq(fit_status("gamma_gamma", table, &error), LEADKPI_BAD_DATA);
        ck_assert_int_eq((int)error.row, (int)row);
        leadkpi_table_free(table);
    }
}
END_TEST

START_TEST(too_little_data_is_said_and_makes_no_model)
{
    static crowd c;
    leadkpi_error error;
    draw_customers(&c);
    c.count = 0;
    leadkpi_table *table = table_of(&c);
    ck_assert_int_eq(fit_status("pareto_nbd", table, &error), LEADKPI_NOT_ENOUGH_DATA);
    leadkpi_table_free(table);
    c.count = 50;
    for (size_t i = 0; i < 50; i++) c.frequency[i] = c.recency[i] = c.value[i] = 0;
    table = table_of(&c);
    ck_assert_int_eq(fit_status("bg_nbd", table, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert_ptr_nonnull(strstr(error.message, "repeat"));
    ck_assert_int_eq(fit_status("gamma_gamma", table, &error), LEADKPI_NOT_ENOUGH_DATA);
    leadkpi_table_free(table);
}
END_TEST

static leadkpi_table *contracts(const int64_t *periods, const double *alive, size_t count)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "period", NUL, periods, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "alive", NUL, alive, count, 0, NULL, ok_error));
    return table;
}

START_TEST(contracts_that_rise_or_have_gaps_are_refused)
{
    static const int64_t periods[] = {0, 1, 2, 3}, gap[] = {0, 1, 3, 4}, twice[] = {0, 1, 1, 2}, late[] = {1, 2, 3, 4};
    static const double alive[] = {100, 80, 70, 65}, rising[] = {100, 80, 90, 65}, none_lost[] = {9, 9, 9, 9};
    static const int64_t far[] = {0, 1, 2, INT64_C(1) << 40};
    const struct {
        const int64_t *periods;
        const double *alive;
        size_t count;
        leadkpi_status status;
    } cases[] = {{periods, alive, 4, LEADKPI_OK},       {gap, alive, 4, LEADKPI_BAD_DATA},
                 {twice, alive, 4, LEADKPI_BAD_DATA},   {late, alive, 4, LEADKPI_BAD_DATA},
                 {periods, rising, 4, LEADKPI_BAD_DATA}, {far, alive, 4, LEADKPI_BAD_DATA},
                 {periods, none_lost, 4, LEADKPI_NOT_ENOUGH_DATA}, {periods, alive, 2, LEADKPI_NOT_ENOUGH_DATA},
                 {periods, alive, 0, LEADKPI_NOT_ENOUGH_DATA}};
    leadkpi_error error;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        leadkpi_table *table = contracts(cases[i].periods, cases[i].alive, cases[i].count);
        leadkpi_status status = fit_status("sbg", table, &error);
        ck_assert_msg(status == cases[i].status, "case %zu: %s", i, error.message);
        leadkpi_table_free(table);
    }
}
END_TEST

START_TEST(definitions_that_do_not_hold_together_are_refused)
{
    static const struct {
        const char *text;
        leadkpi_status create, fit;
    } cases[] = {{"", LEADKPI_BAD_ARGUMENT, LEADKPI_BAD_ARGUMENT},
                 {"model=sbg", LEADKPI_NOT_GIVEN, LEADKPI_UNKNOWN_NAME},
                 {"model=sbg; alpha=1; beta=2", LEADKPI_OK, LEADKPI_CONTRADICTION},
                 {"model=sbg; alpha=1; beta=2; c=1", LEADKPI_CONTRADICTION, LEADKPI_CONTRADICTION},
                 {"model=bg_nbd; r=1; alpha=1; a=1", LEADKPI_NOT_GIVEN, LEADKPI_CONTRADICTION}};
    static crowd c;
    draw_customers(&c);
    leadkpi_table *table = table_of(&c);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        leadkpi_lifetime *model;
        leadkpi_options *definition = options_of("lifetime", cases[i].text);
        ck_assert_int_eq(leadkpi_lifetime_create(NULL, definition, &model, NULL), cases[i].create);
        leadkpi_lifetime_free(model);
        ck_assert_int_eq(leadkpi_lifetime_fit(NULL, definition, table, &model, NULL), cases[i].fit);
        ck_assert_ptr_null(model);
        leadkpi_options_free(definition);
    }
    leadkpi_table_free(table);
}
END_TEST

START_TEST(null_is_answered_and_not_followed)
{
    leadkpi_table *table = NULL, *out = NULL;
    leadkpi_lifetime *model = given("model=sbg; alpha=1; beta=2"), *made = NULL;
    double value = 1;
    ck_assert_int_eq(leadkpi_lifetime_fit(NULL, NULL, table, &made, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_fit(NULL, NULL, table, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_create(NULL, NULL, &made, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_histories(NULL, NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_serialize(NULL, NULL, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_deserialize(NULL, NULL, 0, &made, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_describe(NULL, NULL, 0, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_log_likelihood(model, NULL, &value, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert(isnan(value));
    ck_assert_int_eq(leadkpi_lifetime_summary(NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_summary(model, NULL, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_parameters(model, 1, &out, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_parameters(model, NAN, &out, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_covariance(NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_forecast(NULL, NULL, NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_curve(NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_outcome(NULL), 0);
    ck_assert_str_eq(leadkpi_lifetime_outcome_name(LEADKPI_LIFETIME_BOUNDARY), "boundary");
    ck_assert_str_eq(leadkpi_lifetime_outcome_name(77), "unknown");
    leadkpi_lifetime_free(NULL);
    leadkpi_lifetime_free(model);
}
END_TEST

/* ---- tables out ----------------------------------------------------------------- */

START_TEST(covariance_is_symmetric_to_the_last_bit_and_agrees_with_the_errors)
{
    static crowd c;
    static const char *const models[] = {"bg_nbd", "mbg_nbd", "pareto_nbd"};
    static const char *const names[][4] = {{"r", "alpha", "a", "b"}, {"r", "alpha", "a", "b"}, {"r", "alpha", "s", "beta"}};
    draw_customers(&c);
    leadkpi_table *table = table_of(&c), *covariance;
    for (int k = 0; k < 3; k++) {
        leadkpi_lifetime *model = fitted(models[k], table);
        OK(leadkpi_lifetime_covariance(model, &covariance, ok_error));
        for (size_t i = 0; i < 4; i++) {
            agree(sqrt(cell(covariance, names[k][i], i)), parameter(model, "standard_error", i), 1e-13, models[k]);
            ck_assert(parameter(model, "low", i) > 0 && parameter(model, "low", i) < parameter(model, "value", i));
            ck_assert(parameter(model, "high", i) > parameter(model, "value", i));
            for (size_t j = 0; j < 4; j++)
                ck_assert(cell(covariance, names[k][i], j) == cell(covariance, names[k][j], i));
        }
        leadkpi_table_free(covariance);
        leadkpi_lifetime_free(model);
    }
    leadkpi_table_free(table);
}
END_TEST

static leadkpi_table *forecast_of(const leadkpi_lifetime *model, const leadkpi_lifetime *spend,
                                  const leadkpi_table *table, const char *text)
{
    leadkpi_table *out;
    leadkpi_options *options = options_of("lifetime_forecast", text);
    OK(leadkpi_lifetime_forecast(model, spend, table, options, &out, ok_error));
    leadkpi_options_free(options);
    return out;
}

START_TEST(a_forecast_says_what_and_why)
{
    static crowd c;
    char flags[100];
    c.count = 3;
    c.frequency[1] = 6, c.recency[1] = 35, c.value[1] = 20;
    c.frequency[2] = 6, c.recency[2] = 5, c.value[2] = 20;
    c.age[0] = c.age[1] = c.age[2] = 38;
    leadkpi_table *table = table_of(&c);
    leadkpi_lifetime *model = given("model=pareto_nbd; r=0.553; alpha=10.578; s=0.606; beta=11.669");
    leadkpi_lifetime *spend = given("model=gamma_gamma; p=6.25; q=3.74; gamma=15.44");
    leadkpi_table *out = forecast_of(model, spend, table, "horizon=52; discount=0.1; margin=0.5");
    text_cell(out, "flags", 0, flags);
    ck_assert_str_eq(flags, "no_repeat,overdue,average_spend");
    text_cell(out, "flags", 1, flags);
    ck_assert_str_eq(flags, "");
    text_cell(out, "flags", 2, flags);
    ck_assert_str_eq(flags, "overdue");
    for (size_t i = 0; i < 3; i++) {
        agree(cell(out, "lifetime_value", i),
              0.5 * cell(out, "mean_spend", i) * cell(out, "discounted_transactions", i), 1e-15, "value");
        ck_assert(cell(out, "discounted_transactions", i) < cell(out, "expected_transactions", i));
        agree(cell(out, "missed_transactions", i), cell(out, "purchase_rate", i) * (38 - c.recency[i]), 1e-14, "missed");
    }
    ck_assert(cell(out, "missed_transactions", 2) > cell(out, "missed_transactions", 1));
    leadkpi_table_free(out);
    out = forecast_of(model, NULL, table, "");
    ck_assert(isnan(cell(out, "expected_transactions", 1)) && isnan(cell(out, "lifetime_value", 1)));
    leadkpi_table_free(out);
    leadkpi_lifetime_free(model);
    leadkpi_lifetime_free(spend);
    leadkpi_table_free(table);
}
END_TEST

/* The same customers by three roads: a long horizon, period ends of no length, and for ever. */
START_TEST(discounting_is_the_same_by_every_road)
{
    static const char *const models[] = {"model=pareto_nbd; r=0.553; alpha=10.578; s=0.606; beta=11.669",
                                         "model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426",
                                         "model=mbg_nbd; r=0.525; alpha=6.183; a=0.891; b=1.614"};
    static crowd c;
    draw_customers(&c);
    c.count = 12;
    leadkpi_table *table = table_of(&c);
    for (int k = 0; k < 3; k++) {
        leadkpi_lifetime *model = given(models[k]);
        leadkpi_table *ever = forecast_of(model, NULL, table, "discount=0.9");
        leadkpi_table *late = forecast_of(model, NULL, table, "discount=0.9; horizon=1e6");
        leadkpi_table *year = forecast_of(model, NULL, table, "discount=0.9; horizon=52");
        leadkpi_table *ends = forecast_of(model, NULL, table,
                                          "discount=0.9; horizon=52; timing=period_end; period=0.01");
        leadkpi_table *plain = forecast_of(model, NULL, table, "horizon=52; timing=period_end");
        for (size_t i = 0; i < c.count; i++) {
            const char *column = "discounted_transactions";
            agree(cell(late, column, i), cell(ever, column, i), 1e-10, models[k]);
            ck_assert(cell(ends, column, i) < cell(year, column, i));
            agree(cell(ends, column, i), cell(year, column, i), 1e-4, models[k]);
            agree(cell(plain, column, i), cell(plain, "expected_transactions", i), 1e-12, models[k]);
        }
        leadkpi_table_free(ever);
        leadkpi_table_free(late);
        leadkpi_table_free(year);
        leadkpi_table_free(ends);
        leadkpi_table_free(plain);
        leadkpi_lifetime_free(model);
    }
    leadkpi_table_free(table);
}
END_TEST

/* Many periods are taken by polynomials: against the sum that they stand for, the last period cut. */
START_TEST(many_periods_add_up_to_the_sum_of_each)
{
    static const char *const models[] = {"model=pareto_nbd; r=0.553; alpha=10.578; s=0.606; beta=11.669",
                                         "model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426",
                                         "model=mbg_nbd; r=0.525; alpha=6.183; a=0.891; b=1.614"};
    static const double interests[] = {1e-6, 0.02, 3};
    lk_model_row row = {.frequency = 3, .recency = 20, .age = 38};
    lk_pareto_rules rules;
    lk_period_ends ends;
    lk_pareto_rules_init(&rules);
    lk_period_ends_init(&ends);
    for (int k = 0; k < 9; k++) {
        leadkpi_lifetime *model = given(models[k / 3]);
        lk_prospect prospect = lk_prospect_of(model, &rules, &row);
        double horizon = 149.93, before = 0, sum = 0;
        for (int i = 1; i <= 1500; i++) {
            double until = lk_prospect_expected(&prospect, i < 1500 ? i * 0.1 : horizon);
            sum += (until - before) * exp(-interests[k % 3] * i * 0.1);
            before = until;
        }
        agree(lk_prospect_at_period_ends(&ends, &prospect, horizon, 0.1, interests[k % 3]), sum, 1e-12, models[k / 3]);
        leadkpi_lifetime_free(model);
    }
}
END_TEST

/* However far one looks and however little interest there is: a number, not above the one without interest. */
START_TEST(a_horizon_without_end_overflows_nowhere)
{
    static const char *const texts[] = {"model=bg_nbd; r=0.24; alpha=4.4; a=0.79; b=2.4",
                                        "model=mbg_nbd; r=0.5; alpha=6; a=0.9; b=1.6",
                                        "model=pareto_nbd; r=0.55; alpha=10.6; s=0.6; beta=11.7",
                                        "model=pareto_nbd; r=0.55; alpha=10.6; s=1; beta=11.7"};
    static const char *const interests[] = {"1e-320", "1e-300", "1e-290", "1e-12", "0.1", "1000"};
    static crowd c;
    c.count = 1, c.frequency[0] = 2, c.recency[0] = 30, c.age[0] = 39, c.value[0] = 10;
    leadkpi_table *table = table_of(&c);
    for (size_t m = 0; m < 4; m++) {
        leadkpi_lifetime *model = given(texts[m]);
        double before = INFINITY;
        for (size_t i = 0; i < 6; i++) {
            char text[100];
            leadkpi_table *out;
            snprintf(text, sizeof text, "horizon=1e300; discount=%s", interests[i]);
            leadkpi_options *options = options_of("lifetime_forecast", text);
            OK(leadkpi_lifetime_forecast(model, NULL, table, options, &out, ok_error));
            double expected = cell(out, "expected_transactions", 0), worth = cell(out, "discounted_transactions", 0);
            ck_assert_msg(isfinite(worth) && worth > 0 && worth <= expected * (1 + 1e-9) && worth <= before * (1 + 1e-9),
                          "%s, %s: %g of %g", texts[m], text, worth, expected);
            before = worth;
            leadkpi_table_free(out);
            leadkpi_options_free(options);
        }
        leadkpi_lifetime_free(model);
    }
    leadkpi_table_free(table);
}
END_TEST

START_TEST(models_are_asked_only_what_they_can_answer)
{
    static crowd c;
    leadkpi_table *out;
    draw_customers(&c);
    leadkpi_table *table = table_of(&c);
    leadkpi_lifetime *sbg = given("model=sbg; alpha=1; beta=2");
    leadkpi_lifetime *spend = given("model=gamma_gamma; p=6.25; q=3.74; gamma=15.44");
    leadkpi_lifetime *bg = given("model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426");
    leadkpi_options *long_ends = options_of("lifetime_forecast", "timing=period_end");
    ck_assert_int_eq(leadkpi_lifetime_forecast(sbg, NULL, table, NULL, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_lifetime_forecast(bg, sbg, table, NULL, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_lifetime_forecast(bg, NULL, table, long_ends, &out, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_lifetime_curve(spend, NULL, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_lifetime_curve(bg, long_ends, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_ptr_null(out);
    leadkpi_options_free(long_ends);
    leadkpi_lifetime_free(sbg);
    leadkpi_lifetime_free(spend);
    leadkpi_lifetime_free(bg);
    leadkpi_table_free(table);
}
END_TEST

/* ---- histories ------------------------------------------------------------------- */

#define HOUR INT64_C(3600000000)
#define DAY (24 * HOUR)

START_TEST(histories_follow_the_stated_policy)
{
    /* b: twice on one day, a refund of it a week later, again two weeks after the first, and once too late;
     * a: once; c: only after the end. */
    const char *ids[] = {"b", "b", "b", "b", "b", "a", "c"};
    const int64_t times[] = {DAY, DAY + 5 * HOUR, 8 * DAY, 15 * DAY + HOUR, 40 * DAY, 10 * DAY, 31 * DAY};
    const double values[] = {10, 5, -3, 20, 99, 7, 1};
    leadkpi_table *table, *out;
    leadkpi_error error;
    char id[100];
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_copy_strings(table, "id", NUL, ids, 7, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 7, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, values, 7, 0, NULL, ok_error));
    leadkpi_options *options = options_of("lifetime_histories", "end=1970-01-31");
    ck_assert_int_eq(leadkpi_lifetime_histories(NULL, table, options, &out, &error), LEADKPI_OK);
    ck_assert_ptr_nonnull(strstr(error.message, "2 transactions after the end"));
    ck_assert_uint_eq(leadkpi_table_row_count(out), 2);
    text_cell(out, "id", 0, id);
    ck_assert_str_eq(id, "a");
    ck_assert(cell(out, "frequency", 0) == 0 && cell(out, "recency", 0) == 0 && isnan(cell(out, "monetary_value", 0)));
    agree(cell(out, "T", 0), 20 / 7.0, 1e-15, "T");
    ck_assert(cell(out, "frequency", 1) == 1 && cell(out, "recency", 1) == 2); /* a refund is no purchase */
    ck_assert(cell(out, "monetary_value", 1) == 20); /* and is taken off the one before it, the first */
    leadkpi_table_free(out);
    leadkpi_options_free(options);
    options = options_of("lifetime_histories", "end=1970-01-31; unit=1d; period=1h; average=all");
    OK(leadkpi_lifetime_histories(NULL, table, options, &out, ok_error));
    ck_assert(cell(out, "frequency", 1) == 2);
    agree(cell(out, "monetary_value", 1), (10 + 5 - 3 + 20) / 3.0, 1e-15, "all, less the refund");
    ck_assert(cell(out, "monetary_value", 0) == 7);
    agree(cell(out, "recency", 1), 14 + 1 / 24.0, 1e-15, "recency");
    leadkpi_table_free(out);
    leadkpi_options_free(options);
    ck_assert_int_eq(leadkpi_lifetime_histories(NULL, table, NULL, &out, NULL), LEADKPI_BAD_ARGUMENT);
    leadkpi_table_free(table);
}
END_TEST

static leadkpi_table *histories_of(const char *const *ids, const int64_t *times, const double *values, size_t count,
                                   const char *text)
{
    leadkpi_table *table, *out;
    leadkpi_options *options = options_of("lifetime_histories", text);
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_copy_strings(table, "id", NUL, ids, count, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, values, count, 0, NULL, ok_error));
    OK(leadkpi_lifetime_histories(NULL, table, options, &out, ok_error));
    leadkpi_table_free(table);
    leadkpi_options_free(options);
    return out;
}

/* 22:30 and 23:30 in UTC of one day are two days in Berlin in summer, one day in UTC; 23:30 and 00:30 the
 * other way round. */
START_TEST(histories_count_the_days_of_a_zone)
{
    const char *ids[] = {"a", "a", "b", "b"};
    const int64_t june = 19889 * DAY; /* 2024-06-15 */
    const int64_t times[] = {june + 43 * (HOUR / 2), june + 45 * (HOUR / 2), june + 47 * (HOUR / 2), june + DAY + HOUR / 2};
    const double values[] = {1, 2, 3, 4};
    leadkpi_table *utc = histories_of(ids, times, values, 4, "end=2024-06-30T23:00:00Z; unit=1d");
    ck_assert(cell(utc, "frequency", 0) == 0 && cell(utc, "frequency", 1) == 1 && cell(utc, "T", 0) == 15);
    leadkpi_table *berlin = histories_of(ids, times, values, 4,
                                         "end=2024-06-30T23:00:00Z; unit=1d; zone=Europe/Berlin; "
                                         "zone_rule=CET-1CEST,M3.5.0,M10.5.0/3");
    ck_assert(cell(berlin, "frequency", 0) == 1 && cell(berlin, "recency", 0) == 1 && cell(berlin, "T", 0) == 16);
    ck_assert(cell(berlin, "monetary_value", 0) == 2);
    ck_assert(cell(berlin, "frequency", 1) == 0 && cell(berlin, "T", 1) == 15);
    leadkpi_table_free(utc), leadkpi_table_free(berlin);
}
END_TEST

/* Autumn 2024: 02:10 in Berlin comes twice on October 27. In minutes the clock runs back; nobody's history does. */
START_TEST(a_clock_that_goes_back_makes_no_negative_age)
{
    const char *ids[] = {"a", "a", "a"};
    const int64_t first = INT64_C(1729987800) * 1000000; /* 00:10:00Z, 02:10 in summer */
    const int64_t times[] = {first + 40 * HOUR / 60, first, first + HOUR};
    const double values[] = {1, 1, 1};
    leadkpi_table *out = histories_of(ids, times, values, 3,
                                      "end=2024-10-27T01:10:00Z; unit=1d; period=60s; "
                                      "zone_rule=CET-1CEST,M3.5.0,M10.5.0/3");
    ck_assert(cell(out, "frequency", 0) >= 0 && cell(out, "recency", 0) >= 0);
    ck_assert(cell(out, "T", 0) >= cell(out, "recency", 0) && cell(out, "T", 0) < 1);
    leadkpi_table_free(out);
}
END_TEST

/* Refunds in any order within a day; one before any purchase; somebody with nothing else. Of d a purchase is
 * taken back, of e all are, and f got one for nothing. */
START_TEST(a_refund_is_taken_off_the_purchase_it_belongs_to)
{
    const char *ids[] = {"a", "a", "a", "a", "a", "b", "b", "c", "d", "d", "d", "d", "e", "e", "f", "f"};
    const int64_t times[] = {DAY,     3 * DAY + 2, 3 * DAY, 5 * DAY, 9 * DAY, 2 * DAY, 4 * DAY, 4 * DAY,
                             4 * DAY, 5 * DAY,     6 * DAY, 8 * DAY, DAY,     2 * DAY, DAY,     2 * DAY};
    const double values[] = {10, -4, 20, -1, 30, -2, 7, -9, 5, 6, -6, 4, 3, -8, 0, 9};
    leadkpi_table *out = histories_of(ids, times, values, 16, "end=1970-02-01");
    ck_assert_uint_eq(leadkpi_table_row_count(out), 4);
    ck_assert(cell(out, "frequency", 2) == 1 && cell(out, "monetary_value", 2) == 4);
    agree(cell(out, "recency", 2), 4 / 7.0, 1e-15, "from the 4th to the 8th");
    ck_assert(cell(out, "frequency", 3) == 1 && cell(out, "monetary_value", 3) == 9);
    ck_assert(cell(out, "frequency", 0) == 2 && cell(out, "monetary_value", 0) == (20 - 4 - 1 + 30) / 2.0);
    ck_assert(cell(out, "frequency", 1) == 0);
    leadkpi_table_free(out);
    out = histories_of(ids, times, values, 16, "end=1970-02-01; average=all");
    ck_assert(cell(out, "monetary_value", 1) == 5);
    leadkpi_table_free(out);
}
END_TEST

START_TEST(a_transaction_that_cannot_be_is_refused_with_its_row)
{
    static const struct {
        int64_t time;
        double value;
        uint8_t has_id, has_time, has_value;
        int32_t column;
    } cases[] = {
        {DAY, 1, 0, 1, 1, 0},       {DAY, 1, 1, 0, 1, 1},        {INT64_MAX, 1, 1, 1, 1, 1},
        {DAY, INFINITY, 1, 1, 1, 2}, {DAY, 0x1p63, 1, 1, 1, 2},  {DAY, 1, 1, 1, 0, 2},
    };
    leadkpi_options *options = options_of("lifetime_histories", "end=1970-02-01");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int64_t ids[] = {1, 2}, times[] = {DAY, cases[i].time};
        const double values[] = {1, cases[i].value};
        const uint8_t valid[] = {(uint8_t)(1 | cases[i].has_id << 1), (uint8_t)(1 | cases[i].has_time << 1),
                                 (uint8_t)(1 | cases[i].has_value << 1)};
        leadkpi_table *table, *out;
        leadkpi_error error;
        OK(leadkpi_table_create(NULL, &table, ok_error));
        OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, 2, 0, &valid[0], ok_error));
        OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 2, 0, &valid[1], ok_error));
        OK(leadkpi_table_borrow_double(table, "value", NUL, values, 2, 0, &valid[2], ok_error));
        ck_assert_int_eq(leadkpi_lifetime_histories(NULL, table, options, &out, &error), LEADKPI_BAD_DATA);
        ck_assert_msg(error.row == 1 && error.column == cases[i].column && !out, "case %zu: %s", i, error.message);
        leadkpi_table_free(table);
    }
    leadkpi_options_free(options);
}
END_TEST

/* Ids of a forecast are those of its table, of either type, and nobody's stay so. */
START_TEST(a_forecast_hands_ids_on)
{
    static crowd c;
    static const char *const words[] = {"x", NULL};
    static const int64_t numbers[] = {7, 8};
    static const uint8_t first_alone = 1;
    leadkpi_lifetime *model = given("model=bg_nbd; r=0.24; alpha=4.4; a=0.79; b=2.4");
    c.count = 2, c.age[0] = c.age[1] = 10;
    for (int is_text = 0; is_text < 2; is_text++) {
        leadkpi_table *table = table_of(&c), *out;
        char id[100];
        if (is_text) OK(leadkpi_table_copy_strings(table, "id", NUL, words, 2, ok_error));
        else OK(leadkpi_table_borrow_int64(table, "id", NUL, numbers, 2, 0, &first_alone, ok_error));
        OK(leadkpi_lifetime_forecast(model, NULL, table, NULL, &out, ok_error));
        if (is_text) {
            text_cell(out, "id", 0, id);
            ck_assert_str_eq(id, "x");
        } else {
            ck_assert(cell(out, "id", 0) == 7);
        }
        ck_assert(leadkpi_table_is_null(out, 0, 1) && !leadkpi_table_is_null(out, 0, 0));
        leadkpi_table_free(out), leadkpi_table_free(table);
    }
    leadkpi_lifetime_free(model);
}
END_TEST

/* ---- bytes ------------------------------------------------------------------------ */

static size_t bytes_of(const leadkpi_lifetime *model, uint8_t *bytes, size_t capacity)
{
    size_t size;
    OK(leadkpi_lifetime_serialize(model, bytes, capacity, &size, ok_error));
    return size;
}

START_TEST(a_model_comes_back_from_its_bytes_and_damage_is_seen)
{
    static crowd c;
    uint8_t bytes[600], again[600];
    leadkpi_lifetime *back;
    draw_customers(&c);
    leadkpi_table *table = table_of(&c);
    leadkpi_lifetime *models[] = {fitted("pareto_nbd", table), fitted("gamma_gamma", table),
                                  given("model=bdw; alpha=1; beta=2; c=0.5")};
    for (int k = 0; k < 3; k++) {
        size_t size = bytes_of(models[k], bytes, sizeof bytes);
        ck_assert_int_eq(leadkpi_lifetime_serialize(models[k], again, size - 1, NULL, NULL), LEADKPI_BUFFER_TOO_SMALL);
        OK(leadkpi_lifetime_deserialize(NULL, bytes, size, &back, ok_error));
        ck_assert_int_eq(leadkpi_lifetime_outcome(back), leadkpi_lifetime_outcome(models[k]));
        ck_assert_uint_eq(bytes_of(back, again, sizeof again), size);
        ck_assert_mem_eq(bytes, again, size);
        leadkpi_lifetime_free(back);
        for (size_t cut = 0; cut < size; cut++)
            ck_assert_int_ne(leadkpi_lifetime_deserialize(NULL, bytes, cut, &back, NULL), LEADKPI_OK);
        for (size_t bit = 0; bit < 8 * size; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            ck_assert_int_ne(leadkpi_lifetime_deserialize(NULL, bytes, size, &back, NULL), LEADKPI_OK);
            ck_assert_ptr_null(back);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        leadkpi_lifetime_free(models[k]);
    }
    leadkpi_table_free(table);
}
END_TEST

/* The payload of a state, written anew behind a good checksum, with one byte another: it is refused, or read as a
 * model whose bytes are these. */
START_TEST(forged_bytes_are_refused_or_are_a_model)
{
    uint8_t bytes[600], forged[600], again[600];
    leadkpi_lifetime *model = given("model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426"), *back;
    size_t size = bytes_of(model, bytes, sizeof bytes), payload = size - LK_ENVELOPE_SIZE, refused = 0;
    for (size_t at = 0; at < payload; at++)
        for (int value = 0; value < 256; value += 5) {
            lk_writer writer;
            size_t needed;
            uint8_t *start = bytes + LK_ENVELOPE_HEADER_SIZE, was = start[at];
            start[at] = (uint8_t)value;
            lk_writer_begin(&writer, forged, sizeof forged, LK_LIFETIME_STATE_KIND, LK_LIFETIME_STATE_VERSION);
            lk_write_bytes(&writer, start, payload);
            ck_assert_int_eq(lk_writer_finish(&writer, &needed, NULL), LEADKPI_OK);
            start[at] = was;
            if (leadkpi_lifetime_deserialize(NULL, forged, needed, &back, NULL) != LEADKPI_OK) {
                refused++;
                continue;
            }
            ck_assert_uint_eq(bytes_of(back, again, sizeof again), needed);
            ck_assert_mem_eq(forged, again, needed);
            leadkpi_lifetime_free(back);
        }
    ck_assert_uint_gt(refused, 100);
    leadkpi_lifetime_free(model);
}
END_TEST

START_TEST(a_model_is_described_in_a_sentence)
{
    char text[300];
    size_t needed;
    leadkpi_lifetime *model = given("model=sbg; alpha=0.668; beta=3.806");
    OK(leadkpi_lifetime_describe(model, NULL, 0, &needed, ok_error));
    OK(leadkpi_lifetime_describe(model, text, needed, &needed, ok_error));
    ck_assert_str_eq(text, "shifted beta-geometric with alpha 0.668, beta 3.806, as given.");
    ck_assert_int_eq(leadkpi_lifetime_describe(model, text, needed - 1, NULL, NULL), LEADKPI_BUFFER_TOO_SMALL);
    leadkpi_lifetime_free(model);
}
END_TEST

START_TEST(a_fit_is_described_with_its_outcome)
{
    static crowd people;
    char text[300];
    draw_customers(&people);
    leadkpi_table *table = table_of(&people);
    leadkpi_options *options = options_of("lifetime", "model=bg_nbd");
    leadkpi_lifetime *model;
    leadkpi_error error;
    OK(leadkpi_lifetime_fit(NULL, options, table, &model, ok_error));
    OK(leadkpi_lifetime_describe(model, text, sizeof text, NULL, ok_error));
    ck_assert_msg(strstr(text, ", fitted to 300 customers, log-likelihood -") && strstr(text, "; outcome: interior."), "%s", text);
    leadkpi_table_free(table);
    double value;
    people.count = 0; /* no rows, no likelihood */
    table = table_of(&people);
    ck_assert_int_eq(leadkpi_lifetime_log_likelihood(model, table, &value, &error), LEADKPI_NOT_ENOUGH_DATA);
    ck_assert(isnan(value));
    leadkpi_table_free(table);
    leadkpi_lifetime_free(model);
    leadkpi_options_free(options);
}
END_TEST

/* Cohorts by name say the same as by number; one without a name is refused. */
START_TEST(cohorts_of_contracts_may_have_names)
{
    static const int64_t periods[] = {0, 1, 2, 0, 1, 2, 3}, numbers[] = {7, 7, 7, -1, -1, -1, -1};
    static const double alive[] = {100, 60, 50, 80, 50, 40, 35};
    static const char *const names[] = {"may", "may", "may", "june", "june", "june", "june"};
    static const char *const hole[] = {"may", "may", NULL, "june", "june", "june", "june"};
    leadkpi_options *options = options_of("lifetime", "model=sbg");
    leadkpi_table *found[2];
    leadkpi_lifetime *model;
    leadkpi_error error;
    for (int i = 0; i < 3; i++) {
        leadkpi_table *table = contracts(periods, alive, 7);
        if (i == 0) OK(leadkpi_table_borrow_int64(table, "cohort", NUL, numbers, 7, 0, NULL, ok_error));
        else OK(leadkpi_table_copy_strings(table, "cohort", NUL, i == 1 ? names : hole, 7, ok_error));
        leadkpi_status status = leadkpi_lifetime_fit(NULL, options, table, &model, &error);
        leadkpi_table_free(table);
        if (i == 2) {
            ck_assert_int_eq(status, LEADKPI_BAD_DATA);
            ck_assert_int_eq(error.row, 2);
            break;
        }
        ck_assert_int_eq(status, LEADKPI_OK);
        OK(leadkpi_lifetime_parameters(model, 0.95, &found[i], ok_error));
        leadkpi_lifetime_free(model);
    }
    for (size_t i = 0; i < 2; i++) ck_assert(cell(found[0], "value", i) == cell(found[1], "value", i));
    leadkpi_table_free(found[0]), leadkpi_table_free(found[1]);
    leadkpi_options_free(options);
}
END_TEST

/* BdW with hurdles that overflow: nobody is left, and retention goes on as far out as it can be said. */
START_TEST(contracts_far_out_overflow_nowhere)
{
    leadkpi_lifetime *model = given("model=bdw; alpha=0.5; beta=2; c=100");
    leadkpi_options *options = options_of("lifetime_curve", "periods=2000; discount=0.1");
    leadkpi_table *curve;
    OK(leadkpi_lifetime_curve(model, options, &curve, ok_error));
    for (size_t i = 1; i <= 2000; i += 37) {
        double retention = cell(curve, "retention", i), survival = cell(curve, "survival", i);
        ck_assert_msg(retention >= 0 && retention <= 1 && survival >= 0 && survival <= 1, "%zu: %g %g", i, retention, survival);
        ck_assert(cell(curve, "residual_lifetime", i) >= 0);
    }
    ck_assert(fabs(cell(curve, "retention", 2000) / pow(1999.0 / 2000, 50) - 1) < 1e-12); /* as h^-alpha falls */
    leadkpi_table_free(curve);
    leadkpi_options_free(options);
    leadkpi_lifetime_free(model);
}
END_TEST

/* From 32,000 different histories on some of them find the neighbourhood of the maximum first: it stays the maximum
 * of all. */
START_TEST(a_fit_to_many_histories_is_their_maximum)
{
    enum { MANY = 33000 };
    static double frequency[MANY], recency[MANY], age[MANY];
    uint64_t state = 3;
    leadkpi_table *table, *found;
    leadkpi_lifetime *model;
    for (size_t i = 0; i < MANY; i++) {
        /* As draw_customers, and each at an hour of its own. */
        uint64_t weeks = 20 + lk_test_random(&state) % 20, buys = UINT64_C(1) << lk_test_random(&state) % 5;
        uint64_t leaves = UINT64_C(1) << 5 * (lk_test_random(&state) % 2);
        double hour = (double)i / MANY / 2;
        age[i] = (double)weeks + hour;
        for (uint64_t week = 1; week <= weeks; week++) {
            if (lk_test_random(&state) % 64 >= buys) continue;
            frequency[i]++, recency[i] = (double)week;
            if (lk_test_random(&state) % 64 < leaves) break;
        }
    }
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_double(table, "frequency", NUL, frequency, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "recency", NUL, recency, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "T", NUL, age, MANY, 0, NULL, ok_error));
    leadkpi_options *options = options_of("lifetime", "model=bg_nbd");
    OK(leadkpi_lifetime_fit(NULL, options, table, &model, ok_error));
    ck_assert_int_eq(leadkpi_lifetime_outcome(model), LEADKPI_LIFETIME_INTERIOR);
    OK(leadkpi_lifetime_summary(model, &found, ok_error));
    ck_assert(cell(found, "distinct", 0) >= 32000);
    double most = cell(found, "log_likelihood", 0), other;
    leadkpi_table_free(found);
    OK(leadkpi_lifetime_parameters(model, 0.95, &found, ok_error));
    for (int i = 0; i < 8; i++) {
        double p[4];
        char text[200];
        for (size_t k = 0; k < 4; k++) p[k] = cell(found, "value", k) * (k == (size_t)i / 2 ? (i % 2 ? 1.003 : 0.997) : 1);
        snprintf(text, sizeof text, "model=bg_nbd; r=%.17g; alpha=%.17g; a=%.17g; b=%.17g", p[0], p[1], p[2], p[3]);
        leadkpi_lifetime *near_by = given(text);
        OK(leadkpi_lifetime_log_likelihood(near_by, table, &other, ok_error));
        ck_assert_msg(other < most, "%s: %.12g, and %.12g", text, other, most);
        leadkpi_lifetime_free(near_by);
    }
    leadkpi_table_free(found), leadkpi_table_free(table);
    leadkpi_lifetime_free(model);
    leadkpi_options_free(options);
}
END_TEST

/* ---- faults ------------------------------------------------------------------------ */

typedef struct scene {
    const leadkpi_table *data, *transactions;
    leadkpi_options *definition, *histories;
    leadkpi_lifetime *model;
    leadkpi_table *out;
} scene;

static leadkpi_status act_fit(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    scene *s = context;
    return leadkpi_lifetime_fit(host, s->definition, s->data, &s->model, error);
}

static void setup_model(const leadkpi_host *host, void *context)
{
    scene *s = context;
    OK(leadkpi_lifetime_fit(host, s->definition, s->data, &s->model, ok_error));
}

static leadkpi_status act_forecast(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    scene *s = context;
    (void)host;
    return leadkpi_lifetime_forecast(s->model, NULL, s->data, NULL, &s->out, error);
}

static leadkpi_status act_curve(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    scene *s = context;
    (void)host;
    return leadkpi_lifetime_curve(s->model, NULL, &s->out, error);
}

static leadkpi_status act_summary(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    scene *s = context;
    (void)host;
    return leadkpi_lifetime_summary(s->model, &s->out, error);
}

static leadkpi_status act_parameters(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    scene *s = context;
    (void)host;
    return leadkpi_lifetime_parameters(s->model, 0.95, &s->out, error);
}

static leadkpi_status act_histories(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    scene *s = context;
    return leadkpi_lifetime_histories(host, s->transactions, s->histories, &s->out, error);
}

static void teardown(void *context)
{
    scene *s = context;
    leadkpi_lifetime_free(s->model);
    leadkpi_table_free(s->out);
    s->model = NULL;
    s->out = NULL;
}

START_TEST(every_call_survives_the_failure_of_every_allocation)
{
    static crowd c;
    static int64_t ids[100], times[100];
    static double values[100];
    scene s = {0};
    leadkpi_table *transactions;
    draw_customers(&c);
    leadkpi_table *data = table_of(&c);
    for (int i = 0; i < 100; i++) ids[i] = i % 17, times[i] = i * DAY, values[i] = i;
    OK(leadkpi_table_create(NULL, &transactions, ok_error));
    OK(leadkpi_table_borrow_int64(transactions, "id", NUL, ids, 100, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(transactions, "time", NUL, times, 100, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(transactions, "value", NUL, values, 100, 0, NULL, ok_error));
    s.data = data;
    s.transactions = transactions;
    s.definition = model_named("bg_nbd");
    s.histories = options_of("lifetime_histories", "end=1970-05-01");
    const lk_fault_case cases[] = {{"fit", NULL, act_fit, NULL, teardown, &s},
                                   {"forecast", setup_model, act_forecast, NULL, teardown, &s},
                                   {"curve", setup_model, act_curve, NULL, teardown, &s},
                                   {"summary", setup_model, act_summary, NULL, teardown, &s},
                                   {"parameters", setup_model, act_parameters, NULL, teardown, &s},
                                   {"histories", NULL, act_histories, NULL, teardown, &s}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) lk_fault_every_allocation(&cases[i]);
    lk_fault_every_limit(&cases[0]);
    lk_fault_every_limit(&cases[5]);
    lk_fault_every_poll(&cases[0]);
    lk_fault_every_poll(&cases[1]);
    lk_fault_every_poll(&cases[5]);
    leadkpi_options_free(s.definition);
    leadkpi_options_free(s.histories);
    leadkpi_table_free(data);
    leadkpi_table_free(transactions);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifetime calls");
    TCase *tcase = tcase_create("calls");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_row_that_cannot_be_is_refused_with_its_place);
    tcase_add_test(tcase, too_little_data_is_said_and_makes_no_model);
    tcase_add_test(tcase, contracts_that_rise_or_have_gaps_are_refused);
    tcase_add_test(tcase, definitions_that_do_not_hold_together_are_refused);
    tcase_add_test(tcase, null_is_answered_and_not_followed);
    tcase_add_test(tcase, covariance_is_symmetric_to_the_last_bit_and_agrees_with_the_errors);
    tcase_add_test(tcase, a_forecast_says_what_and_why);
    tcase_add_test(tcase, discounting_is_the_same_by_every_road);
    tcase_add_test(tcase, many_periods_add_up_to_the_sum_of_each);
    tcase_add_test(tcase, models_are_asked_only_what_they_can_answer);
    tcase_add_test(tcase, histories_follow_the_stated_policy);
    tcase_add_test(tcase, a_transaction_that_cannot_be_is_refused_with_its_row);
    tcase_add_test(tcase, a_forecast_hands_ids_on);
    tcase_add_test(tcase, histories_count_the_days_of_a_zone);
    tcase_add_test(tcase, a_clock_that_goes_back_makes_no_negative_age);
    tcase_add_test(tcase, a_refund_is_taken_off_the_purchase_it_belongs_to);
    tcase_add_test(tcase, a_horizon_without_end_overflows_nowhere);
    tcase_add_test(tcase, a_model_comes_back_from_its_bytes_and_damage_is_seen);
    tcase_add_test(tcase, forged_bytes_are_refused_or_are_a_model);
    tcase_add_test(tcase, a_model_is_described_in_a_sentence);
    tcase_add_test(tcase, every_call_survives_the_failure_of_every_allocation);
    tcase_add_test(tcase, a_fit_is_described_with_its_outcome);
    tcase_add_test(tcase, cohorts_of_contracts_may_have_names);
    tcase_add_test(tcase, contracts_far_out_overflow_nowhere);
    tcase_add_test(tcase, a_fit_to_many_histories_is_their_maximum);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
