/* kpi.h: every KPI there is a definition for: find it, read it, compute it.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * The catalogue holds KPIs and their variants, each with a pinned number, an
 * id, a formula over named measures, a unit, and the rule that says how sure
 * the number is. Three ways in:
 *
 *     double cpl = leadkpi_cost_per_lead(5000, 250);          one C function each
 *                                                             (kpi_functions.h)
 *     int32_t kpi;                                            by name, for a host that
 *     leadkpi_kpi_find("CPL", LEADKPI_NUL_TERMINATED, &kpi, &error);      loops
 *     double inputs[] = {5000, 250};
 *     leadkpi_estimate cost;
 *     leadkpi_kpi_evaluate(kpi, inputs, 2, NULL, &cost, &error);
 *     // cost.value 20, cost.low 17.67, cost.high 22.73 at cost.level 0.95
 *
 *     leadkpi_kpi_evaluate_columns(kpi, columns, 2, NULL, rows, values, NULL, &error);
 *
 * Numbers of KPIs: 100 times the KPI, plus the variant (0 is the definition
 * itself). They are pinned for ever; a retired number is not used again.
 *
 * Inputs are doubles in the order that leadkpi_kpi_input gives. Counts may be
 * fractional; fractions (rates, margins, churn) are between 0 and 1, not
 * percent; money is in one currency. Each measure has a range: a value outside
 * it, NaN or an infinity is bad data. A zero denominator is data, not a bug:
 * the number is undefined.
 *
 * Basis. A conversion rate on cohort basis follows one set of entities, so its
 * numerator cannot exceed its denominator. On period basis both are simply
 * counted in one period; the rate may exceed 1, and its interval is that of
 * two counts. The caller says which (option "basis"; the default is cohort).
 *
 * Every call here is thread-safe and allocates nothing, except those that make
 * a table. Texts that come back are static and NUL-terminated. */
#ifndef LEADKPI_KPI_H
#define LEADKPI_KPI_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/kpi_functions.h>
#include <leadkpi/options.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- how sure a number is ---------------------------------------------- */

/* What to know about a number beside its value. Pinned bits, append only. */
enum {
    LEADKPI_FLAG_NO_INTERVAL = 1 << 0,   /* low and high are NaN: leadkpi_kpi_estimate_reason */
    LEADKPI_FLAG_PARTIAL = 1 << 1,       /* the period is not over, or input is missing */
    LEADKPI_FLAG_IMMATURE = 1 << 2,      /* conversions of this cohort are still to come */
    LEADKPI_FLAG_APPROXIMATE = 1 << 3,   /* coverage is approximate for these inputs */
    LEADKPI_FLAG_SURVIVOR_BIASED = 1 << 4, /* only those that finished are in it */
    LEADKPI_FLAG_NOT_A_SUBSET = 1 << 5,  /* the numerator exceeds its denominator */
    LEADKPI_FLAG_PERIOD_BASIS = 1 << 6,  /* period basis: not a probability, may exceed 1 */
    LEADKPI_FLAG_FRACTIONAL = 1 << 7,    /* a count with a fraction, taken as a count */
    LEADKPI_FLAG_BOUND_ONLY = 1 << 8,    /* undefined, but low or high is a bound that holds */
    LEADKPI_FLAG_EXCLUSIVE = 1 << 9, /* Fieller: all but a gap is possible; -INFINITY to INFINITY */
    LEADKPI_FLAG_UNBOUNDED = 1 << 10, /* Fieller: every number is possible; -INFINITY to INFINITY */
    LEADKPI_FLAG_EXPOSURE_NORMALISED = 1 << 11 /* scaled to the exposure that it is compared with */
};

/* The basis of a rate. Pinned numbers. */
enum {
    LEADKPI_BASIS_NONE = 0,   /* does not apply */
    LEADKPI_BASIS_COHORT = 1, /* the numerator is part of the denominator */
    LEADKPI_BASIS_PERIOD = 2  /* both are counted in one period */
};

/* A number and how sure it is. 96 bytes for ever; a later release may give a
 * meaning to `reserved`. */
typedef struct leadkpi_estimate {
    double value; /* NaN where undefined */
    double low;   /* the interval; may be -inf or inf; NaN where there is none */
    double high;
    double level;          /* of the interval, such as 0.95 */
    double n;              /* the count that the interval rests on; NaN where there is none */
    int32_t kpi;           /* which KPI; -1: the call was misuse */
    leadkpi_status status; /* OK, UNDEFINED, NOT_ENOUGH_DATA, BAD_DATA, NOT_GIVEN, OVERFLOW */
    uint32_t flags;        /* LEADKPI_FLAG_... */
    int32_t basis;         /* LEADKPI_BASIS_... */
    int32_t input;         /* the input that is at fault, from 0; -1: none */
    int32_t reserved_number; /* zero */
    double reserved[4];      /* zero */
} leadkpi_estimate;

