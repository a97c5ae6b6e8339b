/* One's own past, seasons, and what others report. Numbers are counted by hand; intervals and p-values are
 * those of leadkpi_kpi_compare over the same sums, which has its own golden values. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "tables.h"

enum { BASELINE, BEST, PREVIOUS, QUARTER, YEAR, SEASON };

typedef leadkpi_status (*row_call)(const leadkpi_host *, int32_t, const leadkpi_table *,
                                   const leadkpi_options *, leadkpi_table **, leadkpi_error *);

static leadkpi_table *table_from(row_call call, const char *schema, const char *kpi,
                                 const leadkpi_table *rows, const char *text)
{
    leadkpi_table *out;
    leadkpi_error error;
    leadkpi_options *options = options_of(schema, text);
    ck_assert_msg(call(NULL, number_of(kpi), rows, options, &out, &error) == LEADKPI_OK, "%s",
                  error.message);
    leadkpi_options_free(options);
    return out;
}

static leadkpi_table *baseline(const char *kpi, const leadkpi_table *rows, const char *text)
{
    return table_from(leadkpi_kpi_baseline, "kpi_baseline", kpi, rows, text);
}

/* Row `row` says what comparing these two rows says. */
static void is_comparison(const leadkpi_table *found, size_t row, const char *kpi, const leadkpi_table *rows,
                          const char *options)
{
    static const char *const columns[] = {"difference", "difference_low", "difference_high", "ratio",
                                          "ratio_low", "ratio_high", "p_value"};
    leadkpi_table *expected = table_from(leadkpi_kpi_compare, "kpi_compare", kpi, rows, options);
    for (int i = 0; i < 7; i++) {
        double a = number(found, columns[i], row), b = number(expected, columns[i], 1);
        ck_assert_msg(fabs(a - b) <= 1e-9 * (1 + fabs(b)), "%s: expected %.17g, found %.17g", columns[i], b, a);
    }
    leadkpi_table_free(expected);
}

/* ---- one's own past ------------------------------------------------------ */

static double spend[13], leads[13];

static leadkpi_table *year_of_costs(void)
{
    for (int i = 0; i < 13; i++) {
        spend[i] = 1000;
        leads[i] = i == 3 ? 80 : i == 12 ? 60 : 50;
    }
    return table_of(13, "campaign_spend", spend, "new_leads", leads, NULL);
}

