/* The rules: by example, and against a search through every chain of events. */
#include "../support/check_main.h"
#include "world.h"

typedef struct example {
    const char *definition, *journey;
    int64_t level;
} example;

static const example examples[] = {
    {"steps=A,B,C", "A0 B1 C2", 3},
    {"steps=A,B,C", "A0 C1 B2", 2},
    {"steps=A,B,C", "B0 C1", 0},
    {"steps=A,B,C", "A0 B1 A2 C3", 3},                      /* going back undoes nothing */
    {"steps=A,B,C,D", "A0 C1 D2", 1},                        /* a skipped step stops */
    {"steps=A,B,C; skips=implied; same_event=many", "A0 C1", 3}, /* unless it is implied */
    {"steps=A,B; window=10us", "A0 B10", 2},                 /* inclusive */
    {"steps=A,B; window=10us", "A0 B11", 1},
    {"steps=A,B; window=10us", "A0 A5 B11", 2},              /* any entry */
    {"steps=A,B; window=10us; entry=first", "A0 A5 B11", 1}, /* the first one only */
    {"steps=A,B,C; step_window=5us", "A0 B5 C10", 3},
    {"steps=A,B,C; step_window=5us", "A0 B5 C11", 2},
    {"steps=A,B,C; step_window=5us", "A0 B5 B8 A9 C12", 2},  /* B8 is too far from A0 */
    {"steps=A,B,C; step_window=5us; window=8us", "A0 A3 B5 C10", 3},
    {"steps=A,B; gap=3us", "A0 B2", 1},
    {"steps=A,B; gap=3us", "A0 A2 B3", 2},
    {"steps=A,B; gap=1us; window=10us", "A0 A1 B1", 2},      /* ClickHouse's strict_increase says 1 */
    {"steps=A,B", "B0 A0", 2},                               /* ties go in the order of steps */
    {"steps=A,B,C", "C0 B0 A0", 3},
    {"steps=A,A,B", "AB0 AB1", 2},
    {"steps=A,B,C", "ABC0", 1},                              /* one event one step */
    {"steps=A,B,C; same_event=many", "ABC0", 3},
    {"steps=A,B,C; same_event=many", "AC0 B0", 3},
    {"steps=A,B,C; order=adjacent", "A0 B1 C2", 3},
    {"steps=A,B,C; order=adjacent", "A0 z1 B2 C3", 1},
    {"steps=A,B,C; order=adjacent", "A0 z1 A2 B3 C4", 3},    /* a clean second attempt counts */
    {"steps=A,B,C; order=unordered", "C0 A1", 2},
    {"steps=A,B,C; order=unordered; window=5us", "C0 A5 B6", 2},
    {"steps=A,B,C; order=anchored", "C0 A1 B2", 2},
    {"steps=A,B,C; order=anchored", "A0 C1 B2", 3},
    {"steps=A,B,C; order=anchored", "C0 B1", 0},
    {"steps=A,B,C; order=unordered; exclude=x", "A0 Bx1", 2}, /* what excludes may be a step, too, of both sides */
    {"steps=A,B,C; order=unordered; exclude=x", "Ax0 B1", 2},
    {"steps=A,B,C; order=unordered; exclude=x", "A0 Bx1 C2", 2},
    {"steps=A,B,C; order=anchored; exclude=x", "A0 Bx1 C2", 2},
    {"steps=A,B; exclude=x", "A0 x1 B2", 1},
    {"steps=A,B; exclude=x", "A0 x1 A2 B3", 2},
    {"steps=A,B,C; exclude=x; exclude_from=2", "A0 x1 B2 C3", 3},
    {"steps=A,B,C; exclude=x; exclude_from=2", "A0 B1 x2 C3", 2},
    {"steps=A,B,C; exclude=x; exclude_to=2", "A0 B1 x2 C3", 3},
    {"steps=A,B; exclude=x; entry=first", "A0 x1 A2 B3", 1},
    {"steps=A", "A0 A1", 1},
    {"steps=A,B; compat=clickhouse; window=10us; modes=strict_increase", "A0 A1 B1", 1},
    {"steps=A,B,C; compat=clickhouse; window=10us; modes=strict_order", "A0 z1 A2 B3 C4", 1},
    {"steps=A,B,C; compat=clickhouse; window=10us; modes=strict_deduplication",
     "A0 B1 A500 B501 C502", 2},
};

START_TEST(each_rule_says_what_its_example_says)
{
    const example *e = &examples[_i];
    int64_t level = level_of(e->definition, e->journey);
    ck_assert_msg(level == e->level, "%s: %s reaches %d, expected %d", e->definition, e->journey,
                  (int)level, (int)e->level);
}
END_TEST

/* ---- every chain of events -------------------------------------------------------------- */

typedef struct rule {
    const char *text;
    int step_count, many, adjacent, unordered, anchored, first;
    int64_t window, step_window, gap;
    int exclude_from, exclude_to;
} rule;

#define NO INT64_MAX

