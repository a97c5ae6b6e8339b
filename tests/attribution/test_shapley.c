#include "journeys.h"

static lk_memory memory;

static lk_attribution_result play(const world *w, uint32_t groups, lk_attribution_game game)
{
    leadkpi_error error = {0};
    lk_attribution_paths paths = world_paths(w, &memory, groups);
    lk_attribution_result result = new_result(&memory, w->channel_count);
    ok(lk_attribution_shapley(&paths, &memory, NULL, &game, &result, NULL, &error), &error);
    lk_attribution_paths_free(&paths, &memory);
    return result;
}

static lk_attribution_result shao_li(const world *w, uint32_t groups)
{
    leadkpi_error error = {0};
    lk_attribution_paths paths = world_paths(w, &memory, groups);
    lk_attribution_result result = new_result(&memory, w->channel_count);
    ok(lk_attribution_shao_li(&paths, &memory, NULL, groups > 1, &result, &error), &error);
    lk_attribution_paths_free(&paths, &memory);
    return result;
}

#define RATE ((lk_attribution_game){.game = LK_ATTRIBUTION_GAME_RATE, .players_most = 12})

/* ---- written from the definition ---------------------------------------------------------------------- */

static uint32_t set_of(const world *w, size_t i)
{
    uint32_t set = 0;
    for (size_t k = i ? w->ends[i - 1] : 0; k < w->ends[i]; k++) set |= UINT32_C(1) << w->channels[k];
    return set;
}

/* v(S), kind 0 or 1, of journeys within S, or of exactly S. */
static double worth(const world *w, uint32_t set, int kind, bool exact)
{
    double amount = 0, journeys = 0;
    for (size_t i = 0; i < w->count; i++) {
        uint32_t own = set_of(w, i);
        if (own == 0 || (exact ? own != set : (own & ~set) != 0)) continue;
        amount += kind ? w->values[i] : w->conversions[i];
        journeys += w->conversions[i] + w->nulls[i];
    }
    return journeys > 0 ? amount / journeys : 0;
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

static int size_of(uint32_t set)
{
    int size = 0;
    for (; set; set &= set - 1) size++;
    return size;
}

static double shapley_value(const world *w, uint32_t all, int player, int kind, bool exact)
{
    double sum = 0;
    int m = size_of(all);
    for (uint32_t set = 0; set <= all; set++) {
        if (set & ~all || set >> player & 1) continue;
        double weight = factorial(size_of(set)) * factorial(m - size_of(set) - 1) / factorial(m);
        sum += weight * (worth(w, set | UINT32_C(1) << player, kind, exact) -
                         (set ? worth(w, set, kind, exact) : 0));
    }
    return sum;
}

static double naive_credit(const world *w, int player, int kind, bool exact)
{
    double credit = 0;
    for (uint32_t set = 1; set < UINT32_C(1) << w->channel_count; set++) {
        double amount = 0;
        if (!(set >> player & 1)) continue;
        for (size_t i = 0; i < w->count; i++)
            if (set_of(w, i) == set) amount += kind ? w->values[i] : w->conversions[i];
        if (amount != 0)
            credit += amount * shapley_value(w, set, player, kind, exact) / worth(w, set, kind, exact);
    }
    return credit;
}

START_TEST(rate_games_are_those_of_the_definition)
{
    world w = {0};
    world_draw(&w, 300, 5, 5, 7);
    for (int exact = 0; exact < 2; exact++) {
        lk_attribution_game game = RATE;
        if (exact) game.game = LK_ATTRIBUTION_GAME_EXACT;
        lk_attribution_result result = play(&w, 64, game);
        for (int player = 0; player < 5; player++)
            for (int kind = 0; kind < 2; kind++)
                check_near(result.credit[kind][player], naive_credit(&w, player, kind, exact), 1e-10,
                           "credit", (size_t)player);
        lk_attribution_result_free(&result, &memory);
    }
    world_free(&w);
}
END_TEST

static double sum_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += values[i];
    return sum;
}

START_TEST(credits_add_up_to_what_converted_in_every_game)
{
    world w = {0};
    world_read(&w, true);
    for (int32_t kind = 0; kind < 3; kind++) {
        lk_attribution_game game = RATE;
        game.game = kind;
        lk_attribution_result result = play(&w, 64, game);
        for (int k = 0; k < 2; k++) check_near(sum_of(result.credit[k], 9), result.total[k], 1e-12, "total", 0);
        lk_attribution_result_free(&result, &memory);
    }
    world_free(&w);
}
END_TEST

