/* fold.c: what a definition folds, and folds put together. */
#include "attribution/fold.h"

#include "attribution/markov.h"

/* ---- models -------------------------------------------------------------------------------- */

static lk_text item(const leadkpi_options *definition, size_t i)
{
    return lk_options_list_item(definition, &lk_attribution_schema, LK_ATTRIBUTION_FOLD, i);
}

static bool folds(const lk_model *model)
{
    if (model->family == LK_FAMILY_RULE) return !lk_model_needs_times(model);
    return model->family == LK_FAMILY_MARKOV && model->variant == 1;
}

static leadkpi_status check_model(lk_text name, const leadkpi_attribution *probe,
                                  lk_attribution_rule *rule, leadkpi_error *error)
{
    static const lk_model_settings settings = {LK_TWO_TOUCHES_RENORMALISE, LK_NO_MIDDLE_PROPORTIONAL};
    lk_memory none = lk_memory_like(&probe->memory);
    lk_model model;
    leadkpi_status status = lk_model_read(name, probe, &settings, &none, &model, error);
    bool good = status == LEADKPI_OK && folds(&model);
    bool is_rule = status == LEADKPI_OK && model.family == LK_FAMILY_RULE;
    lk_model_free(&model, &none);
    LK_TRY(status);
    LK_FAIL_IF(!good, error, LEADKPI_CONTRADICTION,
               "fold: expected rules without times and markov of order 1, found \"%.*s\"",
               LK_TEXT_ARGS(name));
    rule->fold_rules += is_rule;
    return LEADKPI_OK;
}

leadkpi_status lk_fold_check(const leadkpi_options *definition, lk_attribution_rule *rule,
                             leadkpi_error *error)
{
    size_t count = lk_options_list_count(definition, &lk_attribution_schema, LK_ATTRIBUTION_FOLD);
    leadkpi_attribution probe = {.rule = *rule};
    if (count == 0) return LEADKPI_OK;
    LK_FAIL_IF(count > LK_FOLD_MODELS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "fold: expected at most %d models, found %zu", LK_FOLD_MODELS_MAX, count);
    LK_FAIL_IF(rule->dimension_count != 1, error, LEADKPI_CONTRADICTION,
               "fold: expected one dimension with it, as in dimensions=channel, found %u",
               (unsigned)rule->dimension_count);
    for (size_t i = 0; i < count; i++) {
        LK_TRY(check_model(item(definition, i), &probe, rule, error));
        for (size_t other = 0; other < i; other++)
            LK_FAIL_IF(lk_text_equal(item(definition, i), item(definition, other)), error,
                       LEADKPI_CONTRADICTION, "fold: \"%.*s\" stands there twice",
                       LK_TEXT_ARGS(item(definition, i)));
    }
    rule->fold_count = (uint32_t)count;
    return LEADKPI_OK;
}

leadkpi_status lk_fold_refuse(const leadkpi_attribution *attribution, const char *what,
                              leadkpi_error *error)
{
    LK_FAIL_IF(attribution->rule.fold_count, error, LEADKPI_CONTRADICTION,
               "fold: this handle keeps sums and no paths, which %s", what);
    return LEADKPI_OK;
}

leadkpi_status lk_fold_read_models(const leadkpi_attribution *attribution, lk_memory *memory,
                                   lk_model **models, leadkpi_error *error)
{
    static const lk_model_settings settings = {LK_TWO_TOUCHES_RENORMALISE, LK_NO_MIDDLE_PROPORTIONAL};
    uint32_t count = attribution->rule.fold_count;
    LK_TRY(lk_allocate(memory, count, sizeof **models, models, error));
    if (count) memset(*models, 0, count * sizeof **models);
    for (uint32_t i = 0; i < count; i++)
        LK_TRY(lk_model_read(item(attribution->definition, i), attribution, &settings, memory,
                             &(*models)[i], error));
    return LEADKPI_OK;
}

void lk_fold_free_models(const leadkpi_attribution *attribution, lk_memory *memory, lk_model *models)
{
    uint32_t count = attribution->rule.fold_count;
    for (uint32_t i = 0; i < count && models; i++) lk_model_free(&models[i], memory);
    lk_release(memory, models, count, sizeof *models);
}

