#include "journeys.h"

#include "../support/seal.h"

#include <inttypes.h>

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
                chain_of(&w, 1, (lk_attribution_chain){.length = order});
            check_golden(&result, (int)order, nulls);
            check_near(result.probability, result.total[0] / (result.total[0] + result.nulls), 1e-13,
                       "probability", 0);
            drop(&result);
            world_free(&w);
        }
}
END_TEST

/* attribution_fractions.csv, by make_golden.py: weights from 1 to 1e9, whose chains come to rest late or
 * never by sweeps. Of renormalised steps the effect is a difference of 1. */
static void check_line(const world *w, const char *line)
{
    uint32_t order;
    int32_t removal;
    char channel;
    double effect;
    ck_assert_int_eq(sscanf(line, "%*d,%" SCNu32 ",%" SCNd32 ",%c,%lf", &order, &removal, &channel, &effect),
                     4);
    lk_attribution_chain chain = {.length = order, .removal = removal, .errors = 1};
    lk_attribution_result result = chain_of(w, 4, chain);
    double allowed = 1e-12 * (removal ? fmax(1, fabs(effect)) : effect), found = result.removal[0][channel - 'A'];
    ck_assert_msg(fabs(found - effect) <= allowed, "%.20s: expected %.17g, found %.17g", line, effect, found);
    drop(&result);
    if (order > 1) return;
    result = markov_of(w, 4, removal);
    found = result.removal[0][channel - 'A'];
    ck_assert_msg(fabs(found - effect) <= allowed, "%.20s: expected %.17g, found %.17g", line, effect, found);
    drop(&result);
}

START_TEST(weights_that_are_far_apart_give_the_effects_of_fractions)
{
    char *text = world_file("attribution_fractions.csv"), path[64];
    world w = {0};
    int last = -1, number, converts;
    double weight;
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        if (sscanf(line, "%d,%63[A-Z],%lf,%d", &number, path, &weight, &converts) != 4) {
            check_line(&w, line);
            continue;
        }
        if (number != last) world_free(&w);
        last = number;
        world_path(&w, path, converts ? weight : 0, converts ? 0 : weight, 0);
    }
    ck_assert_int_eq(last, 11);
    free(text);
    world_free(&w);
}
END_TEST

/* ---- what must hold ----------------------------------------------------------------------------------- */

START_TEST(probability_is_conversions_over_all_at_every_order)
{
    world w = {0};
    world_draw(&w, 500, 5, 7, 2);
    for (uint32_t length = 1; length <= 8; length++)
        for (int32_t options = 0; options < 6; options++) {
            lk_attribution_chain chain = {.length = length, .collapse = options / 2, .padded = options % 2};
            lk_attribution_result result = chain_of(&w, 4, chain);
            check_near(result.probability, result.total[0] / (result.total[0] + result.nulls), 1e-12,
                       "probability", length);
            drop(&result);
        }
    world_free(&w);
}
END_TEST

START_TEST(an_order_as_long_as_the_longest_path_is_participation)
{
    world w = {0};
    world_read(&w, true);
    lk_attribution_result result = chain_of(&w, 1, (lk_attribution_chain){.length = 40});
    double seen[2][9] = {{0}};
    for (size_t i = 0; i < w.count; i++)
        for (uint32_t c = 0; c < 9; c++) {
            bool has = false;
            for (size_t k = i ? w.ends[i - 1] : 0; k < w.ends[i]; k++) has |= w.channels[k] == c;
            seen[0][c] += has * w.conversions[i];
            seen[1][c] += has * w.values[i];
        }
    for (size_t c = 0; c < 9; c++)
        for (size_t kind = 0; kind < 2; kind++)
            check_near(result.removal[kind][c], seen[kind][c] / result.total[kind], 1e-12,
                       "removal effect", c);
    drop(&result);
    world_free(&w);
}
END_TEST

