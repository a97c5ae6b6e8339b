/* verbs.c: the public calls that hand on to the journal, and what rows are read as. */
#include "stages/stages.h"

leadkpi_status leadkpi_stages_create(const leadkpi_host *host, const leadkpi_options *definition,
                                     leadkpi_stages **out, leadkpi_error *error)
{
    lk_journal_handle *handle;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(definition, error);
    LK_TRY(lk_journal_create(host, &lk_stages_room, definition, &handle, error));
    *out = (leadkpi_stages *)handle;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stages_create_like(const leadkpi_stages *stages, leadkpi_stages **empty_twin,
                                          leadkpi_error *error)
{
    lk_journal_handle *handle;
    leadkpi_error_reset(error);
    LK_REQUIRE(empty_twin, error);
    *empty_twin = NULL;
    LK_REQUIRE(stages, error);
    LK_TRY(lk_journal_create_like(&stages->handle, &handle, error));
    *empty_twin = (leadkpi_stages *)handle;
    return LEADKPI_OK;
}

void leadkpi_stages_free(leadkpi_stages *stages)
{
    lk_journal_free((lk_journal_handle *)stages);
}

leadkpi_status leadkpi_stages_merge(leadkpi_stages *into, const leadkpi_stages *from,
                                    leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(into, error);
    LK_REQUIRE(from, error);
    return lk_journal_merge(&into->handle, &from->handle, error);
}

leadkpi_status leadkpi_stages_serialize(const leadkpi_stages *stages, void *buffer, size_t capacity,
                                        size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(stages, error);
    return lk_journal_serialize(&stages->handle, buffer, capacity, needed, error);
}

leadkpi_status leadkpi_stages_deserialize(const leadkpi_host *host, const void *bytes, size_t size,
                                          leadkpi_stages **out, leadkpi_error *error)
{
    lk_journal_handle *handle;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_journal_deserialize(host, &lk_stages_room, bytes, size, &handle, error));
    *out = (leadkpi_stages *)handle;
    return LEADKPI_OK;
}

/* ---- rows ------------------------------------------------------------------------- */

static leadkpi_status read_changes(lk_intake *intake, leadkpi_error *error)
{
    const leadkpi_table *rows = intake->rows;
    lk_feed feed = {0};
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &feed.time, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("stage"), LK_ALLOW_TEXT,
                            &feed.words[LK_STAGES_WORD_STAGE], error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("from"), LK_ALLOW_TEXT, &feed.words[LK_STAGES_WORD_FROM],
                          error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("sequence"), LK_ALLOW_INT64, &intake->sequence, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("segment"), LK_ALLOW_TEXT,
                          &feed.words[LK_STAGES_WORD_SEGMENT], error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("reason"), LK_ALLOW_TEXT,
                          &feed.words[LK_STAGES_WORD_REASON], error));
    return lk_journal_feed(intake, &feed, error);
}

/* Each stage of the option's list that has a column. */
static leadkpi_status feed_stages(lk_intake *intake, int option, lk_feed *feed, size_t *found,
                                  leadkpi_error *error)
{
    const leadkpi_options *definition = intake->handle->definition;
    for (size_t i = 0; i < lk_options_list_count(definition, &lk_stages_schema, option); i++) {
        lk_text stage = lk_options_list_item(definition, &lk_stages_schema, option, i);
        LK_TRY(lk_table_allow(intake->rows, stage, LK_ALLOW_TIMESTAMP, &feed->time, error));
        if (!feed->time) continue;
        feed->fixed[LK_STAGES_WORD_STAGE] = stage;
        LK_TRY(lk_journal_feed(intake, feed, error));
        ++*found;
    }
    return LEADKPI_OK;
}

static leadkpi_status read_wide(lk_intake *intake, leadkpi_error *error)
{
    lk_feed feed = {.may_lack_time = true};
    size_t found = 0;
    LK_TRY(lk_table_allow(intake->rows, LK_LITERAL("segment"), LK_ALLOW_TEXT,
                          &feed.words[LK_STAGES_WORD_SEGMENT], error));
    LK_TRY(feed_stages(intake, LK_STAGES_STAGES, &feed, &found, error));
    if (found == 0) {
        lk_text first =
            lk_options_list_item(intake->handle->definition, &lk_stages_schema, LK_STAGES_STAGES, 0);
        return lk_table_require(intake->rows, first, LK_ALLOW_TIMESTAMP, &feed.time, error);
    }
    LK_TRY(lk_table_allow(intake->rows, LK_LITERAL("reason"), LK_ALLOW_TEXT,
                          &feed.words[LK_STAGES_WORD_REASON], error));
    return feed_stages(intake, LK_STAGES_LOST, &feed, &found, error);
}

leadkpi_status leadkpi_stages_add(leadkpi_stages *stages, const leadkpi_table *rows,
                                  const char *batch_id, size_t batch_id_length, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(stages, error);
    LK_REQUIRE(rows, error);
    return lk_journal_add(&stages->handle, rows, batch_id, batch_id_length, read_changes, error);
}

leadkpi_status leadkpi_stages_add_wide(leadkpi_stages *stages, const leadkpi_table *rows,
                                       const char *batch_id, size_t batch_id_length,
                                       leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(stages, error);
    LK_REQUIRE(rows, error);
    return lk_journal_add(&stages->handle, rows, batch_id, batch_id_length, read_wide, error);
}
