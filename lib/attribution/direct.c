/* direct.c: the square of a chain (markov_square.c) without the states of one channel. */
#include "attribution/direct.h"

#include <string.h>

/* Sweeps beyond these come to rest late, if ever, and cost more than the square. */
#define SWEEPS_FIRST 1000

uint32_t lk_attribution_direct_after(size_t state_count)
{
    if (state_count <= LK_DIRECT_ALWAYS) return 0;
    return state_count <= LK_DIRECT_MOST ? SWEEPS_FIRST : LK_SWEEPS_MAX;
}

/* Five columns and a square, then both results. */
static size_t doubles_of(size_t room)
{
    return room * (6 + room + 2 * LK_LANES);
}

static void point(lk_attribution_direct *d)
{
    double *next = d->block;
    lk_attribution_square *s = &d->square;
    double **columns[] = {&s->ends,       &s->amounts[0], &s->amounts[1],
                          &s->reached[0], &s->reached[1], &s->pivots};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++, next += d->room) *columns[i] = next;
    s->steps = next;
    d->results[0] = next + d->room * d->room;
    d->results[1] = d->results[0] + d->room * LK_LANES;
}

leadkpi_status lk_attribution_direct_reserve(lk_attribution_direct *d, lk_memory *memory,
                                             size_t state_count, leadkpi_error *error)
{
    size_t room = state_count + 1; /* so that there always is something to point at */
    LK_FAIL_IF(state_count > LK_DIRECT_MOST, error, LEADKPI_LIMIT,
               "chain: expected to come to rest within %d sweeps, or to have at most %d states, found "
               "%zu states and long journeys",
               LK_SWEEPS_MAX, LK_DIRECT_MOST, state_count);
    if (room <= d->room) return LEADKPI_OK;
    lk_attribution_direct_free(d, memory);
    d->room = room;
    LK_TRY(lk_allocate(memory, doubles_of(room), sizeof *d->block, &d->block, error));
    LK_TRY(lk_allocate(memory, room, sizeof *d->states, &d->states, error));
    LK_TRY(lk_allocate(memory, room, sizeof *d->rows, &d->rows, error));
    point(d);
    return LEADKPI_OK;
}

void lk_attribution_direct_free(lk_attribution_direct *d, lk_memory *memory)
{
    lk_release(memory, d->block, doubles_of(d->room), sizeof *d->block);
    lk_release(memory, d->states, d->room, sizeof *d->states);
    lk_release(memory, d->rows, d->room, sizeof *d->rows);
    *d = (lk_attribution_direct){0};
}

void lk_attribution_direct_begin(lk_attribution_direct *d, size_t state_count, const uint32_t *rows,
                                 const size_t *row_ends, uint32_t row)
{
    lk_attribution_square *s = &d->square;
    uint32_t count = 0;
    for (uint32_t state = 0; state < state_count; state++) {
        bool is_out = false;
        for (size_t i = state ? row_ends[state - 1] : 0; i < row_ends[state]; i++)
            is_out |= rows[i] == row;
        d->rows[state] = is_out ? LK_MAP_NONE : count;
        if (!is_out) d->states[count++] = state;
    }
    s->count = count;
    memset(s->steps, 0, (size_t)count * count * sizeof *s->steps);
    for (size_t i = 0; i < count; i++) s->ends[i] = s->amounts[0][i] = s->amounts[1][i] = 0;
}
