/* report_bands.c: conversion by how fast the answer came. */
#include <leadkpi/stats.h>

#include "responses/responses.h"

enum { RATE, RISK = 3, ODDS = 6, NUMBER_COUNT = 9 };

typedef struct columns {
    double *from_seconds, *to_seconds, *numbers[NUMBER_COUNT]; /* rate, risk ratio, odds ratio, each with low and high */
    int64_t *leads, *converted, *pending;
    int32_t seconds_at, converted_at, numbers_at;
} columns;

typedef struct bands {
    const lk_answers *answers;
    int64_t *limits;
    size_t limit_count;
    size_t reference; /* from 0; SLOWEST: the slowest answered band that has leads */
    int64_t window;   /* INT64_MAX: none */
    bool is_given;    /* is it known who converted? */
} bands;

#define SLOWEST SIZE_MAX

/* Limits + 1 bands for answers, and one for none. */
static size_t band_count(const bands *b)
{
    return b->limit_count + 2;
}

/* ---- counting ---------------------------------------------------------------------- */

/* The first band whose limit is not below the wait, by halving. */
static size_t band_of(const bands *b, const lk_answer *answer)
{
    size_t low = 0, high = b->limit_count;
    if (!answer->has_answer || (answer->has_conversion && answer->converted < answer->answered))
        return b->limit_count + 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (answer->wait > b->limits[middle]) low = middle + 1;
        else high = middle;
    }
    return low;
}

static leadkpi_status count_group(const bands *b, const lk_member_group *group, const columns *c, size_t row,
                                  leadkpi_error *error)
{
    for (uint32_t i = group->first; i < group->last; i++) {
        LK_TRY(lk_interrupted_at(&b->answers->reading.memory, i, error));
        const lk_answer *answer = lk_answer_at(b->answers, i);
        size_t at = row + band_of(b, answer);
        if (b->window != INT64_MAX && b->answers->as_of - answer->came <= b->window) {
            c->pending[at]++;
            continue;
        }
        c->leads[at]++;
        c->converted[at] +=
            answer->has_conversion && answer->converted - answer->came <= b->window;
    }
    return LEADKPI_OK;
}

/* Rows of conversions, of whatever lead and time, say that they were given. Without one that is not known, unless
 * the caller says so: nobody converted, or nobody asked. */
static leadkpi_status find_conversion(const lk_answers *a, bool *found, leadkpi_error *error)
{
    const lk_journal *journal = a->reading.journal;
    for (size_t i = 0; i < journal->count && !*found; i++) {
        LK_TRY(lk_interrupted_at(&a->reading.memory, i, error));
        *found = journal->entries[i].kind == LK_RESPONSES_CONVERSION;
    }
    return LEADKPI_OK;
}

/* ---- numbers ------------------------------------------------------------------------ */

static void set_null(leadkpi_table *table, const columns *c, int first, size_t row)
{
    for (int i = 0; i < 3; i++) lk_table_set_null(table, c->numbers_at + first + i, row);
}

static leadkpi_status put_rate(const bands *b, leadkpi_table *table, const columns *c, size_t row,
                               leadkpi_error *error)
{
    if (!b->is_given) lk_table_set_null(table, c->converted_at, row);
    if (!b->is_given || c->leads[row] == 0) {
        set_null(table, c, RATE, row);
        return LEADKPI_OK;
    }
    c->numbers[RATE][row] = (double)c->converted[row] / (double)c->leads[row];
    return leadkpi_stats_wilson_interval((double)c->converted[row], (double)c->leads[row],
                                         b->answers->level, &c->numbers[RATE + 1][row],
                                         &c->numbers[RATE + 2][row], error);
}

/* Both ratios need someone on each side of each band for their variance: else null. */
static leadkpi_status put_ratios(const bands *b, leadkpi_table *table, const columns *c, size_t row,
                                 size_t reference, leadkpi_error *error)
{
    double hits = (double)c->converted[row], misses = (double)(c->leads[row] - c->converted[row]);
    double base_hits = (double)c->converted[reference];
    double base_misses = (double)(c->leads[reference] - c->converted[reference]);
    double level = b->answers->level;
    bool has_risk = row != reference && hits > 0 && base_hits > 0 && misses + base_misses > 0;
    bool has_odds = row != reference && hits > 0 && base_hits > 0 && misses > 0 && base_misses > 0;
    if (!has_risk) set_null(table, c, RISK, row);
    if (!has_odds) set_null(table, c, ODDS, row);
    if (has_risk) {
        c->numbers[RISK][row] = hits / (hits + misses) / (base_hits / (base_hits + base_misses));
        LK_TRY(leadkpi_stats_katz_interval(hits, hits + misses, base_hits, base_hits + base_misses,
                                           level, &c->numbers[RISK + 1][row],
                                           &c->numbers[RISK + 2][row], error));
    }
    if (!has_odds) return LEADKPI_OK;
    c->numbers[ODDS][row] = hits * base_misses / (misses * base_hits);
    return leadkpi_stats_log_delta_interval(c->numbers[ODDS][row],
                                            1 / hits + 1 / misses + 1 / base_hits + 1 / base_misses, level,
                                            &c->numbers[ODDS + 1][row], &c->numbers[ODDS + 2][row], error);
}