/* Two solvers that share nothing: one elimination, and sweeps. */
START_TEST(order_1_is_the_same_by_elimination_and_by_sweeps)
{
    world w = {0};
    world_draw(&w, 2000, 20, 12, 9);
    for (int32_t removal = 0; removal < 2; removal++) {
        lk_attribution_result a = markov_of(&w, 1, removal);
        lk_attribution_result b = chain_of(&w, 1, (lk_attribution_chain){.length = 1, .removal = removal});
        for (size_t kind = 0; kind < 2; kind++)
            for (size_t c = 0; c < 20; c++)
                check_near(a.removal[kind][c], b.removal[kind][c], removal ? 1e-9 : 1e-12, "effect", c);
        drop(&a), drop(&b);
    }
    world_free(&w);
}
END_TEST

/* Journeys of channels from `first` on, with weights from 1 to 1e9. */
static void draw_far_apart(world *w, size_t journeys, uint32_t first, uint32_t channel_count, uint64_t seed)
{
    uint32_t path[40];
    for (size_t i = 0; i < journeys; i++) {
        size_t length = 2 + lk_test_random(&seed) % 30;
        double weight = pow(10, (double)(lk_test_random(&seed) % 10));
        bool converts = lk_test_random(&seed) % 2 == 0;
        for (size_t k = 0; k < length; k++)
            path[k] = first + (uint32_t)(lk_test_random(&seed) % channel_count);
        world_add(w, path, length, converts ? weight : 0, converts ? 0 : weight, 0, lk_test_random(&seed));
    }
}

/* Few states are solved at once, many by sweeps; what nobody who comes here sees makes no difference. */
START_TEST(a_small_chain_in_a_large_one_loses_what_it_loses_alone)
{
    for (uint64_t seed = 0; seed < 6; seed++) {
        world small = {0}, large = {0};
        draw_far_apart(&small, 30, 0, 4, seed);
        draw_far_apart(&large, 30, 0, 4, seed), draw_far_apart(&large, 400, 4, 20, seed + 100);
        lk_attribution_chain chain = {.length = 2, .errors = 1};
        lk_attribution_result a = chain_of(&small, 4, chain), b = chain_of(&large, 4, chain);
        ck_assert_uint_eq(a.sweeps, 0);
        ck_assert_uint_gt(b.sweeps, 0);
        for (size_t c = 0; c < 4; c++)
            check_near(b.removal[0][c] * b.total[0], a.removal[0][c] * a.total[0], 1e-11, "lost", c);
        drop(&a), drop(&b);
        world_free(&small), world_free(&large);
    }
}
END_TEST

START_TEST(the_host_is_asked_while_states_are_taken_out)
{
    lk_fault fault;
    lk_memory asking;
    world w = {0};
    lk_fault_init(&fault);
    ck_assert_int_eq(lk_memory_init(&asking, &fault.host, NULL), LEADKPI_OK);
    world_draw(&w, 3000, 8, 12, 3);
    lk_attribution_paths paths = world_paths(&w, &asking, 1);
    lk_attribution_result result = new_result(&asking, w.channel_count);
    lk_attribution_chain chain = {.length = 6};
    lk_fault_stop_at(&fault, 0);
    ok(lk_attribution_markov_of_order(&paths, &asking, NULL, &chain, &result, NULL), NULL);
    ck_assert_uint_gt(result.states, 7000);
    ck_assert_uint_ge(fault.polls, result.states / 1000 * 8);
    lk_attribution_result_free(&result, &asking);
    lk_attribution_paths_free(&paths, &asking);
    world_free(&w);
}
END_TEST

/* Who has been in a channel before, of the whole chain, over and over until it rests. */
static double lost_without(const lk_attribution_graph *graph, uint32_t channel, double *w)
{
    double lost = 0;
    for (size_t s = 0; s < graph->state_count; s++) w[s] = 0;
    for (int round = 0; round < 150; round++)
        for (size_t s = 0; s < graph->state_count; s++) {
            lk_text window = lk_map_text_key(&graph->windows, graph->window[s]);
            double sum = 0;
            for (size_t i = graph->first[s]; i < graph->first[s + 1]; i++)
                sum += graph->steps[i] * w[graph->from[i]];
            w[s] = sum / graph->weight[s];
            for (size_t at = 0; at < window.length; at += sizeof channel)
                if (memcmp(window.data + at, &channel, sizeof channel) == 0) w[s] = 1;
        }
    for (size_t s = 0; s < graph->state_count; s++) lost += graph->conversions[s] * w[s];
    return lost;
}

