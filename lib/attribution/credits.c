/* credits.c: the credits of all models in one walk over the journeys.
 *
 * Models whose shares depend on the length of a journey and the place in it alone, first, last,
 * linear, U and the like, share one count: conversions and value by length, place and member.
 * What a model makes of it costs a multiplication a cell, not a division a touch; since credit
 * is exact the answer is that of the kernel journey by journey, bit for bit. */
#include "attribution/coalitions.h"
#include "attribution/shares.h"

#include <math.h>

#include "attribution/cells.h"
#include "base/wide.h"

/* Credits of all jackknife groups side by side, as long as they are no more than so many (8 MB):
 * then journeys are read as they lie. Else one group after the other. */
#define PARTS_MAX ((size_t)1 << 17)

/* Touches that are handed to the data-driven models at a time. */
#define PENDING_TOUCHES 4096
#define PENDING_JOURNEYS 1024

typedef struct pending {
    lk_attribution_paths paths;
    lk_attribution_transitions transitions;
    bool needs_paths, needs_transitions;
    size_t count;
    size_t ends[PENDING_JOURNEYS];
    double conversions[PENDING_JOURNEYS], nulls[PENDING_JOURNEYS], values[PENDING_JOURNEYS];
    uint64_t units[PENDING_JOURNEYS];
    uint32_t *channels;
    size_t capacity;
} pending;

typedef struct counting {
    lk_report *report;
    lk_credits *credits;
    lk_memory *memory;
    lk_credit *parts; /* of the groups that are counted at once; model * rows + row each */
    lk_credit *part;  /* of the group under way */
    lk_credit *totals; /* of the same groups */
    size_t groups;    /* counted at once: all, or 1 */
    uint8_t *held;    /* by group counted at once: does it have a journey? */
    lk_cells cells;
    uint64_t *shares; /* of one journey, or models * length */
    size_t share_capacity;
    uint32_t *members, *channels; /* of one journey; one block */
    uint32_t touch_capacity;
    uint32_t group; /* under way; LK_MAP_NONE: none */
    lk_rule_scratch scratch;
    lk_attribution_jackknife jackknife; /* of model * rows + row, conversions then value */
    lk_share_errors share_errors;       /* of the same */
    double *estimates;
    size_t positional; /* models */
    pending *pending;  /* NULL: no data-driven model */
} counting;

/* ---- exact credit ------------------------------------------------------------------------ */

static inline void add_limbs(lk_exact_sum *into, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3)
{
    uint64_t *l = into->limbs, sum, carry;
    sum = l[0] + a0;
    carry = sum < a0;
    l[0] = sum;
    sum = l[1] + a1;
    uint64_t with = sum + carry;
    carry = (sum < a1) | (with < sum);
    l[1] = with;
    sum = l[2] + a2;
    with = sum + carry;
    carry = (sum < a2) | (with < sum);
    l[2] = with;
    l[3] += a3 + carry;
}

static inline void add_sum(lk_exact_sum *into, const lk_exact_sum *from)
{
    add_limbs(into, from->limbs[0], from->limbs[1], from->limbs[2], from->limbs[3]);
}

static lk_exact_sum negated(const lk_exact_sum *sum)
{
    lk_exact_sum result = LK_EXACT_SUM_ZERO;
    (void)lk_exact_sum_subtract(&result, sum, NULL);
    return result;
}

/* |total| = b * 2^-64 with b of three limbs, so the credit is b * 2 * share in units of 2^-128.
 * Sums of journeys are below 2^94 and there are fewer than 2^33 of them: no overflow. */
void lk_credit_add(lk_exact_sum *into, const lk_exact_sum *total, uint64_t share)
{
    if (share == 0 || lk_exact_sum_is_zero(total)) return;
    if (share == LK_SHARE_ONE) {
        add_sum(into, total);
        return;
    }
    bool negative = lk_exact_sum_is_negative(total);
    lk_exact_sum size = negative ? negated(total) : *total;
    lk_uint128 low = lk_multiply(size.limbs[1], share * 2), middle = lk_multiply(size.limbs[2], share * 2);
    lk_exact_sum credit = {{low.low, low.high, 0, 0}};
    add_limbs(&credit, 0, middle.low, middle.high, 0);
    if (LK_UNLIKELY(size.limbs[3])) {
        lk_uint128 high = lk_multiply(size.limbs[3], share * 2);
        add_limbs(&credit, 0, 0, high.low, high.high);
    }
    if (negative) credit = negated(&credit);
    add_sum(into, &credit);
}

/* ---- room ---------------------------------------------------------------------------------- */

