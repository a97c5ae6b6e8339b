/* format.c: reads Arrow's format strings ("The Arrow C data interface", "Data type
 * description -- format strings"). */
#include "arrow/format.h"

#include <string.h>

typedef struct fixed_format {
    const char *text;
    lk_arrow_format is;
} fixed_format;

/* clang-format off */
static const fixed_format formats[] = {
    {"n",   {LK_ARROW_VOID, 0, 0, 0}},
    {"b",   {LK_ARROW_BOOL, 0, 0, 0}},
    {"c",   {LK_ARROW_SIGNED, 1, 0, 0}},   {"C", {LK_ARROW_UNSIGNED, 1, 0, 0}},
    {"s",   {LK_ARROW_SIGNED, 2, 0, 0}},   {"S", {LK_ARROW_UNSIGNED, 2, 0, 0}},
    {"i",   {LK_ARROW_SIGNED, 4, 0, 0}},   {"I", {LK_ARROW_UNSIGNED, 4, 0, 0}},
    {"l",   {LK_ARROW_SIGNED, 8, 0, 0}},   {"L", {LK_ARROW_UNSIGNED, 8, 0, 0}},
    {"e",   {LK_ARROW_FLOAT, 2, 0, 0}},
    {"f",   {LK_ARROW_FLOAT, 4, 0, 0}},
    {"g",   {LK_ARROW_FLOAT, 8, 0, 0}},
    {"u",   {LK_ARROW_TEXT, 4, 0, 0}},     {"z",  {LK_ARROW_TEXT, 4, 0, 0}},
    {"U",   {LK_ARROW_TEXT, 8, 0, 0}},     {"Z",  {LK_ARROW_TEXT, 8, 0, 0}},
    {"vu",  {LK_ARROW_VIEW, 16, 0, 0}},    {"vz", {LK_ARROW_VIEW, 16, 0, 0}},
    {"tdD", {LK_ARROW_TIME, 4, 0, INT64_C(86400000000)}},
    {"tdm", {LK_ARROW_TIME, 8, 0, 1000}},
};

/* A zone follows, which may be empty. */
static const fixed_format instants[] = {
    {"tss:", {LK_ARROW_TIME, 8, 0, 1000000}},
    {"tsm:", {LK_ARROW_TIME, 8, 0, 1000}},
    {"tsu:", {LK_ARROW_TIME, 8, 0, 1}},
    {"tsn:", {LK_ARROW_TIME, 8, 0, 0}},
};
/* clang-format on */

/* A number of at most three digits; NULL where there is none. */
static const char *read_number(const char *text, int32_t *number)
{
    const char *start = text;
    *number = 0;
    while (*text >= '0' && *text <= '9' && text - start < 4)
        *number = *number * 10 + (*text++ - '0');
    return text == start || text - start > 3 ? NULL : text;
}

/* "d:precision,scale" or "d:precision,scale,bits". */
static lk_arrow_format decimal(const char *text)
{
    const lk_arrow_format other = {LK_ARROW_OTHER, 0, 0, 0};
    int32_t precision, scale, bits = 128;
    const char *at = read_number(text + 2, &precision);
    if (!at || *at++ != ',') return other;
    at = read_number(at, &scale);
    if (!at) return other;
    if (*at == ',') at = read_number(at + 1, &bits);
    if (!at || *at || scale > 18) return other;
    if (bits != 32 && bits != 64 && bits != 128 && bits != 256) return other;
    return (lk_arrow_format){LK_ARROW_DECIMAL, bits / 8, scale, 0};
}

lk_arrow_format lk_arrow_format_of(const char *text)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(text, formats[i].text) == 0) return formats[i].is;
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        if (strncmp(text, instants[i].text, 4) == 0) return instants[i].is;
    if (strncmp(text, "d:", 2) == 0) return decimal(text);
    return (lk_arrow_format){LK_ARROW_OTHER, 0, 0, 0};
}
