/* Customers drawn from the models, at and beyond the edges of what can be fitted: a fit is a maximum, or says
 * what it is. Units, orders and batches of equal rows do not matter. */
#include "../support/check_main.h"
#include "customers.h"

static double uniform(uint64_t *state)
{
    return ((double)(lk_test_random(state) >> 11) + 0.5) * 0x1p-53;
}

static double exponential(uint64_t *state)
{
    return -log(uniform(state));
}

static double normal(uint64_t *state)
{
    return sqrt(2 * exponential(state)) * cos(6.283185307179586 * uniform(state));
}

/* Marsaglia and Tsang (2000). */
static double gamma_draw(uint64_t *state, double shape)
{
    double boost = shape < 1 ? pow(uniform(state), 1 / shape) : 1, d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    for (;;) {
        double x = normal(state), v = 1 + x / sqrt(9 * d);
        if (v <= 0) continue;
        v = v * v * v;
        if (log(uniform(state)) < 0.5 * x * x + d - d * v + d * log(v)) return boost * d * v;
    }
}

static double beta_draw(uint64_t *state, double a, double b)
{
    double x = gamma_draw(state, a);
    return x / (x + gamma_draw(state, b));
}

/* One set. Infinite shapes are what no customer differs in; `unit` is that of time. */
typedef struct hard_set {
    const char *name;
    size_t customers;
    double r, mean_rate; /* purchases a week: gamma of shape r */
    double a, b;         /* of BG; b infinite: probability a for all; a 0: nobody leaves */
    double s, leave;     /* of Pareto: gamma of shape s and this mean rate; 0: nobody leaves */
    double weeks, unit;
} hard_set;

static const hard_set sets[] = {
    {"as CDNOW", 700, 0.25, 0.055, 0.8, 2.4, 0.6, 0.05, 39, 1},
    {"in seconds", 700, 0.25, 0.055, 0.8, 2.4, 0.6, 0.05, 39, 604800},
    {"in years", 700, 0.25, 0.055, 0.8, 2.4, 0.6, 0.05, 39, 7 / 365.25},
    {"nobody leaves", 500, 0.8, 0.1, 0, 1, 1, 0, 52, 1},
    {"all buy at one rate", 500, INFINITY, 0.15, 1, 3, 1, 0.03, 52, 1},
    {"all leave alike", 500, 0.7, 0.2, 0.2, INFINITY, INFINITY, 0.04, 52, 1},
    {"nearly all leave at once", 500, 1, 0.3, 5, 0.6, 0.5, 1, 52, 1},
    {"thirty customers", 30, 0.6, 0.1, 0.8, 2.4, 0.6, 0.05, 39, 1},
    {"frequent buyers", 300, 2, 6, 0.5, 40, 0.8, 0.01, 104, 1},
    {"hardly ever", 900, 0.1, 0.004, 1, 2, 0.6, 0.05, 20, 1},
    {"watched for a week", 700, 1, 0.5, 1, 2, 1, 0.1, 1.5, 1},
};
enum { SETS = sizeof sets / sizeof sets[0] };

static double draw_rate(uint64_t *state, double shape, double mean)
{
    if (mean == 0 || isinf(shape)) return mean;
    return gamma_draw(state, shape) * mean / shape;
}

static void draw_set(const hard_set *set, int by_pareto, crowd *c)
{
    uint64_t state = 7;
    c->count = set->customers;
    for (size_t i = 0; i < c->count; i++) {
        double age = set->weeks * (0.7 + 0.3 * uniform(&state)), rate = draw_rate(&state, set->r, set->mean_rate);
        double leave = by_pareto ? draw_rate(&state, set->s, set->leave) : 0;
        double end = leave > 0 ? exponential(&state) / leave : INFINITY, t = 0, last = 0, x = 0;
        double chance = by_pareto || set->a == 0 ? 0 : isinf(set->b) ? set->a : beta_draw(&state, set->a, set->b);
        while ((t += exponential(&state) / rate) < fmin(age, end)) {
            last = t, x++;
            if (uniform(&state) < chance) break;
        }
        c->frequency[i] = x;
        c->recency[i] = last * set->unit;
        c->age[i] = age * set->unit;
        c->value[i] = x > 0 ? 10 * gamma_draw(&state, 6 * x) / (6 * x) / gamma_draw(&state, 4) * 30 : 0;
    }
}

