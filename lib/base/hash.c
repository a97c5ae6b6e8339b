#include "base/hash.h"

/* The header is compiled in here alone, so that the library needs no other at run time. */
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#define XXH_INLINE_ALL
#define XXH_NO_STDLIB
#define XXH_NO_STREAM
#include <xxhash.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

uint64_t lk_hash_text(lk_text text, uint64_t seed)
{
    return XXH3_64bits_withSeed(text.data, text.length, seed);
}

lk_key128 lk_hash128(const void *bytes, size_t length)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, length);
    return (lk_key128){hash.high64, hash.low64};
}

static void put_big_endian(uint8_t *out, uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8) out[i] = (uint8_t)value;
}

static uint64_t get_big_endian(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
    return value;
}

void lk_key128_to_bytes(lk_key128 key, uint8_t bytes[16])
{
    put_big_endian(bytes, key.high);
    put_big_endian(bytes + 8, key.low);
}

lk_key128 lk_key128_from_bytes(const uint8_t bytes[16])
{
    return (lk_key128){get_big_endian(bytes), get_big_endian(bytes + 8)};
}
