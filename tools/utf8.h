/* utf8.h: is it text, and how wide does it print? */
#ifndef TOOL_UTF8_H
#define TOOL_UTF8_H

#include "tool.h"

/* How many bytes at the start are ASCII and not NUL, in whole steps of eight. */
size_t text_plain_prefix(const char *bytes, size_t length);

/* true where the bytes are UTF-8 without NUL. */
bool text_is_clean(const char *bytes, size_t length);

/* The columns of a terminal that the text takes. */
size_t text_columns(const char *bytes, size_t length);

#endif
