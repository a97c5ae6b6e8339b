/* standings.h: where each lead stands, when rows come in order of time: no event is stored.
 *
 * What an attempt could still become depends on the latest start of an attempt at each step alone
 * (attempt.c says why), so those are all that is kept, with the best attempt so far, and what stands at
 * the latest instant, which later rows may add to: its steps count in their order, not in that of the rows.
 *
 * A standing is step_count + 3 words of 8 bytes, 64 bytes for 5 steps, which are one line of the cache.
 * Starts are counted from the year 1 and 1 microsecond, so that an empty standing is all zero bytes. */
#ifndef LK_FUNNEL_STANDINGS_H
#define LK_FUNNEL_STANDINGS_H

#include "base/codec.h"
#include "funnel/rule.h"

/* The words of a standing. The time stands before the starts: it is the start that step 1 takes over. */
enum {
    LK_STANDING_STEPS,  /* what the rows of the latest instant match, bit i for step i + 1; 0: no row yet */
    LK_STANDING_LEVEL,  /* reached before the latest instant */
    LK_STANDING_START,  /* of the attempt that reached it */
    LK_STANDING_TIME,   /* of the latest instant; 0: no row yet */
    LK_STANDING_STARTS, /* the latest start at each step but the last; 0: none holds it */
};

typedef struct lk_standings {
    uint64_t *words; /* within block, at a line of the cache */
    void *block;
    size_t block_size;
    size_t capacity;
    size_t count;
    int64_t latest; /* time of the latest row of all; LK_STANDINGS_NEVER before the first */
} lk_standings;

#define LK_STANDINGS_NEVER INT64_MIN

static inline size_t lk_standing_size(const lk_funnel_rule *rule)
{
    return (size_t)rule->step_count + LK_STANDING_STARTS - 1;
}

static inline uint64_t *lk_standing(const lk_standings *standings, const lk_funnel_rule *rule, uint32_t lead)
{
    return standings->words + lead * lk_standing_size(rule);
}

/* Is the rule one whose leads fit a standing? Status: OK, CONTRADICTION. */
leadkpi_status lk_standings_check_rule(const lk_funnel_rule *rule, bool excludes, const char *what,
                                   leadkpi_error *error);

/* Room for `count` of them. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_standings_make_room(lk_standings *standings, const lk_funnel_rule *rule, lk_memory *memory,
                                      size_t count, leadkpi_error *error);

/* There is room, and empty standings come behind those that there are, up to `count`. */
void lk_standings_append_empty(lk_standings *standings, const lk_funnel_rule *rule, size_t count);

/* Both; the host is asked between pieces. After a failure there may be some of the empty ones. Status: as that of
 * make_room, and INTERRUPTED. */
leadkpi_status lk_standings_reserve(lk_standings *standings, const lk_funnel_rule *rule, lk_memory *memory,
                                size_t count, leadkpi_error *error);

/* No more room than they need, where the host gives it back. */
void lk_standings_shrink(lk_standings *standings, const lk_funnel_rule *rule, lk_memory *memory);

void lk_standings_free(lk_standings *standings, lk_memory *memory);

/* What the inner loop asks of the rule, where no store to a standing could change it. */
typedef struct lk_standing_rule {
    uint64_t window;
    uint64_t any_entry;  /* 0: only an attempt of a lead that has none may start */
    uint32_t step_count;
    uint32_t size;       /* words of a standing */
} lk_standing_rule;

static inline lk_standing_rule lk_standing_rule_of(const lk_funnel_rule *rule)
{
    return (lk_standing_rule){(uint64_t)rule->window, rule->entry == LK_ENTRY_ANY,
                              (uint32_t)rule->step_count, (uint32_t)lk_standing_size(rule)};
}

/* May step `step` (from 0) happen at the latest instant? As a bit. */
static inline uint64_t lk_standing_admits(const lk_standing_rule *rule, const uint64_t *standing, uint32_t step)
{
    uint64_t start = standing[LK_STANDING_TIME + step];
    uint64_t lasts = (uint64_t)(start != 0) & (uint64_t)(standing[LK_STANDING_TIME] - start <= rule->window);
    return lasts & ((uint64_t)(step != 0) | (uint64_t)(standing[LK_STANDING_LEVEL] == 0) | rule->any_entry);
}

