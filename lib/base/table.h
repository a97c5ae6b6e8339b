/* table.h: tables inside the library: how rooms read columns and build tables.
 *
 * Reading. A room finds its columns once, checks their types, and reads cells
 * in its hot loop with the inline readers below, which check nothing: the row
 * exists, the type fits, and the cell is valid.
 *
 *     const lk_column *time, *channel = lk_table_find(table, LK_LITERAL("channel"));
 *     LK_TRY(lk_table_require(table, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &time, error));
 *     for (size_t row = 0; row < time->row_count; row++)
 *         if (lk_column_is_valid(time, row)) use(lk_column_int64(time, row));
 *
 * A text column may hold codes into a dictionary. A room that does work for
 * each text does it once for each dictionary entry (lk_column_is_dictionary).
 *
 * Building. Output tables own contiguous columns; see the second half.
 *
 * What is checked when a column is borrowed, and no more: text offsets start
 * at 0 or above and never fall; dictionary codes of valid rows are in range.
 * That is what memory safety needs, one pass over the offsets or codes. The
 * bytes of a text are not checked to be UTF-8. Other values are not looked at. */
#ifndef LK_TABLE_H
#define LK_TABLE_H

#include <leadkpi/table.h>

#include "base/memory.h"

/* Names are at most this long, in bytes. */
#define LK_NAME_MAX 65535

/* Rows are at most so many, so that no product below can overflow. */
#define LK_ROW_COUNT_MAX ((size_t)PTRDIFF_MAX / 16)

/* How the values of a column lie in memory. */
enum {
    LK_LAYOUT_FIXED = 1,      /* int64, double, timestamp, decimal: 8 bytes; bool: one */
    LK_LAYOUT_TEXT64 = 2,     /* row_count + 1 int64 offsets into bytes */
    LK_LAYOUT_TEXT32 = 3,     /* row_count + 1 int32 offsets into bytes */
    LK_LAYOUT_DICTIONARY = 4, /* int32 codes into texts with int64 offsets */
    LK_LAYOUT_VIEW = 5,       /* lk_text_view, into several blocks of bytes */
};

/* Memory that a column owns, at most: its values, its bytes (of a view, the list of its
 * blocks of bytes), its validity. */
enum { LK_BLOCK_VALUES, LK_BLOCK_BYTES, LK_BLOCK_VALIDITY, LK_BLOCK_COUNT };

/* Arrow's view of a text: up to 12 bytes stand in it, of a longer one where it is. */
typedef struct lk_text_view {
    int32_t length;
    union {
        char bytes[12];
        struct {
            char prefix[4];
            int32_t block;
            int32_t offset;
        } at;
    } is;
} lk_text_view;

#define LK_VIEW_INLINE 12

typedef struct lk_block {
    void *data; /* NULL: borrowed, or not there */
    size_t size;
} lk_block;

/* One column. It stays where it is as long as its table. */
typedef struct lk_column {
    int32_t type;   /* LEADKPI_TYPE_... */
    int32_t layout; /* LK_LAYOUT_... */
    int32_t scale;  /* of a decimal, else 0 */
    int32_t index;  /* its place in the table */
    size_t row_count;
    const char *values;      /* row 0 of the values, offsets or codes; perhaps not aligned */
    ptrdiff_t stride;        /* bytes from row to row, never 0 */
    const uint8_t *validity; /* bit `row`, lowest first; NULL: no cell is null */
    const char *bytes;       /* of the texts or of the dictionary's; never NULL for a text column */
    const char *dictionary_offsets; /* int64, dictionary_count + 1 of them */
    size_t dictionary_count;
    const char *const *view_blocks; /* of a view */
    const int64_t *view_lengths;    /* of its blocks */
    size_t view_block_count;
    bool is_void;                   /* every cell is null, and it passes for any type */
    lk_block owned[LK_BLOCK_COUNT];
    lk_text name;     /* with a NUL behind it */
    const char *unit; /* NUL-terminated, "" where nothing is said */
    size_t size;      /* of this struct with the name and unit behind it */
} lk_column;

/* ---- finding columns ---------------------------------------------------- */

/* Sets of types, for lk_table_require. */
#define LK_ALLOW(type) (1u << (type))
#define LK_ALLOW_INT64 LK_ALLOW(LEADKPI_TYPE_INT64)
#define LK_ALLOW_DOUBLE LK_ALLOW(LEADKPI_TYPE_DOUBLE)
#define LK_ALLOW_BOOL LK_ALLOW(LEADKPI_TYPE_BOOL)
#define LK_ALLOW_TEXT LK_ALLOW(LEADKPI_TYPE_TEXT)
#define LK_ALLOW_TIMESTAMP LK_ALLOW(LEADKPI_TYPE_TIMESTAMP)
#define LK_ALLOW_DECIMAL LK_ALLOW(LEADKPI_TYPE_DECIMAL)
#define LK_ALLOW_NUMBER (LK_ALLOW_INT64 | LK_ALLOW_DOUBLE | LK_ALLOW_DECIMAL)

/* NULL where there is none. */
const lk_column *lk_table_find(const leadkpi_table *table, lk_text name);

