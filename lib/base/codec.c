#include "base/codec.h"

/* Where things stand in the envelope. */
#define KIND_AT 8
#define VERSION_AT 24
#define ZERO_AT 28
#define LENGTH_AT 32
#define CHECKSUM_SIZE 16

static const uint8_t magic[8] = {'L', 'E', 'A', 'D', 'K', 'P', 'I', 0};

/* The one NaN of a state. */
#define CANONICAL_NAN ((uint64_t)0x7FF8000000000000)

static void put_little_endian(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++, value >>= 8) out[i] = (uint8_t)value;
}

static uint64_t get_little_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

static void checksum(const uint8_t *bytes, size_t length, uint8_t out[CHECKSUM_SIZE])
{
    lk_key128_to_bytes(lk_hash128(bytes, length), out);
}

/* ---- writing ------------------------------------------------------------- */

void lk_write_bytes(lk_writer *writer, const void *bytes, size_t length)
{
    if (length == 0) return;
    if (LK_UNLIKELY(length > SIZE_MAX - writer->length)) {
        writer->too_long = true;
        return;
    }
    bool fits = writer->length <= writer->capacity && length <= writer->capacity - writer->length;
    if (writer->out && fits) memcpy(writer->out + writer->length, bytes, length);
    writer->length += length;
}

void lk_writer_begin(lk_writer *writer, void *buffer, size_t capacity, const char *kind,
                     uint32_t version)
{
    uint8_t header[LK_ENVELOPE_HEADER_SIZE] = {0};
    size_t kind_length = strlen(kind);
    *writer = (lk_writer){buffer, buffer ? capacity : 0, 0, false};
    memcpy(header, magic, sizeof magic);
    memcpy(header + KIND_AT, kind,
           kind_length < LK_ENVELOPE_KIND_SIZE ? kind_length : LK_ENVELOPE_KIND_SIZE);
    put_little_endian(header + VERSION_AT, version, 4);
    lk_write_bytes(writer, header, sizeof header);
}

void lk_write_uint8(lk_writer *writer, uint8_t value)
{
    lk_write_bytes(writer, &value, 1);
}

void lk_write_bool(lk_writer *writer, bool value)
{
    lk_write_uint8(writer, value);
}

void lk_write_uint32(lk_writer *writer, uint32_t value)
{
    uint8_t bytes[4];
    put_little_endian(bytes, value, 4);
    lk_write_bytes(writer, bytes, 4);
}

void lk_write_uint64(lk_writer *writer, uint64_t value)
{
    uint8_t bytes[8];
    put_little_endian(bytes, value, 8);
    lk_write_bytes(writer, bytes, 8);
}

void lk_write_int64(lk_writer *writer, int64_t value)
{
    lk_write_uint64(writer, (uint64_t)value);
}

void lk_write_varint(lk_writer *writer, uint64_t value)
{
    uint8_t bytes[10];
    size_t length = 0;
    for (; value >= 0x80; value >>= 7) bytes[length++] = (uint8_t)(value | 0x80);
    bytes[length++] = (uint8_t)value;
    lk_write_bytes(writer, bytes, length);
}

void lk_write_signed_varint(lk_writer *writer, int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    lk_write_varint(writer, (uint64_t)value << 1 ^ sign);
}

void lk_write_double(lk_writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value == 0) bits = 0;
    if (value != value) bits = CANONICAL_NAN;
    lk_write_uint64(writer, bits);
}

void lk_write_text(lk_writer *writer, lk_text text)
{
    lk_write_varint(writer, text.length);
    lk_write_bytes(writer, text.data, text.length);
}

void lk_write_exact_sum(lk_writer *writer, const lk_exact_sum *sum)
{
    for (int i = 0; i < 4; i++) lk_write_uint64(writer, sum->limbs[i]);
}

void lk_write_key128(lk_writer *writer, lk_key128 key)
{
    uint8_t bytes[16];
    lk_key128_to_bytes(key, bytes);
    lk_write_bytes(writer, bytes, sizeof bytes);
}

