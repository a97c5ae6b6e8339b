/* writer.h: text into a buffer that may be too small, or not there at all: it counts on. */
#ifndef LK_WRITER_H
#define LK_WRITER_H

#include "base/text.h"

typedef struct lk_writer {
    char *out; /* may be NULL when capacity is 0 */
    size_t capacity;
    size_t length; /* that the whole text has */
} lk_writer;

static inline void lk_write(lk_writer *w, lk_text text)
{
    if (w->length < w->capacity && text.length) {
        size_t room = w->capacity - w->length;
        memcpy(w->out + w->length, text.data, text.length < room ? text.length : room);
    }
    w->length += text.length;
}

static inline void lk_write_words(lk_writer *w, const char *words)
{
    lk_write(w, lk_text_of(words, LEADKPI_NUL_TERMINATED));
}

#endif
