#include "load_parts.h"

#include "settings.h"
#include "skips.h"

static leadkpi_status hand_over_responses(leadkpi_responses *to, table_kind kind,
                                          const leadkpi_table *table, leadkpi_error *error)
{
    if (kind == TABLE_LEADS) return leadkpi_responses_add_leads(to, table, NULL, 0, error);
    if (kind == TABLE_RESPONSES) return leadkpi_responses_add(to, table, NULL, 0, error);
    return leadkpi_responses_add_conversions(to, table, NULL, 0, error);
}

static leadkpi_status hand_over(loader *l, table_kind kind, const leadkpi_table *table,
                                leadkpi_error *error)
{
    leadkpi_campaigns *c = l->run->campaigns;
    if (l->run->funnel) return leadkpi_funnel_add(l->run->funnel, table, NULL, 0, error);
    if (l->run->stages) return leadkpi_stages_add(l->run->stages, table, NULL, 0, error);
    if (l->run->responses) return hand_over_responses(l->run->responses, kind, table, error);
    switch (kind) {
    case TABLE_LEADS:
        return leadkpi_campaigns_add_leads(c, table, NULL, 0, error);
    case TABLE_STAGES:
        return leadkpi_campaigns_add_stages(c, table, NULL, 0, error);
    case TABLE_COSTS:
        return leadkpi_campaigns_add_costs(c, table, NULL, 0, error);
    case TABLE_RESPONSES:
        return leadkpi_campaigns_add_responses(c, table, NULL, 0, error);
    default:
        return leadkpi_campaigns_add_measures(c, table, NULL, 0, error);
    }
}

static leadkpi_status add_range(loader *l, table_kind kind, batch *rows, size_t from, size_t to,
                                leadkpi_error *error)
{
    leadkpi_table *table = NULL;
    leadkpi_status status = batch_table(rows, from, to, &table, error);
    if (status == LEADKPI_OK) status = hand_over(l, kind, table, error);
    leadkpi_table_free(table);
    return status;
}

/* The library takes a table or refuses it with the row that is bad. That row is
 * left out and told; those before and behind it go in. */
int load_flush(loader *l, table_kind kind, batch *rows)
{
    size_t from = 0;
    while (from < rows->row_count) {
        leadkpi_error error;
        leadkpi_status status = add_range(l, kind, rows, from, rows->row_count, &error);
        if (status == LEADKPI_OK) break;
        if (status != LEADKPI_BAD_DATA || error.row < 0 ||
            (size_t)error.row >= rows->row_count - from) {
            size_t row = error.row >= 0 && (size_t)error.row < rows->row_count - from
                             ? (size_t)error.row
                             : 0;
            return trouble_set(l->why, TOOL_DATA, "%s:%lld: %s", l->in.name,
                               (long long)rows->lines[from + row], message_without_row(&error));
        }
        size_t bad = from + (size_t)error.row;
        TOOL_TRY(
            skips_report(l->run, l->in.name, rows->lines[bad], NULL, message_without_row(&error), "", l->why));
        if (bad > from && add_range(l, kind, rows, from, bad, &error) != LEADKPI_OK)
            return trouble_set(l->why, TOOL_DATA, "%s: %s", l->in.name, error.message);
        from = bad + 1;
    }
    batch_clear(rows);
    return TOOL_GOOD;
}
