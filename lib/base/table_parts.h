/* table_parts.h: what the files of the table share and nobody else needs. */
#ifndef LK_TABLE_PARTS_H
#define LK_TABLE_PARTS_H

#include <stdatomic.h>

#include "base/table.h"

/* Something that lives as long as the table; behind it what it is. */
typedef struct lk_kept {
    struct lk_kept *next;
    void (*release)(void *kept); /* NULL: it is a pointer to a table, of which a reference is held */
    size_t size; /* of all of it */
    _Alignas(8) char bytes[];
} lk_kept;

struct leadkpi_table {
    atomic_size_t references;
    lk_memory memory;
    lk_column **columns;
    size_t column_count;
    size_t column_capacity;
    size_t row_count; /* of every column; 0 before the first */
    lk_kept *kept;
    leadkpi_table *next_dead; /* without a reference and about to go; see leadkpi_table_free */
};

/* May a column of that name and length be added? */
leadkpi_status lk_table_check_new(const leadkpi_table *table, lk_text name, size_t row_count,
                                  leadkpi_error *error);

/* Checks, then makes a column that is not yet in the table: no values, and a
 * stride of `width` bytes. It ends in lk_column_attach or lk_column_discard. */
leadkpi_status lk_column_new(leadkpi_table *table, lk_text name, const char *unit, int32_t type,
                             size_t row_count, size_t width, lk_column **out, leadkpi_error *error);

/* Memory for the column to own: count * item_size bytes of `fill`. */
leadkpi_status lk_column_own(leadkpi_table *table, lk_column *column, int block, size_t count,
                             size_t item_size, int fill, leadkpi_error *error);

/* The column becomes the last of the table. On failure it is as it was. */
leadkpi_status lk_column_attach(leadkpi_table *table, lk_column *column, leadkpi_error *error);

/* A column of values of one width that the table owns, all zero and valid at first. `*values` is
 * a pointer to the caller's pointer, of whatever type. */
leadkpi_status lk_column_add_fixed(leadkpi_table *table, lk_text name, const char *unit,
                                   int32_t type, int32_t scale, size_t width, size_t row_count,
                                   bool nullable, void *values, leadkpi_error *error);

/* WRONG_TYPE, with both types, where the column is of none of the types. */
leadkpi_status lk_column_check_type(const lk_column *column, unsigned allowed_types,
                                    leadkpi_error *error);

/* One reference less; without any the table goes to the front of the dead. NULL does nothing. */
void lk_table_drop(leadkpi_table *table, leadkpi_table **dead);

/* Gives back all that the table kept, the last first; of tables a reference, as above. */
void lk_table_release_kept(leadkpi_table *table, leadkpi_table **dead);

/* Frees the column and what it owns. */
void lk_column_discard(leadkpi_table *table, lk_column *column);

/* Attach it when all went well so far, else discard it; the one end of every function that adds. */
leadkpi_status lk_column_close(leadkpi_table *table, lk_column *column, leadkpi_status so_far,
                               leadkpi_error *error);

#endif
