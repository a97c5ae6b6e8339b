#include "stages/model.h"

#include <leadkpi/stats.h>

#include "base/sort.h"

/* ---- which stages ----------------------------------------------------------------- */

static void put_stage(lk_model *m, lk_text name, int32_t line, bool lost)
{
    bool won = line >= 0 && lk_stages_is_won(m->handle->definition, name);
    m->stages[m->stage_count++] = (lk_stage){name, line, won, lost};
}

/* Those of the definition, and the words that are theirs. */
static void put_defined(lk_model *m, const lk_journal *journal, int option, bool on_line)
{
    const leadkpi_options *definition = m->handle->definition;
    for (size_t i = 0; i < lk_options_list_count(definition, &lk_stages_schema, option); i++) {
        lk_text name = lk_options_list_item(definition, &lk_stages_schema, option, i);
        bool repeated = false;
        for (uint32_t k = 0; k < m->stage_count; k++) repeated |= lk_text_equal(m->stages[k].name, name);
        if (repeated) continue;
        uint32_t word = lk_map_text_find(&journal->words, name);
        if (word != LK_MAP_NONE) m->stage_of_word[word + 1] = m->stage_count;
        put_stage(m, name, on_line ? (int32_t)i : -1, !on_line);
    }
    if (on_line) m->line_count = m->stage_count;
}

static leadkpi_status open_stages(lk_model *m, leadkpi_error *error)
{
    static const lk_journal nothing = {0};
    const lk_journal *journal = m->handle->journal ? m->handle->journal : &nothing;
    const leadkpi_options *definition = m->handle->definition;
    size_t capacity = lk_options_list_count(definition, &lk_stages_schema, LK_STAGES_STAGES) +
                      lk_options_list_count(definition, &lk_stages_schema, LK_STAGES_LOST);
    LK_FAIL_IF(capacity > UINT32_MAX - 1 - journal->words.count, error, LEADKPI_OVERFLOW,
               "stages: expected fewer than 2^32");
    m->stage_capacity = (uint32_t)capacity + journal->words.count;
    lk_memory *memory = &m->reading.memory;
    LK_TRY(lk_allocate(memory, m->stage_capacity, sizeof *m->stages, &m->stages, error));
    LK_TRY(lk_allocate(memory, (size_t)journal->words.count + 1, sizeof *m->stage_of_word,
                       &m->stage_of_word, error));
    for (uint32_t i = 0; i <= journal->words.count; i++) m->stage_of_word[i] = LK_MAP_NONE;
    put_defined(m, journal, LK_STAGES_STAGES, true);
    put_defined(m, journal, LK_STAGES_LOST, false);
    return LEADKPI_OK;
}

/* Stages of one instant: the line, then the lost ones; the others, which have no number yet, go by
 * their names. */
static int compare_stages(const void *context, const lk_entry *a, const lk_entry *b)
{
    const lk_model *m = context;
    uint32_t x = m->stage_of_word[a->words[LK_STAGES_WORD_STAGE]];
    uint32_t y = m->stage_of_word[b->words[LK_STAGES_WORD_STAGE]];
    return (x > y) - (x < y);
}

/* Words that are stages of an entry and not of the definition get numbers in order of their text. */
static leadkpi_status number_others(lk_model *m, leadkpi_error *error)
{
    const lk_reading *r = &m->reading;
    uint32_t *by_rank, count = r->journal->words.count;
    LK_TRY(lk_allocate(&m->reading.memory, (size_t)count + 1, sizeof *by_rank, &by_rank, error));
    memset(by_rank, 0, ((size_t)count + 1) * sizeof *by_rank);
    leadkpi_status status = LEADKPI_OK;
    for (size_t i = 0; i < r->journal->count && status == LEADKPI_OK; i++) {
        const lk_entry *entry = &r->entries[i];
        status = lk_interrupted_at(&m->reading.memory, i, error);
        if (entry->time > m->as_of) continue;
        uint32_t words[] = {entry->words[LK_STAGES_WORD_STAGE], entry->words[LK_STAGES_WORD_FROM]};
        for (int w = 0; w < 2; w++)
            if (words[w] && m->stage_of_word[words[w]] == LK_MAP_NONE)
                by_rank[r->word_rank[words[w]]] = words[w];
    }
    for (uint32_t rank = 1; rank <= count; rank++) {
        if (!by_rank[rank]) continue;
        m->stage_of_word[by_rank[rank]] = m->stage_count;
        put_stage(m, lk_reading_word(r, by_rank[rank]), -1, false);
    }
    lk_release(&m->reading.memory, by_rank, (size_t)count + 1, sizeof *by_rank);
    return status;
}

/* ---- visits -------------------------------------------------------------------------- */

