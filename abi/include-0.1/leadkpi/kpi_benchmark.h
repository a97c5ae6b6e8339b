/* kpi_benchmark.h: is a number good, by others' numbers and by one's own.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Benchmarks are data, never code: no figure of anybody's is in the library. Others' are
 * compared only with the same definition, id and version, and each says its source, date and
 * population; one's own history is the better standard, and comes with its uncertainty.
 *
 *     // rows: a month each, in order of time; campaign_spend and new_leads
 *     leadkpi_kpi_baseline(NULL, cost_per_lead, rows, NULL, &table, &error);
 *     // baseline: 24.10 over 12 months; this month 19.80, ratio 0.82 (0.74 to 0.91), "lower"
 *     // best, month before, quarter before, year before, season: a row each
 *
 * Conventions of tables and statuses are those of kpi_analysis.h. Thread-safe. */
#ifndef LEADKPI_KPI_BENCHMARK_H
#define LEADKPI_KPI_BENCHMARK_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/options.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* leadkpi_kpi_benchmark: values against a pack of benchmarks. `values`: kpi (text: any name that
 * leadkpi_kpi_find takes), value, and if wanted low and high (numbers: its interval) and version
 * (text: of the definition that the value was made by; without it the library's).
 * `benchmarks`, a row each: kpi, version, source, population (text), date (timestamp), value
 * (number), and if wanted low and high (its usual range, such as quartiles) and statistic (text,
 * such as "median"). Options are of schema "kpi_benchmark": as_of (timestamp; none).
 *
 * Out, for each value a row for each benchmark of its KPI, in the order given; a value without
 * any has one row: value, benchmark, benchmark_low, benchmark_high, difference, ratio (value to
 * benchmark), age_days (from date to as_of) (double); date (timestamp); kpi (the catalogue's
 * name), standing, statistic, source, population, status, reason (text).
 *   standing  "better", "worse" by the KPI's direction ("higher", "lower" where it has none);
 *             "not distinguishable" where the benchmark is within the value's interval, "usual"
 *             where the value is within the benchmark's range; "not comparable" where the
 *             definition is another one (a variant, or another version: status MISMATCH, no
 *             number but both values, and why); "no benchmark"
 * BAD_ARGUMENT (more than 10,000 values or benchmarks), UNKNOWN_NAME, AMBIGUOUS_NAME (a KPI,
 * with the row; or a missing column), BAD_DATA (with the row: a null
 * kpi, value of a benchmark, version, source, population or date; a number that is not finite; low
 * above high). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_benchmark(const leadkpi_host *host,
                                                 const leadkpi_table *values,
                                                 const leadkpi_table *benchmarks,
                                                 const leadkpi_options *options,
                                                 leadkpi_table **out, leadkpi_error *error);

/* leadkpi_kpi_baseline: the last row against one's own past. `rows` are periods of one length, in
 * order of time, one after the other. Options are of schema "kpi_baseline": level (0.95), basis
 * (cohort), periods (12: the most that the baseline is made of, 6 to 12; it needs 6), season
 * (12: periods in a year; 4 for quarters).
 *
 * Out, a row each, always all of them: reference, verdict, method, status, flags (text); value,
 * reference_value, difference, difference_low, difference_high, ratio, ratio_low, ratio_high,
 * p_value (double; null where there is none); first_row, rows (int64: what the reference is made
 * of; null where there is none). verdict, method and the numbers are those of leadkpi_kpi_compare.
 *   "baseline"  the periods before the last one together: measures are added up and divided last
 *   "best"      the best value before the last one: no p_value, since it was chosen for its size
 *   "previous"  the period before: month on month
 *   "quarter"   the last three periods against the three before them; null with season 4
 *   "year"      the same season a year before
 *   "season"    the baseline times the seasonal index: what this season asks for; no p_value
 * Counts and sums of money are taken a period: those of several periods are divided by how many
 * they are; with a column "exposure" (days) they are scaled to the exposure of the last row,
 * and flagged EXPOSURE_NORMALISED. Where a KPI has a measure that does not add up (a stock,
 * distinct persons, a rate) several periods are their median, without an interval (method
 * "median").
 * Status of a row: OK, NOT_ENOUGH_DATA (too few periods), NOT_GIVEN, UNDEFINED, BAD_DATA of its
 * numbers. BAD_DATA, with the row: an exposure that is not above 0. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_baseline(const leadkpi_host *host, int32_t kpi,
                                                const leadkpi_table *rows,
                                                const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_kpi_season: how seasons differ. `rows` as above, at least two years of them. Options are
 * of schema "kpi_season": level (0.95), basis (cohort), season (12: periods in a year, 2 to 60).
 * The index of a season is the geometric mean of value over trend, the trend being the KPI of the
 * year around it (a moving year whose two ends count half where season is even; measures are
 * added up and divided last), scaled so that all of them have the geometric mean 1.
 *
 * Out, a row a season: season (int64, from 0: that of the first row), years (int64: how many
 * values it rests on), index, index_low, index_high (double; Student's t on the log scale; null
 * with less than two years), status (text).
 * NOT_ENOUGH_DATA: less than two years. A season without a positive value has status UNDEFINED,
 * and so have then all the others, since they cannot be scaled. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_season(const leadkpi_host *host, int32_t kpi,
                                              const leadkpi_table *rows,
                                              const leadkpi_options *options, leadkpi_table **out,
                                              leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
