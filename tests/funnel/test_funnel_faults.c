/* Programs of random verbs on a host that refuses memory or says stop now and then: a verb that fails changes
 * nothing, and the handle in the end is that of a program without faults. And how often a host is asked. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "world.h"

typedef struct definition_case {
    const char *definition;
    drawing how; /* leads, steps, times, sequences, many steps, exclusions, foreign */
    int text_ids, in_time, takes_stages, has_segments;
} definition_case;

static const definition_case definitions[] = {
    {"steps=A,B,C,D; window=7us", {30, 4, 9, 0, 0, 0, 1}, 0, 0, 1, 0},
    {"steps=A,B,C,D; window=7us; same_event=many", {300, 4, 40, 0, 1, 0, 1}, 0, 0, 1, 0},
    {"steps=A,B,C,D; order=adjacent; ids=hashed", {30, 4, 9, 3, 1, 1, 1}, 1, 0, 1, 1},
    {"steps=A,B,C,D; skips=implied; same_event=many; exclude=x", {30, 4, 9, 3, 1, 1, 1}, 1, 0, 1, 1},
    {"steps=A,B,C,D; order=unordered", {200, 4, 9, 0, 0, 0, 0}, 0, 0, 1, 1},
    {"steps=A,B,C,D; same_value=true", {30, 4, 9, 3, 1, 0, 1}, 0, 0, 0, 1},
    {"steps=A,B,C,D; window=30us; input=time", {60, 4, 9, 0, 0, 0, 1}, 0, 1, 0, 0},
};
#define DEFINITION_COUNT (int)(sizeof definitions / sizeof definitions[0])

/* ---- rows in all their shapes --------------------------------------------------------- */

enum { PLAIN, WITH_ALL, NAMES, DICTIONARY, STAGES, WAYS };

typedef struct batch {
    row rows[800];
    size_t count;
    int way;
    int64_t factor; /* ids that are not small numbers */
    char id[24];    /* "": none */
} batch;

static void draw_batch(batch *b, const definition_case *d, uint64_t *random, int64_t *clock)
{
    b->count = 1 + lk_test_random(random) % (lk_test_random(random) % 4 ? 60 : 700);
    b->way = (int)(lk_test_random(random) % WAYS);
    if (b->way == STAGES && !d->takes_stages) b->way = PLAIN;
    b->factor = lk_test_random(random) % 3 ? 1 : 1000003;
    b->id[0] = 0;
    if (lk_test_random(random) % 3 == 0) snprintf(b->id, sizeof b->id, "%d", (int)(lk_test_random(random) % 12));
    for (size_t i = 0; i < b->count; i++) {
        b->rows[i] = draw_row(random, &d->how);
        if (d->in_time) b->rows[i].time = *clock += (int64_t)(lk_test_random(random) % 3);
        if (!d->has_segments) b->rows[i].segment = NULL;
    }
}

static void add_ids(leadkpi_table *table, const batch *b, int text_ids)
{
    static int64_t ids[800];
    static char bytes[800][24];
    const char *texts[800];
    for (size_t i = 0; i < b->count; i++) {
        ids[i] = b->rows[i].id * b->factor;
        snprintf(bytes[i], sizeof bytes[i], "lead %lld", (long long)ids[i]);
        texts[i] = bytes[i];
    }
    if (text_ids)
        OK(leadkpi_table_copy_strings(table, "id", NUL, texts, b->count, ok_error));
    else
        OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, b->count, 0, NULL, ok_error));
}

static void add_segments(leadkpi_table *table, const batch *b)
{
    const char *texts[800];
    for (size_t i = 0; i < b->count; i++) texts[i] = b->rows[i].segment;
    OK(leadkpi_table_copy_strings(table, "segment", NUL, texts, b->count, ok_error));
}

static int step_of(const row *r)
{
    int step = 0;
    while (step < 4 && !(r->steps >> step & 1)) step++;
    return step; /* 4: none */
}

