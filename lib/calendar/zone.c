#include "calendar/zone.h"

/* The clock may go back by this much at most, from one limit to the other. */
#define LARGEST_STEP (2 * LK_ZONE_OFFSET_LIMIT)

lk_zone lk_zone_fixed(int64_t offset)
{
    return (lk_zone){.first_offset = offset, .rule_from = INT64_MAX};
}

leadkpi_status lk_zone_read_rule(lk_text text, lk_zone *zone, leadkpi_error *error)
{
    lk_zone_rule rule;
    LK_TRY(lk_rule_parse(text, &rule, error));
    *zone = (lk_zone){.rule_from = INT64_MIN, .rule = rule};
    lk_zone_fill_window(zone);
    return LEADKPI_OK;
}

void lk_zone_clear(lk_memory *memory, lk_zone *zone)
{
    lk_release(memory, zone->transitions, zone->allocated_count, sizeof *zone->transitions);
    *zone = lk_zone_fixed(0);
}

/* How many transitions are at the instant or before it. */
static size_t count_until(const lk_zone *zone, int64_t instant)
{
    size_t low = 0, high = zone->transition_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle].time <= instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The part of the table before the rule takes over. */
static lk_zone_stretch table_stretch(const lk_zone *zone, int64_t instant)
{
    size_t count = count_until(zone, instant);
    lk_zone_stretch stretch = {INT64_MIN, zone->rule_from, zone->first_offset};
    if (count > 0) {
        stretch.start = zone->transitions[count - 1].time;
        stretch.offset = zone->transitions[count - 1].offset;
    }
    if (count < zone->transition_count) stretch.end = zone->transitions[count].time;
    return stretch;
}

void lk_zone_fill_window(lk_zone *zone)
{
    int64_t at = zone->rule_from > 0 ? zone->rule_from : 0, from, until;
    while (zone->window_count < LK_ZONE_WINDOW && at < LK_ZONE_TIME_LIMIT) {
        int64_t offset = lk_rule_offset(&zone->rule, at, &from, &until);
        if (zone->window_count > 0) from = at;
        zone->window[zone->window_count++] = (lk_zone_transition){from, offset};
        zone->window_end = at = until;
    }
}

/* Two changes a year make the place a division, give or take one or two. */
static lk_zone_stretch window_stretch(const lk_zone *zone, int64_t instant)
{
    const lk_zone_transition *window = zone->window;
    int64_t half_years = zone->window_count > 1 ? (instant - window[0].time) / 15778476 : 0;
    size_t last = zone->window_count - 1;
    size_t i = half_years < (int64_t)last ? (size_t)half_years : last;
    while (i < last && window[i + 1].time <= instant) i++;
    while (window[i].time > instant) i--;
    return (lk_zone_stretch){window[i].time, i < last ? window[i + 1].time : zone->window_end,
                             window[i].offset};
}

static lk_zone_stretch rule_stretch(const lk_zone *zone, int64_t instant)
{
    lk_zone_stretch stretch;
    if (zone->window_count && instant >= zone->window[0].time && instant < zone->window_end)
        stretch = window_stretch(zone, instant);
    else
        stretch.offset = lk_rule_offset(&zone->rule, instant, &stretch.start, &stretch.end);
    if (stretch.start < zone->rule_from) stretch.start = zone->rule_from;
    return stretch;
}

/* Where the table hands over to the rule nothing need change on the clock; the
 * two stretches are then one. */
lk_zone_stretch lk_zone_stretch_at(const lk_zone *zone, int64_t instant)
{
    bool by_rule = instant >= zone->rule_from;
    lk_zone_stretch stretch = by_rule ? rule_stretch(zone, instant) : table_stretch(zone, instant);
    if (zone->rule_from == INT64_MIN || zone->rule_from == INT64_MAX) return stretch;
    if (by_rule && stretch.start == zone->rule_from) {
        lk_zone_stretch before = table_stretch(zone, zone->rule_from - 1);
        if (before.offset == stretch.offset) stretch.start = before.start;
    } else if (!by_rule && stretch.end == zone->rule_from) {
        lk_zone_stretch after = rule_stretch(zone, zone->rule_from);
        if (after.offset == stretch.offset) stretch.end = after.end;
    }
    return stretch;
}

/* Offsets are within +-LK_ZONE_OFFSET_LIMIT, so before this instant the clock shows less than
 * `local`, and LARGEST_STEP later it shows more. */
static int64_t search_from(int64_t local)
{
    return local - LK_ZONE_OFFSET_LIMIT;
}

int64_t lk_zone_reach(const lk_zone *zone, int64_t local)
{
    int64_t at = search_from(local);
    for (;;) {
        lk_zone_stretch stretch = lk_zone_stretch_at(zone, at);
        int64_t instant = local - stretch.offset;
        if (instant <= at) return at; /* already shown when the stretch began: a jump */
        if (instant < stretch.end) return instant;
        at = stretch.end;
    }
}

int lk_zone_instants(const lk_zone *zone, int64_t local, int64_t *first, int64_t *last)
{
    int count = 0;
    int64_t at = search_from(local), until = at + LARGEST_STEP;
    while (at <= until) {
        lk_zone_stretch stretch = lk_zone_stretch_at(zone, at);
        int64_t instant = local - stretch.offset;
        if (instant >= at && instant < stretch.end) {
            if (count++ == 0) *first = instant;
            *last = instant;
        }
        if (stretch.end == INT64_MAX) break;
        at = stretch.end;
    }
    if (count == 0) *first = *last = lk_zone_reach(zone, local);
    return count;
}
