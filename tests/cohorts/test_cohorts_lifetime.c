/* Lifetime value from fitted models, segment by segment: what the forecasts of the customers one by one add up
 * to, with slopes taken through the public calls alone. */
#include <leadkpi/lifetime.h>
#include <math.h>

#include "../support/check_main.h"
#include "world.h"

enum { PEOPLE = 150, MANY = 450, WEEKS = 40 };
static row rows[MANY * (2 * WEEKS + 1)];
static size_t row_count;
static const char *const channels[] = {"ads", "mail", "web"};

/* Every third person of ads never buys. Weekly chances to buy and to leave; now and then a refund. */
static size_t draw_shop(int64_t people)
{
    uint64_t state = 11;
    size_t count = 0;
    for (int64_t id = 1; id <= people; id++) {
        int64_t start = (int64_t)(lk_test_random(&state) % 10) * 7;
        uint64_t buys = UINT64_C(1) << id % 5, leaves = UINT64_C(1) << 5 * (lk_test_random(&state) % 2);
        rows[count++] = (row){ACQUIRED, id, start * DAY, 0, channels[id % 3], NULL};
        if (id % 9 == 0) continue;
        for (int64_t week = start / 7; week < WEEKS; week++) {
            if (week > start / 7 && lk_test_random(&state) % 64 >= buys) continue;
            int64_t cents = 500 + (int64_t)(lk_test_random(&state) % 4000) * (1 + id % 4);
            rows[count++] = (row){PAID, id, week * 7 * DAY + DAY / 2, cents, NULL, NULL};
            if (id % 7 == 0) rows[count++] = (row){PAID, id, week * 7 * DAY + 2 * DAY, -cents / 10, NULL, NULL};
            if (lk_test_random(&state) % 64 < leaves) break;
        }
    }
    return count;
}

static leadkpi_cohorts *shop_of(int64_t people)
{
    leadkpi_cohorts *cohorts = cohorts_with("");
    row_count = draw_shop(people);
    add_rows(cohorts, rows, row_count, 0);
    return cohorts;
}

static leadkpi_cohorts *shop(void)
{
    return shop_of(PEOPLE);
}

#define AS_OF "as_of=1970-10-20"

static leadkpi_table *histories(const leadkpi_cohorts *cohorts, const char *options)
{
    return report_of(cohorts, leadkpi_cohorts_histories, "cohorts_histories", options);
}

static leadkpi_lifetime *fitted(const char *text, const leadkpi_table *data)
{
    leadkpi_lifetime *model;
    leadkpi_options *options = options_of("lifetime", text);
    OK(leadkpi_lifetime_fit(NULL, options, data, &model, ok_error));
    leadkpi_options_free(options);
    return model;
}

static leadkpi_lifetime *given(const char *text)
{
    leadkpi_lifetime *model;
    leadkpi_options *options = options_of("lifetime", text);
    OK(leadkpi_lifetime_create(NULL, options, &model, ok_error));
    leadkpi_options_free(options);
    return model;
}

static leadkpi_table *outlook(const leadkpi_cohorts *cohorts, const leadkpi_lifetime *model,
                              const leadkpi_lifetime *spend_model, const leadkpi_table *spend, const char *text)
{
    leadkpi_table *t;
    leadkpi_options *options = options_of("cohorts_lifetime_value", text);
    OK(leadkpi_cohorts_lifetime_value(cohorts, model, spend_model, spend, options, &t, ok_error));
    leadkpi_options_free(options);
    return t;
}

static leadkpi_table *cost_table(const double *amounts)
{
    leadkpi_table *spend;
    OK(leadkpi_table_create(NULL, &spend, ok_error));
    OK(leadkpi_table_borrow_double(spend, "amount", NUL, amounts, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(spend, "channel", NUL, channels, 3, ok_error));
    return spend;
}

START_TEST(histories_of_a_handle_are_those_of_its_transactions)
{
    static int64_t ids[2 * PEOPLE * WEEKS], times[2 * PEOPLE * WEEKS];
    static double values[2 * PEOPLE * WEEKS];
    leadkpi_cohorts *cohorts = shop();
    size_t count = 0;
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].kind == PAID)
            ids[count] = rows[i].id, times[count] = rows[i].time, values[count++] = (double)rows[i].cents / 100;
    leadkpi_table *table, *expected, *found = histories(cohorts, AS_OF "; by=channel; average=all; zone=+02:00");
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, values, count, 0, NULL, ok_error));
    leadkpi_options *options = options_of("lifetime_histories", "end=1970-10-20; average=all; zone=+02:00");
    OK(leadkpi_lifetime_histories(NULL, table, options, &expected, ok_error));
    ck_assert_uint_eq(leadkpi_table_row_count(found), leadkpi_table_row_count(expected));
    for (size_t i = 0; i < leadkpi_table_row_count(found); i++) {
        int64_t id = whole_at(found, "id", i);
        ck_assert_int_eq(id, whole_at(expected, "id", i));
        ck_assert_int_eq(whole_at(found, "frequency", i), whole_at(expected, "frequency", i));
        ck_assert(number_at(found, "recency", i) == number_at(expected, "recency", i));
        ck_assert(number_at(found, "T", i) == number_at(expected, "T", i));
        near(number_at(found, "monetary_value", i), number_at(expected, "monetary_value", i), 1e-14, "mean");
        text_is(found, "channel", i, channels[id % 3]);
    }
    leadkpi_options_free(options);
    leadkpi_table_free(table), leadkpi_table_free(expected), leadkpi_table_free(found);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(rows_before_the_acquisition_and_of_nobody_make_no_history)
{
    static const row few[] = {
        {PAID, 1, 0, 900, NULL, NULL},       {ACQUIRED, 1, 5 * DAY, 0, "ads", NULL},
        {PAID, 1, 6 * DAY, 100, NULL, NULL}, {PAID, 1, 20 * DAY, 300, NULL, NULL},
        {PAID, 2, 6 * DAY, 100, NULL, NULL}, {ACQUIRED, 3, 0, 0, NULL, NULL},
        {PAID, 1, 90 * DAY, 1, NULL, NULL},  {PAID, 3, 2 * DAY, -100, NULL, NULL},
    };
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_table *t = histories(cohorts, "as_of=1970-02-01");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    add_rows(cohorts, few, sizeof few / sizeof few[0], 1);
    t = histories(cohorts, "as_of=1970-02-01; unit=1d");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1);
    text_is(t, "id", 0, "c1");
    near(number_at(t, "recency", 0), 14, 0, "recency"), near(number_at(t, "T", 0), 25, 0, "T");
    near(number_at(t, "monetary_value", 0), 3, 0, "mean");
    leadkpi_table_free(t);
    t = histories(cohorts, "as_of=1970-02-01; acquired=first_event");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
    ck_assert(is_null_at(t, "monetary_value", 1));
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- a naive account through the forecasts ------------------------------------------------ */

