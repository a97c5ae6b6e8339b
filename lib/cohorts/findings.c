/* What is odd in the data: counted, with one example each, and never hidden. */
#include "base/format.h"
#include "base/sort.h"
#include "cohorts/columns.h"
#include "cohorts/lives.h"
#include "cohorts/schemas.h"

enum {
    CUSTOMERS_WITHOUT_ACQUISITION,
    DUPLICATE_ACQUISITIONS,
    CUSTOMERS_WITHOUT_DIMENSION,
    ROWS_BEFORE_ACQUISITION,
    ROWS_AFTER_AS_OF,
    EQUAL_ACTIVITY_ROWS,
    EQUAL_REVENUE_ROWS,
    REFUNDS,
    REFUNDS_ABOVE_PAYMENTS,
    SUBSCRIPTION_CHANGES_AT_ONE_TIME,
    SUBSCRIPTION_CHANGES_WITHOUT_CHANGE,
    REPEATED_OUTCOMES,
    OUTCOMES_WITHOUT_DEFAULT,
    FINDING_COUNT
};

/* Names are stable; append only. */
static const struct {
    const char *name;
    const char *meaning;
} findings[FINDING_COUNT] = {
    [CUSTOMERS_WITHOUT_ACQUISITION] = {"customers_without_acquisition",
                                       "customers with rows but none of an acquisition; "
                                       "acquired=first_event takes their first row for it"},
    [DUPLICATE_ACQUISITIONS] = {"duplicate_acquisitions",
                                "acquisition rows whose customer has an earlier one; the first counts"},
    [CUSTOMERS_WITHOUT_DIMENSION] = {"customers_without_dimension",
                                     "acquired customers without a value of a dimension of the report; "
                                     "they stand in rows of their own"},
    [ROWS_BEFORE_ACQUISITION] = {"rows_before_acquisition",
                                 "rows dated before their customer's acquisition; they count for no cohort, "
                                 "but for a subscription that is in force at the acquisition, and what lies in "
                                 "its period where ages go by the calendar"},
    [ROWS_AFTER_AS_OF] = {"rows_after_as_of", "rows after the report's time; not counted"},
    [EQUAL_ACTIVITY_ROWS] = {"equal_activity_rows",
                             "activity rows of the same customer and time as another; each is an event"},
    [EQUAL_REVENUE_ROWS] = {"equal_revenue_rows",
                            "revenue rows of the same customer, time and amount as another; each counts"},
    [REFUNDS] = {"refunds", "revenue rows below zero; they reduce the revenue"},
    [REFUNDS_ABOVE_PAYMENTS] = {"refunds_above_payments",
                                "customers whose refunds are larger than what they paid"},
    [SUBSCRIPTION_CHANGES_AT_ONE_TIME] = {"subscription_changes_at_one_time",
                                          "subscription changes of a customer at the same time as "
                                          "another; the highest mrr counts"},
    [SUBSCRIPTION_CHANGES_WITHOUT_CHANGE] = {"subscription_changes_without_change",
                                             "subscription rows that repeat the mrr which held before"},
    [REPEATED_OUTCOMES] = {"repeated_outcomes",
                           "outcomes of a customer after its first; the first that is not before the "
                           "acquisition counts"},
    [OUTCOMES_WITHOUT_DEFAULT] = {"outcomes_without_won",
                                  "outcomes, none of them called " LK_LIVES_DEFAULT_OUTCOME ", which survival "
                                  "and conversion look for where the option outcomes names no other"},
};

#define NO_CUSTOMER LK_MAP_NONE

typedef struct search {
    const lk_view *view;
    const uint32_t *rank; /* of customers by their ids */
    bool lacks_default;   /* nobody has the default outcome, at any time */
    int64_t counts[FINDING_COUNT];
    uint32_t examples[FINDING_COUNT]; /* the customer of least id */
    int rows[FINDING_COUNT];          /* the findings that there are */
} search;

static void note(search *s, int what, int64_t count, uint32_t customer)
{
    if (count == 0) return;
    if (s->examples[what] == NO_CUSTOMER || s->rank[customer] < s->rank[s->examples[what]])
        s->examples[what] = customer;
    s->counts[what] += count;
}

/* ---- looking --------------------------------------------------------------------- */

