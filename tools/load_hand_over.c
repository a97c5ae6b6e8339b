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

static bool names_row(leadkpi_status status, const leadkpi_error *error, size_t count)
{
    return status == LEADKPI_BAD_DATA && error->row >= 0 && (size_t)error->row < count;
}

static int refused(const loader *l, const batch *rows, size_t from, size_t to, const leadkpi_error *error)
{
    size_t row = error->row >= 0 && (size_t)error->row < to - from ? from + (size_t)error->row : from;
    return trouble_set(l->why, TOOL_DATA, "%s:%lld: %s", l->in.name, (long long)rows->lines[row],
                       message_without_row(error));
}

/* Rows behind one that was refused are tried a few at a time, as the next is often bad, too. */
#define ROWS_BEHIND_A_BAD_ONE 16

/* The library takes a table or refuses it with the row that is bad. That row is left out and told; those before and
 * behind it go in.
 *
 * Cost: one table a batch; for each bad row one more of at most 16, and then some of twice as many each. Where all
 * are bad, a table of all the rest for each of them would be work in the square of the batch. */
int load_flush(loader *l, table_kind kind, batch *rows)
{
    size_t from = 0, span = rows->row_count;
    while (from < rows->row_count) {
        leadkpi_error error;
        size_t to = span < rows->row_count - from ? from + span : rows->row_count;
        leadkpi_status status = add_range(l, kind, rows, from, to, &error);
        if (status == LEADKPI_OK) {
            from = to;
            span *= 2;
            continue;
        }
        if (!names_row(status, &error, to - from)) return refused(l, rows, from, to, &error);
        size_t bad = from + (size_t)error.row;
        TOOL_TRY(skips_report(l->run, l->in.name, rows->lines[bad], NULL, message_without_row(&error), "", l->why));
        if (bad > from && add_range(l, kind, rows, from, bad, &error) != LEADKPI_OK)
            return refused(l, rows, from, bad, &error);
        from = bad + 1;
        span = ROWS_BEHIND_A_BAD_ONE;
    }
    batch_clear(rows);
    return TOOL_GOOD;
}
