/* The definition as SQL: what is written. What it gives is compared in sql.py. */
#include <string.h>

#include <leadkpi.h>

#include "../support/check_main.h"

#define NUL LEADKPI_NUL_TERMINATED
#define SIZE 4096

static int32_t number_of(const char *name)
{
    int32_t kpi;
    ck_assert_int_eq(leadkpi_kpi_find(name, NUL, &kpi, NULL), LEADKPI_OK);
    return kpi;
}

static const char *sql_of(int32_t kpi, const char *dialect)
{
    static char text[SIZE];
    leadkpi_error error;
    size_t needed;
    leadkpi_status status =
        leadkpi_kpi_sql(kpi, dialect, NUL, text, sizeof text, &needed, &error);
    ck_assert_msg(status == LEADKPI_OK, "%d: %s", kpi, error.message);
    ck_assert_uint_eq(needed, strlen(text) + 1);
    return text;
}

START_TEST(cost_per_lead_adds_up_and_divides_last)
{
    ck_assert_str_eq(
        sql_of(number_of("CPL"), "postgresql"),
        "-- cost_per_lead, definition 1: campaign_spend / new_leads\n"
        "-- PostgreSQL; NULL where it is undefined; measures: any rows, they are added up\n"
        "SELECT\n"
        "    CASE WHEN campaign_spend >= 0 AND new_leads >= 0 AND new_leads > 0\n"
        "        THEN campaign_spend / NULLIF(new_leads, 0) END AS cost_per_lead\n"
        "FROM (\n"
        "    SELECT\n"
        "        CAST(SUM(campaign_spend) AS DOUBLE PRECISION) AS campaign_spend,\n"
        "        CAST(SUM(new_leads) AS DOUBLE PRECISION) AS new_leads\n"
        "    FROM measures\n"
        ") AS added;\n");
}
END_TEST

START_TEST(a_median_is_of_the_values_and_bigquery_has_it_as_a_window)
{
    int32_t kpi = number_of("lead_response_time");
    const char *sql = sql_of(kpi, "snowflake");
    ck_assert_ptr_nonnull(strstr(sql, "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY response_minutes)"));
    ck_assert_ptr_nonnull(strstr(sql, "CAST(response_minutes AS DOUBLE)"));
    ck_assert_ptr_null(strstr(sql, "LIMIT"));
    sql = sql_of(kpi, "bigquery");
    ck_assert_ptr_nonnull(strstr(sql, "PERCENTILE_CONT(response_minutes, 0.5) OVER ()"));
    ck_assert_ptr_nonnull(strstr(sql, "FLOAT64"));
    ck_assert_ptr_nonnull(strstr(sql, "LIMIT 1"));
}
END_TEST

START_TEST(what_does_not_add_up_is_not_added_up)
{
    const char *sql = sql_of(number_of("ad_frequency"), "duckdb");
    ck_assert_ptr_null(strstr(sql, "SUM("));
    ck_assert_ptr_nonnull(strstr(sql, "one row"));
}
END_TEST

static void is_whole(int32_t kpi, const char *dialect)
{
    const char *sql = sql_of(kpi, dialect), *measure;
    const char *body = strstr(sql, "SELECT");
    int depth = 0;
    ck_assert_ptr_nonnull(body);
    for (const char *c = body; *c; c++) {
        depth += *c == '(' ? 1 : *c == ')' ? -1 : 0;
        ck_assert_msg(depth >= 0 && !strchr("&!$", *c), "%s", sql);
    }
    ck_assert_msg(depth == 0, "%s", sql);
    ck_assert_msg(!strstr(body, "pow(") && !strstr(body, "fabs(") && !strstr(body, "log("), "%s", sql);
    for (int32_t i = 0; (measure = leadkpi_kpi_input(kpi, i)); i++)
        ck_assert_msg(strstr(body, measure) != NULL, "%s lacks %s", sql, measure);
    /* No divisor goes without NULLIF, but numbers. */
    for (const char *c = body; (c = strstr(c, " / ")); c += 3)
        ck_assert_msg(strncmp(c, " / NULLIF(", 10) == 0 || (c[3] >= '1' && c[3] <= '9'), "%s", sql);
}

START_TEST(every_kpi_is_a_statement_in_every_dialect)
{
    const char *dialect;
    int32_t dialects = 0;
    for (; (dialect = leadkpi_kpi_sql_dialect_at(dialects)); dialects++)
        for (int32_t i = 0; i < leadkpi_kpi_count(); i++) is_whole(leadkpi_kpi_at(i), dialect);
    ck_assert_int_ge(dialects, 4);
    ck_assert_ptr_null(leadkpi_kpi_sql_dialect_at(-1));
}
END_TEST

START_TEST(a_small_buffer_is_not_touched_and_misuse_is_refused)
{
    char text[8] = "before";
    size_t needed, asked;
    leadkpi_error error;
    int32_t kpi = number_of("CPL");
    ck_assert_int_eq(leadkpi_kpi_sql(kpi, "duckdb", NUL, NULL, 0, &asked, &error), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_kpi_sql(kpi, "duckdb", NUL, text, sizeof text, &needed, &error),
                     LEADKPI_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(needed, asked);
    ck_assert_str_eq(text, "before");
    ck_assert_int_eq(leadkpi_kpi_sql(kpi, "duckdb", NUL, NULL, 0, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_sql(kpi, NULL, 0, text, sizeof text, &needed, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_sql(7, "duckdb", NUL, NULL, 0, &needed, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_sql(kpi, "postgres", NUL, NULL, 0, &needed, &error),
                     LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_nonnull(strstr(error.message, "postgresql"));
    ck_assert_int_eq(leadkpi_kpi_sql(kpi, "duckdb.", 6, NULL, 0, &needed, &error), LEADKPI_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sql");
    TCase *t = tcase_create("sql");
    tcase_add_test(t, cost_per_lead_adds_up_and_divides_last);
    tcase_add_test(t, a_median_is_of_the_values_and_bigquery_has_it_as_a_window);
    tcase_add_test(t, what_does_not_add_up_is_not_added_up);
    tcase_add_test(t, every_kpi_is_a_statement_in_every_dialect);
    tcase_add_test(t, a_small_buffer_is_not_touched_and_misuse_is_refused);
    suite_add_tcase(suite, t);
    return lk_test_run(suite);
}
