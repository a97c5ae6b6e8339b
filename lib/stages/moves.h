/* moves.h: every change of stage, by group, from, to, reason and lead. */
#ifndef LK_STAGES_MOVES_H
#define LK_STAGES_MOVES_H

#include "stages/model.h"

typedef struct lk_move {
    int64_t wait;  /* in the stage before; negative: not known */
    uint32_t group;
    uint32_t from; /* 1 + number of the stage; 0: the lead came */
    uint32_t to;
    uint32_t reason; /* a word; 0: none */
    uint32_t lead;
    uint32_t unused;
} lk_move;

typedef struct lk_moves {
    lk_model *model;
    lk_move *items;
    uint32_t *order; /* moves of one kind stand together, in order */
    size_t count, capacity;
    size_t *rows;    /* by group: how many kinds */
    size_t *ends;    /* of each kind, in order: one past its moves */
    size_t row_count;
    bool with_reasons;
} lk_moves;

/* with_reasons: only losses, told apart by reason. Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
leadkpi_status lk_moves_find(lk_model *model, bool with_reasons, lk_moves *moves,
                             leadkpi_error *error);
void lk_moves_free(lk_moves *moves);

static inline const lk_move *lk_moves_at(const lk_moves *moves, size_t place)
{
    return &moves->items[moves->order[place]];
}

/* Where the moves of a kind begin. */
static inline size_t lk_moves_first(const lk_moves *moves, size_t row)
{
    return row ? moves->ends[row - 1] : 0;
}

/* How many leads did those from first to last - 1, of one kind. Status: OK, INTERRUPTED. */
leadkpi_status lk_moves_count_leads(const lk_moves *moves, size_t first, size_t last, int64_t *leads,
                                    leadkpi_error *error);

/* A column of the stages that moves lead from (null: the lead came), or to. */
leadkpi_status lk_moves_add_stages(const lk_moves *moves, lk_text name, bool is_from,
                                   leadkpi_table *table, leadkpi_error *error);

#endif
