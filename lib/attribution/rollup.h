/* rollup.h: credit by all of `by`, and with rollup by its first dimension, its first two and so on.
 *
 * All levels are counted in one walk. Rules give credit to touches, so that what a group has is what
 * its parts have, to the last bit. A model that is solved (Markov, Shapley, Shao-Li) has an answer
 * of its own at each level, and these do not add up: there the widest level stands, and each group's
 * credit is shared out to its parts in proportion to theirs, whose errors go along. */
#ifndef LK_ATTRIBUTION_ROLLUP_H
#define LK_ATTRIBUTION_ROLLUP_H

#include "attribution/report.h"

typedef struct lk_line {
    uint32_t level;  /* 0: the widest */
    uint32_t member; /* of the level's */
} lk_line;

typedef struct lk_rollup {
    lk_report *report;
    lk_report *levels;  /* the last one is the report's own groups */
    lk_credits *credits; /* by level */
    size_t level_count;
    lk_line *lines; /* groups in order, each before its parts */
    size_t line_count;
    size_t opened; /* levels */
    bool is_counted;
} lk_rollup;

/* Close after any outcome. Status: as lk_credits_find. */
leadkpi_status lk_rollup_open(lk_rollup *rollup, lk_report *report, leadkpi_error *error);
void lk_rollup_close(lk_rollup *rollup);

#endif