/* NULL where there is none. */
const lk_column *lk_table_column(const leadkpi_table *table, int32_t index);

/* The column must be there and have one of the types.
 * Status: OK, UNKNOWN_NAME (with the nearest), WRONG_TYPE. */
leadkpi_status lk_table_require(const leadkpi_table *table, lk_text name, unsigned allowed_types,
                                const lk_column **column, leadkpi_error *error);

/* The column may be missing (`*column` NULL); if it is there, it has one of the types. */
leadkpi_status lk_table_allow(const leadkpi_table *table, lk_text name, unsigned allowed_types,
                              const lk_column **column, leadkpi_error *error);

/* BAD_DATA at the first null; no column (NULL) has none. */
leadkpi_status lk_column_check_complete(const lk_column *column, leadkpi_error *error);

/* ---- reading cells; the row must exist ---------------------------------- */

static inline bool lk_column_is_valid(const lk_column *column, size_t row)
{
    return !column->validity || (column->validity[row >> 3] >> (row & 7) & 1);
}

static inline const char *lk_column_cell(const lk_column *column, size_t row)
{
    return column->values + (ptrdiff_t)row * column->stride;
}

/* int64, timestamp and decimal (unscaled). */
static inline int64_t lk_column_int64(const lk_column *column, size_t row)
{
    int64_t value;
    memcpy(&value, lk_column_cell(column, row), sizeof value);
    return value;
}

/* double. */
static inline double lk_column_double(const lk_column *column, size_t row)
{
    double value;
    memcpy(&value, lk_column_cell(column, row), sizeof value);
    return value;
}

/* bool. */
static inline bool lk_column_bool(const lk_column *column, size_t row)
{
    return *lk_column_cell(column, row) != 0;
}

/* Any number as a double, correctly rounded: int64, timestamp, bool, double, decimal (divided out). */
double lk_column_number(const lk_column *column, size_t row);

static inline bool lk_column_is_dictionary(const lk_column *column)
{
    return column->layout == LK_LAYOUT_DICTIONARY;
}

/* Of a dictionary column; from 0 to dictionary_count - 1 where the cell is valid, else anything. */
static inline int32_t lk_column_code(const lk_column *column, size_t row)
{
    int32_t code;
    memcpy(&code, lk_column_cell(column, row), sizeof code);
    return code;
}

/* Text `index` of `count + 1` offsets that lie anywhere. */
static inline lk_text lk_column_text_between(const char *offsets, const char *bytes, size_t index)
{
    int64_t ends[2];
    memcpy(ends, offsets + index * sizeof ends[0], sizeof ends);
    return (lk_text){bytes + ends[0], (size_t)(ends[1] - ends[0])};
}

/* Of a dictionary column; `code` is below dictionary_count. */
static inline lk_text lk_column_dictionary_text(const lk_column *column, size_t code)
{
    return lk_column_text_between(column->dictionary_offsets, column->bytes, code);
}

/* Of a view column. The cell of a null row may hold anything, so it is not followed. */
static inline lk_text lk_column_view_text(const lk_column *column, size_t row)
{
    lk_text_view view;
    const char *cell = lk_column_cell(column, row);
    if (!lk_column_is_valid(column, row)) return (lk_text){"", 0};
    memcpy(&view, cell, sizeof view);
    if (view.length <= LK_VIEW_INLINE)
        return (lk_text){cell + offsetof(lk_text_view, is), (size_t)view.length};
    return (lk_text){column->view_blocks[view.is.at.block] + view.is.at.offset,
                     (size_t)view.length};
}

/* text, in any layout. Safe for a null cell too, but then says nothing. */
static inline lk_text lk_column_text(const lk_column *column, size_t row)
{
    if (column->layout == LK_LAYOUT_TEXT64)
        return lk_column_text_between(column->values, column->bytes, row);
    if (column->layout == LK_LAYOUT_TEXT32) {
        int32_t ends[2];
        memcpy(ends, column->values + row * sizeof ends[0], sizeof ends);
        return (lk_text){column->bytes + ends[0], (size_t)(ends[1] - ends[0])};
    }
    if (column->layout == LK_LAYOUT_VIEW) return lk_column_view_text(column, row);
    int32_t code = lk_column_code(column, row);
    if (code < 0 || (size_t)code >= column->dictionary_count) return (lk_text){"", 0};
    return lk_column_dictionary_text(column, (size_t)code);
}

/* ---- building output tables ---------------------------------------------
 *
 * The columns of a new table are owned, contiguous and filled by the room:
 * `*values` is for it to write, all zero at first (NULL when there are no
 * rows), for as long as the table lives. `unit` is NUL-terminated, copied, and
 * NULL is "". A nullable column starts with every cell valid. On failure the
 * table is as it was. */

/* A table with the callbacks and limit of `like`, and a count of its own. */
leadkpi_status lk_table_new(const lk_memory *like, leadkpi_table **out, leadkpi_error *error);

/* lk_interrupted, of the host of the table. */
leadkpi_status lk_table_interrupted(const leadkpi_table *table, leadkpi_error *error);