/* States are taken out for 64 channels and for eight: 150 channels by order 2 and 3, from both ends. */
START_TEST(taking_states_out_changes_no_effect_and_no_error)
{
    enum { CHANNELS = 150 };
    lk_memory memory = plain_memory();
    world w = {0};
    world_draw(&w, 1500, CHANNELS, 9, 21);
    lk_attribution_batch batch = world_batch(&w);
    uint32_t turned[CHANNELS];
    for (uint32_t c = 0; c < CHANNELS; c++) turned[c] = CHANNELS - 1 - c;
    for (uint32_t length = 2; length < 4; length++) {
        lk_attribution_chain chain = {.length = length, .errors = 1, .padded = length == 3};
        lk_attribution_result one = chain_of(&w, 64, chain), two = chain_of(&w, 64, chain);
        lk_attribution_paths paths;
        lk_attribution_graph graph;
        lk_attribution_paths_init(&paths, 64);
        ck_assert_int_eq(lk_attribution_paths_add(&paths, &memory, CHANNELS, &batch, NULL), LEADKPI_OK);
        ck_assert_int_eq(lk_attribution_graph_make(&paths, &memory, NULL, &chain, &graph, NULL), LEADKPI_OK);
        ck_assert_int_eq(lk_attribution_markov_of_order(&paths, &memory, turned, &chain, &two, NULL),
                         LEADKPI_OK);
        double *past = must(malloc(graph.state_count * sizeof *past));
        for (uint32_t c = 0; c < CHANNELS; c++) {
            uint32_t other = CHANNELS - 1 - c;
            if (c % 7 == 0)
                check_near(one.removal[0][c], lost_without(&graph, c, past) / one.total[0], 1e-12,
                           "removal", c);
            for (size_t kind = 0; kind < 2; kind++) {
                check_near(one.removal[kind][c], two.removal[kind][other], 1e-12, "turned", c);
                check_near(one.removal_error[kind][c], two.removal_error[kind][other], 1e-6, "error", c);
            }
        }
        free(past);
        lk_attribution_graph_free(&graph, &memory);
        lk_attribution_paths_free(&paths, &memory);
        drop(&one), drop(&two);
    }
    world_free(&w);
}
END_TEST

/* A > B converts half the time, B alone never: without A nobody converts; without B, with null,
 * nobody does either, and with renormalised steps A, which goes nowhere else, is a dead end. */
START_TEST(removal_policies_are_those_of_a_chain_by_hand)
{
    world w = {0};
    world_path(&w, "AB", 5, 5, 0), world_path(&w, "C", 2, 8, 0), world_path(&w, "B", 0, 10, 0);
    lk_attribution_result to_null = markov_of(&w, 1, LK_ATTRIBUTION_REMOVE_TO_NULL);
    lk_attribution_result rest = markov_of(&w, 1, LK_ATTRIBUTION_REMOVE_RENORMALISE);
    /* B converts 5 of 20, A half of what comes to B */
    check_near(to_null.removal[0][0], 2.5 / 7, 1e-12, "effect", 0);
    check_near(to_null.removal[0][1], 5.0 / 7, 1e-12, "effect", 1);
    check_near(to_null.removal[0][2], 2.0 / 7, 1e-12, "effect", 2);
    /* without A: of 10 to C and 10 to B, 2 + 2.5 of 20 against 7 of 30 */
    check_near(rest.removal[0][0], 1 - (4.5 / 20) / (7.0 / 30), 1e-12, "effect", 0);
    check_near(rest.removal[0][1], 1 - (2.0 / 20) / (7.0 / 30), 1e-12, "effect", 1);
    check_near(rest.removal[0][2], 1 - (5.0 / 20) / (7.0 / 30), 1e-12, "effect", 2);
    ck_assert(isnan(to_null.removal[1][0]) && to_null.credit[1][0] == 0);
    drop(&to_null), drop(&rest);
    world_free(&w);
}
END_TEST

