/* matrix.c: the retention triangle of a log of events, without a handle.
 *
 * One bit a customer and period: the cohort of a customer is its lowest bit, and the others,
 * shifted down by it, are its ages. */
#include <leadkpi/cohorts.h>

#include "base/map.h"
#include "calendar/calendar.h"

#define PERIODS_MAX 64

/* Times to periods without a search: the range is cut into cells of 2^shift microseconds, none longer
 * than the shortest period, so that a cell holds at most one boundary. */
typedef struct clock {
    int64_t starts[PERIODS_MAX + 1];
    int32_t period_count;
    int shift;
    uint8_t *first; /* the period at the start of each cell */
    size_t cell_count;
} clock;

typedef struct matrix {
    lk_memory memory;
    clock clock;
    const int64_t *customers, *times;
    size_t count;
    uint64_t *periods; /* of each customer, a bit each */
    size_t customer_count;
    size_t outside;
} matrix;

/* ---- the clock --------------------------------------------------------------------------- */

/* The most cells: 32 KiB, which stay in the first-level cache. */
#define CELLS_MAX 32768

static leadkpi_status make_clock(matrix *m, const leadkpi_calendar *calendar, int64_t from,
                                 int32_t period_count, leadkpi_error *error)
{
    clock *c = &m->clock;
    int64_t shortest = INT64_MAX;
    c->period_count = period_count;
    c->starts[0] = lk_calendar_start(calendar, from);
    for (int32_t i = 0; i < period_count; i++) {
        c->starts[i + 1] = lk_calendar_end(calendar, c->starts[i]);
        LK_FAIL_IF(c->starts[i] == INT64_MIN || c->starts[i + 1] == INT64_MAX, error,
                   LEADKPI_BAD_ARGUMENT,
                   "from: expected %d whole periods from there on; take a shorter grain",
                   (int)period_count);
        if (c->starts[i + 1] - c->starts[i] < shortest) shortest = c->starts[i + 1] - c->starts[i];
    }
    uint64_t range = (uint64_t)c->starts[period_count] - (uint64_t)c->starts[0];
    while (c->shift < 62 && (int64_t)1 << (c->shift + 1) <= shortest) c->shift++;
    LK_FAIL_IF(range >> c->shift >= CELLS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "calendar: expected periods of like lengths, found one far shorter than others");
    c->cell_count = (size_t)(range >> c->shift) + 1;
    LK_TRY(lk_allocate(&m->memory, c->cell_count, 1, &c->first, error));
    for (size_t i = 0, period = 0; i < c->cell_count; i++) {
        int64_t start = (int64_t)((uint64_t)c->starts[0] + ((uint64_t)i << c->shift));
        while (period + 1 < (size_t)period_count && c->starts[period + 1] <= start) period++;
        c->first[i] = (uint8_t)period;
    }
    return LEADKPI_OK;
}

/* What marks a bit, in registers: behind a store through `periods` the compiler would have to read
 * every field of the matrix again. */
typedef struct marker {
    const int64_t *starts;
    const uint8_t *first;
    uint64_t *periods;
    uint64_t range;
    size_t outside;
    int shift;
} marker;

static marker marker_of(const matrix *m)
{
    const clock *c = &m->clock;
    uint64_t range = (uint64_t)c->starts[c->period_count] - (uint64_t)c->starts[0];
    return (marker){c->starts, c->first, m->periods, range, 0, c->shift};
}

/* ---- one bit an event ----------------------------------------------------------------------- */

static inline void set_bit(marker *m, size_t customer, int64_t time)
{
    uint64_t offset = (uint64_t)time - (uint64_t)m->starts[0];
    if (LK_UNLIKELY(offset >= m->range)) {
        m->outside++;
        return;
    }
    uint32_t period = m->first[offset >> m->shift];
    m->periods[customer] |= (uint64_t)1 << (period + (time >= m->starts[period + 1]));
}

static leadkpi_status make_periods(matrix *m, size_t customer_count, leadkpi_error *error)
{
    LK_TRY(lk_allocate(&m->memory, customer_count, sizeof *m->periods, &m->periods, error));
    m->customer_count = customer_count;
    if (customer_count) memset(m->periods, 0, customer_count * sizeof *m->periods);
    return LEADKPI_OK;
}

static void mark_block(matrix *m, int64_t least, size_t first, size_t last)
{
    const int64_t *customers = m->customers, *times = m->times;
    marker mark = marker_of(m);
    for (size_t i = first; i < last; i++)
        set_bit(&mark, (size_t)((uint64_t)customers[i] - (uint64_t)least), times[i]);
    m->outside += mark.outside;
}

/* Ids that lie close together are their own places. Cost an event: 16 bytes read in order, and one
 * word changed at random, which is in the second or third level for a million customers; the
 * processor has many of those under way at a time. */
static leadkpi_status mark_directly(matrix *m, int64_t least, size_t range, leadkpi_error *error)
{
    LK_TRY(make_periods(m, range, error));
    for (size_t first = 0; first < m->count; first += LK_INTERRUPT_ROWS) {
        size_t last = m->count - first < LK_INTERRUPT_ROWS ? m->count : first + LK_INTERRUPT_ROWS;
        LK_TRY(lk_interrupted(&m->memory, error));
        mark_block(m, least, first, last);
    }
    return LEADKPI_OK;
}

#define BLOCK 4096

