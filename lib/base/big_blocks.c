/* mremap is Linux's own. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "base/big_blocks.h"

#if defined(__linux__)
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#define LEAST ((size_t)2 << 20)
#define PAGE ((size_t)2 << 20)

/* No size is so near the end of what there is: lk_allocate asks for PTRDIFF_MAX at most. */
static size_t pages_of(size_t size)
{
    return (size + PAGE - 1) & ~(PAGE - 1);
}

bool lk_is_big_block(size_t size)
{
    return size >= LEAST;
}

static char *map(size_t length)
{
    void *mapped = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped == MAP_FAILED ? NULL : mapped;
}

/* Systems that do not do it by themselves give one page more, of which both ends go back. */
static char *map_at_page(size_t length)
{
    char *mapped = map(length);
    if (!mapped || (uintptr_t)mapped % PAGE == 0) return mapped;
    (void)munmap(mapped, length);
    mapped = map(length + PAGE);
    if (!mapped) return NULL;
    size_t before = (PAGE - (uintptr_t)mapped % PAGE) % PAGE;
    if (before) (void)munmap(mapped, before);
    (void)munmap(mapped + before + length, PAGE - before);
    return mapped + before;
}

void *lk_big_block_allocate(size_t size)
{
    int error = errno;
    size_t length = pages_of(size);
    char *block = map_at_page(length);
#if defined(MADV_HUGEPAGE)
    if (block) (void)madvise(block, length, MADV_HUGEPAGE);
#endif
    errno = error;
    return block;
}

void *lk_big_block_resize(void *block, size_t old_size, size_t new_size)
{
    int error = errno;
    size_t before = pages_of(old_size), length = pages_of(new_size);
    void *moved = mremap(block, before, length, 0);
    if (moved == MAP_FAILED) {
        char *to = map_at_page(length);
        moved = to ? mremap(block, before, length, MREMAP_MAYMOVE | MREMAP_FIXED, to) : MAP_FAILED;
        if (to && moved == MAP_FAILED) (void)munmap(to, length);
    }
    errno = error;
    return moved == MAP_FAILED ? NULL : moved;
}

void lk_big_block_release(void *block, size_t size)
{
    int error = errno;
    (void)munmap(block, pages_of(size));
    errno = error;
}
#else
bool lk_is_big_block(size_t size)
{
    (void)size;
    return false;
}

void *lk_big_block_allocate(size_t size)
{
    (void)size;
    return NULL;
}

void *lk_big_block_resize(void *block, size_t old_size, size_t new_size)
{
    (void)block, (void)old_size, (void)new_size;
    return NULL;
}

void lk_big_block_release(void *block, size_t size)
{
    (void)block, (void)size;
}
#endif
