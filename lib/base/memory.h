/* memory.h: every byte the library holds comes through here: the host's
 * allocator, the memory limit of one object, and the interrupt.
 *
 * An object with state embeds one lk_memory. Sizes are counted in items, so
 * that the multiplication is checked in one place. A count of zero gives NULL
 * and LEADKPI_OK. */
#ifndef LK_MEMORY_H
#define LK_MEMORY_H

#include <leadkpi/host.h>

#include "base/error.h"

typedef struct lk_memory {
    void *user;
    void *(*allocate)(void *user, size_t size);
    void *(*reallocate)(void *user, void *memory, size_t old_size, size_t new_size);
    void (*release)(void *user, void *memory, size_t size);
    int32_t (*interrupted)(void *user);
    uint64_t limit_bytes; /* 0: none */
    uint64_t used_bytes;
} lk_memory;

/* Takes the host's struct, which may be NULL (the defaults). */
leadkpi_status lk_memory_init(lk_memory *memory, const leadkpi_host *host, leadkpi_error *error);

/* The same callbacks and limit with a count of its own: for a twin, or for a
 * table that a report hands out. */
lk_memory lk_memory_like(const lk_memory *memory);

/* The same as a host, for the public calls that a room makes itself. */
leadkpi_host lk_memory_host(const lk_memory *memory);

/* `*out` is written only on success; new memory is not cleared. */
leadkpi_status lk_allocate(lk_memory *memory, size_t count, size_t item_size, void *out,
                           leadkpi_error *error);

/* `*block` (a pointer to the caller's pointer) moves from old_count to new_count items; left as it was on
 * failure. A new_count of zero releases it. Never fails when it shrinks to zero. */
leadkpi_status lk_resize(lk_memory *memory, void *block, size_t old_count, size_t new_count,
                         size_t item_size, leadkpi_error *error);

/* NULL does nothing; count and size as at allocation. */
void lk_release(lk_memory *memory, void *block, size_t count, size_t item_size);

/* The other counts a block of so many bytes from now on; both have the same host. Status: OK, LIMIT (`to`). */
leadkpi_status lk_memory_hand_over(lk_memory *from, lk_memory *to, size_t size, leadkpi_error *error);

/* LEADKPI_INTERRUPTED once the host says stop. Call it every LK_INTERRUPT_ROWS rows or so. */
#define LK_INTERRUPT_ROWS 65536
leadkpi_status lk_interrupted(const lk_memory *memory, leadkpi_error *error);

/* The same at a place of many, from 0 on, that are come to one by one or in pieces of a power of two. */
static inline leadkpi_status lk_interrupted_at(const lk_memory *memory, size_t place, leadkpi_error *error)
{
    bool asks = place % LK_INTERRUPT_ROWS == 0 && place > 0;
    return LK_UNLIKELY(asks) ? lk_interrupted(memory, error) : LEADKPI_OK;
}

/* The same of work that comes in pieces of any size: after so many items more, of which `*done` (0 at first) were
 * done since the host was asked. */
static inline leadkpi_status lk_interrupted_after(const lk_memory *memory, size_t items, size_t *done,
                                                  leadkpi_error *error)
{
    *done += items;
    if (LK_LIKELY(*done < LK_INTERRUPT_ROWS)) return LEADKPI_OK;
    *done = 0;
    return lk_interrupted(memory, error);
}

/* memcpy of blocks that may be large: the host is asked between pieces. Status: OK, INTERRUPTED. */
leadkpi_status lk_copy(const lk_memory *memory, void *to, const void *from, size_t size, leadkpi_error *error);

/* Brings the pages of a block that is as lk_allocate gave it, in order and asking in between, where the first writes
 * would go everywhere and bring all at once. Status: OK, INTERRUPTED. */
leadkpi_status lk_bring_pages(const lk_memory *memory, void *block, size_t size, leadkpi_error *error);

/* False on overflow, `*out` then not written. */
static inline bool lk_size_multiply(size_t a, size_t b, size_t *out)
{
    if (b && a > SIZE_MAX / b) return false;
    *out = a * b;
    return true;
}

static inline bool lk_size_add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b) return false;
    *out = a + b;
    return true;
}

#endif
