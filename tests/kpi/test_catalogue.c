/* What the catalogue says of itself holds together; names lead where they should. */
#include <stdbool.h>

#include <leadkpi.h>

#include "../support/check_main.h"

#define NUL LEADKPI_NUL_TERMINATED

static const char *property(int32_t kpi, const char *name)
{
    return leadkpi_kpi_property(kpi, name, NUL);
}

static int32_t found(const char *name)
{
    int32_t kpi = -2;
    leadkpi_kpi_find(name, NUL, &kpi, NULL);
    return kpi;
}

START_TEST(numbers_rise_and_variants_follow_their_kpi)
{
    ck_assert_int_eq(leadkpi_kpi_count(), 191);
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        if (i > 0) ck_assert_int_gt(kpi, leadkpi_kpi_at(i - 1));
        ck_assert_int_eq(kpi % 100 == 0, *property(kpi, "variant") == 0);
        ck_assert_str_eq(property(kpi, "id"), property(kpi / 100 * 100, "id"));
    }
    ck_assert_int_eq(leadkpi_kpi_at(-1), -1);
    ck_assert_int_eq(leadkpi_kpi_at(leadkpi_kpi_count()), -1);
}
END_TEST

START_TEST(some_numbers_are_pinned)
{
    ck_assert_int_eq(found("lead_volume"), 100);
    ck_assert_int_eq(found("mql_to_sql_rate"), 4300);
    ck_assert_int_eq(found("cost_per_lead"), 6000);
    ck_assert_int_eq(found("customer_acquisition_cost"), 6700);
    ck_assert_int_eq(found("win_rate:narrow"), 8701);
    ck_assert_int_eq(found("rule_of_40"), 11000);
    ck_assert_int_eq(LEADKPI_KPI_COST_PER_LEAD, 6000);
}
END_TEST

START_TEST(every_kpi_says_everything)
{
    static const char *const needed[] = {
        "name",    "id",        "function",       "title",    "label",      "category",
        "formula", "expr",      "defined_if",     "inputs",   "shape",      "unit",
        "display", "direction", "undefined_when", "interval", "additivity", "keep",
        "grain",   "guardrail", "version",        "since"};
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        bool sample = strcmp(property(kpi, "shape"), "sample") == 0;
        for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
            if (sample && strcmp(needed[k], "defined_if") == 0) continue;
            ck_assert_msg(*property(kpi, needed[k]), "%s has no %s", property(kpi, "name"),
                          needed[k]);
        }
        ck_assert_ptr_nonnull(
            leadkpi_kpi_category_property(property(kpi, "category"), NUL, "title", NUL));
        int32_t guardrail = found(property(kpi, "guardrail"));
        ck_assert_int_ge(guardrail, 0);
        ck_assert_int_ne(guardrail / 100, kpi / 100);
    }
}
END_TEST

START_TEST(every_property_can_be_asked_for)
{
    int32_t count = 0;
    for (const char *name; (name = leadkpi_kpi_property_at(count)); count++)
        ck_assert_ptr_nonnull(property(6000, name));
    ck_assert_int_eq(count, 28);
    ck_assert_ptr_null(property(6000, "no such"));
    ck_assert_ptr_null(property(6050, "name"));
    ck_assert_ptr_null(property(-1, "name"));
    ck_assert_ptr_null(leadkpi_kpi_property(6000, NULL, 0));
    ck_assert_ptr_null(leadkpi_kpi_property_at(-1));
    ck_assert_str_eq(leadkpi_kpi_property(6000, "namely", 4), "cost_per_lead");
}
END_TEST

