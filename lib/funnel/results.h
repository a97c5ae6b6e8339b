/* results.h: what became of each lead, once, for every report. */
#ifndef LK_FUNNEL_RESULTS_H
#define LK_FUNNEL_RESULTS_H

#include "calendar/calendar.h"
#include "funnel/result_times.h"
#include "journal/waits.h"

/* The options of schema "funnel_report", in their order. */
enum {
    LK_FUNNEL_REPORT_AS_OF,
    LK_FUNNEL_REPORT_BY,
    LK_FUNNEL_REPORT_BREAKDOWN,
    LK_FUNNEL_REPORT_BREAKDOWN_STEP,
    LK_FUNNEL_REPORT_MATURE,
    LK_FUNNEL_REPORT_LEVEL,
    LK_FUNNEL_REPORT_FROM_STEP,
    LK_FUNNEL_REPORT_TO_STEP,
    LK_FUNNEL_REPORT_BINS,
    LK_FUNNEL_REPORT_BIN_WIDTH,
    LK_FUNNEL_REPORT_RATE,
    LK_FUNNEL_REPORT_AGAINST,
    LK_FUNNEL_REPORT_PATTERN,
    LK_FUNNEL_REPORT_FROM,
    LK_FUNNEL_REPORT_TO,
    LK_FUNNEL_REPORT_CALENDAR,
    LK_FUNNEL_REPORT_OPTION_COUNT = LK_FUNNEL_REPORT_CALENDAR + LK_CALENDAR_OPTION_COUNT
};
extern const lk_schema lk_funnel_report_schema;

/* Reports that have options of their own, a bit each. */
enum {
    LK_FUNNEL_IS_HISTOGRAM = 1,
    LK_FUNNEL_IS_DIFFERENCE = 2,
    LK_FUNNEL_IS_PATTERN = 4,
    LK_FUNNEL_IS_CHECKS = 8,
    LK_FUNNEL_IS_OTHER = 16
};

enum { LK_BY_NONE, LK_BY_SEGMENT };
enum {
    LK_BREAKDOWN_ENTRY,
    LK_BREAKDOWN_FIRST,
    LK_BREAKDOWN_LAST,
    LK_BREAKDOWN_STEP,
    LK_BREAKDOWN_ANY
};

/* A lead that reached step 1 or more, or an attempt of one. Those of a lead follow each other. */
typedef struct lk_result {
    int64_t start;
    int64_t until; /* when its window ends; INT64_MAX: not known */
    uint64_t done; /* the steps reached, bit 0 for the first */
    uint32_t lead;
    uint32_t segment; /* number in the store; 0: none. With breakdown=any by segment: where its list is */
    uint32_t attempt; /* of its lead, from 1 */
    int32_t level;
} lk_result;

/* How many leads got exactly to each step, and of them how many could still go on: all that a report on the
 * whole asks for, so that no result needs to be kept. */
typedef struct lk_tally {
    int64_t exactly[LK_FUNNEL_STEPS_MAX];
    int64_t open[LK_FUNNEL_STEPS_MAX];
} lk_tally;

/* From one step, counted from 0, to a later one, and how long it took: all that a report on the whole asks for,
 * too. */
typedef struct lk_way {
    int32_t from, to;
    lk_waits waits;
} lk_way;

typedef struct lk_results lk_results;

/* What stands for the lead's attempt in another report: level 0 leaves it out. Its items are gathered. */
typedef leadkpi_status (*lk_results_look)(void *context, const lk_journeys *journeys, uint32_t lead,
                                          int64_t as_of, lk_attempt *attempt, leadkpi_error *error);

struct lk_results {
    const leadkpi_funnel *funnel;
    uint32_t report; /* LK_FUNNEL_IS_..., for the options that are of some alone; 0 is OTHER */
    lk_results_look look; /* NULL: the rule */
    void *context;
    lk_tally *tally; /* all zero at first; NULL, also where it would not do: results are kept */
    lk_way *ways; /* the same for waits; `from` rises */
    size_t way_count;
    const lk_funnel_store *store;
    lk_memory memory;
    int64_t as_of;
    int64_t from, to; /* attempts that count start from the one on and before the other */
    double confidence;
    bool by_segment;
    bool mature_only;
    int breakdown;
    int32_t breakdown_step; /* from 1; 0: the last one reached */
    lk_result *items;
    lk_result_times times;
    uint32_t count;
    uint32_t capacity;
    uint32_t *lists; /* breakdown=any by segment: of each lead how many segments it has, and those; else NULL */
    uint32_t list_count;
    uint32_t list_capacity;
    uint64_t place_count; /* of items in segments: with lists an item stands in several */
    uint32_t *segment_rank; /* by number */
    uint32_t segment_rank_count;
};

/* `results` is all zero but for report, look, context, tally and the steps of ways. timed_steps: those whose times are asked
 * for, as bits. Status: as the reports. */
leadkpi_status lk_results_find(const leadkpi_funnel *funnel, const leadkpi_options *options,
                               uint64_t timed_steps, lk_results *results, leadkpi_error *error);
void lk_results_free(lk_results *results);

/* Does an attempt say something about a way: that it went it, `*came`, or how long it was watched without? */
static inline bool lk_way_counts(const lk_way *way, int32_t level, uint64_t done, bool *came)
{
    *came = done >> way->to & 1;
    if (!(done >> way->from & 1)) return false;
    return *came || level <= way->to; /* else it went past a step that may be left out */
}

/* Of a step that the result did and that was asked for. */
static inline int64_t lk_results_time(const lk_results *results, size_t result, int32_t step)
{
    return results->times.columns[step][result];
}

/* Until when a lead was watched whose window ends at `until`. */
static inline int64_t lk_results_watched(const lk_results *results, int64_t until)
{
    return results->as_of < until ? results->as_of : until;
}

static inline bool lk_result_did(const lk_result *result, int32_t step)
{
    return result->done >> step & 1;
}

/* Where a result counts by segment: in one or more, in the order in which they came up. */
static inline const uint32_t *lk_result_segments(const lk_results *results, const lk_result *result,
                                                 uint32_t *count)
{
    const uint32_t *list = results->lists ? results->lists + result->segment : NULL;
    *count = list ? list[0] : 1;
    return list ? list + 1 : &result->segment;
}

/* Could a lead at a level still go on after the report, if its window ends at `until`? */
static inline bool lk_results_is_open_at(const lk_results *results, int32_t level, int64_t until)
{
    const lk_funnel_rule *rule = &results->funnel->rule;
    return level != rule->step_count && rule->order != LK_ORDER_OPEN && results->as_of <= until;
}

static inline bool lk_result_is_open(const lk_results *results, const lk_result *result)
{
    return lk_results_is_open_at(results, result->level, result->until);
}

#endif
