/* heads.c: the columns that say what a row of a report is about. */
#include "cohorts/view.h"

typedef struct heads {
    const lk_view *view;
    const lk_calendar *calendar;
    const lk_head *items;
    size_t count, rows_a_head;
    leadkpi_table *table;
} heads;

enum { COLUMN_ROW = -2, COLUMN_PERIOD = -1 }; /* else the number of a dimension */

static lk_text row_name(int32_t what)
{
    switch (what) {
    case LK_HEAD_COHORT:
        return LK_LITERAL("cohort");
    case LK_HEAD_PERIOD:
        return LK_LITERAL("period");
    case LK_HEAD_SEGMENT:
        return LK_LITERAL("segment");
    default:
        return LK_LITERAL("total");
    }
}

static bool has_period(const lk_head *head)
{
    return head->what == LK_HEAD_COHORT || head->what == LK_HEAD_PERIOD ||
           head->what == LK_HEAD_PERIOD_TOTAL;
}

static lk_text dimension_name(const lk_view *v, int column)
{
    return lk_options_list_item(v->options, v->schema, v->first + LK_VIEW_BY, (size_t)column);
}

/* data is NULL for a null cell. */
static lk_text cell(const heads *h, const lk_head *head, int column, char label[LK_GRAIN_LABEL_SIZE])
{
    const lk_view *v = h->view;
    if (column == COLUMN_ROW) return row_name(head->what);
    if (column == COLUMN_PERIOD) {
        if (!has_period(head)) return (lk_text){NULL, 0};
        return (lk_text){label, lk_calendar_label(h->calendar, head->start, label)};
    }
    if (head->what == LK_HEAD_TOTAL || head->what == LK_HEAD_PERIOD_TOTAL) return (lk_text){NULL, 0};
    uint32_t number = v->segment_tuples[head->segment];
    if (!number) return (lk_text){NULL, 0};
    return lk_tuple_find(lk_map_text_key(&v->cohorts->store->tuples, number - 1),
                         dimension_name(v, column));
}

static leadkpi_status add_text(const heads *h, lk_text name, int column, leadkpi_error *error)
{
    char label[LK_GRAIN_LABEL_SIZE];
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, h->table);
    for (size_t i = 0; i < h->count; i++) {
        lk_text text = cell(h, &h->items[i], column, label);
        for (size_t row = 0; row < h->rows_a_head && status == LEADKPI_OK; row++)
            status = text.data ? lk_text_builder_append(&builder, text, error)
                               : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_time(const heads *h, lk_text name, bool is_end, leadkpi_error *error)
{
    int64_t *values;
    LK_TRY(lk_table_add_timestamp(h->table, name, h->count * h->rows_a_head, true, &values, error));
    for (size_t i = 0; i < h->count; i++)
        for (size_t row = i * h->rows_a_head; row < (i + 1) * h->rows_a_head; row++) {
            const lk_head *head = &h->items[i];
            if (!has_period(head)) lk_cohorts_null(h->table, row);
            else values[row] = is_end ? lk_calendar_end(h->calendar, head->start)
                                      : lk_calendar_start(h->calendar, head->start);
        }
    return LEADKPI_OK;
}

leadkpi_status lk_view_add_heads(const lk_view *view, const lk_calendar *calendar,
                                 bool is_cohort, const lk_head *items, size_t head_count,
                                 size_t rows_a_head, leadkpi_table *table, leadkpi_error *error)
{
    heads h = {view, calendar, items, head_count, rows_a_head, table};
    size_t rows;
    LK_FAIL_IF(!lk_size_multiply(head_count, rows_a_head, &rows) || rows > LK_ROW_COUNT_MAX, error,
               LEADKPI_OVERFLOW, "report: expected fewer rows; take a longer grain or fewer ages");
    LK_TRY(add_text(&h, LK_LITERAL("row"), COLUMN_ROW, error));
    for (size_t i = 0; i < view->dimension_count; i++)
        LK_TRY(add_text(&h, dimension_name(view, (int)i), (int)i, error));
    if (!calendar) return LEADKPI_OK;
    LK_TRY(add_time(&h, is_cohort ? LK_LITERAL("cohort_start") : LK_LITERAL("period_start"), false,
                    error));
    LK_TRY(add_time(&h, is_cohort ? LK_LITERAL("cohort_end") : LK_LITERAL("period_end"), true, error));
    return add_text(&h, is_cohort ? LK_LITERAL("cohort") : LK_LITERAL("period"), COLUMN_PERIOD, error);
}
