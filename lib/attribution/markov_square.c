/* markov_square.c: Markov of order 1, exactly, from one factorisation.
 *
 * T: weights of the steps between channels, D: of all steps out of a channel, A = D - T,
 * B = A^-1. With Q = D^-1 T the chain's N = (I - Q)^-1 = B D. Whoever steps into a channel steps
 * out of it, so the columns of A add up to the steps from the start: expected visits sN are
 * simply D / total. Then
 *
 *     RE_c = (sN)_c / N_cc * h_c / p = h_c / (conversions * B_cc),     h = B * conversions,
 *
 * and for value the same with h = B * values. One matrix gives every channel and both kinds.
 *
 * A is factored by the elimination of Grassmann, Taksar and Heyman (Operations Research 33,
 * 1985): the pivot is the sum of what leaves, so nothing is ever subtracted, no pivot search is
 * needed, and every entry of B has a small relative error however long the journeys are
 * (O'Cinneide, Numerische Mathematik 65, 1993). Steps from a channel to itself cancel. */
#include "attribution/markov.h"

#include <math.h>
#include <string.h>

/* ---- the factorisation ---------------------------------------------------------------------------- */

/* Cost: 16 bytes read and 8 written by two operations; a compiler makes vectors of it, and every
 * width of them gives the same bits. */
static void add_scaled(double *restrict into, const double *restrict from, double scale, size_t n)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        into[i] += scale * from[i];
        into[i + 1] += scale * from[i + 1];
        into[i + 2] += scale * from[i + 2];
        into[i + 3] += scale * from[i + 3];
    }
    for (; i < n; i++) into[i] += scale * from[i];
}

/* Rows of n^2 operations at most: of many rows the host is asked about every so many operations. */
static leadkpi_status ask_host(size_t row, size_t n, const lk_memory *memory, leadkpi_error *error)
{
    size_t rows = 1 + 64 * LK_INTERRUPT_ROWS / (n * n + 1);
    return row % rows == rows - 1 ? lk_interrupted(memory, error) : LEADKPI_OK;
}

/* No way out is a way to null: what comes here is not shared out over other steps. */
static void end_here(lk_attribution_square *s, size_t i)
{
    s->ends[i] = s->pivots[i] = 1;
    s->reached[0][i] = s->reached[1][i] = 0;
}

/* Row by row: below the diagonal the factors l, above it what is left of the steps. */
static leadkpi_status factor(lk_attribution_square *s, const lk_memory *memory, leadkpi_error *error)
{
    size_t n = s->count;
    for (size_t i = 0; i < n; i++) {
        double *row = s->steps + i * n, leaving = 0;
        LK_TRY(ask_host(i, n, memory, error));
        for (size_t k = 0; k < i; k++) {
            if (row[k] == 0) continue;
            double scale = row[k] *= s->pivots[k];
            add_scaled(row + k + 1, s->steps + k * n + k + 1, scale, n - k - 1);
            s->ends[i] += scale * s->ends[k];
            for (size_t kind = 0; kind < 2; kind++)
                s->reached[kind][i] += scale * s->reached[kind][k];
        }
        for (size_t j = i + 1; j < n; j++) leaving += row[j];
        leaving += s->ends[i];
        if (leaving > 0) s->pivots[i] = 1 / leaving;
        else end_here(s, i);
    }
    return LEADKPI_OK;
}

static void substitute(lk_attribution_square *s)
{
    size_t n = s->count;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = n; i-- > 0;) {
            const double *row = s->steps + i * n;
            for (size_t j = i + 1; j < n; j++)
                s->reached[kind][i] += row[j] * s->reached[kind][j];
            s->reached[kind][i] *= s->pivots[i];
        }
}

