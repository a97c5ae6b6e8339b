/* rows.h: from the columns of a table to the indexes of the store.
 *
 * What the five kinds of add have in common. Everything here interns or checks;
 * nothing changes a lead, an event or a fact. Work is done in blocks of
 * LK_ROW_BLOCK rows, so that the maps can fetch their slots ahead. */
#ifndef LK_CAMPAIGNS_ROWS_H
#define LK_CAMPAIGNS_ROWS_H

#include "base/table.h"
#include "campaigns/store.h"

#define LK_ROW_BLOCK 512

/* A table has at most so many dimensions; one more is refused. */
#define LK_ROW_DIMENSIONS_MAX LK_TUPLE_LENGTH_MAX

/* The text columns that are dimensions of the rows at hand, by rising dimension:
 * the trie is walked in that order, so that equal rows meet in one node. */
typedef struct lk_row_dimensions {
    const lk_column *columns[LK_ROW_DIMENSIONS_MAX];
    uint32_t dimensions[LK_ROW_DIMENSIONS_MAX];
    size_t count;
} lk_row_dimensions;

/* Every time is in years 1 to 9999. */
leadkpi_status lk_rows_check_times(const lk_column *column, leadkpi_error *error);

/* Every valid number is finite and fits the exact sum; where `negative_allowed` is
 * false none is below 0. */
leadkpi_status lk_rows_check_numbers(const lk_column *column, bool negative_allowed,
                                     leadkpi_error *error);

/* All valid texts name one currency, which is the handle's from now on. NULL is good. */
leadkpi_status lk_rows_take_currency(leadkpi_campaigns *campaigns, const lk_column *column,
                                     leadkpi_error *error);

/* The leads of an id column, which has no null. New ids are interned, and the
 * store has room for them. indexes: row_count. */
leadkpi_status lk_rows_intern_ids(leadkpi_campaigns *campaigns, const lk_column *column,
                                  uint32_t *indexes, leadkpi_error *error);

/* One index a row for a text column; LK_MAP_NONE where it is null. */
leadkpi_status lk_rows_intern_texts(leadkpi_campaigns *campaigns, lk_map_text *map,
                                    const lk_column *column, uint32_t *indexes,
                                    leadkpi_error *error);

/* The tuple of every row from its dimension columns. */
leadkpi_status lk_rows_intern_tuples(leadkpi_campaigns *campaigns, const lk_row_dimensions *given,
                                     size_t row_count, uint32_t *tuples, leadkpi_error *error);

#endif
