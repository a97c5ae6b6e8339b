/* markov_graph.c: from paths to the states of a chain and the steps between them. */
#include "attribution/chain.h"

#include <string.h>

#include "base/sort.h"

typedef struct lk_graph_job {
    const lk_attribution_view *view;
    const lk_attribution_chain *chain;
    lk_attribution_graph *graph;
    lk_memory *memory;
    uint32_t *path;    /* of one path: blanks, then its rows without what is collapsed */
    uint32_t *number;  /* by text of a window: its state */
    uint64_t *keys;    /* steps: into << 32 | from */
    uint32_t *payload; /* their paths */
    size_t longest, step_room;
} lk_graph_job;

/* ---- windows ------------------------------------------------------------------------------------------- */

/* The rows of a path as windows are cut from them; how many. */
static size_t prepare_path(const lk_graph_job *job, size_t path)
{
    const lk_attribution_view *view = job->view;
    size_t count = 0, start = lk_attribution_view_start(view->ends, path);
    if (job->chain->padded)
        while (count + 1 < job->chain->length) job->path[count++] = LK_MAP_NONE;
    size_t blanks = count;
    for (size_t i = start; i < view->ends[path]; i++) {
        bool again = count > blanks && job->path[count - 1] == view->rows[i];
        if (!again || job->chain->collapse != LK_ATTRIBUTION_COLLAPSE_CHANNELS)
            job->path[count++] = view->rows[i];
    }
    return count;
}

static leadkpi_status cut_windows(lk_graph_job *job, size_t path, leadkpi_error *error)
{
    lk_attribution_graph *graph = job->graph;
    size_t count = prepare_path(job, path), length = job->chain->length;
    size_t first = lk_attribution_view_start(graph->ends, path), end = first;
    if (length > count) length = count;
    for (size_t i = 0; i + length <= count; i++) {
        lk_text window = {(const char *)(job->path + i), length * sizeof *job->path};
        uint32_t state;
        LK_TRY(lk_map_text_find_or_add(&graph->windows, job->memory, &window, 1, &state, error));
        bool again = end > first && graph->states[end - 1] == state;
        if (!again || job->chain->collapse == LK_ATTRIBUTION_COLLAPSE_NONE)
            graph->states[end++] = state;
    }
    graph->ends[path] = end;
    return LEADKPI_OK;
}

/* ---- the order of states --------------------------------------------------------------------------------- */

/* Two rows of a state's window from `place` on; less where the window has ended. */
static uint64_t rows_at(const lk_attribution_graph *graph, uint32_t text, size_t place)
{
    lk_text window = lk_map_text_key(&graph->windows, text);
    uint64_t key = 0;
    for (size_t i = place; i < place + 2; i++) {
        uint32_t row = LK_MAP_NONE;
        if ((i + 1) * sizeof row <= window.length)
            memcpy(&row, window.data + i * sizeof row, sizeof row);
        key = key << 32 | (uint32_t)(row + 1);
    }
    return key;
}

/* Stable, by the rows of the window. */
static leadkpi_status sort_states(lk_graph_job *job, uint32_t *texts, leadkpi_error *error)
{
    size_t count = job->graph->state_count, length = job->chain->length;
    if (length > job->longest) length = job->longest;
    for (size_t place = (length + 1) / 2 * 2; place > 0; place -= 2) {
        for (size_t i = 0; i < count; i++) job->keys[i] = rows_at(job->graph, texts[i], place - 2);
        LK_TRY(lk_sort_uint64(job->memory, job->keys, texts, count, error));
    }
    return LEADKPI_OK;
}

/* States are numbered by window: those with the same beginning have the same states before them. */
static leadkpi_status number_states(lk_graph_job *job, leadkpi_error *error)
{
    lk_attribution_graph *graph = job->graph;
    size_t count = graph->state_count;
    for (size_t i = 0; i < count; i++) graph->window[i] = (uint32_t)i;
    LK_TRY(sort_states(job, graph->window, error));
    for (size_t i = 0; i < count; i++) job->number[graph->window[i]] = (uint32_t)i;
    size_t steps = lk_attribution_view_start(graph->ends, graph->path_count);
    for (size_t i = 0; i < steps; i++) graph->states[i] = job->number[graph->states[i]];
    return LEADKPI_OK;
}

