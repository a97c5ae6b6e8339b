/* status.h: what a call can answer.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Zero is success. Numbers are pinned for ever and grouped in families with
 * gaps, so that a caller may also act on the family alone:
 *
 *   1 to 19    misuse: the call is wrong, whatever the data
 *   20 to 39   the data: nothing is wrong with the call
 *   40 to 59   numbers: a limit of arithmetic
 *   60 to 79   format: bytes that are not what they should be
 *   80 to 89   resources: memory, a limit, an interrupt
 *   90 to 99   a fault of the library itself
 *
 * A zero denominator is data, not a bug: it is LEADKPI_UNDEFINED. */
#ifndef LEADKPI_STATUS_H
#define LEADKPI_STATUS_H

#include <stdint.h>

#include <leadkpi/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The type of a status. Fixed width, so that it is the same in every language. */
typedef int32_t leadkpi_status;

enum {
    LEADKPI_OK = 0,

    LEADKPI_BAD_ARGUMENT = 1,  /* a value outside what the call takes */
    LEADKPI_NULL_ARGUMENT = 2, /* a pointer that must not be NULL is */
    LEADKPI_UNKNOWN_NAME = 3,  /* no option, column, KPI ... of that name; the message has the nearest */
    LEADKPI_AMBIGUOUS_NAME = 4, /* a name that means several things; the message lists them */
    LEADKPI_WRONG_TYPE = 5,    /* a column or option of another type than asked for */
    LEADKPI_CONTRADICTION = 6, /* options, each good, that cannot hold together */
    LEADKPI_MISMATCH = 7,      /* things that do not belong together: two definitions, two
                                  currencies, options of another schema */
    LEADKPI_WRONG_STATE = 8,   /* not now: the object is not in a state that allows the call */

    LEADKPI_UNDEFINED = 20,       /* the number does not exist: a zero denominator, an empty set */
    LEADKPI_NOT_ENOUGH_DATA = 21, /* it will exist when there is more data */
    LEADKPI_BAD_DATA = 22,        /* a value that cannot be: NaN, a negative count, ... */
    LEADKPI_NOT_GIVEN = 23,       /* an input of it was never handed in: unknown, not zero */
    LEADKPI_NOT_ADDITIVE = 24,    /* it cannot be had by adding up what is there */

    LEADKPI_OVERFLOW = 40, /* larger than the format can hold exactly */

    LEADKPI_BAD_FORMAT = 60,    /* bytes that are not a state, or not a readable one */
    LEADKPI_BAD_CHECKSUM = 61,  /* a state that was damaged */
    LEADKPI_NEWER_FORMAT = 62,  /* a state of a later release than this one can read */
    LEADKPI_BUFFER_TOO_SMALL = 63, /* the caller's buffer; the needed size was given back */

    LEADKPI_OUT_OF_MEMORY = 80, /* the allocator said no */
    LEADKPI_LIMIT = 81,         /* the host's memory limit would be passed */
    LEADKPI_INTERRUPTED = 82,   /* the host's interrupt callback said stop */

    LEADKPI_INTERNAL = 90 /* a fault in the library: please report it */
};

/* leadkpi_status_name: the stable name of a status, such as "out_of_memory".
 * The name is the primary key for other languages. An unknown number gives
 * "unknown_status". Static text, never NULL. Thread-safe. Since 0.1. */
LEADKPI_API const char *leadkpi_status_name(leadkpi_status status);

/* leadkpi_status_meaning: the same as a short English sentence. Static text,
 * never NULL. Thread-safe. Since 0.1. */
LEADKPI_API const char *leadkpi_status_meaning(leadkpi_status status);

/* leadkpi_status_at: the statuses one by one, for index 0, 1, ... in rising
 * order; -1 past the last. Thread-safe. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_status_at(int32_t index);

#ifdef __cplusplus
}
#endif
#endif