leadkpi_status lk_table_add_int64(leadkpi_table *table, lk_text name, const char *unit,
                                  size_t row_count, bool nullable, int64_t **values,
                                  leadkpi_error *error);
leadkpi_status lk_table_add_double(leadkpi_table *table, lk_text name, const char *unit,
                                   size_t row_count, bool nullable, double **values,
                                   leadkpi_error *error);
leadkpi_status lk_table_add_bool(leadkpi_table *table, lk_text name, const char *unit,
                                 size_t row_count, bool nullable, uint8_t **values,
                                 leadkpi_error *error);
leadkpi_status lk_table_add_timestamp(leadkpi_table *table, lk_text name, size_t row_count,
                                      bool nullable, int64_t **microseconds, leadkpi_error *error);
leadkpi_status lk_table_add_decimal(leadkpi_table *table, lk_text name, const char *unit,
                                    int32_t scale, size_t row_count, bool nullable,
                                    int64_t **values, leadkpi_error *error);

/* A column of int64 or timestamps, of which the room writes every cell, or says that it is null, before anybody reads
 * it: its memory is not cleared, which for millions of rows takes as long as to write it. */
leadkpi_status lk_table_add_unset(leadkpi_table *table, lk_text name, int32_t type, size_t row_count, bool nullable,
                                  int64_t **values, leadkpi_error *error);

/* A nullable timestamp column of cells that stand in a block of `memory` already, one or more, which the table takes
 * over without a copy; `*capacity`, their number or more, is cut to it. `*microseconds` becomes NULL once the
 * block is the table's, or gone with the column on a failure. The table has the same host as `memory`. */
leadkpi_status lk_table_take_timestamp(leadkpi_table *table, lk_text name, size_t row_count, lk_memory *memory,
                                       int64_t **microseconds, size_t *capacity, leadkpi_error *error);

/* The cell of a nullable column that was added as above becomes null, and its
 * value NaN (double) or 0. Cannot fail. */
void lk_table_set_null(leadkpi_table *table, int32_t column, size_t row);

/* The same of up to 64 rows from `first_row` on, a multiple of 64, that bits say, the lowest the first. */
void lk_table_set_nulls(leadkpi_table *table, int32_t column, size_t first_row, uint64_t rows);

/* A text column, built row by row with the memory of its table. Not more than
 * the builder of one column needs to be open at a time, but several may.
 *
 *     lk_text_builder names;
 *     lk_text_builder_init(&names, table);
 *     status = lk_text_builder_append(&names, text, error); ...
 *     if (status == LEADKPI_OK) status = lk_text_builder_finish(&names, LK_LITERAL("name"), "", error);
 *     lk_text_builder_release(&names); */
typedef struct lk_text_builder {
    leadkpi_table *table;
    size_t row_count;
    int64_t *offsets; /* row_count + 1 are in use */
    size_t offset_capacity;
    uint8_t *validity; /* NULL until a row is null; rows not there yet count as valid */
    size_t validity_capacity;
    char *bytes;
    size_t byte_count;
    size_t byte_capacity;
} lk_text_builder;

void lk_text_builder_init(lk_text_builder *builder, leadkpi_table *table);

/* One more row; on failure the builder is as it was. */
leadkpi_status lk_text_builder_append(lk_text_builder *builder, lk_text text,
                                      leadkpi_error *error);
leadkpi_status lk_text_builder_append_null(lk_text_builder *builder, leadkpi_error *error);

/* The column goes into the table and the builder is empty again. On failure
 * the table is as it was, and the builder still holds its rows. */
leadkpi_status lk_text_builder_finish(lk_text_builder *builder, lk_text name, const char *unit,
                                      leadkpi_error *error);

/* Gives back what an unfinished builder holds; nothing where it is empty. */
void lk_text_builder_release(lk_text_builder *builder);

/* ---- what a table keeps ---------------------------------------------------
 *
 * Room for `size` bytes, zero at first and aligned to 8 bytes, that live as long as the table;
 * `release` gets them when the table goes, after its columns. `*kept` (a pointer to the caller's
 * pointer) is written on success alone. */
leadkpi_status lk_table_keep(leadkpi_table *table, size_t size, void (*release)(void *kept),
                             void *kept, leadkpi_error *error);

/* Adds a text column over Arrow's views. Each valid one is checked, here and once, to lie within
 * its block. The blocks' addresses are copied; their bytes, their lengths and the views are
 * borrowed.
 * Status: as leadkpi_table_borrow_text. */
leadkpi_status lk_table_borrow_views(leadkpi_table *table, lk_text name, const void *views,
                                     size_t row_count, const uint8_t *validity,
                                     const void *const *blocks, const int64_t *block_lengths,
                                     size_t block_count, leadkpi_error *error);

/* Adds a column (LEADKPI_TYPE_OTHER) of a type that the library does not read; `type` is its unit. */
leadkpi_status lk_table_add_other(leadkpi_table *table, lk_text name, const char *type,
                                  size_t row_count, leadkpi_error *error);

/* Adds a column of nulls alone, which passes for any type. */
leadkpi_status lk_table_add_void(leadkpi_table *table, lk_text name, size_t row_count,
                                 leadkpi_error *error);

#endif
