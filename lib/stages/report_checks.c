/* report_checks.c: what is odd in the data: counted, with a lead as an example, and never hidden. */
#include "journal/findings.h"
#include "stages/model.h"

enum {
    CUSTOMER_BEFORE_CREATION,
    STAGE_BEFORE_CREATION,
    TWO_STAGES_AT_ONE_INSTANT,
    REPEATED_ROWS,
    FROM_DISAGREES,
    START_UNKNOWN,
    SKIPPED_STAGES,
    WENT_BACK,
    REOPENED,
    STAGES_OFF_THE_LINE,
    MOVES_OFF_THE_EDGES,
    ROWS_AFTER_AS_OF,
    FINDING_COUNT
};

/* Names are stable; append only. */
static const lk_finding findings[FINDING_COUNT] = {
    [CUSTOMER_BEFORE_CREATION] = {"customer_before_creation",
                                  "rows of success before the lead's first row of the first stage: an "
                                  "error in the data"},
    [STAGE_BEFORE_CREATION] = {"stage_before_creation",
                               "rows of another stage before the lead's first row of the first stage"},
    [TWO_STAGES_AT_ONE_INSTANT] = {"two_stages_at_one_instant",
                                   "rows with the time and sequence of the row before and another "
                                   "stage: the order of the line decided"},
    [REPEATED_ROWS] = {"repeated_rows", "rows of the stage that the lead stood in"},
    [FROM_DISAGREES] = {"from_disagrees",
                        "rows whose old stage is not the one that the lead stood in: rows are missing, "
                        "or out of order"},
    [START_UNKNOWN] = {"start_unknown",
                       "first rows with an old stage: since when the lead stood there is not known"},
    [SKIPPED_STAGES] = {"skipped_stages", "moves that left out a stage of the line"},
    [WENT_BACK] = {"went_back", "moves to an earlier stage of the line"},
    [REOPENED] = {"reopened", "moves out of a stage of success or loss"},
    [STAGES_OFF_THE_LINE] = {"stages_off_the_line",
                             "rows of a stage that the definition does not name"},
    [MOVES_OFF_THE_EDGES] = {"moves_off_the_edges", "moves that the definition's edges do not name"},
    [ROWS_AFTER_AS_OF] = {"rows_after_as_of", "rows after the time of the report, left out"},
};

_Static_assert(FINDING_COUNT <= LK_FINDINGS_MAX, "there is room for each");

/* ---- rows ----------------------------------------------------------------------------- */

static uint32_t stage_of(const lk_model *m, const lk_entry *entry)
{
    return m->stage_of_word[entry->words[LK_STAGES_WORD_STAGE]];
}

/* Against the row before, which may be NULL. */
static void check_row(const lk_model *m, const lk_entry *entry, const lk_entry *before, lk_findings *t)
{
    uint32_t stage = stage_of(m, entry), from = entry->words[LK_STAGES_WORD_FROM];
    const lk_stage *named = &m->stages[stage];
    if (named->line < 0 && !named->lost) lk_findings_note(t, STAGES_OFF_THE_LINE, entry->lead);
    if (!before) {
        if (from) lk_findings_note(t, START_UNKNOWN, entry->lead);
        return;
    }
    if (stage == stage_of(m, before)) {
        lk_findings_note(t, REPEATED_ROWS, entry->lead);
        return;
    }
    if (entry->time == before->time && entry->sequence == before->sequence)
        lk_findings_note(t, TWO_STAGES_AT_ONE_INSTANT, entry->lead);
    if (from && m->stage_of_word[from] != stage_of(m, before)) lk_findings_note(t, FROM_DISAGREES, entry->lead);
}

/* Rows before the lead's first one of the first stage, if it has one. */
static void check_creation(const lk_model *m, uint32_t first, uint32_t last, uint32_t lead, lk_findings *t)
{
    const lk_reading *r = &m->reading;
    uint32_t created = first;
    while (created < last && stage_of(m, lk_reading_entry(r, created)) != 0) created++;
    if (created == last) return;
    int64_t time = lk_reading_entry(r, created)->time;
    for (uint32_t i = first; i < created; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time == time) continue; /* at one instant nothing is before */
        bool won = m->stages[stage_of(m, entry)].won;
        lk_findings_note(t, won ? CUSTOMER_BEFORE_CREATION : STAGE_BEFORE_CREATION, lead);
    }
}

static void check_rows(const lk_model *m, uint32_t lead, lk_findings *t)
{
    const lk_reading *r = &m->reading;
    const lk_entry *before = NULL;
    uint32_t first = lk_reading_start(r, lead), i = first;
    for (; i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time > m->as_of) break;
        check_row(m, entry, before, t);
        before = entry;
    }
    check_creation(m, first, i, lead, t);
    for (; i < r->ends[lead]; i++) lk_findings_note(t, ROWS_AFTER_AS_OF, lead);
}

/* ---- moves ------------------------------------------------------------------------------ */

static bool is_edge(const lk_model *m, uint32_t from, uint32_t to)
{
    const leadkpi_options *definition = m->handle->definition;
    size_t count = lk_options_list_count(definition, &lk_stages_schema, LK_STAGES_EDGES);
    lk_text a, b;
    for (size_t i = 0; i < count; i++)
        if (lk_stages_cut_edge(lk_options_list_item(definition, &lk_stages_schema, LK_STAGES_EDGES, i),
                               &a, &b) &&
            lk_text_equal(a, m->stages[from].name) && lk_text_equal(b, m->stages[to].name))
            return true;
    return count == 0;
}

static void check_moves(const lk_model *m, uint32_t lead, lk_findings *t)
{
    for (uint32_t i = lk_visits_start(m, lead) + 1; i < m->visit_ends[lead]; i++) {
        uint32_t from = m->visits[i - 1].stage, to = m->visits[i].stage;
        int move = lk_move_of(m, from, to);
        if (move == LK_MOVE_SKIP) lk_findings_note(t, SKIPPED_STAGES, lead);
        if (move == LK_MOVE_BACK) lk_findings_note(t, WENT_BACK, lead);
        if (move == LK_MOVE_REOPENED) lk_findings_note(t, REOPENED, lead);
        if (!is_edge(m, from, to)) lk_findings_note(t, MOVES_OFF_THE_EDGES, lead);
    }
}

/* ---- the table ---------------------------------------------------------------------------- */

static void check_lead(const void *context, uint32_t lead, lk_findings *t)
{
    check_rows(context, lead, t);
    check_moves(context, lead, t);
}

static leadkpi_status fill(lk_model *m, leadkpi_table *table, leadkpi_error *error)
{
    return lk_findings_report(&m->reading, findings, FINDING_COUNT, check_lead, m, table, error);
}

leadkpi_status leadkpi_stages_checks(const leadkpi_stages *stages, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    return lk_stages_report(stages, options, LK_STAGES_IS_CHECKS, fill, out, error);
}
