/* The data-driven models through the handle. */
#include "../support/check_main.h"
#include "touches.h"

/* ---- the reference -------------------------------------------------------------------------------- */

static char *read_file(const char *name)
{
    char path[1024];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/attribution/%s", top ? top : ".", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    ck_assert_uint_eq(fread(text, 1, size, file), size);
    text[size] = 0;
    fclose(file);
    return text;
}

static leadkpi_attribution *reference(void)
{
    char *text = read_file("attribution_paths.csv");
    path_row *rows = malloc(9000 * sizeof *rows);
    size_t count = 0;
    for (char *line = strchr(text, '\n') + 1, *end; *line; line = end + 1) {
        char *comma = strchr(line, ',');
        end = strchr(line, '\n');
        *comma = 0;
        rows[count].path = line;
        rows[count].conversions = strtod(comma + 1, &comma);
        rows[count].value = strtod(comma + 1, &comma);
        rows[count++].nulls = strtod(comma + 1, &comma);
    }
    leadkpi_attribution *a = attribution_with("groups=16");
    OK(add_paths(a, rows, count, NULL, ok_error));
    free(rows);
    free(text);
    return a;
}

static size_t row_of_channel(const leadkpi_table *table, const char *model, const char *channel)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        if (text_is(table, "model", row, model) && text_is(table, "channel", row, channel)) return row;
    ck_abort_msg("no row of %s, %s", model, channel);
}

static void check_near(double found, double expected, double relative)
{
    ck_assert_msg(fabs(found - expected) <= relative * fabs(expected), "expected %.17g, found %.17g",
                  expected, found);
}

START_TEST(removal_effects_and_credits_are_those_of_the_reference)
{
    leadkpi_attribution *a = reference();
    static const char options[] = "models=markov,markov:2,markov:3";
    leadkpi_table *effects = report(leadkpi_attribution_removal_effects, a, options);
    leadkpi_table *credits = report(leadkpi_attribution_credits, a, options);
    char *text = read_file("attribution_markov.csv");
    int seen = 0;
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        static const char *const models[] = {"", "markov", "markov:2", "markov:3"};
        char channel[64];
        int order, nulls;
        double x[4];
        sscanf(line, "%d,%d,%63[^,],%lf,%lf,%lf,%lf", &order, &nulls, channel, &x[0], &x[1], &x[2], &x[3]);
        if (!nulls) continue;
        size_t row = row_of_channel(effects, models[order], channel);
        check_near(number_at(effects, "effect", row), x[0], 1e-11);
        check_near(number_at(effects, "value_effect", row), x[1], 1e-11);
        ck_assert(number_at(effects, "effect_error", row) > 0);
        check_near(credit_of(credits, models[order], channel), x[2], 1e-11);
        check_near(value_of(credits, models[order], channel), x[3], 1e-11);
        seen++;
    }
    ck_assert_int_eq(seen, 27);
    free(text);
    leadkpi_table_free(effects);
    leadkpi_table_free(credits);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(effects_are_shared_out_to_one_and_need_a_markov_model)
{
    leadkpi_attribution *a = reference();
    leadkpi_table *table = report(leadkpi_attribution_removal_effects, a, "models=first,markov");
    double sum = 0, value = 0;
    ck_assert_uint_eq(leadkpi_table_row_count(table), 9);
    for (size_t row = 0; row < 9; row++) {
        sum += number_at(table, "effect_share", row);
        value += number_at(table, "value_effect_share", row);
    }
    check_near(sum, 1, 1e-13);
    check_near(value, 1, 1e-13);
    check_near(number_at(table, "probability", 0), 3991.0 / 40000, 0.05);
    leadkpi_table_free(table);
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_attribution_removal_effects(a, NULL, &table, &error), LEADKPI_CONTRADICTION);
    ck_assert_ptr_null(table);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- the chain -------------------------------------------------------------------------------------- */

static const path_row few[] = {{"A > B > B", 2, 20, 1}, {"B", 1, 5, 0}, {"A", 0, 0, 4}, {"", 3, 3, 3}};

static double step_of(const leadkpi_table *table, const char *kind, const char *from, const char *to,
                      const char *column)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        if (text_is(table, "kind", row, kind) && text_is(table, "from", row, from) &&
            text_is(table, "to", row, to))
            return number_at(table, column, row);
    return -1;
}

