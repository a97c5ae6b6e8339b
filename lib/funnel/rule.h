/* rule.h: what a definition says, as the inner loops read it. */
#ifndef LK_FUNNEL_RULE_H
#define LK_FUNNEL_RULE_H

#include "base/options.h"

/* The options of schema "funnel", in their order. */
enum {
    LK_FUNNEL_STEPS,
    LK_FUNNEL_PRESET,
    LK_FUNNEL_ORDER,
    LK_FUNNEL_ENTRY,
    LK_FUNNEL_WINDOW,
    LK_FUNNEL_WINDOW_DAYS,
    LK_FUNNEL_ZONE,
    LK_FUNNEL_ZONE_DATA,
    LK_FUNNEL_ZONE_RULE,
    LK_FUNNEL_SESSION,
    LK_FUNNEL_SESSIONS,
    LK_FUNNEL_STEP_WINDOW,
    LK_FUNNEL_GAP,
    LK_FUNNEL_SAME_EVENT,
    LK_FUNNEL_SAME_VALUE,
    LK_FUNNEL_SKIPS,
    LK_FUNNEL_OPTIONAL,
    LK_FUNNEL_EXCLUDE,
    LK_FUNNEL_EXCLUDE_FROM,
    LK_FUNNEL_EXCLUDE_TO,
    LK_FUNNEL_EXCLUDE_EFFECT,
    LK_FUNNEL_COMPAT,
    LK_FUNNEL_MODES,
    LK_FUNNEL_IDS,
    LK_FUNNEL_INPUT,
    LK_FUNNEL_OPTION_COUNT
};
extern const lk_schema lk_funnel_schema;

/* Choices, in the order in which the schema lists them. */
enum { LK_ORDER_ORDERED, LK_ORDER_ADJACENT, LK_ORDER_UNORDERED, LK_ORDER_ANCHORED, LK_ORDER_OPEN };
enum { LK_ENTRY_ANY, LK_ENTRY_FIRST, LK_ENTRY_EVERY, LK_ENTRY_AGAIN };
enum { LK_SAME_EVENT_ONCE, LK_SAME_EVENT_MANY };
enum { LK_SKIPS_STRICT, LK_SKIPS_IMPLIED };
enum { LK_EFFECT_RESTART, LK_EFFECT_END, LK_EFFECT_LEAD };
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

/* How many ranges of exclusions there may be. */
#define LK_FUNNEL_RANGES_MAX 16
/* Times of rows: years 1 to 9999, so that no difference of two overflows. */
#define LK_FUNNEL_TIME_MIN INT64_C(-62135596800000000)
#define LK_FUNNEL_TIME_END INT64_C(253402300800000000)

typedef struct lk_funnel_rule {
    int64_t window;      /* microseconds from the first step, inclusive; INT64_MAX: none */
    int64_t step_window; /* from the step before, inclusive; INT64_MAX: none */
    int64_t gap;         /* at least so long after the step before */
    int64_t session;     /* the longest pause within a session; INT64_MAX: none are told apart */
    int64_t sessions;    /* in so many of which an attempt ends */
    int64_t window_days; /* calendar days in which an attempt ends; 0: no matter */
    uint64_t optional;   /* steps that may be left out; bit 0 is step 1 */
    int32_t step_count;
    int32_t order;
    int32_t entry;
    int32_t same_event;
    int32_t skips;
    int32_t effect;
    int32_t compat;
    int32_t modes;
    int32_t range_count; /* of exclusions; 1 without any */
    int32_t preset;
    int32_t input;
    bool hashed_ids;
    bool same_value;
    /* Exclusion i counts after a step from exclude_from[i] on and before step exclude_to[i]. */
    uint8_t exclude_from[LK_FUNNEL_RANGES_MAX];
    uint8_t exclude_to[LK_FUNNEL_RANGES_MAX];
} lk_funnel_rule;

/* Reads and checks a definition.
 * Status: OK, BAD_ARGUMENT (steps, a mode, a number), CONTRADICTION. */
leadkpi_status lk_funnel_read_rule(const leadkpi_options *definition, lk_funnel_rule *rule,
                                   leadkpi_error *error);

