/* Every axis of a definition against a search through every chain of events, 20,000 random leads a rule.
 *
 * The reference knows neither dominance nor queues: it walks all chains from every start, and notes
 * for each level the earliest event that any of them ends with. What counts is then read off. */
#include "../support/check_main.h"
#include "world.h"

enum { LEADS = 20000, EVENTS_MAX = 8, STEPS = 4, ANY = 0, FIRST, EVERY, AGAIN, RESTART = 0, END, LEAD };

#define NO INT64_MAX
#define UNIT INT64_C(21600000000) /* a quarter of a day */
#define EAST INT64_C(19800000000) /* +05:30 */

/* steps=A,B|p|w,C|p,D; exclude=x|w,y. z is none of them. */
static const char *const names[] = {"A", "B", "C", "D", "p", "w", "x", "y", "z"};
static const unsigned steps_of[] = {1, 2, 4, 8, 6, 2, 0, 0, 0};
static const unsigned excludes_of[] = {0, 0, 0, 0, 0, 1, 1, 2, 0};
#define NAME_COUNT 9
#define WITH "steps=A,B|p|w,C|p,D; "

typedef struct rule {
    const char *text;
    int entry, effect, many, adjacent, anchored;
    int64_t window, step_window, gap, days, session, sessions; /* in units */
    unsigned optional;
    int from[2], to[2]; /* of exclusions x and y; from 0: no exclusion */
} rule;

#define NO_WINDOWS NO, NO, 0, 0, NO, 1, 0
#define X_Y                                                                                        \
    {                                                                                              \
        1, 1                                                                                       \
    },                                                                                             \
    {                                                                                              \
        4, 4                                                                                       \
    }
#define NO_RANGES                                                                                  \
    {                                                                                              \
        0, 0                                                                                       \
    },                                                                                             \
    {                                                                                              \
        0, 0                                                                                       \
    }

