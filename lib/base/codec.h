/* codec.h: states as bytes: written the same on every machine, read with distrust.
 *
 * Every state stands in one envelope, frozen for ever:
 *
 *   bytes   what
 *   8       "LEADKPI" and a zero
 *   16      kind, such as "campaigns", filled up with zeros
 *   4       format version of that kind, from 1
 *   4       zero
 *   8       length of the payload
 *   n       the payload
 *   16      XXH3-128, seed 0, of all bytes before it, in canonical form
 *
 * Integers are little-endian. One state has one text of bytes: a varint
 * (LEB128) longer than needed, a NaN of other bits, a negative zero are refused.
 *
 * Writing: nothing fails until the end. Without a buffer it only counts.
 *
 *     lk_writer writer;
 *     lk_writer_begin(&writer, buffer, capacity, "campaigns", 1);
 *     lk_write_varint(&writer, map->count);
 *     ...
 *     return lk_writer_finish(&writer, needed, error);
 *
 * Reading: the first failure sticks, and reads after it give zeros. So check
 * lk_reader_good before a value is used as a size, and take counts from
 * lk_read_count, which compares them with the bytes that are there.
 *
 *     lk_reader reader;
 *     uint32_t version;
 *     LK_TRY(lk_reader_begin(&reader, bytes, length, "campaigns", 1, &version, error));
 *     size_t count = lk_read_count(&reader, 8);
 *     LK_TRY(lk_reader_status(&reader));
 *     ... allocate count items, read them ...
 *     return lk_reader_finish(&reader); */
#ifndef LK_CODEC_H
#define LK_CODEC_H

#include "base/error.h"
#include "base/exact_sum.h"
#include "base/hash.h"

#define LK_ENVELOPE_HEADER_SIZE 40
#define LK_ENVELOPE_SIZE (LK_ENVELOPE_HEADER_SIZE + 16)
#define LK_ENVELOPE_KIND_SIZE 16

/* ---- writing ------------------------------------------------------------- */

typedef struct lk_writer {
    uint8_t *out; /* NULL: count only */
    size_t capacity;
    size_t length; /* counts on past the capacity */
    bool too_long; /* the length does not fit in a size_t */
} lk_writer;

/* `kind`: 1 to 16 characters. */
void lk_writer_begin(lk_writer *writer, void *buffer, size_t capacity, const char *kind,
                     uint32_t version);

void lk_write_bytes(lk_writer *writer, const void *bytes, size_t length);
void lk_write_bool(lk_writer *writer, bool value);
void lk_write_uint8(lk_writer *writer, uint8_t value);
void lk_write_uint32(lk_writer *writer, uint32_t value);
void lk_write_uint64(lk_writer *writer, uint64_t value);
void lk_write_int64(lk_writer *writer, int64_t value);
void lk_write_varint(lk_writer *writer, uint64_t value);
void lk_write_signed_varint(lk_writer *writer, int64_t value); /* zigzag */
void lk_write_double(lk_writer *writer, double value); /* -0 as 0, every NaN as one */
void lk_write_text(lk_writer *writer, lk_text text);   /* a varint and the bytes */
void lk_write_exact_sum(lk_writer *writer, const lk_exact_sum *sum);
void lk_write_key128(lk_writer *writer, lk_key128 key);

/* Completes the envelope and sets `*needed` to the size of all, also when it did not fit;
 * what is in the buffer then means nothing. `needed` may be NULL with a buffer.
 * Status: OK (a NULL buffer too: the size was asked for), NULL_ARGUMENT (no buffer and no
 * needed), BUFFER_TOO_SMALL, OVERFLOW (more than a size_t holds). */
leadkpi_status lk_writer_finish(lk_writer *writer, size_t *needed, leadkpi_error *error);

/* ---- reading ------------------------------------------------------------- */

typedef struct lk_reader {
    const uint8_t *start; /* the whole envelope, for offsets in messages */
    const uint8_t *next;
    const uint8_t *end; /* of the payload */
    leadkpi_error *error;
    leadkpi_status status;
} lk_reader;

/* Checks the envelope, all of it, before any byte of the payload is looked at.
 * `*version` is from 1 to newest_version.
 * Status: OK, NULL_ARGUMENT, BAD_FORMAT (not a state, another kind, cut or too long),
 * BAD_CHECKSUM, NEWER_FORMAT. */
leadkpi_status lk_reader_begin(lk_reader *reader, const void *bytes, size_t length,
                               const char *kind, uint32_t newest_version, uint32_t *version,
                               leadkpi_error *error);

/* `bytes` is good until the caller's are gone; NULL after a failure. */
const uint8_t *lk_read_bytes(lk_reader *reader, size_t length);
bool lk_read_bool(lk_reader *reader);
uint8_t lk_read_uint8(lk_reader *reader);
uint32_t lk_read_uint32(lk_reader *reader);
uint64_t lk_read_uint64(lk_reader *reader);
int64_t lk_read_int64(lk_reader *reader);
uint64_t lk_read_varint(lk_reader *reader);
int64_t lk_read_signed_varint(lk_reader *reader);
double lk_read_double(lk_reader *reader);
lk_text lk_read_text(lk_reader *reader); /* a view into the caller's bytes; "" after a failure */
lk_exact_sum lk_read_exact_sum(lk_reader *reader);
lk_key128 lk_read_key128(lk_reader *reader);

/* A varint that counts items of at least `item_size` bytes (1 or more) each, of which so
 * many can still follow: safe to allocate for. 0 after a failure. */
size_t lk_read_count(lk_reader *reader, size_t item_size);

static inline size_t lk_reader_left(const lk_reader *reader)
{
    return (size_t)(reader->end - reader->next);
}

static inline bool lk_reader_good(const lk_reader *reader)
{
    return reader->status == LEADKPI_OK;
}

static inline leadkpi_status lk_reader_status(const lk_reader *reader)
{
    return reader->status;
}

/* What was read cannot be: BAD_FORMAT, with the place. `what` is a sentence such as
 * "keys: expected rising order". Returns the reader's status. */
leadkpi_status lk_reader_refuse(lk_reader *reader, const char *what);

/* All was read, and nothing is left over. Status: OK, BAD_FORMAT, or the first failure. */
leadkpi_status lk_reader_finish(lk_reader *reader);

#endif
