/* Numbers to text and back: money with two decimals, and doubles of any kind. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "bench.h"

enum { COUNT = 200000 };

static char texts[COUNT][LK_NUMBER_DOUBLE_SIZE];
static size_t lengths[COUNT];
static double values[COUNT];

static void print_all(void)
{
    for (int i = 0; i < COUNT; i++) lengths[i] = lk_number_print_double(texts[i], values[i]);
}

static void parse_all(void)
{
    for (int i = 0; i < COUNT; i++) {
        double back;
        if (!lk_number_parse_double((lk_text){texts[i], lengths[i]}, &back) || back != values[i])
            abort();
    }
}

static void measure(const char *print_what, const char *parse_what)
{
    BENCH(print_what, COUNT, 0, print_all());
    double bytes = 0;
    for (int i = 0; i < COUNT; i++) bytes += (double)lengths[i];
    BENCH(parse_what, COUNT, bytes, parse_all());
}

int main(void)
{
    uint64_t state = 1;
    for (int i = 0; i < COUNT; i++) values[i] = (double)(bench_random(&state) % 1000000) / 100;
    measure("number: print money", "number: parse money");
    for (int i = 0; i < COUNT; i++) {
        uint64_t bits = (bench_random(&state) & ~(UINT64_C(0x7ff) << 52)) |
                        (bench_random(&state) % 2046 + 1) << 52;
        memcpy(&values[i], &bits, sizeof bits);
    }
    measure("number: print any double", "number: parse any double");
    return 0;
}