START_TEST(transitions_are_the_steps_that_were_taken)
{
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, few, 4, NULL, ok_error));
    leadkpi_table *table = report(leadkpi_attribution_transitions, a, "models=markov");
    ck_assert(step_of(table, "start", NULL, "A", "weight") == 7);
    ck_assert(step_of(table, "start", NULL, "B", "probability") == 0.125);
    ck_assert(step_of(table, "step", "A", "B", "weight") == 3);
    ck_assert(step_of(table, "step", "B", "B", "weight") == -1);
    ck_assert(step_of(table, "conversion", "B", NULL, "weight") == 3);
    ck_assert(step_of(table, "conversion", "B", NULL, "probability") == 0.75);
    ck_assert(step_of(table, "null", "A", NULL, "weight") == 4);
    ck_assert_uint_eq(leadkpi_table_row_count(table), 6);
    leadkpi_table_free(table);
    table = report(leadkpi_attribution_transitions, a, "models=markov:2");
    ck_assert(step_of(table, "step", "A > B", "B > B", "weight") == 3);
    ck_assert(step_of(table, "start", NULL, "A", "weight") == 4);
    leadkpi_table_free(table);
    table = report(leadkpi_attribution_transitions, a, "models=markov; collapse=none");
    ck_assert(step_of(table, "step", "B", "B", "weight") == 3);
    leadkpi_table_free(table);
    leadkpi_attribution_free(a);
}
END_TEST

/* By hand: h(B) = (3 + 0) / 4, h(A) = 3/7 h(B). */
START_TEST(states_say_how_often_and_what_comes_of_it)
{
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, few, 4, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_states, a, "models=markov");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
    ck_assert(text_is(t, "state", 0, "A") && text_is(t, "state", 1, "B"));
    ck_assert_double_eq(number_at(t, "starts", 0), 7);
    ck_assert_double_eq(number_at(t, "visits", 1), 4);
    ck_assert_double_eq(number_at(t, "conversions", 1), 3);
    ck_assert_double_eq(number_at(t, "nulls", 0), 4);
    ck_assert_double_eq(number_at(t, "value", 1), 25);
    check_near(number_at(t, "conversion_probability", 1), 0.75, 1e-15);
    check_near(number_at(t, "conversion_probability", 0), 0.75 * 3 / 7, 1e-15);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    /* Starts, weighed by what comes of them, are the probability of the model, at any order. */
    a = reference();
    static const char *const models[] = {"models=markov", "models=markov:2", "models=markov:3; collapse=none"};
    for (size_t m = 0; m < 3; m++) {
        leadkpi_table *effects = report(leadkpi_attribution_removal_effects, a, models[m]);
        double converted = 0, all = 0;
        t = report(leadkpi_attribution_states, a, models[m]);
        for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
            all += number_at(t, "starts", row);
            converted += number_at(t, "starts", row) * number_at(t, "conversion_probability", row);
        }
        check_near(converted / all, number_at(effects, "probability", 0), 1e-12);
        leadkpi_table_free(effects);
        leadkpi_table_free(t);
    }
    leadkpi_attribution_free(a);
    a = attribution_with("");
    t = report(leadkpi_attribution_states, a, "");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 0);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

/* By hand: h(B) = won + h(A) to_a, h(A) = h(B) to_b. C is of a path that only a value was given. */
START_TEST(chances_are_exact_however_rarely_a_journey_ends)
{
    static const path_row rows[] = {{"A > B > A > B > A > B", 1, 1, 0}, {"B > A", 0, 0, 1e9},
                                    {"A > B", 0, 0, 1e9}, {"C", 0, 5, 0}};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, rows, 4, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_states, a, "models=markov");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 3);
    double to_b = (3 + 1e9) / (3 + 2e9), to_a = (2 + 1e9) / (3 + 2e9), won = 1 / (3 + 2e9);
    check_near(number_at(t, "conversion_probability", 0), to_b * won / (1 - to_a * to_b), 1e-15);
    check_near(number_at(t, "conversion_probability", 1), won / (1 - to_a * to_b), 1e-15);
    ck_assert(leadkpi_table_is_null(t, column_of(t, "conversion_probability"), 2));
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(orders_come_with_their_loss_and_one_is_the_best)
{
    leadkpi_attribution *a = reference();
    leadkpi_table *table = report(leadkpi_attribution_orders, a, "order_max=3");
    ck_assert_uint_eq(leadkpi_table_row_count(table), 3);
    int best = 0;
    for (size_t row = 0; row < 3; row++) {
        int64_t mark;
        OK(leadkpi_table_get_int64(table, column_of(table, "best"), row, &mark, ok_error));
        ck_assert(number_at(table, "loss", row) > 0);
        best += mark != 0;
    }
    ck_assert_int_eq(best, 1);
    leadkpi_table_free(table);
    leadkpi_attribution_free(a);
    a = attribution_with("");
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_attribution_orders(a, NULL, &table, &error), LEADKPI_NOT_ENOUGH_DATA);
    table = report(leadkpi_attribution_transitions, a, "");
    ck_assert_uint_eq(leadkpi_table_row_count(table), 0);
    leadkpi_table_free(table);
    leadkpi_attribution_free(a);
}
END_TEST