/* ---- weights ------------------------------------------------------------------------------------------------ */

static size_t list_steps(lk_graph_job *job)
{
    lk_attribution_graph *graph = job->graph;
    size_t count = 0;
    for (size_t path = 0; path < graph->path_count; path++)
        for (size_t i = lk_attribution_view_start(graph->ends, path) + 1; i < graph->ends[path]; i++) {
            job->keys[count] = (uint64_t)graph->states[i] << 32 | graph->states[i - 1];
            job->payload[count++] = (uint32_t)path;
        }
    return count;
}

static void weigh_states(const lk_graph_job *job)
{
    lk_attribution_graph *graph = job->graph;
    for (size_t path = 0; path < graph->path_count; path++) {
        lk_attribution_sums sums = lk_attribution_view_sums(job->view, path, LK_ATTRIBUTION_ALL);
        size_t start = lk_attribution_view_start(graph->ends, path), end = graph->ends[path];
        for (size_t i = start; i < end; i++)
            graph->weight[graph->states[i]] += sums.conversions + sums.nulls;
        graph->start[graph->states[start]] += sums.conversions + sums.nulls;
        graph->conversions[graph->states[end - 1]] += sums.conversions;
        graph->nulls[graph->states[end - 1]] += sums.nulls;
        graph->values[graph->states[end - 1]] += sums.value;
    }
}

/* Equal steps become one; `first` counts, then adds up. */
static leadkpi_status weigh_steps(lk_graph_job *job, size_t count, leadkpi_error *error)
{
    lk_attribution_graph *graph = job->graph;
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++) distinct += i == 0 || job->keys[i] != job->keys[i - 1];
    graph->step_count = distinct;
    LK_TRY(lk_allocate(job->memory, distinct, sizeof *graph->from, &graph->from, error));
    LK_TRY(lk_allocate(job->memory, distinct, sizeof *graph->steps, &graph->steps, error));
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        lk_attribution_sums sums =
            lk_attribution_view_sums(job->view, job->payload[i], LK_ATTRIBUTION_ALL);
        if (i == 0 || job->keys[i] != job->keys[i - 1]) {
            graph->from[at] = (uint32_t)job->keys[i];
            graph->first[(job->keys[i] >> 32) + 1]++;
            graph->steps[at++] = 0;
        }
        graph->steps[at - 1] += sums.conversions + sums.nulls;
    }
    for (size_t i = 0; i < graph->state_count; i++) graph->first[i + 1] += graph->first[i];
    return LEADKPI_OK;
}

/* ---- the graph ------------------------------------------------------------------------------------------------ */

static leadkpi_status reserve_states(lk_graph_job *job, leadkpi_error *error)
{
    lk_attribution_graph *graph = job->graph;
    size_t count = graph->state_count = graph->windows.count;
    double **columns[] = {&graph->start, &graph->weight, &graph->conversions, &graph->nulls,
                          &graph->values};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        LK_TRY(lk_allocate(job->memory, count, sizeof(double), columns[i], error));
        if (count) memset(*columns[i], 0, count * sizeof(double));
    }
    LK_TRY(lk_allocate(job->memory, count, sizeof *graph->window, &graph->window, error));
    LK_TRY(lk_allocate(job->memory, count + 1, sizeof *graph->first, &graph->first, error));
    memset(graph->first, 0, (count + 1) * sizeof *graph->first);
    size_t steps = lk_attribution_view_start(graph->ends, graph->path_count);
    job->step_room = steps > count ? steps : count;
    LK_TRY(lk_allocate(job->memory, count, sizeof *job->number, &job->number, error));
    LK_TRY(lk_allocate(job->memory, job->step_room, sizeof *job->keys, &job->keys, error));
    return lk_allocate(job->memory, job->step_room, sizeof *job->payload, &job->payload, error);
}

static leadkpi_status make(lk_graph_job *job, leadkpi_error *error)
{
    lk_attribution_graph *graph = job->graph;
    for (size_t path = 0; path < graph->path_count; path++) {
        if (path % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(job->memory, error));
        LK_TRY(cut_windows(job, path, error));
    }
    if (graph->path_count == 0) return LEADKPI_OK;
    LK_TRY(reserve_states(job, error));
    LK_TRY(number_states(job, error));
    weigh_states(job);
    size_t count = list_steps(job);
    LK_TRY(lk_sort_uint64(job->memory, job->keys, job->payload, count, error));
    return weigh_steps(job, count, error);
}