static const rule rules[] = {
    {"steps=A,B,C,D; window=7us", 4, 0, 0, 0, 0, 0, 7, NO, 0, 0, 0},
    {"steps=A,B,C,D; window=7us; entry=first", 4, 0, 0, 0, 0, 1, 7, NO, 0, 0, 0},
    {"steps=A,B,C; same_event=many; window=4us", 3, 1, 0, 0, 0, 0, 4, NO, 0, 0, 0},
    {"steps=A,B,C,D; window=9us; gap=1us", 4, 0, 0, 0, 0, 0, 9, NO, 1, 0, 0},
    {"steps=A,B,C,D; step_window=3us; window=6us", 4, 0, 0, 0, 0, 0, 6, 3, 0, 0, 0},
    {"steps=A,B,C,D; step_window=4us; gap=2us; window=8us; same_event=many", 4, 1, 0, 0, 0, 0, 8, 4, 2, 0, 0},
    {"steps=A,B,C,D; gap=1us; entry=first", 4, 0, 0, 0, 0, 1, NO, NO, 1, 0, 0},
    {"steps=A,B,C; order=adjacent; window=6us", 3, 0, 1, 0, 0, 0, 6, NO, 0, 0, 0},
    {"steps=A,B,C; order=adjacent; entry=first; gap=1us", 3, 0, 1, 0, 0, 1, NO, NO, 1, 0, 0},
    {"steps=A,B,C,D; exclude=x; window=9us", 4, 0, 0, 0, 0, 0, 9, NO, 0, 1, 4},
    {"steps=A,B,C,D; exclude=x; exclude_from=2; exclude_to=3", 4, 0, 0, 0, 0, 0, NO, NO, 0, 2, 3},
    {"steps=A,B,C,D; exclude=x; step_window=5us; same_event=many", 4, 1, 0, 0, 0, 0, NO, 5, 0, 1, 4},
    {"steps=A,B,C,D; exclude=x; same_event=many; entry=first", 4, 1, 0, 0, 0, 1, NO, NO, 0, 1, 4},
    {"steps=A,B,C; exclude=x; order=adjacent", 3, 0, 1, 0, 0, 0, NO, NO, 0, 1, 3},
    {"steps=A,B,C,D; order=unordered; window=5us", 4, 0, 0, 1, 0, 0, 5, NO, 0, 0, 0},
    {"steps=A,B,C,D; order=unordered; window=5us; same_event=many", 4, 1, 0, 1, 0, 0, 5, NO, 0, 0, 0},
    {"steps=A,B,C,D; order=anchored; window=5us", 4, 0, 0, 0, 1, 0, 5, NO, 0, 0, 0},
    {"steps=A,B,C,D; order=anchored; window=5us; entry=first", 4, 0, 0, 0, 1, 1, 5, NO, 0, 0, 0},
};
#define RULE_COUNT (int)(sizeof rules / sizeof rules[0])

typedef struct search {
    const rule *r;
    row items[256];
    int count;
    int level, end, start; /* the best so far */
} search;

static int compare_rows(const void *a, const void *b)
{
    const row *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->sequence != y->sequence) return x->sequence < y->sequence ? -1 : 1;
    if (x->excluded != y->excluded) return x->excluded < y->excluded ? -1 : 1;
    return (x->steps > y->steps) - (x->steps < y->steps);
}

static int same_instant(const row *a, const row *b)
{
    return a->time == b->time && a->sequence == b->sequence;
}

/* One row a step of an instant, exclusions behind them. */
static int split_rows(const row *rows, int count, int step_count, row *out)
{
    int n = 0;
    for (int i = 0, end; i < count; i = end) {
        for (end = i; end < count && same_instant(&rows[i], &rows[end]); end++) {}
        for (int step = 0; step < step_count; step++)
            for (int k = i; k < end; k++)
                if (rows[k].steps >> step & 1) {
                    out[n] = rows[k];
                    out[n].steps = INT64_C(1) << step;
                    out[n++].excluded = 0;
                }
        for (int k = i; k < end; k++)
            if (rows[k].excluded) {
                out[n] = rows[k];
                out[n++].steps = 0;
            }
    }
    return n;
}

static void found(search *s, int level, int start, int end)
{
    if (level < s->level || (level == s->level && end > s->end) ||
        (level == s->level && end == s->end && start <= s->start))
        return;
    s->level = level;
    s->start = start;
    s->end = end;
}

static int excluded_between(const search *s, int from, int to, int step)
{
    if (step < s->r->exclude_from || step >= s->r->exclude_to) return 0;
    for (int i = from + 1; i < to; i++)
        if (s->items[i].excluded) return 1;
    return 0;
}

static void extend(search *s, int step, int start, int last)
{
    found(s, step, start, last);
    if (step == s->r->step_count) return;
    for (int i = last + 1; i < s->count; i++) {
        int64_t wait = s->items[i].time - s->items[last].time;
        if (!(s->items[i].steps >> step & 1) || wait < s->r->gap || wait > s->r->step_window) continue;
        if (s->items[i].time - s->items[start].time > s->r->window) continue;
        if (s->r->adjacent && i != last + 1) continue;
        if (!excluded_between(s, last, i, step)) extend(s, step + 1, start, i);
    }
}

/* `*end`: where the last of them is. */
static int different_after(const search *s, int start, int *end)
{
    int64_t seen = 0;
    int different = 0;
    for (int i = start; i < s->count; i++) {
        if (s->items[i].time - s->items[start].time > s->r->window) break;
        if (s->items[i].steps && !(seen & s->items[i].steps)) different++, *end = i;
        seen |= s->items[i].steps;
    }
    return different;
}

static void run_search(search *s)
{
    for (int i = 0; i < s->count; i++) {
        int64_t steps = s->items[i].steps;
        if (s->r->unordered || s->r->anchored) {
            int counts = s->r->unordered ? steps != 0 : (int)(steps & 1), end = 0;
            int level = counts ? different_after(s, i, &end) : 0;
            if (s->r->unordered && level) found(s, level, i, end);
            if (s->r->anchored && level > s->level) s->level = level, s->start = i;
        } else if (steps & 1) {
            extend(s, 1, i, i);
        }
        if (s->r->first && s->level) break;
    }
}