/* ---- all games ----------------------------------------------------------------------------------------- */

START_TEST(credits_of_every_model_add_up_to_what_was_converted)
{
    leadkpi_attribution *a = reference();
    static const char *const models[] = {"markov", "markov:2", "shapley:sum", "shapley:rate",
                                         "shapley:exact", "shao_li", "linear_unique"};
    static const char options[] =
        "models=markov,markov:2,shapley:sum,shapley:rate,shapley:exact,shao_li,linear_unique; errors=false";
    leadkpi_table *table = report(leadkpi_attribution_credits, a, options);
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        double sum = 0;
        for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
            if (text_is(table, "model", row, models[m]) && !text_is(table, "row", row, "total"))
                sum += number_at(table, "conversions", row);
        check_near(sum, credit_of(table, models[m], NULL), 1e-12);
    }
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        if (text_is(table, "model", row, "shapley:sum"))
            check_near(number_at(table, "conversions", row),
                       number_at(table, "conversions", row + 44), 1e-12);
    leadkpi_table_free(table);
    leadkpi_attribution_free(a);
}
END_TEST

/* Without A all go by B, and the other way round: no removal changes anything. */
START_TEST(what_no_removal_changes_is_unattributed)
{
    static const path_row rows[] = {{"A > B", 10, 0, 0}, {"B > A", 10, 0, 0}};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, rows, 2, NULL, ok_error));
    leadkpi_table *t =
        report(leadkpi_attribution_credits, a, "models=markov,linear; removal=renormalise");
    ck_assert_double_eq(credit_of(t, "markov", "A"), 0);
    ck_assert_double_eq(credit_of(t, "markov", "B"), 0);
    ck_assert_double_eq(credit_of(t, "markov", ""), 20);
    ck_assert_double_eq(credit_of(t, "markov", NULL), 20);
    ck_assert_double_eq(credit_of(t, "linear", ""), 0);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(few_data_is_said_of_few_units_not_of_what_is_unattributed)
{
    leadkpi_attribution *a = reference();
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=linear,markov,shapley,shao_li");
    static const char *const models[] = {"linear", "markov", "shapley", "shao_li"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++)
        ck_assert(text_is(t, "flags", row_of(t, models[m], ""), ""));
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);

    static const path_row one[] = {{"A", 1, 0, 1}};
    a = attribution_with("");
    OK(add_paths(a, one, 1, NULL, ok_error));
    t = report(leadkpi_attribution_credits, a, "models=linear,markov");
    ck_assert(text_is(t, "flags", row_of(t, "linear", ""), "few_data"));
    ck_assert(text_is(t, "flags", row_of(t, "markov", ""), "few_data"));
    ck_assert(text_is(t, "flags", row_of(t, "markov", "A"), "few_data"));
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

/* Nothing at all, paths without a touch, and touches without a conversion: every report has an answer
 * of every model, and none is lost. */
