#include "skips.h"
#include "utf8.h"

#include <errno.h>
#include <stdlib.h>

/* Reasons that are told apart in the summary; --rejects has every row. */
#define REASONS 64

static void write_field(FILE *out, slice text)
{
    fputc('"', out);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"') fputc('"', out);
        fputc(text.data[i], out);
    }
    fputc('"', out);
}

static int write_reject(load_run *run, const char *file, int64_t line, const csv_reader *record,
                        const char *message, trouble *why)
{
    write_field(run->rejects, slice_of(file));
    fprintf(run->rejects, ",%lld,", (long long)line);
    write_field(run->rejects, slice_of(message));
    for (size_t i = 0; record && i < record->stored; i++) {
        fputc(',', run->rejects);
        write_field(run->rejects, (slice){record->fields[i].data, record->fields[i].length});
    }
    fputc('\n', run->rejects);
    if (!ferror(run->rejects)) return TOOL_GOOD;
    return trouble_set(why, TOOL_DATA, "%s: cannot be written: %s", run->rejects_path,
                       strerror(errno));
}

/* Numbers outside of quotes, and what was found, do not tell reasons apart: a time that is too early is one reason,
 * whichever times they are. */
static bool is_same_reason(const char *known, const char *reason)
{
    static const char digits[] = "0123456789";
    bool quoted = false;
    while (*reason && strncmp(reason, ", found ", 8) != 0) {
        if (!quoted && strchr(digits, *reason) && *known && strchr(digits, *known)) {
            known += strspn(known, digits);
            reason += strspn(reason, digits);
            continue;
        }
        if (*known != *reason) return false;
        quoted ^= *reason == '"';
        known++;
        reason++;
    }
    return *known == '\0' || strncmp(known, ", found ", 8) == 0;
}

static void count(load_run *run, const char *file, int64_t line, const char *reason,
                  const char *found)
{
    for (size_t i = 0; i < run->skip_count; i++) {
        skip_reason *known = &run->skips[i];
        if (strcmp(known->file, file) != 0 || !is_same_reason(known->text, reason)) continue;
        known->count++;
        return;
    }
    if (run->skip_count == REASONS) return;
    text_buffer text = {0};
    text_print(&text, "%s%s%s", reason, found[0] ? ", found " : "", found);
    run->skips = tool_resize(run->skips, run->skip_count + 1, sizeof *run->skips);
    run->skips[run->skip_count++] = (skip_reason){tool_copy(slice_of(file)), text.data, 1, line};
}

int skips_report(load_run *run, const char *file, int64_t line, const csv_reader *record,
                 const char *reason, const char *found, trouble *why)
{
    char message[512];
    snprintf(message, sizeof message, "%s%s%s", reason, found[0] ? ", found " : "", found);
    run->rows_skipped++;
    count(run, file, line, reason, found);
    if (run->rejects) TOOL_TRY(write_reject(run, file, line, record, message, why));
    if (!run->strict) return TOOL_GOOD;
    return trouble_set(why, TOOL_DATA, "%s:%lld: %s", file, (long long)line, message);
}

int skips_open(load_run *run, const char *path, trouble *why)
{
    if (!path) return TOOL_GOOD;
    run->rejects = fopen(path, "wb");
    run->rejects_path = path;
    if (!run->rejects)
        return trouble_set(why, TOOL_DATA, "%s: cannot be opened for writing: %s", path, strerror(errno));
    fputs("file,line,reason,record\n", run->rejects);
    return TOOL_GOOD;
}

int skips_close(load_run *run, int code, trouble *why)
{
    if (!run->rejects) return code;
    bool failed = ferror(run->rejects) != 0;
    failed = fclose(run->rejects) != 0 || failed;
    run->rejects = NULL;
    if (!failed || code != TOOL_GOOD) return code;
    return trouble_set(why, TOOL_DATA, "%s: cannot be written: %s", run->rejects_path, strerror(errno));
}

void skips_print(const load_run *run, FILE *out)
{
    if (run->rows_skipped == 0) return;
    fprintf(out, "leadkpi: %lld %s skipped:\n", (long long)run->rows_skipped,
            run->rows_skipped == 1 ? "row was" : "rows were");
    for (size_t i = 0; i < run->skip_count; i++) {
        const skip_reason *skip = &run->skips[i];
        fprintf(out, "  %s:%lld: ", skip->file, (long long)skip->first_line);
        text_write_shown(out, slice_of(skip->text));
        if (skip->count > 1)
            fprintf(out, " (and %lld more row%s)", (long long)skip->count - 1, skip->count > 2 ? "s" : "");
        fputc('\n', out);
    }
}

void skips_free(load_run *run)
{
    for (size_t i = 0; i < run->skip_count; i++) {
        free(run->skips[i].file);
        free(run->skips[i].text);
    }
    free(run->skips);
}
