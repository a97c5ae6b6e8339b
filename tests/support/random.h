/* random.h: numbers for tests, the same on every machine (SplitMix64, Steele, Lea and
 * Flood, OOPSLA 2014), and how many rounds of them. */
#ifndef LK_TEST_RANDOM_H
#define LK_TEST_RANDOM_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>

static inline uint64_t lk_test_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* The rounds of a long test. With LEADKPI_ROUND_SHARE=k in the environment a k-th of them, for
 * valgrind: what an address does wrong it does wrong in the first hundred. */
static inline int lk_test_rounds(int all)
{
    const char *text = getenv("LEADKPI_ROUND_SHARE");
    long share = text ? strtol(text, NULL, 10) : 1;
    ck_assert_msg(share > 0, "LEADKPI_ROUND_SHARE: expected a number above 0, found \"%s\"", text);
    return all > share ? (int)(all / share) : 1;
}

#endif
