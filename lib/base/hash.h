/* hash.h: the hashes of the library: one for tables in memory, one for states.
 *
 * lk_hash_text and lk_hash_int64 take a secret seed and never leave an object.
 * lk_hash128 (XXH3, 128 bits, seed 0) is part of the format of a state and of
 * hashed ids: it never changes. */
#ifndef LK_HASH_H
#define LK_HASH_H

#include "base/text.h"

#include <stdint.h>

/* A key of 128 bits. As bytes (a state, a column): the high half first, each half big-endian,
 * which is the canonical form of XXH128 and sorts as the numbers do. */
typedef struct lk_key128 {
    uint64_t high;
    uint64_t low;
} lk_key128;

uint64_t lk_hash_text(lk_text text, uint64_t seed);
lk_key128 lk_hash128(const void *bytes, size_t length);

void lk_key128_to_bytes(lk_key128 key, uint8_t bytes[16]);
lk_key128 lk_key128_from_bytes(const uint8_t bytes[16]);

static inline int lk_key128_compare(lk_key128 a, lk_key128 b)
{
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return (a.low > b.low) - (a.low < b.low);
}

/* A seed from a few bits that an attacker cannot know (the finaliser of SplitMix64,
 * Steele, Lea and Flood, OOPSLA 2014). */
static inline uint64_t lk_hash_seed(uint64_t secret)
{
    secret += 0x9E3779B97F4A7C15u;
    secret = (secret ^ secret >> 30) * 0xBF58476D1CE4E5B9u;
    secret = (secret ^ secret >> 27) * 0x94D049BB133111EBu;
    return secret ^ secret >> 31;
}

/* The first product is multiply-shift hashing with a secret odd factor
 * (Dietzfelbinger et al. 1997): two given keys collide in the top bits with a
 * probability that no choice of keys can raise. The second spreads runs of
 * neighbouring keys. Use the high bits. */
static inline uint64_t lk_hash_int64(uint64_t value, uint64_t seed)
{
    value *= seed | 1;
    value ^= value >> 32 ^ seed >> 1;
    return value * 0x9E3779B97F4A7C15u;
}

static inline uint64_t lk_hash_key128(lk_key128 key, uint64_t seed)
{
    return lk_hash_int64(key.low ^ lk_hash_int64(key.high, seed), seed);
}

#endif
