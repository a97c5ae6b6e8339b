/* error.h: how the library says what is wrong.
 *
 * A function that can fail returns a leadkpi_status and takes the caller's
 * leadkpi_error last. Public entry points reset it first; everything below
 * only adds to it, and the first error wins.
 *
 *     return lk_fail(error, LEADKPI_BAD_ARGUMENT, "level: expected above 0 and below 1, found %g", level);
 */
#ifndef LK_ERROR_H
#define LK_ERROR_H

#include <stdint.h>

#include <leadkpi/error.h>

#include "base/text.h"

#if defined(__GNUC__)
#define LK_PRINTF(text, first) __attribute__((__format__(__printf__, text, first), cold))
#define LK_LIKELY(x) __builtin_expect(!!(x), 1)
#define LK_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define LK_PREFETCH(address) __builtin_prefetch(address)
#else
#define LK_PRINTF(text, first)
#define LK_LIKELY(x) (x)
#define LK_UNLIKELY(x) (x)
#define LK_PREFETCH(address) ((void)(address))
#endif

/* For whoever reads arrays by turns, or one that is long with work between: the machine's own reading ahead ends with
 * a page of memory, so what comes half a page later is asked for. It may lie behind the array. */
static inline void lk_read_ahead(const void *cell)
{
    LK_PREFETCH((const char *)((uintptr_t)cell + 2048));
}

/* Hand a failure up. For functions that own nothing at that point. */
#define LK_TRY(expression)                                                                         \
    do {                                                                                           \
        leadkpi_status lk_try_ = (expression);                                                     \
        if (LK_UNLIKELY(lk_try_ != LEADKPI_OK)) return lk_try_;                                    \
    } while (0)

#define LK_FAIL_IF(condition, ...)                                                                 \
    do {                                                                                           \
        if (LK_UNLIKELY(condition)) return lk_fail(__VA_ARGS__);                                   \
    } while (0)

/* The pointer `p` must not be NULL; the message names it as the caller wrote it. */
#define LK_REQUIRE(p, error)                                                                       \
    LK_FAIL_IF(!(p), error, LEADKPI_NULL_ARGUMENT, "%s: expected a pointer, found NULL", #p)

/* Say it, and return `status`. Formats: lk_format's (format.h). */
leadkpi_status lk_fail(leadkpi_error *error, leadkpi_status status, const char *format, ...)
    LK_PRINTF(3, 4);

/* The same with the place in the input; -1 where there is none. */
leadkpi_status lk_fail_at(leadkpi_error *error, leadkpi_status status, int64_t row, int32_t column,
                          const char *format, ...) LK_PRINTF(5, 6);

/* The one rule of calls that write into the caller's buffer. `needed` is optional,
 * and known even when the buffer is too small. A NULL buffer with a capacity of 0
 * and a `needed` asks for the size, which is OK; any other NULL buffer is not.
 * lk_buffer_begin comes first; lk_buffer_admits, once the size is known, sets
 * `needed`. Then a call that has no buffer is done. */
leadkpi_status lk_buffer_begin(const void *buffer, size_t capacity, size_t *needed,
                               leadkpi_error *error);
leadkpi_status lk_buffer_admits(const void *buffer, size_t capacity, size_t size, size_t *needed,
                                leadkpi_error *error);

#endif
