/* model_data.h: what a model is fitted to: customers as sorted rows without repeats, or the
 * losses of contract cohorts by age. */
#ifndef LK_MODEL_DATA_H
#define LK_MODEL_DATA_H

#include "base/table.h"

/* One or more customers of equal history. */
typedef struct lk_model_row {
    double frequency; /* repeat transactions: a whole number */
    double recency;   /* when the last one was; 0 without one */
    double age;       /* how long the customer was watched */
    double value;     /* mean value of a repeat transaction; of the gamma-gamma model alone */
    double weight;    /* how many customers */
} lk_model_row;

struct lk_pareto_rules;

typedef struct lk_model_data {
    lk_memory *memory;
    lk_model_row *rows; /* by frequency, age, recency, value */
    size_t row_count;
    size_t row_capacity;
    const struct lk_pareto_rules *rules; /* of the Pareto/NBD model alone */
    size_t stride; /* look at every n-th row only; 1: all */
    /* Of contracts: by age t from 1, who was lost in period t, and who was still there at the
     * last look, after t periods. */
    double *lost, *left;
    size_t period_count;
    double customers;    /* the sum of the weights */
    double transactions; /* repeat transactions of all */
} lk_model_data;

/* The columns of a table of customers, found and checked for type. NULL where not asked for. */
typedef struct lk_customer_columns {
    const lk_column *id, *frequency, *recency, *age, *value, *weight;
} lk_customer_columns;

/* What a model asks of a table. */
enum { LK_NEEDS_HISTORY = 1, LK_NEEDS_VALUE = 2 };

leadkpi_status lk_customers_find(const leadkpi_table *table, int needs,
                                 lk_customer_columns *columns, leadkpi_error *error);

/* One row, checked; `*row` has weight 1 where the table has no column for it.
 * Status: OK, BAD_DATA (with row and column). */
leadkpi_status lk_customers_read(const lk_customer_columns *columns, size_t row,
                                 lk_model_row *out, leadkpi_error *error);

/* All rows (for LK_NEEDS_VALUE those with a repeat transaction), sorted, equal ones as one.
 * To be given back with lk_model_data_free, on failure too. */
leadkpi_status lk_model_data_customers(const leadkpi_table *table, int needs, lk_memory *memory,
                                       lk_model_data *data, leadkpi_error *error);

/* Cohorts: columns period, alive and, optionally, cohort. */
leadkpi_status lk_model_data_contracts(const leadkpi_table *table, lk_memory *memory,
                                       lk_model_data *data, leadkpi_error *error);

void lk_model_data_free(lk_model_data *data);

#endif
