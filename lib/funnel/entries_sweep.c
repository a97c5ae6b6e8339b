/* entries_sweep.c: the best that follows each place, where steps may be left out, in one walk.
 *
 * What may follow a place is a stretch of items that only moves on with it, so of each step a line of places is
 * kept from which the best is read in O(1): the sliding-window minimum. A place may be followed by those of the
 * next step, and while these are optional of the ones after it. So with the steps of an item taken from the last
 * to the first the best of a run of optional steps only grows, and a place takes O(1), or as many as steps have
 * places since the place before it did.
 *
 * An exclusion bars the way from some steps to some: those from before the end of its range to those from its
 * start on. Steps whose places the same exclusions bar are a group, here or there. Since the last exclusion
 * nothing bars the way at all, whatever the groups. What is behind it, and may still follow a place of one step,
 * is the same until the next exclusion or until it is too far, so that it is looked up once for each of the two:
 * of each step that it leaves open the first place in the line that is not past the last exclusion that counts
 * for both groups. So ranges cost at each exclusion as much as there are groups, and nothing at other items.
 *
 * Cost of an item without: 32 bytes, read in order, and of each step that it is 5 of the place that follows, written in
 * order, and 10 in its line. Most places leave that soon, for those that come later are as good, so that lines of
 * millions of places mostly take the room of a few, which stays in the cache. */
#include "funnel/entries_sweep.h"

#define NONE LK_PLACE_NONE
#define LINE_GAP 16 /* places, of cache lines: so that lines of 2^n places do not share their sets */
#define LOW_BITS 20
#define LOW_MASK ((1 << LOW_BITS) - 1)

/* ---- what may follow what --------------------------------------------------------------- */

/* How many of the numbers, each once, are above 1 and not above the number of a step. */
static int32_t group_of(const lk_funnel_rule *rule, const uint8_t *numbers, int32_t step)
{
    uint64_t different = 0;
    int32_t count = 0;
    for (int32_t i = 0; i < rule->range_count; i++)
        if (numbers[i] > 1 && numbers[i] <= step) different |= (uint64_t)1 << (numbers[i] - 1);
    for (; different; different &= different - 1) count++;
    return count;
}

/* Groups by rising step: steps (from 0) that the same exclusions count before, and after. */
static void find_groups(const lk_funnel_rule *rule, bool mirrored, lk_attempt_ways *ways)
{
    int32_t last = rule->step_count - 1;
    int32_t to = group_of(rule, rule->exclude_from, last), from = group_of(rule, rule->exclude_to, last + 1);
    ways->here_count = (mirrored ? to : from) + 1;
    ways->there_count = (mirrored ? from : to) + 1;
    for (int32_t step = 0; step <= last; step++) {
        int32_t own = mirrored ? last - step : step;
        int32_t own_to = group_of(rule, rule->exclude_from, own), own_from = group_of(rule, rule->exclude_to, own + 1);
        ways->here[step] = (uint8_t)(mirrored ? to - own_to : own_from);
        ways->there[step] = (uint8_t)(mirrored ? from - own_from : own_to);
    }
    for (int32_t step = 0; step <= last; step++)
        for (int32_t other = 0; other <= last; other++)
            if (ways->here[step] == ways->here[other]) ways->peers[step] |= (uint64_t)1 << other;
}

/* An exclusion bars the way from the groups up to one to those from one on. */
static void find_ends(lk_attempt_ways *ways, int32_t step, int32_t to, uint64_t barriers)
{
    for (; barriers; barriers &= barriers - 1) {
        uint32_t range = lk_lowest_of_some(barriers);
        if (ways->here[step] > ways->last_here[range]) ways->last_here[range] = ways->here[step];
        if (ways->there[to] < ways->first_there[range]) ways->first_there[range] = ways->there[to];
    }
}

static void find_ways(const lk_funnel_rule *rule, bool mirrored, lk_attempt_ways *ways)
{
    int32_t last = rule->step_count - 1;
    find_groups(rule, mirrored, ways);
    memset(ways->first_there, ways->there_count, sizeof ways->first_there);
    for (int32_t step = 0; step <= last; step++) {
        ways->follow[step] = 0;
        bool runs = true;
        for (int32_t to = step + 1; to <= last; to++) {
            find_ends(ways, step, to, mirrored ? lk_funnel_barriers(rule, last - to, last - step)
                                               : lk_funnel_barriers(rule, step, to));
            if (runs) ways->follow[step] |= (uint64_t)1 << to, ways->before[to] |= (uint64_t)1 << step;
            if (!lk_funnel_is_optional(rule, mirrored ? last - to : to)) runs = false;
        }
        for (int32_t group = ways->there[step] + 1; group <= LK_FUNNEL_RANGES_MAX + 1; group++)
            ways->below[group] |= (uint64_t)1 << step;
    }
}

