#include "cohorts/model_history.h"

#include <math.h>

/* ---- the rule -------------------------------------------------------------------- */

leadkpi_status lk_zone_clock_open(const lk_memory *memory, const leadkpi_options *options,
                                  const lk_schema *schema, int zone, lk_calendar **out, leadkpi_error *error)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    rules.zone = lk_options_get_text(options, schema, zone + LK_ZONE);
    rules.zone_data = lk_options_get_text(options, schema, zone + LK_ZONE_DATA);
    rules.zone_rule = lk_options_get_text(options, schema, zone + LK_ZONE_RULE);
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
    LK_TRY(lk_zone_clock_open(memory, options, schema, first + LK_HISTORY_ZONE, &rule->calendar, error));
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

static void take_off(lk_history *h)
{
    if (!h->has_waiting) return;
    (void)lk_exact_sum_add(&h->open, &h->waiting, NULL);
    h->waiting = LK_EXACT_SUM_ZERO;
    h->has_waiting = false;
    h->open_has_refund = true;
}

static bool is_nothing_left(const lk_history *h)
{
    return h->open_has_refund && (lk_exact_sum_is_negative(&h->open) || lk_exact_sum_is_zero(&h->open));
}

static void close_transaction(lk_history *h)
{
    if (h->is_open && !is_nothing_left(h)) {
        (void)lk_exact_sum_add(h->has_transaction ? &h->repeat : &h->once, &h->open, NULL);
        h->frequency += h->has_transaction;
        if (!h->has_transaction) h->first = h->open_period;
        h->latest = h->open_period;
        h->has_transaction = true;
    }
    h->open = LK_EXACT_SUM_ZERO;
    h->is_open = h->open_has_refund = false;
}

static void add_to(lk_exact_sum *sum, lk_value value)
{
    if (value.kind != LK_VALUE_NONE) lk_value_add_to(value, sum);
}

void lk_history_take(lk_history *h, uint64_t period, lk_value value, bool is_refund)
{
    if (h->is_open && period < h->open_period) period = h->open_period; /* a clock that went back */
    if (h->is_open && h->has_waiting && period != h->waiting_period) take_off(h);
    add_to(&h->paid, value);
    if (is_refund) {
        add_to(&h->waiting, value);
        h->has_waiting = true;
        h->waiting_period = period;
        return;
    }
    if (h->is_open && period != h->open_period) close_transaction(h);
    h->is_open = true;
    h->open_period = period;
    add_to(&h->open, value);
    take_off(h);
}

bool lk_history_finish(lk_history *h)
{
    take_off(h);
    close_transaction(h);
    return h->has_transaction;
}

static double in_units(const lk_history_rule *rule, uint64_t periods)
{
    return (double)periods * (double)rule->period / (double)rule->unit;
}

lk_model_row lk_history_row(const lk_history_rule *rule, const lk_history *h)
{
    lk_model_row row = {.frequency = (double)h->frequency, .weight = 1};
    double count = row.frequency + rule->average_all;
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
