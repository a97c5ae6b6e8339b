#include "base/state.h"
#include "attribution/fold.h"

/* Where the things of `from` are in `into`. */
typedef struct translation {
    uint32_t *units;
    uint32_t *texts;
    uint32_t *kinds;
    uint32_t *paths;
    uint32_t *kind_of_place; /* of one path, and its key */
    uint32_t *words;
    size_t longest; /* words of a path */
} translation;

static leadkpi_status merge_kinds(leadkpi_attribution *into, const lk_attribution_store *from,
                                  translation *t, leadkpi_error *error)
{
    uint32_t texts[LK_DIMENSIONS_MAX];
    for (uint32_t kind = 0; kind < from->kinds.count; kind++) {
        for (uint32_t d = 0; d < into->rule.dimension_count; d++)
            texts[d] = t->texts[lk_kind_text(from, kind, d)];
        LK_TRY(lk_attribution_kind(into, texts, &t->kinds[kind], error));
    }
    return LEADKPI_OK;
}

static leadkpi_status merge_paths(leadkpi_attribution *into, const lk_attribution_store *from,
                                  translation *t, leadkpi_error *error)
{
    for (uint32_t path = 0; path < from->paths.count; path++) {
        uint32_t count;
        const char *words = lk_path_words(from, path, &count);
        if (path % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&into->memory, error));
        for (uint32_t i = 0; i < count; i++)
            t->kind_of_place[i] = t->kinds[lk_path_word(words, i + 1)];
        LK_TRY(lk_attribution_path(into, lk_path_word(words, 0), t->kind_of_place, count, t->words,
                                   &t->paths[path], error));
    }
    return LEADKPI_OK;
}

static leadkpi_status open_translation(leadkpi_attribution *into, const lk_attribution_store *from,
                                       translation *t, leadkpi_error *error)
{
    lk_memory *memory = &into->memory;
    for (uint32_t path = 0; path < from->paths.count; path++) {
        size_t words = lk_map_text_key(&from->paths, path).length / sizeof(uint32_t);
        if (words > t->longest) t->longest = words;
    }
    LK_TRY(lk_allocate(memory, lk_lead_ids_count(&from->ids), sizeof *t->units, &t->units, error));
    LK_TRY(lk_allocate(memory, from->texts.count, sizeof *t->texts, &t->texts, error));
    LK_TRY(lk_allocate(memory, from->kinds.count, sizeof *t->kinds, &t->kinds, error));
    LK_TRY(lk_allocate(memory, from->paths.count, sizeof *t->paths, &t->paths, error));
    LK_TRY(lk_allocate(memory, t->longest, sizeof *t->words, &t->words, error));
    return lk_allocate(memory, t->longest, sizeof *t->kind_of_place, &t->kind_of_place, error);
}

static void close_translation(leadkpi_attribution *into, const lk_attribution_store *from,
                              translation *t)
{
    lk_memory *memory = &into->memory;
    lk_release(memory, t->units, lk_lead_ids_count(&from->ids), sizeof *t->units);
    lk_release(memory, t->texts, from->texts.count, sizeof *t->texts);
    lk_release(memory, t->kinds, from->kinds.count, sizeof *t->kinds);
    lk_release(memory, t->paths, from->paths.count, sizeof *t->paths);
    lk_release(memory, t->words, t->longest, sizeof *t->words);
    lk_release(memory, t->kind_of_place, t->longest, sizeof *t->kind_of_place);
}

static leadkpi_status grow(leadkpi_attribution *into, const lk_attribution_store *from,
                           leadkpi_error *error)
{
    lk_attribution_store *s = into->store;
    lk_memory *memory = &into->memory;
    if (from->cost_capacity) LK_TRY(lk_attribution_open_costs(into, error));
    LK_TRY(lk_attribution_grow(memory, &s->touches, s->touch_count, &s->touch_capacity,
                               from->touch_count, sizeof *s->touches, "touches", error));
    LK_TRY(lk_attribution_grow(memory, &s->outcomes, s->outcome_count, &s->outcome_capacity,
                               from->outcome_count, sizeof *s->outcomes, "conversions", error));
    return lk_attribution_grow(memory, &s->milestones, s->milestone_count, &s->milestone_capacity,
                               from->milestone_count, sizeof *s->milestones, "milestones", error);
}

