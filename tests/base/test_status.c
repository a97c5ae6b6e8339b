/* Statuses: pinned numbers, names, and an answer for every number there is. */
#include <leadkpi.h>

#include "../support/check_main.h"

START_TEST(every_status_has_a_name_and_a_meaning)
{
    leadkpi_status before = -1;
    int32_t count = 0;
    for (leadkpi_status s; (s = leadkpi_status_at(count)) != -1; count++) {
        ck_assert_int_gt(s, before);
        ck_assert_str_ne(leadkpi_status_name(s), "unknown_status");
        ck_assert_uint_gt(strlen(leadkpi_status_meaning(s)), 0);
        before = s;
    }
    ck_assert_int_ge(count, 23);
}
END_TEST

START_TEST(an_unknown_number_is_answered_too)
{
    ck_assert_str_eq(leadkpi_status_name(INT32_MAX), "unknown_status");
    ck_assert_str_eq(leadkpi_status_name(INT32_MIN), "unknown_status");
    ck_assert_int_eq(leadkpi_status_at(-1), -1);
    ck_assert_int_eq(leadkpi_status_at(INT32_MAX), -1);
}
END_TEST

START_TEST(numbers_are_pinned)
{
    ck_assert_int_eq(LEADKPI_OK, 0);
    ck_assert_int_eq(LEADKPI_UNDEFINED, 20);
    ck_assert_int_eq(LEADKPI_OVERFLOW, 40);
    ck_assert_int_eq(LEADKPI_BAD_FORMAT, 60);
    ck_assert_int_eq(LEADKPI_OUT_OF_MEMORY, 80);
    ck_assert_int_eq(LEADKPI_INTERNAL, 90);
}
END_TEST

START_TEST(the_version_is_a_number_too)
{
    ck_assert_int_eq(leadkpi_version_number(), LEADKPI_VERSION_MAJOR * 1000000 +
                                                   LEADKPI_VERSION_MINOR * 1000 + LEADKPI_VERSION_PATCH);
    ck_assert_str_eq(leadkpi_version(), LEADKPI_VERSION_STRING);
    ck_assert_ptr_nonnull(strstr(leadkpi_status_meaning(-7), "does not know"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("status");
    TCase *tcase = tcase_create("status");
    tcase_add_test(tcase, every_status_has_a_name_and_a_meaning);
    tcase_add_test(tcase, an_unknown_number_is_answered_too);
    tcase_add_test(tcase, numbers_are_pinned);
    tcase_add_test(tcase, the_version_is_a_number_too);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