static const char *names_of(const char *model, int i)
{
    static const char *const bg[] = {"r", "alpha", "a", "b"}, *const pareto[] = {"r", "alpha", "s", "beta"};
    return strcmp(model, "pareto_nbd") == 0 ? pareto[i] : bg[i];
}

static double likelihood_at(const char *model, const double p[4], const leadkpi_table *table)
{
    char text[300];
    double value;
    snprintf(text, sizeof text, "model=%s; %s=%.17g; %s=%.17g; %s=%.17g; %s=%.17g", model, names_of(model, 0), p[0],
             names_of(model, 1), p[1], names_of(model, 2), p[2], names_of(model, 3), p[3]);
    leadkpi_lifetime *at = given(text);
    OK(leadkpi_lifetime_log_likelihood(at, table, &value, ok_error));
    leadkpi_lifetime_free(at);
    return value;
}

/* Nowhere around it, near or far, is the likelihood higher; at a boundary, hardly. */
static void no_better_around(const leadkpi_lifetime *model, const char *name, const leadkpi_table *table, double slack)
{
    static const double factors[] = {0.3, 0.999, 1.001, 3};
    double best[4], top = log_likelihood(model);
    for (int i = 0; i < 4; i++) best[i] = parameter(model, "value", (size_t)i);
    ck_assert_msg(fabs(likelihood_at(name, best, table) - top) < 1e-9 * fabs(top), "%s: %.17g at the maximum", name, top);
    for (int i = 0; i < 4; i++)
        for (int j = i; j < 4; j++)
            for (size_t k = 0; k < sizeof factors / sizeof factors[0]; k++) {
                double p[4];
                memcpy(p, best, sizeof p);
                p[i] *= factors[k];
                if (i != j) p[j] *= factors[k];
                double other = likelihood_at(name, p, table);
                ck_assert_msg(other <= top + slack, "%s: %g above the maximum at %s and %s times %g", name, other - top,
                              names_of(name, i), names_of(name, j), factors[k]);
            }
}

static const char *const models[] = {"bg_nbd", "mbg_nbd", "pareto_nbd"};

/* A message says what an outcome other than the interior is, and the summary names what vanished. */
static void check_set(const hard_set *set, const char *name, const leadkpi_table *table)
{
    leadkpi_lifetime *model;
    leadkpi_table *summary;
    leadkpi_error error;
    char vanished[100];
    leadkpi_options *definition = model_named(name);
    ck_assert_int_eq(leadkpi_lifetime_fit(NULL, definition, table, &model, &error), LEADKPI_OK);
    int32_t outcome = leadkpi_lifetime_outcome(model);
    OK(leadkpi_lifetime_summary(model, &summary, ok_error));
    text_cell(summary, "vanished", 0, vanished);
    if (getenv("LK_SHOW")) {
        char sentence[600];
        leadkpi_lifetime_describe(model, sentence, sizeof sentence, NULL, NULL);
        printf("%s: %s (%g evaluations)\n", set->name, sentence, cell(summary, "evaluations", 0));
    }
    ck_assert_msg(outcome == LEADKPI_LIFETIME_INTERIOR || outcome == LEADKPI_LIFETIME_BOUNDARY, "%s, %s: outcome %d",
                  set->name, name, (int)outcome);
    ck_assert_int_eq(outcome == LEADKPI_LIFETIME_BOUNDARY, vanished[0] != '\0');
    ck_assert_int_eq(outcome == LEADKPI_LIFETIME_BOUNDARY, error.message[0] != '\0');
    if (outcome == LEADKPI_LIFETIME_INTERIOR)
        for (size_t i = 0; i < 4; i++) ck_assert(parameter(model, "standard_error", i) > 0);
    no_better_around(model, name, table, outcome == LEADKPI_LIFETIME_INTERIOR ? 1e-6 : 2e-2);
    leadkpi_options_free(definition);
    leadkpi_table_free(summary);
    leadkpi_lifetime_free(model);
}

