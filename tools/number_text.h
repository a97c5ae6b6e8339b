/* number_text.h: numbers as exports write them, exactly, as integer and scale.
 *
 *   1234   1,234.50   1.234,50   1 234,50   1'234.50   (12.00)   -12   12-
 *   1.2E+05   45%   $1,234.50   1.234,50 EUR   USD 12   <1 %
 *
 * Which of comma and dot is the decimal mark is told, or found by
 * number_style_of from a value that can be read in one way only. Nothing
 * depends on the locale. */
#ifndef TOOL_NUMBER_TEXT_H
#define TOOL_NUMBER_TEXT_H

#include "tool.h"

/* Digits after the mark that are kept; what lies behind is rounded half away from zero. */
#define NUMBER_SCALE 9

typedef enum number_style {
    NUMBER_UNTOLD, /* reads as NUMBER_DOT */
    NUMBER_DOT,    /* 1,234.50 */
    NUMBER_COMMA   /* 1.234,50 */
} number_style;

typedef struct number_value {
    int64_t unscaled; /* the value is unscaled / 10^scale */
    int scale;        /* 0 to NUMBER_SCALE */
    bool percent;     /* a % stood behind it; the value is as written */
    slice currency;   /* as written ("$", "EUR"); empty: none */
} number_value;

/* The whole of `text` as a number; false where it is not one or does not fit. */
bool number_read(slice text, number_style style, number_value *out);

/* A number as a program writes it, 0.08 or 1.5e6: the whole of `text`, in tens, and finite. */
bool number_read_double(const char *text, double *out);

/* Divides by 10^places, and by 100 where a % stood behind it: 45% is 0.45. false: more than 18 decimals. */
bool number_divide(number_value *number, int places);

/* What `text` proves: NUMBER_DOT, NUMBER_COMMA, or NUMBER_UNTOLD where both readings are
 * possible ("1,234") or none. */
number_style number_style_of(slice text);

/* Nothing, "-", "--" and " --" (Google Ads): there is no number here. */
bool number_is_missing(slice text);

/* `value` * 10^places; false where it does not fit. */
bool number_shift(int64_t *value, int places);

/* The same currency, or a sign that may stand for it ("$" and "USD"). */
bool currency_agrees(slice a, slice b);

#endif