/* Once for all leads. */
const lk_attempt_ways *lk_sweep_ways(const lk_entries *e, bool mirrored)
{
    lk_attempt_ways *ways = &e->search->scratch->ways[mirrored];
    if (ways->here_count == 0) find_ways(e->rule, mirrored, ways);
    return ways;
}

void lk_sweep_find_barred(const lk_attempt_ways *ways, uint32_t excludes, uint8_t *barred)
{
    uint8_t least = (uint8_t)ways->there_count;
    memset(barred, least, (size_t)ways->here_count);
    for (; excludes; excludes &= excludes - 1) {
        uint32_t range = lk_lowest_of_some(excludes);
        uint8_t *of_last = &barred[ways->last_here[range]];
        if (ways->first_there[range] < *of_last) *of_last = ways->first_there[range];
    }
    for (int32_t here = ways->here_count; here-- > 0;) {
        if (barred[here] < least) least = barred[here];
        barred[here] = least;
    }
}

/* ---- lines -------------------------------------------------------------------------------- */

bool lk_sweep_cells(const lk_entries *e, size_t *cells)
{
    size_t places = e->first[e->rule->step_count], in_lines, of_lines, of_items;
    return lk_size_add(places, (size_t)e->rule->step_count * LINE_GAP, &in_lines) &&
           lk_size_multiply(in_lines, 2, &of_lines) && lk_size_add(of_lines, in_lines / 2 + 1, &of_lines) &&
           lk_size_add(of_lines, places, &of_lines) && lk_size_add(of_lines, places / 4 + 1, &of_lines) &&
           lk_size_multiply(e->search->count, 3, &of_items) && lk_size_add(of_items, 2, &of_items) &&
           lk_size_add(of_lines, of_items, cells);
}

uint32_t *lk_sweep_take_room(lk_sweep *s, const lk_entries *e, uint32_t *cells)
{
    size_t places = e->first[e->rule->step_count], in_lines = places + (size_t)e->rule->step_count * LINE_GAP;
    s->e = e;
    s->word = (uint64_t *)(void *)cells, cells += 2 * in_lines;
    s->taken = (uint64_t *)(void *)cells, cells += 2 * e->search->count;
    s->begin = cells, cells += e->search->count + 1;
    s->next = cells, cells += places;
    s->high = (uint16_t *)(void *)cells, cells += in_lines / 2 + 1;
    s->next_step = (uint8_t *)cells, cells += places / 4 + 1;
    return cells;
}

/* A place in a line: its key but for the step, and behind it the low bits of its number. */
static inline uint64_t word_of(uint64_t key, uint32_t place)
{
    return key >> LK_SWEEP_STEP_BITS << LOW_BITS | (place & LOW_MASK);
}

/* As something that a place of an earlier step may follow up on. */
static inline uint64_t offer_of(uint64_t word, uint32_t step)
{
    return word >> LOW_BITS << LK_SWEEP_STEP_BITS | step;
}

static inline uint32_t place_at(const lk_sweep_line *line, size_t at)
{
    return (uint32_t)line->high[at] << LOW_BITS | (uint32_t)(line->word[at] & LOW_MASK);
}

static inline void put(lk_sweep_line *line, size_t at, uint64_t word, uint32_t place)
{
    line->word[at] = word;
    line->high[at] = (uint16_t)(place >> LOW_BITS);
}

static inline void set_near(lk_sweep *s, uint32_t step, size_t near, uint64_t offer, uint32_t place)
{
    lk_sweep_line *line = &s->line[step];
    uint64_t bit = (uint64_t)1 << step;
    line->near = (uint32_t)near;
    line->near_key = offer;
    line->near_place = place;
    s->alive |= bit;
    s->behind = near ? s->behind | bit : s->behind & ~bit;
}