static void add_stage_columns(leadkpi_table *table, const batch *b)
{
    static int64_t times[4][800];
    static uint8_t valid[4][100];
    static const char *const names[] = {"A", "B", "C", "D"};
    memset(valid, 0, sizeof valid);
    for (int step = 0; step < 4; step++) {
        for (size_t i = 0; i < b->count; i++) {
            times[step][i] = b->rows[i].time + step;
            if (b->rows[i].steps >> step & 1) valid[step][i / 8] |= (uint8_t)(1 << i % 8);
        }
        OK(leadkpi_table_borrow_timestamp(table, names[step], NUL, times[step], b->count, 0, valid[step],
                                          ok_error));
    }
}

static void add_events(leadkpi_table *table, const batch *b)
{
    static int64_t steps[800], sequences[800];
    static int32_t codes[800];
    static const int64_t offsets[] = {0, 1, 2, 3, 4, 5};
    static uint8_t excluded[800];
    static const char *const names[] = {"A", "B", "C", "D", "z"};
    const char *texts[800];
    for (size_t i = 0; i < b->count; i++) {
        steps[i] = b->rows[i].steps;
        sequences[i] = b->rows[i].sequence;
        excluded[i] = (uint8_t)b->rows[i].excluded;
        codes[i] = step_of(&b->rows[i]);
        texts[i] = names[codes[i]];
    }
    if (b->way == NAMES)
        OK(leadkpi_table_copy_strings(table, "event", NUL, texts, b->count, ok_error));
    else if (b->way == DICTIONARY)
        OK(leadkpi_table_borrow_dictionary(table, "event", NUL, codes, b->count, 0, NULL, offsets, "ABCDz", 5,
                                           ok_error));
    else
        OK(leadkpi_table_borrow_int64(table, "steps", NUL, steps, b->count, 0, NULL, ok_error));
    if (b->way != WITH_ALL) return;
    OK(leadkpi_table_borrow_int64(table, "sequence", NUL, sequences, b->count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_bool(table, "excluded", NUL, excluded, b->count, 0, NULL, ok_error));
}

static void add_values(leadkpi_table *table, const batch *b)
{
    static int64_t values[800];
    static uint8_t valid[100];
    memset(valid, 0, sizeof valid);
    for (size_t i = 0; i < b->count; i++) {
        values[i] = b->rows[i].id % 5;
        if (i % 9) valid[i / 8] |= (uint8_t)(1 << i % 8);
    }
    OK(leadkpi_table_borrow_int64(table, "value", NUL, values, b->count, 0, valid, ok_error));
}

static leadkpi_status add_batch(leadkpi_funnel *funnel, const definition_case *d, const batch *b,
                                leadkpi_error *error)
{
    static int64_t times[800];
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    add_ids(table, b, d->text_ids);
    if (d->has_segments) add_segments(table, b);
    const char *id = b->id[0] ? b->id : NULL;
    if (b->way == STAGES) {
        add_stage_columns(table, b);
    } else {
        for (size_t i = 0; i < b->count; i++) times[i] = b->rows[i].time;
        OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, b->count, 0, NULL, ok_error));
        add_events(table, b);
        add_values(table, b);
    }
    leadkpi_status status = b->way == STAGES ? leadkpi_funnel_add_stages(funnel, table, id, NUL, error)
                                             : leadkpi_funnel_add(funnel, table, id, NUL, error);
    leadkpi_table_free(table);
    return status;
}

/* ---- verbs ----------------------------------------------------------------------------- */

typedef enum verb_kind { ADD, ADD_TOO, MERGE, CLOSE, SAVE, REPORT, VERBS } verb_kind;

typedef struct verb {
    verb_kind kind;
    const definition_case *definition;
    batch rows;
    leadkpi_funnel *other;
    int64_t from, until;
    int report;
} verb;