static const rule rules[] = {
    {"", ANY, RESTART, 0, 0, 0, NO_WINDOWS, NO_RANGES},
    {"window=3d", ANY, RESTART, 0, 0, 0, 12, NO, 0, 0, NO, 1, 0, NO_RANGES},
    {"window=3d; same_event=many", ANY, RESTART, 1, 0, 0, 12, NO, 0, 0, NO, 1, 0, NO_RANGES},
    {"window=3d; same_event=many; gap=1us", ANY, RESTART, 1, 0, 0, 12, NO, 1, 0, NO, 1, 0, NO_RANGES},
    {"window=2d; gap=1us", ANY, RESTART, 0, 0, 0, 8, NO, 1, 0, NO, 1, 0, NO_RANGES},
    {"step_window=1d; gap=6h; entry=first", FIRST, RESTART, 0, 0, 0, NO, 4, 1, 0, NO, 1, 0, NO_RANGES},
    {"order=adjacent; window=2d", ANY, RESTART, 0, 1, 0, 8, NO, 0, 0, NO, 1, 0, NO_RANGES},
    {"window_days=1; zone=+05:30", ANY, RESTART, 0, 0, 0, NO, NO, 0, 1, NO, 1, 0, NO_RANGES},
    {"window_days=2; zone=+05:30; window=1d", ANY, RESTART, 0, 0, 0, 4, NO, 0, 2, NO, 1, 0, NO_RANGES},
    {"session=12h", ANY, RESTART, 0, 0, 0, NO, NO, 0, 0, 2, 1, 0, NO_RANGES},
    {"session=6h; sessions=2; entry=first", FIRST, RESTART, 0, 0, 0, NO, NO, 0, 0, 1, 2, 0, NO_RANGES},
    {"entry=every; window=2d", EVERY, RESTART, 0, 0, 0, 8, NO, 0, 0, NO, 1, 0, NO_RANGES},
    {"entry=every; step_window=1d; gap=6h", EVERY, RESTART, 0, 0, 0, NO, 4, 1, 0, NO, 1, 0, NO_RANGES},
    {"entry=every; order=adjacent", EVERY, RESTART, 0, 1, 0, NO_WINDOWS, NO_RANGES},
    {"entry=every; same_event=many; window_days=2; zone=+05:30", EVERY, RESTART, 1, 0, 0, NO, NO, 0, 2,
     NO, 1, 0, NO_RANGES},
    {"entry=every; exclude=x|w,y", EVERY, RESTART, 0, 0, 0, NO_WINDOWS, X_Y},
    {"entry=every; exclude=x|w,y; exclude_effect=end; window=3d", EVERY, END, 0, 0, 0, 12, NO, 0, 0, NO,
     1, 0, X_Y},
    {"entry=again; window=1d", AGAIN, RESTART, 0, 0, 0, 4, NO, 0, 0, NO, 1, 0, NO_RANGES},
    {"entry=again; exclude=x|w,y; exclude_effect=end; window=2d", AGAIN, END, 0, 0, 0, 8, NO, 0, 0, NO,
     1, 0, X_Y},
    {"entry=again; session=6h", AGAIN, RESTART, 0, 0, 0, NO, NO, 0, 0, 1, 1, 0, NO_RANGES},
    {"exclude=x|w,y; exclude_from=2,1; exclude_to=3,2", ANY, RESTART, 0, 0, 0, NO_WINDOWS, {2, 1}, {3, 2}},
    {"exclude=x|w,y; exclude_from=2,1; exclude_to=4,2; exclude_effect=end", ANY, END, 0, 0, 0, NO_WINDOWS,
     {2, 1}, {4, 2}},
    {"exclude=x|w,y; exclude_effect=end; same_event=many; step_window=1d; entry=first", FIRST, END, 1, 0,
     0, NO, 4, 0, 0, NO, 1, 0, X_Y},
    {"exclude=x|w,y; exclude_effect=lead; window=2d", ANY, LEAD, 0, 0, 0, 8, NO, 0, 0, NO, 1, 0, X_Y},
    {"exclude=x|w,y; exclude_from=1,3; exclude_to=2,4; exclude_effect=lead; entry=first", FIRST, LEAD, 0,
     0, 0, NO_WINDOWS, {1, 3}, {2, 4}},
    {"optional=2; window=3d", ANY, RESTART, 0, 0, 0, 12, NO, 0, 0, NO, 1, 2, NO_RANGES},
    {"optional=2,3; entry=every; step_window=1d", EVERY, RESTART, 0, 0, 0, NO, 4, 0, 0, NO, 1, 6,
     NO_RANGES},
    {"optional=3; exclude=x|w,y; exclude_from=3,1; exclude_to=4,2", ANY, RESTART, 0, 0, 0, NO, NO, 0, 0,
     NO, 1, 4, {3, 1}, {4, 2}},
    {"entry=every; same_event=many; step_window=1d; gap=6h", EVERY, RESTART, 1, 0, 0, NO, 4, 1, 0, NO, 1, 0,
     NO_RANGES},
    {"entry=every; exclude=x|w,y; exclude_from=2,1; exclude_to=3,2; step_window=1d; window=3d", EVERY,
     RESTART, 0, 0, 0, 12, 4, 0, 0, NO, 1, 0, {2, 1}, {3, 2}},
    {"entry=every; exclude=x|w,y; exclude_effect=end; exclude_from=2,1; exclude_to=4,2; gap=6h; "
     "step_window=2d", EVERY, END, 0, 0, 0, NO, 8, 1, 0, NO, 1, 0, {2, 1}, {4, 2}},
    {"exclude=x|w,y; exclude_effect=lead; step_window=1d; gap=6h; window=3d", ANY, LEAD, 0, 0, 0, 12, 4, 1,
     0, NO, 1, 0, X_Y},
    {"optional=2,3; entry=every; step_window=18h; gap=12h", EVERY, RESTART, 0, 0, 0, NO, 3, 2, 0, NO, 1, 6,
     NO_RANGES},
    {"optional=2,3; step_window=18h; gap=12h; window=2d", ANY, RESTART, 0, 0, 0, 8, 3, 2, 0, NO, 1, 6,
     NO_RANGES},
    {"optional=2; entry=again; exclude=x|w,y; exclude_from=3,1; exclude_to=4,2; window=2d", AGAIN, RESTART,
     0, 0, 0, 8, NO, 0, 0, NO, 1, 2, {3, 1}, {4, 2}},
    {"optional=2,3; order=adjacent; entry=every", EVERY, RESTART, 0, 1, 0, NO, NO, 0, 0, NO, 1, 6, NO_RANGES},
    {"optional=2,3; same_event=many; exclude=x|w,y; exclude_effect=lead; window=2d", ANY, LEAD, 1, 0, 0, 8,
     NO, 0, 0, NO, 1, 6, X_Y},
    {"optional=2,3; entry=every; exclude=x|w,y; exclude_from=1,3; exclude_to=3,4; window=3d", EVERY, RESTART, 0, 0,
     0, 12, NO, 0, 0, NO, 1, 6, {1, 3}, {3, 4}},
    {"optional=2,3; entry=every; same_event=many; exclude=x|w,y; exclude_from=2,1; exclude_to=4,2; "
     "step_window=1d; gap=6h", EVERY, RESTART, 1, 0, 0, NO, 4, 1, 0, NO, 1, 6, {2, 1}, {4, 2}},
    {"optional=2,3; exclude=x|w,y; exclude_from=1,3; exclude_to=3,4; exclude_effect=lead; window=2d", ANY, LEAD, 0,
     0, 0, 8, NO, 0, 0, NO, 1, 6, {1, 3}, {3, 4}},
    {"optional=2,3; entry=again; same_event=many", AGAIN, RESTART, 1, 0, 0, NO, NO, 0, 0, NO, 1, 6, NO_RANGES},
    {"optional=2,3; entry=again; same_event=many; exclude=x|w,y; exclude_from=1,3; exclude_to=3,4; window=2d", AGAIN,
     RESTART, 1, 0, 0, 8, NO, 0, 0, NO, 1, 6, {1, 3}, {3, 4}},
    {"optional=2; entry=again; exclude=x|w,y; exclude_from=2,1; exclude_to=4,2; gap=18h; step_window=2d; window=4d", AGAIN,
     RESTART, 0, 0, 0, 16, 8, 3, 0, NO, 1, 2, {2, 1}, {4, 2}},
    {"preset=posthog_ordered; window=2d; exclude=x|w,y", ANY, LEAD, 0, 0, 0, 8, NO, 0, 0, NO, 1, 0, X_Y},
    {"preset=mixpanel_totals; window=1d; exclude=x|w,y", AGAIN, END, 0, 0, 0, 4, NO, 0, 0, NO, 1, 0, X_Y},
};
#define RULE_COUNT (int)(sizeof rules / sizeof rules[0])

