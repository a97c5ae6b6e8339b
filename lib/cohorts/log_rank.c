#include "cohorts/log_rank.h"

#include <leadkpi/stats.h>
#include <math.h>

#include "base/sort.h"

/* Of a time with d events of n at risk, n[i] of them in segment i, the hypergeometric variance between
 * segments i and j is -w n[i] n[j], w = d (n - d) / (n - 1) / n^2. Its sum over times is a sum over
 * lives: a life of segment i adds what w n[j] came to while it was at risk. So the sums of w n[j] are
 * carried along, and added to the row of i when one leaves, taken away when one enters. The variance
 * of a segment is what it shares with the others, since all together have none. */
typedef struct test {
    lk_memory *memory;
    size_t count;        /* segments */
    const lk_life *lives;
    size_t life_count;
    uint32_t *by_entry; /* lives, in order of entry */
    uint32_t *by_exit;
    double *at_risk;    /* of each segment, now */
    double *moving;     /* of each: how many enter, or leave, at this time */
    double *shared;     /* of each: the sum of w n[j] up to now */
    double *difference; /* observed - expected */
    double *variance;   /* count * count; while times are walked, of i and j without the sign */
} test;

static leadkpi_status order_by(const test *t, bool exit, uint32_t **order, leadkpi_error *error)
{
    int64_t *keys;
    LK_TRY(lk_allocate(t->memory, t->life_count, sizeof **order, order, error));
    LK_TRY(lk_allocate(t->memory, t->life_count, sizeof *keys, &keys, error));
    for (uint32_t i = 0; i < t->life_count; i++) {
        (*order)[i] = i;
        keys[i] = exit ? t->lives[i].exit : t->lives[i].entry;
    }
    leadkpi_status status = lk_sort_int64(t->memory, keys, *order, t->life_count, error);
    lk_release(t->memory, keys, t->life_count, sizeof *keys);
    return status;
}

/* Those that are moving enter (sign -1) or leave (1): cost segments for each that has any. */
static size_t move(test *t, double sign)
{
    size_t work = 0;
    for (size_t i = 0; i < t->count; i++) {
        double weight = sign * t->moving[i];
        if (weight == 0) continue;
        t->at_risk[i] -= weight;
        t->moving[i] = 0;
        work += t->count;
        for (size_t j = 0; j < t->count; j++) t->variance[i * t->count + j] += weight * t->shared[j];
    }
    return work;
}

/* The lives that enter before a time (with it, at 0). */
static size_t enter(test *t, int64_t time, size_t *entered)
{
    size_t first = *entered;
    for (; *entered < t->life_count; ++*entered) {
        const lk_life *life = &t->lives[t->by_entry[*entered]];
        if (life->entry >= time && life->entry > 0) break;
        t->moving[life->segment]++;
    }
    return *entered > first ? move(t, -1) : 0;
}

/* One time with d events of n at risk. */
static void add_time(test *t, double d, double n)
{
    double weight = n > 1 ? d * (n - d) / (n - 1) / n / n : 0;
    for (size_t i = 0; i < t->count; i++) {
        t->difference[i] -= d * (t->at_risk[i] / n);
        t->shared[i] += weight * t->at_risk[i];
    }
}

/* Cost: segments for each time with events and for each segment of which lives enter or leave at a
 * time, at most segments for each life. */
static leadkpi_status walk_times(test *t, leadkpi_error *error)
{
    size_t entered = 0, left = 0, work = 0;
    for (size_t i = 0; i < t->life_count; left = i) {
        int64_t time = t->lives[t->by_exit[i]].exit;
        double d = 0;
        work += 1 + enter(t, time, &entered);
        for (; i < t->life_count && t->lives[t->by_exit[i]].exit == time; i++) {
            const lk_life *life = &t->lives[t->by_exit[i]];
            t->moving[life->segment]++;
            t->difference[life->segment] += life->is_event;
            d += life->is_event;
        }
        if (d > 0) add_time(t, d, (double)(entered - left));
        work += (d > 0 ? t->count : 0) + move(t, 1);
        if (work < LK_INTERRUPT_ROWS) continue;
        LK_TRY(lk_interrupted(t->memory, error));
        work = 0;
    }
    return LEADKPI_OK;
}

