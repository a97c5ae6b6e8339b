/* cells.h: what models by place share: conversions and value by jackknife group, length of the
 * journey, place in it and member.
 *
 * A cell is an integer of 128 bits for each of the two, in units of 2^-64, which is what amounts
 * are cut to: 32 bytes, exact. Amounts below 2^30 go in, so that 2^32 journeys cannot overflow
 * one; a journey with more, or without room for its length, is the caller's to do by the kernel. */
#ifndef LK_ATTRIBUTION_CELLS_H
#define LK_ATTRIBUTION_CELLS_H

#include "attribution/models.h"

/* Journeys up to this length, as long as there are no more cells than so many (16 MB). */
#define LK_CELL_LENGTH_MAX 64
#define LK_CELLS_MAX ((size_t)1 << 19)

typedef struct lk_cell {
    uint64_t low[LK_ATTRIBUTION_KINDS], high[LK_ATTRIBUTION_KINDS];
} lk_cell;

typedef struct lk_cells {
    size_t members;
    size_t groups;
    size_t held; /* cells of all lengths */
    lk_cell *of_length[LK_CELL_LENGTH_MAX + 1]; /* NULL: none; group, place, member */
    uint8_t in_use[LK_CELL_LENGTH_MAX + 1];
} lk_cells;

void lk_cells_open(lk_cells *cells, size_t members, size_t groups);
void lk_cells_close(lk_cells *cells, lk_memory *memory);

/* Both amounts of a journey as a cell; false where one of them is too large. */
bool lk_cell_from(lk_cell *cell, const lk_exact_sum *conversions, const lk_exact_sum *value);

static inline lk_exact_sum lk_cell_sum(const lk_cell *cell, int kind)
{
    uint64_t sign = cell->high[kind] >> 63 ? UINT64_MAX : 0;
    return (lk_exact_sum){{0, cell->low[kind], cell->high[kind], sign}};
}

static inline bool lk_cell_is_zero(const lk_cell *cell)
{
    return (cell->low[0] | cell->low[1] | cell->high[0] | cell->high[1]) == 0;
}

/* Room for journeys of a length; `*has_room` says whether there is any.
 * Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_cells_reserve(lk_cells *cells, lk_memory *memory, size_t length, bool *has_room,
                                leadkpi_error *error);

/* The cells of a group and length: place * members + member. */
static inline lk_cell *lk_cells_at(const lk_cells *cells, size_t group, size_t length)
{
    return cells->of_length[length] + group * length * cells->members;
}

/* A journey of a length that has room. The hot loop: 32 bytes read and written a touch at a place
 * that hangs on the touch; of 12 channels the cells of lengths up to 10 take 21 kB a group. */
static inline void lk_cells_add(lk_cells *cells, size_t group, const uint32_t *members,
                                size_t length, const lk_cell *amounts)
{
    lk_cell *row = lk_cells_at(cells, group, length), by = *amounts;
    cells->in_use[length] = 1;
    for (size_t i = 0; i < length; i++, row += cells->members) {
        lk_cell *cell = row + members[i];
        for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) {
            uint64_t low = cell->low[k] + by.low[k];
            cell->high[k] += by.high[k] + (low < by.low[k]);
            cell->low[k] = low;
        }
    }
}

#endif
