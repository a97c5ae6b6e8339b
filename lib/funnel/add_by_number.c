/* add_by_number.c: events whose leads are small numbers, into a funnel that has none yet: the bulk
 * of an import.
 *
 * The number itself says where an event goes, so nothing is appended and put in order later. A
 * first pass over the rows finds what each means and tallies the events of each number, which says
 * where each lead's events stand in the end. A second one writes each event, packed, to the part of
 * the few thousand numbers that it belongs to; parts are then sorted one by one within the cache
 * (journeys_part.h). Cost a row: 1 byte that is kept between the passes, 4 at a random place; an
 * event that is kept: 10 bytes written, 10 read, 8 written. */
#include "funnel/add.h"
#include "funnel/journeys_part.h"

/* Fewer rows are not worth it. */
#define ROWS_LEAST 256

/* In place of a code: the row is not kept. */
#define NOT_KEPT UINT8_MAX
_Static_assert(LK_PACKED_CODES_MAX <= NOT_KEPT, "a code is a byte");
_Static_assert(LK_PART_LEADS <= UINT16_MAX + 1, "a slot is two");

typedef struct numbered {
    leadkpi_funnel *funnel;
    const lk_batch *batch;
    lk_memory *memory;
    uint8_t *codes; /* of each row, or NOT_KEPT */
    uint32_t lead_count, part_count, largest;
    uint32_t *ends;  /* of each lead; the store's in the end */
    uint32_t *leads; /* of each part the first; and one more, the lead count */
    uint32_t *next;  /* of each part where its next event goes */
    uint64_t *packed; /* events, and of each the last bits of its number; the store's in the end */
    uint16_t *slots;
    size_t kept;
    lk_journeys order;
    lk_part_sorter sorter;
    bool fits; /* numbers and codes so far do */
} numbered;

static bool fits(const leadkpi_funnel *funnel, const lk_batch *b)
{
    const lk_funnel_store *store = funnel->store;
    const lk_lead_ids *ids = &store->ids;
    size_t rows = b->id->row_count;
    return ids->type == LK_LEAD_IDS_INT64 && !ids->hashed && ids->integers.count == 0 &&
           store->event_count == 0 && !store->sequences && !store->event_segments &&
           !b->sequence && !b->segment && !b->value && rows >= ROWS_LEAST && rows <= INT32_MAX;
}

/* ---- the first pass ----------------------------------------------------------------- */

static void keep_codes(const lk_batch_block *at, bool keeps_foreign, uint8_t *codes, uint8_t *rows)
{
    size_t count = at->count;
    for (size_t i = 0; i < count; i++) {
        uint32_t code = at->codes[i];
        bool keeps = keeps_foreign | (code != LK_FUNNEL_CODE_NOTHING);
        codes[i] = keeps ? (uint8_t)code : NOT_KEPT;
        rows[i] = keeps;
    }
}

static leadkpi_status tally_block(numbered *n, lk_code_memo *memo, lk_batch_block *at,
                                  leadkpi_error *error)
{
    uint8_t rows[LK_BATCH_BLOCK];
    lk_lead_ids *ids = &n->funnel->store->ids;
    LK_TRY(lk_batch_find_codes(n->funnel, n->batch, memo, at, error));
    keep_codes(at, n->batch->keeps_foreign, n->codes + at->start, rows);
    LK_TRY(lk_lead_ids_reach(ids, n->memory, n->batch->id, at->start, at->count, error));
    n->fits = n->funnel->store->codes.count <= LK_PACKED_CODES_MAX && ids->direct_count <= UINT32_MAX &&
              lk_lead_ids_tally(ids, n->batch->id, at->start, at->count, rows);
    return LEADKPI_OK;
}

static leadkpi_status tally(numbered *n, leadkpi_error *error)
{
    lk_code_memo memo = {{0}, {0}};
    lk_batch_block at;
    size_t row_count = n->batch->id->row_count;
    LK_TRY(lk_allocate(n->memory, row_count, sizeof *n->codes, &n->codes, error));
    for (size_t start = 0; start < row_count && n->fits; start += LK_BATCH_BLOCK) {
        lk_batch_set_block(n->batch, &at, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(n->memory, error));
        LK_TRY(tally_block(n, &memo, &at, error));
    }
    return LEADKPI_OK;
}

