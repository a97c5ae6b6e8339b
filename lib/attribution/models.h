/* models.h: the data-driven models: what they count, and what they make of it.
 *
 * Two accumulators. Both take journeys in batches, add, subtract and merge exactly, and hold one
 * share for each jackknife group:
 *
 *   lk_attribution_transitions  Markov of order 1: counts of steps from channel to channel, of one
 *                               size whatever comes in. 12 channels 100 kB, 50 channels 2 MB.
 *   lk_attribution_paths        every distinct path and group with its counts. Everything else is
 *                               made of it: Markov of any order, Shapley, Shao-Li, order choice.
 *                               Grows with what is distinct: about 70 B and 4 B a touch each.
 *
 * A model fills a lk_attribution_result; one shape for all of them.
 *
 *     lk_attribution_transitions steps;
 *     lk_attribution_transitions_init(&steps, LK_ATTRIBUTION_GROUPS);
 *     LK_TRY(lk_attribution_transitions_add(&steps, memory, channel_count, &batch, error));
 *     ...
 *     lk_attribution_result result;
 *     LK_TRY(lk_attribution_result_init(&result, memory, channel_count, error));
 *     status = lk_attribution_markov(&steps, memory, order, LK_ATTRIBUTION_REMOVE_TO_NULL, &result, error);
 *     ... result.credit[LK_ATTRIBUTION_COUNT][i], result.credit_error[...][i] ...
 *     lk_attribution_result_free(&result, memory);
 *     lk_attribution_transitions_free(&steps, memory);
 *
 * Channels are dense ids from 0, as an id map gives them. Results must not hang on that order, so
 * every model takes `order`: order[i] is the channel on row i of the result, the same order for
 * the same data (by name, say); NULL is 0, 1, 2, ... It decides the order of every sum of
 * doubles, so that equal data give equal bits.
 *
 * Weights (conversions, nulls) are 0 or more, and need not be whole: whole ones are counted in
 * int64, others in exact sums. Values are exact sums of doubles and may be negative.
 * A journey without a touch goes to no channel: it is counted as unattributed.
 *
 * All or nothing: on failure an accumulator is as it was (it may hold more memory).
 * Status of what takes memory: also OUT_OF_MEMORY, LIMIT, INTERRUPTED. */
#ifndef LK_ATTRIBUTION_MODELS_H
#define LK_ATTRIBUTION_MODELS_H

#include "base/codec.h"
#include "base/map.h"

/* ---- journeys ----------------------------------------------------------------------------- */

/* Journeys after every transform of the path; runs of one channel may stay in, since each model
 * says what it does with them. */
typedef struct lk_attribution_batch {
    size_t count;
    const uint32_t *channels;  /* the touches of all journeys, one after the other */
    const size_t *ends;        /* journey i ends before channels[ends[i]]; starts where i - 1 ended */
    const double *conversions; /* a journey; NULL: none */
    const double *nulls;       /* a journey; NULL: none */
    const double *values;      /* a journey, of all its conversions; NULL: none */
    const uint64_t *units;     /* a hash of what is left out together (the name of the lead, the
                                  account, the path), whose low bits choose the group; NULL: all
                                  of the batch is one unit */
} lk_attribution_batch;

/* Groups of the jackknife. Above 50 channels groups are folded, half onto half, so that memory
 * stays within bounds: the number depends on nothing but the channels that were ever seen. */
#define LK_ATTRIBUTION_GROUPS 64

/* What is left of `groups` (a power of two) at so many channels: all up to 50, a half up to
 * 100, a quarter up to 250, an eighth beyond; 8 of more are never folded further. */
uint32_t lk_attribution_groups_at(uint32_t groups, size_t channel_count);

/* One count or one amount. */
enum { LK_ATTRIBUTION_COUNT = 0, LK_ATTRIBUTION_VALUE = 1, LK_ATTRIBUTION_KINDS = 2 };

