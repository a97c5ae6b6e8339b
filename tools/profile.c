#include "profile.h"
#include "unknown.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef LEADKPI_PROFILE_FOLDER
#define LEADKPI_PROFILE_FOLDER "/usr/share/libleadkpi/profiles"
#endif

static const char *program = "";

void profile_set_program(const char *argument)
{
    program = argument ? argument : "";
}

/* The folder of the program itself. */
static void program_folder(char out[512])
{
    ssize_t length = readlink("/proc/self/exe", out, 511);
    if (length <= 0) length = snprintf(out, 512, "%.500s", program);
    out[length] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
    else
        snprintf(out, 512, ".");
}

static DIR *open_folder(profile_list *list)
{
    char beside[512];
    const char *told = getenv("LEADKPI_PROFILES");
    if (told && *told) {
        snprintf(list->folder, sizeof list->folder, "%.1000s", told);
        return opendir(list->folder);
    }
    program_folder(beside);
    /* in the source tree the program lies beside them, or in .libs below */
    static const char *const places[] = {"profiles", "../profiles", "../share/libleadkpi/profiles"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(list->folder, sizeof list->folder, "%.500s/%s", beside, places[i]);
        DIR *folder = opendir(list->folder);
        if (folder) return folder;
    }
    snprintf(list->folder, sizeof list->folder, "%s", LEADKPI_PROFILE_FOLDER);
    return opendir(list->folder);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const profile *)a)->name, ((const profile *)b)->name);
}

static int add_profile(profile_list *list, const char *file, trouble *why)
{
    char path[1400];
    size_t length = strlen(file);
    if (length < 5 || strcmp(file + length - 4, ".map") != 0 || length > 255) return TOOL_GOOD;
    snprintf(path, sizeof path, "%s/%s", list->folder, file);
    list->profiles = tool_resize(list->profiles, list->count + 1, sizeof *list->profiles);
    profile *added = &list->profiles[list->count++];
    *added = (profile){.name = tool_copy((slice){file, length - 4})};
    TOOL_TRY(map_read_file(&added->map, path, why));
    if (added->map.has_kind) return TOOL_GOOD;
    return trouble_set(why, TOOL_DATA,
                       "%s: expected a line \":kind leads\" or of another kind, found none", path);
}

int profile_list_read(profile_list *out, trouble *why)
{
    *out = (profile_list){0};
    DIR *folder = open_folder(out);
    if (!folder)
        return trouble_set(
            why, TOOL_DATA,
            "%s: the folder of the profiles cannot be opened: %s (LEADKPI_PROFILES can name it)",
            out->folder, strerror(errno));
    int code = TOOL_GOOD;
    for (struct dirent *entry; code == TOOL_GOOD && (entry = readdir(folder)) != NULL;)
        code = add_profile(out, entry->d_name, why);
    closedir(folder);
    if (code != TOOL_GOOD)
        profile_list_free(out);
    else if (out->count)
        qsort(out->profiles, out->count, sizeof *out->profiles, by_name);
    return code;
}

void profile_list_free(profile_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->profiles[i].name);
        map_free(&list->profiles[i].map);
    }
    free(list->profiles);
    list->profiles = NULL;
    list->count = 0;
}

static int unknown_profile(const profile_list *list, const char *name, trouble *why)
{
    text_buffer names = {0};
    for (size_t i = 0; i < list->count; i++)
        text_print(&names, "%s%s", i ? ", " : "", list->profiles[i].name);
    int code = trouble_unknown(why, "profile", names.data ? names.data : "", slice_of(name), "");
    text_free(&names);
    return code;
}

int profile_apply(const char *name, table_kind kind, field_map *map, trouble *why)
{
    profile_list list;
    const profile *found = NULL;
    TOOL_TRY(profile_list_read(&list, why));
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.profiles[i].name, name) == 0) found = &list.profiles[i];
    int code;
    if (!found) {
        code = unknown_profile(&list, name, why);
    } else if (found->map.kind != kind) {
        code = trouble_set(why, TOOL_USAGE, "profile %s: expected a file given as --%s, found --%s",
                           name, table_kind_name(found->map.kind), table_kind_name(kind));
    } else {
        char path[1400];
        snprintf(path, sizeof path, "%s/%s.map", list.folder, name);
        code = map_read_file(map, path, why);
    }
    profile_list_free(&list);
    return code;
}

/* How many columns the map finds; 0: one that it needs is missing. */
static size_t fit(const field_map *map, const file_layout *layout)
{
    size_t columns = 0;
    for (size_t i = 0; i < map->entry_count; i++) {
        const map_entry *entry = &map->entries[i];
        if (entry->is_literal) continue;
        bool found = map_entry_column(entry, layout, NULL) >= 0;
        if (entry->if_column) found = found && map_condition_column(entry, layout) >= 0;
        if (found)
            columns++;
        else if (!entry->optional)
            return 0;
    }
    return columns;
}

/* Of two that find as many columns, the one of the earlier kind: what has an id and a time is leads. */
const profile *profile_best(const profile_list *list, const file_layout *layout,
                            const table_kind *kind, size_t *columns)
{
    const profile *best = NULL;
    *columns = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (kind && list->profiles[i].map.kind != *kind) continue;
        size_t found = fit(&list->profiles[i].map, layout);
        if (found < *columns || found == 0) continue;
        if (best && found == *columns && list->profiles[i].map.kind >= best->map.kind) continue;
        *columns = found;
        best = &list->profiles[i];
    }
    return best;
}

static int no_profile(const load_file *file, const file_layout *layout, trouble *why)
{
    static const char *const needed[] = {"id and time", "id, stage and time", "time and amount",
                                         "id, time and kind", "time and a measure",
                                         "id, time and event", "id and time"};
    static const char *const maps[] = {
        "id=COLUMN,time=COLUMN", "id=COLUMN,stage=COLUMN,time=COLUMN", "time=COLUMN,amount=COLUMN",
        "id=COLUMN,time=COLUMN,kind=COLUMN", "time=COLUMN,MEASURE=COLUMN",
        "id=COLUMN,time=COLUMN,event=COLUMN", "id=COLUMN,time=COLUMN"};
    text_buffer names = {0};
    for (size_t i = 0; i < layout->column_count; i++)
        text_print(&names, "%s%s", i ? ", " : "", layout->names[i]);
    int code = trouble_set(why, TOOL_USAGE,
                           "%s:%lld: expected %s of the %s under names that a profile knows, "
                           "found the columns %.400s: say --map '%s' (leadkpi look shows more)",
                           file->path, (long long)layout->header_line, needed[file->kind],
                           table_kind_name(file->kind), names.data ? names.data : "(none)",
                           maps[file->kind]);
    text_free(&names);
    return code;
}

int profile_choose(load_file *file, const file_layout *layout, text_buffer *notes, trouble *why)
{
    profile_list list;
    size_t columns;
    TOOL_TRY(profile_list_read(&list, why));
    const profile *best = profile_best(&list, layout, &file->kind, &columns);
    int code = TOOL_GOOD;
    if (!best) {
        code = no_profile(file, layout, why);
    } else {
        char path[1400];
        snprintf(path, sizeof path, "%s/%s.map", list.folder, best->name);
        code = map_read_file(&file->map, path, why);
        text_print(notes, "%s read as %s\n", file->path, best->name);
    }
    profile_list_free(&list);
    return code;
}
