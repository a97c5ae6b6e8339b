#include "journal/journal.h"

#include "base/state.h"

_Static_assert(sizeof(lk_journal_handle) <= 256, "an empty handle is small");

/* ---- life ---------------------------------------------------------------------- */

leadkpi_status lk_journal_make(const lk_memory *like, const lk_journal_room *room,
                               const leadkpi_options *definition, lk_journal_handle **out,
                               leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    lk_journal_handle *made;
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    memset(made, 0, sizeof *made);
    made->memory = memory;
    made->room = room;
    leadkpi_status status = definition ? lk_options_copy(definition, like, &made->definition, error)
                                       : lk_options_new(like, room->schema, &made->definition, error);
    if (status != LEADKPI_OK) {
        lk_journal_free(made);
        return status;
    }
    *out = made;
    return LEADKPI_OK;
}

leadkpi_status lk_journal_create(const leadkpi_host *host, const lk_journal_room *room,
                                 const leadkpi_options *definition, lk_journal_handle **out,
                                 leadkpi_error *error)
{
    lk_memory memory;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_options_check(definition, room->schema, error));
    LK_TRY(room->check(definition, error));
    return lk_journal_make(&memory, room, definition, out, error);
}

leadkpi_status lk_journal_create_like(const lk_journal_handle *handle, lk_journal_handle **out,
                                      leadkpi_error *error)
{
    return lk_journal_make(&handle->memory, handle->room, handle->definition, out, error);
}

void lk_journal_free(lk_journal_handle *handle)
{
    if (!handle) return;
    lk_memory memory = handle->memory;
    lk_journal_close(handle);
    leadkpi_options_free(handle->definition);
    lk_release(&memory, handle, 1, sizeof *handle);
}

/* The journal of the handle, made now if there was none. */
leadkpi_status lk_journal_open(lk_journal_handle *handle, leadkpi_error *error)
{
    if (handle->journal) return LEADKPI_OK;
    LK_TRY(lk_allocate(&handle->memory, 1, sizeof *handle->journal, &handle->journal, error));
    memset(handle->journal, 0, sizeof *handle->journal);
    handle->journal->ids.hashed =
        lk_options_choice(handle->definition, handle->room->schema, handle->room->ids_option) == 1;
    return LEADKPI_OK;
}

void lk_journal_close(lk_journal_handle *handle)
{
    lk_journal *journal = handle->journal;
    lk_memory *memory = &handle->memory;
    if (!journal) return;
    lk_lead_ids_free(&journal->ids, memory);
    lk_map_text_free(&journal->words, memory);
    lk_map_text_free(&journal->batches, memory);
    lk_release(memory, journal->entries, journal->capacity, sizeof *journal->entries);
    lk_release(memory, journal, 1, sizeof *journal);
    handle->journal = NULL;
}

/* ---- all or nothing --------------------------------------------------------------- */

lk_journal_mark lk_journal_mark_now(const lk_journal_handle *handle)
{
    const lk_journal *journal = handle->journal;
    if (!journal) return (lk_journal_mark){.was_empty = true};
    return (lk_journal_mark){journal->count,         lk_lead_ids_count(&journal->ids),
                             journal->words.count,   journal->batches.count,
                             journal->ids.type,      false};
}

void lk_journal_roll_back(lk_journal_handle *handle, const lk_journal_mark *mark)
{
    lk_journal *journal = handle->journal;
    if (!journal) return;
    if (mark->was_empty) {
        lk_journal_close(handle);
        return;
    }
    journal->count = mark->count;
    lk_lead_ids_truncate(&journal->ids, mark->ids, mark->id_type);
    lk_map_text_truncate(&journal->words, mark->words);
    lk_map_text_truncate(&journal->batches, mark->batches);
}

/* Half as much again, so that many small adds cost a constant time a row. */
leadkpi_status lk_journal_grow(lk_journal_handle *handle, size_t additional, leadkpi_error *error)
{
    lk_journal *journal = handle->journal;
    size_t needed, capacity = journal->capacity;
    LK_FAIL_IF(!lk_size_add(journal->count, additional, &needed) || needed > UINT32_MAX - 1, error,
               LEADKPI_OVERFLOW, "rows: expected at most %llu in a handle",
               (unsigned long long)(UINT32_MAX - 1));
    if (needed <= capacity) return LEADKPI_OK;
    capacity = capacity + capacity / 2 < needed ? needed : capacity + capacity / 2;
    LK_TRY(lk_resize(&handle->memory, &journal->entries, journal->capacity, capacity,
                     sizeof *journal->entries, error));
    journal->capacity = capacity;
    return LEADKPI_OK;
}

/* ---- merging ------------------------------------------------------------------------ */

static leadkpi_status append(lk_journal *into, const lk_journal *from, const uint32_t *leads, const uint32_t *words,
                             const lk_memory *memory, leadkpi_error *error)
{
    for (size_t i = 0; i < from->count; i++) {
        lk_entry entry = from->entries[i];
        LK_TRY(lk_interrupted_at(memory, i, error));
        entry.lead = leads[entry.lead];
        for (int w = 0; w < LK_JOURNAL_WORDS; w++)
            if (entry.words[w]) entry.words[w] = words[entry.words[w] - 1] + 1;
        into->entries[into->count++] = entry;
    }
    return LEADKPI_OK;
}

/* leads, words: where those of `from` are in `into`. */
static leadkpi_status merge_with(lk_journal_handle *into, const lk_journal *from, uint32_t *leads,
                                 uint32_t *words, leadkpi_error *error)
{
    lk_journal *journal = into->journal;
    lk_memory *memory = &into->memory;
    LK_TRY(lk_state_check_batches(&journal->batches, &from->batches, error));
    LK_TRY(lk_lead_ids_merge(&journal->ids, memory, &from->ids, leads, error));
    LK_TRY(lk_interrupted(memory, error));
    LK_TRY(lk_state_merge_texts(&journal->words, memory, &from->words, words, error));
    LK_TRY(lk_state_merge_texts(&journal->batches, memory, &from->batches, NULL, error));
    LK_TRY(lk_journal_grow(into, from->count, error));
    return append(journal, from, leads, words, memory, error);
}

static leadkpi_status merge(lk_journal_handle *into, const lk_journal *from, leadkpi_error *error)
{
    uint32_t *leads, *words, lead_count = lk_lead_ids_count(&from->ids);
    lk_memory *memory = &into->memory;
    LK_TRY(lk_journal_open(into, error));
    LK_TRY(lk_allocate(memory, lead_count, sizeof *leads, &leads, error));
    leadkpi_status status = lk_allocate(memory, from->words.count, sizeof *words, &words, error);
    if (status == LEADKPI_OK) {
        status = merge_with(into, from, leads, words, error);
        lk_release(memory, words, from->words.count, sizeof *words);
    }
    lk_release(memory, leads, lead_count, sizeof *leads);
    return status;
}

leadkpi_status lk_journal_merge(lk_journal_handle *into, const lk_journal_handle *from,
                                leadkpi_error *error)
{
    LK_FAIL_IF(into == from, error, LEADKPI_BAD_ARGUMENT,
               "from: expected another handle, found the one to merge into");
    LK_FAIL_IF(!lk_options_equal(into->definition, from->definition, into->room->schema), error,
               LEADKPI_MISMATCH, "from: expected a handle of the same definition");
    if (!from->journal) return LEADKPI_OK;
    lk_journal_mark mark = lk_journal_mark_now(into);
    leadkpi_status status = merge(into, from->journal, error);
    if (status != LEADKPI_OK) lk_journal_roll_back(into, &mark);
    return status;
}