/* Inverses of both factors, without their diagonals (1, and the pivots), in one square. */
static leadkpi_status invert_factors(lk_attribution_square *s, const lk_memory *memory,
                                     leadkpi_error *error)
{
    size_t n = s->count;
    memset(s->inverse, 0, n * n * sizeof *s->inverse);
    for (size_t i = 0; i < n; i++) {
        double *row = s->inverse + i * n;
        LK_TRY(ask_host(i, n, memory, error));
        for (size_t j = 0; j < i; j++) {
            double scale = s->steps[i * n + j];
            if (scale == 0) continue;
            add_scaled(row, s->inverse + j * n, scale, j);
            row[j] += scale;
        }
    }
    for (size_t i = n; i-- > 0;) {
        double *row = s->inverse + i * n;
        LK_TRY(ask_host(i, n, memory, error));
        for (size_t k = i + 1; k < n; k++) {
            double scale = s->steps[i * n + k];
            if (scale == 0) continue;
            row[k] += scale * s->pivots[k];
            add_scaled(row + k + 1, s->inverse + k * n + k + 1, scale, n - k - 1);
        }
        for (size_t k = i + 1; k < n; k++) row[k] *= s->pivots[i];
    }
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_square_solve(lk_attribution_square *s, const lk_memory *memory,
                                           leadkpi_error *error)
{
    size_t n = s->count;
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < n; i++) s->reached[kind][i] = s->amounts[kind][i];
    LK_TRY(factor(s, memory, error));
    substitute(s);
    if (!s->visits) return LEADKPI_OK;
    LK_TRY(invert_factors(s, memory, error));
    for (size_t c = 0; c < n; c++) {
        s->visits[c] = s->pivots[c];
        for (size_t k = c + 1; k < n; k++)
            s->visits[c] += s->inverse[c * n + k] * s->inverse[k * n + c];
    }
    return LEADKPI_OK;
}

/* Both factors turned over, in the other order; rows of the square are read as they lie. */
void lk_attribution_square_turn(const lk_attribution_square *s, double *into)
{
    size_t n = s->count;
    for (size_t i = 0; i < n; i++) {
        into[i] *= s->pivots[i];
        add_scaled(into + i + 1, s->steps + i * n + i + 1, into[i], n - i - 1);
    }
    for (size_t i = n; i-- > 0;) add_scaled(into, s->steps + i * n, into[i], i);
}

/* ---- the table of an estimate ----------------------------------------------------------------------- */

/* All groups together, and the chain of one estimate. */
typedef struct lk_square_job {
    const lk_attribution_transitions *t;
    const lk_memory *memory;
    const uint32_t *order;
    size_t channel_count;
    int32_t removal;
    size_t cells;         /* of a table */
    int64_t *whole;       /* of all groups */
    lk_exact_sum *parts;  /* NULL: none */
    lk_exact_sum *values;
    lk_attribution_square square;
    double *doubles;      /* what the square points into */
    double *start;        /* by channel of the square */
    uint32_t *rows;       /* by channel of the square: its row of the result */
    double *table;        /* steps of the square, kept where every channel is removed by itself */
    double total[2];
} lk_square_job;

static uint32_t channel_at(const lk_square_job *job, size_t row)
{
    return job->order ? job->order[row] : (uint32_t)row;
}

static double weight_at(const lk_square_job *job, uint32_t left_out, size_t row, size_t column)
{
    size_t cell = row * (job->t->capacity + 2u) + column;
    int64_t whole = job->whole[cell];
    bool all = left_out == LK_ATTRIBUTION_ALL;
    if (!all) whole -= job->t->cells[left_out * job->cells + cell];
    if (!job->parts) return (double)whole;
    lk_exact_sum part = job->parts[cell];
    if (!all) (void)lk_exact_sum_subtract(&part, &job->t->parts[left_out * job->cells + cell], NULL);
    return lk_attribution_count(whole, &part);
}

static double value_at(const lk_square_job *job, uint32_t left_out, size_t row)
{
    lk_exact_sum value = job->values[row];
    if (left_out != LK_ATTRIBUTION_ALL)
        (void)lk_exact_sum_subtract(
            &value, &job->t->values[left_out * (job->t->capacity + 1u) + row], NULL);
    return lk_exact_sum_to_double(&value);
}