START_TEST(eleven_hard_sets_are_fitted_to_the_maximum_or_said_to_have_none)
{
    static crowd c;
    for (int by_pareto = 0; by_pareto < 2; by_pareto++) {
        draw_set(&sets[_i], by_pareto, &c);
        leadkpi_table *table = table_of(&c);
        for (int k = 0; k < 3; k++) check_set(&sets[_i], models[k], table);
        leadkpi_table_free(table);
    }
}
END_TEST

static void vanishes(const char *set, size_t customers, int by_pareto, const char *model, const char *expected)
{
    static crowd c;
    char vanished[100];
    leadkpi_table *summary;
    int i = 0;
    while (strcmp(sets[i].name, set) != 0) i++;
    hard_set chosen = sets[i];
    chosen.customers = customers;
    draw_set(&chosen, by_pareto, &c);
    leadkpi_table *table = table_of(&c);
    leadkpi_lifetime *fit = fitted(model, table);
    OK(leadkpi_lifetime_summary(fit, &summary, ok_error));
    text_cell(summary, "vanished", 0, vanished);
    ck_assert_msg(strstr(vanished, expected) != NULL, "%s, %s: expected %s, found \"%s\"", set, model, expected, vanished);
    leadkpi_lifetime_free(fit);
    leadkpi_table_free(summary);
    leadkpi_table_free(table);
}

START_TEST(what_vanished_is_named)
{
    vanishes("nobody leaves", 1500, 0, "bg_nbd", "dropout");
    vanishes("nobody leaves", 1500, 1, "pareto_nbd", "dropout");
    vanishes("all buy at one rate", 500, 0, "bg_nbd", "purchase_rates");
    vanishes("all buy at one rate", 500, 1, "pareto_nbd", "purchase_rates");
}
END_TEST

static void contracts_vanish(const char *model, const int64_t *alive, size_t count, const char *expected)
{
    static const int64_t periods[] = {0, 1, 2, 3, 4, 5};
    char vanished[100];
    leadkpi_table *table, *summary;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "period", NUL, periods, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "alive", NUL, alive, count, 0, NULL, ok_error));
    leadkpi_lifetime *fit = fitted(model, table);
    ck_assert_int_eq(leadkpi_lifetime_outcome(fit), LEADKPI_LIFETIME_BOUNDARY);
    OK(leadkpi_lifetime_summary(fit, &summary, ok_error));
    text_cell(summary, "vanished", 0, vanished);
    ck_assert_msg(strstr(vanished, expected) != NULL, "%s: expected %s, found \"%s\"", model, expected, vanished);
    leadkpi_lifetime_free(fit);
    leadkpi_table_free(summary), leadkpi_table_free(table);
}

/* Half leave in every period: all have one rate. */
START_TEST(contracts_without_heterogeneity_are_named)
{
    static const int64_t halves[] = {3200, 1600, 800, 400, 200, 100};
    contracts_vanish("sbg", halves, 6, "dropout_rates");
}
END_TEST

/* Of each customer every transaction is of one value: the mean of 30 is as far from others as that of one. */
START_TEST(spend_without_variation_is_named)
{
    static crowd c;
    char vanished[100];
    leadkpi_table *summary;
    uint64_t state = 5;
    c.count = 400;
    for (size_t i = 0; i < c.count; i++) {
        c.frequency[i] = (double)(1 + i % 30), c.recency[i] = 10, c.age[i] = 20;
        c.value[i] = 30 + 1e-3 * uniform(&state); /* all alike */
    }
    leadkpi_table *table = table_of(&c);
    leadkpi_lifetime *fit = fitted("gamma_gamma", table);
    ck_assert_int_eq(leadkpi_lifetime_outcome(fit), LEADKPI_LIFETIME_BOUNDARY);
    OK(leadkpi_lifetime_summary(fit, &summary, ok_error));
    text_cell(summary, "vanished", 0, vanished);
    ck_assert_msg(strstr(vanished, "spend_") != NULL, "found \"%s\"", vanished);
    leadkpi_lifetime_free(fit);
    leadkpi_table_free(summary), leadkpi_table_free(table);
}
END_TEST

