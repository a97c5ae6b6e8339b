#include "load_parts.h"

#include <stdlib.h>

#include "profile.h"
#include "skips.h"
#include "unknown.h"

/* Input that is worth a word about how far it is. */
#define LONG_INPUT (INT64_C(64) << 20)

static void show_progress(loader *l, bool ended)
{
    if (!l->run->show_progress || l->in.bytes_taken < LONG_INPUT) return;
    if (ended) {
        fprintf(stderr, "\r%60s\r", "");
        return;
    }
    if (l->in.bytes_taken - l->bytes_shown < LONG_INPUT / 4) return;
    l->bytes_shown = l->in.bytes_taken;
    if (l->in.file_bytes > 0)
        fprintf(stderr, "\r%.40s: %d %%", l->in.name,
                (int)(100 * l->in.bytes_taken / l->in.file_bytes));
    else
        fprintf(stderr, "\r%.40s: %lld MB", l->in.name, (long long)(l->in.bytes_taken / 1000000));
}

static int take_all(loader *l)
{
    for (;;) {
        csv_answer answer = csv_next(&l->reader);
        if (answer == CSV_END) break;
        if (answer == CSV_FATAL)
            return trouble_set(l->why, TOOL_DATA, "%s:%lld: field %zu: %s", l->in.name,
                               (long long)l->reader.problem.line, l->reader.problem.column,
                               l->reader.problem.text);
        TOOL_TRY(answer == CSV_BAD ? load_bad_record(l) : load_take_record(l));
        if (l->reader.line % 4096 == 0) show_progress(l, false);
    }
    show_progress(l, true);
    if (l->has_rows) TOOL_TRY(load_flush(l, l->file->kind, &l->rows));
    return l->stage_count ? load_flush(l, TABLE_STAGES, &l->stage_rows) : TOOL_GOOD;
}

static void note_columns(loader *l)
{
    text_buffer *names = &l->run->columns;
    if (names->length) text_put(names, "; ", 2);
    text_print(names, "%s has ", l->in.name);
    for (size_t i = 0; i < l->layout.column_count; i++)
        text_print(names, "%s%s", i ? ", " : "", l->layout.names[i]);
    for (size_t i = 0; i < l->layout.column_count; i++)
        text_print(&l->run->names, "%s,", l->layout.names[i]);
}

/* The currency in a header counts even where no row follows. */
static int check_header_currencies(loader *l)
{
    for (size_t i = 0; i < l->binding_count; i++)
        TOOL_TRY(load_check_currency(l, l->bindings[i].currency, l->layout.header_line));
    return TOOL_GOOD;
}

static int open_file(loader *l)
{
    load_file *file = l->file;
    TOOL_TRY(input_open(&l->in, file->path, file->encoding, l->why));
    TOOL_TRY(layout_find(&l->layout, &l->in, file->delimiter, l->why));
    facts_of_head(&l->facts, &l->layout, &l->in);
    if (!file->has_map) TOOL_TRY(profile_choose(file, &l->layout, &l->run->notes, l->why));
    const char *zone = file->zone ? file->zone : file->map.zone ? file->map.zone : l->run->zone;
    TOOL_TRY(clock_open(&l->clock, zone, l->why));
    TOOL_TRY(load_bind_all(l));
    note_columns(l);
    TOOL_TRY(check_header_currencies(l));
    return layout_start(&l->layout, &l->reader, &l->in, l->why);
}

/* What a map translates need not be in each file, but what is nearly the name that rows have most often should. */
static void warn_of_translations(const load_run *run, const load_file *file)
{
    for (size_t i = 0; i < file->map.translation_count && run->seen.count; i++) {
        const map_translation *t = &file->map.translations[i];
        if (t->is_met) continue;
        text_buffer nearest = nearest_of(slice_of(t->from), run->seen.names.data);
        if (nearest.length)
            tool_warn("%s: no row has \"%s\", which the map translates%s", file->path, t->from, nearest.data);
        text_free(&nearest);
    }
}

static int load_file_rows(load_run *run, load_file *file, trouble *why)
{
    loader *l = tool_allocate(1, sizeof *l);
    *l = (loader){.run = run, .file = file, .why = why};
    int code = open_file(l);
    if (code == TOOL_GOOD) code = take_all(l);
    if (code == TOOL_GOOD) warn_of_translations(run, file);
    csv_finish(&l->reader);
    clock_close(&l->clock);
    facts_free(&l->facts);
    layout_free(&l->layout);
    batch_free(&l->rows);
    batch_free(&l->stage_rows);
    text_free(&l->unmapped);
    free(l->bindings);
    free(l->stages);
    input_close(&l->in);
    free(l);
    return code;
}

int load_run_files(load_run *run, load_file *files, size_t count, const char *rejects, trouble *why)
{
    int code = load_check_rejects(files, count, rejects, why);
    if (code == TOOL_GOOD) code = skips_open(run, rejects, why);
    for (size_t i = 0; i < count && code == TOOL_GOOD; i++) code = load_file_rows(run, &files[i], why);
    code = skips_close(run, code, why);
    if (code != TOOL_GOOD) return code;
    skips_print(run, stderr);
    return load_check_rows(run, why);
}

void load_run_free(load_run *run)
{
    skips_free(run);
    text_free(&run->notes);
    text_free(&run->columns);
    text_free(&run->names);
    seen_free(&run->seen);
    free(run->dimension_found);
    leadkpi_campaigns_free(run->campaigns);
    leadkpi_funnel_free(run->funnel);
    leadkpi_stages_free(run->stages);
    leadkpi_responses_free(run->responses);
    *run = (load_run){0};
}
