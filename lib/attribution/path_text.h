/* path_text.h: the names of a text path, as kinds of touches of which the channel alone is known. */
#ifndef LK_ATTRIBUTION_PATH_TEXT_H
#define LK_ATTRIBUTION_PATH_TEXT_H

#include "attribution/store.h"

/* Names that paths said lately, by their bytes: a power of two. */
#define LK_NAMES_RECENT 1024u

typedef struct lk_recent_name {
    uint64_t head, tail; /* its first sixteen bytes, zeros behind a shorter one */
    size_t length;
    uint32_t text;
    uint32_t kind_and_one; /* 0: none */
} lk_recent_name;

typedef struct lk_path_text {
    leadkpi_attribution *attribution;
    lk_text separator;
    lk_recent_name *recent; /* LK_NAMES_RECENT */
    uint32_t *words;        /* what was taken, one path after the other */
    size_t count, capacity;
} lk_path_text;

/* Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_path_text_open(lk_path_text *text, leadkpi_attribution *attribution,
                                 leadkpi_error *error);
void lk_path_text_close(lk_path_text *text);

/* Adds a word of 0, for the group, and the kinds of the names between separators, blanks around
 * them cut off. A blank between separators is a name too, a blank path has none.
 * Status: OK, OUT_OF_MEMORY, LIMIT, OVERFLOW. */
leadkpi_status lk_path_text_take(lk_path_text *text, lk_text path, leadkpi_error *error);

/* Bit i: is byte i of 64 the mark? The portable form is always compiled and gives the same. */
uint64_t lk_bytes_equal(const char *bytes, char mark);
uint64_t lk_bytes_equal_portable(const char *bytes, char mark);

#endif
