#include "report_arguments.h"

#include <stdlib.h>

#include "profile.h"
#include "unknown.h"

/* Where reading the command line stands. */
typedef struct reading {
    report_arguments *out;
    int count, at;
    char **words;
    trouble *why;
} reading;

/* The value of the option at the place: behind "=", or the next word. */
static int take_value(reading *r, const char **value)
{
    const char *equals = strchr(r->words[r->at], '=');
    if (equals) {
        *value = equals + 1;
        return TOOL_GOOD;
    }
    if (r->at + 1 == r->count)
        return trouble_set(r->why, TOOL_USAGE, "%s: expected a value behind it, found the end",
                           r->words[r->at]);
    *value = r->words[++r->at];
    return TOOL_GOOD;
}

/* The same of an option that is one for the whole run: another value than before would count alone, in silence. */
static int take_once(reading *r, const char **value)
{
    const char *word = r->words[r->at], *before = *value;
    TOOL_TRY(take_value(r, value));
    if (!before || strcmp(before, *value) == 0) return TOOL_GOOD;
    return trouble_set(r->why, TOOL_USAGE, "%.*s: expected to be told once, found \"%.200s\" and \"%.200s\"",
                       (int)strcspn(word, "="), word, before, *value);
}

static bool is_option(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

/* ---- files ------------------------------------------------------------------- */

static int add_file(reading *r, table_kind kind, const char *path)
{
    report_arguments *out = r->out;
    for (size_t i = 0; i < out->file_count; i++)
        if (strcmp(path, "-") == 0 && strcmp(out->files[i].path, "-") == 0)
            return trouble_set(r->why, TOOL_USAGE, "-: standard input can be read once");
    out->files = tool_resize(out->files, out->file_count + 1, sizeof *out->files);
    load_file *file = &out->files[out->file_count++];
    *file = out->every_file;
    file->kind = kind;
    file->path = path;
    file->map = (field_map){0};
    file->has_map = false;
    if (!file->profile) return TOOL_GOOD;
    file->has_map = true;
    return profile_apply(file->profile, kind, &file->map, r->why);
}

/* The file that an option is about: the one named last, or every one that follows. */
static load_file *file_of(reading *r)
{
    report_arguments *out = r->out;
    return out->file_count ? &out->files[out->file_count - 1] : &out->every_file;
}

static int needs_file(const reading *r, const char *option)
{
    if (r->out->file_count) return TOOL_GOOD;
    return trouble_set(r->why, TOOL_USAGE,
                       "%s: expected behind the file that it is about, found before any", option);
}

static int take_map(reading *r, const char *option)
{
    const char *value;
    TOOL_TRY(take_value(r, &value));
    TOOL_TRY(needs_file(r, option));
    load_file *file = file_of(r);
    file->has_map = true;
    if (strcmp(option, "--map-file") == 0) return map_read_file(&file->map, value, r->why);
    return map_parse(&file->map, slice_of(value), "--map", r->why);
}

static int take_profile(reading *r)
{
    load_file *file = file_of(r);
    TOOL_TRY(take_value(r, &file->profile));
    if (r->out->file_count == 0) return TOOL_GOOD; /* kept for every file */
    field_map told = file->map;
    file->map = (field_map){0};
    file->has_map = true;
    int code = profile_apply(file->profile, file->kind, &file->map, r->why);
    if (code == TOOL_GOOD && told.entry_count)
        code = trouble_set(r->why, TOOL_USAGE,
                           "--profile %s: expected before --map, which adds to it", file->profile);
    map_free(&told);
    return code;
}

static int take_delimiter(reading *r)
{
    const char *value;
    TOOL_TRY(take_value(r, &value));
    static const char *const names[] = {"comma", "semicolon", "tab", "bar"};
    static const char signs[] = {',', ';', '\t', '|'};
    char *out = &file_of(r)->delimiter;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(value, names[i]) == 0) return *out = signs[i], TOOL_GOOD;
    bool usable = strlen(value) == 1 && !strchr("\"\r\n", value[0]) && (signed char)value[0] > 0;
    if (usable) return *out = value[0], TOOL_GOOD;
    return trouble_unknown(r->why, "--delimiter", "comma, semicolon, tab, bar", slice_of(value), "; or one character");
}