/* Channels that nobody steps into have no part in the chain. */
static void find_rows(lk_square_job *job, uint32_t left_out)
{
    size_t count = 0, columns = job->t->capacity + 2u;
    for (size_t i = 0; i < job->channel_count; i++) {
        uint32_t channel = channel_at(job, i);
        double leaving = 0;
        for (size_t j = 0; j < columns; j++)
            if (j < job->t->channel_count || j >= job->t->capacity)
                leaving += weight_at(job, left_out, channel, j);
        if (leaving > 0) job->rows[count++] = (uint32_t)i;
    }
    job->square.count = count;
}

static void fill_square(lk_square_job *job, uint32_t left_out)
{
    lk_attribution_square *s = &job->square;
    size_t capacity = job->t->capacity;
    find_rows(job, left_out);
    job->total[0] = job->total[1] = 0;
    for (size_t i = 0; i < s->count; i++) {
        uint32_t channel = channel_at(job, job->rows[i]);
        for (size_t j = 0; j < s->count; j++)
            s->steps[i * s->count + j] =
                i == j ? 0 : weight_at(job, left_out, channel, channel_at(job, job->rows[j]));
        job->start[i] = weight_at(job, left_out, capacity, channel);
        s->amounts[0][i] = weight_at(job, left_out, channel, capacity);
        s->amounts[1][i] = value_at(job, left_out, channel);
        s->ends[i] = s->amounts[0][i] + weight_at(job, left_out, channel, capacity + 1);
        for (size_t kind = 0; kind < 2; kind++) job->total[kind] += s->amounts[kind][i];
    }
}

/* ---- removal to null ----------------------------------------------------------------------------------- */

static leadkpi_status remove_to_null(lk_square_job *job, const lk_attribution_fill *fill,
                                     leadkpi_error *error)
{
    lk_attribution_square *s = &job->square;
    LK_TRY(lk_attribution_square_solve(s, job->memory, error));
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < s->count; i++)
            fill->raw[kind][job->rows[i]] = s->reached[kind][i] / (job->total[kind] * s->visits[i]);
    return LEADKPI_OK;
}

/* ---- removal with renormalised rows --------------------------------------------------------------------- */

/* The chain without channel c of it: the elimination divides by what is left of each row, which
 * is the renormalisation. What it makes of one start that never goes to c, by kind. */
static leadkpi_status solve_without(lk_square_job *job, size_t c, const double *ends,
                                    double *const amounts[2], double amount[2], leadkpi_error *error)
{
    lk_attribution_square part = job->square;
    size_t n = job->square.count, to = 0;
    double started = 0;
    part.count = n - 1;
    part.visits = NULL;
    for (size_t i = 0; i < n; i++) {
        if (i == c) continue;
        double *row = part.steps + to * (n - 1);
        memcpy(row, job->table + i * n, c * sizeof *row);
        memcpy(row + c, job->table + i * n + c + 1, (n - 1 - c) * sizeof *row);
        part.ends[to] = ends[i];
        for (size_t kind = 0; kind < 2; kind++) part.amounts[kind][to] = amounts[kind][i];
        to++;
    }
    LK_TRY(lk_attribution_square_solve(&part, job->memory, error));
    amount[0] = amount[1] = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == c) continue;
        size_t at = i - (i > c);
        started += job->start[i];
        for (size_t kind = 0; kind < 2; kind++)
            amount[kind] += job->start[i] * part.reached[kind][at];
    }
    for (size_t kind = 0; kind < 2; kind++) amount[kind] = started > 0 ? amount[kind] / started : 0;
    return LEADKPI_OK;
}

