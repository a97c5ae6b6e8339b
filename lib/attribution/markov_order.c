/* markov_order.c: which order predicts journeys that it has not seen.
 *
 * Units fall into folds by their hash. For each fold, what comes next (a channel, the
 * conversion, null) is predicted from the last k channels by counts over all other folds, runs of
 * one channel counting once:
 *
 *     P_k(x) = (n(context_k, x) + P_{k-1}(x)) / (n(context_k) + 1),     P_-1(x) = 1 / symbols,
 *
 * a Dirichlet prior of mass 1 (Perks 1947) around the order below (MacKay and Peto 1995). The loss of a
 * journey is the sum of -log P over all that came, so orders are compared on the same things,
 * and a higher one must earn its place. */
#include "attribution/view.h"

#include <math.h>
#include <string.h>

typedef struct lk_order_job {
    const lk_attribution_view *view;
    lk_memory *memory;
    uint32_t order_max, folds;
    lk_map_text contexts; /* rows, the latest first; LK_MAP_NONE where the journey starts */
    lk_map_text pairs;    /* what came, then the context */
    double *context_weights, *pair_weights; /* by index and fold */
    size_t context_room, pair_room;
    uint32_t *words; /* what came, and a context */
    uint32_t *path;
    size_t longest;
    double *losses;  /* by order, summed */
    double *weights; /* by fold: journeys */
} lk_order_job;

/* ---- contexts ------------------------------------------------------------------------------------------- */

/* The `length` channels before `place`; how many words. */
static size_t write_context(lk_order_job *job, size_t place, size_t length)
{
    size_t count = 0;
    while (count < length && count < place) {
        job->words[1 + count] = job->path[place - 1 - count];
        count++;
    }
    if (count < length) job->words[1 + count++] = LK_MAP_NONE;
    return count;
}

static lk_text context_key(const lk_order_job *job, size_t count)
{
    return (lk_text){(const char *)(job->words + 1), count * sizeof *job->words};
}

static lk_text pair_key(lk_order_job *job, uint32_t symbol, size_t count)
{
    job->words[0] = symbol;
    return (lk_text){(const char *)job->words, (count + 1) * sizeof *job->words};
}

/* A longer context than from the start of the journey says nothing more. */
static size_t longest_context(const lk_order_job *job, size_t place)
{
    return place + 1 < job->order_max ? place + 1 : job->order_max;
}

static size_t prepare_path(lk_order_job *job, size_t path)
{
    const lk_attribution_view *view = job->view;
    size_t count = 0;
    for (size_t i = lk_attribution_view_start(view->ends, path); i < view->ends[path]; i++)
        if (count == 0 || job->path[count - 1] != view->rows[i]) job->path[count++] = view->rows[i];
    return count;
}

/* ---- counting ---------------------------------------------------------------------------------------------- */

static leadkpi_status weigh(lk_order_job *job, lk_map_text *map, double **weights, size_t *room,
                            lk_text key, size_t fold, double weight, leadkpi_error *error)
{
    uint32_t index;
    if (map->count >= *room) {
        size_t more = *room + *room / 2 + 64;
        LK_TRY(lk_resize(job->memory, weights, *room, more, job->folds * sizeof **weights, error));
        memset(*weights + *room * job->folds, 0, (more - *room) * job->folds * sizeof **weights);
        *room = more;
    }
    LK_TRY(lk_map_text_find_or_add(map, job->memory, &key, 1, &index, error));
    (*weights)[index * job->folds + fold] += weight;
    return LEADKPI_OK;
}

