#include "calendar/hours.h"

static int64_t day_of(int64_t local)
{
    return local / 86400 - (local % 86400 < 0);
}

/* From Monday. Day 0 was a Thursday; week 0 began on the Monday before. */
static int64_t week_of(int64_t day, int32_t *weekday)
{
    int64_t from_monday = day + 3;
    int64_t week = from_monday / 7 - (from_monday % 7 < 0);
    *weekday = (int32_t)(from_monday - 7 * week);
    return week;
}

void lk_hours_clear(lk_memory *memory, lk_hours *hours)
{
    lk_release(memory, hours->exceptions, hours->exception_capacity, sizeof *hours->exceptions);
    lk_release(memory, hours->specials, hours->special_capacity, sizeof *hours->specials);
    *hours = (lk_hours){0};
}

size_t lk_hours_find_exception(const lk_hours *hours, int64_t day)
{
    size_t low = 0, high = hours->exception_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hours->exceptions[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const lk_hours_day *hours_of_exception(const lk_hours *hours, size_t place)
{
    static const lk_hours_day closed = {0};
    int32_t special = hours->exceptions[place].special;
    return special ? &hours->specials[special - 1] : &closed;
}

/* The exception of this day, or the one that it would stand before. */
static const lk_hours_day *hours_at(const lk_hours *hours, int64_t day, size_t place)
{
    int32_t weekday;
    if (place < hours->exception_count && hours->exceptions[place].day == day)
        return hours_of_exception(hours, place);
    week_of(day, &weekday);
    return &hours->week[weekday];
}

const lk_hours_day *lk_hours_of_day(const lk_hours *hours, int64_t day)
{
    return hours_at(hours, day, lk_hours_find_exception(hours, day));
}

/* What the dates before `place` add to the plain weeks. */
static int64_t gained_until(const lk_hours *hours, size_t place)
{
    if (place < hours->exception_count) return hours->exceptions[place].gained_before;
    if (place == 0) return 0;
    int32_t weekday;
    const lk_hours_exception *last = &hours->exceptions[place - 1];
    week_of(last->day, &weekday);
    return last->gained_before + hours_of_exception(hours, place - 1)->open_seconds -
           hours->week[weekday].open_seconds;
}

static int64_t open_until(const lk_hours_day *day, int64_t second)
{
    int64_t open = 0;
    for (int32_t i = 0; i < day->count && day->intervals[i].begin < second; i++) {
        int64_t end = day->intervals[i].end < second ? day->intervals[i].end : second;
        open += end - day->intervals[i].begin;
    }
    return open;
}

/* Whole weeks, the days of this one, the dates that differ, this day: no loop
 * over time. Cost: a binary search of the dates and some divisions. */
int64_t lk_hours_total(const lk_hours *hours, int64_t local)
{
    int64_t day = day_of(local);
    int32_t weekday;
    int64_t total = week_of(day, &weekday) * hours->week_seconds;
    for (int32_t i = 0; i < weekday; i++) total += hours->week[i].open_seconds;
    size_t place = lk_hours_find_exception(hours, day);
    total += gained_until(hours, place);
    return total + open_until(hours_at(hours, day, place), local - 86400 * day);
}

bool lk_hours_open(const lk_hours *hours, int64_t local)
{
    int64_t day = day_of(local), second = local - 86400 * day;
    const lk_hours_day *today = lk_hours_of_day(hours, day);
    for (int32_t i = 0; i < today->count; i++)
        if (today->intervals[i].begin <= second && second < today->intervals[i].end) return true;
    return false;
}

static bool next_on_day(const lk_hours_day *day, int64_t second, int64_t *opens)
{
    for (int32_t i = 0; i < day->count; i++) {
        if (second >= day->intervals[i].end) continue;
        *opens = second > day->intervals[i].begin ? second : day->intervals[i].begin;
        return true;
    }
    return false;
}

/* Goes day by day while dates that differ may still come within the week, and
 * from date to date where the plain week is closed: never more than a week and
 * the dates. */
bool lk_hours_next(const lk_hours *hours, int64_t local, int64_t *opens)
{
    int64_t day = day_of(local), second = local - 86400 * day;
    size_t place = lk_hours_find_exception(hours, day);
    for (;;) {
        if (next_on_day(hours_at(hours, day, place), second, opens)) {
            *opens += 86400 * day;
            return true;
        }
        if (place < hours->exception_count && hours->exceptions[place].day == day) place++;
        if (hours->week_seconds)
            day++;
        else if (place < hours->exception_count)
            day = hours->exceptions[place].day;
        else
            return false;
        second = 0;
    }
}
