/* markov_table.c: the chain of order 1 as a graph, from its table of steps. */
#include "attribution/markov.h"

#include <string.h>

static double weight_at(const lk_attribution_transitions *t, size_t row, size_t column)
{
    size_t cell = row * (t->capacity + 2u) + column;
    return lk_attribution_count(t->cells[cell], t->parts ? &t->parts[cell] : NULL);
}

/* All that comes into a channel, but from itself where runs are collapsed; exact, so in any order. */
static double weight_into(const lk_attribution_transitions *t, size_t channel, bool collapse)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    for (size_t row = 0; row <= t->capacity; row++) {
        size_t cell = row * (t->capacity + 2u) + channel;
        if (collapse && row == channel) continue;
        /* Both stay below 2^121: no overflow. */
        (void)lk_exact_sum_add_int64(&sum, t->cells[cell], NULL);
        if (t->parts) (void)lk_exact_sum_add(&sum, &t->parts[cell], NULL);
    }
    return lk_exact_sum_to_double(&sum);
}

static bool is_state(const lk_attribution_transitions *t, size_t channel)
{
    return weight_into(t, channel, false) > 0 || !lk_exact_sum_is_zero(&t->values[channel]);
}

static leadkpi_status reserve(const lk_attribution_transitions *t, lk_memory *memory,
                              lk_attribution_graph *graph, leadkpi_error *error)
{
    double **columns[] = {&graph->start, &graph->weight, &graph->conversions, &graph->nulls,
                          &graph->values};
    uint32_t index;
    for (uint32_t channel = 0; channel < t->channel_count; channel++) {
        lk_text window = {(const char *)&channel, sizeof channel};
        if (is_state(t, channel))
            LK_TRY(lk_map_text_find_or_add(&graph->windows, memory, &window, 1, &index, error));
    }
    size_t count = graph->state_count = graph->windows.count;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        LK_TRY(lk_allocate(memory, count, sizeof(double), columns[i], error));
    LK_TRY(lk_allocate(memory, count, sizeof *graph->window, &graph->window, error));
    LK_TRY(lk_allocate(memory, count + 1, sizeof *graph->first, &graph->first, error));
    graph->step_count = count * count;
    LK_TRY(lk_allocate(memory, graph->step_count, sizeof *graph->from, &graph->from, error));
    return lk_allocate(memory, graph->step_count, sizeof *graph->steps, &graph->steps, error);
}

static uint32_t channel_of(const lk_attribution_graph *graph, size_t state)
{
    uint32_t channel;
    memcpy(&channel, lk_map_text_key(&graph->windows, (uint32_t)state).data, sizeof channel);
    return channel;
}

static void fill(const lk_attribution_transitions *t, bool collapse, lk_attribution_graph *graph)
{
    size_t steps = 0;
    for (size_t s = 0; s < graph->state_count; s++) {
        uint32_t channel = channel_of(graph, s);
        graph->window[s] = (uint32_t)s;
        graph->start[s] = weight_at(t, t->capacity, channel);
        graph->weight[s] = weight_into(t, channel, collapse);
        graph->conversions[s] = weight_at(t, channel, t->capacity);
        graph->nulls[s] = weight_at(t, channel, t->capacity + 1u);
        graph->values[s] = lk_exact_sum_to_double(&t->values[channel]);
        graph->first[s] = steps;
        for (size_t from = 0; from < graph->state_count; from++) {
            double weight = weight_at(t, channel_of(graph, from), channel);
            if (!(weight > 0) || (collapse && from == s)) continue;
            graph->from[steps] = (uint32_t)from;
            graph->steps[steps++] = weight;
        }
    }
    graph->first[graph->state_count] = steps;
}

/* `from` and `steps` as large as the steps that there are, which is what frees them. */
static leadkpi_status trim(lk_memory *memory, lk_attribution_graph *graph, leadkpi_error *error)
{
    size_t room = graph->step_count, count = graph->first[graph->state_count];
    uint32_t *from = NULL;
    double *steps = NULL;
    LK_TRY(lk_allocate(memory, count, sizeof *from, &from, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *steps, &steps, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, from, count, sizeof *from);
        return status;
    }
    if (count) memcpy(from, graph->from, count * sizeof *from);
    if (count) memcpy(steps, graph->steps, count * sizeof *steps);
    lk_release(memory, graph->from, room, sizeof *from);
    lk_release(memory, graph->steps, room, sizeof *steps);
    graph->from = from;
    graph->steps = steps;
    graph->step_count = count;
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_graph_of_steps(const lk_attribution_transitions *t, lk_memory *memory,
                                             bool collapse, lk_attribution_graph *graph,
                                             leadkpi_error *error)
{
    *graph = (lk_attribution_graph){0};
    if (!t->cells) return LEADKPI_OK;
    leadkpi_status status = reserve(t, memory, graph, error);
    if (status == LEADKPI_OK) {
        fill(t, collapse, graph);
        status = trim(memory, graph, error);
    }
    if (status != LEADKPI_OK) lk_attribution_graph_free(graph, memory);
    return status;
}
