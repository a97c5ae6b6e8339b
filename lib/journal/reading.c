#include "journal/reading.h"

#include "base/sort.h"
#include "base/time_text.h"

static int compare_texts(const void *context, uint32_t a, uint32_t b)
{
    const lk_map_text *map = context;
    return lk_text_compare(lk_map_text_key(map, a), lk_map_text_key(map, b));
}

static leadkpi_status rank_words(lk_reading *r, leadkpi_error *error)
{
    const lk_map_text *words = &r->journal->words;
    uint32_t *order, count = words->count;
    LK_TRY(lk_allocate(&r->memory, (size_t)count + 1, sizeof *r->word_rank, &r->word_rank, error));
    LK_TRY(lk_allocate(&r->memory, count, sizeof *order, &order, error));
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    leadkpi_status status = lk_sort_indexes(&r->memory, order, count, compare_texts, words, error);
    r->word_rank[0] = 0;
    for (uint32_t i = 0; i < count; i++) r->word_rank[order[i] + 1] = i + 1;
    lk_release(&r->memory, order, count, sizeof *order);
    return status;
}

static int compare_entries(const void *context, uint32_t a, uint32_t b)
{
    const lk_reading *r = context;
    const lk_entry *x = &r->entries[a], *y = &r->entries[b];
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
    int order = r->compare ? r->compare(r->context, x, y) : 0;
    if (order) return order;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    for (int w = 0; w < LK_JOURNAL_WORDS; w++) {
        uint32_t p = r->word_rank[x->words[w]], q = r->word_rank[y->words[w]];
        if (p != q) return p < q ? -1 : 1;
    }
    return 0;
}

/* Counting sort by lead: two passes over 40 bytes an entry, the second with a cache miss or two each. */
static leadkpi_status group_by_lead(lk_reading *r, leadkpi_error *error)
{
    const lk_journal *journal = r->journal;
    uint32_t before = 0;
    memset(r->ends, 0, r->lead_count * sizeof *r->ends);
    for (size_t i = 0; i < journal->count; i++) {
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        r->ends[journal->entries[i].lead]++;
        if (journal->entries[i].time > r->latest) r->latest = journal->entries[i].time;
    }
    for (uint32_t lead = 0; lead < r->lead_count; lead++) {
        uint32_t count = r->ends[lead];
        if (count > r->longest) r->longest = count;
        r->ends[lead] = before;
        before += count;
    }
    LK_TRY(lk_bring_pages(&r->memory, r->entries, journal->count * sizeof *r->entries, error));
    for (size_t i = 0; i < journal->count; i++) {
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        r->order[i] = (uint32_t)i;
        r->entries[r->ends[journal->entries[i].lead]++] = journal->entries[i];
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_leads(lk_reading *r, leadkpi_error *error)
{
    uint32_t *scratch;
    LK_TRY(lk_allocate(&r->memory, r->longest, sizeof *scratch, &scratch, error));
    leadkpi_status status = LEADKPI_OK;
    uint32_t asked = 0; /* rows of leads that are sorted; long leads ask for themselves */
    for (uint32_t lead = 0; lead < r->lead_count && status == LEADKPI_OK; lead++) {
        uint32_t start = lk_reading_start(r, lead);
        if (lead == 0 || start - asked >= LK_INTERRUPT_ROWS) {
            asked = start;
            status = lk_interrupted(&r->memory, error);
        }
        if (status != LEADKPI_OK) break;
        status = lk_sort_indexes_with(&r->memory, r->order + start, r->ends[lead] - start, scratch, compare_entries,
                                      r, error);
    }
    lk_release(&r->memory, scratch, r->longest, sizeof *scratch);
    return status;
}

static leadkpi_status fill(lk_reading *r, leadkpi_error *error)
{
    LK_TRY(rank_words(r, error));
    LK_TRY(lk_allocate(&r->memory, r->journal->count, sizeof *r->entries, &r->entries, error));
    LK_TRY(lk_allocate(&r->memory, r->journal->count, sizeof *r->order, &r->order, error));
    LK_TRY(lk_allocate(&r->memory, r->lead_count, sizeof *r->ends, &r->ends, error));
    if (r->lead_count == 0) return LEADKPI_OK;
    LK_TRY(group_by_lead(r, error));
    return sort_leads(r, error);
}

leadkpi_status lk_reading_open(const lk_journal_handle *handle, lk_reading_compare compare,
                               const void *context, lk_reading *reading, leadkpi_error *error)
{
    static const lk_journal nothing = {0};
    memset(reading, 0, sizeof *reading);
    reading->journal = handle->journal ? handle->journal : &nothing;
    reading->memory = lk_memory_like(&handle->memory);
    reading->lead_count = lk_lead_ids_count(&reading->journal->ids);
    reading->compare = compare;
    reading->context = context;
    reading->latest = LK_TIMESTAMP_MIN;
    leadkpi_status status = fill(reading, error);
    if (status != LEADKPI_OK) lk_reading_close(reading);
    return status;
}

void lk_reading_close(lk_reading *r)
{
    if (!r->journal) return;
    lk_release(&r->memory, r->word_rank, (size_t)r->journal->words.count + 1, sizeof *r->word_rank);
    lk_release(&r->memory, r->entries, r->journal->count, sizeof *r->entries);
    lk_release(&r->memory, r->order, r->journal->count, sizeof *r->order);
    lk_release(&r->memory, r->ends, r->lead_count, sizeof *r->ends);
    memset(r, 0, sizeof *r);
}