/* A lead's own rows, sorted. */
static int rows_of_lead(const world *w, int64_t id, row *rows)
{
    int count = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->rows[i].id == id) rows[count++] = w->rows[i];
    qsort(rows, (size_t)count, sizeof *rows, compare_rows);
    return count;
}

static void check_times(const search *s, const leadkpi_table *table, size_t at)
{
    char name[16];
    for (int step = 1; step <= s->level; step++) {
        snprintf(name, sizeof name, "step_%d", step);
        ck_assert(!is_null_at(table, name, at));
    }
    ck_assert_int_eq(whole_at(table, "step_1", at), whole_at(table, "start", at));
    if (s->r->unordered || s->r->anchored) return;
    snprintf(name, sizeof name, "step_%d", s->level);
    ck_assert_int_eq(whole_at(table, name, at), s->items[s->end].time);
    for (int step = 2; step <= s->level; step++) {
        char before[16];
        snprintf(before, sizeof before, "step_%d", step - 1);
        snprintf(name, sizeof name, "step_%d", step);
        int64_t wait = whole_at(table, name, at) - whole_at(table, before, at);
        ck_assert(wait >= s->r->gap && wait <= s->r->step_window);
    }
}

static void check_lead(const rule *r, const world *w, int64_t id, const leadkpi_table *table,
                       size_t *at, int64_t *reached)
{
    row rows[256];
    search s = {.r = r};
    int count = rows_of_lead(w, id, rows);
    if (r->many) {
        s.count = split_rows(rows, count, r->step_count, s.items);
    } else {
        memcpy(s.items, rows, (size_t)count * sizeof *rows);
        s.count = count;
    }
    run_search(&s);
    if (s.level == 0) return;
    for (int step = 0; step < s.level; step++) reached[step]++;
    ck_assert_int_eq(whole_at(table, "id", *at), id);
    ck_assert_msg(whole_at(table, "step", *at) == s.level, "%s: lead %d reaches %d, expected %d",
                  r->text, (int)id, (int)whole_at(table, "step", *at), s.level);
    ck_assert_int_eq(whole_at(table, "start", *at), s.items[s.start].time);
    check_times(&s, table, *at);
    ++*at;
}

