#include "funnel/closed.h"

/* ---- a walk through events and blocks ------------------------------------------------ */

void lk_walk_begin(lk_walk *walk, const lk_funnel_rule *rule)
{
    memset(walk->starts, 0, sizeof walk->starts);
    walk->rule = rule;
    walk->start = walk->time = 0;
    walk->entry = LK_MAP_NONE;
    walk->level = 0;
}

static void reach(lk_walk *walk, int32_t step, uint64_t time, uint64_t start, uint32_t entry)
{
    walk->level = step + 1;
    walk->time = time;
    walk->start = start;
    walk->entry = entry;
}

static void take_step(lk_walk *walk, int32_t step, uint64_t time, uint32_t event)
{
    const lk_funnel_rule *rule = walk->rule;
    uint64_t start = time;
    uint32_t entry = event;
    if (step == 0) {
        if (rule->entry == LK_ENTRY_FIRST && walk->level > 0) return;
    } else {
        start = walk->starts[step - 1];
        entry = walk->entries[step - 1];
        if (!start || time - start > (uint64_t)rule->window) return;
    }
    walk->starts[step] = start;
    walk->entries[step] = entry;
    if (step >= walk->level) reach(walk, step, time, start, entry);
}

/* From the last step to the first, so that an event fills one step of an attempt. */
void lk_walk_item(lk_walk *walk, const lk_item *item)
{
    uint64_t time = lk_standing_time(item->time);
    for (int32_t step = walk->rule->step_count; step-- > 0;)
        if (item->steps >> step & 1) take_step(walk, step, time, item->event);
}

/* When an attempt that comes in at step i gets to step j; 0: never, or past its window. */
static uint64_t arrival(const lk_walk *walk, const uint64_t *block, int32_t i, int32_t j)
{
    uint64_t time = block[lk_block_after(walk->rule->step_count, i) + (size_t)(j - i - 1)];
    if (!walk->starts[i] || !time) return 0;
    return time - walk->starts[i] <= (uint64_t)walk->rule->window ? time : 0;
}

/* The highest level that the block adds: of those who get there first, the latest to start. Attempts
 * that start in the block are later than those that come into it. */
static void rise(lk_walk *walk, const uint64_t *block, bool starts_count)
{
    int32_t own = starts_count ? (int32_t)block[LK_BLOCK_LEVEL] : 0;
    for (int32_t step = walk->rule->step_count - 1; step >= walk->level; step--) {
        uint64_t first = own == step + 1 ? block[LK_BLOCK_TIME] : 0;
        int32_t from = -1;
        for (int32_t i = step - 1; i >= 0; i--) {
            uint64_t time = arrival(walk, block, i, step);
            if (!time || (first && (from < 0 ? time >= first : time > first))) continue;
            first = time;
            from = i;
        }
        if (!first) continue;
        if (from < 0)
            reach(walk, step, first, block[LK_BLOCK_START], LK_MAP_NONE);
        else
            reach(walk, step, first, walk->starts[from], walk->entries[from]);
        return;
    }
}

/* The latest start at a step: of an attempt that starts in the block, or else of the one that came in at
 * the lowest step, which started last. From the last step to the first: lower ones are as they came in. */
static void move_on(lk_walk *walk, const uint64_t *block, bool starts_count)
{
    for (int32_t step = walk->rule->step_count - 2; step >= 0; step--) {
        uint64_t own = starts_count ? block[LK_BLOCK_STARTS + step] : 0;
        int32_t from = 0;
        while (from < step && !arrival(walk, block, from, step)) from++;
        walk->entries[step] = own ? LK_MAP_NONE : walk->entries[from];
        walk->starts[step] = own ? own : walk->starts[from];
    }
}

void lk_walk_block(lk_walk *walk, const uint64_t *block)
{
    bool starts_count = walk->rule->entry == LK_ENTRY_ANY || walk->level == 0;
    rise(walk, block, starts_count);
    move_on(walk, block, starts_count);
}

/* ---- blocks ------------------------------------------------------------------------ */

static void walk_from(lk_walk *walk, const lk_funnel_rule *rule, const uint64_t *block)
{
    lk_walk_begin(walk, rule);
    walk->level = (int32_t)block[LK_BLOCK_LEVEL];
    walk->start = block[LK_BLOCK_START];
    walk->time = block[LK_BLOCK_TIME];
    for (int32_t step = 0; step + 1 < rule->step_count; step++) {
        walk->starts[step] = block[LK_BLOCK_STARTS + step];
        walk->entries[step] = LK_MAP_NONE;
    }
}

static void walk_into(const lk_walk *walk, uint64_t *block)
{
    block[LK_BLOCK_LEVEL] = (uint64_t)walk->level;
    block[LK_BLOCK_START] = walk->start;
    block[LK_BLOCK_TIME] = walk->time;
    for (int32_t step = 0; step + 1 < walk->rule->step_count; step++)
        block[LK_BLOCK_STARTS + step] = walk->starts[step];
}