static size_t longest_path(const lk_attribution_view *view)
{
    size_t longest = 0;
    for (size_t i = 0; i < view->path_count; i++) {
        size_t length = view->ends[i] - lk_attribution_view_start(view->ends, i);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static leadkpi_status check_chain(const lk_attribution_chain *chain, leadkpi_error *error)
{
    LK_FAIL_IF(chain->length < 1 || chain->length > LK_ATTRIBUTION_ORDER_MAX, error,
               LEADKPI_BAD_ARGUMENT, "order: expected 1 to %d, found %u", LK_ATTRIBUTION_ORDER_MAX,
               (unsigned)chain->length);
    LK_FAIL_IF(chain->collapse < 0 || chain->collapse > LK_ATTRIBUTION_COLLAPSE_NONE, error,
               LEADKPI_BAD_ARGUMENT, "collapse: expected 0 to 2, found %d", (int)chain->collapse);
    LK_FAIL_IF(chain->removal < 0 || chain->removal > LK_ATTRIBUTION_REMOVE_RENORMALISE, error,
               LEADKPI_BAD_ARGUMENT, "removal: expected 0 or 1, found %d", (int)chain->removal);
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_graph_of(const lk_attribution_view *view, lk_memory *memory,
                                       const lk_attribution_chain *chain, lk_attribution_graph *graph,
                                       leadkpi_error *error)
{
    *graph = (lk_attribution_graph){.path_count = view->path_count};
    LK_TRY(check_chain(chain, error));
    lk_graph_job job = {.view = view, .chain = chain, .graph = graph, .memory = memory};
    job.longest = longest_path(view) + chain->length;
    graph->room_states = lk_attribution_view_start(view->ends, view->path_count);
    leadkpi_status status = lk_allocate(memory, graph->path_count, sizeof *graph->ends, &graph->ends,
                                        error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, graph->room_states, sizeof *graph->states, &graph->states, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, job.longest, sizeof *job.path, &job.path, error);
    if (status == LEADKPI_OK) status = make(&job, error);
    lk_release(memory, job.path, job.longest, sizeof *job.path);
    lk_release(memory, job.number, graph->state_count, sizeof *job.number);
    lk_release(memory, job.keys, job.step_room, sizeof *job.keys);
    lk_release(memory, job.payload, job.step_room, sizeof *job.payload);
    if (status != LEADKPI_OK) lk_attribution_graph_free(graph, memory);
    return status;
}

leadkpi_status lk_attribution_graph_make(const lk_attribution_paths *paths, lk_memory *memory,
                                         const uint32_t *order, const lk_attribution_chain *chain,
                                         lk_attribution_graph *graph, leadkpi_error *error)
{
    lk_attribution_view view;
    *graph = (lk_attribution_graph){0};
    LK_TRY(lk_attribution_view_make(&view, memory, paths, order, false, error));
    leadkpi_status status = lk_attribution_graph_of(&view, memory, chain, graph, error);
    lk_attribution_view_free(&view, memory);
    return status;
}

void lk_attribution_graph_free(lk_attribution_graph *graph, lk_memory *memory)
{
    double *columns[] = {graph->start, graph->weight, graph->conversions, graph->nulls,
                         graph->values};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        lk_release(memory, columns[i], graph->state_count, sizeof(double));
    lk_release(memory, graph->first, graph->state_count + 1, sizeof *graph->first);
    lk_release(memory, graph->from, graph->step_count, sizeof *graph->from);
    lk_release(memory, graph->steps, graph->step_count, sizeof *graph->steps);
    lk_release(memory, graph->window, graph->state_count, sizeof *graph->window);
    lk_release(memory, graph->states, graph->room_states, sizeof *graph->states);
    lk_release(memory, graph->ends, graph->path_count, sizeof *graph->ends);
    lk_map_text_free(&graph->windows, memory);
    *graph = (lk_attribution_graph){0};
}
