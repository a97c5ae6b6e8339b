#include "../support/check_main.h"
#include "world.h"

static void refused(leadkpi_campaigns *into, const leadkpi_campaigns *from, leadkpi_status expected,
                    const char *words)
{
    blob before = state_of(into), other = {NULL, 0};
    if (from) other = state_of(from);
    REFUSED(expected, words, leadkpi_campaigns_merge(into, from, ok_error));
    same_state(into, before, "after a refused merge");
    if (from) same_state(from, other, "from, after a refused merge");
    ck_assert_int_eq(leadkpi_campaigns_merge(into, from, NULL), expected);
    free(before.bytes);
    free(other.bytes);
}

START_TEST(merging_is_as_if_the_rows_were_added_and_leaves_from_as_it_was)
{
    world w;
    draw_world(&w, 3, 200, _i);
    leadkpi_campaigns *a = campaigns_with(NULL), *b = campaigns_with(NULL), *all = campaigns_with(NULL);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        OK(add_range(a, &w, kind, 0, 90, 0, "a", ok_error));
        OK(add_range(b, &w, kind, 90, 200, 1, "b", ok_error));
        OK(add_range(all, &w, kind, 90, 200, 0, "b", ok_error));
        OK(add_range(all, &w, kind, 0, 90, 1, "a", ok_error));
    }
    blob of_b = state_of(b), of_all = state_of(all);
    OK(leadkpi_campaigns_merge(a, b, ok_error));
    same_state(a, of_all, "merged");
    same_state(b, of_b, "from");
    OK(add_range(a, &w, LEADS, 0, 90, 0, "b", ok_error)); /* a batch that came by merging is known */
    same_state(a, of_all, "a batch again");
    free(of_b.bytes), free(of_all.bytes);
    leadkpi_campaigns_free(a), leadkpi_campaigns_free(b), leadkpi_campaigns_free(all);
}
END_TEST

START_TEST(merging_nothing_changes_nothing_and_into_nothing_copies)
{
    world w;
    draw_world(&w, 4, 50, 0);
    leadkpi_campaigns *a = campaigns_with(NULL), *empty = campaigns_with(NULL);
    add_world(a, &w, 0);
    blob of_a = state_of(a);
    OK(leadkpi_campaigns_merge(a, empty, ok_error));
    same_state(a, of_a, "and nothing");
    OK(leadkpi_campaigns_merge(empty, a, ok_error));
    same_state(empty, of_a, "into nothing");
    free(of_a.bytes);
    leadkpi_campaigns_free(a), leadkpi_campaigns_free(empty);
}
END_TEST

START_TEST(a_merge_that_cannot_be_is_refused_with_the_reason)
{
    world numbers, texts;
    draw_world(&numbers, 5, 20, 0);
    draw_world(&texts, 6, 20, 1);
    leadkpi_campaigns *a = campaigns_with(NULL), *b = campaigns_with(NULL),
                      *other = campaigns_with("person_key=email");
    add_world(a, &numbers, 0);
    add_world(b, &texts, 0);
    refused(a, a, LEADKPI_BAD_ARGUMENT, "another handle");
    refused(a, other, LEADKPI_MISMATCH, "definition");
    refused(a, b, LEADKPI_MISMATCH, "expected int64 ids, found text ids");
    refused(b, a, LEADKPI_MISMATCH, "expected text ids, found int64 ids");
    refused(a, NULL, LEADKPI_NULL_ARGUMENT, "from");
    leadkpi_error why;
    ck_assert_int_eq(leadkpi_campaigns_merge(NULL, a, &why), LEADKPI_NULL_ARGUMENT);
    ck_assert(strstr(why.message, "into") != NULL);
    leadkpi_campaigns_free(a), leadkpi_campaigns_free(b), leadkpi_campaigns_free(other);
}
END_TEST