/* leadkpi_kpi_flag_name: the stable name of one flag, such as "no_interval";
 * "unknown_flag" for any other number. leadkpi_kpi_flag_meaning: the same as a short
 * sentence. leadkpi_kpi_flag_at: the flags one by one for index 0, 1, ...; 0 past the
 * last. Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_flag_name(uint32_t flag);
LEADKPI_API const char *leadkpi_kpi_flag_meaning(uint32_t flag);
LEADKPI_API uint32_t leadkpi_kpi_flag_at(int32_t index);

/* leadkpi_kpi_estimate_reason: why there is no value, or no interval; "" where
 * there are both, and for NULL. Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_estimate_reason(const leadkpi_estimate *estimate);

/* ---- finding a KPI ----------------------------------------------------- */

/* leadkpi_kpi_find: the number of a KPI by id ("cost_per_lead"), variant
 * ("win_rate:narrow") or alias ("CPL"). Case does not matter, and blanks,
 * hyphens, slashes, colons and underscores are one. `*kpi` is -1 on failure.
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (with the nearest name),
 * AMBIGUOUS_NAME (the message lists what it may mean). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_find(const char *name, size_t name_length, int32_t *kpi,
                                            leadkpi_error *error);

/* leadkpi_kpi_candidate: what a name may mean: one KPI for a good name, several
 * for an ambiguous one, for index 0, 1, ...; -1 past the last. Since 0.1. */
LEADKPI_API int32_t leadkpi_kpi_candidate(const char *name, size_t name_length, int32_t index);

/* leadkpi_kpi_name_note: what to know about a name that resolves but that some
 * sources use otherwise, such as "lvr"; "" where there is nothing. Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_name_note(const char *name, size_t name_length);

/* ---- reading the catalogue --------------------------------------------- */

/* leadkpi_kpi_count: how many KPIs and variants there are. leadkpi_kpi_at: their
 * numbers in rising order for index 0, 1, ...; -1 past the last. Since 0.1. */
LEADKPI_API int32_t leadkpi_kpi_count(void);
LEADKPI_API int32_t leadkpi_kpi_at(int32_t index);

/* leadkpi_kpi_property: what the catalogue says, as text; "" where it says
 * nothing; NULL where there is no such KPI or property. Properties:
 *   name            id, or id:variant
 *   id, variant     the two parts
 *   function        the C function, without "leadkpi_" in front
 *   title, label    long and short
 *   aliases         other names, "; " between them
 *   category        see leadkpi_kpi_category_property
 *   formula         in words
 *   expr            as it is computed: C over the inputs
 *   defined_if      C condition over the inputs, beside their ranges
 *   inputs          measures, ", " between them
 *   shape           scalar: each input is a number; sample: each is an array
 *   unit            count, fraction, ratio, money, money/day, days, minutes, months, points
 *   display         percent, currency, currency per day, number, whole number, duration
 *   direction       higher, lower or neutral: what is better
 *   undefined_when  in words
 *   basis           cohort|period where the caller has to say; else ""
 *   interval        the method: wilson, poisson, cost_per_poisson, ...
 *   additivity      how it merges: sum, first_entry, stock, ros (ratio of sums), ...
 *   keep            what to keep in order to merge it
 *   grain           its natural period
 *   guardrail       the KPI to look at beside it, so that one is not won by losing the other
 *   used_by         who uses this variant
 *   notes           traps
 *   version         of the definition: rises when the number that it gives changes
 *   since           the release that brought it
 *   interval_needs  "" where the inputs suffice for an interval; else what it needs, or why
 *                   there is none at all
 * leadkpi_kpi_property_at: their names for index 0, 1, ...; NULL past the last.
 * Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_property(int32_t kpi, const char *property,
                                             size_t property_length);
LEADKPI_API const char *leadkpi_kpi_property_at(int32_t index);

/* leadkpi_kpi_input_count: 0 where there is no such KPI. leadkpi_kpi_input: the
 * measure that input `index` takes; NULL past the last. Since 0.1. */
LEADKPI_API int32_t leadkpi_kpi_input_count(int32_t kpi);
LEADKPI_API const char *leadkpi_kpi_input(int32_t kpi, int32_t index);

