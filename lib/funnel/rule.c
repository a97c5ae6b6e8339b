#include "funnel/rule.h"

#include "base/nearest.h"
#include "base/number.h"
#include "funnel/standings.h"

static const lk_option definition_options[] = {
    [LK_FUNNEL_STEPS] = {"steps", LK_OPTION_LIST, .unit = "events",
                         .meaning =
                             "The steps in their order, 1 to 64 of them: an event's name each, "
                             "or several with | between them; || is a | in a name. Where one "
                             "after the first begins with a |, all have |: before them."},
    [LK_FUNNEL_PRESET] = {"preset", LK_OPTION_CHOICE,
                          .choices = "none|clickhouse|clickhouse_strict_deduplication|"
                                     "clickhouse_strict_order|clickhouse_strict_increase|"
                                     "clickhouse_strict_once|clickhouse_strict_increase_exact|"
                                     "posthog_ordered|posthog_strict|posthog_unordered|"
                                     "mixpanel_uniques|mixpanel_reentry|mixpanel_totals|"
                                     "mixpanel_any_order|ga4_closed|ga4_open|hubspot_all|"
                                     "hubspot_any|crm_lifecycle",
                          .default_text = "none",
                          .meaning = "The rules of a product; a window of its own may be told, "
                                     "what else it sets may not."},
    [LK_FUNNEL_ORDER] = {"order", LK_OPTION_CHOICE,
                         .choices = "ordered|adjacent|unordered|anchored|open",
                         .default_text = "ordered",
                         .meaning = "Steps in their order; with no other event of the lead between "
                                    "them; in any order; the first step first and the others in "
                                    "any order; or each step by itself."},
    [LK_FUNNEL_ENTRY] = {"entry", LK_OPTION_CHOICE, .choices = "any|first|every|again",
                         .default_text = "any",
                         .meaning =
                             "Attempts start at every event of step 1 and the best one counts; "
                             "only at a lead's first one; at every one, and each counts; or again "
                             "after the attempt before is over, and each counts."},
    [LK_FUNNEL_WINDOW] = {"window", LK_OPTION_DURATION, .unit = "time", .minimum = "0s",
                          .meaning = "Longest time from the first step to any other, inclusive; no "
                                     "value: no limit."},
    [LK_FUNNEL_WINDOW_DAYS] = {"window_days", LK_OPTION_INT64, .unit = "days", .minimum = "1",
                               .maximum = "36600",
                               .meaning = "Calendar days in which an attempt ends: 1 is the day of "
                                          "the first step; no value: no limit."},
    [LK_FUNNEL_ZONE] = {"zone", LK_OPTION_TEXT, .default_text = "UTC",
                        .meaning = "Time zone of the days: UTC, a fixed offset such as +05:30, or the "
                                   "name of a zone whose rules are in zone_data or zone_rule."},
    [LK_FUNNEL_ZONE_DATA] = {"zone_data", LK_OPTION_BYTES,
                             .meaning = "The bytes of the zone's TZif file."},
    [LK_FUNNEL_ZONE_RULE] = {"zone_rule", LK_OPTION_TEXT,
                             .meaning = "The zone's rule as POSIX TZ text, such as "
                                        "CET-1CEST,M3.5.0,M10.5.0/3."},
    [LK_FUNNEL_SESSION] = {"session", LK_OPTION_DURATION, .unit = "time", .minimum = "0s",
                           .meaning = "A session of a lead ends with a pause longer than this, and an "
                                      "attempt with its session; no value: no sessions."},
    [LK_FUNNEL_SESSIONS] = {"sessions", LK_OPTION_INT64, .unit = "sessions", .minimum = "1",
                            .default_text = "1",
                            .meaning = "Sessions in a row in which an attempt ends."},
    [LK_FUNNEL_STEP_WINDOW] = {"step_window", LK_OPTION_DURATION, .unit = "time", .minimum = "0s",
                               .meaning = "Longest time from a step to the next, inclusive; no "
                                          "value: no limit."},
    [LK_FUNNEL_GAP] = {"gap", LK_OPTION_DURATION, .unit = "time", .minimum = "0s",
                       .default_text = "0s",
                       .meaning = "Shortest time from a step to the next; 1us makes times rise "
                                  "strictly."},
    [LK_FUNNEL_SAME_EVENT] = {"same_event", LK_OPTION_CHOICE, .choices = "once|many",
                              .default_text = "once",
                              .meaning = "How many steps one event may fill: one, or all that it "
                                         "matches."},
    [LK_FUNNEL_SAME_VALUE] = {"same_value", LK_OPTION_BOOL, .default_text = "false",
                              .meaning = "Whether the events of an attempt must have one value in the "
                                         "column value."},
    [LK_FUNNEL_SKIPS] = {"skips", LK_OPTION_CHOICE, .choices = "strict|implied",
                         .default_text = "strict",
                         .meaning =
                             "Whether an event of a later step implies the earlier ones at the "
                             "same time, as in the history of a CRM."},
    [LK_FUNNEL_OPTIONAL] = {"optional", LK_OPTION_LIST, .unit = "step numbers",
                            .meaning = "Steps, by their numbers, that an attempt may leave out; not "
                                       "the first and not the last."},
    [LK_FUNNEL_EXCLUDE] = {"exclude", LK_OPTION_LIST, .unit = "events",
                           .meaning = "Events that may not stand between steps; exclude_effect says "
                                      "what they do."},
    [LK_FUNNEL_EXCLUDE_FROM] = {"exclude_from", LK_OPTION_LIST, .unit = "step numbers",
                                .default_text = "1",
                                .meaning = "Exclusions count after this step: one number for all, or "
                                           "one for each item of exclude."},
    [LK_FUNNEL_EXCLUDE_TO] = {"exclude_to", LK_OPTION_LIST, .unit = "step numbers",
                              .default_text = "64",
                              .meaning =
                                  "Exclusions count before this step; past the last step: up to "
                                  "the end. One number for all, or one for each."},
    [LK_FUNNEL_EXCLUDE_EFFECT] = {"exclude_effect", LK_OPTION_CHOICE,
                                  .choices = "restart|end|lead", .default_text = "restart",
                                  .meaning =
                                      "An attempt does the steps of the range again; it ends; or "
                                      "the lead does not count at all. But for the last, what was "
                                      "reached stays reached."},
    [LK_FUNNEL_COMPAT] = {"compat", LK_OPTION_CHOICE, .choices = "none|clickhouse",
                          .default_text = "none",
                          .meaning = "Answer as another product does, bug for bug; clickhouse is "
                                     "windowFunnel, with modes."},
    [LK_FUNNEL_MODES] = {"modes", LK_OPTION_LIST, .unit = "modes",
                         .meaning = "ClickHouse's modes: strict_deduplication, strict_order, "
                                    "strict_increase, allow_reentry."},
    [LK_FUNNEL_IDS] = {"ids", LK_OPTION_CHOICE, .choices = "exact|hashed", .default_text = "exact",
                       .meaning = "Keep ids as they are, or only 128 bits of their XXH3 hash."},
    [LK_FUNNEL_INPUT] = {"input", LK_OPTION_CHOICE, .choices = "any|time", .default_text = "any",
                         .meaning = "How rows come: in any order, or in order of time, which "
                                    "needs no memory for events."},
};