static bool is_equal(const lk_cohorts_event *a, const lk_cohorts_event *b)
{
    return a->time == b->time && a->kind == b->kind && a->content == b->content &&
           a->value_kind == b->value_kind;
}

static void look_at_money(search *s, uint32_t customer, const lk_cohorts_event *event, lk_exact_sum *paid)
{
    note(s, REFUNDS, lk_cohorts_sign(event) < 0, customer);
    lk_value_add_to(lk_cohorts_value(event), paid);
}

/* `last` is the subscription row before, or NULL. */
static void look_at_change(search *s, uint32_t customer, const lk_cohorts_event *last,
                           const lk_cohorts_event *event)
{
    bool same = last && last->content == event->content && last->value_kind == event->value_kind;
    if (last && last->time == event->time) note(s, SUBSCRIPTION_CHANGES_AT_ONE_TIME, 1, customer);
    else note(s, SUBSCRIPTION_CHANGES_WITHOUT_CHANGE, same, customer);
}

static void look_at_events(search *s, uint32_t customer)
{
    lk_events_of events = lk_view_events(s->view, customer);
    int64_t kinds[LK_COHORTS_KIND_COUNT] = {0}, acquired = s->view->acquired[customer];
    const lk_cohorts_event *change = NULL;
    lk_exact_sum paid = LK_EXACT_SUM_ZERO;
    for (uint32_t i = 0; i < events.count; i++) {
        const lk_cohorts_event *event = &events.items[i];
        bool equal = i > 0 && is_equal(event - 1, event);
        kinds[event->kind]++;
        if (acquired != LK_NOT_ACQUIRED) note(s, ROWS_BEFORE_ACQUISITION, event->time < acquired, customer);
        if (event->kind == LK_COHORTS_ACTIVE) note(s, EQUAL_ACTIVITY_ROWS, equal, customer);
        if (event->kind == LK_COHORTS_PAID) {
            note(s, EQUAL_REVENUE_ROWS, equal, customer);
            look_at_money(s, customer, event, &paid);
        }
        if (event->kind == LK_COHORTS_RECURRING) {
            look_at_change(s, customer, change, event);
            change = event;
        }
    }
    note(s, REFUNDS_ABOVE_PAYMENTS, lk_exact_sum_is_negative(&paid), customer);
    note(s, CUSTOMERS_WITHOUT_ACQUISITION, events.count && !kinds[LK_COHORTS_ACQUIRED], customer);
    if (kinds[LK_COHORTS_ACQUIRED] > 1)
        note(s, DUPLICATE_ACQUISITIONS, kinds[LK_COHORTS_ACQUIRED] - 1, customer);
    if (kinds[LK_COHORTS_OUTCOME] > 1)
        note(s, REPEATED_OUTCOMES, kinds[LK_COHORTS_OUTCOME] - 1, customer);
    if (s->lacks_default) note(s, OUTCOMES_WITHOUT_DEFAULT, kinds[LK_COHORTS_OUTCOME], customer);
}

static bool lacks_dimension(const lk_view *v, uint32_t customer)
{
    uint32_t number = v->segment_tuples[v->segments[customer]];
    for (size_t i = 0; i < v->dimension_count; i++) {
        lk_text name = lk_options_list_item(v->options, v->schema, v->first + LK_VIEW_BY, i);
        if (!number ||
            !lk_tuple_find(lk_map_text_key(&v->cohorts->store->tuples, number - 1), name).data)
            return true;
    }
    return false;
}

static bool lacks_default_outcome(const lk_view *v)
{
    const lk_cohorts_store *store = v->cohorts->store;
    return store && lk_map_text_find(&store->outcomes, LK_LITERAL(LK_LIVES_DEFAULT_OUTCOME)) == LK_MAP_NONE;
}

static leadkpi_status look(search *s, leadkpi_error *error)
{
    const lk_view *v = s->view;
    s->lacks_default = lacks_default_outcome(v);
    for (uint32_t i = 0; i < v->timeline.customer_count; i++) {
        if (i % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&v->memory, error));
        uint32_t all = v->timeline.ends[i] - lk_timeline_start(&v->timeline, i);
        note(s, ROWS_AFTER_AS_OF, all - lk_view_events(v, i).count, i);
        look_at_events(s, i);
        if (v->acquired[i] != LK_NOT_ACQUIRED) note(s, CUSTOMERS_WITHOUT_DIMENSION, lacks_dimension(v, i), i);
    }
    return LEADKPI_OK;
}