/* leadkpi_kpi_measure_at: the ids of the measures for index 0, 1, ...; NULL past the
 * last. leadkpi_kpi_measure_property: "id", "type" (count, money, duration, ratio,
 * score; with [] for an array), "unit", "minimum", "maximum" ("" where there is
 * none), "additivity" (flow, first_entry, distinct, stock, sketch, none),
 * "description"; NULL where there is no such measure or property.
 * leadkpi_kpi_measure_property_at: their names; NULL past the last. Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_measure_at(int32_t index);
LEADKPI_API const char *leadkpi_kpi_measure_property(const char *measure, size_t measure_length,
                                                 const char *property, size_t property_length);
LEADKPI_API const char *leadkpi_kpi_measure_property_at(int32_t index);

/* leadkpi_kpi_category_at: the ids of the categories for index 0, 1, ...; NULL
 * past the last. leadkpi_kpi_category_property: "id", "title", "question" (that
 * its KPIs answer), "membership" (what belongs there). Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_category_at(int32_t index);
LEADKPI_API const char *leadkpi_kpi_category_property(const char *category,
                                                      size_t category_length,
                                                      const char *property,
                                                      size_t property_length);

/* The same as tables, a row each, for a host that loops. `host` may be NULL.
 *   catalogue    kpi (int64), then every property of leadkpi_kpi_property (text)
 *   inputs       kpi (int64), name, position (int64, from 0), measure
 *   measures     every property of leadkpi_kpi_measure_property (text)
 *   categories   id, title, question, membership (text)
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_catalogue(const leadkpi_host *host, leadkpi_table **out,
                                                 leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_kpi_inputs(const leadkpi_host *host, leadkpi_table **out,
                                              leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_kpi_measures(const leadkpi_host *host, leadkpi_table **out,
                                                leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_kpi_categories(const leadkpi_host *host, leadkpi_table **out,
                                                  leadkpi_error *error);

/* ---- dispersion: what intervals of money need --------------------------- */
/* A sum of money says nothing of how sure it is; the deals behind it do. What is
 * known of them is given by names, as items name=value of the option
 * "dispersion" (leadkpi_kpi_evaluate), or beside the measures as further names
 * (leadkpi_kpi_evaluate_named) and columns (leadkpi_kpi_evaluate_table):
 *
 *   n                              entities (deals, customers, leads) that all inputs are sums over
 *   <input>.n                      the same of one input alone; of a rate by itself: its trials
 *   <input>.sum_of_squares         the sum of the squares of the entities' values
 *   <input>.sum                    their sum, where the input is not it but a multiple: a mean
 *   <input>.<input>.sum_of_products  of two inputs over the same n: 0 where no entity has both
 *   <input>.variance               instead of sums: the variance of the input itself
 *   <input>.<input>.covariance     and the covariance of two
 *   <input>.low, <input>.high      instead of a variance: its interval at the option's level
 *
 * What nothing is said of is taken as known. By the interval of the catalogue:
 *   compound_poisson   the number of deals is random too: the variance of a sum is the sum
 *                      of squares. Log-normal, so that a sum above 0 stays there; where an
 *                      input is taken off, or the sum is not above 0, by Fieller's theorem
 *   entity_dispersion, ratio_fieller  n entities: Fieller's theorem on the sums, with n - 1
 *                      degrees of freedom (of one sum over a known number: Student's t
 *                      interval of the mean). Without n their number is random: the
 *                      variance of a sum is the sum of squares.
 *   propagate, delta_product  square-and-add on the log scale: one uncertain input carries
 *                      its interval over; variances in a product add as in log-delta
 *   delong             mann_whitney_u.variance, from leadkpi_stats_auc; on the logit scale
 * All of these are flagged APPROXIMATE. Property "interval_needs" says what a KPI takes. */

/* ---- computing --------------------------------------------------------- */

