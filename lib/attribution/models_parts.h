/* models_parts.h: what the files of the data-driven models share. */
#ifndef LK_ATTRIBUTION_MODELS_PARTS_H
#define LK_ATTRIBUTION_MODELS_PARTS_H

#include "attribution/models.h"

/* ---- batches ------------------------------------------------------------------------------- */

/* What a batch will need, once all of it was found good. */
typedef struct lk_attribution_needs {
    bool parts;     /* a weight that is not whole */
    int64_t steps;  /* sum of weights * (touches + 1), whole weights alone */
    int64_t counts; /* sum of weights, whole ones alone */
    size_t touches;
} lk_attribution_needs;

/* Status: OK, BAD_ARGUMENT, BAD_DATA, OVERFLOW. */
leadkpi_status lk_attribution_batch_check(const lk_attribution_batch *batch, size_t channel_count,
                                          lk_attribution_needs *needs, leadkpi_error *error);

typedef struct lk_attribution_journey {
    const uint32_t *channels;
    size_t length;
    double weights[2]; /* conversions, nulls */
    double value;
    uint64_t unit;
} lk_attribution_journey;

static inline lk_attribution_journey lk_attribution_journey_at(const lk_attribution_batch *batch,
                                                               size_t i)
{
    size_t start = i ? batch->ends[i - 1] : 0;
    const uint32_t *channels = batch->channels ? batch->channels + start : NULL; /* all are empty */
    return (lk_attribution_journey){channels, batch->ends[i] - start,
                                    {batch->conversions ? batch->conversions[i] : 0,
                                     batch->nulls ? batch->nulls[i] : 0},
                                    batch->values ? batch->values[i] : 0,
                                    batch->units ? batch->units[i] : 0};
}

/* Is a weight, found good, counted in int64? */
static inline bool lk_attribution_is_whole(double weight)
{
    return weight < 0x1p53 && (double)(int64_t)weight == weight;
}

/* into + from or into - from. What comes of a merge or out of a state stays below 2^120, so that
 * 2^57 journeys of any value can follow and no batch fails in its middle.
 * Status: OK, OVERFLOW. */
#define LK_ATTRIBUTION_SUM_BITS 120
bool lk_attribution_sum_is_good(const lk_exact_sum *sum);
leadkpi_status lk_attribution_add_sum(lk_exact_sum *into, const lk_exact_sum *from, bool subtract,
                                      leadkpi_error *error);

/* A count in its two parts as a double, rounded once. */
double lk_attribution_count(int64_t whole, const lk_exact_sum *part);

/* Room for so many keys, and for weights that are not whole. */
leadkpi_status lk_attribution_paths_reserve(lk_attribution_paths *paths, lk_memory *memory,
                                            uint32_t count, bool parts, leadkpi_error *error);

/* ---- estimates and their errors ---------------------------------------------------------------- */

#define LK_ATTRIBUTION_ALL UINT32_MAX

/* The columns of a result that a model fills: raw effects (or the contributions that are to be
 * shared out), and the totals. */
typedef struct lk_attribution_fill {
    double *raw[2];
    double total[2];
} lk_attribution_fill;

/* Fills with group `left_out` left out, or with all. */
typedef leadkpi_status (*lk_attribution_filler)(void *context, uint32_t left_out,
                                                lk_attribution_fill *fill, leadkpi_error *error);

/* Fills estimates, shares and credits, then the errors by leaving out each of the groups held;
 * none with fewer than two. with_removal: raw numbers are removal effects, to be kept. */
leadkpi_status lk_attribution_estimate(lk_attribution_result *result, lk_memory *memory,
                                       const uint32_t *held, uint32_t held_count, bool with_removal,
                                       lk_attribution_filler filler, void *context,
                                       leadkpi_error *error);

#endif