static void check_world(const rule *r, const world *w, int64_t lead_count)
{
    leadkpi_table *leads, *steps;
    leadkpi_funnel *funnel = funnel_with(r->text);
    int64_t reached[8] = {0};
    size_t at = 0;
    OK(add_rows(funnel, w->rows, w->count, 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
    OK(leadkpi_funnel_steps(funnel, NULL, &steps, ok_error));
    for (int64_t id = -3; id < lead_count - 3; id++) check_lead(r, w, id, leads, &at, reached);
    ck_assert_uint_eq(leadkpi_table_row_count(leads), at);
    /* Without times another inner path answers. */
    for (int step = 0; step < r->step_count; step++)
        ck_assert_int_eq(whole_at(steps, "reached", (size_t)step), reached[step]);
    leadkpi_table_free(leads);
    leadkpi_table_free(steps);
    leadkpi_funnel_free(funnel);
}

START_TEST(every_rule_agrees_with_a_search_through_every_chain)
{
    static world w;
    const rule *r = &rules[_i];
    int once_in_any_order = (r->unordered || r->anchored) && !r->many;
    drawing d = {300, r->step_count, 12, 2, !once_in_any_order, r->exclude_to > 0, 1};
    for (uint64_t seed = 0; seed < 6; seed++) {
        d.times = seed % 2 ? 12 : 5;
        d.sequences = seed % 3 ? 0 : 2;
        draw_world(&w, seed * 100 + (uint64_t)_i, 2400, &d);
        check_world(r, &w, d.leads);
    }
}
END_TEST

/* ---- the plain function ------------------------------------------------------------------ */

START_TEST(the_plain_function_answers_as_the_handle_does)
{
    uint64_t state = 77;
    const rule *r = &rules[0];
    for (int round = 0; round < lk_test_rounds(20000); round++) {
        int64_t times[8], level_wanted;
        uint64_t steps[8];
        int32_t level;
        search s = {.r = r, .count = (int)(lk_test_random(&state) % 9)};
        for (int i = 0; i < s.count; i++) {
            s.items[i].time = (int64_t)(lk_test_random(&state) % 12);
            s.items[i].steps = (int64_t)(lk_test_random(&state) % 16);
        }
        qsort(s.items, (size_t)s.count, sizeof s.items[0], compare_rows);
        for (int i = 0; i < s.count; i++)
            times[i] = s.items[i].time, steps[i] = (uint64_t)s.items[i].steps;
        run_search(&s);
        level_wanted = s.level;
        OK(leadkpi_funnel_level(times, steps, (size_t)s.count, 4, 7, &level, ok_error));
        ck_assert_int_eq(level, level_wanted);
    }
}
END_TEST

START_TEST(the_plain_function_refuses_what_cannot_be)
{
    leadkpi_error error;
    int64_t times[] = {INT64_MIN, INT64_MAX, 0};
    uint64_t steps[] = {1, 2, 4};
    int32_t level;
    OK(leadkpi_funnel_level(times, steps, 2, 2, LEADKPI_FUNNEL_NO_WINDOW, &level, ok_error));
    ck_assert_int_eq(level, 2);
    OK(leadkpi_funnel_level(times, steps, 2, 2, INT64_MAX - 1, &level, ok_error));
    ck_assert_int_eq(level, 1);
    OK(leadkpi_funnel_level(NULL, NULL, 0, 64, 0, &level, ok_error));
    ck_assert_int_eq(level, 0);
    ck_assert_int_eq(leadkpi_funnel_level(times, steps, 3, 3, 0, &level, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 2);
    ck_assert_int_eq(level, -1);
    ck_assert_int_eq(leadkpi_funnel_level(times, steps, 2, 1, 0, &level, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 1);
    ck_assert_int_eq(leadkpi_funnel_level(times, steps, 2, 0, 0, &level, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_level(times, steps, 2, 65, 0, &level, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_level(times, steps, 2, 2, -1, &level, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_level(NULL, steps, 2, 2, 0, &level, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_level(times, NULL, 2, 2, 0, &level, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_level(times, steps, 2, 2, 0, NULL, &error), LEADKPI_NULL_ARGUMENT);
}
END_TEST

START_TEST(many_journeys_at_once_have_the_levels_of_each)
{
    enum { JOURNEYS = 3000, CODES = 40 };
    static int64_t times[JOURNEYS * 12], ends[JOURNEYS];
    static uint64_t steps[JOURNEYS * 12], code_steps[CODES];
    static int32_t codes[JOURNEYS * 12], levels[JOURNEYS];
    const int64_t windows[] = {0, 3, 9, LEADKPI_FUNNEL_NO_WINDOW};
    uint64_t state = 3;
    for (int round = 0; round < 8; round++) {
        int32_t step_count = round < 4 ? 5 : 64, expected;
        size_t count = 0;
        for (int c = 0; c < CODES; c++) {
            code_steps[c] = c == 0 ? 0 : UINT64_C(1) << lk_test_random(&state) % (uint64_t)step_count;
            if (c % 5 == 1) code_steps[c] |= UINT64_C(1) << lk_test_random(&state) % (uint64_t)step_count;
        }
        if (round >= 4) /* a straight way through 64 steps is rare: help it */
            for (int c = 1; c < CODES; c++) code_steps[c] |= (uint64_t)7 << (c % 60);
        for (int j = 0; j < JOURNEYS; j++) {
            int64_t time = (int64_t)(lk_test_random(&state) % 9) - 4;
            if (j == 5) time = INT64_MAX - 20;
            for (uint64_t n = lk_test_random(&state) % 12; n > 0; n--, count++) {
                time += (int64_t)(lk_test_random(&state) % 3);
                codes[count] = (int32_t)(lk_test_random(&state) % CODES);
                steps[count] = code_steps[codes[count]];
                times[count] = time;
            }
            ends[j] = (int64_t)count;
        }
        int64_t window = windows[round % 4];
        OK(leadkpi_funnel_levels(times, codes, code_steps, CODES, ends, JOURNEYS, step_count, window,
                                 levels, ok_error));
        for (int j = 0; j < JOURNEYS; j++) {
            size_t first = j ? (size_t)ends[j - 1] : 0;
            OK(leadkpi_funnel_level(times + first, steps + first, (size_t)ends[j] - first, step_count,
                                    window, &expected, ok_error));
            ck_assert_int_eq(levels[j], expected);
        }
    }
}
END_TEST

START_TEST(several_funnels_at_once_have_the_levels_of_each)
{
    enum { JOURNEYS = 2000, CODES = 12, FUNNELS = 10 };
    static int64_t times[JOURNEYS * 12], ends[JOURNEYS];
    static int32_t codes[JOURNEYS * 12], levels[JOURNEYS * FUNNELS], expected[JOURNEYS];
    const int32_t step_counts[FUNNELS] = {1, 2, 3, 5, 5, 6, 4, 64, 3, 5};
    const int64_t windows[FUNNELS] = {0, 4, 9, 3, LEADKPI_FUNNEL_NO_WINDOW, INT64_MAX - 1, 12, 6,
                                       5, 2};
    uint64_t state = 31, code_steps[FUNNELS * CODES];
    leadkpi_error error;
    for (int i = 0; i < FUNNELS * CODES; i++) {
        uint64_t most = (uint64_t)step_counts[i / CODES];
        code_steps[i] = UINT64_C(1) << lk_test_random(&state) % most;
        if (i % 3 == 0) code_steps[i] = 0;
        if (i % 4 == 0) code_steps[i] |= UINT64_C(1) << lk_test_random(&state) % most;
        if (i / CODES == 7) code_steps[i] |= 7;
        if (i / CODES == 9) /* begins with the same events as the one before */
            code_steps[i] = (code_steps[i] & ~UINT64_C(1)) | (code_steps[i - CODES] & 1);
    }
    size_t count = 0;
    for (int j = 0; j < JOURNEYS; j++) {
        int64_t time = j == 7 ? INT64_MIN + 1 : (int64_t)(lk_test_random(&state) % 9) - 4;
        for (uint64_t n = lk_test_random(&state) % 12; n > 0; n--, count++) {
            time += j == 7 ? INT64_MAX / 8 : (int64_t)(lk_test_random(&state) % 3);
            codes[count] = (int32_t)(lk_test_random(&state) % CODES);
            times[count] = time;
        }
        ends[j] = (int64_t)count;
    }
    OK(leadkpi_funnel_levels_of_several(NULL, times, codes, ends, JOURNEYS, FUNNELS, code_steps, CODES,
                                        step_counts, windows, levels, ok_error));
    for (int f = 0; f < FUNNELS; f++) {
        OK(leadkpi_funnel_levels(times, codes, code_steps + f * CODES, CODES, ends, JOURNEYS,
                                 step_counts[f], windows[f], expected, ok_error));
        for (int j = 0; j < JOURNEYS; j++) ck_assert_int_eq(levels[j * FUNNELS + f], expected[j]);
    }
    codes[100] = CODES;
    ck_assert_int_eq(leadkpi_funnel_levels_of_several(NULL, times, codes, ends, JOURNEYS, FUNNELS,
                                                      code_steps, CODES, step_counts, windows, levels,
                                                      &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 100);
    ck_assert_int_eq(levels[0], -1);
    ck_assert_int_eq(leadkpi_funnel_levels_of_several(NULL, times, codes, ends, JOURNEYS, 65, code_steps,
                                                      CODES, step_counts, windows, levels, &error),
                     LEADKPI_BAD_ARGUMENT);
    OK(leadkpi_funnel_levels_of_several(NULL, NULL, NULL, NULL, 0, FUNNELS, NULL, 0, NULL, NULL, NULL,
                                        ok_error));
}
END_TEST

START_TEST(many_journeys_that_cannot_be_are_refused)
{
    leadkpi_error error;
    int64_t times[] = {5, 6, 1, 0}, ends[] = {2, 4}, crossed[] = {2, 1};
    int32_t codes[] = {0, 1, 0, 1}, levels[2];
    uint64_t steps[] = {1, 2};
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, 9, levels, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 3);
    ck_assert_int_eq(levels[0], -1);
    ck_assert_int_eq(levels[1], -1);
    times[3] = 2, codes[3] = 2;
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, 9, levels, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 3);
    codes[3] = -1;
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, 9, levels, &error),
                     LEADKPI_BAD_DATA);
    codes[3] = 1;
    times[0] = INT64_MIN;
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, 9, levels, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 0);
    times[0] = 5;
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, crossed, 2, 2, 9, levels, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 1, 9, levels, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, -1, levels, &error),
                     LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(NULL, codes, steps, 2, ends, 2, 2, 9, levels, &error),
                     LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, NULL, 0, ends, 2, 2, 9, levels, &error),
                     LEADKPI_BAD_DATA);
    ck_assert_str_eq(error.message, "codes: expected one of 0, from 0, found 0");
    OK(leadkpi_funnel_levels(NULL, NULL, NULL, 0, NULL, 0, 2, 9, NULL, ok_error));
    OK(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, 9, levels, ok_error));
    ck_assert_int_eq(levels[0], 2);
    ck_assert_int_eq(levels[1], 2);
}
END_TEST

/* Two journeys, two funnels, each argument wrong in turn: the words say which. */
typedef struct several_call {
    const int64_t *times, *ends, *windows;
    const int32_t *codes, *step_counts;
    const uint64_t *steps;
    size_t code_count, journeys;
    int32_t funnels, *levels;
} several_call;

static void several_refused(several_call c, leadkpi_status expected, const char *words)
{
    if (c.levels) memset(c.levels, 0, 4 * sizeof *c.levels);
    REFUSED(expected, words,
            leadkpi_funnel_levels_of_several(NULL, c.times, c.codes, c.ends, c.journeys, c.funnels, c.steps,
                                             c.code_count, c.step_counts, c.windows, c.levels, ok_error));
    int asked = c.levels && c.funnels == 2 && c.code_count <= 4096;
    for (int i = 0; i < 4 && asked; i++) ck_assert_int_eq(c.levels[i], -1);
}

START_TEST(several_funnels_that_cannot_be_are_refused)
{
    static const int64_t times[] = {1, 2, 3, 4}, early[] = {1, 2, INT64_MIN, 4}, ends[] = {2, 4}, falls[] = {2, 1};
    static const int64_t windows[] = {9, 9}, negative[] = {9, -1};
    static const int32_t codes[] = {0, 1, 0, 1}, counts[] = {2, 2}, none[] = {2, 0}, many[] = {65, 2};
    static const uint64_t steps[] = {1, 2, 2, 1}, beyond[] = {1, 2, 4, 1};
    int32_t levels[4];
    leadkpi_error error;
    const several_call good = {times, ends, windows, codes, counts, steps, 2, 2, 2, levels};
    several_call c = good;
    OK(leadkpi_funnel_levels_of_several(NULL, times, codes, ends, 2, 2, steps, 2, counts, windows, levels, ok_error));
    ck_assert(levels[0] == 2 && levels[1] == 1 && levels[2] == 2 && levels[3] == 1);
    c.levels = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "levels"), c = good;
    c.ends = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "ends"), c = good;
    c.step_counts = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "step_counts"), c = good;
    c.windows = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "windows"), c = good;
    c.steps = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "code_steps"), c = good;
    c.times = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "to 4 values"), c = good;
    c.codes = NULL, several_refused(c, LEADKPI_NULL_ARGUMENT, "to 4 values"), c = good;
    c.ends = falls, several_refused(c, LEADKPI_BAD_DATA, "expected 2 or more, found 1"), c = good;
    c.windows = negative, several_refused(c, LEADKPI_BAD_ARGUMENT, "found -1 of funnel 1"), c = good;
    c.step_counts = none, several_refused(c, LEADKPI_BAD_ARGUMENT, "found 0 of funnel 1"), c = good;
    c.step_counts = many, several_refused(c, LEADKPI_BAD_ARGUMENT, "found 65 of funnel 0"), c = good;
    c.steps = beyond, several_refused(c, LEADKPI_BAD_ARGUMENT, "code_steps"), c = good;
    c.times = early, several_refused(c, LEADKPI_BAD_DATA, ""), c = good;
    c.funnels = -1, several_refused(c, LEADKPI_BAD_ARGUMENT, "found -1"), c = good;
    c.code_count = 4097, several_refused(c, LEADKPI_BAD_ARGUMENT, "found 4097"), c = good;
    /* The same of one funnel. */
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 2, 9, NULL, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, NULL, 2, 2, 9, levels, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, NULL, steps, 2, ends, 2, 2, 9, levels, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, NULL, 2, ends, 2, 2, 9, levels, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 4097, ends, 2, 2, 9, levels, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 0, 9, levels, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_levels(times, codes, steps, 2, ends, 2, 65, 9, levels, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(levels[0], -1);
}
END_TEST