/* leadkpi_kpi_evaluate: one KPI from numbers, with its interval. `inputs` are
 * input_count numbers in the order of leadkpi_kpi_input. `options` is of schema
 * "kpi_evaluate" (level, basis, simultaneous, dispersion) or NULL for its defaults
 * (0.95, cohort, 1, none).
 * The estimate is filled whatever the data; its status is also what the call returns:
 *   OK          a value, and an interval or the flag NO_INTERVAL
 *   UNDEFINED   NaN; where a bound holds all the same, it is in low or high: no
 *               customers from 10,000 spent is a CAC of at least 2,711
 *   BAD_DATA    NaN: an input outside its range (estimate.input), or a numerator
 *               that exceeds the whole it is part of (flag NOT_A_SUBSET)
 *   OVERFLOW    NaN: the value is too large for a double
 *   NOT_GIVEN, NOT_ENOUGH_DATA  NaN: the dispersion lacks a sum of products, or has n below 2
 * and error->message says why in words.
 * Misuse leaves every number of the estimate NaN and its kpi -1: NULL_ARGUMENT, BAD_ARGUMENT (no
 * such KPI, wrong input_count, an item of the dispersion that is not name=number),
 * UNKNOWN_NAME (in the dispersion), CONTRADICTION (a dispersion for a KPI that takes
 * none), WRONG_TYPE (a KPI over arrays: evaluate_samples), MISMATCH (options of
 * another schema). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_evaluate(int32_t kpi, const double *inputs,
                                                size_t input_count,
                                                const leadkpi_options *options,
                                                leadkpi_estimate *out, leadkpi_error *error);

/* leadkpi_kpi_evaluate_named: the same with the inputs in any order, each with
 * its measure: names[i] is a NUL-terminated measure id, inputs[i] its value. Names of
 * the dispersion may be among them.
 * Measures that the KPI does not take are not looked at. One that is missing is
 * NOT_GIVEN (unknown, not zero), and the message names the variant that could be
 * computed instead. BAD_ARGUMENT also for a measure of it that is given twice.
 * Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_evaluate_named(int32_t kpi, const char *const *names,
                                                      const double *inputs, size_t input_count,
                                                      const leadkpi_options *options,
                                                      leadkpi_estimate *out,
                                                      leadkpi_error *error);

/* leadkpi_kpi_evaluate_samples: one KPI from arrays: input i is counts[i] values
 * at samples[i] (NULL only where the count is 0). A KPI over numbers takes arrays
 * of one. Statuses as leadkpi_kpi_evaluate. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_evaluate_samples(int32_t kpi, const double *const *samples,
                                                        const size_t *counts, size_t input_count,
                                                        const leadkpi_options *options,
                                                        leadkpi_estimate *out,
                                                        leadkpi_error *error);

/* leadkpi_kpi_evaluate_columns: the value of a KPI over numbers for every row,
 * at the speed of memory; bit for bit what the KPI's C function gives.
 *   columns        column_count arrays of row_count doubles, in input order
 *   strides_bytes  from one value to the next, a column each; NULL: no gaps; 0 in
 *                  it: no gaps in that column
 *   values         row_count doubles; NaN where undefined. May be one of the columns that has
 *                  no gaps.
 *   validity       NULL, or (row_count + 7) / 8 bytes: bit i, lowest first, is 1
 *                  where row i has a value
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT, WRONG_TYPE (a KPI over arrays). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_evaluate_columns(int32_t kpi, const double *const *columns,
                                                        size_t column_count,
                                                        const ptrdiff_t *strides_bytes,
                                                        size_t row_count, double *values,
                                                        uint8_t *validity, leadkpi_error *error);

/* leadkpi_kpi_estimate_columns: the same with intervals: each row is what
 * leadkpi_kpi_evaluate gives. `values` and the other outputs are arrays of
 * row_count, or NULL where not wanted. Rows are not errors: the status of a row
 * is in `statuses`. None of the outputs may overlap a column.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT, WRONG_TYPE, MISMATCH, CONTRADICTION (a
 * dispersion: every row has its own; take evaluate_table). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_estimate_columns(
    int32_t kpi, const double *const *columns, size_t column_count,
    const ptrdiff_t *strides_bytes, size_t row_count, const leadkpi_options *options,
    double *values, double *low, double *high, leadkpi_status *statuses, uint32_t *flags,
    leadkpi_error *error);

/* leadkpi_kpi_evaluate_table: the same from a table whose columns are named by
 * measure (int64, double or decimal; others are not looked at; a null cell is
 * NOT_GIVEN) and by names of the dispersion (a null cell: not said) to a new table: value, low,
 * high (double, null where there is none), status, flags (text: names, with blanks between
 * flags). `host` may be
 * NULL; `*out` is NULL on failure.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT, NOT_GIVEN (a column that the KPI needs
 * is missing), WRONG_TYPE, MISMATCH, CONTRADICTION (a dispersion in the options:
 * every row has its own), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_evaluate_table(const leadkpi_host *host, int32_t kpi,
                                                      const leadkpi_table *inputs,
                                                      const leadkpi_options *options,
                                                      leadkpi_table **out, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
