#include "attribution/models_parts.h"

#include <math.h>

/* ---- the jackknife ---------------------------------------------------------------------------- */

leadkpi_status lk_attribution_jackknife_init(lk_attribution_jackknife *jackknife, lk_memory *memory,
                                             size_t count, leadkpi_error *error)
{
    *jackknife = (lk_attribution_jackknife){.count = count};
    LK_TRY(lk_allocate(memory, count, 2 * sizeof *jackknife->mean, &jackknife->mean, error));
    jackknife->squares = count ? jackknife->mean + count : NULL;
    for (size_t i = 0; i < count; i++) jackknife->mean[i] = jackknife->squares[i] = 0;
    return LEADKPI_OK;
}

/* Welford 1962: no difference of large sums. */
void lk_attribution_jackknife_add(lk_attribution_jackknife *jackknife, const double *estimates)
{
    double groups = ++jackknife->groups;
    for (size_t i = 0; i < jackknife->count; i++) {
        double off = estimates[i] - jackknife->mean[i];
        jackknife->mean[i] += off / groups;
        jackknife->squares[i] += off * (estimates[i] - jackknife->mean[i]);
    }
}

void lk_attribution_jackknife_errors(const lk_attribution_jackknife *jackknife, double *errors)
{
    double groups = jackknife->groups;
    for (size_t i = 0; i < jackknife->count; i++)
        errors[i] = groups < 2 ? NAN : sqrt((groups - 1) / groups * jackknife->squares[i]);
}

void lk_attribution_jackknife_free(lk_attribution_jackknife *jackknife, lk_memory *memory)
{
    lk_release(memory, jackknife->mean, jackknife->count, 2 * sizeof *jackknife->mean);
    *jackknife = (lk_attribution_jackknife){0};
}

/* ---- results ------------------------------------------------------------------------------------ */

/* One block, estimates before errors: removal, share, credit, each by kind. */
#define COLUMNS 6

leadkpi_status lk_attribution_result_init(lk_attribution_result *result, lk_memory *memory,
                                          size_t channel_count, leadkpi_error *error)
{
    double *block;
    *result = (lk_attribution_result){.channel_count = channel_count, .probability = NAN};
    LK_TRY(lk_allocate(memory, channel_count, 2 * COLUMNS * sizeof *block, &block, error));
    for (size_t i = 0; i < 2 * COLUMNS * channel_count; i++) block[i] = NAN;
    for (size_t kind = 0; kind < 2 && block; kind++) {
        result->removal[kind] = block + kind * channel_count;
        result->share[kind] = block + (2 + kind) * channel_count;
        result->credit[kind] = block + (4 + kind) * channel_count;
        result->removal_error[kind] = block + (6 + kind) * channel_count;
        result->share_error[kind] = block + (8 + kind) * channel_count;
        result->credit_error[kind] = block + (10 + kind) * channel_count;
    }
    return LEADKPI_OK;
}

void lk_attribution_result_free(lk_attribution_result *result, lk_memory *memory)
{
    lk_release(memory, result->removal[0], result->channel_count, 2 * COLUMNS * sizeof(double));
    *result = (lk_attribution_result){0};
}

/* ---- estimates ------------------------------------------------------------------------------------ */

/* Shares and credits of the raw numbers of one kind. An effect below zero (renormalised rows)
 * claims nothing; other models may give a channel less than nothing. */
static void share_out(double *const columns[3], size_t count, double total, bool with_removal)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double raw = columns[0][i];
        columns[1][i] = with_removal && raw < 0 ? 0 : raw;
        sum += columns[1][i];
    }
    bool defined = sum > 0 || sum < 0;
    for (size_t i = 0; i < count; i++) {
        columns[1][i] = defined ? columns[1][i] / sum : NAN;
        columns[2][i] = defined ? columns[1][i] * total : total == 0 ? 0 : NAN;
    }
}

/* Estimates into a block of six columns. */
static leadkpi_status fill_block(double *block, size_t count, uint32_t left_out, bool with_removal,
                                 lk_attribution_filler filler, void *context, double scale,
                                 double total[2], leadkpi_error *error)
{
    lk_attribution_fill fill = {{block, block ? block + count : NULL}, {0, 0}};
    LK_TRY(filler(context, left_out, &fill, error));
    for (size_t kind = 0; kind < 2 && count; kind++) {
        double *columns[3] = {fill.raw[kind], block + (2 + kind) * count, block + (4 + kind) * count};
        share_out(columns, count, scale * fill.total[kind], with_removal);
        total[kind] = fill.total[kind];
    }
    for (size_t i = 0; i < 2 * count && !with_removal; i++) block[i] = NAN;
    return LEADKPI_OK;
}

static leadkpi_status leave_out_each(lk_attribution_jackknife *jackknife, double *block, size_t count,
                                     const uint32_t *held, uint32_t held_count, bool with_removal,
                                     lk_attribution_filler filler, void *context,
                                     leadkpi_error *error)
{
    double scale = (double)held_count / (double)(held_count - 1), total[2];
    for (uint32_t i = 0; i < held_count; i++) {
        LK_TRY(fill_block(block, count, held[i], with_removal, filler, context, scale, total, error));
        lk_attribution_jackknife_add(jackknife, block);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_estimate(lk_attribution_result *result, lk_memory *memory,
                                       const uint32_t *held, uint32_t held_count, bool with_removal,
                                       lk_attribution_filler filler, void *context,
                                       leadkpi_error *error)
{
    size_t count = result->channel_count;
    lk_attribution_jackknife jackknife;
    double *block = NULL;
    result->groups = held_count;
    LK_TRY(fill_block(result->removal[0], count, LK_ATTRIBUTION_ALL, with_removal, filler, context,
                      1, result->total, error));
    if (held_count < 2 || count == 0) return LEADKPI_OK;
    LK_TRY(lk_attribution_jackknife_init(&jackknife, memory, COLUMNS * count, error));
    leadkpi_status status = lk_allocate(memory, count, COLUMNS * sizeof *block, &block, error);
    if (status == LEADKPI_OK)
        status = leave_out_each(&jackknife, block, count, held, held_count, with_removal, filler,
                                context, error);
    if (status == LEADKPI_OK)
        lk_attribution_jackknife_errors(&jackknife, result->removal_error[0]);
    lk_release(memory, block, count, COLUMNS * sizeof *block);
    lk_attribution_jackknife_free(&jackknife, memory);
    return status;
}