START_TEST(every_model_answers_where_there_is_nothing_to_share_out)
{
    static const path_row untouched[] = {{"", 3, 5, 2}}, nulls[] = {{"A > B", 0, 0, 4}};
    static const char models[] =
        "models=linear,u_lead,markov,markov:2,shapley,shapley:sum,shapley:exact,shao_li; removal=%s";
    for (int kind = 0; kind < 6; kind++) {
        leadkpi_attribution *a = attribution_with("");
        char options[160];
        snprintf(options, sizeof options, models, kind % 2 ? "renormalise" : "to_null");
        if (kind / 2 == 1) OK(add_paths(a, untouched, 1, NULL, ok_error));
        if (kind / 2 == 2) OK(add_paths(a, nulls, 1, NULL, ok_error));
        leadkpi_table *t = report(leadkpi_attribution_credits, a, options);
        for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
            ck_assert_double_eq(number_at(t, "conversions", row),
                                kind / 2 == 1 && !text_is(t, "row", row, "group") ? 3 : 0);
        leadkpi_table_free(t);
        leadkpi_table_free(report(leadkpi_attribution_compare, a, options));
        leadkpi_table_free(report(leadkpi_attribution_removal_effects, a, options));
        leadkpi_table_free(report(leadkpi_attribution_transitions, a, ""));
        leadkpi_table_free(report(leadkpi_attribution_paths, a, ""));
        leadkpi_attribution_free(a);
    }
}
END_TEST

/* Rules take sums up to 2^94; what is solved counts below 2^63. */
START_TEST(sums_too_large_for_a_solved_model_overflow_and_name_no_row)
{
    static const path_row rows[] = {{"B", 1, 0, 0}, {"A", 9e18, 0, 0}, {"A", 9e18, 0, 0}};
    static const char *const options[] = {"models=markov", "models=markov:2", "models=shapley",
                                          "models=shao_li"};
    leadkpi_attribution *a = attribution_with("");
    leadkpi_error error;
    leadkpi_table *t;
    OK(add_paths(a, rows, 3, NULL, ok_error));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        leadkpi_options *o = options_of("attribution_report", options[i]);
        ck_assert_int_eq(leadkpi_attribution_credits(a, o, &t, &error), LEADKPI_OVERFLOW);
        ck_assert_int_eq(error.row, -1);
        ck_assert_ptr_null(t);
        leadkpi_options_free(o);
    }
    ck_assert_int_eq(leadkpi_attribution_transitions(a, NULL, &t, &error), LEADKPI_OVERFLOW);
    ck_assert_int_eq(error.row, -1);
    enum { TOUCHES = 2000 }; /* whole weights are counted, and their steps are 2^63 and more */
    static char text[2 * TOUCHES];
    for (size_t i = 0; i + 1 < sizeof text; i++) text[i] = ">A>B"[(i + 1) % 4];
    const path_row long_one[] = {{"B", 1, 0, 0}, {text, 9e15, 0, 0}};
    leadkpi_attribution *b = attribution_with("groups=1");
    OK(add_paths(b, long_one, 2, NULL, ok_error));
    leadkpi_options *o = options_of("attribution_report", "models=markov");
    ck_assert_int_eq(leadkpi_attribution_credits(b, o, &t, &error), LEADKPI_OVERFLOW);
    ck_assert_int_eq(error.row, -1);
    leadkpi_options_free(o);
    leadkpi_attribution_free(b);
    t = report(leadkpi_attribution_credits, a, "models=linear");
    ck_assert_double_eq(credit_of(t, "linear", "A"), 18e18);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attribution models");
    TCase *models = tcase_create("models");
    tcase_set_timeout(models, 60);
    suite_add_tcase(suite, models);
    tcase_add_test(models, removal_effects_and_credits_are_those_of_the_reference);
    tcase_add_test(models, effects_are_shared_out_to_one_and_need_a_markov_model);
    tcase_add_test(models, transitions_are_the_steps_that_were_taken);
    tcase_add_test(models, states_say_how_often_and_what_comes_of_it);
    tcase_add_test(models, chances_are_exact_however_rarely_a_journey_ends);
    tcase_add_test(models, orders_come_with_their_loss_and_one_is_the_best);
    tcase_add_test(models, credits_of_every_model_add_up_to_what_was_converted);
    tcase_add_test(models, what_no_removal_changes_is_unattributed);
    tcase_add_test(models, few_data_is_said_of_few_units_not_of_what_is_unattributed);
    tcase_add_test(models, every_model_answers_where_there_is_nothing_to_share_out);
    tcase_add_test(models, sums_too_large_for_a_solved_model_overflow_and_name_no_row);
    return lk_test_run(suite);
}
