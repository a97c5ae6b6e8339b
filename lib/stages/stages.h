/* stages.h: what the parts of this room have in common. */
#ifndef LK_STAGES_H
#define LK_STAGES_H

#include <leadkpi/stages.h>

#include "journal/groups.h"

/* The options of schema "stages", in their order. */
enum { LK_STAGES_STAGES, LK_STAGES_WON, LK_STAGES_LOST, LK_STAGES_EDGES, LK_STAGES_IDS, LK_STAGES_OPTION_COUNT };
extern const lk_schema lk_stages_schema;

/* The options of schema "stages_report", in their order. */
enum {
    LK_STAGES_REPORT_AS_OF,
    LK_STAGES_REPORT_BY,
    LK_STAGES_REPORT_BREAKDOWN,
    LK_STAGES_REPORT_SKIPS,
    LK_STAGES_REPORT_VISITS,
    LK_STAGES_REPORT_LEVEL,
    LK_STAGES_REPORT_FROM,
    LK_STAGES_REPORT_TO,
    LK_STAGES_REPORT_CALENDAR,
    LK_STAGES_REPORT_OPTION_COUNT = LK_STAGES_REPORT_CALENDAR + LK_CALENDAR_OPTION_COUNT
};
extern const lk_schema lk_stages_report_schema;

enum { LK_STAGES_SKIPS_IMPLIED, LK_STAGES_SKIPS_STRICT, LK_STAGES_SKIPS_ANY, LK_STAGES_SKIPS_OWN };
enum { LK_STAGES_VISITS_EACH, LK_STAGES_VISITS_FIRST, LK_STAGES_VISITS_LAST, LK_STAGES_VISITS_SUM };

/* The words of an entry. */
enum { LK_STAGES_WORD_STAGE, LK_STAGES_WORD_FROM, LK_STAGES_WORD_SEGMENT, LK_STAGES_WORD_REASON };

extern const lk_journal_room lk_stages_room;

struct leadkpi_stages {
    lk_journal_handle handle;
};

#define LK_STAGES_LINE_MAX 64

/* "a>b" cut in two; false where it is not that. */
bool lk_stages_cut_edge(lk_text edge, lk_text *from, lk_text *to);

/* Is the text an item of the option's list? */
bool lk_stages_lists(const leadkpi_options *definition, int option, lk_text text);

/* Does a lead in this stage of the line have success? */
bool lk_stages_is_won(const leadkpi_options *definition, lk_text stage);

#endif