leadkpi_status lk_writer_finish(lk_writer *writer, size_t *needed, leadkpi_error *error)
{
    uint8_t sum[CHECKSUM_SIZE] = {0};
    size_t before = writer->length;
    bool fits = before <= writer->capacity && sizeof sum <= writer->capacity - before;
    if (writer->out && fits && !writer->too_long) {
        put_little_endian(writer->out + LENGTH_AT, before - LK_ENVELOPE_HEADER_SIZE, 8);
        checksum(writer->out, before, sum);
    }
    lk_write_bytes(writer, sum, sizeof sum);
    LK_FAIL_IF(writer->too_long, error, LEADKPI_OVERFLOW,
               "state: longer than a size_t of this machine can count");
    LK_FAIL_IF(!writer->out && !needed, error, LEADKPI_NULL_ARGUMENT,
               "buffer and needed: expected one of the two, found NULL twice");
    if (needed) *needed = writer->length;
    LK_FAIL_IF(writer->out && writer->length > writer->capacity, error, LEADKPI_BUFFER_TOO_SMALL,
               "buffer: expected room for %zu bytes, found %zu", writer->length, writer->capacity);
    return LEADKPI_OK;
}

/* ---- reading ------------------------------------------------------------- */

static size_t offset_of(const lk_reader *reader)
{
    return (size_t)(reader->next - reader->start);
}

leadkpi_status lk_reader_refuse(lk_reader *reader, const char *what)
{
    if (reader->status != LEADKPI_OK) return reader->status;
    reader->status =
        lk_fail(reader->error, LEADKPI_BAD_FORMAT, "state, byte %zu: %s", offset_of(reader), what);
    return reader->status;
}

/* A kind is 1 to 16 characters, then zeros. */
static lk_text kind_of(const uint8_t *header)
{
    const char *kind = (const char *)header + KIND_AT;
    size_t length = 0;
    while (length < LK_ENVELOPE_KIND_SIZE && kind[length]) length++;
    return (lk_text){kind, length};
}

static leadkpi_status check_kind(const uint8_t *header, const char *kind, leadkpi_error *error)
{
    lk_text found = kind_of(header), expected = {kind, strlen(kind)};
    bool padded = true;
    for (size_t i = found.length; i < LK_ENVELOPE_KIND_SIZE; i++)
        padded = padded && header[KIND_AT + i] == 0;
    LK_FAIL_IF(!padded || !lk_text_equal(found, expected), error, LEADKPI_BAD_FORMAT,
               "state: expected one of kind \"%s\", found \"%.*s\"", kind, LK_TEXT_ARGS(found));
    return LEADKPI_OK;
}

/* From what no damage can fake to what only an undamaged state can say. */
static leadkpi_status check_envelope(const uint8_t *bytes, size_t length, leadkpi_error *error)
{
    uint8_t sum[CHECKSUM_SIZE];
    LK_FAIL_IF(length < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0, error,
               LEADKPI_BAD_FORMAT,
               "state: expected bytes that begin with \"LEADKPI\", found others");
    LK_FAIL_IF(length < LK_ENVELOPE_SIZE, error, LEADKPI_BAD_FORMAT,
               "state: expected %d bytes or more, found %zu", LK_ENVELOPE_SIZE, length);
    uint64_t payload = get_little_endian(bytes + LENGTH_AT, 8);
    LK_FAIL_IF(payload != length - LK_ENVELOPE_SIZE, error, LEADKPI_BAD_FORMAT,
               "state: expected %llu bytes of payload, found %zu", (unsigned long long)payload,
               length - LK_ENVELOPE_SIZE);
    checksum(bytes, length - CHECKSUM_SIZE, sum);
    LK_FAIL_IF(memcmp(sum, bytes + length - CHECKSUM_SIZE, CHECKSUM_SIZE) != 0, error,
               LEADKPI_BAD_CHECKSUM, "state: the checksum of its %zu bytes is not theirs", length);
    return LEADKPI_OK;
}

leadkpi_status lk_reader_begin(lk_reader *reader, const void *bytes, size_t length,
                               const char *kind, uint32_t newest_version, uint32_t *version,
                               leadkpi_error *error)
{
    LK_REQUIRE(bytes, error);
    const uint8_t *start = bytes;
    LK_TRY(check_envelope(start, length, error));
    LK_TRY(check_kind(start, kind, error));
    uint32_t found = (uint32_t)get_little_endian(start + VERSION_AT, 4);
    LK_FAIL_IF(
        found > newest_version, error, LEADKPI_NEWER_FORMAT,
        "state: expected format %u or older of \"%s\", found %u; it was written by a later release",
        newest_version, kind, found);
    LK_FAIL_IF(found == 0 || get_little_endian(start + ZERO_AT, 4) != 0, error, LEADKPI_BAD_FORMAT,
               "state: expected a format from 1 and zeros after it, found %u", found);
    *version = found;
    *reader = (lk_reader){start, start + LK_ENVELOPE_HEADER_SIZE, start + length - CHECKSUM_SIZE,
                          error, LEADKPI_OK};
    return LEADKPI_OK;
}

