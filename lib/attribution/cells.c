#include "attribution/cells.h"

#include <string.h>

void lk_cells_open(lk_cells *cells, size_t members, size_t groups)
{
    memset(cells, 0, sizeof *cells);
    cells->members = members;
    cells->groups = groups;
}

static size_t cells_of(const lk_cells *cells, size_t length)
{
    return cells->groups * length * cells->members;
}

void lk_cells_close(lk_cells *cells, lk_memory *memory)
{
    for (size_t length = 1; length <= LK_CELL_LENGTH_MAX; length++)
        if (cells->of_length[length])
            lk_release(memory, cells->of_length[length], cells_of(cells, length),
                       sizeof(lk_cell));
    memset(cells, 0, sizeof *cells);
}

/* A multiple of 2^-64 below 2^30 in size. */
static bool takes(const lk_exact_sum *sum)
{
    uint64_t sign = lk_exact_sum_is_negative(sum) ? UINT64_MAX : 0;
    return sum->limbs[0] == 0 && sum->limbs[3] == sign && (sum->limbs[2] ^ sign) >> 30 == 0;
}

bool lk_cell_from(lk_cell *cell, const lk_exact_sum *conversions, const lk_exact_sum *value)
{
    if (!takes(conversions) || !takes(value)) return false;
    *cell = (lk_cell){{conversions->limbs[1], value->limbs[1]},
                      {conversions->limbs[2], value->limbs[2]}};
    return true;
}

/* Lengths get their room as they come: which have one changes the cost, never an answer. */
leadkpi_status lk_cells_reserve(lk_cells *cells, lk_memory *memory, size_t length, bool *has_room,
                                leadkpi_error *error)
{
    *has_room = length > 0 && length <= LK_CELL_LENGTH_MAX;
    if (!*has_room || cells->of_length[length]) return LEADKPI_OK;
    size_t left = LK_CELLS_MAX - cells->held, most = left / length / cells->groups;
    *has_room = cells->members <= most;
    if (!*has_room) return LEADKPI_OK;
    size_t count = cells_of(cells, length);
    LK_TRY(lk_allocate(memory, count, sizeof(lk_cell), &cells->of_length[length], error));
    memset(cells->of_length[length], 0, count * sizeof(lk_cell));
    cells->held += count;
    return LEADKPI_OK;
}
