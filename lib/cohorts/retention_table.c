#include <leadkpi/stats.h>

#include "cohorts/columns.h"
#include "cohorts/retention.h"

static const lk_cell *cell(const void *context, size_t row)
{
    return &((const lk_retention *)context)->cells[row];
}

static const lk_bracket *bracket(const void *context, size_t row)
{
    const lk_retention *r = context;
    return &r->rule.brackets[row % r->rule.bracket_count];
}

static int64_t size_of(const void *context, size_t row)
{
    const lk_retention *r = context;
    return r->cohorts[row / r->rule.bracket_count].size;
}

static int64_t age_of(const void *context, size_t row)
{
    return bracket(context, row)->from;
}

static int64_t age_end_of(const void *context, size_t row)
{
    return bracket(context, row)->to;
}

static int64_t eligible_of(const void *context, size_t row)
{
    return cell(context, row)->eligible;
}

static int64_t active_of(const void *context, size_t row)
{
    return cell(context, row)->active;
}

static int64_t so_far_of(const void *context, size_t row)
{
    return cell(context, row)->active_so_far;
}

static int64_t events_of(const void *context, size_t row)
{
    return cell(context, row)->events;
}

/* ---- rates ---------------------------------------------------------------------- */

static double rate_of(const void *context, size_t row)
{
    return lk_ratio((double)cell(context, row)->active, (double)cell(context, row)->eligible);
}

static double wilson(const void *context, size_t row, bool is_high)
{
    const lk_cell *c = cell(context, row);
    double low, high, level = ((const lk_retention *)context)->view->level;
    if (leadkpi_stats_wilson_interval((double)c->active, (double)c->eligible, level, &low, &high,
                                      NULL) != LEADKPI_OK)
        return NAN;
    return is_high ? high : low;
}

static double low_of(const void *context, size_t row)
{
    return wilson(context, row, false);
}

static double high_of(const void *context, size_t row)
{
    return wilson(context, row, true);
}

static double events_each(const void *context, size_t row)
{
    return lk_ratio((double)cell(context, row)->events, (double)cell(context, row)->eligible);
}

static double money_of(const void *context, size_t row)
{
    const lk_cell *c = cell(context, row);
    return c->eligible ? lk_exact_sum_to_double(&c->money) : NAN;
}

static double money_each(const void *context, size_t row)
{
    return lk_ratio(money_of(context, row), (double)cell(context, row)->eligible);
}

/* Against what the same customers paid in the first bracket; nothing against nothing or less. */
static double money_rate(const void *context, size_t row)
{
    const lk_cell *c = cell(context, row);
    double base = lk_exact_sum_to_double(&c->base);
    return c->eligible && base > 0 ? money_of(context, row) / base : NAN;
}

/* ---- how sure -------------------------------------------------------------------- */

/* With on_or_after a customer that was not seen may still come back, so that no cell is ever complete
 * but where all came. */
static lk_text status_of(const void *context, size_t row)
{
    const lk_retention *r = context;
    const lk_cell *c = cell(context, row);
    int64_t size = size_of(context, row);
    if (size > 0 && c->begun == 0) return LK_LITERAL("impossible");
    if (c->eligible < size) return LK_LITERAL("incomplete");
    if (r->rule.rule == LK_RULE_ON_OR_AFTER && c->active < size) return LK_LITERAL("incomplete");
    return LK_LITERAL("complete");
}

static leadkpi_status fill(lk_retention *r, leadkpi_table *table, leadkpi_error *error)
{
    size_t rows = r->cohort_count * r->rule.bracket_count;
    const char *unit = r->rule.clock == LK_CLOCK_CALENDAR ? "periods" : "steps";
    LK_TRY(lk_view_add_heads(r->view, r->calendar, true, r->heads, r->cohort_count,
                             r->rule.bracket_count, table, error));
    LK_TRY(lk_add_counts(table, "age", unit, rows, age_of, r, error));
    LK_TRY(lk_add_counts(table, "age_end", unit, rows, age_end_of, r, error));
    LK_TRY(lk_add_counts(table, "size", "persons", rows, size_of, r, error));
    LK_TRY(lk_add_counts(table, "eligible", "persons", rows, eligible_of, r, error));
    LK_TRY(lk_add_counts(table, "active", "persons", rows, active_of, r, error));
    LK_TRY(lk_add_numbers(table, "rate", "fraction", rows, rate_of, r, error));
    LK_TRY(lk_add_numbers(table, "rate_low", "fraction", rows, low_of, r, error));
    LK_TRY(lk_add_numbers(table, "rate_high", "fraction", rows, high_of, r, error));
    LK_TRY(lk_add_counts(table, "active_so_far", "persons", rows, so_far_of, r, error));
    LK_TRY(lk_add_counts(table, "events", "events", rows, events_of, r, error));
    LK_TRY(lk_add_numbers(table, "events_per_customer", "events", rows, events_each, r, error));
    LK_TRY(lk_add_numbers(table, "money", "currency", rows, money_of, r, error));
    LK_TRY(lk_add_numbers(table, "money_per_customer", "currency", rows, money_each, r, error));
    LK_TRY(lk_add_numbers(table, "money_rate", "fraction", rows, money_rate, r, error));
    return lk_add_texts(table, "status", rows, status_of, r, error);
}

static leadkpi_status fill_report(lk_view *view, void *context, leadkpi_table *table,
                                  leadkpi_error *error)
{
    lk_retention *r = context;
    leadkpi_status status = lk_retention_find(view, r, error);
    if (status == LEADKPI_OK) status = fill(r, table, error);
    lk_retention_close(r);
    return status;
}

leadkpi_status leadkpi_cohorts_retention(const leadkpi_cohorts *cohorts,
                                         const leadkpi_options *options, leadkpi_table **out,
                                         leadkpi_error *error)
{
    lk_retention retention = {0};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(cohorts, error);
    LK_TRY(lk_options_check(options, &lk_cohorts_retention_schema, error));
    LK_TRY(lk_retention_read_rule(options, &retention.rule, error));
    return lk_cohorts_report_in_no_order(cohorts, options, &lk_cohorts_retention_schema, 0, fill_report,
                                         &retention, out, error);
}
