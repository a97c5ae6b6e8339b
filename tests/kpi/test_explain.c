/* Why a KPI moved: golden values are the demos of the catalogue, and from R 4.2.2 by the formulas
 * that stand in kpi_analysis.h. */
#include <math.h>

#include <leadkpi.h>

#include "../support/check_main.h"
#include "../support/fault.h"

#define NUL LEADKPI_NUL_TERMINATED

static int32_t number_of(const char *name)
{
    int32_t kpi;
    ck_assert_int_eq(leadkpi_kpi_find(name, NUL, &kpi, NULL), LEADKPI_OK);
    return kpi;
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_options_create(NULL, schema, NUL, &options, NULL), LEADKPI_OK);
    ck_assert_msg(leadkpi_options_parse(options, text, NUL, &error) == LEADKPI_OK, "%s",
                  error.message);
    return options;
}

static leadkpi_table *segments_of(size_t rows, const char *const *names, const double *leads,
                                  const double *won)
{
    leadkpi_table *table;
    leadkpi_table_create(NULL, &table, NULL);
    leadkpi_table_copy_strings(table, "channel", NUL, names, rows, NULL);
    leadkpi_table_borrow_double(table, "new_leads", NUL, leads, rows, 0, NULL, NULL);
    leadkpi_table_borrow_double(table, "customers_won", NUL, won, rows, 0, NULL, NULL);
    return table;
}

static double number(const leadkpi_table *table, const char *column, size_t row)
{
    int32_t index;
    double value;
    ck_assert_int_eq(leadkpi_table_find_column(table, column, NUL, &index, NULL), LEADKPI_OK);
    leadkpi_table_get_double(table, index, row, &value, NULL);
    return value;
}