/* ---- one meaning, two ways ------------------------------------------------------------------- */

/* Definitions that say the same, the second so that it is found another way. */
static const char *const same_meanings[][2] = {
    {"steps=A,B,C,D,E; window=9us", "steps=A,B,C,D,E; window=9us; step_window=10us"},
    {"steps=A,B,C,D,E", "steps=A,B,C,D,E; step_window=1000us"},
    {"steps=A,B,C,D,E; same_event=many", "steps=A,B,C,D,E; same_event=many; step_window=1000us"},
};

static leadkpi_table *leads_under(const char *definition, const world *w)
{
    leadkpi_table *leads;
    leadkpi_funnel *funnel = funnel_with(definition);
    OK(add_rows(funnel, w->rows, w->count, 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
    leadkpi_funnel_free(funnel);
    return leads;
}

static void check_same_leads(leadkpi_table *a, leadkpi_table *b)
{
    static const char *const names[] = {"id", "step", "start", "step_1", "step_2", "step_3", "step_4", "step_5"};
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (size_t at = 0; at < leadkpi_table_row_count(a); at++)
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            ck_assert_int_eq(is_null_at(a, names[i], at), is_null_at(b, names[i], at));
            if (!is_null_at(a, names[i], at))
                ck_assert_int_eq(whole_at(a, names[i], at), whole_at(b, names[i], at));
        }
    leadkpi_table_free(a);
    leadkpi_table_free(b);
}

START_TEST(what_says_the_same_gives_the_same_times_of_steps)
{
    static world w;
    drawing d = {40, 5, 60, 0, 0, 0, 1};
    draw_world(&w, (uint64_t)_i + 8, 1500, &d);
    check_same_leads(leads_under(same_meanings[_i][0], &w), leads_under(same_meanings[_i][1], &w));
}
END_TEST

/* What is better, from D at 10 on, is too far from what came before: E at 3 is all that may follow D at 3. */
START_TEST(a_step_that_is_too_far_leaves_the_one_of_the_same_event)
{
    static const int64_t expected[] = {0, 1, 2, 3, 3, -1, 8, 13};
    row rows[64];
    char name[16] = "step_0";
    leadkpi_table *table;
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C,D,E,F,G,H; optional=3,6; entry=again; same_event=many; "
                                         "step_window=5us");
    OK(add_rows(funnel, rows, parse_journey("A0 B1 C2 DE3 B4 G8 D9 E10 F11 G12 H13", rows), 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &table, ok_error));
    ck_assert_uint_eq(leadkpi_table_row_count(table), 1);
    for (int step = 0; step < 8; step++) {
        name[5] = (char)('1' + step);
        ck_assert_int_eq(is_null_at(table, name, 0), expected[step] < 0);
        if (expected[step] >= 0) ck_assert_int_eq(whole_at(table, name, 0), expected[step]);
    }
    leadkpi_table_free(table);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* Under same_event=many. */
static const char *const rules_of_many[] = {
    "", "; entry=first", "; entry=every", "; entry=again", "; step_window=4us", "; gap=1us; optional=3",
    "; order=unordered", "; order=anchored", "; order=anchored; entry=first", "; order=anchored; entry=every",
    "; order=anchored; entry=again",
};

START_TEST(an_event_of_many_steps_is_as_many_events_of_one)
{
    static world w, split;
    char text[200];
    drawing d = {40, 5, 30, 0, 1, 0, 1};
    draw_world(&w, (uint64_t)_i + 3, 900, &d);
    split.count = 0;
    for (size_t i = 0; i < w.count; i++) {
        if (i % 9 == 0) w.rows[i].steps = 31;
        for (int64_t steps = w.rows[i].steps, step; steps; steps ^= step) {
            step = steps & -steps;
            split.rows[split.count] = w.rows[i];
            split.rows[split.count++].steps = step;
        }
    }
    snprintf(text, sizeof text, "steps=A,B,C,D,E; window=9us; same_event=many%s", rules_of_many[_i]);
    check_same_leads(leads_under(text, &w), leads_under(text, &split));
}
END_TEST

/* ---- many leads ------------------------------------------------------------------------------- */

enum { CROWD_EVENTS = 30000, CROWD_LEADS = 9000 };

static leadkpi_table *leads_of_crowd(const char *definition, const int64_t *ids, const int64_t *times,
                                     const int64_t *steps, size_t batch)
{
    leadkpi_table *leads;
    leadkpi_funnel *funnel = funnel_with(definition);
    for (size_t first = 0; first < CROWD_EVENTS; first += batch) {
        leadkpi_table *rows;
        OK(leadkpi_table_create(NULL, &rows, ok_error));
        OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids + first, batch, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times + first, batch, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_int64(rows, "steps", NUL, steps + first, batch, 0, NULL, ok_error));
        OK(leadkpi_funnel_add(funnel, rows, NULL, 0, ok_error));
        leadkpi_table_free(rows);
    }
    OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
    leadkpi_funnel_free(funnel);
    return leads;
}

