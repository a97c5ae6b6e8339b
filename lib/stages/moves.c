#include "stages/moves.h"

#include "base/sort.h"

/* ---- gathering ----------------------------------------------------------------------- */

static void put_lead(lk_moves *moves, uint32_t lead, uint32_t group)
{
    const lk_model *m = moves->model;
    uint32_t start = lk_visits_start(m, lead);
    for (uint32_t i = start; i < m->visit_ends[lead]; i++) {
        const lk_visit *visit = &m->visits[i], *before = i > start ? visit - 1 : NULL;
        if (!before && !visit->start_known) continue; /* it did not come here then */
        if (moves->with_reasons && !m->stages[visit->stage].lost) continue;
        int64_t wait = before && before->start_known ? before->left - before->entered : -1;
        moves->items[moves->count++] =
            (lk_move){wait, group, before ? before->stage + 1 : 0, visit->stage,
                      moves->with_reasons ? visit->reason : 0, lead, 0};
    }
}

static int compare_moves(const void *context, uint32_t a, uint32_t b)
{
    const lk_moves *moves = context;
    const uint32_t *rank = moves->model->reading.word_rank;
    const lk_move *x = &moves->items[a], *y = &moves->items[b];
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    if (x->reason != y->reason) return rank[x->reason] < rank[y->reason] ? -1 : 1;
    return (x->lead > y->lead) - (x->lead < y->lead);
}

static bool same_kind(const lk_move *a, const lk_move *b)
{
    return a->group == b->group && a->from == b->from && a->to == b->to && a->reason == b->reason;
}

size_t lk_moves_end(const lk_moves *moves, size_t first)
{
    size_t last = first + 1;
    while (last < moves->count && same_kind(lk_moves_at(moves, first), lk_moves_at(moves, last))) last++;
    return last;
}

int64_t lk_moves_leads(const lk_moves *moves, size_t first, size_t last)
{
    int64_t leads = 1;
    for (size_t i = first + 1; i < last; i++)
        leads += lk_moves_at(moves, i)->lead != lk_moves_at(moves, i - 1)->lead;
    return leads;
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
            put_lead(moves, lk_member_at(g, k)->lead, i);
    for (size_t i = 0; i < moves->count; i++) moves->order[i] = (uint32_t)i;
    LK_TRY(lk_sort_indexes(memory, moves->order, moves->count, compare_moves, moves, error));
    for (size_t i = 0; i < moves->count; i = lk_moves_end(moves, i), moves->row_count++)
        moves->rows[lk_moves_at(moves, i)->group]++;
    return LEADKPI_OK;
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
    lk_release(memory, moves->rows, moves->model->groups.count, sizeof *moves->rows);
}

leadkpi_status lk_moves_add_stages(const lk_moves *moves, lk_text name, bool is_from,
                                   leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < moves->count && status == LEADKPI_OK; i = lk_moves_end(moves, i)) {
        const lk_move *move = lk_moves_at(moves, i);
        uint32_t stage = is_from ? move->from : move->to + 1;
        status = stage ? lk_text_builder_append(&builder, moves->model->stages[stage - 1].name, error)
                       : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}