static leadkpi_status reserve_touches(counting *c, uint32_t count, leadkpi_error *error)
{
    size_t texts = lk_report_texts(c->report)->count, members = c->report->members.count;
    uint32_t channels = (uint32_t)(texts > members ? texts : members);
    LK_TRY(lk_rule_scratch_reserve(&c->scratch, c->memory, count, channels, error));
    if (count > c->touch_capacity) { /* nothing in there is needed any more */
        lk_release(c->memory, c->members, c->touch_capacity, 2 * sizeof *c->members);
        c->members = NULL;
        c->touch_capacity = 0;
        LK_TRY(lk_allocate(c->memory, count, 2 * sizeof *c->members, &c->members, error));
        c->touch_capacity = count;
        c->channels = c->members + count;
    }
    size_t shares = count > LK_CELL_LENGTH_MAX * c->report->model_count
                        ? count
                        : LK_CELL_LENGTH_MAX * c->report->model_count;
    if (shares > c->share_capacity) {
        LK_TRY(lk_resize(c->memory, &c->shares, c->share_capacity, shares, sizeof *c->shares, error));
        c->share_capacity = shares;
    }
    return LEADKPI_OK;
}

/* ---- one journey ----------------------------------------------------------------------------- */

void lk_journey_milestones(const lk_model *model, const lk_journey *journey, int64_t *times)
{
    for (int32_t k = 0; k < model->rule.milestone_count; k++) {
        times[k] = LK_NO_TIME;
        for (uint32_t i = 0;
             i < journey->milestone_count && journey->milestones[i].time <= journey->time; i++)
            if (journey->milestones[i].name == model->milestones[k])
                times[k] = journey->milestones[i].time;
    }
}

static void add_to_row(counting *c, size_t model, size_t row, const lk_journey *journey,
                       uint64_t share)
{
    lk_credit *credit = &c->part[model * c->credits->rows + row];
    lk_credit_add(&credit->amount[0], &journey->sums[LK_PATH_CONVERSIONS], share);
    lk_credit_add(&credit->amount[1], &journey->sums[LK_PATH_VALUE], share);
}

/* One model by the kernel. Participation goes by member, everything else by channel. */
static void run_model(counting *c, size_t index, const lk_journey *journey)
{
    const lk_model *model = &c->report->models[index];
    int64_t milestones[LK_MILESTONES_MAX];
    uint64_t given = 0;
    if (lk_model_needs_times(model) && !journey->times) {
        c->credits->timeless[index] = 1;
        add_to_row(c, index, c->credits->rows - 1, journey, LK_SHARE_ONE);
        return;
    }
    lk_journey_milestones(model, journey, milestones);
    lk_rule_journey rule_journey = {model->rule.participation ? c->members : c->channels,
                                    journey->times, milestones, journey->count, 0};
    c->credits->missing[index] += lk_rule_shares(&model->rule, &rule_journey, &c->scratch, c->shares);
    for (uint32_t i = 0; i < journey->count; i++) {
        given |= c->shares[i];
        add_to_row(c, index, c->members[i], journey, c->shares[i]);
    }
    if (!given) add_to_row(c, index, c->credits->rows - 1, journey, LK_SHARE_ONE);
}

/* Is the journey in the cells, and done for all models by place? */
static leadkpi_status count_cells(counting *c, const lk_journey *journey, bool *counted,
                                  leadkpi_error *error)
{
    lk_cell amounts;
    *counted = c->positional > 0 && lk_cell_from(&amounts, &journey->sums[LK_PATH_CONVERSIONS],
                                                 &journey->sums[LK_PATH_VALUE]);
    if (!*counted) return LEADKPI_OK;
    LK_TRY(lk_cells_reserve(&c->cells, c->memory, journey->count, counted, error));
    if (*counted)
        lk_cells_add(&c->cells, c->groups > 1 ? c->group : 0, c->members, journey->count, &amounts);
    return LEADKPI_OK;
}

static leadkpi_status run_rules(counting *c, const lk_journey *journey, leadkpi_error *error)
{
    bool counted;
    LK_TRY(count_cells(c, journey, &counted, error));
    for (size_t i = 0; i < c->report->model_count; i++) {
        const lk_model *model = &c->report->models[i];
        if (model->family != LK_FAMILY_RULE) continue;
        if (journey->count == 0)
            add_to_row(c, i, c->credits->rows - 1, journey, LK_SHARE_ONE);
        else if (!counted || !lk_rule_is_positional(&model->rule))
            run_model(c, i, journey);
    }
    return LEADKPI_OK;
}

/* ---- data-driven models ------------------------------------------------------------------------- */