START_TEST(weights_scale_and_zero_rows_and_runs_change_nothing)
{
    world w = {0}, same = {0};
    world_path(&w, "ABC", 2, 3, 10), world_path(&w, "BA", 1, 4, 7), world_path(&w, "", 5, 1, 50);
    world_path(&same, "ABBBC", 0.5, 0.75, 2.5), world_path(&same, "BAA", 0.25, 1, 1.75);
    world_path(&same, "CB", 0, 0, 0), world_path(&same, "", 1.25, 0.25, 12.5);
    lk_attribution_result a = markov_of(&w, 8, 0), b = markov_of(&same, 8, 0);
    lk_attribution_result c = chain_of(&same, 8, (lk_attribution_chain){.length = 1});
    for (size_t i = 0; i < 3; i++) {
        check_near(b.removal[0][i], a.removal[0][i], 1e-14, "effect", i);
        check_near(c.removal[1][i], a.removal[1][i], 1e-13, "effect", i);
        check_near(b.credit[0][i], a.credit[0][i] / 4, 1e-14, "credit", i);
    }
    ck_assert(a.unattributed[0] == 5 && b.unattributed[0] == 1.25 && c.unattributed[1] == 12.5);
    drop(&a), drop(&b), drop(&c);
    world_free(&w), world_free(&same);
}
END_TEST

/* ABABAB... of 100,000 touches: the elimination does not lose a digit. */
/* Nobody starts or ends in such a circle: its states are no one's alias. */
START_TEST(paths_of_value_alone_may_go_in_circles)
{
    const uint32_t circle[] = {0, 1, 0, 1, 0}, plain[] = {0, 2};
    lk_attribution_chain chain = {.length = 2, .errors = 1};
    world w = {.channel_count = 3};
    world_add(&w, circle, 5, 0, 0, 5, 1);
    world_add(&w, plain, 2, 3, 1, 7, 2);
    lk_attribution_result result = chain_of(&w, 4, chain);
    ck_assert_double_eq_tol(result.removal[0][0], 1, 1e-14);
    ck_assert_double_eq_tol(result.removal[0][2], 1, 1e-14);
    ck_assert_double_eq_tol(result.removal[0][1], 0, 1e-14);
    ck_assert_double_eq_tol(result.probability, 0.75, 1e-14);
    drop(&result);
    world_free(&w);
}
END_TEST

/* By hand: half of what comes to D > A has been in H. On its way to the one conversion, states follow
 * each other against the order that they are swept in, and none of them converts. */
START_TEST(what_is_long_on_its_way_to_a_conversion_arrives)
{
    world w = {0};
    world_path(&w, "DACBF", 0, 1, 0), world_path(&w, "BHDADGECGCBC", 1, 0, 7);
    lk_attribution_result result = chain_of(&w, 4, (lk_attribution_chain){.length = 2, .errors = 1});
    static const double effects[] = {1, 1, 1, 1, 0.5, 0, 0.5, 0.5};
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t c = 0; c < 8; c++)
            check_near(result.removal[kind][c], effects[c], 1e-14, "effect", c);
    drop(&result);
    world_free(&w);
}
END_TEST

START_TEST(very_long_journeys_are_exact_too)
{
    world w = {0};
    uint32_t *channels = malloc(100000 * sizeof *channels);
    for (uint32_t i = 0; i < 100000; i++) channels[i] = i & 1;
    world_add(&w, channels, 100000, 1, 1, 1, 1);
    world_path(&w, "C", 1, 1, 1);
    lk_attribution_result result = markov_of(&w, 2, 0);
    check_near(result.removal[0][0], 0.5, 1e-14, "effect", 0);
    check_near(result.removal[0][1], 0.5, 1e-10, "effect", 1);
    check_near(result.probability, 0.5, 1e-12, "probability", 0);
    drop(&result);
    free(channels);
    world_free(&w);
}
END_TEST

/* ---- accumulators --------------------------------------------------------------------------------------- */

static lk_memory memory;

