/* shapley.h: one game, of the channels of one set, between the files of the Shapley models. */
#ifndef LK_ATTRIBUTION_SHAPLEY_H
#define LK_ATTRIBUTION_SHAPLEY_H

#include "attribution/view.h"

/* Conversions, journeys, value within a coalition, or of exactly it. */
typedef struct lk_attribution_tally {
    double conversions, journeys, value;
} lk_attribution_tally;

/* An observed set within the set that is played for. */
typedef struct lk_attribution_subset {
    uint32_t set;  /* in the view */
    uint32_t mask; /* its players; 0 where there are too many for a mask */
} lk_attribution_subset;

typedef struct lk_attribution_play {
    const lk_attribution_view *view;
    const lk_attribution_game *game;
    const uint32_t *order;
    size_t set;            /* played for */
    size_t player_count;
    const uint32_t *rows;  /* of the players */
    const lk_attribution_subset *subsets;
    size_t subset_count;
    const lk_attribution_tally *tallies; /* by subset, as of this estimate */
} lk_attribution_play;

/* v by kind of a coalition with that tally. */
static inline void lk_attribution_rate(const lk_attribution_tally *tally, double v[2])
{
    bool any = tally->journeys > 0;
    v[0] = any ? tally->conversions / tally->journeys : 0;
    v[1] = any ? tally->value / tally->journeys : 0;
}

/* v of given players (rows) from the caller's table. Status: OK, NOT_GIVEN. */
leadkpi_status lk_attribution_given(const lk_attribution_play *play, const uint32_t *rows,
                                    size_t count, uint32_t *scratch, double *v,
                                    leadkpi_error *error);

/* phi[kind][player] by permutations in antithetic pairs, and the variance of their means.
 * scratch: 3 * players uint32_t, 3 tallies a player. */
leadkpi_status lk_attribution_sample(const lk_attribution_play *play, const lk_memory *memory,
                                     uint32_t *numbers, lk_attribution_tally *sums, double *phi[2],
                                     double *variance[2], leadkpi_error *error);

#endif