/* Do both give the same shares for any journey without times? */
static bool is_same_rule(const lk_model *a, const lk_model *b)
{
    const lk_rule_model *x = &a->rule, *y = &b->rule;
    bool ends = x->position == LK_POSITION_ENDS;
    if (x->position != y->position || x->unique != y->unique ||
        x->participation != y->participation || lk_model_needs_times(a) || lk_model_needs_times(b) ||
        !x->eligible != !y->eligible)
        return false;
    if (x->eligible && a->text_count && memcmp(x->eligible, y->eligible, a->text_count) != 0)
        return false;
    return !ends || (x->two_touches == y->two_touches && x->first == y->first &&
                     x->middle == y->middle && x->last == y->last);
}

uint32_t lk_fold_index(const lk_model *models, uint32_t count, const lk_model *model)
{
    uint32_t rules = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (models[i].family != LK_FAMILY_RULE) continue;
        if (is_same_rule(&models[i], model)) return rules;
        rules++;
    }
    return LK_MAP_NONE;
}

/* ---- life ---------------------------------------------------------------------------------- */

leadkpi_status lk_fold_make(const leadkpi_attribution *attribution, lk_memory *memory,
                            lk_fold **fold, leadkpi_error *error)
{
    const lk_attribution_rule *rule = &attribution->rule;
    lk_fold *made;
    LK_TRY(lk_allocate(memory, 1, sizeof *made, &made, error));
    memset(made, 0, sizeof *made);
    leadkpi_status status =
        lk_allocate(memory, rule->groups, sizeof *made->groups, &made->groups, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, made, 1, sizeof *made);
        return status;
    }
    memset(made->groups, 0, rule->groups * sizeof *made->groups);
    made->group_count = rule->groups;
    lk_attribution_transitions_init(&made->steps, rule->groups);
    made->model_count = rule->fold_rules;
    made->has_steps = rule->fold_count > rule->fold_rules;
    *fold = made;
    return LEADKPI_OK;
}

static size_t credits_of(const lk_fold *fold, const lk_fold_group *group)
{
    return (size_t)group->rows * fold->model_count;
}

void lk_fold_free(lk_fold *fold, lk_memory *memory)
{
    if (!fold) return;
    for (uint32_t g = 0; g < fold->group_count; g++) {
        lk_fold_group *group = &fold->groups[g];
        lk_release(memory, group->credits, credits_of(fold, group), sizeof *group->credits);
    }
    lk_release(memory, fold->groups, fold->group_count, sizeof *fold->groups);
    lk_release(memory, fold->kinds, fold->channel_room, sizeof *fold->kinds);
    lk_release(memory, fold->channel_of_kind, fold->kind_room, sizeof *fold->channel_of_kind);
    lk_attribution_transitions_free(&fold->steps, memory);
    lk_release(memory, fold, 1, sizeof *fold);
}

/* ---- channels ------------------------------------------------------------------------------- */

static uint32_t more_than(uint32_t room, uint32_t needed)
{
    uint32_t more = room + room / 2;
    return more < needed ? needed : more;
}

static leadkpi_status reserve_kinds(lk_fold *fold, lk_memory *memory, uint32_t count,
                                    leadkpi_error *error)
{
    if (count <= fold->kind_room) return LEADKPI_OK;
    uint32_t room = more_than(fold->kind_room, count);
    LK_TRY(lk_resize(memory, &fold->channel_of_kind, fold->kind_room, room,
                     sizeof *fold->channel_of_kind, error));
    for (uint32_t i = fold->kind_room; i < room; i++) fold->channel_of_kind[i] = LK_MAP_NONE;
    fold->kind_room = room;
    return LEADKPI_OK;
}

static leadkpi_status reserve_channels(lk_fold *fold, lk_memory *memory, uint32_t count,
                                       leadkpi_error *error)
{
    LK_FAIL_IF(count > LK_FOLD_CHANNELS_MAX, error, LEADKPI_LIMIT,
               "fold: expected at most %d channels, found more", LK_FOLD_CHANNELS_MAX);
    if (count <= fold->channel_room) return LEADKPI_OK;
    uint32_t room = more_than(fold->channel_room, count);
    LK_TRY(lk_resize(memory, &fold->kinds, fold->channel_room, room, sizeof *fold->kinds, error));
    fold->channel_room = room;
    return LEADKPI_OK;
}

