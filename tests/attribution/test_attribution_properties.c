/* What must hold of every model whatever the data: the identities of the field, and the properties whose
 * absence was a bug somewhere. */
#include "../support/check_main.h"
#include "touches.h"

#define COUNT(rows) (sizeof(rows) / sizeof (rows)[0])
#define PATHS 150
#define LONGEST 6

static const char *const all_models[] = {
    "first", "last", "first_non:A", "last_non:A", "last_in:B|C", "linear", "linear_unique", "u", "j",
    "inverse_j", "custom:30/20/50", "rank_decay", "halving", "markov", "markov:2", "markov:3",
    "shapley", "shapley:sum", "shapley:exact", "shapley:ordered", "shao_li"};
#define MODEL_COUNT COUNT(all_models)
#define RULE_COUNT 13

static const char all_options[] =
    "models=first,last,first_non:A,last_non:A,last_in:B|C,linear,linear_unique,u,j,inverse_j,"
    "custom:30/20/50,rank_decay,halving,markov,markov:2,markov:3,shapley,shapley:sum,shapley:exact,"
    "shapley:ordered,shao_li; errors=false";

typedef struct world {
    path_row rows[PATHS];
    char texts[PATHS][64];
} world;

/* Paths of the letters of `names`, in whose place others may stand. */
static void draw(world *w, const char *names, uint64_t seed)
{
    uint64_t s = seed;
    size_t channels = strlen(names);
    for (size_t i = 0; i < PATHS; i++) {
        size_t length = 1 + lk_test_random(&s) % LONGEST;
        char *to = w->texts[i];
        for (size_t k = 0; k < length; k++) {
            if (k) to += sprintf(to, " > ");
            *to++ = names[lk_test_random(&s) % channels];
        }
        *to = 0;
        w->rows[i] = (path_row){w->texts[i], (double)(lk_test_random(&s) % 4),
                                (double)(lk_test_random(&s) % 10000) / 100,
                                (double)(lk_test_random(&s) % 9)};
        if (w->rows[i].conversions == 0) w->rows[i].value = 0;
    }
}

static leadkpi_attribution *attribution_of(const world *w)
{
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, w->rows, PATHS, NULL, ok_error));
    return a;
}

static leadkpi_table *credits_of(const world *w, const char *options)
{
    leadkpi_attribution *a = attribution_of(w);
    leadkpi_table *t = report(leadkpi_attribution_credits, a, options);
    leadkpi_attribution_free(a);
    return t;
}

static void near(double found, double expected, double relative, const char *what)
{
    ck_assert_msg(fabs(found - expected) <= relative * fmax(fabs(expected), 1), "%s: expected %.17g, found %.17g",
                  what, expected, found);
}

static double total_of(const world *w, int which)
{
    double sum = 0;
    for (size_t i = 0; i < PATHS; i++)
        sum += which == 0 ? w->rows[i].conversions : which == 1 ? w->rows[i].value : w->rows[i].nulls;
    return sum;
}

START_TEST(credits_add_up_to_what_was_converted)
{
    static world w;
    draw(&w, "ABCDE", 1 + (uint64_t)_i);
    leadkpi_table *t = credits_of(&w, all_options);
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        double sum[2] = {0, 0};
        for (const char *c = "ABCDE"; *c; c++) {
            char name[2] = {*c, 0};
            sum[0] += credit_of(t, all_models[m], name);
            sum[1] += value_of(t, all_models[m], name);
        }
        near(sum[0], total_of(&w, 0), 1e-13, all_models[m]);
        near(sum[1], total_of(&w, 1), 1e-12, all_models[m]);
    }
    leadkpi_table_free(t);
}
END_TEST

/* Z to V in place of A to E: each model gives each channel what it gave it under its old name. */
START_TEST(renamed_channels_keep_their_credit)
{
    static world w, renamed;
    draw(&w, "ABCDE", 3);
    draw(&renamed, "ZYXWV", 3);
    leadkpi_table *x = credits_of(&w, all_options), *y;
    char *options = malloc(sizeof all_options);
    strcpy(options, all_options);
    for (char *c = options; *c; c++) /* arguments of models name channels too */
        if ((c[-(c > options)] == ':' || c[-(c > options)] == '|') && *c >= 'A' && *c <= 'E')
            *c = (char)('Z' - (*c - 'A'));
    y = credits_of(&renamed, options);
    for (size_t row = 0; row < leadkpi_table_row_count(x); row++) {
        const char *name, *model;
        size_t length, model_length;
        if (!text_is(x, "row", row, "group")) continue;
        OK(leadkpi_table_get_text(x, column_of(x, "channel"), row, &name, &length, ok_error));
        OK(leadkpi_table_get_text(x, column_of(x, "model"), row, &model, &model_length, ok_error));
        /* Rows are in order of names, so the first of five is now the last. */
        size_t other = row - (size_t)(*name - 'A') + (size_t)('E' - *name);
        near(number_at(y, "conversions", other), number_at(x, "conversions", row), 1e-12, model);
        near(number_at(y, "value", other), number_at(x, "value", row), 1e-11, model);
    }
    leadkpi_table_free(x);
    leadkpi_table_free(y);
    free(options);
}
END_TEST

