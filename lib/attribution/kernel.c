#include "attribution/kernel.h"

#include "attribution/decay.h"
#include "base/wide.h"

/* ---- scratch ---------------------------------------------------------------------- */

leadkpi_status lk_rule_scratch_reserve(lk_rule_scratch *scratch, lk_memory *memory,
                                       uint32_t touches, uint32_t channels, leadkpi_error *error)
{
    if (touches > scratch->touches) {
        LK_TRY(lk_resize(memory, &scratch->weights, scratch->touches, touches,
                         sizeof *scratch->weights, error));
        scratch->touches = touches;
    }
    if (channels > scratch->channels) {
        LK_TRY(lk_resize(memory, &scratch->seen, scratch->channels, channels, sizeof *scratch->seen,
                         error));
        memset(scratch->seen + scratch->channels, 0,
               (channels - scratch->channels) * sizeof *scratch->seen);
        scratch->channels = channels;
    }
    return LEADKPI_OK;
}

void lk_rule_scratch_free(lk_rule_scratch *scratch, lk_memory *memory)
{
    lk_release(memory, scratch->weights, scratch->touches, sizeof *scratch->weights);
    lk_release(memory, scratch->seen, scratch->channels, sizeof *scratch->seen);
    memset(scratch, 0, sizeof *scratch);
}

static void drop_touches(lk_touch_room *room, lk_memory *memory)
{
    lk_release(memory, room->shares, room->capacity, 2 * sizeof *room->shares);
    room->shares = NULL;
    room->channels = room->members = NULL;
    room->capacity = 0;
}

leadkpi_status lk_touch_room_reserve(lk_touch_room *room, lk_memory *memory, uint32_t touches,
                                     uint32_t texts, uint32_t members, leadkpi_error *error)
{
    LK_TRY(lk_rule_scratch_reserve(&room->scratch, memory, touches, texts > members ? texts : members,
                                   error));
    if (touches <= room->capacity) return LEADKPI_OK;
    drop_touches(room, memory);
    LK_TRY(lk_allocate(memory, touches, 2 * sizeof *room->shares, &room->shares, error));
    room->capacity = touches;
    room->channels = (uint32_t *)(room->shares + touches);
    room->members = room->channels + touches;
    return LEADKPI_OK;
}

void lk_touch_room_free(lk_touch_room *room, lk_memory *memory)
{
    drop_touches(room, memory);
    lk_rule_scratch_free(&room->scratch, memory);
}

/* ---- weights of a definition --------------------------------------------------------- */

static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static leadkpi_status take_weight(double weight, int64_t *taken, int64_t *divisor,
                                  leadkpi_error *error)
{
    LK_FAIL_IF(!(weight >= 0 && weight <= 1000), error, LEADKPI_BAD_ARGUMENT,
               "weight: expected 0 to 1000, found %g", weight);
    *taken = (int64_t)(weight * LK_WEIGHT_UNIT + 0.5);
    *divisor = greatest_common_divisor(*divisor, *taken);
    return LEADKPI_OK;
}

leadkpi_status lk_rule_set_weights(lk_rule_model *model, double first, double middle, double last,
                                   const double *milestones, int32_t milestone_count,
                                   leadkpi_error *error)
{
    int64_t divisor = 0;
    LK_FAIL_IF(milestone_count < 0 || milestone_count > LK_MILESTONES_MAX, error,
               LEADKPI_BAD_ARGUMENT, "milestones: expected 0 to %d, found %d", LK_MILESTONES_MAX,
               (int)milestone_count);
    LK_TRY(take_weight(first, &model->first, &divisor, error));
    LK_TRY(take_weight(middle, &model->middle, &divisor, error));
    LK_TRY(take_weight(last, &model->last, &divisor, error));
    for (int32_t i = 0; i < milestone_count; i++)
        LK_TRY(take_weight(milestones[i], &model->milestones[i], &divisor, error));
    LK_FAIL_IF(divisor == 0, error, LEADKPI_BAD_ARGUMENT,
               "weights: expected at least one above 0 (to nine decimals)");
    model->milestone_count = milestone_count;
    model->first /= divisor;
    model->middle /= divisor;
    model->last /= divisor;
    for (int32_t i = 0; i < milestone_count; i++) model->milestones[i] /= divisor;
    return LEADKPI_OK;
}

/* ---- position ------------------------------------------------------------------------- */