/* ---- leads at random -------------------------------------------------------------------- */

typedef struct event {
    int64_t time; /* in units */
    unsigned steps, excludes;
    int64_t session;
} event;

typedef struct lead {
    int names[EVENTS_MAX];
    int64_t times[EVENTS_MAX];
    int count;
} lead;

static lead leads[LEADS];

static void draw_leads(uint64_t seed)
{
    uint64_t state = seed;
    for (int i = 0; i < LEADS; i++) {
        leads[i].count = (int)(lk_test_random(&state) % EVENTS_MAX);
        for (int k = 0; k < leads[i].count; k++) {
            leads[i].names[k] = (int)(lk_test_random(&state) % NAME_COUNT);
            leads[i].times[k] = (int64_t)(lk_test_random(&state) % (i % 2 ? 5 : 20));
        }
    }
}

/* So far apart no window, in units and whole days, reaches. */
#define FAR 1000

/* So many leads become one, one after the other. */
static leadkpi_table *report_on(const char *definition, int together)
{
    static int64_t ids[LEADS * EVENTS_MAX], times[LEADS * EVENTS_MAX];
    static const char *texts[LEADS * EVENTS_MAX];
    leadkpi_table *rows, *report;
    char text[400];
    size_t count = 0;
    for (int i = 0; i < LEADS; i++)
        for (int k = 0; k < leads[i].count; k++, count++) {
            ids[count] = i / together;
            times[count] = (leads[i].times[k] + i % together * FAR) * UNIT;
            texts[count] = names[leads[i].names[k]];
        }
    snprintf(text, sizeof text, WITH "%s", definition);
    leadkpi_funnel *funnel = funnel_with(text);
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(rows, "event", NUL, texts, count, ok_error));
    OK(leadkpi_funnel_add(funnel, rows, NULL, 0, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &report, ok_error));
    leadkpi_table_free(rows);
    leadkpi_funnel_free(funnel);
    return report;
}

/* ---- the reference -------------------------------------------------------------------------- */

/* Exclusions of one range are one; of several, in the order of the definition. */
static unsigned exclusions_of(const rule *r, int name)
{
    int one_range = r->from[0] == r->from[1] && r->to[0] == r->to[1];
    if (!r->from[0]) return 0;
    return one_range ? excludes_of[name] != 0 : excludes_of[name];
}

typedef struct search {
    const rule *r;
    event events[EVENTS_MAX * STEPS];
    int count, start;
    int barred;
    int end[STEPS + 1]; /* by level: the earliest event that ends a chain there; -1: none */
} search;

static int compare_events(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->excludes != y->excludes) return x->excludes < y->excludes ? -1 : 1;
    return (x->steps > y->steps) - (x->steps < y->steps);
}

static void put_event(search *s, int64_t time, unsigned steps, unsigned excludes)
{
    s->events[s->count++] = (event){time, steps, excludes, 0};
}

/* Where one event may fill many steps, an instant is its steps in their order, then its exclusions. */
static void split_instants(search *s)
{
    event whole[EVENTS_MAX];
    int count = s->count;
    memcpy(whole, s->events, (size_t)count * sizeof *whole);
    s->count = 0;
    for (int i = 0, end; i < count; i = end) {
        unsigned excludes = 0, foreign = 0;
        for (end = i; end < count && whole[end].time == whole[i].time; end++) {
            excludes |= whole[end].excludes;
            foreign |= !whole[end].excludes && !whole[end].steps;
        }
        if (foreign) put_event(s, whole[i].time, 0, 0);
        for (unsigned step = 1; step < 1U << STEPS; step <<= 1)
            for (int k = i; k < end; k++)
                if (whole[k].steps & step) put_event(s, whole[k].time, step, 0);
        if (excludes) put_event(s, whole[i].time, 0, excludes);
    }
}

static void read_lead(search *s, const lead *l)
{
    int needs_foreign = s->r->adjacent || s->r->session != NO;
    s->count = 0;
    for (int k = 0; k < l->count; k++) {
        unsigned steps = steps_of[l->names[k]], excludes = exclusions_of(s->r, l->names[k]);
        if (steps || excludes || needs_foreign) put_event(s, l->times[k], steps, excludes);
    }
    qsort(s->events, (size_t)s->count, sizeof *s->events, compare_events);
    if (s->r->many) split_instants(s);
    for (int i = 1; i < s->count; i++)
        s->events[i].session = s->events[i - 1].session +
                               (s->events[i].time - s->events[i - 1].time > s->r->session);
}