static int take_encoding(reading *r)
{
    const char *value;
    TOOL_TRY(take_value(r, &value));
    if (input_encoding_parse(slice_of(value), &file_of(r)->encoding)) return TOOL_GOOD;
    return trouble_unknown(r->why, "--encoding", INPUT_ENCODINGS, slice_of(value), "");
}

static int take_dates(reading *r)
{
    const char *value;
    TOOL_TRY(take_value(r, &value));
    load_file *file = file_of(r);
    if (strcmp(value, "day-first") == 0) return file->dates = DATE_DAY_FIRST, TOOL_GOOD;
    if (strcmp(value, "month-first") == 0) return file->dates = DATE_MONTH_FIRST, TOOL_GOOD;
    return trouble_unknown(r->why, "--dates", "day-first, month-first", slice_of(value), "");
}

static int take_decimal(reading *r)
{
    const char *value;
    TOOL_TRY(take_value(r, &value));
    load_file *file = file_of(r);
    if (strcmp(value, "comma") == 0) return file->numbers = NUMBER_COMMA, TOOL_GOOD;
    if (strcmp(value, "dot") == 0) return file->numbers = NUMBER_DOT, TOOL_GOOD;
    return trouble_unknown(r->why, "--decimal", "comma, dot", slice_of(value), "");
}

/* ---- tables ------------------------------------------------------------------- */

static const char *grain_of(slice word)
{
    for (size_t i = 0; load_periods[i]; i++)
        if (slice_is(word, load_periods[i])) return load_periods[i];
    return NULL;
}

static void add_dimension(report_arguments *out, slice name)
{
    for (size_t i = 0; i < out->dimension_count; i++)
        if (slice_is(name, out->dimensions[i])) return;
    out->dimensions =
        tool_resize(out->dimensions, out->dimension_count + 1, sizeof *out->dimensions);
    out->dimensions[out->dimension_count++] = tool_copy(name);
}

/* A text of a list as the library reads it: in quotes, quotes doubled. */
static void put_quoted(text_buffer *out, slice text)
{
    text_put(out, "\"", 1);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"') text_put(out, "\"", 1);
        text_put(out, text.data + i, 1);
    }
    text_put(out, "\"", 1);
}

static int take_word(reading *r, report_table *table, text_buffer *list, slice word)
{
    if (word.length == 0)
        return trouble_set(r->why, TOOL_USAGE, "--by %s: expected a name, found nothing",
                           table->by);
    const char *grain = grain_of(word);
    if (grain && table->grain)
        return trouble_set(r->why, TOOL_USAGE, "--by %s: expected one period, found %s and %s",
                           table->by, table->grain, grain);
    if (grain) {
        table->grain = grain;
        return TOOL_GOOD;
    }
    if (list->length) text_put(list, ",", 1);
    put_quoted(list, word);
    add_dimension(r->out, word);
    return TOOL_GOOD;
}

static int take_by(reading *r)
{
    report_arguments *out = r->out;
    out->tables = tool_resize(out->tables, out->table_count + 1, sizeof *out->tables);
    report_table *table = &out->tables[out->table_count++];
    *table = (report_table){.by = ""};
    TOOL_TRY(take_value(r, &table->by));
    text_buffer list = {0};
    int code = TOOL_GOOD;
    for (const char *at = table->by; code == TOOL_GOOD;) {
        size_t length = strcspn(at, ",");
        code = take_word(r, table, &list, slice_trim((slice){at, length}));
        if (at[length] == '\0') break;
        at += length + 1;
    }
    table->dimensions = list.data;
    return code;
}

static int take_kpis(reading *r)
{
    report_arguments *out = r->out;
    const char **kpis = out->table_count ? &out->tables[out->table_count - 1].kpis : &out->kpis;
    return take_value(r, kpis);
}

/* ---- the rest ------------------------------------------------------------------ */

