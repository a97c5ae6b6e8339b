/* model_history.h: from the transactions of one customer to what the models take (Fader and Hardie's
 * customer-by-sufficient-statistic table). One policy, for tables of transactions and for cohorts:
 *   - purchases of a customer within one period are one transaction, worth their sum;
 *   - a refund (a value below 0) is no transaction: it is taken off that of its period, or else off the
 *     one before it, or else off the first;
 *   - what was refunded in full, or beyond, is no transaction any more. */
#ifndef LK_MODEL_HISTORY_H
#define LK_MODEL_HISTORY_H

#include "base/options.h"
#include "base/value.h"
#include "calendar/calendar.h"
#include "cohorts/model_data.h"

/* Zone, data and rule, together from an index `first` on. */
enum { LK_ZONE, LK_ZONE_DATA, LK_ZONE_RULE, LK_ZONE_OPTION_COUNT };
#define LK_ZONE_OPTIONS(first)                                                                                 \
    [(first) + LK_ZONE] = {"zone", LK_OPTION_TEXT, .default_text = "UTC",                                      \
        .meaning = "Time zone on whose clock periods are counted: UTC, a fixed offset such as +05:30, or the " \
                   "name of a zone whose rules are in zone_data or zone_rule."},                               \
    [(first) + LK_ZONE_DATA] = {"zone_data", LK_OPTION_BYTES, .meaning = "The bytes of the zone's TZif file."}, \
    [(first) + LK_ZONE_RULE] = {"zone_rule", LK_OPTION_TEXT,                                                   \
        .meaning = "The zone's rule as POSIX TZ text, such as CET-1CEST,M3.5.0,M10.5.0/3."}

/* The options of the policy, together from an index `first` on. */
enum {
    LK_HISTORY_PERIOD,
    LK_HISTORY_UNIT,
    LK_HISTORY_AVERAGE,
    LK_HISTORY_ZONE, /* as LK_ZONE_OPTIONS */
    LK_HISTORY_OPTION_COUNT = LK_HISTORY_ZONE + LK_ZONE_OPTION_COUNT
};
#define LK_HISTORY_OPTIONS(first)                                                                              \
    [(first) + LK_HISTORY_PERIOD] = {"period", LK_OPTION_DURATION, .unit = "time", .minimum = "1us",           \
        .default_text = "1d", .meaning = "Transactions of a customer within one are one transaction."},        \
    [(first) + LK_HISTORY_UNIT] = {"unit", LK_OPTION_DURATION, .unit = "time", .minimum = "1us",               \
        .default_text = "7d", .meaning = "What recency and T are counted in."},                                \
    [(first) + LK_HISTORY_AVERAGE] = {"average", LK_OPTION_CHOICE, .choices = "repeat|all",                    \
        .default_text = "repeat",                                                                              \
        .meaning = "Whether monetary_value is the mean of the repeat transactions, or of all."},               \
    LK_ZONE_OPTIONS((first) + LK_HISTORY_ZONE)

/* Years 1 to 9999, so that no difference overflows. */
#define LK_HISTORY_TIME_MIN INT64_C(-62135596800000000)
#define LK_HISTORY_TIME_END INT64_C(253402300800000000)

/* The clock of the zone options that begin at index `zone`. Status: OK, BAD_ARGUMENT, CONTRADICTION, BAD_FORMAT,
 * OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_zone_clock_open(const lk_memory *memory, const leadkpi_options *options,
                                  const lk_schema *schema, int zone, lk_calendar **out, leadkpi_error *error);

typedef struct lk_history_rule {
    lk_calendar *calendar; /* owned */
    lk_calendar_cursor cursor;
    int64_t period, unit;
    bool average_all;
    uint64_t end; /* the period that holds the end of the watch */
} lk_history_rule;

/* Status: OK, BAD_ARGUMENT, CONTRADICTION, BAD_FORMAT, OUT_OF_MEMORY, LIMIT. To be closed on failure too. */
leadkpi_status lk_history_rule_open(const lk_memory *memory, const leadkpi_options *options,
                                    const lk_schema *schema, int first, int64_t end,
                                    lk_history_rule *rule, leadkpi_error *error);
void lk_history_rule_close(lk_history_rule *rule);

/* The number of the period that holds a time of years 1 to 9999, up to the end: the local clocks
 * count them from 1970-01-01T00:00:00. Numbers sort as periods do; the first one there can be is 0. */
uint64_t lk_history_period(lk_history_rule *rule, int64_t time);

/* One customer's; all zero bytes is empty. A transaction is open until the next one begins. */
typedef struct lk_history {
    bool is_open, open_has_refund;
    bool has_waiting; /* refunds of a period that may still bring the purchase they belong to */
    bool has_transaction;
    uint64_t open_period, waiting_period;
    uint64_t first, latest; /* periods of transactions */
    int64_t frequency;      /* transactions after the first */
    lk_exact_sum open, waiting, once, repeat, paid;
} lk_history;

/* In order of periods, and in any within one. */
void lk_history_take(lk_history *history, uint64_t period, lk_value value, bool is_refund);

/* After the last one: is there a transaction? */
bool lk_history_finish(lk_history *history);

/* Of a finished one with a transaction. `value` of the row is NaN without a transaction to average. */
lk_model_row lk_history_row(const lk_history_rule *rule, const lk_history *history);

/* The columns frequency, recency, T and, where there are values, monetary_value: the last one. */
typedef struct lk_history_columns {
    leadkpi_table *table;
    int64_t *frequency;
    double *recency, *age, *value; /* value: NULL without values */
} lk_history_columns;
leadkpi_status lk_history_add_columns(leadkpi_table *table, size_t count, bool has_value,
                                      lk_history_columns *columns, leadkpi_error *error);
void lk_history_put(const lk_history_columns *columns, size_t place, const lk_model_row *row);

#endif
