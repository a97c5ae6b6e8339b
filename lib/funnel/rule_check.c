/* rule_check.c: definitions that contradict themselves, refused with the reason. */
#include "base/time_text.h"
#include "funnel/rule.h"

static bool is_set(const leadkpi_options *definition, int option)
{
    return lk_options_is_set(definition, &lk_funnel_schema, option);
}

static bool is_any_order(const lk_funnel_rule *rule)
{
    return rule->order == LK_ORDER_UNORDERED || rule->order == LK_ORDER_ANCHORED;
}

static leadkpi_status check_order(const lk_funnel_rule *rule, leadkpi_error *error)
{
    bool any_order = is_any_order(rule);
    LK_FAIL_IF(
        any_order && (rule->step_window != INT64_MAX || rule->gap > 0), error,
        LEADKPI_CONTRADICTION,
        "order: expected ordered or adjacent with step_window or gap, which need a step before");
    LK_FAIL_IF(any_order && rule->skips == LK_SKIPS_IMPLIED, error, LEADKPI_CONTRADICTION,
               "skips: expected strict with steps in any order, which none is before");
    LK_FAIL_IF(rule->order == LK_ORDER_UNORDERED && rule->entry != LK_ENTRY_ANY, error,
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

/* Each step by itself: there is no attempt that anything could be said of. */
static leadkpi_status check_open(const leadkpi_options *definition, const lk_funnel_rule *rule,
                                 leadkpi_error *error)
{
    static const int others[] = {LK_FUNNEL_ENTRY,      LK_FUNNEL_WINDOW,   LK_FUNNEL_WINDOW_DAYS,
                                 LK_FUNNEL_SESSION,    LK_FUNNEL_GAP,      LK_FUNNEL_STEP_WINDOW,
                                 LK_FUNNEL_SAME_VALUE, LK_FUNNEL_SKIPS,    LK_FUNNEL_OPTIONAL,
                                 LK_FUNNEL_EXCLUDE,    LK_FUNNEL_EXCLUDE_FROM,
                                 LK_FUNNEL_EXCLUDE_TO, LK_FUNNEL_EXCLUDE_EFFECT};
    if (rule->order != LK_ORDER_OPEN) return LEADKPI_OK;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        LK_FAIL_IF(is_set(definition, others[i]), error, LEADKPI_CONTRADICTION,
                   "%s: expected its default with order=open, where each step counts by itself",
                   lk_funnel_schema.options[others[i]].name);
    return LEADKPI_OK;
}

/* Names are compared as they are written, which is one way for each. */
static bool has_name(lk_text item, lk_text wanted)
{
    lk_text name;
    while (lk_funnel_next_name(&item, &name))
        if (lk_text_equal(name, wanted)) return true;
    return false;
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
                    has_name(lk_options_list_item(definition, &lk_funnel_schema, LK_FUNNEL_STEPS,
                                                  (size_t)other),
                             name),
                    error, LEADKPI_CONTRADICTION,
                    "steps: \"%.*s\" is step %d and step %d, and which of them an event fills is "
                    "open where any order goes; expected same_event=many",
                    LK_TEXT_ARGS(name), (int)other + 1, (int)i + 1);
    }
    return LEADKPI_OK;
}

/* A step that can never be: its gap asks for more time than its window has. Presets have a gap of their own, and
 * what they answer is the product's. */
static leadkpi_status check_gap(const leadkpi_options *definition, const lk_funnel_rule *rule, leadkpi_error *error)
{
    bool is_step = rule->step_window < rule->window;
    int64_t most = is_step ? rule->step_window : rule->window;
    char gap[LK_TIME_TEXT_SIZE], window[LK_TIME_TEXT_SIZE];
    if (rule->gap <= most || rule->step_count == 1 || !is_set(definition, LK_FUNNEL_GAP)) return LEADKPI_OK;
    lk_text found = {gap, lk_duration_print(gap, rule->gap)}, limit = {window, lk_duration_print(window, most)};
    return lk_fail(error, LEADKPI_CONTRADICTION,
                   "gap: expected at most the %s of %.*s, found %.*s: no step after the first could be reached",
                   is_step ? "step_window" : "window", LK_TEXT_ARGS(limit), LK_TEXT_ARGS(found));
}

static leadkpi_status check_windows(const leadkpi_options *definition, const lk_funnel_rule *rule,
                                    leadkpi_error *error)
{
    static const int zones[] = {LK_FUNNEL_ZONE, LK_FUNNEL_ZONE_DATA, LK_FUNNEL_ZONE_RULE};
    LK_FAIL_IF(rule->sessions > 1 && rule->session == INT64_MAX, error, LEADKPI_CONTRADICTION,
               "sessions: expected session, the pause that ends one, with it");
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        LK_FAIL_IF(rule->window_days == 0 && is_set(definition, zones[i]), error,
                   LEADKPI_CONTRADICTION, "%s: expected window_days, whose days it tells, with it",
                   lk_funnel_schema.options[zones[i]].name);
    return LEADKPI_OK;
}