/* ---- results -------------------------------------------------------------------------------- */

typedef struct lk_attribution_result {
    size_t channel_count;
    double total[2];        /* conversions and value of the journeys with a touch */
    double unattributed[2]; /* of those without */
    double nulls;           /* with a touch */
    double probability;     /* the model's own conversion probability; Markov, else NaN */
    uint32_t groups;        /* that hold a journey; below 2 every error is NaN: not enough data */
    uint32_t states;        /* of the chain; games of Shapley */
    uint32_t sweeps;        /* the longest iteration; 0: solved directly */
    /* By kind and row; channel_count each. NaN: undefined (nothing to share out). */
    double *removal[2]; /* Markov, raw: they do not add up to 1 */
    double *share[2];   /* adds up to 1 */
    double *credit[2];  /* share * total */
    double *removal_error[2]; /* standard errors, NaN: not enough data */
    double *share_error[2];
    double *credit_error[2];
} lk_attribution_result;

/* Room for the columns; all NaN. */
leadkpi_status lk_attribution_result_init(lk_attribution_result *result, lk_memory *memory,
                                          size_t channel_count, leadkpi_error *error);
void lk_attribution_result_free(lk_attribution_result *result, lk_memory *memory);

/* ---- steps of order 1 ------------------------------------------------------------------------ */

/* Channels at most, for the square table; beyond it count paths. */
#define LK_ATTRIBUTION_SQUARE_MAX 1024

/* The table of a group has a row for each channel and one for the start, a column for each
 * channel, for the conversion and for null: (capacity + 1) * (capacity + 2) cells. */
typedef struct lk_attribution_transitions {
    uint32_t groups_most; /* as defined */
    uint32_t groups;      /* as folded */
    uint32_t channel_count;
    uint32_t capacity;    /* of channels */
    int64_t steps;        /* the sum of all cells, so that none can overflow */
    int64_t *cells;       /* by group, row, column */
    lk_exact_sum *parts;  /* the same for weights that are not whole; NULL until there is one */
    lk_exact_sum *values; /* by group and last channel; last of a group: without a touch */
    int64_t *untouched;   /* by group: conversions, nulls of journeys without a touch */
    lk_exact_sum *untouched_parts; /* the same; NULL with parts */
} lk_attribution_transitions;

/* groups: 1 (no errors) to 1024, a power of two. Holds no memory yet. */
void lk_attribution_transitions_init(lk_attribution_transitions *transitions, uint32_t groups);

/* channel_count: of the ids so far, this batch's included; never falls.
 * Steps from a channel to itself are counted; Markov does not heed them.
 * Status: OK, BAD_DATA (a weight that is NaN, infinite or negative, a value that is not finite,
 * with the row), BAD_ARGUMENT (a channel beyond the count), OVERFLOW, LIMIT (more channels than
 * LK_ATTRIBUTION_SQUARE_MAX). */
leadkpi_status lk_attribution_transitions_add(lk_attribution_transitions *transitions,
                                              lk_memory *memory, size_t channel_count,
                                              const lk_attribution_batch *batch,
                                              leadkpi_error *error);

/* channels[i] is what channel i of `from` is in `into`; NULL: the same. `into` knows
 * channel_count channels afterwards. subtract: what is taken must be in there (MISMATCH else).
 * Status: OK, MISMATCH (other groups), OVERFLOW, LIMIT. */
leadkpi_status lk_attribution_transitions_merge(lk_attribution_transitions *into, lk_memory *memory,
                                                size_t channel_count,
                                                const lk_attribution_transitions *from,
                                                const uint32_t *channels, leadkpi_error *error);
leadkpi_status lk_attribution_transitions_subtract(lk_attribution_transitions *into,
                                                   lk_memory *memory,
                                                   const lk_attribution_transitions *from,
                                                   const uint32_t *channels, leadkpi_error *error);

