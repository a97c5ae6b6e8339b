/* Record batches with hostile contents: lengths, offsets, counts, codes and views of any value,
 * formats and names of any bytes, memory that is refused. Each buffer is as long as its array says,
 * so a read beyond one is the library's. A batch is refused and stays the producer's, untouched; or
 * every cell can be read, comes out of Arrow again as it went in, and the batch is released once.
 */
#include <leadkpi.h>

#include <stdbool.h>

#include "refuse.h"

enum {
    COLUMNS_MAX = 4,
    BUFFERS_MAX = 6,
    SMALL = 20,    /* lengths and offsets that stand for themselves */
    TEXT_SIZE = 64 /* bytes that offsets may point into */
};

/* ---- memory ------------------------------------------------------------------------------ */

/* All that a batch or a schema is made of, given back at once. */
typedef struct arena {
    void *blocks[128];
    size_t count;
    int releases;
} arena;

static void *room(arena *of, size_t size)
{
    MUST(of->count < sizeof of->blocks / sizeof *of->blocks);
    void *block = calloc(1, size ? size : 1);
    MUST(block);
    of->blocks[of->count++] = block;
    return block;
}

static void give_back(arena *of)
{
    while (of->count) free(of->blocks[--of->count]);
    of->releases++;
}

static void release_array(struct ArrowArray *array)
{
    array->release = NULL;
    give_back(array->private_data);
}

static void release_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
    give_back(schema->private_data);
}

/* The whole is released, never a part. */
static void release_child(struct ArrowArray *array)
{
    MUST(!array);
}

/* ---- contents ---------------------------------------------------------------------------- */

/* Mostly `usual`, often small, now and then what no array may say. */
static int64_t hostile_size(fuzz_reader *reader, int64_t usual)
{
    static const int64_t absurd[] = {-1, INT64_MIN, INT64_MAX, INT64_MAX - SMALL};
    uint8_t kind = fuzz_byte(reader);
    if (kind < 192) return usual;
    return kind < 248 ? kind % SMALL : absurd[kind % 4];
}

/* What has to be there for a length and an offset; nothing for those that must be refused. */
static size_t slots(const struct ArrowArray *array)
{
    bool is_sane = array->length >= 0 && array->length <= 4 * SMALL && array->offset >= 0 &&
                   array->offset <= 4 * SMALL;
    return is_sane ? (size_t)(array->length + array->offset) : 0;
}

/* A buffer of that many bytes of the input, which need not lie as its type would. */
static void *buffer(arena *of, fuzz_reader *reader, size_t size, bool is_odd)
{
    char *block = room(of, size + is_odd);
    fuzz_bytes(reader, block + is_odd, size);
    return block + is_odd;
}

/* Whole numbers that are mostly small, each of `width` bytes. */
static void *numbers(arena *of, fuzz_reader *reader, size_t count, size_t width, bool is_odd)
{
    char *block = room(of, count * width + is_odd);
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = fuzz_byte(reader);
        int64_t value = kind == 255 ? fuzz_int64(reader) : kind % SMALL - (kind == 254);
        for (size_t k = 0; k < width; k++) /* lowest first; on other machines just other numbers */
            block[is_odd + i * width + k] = (char)(k < 8       ? (uint64_t)value >> 8 * k
                                                   : value < 0 ? 255
                                                               : 0);
    }
    return block + is_odd;
}

/* Offsets that rise, fall or are negative, but never pass the bytes. */
static void *offsets(arena *of, fuzz_reader *reader, size_t count, size_t width, bool is_odd)
{
    char *block = room(of, count * width + is_odd);
    int64_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = fuzz_byte(reader);
        at = kind < 240    ? at + kind % 5
             : kind == 240 ? -1 - at
             : kind == 241 ? INT64_MIN
                           : kind % SMALL;
        if (at > TEXT_SIZE) at = TEXT_SIZE;
        int32_t narrow = at < 0 ? (at == INT64_MIN ? INT32_MIN : -1) : (int32_t)at;
        memcpy(block + is_odd + i * width, width == 8 ? (void *)&at : (void *)&narrow, width);
        if (at < 0) at = 0;
    }
    return block + is_odd;
}

