/* map.h: what the columns of a file mean.
 *
 * A map is entries with commas between them on the command line, or a line each in
 * a map file ("#" starts a comment line):
 *
 *     id = Record ID                      a column, by its name in the header
 *     id = Record ID | Contact ID         the first of these that the file has
 *     campaign = [Campaign, old]          brackets, where a name holds , | = [ " or #
 *     channel = "Paid Search"             quotes: this text in every row
 *     email ?= Email                      may be missing in the file
 *     time = Created @day-first           read 03/04/2024 as 3 April (@month-first: March 4)
 *     amount = Cost @micros               divided by 1,000,000
 *     amount = Cost @comma                1.234,50 (@dot: 1,234.50)
 *     stage:mql = Became MQL Date         a column of times, one a stage: a stage row
 *     value:won = Amount                  and the value of that stage
 *     stage:won = CloseDate if IsWon=true      only rows where that column says so
 *     stage[Closed Won] = "won"           where the target reads Closed Won, take won
 *
 * A profile is a map file that also says what it is for:
 *
 *     :kind leads
 *     :about HubSpot: export of contacts
 *     :zone UTC                           clock times without an offset are in this zone
 *     :totals campaign                    a row without campaign is one of totals
 *
 * Column names match exactly, or else without regard to case. */
#ifndef TOOL_MAP_H
#define TOOL_MAP_H

#include "layout.h"
#include "number_text.h"
#include "date_text.h"

typedef enum table_kind {
    TABLE_LEADS,
    TABLE_STAGES,
    TABLE_COSTS,
    TABLE_RESPONSES,
    TABLE_MEASURES,
    TABLE_EVENTS,
    TABLE_CONVERSIONS
} table_kind;

#define TABLE_KINDS ((int)TABLE_CONVERSIONS + 1)

const char *table_kind_name(table_kind kind);

typedef struct map_entry {
    char *target; /* "time", "channel", "stage:mql" */
    bool optional, is_literal;
    char *literal;  /* NULL: columns */
    char **columns; /* alternatives */
    size_t column_count;
    bool micros;
    date_order dates;
    number_style numbers;
    char *if_column, *if_value; /* NULL: every row */
} map_entry;

/* target[from] = "to" */
typedef struct map_translation {
    char *target, *from, *to;
    bool is_met; /* a row had it */
} map_translation;

typedef struct field_map {
    map_entry *entries;
    size_t entry_count;
    map_translation *translations;
    size_t translation_count;
    bool has_kind;
    table_kind kind;
    char *about, *zone, *totals; /* NULL: not said */
    char **paths;                /* the files that it was read from */
    size_t path_count;
} field_map;

/* Add entries; a target that is there already is replaced. `where` starts the message. */
int map_parse(field_map *map, slice text, const char *where, trouble *why);
/* The same from a file, an entry a line. */
int map_parse_lines(field_map *map, slice text, const char *where, trouble *why);
int map_read_file(field_map *map, const char *path, trouble *why);
void map_free(field_map *map);

map_entry *map_find(const field_map *map, const char *target);

/* The column of an entry in a file, and the currency that its header names; -1: none. */
int map_entry_column(const map_entry *entry, const file_layout *layout, slice *currency);
/* The column of its condition; -1: none. */
int map_condition_column(const map_entry *entry, const file_layout *layout);

#endif
