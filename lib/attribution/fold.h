/* fold.h: the sums of a handle that keeps no paths (option `fold`).
 *
 * Every rule model's credit is a sum over journeys of an exact product, and Markov of order 1 looks
 * at counts of steps alone. So a handle that is told which models it is for can let each path go
 * once it was added up: by jackknife group the totals and each model's credit by channel, and the
 * table of steps. As all of it is exact, the sums hang on neither order, batches nor parts, and a
 * report of them is that of the paths, bit for bit.
 *
 * Rows come in through the same door as ever. The paths of a slice of rows are in the store until
 * the slice is full, are then walked over and added up beside the handle's own sums, and leave the
 * store; when the last row of the call is in, these sums go to the handle's. All or none. */
#ifndef LK_ATTRIBUTION_FOLD_H
#define LK_ATTRIBUTION_FOLD_H

#include "attribution/model.h"
#include "attribution/models.h"
#include "attribution/walk.h"

#define LK_FOLD_MODELS_MAX 64
#define LK_FOLD_CHANNELS_MAX LK_ATTRIBUTION_SQUARE_MAX

/* Rows whose paths are in the store together: 3 MB of paths of ten touches. */
#define LK_FOLD_ROWS 16384u

typedef struct lk_credit {
    lk_exact_sum amount[LK_ATTRIBUTION_KINDS]; /* conversions, value */
} lk_credit;

enum { LK_FOLD_UNTOUCHED = LK_PATH_SUMS, LK_FOLD_UNTOUCHED_VALUE, LK_FOLD_SUMS };

typedef struct lk_fold_group {
    lk_exact_sum sums[LK_FOLD_SUMS]; /* of all journeys, then those without a touch */
    lk_credit *credits; /* by row and model; row 0 is the unattributed, then the channels */
    uint32_t rows;      /* that there is room for; what is not there is zero */
    uint32_t held;      /* 1: it holds a journey */
} lk_fold_group;

/* Channels are numbered as they are seen first in a path. */
typedef struct lk_fold {
    uint32_t model_count; /* rules among the models */
    uint32_t group_count;
    uint32_t channel_count, channel_room;
    uint32_t kind_room;
    bool has_steps;
    uint32_t *kinds;           /* by channel */
    uint32_t *channel_of_kind; /* LK_MAP_NONE: not seen */
    lk_fold_group *groups;
    lk_attribution_transitions steps;
} lk_fold;

/* The models of a definition: `rule->fold_count`, or refused.
 * Status: OK, CONTRADICTION, BAD_ARGUMENT, UNKNOWN_NAME. */
leadkpi_status lk_fold_check(const leadkpi_options *definition, lk_attribution_rule *rule,
                             leadkpi_error *error);

/* CONTRADICTION where a handle keeps no paths; `what` says what needs them. */
leadkpi_status lk_fold_refuse(const leadkpi_attribution *attribution, const char *what,
                              leadkpi_error *error);

/* Which of the fold's rules is `model`; LK_MAP_NONE: none. `models` are those of lk_fold_read_models. */
uint32_t lk_fold_index(const lk_model *models, uint32_t count, const lk_model *model);

/* The models of the definition, for the texts that there are now; all of them, in its order.
 * lk_fold_free_models after any outcome; `*models` has rule.fold_count. */
leadkpi_status lk_fold_read_models(const leadkpi_attribution *attribution, lk_memory *memory,
                                   lk_model **models, leadkpi_error *error);
void lk_fold_free_models(const leadkpi_attribution *attribution, lk_memory *memory,
                         lk_model *models);

leadkpi_status lk_fold_make(const leadkpi_attribution *attribution, lk_memory *memory,
                            lk_fold **fold, leadkpi_error *error);
void lk_fold_free(lk_fold *fold, lk_memory *memory);

/* The channel of a kind, numbered now if it is new. Status: OK, LIMIT, OUT_OF_MEMORY. */
leadkpi_status lk_fold_channel(lk_fold *fold, lk_memory *memory, uint32_t kind, uint32_t *channel,
                               leadkpi_error *error);
/* Room for every channel's credit in a group. */
leadkpi_status lk_fold_reserve_group(lk_fold *fold, lk_memory *memory, uint32_t group,
                                     leadkpi_error *error);

static inline uint32_t lk_fold_channel_of(const lk_fold *fold, uint32_t kind)
{
    return kind < fold->kind_room ? fold->channel_of_kind[kind] : LK_MAP_NONE;
}

/* The table of steps of `groups` groups and `count` channels, into an empty one:
 * places[channel] is the new number of a channel. */
leadkpi_status lk_fold_steps(const lk_fold *fold, lk_memory *memory, uint32_t groups, size_t count,
                             const uint32_t *places, lk_attribution_transitions *steps,
                             leadkpi_error *error);

/* Adding one fold to another: prepared, which can fail and changes nothing that shows, and done. */
typedef struct lk_fold_sum {
    lk_fold *into;
    const lk_fold *from;
    uint32_t *kinds;    /* by channel of `from`: the kind of `into` */
    uint32_t *channels; /* by channel of `from`: that of `into`, after the sum */
    uint32_t count;     /* channels of `into` after the sum */
    lk_attribution_transitions steps;
} lk_fold_sum;

/* kinds: by kind of `from`, NULL: the same. lk_fold_sum_drop after any outcome.
 * Status: OK, LIMIT, OVERFLOW, OUT_OF_MEMORY. */
leadkpi_status lk_fold_sum_prepare(lk_fold_sum *sum, lk_fold *into, const lk_fold *from,
                                   const uint32_t *kinds, lk_memory *memory, leadkpi_error *error);
void lk_fold_sum_commit(lk_fold_sum *sum, lk_memory *memory);
void lk_fold_sum_drop(lk_fold_sum *sum, lk_memory *memory);

/* ---- one call of the paths' door ----------------------------------------------------------------- */

typedef struct lk_fold_call lk_fold_call;

/* `*call` is NULL where paths are kept; the others then do nothing. Close after any outcome. */
leadkpi_status lk_fold_call_open(leadkpi_attribution *attribution, lk_fold_call **call,
                                 leadkpi_error *error);
/* Takes the paths that the store holds. */
leadkpi_status lk_fold_call_take(lk_fold_call *call, leadkpi_error *error);
/* The rest of them, and all to the handle's sums. */
leadkpi_status lk_fold_call_finish(lk_fold_call *call, leadkpi_error *error);
void lk_fold_call_close(lk_fold_call *call);

#endif
