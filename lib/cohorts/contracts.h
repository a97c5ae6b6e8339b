/* contracts.h: the subscriptions of customers as the models of contracts take them. A contract begins where the
 * mrr rises above 0 and ends where it falls to 0; who comes back begins another. Its renewal k is due k periods
 * after it began: on the same day of the month, or the last where there is none such, on the clock of a zone. */
#ifndef LK_COHORTS_CONTRACTS_H
#define LK_COHORTS_CONTRACTS_H

#include "cohorts/model_history.h"
#include "cohorts/mrr.h"

/* From an index `first` on: the period of renewals. */
#define LK_RENEWAL_OPTION(first)                                                                               \
    [first] = {"renewal", LK_OPTION_CHOICE, .choices = "week|month|quarter|year", .default_text = "month",     \
        .meaning = "How long a subscription runs until it is renewed, from the day it began."}

/* What the models take (PERIOD_MOST of model_data.c). */
#define LK_RENEWALS_MOST 100000

typedef struct lk_contract_rule {
    lk_calendar *calendar; /* owned */
    lk_calendar_cursor cursor;
    int32_t period_months; /* 0: a week */
    double months;         /* the length of a period in months of 365.2425 / 12 days */
    int64_t as_of;         /* on the clock of the zone */
} lk_contract_rule;

/* To be closed on failure too. Status: OK, BAD_ARGUMENT, CONTRADICTION, BAD_FORMAT (zone), OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_contract_rule_open(const lk_view *view, int renewal, int zone, lk_contract_rule *rule,
                                     leadkpi_error *error);
void lk_contract_rule_close(lk_contract_rule *rule);

/* One contract. */
typedef struct lk_contract {
    int64_t due;  /* renewals that were due by as_of */
    int64_t lost; /* it ended behind renewal lost - 1 and not behind renewal lost; 0: did not end by the last due */
} lk_contract;
lk_contract lk_contract_of(lk_contract_rule *rule, int64_t begins, int64_t ends); /* ends INT64_MAX: has not */

/* Months from the end of as_of, which is inclusive, to the next renewal of a contract that began then and has not
 * ended. */
double lk_contract_rest(lk_contract_rule *rule, int64_t begins, int64_t due);

/* The contracts of a customer that were not over before its acquisition, one after the other. */
typedef struct lk_contracts_walk {
    lk_mrr_walk mrr;
    int64_t acquired;
} lk_contracts_walk;
bool lk_contracts_next(lk_contracts_walk *walk, int64_t *begins, int64_t *ends);

#endif
