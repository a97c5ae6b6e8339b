#include "base/number.h"
#include "base/time_text.h"
#include "funnel/store.h"

/* Where the sentence goes; `length` counts on past the end of the buffer. */
typedef struct sentence {
    char *out;
    size_t capacity;
    size_t length;
} sentence;

static void put(sentence *s, lk_text text)
{
    if (s->length < s->capacity && text.length) {
        size_t room = s->capacity - s->length;
        memcpy(s->out + s->length, text.data, text.length < room ? text.length : room);
    }
    s->length += text.length;
}

static void put_words(sentence *s, const char *words)
{
    put(s, lk_text_of(words, LEADKPI_NUL_TERMINATED));
}

static void put_number(sentence *s, int64_t number)
{
    char digits[24];
    put(s, (lk_text){digits, lk_number_print_int64(digits, number)});
}

static void put_duration(sentence *s, int64_t microseconds)
{
    char text[LK_TIME_TEXT_SIZE];
    put(s, (lk_text){text, lk_duration_print(text, microseconds)});
}

/* "a, b or c, d": the items of a list; alternatives of an item with "or" between them. */
static void put_items(sentence *s, const leadkpi_funnel *funnel, int option, const char *joint)
{
    size_t count = lk_options_list_count(funnel->definition, &lk_funnel_schema, option);
    for (size_t i = 0; i < count; i++) {
        lk_text name, item = lk_options_list_item(funnel->definition, &lk_funnel_schema, option, i);
        const char *between = i ? joint : "";
        while (lk_funnel_next_name(&item, &name)) {
            put_words(s, between);
            put_words(s, "\"");
            put(s, name);
            put_words(s, "\"");
            between = " or ";
        }
    }
}

/* ---- clauses -------------------------------------------------------------------- */

static void put_order(sentence *s, const leadkpi_funnel *funnel)
{
    static const char *const orders[] = {
        "in this order", "in this order with no other event of the lead between them",
        "in any order", "the first of them first and the others in any order after it"};
    put_words(s, "A lead goes through ");
    put_items(s, funnel, LK_FUNNEL_STEPS, ", ");
    put_words(s, ", ");
    put_words(s, orders[funnel->rule.order]);
}

static void put_windows(sentence *s, const lk_funnel_rule *rule)
{
    if (rule->window != INT64_MAX) {
        put_words(s, ", within ");
        put_duration(s, rule->window);
        put_words(s, " of the first, inclusive");
    } else {
        put_words(s, ", however long it takes");
    }
    if (rule->step_window != INT64_MAX) {
        put_words(s, ", each within ");
        put_duration(s, rule->step_window);
        put_words(s, " of the one before, inclusive");
    }
    if (rule->gap > 0) {
        put_words(s, ", each ");
        put_duration(s, rule->gap);
        put_words(s, " or more after the one before");
    }
}

static void put_exclusions(sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    if (lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE) == 0) return;
    put_words(s, "; ");
    put_items(s, funnel, LK_FUNNEL_EXCLUDE, " or ");
    put_words(s, " between step ");
    put_number(s, rule->exclude_from);
    put_words(s, " and ");
    if (rule->exclude_to < rule->step_count) {
        put_words(s, "step ");
        put_number(s, rule->exclude_to);
    } else {
        put_words(s, "the last");
    }
    put_words(s, " ends an attempt, which keeps what it reached");
}

static void put_clickhouse(sentence *s, const leadkpi_funnel *funnel)
{
    put_words(s, "; the answer is that of ClickHouse's windowFunnel");
    if (funnel->rule.modes) {
        put_words(s, " with ");
        put_items(s, funnel, LK_FUNNEL_MODES, " and ");
    }
    put_words(s, ", bug for bug");
}

static void put_rule(sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    put_order(s, funnel);
    put_windows(s, rule);
    if (rule->compat == LK_COMPAT_CLICKHOUSE) {
        put_clickhouse(s, funnel);
    } else {
        if (rule->order != LK_ORDER_UNORDERED)
            put_words(s, rule->entry == LK_ENTRY_FIRST
                             ? "; only the lead's first event of the first step starts an attempt"
                             : "; every event of the first step starts an attempt, and the one that "
                               "gets farthest counts");
        put_words(s, rule->same_event == LK_SAME_EVENT_MANY
                         ? "; one event fills every step that it matches"
                         : "; one event fills one step");
        if (rule->skips == LK_SKIPS_IMPLIED)
            put_words(s, "; an event of a later step brings the steps before it");
        put_exclusions(s, funnel);
    }
    put_words(s, rule->input == LK_INPUT_TIME ? "; rows come in order of time" : "");
    put_words(s, rule->hashed_ids ? "; of ids a 128-bit hash is kept" : "");
    put_words(s, ".");
    put(s, (lk_text){"", 1}); /* the NUL */
}

leadkpi_status leadkpi_funnel_describe(const leadkpi_funnel *funnel, char *buffer, size_t capacity,
                                       size_t *needed, leadkpi_error *error)
{
    sentence counted = {NULL, 0, 0}, written = {buffer, capacity, 0};
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(funnel, error);
    LK_FAIL_IF(!buffer && (capacity || !needed), error, LEADKPI_NULL_ARGUMENT,
               "buffer: expected a pointer to %zu bytes, found NULL", capacity);
    put_rule(&counted, funnel);
    if (needed) *needed = counted.length;
    if (!buffer) return LEADKPI_OK;
    LK_FAIL_IF(capacity < counted.length, error, LEADKPI_BUFFER_TOO_SMALL,
               "buffer: expected %zu bytes, found %zu", counted.length, capacity);
    put_rule(&written, funnel);
    return LEADKPI_OK;
}