/* A part of a state; channels are written as their place in `order`, and read as such. */
void lk_attribution_transitions_write(const lk_attribution_transitions *transitions,
                                      lk_writer *writer, const uint32_t *order);
leadkpi_status lk_attribution_transitions_read(lk_attribution_transitions *transitions,
                                               lk_memory *memory, lk_reader *reader);

/* Which of a weight is counted in int64 hangs on how journeys came. Settled, all is in int64 where
 * every weight is whole and their sum is below 2^63, else all is in exact sums. */
void lk_attribution_transitions_settle(lk_attribution_transitions *transitions, lk_memory *memory);
bool lk_attribution_transitions_is_settled(const lk_attribution_transitions *transitions);

void lk_attribution_transitions_free(lk_attribution_transitions *transitions, lk_memory *memory);

/* ---- paths ------------------------------------------------------------------------------------ */

typedef struct lk_attribution_entry {
    int64_t counts[2]; /* conversions, nulls */
    lk_exact_sum value;
} lk_attribution_entry;

typedef struct lk_attribution_paths {
    uint32_t groups;        /* as defined; folded by channel count when a model runs */
    uint32_t channel_count;
    lk_map_text keys;       /* the group and the channels, as uint32_t each */
    lk_attribution_entry *entries; /* by key */
    lk_exact_sum *parts;    /* by key, conversions and nulls that are not whole; NULL until one is */
    uint32_t capacity;
    uint32_t parts_capacity;
    int64_t journeys;       /* the sum of all counts, so that none can overflow */
} lk_attribution_paths;

void lk_attribution_paths_init(lk_attribution_paths *paths, uint32_t groups);

/* As for transitions, without a limit on channels. */
leadkpi_status lk_attribution_paths_add(lk_attribution_paths *paths, lk_memory *memory,
                                        size_t channel_count, const lk_attribution_batch *batch,
                                        leadkpi_error *error);
leadkpi_status lk_attribution_paths_merge(lk_attribution_paths *into, lk_memory *memory,
                                          size_t channel_count, const lk_attribution_paths *from,
                                          const uint32_t *channels, leadkpi_error *error);
leadkpi_status lk_attribution_paths_subtract(lk_attribution_paths *into, lk_memory *memory,
                                             const lk_attribution_paths *from,
                                             const uint32_t *channels, leadkpi_error *error);

/* Paths are written in rising order; those whose counts came down to nothing are left out.
 * Writing takes memory, for the order. */
leadkpi_status lk_attribution_paths_write(const lk_attribution_paths *paths, lk_memory *memory,
                                          lk_writer *writer, const uint32_t *order,
                                          leadkpi_error *error);
leadkpi_status lk_attribution_paths_read(lk_attribution_paths *paths, lk_memory *memory,
                                         lk_reader *reader);
void lk_attribution_paths_free(lk_attribution_paths *paths, lk_memory *memory);

/* ---- Markov ------------------------------------------------------------------------------------ */

/* What becomes of a step into the removed channel. */
enum {
    LK_ATTRIBUTION_REMOVE_TO_NULL = 0,    /* the journey ends without a conversion */
    LK_ATTRIBUTION_REMOVE_RENORMALISE = 1 /* the other steps take its share; effects may be
                                             negative, and count as 0 in the shares */
};

/* Order 1, exact: RE_c = h_c / (conversions * B_cc) with A = D - T, B = A^-1, h = B * conversions
 * (markov_square.c). Standard errors with two groups or more.
 * Status: OK, and what memory gives. */
leadkpi_status lk_attribution_markov(const lk_attribution_transitions *transitions,
                                     lk_memory *memory, const uint32_t *order, int32_t removal,
                                     lk_attribution_result *result, leadkpi_error *error);

/* What counts as one state when windows are cut from a path. */
enum {
    LK_ATTRIBUTION_COLLAPSE_STATES = 0,   /* a window equal to the one before is left out */
    LK_ATTRIBUTION_COLLAPSE_CHANNELS = 1, /* a channel equal to the one before is left out first */
    LK_ATTRIBUTION_COLLAPSE_NONE = 2
};