/* Weeks, days, hours: the same parameters but for alpha and beta, which are lengths of time. */
START_TEST(fits_in_weeks_days_and_hours_agree)
{
    static crowd weeks, other;
    draw_set(&sets[0], 1, &weeks);
    leadkpi_table *table = table_of(&weeks);
    for (int k = 0; k < 3; k++) {
        leadkpi_lifetime *base = fitted(models[k], table);
        for (int unit = 0; unit < 2; unit++) {
            double scale = unit ? 168 : 7;
            other = weeks;
            for (size_t i = 0; i < other.count; i++) other.age[i] *= scale, other.recency[i] *= scale;
            leadkpi_table *scaled = table_of(&other);
            leadkpi_lifetime *fit = fitted(models[k], scaled);
            for (size_t i = 0; i < 4; i++) {
                double factor = i == 1 || (i == 3 && k == 2) ? scale : 1;
                agree(parameter(fit, "value", i), factor * parameter(base, "value", i), 1e-9, models[k]);
                agree(parameter(fit, "standard_error", i), factor * parameter(base, "standard_error", i), 1e-8, models[k]);
            }
            leadkpi_lifetime_free(fit);
            leadkpi_table_free(scaled);
        }
        leadkpi_lifetime_free(base);
    }
    leadkpi_table_free(table);
}
END_TEST

/* The serialised model, which holds every bit. */
static size_t bytes_of(const leadkpi_lifetime *model, uint8_t *bytes, size_t capacity)
{
    size_t size;
    OK(leadkpi_lifetime_serialize(model, bytes, capacity, &size, ok_error));
    return size;
}

START_TEST(the_order_of_rows_does_not_show_in_any_bit)
{
    static crowd c;
    static const char *const all[] = {"bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"};
    draw_set(&sets[0], 0, &c);
    for (int k = 0; k < 4; k++) {
        uint8_t first[600], second[600];
        uint64_t state = 3;
        leadkpi_table *table = table_of(&c);
        leadkpi_lifetime *model = fitted(all[k], table);
        size_t size = bytes_of(model, first, sizeof first);
        leadkpi_lifetime_free(model);
        for (size_t i = c.count; i-- > 1;) {
            size_t j = lk_test_random(&state) % (i + 1);
            double *const columns[] = {c.frequency, c.recency, c.age, c.value};
            for (int column = 0; column < 4; column++) {
                double value = columns[column][i];
                columns[column][i] = columns[column][j];
                columns[column][j] = value;
            }
        }
        model = fitted(all[k], table);
        ck_assert_uint_eq(bytes_of(model, second, sizeof second), size);
        ck_assert_mem_eq(first, second, size);
        leadkpi_lifetime_free(model);
        leadkpi_table_free(table);
    }
}
END_TEST

/* A row for three customers is three rows. */
START_TEST(a_row_stands_for_as_many_customers_as_it_says)
{
    static crowd c;
    static double customers[CUSTOMERS_MAX];
    uint8_t first[600], second[600];
    draw_set(&sets[7], 0, &c);
    for (size_t i = 0; i < 30; i++) customers[i] = (double)(1 + i % 3);
    leadkpi_table *table = table_of(&c);
    OK(leadkpi_table_borrow_double(table, "customers", NUL, customers, 30, 0, NULL, ok_error));
    leadkpi_lifetime *model = fitted("bg_nbd", table);
    size_t size = bytes_of(model, first, sizeof first);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(table);
    size_t count = 30;
    for (size_t i = 0; i < 30; i++)
        for (int more = 1; more < (int)customers[i]; more++, count++)
            c.frequency[count] = c.frequency[i], c.recency[count] = c.recency[i], c.age[count] = c.age[i];
    c.count = count;
    table = table_of(&c);
    model = fitted("bg_nbd", table);
    ck_assert_uint_eq(bytes_of(model, second, sizeof second), size);
    ck_assert_mem_eq(first, second, size);
    leadkpi_lifetime_free(model);
    leadkpi_table_free(table);
}
END_TEST

