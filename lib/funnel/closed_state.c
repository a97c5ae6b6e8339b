/* closed_state.c: closed ranges in a state; state.h has the format. */
#include "funnel/state.h"

#include "funnel/closed.h"

/* ---- writing ----------------------------------------------------------------------- */

void lk_closed_write_ranges(const lk_closed *closed, lk_writer *writer)
{
    lk_write_varint(writer, closed->range_count);
    for (uint32_t i = 0; i < closed->range_count; i++) {
        lk_write_int64(writer, closed->ranges[i].from);
        lk_write_int64(writer, closed->ranges[i].until);
        lk_write_int64(writer, closed->ranges[i].latest);
    }
}

static void write_time(uint64_t time, lk_writer *writer)
{
    lk_write_int64(writer, lk_standing_time_back(time));
}

static int32_t starts_held(const uint64_t *block, int32_t steps)
{
    return (int32_t)block[LK_BLOCK_LEVEL] < steps ? (int32_t)block[LK_BLOCK_LEVEL] : steps - 1;
}

static void write_block(const uint64_t *block, int32_t steps, lk_writer *writer)
{
    lk_write_varint(writer, block[LK_BLOCK_KEY] & UINT32_MAX);
    lk_write_varint(writer, block[LK_BLOCK_LEVEL]);
    if (block[LK_BLOCK_LEVEL]) {
        write_time(block[LK_BLOCK_START], writer);
        write_time(block[LK_BLOCK_TIME], writer);
    }
    for (int32_t i = 0; i < starts_held(block, steps); i++)
        write_time(block[LK_BLOCK_STARTS + i], writer);
    for (int32_t i = 0; i + 1 < steps; i++) {
        const uint64_t *after = block + lk_block_after(steps, i);
        int32_t reached = 0;
        while (i + 1 + reached < steps && after[reached]) reached++;
        lk_write_varint(writer, (uint64_t)reached);
        for (int32_t j = 0; j < reached; j++) write_time(after[j], writer);
    }
}

size_t lk_closed_write_lead(const lk_closed *closed, int32_t steps, uint32_t lead, size_t first,
                            lk_writer *writer)
{
    size_t end = lk_closed_lead_end(closed, steps, lead, first);
    lk_write_varint(writer, end - first);
    for (size_t i = first; i < end; i++) write_block(lk_block_at(closed, steps, i), steps, writer);
    return (end - first) * lk_block_words(steps);
}

/* ---- reading ----------------------------------------------------------------------- */

#define REFUSE_IF(condition, reader, what)                                                         \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_reader_refuse(reader, what);                         \
    } while (0)

static leadkpi_status read_range(lk_closed *closed, uint32_t i, lk_reader *reader)
{
    lk_range *range = &closed->ranges[i];
    range->from = lk_read_int64(reader);
    range->until = lk_read_int64(reader);
    range->latest = lk_read_int64(reader);
    LK_TRY(lk_reader_status(reader));
    REFUSE_IF(range->from < LK_FUNNEL_TIME_MIN || range->until > LK_FUNNEL_TIME_END ||
                  range->from >= range->until,
              reader, "range: expected times that rise in years 1 to 9999");
    REFUSE_IF(i > 0 && range->from < closed->ranges[i - 1].until, reader,
              "ranges: expected rising order");
    REFUSE_IF(range->latest != INT64_MIN &&
                  (range->latest < range->from || range->latest >= range->until),
              reader, "range: expected its latest event in it");
    return LEADKPI_OK;
}

leadkpi_status lk_closed_read_ranges(lk_closed *closed, lk_memory *memory, lk_reader *reader)
{
    size_t count = lk_read_count(reader, 24);
    LK_TRY(lk_reader_status(reader));
    REFUSE_IF(count == 0 || count > UINT32_MAX, reader, "ranges: expected one at least");
    LK_TRY(lk_allocate(memory, count, sizeof *closed->ranges, &closed->ranges, reader->error));
    closed->range_count = (uint32_t)count;
    for (uint32_t i = 0; i < closed->range_count; i++) LK_TRY(read_range(closed, i, reader));
    return LEADKPI_OK;
}

/* 0 where it is not in the range. */
static uint64_t read_time(const lk_range *range, lk_reader *reader)
{
    int64_t time = lk_read_int64(reader);
    return time >= range->from && time < range->until ? lk_standing_time(time) : 0;
}

