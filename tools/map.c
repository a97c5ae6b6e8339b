#include "map.h"

#include <errno.h>
#include <stdlib.h>

const char *table_kind_name(table_kind kind)
{
    static const char *const names[] = {"leads", "stages", "costs", "responses", "measures",
                                        "events", "conversions"};
    return names[kind];
}

map_entry *map_find(const field_map *map, const char *target)
{
    for (size_t i = 0; i < map->entry_count; i++)
        if (strcmp(map->entries[i].target, target) == 0) return &map->entries[i];
    return NULL;
}

static void entry_free(map_entry *entry)
{
    for (size_t i = 0; i < entry->column_count; i++) free(entry->columns[i]);
    free(entry->columns);
    free(entry->target);
    free(entry->literal);
    free(entry->if_column);
    free(entry->if_value);
}

void map_free(field_map *map)
{
    for (size_t i = 0; i < map->entry_count; i++) entry_free(&map->entries[i]);
    for (size_t i = 0; i < map->translation_count; i++) {
        free(map->translations[i].target);
        free(map->translations[i].from);
        free(map->translations[i].to);
    }
    for (size_t i = 0; i < map->path_count; i++) free(map->paths[i]);
    free(map->paths);
    free(map->entries);
    free(map->translations);
    free(map->about);
    free(map->zone);
    free(map->totals);
    *map = (field_map){0};
}

/* The first `what` that stands outside quotes and brackets; `text.length`: none. */
static size_t find_outside(slice text, const char *what)
{
    char quote = 0;
    size_t length = strlen(what);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (i + length <= text.length && memcmp(text.data + i, what, length) == 0) {
            return i;
        } else if (c == '"') {
            quote = '"';
        } else if (c == '[') {
            quote = ']';
        }
    }
    return text.length;
}

static slice before(slice text, size_t at)
{
    return slice_trim((slice){text.data, at});
}

static slice after(slice text, size_t at)
{
    if (at >= text.length) return (slice){text.data + text.length, 0};
    return slice_trim((slice){text.data + at, text.length - at});
}

/* A name without the brackets that it may stand in. */
static slice unbracketed(slice text)
{
    text = slice_trim(text);
    if (text.length >= 2 && text.data[0] == '[' && text.data[text.length - 1] == ']')
        return (slice){text.data + 1, text.length - 2};
    return text;
}

static bool is_quoted(slice text)
{
    return text.length >= 2 && text.data[0] == '"' && text.data[text.length - 1] == '"';
}

/* "a ""b""" without its quotes and with its doubled quotes single. */
static char *unquoted(slice text)
{
    char *copy = tool_copy((slice){text.data + 1, text.length - 2});
    char *out = copy;
    for (const char *p = copy; *p; p++) {
        *out++ = *p;
        if (p[0] == '"' && p[1] == '"') p++;
    }
    *out = '\0';
    return copy;
}

static bool take_hint(map_entry *entry, slice hint)
{
    if (slice_is(hint, "micros"))
        entry->micros = true;
    else if (slice_is(hint, "day-first"))
        entry->dates = DATE_DAY_FIRST;
    else if (slice_is(hint, "month-first"))
        entry->dates = DATE_MONTH_FIRST;
    else if (slice_is(hint, "comma"))
        entry->numbers = NUMBER_COMMA;
    else if (slice_is(hint, "dot"))
        entry->numbers = NUMBER_DOT;
    else
        return false;
    return true;
}

static void add_column(map_entry *entry, slice name)
{
    entry->columns = tool_resize(entry->columns, entry->column_count + 1, sizeof *entry->columns);
    entry->columns[entry->column_count++] = tool_copy(unbracketed(name));
}

static int parse_condition(map_entry *entry, slice text, const char *where, trouble *why)
{
    size_t equals = find_outside(text, "=");
    if (equals == text.length)
        return trouble_set(why, TOOL_USAGE,
                           "%s: after \"if\": expected column=value, found \"%.*s\"", where,
                           SLICE_ARGS(text));
    slice value = after(text, equals + 1);
    entry->if_column = tool_copy(before(text, equals));
    entry->if_value = is_quoted(value) ? unquoted(value) : tool_copy(value);
    return TOOL_GOOD;
}