/* Another handle, some of whose leads are those of the first. */
static leadkpi_funnel *draw_other(verb *v, uint64_t *random, int64_t *clock)
{
    leadkpi_funnel *other = funnel_with(v->definition->definition);
    int64_t away = lk_test_random(random) % 2 ? 0 : 10000 * (int64_t)(1 + lk_test_random(random) % 1000);
    for (uint64_t i = lk_test_random(random) % 3; i > 0; i--) {
        draw_batch(&v->rows, v->definition, random, clock);
        for (size_t k = 0; k < v->rows.count; k++) v->rows.rows[k].id += away;
        add_batch(other, v->definition, &v->rows, NULL);
    }
    if (lk_test_random(random) % 2) leadkpi_funnel_close(other, v->from, v->until, NULL);
    return other;
}

static void draw_verb(verb *v, const definition_case *d, uint64_t *random, int64_t *clock)
{
    v->kind = (verb_kind)(lk_test_random(random) % VERBS);
    v->definition = d;
    v->from = (int64_t)(lk_test_random(random) % 10) * 4 - 2;
    v->until = v->from + 4 * (int64_t)(1 + lk_test_random(random) % 2);
    v->report = (int)(lk_test_random(random) % 6);
    v->other = v->kind == MERGE ? draw_other(v, random, clock) : NULL;
    if (v->kind <= ADD_TOO) draw_batch(&v->rows, d, random, clock);
}

static leadkpi_status report(const leadkpi_funnel *funnel, int which, leadkpi_error *error)
{
    leadkpi_status (*const calls[])(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                    leadkpi_error *) = {leadkpi_funnel_steps,      leadkpi_funnel_times,
                                                        leadkpi_funnel_leads,      leadkpi_funnel_histogram,
                                                        leadkpi_funnel_difference, leadkpi_funnel_checks};
    leadkpi_options *options = options_of("funnel_report", "by=segment");
    leadkpi_table *table = NULL;
    leadkpi_status status = calls[which](funnel, options, &table, error);
    ck_assert((table == NULL) == (status != LEADKPI_OK));
    leadkpi_table_free(table);
    leadkpi_options_free(options);
    return status;
}

/* The handle becomes the one that was read. */
static leadkpi_status save_and_read(leadkpi_funnel **funnel, const leadkpi_host *host, leadkpi_error *error)
{
    size_t size;
    leadkpi_funnel *read = NULL;
    leadkpi_status status = leadkpi_funnel_serialize(*funnel, NULL, 0, &size, error);
    if (status != LEADKPI_OK) return status;
    void *bytes = malloc(size);
    status = leadkpi_funnel_serialize(*funnel, bytes, size, NULL, error);
    if (status == LEADKPI_OK) status = leadkpi_funnel_deserialize(host, bytes, size, &read, error);
    free(bytes);
    ck_assert((read == NULL) == (status != LEADKPI_OK));
    if (status != LEADKPI_OK) return status;
    leadkpi_funnel_free(*funnel);
    *funnel = read;
    return LEADKPI_OK;
}

static leadkpi_status run(const verb *v, leadkpi_funnel **funnel, const leadkpi_host *host, leadkpi_error *error)
{
    switch (v->kind) {
    case MERGE: return leadkpi_funnel_merge(*funnel, v->other, error);
    case CLOSE: return leadkpi_funnel_close(*funnel, v->from, v->until, error);
    case SAVE: return save_and_read(funnel, host, error);
    case REPORT: return report(*funnel, v->report, error);
    default: return add_batch(*funnel, v->definition, &v->rows, error);
    }
}

/* ---- programs ----------------------------------------------------------------------------- */

static void arm_at_random(lk_fault *fault, uint64_t requests, uint64_t polls, uint64_t *random)
{
    lk_fault_arm(fault, 0, false);
    if (lk_test_random(random) % 3 == 0)
        fault->stop_at = 1 + lk_test_random(random) % (polls + 1);
    else
        lk_fault_arm(fault, 1 + lk_test_random(random) % (requests + 1), lk_test_random(random) % 2);
}

