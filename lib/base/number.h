/* number.h: numbers to text and back: exact, and the same in every locale. */
#ifndef LK_NUMBER_H
#define LK_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Room for any double as text, with a closing NUL. */
#define LK_NUMBER_DOUBLE_SIZE 32

/* Write the digits and no NUL; return how many bytes. `out` holds 24 or more. */
size_t lk_number_print_uint64(char *out, uint64_t value);
size_t lk_number_print_int64(char *out, int64_t value);

/* The shortest decimal that reads back as the same double ("0.1", "1e300",
 * "nan", "inf", "-inf"; -0 prints as "0"). No NUL. */
size_t lk_number_print_double(char out[LK_NUMBER_DOUBLE_SIZE], double value);

/* The whole of `text` as a number; false, and `*out` not written, where it is not one or
 * does not fit. An optional sign and digits; no blanks, no locale. */
bool lk_number_parse_int64(lk_text text, int64_t *out);

/* A decimal as people write it: sign, digits with an optional point, an optional
 * exponent ("-12.5", ".5", "1e-9"). The nearest double, half to even, whatever the
 * number of digits; too small gives 0, and so does "-0"; too large is false.
 * "nan", "inf" and hexadecimal are not numbers here. */
bool lk_number_parse_double(lk_text text, double *out);

#endif