/* What stands right of the equals sign. */
static int parse_source(map_entry *entry, slice text, const char *where, trouble *why)
{
    for (size_t at; (at = find_outside(text, " @")) < text.length; text = before(text, at)) {
        slice hint = after(text, at + 2);
        size_t next = find_outside(hint, " @");
        if (!take_hint(entry, before(hint, next)))
            return trouble_set(
                why, TOOL_USAGE,
                "%s: expected @day-first, @month-first, @comma, @dot or @micros, found \"@%.*s\"",
                where, SLICE_ARGS(hint));
        if (next < hint.length && !take_hint(entry, after(hint, next + 2)))
            return trouble_set(why, TOOL_USAGE, "%s: \"%.*s\": no such hint", where,
                               SLICE_ARGS(hint));
    }
    size_t condition = find_outside(text, " if ");
    if (condition < text.length)
        TOOL_TRY(parse_condition(entry, after(text, condition + 4), where, why));
    text = before(text, condition);
    if (text.length == 0)
        return trouble_set(why, TOOL_USAGE, "%s: %s: expected a column or \"text\", found nothing",
                           where, entry->target);
    if (is_quoted(text)) {
        entry->is_literal = true;
        entry->literal = unquoted(text);
        return TOOL_GOOD;
    }
    for (;;) {
        size_t bar = find_outside(text, "|");
        add_column(entry, before(text, bar));
        if (bar == text.length) return TOOL_GOOD;
        text = after(text, bar + 1);
    }
}

static void put_entry(field_map *map, map_entry entry)
{
    map_entry *old = map_find(map, entry.target);
    if (old) {
        entry_free(old);
        *old = entry;
        return;
    }
    map->entries = tool_resize(map->entries, map->entry_count + 1, sizeof *map->entries);
    map->entries[map->entry_count++] = entry;
}

static int put_translation(field_map *map, slice target, slice source, const char *where,
                           trouble *why)
{
    size_t bracket = (size_t)((const char *)memchr(target.data, '[', target.length) - target.data);
    slice from = (slice){target.data + bracket + 1, target.length - bracket - 2};
    if (!is_quoted(source))
        return trouble_set(why, TOOL_USAGE,
                           "%s: %.*s: expected a text in double quotes, found \"%.*s\"", where,
                           SLICE_ARGS(target), SLICE_ARGS(source));
    map->translations =
        tool_resize(map->translations, map->translation_count + 1, sizeof *map->translations);
    map->translations[map->translation_count++] = (map_translation){
        .target = tool_copy(before(target, bracket)),
        .from = tool_copy(is_quoted(from) ? (slice){from.data + 1, from.length - 2} : from),
        .to = unquoted(source)};
    return TOOL_GOOD;
}

/* Every quote and bracket finds its partner. */
static bool is_closed(slice text)
{
    char quote = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '[')
            quote = c == '"' ? '"' : ']';
    }
    return quote == 0;
}

static int parse_entry(field_map *map, slice text, const char *where, trouble *why)
{
    size_t equals = find_outside(text, "=");
    if (!is_closed(text))
        return trouble_set(why, TOOL_USAGE,
                           "%s: expected a closing quote or bracket, found none in \"%.*s\"", where,
                           SLICE_ARGS(text));
    if (equals == text.length || equals == 0)
        return trouble_set(why, TOOL_USAGE,
                           "%s: expected name=column or name=\"text\", found \"%.*s\"", where,
                           SLICE_ARGS(text));
    map_entry entry = {.optional = text.data[equals - 1] == '?'};
    slice target = before(text, equals - entry.optional), source = after(text, equals + 1);
    if (target.length == 0)
        return trouble_set(why, TOOL_USAGE,
                           "%s: expected a name before the equals sign, found none", where);
    if (target.length > 2 && target.data[target.length - 1] == ']' && target.data[0] != '[' &&
        memchr(target.data, '[', target.length))
        return put_translation(map, target, source, where, why);
    entry.target = tool_copy(unbracketed(target));
    int code = parse_source(&entry, source, where, why);
    if (code == TOOL_GOOD)
        put_entry(map, entry);
    else
        entry_free(&entry);
    return code;
}

