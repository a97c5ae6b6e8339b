/* vocabulary.h: the words of campaigns: stages of a lead, types and scopes of a cost.
 *
 * What comes in is kept as it was written; it gets its meaning here, when a
 * report is made. Words are compared folded: "Closed Won", "closed-won" and
 * "CLOSED_WON" are one. */
#ifndef LK_VOCABULARY_H
#define LK_VOCABULARY_H

#include <leadkpi/options.h>

#include "base/text.h"

/* The stages that mean something to a KPI. The first six are the path, in
 * order: a later one implies those before it. Not part of the state. */
enum {
    LK_STAGE_LEAD,
    LK_STAGE_MQL,
    LK_STAGE_SAL,
    LK_STAGE_SQL,
    LK_STAGE_OPPORTUNITY,
    LK_STAGE_WON,
    LK_PATH_LENGTH,
    LK_STAGE_LOST = LK_PATH_LENGTH,
    LK_STAGE_NO_DECISION,
    LK_STAGE_REJECTED,
    LK_STAGE_RECYCLED,
    LK_STAGE_CONTACTED,
    LK_STAGE_MEETING_BOOKED,
    LK_STAGE_MEETING_HELD,
    LK_STAGE_TRIAL,
    LK_STAGE_COUNT,
    LK_STAGE_UNKNOWN = LK_STAGE_COUNT
};

/* The stage that a word names by itself; LK_STAGE_UNKNOWN for none. */
int lk_stage_of_word(lk_text word);

/* The name of a stage that is not unknown, such as "sql". */
const char *lk_stage_name(int stage);

enum {
    LK_COST_MEDIA,
    LK_COST_AGENCY,
    LK_COST_CREATIVE,
    LK_COST_CONTENT,
    LK_COST_EVENTS,
    LK_COST_SOFTWARE,
    LK_COST_SALARIES,
    LK_COST_OVERHEAD,
    LK_COST_COMMISSIONS,
    LK_COST_OTHER,
    LK_COST_TYPE_COUNT
};

enum { LK_SCOPE_CAMPAIGN, LK_SCOPE_MARKETING, LK_SCOPE_SALES, LK_SCOPE_COUNT };

/* -1 for a word that is none. */
int lk_cost_type_of_word(lk_text word);
int lk_scope_of_word(lk_text word);

const char *lk_cost_type_name(int cost_type);
const char *lk_scope_name(int scope);

/* The scope of a cost whose row does not say. */
int lk_scope_of_cost_type(int cost_type);

/* All the words at once, for messages: "media, agency, ...". */
extern const char lk_cost_type_words[];
extern const char lk_scope_words[];

#endif
