/* sort.h: stable sorts, the same in every C library.
 *
 * By number: least-significant-digit radix sort, eight bits a pass; a byte that is the
 * same in all keys costs no pass. Linear, whatever the keys.
 * By comparison: merge sort from the bottom up, at most n log2 n comparisons,
 * whatever the keys.
 * Each holds scratch memory as large as what it sorts while it runs. What is
 * sorted is as it was when the memory is not to be had.
 * Status: OK, OUT_OF_MEMORY, LIMIT. */
#ifndef LK_SORT_H
#define LK_SORT_H

#include "base/memory.h"

/* Rising keys; payload[i] travels with keys[i]. `payload` may be NULL. */
leadkpi_status lk_sort_uint64(lk_memory *memory, uint64_t *keys, uint32_t *payload, size_t count,
                              leadkpi_error *error);
leadkpi_status lk_sort_int64(lk_memory *memory, int64_t *keys, uint32_t *payload, size_t count,
                             leadkpi_error *error);

/* The same with scratch of the caller's, `count` items each; payload_scratch is not looked
 * at without payload. Cannot fail. */
void lk_sort_uint64_with(uint64_t *keys, uint32_t *payload, size_t count, uint64_t *key_scratch,
                         uint32_t *payload_scratch);

/* Below 0, 0, above 0, as what `a` stands for goes before, with or after `b`. */
typedef int (*lk_sort_compare)(const void *context, uint32_t a, uint32_t b);

leadkpi_status lk_sort_indexes(lk_memory *memory, uint32_t *indexes, size_t count,
                               lk_sort_compare compare, const void *context, leadkpi_error *error);

/* Scratch: `count` items. Cannot fail. */
void lk_sort_indexes_with(uint32_t *indexes, size_t count, uint32_t *scratch,
                          lk_sort_compare compare, const void *context);

#endif
