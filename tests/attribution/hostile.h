/* hostile.h: states cut short and states with bits turned over. For tests of hidden functions. */
#ifndef LK_TEST_HOSTILE_H
#define LK_TEST_HOSTILE_H

#include "../support/seal.h"
#include "touches.h"

static inline void read_hostile(const uint8_t *bytes, size_t size, void (*use)(const leadkpi_attribution *))
{
    leadkpi_attribution *back;
    leadkpi_error error;
    if (leadkpi_attribution_deserialize(NULL, bytes, size, &back, &error) != LEADKPI_OK) {
        ck_assert_ptr_null(back);
        ck_assert(error.message[0] != 0);
        return;
    }
    blob again = state_of(back); /* what was taken is what would be written */
    ck_assert_uint_eq(again.size, size);
    ck_assert_mem_eq(again.bytes, bytes, size);
    use(back);
    leadkpi_attribution_free(back);
    free(again.bytes);
}

/* Every part of the state from its start is refused; with one to three bits turned over it is refused,
 * or it is the state of a handle that `use` can take. */
static inline void try_hostile(const leadkpi_attribution *a, int rounds, void (*use)(const leadkpi_attribution *))
{
    leadkpi_attribution *back;
    leadkpi_error error;
    blob b = state_of(a);
    for (size_t size = 0; size < b.size; size++)
        ck_assert_int_ne(leadkpi_attribution_deserialize(NULL, b.bytes, size, &back, &error), LEADKPI_OK);
    uint64_t state = 5;
    uint8_t *copy = malloc(b.size);
    for (int round = 0; round < lk_test_rounds(rounds); round++) {
        memcpy(copy, b.bytes, b.size);
        for (uint64_t flips = 1 + lk_test_random(&state) % 3; flips > 0; flips--) {
            size_t at = 40 + (size_t)(lk_test_random(&state) % (b.size - 56));
            copy[at] = (uint8_t)(copy[at] ^ 1u << lk_test_random(&state) % 8);
        }
        seal(copy, b.size);
        read_hostile(copy, b.size, use);
    }
    free(copy);
    free(b.bytes);
}

#endif
