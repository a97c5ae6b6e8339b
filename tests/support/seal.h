/* seal.h: the checksum of a state put right after its bytes were changed, so that the payload itself is
 * looked at. For tests of hidden functions. */
#ifndef LK_TEST_SEAL_H
#define LK_TEST_SEAL_H

#include "base/hash.h"

static inline void seal(uint8_t *bytes, size_t size)
{
    lk_key128_to_bytes(lk_hash128(bytes, size - 16), bytes + size - 16);
}

#endif
