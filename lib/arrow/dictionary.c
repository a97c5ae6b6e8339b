/* dictionary.c: dictionary-coded columns. A dictionary of texts stays one; of anything
 * else the values are looked up. */
#include "arrow/source.h"
#include "base/table_parts.h"

typedef struct dictionary {
    const lk_arrow_source *source;
    const lk_column *words;
    const int32_t *codes;
    const uint8_t *validity;
} dictionary;

static leadkpi_status refuse_code(const dictionary *d, size_t row, int64_t code,
                                  leadkpi_error *error)
{
    return lk_fail_at(error, LEADKPI_BAD_FORMAT, (int64_t)row, d->source->column,
                      "column \"%.*s\": expected codes from 0 and below %zu, found %lld in row %zu",
                      LK_TEXT_ARGS(d->source->name), d->words->row_count, (long long)code, row);
}

/* `scratch` keeps the wide codes for as long as they are needed. */
static leadkpi_status narrow_codes(leadkpi_table *table, leadkpi_table *scratch, dictionary *d,
                                   leadkpi_error *error)
{
    const int64_t *wide;
    int32_t *codes;
    size_t row_count = d->source->row_count;
    LK_TRY(lk_arrow_convert_int64(scratch, d->source, &wide, error));
    LK_TRY(lk_arrow_keep(table, row_count, sizeof *codes, &codes, error));
    for (size_t row = 0; row < row_count; row++) {
        if (!lk_arrow_is_valid(d->source, row)) continue;
        if (LK_UNLIKELY(wide[row] < 0 || (uint64_t)wide[row] >= d->words->row_count ||
                        wide[row] > INT32_MAX))
            return refuse_code(d, row, wide[row], error);
        codes[row] = (int32_t)wide[row];
    }
    d->codes = codes;
    return LEADKPI_OK;
}

static bool has_null(const lk_column *words)
{
    for (size_t i = 0; words->validity && i < words->row_count; i++)
        if (!lk_column_is_valid(words, i)) return true;
    return false;
}

/* A code of a null word is a null. */
static leadkpi_status hide_null_words(leadkpi_table *table, dictionary *d, leadkpi_error *error)
{
    size_t row_count = d->source->row_count;
    uint8_t *bits;
    LK_TRY(lk_arrow_keep(table, (row_count + 7) / 8, 1, &bits, error));
    for (size_t row = 0; row < row_count; row++) {
        bool valid = lk_arrow_is_valid(d->source, row) &&
                     lk_column_is_valid(d->words, (size_t)d->codes[row]);
        bits[row >> 3] |= (uint8_t)(valid << (row & 7));
    }
    d->validity = bits;
    return LEADKPI_OK;
}

/* Offsets of 64 bits and the bytes behind each other, whatever the words' layout. */
static leadkpi_status copy_words(leadkpi_table *table, const lk_column *words,
                                 const int64_t **offsets, const char **bytes, leadkpi_error *error)
{
    size_t size = 0;
    int64_t *ends;
    char *copy;
    for (size_t i = 0; i < words->row_count; i++)
        LK_FAIL_IF(!lk_size_add(size, lk_column_text(words, i).length, &size) ||
                       size > LK_ARROW_ROWS_MAX,
                   error, LEADKPI_OUT_OF_MEMORY, "memory: the texts of a dictionary do not fit");
    LK_TRY(lk_arrow_keep(table, words->row_count + 1, sizeof *ends, &ends, error));
    LK_TRY(lk_arrow_keep(table, size, 1, &copy, error));
    for (size_t i = 0; i < words->row_count; i++) {
        lk_text word = lk_column_text(words, i);
        if (word.length) memcpy(copy + ends[i], word.data, word.length);
        ends[i + 1] = ends[i] + (int64_t)word.length;
    }
    *offsets = ends;
    *bytes = copy;
    return LEADKPI_OK;
}

static leadkpi_status add_texts(leadkpi_table *table, const dictionary *d, leadkpi_error *error)
{
    const lk_column *words = d->words;
    const int64_t *offsets = (const void *)words->values;
    const char *bytes = words->bytes;
    if (words->layout != LK_LAYOUT_TEXT64)
        LK_TRY(copy_words(table, words, &offsets, &bytes, error));
    return leadkpi_table_borrow_dictionary(table, d->source->name.data, d->source->name.length,
                                           d->codes, d->source->row_count, 0, d->validity, offsets,
                                           bytes, words->row_count, error);
}

