#include "funnel/window.h"

#include "calendar/handle.h"

#define DAY_SECONDS INT64_C(86400)

leadkpi_status lk_funnel_open_days(const lk_memory *memory, const leadkpi_options *definition,
                                   const lk_funnel_rule *rule, lk_calendar **days,
                                   leadkpi_error *error)
{
    lk_calendar_rules rules = lk_calendar_rules_default();
    *days = NULL;
    if (rule->window_days == 0) return LEADKPI_OK;
    rules.zone = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE);
    rules.zone_data = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE_DATA);
    rules.zone_rule = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE_RULE);
    return lk_calendar_create(memory, &rules, days, error);
}

/* ---- calendar days ----------------------------------------------------------------- */

static int64_t floor_days(int64_t seconds)
{
    return seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
}

/* The last microsecond of the day `more` days after the one that starts at `start`, by the dates on the
 * clock: a day that a zone left out counts too. */
static int64_t last_of_days(const lk_calendar *days, int64_t start, int64_t more)
{
    int64_t second = lk_calendar_second(start);
    lk_zone_stretch stretch = lk_zone_stretch_at(&days->zone, second);
    int64_t day = floor_days(second + stretch.offset) + more + 1;
    return lk_calendar_time(lk_zone_reach(&days->zone, day * DAY_SECONDS)) - 1;
}

/* 0.7 ns an item on the day of the one before, else the cost of two zone look-ups. */
static leadkpi_status limit_to_days(const lk_funnel_rule *rule, const lk_calendar *days, lk_item *items, size_t count,
                                    const lk_memory *memory, leadkpi_error *error)
{
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    int64_t start = 0, until = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t day = lk_calendar_bucket(days, &cursor, items[i].time);
        LK_TRY(lk_interrupted_at(memory, i, error));
        if (i == 0 || day != start) {
            start = day;
            until = last_of_days(days, start, rule->window_days - 1);
        }
        if (until < items[i].until) items[i].until = until;
    }
    return LEADKPI_OK;
}

/* ---- sessions ---------------------------------------------------------------------- */

/* One past the last item of the session that `first` begins. */
static leadkpi_status find_session_end(const lk_funnel_rule *rule, const lk_item *items, size_t count, size_t first,
                                       const lk_memory *memory, size_t *end, leadkpi_error *error)
{
    size_t i = first + 1;
    for (; i < count && items[i].time - items[i - 1].time <= rule->session; i++)
        LK_TRY(lk_interrupted_at(memory, i, error));
    *end = i;
    return LEADKPI_OK;
}

/* The session that an attempt must end in is `sessions - 1` after its own: two ends that only move on.
 * It is over with the pause behind its last event, and not before: until then it may go on. */
static leadkpi_status limit_to_sessions(const lk_funnel_rule *rule, lk_item *items, size_t count,
                                        const lk_memory *memory, leadkpi_error *error)
{
    size_t first = 0, ahead = 0, end;
    int64_t between = 0; /* sessions from first to ahead */
    while (first < count) {
        LK_TRY(find_session_end(rule, items, count, first, memory, &end, error));
        for (; between < rule->sessions && ahead < count; between++)
            LK_TRY(find_session_end(rule, items, count, ahead, memory, &ahead, error));
        int64_t until = between < rule->sessions ? INT64_MAX
                                                 : lk_funnel_deadline(items[ahead - 1].time, rule->session);
        for (; first < end; first++) {
            LK_TRY(lk_interrupted_at(memory, first, error));
            if (until < items[first].until) items[first].until = until;
        }
        between--;
    }
    return LEADKPI_OK;
}

/* ---- all ----------------------------------------------------------------------------- */

leadkpi_status lk_funnel_set_until(const lk_funnel_rule *rule, const lk_calendar *days, lk_item *items, size_t count,
                                   const lk_memory *memory, leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (LK_UNLIKELY(i % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1)) LK_TRY(lk_interrupted(memory, error));
        items[i].until = lk_funnel_deadline(items[i].time, rule->window);
    }
    if (days) LK_TRY(limit_to_days(rule, days, items, count, memory, error));
    return rule->session != INT64_MAX ? limit_to_sessions(rule, items, count, memory, error) : LEADKPI_OK;
}
