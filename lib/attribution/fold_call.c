/* fold_call.c: paths that come in, added up.
 *
 * Cost a touch and rule that gives it a share: a share from a table of its length, or the kernel's,
 * two products and an exact sum of 32 bytes each, of which a group's are 64 bytes a rule and
 * channel (10 rules, 50 channels: 32 kB, 2 MB in all, in the second cache). Cost a call: the sums
 * of all groups once, so that batches should have thousands of rows. */
#include "attribution/cells.h"
#include "attribution/markov.h"
#include "attribution/report.h"

/* Journeys and touches that are handed to the table of steps at a time. */
#define PENDING_JOURNEYS 1024
#define PENDING_TOUCHES 8192

struct lk_fold_call {
    leadkpi_attribution *attribution;
    lk_memory *memory;
    lk_fold *fold;     /* of this call's rows alone */
    lk_model *models;  /* of the definition, for text_count texts */
    uint32_t text_count;
    lk_touch_room room;  /* of one journey; members are the fold's channels */
    uint64_t *of_length[LK_CELL_LENGTH_MAX + 1]; /* rules by place: shares by place and model */
    size_t count; /* pending */
    size_t touch_count, pending_room;
    uint32_t *touches;
    size_t ends[PENDING_JOURNEYS];
    uint64_t units[PENDING_JOURNEYS];
    double amounts[LK_PATH_SUMS][PENDING_JOURNEYS];
};

/* ---- life ------------------------------------------------------------------------------------ */

leadkpi_status lk_fold_call_open(leadkpi_attribution *attribution, lk_fold_call **call,
                                 leadkpi_error *error)
{
    lk_memory *memory = &attribution->memory;
    *call = NULL;
    if (!attribution->rule.fold_count) return LEADKPI_OK;
    LK_TRY(lk_allocate(memory, 1, sizeof **call, call, error));
    memset(*call, 0, sizeof **call);
    (*call)->attribution = attribution;
    (*call)->memory = memory;
    return lk_fold_make(attribution, memory, &(*call)->fold, error);
}

static size_t shares_of(const lk_fold_call *call, size_t length)
{
    return (length + 1) * call->fold->model_count;
}

static void drop_shares(lk_fold_call *call)
{
    for (size_t length = 0; length <= LK_CELL_LENGTH_MAX; length++) {
        lk_release(call->memory, call->of_length[length], shares_of(call, length), sizeof(uint64_t));
        call->of_length[length] = NULL;
    }
}

void lk_fold_call_close(lk_fold_call *call)
{
    if (!call) return;
    lk_memory *memory = call->memory;
    if (call->fold) drop_shares(call);
    lk_fold_free(call->fold, memory);
    lk_fold_free_models(call->attribution, memory, call->models);
    lk_touch_room_free(&call->room, memory);
    lk_release(memory, call->touches, call->pending_room, sizeof *call->touches);
    lk_release(memory, call, 1, sizeof *call);
}

/* ---- room -------------------------------------------------------------------------------------- */

/* Which channels a rule looks at is known by text, and there may be new ones. */
static leadkpi_status read_models(lk_fold_call *call, leadkpi_error *error)
{
    uint32_t texts = call->attribution->store->texts.count;
    if (call->models && call->text_count == texts) return LEADKPI_OK;
    lk_fold_free_models(call->attribution, call->memory, call->models);
    call->models = NULL;
    call->text_count = texts;
    return lk_fold_read_models(call->attribution, call->memory, &call->models, error);
}

/* ---- rules -------------------------------------------------------------------------------------- */

static void add_credit(lk_credit *credit, const lk_journey *journey, uint64_t share)
{
    lk_credit_add(&credit->amount[0], &journey->sums[LK_PATH_CONVERSIONS], share);
    lk_credit_add(&credit->amount[1], &journey->sums[LK_PATH_VALUE], share);
}

