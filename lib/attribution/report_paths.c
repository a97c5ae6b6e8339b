#include "attribution/report.h"
#include "base/buffer.h"
#include "base/sort.h"

/* Distinct paths of members with their totals. */
typedef struct listing {
    lk_report *report;
    lk_map_text keys; /* members as uint32_t each */
    lk_path_sums *sums;
    size_t capacity;
    uint32_t *members; /* of one journey */
    size_t member_capacity;
    uint32_t *order;
    int sum; /* which is being written */
} listing;

static uint32_t length_of(const listing *l, uint32_t path)
{
    return (uint32_t)(lk_map_text_key(&l->keys, path).length / sizeof(uint32_t));
}

static leadkpi_status visit(void *context, const lk_journey *j, leadkpi_error *error)
{
    listing *l = context;
    lk_memory *m = &l->report->memory;
    uint32_t path;
    if (j->count > l->member_capacity) {
        LK_TRY(lk_resize(m, &l->members, l->member_capacity, j->count, sizeof *l->members, error));
        l->member_capacity = j->count;
    }
    for (uint32_t i = 0; i < j->count; i++)
        l->members[i] = l->report->members.of_kind[j->kinds[i]];
    lk_text key = {j->count ? (const char *)l->members : "", j->count * sizeof *l->members};
    LK_TRY(lk_attribution_grow(m, &l->sums, l->keys.count, &l->capacity, 1, sizeof *l->sums, "paths",
                               error));
    uint32_t before = l->keys.count;
    LK_TRY(lk_map_text_find_or_add(&l->keys, m, &key, 1, &path, error));
    if (path == before) memset(&l->sums[path], 0, sizeof l->sums[path]);
    for (int i = 0; i < LK_PATH_SUMS; i++)
        LK_TRY(lk_exact_sum_add(&l->sums[path].sums[i], &j->sums[i], error));
    return LEADKPI_OK;
}

/* Members are in order of their texts, so paths are too, a prefix first. */
static int compare_paths(const void *context, uint32_t a, uint32_t b)
{
    const listing *l = context;
    uint32_t x = length_of(l, a), y = length_of(l, b), shorter = x < y ? x : y;
    const char *p = lk_map_text_key(&l->keys, a).data, *q = lk_map_text_key(&l->keys, b).data;
    for (uint32_t i = 0; i < shorter; i++) {
        uint32_t u = lk_path_word(p, i), v = lk_path_word(q, i);
        if (u != v) return u < v ? -1 : 1;
    }
    return (x > y) - (x < y);
}

/* Names with " > " between; of several dimensions with " / " between those. */
static leadkpi_status append_path(const listing *l, uint32_t path, lk_buffer *text,
                                  lk_text_builder *builder, leadkpi_error *error)
{
    const char *words = lk_map_text_key(&l->keys, path).data;
    lk_buffer_truncate(text, 0);
    for (uint32_t i = 0; i < length_of(l, path); i++)
        for (uint32_t d = 0; d < l->report->members.dimension_count; d++) {
            if (i || d) lk_buffer_append_text(text, d ? LK_LITERAL(" / ") : LK_LITERAL(" > "));
            lk_buffer_append_text(text, lk_member_text(l->report, lk_path_word(words, i), d));
        }
    LK_TRY(lk_buffer_status(text, error));
    return lk_text_builder_append(builder, lk_buffer_text(text), error);
}

static leadkpi_status add_path_column(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    lk_buffer text;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    lk_buffer_init(&text, &l->report->memory);
    for (uint32_t i = 0; i < l->keys.count && status == LEADKPI_OK; i++)
        status = append_path(l, l->order[i], &text, &builder, error);
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("path"), "", error);
    lk_buffer_free(&text);
    lk_text_builder_release(&builder);
    return status;
}

static double sum_at(const void *context, size_t row)
{
    const listing *l = context;
    return lk_exact_sum_to_double(&l->sums[l->order[row]].sums[l->sum]);
}

static leadkpi_status add_columns(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"conversions", "value", "nulls"};
    static const char *const units[] = {"conversions", "currency", "journeys"};
    int64_t *length;
    LK_TRY(add_path_column(l, table, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("length"), "touches", l->keys.count, false, &length,
                              error));
    for (uint32_t i = 0; i < l->keys.count; i++) length[i] = length_of(l, l->order[i]);
    for (l->sum = 0; l->sum < LK_PATH_SUMS; l->sum++)
        LK_TRY(lk_report_add_numbers(table, names[l->sum], units[l->sum], l->keys.count, sum_at, l,
                                     error));
    return LEADKPI_OK;
}

static leadkpi_status list_all(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    lk_report *r = l->report;
    r->filter.groups = 1;
    LK_TRY(lk_walk(r->attribution, &r->filter, &r->memory, visit, l, &r->counts, error));
    LK_TRY(lk_allocate(&r->memory, l->keys.count, sizeof *l->order, &l->order, error));
    for (uint32_t i = 0; i < l->keys.count; i++) l->order[i] = i;
    LK_TRY(lk_sort_indexes(&r->memory, l->order, l->keys.count, compare_paths, l, error));
    return add_columns(l, table, error);
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    listing l = {.report = report};
    leadkpi_status status = list_all(&l, table, error);
    lk_memory *m = &report->memory;
    lk_release(m, l.order, l.keys.count, sizeof *l.order);
    lk_release(m, l.sums, l.capacity, sizeof *l.sums);
    lk_release(m, l.members, l.member_capacity, sizeof *l.members);
    lk_map_text_free(&l.keys, m);
    return status;
}

leadkpi_status leadkpi_attribution_paths(const leadkpi_attribution *attribution,
                                         const leadkpi_options *options, leadkpi_table **out,
                                         leadkpi_error *error)
{
    return lk_report_run(attribution, options, false, fill, out, error);
}
