#include "base/hash.h"
#include "base/number.h"
#include "base/time_text.h"
#include "base/sentence.h"
#include "funnel/store.h"

static void put_number(lk_sentence *s, int64_t number)
{
    char digits[24];
    lk_say(s, (lk_text){digits, lk_number_print_int64(digits, number)});
}

static void put_duration(lk_sentence *s, int64_t microseconds)
{
    char text[LK_TIME_TEXT_SIZE];
    lk_say(s, (lk_text){text, lk_duration_print(text, microseconds)});
}

static void put_hexadecimal(lk_sentence *s, uint64_t number)
{
    char digits[16];
    for (int i = 0; i < 16; i++) digits[i] = "0123456789abcdef"[number >> (60 - 4 * i) & 15];
    lk_say(s, (lk_text){digits, sizeof digits});
}

/* A name of an item, in quotes; one inside is said twice, so that no two names look the same. A bar, which
 * the item has twice, is said once. */
static void put_quoted(lk_sentence *s, lk_text name)
{
    lk_say_words(s, "\"");
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] == '"') lk_say_words(s, "\"");
        lk_say(s, (lk_text){name.data + i, 1});
        i += name.data[i] == '|';
    }
    lk_say_words(s, "\"");
}

/* An item of a list: its alternatives with "or" between them. */
static void put_item(lk_sentence *s, const leadkpi_funnel *funnel, int option, size_t index,
                     const char *before)
{
    lk_text name, item = lk_options_list_item(funnel->definition, &lk_funnel_schema, option, index);
    while (lk_funnel_next_name(&item, &name)) {
        lk_say_words(s, before);
        put_quoted(s, name);
        before = " or ";
    }
}

/* "a, b or c, d": the items of a list. */
static void put_items(lk_sentence *s, const leadkpi_funnel *funnel, int option, const char *joint)
{
    size_t count = lk_options_list_count(funnel->definition, &lk_funnel_schema, option);
    for (size_t i = 0; i < count; i++) put_item(s, funnel, option, i, i ? joint : "");
}

/* ---- clauses -------------------------------------------------------------------- */

static void put_order(lk_sentence *s, const leadkpi_funnel *funnel)
{
    static const char *const orders[] = {
        "in this order", "in this order with no other event of the lead between them",
        "in any order", "the first of them first and the others in any order after it",
        "each counted by itself"};
    lk_say_words(s, "A lead goes through ");
    put_items(s, funnel, LK_FUNNEL_STEPS, ", ");
    lk_say_words(s, ", ");
    lk_say_words(s, orders[funnel->rule.order]);
}

/* Which of the steps an attempt may leave out: "step 2 or 4 may be left out". */
static void put_optional(lk_sentence *s, const lk_funnel_rule *rule)
{
    const char *between = "; step ";
    for (int32_t step = 0; step < rule->step_count; step++) {
        if (!lk_funnel_is_optional(rule, step)) continue;
        lk_say_words(s, between);
        put_number(s, step + 1);
        between = " or ";
    }
    if (rule->optional) lk_say_words(s, " may be left out");
}

/* Of a zone's rules, which are long, a hash says which they are. */
static void put_zone(lk_sentence *s, const leadkpi_funnel *funnel)
{
    const leadkpi_options *definition = funnel->definition;
    lk_text zone = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE);
    lk_text rule = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE_RULE);
    lk_text data = lk_options_get_text(definition, &lk_funnel_schema, LK_FUNNEL_ZONE_DATA);
    lk_say_words(s, " (the clocks of ");
    lk_say(s, zone.length ? zone : LK_LITERAL("UTC"));
    if (rule.length) {
        lk_say_words(s, " by the rule ");
        lk_say(s, rule);
    }
    if (data.length) {
        lk_key128 hash = lk_hash128(data.data, data.length);
        lk_say_words(s, " by rules of hash ");
        put_hexadecimal(s, hash.high);
        put_hexadecimal(s, hash.low);
    }
    lk_say_words(s, ")");
}

static void put_days(lk_sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    if (rule->window_days == 0) return;
    if (rule->window_days == 1) {
        lk_say_words(s, ", on the same calendar day");
    } else {
        lk_say_words(s, ", within ");
        put_number(s, rule->window_days);
        lk_say_words(s, " calendar days");
    }
    put_zone(s, funnel);
}

static void put_sessions(lk_sentence *s, const lk_funnel_rule *rule)
{
    if (rule->session == INT64_MAX) return;
    lk_say_words(s, ", within ");
    put_number(s, rule->sessions);
    lk_say_words(s, rule->sessions == 1 ? " session (one" : " sessions (one");
    lk_say_words(s, " ends with a pause of more than ");
    put_duration(s, rule->session);
    lk_say_words(s, ")");
}

static void put_windows(lk_sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    if (rule->window != INT64_MAX) {
        lk_say_words(s, ", within ");
        put_duration(s, rule->window);
        lk_say_words(s, " of the first, inclusive");
    } else if (rule->window_days == 0 && rule->session == INT64_MAX) {
        lk_say_words(s, ", however long it takes");
    }
    put_days(s, funnel);
    put_sessions(s, rule);
    if (rule->step_window != INT64_MAX) {
        lk_say_words(s, ", each within ");
        put_duration(s, rule->step_window);
        lk_say_words(s, " of the one before, inclusive");
    }
    if (rule->gap > 0) {
        lk_say_words(s, ", each ");
        put_duration(s, rule->gap);
        lk_say_words(s, " or more after the one before");
    }
}

