#include "base/memory.h"

#include <stdlib.h>

#include "base/big_blocks.h"

_Static_assert(sizeof(leadkpi_host) == 16 + 6 * sizeof(void *), "no padding in the host struct");

static void *default_allocate(void *user, size_t size)
{
    (void)user;
    return lk_is_big_block(size) ? lk_big_block_allocate(size) : malloc(size);
}

static void default_release(void *user, void *memory, size_t size)
{
    (void)user;
    if (lk_is_big_block(size))
        lk_big_block_release(memory, size);
    else
        free(memory);
}

/* From one kind to the other it takes a copy. */
static void *default_reallocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    bool was_big = lk_is_big_block(old_size), is_big = lk_is_big_block(new_size);
    if (was_big && is_big) return lk_big_block_resize(memory, old_size, new_size);
    if (!was_big && !is_big) return realloc(memory, new_size);
    void *moved = default_allocate(user, new_size);
    if (!moved) return NULL;
    memcpy(moved, memory, old_size < new_size ? old_size : new_size);
    default_release(user, memory, old_size);
    return moved;
}

/* More than any release will need, so that a wild struct_size is not followed. */
#define LARGEST_HOST_STRUCT 4096

void leadkpi_host_init(leadkpi_host *host, uint64_t struct_size)
{
    if (!host || struct_size < sizeof host->struct_size || struct_size > LARGEST_HOST_STRUCT) return;
    memset(host, 0, (size_t)struct_size);
    host->struct_size = struct_size;
}

/* A caller of a later release may hand in more than this one knows: zero means unused. */
static leadkpi_status check_host_tail(const leadkpi_host *host, leadkpi_error *error)
{
    const unsigned char *bytes = (const unsigned char *)host;
    for (size_t i = sizeof *host; i < host->struct_size; i++)
        LK_FAIL_IF(bytes[i], error, LEADKPI_BAD_ARGUMENT,
                   "host: byte %zu is set, which this release (%d.%d) does not know", i, 0, 1);
    return LEADKPI_OK;
}

leadkpi_status lk_memory_init(lk_memory *memory, const leadkpi_host *host, leadkpi_error *error)
{
    leadkpi_host given = LEADKPI_HOST_DEFAULT;
    if (host) {
        LK_FAIL_IF(host->struct_size < 16 || host->struct_size > LARGEST_HOST_STRUCT, error,
                   LEADKPI_BAD_ARGUMENT,
                   "host: expected struct_size from 16 to %d, found %llu; start from LEADKPI_HOST_DEFAULT",
                   LARGEST_HOST_STRUCT, (unsigned long long)host->struct_size);
        LK_TRY(check_host_tail(host, error));
        memcpy(&given, host,
               host->struct_size < sizeof given ? (size_t)host->struct_size : sizeof given);
    }
    int callbacks = !!given.allocate + !!given.reallocate + !!given.release;
    LK_FAIL_IF(callbacks != 0 && callbacks != 3, error, LEADKPI_BAD_ARGUMENT,
               "host: expected allocate, reallocate and release together, found %d of 3", callbacks);
    memory->user = given.user;
    memory->allocate = callbacks ? given.allocate : default_allocate;
    memory->reallocate = callbacks ? given.reallocate : default_reallocate;
    memory->release = callbacks ? given.release : default_release;
    memory->interrupted = given.interrupted;
    memory->limit_bytes = given.memory_limit_bytes;
    memory->used_bytes = 0;
    return LEADKPI_OK;
}

lk_memory lk_memory_like(const lk_memory *memory)
{
    lk_memory twin = *memory;
    twin.used_bytes = 0;
    return twin;
}

leadkpi_host lk_memory_host(const lk_memory *memory)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = memory->limit_bytes;
    host.user = memory->user;
    host.allocate = memory->allocate;
    host.reallocate = memory->reallocate;
    host.release = memory->release;
    host.interrupted = memory->interrupted;
    return host;
}

