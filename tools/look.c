#include <stdlib.h>

#include "commands.h"
#include "facts.h"
#include "profile.h"
#include "utf8.h"
#include "unknown.h"

/* A file as it is looked at. */
typedef struct looking {
    const char *path;
    input_encoding encoding;
    char delimiter;
    input in;
    file_layout layout;
    file_facts facts;
} looking;

static void print_layout(const looking *l)
{
    const file_layout *layout = &l->layout;
    printf("%s\n", l->in.name);
    printf("  encoding    %s%s\n", input_encoding_name(l->in.encoding),
           l->in.has_mark ? ", with a byte order mark" : "");
    printf("  delimiter   %s\n", layout_delimiter_name(layout->delimiter));
    printf("  line ends   %s\n", layout->crlf ? "CRLF" : layout->line_end == '\r' ? "CR" : "LF");
    printf("  header      line %lld, %zu columns\n", (long long)layout->header_line,
           layout->column_count);
    for (const char *line = layout->preamble.data; line && *line;) {
        size_t length = strcspn(line, "\n");
        printf("  skipped     %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    printf("  rows        %zu%s", l->facts.rows,
           l->facts.whole_file ? "" : " looked at, at the start of the file");
    if (l->facts.totals) printf(", and %zu of totals, which are left out", l->facts.totals);
    if (l->facts.uneven)
        printf("; %zu have another number of fields than the header", l->facts.uneven);
    putchar('\n');
}

/* What to know about how the values are written. */
static const char *remark(const column_facts *facts)
{
    if (facts_is_time(facts)) {
        if (facts->proves_day_first && facts->proves_month_first)
            return "day and month in both orders!";
        if (facts->proves_day_first) return "day first";
        if (facts->proves_month_first) return "month first";
        if (facts->ambiguous) return "day or month first? say --dates";
        if (facts->bare_digits && facts->with_offset) return "counted since 1970";
        return facts->with_offset ? "with offset" : "";
    }
    if (!facts_is_number(facts)) return "";
    if (facts->proves_dot && facts->proves_comma) return "decimal dots and commas!";
    return facts->proves_comma ? "decimal comma" : "";
}

static size_t widest_name(const looking *l)
{
    size_t width = 6;
    for (size_t i = 0; i < l->layout.column_count; i++) {
        size_t used = text_columns(l->layout.names[i], strlen(l->layout.names[i]));
        if (used > width) width = used;
    }
    return width > 40 ? 40 : width;
}

static void print_padded(const char *text, size_t width)
{
    text_buffer shown = {0};
    text_put_shown(&shown, slice_of(text));
    size_t used = shown.length ? text_columns(shown.data, shown.length) : 0;
    if (shown.length) fputs(shown.data, stdout);
    while (used++ < width) putchar(' ');
    text_free(&shown);
}

static void print_example(const char *before, slice text)
{
    fputs(before, stdout);
    text_write_shown(stdout, (slice){text.data, slice_cut(text, 30)});
}

static void print_columns(const looking *l)
{
    size_t width = widest_name(l);
    printf("\n  ");
    print_padded("column", width);
    printf("  type          filled  examples\n");
    for (size_t i = 0; i < l->layout.column_count; i++) {
        const column_facts *facts = &l->facts.columns[i];
        printf("  ");
        print_padded(l->layout.names[i], width);
        printf("  %-12s  %5d %%  ", facts_type(facts),
               l->facts.rows ? (int)(facts->filled * 100 / l->facts.rows) : 0);
        for (size_t e = 0; e < facts->example_count; e++)
            print_example(e ? " | " : "", slice_of(facts->examples[e]));
        if (facts->currency[0] && facts_is_number(facts)) printf("  (%s)", facts->currency);
        if (*remark(facts)) printf("  (%s)", remark(facts));
        putchar('\n');
    }
}

/* For the shell: in quotes where it holds anything unusual. */
static void print_quoted(const char *text)
{
    if (*text &&
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,=:") ==
            strlen(text)) {
        fputs(text, stdout);
        return;
    }
    putchar('\'');
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
    putchar('\'');
}

/* Does the map give the file's rows a `target`? */
static bool has_target(const looking *l, const profile *p, const char *target)
{
    const map_entry *entry = map_find(&p->map, target);
    return entry && (entry->is_literal || map_entry_column(entry, &l->layout, NULL) >= 0);
}

static void print_report(const looking *l, const profile *p)
{
    printf("\n  to go on, type:\n    leadkpi report --%s ", table_kind_name(p->map.kind));
    print_quoted(l->path);
    printf(" --profile %s", p->name);
    if (has_target(l, p, "channel")) printf(" --by channel");
    putchar('\n');
}

static void put_name(text_buffer *line, const char *name, const char *otherwise)
{
    bool is_plain = !strpbrk(name, ",;\"|") && *name;
    text_print(line, line->length ? ",%s" : "%s", is_plain ? name : otherwise);
}

/* The first values of the column that is the target, to put in order. */
static void put_examples(text_buffer *line, const looking *l, const profile *p, const char *target, const char *otherwise)
{
    const map_entry *entry = map_find(&p->map, target);
    int column = entry && !entry->is_literal ? map_entry_column(entry, &l->layout, NULL) : -1;
    for (size_t i = 0; column >= 0 && i < l->facts.columns[column].example_count; i++)
        put_name(line, l->facts.columns[column].examples[i], otherwise);
}

/* The stages as a line to put in order: the first in the file, else those of columns of their own. */
static void print_stages(const looking *l, const profile *p)
{
    text_buffer line = {0};
    put_examples(&line, l, p, "stage", "STAGE");
    bool is_wide = line.length == 0;
    for (size_t i = 0; is_wide && i < p->map.entry_count; i++) {
        const map_entry *entry = &p->map.entries[i];
        if (strncmp(entry->target, "stage:", 6) == 0 && map_entry_column(entry, &l->layout, NULL) >= 0)
            put_name(&line, entry->target + 6, "STAGE");
    }
    printf("\n  who went where, and how long it took, with all stages in their order:\n    leadkpi stages ");
    print_quoted(l->path);
    printf(" --profile %s --stages ", p->name);
    print_quoted(line.length ? line.data : "STAGE,STAGE");
    putchar('\n');
    text_free(&line);
}

static void print_funnel(const looking *l, const profile *p)
{
    text_buffer line = {0};
    put_examples(&line, l, p, "event", "EVENT");
    printf("\n  how many got how far, with the steps in their order:\n    leadkpi funnel --events ");
    print_quoted(l->path);
    printf(" --profile %s --steps ", p->name);
    print_quoted(line.length ? line.data : "EVENT,EVENT");
    if (has_target(l, p, "channel")) printf(" --by channel");
    putchar('\n');
    text_free(&line);
}

static void print_responses(const looking *l, const profile *p)
{
    bool is_response = p->map.kind == TABLE_RESPONSES;
    printf("\n  how fast leads are answered%s:\n    leadkpi responses LEADS %s", is_response ? "" : ", and what that is worth",
           is_response ? "--responses " : "--responses RESPONSES --conversions ");
    print_quoted(l->path);
    printf(" --profile %s%s\n", p->name, is_response ? "" : " --show bands");
}

static void print_fit(const looking *l, const profile *p)
{
    printf("\n  fits the profile %s%s%s%s:\n", p->name, p->map.about ? " (" : "",
           p->map.about ? p->map.about : "", p->map.about ? ")" : "");
    for (size_t i = 0; i < p->map.entry_count; i++) {
        const map_entry *entry = &p->map.entries[i];
        int column = entry->is_literal ? -1 : map_entry_column(entry, &l->layout, NULL);
        if (entry->is_literal)
            printf("    %-18s \"%s\" in every row\n", entry->target, entry->literal);
        else if (column >= 0)
            printf("    %-18s %s\n", entry->target, l->layout.names[column]);
    }
    if (p->map.kind != TABLE_CONVERSIONS && p->map.kind != TABLE_EVENTS) print_report(l, p);
    if (p->map.kind == TABLE_EVENTS) print_funnel(l, p);
    if (p->map.kind == TABLE_STAGES) print_stages(l, p);
    if (p->map.kind == TABLE_RESPONSES || p->map.kind == TABLE_CONVERSIONS) print_responses(l, p);
}

/* No profile fits: the likely columns, the first time and the fullest of the others. */
static void print_guess(const looking *l)
{
    int id = -1, when = -1;
    for (size_t i = 0; i < l->layout.column_count; i++) {
        const column_facts *facts = &l->facts.columns[i];
        if (when < 0 && facts_is_time(facts))
            when = (int)i;
        else if (!facts_is_time(facts) && facts->filled > (id < 0 ? 0 : l->facts.columns[id].filled))
            id = (int)i;
    }
    printf("\n  no profile fits. To go on, say which column is what, such as:\n    leadkpi report "
           "--leads ");
    print_quoted(l->path);
    text_buffer map = {0};
    text_print(&map, "id=[%s],time=[%s]", id >= 0 ? l->layout.names[id] : "COLUMN",
               when >= 0 ? l->layout.names[when] : "COLUMN");
    printf(" --map ");
    print_quoted(map.data);
    putchar('\n');
    text_free(&map);
}

static int look_at(looking *l, trouble *why)
{
    profile_list list;
    size_t columns;
    TOOL_TRY(input_open(&l->in, l->path, l->encoding, why));
    TOOL_TRY(layout_find(&l->layout, &l->in, l->delimiter, why));
    facts_of_head(&l->facts, &l->layout, &l->in);
    TOOL_TRY(profile_list_read(&list, why));
    print_layout(l);
    print_columns(l);
    const profile *best = profile_best(&list, &l->layout, NULL, &columns);
    if (best)
        print_fit(l, best);
    else
        print_guess(l);
    profile_list_free(&list);
    return TOOL_GOOD;
}

static int read_arguments(looking *l, int count, char **arguments, trouble *why)
{
    for (int i = 0; i < count; i++) {
        if (strncmp(arguments[i], "--encoding=", 11) == 0) {
            if (!input_encoding_parse(slice_of(arguments[i] + 11), &l->encoding))
                return trouble_unknown(why, "--encoding", INPUT_ENCODINGS, slice_of(arguments[i] + 11), "");
        } else if (strncmp(arguments[i], "--delimiter=", 12) == 0 && strlen(arguments[i]) == 13) {
            l->delimiter = arguments[i][12];
        } else if (!l->path && (arguments[i][0] != '-' || arguments[i][1] == '\0')) {
            l->path = arguments[i];
        } else {
            return trouble_set(
                why, TOOL_USAGE,
                "look: expected one FILE, --encoding=NAME or --delimiter=C, found \"%s\"",
                arguments[i]);
        }
    }
    if (l->path) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE, "look: expected a FILE (- for standard input), found none");
}

int command_look(int count, char **arguments, trouble *why)
{
    looking l = {0};
    int code = read_arguments(&l, count, arguments, why);
    if (code == TOOL_GOOD) code = look_at(&l, why);
    facts_free(&l.facts);
    layout_free(&l.layout);
    input_close(&l.in);
    return code;
}
