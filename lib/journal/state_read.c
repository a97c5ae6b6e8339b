/* state_read.c: a handle from bytes that may come from anywhere; state.h has the format. What is read
 * is what the writer would write, byte for byte, or it is refused. */
#include "base/state.h"
#include "base/time_text.h"
#include "journal/state.h"

typedef struct reading {
    lk_reader reader;
    lk_journal_handle *handle;
    uint8_t *used; /* by place in the list of words */
    size_t word_count, lead_count, entry_count;
    leadkpi_error *error;
} reading;

#define REFUSE_IF(condition, r, what)                                                              \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_reader_refuse(&(r)->reader, what);                   \
    } while (0)

/* ---- leads --------------------------------------------------------------------- */

/* Words come in order of their text, so their places compare as they do. */
static int compare_entries(const lk_entry *a, const lk_entry *b)
{
    if (a->time != b->time) return a->time < b->time ? -1 : 1;
    if (a->sequence != b->sequence) return a->sequence < b->sequence ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    for (int w = 0; w < LK_JOURNAL_WORDS; w++)
        if (a->words[w] != b->words[w]) return a->words[w] < b->words[w] ? -1 : 1;
    return 0;
}

static leadkpi_status read_word(reading *r, lk_entry *entry, int w)
{
    const lk_journal_room *room = r->handle->room;
    uint64_t word = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(word > r->word_count, r, "word: expected a place in the list, found one past its end");
    REFUSE_IF(word == 0 && (room->required[entry->kind] >> w & 1), r, "word: expected one, found null");
    REFUSE_IF(word != 0 && !(room->allowed[entry->kind] >> w & 1), r, "word: expected null, found one");
    if (word) r->used[word - 1] = 1;
    entry->words[w] = (uint32_t)word;
    return LEADKPI_OK;
}

static leadkpi_status read_entry(reading *r, uint32_t lead, lk_entry *entry)
{
    *entry = (lk_entry){.lead = lead};
    entry->time = lk_read_int64(&r->reader);
    entry->sequence = lk_read_signed_varint(&r->reader);
    uint64_t kind = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(entry->time < LK_TIMESTAMP_MIN || entry->time > LK_TIMESTAMP_MAX, r,
              "time: expected years 1 to 9999");
    REFUSE_IF(kind >= r->handle->room->kind_count, r, "kind: expected one that there is");
    entry->kind = (uint32_t)kind;
    for (int w = 0; w < LK_JOURNAL_WORDS; w++) LK_TRY(read_word(r, entry, w));
    return LEADKPI_OK;
}

static leadkpi_status read_entries(reading *r, uint32_t lead)
{
    lk_journal *journal = r->handle->journal;
    uint64_t count = lk_read_varint(&r->reader);
    LK_TRY(lk_reader_status(&r->reader));
    REFUSE_IF(count > r->entry_count - journal->count, r, "entries of leads: expected no more than in all");
    for (uint64_t i = 0; i < count; i++) {
        lk_entry *entry = &journal->entries[journal->count];
        LK_TRY(lk_interrupted_at(&r->handle->memory, journal->count, r->error));
        LK_TRY(read_entry(r, lead, entry));
        REFUSE_IF(i > 0 && compare_entries(entry - 1, entry) > 0, r,
                  "entries: expected order by time, sequence, kind and words");
        journal->count++;
    }
    return LEADKPI_OK;
}

static leadkpi_status open_leads(reading *r)
{
    lk_journal *journal = r->handle->journal;
    LK_TRY(lk_lead_ids_read_count(&journal->ids, &r->reader, LK_JOURNAL_STATE_LEAD_SIZE, &r->lead_count));
    r->entry_count = lk_read_count(&r->reader, LK_JOURNAL_STATE_ENTRY_SIZE);
    LK_TRY(lk_reader_status(&r->reader));
    return lk_journal_grow(r->handle, r->entry_count, r->error);
}

static leadkpi_status read_leads(reading *r)
{
    LK_TRY(open_leads(r));
    lk_lead_ids_block block = {.count = 0};
    lk_journal *journal = r->handle->journal;
    lk_memory *memory = &r->handle->memory;
    for (size_t i = 0; i < r->lead_count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, r->error));
        LK_TRY(lk_lead_ids_read_ahead(&journal->ids, memory, &r->reader, &block));
        LK_TRY(read_entries(r, (uint32_t)i));
    }
    LK_TRY(lk_lead_ids_flush(&journal->ids, memory, &block, r->error));
    REFUSE_IF(journal->count != r->entry_count, r, "entries of leads: expected as many as in all");
    return LEADKPI_OK;
}

/* ---- the whole ----------------------------------------------------------------- */

static leadkpi_status read_definition(reading *r, lk_memory *memory, const lk_journal_room *room)
{
    leadkpi_options *definition;
    LK_TRY(lk_state_read_definition(&r->reader, memory, room->schema, room->check, &definition));
    leadkpi_status status = lk_journal_make(memory, room, definition, &r->handle, r->error);
    leadkpi_options_free(definition);
    return status;
}

static leadkpi_status read_texts(reading *r, lk_map_text *map, size_t *count)
{
    return lk_state_read_texts(&r->reader, &r->handle->memory, map, LK_MAP_KEYS_MAX - 1, NULL, "", count);
}

static leadkpi_status read_payload(reading *r)
{
    size_t batch_count;
    LK_TRY(read_texts(r, &r->handle->journal->batches, &batch_count));
    LK_TRY(read_texts(r, &r->handle->journal->words, &r->word_count));
    LK_TRY(lk_allocate(&r->handle->memory, r->word_count, 1, &r->used, r->error));
    if (r->word_count) memset(r->used, 0, r->word_count);
    LK_TRY(read_leads(r));
    REFUSE_IF(r->word_count && memchr(r->used, 0, r->word_count), r,
              "words: expected every one to be used");
    return lk_reader_finish(&r->reader);
}

static leadkpi_status read_journal(reading *r)
{
    LK_TRY(lk_journal_open(r->handle, r->error));
    leadkpi_status status = read_payload(r);
    lk_release(&r->handle->memory, r->used, r->word_count, 1);
    if (status == LEADKPI_OK && r->lead_count == 0 && r->handle->journal->batches.count == 0)
        lk_journal_close(r->handle); /* a handle without a row holds no journal */
    return status;
}

leadkpi_status lk_journal_deserialize(const leadkpi_host *host, const lk_journal_room *room,
                                      const void *bytes, size_t size, lk_journal_handle **out,
                                      leadkpi_error *error)
{
    lk_memory memory;
    uint32_t version;
    reading r = {.error = error};
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_reader_begin(&r.reader, bytes, size, room->state_kind, LK_JOURNAL_STATE_VERSION, &version,
                           error));
    LK_TRY(read_definition(&r, &memory, room));
    leadkpi_status status = read_journal(&r);
    if (status != LEADKPI_OK) {
        lk_journal_free(r.handle);
        return status;
    }
    *out = r.handle;
    return LEADKPI_OK;
}
