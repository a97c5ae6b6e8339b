#include "base/time_text.h"
#include "journal/journal.h"

/* ---- checks --------------------------------------------------------------------- */

static leadkpi_status refuse_null(const lk_column *column, size_t row, leadkpi_error *error)
{
    return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                      "row %zu, column \"%.*s\": expected a value, found null", row,
                      LK_TEXT_ARGS(column->name));
}

static leadkpi_status check_times(const lk_memory *memory, const lk_feed *feed, leadkpi_error *error)
{
    for (size_t row = 0; row < feed->time->row_count; row++) {
        LK_TRY(lk_interrupted_at(memory, row, error));
        if (!lk_column_is_valid(feed->time, row)) continue;
        int64_t time = lk_column_int64(feed->time, row);
        if (time < LK_TIMESTAMP_MIN || time > LK_TIMESTAMP_MAX)
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, feed->time->index,
                              "row %zu, column \"%.*s\": expected a time in years 1 to 9999, found "
                              "%lld microseconds since 1970",
                              row, LK_TEXT_ARGS(feed->time->name), (long long)time);
    }
    return LEADKPI_OK;
}

/* ---- words ------------------------------------------------------------------------- */

/* One word of every row that has a time; neighbours often repeat. */
static leadkpi_status intern_words(lk_intake *intake, const lk_feed *feed, int word, uint32_t *codes,
                                   leadkpi_error *error)
{
    lk_journal_handle *handle = intake->handle;
    const lk_column *column = feed->words[word];
    lk_text last = {NULL, 0}, text = feed->fixed[word];
    uint32_t index = 0;
    bool required = handle->room->required[feed->kind] >> word & 1;
    for (size_t row = 0; row < intake->row_count; row++) {
        LK_TRY(lk_interrupted_at(&handle->memory, row, error));
        codes[row] = 0;
        if (!lk_column_is_valid(feed->time, row)) continue;
        if (column && !lk_column_is_valid(column, row)) {
            if (required) return refuse_null(column, row, error);
            continue;
        }
        if (column) text = lk_column_text(column, row);
        if (!last.data || !lk_text_equal(text, last)) {
            LK_TRY(lk_map_text_find_or_add(&handle->journal->words, &handle->memory, &text, 1, &index,
                                           error));
            last = text;
        }
        codes[row] = index + 1;
    }
    return LEADKPI_OK;
}

static bool has_word(const lk_feed *feed, int word)
{
    return feed->words[word] || feed->fixed[word].data;
}

static leadkpi_status append(const lk_intake *intake, const lk_feed *feed, const uint32_t *codes, leadkpi_error *error)
{
    lk_journal *journal = intake->handle->journal;
    size_t rows = intake->row_count;
    for (size_t row = 0; row < rows; row++) {
        LK_TRY(lk_interrupted_at(&intake->handle->memory, row, error));
        if (!lk_column_is_valid(feed->time, row)) continue;
        lk_entry *entry = &journal->entries[journal->count++];
        *entry = (lk_entry){lk_column_int64(feed->time, row), 0, intake->leads[row], feed->kind, {0}};
        if (intake->sequence && lk_column_is_valid(intake->sequence, row))
            entry->sequence = lk_column_int64(intake->sequence, row);
        for (int w = 0; w < LK_JOURNAL_WORDS; w++)
            if (has_word(feed, w)) entry->words[w] = codes[(size_t)w * rows + row];
    }
    return LEADKPI_OK;
}

leadkpi_status lk_journal_feed(lk_intake *intake, const lk_feed *feed, leadkpi_error *error)
{
    lk_memory *memory = &intake->handle->memory;
    size_t cells, rows = intake->row_count;
    uint32_t *codes;
    if (!feed->may_lack_time) LK_TRY(lk_column_check_complete(feed->time, error));
    LK_TRY(check_times(memory, feed, error));
    LK_TRY(lk_journal_grow(intake->handle, rows, error));
    LK_FAIL_IF(!lk_size_multiply(rows, LK_JOURNAL_WORDS, &cells), error, LEADKPI_OVERFLOW,
               "rows: more than the address space holds");
    LK_TRY(lk_allocate(memory, cells, sizeof *codes, &codes, error));
    leadkpi_status status = LEADKPI_OK;
    for (int w = 0; w < LK_JOURNAL_WORDS && status == LEADKPI_OK; w++)
        if (has_word(feed, w))
            status = intern_words(intake, feed, w, codes ? codes + (size_t)w * rows : NULL, error);
    if (status == LEADKPI_OK) status = append(intake, feed, codes, error);
    lk_release(memory, codes, cells, sizeof *codes);
    return status;
}

/* ---- the batch ---------------------------------------------------------------------- */

static leadkpi_status take_rows(lk_journal_handle *handle, const leadkpi_table *rows,
                                lk_journal_read read, leadkpi_error *error)
{
    const lk_column *id;
    lk_intake intake = {.handle = handle, .rows = rows};
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &id, error));
    LK_TRY(lk_column_check_complete(id, error));
    intake.row_count = id->row_count;
    LK_TRY(lk_allocate(&handle->memory, intake.row_count, sizeof *intake.leads, &intake.leads, error));
    leadkpi_status status =
        lk_lead_ids_intern(&handle->journal->ids, &handle->memory, id, intake.leads, error);
    if (status == LEADKPI_OK) status = lk_interrupted(&handle->memory, error);
    if (status == LEADKPI_OK) status = read(&intake, error);
    lk_release(&handle->memory, intake.leads, intake.row_count, sizeof *intake.leads);
    return status;
}

static leadkpi_status take_batch(lk_journal_handle *handle, const leadkpi_table *rows,
                                 const lk_text *batch_id, lk_journal_read read, leadkpi_error *error)
{
    LK_TRY(lk_journal_open(handle, error));
    if (batch_id) {
        lk_map_text *batches = &handle->journal->batches;
        uint32_t before = batches->count, index;
        LK_TRY(lk_map_text_find_or_add(batches, &handle->memory, batch_id, 1, &index, error));
        if (index < before) {
            /* Said, with code OK: the call did what was asked. */
            (void)lk_fail(error, LEADKPI_OK, "batch \"%.*s\" was added before; nothing changed",
                          LK_TEXT_ARGS(*batch_id));
            return LEADKPI_OK;
        }
    }
    return take_rows(handle, rows, read, error);
}

leadkpi_status lk_journal_add(lk_journal_handle *handle, const leadkpi_table *rows,
                              const char *batch_id, size_t batch_id_length, lk_journal_read read,
                              leadkpi_error *error)
{
    lk_text batch = lk_text_of(batch_id, batch_id_length);
    lk_journal_mark mark = lk_journal_mark_now(handle);
    leadkpi_status status = take_batch(handle, rows, batch_id ? &batch : NULL, read, error);
    if (status != LEADKPI_OK) lk_journal_roll_back(handle, &mark);
    return status;
}
