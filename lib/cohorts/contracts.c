#include "cohorts/contracts.h"

#include "base/civil.h"

#define WEEK (7 * LK_MICROSECONDS_PER_DAY)

/* ---- the rule ------------------------------------------------------------------------------ */

leadkpi_status lk_contract_rule_open(const lk_view *v, int renewal, int zone, lk_contract_rule *rule,
                                     leadkpi_error *error)
{
    static const int32_t months[] = {0, 1, 3, 12};
    *rule = (lk_contract_rule){.cursor = LK_CALENDAR_CURSOR};
    rule->period_months = months[lk_options_choice(v->options, v->schema, renewal)];
    rule->months = rule->period_months ? rule->period_months : (double)WEEK / LK_MONTH_MICROSECONDS;
    LK_TRY(lk_zone_clock_open(&v->memory, v->options, v->schema, zone, &rule->calendar, error));
    rule->as_of = lk_calendar_local(rule->calendar, &rule->cursor, v->as_of); /* an option: of years 1 to 9999 */
    return LEADKPI_OK;
}

void lk_contract_rule_close(lk_contract_rule *rule)
{
    lk_calendar_free(rule->calendar);
}

/* ---- renewals on the clock of the zone ------------------------------------------------------- */

/* The same time of day so many months later. */
static int64_t months_later(int64_t local, int64_t months)
{
    int64_t day = lk_days_from_microseconds(local);
    lk_civil date = lk_civil_from_days(day);
    int64_t month = (int64_t)date.year * 12 + date.month - 1 + months;
    date.year = (int32_t)(month / 12); /* from year 0 on, on any clock */
    date.month = (int32_t)(month % 12) + 1;
    int32_t last = lk_civil_days_in_month(date.year, date.month);
    if (date.day > last) date.day = last;
    return (lk_days_from_civil(date) - day) * LK_MICROSECONDS_PER_DAY + local;
}

static int64_t renewal(const lk_contract_rule *rule, int64_t begins, int64_t number)
{
    return rule->period_months ? months_later(begins, number * rule->period_months) : begins + number * WEEK;
}

/* How many renewals there are up to a time, which is not before the beginning. */
static int64_t renewals_by(const lk_contract_rule *rule, int64_t begins, int64_t time)
{
    if (!rule->period_months) return (time - begins) / WEEK;
    lk_civil from = lk_civil_from_days(lk_days_from_microseconds(begins));
    lk_civil to = lk_civil_from_days(lk_days_from_microseconds(time));
    int64_t months = (int64_t)(to.year - from.year) * 12 + to.month - from.month;
    int64_t number = months / rule->period_months;
    return number - (number > 0 && renewal(rule, begins, number) > time);
}

static int64_t local_of(lk_contract_rule *rule, int64_t time)
{
    return lk_calendar_local(rule->calendar, &rule->cursor, time);
}

lk_contract lk_contract_of(lk_contract_rule *rule, int64_t begins, int64_t ends)
{
    int64_t from = local_of(rule, begins), to;
    lk_contract contract = {0, 0};
    if (rule->as_of > from) contract.due = renewals_by(rule, from, rule->as_of);
    if (ends == INT64_MAX) return contract;
    /* A clock that is set back may show an earlier time at the end. */
    to = local_of(rule, ends);
    int64_t lost = 1 + (to > from ? renewals_by(rule, from, to - 1) : 0);
    if (lost <= contract.due) contract.lost = lost;
    return contract;
}

double lk_contract_rest(lk_contract_rule *rule, int64_t begins, int64_t due)
{
    int64_t next = renewal(rule, local_of(rule, begins), due + 1);
    return (double)(next - rule->as_of - 1) / LK_MONTH_MICROSECONDS;
}

/* ---- the contracts of a customer --------------------------------------------------------------- */

bool lk_contracts_next(lk_contracts_walk *walk, int64_t *begins, int64_t *ends)
{
    lk_mrr_change change;
    *ends = INT64_MAX;
    bool is_open = false;
    while (lk_mrr_next(&walk->mrr, &change)) {
        if (lk_mrr_begins(&change)) {
            *begins = change.time;
            is_open = true;
        }
        if (!lk_mrr_ends(&change)) continue;
        is_open = false;
        if (change.time < walk->acquired) continue;
        *ends = change.time;
        return true;
    }
    return is_open;
}
