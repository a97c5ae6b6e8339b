/* options.h: options inside the library: schemas as constant data, and how a
 * room reads what was set.
 *
 * A room declares its schema and an enum with the same order:
 *
 *     enum { BY, LEVEL, AS_OF };
 *     static const lk_option report_options[] = {
 *         [BY] = {"by", LK_OPTION_LIST, .unit = "columns", .meaning = "Dimensions to group by."},
 *         [LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
 *                    .maximum = "<1", .default_text = "0.95", .meaning = "Level of the intervals."},
 *         [AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .meaning = "..."},
 *     };
 *     const lk_schema lk_campaigns_report_schema =
 *         {"campaigns_report", "A report on campaigns.", report_options, 3};
 *
 * lists the schema in lib/registry.c, calls lk_options_check first in each
 * function that takes the options, and then reads by index. Every getter takes
 * NULL options: all defaults. Texts that getters give live as long as the
 * options object. */
#ifndef LK_OPTIONS_H
#define LK_OPTIONS_H

#include <leadkpi/options.h>

#include "base/memory.h"

enum {
    LK_OPTION_BOOL = 1,
    LK_OPTION_INT64 = 2,
    LK_OPTION_DOUBLE = 3,
    LK_OPTION_TEXT = 4,
    LK_OPTION_CHOICE = 5,
    LK_OPTION_LIST = 6,
    LK_OPTION_DURATION = 7,
    LK_OPTION_TIMESTAMP = 8,
    LK_OPTION_BYTES = 9,
};

/* All texts are NUL-terminated; NULL is "". */
typedef struct lk_option {
    const char *name; /* a-z, 0-9 and _, a letter first */
    int32_t type;     /* LK_OPTION_... */
    const char *unit;
    /* Written as a value of the type; with ">" or "<" in front the bound itself is out. */
    const char *minimum; /* int64, double, duration, timestamp; "": none */
    const char *maximum;
    const char *choices; /* of a choice: "a|b|c" */
    /* Written as a value of the type, in canonical spelling. "" for a type other than text and
     * list: there is no value until one is set. The items of a list need no quotes. */
    const char *default_text;
    const char *meaning; /* one English sentence, or more */
} lk_option;

typedef struct lk_schema {
    const char *name; /* as an option's name */
    const char *meaning;
    const lk_option *options;
    int count;
} lk_schema;

/* NULL when the schema obeys the rules above, else what is wrong, and with
 * which option. For the tests, which ask it of every schema there is. */
const char *lk_schema_fault(const lk_schema *schema, const char **option);

/* Every option at its default. leadkpi_options_create is this by schema name. */
leadkpi_status lk_options_new(const lk_memory *like, const lk_schema *schema,
                              leadkpi_options **out, leadkpi_error *error);

/* NULL copies to NULL. */
leadkpi_status lk_options_copy(const leadkpi_options *options, const lk_memory *like,
                               leadkpi_options **copy, leadkpi_error *error);

/* MISMATCH where the options belong to another schema. NULL options are good. */
leadkpi_status lk_options_check(const leadkpi_options *options, const lk_schema *schema,
                                leadkpi_error *error);

/* Has it a value other than its default? */
bool lk_options_is_set(const leadkpi_options *options, const lk_schema *schema, int option);

/* Is there a value at all: set, or by default? */
bool lk_options_has_value(const leadkpi_options *options, const lk_schema *schema, int option);

/* int64, duration and timestamp (microseconds); 0 without a value. */
int64_t lk_options_int64(const leadkpi_options *options, const lk_schema *schema, int option);

/* double; NaN without a value. */
double lk_options_double(const leadkpi_options *options, const lk_schema *schema, int option);

/* An option that only some reports of its schema look at. */
typedef struct lk_report_option {
    int option;
    uint32_t reports; /* those, a bit each */
    const char *why;  /* the others do not, as a message says it */
} lk_report_option;

/* CONTRADICTION where one of them is set, and the report, a bit, is none that looks at it: it would change
 * nothing, in silence. */
leadkpi_status lk_options_refuse_idle(const leadkpi_options *options, const lk_schema *schema,
                                      const lk_report_option *list, size_t count, uint32_t report,
                                      leadkpi_error *error);

/* Instants from the one on, before the other. */
typedef struct lk_time_range {
    int64_t from, to;
} lk_time_range;

/* The values of two timestamps; INT64_MIN and INT64_MAX where they have none. CONTRADICTION where the second is not
 * after the first. */
leadkpi_status lk_options_time_range(const leadkpi_options *options, const lk_schema *schema, int from, int to,
                                     lk_time_range *out, leadkpi_error *error);

/* bool; false without a value. */
bool lk_options_bool(const leadkpi_options *options, const lk_schema *schema, int option);

/* choice: its place in `choices`, from 0; -1 without a value. */
int lk_options_choice(const leadkpi_options *options, const lk_schema *schema, int option);

/* text, bytes, and the word of a choice; empty without a value. */
lk_text lk_options_get_text(const leadkpi_options *options, const lk_schema *schema, int option);

/* list. The items are as given, in their order and with their repeats. */
size_t lk_options_list_count(const leadkpi_options *options, const lk_schema *schema, int option);
lk_text lk_options_list_item(const leadkpi_options *options, const lk_schema *schema, int option,
                             size_t index);

/* The same schema and the same values: equal canonical texts. NULL: all defaults. */
bool lk_options_equal(const leadkpi_options *a, const leadkpi_options *b, const lk_schema *schema);

/* The canonical text without a NUL, as far as it fits; returns its whole length. */
size_t lk_options_print(const leadkpi_options *options, const lk_schema *schema, char *out,
                        size_t capacity);

#endif
