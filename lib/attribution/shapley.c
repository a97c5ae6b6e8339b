/* shapley.c: Shapley values, one game for each observed set of channels.
 *
 * The players are the channels of the set, v(S) what journeys within S are worth; the set's
 * conversions are shared out by the values of its own game, credit_i = conversions * phi_i / v(U),
 * so that the credits of a set add up to what it converted. Value is a game of its own.
 *
 * v is filled in for the observed sets within U, summed over subsets (zeta transform), made a
 * rate, and turned into dividends (Harsanyi 1963; Moebius transform): phi_i is the sum of
 * d(S) / |S| over the S with i. m * 2^m steps for m players. Games of rates are not convex: a
 * channel that lowers the rate has less than nothing. Where v(U) is 0 the set is shared evenly. */
#include "attribution/shapley.h"

#include <math.h>
#include <string.h>

typedef struct lk_shapley_job {
    const lk_attribution_view *view;
    const lk_attribution_game *game;
    const uint32_t *order;
    lk_memory *memory;
    lk_attribution_tally *all;     /* by set, all groups */
    uint64_t *signatures;          /* by set: a bit for each row, modulo 64 */
    lk_attribution_subset *subsets; /* of the set played for */
    lk_attribution_tally *tallies; /* the same, as of this estimate */
    lk_attribution_tally *worth;   /* by mask */
    double *v[2];                  /* by mask; doubles of worth */
    double *phi[2], *variance[2];  /* by player */
    uint32_t *numbers;
    lk_attribution_tally *sums;
    double *raw;                   /* by estimate (all, then each held group), kind and row */
    double *noise;                 /* by kind and row: variance of sampling */
    size_t estimates, players_most, masks, subset_count;
    uint32_t games;
} lk_shapley_job;

/* ---- tallies ------------------------------------------------------------------------------------------ */

/* The group's part of a set, by bisection; NULL where it has none. */
static const lk_attribution_part *part_of(const lk_attribution_view *view, size_t set, uint32_t group)
{
    size_t low = lk_attribution_view_start(view->part_ends, set), high = view->part_ends[set];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (view->parts[middle].group < group) low = middle + 1;
        else high = middle;
    }
    return low < view->part_ends[set] && view->parts[low].group == group ? &view->parts[low] : NULL;
}

static lk_attribution_tally tally_without(const lk_shapley_job *job, size_t set, uint32_t left_out)
{
    lk_attribution_tally tally = job->all[set];
    const lk_attribution_part *part =
        left_out == LK_ATTRIBUTION_ALL ? NULL : part_of(job->view, set, left_out);
    if (!part) return tally;
    tally.conversions -= part->weights[0];
    tally.journeys -= part->weights[0] + part->weights[1];
    tally.value -= part->value;
    return tally;
}

/* ---- the sets within a set -------------------------------------------------------------------------------- */

/* Both rise, so one pass tells; the mask of places, which wraps where it is not used. */
static bool is_within(const lk_attribution_view *view, size_t set, const uint32_t *players,
                      size_t player_count, uint32_t *mask)
{
    size_t player = 0;
    *mask = 0;
    for (size_t i = lk_attribution_view_start(view->ends, set); i < view->ends[set]; i++) {
        while (player < player_count && players[player] < view->rows[i]) player++;
        if (player == player_count || players[player] != view->rows[i]) return false;
        if (player < 32) *mask |= UINT32_C(1) << player;
    }
    return true;
}

static void find_subsets(lk_shapley_job *job, lk_attribution_play *play)
{
    uint64_t signature = job->signatures[play->set];
    job->subset_count = 0;
    for (size_t set = 0; set < job->view->path_count; set++) {
        uint32_t mask;
        if (job->signatures[set] & ~signature) continue;
        if (!is_within(job->view, set, play->rows, play->player_count, &mask)) continue;
        job->subsets[job->subset_count++] = (lk_attribution_subset){(uint32_t)set, mask};
    }
    play->subset_count = job->subset_count;
}

/* ---- exact games -------------------------------------------------------------------------------------------- */

static void sum_over_subsets(lk_attribution_tally *worth, size_t players)
{
    for (size_t bit = 1; bit < (size_t)1 << players; bit <<= 1)
        for (size_t mask = 0; mask < (size_t)1 << players; mask++) {
            if (!(mask & bit)) continue;
            worth[mask].conversions += worth[mask ^ bit].conversions;
            worth[mask].journeys += worth[mask ^ bit].journeys;
            worth[mask].value += worth[mask ^ bit].value;
        }
}

