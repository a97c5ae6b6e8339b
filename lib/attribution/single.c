/* single.c: the models on one journey, for callers who have it at hand. */
#include <leadkpi/attribution.h>

#include "attribution/kernel.h"
#include "base/map.h"

/* Memory that one call needs, of the default allocator. */
typedef struct work {
    lk_memory memory;
    lk_rule_scratch scratch;
    lk_map64 channels;
    uint32_t *indexes; /* of the touches' channels */
    uint8_t *eligible; /* by channel */
    uint64_t *shares;
    size_t count;
} work;

static double not_a_number(void)
{
    static const uint64_t bits = UINT64_C(0x7FF8000000000000);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The status, with all credit NaN. */
static leadkpi_status refuse(size_t n, double *credit, leadkpi_status status)
{
    for (size_t i = 0; credit && i < n && n < UINT32_MAX; i++) credit[i] = not_a_number();
    return status;
}

static leadkpi_status open_work(work *w, size_t n, const int64_t *channels, leadkpi_error *error)
{
    memset(w, 0, sizeof *w);
    LK_FAIL_IF(n >= UINT32_MAX, error, LEADKPI_LIMIT, "n: expected below 2^32 - 1, found %zu", n);
    LK_TRY(lk_memory_init(&w->memory, NULL, error));
    w->count = n;
    LK_TRY(lk_allocate(&w->memory, n, sizeof *w->shares, &w->shares, error));
    if (channels) {
        LK_TRY(lk_allocate(&w->memory, n, sizeof *w->indexes, &w->indexes, error));
        LK_TRY(lk_map64_find_or_add(&w->channels, &w->memory, channels, 0, n, w->indexes, error));
    }
    return lk_rule_scratch_reserve(&w->scratch, &w->memory, (uint32_t)n, w->channels.count, error);
}

static void close_work(work *w)
{
    lk_release(&w->memory, w->shares, w->count, sizeof *w->shares);
    lk_release(&w->memory, w->indexes, w->count, sizeof *w->indexes);
    lk_release(&w->memory, w->eligible, w->channels.count, 1);
    lk_rule_scratch_free(&w->scratch, &w->memory);
    lk_map64_free(&w->channels, &w->memory);
}

/* Which channels of the journey are in the set, or with `outside` are not. */
static leadkpi_status mark_eligible(work *w, const int64_t *set, size_t set_count, bool outside,
                                    leadkpi_error *error)
{
    LK_TRY(lk_allocate(&w->memory, w->channels.count, 1, &w->eligible, error));
    memset(w->eligible, outside, w->channels.count);
    for (size_t i = 0; i < set_count; i++) {
        uint32_t index = lk_map64_find(&w->channels, set[i]);
        if (index != LK_MAP_NONE) w->eligible[index] = !outside;
    }
    return LEADKPI_OK;
}

typedef struct request {
    size_t n;
    const int64_t *channels; /* NULL: not looked at */
    const int64_t *times;    /* NULL: not looked at */
    const int64_t *milestones;
    const int64_t *set; /* NULL: every channel is eligible */
    size_t set_count;
    bool outside;
} request;

static leadkpi_status run(const request *r, lk_rule_model *model, work *w, double *credit,
                          leadkpi_error *error)
{
    LK_TRY(open_work(w, r->n, r->channels, error));
    if (r->set) {
        LK_TRY(mark_eligible(w, r->set, r->set_count, r->outside, error));
        model->eligible = w->eligible;
    }
    lk_rule_journey journey = {w->indexes, r->times, r->milestones, (uint32_t)r->n, 0};
    lk_rule_shares(model, &journey, &w->scratch, w->shares);
    for (size_t i = 0; i < r->n; i++) credit[i] = (double)w->shares[i] * 0x1p-63;
    return LEADKPI_OK;
}

static leadkpi_status check_times(size_t n, const int64_t *times, leadkpi_error *error)
{
    LK_FAIL_IF(!times, error, LEADKPI_NULL_ARGUMENT, "times: expected a pointer, found NULL");
    for (size_t i = 1; i < n; i++) {
        bool too_far = times[0] < 0 && times[i] > INT64_MAX + times[0];
        if (times[i] >= times[i - 1] && !too_far && times[0] != INT64_MIN) continue;
        return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)i, -1,
                          "times: expected them not to fall, nor span 2^63, found %lld after %lld at "
                          "touch %zu",
                          (long long)times[i], (long long)times[i - 1], i);
    }
    return LEADKPI_OK;
}