/* All of a state, steps and paths, as bytes. */
static size_t state_of(const lk_attribution_transitions *steps, const lk_attribution_paths *paths,
                       const uint32_t *order, uint8_t *bytes, size_t capacity)
{
    lk_writer writer;
    size_t size;
    lk_writer_begin(&writer, bytes, capacity, "models", 1);
    lk_attribution_transitions_write(steps, &writer, order);
    ok(lk_attribution_paths_write(paths, &memory, &writer, order, NULL), NULL);
    ok(lk_writer_finish(&writer, &size, NULL), NULL);
    return size;
}

static void check_same_state(const lk_attribution_transitions *steps, const lk_attribution_paths *paths,
                             const uint32_t *order, const lk_attribution_transitions *other_steps,
                             const lk_attribution_paths *other_paths, const uint32_t *other_order)
{
    static uint8_t a[1 << 20], b[1 << 20];
    size_t m = state_of(steps, paths, order, a, sizeof a);
    size_t n = state_of(other_steps, other_paths, other_order, b, sizeof b);
    ck_assert_uint_eq(m, n);
    ck_assert_mem_eq(a, b, m);
}

static void draw_parts(world *whole, world *first, world *second)
{
    world_draw(first, 300, 6, 6, 1);
    world_draw(second, 200, 5, 6, 2);
    second->conversions[3] = 0.25, second->nulls[5] = 1.5;
    const world *parts[2] = {first, second};
    for (int p = 0; p < 2; p++)
        for (size_t i = 0; i < parts[p]->count; i++) {
            size_t start = i ? parts[p]->ends[i - 1] : 0;
            uint32_t channels[16];
            /* the second part knows the channels in another order */
            for (size_t k = start; k < parts[p]->ends[i]; k++)
                channels[k - start] = p ? 5 - parts[p]->channels[k] : parts[p]->channels[k];
            world_add(whole, channels, parts[p]->ends[i] - start, parts[p]->conversions[i],
                      parts[p]->nulls[i], parts[p]->values[i], parts[p]->units[i]);
        }
    whole->channel_count = 6;
}

START_TEST(merged_parts_are_the_whole_and_taking_one_away_leaves_the_other)
{
    world whole = {0}, first = {0}, second = {0};
    const uint32_t channels[] = {5, 4, 3, 2, 1, 0};
    draw_parts(&whole, &first, &second);
    leadkpi_error error = {0};
    lk_attribution_transitions all = world_steps(&whole, &memory, 8), a = world_steps(&first, &memory, 8),
                               b = world_steps(&second, &memory, 8), only = world_steps(&first, &memory, 8);
    lk_attribution_paths all_paths = world_paths(&whole, &memory, 8),
                         a_paths = world_paths(&first, &memory, 8),
                         b_paths = world_paths(&second, &memory, 8),
                         only_paths = world_paths(&first, &memory, 8);
    ok(lk_attribution_transitions_merge(&a, &memory, 6, &b, channels, &error), &error);
    ok(lk_attribution_paths_merge(&a_paths, &memory, 6, &b_paths, channels, &error), &error);
    check_same_state(&a, &a_paths, NULL, &all, &all_paths, NULL);
    ok(lk_attribution_transitions_subtract(&a, &memory, &b, channels, &error), &error);
    ok(lk_attribution_paths_subtract(&a_paths, &memory, &b_paths, channels, &error), &error);
    check_same_state(&a, &a_paths, NULL, &only, &only_paths, NULL);
    ck_assert_int_eq(lk_attribution_transitions_subtract(&a, &memory, &b, channels, &error),
                     LEADKPI_MISMATCH);
    ck_assert_int_eq(lk_attribution_paths_subtract(&a_paths, &memory, &b_paths, channels, &error),
                     LEADKPI_MISMATCH);
    check_same_state(&a, &a_paths, NULL, &only, &only_paths, NULL);
    lk_attribution_transitions *steps[] = {&all, &a, &b, &only};
    lk_attribution_paths *paths[] = {&all_paths, &a_paths, &b_paths, &only_paths};
    for (int i = 0; i < 4; i++) {
        lk_attribution_transitions_free(steps[i], &memory);
        lk_attribution_paths_free(paths[i], &memory);
    }
    world_free(&whole), world_free(&first), world_free(&second);
}
END_TEST