/* Those who start in it: starts fall from step to step. */
static leadkpi_status read_own(uint64_t *block, const lk_range *range, int32_t steps,
                               lk_reader *reader)
{
    uint64_t level = lk_read_varint(reader), before = UINT64_MAX;
    LK_TRY(lk_reader_status(reader));
    REFUSE_IF(level > (uint64_t)steps, reader, "level: expected a step of the definition");
    block[LK_BLOCK_LEVEL] = level;
    if (level) {
        block[LK_BLOCK_START] = read_time(range, reader);
        block[LK_BLOCK_TIME] = read_time(range, reader);
        REFUSE_IF(!block[LK_BLOCK_START] || block[LK_BLOCK_START] > block[LK_BLOCK_TIME], reader,
                  "block: expected a start in its range, and no time before it");
    }
    for (int32_t i = 0; i < starts_held(block, steps); i++) {
        uint64_t start = read_time(range, reader);
        REFUSE_IF(!start || start > before, reader, "block: expected starts in its range that fall");
        block[LK_BLOCK_STARTS + i] = before = start;
    }
    return lk_reader_status(reader);
}

/* Those who come in: times rise from step to step. */
static leadkpi_status read_after(uint64_t *block, const lk_range *range, int32_t steps, int32_t i,
                                 bool *any, lk_reader *reader)
{
    uint64_t *after = block + lk_block_after(steps, i), reached = lk_read_varint(reader), before = 1;
    LK_TRY(lk_reader_status(reader));
    REFUSE_IF(reached > (uint64_t)(steps - 1 - i), reader,
              "block: expected times of steps of the definition");
    for (uint64_t j = 0; j < reached; j++) {
        after[j] = read_time(range, reader);
        LK_TRY(lk_reader_status(reader));
        REFUSE_IF(after[j] < before, reader, "block: expected times in its range that rise");
        before = after[j];
    }
    *any |= reached > 0;
    return LEADKPI_OK;
}

static leadkpi_status read_block(const lk_closed *closed, int32_t steps, uint64_t *block,
                                 lk_reader *reader)
{
    const lk_range *range = &closed->ranges[block[LK_BLOCK_KEY] & UINT32_MAX];
    LK_TRY(read_own(block, range, steps, reader));
    bool any = block[LK_BLOCK_LEVEL] > 0;
    for (int32_t i = 0; i + 1 < steps; i++)
        LK_TRY(read_after(block, range, steps, i, &any, reader));
    REFUSE_IF(!any, reader, "block: expected one that an event left");
    return LEADKPI_OK;
}

/* Room grows by half, so that what is held is no more than a few times what was read: a block of few
 * steps takes at least step_count bytes of the state. */
static leadkpi_status make_room(lk_closed *closed, size_t *capacity, int32_t steps,
                                lk_memory *memory, leadkpi_error *error)
{
    if (closed->block_count < *capacity) return LEADKPI_OK;
    size_t more = *capacity + *capacity / 2 + 8;
    LK_TRY(lk_resize(memory, &closed->blocks, *capacity, more,
                     lk_block_words(steps) * sizeof *closed->blocks, error));
    *capacity = more;
    return LEADKPI_OK;
}

leadkpi_status lk_closed_read_lead(lk_closed *closed, size_t *capacity, int32_t steps, uint32_t lead,
                                   lk_memory *memory, lk_reader *reader)
{
    uint64_t count = lk_read_varint(reader), next = 0;
    LK_TRY(lk_reader_status(reader));
    REFUSE_IF(count > closed->range_count, reader, "blocks: expected one a range at most");
    for (uint64_t i = 0; i < count; i++) {
        uint64_t range = lk_read_varint(reader);
        LK_TRY(lk_reader_status(reader));
        REFUSE_IF(range < next || range >= closed->range_count, reader,
                  "blocks: expected ranges that rise");
        next = range + 1;
        LK_TRY(make_room(closed, capacity, steps, memory, reader->error));
        uint64_t *block = lk_block_at(closed, steps, closed->block_count);
        memset(block, 0, lk_block_words(steps) * sizeof *block);
        block[LK_BLOCK_KEY] = (uint64_t)lead << 32 | range;
        LK_TRY(read_block(closed, steps, block, reader));
        closed->block_count++;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_closed_read_end(lk_closed *closed, size_t *capacity, int32_t steps,
                                  lk_memory *memory, leadkpi_error *error)
{
    size_t used = closed->block_count;
    LK_TRY(lk_resize(memory, &closed->blocks, *capacity, used,
                     lk_block_words(steps) * sizeof *closed->blocks, error));
    *capacity = used;
    return LEADKPI_OK;
}
