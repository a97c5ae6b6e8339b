/* kaplan_meier.c: the life table from times and events.
 *
 * Each subject becomes one key: its time, and in the lowest bit whether the
 * event came. Times that lie close together, days above all, are counted into
 * buckets; others are sorted. Both give the distinct times in order with their counts. */
#include "stats/survival.h"

#include <float.h>
#include <math.h>

#include "base/sort.h"

/* A time in the order of uint64: an int64 as it is, a double by its bits, which rise with it as
 * long as it is not negative. */
static uint64_t key_of_double(double time)
{
    uint64_t bits;
    double positive = time + 0.0; /* -0 is 0 */
    memcpy(&bits, &positive, sizeof bits);
    return bits;
}

static double time_of_double_key(uint64_t key)
{
    double time;
    memcpy(&time, &key, sizeof time);
    return time;
}

static double time_of_int64_key(uint64_t key)
{
    return (double)(int64_t)key;
}

/* What is known before the table: how many subjects, and the range of their keys. */
typedef struct subjects {
    const void *times;
    int is_double;
    const uint8_t *events;
    size_t count;
    uint64_t least, most;
} subjects;

static uint64_t key_at(const subjects *all, size_t i)
{
    return all->is_double ? key_of_double(((const double *)all->times)[i])
                          : (uint64_t)((const int64_t *)all->times)[i];
}

static leadkpi_status check_times(subjects *all, leadkpi_error *error)
{
    all->least = UINT64_MAX;
    all->most = 0;
    for (size_t i = 0; i < all->count; i++) {
        double time = all->is_double ? ((const double *)all->times)[i]
                                     : (double)((const int64_t *)all->times)[i];
        if (LK_UNLIKELY(!(time >= 0 && time <= DBL_MAX)))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                              "times: expected a finite time of 0 or more, found %g", time);
        uint64_t key = key_at(all, i);
        if (key < all->least) all->least = key;
        if (key > all->most) all->most = key;
    }
    return LEADKPI_OK;
}

/* ---- rows --------------------------------------------------------------- */

static leadkpi_status allocate_rows(leadkpi_stats_survival *curve, size_t count,
                                    leadkpi_error *error)
{
    LK_TRY(lk_allocate(&curve->memory, count, sizeof *curve->rows, &curve->rows, error));
    curve->row_capacity = count;
    return LEADKPI_OK;
}

static void add_row(leadkpi_stats_survival *curve, double time, int64_t events, int64_t censored)
{
    curve->rows[curve->row_count++] = (lk_survival_row){time, 0, events, censored, 1, 0};
}

/* S is a long product of fractions: it is kept in two doubles, so that it comes out as the
 * nearest one to the true product, and 5/6 of 3/5 is exactly a half. */
static void fill_estimates(leadkpi_stats_survival *curve)
{
    double survival = 1, rest = 0, greenwood = 0;
    for (size_t i = 0; i < curve->row_count; i++) {
        lk_survival_row *row = &curve->rows[i];
        double n = (double)row->at_risk, left = (double)(row->at_risk - row->events);
        double factor = left / n, factor_rest = -fma(factor, n, -left) / n;
        double product = survival * factor;
        rest = fma(survival, factor, -product) + (survival * factor_rest + rest * factor);
        survival = product + rest;
        rest -= survival - product;
        if (row->events) greenwood += (double)row->events / (n * left);
        row->survival = survival;
        row->greenwood = greenwood;
    }
}

/* Everybody is at risk from the start. */
static void fill_at_risk(leadkpi_stats_survival *curve, size_t subject_count)
{
    int64_t at_risk = (int64_t)subject_count;
    for (size_t i = 0; i < curve->row_count; i++) {
        curve->rows[i].at_risk = at_risk;
        at_risk -= curve->rows[i].events + curve->rows[i].censored;
    }
}

/* ---- by buckets --------------------------------------------------------- */

typedef struct bucket {
    int64_t subjects, events;
} bucket;

/* Cost: 9 bytes read a subject and one bucket of 16 bytes changed, in the second-level cache for a
 * few thousand days. */
