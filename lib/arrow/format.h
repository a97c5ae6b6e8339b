/* format.h: what Arrow's format strings say of a column. */
#ifndef LK_ARROW_FORMAT_H
#define LK_ARROW_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the values lie and what they are. */
enum {
    LK_ARROW_OTHER,
    LK_ARROW_VOID,
    LK_ARROW_BOOL,
    LK_ARROW_SIGNED,
    LK_ARROW_UNSIGNED,
    LK_ARROW_FLOAT,
    LK_ARROW_TIME,    /* signed, counted in `microseconds` or in parts of one */
    LK_ARROW_DECIMAL, /* signed, of 4 to 32 bytes */
    LK_ARROW_TEXT,    /* offsets of `width` bytes */
    LK_ARROW_VIEW
};

typedef struct lk_arrow_format {
    int32_t kind;
    int32_t width;        /* bytes of a value or offset */
    int32_t scale;        /* of a decimal */
    int64_t microseconds; /* in one unit of a time; 0: it counts nanoseconds */
} lk_arrow_format;

/* OTHER where it is not one that the library reads; `text` is never NULL. */
lk_arrow_format lk_arrow_format_of(const char *text);

#endif
