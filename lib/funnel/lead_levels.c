#include "funnel/lead_levels.h"

#include "funnel/quick.h"

void lk_lead_scan_open(const leadkpi_funnel *funnel, const lk_packed_codes *codes, lk_memory *memory,
                       uint32_t lead_count, lk_lead_scan *scan)
{
    const lk_funnel_rule *rule = &funnel->rule;
    *scan = (lk_lead_scan){.step_count = rule->step_count,
                           .window = (uint64_t)rule->window,
                           .lead_count = lead_count,
                           .memory = memory};
    if (!lk_quick_fits_rule(rule)) return;
    for (uint32_t rank = 0; rank < codes->count; rank++) {
        uint32_t code = codes->by_rank[rank];
        if (!lk_quick_fits_code(funnel->store, code)) return;
        scan->places[rank] = lk_quick_place(lk_funnel_code_steps(funnel->store, code));
    }
    if (lk_allocate(memory, lead_count, sizeof *scan->levels, &scan->levels, NULL) != LEADKPI_OK)
        scan->levels = NULL;
}

void lk_lead_scan_close(lk_lead_scan *scan, lk_memory *memory)
{
    lk_release(memory, scan->levels, scan->lead_count, sizeof *scan->levels);
    scan->levels = NULL;
}

/* Cost an event: 8 bytes in the first cache, and what lk_quick_take does. */
static lk_quick_level take_keys(const lk_lead_scan *scan, uint64_t starts[LK_QUICK_PLACES], const uint64_t *keys,
                                uint32_t count, lk_quick_level best)
{
    uint64_t window = scan->window;
    for (uint32_t i = 0; i < count; i++)
        best = lk_quick_take(starts, window, lk_packed_since(keys[i]),
                             scan->places[keys[i] % LK_PACKED_CODES_MAX], best);
    return best;
}

leadkpi_status lk_lead_scan_take(const lk_lead_scan *scan, uint32_t lead, const uint64_t *keys, uint32_t count,
                                 leadkpi_error *error)
{
    uint64_t starts[LK_QUICK_PLACES];
    lk_quick_level best = {0, 0};
    lk_quick_clear(starts, scan->step_count);
    for (; count > LK_INTERRUPT_ROWS; keys += LK_INTERRUPT_ROWS, count -= LK_INTERRUPT_ROWS) {
        best = take_keys(scan, starts, keys, LK_INTERRUPT_ROWS, best);
        LK_TRY(lk_interrupted(scan->memory, error));
    }
    best = take_keys(scan, starts, keys, count, best);
    scan->levels[lead] = best.start << LK_PACKED_RANK_BITS | best.level;
    return LEADKPI_OK;
}