static leadkpi_status hand_over(counting *c, leadkpi_error *error)
{
    pending *p = c->pending;
    lk_attribution_batch batch = {p->count,  p->channels, p->ends, p->conversions,
                                  p->nulls, p->values,   p->units};
    size_t members = c->report->members.count;
    p->count = 0;
    if (p->needs_paths)
        LK_TRY(lk_report_without_row(
            lk_attribution_paths_add(&p->paths, c->memory, members, &batch, error), error));
    if (p->needs_transitions)
        LK_TRY(lk_report_without_row(
            lk_attribution_transitions_add(&p->transitions, c->memory, members, &batch, error), error));
    return LEADKPI_OK;
}

leadkpi_status lk_journey_amounts(const lk_journey *journey, double amounts[LK_PATH_SUMS],
                                  leadkpi_error *error)
{
    for (int i = 0; i < LK_PATH_SUMS; i++) {
        amounts[i] = lk_exact_sum_to_double(&journey->sums[i]);
        LK_FAIL_IF(!lk_exact_sum_takes(amounts[i]), error, LEADKPI_OVERFLOW,
                   "path: expected amounts below 2^63 for a model that is no rule, found %g",
                   amounts[i]);
    }
    return LEADKPI_OK;
}

static bool is_exact(const lk_exact_sum *sum, double value)
{
    lk_exact_sum of_value = LK_EXACT_SUM_ZERO;
    if ((sum->limbs[0] | sum->limbs[1] | sum->limbs[3] | sum->limbs[2] >> 53) == 0) return true;
    return lk_exact_sum_add_double(&of_value, value, NULL) == LEADKPI_OK &&
           lk_exact_sum_compare(sum, &of_value) == 0;
}

