/* Many rows of leads that are small numbers go into an empty funnel in a way of their own, and stay
 * in order: nothing that can be seen depends on it. A few rows at a time never take that way. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"
#include "../support/tables.h"

enum {
    ROWS = 15000,
    ROWS_MOST = 70000,
    FEW = 200,
    STEPS = 4,
    KINDS = STEPS + 2
};

typedef struct rows {
    int64_t ids[ROWS_MOST], times[ROWS_MOST], steps[ROWS_MOST];
    const char *names[ROWS_MOST];
    size_t count;
} rows;

static const char *const names[KINDS] = {"A", "B", "C", "D", "x", "z"};

typedef int64_t (*drawn_id)(uint64_t *random);

/* Of more leads than a part has; the first has thousands of rows, most have one or two. */
static int64_t dense(uint64_t *random)
{
    return lk_test_random(random) % 3 ? (int64_t)(lk_test_random(random) % 9000) : 0;
}

static int64_t few(uint64_t *random)
{
    return (int64_t)(lk_test_random(random) % 500);
}

static int64_t sparse(uint64_t *random)
{
    return (int64_t)(lk_test_random(random) % 4000) * 3 + 2;
}

static int64_t any_number(uint64_t *random)
{
    return (int64_t)lk_test_random(random);
}

static int64_t seldom_negative(uint64_t *random)
{
    return lk_test_random(random) % 9000 ? (int64_t)(lk_test_random(random) % 700) : -1;
}

/* Few times, so that rows tie; leads from 100 to 199 have rows that mean nothing alone. */
static void draw(rows *r, size_t count, drawn_id id, int many_steps)
{
    uint64_t random = 77;
    r->count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t kind = lk_test_random(&random) % KINDS;
        r->ids[i] = id(&random);
        r->times[i] = (int64_t)(lk_test_random(&random) % 300) - 40;
        if (r->ids[i] >= 100 && r->ids[i] < 200) kind = KINDS - 1;
        r->names[i] = names[kind];
        r->steps[i] = kind < STEPS ? INT64_C(1) << kind : 0;
        if (many_steps) r->steps[i] = (int64_t)(lk_test_random(&random) % 64);
    }
}

static leadkpi_funnel *read_back(leadkpi_funnel *funnel)
{
    leadkpi_funnel *read;
    blob state;
    OK(leadkpi_funnel_serialize(funnel, NULL, 0, &state.size, ok_error));
    state.bytes = malloc(state.size);
    OK(leadkpi_funnel_serialize(funnel, state.bytes, state.size, NULL, ok_error));
    OK(leadkpi_funnel_deserialize(NULL, state.bytes, state.size, &read, ok_error));
    free(state.bytes);
    leadkpi_funnel_free(funnel);
    return read;
}

typedef enum form {
    AS_STEPS,
    AS_NAMES
} form;

static leadkpi_table *table_of(const rows *r, size_t start, size_t count, form as)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, r->ids + start, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, r->times + start, count, 0, NULL,
                                      ok_error));
    if (as == AS_STEPS)
        OK(leadkpi_table_borrow_int64(table, "steps", NUL, r->steps + start, count, 0, NULL,
                                      ok_error));
    else
        OK(leadkpi_table_copy_strings(table, "event", NUL, r->names + start, count, ok_error));
    return table;
}