static leadkpi_status rows_by_bucket(leadkpi_stats_survival *curve, const subjects *all,
                                     leadkpi_error *error)
{
    size_t bucket_count = (size_t)(all->most - all->least) + 1, used = 0;
    const int64_t *times = all->times;
    bucket *buckets = NULL;
    LK_TRY(lk_allocate(&curve->memory, bucket_count, sizeof *buckets, &buckets, error));
    memset(buckets, 0, bucket_count * sizeof *buckets);
    for (size_t i = 0; i < all->count; i++) {
        bucket *b = &buckets[(uint64_t)times[i] - all->least];
        b->subjects++;
        b->events += all->events[i] != 0;
    }
    for (size_t i = 0; i < bucket_count; i++) used += buckets[i].subjects != 0;
    leadkpi_status status = allocate_rows(curve, used, error);
    for (size_t i = 0; i < bucket_count && status == LEADKPI_OK; i++)
        if (buckets[i].subjects)
            add_row(curve, time_of_int64_key(all->least + i), buckets[i].events,
                    buckets[i].subjects - buckets[i].events);
    lk_release(&curve->memory, buckets, bucket_count, sizeof *buckets);
    return status;
}

/* ---- by sorting --------------------------------------------------------- */

/* Of those below the longest time; that one is one more. */
static size_t distinct_times(const uint64_t *keys, size_t count)
{
    size_t distinct = 1 + (count > 0);
    for (size_t i = 1; i < count; i++) distinct += keys[i] >> 1 != keys[i - 1] >> 1;
    return distinct;
}

static double time_of_key(const subjects *all, uint64_t key)
{
    return all->is_double ? time_of_double_key(key) : time_of_int64_key(key);
}

/* `keys` are of those below the longest time, in order; `last_events` came at the longest. */
static leadkpi_status rows_of_sorted(leadkpi_stats_survival *curve, const subjects *all,
                                     const uint64_t *keys, size_t count, int64_t last_events,
                                     leadkpi_error *error)
{
    LK_TRY(allocate_rows(curve, distinct_times(keys, count), error));
    for (size_t i = 0, end; i < count; i = end) {
        int64_t events = 0;
        uint64_t key = keys[i] >> 1;
        for (end = i; end < count && keys[end] >> 1 == key; end++) events += keys[end] & 1;
        add_row(curve, time_of_key(all, key), events, (int64_t)(end - i) - events);
    }
    add_row(curve, time_of_key(all, all->most), last_events,
            (int64_t)(all->count - count) - last_events);
    return LEADKPI_OK;
}

/* Where a window ends the watch most subjects have the longest time: those are counted, not sorted. */
static leadkpi_status rows_by_sort(leadkpi_stats_survival *curve, const subjects *all,
                                   leadkpi_error *error)
{
    uint64_t *keys = NULL;
    size_t below = 0;
    int64_t last_events = 0;
    LK_TRY(lk_allocate(&curve->memory, all->count, sizeof *keys, &keys, error));
    for (size_t i = 0; i < all->count; i++) {
        uint64_t key = key_at(all, i);
        bool is_last = key == all->most, came = all->events[i] != 0;
        keys[below] = key << 1 | came;
        below += !is_last;
        last_events += is_last & came;
    }
    leadkpi_status status = lk_sort_uint64(&curve->memory, keys, NULL, below, error);
    if (status == LEADKPI_OK) status = rows_of_sorted(curve, all, keys, below, last_events, error);
    lk_release(&curve->memory, keys, all->count, sizeof *keys);
    return status;
}

/* ---- public ------------------------------------------------------------- */

/* Buckets cost less than a sort while there are not many more of them than subjects. */
static int fits_buckets(const subjects *all)
{
    uint64_t range = all->most - all->least;
    return !all->is_double && (range < 65536 || range < 2 * (uint64_t)all->count);
}

static leadkpi_status build(leadkpi_stats_survival *curve, const subjects *all,
                            leadkpi_error *error)
{
    LK_TRY(lk_interrupted(&curve->memory, error));
    if (fits_buckets(all)) LK_TRY(rows_by_bucket(curve, all, error));
    else LK_TRY(rows_by_sort(curve, all, error));
    fill_at_risk(curve, all->count);
    fill_estimates(curve);
    return LEADKPI_OK;
}

