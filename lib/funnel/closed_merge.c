/* closed_merge.c: the closed ranges of two handles become those of one: all of both, each once. */
#include "base/sort.h"
#include "base/time_text.h"
#include "funnel/closed.h"

/* Numbers of both handles' ranges in the union. */
typedef struct renumbering {
    uint32_t *into, *from;
} renumbering;

static leadkpi_status check_ranges(const lk_range *a, const lk_range *b, leadkpi_error *error)
{
    bool equal = a->from == b->from && a->until == b->until;
    LK_FAIL_IF(!equal && a->from < b->until && b->from < a->until, error, LEADKPI_MISMATCH,
               "from: expected closed ranges that are the same or do not meet, found %s to %s and "
               "%s to %s",
               LK_SAY_TIME(a->from), LK_SAY_TIME(a->until), LK_SAY_TIME(b->from), LK_SAY_TIME(b->until));
    return LEADKPI_OK;
}

/* Two lists in order to one. */
static leadkpi_status unite_ranges(const lk_closed *a, const lk_closed *b, lk_closed *made,
                                   const renumbering *numbers, leadkpi_error *error)
{
    uint32_t i = 0, k = 0;
    made->range_count = 0;
    while (i < a->range_count || k < b->range_count) {
        bool both = i < a->range_count && k < b->range_count;
        if (both) LK_TRY(check_ranges(&a->ranges[i], &b->ranges[k], error));
        bool take_a = k == b->range_count || (both && a->ranges[i].from <= b->ranges[k].from);
        bool take_b = i == a->range_count || (both && b->ranges[k].from <= a->ranges[i].from);
        lk_range range = take_a ? a->ranges[i] : b->ranges[k];
        if (take_b && b->ranges[k].latest > range.latest) range.latest = b->ranges[k].latest;
        if (take_a) numbers->into[i++] = made->range_count;
        if (take_b) numbers->from[k++] = made->range_count;
        made->ranges[made->range_count++] = range;
    }
    return LEADKPI_OK;
}

static leadkpi_status check_events(const lk_funnel_store *store, const lk_closed *closed,
                                   const lk_memory *memory, leadkpi_error *error)
{
    for (size_t i = 0; closed->range_count && i < store->event_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        LK_FAIL_IF(lk_closed_range_of(closed, lk_funnel_event_time(store, i)) != LK_MAP_NONE, error,
                   LEADKPI_MISMATCH,
                   "from: expected no event of one handle in a range that the other closed, found one "
                   "at %s",
                   LK_SAY_TIME(lk_funnel_event_time(store, i)));
    }
    return LEADKPI_OK;
}

static uint64_t renumbered(const uint64_t *block, const uint32_t *leads, const uint32_t *ranges)
{
    uint64_t lead = block[LK_BLOCK_KEY] >> 32;
    return (leads ? leads[lead] : lead) << 32 | ranges[block[LK_BLOCK_KEY] & UINT32_MAX];
}

/* The keys of all blocks in order, and where each was: those of `b` come after those of `a`. */
static leadkpi_status sort_keys(const lk_closed *a, const lk_closed *b, int32_t steps,
                                const uint32_t *leads, const renumbering *numbers, lk_memory *memory,
                                uint64_t *keys, uint32_t *places, leadkpi_error *error)
{
    size_t count = a->block_count + b->block_count, done = 0;
    for (size_t i = 0; i < count; i++) {
        bool of_a = i < a->block_count;
        LK_TRY(lk_interrupted_after(memory, 1, &done, error));
        keys[i] = of_a ? renumbered(lk_block_at(a, steps, i), NULL, numbers->into)
                       : renumbered(lk_block_at(b, steps, i - a->block_count), leads, numbers->from);
        places[i] = (uint32_t)i;
    }
    LK_TRY(lk_sort_uint64(memory, keys, places, count, error));
    for (size_t i = 1; i < count; i++)
        LK_FAIL_IF(keys[i] == keys[i - 1], error, LEADKPI_MISMATCH,
                   "from: a lead has events in a range that both handles closed; expected all of them in "
                   "one");
    return LEADKPI_OK;
}

