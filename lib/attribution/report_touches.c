/* report_touches.c: credit by touch. */
#include "attribution/report.h"
#include "base/sort.h"

typedef struct touch_row {
    lk_exact_sum credit[2];
    int64_t conversion_time, time;
    uint32_t unit, type, kind, model; /* kind: LK_MAP_NONE where no touch can claim it */
} touch_row;

typedef struct listing {
    lk_report *report;
    touch_row *rows;
    size_t count, capacity;
    lk_touch_room room;
    uint32_t dimension;
    uint32_t *unit_rank; /* by unit: its place in order of ids */
    int kind;            /* of the number that is being written */
} listing;

static leadkpi_status put(listing *l, const lk_journey *j, size_t model, uint32_t touch,
                          uint64_t share, leadkpi_error *error)
{
    lk_memory *m = &l->report->memory;
    if (l->count == l->capacity) {
        size_t more = l->capacity ? l->capacity * 2 : 64;
        LK_TRY(lk_resize(m, &l->rows, l->capacity, more, sizeof *l->rows, error));
        l->capacity = more;
    }
    touch_row *row = &l->rows[l->count++];
    memset(row, 0, sizeof *row);
    row->conversion_time = j->time;
    row->unit = j->unit;
    row->type = j->type;
    row->model = (uint32_t)model;
    row->kind = touch == LK_MAP_NONE ? LK_MAP_NONE : j->kinds[touch];
    row->time = touch == LK_MAP_NONE ? 0 : j->times[touch];
    lk_credit_add(&row->credit[0], &j->sums[LK_PATH_CONVERSIONS], share);
    lk_credit_add(&row->credit[1], &j->sums[LK_PATH_VALUE], share);
    return LEADKPI_OK;
}

static leadkpi_status put_model(listing *l, const lk_journey *j, size_t index,
                                leadkpi_error *error)
{
    const lk_model *model = &l->report->models[index];
    int64_t milestones[LK_MILESTONES_MAX];
    bool any = false;
    lk_journey_milestones(model, j, milestones);
    lk_rule_journey journey = {model->rule.participation ? l->room.members : l->room.channels, j->times,
                               milestones, j->count, 0};
    lk_rule_shares(&model->rule, &journey, &l->room.scratch, l->room.shares);
    for (uint32_t i = 0; i < j->count; i++) {
        if (!l->room.shares[i]) continue;
        any = true;
        LK_TRY(put(l, j, index, i, l->room.shares[i], error));
    }
    return any ? LEADKPI_OK : put(l, j, index, LK_MAP_NONE, LK_SHARE_ONE, error);
}

static leadkpi_status visit(void *context, const lk_journey *j, leadkpi_error *error)
{
    listing *l = context;
    bool is_null = lk_exact_sum_is_zero(&j->sums[LK_PATH_CONVERSIONS]) &&
                   lk_exact_sum_is_zero(&j->sums[LK_PATH_VALUE]);
    if (j->unit == LK_MAP_NONE || is_null) return LEADKPI_OK;
    LK_TRY(lk_touch_room_reserve(&l->room, &l->report->memory, j->count ? j->count : 1,
                                 lk_report_texts(l->report)->count, l->report->members.count, error));
    for (uint32_t i = 0; i < j->count; i++) {
        l->room.channels[i] = lk_kind_text(l->report->attribution->store, j->kinds[i], 0);
        l->room.members[i] = l->report->members.of_kind[j->kinds[i]];
    }
    for (size_t model = 0; model < l->report->model_count; model++)
        LK_TRY(put_model(l, j, model, error));
    return LEADKPI_OK;
}

/* ---- order ------------------------------------------------------------------------------- */

static int compare_rows(const void *context, uint32_t a, uint32_t b)
{
    const listing *l = context;
    uint32_t x = l->unit_rank[l->rows[a].unit], y = l->unit_rank[l->rows[b].unit];
    return (x > y) - (x < y);
}

/* By id; within one they come in order from the walk. */
static leadkpi_status order_rows(listing *l, uint32_t **order, leadkpi_error *error)
{
    lk_memory *m = &l->report->memory;
    const lk_lead_ids *ids = &l->report->attribution->store->ids;
    uint32_t units = lk_lead_ids_count(ids), *by_id;
    LK_FAIL_IF(l->count > LK_ATTRIBUTION_ROWS_MAX, error, LEADKPI_OVERFLOW,
               "touches: expected at most 2^32 - 2 rows");
    LK_TRY(lk_allocate(m, units, sizeof *l->unit_rank, &l->unit_rank, error));
    LK_TRY(lk_allocate(m, l->count, sizeof **order, order, error));
    LK_TRY(lk_allocate(m, units, sizeof *by_id, &by_id, error));
    leadkpi_status status = lk_lead_ids_sort(ids, m, by_id, error);
    for (uint32_t i = 0; i < units && status == LEADKPI_OK; i++) l->unit_rank[by_id[i]] = i;
    lk_release(m, by_id, units, sizeof *by_id);
    for (uint32_t i = 0; i < l->count; i++) (*order)[i] = i;
    if (status == LEADKPI_OK)
        status = lk_sort_indexes(m, *order, l->count, compare_rows, l, error);
    return status;
}

