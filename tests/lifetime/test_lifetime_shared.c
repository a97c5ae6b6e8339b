/* CDNOW (Fader and Hardie): the fits, customers and curves of the project's shared reference files.
 * Skips (77) when they are not at LEADKPI_SHARED or ../shared beside the source tree. */
#include "../support/check_main.h"
#include "customers.h"

#define SKIPPED 77

static char folder[1024];

static FILE *open_shared(const char *name)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "r");
}

static void read_cdnow(crowd *c)
{
    char line[256];
    FILE *file = open_shared("data/cdnow_customers_summary_with_transactions.csv");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    c->count = 0;
    while (fgets(line, sizeof line, file)) {
        size_t i = c->count++;
        ck_assert_int_eq(sscanf(line, "%*d,%lf,%lf,%lf,%lf", &c->frequency[i], &c->recency[i], &c->age[i],
                                &c->value[i]),
                         4);
    }
    fclose(file);
    ck_assert_uint_eq(c->count, 2357);
}

/* clv_fits_cdnow.json and clv_fits_gg_sbg_bdw.json of the shared references, 40 digits. */
START_TEST(cdnow_is_fitted_to_a_billionth)
{
    static const struct {
        const char *model;
        int count;
        double value[4], error[4], log_likelihood;
    } golden[] = {
        {"bg_nbd", 4, {0.24259290720446589, 4.413531561205426, 0.7928861480987686, 2.4257534364936215},
         {0.012557319583759944, 0.37822141552658983, 0.18571914309592708, 0.7053457551035687}, -9582.425560567362},
        {"pareto_nbd", 4, {0.5532755086895194, 10.57761223868171, 0.6062135686740845, 11.667911237920228},
         {0.0476287544296439, 0.8427239235043549, 0.18727956947078586, 6.211029319868538}, -9594.973929826863},
        {"gamma_gamma", 3, {6.248802489709097, 3.744588453287469, 15.447748009463716, 0}, {0, 0, 0, 0},
         -4055.9232435028644}};
    static crowd c;
    read_cdnow(&c);
    leadkpi_table *table = table_of(&c);
    for (size_t k = 0; k < sizeof golden / sizeof golden[0]; k++) {
        leadkpi_lifetime *model = fitted(golden[k].model, table);
        ck_assert_int_eq(leadkpi_lifetime_outcome(model), LEADKPI_LIFETIME_INTERIOR);
        for (int i = 0; i < golden[k].count; i++) {
            agree(parameter(model, "value", (size_t)i), golden[k].value[i], 1e-9, golden[k].model);
            if (golden[k].error[i] > 0)
                agree(parameter(model, "standard_error", (size_t)i), golden[k].error[i], 1e-9, golden[k].model);
        }
        agree(log_likelihood(model), golden[k].log_likelihood, 1e-12, golden[k].model);
        leadkpi_lifetime_free(model);
    }
    leadkpi_table_free(table);
}
END_TEST

/* Fader and Hardie (2005): 39 weeks on, 1,882 were made; the models expect about 1,653 and 1,666. */
START_TEST(the_hold_out_of_cdnow_is_forecast_as_known)
{
    static crowd c;
    read_cdnow(&c);
    leadkpi_table *table = table_of(&c), *out;
    leadkpi_options *options = options_of("lifetime_forecast", "horizon=39");
    static const char *const names[] = {"bg_nbd", "pareto_nbd"};
    static const double totals[] = {1653.4, 1665.5};
    for (int k = 0; k < 2; k++) {
        double total = 0;
        leadkpi_lifetime *model = fitted(names[k], table);
        OK(leadkpi_lifetime_forecast(model, NULL, table, options, &out, ok_error));
        for (size_t i = 0; i < c.count; i++) total += cell(out, "expected_transactions", i);
        ck_assert_msg(fabs(total - totals[k]) < 0.1, "%s: %.17g", names[k], total);
        leadkpi_lifetime_free(model);
        leadkpi_table_free(out);
    }
    leadkpi_options_free(options);
    leadkpi_table_free(table);
}
END_TEST

typedef struct reference {
    double of[11];
} reference;

static size_t read_numbers(const char *name, int columns, reference *rows, size_t most)
{
    char line[1024];
    size_t count = 0;
    FILE *file = open_shared(name);
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
    while (count < most && fgets(line, sizeof line, file)) {
        char *next = line;
        for (int i = 0; i < columns; i++) {
            rows[count].of[i] = strtod(next, &next);
            if (*next == ',') next++;
        }
        count++;
    }
    fclose(file);
    return count;
}

/* The reference files are for the published parameters (Fader, Hardie and Lee 2005). */
#define BG "model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426"
#define PARETO "model=pareto_nbd; r=0.553; alpha=10.578; s=0.606; beta=11.669"

