/* view.h: paths as the models read them: channels by their row, paths in rising order, the shares
 * of the groups of each path beside each other, sums as doubles. Equal data give equal views. */
#ifndef LK_ATTRIBUTION_VIEW_H
#define LK_ATTRIBUTION_VIEW_H

#include "attribution/models_parts.h"

/* What one group saw of one path. */
typedef struct lk_attribution_part {
    double weights[2]; /* conversions, nulls */
    double value;
    uint32_t group; /* folded */
    uint32_t unused;
} lk_attribution_part;

typedef struct lk_attribution_view {
    size_t channel_count;
    size_t path_count;      /* with a touch and a weight or a value */
    uint32_t *rows;         /* the touches of all paths */
    size_t *ends;           /* path i is rows[ends[i - 1]] up to rows[ends[i]] */
    lk_attribution_part *parts;
    size_t *part_ends;
    uint32_t *held;         /* groups with a path, rising */
    uint32_t held_count;
    uint32_t groups;        /* as folded: part.group is below */
    double total[2];        /* conversions and value of all paths */
    double nulls;
    double unattributed[2];
    size_t room_rows, room_paths, room_parts; /* as allocated */
} lk_attribution_view;

/* As sets: the distinct channels of a path, rising. */
leadkpi_status lk_attribution_view_make(lk_attribution_view *view, lk_memory *memory,
                                        const lk_attribution_paths *paths, const uint32_t *order,
                                        bool as_sets, leadkpi_error *error);
void lk_attribution_view_free(lk_attribution_view *view, lk_memory *memory);

static inline size_t lk_attribution_view_start(const size_t *ends, size_t i)
{
    return i ? ends[i - 1] : 0;
}

/* Conversions, nulls and value of a path, one group left out or LK_ATTRIBUTION_ALL. */
typedef struct lk_attribution_sums {
    double conversions, nulls, value;
} lk_attribution_sums;

lk_attribution_sums lk_attribution_view_sums(const lk_attribution_view *view, size_t path,
                                             uint32_t left_out);

/* Totals of all paths but those of a group. */
void lk_attribution_view_totals(const lk_attribution_view *view, uint32_t left_out, double total[2]);

/* What every model says of its paths. */
void lk_attribution_view_describe(const lk_attribution_view *view, lk_attribution_result *result);

#endif