START_TEST(more_journeys_without_conversion_change_markov_and_rates_and_no_rule)
{
    static world w, more;
    draw(&w, "ABCDE", 5);
    more = w;
    for (size_t i = 0; i < PATHS; i++) {
        more.rows[i].path = more.texts[i];
        if (more.texts[i][0] == 'A') more.rows[i].nulls = 3 * w.rows[i].nulls + 5;
    }
    leadkpi_table *x = credits_of(&w, all_options), *y = credits_of(&more, all_options);
    for (size_t m = 0; m < MODEL_COUNT; m++) {
        double change = fabs(credit_of(x, all_models[m], "A") - credit_of(y, all_models[m], "A"));
        bool by_nulls = m >= RULE_COUNT && strcmp(all_models[m], "shapley:sum") != 0 &&
                        strcmp(all_models[m], "shapley:ordered") != 0;
        ck_assert_msg(by_nulls ? change > 1e-3 : change == 0, "%s changes by %g", all_models[m], change);
    }
    leadkpi_table_free(x);
    leadkpi_table_free(y);
}
END_TEST

/* Flow is conserved, so the chain of any order converts as often as the journeys did. */
START_TEST(probability_is_conversions_by_journeys_at_every_order)
{
    static world w;
    draw(&w, "ABCDE", 7);
    leadkpi_attribution *a = attribution_of(&w);
    leadkpi_table *t = report(leadkpi_attribution_removal_effects, a,
                              "models=markov,markov:2,markov:3,markov:4,markov:6,markov:9; errors=false");
    double expected = total_of(&w, 0) / (total_of(&w, 0) + total_of(&w, 2));
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        near(number_at(t, "probability", row), expected, 1e-13, "probability");
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

/* Then each journey is one state, and the effect of a channel the part of conversions it is in. */
START_TEST(an_order_of_the_longest_path_is_participation)
{
    static world w;
    draw(&w, "ABCDE", 9);
    char options[128];
    snprintf(options, sizeof options, "models=markov:%d,participation; errors=false; collapse=none", LONGEST);
    leadkpi_table *t = credits_of(&w, options);
    double all[2] = {0, 0};
    snprintf(options, sizeof options, "markov:%d", LONGEST);
    static const char *const names[] = {"A", "B", "C", "D", "E"};
    for (size_t c = 0; c < 5; c++) {
        all[0] += credit_of(t, "participation", names[c]);
        all[1] += value_of(t, "participation", names[c]);
    }
    for (size_t c = 0; c < 5; c++) {
        near(credit_of(t, options, names[c]),
             credit_of(t, "participation", names[c]) / all[0] * total_of(&w, 0), 1e-12, names[c]);
        near(value_of(t, options, names[c]),
             value_of(t, "participation", names[c]) / all[1] * total_of(&w, 1), 1e-12, names[c]);
        near(number_at(t, "removal_effect", row_of(t, options, names[c])),
             credit_of(t, "participation", names[c]) / total_of(&w, 0), 1e-12, names[c]);
    }
    leadkpi_table_free(t);
}
END_TEST

START_TEST(the_sum_game_is_linear_over_channels_and_never_negative)
{
    static world w;
    draw(&w, "ABCDEFGH", 11);
    leadkpi_table *t = credits_of(&w, "models=shapley:sum,linear_unique; errors=false");
    static const char *const names[] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    for (size_t c = 0; c < 8; c++) {
        near(credit_of(t, "shapley:sum", names[c]), credit_of(t, "linear_unique", names[c]), 1e-13, names[c]);
        near(value_of(t, "shapley:sum", names[c]), value_of(t, "linear_unique", names[c]), 1e-12, names[c]);
        ck_assert(credit_of(t, "shapley:sum", names[c]) >= 0);
    }
    leadkpi_table_free(t);
}
END_TEST

/* A and B are in the same journeys at mirrored places, C never converts, and D is there or not with
 * the same rate. */
START_TEST(equals_get_equal_credit_and_who_adds_nothing_gets_none)
{
    static const path_row rows[] = {{"A > B", 4, 8, 6},      {"B > A", 4, 8, 6}, {"A", 2, 4, 8},
                                    {"B", 2, 4, 8},          {"C", 0, 0, 9}};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, rows, COUNT(rows), NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_credits, a, all_options);
    static const char *const symmetric[] = {"linear", "linear_unique", "markov", "markov:2", "shapley",
                                            "shapley:sum", "shapley:exact", "shao_li"};
    for (size_t m = 0; m < COUNT(symmetric); m++) {
        near(credit_of(t, symmetric[m], "A"), credit_of(t, symmetric[m], "B"), 1e-13, symmetric[m]);
        near(credit_of(t, symmetric[m], "A"), 6, 1e-12, symmetric[m]);
    }
    for (size_t m = 0; m < MODEL_COUNT; m++)
        near(credit_of(t, all_models[m], "C"), 0, 1e-15, all_models[m]);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    /* The rate is a half with D and without it. */
    static const path_row dummy[] = {{"A", 1, 1, 1}, {"D", 0, 0, 0}, {"A > D", 3, 3, 3}, {"B > D > A", 0, 0, 0}};
    a = attribution_with("");
    OK(add_paths(a, dummy, COUNT(dummy), NULL, ok_error));
    t = report(leadkpi_attribution_credits, a, "models=shapley; errors=false");
    near(credit_of(t, "shapley", "D"), 0, 1e-15, "D");
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
}
END_TEST

