/* fold_state.c: the sums of a fold as a part of a state; state.h has the format. */
#include "attribution/fold.h"

#include "attribution/markov.h"
#include "attribution/state.h"
#include "base/sort.h"

/* ---- writing ---------------------------------------------------------------------------------- */

typedef struct writing {
    const lk_fold *fold;
    const uint32_t *kind_numbers;
    lk_writer *writer;
    uint32_t *order;  /* channels in order of their kinds */
    uint32_t *places; /* order[places[i]] == i */
} writing;

static int compare_channels(const void *context, uint32_t a, uint32_t b)
{
    const writing *w = context;
    uint32_t x = w->kind_numbers[w->fold->kinds[a]], y = w->kind_numbers[w->fold->kinds[b]];
    return x < y ? -1 : x > y;
}

static void write_sum(lk_writer *writer, const lk_exact_sum *sum)
{
    bool is_zero = lk_exact_sum_is_zero(sum);
    lk_write_bool(writer, !is_zero);
    if (!is_zero) lk_write_exact_sum(writer, sum);
}

static void write_group(const writing *w, uint32_t g)
{
    const lk_fold_group *group = &w->fold->groups[g];
    static const lk_credit nothing;
    lk_write_varint(w->writer, g);
    for (int i = 0; i < LK_FOLD_SUMS; i++) write_sum(w->writer, &group->sums[i]);
    for (uint32_t i = 0; i <= w->fold->channel_count; i++) {
        size_t row = i ? w->order[i - 1] + 1u : 0;
        for (size_t m = 0; m < w->fold->model_count; m++) {
            const lk_credit *credit =
                row < group->rows ? &group->credits[row * w->fold->model_count + m] : &nothing;
            for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++) write_sum(w->writer, &credit->amount[k]);
        }
    }
}

/* Where a journey was there is a channel, if only nobody's; that is the writer's rule, whatever came
 * to nothing again. */
static leadkpi_status write_steps(const writing *w, bool any, lk_memory *memory,
                                  leadkpi_error *error)
{
    lk_attribution_transitions steps;
    uint32_t count = any && w->fold->channel_count == 0 ? 1 : w->fold->channel_count;
    leadkpi_status status =
        lk_fold_steps(w->fold, memory, w->fold->group_count, count, w->places, &steps, error);
    if (status == LEADKPI_OK) {
        lk_attribution_transitions_settle(&steps, memory);
        lk_attribution_transitions_write(&steps, w->writer, NULL);
    }
    lk_attribution_transitions_free(&steps, memory);
    return status;
}

static leadkpi_status write_all(writing *w, lk_memory *memory, leadkpi_error *error)
{
    uint32_t count = w->fold->channel_count, held = 0;
    for (uint32_t i = 0; i < count; i++) w->order[i] = i;
    LK_TRY(lk_sort_indexes(memory, w->order, count, compare_channels, w, error));
    lk_write_varint(w->writer, count);
    for (uint32_t i = 0; i < count; i++) {
        w->places[w->order[i]] = i;
        lk_write_varint(w->writer, w->kind_numbers[w->fold->kinds[w->order[i]]]);
    }
    for (uint32_t g = 0; g < w->fold->group_count; g++) held += w->fold->groups[g].held;
    lk_write_varint(w->writer, held);
    for (uint32_t g = 0; g < w->fold->group_count; g++) {
        LK_TRY(lk_interrupted(memory, error));
        if (w->fold->groups[g].held) write_group(w, g);
    }
    return w->fold->has_steps ? write_steps(w, held > 0, memory, error) : LEADKPI_OK;
}

leadkpi_status lk_fold_write(const leadkpi_attribution *attribution, const uint32_t *kind_numbers,
                             lk_memory *memory, lk_writer *writer, leadkpi_error *error)
{
    const lk_attribution_rule *rule = &attribution->rule;
    lk_fold empty = {.has_steps = rule->fold_count > rule->fold_rules};
    writing w = {.fold = &empty, .kind_numbers = kind_numbers, .writer = writer};
    if (!rule->fold_count) return LEADKPI_OK;
    lk_attribution_transitions_init(&empty.steps, rule->groups);
    if (attribution->store->fold) w.fold = attribution->store->fold;
    uint32_t count = w.fold->channel_count;
    LK_TRY(lk_allocate(memory, count, sizeof *w.order, &w.order, error));
    leadkpi_status status = lk_allocate(memory, count, sizeof *w.places, &w.places, error);
    if (status == LEADKPI_OK) status = write_all(&w, memory, error);
    lk_release(memory, w.order, count, sizeof *w.order);
    lk_release(memory, w.places, count, sizeof *w.places);
    return status;
}

/* ---- reading ------------------------------------------------------------------------------------ */

typedef struct reading {
    lk_fold *fold;
    lk_memory *memory;
    lk_reader *reader;
} reading;

