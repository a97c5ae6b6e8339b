/* answers.c: the first answer to each lead, and its conversion. */
#include "base/time_text.h"
#include "responses/responses.h"

/* ---- one lead ------------------------------------------------------------------ */

int64_t lk_responses_between(const lk_answers *a, int64_t from, int64_t to)
{
    int64_t opening;
    if (!a->opening) return to - from;
    /* Years 1 to 9999 apart at most: it always fits. */
    return lk_calendar_open_between(a->opening, from, to, &opening) ? opening : to - from;
}

static void take_entry(const lk_answers *a, const lk_entry *entry, lk_answer *answer)
{
    if (entry->kind == LK_RESPONSES_CONVERSION && !answer->has_conversion) {
        answer->converted = entry->time;
        answer->has_conversion = true;
    }
    if (entry->kind != LK_RESPONSES_RESPONSE || answer->has_answer) return;
    uint32_t kind = entry->words[LK_RESPONSES_WORD_KIND];
    if (a->is_automatic[kind]) {
        answer->automatic++;
        return;
    }
    answer->answered = entry->time;
    answer->kind = kind;
    answer->has_answer = true;
}

static leadkpi_status find_answer(const lk_answers *a, const lk_member *member, lk_answer *found, leadkpi_error *error)
{
    const lk_reading *r = &a->reading;
    lk_answer answer = {.came = member->start};
    for (uint32_t i = lk_reading_start(r, member->lead); i < r->ends[member->lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        LK_TRY(lk_interrupted_at(&r->memory, i, error));
        if (entry->time > a->as_of) break;
        if (entry->time >= answer.came) take_entry(a, entry, &answer);
    }
    answer.wait =
        lk_responses_between(a, answer.came, answer.has_answer ? answer.answered : a->as_of);
    *found = answer;
    return LEADKPI_OK;
}

/* ---- the whole ------------------------------------------------------------------- */

static leadkpi_status mark_automatic(lk_answers *a, leadkpi_error *error)
{
    const lk_map_text *words = &a->reading.journal->words;
    const leadkpi_options *definition = a->handle->definition;
    size_t count = (size_t)words->count + 1;
    LK_TRY(lk_allocate(&a->reading.memory, count, 1, &a->is_automatic, error));
    memset(a->is_automatic, 0, count);
    for (size_t i = 0; i < lk_options_list_count(definition, &lk_responses_schema, LK_RESPONSES_AUTOMATIC);
         i++) {
        uint32_t word = lk_map_text_find(words, lk_options_list_item(definition, &lk_responses_schema,
                                                                     LK_RESPONSES_AUTOMATIC, i));
        if (word != LK_MAP_NONE) a->is_automatic[word + 1] = 1;
    }
    return LEADKPI_OK;
}

static leadkpi_status open_clock(lk_answers *a, leadkpi_error *error)
{
    const lk_schema *schema = &lk_responses_report_schema;
    static const int hours[] = {LK_CALENDAR_HOURS, LK_CALENDAR_SPECIAL_HOURS, LK_CALENDAR_HOLIDAYS};
    bool told = false, runs_always = lk_options_choice(a->options, schema, LK_RESPONSES_REPORT_CLOCK) == 0;
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        int option = LK_RESPONSES_REPORT_CALENDAR + hours[i];
        told |= lk_options_is_set(a->options, schema, option);
        LK_FAIL_IF(told && runs_always, error, LEADKPI_CONTRADICTION,
                   "%s: expected clock=opening with it; with clock=elapsed time always runs",
                   schema->options[option].name);
    }
    if (runs_always) return LEADKPI_OK;
    LK_FAIL_IF(!told, error, LEADKPI_CONTRADICTION,
               "clock=opening: expected hours (or special_hours or holidays) with it; without them it is "
               "always open");
    return lk_calendar_create_from(&a->reading.memory, a->options, schema, LK_RESPONSES_REPORT_CALENDAR,
                                   &a->opening, error);
}

