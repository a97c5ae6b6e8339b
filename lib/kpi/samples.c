#include "kpi/samples.h"

#include <float.h>
#include <math.h>

#include "base/exact_sum.h"

size_t lk_sample_first_outside(lk_sample sample, double minimum, double maximum)
{
    size_t i = 0;
    while (i < sample.count && sample.values[i] >= minimum && sample.values[i] <= maximum) i++;
    return i;
}

bool lk_sample_is_within(lk_sample sample, double minimum, double maximum)
{
    return lk_sample_first_outside(sample, minimum, maximum) == sample.count;
}

double lk_sample_single(lk_sample sample)
{
    return sample.count == 1 ? sample.values[0] : NAN;
}

/* ---- sums --------------------------------------------------------------- */

static double sum_of(lk_exact_sum *total, leadkpi_status status)
{
    return status == LEADKPI_OK ? lk_exact_sum_to_double(total) : NAN;
}

double lk_sample_sum(lk_sample sample)
{
    lk_exact_sum total = LK_EXACT_SUM_ZERO;
    if (sample.count == 0) return NAN;
    return sum_of(&total,
                  lk_exact_sum_add_doubles(&total, sample.values, 0, sample.count, NULL, NULL));
}

double lk_sample_mean(lk_sample sample)
{
    return lk_sample_sum(sample) / (double)sample.count;
}

double lk_sample_product(lk_sample sample)
{
    double product = sample.count ? 1 : NAN;
    for (size_t i = 0; i < sample.count; i++) product *= sample.values[i];
    return product;
}

/* The exact sum of term(a, b) over both lists. */
static double sum_over(lk_sample a, lk_sample b, double (*term)(double a, double b))
{
    lk_exact_sum total = LK_EXACT_SUM_ZERO;
    leadkpi_status status = LEADKPI_OK;
    if (a.count == 0 || a.count != b.count) return NAN;
    for (size_t i = 0; i < a.count && status == LEADKPI_OK; i++)
        status = lk_exact_sum_add_double(&total, term(a.values[i], b.values[i]), NULL);
    return sum_of(&total, status);
}

static double term_product(double a, double b)
{
    return a * b;
}

static double term_squared_error(double a, double b)
{
    return (a - b) * (a - b);
}

static double term_error(double a, double b)
{
    return fabs(a - b);
}

static double term_size(double a, double b)
{
    (void)b;
    return fabs(a);
}

double lk_sample_dot(lk_sample a, lk_sample b)
{
    return sum_over(a, b, term_product);
}

double lk_sample_herfindahl(lk_sample counts)
{
    double total = lk_sample_sum(counts);
    return total > 0 ? lk_sample_dot(counts, counts) / (total * total) : NAN;
}

double lk_sample_brier(lk_sample predicted, lk_sample outcome)
{
    return sum_over(predicted, outcome, term_squared_error) / (double)predicted.count;
}

double lk_sample_wape(lk_sample forecast, lk_sample actual)
{
    double actuals = sum_over(actual, actual, term_size);
    return actuals > 0 ? sum_over(forecast, actual, term_error) / actuals : NAN;
}

double lk_sample_converted_by(lk_sample events, lk_sample at_risk)
{
    double survival = 1;
    if (events.count == 0 || events.count != at_risk.count) return NAN;
    for (size_t i = 0; i < events.count; i++) {
        if (!(at_risk.values[i] > 0 && events.values[i] <= at_risk.values[i])) return NAN;
        survival *= 1 - events.values[i] / at_risk.values[i];
    }
    return 1 - survival;
}

/* ---- order -------------------------------------------------------------- */

/* Doubles in their order as unsigned integers, and back; -0 comes just below 0. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* 8 bytes read a value, no branch. */
static size_t count_up_to(lk_sample sample, double limit)
{
    size_t count = 0;
    for (size_t i = 0; i < sample.count; i++) count += sample.values[i] <= limit;
    return count;
}

/* Bisects the range of doubles between the smallest and the largest value, so
 * at most 64 passes over the sample, however it is ordered: about 64 * 8 bytes
 * read a value. A sort would be as fast, but it needs memory. */
double lk_sample_ranked(lk_sample sample, size_t rank)
{
    double smallest = sample.values[0], largest = sample.values[0];
    for (size_t i = 1; i < sample.count; i++) {
        if (sample.values[i] < smallest) smallest = sample.values[i];
        if (sample.values[i] > largest) largest = sample.values[i];
    }
    uint64_t low = key_of(smallest), high = key_of(largest);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (count_up_to(sample, value_of(middle)) > rank)
            high = middle;
        else
            low = middle + 1;
    }
    return value_of(low) + 0.0; /* -0 is 0 */
}

/* The value that follows `value` of rank `rank` in rising order. */
static double next_ranked(lk_sample sample, size_t rank, double value)
{
    double next = HUGE_VAL;
    if (count_up_to(sample, value) > rank + 1) return value;
    for (size_t i = 0; i < sample.count; i++)
        if (sample.values[i] > value && sample.values[i] < next) next = sample.values[i];
    return next;
}

double lk_sample_quantile(lk_sample sample, double probability)
{
    if (sample.count == 0) return NAN;
    double position = probability * (double)(sample.count - 1);
    size_t rank = (size_t)position;
    double part = position - (double)rank;
    double below = lk_sample_ranked(sample, rank);
    if (part <= 0) return below;
    double above = next_ranked(sample, rank, below);
    return above == below ? below : below + part * (above - below);
}