static leadkpi_status answer(const request *r, lk_rule_model *model, bool needs_channels,
                             bool needs_times, double *credit, leadkpi_error *error)
{
    work w;
    if (r->n == 0) return LEADKPI_OK;
    LK_REQUIRE(credit, error);
    leadkpi_status status = LEADKPI_OK;
    if (needs_channels && !r->channels)
        status = lk_fail(error, LEADKPI_NULL_ARGUMENT, "channels: expected a pointer, found NULL");
    if (status == LEADKPI_OK && needs_times) status = check_times(r->n, r->times, error);
    if (status == LEADKPI_OK) {
        status = run(r, model, &w, credit, error);
        close_work(&w);
    }
    return status == LEADKPI_OK ? status : refuse(r->n, credit, status);
}

static leadkpi_status by_place(size_t n, int32_t position, double *credit, leadkpi_error *error)
{
    lk_rule_model model = {.position = position};
    leadkpi_error_reset(error);
    return answer(&(request){.n = n}, &model, false, false, credit, error);
}

/* Weights that cannot be wrong, or were checked. */
static leadkpi_status by_ends(size_t n, double first, double middle, double last,
                              int32_t split_middle, double *credit, leadkpi_error *error)
{
    lk_rule_model model = {.position = LK_POSITION_ENDS,
                           .two_touches = split_middle ? LK_TWO_TOUCHES_SPLIT_MIDDLE
                                                       : LK_TWO_TOUCHES_RENORMALISE};
    leadkpi_error_reset(error);
    leadkpi_status status = lk_rule_set_weights(&model, first, middle, last, NULL, 0, error);
    if (status == LEADKPI_OK)
        return answer(&(request){.n = n}, &model, false, false, credit, error);
    return refuse(n, credit, status);
}

static leadkpi_status by_set(size_t n, const int64_t *channels, const int64_t *set,
                             size_t set_count, bool outside, int32_t position, double *credit,
                             leadkpi_error *error)
{
    static const int64_t nothing = 0;
    lk_rule_model model = {.position = position};
    leadkpi_error_reset(error);
    if (n && !set && set_count)
        return refuse(n, credit, lk_fail(error, LEADKPI_NULL_ARGUMENT,
                                         "set: expected a pointer, found NULL"));
    request r = {.n = n, .channels = channels, .set = set ? set : &nothing,
                 .set_count = set_count, .outside = outside};
    return answer(&r, &model, true, false, credit, error);
}

leadkpi_status leadkpi_attribution_first(size_t n, double *credit, leadkpi_error *error)
{
    return by_place(n, LK_POSITION_FIRST, credit, error);
}

leadkpi_status leadkpi_attribution_last(size_t n, double *credit, leadkpi_error *error)
{
    return by_place(n, LK_POSITION_LAST, credit, error);
}

leadkpi_status leadkpi_attribution_first_non(size_t n, const int64_t *channels, int64_t channel,
                                             double *credit, leadkpi_error *error)
{
    return by_set(n, channels, &channel, 1, true, LK_POSITION_FIRST, credit, error);
}

leadkpi_status leadkpi_attribution_last_non(size_t n, const int64_t *channels, int64_t channel,
                                            double *credit, leadkpi_error *error)
{
    return by_set(n, channels, &channel, 1, true, LK_POSITION_LAST, credit, error);
}

leadkpi_status leadkpi_attribution_first_in(size_t n, const int64_t *channels, const int64_t *set,
                                            size_t set_count, double *credit, leadkpi_error *error)
{
    return by_set(n, channels, set, set_count, false, LK_POSITION_FIRST, credit, error);
}

leadkpi_status leadkpi_attribution_last_in(size_t n, const int64_t *channels, const int64_t *set,
                                           size_t set_count, double *credit, leadkpi_error *error)
{
    return by_set(n, channels, set, set_count, false, LK_POSITION_LAST, credit, error);
}

leadkpi_status leadkpi_attribution_linear(size_t n, double *credit, leadkpi_error *error)
{
    return by_place(n, LK_POSITION_EVEN, credit, error);
}

leadkpi_status leadkpi_attribution_linear_unique(size_t n, const int64_t *channels, double *credit,
                                                 leadkpi_error *error)
{
    lk_rule_model model = {.unique = 1};
    leadkpi_error_reset(error);
    return answer(&(request){.n = n, .channels = channels}, &model, true, false, credit, error);
}

leadkpi_status leadkpi_attribution_participation(size_t n, const int64_t *channels, double *credit,
                                                 leadkpi_error *error)
{
    lk_rule_model model = {.participation = 1};
    leadkpi_error_reset(error);
    return answer(&(request){.n = n, .channels = channels}, &model, true, false, credit, error);
}

leadkpi_status leadkpi_attribution_u_shaped(size_t n, double *credit, leadkpi_error *error)
{
    return by_ends(n, 40, 20, 40, 0, credit, error);
}