/* Leads come up in another order, some have hundreds of events, and the handle is put in order by itself: as it
 * takes the only batch, or at the second of two, or by a report. */
START_TEST(a_crowd_of_leads_gets_as_far_in_one_batch_as_in_many)
{
    static int64_t ids[CROWD_EVENTS], times[CROWD_EVENTS], steps[CROWD_EVENTS];
    const char *definition = _i ? "steps=A,B,C,D,E; window=90us; same_event=many" : "steps=A,B,C,D,E; window=90us";
    uint64_t state = (uint64_t)_i + 5;
    for (int i = 0; i < CROWD_EVENTS; i++) {
        uint64_t lead = lk_test_random(&state) % CROWD_LEADS;
        ids[i] = (int64_t)(i % 6 ? lead * lead * lead / ((uint64_t)CROWD_LEADS * CROWD_LEADS) : lead);
        times[i] = (int64_t)(lk_test_random(&state) % 300);
        steps[i] = INT64_C(1) << lk_test_random(&state) % 5;
        if (_i) steps[i] |= (int64_t)(lk_test_random(&state) % 32); /* more codes than a few */
    }
    for (int parts = 2; parts <= 150; parts += 148)
        check_same_leads(leads_of_crowd(definition, ids, times, steps, CROWD_EVENTS),
                         leads_of_crowd(definition, ids, times, steps, (size_t)(CROWD_EVENTS / parts)));
}
END_TEST