/* More rows than the coarse search takes: its start leads to the same maximum as a start without it would. */
START_TEST(many_rows_are_fitted_as_exactly_as_few)
{
    static crowd c;
    static const hard_set large = {"large", CUSTOMERS_MAX, 0.5, 0.1, 0.8, 2.4, 0.6, 0.05, 39, 1};
    draw_set(&large, 1, &c);
    for (size_t i = 0; i < c.count; i++) { /* two customers of each history, so that half the rows are as good */
        size_t j = i % (CUSTOMERS_MAX / 2);
        c.frequency[i] = c.frequency[j], c.recency[i] = c.recency[j], c.age[i] = c.age[j], c.value[i] = c.value[j];
    }
    leadkpi_table *table = table_of(&c);
    leadkpi_lifetime *doubled = fitted("bg_nbd", table);
    leadkpi_table_free(table);
    c.count = CUSTOMERS_MAX / 2;
    table = table_of(&c);
    leadkpi_lifetime *once = fitted("bg_nbd", table);
    for (size_t i = 0; i < 4; i++)
        agree(parameter(doubled, "value", i), parameter(once, "value", i), 1e-10, "value");
    agree(log_likelihood(doubled), 2 * log_likelihood(once), 1e-13, "log-likelihood");
    leadkpi_lifetime_free(doubled);
    leadkpi_lifetime_free(once);
    leadkpi_table_free(table);
}
END_TEST

/* Spend whose tail is too heavy for a mean: said, and no mean is made up. */
START_TEST(spend_without_a_mean_is_told_and_not_invented)
{
    static crowd c;
    uint64_t state = 11;
    leadkpi_error error;
    leadkpi_lifetime *spend;
    leadkpi_table *out;
    char flags[100];
    draw_set(&sets[0], 0, &c);
    for (size_t i = 0; i < c.count; i++)
        if (c.frequency[i] > 0)
            c.value[i] = gamma_draw(&state, 3 * c.frequency[i]) / c.frequency[i] / gamma_draw(&state, 0.6);
    leadkpi_table *table = table_of(&c);
    leadkpi_options *definition = model_named("gamma_gamma");
    ck_assert_int_eq(leadkpi_lifetime_fit(NULL, definition, table, &spend, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_lifetime_outcome(spend), LEADKPI_LIFETIME_INFINITE_MEAN);
    ck_assert_ptr_nonnull(strstr(error.message, "infinite"));
    leadkpi_lifetime *model = fitted("bg_nbd", table);
    OK(leadkpi_lifetime_forecast(model, spend, table, NULL, &out, ok_error));
    for (size_t i = 0; i < c.count; i++) {
        double mean = cell(out, "mean_spend", i);
        text_cell(out, "flags", i, flags);
        ck_assert_int_eq(isnan(mean), strstr(flags, "no_mean_spend") != NULL);
        ck_assert_int_eq(isnan(mean), c.frequency[i] == 0);
        ck_assert(isnan(mean) || mean > 0);
    }
    leadkpi_options_free(definition);
    leadkpi_lifetime_free(model);
    leadkpi_lifetime_free(spend);
    leadkpi_table_free(table);
    leadkpi_table_free(out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifetime hard");
    TCase *tcase = tcase_create("hard");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, eleven_hard_sets_are_fitted_to_the_maximum_or_said_to_have_none, 0, SETS);
    tcase_add_test(tcase, what_vanished_is_named);
    tcase_add_test(tcase, contracts_without_heterogeneity_are_named);
    tcase_add_test(tcase, spend_without_variation_is_named);
    tcase_add_test(tcase, fits_in_weeks_days_and_hours_agree);
    tcase_add_test(tcase, the_order_of_rows_does_not_show_in_any_bit);
    tcase_add_test(tcase, a_row_stands_for_as_many_customers_as_it_says);
    tcase_add_test(tcase, many_rows_are_fitted_as_exactly_as_few);
    tcase_add_test(tcase, spend_without_a_mean_is_told_and_not_invented);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