leadkpi_status leadkpi_attribution_j_shaped(size_t n, double *credit, leadkpi_error *error)
{
    return by_ends(n, 20, 20, 60, 0, credit, error);
}

leadkpi_status leadkpi_attribution_inverse_j(size_t n, double *credit, leadkpi_error *error)
{
    return by_ends(n, 60, 20, 20, 0, credit, error);
}

leadkpi_status leadkpi_attribution_custom(size_t n, double first, double middle, double last,
                                          int32_t split_middle, double *credit,
                                          leadkpi_error *error)
{
    return by_ends(n, first, middle, last, split_middle, credit, error);
}

leadkpi_status leadkpi_attribution_rank_decay(size_t n, double *credit, leadkpi_error *error)
{
    return by_place(n, LK_POSITION_RANK, credit, error);
}

leadkpi_status leadkpi_attribution_halving(size_t n, double *credit, leadkpi_error *error)
{
    return by_place(n, LK_POSITION_HALVING, credit, error);
}

leadkpi_status leadkpi_attribution_time_decay(size_t n, const int64_t *times, int64_t half_life,
                                              double *credit, leadkpi_error *error)
{
    lk_rule_model model = {.half_life = half_life};
    leadkpi_error_reset(error);
    if (half_life >= 1)
        return answer(&(request){.n = n, .times = times}, &model, false, true, credit, error);
    return refuse(n, credit,
                  lk_fail(error, LEADKPI_BAD_ARGUMENT, "half_life: expected 1 or more, found %lld",
                          (long long)half_life));
}

/* ---- milestones ------------------------------------------------------------------------ */

leadkpi_status leadkpi_attribution_milestones(size_t n, const int64_t *times,
                                              const int64_t *milestone_times,
                                              const double *milestone_weights, int32_t count,
                                              double first, double middle, double last,
                                              int32_t even_middle, double *credit,
                                              leadkpi_error *error)
{
    lk_rule_model model = {.position = LK_POSITION_MILESTONES,
                           .no_middle = even_middle ? LK_NO_MIDDLE_EVEN
                                                    : LK_NO_MIDDLE_PROPORTIONAL};
    leadkpi_error_reset(error);
    leadkpi_status status = LEADKPI_OK;
    if (count > 0 && (!milestone_times || !milestone_weights))
        status = lk_fail(error, LEADKPI_NULL_ARGUMENT,
                         "milestones: expected pointers to %d times and weights, found NULL",
                         (int)count);
    if (status == LEADKPI_OK)
        status = lk_rule_set_weights(&model, first, middle, last, milestone_weights, count, error);
    if (status == LEADKPI_OK) {
        request r = {.n = n, .times = times, .milestones = milestone_times};
        return answer(&r, &model, false, true, credit, error);
    }
    return refuse(n, credit, status);
}

leadkpi_status leadkpi_attribution_lead_creation(size_t n, const int64_t *times, int64_t lead_time,
                                                 double *credit, leadkpi_error *error)
{
    static const double all = 1;
    return leadkpi_attribution_milestones(n, times, &lead_time, &all, 1, 0, 0, 0, 0, credit, error);
}

leadkpi_status leadkpi_attribution_u_lead(size_t n, const int64_t *times, int64_t lead_time,
                                          double *credit, leadkpi_error *error)
{
    static const double lead = 40;
    return leadkpi_attribution_milestones(n, times, &lead_time, &lead, 1, 40, 20, 0, 0, credit,
                                          error);
}

leadkpi_status leadkpi_attribution_u_lead_50(size_t n, const int64_t *times, int64_t lead_time,
                                             double *credit, leadkpi_error *error)
{
    static const double lead = 50;
    return leadkpi_attribution_milestones(n, times, &lead_time, &lead, 1, 50, 0, 0, 0, credit,
                                          error);
}

leadkpi_status leadkpi_attribution_w_shaped(size_t n, const int64_t *times, int64_t lead_time,
                                            int64_t opportunity_time, double *credit,
                                            leadkpi_error *error)
{
    static const double weights[] = {30, 30};
    int64_t at[] = {lead_time, opportunity_time};
    return leadkpi_attribution_milestones(n, times, at, weights, 2, 30, 10, 0, 0, credit, error);
}

leadkpi_status leadkpi_attribution_full_path(size_t n, const int64_t *times, int64_t lead_time,
                                             int64_t opportunity_time, double *credit,
                                             leadkpi_error *error)
{
    static const double weights[] = {22.5, 22.5};
    int64_t at[] = {lead_time, opportunity_time};
    return leadkpi_attribution_milestones(n, times, at, weights, 2, 22.5, 10, 22.5, 0, credit,
                                          error);
}