typedef struct lk_attribution_chain {
    uint32_t length;   /* of a window: the order of the chain, from 1 */
    int32_t collapse;  /* LK_ATTRIBUTION_COLLAPSE_... */
    int32_t padded;    /* 0: a path shorter than a window is one state, and the start goes to the
                          first whole window; 1: windows begin with blanks instead */
    int32_t removal;   /* LK_ATTRIBUTION_REMOVE_... */
    int32_t errors;    /* 0: no standard errors */
    int32_t unused;
} lk_attribution_chain;

/* Orders at most. */
#define LK_ATTRIBUTION_ORDER_MAX 1024

/* Any order. A channel's states are those whose window holds it. Solved channel by channel, eight
 * at a time (reduce.c): states are taken out as far as that is cheap, what is left is solved at once up
 * to 256 states, by sweeps beyond, and at once up to 2048 where these do not come to rest.
 * Status: OK, BAD_ARGUMENT (the order, another option), LIMIT (more states, and no rest). */
leadkpi_status lk_attribution_markov_of_order(const lk_attribution_paths *paths, lk_memory *memory,
                                              const uint32_t *order,
                                              const lk_attribution_chain *chain,
                                              lk_attribution_result *result, leadkpi_error *error);

/* The chain as tables: states in the order of their windows, and the steps between them. */
typedef struct lk_attribution_graph {
    size_t state_count;
    size_t step_count;
    size_t path_count;
    double *start;       /* by state: weight of the steps from the start */
    double *weight;      /* by state: of all steps into it, which is that of all out of it */
    double *conversions; /* by state: of the steps to the conversion; the rest of what ends is null */
    double *nulls;
    double *values;      /* by state: value of those conversions */
    size_t *first;       /* by state, and one more: its steps in, in `from` and `steps` */
    uint32_t *from;
    double *steps;
    lk_map_text windows; /* rows of the result as uint32_t, LK_MAP_NONE for a blank */
    uint32_t *window;    /* by state: its text in `windows` */
    uint32_t *states;    /* the states of all paths, one after the other */
    size_t *ends;        /* by path */
    size_t room_states;  /* as allocated */
} lk_attribution_graph;

leadkpi_status lk_attribution_graph_make(const lk_attribution_paths *paths, lk_memory *memory,
                                         const uint32_t *order, const lk_attribution_chain *chain,
                                         lk_attribution_graph *graph, leadkpi_error *error);
/* The chain of order 1 of a table of one group; collapse: runs of a channel are one touch. */
leadkpi_status lk_attribution_graph_of_steps(const lk_attribution_transitions *steps,
                                             lk_memory *memory, bool collapse,
                                             lk_attribution_graph *graph, leadkpi_error *error);
void lk_attribution_graph_free(lk_attribution_graph *graph, lk_memory *memory);

/* Mean loss (nats a journey) of predicting each next channel and the end of a journey that was
 * left out, for orders 1 to order_max: losses[0 .. order_max - 1]. folds: 2 or more groups of
 * hashed units. `*best` is the order of the least loss.
 * Status: OK, BAD_ARGUMENT, NOT_ENOUGH_DATA (units in fewer than two folds). */
leadkpi_status lk_attribution_choose_order(const lk_attribution_paths *paths, lk_memory *memory,
                                           uint32_t order_max, uint32_t folds, double *losses,
                                           uint32_t *best, leadkpi_error *error);

/* ---- Shapley and Shao-Li --------------------------------------------------------------------------- */

enum {
    LK_ATTRIBUTION_GAME_SUM = 0,   /* v(S) = conversions of journeys within S: linear-unique */
    LK_ATTRIBUTION_GAME_RATE = 1,  /* one game a set: conversions / journeys within S */
    LK_ATTRIBUTION_GAME_EXACT = 2, /* the same of journeys of exactly the channels of S */
    LK_ATTRIBUTION_GAME_GIVEN = 3  /* v(S) as given */
};