int lk_move_of(const lk_model *m, uint32_t from, uint32_t to)
{
    if (from == LK_MAP_NONE) return LK_MOVE_CAME;
    const lk_stage *a = &m->stages[from], *b = &m->stages[to];
    if (lk_stage_is_end(a)) return LK_MOVE_REOPENED;
    if (b->lost) return LK_MOVE_LOST;
    if (a->line < 0 || b->line < 0) return LK_MOVE_ASIDE;
    if (b->line < a->line) return LK_MOVE_BACK;
    return b->line == a->line + 1 ? LK_MOVE_NEXT : LK_MOVE_SKIP;
}

lk_text lk_move_name(int move)
{
    static const char *const names[] = {
        [LK_MOVE_CAME] = "came",         [LK_MOVE_NEXT] = "next",   [LK_MOVE_SKIP] = "skip",
        [LK_MOVE_BACK] = "back",         [LK_MOVE_LOST] = "lost",   [LK_MOVE_REOPENED] = "reopened",
        [LK_MOVE_ASIDE] = "aside"};
    return lk_text_of(names[move], LEADKPI_NUL_TERMINATED);
}

static void put_visit(lk_model *m, uint32_t lead, const lk_entry *entry, uint32_t stage,
                      bool start_known)
{
    if (m->visit_count > lk_visits_start(m, lead)) {
        lk_visit *before = &m->visits[m->visit_count - 1];
        before->left = entry->time;
        before->ended = true;
    }
    m->visits[m->visit_count++] = (lk_visit){entry->time, m->as_of,
                                             stage, entry->words[LK_STAGES_WORD_REASON],
                                             lead, false, start_known};
}

static leadkpi_status visit_lead(lk_model *m, uint32_t lead, leadkpi_error *error)
{
    const lk_reading *r = &m->reading;
    size_t first = m->visit_count;
    for (uint32_t i = lk_reading_start(r, lead); i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        if (entry->time > m->as_of) break;
        uint32_t stage = m->stage_of_word[entry->words[LK_STAGES_WORD_STAGE]];
        uint32_t from = entry->words[LK_STAGES_WORD_FROM];
        if (m->visit_count == first && from && m->stage_of_word[from] != stage)
            put_visit(m, lead, entry, m->stage_of_word[from], false);
        if (m->visit_count > first && m->visits[m->visit_count - 1].stage == stage) continue;
        put_visit(m, lead, entry, stage, !from || m->visit_count > first);
    }
    m->visit_ends[lead] = (uint32_t)m->visit_count;
    return LEADKPI_OK;
}

static leadkpi_status find_path(const lk_model *m, uint32_t lead, lk_path *found, leadkpi_error *error)
{
    lk_path path = {.farthest = -1};
    int32_t before = -1;
    uint32_t from = LK_MAP_NONE;
    for (uint32_t i = lk_visits_start(m, lead); i < m->visit_ends[lead]; i++) {
        uint32_t to = m->visits[i].stage;
        int32_t line = m->stages[to].line;
        LK_TRY(lk_interrupted_at(&m->reading.memory, i, error));
        path.reopened_count += lk_move_of(m, from, to) == LK_MOVE_REOPENED;
        from = to;
        if (line < 0) continue;
        if (line < before) {
            path.back_count++;
            path.went_back |= (uint64_t)1 << before;
        }
        before = line;
        path.stood_in |= (uint64_t)1 << line;
        path.in_order += line == path.in_order;
        if (line > path.farthest) path.farthest = line;
    }
    *found = path;
    return LEADKPI_OK;
}

static leadkpi_status open_visits(lk_model *m, leadkpi_error *error)
{
    lk_memory *memory = &m->reading.memory;
    uint32_t leads = m->reading.lead_count;
    LK_FAIL_IF(m->reading.journal->count > UINT32_MAX - leads, error, LEADKPI_OVERFLOW,
               "rows: expected fewer than 2^32 with their leads");
    m->visit_capacity = m->reading.journal->count + leads; /* one before the first row at most */
    LK_TRY(lk_allocate(memory, m->visit_capacity, sizeof *m->visits, &m->visits, error));
    LK_TRY(lk_allocate(memory, leads, sizeof *m->visit_ends, &m->visit_ends, error));
    LK_TRY(lk_allocate(memory, leads, sizeof *m->paths, &m->paths, error));
    for (uint32_t lead = 0; lead < leads; lead++) {
        LK_TRY(lk_interrupted_at(memory, lead, error));
        LK_TRY(visit_lead(m, lead, error));
        LK_TRY(find_path(m, lead, &m->paths[lead], error));
    }
    return LEADKPI_OK;
}

/* ---- the whole ------------------------------------------------------------------------ */