static int add_text(reading *r, const char ***list, size_t *count)
{
    *list = tool_resize(*list, *count + 1, sizeof **list);
    (*list)[*count] = NULL;
    return take_value(r, &(*list)[(*count)++]);
}

static int take_width(reading *r)
{
    const char *value;
    TOOL_TRY(take_value(r, &value));
    char *end;
    long width = strtol(value, &end, 10);
    if (*end || end == value || width < 40 || width > 100000)
        return trouble_set(r->why, TOOL_USAGE, "--width: expected a number from 40, found \"%s\"",
                           value);
    r->out->width = (size_t)width;
    r->out->has_width = true;
    return TOOL_GOOD;
}

/* The form of the report: one of them, though it may be said twice. */
static int take_format(reading *r, const char *word, bool *taken)
{
    static const char *const words[] = {"--text", "--json", "--csv"};
    static const report_format formats[] = {FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV};
    *taken = false;
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(word, words[i]) != 0) continue;
        const char *before = r->out->format_word;
        if (before && strcmp(before, word) != 0)
            return trouble_set(r->why, TOOL_USAGE, "%s: expected one form, found %s before", word,
                               before);
        r->out->format = formats[i];
        r->out->format_word = words[i];
        *taken = true;
    }
    return TOOL_GOOD;
}

static bool take_switch(report_arguments *out, const char *word)
{
    if (strcmp(word, "--strict") == 0)
        out->strict = true;
    else if (strcmp(word, "--no-headline") == 0)
        out->headline = false;
    else
        return false;
    return true;
}

static int take_file_option(reading *r, const char *word, bool *taken)
{
    const char *path;
    *taken = true;
    for (int kind = TABLE_LEADS; kind < TABLE_KINDS; kind++) {
        char name[32];
        snprintf(name, sizeof name, "--%s", table_kind_name((table_kind)kind));
        if (!is_option(word, name)) continue;
        TOOL_TRY(take_value(r, &path));
        return add_file(r, (table_kind)kind, path);
    }
    if (is_option(word, "--map")) return take_map(r, "--map");
    if (is_option(word, "--map-file")) return take_map(r, "--map-file");
    if (is_option(word, "--profile")) return take_profile(r);
    if (is_option(word, "--delimiter")) return take_delimiter(r);
    if (is_option(word, "--encoding")) return take_encoding(r);
    if (is_option(word, "--dates")) return take_dates(r);
    if (is_option(word, "--decimal")) return take_decimal(r);
    if (is_option(word, "--file-zone")) return take_value(r, &file_of(r)->zone);
    *taken = false;
    return TOOL_GOOD;
}

/* Options of the library that this command has a word for. */
static int take_own_word(reading *r, const char *word, bool *taken)
{
    const own_word *words = r->out->line->words;
    *taken = false;
    if (strncmp(word, "--", 2) != 0) return TOOL_GOOD;
    for (size_t i = 0; words && words[i].name; i++) {
        if (!is_option(word + 2, words[i].name)) continue;
        *taken = true;
        return take_once(r, &r->out->own[i]);
    }
    return TOOL_GOOD;
}

/* A file that no option names. */
static int take_bare_file(reading *r, const char *word, bool *taken)
{
    *taken = r->out->line->bare_kind >= 0 && (word[0] != '-' || word[1] == '\0');
    return *taken ? add_file(r, (table_kind)r->out->line->bare_kind, word) : TOOL_GOOD;
}