static void put_channel(lk_fold *fold, uint32_t kind)
{
    fold->channel_of_kind[kind] = fold->channel_count;
    fold->kinds[fold->channel_count++] = kind;
}

leadkpi_status lk_fold_channel(lk_fold *fold, lk_memory *memory, uint32_t kind, uint32_t *channel,
                               leadkpi_error *error)
{
    *channel = lk_fold_channel_of(fold, kind);
    if (*channel != LK_MAP_NONE) return LEADKPI_OK;
    LK_TRY(reserve_kinds(fold, memory, kind + 1, error));
    LK_TRY(reserve_channels(fold, memory, fold->channel_count + 1, error));
    *channel = fold->channel_count;
    put_channel(fold, kind);
    return LEADKPI_OK;
}

static leadkpi_status reserve_rows(lk_fold *fold, lk_memory *memory, uint32_t g, uint32_t count,
                                   leadkpi_error *error)
{
    lk_fold_group *group = &fold->groups[g];
    if (count <= group->rows) return LEADKPI_OK;
    size_t before = credits_of(fold, group), room = more_than(group->rows, count);
    LK_TRY(lk_resize(memory, &group->credits, before, room * fold->model_count,
                     sizeof *group->credits, error));
    if (fold->model_count)
        memset(group->credits + before, 0,
               (room * fold->model_count - before) * sizeof *group->credits);
    group->rows = (uint32_t)room;
    return LEADKPI_OK;
}

leadkpi_status lk_fold_reserve_group(lk_fold *fold, lk_memory *memory, uint32_t group,
                                     leadkpi_error *error)
{
    return reserve_rows(fold, memory, group, fold->channel_count + 1, error);
}

/* A table of journeys without a touch has one channel all the same, which is nobody's. */
static const uint32_t *places_of(const lk_fold *fold, const uint32_t *places)
{
    return fold->channel_count ? places : NULL;
}

leadkpi_status lk_fold_steps(const lk_fold *fold, lk_memory *memory, uint32_t groups, size_t count,
                             const uint32_t *places, lk_attribution_transitions *steps,
                             leadkpi_error *error)
{
    lk_attribution_transitions_init(steps, groups);
    if (!fold->steps.cells && count == 0) return LEADKPI_OK;
    LK_TRY(lk_attribution_transitions_grow(steps, memory, count, fold->steps.parts != NULL, error));
    return lk_attribution_transitions_combine(steps, &fold->steps, places_of(fold, places), false,
                                              error);
}

/* ---- one fold to another ---------------------------------------------------------------------- */

/* Numbers the channels of `from` as they will be in `into`. */
static leadkpi_status number_channels(lk_fold_sum *sum, const uint32_t *kinds, lk_memory *memory,
                                      leadkpi_error *error)
{
    const lk_fold *from = sum->from;
    uint32_t kind_most = 0;
    LK_TRY(lk_allocate(memory, from->channel_count, sizeof *sum->kinds, &sum->kinds, error));
    LK_TRY(lk_allocate(memory, from->channel_count, sizeof *sum->channels, &sum->channels, error));
    sum->count = sum->into->channel_count;
    for (uint32_t i = 0; i < from->channel_count; i++) {
        uint32_t kind = kinds ? kinds[from->kinds[i]] : from->kinds[i];
        uint32_t channel = lk_fold_channel_of(sum->into, kind);
        sum->kinds[i] = kind;
        sum->channels[i] = channel == LK_MAP_NONE ? sum->count++ : channel;
        if (kind >= kind_most) kind_most = kind + 1;
    }
    LK_TRY(reserve_kinds(sum->into, memory, kind_most, error));
    return reserve_channels(sum->into, memory, sum->count, error);
}

static leadkpi_status check_sum(const lk_exact_sum *a, const lk_exact_sum *b, leadkpi_error *error)
{
    lk_exact_sum both = *a;
    return lk_attribution_add_sum(&both, b, false, error);
}

/* Rows with credits. Of markov alone there are none, and no array that could be pointed into. */
static uint32_t rows_of(const lk_fold *fold, const lk_fold_group *group)
{
    uint32_t rows = fold->model_count ? fold->channel_count + 1 : 0;
    return rows < group->rows ? rows : group->rows;
}

