/* shapley_sample.c: Shapley values of a large set, by permutations in pairs of opposites.
 *
 * The generator is counter-based: draw d of permutation p for set s is
 *     z(z(z(seed + s) + p) + d),     z the finaliser of SplitMix64 (base/hash.h, lk_hash_seed),
 * s being the place of the set among the observed sets in rising order. A number below n is
 * the high half of draw * n (Lemire 2019; its bias, below n / 2^64, is left). Players are
 * shuffled from the last to the first (Fisher and Yates); every permutation is also played
 * backwards, and the mean of the two is one sample.
 *
 * Along a permutation an observed set joins the coalition with its last player, so all of v
 * comes from one pass over the observed sets. */
#include "attribution/shapley.h"

#include "base/wide.h"

/* ---- permutations ---------------------------------------------------------------------------------- */

static void shuffle(uint32_t *players, size_t count, uint64_t stream)
{
    for (size_t i = 0; i < count; i++) players[i] = (uint32_t)i;
    for (size_t i = count; i-- > 1;) {
        size_t j = (size_t)lk_multiply(lk_hash_seed(stream + i), i + 1).high;
        uint32_t other = players[j];
        players[j] = players[i];
        players[i] = other;
    }
}

static void reverse(uint32_t *players, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        uint32_t other = players[i];
        players[i] = players[count - 1 - i];
        players[count - 1 - i] = other;
    }
}

/* ---- the worth of the first players ------------------------------------------------------------------ */

static size_t player_of(const lk_attribution_play *play, uint32_t row)
{
    size_t low = 0, high = play->player_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (play->rows[middle] <= row) low = middle;
        else high = middle;
    }
    return low;
}

/* When the last of a set joins, and how many it has. */
static size_t joins_at(const lk_attribution_play *play, size_t set, const uint32_t *places,
                       size_t *size)
{
    size_t last = 0, start = lk_attribution_view_start(play->view->ends, set);
    *size = play->view->ends[set] - start;
    for (size_t i = start; i < play->view->ends[set]; i++) {
        size_t place = places[player_of(play, play->view->rows[i])];
        last = place > last ? place : last;
    }
    return last;
}

/* sums[place]: of what is worth something when the player at that place has joined. */
static void tally_places(const lk_attribution_play *play, const uint32_t *places,
                         lk_attribution_tally *sums)
{
    bool exact = play->game->game == LK_ATTRIBUTION_GAME_EXACT;
    for (size_t i = 0; i < play->player_count; i++) sums[i] = (lk_attribution_tally){0, 0, 0};
    for (size_t i = 0; i < play->subset_count; i++) {
        size_t size, place = joins_at(play, play->subsets[i].set, places, &size);
        if (exact && size != place + 1) continue;
        sums[place].conversions += play->tallies[i].conversions;
        sums[place].journeys += play->tallies[i].journeys;
        sums[place].value += play->tallies[i].value;
    }
    for (size_t i = 1; i < play->player_count && !exact; i++) {
        sums[i].conversions += sums[i - 1].conversions;
        sums[i].journeys += sums[i - 1].journeys;
        sums[i].value += sums[i - 1].value;
    }
}

/* What each player brings, added to gains by kind. */
static leadkpi_status play_once(const lk_attribution_play *play, uint32_t *numbers,
                                lk_attribution_tally *sums, double *gains[2], leadkpi_error *error)
{
    size_t count = play->player_count;
    uint32_t *players = numbers, *places = numbers + count, *rows = numbers + 2 * count;
    double before[2] = {0, 0}, v[2];
    for (size_t i = 0; i < count; i++) places[players[i]] = (uint32_t)i;
    if (play->game->game != LK_ATTRIBUTION_GAME_GIVEN) tally_places(play, places, sums);
    for (size_t i = 0; i < count; i++) {
        if (play->game->game == LK_ATTRIBUTION_GAME_GIVEN) {
            for (size_t k = 0; k <= i; k++) rows[k] = play->rows[players[k]];
            LK_TRY(lk_attribution_given(play, rows, i + 1, rows, v, error));
            v[1] = v[0];
        } else {
            lk_attribution_rate(&sums[i], v);
        }
        for (size_t kind = 0; kind < 2; kind++) {
            gains[kind][players[i]] += (v[kind] - before[kind]) / 2;
            before[kind] = v[kind];
        }
    }
    return LEADKPI_OK;
}

/* ---- means ---------------------------------------------------------------------------------------------- */

/* Welford's mean and sum of squares, of one more sample. */
static void take(const double *sample, size_t count, double samples, double *mean, double *squares)
{
    for (size_t i = 0; i < count; i++) {
        double off = sample[i] - mean[i];
        mean[i] += off / samples;
        squares[i] += off * (sample[i] - mean[i]);
    }
}

leadkpi_status lk_attribution_sample(const lk_attribution_play *play, const lk_memory *memory,
                                     uint32_t *numbers, lk_attribution_tally *sums, double *phi[2],
                                     double *variance[2], leadkpi_error *error)
{
    size_t count = play->player_count;
    double *gains[2] = {(double *)(sums + count), (double *)(sums + count) + count};
    uint64_t stream = lk_hash_seed(play->game->seed + play->set), samples = play->game->samples;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < count; i++) phi[kind][i] = variance[kind][i] = 0;
    for (uint64_t sample = 0; sample < samples; sample++) {
        if (sample % 64 == 0) LK_TRY(lk_interrupted(memory, error));
        for (size_t i = 0; i < 2 * count; i++) gains[0][i] = 0;
        shuffle(numbers, count, lk_hash_seed(stream + sample));
        LK_TRY(play_once(play, numbers, sums, gains, error));
        reverse(numbers, count);
        LK_TRY(play_once(play, numbers, sums, gains, error));
        for (size_t kind = 0; kind < 2; kind++)
            take(gains[kind], count, (double)(sample + 1), phi[kind], variance[kind]);
    }
    double n = (double)samples;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < count && samples > 1; i++) variance[kind][i] /= n * (n - 1);
    return LEADKPI_OK;
}
