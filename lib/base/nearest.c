#include <leadkpi/options.h>

#include "base/nearest.h"

/* Hands out a name folded, byte by byte. */
typedef struct folder {
    lk_text name;
    size_t next;
} folder;

static bool is_separator(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '-' || c == '/' || c == ':' ||
           c == '_';
}

static void skip_separators(folder *f)
{
    while (f->next < f->name.length && is_separator(f->name.data[f->next])) f->next++;
}

static folder fold(lk_text name)
{
    folder f = {name, 0};
    skip_separators(&f);
    return f;
}

/* The next byte, or -1 at the end. */
static int next_folded(folder *f)
{
    if (f->next == f->name.length) return -1;
    char c = f->name.data[f->next];
    if (is_separator(c)) {
        skip_separators(f);
        return f->next == f->name.length ? -1 : '_';
    }
    f->next++;
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

size_t lk_name_fold(lk_text name, char *out, size_t capacity)
{
    folder f = fold(name);
    size_t length = 0;
    for (int c; (c = next_folded(&f)) >= 0; length++)
        if (length < capacity) out[length] = (char)c;
    return length;
}

bool lk_name_same(lk_text a, lk_text b)
{
    folder x = fold(a), y = fold(b);
    for (;;) {
        int c = next_folded(&x);
        if (c != next_folded(&y)) return false;
        if (c < 0) return true;
    }
}

void lk_nearest_begin(lk_nearest *nearest, lk_text wanted)
{
    memset(nearest, 0, sizeof *nearest);
    nearest->wanted = wanted;
    nearest->best = (lk_text){"", 0};
    nearest->folded_length = lk_name_fold(wanted, nearest->folded, sizeof nearest->folded);
    nearest->fewer_than = nearest->folded_length < 6 ? 2 : (nearest->folded_length - 2) / 4 + 2;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits from a to b by the usual table, of which three rows are kept: the row above and the one
 * above it. */
static size_t edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LK_NEAREST_LENGTH_MAX + 1];
    size_t *above_that = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++) above[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above_that[j - 2] + 1);
        }
        size_t *free_row = above_that;
        above_that = above, above = row, row = free_row;
    }
    return above[b_length];
}

void lk_nearest_consider(lk_nearest *nearest, lk_text name)
{
    char folded[LK_NEAREST_LENGTH_MAX];
    size_t wanted_length = nearest->folded_length;
    size_t length = lk_name_fold(name, folded, sizeof folded);
    if (wanted_length == 0 || wanted_length > LK_NEAREST_LENGTH_MAX) return;
    if (length == 0 || length > LK_NEAREST_LENGTH_MAX) return;
    size_t apart = length > wanted_length ? length - wanted_length : wanted_length - length;
    if (apart >= nearest->fewer_than) return;
    size_t distance = edits(nearest->folded, wanted_length, folded, length);
    /* A name of which nothing is left is another name. */
    if (distance >= nearest->fewer_than || distance >= least(length, wanted_length)) return;
    nearest->best = name;
    nearest->found = true;
    nearest->fewer_than = distance;
}

bool lk_nearest_result(const lk_nearest *nearest, lk_text *best)
{
    *best = nearest->best;
    return nearest->found;
}

leadkpi_status lk_nearest_fail(const lk_nearest *nearest, const char *what, leadkpi_error *error)
{
    LK_FAIL_IF(!nearest->found, error, LEADKPI_UNKNOWN_NAME, "%s: nothing is called \"%.*s\"", what,
               LK_TEXT_ARGS(nearest->wanted));
    return lk_fail(error, LEADKPI_UNKNOWN_NAME,
                   "%s: nothing is called \"%.*s\"; the nearest name is \"%.*s\"", what,
                   LK_TEXT_ARGS(nearest->wanted), LK_TEXT_ARGS(nearest->best));
}

bool lk_nearest_of(lk_text wanted, lk_text names, lk_text *best)
{
    lk_nearest nearest;
    lk_nearest_begin(&nearest, wanted);
    for (size_t first = 0, last; first < names.length; first = last + 1) {
        for (last = first; last < names.length && names.data[last] != ',' && names.data[last] != '|'; last++) {}
        size_t end = last;
        for (; first < end && names.data[first] == ' '; first++) {}
        for (; first < end && names.data[end - 1] == ' '; end--) {}
        lk_nearest_consider(&nearest, (lk_text){names.data + first, end - first});
    }
    return lk_nearest_result(&nearest, best);
}

const char *leadkpi_options_nearest_name(const char *wanted, size_t wanted_length, const char *names,
                                         size_t names_length, size_t *length)
{
    lk_text best = {NULL, 0};
    bool is_near = wanted && names &&
                   lk_nearest_of(lk_text_of(wanted, wanted_length), lk_text_of(names, names_length), &best);
    if (length) *length = is_near ? best.length : 0;
    return is_near ? best.data : NULL;
}
