/* kernel.h: the one kernel of all rule models.
 *
 * What a touch gets is its weight, eligibility x position x milestone x decay, divided by the sum
 * of the weights. Shares are integers, in units of 2^-63, that add up to LK_SHARE_ONE: what is
 * left over by rounding down, less than one unit a touch, goes one unit each to the last
 * touches that have a weight. So the credits of a conversion add up to it exactly, and a
 * share depends on the journey alone: it is the same in any order, on any machine.
 *
 * A weight is exact where it is an integer (every rule without decay); decay is 2^-x to within
 * 2^-53 of its size (decay.h). */
#ifndef LK_ATTRIBUTION_KERNEL_H
#define LK_ATTRIBUTION_KERNEL_H

#include "base/memory.h"

#define LK_SHARE_ONE ((uint64_t)1 << 63)
#define LK_NO_TIME INT64_MIN
#define LK_NO_INDEX UINT32_MAX

/* Custom weights are taken to nine decimals. */
#define LK_WEIGHT_UNIT 1e9
#define LK_MILESTONES_MAX 16

enum {
    LK_POSITION_EVEN,
    LK_POSITION_FIRST,
    LK_POSITION_LAST,
    LK_POSITION_ENDS,      /* first, middle, last */
    LK_POSITION_RANK,      /* i of n gets i */
    LK_POSITION_HALVING,   /* the six latest get 32, 16, 8, 4, 2, 1 from the last one back */
    LK_POSITION_MILESTONES /* first, last and milestones; middle is what holds none of them */
};

enum { LK_TWO_TOUCHES_RENORMALISE, LK_TWO_TOUCHES_SPLIT_MIDDLE };
enum { LK_NO_MIDDLE_PROPORTIONAL, LK_NO_MIDDLE_EVEN };

typedef struct lk_rule_model {
    int32_t position;
    int32_t two_touches; /* of LK_POSITION_ENDS */
    int32_t no_middle;   /* of LK_POSITION_MILESTONES */
    int32_t unique;      /* a channel's touches share what one touch gets; with EVEN only */
    int32_t participation;
    int32_t milestone_count;
    int64_t is_stepped; /* by whole half-lives: an age of less is none */
    int64_t half_life; /* microseconds; 0: no decay */
    int64_t first, middle, last; /* 0 or more, their sum below 2^33; integers in any unit */
    int64_t milestones[LK_MILESTONES_MAX];
    const uint8_t *eligible; /* by channel; NULL: all. Where no touch is, all are */
} lk_rule_model;

/* A journey as the kernel sees it. `channels` and `times` may be NULL where no part of the model
 * looks at them. Times rise. */
typedef struct lk_rule_journey {
    const uint32_t *channels; /* below the scratch's channel_count */
    const int64_t *times;
    const int64_t *milestones; /* times, one for each of the model; LK_NO_TIME: it did not happen */
    uint32_t count;
    uint32_t unused;
} lk_rule_journey;

/* Room for journeys of up to `touches` and channels below `channels`. */
typedef struct lk_rule_scratch {
    double *weights;
    uint32_t *seen; /* by channel; all 0 between calls */
    uint32_t touches;
    uint32_t channels;
} lk_rule_scratch;

/* Both only grow. Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_rule_scratch_reserve(lk_rule_scratch *scratch, lk_memory *memory,
                                       uint32_t touches, uint32_t channels, leadkpi_error *error);
void lk_rule_scratch_free(lk_rule_scratch *scratch, lk_memory *memory);

/* The touches of one journey, for whoever runs rules on one after the other. */
typedef struct lk_touch_room {
    lk_rule_scratch scratch;
    uint64_t *shares;             /* of a rule; the block that holds the other two */
    uint32_t *channels, *members; /* as texts, and as what credit is counted by */
    uint32_t capacity;
} lk_touch_room;

/* Only grows; what was in there is lost. Channels: texts or members, whichever are more.
 * Status: OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_touch_room_reserve(lk_touch_room *room, lk_memory *memory, uint32_t touches,
                                     uint32_t texts, uint32_t members, leadkpi_error *error);
void lk_touch_room_free(lk_touch_room *room, lk_memory *memory);

/* One share a touch. All are 0 where no touch can claim anything. Of participation each is
 * LK_SHARE_ONE or 0. Returns how many milestones of the model found no touch. */
uint32_t lk_rule_shares(const lk_rule_model *model, const lk_rule_journey *journey,
                        lk_rule_scratch *scratch, uint64_t *shares);

/* Do shares depend on the length and the place alone? */
static inline bool lk_rule_is_positional(const lk_rule_model *model)
{
    return model->position != LK_POSITION_MILESTONES && !model->unique && !model->participation &&
           !model->half_life && !model->eligible;
}

/* first, middle, last and milestones to integers without a common factor.
 * Status: OK, BAD_ARGUMENT (negative, not finite, more than 1000 of a unit, all zero). */
leadkpi_status lk_rule_set_weights(lk_rule_model *model, double first, double middle, double last,
                                   const double *milestones, int32_t milestone_count,
                                   leadkpi_error *error);

#endif
