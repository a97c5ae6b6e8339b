/* responses.h: what the parts of this room have in common. */
#ifndef LK_RESPONSES_H
#define LK_RESPONSES_H

#include <leadkpi/responses.h>

#include "journal/groups.h"

/* The options of schema "responses", in their order. */
enum { LK_RESPONSES_AUTOMATIC, LK_RESPONSES_IDS, LK_RESPONSES_OPTION_COUNT };
extern const lk_schema lk_responses_schema;

/* The options of schema "responses_report", in their order. */
enum {
    LK_RESPONSES_REPORT_AS_OF,
    LK_RESPONSES_REPORT_BY,
    LK_RESPONSES_REPORT_BREAKDOWN,
    LK_RESPONSES_REPORT_CLOCK,
    LK_RESPONSES_REPORT_TARGETS,
    LK_RESPONSES_REPORT_BANDS,
    LK_RESPONSES_REPORT_REFERENCE,
    LK_RESPONSES_REPORT_WINDOW,
    LK_RESPONSES_REPORT_CONVERSIONS_GIVEN,
    LK_RESPONSES_REPORT_LEVEL,
    LK_RESPONSES_REPORT_FROM,
    LK_RESPONSES_REPORT_TO,
    LK_RESPONSES_REPORT_CALENDAR,
    LK_RESPONSES_REPORT_OPTION_COUNT = LK_RESPONSES_REPORT_CALENDAR + LK_CALENDAR_OPTION_COUNT
};
extern const lk_schema lk_responses_report_schema;

/* Kinds of entries, and their words. */
enum { LK_RESPONSES_LEAD, LK_RESPONSES_RESPONSE, LK_RESPONSES_CONVERSION };
enum { LK_RESPONSES_WORD_KIND, LK_RESPONSES_WORD_SEGMENT };

extern const lk_journal_room lk_responses_room;

struct leadkpi_responses {
    lk_journal_handle handle;
};

/* What became of a lead. */
typedef struct lk_answer {
    int64_t came;
    int64_t answered;   /* valid with has_answer */
    int64_t converted;  /* valid with has_conversion */
    int64_t wait;       /* on the report's clock; to as_of without an answer */
    uint32_t kind;      /* of the answer: a word; 0: none */
    uint32_t automatic; /* automatic responses before the answer */
    bool has_answer;
    bool has_conversion;
} lk_answer;

typedef struct lk_answers {
    const lk_journal_handle *handle;
    const leadkpi_options *options;
    lk_reading reading;
    lk_member_groups groups;
    lk_calendar *opening; /* NULL: the clock never stops */
    uint8_t *is_automatic; /* by word, from 1 */
    lk_answer *items;      /* by member */
    int64_t as_of;
    double level;
} lk_answers;

static inline const lk_answer *lk_answer_at(const lk_answers *answers, uint32_t place)
{
    return &answers->items[answers->groups.order[place]];
}

/* What each report writes into its table. */
typedef leadkpi_status (*lk_responses_fill)(lk_answers *answers, leadkpi_table *table,
                                            leadkpi_error *error);

/* Reports that differ in the options that they take, a bit each. */
enum { LK_RESPONSES_IS_TARGETS = 1, LK_RESPONSES_IS_BANDS = 2, LK_RESPONSES_IS_OTHER = 4, LK_RESPONSES_IS_CHECKS = 8 };

/* A public report: checks, finds the answers, makes the table, fills it, and frees all on failure. */
leadkpi_status lk_responses_report(const leadkpi_responses *responses, const leadkpi_options *options,
                                   uint32_t report, lk_responses_fill fill, leadkpi_table **out,
                                   leadkpi_error *error);

/* An option's list as durations, which are 1 us or more and rise where `rising`; count is that of the list.
 * Status: OK, BAD_ARGUMENT. */
leadkpi_status lk_responses_durations(const lk_answers *answers, int option, bool rising,
                                      int64_t *durations, leadkpi_error *error);

/* The time of the report's clock from one instant to another. */
int64_t lk_responses_between(const lk_answers *answers, int64_t from, int64_t to);

#endif
