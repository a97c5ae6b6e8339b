#include "base/error.h"

#include <stdarg.h>

#include "base/format.h"

_Static_assert(sizeof(leadkpi_error) == 512, "the error struct is frozen");

void leadkpi_error_reset(leadkpi_error *error)
{
    if (!error) return;
    memset(error, 0, sizeof *error);
    error->row = -1;
    error->column = -1;
}

/* How many bytes the UTF-8 character at `at` has, of `left`; 0 where it is none (Unicode 15, table
 * 3-7). */
static size_t character_length(const unsigned char *at, size_t left)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (at[0] >= 0xF5 || (at[0] >= 0x80 && at[0] < 0xC2)) return 0;
    if (length > left) return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xC0) != 0x80) return 0;
    if (at[0] == 0xE0 && at[1] < 0xA0) return 0; /* longer than needed */
    if (at[0] == 0xED && at[1] > 0x9F) return 0; /* surrogates */
    if (at[0] == 0xF0 && at[1] < 0x90) return 0;
    if (at[0] == 0xF4 && at[1] > 0x8F) return 0;
    return length;
}

/* Messages quote what the caller handed in, which may be any bytes: what is not UTF-8, a control
 * character or a NUL becomes '?'. */
static void clean(char *message, size_t length)
{
    unsigned char *at = (unsigned char *)message;
    for (size_t i = 0; i < length;) {
        size_t count = character_length(at + i, length - i);
        if (count == 0 || at[i] < 0x20 || at[i] == 0x7F) {
            at[i] = '?';
            count = 1;
        }
        i += count;
    }
}

static void write_message(char *message, size_t capacity, const char *format, va_list arguments)
{
    size_t length = lk_format_list(message, capacity, format, arguments);
    if (length >= capacity) /* cut: the closing NUL is the last of all */
        for (length = capacity - 1; message[length];) length--;
    clean(message, length);
}

static leadkpi_status report(leadkpi_error *error, leadkpi_status status, int64_t row,
                             int32_t column, const char *format, va_list arguments)
{
    if (error && error->code == LEADKPI_OK) {
        error->code = status;
        error->row = row;
        error->column = column;
        write_message(error->message, sizeof error->message, format, arguments);
    }
    return status;
}

leadkpi_status lk_fail(leadkpi_error *error, leadkpi_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(error, status, -1, -1, format, arguments);
    va_end(arguments);
    return status;
}

leadkpi_status lk_fail_at(leadkpi_error *error, leadkpi_status status, int64_t row, int32_t column,
                          const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report(error, status, row, column, format, arguments);
    va_end(arguments);
    return status;
}

leadkpi_status lk_buffer_begin(const void *buffer, size_t capacity, size_t *needed,
                               leadkpi_error *error)
{
    if (needed) *needed = 0;
    LK_FAIL_IF(!buffer && capacity, error, LEADKPI_NULL_ARGUMENT,
               "buffer: expected a pointer to %zu bytes, found NULL", capacity);
    LK_FAIL_IF(!buffer && !needed, error, LEADKPI_NULL_ARGUMENT,
               "buffer and needed: expected one of the two, found NULL twice");
    return LEADKPI_OK;
}

leadkpi_status lk_buffer_admits(const void *buffer, size_t capacity, size_t size, size_t *needed,
                                leadkpi_error *error)
{
    if (needed) *needed = size;
    LK_FAIL_IF(buffer && size > capacity, error, LEADKPI_BUFFER_TOO_SMALL,
               "buffer: expected room for %zu bytes, found %zu", size, capacity);
    return LEADKPI_OK;
}