static lk_credit *row_of(const lk_fold_call *call, const lk_journey *journey, uint32_t row)
{
    return call->fold->groups[journey->group].credits + (size_t)row * call->fold->model_count;
}

/* place * rules + rule; behind the last place what no touch can claim. 0: by the kernel each time. */
static leadkpi_status share_length(lk_fold_call *call, uint32_t length, leadkpi_error *error)
{
    size_t rules = call->fold->model_count, at = 0;
    uint64_t *table, shares[LK_CELL_LENGTH_MAX] = {0};
    lk_rule_journey journey = {.count = length};
    LK_TRY(lk_allocate(call->memory, shares_of(call, length), sizeof *table, &table, error));
    call->of_length[length] = table;
    for (uint32_t i = 0; i < call->attribution->rule.fold_count; i++) {
        const lk_model *model = &call->models[i];
        uint64_t given = 0;
        if (model->family != LK_FAMILY_RULE) continue;
        bool counts = lk_rule_is_positional(&model->rule);
        if (counts && length) (void)lk_rule_shares(&model->rule, &journey, &call->room.scratch, shares);
        for (uint32_t place = 0; place < length; place++) {
            given |= shares[place];
            table[place * rules + at] = counts ? shares[place] : 0;
        }
        table[length * rules + at++] = counts && !given ? LK_SHARE_ONE : 0;
    }
    return LEADKPI_OK;
}

static void add_by_place(lk_fold_call *call, const lk_journey *journey)
{
    size_t rules = call->fold->model_count;
    const uint64_t *share = call->of_length[journey->count];
    for (uint32_t i = 0; i <= journey->count; i++) {
        lk_credit *credit = row_of(call, journey, i < journey->count ? call->room.members[i] + 1 : 0);
        for (size_t m = 0; m < rules; m++, share++)
            if (*share) add_credit(&credit[m], journey, *share);
    }
}

static void add_by_kernel(lk_fold_call *call, const lk_rule_model *rule, size_t at,
                          const lk_journey *journey)
{
    uint64_t given = 0;
    lk_rule_journey rule_journey = {
        .channels = rule->participation ? call->room.members : call->room.channels, .count = journey->count};
    (void)lk_rule_shares(rule, &rule_journey, &call->room.scratch, call->room.shares);
    for (uint32_t i = 0; i < journey->count; i++) {
        given |= call->room.shares[i];
        add_credit(&row_of(call, journey, call->room.members[i] + 1)[at], journey, call->room.shares[i]);
    }
    if (!given) add_credit(&row_of(call, journey, 0)[at], journey, LK_SHARE_ONE);
}

static leadkpi_status add_rules(lk_fold_call *call, const lk_journey *journey, leadkpi_error *error)
{
    bool by_place = journey->count <= LK_CELL_LENGTH_MAX;
    size_t at = 0;
    if (by_place && !call->of_length[journey->count])
        LK_TRY(share_length(call, journey->count, error));
    if (by_place) add_by_place(call, journey);
    for (uint32_t i = 0; i < call->attribution->rule.fold_count; i++) {
        const lk_rule_model *rule = &call->models[i].rule;
        if (call->models[i].family != LK_FAMILY_RULE) continue;
        if (journey->count && !(by_place && lk_rule_is_positional(rule)))
            add_by_kernel(call, rule, at, journey);
        else if (journey->count == 0 && !lk_rule_is_positional(rule))
            add_credit(&row_of(call, journey, 0)[at], journey, LK_SHARE_ONE);
        at++;
    }
    return LEADKPI_OK;
}

/* ---- steps ----------------------------------------------------------------------------------------- */