START_TEST(inputs_are_measures)
{
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i), count = leadkpi_kpi_input_count(kpi);
        bool sample = strcmp(property(kpi, "shape"), "sample") == 0;
        ck_assert_int_gt(count, 0);
        ck_assert_ptr_null(leadkpi_kpi_input(kpi, count));
        for (int32_t k = 0; k < count; k++) {
            const char *type =
                leadkpi_kpi_measure_property(leadkpi_kpi_input(kpi, k), NUL, "type", NUL);
            ck_assert_ptr_nonnull(type);
            ck_assert_int_eq(strstr(type, "[]") != NULL, sample);
        }
    }
    int32_t measures = 0;
    while (leadkpi_kpi_measure_at(measures)) measures++;
    ck_assert_int_eq(measures, 163);
    ck_assert_ptr_null(leadkpi_kpi_measure_property("leads", NUL, "type", NUL));
    ck_assert_ptr_null(leadkpi_kpi_measure_property(NULL, 0, "type", NUL));
    ck_assert_str_eq(leadkpi_kpi_measure_property("churn", NUL, "maximum", NUL), "1");
}
END_TEST

START_TEST(every_name_and_alias_leads_to_its_kpi)
{
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        ck_assert_int_eq(found(property(kpi, "name")), kpi);
        const char *alias = property(kpi, "aliases");
        while (*alias) {
            int32_t number;
            size_t length = strcspn(alias, ";");
            ck_assert_int_eq(leadkpi_kpi_find(alias, length, &number, NULL), LEADKPI_OK);
            ck_assert_int_eq(number, kpi);
            alias += length + strspn(alias + length, "; ");
        }
    }
}
END_TEST

