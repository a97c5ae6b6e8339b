/* packed.h: events in the order of journeys, 8 bytes each.
 *
 * Without sequences and segments all that tells two events of a lead apart is when they were and what
 * they mean: a time in years 1 to 9999, which takes 59 bits, and the rank of a code by its content,
 * which takes 5 where there are few. Such keys sort as their events do, and do not name the lead: they
 * stand lead by lead, and the store knows where each lead's end. */
#ifndef LK_FUNNEL_PACKED_H
#define LK_FUNNEL_PACKED_H

#include "funnel/rule.h"

#define LK_PACKED_RANK_BITS 5
#define LK_PACKED_CODES_MAX (1 << LK_PACKED_RANK_BITS)

/* What the ranks of keys stand for. */
typedef struct lk_packed_codes {
    uint32_t count;
    uint32_t by_rank[LK_PACKED_CODES_MAX];
} lk_packed_codes;

/* Of at most LK_PACKED_CODES_MAX codes. */
static inline lk_packed_codes lk_packed_codes_of(const uint32_t *code_rank, uint32_t code_count)
{
    lk_packed_codes codes = {code_count, {0}};
    for (uint32_t code = 0; code < code_count; code++) codes.by_rank[code_rank[code]] = code;
    return codes;
}

static inline uint64_t lk_packed_key(int64_t time, uint32_t rank)
{
    return (uint64_t)(time - LK_FUNNEL_TIME_MIN) << LK_PACKED_RANK_BITS | rank;
}

/* Microseconds from the first time there is. */
static inline uint64_t lk_packed_since(uint64_t key)
{
    return key >> LK_PACKED_RANK_BITS;
}

static inline int64_t lk_packed_time(uint64_t key)
{
    return (int64_t)lk_packed_since(key) + LK_FUNNEL_TIME_MIN;
}

static inline uint32_t lk_packed_code(const lk_packed_codes *codes, uint64_t key)
{
    return codes->by_rank[key % LK_PACKED_CODES_MAX];
}

#endif
