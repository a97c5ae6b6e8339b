/* text_builder.c: a text column, row by row. */
#include "base/table_parts.h"

void lk_text_builder_init(lk_text_builder *builder, leadkpi_table *table)
{
    memset(builder, 0, sizeof *builder);
    builder->table = table;
}

/* Room for `needed` items, twice what there was, so that n appends cost O(n). */
static leadkpi_status reserve(lk_memory *memory, void *block, size_t *capacity, size_t needed,
                              size_t item_size, leadkpi_error *error)
{
    if (needed <= *capacity) return LEADKPI_OK;
    size_t larger = *capacity < SIZE_MAX / 2 ? *capacity * 2 : SIZE_MAX;
    if (larger < needed) larger = needed;
    if (larger < 16) larger = 16;
    LK_TRY(lk_resize(memory, block, *capacity, larger, item_size, error));
    *capacity = larger;
    return LEADKPI_OK;
}

/* The offset of the next row's end, with the 0 that stands before the first. */
static leadkpi_status reserve_offset(lk_text_builder *builder, leadkpi_error *error)
{
    bool is_first = !builder->offsets;
    LK_FAIL_IF(builder->row_count >= LK_ROW_COUNT_MAX, error, LEADKPI_LIMIT,
               "text column: expected at most %zu rows, found one more", LK_ROW_COUNT_MAX);
    LK_TRY(reserve(&builder->table->memory, &builder->offsets, &builder->offset_capacity,
                   builder->row_count + 2, sizeof *builder->offsets, error));
    if (is_first) builder->offsets[0] = 0;
    return LEADKPI_OK;
}

/* New bits are 1, so that every row is valid until it is said to be null. */
static leadkpi_status reserve_validity(lk_text_builder *builder, size_t rows, leadkpi_error *error)
{
    size_t before = builder->validity_capacity;
    LK_TRY(reserve(&builder->table->memory, &builder->validity, &builder->validity_capacity,
                   rows / 8 + 1, 1, error));
    memset(builder->validity + before, 0xFF, builder->validity_capacity - before);
    return LEADKPI_OK;
}

leadkpi_status lk_text_builder_append(lk_text_builder *builder, lk_text text, leadkpi_error *error)
{
    size_t needed;
    LK_FAIL_IF(!lk_size_add(builder->byte_count, text.length, &needed), error,
               LEADKPI_OUT_OF_MEMORY, "memory: %zu bytes of text after %zu do not fit", text.length,
               builder->byte_count);
    LK_TRY(reserve_offset(builder, error));
    LK_TRY(reserve(&builder->table->memory, &builder->bytes, &builder->byte_capacity, needed, 1,
                   error));
    if (text.length) memcpy(builder->bytes + builder->byte_count, text.data, text.length);
    builder->byte_count = needed;
    builder->offsets[++builder->row_count] = (int64_t)needed;
    return LEADKPI_OK;
}

leadkpi_status lk_text_builder_append_null(lk_text_builder *builder, leadkpi_error *error)
{
    size_t row = builder->row_count;
    LK_TRY(reserve_validity(builder, row + 1, error));
    LK_TRY(lk_text_builder_append(builder, (lk_text){"", 0}, error));
    builder->validity[row >> 3] &= (uint8_t) ~(1u << (row & 7));
    return LEADKPI_OK;
}

leadkpi_status lk_text_builder_finish(lk_text_builder *builder, lk_text name, const char *unit,
                                      leadkpi_error *error)
{
    lk_column *column;
    if (!builder->offsets) LK_TRY(reserve_offset(builder, error));
    if (builder->validity) LK_TRY(reserve_validity(builder, builder->row_count, error));
    LK_TRY(lk_column_new(builder->table, name, unit, LEADKPI_TYPE_TEXT, builder->row_count,
                         sizeof *builder->offsets, &column, error));
    LK_TRY(lk_column_close(builder->table, column, LEADKPI_OK, error));
    column->values = (const char *)builder->offsets;
    if (builder->bytes) column->bytes = builder->bytes;
    column->validity = builder->validity;
    column->owned[LK_BLOCK_VALUES] =
        (lk_block){builder->offsets, builder->offset_capacity * sizeof *builder->offsets};
    column->owned[LK_BLOCK_BYTES] = (lk_block){builder->bytes, builder->byte_capacity};
    column->owned[LK_BLOCK_VALIDITY] = (lk_block){builder->validity, builder->validity_capacity};
    lk_text_builder_init(builder, builder->table);
    return LEADKPI_OK;
}

void lk_text_builder_release(lk_text_builder *builder)
{
    lk_memory *memory = &builder->table->memory;
    lk_release(memory, builder->offsets, builder->offset_capacity, sizeof *builder->offsets);
    lk_release(memory, builder->validity, builder->validity_capacity, 1);
    lk_release(memory, builder->bytes, builder->byte_capacity, 1);
    lk_text_builder_init(builder, builder->table);
}

static leadkpi_status append_strings(lk_text_builder *builder, const char *const *strings,
                                     size_t row_count, leadkpi_error *error)
{
    for (size_t row = 0; row < row_count; row++) {
        if (strings[row])
            LK_TRY(lk_text_builder_append(builder, lk_text_of(strings[row], LEADKPI_NUL_TERMINATED),
                                          error));
        else
            LK_TRY(lk_text_builder_append_null(builder, error));
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_table_copy_strings(leadkpi_table *table, const char *name,
                                          size_t name_length, const char *const *strings,
                                          size_t row_count, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(table, error);
    LK_REQUIRE(name, error);
    LK_FAIL_IF(!strings && row_count, error, LEADKPI_NULL_ARGUMENT,
               "strings: expected a pointer to %zu rows, found NULL", row_count);
    lk_text text = lk_text_of(name, name_length);
    LK_TRY(lk_table_check_new(table, text, row_count, error)); /* before a string is looked at */
    lk_text_builder builder;
    lk_text_builder_init(&builder, table);
    leadkpi_status status = append_strings(&builder, strings, row_count, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, text, NULL, error);
    lk_text_builder_release(&builder);
    return status;
}