/* ---- the table ---------------------------------------------------------------------- */

static int64_t count_of(const void *context, size_t row)
{
    const search *s = context;
    return s->counts[s->rows[row]];
}

static lk_text name_of(const void *context, size_t row)
{
    return lk_text_of(findings[((const search *)context)->rows[row]].name, LEADKPI_NUL_TERMINATED);
}

static lk_text meaning_of(const void *context, size_t row)
{
    return lk_text_of(findings[((const search *)context)->rows[row]].meaning, LEADKPI_NUL_TERMINATED);
}

static lk_text example_of(const search *s, size_t row, char buffer[24])
{
    const lk_lead_ids *ids = &s->view->cohorts->store->ids;
    uint32_t customer = s->examples[s->rows[row]];
    if (ids->hashed) return (lk_text){NULL, 0}; /* hashed ids cannot be listed */
    if (ids->type == LK_LEAD_IDS_TEXT) return lk_map_text_key(&ids->texts, customer);
    return (lk_text){buffer, lk_format(buffer, 24, "%lld", (long long)ids->integers.keys[customer])};
}

static leadkpi_status add_examples(const search *s, size_t rows, leadkpi_table *table,
                                   leadkpi_error *error)
{
    char buffer[24];
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < rows && status == LEADKPI_OK; row++) {
        lk_text text = example_of(s, row, buffer);
        status = text.data ? lk_text_builder_append(&builder, text, error)
                           : lk_text_builder_append_null(&builder, error);
    }
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, LK_LITERAL("example"), "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status fill_table(search *s, leadkpi_table *table, leadkpi_error *error)
{
    size_t rows = 0;
    for (int i = 0; i < FINDING_COUNT; i++)
        if (s->counts[i]) s->rows[rows++] = i;
    LK_TRY(lk_add_texts(table, "finding", rows, name_of, s, error));
    LK_TRY(lk_add_counts(table, "count", "", rows, count_of, s, error));
    LK_TRY(add_examples(s, rows, table, error));
    return lk_add_texts(table, "meaning", rows, meaning_of, s, error);
}

static leadkpi_status search_all(lk_view *view, uint32_t *order, uint32_t *rank,
                                 leadkpi_table *table, leadkpi_error *error)
{
    search s = {.view = view, .rank = rank};
    uint32_t count = view->timeline.customer_count;
    for (int i = 0; i < FINDING_COUNT; i++) s.examples[i] = NO_CUSTOMER;
    if (count) LK_TRY(lk_lead_ids_sort(&view->cohorts->store->ids, &view->memory, order, error));
    for (uint32_t i = 0; i < count; i++) rank[order[i]] = i;
    LK_TRY(look(&s, error));
    return fill_table(&s, table, error);
}

static leadkpi_status fill(lk_view *view, void *context, leadkpi_table *table, leadkpi_error *error)
{
    uint32_t *order = NULL, *rank = NULL, count = view->timeline.customer_count;
    (void)context;
    leadkpi_status status = lk_allocate(&view->memory, count, sizeof *order, &order, error);
    if (status == LEADKPI_OK) status = lk_allocate(&view->memory, count, sizeof *rank, &rank, error);
    if (status == LEADKPI_OK) status = search_all(view, order, rank, table, error);
    lk_release(&view->memory, order, count, sizeof *order);
    lk_release(&view->memory, rank, count, sizeof *rank);
    return status;
}

static const lk_option findings_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
};

const lk_schema lk_cohorts_findings_schema = {"cohorts_findings", "What is odd in the rows of cohorts.",
                                              findings_options, LK_VIEW_OPTION_COUNT};

leadkpi_status leadkpi_cohorts_findings(const leadkpi_cohorts *cohorts,
                                        const leadkpi_options *options, leadkpi_table **out,
                                        leadkpi_error *error)
{
    return lk_cohorts_report(cohorts, options, &lk_cohorts_findings_schema, 0, fill, NULL, out, error);
}
