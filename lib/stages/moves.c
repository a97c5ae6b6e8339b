#include "stages/moves.h"

#include "base/sort.h"

/* ---- gathering ----------------------------------------------------------------------- */

static leadkpi_status put_lead(lk_moves *moves, uint32_t lead, uint32_t group, leadkpi_error *error)
{
    const lk_model *m = moves->model;
    uint32_t start = lk_visits_start(m, lead);
    for (uint32_t i = start; i < m->visit_ends[lead]; i++) {
        const lk_visit *visit = &m->visits[i], *before = i > start ? visit - 1 : NULL;
        LK_TRY(lk_interrupted_at(&m->reading.memory, i, error));
        if (!before && !visit->start_known) continue; /* it did not come here then */
        if (moves->with_reasons && !m->stages[visit->stage].lost) continue;
        int64_t wait = before && before->start_known ? before->left - before->entered : -1;
        moves->items[moves->count++] =
            (lk_move){wait, group, before ? before->stage + 1 : 0, visit->stage,
                      moves->with_reasons ? visit->reason : 0, lead, 0};
    }
    return LEADKPI_OK;
}

/* ---- kinds --------------------------------------------------------------------------- */

/* What moves are sorted by, the least first: the sorts are stable. Within a kind they stay lead by lead,
 * as they were put. */
enum { BY_REASON, BY_STAGES, BY_GROUP, KEY_COUNT };

static uint64_t key_of(const lk_moves *moves, const lk_move *move, int by)
{
    if (by == BY_REASON) return moves->model->reading.word_rank[move->reason];
    return by == BY_STAGES ? (uint64_t)move->from << 32 | move->to : move->group;
}

static bool tells_apart(const lk_moves *moves, int by)
{
    if (by == BY_REASON) return moves->with_reasons;
    return by == BY_STAGES || moves->model->groups.count > 1;
}

/* By number, not by comparison: a pass for each byte that differs. Cost a pass: 12 bytes of key and index
 * read and written. */
static leadkpi_status sort_by(lk_moves *moves, int by, uint64_t *keys, leadkpi_error *error)
{
    lk_memory *memory = &moves->model->reading.memory;
    if (!tells_apart(moves, by)) return LEADKPI_OK;
    for (size_t i = 0; i < moves->count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        keys[i] = key_of(moves, lk_moves_at(moves, i), by);
    }
    return lk_sort_uint64(memory, keys, moves->order, moves->count, error);
}

static leadkpi_status sort_moves(lk_moves *moves, leadkpi_error *error)
{
    lk_memory *memory = &moves->model->reading.memory;
    uint64_t *keys;
    leadkpi_status status = LEADKPI_OK;
    LK_TRY(lk_allocate(memory, moves->count, sizeof *keys, &keys, error));
    for (size_t i = 0; i < moves->count; i++) moves->order[i] = (uint32_t)i;
    for (int by = 0; by < KEY_COUNT && status == LEADKPI_OK; by++) status = sort_by(moves, by, keys, error);
    lk_release(memory, keys, moves->count, sizeof *keys);
    return status;
}

static bool same_kind(const lk_move *a, const lk_move *b)
{
    return a->group == b->group && a->from == b->from && a->to == b->to && a->reason == b->reason;
}

static bool is_last(const lk_moves *moves, size_t place)
{
    return place + 1 == moves->count ||
           !same_kind(lk_moves_at(moves, place), lk_moves_at(moves, place + 1));
}

static leadkpi_status find_ends(lk_moves *moves, leadkpi_error *error)
{
    size_t row = 0;
    lk_memory *memory = &moves->model->reading.memory;
    for (size_t i = 0; i < moves->count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        if (!is_last(moves, i)) continue;
        moves->rows[lk_moves_at(moves, i)->group]++;
        moves->row_count++;
    }
    LK_TRY(lk_allocate(memory, moves->row_count, sizeof *moves->ends, &moves->ends, error));
    for (size_t i = 0; i < moves->count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        if (is_last(moves, i)) moves->ends[row++] = i + 1;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_moves_count_leads(const lk_moves *moves, size_t first, size_t last, int64_t *leads,
                                    leadkpi_error *error)
{
    *leads = 1;
    for (size_t i = first + 1; i < last; i++) {
        LK_TRY(lk_interrupted_at(&moves->model->reading.memory, i, error));
        *leads += lk_moves_at(moves, i)->lead != lk_moves_at(moves, i - 1)->lead;
    }
    return LEADKPI_OK;
}

static leadkpi_status find(lk_moves *moves, leadkpi_error *error)
{
    lk_model *m = moves->model;
    lk_memory *memory = &m->reading.memory;
    const lk_member_groups *g = &m->groups;
    size_t capacity;
    LK_TRY(lk_allocate(memory, g->count, sizeof *moves->rows, &moves->rows, error));
    memset(moves->rows, 0, g->count * sizeof *moves->rows);
    LK_FAIL_IF(!lk_size_multiply(m->visit_count, g->count > 1 ? 2 : 1, &capacity) ||
                   capacity > UINT32_MAX,
               error, LEADKPI_OVERFLOW, "moves: expected fewer than 2^32");
    moves->capacity = capacity;
    LK_TRY(lk_allocate(memory, capacity, sizeof *moves->items, &moves->items, error));
    LK_TRY(lk_allocate(memory, capacity, sizeof *moves->order, &moves->order, error));
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t k = g->items[i].first; k < g->items[i].last; k++)
            LK_TRY(put_lead(moves, lk_member_at(g, k)->lead, i, error));
    LK_TRY(sort_moves(moves, error));
    return find_ends(moves, error);
}

leadkpi_status lk_moves_find(lk_model *model, bool with_reasons, lk_moves *moves,
                             leadkpi_error *error)
{
    *moves = (lk_moves){.model = model, .with_reasons = with_reasons};
    leadkpi_status status = find(moves, error);
    if (status != LEADKPI_OK) lk_moves_free(moves);
    return status;
}

void lk_moves_free(lk_moves *moves)
{
    lk_memory *memory = &moves->model->reading.memory;
    lk_release(memory, moves->items, moves->capacity, sizeof *moves->items);
    lk_release(memory, moves->order, moves->capacity, sizeof *moves->order);
    lk_release(memory, moves->ends, moves->row_count, sizeof *moves->ends);
    lk_release(memory, moves->rows, moves->model->groups.count, sizeof *moves->rows);
}

leadkpi_status lk_moves_add_stages(const lk_moves *moves, lk_text name, bool is_from,
                                   leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < moves->row_count && status == LEADKPI_OK; row++) {
        const lk_move *move = lk_moves_at(moves, lk_moves_first(moves, row));
        uint32_t stage = is_from ? move->from : move->to + 1;
        status = stage ? lk_text_builder_append(&builder, moves->model->stages[stage - 1].name, error)
                       : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}
