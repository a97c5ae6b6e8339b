/* kpi_sql.h: the definition of a KPI as SQL, for those who compute where the data is.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * The statement is made from the definition that the library computes by, so that both
 * agree: what is undefined or out of range here is NULL there, sums are added up before they are
 * divided, and nothing is divided in whole numbers.
 *
 *     -- cost_per_lead, definition 1: campaign_spend / new_leads
 *     SELECT
 *         CASE WHEN campaign_spend >= 0 AND new_leads >= 0 AND new_leads > 0
 *             THEN campaign_spend / NULLIF(new_leads, 0) END AS cost_per_lead
 *     FROM (
 *         SELECT
 *             CAST(SUM(campaign_spend) AS DOUBLE PRECISION) AS campaign_spend, ...
 *         FROM measures
 *     ) AS added
 *
 * `measures` stands for a table whose columns are the KPI's inputs. Where all of them add up it may
 * have any rows; else (stocks, distinct persons, rates) it has one row, the numbers as they
 * are; of a KPI over arrays a row is one value. Add GROUP BY columns to both SELECTs for one
 * number a segment. Intervals are not in it. */
#ifndef LEADKPI_KPI_SQL_H
#define LEADKPI_KPI_SQL_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* leadkpi_kpi_sql_dialect_at: the names of the dialects for index 0, 1, ...:
 * "postgresql", "bigquery", "snowflake", "duckdb"; NULL past the last. A later release may
 * append. Static. Since 0.1. */
LEADKPI_API const char *leadkpi_kpi_sql_dialect_at(int32_t index);

/* leadkpi_kpi_sql: the statement of one KPI in one dialect, NUL-terminated; `*needed`, where not
 * NULL, counts the NUL and is known even when the buffer is too small. `buffer` may be NULL when
 * capacity is 0, which asks for the size in `needed` and is OK (both NULL: NULL_ARGUMENT).
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (no such KPI), UNKNOWN_NAME (dialect, with the
 * nearest), BUFFER_TOO_SMALL (the buffer is not touched). Thread-safe, no memory. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_kpi_sql(int32_t kpi, const char *dialect,
                                           size_t dialect_length, char *buffer, size_t capacity,
                                           size_t *needed, leadkpi_error *error);

#ifdef __cplusplus
}
#endif
#endif