static void put_entry(lk_sentence *s, const lk_funnel_rule *rule)
{
    static const char *const entries[] = {
        "; every event of the first step starts an attempt, and the one that gets farthest counts",
        "; only the lead's first event of the first step starts an attempt",
        "; every event of the first step starts an attempt, and each counts",
        "; an event of the first step starts an attempt once the last is over, and each counts"};
    if (rule->order != LK_ORDER_UNORDERED && rule->order != LK_ORDER_OPEN)
        lk_say_words(s, entries[rule->entry]);
}

static void put_range(lk_sentence *s, const lk_funnel_rule *rule, int32_t range)
{
    lk_say_words(s, " between step ");
    put_number(s, rule->exclude_from[range]);
    lk_say_words(s, " and ");
    if (rule->exclude_to[range] <= rule->step_count) {
        lk_say_words(s, "step ");
        put_number(s, rule->exclude_to[range]);
    } else {
        lk_say_words(s, "the last");
    }
}

static void put_excluding(lk_sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    size_t count = lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE);
    if (count == 0) lk_say_words(s, "an event marked as excluded");
    if (rule->range_count == 1) {
        put_items(s, funnel, LK_FUNNEL_EXCLUDE, ", ");
        if (rule->order <= LK_ORDER_ADJACENT) put_range(s, rule, 0);
        return;
    }
    for (int32_t i = 0; i < rule->range_count; i++) {
        if (i > 0) lk_say_words(s, ", or ");
        put_item(s, funnel, LK_FUNNEL_EXCLUDE, (size_t)i, "");
        put_range(s, rule, i);
    }
}

/* Said where exclusions are named, or anything about them is. */
static void put_exclusions(lk_sentence *s, const leadkpi_funnel *funnel)
{
    static const char *const effects[] = {" ends what an attempt has begun there, which keeps what "
                                          "it reached and may do those steps again",
                                          " ends an attempt, which keeps what it reached",
                                          " leaves the lead out altogether where all attempts that "
                                          "got farthest met one in their window"};
    static const int options[] = {LK_FUNNEL_EXCLUDE, LK_FUNNEL_EXCLUDE_FROM, LK_FUNNEL_EXCLUDE_TO,
                                  LK_FUNNEL_EXCLUDE_EFFECT};
    bool said = false;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        said |= lk_options_is_set(funnel->definition, &lk_funnel_schema, options[i]);
    if (!said) return;
    lk_say_words(s, "; ");
    put_excluding(s, funnel);
    lk_say_words(
        s, effects[funnel->rule.order > LK_ORDER_ADJACENT ? LK_EFFECT_END : funnel->rule.effect]);
}

static void put_clickhouse(lk_sentence *s, const leadkpi_funnel *funnel)
{
    lk_say_words(s, "; the answer is that of ClickHouse's windowFunnel");
    if (lk_options_list_count(funnel->definition, &lk_funnel_schema, LK_FUNNEL_MODES) > 0) {
        lk_say_words(s, " with ");
        put_items(s, funnel, LK_FUNNEL_MODES, " and ");
    }
    lk_say_words(s, ", bug for bug");
}

static void put_preset(lk_sentence *s, const leadkpi_funnel *funnel)
{
    if (funnel->rule.preset == 0) return;
    lk_say_words(s, "; these are the rules of ");
    lk_say(s, lk_options_get_text(funnel->definition, &lk_funnel_schema, LK_FUNNEL_PRESET));
    if (lk_options_has_value(funnel->definition, &lk_funnel_schema, LK_FUNNEL_WINDOW))
        lk_say_words(s, " with a window of its own");
}

static void put_rule(lk_sentence *s, const leadkpi_funnel *funnel)
{
    const lk_funnel_rule *rule = &funnel->rule;
    put_order(s, funnel);
    put_optional(s, rule);
    put_windows(s, funnel);
    if (rule->compat == LK_COMPAT_CLICKHOUSE) {
        put_clickhouse(s, funnel);
    } else {
        put_entry(s, rule);
        lk_say_words(s, rule->same_event == LK_SAME_EVENT_MANY
                            ? "; one event fills every step that it matches"
                            : "; one event fills one step");
        if (rule->same_value) lk_say_words(s, "; all events of an attempt have one value");
        if (rule->skips == LK_SKIPS_IMPLIED)
            lk_say_words(s, "; an event of a later step brings the steps before it");
        put_exclusions(s, funnel);
    }
    put_preset(s, funnel);
    lk_say_words(s, rule->input == LK_INPUT_TIME ? "; rows come in order of time" : "");
    lk_say_words(s, rule->hashed_ids ? "; of ids a 128-bit hash is kept" : "");
    lk_say_words(s, ".");
    lk_say(s, (lk_text){"", 1}); /* the NUL */
}

leadkpi_status leadkpi_funnel_describe(const leadkpi_funnel *funnel, char *buffer, size_t capacity,
                                       size_t *needed, leadkpi_error *error)
{
    lk_sentence counted = {NULL, 0, 0}, written = {buffer, capacity, 0};
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(funnel, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    put_rule(&counted, funnel);
    LK_TRY(lk_buffer_admits(buffer, capacity, counted.length, needed, error));
    if (buffer) put_rule(&written, funnel);
    return LEADKPI_OK;
}
