/* contracts_report.c: how many contracts were renewed how often: what the models of contracts are fitted to.
 *
 * Contracts of which equally many renewals were due are a cohort: of each of them it is known whether it was
 * renewed every time. A contract that ended before its last period was over is one of those that were there
 * after the last renewal due: the rest of its cohort may still end in that period too. */
#include "base/sort.h"
#include "cohorts/columns.h"
#include "cohorts/contracts.h"
#include "cohorts/schemas.h"

enum { RENEWAL = LK_VIEW_OPTION_COUNT, ZONE, OPTION_COUNT = ZONE + LK_ZONE_OPTION_COUNT };

static const lk_option contracts_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    LK_RENEWAL_OPTION(RENEWAL),
    LK_ZONE_OPTIONS(ZONE),
};

const lk_schema lk_cohorts_contracts_schema = {"cohorts_contracts",
                                               "Contracts and their renewals, for the models of contracts.",
                                               contracts_options, OPTION_COUNT};

typedef struct item {
    lk_contract contract;
    uint32_t segment;
} item;

typedef struct line {
    lk_head head;
    int64_t cohort, period, alive;
} line;

typedef struct contracts {
    lk_view *view;
    lk_contract_rule rule;
    item *items;
    size_t count, capacity;
    line *lines;
    size_t line_count, line_capacity;
    leadkpi_status status; /* of the visit */
    leadkpi_error *error;
} contracts;

/* ---- contracts ------------------------------------------------------------------------------- */

static leadkpi_status put_item(contracts *c, const item *i, leadkpi_error *error)
{
    LK_FAIL_IF(i->contract.due > LK_RENEWALS_MOST, error, LEADKPI_OVERFLOW,
               "renewal: expected at most %d renewals of a contract up to as_of; take a longer one", LK_RENEWALS_MOST);
    if (c->count == c->capacity) {
        size_t wider = c->capacity ? c->capacity * 2 : 64;
        LK_TRY(lk_resize(&c->view->memory, &c->items, c->capacity, wider, sizeof *c->items, error));
        c->capacity = wider;
    }
    c->items[c->count++] = *i;
    return LEADKPI_OK;
}

static void see_customer(void *context, uint32_t customer)
{
    contracts *c = context;
    int64_t begins, ends;
    lk_contracts_walk walk = {{lk_view_events(c->view, customer), 0, 0}, c->view->acquired[customer]};
    while (c->status == LEADKPI_OK && lk_contracts_next(&walk, &begins, &ends)) {
        item i = {lk_contract_of(&c->rule, begins, ends), c->view->segments[customer]};
        c->status = put_item(c, &i, c->error);
    }
}

static int compare_items(const void *context, uint32_t a, uint32_t b)
{
    const item *x = (const item *)context + a, *y = (const item *)context + b;
    if (x->segment != y->segment) return x->segment < y->segment ? -1 : 1;
    return (x->contract.due > y->contract.due) - (x->contract.due < y->contract.due);
}

/* ---- cohorts ---------------------------------------------------------------------------------- */

static leadkpi_status put_lines(contracts *c, const uint32_t *order, size_t count, int64_t cohort,
                                leadkpi_error *error)
{
    const item *first = &c->items[order[0]];
    size_t rows = (size_t)first->contract.due + 1, wider = c->line_capacity;
    if (c->line_count + rows > wider) {
        wider = c->line_count + rows > 2 * wider ? c->line_count + rows : 2 * wider;
        LK_TRY(lk_resize(&c->view->memory, &c->lines, c->line_capacity, wider, sizeof *c->lines, error));
        c->line_capacity = wider;
    }
    line *lines = c->lines + c->line_count;
    for (size_t i = 0; i < rows; i++)
        lines[i] = (line){{LK_HEAD_COHORT, first->segment, 0}, cohort, (int64_t)i, i ? 0 : (int64_t)count};
    for (size_t i = 0; i < count; i++) {
        int64_t lost = c->items[order[i]].contract.lost;
        if (lost) lines[lost].alive--;
    }
    for (size_t i = 1; i < rows; i++) lines[i].alive += lines[i - 1].alive;
    c->line_count += rows;
    return lk_interrupted(&c->view->memory, error);
}

static leadkpi_status put_cohorts(contracts *c, const uint32_t *order, leadkpi_error *error)
{
    int64_t cohort = 0;
    for (size_t first = 0, last; first < c->count; first = last, cohort++) {
        for (last = first + 1; last < c->count && !compare_items(c->items, order[first], order[last]); last++) {}
        LK_TRY(put_lines(c, order + first, last - first, cohort, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status find(contracts *c, leadkpi_error *error)
{
    uint32_t *order;
    c->error = error;
    LK_TRY(lk_contract_rule_open(c->view, RENEWAL, ZONE, &c->rule, error));
    LK_TRY(lk_view_visit(c->view, see_customer, c, error));
    LK_TRY(c->status);
    LK_TRY(lk_allocate(&c->view->memory, c->count, sizeof *order, &order, error));
    for (size_t i = 0; i < c->count; i++) order[i] = (uint32_t)i;
    leadkpi_status status = lk_sort_indexes(&c->view->memory, order, c->count, compare_items, c->items, error);
    if (status == LEADKPI_OK) status = put_cohorts(c, order, error);
    lk_release(&c->view->memory, order, c->count, sizeof *order);
    return status;
}

/* ---- the table ---------------------------------------------------------------------------------- */

static int64_t cohort_at(const void *x, size_t row)
{
    return ((const contracts *)x)->lines[row].cohort;
}

static int64_t period_at(const void *x, size_t row)
{
    return ((const contracts *)x)->lines[row].period;
}

static int64_t alive_at(const void *x, size_t row)
{
    return ((const contracts *)x)->lines[row].alive;
}

static leadkpi_status fill_table(contracts *c, leadkpi_table *table, leadkpi_error *error)
{
    lk_head *heads;
    size_t rows = c->line_count;
    LK_TRY(lk_allocate(&c->view->memory, rows, sizeof *heads, &heads, error));
    for (size_t i = 0; i < rows; i++) heads[i] = c->lines[i].head;
    leadkpi_status status = lk_view_add_heads(c->view, NULL, false, heads, rows, 1, table, error);
    lk_release(&c->view->memory, heads, rows, sizeof *heads);
    if (status == LEADKPI_OK) status = lk_add_counts(table, "cohort", "", rows, cohort_at, c, error);
    if (status == LEADKPI_OK) status = lk_add_counts(table, "period", "", rows, period_at, c, error);
    if (status == LEADKPI_OK) status = lk_add_counts(table, "alive", "contracts", rows, alive_at, c, error);
    return status;
}

static leadkpi_status fill(lk_view *v, void *context, leadkpi_table *table, leadkpi_error *error)
{
    contracts c = {.view = v};
    (void)context;
    leadkpi_status status = find(&c, error);
    if (status == LEADKPI_OK) status = fill_table(&c, table, error);
    lk_release(&v->memory, c.lines, c.line_capacity, sizeof *c.lines);
    lk_release(&v->memory, c.items, c.capacity, sizeof *c.items);
    lk_contract_rule_close(&c.rule);
    return status;
}

leadkpi_status leadkpi_cohorts_contracts(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                         leadkpi_table **out, leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_contracts_schema, 0, fill, NULL, out, error);
}