leadkpi_status lk_journey_split(const lk_journey *journey, lk_journey_parts *parts,
                                leadkpi_error *error)
{
    bool exact = true;
    LK_TRY(lk_journey_amounts(journey, parts->amounts[0], error));
    for (int i = 0; i < LK_PATH_SUMS; i++)
        exact &= is_exact(&journey->sums[i], parts->amounts[0][i]);
    parts->count = exact ? 1 : 4;
    for (int i = 0; i < LK_PATH_SUMS && !exact; i++) {
        bool negative = lk_exact_sum_is_negative(&journey->sums[i]);
        lk_exact_sum size = negative ? negated(&journey->sums[i]) : journey->sums[i];
        double sign = negative ? -1 : 1;
        for (int half = 0; half < 4; half++) {
            uint64_t limb = size.limbs[half < 2 ? 2 : 1];
            double scale = half < 2 ? 1 : 0x1p-64;
            parts->amounts[half][i] =
                sign * scale * (half % 2 ? (double)(uint32_t)limb : (double)(limb >> 32) * 0x1p32);
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status put_part(counting *c, const lk_journey *journey,
                               const double amounts[LK_PATH_SUMS], leadkpi_error *error)
{
    pending *p = c->pending;
    size_t start = p->count ? p->ends[p->count - 1] : 0;
    if (p->count == PENDING_JOURNEYS || (p->count && start + journey->count > PENDING_TOUCHES)) {
        LK_TRY(hand_over(c, error));
        start = 0;
    }
    if (start + journey->count > p->capacity) {
        size_t more = journey->count > PENDING_TOUCHES ? journey->count : PENDING_TOUCHES;
        LK_TRY(lk_resize(c->memory, &p->channels, p->capacity, more, sizeof *p->channels, error));
        p->capacity = more;
    }
    if (journey->count)
        memcpy(p->channels + start, c->members, journey->count * sizeof *p->channels);
    p->ends[p->count] = start + journey->count;
    p->conversions[p->count] = amounts[LK_PATH_CONVERSIONS];
    p->nulls[p->count] = amounts[LK_PATH_NULLS];
    p->values[p->count] = amounts[LK_PATH_VALUE];
    p->units[p->count++] = journey->group;
    return LEADKPI_OK;
}

static leadkpi_status put_pending(counting *c, const lk_journey *journey, leadkpi_error *error)
{
    lk_journey_parts parts;
    LK_TRY(lk_journey_split(journey, &parts, error));
    for (uint32_t i = 0; i < parts.count; i++)
        LK_TRY(put_part(c, journey, parts.amounts[i], error));
    return LEADKPI_OK;
}

/* ---- groups --------------------------------------------------------------------------------------- */

/* The shares of each positional model for a length: place * models + model. */
static void share_length(counting *c, uint32_t length)
{
    size_t models = c->report->model_count;
    uint64_t shares[LK_CELL_LENGTH_MAX] = {0};
    lk_rule_journey journey = {.count = length};
    for (size_t m = 0; m < models; m++) {
        const lk_model *model = &c->report->models[m];
        bool counts = model->family == LK_FAMILY_RULE && lk_rule_is_positional(&model->rule);
        if (counts) lk_rule_shares(&model->rule, &journey, &c->scratch, shares);
        for (uint32_t i = 0; i < length; i++) c->shares[i * models + m] = counts ? shares[i] : 0;
    }
}

static void take_cell(counting *c, const lk_cell *cell, size_t member, const uint64_t *shares)
{
    lk_exact_sum conversions = lk_cell_sum(cell, 0), value = lk_cell_sum(cell, 1);
    for (size_t m = 0; m < c->report->model_count; m++) {
        lk_credit *credit = &c->part[m * c->credits->rows + member];
        lk_credit_add(&credit->amount[0], &conversions, shares[m]);
        lk_credit_add(&credit->amount[1], &value, shares[m]);
    }
}

static void take_cells(counting *c, size_t group, uint32_t length)
{
    size_t models = c->report->model_count, members = c->report->members.count;
    lk_cell *cell = lk_cells_at(&c->cells, group, length);
    share_length(c, length);
    for (size_t i = 0; i < length; i++)
        for (size_t member = 0; member < members; member++, cell++) {
            if (lk_cell_is_zero(cell)) continue;
            take_cell(c, cell, member, c->shares + i * models);
            memset(cell, 0, sizeof *cell);
        }
    if (c->groups == 1) c->cells.in_use[length] = 0;
}

/* All that the group converted, what groups of credit and the unattributed share, to the total. */
static void take_total(counting *c, lk_credit *part)
{
    double total[LK_ATTRIBUTION_KINDS];
    for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) {
        add_sum(&c->credits->total.amount[k], &part->amount[k]);
        total[k] = lk_exact_sum_to_double(&part->amount[k]);
    }
    if (c->estimates) lk_share_errors_add(&c->share_errors, c->estimates, total);
    memset(part, 0, sizeof *part);
}

/* The group's part to the credit and to the jackknife; group `at` of those counted at once. */
static void close_group(counting *c, size_t at)
{
    size_t count = c->report->model_count * c->credits->rows;
    if (!c->held[at]) return;
    c->part = c->parts + at * count;
    for (uint32_t length = 1; length <= LK_CELL_LENGTH_MAX; length++)
        if (c->cells.in_use[length]) take_cells(c, at, length);
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) {
            add_sum(&c->credits->credit[i].amount[k], &c->part[i].amount[k]);
            if (c->estimates)
                c->estimates[(size_t)k * count + i] = lk_exact_sum_to_double(&c->part[i].amount[k]);
        }
    if (c->estimates) lk_attribution_jackknife_add(&c->jackknife, c->estimates);
    take_total(c, &c->totals[at]);
    if (c->groups == 1) memset(c->part, 0, count * sizeof *c->part);
    c->held[at] = 0;
    c->credits->groups++;
}

static void begin_group(counting *c, uint32_t group)
{
    size_t at = c->groups > 1 ? group : 0;
    if (c->groups == 1) close_group(c, 0);
    c->group = group;
    c->part = c->parts + at * c->report->model_count * c->credits->rows;
    c->held[at] = 1;
}

static leadkpi_status visit(void *context, const lk_journey *journey, leadkpi_error *error)
{
    counting *c = context;
    if (journey->group != c->group) begin_group(c, journey->group);
    LK_TRY(reserve_touches(c, journey->count, error));
    for (uint32_t i = 0; i < journey->count; i++) {
        c->members[i] = c->report->members.of_kind[journey->kinds[i]];
        c->channels[i] = lk_kind_text(c->report->attribution->store, journey->kinds[i], 0);
    }
    lk_credit *total = &c->totals[c->groups == 1 ? 0 : journey->group];
    add_sum(&total->amount[0], &journey->sums[LK_PATH_CONVERSIONS]);
    add_sum(&total->amount[1], &journey->sums[LK_PATH_VALUE]);
    add_sum(&c->credits->nulls, &journey->sums[LK_PATH_NULLS]);
    if (c->pending) LK_TRY(put_pending(c, journey, error));
    if (lk_exact_sum_is_zero(&journey->sums[LK_PATH_CONVERSIONS]) &&
        lk_exact_sum_is_zero(&journey->sums[LK_PATH_VALUE]))
        return LEADKPI_OK;
    return run_rules(c, journey, error);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static leadkpi_status allocate_doubles(lk_memory *memory, size_t count, double **values,
                                       leadkpi_error *error)
{
    LK_TRY(lk_allocate(memory, count, sizeof **values, values, error));
    for (size_t i = 0; i < count; i++) (*values)[i] = lk_report_nan();
    return LEADKPI_OK;
}

static leadkpi_status open_credits(lk_report *r, lk_credits *credits, leadkpi_error *error)
{
    size_t count, models = r->model_count;
    memset(credits, 0, sizeof *credits);
    credits->rows = (size_t)r->members.count + 1;
    LK_FAIL_IF(!lk_size_multiply(models, credits->rows, &count) || count > SIZE_MAX / 256, error,
               LEADKPI_OVERFLOW, "models: more groups and models than memory can hold");
    LK_TRY(lk_allocate(&r->memory, count, sizeof *credits->credit, &credits->credit, error));
    memset(credits->credit, 0, count * sizeof *credits->credit);
    for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) {
        LK_TRY(allocate_doubles(&r->memory, count, &credits->values[k], error));
        LK_TRY(allocate_doubles(&r->memory, count, &credits->errors[k], error));
        LK_TRY(allocate_doubles(&r->memory, count, &credits->share_errors[k], error));
        LK_TRY(allocate_doubles(&r->memory, count, &credits->removal[k], error));
        LK_TRY(allocate_doubles(&r->memory, count, &credits->removal_errors[k], error));
    }
    LK_TRY(allocate_doubles(&r->memory, models, &credits->probability, error));
    LK_TRY(lk_allocate(&r->memory, models, sizeof *credits->missing, &credits->missing, error));
    LK_TRY(lk_allocate(&r->memory, models, 1, &credits->timeless, error));
    memset(credits->missing, 0, models * sizeof *credits->missing);
    memset(credits->timeless, 0, models);
    return LEADKPI_OK;
}

void lk_credits_free(lk_report *r, lk_credits *credits)
{
    size_t count = r->model_count * credits->rows;
    lk_release(&r->memory, credits->credit, count, sizeof *credits->credit);
    for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) {
        lk_release(&r->memory, credits->values[k], count, sizeof(double));
        lk_release(&r->memory, credits->errors[k], count, sizeof(double));
        lk_release(&r->memory, credits->share_errors[k], count, sizeof(double));
        lk_release(&r->memory, credits->removal[k], count, sizeof(double));
        lk_release(&r->memory, credits->removal_errors[k], count, sizeof(double));
    }
    lk_release(&r->memory, credits->probability, r->model_count, sizeof(double));
    lk_release(&r->memory, credits->missing, r->model_count, sizeof *credits->missing);
    lk_release(&r->memory, credits->timeless, r->model_count, 1);
}