static leadkpi_status remove_and_renormalise(lk_square_job *job, const lk_attribution_fill *fill,
                                             leadkpi_error *error)
{
    lk_attribution_square *s = &job->square;
    size_t n = s->count, room = job->channel_count;
    double *ends = job->table + room * room, *amounts[2] = {ends + room, ends + 2 * room};
    double started = 0, amount[2];
    memcpy(job->table, s->steps, n * n * sizeof *s->steps);
    for (size_t i = 0; i < n; i++) {
        ends[i] = s->ends[i];
        started += job->start[i];
        for (size_t kind = 0; kind < 2; kind++) amounts[kind][i] = s->amounts[kind][i];
    }
    for (size_t c = 0; c < n; c++) {
        LK_TRY(lk_interrupted(job->memory, error));
        LK_TRY(solve_without(job, c, ends, amounts, amount, error));
        for (size_t kind = 0; kind < 2; kind++)
            fill->raw[kind][job->rows[c]] = 1 - amount[kind] / (job->total[kind] / started);
    }
    return LEADKPI_OK;
}

/* ---- the model ------------------------------------------------------------------------------------------ */

static leadkpi_status fill_effects(void *context, uint32_t left_out, lk_attribution_fill *fill,
                                   leadkpi_error *error)
{
    lk_square_job *job = context;
    LK_TRY(lk_interrupted(job->memory, error));
    fill_square(job, left_out);
    for (size_t kind = 0; kind < 2; kind++) {
        fill->total[kind] = job->total[kind];
        for (size_t i = 0; i < job->channel_count; i++) fill->raw[kind][i] = 0;
    }
    if (job->square.count > 0 && job->removal == LK_ATTRIBUTION_REMOVE_RENORMALISE)
        LK_TRY(remove_and_renormalise(job, fill, error));
    else if (job->square.count > 0) /* else there is no table of it */
        LK_TRY(remove_to_null(job, fill, error));
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < job->channel_count && job->total[kind] == 0; i++)
            fill->raw[kind][i] = NAN; /* no conversion to be without */
    return LEADKPI_OK;
}

static size_t doubles_needed(const lk_square_job *job)
{
    size_t n = job->channel_count, squares = 2 + (job->removal == LK_ATTRIBUTION_REMOVE_RENORMALISE);
    return squares * n * n + 11 * n;
}

static void point_square(lk_square_job *job)
{
    size_t n = job->channel_count;
    if (n == 0) return; /* there are no doubles to point at */
    double *next = job->doubles;
    lk_attribution_square *s = &job->square;
    double **columns[] = {&s->ends,       &s->amounts[0], &s->amounts[1], &s->reached[0],
                          &s->reached[1], &s->visits,     &s->pivots,     &job->start};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++, next += n) *columns[i] = next;
    s->steps = next;
    s->inverse = next + n * n;
    job->table = next + 2 * n * n;
}

static void sum_groups(lk_square_job *job)
{
    const lk_attribution_transitions *t = job->t;
    size_t values = t->capacity + 1u;
    memset(job->whole, 0, job->cells * sizeof *job->whole);
    memset(job->values, 0, values * sizeof *job->values);
    if (job->parts) memset(job->parts, 0, job->cells * sizeof *job->parts);
    for (uint32_t group = 0; group < t->groups; group++) {
        const int64_t *cells = t->cells + group * job->cells;
        for (size_t i = 0; i < job->cells; i++) job->whole[i] += cells[i];
        for (size_t i = 0; i < job->cells && job->parts; i++)
            (void)lk_exact_sum_add(&job->parts[i], &t->parts[group * job->cells + i], NULL);
        for (size_t i = 0; i < values; i++)
            (void)lk_exact_sum_add(&job->values[i], &t->values[group * values + i], NULL);
    }
}

/* A group holds a journey when something starts in it. */
static uint32_t find_held(const lk_square_job *job, uint32_t *held)
{
    const lk_attribution_transitions *t = job->t;
    uint32_t count = 0;
    for (uint32_t group = 0; group < t->groups; group++) {
        size_t start = group * job->cells + (size_t)t->capacity * (t->capacity + 2u);
        bool holds = false;
        for (size_t i = 0; i < t->channel_count; i++)
            holds |= t->cells[start + i] != 0 ||
                     (t->parts && !lk_exact_sum_is_zero(&t->parts[start + i]));
        if (holds) held[count++] = group;
    }
    return count;
}