static inline void set_none_near(lk_sweep *s, uint32_t step)
{
    lk_sweep_line *line = &s->line[step];
    line->near = line->tail;
    line->near_key = LK_SWEEP_NONE;
    s->alive &= ~((uint64_t)1 << step);
    s->behind |= (uint64_t)1 << step;
}

/* Mostly all that are in line are near, and what comes is as good as the first of them. */
static inline bool is_only_one(const lk_sweep_line *line, uint64_t offer)
{
    return line->near == 0 && line->near_key != LK_SWEEP_NONE && offer <= line->near_key;
}

/* Of equal ones the last that is walked over stays: from the end the earliest. One as good as the first near one is
 * as good as all of them. */
static inline void push(lk_sweep *s, uint32_t step, uint64_t word, uint32_t place)
{
    lk_sweep_line *line = &s->line[step];
    uint64_t offer = offer_of(word, step);
    if (is_only_one(line, offer) && place >= s->barrier) {
        line->near_key = offer;
        line->near_place = place;
        line->tail = 1;
        put(line, 0, word, place);
        return;
    }
    size_t tail = line->tail;
    if (offer <= line->near_key) tail = line->near;
    while (tail > 0 && offer <= offer_of(line->word[tail - 1], step)) tail--;
    if (tail > 0 && !s->expires) return;
    put(line, tail, word, place);
    line->tail = (uint32_t)tail + 1;
    s->wanted |= s->ways->before[step];
    if (place < s->barrier) { /* for the gap it comes late */
        set_none_near(s, step);
        s->stale = UINT64_MAX;
    } else if (line->near >= tail) {
        set_near(s, step, tail, offer, place);
    }
}

/* To where it waits until what is walked over is far enough from it. */
static inline void wait(lk_sweep *s, uint32_t step, uint64_t word, uint32_t place)
{
    lk_sweep_line *line = &s->line[step];
    if (line->waiting == line->end) line->waiting = line->end = line->tail;
    put(line, line->end++, word, place);
}

/* So many may be between a line and what waits behind it: what is read and written then stays in the cache. */
#define WAITING_GAP 64

/* What waits comes up to the line, once it is no more than there is room before it. */
static void close_up(lk_sweep_line *line)
{
    size_t count = line->end - line->waiting;
    if (count > line->waiting - line->tail) return;
    memcpy(line->word + line->tail, line->word + line->waiting, count * sizeof *line->word);
    memcpy(line->high + line->tail, line->high + line->waiting, count * sizeof *line->high);
    line->waiting = line->tail;
    line->end = line->tail + (uint32_t)count;
}

/* The first that waits for its step gets in line; behind its end are the others. */
static inline void push_waiting(lk_sweep *s, uint32_t step)
{
    lk_sweep_line *line = &s->line[step];
    size_t at = line->waiting++;
    push(s, step, line->word[at], place_at(line, at));
    if (line->waiting >= line->tail + WAITING_GAP) close_up(line);
}

/* Past places of a step that are too far. */
static void pass(lk_sweep *s, uint32_t step)
{
    const lk_sweep_line *line = &s->line[step];
    size_t near = line->near;
    while (near < line->tail && place_at(line, near) < s->least) near++;
    if (near < line->tail)
        set_near(s, step, near, offer_of(line->word[near], step), place_at(line, near));
    else
        set_none_near(s, step);
}

/* ---- exclusions --------------------------------------------------------------------------- */

/* Nothing is near any more. */
static void leave_behind(lk_sweep *s)
{
    for (uint64_t left = s->alive; left; left &= left - 1) set_none_near(s, lk_lowest_of_some(left));
}

/* What barred groups there before counts no more where this exclusion does. */
static void raise_barrier(lk_sweep *s, uint32_t excludes, uint32_t place)
{
    const lk_attempt_ways *ways = s->ways;
    uint8_t barred[LK_FUNNEL_RANGES_MAX + 1];
    lk_sweep_find_barred(ways, excludes, barred);
    for (int32_t here = 0; here < ways->here_count; here++) {
        uint32_t from = barred[here], bit = (uint32_t)1 << from;
        s->open[here] = ways->below[from];
        s->barred_from[here] = (s->barred_from[here] & (bit - 1)) | bit;
        s->limit[here][from] = place;
    }
    s->barrier = place;
    s->stale = UINT64_MAX;
}

