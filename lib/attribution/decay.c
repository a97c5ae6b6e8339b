#include "attribution/decay.h"

#include <string.h>

#include "base/wide.h"

/* 2^-(1/2), 2^-(1/4), ... 2^-(1/256) times 2^64, rounded; from 60 digits. */
static const uint64_t roots[8] = {
    0xB504F333F9DE6484u, 0xD744FCCAD69D6AF4u, 0xEAC0C6E7DD24392Fu, 0xF5257D152486CC2Cu,
    0xFA83B2DB722A033Au, 0xFD3E0C0CF486C175u, 0xFE9E115C7B8F884Cu, 0xFF4ECB59511EC8A5u,
};

/* The natural logarithm of 2, times 2^64. */
#define LN2 0xB17217F7D1CF79ACu

/* e^-y for y below 2^-8, both times 2^64: 1 - y (1 - y/2 (1 - y/3 ...)), whose seventh term is below
 * 2^-68. The result is below 1 by at least one unit. */
static uint64_t small_exponential(uint64_t y)
{
    uint64_t inner = UINT64_MAX;
    for (uint64_t k = 7; k >= 1; k--)
        inner = UINT64_MAX - lk_multiply(y, inner).high / k;
    return inner;
}

/* 2^-f, both times 2^64. */
static uint64_t fraction_power(uint64_t f)
{
    uint64_t power = small_exponential(lk_multiply(f << 8 >> 8, LN2).high);
    for (int bit = 0; bit < 8; bit++)
        if (f >> (63 - bit) & 1) power = lk_multiply(power, roots[bit]).high;
    return power;
}

static double power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

double lk_decay(int64_t age, int64_t half_life)
{
    uint64_t remainder;
    int64_t whole = age / half_life, rest = age % half_life;
    if (whole > 1000) return 0;
    if (rest == 0) return power_of_two((int)-whole);
    if (half_life == INT64_MAX) half_life--; /* the divisor must be below 2^63 - 1 + 1 */
    if (rest >= half_life) rest = half_life - 1;
    uint64_t fraction = lk_divide((uint64_t)rest, (uint64_t)half_life, &remainder);
    return (double)fraction_power(fraction) * 0x1p-64 * power_of_two((int)-whole);
}