static void sign_variance(test *t)
{
    for (size_t i = 0; i < t->count; i++) {
        double *row = t->variance + i * t->count, own = 0;
        for (size_t j = 0; j < t->count; j++) {
            if (j == i) continue;
            own += row[j];
            row[j] = -row[j];
        }
        row[i] = own;
    }
}

/* z' V^-1 z by Cholesky's decomposition with the rows that depend on others left out: the variance of
 * all segments has one rank less than there are segments. Returns the rank. */
static int64_t quadratic_form(test *t, double *chi_squared)
{
    size_t n = t->count;
    double *v = t->variance, *z = t->difference, largest = 0;
    int64_t rank = 0;
    *chi_squared = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, v[i * n + i]);
    for (size_t i = 0; i < n; i++) {
        double pivot = v[i * n + i];
        if (!(pivot > 1e-10 * largest)) continue;
        rank++;
        *chi_squared += z[i] * z[i] / pivot;
        for (size_t j = i + 1; j < n; j++) {
            double factor = v[j * n + i] / pivot;
            z[j] -= factor * z[i];
            for (size_t k = i + 1; k < n; k++) v[j * n + k] -= factor * v[i * n + k];
        }
    }
    return rank;
}

static leadkpi_status run(test *t, double *chi_squared, int64_t *degrees, leadkpi_error *error)
{
    LK_TRY(order_by(t, false, &t->by_entry, error));
    LK_TRY(order_by(t, true, &t->by_exit, error));
    LK_TRY(lk_allocate(t->memory, t->count, sizeof *t->at_risk, &t->at_risk, error));
    LK_TRY(lk_allocate(t->memory, t->count, sizeof *t->moving, &t->moving, error));
    LK_TRY(lk_allocate(t->memory, t->count, sizeof *t->shared, &t->shared, error));
    LK_TRY(lk_allocate(t->memory, t->count, sizeof *t->difference, &t->difference, error));
    LK_TRY(lk_allocate(t->memory, t->count * t->count, sizeof *t->variance, &t->variance, error));
    LK_TRY(lk_interrupted(t->memory, error));
    memset(t->at_risk, 0, t->count * sizeof *t->at_risk);
    memset(t->moving, 0, t->count * sizeof *t->moving);
    memset(t->shared, 0, t->count * sizeof *t->shared);
    memset(t->difference, 0, t->count * sizeof *t->difference);
    memset(t->variance, 0, t->count * t->count * sizeof *t->variance);
    LK_TRY(walk_times(t, error));
    sign_variance(t);
    *degrees = quadratic_form(t, chi_squared);
    return LEADKPI_OK;
}

leadkpi_status lk_log_rank(const lk_lives *lives, uint32_t segment_count, bool *has_test,
                           double *chi_squared, int64_t *degrees, double *p_value,
                           leadkpi_error *error)
{
    test t = {.memory = lives->memory, .count = segment_count, .lives = lives->items,
              .life_count = lives->count};
    *has_test = false;
    if (segment_count < 2 || segment_count > LK_LOG_RANK_SEGMENTS_MAX) return LEADKPI_OK;
    leadkpi_status status = run(&t, chi_squared, degrees, error);
    lk_release(t.memory, t.by_entry, t.life_count, sizeof *t.by_entry);
    lk_release(t.memory, t.by_exit, t.life_count, sizeof *t.by_exit);
    lk_release(t.memory, t.at_risk, t.count, sizeof *t.at_risk);
    lk_release(t.memory, t.moving, t.count, sizeof *t.moving);
    lk_release(t.memory, t.shared, t.count, sizeof *t.shared);
    lk_release(t.memory, t.difference, t.count, sizeof *t.difference);
    lk_release(t.memory, t.variance, t.count * t.count, sizeof *t.variance);
    if (status != LEADKPI_OK || *degrees == 0) return status;
    *has_test = true;
    /* The upper tail of chi-squared with k degrees: that of a gamma of shape k / 2 at half of it. */
    *p_value = leadkpi_stats_gamma_upper(*chi_squared / 2, (double)*degrees / 2);
    return LEADKPI_OK;
}
