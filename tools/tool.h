/* tool.h: what every file of the command shares: exit codes, a reason in words,
 * slices of text, and memory that is never NULL. */
#ifndef TOOL_H
#define TOOL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What the command answers to the shell. */
enum {
    TOOL_GOOD = 0,
    TOOL_DATA = 1, /* the data, a file, or memory */
    TOOL_USAGE = 2 /* the command line */
};

/* Why something failed, for standard error. */
typedef struct trouble {
    char text[1024];
} trouble;

#if defined(__GNUC__)
#define TOOL_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#define TOOL_NORETURN __attribute__((__noreturn__))
#else
#define TOOL_PRINTF(text, first)
#define TOOL_NORETURN
#endif

/* Writes the reason and gives `code` back, so that `return trouble_set(...)` reads well. */
int trouble_set(trouble *why, int code, const char *format, ...) TOOL_PRINTF(3, 4);

/* Hand a failure up. */
#define TOOL_TRY(expression)                          \
    do {                                              \
        int tool_try_ = (expression);                 \
        if (tool_try_ != TOOL_GOOD) return tool_try_; \
    } while (0)

/* Whether one of the words is --help or -h. */
bool tool_wants_help(int count, char **words);

/* A piece of text; not NUL-terminated. */
typedef struct slice {
    const char *data;
    size_t length;
} slice;

/* For "%.*s": the length, cut to what a message can hold, and the bytes. */
#define SLICE_ARGS(s) (int)((s).length < 80 ? (s).length : slice_cut((s), 80)), (s).data

slice slice_of(const char *text);
/* The longest prefix of at most `most` bytes that splits no UTF-8 character. */
size_t slice_cut(slice text, size_t most);
slice slice_trim(slice text);
bool slice_equal(slice a, slice b);
bool slice_is(slice a, const char *text);
/* ASCII letters compare without case. */
bool slice_equal_folded(slice a, slice b);
bool slice_starts_folded(slice text, const char *prefix);

/* Memory for the command: out of memory ends the program with exit code 1. */
void *tool_allocate(size_t count, size_t size);
void *tool_resize(void *memory, size_t count, size_t size);
char *tool_copy(slice text);

/* A growing text, for lines that are put together. */
typedef struct text_buffer {
    char *data; /* NUL-terminated once something was put */
    size_t length, capacity;
} text_buffer;

/* A line on standard error, under the name of the command; what data holds is shown as text_put_shown does. */
void tool_warn(const char *format, ...) TOOL_PRINTF(1, 2);

void text_put(text_buffer *buffer, const char *bytes, size_t length);
void text_print(text_buffer *buffer, const char *format, ...) TOOL_PRINTF(2, 3);
void text_free(text_buffer *buffer);

#endif