/* ---- definitions -------------------------------------------------------------------------- */

typedef struct refusal {
    const char *definition, *words;
    leadkpi_status status;
} refusal;

static const refusal refusals[] = {
    {"", "1 to 64, found 0", LEADKPI_BAD_ARGUMENT},
    {"steps=A|,B", "empty one as item 1", LEADKPI_BAD_ARGUMENT},
    {"steps=A,|B", "empty one as item 2", LEADKPI_BAD_ARGUMENT},
    {"steps=A,|:", "empty one as item 2", LEADKPI_BAD_ARGUMENT},
    {"steps=A,|:B|:", "empty one as item 2", LEADKPI_BAD_ARGUMENT},
    {"steps=A,|:||B|C", "empty one as item 2", LEADKPI_BAD_ARGUMENT},
    {"steps=A,|:||B|:C", "found \"|:||B|:C\" as item 2", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B; exclude=|:x", "exclude: expected |: before names", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B; order=unordered; gap=1us", "step before", LEADKPI_CONTRADICTION},
    {"steps=A,B; order=anchored; step_window=1us", "step before", LEADKPI_CONTRADICTION},
    {"steps=A,B; order=unordered; entry=first", "entry", LEADKPI_CONTRADICTION},
    {"steps=A,B; order=adjacent; same_event=many", "neighbouring", LEADKPI_CONTRADICTION},
    {"steps=A,B; skips=implied", "same_event=many", LEADKPI_CONTRADICTION},
    {"steps=A,B,A; order=unordered", "\"A\" is step 1 and step 3", LEADKPI_CONTRADICTION},
    {"steps=A,B; order=unordered; exclude=x; exclude_to=2", "no between", LEADKPI_CONTRADICTION},
    {"steps=A,B,C; exclude=x; exclude_from=3; exclude_to=3", "exclude_to", LEADKPI_CONTRADICTION},
    {"steps=A,B; modes=strict_order", "compat=clickhouse", LEADKPI_CONTRADICTION},
    {"steps=A,B; compat=clickhouse", "window", LEADKPI_CONTRADICTION},
    {"steps=A,B; compat=clickhouse; window=1d; gap=1us", "gap", LEADKPI_CONTRADICTION},
    {"steps=A,B; compat=clickhouse; window=1d; modes=allow_reentry", "strict_order", LEADKPI_CONTRADICTION},
    {"steps=A,B; compat=clickhouse; window=1d; modes=strict_ordre", "strict_order", LEADKPI_UNKNOWN_NAME},
    {"steps=A,B; gap=2h; window=1h", "gap: expected at most the window of 1h, found 2h", LEADKPI_CONTRADICTION},
    {"steps=A,B; gap=2h; window=3h; step_window=1h", "the step_window of 1h", LEADKPI_CONTRADICTION},
    {"steps=A,B; gap=1us; window=0s", "the window of 0s", LEADKPI_CONTRADICTION},
    {"steps=A,B; preset=mixpanel_uniques; gap=8d", "the window of 7d", LEADKPI_CONTRADICTION},
    {"steps=A,B; optional=2", "there is no other", LEADKPI_CONTRADICTION},
    {"steps=A,B,C; optional=1", "from 2 to 2, found \"1\"", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; optional=3", "from 2 to 2, found \"3\"", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; optional=02", "found \"02\"", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; optional=2x", "found \"2x\"", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; optional=200", "found \"200\"", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; optional=\"\"", "found \"\"", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C,D; optional=3,2", "2 after 3", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C,D; optional=2,2", "2 after 2", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; exclude=x; exclude_from=one", "exclude_from: expected numbers", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C; exclude=x; exclude_to=1", "exclude_to: expected numbers", LEADKPI_BAD_ARGUMENT},
    {"steps=A,B,C,D; exclude=x,y,z; exclude_from=1,2", "one for each, found 2", LEADKPI_CONTRADICTION},
};

START_TEST(a_definition_that_contradicts_itself_is_refused_with_the_reason)
{
    const refusal *r = &refusals[_i];
    leadkpi_funnel *funnel = (leadkpi_funnel *)&funnel;
    leadkpi_options *options = options_of("funnel", r->definition);
    REFUSED(r->status, r->words, leadkpi_funnel_create(NULL, options, &funnel, ok_error));
    ck_assert_ptr_null(funnel);
    leadkpi_options_free(options);
}
END_TEST