/* First, middle and last as integers: with n - 2 in the middle, each gets middle / (n - 2). */
static double ends_weight(const lk_rule_model *model, uint32_t rank, uint32_t count)
{
    bool is_first = rank == 0;
    if (count == 1) return 1;
    if (count == 2) {
        double own = (double)(is_first ? model->first : model->last);
        if (model->two_touches == LK_TWO_TOUCHES_SPLIT_MIDDLE)
            return 2 * own + (double)model->middle;
        return model->first + model->last > 0 ? own : 1; /* all in a middle that is not there */
    }
    if (is_first) return (double)model->first * (count - 2);
    if (rank + 1 == count) return (double)model->last * (count - 2);
    return (double)model->middle;
}

static double position_weight(const lk_rule_model *model, uint32_t rank, uint32_t count)
{
    uint32_t from_end = count - 1 - rank;
    switch (model->position) {
    case LK_POSITION_FIRST: return rank == 0;
    case LK_POSITION_LAST: return from_end == 0;
    case LK_POSITION_ENDS: return ends_weight(model, rank, count);
    case LK_POSITION_RANK: return rank + 1.0;
    case LK_POSITION_HALVING: return from_end < 6 ? (double)(32u >> from_end) : 0;
    default: return 1;
    }
}

/* How many touches are eligible; where none is, all are, and `*all` says so. */
static uint32_t count_eligible(const lk_rule_model *model, const lk_rule_journey *j, bool *all)
{
    uint32_t count = 0;
    *all = !model->eligible;
    if (*all) return j->count;
    for (uint32_t i = 0; i < j->count; i++) count += model->eligible[j->channels[i]] != 0;
    *all = count == 0;
    return *all ? j->count : count;
}

static void weigh_positions(const lk_rule_model *model, const lk_rule_journey *j, double *weights)
{
    bool all;
    uint32_t rank = 0, count = count_eligible(model, j, &all);
    for (uint32_t i = 0; i < j->count; i++) {
        bool is_eligible = all || model->eligible[j->channels[i]];
        weights[i] = is_eligible ? position_weight(model, rank, count) : 0;
        rank += is_eligible;
    }
}

/* Measured from the latest touch with a weight, which changes no share and cannot underflow. */
static void weigh_by_age(const lk_rule_model *model, const lk_rule_journey *j, double *weights)
{
    uint32_t latest = j->count;
    while (latest > 0 && weights[latest - 1] == 0) latest--;
    for (uint32_t i = 0; i < latest; i++) {
        int64_t age = j->times[latest - 1] - j->times[i];
        weights[i] *= model->is_stepped ? lk_decay(age / model->half_life, 1) : lk_decay(age, model->half_life);
    }
}

/* ---- channels that come more than once --------------------------------------------------- */

#define COMMON_MULTIPLE_MAX ((int64_t)1 << 30)

/* A touch of a channel that comes q times gets 1/q: as integers over the least common multiple of
 * all q, where it is small enough; else as a double. */
static void share_channels(const lk_rule_journey *j, uint32_t *seen, double *weights)
{
    int64_t multiple = 1;
    for (uint32_t i = 0; i < j->count; i++)
        if (weights[i] > 0) seen[j->channels[i]]++;
    for (uint32_t i = 0; i < j->count && multiple; i++) {
        uint32_t times = seen[j->channels[i]];
        if (times < 2 || weights[i] == 0) continue;
        multiple = multiple / greatest_common_divisor(multiple, times) * times;
        if (multiple > COMMON_MULTIPLE_MAX) multiple = 0;
    }
    for (uint32_t i = 0; i < j->count; i++)
        if (weights[i] > 0)
            weights[i] = (multiple ? (double)multiple : 1.0) / seen[j->channels[i]];
    for (uint32_t i = 0; i < j->count; i++) seen[j->channels[i]] = 0;
}

static void share_fully(const lk_rule_journey *j, uint32_t *seen, uint64_t *shares)
{
    for (uint32_t i = 0; i < j->count; i++) {
        shares[i] = seen[j->channels[i]] ? 0 : LK_SHARE_ONE;
        seen[j->channels[i]] = 1;
    }
    for (uint32_t i = 0; i < j->count; i++) seen[j->channels[i]] = 0;
}

/* ---- milestones ---------------------------------------------------------------------------- */