/* Until it is done. */
static void run_with_faults(const verb *v, leadkpi_funnel **funnel, lk_fault *fault, leadkpi_status expected,
                            uint64_t *random)
{
    leadkpi_error error;
    uint64_t requests = 40, polls = 4;
    blob before = state_of(*funnel);
    for (int round = 0; round < 6; round++) {
        if (round < 5) arm_at_random(fault, requests, polls, random);
        leadkpi_status status = run(v, funnel, &fault->host, &error);
        requests = fault->requests, polls = fault->polls;
        bool was_stopped = fault->stop_at && polls >= fault->stop_at, was_refused = fault->refusals > 0;
        lk_fault_arm(fault, 0, false);
        if (status == expected) break;
        ck_assert_msg(status == LEADKPI_INTERRUPTED ? was_stopped : status == LEADKPI_OUT_OF_MEMORY && was_refused,
                      "verb %d: status %d, expected %d: %s", (int)v->kind, (int)status, (int)expected,
                      error.message);
        same_state(*funnel, before, "after a failure");
    }
    free(before.bytes);
}

/* The same on a handle with a limit, which holds no more. */
static void run_with_limit(const verb *v, const leadkpi_funnel *funnel, lk_fault *fault, leadkpi_status expected,
                           uint64_t *random)
{
    leadkpi_error error;
    leadkpi_funnel *limited = NULL;
    blob before = state_of(funnel);
    leadkpi_host host = fault->host;
    host.memory_limit_bytes = 1000 + lk_test_random(random) % (8 * before.size);
    uint64_t others = fault->live_bytes;
    fault->peak_bytes = others;
    leadkpi_status status = leadkpi_funnel_deserialize(&host, before.bytes, before.size, &limited, &error);
    ck_assert_msg(status == LEADKPI_OK || status == LEADKPI_LIMIT, "%s", error.message);
    bool is_new = v->kind == SAVE || v->kind == REPORT; /* memory with a count of its own beside the handle's */
    if (status == LEADKPI_OK && !is_new) {
        status = run(v, &limited, &host, &error);
        ck_assert_msg(status == expected || status == LEADKPI_LIMIT, "%s", error.message);
        if (status == LEADKPI_LIMIT) same_state(limited, before, "beyond the limit");
    }
    leadkpi_funnel_free(limited);
    free(before.bytes);
    ck_assert_uint_eq(fault->live_bytes, others);
}

static void same_states(const leadkpi_funnel *a, const leadkpi_funnel *b, int step)
{
    char what[40];
    blob expected = state_of(b);
    snprintf(what, sizeof what, "verb %d of the program", step);
    same_state(a, expected, what);
    free(expected.bytes);
}

static void run_program(const definition_case *d, uint64_t seed)
{
    static verb v;
    uint64_t random = seed;
    int64_t clock = 0;
    lk_fault fault;
    leadkpi_funnel *clean = funnel_with(d->definition), *funnel;
    leadkpi_options *options = options_of("funnel", d->definition);
    leadkpi_error error;
    lk_fault_init(&fault);
    OK(leadkpi_funnel_create(&fault.host, options, &funnel, ok_error));
    leadkpi_options_free(options);
    for (int step = 0; step < 14; step++) {
        draw_verb(&v, d, &random, &clock);
        blob state = state_of(clean);
        leadkpi_status expected = run(&v, &clean, NULL, &error);
        if (expected != LEADKPI_OK) same_state(clean, state, "refused");
        free(state.bytes);
        run_with_limit(&v, funnel, &fault, expected, &random);
        run_with_faults(&v, &funnel, &fault, expected, &random);
        same_states(funnel, clean, step);
        leadkpi_funnel_free(v.other);
    }
    leadkpi_funnel_free(funnel);
    leadkpi_funnel_free(clean);
    lk_fault_nothing_held(&fault, d->definition);
}

START_TEST(a_verb_that_fails_changes_nothing)
{
    const char *seeds = getenv("LEADKPI_SEEDS");
    int rounds = seeds ? atoi(seeds) : lk_test_rounds(6);
    for (uint64_t seed = 0; seed < (uint64_t)rounds; seed++)
        run_program(&definitions[_i], 1000 * (uint64_t)_i + seed);
}
END_TEST