/* Any other ids through a map: two more cache misses an event, asked for ahead block by block. */
static leadkpi_status mark_by_map(matrix *m, lk_map64 *map, leadkpi_error *error)
{
    uint32_t indexes[BLOCK];
    size_t capacity = 0;
    for (size_t first = 0; first < m->count; first += BLOCK) {
        size_t count = m->count - first < BLOCK ? m->count - first : BLOCK;
        LK_TRY(lk_interrupted(&m->memory, error));
        LK_TRY(lk_map64_find_or_add(map, &m->memory, m->customers + first, 0, count, indexes, error));
        if (map->count > capacity) {
            size_t wider = (size_t)map->count + map->count / 2;
            LK_TRY(lk_resize(&m->memory, &m->periods, capacity, wider, sizeof *m->periods, error));
            memset(m->periods + capacity, 0, (wider - capacity) * sizeof *m->periods);
            m->customer_count = capacity = wider;
        }
        marker mark = marker_of(m);
        for (size_t i = 0; i < count; i++) set_bit(&mark, indexes[i], m->times[first + i]);
        m->outside += mark.outside;
    }
    return LEADKPI_OK;
}

/* ---- the triangle ------------------------------------------------------------------------------ */

static inline uint32_t lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(bits);
#else
    uint32_t place = 0;
    for (; !(bits & 1); bits >>= 1) place++;
    return place;
#endif
}

/* How often each byte of the shifted bits has each value, by cohort: an eighth of the increments that
 * single bits would take, and not one after another on the same few counts. */
#define BYTE_VALUES 256

static void count_bytes(const matrix *m, size_t byte_count, uint64_t *counts)
{
    for (size_t i = 0; i < m->customer_count; i++) {
        uint64_t bits = m->periods[i];
        if (!bits) continue;
        uint32_t cohort = lowest_bit(bits);
        uint64_t *of_cohort = counts + cohort * byte_count * BYTE_VALUES;
        bits >>= cohort;
        for (size_t byte = 0; byte < byte_count; byte++, bits >>= 8)
            of_cohort[byte * BYTE_VALUES + (bits & 255)]++;
    }
}

static void add_bytes(const uint64_t *counts, size_t width, size_t byte_count, int64_t *cells)
{
    memset(cells, 0, width * width * sizeof *cells);
    for (size_t cohort = 0; cohort < width; cohort++)
        for (size_t byte = 0; byte < byte_count; byte++)
            for (size_t value = 1; value < BYTE_VALUES; value++) {
                uint64_t count = counts[(cohort * byte_count + byte) * BYTE_VALUES + value];
                for (size_t bit = 0; count && bit < 8; bit++)
                    if (value >> bit & 1) cells[cohort * width + byte * 8 + bit] += (int64_t)count;
            }
}

/* Cost a customer: 8 bytes read in order and a count for each 8 periods, in 150 KB for 24 of them. */
static leadkpi_status count_cells(matrix *m, int64_t *cells, leadkpi_error *error)
{
    size_t width = (size_t)m->clock.period_count, byte_count = (width + 7) / 8;
    size_t size = width * byte_count * BYTE_VALUES;
    uint64_t *counts;
    LK_TRY(lk_allocate(&m->memory, size, sizeof *counts, &counts, error));
    memset(counts, 0, size * sizeof *counts);
    count_bytes(m, byte_count, counts);
    add_bytes(counts, width, byte_count, cells);
    lk_release(&m->memory, counts, size, sizeof *counts);
    return LEADKPI_OK;
}

static leadkpi_status count_all(matrix *m, int64_t *cells, leadkpi_error *error)
{
    int64_t least = INT64_MAX, most = INT64_MIN;
    lk_map64 map = {.keys = NULL};
    for (size_t i = 0; i < m->count; i++) {
        if (m->customers[i] < least) least = m->customers[i];
        if (m->customers[i] > most) most = m->customers[i];
    }
    uint64_t range = m->count ? (uint64_t)most - (uint64_t)least : 0;
    leadkpi_status status = range / 4 < m->count && range < SIZE_MAX / 16
                                ? mark_directly(m, least, m->count ? (size_t)range + 1 : 0, error)
                                : mark_by_map(m, &map, error);
    lk_map64_free(&map, &m->memory);
    return status == LEADKPI_OK ? count_cells(m, cells, error) : status;
}

leadkpi_status leadkpi_cohorts_matrix(const leadkpi_host *host, const leadkpi_calendar *calendar,
                                      int64_t from, int32_t period_count, const int64_t *customers,
                                      const int64_t *times, size_t count, int64_t *cells,
                                      size_t *outside, leadkpi_error *error)
{
    matrix m = {.customers = customers, .times = times, .count = count};
    leadkpi_error_reset(error);
    if (outside) *outside = 0;
    LK_REQUIRE(calendar, error);
    LK_REQUIRE(cells, error);
    LK_FAIL_IF(count && (!customers || !times), error, LEADKPI_NULL_ARGUMENT,
               "customers and times: expected pointers, found NULL");
    LK_FAIL_IF(period_count < 1 || period_count > PERIODS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "period_count: expected 1 to %d, found %d", PERIODS_MAX, (int)period_count);
    LK_TRY(lk_memory_init(&m.memory, host, error));
    leadkpi_status status = make_clock(&m, calendar, from, period_count, error);
    if (status == LEADKPI_OK) status = count_all(&m, cells, error);
    if (status == LEADKPI_OK && outside) *outside = m.outside;
    lk_release(&m.memory, m.clock.first, m.clock.cell_count, 1);
    lk_release(&m.memory, m.periods, m.customer_count, sizeof *m.periods);
    return status;
}
