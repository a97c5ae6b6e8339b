#include "attribution/rows.h"

/* What a table of paths needs while it is taken in. */
typedef struct batch {
    leadkpi_attribution *attribution;
    const lk_column *path;
    const lk_column *numbers[LK_PATH_SUMS]; /* NULL: all 0 */
    lk_text separator;
    lk_text *names; /* of one path; as are the three below */
    uint32_t *kinds;
    uint32_t *words;  /* of the key: one more than names */
    uint8_t *hashes; /* of the kinds, little-endian */
    size_t name_capacity, kind_capacity, word_capacity, hash_capacity;
    uint32_t *kind_of_text; /* LK_MAP_NONE: not known yet */
    size_t text_capacity;
    uint32_t *paths; /* by row; LK_MAP_NONE: all its numbers are 0 */
    size_t row_count;
} batch;

/* ---- a path's names --------------------------------------------------------------- */

static size_t find_separator(lk_text text, lk_text separator)
{
    const char *at = text.data, *end = text.data + text.length;
    while ((size_t)(end - at) >= separator.length) {
        at = memchr(at, separator.data[0], (size_t)(end - at) - separator.length + 1);
        if (!at) break;
        if (separator.length == 1 || memcmp(at, separator.data, separator.length) == 0)
            return (size_t)(at - text.data);
        at++;
    }
    return text.length;
}

static leadkpi_status reserve(batch *b, void *block, size_t *capacity, size_t count,
                              size_t item_size, leadkpi_error *error)
{
    if (count <= *capacity) return LEADKPI_OK;
    size_t more = *capacity < SIZE_MAX / 2 && *capacity * 2 > count ? *capacity * 2 : count;
    LK_TRY(lk_resize(&b->attribution->memory, block, *capacity, more, item_size, error));
    *capacity = more;
    return LEADKPI_OK;
}

/* One pass over the bytes; a blank between separators is a name too, a blank path has none. */
static leadkpi_status split(batch *b, lk_text path, size_t *count, leadkpi_error *error)
{
    *count = 0;
    if (lk_attribution_trim(path).length == 0) return LEADKPI_OK;
    for (;;) {
        size_t end = find_separator(path, b->separator);
        LK_TRY(reserve(b, &b->names, &b->name_capacity, *count + 1, sizeof *b->names, error));
        b->names[(*count)++] = lk_attribution_trim((lk_text){path.data, end});
        if (end == path.length) break;
        path.data += end + b->separator.length;
        path.length -= end + b->separator.length;
    }
    LK_TRY(reserve(b, &b->kinds, &b->kind_capacity, *count, sizeof *b->kinds, error));
    LK_TRY(reserve(b, &b->words, &b->word_capacity, *count + 1, sizeof *b->words, error));
    return reserve(b, &b->hashes, &b->hash_capacity, *count * 8, 1, error);
}

/* The kind of a touch of which the channel alone is known. */
static leadkpi_status kind_of_text(batch *b, uint32_t text, uint32_t *kind, leadkpi_error *error)
{
    uint32_t texts[LK_DIMENSIONS_MAX] = {0};
    size_t before = b->text_capacity;
    LK_TRY(reserve(b, &b->kind_of_text, &b->text_capacity, (size_t)text + 1, sizeof *b->kind_of_text,
                   error));
    for (size_t i = before; i < b->text_capacity; i++) b->kind_of_text[i] = LK_MAP_NONE;
    if (b->kind_of_text[text] == LK_MAP_NONE) {
        texts[0] = text;
        LK_TRY(lk_attribution_kind(b->attribution, texts, &b->kind_of_text[text], error));
    }
    *kind = b->kind_of_text[text];
    return LEADKPI_OK;
}

/* A path is its own unit: its group hangs on its names alone. */
static uint32_t group_of(const batch *b, size_t count)
{
    const lk_attribution_store *store = b->attribution->store;
    for (size_t i = 0; i < count; i++)
        for (int byte = 0; byte < 8; byte++)
            b->hashes[i * 8 + (size_t)byte] =
                (uint8_t)(store->kind_hashes[b->kinds[i]] >> 8 * byte);
    return (uint32_t)lk_hash128(b->hashes, count * 8).low & (b->attribution->rule.groups - 1);
}