/* Reads what it can; an answer that is not the bytes back again is a failure. */
static leadkpi_status read_state(const uint8_t *bytes, size_t size, lk_attribution_transitions *steps,
                                 lk_attribution_paths *paths, leadkpi_error *error)
{
    lk_reader reader;
    uint32_t version;
    lk_attribution_transitions_init(steps, 8);
    lk_attribution_paths_init(paths, 8);
    LK_TRY(lk_reader_begin(&reader, bytes, size, "models", 1, &version, error));
    LK_TRY(lk_attribution_transitions_read(steps, &memory, &reader));
    LK_TRY(lk_attribution_paths_read(paths, &memory, &reader));
    return lk_reader_finish(&reader);
}

START_TEST(states_come_back_and_damaged_ones_are_refused_or_harmless)
{
    world w = {0};
    static uint8_t bytes[1 << 16], damaged[1 << 16];
    world_draw(&w, 12, 4, 4, 6);
    w.conversions[2] = 0.5;
    leadkpi_error error = {0};
    lk_attribution_transitions steps = world_steps(&w, &memory, 8), back;
    lk_attribution_paths paths = world_paths(&w, &memory, 8), back_paths;
    const uint32_t order[] = {3, 1, 0, 2};
    size_t size = state_of(&steps, &paths, order, bytes, sizeof bytes);
    ok(read_state(bytes, size, &back, &back_paths, &error), &error);
    check_same_state(&steps, &paths, order, &back, &back_paths, NULL);
    lk_attribution_transitions_free(&back, &memory);
    lk_attribution_paths_free(&back_paths, &memory);
    for (size_t i = 40; i < size - 16; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(damaged, bytes, size);
            damaged[i] ^= (uint8_t)(1 << bit);
            seal(damaged, size);
            if (read_state(damaged, size, &back, &back_paths, &error) == LEADKPI_OK) {
                lk_attribution_result result = new_result(&memory, back.channel_count);
                ok(lk_attribution_markov(&back, &memory, NULL, 0, &result, NULL), NULL);
                lk_attribution_result_free(&result, &memory);
            }
            lk_attribution_transitions_free(&back, &memory);
            lk_attribution_paths_free(&back_paths, &memory);
        }
    lk_attribution_transitions_free(&steps, &memory);
    lk_attribution_paths_free(&paths, &memory);
    world_free(&w);
}
END_TEST