static void close_model(lk_model *m)
{
    lk_memory *memory = &m->reading.memory;
    uint32_t words = m->handle->journal ? m->handle->journal->words.count : 0;
    uint32_t leads = m->reading.lead_count;
    lk_release(memory, m->visits, m->visit_capacity, sizeof *m->visits);
    lk_release(memory, m->visit_ends, leads, sizeof *m->visit_ends);
    lk_release(memory, m->paths, leads, sizeof *m->paths);
    if (m->groups.reading) lk_member_groups_free(&m->groups);
    lk_release(memory, m->stages, m->stage_capacity, sizeof *m->stages);
    lk_release(memory, m->stage_of_word, (size_t)words + 1, sizeof *m->stage_of_word);
    lk_reading_close(&m->reading);
}

static leadkpi_status open_model(lk_model *m, const leadkpi_options *options, leadkpi_error *error)
{
    const lk_schema *schema = &lk_stages_report_schema;
    lk_memory outer = lk_memory_like(&m->handle->memory);
    lk_reading reading;
    m->reading.memory = outer; /* until the reading has its own */
    LK_TRY(lk_calendar_refuse_hours(options, schema, LK_STAGES_REPORT_CALENDAR, error));
    LK_TRY(open_stages(m, error));
    LK_TRY(lk_reading_open(m->handle, compare_stages, m, &reading, error));
    reading.memory.used_bytes += m->reading.memory.used_bytes;
    m->reading = reading;
    m->as_of = lk_options_has_value(options, schema, LK_STAGES_REPORT_AS_OF)
                   ? lk_options_int64(options, schema, LK_STAGES_REPORT_AS_OF)
                   : m->reading.latest;
    m->level = lk_options_double(options, schema, LK_STAGES_REPORT_LEVEL);
    m->skips = lk_options_choice(options, schema, LK_STAGES_REPORT_SKIPS);
    m->visits_rule = lk_options_choice(options, schema, LK_STAGES_REPORT_VISITS);
    LK_TRY(number_others(m, error));
    LK_TRY(open_visits(m, error));
    return lk_member_groups_find(&m->reading, m->as_of, LK_ANY_KIND, LK_STAGES_WORD_SEGMENT,
                                 lk_options_choice(options, schema, LK_STAGES_REPORT_BREAKDOWN),
                                 lk_options_choice(options, schema, LK_STAGES_REPORT_BY) == 1, options,
                                 schema, LK_STAGES_REPORT_FROM, &m->groups, error);
}

static const lk_report_option own_options[] = {
    {LK_STAGES_REPORT_SKIPS, LK_STAGES_IS_STEPS, "it is of the report of steps alone"},
    {LK_STAGES_REPORT_VISITS, LK_STAGES_IS_DURATIONS, "it is of the report of durations alone"},
    {LK_STAGES_REPORT_FROM, ~(uint32_t)LK_STAGES_IS_CHECKS, "the checks are of all rows"},
    {LK_STAGES_REPORT_TO, ~(uint32_t)LK_STAGES_IS_CHECKS, "the checks are of all rows"},
};

leadkpi_status lk_stages_report(const leadkpi_stages *stages, const leadkpi_options *options,
                                uint32_t report, lk_stages_fill fill, leadkpi_table **out,
                                leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(stages, error);
    LK_TRY(lk_options_check(options, &lk_stages_report_schema, error));
    LK_TRY(lk_options_refuse_idle(options, &lk_stages_report_schema, own_options,
                                  sizeof own_options / sizeof *own_options, report, error));
    lk_model model = {.handle = &stages->handle};
    leadkpi_status status = open_model(&model, options, error);
    if (status == LEADKPI_OK) status = lk_table_new(&stages->handle.memory, &table, error);
    if (status == LEADKPI_OK) {
        status = fill(&model, table, error);
        if (status == LEADKPI_OK)
            *out = table;
        else
            leadkpi_table_free(table);
    }
    close_model(&model);
    return status;
}

/* ---- columns --------------------------------------------------------------------------- */

leadkpi_status lk_model_add_stage_rows(lk_model *m, uint32_t stage_count, lk_text name,
                                       leadkpi_table *table, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (uint32_t i = 0; i < m->groups.count; i++)
        for (uint32_t stage = 0; stage < stage_count && status == LEADKPI_OK; stage++)
            status = lk_text_builder_append(&builder, m->stages[stage].name, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

leadkpi_status lk_share_add(leadkpi_table *table, const char *const names[3], size_t rows,
                            lk_share *share, leadkpi_error *error)
{
    share->at = leadkpi_table_column_count(table);
    for (int i = 0; i < 3; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "fraction", rows,
                                   true, &share->values[i], error));
    return LEADKPI_OK;
}

leadkpi_status lk_share_put(leadkpi_table *table, const lk_share *share, size_t row, int64_t numerator,
                            int64_t denominator, double level, leadkpi_error *error)
{
    if (denominator == 0) {
        for (int i = 0; i < 3; i++) lk_table_set_null(table, share->at + i, row);
        return LEADKPI_OK;
    }
    share->values[0][row] = (double)numerator / (double)denominator;
    return leadkpi_stats_wilson_interval((double)numerator, (double)denominator, level,
                                         &share->values[1][row], &share->values[2][row], error);
}
