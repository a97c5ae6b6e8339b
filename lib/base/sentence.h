/* sentence.h: text into a buffer that may be too small, or not there at all: it counts on. */
#ifndef LK_SENTENCE_H
#define LK_SENTENCE_H

#include "base/text.h"

typedef struct lk_sentence {
    char *out; /* may be NULL when capacity is 0 */
    size_t capacity;
    size_t length; /* that the whole text has */
} lk_sentence;

static inline void lk_say(lk_sentence *w, lk_text text)
{
    if (w->length < w->capacity && text.length) {
        size_t room = w->capacity - w->length;
        memcpy(w->out + w->length, text.data, text.length < room ? text.length : room);
    }
    w->length += text.length;
}

static inline void lk_say_words(lk_sentence *w, const char *words)
{
    lk_say(w, lk_text_of(words, LEADKPI_NUL_TERMINATED));
}

#endif
