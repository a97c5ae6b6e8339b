/* mremap is Linux's own. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "base/big_blocks.h"

#if defined(__linux__)
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define LEAST ((size_t)2 << 20)
#define PAGE ((size_t)2 << 20)
#define LARGEST_START (63 * 17 * 64)

/* Blocks that all began at a page would have their first bytes, and so on, in the same few places of every cache,
 * where a loop over many of them would find none. By the page one starts at another of 64 lines, which it keeps. */
static size_t start_in(const char *page)
{
    return (uintptr_t)page / PAGE % 64 * (17 * 64);
}

static size_t start_of(const char *block)
{
    return (uintptr_t)block % PAGE;
}

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

static void ask_for_large_pages(char *pages, size_t length)
{
#if defined(MADV_HUGEPAGE)
    (void)madvise(pages, length, MADV_HUGEPAGE);
#else
    (void)pages, (void)length;
#endif
}

void *lk_big_block_allocate(size_t size)
{
    int error = errno;
    size_t length = pages_of(size + LARGEST_START);
    char *pages = map_at_page(length), *block = NULL;
    if (pages) {
        size_t used = pages_of(size + start_in(pages));
        if (used < length) (void)munmap(pages + used, length - used);
        ask_for_large_pages(pages, used);
        block = pages + start_in(pages);
    }
    errno = error;
    return block;
}

/* The pages go to a place that is asked for first. A system may count what a block grows by before it takes that
 * place back, and one near its limit would refuse: so as much more is asked for, and given back. What is refused by
 * a rule was not begun. Where memory is wanting all the same, of another thread's doing, the system may have taken
 * the place back, and that thread may have it. */
static char *move(char *pages, size_t before, size_t length)
{
    size_t more = length - before;
    char *to = more <= SIZE_MAX - PAGE - length ? map_at_page(length + more) : NULL;
    if (!to) return NULL;
    (void)munmap(to + length, more);
    void *moved = mremap(pages, before, length, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    if (moved != MAP_FAILED) return moved;
    if (errno != ENOMEM && errno != EAGAIN) (void)munmap(to, length);
    return NULL;
}

static char *copy(char *pages, size_t before, size_t length)
{
    char *to = map_at_page(length);
    if (!to) return NULL;
    ask_for_large_pages(to, length);
    memcpy(to, pages, before);
    (void)munmap(pages, before);
    return to;
}

/* Where it is, or else elsewhere. A sandbox may refuse every mremap. */
static char *grow(char *pages, size_t before, size_t length)
{
    char *grown = NULL;
    if (mremap(pages, before, length, 0) != MAP_FAILED) return pages;
    if (errno == ENOMEM) grown = move(pages, before, length);
    return grown ? grown : copy(pages, before, length);
}

static char *shrink(char *pages, size_t before, size_t length)
{
    return length == before || munmap(pages + length, before - length) == 0 ? pages : NULL;
}

void *lk_big_block_resize(void *block, size_t old_size, size_t new_size)
{
    int error = errno;
    size_t start = start_of(block), before = pages_of(start + old_size), length = pages_of(start + new_size);
    char *pages = (char *)block - start;
    pages = length > before ? grow(pages, before, length) : shrink(pages, before, length);
    errno = error;
    return pages ? pages + start : NULL;
}

void lk_big_block_release(void *block, size_t size)
{
    int error = errno;
    size_t start = start_of(block);
    (void)munmap((char *)block - start, pages_of(start + size));
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