/* Order 1 with runs collapsed needs the steps alone. */
static bool goes_by_transitions(const lk_report *r, const lk_model *model)
{
    return model->family == LK_FAMILY_MARKOV && model->variant == 1 &&
           lk_options_choice(r->options, &lk_attribution_report_schema, LK_REPORT_COLLAPSE) !=
               LK_ATTRIBUTION_COLLAPSE_NONE &&
           r->members.count <= LK_ATTRIBUTION_SQUARE_MAX;
}

static leadkpi_status open_pending(counting *c, leadkpi_error *error)
{
    lk_report *r = c->report;
    bool paths = false, transitions = false;
    for (size_t i = 0; i < r->model_count; i++) {
        if (r->models[i].family == LK_FAMILY_RULE) {
            c->positional += lk_rule_is_positional(&r->models[i].rule);
            continue;
        }
        if (goes_by_transitions(r, &r->models[i]))
            transitions = true;
        else
            paths = true;
    }
    if (!paths && !transitions) return LEADKPI_OK;
    LK_TRY(lk_allocate(c->memory, 1, sizeof *c->pending, &c->pending, error));
    memset(c->pending, 0, sizeof *c->pending);
    c->pending->needs_paths = paths;
    c->pending->needs_transitions = transitions;
    lk_attribution_paths_init(&c->pending->paths, r->filter.groups);
    lk_attribution_transitions_init(&c->pending->transitions, r->filter.groups);
    return LEADKPI_OK;
}

static leadkpi_status open_counting(counting *c, leadkpi_error *error)
{
    size_t count = c->report->model_count * c->credits->rows, groups = c->report->filter.groups;
    bool at_once = groups == 1 || count <= PARTS_MAX / groups;
    c->report->filter.as_stored = at_once;
    c->groups = at_once ? groups : 1;
    lk_cells_open(&c->cells, c->report->members.count, c->groups);
    LK_TRY(lk_allocate(c->memory, count, c->groups * sizeof *c->parts, &c->parts, error));
    memset(c->parts, 0, count * c->groups * sizeof *c->parts);
    LK_TRY(lk_allocate(c->memory, c->groups, sizeof *c->totals, &c->totals, error));
    memset(c->totals, 0, c->groups * sizeof *c->totals);
    LK_TRY(lk_allocate(c->memory, c->groups, 1, &c->held, error));
    memset(c->held, 0, c->groups);
    if (c->report->filter.groups > 1) {
        LK_TRY(lk_attribution_jackknife_init(&c->jackknife, c->memory, 2 * count, error));
        LK_TRY(lk_share_errors_init(&c->share_errors, c->memory, count, error));
        LK_TRY(lk_allocate(c->memory, 2 * count, sizeof *c->estimates, &c->estimates, error));
    }
    if (c->report->attribution->store) LK_TRY(reserve_touches(c, LK_CELL_LENGTH_MAX, error));
    return open_pending(c, error);
}

