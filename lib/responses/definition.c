#include "base/buffer.h"
#include "responses/responses.h"

static const lk_option definition_options[] = {
    [LK_RESPONSES_AUTOMATIC] = {"automatic", LK_OPTION_LIST, .unit = "kinds",
                                .default_text = "auto,auto_reply",
                                .meaning = "Kinds of response that do not stop the clock."},
    [LK_RESPONSES_IDS] = {"ids", LK_OPTION_CHOICE, .choices = "exact|hashed", .default_text = "exact",
                          .meaning = "Whether ids are kept, or 128 bits of their hash."},
};

const lk_schema lk_responses_schema = {"responses", "How leads are answered.", definition_options,
                                       LK_RESPONSES_OPTION_COUNT};

static const lk_option report_options[] = {
    [LK_RESPONSES_REPORT_AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .unit = "time",
                                   .meaning = "Rows after it do not count; without a value: the "
                                              "latest row there is."},
    [LK_RESPONSES_REPORT_BY] = {"by", LK_OPTION_CHOICE, .choices = "none|segment",
                                .default_text = "none",
                                .meaning = "Whether there is a group of rows for each segment."},
    [LK_RESPONSES_REPORT_BREAKDOWN] = {"breakdown", LK_OPTION_CHOICE, .choices = "first|last",
                                       .default_text = "first",
                                       .meaning = "Which segment is a lead's: that of its first row "
                                                  "that has one, or of its last."},
    [LK_RESPONSES_REPORT_CLOCK] = {"clock", LK_OPTION_CHOICE, .choices = "elapsed|opening",
                                   .default_text = "elapsed",
                                   .meaning = "Whether time runs always, or only while it is open."},
    [LK_RESPONSES_REPORT_TARGETS] = {"targets", LK_OPTION_LIST, .unit = "durations",
                                     .default_text = "5min,1h,1d",
                                     .meaning = "Within which time leads are to be answered."},
    [LK_RESPONSES_REPORT_BANDS] = {"bands", LK_OPTION_LIST, .unit = "durations",
                                   .default_text = "5min,30min,1h,1d",
                                   .meaning = "Where one band of response time ends and the next "
                                              "begins; they rise."},
    [LK_RESPONSES_REPORT_REFERENCE] = {"reference", LK_OPTION_INT64, .minimum = "0",
                                       .default_text = "0",
                                       .meaning = "The band with which the others are compared, from "
                                                  "1; 0: the slowest that has leads."},
    [LK_RESPONSES_REPORT_WINDOW] = {"window", LK_OPTION_DURATION, .unit = "time", .minimum = "0s",
                                    .meaning = "Longest time from lead to conversion; without a value: "
                                               "any."},
    [LK_RESPONSES_REPORT_CONVERSIONS_GIVEN] = {"conversions_given", LK_OPTION_BOOL, .default_text = "false",
                                               .meaning = "Whether no conversion at all means that nobody converted; "
                                                          "else it is not known then."},
    [LK_RESPONSES_REPORT_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                                   .maximum = "<1", .default_text = "0.95",
                                   .meaning = "Level of the intervals."},
    [LK_RESPONSES_REPORT_FROM] = {"from", LK_OPTION_TIMESTAMP, .unit = "time",
                                  .meaning = "Only leads that came at this time or later, whatever they did after."},
    [LK_RESPONSES_REPORT_TO] = {"to", LK_OPTION_TIMESTAMP, .unit = "time",
                                .meaning = "Only leads that came before this time."},
    LK_CALENDAR_OPTIONS(LK_RESPONSES_REPORT_CALENDAR, "all"),
};

const lk_schema lk_responses_report_schema = {"responses_report", "A report on responses.",
                                              report_options, LK_RESPONSES_REPORT_OPTION_COUNT};

/* Nothing in it can contradict. */
static leadkpi_status check(const leadkpi_options *definition, leadkpi_error *error)
{
    (void)definition;
    (void)error;
    return LEADKPI_OK;
}

const lk_journal_room lk_responses_room = {
    .schema = &lk_responses_schema,
    .state_kind = "responses",
    .ids_option = LK_RESPONSES_IDS,
    .kind_count = 3,
    .allowed = {[LK_RESPONSES_LEAD] = 1u << LK_RESPONSES_WORD_SEGMENT,
                [LK_RESPONSES_RESPONSE] = 1u << LK_RESPONSES_WORD_KIND},
    .check = check,
};

static void put_sentence(lk_buffer *text, const leadkpi_options *definition)
{
    size_t count = lk_options_list_count(definition, &lk_responses_schema, LK_RESPONSES_AUTOMATIC);
    lk_buffer_append_text(text, LK_LITERAL("A lead is answered by its first response"));
    for (size_t i = 0; i < count; i++) {
        lk_buffer_append_text(text, i ? LK_LITERAL(" or ") : LK_LITERAL(" of a kind other than "));
        lk_buffer_append_text(text, lk_options_list_item(definition, &lk_responses_schema,
                                                         LK_RESPONSES_AUTOMATIC, i));
    }
    if (lk_options_choice(definition, &lk_responses_schema, LK_RESPONSES_IDS) == 1)
        lk_buffer_append_text(text, LK_LITERAL("; of ids a 128-bit hash is kept"));
    lk_buffer_append(text, ".", 2); /* with the NUL */
}

leadkpi_status leadkpi_responses_describe(const leadkpi_responses *responses, char *buffer,
                                          size_t capacity, size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    LK_REQUIRE(responses, error);
    lk_memory memory = lk_memory_like(&responses->handle.memory);
    lk_buffer text;
    lk_buffer_init(&text, &memory);
    put_sentence(&text, responses->handle.definition);
    leadkpi_status status = lk_buffer_status(&text, error);
    if (status == LEADKPI_OK) status = lk_buffer_admits(buffer, capacity, text.length, needed, error);
    if (status == LEADKPI_OK && buffer) memcpy(buffer, text.data, text.length);
    lk_buffer_free(&text);
    return status;
}