static leadkpi_status read_channels(reading *r, size_t kind_count, uint8_t *kinds_used)
{
    size_t count = lk_read_count(r->reader, 1);
    uint32_t channel;
    uint64_t kind, last = 0;
    LK_TRY(lk_reader_status(r->reader));
    if (count > LK_FOLD_CHANNELS_MAX)
        return lk_reader_refuse(r->reader, "fold: expected at most 1024 channels");
    for (size_t i = 0; i < count; i++, last = kind) {
        kind = lk_read_varint(r->reader);
        LK_TRY(lk_reader_status(r->reader));
        if (kind >= kind_count || (i > 0 && kind <= last))
            return lk_reader_refuse(r->reader, "fold: expected kinds in rising order");
        kinds_used[kind] = 1;
        LK_TRY(lk_fold_channel(r->fold, r->memory, (uint32_t)kind, &channel, r->reader->error));
    }
    return LEADKPI_OK;
}

static leadkpi_status read_sum(reading *r, bool non_negative, bool is_amount, lk_exact_sum *sum)
{
    *sum = LK_EXACT_SUM_ZERO;
    if (!lk_read_bool(r->reader)) return lk_reader_status(r->reader);
    *sum = lk_read_exact_sum(r->reader);
    LK_TRY(lk_reader_status(r->reader));
    if (lk_exact_sum_is_zero(sum) || !lk_attribution_sum_is_good(sum) ||
        (non_negative && lk_exact_sum_is_negative(sum)) || (is_amount && sum->limbs[0]))
        return lk_reader_refuse(r->reader, "fold: expected a sum that journeys can have");
    return LEADKPI_OK;
}

static leadkpi_status read_group(reading *r, bool is_first, uint64_t *last)
{
    uint64_t g = lk_read_varint(r->reader);
    LK_TRY(lk_reader_status(r->reader));
    if (g >= r->fold->group_count || (!is_first && g <= *last))
        return lk_reader_refuse(r->reader, "fold: expected groups in rising order");
    *last = g;
    lk_fold_group *group = &r->fold->groups[g];
    LK_TRY(lk_fold_reserve_group(r->fold, r->memory, (uint32_t)g, r->reader->error));
    group->held = 1;
    for (int i = 0; i < LK_FOLD_SUMS; i++)
        LK_TRY(read_sum(r, i != LK_PATH_VALUE && i != LK_FOLD_UNTOUCHED_VALUE, true, &group->sums[i]));
    size_t credits = (r->fold->channel_count + (size_t)1) * r->fold->model_count;
    for (size_t i = 0; i < credits; i++)
        for (int k = 0; k < LK_ATTRIBUTION_KINDS; k++)
            LK_TRY(read_sum(r, k == LK_ATTRIBUTION_COUNT, false, &group->credits[i].amount[k]));
    return LEADKPI_OK;
}

static leadkpi_status read_groups(reading *r, size_t *held)
{
    size_t credits = (r->fold->channel_count + (size_t)1) * r->fold->model_count;
    uint64_t last = 0;
    *held = lk_read_count(r->reader, 1 + LK_FOLD_SUMS + credits * LK_ATTRIBUTION_KINDS);
    LK_TRY(lk_reader_status(r->reader));
    if (*held == 0 && r->fold->channel_count)
        return lk_reader_refuse(r->reader, "fold: expected a group where there are channels");
    for (size_t i = 0; i < *held; i++) LK_TRY(read_group(r, i == 0, &last));
    return LEADKPI_OK;
}

static leadkpi_status read_steps(reading *r, bool any)
{
    lk_attribution_transitions *steps = &r->fold->steps;
    uint32_t channels = r->fold->channel_count ? r->fold->channel_count : 1;
    LK_TRY(lk_attribution_transitions_read(steps, r->memory, r->reader));
    if (steps->channel_count != (any ? channels : 0) ||
        !lk_attribution_transitions_is_settled(steps))
        return lk_reader_refuse(r->reader, "fold: expected steps between its channels");
    return LEADKPI_OK;
}

leadkpi_status lk_fold_read(leadkpi_attribution *attribution, size_t kind_count, uint8_t *kinds_used,
                            lk_reader *reader)
{
    lk_attribution_store *store = attribution->store;
    lk_memory *memory = &attribution->memory;
    size_t held = 0;
    if (!attribution->rule.fold_count) return LEADKPI_OK;
    if (store->paths.count || store->touch_count || store->outcome_count || store->milestone_count)
        return lk_reader_refuse(reader, "fold: expected neither paths nor events beside it");
    LK_TRY(lk_fold_make(attribution, memory, &store->fold, reader->error));
    reading r = {store->fold, memory, reader};
    LK_TRY(read_channels(&r, kind_count, kinds_used));
    LK_TRY(read_groups(&r, &held));
    if (r.fold->has_steps) LK_TRY(read_steps(&r, held > 0));
    if (held) return LEADKPI_OK;
    lk_fold_free(store->fold, memory);
    store->fold = NULL;
    return LEADKPI_OK;
}