START_TEST(a_batch_that_both_have_had_is_named)
{
    world w;
    draw_world(&w, 7, 40, 0);
    leadkpi_campaigns *a = campaigns_with(NULL), *b = campaigns_with(NULL);
    OK(add_range(a, &w, STAGES, 0, 20, 0, "2025-04: EMEA", ok_error));
    OK(add_range(b, &w, LEADS, 0, 20, 0, "2025-04: EMEA", ok_error)); /* of another kind: another batch */
    OK(leadkpi_campaigns_merge(a, b, ok_error));
    OK(add_range(b, &w, STAGES, 20, 40, 0, "2025-04: EMEA", ok_error));
    refused(a, b, LEADKPI_MISMATCH, "batch \"2025-04: EMEA\" of ");
    leadkpi_campaigns_free(a), leadkpi_campaigns_free(b);
}
END_TEST

/* One cost row in a currency (NULL: not said). */
static void add_cost(leadkpi_campaigns *campaigns, const char *currency)
{
    static const int64_t time = 0, amount = 5;
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &time, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "amount", NUL, &amount, 1, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "currency", NUL, &currency, 1, ok_error));
    OK(leadkpi_campaigns_add_costs(campaigns, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
}

START_TEST(a_second_currency_is_refused_and_the_first_is_taken_over)
{
    leadkpi_campaigns *euro = campaigns_with(NULL), *dollar = campaigns_with(NULL), *none = campaigns_with(NULL);
    add_cost(euro, "EUR");
    add_cost(dollar, "USD");
    add_cost(none, NULL);
    refused(euro, dollar, LEADKPI_MISMATCH, "expected currency \"EUR\", found \"USD\"");
    OK(leadkpi_campaigns_merge(none, euro, ok_error));
    refused(none, dollar, LEADKPI_MISMATCH, "expected currency \"EUR\", found \"USD\"");
    OK(leadkpi_campaigns_merge(euro, none, ok_error));
    leadkpi_campaigns_free(euro), leadkpi_campaigns_free(dollar), leadkpi_campaigns_free(none);
}
END_TEST

/* Dimensions are first seen in every order of three, so that tuples are walked anew. */
START_TEST(dimensions_seen_in_another_order_are_the_same_dimensions)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const char *const names[] = {"campaign", "channel", "region"};
    static const char *const values[3][3] = {{"a", NULL, "b"}, {"x", "x", NULL}, {"EU", "US", "EU"}};
    static const int64_t ids[] = {1, 2, 3}, times[] = {3, 2, 1};
    blob expected = {NULL, 0};
    for (int i = 0; i < 36; i++) {
        leadkpi_campaigns *both[2];
        for (int half = 0; half < 2; half++) {
            leadkpi_table *table;
            const int *order = orders[half ? i / 6 : i % 6];
            both[half] = campaigns_with(NULL);
            OK(leadkpi_table_create(NULL, &table, ok_error));
            OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, 3, 0, NULL, ok_error));
            OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 3, 0, NULL, ok_error));
            for (int d = 0; d < 3; d++)
                OK(leadkpi_table_copy_strings(table, names[order[d]], NUL, values[order[d]], 3, ok_error));
            OK(leadkpi_campaigns_add_leads(both[half], table, NULL, 0, ok_error));
            leadkpi_table_free(table);
        }
        OK(leadkpi_campaigns_merge(both[0], both[1], ok_error));
        if (i == 0)
            expected = state_of(both[0]);
        else
            same_state(both[0], expected, "dimensions in another order");
        leadkpi_campaigns_free(both[0]), leadkpi_campaigns_free(both[1]);
    }
    free(expected.bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("campaigns_merge");
    TCase *tcase = tcase_create("campaigns_merge");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, merging_is_as_if_the_rows_were_added_and_leaves_from_as_it_was, 0, 2);
    tcase_add_test(tcase, merging_nothing_changes_nothing_and_into_nothing_copies);
    tcase_add_test(tcase, a_merge_that_cannot_be_is_refused_with_the_reason);
    tcase_add_test(tcase, a_batch_that_both_have_had_is_named);
    tcase_add_test(tcase, a_second_currency_is_refused_and_the_first_is_taken_over);
    tcase_add_test(tcase, dimensions_seen_in_another_order_are_the_same_dimensions);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