static int64_t day_of(int64_t time)
{
    return (time * UNIT + EAST) / (4 * UNIT);
}

static int is_in_window(const search *s, int i)
{
    const event *start = &s->events[s->start], *e = &s->events[i];
    if (e->time - start->time > s->r->window) return 0;
    if (s->r->days && day_of(e->time) - day_of(start->time) >= s->r->days) return 0;
    return s->r->session == NO || e->session - start->session < s->r->sessions;
}

/* Does event i bar the way from step `from` to step `to`, from 1? */
static int bars(const search *s, int i, int from, int to)
{
    for (int x = 0; x < 2; x++)
        if (s->r->from[x] && s->events[i].excludes >> x & 1 && s->r->from[x] < to && s->r->to[x] > from)
            return 1;
    return 0;
}

static int may_follow(const search *s, int from_step, int i, int to_step, int k)
{
    int64_t wait = s->events[k].time - s->events[i].time;
    if (!(s->events[k].steps >> (to_step - 1) & 1)) return 0;
    if (wait < s->r->gap || wait > s->r->step_window || !is_in_window(s, k)) return 0;
    if (s->r->adjacent && k != i + 1) return 0;
    for (int between = i + 1; s->barred && between < k; between++)
        if (bars(s, between, from_step, to_step)) return 0;
    return 1;
}

static void walk(search *s, int step, int i)
{
    if (s->end[step] < 0 || i < s->end[step]) s->end[step] = i;
    for (int to = step + 1; to <= STEPS; to++) {
        for (int k = i + 1; k < s->count; k++)
            if (may_follow(s, step, i, to, k)) walk(s, to, k);
        if (!(s->r->optional >> (to - 1) & 1)) break;
    }
}

static void walk_from(search *s, int start, int barred)
{
    for (int level = 0; level <= STEPS; level++) s->end[level] = -1;
    s->start = start;
    s->barred = barred;
    walk(s, 1, start);
}

/* The first exclusion after event i that bars the way on from a level; -1: none in the window. */
static int next_bar(const search *s, int i, int level)
{
    for (int k = i + 1; k < s->count && level < STEPS; k++)
        if (bars(s, k, level, level + 1)) return is_in_window(s, k) ? k : -1;
    return -1;
}

typedef struct outcome {
    int level, start, last;
} outcome;

static outcome follow(search *s, int start)
{
    outcome o = {1, start, start};
    walk_from(s, start, s->r->effect == RESTART);
    for (int level = 2; level <= STEPS; level++) {
        if (s->end[level] < 0) continue;
        if (s->r->effect == END) {
            int bar = next_bar(s, o.last, o.level);
            if (o.level != level - 1 || (bar >= 0 && bar < s->end[level])) break;
        }
        o.level = level;
        o.last = s->end[level];
    }
    return o;
}

/* What is left of it where the lead is out unless one attempt was clean. */
static outcome follow_clean(search *s, int start, int level)
{
    walk_from(s, start, 1);
    outcome o = {s->end[level] < 0 ? 0 : level, start, s->end[level]};
    if (o.level && next_bar(s, o.last, level) >= 0) o.level = 0;
    return o;
}

static int find_outcomes(search *s, outcome *out)
{
    int count = 0, highest = 0;
    for (int i = 0; i < s->count; i++) {
        if (!(s->events[i].steps & 1)) continue;
        out[count] = follow(s, i);
        if (out[count].level > highest) highest = out[count].level;
        if (++count == 1 && s->r->entry == FIRST) break;
    }
    for (int i = 0; i < count && s->r->effect == LEAD; i++)
        out[i] = follow_clean(s, out[i].start, highest);
    return count;
}

static int keep_best(outcome *out, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        if (out[i].level > out[best].level ||
            (out[i].level == out[best].level && out[i].last <= out[best].last))
            best = i;
    if (count == 0 || out[best].level == 0) return 0;
    out[0] = out[best];
    return 1;
}

static int keep_again(search *s, outcome *out, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (kept) {
            const outcome *before = &out[kept - 1];
            s->start = before->start;
            int bar = next_bar(s, before->last, before->level);
            int over = before->level == STEPS ? before->last : bar;
            if (is_in_window(s, out[i].start) && (over < 0 || out[i].start <= over)) continue;
        }
        out[kept++] = out[i];
    }
    return kept;
}

/* ---- the comparison --------------------------------------------------------------------------- */

