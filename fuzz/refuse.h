/* refuse.h: a host whose n-th request for memory is refused. */
#ifndef LK_FUZZ_REFUSE_H
#define LK_FUZZ_REFUSE_H

#include <leadkpi/host.h>

#include "fuzz.h"

static int refuse_at; /* requests until one is refused; 0: never */

static inline void *refusing_allocate(void *user, size_t size)
{
    (void)user;
    if (refuse_at && --refuse_at == 0) return NULL;
    return malloc(size);
}

static inline void *refusing_reallocate(void *user, void *block, size_t old_size, size_t new_size)
{
    (void)user, (void)old_size;
    if (refuse_at && --refuse_at == 0) return NULL;
    return realloc(block, new_size);
}

static inline void refusing_release(void *user, void *block, size_t size)
{
    (void)user, (void)size;
    free(block);
}

static inline leadkpi_host refusing_host(void)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.allocate = refusing_allocate;
    host.reallocate = refusing_reallocate;
    host.release = refusing_release;
    return host;
}

#endif
