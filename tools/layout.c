#include "layout.h"

#include <stdlib.h>

/* Records of the head that decide. */
#define LOOKED_RECORDS 200

static const char delimiters[] = {',', ';', '\t', '|'};

static char line_end_of(const input *head_of, bool *crlf)
{
    input head;
    char text[4096];
    size_t length;
    bool cr = false, lf = false;
    *crlf = false;
    input_over_head(&head, head_of);
    while (!lf && (length = input_read(&head, text, sizeof text)) > 0) {
        const char *at = memchr(text, '\n', length);
        lf = at != NULL;
        *crlf = at && at > text && at[-1] == '\r';
        cr = cr || memchr(text, '\r', length) != NULL;
    }
    input_close(&head);
    return cr && !lf ? '\r' : '\n';
}

/* How wide the records of the head are when read with a delimiter. */
typedef struct widths {
    size_t count;
    size_t width[LOOKED_RECORDS];
    bool half_filled[LOOKED_RECORDS];
    bool blank_end[LOOKED_RECORDS]; /* its last field is empty */
    size_t usual, usual_count;
} widths;

static bool is_half_filled(const csv_reader *reader)
{
    size_t filled = 0;
    for (size_t i = 0; i < reader->stored; i++)
        filled += slice_trim((slice){reader->fields[i].data, reader->fields[i].length}).length > 0;
    return filled * 2 >= reader->stored;
}

static bool has_blank_end(const csv_reader *reader)
{
    const csv_field *last = reader->stored ? &reader->fields[reader->stored - 1] : NULL;
    return last && reader->stored == reader->found && last->length == 0;
}

/* The most frequent width above one; of two, the wider one. Lines before the
 * header are of width one, so it counts only if from its first record on most have it. */
static void find_usual(widths *w)
{
    w->usual = 1;
    w->usual_count = 0;
    for (size_t i = 0; i < w->count; i++) {
        size_t count = 0;
        if (w->width[i] < 2) continue;
        for (size_t j = i; j < w->count; j++) count += w->width[j] == w->width[i];
        bool most = count * 2 >= w->count - i;
        if (!most || count < w->usual_count) continue;
        if (count == w->usual_count && w->width[i] <= w->usual) continue;
        w->usual = w->width[i];
        w->usual_count = count;
    }
}

static void measure(widths *w, const input *in, char delimiter, char line_end)
{
    input head;
    csv_reader reader;
    csv_answer answer;
    *w = (widths){0};
    input_over_head(&head, in);
    csv_start(&reader, &head, delimiter, line_end);
    while (w->count < LOOKED_RECORDS) {
        answer = csv_next(&reader);
        if (answer == CSV_END || answer == CSV_FATAL) break;
        w->half_filled[w->count] = is_half_filled(&reader);
        w->blank_end[w->count] = has_blank_end(&reader);
        w->width[w->count++] = reader.found;
    }
    /* the head may end inside its last record */
    if (w->count > 2 && head.head_at == head.head_length && in->head_length == INPUT_HEAD_BYTES &&
        reader.input_ended)
        w->count--;
    find_usual(w);
    csv_finish(&reader);
    input_close(&head);
}

/* The delimiter under which most records have the same width above one. */
static char find_delimiter(const input *in, char line_end)
{
    char best = ',';
    size_t best_score = 0;
    for (size_t i = 0; i < sizeof delimiters; i++) {
        widths w;
        measure(&w, in, delimiters[i], line_end);
        if (w.usual < 2 || w.count == 0) continue;
        size_t score = w.usual_count * 64 + (w.usual < 64 ? w.usual : 63);
        if (score <= best_score) continue;
        best_score = score;
        best = delimiters[i];
    }
    return best;
}

/* The rows, but not the header, may end in a delimiter: then the first row is as
 * wide as most, its last field is empty, and the header before it is one shorter. */
static size_t find_header(const widths *w, bool *rows_end_blank)
{
    *rows_end_blank = false;
    for (size_t i = 0; i < w->count; i++) {
        if (w->width[i] != w->usual || !w->half_filled[i]) continue;
        *rows_end_blank = i > 0 && w->blank_end[i] && w->width[i - 1] == w->usual - 1 &&
                          w->half_filled[i - 1];
        return i - *rows_end_blank;
    }
    return 0;
}

static void take_header(file_layout *out, const csv_reader *reader)
{
    out->header_line = reader->line;
    out->column_count = reader->stored;
    out->names = tool_allocate(reader->stored, sizeof *out->names);
    for (size_t i = 0; i < reader->stored; i++)
        out->names[i] =
            tool_copy(slice_trim((slice){reader->fields[i].data, reader->fields[i].length}));
}

static void take_preamble(file_layout *out, const csv_reader *reader)
{
    slice first = {reader->fields[0].data, reader->fields[0].length};
    text_print(&out->preamble, "line %lld: %.*s\n", (long long)reader->line, SLICE_ARGS(first));
}