/* In place: v becomes its dividends, and phi what they give each player. */
static void share_dividends(double *v, size_t players, double *phi)
{
    size_t masks = (size_t)1 << players;
    for (size_t bit = 1; bit < masks; bit <<= 1)
        for (size_t mask = 0; mask < masks; mask++)
            if (mask & bit) v[mask] -= v[mask ^ bit];
    for (size_t i = 0; i < players; i++) phi[i] = 0;
    for (size_t mask = 1; mask < masks; mask++) {
        size_t size = 0;
        for (size_t i = 0; i < players; i++) size += mask >> i & 1;
        double share = v[mask] / (double)size;
        for (size_t i = 0; i < players; i++)
            if (mask >> i & 1) phi[i] += share;
    }
}

static leadkpi_status fill_given(lk_shapley_job *job, const lk_attribution_play *play,
                                 leadkpi_error *error)
{
    job->v[0][0] = job->v[1][0] = 0;
    for (size_t mask = 1; mask < (size_t)1 << play->player_count; mask++) {
        size_t count = 0;
        for (size_t i = 0; i < play->player_count; i++)
            if (mask >> i & 1) job->numbers[count++] = play->rows[i];
        LK_TRY(lk_attribution_given(play, job->numbers, count, job->numbers, &job->v[0][mask], error));
        job->v[1][mask] = job->v[0][mask];
    }
    return LEADKPI_OK;
}

static void fill_rates(lk_shapley_job *job, const lk_attribution_play *play)
{
    size_t masks = (size_t)1 << play->player_count;
    memset(job->worth, 0, masks * sizeof *job->worth);
    for (size_t i = 0; i < play->subset_count; i++)
        job->worth[play->subsets[i].mask] = play->tallies[i];
    if (job->game->game == LK_ATTRIBUTION_GAME_RATE) sum_over_subsets(job->worth, play->player_count);
    for (size_t mask = 0; mask < masks; mask++) {
        double v[2];
        lk_attribution_rate(&job->worth[mask], v);
        job->v[0][mask] = v[0];
        job->v[1][mask] = v[1];
    }
}

