#include "attribution/models_parts.h"
#include "base/wide.h"

static inline uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* One pass ahead; weights are few next to touches, so the loop over channels is what counts. */
static leadkpi_status check_channels(const lk_attribution_batch *batch, size_t touches,
                                     size_t channel_count, leadkpi_error *error)
{
    const uint32_t *channels = batch->channels;
    uint32_t most = 0, others[3] = {0, 0, 0}; /* four at a time: none waits for the one before */
    size_t i = 0;
    for (; i + 4 <= touches; i += 4) {
        most = larger(most, channels[i]);
        others[0] = larger(others[0], channels[i + 1]);
        others[1] = larger(others[1], channels[i + 2]);
        others[2] = larger(others[2], channels[i + 3]);
    }
    for (; i < touches; i++) most = larger(most, channels[i]);
    for (i = 0; i < 3; i++) most = larger(most, others[i]);
    LK_FAIL_IF(touches && most >= channel_count, error, LEADKPI_BAD_ARGUMENT,
               "channels: expected ids below %zu, found %u", channel_count, (unsigned)most);
    return LEADKPI_OK;
}

static leadkpi_status check_ends(const lk_attribution_batch *batch, leadkpi_error *error)
{
    for (size_t i = 0, before = 0; i < batch->count; before = batch->ends[i++])
        if (batch->ends[i] < before)
            return lk_fail_at(error, LEADKPI_BAD_ARGUMENT, (int64_t)i, -1,
                              "ends: expected %zu or more, found %zu", before, batch->ends[i]);
    return LEADKPI_OK;
}

/* Most weights are small and whole, and nothing of them can overflow. */
static inline bool is_counted(lk_attribution_needs *needs, double weight, uint64_t steps)
{
    if (!(weight >= 0 && weight < 0x1p31) || steps >> 31) return false;
    int64_t count = (int64_t)weight;
    if ((double)count != weight || needs->steps >= INT64_MAX / 2) return false;
    needs->steps += count * (int64_t)steps;
    needs->counts += count;
    return true;
}

static leadkpi_status count_weight(lk_attribution_needs *needs, double weight, size_t row,
                                   uint64_t steps, leadkpi_error *error)
{
    if (!(weight >= 0) || !lk_exact_sum_takes(weight))
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, -1,
                          "weight of a journey: expected 0 or more and below 2^63, found %g", weight);
    if (!lk_attribution_is_whole(weight)) {
        needs->parts = true;
        return LEADKPI_OK;
    }
    lk_uint128 all = lk_multiply((uint64_t)weight, steps);
    if (all.high || all.low > (uint64_t)(INT64_MAX - needs->steps))
        return lk_fail_at(error, LEADKPI_OVERFLOW, (int64_t)row, -1,
                          "steps of all journeys: expected below 2^63, found more");
    needs->steps += (int64_t)all.low;
    needs->counts += (int64_t)weight;
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_batch_check(const lk_attribution_batch *batch, size_t channel_count,
                                          lk_attribution_needs *needs, leadkpi_error *error)
{
    *needs = (lk_attribution_needs){0};
    LK_FAIL_IF(channel_count >= LK_MAP_KEYS_MAX, error, LEADKPI_OVERFLOW,
               "channels: expected fewer than %u, found %zu", (unsigned)LK_MAP_KEYS_MAX,
               channel_count);
    if (batch->count == 0) return LEADKPI_OK;
    LK_TRY(check_ends(batch, error));
    needs->touches = batch->ends[batch->count - 1];
    LK_TRY(check_channels(batch, needs->touches, channel_count, error));
    for (size_t i = 0; i < batch->count; i++) {
        lk_attribution_journey journey = lk_attribution_journey_at(batch, i);
        uint64_t steps = (uint64_t)journey.length + 1;
        for (size_t k = 0; k < 2; k++)
            if (LK_UNLIKELY(!is_counted(needs, journey.weights[k], steps)))
                LK_TRY(count_weight(needs, journey.weights[k], i, steps, error));
        if (!lk_exact_sum_takes(journey.value))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "value of a journey: expected a number below 2^63, found %g",
                              journey.value);
    }
    return LEADKPI_OK;
}

double lk_attribution_count(int64_t whole, const lk_exact_sum *part)
{
    if (!part) return (double)whole;
    lk_exact_sum sum = *part;
    /* cannot overflow: both are below 2^63 addends of 2^63 */
    if (lk_exact_sum_add_int64(&sum, whole, NULL) != LEADKPI_OK) return (double)whole;
    return lk_exact_sum_to_double(&sum);
}

bool lk_attribution_sum_is_good(const lk_exact_sum *sum)
{
    int shift = LK_ATTRIBUTION_SUM_BITS - 64;
    uint64_t top = sum->limbs[3] >> shift;
    return top == 0 || top == UINT64_MAX >> shift;
}

leadkpi_status lk_attribution_add_sum(lk_exact_sum *into, const lk_exact_sum *from, bool subtract,
                                      leadkpi_error *error)
{
    LK_TRY(subtract ? lk_exact_sum_subtract(into, from, error) : lk_exact_sum_add(into, from, error));
    LK_FAIL_IF(!lk_attribution_sum_is_good(into), error, LEADKPI_OVERFLOW,
               "sum of values: expected below 2^%d, found more", LK_ATTRIBUTION_SUM_BITS);
    return LEADKPI_OK;
}
