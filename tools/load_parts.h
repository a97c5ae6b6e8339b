/* load_parts.h: what the files load*.c share: one file while it is read.
 *
 *     load.c            opens a file, reads it to its end, and so on with the next
 *     load_checks.c     what is refused before the first file and behind the last
 *     load_bind.c       which column of the file stands for a column of the library
 *     load_kinds.c      which columns a file of leads, stages, costs ... has
 *     load_wide.c       files with a column of times for each stage
 *     load_rows.c       a record becomes a row, or is skipped with a reason
 *     load_cells.c      a field becomes a cell: text, time or number
 *     load_hand_over.c  full batches go to the library */
#ifndef TOOL_LOAD_PARTS_H
#define TOOL_LOAD_PARTS_H

#include "batch.h"
#include "facts.h"
#include "load.h"

/* One column of a batch, and where it comes from. */
typedef struct binding {
    const map_entry *entry;
    size_t place; /* in the batch */
    int column;   /* in the file; -1: literal, or none */
    column_type type;
    bool required; /* nothing in it makes the row a bad one */
    bool may_be_null; /* nothing in it is null, not a text of no length */
    bool is_name;     /* of an event, a stage or a kind, which a definition may have */
    bool is_money;
    bool is_currency;
    bool micros; /* in millionths */
    date_order dates;
    number_style numbers;
    slice currency; /* of the header */
} binding;

/* A stage with a column of its own. */
typedef struct wide_stage {
    slice name;
    binding time, value;
    bool has_value;
    int if_column; /* -1: every row */
    const char *if_value;
} wide_stage;

typedef struct loader {
    load_run *run;
    load_file *file;
    input in;
    file_layout layout;
    file_facts facts;
    csv_reader reader;
    clock_zone clock;
    batch rows, stage_rows;
    binding *bindings;
    size_t binding_count;
    wide_stage *stages;
    size_t stage_count;
    size_t segment;    /* the binding of the segment; 0: none (there is the id before) */
    size_t reason;     /* and of the reason; 0: none */
    size_t wide_segment, wide_reason; /* their places in the rows of wide stages */
    text_buffer unmapped; /* what the library could take beside, with commas between */
    int totals_column; /* a row with nothing in it is one of totals; -1: none */
    bool has_rows;     /* false: the file gives wide stages alone */
    int64_t bytes_shown;
    int64_t row_time; /* of the row that is being read */
    trouble *why;
} loader;

/* What was wrong with a cell. */
typedef struct cell_problem {
    const char *column, *expected;
    slice found;
} cell_problem;

/* ---- load_checks.c ---- */

/* `rejects` (may be NULL) must be none of the files that are read. */
int load_check_rejects(const load_file *files, size_t count, const char *rejects, trouble *why);
/* Behind the last file: each dimension was in one of them, and there were rows. */
int load_check_rows(const load_run *run, trouble *why);

/* ---- load_bind.c ---- */

/* An entry of the map to a place in the file. `*found` is false where an optional column is not there. */
int load_resolve(loader *l, const map_entry *entry, column_type type, binding *b, bool *found);
/* What the library calls the column of a target of the map. */
const char *load_column_of(const loader *l, const char *target);
/* A column of the library that the map may have: bound where it does; `required`: by every row of it. */
int load_bind(loader *l, const char *target, column_type type, bool required);
/* The same, refused where the map has it not. */
int load_bind_required(loader *l, const char *target, column_type type);
/* A text that not every row has; `*at` is its binding, 0 where the file has none. */
int load_bind_perhaps(loader *l, const char *target, const char *column, size_t *at);
/* Targets of the map that nothing reads, and that are nearly the name of something that was looked for. */
void load_warn_of_targets(const loader *l);

/* ---- load_kinds.c ---- */

/* All columns of a file of this kind. */
int load_bind_all(loader *l);

/* ---- load_wide.c ---- */

/* Every "stage:NAME" of the map, with its "value:NAME". */
int load_bind_wide_stages(loader *l);
/* The columns of the rows that they become; comes behind all other bindings. */
int load_bind_wide_rows(loader *l);
/* The stages of the record that is being read. */
int load_take_wide_stages(loader *l);

/* ---- load_rows.c ---- */

int load_take_record(loader *l);
/* One that is not written as CSV is. */
int load_bad_record(loader *l);
void load_see_time(load_run *run, int64_t time);

/* ---- load_cells.c ---- */

/* A field of the record; empty where there is no such column. */
slice load_field(const loader *l, int column);
/* The field of a binding, translated as the map says, or its literal. */
slice load_text(const loader *l, const binding *b);
/* What a message calls the column. */
const char *load_column_name(const loader *l, const binding *b);
void load_put_text(batch *rows, size_t place, const binding *b, slice text);
/* These give false and the problem where the text is no such thing. */
bool load_read_time(loader *l, const binding *b, slice text, int64_t *instant, cell_problem *p);
bool load_read_number(const loader *l, const binding *b, slice text, number_value *out, cell_problem *p);
/* The cell of the binding into the rows; `*currency` becomes what it says, if it says one. */
bool load_put_cell(loader *l, const binding *b, slice *currency, cell_problem *p);
/* One currency a run: told by a header, a column, or a sign beside the number. */
int load_check_currency(loader *l, slice currency, int64_t line);
/* The record is skipped, or under --strict the end. */
int load_bad_cell(loader *l, const cell_problem *p);

/* ---- load_hand_over.c ---- */

/* The rows of the batch into the library; it is empty then. */
int load_flush(loader *l, table_kind kind, batch *rows);

#endif
