/* The exact sum against a naive one: a long row of base-256 digits. */
#include <float.h>
#include <math.h>

#include "base/exact_sum.h"
#include "base/wide.h"

#include "../support/check_main.h"
#include "../support/random.h"

/* Sign and 40 digits of base 256 in units of 2^-128: plain schoolbook arithmetic. */
typedef struct naive {
    int digits[40]; /* all of one sign or a mix of signs: normalised only to be compared */
} naive;

/* rint and ldexp are exact here: the value is rounded once, half to even. */
static void naive_add_double(naive *sum, double value)
{
    double left = rint(ldexp(fabs(value), 128));
    for (int i = 0; left > 0; i++) {
        double rest = floor(left / 256);
        sum->digits[i] += (int)(left - rest * 256) * (value < 0 ? -1 : 1);
        left = rest;
    }
}

static void naive_to_limbs(const naive *sum, uint64_t limbs[4])
{
    int carry = 0;
    for (int i = 0; i < 32; i++) {
        int total = sum->digits[i] + carry;
        int digit = ((total % 256) + 256) % 256;
        carry = (total - digit) / 256;
        limbs[i / 8] = (i % 8 ? limbs[i / 8] : 0) | (uint64_t)digit << (8 * (i % 8));
    }
}

/* 2^128 * mantissa / divisor by one bit at a time, rounded half to even. */
static void naive_decimal(int64_t mantissa, uint64_t divisor, uint64_t limbs[4])
{
    uint64_t left = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    uint64_t whole = left / divisor, rest = left % divisor, bits[2] = {0, 0};
    for (int bit = 127; bit >= 0; bit--) {
        rest *= 2;
        if (rest >= divisor) rest -= divisor, bits[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
    bool up = 2 * rest > divisor || (2 * rest == divisor && bits[0] % 2);
    limbs[0] = bits[0] + up;
    limbs[1] = bits[1] + (up && limbs[0] == 0);
    limbs[2] = whole + (up && limbs[0] == 0 && limbs[1] == 0);
    limbs[3] = 0;
    if (mantissa >= 0) return;
    uint64_t carry = 1;
    for (int i = 0; i < 4; i++) limbs[i] = ~limbs[i] + carry, carry = carry && limbs[i] == 0;
}

static double random_amount(uint64_t *state, int i)
{
    uint64_t bits = lk_test_random(state);
    if (i % 3 == 0) return (double)(int64_t)bits / 1e6;
    if (i % 3 == 1)
        return ldexp((double)(bits >> 11), (int)(bits % 190) - 185) * (bits & 2048 ? 1 : -1);
    double any;
    memcpy(&any, &bits, sizeof any);
    return fabs(any) < 0x1p62 ? any : (double)(bits % 1000) / 8;
}

static void same_limbs(const lk_exact_sum *sum, const uint64_t limbs[4])
{
    ck_assert_mem_eq(sum->limbs, limbs, 32);
}

START_TEST(a_sum_of_doubles_is_the_naive_sum)
{
    uint64_t state = 1, limbs[4];
    for (int round = 0; round < 200; round++) {
        lk_exact_sum sum = LK_EXACT_SUM_ZERO;
        naive expected = {{0}};
        for (int i = 0; i < 200; i++) {
            double value = random_amount(&state, i + round);
            ck_assert_int_eq(lk_exact_sum_add_double(&sum, value, NULL), LEADKPI_OK);
            naive_add_double(&expected, value);
            naive_to_limbs(&expected, limbs);
            same_limbs(&sum, limbs);
        }
    }
}
END_TEST

START_TEST(addends_are_rounded_once_half_to_even_at_the_last_bit)
{
    static const struct {
        double value;
        uint64_t units;
    } cases[] = {
        {0x1p-128, 1},
        {0x1p-129, 0},
        {0x1.8p-128, 2},
        {0x1.4p-127, 2},
        {0x1.cp-127, 4},
        {0x1.0000000000001p-129, 1},
        {0x1.fffffffffffffp-130, 0},
        {DBL_TRUE_MIN, 0},
        {DBL_MIN, 0},
        {0x1p-180, 0},
        {0x1.fffffffffffffp-129, 1},
        {0x1.fffffffffffffp-128, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lk_exact_sum plus = LK_EXACT_SUM_ZERO, minus = LK_EXACT_SUM_ZERO;
        uint64_t units = cases[i].units, up[4] = {units, 0, 0, 0};
        uint64_t all = units ? UINT64_MAX : 0, down[4] = {0 - units, all, all, all};
        ck_assert_int_eq(lk_exact_sum_add_double(&plus, cases[i].value, NULL), LEADKPI_OK);
        ck_assert_int_eq(lk_exact_sum_add_double(&minus, -cases[i].value, NULL), LEADKPI_OK);
        same_limbs(&plus, up);
        same_limbs(&minus, down);
    }
}
END_TEST

START_TEST(any_order_batch_and_shard_gives_the_same_bytes)
{
    enum {
        COUNT = 5000
    };
    static double values[COUNT];
    uint64_t state = 2;
    lk_exact_sum forward = LK_EXACT_SUM_ZERO, backward = forward, batch = forward, shards = forward;
    for (int i = 0; i < COUNT; i++) values[i] = random_amount(&state, i);
    for (int i = 0; i < COUNT; i++) lk_exact_sum_add_double(&forward, values[i], NULL);
    for (int i = COUNT; i-- > 0;) lk_exact_sum_add_double(&backward, values[i], NULL);
    ck_assert_int_eq(lk_exact_sum_add_doubles(&batch, values, 0, COUNT, NULL, NULL), LEADKPI_OK);
    for (int shard = 0; shard < 7; shard++) {
        lk_exact_sum part = LK_EXACT_SUM_ZERO;
        size_t rows = (size_t)(COUNT - shard + 6) / 7;
        lk_exact_sum_add_doubles(&part, values + shard, 7 * sizeof(double), rows, NULL, NULL);
        ck_assert_int_eq(lk_exact_sum_add(&shards, &part, NULL), LEADKPI_OK);
    }
    same_limbs(&backward, forward.limbs);
    same_limbs(&batch, forward.limbs);
    same_limbs(&shards, forward.limbs);
    for (int i = 0; i < COUNT; i++) lk_exact_sum_add_double(&forward, -values[i], NULL);
    ck_assert(lk_exact_sum_is_zero(&forward));
}
END_TEST

START_TEST(a_batch_leaves_out_what_is_not_valid_and_takes_strides_backwards)
{
    double values[] = {1, NAN, 4, 8, INFINITY, 32, 64, 128, 256, -1e300};
    uint8_t validity[] = {0xED, 0x01};
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    ck_assert_int_eq(lk_exact_sum_add_doubles(&sum, values, 0, 10, validity, NULL), LEADKPI_OK);
    ck_assert_double_eq(lk_exact_sum_to_double(&sum), 1 + 4 + 8 + 32 + 64 + 128 + 256);
    ck_assert_int_eq(
        lk_exact_sum_add_doubles(&sum, values + 3, -(ptrdiff_t)sizeof(double), 2, NULL, NULL),
        LEADKPI_OK);
    ck_assert_double_eq(lk_exact_sum_to_double(&sum), 493 + 12);
    ck_assert_int_eq(lk_exact_sum_add_doubles(&sum, NULL, 0, 0, NULL, NULL), LEADKPI_OK);
}
END_TEST

START_TEST(decimals_are_the_naive_long_division)
{
    uint64_t state = 3, limbs[4], power = 1;
    for (int scale = 0; scale <= 18; scale++, power *= 10) {
        for (int i = 0; i < 300; i++) {
            int64_t mantissa = (int64_t)lk_test_random(&state) >> (i % 64);
            if (i == 0) mantissa = INT64_MIN;
            if (i == 1) mantissa = INT64_MAX;
            lk_exact_sum sum = LK_EXACT_SUM_ZERO;
            ck_assert_int_eq(lk_exact_sum_add_decimal(&sum, mantissa, scale, NULL), LEADKPI_OK);
            naive_decimal(mantissa, power, limbs);
            same_limbs(&sum, limbs);
        }
    }
    lk_exact_sum cents = LK_EXACT_SUM_ZERO;
    for (int i = 0; i < 100; i++) lk_exact_sum_add_decimal(&cents, 1, 2, NULL);
    ck_assert_double_eq(lk_exact_sum_to_double(&cents), 1.0);
}
END_TEST

START_TEST(integers_enter_whole)
{
    lk_exact_sum sum = LK_EXACT_SUM_ZERO, other = LK_EXACT_SUM_ZERO;
    lk_exact_sum_add_int64(&sum, INT64_MIN, NULL);
    ck_assert_double_eq(lk_exact_sum_to_double(&sum), -0x1p63);
    lk_exact_sum_add_int64(&sum, INT64_MAX, NULL);
    lk_exact_sum_add_double(&other, -1, NULL);
    same_limbs(&sum, other.limbs);
    lk_exact_sum_add_int64(&sum, 1, NULL);
    ck_assert(lk_exact_sum_is_zero(&sum));
}
END_TEST

START_TEST(what_cannot_be_added_is_refused_and_changes_nothing)
{
    static const struct {
        double value;
        leadkpi_status status;
    } cases[] = {{NAN, LEADKPI_BAD_DATA},       {INFINITY, LEADKPI_BAD_DATA},
                 {-INFINITY, LEADKPI_BAD_DATA}, {0x1p63, LEADKPI_OVERFLOW},
                 {-0x1p63, LEADKPI_OVERFLOW},   {DBL_MAX, LEADKPI_OVERFLOW}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        leadkpi_error error;
        lk_exact_sum sum = {{1, 2, 3, 4}}, before = sum;
        double values[] = {1, 2, cases[i].value};
        leadkpi_error_reset(&error);
        ck_assert(!lk_exact_sum_takes(cases[i].value));
        ck_assert_int_eq(lk_exact_sum_add_double(&sum, cases[i].value, &error), cases[i].status);
        ck_assert_int_eq(error.code, cases[i].status);
        ck_assert_int_eq(error.row, -1);
        leadkpi_error_reset(&error);
        ck_assert_int_eq(lk_exact_sum_add_doubles(&sum, values, 0, 3, NULL, &error),
                         cases[i].status);
        ck_assert_int_eq(error.row, 2);
        same_limbs(&sum, before.limbs);
    }
    lk_exact_sum sum = LK_EXACT_SUM_ZERO;
    ck_assert_int_eq(lk_exact_sum_add_decimal(&sum, 1, -1, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(lk_exact_sum_add_decimal(&sum, 1, 19, NULL), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(lk_exact_sum_add_double(&sum, nextafter(0x1p63, 0), NULL), LEADKPI_OK);
    ck_assert(lk_exact_sum_takes(nextafter(-0x1p63, 0)));
}
END_TEST

START_TEST(overflow_is_seen_on_every_way_in_and_changes_nothing)
{
    lk_exact_sum top = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, INT64_MAX}}, before = top;
    lk_exact_sum bottom = {{0, 0, 0, (uint64_t)1 << 63}}, low = bottom;
    lk_exact_sum one = {{1, 0, 0, 0}};
    ck_assert_int_eq(lk_exact_sum_add_double(&top, 0x1p-128, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_add_int64(&top, 1, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_add_decimal(&top, 1, 18, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_add(&top, &top, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_add(&top, &one, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_subtract(&bottom, &one, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_add_double(&bottom, -1, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_negate(&bottom, NULL), LEADKPI_OVERFLOW);
    ck_assert_int_eq(lk_exact_sum_subtract(&one, &bottom, NULL), LEADKPI_OVERFLOW);
    same_limbs(&top, before.limbs);
    same_limbs(&bottom, low.limbs);
    double values[] = {1, 2};
    ck_assert_int_eq(lk_exact_sum_add_doubles(&top, values, 0, 2, NULL, NULL), LEADKPI_OVERFLOW);
    same_limbs(&top, before.limbs);
    /* at the edge, and still right */
    ck_assert_int_eq(lk_exact_sum_subtract(&bottom, &bottom, NULL), LEADKPI_OK);
    ck_assert(lk_exact_sum_is_zero(&bottom));
    ck_assert_double_eq(lk_exact_sum_to_double(&low), -0x1p127);
    ck_assert_double_eq(lk_exact_sum_to_double(&top), 0x1p127);
}
END_TEST

START_TEST(sums_compare_as_numbers)
{
    static const double rising[] = {-1e18, -2, -1, -0x1p-128, 0, 0x1p-128, 0.5, 1, 2, 1e18};
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 10; j++) {
            lk_exact_sum a = LK_EXACT_SUM_ZERO, b = LK_EXACT_SUM_ZERO;
            lk_exact_sum_add_double(&a, rising[i], NULL);
            lk_exact_sum_add_double(&b, rising[j], NULL);
            ck_assert_int_eq(lk_exact_sum_compare(&a, &b), (i > j) - (i < j));
            ck_assert_int_eq(lk_exact_sum_is_negative(&a), i < 4);
            ck_assert_int_eq(lk_exact_sum_negate(&a, NULL), LEADKPI_OK);
            ck_assert_double_eq(lk_exact_sum_to_double(&a), -rising[i]);
        }
    }
}
END_TEST

START_TEST(one_value_comes_back_as_it_went_in)
{
    uint64_t state = 4;
    for (int i = 0; i < 50000; i++) {
        double value =
            ldexp((double)(int64_t)lk_test_random(&state), -(int)(lk_test_random(&state) % 128));
        if (!lk_exact_sum_takes(value) || fabs(value) < 0x1p-75) continue;
        lk_exact_sum sum = LK_EXACT_SUM_ZERO;
        lk_exact_sum_add_double(&sum, value, NULL);
        ck_assert_double_eq(lk_exact_sum_to_double(&sum), value);
    }
    lk_exact_sum zero = LK_EXACT_SUM_ZERO;
    lk_exact_sum_add_double(&zero, -0.0, NULL);
    ck_assert(lk_exact_sum_is_zero(&zero));
    ck_assert(!signbit(lk_exact_sum_to_double(&zero)));
}
END_TEST

START_TEST(a_sum_is_rounded_to_the_nearest_double_half_to_even)
{
    static const struct {
        double big, small, tiny, expected;
    } cases[] = {
        {0x1p53, 1, 0, 0x1p53},
        {0x1p53, 1, 0x1p-128, 0x1p53 + 2},
        {0x1p53, 1, -0x1p-128, 0x1p53},
        {0x1p53 + 2, 1, 0, 0x1p53 + 4},
        {0x1p54 - 1 - 1, 1, 0, 0x1p54},
        {-0x1p53, -1, 0, -0x1p53},
        {0x1p54 - 2, 1, -0x1p-100, 0x1p54 - 2},
        {-0x1p53, -1, -0x1p-128, -0x1p53 - 2},
        {1, 0x1p-53, 0x1p-60, 1 + 0x1p-52},
        {0x1p62, 0x1p-128, 0, 0x1p62},
        {0x1p-128, 0, 0, 0x1p-128},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lk_exact_sum sum = LK_EXACT_SUM_ZERO;
        lk_exact_sum_add_double(&sum, cases[i].big, NULL);
        lk_exact_sum_add_double(&sum, cases[i].small, NULL);
        lk_exact_sum_add_double(&sum, cases[i].tiny, NULL);
        ck_assert_double_eq(lk_exact_sum_to_double(&sum), cases[i].expected);
    }
}
END_TEST

START_TEST(wide_arithmetic_is_the_same_with_and_without_a_128_bit_integer)
{
    uint64_t state = 5, r1, r2;
    for (int i = 0; i < 20000; i++) {
        uint64_t a = lk_test_random(&state) >> (i % 64),
                 b = lk_test_random(&state) >> (i / 64 % 64);
        lk_uint128 x = lk_multiply(a, b), y = lk_multiply_portable(a, b);
        ck_assert(x.low == y.low && x.high == y.high);
        uint64_t divisor = (a >> 1) + 1, high = b % divisor;
        ck_assert_uint_eq(lk_divide(high, divisor, &r1), lk_divide_portable(high, divisor, &r2));
        ck_assert_uint_eq(r1, r2);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exact_sum");
    TCase *tcase = tcase_create("exact_sum");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_sum_of_doubles_is_the_naive_sum);
    tcase_add_test(tcase, addends_are_rounded_once_half_to_even_at_the_last_bit);
    tcase_add_test(tcase, any_order_batch_and_shard_gives_the_same_bytes);
    tcase_add_test(tcase, a_batch_leaves_out_what_is_not_valid_and_takes_strides_backwards);
    tcase_add_test(tcase, decimals_are_the_naive_long_division);
    tcase_add_test(tcase, integers_enter_whole);
    tcase_add_test(tcase, what_cannot_be_added_is_refused_and_changes_nothing);
    tcase_add_test(tcase, overflow_is_seen_on_every_way_in_and_changes_nothing);
    tcase_add_test(tcase, sums_compare_as_numbers);
    tcase_add_test(tcase, one_value_comes_back_as_it_went_in);
    tcase_add_test(tcase, a_sum_is_rounded_to_the_nearest_double_half_to_even);
    tcase_add_test(tcase, wide_arithmetic_is_the_same_with_and_without_a_128_bit_integer);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