START_TEST(case_blanks_hyphens_slashes_and_colons_do_not_matter)
{
    static const char *const names[] = {"Cost per Lead",     "COST-PER-LEAD", "cost/per:lead",
                                        " cost  per--lead ", "cpl",           "CPL"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        ck_assert_int_eq(found(names[i]), 6000);
    ck_assert_int_eq(found("LTV:CAC"), 7700);
    ck_assert_int_eq(found("win rate / narrow"), 8701);
}
END_TEST

/* The names are those of lib/kpi/ambiguous.def. */
START_TEST(an_ambiguous_name_lists_what_it_may_mean)
{
    static const char *const names[] = {"ctr",
                                        "click_through_rate",
                                        "click_rate",
                                        "conversion_rate",
                                        "cvr",
                                        "cpa",
                                        "churn",
                                        "churn_rate",
                                        "retention",
                                        "engagement_rate",
                                        "bounce_rate",
                                        "close_rate",
                                        "lead_quality",
                                        "sales_efficiency",
                                        "payback",
                                        "velocity",
                                        "sales_velocity",
                                        "deal_velocity",
                                        "acv",
                                        "asp",
                                        "growth"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int32_t kpi, count = 0;
        leadkpi_error error;
        ck_assert_int_eq(leadkpi_kpi_find(names[i], NUL, &kpi, &error), LEADKPI_AMBIGUOUS_NAME);
        ck_assert_int_eq(kpi, -1);
        for (; (kpi = leadkpi_kpi_candidate(names[i], NUL, count)) != -1; count++) {
            ck_assert_ptr_nonnull(strstr(error.message, property(kpi, "name")));
            if (count < 3) ck_assert_ptr_nonnull(strstr(error.message, property(kpi, "expr")));
        }
        ck_assert_int_ge(count, 2);
    }
    ck_assert_int_eq(leadkpi_kpi_candidate("cpl", NUL, 0), 6000);
    ck_assert_int_eq(leadkpi_kpi_candidate("cpl", NUL, 1), -1);
    ck_assert_int_eq(leadkpi_kpi_candidate("cpl", NUL, -1), -1);
    ck_assert_int_eq(leadkpi_kpi_candidate(NULL, 0, 0), -1);
}
END_TEST

START_TEST(a_near_miss_is_told_the_nearest_name)
{
    int32_t kpi;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_find("cost per leed", NUL, &kpi, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_nonnull(strstr(error.message, "cost_per_lead"));
    ck_assert_int_eq(kpi, -1);
    ck_assert_int_eq(leadkpi_kpi_find("", 0, &kpi, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_kpi_find("\xff\0x", 3, &kpi, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_kpi_find(NULL, 0, &kpi, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_kpi_find("cpl", NUL, NULL, &error), LEADKPI_NULL_ARGUMENT);
}
END_TEST

START_TEST(a_name_with_two_uses_carries_a_note)
{
    ck_assert_ptr_nonnull(strstr(leadkpi_kpi_name_note("LVR", NUL), "leads_per_conversion"));
    ck_assert_ptr_nonnull(strstr(leadkpi_kpi_name_note("ltv", NUL), "revenue_churn"));
    ck_assert_str_eq(leadkpi_kpi_name_note("cpl", NUL), "");
    ck_assert_str_eq(leadkpi_kpi_name_note(NULL, 0), "");
}
END_TEST

START_TEST(the_tables_say_what_the_calls_say)
{
    leadkpi_table *kpis, *inputs, *measures, *categories;
    const char *text;
    size_t length;
    ck_assert_int_eq(leadkpi_kpi_catalogue(NULL, &kpis, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_kpi_inputs(NULL, &inputs, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_kpi_measures(NULL, &measures, NULL), LEADKPI_OK);
    ck_assert_int_eq(leadkpi_kpi_categories(NULL, &categories, NULL), LEADKPI_OK);
    ck_assert_uint_eq(leadkpi_table_row_count(kpis), 191);
    ck_assert_uint_eq(leadkpi_table_row_count(measures), 163);
    ck_assert_uint_eq(leadkpi_table_row_count(categories), 9);
    ck_assert_int_eq(leadkpi_table_column_count(kpis), 29);
    for (int32_t column = 1; column < leadkpi_table_column_count(kpis); column++)
        for (size_t row = 0; row < leadkpi_table_row_count(kpis); row++) {
            leadkpi_table_get_text(kpis, column, row, &text, &length, NULL);
            const char *said =
                property(leadkpi_kpi_at((int32_t)row), leadkpi_table_column_name(kpis, column));
            ck_assert_uint_eq(length, strlen(said));
            ck_assert_mem_eq(text, said, length);
        }
    size_t count = 0;
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++)
        count += (size_t)leadkpi_kpi_input_count(leadkpi_kpi_at(i));
    ck_assert_uint_eq(leadkpi_table_row_count(inputs), count);
    leadkpi_table_free(kpis);
    leadkpi_table_free(inputs);
    leadkpi_table_free(measures);
    leadkpi_table_free(categories);
    ck_assert_int_eq(leadkpi_kpi_catalogue(NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
}
END_TEST

START_TEST(flags_have_names_and_pinned_bits)
{
    uint32_t all = 0, flag;
    for (int32_t i = 0; (flag = leadkpi_kpi_flag_at(i)); i++) {
        ck_assert_uint_eq(all & flag, 0);
        ck_assert_str_ne(leadkpi_kpi_flag_name(flag), "unknown_flag");
        ck_assert_str_ne(leadkpi_kpi_flag_meaning(flag), "");
        all |= flag;
    }
    ck_assert_uint_eq(all, 0xfff);
    ck_assert_uint_eq(LEADKPI_FLAG_NOT_A_SUBSET, 32);
    ck_assert_str_eq(leadkpi_kpi_flag_name(0), "unknown_flag");
    ck_assert_str_eq(leadkpi_kpi_flag_name(3), "unknown_flag");
    ck_assert_uint_eq(leadkpi_kpi_flag_at(-1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI catalogue");
    TCase *tcase = tcase_create("catalogue");
    tcase_add_test(tcase, numbers_rise_and_variants_follow_their_kpi);
    tcase_add_test(tcase, some_numbers_are_pinned);
    tcase_add_test(tcase, every_kpi_says_everything);
    tcase_add_test(tcase, every_property_can_be_asked_for);
    tcase_add_test(tcase, inputs_are_measures);
    tcase_add_test(tcase, every_name_and_alias_leads_to_its_kpi);
    tcase_add_test(tcase, case_blanks_hyphens_slashes_and_colons_do_not_matter);
    tcase_add_test(tcase, an_ambiguous_name_lists_what_it_may_mean);
    tcase_add_test(tcase, a_near_miss_is_told_the_nearest_name);
    tcase_add_test(tcase, a_name_with_two_uses_carries_a_note);
    tcase_add_test(tcase, the_tables_say_what_the_calls_say);
    tcase_add_test(tcase, flags_have_names_and_pinned_bits);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
