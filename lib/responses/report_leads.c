#include "responses/responses.h"

typedef enum { COLUMN_SEGMENT, COLUMN_KIND } word_column;

static leadkpi_status add_words(const lk_answers *a, const uint32_t *members, leadkpi_table *table,
                                lk_text name, word_column which, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < a->groups.member_count && status == LEADKPI_OK; i++) {
        uint32_t word = which == COLUMN_SEGMENT ? a->groups.members[members[i]].segment
                                                : a->items[members[i]].kind;
        status = word ? lk_text_builder_append(&builder, lk_reading_word(&a->reading, word), error)
                      : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_time(const lk_answers *a, const uint32_t *members, leadkpi_table *table,
                               lk_text name, bool is_conversion, leadkpi_error *error)
{
    int64_t *times;
    LK_TRY(lk_table_add_timestamp(table, name, a->groups.member_count, true, &times, error));
    int32_t column = leadkpi_table_column_count(table) - 1;
    for (uint32_t i = 0; i < a->groups.member_count; i++) {
        const lk_answer *answer = &a->items[members[i]];
        times[i] = is_conversion ? answer->converted : answer->answered;
        if (!(is_conversion ? answer->has_conversion : answer->has_answer))
            lk_table_set_null(table, column, i);
    }
    return LEADKPI_OK;
}

/* members: in order of ids; leads: theirs. */
static leadkpi_status add_columns(const lk_answers *a, const uint32_t *members, const uint32_t *leads,
                                  leadkpi_table *table, leadkpi_error *error)
{
    uint32_t count = a->groups.member_count;
    int64_t *came, *automatic;
    double *wait;
    LK_TRY(lk_lead_ids_add_column(&a->reading.journal->ids, table, leads, count, error));
    LK_TRY(add_words(a, members, table, LK_LITERAL("segment"), COLUMN_SEGMENT, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("came"), count, false, &came, error));
    LK_TRY(add_time(a, members, table, LK_LITERAL("answered"), false, error));
    LK_TRY(add_words(a, members, table, LK_LITERAL("kind"), COLUMN_KIND, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("wait_seconds"), "s", count, false, &wait, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("automatic"), "", count, false, &automatic, error));
    for (uint32_t i = 0; i < count; i++) {
        const lk_answer *answer = &a->items[members[i]];
        came[i] = answer->came;
        wait[i] = (double)answer->wait / 1e6;
        automatic[i] = answer->automatic;
    }
    return add_time(a, members, table, LK_LITERAL("converted"), true, error);
}

static leadkpi_status fill_with(lk_answers *a, leadkpi_table *table, uint32_t *leads, uint32_t *member_of,
                                leadkpi_error *error)
{
    uint32_t count = 0, lead_count = a->reading.lead_count, *members = a->groups.order;
    LK_TRY(lk_lead_ids_sort(&a->reading.journal->ids, &a->reading.memory, leads, error));
    for (uint32_t i = 0; i < lead_count; i++) member_of[i] = LK_MAP_NONE;
    for (uint32_t i = 0; i < a->groups.member_count; i++) member_of[a->groups.members[i].lead] = i;
    for (uint32_t i = 0; i < lead_count; i++) {
        if (member_of[leads[i]] == LK_MAP_NONE) continue;
        members[count] = member_of[leads[i]]; /* the groups' order is not needed here */
        leads[count++] = leads[i];
    }
    return add_columns(a, members, leads, table, error);
}

static leadkpi_status fill(lk_answers *a, leadkpi_table *table, leadkpi_error *error)
{
    lk_memory *memory = &a->reading.memory;
    uint32_t *leads, *member_of, count = a->reading.lead_count;
    LK_TRY(lk_allocate(memory, count, sizeof *leads, &leads, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *member_of, &member_of, error);
    if (status == LEADKPI_OK) {
        status = fill_with(a, table, leads, member_of, error);
        lk_release(memory, member_of, count, sizeof *member_of);
    }
    lk_release(memory, leads, count, sizeof *leads);
    return status;
}

leadkpi_status leadkpi_responses_leads(const leadkpi_responses *responses,
                                       const leadkpi_options *options, leadkpi_table **out,
                                       leadkpi_error *error)
{
    return lk_responses_report(responses, options, LK_RESPONSES_IS_OTHER, fill, out, error);
}