START_TEST(value_in_proportion_to_conversions_has_their_shares)
{
    static world w;
    draw(&w, "ABCDE", 13);
    for (size_t i = 0; i < PATHS; i++) w.rows[i].value = 2.5 * w.rows[i].conversions;
    leadkpi_table *t = credits_of(&w, all_options);
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        near(number_at(t, "value", row), 2.5 * number_at(t, "conversions", row), 1e-13, "value");
        double effect = number_at(t, "removal_effect", row);
        if (effect == effect) near(number_at(t, "value_removal_effect", row), effect, 1e-13, "effect");
    }
    leadkpi_table_free(t);
}
END_TEST

/* ---- events -------------------------------------------------------------------------------------- */

#define ROWS 300

/* Events of 40 units, `shift` microseconds later and times `unit`. */
static leadkpi_attribution *events(int64_t shift, int64_t unit)
{
    static touch touches[ROWS];
    static conversion won[ROWS / 4];
    static const char *const channels[] = {"A", "B", "C", "D"};
    uint64_t s = 21;
    for (size_t i = 0; i < ROWS; i++)
        touches[i] = (touch){(int64_t)(lk_test_random(&s) % 40),
                             shift + unit * (int64_t)(lk_test_random(&s) % 50), (int64_t)(i % 2),
                             channels[lk_test_random(&s) % 4], NULL};
    for (size_t i = 0; i < ROWS / 4; i++)
        won[i] = (conversion){(int64_t)(lk_test_random(&s) % 50),
                              shift + unit * (int64_t)(lk_test_random(&s) % 60), NULL,
                              (double)(lk_test_random(&s) % 500) / 3, 1};
    char definition[96];
    snprintf(definition, sizeof definition, "lookback=%dus; nulls=never_converted", (int)(20 * unit));
    leadkpi_attribution *a = attribution_with(definition);
    OK(add_touches(a, touches, ROWS, NULL, ok_error));
    OK(add_conversions(a, won, ROWS / 4, NULL, ok_error));
    return a;
}

static void same_numbers(const leadkpi_table *x, const leadkpi_table *y)
{
    ck_assert_uint_eq(leadkpi_table_row_count(x), leadkpi_table_row_count(y));
    for (int32_t c = 0; c < leadkpi_table_column_count(x); c++) {
        if (leadkpi_table_column_type(x, c) != LEADKPI_TYPE_DOUBLE) continue;
        for (size_t row = 0; row < leadkpi_table_row_count(x); row++) {
            double p, q;
            OK(leadkpi_table_get_double(x, c, row, &p, ok_error));
            OK(leadkpi_table_get_double(y, c, row, &q, ok_error));
            ck_assert_msg(p == q || (isnan(p) && isnan(q)), "%s, row %zu: %.17g and %.17g",
                          leadkpi_table_column_name(x, c), row, p, q);
        }
    }
}

START_TEST(a_shift_of_time_or_another_unit_changes_nothing)
{
    leadkpi_attribution *a = events(0, 1000), *later = events(700 * DAY, 1000), *coarse = events(0, 4000);
    static const char one[] = "models=u,time_decay:8000us,markov,shao_li",
                      four[] = "models=u,time_decay:32000us,markov,shao_li";
    leadkpi_table *x = report(leadkpi_attribution_credits, a, one);
    leadkpi_table *y = report(leadkpi_attribution_credits, later, one);
    leadkpi_table *z = report(leadkpi_attribution_credits, coarse, four);
    same_numbers(x, y);
    same_numbers(x, z);
    leadkpi_table_free(x);
    leadkpi_table_free(y);
    leadkpi_table_free(z);
    leadkpi_attribution_free(a);
    leadkpi_attribution_free(later);
    leadkpi_attribution_free(coarse);
}
END_TEST

