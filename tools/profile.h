/* profile.h: maps that come with the command, one file each: what a system's
 * exports call their columns. They lie in a folder "profiles": of the environment
 * variable LEADKPI_PROFILES, beside the program, or where it was installed. */
#ifndef TOOL_PROFILE_H
#define TOOL_PROFILE_H

#include "load.h"

typedef struct profile {
    char *name; /* the file's, without ".map" */
    field_map map;
} profile;

typedef struct profile_list {
    profile *profiles; /* by name */
    size_t count;
    char folder[1024];
} profile_list;

int profile_list_read(profile_list *out, trouble *why);
void profile_list_free(profile_list *list);

/* Adds the entries of the profile of that name. */
int profile_apply(const char *name, table_kind kind, field_map *map, trouble *why);

/* The profile that fits a file best: every column that it needs is there, and of several the
 * one with most columns. `kind` NULL: any. NULL: none fits. */
const profile *profile_best(const profile_list *list, const file_layout *layout,
                            const table_kind *kind, size_t *columns);

/* For a file without map: the best profile of its kind, with a line in `notes`. */
int profile_choose(load_file *file, const file_layout *layout, text_buffer *notes, trouble *why);

/* Where the program lies, for the search; argv[0] of main. */
void profile_set_program(const char *argument);

#endif