/* As ck_assert, which writes to a file where it holds: too dear for each of a million rows. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) ck_abort_msg("row %zu: does not hold: %s", at, #condition);              \
    } while (0)

static void check_times(const search *s, const outcome *o, const leadkpi_table *t, size_t at)
{
    char name[16] = "step_0";
    int64_t before = o->start;
    for (int step = 1; step <= STEPS; step++) {
        name[5] = (char)('0' + step);
        int must = step == 1 || (step <= o->level && !(s->r->optional >> (step - 1) & 1)) || step == o->level;
        MUST(!must || !is_null_at(t, name, at));
        if (is_null_at(t, name, at)) continue;
        MUST(step <= o->level);
        int64_t time = whole_at(t, name, at) / UNIT;
        if (step > 1) {
            MUST(time - before >= s->r->gap);
            MUST(time - before <= s->r->step_window);
        }
        if (step == o->level) MUST(time == s->events[o->last].time);
        before = time;
    }
}

START_TEST(every_rule_agrees_with_a_search_through_every_chain)
{
    const rule *r = &rules[_i];
    size_t at = 0;
    draw_leads((uint64_t)_i + 1);
    leadkpi_table *t = report_on(r->text, 1);
    for (int id = 0; id < LEADS; id++) {
        search s = {.r = r};
        outcome out[EVENTS_MAX * STEPS];
        read_lead(&s, &leads[id]);
        int count = find_outcomes(&s, out);
        if (r->entry < EVERY) count = keep_best(out, count);
        if (r->entry == AGAIN) count = keep_again(&s, out, count);
        for (int i = 0; i < count; i++, at++) {
            if (at >= leadkpi_table_row_count(t) || whole_at(t, "id", at) != id)
                ck_abort_msg("%s: lead %d is not there", r->text, id);
            if (whole_at(t, "step", at) != out[i].level)
                ck_abort_msg("%s: lead %d reaches %d, expected %d", r->text, id,
                             (int)whole_at(t, "step", at), out[i].level);
            MUST(whole_at(t, "start", at) == s.events[out[i].start].time * UNIT);
            if (r->entry >= EVERY) MUST(whole_at(t, "attempt", at) == i + 1);
            check_times(&s, &out[i], t, at);
        }
    }
    ck_assert_uint_eq(leadkpi_table_row_count(t), at);
    leadkpi_table_free(t);
}
END_TEST

/* ---- optional steps of longer leads: every start by itself, item by item ---------------------------- */

enum { LONG_LEADS = 12, LONG_EVENTS = 160, LONG_STEPS = 6, REPEATS = 300, REPEAT_AFTER = 100000, SPARSE = 8 };

typedef struct long_rule {
    const char *text;
    int entry, many, adjacent;
    int64_t window, step_window, gap;
    unsigned optional;
    int from[3], to[3]; /* of exclusions */
} long_rule;

static const long_rule long_rules[] = {
    {"optional=2,4; entry=every; window=9us", EVERY, 0, 0, 9, NO, 0, 0xA, {0}, {0}},
    {"optional=2,3,4,5; window=6us", ANY, 0, 0, 6, NO, 0, 0x1E, {0}, {0}},
    {"optional=2,3,4,5; entry=every; gap=2us; window=40us", EVERY, 0, 0, 40, NO, 2, 0x1E, {0}, {0}},
    {"optional=3,5; entry=every; gap=1us; step_window=4us; same_event=many", EVERY, 1, 0, NO, 4, 1, 0x14, {0}, {0}},
    {"optional=2,3,5; entry=every; order=adjacent; window=12us", EVERY, 0, 1, 12, NO, 0, 0x16, {0}, {0}},
    {"optional=2,3,4,5; entry=every; exclude=x,y,z; exclude_from=1,2,4; exclude_to=6,3,5; window=30us", EVERY, 0, 0, 30,
     NO, 0, 0x1E, {1, 2, 4}, {6, 3, 5}},
    {"optional=2,4,5; entry=every; exclude=x,y,z; exclude_from=3,1,2; exclude_to=4,2,6; gap=1us; step_window=15us", EVERY,
     0, 0, NO, 15, 1, 0x1A, {3, 1, 2}, {4, 2, 6}},
    {"optional=2,3,4,5; exclude=x,y,z; exclude_from=5,1,3; exclude_to=6,3,4; same_event=many; window=25us", ANY, 1, 0, 25,
     NO, 0, 0x1E, {5, 1, 3}, {6, 3, 4}},
    {"optional=2,3,4,5; entry=every; exclude=x,y,z; exclude_from=1,2,3; exclude_to=6,5,4; same_event=many; gap=3us; "
     "step_window=20us", EVERY, 1, 0, NO, 20, 3, 0x1E, {1, 2, 3}, {6, 5, 4}},
    {"optional=2,3,4,5; entry=every; same_event=many; window=1us", EVERY, 1, 0, 1, NO, 0, 0x1E, {0}, {0}},
    {"optional=2,4; entry=every; exclude=x,y,z; exclude_from=2,1,3; exclude_to=4,2,6; gap=4us; step_window=9us; "
     "window=14us", EVERY, 0, 0, 14, 9, 4, 0xA, {2, 1, 3}, {4, 2, 6}},
    {"optional=2,3,5; entry=every; gap=1us; step_window=7us; window=18us", EVERY, 0, 0, 18, 7, 1, 0x16, {0}, {0}},
    {"optional=2,4,5; entry=every; same_event=many; step_window=6us; window=11us", EVERY, 1, 0, 11, 6, 0, 0x1A, {0}, {0}},
};

