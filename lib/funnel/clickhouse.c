/* clickhouse.c: windowFunnel of ClickHouse 26.7, bug for bug.
 *
 * Its rules, and where they differ from the exact ones (checked against its own
 * tests and answers, see tests/funnel): an event fills all steps that it matches;
 * strict_deduplication and strict_order end the scan for good, later clean
 * attempts included; strict_increase keeps one attempt a step and overwrites it
 * at once, so that A@0, A@1, B@1 reaches 1. An item's steps are taken from the first to the last; a foreign
 * event is an item without a step. */
#include "funnel/attempt.h"

typedef struct chain {
    int64_t last;   /* time of the latest step */
    uint32_t start; /* item of the first step */
    bool held;
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
    chains[step] = (chain){items[i].time, before->start, true};
}

typedef struct run {
    const lk_funnel_rule *rule;
    const lk_item *items;
    chain chains[LK_FUNNEL_STEPS_MAX];
    bool entered;
} run;

/* False where the scan ends. */
static bool take_step(run *r, uint32_t i, int32_t step)
{
    if (ends_scan(r->rule, r->chains, step, r->entered)) return false;
    if (step == 0) {
        r->chains[0] = (chain){r->items[i].time, i, true};
        r->entered = true;
    } else if (step > 0) {
        advance(r->rule, r->items, i, step, r->chains);
    }
    return !r->chains[r->rule->step_count - 1].held;
}

/* Cost a step of an item: a chain of 16 bytes in the first cache read and one written, and a branch or two that
 * go one way for long. */
leadkpi_status lk_attempt_clickhouse(const lk_attempt_search *search, lk_attempt *attempt, leadkpi_error *error)
{
    run r = {.rule = search->rule, .items = search->items};
    int32_t level = r.rule->step_count;
    bool goes_on = true;
    for (uint32_t i = 0; i < search->count && goes_on; i++) {
        uint64_t steps = r.items[i].steps;
        LK_TRY(lk_interrupted_at(search->memory, i, error));
        if (!steps) goes_on = take_step(&r, i, -1);
        for (; steps && goes_on; steps &= steps - 1) goes_on = take_step(&r, i, (int32_t)lk_lowest_bit(steps));
    }
    while (level > 0 && !r.chains[level - 1].held) level--;
    attempt->level = level;
    if (level == 0) return LEADKPI_OK;
    const lk_item *start = &r.items[r.chains[level - 1].start];
    attempt->done = lk_attempt_steps(level);
    attempt->entry = start->event;
    attempt->start = start->time;
    attempt->until = start->until;
    return LEADKPI_OK;
}