static void close_counting(counting *c)
{
    size_t count = c->report->model_count * c->credits->rows;
    lk_release(c->memory, c->parts, count, c->groups * sizeof *c->parts);
    lk_release(c->memory, c->totals, c->groups, sizeof *c->totals);
    lk_release(c->memory, c->held, c->groups, 1);
    lk_cells_close(&c->cells, c->memory);
    lk_release(c->memory, c->shares, c->share_capacity, sizeof *c->shares);
    lk_release(c->memory, c->members, c->touch_capacity, 2 * sizeof *c->members);
    lk_rule_scratch_free(&c->scratch, c->memory);
    lk_attribution_jackknife_free(&c->jackknife, c->memory);
    lk_share_errors_free(&c->share_errors, c->memory);
    lk_release(c->memory, c->estimates, 2 * count, sizeof *c->estimates);
    if (!c->pending) return;
    lk_attribution_paths_free(&c->pending->paths, c->memory);
    lk_attribution_transitions_free(&c->pending->transitions, c->memory);
    lk_release(c->memory, c->pending->channels, c->pending->capacity, sizeof(uint32_t));
    lk_release(c->memory, c->pending, 1, sizeof *c->pending);
}

/* The spread of the groups' parts: that of the jackknife of a total, whose estimate without group g is
 * (total - part of g) * G / (G - 1). */
static void finish_rules(counting *c)
{
    lk_credits *credits = c->credits;
    size_t rows = credits->rows, count = c->report->model_count * rows;
    double groups = credits->groups, scale = groups > 1 ? groups / (groups - 1) : 0;
    if (c->estimates) lk_attribution_jackknife_errors(&c->jackknife, c->estimates);
    for (size_t i = 0; i < count; i++) {
        if (c->report->models[i / rows].family != LK_FAMILY_RULE) continue;
        for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) {
            credits->values[k][i] = lk_exact_sum_to_double(&credits->credit[i].amount[k]);
            if (!c->estimates || groups < 2) continue;
            credits->errors[k][i] = c->estimates[(size_t)k * count + i] * scale;
            credits->share_errors[k][i] =
                lk_share_error(&c->share_errors, (size_t)k, i, credits->values[k][i],
                               lk_exact_sum_to_double(&credits->total.amount[k]));
        }
    }
}