typedef struct long_lead {
    const long_rule *r;
    int count;
    int64_t times[LONG_EVENTS], steps[LONG_EVENTS], excluded[LONG_EVENTS];
    int most[LONG_EVENTS][LONG_STEPS]; /* optional steps of the chain of a start to here that has most; -1: none */
} long_lead;

/* No two events at one time: their order is that of the times. */
static void draw_long_lead(long_lead *l, uint64_t *state)
{
    int64_t time = 0;
    int thin = (int)(lk_test_random(state) % 3);
    l->count = LONG_EVENTS - (int)(lk_test_random(state) % 100);
    for (int i = 0; i < l->count; i++) {
        l->times[i] = time += 1 + (int64_t)(lk_test_random(state) % 3);
        l->steps[i] = (int64_t)(lk_test_random(state) & lk_test_random(state) & 63);
        if (thin == 1) l->steps[i] = INT64_C(1) << lk_test_random(state) % LONG_STEPS;
        l->excluded[i] = lk_test_random(state) % (thin ? 9 : 3) || !l->r->from[0]
                             ? 0 : (int64_t)(1 + lk_test_random(state) % 7);
    }
}

static int is_barred(const long_rule *r, int64_t between, int from, int to)
{
    for (int x = 0; x < 3; x++)
        if (between >> x & 1 && r->from[x] <= to && r->to[x] > from + 1) return 1;
    return 0;
}

/* Steps from 0. */
static void go_on(long_lead *l, int start, int i, int step)
{
    const long_rule *r = l->r;
    int64_t between = 0; /* where one event may fill many steps its own exclusion comes after these */
    for (int k = i; k < l->count; k++) {
        int64_t wait = l->times[k] - l->times[i];
        if (l->times[k] - l->times[start] > r->window || wait > r->step_window) return;
        if (r->adjacent && k > i + 1) return;
        for (int to = step + 1; to < LONG_STEPS && wait >= r->gap && (k > i || r->many); to++) {
            int most = l->most[i][step] + (int)(r->optional >> to & 1);
            if (l->steps[k] >> to & 1 && !is_barred(r, between, step, to) && most > l->most[k][to])
                l->most[k][to] = most;
            if (!(r->optional >> to & 1)) break;
        }
        if (k > i || r->many) between |= l->excluded[k];
    }
}

/* The level of a start, and the first item to get there. */
static int follow_long(long_lead *l, int start, int *last)
{
    int level = 0;
    for (int i = 0; i < l->count; i++)
        for (int step = 0; step < LONG_STEPS; step++) l->most[i][step] = -1;
    l->most[start][0] = 0;
    for (int i = start; i < l->count; i++)
        for (int step = 0; step < LONG_STEPS; step++) {
            if (l->most[i][step] < 0) continue;
            if (step + 1 > level) level = step + 1, *last = i;
            go_on(l, start, i, step);
        }
    return level;
}

/* The events of a lead so many times, one after the other; of the first so many times far apart. */
static leadkpi_table *report_on_repeats(const long_lead *l, const char *definition, int repeats, int sparse)
{
    static int64_t ids[REPEATS * LONG_EVENTS], times[REPEATS * LONG_EVENTS], steps[REPEATS * LONG_EVENTS],
        excluded[REPEATS * LONG_EVENTS];
    leadkpi_table *rows, *report;
    char text[400];
    snprintf(text, sizeof text, "steps=A,B,C,D,E,F; %s", definition);
    leadkpi_funnel *funnel = funnel_with(text);
    size_t count = 0;
    for (int repeat = 0; repeat < repeats; repeat++)
        for (int i = 0; i < l->count; i++, count++) {
            times[count] = l->times[i] * (repeat < sparse ? SPARSE : 1) + (int64_t)repeat * REPEAT_AFTER;
            steps[count] = l->steps[i];
            excluded[count] = l->excluded[i];
        }
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "steps", NUL, steps, count, 0, NULL, ok_error));
    if (l->r->from[0]) OK(leadkpi_table_borrow_int64(rows, "excluded", NUL, excluded, count, 0, NULL, ok_error));
    OK(leadkpi_funnel_add(funnel, rows, NULL, 0, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &report, ok_error));
    leadkpi_table_free(rows);
    leadkpi_funnel_free(funnel);
    return report;
}

/* The row says how far the start gets and when, and has as many steps as any chain that does. */
static void check_long(long_lead *l, int start, const leadkpi_table *t, size_t at)
{
    char name[16] = "step_0";
    int last = start, level = follow_long(l, start, &last), done = 0;
    int64_t before = l->times[start];
    MUST(at < leadkpi_table_row_count(t));
    MUST(whole_at(t, "start", at) == l->times[start]);
    if (whole_at(t, "step", at) != level)
        ck_abort_msg("%s: the start at %d reaches %d, expected %d", l->r->text, start, (int)whole_at(t, "step", at),
                     level);
    name[5] = (char)('0' + level);
    MUST(whole_at(t, name, at) == l->times[last]);
    for (int step = 1; step < LONG_STEPS; step++) {
        name[5] = (char)('1' + step);
        if (is_null_at(t, name, at)) continue;
        done += l->r->optional >> step & 1;
        int64_t wait = whole_at(t, name, at) - before;
        MUST(wait >= l->r->gap && wait <= l->r->step_window);
        before += wait;
    }
    MUST(done == l->most[last][level - 1]);
}

