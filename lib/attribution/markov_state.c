/* markov_state.c: tables of steps put together, taken apart, written and read. */
#include "attribution/markov.h"

#include <string.h>

/* ---- merging ---------------------------------------------------------------------------------------- */

static leadkpi_status check_groups(const lk_attribution_transitions *into,
                                   const lk_attribution_transitions *from, leadkpi_error *error)
{
    LK_FAIL_IF(into->groups_most != from->groups_most, error, LEADKPI_MISMATCH,
               "groups: expected %u, found %u", (unsigned)into->groups_most,
               (unsigned)from->groups_most);
    return LEADKPI_OK;
}

/* The changed copy takes the place of what was there. */
static void replace(lk_attribution_transitions *t, lk_memory *memory,
                    const lk_attribution_transitions *by)
{
    lk_attribution_transitions_free(t, memory);
    *t = *by;
}

leadkpi_status lk_attribution_transitions_merge(lk_attribution_transitions *into, lk_memory *memory,
                                                size_t channel_count,
                                                const lk_attribution_transitions *from,
                                                const uint32_t *channels, leadkpi_error *error)
{
    lk_attribution_transitions sum;
    LK_TRY(check_groups(into, from, error));
    LK_FAIL_IF(from->steps > INT64_MAX - into->steps, error, LEADKPI_OVERFLOW,
               "steps of all journeys: expected below 2^63, found more");
    if (!from->cells) return lk_attribution_transitions_grow(into, memory, channel_count, false, error);
    if (channel_count < into->channel_count) channel_count = into->channel_count;
    LK_TRY(lk_attribution_transitions_copy(into, memory, channel_count, into->parts || from->parts,
                                           &sum, error));
    leadkpi_status status = lk_attribution_transitions_combine(&sum, from, channels, false, error);
    if (status != LEADKPI_OK)
        lk_attribution_transitions_free(&sum, memory);
    else
        replace(into, memory, &sum);
    return status;
}

static size_t cell_count(const lk_attribution_transitions *t)
{
    return t->groups * lk_attribution_table_size(t);
}

static bool all_counts_good(const lk_attribution_transitions *t)
{
    bool good = true;
    for (size_t i = 0; i < cell_count(t); i++)
        good &= t->cells[i] >= 0 && !(t->parts && lk_exact_sum_is_negative(&t->parts[i]));
    for (size_t i = 0; i < 2 * (size_t)t->groups; i++)
        good &= t->untouched[i] >= 0 &&
                !(t->parts && lk_exact_sum_is_negative(&t->untouched_parts[i]));
    return good;
}

leadkpi_status lk_attribution_transitions_subtract(lk_attribution_transitions *into,
                                                   lk_memory *memory,
                                                   const lk_attribution_transitions *from,
                                                   const uint32_t *channels, leadkpi_error *error)
{
    lk_attribution_transitions rest;
    LK_TRY(check_groups(into, from, error));
    if (!from->cells) return LEADKPI_OK;
    LK_FAIL_IF(from->steps > into->steps || from->channel_count > into->channel_count, error,
               LEADKPI_MISMATCH, "journeys to take away: expected no more than were added, found more");
    LK_TRY(lk_attribution_transitions_copy(into, memory, into->channel_count,
                                           into->parts || from->parts, &rest, error));
    leadkpi_status status = lk_attribution_transitions_combine(&rest, from, channels, true, error);
    if (status == LEADKPI_OK && !all_counts_good(&rest))
        status = lk_fail(error, LEADKPI_MISMATCH,
                         "journeys to take away: expected journeys that were added, found another");
    if (status != LEADKPI_OK)
        lk_attribution_transitions_free(&rest, memory);
    else
        replace(into, memory, &rest);
    return status;
}

/* ---- settling ------------------------------------------------------------------------------------------- */

static lk_exact_sum weight_of(int64_t count, const lk_exact_sum *part)
{
    lk_exact_sum sum = *part; /* below 2^120, so that no int64 makes it overflow */
    (void)lk_exact_sum_add_int64(&sum, count, NULL);
    return sum;
}

/* Adds a weight to `*all`; false where it is not whole or too much. */
static bool counts(int64_t count, const lk_exact_sum *part, uint64_t *all)
{
    lk_exact_sum sum = weight_of(count, part);
    if (sum.limbs[0] | sum.limbs[1] | sum.limbs[3] || sum.limbs[2] > (uint64_t)INT64_MAX - *all)
        return false;
    *all += sum.limbs[2];
    return true;
}

static bool all_count(const lk_attribution_transitions *t)
{
    uint64_t all = 0;
    bool good = true;
    for (size_t i = 0; i < cell_count(t) && good; i++) good = counts(t->cells[i], &t->parts[i], &all);
    for (size_t i = 0; i < 2 * (size_t)t->groups && good; i++)
        good = counts(t->untouched[i], &t->untouched_parts[i], &all);
    return good;
}

static void settle(int64_t *count, lk_exact_sum *part, bool whole)
{
    lk_exact_sum sum = weight_of(*count, part);
    *count = whole ? (int64_t)sum.limbs[2] : 0;
    *part = whole ? LK_EXACT_SUM_ZERO : sum;
}