static void fill_totals(const lk_square_job *job, lk_attribution_result *result)
{
    const lk_attribution_transitions *t = job->t;
    int64_t whole = 0;
    lk_exact_sum part = LK_EXACT_SUM_ZERO;
    for (uint32_t group = 0; group < t->groups; group++) {
        whole += t->untouched[2 * group];
        if (t->parts) (void)lk_exact_sum_add(&part, &t->untouched_parts[2 * group], NULL);
    }
    result->unattributed[0] = lk_attribution_count(whole, &part);
    result->unattributed[1] = lk_exact_sum_to_double(&job->values[t->capacity]);
    result->nulls = 0;
    for (size_t i = 0; i < job->channel_count; i++)
        result->nulls += weight_at(job, LK_ATTRIBUTION_ALL, channel_at(job, i), t->capacity + 1u);
}

/* Every journey of the chain starts once and ends once, so that its own probability of converting
 * is that of the data (lk_attribution_graph_probability of any order). */
static void describe_chain(lk_square_job *job, lk_attribution_result *result)
{
    double started = 0;
    fill_square(job, LK_ATTRIBUTION_ALL);
    result->states = (uint32_t)job->square.count;
    for (size_t i = 0; i < job->square.count; i++) started += job->start[i];
    result->probability = started > 0 ? job->total[0] / started : NAN;
}

static leadkpi_status run(lk_square_job *job, lk_memory *memory, lk_attribution_result *result,
                          leadkpi_error *error)
{
    uint32_t held[1024];
    point_square(job);
    sum_groups(job);
    fill_totals(job, result);
    uint32_t held_count = find_held(job, held);
    LK_TRY(lk_attribution_estimate(result, memory, held, held_count, true, fill_effects, job, error));
    describe_chain(job, result);
    return LEADKPI_OK;
}

static void release(lk_square_job *job, lk_memory *memory)
{
    lk_release(memory, job->doubles, doubles_needed(job), sizeof *job->doubles);
    lk_release(memory, job->rows, job->channel_count, sizeof *job->rows);
    lk_release(memory, job->whole, job->cells, sizeof *job->whole);
    lk_release(memory, job->parts, job->parts ? job->cells : 0, sizeof *job->parts);
    lk_release(memory, job->values, job->t->capacity + 1u, sizeof *job->values);
}

static leadkpi_status reserve(lk_square_job *job, lk_memory *memory, leadkpi_error *error)
{
    LK_TRY(lk_allocate(memory, doubles_needed(job), sizeof *job->doubles, &job->doubles, error));
    LK_TRY(lk_allocate(memory, job->channel_count, sizeof *job->rows, &job->rows, error));
    LK_TRY(lk_allocate(memory, job->cells, sizeof *job->whole, &job->whole, error));
    if (job->t->parts)
        LK_TRY(lk_allocate(memory, job->cells, sizeof *job->parts, &job->parts, error));
    return lk_allocate(memory, job->t->capacity + 1u, sizeof *job->values, &job->values, error);
}

leadkpi_status lk_attribution_markov(const lk_attribution_transitions *transitions,
                                     lk_memory *memory, const uint32_t *order, int32_t removal,
                                     lk_attribution_result *result, leadkpi_error *error)
{
    lk_square_job job = {.t = transitions,
                         .memory = memory,
                         .order = order,
                         .channel_count = result->channel_count,
                         .removal = removal,
                         .cells = lk_attribution_table_size(transitions)};
    /* a table of journeys without a touch has room for a channel all the same */
    bool untouched = result->channel_count == 0 && transitions->channel_count <= 1;
    LK_FAIL_IF(result->channel_count != transitions->channel_count && !untouched, error,
               LEADKPI_MISMATCH,
               "channels of the result: expected %u, found %zu",
               (unsigned)transitions->channel_count, result->channel_count);
    leadkpi_status status = reserve(&job, memory, error);
    if (status == LEADKPI_OK) status = run(&job, memory, result, error);
    release(&job, memory);
    return status;
}
