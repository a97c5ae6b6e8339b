#include "attribution/fold.h"
#include "attribution/path_text.h"
#include "attribution/rows.h"

/* Rows that are looked at together, so that what one waits for from memory comes while others are
 * at it. */
#define BLOCK 128

/* What a table of paths needs while it is taken in. */
typedef struct batch {
    leadkpi_attribution *attribution;
    lk_fold_call *fold; /* NULL: paths are kept */
    const lk_column *path;
    const lk_column *numbers[LK_PATH_SUMS]; /* NULL: all 0 */
    lk_path_text text;
    uint8_t *hashes; /* of a path's kinds, little-endian */
    size_t hash_capacity;
    uint32_t *paths; /* by row; LK_MAP_NONE: all its numbers are 0 */
    size_t row_count;
} batch;

/* Rows of a block with a number that is not 0. */
typedef struct block {
    size_t count;
    size_t rows[BLOCK];
    size_t starts[BLOCK + 1]; /* in the words of the text */
    uint32_t paths[BLOCK];
    lk_path_sums taken[BLOCK];
} block;

/* ---- paths -------------------------------------------------------------------------- */

static leadkpi_status reserve_hashes(batch *b, size_t count, leadkpi_error *error)
{
    size_t more = count + count / 2;
    if (count <= b->hash_capacity) return LEADKPI_OK;
    LK_TRY(lk_resize(&b->attribution->memory, &b->hashes, b->hash_capacity, more, 8, error));
    b->hash_capacity = more;
    return LEADKPI_OK;
}

static leadkpi_status find_group(batch *b, uint32_t *words, size_t count, leadkpi_error *error)
{
    LK_TRY(reserve_hashes(b, count, error));
    words[0] = lk_attribution_path_group(b->attribution, words + 1, count, b->hashes);
    return LEADKPI_OK;
}

static leadkpi_status read_path(batch *b, size_t row, leadkpi_error *error)
{
    lk_text path = lk_column_is_valid(b->path, row) ? lk_column_text(b->path, row) : LK_LITERAL("");
    size_t start = b->text.count;
    LK_TRY(lk_path_text_take(&b->text, path, error));
    size_t count = b->text.count - start - 1;
    if (count >= LK_ATTRIBUTION_ROWS_MAX)
        return lk_fail_at(error, LEADKPI_OVERFLOW, (int64_t)row, b->path->index,
                          "row %zu, column \"path\": expected fewer than 2^32 - 2 touches", row);
    return find_group(b, b->text.words + start, count, error);
}

static leadkpi_status find_paths(batch *b, block *at, leadkpi_error *error)
{
    lk_text keys[BLOCK];
    for (size_t i = 0; i < at->count; i++)
        keys[i] = (lk_text){(const char *)(b->text.words + at->starts[i]),
                            (at->starts[i + 1] - at->starts[i]) * sizeof *b->text.words};
    return lk_attribution_find_paths(b->attribution, keys, at->count, at->paths, error);
}

/* ---- sums ---------------------------------------------------------------------------- */

static leadkpi_status take_numbers(const batch *b, size_t row, lk_path_sums *taken,
                                   leadkpi_error *error)
{
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_rows_amount(b->numbers[i], row, 0, i != LK_PATH_VALUE, &taken->sums[i], error));
    return LEADKPI_OK;
}

static leadkpi_status add_row(const batch *b, size_t row, const lk_path_sums *taken,
                              leadkpi_error *error)
{
    lk_path_sums *sums = &b->attribution->store->path_sums[b->paths[row]], before = *sums;
    for (int i = 0; i < LK_PATH_SUMS; i++) {
        if (lk_exact_sum_is_zero(&taken->sums[i])) continue;
        leadkpi_status status = lk_exact_sum_add(&sums->sums[i], &taken->sums[i], error);
        if (status == LEADKPI_OK && lk_sum_is_modest(&sums->sums[i])) continue;
        *sums = before;
        return lk_fail_at(error, LEADKPI_OVERFLOW, (int64_t)row, -1,
                          "row %zu: expected a path's sums below 2^94, found more", row);
    }
    return LEADKPI_OK;
}

static void take_back(const batch *b, size_t row)
{
    lk_path_sums *sums = &b->attribution->store->path_sums[b->paths[row]], taken;
    (void)take_numbers(b, row, &taken, NULL);
    for (int i = 0; i < LK_PATH_SUMS; i++)
        (void)lk_exact_sum_subtract(&sums->sums[i], &taken.sums[i], NULL);
}

/* ---- blocks --------------------------------------------------------------------------- */

