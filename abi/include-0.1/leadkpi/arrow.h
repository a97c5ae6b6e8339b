/* arrow.h: tables from and to the Arrow C Data and C Stream Interface.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Whatever speaks Arrow (pyarrow, polars, pandas, DuckDB, ClickHouse, R, ...)
 * hands its data over as two or three C structs, and takes it so. Nothing
 * of Arrow has to be installed; the structs below are the interface, frozen.
 * Source: the Arrow columnar format, "The Arrow C data interface" and "The
 * Arrow C stream interface".
 *
 *     leadkpi_arrow_reader *reader = NULL;
 *     leadkpi_table *batch = NULL;
 *     leadkpi_arrow_reader_create(NULL, &stream, &reader, &error);
 *     while (leadkpi_arrow_reader_next(reader, &batch, &error) == LEADKPI_OK && batch) {
 *         leadkpi_campaigns_add_leads(campaigns, batch, NULL, 0, &error);
 *         leadkpi_table_free(batch);
 *     }
 *     leadkpi_arrow_reader_free(reader);
 *
 * Arrow's types, and what a column becomes:
 *   l                                 int64, borrowed
 *   c C s S i I L                     int64, copied; an L of 2^63 or more is refused
 *   g                                 double, borrowed
 *   f e                               double, copied (no digit is lost)
 *   b                                 bool, copied
 *   u U vu z Z vz                     text, borrowed
 *   tsu:ZONE                          timestamp, borrowed. An instant is one whatever the zone;
 *                                     without a zone it is taken as UTC
 *   tss: tsm: tsn: tdD tdm            timestamp, copied. Nanoseconds that are not whole microseconds
 *                                     are refused, and instants out of the range of int64
 *   d:P,S and d:P,S,32|64|128|256     decimal, copied; the scale from 0 to 18, the value within
 *                                     int64 before the point is set, else refused
 *   n                                 text that is null throughout, and passes for any type
 *   a dictionary of texts             text; its codes are borrowed if of type i, else copied
 *   a dictionary of anything else     as that, copied
 *   anything else                     other: the table has the column, no call reads it
 * "Borrowed" is as it lies: the table keeps the array alive. Of a validity that does not
 * start at a whole byte a copy is made. Refused is BAD_DATA with row and column: nothing is
 * rounded, cut or lost. Rows where the struct at the top is null are refused.
 *
 * Memory beside the arrays themselves: 8 bytes a value copied (bool 1, codes 4), and what a
 * dictionary of texts with other than 64-bit offsets takes.
 *
 * What cannot be checked: the interface does not tell how long a buffer is. Lengths, offsets,
 * counts, views and codes are looked at; a buffer that is shorter than its length says is the
 * producer's fault, and is read.
 *
 * Threads: a table may be freed, and so an array released, on any thread; it is the producer's
 * to allow that, as Arrow asks. A reader belongs to one thread at a time. */
#ifndef LEADKPI_ARROW_H
#define LEADKPI_ARROW_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The guards are Arrow's, so that the structs are defined once whoever comes first. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/* leadkpi_arrow_import: a table over one record batch: a struct array (format
 * "+s"), whose children are the columns. On success the array is MOVED: its
 * `release` is NULL, and the table releases it when it is freed. The schema is
 * only read, and stays the caller's. On failure both stay as they were and
 * `*out` is NULL. `host` may be NULL.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host; a column's name is empty, longer than 65535
 * bytes or there twice), BAD_FORMAT (released, not a struct, children or buffers missing,
 * negative lengths, offsets that fall, codes or views out of range), BAD_DATA (what is refused
 * above, with row and column), OUT_OF_MEMORY, LIMIT, INTERRUPTED. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_arrow_import(const leadkpi_host *host, struct ArrowArray *array,
                                                const struct ArrowSchema *schema,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_arrow_export: a table as a record batch, for any consumer of Arrow.
 * Both structs are overwritten; each holds a reference of the table until it is
 * released, and so does each child that is moved out. Columns of the table that
 * lie as Arrow has them are not copied: int64 as l, double as g, timestamp as
 * tsu:UTC, text as U, u, vu or i with a dictionary of U; those with gaps between their
 * values, bool as b, and decimal as d:19,S are. The unit of a column is in its
 * metadata, under "leadkpi.unit". On failure both structs have a `release` of
 * NULL. The table must not get more columns while one of them lives.
 * Status: OK, NULL_ARGUMENT, WRONG_TYPE (a column of type other),
 * OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_arrow_export(const leadkpi_table *table,
                                                struct ArrowArray *array,
                                                struct ArrowSchema *schema, leadkpi_error *error);

/* leadkpi_arrow_export_schema: the schema alone. As leadkpi_arrow_export. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_arrow_export_schema(const leadkpi_table *table,
                                                       struct ArrowSchema *schema,
                                                       leadkpi_error *error);

/* leadkpi_arrow_export_stream: a table as a stream of one record batch, which
 * holds a reference of the table until it is released. On failure `stream` has a
 * `release` of NULL. Status: as leadkpi_arrow_export. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_arrow_export_stream(const leadkpi_table *table,
                                                       struct ArrowArrayStream *stream,
                                                       leadkpi_error *error);

/* A stream of record batches, read as tables. */
typedef struct leadkpi_arrow_reader leadkpi_arrow_reader;

/* leadkpi_arrow_reader_create: takes a stream and asks for its schema. On
 * success the stream is MOVED: its `release` is NULL. On failure it stays the
 * caller's, and `*out` is NULL. `host` may be NULL.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), BAD_FORMAT (released; the producer failed, with
 * its message; not a struct), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_arrow_reader_create(const leadkpi_host *host,
                                                       struct ArrowArrayStream *stream,
                                                       leadkpi_arrow_reader **out,
                                                       leadkpi_error *error);

/* leadkpi_arrow_reader_next: the next batch, as by leadkpi_arrow_import; the
 * caller frees it, before or after the reader. NULL with OK: there are no more. On failure
 * `*batch` is NULL and the batch at fault is passed over.
 * Status: OK, NULL_ARGUMENT, BAD_FORMAT (also where the producer failed, with its message), or as
 * leadkpi_arrow_import. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_arrow_reader_next(leadkpi_arrow_reader *reader,
                                                     leadkpi_table **batch, leadkpi_error *error);

/* leadkpi_arrow_reader_free: releases the stream. NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_arrow_reader_free(leadkpi_arrow_reader *reader);

#ifdef __cplusplus
}
#endif
#endif
