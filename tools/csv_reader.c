#include "csv_reader.h"

#include <stdlib.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "utf8.h"

#define BLOCK ((size_t)64)
#define BUFFER_BYTES ((size_t)256 * 1024)

/* One bit a byte of the block: a delimiter or a line end. The buffer is padded
 * by a block, so that the load is always inside it.
 *
 * Cost with SSE2: 4 loads, 8 compares, 4 moves of masks for 64 bytes, no
 * branch; the loop over fields then takes one count of trailing zeros a field.
 * The plain form gives the same bits at about a byte a cycle. */
static uint64_t marks(const char *block, char delimiter, char line_end)
{
    uint64_t mask = 0;
#if defined(__SSE2__)
    const __m128i d = _mm_set1_epi8(delimiter), n = _mm_set1_epi8(line_end);
    for (int i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + 16 * i));
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(bytes, d), _mm_cmpeq_epi8(bytes, n));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (16 * i);
    }
#else
    for (unsigned i = 0; i < BLOCK; i++)
        mask |= (uint64_t)(block[i] == delimiter || block[i] == line_end) << i;
#endif
    return mask;
}

static unsigned lowest_bit(uint64_t mask)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(mask);
#else
    unsigned bit = 0;
    while (!(mask >> bit & 1)) bit++;
    return bit;
#endif
}

/* Marks from `at` on, and none past the end of the data. */
static void look_from(csv_reader *r, const char *at)
{
    r->block = at;
    r->mask = at < r->end ? marks(at, r->delimiter, r->line_end) : 0;
    if ((size_t)(r->end - at) < BLOCK) r->mask &= ((uint64_t)1 << (r->end - at)) - 1;
}

/* The next delimiter or line end, taken off the marks; NULL: none in the data. */
static char *next_mark(csv_reader *r)
{
    while (r->mask == 0) {
        if ((size_t)(r->end - r->block) <= BLOCK) return NULL;
        look_from(r, r->block + BLOCK);
    }
    char *place = r->buffer + (r->block - r->buffer) + lowest_bit(r->mask);
    r->mask &= r->mask - 1;
    return place;
}

static csv_answer problem(csv_reader *r, csv_answer answer, int64_t line, size_t column,
                          const char *text)
{
    r->problem.line = line;
    r->problem.column = column;
    snprintf(r->problem.text, sizeof r->problem.text, "%s", text);
    return answer;
}

void csv_start(csv_reader *reader, input *in, char delimiter, char line_end)
{
    *reader = (csv_reader){.in = in, .delimiter = delimiter, .line_end = line_end, .next_line = 1};
    reader->capacity = BUFFER_BYTES;
    reader->buffer = tool_allocate(BUFFER_BYTES + BLOCK, 1);
    reader->at = reader->end = reader->buffer;
    reader->field_capacity = 64;
    reader->fields = tool_allocate(reader->field_capacity, sizeof(csv_field));
}

void csv_finish(csv_reader *reader)
{
    free(reader->buffer);
    free(reader->fields);
    *reader = (csv_reader){0};
}

/* More bytes behind the open record, which moves to the front. false: there
 * are none, or the record is longer than the limit. */
static bool fill(csv_reader *r)
{
    size_t open = (size_t)(r->end - r->at);
    if (r->input_ended) return false;
    if (r->at > r->buffer) memmove(r->buffer, r->at, open);
    if (open == r->capacity) {
        if (r->capacity >= CSV_RECORD_BYTES) return false;
        r->capacity *= 2;
        r->buffer = tool_resize(r->buffer, r->capacity + BLOCK, 1);
    }
    size_t more = input_read(r->in, r->buffer + open, r->capacity - open);
    if (more == 0) r->input_ended = true;
    r->at = r->buffer;
    r->end = r->buffer + open + more;
    memset(r->end, 0, BLOCK);
    size_t length = open + more, plain = text_plain_prefix(r->buffer, length);
    while (plain < length && (signed char)r->buffer[plain] > 0) plain++;
    r->plain = plain == length;
    return true;
}

static void store(csv_reader *r, csv_field field)
{
    r->found++;
    if (r->stored == r->field_capacity) {
        if (r->field_capacity >= CSV_COLUMNS) return;
        r->field_capacity *= 2;
        r->fields = tool_resize(r->fields, r->field_capacity, sizeof *r->fields);
    }
    r->fields[r->stored++] = field;
}

/* How a field or a record ended. */
typedef enum csv_step {
    STEP_FIELD,  /* at a delimiter */
    STEP_RECORD, /* at a line end, or the end of the input */
    STEP_MORE,   /* the data ended inside it */
    STEP_OPEN,   /* the input ended inside quotes */
    STEP_AFTER   /* something stands behind a closing quote */
} csv_step;

/* The end of a quoted field that starts at `p`; `*end` is its closing quote. */
static csv_step find_closing_quote(csv_reader *r, char *p, char **end, csv_field *field)
{
    for (char *q = p + 1;; q += 2) {
        q = memchr(q, '"', (size_t)(r->end - q));
        if (!q) return r->input_ended ? STEP_OPEN : STEP_MORE;
        if (q + 1 == r->end && !r->input_ended) return STEP_MORE;
        if (q + 1 == r->end || q[1] != '"') {
            *end = q;
            return STEP_FIELD;
        }
        field->doubled_quotes = true;
    }
}