static leadkpi_status count_symbol(lk_order_job *job, size_t place, uint32_t symbol, size_t fold,
                                   double weight, leadkpi_error *error)
{
    for (size_t length = 0; length <= longest_context(job, place) && weight > 0; length++) {
        size_t count = write_context(job, place, length);
        LK_TRY(weigh(job, &job->contexts, &job->context_weights, &job->context_room,
                     context_key(job, count), fold, weight, error));
        LK_TRY(weigh(job, &job->pairs, &job->pair_weights, &job->pair_room,
                     pair_key(job, symbol, count), fold, weight, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status count_part(lk_order_job *job, size_t length, const lk_attribution_part *part,
                                 leadkpi_error *error)
{
    uint32_t channels = (uint32_t)job->view->channel_count;
    size_t fold = part->group % job->folds;
    double weight = part->weights[0] + part->weights[1];
    for (size_t place = 0; place < length; place++)
        LK_TRY(count_symbol(job, place, job->path[place], fold, weight, error));
    for (uint32_t k = 0; k < 2; k++)
        LK_TRY(count_symbol(job, length, channels + k, fold, part->weights[k], error));
    job->weights[fold] += weight;
    return LEADKPI_OK;
}

/* ---- predicting ---------------------------------------------------------------------------------------------- */

/* Weight of a key in all folds but one. */
static double trained(const lk_order_job *job, const lk_map_text *map, const double *weights,
                      lk_text key, size_t fold)
{
    uint32_t index = lk_map_text_find(map, key);
    double sum = 0;
    for (size_t i = 0; i < job->folds && index != LK_MAP_NONE; i++)
        if (i != fold) sum += weights[index * job->folds + i];
    return sum;
}

static void predict(lk_order_job *job, size_t place, uint32_t symbol, size_t fold, double weight)
{
    double p = 1 / (double)(job->view->channel_count + 2);
    if (!(weight > 0)) return;
    for (size_t length = 0; length <= job->order_max; length++) {
        if (length <= longest_context(job, place)) {
            size_t count = write_context(job, place, length);
            double of = trained(job, &job->contexts, job->context_weights, context_key(job, count), fold);
            double came = trained(job, &job->pairs, job->pair_weights, pair_key(job, symbol, count), fold);
            p = (came + p) / (of + 1);
        }
        if (length) job->losses[length - 1] -= weight * log(p);
    }
}

static void predict_part(lk_order_job *job, size_t length, const lk_attribution_part *part)
{
    uint32_t channels = (uint32_t)job->view->channel_count;
    size_t fold = part->group % job->folds;
    for (size_t place = 0; place < length; place++)
        predict(job, place, job->path[place], fold, part->weights[0] + part->weights[1]);
    for (uint32_t k = 0; k < 2; k++) predict(job, length, channels + k, fold, part->weights[k]);
}

/* ---- the choice ------------------------------------------------------------------------------------------------ */

static leadkpi_status go_through(lk_order_job *job, bool count, leadkpi_error *error)
{
    const lk_attribution_view *view = job->view;
    for (size_t path = 0; path < view->path_count; path++) {
        if (path % 4096 == 0) LK_TRY(lk_interrupted(job->memory, error));
        size_t length = prepare_path(job, path);
        for (size_t i = lk_attribution_view_start(view->part_ends, path); i < view->part_ends[path]; i++)
            if (count)
                LK_TRY(count_part(job, length, &view->parts[i], error));
            else
                predict_part(job, length, &view->parts[i]);
    }
    return LEADKPI_OK;
}

static leadkpi_status choose(lk_order_job *job, uint32_t *best, leadkpi_error *error)
{
    double all = 0, used = 0;
    LK_TRY(lk_allocate(job->memory, job->order_max + 2, sizeof *job->words, &job->words, error));
    LK_TRY(lk_allocate(job->memory, job->longest, sizeof *job->path, &job->path, error));
    LK_TRY(lk_allocate(job->memory, job->folds, sizeof *job->weights, &job->weights, error));
    for (size_t i = 0; i < job->folds; i++) job->weights[i] = 0;
    LK_TRY(go_through(job, true, error));
    for (size_t i = 0; i < job->folds; i++) all += job->weights[i], used += job->weights[i] > 0;
    LK_FAIL_IF(used < 2, error, LEADKPI_NOT_ENOUGH_DATA,
               "units: expected some in two folds or more, found %d", (int)used);
    LK_TRY(go_through(job, false, error));
    *best = 1;
    for (uint32_t i = 0; i < job->order_max; i++) {
        job->losses[i] /= all;
        if (job->losses[i] < job->losses[*best - 1]) *best = i + 1;
    }
    return LEADKPI_OK;
}

static void release(lk_order_job *job)
{
    lk_memory *memory = job->memory;
    lk_map_text_free(&job->contexts, memory);
    lk_map_text_free(&job->pairs, memory);
    lk_release(memory, job->context_weights, job->context_room, job->folds * sizeof(double));
    lk_release(memory, job->pair_weights, job->pair_room, job->folds * sizeof(double));
    lk_release(memory, job->words, job->order_max + 2, sizeof *job->words);
    lk_release(memory, job->path, job->longest, sizeof *job->path);
    lk_release(memory, job->weights, job->folds, sizeof *job->weights);
}

leadkpi_status lk_attribution_choose_order(const lk_attribution_paths *paths, lk_memory *memory,
                                           uint32_t order_max, uint32_t folds, double *losses,
                                           uint32_t *best, leadkpi_error *error)
{
    lk_attribution_view view;
    LK_FAIL_IF(order_max < 1 || order_max > LK_ATTRIBUTION_ORDER_MAX, error, LEADKPI_BAD_ARGUMENT,
               "order: expected 1 to %d, found %u", LK_ATTRIBUTION_ORDER_MAX, (unsigned)order_max);
    LK_FAIL_IF(folds < 2 || folds > 1024, error, LEADKPI_BAD_ARGUMENT,
               "folds: expected 2 to 1024, found %u", (unsigned)folds);
    LK_TRY(lk_attribution_view_make(&view, memory, paths, NULL, false, error));
    lk_order_job job = {.view = &view, .memory = memory, .order_max = order_max, .folds = folds,
                        .losses = losses};
    for (size_t i = 0; i < view.path_count; i++) {
        size_t length = view.ends[i] - lk_attribution_view_start(view.ends, i);
        job.longest = length > job.longest ? length : job.longest;
    }
    for (uint32_t i = 0; i < order_max; i++) losses[i] = 0;
    leadkpi_status status = choose(&job, best, error);
    for (uint32_t i = 0; i < order_max && status != LEADKPI_OK; i++) losses[i] = NAN;
    release(&job);
    lk_attribution_view_free(&view, memory);
    return status;
}