/* ---- leads and parts ------------------------------------------------------------------ */

static uint32_t part_start(const numbered *n, uint32_t part)
{
    return n->leads[part] ? n->ends[n->leads[part] - 1] : 0;
}

/* Leads are in order of their numbers, so those of a part follow each other. */
static void find_parts(numbered *n)
{
    const int64_t *numbers = n->funnel->store->ids.integers.keys;
    uint32_t lead = 0;
    for (uint32_t part = 0; part < n->part_count; part++) {
        n->leads[part] = lead;
        while (lead < n->lead_count && (uint64_t)numbers[lead] >> LK_PART_BITS == part) lead++;
    }
    n->leads[n->part_count] = lead;
    for (uint32_t part = 0; part < n->part_count; part++) {
        uint32_t size = part_start(n, part + 1) - part_start(n, part);
        n->next[part] = part_start(n, part);
        if (size > n->largest) n->largest = size;
    }
}

static leadkpi_status number_leads(numbered *n, leadkpi_error *error)
{
    lk_lead_ids *ids = &n->funnel->store->ids;
    LK_TRY(lk_lead_ids_tallied(ids, n->memory, &n->lead_count, error));
    n->part_count = (uint32_t)((ids->direct_count - 1) / LK_PART_LEADS) + 1;
    LK_TRY(lk_allocate(n->memory, n->lead_count, sizeof *n->ends, &n->ends, error));
    LK_TRY(lk_allocate(n->memory, (size_t)n->part_count + 1, sizeof *n->leads, &n->leads, error));
    LK_TRY(lk_allocate(n->memory, n->part_count, sizeof *n->next, &n->next, error));
    LK_TRY(lk_lead_ids_add_tallied(ids, n->memory, n->lead_count, n->ends, error));
    find_parts(n);
    return LEADKPI_OK;
}

static leadkpi_status open_order(numbered *n, leadkpi_error *error)
{
    const lk_funnel_store *store = n->funnel->store;
    LK_TRY(lk_journeys_rank_codes(n->funnel, n->memory, &n->order, error));
    LK_TRY(lk_part_sorter_open(&n->sorter, n->memory, n->order.code_rank, store->codes.count,
                               n->largest, error));
    lk_lead_scan_open(n->funnel, &n->sorter.codes, n->memory, n->lead_count, &n->sorter.levels);
    return LEADKPI_OK;
}

static leadkpi_status open_events(numbered *n, leadkpi_error *error)
{
    n->kept = n->lead_count ? n->ends[n->lead_count - 1] : 0;
    LK_TRY(lk_allocate(n->memory, n->kept, sizeof *n->packed, &n->packed, error));
    LK_TRY(lk_allocate(n->memory, n->kept, sizeof *n->slots, &n->slots, error));
    LK_TRY(lk_bring_pages(n->memory, n->packed, n->kept * sizeof *n->packed, error));
    return lk_bring_pages(n->memory, n->slots, n->kept * sizeof *n->slots, error);
}

/* ---- the second pass -------------------------------------------------------------------- */

/* Which rows are kept, no branch could foresee: they are listed first. */
static uint32_t list_kept(const uint8_t *codes, size_t count, uint32_t *rows)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        rows[kept] = i;
        kept += codes[i] != NOT_KEPT;
    }
    return kept;
}

/* How many events ahead in its part: two lines of the cache. */
#define EVENTS_AHEAD 16

/* 10 bytes to one of some hundred places that move on in order and are asked for ahead. Copies of
 * what no store could change. Returns the latest time, or `latest`. */