/* The values themselves; `type` says whether they are of one byte or of eight. */
static leadkpi_status look_up(leadkpi_table *table, const dictionary *d, size_t width, void *out,
                              leadkpi_error *error)
{
    char *values;
    LK_TRY(lk_arrow_keep(table, d->source->row_count, width, &values, error));
    for (size_t row = 0; row < d->source->row_count && d->words->row_count; row++)
        memcpy(values + row * width, lk_column_cell(d->words, (size_t)d->codes[row]), width);
    memcpy(out, &values, sizeof(void *));
    return LEADKPI_OK;
}

static leadkpi_status add_values(leadkpi_table *table, const dictionary *d, leadkpi_error *error)
{
    const char *name = d->source->name.data;
    size_t length = d->source->name.length, rows = d->source->row_count;
    const void *values;
    LK_TRY(look_up(table, d, d->words->type == LEADKPI_TYPE_BOOL ? 1 : 8, &values, error));
    switch (d->words->type) {
    case LEADKPI_TYPE_BOOL:
        return leadkpi_table_borrow_bool(table, name, length, values, rows, 0, d->validity, error);
    case LEADKPI_TYPE_DOUBLE:
        return leadkpi_table_borrow_double(table, name, length, values, rows, 0, d->validity,
                                           error);
    case LEADKPI_TYPE_TIMESTAMP:
        return leadkpi_table_borrow_timestamp(table, name, length, values, rows, 0, d->validity,
                                              error);
    case LEADKPI_TYPE_DECIMAL:
        return leadkpi_table_borrow_decimal(table, name, length, values, d->words->scale, rows, 0,
                                            d->validity, error);
    default:
        return leadkpi_table_borrow_int64(table, name, length, values, rows, 0, d->validity, error);
    }
}

static leadkpi_status add_coded(leadkpi_table *table, leadkpi_table *scratch,
                                const lk_arrow_source *source, leadkpi_error *error)
{
    dictionary d = {.source = source, .validity = source->validity};
    d.words = lk_table_column(scratch, 0);
    if (d.words->type == LEADKPI_TYPE_OTHER)
        return lk_table_add_other(table, source->name, d.words->unit, source->row_count, error);
    if (d.words->is_void) return lk_table_add_void(table, source->name, source->row_count, error);
    bool hides = has_null(d.words);
    bool is_text = d.words->type == LEADKPI_TYPE_TEXT;
    if (source->format.kind == LK_ARROW_SIGNED && source->format.width == 4 && is_text && !hides)
        d.codes = (const void *)lk_arrow_values(source, sizeof *d.codes);
    else
        LK_TRY(narrow_codes(table, scratch, &d, error));
    if (hides) LK_TRY(hide_null_words(table, &d, error));
    return is_text ? add_texts(table, &d, error) : add_values(table, &d, error);
}

/* The words, as the one column of `scratch`. */
static leadkpi_status open_words(leadkpi_table *scratch, const lk_arrow_source *source,
                                 leadkpi_error *error)
{
    const struct ArrowArray *array = source->array->dictionary;
    lk_arrow_source words;
    LK_FAIL_IF(!array, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected a dictionary, found NULL", LK_TEXT_ARGS(source->name));
    LK_TRY(lk_arrow_check_array(array, "Arrow dictionary", error));
    LK_TRY(lk_arrow_source_open(scratch, array, source->schema->dictionary, 0,
                                (size_t)array->length, &words, error));
    words.name = source->name;
    if (words.schema->dictionary) words.format.kind = LK_ARROW_OTHER;
    if (words.format.kind == LK_ARROW_OTHER)
        return lk_table_add_other(scratch, words.name, "Arrow dictionary of a nested type",
                                  words.row_count, error);
    return lk_arrow_add_column(scratch, &words, error);
}

leadkpi_status lk_arrow_add_dictionary(leadkpi_table *table, const lk_arrow_source *source,
                                       leadkpi_error *error)
{
    leadkpi_table *scratch;
    int32_t kind = source->format.kind;
    LK_FAIL_IF(kind != LK_ARROW_SIGNED && kind != LK_ARROW_UNSIGNED, error, LEADKPI_BAD_FORMAT,
               "column \"%.*s\": expected codes that are whole numbers, found format \"%s\"",
               LK_TEXT_ARGS(source->name), source->schema->format);
    LK_TRY(lk_table_new(&table->memory, &scratch, error));
    leadkpi_status status = open_words(scratch, source, error);
    if (status != LEADKPI_OK && error && error->column >= 0) error->column = source->column;
    if (status == LEADKPI_OK) status = add_coded(table, scratch, source, error);
    leadkpi_table_free(scratch);
    return status;
}
