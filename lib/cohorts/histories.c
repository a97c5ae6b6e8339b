/* histories.c: the customers of a handle as a table that models are fitted to, with their dimensions. */
#include "cohorts/buyers.h"
#include "cohorts/columns.h"
#include "cohorts/schemas.h"

enum { RULE = LK_VIEW_OPTION_COUNT, OPTION_COUNT = RULE + LK_HISTORY_OPTION_COUNT };

static const lk_option histories_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    LK_HISTORY_OPTIONS(RULE),
};

const lk_schema lk_cohorts_histories_schema = {"cohorts_histories",
                                               "Histories of the customers that bought, for the models "
                                               "of lifetimes.",
                                               histories_options, OPTION_COUNT};

typedef struct dimension {
    const lk_view *view;
    const lk_buyers *buyers;
    size_t index;
} dimension;

static lk_text dimension_name(const lk_view *v, size_t index)
{
    return lk_options_list_item(v->options, v->schema, v->first + LK_VIEW_BY, index);
}

static lk_text value_of(const dimension *d, uint32_t segment)
{
    const lk_view *v = d->view;
    uint32_t number = v->segment_tuples[segment];
    if (!number) return (lk_text){NULL, 0};
    return lk_tuple_find(lk_map_text_key(&v->cohorts->store->tuples, number - 1),
                         dimension_name(v, d->index));
}

static leadkpi_status add_dimension(const dimension *d, leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < d->buyers->count && status == LEADKPI_OK; i++) {
        lk_text text = value_of(d, d->buyers->items[i].segment);
        status = text.data ? lk_text_builder_append(&builder, text, error)
                           : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, dimension_name(d->view, d->index), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_ids(lk_view *v, const lk_buyers *b, leadkpi_table *table, leadkpi_error *error)
{
    static const lk_lead_ids nobody;
    uint32_t *order;
    LK_TRY(lk_allocate(&v->memory, b->count, sizeof *order, &order, error));
    for (size_t i = 0; i < b->count; i++) order[i] = b->items[i].customer;
    const lk_lead_ids *ids = v->cohorts->store ? &v->cohorts->store->ids : &nobody;
    leadkpi_status status = lk_lead_ids_add_column(ids, table, order, b->count, error);
    lk_release(&v->memory, order, b->count, sizeof *order);
    return status;
}

static leadkpi_status fill_table(lk_view *v, const lk_buyers *b, leadkpi_table *table,
                                 leadkpi_error *error)
{
    lk_history_columns columns;
    LK_TRY(add_ids(v, b, table, error));
    for (size_t i = 0; i < v->dimension_count; i++)
        LK_TRY(add_dimension(&(dimension){v, b, i}, table, error));
    LK_TRY(lk_history_add_columns(table, b->count, true, &columns, error));
    for (size_t i = 0; i < b->count; i++) lk_history_put(&columns, i, &b->items[i].row);
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_view *v, void *context, leadkpi_table *table, leadkpi_error *error)
{
    lk_buyers buyers;
    (void)context;
    leadkpi_status status = lk_buyers_open(v, RULE, NULL, NULL, &buyers, error);
    if (status == LEADKPI_OK) status = fill_table(v, &buyers, table, error);
    lk_buyers_close(v, &buyers);
    return status;
}

leadkpi_status leadkpi_cohorts_histories(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                         leadkpi_table **out, leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_histories_schema, 0, fill, NULL, out, error);
}
