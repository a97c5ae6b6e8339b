/* matrix.c: matrix.h over ids that lie close together, and the public call. */
#include <leadkpi/cohorts.h>

#include "cohorts/matrix.h"

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

/* ---- one bit an event ----------------------------------------------------------------------- */

#define BLOCK 512

/* The bits of a block, and where they go; none for a time in no period. Places are asked for ahead,
 * so that the misses of a block overlap. */
INLINE size_t find_bits(const lk_matrix *m, int64_t least, const void *periods, size_t width,
                        size_t first, size_t count, uint64_t *bits)
{
    const int64_t *customers = m->customers + first, *times = m->times + first;
    const lk_clock clock = m->clock;
    size_t inside = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t offset = lk_clock_offset(&clock, times[i]);
        uint64_t is_inside = offset < clock.range;
        bits[i] = is_inside << lk_clock_period(&clock, is_inside ? offset : 0);
        inside += (size_t)is_inside;
        LK_PREFETCH((const char *)periods + (size_t)((uint64_t)customers[i] - (uint64_t)least) * width);
    }
    return count - inside;
}

INLINE leadkpi_status mark(lk_matrix *m, int64_t least, void *periods, size_t width,
                           leadkpi_error *error)
{
    uint64_t bits[BLOCK];
    uint32_t *narrow = periods;
    uint64_t *wide = periods;
    for (size_t first = 0; first < m->count; first += BLOCK) {
        size_t count = m->count - first < BLOCK ? m->count - first : BLOCK;
        const int64_t *customers = m->customers + first;
        if (first % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&m->memory, error));
        m->outside += find_bits(m, least, periods, width, first, count, bits);
        for (size_t i = 0; i < count; i++) {
            size_t place = (size_t)((uint64_t)customers[i] - (uint64_t)least);
            if (width == sizeof *narrow) narrow[place] |= (uint32_t)bits[i];
            else wide[place] |= bits[i];
        }
    }
    return LEADKPI_OK;
}

INLINE void count_marks(lk_matrix *m, const void *periods, size_t width, size_t customer_count)
{
    const uint32_t *narrow = periods;
    const uint64_t *wide = periods;
    for (size_t i = 0; i < customer_count; i++) {
        uint64_t bits = width == sizeof *narrow ? narrow[i] : wide[i];
        if (!bits) continue;
        uint32_t cohort = lk_lowest_bit(bits);
        lk_triangle_add(&m->triangle, cohort, bits >> cohort);
    }
}

/* Ids that lie close together are their own places. Cost an event: 16 bytes read in order, and one
 * word of 4 or 8 bytes changed at random, in the second or third level for a million customers. */
static leadkpi_status count_directly(lk_matrix *m, int64_t least, size_t customer_count,
                                     leadkpi_error *error)
{
    void *periods;
    bool narrow = m->clock.period_count <= 32;
    size_t width = narrow ? sizeof(uint32_t) : sizeof(uint64_t);
    LK_TRY(lk_allocate(&m->memory, customer_count, width, &periods, error));
    memset(periods, 0, customer_count * width);
    leadkpi_status status = narrow ? mark(m, least, periods, sizeof(uint32_t), error)
                                   : mark(m, least, periods, sizeof(uint64_t), error);
    if (status == LEADKPI_OK && narrow) count_marks(m, periods, sizeof(uint32_t), customer_count);
    if (status == LEADKPI_OK && !narrow) count_marks(m, periods, sizeof(uint64_t), customer_count);
    lk_release(&m->memory, periods, customer_count, width);
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* So few places for the customers that each has its own? The first and the last id are found, up to
 * where they are too far apart, which ids that are spread over all numbers are at once. */
static bool lie_close(const lk_matrix *m, int64_t *least, uint64_t *range)
{
    int64_t low = m->customers[0], high = low;
    for (size_t first = 0; first < m->count; first += BLOCK) {
        size_t last = m->count - first < BLOCK ? m->count : first + BLOCK;
        for (size_t i = first; i < last; i++) {
            if (m->customers[i] < low) low = m->customers[i];
            if (m->customers[i] > high) high = m->customers[i];
        }
        *range = (uint64_t)high - (uint64_t)low;
        if (*range / 4 >= m->count || *range >= SIZE_MAX / 16) return false;
    }
    *least = low;
    return true;
}

static leadkpi_status count_all(lk_matrix *m, leadkpi_error *error)
{
    int64_t least;
    uint64_t range;
    if (m->count == 0) return LEADKPI_OK;
    if (lie_close(m, &least, &range)) return count_directly(m, least, (size_t)range + 1, error);
    return lk_matrix_count_by_parts(m, error);
}

static leadkpi_status fill(lk_matrix *m, const leadkpi_calendar *calendar, int64_t from,
                           size_t period_count, leadkpi_error *error)
{
    LK_TRY(lk_clock_open(&m->clock, &m->memory, calendar, from, period_count, error));
    LK_TRY(lk_triangle_open(&m->triangle, &m->memory, period_count, error));
    return count_all(m, error);
}

leadkpi_status leadkpi_cohorts_matrix(const leadkpi_host *host, const leadkpi_calendar *calendar,
                                      int64_t from, int32_t period_count, const int64_t *customers,
                                      const int64_t *times, size_t count, int64_t *cells,
                                      size_t *outside, leadkpi_error *error)
{
    lk_matrix m = {.customers = customers, .times = times, .count = count};
    leadkpi_error_reset(error);
    if (outside) *outside = 0;
    LK_REQUIRE(calendar, error);
    LK_REQUIRE(cells, error);
    LK_FAIL_IF(count && (!customers || !times), error, LEADKPI_NULL_ARGUMENT,
               "customers and times: expected pointers, found NULL");
    LK_FAIL_IF(period_count < 1 || period_count > LK_MATRIX_PERIODS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "period_count: expected 1 to %d, found %d", LK_MATRIX_PERIODS_MAX, (int)period_count);
    LK_TRY(lk_memory_init(&m.memory, host, error));
    leadkpi_status status = fill(&m, calendar, from, (size_t)period_count, error);
    if (status == LEADKPI_OK) lk_triangle_read(&m.triangle, cells);
    if (status == LEADKPI_OK && outside) *outside = m.outside;
    lk_clock_close(&m.clock, &m.memory);
    lk_triangle_close(&m.triangle, &m.memory);
    return status;
}
