#include "base/hash.h"
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

static void put_hexadecimal(sentence *s, uint64_t number)
{
    char digits[16];
    for (int i = 0; i < 16; i++) digits[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    put(s, (lk_text){digits, sizeof digits});
}

/* In quotes; one inside is said twice, so that no two names look the same. */
static void put_quoted(sentence *s, lk_text name)
{
    put_words(s, "\"");
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] == '"') put_words(s, "\"");
        put(s, (lk_text){name.data + i, 1});
    }
    put_words(s, "\"");
}

/* An item of a list: its alternatives with "or" between them. */
static void put_item(sentence *s, const leadkpi_funnel *funnel, int option, size_t index,
                     const char *before)
{
    lk_text name, item = lk_options_list_item(funnel->definition, &lk_funnel_schema, option, index);
    while (lk_funnel_next_name(&item, &name)) {
        put_words(s, before);
        put_quoted(s, name);
        before = " or ";
    }
}

/* "a, b or c, d": the items of a list. */
static void put_items(sentence *s, const leadkpi_funnel *funnel, int option, const char *joint)
{
    size_t count = lk_options_list_count(funnel->definition, &lk_funnel_schema, option);
    for (size_t i = 0; i < count; i++) put_item(s, funnel, option, i, i ? joint : "");
}

/* ---- clauses -------------------------------------------------------------------- */

static void put_order(sentence *s, const leadkpi_funnel *funnel)
{
    static const char *const orders[] = {
        "in this order", "in this order with no other event of the lead between them",
        "in any order", "the first of them first and the others in any order after it",
        "each counted by itself"};
    put_words(s, "A lead goes through ");
    put_items(s, funnel, LK_FUNNEL_STEPS, ", ");
    put_words(s, ", ");
    put_words(s, orders[funnel->rule.order]);
}

/* Which of the steps an attempt may leave out: "step 2 or 4 may be left out". */
static void put_optional(sentence *s, const lk_funnel_rule *rule)
{
    const char *between = "; step ";
    for (int32_t step = 0; step < rule->step_count; step++) {
        if (!lk_funnel_is_optional(rule, step)) continue;
        put_words(s, between);
        put_number(s, step + 1);
        between = " or ";
    }
    if (rule->optional) put_words(s, " may be left out");
}

/* Of a zone's rules, which are long, a hash says which they are. */
static void put_zone(sentence *s, const leadkpi_funnel *funnel)
{
    const leadkpi_options *definition = funnel->definition;
    lk_text zone = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE);
    lk_text rule = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE_RULE);
    lk_text data = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE_DATA);
    put_words(s, " (the clocks of ");
    put(s, zone);
    if (rule.length) {
        put_words(s, " by the rule ");
        put(s, rule);
    }
    if (data.length) {
        lk_key128 hash = lk_hash128(data.data, data.length);
        put_words(s, " by rules of hash ");
        put_hexadecimal(s, hash.high);
        put_hexadecimal(s, hash.low);
    }
    put_words(s, ")");
}

static void put_days(sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    if (rule->window_days == 0) return;
    if (rule->window_days == 1) {
        put_words(s, ", on the same calendar day");
    } else {
        put_words(s, ", within ");
        put_number(s, rule->window_days);
        put_words(s, " calendar days");
    }
    put_zone(s, funnel);
}

static void put_sessions(sentence *s, const lk_funnel_rule *rule)
{
    if (rule->session == INT64_MAX) return;
    put_words(s, ", within ");
    put_number(s, rule->sessions);
    put_words(s, rule->sessions == 1 ? " session (one" : " sessions (one");
    put_words(s, " ends with a pause of more than ");
    put_duration(s, rule->session);
    put_words(s, ")");
}