/* Blocks are as long as they are: in order they are copied at the speed of memory. */
static leadkpi_status copy_blocks(const lk_closed *a, const lk_closed *b, int32_t steps, const uint64_t *keys,
                                  const uint32_t *places, const lk_memory *memory, lk_closed *made,
                                  leadkpi_error *error)
{
    size_t words = lk_block_words(steps), done = 0;
    for (size_t i = 0; i < made->block_count; i++) {
        bool of_a = places[i] < a->block_count;
        uint64_t *block = lk_block_at(made, steps, i);
        LK_TRY(lk_interrupted_after(memory, words, &done, error));
        memcpy(block, of_a ? lk_block_at(a, steps, places[i]) : lk_block_at(b, steps, places[i] - a->block_count),
               words * sizeof *block);
        block[LK_BLOCK_KEY] = keys[i];
    }
    return LEADKPI_OK;
}

static leadkpi_status unite_blocks(const lk_closed *a, const lk_closed *b, int32_t steps,
                                   const uint32_t *leads, const renumbering *numbers,
                                   lk_memory *memory, lk_closed *made, leadkpi_error *error)
{
    size_t words = lk_block_words(steps), count = a->block_count + b->block_count;
    uint64_t *keys;
    uint32_t *places;
    LK_FAIL_IF(count > UINT32_MAX, error, LEADKPI_OVERFLOW, "blocks: expected fewer than 2^32");
    LK_TRY(lk_allocate(memory, count, sizeof *keys, &keys, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *places, &places, error);
    if (status == LEADKPI_OK) {
        status = sort_keys(a, b, steps, leads, numbers, memory, keys, places, error);
        if (status == LEADKPI_OK)
            status = lk_allocate(memory, count, words * sizeof *made->blocks, &made->blocks, error);
        made->block_count = status == LEADKPI_OK ? count : 0;
        if (status == LEADKPI_OK) status = copy_blocks(a, b, steps, keys, places, memory, made, error);
        lk_release(memory, places, count, sizeof *places);
    }
    lk_release(memory, keys, count, sizeof *keys);
    return status;
}

static leadkpi_status unite(const lk_closed *a, const lk_closed *b, int32_t steps,
                            const uint32_t *leads, lk_memory *memory, const renumbering *numbers,
                            lk_closed *made, leadkpi_error *error)
{
    lk_range *ranges;
    uint32_t most = a->range_count + b->range_count;
    LK_TRY(lk_allocate(memory, most, sizeof *ranges, &ranges, error));
    made->ranges = ranges;
    leadkpi_status status = unite_ranges(a, b, made, numbers, error);
    uint32_t used = made->range_count;
    made->range_count = most;
    LK_TRY(status);
    LK_TRY(lk_resize(memory, &made->ranges, most, used, sizeof *ranges, error));
    made->range_count = used;
    return unite_blocks(a, b, steps, leads, numbers, memory, made, error);
}

leadkpi_status lk_closed_merge(leadkpi_funnel *into, const lk_funnel_store *from,
                               const uint32_t *leads, lk_closed *made, leadkpi_error *error)
{
    const lk_closed *a = &into->store->closed, *b = &from->closed;
    int32_t steps = into->rule.step_count;
    renumbering numbers = {NULL, NULL};
    memset(made, 0, sizeof *made);
    LK_TRY(check_events(into->store, b, &into->memory, error));
    LK_TRY(check_events(from, a, &into->memory, error));
    if (b->range_count == 0) return LEADKPI_OK;
    LK_FAIL_IF(a->range_count > UINT32_MAX - b->range_count, error, LEADKPI_OVERFLOW,
               "closed ranges: expected fewer than 2^32");
    LK_TRY(lk_allocate(&into->memory, a->range_count, sizeof *numbers.into, &numbers.into, error));
    leadkpi_status status = lk_allocate(&into->memory, b->range_count, sizeof *numbers.from,
                                        &numbers.from, error);
    if (status == LEADKPI_OK)
        status = unite(a, b, steps, leads, &into->memory, &numbers, made, error);
    lk_release(&into->memory, numbers.into, a->range_count, sizeof *numbers.into);
    lk_release(&into->memory, numbers.from, b->range_count, sizeof *numbers.from);
    if (status != LEADKPI_OK) {
        lk_closed_free(made, steps, &into->memory);
        memset(made, 0, sizeof *made);
    }
    return status;
}