START_TEST(the_sum_game_is_linear_over_distinct_channels)
{
    world w = {0};
    world_read(&w, true);
    double expected[9] = {0};
    for (size_t i = 0; i < w.count; i++)
        for (int c = 0; c < 9; c++)
            if (set_of(&w, i) >> c & 1) expected[c] += w.conversions[i] / size_of(set_of(&w, i));
    lk_attribution_result result = play(&w, 1, (lk_attribution_game){.game = LK_ATTRIBUTION_GAME_SUM});
    for (size_t c = 0; c < 9; c++) {
        check_near(result.credit[0][c], expected[c], 1e-12, "credit", c);
        ck_assert(isnan(result.credit_error[0][c]));
    }
    lk_attribution_result_free(&result, &memory);
    world_free(&w);
}
END_TEST

START_TEST(equal_channels_get_equal_credit_and_one_that_does_nothing_gets_none)
{
    world w = {0};
    /* B and C are alike; D neither helps nor harms */
    world_path(&w, "A", 1, 9, 10), world_path(&w, "AB", 4, 6, 40), world_path(&w, "AC", 4, 6, 40);
    world_path(&w, "ABC", 6, 4, 60), world_path(&w, "B", 2, 8, 20), world_path(&w, "C", 2, 8, 20);
    world_path(&w, "AD", 1, 9, 10);
    lk_attribution_result result = play(&w, 64, RATE);
    check_near(result.credit[0][1], result.credit[0][2], 1e-12, "symmetry", 1);
    ck_assert_msg(fabs(result.credit[0][3]) < 1e-13, "null player: found %g", result.credit[0][3]);
    lk_attribution_result_free(&result, &memory);
    world_free(&w);
}
END_TEST

/* Research: the exact-set game of a peer gives -2 conversions where a pair converts worse than
 * its members. */
START_TEST(the_exact_game_may_give_less_than_nothing)
{
    world w = {0};
    world_path(&w, "A", 5, 5, 0), world_path(&w, "AB", 1, 9, 0);
    lk_attribution_game game = RATE;
    game.game = LK_ATTRIBUTION_GAME_EXACT;
    lk_attribution_result result = play(&w, 1, game);
    check_near(result.credit[0][1], -2, 1e-12, "credit", 1);
    check_near(result.credit[0][0], 8, 1e-12, "credit", 0);
    lk_attribution_result_free(&result, &memory);
    world_free(&w);
}
END_TEST

START_TEST(given_values_play_their_own_game)
{
    leadkpi_error error = {0};
    world w = {0};
    world_path(&w, "BA", 10, 0, 100);
    lk_attribution_values given = {.capacity = 0};
    const uint32_t a = 0, b = 1, both[] = {1, 0};
    ok(lk_attribution_values_put(&given, &memory, &a, 1, 0.1, &error), &error);
    ok(lk_attribution_values_put(&given, &memory, both, 2, 0.5, &error), &error);
    lk_attribution_game game = {.game = LK_ATTRIBUTION_GAME_GIVEN, .players_most = 12, .given = &given};
    lk_attribution_paths paths = world_paths(&w, &memory, 1);
    lk_attribution_result result = new_result(&memory, 2);
    ck_assert_int_eq(lk_attribution_shapley(&paths, &memory, NULL, &game, &result, NULL, &error),
                     LEADKPI_NOT_GIVEN);
    ok(lk_attribution_values_put(&given, &memory, &b, 1, 0.2, NULL), NULL);
    ok(lk_attribution_shapley(&paths, &memory, NULL, &game, &result, NULL, &error), &error);
    check_near(result.credit[0][0], 10 * 0.2 / 0.5, 1e-12, "credit", 0);
    check_near(result.credit[1][1], 100 * 0.3 / 0.5, 1e-12, "credit", 1);
    ck_assert_int_eq(lk_attribution_values_put(&given, &memory, both, 2, NAN, NULL), LEADKPI_BAD_DATA);
    lk_attribution_values_free(&given, &memory);
    lk_attribution_result_free(&result, &memory);
    lk_attribution_paths_free(&paths, &memory);
    world_free(&w);
}
END_TEST

/* ---- sampling ------------------------------------------------------------------------------------------- */

