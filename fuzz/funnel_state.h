/* funnel_state.h: the bytes of a funnel, to see that nothing changed. */
#ifndef LK_FUZZ_FUNNEL_STATE_H
#define LK_FUZZ_FUNNEL_STATE_H

#include <leadkpi.h>

#include "fuzz.h"

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

/* The bytes, or an error where there is no memory for them. */
static inline leadkpi_status state_if_room(const leadkpi_funnel *funnel, bytes *out)
{
    *out = (bytes){NULL, 0};
    leadkpi_status status = leadkpi_funnel_serialize(funnel, NULL, 0, &out->size, NULL);
    if (status != LEADKPI_OK) return status;
    out->data = malloc(out->size);
    MUST(out->data);
    status = leadkpi_funnel_serialize(funnel, out->data, out->size, NULL, NULL);
    if (status == LEADKPI_OK) return status;
    free(out->data);
    *out = (bytes){NULL, 0};
    return status;
}

static inline bytes state_of(const leadkpi_funnel *funnel)
{
    bytes b;
    MUST(state_if_room(funnel, &b) == LEADKPI_OK);
    return b;
}

static inline void same_state(const leadkpi_funnel *funnel, bytes expected)
{
    bytes b = state_of(funnel);
    MUST(b.size == expected.size && memcmp(b.data, expected.data, b.size) == 0);
    free(b.data);
}

#endif