static csv_step quoted_field(csv_reader *r, char **at)
{
    csv_field field = {.data = *at + 1, .quoted = true};
    char *close;
    csv_step step = find_closing_quote(r, *at, &close, &field);
    if (step != STEP_FIELD) return step;
    field.length = (uint32_t)(close - field.data);
    for (const char *n = field.data; (n = memchr(n, r->line_end, (size_t)(close - n))); n++)
        r->next_line++;
    store(r, field);
    char *p = close + 1;
    if (p < r->end && *p == '\r' && r->line_end == '\n') p++;
    if (p == r->end && !r->input_ended) return STEP_MORE;
    *at = p < r->end ? p + 1 : p;
    if (p == r->end || *p == r->line_end) return STEP_RECORD;
    if (*p == r->delimiter) {
        look_from(r, *at);
        return STEP_FIELD;
    }
    *at = close + 1;
    return STEP_AFTER;
}

static csv_step plain_field(csv_reader *r, char **at)
{
    char *start = *at, *mark = next_mark(r);
    if (!mark && !r->input_ended) return STEP_MORE;
    char *end = mark ? mark : r->end;
    bool last = !mark || *mark == r->line_end;
    *at = mark ? mark + 1 : r->end;
    if (last && end > start && end[-1] == '\r') end--;
    store(r, (csv_field){.data = start, .length = (uint32_t)(end - start)});
    return last ? STEP_RECORD : STEP_FIELD;
}

/* The fields from r->at on; `*next` is where the record after it starts.
 * The line numbers it counts are taken back when it has to start anew. */
static csv_step one_record(csv_reader *r, char **next)
{
    int64_t line = r->next_line;
    csv_step step;
    r->stored = r->found = 0;
    *next = r->at;
    look_from(r, r->at);
    do {
        bool quoted = *next < r->end && **next == '"';
        step = quoted ? quoted_field(r, next) : plain_field(r, next);
    } while (step == STEP_FIELD);
    r->next_line = step == STEP_MORE ? line : r->next_line + (step == STEP_RECORD);
    return step;
}

static void undo_doubled_quotes(csv_field *field)
{
    size_t out = 0;
    for (size_t i = 0; i < field->length; i++) {
        field->data[out++] = field->data[i];
        if (field->data[i] == '"') i++;
    }
    field->length = (uint32_t)out;
}

static csv_answer fatal_end(csv_reader *r)
{
    if (r->in->failed) return problem(r, CSV_FATAL, r->line, 0, "cannot be read any further");
    return problem(
        r, CSV_FATAL, r->line, r->found + 1,
        "expected a record of at most 16 MiB, found a longer one: is a quote not closed?");
}

/* A record that is no CSV: on to the end of its line, `p` being somewhere in
 * it. The whole of it becomes the one field that is left. */
static bool skip_line(csv_reader *r, char *p)
{
    char *end;
    while (!(end = memchr(p, r->line_end, (size_t)(r->end - p))) && !r->input_ended) {
        size_t offset = (size_t)(p - r->at);
        if (!fill(r)) return false;
        p = r->at + offset;
    }
    if (!end) end = r->end;
    r->stored = 0;
    store(r, (csv_field){.data = r->at, .length = (uint32_t)(end - r->at)});
    r->at = end < r->end ? end + 1 : end;
    r->next_line++;
    return true;
}

static csv_answer closed_record(csv_reader *r, char *next)
{
    bool clean = r->plain || text_is_clean(r->at, (size_t)(next - r->at));
    r->at = next;
    for (size_t i = 0; i < r->stored; i++)
        if (r->fields[i].doubled_quotes) undo_doubled_quotes(&r->fields[i]);
    if (clean) return CSV_RECORD;
    for (size_t i = 0; i < r->stored; i++) {
        if (text_is_clean(r->fields[i].data, r->fields[i].length)) continue;
        bool nul = memchr(r->fields[i].data, 0, r->fields[i].length) != NULL;
        return problem(r, CSV_BAD, r->line, i + 1,
                       nul ? "expected text, found a NUL byte"
                           : "expected UTF-8, found other bytes (see --encoding)");
    }
    return CSV_RECORD; /* what is not clean stands behind the columns that are kept */
}

/* The record as read so far, and what it means. */
static csv_answer finish_record(csv_reader *r, csv_step step, char *next)
{
    if (step == STEP_OPEN)
        return problem(r, CSV_FATAL, r->line, r->found + 1,
                       "expected a closing quote, found the end of the file");
    if (step == STEP_AFTER) {
        size_t column = r->found;
        if (!skip_line(r, next)) return fatal_end(r);
        return problem(
            r, CSV_BAD, r->line, column,
            "expected a delimiter or a line end behind the closing quote, found more text");
    }
    return closed_record(r, next);
}

csv_answer csv_next(csv_reader *reader)
{
    csv_reader *r = reader;
    for (;;) {
        if (r->at == r->end && !fill(r)) return r->in->failed ? fatal_end(r) : CSV_END;
        if (r->at == r->end) return r->in->failed ? fatal_end(r) : CSV_END;
        r->line = r->next_line;
        char *next;
        csv_step step = one_record(r, &next);
        if (step == STEP_MORE) {
            if (!fill(r)) return fatal_end(r);
            continue;
        }
        bool empty = step == STEP_RECORD && r->found == 1 && r->fields[0].length == 0 &&
                     !r->fields[0].quoted;
        if (!empty) return finish_record(r, step, next);
        r->at = next;
    }
}