/* v(S) of the caller; a set is rising channel ids as bytes of uint32_t. */
typedef struct lk_attribution_values {
    lk_map_text sets;
    double *values;
    uint32_t capacity;
    uint32_t unused;
} lk_attribution_values;

/* channels: distinct, in any order. A set given twice: the last one holds.
 * Status: OK, BAD_DATA (not finite; a channel twice). */
leadkpi_status lk_attribution_values_put(lk_attribution_values *values, lk_memory *memory,
                                         const uint32_t *channels, size_t count, double value,
                                         leadkpi_error *error);
void lk_attribution_values_free(lk_attribution_values *values, lk_memory *memory);

/* Sets larger than this are not played out: 20 * 2^20 steps each. */
#define LK_ATTRIBUTION_PLAYERS_MAX 20

typedef struct lk_attribution_game {
    int32_t game;          /* LK_ATTRIBUTION_GAME_... */
    uint32_t players_most; /* exact up to here, at most LK_ATTRIBUTION_PLAYERS_MAX */
    uint32_t samples;      /* above it: so many pairs of permutations; 0: refused */
    int32_t errors;        /* 0: no standard errors */
    uint64_t seed;         /* of the sampling; the generator is stated in shapley_sample.c */
    const lk_attribution_values *given;
} lk_attribution_game;

/* sampling_error: by kind and row, the standard error of the sampling alone (0 where all was
 * exact); NULL: not wanted; channel_count each.
 * Status: OK, BAD_ARGUMENT, LIMIT (a set above players_most and no samples), NOT_GIVEN (a set
 * without a given value). */
leadkpi_status lk_attribution_shapley(const lk_attribution_paths *paths, lk_memory *memory,
                                      const uint32_t *order, const lk_attribution_game *game,
                                      lk_attribution_result *result, double *sampling_error[2],
                                      leadkpi_error *error);

/* The ordered game of Zhao et al. (arXiv 1804.05327): the sum game's credit by place of the touch,
 * from 1; credit[kind][place * channel_count + row], place below place_count; later touches
 * count at the last place. */
leadkpi_status lk_attribution_shapley_ordered(const lk_attribution_paths *paths, lk_memory *memory,
                                              const uint32_t *order, size_t place_count,
                                              double *credit[2], leadkpi_error *error);

/* Shao and Li (KDD 2011): probabilities of converting given a channel, and given a pair. */
leadkpi_status lk_attribution_shao_li(const lk_attribution_paths *paths, lk_memory *memory,
                                      const uint32_t *order, bool errors,
                                      lk_attribution_result *result, leadkpi_error *error);

/* ---- standard errors ---------------------------------------------------------------------------- */

/* Delete-a-group jackknife (Kott, J. Official Statistics 17, 2001) for any figures:
 * se^2 = (G - 1) / G * sum over groups of (theta_g - mean)^2, where theta_g leaves group g out
 * and totals are scaled by G / (G - 1) by whoever makes them. Rising g; a NaN makes NaN. */
typedef struct lk_attribution_jackknife {
    size_t count;
    uint32_t groups; /* so far */
    uint32_t unused;
    double *mean;    /* Welford's running mean and sum of squares */
    double *squares;
} lk_attribution_jackknife;

leadkpi_status lk_attribution_jackknife_init(lk_attribution_jackknife *jackknife, lk_memory *memory,
                                             size_t count, leadkpi_error *error);
void lk_attribution_jackknife_add(lk_attribution_jackknife *jackknife, const double *estimates);
/* NaN with fewer than two groups. */
void lk_attribution_jackknife_errors(const lk_attribution_jackknife *jackknife, double *errors);
void lk_attribution_jackknife_free(lk_attribution_jackknife *jackknife, lk_memory *memory);

#endif