static leadkpi_status play_exactly(lk_shapley_job *job, const lk_attribution_play *play,
                                   leadkpi_error *error)
{
    if (job->game->game == LK_ATTRIBUTION_GAME_GIVEN)
        LK_TRY(fill_given(job, play, error));
    else
        fill_rates(job, play);
    for (size_t kind = 0; kind < 2; kind++) {
        share_dividends(job->v[kind], play->player_count, job->phi[kind]);
        for (size_t i = 0; i < play->player_count; i++) job->variance[kind][i] = 0;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_given(const lk_attribution_play *play, const uint32_t *rows,
                                    size_t count, uint32_t *scratch, double *v,
                                    leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t channel = play->order ? play->order[rows[i]] : rows[i];
        size_t at = i;
        for (; at > 0 && scratch[at - 1] > channel; at--) scratch[at] = scratch[at - 1];
        scratch[at] = channel;
    }
    lk_text key = {(const char *)scratch, count * sizeof *scratch};
    uint32_t index = lk_map_text_find(&play->game->given->sets, key);
    LK_FAIL_IF(index == LK_MAP_NONE, error, LEADKPI_NOT_GIVEN,
               "values of sets: expected one for each set within those observed, found none for one "
               "of %zu channels",
               count);
    *v = play->game->given->values[index];
    return LEADKPI_OK;
}

/* ---- credit --------------------------------------------------------------------------------------------------- */

/* The set's amounts by the values of its game. The whole of v(U) is the sum of phi. */
static void credit_set(lk_shapley_job *job, const lk_attribution_play *play, size_t estimate,
                       const lk_attribution_tally *own)
{
    size_t channels = job->view->channel_count;
    const double amounts[2] = {own->conversions, own->value};
    for (size_t kind = 0; kind < 2; kind++) {
        double whole = 0;
        double *raw = job->raw + (2 * estimate + kind) * channels;
        for (size_t i = 0; i < play->player_count; i++) whole += job->phi[kind][i];
        for (size_t i = 0; i < play->player_count; i++) {
            double share = whole > 0 || whole < 0 ? job->phi[kind][i] / whole
                                                  : 1 / (double)play->player_count;
            raw[play->rows[i]] += amounts[kind] * share;
            double scale = whole > 0 || whole < 0 ? amounts[kind] / whole : 0;
            if (estimate == 0)
                job->noise[kind * channels + play->rows[i]] +=
                    scale * scale * job->variance[kind][i];
        }
    }
}

static leadkpi_status play_estimate(lk_shapley_job *job, lk_attribution_play *play, size_t estimate,
                                    leadkpi_error *error)
{
    uint32_t left_out = estimate ? job->view->held[estimate - 1] : LK_ATTRIBUTION_ALL;
    lk_attribution_tally own = tally_without(job, play->set, left_out);
    if (own.conversions == 0 && own.value == 0) return LEADKPI_OK;
    for (size_t i = 0; i < play->subset_count; i++)
        job->tallies[i] = tally_without(job, play->subsets[i].set, left_out);
    if (play->player_count <= job->game->players_most)
        LK_TRY(play_exactly(job, play, error));
    else
        LK_TRY(lk_attribution_sample(play, job->memory, job->numbers, job->sums, job->phi,
                                     job->variance, error));
    credit_set(job, play, estimate, &own);
    return LEADKPI_OK;
}

static leadkpi_status play_set(lk_shapley_job *job, size_t set, leadkpi_error *error)
{
    const lk_attribution_view *view = job->view;
    size_t start = lk_attribution_view_start(view->ends, set);
    lk_attribution_play play = {.view = view,
                                .game = job->game,
                                .order = job->order,
                                .set = set,
                                .player_count = view->ends[set] - start,
                                .rows = view->rows + start,
                                .subsets = job->subsets,
                                .tallies = job->tallies};
    if (job->all[set].conversions == 0 && job->all[set].value == 0) return LEADKPI_OK;
    LK_FAIL_IF(play.player_count > job->game->players_most && !job->game->samples, error,
               LEADKPI_LIMIT, "channels of a journey: expected at most %u without sampling, found %zu",
               (unsigned)job->game->players_most, play.player_count);
    if (job->game->game != LK_ATTRIBUTION_GAME_GIVEN) find_subsets(job, &play);
    job->games++;
    for (size_t estimate = 0; estimate < job->estimates; estimate++) {
        if (estimate % 16 == 0) LK_TRY(lk_interrupted(job->memory, error));
        LK_TRY(play_estimate(job, &play, estimate, error));
    }
    return LEADKPI_OK;
}

/* ---- the sum game ------------------------------------------------------------------------------------------------ */

/* phi_i = sum over the sets with i of conversions / |S|: no game needs to be played. */
static void share_evenly(lk_shapley_job *job)
{
    const lk_attribution_view *view = job->view;
    size_t estimates = view->channel_count ? job->estimates : 0; /* without channels there is no raw */
    for (size_t estimate = 0; estimate < estimates; estimate++) {
        uint32_t left_out = estimate ? view->held[estimate - 1] : LK_ATTRIBUTION_ALL;
        double *raw = job->raw + 2 * estimate * view->channel_count;
        for (size_t set = 0; set < view->path_count; set++) {
            lk_attribution_tally own = tally_without(job, set, left_out);
            size_t start = lk_attribution_view_start(view->ends, set);
            double size = (double)(view->ends[set] - start);
            for (size_t i = start; i < view->ends[set]; i++) {
                raw[view->rows[i]] += own.conversions / size;
                raw[view->channel_count + view->rows[i]] += own.value / size;
            }
        }
    }
    job->games = 1;
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

static leadkpi_status fill_credit(void *context, uint32_t left_out, lk_attribution_fill *fill,
                                  leadkpi_error *error)
{
    (void)error;
    const lk_shapley_job *job = context;
    size_t estimate = 0, channels = job->view->channel_count;
    while (left_out != LK_ATTRIBUTION_ALL && job->view->held[estimate++] != left_out) continue;
    const double *raw = job->raw;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < channels; i++) fill->raw[kind][i] = raw[(2 * estimate + kind) * channels + i];
    lk_attribution_view_totals(job->view, left_out, fill->total);
    return LEADKPI_OK;
}

static void tally_sets(lk_shapley_job *job)
{
    const lk_attribution_view *view = job->view;
    for (size_t set = 0; set < view->path_count; set++) {
        lk_attribution_sums sums = lk_attribution_view_sums(view, set, LK_ATTRIBUTION_ALL);
        job->all[set] = (lk_attribution_tally){sums.conversions, sums.conversions + sums.nulls,
                                               sums.value};
        job->signatures[set] = 0;
        for (size_t i = lk_attribution_view_start(view->ends, set); i < view->ends[set]; i++)
            job->signatures[set] |= UINT64_C(1) << (view->rows[i] & 63);
    }
}

static leadkpi_status play_all(lk_shapley_job *job, lk_attribution_result *result,
                               double *sampling_error[2], leadkpi_error *error)
{
    size_t channels = job->view->channel_count;
    tally_sets(job);
    for (size_t i = 0; i < 2 * job->estimates * channels; i++) job->raw[i] = 0;
    for (size_t i = 0; i < 2 * channels; i++) job->noise[i] = 0;
    if (job->game->game == LK_ATTRIBUTION_GAME_SUM)
        share_evenly(job);
    else
        for (size_t set = 0; set < job->view->path_count; set++) LK_TRY(play_set(job, set, error));
    uint32_t held = job->estimates > 1 ? job->view->held_count : 0;
    LK_TRY(lk_attribution_estimate(result, job->memory, job->view->held, held, false, fill_credit, job,
                                   error));
    lk_attribution_view_describe(job->view, result);
    result->states = job->games;
    for (size_t kind = 0; kind < 2 && sampling_error; kind++)
        for (size_t i = 0; i < channels; i++)
            sampling_error[kind][i] = sqrt(job->noise[kind * channels + i]);
    return LEADKPI_OK;
}

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static void find_sizes(lk_shapley_job *job)
{
    const lk_attribution_view *view = job->view;
    size_t exact = 0;
    for (size_t set = 0; set < view->path_count; set++) {
        size_t players = view->ends[set] - lk_attribution_view_start(view->ends, set);
        if (players > job->players_most) job->players_most = players;
        if (players <= job->game->players_most && players > exact) exact = players;
    }
    job->masks = job->game->game == LK_ATTRIBUTION_GAME_SUM ? 0 : (size_t)1 << exact;
    job->estimates = 1 + (job->game->errors && view->held_count > 1 ? view->held_count : 0);
}

static leadkpi_status reserve(lk_shapley_job *job, leadkpi_error *error)
{
    size_t sets = job->view->path_count, channels = job->view->channel_count;
    size_t players = job->players_most;
    lk_memory *memory = job->memory;
    LK_TRY(lk_allocate(memory, sets, sizeof *job->all, &job->all, error));
    LK_TRY(lk_allocate(memory, sets, sizeof *job->signatures, &job->signatures, error));
    LK_TRY(lk_allocate(memory, sets, sizeof *job->subsets, &job->subsets, error));
    LK_TRY(lk_allocate(memory, sets, sizeof *job->tallies, &job->tallies, error));
    LK_TRY(lk_allocate(memory, job->masks, sizeof *job->worth, &job->worth, error));
    for (size_t kind = 0; kind < 2; kind++) {
        LK_TRY(lk_allocate(memory, job->masks, sizeof(double), &job->v[kind], error));
        LK_TRY(lk_allocate(memory, players, sizeof(double), &job->phi[kind], error));
        LK_TRY(lk_allocate(memory, players, sizeof(double), &job->variance[kind], error));
    }
    LK_TRY(lk_allocate(memory, players, 3 * sizeof *job->numbers, &job->numbers, error));
    LK_TRY(lk_allocate(memory, players, 2 * sizeof *job->sums, &job->sums, error));
    LK_TRY(lk_allocate(memory, channels, 2 * sizeof *job->noise, &job->noise, error));
    return lk_allocate(memory, job->estimates * channels, 2 * sizeof *job->raw, &job->raw, error);
}

static void release(lk_shapley_job *job)
{
    size_t sets = job->view->path_count, channels = job->view->channel_count;
    size_t players = job->players_most;
    lk_memory *memory = job->memory;
    lk_release(memory, job->all, sets, sizeof *job->all);
    lk_release(memory, job->signatures, sets, sizeof *job->signatures);
    lk_release(memory, job->subsets, sets, sizeof *job->subsets);
    lk_release(memory, job->tallies, sets, sizeof *job->tallies);
    lk_release(memory, job->worth, job->masks, sizeof *job->worth);
    for (size_t kind = 0; kind < 2; kind++) {
        lk_release(memory, job->v[kind], job->masks, sizeof(double));
        lk_release(memory, job->phi[kind], players, sizeof(double));
        lk_release(memory, job->variance[kind], players, sizeof(double));
    }
    lk_release(memory, job->numbers, players, 3 * sizeof *job->numbers);
    lk_release(memory, job->sums, players, 2 * sizeof *job->sums);
    lk_release(memory, job->noise, channels, 2 * sizeof *job->noise);
    lk_release(memory, job->raw, job->estimates * channels, 2 * sizeof *job->raw);
}

static leadkpi_status check_game(const lk_attribution_game *game, leadkpi_error *error)
{
    LK_FAIL_IF(game->game < 0 || game->game > LK_ATTRIBUTION_GAME_GIVEN, error, LEADKPI_BAD_ARGUMENT,
               "game: expected 0 to 3, found %d", (int)game->game);
    LK_FAIL_IF(game->players_most > LK_ATTRIBUTION_PLAYERS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "players: expected at most %d, found %u", LK_ATTRIBUTION_PLAYERS_MAX,
               (unsigned)game->players_most);
    LK_FAIL_IF(game->game == LK_ATTRIBUTION_GAME_GIVEN && !game->given, error,
               LEADKPI_NULL_ARGUMENT, "given: expected values of sets, found NULL");
    LK_FAIL_IF(game->samples == 1, error, LEADKPI_BAD_ARGUMENT,
               "samples: expected 0, or 2 or more, found 1");
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_shapley(const lk_attribution_paths *paths, lk_memory *memory,
                                      const uint32_t *order, const lk_attribution_game *game,
                                      lk_attribution_result *result, double *sampling_error[2],
                                      leadkpi_error *error)
{
    lk_attribution_view view;
    LK_TRY(check_game(game, error));
    LK_FAIL_IF(result->channel_count != paths->channel_count, error, LEADKPI_MISMATCH,
               "channels of the result: expected %u, found %zu", (unsigned)paths->channel_count,
               result->channel_count);
    LK_TRY(lk_attribution_view_make(&view, memory, paths, order, true, error));
    lk_shapley_job job = {.view = &view, .game = game, .order = order, .memory = memory};
    find_sizes(&job);
    leadkpi_status status = reserve(&job, error);
    if (status == LEADKPI_OK) status = play_all(&job, result, sampling_error, error);
    release(&job);
    lk_attribution_view_free(&view, memory);
    return status;
}

/* ---- values of the caller ---------------------------------------------------------------------------------------------- */

static leadkpi_status put_value(lk_attribution_values *values, lk_memory *memory,
                                const uint32_t *sorted, size_t count, double value,
                                leadkpi_error *error)
{
    lk_text key = {(const char *)sorted, count * sizeof *sorted};
    uint32_t index;
    for (size_t i = 1; i < count; i++)
        LK_FAIL_IF(sorted[i] == sorted[i - 1], error, LEADKPI_BAD_DATA,
                   "channels of a set: expected each once, found one twice");
    if (values->sets.count == values->capacity) {
        uint32_t capacity = values->capacity + values->capacity / 2 + 16;
        LK_TRY(lk_resize(memory, &values->values, values->capacity, capacity, sizeof *values->values,
                         error));
        values->capacity = capacity;
    }
    LK_TRY(lk_map_text_find_or_add(&values->sets, memory, &key, 1, &index, error));
    values->values[index] = value;
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_values_put(lk_attribution_values *values, lk_memory *memory,
                                         const uint32_t *channels, size_t count, double value,
                                         leadkpi_error *error)
{
    uint32_t *sorted;
    LK_FAIL_IF(!isfinite(value) || count == 0, error, LEADKPI_BAD_DATA,
               "value of a set: expected a number for one channel or more, found %g for %zu", value,
               count);
    LK_TRY(lk_allocate(memory, count, sizeof *sorted, &sorted, error));
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > channels[i]; at--) sorted[at] = sorted[at - 1];
        sorted[at] = channels[i];
    }
    leadkpi_status status = put_value(values, memory, sorted, count, value, error);
    lk_release(memory, sorted, count, sizeof *sorted);
    return status;
}

void lk_attribution_values_free(lk_attribution_values *values, lk_memory *memory)
{
    lk_map_text_free(&values->sets, memory);
    lk_release(memory, values->values, values->capacity, sizeof *values->values);
    *values = (lk_attribution_values){.capacity = 0};
}
