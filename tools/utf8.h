/* utf8.h: is it text, and how wide does it print? */
#ifndef TOOL_UTF8_H
#define TOOL_UTF8_H

#include "tool.h"

/* How many bytes at the start are ASCII and not NUL, in whole steps of eight. */
size_t text_plain_prefix(const char *bytes, size_t length);

/* true where the bytes are UTF-8 without NUL. */
bool text_is_clean(const char *bytes, size_t length);

/* The text as a terminal can take it: control characters, which would move the cursor or begin a row, as \n, \t or
 * \x1b. What data holds goes through here before it is shown to people; CSV and JSON have it as it is. */
void text_put_shown(text_buffer *out, slice text);
void text_write_shown(FILE *out, slice text);

/* The columns of a terminal that the text takes. */
size_t text_columns(const char *bytes, size_t length);

#endif
