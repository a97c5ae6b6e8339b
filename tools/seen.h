/* seen.h: the distinct names of events, stages or kinds in the rows, for what a misspelt one may have meant. */
#ifndef TOOL_SEEN_H
#define TOOL_SEEN_H

#include "tool.h"

/* What is more, longer or holds a mark of a list is not kept: no name could be suggested for it. */
#define SEEN_NAMES ((size_t)1024)
#define SEEN_LENGTH ((size_t)63)

typedef struct seen_names {
    text_buffer names;     /* each followed by a comma */
    uint32_t *places;      /* by hash: behind where a name stands in `names`; 0: free */
    size_t count;
} seen_names;

/* Cost a name: a hash of its bytes and, nearly always, one comparison. */
void seen_put(seen_names *seen, slice name);
bool seen_has(const seen_names *seen, slice name);
void seen_free(seen_names *seen);

#endif
