/* shao_li.c: the probabilistic model of Shao and Li (KDD 2011).
 *
 * P(i), P(i, j): conversions / journeys of the journeys with channel i, with both. A journey that
 * converts, with N channels, gives channel i
 *
 *     C(i) = P(i) + 1 / (2 (N - 1)) * sum over its other channels j of P(i, j) - P(i) - P(j),
 *
 * P(i) where it is alone. C is summed over conversions (for value: weighted by value), and shared
 * out to the total. C may be below zero. */
#include "attribution/view.h"

typedef struct lk_shao_li_job {
    const lk_attribution_view *view;
    lk_memory *memory;
    lk_map64 pairs;      /* row i << 32 | row j, i < j; i = j: the channel itself */
    uint32_t *pair_of;   /* by set: its pairs, row by row from the diagonal on */
    double *conversions; /* by pair */
    double *journeys;
    size_t room;         /* of pair_of */
} lk_shao_li_job;

/* Channels of one journey at most: two million pairs. */
#define CHANNELS_MOST 2048

static size_t pairs_of(const lk_attribution_view *view, size_t set)
{
    size_t size = view->ends[set] - lk_attribution_view_start(view->ends, set);
    return size * (size + 1) / 2;
}

/* ---- the pairs -------------------------------------------------------------------------------------- */

static leadkpi_status intern_pairs(lk_shao_li_job *job, leadkpi_error *error)
{
    const lk_attribution_view *view = job->view;
    size_t count = 0;
    for (size_t set = 0; set < view->path_count; set++) {
        if (set % 1024 == 0) LK_TRY(lk_interrupted(job->memory, error));
        for (size_t i = lk_attribution_view_start(view->ends, set); i < view->ends[set]; i++)
            for (size_t j = i; j < view->ends[set]; j++) {
                int64_t key = (int64_t)((uint64_t)view->rows[i] << 32 | view->rows[j]);
                LK_TRY(lk_map64_find_or_add(&job->pairs, job->memory, &key, 0, 1,
                                            &job->pair_of[count++], error));
            }
    }
    return LEADKPI_OK;
}

static void count_pairs(lk_shao_li_job *job, uint32_t left_out)
{
    const lk_attribution_view *view = job->view;
    const uint32_t *pair = job->pair_of;
    for (uint32_t i = 0; i < job->pairs.count; i++) job->conversions[i] = job->journeys[i] = 0;
    for (size_t set = 0; set < view->path_count; set++) {
        lk_attribution_sums sums = lk_attribution_view_sums(view, set, left_out);
        for (size_t i = pairs_of(view, set); i > 0; i--, pair++) {
            job->conversions[*pair] += sums.conversions;
            job->journeys[*pair] += sums.conversions + sums.nulls;
        }
    }
}

/* ---- contributions ----------------------------------------------------------------------------------- */

static double rate(const lk_shao_li_job *job, uint32_t pair)
{
    return job->journeys[pair] > 0 ? job->conversions[pair] / job->journeys[pair] : 0;
}

/* Where row i of the triangle of a set starts. */
static size_t diagonal(size_t size, size_t i)
{
    return i * size - (i * (i - 1)) / 2;
}

static double contribution(const lk_shao_li_job *job, const uint32_t *pairs, size_t size, size_t i)
{
    double own = rate(job, pairs[diagonal(size, i)]), others = 0;
    for (size_t j = 0; j < size; j++) {
        if (j == i) continue;
        size_t low = i < j ? i : j, high = i < j ? j : i;
        double both = rate(job, pairs[diagonal(size, low) + high - low]);
        others += both - own - rate(job, pairs[diagonal(size, j)]);
    }
    return size > 1 ? own + others / (2 * (double)(size - 1)) : own;
}

static leadkpi_status fill_contributions(void *context, uint32_t left_out, lk_attribution_fill *fill,
                                         leadkpi_error *error)
{
    lk_shao_li_job *job = context;
    const lk_attribution_view *view = job->view;
    const uint32_t *pairs = job->pair_of;
    LK_TRY(lk_interrupted(job->memory, error));
    count_pairs(job, left_out);
    lk_attribution_view_totals(view, left_out, fill->total);
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < view->channel_count; i++) fill->raw[kind][i] = 0;
    for (size_t set = 0; set < view->path_count; pairs += pairs_of(view, set++)) {
        lk_attribution_sums sums = lk_attribution_view_sums(view, set, left_out);
        size_t start = lk_attribution_view_start(view->ends, set), size = view->ends[set] - start;
        if (sums.conversions == 0 && sums.value == 0) continue;
        for (size_t i = 0; i < size; i++) {
            double c = contribution(job, pairs, size, i);
            fill->raw[0][view->rows[start + i]] += sums.conversions * c;
            fill->raw[1][view->rows[start + i]] += sums.value * c;
        }
    }
    return LEADKPI_OK;
}

/* ---- the model ---------------------------------------------------------------------------------------- */

static leadkpi_status run(lk_shao_li_job *job, bool errors, lk_attribution_result *result,
                          leadkpi_error *error)
{
    for (size_t set = 0; set < job->view->path_count; set++) {
        size_t size = job->view->ends[set] - lk_attribution_view_start(job->view->ends, set);
        LK_FAIL_IF(size > CHANNELS_MOST, error, LEADKPI_LIMIT,
                   "channels of a journey: expected at most %d, found %zu", CHANNELS_MOST, size);
        LK_FAIL_IF(!lk_size_add(job->room, pairs_of(job->view, set), &job->room), error,
                   LEADKPI_OVERFLOW, "pairs of channels: expected fewer than memory has bytes");
    }
    LK_TRY(lk_allocate(job->memory, job->room, sizeof *job->pair_of, &job->pair_of, error));
    LK_TRY(intern_pairs(job, error));
    LK_TRY(lk_allocate(job->memory, job->pairs.count, sizeof(double), &job->conversions, error));
    LK_TRY(lk_allocate(job->memory, job->pairs.count, sizeof(double), &job->journeys, error));
    LK_TRY(lk_attribution_estimate(result, job->memory, job->view->held,
                                   errors ? job->view->held_count : 0, false, fill_contributions, job,
                                   error));
    lk_attribution_view_describe(job->view, result);
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_shao_li(const lk_attribution_paths *paths, lk_memory *memory,
                                      const uint32_t *order, bool errors,
                                      lk_attribution_result *result, leadkpi_error *error)
{
    lk_attribution_view view;
    LK_FAIL_IF(result->channel_count != paths->channel_count, error, LEADKPI_MISMATCH,
               "channels of the result: expected %u, found %zu", (unsigned)paths->channel_count,
               result->channel_count);
    LK_TRY(lk_attribution_view_make(&view, memory, paths, order, true, error));
    lk_shao_li_job job = {.view = &view, .memory = memory};
    leadkpi_status status = run(&job, errors, result, error);
    lk_release(memory, job.pair_of, job.pair_of ? job.room : 0, sizeof *job.pair_of);
    lk_release(memory, job.conversions, job.conversions ? job.pairs.count : 0, sizeof(double));
    lk_release(memory, job.journeys, job.journeys ? job.pairs.count : 0, sizeof(double));
    lk_map64_free(&job.pairs, memory);
    lk_attribution_view_free(&view, memory);
    return status;
}
