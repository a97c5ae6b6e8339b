/* export.c: a table as a record batch. */
#include "arrow/export.h"

leadkpi_status lk_arrow_hold(const leadkpi_table *table, size_t size, lk_arrow_holder **out,
                             leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(&table->memory);
    lk_arrow_holder *holder;
    size_t all;
    LK_FAIL_IF(!lk_size_add(sizeof *holder, size, &all), error, LEADKPI_OUT_OF_MEMORY,
               "memory: %zu bytes do not fit", size);
    LK_TRY(lk_allocate(&memory, 1, all, &holder, error));
    memset(holder, 0, all);
    holder->memory = memory;
    holder->size = size;
    /* A reference is counted in the table, whatever the caller may do with it. */
    holder->table = (leadkpi_table *)(uintptr_t)table;
    leadkpi_table_retain(holder->table);
    *out = holder;
    return LEADKPI_OK;
}

void lk_arrow_let_go(lk_arrow_holder *holder)
{
    lk_memory memory = holder->memory;
    leadkpi_table *table = holder->table;
    lk_release(&memory, holder, 1, sizeof *holder + holder->size);
    leadkpi_table_free(table);
}

static void release_batch(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
    array->release = NULL;
    lk_arrow_let_go(array->private_data);
}

/* What stands behind the holder: the children, their addresses, and the one buffer of a struct. */
static leadkpi_status export_array(const leadkpi_table *table, struct ArrowArray *array,
                                   leadkpi_error *error)
{
    lk_arrow_holder *holder;
    size_t count = table->column_count, pointer = sizeof(void *);
    LK_TRY(lk_arrow_hold(table, count * (sizeof(struct ArrowArray) + pointer) + pointer, &holder,
                         error));
    struct ArrowArray *children = (void *)holder->bytes;
    struct ArrowArray **pointers = (void *)(children + count);
    *array = (struct ArrowArray){
        .length = (int64_t)table->row_count,
        .n_buffers = 1,
        .buffers = (void *)(pointers + count),
        .children = pointers,
        .release = release_batch,
        .private_data = holder,
    };
    for (size_t i = 0; i < count; i++) {
        pointers[i] = &children[i];
        leadkpi_status status =
            lk_arrow_export_column(table, table->columns[i], &children[i], error);
        if (status != LEADKPI_OK) {
            release_batch(array);
            return status;
        }
        array->n_children++;
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_arrow_export(const leadkpi_table *table, struct ArrowArray *array,
                                    struct ArrowSchema *schema, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (array) array->release = NULL;
    if (schema) schema->release = NULL;
    LK_REQUIRE(array, error);
    LK_REQUIRE(schema, error);
    LK_REQUIRE(table, error);
    LK_TRY(leadkpi_arrow_export_schema(table, schema, error));
    leadkpi_status status = export_array(table, array, error);
    if (status != LEADKPI_OK) schema->release(schema);
    return status;
}