static leadkpi_status create(const leadkpi_host *host, subjects *all,
                             leadkpi_stats_survival **out, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (out) *out = NULL;
    LK_REQUIRE(out, error);
    LK_FAIL_IF(all->count == 0, error, LEADKPI_UNDEFINED, "survival: no subject");
    LK_FAIL_IF(!all->times || !all->events, error, LEADKPI_NULL_ARGUMENT,
               "times and events: expected pointers, found NULL");
    LK_TRY(check_times(all, error));
    lk_memory memory;
    leadkpi_stats_survival *curve;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_allocate(&memory, 1, sizeof *curve, &curve, error));
    *curve = (leadkpi_stats_survival){memory, 0, 0, NULL};
    leadkpi_status status = build(curve, all, error);
    if (status == LEADKPI_OK) *out = curve;
    else leadkpi_stats_survival_free(curve);
    return status;
}

leadkpi_status leadkpi_stats_survival_create_int64(const leadkpi_host *host, const int64_t *times,
                                                   const uint8_t *events, size_t count,
                                                   leadkpi_stats_survival **out,
                                                   leadkpi_error *error)
{
    subjects all = {times, 0, events, count, 0, 0};
    return create(host, &all, out, error);
}

leadkpi_status leadkpi_stats_survival_create_double(const leadkpi_host *host, const double *times,
                                                    const uint8_t *events, size_t count,
                                                    leadkpi_stats_survival **out,
                                                    leadkpi_error *error)
{
    subjects all = {times, 1, events, count, 0, 0};
    return create(host, &all, out, error);
}

/* Of a rising list from `at` on, the first that is not below `time`. */
static size_t skip_below(const int64_t *times, size_t at, size_t count, int64_t time)
{
    while (at < count && times[at] < time) at++;
    return at;
}

/* Who is watched no longer than the time at which it comes for another is at risk then. */
static void rows_of_counted(leadkpi_stats_survival *curve, const lk_survival_subjects *s)
{
    size_t total = s->came_count + s->watched_count + s->whole_count, left = 0;
    for (size_t i = 0, end; i < s->came_count; i = end) {
        int64_t time = s->came[i];
        for (end = i + 1; end < s->came_count && s->came[end] == time;) end++;
        left = skip_below(s->watched, left, s->watched_count, time);
        size_t gone = i + left + (s->whole < time ? s->whole_count : 0);
        add_row(curve, (double)time, (int64_t)(end - i), 0);
        curve->rows[curve->row_count - 1].at_risk = (int64_t)(total - gone);
    }
}

leadkpi_status lk_survival_create_counted(const lk_memory *like, const lk_survival_subjects *s,
                                          leadkpi_stats_survival **out, leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_stats_survival *curve;
    size_t distinct = s->came_count > 0;
    *out = NULL;
    LK_FAIL_IF(s->came_count == 0, error, LEADKPI_UNDEFINED, "survival: it came for nobody");
    LK_TRY(lk_interrupted(&memory, error));
    for (size_t i = 1; i < s->came_count; i++) distinct += s->came[i] != s->came[i - 1];
    LK_TRY(lk_allocate(&memory, 1, sizeof *curve, &curve, error));
    *curve = (leadkpi_stats_survival){memory, 0, 0, NULL};
    leadkpi_status status = allocate_rows(curve, distinct, error);
    if (status != LEADKPI_OK) {
        leadkpi_stats_survival_free(curve);
        return status;
    }
    rows_of_counted(curve, s);
    fill_estimates(curve);
    *out = curve;
    return LEADKPI_OK;
}

leadkpi_status lk_survival_create_from(const lk_memory *like, const lk_survival_row *rows,
                                       size_t count, leadkpi_stats_survival **out,
                                       leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_stats_survival *curve;
    *out = NULL;
    LK_FAIL_IF(count == 0, error, LEADKPI_UNDEFINED, "survival: no subject");
    LK_TRY(lk_allocate(&memory, 1, sizeof *curve, &curve, error));
    *curve = (leadkpi_stats_survival){memory, 0, 0, NULL};
    leadkpi_status status = allocate_rows(curve, count, error);
    if (status != LEADKPI_OK) {
        leadkpi_stats_survival_free(curve);
        return status;
    }
    memcpy(curve->rows, rows, count * sizeof *rows);
    curve->row_count = count;
    fill_estimates(curve);
    *out = curve;
    return LEADKPI_OK;
}

void leadkpi_stats_survival_free(leadkpi_stats_survival *curve)
{
    if (!curve) return;
    lk_memory memory = curve->memory;
    lk_release(&memory, curve->rows, curve->row_capacity, sizeof *curve->rows);
    lk_release(&memory, curve, 1, sizeof *curve);
}
