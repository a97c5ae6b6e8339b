/* preset.c: the funnels of other products as axes of ours. The man page has the table that says which
 * of their settings each stands for, and where an answer still differs. */
#include "funnel/rule.h"

enum { ORDER = 1, ENTRY = 2, SAME_EVENT = 4, SKIPS = 8, EFFECT = 16, GAP = 32, COMPAT = 64 };

#define DAY INT64_C(86400000000)

typedef struct preset {
    int32_t fixed; /* axes that belong to the product; ORDER ... */
    int32_t order, entry, same_event, skips, effect, compat, modes;
    int64_t gap;
    int64_t window; /* what the product takes unless told otherwise; 0: none */
} preset;

#define ALL_AXES (ORDER | ENTRY | SAME_EVENT | SKIPS)

/* In the order of the schema's choices. */
static const preset presets[] = {
    {.fixed = 0},
    /* clickhouse, _strict_deduplication, _strict_order, _strict_increase: bug for bug */
    {.fixed = COMPAT, .compat = LK_COMPAT_CLICKHOUSE},
    {.fixed = COMPAT, .compat = LK_COMPAT_CLICKHOUSE, .modes = LK_MODE_STRICT_DEDUPLICATION},
    {.fixed = COMPAT, .compat = LK_COMPAT_CLICKHOUSE, .modes = LK_MODE_STRICT_ORDER},
    {.fixed = COMPAT, .compat = LK_COMPAT_CLICKHOUSE, .modes = LK_MODE_STRICT_INCREASE},
    /* clickhouse_strict_once: it tries every path there, so the exact rule is its answer */
    {.fixed = ALL_AXES | COMPAT},
    /* clickhouse_strict_increase_exact: what strict_increase is meant to be */
    {.fixed = ALL_AXES | GAP | COMPAT, .same_event = LK_SAME_EVENT_MANY, .gap = 1},
    /* posthog_ordered, _strict, _unordered */
    {.fixed = ALL_AXES | EFFECT, .effect = LK_EFFECT_LEAD, .window = 14 * DAY},
    {.fixed = ALL_AXES | EFFECT, .order = LK_ORDER_ADJACENT, .effect = LK_EFFECT_LEAD,
     .window = 14 * DAY},
    {.fixed = ALL_AXES | EFFECT, .order = LK_ORDER_UNORDERED, .window = 14 * DAY},
    /* mixpanel_uniques, _reentry, _totals, _any_order */
    {.fixed = ALL_AXES | EFFECT, .entry = LK_ENTRY_FIRST, .effect = LK_EFFECT_END,
     .window = 7 * DAY},
    {.fixed = ALL_AXES | EFFECT, .effect = LK_EFFECT_END, .window = 7 * DAY},
    {.fixed = ALL_AXES | EFFECT, .entry = LK_ENTRY_AGAIN, .effect = LK_EFFECT_END,
     .window = 7 * DAY},
    {.fixed = ALL_AXES | EFFECT, .order = LK_ORDER_UNORDERED, .window = 7 * DAY},
    /* ga4_closed, ga4_open */
    {.fixed = ALL_AXES},
    {.fixed = ALL_AXES, .order = LK_ORDER_OPEN, .same_event = LK_SAME_EVENT_MANY},
    /* hubspot_all, hubspot_any */
    {.fixed = ALL_AXES},
    {.fixed = ALL_AXES, .order = LK_ORDER_OPEN, .same_event = LK_SAME_EVENT_MANY},
    /* crm_lifecycle: a jump over stages implies those between. Any event brings step 1, so of any entry the one that
     * got farthest would start with its last event, and no lead would ever have waited. */
    {.fixed = ALL_AXES, .entry = LK_ENTRY_FIRST, .same_event = LK_SAME_EVENT_MANY, .skips = LK_SKIPS_IMPLIED},
};

/* An axis that the preset fixes and the definition sets as well. */
static leadkpi_status refuse(const leadkpi_options *definition, int option, leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_schema;
    lk_text name = lk_options_get_text(definition, schema, LK_FUNNEL_PRESET);
    return lk_fail(error, LEADKPI_CONTRADICTION,
                   "%s: preset \"%.*s\" sets it; expected the one or the other",
                   schema->options[option].name, LK_TEXT_ARGS(name));
}

static leadkpi_status take_choice(const leadkpi_options *definition, bool fixed, int option,
                                  int32_t value, int32_t *axis, leadkpi_error *error)
{
    if (fixed && lk_options_is_set(definition, &lk_funnel_schema, option))
        return refuse(definition, option, error);
    *axis = fixed ? value : lk_options_choice(definition, &lk_funnel_schema, option);
    return LEADKPI_OK;
}

leadkpi_status lk_funnel_apply_preset(const leadkpi_options *definition, lk_funnel_rule *rule,
                                      leadkpi_error *error)
{
    const lk_schema *schema = &lk_funnel_schema;
    rule->preset = lk_options_choice(definition, schema, LK_FUNNEL_PRESET);
    const preset *p = &presets[rule->preset];
    LK_TRY(take_choice(definition, p->fixed & ORDER, LK_FUNNEL_ORDER, p->order, &rule->order, error));
    LK_TRY(take_choice(definition, p->fixed & ENTRY, LK_FUNNEL_ENTRY, p->entry, &rule->entry, error));
    LK_TRY(take_choice(definition, p->fixed & SAME_EVENT, LK_FUNNEL_SAME_EVENT, p->same_event,
                       &rule->same_event, error));
    LK_TRY(take_choice(definition, p->fixed & SKIPS, LK_FUNNEL_SKIPS, p->skips, &rule->skips, error));
    LK_TRY(take_choice(definition, p->fixed & EFFECT, LK_FUNNEL_EXCLUDE_EFFECT, p->effect,
                       &rule->effect, error));
    LK_TRY(take_choice(definition, p->fixed & COMPAT, LK_FUNNEL_COMPAT, p->compat, &rule->compat,
                       error));
    rule->gap = lk_options_int64(definition, schema, LK_FUNNEL_GAP);
    if (p->fixed & GAP) {
        if (rule->gap != 0) return refuse(definition, LK_FUNNEL_GAP, error);
        rule->gap = p->gap;
    }
    if (p->fixed & COMPAT && lk_options_list_count(definition, schema, LK_FUNNEL_MODES) > 0)
        return refuse(definition, LK_FUNNEL_MODES, error);
    rule->modes = p->modes;
    rule->window = p->window ? p->window : INT64_MAX;
    return LEADKPI_OK;
}