typedef struct account {
    double buyers, alive, expected, residual, residual_squares, total_squares, to_date;
} account;

enum { ALL = 3 };

static double paid_by(int64_t id)
{
    double sum = 0;
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].kind == PAID && rows[i].id == id) sum += (double)rows[i].cents / 100;
    return sum;
}

static void add_up(const leadkpi_lifetime *model, const leadkpi_lifetime *spend_model, const leadkpi_table *table,
                   const char *how_far, account accounts[4])
{
    leadkpi_table *forecast;
    leadkpi_options *options = options_of("lifetime_forecast", how_far);
    memset(accounts, 0, 4 * sizeof *accounts);
    OK(leadkpi_lifetime_forecast(model, spend_model, table, options, &forecast, ok_error));
    for (size_t i = 0; i < leadkpi_table_row_count(forecast); i++) {
        int64_t id = whole_at(forecast, "id", i);
        double residual = number_at(forecast, "lifetime_value", i), paid = 0.6 * paid_by(id);
        for (int k = 0; k < 2; k++) {
            account *a = &accounts[k ? ALL : id % 3];
            a->buyers++;
            a->alive += number_at(forecast, "probability_alive", i);
            a->expected += number_at(forecast, "expected_transactions", i);
            a->residual += residual;
            a->residual_squares += residual * residual;
            a->total_squares += (residual + paid) * (residual + paid);
            a->to_date += paid;
        }
    }
    leadkpi_table_free(forecast);
    leadkpi_options_free(options);
}

/* The model with one parameter times a factor, as given. */
static leadkpi_lifetime *moved(const leadkpi_lifetime *model, const char *name, size_t which, double factor)
{
    leadkpi_table *parameters;
    leadkpi_lifetime *other;
    char text[300];
    int used = snprintf(text, sizeof text, "model=%s", name);
    OK(leadkpi_lifetime_parameters(model, 0.95, &parameters, ok_error));
    for (size_t i = 0; i < leadkpi_table_row_count(parameters); i++) {
        const char *word;
        size_t length;
        OK(leadkpi_table_get_text(parameters, 0, i, &word, &length, ok_error));
        used += snprintf(text + used, sizeof text - (size_t)used, "; %.*s=%.17g", (int)length, word,
                         number_at(parameters, "value", i) * (i == which ? factor : 1));
    }
    leadkpi_options *options = options_of("lifetime", text);
    OK(leadkpi_lifetime_create(NULL, options, &other, ok_error));
    leadkpi_options_free(options);
    leadkpi_table_free(parameters);
    return other;
}

/* The accounts of the segments where a parameter of the model, one of several, was moved. */
typedef void (*accounting)(const leadkpi_lifetime *other, const void *context, account accounts[4]);

/* Adds g' C g of the residual of each segment, C of the parameters themselves; a parameter without a standard
 * error adds nothing. */
static void add_variance_of_fit(const leadkpi_lifetime *model, const char *name, accounting account_for,
                                const void *context, double variances[4])
{
    leadkpi_table *covariance, *parameters;
    double slopes[4][4];
    OK(leadkpi_lifetime_covariance(model, &covariance, ok_error));
    OK(leadkpi_lifetime_parameters(model, 0.95, &parameters, ok_error));
    size_t count = leadkpi_table_row_count(covariance);
    for (size_t i = 0; i < count; i++) {
        account ends[2][4];
        for (int end = 0; end < 2; end++) {
            leadkpi_lifetime *other = moved(model, name, i, end ? 1.001 : 0.999);
            account_for(other, context, ends[end]);
            leadkpi_lifetime_free(other);
        }
        for (int k = 0; k < 4; k++)
            slopes[k][i] = (ends[1][k].residual - ends[0][k].residual) / (0.002 * number_at(parameters, "value", i));
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            double c;
            OK(leadkpi_table_get_double(covariance, (int32_t)(1 + j), i, &c, ok_error));
            for (int k = 0; k < 4 && !isnan(c); k++) variances[k] += slopes[k][i] * c * slopes[k][j];
        }
    leadkpi_table_free(covariance), leadkpi_table_free(parameters);
}