static leadkpi_status solve_shapley(counting *c, const lk_model *model,
                                    lk_attribution_result *result, leadkpi_error *error)
{
    lk_attribution_values values = {.capacity = 0};
    lk_attribution_game game;
    leadkpi_status status = lk_coalitions_game(c->report, model, c->memory, &values, &game, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_shapley(&c->pending->paths, c->memory, NULL, &game, result, NULL,
                                        error);
    lk_attribution_values_free(&values, c->memory);
    return status;
}

static leadkpi_status solve(counting *c, const lk_model *model, lk_attribution_result *result,
                            leadkpi_error *error)
{
    const leadkpi_options *o = c->report->options;
    const lk_schema *schema = &lk_attribution_report_schema;
    pending *p = c->pending;
    int32_t errors = c->report->filter.groups > 1;
    int32_t removal = lk_options_choice(o, schema, LK_REPORT_REMOVAL);
    if (model->family == LK_FAMILY_SHAO_LI)
        return lk_attribution_shao_li(&p->paths, c->memory, NULL, errors, result, error);
    if (model->family == LK_FAMILY_SHAPLEY) return solve_shapley(c, model, result, error);
    if (goes_by_transitions(c->report, model))
        return lk_attribution_markov(&p->transitions, c->memory, NULL, removal, result, error);
    lk_attribution_chain chain = {.length = (uint32_t)model->variant,
                                  .collapse = lk_options_choice(o, schema, LK_REPORT_COLLAPSE),
                                  .padded = lk_options_bool(o, schema, LK_REPORT_PADDED),
                                  .removal = removal,
                                  .errors = errors};
    return lk_attribution_markov_of_order(&p->paths, c->memory, NULL, &chain, result, error);
}

/* Where nothing tells the channels apart, as when no removal changes anything, no touch can claim
 * what there is. */
static double unattributed(const lk_attribution_result *result, int kind)
{
    bool is_shared = result->channel_count == 0 || result->credit[kind][0] == result->credit[kind][0];
    return result->unattributed[kind] + (is_shared ? 0 : result->total[kind]);
}

/* The part of the total that touches can claim, which the shares of a solved model are shares of. */
static double claimed_part(const lk_credits *credits, const lk_attribution_result *result, int kind)
{
    double total = lk_exact_sum_to_double(&credits->total.amount[kind]);
    return total != 0 ? result->total[kind] / total : lk_report_nan();
}

static leadkpi_status finish_model(counting *c, size_t index, leadkpi_error *error)
{
    lk_attribution_result result;
    lk_credits *credits = c->credits;
    size_t members = c->report->members.count, first = index * credits->rows;
    LK_TRY(lk_attribution_result_init(&result, c->memory, members, error));
    leadkpi_status status = solve(c, &c->report->models[index], &result, error);
    for (int k = 0; k < LK_ATTRIBUTION_KINDS && status == LEADKPI_OK; k++) {
        for (size_t i = 0; i < members; i++) {
            double credit = result.credit[k][i];
            credits->values[k][first + i] = credit == credit ? credit : 0; /* nothing to share out */
            credits->errors[k][first + i] = result.credit_error[k][i];
            credits->share_errors[k][first + i] =
                result.share_error[k][i] * fabs(claimed_part(credits, &result, k));
            credits->removal[k][first + i] = result.removal[k][i];
            credits->removal_errors[k][first + i] = result.removal_error[k][i];
        }
        credits->values[k][first + members] = unattributed(&result, k);
    }
    credits->probability[index] = result.probability;
    lk_attribution_result_free(&result, c->memory);
    return status;
}

static leadkpi_status finish(counting *c, leadkpi_error *error)
{
    for (size_t group = 0; group < c->groups; group++) close_group(c, group);
    if (c->pending) LK_TRY(hand_over(c, error));
    finish_rules(c);
    for (size_t i = 0; i < c->report->model_count; i++)
        if (c->report->models[i].family != LK_FAMILY_RULE) LK_TRY(finish_model(c, i, error));
    return LEADKPI_OK;
}

/* Countings of the same journeys by other groups each. */
typedef struct levels {
    counting *countings;
    size_t count;
} levels;

/* ---- sums in place of journeys ---------------------------------------------------------------------- */

/* Which of the fold's rules each model is; what the fold does not have is refused. */
static leadkpi_status find_folded(const counting *c, uint32_t *rules, leadkpi_error *error)
{
    const lk_report *r = c->report;
    const leadkpi_attribution *a = r->attribution;
    lk_model *models = NULL;
    leadkpi_status status = lk_fold_read_models(a, c->memory, &models, error);
    for (size_t i = 0; i < r->model_count && status == LEADKPI_OK; i++) {
        const lk_model *model = &r->models[i];
        bool is_rule = model->family == LK_FAMILY_RULE;
        rules[i] = is_rule ? lk_fold_index(models, a->rule.fold_count, model) : LK_MAP_NONE;
        bool found = is_rule ? rules[i] != LK_MAP_NONE
                             : a->rule.fold_count > a->rule.fold_rules && goes_by_transitions(r, model);
        if (!is_rule && r->members.count > LK_ATTRIBUTION_SQUARE_MAX)
            status = lk_fail(error, LEADKPI_LIMIT,
                             "fold: expected at most %d channels of paths and costs together for "
                             "markov, found %zu",
                             LK_ATTRIBUTION_SQUARE_MAX, (size_t)r->members.count);
        else if (!found)
            status = lk_fail(error, LEADKPI_CONTRADICTION,
                             "models: expected one that the definition folds, with its default of "
                             "two_touches and collapse, found \"%.*s\"; fold keeps no paths",
                             LK_TEXT_ARGS(model->name));
    }
    lk_fold_free_models(a, c->memory, models);
    return status;
}

static void take_folded_group(counting *c, const lk_fold *fold, uint32_t g, const uint32_t *rules)
{
    const lk_fold_group *group = &fold->groups[g];
    size_t rows = c->credits->rows;
    uint32_t to = g & (c->report->filter.groups - 1);
    if (to != c->group) begin_group(c, to);
    lk_credit *total = &c->totals[c->groups == 1 ? 0 : to];
    for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) add_sum(&total->amount[k], &group->sums[k]);
    add_sum(&c->credits->nulls, &group->sums[LK_PATH_NULLS]);
    for (uint32_t row = 0; row <= fold->channel_count && row < group->rows; row++) {
        size_t member = row ? c->report->members.of_kind[fold->kinds[row - 1]] : rows - 1;
        for (size_t m = 0; m < c->report->model_count; m++) {
            if (rules[m] == LK_MAP_NONE) continue;
            const lk_credit *credit = &group->credits[(size_t)row * fold->model_count + rules[m]];
            for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++)
                add_sum(&c->part[m * rows + member].amount[k], &credit->amount[k]);
        }
    }
}