/* 16 bytes each: a length and the text, or a length, its beginning, a block and a place in it. */
static void *views(arena *of, fuzz_reader *reader, size_t count, bool is_odd)
{
    char *block = room(of, count * 16 + is_odd);
    for (size_t i = 0; i < count; i++) {
        uint8_t kind = fuzz_byte(reader);
        int32_t view[4] = {kind % 32, 0, fuzz_byte(reader) % 4, fuzz_byte(reader) % SMALL};
        if (kind >= 250) fuzz_bytes(reader, view, sizeof view);
        memcpy(block + is_odd + i * 16, view, sizeof view);
    }
    return block + is_odd;
}

/* A view's blocks, and behind them how long each is: the truth, or less. */
static void fill_view(arena *of, fuzz_reader *reader, struct ArrowArray *array,
                      const void **buffers, bool is_odd)
{
    size_t count = fuzz_byte(reader) % 3;
    char *lengths = room(of, (count ? count : 1) * 8 + is_odd);
    buffers[1] = views(of, reader, slots(array), is_odd);
    for (size_t i = 0; i < count; i++) {
        int64_t size = fuzz_byte(reader) % (2 * SMALL);
        buffers[2 + i] = buffer(of, reader, (size_t)size, false);
        if (fuzz_byte(reader) > 250) size = -size;
        memcpy(lengths + is_odd + i * 8, &size, 8);
    }
    buffers[2 + count] = lengths + is_odd;
    array->n_buffers = 3 + (int64_t)count;
    static const int64_t others[] = {2, 1, 0, -1, INT64_MAX};
    uint8_t kind = fuzz_byte(reader);
    if (kind > 250) array->n_buffers = others[kind - 251];
}

/* How wide a value of the format is; 0 for those of another kind. */
static size_t width_of(const char *format)
{
    static const struct {
        const char *start;
        size_t width;
    } widths[] = {{"c", 1},   {"C", 1},    {"s", 2},    {"S", 2},    {"e", 2},   {"i", 4},
                  {"I", 4},   {"f", 4},    {"l", 8},    {"L", 8},    {"g", 8},   {"tdD", 4},
                  {"tdm", 8}, {"tss:", 8}, {"tsm:", 8}, {"tsu:", 8}, {"tsn:", 8}};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        if (strncmp(format, widths[i].start, strlen(widths[i].start)) == 0) return widths[i].width;
    return 0;
}

static void fill(arena *of, fuzz_reader *reader, struct ArrowArray *array, const char *format)
{
    uint8_t flags = fuzz_byte(reader);
    const void **buffers = room(of, BUFFERS_MAX * sizeof *buffers);
    size_t count = slots(array), width = width_of(format);
    bool is_odd = flags & 1, is_wide = format[0] == 'U' || format[0] == 'Z';
    if (flags & 2) buffers[0] = buffer(of, reader, (count + 7) / 8, false);
    array->buffers = buffers;
    array->n_buffers = 2;
    if (strncmp(format, "v", 1) == 0) {
        fill_view(of, reader, array, buffers, is_odd);
    } else if (strchr("uzUZ", format[0]) && format[0]) {
        buffers[1] = offsets(of, reader, count + 1, is_wide ? 8 : 4, is_odd);
        buffers[2] = buffer(of, reader, TEXT_SIZE, false);
        array->n_buffers = 3;
    } else { /* no value is wider than a decimal of 256 bits */
        buffers[1] = numbers(of, reader, count, width ? width : 32, is_odd);
    }
    if (flags > 250) buffers[flags % 3] = NULL;
    if (format[0] != 'v' && fuzz_byte(reader) > 250)
        array->n_buffers = hostile_size(reader, 1) % (BUFFERS_MAX + 1);
    array->null_count = flags & 2 ? -1 : 0;
    if (fuzz_byte(reader) > 240) array->null_count = hostile_size(reader, 1);
}