static leadkpi_status prepare_group(lk_fold_sum *sum, uint32_t g, lk_memory *memory,
                                    leadkpi_error *error)
{
    const lk_fold_group *from = &sum->from->groups[g];
    lk_fold_group *into = &sum->into->groups[g];
    uint32_t models = sum->from->model_count, rows = rows_of(sum->from, from);
    if (!from->held) return LEADKPI_OK;
    LK_TRY(reserve_rows(sum->into, memory, g, sum->count + 1, error));
    for (int i = 0; i < LK_FOLD_SUMS; i++) LK_TRY(check_sum(&into->sums[i], &from->sums[i], error));
    for (uint32_t row = 0; row < rows; row++) {
        const lk_credit *part = from->credits + (size_t)row * models;
        const lk_credit *whole =
            into->credits + (size_t)(row ? sum->channels[row - 1] + 1 : 0) * models;
        for (uint32_t m = 0; m < models; m++)
            for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++)
                LK_TRY(check_sum(&whole[m].amount[k], &part[m].amount[k], error));
    }
    return LEADKPI_OK;
}

static leadkpi_status prepare_steps(lk_fold_sum *sum, lk_memory *memory, leadkpi_error *error)
{
    const lk_attribution_transitions *into = &sum->into->steps, *from = &sum->from->steps;
    if (!from->cells) return LEADKPI_OK;
    bool is_full = from->steps > INT64_MAX - into->steps;
    LK_TRY(lk_attribution_transitions_copy(into, memory, sum->count ? sum->count : 1,
                                           is_full || into->parts || from->parts, &sum->steps, error));
    if (is_full) LK_TRY(lk_attribution_transitions_spill(&sum->steps, memory, error));
    return lk_attribution_transitions_combine(&sum->steps, from, places_of(sum->from, sum->channels),
                                              false, error);
}

leadkpi_status lk_fold_sum_prepare(lk_fold_sum *sum, lk_fold *into, const lk_fold *from,
                                   const uint32_t *kinds, lk_memory *memory, leadkpi_error *error)
{
    memset(sum, 0, sizeof *sum);
    sum->into = into;
    sum->from = from;
    lk_attribution_transitions_init(&sum->steps, from->group_count);
    LK_TRY(number_channels(sum, kinds, memory, error));
    for (uint32_t g = 0; g < from->group_count; g++) LK_TRY(prepare_group(sum, g, memory, error));
    return prepare_steps(sum, memory, error);
}

/* Sums were found to fit. */
static void commit_group(const lk_fold_sum *sum, uint32_t g)
{
    const lk_fold_group *from = &sum->from->groups[g];
    lk_fold_group *into = &sum->into->groups[g];
    uint32_t models = sum->from->model_count, rows = rows_of(sum->from, from);
    if (!from->held) return;
    into->held = 1;
    for (int i = 0; i < LK_FOLD_SUMS; i++) (void)lk_exact_sum_add(&into->sums[i], &from->sums[i], NULL);
    for (uint32_t row = 0; row < rows; row++) {
        const lk_credit *part = from->credits + (size_t)row * models;
        lk_credit *whole = into->credits + (size_t)(row ? sum->channels[row - 1] + 1 : 0) * models;
        for (uint32_t m = 0; m < models; m++)
            for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++)
                (void)lk_exact_sum_add(&whole[m].amount[k], &part[m].amount[k], NULL);
    }
}

void lk_fold_sum_commit(lk_fold_sum *sum, lk_memory *memory)
{
    for (uint32_t i = 0; i < sum->from->channel_count; i++)
        if (sum->channels[i] == sum->into->channel_count) put_channel(sum->into, sum->kinds[i]);
    for (uint32_t g = 0; g < sum->from->group_count; g++) commit_group(sum, g);
    if (!sum->steps.cells) return;
    lk_attribution_transitions_free(&sum->into->steps, memory);
    sum->into->steps = sum->steps;
    lk_attribution_transitions_init(&sum->steps, sum->from->group_count);
}

void lk_fold_sum_drop(lk_fold_sum *sum, lk_memory *memory)
{
    if (!sum->from) return;
    lk_release(memory, sum->kinds, sum->from->channel_count, sizeof *sum->kinds);
    lk_release(memory, sum->channels, sum->from->channel_count, sizeof *sum->channels);
    lk_attribution_transitions_free(&sum->steps, memory);
}
