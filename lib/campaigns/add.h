/* add.h: what the five public add calls share: entry checks, batches, roll-back. */
#ifndef LK_CAMPAIGNS_ADD_H
#define LK_CAMPAIGNS_ADD_H

#include "campaigns/rows.h"

/* One kind of table: how it takes its rows. The store exists; on failure
 * whatever was interned is taken back by the caller. */
typedef leadkpi_status (*lk_add_rows)(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                      leadkpi_error *error);

/* A public add call: resets the error, checks, skips a batch that was there
 * before, adds, and takes everything back on failure. */
leadkpi_status lk_campaigns_add(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                const char *kind, lk_text batch_id, bool has_batch_id,
                                lk_add_rows add, leadkpi_error *error);

/* A column that is neither a role nor text: taken (OK) or refused. */
typedef leadkpi_status (*lk_add_other)(void *context, const lk_column *column, leadkpi_error *error);

/* The columns of the table that are not among `roles` (NULL-terminated): text
 * is a dimension, new ones are interned; any other type goes to `other`, and is
 * refused where that is NULL. */
leadkpi_status lk_add_find_dimensions(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                      const char *const *roles, lk_add_other other, void *context,
                                      lk_row_dimensions *found, leadkpi_error *error);

/* Is it as the key of a person is kept: not empty, no blank at its edges, no A to Z? */
bool lk_email_is_folded(lk_text email);

/* Is it what a fact may be called: a measure that adds up, or "cost/<type>/<scope>"?
 * `*negative_allowed` says whether its sum may be below 0. */
bool lk_fact_name_is_known(lk_text name, bool *negative_allowed);

#endif
