/* error.h: why a call failed, in words and with the place.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * The caller owns the struct, often on the stack, and hands its address to a
 * call as the last argument; NULL is always allowed. The call resets it on
 * entry. The first error wins. Nothing in it needs to be freed.
 *
 *     leadkpi_error error;
 *     if (leadkpi_campaigns_add_leads(campaigns, leads, NULL, 0, &error) != LEADKPI_OK)
 *         fprintf(stderr, "%s\n", error.message);
 */
#ifndef LEADKPI_ERROR_H
#define LEADKPI_ERROR_H

#include <stdint.h>

#include <leadkpi/export.h>
#include <leadkpi/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 512 bytes for ever; a later release may give a meaning to `reserved`. */
typedef struct leadkpi_error {
    leadkpi_status code; /* what the call returned */
    int32_t column;      /* column of the input, from 0; -1: not about a column */
    int64_t row;         /* row of the input, from 0; -1: not about a row */
    char message[400];   /* NUL-terminated UTF-8; expected and found; "" if no error */
    char reserved[96];   /* zero */
} leadkpi_error;

/* leadkpi_error_reset: as after a successful call. NULL does nothing.
 * Since 0.1. */
LEADKPI_API void leadkpi_error_reset(leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