/* The last touch at or before `time`; LK_NO_INDEX: none. */
static uint32_t touch_before(const lk_rule_journey *j, int64_t time)
{
    uint32_t low = 0, high = j->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (j->times[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? low - 1 : LK_NO_INDEX;
}

typedef struct stages {
    uint32_t touches[LK_MILESTONES_MAX]; /* LK_NO_INDEX: missing */
    uint32_t eligible;                   /* touches from the first on: none after the last stage */
    uint32_t missing;
    uint32_t held; /* stages with a weight that have a touch */
} stages;

static stages find_stages(const lk_rule_model *model, const lk_rule_journey *j)
{
    stages found = {.missing = 0};
    for (int32_t k = 0; k < model->milestone_count; k++) {
        int64_t time = j->milestones[k];
        found.touches[k] = time == LK_NO_TIME ? LK_NO_INDEX : touch_before(j, time);
        if (found.touches[k] == LK_NO_INDEX) {
            found.missing++;
            continue;
        }
        if (found.touches[k] + 1 > found.eligible) found.eligible = found.touches[k] + 1;
        found.held++;
    }
    if (model->last > 0 || found.eligible == 0) found.eligible = j->count;
    found.held += (model->first > 0 ? 1u : 0u) + (model->last > 0 ? 1u : 0u);
    return found;
}

static void add_stage(double *weights, uint32_t touch, double weight)
{
    if (weights[touch] < 0) weights[touch] = 0;
    weights[touch] += weight;
}

/* Each stage's touch gets its weight times `size`, and `extra`; a touch with several gets the sum. */
static void add_stages(const lk_rule_model *model, const lk_rule_journey *j, const stages *found,
                       double size, double extra, double *weights)
{
    if (model->first) add_stage(weights, 0, (double)model->first * size + extra);
    if (model->last) add_stage(weights, j->count - 1, (double)model->last * size + extra);
    for (int32_t k = 0; k < model->milestone_count; k++)
        if (found->touches[k] != LK_NO_INDEX)
            add_stage(weights, found->touches[k], (double)model->milestones[k] * size + extra);
}

/* All weights are times the number of middle touches, so that they are integers. A stage without a
 * touch is left out, which shares its weight among the others in proportion; so is the
 * middle where every touch is a stage, unless it is to be spread evenly over the stages. */
static uint32_t weigh_milestones(const lk_rule_model *model, const lk_rule_journey *j,
                                 double *weights)
{
    stages found = find_stages(model, j);
    uint32_t middle = 0;
    for (uint32_t i = 0; i < j->count; i++) weights[i] = i < found.eligible ? -1 : 0;
    add_stages(model, j, &found, 0, 0, weights);
    for (uint32_t i = 0; i < found.eligible; i++) {
        if (weights[i] == 0) continue;
        weights[i] = (double)model->middle;
        middle++;
    }
    bool even = middle == 0 && model->no_middle == LK_NO_MIDDLE_EVEN && found.held > 0;
    add_stages(model, j, &found, middle ? middle : even ? found.held : 1,
               even ? (double)model->middle : 0, weights);
    return found.missing;
}

/* ---- shares -------------------------------------------------------------------------------- */

static int exponent_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (int)(bits >> 52 & 0x7FF) - 1023;
}

static double power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* So that weight times scale is an integer part of at most 61 bits, and all of them sum to less
 * than 2^62. A power of two: an integer weight stays exact. */
static double scale_of(const double *weights, uint32_t count)
{
    double largest = 0;
    int bits = 0;
    for (uint32_t i = 0; i < count; i++)
        if (weights[i] > largest) largest = weights[i];
    while (bits < 32 && (uint64_t)1 << bits < count) bits++;
    return largest > 0 ? power_of_two(61 - bits - exponent_of(largest)) : 0;
}

static void divide_up(const double *weights, uint32_t count, uint64_t *shares)
{
    double scale = scale_of(weights, count);
    uint64_t whole = 0, given = 0, remainder;
    for (uint32_t i = 0; i < count; i++) {
        shares[i] = (uint64_t)(weights[i] * scale);
        whole += shares[i];
    }
    if (whole == 0) return;
    for (uint32_t i = 0; i < count; i++) {
        if (shares[i] == 0) continue;
        shares[i] = shares[i] == whole ? LK_SHARE_ONE : lk_divide(shares[i], whole, &remainder) >> 1;
        given += shares[i];
    }
    for (uint32_t i = count; i-- > 0 && given < LK_SHARE_ONE;) {
        if (shares[i] == 0) continue;
        shares[i]++;
        given++;
    }
}

uint32_t lk_rule_shares(const lk_rule_model *model, const lk_rule_journey *journey,
                        lk_rule_scratch *scratch, uint64_t *shares)
{
    uint32_t missing = 0;
    double *weights = scratch->weights;
    if (journey->count == 0) return 0;
    if (model->participation) {
        share_fully(journey, scratch->seen, shares);
        return 0;
    }
    if (model->position == LK_POSITION_MILESTONES)
        missing = weigh_milestones(model, journey, weights);
    else
        weigh_positions(model, journey, weights);
    if (model->unique) share_channels(journey, scratch->seen, weights);
    if (model->half_life) weigh_by_age(model, journey, weights);
    divide_up(weights, journey->count, shares);
    return missing;
}
