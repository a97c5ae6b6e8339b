/* definition.h: the options of campaigns, and what they make of stage names. */
#ifndef LK_CAMPAIGNS_DEFINITION_H
#define LK_CAMPAIGNS_DEFINITION_H

#include "base/options.h"
#include "campaigns/store.h"

enum { LK_CAMPAIGNS_PERSON_KEY, LK_CAMPAIGNS_IDS, LK_CAMPAIGNS_STAGE_NAMES };
extern const lk_schema lk_campaigns_schema;

/* Every item of stage_names is `name=stage` with a known stage, no name twice. */
leadkpi_status lk_campaigns_check_stage_names(const leadkpi_options *definition, leadkpi_error *error);

/* The two halves of an item of stage_names, cut at the last "="; false where it is none. */
bool lk_campaigns_split_stage_name(lk_text item, lk_text *name, int *stage);

/* An empty handle and a copy of its definition, which was checked. */
leadkpi_status lk_campaigns_make(const lk_memory *like, const leadkpi_options *definition,
                                 leadkpi_campaigns **out, leadkpi_error *error);

/* The stage (vocabulary.h) that a stage row's name means in this handle. */
int lk_campaigns_stage_of(const leadkpi_campaigns *campaigns, lk_text name);

#endif