/* ---- batches ----------------------------------------------------------------------------- */

typedef struct batch {
    arena memory, names;
    struct ArrowArray array;
    struct ArrowSchema schema;
    bool is_moved; /* a column is */
} batch;

static const char *read_format(arena *of, fuzz_reader *reader)
{
    static const char *const formats[] = {
        "l",   "g",    "u",       "U",    "vu",    "b",         "tsu:",    "i",          "c",
        "C",   "s",    "S",       "I",    "L",     "f",         "e",       "z",          "Z",
        "vz",  "tss:", "tsm:UTC", "tsn:", "tdD",   "tdm",       "n",       "+s",         "+l",
        "d:5", "w:4",  "ttu",     "",     "d:9,2", "d:19,3,64", "d:38,18", "d:76,0,256", "d:9,2,32",
    };
    size_t count = sizeof formats / sizeof *formats;
    uint8_t kind = fuzz_byte(reader);
    if (kind < 240) return formats[kind % count];
    char *text = room(of, 8); /* any bytes, which may be a format all the same */
    fuzz_bytes(reader, text, kind % 8);
    return text;
}

static const char *read_name(arena *of, fuzz_reader *reader, int64_t column)
{
    uint8_t kind = fuzz_byte(reader);
    char *name = room(of, 8);
    if (kind == 255) return NULL;
    if (kind > 240)
        fuzz_bytes(reader, name, kind % 8);
    else
        name[0] = (char)('a' + column);
    return name;
}

static struct ArrowArray *read_array(batch *b, fuzz_reader *reader, const char *format,
                                     int64_t length)
{
    struct ArrowArray *array = room(&b->memory, sizeof *array);
    array->length = hostile_size(reader, length);
    array->offset = hostile_size(reader, 0);
    array->release = release_child;
    fill(&b->memory, reader, array, format);
    return array;
}

static void read_column(batch *b, fuzz_reader *reader, int64_t column)
{
    struct ArrowSchema *schema = room(&b->names, sizeof *schema);
    schema->format = read_format(&b->names, reader);
    schema->name = read_name(&b->names, reader, column);
    struct ArrowArray *array =
        read_array(b, reader, schema->format, (int64_t)slots(&b->array) + fuzz_byte(reader) % 3);
    uint8_t kind = fuzz_byte(reader);
    if (kind % 4 == 3) { /* its numbers are codes */
        schema->dictionary = room(&b->names, sizeof *schema);
        schema->dictionary->format = read_format(&b->names, reader);
        array->dictionary = read_array(b, reader, schema->dictionary->format, SMALL);
        if (kind > 250) array->dictionary = NULL;
    }
    if (kind == 250) {
        array->release = NULL;
        b->is_moved = true;
    }
    if (kind == 249) schema->format = NULL;
    b->schema.children[column] = kind == 248 ? NULL : schema;
    b->array.children[column] = kind == 246 ? NULL : array;
}

static void read_batch(batch *b, fuzz_reader *reader)
{
    memset(b, 0, sizeof *b);
    uint8_t columns = fuzz_byte(reader) % (COLUMNS_MAX + 1), flags = fuzz_byte(reader);
    b->array.length = hostile_size(reader, fuzz_byte(reader) % SMALL);
    b->array.offset = hostile_size(reader, 0);
    b->array.n_children = b->schema.n_children = columns;
    b->array.children = room(&b->memory, COLUMNS_MAX * sizeof *b->array.children);
    b->schema.children = room(&b->names, COLUMNS_MAX * sizeof *b->schema.children);
    b->array.buffers = room(&b->memory, sizeof *b->array.buffers);
    b->array.n_buffers = 1;
    if (flags & 1)
        b->array.buffers[0] = buffer(&b->memory, reader, (slots(&b->array) + 7) / 8, false);
    b->array.null_count = flags & 2 ? 0 : -1;
    for (int64_t i = 0; i < columns; i++) read_column(b, reader, i);
    if (flags > 250) b->array.n_children = hostile_size(reader, 0) % COLUMNS_MAX;
    if (flags == 250) b->schema.n_children = columns - 1;
    if (flags == 249) b->array.children = NULL;
    if (flags == 248) b->array.buffers = NULL;
    b->schema.format = flags == 247 ? "l" : "+s";
    b->array.private_data = &b->memory;
    b->array.release = release_array;
    b->schema.private_data = &b->names;
    b->schema.release = release_schema;
}

