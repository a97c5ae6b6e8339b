/* nearest.h: names as people type them, and the one that they may have meant.
 *
 * Names are compared folded: ASCII letters in lower case; any run of blanks, '-',
 * '/', ':' and '_' is one '_', and none at either end. "Cost-per Lead" is
 * "cost_per_lead".
 *
 *     lk_nearest nearest;
 *     lk_nearest_begin(&nearest, wanted);
 *     for (i ...) lk_nearest_consider(&nearest, names[i]);
 *     return lk_nearest_fail(&nearest, "option", error); */
#ifndef LK_NEAREST_H
#define LK_NEAREST_H

#include "base/error.h"

/* Longer names are folded and compared, but nothing is suggested for them. */
#define LK_NEAREST_LENGTH_MAX 63

/* Writes up to `capacity` bytes of the folded name, no NUL; returns how long all of it is, which is
 * never more than the name. `out` may be NULL with a capacity of 0. */
size_t lk_name_fold(lk_text name, char *out, size_t capacity);

/* Equal when folded. */
bool lk_name_same(lk_text a, lk_text b);

/* The search for the nearest of some names by edits (insert, delete, change, swap of
 * neighbours; optimal string alignment) of the folded texts. At most one edit up to five
 * characters, then one more for every four: what is farther off is no help. The
 * first of equally near names wins. */
typedef struct lk_nearest {
    lk_text wanted;
    lk_text best; /* as handed in; must live until the result is used */
    size_t folded_length;
    size_t fewer_than; /* edits: a better name has fewer */
    bool found;
    char folded[LK_NEAREST_LENGTH_MAX + 1];
} lk_nearest;

void lk_nearest_begin(lk_nearest *nearest, lk_text wanted);
void lk_nearest_consider(lk_nearest *nearest, lk_text name);

/* False, and `*best` empty, where no name is near. */
bool lk_nearest_result(const lk_nearest *nearest, lk_text *best);

/* The nearest of the names in a text, with commas or bars between them; false, and `*best` empty, where none
 * is near. */
bool lk_nearest_of(lk_text wanted, lk_text names, lk_text *best);

/* LEADKPI_UNKNOWN_NAME: `<what>: nothing is called "x"; the nearest name is "y"`. */
leadkpi_status lk_nearest_fail(const lk_nearest *nearest, const char *what, leadkpi_error *error);

#endif
