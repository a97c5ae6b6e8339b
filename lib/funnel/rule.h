/* rule.h: what a definition says, as the inner loops read it. */
#ifndef LK_FUNNEL_RULE_H
#define LK_FUNNEL_RULE_H

#include "base/options.h"

/* The options of schema "funnel", in their order. */
enum {
    LK_FUNNEL_STEPS,
    LK_FUNNEL_ORDER,
    LK_FUNNEL_ENTRY,
    LK_FUNNEL_WINDOW,
    LK_FUNNEL_STEP_WINDOW,
    LK_FUNNEL_GAP,
    LK_FUNNEL_SAME_EVENT,
    LK_FUNNEL_SKIPS,
    LK_FUNNEL_EXCLUDE,
    LK_FUNNEL_EXCLUDE_FROM,
    LK_FUNNEL_EXCLUDE_TO,
    LK_FUNNEL_COMPAT,
    LK_FUNNEL_MODES,
    LK_FUNNEL_IDS,
    LK_FUNNEL_INPUT,
    LK_FUNNEL_OPTION_COUNT
};
extern const lk_schema lk_funnel_schema;

/* Choices, in the order in which the schema lists them. */
enum { LK_ORDER_ORDERED, LK_ORDER_ADJACENT, LK_ORDER_UNORDERED, LK_ORDER_ANCHORED };
enum { LK_ENTRY_ANY, LK_ENTRY_FIRST };
enum { LK_SAME_EVENT_ONCE, LK_SAME_EVENT_MANY };
enum { LK_SKIPS_STRICT, LK_SKIPS_IMPLIED };
enum { LK_INPUT_ANY, LK_INPUT_TIME };
enum { LK_COMPAT_NONE, LK_COMPAT_CLICKHOUSE };

/* ClickHouse's modes, as bits. */
enum {
    LK_MODE_STRICT_DEDUPLICATION = 1,
    LK_MODE_STRICT_ORDER = 2,
    LK_MODE_STRICT_INCREASE = 4,
    LK_MODE_ALLOW_REENTRY = 8,
};

#define LK_FUNNEL_STEPS_MAX 64

/* Times of rows: years 1 to 9999, so that no difference of two overflows. */
#define LK_FUNNEL_TIME_MIN INT64_C(-62135596800000000)
#define LK_FUNNEL_TIME_END INT64_C(253402300800000000)

typedef struct lk_funnel_rule {
    int64_t window;      /* microseconds from the first step, inclusive; INT64_MAX: none */
    int64_t step_window; /* from the step before, inclusive; INT64_MAX: none */
    int64_t gap;         /* at least so long after the step before */
    int32_t step_count;
    int32_t order;
    int32_t entry;
    int32_t same_event;
    int32_t skips;
    int32_t exclude_from; /* exclusions end attempts that hold this step, from 1, */
    int32_t exclude_to;   /* and not yet this one */
    int32_t compat;
    int32_t modes;
    int32_t hashed_ids;
    int32_t input;
    int32_t unused;
} lk_funnel_rule;

/* Reads and checks a definition.
 * Status: OK, BAD_ARGUMENT (steps, a mode), CONTRADICTION. */
leadkpi_status lk_funnel_read_rule(const leadkpi_options *definition, lk_funnel_rule *rule,
                                   leadkpi_error *error);

/* Does the event's name stand for the step or exclusion? Names are cut at "|". */
bool lk_funnel_item_names(lk_text item, lk_text event);

/* The next name of an item, which is moved past it; false at the end. */
bool lk_funnel_next_name(lk_text *item, lk_text *name);

/* Must events that are neither step nor exclusion be kept? */
static inline bool lk_funnel_keeps_foreign(const lk_funnel_rule *rule)
{
    return rule->order == LK_ORDER_ADJACENT || (rule->modes & LK_MODE_STRICT_ORDER);
}

/* Steps in any order have no between, and windowFunnel has no exclusions. */
static inline bool lk_funnel_takes_exclusions(const lk_funnel_rule *rule)
{
    return rule->order <= LK_ORDER_ADJACENT && rule->compat == LK_COMPAT_NONE;
}

static inline uint64_t lk_funnel_all_steps(const lk_funnel_rule *rule)
{
    return UINT64_MAX >> (LK_FUNNEL_STEPS_MAX - rule->step_count);
}

/* May an exclusion not stand between step `step` (from 0) and the one before? */
static inline bool lk_funnel_is_excluded_before(const lk_funnel_rule *rule, int32_t step)
{
    return step >= rule->exclude_from && step < rule->exclude_to;
}

#endif
