#include "funnel/tally.h"

#include "funnel/lead_levels.h"
#include "funnel/window.h"

bool lk_tally_is_known(const lk_results *r)
{
    const lk_funnel_store *store = r->funnel->store;
    if (!r->tally || r->look || !store) return false;
    if (r->funnel->rule.input == LK_INPUT_TIME) return true;
    return lk_lead_levels_known(store, r->as_of);
}

/* Neighbours are counted apart, so that none waits for the count of the one before. */
enum { COPIES = 4 };

/* Of each level the leads whose window was over, and those who could go on. */
typedef struct counting {
    uint64_t opens; /* they started at this time or later, as packed.h has times */
    uint32_t counts[COPIES][2 * (LK_FUNNEL_STEPS_MAX + 1)];
} counting;

/* The first start of a window that ends at `as_of` or later: ends rise with starts. */
static uint64_t find_open_start(const lk_results *r)
{
    uint64_t low = 0, high = (uint64_t)(LK_FUNNEL_TIME_END - LK_FUNNEL_TIME_MIN);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (r->as_of <= lk_funnel_deadline((int64_t)middle + LK_FUNNEL_TIME_MIN, r->funnel->rule.window))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static inline void count(counting *c, uint32_t lead, uint64_t level, uint64_t start)
{
    c->counts[lead % COPIES][2 * level + (start >= c->opens)]++;
}

/* Cost a lead: 8 bytes read in order, and a counter in the first cache; no branch. */
static leadkpi_status count_levels(const lk_results *r, counting *c, leadkpi_error *error)
{
    const lk_funnel_store *store = r->funnel->store;
    for (uint32_t lead = 0; lead < store->lead_end_count; lead++) {
        uint64_t found = store->lead_levels[lead];
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        count(c, lead, found % LK_PACKED_CODES_MAX, lk_packed_since(found));
    }
    return LEADKPI_OK;
}

/* The same with a standing, one line of the cache at 5 steps. */
static leadkpi_status count_standings(const lk_results *r, counting *c, leadkpi_error *error)
{
    const lk_standings *standings = &r->funnel->store->standings;
    lk_standing_rule rule = lk_standing_rule_of(&r->funnel->rule);
    for (uint32_t lead = 0; lead < standings->count; lead++) {
        if (lead % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&r->memory, error));
        const uint64_t *standing = standings->words + (size_t)lead * rule.size;
        lk_read_ahead(standing);
        lk_standing_best best = lk_standing_find(&rule, standing);
        count(c, lead, best.level, best.start - 1);
    }
    return LEADKPI_OK;
}

/* Whoever did the last step could go on to none. */
static void add_up(const lk_results *r, const counting *c)
{
    int32_t step_count = r->funnel->rule.step_count;
    for (int32_t level = 1; level <= step_count; level++)
        for (int copy = 0; copy < COPIES; copy++) {
            int64_t over = c->counts[copy][2 * level], open = r->mature_only ? 0 : c->counts[copy][2 * level + 1];
            r->tally->exactly[level - 1] += over + open;
            if (level < step_count) r->tally->open[level - 1] += open;
        }
}

leadkpi_status lk_tally_known(lk_results *r, leadkpi_error *error)
{
    counting c = {.opens = find_open_start(r)};
    r->store = r->funnel->store;
    bool has_standings = r->funnel->rule.input == LK_INPUT_TIME;
    LK_TRY(has_standings ? count_standings(r, &c, error) : count_levels(r, &c, error));
    add_up(r, &c);
    return LEADKPI_OK;
}