/* ---- how often the host is asked ------------------------------------------------------------ */

#define MANY 300000
#define A_PART 65536 /* of the rows, after which it is asked as a rule */

/* How many times the many events have. */
static int64_t instants = MANY;

/* A definition of 6 steps has events of any of them: 64 sets of steps, too many to be packed. */
static int64_t steps_of_event(const char *definition, int64_t i)
{
    return strstr(definition, "E,F;") ? i % 64 : INT64_C(1) << i % 4;
}

/* MANY events of so many leads, in no order. */
static leadkpi_status add_many_events(leadkpi_funnel *funnel, const char *definition, int64_t leads,
                                      int64_t first_lead, leadkpi_error *error)
{
    static int64_t ids[MANY], times[MANY], steps[MANY];
    leadkpi_table *table;
    for (int64_t i = 0; i < MANY; i++) {
        ids[i] = first_lead + i % leads;
        times[i] = i * 7919 % instants;
        steps[i] = steps_of_event(definition, i);
    }
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "steps", NUL, steps, MANY, 0, NULL, ok_error));
    leadkpi_status status = leadkpi_funnel_add(funnel, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

static leadkpi_funnel *with_many_events(const leadkpi_host *host, const char *definition, int64_t leads,
                                        int64_t first_lead)
{
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", definition);
    OK(leadkpi_funnel_create(host, options, &funnel, ok_error));
    leadkpi_options_free(options);
    OK(add_many_events(funnel, definition, leads, first_lead, ok_error));
    return funnel;
}

static void was_asked(lk_fault *fault, uint64_t least, const char *what)
{
    ck_assert_msg(fault->polls >= least, "%s: asked %d times, expected %d at least", what, (int)fault->polls,
                  (int)least);
    lk_fault_arm(fault, 0, false);
}

static leadkpi_status add_one_event(leadkpi_funnel *funnel, int64_t lead, leadkpi_error *error)
{
    int64_t time = MANY, step = 1;
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, &lead, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &time, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "steps", NUL, &step, 1, 0, NULL, ok_error));
    leadkpi_status status = leadkpi_funnel_add(funnel, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

static void asks_while_it_is_saved_and_read(const leadkpi_funnel *funnel, lk_fault *fault, uint64_t parts)
{
    size_t size;
    leadkpi_funnel *read;
    lk_fault_arm(fault, 0, false);
    OK(leadkpi_funnel_serialize(funnel, NULL, 0, &size, ok_error));
    was_asked(fault, parts, "size");
    void *bytes = malloc(size);
    OK(leadkpi_funnel_serialize(funnel, bytes, size, NULL, ok_error));
    was_asked(fault, 2 * parts, "serialize");
    OK(leadkpi_funnel_deserialize(&fault->host, bytes, size, &read, ok_error));
    was_asked(fault, parts, "deserialize");
    leadkpi_funnel_free(read);
    free(bytes);
}

/* One row after which numbers that were too large are small: room for them, and a look at each. */
START_TEST(the_host_is_asked_while_one_row_makes_many_numbers_small)
{
    static const char rule[] = "steps=A,B,C,D; window=9us; input=time";
    const int64_t first = 3 * MANY;
    lk_fault fault;
    leadkpi_error error;
    leadkpi_status status = LEADKPI_INTERRUPTED;
    lk_fault_init(&fault);
    instants = 1;
    leadkpi_funnel *funnel = with_many_events(&fault.host, rule, MANY, first);
    leadkpi_funnel *clean = with_many_events(NULL, rule, MANY, first);
    instants = MANY;
    blob before = state_of(funnel);
    uint64_t stop = 0;
    while (status == LEADKPI_INTERRUPTED) {
        lk_fault_stop_at(&fault, ++stop);
        status = add_one_event(funnel, first - 1, &error);
        if (status == LEADKPI_INTERRUPTED) same_state(funnel, before, "stopped");
    }
    ck_assert_int_eq(status, LEADKPI_OK);
    ck_assert_uint_gt(stop, 4 * MANY / A_PART + MANY / A_PART);
    lk_fault_arm(&fault, 0, false);
    OK(add_one_event(funnel, first, ok_error));
    OK(add_one_event(clean, first - 1, ok_error));
    OK(add_one_event(clean, first, ok_error));
    same_states(funnel, clean, 0);
    free(before.bytes);
    leadkpi_funnel_free(clean);
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&fault, rule);
}
END_TEST

