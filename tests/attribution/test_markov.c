#include "journeys.h"

static lk_attribution_result markov_of(const world *w, uint32_t groups, int32_t removal)
{
    lk_memory memory = plain_memory();
    lk_attribution_transitions steps;
    lk_attribution_result result;
    lk_attribution_batch batch = world_batch(w);
    lk_attribution_transitions_init(&steps, groups);
    ck_assert_int_eq(lk_attribution_transitions_add(&steps, &memory, w->channel_count, &batch, NULL),
                     LEADKPI_OK);
    ck_assert_int_eq(lk_attribution_result_init(&result, &memory, w->channel_count, NULL), LEADKPI_OK);
    ck_assert_int_eq(lk_attribution_markov(&steps, &memory, NULL, removal, &result, NULL), LEADKPI_OK);
    lk_attribution_transitions_free(&steps, &memory);
    return result;
}

static lk_attribution_result chain_of(const world *w, uint32_t groups, lk_attribution_chain chain)
{
    lk_memory memory = plain_memory();
    lk_attribution_paths paths;
    lk_attribution_result result;
    lk_attribution_batch batch = world_batch(w);
    lk_attribution_paths_init(&paths, groups);
    ck_assert_int_eq(lk_attribution_paths_add(&paths, &memory, w->channel_count, &batch, NULL),
                     LEADKPI_OK);
    ck_assert_int_eq(lk_attribution_result_init(&result, &memory, w->channel_count, NULL), LEADKPI_OK);
    leadkpi_error error = {0};
    leadkpi_status status = lk_attribution_markov_of_order(&paths, &memory, NULL, &chain, &result, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    lk_attribution_paths_free(&paths, &memory);
    return result;
}

static void drop(lk_attribution_result *result)
{
    lk_memory memory = plain_memory();
    memory.used_bytes = UINT64_MAX / 2;
    lk_attribution_result_free(result, &memory);
}

/* ---- golden -------------------------------------------------------------------------------------- */

/* attribution_markov.csv: computed elsewhere, with exact fractions. */
static void check_golden(const lk_attribution_result *result, int order, int nulls)
{
    char *text = world_file("attribution_markov.csv");
    size_t rows = 0;
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        char name[64];
        int line_order, line_nulls;
        double x[4];
        ck_assert_int_eq(sscanf(line, "%d,%d,%63[^,],%lf,%lf,%lf,%lf", &line_order, &line_nulls, name,
                                &x[0], &x[1], &x[2], &x[3]),
                         7);
        if (line_order != order || line_nulls != nulls) continue;
        size_t row = known_channel(name, strlen(name));
        for (int kind = 0; kind < 2; kind++) {
            check_near(result->removal[kind][row], x[kind], 1e-12, "removal effect", row);
            check_near(result->credit[kind][row], x[2 + kind], 1e-12, "credit", row);
        }
        rows++;
    }
    ck_assert_uint_eq(rows, 9);
    free(text);
}

START_TEST(removal_effects_of_order_1_are_the_exact_ones)
{
    for (int nulls = 0; nulls < 2; nulls++) {
        world w = {0};
        world_read(&w, nulls);
        lk_attribution_result result = markov_of(&w, 64, LK_ATTRIBUTION_REMOVE_TO_NULL);
        check_golden(&result, 1, nulls);
        check_near(result.probability, result.total[0] / (result.total[0] + result.nulls), 1e-13,
                   "probability", 0);
        drop(&result);
        world_free(&w);
    }
}
END_TEST

START_TEST(removal_effects_of_orders_1_to_3_are_the_exact_ones)
{
    for (int nulls = 0; nulls < 2; nulls++)
        for (uint32_t order = 1; order <= 3; order++) {
            world w = {0};
            world_read(&w, nulls);
            lk_attribution_result result =
                chain_of(&w, 64, (lk_attribution_chain){.length = order, .errors = 1});
            check_golden(&result, (int)order, nulls);
            check_near(result.probability, result.total[0] / (result.total[0] + result.nulls), 1e-13,
                       "probability", 0);
            drop(&result);
            world_free(&w);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("markov");
    TCase *golden = tcase_create("golden");
    suite_add_tcase(suite, golden);
    tcase_add_test(golden, removal_effects_of_order_1_are_the_exact_ones);
    tcase_add_test(golden, removal_effects_of_orders_1_to_3_are_the_exact_ones);
    return lk_test_run(suite);
}