START_TEST(samples_are_refused_unless_asked_for_and_then_come_near_with_their_error)
{
    leadkpi_error error = {0};
    world w = {0};
    world_draw(&w, 2000, 7, 12, 3);
    lk_attribution_game game = RATE;
    lk_attribution_result exact = play(&w, 1, game), sampled = new_result(&memory, 7);
    lk_attribution_paths paths = world_paths(&w, &memory, 1);
    double noise[2][7], *errors[2] = {noise[0], noise[1]};
    game.players_most = 3;
    ck_assert_int_eq(lk_attribution_shapley(&paths, &memory, NULL, &game, &sampled, errors, &error),
                     LEADKPI_LIMIT);
    game.samples = 400;
    ok(lk_attribution_shapley(&paths, &memory, NULL, &game, &sampled, errors, &error), &error);
    for (int kind = 0; kind < 2; kind++) {
        check_near(sum_of(sampled.credit[kind], 7), exact.total[kind], 1e-12, "total", 0);
        for (int c = 0; c < 7; c++) {
            ck_assert(noise[kind][c] > 0);
            ck_assert_msg(fabs(sampled.credit[kind][c] - exact.credit[kind][c]) < 5 * noise[kind][c],
                          "channel %d: exact %g, sampled %g +- %g", c, exact.credit[kind][c],
                          sampled.credit[kind][c], noise[kind][c]);
        }
    }
    lk_attribution_result_free(&exact, &memory);
    lk_attribution_result_free(&sampled, &memory);
    lk_attribution_paths_free(&paths, &memory);
    world_free(&w);
}
END_TEST

/* ---- ordered, and Shao-Li ------------------------------------------------------------------------------- */

START_TEST(the_ordered_game_splits_the_sum_game_by_place)
{
    leadkpi_error error = {0};
    world w = {0};
    world_path(&w, "ABA", 6, 1, 60);
    lk_attribution_paths paths = world_paths(&w, &memory, 1);
    double cells[2][6], *credit[2] = {cells[0], cells[1]};
    ok(lk_attribution_shapley_ordered(&paths, &memory, NULL, 3, credit, &error), &error);
    const double expected[6] = {1.5, 0, 0, 3, 1.5, 0};
    for (size_t i = 0; i < 6; i++) check_near(cells[0][i], expected[i], 1e-15, "credit", i);
    ok(lk_attribution_shapley_ordered(&paths, &memory, NULL, 1, credit, &error), &error);
    check_near(cells[1][0], 30, 1e-15, "credit", 0);
    lk_attribution_paths_free(&paths, &memory);
    world_free(&w);
}
END_TEST

/* Straight from the paper, with sets of bits. */
static void naive_shao_li(const world *w, double *credit)
{
    double p[6][6], total = 0, sum = 0;
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) {
            uint32_t both = UINT32_C(1) << i | UINT32_C(1) << j;
            double conversions = 0, journeys = 0;
            for (size_t k = 0; k < w->count; k++) {
                if ((set_of(w, k) & both) != both) continue;
                conversions += w->conversions[k];
                journeys += w->conversions[k] + w->nulls[k];
            }
            p[i][j] = journeys > 0 ? conversions / journeys : 0;
        }
    for (int i = 0; i < 6; i++) credit[i] = 0;
    for (size_t k = 0; k < w->count; k++) {
        uint32_t set = set_of(w, k);
        total += w->conversions[k];
        for (int i = 0; i < 6; i++) {
            double others = 0;
            if (!(set >> i & 1)) continue;
            for (int j = 0; j < 6; j++)
                if (j != i && set >> j & 1) others += p[i][j] - p[i][i] - p[j][j];
            int n = size_of(set);
            credit[i] += w->conversions[k] * (p[i][i] + (n > 1 ? others / (2 * (n - 1)) : 0));
        }
    }
    for (int i = 0; i < 6; i++) sum += credit[i];
    for (int i = 0; i < 6; i++) credit[i] *= total / sum;
}

START_TEST(shao_li_is_that_of_the_paper)
{
    world w = {0};
    world_draw(&w, 2000, 6, 8, 11);
    double expected[6];
    naive_shao_li(&w, expected);
    lk_attribution_result result = shao_li(&w, 64);
    for (size_t i = 0; i < 6; i++) {
        check_near(result.credit[0][i], expected[i], 1e-11, "credit", i);
        ck_assert(result.credit_error[0][i] > 0);
    }
    lk_attribution_result_free(&result, &memory);
    world_free(&w);
}
END_TEST

/* ---- errors ----------------------------------------------------------------------------------------------- */

