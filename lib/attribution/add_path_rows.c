/* add_path_rows.c: paths as rows of touches: a column of numbers says which path, the dimensions,
 * best dictionary-coded, what each touch was. */
#include "attribution/fold.h"
#include "attribution/rows.h"

typedef struct batch {
    leadkpi_attribution *attribution;
    lk_fold_call *fold; /* NULL: paths are kept */
    const lk_column *path;
    const lk_column *numbers[LK_PATH_SUMS]; /* NULL: all 0 */
    uint32_t *kinds; /* by row */
    uint32_t *paths; /* by row: the first row of a path has it, else LK_MAP_NONE */
    uint32_t *words; /* of one path's key; one more than its rows */
    uint8_t *hashes; /* of its kinds */
    size_t longest;  /* path, in rows */
    size_t row_count;
} batch;

/* Rows of a path stand together. */
static size_t end_of(const batch *b, size_t first)
{
    size_t end = first + 1;
    int64_t number = lk_column_int64(b->path, first);
    while (end < b->row_count && lk_column_int64(b->path, end) == number) end++;
    return end;
}

static leadkpi_status find_kinds(batch *b, const leadkpi_table *rows, leadkpi_error *error)
{
    lk_kind_lookup lookup;
    leadkpi_status status = lk_kind_lookup_open(&lookup, b->attribution, rows, error);
    for (size_t row = 0; row < b->row_count && status == LEADKPI_OK; row++) {
        if (row % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&b->attribution->memory, error);
        if (status == LEADKPI_OK)
            status = lk_kind_lookup_row(&lookup, b->attribution, row, &b->kinds[row], error);
    }
    lk_kind_lookup_close(&lookup, b->attribution);
    return status;
}

/* What the rows of a path say together. */
static leadkpi_status sum_rows(const batch *b, size_t first, size_t end, lk_path_sums *taken,
                               leadkpi_error *error)
{
    memset(taken, 0, sizeof *taken);
    for (size_t row = first; row < end; row++)
        for (int i = 0; i < LK_PATH_SUMS; i++) {
            lk_exact_sum amount;
            LK_TRY(lk_rows_amount(b->numbers[i], row, 0, i != LK_PATH_VALUE, &amount, error));
            LK_TRY(lk_exact_sum_add(&taken->sums[i], &amount, error));
        }
    return LEADKPI_OK;
}

static leadkpi_status add_path(batch *b, size_t first, size_t end, leadkpi_error *error)
{
    lk_attribution_store *store = b->attribution->store;
    lk_path_sums taken;
    size_t count = end - first;
    LK_TRY(sum_rows(b, first, end, &taken, error));
    if (lk_path_is_empty(&taken)) return LEADKPI_OK;
    uint32_t path, group = lk_attribution_path_group(b->attribution, b->kinds + first, count, b->hashes);
    LK_TRY(lk_attribution_path(b->attribution, group, b->kinds + first, (uint32_t)count, b->words,
                               &path, error));
    lk_path_sums *sums = &store->path_sums[path], before = *sums;
    for (int i = 0; i < LK_PATH_SUMS; i++) {
        leadkpi_status status = lk_exact_sum_add(&sums->sums[i], &taken.sums[i], error);
        if (status == LEADKPI_OK && lk_sum_is_modest(&sums->sums[i])) continue;
        *sums = before;
        return lk_fail_at(error, LEADKPI_OVERFLOW, (int64_t)first, -1,
                          "row %zu: expected a path's sums below 2^94, found more", first);
    }
    b->paths[first] = path;
    return LEADKPI_OK;
}

static void take_back(batch *b, size_t first, size_t end)
{
    lk_path_sums taken;
    (void)sum_rows(b, first, end, &taken, NULL);
    for (int i = 0; i < LK_PATH_SUMS; i++)
        (void)lk_exact_sum_subtract(&b->attribution->store->path_sums[b->paths[first]].sums[i],
                                    &taken.sums[i], NULL);
}

/* All or none: what went in before a failure is taken out again, exactly; of a fold no path stays. */
static leadkpi_status add_all(batch *b, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    size_t end, last = 0, folded = 0;
    for (size_t row = 0; row < b->row_count; row++) b->paths[row] = LK_MAP_NONE;
    for (size_t row = 0; row < b->row_count && status == LEADKPI_OK; row = end) {
        end = end_of(b, row);
        if (row == 0 || row - last >= LK_INTERRUPT_ROWS) {
            status = lk_interrupted(&b->attribution->memory, error);
            last = row;
        }
        if (status == LEADKPI_OK) status = add_path(b, row, end, error);
        if (status != LEADKPI_OK || end - folded < LK_FOLD_ROWS) continue;
        status = lk_fold_call_take(b->fold, error);
        folded = end;
    }
    if (status == LEADKPI_OK) status = lk_fold_call_finish(b->fold, error);
    for (size_t row = 0; row < b->row_count && status != LEADKPI_OK && !b->fold; row = end) {
        end = end_of(b, row);
        if (b->paths[row] != LK_MAP_NONE) take_back(b, row, end);
    }
    return status;
}

static leadkpi_status take(batch *b, const leadkpi_table *rows, leadkpi_error *error)
{
    static const char *const names[] = {"conversions", "value", "nulls"};
    lk_memory *memory = &b->attribution->memory;
    LK_TRY(lk_table_require(rows, LK_LITERAL("path"), LK_ALLOW_INT64, &b->path, error));
    LK_TRY(lk_column_check_complete(b->path, error));
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_table_allow(rows, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), LK_ALLOW_NUMBER,
                              &b->numbers[i], error));
    LK_TRY(lk_rows_check_currency(b->attribution, rows, error));
    b->row_count = b->path->row_count;
    LK_FAIL_IF(b->row_count > LK_ATTRIBUTION_ROWS_MAX, error, LEADKPI_OVERFLOW,
               "paths: expected at most 2^32 - 2 rows");
    for (size_t row = 0, end; row < b->row_count; row = end) {
        end = end_of(b, row);
        if (end - row > b->longest) b->longest = end - row;
    }
    LK_TRY(lk_allocate(memory, b->row_count, sizeof *b->kinds, &b->kinds, error));
    LK_TRY(lk_allocate(memory, b->row_count, sizeof *b->paths, &b->paths, error));
    LK_TRY(lk_allocate(memory, b->longest + 1, sizeof *b->words, &b->words, error));
    LK_TRY(lk_allocate(memory, b->longest, 8, &b->hashes, error));
    LK_TRY(find_kinds(b, rows, error));
    LK_TRY(lk_fold_call_open(b->attribution, &b->fold, error));
    return add_all(b, error);
}

leadkpi_status lk_add_path_rows(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    batch b = {.attribution = attribution};
    lk_memory *memory = &attribution->memory;
    leadkpi_status status = take(&b, rows, error);
    lk_fold_call_close(b.fold);
    lk_release(memory, b.kinds, b.row_count, sizeof *b.kinds);
    lk_release(memory, b.paths, b.row_count, sizeof *b.paths);
    lk_release(memory, b.words, b.longest + 1, sizeof *b.words);
    lk_release(memory, b.hashes, b.longest, 8);
    return status;
}