static int find_best(long_lead *l)
{
    int best = -1, best_level = 0, best_last = 0, last = 0;
    for (int i = 0; i < l->count; i++) {
        if (!(l->steps[i] & 1)) continue;
        int level = follow_long(l, i, &last);
        if (level > best_level || (level == best_level && last <= best_last))
            best = i, best_level = level, best_last = last;
    }
    return best;
}

START_TEST(optional_steps_of_longer_leads_agree_with_each_start_followed_by_itself)
{
    static long_lead l;
    uint64_t state = (uint64_t)_i + 5;
    for (int n = 0; n < LONG_LEADS; n++) {
        l.r = &long_rules[_i];
        draw_long_lead(&l, &state);
        leadkpi_table *t = report_on_repeats(&l, l.r->text, 1, 0);
        size_t at = 0;
        int best = l.r->entry == ANY ? find_best(&l) : -1;
        for (int i = 0; i < l.count; i++)
            if (l.steps[i] & 1 && (l.r->entry == EVERY || i == best)) check_long(&l, i, t, at++);
        MUST(at == leadkpi_table_row_count(t));
        leadkpi_table_free(t);
    }
}
END_TEST

/* The row of an attempt as that of another, so much later. */
static void check_repeated(const leadkpi_table *once, size_t from, const leadkpi_table *again, size_t at, int64_t later)
{
    char name[16] = "step_0";
    MUST(whole_at(again, "step", at) == whole_at(once, "step", from));
    MUST(whole_at(again, "start", at) == whole_at(once, "start", from) + later);
    for (int step = 1; step <= LONG_STEPS; step++) {
        name[5] = (char)('0' + step);
        MUST(is_null_at(again, name, at) == is_null_at(once, name, from));
        if (is_null_at(once, name, from)) continue;
        MUST(whole_at(again, name, at) == whole_at(once, name, from) + later);
    }
}

/* Of so many starts the first are tried, and how they fare decides on the rest: where events are far apart starts are
 * soon followed to their end, and what is right for them may be given up on the way. */
static void check_repeats(const long_lead *l, const char *definition, int sparse)
{
    leadkpi_table *near = report_on_repeats(l, definition, 1, 0), *far = report_on_repeats(l, definition, 1, 1);
    leadkpi_table *again = report_on_repeats(l, definition, REPEATS, sparse);
    size_t at = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        const leadkpi_table *once = repeat < sparse ? far : near;
        size_t count = leadkpi_table_row_count(once);
        MUST(at + count <= leadkpi_table_row_count(again));
        for (size_t from = 0; from < count; from++)
            check_repeated(once, from, again, at++, (int64_t)repeat * REPEAT_AFTER);
    }
    ck_assert_uint_eq(leadkpi_table_row_count(again), at);
    leadkpi_table_free(near), leadkpi_table_free(far), leadkpi_table_free(again);
}

START_TEST(a_lead_that_does_the_same_again_and_again_gets_as_far_each_time)
{
    static long_lead l;
    static const int sparse[] = {0, REPEATS / 2, REPEATS};
    const long_rule *r = &long_rules[_i / 2];
    char definition[200], *entry;
    uint64_t state = (uint64_t)_i / 2 + 9;
    if (r->entry != EVERY || r->window == NO) return;
    l.r = r;
    draw_long_lead(&l, &state);
    for (int i = 0; i < l.count; i++) l.steps[i] |= (int64_t)(lk_test_random(&state) & 63);
    strcpy(definition, r->text);
    if (_i % 2 && (entry = strstr(definition, "every")) != NULL) memcpy(entry, "again", 5);
    for (int i = 0; i < 3; i++) check_repeats(&l, definition, sparse[i]);
}
END_TEST

/* Of a lead with many starts some are followed together, and bounds are set to where they may get. */
START_TEST(leads_one_after_the_other_have_the_attempts_of_each)
{
    enum { TOGETHER = 40 };
    static const char *const names_of_times[] = {"start", "step_1", "step_2", "step_3", "step_4"};
    const rule *r = &rules[_i];
    if (r->entry != EVERY || (r->window == NO && r->step_window == NO && r->days == 0)) return;
    draw_leads((uint64_t)_i + 1);
    leadkpi_table *each = report_on(r->text, 1), *all = report_on(r->text, TOGETHER);
    size_t count = leadkpi_table_row_count(each);
    ck_assert_uint_eq(leadkpi_table_row_count(all), count);
    for (size_t at = 0; at < count; at++) {
        int64_t later = whole_at(each, "id", at) % TOGETHER * FAR * UNIT;
        MUST(whole_at(all, "id", at) == whole_at(each, "id", at) / TOGETHER);
        MUST(whole_at(all, "step", at) == whole_at(each, "step", at));
        for (int i = 0; i < 5; i++) {
            MUST(is_null_at(all, names_of_times[i], at) == is_null_at(each, names_of_times[i], at));
            if (is_null_at(each, names_of_times[i], at)) continue;
            MUST(whole_at(all, names_of_times[i], at) == whole_at(each, names_of_times[i], at) + later);
        }
    }
    leadkpi_table_free(each), leadkpi_table_free(all);
}
END_TEST

