/* clickhouse.c: windowFunnel of ClickHouse 26.7, bug for bug.
 *
 * Its rules, and where they differ from the exact ones (checked against its own
 * tests and answers, see tests/funnel): an event fills all steps that it matches;
 * strict_deduplication and strict_order end the scan for good, later clean
 * attempts included; strict_increase keeps one attempt a step and overwrites it
 * at once, so that A@0, A@1, B@1 reaches 1. Items match one step at most;
 * a foreign event is an item without a step. */
#include "funnel/attempt.h"

typedef struct chain {
    bool held;
    uint32_t start; /* item of the first step */
    int64_t last;   /* time of the latest step */
} chain;

/* Does this item end the scan? */
static bool ends_scan(const lk_funnel_rule *rule, const chain *chains, int32_t step, bool entered)
{
    bool strict_order = rule->modes & LK_MODE_STRICT_ORDER;
    if (step < 0) return strict_order && entered;
    if (step == 0) return false;
    if ((rule->modes & LK_MODE_STRICT_DEDUPLICATION) && chains[step].held) return true;
    return strict_order && entered && !chains[step - 1].held && !(rule->modes & LK_MODE_ALLOW_REENTRY);
}

static void advance(const lk_funnel_rule *rule, const lk_item *items, uint32_t i, int32_t step,
                    chain *chains)
{
    const chain *before = &chains[step - 1];
    if (!before->held || items[i].time > items[before->start].until) return;
    if ((rule->modes & LK_MODE_STRICT_INCREASE) && before->last >= items[i].time) return;
    chains[step] = (chain){true, before->start, items[i].time};
}

static int32_t step_of(uint64_t steps)
{
    int32_t step = -1;
    for (; steps; steps >>= 1) step++;
    return step;
}

void lk_attempt_clickhouse(const lk_attempt_search *search, lk_attempt *attempt)
{
    const lk_funnel_rule *rule = search->rule;
    const lk_item *items = search->items;
    chain chains[LK_FUNNEL_STEPS_MAX] = {{false, 0, 0}};
    bool entered = false;
    int32_t level = rule->step_count;
    for (uint32_t i = 0; i < search->count; i++) {
        int32_t step = step_of(items[i].steps);
        if (ends_scan(rule, chains, step, entered)) break;
        if (step == 0) {
            chains[0] = (chain){true, i, items[i].time};
            entered = true;
        } else if (step > 0) {
            advance(rule, items, i, step, chains);
        }
        if (chains[rule->step_count - 1].held) break;
    }
    while (level > 0 && !chains[level - 1].held) level--;
    attempt->level = level;
    if (level == 0) return;
    const lk_item *start = &items[chains[level - 1].start];
    attempt->done = lk_attempt_steps(level);
    attempt->entry = start->event;
    attempt->start = start->time;
    attempt->until = start->until;
}
