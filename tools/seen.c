#include "seen.h"

#include <stdlib.h>

#define PLACES (4 * SEEN_NAMES) /* a power of 2, never more than a quarter full */

/* FNV-1a, 32 bits. */
static uint32_t hash_of(slice name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.length; i++) hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
    return hash;
}

static bool is_kept(slice name)
{
    if (name.length == 0 || name.length > SEEN_LENGTH) return false;
    return !memchr(name.data, ',', name.length) && !memchr(name.data, '|', name.length);
}

static bool stands_at(const seen_names *seen, uint32_t place, slice name)
{
    const char *at = seen->names.data + place - 1;
    return strncmp(at, name.data, name.length) == 0 && at[name.length] == ',';
}

/* Where the name is, or would be. */
static uint32_t *place_of(const seen_names *seen, slice name)
{
    uint32_t at = hash_of(name) % PLACES;
    while (seen->places[at] && !stands_at(seen, seen->places[at], name)) at = (at + 1) % PLACES;
    return &seen->places[at];
}

void seen_put(seen_names *seen, slice name)
{
    if (!is_kept(name)) return;
    if (!seen->places) seen->places = tool_allocate(PLACES, sizeof *seen->places);
    uint32_t *place = place_of(seen, name);
    if (*place || seen->count == SEEN_NAMES) return;
    *place = (uint32_t)seen->names.length + 1;
    seen->count++;
    text_put(&seen->names, name.data, name.length);
    text_put(&seen->names, ",", 1);
}

bool seen_has(const seen_names *seen, slice name)
{
    return seen->places && is_kept(name) && *place_of(seen, name);
}

void seen_free(seen_names *seen)
{
    text_free(&seen->names);
    free(seen->places);
    seen->places = NULL;
}