/* Every number of every report, errors too, to the last bit, in any merge tree. */
START_TEST(shards_report_the_same_bits)
{
    enum { SHARDS = 5 };
    static world w;
    draw(&w, "ABCDE", 31);
    leadkpi_attribution *whole = attribution_of(&w), *shard[SHARDS];
    static const char options[] = "models=u,linear_unique,participation,markov,markov:2,shapley,shao_li";
    leadkpi_table *expected = report(leadkpi_attribution_credits, whole, options);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < SHARDS; i++) shard[i] = attribution_with("");
        for (size_t row = PATHS; row-- > 0;)
            OK(add_paths(shard[(row * (round + 2)) % SHARDS], &w.rows[row], 1, NULL, ok_error));
        for (size_t i = SHARDS; i-- > 1;) {
            size_t into = round == 0 ? 0 : round == 1 ? i - 1 : (i - 1) / 2;
            OK(leadkpi_attribution_merge(shard[into], shard[i], ok_error));
        }
        leadkpi_table *t = report(leadkpi_attribution_credits, shard[0], options);
        same_numbers(expected, t);
        same_state(whole, shard[0]);
        leadkpi_table_free(t);
        for (size_t i = 0; i < SHARDS; i++) leadkpi_attribution_free(shard[i]);
    }
    leadkpi_table_free(expected);
    leadkpi_attribution_free(whole);
}
END_TEST

/* ---- sizes ------------------------------------------------------------------------------------------- */

START_TEST(a_journey_of_a_hundred_thousand_touches_and_as_many_channels)
{
    enum { TOUCHES = 100000 };
    static const char pattern[] = "A > B > C > ";
    char *path = malloc(TOUCHES * 4 + 1);
    for (size_t i = 0; i < TOUCHES; i++) memcpy(path + 4 * i, pattern + 4 * (i % 3), 4);
    path[TOUCHES * 4 - 3] = 0;
    path_row row = {path, 3, 30, 1};
    leadkpi_attribution *a = attribution_with("");
    OK(add_paths(a, &row, 1, NULL, ok_error));
    leadkpi_table *t = report(leadkpi_attribution_credits, a, "models=first,linear,u,markov,shapley,shao_li");
    near(credit_of(t, "linear", "A"), 3 * 33334.0 / TOUCHES, 1e-12, "linear");
    near(credit_of(t, "u", "A"), 3 * (.8 + .2 * 33332 / (TOUCHES - 2)), 1e-12, "u");
    near(credit_of(t, "markov", "B"), 1, 1e-4, "markov"); /* the last touch is of A */
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    free(path);

    char *texts = malloc((size_t)TOUCHES * 8);
    path_row *rows = malloc(TOUCHES * sizeof *rows);
    for (size_t i = 0; i < TOUCHES; i++) {
        snprintf(texts + 8 * i, 8, "%zu", i);
        rows[i] = (path_row){texts + 8 * i, 1, 2, 0};
    }
    a = attribution_with("");
    OK(add_paths(a, rows, TOUCHES, NULL, ok_error));
    t = report(leadkpi_attribution_credits, a, "models=u; errors=false");
    ck_assert_uint_eq(leadkpi_table_row_count(t), TOUCHES + 2);
    ck_assert_double_eq(number_at(t, "conversions", TOUCHES / 2), 1);
    ck_assert_double_eq(number_at(t, "conversions", TOUCHES + 1), TOUCHES);
    leadkpi_table_free(t);
    leadkpi_attribution_free(a);
    free(rows);
    free(texts);
}
END_TEST

static Suite *suite_of_properties(void)
{
    Suite *suite = suite_create("attribution properties");
    TCase *tc = tcase_create("properties");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, credits_add_up_to_what_was_converted, 0, 3);
    tcase_add_test(tc, renamed_channels_keep_their_credit);
    tcase_add_test(tc, more_journeys_without_conversion_change_markov_and_rates_and_no_rule);
    tcase_add_test(tc, probability_is_conversions_by_journeys_at_every_order);
    tcase_add_test(tc, an_order_of_the_longest_path_is_participation);
    tcase_add_test(tc, the_sum_game_is_linear_over_channels_and_never_negative);
    tcase_add_test(tc, equals_get_equal_credit_and_who_adds_nothing_gets_none);
    tcase_add_test(tc, value_in_proportion_to_conversions_has_their_shares);
    tcase_add_test(tc, a_shift_of_time_or_another_unit_changes_nothing);
    tcase_add_test(tc, shards_report_the_same_bits);
    tcase_add_test(tc, a_journey_of_a_hundred_thousand_touches_and_as_many_channels);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_properties());
}
