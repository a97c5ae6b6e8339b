/* text.h: a piece of text inside the library: bytes and how many, no NUL needed. */
#ifndef LK_TEXT_H
#define LK_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <leadkpi/export.h>

typedef struct lk_text {
    const char *data;
    size_t length;
} lk_text;

/* For "%.*s" in messages: the length, cut to what a message can hold, and the bytes. */
#define LK_TEXT_ARGS(t) (int)((t).length < 200 ? (t).length : 200), (t).data ? (t).data : ""

#define LK_LITERAL(s) ((lk_text){"" s, sizeof(s) - 1})

/* A text as it comes through the public interface. */
static inline lk_text lk_text_of(const char *data, size_t length)
{
    if (!data) return (lk_text){"", 0};
    return (lk_text){data, length == LEADKPI_NUL_TERMINATED ? strlen(data) : length};
}

static inline bool lk_text_equal(lk_text a, lk_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* The one order of texts everywhere: by bytes, a prefix first. */
static inline int lk_text_compare(lk_text a, lk_text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    if (order) return order;
    return (a.length > b.length) - (a.length < b.length);
}

#endif