/* The most that there may be, and one more. */
START_TEST(lists_end_where_the_bits_do)
{
    static const struct {
        const char *before, *item, *after, *words;
        int most;
        leadkpi_status status;
    } lists[] = {
        {"steps=s", ",s", "", "1 to 64, found 65", 64, LEADKPI_BAD_ARGUMENT},
        {"steps=s", ",s", "; compat=clickhouse; window=1d", "at most 32, found 33", 32, LEADKPI_CONTRADICTION},
        {"steps=A,B,C; exclude=x", ",x", "; exclude_from=1; exclude_to=2,3", "with ranges of their own, found", 0,
         LEADKPI_BAD_ARGUMENT},
        {"steps=A,B,C; optional=2", ",", "", "at most 64 steps, found 80", 0, LEADKPI_BAD_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (int more = 0; more < 2; more++) {
            char text[1024];
            leadkpi_error error;
            leadkpi_funnel *funnel;
            snprintf(text, sizeof text, "%s", lists[i].before);
            for (int k = 1; k < (lists[i].most ? lists[i].most + more : 80); k++)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", lists[i].item, k);
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s", lists[i].after);
            leadkpi_options *options = options_of("funnel", text);
            leadkpi_status status = leadkpi_funnel_create(NULL, options, &funnel, &error);
            int is_good = lists[i].most && !more;
            ck_assert_int_eq(status, is_good ? LEADKPI_OK : lists[i].status);
            ck_assert(is_good || strstr(error.message, lists[i].words));
            leadkpi_funnel_free(funnel);
            leadkpi_options_free(options);
        }
}
END_TEST

/* What the other tests say with few words: a zone's rules, modes, ranges of their own. */
static const struct {
    const char *definition, *sentence;
} descriptions[] = {
    {"steps=A,B; compat=clickhouse; window=1h; modes=strict_order,strict_increase",
     "A lead goes through \"A\", \"B\", in this order, within 1h of the first, inclusive; the answer is that of "
     "ClickHouse's windowFunnel with \"strict_order\" and \"strict_increase\", bug for bug."},
    {"steps=A,B,C; exclude=x,y|z; exclude_from=1,2; exclude_to=2,3; exclude_effect=end",
     "A lead goes through \"A\", \"B\", \"C\", in this order, however long it takes; every event of the first step "
     "starts an attempt, and the one that gets farthest counts; one event fills one step; \"x\" between step 1 and step 2, or "
     "\"y\" or \"z\" between step 2 and step 3 ends an attempt, which keeps what it reached."},
    {"steps=A,B; window_days=1; zone=Berlin; zone_rule=\"CET-1CEST,M3.5.0,M10.5.0/3\"",
     "(the clocks of Berlin by the rule CET-1CEST,M3.5.0,M10.5.0/3)"},
};

START_TEST(whatever_a_rule_holds_is_in_its_sentence)
{
    char text[900];
    leadkpi_funnel *funnel = funnel_with(descriptions[_i].definition);
    OK(leadkpi_funnel_describe(funnel, text, sizeof text, NULL, ok_error));
    ck_assert_msg(strstr(text, descriptions[_i].sentence) != NULL, "%s", text);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(a_rule_is_described_as_a_sentence)
{
    char text[600];
    size_t needed;
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_with("steps=visit,sign up|register; window=7d; exclude=bounce");
    static const char expected[] =
        "A lead goes through \"visit\", \"sign up\" or \"register\", in this order, within 7d of the "
        "first, inclusive; every event of the first step starts an attempt, and the one that gets "
        "farthest counts; one event fills one step; \"bounce\" between step 1 and the last ends what "
        "an attempt has begun there, which keeps what it reached and may do those steps again.";
    OK(leadkpi_funnel_describe(funnel, text, sizeof text, &needed, ok_error));
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(needed, sizeof expected);
    ck_assert_int_eq(leadkpi_funnel_describe(funnel, text, needed - 1, NULL, &error),
                     LEADKPI_BUFFER_TOO_SMALL);
    OK(leadkpi_funnel_describe(funnel, text, needed, NULL, ok_error));
    leadkpi_funnel_free(funnel);
}
END_TEST

static Suite *suite_of_rules(void)
{
    Suite *suite = suite_create("funnel rules");
    TCase *tc = tcase_create("rules");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, each_rule_says_what_its_example_says, 0,
                        (int)(sizeof examples / sizeof examples[0]));
    tcase_add_loop_test(tc, every_rule_agrees_with_a_search_through_every_chain, 0, RULE_COUNT);
    tcase_add_test(tc, the_plain_function_answers_as_the_handle_does);
    tcase_add_test(tc, the_plain_function_refuses_what_cannot_be);
    tcase_add_test(tc, many_journeys_at_once_have_the_levels_of_each);
    tcase_add_test(tc, several_funnels_at_once_have_the_levels_of_each);
    tcase_add_test(tc, many_journeys_that_cannot_be_are_refused);
    tcase_add_test(tc, several_funnels_that_cannot_be_are_refused);
    tcase_add_loop_test(tc, what_says_the_same_gives_the_same_times_of_steps, 0,
                        (int)(sizeof same_meanings / sizeof same_meanings[0]));
    tcase_add_loop_test(tc, a_crowd_of_leads_gets_as_far_in_one_batch_as_in_many, 0, 2);
    tcase_add_test(tc, a_step_that_is_too_far_leaves_the_one_of_the_same_event);
    tcase_add_loop_test(tc, an_event_of_many_steps_is_as_many_events_of_one, 0,
                        (int)(sizeof rules_of_many / sizeof rules_of_many[0]));
    tcase_add_loop_test(tc, a_definition_that_contradicts_itself_is_refused_with_the_reason, 0,
                        (int)(sizeof refusals / sizeof refusals[0]));
    tcase_add_test(tc, lists_end_where_the_bits_do);
    tcase_add_test(tc, a_rule_is_described_as_a_sentence);
    tcase_add_loop_test(tc, whatever_a_rule_holds_is_in_its_sentence, 0,
                        (int)(sizeof descriptions / sizeof descriptions[0]));
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_rules());
}