static leadkpi_status translate(leadkpi_attribution *into, const lk_attribution_store *from,
                                translation *t, leadkpi_error *error)
{
    lk_attribution_store *store = into->store;
    lk_memory *memory = &into->memory;
    LK_TRY(open_translation(into, from, t, error));
    LK_TRY(lk_state_check_batches(&store->batches, &from->batches, error));
    LK_TRY(lk_currency_merge(&store->currency, &from->currency, error));
    LK_TRY(lk_lead_ids_merge(&store->ids, memory, &from->ids, t->units, error));
    LK_TRY(lk_interrupted(memory, error));
    LK_TRY(lk_state_merge_texts(&store->texts, memory, &from->texts, t->texts, error));
    LK_TRY(lk_state_merge_texts(&store->batches, memory, &from->batches, NULL, error));
    LK_TRY(merge_kinds(into, from, t, error));
    LK_TRY(merge_paths(into, from, t, error));
    return grow(into, from, error);
}

/* ---- sums: all or none, since what was added is taken away again exactly ----------------- */

static leadkpi_status add_path(lk_path_sums *into, const lk_path_sums *from, leadkpi_error *error)
{
    lk_path_sums before = *into;
    for (int i = 0; i < LK_PATH_SUMS; i++) {
        leadkpi_status status = lk_exact_sum_add(&into->sums[i], &from->sums[i], error);
        if (status == LEADKPI_OK && lk_sum_is_modest(&into->sums[i])) continue;
        *into = before;
        return lk_fail(error, LEADKPI_OVERFLOW, "path: expected sums below 2^94, found more");
    }
    return LEADKPI_OK;
}

static leadkpi_status add_paths(lk_attribution_store *into, const lk_attribution_store *from,
                                const translation *t, uint32_t *done, leadkpi_error *error)
{
    for (*done = 0; *done < from->paths.count; (*done)++)
        LK_TRY(add_path(&into->path_sums[t->paths[*done]], &from->path_sums[*done], error));
    return LEADKPI_OK;
}

static void take_paths_back(lk_attribution_store *into, const lk_attribution_store *from,
                            const translation *t, uint32_t done)
{
    while (done-- > 0)
        for (int i = 0; i < LK_PATH_SUMS; i++)
            (void)lk_exact_sum_subtract(&into->path_sums[t->paths[done]].sums[i],
                                        &from->path_sums[done].sums[i], NULL);
}

static leadkpi_status add_cost(lk_cost_sums *into, const lk_cost_sums *from, leadkpi_error *error)
{
    lk_cost_sums before = *into;
    for (int i = 0; i < LK_COST_SUMS; i++) {
        leadkpi_status status = lk_exact_sum_add(&into->sums[i], &from->sums[i], error);
        if (status == LEADKPI_OK && from->known[i] <= LK_ATTRIBUTION_ROWS_MAX - into->known[i]) {
            into->known[i] += from->known[i];
            continue;
        }
        *into = before;
        return lk_fail(error, LEADKPI_OVERFLOW, "costs: more than a sum holds");
    }
    return LEADKPI_OK;
}

static uint32_t cost_count(const lk_attribution_store *store)
{
    return store->cost_capacity < store->kinds.count ? store->cost_capacity : store->kinds.count;
}

