/* Bytes that claim to be a state: as they are, and once more as the payload of
 * a good envelope, so that what is behind the checksum is reached as well. */
#include "base/codec.h"
#include "fuzz.h"

/* Each kind of value in turn, as the payload itself says, until it ends or is refused. */
static void read_payload(lk_reader *reader, size_t size)
{
    while (lk_reader_good(reader) && lk_reader_left(reader) > 0) {
        size_t before = lk_reader_left(reader);
        uint8_t kind = lk_read_uint8(reader);
        lk_text text;
        switch (kind % 12) {
        case 0: lk_read_bool(reader); break;
        case 1: lk_read_uint32(reader); break;
        case 2: lk_read_uint64(reader); break;
        case 3: lk_read_int64(reader); break;
        case 4: lk_read_varint(reader); break;
        case 5: lk_read_signed_varint(reader); break;
        case 6: lk_read_double(reader); break;
        case 7: text = lk_read_text(reader); MUST(text.length <= size); break;
        case 8: lk_read_exact_sum(reader); break;
        case 9: lk_read_key128(reader); break;
        case 10: MUST(lk_read_count(reader, 1 + kind) * (1 + (size_t)kind) <= size); break;
        default: lk_read_bytes(reader, kind); break;
        }
        MUST(lk_reader_left(reader) < before || !lk_reader_good(reader));
    }
}

static void read_state(const void *bytes, size_t size, bool is_good)
{
    leadkpi_error error;
    lk_reader reader;
    uint32_t version = 0;
    leadkpi_error_reset(&error);
    leadkpi_status status = lk_reader_begin(&reader, bytes, size, "fuzz", 3, &version, &error);
    MUST((status == LEADKPI_OK) == (error.message[0] == '\0'));
    MUST(status == LEADKPI_OK || !is_good);
    if (status != LEADKPI_OK) return;
    MUST(version >= 1 && version <= 3);
    read_payload(&reader, size);
    status = lk_reader_finish(&reader);
    MUST((status == LEADKPI_OK) == (error.message[0] == '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *copy = fuzz_copy(data, size);
    read_state(copy, size, false);
    free(copy);

    size_t needed = 0;
    lk_writer writer;
    lk_writer_begin(&writer, NULL, 0, "fuzz", 2);
    lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, &needed, NULL) == LEADKPI_OK);
    MUST(needed == size + LK_ENVELOPE_SIZE);
    void *state = malloc(needed);
    MUST(state);
    lk_writer_begin(&writer, state, needed, "fuzz", 2);
    lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, &needed, NULL) == LEADKPI_OK);
    read_state(state, needed, true);
    free(state);
    return 0;
}
