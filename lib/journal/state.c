/* state.c: a handle as bytes; state.h has the format. */
#include "journal/state.h"

#include "base/sort.h"
#include "journal/reading.h"

typedef struct state {
    const lk_journal_handle *handle;
    lk_reading reading;
    uint32_t *leads;   /* in order of their ids */
    uint32_t *words;   /* 1 + place of each in the list, by 1 + index; 0: not used */
    uint32_t *by_rank; /* the word of each rank from 1 */
    uint32_t *batches; /* in order */
    uint32_t used;     /* words in the list */
    size_t done;       /* entries since the host was asked */
} state;

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static leadkpi_status number_words(state *s, leadkpi_error *error)
{
    const lk_reading *r = &s->reading;
    uint32_t count = r->journal->words.count;
    memset(s->words, 0, ((size_t)count + 1) * sizeof *s->words);
    for (size_t i = 0; i < r->journal->count; i++) {
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        for (int w = 0; w < LK_JOURNAL_WORDS; w++) s->words[r->entries[i].words[w]] = 1;
    }
    s->words[0] = 0;
    for (uint32_t i = 1; i <= count; i++) s->by_rank[r->word_rank[i]] = i;
    for (uint32_t rank = 1; rank <= count; rank++)
        if (s->words[s->by_rank[rank]]) s->words[s->by_rank[rank]] = ++s->used;
    return LEADKPI_OK;
}

static leadkpi_status order_all(state *s, leadkpi_error *error)
{
    lk_reading *r = &s->reading;
    LK_TRY(lk_reading_open(s->handle, NULL, NULL, r, error));
    const lk_journal *journal = r->journal;
    size_t words = (size_t)journal->words.count + 1;
    LK_TRY(lk_allocate(&r->memory, r->lead_count, sizeof *s->leads, &s->leads, error));
    LK_TRY(lk_allocate(&r->memory, words, sizeof *s->words, &s->words, error));
    LK_TRY(lk_allocate(&r->memory, words, sizeof *s->by_rank, &s->by_rank, error));
    LK_TRY(lk_allocate(&r->memory, journal->batches.count, sizeof *s->batches, &s->batches, error));
    LK_TRY(lk_lead_ids_sort(&journal->ids, &r->memory, s->leads, error));
    for (uint32_t i = 0; i < journal->batches.count; i++) s->batches[i] = i;
    LK_TRY(lk_sort_indexes(&r->memory, s->batches, journal->batches.count, compare_texts,
                           &journal->batches, error));
    return number_words(s, error);
}

static void release_all(state *s)
{
    lk_reading *r = &s->reading;
    if (!r->journal) return;
    size_t words = (size_t)r->journal->words.count + 1;
    lk_release(&r->memory, s->leads, r->lead_count, sizeof *s->leads);
    lk_release(&r->memory, s->words, words, sizeof *s->words);
    lk_release(&r->memory, s->by_rank, words, sizeof *s->by_rank);
    lk_release(&r->memory, s->batches, r->journal->batches.count, sizeof *s->batches);
    lk_reading_close(r);
}

/* ---- writing ----------------------------------------------------------------- */

static leadkpi_status write_definition(state *s, lk_writer *writer, leadkpi_error *error)
{
    char *text;
    const lk_schema *schema = s->handle->room->schema;
    size_t length = lk_options_print(s->handle->definition, schema, NULL, 0);
    LK_TRY(lk_allocate(&s->reading.memory, length, 1, &text, error));
    lk_options_print(s->handle->definition, schema, text, length);
    lk_write_text(writer, (lk_text){text, length});
    lk_release(&s->reading.memory, text, length, 1);
    return LEADKPI_OK;
}

static void write_lists(const state *s, lk_writer *writer)
{
    const lk_journal *journal = s->reading.journal;
    lk_write_varint(writer, journal->batches.count);
    for (uint32_t i = 0; i < journal->batches.count; i++)
        lk_write_text(writer, lk_map_text_key(&journal->batches, s->batches[i]));
    lk_write_varint(writer, s->used);
    for (uint32_t rank = 1; rank <= journal->words.count; rank++)
        if (s->words[s->by_rank[rank]])
            lk_write_text(writer, lk_reading_word(&s->reading, s->by_rank[rank]));
}

static leadkpi_status write_entries(state *s, lk_writer *writer, uint32_t lead, leadkpi_error *error)
{
    const lk_reading *r = &s->reading;
    uint32_t start = lk_reading_start(r, lead), end = r->ends[lead];
    lk_write_varint(writer, end - start);
    for (uint32_t i = start; i < end; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        LK_TRY(lk_interrupted_after(&r->memory, 1, &s->done, error));
        lk_write_int64(writer, entry->time);
        lk_write_signed_varint(writer, entry->sequence);
        lk_write_varint(writer, entry->kind);
        for (int w = 0; w < LK_JOURNAL_WORDS; w++)
            lk_write_varint(writer, s->words[entry->words[w]]);
    }
    return LEADKPI_OK;
}

static leadkpi_status write_state(state *s, void *buffer, size_t capacity, size_t *size,
                                  leadkpi_error *error)
{
    const lk_reading *r = &s->reading;
    lk_writer writer;
    uint32_t before = LK_MAP_NONE;
    lk_writer_begin(&writer, buffer, capacity, s->handle->room->state_kind, LK_JOURNAL_STATE_VERSION);
    LK_TRY(write_definition(s, &writer, error));
    write_lists(s, &writer);
    lk_write_uint8(&writer, (uint8_t)r->journal->ids.type);
    lk_write_varint(&writer, r->lead_count);
    lk_write_varint(&writer, r->journal->count);
    for (uint32_t i = 0; i < r->lead_count; i++) {
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        lk_lead_ids_write(&r->journal->ids, &writer, s->leads[i], before);
        LK_TRY(write_entries(s, &writer, s->leads[i], error));
        before = s->leads[i];
    }
    return lk_writer_finish(&writer, size, error);
}

/* Counted first, so that a buffer that is too small is not touched. */
static leadkpi_status write_counted(state *s, void *buffer, size_t capacity, size_t *needed,
                                    leadkpi_error *error)
{
    size_t size;
    LK_TRY(write_state(s, NULL, 0, &size, error));
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (!buffer) return LEADKPI_OK;
    return write_state(s, buffer, capacity, &size, error);
}

leadkpi_status lk_journal_serialize(const lk_journal_handle *handle, void *buffer, size_t capacity,
                                    size_t *needed, leadkpi_error *error)
{
    state s = {.handle = handle};
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    leadkpi_status status = order_all(&s, error);
    if (status == LEADKPI_OK) status = write_counted(&s, buffer, capacity, needed, error);
    release_all(&s);
    return status;
}