/* Of buyers: the model that stays, beside the one that is moved. */
typedef struct buyers_context {
    const leadkpi_lifetime *model, *spend_model;
    const leadkpi_table *table;
    const char *how_far;
} buyers_context;

static void account_with_model(const leadkpi_lifetime *other, const void *context, account accounts[4])
{
    const buyers_context *b = context;
    add_up(other, b->spend_model, b->table, b->how_far, accounts);
}

static void account_with_spend_model(const leadkpi_lifetime *other, const void *context, account accounts[4])
{
    const buyers_context *b = context;
    add_up(b->model, other, b->table, b->how_far, accounts);
}

static void add_variance_of_buyers(const buyers_context *b, const char *name, double variances[4])
{
    add_variance_of_fit(b->model, name, account_with_model, b, variances);
    add_variance_of_fit(b->spend_model, "gamma_gamma", account_with_spend_model, b, variances);
}

START_TEST(a_segment_is_worth_what_its_customers_are)
{
    static const char *const names[] = {"bg_nbd", "pareto_nbd"};
    static const char options[] = AS_OF "; by=channel; months=24; discount=0.1; margin=0.6";
    char text[40], how_far[160];
    const char *name = names[_i];
    leadkpi_cohorts *cohorts = shop();
    leadkpi_table *table = histories(cohorts, AS_OF "; by=channel");
    snprintf(text, sizeof text, "model=%s", name);
    leadkpi_lifetime *model = fitted(text, table), *spend_model = fitted("model=gamma_gamma", table);
    leadkpi_table *t = outlook(cohorts, model, spend_model, NULL, options);
    snprintf(how_far, sizeof how_far, "horizon=%.17g; discount=0.1; periods_per_year=%.17g; margin=0.6",
             24 * 365.2425 / 12 / 7, 365.2425 / 7);
    account accounts[4];
    add_up(model, spend_model, table, how_far, accounts);
    double fits[4] = {0, 0, 0, 0};
    add_variance_of_buyers(&(buyers_context){model, spend_model, table, how_far}, name, fits);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    for (size_t i = 0; i < 4; i++) {
        const account *a = &accounts[i];
        double n = i == ALL ? PEOPLE : PEOPLE / 3.0, mean = (a->residual + a->to_date) / n;
        near(number_at(t, "customers", i), n, 0, "customers"), near(number_at(t, "buyers", i), a->buyers, 0, "buyers");
        near(number_at(t, "alive", i), a->alive, 1e-12, "alive");
        near(number_at(t, "expected_transactions", i), a->expected / n, 1e-12, "expected");
        near(number_at(t, "to_date_value", i), a->to_date / n, 1e-12, "to date");
        near(number_at(t, "residual_value", i), a->residual / n, 1e-12, "residual");
        near(number_at(t, "lifetime_value", i), mean, 1e-12, "lifetime");
        double chance = (a->total_squares - mean * mean * n) / (n - 1) / n;
        double half = 1.959963984540054 * sqrt(chance + fits[i] / (n * n));
        near(number_at(t, "lifetime_value_high", i) - mean, half, 1e-4, "high");
        near(mean - number_at(t, "lifetime_value_low", i), half, 1e-4, "low");
        ck_assert(fits[i] > 0 && is_null_at(t, "cac", i) && is_null_at(t, "payback_months", i));
        ck_assert(number_at(t, "residual_value_low", i) < number_at(t, "residual_value", i));
        text_is(t, "model_outcome", i, leadkpi_lifetime_outcome_name(leadkpi_lifetime_outcome(model)));
    }
    leadkpi_table_free(t), leadkpi_table_free(table);
    leadkpi_lifetime_free(model), leadkpi_lifetime_free(spend_model);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- against the cost ------------------------------------------------------------------------ */

/* By month, not discounted: the sum so far and what is expected. */
static double curve(const leadkpi_lifetime *model, const leadkpi_lifetime *spend_model, const leadkpi_table *table,
                    int month, int segment)
{
    char how_far[80];
    account accounts[4];
    snprintf(how_far, sizeof how_far, "horizon=%.17g; margin=0.6", month * 365.2425 / 12 / 7);
    add_up(model, spend_model, table, how_far, accounts);
    return accounts[segment].to_date + accounts[segment].residual;
}

START_TEST(a_channel_pays_back_in_the_first_month_that_is_enough)
{
    leadkpi_cohorts *cohorts = shop();
    leadkpi_table *table = histories(cohorts, AS_OF);
    leadkpi_lifetime *model = fitted("model=bg_nbd", table), *spend_model = fitted("model=gamma_gamma", table);
    double at_5 = curve(model, spend_model, table, 5, 0), at_9 = curve(model, spend_model, table, 9, 1);
    const double amounts[] = {at_5, at_9 * (1 + 1e-9), 1e9};
    leadkpi_table *spend = cost_table(amounts);
    leadkpi_table *t = outlook(cohorts, model, spend_model, spend, AS_OF "; by=channel; months=36; margin=0.6");
    near(number_at(t, "spend", 0), amounts[0], 1e-14, "spend");
    near(number_at(t, "cac", 0), amounts[0] / (PEOPLE / 3.0), 1e-14, "cac");
    ck_assert(number_at(t, "cac_low", 0) < number_at(t, "cac", 0) && number_at(t, "cac", 0) < number_at(t, "cac_high", 0));
    double payback = number_at(t, "payback_months", 0); /* the sums may differ in their last bits */
    ck_assert_msg(payback == 5 || payback == 6, "payback in month %g", payback);
    near(number_at(t, "payback_months", 1), 10, 0, "a trifle short in the ninth");
    ck_assert(is_null_at(t, "payback_months", 2));
    double ratio = number_at(t, "value_to_cac", 1);
    near(ratio, number_at(t, "lifetime_value", 1) / number_at(t, "cac", 1), 1e-14, "ratio");
    near(number_at(t, "value_to_cac_low", 1) * number_at(t, "value_to_cac_high", 1), ratio * ratio, 1e-12, "log scale");
    ck_assert(number_at(t, "payback_months_low", 1) <= 10 && is_null_at(t, "unmatched_spend", 1));
    ck_assert(is_null_at(t, "payback_months_high", 1) || number_at(t, "payback_months_high", 1) >= 10);
    leadkpi_table_free(t), leadkpi_table_free(spend);
    static const double nothing[] = {0, 0, 0};
    spend = cost_table(nothing);
    t = outlook(cohorts, model, spend_model, spend, AS_OF "; months=0; discount=0.2; margin=0.6");
    near(number_at(t, "payback_months", 0), 0, 0, "nothing was spent");
    ck_assert(is_null_at(t, "expected_transactions", 0) && number_at(t, "residual_value", 0) > 0);
    leadkpi_table_free(t), leadkpi_table_free(spend);
    leadkpi_table_free(table);
    leadkpi_lifetime_free(model), leadkpi_lifetime_free(spend_model);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- what cannot be --------------------------------------------------------------------------- */

START_TEST(models_that_do_not_fit_are_refused_and_missing_means_are_null)
{
    leadkpi_cohorts *cohorts = shop();
    leadkpi_table *out = (leadkpi_table *)cohorts;
    leadkpi_lifetime *bg = given("model=bg_nbd; r=0.24; alpha=4.4; a=0.79; b=2.4");
    leadkpi_lifetime *spend = given("model=gamma_gamma; p=6; q=0.5; gamma=15");
    leadkpi_options *options = options_of("cohorts_lifetime_value", AS_OF);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, bg, bg, NULL, options, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_ptr_null(out);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, spend, spend, NULL, options, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, NULL, spend, NULL, options, &out, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, bg, NULL, NULL, options, &out, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(NULL, bg, spend, NULL, options, &out, NULL), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, bg, spend, NULL, options, NULL, NULL),
                     LEADKPI_NULL_ARGUMENT);
    leadkpi_options_free(options);
    options = options_of("cohorts_lifetime_value", AS_OF "; months=0");
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, bg, spend, NULL, options, &out, NULL), LEADKPI_CONTRADICTION);
    leadkpi_options_free(options);
    leadkpi_table *t = outlook(cohorts, bg, spend, NULL, AS_OF); /* q <= 1: one-time buyers have no mean */
    ck_assert(is_null_at(t, "lifetime_value", 0) && is_null_at(t, "lifetime_value_low", 0));
    ck_assert(number_at(t, "alive", 0) > 0 && !is_null_at(t, "to_date_value", 0));
    text_is(t, "model_outcome", 0, "given");
    leadkpi_table_free(t);
    leadkpi_cohorts *empty = cohorts_with("");
    t = outlook(empty, bg, spend, NULL, AS_OF "; by=channel");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1);
    ck_assert(whole_at(t, "customers", 0) == 0 && is_null_at(t, "lifetime_value", 0));
    leadkpi_table_free(t);
    leadkpi_lifetime_free(bg), leadkpi_lifetime_free(spend);
    leadkpi_cohorts_free(empty), leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Of more than 256 buyers the slopes are those of some. */
