/* export.h: how a table goes out as Arrow structs.
 *
 * Every struct that a consumer may move out and release on its own, on whatever thread, has a
 * holder of its own: a reference of the table, and memory counted apart from the table's. */
#ifndef LK_ARROW_EXPORT_H
#define LK_ARROW_EXPORT_H

#include <leadkpi/arrow.h>

#include "base/table_parts.h"

typedef struct lk_arrow_holder {
    lk_memory memory;
    leadkpi_table *table;
    size_t size; /* of `bytes` */
    _Alignas(8) char bytes[];
} lk_arrow_holder;

/* With `size` bytes of zero.
 * Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_arrow_hold(const leadkpi_table *table, size_t size, lk_arrow_holder **out,
                             leadkpi_error *error);
void lk_arrow_let_go(lk_arrow_holder *holder);

/* The schema of a column. On failure nothing is held and `release` is NULL. */
leadkpi_status lk_arrow_export_column_schema(const leadkpi_table *table, const lk_column *column,
                                             struct ArrowSchema *out, leadkpi_error *error);

/* The cells of a column. On failure nothing is held and `release` is NULL. */
leadkpi_status lk_arrow_export_column(const leadkpi_table *table, const lk_column *column,
                                      struct ArrowArray *out, leadkpi_error *error);

#endif