void lk_attribution_transitions_settle(lk_attribution_transitions *t, lk_memory *memory)
{
    if (!t->parts) return;
    bool whole = all_count(t);
    for (size_t i = 0; i < cell_count(t); i++) settle(&t->cells[i], &t->parts[i], whole);
    for (size_t i = 0; i < 2 * (size_t)t->groups; i++)
        settle(&t->untouched[i], &t->untouched_parts[i], whole);
    if (!whole) return;
    lk_release(memory, t->parts, cell_count(t), sizeof *t->parts);
    lk_release(memory, t->untouched_parts, t->groups, 2 * sizeof *t->untouched_parts);
    t->parts = t->untouched_parts = NULL;
}

leadkpi_status lk_attribution_transitions_spill(lk_attribution_transitions *t, lk_memory *memory,
                                                leadkpi_error *error)
{
    if (!t->cells) return LEADKPI_OK;
    LK_TRY(lk_attribution_transitions_grow(t, memory, t->channel_count, true, error));
    for (size_t i = 0; i < cell_count(t); i++) settle(&t->cells[i], &t->parts[i], false);
    for (size_t i = 0; i < 2 * (size_t)t->groups; i++)
        settle(&t->untouched[i], &t->untouched_parts[i], false);
    t->steps = 0;
    return LEADKPI_OK;
}

bool lk_attribution_transitions_is_settled(const lk_attribution_transitions *t)
{
    bool settled = true;
    if (!t->parts) return true;
    for (size_t i = 0; i < cell_count(t); i++) settled &= t->cells[i] == 0;
    for (size_t i = 0; i < 2 * (size_t)t->groups; i++) settled &= t->untouched[i] == 0;
    return settled && !all_count(t);
}

/* ---- writing ------------------------------------------------------------------------------------------- */

/* Cells that are not zero, by group, row and column, each as the distance from the one before:
 * distance, count, and whether there is a part. Zero distance ends a group. */
typedef struct lk_cell_writer {
    lk_writer *writer;
    uint64_t before;
} lk_cell_writer;

static void write_cell(lk_cell_writer *cells, uint64_t place, int64_t count, const lk_exact_sum *part)
{
    bool has_part = part && !lk_exact_sum_is_zero(part);
    if (count == 0 && !has_part) return;
    lk_write_varint(cells->writer, place + 1 - cells->before);
    cells->before = place + 1;
    lk_write_varint(cells->writer, (uint64_t)count);
    lk_write_bool(cells->writer, has_part);
    if (has_part) lk_write_exact_sum(cells->writer, part);
}

/* Row `i` of a state's table (channels in order, then what follows) in memory. */
static size_t place_in(const lk_attribution_transitions *t, const uint32_t *order, size_t i)
{
    if (i >= t->channel_count) return t->capacity + (i - t->channel_count);
    return order ? order[i] : i;
}

static void write_group(const lk_attribution_transitions *t, lk_writer *writer, uint32_t group,
                        const uint32_t *order)
{
    lk_cell_writer cells = {writer, 0};
    size_t rows = t->channel_count + 1u, columns = t->channel_count + 2u;
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++) {
            size_t cell = group * lk_attribution_table_size(t) +
                          place_in(t, order, row) * (t->capacity + 2u) + place_in(t, order, column);
            write_cell(&cells, row * columns + column, t->cells[cell], t->parts ? &t->parts[cell] : NULL);
        }
    for (size_t k = 0; k < 2; k++)
        write_cell(&cells, rows * columns + k, t->untouched[2 * group + k],
                   t->parts ? &t->untouched_parts[2 * group + k] : NULL);
    lk_write_varint(writer, 0);
    for (size_t row = 0; row < rows; row++) {
        const lk_exact_sum *value = &t->values[group * (t->capacity + 1u) + place_in(t, order, row)];
        lk_write_bool(writer, !lk_exact_sum_is_zero(value));
        if (!lk_exact_sum_is_zero(value)) lk_write_exact_sum(writer, value);
    }
}

void lk_attribution_transitions_write(const lk_attribution_transitions *t, lk_writer *writer,
                                      const uint32_t *order)
{
    uint32_t channels = t->cells ? t->channel_count : 0;
    lk_write_varint(writer, channels);
    if (channels == 0) return;
    for (uint32_t group = 0; group < t->groups; group++) write_group(t, writer, group, order);
}

/* ---- reading -------------------------------------------------------------------------------------------- */

static bool read_part(lk_reader *reader, lk_exact_sum *part)
{
    *part = lk_read_exact_sum(reader);
    if (lk_reader_good(reader) && (!lk_attribution_sum_is_good(part) || lk_exact_sum_is_zero(part)))
        lk_reader_refuse(reader, "sum: expected one that is not zero and below 2^120");
    return lk_reader_good(reader);
}

