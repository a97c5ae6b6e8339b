#include "journal/groups.h"

#include "base/sort.h"

/* ---- who ----------------------------------------------------------------------- */

static uint32_t segment_of(const lk_reading *r, uint32_t lead, int64_t as_of, int word, int breakdown)
{
    uint32_t found = 0;
    for (uint32_t i = lk_reading_start(r, lead); i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time > as_of) break;
        if (!entry->words[word]) continue;
        found = entry->words[word];
        if (breakdown == LK_SEGMENT_FIRST) break;
    }
    return found;
}

/* The lead's first entry of the kind; NULL without one. */
static const lk_entry *start_of(const lk_reading *r, uint32_t lead, int64_t as_of, int kind)
{
    for (uint32_t i = lk_reading_start(r, lead); i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time > as_of) break;
        if (kind == LK_ANY_KIND || entry->kind == (uint32_t)kind) return entry;
    }
    return NULL;
}

/* in: when leads may have come. */
static leadkpi_status find_members(lk_member_groups *g, int64_t as_of, lk_time_range in, int kind, int word, int breakdown,
                                   leadkpi_error *error)
{
    const lk_reading *r = g->reading;
    size_t done = 0;
    for (uint32_t lead = 0; lead < r->lead_count; lead++) {
        LK_TRY(lk_interrupted_after(&r->memory, 1 + r->ends[lead] - lk_reading_start(r, lead), &done, error));
        const lk_entry *entry = start_of(r, lead, as_of, kind);
        if (entry && entry->time >= in.from && entry->time < in.to)
            g->members[g->member_count++] =
                (lk_member){entry->time, lead, segment_of(r, lead, as_of, word, breakdown)};
    }
    for (uint32_t i = 0; i < g->member_count; i++) g->order[i] = i;
    return LEADKPI_OK;
}

/* ---- groups ---------------------------------------------------------------------- */

static uint32_t rank_of(const lk_member_groups *g, uint32_t place)
{
    return g->reading->word_rank[lk_member_at(g, place)->segment];
}

static leadkpi_status sort_by_period(lk_member_groups *g, int64_t *keys, leadkpi_error *error)
{
    lk_memory *memory = &g->reading->memory;
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    for (uint32_t i = 0; i < g->member_count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        keys[i] = lk_calendar_bucket(g->calendar, &cursor, lk_member_at(g, i)->start);
    }
    return lk_sort_int64(memory, keys, g->order, g->member_count, error);
}

/* Of equal ones as they stood. */
static leadkpi_status sort_by_segment(lk_member_groups *g, int64_t *keys, leadkpi_error *error)
{
    lk_memory *memory = &g->reading->memory;
    for (uint32_t i = 0; i < g->member_count; i++) {
        LK_TRY(lk_interrupted_at(memory, i, error));
        keys[i] = rank_of(g, i);
    }
    return lk_sort_int64(memory, keys, g->order, g->member_count, error);
}

static leadkpi_status sort_members(lk_member_groups *g, leadkpi_error *error)
{
    lk_memory *memory = &g->reading->memory;
    int64_t *keys;
    LK_TRY(lk_allocate(memory, g->member_count, sizeof *keys, &keys, error));
    leadkpi_status status = g->calendar ? sort_by_period(g, keys, error) : LEADKPI_OK;
    if (status == LEADKPI_OK && g->by_segment) status = sort_by_segment(g, keys, error);
    lk_release(memory, keys, g->member_count, sizeof *keys);
    return status;
}

static leadkpi_status put_group(lk_member_groups *g, lk_member_group group, leadkpi_error *error)
{
    if (g->count == g->capacity) {
        LK_FAIL_IF(g->capacity > UINT32_MAX / 2, error, LEADKPI_OVERFLOW,
                   "groups: expected at most 2^31, found more");
        uint32_t capacity = g->capacity ? g->capacity * 2 : 8;
        LK_TRY(lk_resize(&g->reading->memory, &g->items, g->capacity, capacity, sizeof *g->items, error));
        g->capacity = capacity;
    }
    g->items[g->count++] = group;
    return LEADKPI_OK;
}

static leadkpi_status cut(lk_member_groups *g, leadkpi_error *error)
{
    lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
    uint32_t first = 0;
    while (first < g->member_count) {
        uint32_t last = first + 1, segment = rank_of(g, first);
        int64_t start = lk_member_at(g, first)->start;
        int64_t period = g->calendar ? lk_calendar_bucket(g->calendar, &cursor, start) : 0;
        LK_TRY(lk_interrupted_at(&g->reading->memory, first, error));
        for (; last < g->member_count && (!g->by_segment || rank_of(g, last) == segment) &&
               (!g->calendar ||
                lk_calendar_bucket(g->calendar, &cursor, lk_member_at(g, last)->start) == period);
             last++)
            LK_TRY(lk_interrupted_at(&g->reading->memory, last, error));
        LK_TRY(put_group(g, (lk_member_group){first, last, false}, error));
        first = last;
    }
    return LEADKPI_OK;
}

static leadkpi_status open_calendar(lk_member_groups *g, const leadkpi_options *options,
                                    const lk_schema *schema, int calendar_at, leadkpi_error *error)
{
    lk_text grain = lk_options_get_text(options, schema, calendar_at + LK_CALENDAR_GRAIN);
    if (lk_text_equal(grain, LK_LITERAL("all"))) return LEADKPI_OK;
    return lk_calendar_create_from(&g->reading->memory, options, schema, calendar_at, &g->calendar,
                                   error);
}