static leadkpi_status open_answers(lk_answers *a, leadkpi_error *error)
{
    const lk_schema *schema = &lk_responses_report_schema;
    const leadkpi_options *options = a->options;
    LK_TRY(lk_reading_open(a->handle, NULL, NULL, &a->reading, error));
    a->as_of = lk_options_has_value(options, schema, LK_RESPONSES_REPORT_AS_OF)
                   ? lk_options_int64(options, schema, LK_RESPONSES_REPORT_AS_OF)
                   : a->reading.latest;
    a->level = lk_options_double(options, schema, LK_RESPONSES_REPORT_LEVEL);
    LK_TRY(mark_automatic(a, error));
    LK_TRY(open_clock(a, error));
    LK_TRY(lk_member_groups_find(&a->reading, a->as_of, LK_RESPONSES_LEAD, LK_RESPONSES_WORD_SEGMENT,
                                 lk_options_choice(options, schema, LK_RESPONSES_REPORT_BREAKDOWN),
                                 lk_options_choice(options, schema, LK_RESPONSES_REPORT_BY) == 1,
                                 options, schema, LK_RESPONSES_REPORT_FROM, &a->groups, error));
    LK_TRY(lk_allocate(&a->reading.memory, a->groups.member_count, sizeof *a->items, &a->items, error));
    for (uint32_t i = 0; i < a->groups.member_count; i++) {
        LK_TRY(lk_interrupted_at(&a->reading.memory, i, error));
        LK_TRY(find_answer(a, &a->groups.members[i], &a->items[i], error));
    }
    return LEADKPI_OK;
}

static void close_answers(lk_answers *a)
{
    lk_memory *memory = &a->reading.memory;
    if (!a->reading.journal) return;
    lk_release(memory, a->items, a->groups.member_count, sizeof *a->items);
    if (a->groups.reading) lk_member_groups_free(&a->groups);
    lk_calendar_free(a->opening);
    lk_release(memory, a->is_automatic, (size_t)a->reading.journal->words.count + 1, 1);
    lk_reading_close(&a->reading);
}

static const lk_report_option own_options[] = {
    {LK_RESPONSES_REPORT_TARGETS, LK_RESPONSES_IS_TARGETS, "it is of the report of targets alone"},
    {LK_RESPONSES_REPORT_BANDS, LK_RESPONSES_IS_BANDS, "it is of the report of bands alone"},
    {LK_RESPONSES_REPORT_REFERENCE, LK_RESPONSES_IS_BANDS, "it is of the report of bands alone"},
    {LK_RESPONSES_REPORT_WINDOW, LK_RESPONSES_IS_BANDS, "it is of the report of bands alone"},
    {LK_RESPONSES_REPORT_CONVERSIONS_GIVEN, LK_RESPONSES_IS_BANDS, "it is of the report of bands alone"},
    {LK_RESPONSES_REPORT_FROM, ~(uint32_t)LK_RESPONSES_IS_CHECKS, "the checks are of all rows"},
    {LK_RESPONSES_REPORT_TO, ~(uint32_t)LK_RESPONSES_IS_CHECKS, "the checks are of all rows"},
};

leadkpi_status lk_responses_report(const leadkpi_responses *responses, const leadkpi_options *options,
                                   uint32_t report, lk_responses_fill fill, leadkpi_table **out,
                                   leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(responses, error);
    LK_TRY(lk_options_check(options, &lk_responses_report_schema, error));
    LK_TRY(lk_options_refuse_idle(options, &lk_responses_report_schema, own_options,
                                  sizeof own_options / sizeof *own_options, report, error));
    lk_answers answers = {.handle = &responses->handle, .options = options};
    leadkpi_status status = open_answers(&answers, error);
    if (status == LEADKPI_OK) status = lk_table_new(&responses->handle.memory, &table, error);
    if (status == LEADKPI_OK) {
        status = fill(&answers, table, error);
        if (status == LEADKPI_OK)
            *out = table;
        else
            leadkpi_table_free(table);
    }
    close_answers(&answers);
    return status;
}

/* ---- durations ---------------------------------------------------------------------- */

leadkpi_status lk_responses_durations(const lk_answers *a, int option, bool rising,
                                      int64_t *durations, leadkpi_error *error)
{
    const lk_schema *schema = &lk_responses_report_schema;
    const char *name = schema->options[option].name;
    size_t count = lk_options_list_count(a->options, schema, option);
    for (size_t i = 0; i < count; i++) {
        lk_text item = lk_options_list_item(a->options, schema, option, i);
        const char *wrong = lk_duration_parse(item, &durations[i]);
        LK_FAIL_IF(wrong, error, LEADKPI_BAD_ARGUMENT, "%s: expected %s, found \"%.*s\"", name, wrong,
                   LK_TEXT_ARGS(item));
        LK_FAIL_IF(durations[i] < 0, error, LEADKPI_BAD_ARGUMENT,
                   "%s: expected 0s or more, found \"%.*s\"", name, LK_TEXT_ARGS(item));
        LK_FAIL_IF(rising && i > 0 && durations[i] <= durations[i - 1], error, LEADKPI_BAD_ARGUMENT,
                   "%s: expected each longer than the one before, found \"%.*s\"", name,
                   LK_TEXT_ARGS(item));
    }
    return LEADKPI_OK;
}