/* Every group left out, one after the other, from scratch. */
static void check_errors(const world *w, bool rate, const lk_attribution_result *all)
{
    leadkpi_error error = {0};
    lk_attribution_jackknife jackknife;
    double expected[CHANNELS_MAX], estimate[CHANNELS_MAX];
    ok(lk_attribution_jackknife_init(&jackknife, &memory, w->channel_count, &error), &error);
    for (uint32_t group = 0; group < 16; group++) {
        world rest = {0};
        world_without(w, 16, group, &rest);
        lk_attribution_result result = rate ? play(&rest, 1, RATE) : shao_li(&rest, 1);
        for (size_t i = 0; i < w->channel_count; i++) estimate[i] = result.credit[0][i] * 16 / 15;
        lk_attribution_jackknife_add(&jackknife, estimate);
        lk_attribution_result_free(&result, &memory);
        world_free(&rest);
    }
    lk_attribution_jackknife_errors(&jackknife, expected);
    for (size_t i = 0; i < w->channel_count; i++)
        check_near(all->credit_error[0][i], expected[i], 1e-9, "error", i);
    lk_attribution_jackknife_free(&jackknife, &memory);
}

START_TEST(errors_are_those_of_leaving_out_each_group)
{
    world w = {0};
    world_draw(&w, 1000, 5, 6, 5);
    lk_attribution_game game = RATE;
    game.errors = 1;
    lk_attribution_result rate = play(&w, 16, game), pairs = shao_li(&w, 16);
    ck_assert_uint_eq(rate.groups, 16);
    check_errors(&w, true, &rate);
    check_errors(&w, false, &pairs);
    lk_attribution_result_free(&rate, &memory);
    lk_attribution_result_free(&pairs, &memory);
    world_free(&w);
}
END_TEST

/* ---- memory and order --------------------------------------------------------------------------------------- */

typedef struct faulty {
    world w;
    lk_memory memory;
    lk_attribution_result result;
    int model;
} faulty;

static leadkpi_status all_models(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    faulty *f = context;
    lk_attribution_paths paths;
    lk_attribution_game game = RATE;
    lk_attribution_batch batch = world_batch(&f->w);
    LK_TRY(lk_memory_init(&f->memory, host, error));
    lk_attribution_paths_init(&paths, 8);
    game.errors = 1, game.players_most = 3, game.samples = 4;
    leadkpi_status status = lk_attribution_result_init(&f->result, &f->memory, 5, error);
    if (status == LEADKPI_OK)
        status = lk_attribution_paths_add(&paths, &f->memory, 5, &batch, error);
    if (status == LEADKPI_OK && f->model == 0)
        status = lk_attribution_shapley(&paths, &f->memory, NULL, &game, &f->result, NULL, error);
    if (status == LEADKPI_OK && f->model == 1)
        status = lk_attribution_shao_li(&paths, &f->memory, NULL, true, &f->result, error);
    lk_attribution_paths_free(&paths, &f->memory);
    lk_attribution_result_free(&f->result, &f->memory);
    return status;
}

static void nothing(void *context)
{
    (void)context;
}

START_TEST(a_refused_allocation_leaves_nothing_behind)
{
    faulty f = {.model = 0};
    world_draw(&f.w, 40, 5, 5, 5);
    for (f.model = 0; f.model < 2; f.model++) {
        lk_fault_case all = {"shapley", NULL, all_models, NULL, nothing, &f};
        lk_fault_every_allocation(&all);
        lk_fault_every_poll(&all);
    }
    world_free(&f.w);
}
END_TEST

int main(void)
{
    if (lk_memory_init(&memory, NULL, NULL) != LEADKPI_OK) return EXIT_FAILURE;
    Suite *suite = suite_create("shapley");
    TCase *games = tcase_create("games");
    suite_add_tcase(suite, games);
    tcase_add_test(games, rate_games_are_those_of_the_definition);
    tcase_add_test(games, credits_add_up_to_what_converted_in_every_game);
    tcase_add_test(games, the_sum_game_is_linear_over_distinct_channels);
    tcase_add_test(games, equal_channels_get_equal_credit_and_one_that_does_nothing_gets_none);
    tcase_add_test(games, the_exact_game_may_give_less_than_nothing);
    tcase_add_test(games, given_values_play_their_own_game);
    tcase_add_test(games, samples_are_refused_unless_asked_for_and_then_come_near_with_their_error);
    tcase_add_test(games, the_ordered_game_splits_the_sum_game_by_place);
    tcase_add_test(games, shao_li_is_that_of_the_paper);
    tcase_add_test(games, errors_are_those_of_leaving_out_each_group);
    tcase_add_test(games, a_refused_allocation_leaves_nothing_behind);
    return lk_test_run(suite);
}
