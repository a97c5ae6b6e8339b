/* attempt.h: how far one lead got: the rules themselves.
 *
 * Of all attempts of a lead the one counts that got farthest; of equally far
 * ones the first to get there; of those that got there with the same event the one that started
 * last (for steps in any order after an anchor: first). */
#ifndef LK_FUNNEL_ATTEMPT_H
#define LK_FUNNEL_ATTEMPT_H

#include "funnel/journeys.h"

typedef struct lk_attempt {
    int32_t level;                     /* the last step reached; 0: none */
    uint32_t entry;                    /* event of the first step reached; LK_MAP_NONE without one */
    int64_t start;                     /* its time */
    int64_t until;                     /* when its window ends; INT64_MAX: not known */
    uint64_t done;                     /* the steps reached, bit 0 for the first */
    int64_t times[LK_FUNNEL_STEPS_MAX]; /* of the steps reached, where they were asked for */
} lk_attempt;

/* What may follow what where steps may be left out, in the order of a walk; see entries_sweep.c. */
typedef struct lk_attempt_ways {
    uint64_t follow[LK_FUNNEL_STEPS_MAX];        /* the steps, as bits, that may follow a step */
    uint64_t before[LK_FUNNEL_STEPS_MAX];        /* and those that it may follow */
    uint64_t peers[LK_FUNNEL_STEPS_MAX];         /* and those of its group here */
    uint64_t below[LK_FUNNEL_RANGES_MAX + 2];    /* the steps whose group there is below one */
    uint8_t last_here[LK_FUNNEL_RANGES_MAX];     /* of each exclusion: it bars the way from the groups up to this */
    uint8_t first_there[LK_FUNNEL_RANGES_MAX];   /* to those from this on */
    uint8_t here[LK_FUNNEL_STEPS_MAX], there[LK_FUNNEL_STEPS_MAX]; /* the groups of a step */
    int32_t here_count, there_count;             /* 0: not known yet */
} lk_attempt_ways;

/* Scratch for items of one lead; grows as needed. For one rule. */
typedef struct lk_attempt_scratch {
    uint32_t barriers[LK_FUNNEL_STEPS_MAX]; /* exclusions, as bits, that may not stand between a step and the next */
    lk_attempt_ways ways[2]; /* from the end; from the front */
    uint32_t *cells;
    size_t capacity;
    int64_t *times;
    size_t time_capacity;
} lk_attempt_scratch;

void lk_attempt_scratch_open(const lk_funnel_rule *rule, lk_attempt_scratch *scratch);
void lk_attempt_scratch_free(lk_attempt_scratch *scratch, lk_memory *memory);
leadkpi_status lk_attempt_scratch_cells(lk_attempt_scratch *scratch, lk_memory *memory, size_t needed,
                                        leadkpi_error *error);

/* What is asked of one lead. Items have their `until`. */
typedef struct lk_attempt_search {
    const lk_funnel_rule *rule;
    const lk_item *items;
    size_t count;
    bool times_wanted; /* not with compat: ClickHouse's answer has a level only */
    lk_memory *memory;
    lk_attempt_scratch *scratch;
    const uint32_t *barriers; /* those of the scratch, or of nobody */
} lk_attempt_search;

/* Asks the host between the steps of a long lead; shorter ones are asked for together. */
static inline leadkpi_status lk_attempt_interrupted(const lk_attempt_search *search, leadkpi_error *error)
{
    return search->count < LK_INTERRUPT_ROWS ? LEADKPI_OK : lk_interrupted(search->memory, error);
}

/* Takes an attempt that counts. */
typedef leadkpi_status (*lk_attempt_sink)(void *context, const lk_attempt *attempt,
                                          leadkpi_error *error);

/* Hands every attempt that counts to the sink, in order of start: the best one, or with entry=every and
 * entry=again all. O(count * steps) time; where steps may be left out, and windows end what would go on, that
 * much for each level that attempts get to, see entries_choose.c. Without times, step_window, gap, adjacent or
 * optional steps no scratch is used; with them 12 bytes an item, and with times 4 a step and item more. With
 * entry=every, entry=again, or exclusions that end attempts or leave leads out: 8 bytes an item, 20 where step_window
 * or adjacent steps hinder, 24 where exclusions do, and about an eighth of a byte a step, with times a quarter; of
 * each item of step 1 28 and with times 4 a step more, of each that excludes 8. With optional steps: 12 an item, 15
 * for each step that it matches, of each item of step 1 29 and with times 4 a step more, of each that excludes 8, and
 * once 1 kB a step.
 * Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED, and those of the sink. */
leadkpi_status lk_attempts_find(const lk_attempt_search *search, lk_attempt_sink sink, void *context,
                                leadkpi_error *error);

/* The parts, each for its own file. */
leadkpi_status lk_attempt_ordered(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error);
leadkpi_status lk_attempt_unordered(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error);
leadkpi_status lk_attempt_anchored(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error);
leadkpi_status lk_attempts_anchored(const lk_attempt_search *search, lk_attempt_sink sink,
                                    void *context, leadkpi_error *error);
leadkpi_status lk_attempt_open(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error);
leadkpi_status lk_attempt_clickhouse(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error);
leadkpi_status lk_entries_find(const lk_attempt_search *search, lk_attempt_sink sink, void *context,
                               leadkpi_error *error);

/* The first `level` steps as bits. */
static inline uint64_t lk_attempt_steps(int32_t level)
{
    return level ? UINT64_MAX >> (LK_FUNNEL_STEPS_MAX - level) : 0;
}

#endif
