#include "funnel/rule.h"

#include "base/nearest.h"
#include "funnel/standings.h"

static const lk_option definition_options[] = {
    [LK_FUNNEL_STEPS] = {"steps", LK_OPTION_LIST, .unit = "events",
                         .meaning =
                             "The steps in their order, 1 to 64 of them: an event's name each, "
                             "or several with | between them."},
    [LK_FUNNEL_ORDER] = {"order", LK_OPTION_CHOICE,
                         .choices = "ordered|adjacent|unordered|anchored",
                         .default_text = "ordered",
                         .meaning = "Steps in their order; with no other event of the lead between "
                                    "them; in any order; or the first step first and the others in "
                                    "any order."},
    [LK_FUNNEL_ENTRY] = {"entry", LK_OPTION_CHOICE, .choices = "any|first", .default_text = "any",
                         .meaning =
                             "Attempts start at every event of step 1 and the best one counts, "
                             "or only at a lead's first one."},
    [LK_FUNNEL_WINDOW] = {"window", LK_OPTION_DURATION, .unit = "time", .minimum = "0s",
                          .meaning = "Longest time from the first step to any other, inclusive; no "
                                     "value: no limit."},
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
    [LK_FUNNEL_SKIPS] = {"skips", LK_OPTION_CHOICE, .choices = "strict|implied",
                         .default_text = "strict",
                         .meaning =
                             "Whether an event of a later step implies the earlier ones at the "
                             "same time, as in the history of a CRM."},
    [LK_FUNNEL_EXCLUDE] = {"exclude", LK_OPTION_LIST, .unit = "events",
                           .meaning = "Events that may not stand between steps: they end the "
                                      "attempts under way, which keep what they reached."},
    [LK_FUNNEL_EXCLUDE_FROM] = {"exclude_from", LK_OPTION_INT64, .unit = "step", .minimum = "1",
                                .maximum = "63", .default_text = "1",
                                .meaning = "Exclusions count after this step."},
    [LK_FUNNEL_EXCLUDE_TO] = {"exclude_to", LK_OPTION_INT64, .unit = "step", .minimum = "2",
                              .maximum = "64", .default_text = "64",
                              .meaning =
                                  "Exclusions count before this step; past the last step: up to "
                                  "the end."},
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

bool lk_funnel_next_name(lk_text *item, lk_text *name)
{
    if (!item->data) return false;
    const char *bar = item->length ? memchr(item->data, '|', item->length) : NULL;
    size_t length = bar ? (size_t)(bar - item->data) : item->length;
    *name = (lk_text){item->data, length};
    *item = bar ? (lk_text){bar + 1, item->length - length - 1} : (lk_text){NULL, 0};
    return true;
}

bool lk_funnel_item_names(lk_text item, lk_text event)
{
    lk_text name;
    while (lk_funnel_next_name(&item, &name))
        if (lk_text_equal(name, event)) return true;
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
        for (size_t i = 0; i < count; i++) {
            lk_text name, item = lk_options_list_item(definition, &lk_funnel_schema, option, i);
            while (lk_funnel_next_name(&item, &name))
                LK_FAIL_IF(name.length == 0, error, LEADKPI_BAD_ARGUMENT,
                           "%s: expected names of events, found an empty one as item %zu",
                           definition_options[option].name, i + 1);
        }
    }
    return LEADKPI_OK;
}

static leadkpi_status check_order(const lk_funnel_rule *rule, leadkpi_error *error)
{
    bool any_order = rule->order == LK_ORDER_UNORDERED || rule->order == LK_ORDER_ANCHORED;
    LK_FAIL_IF(
        any_order && (rule->step_window != INT64_MAX || rule->gap > 0), error,
        LEADKPI_CONTRADICTION,
        "order: expected ordered or adjacent with step_window or gap, which need a step before");
    LK_FAIL_IF(any_order && rule->skips == LK_SKIPS_IMPLIED, error, LEADKPI_CONTRADICTION,
               "skips: expected strict with steps in any order, which none is before");
    LK_FAIL_IF(rule->order == LK_ORDER_UNORDERED && rule->entry == LK_ENTRY_FIRST, error,
               LEADKPI_CONTRADICTION,
               "entry: expected any with order=unordered, where no step is the entry");
    LK_FAIL_IF(rule->order == LK_ORDER_ADJACENT &&
                   (rule->same_event == LK_SAME_EVENT_MANY || rule->skips == LK_SKIPS_IMPLIED),
               error, LEADKPI_CONTRADICTION,
               "order: adjacent steps are neighbouring events; expected same_event=once and "
               "skips=strict");
    LK_FAIL_IF(rule->skips == LK_SKIPS_IMPLIED && rule->same_event == LK_SAME_EVENT_ONCE, error,
               LEADKPI_CONTRADICTION,
               "skips: a step that implies others fills them too; expected same_event=many");
    return LEADKPI_OK;
}