/* ---- what must hold ---------------------------------------------------------------------- */

typedef struct cell {
    int64_t whole;
    double number;
    const char *text;
    size_t length;
    bool is_null;
} cell;

static volatile char read_so_far;

/* Every byte of a cell is read. */
static cell read_cell(const leadkpi_table *table, int32_t column, size_t row)
{
    cell c = {0};
    int32_t type = leadkpi_table_column_type(table, column);
    c.is_null = leadkpi_table_is_null(table, column, row);
    leadkpi_status text = leadkpi_table_get_text(table, column, row, &c.text, &c.length, NULL);
    leadkpi_status number = leadkpi_table_get_double(table, column, row, &c.number, NULL);
    leadkpi_status whole = leadkpi_table_get_int64(table, column, row, &c.whole, NULL);
    MUST(text == (type == LEADKPI_TYPE_TEXT ? LEADKPI_OK : LEADKPI_WRONG_TYPE));
    if (type == LEADKPI_TYPE_TEXT) {
        MUST(number == whole &&
             (number == LEADKPI_WRONG_TYPE || c.is_null)); /* null passes for any type */
        MUST((c.text == NULL) == c.is_null && (c.text || c.length == 0));
        MUST(c.length <= TEXT_SIZE);
        for (size_t i = 0; i < c.length; i++) read_so_far = (char)(read_so_far ^ c.text[i]);
    } else if (number == LEADKPI_OK) {
        MUST(whole == (type == LEADKPI_TYPE_DOUBLE ? LEADKPI_WRONG_TYPE : LEADKPI_OK));
        MUST(!c.is_null || (c.number != c.number && c.whole == 0));
    }
    return c;
}

static void same_cell(cell a, cell b)
{
    MUST(a.is_null == b.is_null && a.whole == b.whole && a.length == b.length);
    MUST(a.number == b.number || (a.number != a.number && b.number != b.number));
    if (a.length) MUST(memcmp(a.text, b.text, a.length) == 0);
}

static bool has_other(const leadkpi_table *table)
{
    for (int32_t i = 0; i < leadkpi_table_column_count(table); i++)
        if (!leadkpi_table_column_type(table, i) ||
            leadkpi_table_column_type(table, i) > LEADKPI_TYPE_DECIMAL)
            return true;
    return false;
}

/* Out as Arrow and in again, whatever of it is borrowed; the first handle is given back in between.
 */
static void there_and_back(leadkpi_table *table)
{
    struct ArrowArray array;
    struct ArrowSchema schema;
    leadkpi_table *back;
    leadkpi_status status = leadkpi_arrow_export(table, &array, &schema, NULL);
    MUST((status == LEADKPI_OK) == !has_other(table));
    if (status != LEADKPI_OK) return;
    MUST(leadkpi_arrow_import(NULL, &array, &schema, &back, NULL) == LEADKPI_OK);
    schema.release(&schema);
    MUST(leadkpi_table_row_count(back) == leadkpi_table_row_count(table));
    MUST(leadkpi_table_column_count(back) == leadkpi_table_column_count(table));
    for (int32_t i = 0; i < leadkpi_table_column_count(table); i++)
        for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
            same_cell(read_cell(table, i, row), read_cell(back, i, row));
    leadkpi_table_free(back);
}