/* Rows are looked through, and there is room of a few words for each of their leads. */
START_TEST(the_host_is_asked_while_many_leads_come_to_others)
{
    static const char rule[] = "steps=A,B,C,D; window=9us; input=time; ids=hashed";
    lk_fault fault;
    lk_fault_init(&fault);
    instants = 1;
    leadkpi_funnel *funnel = with_many_events(&fault.host, rule, 1, 0);
    lk_fault_arm(&fault, 0, false);
    OK(add_many_events(funnel, rule, MANY, 1, ok_error));
    was_asked(&fault, MANY / A_PART + 8 * (MANY / A_PART), "add");
    instants = MANY;
    leadkpi_funnel_free(funnel);
}
END_TEST

/* Where an event brings the steps before its own, it is as much work as two and a half. */
START_TEST(the_host_is_asked_by_events_not_by_leads)
{
    static const char *const rules[] = {"steps=A,B,C,D; window=9us", "steps=A,B,C,D; window=9us; same_event=many",
                                        "steps=A,B,C,D; window=9us; same_event=many; skips=implied"};
    const uint64_t parts = (_i == 2 ? 2 : 1) * (MANY / A_PART);
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = with_many_events(&fault.host, rules[_i], 1, 5);
    leadkpi_table *report;
    asks_while_it_is_saved_and_read(funnel, &fault, MANY / A_PART);
    leadkpi_options *before = options_of("funnel_report", "as_of=1970-01-01T00:00:00.29Z");
    lk_fault_arm(&fault, 0, false);
    OK(leadkpi_funnel_leads(funnel, before, &report, ok_error));
    was_asked(&fault, parts, "a report as of a time");
    leadkpi_table_free(report), leadkpi_options_free(before);
    leadkpi_options *any = options_of("funnel_report", "by=segment; breakdown=any");
    lk_fault_arm(&fault, 0, false);
    OK(leadkpi_funnel_steps(funnel, any, &report, ok_error));
    was_asked(&fault, parts, "a report by any segment");
    leadkpi_table_free(report), leadkpi_options_free(any);
    OK(leadkpi_funnel_close(funnel, 0, 1000, ok_error));
    lk_fault_arm(&fault, 0, false);
    OK(leadkpi_funnel_steps(funnel, NULL, &report, ok_error));
    was_asked(&fault, parts, "a report");
    leadkpi_table_free(report);
    OK(leadkpi_funnel_close(funnel, LEADKPI_FUNNEL_BEGINNING, MANY, ok_error));
    was_asked(&fault, MANY / A_PART + parts, "close");
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&fault, rules[_i]);
}
END_TEST

/* A block of 64 steps is as much work as a thousand events. */
START_TEST(the_host_is_asked_by_what_is_closed)
{
    enum { LEADS = 2000, WORDS = 300 };
    static const char rule[] = "window=9us; steps=A,B,C,D,a5,a6,a7,a8,a9,b0,b1,b2,b3,b4,b5,b6,b7,b8,b9,c0,c1,c2,c3,c4";
    const uint64_t parts = (uint64_t)LEADS * WORDS / A_PART;
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *a = with_many_events(&fault.host, rule, LEADS, 0);
    leadkpi_funnel *b = with_many_events(&fault.host, rule, LEADS, LEADS);
    OK(leadkpi_funnel_close(a, 0, MANY, ok_error));
    OK(leadkpi_funnel_close(b, 0, MANY, ok_error));
    asks_while_it_is_saved_and_read(a, &fault, parts);
    OK(leadkpi_funnel_merge(a, b, ok_error));
    was_asked(&fault, 2 * parts, "merge");
    OK(leadkpi_funnel_close(a, LEADKPI_FUNNEL_BEGINNING, INT64_MAX, ok_error));
    was_asked(&fault, 2 * parts, "close");
    leadkpi_funnel_free(a);
    leadkpi_funnel_free(b);
    lk_fault_nothing_held(&fault, rule);
}
END_TEST