/* Which of its steps an event fills is open where any order goes: refused, not guessed. */
static leadkpi_status check_shared_names(const leadkpi_options *definition,
                                         const lk_funnel_rule *rule, leadkpi_error *error)
{
    if (rule->order < LK_ORDER_UNORDERED || rule->same_event == LK_SAME_EVENT_MANY)
        return LEADKPI_OK;
    for (int32_t i = 0; i < rule->step_count; i++) {
        lk_text name,
            item = lk_options_list_item(definition, &lk_funnel_schema, LK_FUNNEL_STEPS, (size_t)i);
        while (lk_funnel_next_name(&item, &name))
            for (int32_t other = 0; other < i; other++)
                LK_FAIL_IF(
                    lk_funnel_item_names(lk_options_list_item(definition, &lk_funnel_schema,
                                                              LK_FUNNEL_STEPS, (size_t)other),
                                         name),
                    error, LEADKPI_CONTRADICTION,
                    "steps: \"%.*s\" is step %d and step %d, and which of them an event fills is "
                    "open where any order goes; expected same_event=many",
                    LK_TEXT_ARGS(name), (int)other + 1, (int)i + 1);
    }
    return LEADKPI_OK;
}

static leadkpi_status check_exclusions(const leadkpi_options *definition,
                                       const lk_funnel_rule *rule, leadkpi_error *error)
{
    bool given = lk_options_list_count(definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE) > 0;
    bool ranged = lk_options_is_set(definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE_FROM) ||
                  lk_options_is_set(definition, &lk_funnel_schema, LK_FUNNEL_EXCLUDE_TO);
    LK_FAIL_IF(rule->exclude_from >= rule->exclude_to, error, LEADKPI_CONTRADICTION,
               "exclude_to: expected a step after exclude_from (%d), found %d",
               (int)rule->exclude_from, (int)rule->exclude_to);
    LK_FAIL_IF((given || ranged) && rule->order > LK_ORDER_ADJACENT, error, LEADKPI_CONTRADICTION,
               "exclude: expected none with steps in any order, which have no between");
    return LEADKPI_OK;
}

static leadkpi_status check_compat(const leadkpi_options *definition, const lk_funnel_rule *rule,
                                   leadkpi_error *error)
{
    LK_FAIL_IF(rule->modes && rule->compat != LK_COMPAT_CLICKHOUSE, error, LEADKPI_CONTRADICTION,
               "modes: expected compat=clickhouse with them");
    LK_FAIL_IF((rule->modes & LK_MODE_ALLOW_REENTRY) && !(rule->modes & LK_MODE_STRICT_ORDER),
               error, LEADKPI_CONTRADICTION, "modes: expected strict_order with allow_reentry");
    if (rule->compat != LK_COMPAT_CLICKHOUSE) return LEADKPI_OK;
    static const int others[] = {LK_FUNNEL_ORDER,  LK_FUNNEL_ENTRY,      LK_FUNNEL_STEP_WINDOW,
                                 LK_FUNNEL_GAP,    LK_FUNNEL_SAME_EVENT, LK_FUNNEL_SKIPS,
                                 LK_FUNNEL_EXCLUDE};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        LK_FAIL_IF(lk_options_is_set(definition, &lk_funnel_schema, others[i]), error,
                   LEADKPI_CONTRADICTION,
                   "%s: windowFunnel has no such thing; expected its default "
                   "with compat=clickhouse",
                   definition_options[others[i]].name);
    LK_FAIL_IF(!lk_options_has_value(definition, &lk_funnel_schema, LK_FUNNEL_WINDOW), error,
               LEADKPI_CONTRADICTION, "window: windowFunnel always has one; expected a duration");
    LK_FAIL_IF(rule->step_count > 32, error, LEADKPI_CONTRADICTION,
               "steps: windowFunnel takes at most 32, found %d", (int)rule->step_count);
    return LEADKPI_OK;
}

leadkpi_status lk_funnel_read_rule(const leadkpi_options *definition, lk_funnel_rule *rule,
                                   leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_schema;
    memset(rule, 0, sizeof *rule);
    rule->window = duration(definition, LK_FUNNEL_WINDOW);
    rule->step_window = duration(definition, LK_FUNNEL_STEP_WINDOW);
    rule->gap = lk_options_int64(definition, schema, LK_FUNNEL_GAP);
    rule->order = lk_options_choice(definition, schema, LK_FUNNEL_ORDER);
    rule->entry = lk_options_choice(definition, schema, LK_FUNNEL_ENTRY);
    rule->same_event = lk_options_choice(definition, schema, LK_FUNNEL_SAME_EVENT);
    rule->skips = lk_options_choice(definition, schema, LK_FUNNEL_SKIPS);
    rule->exclude_from = (int32_t)lk_options_int64(definition, schema, LK_FUNNEL_EXCLUDE_FROM);
    rule->exclude_to = (int32_t)lk_options_int64(definition, schema, LK_FUNNEL_EXCLUDE_TO);
    rule->compat = lk_options_choice(definition, schema, LK_FUNNEL_COMPAT);
    rule->hashed_ids = lk_options_choice(definition, schema, LK_FUNNEL_IDS);
    rule->input = lk_options_choice(definition, schema, LK_FUNNEL_INPUT);
    LK_TRY(check_steps(definition, rule, error));
    LK_TRY(read_modes(definition, rule, error));
    LK_TRY(check_compat(definition, rule, error));
    LK_TRY(check_order(rule, error));
    LK_TRY(check_shared_names(definition, rule, error));
    LK_TRY(check_exclusions(definition, rule, error));
    if (rule->input == LK_INPUT_TIME)
        LK_TRY(lk_standings_check_rule(
            rule, lk_options_list_count(definition, schema, LK_FUNNEL_EXCLUDE) > 0, "input=time",
            error));
    if (rule->compat == LK_COMPAT_CLICKHOUSE) rule->same_event = LK_SAME_EVENT_MANY;
    return LEADKPI_OK;
}