/* How far an attempt that comes in at step i is at the end of the block. */
static int32_t farthest(const uint64_t *after, int32_t step_count, int32_t i)
{
    int32_t step = i;
    while (step + 1 < step_count && after[step - i]) step++;
    return step;
}

/* Who came in at step i and is at `step` goes on as one who comes into the next block there. */
void lk_block_add_block(const lk_funnel_rule *rule, uint64_t *block, const uint64_t *next)
{
    int32_t steps = rule->step_count;
    lk_walk walk;
    walk_from(&walk, rule, block);
    lk_walk_block(&walk, next);
    walk_into(&walk, block);
    for (int32_t i = 0; i + 1 < steps; i++) {
        uint64_t *after = block + lk_block_after(steps, i);
        int32_t step = farthest(after, steps, i);
        const uint64_t *on = next + lk_block_after(steps, step);
        for (int32_t j = step + 1; j < steps; j++) after[j - i - 1] = on[j - step - 1];
    }
}

/* Cost: each item is looked at once for every step. */
void lk_block_add_items(const lk_funnel_rule *rule, uint64_t *block, const lk_item *items,
                        size_t count, uint64_t *scratch)
{
    int32_t steps = rule->step_count;
    lk_walk walk;
    memset(scratch, 0, lk_block_words(steps) * sizeof *scratch);
    lk_walk_begin(&walk, rule);
    for (size_t i = 0; i < count; i++) lk_walk_item(&walk, &items[i]);
    walk_into(&walk, scratch);
    for (int32_t from = 0; from + 1 < steps; from++) {
        uint64_t *after = scratch + lk_block_after(steps, from);
        int32_t step = from + 1;
        for (size_t i = 0; i < count && step < steps; i++)
            if (items[i].steps >> step & 1)
                after[step++ - from - 1] = lk_standing_time(items[i].time);
    }
    lk_block_add_block(rule, block, scratch);
}

/* ---- all of them ------------------------------------------------------------------- */

size_t lk_closed_find(const lk_closed *closed, int32_t step_count, uint64_t key)
{
    size_t low = 0, high = closed->block_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lk_block_at(closed, step_count, middle)[LK_BLOCK_KEY] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t lk_closed_range_of(const lk_closed *closed, int64_t time)
{
    uint32_t low = 0, high = closed->range_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (closed->ranges[middle].until <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < closed->range_count && closed->ranges[low].from <= time ? low : LK_MAP_NONE;
}

int64_t lk_closed_latest(const lk_closed *closed)
{
    int64_t latest = INT64_MIN;
    for (uint32_t i = 0; i < closed->range_count; i++)
        if (closed->ranges[i].latest > latest) latest = closed->ranges[i].latest;
    return latest;
}

#define EVENTS_AT_ONCE 4096

uint32_t lk_closed_piece_end(const lk_journeys *j, uint32_t start, uint32_t end)
{
    uint32_t next = end - start < EVENTS_AT_ONCE ? end : start + EVENTS_AT_ONCE;
    while (next < end && lk_journeys_event(j, next).time == lk_journeys_event(j, next - 1).time) next++;
    return next;
}

static leadkpi_status walk_events(lk_walk *walk, lk_journeys *j, uint32_t start, uint32_t end, int64_t as_of,
                                  const lk_memory *memory, size_t *done, leadkpi_error *error)
{
    for (uint32_t next; start < end; start = next) {
        next = lk_closed_piece_end(j, start, end);
        size_t count = lk_journeys_gather_places(j, start, next, as_of);
        LK_TRY(lk_interrupted_after(memory, 1 + count, done, error));
        for (size_t i = 0; i < count; i++) lk_walk_item(walk, &j->items[i]);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_walk_lead(lk_walk *walk, lk_journeys *j, uint32_t lead, int64_t as_of, const lk_memory *memory,
                            size_t *done, leadkpi_error *error)
{
    const lk_closed *closed = &j->store->closed;
    int32_t steps = j->rule->step_count;
    uint32_t start = lk_journeys_start(j, lead), end = j->ends[lead], next;
    lk_walk_begin(walk, j->rule);
    for (size_t i = lk_closed_find(closed, steps, (uint64_t)lead << 32); i < closed->block_count; i++) {
        const uint64_t *block = lk_block_at(closed, steps, i);
        if (block[LK_BLOCK_KEY] >> 32 != lead) break;
        next = lk_journeys_first_at(j, start, end, closed->ranges[block[LK_BLOCK_KEY] & UINT32_MAX].from);
        LK_TRY(walk_events(walk, j, start, next, as_of, memory, done, error));
        LK_TRY(lk_interrupted_after(memory, lk_block_words(steps), done, error));
        lk_walk_block(walk, block);
        start = next;
    }
    return walk_events(walk, j, start, end, as_of, memory, done, error);
}

void lk_closed_free(lk_closed *closed, int32_t step_count, lk_memory *memory)
{
    lk_release(memory, closed->ranges, closed->range_count, sizeof *closed->ranges);
    lk_release(memory, closed->blocks, closed->block_count,
               lk_block_words(step_count) * sizeof *closed->blocks);
}
