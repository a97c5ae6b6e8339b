#include "cohorts/model_history.h"

#include <math.h>

/* ---- the rule -------------------------------------------------------------------- */

static leadkpi_status open_calendar(const lk_memory *memory, const leadkpi_options *options,
                                    const lk_schema *schema, int first, lk_calendar **out,
                                    leadkpi_error *error)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    rules.zone = lk_options_get_text(options, schema, first + LK_HISTORY_ZONE);
    rules.zone_data = lk_options_get_text(options, schema, first + LK_HISTORY_ZONE_DATA);
    rules.zone_rule = lk_options_get_text(options, schema, first + LK_HISTORY_ZONE_RULE);
    return lk_calendar_create(memory, &rules, out, error);
}

leadkpi_status lk_history_rule_open(const lk_memory *memory, const leadkpi_options *options,
                                    const lk_schema *schema, int first, int64_t end,
                                    lk_history_rule *rule, leadkpi_error *error)
{
    *rule = (lk_history_rule){.cursor = LK_CALENDAR_CURSOR, .end = UINT64_MAX};
    rule->period = lk_options_int64(options, schema, first + LK_HISTORY_PERIOD);
    rule->unit = lk_options_int64(options, schema, first + LK_HISTORY_UNIT);
    rule->average_all = lk_options_choice(options, schema, first + LK_HISTORY_AVERAGE) == 1;
    LK_FAIL_IF(rule->period > LK_HISTORY_TIME_END, error, LEADKPI_BAD_ARGUMENT,
               "period: expected below 8000 years");
    LK_TRY(open_calendar(memory, options, schema, first, &rule->calendar, error));
    end = end < LK_HISTORY_TIME_MIN ? LK_HISTORY_TIME_MIN : end;
    end = end >= LK_HISTORY_TIME_END ? LK_HISTORY_TIME_END - 1 : end;
    rule->end = lk_history_period(rule, end);
    return LEADKPI_OK;
}

void lk_history_rule_close(lk_history_rule *rule)
{
    lk_calendar_free(rule->calendar);
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* No local clock is further from UTC. */
#define OFFSET_MOST INT64_C(172800000000)

uint64_t lk_history_period(lk_history_rule *rule, int64_t time)
{
    int64_t local = lk_calendar_local(rule->calendar, &rule->cursor, time);
    int64_t origin = floor_divide(LK_HISTORY_TIME_MIN - OFFSET_MOST, rule->period);
    uint64_t number = (uint64_t)(floor_divide(local, rule->period) - origin);
    return number < rule->end ? number : rule->end; /* a clock that goes back may be past the end */
}

/* ---- one customer ---------------------------------------------------------------- */

static void add_value(lk_history *h, const lk_exact_sum *value)
{
    (void)lk_exact_sum_add(h->latest == h->first ? &h->once : &h->repeat, value, NULL);
}

static void settle(lk_history *h)
{
    if (!h->has_refund) return;
    add_value(h, &h->waiting);
    h->waiting = LK_EXACT_SUM_ZERO;
    h->has_refund = false;
}

void lk_history_take(lk_history *h, uint64_t period, lk_value value, bool is_refund)
{
    if (h->has_purchase && period < h->latest) period = h->latest; /* a clock that went back */
    if (h->has_refund && h->has_purchase && period != h->refunded) settle(h);
    if (is_refund) {
        if (value.kind != LK_VALUE_NONE) lk_value_add_to(value, &h->waiting);
        h->has_refund = true;
        h->refunded = period;
        return;
    }
    if (!h->has_purchase) h->first = h->latest = period;
    if (h->has_purchase && period != h->latest) h->frequency++;
    h->latest = period;
    h->has_purchase = true;
    settle(h);
    if (value.kind == LK_VALUE_NONE) return;
    lk_value_add_to(value, h->latest == h->first ? &h->once : &h->repeat);
}

static double in_units(const lk_history_rule *rule, uint64_t periods)
{
    return (double)periods * (double)rule->period / (double)rule->unit;
}

lk_model_row lk_history_row(const lk_history_rule *rule, lk_history *h)
{
    lk_model_row row = {.frequency = (double)h->frequency, .weight = 1};
    double count = row.frequency + rule->average_all;
    settle(h);
    row.recency = in_units(rule, h->latest - h->first);
    row.age = in_units(rule, rule->end - h->first);
    lk_exact_sum sum = h->repeat;
    if (rule->average_all) (void)lk_exact_sum_add(&sum, &h->once, NULL);
    row.value = count > 0 ? lk_exact_sum_to_double(&sum) / count : NAN;
    return row;
}

/* ---- the table ------------------------------------------------------------------- */

leadkpi_status lk_history_add_columns(leadkpi_table *table, size_t count, bool has_value,
                                      lk_history_columns *out, leadkpi_error *error)
{
    *out = (lk_history_columns){.table = table};
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("frequency"), "transactions", count, false,
                              &out->frequency, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("recency"), "units", count, false, &out->recency,
                               error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("T"), "units", count, false, &out->age, error));
    if (!has_value) return LEADKPI_OK;
    return lk_table_add_double(table, LK_LITERAL("monetary_value"), "currency", count, true,
                               &out->value, error);
}

/* monetary_value is the last column so far. */
void lk_history_put(const lk_history_columns *out, size_t place, const lk_model_row *row)
{
    out->frequency[place] = (int64_t)row->frequency;
    out->recency[place] = row->recency;
    out->age[place] = row->age;
    if (!out->value) return;
    out->value[place] = row->value + 0.0; /* -0 is 0 */
    if (isnan(row->value))
        lk_table_set_null(out->table, leadkpi_table_column_count(out->table) - 1, place);
}