static leadkpi_status fill_group(const bands *b, leadkpi_table *table, const columns *c, size_t row,
                                 leadkpi_error *error)
{
    for (size_t band = 0; band < band_count(b); band++) {
        size_t at = row + band;
        bool none = band > b->limit_count;
        if (none) lk_table_set_null(table, c->seconds_at, at);
        else c->from_seconds[at] = band ? (double)b->limits[band - 1] / 1e6 : 0;
        if (band >= b->limit_count) lk_table_set_null(table, c->seconds_at + 1, at);
        else c->to_seconds[at] = (double)b->limits[band] / 1e6;
        LK_TRY(put_rate(b, table, c, at, error));
        LK_TRY(put_ratios(b, table, c, at, row + b->reference, error));
    }
    return LEADKPI_OK;
}

/* ---- the table ------------------------------------------------------------------------- */

static leadkpi_status add_columns(leadkpi_table *table, size_t rows, columns *c, leadkpi_error *error)
{
    static const char *const names[] = {"rate",           "rate_low",        "rate_high",
                                        "risk_ratio",     "risk_ratio_low",  "risk_ratio_high",
                                        "odds_ratio",     "odds_ratio_low",  "odds_ratio_high"};
    c->seconds_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_double(table, LK_LITERAL("from_seconds"), "s", rows, true, &c->from_seconds,
                               error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("to_seconds"), "s", rows, true, &c->to_seconds, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", rows, false, &c->leads, error));
    c->converted_at = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("converted"), "leads", rows, true, &c->converted, error));
    c->numbers_at = leadkpi_table_column_count(table);
    for (int i = 0; i < NUMBER_COUNT; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED),
                                   i < RISK ? "fraction" : "ratio", rows, true, &c->numbers[i], error));
    return lk_table_add_int64(table, LK_LITERAL("pending"), "leads", rows, false, &c->pending, error);
}

static leadkpi_status read_bands(bands *b, leadkpi_error *error)
{
    const lk_schema *schema = &lk_responses_report_schema;
    const leadkpi_options *options = b->answers->options;
    int64_t reference = lk_options_int64(options, schema, LK_RESPONSES_REPORT_REFERENCE);
    LK_TRY(lk_responses_durations(b->answers, LK_RESPONSES_REPORT_BANDS, true, b->limits, error));
    LK_FAIL_IF((uint64_t)reference > band_count(b), error, LEADKPI_BAD_ARGUMENT,
               "reference: expected at most %zu, the number of bands, found %lld", band_count(b),
               (long long)reference);
    b->reference = reference ? (size_t)reference - 1 : SLOWEST;
    b->is_given = lk_options_bool(options, schema, LK_RESPONSES_REPORT_CONVERSIONS_GIVEN);
    LK_TRY(find_conversion(b->answers, &b->is_given, error));
    b->window = INT64_MAX;
    if (lk_options_has_value(options, schema, LK_RESPONSES_REPORT_WINDOW))
        b->window = lk_options_int64(options, schema, LK_RESPONSES_REPORT_WINDOW);
    return LEADKPI_OK;
}

/* Of the total, which is last, so that all groups are compared with one band. */
static size_t slowest_band(const bands *b, const columns *c, size_t total_row)
{
    for (size_t band = b->limit_count; band > 0; band--)
        if (c->leads[total_row + band] > 0) return band;
    return 0;
}

static leadkpi_status fill_with(bands *b, leadkpi_table *table, size_t *rows, leadkpi_error *error)
{
    const lk_member_groups *g = &b->answers->groups;
    columns c;
    size_t row_count;
    LK_TRY(read_bands(b, error));
    LK_FAIL_IF(!lk_size_multiply(band_count(b), g->count, &row_count), error, LEADKPI_OVERFLOW,
               "rows of the report: more than the address space holds");
    for (uint32_t i = 0; i < g->count; i++) rows[i] = band_count(b);
    LK_TRY(lk_member_groups_add_columns(g, rows, table, error));
    LK_TRY(add_columns(table, row_count, &c, error));
    for (uint32_t i = 0; i < g->count; i++)
        LK_TRY(count_group(b, &g->items[i], &c, i * band_count(b), error));
    if (b->reference == SLOWEST) b->reference = slowest_band(b, &c, row_count - band_count(b));
    for (uint32_t i = 0; i < g->count; i++)
        LK_TRY(fill_group(b, table, &c, i * band_count(b), error));
    return LEADKPI_OK;
}

static leadkpi_status fill(lk_answers *a, leadkpi_table *table, leadkpi_error *error)
{
    size_t *rows;
    bands b = {.answers = a};
    lk_memory *memory = &a->reading.memory;
    b.limit_count =
        lk_options_list_count(a->options, &lk_responses_report_schema, LK_RESPONSES_REPORT_BANDS);
    LK_TRY(lk_allocate(memory, a->groups.count, sizeof *rows, &rows, error));
    leadkpi_status status = lk_allocate(memory, b.limit_count, sizeof *b.limits, &b.limits, error);
    if (status == LEADKPI_OK) {
        status = fill_with(&b, table, rows, error);
        lk_release(memory, b.limits, b.limit_count, sizeof *b.limits);
    }
    lk_release(memory, rows, a->groups.count, sizeof *rows);
    return status;
}

leadkpi_status leadkpi_responses_bands(const leadkpi_responses *responses,
                                       const leadkpi_options *options, leadkpi_table **out,
                                       leadkpi_error *error)
{
    return lk_responses_report(responses, options, LK_RESPONSES_IS_BANDS, fill, out, error);
}