int layout_find(file_layout *out, const input *in, char delimiter, trouble *why)
{
    *out = (file_layout){0};
    out->line_end = line_end_of(in, &out->crlf);
    out->delimiter = delimiter ? delimiter : find_delimiter(in, out->line_end);
    widths w;
    measure(&w, in, out->delimiter, out->line_end);
    out->header_record = find_header(&w, &out->rows_end_blank);

    input head;
    csv_reader reader;
    int code = TOOL_GOOD;
    input_over_head(&head, in);
    csv_start(&reader, &head, out->delimiter, out->line_end);
    for (size_t i = 0; i <= out->header_record && code == TOOL_GOOD; i++) {
        csv_answer answer = csv_next(&reader);
        bool at_end = reader.input_ended && (answer == CSV_FATAL || reader.at == reader.end);
        if (at_end && in->head_length == INPUT_HEAD_BYTES)
            code = trouble_set(why, TOOL_DATA, "%s: expected a header that ends in the first %zu bytes, found none%s",
                               in->name, INPUT_HEAD_BYTES, answer == CSV_FATAL ? ": a quote is open there" : "");
        else if (answer == CSV_END)
            code = trouble_set(why, TOOL_DATA, "%s: expected a header line, found an empty file",
                               in->name);
        else if (answer != CSV_RECORD)
            code = trouble_set(why, TOOL_DATA, "%s:%lld: in the header: %s", in->name,
                               (long long)reader.problem.line, reader.problem.text);
        else if (i == out->header_record && reader.found > CSV_COLUMNS)
            code = trouble_set(why, TOOL_DATA, "%s:%lld: expected at most %d columns, found %zu",
                               in->name, (long long)reader.line, CSV_COLUMNS, reader.found);
        else if (i == out->header_record)
            take_header(out, &reader);
        else
            take_preamble(out, &reader);
    }
    csv_finish(&reader);
    input_close(&head);
    if (code != TOOL_GOOD) layout_free(out);
    return code;
}

void layout_free(file_layout *layout)
{
    for (size_t i = 0; i < layout->column_count; i++) free(layout->names[i]);
    free(layout->names);
    text_free(&layout->preamble);
    layout->names = NULL;
    layout->column_count = 0;
}

bool layout_fits(const file_layout *layout, const csv_reader *reader)
{
    if (reader->found == layout->column_count) return true;
    return layout->rows_end_blank && reader->found == layout->column_count + 1 &&
           has_blank_end(reader);
}

int layout_start(const file_layout *layout, csv_reader *reader, input *in, trouble *why)
{
    csv_start(reader, in, layout->delimiter, layout->line_end);
    for (size_t i = 0; i <= layout->header_record; i++) {
        csv_answer answer = csv_next(reader);
        if (answer == CSV_RECORD || answer == CSV_BAD) continue;
        int code = trouble_set(why, TOOL_DATA, "%s: the header can no longer be read", in->name);
        csv_finish(reader);
        return code;
    }
    return TOOL_GOOD;
}

/* "Amount spent (*)" against "Amount spent (USD)". */
static bool matches_any_currency(slice name, slice pattern, slice *currency)
{
    size_t stem = pattern.length - 2; /* with its bracket */
    if (name.length != stem + 4 || name.data[name.length - 1] != ')') return false;
    if (!slice_equal_folded((slice){name.data, stem}, (slice){pattern.data, stem})) return false;
    for (size_t i = stem; i < stem + 3; i++)
        if (name.data[i] < 'A' || name.data[i] > 'Z') return false;
    if (currency) *currency = (slice){name.data + stem, 3};
    return true;
}

int layout_column(const file_layout *layout, slice name, slice *currency)
{
    bool any = name.length > 3 && memcmp(name.data + name.length - 3, "(*)", 3) == 0;
    for (size_t i = 0; i < layout->column_count; i++)
        if (slice_is(name, layout->names[i])) return (int)i;
    for (size_t i = 0; i < layout->column_count; i++) {
        slice column = slice_of(layout->names[i]);
        if (slice_equal_folded(name, column)) return (int)i;
        if (any && matches_any_currency(column, name, currency)) return (int)i;
    }
    return -1;
}

bool layout_is_total(const csv_reader *reader)
{
    static const char *const words[] = {"Total",  "Totals",      "Grand total", "Total general",
                                        "Gesamt", "Gesamtsumme", "Totale",      "Totaal"};
    slice first = {NULL, 0};
    for (size_t i = 0; i < reader->stored && first.length == 0; i++)
        first = slice_trim((slice){reader->fields[i].data, reader->fields[i].length});
    char initial = first.length ? (char)(first.data[0] | 32) : 0;
    if (initial != 't' && initial != 'g') return false; /* nearly every row ends here */
    if (slice_starts_folded(first, "Total:") || slice_starts_folded(first, "Total -")) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_folded(first, slice_of(words[i]))) return true;
    return false;
}

const char *layout_delimiter_name(char delimiter)
{
    switch (delimiter) {
    case ',':
        return "comma";
    case ';':
        return "semicolon";
    case '\t':
        return "tab";
    case '|':
        return "bar";
    default:
        return "other";
    }
}