const lk_schema lk_funnel_schema = {"funnel", "What a funnel counts.", definition_options,
                                    LK_FUNNEL_OPTION_COUNT};

/* ---- names ------------------------------------------------------------------- */

/* Does "|:" come before each name? An odd bar ends a run, so that behind one that cuts no other stands: in
 * this reading alone may what is left of an item begin with a single bar. */
static bool is_marked(lk_text item)
{
    return item.length > 1 && item.data[0] == '|' && item.data[1] == ':';
}

bool lk_funnel_next_name(lk_text *item, lk_text *name)
{
    size_t begin, end;
    if (!item->data) return false;
    begin = end = is_marked(*item) ? 2 : 0;
    while (end < item->length && item->data[end] != '|') end++;
    while (end + 1 < item->length && item->data[end + 1] == '|') /* two stand for one that is part of the name */
        for (end += 2; end < item->length && item->data[end] != '|';) end++;
    *name = (lk_text){item->data + begin, end - begin};
    if (end == item->length) {
        *item = (lk_text){NULL, 0};
        return true;
    }
    if (begin == 0) end++; /* the bar that cuts; "|:" belongs to the next name */
    *item = (lk_text){item->data + end, item->length - end};
    return true;
}

size_t lk_funnel_plain_name(lk_text name, char *out)
{
    size_t length = 0;
    for (size_t i = 0; i < name.length; i++) {
        out[length++] = name.data[i];
        i += name.data[i] == '|';
    }
    return length;
}

static bool is_event(lk_text name, lk_text event)
{
    size_t at = 0;
    for (size_t i = 0; i < name.length; i++, at++) {
        if (at == event.length || event.data[at] != name.data[i]) return false;
        i += name.data[i] == '|';
    }
    return at == event.length;
}

bool lk_funnel_item_names(lk_text item, lk_text event)
{
    lk_text name;
    while (lk_funnel_next_name(&item, &name))
        if (is_event(name, event)) return true;
    return false;
}