static leadkpi_status check_optional(const lk_funnel_rule *rule, leadkpi_error *error)
{
    if (rule->optional == 0) return LEADKPI_OK;
    LK_FAIL_IF(rule->order > LK_ORDER_ADJACENT, error, LEADKPI_CONTRADICTION,
               "optional: expected none with steps in any order, none of which must be done");
    LK_FAIL_IF(rule->skips == LK_SKIPS_IMPLIED, error, LEADKPI_CONTRADICTION,
               "optional: expected none with skips=implied, where no step is left out");
    LK_FAIL_IF(rule->effect == LK_EFFECT_END, error, LEADKPI_CONTRADICTION,
               "exclude_effect: expected restart or lead with optional steps, which leave open "
               "between which steps an attempt is");
    return LEADKPI_OK;
}

static leadkpi_status check_ranges(const leadkpi_options *definition, const lk_funnel_rule *rule,
                                   leadkpi_error *error)
{
    bool any_order = is_any_order(rule), ranged = is_set(definition, LK_FUNNEL_EXCLUDE_FROM) ||
                                                  is_set(definition, LK_FUNNEL_EXCLUDE_TO);
    for (int32_t i = 0; i < rule->range_count; i++) {
        LK_FAIL_IF(rule->exclude_from[i] >= rule->exclude_to[i], error, LEADKPI_CONTRADICTION,
                   "exclude_to: expected a step after exclude_from (%d), found %d",
                   (int)rule->exclude_from[i], (int)rule->exclude_to[i]);
        LK_FAIL_IF(ranged && rule->exclude_from[i] >= rule->step_count, error, LEADKPI_CONTRADICTION,
                   "exclude_from: expected a step before the last (%d), found %d",
                   (int)rule->step_count, (int)rule->exclude_from[i]);
        LK_FAIL_IF(rule->exclude_to[i] > rule->step_count && rule->exclude_to[i] != LK_FUNNEL_STEPS_MAX,
                   error, LEADKPI_CONTRADICTION,
                   "exclude_to: expected a step up to the last (%d) or %d for any, found %d",
                   (int)rule->step_count, LK_FUNNEL_STEPS_MAX, (int)rule->exclude_to[i]);
        LK_FAIL_IF(any_order && ranged, error, LEADKPI_CONTRADICTION,
                   "exclude_from: expected no range with steps in any order, which have no between");
    }
    return LEADKPI_OK;
}

static leadkpi_status check_effect(const lk_funnel_rule *rule, leadkpi_error *error)
{
    LK_FAIL_IF(is_any_order(rule) && rule->effect != LK_EFFECT_RESTART, error,
               LEADKPI_CONTRADICTION,
               "exclude_effect: expected restart with steps in any order: none goes past an exclusion");
    LK_FAIL_IF(rule->effect == LK_EFFECT_LEAD && lk_funnel_counts_attempts(rule), error,
               LEADKPI_CONTRADICTION,
               "exclude_effect: lead leaves out leads, and this entry counts attempts; expected "
               "restart or end");
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
    static const int others[] = {LK_FUNNEL_ORDER,       LK_FUNNEL_ENTRY,      LK_FUNNEL_STEP_WINDOW,
                                 LK_FUNNEL_WINDOW_DAYS, LK_FUNNEL_SESSION,    LK_FUNNEL_GAP,
                                 LK_FUNNEL_SAME_EVENT,  LK_FUNNEL_SAME_VALUE, LK_FUNNEL_SKIPS,
                                 LK_FUNNEL_OPTIONAL,    LK_FUNNEL_EXCLUDE,    LK_FUNNEL_EXCLUDE_FROM,
                                 LK_FUNNEL_EXCLUDE_TO,  LK_FUNNEL_EXCLUDE_EFFECT};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        LK_FAIL_IF(is_set(definition, others[i]), error, LEADKPI_CONTRADICTION,
                   "%s: windowFunnel has no such thing; expected its default "
                   "with compat=clickhouse",
                   lk_funnel_schema.options[others[i]].name);
    LK_FAIL_IF(!lk_options_has_value(definition, &lk_funnel_schema, LK_FUNNEL_WINDOW), error,
               LEADKPI_CONTRADICTION, "window: windowFunnel always has one; expected a duration");
    LK_FAIL_IF(rule->step_count > 32, error, LEADKPI_CONTRADICTION,
               "steps: windowFunnel takes at most 32, found %d", (int)rule->step_count);
    return LEADKPI_OK;
}

leadkpi_status lk_funnel_check_rule(const leadkpi_options *definition, const lk_funnel_rule *rule,
                                    leadkpi_error *error)
{
    LK_TRY(check_compat(definition, rule, error));
    LK_TRY(check_order(rule, error));
    LK_TRY(check_open(definition, rule, error));
    LK_TRY(check_shared_names(definition, rule, error));
    LK_TRY(check_windows(definition, rule, error));
    LK_TRY(check_gap(definition, rule, error));
    LK_TRY(check_optional(rule, error));
    LK_TRY(check_ranges(definition, rule, error));
    return check_effect(rule, error);
}
