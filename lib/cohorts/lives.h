/* lives.h: how long each customer was watched, and how that ended.
 *
 * A life begins with the acquisition and ends with the first of: the end of the
 * subscription (event=churn), an outcome (event=outcome), or as_of. */
#ifndef LK_COHORTS_LIVES_H
#define LK_COHORTS_LIVES_H

#include "cohorts/view.h"

/* How a life ended: 0 still open; else 1 + the index of the outcome, or 1 for churn. */
#define LK_LIFE_OPEN 0u

/* The outcome that is the event where none is named. */
#define LK_LIVES_DEFAULT_OUTCOME "won"

typedef struct lk_life {
    int64_t entry; /* microseconds since the acquisition: watched from then on */
    int64_t exit;
    uint32_t customer;
    uint32_t segment;
    uint32_t cause;
    uint32_t is_event; /* 1 where the cause is what the report asks for */
} lk_life;

typedef struct lk_lives {
    lk_memory *memory;
    lk_life *items; /* in order of segment, exit, and then events before the others */
    size_t count;
    size_t capacity;
} lk_lives;

/* One distinct time of a segment. */
typedef struct lk_life_row {
    int64_t time;
    int64_t at_risk;
    int64_t events;  /* of the kind asked for */
    int64_t others;  /* that end a life all the same */
    int64_t censored;
} lk_life_row;

enum {
    LK_LIVES_EVENT = LK_VIEW_OPTION_COUNT,
    LK_LIVES_OUTCOMES,
    LK_LIVES_OBSERVED_FROM,
    LK_LIVES_UNIT,
    LK_LIVES_SCALE,
    LK_LIVES_OPTION_COUNT
};
#define LK_LIVES_OPTIONS(default_event, default_outcomes)                                                            \
    [LK_LIVES_EVENT] = {"event", LK_OPTION_CHOICE, .choices = "churn|outcome",                     \
        .default_text = default_event,                                                             \
        .meaning = "What ends a life: the first fall of the recurring revenue to 0, or an "        \
                   "outcome."},                                                                    \
    [LK_LIVES_OUTCOMES] = {"outcomes", LK_OPTION_LIST, .unit = "outcomes", \
        .default_text = default_outcomes,                                                          \
        .meaning = "With event=outcome: the outcomes that count; the first outcome of a customer " \
                   "counts, and any other one ends its life without the event. Empty: all."},        \
    [LK_LIVES_OBSERVED_FROM] = {"observed_from", LK_OPTION_TIMESTAMP, .unit = "time",              \
        .meaning = "When watching began: customers acquired before it are at risk from then on, "  \
                   "and those whose life was over are left out."},                                 \
    [LK_LIVES_UNIT] = {"unit", LK_OPTION_DURATION, .unit = "time", .minimum = "1us",               \
        .maximum = "36500d", .default_text = "1d", .meaning = "The unit of times in the report."}, \
    [LK_LIVES_SCALE] = {"scale", LK_OPTION_CHOICE, .choices = "plain|log|log_log",                 \
        .default_text = "log_log",                                                                 \
        .meaning = "On which scale the intervals are symmetric."}

/* Status: OK (with a message where nobody has the default outcome), UNKNOWN_NAME (an outcome), OUT_OF_MEMORY,
 * LIMIT, INTERRUPTED. Closed on failure too. */
leadkpi_status lk_lives_find(lk_view *view, lk_lives *lives, leadkpi_error *error);
void lk_lives_close(lk_lives *lives);

/* The lives of a segment, which are neighbours; LK_MAP_NONE: of all segments (not in order). */
typedef struct lk_lives_run {
    const lk_life *items;
    size_t count;
} lk_lives_run;
lk_lives_run lk_lives_of(const lk_lives *lives, uint32_t segment);

/* Sorts by exit, events first; for the lives of all segments together. */
leadkpi_status lk_lives_merge_segments(lk_lives *lives, leadkpi_error *error);

/* The distinct exit times of a run in order, with who was at risk. `*rows` has `run.count` items of
 * room and is released with that count. */
leadkpi_status lk_lives_rows(lk_lives_run run, lk_memory *memory, lk_life_row **rows, size_t *count,
                             leadkpi_error *error);

#endif