static leadkpi_status add_costs(lk_attribution_store *into, const lk_attribution_store *from,
                                const translation *t, leadkpi_error *error)
{
    for (uint32_t kind = 0; kind < cost_count(from); kind++) {
        leadkpi_status status = add_cost(&into->costs[t->kinds[kind]], &from->costs[kind], error);
        if (status == LEADKPI_OK) continue;
        while (kind-- > 0)
            for (int i = 0; i < LK_COST_SUMS; i++) {
                lk_cost_sums *cost = &into->costs[t->kinds[kind]];
                (void)lk_exact_sum_subtract(&cost->sums[i], &from->costs[kind].sums[i], NULL);
                cost->known[i] -= from->costs[kind].known[i];
            }
        return status;
    }
    return LEADKPI_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void commit(lk_attribution_store *into, const lk_attribution_store *from,
                   const translation *t)
{
    for (size_t i = 0; i < from->touch_count; i++) {
        lk_touch touch = from->touches[i];
        touch.unit = t->units[touch.unit];
        touch.kind = t->kinds[touch.kind];
        into->touches[into->touch_count++] = touch;
    }
    for (size_t i = 0; i < from->outcome_count; i++) {
        lk_outcome outcome = from->outcomes[i];
        outcome.unit = t->units[outcome.unit];
        if (outcome.type != LK_TYPE_NULL) outcome.type = t->texts[outcome.type];
        into->outcomes[into->outcome_count++] = outcome;
    }
    for (size_t i = 0; i < from->milestone_count; i++) {
        lk_milestone milestone = from->milestones[i];
        milestone.unit = t->units[milestone.unit];
        milestone.name = t->texts[milestone.name];
        into->milestones[into->milestone_count++] = milestone;
    }
}

static leadkpi_status prepare_fold(leadkpi_attribution *into, const lk_attribution_store *from,
                                   const translation *t, lk_fold_sum *sum, leadkpi_error *error)
{
    lk_attribution_store *store = into->store;
    if (!from->fold) return LEADKPI_OK;
    if (!store->fold) LK_TRY(lk_fold_make(into, &into->memory, &store->fold, error));
    return lk_fold_sum_prepare(sum, store->fold, from->fold, t->kinds, &into->memory, error);
}

static leadkpi_status merge(leadkpi_attribution *into, const lk_attribution_store *from,
                            leadkpi_error *error)
{
    lk_attribution_store *store;
    translation t = {0};
    lk_fold_sum sum = {0};
    uint32_t done = 0;
    LK_TRY(lk_attribution_open(into, &store, error));
    leadkpi_status status = translate(into, from, &t, error);
    if (status == LEADKPI_OK) status = prepare_fold(into, from, &t, &sum, error);
    if (status == LEADKPI_OK) {
        status = add_paths(store, from, &t, &done, error);
        if (status == LEADKPI_OK) status = add_costs(store, from, &t, error);
        if (status != LEADKPI_OK) take_paths_back(store, from, &t, done);
    }
    if (status == LEADKPI_OK) commit(store, from, &t);
    if (status == LEADKPI_OK && sum.from) lk_fold_sum_commit(&sum, &into->memory);
    lk_fold_sum_drop(&sum, &into->memory);
    close_translation(into, from, &t);
    return status;
}

static leadkpi_status check_pair(const leadkpi_attribution *into, const leadkpi_attribution *from,
                                 leadkpi_error *error)
{
    LK_REQUIRE(into, error);
    LK_REQUIRE(from, error);
    LK_FAIL_IF(into == from, error, LEADKPI_BAD_ARGUMENT,
               "from: expected another handle, found the same one");
    LK_FAIL_IF(!lk_options_equal(into->definition, from->definition, &lk_attribution_schema), error,
               LEADKPI_MISMATCH,
               "from: expected a handle of the same definition; leadkpi_attribution_describe says "
               "how they differ");
    return LEADKPI_OK;
}

leadkpi_status leadkpi_attribution_merge(leadkpi_attribution *into, const leadkpi_attribution *from,
                                         leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_TRY(check_pair(into, from, error));
    if (!from->store) return LEADKPI_OK;
    lk_attribution_mark mark = lk_attribution_mark_now(into);
    leadkpi_status status = merge(into, from->store, error);
    if (status != LEADKPI_OK) lk_attribution_roll_back(into, &mark);
    return status;
}

/* ---- subtract ---------------------------------------------------------------------------------- */

static bool holds_events(const lk_attribution_store *store)
{
    return store && (store->touch_count || store->outcome_count || store->milestone_count);
}

/* A path whose amounts are all 0 is not there, whatever the value of the other. */
static bool has_path(const lk_path_sums *all, const lk_path_sums *part)
{
    if (lk_path_is_empty(all) && !lk_path_is_empty(part)) return false;
    return lk_exact_sum_compare(&all->sums[LK_PATH_CONVERSIONS],
                                &part->sums[LK_PATH_CONVERSIONS]) >= 0 &&
           lk_exact_sum_compare(&all->sums[LK_PATH_NULLS], &part->sums[LK_PATH_NULLS]) >= 0;
}

/* What is left must be a sum that rows could have given: nothing of no rows, and where amounts
 * are 0 or more, 0 or more. */
static bool has_cost(const lk_cost_sums *all, const lk_cost_sums *part, int which)
{
    int order = lk_exact_sum_compare(&all->sums[which], &part->sums[which]);
    if (all->known[which] <= part->known[which])
        return all->known[which] == part->known[which] && order == 0;
    return which == LK_COST_CLAIMED_VALUE || order >= 0;
}

/* Is what `from` has all there? Then taking it away cannot fail. */
static leadkpi_status check_covered(const lk_attribution_store *into,
                                    const lk_attribution_store *from, const translation *t,
                                    leadkpi_error *error)
{
    for (uint32_t path = 0; path < from->paths.count; path++) {
        LK_FAIL_IF(!has_path(&into->path_sums[t->paths[path]], &from->path_sums[path]), error,
                   LEADKPI_MISMATCH, "from: expected paths that are in `into` at least as often");
    }
    for (uint32_t kind = 0; kind < cost_count(from); kind++)
        for (int i = 0; i < LK_COST_SUMS; i++)
            LK_FAIL_IF(!has_cost(&into->costs[t->kinds[kind]], &from->costs[kind], i), error,
                       LEADKPI_MISMATCH, "from: expected costs that are in `into` too");
    return LEADKPI_OK;
}

static leadkpi_status subtract(leadkpi_attribution *into, const lk_attribution_store *from,
                               leadkpi_error *error)
{
    lk_attribution_store *store;
    translation t = {0};
    LK_TRY(lk_attribution_open(into, &store, error));
    LK_TRY(lk_currency_merge(&store->currency, &from->currency, error));
    leadkpi_status status = open_translation(into, from, &t, error);
    if (status == LEADKPI_OK)
        status = lk_state_merge_texts(&store->texts, &into->memory, &from->texts, t.texts, error);
    if (status == LEADKPI_OK) status = merge_kinds(into, from, &t, error);
    if (status == LEADKPI_OK) status = merge_paths(into, from, &t, error);
    if (status == LEADKPI_OK && from->cost_capacity)
        status = lk_attribution_open_costs(into, error);
    if (status == LEADKPI_OK) status = check_covered(store, from, &t, error);
    if (status == LEADKPI_OK) {
        take_paths_back(store, from, &t, from->paths.count);
        for (uint32_t kind = 0; kind < cost_count(from); kind++)
            for (int i = 0; i < LK_COST_SUMS; i++) {
                lk_cost_sums *cost = &store->costs[t.kinds[kind]];
                (void)lk_exact_sum_subtract(&cost->sums[i], &from->costs[kind].sums[i], NULL);
                cost->known[i] -= from->costs[kind].known[i];
            }
    }
    close_translation(into, from, &t);
    return status;
}

leadkpi_status leadkpi_attribution_subtract(leadkpi_attribution *into,
                                            const leadkpi_attribution *from, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_TRY(check_pair(into, from, error));
    LK_TRY(lk_fold_refuse(into, "subtract needs", error));
    LK_FAIL_IF(holds_events(into->store) || holds_events(from->store), error, LEADKPI_WRONG_STATE,
               "subtract: expected closed journeys only, found events; leadkpi_attribution_close "
               "makes paths of them");
    if (!from->store) return LEADKPI_OK;
    lk_attribution_mark mark = lk_attribution_mark_now(into);
    leadkpi_status status = subtract(into, from->store, error);
    if (status != LEADKPI_OK) lk_attribution_roll_back(into, &mark);
    return status;
}
