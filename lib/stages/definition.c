#include "stages/stages.h"

#include "base/buffer.h"
#include "base/nearest.h"

static const lk_option definition_options[] = {
    [LK_STAGES_STAGES] = {"stages", LK_OPTION_LIST, .unit = "stages",
                          .meaning = "The line of stages, in its order: 1 to 64."},
    [LK_STAGES_WON] = {"won", LK_OPTION_LIST, .unit = "stages",
                       .meaning = "Stages of the line that end a lead with success; without one: the "
                                  "last."},
    [LK_STAGES_LOST] = {"lost", LK_OPTION_LIST, .unit = "stages",
                        .meaning = "Stages off the line that end a lead without success."},
    [LK_STAGES_EDGES] = {"edges", LK_OPTION_LIST, .unit = "moves",
                         .meaning = "Moves that may be, such as \"new>mql\"; without one: any."},
    [LK_STAGES_IDS] = {"ids", LK_OPTION_CHOICE, .choices = "exact|hashed", .default_text = "exact",
                       .meaning = "Whether ids are kept, or 128 bits of their hash."},
};

const lk_schema lk_stages_schema = {"stages", "The stages of a CRM.", definition_options,
                                    LK_STAGES_OPTION_COUNT};

static const lk_option report_options[] = {
    [LK_STAGES_REPORT_AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .unit = "time",
                                .meaning = "Rows after it do not count; without a value: the latest "
                                           "row there is."},
    [LK_STAGES_REPORT_BY] = {"by", LK_OPTION_CHOICE, .choices = "none|segment", .default_text = "none",
                             .meaning = "Whether there is a group of rows for each segment."},
    [LK_STAGES_REPORT_BREAKDOWN] = {"breakdown", LK_OPTION_CHOICE, .choices = "first|last",
                                    .default_text = "first",
                                    .meaning = "Which segment is a lead's: that of its first row that "
                                               "has one, or of its last."},
    [LK_STAGES_REPORT_SKIPS] = {"skips", LK_OPTION_CHOICE, .choices = "implied|strict|any|own",
                                .default_text = "implied",
                                .meaning = "Which stages a lead reached: those it jumped over too; "
                                           "those up to which it passed the line in order; those it "
                                           "stood in, in whatever order and without rates; those it "
                                           "stood in, with rates of those that stood in both."},
    [LK_STAGES_REPORT_VISITS] = {"visits", LK_OPTION_CHOICE, .choices = "each|first|last|sum",
                                 .default_text = "each",
                                 .meaning = "What is one time in a stage: each visit, a lead's first or "
                                            "last, or the sum of its visits."},
    [LK_STAGES_REPORT_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                                .maximum = "<1", .default_text = "0.95",
                                .meaning = "Level of the intervals."},
    [LK_STAGES_REPORT_FROM] = {"from", LK_OPTION_TIMESTAMP, .unit = "time",
                               .meaning = "Only leads that came at this time or later, whatever they did after."},
    [LK_STAGES_REPORT_TO] = {"to", LK_OPTION_TIMESTAMP, .unit = "time",
                             .meaning = "Only leads that came before this time."},
    LK_CALENDAR_OPTIONS(LK_STAGES_REPORT_CALENDAR, "all"),
};

const lk_schema lk_stages_report_schema = {"stages_report", "A report on stages.", report_options,
                                           LK_STAGES_REPORT_OPTION_COUNT};

/* ---- reading it ------------------------------------------------------------------ */

bool lk_stages_cut_edge(lk_text edge, lk_text *from, lk_text *to)
{
    const char *at = edge.length ? memchr(edge.data, '>', edge.length) : NULL;
    if (!at) return false;
    *from = (lk_text){edge.data, (size_t)(at - edge.data)};
    *to = (lk_text){at + 1, edge.length - from->length - 1};
    return from->length && to->length;
}

bool lk_stages_lists(const leadkpi_options *definition, int option, lk_text text)
{
    size_t count = lk_options_list_count(definition, &lk_stages_schema, option);
    for (size_t i = 0; i < count; i++)
        if (lk_text_equal(lk_options_list_item(definition, &lk_stages_schema, option, i), text))
            return true;
    return false;
}

bool lk_stages_is_won(const leadkpi_options *definition, lk_text stage)
{
    size_t count = lk_options_list_count(definition, &lk_stages_schema, LK_STAGES_STAGES);
    if (lk_options_list_count(definition, &lk_stages_schema, LK_STAGES_WON))
        return lk_stages_lists(definition, LK_STAGES_WON, stage);
    return lk_text_equal(
        lk_options_list_item(definition, &lk_stages_schema, LK_STAGES_STAGES, count - 1), stage);
}

/* ---- checks ----------------------------------------------------------------------- */

static leadkpi_status check_line(const leadkpi_options *definition, leadkpi_error *error)
{
    const lk_schema *schema = &lk_stages_schema;
    size_t count = lk_options_list_count(definition, schema, LK_STAGES_STAGES);
    LK_FAIL_IF(count < 1 || count > LK_STAGES_LINE_MAX, error, LEADKPI_BAD_ARGUMENT,
               "stages: expected 1 to %d, found %zu", LK_STAGES_LINE_MAX, count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            lk_text stage = lk_options_list_item(definition, schema, LK_STAGES_STAGES, i);
            LK_FAIL_IF(lk_text_equal(stage,
                                     lk_options_list_item(definition, schema, LK_STAGES_STAGES, k)),
                       error, LEADKPI_BAD_ARGUMENT, "stages: expected each once, found \"%.*s\" again",
                       LK_TEXT_ARGS(stage));
        }
    return LEADKPI_OK;
}