static bool says(const leadkpi_table *table, const char *column, size_t row, const char *expected)
{
    int32_t index;
    const char *text;
    size_t length;
    ck_assert_int_eq(leadkpi_table_find_column(table, column, NUL, &index, NULL), LEADKPI_OK);
    leadkpi_table_get_text(table, index, row, &text, &length, NULL);
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static const char *const channels[] = {"organic", "paid"};
static const double leads_before[] = {800, 200}, won_before[] = {200, 10};
static const double leads_after[] = {400, 1600}, won_after[] = {108, 112};

static leadkpi_status explain_mix(const leadkpi_host *host, const leadkpi_table *before,
                                  const leadkpi_table *after, leadkpi_table **out,
                                  leadkpi_error *error)
{
    leadkpi_options *options = options_of("kpi_explain_mix", "by=channel");
    leadkpi_status status = leadkpi_kpi_explain_mix(host, number_of("lead_to_customer_rate"),
                                                    before, after, options, out, error);
    leadkpi_options_free(options);
    return status;
}

/* Demo "simpson": both channels gain 2 points, the total falls from 21 % to 11 %. */
START_TEST(both_channels_gain_and_the_total_falls_by_its_mix)
{
    leadkpi_table *before = segments_of(2, channels, leads_before, won_before), *out;
    leadkpi_table *after = segments_of(2, channels, leads_after, won_after);
    leadkpi_error error;
    ck_assert_msg(explain_mix(NULL, before, after, &out, &error) == LEADKPI_OK, "%s",
                  error.message);
    ck_assert_uint_eq(leadkpi_table_row_count(out), 3);
    ck_assert(says(out, "segment", 0, "organic") && says(out, "change", 2, "total"));
    ck_assert_double_eq_tol(number(out, "value_before", 2), 0.21, 1e-15);
    ck_assert_double_eq_tol(number(out, "value_after", 2), 0.11, 1e-15);
    ck_assert_double_eq_tol(number(out, "rate_effect", 2), 0.02, 1e-15);
    ck_assert_double_eq_tol(number(out, "mix_effect", 2), -0.12, 1e-15);
    ck_assert_double_eq_tol(number(out, "mix_low", 2), -0.13821968923469799, 1e-13);
    ck_assert_double_eq_tol(number(out, "mix_high", 2), -0.10039106670514374, 1e-13);
    ck_assert_double_eq_tol(number(out, "mix_effect", 0), -0.06, 1e-15);
    ck_assert_double_eq_tol(number(out, "mix_low", 0), -0.071507536658565241, 1e-13);
    ck_assert_double_eq_tol(number(out, "mix_high", 0), -0.049191460691936972, 1e-13);
    /* The rate part is the difference of the rates times the midpoint weight, 0.5. */
    double low, high;
    leadkpi_stats_miettinen_nurminen_interval(108, 400, 200, 800, 0.95, &low, &high, NULL);
    ck_assert_double_eq_tol(number(out, "rate_low", 0), 0.5 * low, 1e-15);
    ck_assert_double_eq_tol(number(out, "rate_high", 0), 0.5 * high, 1e-15);
    leadkpi_table_free(out);
    leadkpi_table_free(before);
    leadkpi_table_free(after);
}
END_TEST

START_TEST(new_and_vanished_segments_are_named_and_all_mix)
{
    const char *const first[] = {"c", "a"}, *const second[] = {"b", "a"};
    double n1[] = {60, 100}, x1[] = {3, 10}, n2[] = {50, 100}, x2[] = {20, 12};
    leadkpi_table *before = segments_of(2, first, n1, x1), *out;
    leadkpi_table *after = segments_of(2, second, n2, x2);
    ck_assert_int_eq(explain_mix(NULL, before, after, &out, NULL), LEADKPI_OK);
    ck_assert(says(out, "change", 0, "both") && says(out, "change", 1, "new") &&
              says(out, "change", 2, "vanished"));
    ck_assert_double_eq_tol(number(out, "rate_effect", 0), 0.012916666666666658, 1e-15);
    ck_assert_double_eq_tol(number(out, "mix_effect", 0), -0.0015538194444444436, 1e-15);
    ck_assert_double_eq_tol(number(out, "mix_effect", 1), 0.084236111111111095, 1e-15);
    ck_assert_double_eq_tol(number(out, "mix_effect", 2), 0.036484375000000006, 1e-15);
    ck_assert_double_eq(number(out, "rate_effect", 1), 0);
    ck_assert_double_eq_tol(number(out, "rate_effect", 3) + number(out, "mix_effect", 3),
                            0.13208333333333333, 1e-15);
    ck_assert_double_nan(number(out, "value_before", 1));
    leadkpi_table_free(out);
    leadkpi_table_free(before);
    leadkpi_table_free(after);
}
END_TEST

/* Whatever the segments, the parts add up to the change, and each lies in its interval. */
START_TEST(the_parts_add_up_to_the_change)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    uint32_t random = 7;
    for (int turn = 0; turn < 300; turn++) {
        double n[2][5], x[2][5];
        for (int p = 0; p < 2; p++)
            for (int i = 0; i < 5; i++) {
                random = random * 1664525u + 1013904223u;
                n[p][i] = 1 + (random >> 16) % 500;
                x[p][i] = (random >> 8) % (uint32_t)(n[p][i] + 1);
            }
        leadkpi_table *before = segments_of(5, names, n[0], x[0]), *out;
        leadkpi_table *after = segments_of(turn % 5 + 1, names, n[1], x[1]);
        ck_assert_int_eq(explain_mix(NULL, before, after, &out, NULL), LEADKPI_OK);
        double sum = 0;
        for (size_t i = 0; i < 5; i++) {
            sum += number(out, "rate_effect", i) + number(out, "mix_effect", i);
            ck_assert(number(out, "mix_low", i) <= number(out, "mix_effect", i) &&
                      number(out, "mix_high", i) >= number(out, "mix_effect", i));
        }
        double change = number(out, "value_after", 5) - number(out, "value_before", 5);
        ck_assert_double_eq_tol(sum, change, 1e-14);
        ck_assert_double_eq_tol(number(out, "rate_effect", 5) + number(out, "mix_effect", 5),
                                change, 1e-14);
        leadkpi_table_free(out);
        leadkpi_table_free(before);
        leadkpi_table_free(after);
    }
}
END_TEST