START_TEST(bad_batches_are_refused_with_their_row_and_change_nothing)
{
    const double bad[] = {NAN, INFINITY, -1, 0x1p63};
    world w = {0};
    leadkpi_error error = {0};
    world_path(&w, "AB", 1, 2, 3), world_path(&w, "BA", 1, 2, 3);
    lk_attribution_transitions steps = world_steps(&w, &memory, 8), as_it_was = world_steps(&w, &memory, 8);
    lk_attribution_paths paths = world_paths(&w, &memory, 8), paths_as_they_were = world_paths(&w, &memory, 8);
    lk_attribution_batch batch = world_batch(&w);
    for (int i = 0; i < 4; i++) {
        for (int column = 0; column < 2; column++) {
            double *weights = column ? w.nulls : w.conversions, kept = weights[1];
            weights[1] = bad[i];
            leadkpi_error_reset(&error);
            ck_assert_int_eq(lk_attribution_transitions_add(&steps, &memory, 2, &batch, &error), LEADKPI_BAD_DATA);
            ck_assert_int_eq((int)error.row, 1);
            ck_assert_int_eq(lk_attribution_paths_add(&paths, &memory, 2, &batch, &error), LEADKPI_BAD_DATA);
            weights[1] = kept;
        }
    }
    w.conversions[0] = 0x1p52, w.nulls[0] = 0x1p52;
    for (int i = 0; i < 400; i++)
        if (lk_attribution_transitions_add(&steps, &memory, 2, &batch, &error) != LEADKPI_OK) break;
        else ok(lk_attribution_transitions_add(&as_it_was, &memory, 2, &batch, NULL), NULL);
    w.channels[3] = 7;
    ck_assert_int_eq(lk_attribution_transitions_add(&steps, &memory, 2, &batch, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(lk_attribution_paths_add(&paths, &memory, 2, &batch, &error), LEADKPI_BAD_ARGUMENT);
    w.conversions[0] = w.nulls[0] = w.channels[3] = 0;
    ck_assert_int_eq(lk_attribution_transitions_add(&steps, &memory, 1025, &batch, &error), LEADKPI_LIMIT);
    check_same_state(&steps, &paths, NULL, &as_it_was, &paths_as_they_were, NULL);
    lk_attribution_transitions_free(&steps, &memory), lk_attribution_transitions_free(&as_it_was, &memory);
    lk_attribution_paths_free(&paths, &memory), lk_attribution_paths_free(&paths_as_they_were, &memory);
    world_free(&w);
}
END_TEST

START_TEST(folding_groups_does_not_hang_on_when_channels_come)
{
    world w = {0};
    world_draw(&w, 500, 60, 5, 4);
    lk_attribution_transitions at_once = world_steps(&w, &memory, 64), bit_by_bit;
    lk_attribution_paths paths = world_paths(&w, &memory, 64);
    lk_attribution_transitions_init(&bit_by_bit, 64);
    for (size_t i = 0; i < w.count; i++) {
        size_t start = i ? w.ends[i - 1] : 0, end = w.ends[i] - start, most = 0;
        lk_attribution_batch one = {1, w.channels + start, &end, w.conversions + i, w.nulls + i,
                                    w.values + i, w.units + i};
        for (size_t k = 0; k < end; k++) most = one.channels[k] > most ? one.channels[k] : most;
        ok(lk_attribution_transitions_add(&bit_by_bit, &memory, most + 1, &one, NULL), NULL);
    }
    ok(lk_attribution_transitions_merge(&bit_by_bit, &memory, 60, &(lk_attribution_transitions){.groups_most = 64},
                                        NULL, NULL), NULL);
    check_same_state(&at_once, &paths, NULL, &bit_by_bit, &paths, NULL);
    ck_assert_uint_eq(at_once.groups, 32);
    lk_attribution_transitions_free(&at_once, &memory), lk_attribution_transitions_free(&bit_by_bit, &memory);
    lk_attribution_paths_free(&paths, &memory);
    world_free(&w);
}
END_TEST

/* ---- the order --------------------------------------------------------------------------------------------- */

/* A journey of order 2: it goes on from the channel before the last one. */
START_TEST(the_order_that_made_the_journeys_is_chosen)
{
    leadkpi_error error = {0};
    uint64_t seed = 8;
    for (int second_order = 0; second_order < 2; second_order++) {
        world w = {0};
        for (int i = 0; i < 4000; i++) {
            uint32_t path[40] = {(uint32_t)(lk_test_random(&seed) % 4)};
            size_t length = 1;
            path[1] = (path[0] + 1 + (uint32_t)(lk_test_random(&seed) % 3)) % 4;
            while (length < 40 && lk_test_random(&seed) % 6 != 0) length++;
            for (size_t k = 2; k < length; k++) {
                bool keeps = lk_test_random(&seed) % 8 != 0;
                uint32_t step = keeps && second_order ? (path[k - 2] + 4 - path[k - 1]) % 4
                                                      : 1 + (uint32_t)(lk_test_random(&seed) % 3);
                path[k] = (path[k - 1] + step) % 4;
            }
            bool converts = lk_test_random(&seed) % 3 == 0;
            world_add(&w, path, length, converts, !converts, 0, lk_test_random(&seed));
        }
        lk_attribution_paths paths = world_paths(&w, &memory, 64);
        double losses[4];
        uint32_t best = 0;
        ok(lk_attribution_choose_order(&paths, &memory, 4, 8, losses, &best, &error), &error);
        ck_assert_uint_eq(best, second_order ? 2 : 1);
        ck_assert(losses[0] > 0 && losses[3] > losses[best - 1]);
        lk_attribution_paths_free(&paths, &memory);
        world_free(&w);
    }
}
END_TEST

/* ---- memory -------------------------------------------------------------------------------------------------- */

static leadkpi_status all_models(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    const world *w = context;
    lk_memory m;
    lk_attribution_transitions steps;
    lk_attribution_paths paths;
    lk_attribution_result result = {.channel_count = 0};
    lk_attribution_batch batch = world_batch(w);
    lk_attribution_chain chain = {.length = 2, .errors = 1};
    double losses[2];
    uint32_t best;
    LK_TRY(lk_memory_init(&m, host, error));
    lk_attribution_transitions_init(&steps, 4);
    lk_attribution_paths_init(&paths, 4);
    leadkpi_status status = lk_attribution_transitions_add(&steps, &m, 5, &batch, error);
    if (status == LEADKPI_OK) status = lk_attribution_paths_add(&paths, &m, 5, &batch, error);
    if (status == LEADKPI_OK) status = lk_attribution_result_init(&result, &m, 5, error);
    if (status == LEADKPI_OK) status = lk_attribution_markov(&steps, &m, NULL, 0, &result, error);
    if (status == LEADKPI_OK) status = lk_attribution_markov_of_order(&paths, &m, NULL, &chain, &result, error);
    chain.removal = LK_ATTRIBUTION_REMOVE_RENORMALISE;
    if (status == LEADKPI_OK) status = lk_attribution_markov_of_order(&paths, &m, NULL, &chain, &result, error);
    if (status == LEADKPI_OK) status = lk_attribution_choose_order(&paths, &m, 2, 2, losses, &best, error);
    lk_attribution_transitions_free(&steps, &m);
    lk_attribution_paths_free(&paths, &m);
    lk_attribution_result_free(&result, &m);
    return status;
}

static void nothing(void *context)
{
    (void)context;
}

START_TEST(a_refused_allocation_leaves_nothing_behind)
{
    world w = {0};
    world_draw(&w, 30, 5, 4, 5);
    w.conversions[1] = 0.5;
    lk_fault_case all = {"markov", NULL, all_models, NULL, nothing, &w};
    lk_fault_every_allocation(&all);
    lk_fault_every_poll(&all);
    world_free(&w);
}
END_TEST

int main(void)
{
    if (lk_memory_init(&memory, NULL, NULL) != LEADKPI_OK) return EXIT_FAILURE;
    Suite *suite = suite_create("markov");
    TCase *golden = tcase_create("golden");
    suite_add_tcase(suite, golden);
    tcase_add_test(golden, removal_effects_of_order_1_are_the_exact_ones);
    tcase_add_test(golden, removal_effects_of_orders_1_to_3_are_the_exact_ones);
    tcase_add_test(golden, weights_that_are_far_apart_give_the_effects_of_fractions);
    TCase *laws = tcase_create("laws");
    suite_add_tcase(suite, laws);
    tcase_add_test(laws, probability_is_conversions_over_all_at_every_order);
    tcase_add_test(laws, an_order_as_long_as_the_longest_path_is_participation);
    tcase_add_test(laws, order_1_is_the_same_by_elimination_and_by_sweeps);
    tcase_add_test(laws, taking_states_out_changes_no_effect_and_no_error);
    tcase_add_test(laws, a_small_chain_in_a_large_one_loses_what_it_loses_alone);
    tcase_add_test(laws, the_host_is_asked_while_states_are_taken_out);
    tcase_add_test(laws, removal_policies_are_those_of_a_chain_by_hand);
    tcase_add_test(laws, weights_scale_and_zero_rows_and_runs_change_nothing);
    tcase_add_test(laws, paths_of_value_alone_may_go_in_circles);
    tcase_add_test(laws, what_is_long_on_its_way_to_a_conversion_arrives);
    tcase_add_test(laws, very_long_journeys_are_exact_too);
    tcase_add_test(laws, the_order_that_made_the_journeys_is_chosen);
    TCase *states = tcase_create("accumulators");
    suite_add_tcase(suite, states);
    tcase_add_test(states, merged_parts_are_the_whole_and_taking_one_away_leaves_the_other);
    tcase_add_test(states, states_come_back_and_damaged_ones_are_refused_or_harmless);
    tcase_add_test(states, bad_batches_are_refused_with_their_row_and_change_nothing);
    tcase_add_test(states, folding_groups_does_not_hang_on_when_channels_come);
    tcase_add_test(states, a_refused_allocation_leaves_nothing_behind);
    return lk_test_run(suite);
}
