/* Columns with hostile offsets, codes and validity: refused, or every cell can be
 * read and lies inside what was handed in. */
#include <leadkpi.h>

#include "fuzz.h"

enum { ROWS = 5, TEXTS = 3, BYTES = 16 };

/* What a caller hands in, each in a block of its own without a byte to spare. */
typedef struct hostile {
    int64_t *offsets, *dictionary_offsets;
    int32_t *offsets32, *codes;
    uint8_t *validity;
    char *bytes;
} hostile;

/* Mostly small numbers, so that some columns are good, and now and then any. */
static int64_t hostile_number(fuzz_reader *reader)
{
    uint8_t kind = fuzz_byte(reader);
    return kind == 255 ? fuzz_int64(reader) : kind % (BYTES + 2) - (kind == 254);
}

static void *block(size_t size)
{
    void *memory = calloc(1, size);
    MUST(memory);
    return memory;
}

static hostile read_hostile(fuzz_reader *reader)
{
    hostile h = {block((ROWS + 1) * 8), block((TEXTS + 1) * 8), block((ROWS + 1) * 4),
                 block(ROWS * 4),       block(1),               block(BYTES)};
    for (int i = 0; i <= ROWS; i++) h.offsets[i] = hostile_number(reader);
    for (int i = 0; i <= TEXTS; i++) h.dictionary_offsets[i] = hostile_number(reader);
    for (int i = 0; i <= ROWS; i++) h.offsets32[i] = (int32_t)hostile_number(reader);
    for (int i = 0; i < ROWS; i++) h.codes[i] = (int32_t)hostile_number(reader);
    *h.validity = fuzz_byte(reader);
    fuzz_bytes(reader, h.bytes, BYTES);
    return h;
}

static void free_hostile(hostile h)
{
    free(h.offsets);
    free(h.dictionary_offsets);
    free(h.offsets32);
    free(h.codes);
    free(h.validity);
    free(h.bytes);
}

static volatile char read_so_far;

/* The library cannot know how many bytes there are, so a text may pass their
 * end, as its offsets say; it never starts before them or has a wrong length. */
static void read_texts(const leadkpi_table *table, int32_t column, const char *bytes)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++) {
        const char *text;
        size_t length;
        MUST(leadkpi_table_get_text(table, column, row, &text, &length, NULL) == LEADKPI_OK);
        MUST(leadkpi_table_is_null(table, column, row) == (text == NULL));
        if (!text) MUST(length == 0);
        if (!text || length == 0) continue;
        uintptr_t place = (uintptr_t)text - (uintptr_t)bytes;
        if (place <= BYTES && length <= BYTES - place) {
            for (size_t i = 0; i < length; i++) read_so_far ^= text[i];
        } else {
            MUST(place <= INT64_MAX && length <= INT64_MAX - place);
        }
    }
}

static void check(leadkpi_status status, leadkpi_table *table, int32_t *columns, const char *bytes)
{
    if (status == LEADKPI_OK) read_texts(table, (*columns)++, bytes);
    MUST(leadkpi_table_column_count(table) == *columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader reader = {data, size};
    uint8_t flags = fuzz_byte(&reader);
    hostile h = read_hostile(&reader);
    const uint8_t *validity = flags & 1 ? h.validity : NULL;
    leadkpi_table *table = NULL;
    int32_t columns = 0;
    MUST(leadkpi_table_create(NULL, &table, NULL) == LEADKPI_OK);
    check(leadkpi_table_borrow_text(table, "a", 1, h.offsets, h.bytes, ROWS, validity, NULL), table,
          &columns, h.bytes);
    check(leadkpi_table_borrow_text32(table, "b", 1, h.offsets32, h.bytes, ROWS, validity, NULL),
          table, &columns, h.bytes);
    check(leadkpi_table_borrow_dictionary(table, "c", 1, h.codes, ROWS, 0, validity,
                                          h.dictionary_offsets, h.bytes, TEXTS, NULL),
          table, &columns, h.bytes);
    /* A name of any bytes, too. */
    char *name = fuzz_copy(reader.data, reader.left);
    check(leadkpi_table_borrow_dictionary(table, name, reader.left, h.codes, ROWS, 0, validity,
                                          h.dictionary_offsets, h.bytes, TEXTS, NULL),
          table, &columns, h.bytes);
    free(name);
    leadkpi_table_free(table);
    free_hostile(h);
    return 0;
}
