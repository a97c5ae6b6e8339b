/* sort.h: stable sorts, the same in every C library.
 *
 * By number: least-significant-digit radix sort, eight bits a pass; a byte that is the
 * same in all keys costs no pass. Many keys of few values next to each other, without payload, are counted
 * instead. Linear, whatever the keys.
 * By comparison: merge sort from the bottom up, at most n log2 n comparisons,
 * whatever the keys.
 * Each holds scratch memory as large as what it sorts at most while it runs, and asks the host
 * once in LK_INTERRUPT_ROWS items or comparisons whether to stop. What is sorted is as it was
 * when the memory is not to be had, and in any order after INTERRUPTED: some may
 * then stand there twice and others not at all.
 * Status: OK, OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
#ifndef LK_SORT_H
#define LK_SORT_H

#include "base/memory.h"

/* Rising keys; payload[i] travels with keys[i]. `payload` may be NULL. */
leadkpi_status lk_sort_uint64(lk_memory *memory, uint64_t *keys, uint32_t *payload, size_t count,
                              leadkpi_error *error);
leadkpi_status lk_sort_int64(lk_memory *memory, int64_t *keys, uint32_t *payload, size_t count,
                             leadkpi_error *error);

/* The same without payload, with scratch of the caller's, `count` keys. Status: OK, INTERRUPTED. */
leadkpi_status lk_sort_uint64_with(const lk_memory *memory, uint64_t *keys, size_t count, uint64_t *scratch,
                                   leadkpi_error *error);

/* Below 0, 0, above 0, as what `a` stands for goes before, with or after `b`. */
typedef int (*lk_sort_compare)(const void *context, uint32_t a, uint32_t b);

leadkpi_status lk_sort_indexes(lk_memory *memory, uint32_t *indexes, size_t count,
                               lk_sort_compare compare, const void *context, leadkpi_error *error);

/* The same with scratch of the caller's, `count` items. Status: OK, INTERRUPTED. */
leadkpi_status lk_sort_indexes_with(const lk_memory *memory, uint32_t *indexes, size_t count, uint32_t *scratch,
                                    lk_sort_compare compare, const void *context, leadkpi_error *error);

#endif
