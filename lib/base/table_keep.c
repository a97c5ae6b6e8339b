/* table_keep.c: what lives as long as a table, and columns that lie in it. */
#include "base/table_parts.h"

leadkpi_status lk_table_keep(leadkpi_table *table, size_t size, void (*release)(void *kept),
                             void *kept, leadkpi_error *error)
{
    lk_kept *made;
    size_t all;
    LK_FAIL_IF(!lk_size_add(size, sizeof *made, &all), error, LEADKPI_OUT_OF_MEMORY,
               "memory: %zu bytes do not fit", size);
    LK_TRY(lk_allocate(&table->memory, 1, all, &made, error));
    memset(made, 0, all);
    made->release = release;
    made->size = all;
    made->next = table->kept;
    table->kept = made;
    void *bytes = made->bytes;
    memcpy(kept, &bytes, sizeof bytes);
    return LEADKPI_OK;
}

static void release_last_kept(leadkpi_table *table, leadkpi_table **dead)
{
    lk_kept *last = table->kept;
    leadkpi_table *shared = NULL;
    table->kept = last->next;
    if (last->release)
        last->release(last->bytes);
    else
        memcpy(&shared, last->bytes, sizeof(void *));
    lk_table_drop(shared, dead);
    lk_release(&table->memory, last, 1, last->size);
}

void lk_table_release_kept(leadkpi_table *table, leadkpi_table **dead)
{
    while (table->kept) release_last_kept(table, dead);
}

/* The same cells, of which the new column owns nothing. */
static void look_at(lk_column *column, const lk_column *other)
{
    column->layout = other->layout;
    column->scale = other->scale;
    column->values = other->values;
    column->stride = other->stride;
    column->validity = other->validity;
    column->bytes = other->bytes;
    column->dictionary_offsets = other->dictionary_offsets;
    column->dictionary_count = other->dictionary_count;
    column->view_blocks = other->view_blocks;
    column->view_lengths = other->view_lengths;
    column->view_block_count = other->view_block_count;
    column->is_void = other->is_void;
}

static leadkpi_status share(leadkpi_table *table, lk_text name, const lk_column *other,
                            leadkpi_error *error)
{
    lk_column *column;
    LK_TRY(
        lk_column_new(table, name, other->unit, other->type, other->row_count, 1, &column, error));
    look_at(column, other);
    return lk_column_close(table, column, LEADKPI_OK, error);
}

leadkpi_status leadkpi_table_share_column(leadkpi_table *table, const char *name,
                                          size_t name_length, const leadkpi_table *from,
                                          int32_t column, leadkpi_error *error)
{
    void *kept;
    leadkpi_table *dead = NULL;
    leadkpi_error_reset(error);
    LK_REQUIRE(table, error);
    LK_REQUIRE(name, error);
    LK_REQUIRE(from, error);
    LK_FAIL_IF(from == table, error, LEADKPI_BAD_ARGUMENT,
               "from: expected another table, found the same");
    const lk_column *other = lk_table_column(from, column);
    LK_FAIL_IF(!other, error, LEADKPI_BAD_ARGUMENT, "column: expected 0 and below %zu, found %d",
               from->column_count, column);
    LK_TRY(lk_table_keep(table, sizeof(void *), NULL, &kept, error));
    leadkpi_status status = share(table, lk_text_of(name, name_length), other, error);
    if (status != LEADKPI_OK) {
        release_last_kept(table, &dead); /* which holds nothing yet */
        return status;
    }
    /* A reference is counted in the table, whatever the caller may do with it. */
    leadkpi_table *held = (leadkpi_table *)(uintptr_t)from;
    leadkpi_table_retain(held);
    memcpy(kept, &held, sizeof(void *));
    return LEADKPI_OK;
}