static leadkpi_status add(leadkpi_funnel *funnel, const rows *r, size_t start, size_t count,
                          form as, leadkpi_error *error)
{
    leadkpi_table *table = table_of(r, start, count, as);
    leadkpi_status status = leadkpi_funnel_add(funnel, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

static leadkpi_funnel *made_on(const leadkpi_host *host, const char *definition)
{
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", definition);
    OK(leadkpi_funnel_create(host, options, &funnel, ok_error));
    leadkpi_options_free(options);
    return funnel;
}

static leadkpi_funnel *a_few_at_a_time(const rows *r, const char *definition, form as)
{
    leadkpi_funnel *funnel = made_on(NULL, definition);
    for (size_t start = 0; start < r->count; start += FEW)
        OK(add(funnel, r, start, r->count - start < FEW ? r->count - start : FEW, as, ok_error));
    return funnel;
}

static leadkpi_funnel *imported(const rows *r, const char *definition, form as)
{
    leadkpi_funnel *funnel = made_on(NULL, definition);
    OK(add(funnel, r, 0, r->count, as, ok_error));
    return funnel;
}

static void have_same_cells(const leadkpi_table *a, const leadkpi_table *b, const char *what)
{
    size_t count = leadkpi_table_row_count(a);
    ck_assert_msg(count == leadkpi_table_row_count(b), "%s: %zu rows, %zu", what, count, leadkpi_table_row_count(b));
    for (size_t row = 0; row < count; row++)
        for (int32_t column = 0; column < leadkpi_table_column_count(a); column++)
            ck_assert_msg(same_cell(a, b, column, row), "%s: row %zu, column %d", what, row, (int)column);
}

/* Some of them of levels that the funnel may know, others of those before a time. */
static void have_same_steps(const leadkpi_funnel *a, const leadkpi_funnel *b, const char *what)
{
    static const char *const reports[] = {"", "mature=true", "as_of=1970-01-01T00:00:00.00015Z",
                                          "as_of=1970-01-01T00:00:00.00027Z", "as_of=1970-01-01T00:00:01Z"};
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        leadkpi_options *options = options_of("funnel_report", reports[i]);
        leadkpi_table *steps[2];
        leadkpi_error error;
        leadkpi_status status = leadkpi_funnel_steps(a, options, &steps[0], &error);
        ck_assert_int_eq(leadkpi_funnel_steps(b, options, &steps[1], &error), status);
        leadkpi_options_free(options);
        if (status != LEADKPI_OK) continue; /* mature without a window; before what is closed */
        have_same_cells(steps[0], steps[1], what);
        leadkpi_table_free(steps[0]), leadkpi_table_free(steps[1]);
    }
}

/* By state, and by reports, which a state does not go through. */
static void are_same(const leadkpi_funnel *a, const leadkpi_funnel *b, const char *what)
{
    const leadkpi_funnel *both[] = {a, b};
    blob states[2];
    leadkpi_table *leads[2];
    for (int i = 0; i < 2; i++) {
        OK(leadkpi_funnel_serialize(both[i], NULL, 0, &states[i].size, ok_error));
        states[i].bytes = malloc(states[i].size);
        OK(leadkpi_funnel_serialize(both[i], states[i].bytes, states[i].size, NULL, ok_error));
        OK(leadkpi_funnel_leads(both[i], NULL, &leads[i], ok_error));
    }
    ck_assert_msg(states[0].size == states[1].size &&
                      memcmp(states[0].bytes, states[1].bytes, states[0].size) == 0,
                  "%s: other bytes", what);
    have_same_cells(leads[0], leads[1], what);
    have_same_steps(a, b, what);
    for (int i = 0; i < 2; i++) free(states[i].bytes), leadkpi_table_free(leads[i]);
}

static const struct {
    const char *what, *definition;
    drawn_id id;
    size_t count;
    form as;
    int many_steps;
} imports[] = {
    {"dense", "steps=A,B,C,D; window=20us", dense, ROWS, AS_STEPS, 0},
    {"the least rows", "steps=A,B,C,D; window=20us", few, 256, AS_STEPS, 0},
    {"a row less", "steps=A,B,C,D; window=20us", few, 255, AS_STEPS, 0},
    {"every third number", "steps=A,B,C,D; window=20us", sparse, ROWS, AS_STEPS, 0},
    {"any number", "steps=A,B,C,D; window=20us", any_number, 2000, AS_STEPS, 0},
    {"a negative one among them", "steps=A,B,C,D; window=20us", seldom_negative, ROWS, AS_STEPS, 0},
    {"hashed", "steps=A,B,C,D; window=20us; ids=hashed", few, 2000, AS_STEPS, 0},
    {"names", "steps=A,B,C,D; exclude=x", few, 4000, AS_NAMES, 0},
    {"names of which none counts", "steps=P,Q", few, 4000, AS_NAMES, 0},
    {"foreign events are kept", "steps=A,B,C,D; order=adjacent", few, 4000, AS_NAMES, 0},
    {"64 meanings", "steps=A,B,C,D,E,F; same_event=many", few, 4000, AS_STEPS, 1},
};
#define IMPORT_COUNT (int)(sizeof imports / sizeof imports[0])

START_TEST(an_import_is_its_rows_a_few_at_a_time)
{
    static rows r;
    draw(&r, imports[_i].count, imports[_i].id, imports[_i].many_steps);
    leadkpi_funnel *all = imported(&r, imports[_i].definition, imports[_i].as);
    leadkpi_funnel *some = a_few_at_a_time(&r, imports[_i].definition, imports[_i].as);
    are_same(all, some, imports[_i].what);
    OK(add(all, &r, 5, 300, imports[_i].as, ok_error));
    OK(add(some, &r, 5, 300, imports[_i].as, ok_error));
    are_same(all, some, "and more rows");
    leadkpi_funnel_free(all), leadkpi_funnel_free(some);
}
END_TEST

enum { SHARDS = 3 };

/* By lead, or by row. */
static void keep_shard(const rows *r, int shard, int by_row, rows *part)
{
    part->count = 0;
    for (size_t i = 0; i < r->count; i++) {
        if ((by_row ? (int64_t)i : r->ids[i]) % SHARDS != shard) continue;
        part->ids[part->count] = r->ids[i];
        part->times[part->count] = r->times[i];
        part->steps[part->count++] = r->steps[i];
    }
}

static const char plain[] = "steps=A,B,C,D; window=20us";

START_TEST(imports_merge_to_the_import_of_all)
{
    static rows r, part;
    draw(&r, ROWS, dense, 0);
    leadkpi_funnel *expected = a_few_at_a_time(&r, plain, AS_STEPS), *whole = made_on(NULL, plain);
    for (int shard = 0; shard < SHARDS; shard++) {
        keep_shard(&r, shard, _i, &part);
        leadkpi_funnel *worker = imported(&part, plain, AS_STEPS);
        OK(leadkpi_funnel_merge(whole, worker, ok_error));
        leadkpi_funnel_free(worker);
    }
    are_same(whole, expected, "merged");
    OK(leadkpi_funnel_close(whole, 0, 100, ok_error));
    OK(leadkpi_funnel_close(expected, 0, 100, ok_error));
    are_same(whole, expected, "merged and closed");
    leadkpi_funnel_free(whole), leadkpi_funnel_free(expected);
}
END_TEST

/* ---- other codes --------------------------------------------------------------------------- */

static const struct {
    const char *definition;
    int sets_per_shard; /* how many sets of steps the rows of a shard draw from */
    int shared;         /* how many of them are those of the next shard */
} codes[] = {
    {"steps=A,B,C,D,E,F; window=20us", 2, 0},
    {"steps=A,B,C,D,E,F; window=20us", 2, 2},
    {"steps=A,B,C,D,E,F", 2, 1},
    {"steps=A,B,C,D,E,F; window=20us; same_event=many", 9, 0},
    {"steps=A,B,C,D,E,F; window=20us; same_event=many", 9, 4},
    {"steps=A,B,C,D,E,F; window=20us; same_event=many", 16, 0}, /* more than can be packed, in all */
    {"steps=A,B,C,D,E,F; window=20us; same_event=many", 40, 0}, /* and of each shard */
};
#define CODES_COUNT (int)(sizeof codes / sizeof codes[0])

/* Sets come in no order, and other ones in each shard; sometimes a lead has nothing but rows of none. */
static void draw_codes(rows *r, int which)
{
    uint64_t random = 5 + (uint64_t)which;
    int per_shard = codes[which].sets_per_shard, step = per_shard - codes[which].shared;
    draw(r, 6000, dense, 0);
    for (size_t i = 0; i < r->count; i++) {
        int set = (int)(r->ids[i] % SHARDS) * step + (int)(lk_test_random(&random) % (uint64_t)per_shard);
        r->steps[i] = per_shard == 2 ? INT64_C(1) << (5 - set) % 6 : (int64_t)(set * 37 + 11) % 64;
        if (r->ids[i] % 50 == 7) r->steps[i] = 0;
    }
}

/* `order`: 0: from nothing; 1: to the first shard; 2: the same, by states. */
static leadkpi_funnel *merge_shards(const rows *r, const char *definition, int order)
{
    static rows part;
    leadkpi_funnel *whole = order ? NULL : made_on(NULL, definition);
    for (int shard = 0; shard < SHARDS; shard++) {
        keep_shard(r, shard, 0, &part);
        leadkpi_funnel *worker = imported(&part, definition, AS_STEPS);
        if (order == 2) worker = read_back(worker);
        if (whole) {
            OK(leadkpi_funnel_merge(whole, worker, ok_error));
            leadkpi_funnel_free(worker);
        } else {
            whole = worker;
        }
    }
    return whole;
}

START_TEST(imports_of_other_codes_merge_to_the_import_of_all)
{
    static rows r;
    int which = _i / 3;
    draw_codes(&r, which);
    const char *definition = codes[which].definition;
    leadkpi_funnel *expected = a_few_at_a_time(&r, definition, AS_STEPS);
    leadkpi_funnel *whole = merge_shards(&r, definition, _i % 3);
    are_same(whole, expected, definition);
    for (int more = 0; more < 2; more++) { /* the second one finds what the first has left */
        OK(add(whole, &r, 5, 300, AS_STEPS, ok_error));
        OK(add(expected, &r, 5, 150, AS_STEPS, ok_error));
        OK(add(expected, &r, 155, 150, AS_STEPS, ok_error));
        are_same(whole, expected, "and more rows");
    }
    leadkpi_funnel_free(whole), leadkpi_funnel_free(expected);
}
END_TEST

START_TEST(what_is_closed_of_an_import_is_gone_from_it)
{
    static rows r;
    draw_codes(&r, _i);
    leadkpi_funnel *all = imported(&r, codes[_i].definition, AS_STEPS);
    leadkpi_funnel *some = a_few_at_a_time(&r, codes[_i].definition, AS_STEPS);
    static const int64_t until[] = {0, 90, 500};
    for (int i = 0; i < 3; i++) {
        OK(leadkpi_funnel_close(all, i ? until[i - 1] : -100, until[i], ok_error));
        OK(leadkpi_funnel_close(some, i ? until[i - 1] : -100, until[i], ok_error));
        are_same(all, some, "closed");
    }
    leadkpi_funnel_free(all), leadkpi_funnel_free(some);
}
END_TEST

/* The rows before a bad one leave no trace, whatever an add before them made room for. */
START_TEST(an_import_that_is_refused_leaves_nothing)
{
    static rows r;
    static int64_t sequences[ROWS];
    leadkpi_error error;
    draw(&r, 3000, few, 0);
    leadkpi_funnel *funnel = made_on(NULL, plain), *expected = imported(&r, plain, AS_STEPS);
    OK(add(funnel, &r, 0, 0, AS_STEPS, ok_error));
    r.steps[2999] = 1 << STEPS;
    for (int with_sequence = 0; with_sequence < 2; with_sequence++) {
        leadkpi_table *table = table_of(&r, 0, r.count, AS_STEPS);
        for (size_t i = 0; i < r.count; i++) sequences[i] = (int64_t)(r.count - i);
        if (with_sequence)
            OK(leadkpi_table_borrow_int64(table, "sequence", NUL, sequences, r.count, 0, NULL,
                                          ok_error));
        ck_assert_int_eq(leadkpi_funnel_add(funnel, table, NULL, 0, &error), LEADKPI_BAD_DATA);
        ck_assert_int_eq(error.row, 2999);
        leadkpi_table_free(table);
    }
    draw(&r, 3000, few, 0);
    OK(add(funnel, &r, 0, r.count, AS_STEPS, ok_error));
    are_same(funnel, expected, "after two that were refused");
    r.steps[2999] = 1 << STEPS;
    ck_assert_int_eq(add(funnel, &r, 0, r.count, AS_STEPS, &error), LEADKPI_BAD_DATA);
    are_same(funnel, expected, "before one that is refused");
    OK(add(funnel, &r, 0, 9, AS_STEPS, ok_error));
    OK(add(expected, &r, 0, 9, AS_STEPS, ok_error));
    are_same(funnel, expected, "and more rows");
    leadkpi_funnel_free(funnel), leadkpi_funnel_free(expected);
}
END_TEST

/* ---- segments ---------------------------------------------------------------------------- */

/* The rows of a table without segments have none, also where tables before it had some. */
START_TEST(rows_without_segments_come_after_rows_with_them)
{
    static rows r;
    static const char *segments[ROWS];
    draw(&r, 3000, few, 0);
    leadkpi_funnel *with = made_on(NULL, plain), *with_nulls = made_on(NULL, plain);
    for (int second = 0; second < 2; second++) {
        size_t start = second ? 1500 : 0;
        for (size_t i = 0; i < 1500; i++) segments[i] = second ? NULL : names[i % KINDS];
        leadkpi_table *table = table_of(&r, start, 1500, AS_STEPS);
        OK(leadkpi_table_copy_strings(table, "segment", NUL, segments, 1500, ok_error));
        OK(leadkpi_funnel_add(with_nulls, table, NULL, 0, ok_error));
        if (second)
            OK(add(with, &r, start, 1500, AS_STEPS, ok_error));
        else
            OK(leadkpi_funnel_add(with, table, NULL, 0, ok_error));
        leadkpi_table_free(table);
    }
    are_same(with, with_nulls, "a column of nulls and none");
    leadkpi_funnel_free(with), leadkpi_funnel_free(with_nulls);
}
END_TEST

/* A funnel that never had a table tells its columns as one that had an empty table does. */
START_TEST(no_table_is_an_empty_table)
{
    static rows r;
    static const char *const definitions[] = {plain, "steps=A,B,C,D; ids=hashed"};
    leadkpi_table *tables[2];
    leadkpi_funnel *none = made_on(NULL, definitions[_i]), *empty = made_on(NULL, definitions[_i]);
    OK(add(empty, &r, 0, 0, AS_STEPS, ok_error));
    OK(leadkpi_funnel_checks(none, NULL, &tables[0], ok_error));
    OK(leadkpi_funnel_checks(empty, NULL, &tables[1], ok_error));
    same_table(tables[0], tables[1], "checks");
    leadkpi_table_free(tables[0]), leadkpi_table_free(tables[1]);
    leadkpi_funnel_free(none), leadkpi_funnel_free(empty);
}
END_TEST

/* ---- rows in order of time ------------------------------------------------------------- */

static int in_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum {
    MANY_NAMES = 300,
    MANY_STEPS = 60
};

/* Two steps each: more meanings than a byte has values. */
static int64_t steps_of_name(int name)
{
    return INT64_C(1) << name % MANY_STEPS | INT64_C(1)
                                                 << (name + 1 + name / MANY_STEPS) % MANY_STEPS;
}

static const char *definition_of_many(char texts[MANY_NAMES][8])
{
    static char definition[1 << 14];
    strcpy(definition, "window=20us; input=time; same_event=many; steps=");
    for (int name = 0; name < MANY_NAMES; name++)
        snprintf(texts[name], sizeof texts[name], "n%d", name);
    for (int step = 0; step < MANY_STEPS; step++) {
        const char *before = step ? "," : "";
        for (int name = 0; name < MANY_NAMES; name++) {
            if (!(steps_of_name(name) >> step & 1)) continue;
            strcat(definition, before), strcat(definition, texts[name]);
            before = "|";
        }
    }
    return definition;
}

START_TEST(names_in_order_of_time_are_the_steps_they_stand_for)
{
    static rows r;
    static char texts[MANY_NAMES][8];
    const char *definition = "steps=A,B,C,D; window=20us; input=time";
    draw(&r, 20000, few, 0);
    qsort(r.times, r.count, sizeof r.times[0], in_order);
    if (_i == 1) {
        definition = definition_of_many(texts);
        for (size_t i = 0; i < r.count; i++) {
            r.names[i] = texts[i * i % MANY_NAMES];
            r.steps[i] = steps_of_name((int)(i * i % MANY_NAMES));
        }
    }
    leadkpi_funnel *named = imported(&r, definition, AS_NAMES),
                   *stepped = imported(&r, definition, AS_STEPS);
    are_same(named, stepped, "names and steps");
    leadkpi_funnel_free(named), leadkpi_funnel_free(stepped);
}
END_TEST

/* Numbers that come in all ways in which what looks them up may have to grow. */
static void number_leads(rows *r, int way)
{
    int64_t count = (int64_t)r->count;
    for (int64_t i = 0; i < count; i++) {
        int64_t numbers[] = {i / 3, (count - i) / 3, i * 4, i * i % 5003 + i / 100 * (i / 100) * 2,
                             i % 7 ? i / 5 : INT64_MAX - i / 9, i < 5000 ? i % 900 - 450 : i / 2,
                             i < 20000 ? i % 10 * 1000003 + i : i / 4};
        r->ids[i] = numbers[way];
    }
}
#define NUMBER_WAYS 7

static const char in_time[] = "steps=A,B,C,D; window=20us; input=time";

static void draw_in_time(rows *r, size_t count)
{
    draw(r, count, dense, 0);
    qsort(r->times, r->count, sizeof r->times[0], in_order);
}

START_TEST(numbers_of_leads_may_rise_and_fall_and_leap)
{
    static rows r;
    const char *definition = _i % 2 ? in_time : "steps=A,B,C,D; window=20us";
    draw_in_time(&r, ROWS_MOST);
    number_leads(&r, _i / 2);
    leadkpi_funnel *all = imported(&r, definition, AS_STEPS),
                   *some = a_few_at_a_time(&r, definition, AS_STEPS);
    are_same(all, some, "numbers");
    leadkpi_funnel_free(all), leadkpi_funnel_free(some);
}
END_TEST

/* ---- memory that is not to be had ------------------------------------------------------ */

typedef struct fault_context {
    rows r;
    leadkpi_funnel *other;
    const char *definition;
    form as;
    leadkpi_funnel *funnel;
    int tries;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    f->funnel = made_on(host, f->definition);
}

static leadkpi_status act_import(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return add(f->funnel, &f->r, 0, f->r.count, f->as, error);
}

static void save(const leadkpi_funnel *funnel, lk_fault_bytes *bytes)
{
    OK(leadkpi_funnel_serialize(funnel, NULL, 0, &bytes->length, ok_error));
    bytes->data = malloc(bytes->length);
    OK(leadkpi_funnel_serialize(funnel, bytes->data, bytes->length, NULL, ok_error));
}

static void state(void *context, lk_fault_bytes *bytes)
{
    save(((fault_context *)context)->funnel, bytes);
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_funnel_free(f->funnel);
}

START_TEST(whichever_allocation_fails_an_import_is_whole_or_none)
{
    static fault_context f;
    draw(&f.r, 600, few, 0);
    f.definition = _i ? "steps=A,B,C,D; window=20us; input=time" : plain;
    f.as = _i ? AS_NAMES : AS_STEPS;
    if (_i) qsort(f.r.times, f.r.count, sizeof f.r.times[0], in_order);
    lk_fault_case fault = {"import", set_up, act_import, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

/* The first rows and the last ones but one reach step 1, those between them any of the first steps, and the last
 * row alone one step more. With some numbers of steps there is room for just so many sets of them. */
static void draw_sets(rows *r, int steps)
{
    uint64_t random = 5;
    r->count = 1500;
    for (size_t i = 0; i < r->count; i++) {
        bool between = i >= 1100 && i < 1450;
        r->ids[i] = (int64_t)(lk_test_random(&random) % 50);
        r->times[i] = (int64_t)i;
        r->steps[i] = between ? 1 + (int64_t)(lk_test_random(&random) >> (64 - steps)) : 1;
        if (between && i < 1100 + (size_t)steps) r->steps[i] = INT64_C(1) << (i - 1100);
    }
    r->steps[r->count - 1] = INT64_C(1) << steps;
}

static void set_up_first(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    set_up(host, context);
    OK(add(f->funnel, &f->r, 0, 1, f->as, ok_error));
}

START_TEST(whichever_allocation_fails_no_row_in_order_of_time_is_taken_without_the_others)
{
    static fault_context f;
    draw_sets(&f.r, _i);
    f.definition = "steps=A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A,A; input=time; same_event=many; skips=implied";
    lk_fault_case fault = {"rows in time", set_up_first, act_import, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
}
END_TEST

typedef struct bad_row {
    const char *what;
    size_t row;
    int64_t time, steps;
    leadkpi_status status;
} bad_row;

/* Rows of an empty handle are taken before the last of them have been looked at. */
static const bad_row bad_rows[] = {
    {"a time that falls", ROWS_MOST - 1, -41, 1, LEADKPI_BAD_DATA},
    {"a time that falls early", 10, -41, 1, LEADKPI_BAD_DATA},
    {"a year too late", ROWS_MOST - 1, INT64_MAX, 1, LEADKPI_BAD_DATA},
    {"two steps", 40000, 0, 3, LEADKPI_BAD_DATA},
    {"a step too many", 66000, 0, 16, LEADKPI_BAD_DATA},
};
#define BAD_ROWS (int)(sizeof bad_rows / sizeof bad_rows[0])

START_TEST(a_late_row_that_is_refused_leaves_nothing_of_those_before)
{
    static rows r, wrong;
    leadkpi_funnel *funnel = made_on(NULL, in_time);
    leadkpi_error error;
    lk_fault_bytes before, after;
    const bad_row *bad = &bad_rows[_i / 3];
    size_t had = _i % 3 == 2 ? 9 : 0;
    draw_in_time(&r, ROWS_MOST);
    wrong = r;
    if (bad->time) wrong.times[bad->row] = bad->time;
    wrong.steps[bad->row] = bad->steps;
    if (_i % 3) OK(add(funnel, &r, 0, had, AS_STEPS, ok_error));
    save(funnel, &before);
    ck_assert_int_eq(add(funnel, &wrong, had, wrong.count - had, AS_STEPS, &error), bad->status);
    ck_assert_msg(error.row == (int64_t)(bad->row - had), "%s: %s", bad->what, error.message);
    save(funnel, &after);
    ck_assert(after.length == before.length && memcmp(after.data, before.data, after.length) == 0);
    OK(add(funnel, &r, had, r.count - had, AS_STEPS, ok_error));
    leadkpi_funnel *right = imported(&r, in_time, AS_STEPS);
    are_same(funnel, right, bad->what);
    leadkpi_funnel_free(funnel), leadkpi_funnel_free(right), free(before.data), free(after.data);
}
END_TEST

/* No lead yet, but a store. */
static void set_up_opened(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    set_up(host, context);
    OK(add(f->funnel, &f->r, 0, 0, f->as, ok_error));
}

START_TEST(whichever_allocation_fails_many_rows_in_order_of_time_are_all_taken_or_none)
{
    static fault_context f;
    draw_in_time(&f.r, ROWS_MOST);
    f.definition = in_time;
    f.as = _i ? AS_NAMES : AS_STEPS;
    lk_fault_case fault = {"many rows in time", _i ? set_up_opened : set_up, act_import, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

/* Of leads and codes that the handle does not have. */
static void set_up_two(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    static rows part;
    keep_shard(&f->r, 0, 0, &part);
    f->funnel = made_on(host, f->definition);
    OK(add(f->funnel, &part, 0, part.count, AS_STEPS, ok_error));
    keep_shard(&f->r, 1, 0, &part);
    f->other = imported(&part, f->definition, AS_STEPS);
}

static leadkpi_status act_merge(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_merge(f->funnel, f->other, error);
}

static leadkpi_status act_few(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return add(f->funnel, &f->r, 0, 20, AS_STEPS, error);
}

static void tear_down_two(void *context)
{
    fault_context *f = context;
    leadkpi_funnel_free(f->other);
    leadkpi_funnel_free(f->funnel);
}

START_TEST(whichever_allocation_fails_a_merge_of_imports_is_whole_or_none)
{
    static fault_context f;
    draw_codes(&f.r, 0);
    f.r.count = 1500;
    f.definition = codes[0].definition;
    lk_fault_case fault = {"merge", set_up_two, _i ? act_few : act_merge, state, tear_down_two, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

/* More than the host lets pass between two questions, of leads that have no small numbers. */
enum {
    QUESTION = 65536,
    MANY = 5 * QUESTION / 2
};

static leadkpi_table *many_rows(int64_t first_lead)
{
    static int64_t ids[MANY], times[MANY], steps[MANY];
    leadkpi_table *table;
    for (int64_t i = 0; i < MANY; i++) {
        ids[i] = (first_lead + i * 7919 % 9000) * 1000003;
        times[i] = i % 300;
        steps[i] = 1 << i % STEPS;
    }
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(table, "steps", NUL, steps, MANY, 0, NULL, ok_error));
    return table;
}

/* Stopped at each question, and then not; returns how many there were. */
static uint64_t stopped_at_each(lk_fault *fault, leadkpi_funnel *funnel, const leadkpi_table *table,
                                const leadkpi_funnel *other)
{
    lk_fault_bytes before, now;
    leadkpi_status status;
    uint64_t poll = 1;
    lk_fault_stop_at(fault, 0);
    save(funnel, &before);
    for (;; poll++) {
        lk_fault_stop_at(fault, poll);
        status = table ? leadkpi_funnel_add(funnel, table, NULL, 0, NULL) : leadkpi_funnel_merge(funnel, other, NULL);
        lk_fault_stop_at(fault, 0);
        if (status != LEADKPI_INTERRUPTED) break;
        save(funnel, &now);
        ck_assert(now.length == before.length && memcmp(now.data, before.data, now.length) == 0);
        free(now.data);
    }
    ck_assert_int_eq(status, LEADKPI_OK);
    free(before.data);
    return poll - 1;
}

/* Looked up, moved, put in order; or copied. The first leads are in both, or none is. */
START_TEST(the_host_is_asked_wherever_many_events_go)
{
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = made_on(&fault.host, plain), *empty = made_on(&fault.host, plain),
                   *other = made_on(NULL, plain);
    leadkpi_table *table = many_rows(0);
    uint64_t for_rows = stopped_at_each(&fault, funnel, table, NULL);
    ck_assert_uint_ge(for_rows, 1 + 3 + 1 + 2 + 1);
    leadkpi_table_free(table);
    table = many_rows(_i ? 0 : 10000);
    OK(leadkpi_funnel_add(other, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    ck_assert_uint_ge(stopped_at_each(&fault, funnel, NULL, other), 2 + 3);
    ck_assert_uint_lt(fault.live_bytes, 12 * 2 * MANY); /* in order again, whether leads were shared or not */
    ck_assert_uint_ge(stopped_at_each(&fault, empty, NULL, funnel), 2 + 5);
    leadkpi_funnel_free(funnel), leadkpi_funnel_free(empty), leadkpi_funnel_free(other);
    lk_fault_nothing_held(&fault, "many events");
}
END_TEST

START_TEST(the_host_is_asked_wherever_many_rows_come_in_order_of_time)
{
    static rows r;
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_funnel *funnel = made_on(&fault.host, in_time);
    draw_in_time(&r, ROWS_MOST);
    if (_i) OK(add(funnel, &r, 0, 1, AS_STEPS, ok_error));
    leadkpi_table *table = table_of(&r, 1, ROWS_MOST - 1, AS_STEPS);
    ck_assert_uint_ge(stopped_at_each(&fault, funnel, table, NULL), 1 + 2);
    leadkpi_table_free(table);
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&fault, "many rows in time");
}
END_TEST

/* Into a handle that has taken a batch, and no row: where a merge fails, rows come instead. */
static void set_up_empty(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    static rows nothing;
    f->tries = 0;
    f->funnel = made_on(host, f->definition);
    leadkpi_table *table = table_of(&nothing, 0, 0, AS_STEPS);
    OK(leadkpi_funnel_add(f->funnel, table, "1", 1, ok_error));
    leadkpi_table_free(table);
    f->other = imported(&f->r, f->definition, AS_STEPS);
}

static leadkpi_status act_instead(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    return f->tries++ ? act_import(host, context, error) : act_merge(host, context, error);
}

START_TEST(a_merge_into_an_empty_handle_that_fails_holds_nothing)
{
    static fault_context f;
    draw(&f.r, 600, few, 0);
    f.definition = plain;
    lk_fault_case fault = {"merge into nothing", set_up_empty, act_instead, state, tear_down_two, &f};
    lk_fault_every_allocation(&fault);
}
END_TEST

static Suite *suite(void)
{
    Suite *all = suite_create("funnel import");
    TCase *one = tcase_create("import");
    tcase_add_loop_test(one, an_import_is_its_rows_a_few_at_a_time, 0, IMPORT_COUNT);
    tcase_add_loop_test(one, imports_merge_to_the_import_of_all, 0, 2);
    tcase_add_loop_test(one, imports_of_other_codes_merge_to_the_import_of_all, 0, 3 * CODES_COUNT);
    tcase_add_loop_test(one, what_is_closed_of_an_import_is_gone_from_it, 0, CODES_COUNT);
    tcase_add_loop_test(one, whichever_allocation_fails_a_merge_of_imports_is_whole_or_none, 0, 2);
    tcase_add_test(one, a_merge_into_an_empty_handle_that_fails_holds_nothing);
    tcase_add_test(one, an_import_that_is_refused_leaves_nothing);
    tcase_add_test(one, rows_without_segments_come_after_rows_with_them);
    tcase_add_loop_test(one, no_table_is_an_empty_table, 0, 2);
    tcase_add_loop_test(one, names_in_order_of_time_are_the_steps_they_stand_for, 0, 2);
    tcase_add_loop_test(one, whichever_allocation_fails_an_import_is_whole_or_none, 0, 2);
    tcase_add_loop_test(one, whichever_allocation_fails_no_row_in_order_of_time_is_taken_without_the_others, 1, 21);
    tcase_add_loop_test(one, numbers_of_leads_may_rise_and_fall_and_leap, 0, 2 * NUMBER_WAYS);
    tcase_add_loop_test(one, a_late_row_that_is_refused_leaves_nothing_of_those_before, 0, 3 * BAD_ROWS);
    tcase_add_loop_test(one, whichever_allocation_fails_many_rows_in_order_of_time_are_all_taken_or_none, 0, 2);
    tcase_add_loop_test(one, the_host_is_asked_wherever_many_events_go, 0, 2);
    tcase_add_loop_test(one, the_host_is_asked_wherever_many_rows_come_in_order_of_time, 0, 2);
    suite_add_tcase(all, one);
    return all;
}

int main(void)
{
    return lk_test_run(suite());
}