static const char few_codes[] = "steps=A,B,C,D; window=9us";
static const char many_codes[] = "steps=A,B,C,D,E,F; window=9us; same_event=many";
#define FAR INT64_C(1000000007) /* no small number: such leads are not added by their numbers */

/* The events of one lead are counted, moved, and put in order by a byte or a comparison at a time. */
START_TEST(the_host_is_asked_while_one_lead_is_put_in_order)
{
    static const char *const rules[] = {few_codes, few_codes, many_codes};
    static const int64_t leads[] = {5, FAR, 5};
    const uint64_t passes = 8, parts = MANY / A_PART;
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = with_many_events(&fault.host, rules[_i], 1, leads[_i]);
    was_asked(&fault, passes * parts, "add");
    leadkpi_funnel *other = with_many_events(NULL, rules[_i], 1, leads[_i]);
    OK(leadkpi_funnel_merge(funnel, other, ok_error));
    was_asked(&fault, 2 * passes * parts, "merge");
    OK(add_many_events(other, rules[_i], 1, leads[_i], ok_error));
    blob expected = state_of(other);
    same_state(funnel, expected, "merged");
    free(expected.bytes);
    leadkpi_funnel_free(funnel);
    leadkpi_funnel_free(other);
    lk_fault_nothing_held(&fault, rules[_i]);
}
END_TEST

/* Items are gathered, get the end of their window, and are looked through: by most rules once, by some once a step. */
START_TEST(the_host_is_asked_by_items_under_every_rule)
{
    static const struct {
        const char *rule;
        int64_t instants;
        int passes;
    } cases[] = {
        {"order=unordered", MANY, 3},
        {"order=anchored", MANY, 3},
        {"order=anchored; entry=every", MANY, 5},
        {"order=open", MANY, 3},
        {"order=adjacent", MANY, 4},
        {"gap=1us", MANY, 5},
        {"session=1us; sessions=2", MANY, 5},
        {"window_days=2", MANY, 3},
        {"compat=clickhouse; window=1s", MANY, 3},
        {"same_event=many", MANY, 3},
        {"same_event=many", 1, 7},
        {"compat=clickhouse; window=1s; modes=strict_deduplication", 1, 7},
    };
    char rule[200];
    lk_fault fault;
    leadkpi_table *report;
    lk_fault_init(&fault);
    instants = cases[_i].instants;
    snprintf(rule, sizeof rule, "steps=A,B,C,D,E,F; %s", cases[_i].rule);
    if (!strstr(rule, "many")) snprintf(rule, sizeof rule, "steps=A,B,C,D; %s", cases[_i].rule);
    leadkpi_funnel *funnel = with_many_events(&fault.host, rule, 1, 5);
    lk_fault_arm(&fault, 0, false);
    OK(leadkpi_funnel_steps(funnel, NULL, &report, ok_error));
    was_asked(&fault, (uint64_t)cases[_i].passes * (MANY / A_PART), cases[_i].rule);
    leadkpi_table_free(report);
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&fault, rule);
}
END_TEST

enum { A_ROW, A_RANGE, OTHER_LEADS, SAME_LEADS, AS_MANY_ROWS };

static const struct long_verb {
    int kind;
    const char *rule;
    int64_t leads, first_lead;
} long_verbs[] = {
    {A_ROW, few_codes, 900, 0},        {A_RANGE, few_codes, 900, 0},      {OTHER_LEADS, few_codes, 900, 0},
    {SAME_LEADS, few_codes, 900, 0},   {SAME_LEADS, many_codes, 1, FAR},  {AS_MANY_ROWS, few_codes, 1, FAR},
    {AS_MANY_ROWS, few_codes, 9000, 0}, {AS_MANY_ROWS, many_codes, 900, 0},
};

