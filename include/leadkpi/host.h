/* host.h: what a program may lend the library: memory, a limit, a way to stop.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Every `create` takes a host, or NULL for the defaults: malloc and free, no
 * limit, no interrupt. The struct is copied at creation. What `user` points to
 * and the functions must outlive every object made with them, tables included.
 *
 *     leadkpi_host host = LEADKPI_HOST_DEFAULT;
 *     host.memory_limit_bytes = 256u << 20;
 *     leadkpi_campaigns_create(&host, NULL, &campaigns, &error);
 */
#ifndef LEADKPI_HOST_H
#define LEADKPI_HOST_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leadkpi_host {
    /* sizeof(leadkpi_host) of the caller. A later release may append fields;
     * those that an older caller does not have are taken as zero. A size that
     * cannot be, or a field set that this release does not know, makes a call
     * answer LEADKPI_BAD_ARGUMENT, and so do one or two of the three functions. */
    uint64_t struct_size;

    /* The most bytes one object may hold at a time; 0: no limit. A call that
     * would pass it answers LEADKPI_LIMIT and changes nothing. A table that
     * comes out counts by itself, and so does what a report holds while it runs. */
    uint64_t memory_limit_bytes;

    /* Handed to every callback. */
    void *user;

    /* The three together, or all NULL for malloc, realloc and free; on Linux blocks
     * from 2 MB are then mapped, in pages of 2 MB (mmap, mremap, madvise): up to 2 MB more
     * each; they go back to the system as soon as they are free. Where a sandbox refuses
     * mremap, a block that grows is copied. `allocate`
     * and `reallocate` give NULL when there is no memory; the memory is aligned
     * for every type. `size` of the old block is handed back for allocators
     * that want it. They are never called with a size of zero, nor
     * `release` with NULL. */
    void *(*allocate)(void *user, size_t size);
    void *(*reallocate)(void *user, void *memory, size_t old_size, size_t new_size);
    void (*release)(void *user, void *memory, size_t size);

    /* Called now and then in long calls, on the calling thread; a result other
     * than 0 makes the call answer LEADKPI_INTERRUPTED, with nothing changed.
     * It must not call the library with the same object. NULL: never asked. */
    int32_t (*interrupted)(void *user);

    /* NULL. */
    void *reserved;
} leadkpi_host;

/* The defaults, for a host whose fields are then set one by one. */
#define LEADKPI_HOST_DEFAULT {sizeof(leadkpi_host), 0, NULL, NULL, NULL, NULL, NULL, NULL}

/* leadkpi_host_init: the same as the macro, for languages without it.
 * `struct_size` is the size of the caller's struct. NULL does nothing.
 * Since 0.1. */
LEADKPI_API void leadkpi_host_init(leadkpi_host *host, uint64_t struct_size);

#ifdef __cplusplus
}
#endif
#endif