/* clv_individual.csv: x,t_x,T, then of BG and of Pareto: likelihood, alive, expected in 39; and DERT. */
START_TEST(customers_of_the_reference_are_judged_to_a_trillionth)
{
    static reference rows[64];
    static crowd c;
    size_t count = read_numbers("conformance/clv_individual.csv", 11, rows, 64);
    ck_assert_uint_ge(count, 8);
    c.count = count;
    for (size_t i = 0; i < count; i++)
        c.frequency[i] = rows[i].of[0], c.recency[i] = rows[i].of[1], c.age[i] = rows[i].of[2];
    leadkpi_table *table = table_of(&c), *out, *dert;
    leadkpi_options *options = options_of("lifetime_forecast", "horizon=39");
    leadkpi_options *discount = options_of("lifetime_forecast", "discount=0.15073400041094487");
    for (int k = 0; k < 2; k++) {
        leadkpi_lifetime *model = given(k ? PARETO : BG);
        OK(leadkpi_lifetime_forecast(model, NULL, table, options, &out, ok_error));
        OK(leadkpi_lifetime_forecast(model, NULL, table, discount, &dert, ok_error));
        for (size_t i = 0; i < count; i++) {
            agree(cell(out, "probability_alive", i), rows[i].of[4 + 3 * k], 1e-12, "alive");
            agree(cell(out, "expected_transactions", i), rows[i].of[5 + 3 * k], 1e-12, "expected");
            if (k) agree(cell(dert, "discounted_transactions", i), rows[i].of[9], 1e-12, "DERT");
        }
        leadkpi_table_free(out);
        leadkpi_table_free(dert);
        leadkpi_lifetime_free(model);
    }
    leadkpi_options_free(options);
    leadkpi_options_free(discount);
    leadkpi_table_free(table);
}
END_TEST

START_TEST(new_customers_buy_as_in_the_reference)
{
    static reference rows[64];
    size_t count = read_numbers("conformance/clv_expected_new_customer.csv", 3, rows, 64);
    ck_assert_uint_ge(count, 8);
    for (int k = 0; k < 2; k++) {
        leadkpi_lifetime *model = given(k ? PARETO : BG);
        leadkpi_options *options = options_of("lifetime_curve", "periods=1000");
        leadkpi_table *out;
        OK(leadkpi_lifetime_curve(model, options, &out, ok_error));
        for (size_t i = 0; i < count; i++) {
            size_t week = (size_t)rows[i].of[0];
            ck_assert(cell(out, "time", week) == rows[i].of[0]);
            agree(cell(out, "expected_transactions", week), rows[i].of[1 + k], 1e-12, "expected");
        }
        leadkpi_lifetime_free(model);
        leadkpi_options_free(options);
        leadkpi_table_free(out);
    }
}
END_TEST

/* 69,659 transactions of 23,570 customers; 1997 began a Wednesday and the watch ends on 30 September. */
START_TEST(histories_are_built_from_the_transactions_of_cdnow)
{
    enum { ROWS = 70000 };
    static int64_t ids[ROWS], times[ROWS];
    static double values[ROWS];
    char line[256];
    size_t count = 0;
    int date, id;
    FILE *file = open_shared("data/CDNOW_master.txt");
    ck_assert_ptr_nonnull(file);
    while (count < ROWS && fgets(line, sizeof line, file)) {
        if (sscanf(line, "%d %d %*d %lf", &id, &date, &values[count]) != 3) continue;
        static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
        int64_t days = (date / 10000 - 1997) * 365 + before[date / 100 % 100 - 1] + date % 100 - 1;
        ids[count] = id;
        times[count++] = (9862 + days) * INT64_C(86400000000);
    }
    fclose(file);
    ck_assert_uint_eq(count, 69659);
    leadkpi_table *table, *out;
    leadkpi_error error;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "value", NUL, values, count, 0, NULL, ok_error));
    leadkpi_options *options = options_of("lifetime_histories", "end=1997-09-30");
    ck_assert_int_eq(leadkpi_lifetime_histories(NULL, table, options, &out, &error), LEADKPI_OK);
    ck_assert_ptr_nonnull(strstr(error.message, "after the end"));
    ck_assert_uint_eq(leadkpi_table_row_count(out), 23570);
    /* Customer 1 bought once, on 1 January; customer 3 on 2 January and five times more by then. */
    ck_assert(cell(out, "frequency", 0) == 0 && cell(out, "recency", 0) == 0);
    agree(cell(out, "T", 0), 272 / 7.0, 1e-15, "T");
    leadkpi_lifetime *model = fitted("bg_nbd", out);
    ck_assert_int_eq(leadkpi_lifetime_outcome(model), LEADKPI_LIFETIME_INTERIOR);
    leadkpi_lifetime_free(model);
    leadkpi_options_free(options);
    leadkpi_table_free(table);
    leadkpi_table_free(out);
}
END_TEST

static int find_folder(void)
{
    const char *shared = getenv("LEADKPI_SHARED"), *source = getenv("srcdir");
    if (shared) snprintf(folder, sizeof folder, "%s", shared);
    else snprintf(folder, sizeof folder, "%s/../shared", source ? source : ".");
    FILE *file = open_shared("conformance/clv_individual.csv");
    if (file) fclose(file);
    return file != NULL;
}

int main(void)
{
    if (!find_folder()) {
        fprintf(stderr, "SKIPPED: no reference files in %s (set LEADKPI_SHARED)\n", folder);
        return SKIPPED;
    }
    Suite *suite = suite_create("lifetime shared");
    TCase *tcase = tcase_create("shared");
    tcase_add_test(tcase, cdnow_is_fitted_to_a_billionth);
    tcase_add_test(tcase, the_hold_out_of_cdnow_is_forecast_as_known);
    tcase_add_test(tcase, customers_of_the_reference_are_judged_to_a_trillionth);
    tcase_add_test(tcase, new_customers_buy_as_in_the_reference);
    tcase_add_test(tcase, histories_are_built_from_the_transactions_of_cdnow);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
