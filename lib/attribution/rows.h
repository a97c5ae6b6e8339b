/* rows.h: columns of rows that come in: found, checked, read. */
#ifndef LK_ATTRIBUTION_ROWS_H
#define LK_ATTRIBUTION_ROWS_H

#include "attribution/utm.h"
#include "base/table.h"

/* The unit's column and `time`, complete and within years 1 to 9999. */
leadkpi_status lk_rows_find_base(const leadkpi_attribution *attribution, const leadkpi_table *rows,
                                 const lk_column **unit, const lk_column **time,
                                 leadkpi_error *error);

/* A number: `otherwise` where the column is NULL or the cell null; cut to a multiple of 2^-64.
 * Status: OK, BAD_DATA (not finite; below 0 where `non_negative`), OVERFLOW. */
leadkpi_status lk_rows_amount(const lk_column *column, size_t row, int64_t otherwise,
                              bool non_negative, lk_exact_sum *amount, leadkpi_error *error);

/* Column currency, which may be missing, says the handle's one.
 * Status: OK, WRONG_TYPE, BAD_DATA, MISMATCH. */
leadkpi_status lk_rows_check_currency(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                      leadkpi_error *error);

static inline int64_t lk_rows_int64(const lk_column *column, size_t row)
{
    return column && lk_column_is_valid(column, row) ? lk_column_int64(column, row) : 0;
}

/* Texts of one column to indexes in the store: each entry of a dictionary once, and a text that
 * equals the one before at the cost of a comparison. */
typedef struct lk_text_lookup {
    const lk_column *column; /* NULL: always blank */
    uint32_t *of_entry;      /* of a dictionary; LK_MAP_NONE: not looked up yet */
    lk_text last;
    uint32_t last_index;
    uint32_t otherwise; /* of a null */
} lk_text_lookup;

leadkpi_status lk_text_lookup_open(lk_text_lookup *lookup, lk_memory *memory,
                                   const lk_column *column, uint32_t otherwise,
                                   leadkpi_error *error);
void lk_text_lookup_close(lk_text_lookup *lookup, lk_memory *memory);
leadkpi_status lk_text_lookup_row(lk_text_lookup *lookup, leadkpi_attribution *attribution,
                                  size_t row, uint32_t *text, leadkpi_error *error);

/* Kinds that rows said lately, by a hash of their texts: most files have few. */
#define LK_KINDS_RECENT 256u

typedef struct lk_recent_kind {
    uint32_t texts[LK_DIMENSIONS_MAX];
    uint32_t kind_and_one; /* 0: none */
} lk_recent_kind;

/* The kind of touch that each row says. */
typedef struct lk_kind_lookup {
    lk_text_lookup dimensions[LK_DIMENSIONS_MAX];
    lk_utm_lookup utm;      /* with channel_from=utm, in place of the first dimension */
    lk_recent_kind *recent; /* LK_KINDS_RECENT */
} lk_kind_lookup;

leadkpi_status lk_kind_lookup_open(lk_kind_lookup *lookup, leadkpi_attribution *attribution,
                                   const leadkpi_table *rows, leadkpi_error *error);
void lk_kind_lookup_close(lk_kind_lookup *lookup, leadkpi_attribution *attribution);
leadkpi_status lk_kind_lookup_row(lk_kind_lookup *lookup, leadkpi_attribution *attribution,
                                  size_t row, uint32_t *kind, leadkpi_error *error);

/* Paths as rows of touches, of which column `path` is int64; all or none but for what was interned. */
leadkpi_status lk_add_path_rows(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                leadkpi_error *error);

/* One call of the public kind: `add` interns and appends; rolled back when it fails. */
typedef leadkpi_status (*lk_rows_add)(leadkpi_attribution *, const leadkpi_table *,
                                      leadkpi_error *);
leadkpi_status lk_rows_add_all_or_none(leadkpi_attribution *attribution, const leadkpi_table *rows,
                                       const char *batch_id, size_t batch_id_length,
                                       lk_rows_add add, leadkpi_error *error);

#endif