static int64_t write_block(const numbered *n, const lk_batch_block *at, int64_t latest)
{
    const uint8_t *codes = n->codes + at->start;
    const lk_column ids = *n->batch->id, times = *n->batch->time;
    uint32_t rows[LK_BATCH_BLOCK], kept = list_kept(codes, at->count, rows), *next = n->next;
    const uint32_t *code_rank = n->order.code_rank;
    uint64_t *packed = n->packed;
    uint16_t *slots = n->slots;
    size_t start = at->start;
    for (uint32_t i = 0; i < kept; i++) {
        uint32_t number = (uint32_t)lk_column_int64(&ids, start + rows[i]);
        int64_t time = lk_column_int64(&times, start + rows[i]);
        uint32_t place = next[number >> LK_PART_BITS]++;
        LK_PREFETCH(packed + place + EVENTS_AHEAD);
        packed[place] = lk_packed_key(time, code_rank[codes[rows[i]]]);
        slots[place] = (uint16_t)(number % LK_PART_LEADS);
        latest = time > latest ? time : latest;
    }
    return latest;
}

static leadkpi_status write_events(numbered *n, int64_t *latest, leadkpi_error *error)
{
    lk_batch_block at;
    size_t row_count = n->batch->id->row_count;
    for (size_t start = 0; start < row_count; start += LK_BATCH_BLOCK) {
        lk_batch_set_block(n->batch, &at, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(n->memory, error));
        LK_TRY(lk_batch_check_times(n->batch->time, at.start, at.count, error));
        *latest = write_block(n, &at, *latest);
    }
    return LEADKPI_OK;
}

static leadkpi_status sort_parts(numbered *n, leadkpi_error *error)
{
    const int64_t *numbers = n->funnel->store->ids.integers.keys;
    for (uint32_t part = 0; part < n->part_count; part++) {
        lk_part these = {part_start(n, part), part_start(n, part + 1), n->leads[part],
                         n->leads[part + 1], numbers};
        LK_TRY(lk_part_sort_packed(&n->sorter, &these, n->ends, n->slots, n->packed, error));
    }
    return LEADKPI_OK;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static void keep(numbered *n)
{
    lk_funnel_keep_ends(n->funnel, n->ends, n->sorter.levels.levels, n->lead_count);
    lk_funnel_keep_packed(n->funnel, n->packed, n->kept, &n->sorter.codes);
    n->funnel->store->event_count = n->kept;
    n->ends = NULL;
    n->packed = NULL;
    n->sorter.levels.levels = NULL;
}

static leadkpi_status take(numbered *n, leadkpi_error *error)
{
    lk_funnel_store *store = n->funnel->store;
    int64_t latest = store->latest;
    LK_TRY(tally(n, error));
    if (!n->fits) return LEADKPI_OK;
    LK_TRY(number_leads(n, error));
    LK_TRY(open_order(n, error));
    LK_TRY(open_events(n, error));
    LK_TRY(write_events(n, &latest, error));
    LK_TRY(sort_parts(n, error));
    keep(n);
    store->latest = latest;
    return LEADKPI_OK;
}

static void close(numbered *n)
{
    lk_part_sorter_close(&n->sorter, n->memory);
    lk_journeys_close(&n->order, n->memory);
    lk_release(n->memory, n->codes, n->batch->id->row_count, sizeof *n->codes);
    lk_release(n->memory, n->packed, n->kept, sizeof *n->packed);
    lk_release(n->memory, n->slots, n->kept, sizeof *n->slots);
    lk_release(n->memory, n->ends, n->lead_count, sizeof *n->ends);
    lk_release(n->memory, n->leads, (size_t)n->part_count + 1, sizeof *n->leads);
    lk_release(n->memory, n->next, n->part_count, sizeof *n->next);
}

/* The other way in may need less memory. */
leadkpi_status lk_add_by_number(leadkpi_funnel *funnel, const lk_batch *b, bool *is_done,
                                leadkpi_error *error)
{
    lk_lead_ids *ids = &funnel->store->ids;
    numbered n = {.funnel = funnel, .batch = b, .memory = &funnel->memory, .fits = true};
    *is_done = false;
    if (!fits(funnel, b)) return LEADKPI_OK;
    leadkpi_status status = take(&n, error);
    *is_done = status == LEADKPI_OK && n.fits;
    if (!*is_done) {
        lk_lead_ids_truncate(ids, 0, ids->type);
        lk_lead_ids_forget_tallies(ids);
    }
    close(&n);
    if (status != LEADKPI_OUT_OF_MEMORY && status != LEADKPI_LIMIT) return status;
    leadkpi_error_reset(error);
    return LEADKPI_OK;
}
