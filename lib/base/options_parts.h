/* options_parts.h: what the files of the options share and nobody else needs. */
#ifndef LK_OPTIONS_PARTS_H
#define LK_OPTIONS_PARTS_H

#include "base/options.h"

/* A value of type bool, int64, double, choice, duration or timestamp. */
typedef struct lk_scalar {
    bool has_value;
    int64_t int64; /* all but double; of a choice its place, of a bool 0 or 1 */
    double number; /* of a double */
} lk_scalar;

/* What was set for one option. Text and bytes are one item, a list any number.
 * All zero: the default. */
typedef struct lk_value {
    bool is_set;
    lk_scalar scalar;
    lk_text *items; /* one block, with the bytes of the items behind them */
    size_t item_count;
    size_t size; /* of the block */
} lk_value;

struct leadkpi_options {
    lk_memory memory;
    const lk_schema *schema;
    lk_value values[]; /* one for each option of the schema */
};

/* A text of an option, where NULL stands for "". */
static inline lk_text lk_option_text(const char *text)
{
    return lk_text_of(text, LEADKPI_NUL_TERMINATED);
}

static inline bool lk_option_has_items(const lk_option *option)
{
    return option->type == LK_OPTION_TEXT || option->type == LK_OPTION_LIST ||
           option->type == LK_OPTION_BYTES;
}

/* NULL options: NULL, which stands for the default. */
static inline const lk_value *lk_options_value(const leadkpi_options *options, int option)
{
    return options && options->values[option].is_set ? &options->values[option] : NULL;
}

/* ---- options_value.c: one value from a text or a number ------------------ */

/* Reads a scalar; "" is no value. NULL, or what was expected. No bounds. */
const char *lk_scalar_parse(const lk_option *option, lk_text text, lk_scalar *out);

/* The scalar that counts: the value's, or the default where it is NULL. */
lk_scalar lk_scalar_of(const lk_option *option, const lk_value *value);

/* The scalar must be within the option's bounds. */
leadkpi_status lk_scalar_check(const lk_option *option, lk_scalar scalar, leadkpi_error *error);

/* Its canonical text, no NUL; returns how many bytes. Not for choices. */
#define LK_SCALAR_SIZE 48
size_t lk_scalar_print(const lk_option *option, lk_scalar scalar, char out[LK_SCALAR_SIZE]);

/* `index` of "a|b|c"; empty past the last. */
lk_text lk_option_choice(const lk_option *option, int64_t index);

/* The items that count: the value's, or the default's where it is NULL. */
size_t lk_item_count(const lk_option *option, const lk_value *value);
lk_text lk_item(const lk_option *option, const lk_value *value, size_t index);

/* A value from its text, in memory to be given back by lk_value_release. A
 * value that equals the default comes out all zero. */
leadkpi_status lk_value_read(lk_memory *memory, const lk_option *option, lk_text text,
                             lk_value *out, leadkpi_error *error);
leadkpi_status lk_value_from_scalar(const lk_option *option, lk_scalar scalar, lk_value *out,
                                    leadkpi_error *error);
leadkpi_status lk_value_copy(lk_memory *memory, const lk_value *value, lk_value *out,
                             leadkpi_error *error);
void lk_value_release(lk_memory *memory, lk_value *value);
bool lk_value_equal(const lk_option *option, const lk_value *a, const lk_value *b);

/* ---- options_items.c: texts and lists ------------------------------------ */

/* A block for `count` items with `bytes` bytes behind them. */
leadkpi_status lk_items_allocate(lk_memory *memory, size_t count, size_t bytes, lk_value *out,
                                 leadkpi_error *error);

/* The items of an option of type text, bytes or list, with the default not yet compared. */
leadkpi_status lk_items_read(lk_memory *memory, const lk_option *option, lk_text text,
                             lk_value *out, leadkpi_error *error);

/* Reads a text that starts with a double quote, up to the closing one; doubled
 * ones inside count once. Returns the bytes taken, 0 where no quote closes it.
 * `out` takes `*length` bytes, fewer than were read; NULL: not written. */
size_t lk_quoted_read(lk_text text, char *out, size_t *length);

/* `index` of the parts between separators; empty past the last. */
lk_text lk_text_part(lk_text text, char separator, size_t index);

bool lk_is_blank(char c);
lk_text lk_trim(lk_text text);

/* ---- options.c ------------------------------------------------------------ */

/* "bool", "int64", ... for an LK_OPTION_... */
const char *lk_option_type_name(int32_t type);

/* The place of the option; -1 where there is none. */
int lk_options_find(const leadkpi_options *options, lk_text name);

/* The text becomes the value of the option; nothing changes on failure. */
leadkpi_status lk_options_set(leadkpi_options *options, int option, lk_text text,
                              leadkpi_error *error);

/* UNKNOWN_NAME with the nearest name. */
leadkpi_status lk_options_fail_unknown(const leadkpi_options *options, lk_text name,
                                       leadkpi_error *error);

/* ---- options_text.c -------------------------------------------------------- */

/* The text of the value that counts. Quoted as lk_options_print needs it, or
 * as leadkpi_options_set_text takes it. */
size_t lk_value_print(const lk_option *option, const lk_value *value, bool quoted, char *out,
                      size_t capacity);

#endif