static void read_all(leadkpi_table *table)
{
    for (int32_t i = 0; i < leadkpi_table_column_count(table); i++) {
        MUST(strlen(leadkpi_table_column_name(table, i)) > 0);
        for (size_t row = 0; row < leadkpi_table_row_count(table); row++) read_cell(table, i, row);
    }
    there_and_back(table);
}

static void import(batch *b, const leadkpi_host *host)
{
    leadkpi_table *table;
    leadkpi_error error;
    struct ArrowArray before = b->array;
    leadkpi_status status = leadkpi_arrow_import(host, &b->array, &b->schema, &table, &error);
    b->schema.release(&b->schema); /* only read: nothing of it is kept */
    if (status != LEADKPI_OK) {
        MUST(!table && b->memory.releases == 0 && error.message[0]);
        MUST(memcmp(&before, &b->array, sizeof before) == 0);
        b->array.release(&b->array);
        return;
    }
    MUST(!b->array.release && b->memory.releases == 0 && !b->is_moved);
    refuse_at = 0;
    read_all(table);
    leadkpi_table_retain(table);
    leadkpi_table_free(table);
    MUST(b->memory.releases == 0);
    leadkpi_table_free(table);
}

/* ---- streams ----------------------------------------------------------------------------- */

typedef struct source {
    batch *next; /* NULL: no more */
    int releases;
    bool fails, is_dumb; /* after the batch; at once */
} source;

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    source *from = stream->private_data;
    if (from->is_dumb) return 5;
    *out = from->next->schema;
    return 0;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    source *from = stream->private_data;
    memset(out, 0, sizeof *out);
    if (from->next) {
        *out = from->next->array;
        from->next = NULL;
        return 0;
    }
    return from->fails ? 22 : 0;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "no more";
}

static void stream_release(struct ArrowArrayStream *stream)
{
    source *from = stream->private_data;
    from->releases++;
    stream->release = NULL;
}

static void read_stream(batch *b, const leadkpi_host *host, uint8_t flags)
{
    source from = {b, 0, flags & 2, flags & 4};
    struct ArrowArrayStream stream = {stream_schema, stream_next, stream_error, stream_release,
                                      &from};
    leadkpi_arrow_reader *reader;
    leadkpi_table *table = NULL;
    if (leadkpi_arrow_reader_create(host, &stream, &reader, NULL) != LEADKPI_OK) {
        MUST(!reader && stream.release && from.releases == 0);
        stream.release(&stream);
        if (b->names.releases == 0) release_schema(&b->schema); /* was not asked for */
        release_array(&b->array);
        return;
    }
    MUST(!stream.release);
    leadkpi_status status = leadkpi_arrow_reader_next(reader, &table, NULL);
    bool is_taken = from.next == NULL;
    MUST(is_taken || status != LEADKPI_OK);
    refuse_at = 0;
    if (status == LEADKPI_OK) {
        leadkpi_table *none;
        status = leadkpi_arrow_reader_next(reader, &none, NULL);
        MUST(!none && status == (from.fails ? LEADKPI_BAD_FORMAT : LEADKPI_OK));
    }
    leadkpi_arrow_reader_free(reader);
    MUST(from.releases == 1);
    if (table) {
        MUST(b->memory.releases == 0);
        read_all(table);
    }
    leadkpi_table_free(table);
    if (!is_taken) release_array(&b->array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader reader = {data, size};
    leadkpi_host host = refusing_host();
    batch b;
    uint8_t flags = fuzz_byte(&reader), refused = fuzz_byte(&reader);
    read_batch(&b, &reader);
    refuse_at = refused > 200 ? refused - 200 : 0;
    if (flags & 1)
        read_stream(&b, &host, flags);
    else
        import(&b, &host);
    refuse_at = 0;
    MUST(b.memory.releases == 1 && b.names.releases == 1);
    return 0;
}