/* The parts: what the preset sets goes before all else, what contradicts comes last. */
leadkpi_status lk_funnel_apply_preset(const leadkpi_options *definition, lk_funnel_rule *rule,
                                      leadkpi_error *error);
leadkpi_status lk_funnel_check_rule(const leadkpi_options *definition, const lk_funnel_rule *rule,
                                    leadkpi_error *error);

/* Does the event's name stand for the step or exclusion? Names are cut at "|"; "||" is one in a name, and
 * of a run of them the last cuts. So no name but the first could begin with one: then "|:" stands before each. */
bool lk_funnel_item_names(lk_text item, lk_text event);

/* The next name of an item, as it is written there; the item is moved past it. False at the end. */
bool lk_funnel_next_name(lk_text *item, lk_text *name);

/* A name as events have it: how long it is. `out` has room for the name as it is written. */
size_t lk_funnel_plain_name(lk_text name, char *out);

/* Must events that are neither step nor exclusion be kept? They stand between steps, and keep a
 * session going. */
static inline bool lk_funnel_keeps_foreign(const lk_funnel_rule *rule)
{
    return rule->order == LK_ORDER_ADJACENT || rule->session != INT64_MAX ||
           (rule->modes & LK_MODE_STRICT_ORDER);
}

/* May an event fill many steps of one attempt? */
static inline bool lk_funnel_takes_steps_together(const lk_funnel_rule *rule)
{
    return rule->same_event == LK_SAME_EVENT_MANY;
}

/* An open funnel asks for no attempt, and windowFunnel has no exclusions. */
static inline bool lk_funnel_takes_exclusions(const lk_funnel_rule *rule)
{
    return rule->order != LK_ORDER_OPEN && rule->compat == LK_COMPAT_NONE;
}

/* May a lead have several attempts that count? */
static inline bool lk_funnel_counts_attempts(const lk_funnel_rule *rule)
{
    return rule->entry >= LK_ENTRY_EVERY;
}

/* The place of the lowest bit, of which there is one. */
static inline uint32_t lk_lowest_of_some(uint64_t bits)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(bits);
#else
    uint32_t place = 0;
    while (!(bits >> place & 1)) place++;
    return place;
#endif
}

/* The same; 0 of 0. */
static inline uint32_t lk_lowest_bit(uint64_t bits)
{
    return lk_lowest_of_some(bits + !bits);
}

/* The place of the highest bit; 0 of 0. */
static inline uint32_t lk_highest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return 63 - (uint32_t)__builtin_clzll(bits | 1);
#else
    uint32_t place = 0;
    while (bits >>= 1) place++;
    return place;
#endif
}

/* One of two words by a bit, 0 or 1. No compiler makes a branch of it, which in the inner loops would be
 * foreseen wrong every few events. */
static inline uint64_t lk_choose(uint64_t bit, uint64_t if_set, uint64_t if_not)
{
    return if_not ^ ((if_not ^ if_set) & (0 - bit));
}

static inline uint64_t lk_funnel_all_steps(const lk_funnel_rule *rule)
{
    return UINT64_MAX >> (LK_FUNNEL_STEPS_MAX - rule->step_count);
}

static inline bool lk_funnel_is_optional(const lk_funnel_rule *rule, int32_t step)
{
    return rule->optional >> step & 1;
}

/* The step that one is measured against: the last before it that every attempt must do. */
static inline int32_t lk_funnel_step_before(const lk_funnel_rule *rule, int32_t step)
{
    do step--;
    while (step > 0 && lk_funnel_is_optional(rule, step));
    return step;
}

/* The exclusions, as bits, that may not stand between two steps (from 0) that follow each other in an
 * attempt. */
static inline uint64_t lk_funnel_barriers(const lk_funnel_rule *rule, int32_t from, int32_t to)
{
    uint64_t barriers = 0;
    for (int32_t i = 0; i < rule->range_count; i++)
        if (rule->exclude_from[i] <= to && rule->exclude_to[i] > from + 1)
            barriers |= (uint64_t)1 << i;
    return barriers;
}

#endif
