/* big_blocks.h: blocks of many megabytes straight from the system, in pages of 2 MB.
 *
 * To fill a page of 4 kB takes less time than the fault that brings it; and a block grows by its pages, without
 * a copy where the system lets them move, which realloc does by the luck of what was freed before. It costs up to
 * 2 MB a block that is not used. Whether the system knows large pages changes no answer. */
#ifndef LK_BIG_BLOCKS_H
#define LK_BIG_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* Is a block of this size one? Elsewhere than on Linux none is. */
bool lk_is_big_block(size_t size);

/* NULL: there is no memory; then nothing has changed. errno stays as it was. */
void *lk_big_block_allocate(size_t size);
void *lk_big_block_resize(void *block, size_t old_size, size_t new_size);
void lk_big_block_release(void *block, size_t size);

#endif