/* The first place that no exclusion is past, by groups. */
static inline uint32_t limit_of(const lk_sweep *s, uint32_t here, uint32_t there)
{
    uint32_t from = s->barred_from[here] & (((uint32_t)2 << there) - 1);
    return from ? s->limit[here][lk_highest_bit(from)] : 0;
}

/* Of the places of a step that come before its near ones the first from `least` on; or the first near one. */
static size_t find_in_line(const lk_sweep_line *line, uint32_t least)
{
    size_t low = 0, high = line->near;
    if (place_at(line, low) >= least) return low;
    if (place_at(line, high - 1) < least) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (place_at(line, middle) < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A step of the same group whose best is known, after which there may be what may be after this one; or none. Of
 * these the next. */
static bool find_known(const lk_sweep *s, uint32_t step, uint32_t *known)
{
    uint64_t follow = s->ways->follow[step], peers = follow & s->ways->peers[step] & ~s->stale;
    if (!peers) return false;
    *known = lk_lowest_of_some(peers);
    return !(s->ways->follow[*known] & ~follow) && s->far_place[*known] >= s->least;
}

/* The best behind the last exclusion that may follow a step. */
static void find_far(lk_sweep *s, uint32_t step)
{
    uint32_t here = s->ways->here[step], place = NONE, known;
    uint64_t open = s->ways->follow[step] & s->open[here] & s->behind, best = LK_SWEEP_NONE;
    if (find_known(s, step, &known)) {
        best = s->far_key[known], place = s->far_place[known];
        open &= ~s->ways->follow[known];
    }
    for (; open; open &= open - 1) {
        uint32_t to = lk_lowest_of_some(open), least = limit_of(s, here, s->ways->there[to]);
        const lk_sweep_line *line = &s->line[to];
        if (offer_of(line->word[0], to) >= best) continue; /* none in line is better */
        size_t at = find_in_line(line, least > s->least ? least : s->least);
        if (at == line->near) continue;
        uint64_t offer = offer_of(line->word[at], to);
        if (offer < best) best = offer, place = place_at(line, at);
    }
    s->far_key[step] = best;
    s->far_place[step] = place;
    s->stale &= ~((uint64_t)1 << step);
}

/* ---- items ---------------------------------------------------------------------------------- */

static inline const lk_item *item_at(const lk_sweep *s, size_t walked)
{
    return s->origin + s->stride * (ptrdiff_t)walked;
}

static inline uint64_t *taken_at(const lk_sweep *s, size_t walked)
{
    return s->taken_of_first + s->stride * (ptrdiff_t)walked;
}

static uint64_t reverse(uint64_t bits)
{
    bits = (bits >> 1 & UINT64_C(0x5555555555555555)) | (bits & UINT64_C(0x5555555555555555)) << 1;
    bits = (bits >> 2 & UINT64_C(0x3333333333333333)) | (bits & UINT64_C(0x3333333333333333)) << 2;
    bits = (bits >> 4 & UINT64_C(0x0F0F0F0F0F0F0F0F)) | (bits & UINT64_C(0x0F0F0F0F0F0F0F0F)) << 4;
    bits = (bits >> 8 & UINT64_C(0x00FF00FF00FF00FF)) | (bits & UINT64_C(0x00FF00FF00FF00FF)) << 8;
    bits = (bits >> 16 & UINT64_C(0x0000FFFF0000FFFF)) | (bits & UINT64_C(0x0000FFFF0000FFFF)) << 16;
    return bits >> 32 | bits << 32;
}

static inline uint64_t steps_of(const lk_sweep *s, const lk_item *item, bool mirrored)
{
    if (!mirrored) return item->steps & s->steps;
    return reverse(item->steps & s->steps) >> (LK_FUNNEL_STEPS_MAX - s->e->rule->step_count);
}

static inline void enter(lk_sweep *s, size_t walked)
{
    for (uint64_t left = *taken_at(s, walked); left; left &= left - 1) push_waiting(s, lk_lowest_of_some(left));
}

static inline bool is_too_far(const lk_sweep *s, const lk_item *item, size_t walked, size_t before, bool mirrored)
{
    const lk_funnel_rule *rule = s->e->rule;
    const lk_item *other = item_at(s, before);
    if (rule->order == LK_ORDER_ADJACENT && walked - before > 1) return true;
    if (mirrored) return item->time - other->time > rule->step_window;
    return other->time > item->until || other->time - item->time > rule->step_window;
}

/* Both ends of the items that may follow. */
static inline void move_on(lk_sweep *s, size_t walked, bool mirrored)
{
    const lk_item *item = item_at(s, walked);
    for (; s->entering < walked; s->entering++) {
        int64_t wait = item_at(s, s->entering)->time - item->time;
        if ((mirrored ? -wait : wait) < s->e->rule->gap) break;
        enter(s, s->entering);
    }
    if (!s->expires) return;
    while (s->leaving < walked && is_too_far(s, item, walked, s->leaving, mirrored)) s->leaving++;
    s->least = s->begin[s->leaving];
}

/* A chain goes on with what follows, or ends with its own step. */
static inline uint64_t key_back(const lk_sweep *s, const lk_item *item, uint32_t step, uint64_t best)
{
    uint32_t is_optional = s->optional >> step & 1;
    if (best != LK_SWEEP_NONE) return best - ((uint64_t)is_optional << LK_SWEEP_STEP_BITS);
    if (!(s->ends >> step & 1)) return LK_SWEEP_NONE;
    return lk_sweep_key((int32_t)step + 1, (uint32_t)(item - s->e->items), is_optional);
}

/* A start gets here within its window, or starts here. */
static inline uint64_t key_front(lk_sweep *s, const lk_item *item, uint32_t step, uint64_t best)
{
    uint32_t i = (uint32_t)(item - s->e->items);
    if (s->ends >> step & 1 && i <= s->e->item[s->e->start_count - 1]) best = lk_sweep_key_of_start(i);
    if (best == LK_SWEEP_NONE || item->time > s->e->items[lk_sweep_start(best)].until) return LK_SWEEP_NONE;
    if (best < s->reached[step]) s->reached[step] = best;
    return best;
}

/* What followed the step above in the same run of optional ones. */
typedef struct follower {
    uint64_t seen, key;
    uint32_t place;
} follower;

/* The best that may follow a step and has no exclusion before it. */
static inline void find_near(lk_sweep *s, uint64_t follow, follower *f)
{
    if (!(follow & f->seen)) f->key = LK_SWEEP_NONE, f->place = NONE; /* another run */
    for (uint64_t more = s->alive & follow & ~f->seen; more; more &= more - 1) {
        uint32_t to = lk_lowest_of_some(more);
        lk_sweep_line *line = &s->line[to];
        if (line->near_place < s->least) pass(s, to);
        uint64_t is_better = line->near_key < f->key;
        f->key = lk_choose(is_better, line->near_key, f->key);
        f->place = (uint32_t)lk_choose(is_better, line->near_place, f->place);
    }
    f->seen = follow;
}

/* What has one before it. An exclusion of the whole funnel leaves nothing open. */
static inline follower or_far(lk_sweep *s, uint32_t step, follower f)
{
    if (s->barrier <= s->least || !(s->ways->follow[step] & s->open[s->ways->here[step]] & s->behind)) return f;
    if (s->stale >> step & 1 || s->far_place[step] < s->least) find_far(s, step);
    if (s->far_key[step] < f.key) f.key = s->far_key[step], f.place = s->far_place[step];
    return f;
}

/* Is the next item too near for the gap, or another one before? */
static inline bool must_wait(const lk_sweep *s, size_t walked)
{
    int64_t gap = s->e->rule->gap;
    if (gap <= 0) return false;
    if (s->entering < walked || walked + 1 == s->count) return true;
    int64_t wait = item_at(s, walked + 1)->time - item_at(s, walked)->time;
    return (s->stride < 0 ? -wait : wait) < gap;
}

/* What is walked over next may follow up on the places of an item, or they wait for the gap. */
static inline void hand_over(lk_sweep *s, size_t walked, uint64_t taken, const uint64_t *fresh)
{
    bool waits = must_wait(s, walked);
    uint32_t place = s->begin[walked];
    while (taken) {
        uint32_t step = lk_highest_bit(taken);
        taken ^= (uint64_t)1 << step;
        if (waits)
            wait(s, step, fresh[step], place++);
        else
            push(s, step, fresh[step], place++);
    }
    if (!waits) s->entering = walked + 1;
}

static inline void walk_over(lk_sweep *s, size_t walked, bool mirrored)
{
    const lk_item *item = item_at(s, walked);
    bool together = lk_funnel_takes_steps_together(s->e->rule) && s->e->rule->gap <= 0;
    follower near = {.key = LK_SWEEP_NONE, .place = NONE};
    uint64_t steps = !mirrored && s->marked ? *taken_at(s, walked) : steps_of(s, item, mirrored), taken = 0, left;
    uint64_t fresh[LK_FUNNEL_STEPS_MAX]; /* what its places are in lines, by step */
    s->begin[walked] = s->place;
    if (!steps && !item->excludes) { /* what it is to be compared with is still there for the next */
        s->begin[walked + 1] = s->place;
        *taken_at(s, walked) = 0;
        s->entering += s->entering == walked;
        return;
    }
    move_on(s, walked, mirrored);
    while ((left = steps & s->wanted) != 0) {
        uint32_t step = lk_highest_bit(left);
        steps &= ((uint64_t)1 << step) - 1;
        find_near(s, s->ways->follow[step], &near);
        follower best = or_far(s, step, near);
        uint64_t key = mirrored ? key_front(s, item, step, best.key) : key_back(s, item, step, best.key);
        if (key == LK_SWEEP_NONE) continue;
        taken |= (uint64_t)1 << step;
        fresh[step] = word_of(key, s->place);
        if (together) push(s, step, fresh[step], s->place);
        if (!mirrored) {
            s->next[s->place] = best.place;
            s->next_step[s->place] = (uint8_t)(key & ((1 << LK_SWEEP_STEP_BITS) - 1));
            s->last_key = key;
        }
        s->place++;
    }
    if (together) s->entering = walked + 1;
    if (s->barred && item->excludes) {
        raise_barrier(s, item->excludes, s->begin[walked]);
        leave_behind(s);
    }
    if (!together) hand_over(s, walked, taken, fresh);
    s->begin[walked + 1] = s->place;
    *taken_at(s, walked) = taken;
}

void lk_sweep_back_over(lk_sweep *s, size_t walked)
{
    walk_over(s, walked, false);
}

void lk_sweep_front_over(lk_sweep *s, size_t walked)
{
    walk_over(s, walked, true);
}

/* ---- to begin --------------------------------------------------------------------------------- */

static void begin(lk_sweep *s, bool mirrored, bool windows_end)
{
    const lk_entries *e = s->e;
    const lk_funnel_rule *rule = e->rule;
    bool has_windows = rule->window != INT64_MAX || rule->window_days || rule->session != INT64_MAX;
    uint32_t last = (uint32_t)rule->step_count - 1;
    s->ways = lk_sweep_ways(e, mirrored);
    s->barred = s->barred && e->barrier_count;
    s->expires = rule->order == LK_ORDER_ADJACENT || rule->step_window != INT64_MAX || s->barred ||
                 (has_windows && windows_end);
    s->place = s->least = s->barrier = 0;
    s->entering = s->leaving = 0;
    s->alive = s->behind = 0;
    s->wanted = s->ends;
    for (uint64_t left = s->steps; left; left &= left - 1) {
        uint32_t step = lk_lowest_of_some(left), own = mirrored ? last - step : step;
        size_t first = e->first[own] + (size_t)own * LINE_GAP;
        s->line[step] = (lk_sweep_line){LK_SWEEP_NONE, s->word + first, s->high + first, NONE, 0, 0, 0, 0};
    }
    if (s->barred) memset(s->barred_from, 0, sizeof s->barred_from);
}

void lk_sweep_back(lk_sweep *s, size_t from, size_t to, uint64_t steps, int32_t level)
{
    s->steps = steps;
    s->ends = level ? (uint64_t)1 << (level - 1) : UINT64_MAX;
    s->optional = s->e->rule->optional;
    begin(s, false, level == 0);
    s->count = to - from;
    s->origin = s->e->items + (to - 1);
    s->taken_of_first = s->taken + (s->count - 1);
    s->stride = -1;
}

void lk_sweep_front(lk_sweep *s, size_t from, size_t to)
{
    s->steps = lk_funnel_all_steps(s->e->rule);
    s->ends = (uint64_t)1 << (s->e->rule->step_count - 1);
    begin(s, true, false);
    s->count = to - from;
    s->origin = s->e->items + from;
    s->taken_of_first = s->taken;
    s->stride = 1;
    memset(s->reached, 0xFF, sizeof s->reached);
}