static leadkpi_status hand_over(lk_fold_call *call, lk_attribution_transitions *steps,
                                uint32_t channel_count, leadkpi_error *error)
{
    lk_attribution_batch batch = {call->count,
                                  call->touches,
                                  call->ends,
                                  call->amounts[LK_PATH_CONVERSIONS],
                                  call->amounts[LK_PATH_NULLS],
                                  call->amounts[LK_PATH_VALUE],
                                  call->units};
    if (call->count == 0) return LEADKPI_OK;
    call->count = call->touch_count = 0;
    if (steps->steps > INT64_MAX / 2) LK_TRY(lk_attribution_transitions_spill(steps, call->memory, error));
    return lk_report_without_row(
        lk_attribution_transitions_add(steps, call->memory, channel_count, &batch, error), error);
}

static leadkpi_status hand_over_own(lk_fold_call *call, leadkpi_error *error)
{
    return hand_over(call, &call->fold->steps, call->fold->channel_count, error);
}

/* Few journeys go to the handle's table at once: no table of the call's own is made and added. */
static leadkpi_status hand_over_few(lk_fold_call *call, const lk_fold_sum *sum, leadkpi_error *error)
{
    for (size_t i = 0; i < call->touch_count; i++) call->touches[i] = sum->channels[call->touches[i]];
    return hand_over(call, &sum->into->steps, sum->count, error);
}

static leadkpi_status put_journey(lk_fold_call *call, const lk_journey *journey,
                                  const double amounts[LK_PATH_SUMS], leadkpi_error *error)
{
    size_t most = journey->count > PENDING_TOUCHES ? journey->count : PENDING_TOUCHES;
    if (call->count == PENDING_JOURNEYS ||
        (call->count && call->touch_count + journey->count > PENDING_TOUCHES))
        LK_TRY(hand_over_own(call, error));
    if (most > call->pending_room) {
        LK_TRY(lk_resize(call->memory, &call->touches, call->pending_room, most,
                         sizeof *call->touches, error));
        call->pending_room = most;
    }
    if (journey->count)
        memcpy(call->touches + call->touch_count, call->room.members,
               journey->count * sizeof *call->touches);
    call->touch_count += journey->count;
    call->ends[call->count] = call->touch_count;
    call->units[call->count] = journey->group;
    for (int k = 0; k < LK_PATH_SUMS; k++) call->amounts[k][call->count] = amounts[k];
    call->count++;
    return LEADKPI_OK;
}

/* Which rows came as one path hangs on the calls: however large their sums are, they count. What is
 * below is so few steps that those of all that are pending fit an int64 twice. */
static bool is_large(const lk_journey *journey)
{
    uint64_t most = (UINT64_C(1) << 51) / ((uint64_t)journey->count + 1);
    bool large = !lk_exact_sum_takes(lk_exact_sum_to_double(&journey->sums[LK_PATH_VALUE]));
    for (int k = 0; k < LK_PATH_SUMS; k++)
        large |= k != LK_PATH_VALUE && (journey->sums[k].limbs[3] || journey->sums[k].limbs[2] >= most);
    return large;
}

static leadkpi_status add_large(lk_fold_call *call, const lk_journey *journey, leadkpi_error *error)
{
    lk_attribution_journey steps = {.channels = call->room.members, .length = journey->count,
                                    .unit = journey->group};
    const lk_exact_sum sums[3] = {journey->sums[LK_PATH_CONVERSIONS], journey->sums[LK_PATH_NULLS],
                                  journey->sums[LK_PATH_VALUE]};
    return lk_attribution_transitions_add_sums(&call->fold->steps, call->memory,
                                               call->fold->channel_count, &steps, sums, error);
}

static leadkpi_status add_steps(lk_fold_call *call, const lk_journey *journey, leadkpi_error *error)
{
    lk_journey_parts parts;
    if (is_large(journey)) return add_large(call, journey, error);
    LK_TRY(lk_journey_split(journey, &parts, error));
    for (uint32_t i = 0; i < parts.count; i++)
        LK_TRY(put_journey(call, journey, parts.amounts[i], error));
    return LEADKPI_OK;
}

/* ---- journeys -------------------------------------------------------------------------------------- */

