#include "cohorts/triangle.h"

static size_t size_of(const lk_triangle *t)
{
    return t->period_count * t->byte_count * LK_TRIANGLE_VALUES;
}

leadkpi_status lk_triangle_open(lk_triangle *t, lk_memory *memory, size_t period_count,
                                leadkpi_error *error)
{
    *t = (lk_triangle){NULL, period_count, (period_count + 7) / 8};
    LK_TRY(lk_allocate(memory, size_of(t), sizeof *t->counts, &t->counts, error));
    memset(t->counts, 0, size_of(t) * sizeof *t->counts);
    return LEADKPI_OK;
}

void lk_triangle_close(lk_triangle *t, lk_memory *memory)
{
    lk_release(memory, t->counts, size_of(t), sizeof *t->counts);
    t->counts = NULL;
}

void lk_triangle_read(const lk_triangle *t, int64_t *cells)
{
    size_t width = t->period_count;
    memset(cells, 0, width * width * sizeof *cells);
    for (size_t cohort = 0; cohort < width; cohort++)
        for (size_t byte = 0; byte < t->byte_count; byte++)
            for (size_t value = 1; value < LK_TRIANGLE_VALUES; value++) {
                uint64_t count = t->counts[(cohort * t->byte_count + byte) * LK_TRIANGLE_VALUES + value];
                for (size_t bit = 0; count && bit < 8; bit++)
                    if (value >> bit & 1) cells[cohort * width + byte * 8 + bit] += (int64_t)count;
            }
}