static int take_option(reading *r, const char *word)
{
    report_arguments *out = r->out;
    bool taken;
    TOOL_TRY(take_format(r, word, &taken));
    if (taken || take_switch(out, word)) return TOOL_GOOD;
    TOOL_TRY(take_bare_file(r, word, &taken));
    if (taken) return TOOL_GOOD;
    if (out->line->is_handle && (is_option(word, "--show") || is_option(word, "--report")))
        return take_once(r, &out->show);
    if (is_option(word, "--by")) return take_by(r);
    if (is_option(word, "--kpi") || is_option(word, "--kpis")) return take_kpis(r);
    if (is_option(word, "--zone")) return take_once(r, &out->zone);
    if (is_option(word, "--as-of")) return take_once(r, &out->as_of);
    if (is_option(word, "--from")) return take_once(r, &out->from);
    if (is_option(word, "--to")) return take_once(r, &out->to);
    if (is_option(word, "--basis")) return take_once(r, &out->basis);
    if (is_option(word, "--level")) return take_once(r, &out->level);
    if (is_option(word, "--set")) return add_text(r, &out->settings, &out->setting_count);
    if (is_option(word, "--define")) return add_text(r, &out->definitions, &out->definition_count);
    if (is_option(word, "--rejects")) return take_once(r, &out->rejects);
    if (is_option(word, "--width")) return take_width(r);
    if (word[0] != '-' || word[1] == '\0')
        return trouble_set(r->why, TOOL_USAGE,
                           "%s: \"%.80s\" follows no option; expected %s, or quotes around a value with blanks "
                           "(leadkpi %s --help lists the options)",
                           out->line->command, word, out->line->files, out->line->command);
    return trouble_no_option(r->why, out->line->command, out->line->help, word);
}

static int check_files(const report_arguments *out, trouble *why)
{
    const command_line *line = out->line;
    unsigned found = 0;
    for (size_t i = 0; i < out->file_count; i++) {
        unsigned bit = TABLE_BIT(out->files[i].kind);
        found |= bit;
        if (!(line->kinds & bit))
            return trouble_set(why, TOOL_USAGE, "%s: expected %s, found --%s", line->command,
                               line->files, table_kind_name(out->files[i].kind));
    }
    if (out->file_count == 0)
        return trouble_set(why, TOOL_USAGE, "%s: expected %s, found none", line->command, line->files);
    for (int kind = 0; kind < TABLE_KINDS; kind++)
        if (line->needed & ~found & TABLE_BIT(kind))
            return trouble_set(why, TOOL_USAGE, "%s: expected %s, found no %s", line->command,
                               line->files, table_kind_name((table_kind)kind));
    return TOOL_GOOD;
}

static int check(const report_arguments *out, trouble *why)
{
    const char *command = out->line->command;
    TOOL_TRY(check_files(out, why));
    if (!out->line->is_handle) {
        if (out->format != FORMAT_CSV || out->table_count <= 1) return TOOL_GOOD;
        return trouble_set(why, TOOL_USAGE, "--csv: expected one --by, found %zu", out->table_count);
    }
    if (out->table_count > 1 || out->dimension_count > 1)
        return trouble_set(why, TOOL_USAGE,
                           "%s: expected one --by of at most one column and one period", command);
    if (out->kpis || out->basis || out->has_width || !out->headline)
        return trouble_set(why, TOOL_USAGE, "%s: --kpi, --basis, --width and --no-headline are of leadkpi report",
                           command);
    return TOOL_GOOD;
}

int report_arguments_read(report_arguments *out, const command_line *line, int count, char **words,
                          trouble *why)
{
    *out = (report_arguments){.line = line, .width = 110, .headline = true};
    reading r = {out, count, 0, words, why};
    for (; r.at < count; r.at++) {
        const char *word = words[r.at];
        bool taken;
        TOOL_TRY(take_own_word(&r, word, &taken));
        if (!taken) TOOL_TRY(take_file_option(&r, word, &taken));
        if (!taken) TOOL_TRY(take_option(&r, word));
    }
    if (!out->zone) out->zone = "UTC";
    return check(out, why);
}

void report_arguments_free(report_arguments *arguments)
{
    for (size_t i = 0; i < arguments->file_count; i++) map_free(&arguments->files[i].map);
    for (size_t i = 0; i < arguments->table_count; i++) free(arguments->tables[i].dimensions);
    for (size_t i = 0; i < arguments->dimension_count; i++) free(arguments->dimensions[i]);
    free(arguments->files);
    free(arguments->tables);
    free(arguments->dimensions);
    free(arguments->settings);
    free(arguments->definitions);
    *arguments = (report_arguments){0};
}