/* ---- windowFunnel, event by event and step by step ------------------------------------------------ */

enum { DEDUPLICATION = 1, ORDER = 2, INCREASE = 4, REENTRY = 8 };

static const struct {
    const char *text;
    int modes;
} windows[] = {{"compat=clickhouse; window=2d", 0},
               {"compat=clickhouse; window=2d; modes=strict_deduplication", DEDUPLICATION},
               {"compat=clickhouse; window=2d; modes=strict_order", ORDER},
               {"compat=clickhouse; window=2d; modes=strict_increase", INCREASE},
               {"compat=clickhouse; window=2d; modes=strict_order,allow_reentry", ORDER | REENTRY},
               {"compat=clickhouse; window=2d; modes=strict_deduplication,strict_increase", DEDUPLICATION | INCREASE}};

/* The events of its own list: by time, at one instant by the number of the condition, 0 for none. */
static int list_conditions(const lead *l, event *list)
{
    int count = 0;
    for (int k = 0; k < l->count; k++) {
        unsigned steps = steps_of[l->names[k]];
        if (!steps) list[count++] = (event){l->times[k], 0, 0, 0};
        for (unsigned step = 1; step <= STEPS; step++)
            if (steps >> (step - 1) & 1) list[count++] = (event){l->times[k], step, 0, 0};
    }
    qsort(list, (size_t)count, sizeof *list, compare_events);
    return count;
}

/* Does the event end the scan? */
static int ends(const int *held, unsigned step, int modes)
{
    int strict_order = modes & ORDER && held[1];
    if (step == 0) return strict_order;
    if (step == 1) return 0;
    if (modes & DEDUPLICATION && held[step]) return 1;
    return strict_order && !held[step - 1] && !(modes & REENTRY);
}

static int window_funnel(const lead *l, int modes, int64_t *start)
{
    event list[EVENTS_MAX * STEPS];
    int64_t first[STEPS + 1] = {0}, last[STEPS + 1] = {0};
    int held[STEPS + 1] = {1}, level = STEPS, count = list_conditions(l, list);
    for (int i = 0; i < count && !held[STEPS]; i++) {
        unsigned step = list[i].steps;
        int64_t time = list[i].time;
        if (ends(held, step, modes)) break;
        if (step == 0 || !held[step - 1]) continue;
        if (step > 1 && time - first[step - 1] > 8) continue;
        if (step > 1 && modes & INCREASE && last[step - 1] >= time) continue;
        held[step] = 1;
        first[step] = step > 1 ? first[step - 1] : time;
        last[step] = time;
    }
    while (!held[level]) level--;
    *start = first[level];
    return level;
}

START_TEST(window_funnel_agrees_with_its_own_list_of_conditions)
{
    size_t at = 0;
    int64_t start;
    draw_leads((uint64_t)_i + 77);
    leadkpi_table *t = report_on(windows[_i].text, 1);
    for (int id = 0; id < LEADS; id++) {
        int level = window_funnel(&leads[id], windows[_i].modes, &start);
        if (level == 0) continue;
        MUST(at < leadkpi_table_row_count(t));
        MUST(whole_at(t, "id", at) == id);
        MUST(whole_at(t, "step", at) == level);
        MUST(whole_at(t, "start", at) == start * UNIT);
        at++;
    }
    ck_assert_uint_eq(leadkpi_table_row_count(t), at);
    leadkpi_table_free(t);
}
END_TEST

static Suite *suite_of_rules(void)
{
    Suite *suite = suite_create("funnel rules, exhaustively");
    TCase *tc = tcase_create("rules");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, every_rule_agrees_with_a_search_through_every_chain, 0, RULE_COUNT);
    tcase_add_loop_test(tc, optional_steps_of_longer_leads_agree_with_each_start_followed_by_itself, 0,
                        (int)(sizeof long_rules / sizeof long_rules[0]));
    tcase_add_loop_test(tc, a_lead_that_does_the_same_again_and_again_gets_as_far_each_time, 0,
                        2 * (int)(sizeof long_rules / sizeof long_rules[0]));
    tcase_add_loop_test(tc, leads_one_after_the_other_have_the_attempts_of_each, 0, RULE_COUNT);
    tcase_add_loop_test(tc, window_funnel_agrees_with_its_own_list_of_conditions, 0,
                        (int)(sizeof windows / sizeof windows[0]));
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_rules());
}