static leadkpi_status fail_off_the_line(const leadkpi_options *definition, lk_text stage, leadkpi_error *error)
{
    lk_nearest search;
    lk_text nearest;
    size_t count = lk_options_list_count(definition, &lk_stages_schema, LK_STAGES_STAGES);
    lk_nearest_begin(&search, stage);
    for (size_t i = 0; i < count; i++)
        lk_nearest_consider(&search, lk_options_list_item(definition, &lk_stages_schema, LK_STAGES_STAGES, i));
    if (!lk_nearest_result(&search, &nearest))
        return lk_fail(error, LEADKPI_CONTRADICTION, "won: expected stages of the line, found \"%.*s\"",
                       LK_TEXT_ARGS(stage));
    return lk_fail(error, LEADKPI_CONTRADICTION,
                   "won: expected stages of the line, found \"%.*s\"; the nearest name is \"%.*s\"",
                   LK_TEXT_ARGS(stage), LK_TEXT_ARGS(nearest));
}

static leadkpi_status check_ends(const leadkpi_options *definition, leadkpi_error *error)
{
    const lk_schema *schema = &lk_stages_schema;
    for (size_t i = 0; i < lk_options_list_count(definition, schema, LK_STAGES_WON); i++) {
        lk_text stage = lk_options_list_item(definition, schema, LK_STAGES_WON, i);
        if (!lk_stages_lists(definition, LK_STAGES_STAGES, stage)) return fail_off_the_line(definition, stage, error);
    }
    for (size_t i = 0; i < lk_options_list_count(definition, schema, LK_STAGES_LOST); i++) {
        lk_text stage = lk_options_list_item(definition, schema, LK_STAGES_LOST, i);
        LK_FAIL_IF(lk_stages_lists(definition, LK_STAGES_STAGES, stage), error, LEADKPI_CONTRADICTION,
                   "lost: expected stages off the line, found \"%.*s\"", LK_TEXT_ARGS(stage));
    }
    return LEADKPI_OK;
}

static leadkpi_status check(const leadkpi_options *definition, leadkpi_error *error)
{
    const lk_schema *schema = &lk_stages_schema;
    lk_text from, to;
    LK_TRY(check_line(definition, error));
    LK_TRY(check_ends(definition, error));
    for (size_t i = 0; i < lk_options_list_count(definition, schema, LK_STAGES_EDGES); i++) {
        lk_text edge = lk_options_list_item(definition, schema, LK_STAGES_EDGES, i);
        LK_FAIL_IF(!lk_stages_cut_edge(edge, &from, &to), error, LEADKPI_BAD_ARGUMENT,
                   "edges: expected moves such as \"new>mql\", found \"%.*s\"", LK_TEXT_ARGS(edge));
    }
    return LEADKPI_OK;
}

const lk_journal_room lk_stages_room = {
    .schema = &lk_stages_schema,
    .state_kind = "stages",
    .ids_option = LK_STAGES_IDS,
    .kind_count = 1,
    .required = {1u << LK_STAGES_WORD_STAGE},
    .allowed = {(1u << LK_JOURNAL_WORDS) - 1},
    .check = check,
};

/* ---- as a sentence ------------------------------------------------------------------ */

static void put_list(lk_buffer *text, const leadkpi_options *definition, int option)
{
    size_t count = lk_options_list_count(definition, &lk_stages_schema, option);
    for (size_t i = 0; i < count; i++) {
        if (i) lk_buffer_append_text(text, LK_LITERAL(", "));
        lk_buffer_append_text(text, lk_options_list_item(definition, &lk_stages_schema, option, i));
    }
}

static void put_sentence(lk_buffer *text, const leadkpi_options *definition)
{
    const lk_schema *schema = &lk_stages_schema;
    lk_buffer_append_text(text, LK_LITERAL("Leads go along "));
    put_list(text, definition, LK_STAGES_STAGES);
    lk_buffer_append_text(text, LK_LITERAL("; "));
    if (lk_options_list_count(definition, schema, LK_STAGES_WON))
        put_list(text, definition, LK_STAGES_WON);
    else
        lk_buffer_append_text(text, LK_LITERAL("the last"));
    lk_buffer_append_text(text, LK_LITERAL(" is success"));
    if (lk_options_list_count(definition, schema, LK_STAGES_LOST)) {
        lk_buffer_append_text(text, LK_LITERAL("; lost in "));
        put_list(text, definition, LK_STAGES_LOST);
    }
    if (lk_options_list_count(definition, schema, LK_STAGES_EDGES)) {
        lk_buffer_append_text(text, LK_LITERAL("; moves that may be are "));
        put_list(text, definition, LK_STAGES_EDGES);
    }
    if (lk_options_choice(definition, schema, LK_STAGES_IDS) == 1)
        lk_buffer_append_text(text, LK_LITERAL("; of ids a 128-bit hash is kept"));
    lk_buffer_append(text, ".", 2); /* with the NUL */
}

leadkpi_status leadkpi_stages_describe(const leadkpi_stages *stages, char *buffer, size_t capacity,
                                       size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    LK_REQUIRE(stages, error);
    lk_memory memory = lk_memory_like(&stages->handle.memory);
    lk_buffer text;
    lk_buffer_init(&text, &memory);
    put_sentence(&text, stages->handle.definition);
    leadkpi_status status = lk_buffer_status(&text, error);
    if (status == LEADKPI_OK) status = lk_buffer_admits(buffer, capacity, text.length, needed, error);
    if (status == LEADKPI_OK && buffer) memcpy(buffer, text.data, text.length);
    lk_buffer_free(&text);
    return status;
}