/* Step `step` (from 0) at the latest instant, if `happens` is 1: an attempt takes over the start of the step
 * before, which is never the earlier one. What the last step would leave goes to the word of the time, which
 * is not asked for again: the last step of an instant comes last. */
static inline void lk_standing_take_step(const lk_standing_rule *rule, uint64_t *standing, uint32_t step,
                                         uint64_t happens)
{
    uint64_t start = standing[LK_STANDING_TIME + step], level = standing[LK_STANDING_LEVEL];
    uint32_t next = (step + 1) & (0 - (uint32_t)(step + 1 != rule->step_count));
    uint64_t *here = standing + LK_STANDING_TIME + next;
    happens &= lk_standing_admits(rule, standing, step);
    uint64_t rises = happens & (uint64_t)(step >= level);
    *here = lk_choose(happens, start, *here);
    standing[LK_STANDING_LEVEL] = lk_choose(rises, (uint64_t)step + 1, level);
    standing[LK_STANDING_START] = lk_choose(rises, start, standing[LK_STANDING_START]);
}

/* The steps of the latest instant, in their order, go into the standing, whose time is spent then. */
void lk_standing_take(const lk_standing_rule *rule, uint64_t *standing, uint64_t steps);

/* One row, not before those that the standing has had: the instant before it is taken, if that is over.
 * No branch depends on what the rows are but where several steps stand at one instant. */
static inline void lk_standing_add(const lk_standing_rule *rule, uint64_t *standing, uint64_t time,
                                   uint64_t steps)
{
    uint64_t waiting = standing[LK_STANDING_STEPS];
    uint64_t is_over = standing[LK_STANDING_TIME] != time;
    if (LK_UNLIKELY(waiting & (waiting - 1))) {
        if (is_over) lk_standing_take(rule, standing, waiting);
    } else {
        lk_standing_take_step(rule, standing, lk_lowest_bit(waiting), is_over);
    }
    standing[LK_STANDING_TIME] = time;
    standing[LK_STANDING_STEPS] = lk_choose(is_over, 0, waiting) | steps;
}

/* Of a time of a row, and back. */
static inline uint64_t lk_standing_time(int64_t time)
{
    return (uint64_t)time - (uint64_t)LK_FUNNEL_TIME_MIN + 1;
}

static inline int64_t lk_standing_time_back(uint64_t time)
{
    return (int64_t)(time - 1 + (uint64_t)LK_FUNNEL_TIME_MIN);
}

/* How far the lead got, and when that attempt started, if it got anywhere. */
typedef struct lk_standing_best {
    uint64_t level, start;
} lk_standing_best;

/* Where several steps wait at the latest instant. */
lk_standing_best lk_standing_find_of_several(const lk_standing_rule *rule, const uint64_t *standing);

/* With what waits at the latest instant. */
static inline lk_standing_best lk_standing_find(const lk_standing_rule *rule, const uint64_t *standing)
{
    uint64_t waiting = standing[LK_STANDING_STEPS], level = standing[LK_STANDING_LEVEL];
    if (LK_UNLIKELY(waiting & (waiting - 1))) return lk_standing_find_of_several(rule, standing);
    uint32_t step = lk_lowest_bit(waiting);
    uint64_t rises = lk_standing_admits(rule, standing, step) & (uint64_t)(step >= level);
    return (lk_standing_best){lk_choose(rises, (uint64_t)step + 1, level),
                              lk_choose(rises, standing[LK_STANDING_TIME + step], standing[LK_STANDING_START])};
}

/* A standing of a state: level (varint), where it is not 0 start and the starts that hold (int64), steps
 * (varint), where they are not 0 time (int64). */
void lk_standing_write(const lk_funnel_rule *rule, const uint64_t *standing, lk_writer *writer);

/* Status: OK, BAD_FORMAT. */
leadkpi_status lk_standing_read(const lk_funnel_rule *rule, uint64_t *standing, lk_reader *reader);

#endif