START_TEST(segments_that_cannot_be_are_refused)
{
    const char *const twice[] = {"a", "a"}, *const null[] = {"a", NULL};
    double none[] = {0, 0}, bad[] = {900, 10};
    leadkpi_table *good = segments_of(2, channels, leads_before, won_before), *out, *other;
    leadkpi_error error;
    other = segments_of(2, twice, leads_after, won_after);
    ck_assert_int_eq(explain_mix(NULL, good, other, &out, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 1);
    ck_assert_ptr_null(out);
    leadkpi_table_free(other);
    other = segments_of(2, null, leads_after, won_after);
    ck_assert_int_eq(explain_mix(NULL, other, good, &out, &error), LEADKPI_BAD_DATA);
    leadkpi_table_free(other);
    other = segments_of(2, channels, none, none);
    ck_assert_int_eq(explain_mix(NULL, good, other, &out, &error), LEADKPI_UNDEFINED);
    leadkpi_table_free(other);
    other = segments_of(2, channels, leads_before, bad);
    ck_assert_int_eq(explain_mix(NULL, good, other, &out, &error), LEADKPI_BAD_DATA);
    leadkpi_table_free(other);
    ck_assert_int_eq(leadkpi_kpi_explain_mix(NULL, number_of("lead_volume"), good, good, NULL, &out,
                                             &error),
                     LEADKPI_UNKNOWN_NAME);
    leadkpi_options *options = options_of("kpi_explain_mix", "by=channel");
    ck_assert_int_eq(leadkpi_kpi_explain_mix(NULL, number_of("lead_volume"), good, good, options,
                                             &out, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_explain_mix(NULL, number_of("lead_volume"), NULL, good, options,
                                             &out, &error),
                     LEADKPI_NULL_ARGUMENT);
    leadkpi_options_free(options);
    leadkpi_table_free(good);
}
END_TEST

/* Demo "lmdi": CAC from 1,000 to 1,875, of which CPL +564.39 and the conversion +310.61. */
static double marketing[] = {100000, 150000}, nothing[] = {0, 0}, customers[] = {100, 80},
              new_leads[] = {1000, 1000};

static leadkpi_table *cac_rows(void)
{
    leadkpi_table *rows;
    leadkpi_table_create(NULL, &rows, NULL);
    leadkpi_table_borrow_double(rows, "marketing_spend", NUL, marketing, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "sales_spend", NUL, nothing, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "customers_won", NUL, customers, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "new_leads", NUL, new_leads, 2, 0, NULL, NULL);
    return rows;
}

START_TEST(cac_rose_by_its_cost_per_lead_and_by_its_conversion)
{
    leadkpi_table *rows = cac_rows(), *out;
    leadkpi_options *options = options_of("kpi_explain_drivers", "through=new_leads");
    leadkpi_error error;
    ck_assert_msg(leadkpi_kpi_explain_drivers(NULL, number_of("CAC"), rows, options, &out,
                                              &error) == LEADKPI_OK,
                  "%s", error.message);
    ck_assert(says(out, "factor", 0, "numerator/new_leads"));
    ck_assert(says(out, "factor", 1, "new_leads/denominator") && says(out, "factor", 2, "total"));
    ck_assert_double_eq_tol(number(out, "effect", 0), 564.3924312475293, 1e-10);
    ck_assert_double_eq_tol(number(out, "effect", 1), 310.60756875247074, 1e-10);
    ck_assert_double_eq_tol(number(out, "effect", 2), 875, 1e-11);
    /* L * (log(1.5) -+ z sqrt(2/1000)); of the conversion 1/100 - 1/1000 + 1/80 - 1/1000 */
    ck_assert_double_eq_tol(number(out, "effect_low", 0), 442.38373609063109, 1e-10);
    ck_assert_double_eq_tol(number(out, "effect_high", 0), 686.40112640442749, 1e-10);
    ck_assert_double_eq_tol(number(out, "effect_low", 1), -80.01084781587447, 1e-10);
    ck_assert_double_eq_tol(number(out, "effect_high", 1), 701.22598532081599, 1e-10);
    leadkpi_table_free(out);
    /* With no measure between, its own inputs are no product. */
    ck_assert_int_eq(leadkpi_kpi_explain_drivers(NULL, number_of("CAC"), rows, NULL, &out, &error),
                     LEADKPI_BAD_ARGUMENT);
    leadkpi_options_free(options);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(pipeline_velocity_is_explained_by_its_inputs)
{
    double n[] = {50, 60}, win[] = {.2, .25}, deal[] = {30000, 28000}, cycle[] = {60, 66};
    double trials[] = {250, 240};
    leadkpi_table *rows, *out;
    leadkpi_table_create(NULL, &rows, NULL);
    leadkpi_table_borrow_double(rows, "n_opps", NUL, n, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "win_rate", NUL, win, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "avg_deal", NUL, deal, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "cycle_length", NUL, cycle, 2, 0, NULL, NULL);
    leadkpi_table_borrow_double(rows, "win_rate.n", NUL, trials, 2, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_explain_drivers(NULL, number_of("pipeline_velocity"), rows, NULL,
                                                 &out, NULL),
                     LEADKPI_OK);
    const double effects[] = {1030.9262908128371, 1261.7518066453349, -390.11604741260084,
                              -538.9256864092074, 6363.636363636364 - 5000};
    for (size_t i = 0; i < 5; i++)
        ck_assert_double_eq_tol(number(out, "effect", i), effects[i], 1e-9);
    ck_assert(says(out, "factor", 1, "win_rate"));
    ck_assert(number(out, "effect_low", 1) < 1261 && number(out, "effect_high", 1) > 1262);
    ck_assert_double_nan(number(out, "effect_low", 0));
    leadkpi_table_free(out);
    win[1] = 0;
    ck_assert_int_eq(leadkpi_kpi_explain_drivers(NULL, number_of("pipeline_velocity"), rows, NULL,
                                                 &out, NULL),
                     LEADKPI_UNDEFINED);
    leadkpi_table_free(rows);
}
END_TEST

/* ---- faults -------------------------------------------------------------- */

typedef struct maker {
    leadkpi_table *before, *after, *cac, *out;
    leadkpi_options *mix, *drivers;
    int which;
} maker;

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    if (m->which)
        return leadkpi_kpi_explain_drivers(host, LEADKPI_KPI_CUSTOMER_ACQUISITION_COST, m->cac,
                                           m->drivers, &m->out, error);
    return leadkpi_kpi_explain_mix(host, LEADKPI_KPI_LEAD_TO_CUSTOMER_RATE, m->before, m->after,
                                   m->mix, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

START_TEST(an_explanation_that_memory_does_not_suffice_for_leaves_nothing)
{
    maker m = {segments_of(2, channels, leads_before, won_before),
               segments_of(2, channels, leads_after, won_after), cac_rows(), NULL,
               options_of("kpi_explain_mix", "by=channel"),
               options_of("kpi_explain_drivers", "through=new_leads"), _i};
    lk_fault_case fault_case = {"explain", NULL, act, NULL, teardown, &m};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    leadkpi_table_free(m.before);
    leadkpi_table_free(m.after);
    leadkpi_table_free(m.cac);
    leadkpi_options_free(m.mix);
    leadkpi_options_free(m.drivers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI explanation");
    TCase *tcase = tcase_create("explain");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, both_channels_gain_and_the_total_falls_by_its_mix);
    tcase_add_test(tcase, new_and_vanished_segments_are_named_and_all_mix);
    tcase_add_test(tcase, the_parts_add_up_to_the_change);
    tcase_add_test(tcase, segments_that_cannot_be_are_refused);
    tcase_add_test(tcase, cac_rose_by_its_cost_per_lead_and_by_its_conversion);
    tcase_add_test(tcase, pipeline_velocity_is_explained_by_its_inputs);
    tcase_add_loop_test(tcase, an_explanation_that_memory_does_not_suffice_for_leaves_nothing, 0, 2);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