leadkpi_status lk_report_folded_steps(lk_report *r, uint32_t groups,
                                      lk_attribution_transitions *steps, leadkpi_error *error)
{
    const lk_attribution_store *store = r->attribution->store;
    const lk_fold *fold = store ? store->fold : NULL;
    uint32_t *places;
    lk_attribution_transitions_init(steps, groups);
    if (!fold) return LEADKPI_OK;
    LK_TRY(lk_allocate(&r->memory, fold->channel_count, sizeof *places, &places, error));
    for (uint32_t i = 0; i < fold->channel_count; i++)
        places[i] = r->members.of_kind[fold->kinds[i]];
    leadkpi_status status =
        lk_fold_steps(fold, &r->memory, groups, r->members.count, places, steps, error);
    lk_release(&r->memory, places, fold->channel_count, sizeof *places);
    return status;
}

static leadkpi_status take_folded(counting *c, leadkpi_error *error)
{
    const lk_attribution_store *store = c->report->attribution->store;
    const lk_fold *fold = store ? store->fold : NULL;
    uint32_t *rules;
    size_t models = c->report->model_count;
    LK_TRY(lk_allocate(c->memory, models, sizeof *rules, &rules, error));
    leadkpi_status status = find_folded(c, rules, error);
    for (uint32_t g = 0; fold && g < fold->group_count && status == LEADKPI_OK; g++)
        if (fold->groups[g].held) take_folded_group(c, fold, g, rules);
    lk_release(c->memory, rules, models, sizeof *rules);
    if (status == LEADKPI_OK && c->pending)
        status = lk_report_folded_steps(c->report, c->report->filter.groups,
                                        &c->pending->transitions, error);
    return status;
}

static leadkpi_status visit_levels(void *context, const lk_journey *journey, leadkpi_error *error)
{
    const levels *l = context;
    for (size_t i = 0; i < l->count; i++) LK_TRY(visit(&l->countings[i], journey, error));
    return LEADKPI_OK;
}

static leadkpi_status count_all(levels *l, leadkpi_error *error)
{
    lk_report *r = l->countings[0].report;
    bool one = l->count == 1;
    for (size_t i = 0; i < l->count; i++) LK_TRY(open_counting(&l->countings[i], error));
    for (size_t i = 1; i < l->count; i++) /* the walk's order is that of all levels */
        r->filter.as_stored &= l->countings[i].report->filter.as_stored;
    if (r->attribution->rule.fold_count) {
        for (size_t i = 0; i < l->count; i++) LK_TRY(take_folded(&l->countings[i], error));
        for (size_t i = 0; i < l->count; i++) LK_TRY(finish(&l->countings[i], error));
        return LEADKPI_OK;
    }
    LK_TRY(lk_walk(r->attribution, &r->filter, &r->memory, one ? visit : visit_levels,
                   one ? (void *)l->countings : l, &r->counts, error));
    for (size_t i = 0; i < l->count; i++) LK_TRY(finish(&l->countings[i], error));
    return LEADKPI_OK;
}

leadkpi_status lk_credits_find_levels(lk_report *reports, lk_credits *credits, size_t level_count,
                                      leadkpi_error *error)
{
    lk_memory *memory = &reports[0].memory;
    levels l = {.count = level_count};
    leadkpi_status status = LEADKPI_OK;
    memset(credits, 0, level_count * sizeof *credits);
    LK_TRY(lk_allocate(memory, level_count, sizeof *l.countings, &l.countings, error));
    for (size_t i = 0; i < level_count; i++)
        l.countings[i] = (counting){.report = &reports[i], .credits = &credits[i],
                                    .memory = &reports[i].memory, .group = LK_MAP_NONE};
    for (size_t i = 0; i < level_count && status == LEADKPI_OK; i++)
        status = open_credits(&reports[i], &credits[i], error);
    if (status == LEADKPI_OK) status = count_all(&l, error);
    for (size_t i = 0; i < level_count; i++) close_counting(&l.countings[i]);
    for (size_t i = 0; i < level_count && status != LEADKPI_OK; i++)
        lk_credits_free(&reports[i], &credits[i]);
    lk_release(memory, l.countings, level_count, sizeof *l.countings);
    return status;
}

leadkpi_status lk_credits_find(lk_report *report, lk_credits *credits, leadkpi_error *error)
{
    return lk_credits_find_levels(report, credits, 1, error);
}