static leadkpi_status find_path(batch *b, size_t row, leadkpi_error *error)
{
    lk_attribution_store *store = b->attribution->store;
    lk_text path = lk_column_is_valid(b->path, row) ? lk_column_text(b->path, row) : LK_LITERAL("");
    size_t count;
    LK_TRY(split(b, path, &count, error));
    if (count >= LK_ATTRIBUTION_ROWS_MAX)
        return lk_fail_at(error, LEADKPI_OVERFLOW, (int64_t)row, b->path->index,
                          "row %zu, column \"path\": expected fewer than 2^32 - 2 touches", row);
    LK_TRY(lk_map_text_find_or_add(&store->texts, &b->attribution->memory, b->names, count, b->kinds,
                                   error));
    for (size_t i = 0; i < count; i++)
        LK_TRY(kind_of_text(b, b->kinds[i], &b->kinds[i], error));
    uint32_t empty, *words = count ? b->words : &empty;
    return lk_attribution_path(b->attribution, group_of(b, count), b->kinds, (uint32_t)count, words,
                               &b->paths[row], error);
}

/* ---- sums ---------------------------------------------------------------------------- */

static leadkpi_status take_numbers(const batch *b, size_t row, lk_path_sums *taken,
                                   leadkpi_error *error)
{
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_rows_amount(b->numbers[i], row, 0, i != LK_PATH_VALUE, &taken->sums[i], error));
    return LEADKPI_OK;
}

static leadkpi_status find_paths(batch *b, leadkpi_error *error)
{
    for (size_t row = 0; row < b->row_count; row++) {
        lk_path_sums taken;
        if (row % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&b->attribution->memory, error));
        LK_TRY(take_numbers(b, row, &taken, error));
        b->paths[row] = LK_MAP_NONE;
        if (!lk_path_is_empty(&taken)) LK_TRY(find_path(b, row, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status add_row(const batch *b, size_t row, leadkpi_error *error)
{
    lk_path_sums *sums = &b->attribution->store->path_sums[b->paths[row]], taken, before = *sums;
    LK_TRY(take_numbers(b, row, &taken, error));
    for (int i = 0; i < LK_PATH_SUMS; i++) {
        leadkpi_status status = lk_exact_sum_add(&sums->sums[i], &taken.sums[i], error);
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

/* All or none: what went in before a failure is taken out again, exactly. */
static leadkpi_status add_rows(const batch *b, leadkpi_error *error)
{
    for (size_t row = 0; row < b->row_count; row++) {
        if (b->paths[row] == LK_MAP_NONE) continue;
        leadkpi_status status = add_row(b, row, error);
        if (status == LEADKPI_OK) continue;
        while (row-- > 0)
            if (b->paths[row] != LK_MAP_NONE) take_back(b, row);
        return status;
    }
    return LEADKPI_OK;
}

/* ---- the batch -------------------------------------------------------------------------- */

static leadkpi_status open_batch(batch *b, const leadkpi_table *rows, leadkpi_error *error)
{
    static const char *const names[] = {"conversions", "value", "nulls"};
    b->separator = lk_attribution_trim(lk_options_get_text(
        b->attribution->definition, &lk_attribution_schema, LK_ATTRIBUTION_SEPARATOR));
    LK_TRY(lk_table_require(rows, LK_LITERAL("path"), LK_ALLOW_TEXT, &b->path, error));
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_table_allow(rows, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), LK_ALLOW_NUMBER,
                              &b->numbers[i], error));
    LK_TRY(lk_rows_check_currency(b->attribution, rows, error));
    b->row_count = b->path->row_count;
    return lk_allocate(&b->attribution->memory, b->row_count, sizeof *b->paths, &b->paths, error);
}

static void close_batch(batch *b)
{
    lk_memory *memory = &b->attribution->memory;
    lk_release(memory, b->names, b->name_capacity, sizeof *b->names);
    lk_release(memory, b->kinds, b->kind_capacity, sizeof *b->kinds);
    lk_release(memory, b->words, b->word_capacity, sizeof *b->words);
    lk_release(memory, b->hashes, b->hash_capacity, 1);
    lk_release(memory, b->kind_of_text, b->text_capacity, sizeof *b->kind_of_text);
    lk_release(memory, b->paths, b->row_count, sizeof *b->paths);
}

static leadkpi_status add_paths(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    batch b = {.attribution = attribution};
    leadkpi_status status = open_batch(&b, rows, error);
    if (status == LEADKPI_OK) status = find_paths(&b, error);
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
