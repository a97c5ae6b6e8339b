#include "stages/model.h"

static leadkpi_status add_texts(const lk_model *m, const uint32_t *leads, uint32_t count,
                                leadkpi_table *table, lk_text name,
                                lk_text (*text_of)(const lk_model *, uint32_t lead),
                                leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) {
        lk_text text = text_of(m, leads[i]);
        status = lk_interrupted_at(&m->reading.memory, i, error);
        if (status != LEADKPI_OK) break;
        status = text.data ? lk_text_builder_append(&builder, text, error)
                           : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static lk_text stage_of(const lk_model *m, uint32_t lead)
{
    return m->stages[lk_visit_last(m, lead)->stage].name;
}

static lk_text status_of(const lk_model *m, uint32_t lead)
{
    const lk_stage *stage = &m->stages[lk_visit_last(m, lead)->stage];
    return stage->won ? LK_LITERAL("won") : stage->lost ? LK_LITERAL("lost") : LK_LITERAL("open");
}

static lk_text farthest_of(const lk_model *m, uint32_t lead)
{
    int32_t farthest = m->paths[lead].farthest;
    return farthest < 0 ? (lk_text){NULL, 0} : m->stages[farthest].name;
}

/* Null where there is none. */
static leadkpi_status add_segments(const lk_model *m, const uint32_t *leads, uint32_t count,
                                   const uint32_t *member_of, leadkpi_table *table,
                                   leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < count && status == LEADKPI_OK; i++) {
        uint32_t segment = m->groups.members[member_of[leads[i]]].segment;
        status = lk_interrupted_at(&m->reading.memory, i, error);
        if (status != LEADKPI_OK) break;
        status = segment
                     ? lk_text_builder_append(&builder, lk_reading_word(&m->reading, segment), error)
                     : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("segment"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_times(const lk_model *m, const uint32_t *leads, uint32_t count,
                                const uint32_t *member_of, leadkpi_table *table,
                                leadkpi_error *error)
{
    int64_t *start, *since;
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("start"), count, false, &start, error));
    LK_TRY(add_texts(m, leads, count, table, LK_LITERAL("stage"), stage_of, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("since"), count, true, &since, error));
    int32_t since_at = leadkpi_table_column_count(table) - 1;
    for (uint32_t i = 0; i < count; i++) {
        const lk_visit *visit = lk_visit_last(m, leads[i]);
        LK_TRY(lk_interrupted_at(&m->reading.memory, i, error));
        start[i] = m->groups.members[member_of[leads[i]]].start;
        since[i] = visit->entered;
        if (!visit->start_known) lk_table_set_null(table, since_at, i);
    }
    return LEADKPI_OK;
}

static leadkpi_status add_columns(const lk_model *m, const uint32_t *leads, uint32_t count,
                                  const uint32_t *member_of, leadkpi_table *table,
                                  leadkpi_error *error)
{
    int64_t *visits, *back, *reopened;
    LK_TRY(lk_lead_ids_add_column(&m->reading.journal->ids, table, leads, count, error));
    LK_TRY(add_segments(m, leads, count, member_of, table, error));
    LK_TRY(add_times(m, leads, count, member_of, table, error));
    LK_TRY(add_texts(m, leads, count, table, LK_LITERAL("status"), status_of, error));
    LK_TRY(add_texts(m, leads, count, table, LK_LITERAL("farthest"), farthest_of, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("visits"), "", count, false, &visits, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("went_back"), "", count, false, &back, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("reopened"), "", count, false, &reopened, error));
    for (uint32_t i = 0; i < count; i++) {
        const lk_path *path = &m->paths[leads[i]];
        LK_TRY(lk_interrupted_at(&m->reading.memory, i, error));
        visits[i] = m->visit_ends[leads[i]] - lk_visits_start(m, leads[i]);
        back[i] = path->back_count;
        reopened[i] = path->reopened_count;
    }
    return LEADKPI_OK;
}

/* leads, member_of: room for every lead. */
static leadkpi_status fill_with(lk_model *m, leadkpi_table *table, uint32_t *leads, uint32_t *member_of,
                                leadkpi_error *error)
{
    uint32_t count = 0, lead_count = m->reading.lead_count;
    LK_TRY(lk_lead_ids_sort(&m->reading.journal->ids, &m->reading.memory, leads, error));
    for (uint32_t i = 0; i < lead_count; i++) member_of[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < m->groups.member_count; i++) member_of[m->groups.members[i].lead] = i;
    for (uint32_t i = 0; i < lead_count; i++)
        if (member_of[leads[i]] != LK_MAP_NONE) leads[count++] = leads[i];
    return add_columns(m, leads, count, member_of, table, error);
}

static leadkpi_status fill(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    lk_memory *memory = &m->reading.memory;
    uint32_t *leads, *member_of, count = m->reading.lead_count;
    LK_TRY(lk_allocate(memory, count, sizeof *leads, &leads, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *member_of, &member_of, error);
    if (status == LEADKPI_OK) {
        status = fill_with(m, table, leads, member_of, error);
        lk_release(memory, member_of, count, sizeof *member_of);
    }
    lk_release(memory, leads, count, sizeof *leads);
    return status;
}

leadkpi_status leadkpi_stages_leads(const leadkpi_stages *stages, const leadkpi_options *options,
                                    leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_OTHER, fill, out, error);
}