static bool has_bytes(lk_reader *reader, uint64_t length)
{
    if (LK_UNLIKELY(reader->status != LEADKPI_OK)) return false;
    if (LK_LIKELY(length <= lk_reader_left(reader))) return true;
    reader->status = lk_fail(reader->error, LEADKPI_BAD_FORMAT,
                             "state, byte %zu: expected %llu more bytes, found %zu",
                             offset_of(reader), (unsigned long long)length, lk_reader_left(reader));
    return false;
}

const uint8_t *lk_read_bytes(lk_reader *reader, size_t length)
{
    if (!has_bytes(reader, length)) return NULL;
    const uint8_t *bytes = reader->next;
    reader->next += length;
    return bytes;
}

static uint64_t read_fixed(lk_reader *reader, size_t size)
{
    const uint8_t *bytes = lk_read_bytes(reader, size);
    return bytes ? get_little_endian(bytes, size) : 0;
}

uint8_t lk_read_uint8(lk_reader *reader)
{
    return (uint8_t)read_fixed(reader, 1);
}

uint32_t lk_read_uint32(lk_reader *reader)
{
    return (uint32_t)read_fixed(reader, 4);
}

uint64_t lk_read_uint64(lk_reader *reader)
{
    return read_fixed(reader, 8);
}

int64_t lk_read_int64(lk_reader *reader)
{
    return (int64_t)read_fixed(reader, 8);
}

bool lk_read_bool(lk_reader *reader)
{
    uint8_t value = lk_read_uint8(reader);
    if (value > 1) lk_reader_refuse(reader, "expected 0 or 1 before here");
    return value == 1;
}

uint64_t lk_read_varint(lk_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = lk_read_uint8(reader);
        uint64_t part = byte & 0x7F;
        if (!lk_reader_good(reader) || (shift == 63 && part > 1)) break;
        value |= part << shift;
        if (byte & 0x80) continue;
        if (byte != 0 || shift == 0) return value;
        break; /* a zero on top: there is a shorter way to write it */
    }
    lk_reader_refuse(reader, "expected a varint of 64 bits, as short as can be, before here");
    return 0;
}

int64_t lk_read_signed_varint(lk_reader *reader)
{
    uint64_t zigzag = lk_read_varint(reader);
    return (int64_t)(zigzag >> 1 ^ (0 - (zigzag & 1)));
}

double lk_read_double(lk_reader *reader)
{
    uint64_t bits = lk_read_uint64(reader);
    double value;
    memcpy(&value, &bits, sizeof value);
    bool canonical = value == value ? bits != (uint64_t)1 << 63 : bits == CANONICAL_NAN;
    if (LK_LIKELY(canonical)) return value;
    lk_reader_refuse(reader, "expected no negative zero and no NaN but the one, before here");
    return 0;
}

lk_text lk_read_text(lk_reader *reader)
{
    size_t length = lk_read_count(reader, 1);
    const uint8_t *bytes = lk_read_bytes(reader, length);
    return bytes ? (lk_text){(const char *)bytes, length} : (lk_text){"", 0};
}

lk_exact_sum lk_read_exact_sum(lk_reader *reader)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    if (!has_bytes(reader, sizeof sum)) return sum;
    for (int i = 0; i < 4; i++) sum.limbs[i] = lk_read_uint64(reader);
    return sum;
}

lk_key128 lk_read_key128(lk_reader *reader)
{
    const uint8_t *bytes = lk_read_bytes(reader, 16);
    return bytes ? lk_key128_from_bytes(bytes) : (lk_key128){0, 0};
}

size_t lk_read_count(lk_reader *reader, size_t item_size)
{
    uint64_t count = lk_read_varint(reader);
    if (!lk_reader_good(reader)) return 0;
    size_t most = lk_reader_left(reader) / (item_size ? item_size : 1);
    if (LK_LIKELY(count <= most)) return (size_t)count;
    reader->status =
        lk_fail(reader->error, LEADKPI_BAD_FORMAT,
                "state, byte %zu: expected at most %zu items of %zu bytes or more, found %llu",
                offset_of(reader), most, item_size, (unsigned long long)count);
    return 0;
}

leadkpi_status lk_reader_finish(lk_reader *reader)
{
    if (reader->status == LEADKPI_OK && lk_reader_left(reader))
        reader->status = lk_fail(reader->error, LEADKPI_BAD_FORMAT,
                                 "state, byte %zu: expected the end, found %zu more bytes",
                                 offset_of(reader), lk_reader_left(reader));
    return reader->status;
}