static leadkpi_status run_long(const struct long_verb *v, leadkpi_funnel *funnel, const leadkpi_funnel *other,
                               leadkpi_error *error)
{
    static const row late = {7, MANY, 0, 1, 0, NULL};
    if (v->kind == A_ROW) return add_rows(funnel, &late, 1, 0, NULL, error);
    if (v->kind == A_RANGE) return leadkpi_funnel_close(funnel, 100, MANY / 2, error);
    if (v->kind == AS_MANY_ROWS) return add_many_events(funnel, v->rule, v->leads, v->first_lead, error);
    return leadkpi_funnel_merge(funnel, other, error);
}

/* At every question that is asked, or at one of seven where there are many. */
START_TEST(a_long_verb_that_is_stopped_changes_nothing)
{
    const struct long_verb *v = &long_verbs[_i];
    const bool asks_often = v->kind >= SAME_LEADS;
    lk_fault fault;
    leadkpi_error error;
    leadkpi_status status = LEADKPI_INTERRUPTED;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = with_many_events(&fault.host, v->rule, v->leads, v->first_lead);
    leadkpi_funnel *other =
        with_many_events(NULL, v->rule, v->leads, v->kind == OTHER_LEADS ? v->leads : v->first_lead);
    blob before = state_of(funnel);
    uint64_t stop = 0;
    while (status == LEADKPI_INTERRUPTED) {
        lk_fault_stop_at(&fault, stop += asks_often ? 7 : 1);
        status = run_long(v, funnel, other, &error);
        lk_fault_arm(&fault, 0, false);
        if (status == LEADKPI_INTERRUPTED) same_state(funnel, before, "stopped");
    }
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    ck_assert_uint_gt(stop, (asks_often ? 8 : 1) * (MANY / A_PART));
    free(before.bytes);
    leadkpi_funnel_free(funnel);
    leadkpi_funnel_free(other);
    lk_fault_nothing_held(&fault, "a long verb");
}
END_TEST

/* Half the events are summaries before, of which there are as many afterwards. */
START_TEST(closing_over_what_is_closed_holds_the_new_summaries_once)
{
    enum { LEADS = 2000, SUMMARY = 8 * (4 + 9 + 45), LITTLE = 40000 };
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = with_many_events(&fault.host, "window=9us; steps=A,B,C,D,E,F,G,H,I,J", LEADS, 0);
    OK(leadkpi_funnel_close(funnel, 0, MANY / 10 * 9, ok_error));
    uint64_t before = fault.peak_bytes = fault.live_bytes, events = MANY / 10;
    OK(leadkpi_funnel_close(funnel, LEADKPI_FUNNEL_BEGINNING, INT64_MAX, ok_error));
    ck_assert_uint_le(fault.peak_bytes - before, 16 * events + (4 + SUMMARY) * LEADS + LITTLE);
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&fault, "closing");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("funnel faults");
    TCase *tcase = tcase_create("funnel faults");
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, a_verb_that_fails_changes_nothing, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, the_host_is_asked_by_events_not_by_leads, 0, 3);
    tcase_add_test(tcase, the_host_is_asked_by_what_is_closed);
    tcase_add_test(tcase, the_host_is_asked_while_one_row_makes_many_numbers_small);
    tcase_add_test(tcase, the_host_is_asked_while_many_leads_come_to_others);
    tcase_add_loop_test(tcase, the_host_is_asked_while_one_lead_is_put_in_order, 0, 3);
    tcase_add_loop_test(tcase, the_host_is_asked_by_items_under_every_rule, 0, 12);
    tcase_add_loop_test(tcase, a_long_verb_that_is_stopped_changes_nothing, 0,
                        (int)(sizeof long_verbs / sizeof long_verbs[0]));
    tcase_add_test(tcase, closing_over_what_is_closed_holds_the_new_summaries_once);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
