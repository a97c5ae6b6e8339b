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

static leadkpi_status report(leadkpi_error *error, leadkpi_status status, int64_t row,
                             int32_t column, const char *format, va_list arguments)
{
    if (error && error->code == LEADKPI_OK) {
        error->code = status;
        error->row = row;
        error->column = column;
        lk_format_list(error->message, sizeof error->message, format, arguments);
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