int map_parse(field_map *map, slice text, const char *where, trouble *why)
{
    for (;;) {
        size_t comma = find_outside(text, ",");
        slice entry = before(text, comma);
        if (entry.length) TOOL_TRY(parse_entry(map, entry, where, why));
        if (comma == text.length) return TOOL_GOOD;
        text = after(text, comma + 1);
    }
}

static bool parse_kind(field_map *map, slice name)
{
    for (int kind = TABLE_LEADS; kind < TABLE_KINDS; kind++) {
        if (!slice_is(name, table_kind_name((table_kind)kind))) continue;
        map->has_kind = true;
        map->kind = (table_kind)kind;
        return true;
    }
    return false;
}

/* ":kind leads", ":about ...", ":zone UTC", ":totals campaign". */
static int parse_heading(field_map *map, slice line, const char *where, trouble *why)
{
    size_t blank = find_outside(line, " ");
    slice word = before(line, blank), rest = after(line, blank);
    if (slice_is(word, ":kind") && parse_kind(map, rest)) return TOOL_GOOD;
    char **text = NULL;
    if (slice_is(word, ":about")) text = &map->about;
    if (slice_is(word, ":zone")) text = &map->zone;
    if (slice_is(word, ":totals")) text = &map->totals;
    if (!text)
        return trouble_set(why, TOOL_USAGE,
                           "%s: expected :kind (leads, stages, costs, responses, measures), "
                           ":about, :zone or :totals, found \"%.*s\"",
                           where, SLICE_ARGS(line));
    free(*text);
    *text = tool_copy(rest);
    return TOOL_GOOD;
}

int map_parse_lines(field_map *map, slice text, const char *where, trouble *why)
{
    int line_number = 0;
    while (text.length) {
        const char *end = memchr(text.data, '\n', text.length);
        size_t length = end ? (size_t)(end - text.data) : text.length;
        slice line = {text.data, length};
        if (line.length && line.data[line.length - 1] == '\r') line.length--;
        line = slice_trim(line);
        char place[512];
        snprintf(place, sizeof place, "%s:%d", where, ++line_number);
        if (line.length && line.data[0] == ':')
            TOOL_TRY(parse_heading(map, line, place, why));
        else if (line.length && line.data[0] != '#')
            TOOL_TRY(parse_entry(map, line, place, why));
        text.data += length + (end != NULL);
        text.length -= length + (end != NULL);
    }
    return TOOL_GOOD;
}

int map_read_file(field_map *map, const char *path, trouble *why)
{
    char buffer[65536];
    FILE *file = fopen(path, "rb");
    if (!file)
        return trouble_set(why, TOOL_DATA, "%s: cannot be opened: %s", path, strerror(errno));
    size_t length = fread(buffer, 1, sizeof buffer, file);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed) return trouble_set(why, TOOL_DATA, "%s: cannot be read: %s", path, strerror(errno));
    if (length == sizeof buffer)
        return trouble_set(why, TOOL_DATA, "%s: expected a map of less than 64 KiB, found more",
                           path);
    map->paths = tool_resize(map->paths, map->path_count + 1, sizeof *map->paths);
    map->paths[map->path_count++] = tool_copy(slice_of(path));
    size_t mark = length >= 3 && memcmp(buffer, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return map_parse_lines(map, (slice){buffer + mark, length - mark}, path, why);
}

int map_entry_column(const map_entry *entry, const file_layout *layout, slice *currency)
{
    for (size_t i = 0; i < entry->column_count; i++) {
        int column = layout_column(layout, slice_of(entry->columns[i]), currency);
        if (column >= 0) return column;
    }
    return -1;
}

int map_condition_column(const map_entry *entry, const file_layout *layout)
{
    slice names = slice_of(entry->if_column ? entry->if_column : "");
    while (names.length) {
        size_t bar = find_outside(names, "|");
        int column = layout_column(layout, unbracketed(before(names, bar)), NULL);
        if (column >= 0) return column;
        names = bar < names.length ? after(names, bar + 1) : (slice){NULL, 0};
    }
    return -1;
}