static leadkpi_status read_block(batch *b, size_t first, size_t end, block *at, leadkpi_error *error)
{
    at->count = b->text.count = 0;
    for (size_t row = first; row < end; row++) {
        LK_TRY(take_numbers(b, row, &at->taken[at->count], error));
        if (lk_path_is_empty(&at->taken[at->count])) continue;
        at->rows[at->count] = row;
        at->starts[at->count++] = b->text.count;
        LK_TRY(read_path(b, row, error));
    }
    at->starts[at->count] = b->text.count;
    return LEADKPI_OK;
}

/* Cost a row beside its text: its path's slot, key and sums, three to five lines of memory from
 * anywhere, which a block waits for together. */
static leadkpi_status add_block(batch *b, size_t first, size_t end, leadkpi_error *error)
{
    block at;
    LK_TRY(read_block(b, first, end, &at, error));
    LK_TRY(find_paths(b, &at, error));
    for (size_t i = 0; i < at.count; i++) {
        const char *sums = (const char *)&b->attribution->store->path_sums[at.paths[i]];
        LK_PREFETCH(sums);
        LK_PREFETCH(sums + 64);
    }
    for (size_t i = 0; i < at.count; i++) {
        b->paths[at.rows[i]] = at.paths[i];
        leadkpi_status status = add_row(b, at.rows[i], &at.taken[i], error);
        if (status == LEADKPI_OK) continue;
        b->paths[at.rows[i]] = LK_MAP_NONE;
        return status;
    }
    return LEADKPI_OK;
}

/* The paths of the rows before `end` leave the store; the call's own sums have them. */
static leadkpi_status fold_rows(batch *b, size_t end, leadkpi_error *error)
{
    if (!b->fold || end % LK_FOLD_ROWS != 0) return LEADKPI_OK;
    return lk_fold_call_take(b->fold, error);
}

/* All or none: what went in before a failure is taken out again, exactly; of a fold no path stays. */
static leadkpi_status add_rows(batch *b, leadkpi_error *error)
{
    leadkpi_status status = LEADKPI_OK;
    for (size_t row = 0; row < b->row_count; row++) b->paths[row] = LK_MAP_NONE;
    for (size_t row = 0; row < b->row_count && status == LEADKPI_OK; row += BLOCK) {
        size_t left = b->row_count - row;
        if (row % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(&b->attribution->memory, error);
        if (status == LEADKPI_OK)
            status = add_block(b, row, row + (left < BLOCK ? left : BLOCK), error);
        if (status == LEADKPI_OK) status = fold_rows(b, row + BLOCK, error);
    }
    if (status == LEADKPI_OK) status = lk_fold_call_finish(b->fold, error);
    for (size_t row = 0; row < b->row_count && status != LEADKPI_OK && !b->fold; row++)
        if (b->paths[row] != LK_MAP_NONE) take_back(b, row);
    return status;
}

/* ---- the batch -------------------------------------------------------------------------- */

static leadkpi_status open_batch(batch *b, const leadkpi_table *rows, leadkpi_error *error)
{
    static const char *const names[] = {"conversions", "value", "nulls"};
    LK_TRY(lk_table_require(rows, LK_LITERAL("path"), LK_ALLOW_TEXT, &b->path, error));
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_table_allow(rows, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), LK_ALLOW_NUMBER,
                              &b->numbers[i], error));
    LK_TRY(lk_rows_check_currency(b->attribution, rows, error));
    LK_TRY(lk_path_text_open(&b->text, b->attribution, error));
    LK_TRY(lk_fold_call_open(b->attribution, &b->fold, error));
    b->row_count = b->path->row_count;
    return lk_allocate(&b->attribution->memory, b->row_count, sizeof *b->paths, &b->paths, error);
}

static void close_batch(batch *b)
{
    lk_memory *memory = &b->attribution->memory;
    lk_fold_call_close(b->fold);
    if (b->text.attribution) lk_path_text_close(&b->text);
    lk_release(memory, b->hashes, b->hash_capacity, 8);
    lk_release(memory, b->paths, b->row_count, sizeof *b->paths);
}

static leadkpi_status add_paths(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    const lk_column *path;
    LK_TRY(lk_table_require(rows, LK_LITERAL("path"), LK_ALLOW_TEXT | LK_ALLOW_INT64, &path, error));
    if (path->type == LEADKPI_TYPE_INT64) return lk_add_path_rows(attribution, rows, error);
    batch b = {.attribution = attribution};
    leadkpi_status status = open_batch(&b, rows, error);
    if (status == LEADKPI_OK) status = add_rows(&b, error);
    close_batch(&b);
    return status;
}

leadkpi_status leadkpi_attribution_add_paths(leadkpi_attribution *attribution,
                                             const leadkpi_table *rows, const char *batch_id,
                                             size_t batch_id_length, leadkpi_error *error)
{
    return lk_rows_add_all_or_none(attribution, rows, batch_id, batch_id_length, add_paths, error);
}