/* ---- checks ------------------------------------------------------------------ */

static int64_t duration(const leadkpi_options *definition, int option)
{
    if (!lk_options_has_value(definition, &lk_funnel_schema, option)) return INT64_MAX;
    return lk_options_int64(definition, &lk_funnel_schema, option);
}

static leadkpi_status read_modes(const leadkpi_options *definition, lk_funnel_rule *rule,
                                 leadkpi_error *error)
{
    static const char *const names[] = {"strict_deduplication", "strict_order", "strict_increase",
                                        "allow_reentry"};
    enum {
        MODE_COUNT = sizeof names / sizeof names[0]
    };
    size_t count = lk_options_list_count(definition, &lk_funnel_schema, LK_FUNNEL_MODES);
    for (size_t i = 0; i < count; i++) {
        lk_text item = lk_options_list_item(definition, &lk_funnel_schema, LK_FUNNEL_MODES, i);
        int mode = 0;
        lk_nearest nearest;
        lk_nearest_begin(&nearest, item);
        while (mode < MODE_COUNT &&
               !lk_text_equal(item, lk_text_of(names[mode], LEADKPI_NUL_TERMINATED)))
            lk_nearest_consider(&nearest, lk_text_of(names[mode++], LEADKPI_NUL_TERMINATED));
        if (mode == MODE_COUNT) return lk_nearest_fail(&nearest, "modes", error);
        rule->modes |= 1 << mode;
    }
    return LEADKPI_OK;
}

/* Each list of names has one spelling: "|:" stands where there is no other, before all of them. */
static leadkpi_status check_names(lk_text item, const char *option, size_t number, leadkpi_error *error)
{
    bool marked = is_marked(item), needed = false;
    lk_text name, whole = item;
    for (bool first = true; lk_funnel_next_name(&item, &name); first = false) {
        LK_FAIL_IF(name.length == 0, error, LEADKPI_BAD_ARGUMENT,
                   "%s: expected names of events, found an empty one as item %zu", option, number);
        needed |= !first && name.data[0] == '|';
    }
    LK_FAIL_IF(marked && !needed, error, LEADKPI_BAD_ARGUMENT,
               "%s: expected |: before names of which one after the first begins with ||, found "
               "\"%.*s\" as item %zu",
               option, LK_TEXT_ARGS(whole), number);
    return LEADKPI_OK;
}

static leadkpi_status check_steps(const leadkpi_options *definition, lk_funnel_rule *rule,
                                  leadkpi_error *error)
{
    size_t count = lk_options_list_count(definition, &lk_funnel_schema, LK_FUNNEL_STEPS);
    LK_FAIL_IF(count < 1 || count > LK_FUNNEL_STEPS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "steps: expected 1 to %d, found %zu", LK_FUNNEL_STEPS_MAX, count);
    rule->step_count = (int32_t)count;
    for (int option = LK_FUNNEL_STEPS; option <= LK_FUNNEL_EXCLUDE;
         option += LK_FUNNEL_EXCLUDE - LK_FUNNEL_STEPS) {
        count = lk_options_list_count(definition, &lk_funnel_schema, option);
        for (size_t i = 0; i < count; i++)
            LK_TRY(check_names(lk_options_list_item(definition, &lk_funnel_schema, option, i),
                               definition_options[option].name, i + 1, error));
    }
    return LEADKPI_OK;
}

/* A list of step numbers; `count` of them at most. */
static leadkpi_status read_step_numbers(const leadkpi_options *definition, int option, int64_t least,
                                        int64_t most, uint8_t *numbers, size_t count,
                                        leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        lk_text item = lk_options_list_item(definition, &lk_funnel_schema, option, i);
        if (item.length > 2 || (item.length && !(item.data[0] > '0' && item.data[0] <= '9')) ||
            !lk_number_parse_int64(item, &number) || number < least || number > most)
            return lk_fail(error, LEADKPI_BAD_ARGUMENT,
                           "%s: expected numbers of steps from %d to %d, found \"%.*s\"",
                           definition_options[option].name, (int)least, (int)most,
                           LK_TEXT_ARGS(item));
        numbers[i] = (uint8_t)number;
    }
    return LEADKPI_OK;
}