static void put_windows(sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    if (rule->window != INT64_MAX) {
        put_words(s, ", within ");
        put_duration(s, rule->window);
        put_words(s, " of the first, inclusive");
    } else if (rule->window_days == 0 && rule->session == INT64_MAX) {
        put_words(s, ", however long it takes");
    }
    put_days(s, funnel);
    put_sessions(s, rule);
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

static void put_entry(sentence *s, const lk_funnel_rule *rule)
{
    static const char *const entries[] = {
        "; every event of the first step starts an attempt, and the one that gets farthest counts",
        "; only the lead's first event of the first step starts an attempt",
        "; every event of the first step starts an attempt, and each counts",
        "; an event of the first step starts an attempt once the one before is over, and each counts"};
    if (rule->order != LK_ORDER_UNORDERED && rule->order != LK_ORDER_OPEN)
        put_words(s, entries[rule->entry]);
}

static void put_range(sentence *s, const lk_funnel_rule *rule, int32_t range)
{
    put_words(s, " between step ");
    put_number(s, rule->exclude_from[range]);
    put_words(s, " and ");
    if (rule->exclude_to[range] <= rule->step_count) {
        put_words(s, "step ");
        put_number(s, rule->exclude_to[range]);
    } else {
        put_words(s, "the last");
    }
}

static void put_excluding(sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    size_t count = lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE);
    if (count == 0) put_words(s, "an event marked as excluded");
    if (rule->range_count == 1) {
        put_items(s, funnel, LK_FUNNEL_EXCLUDE, ", ");
        if (rule->order <= LK_ORDER_ADJACENT) put_range(s, rule, 0);
        return;
    }
    for (int32_t i = 0; i < rule->range_count; i++) {
        if (i > 0) put_words(s, ", or ");
        put_item(s, funnel, LK_FUNNEL_EXCLUDE, (size_t)i, "");
        put_range(s, rule, i);
    }
}

/* Said where exclusions are named, or anything about them is. */
static void put_exclusions(sentence *s, const leadkpi_funnel *funnel)
{
    static const char *const effects[] = {
        " ends what an attempt has begun there, which keeps what it reached and may do those steps again",
        " ends an attempt, which keeps what it reached",
        " leaves the lead out altogether where all attempts that got farthest met one in their window"};
    static const int options[] = {LK_FUNNEL_EXCLUDE, LK_FUNNEL_EXCLUDE_FROM, LK_FUNNEL_EXCLUDE_TO,
                                  LK_FUNNEL_EXCLUDE_EFFECT};
    bool said = false;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        said |= lk_options_is_set(funnel->definition, &lk_funnel_schema, options[i]);
    if (!said) return;
    put_words(s, "; ");
    put_excluding(s, funnel);
    put_words(s, effects[funnel->rule.order > LK_ORDER_ADJACENT ? LK_EFFECT_END : funnel->rule.effect]);
}

static void put_clickhouse(sentence *s, const leadkpi_funnel *funnel)
{
    put_words(s, "; the answer is that of ClickHouse's windowFunnel");
    if (lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_MODES) > 0) {
        put_words(s, " with ");
        put_items(s, funnel, LK_FUNNEL_MODES, " and ");
    }
    put_words(s, ", bug for bug");
}

static void put_preset(sentence *s, const leadkpi_funnel *funnel)
{
    if (funnel->rule.preset == 0) return;
    put_words(s, "; these are the rules of ");
    put(s, lk_options_get_text(funnel->definition, &lk_funnel_schema, LK_FUNNEL_PRESET));
    if (lk_options_has_value(funnel->definition, &lk_funnel_schema, LK_FUNNEL_WINDOW))
        put_words(s, " with a window of its own");
}

static void put_rule(sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    put_order(s, funnel);
    put_optional(s, rule);
    put_windows(s, funnel);
    if (rule->compat == LK_COMPAT_CLICKHOUSE) {
        put_clickhouse(s, funnel);
    } else {
        put_entry(s, rule);
        put_words(s, rule->same_event == LK_SAME_EVENT_MANY
                         ? "; one event fills every step that it matches"
                         : "; one event fills one step");
        if (rule->same_value) put_words(s, "; all events of an attempt have one value");
        if (rule->skips == LK_SKIPS_IMPLIED)
            put_words(s, "; an event of a later step brings the steps before it");
        put_exclusions(s, funnel);
    }
    put_preset(s, funnel);
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
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    put_rule(&counted, funnel);
    LK_TRY(lk_buffer_admits(buffer, capacity, counted.length, needed, error));
    if (buffer) put_rule(&written, funnel);
    return LEADKPI_OK;
}
