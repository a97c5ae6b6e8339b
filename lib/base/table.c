/* table.c: the life of a table and of its columns. */
#include "base/table_parts.h"

leadkpi_status lk_table_new(const lk_memory *like, leadkpi_table **out, leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_table *table;
    *out = NULL;
    LK_TRY(lk_allocate(&memory, 1, sizeof *table, &table, error));
    memset(table, 0, sizeof *table);
    atomic_init(&table->references, 1);
    table->memory = memory;
    *out = table;
    return LEADKPI_OK;
}

leadkpi_status lk_table_interrupted(const leadkpi_table *table, leadkpi_error *error)
{
    return lk_interrupted(&table->memory, error);
}

leadkpi_status leadkpi_table_create(const leadkpi_host *host, leadkpi_table **out,
                                    leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    return lk_table_new(&memory, out, error);
}

void leadkpi_table_retain(leadkpi_table *table)
{
    if (table) atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
}

void lk_table_drop(leadkpi_table *table, leadkpi_table **dead)
{
    /* What other threads did with the table happens before it goes. */
    if (!table || atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) != 1)
        return;
    table->next_dead = *dead;
    *dead = table;
}

/* A table that shares columns holds the one they lie in, which may share some in turn: a list and not
 * recursion, as a chain may be longer than the stack is deep. */
void leadkpi_table_free(leadkpi_table *table)
{
    leadkpi_table *dead = NULL;
    lk_table_drop(table, &dead);
    while (dead) {
        table = dead;
        dead = table->next_dead;
        for (size_t i = 0; i < table->column_count; i++) lk_column_discard(table, table->columns[i]);
        lk_release(&table->memory, table->columns, table->column_capacity, sizeof *table->columns);
        lk_table_release_kept(table, &dead);
        lk_memory memory = table->memory;
        lk_release(&memory, table, 1, sizeof *table);
    }
}

static leadkpi_status check_name(const leadkpi_table *table, lk_text name, leadkpi_error *error)
{
    LK_FAIL_IF(name.length == 0 || name.length > LK_NAME_MAX, error, LEADKPI_BAD_ARGUMENT,
               "column name: expected 1 to %d bytes, found %zu", LK_NAME_MAX, name.length);
    LK_FAIL_IF(memchr(name.data, 0, name.length), error, LEADKPI_BAD_ARGUMENT,
               "column name: expected text, found a NUL byte in it after \"%s\"", name.data);
    const lk_column *same = lk_table_find(table, name);
    if (!same) return LEADKPI_OK;
    return lk_fail_at(error, LEADKPI_BAD_ARGUMENT, -1, same->index,
                      "column \"%.*s\": expected a new name, found it as column %d already",
                      LK_TEXT_ARGS(name), same->index);
}

leadkpi_status lk_table_check_new(const leadkpi_table *table, lk_text name, size_t row_count,
                                  leadkpi_error *error)
{
    LK_TRY(check_name(table, name, error));
    LK_FAIL_IF(row_count > LK_ROW_COUNT_MAX, error, LEADKPI_BAD_ARGUMENT,
               "column \"%.*s\": expected at most %zu rows, found %zu", LK_TEXT_ARGS(name),
               LK_ROW_COUNT_MAX, row_count);
    LK_FAIL_IF(table->column_count && row_count != table->row_count, error, LEADKPI_BAD_ARGUMENT,
               "column \"%.*s\": expected %zu rows, as column \"%.*s\" has, found %zu",
               LK_TEXT_ARGS(name), table->row_count, LK_TEXT_ARGS(table->columns[0]->name),
               row_count);
    LK_FAIL_IF(table->column_count >= INT32_MAX, error, LEADKPI_LIMIT,
               "table: expected at most %d columns, found one more", INT32_MAX);
    return LEADKPI_OK;
}

leadkpi_status lk_column_new(leadkpi_table *table, lk_text name, const char *unit, int32_t type,
                             size_t row_count, size_t width, lk_column **out, leadkpi_error *error)
{
    LK_TRY(lk_table_check_new(table, name, row_count, error));
    size_t unit_length = unit ? strlen(unit) : 0;
    lk_column *column;
    size_t size = sizeof *column + name.length + 1 + unit_length + 1;
    LK_TRY(lk_allocate(&table->memory, 1, size, &column, error));
    memset(column, 0, size);
    char *text = (char *)(column + 1);
    memcpy(text, name.data, name.length);
    if (unit_length) memcpy(text + name.length + 1, unit, unit_length);
    column->type = type;
    column->layout = type == LEADKPI_TYPE_TEXT ? LK_LAYOUT_TEXT64 : LK_LAYOUT_FIXED;
    column->index = (int32_t)table->column_count;
    column->row_count = row_count;
    column->stride = (ptrdiff_t)width;
    column->bytes = "";
    column->name = (lk_text){text, name.length};
    column->unit = text + name.length + 1;
    column->size = size;
    *out = column;
    return LEADKPI_OK;
}

leadkpi_status lk_column_own(leadkpi_table *table, lk_column *column, int block, size_t count,
                             size_t item_size, int fill, leadkpi_error *error)
{
    void *data;
    LK_TRY(lk_allocate(&table->memory, count, item_size, &data, error));
    if (data) memset(data, fill, count * item_size);
    column->owned[block] = (lk_block){data, count * item_size};
    return LEADKPI_OK;
}

leadkpi_status lk_column_attach(leadkpi_table *table, lk_column *column, leadkpi_error *error)
{
    if (table->column_count == table->column_capacity) {
        size_t capacity = table->column_capacity ? table->column_capacity * 2 : 8;
        LK_TRY(lk_resize(&table->memory, &table->columns, table->column_capacity, capacity,
                         sizeof *table->columns, error));
        table->column_capacity = capacity;
    }
    table->columns[table->column_count++] = column;
    table->row_count = column->row_count;
    return LEADKPI_OK;
}

void lk_column_discard(leadkpi_table *table, lk_column *column)
{
    for (int i = 0; i < LK_BLOCK_COUNT; i++)
        lk_release(&table->memory, column->owned[i].data, column->owned[i].size, 1);
    lk_release(&table->memory, column, 1, column->size);
}

leadkpi_status lk_column_close(leadkpi_table *table, lk_column *column, leadkpi_status so_far,
                               leadkpi_error *error)
{
    if (so_far == LEADKPI_OK) so_far = lk_column_attach(table, column, error);
    if (so_far != LEADKPI_OK) lk_column_discard(table, column);
    return so_far;
}
