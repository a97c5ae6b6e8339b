/* verbs.c: the public calls that hand on to the journal, and what rows are read as. */
#include "responses/responses.h"

leadkpi_status leadkpi_responses_create(const leadkpi_host *host, const leadkpi_options *definition,
                                        leadkpi_responses **out, leadkpi_error *error)
{
    lk_journal_handle *handle;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_journal_create(host, &lk_responses_room, definition, &handle, error));
    *out = (leadkpi_responses *)handle;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_responses_create_like(const leadkpi_responses *responses,
                                             leadkpi_responses **empty_twin, leadkpi_error *error)
{
    lk_journal_handle *handle;
    leadkpi_error_reset(error);
    LK_REQUIRE(empty_twin, error);
    *empty_twin = NULL;
    LK_REQUIRE(responses, error);
    LK_TRY(lk_journal_create_like(&responses->handle, &handle, error));
    *empty_twin = (leadkpi_responses *)handle;
    return LEADKPI_OK;
}

void leadkpi_responses_free(leadkpi_responses *responses)
{
    lk_journal_free((lk_journal_handle *)responses);
}

leadkpi_status leadkpi_responses_merge(leadkpi_responses *into, const leadkpi_responses *from,
                                    leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(into, error);
    LK_REQUIRE(from, error);
    return lk_journal_merge(&into->handle, &from->handle, error);
}

leadkpi_status leadkpi_responses_serialize(const leadkpi_responses *responses, void *buffer, size_t capacity,
                                        size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(responses, error);
    return lk_journal_serialize(&responses->handle, buffer, capacity, needed, error);
}

leadkpi_status leadkpi_responses_deserialize(const leadkpi_host *host, const void *bytes, size_t size,
                                          leadkpi_responses **out, leadkpi_error *error)
{
    lk_journal_handle *handle;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_journal_deserialize(host, &lk_responses_room, bytes, size, &handle, error));
    *out = (leadkpi_responses *)handle;
    return LEADKPI_OK;
}

/* ---- rows ------------------------------------------------------------------------- */

static leadkpi_status read_rows(lk_intake *intake, uint32_t kind, leadkpi_error *error)
{
    lk_feed feed = {.kind = kind};
    LK_TRY(lk_table_require(intake->rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &feed.time, error));
    if (kind == LK_RESPONSES_LEAD)
        LK_TRY(lk_table_allow(intake->rows, LK_LITERAL("segment"), LK_ALLOW_TEXT,
                              &feed.words[LK_RESPONSES_WORD_SEGMENT], error));
    if (kind == LK_RESPONSES_RESPONSE)
        LK_TRY(lk_table_allow(intake->rows, LK_LITERAL("kind"), LK_ALLOW_TEXT,
                              &feed.words[LK_RESPONSES_WORD_KIND], error));
    return lk_journal_feed(intake, &feed, error);
}

static leadkpi_status read_leads(lk_intake *intake, leadkpi_error *error)
{
    return read_rows(intake, LK_RESPONSES_LEAD, error);
}

static leadkpi_status read_responses(lk_intake *intake, leadkpi_error *error)
{
    return read_rows(intake, LK_RESPONSES_RESPONSE, error);
}

static leadkpi_status read_conversions(lk_intake *intake, leadkpi_error *error)
{
    return read_rows(intake, LK_RESPONSES_CONVERSION, error);
}

static leadkpi_status add(leadkpi_responses *responses, const leadkpi_table *rows, const char *batch_id,
                          size_t batch_id_length, lk_journal_read read, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(responses, error);
    LK_REQUIRE(rows, error);
    return lk_journal_add(&responses->handle, rows, batch_id, batch_id_length, read, error);
}

leadkpi_status leadkpi_responses_add_leads(leadkpi_responses *responses, const leadkpi_table *rows,
                                           const char *batch_id, size_t batch_id_length,
                                           leadkpi_error *error)
{
    return add(responses, rows, batch_id, batch_id_length, read_leads, error);
}

leadkpi_status leadkpi_responses_add(leadkpi_responses *responses, const leadkpi_table *rows,
                                     const char *batch_id, size_t batch_id_length,
                                     leadkpi_error *error)
{
    return add(responses, rows, batch_id, batch_id_length, read_responses, error);
}

leadkpi_status leadkpi_responses_add_conversions(leadkpi_responses *responses,
                                                 const leadkpi_table *rows, const char *batch_id,
                                                 size_t batch_id_length, leadkpi_error *error)
{
    return add(responses, rows, batch_id, batch_id_length, read_conversions, error);
}