START_TEST(the_baseline_adds_up_twelve_months_and_divides_last)
{
    leadkpi_table *rows = year_of_costs(), *out = baseline("cost_per_lead", rows, "");
    double two_spends[] = {12000, 1000}, two_leads[] = {630, 60};
    leadkpi_table *two = table_of(2, "campaign_spend", two_spends, "new_leads", two_leads, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(out), 6);
    ck_assert(says(out, "reference", BASELINE, "baseline"));
    ck_assert_double_eq_tol(number(out, "reference_value", BASELINE), 12000 / 630., 1e-12);
    ck_assert_double_eq(number(out, "rows", BASELINE), 12);
    ck_assert_double_eq(number(out, "first_row", BASELINE), 0);
    is_comparison(out, BASELINE, "cost_per_lead", two, "");
    ck_assert(says(out, "verdict", BASELINE, "not distinguishable"));
    leadkpi_table_free(two);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(best_previous_quarter_and_year_say_which_rows_they_are)
{
    leadkpi_table *rows = year_of_costs(), *out = baseline("cost_per_lead", rows, "periods=6");
    double spends[] = {1000, 1000}, two_leads[] = {50, 60};
    double quarter_spends[] = {3000, 3000}, quarter_leads[] = {150, 160};
    leadkpi_table *two = table_of(2, "campaign_spend", spends, "new_leads", two_leads, NULL);
    leadkpi_table *quarters =
        table_of(2, "campaign_spend", quarter_spends, "new_leads", quarter_leads, NULL);
    ck_assert_double_eq(number(out, "rows", BASELINE), 6);
    ck_assert_double_eq(number(out, "first_row", BASELINE), 6);
    /* 12.50 in the fourth month; lower is better. */
    ck_assert_double_eq(number(out, "reference_value", BEST), 12.5);
    ck_assert_double_eq(number(out, "first_row", BEST), 3);
    ck_assert_double_nan(number(out, "p_value", BEST));
    ck_assert(says(out, "verdict", BEST, ""));
    is_comparison(out, PREVIOUS, "cost_per_lead", two, "");
    ck_assert_double_eq(number(out, "first_row", PREVIOUS), 11);
    is_comparison(out, QUARTER, "cost_per_lead", quarters, "");
    ck_assert_double_eq_tol(number(out, "value", QUARTER), 18.75, 1e-12);
    ck_assert_double_eq(number(out, "first_row", YEAR), 0);
    ck_assert(says(out, "status", SEASON, "not_enough_data"));
    leadkpi_table_free(two);
    leadkpi_table_free(quarters);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(counts_are_taken_a_period_and_may_have_an_exposure)
{
    double counts[13], days[13], two[] = {1200, 130}, exposures[] = {12, 1};
    for (int i = 0; i < 13; i++) {
        counts[i] = i == 12 ? 130 : 100;
        days[i] = i == 12 ? 31 : 30;
    }
    leadkpi_table *rows = table_of(13, "new_leads", counts, NULL), *out = baseline("lead_volume", rows, "");
    ck_assert_double_eq_tol(number(out, "reference_value", BASELINE), 100, 1e-12);
    ck_assert_double_eq_tol(number(out, "ratio", BASELINE), 1.3, 1e-12);
    /* The same as 130 in one month against 1200 in twelve. */
    leadkpi_table *pair = table_of(2, "new_leads", two, "exposure", exposures, NULL);
    leadkpi_table *compared =
        table_from(leadkpi_kpi_compare, "kpi_compare", "lead_volume", pair, "exposure=normalise");
    ck_assert_double_eq_tol(number(out, "p_value", BASELINE), number(compared, "p_value", 1), 1e-12);
    ck_assert(says(out, "verdict", BASELINE, "higher"));
    leadkpi_table_free(compared);
    leadkpi_table_free(pair);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    rows = table_of(13, "new_leads", counts, "exposure", days, NULL);
    out = baseline("lead_volume", rows, "");
    ck_assert_double_eq_tol(number(out, "reference_value", BASELINE), 1200 * 31 / 360., 1e-12);
    ck_assert(says(out, "flags", BASELINE, "approximate exposure_normalised"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    days[4] = 0;
    rows = table_of(13, "new_leads", counts, "exposure", days, NULL);
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_baseline(NULL, number_of("lead_volume"), rows, NULL, &out, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 4);
    ck_assert_ptr_null(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(what_does_not_add_up_has_a_median_and_no_interval)
{
    double mrr[] = {100, 120, 90, 130, 110, 140, 300}, customers[] = {1, 1, 1, 1, 1, 1, 2};
    leadkpi_table *rows = table_of(7, "mrr", mrr, "customers", customers, NULL);
    leadkpi_table *out = baseline("arpa", rows, "");
    ck_assert_double_eq(number(out, "reference_value", BASELINE), 115);
    ck_assert(says(out, "method", BASELINE, "median"));
    ck_assert_double_nan(number(out, "ratio_low", BASELINE));
    ck_assert_double_eq(number(out, "difference", BASELINE), 35);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(too_little_past_and_a_hole_in_it_are_said)
{
    double counts[] = {1, 2, 3, NAN, 5, 6, 7};
    leadkpi_table *rows = table_of(7, "new_leads", counts, NULL), *out = baseline("lead_volume", rows, "");
    ck_assert(says(out, "status", BASELINE, "not_given"));
    ck_assert(says(out, "status", PREVIOUS, "ok"));
    ck_assert(says(out, "status", QUARTER, "not_given"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    rows = table_of(1, "new_leads", counts, NULL);
    out = baseline("lead_volume", rows, "");
    for (size_t row = 0; row < 6; row++) ck_assert(says(out, "status", row, "not_enough_data"));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    rows = table_of(0, "new_leads", counts, NULL);
    ck_assert_int_eq(leadkpi_kpi_baseline(NULL, number_of("lead_volume"), rows, NULL, &out, NULL),
                     LEADKPI_NOT_ENOUGH_DATA);
    ck_assert_int_eq(leadkpi_kpi_baseline(NULL, number_of("lead_volume"), NULL, NULL, &out, NULL),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_baseline(NULL, 5500, rows, NULL, &out, NULL), LEADKPI_WRONG_TYPE);
    leadkpi_table_free(rows);
}
END_TEST

/* ---- seasons ------------------------------------------------------------- */

static const double pattern[] = {60, 80, 100, 120, 140, 100, 100, 90, 110, 100, 120, 80};

START_TEST(a_pattern_that_repeats_is_found_again)
{
    double counts[37], mean_log = 0;
    for (int i = 0; i < 37; i++) counts[i] = pattern[i % 12];
    for (int i = 0; i < 12; i++) mean_log += log(pattern[i]) / 12;
    leadkpi_table *rows = table_of(36, "new_leads", counts, NULL);
    leadkpi_table *out = table_from(leadkpi_kpi_season, "kpi_season", "lead_volume", rows, "");
    ck_assert_uint_eq(leadkpi_table_row_count(out), 12);
    for (size_t i = 0; i < 12; i++) {
        ck_assert_double_eq_tol(number(out, "index", i), pattern[i] / exp(mean_log), 1e-12);
        ck_assert_double_eq(number(out, "years", i), 2);
        ck_assert_double_eq_tol(number(out, "index_low", i), number(out, "index", i), 1e-9);
    }
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    /* January is as every January: the baseline times its index. */
    rows = table_of(37, "new_leads", counts, NULL);
    out = baseline("lead_volume", rows, "");
    ck_assert_double_eq_tol(number(out, "reference_value", SEASON), 100 * 60 / exp(mean_log), 1e-9);
    ck_assert_double_eq_tol(number(out, "ratio", YEAR), 1, 1e-12);
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(the_trend_of_a_rate_adds_up_before_it_divides)
{
    /* 8 quarters; the middle of rows 1 to 5 with ends at half: (60 / 2 + ...) over (1000 / 2 + ...) */
    double mqls[] = {1000, 1000, 2000, 1000, 1000, 1000, 2000, 1000};
    double sqls[] = {100, 60, 200, 90, 100, 60, 200, 90};
    leadkpi_table *rows = table_of(8, "mqls", mqls, "sqls", sqls, NULL);
    leadkpi_table *out = table_from(leadkpi_kpi_season, "kpi_season", "mql_to_sql_rate", rows, "season=4");
    double trend = 450 / 5000., logs[] = {log(.1 / trend), log(.06 / trend), log(.1 / trend), log(.09 / trend)};
    double mean = (logs[0] + logs[1] + logs[2] + logs[3]) / 4;
    for (size_t i = 0; i < 4; i++) ck_assert_double_eq_tol(number(out, "index", i), exp(logs[i] - mean), 1e-12);
    ck_assert_double_nan(number(out, "index_low", 0));
    leadkpi_table_free(out);
    leadkpi_table_free(rows);
    rows = table_of(7, "mqls", mqls, "sqls", sqls, NULL);
    leadkpi_options *options = options_of("kpi_season", "season=4");
    ck_assert_int_eq(leadkpi_kpi_season(NULL, number_of("mql_to_sql_rate"), rows, options, &out, NULL),
                     LEADKPI_NOT_ENOUGH_DATA);
    leadkpi_options_free(options);
    leadkpi_table_free(rows);
}
END_TEST

/* ---- others -------------------------------------------------------------- */

static const char *const pack_kpis[] = {"cost_per_lead", "cost_per_lead", "cost_per_lead:blended", "win_rate"};
static const char *const versions[] = {"1", "2", "1", "1"};
static const char *const sources[] = {"a survey", "a survey", "a vendor", "a poll"};
static const char *const populations[] = {"B2B software", "B2B software", "all", "all"};
static const int64_t dates[] = {INT64_C(1735689600000000), INT64_C(1735689600000000), 0, 0};
static const double marks[] = {25, 22, 30, 0.3}, mark_lows[] = {24, 20, NAN, 0.2}, mark_highs[] = {28, 24, NAN, 0.4};

static leadkpi_table *pack(void)
{
    leadkpi_table *table = table_of(4, "value", marks, "low", mark_lows, "high", mark_highs, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, pack_kpis, 4, NULL);
    leadkpi_table_copy_strings(table, "version", NUL, versions, 4, NULL);
    leadkpi_table_copy_strings(table, "source", NUL, sources, 4, NULL);
    leadkpi_table_copy_strings(table, "population", NUL, populations, 4, NULL);
    leadkpi_table_borrow_timestamp(table, "date", NUL, dates, 4, 0, NULL, NULL);
    return table;
}

START_TEST(a_benchmark_is_compared_where_the_definition_is_the_same)
{
    const char *names[] = {"CPL", "win_rate", "lead_volume"};
    double values[] = {20, 0.25, 7}, lows[] = {18, NAN, NAN}, highs[] = {22, NAN, NAN};
    leadkpi_table *benchmarks = pack(), *out;
    leadkpi_table *table = table_of(3, "value", values, "low", lows, "high", highs, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, names, 3, NULL);
    leadkpi_options *options = options_of("kpi_benchmark", "as_of=2025-01-31");
    leadkpi_error error;
    ck_assert_msg(leadkpi_kpi_benchmark(NULL, table, benchmarks, options, &out, &error) == LEADKPI_OK, "%s",
                  error.message);
    ck_assert_uint_eq(leadkpi_table_row_count(out), 5);
    ck_assert(says(out, "standing", 0, "better") && says(out, "status", 0, "ok"));
    ck_assert_double_eq(number(out, "difference", 0), -5);
    ck_assert_double_eq(number(out, "ratio", 0), 0.8);
    ck_assert_double_eq(number(out, "age_days", 0), 30);
    ck_assert(says(out, "source", 0, "a survey") && says(out, "population", 0, "B2B software"));
    /* Another version, and another variant. */
    ck_assert(says(out, "standing", 1, "not comparable") && says(out, "status", 1, "mismatch"));
    ck_assert_double_nan(number(out, "difference", 1));
    ck_assert(says(out, "reason", 1, "the benchmark is of cost_per_lead, version 2; the value of cost_per_lead, version 1"));
    ck_assert(says(out, "standing", 2, "not comparable"));
    ck_assert(says(out, "standing", 3, "usual"));
    ck_assert(says(out, "standing", 4, "no benchmark") && says(out, "status", 4, "not_given"));
    leadkpi_table_free(out);
    leadkpi_table_free(table);
    values[0] = 23.5;
    highs[0] = 26;
    table = table_of(1, "value", values, "low", lows, "high", highs, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, names, 1, NULL);
    ck_assert_int_eq(leadkpi_kpi_benchmark(NULL, table, benchmarks, NULL, &out, NULL), LEADKPI_OK);
    ck_assert(says(out, "standing", 0, "not distinguishable"));
    ck_assert_double_nan(number(out, "age_days", 0));
    leadkpi_table_free(out);
    leadkpi_table_free(table);
    leadkpi_table_free(benchmarks);
    leadkpi_options_free(options);
}
END_TEST

START_TEST(a_benchmark_without_its_origin_is_refused)
{
    const char *names[] = {"CPL"}, *nobody[] = {NULL}, *one[] = {"1"};
    double values[] = {20}, wild[] = {INFINITY};
    leadkpi_table *out, *table = table_of(1, "value", values, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, names, 1, NULL);
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_benchmark(NULL, table, table, NULL, &out, &error), LEADKPI_UNKNOWN_NAME);
    leadkpi_table *benchmarks = table_of(1, "value", values, NULL);
    leadkpi_table_copy_strings(benchmarks, "kpi", NUL, names, 1, NULL);
    leadkpi_table_copy_strings(benchmarks, "version", NUL, one, 1, NULL);
    leadkpi_table_copy_strings(benchmarks, "source", NUL, nobody, 1, NULL);
    leadkpi_table_copy_strings(benchmarks, "population", NUL, one, 1, NULL);
    leadkpi_table_borrow_timestamp(benchmarks, "date", NUL, dates, 1, 0, NULL, NULL);
    ck_assert_int_eq(leadkpi_kpi_benchmark(NULL, table, benchmarks, NULL, &out, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 0);
    ck_assert_ptr_nonnull(strstr(error.message, "source"));
    leadkpi_table_free(benchmarks);
    leadkpi_table_free(table);
    benchmarks = pack();
    table = table_of(1, "value", wild, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, names, 1, NULL);
    ck_assert_int_eq(leadkpi_kpi_benchmark(NULL, table, benchmarks, NULL, &out, &error), LEADKPI_BAD_DATA);
    ck_assert_ptr_null(out);
    leadkpi_table_free(table);
    leadkpi_table_free(benchmarks);
}
END_TEST

/* ---- faults -------------------------------------------------------------- */

typedef struct maker {
    int which;
    leadkpi_table *rows, *others, *out;
} maker;

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    if (m->which == 0)
        return leadkpi_kpi_baseline(host, number_of("cost_per_lead"), m->rows, NULL, &m->out, error);
    if (m->which == 1)
        return leadkpi_kpi_season(host, number_of("lead_volume"), m->rows, NULL, &m->out, error);
    return leadkpi_kpi_benchmark(host, m->others, m->others, NULL, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

START_TEST(without_memory_nothing_comes_out_and_nothing_is_held)
{
    double counts[24], costs[24];
    for (int i = 0; i < 24; i++) counts[i] = costs[i] = pattern[i % 12];
    maker m = {_i, table_of(24, "new_leads", counts, "campaign_spend", costs, NULL), pack(), NULL};
    lk_fault_case fault_case = {"benchmark", NULL, act, NULL, teardown, &m};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    if (_i == 2) lk_fault_every_poll(&fault_case);
    leadkpi_table_free(m.rows);
    leadkpi_table_free(m.others);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("benchmark");
    TCase *t = tcase_create("benchmark");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_baseline_adds_up_twelve_months_and_divides_last);
    tcase_add_test(t, best_previous_quarter_and_year_say_which_rows_they_are);
    tcase_add_test(t, counts_are_taken_a_period_and_may_have_an_exposure);
    tcase_add_test(t, what_does_not_add_up_has_a_median_and_no_interval);
    tcase_add_test(t, too_little_past_and_a_hole_in_it_are_said);
    tcase_add_test(t, a_pattern_that_repeats_is_found_again);
    tcase_add_test(t, the_trend_of_a_rate_adds_up_before_it_divides);
    tcase_add_test(t, a_benchmark_is_compared_where_the_definition_is_the_same);
    tcase_add_test(t, a_benchmark_without_its_origin_is_refused);
    tcase_add_loop_test(t, without_memory_nothing_comes_out_and_nothing_is_held, 0, 3);
    suite_add_tcase(suite, t);
    return lk_test_run(suite);
}