static leadkpi_status visit(void *context, const lk_journey *journey, leadkpi_error *error)
{
    lk_fold_call *call = context;
    lk_fold_group *group = &call->fold->groups[journey->group];
    LK_TRY(lk_touch_room_reserve(&call->room, call->memory, journey->count,
                                 call->attribution->store->texts.count, call->fold->channel_count, error));
    for (uint32_t i = 0; i < journey->count; i++) {
        call->room.channels[i] = lk_kind_text(call->attribution->store, journey->kinds[i], 0);
        call->room.members[i] = lk_fold_channel_of(call->fold, journey->kinds[i]);
    }
    for (int k = 0; k < LK_PATH_SUMS; k++)
        LK_TRY(lk_exact_sum_add(&group->sums[k], &journey->sums[k], error));
    for (int k = 0; k < LK_ATTRIBUTION_KINDS && journey->count == 0; k++)
        LK_TRY(lk_exact_sum_add(&group->sums[LK_FOLD_UNTOUCHED + k], &journey->sums[k], error));
    if (call->fold->has_steps) LK_TRY(add_steps(call, journey, error));
    if (call->fold->model_count == 0 ||
        (lk_exact_sum_is_zero(&journey->sums[LK_PATH_CONVERSIONS]) &&
         lk_exact_sum_is_zero(&journey->sums[LK_PATH_VALUE])))
        return LEADKPI_OK;
    return add_rules(call, journey, error);
}

/* Paths that came to nothing again are there all the same: which did would hang on the slices. */
static leadkpi_status see_paths(lk_fold_call *call, leadkpi_error *error)
{
    const lk_attribution_store *store = call->attribution->store;
    for (uint32_t path = 0; path < store->paths.count; path++) {
        uint32_t count, channel;
        const char *words = lk_path_words(store, path, &count);
        call->fold->groups[lk_path_word(words, 0)].held = 1;
        for (uint32_t i = 1; i <= count; i++)
            LK_TRY(lk_fold_channel(call->fold, call->memory, lk_path_word(words, i), &channel, error));
    }
    for (uint32_t group = 0; group < call->fold->group_count; group++)
        if (call->fold->groups[group].held)
            LK_TRY(lk_fold_reserve_group(call->fold, call->memory, group, error));
    return LEADKPI_OK;
}

leadkpi_status lk_fold_call_take(lk_fold_call *call, leadkpi_error *error)
{
    if (!call) return LEADKPI_OK;
    lk_attribution_store *store = call->attribution->store;
    lk_walk_filter filter = {.from = INT64_MIN, .to = INT64_MAX, .groups = call->fold->group_count,
                             .as_stored = 1};
    lk_walk_counts counts;
    if (store->paths.count == 0) return LEADKPI_OK;
    LK_TRY(see_paths(call, error));
    LK_TRY(read_models(call, error));
    LK_TRY(lk_walk_slice(call->attribution, &filter, call->memory, visit, call, &counts, error));
    lk_map_text_truncate(&store->paths, 0);
    return LEADKPI_OK;
}

leadkpi_status lk_fold_call_finish(lk_fold_call *call, leadkpi_error *error)
{
    if (!call) return LEADKPI_OK;
    lk_attribution_store *store = call->attribution->store;
    lk_fold_sum sum;
    LK_TRY(lk_fold_call_take(call, error));
    if (call->fold->steps.cells) LK_TRY(hand_over_own(call, error));
    if (!store->fold)
        LK_TRY(lk_fold_make(call->attribution, call->memory, &store->fold, error));
    leadkpi_status status =
        lk_fold_sum_prepare(&sum, store->fold, call->fold, NULL, call->memory, error);
    if (status == LEADKPI_OK) status = hand_over_few(call, &sum, error);
    if (status == LEADKPI_OK) lk_fold_sum_commit(&sum, call->memory);
    lk_fold_sum_drop(&sum, call->memory);
    return status;
}