leadkpi_status lk_member_groups_find(lk_reading *reading, int64_t as_of, int start_kind,
                                     int segment_word, int breakdown, bool by_segment, const leadkpi_options *options,
                                     const lk_schema *schema, int period_at,
                                     lk_member_groups *groups, leadkpi_error *error)
{
    lk_memory *memory = &reading->memory;
    uint32_t leads = reading->lead_count;
    lk_time_range in;
    *groups = (lk_member_groups){.reading = reading, .by_segment = by_segment};
    leadkpi_status status = lk_options_time_range(options, schema, period_at, period_at + 1, &in, error);
    if (status == LEADKPI_OK) status = open_calendar(groups, options, schema, period_at + 2, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, leads, sizeof *groups->members, &groups->members, error);
    if (status == LEADKPI_OK)
        status = lk_allocate(memory, leads, sizeof *groups->order, &groups->order, error);
    if (status == LEADKPI_OK)
        status = find_members(groups, as_of, in, start_kind, segment_word, breakdown, error);
    if (status == LEADKPI_OK) status = sort_members(groups, error);
    if (status == LEADKPI_OK && (groups->calendar || by_segment)) status = cut(groups, error);
    if (status == LEADKPI_OK)
        status = put_group(groups, (lk_member_group){0, groups->member_count, true}, error);
    if (status != LEADKPI_OK) lk_member_groups_free(groups);
    return status;
}

void lk_member_groups_free(lk_member_groups *g)
{
    lk_memory *memory = &g->reading->memory;
    lk_release(memory, g->members, g->reading->lead_count, sizeof *g->members);
    lk_release(memory, g->order, g->reading->lead_count, sizeof *g->order);
    lk_release(memory, g->items, g->capacity, sizeof *g->items);
    lk_calendar_free(g->calendar);
    *g = (lk_member_groups){.reading = g->reading};
}

bool lk_member_group_is_young(const lk_member_groups *g, const lk_member_group *group, int64_t as_of)
{
    if (!g->calendar || group->is_total) return false;
    return lk_calendar_end(g->calendar, lk_member_at(g, group->first)->start) > as_of;
}

/* ---- their columns ------------------------------------------------------------------ */

typedef enum { COLUMN_ROW, COLUMN_SEGMENT, COLUMN_PERIOD } text_column;

static leadkpi_status append_text(const lk_member_groups *g, const lk_member_group *group,
                                  text_column which, lk_text_builder *builder, leadkpi_error *error)
{
    char label[LK_GRAIN_LABEL_SIZE];
    if (which == COLUMN_ROW)
        return lk_text_builder_append(
            builder, group->is_total ? LK_LITERAL("total") : LK_LITERAL("segment"), error);
    if (group->is_total) return lk_text_builder_append_null(builder, error);
    const lk_member *member = lk_member_at(g, group->first);
    if (which == COLUMN_PERIOD) {
        size_t length = lk_calendar_label(g->calendar, member->start, label);
        return lk_text_builder_append(builder, (lk_text){label, length}, error);
    }
    if (!member->segment) return lk_text_builder_append_null(builder, error);
    return lk_text_builder_append(builder, lk_reading_word(g->reading, member->segment), error);
}

static leadkpi_status add_text_column(const lk_member_groups *g, const size_t *rows,
                                      leadkpi_table *table, lk_text name, text_column which,
                                      leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t row = 0; row < rows[i] && status == LEADKPI_OK; row++)
            status = append_text(g, &g->items[i], which, &builder, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_time_column(const lk_member_groups *g, const size_t *rows, size_t row_count,
                                      leadkpi_table *table, lk_text name, bool is_end,
                                      leadkpi_error *error)
{
    int64_t *values;
    size_t row = 0;
    LK_TRY(lk_table_add_timestamp(table, name, row_count, true, &values, error));
    int32_t column = leadkpi_table_column_count(table) - 1;
    for (uint32_t i = 0; i < g->count; i++)
        for (size_t left = rows[i]; left > 0; left--, row++) {
            if (g->items[i].is_total) {
                lk_table_set_null(table, column, row);
                continue;
            }
            int64_t start = lk_member_at(g, g->items[i].first)->start;
            values[row] = is_end ? lk_calendar_end(g->calendar, start)
                                 : lk_calendar_start(g->calendar, start);
        }
    return LEADKPI_OK;
}

leadkpi_status lk_member_groups_add_columns(const lk_member_groups *g, const size_t *rows,
                                            leadkpi_table *table, leadkpi_error *error)
{
    size_t row_count = 0;
    for (uint32_t i = 0; i < g->count; i++)
        LK_FAIL_IF(!lk_size_add(row_count, rows[i], &row_count), error, LEADKPI_OVERFLOW,
                   "rows of the report: more than the address space holds");
    LK_TRY(add_text_column(g, rows, table, LK_LITERAL("row"), COLUMN_ROW, error));
    if (g->by_segment)
        LK_TRY(add_text_column(g, rows, table, LK_LITERAL("segment"), COLUMN_SEGMENT, error));
    if (!g->calendar) return LEADKPI_OK;
    LK_TRY(add_time_column(g, rows, row_count, table, LK_LITERAL("period_start"), false, error));
    LK_TRY(add_time_column(g, rows, row_count, table, LK_LITERAL("period_end"), true, error));
    return add_text_column(g, rows, table, LK_LITERAL("period"), COLUMN_PERIOD, error);
}