static leadkpi_status read_optional(const leadkpi_options *definition, lk_funnel_rule *rule,
                                    leadkpi_error *error)
{
    uint8_t numbers[LK_FUNNEL_STEPS_MAX];
    size_t count = lk_options_list_count(definition, &lk_funnel_schema, LK_FUNNEL_OPTIONAL);
    if (count == 0) return LEADKPI_OK;
    LK_FAIL_IF(count > LK_FUNNEL_STEPS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "optional: expected at most %d steps, found %zu", LK_FUNNEL_STEPS_MAX, count);
    LK_FAIL_IF(rule->step_count < 3, error, LEADKPI_CONTRADICTION,
               "optional: the first and the last step cannot be left out, and there is no other");
    LK_TRY(read_step_numbers(definition, LK_FUNNEL_OPTIONAL, 2, rule->step_count - 1, numbers, count,
                             error));
    for (size_t i = 0; i < count; i++) {
        LK_FAIL_IF(i > 0 && numbers[i] <= numbers[i - 1], error, LEADKPI_BAD_ARGUMENT,
                   "optional: expected rising numbers of steps, found %d after %d", numbers[i],
                   numbers[i - 1]);
        rule->optional |= (uint64_t)1 << (numbers[i] - 1);
    }
    return LEADKPI_OK;
}

/* One side of the ranges: as many numbers as there are ranges, or one for all. */
static leadkpi_status read_range_side(const leadkpi_options *definition, int option, int64_t least,
                                      int32_t range_count, uint8_t *numbers, leadkpi_error *error)
{
    size_t count = lk_options_list_count(definition, &lk_funnel_schema, option);
    LK_FAIL_IF(count != 1 && count != (size_t)range_count, error, LEADKPI_CONTRADICTION,
               "%s: expected one step for all exclusions or one for each, found %zu",
               definition_options[option].name, count);
    LK_TRY(read_step_numbers(definition, option, least, least + LK_FUNNEL_STEPS_MAX - 2, numbers,
                             count, error));
    for (size_t i = count; i < (size_t)range_count; i++) numbers[i] = numbers[0];
    return LEADKPI_OK;
}

static leadkpi_status read_ranges(const leadkpi_options *definition, lk_funnel_rule *rule,
                                  leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_schema;
    size_t from = lk_options_list_count(definition, schema, LK_FUNNEL_EXCLUDE_FROM);
    size_t to = lk_options_list_count(definition, schema, LK_FUNNEL_EXCLUDE_TO);
    size_t count = lk_options_list_count(definition, schema, LK_FUNNEL_EXCLUDE);
    rule->range_count = 1;
    if (from > 1 || to > 1) {
        LK_FAIL_IF(count > LK_FUNNEL_RANGES_MAX, error, LEADKPI_BAD_ARGUMENT,
                   "exclude: expected at most %d with ranges of their own, found %zu",
                   LK_FUNNEL_RANGES_MAX, count);
        if (count > 1) rule->range_count = (int32_t)count;
    }
    LK_TRY(read_range_side(definition, LK_FUNNEL_EXCLUDE_FROM, 1, rule->range_count,
                           rule->exclude_from, error));
    return read_range_side(definition, LK_FUNNEL_EXCLUDE_TO, 2, rule->range_count, rule->exclude_to,
                           error);
}

leadkpi_status lk_funnel_read_rule(const leadkpi_options *definition, lk_funnel_rule *rule,
                                   leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_schema;
    memset(rule, 0, sizeof *rule);
    rule->input = lk_options_choice(definition, schema, LK_FUNNEL_INPUT);
    LK_TRY(check_steps(definition, rule, error));
    LK_TRY(lk_funnel_apply_preset(definition, rule, error));
    if (lk_options_has_value(definition, schema, LK_FUNNEL_WINDOW))
        rule->window = duration(definition, LK_FUNNEL_WINDOW);
    rule->step_window = duration(definition, LK_FUNNEL_STEP_WINDOW);
    rule->session = duration(definition, LK_FUNNEL_SESSION);
    rule->sessions = lk_options_int64(definition, schema, LK_FUNNEL_SESSIONS);
    rule->window_days = lk_options_int64(definition, schema, LK_FUNNEL_WINDOW_DAYS);
    rule->same_value = lk_options_bool(definition, schema, LK_FUNNEL_SAME_VALUE);
    rule->hashed_ids = lk_options_choice(definition, schema, LK_FUNNEL_IDS) != 0;
    LK_TRY(read_modes(definition, rule, error));
    LK_TRY(read_optional(definition, rule, error));
    LK_TRY(read_ranges(definition, rule, error));
    LK_TRY(lk_funnel_check_rule(definition, rule, error));
    if (rule->input == LK_INPUT_TIME)
        LK_TRY(lk_standings_check_rule(
            rule, lk_options_list_count(definition, schema, LK_FUNNEL_EXCLUDE) > 0, "input=time",
            error));
    if (rule->compat == LK_COMPAT_CLICKHOUSE) rule->same_event = LK_SAME_EVENT_MANY;
    return LEADKPI_OK;
}