/* Checks the product and the limit for a block that grows from old_size. */
static leadkpi_status check_size(const lk_memory *memory, size_t old_size, size_t count,
                                 size_t item_size, size_t *size, leadkpi_error *error)
{
    LK_FAIL_IF(!lk_size_multiply(count, item_size, size) || *size > PTRDIFF_MAX, error,
               LEADKPI_OUT_OF_MEMORY, "memory: %zu items of %zu bytes do not fit in the address space",
               count, item_size);
    uint64_t others = memory->used_bytes - old_size;
    LK_FAIL_IF(memory->limit_bytes && *size > old_size &&
                   (others > memory->limit_bytes || *size > memory->limit_bytes - others),
               error, LEADKPI_LIMIT,
               "memory: expected at most %llu bytes (the host's limit), needed %llu",
               (unsigned long long)memory->limit_bytes, (unsigned long long)(others + *size));
    return LEADKPI_OK;
}

leadkpi_status lk_allocate(lk_memory *memory, size_t count, size_t item_size, void *out,
                           leadkpi_error *error)
{
    size_t size = 0;
    void *block = NULL;
    LK_TRY(check_size(memory, 0, count, item_size, &size, error));
    if (size) {
        block = memory->allocate(memory->user, size);
        LK_FAIL_IF(!block, error, LEADKPI_OUT_OF_MEMORY, "memory: no room for %zu more bytes", size);
        memory->used_bytes += size;
    }
    memcpy(out, &block, sizeof block);
    return LEADKPI_OK;
}

leadkpi_status lk_resize(lk_memory *memory, void *block, size_t old_count, size_t new_count,
                         size_t item_size, leadkpi_error *error)
{
    void *old_block;
    memcpy(&old_block, block, sizeof old_block);
    if (!old_block) return lk_allocate(memory, new_count, item_size, block, error);
    size_t old_size = old_count * item_size, size = 0;
    LK_TRY(check_size(memory, old_size, new_count, item_size, &size, error));
    void *new_block = NULL;
    if (size) {
        new_block = memory->reallocate(memory->user, old_block, old_size, size);
        LK_FAIL_IF(!new_block, error, LEADKPI_OUT_OF_MEMORY, "memory: no room for %zu bytes", size);
    } else {
        memory->release(memory->user, old_block, old_size);
    }
    memory->used_bytes += (uint64_t)size - (uint64_t)old_size;
    memcpy(block, &new_block, sizeof new_block);
    return LEADKPI_OK;
}

void lk_release(lk_memory *memory, void *block, size_t count, size_t item_size)
{
    if (!block) return;
    size_t size = count * item_size;
    memory->release(memory->user, block, size);
    memory->used_bytes -= size;
}

leadkpi_status lk_memory_hand_over(lk_memory *from, lk_memory *to, size_t size, leadkpi_error *error)
{
    size_t checked = 0;
    LK_TRY(check_size(to, 0, size, 1, &checked, error));
    from->used_bytes -= size;
    to->used_bytes += size;
    return LEADKPI_OK;
}

leadkpi_status lk_interrupted(const lk_memory *memory, leadkpi_error *error)
{
    LK_FAIL_IF(memory->interrupted && memory->interrupted(memory->user), error, LEADKPI_INTERRUPTED,
               "interrupted by the host; nothing was changed");
    return LEADKPI_OK;
}

/* Half a millisecond at the speed of memory. */
#define COPIED_AT_ONCE ((size_t)4 << 20)

leadkpi_status lk_copy(const lk_memory *memory, void *to, const void *from, size_t size, leadkpi_error *error)
{
    for (size_t at = 0, part; at < size; at += part) {
        part = size - at < COPIED_AT_ONCE ? size - at : COPIED_AT_ONCE;
        if (at > 0) LK_TRY(lk_interrupted(memory, error));
        memcpy((char *)to + at, (const char *)from + at, part);
    }
    return LEADKPI_OK;
}

/* The smallest page of the systems there are. */
#define PAGE 4096

leadkpi_status lk_bring_pages(const lk_memory *memory, void *block, size_t size, leadkpi_error *error)
{
    volatile char *bytes = block; /* that nobody reads them before they are written is no reason to leave it */
    for (size_t at = 0; at < size; at += PAGE) {
        if (at > 0 && at % COPIED_AT_ONCE == 0) LK_TRY(lk_interrupted(memory, error));
        bytes[at] = 0;
    }
    return LEADKPI_OK;
}