START_TEST(sampled_slopes_give_the_width_of_all)
{
    leadkpi_cohorts *cohorts = shop_of(MANY);
    leadkpi_table *table = histories(cohorts, AS_OF);
    leadkpi_lifetime *model = fitted("model=bg_nbd", table), *spend_model = fitted("model=gamma_gamma", table);
    leadkpi_table *t = outlook(cohorts, model, spend_model, NULL, AS_OF "; months=12; margin=0.6");
    double half = number_at(t, "residual_value_high", 0) - number_at(t, "residual_value", 0);
    char how_far[80];
    account accounts[4];
    snprintf(how_far, sizeof how_far, "horizon=%.17g; margin=0.6", 365.2425 / 7);
    add_up(model, spend_model, table, how_far, accounts);
    const account *all = &accounts[ALL];
    near(number_at(t, "residual_value", 0), all->residual / MANY, 1e-12, "mean");
    double fits[4] = {0, 0, 0, 0};
    add_variance_of_buyers(&(buyers_context){model, spend_model, table, how_far}, "bg_nbd", fits);
    double chance = (all->residual_squares - all->residual * all->residual / MANY) / (MANY - 1.0) / MANY;
    near(half / (1.959963984540054 * sqrt(chance + fits[ALL] / ((double)MANY * MANY))), 1, 0.05, "width");
    leadkpi_table_free(t), leadkpi_table_free(table);
    leadkpi_lifetime_free(model), leadkpi_lifetime_free(spend_model);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- contracts ------------------------------------------------------------------------------- */

static leadkpi_table *contracts(const leadkpi_cohorts *cohorts, const char *options)
{
    return report_of(cohorts, leadkpi_cohorts_contracts, "cohorts_contracts", options);
}

static void contracts_are(const leadkpi_table *t, const int64_t (*expected)[3], size_t count)
{
    ck_assert_uint_eq(leadkpi_table_row_count(t), count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(whole_at(t, "cohort", i), expected[i][0]);
        ck_assert_int_eq(whole_at(t, "period", i), expected[i][1]);
        ck_assert_msg(whole_at(t, "alive", i) == expected[i][2], "row %zu: %" PRId64, i, whole_at(t, "alive", i));
    }
}

/* Days 30, 58, 89 and 119 are the ends of January to April. */
START_TEST(contracts_are_renewed_on_their_day_of_the_month)
{
    static const row few[] = {
        {ACQUIRED, 1, 30 * DAY, 0, "ads", NULL}, {MRR, 1, 30 * DAY, 100, NULL, NULL},
        {MRR, 1, 58 * DAY, 0, NULL, NULL}, /* at the first renewal: not renewed */
        {ACQUIRED, 2, 30 * DAY, 0, "ads", NULL}, {MRR, 2, 30 * DAY, 100, NULL, NULL},
        {MRR, 2, 58 * DAY + 1, 0, NULL, NULL},
        {ACQUIRED, 3, 31 * DAY, 0, "ads", NULL}, {MRR, 3, 30 * DAY, 100, NULL, NULL},
        {MRR, 3, 60 * DAY, 300, NULL, NULL},
        {ACQUIRED, 4, 30 * DAY, 0, "ads", NULL}, {MRR, 4, 30 * DAY, 100, NULL, NULL},
        {MRR, 4, 94 * DAY, 0, NULL, NULL},
        {ACQUIRED, 5, 90 * DAY, 0, "web", NULL}, {MRR, 5, 94 * DAY, 100, NULL, NULL},
        {MRR, 5, 100 * DAY, 0, NULL, NULL}, /* whoever is as old may end in that month, too */
        {ACQUIRED, 6, 0, 0, "web", NULL}, {MRR, 6, 0, 100, NULL, NULL}, {MRR, 6, 10 * DAY, 0, NULL, NULL},
        {MRR, 6, 40 * DAY, 100, NULL, NULL}, /* came back */
        {ACQUIRED, 7, 25 * DAY, 0, "web", NULL}, {MRR, 7, 0, 100, NULL, NULL}, {MRR, 7, 20 * DAY, 0, NULL, NULL},
        {MRR, 8, 0, 100, NULL, NULL}, {ACTIVE, 9, 0, 0, NULL, NULL},
    };
    static const int64_t months[][3] = {{0, 0, 1}, {1, 0, 1}, {1, 1, 1}, {1, 2, 1}, {2, 0, 5}, {2, 1, 3}, {2, 2, 2}, {2, 3, 1}};
    static const int64_t earlier[][3] = {{0, 0, 1}, {1, 0, 5}, {1, 1, 4}, {1, 2, 3}, {2, 0, 1}, {2, 1, 0}, {2, 2, 0}, {2, 3, 0}};
    static const int64_t segments[][3] = {{0, 0, 4}, {0, 1, 1}, {1, 0, 1}, {2, 0, 2}, {2, 1, 1}};
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_table *t = contracts(cohorts, "as_of=1970-04-30; by=channel");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    add_rows(cohorts, few, sizeof few / sizeof few[0], 0);
    t = contracts(cohorts, "as_of=1970-04-30");
    contracts_are(t, months, sizeof months / sizeof months[0]);
    leadkpi_table_free(t);
    /* A microsecond earlier the renewals of April 30 are not due. */
    t = contracts(cohorts, "as_of=1970-04-29T23:59:59.999999Z");
    contracts_are(t, earlier, sizeof earlier / sizeof earlier[0]);
    leadkpi_table_free(t);
    t = contracts(cohorts, "as_of=1970-05-11; by=channel; renewal=quarter");
    contracts_are(t, segments, sizeof segments / sizeof segments[0]);
    text_is(t, "channel", 1, "ads"), text_is(t, "channel", 2, "web");
    leadkpi_table_free(t);
    t = contracts(cohorts, "as_of=1970-04-30; renewal=year");
    contracts_are(t, (const int64_t[][3]){{0, 0, 7}}, 1);
    leadkpi_table_free(t);
    t = contracts(cohorts, "as_of=1970-01-16; renewal=week; zone=-11:00"); /* of 6; ended in the second week */
    contracts_are(t, (const int64_t[][3]){{0, 0, 1}, {0, 1, 1}, {0, 2, 0}}, 3);
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
    /* Begun on January 30 by UTC at 23:30, and on the 31st an hour to the east: due on February 28 at 23:30, or 00:30. */
    static const row late[] = {{ACQUIRED, 1, 0, 0, "ads", NULL}, {MRR, 1, 30 * DAY - DAY / 48, 100, NULL, NULL}};
    cohorts = cohorts_with("");
    add_rows(cohorts, late, 2, 0);
    t = contracts(cohorts, "as_of=1970-02-28");
    contracts_are(t, (const int64_t[][3]){{0, 0, 1}}, 1);
    leadkpi_table_free(t);
    t = contracts(cohorts, "as_of=1970-02-28; zone=+01:00");
    contracts_are(t, (const int64_t[][3]){{0, 0, 1}, {0, 1, 1}}, 2);
    leadkpi_table_free(t);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Fader and Hardie (2007), appendix: the discounted expected residual lifetime of a High-End customer just before the
 * eighth renewal is 7.530 at 10 % a year. alpha is below 1: the mean lifetime is infinite. */
START_TEST(a_subscriber_is_worth_the_published_residual_lifetime)
{
    static const row one[] = {{ACQUIRED, 1, 0, 0, NULL, NULL}, {MRR, 1, 0, 100, NULL, NULL}};
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_lifetime *model = given("model=sbg; alpha=0.668; beta=3.806");
    leadkpi_table *t, *curve;
    add_rows(cohorts, one, 2, 0);
    t = outlook(cohorts, model, NULL, NULL,
                "as_of=1977-12-31T23:59:59.999999Z; renewal=year; months=0; discount=0.1; margin=0.5");
    double derl = number_at(t, "residual_value", 0) / 6;
    ck_assert_msg(fabs(derl - 7.530) < 5e-4, "%.9g", derl);
    leadkpi_options *how = options_of("lifetime_curve", "periods=8; discount=0.1");
    OK(leadkpi_lifetime_curve(model, how, &curve, ok_error));
    near(derl, number_at(curve, "residual_lifetime", 8), 1e-12, "of the curve");
    near(number_at(t, "to_date_value", 0), 0.5 * 8 * 365.25 / (365.2425 / 12), 1e-9, "eight years, two of them leap years");
    near(number_at(t, "alive", 0), 1, 0, "in force");
    ck_assert(is_null_at(t, "expected_transactions", 0) && is_null_at(t, "residual_value_low", 0));
    leadkpi_table_free(t);
    /* Nine days into the period the rest of it is paid, and the next payment far off. */
    t = outlook(cohorts, model, NULL, NULL, "as_of=1978-01-09T23:59:59.999999Z; renewal=year; months=0; discount=0.1");
    double rest = 356 / (365.2425 / 12);
    OK(leadkpi_options_parse(how, "periods=9", NUL, ok_error));
    leadkpi_table_free(curve);
    OK(leadkpi_lifetime_curve(model, how, &curve, ok_error));
    near(number_at(t, "residual_value", 0),
         rest + 12 * pow(1.1, -rest / 12) * number_at(curve, "residual_lifetime", 9), 1e-11, "between renewals");
    leadkpi_table_free(t);
    t = outlook(cohorts, model, NULL, NULL, "as_of=1978-01-09; months=0; discount=1e-5");
    ck_assert(is_null_at(t, "residual_value", 0)); /* too long a sum */
    leadkpi_table_free(t), leadkpi_table_free(curve);
    leadkpi_options_free(how);
    leadkpi_lifetime_free(model);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* A naive account, subscriber by subscriber, from the survival that the curve of the model says. */
typedef struct subscriber {
    int64_t begins;       /* of the contract in force, in days */
    double mrr, paid;     /* 0: none */
    int has_paid;
} subscriber;

enum { SUBSCRIBERS = 120, LAST_DAY = 292, AHEAD = 200 };
static subscriber subscribers[SUBSCRIBERS];

static leadkpi_cohorts *subscriptions(void)
{
    uint64_t state = 5;
    size_t count = 0;
    leadkpi_cohorts *cohorts = cohorts_with("");
    memset(subscribers, 0, sizeof subscribers);
    for (int64_t id = 0; id < SUBSCRIBERS; id++) {
        subscriber *s = &subscribers[id];
        int64_t day = (int64_t)(lk_test_random(&state) % 100), acquired = day + id % 3;
        rows[count++] = (row){ACQUIRED, id, acquired * DAY, 0, channels[id % 3], NULL};
        if (id % 10 == 0) continue;
        uint64_t leaves = 1 + lk_test_random(&state) % 20;
        for (int spell = 0; spell < 2 && day < LAST_DAY; spell++, day += 11) {
            int64_t cents = 500 + (int64_t)(lk_test_random(&state) % 4000);
            rows[count++] = (row){MRR, id, day * DAY, cents, NULL, NULL};
            s->begins = day, s->mrr = (double)cents / 100;
            int64_t from = day;
            do day += 7;
            while (day <= LAST_DAY && lk_test_random(&state) % 100 >= leaves);
            int64_t until = day <= LAST_DAY ? day : LAST_DAY;
            if (from < acquired) from = acquired < until ? acquired : until;
            s->paid += 0.6 * s->mrr * ((double)(until - from) + (day > LAST_DAY ? 1 / (double)DAY : 0)) / (365.2425 / 12);
            s->has_paid |= until > from;
            if (day > LAST_DAY) break;
            rows[count++] = (row){MRR, id, day * DAY, 0, NULL, NULL};
            s->mrr = 0;
        }
    }
    add_rows(cohorts, rows, count, 0);
    return cohorts;
}

static double residual_of(const subscriber *s, const double *survival, double horizon, double interest, double *renewals)
{
    double period = 7 / (365.2425 / 12), sum, from;
    int64_t n = (LAST_DAY - s->begins) / 7;
    *renewals = 0;
    if (s->mrr == 0) return 0;
    from = ((double)(s->begins + 7 * (n + 1) - LAST_DAY) - 1 / (double)DAY) / (365.2425 / 12);
    sum = from < horizon ? from : horizon;
    for (int64_t k = n + 1; from < horizon; k++, from += period) {
        double length = horizon - from < period ? horizon - from : period;
        *renewals += survival[k] / survival[n];
        sum += survival[k] / survival[n] * exp(-interest * from) * length;
    }
    return 0.6 * s->mrr * sum;
}

static void add_up_subscribers(const leadkpi_lifetime *model, double horizon, double interest, account accounts[4])
{
    leadkpi_table *table;
    double survival[AHEAD + 1];
    leadkpi_options *options = options_of("lifetime_curve", "periods=200");
    OK(leadkpi_lifetime_curve(model, options, &table, ok_error));
    for (size_t i = 0; i <= AHEAD; i++) survival[i] = number_at(table, "survival", i);
    memset(accounts, 0, 4 * sizeof *accounts);
    for (size_t id = 0; id < SUBSCRIBERS; id++) {
        const subscriber *s = &subscribers[id];
        double renewals, residual = residual_of(s, survival, horizon, interest, &renewals);
        for (int k = 0; k < 2; k++) {
            account *a = &accounts[k ? ALL : id % 3];
            a->buyers += s->has_paid;
            a->alive += s->mrr > 0;
            a->expected += renewals;
            a->residual += residual;
            a->residual_squares += residual * residual;
            a->total_squares += (residual + s->paid) * (residual + s->paid);
            a->to_date += s->paid;
        }
    }
    leadkpi_table_free(table);
    leadkpi_options_free(options);
}

static void account_of_subscribers(const leadkpi_lifetime *other, const void *interest, account accounts[4])
{
    add_up_subscribers(other, 24, *(const double *)interest, accounts);
}

START_TEST(a_segment_of_subscribers_is_worth_what_they_are)
{
    static const char *const names[] = {"sbg", "bdw"};
    const char *name = names[_i];
    char text[40];
    leadkpi_cohorts *cohorts = subscriptions();
    leadkpi_table *table = contracts(cohorts, AS_OF "; renewal=week; by=channel");
    snprintf(text, sizeof text, "model=%s", name);
    leadkpi_lifetime *model = fitted(text, table);
    ck_assert_int_eq(leadkpi_lifetime_outcome(model), LEADKPI_LIFETIME_INTERIOR);
    double interest = log1p(0.1) / 12, fits[4] = {0, 0, 0, 0};
    account accounts[4], plain[4];
    add_up_subscribers(model, 24, interest, accounts);
    add_variance_of_fit(model, name, account_of_subscribers, &interest, fits);
    add_up_subscribers(model, 5, 0, plain);
    const double amounts[] = {(plain[0].to_date + plain[0].residual) * (1 + 1e-9), 1, 1e9};
    leadkpi_table *spend = cost_table(amounts);
    leadkpi_table *t = outlook(cohorts, model, NULL, spend,
                               AS_OF "; by=channel; renewal=week; months=24; discount=0.1; margin=0.6");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    for (size_t i = 0; i < 4; i++) {
        const account *a = &accounts[i];
        double n = i == ALL ? SUBSCRIBERS : SUBSCRIBERS / 3.0, mean = (a->residual + a->to_date) / n;
        near(number_at(t, "customers", i), n, 0, "customers"), near(number_at(t, "buyers", i), a->buyers, 0, "buyers");
        near(number_at(t, "alive", i), a->alive, 0, "alive");
        near(number_at(t, "expected_transactions", i), a->expected / n, 1e-11, "renewals");
        near(number_at(t, "to_date_value", i), a->to_date / n, 1e-11, "to date");
        near(number_at(t, "residual_value", i), a->residual / n, 1e-11, "residual");
        double chance = (a->total_squares - mean * mean * n) / (n - 1) / n;
        double half = 1.959963984540054 * sqrt(chance + fits[i] / (n * n));
        ck_assert(fits[i] > 0);
        near(number_at(t, "lifetime_value_high", i) - number_at(t, "lifetime_value", i), half, 1e-4, "width");
        near(number_at(t, "value_to_cac", i), number_at(t, "lifetime_value", i) / number_at(t, "cac", i), 1e-13, "ratio");
        text_is(t, "model_outcome", i, "interior");
    }
    near(number_at(t, "payback_months", 0), 6, 0, "a trifle short in the fifth month");
    near(number_at(t, "payback_months", 1), 0, 0, "paid back");
    ck_assert(is_null_at(t, "payback_months", 2));
    leadkpi_table_free(t);
    /* To the end of time, and as far as money is worth anything. */
    t = outlook(cohorts, model, NULL, NULL, AS_OF "; renewal=week; months=0; discount=9");
    leadkpi_table *far = outlook(cohorts, model, NULL, NULL, AS_OF "; renewal=week; months=240; discount=9");
    near(number_at(t, "residual_value", 0), number_at(far, "residual_value", 0), 1e-12, "no end");
    near(number_at(t, "residual_value_low", 0), number_at(far, "residual_value_low", 0), 1e-9, "and its interval");
    leadkpi_table_free(t), leadkpi_table_free(far), leadkpi_table_free(spend), leadkpi_table_free(table);
    leadkpi_lifetime_free(model);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Half of those that are left leave each week: all at one rate. What a model cannot say is refused. */
START_TEST(contracts_at_a_boundary_or_with_another_model_are_said)
{
    static row few[64];
    size_t count = 0;
    leadkpi_table *out = NULL;
    for (int64_t id = 0; id < 16; id++) {
        few[count++] = (row){ACQUIRED, id, 0, 0, "ads", NULL}, few[count++] = (row){MRR, id, 0, 1000, NULL, NULL};
        int64_t weeks = id < 8 ? 1 : id < 12 ? 2 : id < 14 ? 3 : id < 15 ? 4 : 0;
        if (weeks) few[count++] = (row){MRR, id, weeks * 7 * DAY, 0, NULL, NULL};
    }
    leadkpi_cohorts *cohorts = cohorts_with("");
    add_rows(cohorts, few, count, 0);
    leadkpi_table *table = contracts(cohorts, "as_of=1970-01-29; renewal=week");
    leadkpi_lifetime *model = fitted("model=sbg", table), *spend = given("model=gamma_gamma; p=6; q=4; gamma=15");
    leadkpi_table *t = outlook(cohorts, model, NULL, NULL, "as_of=1970-01-28T23:59:59.999999Z; renewal=week");
    text_is(t, "model_outcome", 0, "boundary");
    near(number_at(t, "alive", 0), 2, 0, "two have not left yet");
    near(number_at(t, "residual_value", 0), 2 * 10 * 7 / (365.2425 / 12) / 16, 1e-4, "a week each");
    leadkpi_options *options = options_of("cohorts_lifetime_value", "as_of=1970-01-29");
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, model, spend, NULL, options, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, spend, NULL, NULL, options, &out, NULL), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, spend, spend, NULL, options, &out, NULL), LEADKPI_MISMATCH);
    ck_assert(out == NULL);
    leadkpi_options_free(options);
    leadkpi_cohorts *empty = cohorts_with("");
    leadkpi_table_free(t);
    t = outlook(empty, model, NULL, NULL, "as_of=1970-01-29; by=channel; months=0; discount=0.1");
    ck_assert(whole_at(t, "customers", 0) == 0 && is_null_at(t, "lifetime_value", 0));
    leadkpi_table_free(t), leadkpi_table_free(table);
    leadkpi_lifetime_free(model), leadkpi_lifetime_free(spend);
    leadkpi_cohorts_free(cohorts), leadkpi_cohorts_free(empty);
}
END_TEST

/* A contract of two thousand years is too long for weeks, and not for years. */
START_TEST(contracts_of_too_many_renewals_are_refused)
{
    static const row old[] = {{ACQUIRED, 1, -700000 * DAY, 0, NULL, NULL}, {MRR, 1, -700000 * DAY, 100, NULL, NULL}};
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_lifetime *model = given("model=bdw; alpha=0.668; beta=3.806; c=1.2");
    leadkpi_table *t;
    leadkpi_error error;
    add_rows(cohorts, old, 2, 0);
    leadkpi_options *options = options_of("cohorts_contracts", "as_of=1970-01-29; renewal=week");
    ck_assert_int_eq(leadkpi_cohorts_contracts(cohorts, options, &t, &error), LEADKPI_OVERFLOW);
    ck_assert(t == NULL && strstr(error.message, "100000 renewals") != NULL);
    leadkpi_options_free(options);
    options = options_of("cohorts_lifetime_value", "as_of=1970-01-29; renewal=week");
    ck_assert_int_eq(leadkpi_cohorts_lifetime_value(cohorts, model, NULL, NULL, options, &t, &error), LEADKPI_OVERFLOW);
    leadkpi_options_free(options);
    t = contracts(cohorts, "as_of=1970-01-29; renewal=year");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 1917);
    leadkpi_table_free(t);
    leadkpi_lifetime_free(model);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

static Suite *suite_of_lifetime(void)
{
    Suite *suite = suite_create("cohorts lifetime");
    TCase *tc = tcase_create("lifetime");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, histories_of_a_handle_are_those_of_its_transactions);
    tcase_add_test(tc, rows_before_the_acquisition_and_of_nobody_make_no_history);
    tcase_add_loop_test(tc, a_segment_is_worth_what_its_customers_are, 0, 2);
    tcase_add_test(tc, a_channel_pays_back_in_the_first_month_that_is_enough);
    tcase_add_test(tc, models_that_do_not_fit_are_refused_and_missing_means_are_null);
    tcase_add_test(tc, sampled_slopes_give_the_width_of_all);
    tcase_add_test(tc, contracts_are_renewed_on_their_day_of_the_month);
    tcase_add_test(tc, a_subscriber_is_worth_the_published_residual_lifetime);
    tcase_add_loop_test(tc, a_segment_of_subscribers_is_worth_what_they_are, 0, 2);
    tcase_add_test(tc, contracts_at_a_boundary_or_with_another_model_are_said);
    tcase_add_test(tc, contracts_of_too_many_renewals_are_refused);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_lifetime());
}
