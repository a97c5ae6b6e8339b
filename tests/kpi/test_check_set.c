/* A set of KPIs: what overlaps, and which questions nobody asks. */
#include <leadkpi.h>

#include "../support/check_main.h"
#include "../support/fault.h"

#define NUL LEADKPI_NUL_TERMINATED

static leadkpi_table *set_of(const char *const *names, size_t count)
{
    leadkpi_table *table;
    leadkpi_table_create(NULL, &table, NULL);
    leadkpi_table_copy_strings(table, "kpi", NUL, names, count, NULL);
    return table;
}

static bool says(const leadkpi_table *table, int32_t column, size_t row, const char *expected)
{
    const char *text;
    size_t length;
    leadkpi_table_get_text(table, column, row, &text, &length, NULL);
    return length == strlen(expected) && memcmp(text, expected, length) == 0;
}

static size_t count_of(const leadkpi_table *table, const char *finding)
{
    size_t count = 0;
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        count += says(table, 0, row, finding);
    return count;
}

/* Cost per acquisition of a customer and CAC are one KPI under two names in many lists. */
START_TEST(synonyms_variants_and_identities_are_found)
{
    const char *const names[] = {"CPL", "cost_per_lead", "win_rate", "win_rate:narrow", "CAC",
                                 "lead_to_customer_rate"};
    leadkpi_table *set = set_of(names, 6), *out;
    leadkpi_error error;
    ck_assert_msg(leadkpi_kpi_check_set(NULL, set, &out, &error) == LEADKPI_OK, "%s",
                  error.message);
    ck_assert(says(out, 0, 0, "twice") && says(out, 1, 0, "cost_per_lead"));
    ck_assert(says(out, 0, 1, "variants") && says(out, 1, 1, "win_rate:narrow") &&
              says(out, 2, 1, "win_rate"));
    ck_assert(says(out, 0, 2, "identity") && says(out, 1, 2, "customer_acquisition_cost") &&
              says(out, 2, 2, "cost_per_lead; lead_to_customer_rate"));
    ck_assert_uint_eq(count_of(out, "twice"), 1);
    ck_assert_uint_eq(count_of(out, "identity"), 1);
    ck_assert_uint_eq(count_of(out, "empty category"), 9 - 3); /* cost, conversion, pipeline */
    leadkpi_table_free(out);
    leadkpi_table_free(set);
}
END_TEST

START_TEST(the_whole_catalogue_leaves_no_category_empty)
{
    const char *names[256];
    size_t count = 0;
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++)
        names[count++] = leadkpi_kpi_property(leadkpi_kpi_at(i), "name", NUL);
    leadkpi_table *set = set_of(names, count), *out;
    ck_assert_int_eq(leadkpi_kpi_check_set(NULL, set, &out, NULL), LEADKPI_OK);
    ck_assert_uint_eq(count_of(out, "empty category"), 0);
    ck_assert_uint_eq(count_of(out, "twice"), 0);
    ck_assert_uint_eq(count_of(out, "variants"), 81);
    ck_assert_uint_eq(count_of(out, "identity"), 16);
    leadkpi_table_free(out);
    leadkpi_table_free(set);
}
END_TEST

START_TEST(sets_that_cannot_be_are_refused)
{
    const char *const wrong[] = {"CPL", "cost_per_led"}, *const null[] = {NULL};
    leadkpi_table *set = set_of(wrong, 2), *out;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_kpi_check_set(NULL, set, &out, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(error.row, 1);
    ck_assert_ptr_null(out);
    leadkpi_table_free(set);
    set = set_of(null, 1);
    ck_assert_int_eq(leadkpi_kpi_check_set(NULL, set, &out, &error), LEADKPI_BAD_DATA);
    leadkpi_table_free(set);
    set = set_of(wrong, 0);
    ck_assert_int_eq(leadkpi_kpi_check_set(NULL, set, &out, &error), LEADKPI_OK);
    ck_assert_uint_eq(count_of(out, "empty category"), 9);
    leadkpi_table_free(out);
    leadkpi_table_free(set);
    ck_assert_int_eq(leadkpi_kpi_check_set(NULL, NULL, &out, NULL), LEADKPI_NULL_ARGUMENT);
}
END_TEST

typedef struct maker {
    leadkpi_table *set, *out;
} maker;

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    return leadkpi_kpi_check_set(host, m->set, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

START_TEST(a_check_that_memory_does_not_suffice_for_leaves_nothing)
{
    const char *const names[] = {"CPL", "cost_per_lead", "win_rate", "win_rate:narrow"};
    maker m = {set_of(names, 4), NULL};
    lk_fault_case fault_case = {"check_set", NULL, act, NULL, teardown, &m};
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    leadkpi_table_free(m.set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI sets");
    TCase *tcase = tcase_create("sets");
    tcase_add_test(tcase, synonyms_variants_and_identities_are_found);
    tcase_add_test(tcase, the_whole_catalogue_leaves_no_category_empty);
    tcase_add_test(tcase, sets_that_cannot_be_are_refused);
    tcase_add_test(tcase, a_check_that_memory_does_not_suffice_for_leaves_nothing);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
