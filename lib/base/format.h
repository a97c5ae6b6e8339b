/* format.h: text from values, without stdio and without the locale.
 *
 * A subset of printf, with the same spelling so that the compiler checks the
 * arguments: %% %c %s %.*s %d %u %lld %llu %zu %g. %g is not printf's: it gives
 * the shortest decimal that reads back as the same double. Anything else in a
 * format is a fault of the library and prints as "%!". */
#ifndef LK_FORMAT_H
#define LK_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

#include "base/error.h"

/* Writes at most `capacity` bytes, the closing NUL included, cut at a whole
 * UTF-8 character. Returns the length that the whole text has. */
size_t lk_format_list(char *out, size_t capacity, const char *format, va_list arguments);
size_t lk_format(char *out, size_t capacity, const char *format, ...) LK_PRINTF(3, 4);

#endif