/* Where a cell of the state goes; NULL `part` where the count alone is. */
static void store_cell(lk_attribution_transitions *t, uint32_t group, uint64_t place, int64_t count,
                       const lk_exact_sum *part)
{
    uint64_t columns = t->channel_count + 2u, rows = t->channel_count + 1u;
    if (place >= rows * columns) {
        size_t at = 2 * group + (size_t)(place - rows * columns);
        t->untouched[at] = count;
        if (part) t->untouched_parts[at] = *part;
        return;
    }
    size_t cell = group * lk_attribution_table_size(t) +
                  place_in(t, NULL, (size_t)(place / columns)) * (t->capacity + 2u) +
                  place_in(t, NULL, (size_t)(place % columns));
    t->cells[cell] = count;
    if (part) t->parts[cell] = *part;
}

/* What a weight brings to the sum of steps. */
static leadkpi_status read_cells(lk_attribution_transitions *t, lk_memory *memory, lk_reader *reader,
                                 uint32_t group)
{
    uint64_t cells = (t->channel_count + 1u) * (uint64_t)(t->channel_count + 2u) + 2, place = 0;
    for (;;) {
        uint64_t distance = lk_read_varint(reader);
        if (!lk_reader_good(reader) || distance == 0) return lk_reader_status(reader);
        if (distance > cells - place) return lk_reader_refuse(reader, "step: expected one of the table");
        place += distance;
        uint64_t count = lk_read_varint(reader);
        lk_exact_sum part;
        bool has_part = lk_read_bool(reader);
        if (has_part && !read_part(reader, &part)) return lk_reader_status(reader);
        if (!lk_reader_good(reader)) return lk_reader_status(reader);
        if (count > (uint64_t)(INT64_MAX - t->steps) || (count == 0 && !has_part) ||
            (has_part && lk_exact_sum_is_negative(&part)))
            return lk_reader_refuse(reader, "weight of a step: expected above 0 and below 2^63");
        if (has_part)
            LK_TRY(lk_attribution_transitions_grow(t, memory, t->channel_count, true, reader->error));
        t->steps += (int64_t)count;
        store_cell(t, group, place - 1, (int64_t)count, has_part ? &part : NULL);
    }
}

/* Whoever steps into a channel steps out of it: the models rely on it. */
static bool is_balanced(const lk_attribution_transitions *t, uint32_t group, size_t channel)
{
    size_t stride = t->capacity + 2u, table = group * lk_attribution_table_size(t);
    int64_t in = 0, out = 0;
    lk_exact_sum part_in = LK_EXACT_SUM_ZERO, part_out = LK_EXACT_SUM_ZERO;
    bool good = true;
    for (size_t i = 0; i < stride; i++) {
        bool row = i <= t->capacity;
        if (row) in += t->cells[table + i * stride + channel];
        out += t->cells[table + channel * stride + i];
        if (!t->parts) continue;
        if (row)
            good &= lk_exact_sum_add(&part_in, &t->parts[table + i * stride + channel], NULL) == LEADKPI_OK;
        good &= lk_exact_sum_add(&part_out, &t->parts[table + channel * stride + i], NULL) == LEADKPI_OK;
    }
    return good && in == out && lk_exact_sum_compare(&part_in, &part_out) == 0;
}

static leadkpi_status read_group(lk_attribution_transitions *t, lk_memory *memory, lk_reader *reader,
                                 uint32_t group)
{
    LK_TRY(read_cells(t, memory, reader, group));
    for (size_t row = 0; row <= t->channel_count; row++) {
        lk_exact_sum *value = &t->values[group * (t->capacity + 1u) + place_in(t, NULL, row)];
        if (lk_read_bool(reader) && !read_part(reader, value)) return lk_reader_status(reader);
    }
    LK_TRY(lk_reader_status(reader));
    for (size_t channel = 0; channel < t->channel_count; channel++)
        if (!is_balanced(t, group, channel))
            return lk_reader_refuse(reader, "steps into and out of a channel: expected as many");
    return LEADKPI_OK;
}

/* A state has a byte for each group and channel at least, so it cannot ask for more room than a
 * thousand times its size. */
leadkpi_status lk_attribution_transitions_read(lk_attribution_transitions *t, lk_memory *memory,
                                               lk_reader *reader)
{
    lk_attribution_transitions fresh;
    size_t channels = lk_read_count(reader, lk_attribution_groups_at(t->groups_most, 251));
    LK_TRY(lk_reader_status(reader));
    if (channels == 0) return LEADKPI_OK;
    if (channels > LK_ATTRIBUTION_SQUARE_MAX)
        return lk_reader_refuse(reader, "channels: expected at most 1024");
    lk_attribution_transitions_init(&fresh, t->groups_most);
    LK_TRY(lk_attribution_transitions_grow(&fresh, memory, channels, false, reader->error));
    leadkpi_status status = LEADKPI_OK;
    for (uint32_t group = 0; group < fresh.groups && status == LEADKPI_OK; group++)
        status = read_group(&fresh, memory, reader, group);
    if (status != LEADKPI_OK)
        lk_attribution_transitions_free(&fresh, memory);
    else
        replace(t, memory, &fresh);
    return status;
}