/* ---- columns -------------------------------------------------------------------------------- */

typedef struct view {
    listing *listing;
    const uint32_t *order;
} view;

static const touch_row *row_of(const view *v, size_t row)
{
    return &v->listing->rows[v->order[row]];
}

static lk_text type_at(const void *context, size_t row, bool *is_null)
{
    const view *v = context;
    (void)is_null;
    return lk_map_text_key(lk_report_texts(v->listing->report), row_of(v, row)->type);
}

static lk_text model_at(const void *context, size_t row, bool *is_null)
{
    const view *v = context;
    (void)is_null;
    return v->listing->report->models[row_of(v, row)->model].name;
}

static lk_text dimension_at(const void *context, size_t row, bool *is_null)
{
    const view *v = context;
    const lk_attribution_store *store = v->listing->report->attribution->store;
    uint32_t kind = row_of(v, row)->kind;
    *is_null = kind == LK_MAP_NONE;
    if (*is_null) return LK_LITERAL("");
    return lk_report_name(v->listing->report, lk_kind_text(store, kind, v->listing->dimension));
}

static double credit_at(const void *context, size_t row)
{
    const view *v = context;
    return lk_exact_sum_to_double(&row_of(v, row)->credit[v->listing->kind]);
}

static leadkpi_status add_ids(const view *v, leadkpi_table *table, leadkpi_error *error)
{
    listing *l = v->listing;
    uint32_t *units;
    LK_TRY(lk_allocate(&l->report->memory, l->count, sizeof *units, &units, error));
    for (size_t i = 0; i < l->count; i++) units[i] = row_of(v, i)->unit;
    const lk_attribution_store *store = l->report->attribution->store;
    static const lk_lead_ids no_ids = {0};
    leadkpi_status status =
        lk_lead_ids_add_column(store ? &store->ids : &no_ids, table, units, l->count, error);
    lk_release(&l->report->memory, units, l->count, sizeof *units);
    return status;
}

static leadkpi_status add_columns(const view *v, leadkpi_table *table, leadkpi_error *error)
{
    listing *l = v->listing;
    const leadkpi_attribution *a = l->report->attribution;
    int64_t *conversion, *touch;
    LK_TRY(add_ids(v, table, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("conversion_time"), l->count, false,
                                  &conversion, error));
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("type"), l->count, type_at, v, error));
    LK_TRY(lk_table_add_timestamp(table, LK_LITERAL("touch_time"), l->count, true, &touch, error));
    for (size_t i = 0; i < l->count; i++) {
        conversion[i] = row_of(v, i)->conversion_time;
        touch[i] = row_of(v, i)->time;
        if (row_of(v, i)->kind == LK_MAP_NONE) lk_report_set_null(table, i);
    }
    for (l->dimension = 0; l->dimension < a->rule.dimension_count; l->dimension++)
        LK_TRY(lk_report_add_texts(table, lk_attribution_dimension(a, l->dimension), l->count,
                                   dimension_at, v, error));
    LK_TRY(lk_report_add_texts(table, LK_LITERAL("model"), l->count, model_at, v, error));
    l->kind = 0;
    LK_TRY(lk_report_add_numbers(table, "conversions", "conversions", l->count, credit_at, v, error));
    l->kind = 1;
    return lk_report_add_numbers(table, "value", "currency", l->count, credit_at, v, error);
}

static leadkpi_status list_all(listing *l, leadkpi_table *table, leadkpi_error *error)
{
    lk_report *r = l->report;
    uint32_t *order = NULL;
    r->filter.groups = 1; /* in order of arrival of the units, then sorted by id */
    LK_TRY(lk_walk(r->attribution, &r->filter, &r->memory, visit, l, &r->counts, error));
    leadkpi_status status = r->attribution->store ? order_rows(l, &order, error) : LEADKPI_OK;
    if (status == LEADKPI_OK) status = add_columns(&(view){l, order}, table, error);
    lk_release(&r->memory, order, l->count, sizeof *order);
    return status;
}

static leadkpi_status fill(lk_report *report, leadkpi_table *table, leadkpi_error *error)
{
    listing l = {.report = report};
    for (size_t i = 0; i < report->model_count; i++)
        LK_FAIL_IF(report->models[i].family != LK_FAMILY_RULE, error, LEADKPI_CONTRADICTION,
                   "models: expected rules, which give credit to single touches, found \"%.*s\"",
                   LK_TEXT_ARGS(report->models[i].name));
    leadkpi_status status = list_all(&l, table, error);
    lk_memory *m = &report->memory;
    if (l.unit_rank)
        lk_release(m, l.unit_rank, lk_lead_ids_count(&report->attribution->store->ids),
                   sizeof *l.unit_rank);
    lk_release(m, l.rows, l.capacity, sizeof *l.rows);
    lk_touch_room_free(&l.room, m);
    return status;
}

leadkpi_status leadkpi_attribution_touches(const leadkpi_attribution *attribution,
                                           const leadkpi_options *options, leadkpi_table **out,
                                           leadkpi_error *error)
{
    return lk_report_run(attribution, options, true, fill, out, error);
}
