#include "load_parts.h"

#include <sys/stat.h>
#include <unistd.h>

#include "unknown.h"

const char *const load_periods[] = {"hour",        "day",          "week",           "month",
                                    "quarter",     "year",         "fiscal_quarter", "fiscal_year",
                                    "retail_week", "retail_month", "retail_quarter", "retail_year",
                                    NULL};

static int unknown_dimension(const load_run *run, const char *name, trouble *why)
{
    text_buffer names = {0};
    text_print(&names, "%s", run->names.data ? run->names.data : "");
    for (size_t i = 0; load_periods[i]; i++) text_print(&names, "%s,", load_periods[i]);
    text_buffer nearest = nearest_of(slice_of(name), names.data), same = {0};
    text_print(&same, "; the nearest name is \"%s\"", name);
    bool is_elsewhere = strcmp(same.data, nearest.data) == 0;
    int code = trouble_set(why, TOOL_USAGE,
                           "--by: expected a column of the files or a period such as month, found \"%s\", "
                           "which is in none%s: %.700s",
                           name, is_elsewhere ? " that the report groups" : nearest.data, run->columns.data);
    text_free(&same);
    text_free(&nearest);
    text_free(&names);
    return code;
}

int load_check_rows(const load_run *run, trouble *why)
{
    for (size_t i = 0; i < run->dimension_count; i++)
        if (!run->dimension_found[i]) return unknown_dimension(run, run->dimensions[i], why);
    if (run->rows_taken) return TOOL_GOOD;
    return trouble_set(why, TOOL_DATA,
                       "expected at least one row that can be read, found none: %.700s",
                       run->columns.data);
}

/* Writing to a file that is read, under whatever name, would leave nothing of it. */
static bool is_same_file(const struct stat *a, const char *path)
{
    struct stat b;
    int code = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &b) : stat(path, &b);
    return code == 0 && S_ISREG(b.st_mode) && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* Which file of rows or of their map it is; NULL: none. */
static const char *read_as(const load_file *file, const struct stat *there)
{
    if (is_same_file(there, file->path)) return strcmp(file->path, "-") == 0 ? "standard input" : file->path;
    for (size_t i = 0; i < file->map.path_count; i++)
        if (is_same_file(there, file->map.paths[i])) return file->map.paths[i];
    return NULL;
}

int load_check_rejects(const load_file *files, size_t count, const char *rejects, trouble *why)
{
    struct stat there;
    const char *found = NULL;
    if (!rejects || stat(rejects, &there) != 0) return TOOL_GOOD;
    for (size_t i = 0; i < count && !found; i++) found = read_as(&files[i], &there);
    if (!found) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE,
                       "--rejects %s: expected a file that is not read, as what is in it is lost; found %s", rejects,
                       found);
}
