/* States, merging, adding: the same rows give the same bytes; nothing half done; hostile bytes. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/seal.h"
#include "world.h"

typedef struct definition_case {
    const char *definition;
    int text_ids, many_steps, exclusions;
} definition_case;

static const definition_case definitions[] = {
    {"steps=A,B,C,D; window=7us", 0, 1, 1},
    {"steps=A,B,C,D; order=adjacent; ids=hashed", 1, 1, 1},
    {"steps=A,B,C,D; skips=implied; same_event=many", 1, 1, 1},
    {"steps=A,B,C,D; order=unordered", 0, 0, 0},
    {"steps=A,B,C,D; compat=clickhouse; window=7us; modes=strict_order; ids=hashed", 0, 1, 0},
};
#define DEFINITION_COUNT (int)(sizeof definitions / sizeof definitions[0])

static void draw(world *w, uint64_t seed, size_t count, const definition_case *d)
{
    drawing how = {30, 4, 9, 3, d->many_steps, d->exclusions, 1};
    draw_world(w, seed, count, &how);
    w->text_ids = d->text_ids;
}

static leadkpi_funnel *filled(const world *w, const definition_case *d)
{
    leadkpi_funnel *funnel = funnel_with(d->definition);
    OK(add_rows(funnel, w->rows, w->count, w->text_ids, NULL, ok_error));
    return funnel;
}

/* ---- one state, one text of bytes ----------------------------------------------------- */

START_TEST(any_order_of_the_same_rows_gives_the_same_bytes)
{
    static world w;
    draw(&w, 11 + (uint64_t)_i, 500, &definitions[_i]);
    leadkpi_funnel *straight = filled(&w, &definitions[_i]);
    blob expected = state_of(straight);
    for (uint64_t seed = 0; seed < 5; seed++) {
        shuffle_world(&w, seed);
        leadkpi_funnel *shuffled = filled(&w, &definitions[_i]);
        same_state(shuffled, expected, "another order");
        leadkpi_funnel_free(shuffled);
    }
    free(expected.bytes);
    leadkpi_funnel_free(straight);
}
END_TEST

START_TEST(any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes)
{
    static world w;
    uint64_t state = 5 + (uint64_t)_i;
    draw(&w, 21 + (uint64_t)_i, 600, &definitions[_i]);
    leadkpi_funnel *straight = filled(&w, &definitions[_i]);
    blob expected = state_of(straight);
    for (int round = 0; round < 9; round++) {
        leadkpi_funnel *shards[5];
        size_t shard_count = 5;
        for (size_t s = 0; s < shard_count; s++)
            OK(leadkpi_funnel_create_like(straight, &shards[s], ok_error));
        for (size_t from = 0, to; from < w.count; from = to) {
            to = from + 1 + lk_test_random(&state) % 70;
            if (to > w.count) to = w.count;
            OK(add_rows(shards[lk_test_random(&state) % shard_count], w.rows + from, to - from,
                        w.text_ids, NULL, ok_error));
        }
        while (shard_count > 1) {
            size_t into = lk_test_random(&state) % shard_count, from = lk_test_random(&state) % shard_count;
            if (into == from) continue;
            OK(leadkpi_funnel_merge(shards[into], shards[from], ok_error));
            leadkpi_funnel_free(shards[from]);
            shards[from] = shards[--shard_count];
        }
        same_state(shards[0], expected, "merged shards");
        leadkpi_funnel_free(shards[0]);
    }
    free(expected.bytes);
    leadkpi_funnel_free(straight);
}
END_TEST

START_TEST(a_state_read_back_writes_the_same_bytes_and_takes_more_rows)
{
    static world w;
    draw(&w, 31 + (uint64_t)_i, 400, &definitions[_i]);
    leadkpi_funnel *straight = funnel_with(definitions[_i].definition), *restored;
    OK(add_rows(straight, w.rows, 200, w.text_ids, "first", ok_error));
    blob half = state_of(straight);
    restored = funnel_of(half);
    same_state(restored, half, "read back");
    OK(add_rows(straight, w.rows + 200, 200, w.text_ids, NULL, ok_error));
    OK(add_rows(restored, w.rows, 200, w.text_ids, "first", ok_error)); /* had it */
    OK(add_rows(restored, w.rows + 200, 200, w.text_ids, NULL, ok_error));
    blob whole = state_of(straight);
    same_state(restored, whole, "read back and gone on");
    ck_assert(whole.size != half.size);
    free(half.bytes), free(whole.bytes);
    leadkpi_funnel_free(straight), leadkpi_funnel_free(restored);
}
END_TEST

START_TEST(an_empty_handle_has_a_state_too)
{
    leadkpi_funnel *empty = funnel_with(definitions[_i].definition);
    blob b = state_of(empty);
    leadkpi_funnel *twin = funnel_of(b);
    same_state(twin, b, "empty");
    free(b.bytes);
    leadkpi_funnel_free(twin), leadkpi_funnel_free(empty);
}
END_TEST

/* Format 1, written by release 0.1; every later release reads it. */
static const char golden_state_1[] =
    "4c4541444b50490066756e6e656c00000000000000000000010000000000000080000000000000003666756e6e656c"
    "3a206578636c7564653d7370616d3b2073746570733d76697369742c64656d6f7c63616c6c3b2077696e646f773d31"
    "640107323032352d303403000100020100020003776562010204090164000000000000000000020b03500000000000"
    "000000000155000000000000000002025a00000000000000040100e22ef52895e8003cc329a30829aa0438";

START_TEST(the_first_format_is_what_it_was)
{
    static const row rows[] = {{-5, 100, 0, 1, 0, "web"}, {7, 90, 2, 2, 0, NULL},
                               {7, 80, 0, 1, 0, ""},     {7, 85, 0, 0, 1, "web"}};
    leadkpi_funnel *funnel = funnel_with("steps=visit,demo|call; window=1d; exclude=spam");
    OK(add_rows(funnel, rows, 4, 0, "2025-04", ok_error));
    blob b = state_of(funnel);
    char *digits = malloc(2 * b.size + 1);
    for (size_t i = 0; i < b.size; i++) snprintf(digits + 2 * i, 3, "%02x", b.bytes[i]);
    ck_assert_str_eq(digits, golden_state_1);
    leadkpi_funnel *again = funnel_of(b);
    same_state(again, b, "golden");
    free(digits), free(b.bytes);
    leadkpi_funnel_free(funnel), leadkpi_funnel_free(again);
}
END_TEST

/* ---- hostile bytes --------------------------------------------------------------------- */

static void read_hostile(const uint8_t *bytes, size_t size)
{
    leadkpi_funnel *funnel = NULL;
    leadkpi_error error;
    leadkpi_status status = leadkpi_funnel_deserialize(NULL, bytes, size, &funnel, &error);
    ck_assert((status == LEADKPI_OK) == (funnel != NULL));
    if (!funnel) return;
    blob b = state_of(funnel); /* what was taken is what would be written */
    ck_assert(b.size == size && memcmp(b.bytes, bytes, size) == 0);
    free(b.bytes);
    leadkpi_funnel_free(funnel);
}

START_TEST(hostile_bytes_are_refused_or_are_a_state)
{
    static world w;
    uint64_t random = 99;
    draw(&w, 51, 40, &definitions[_i]);
    leadkpi_funnel *funnel = filled(&w, &definitions[_i]);
    blob b = state_of(funnel);
    for (size_t size = 0; size < b.size; size++) read_hostile(b.bytes, size);
    uint8_t *copy = malloc(b.size);
    for (int round = 0; round < lk_test_rounds(20000); round++) {
        memcpy(copy, b.bytes, b.size);
        for (uint64_t changes = 1 + lk_test_random(&random) % 3; changes > 0; changes--)
            copy[40 + lk_test_random(&random) % (b.size - 56)] = (uint8_t)lk_test_random(&random);
        seal(copy, b.size);
        read_hostile(copy, b.size);
    }
    free(copy), free(b.bytes);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* ---- adding ---------------------------------------------------------------------------- */

static void refused(leadkpi_funnel *funnel, const leadkpi_table *table, leadkpi_status expected,
                    const char *words)
{
    blob before = state_of(funnel);
    REFUSED(expected, words, leadkpi_funnel_add(funnel, table, "bad", NUL, ok_error));
    same_state(funnel, before, "after a refused add");
    free(before.bytes);
}

static leadkpi_table *table_of_columns(const char *event, int64_t time, int with_id)
{
    static int64_t ids[1], times[3];
    static size_t made;
    leadkpi_table *table;
    int64_t *own_time = &times[made++ % 3]; /* the table borrows it */
    *own_time = time;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    if (with_id) OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, own_time, 1, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "event", NUL, &event, 1, ok_error));
    return table;
}

START_TEST(rows_that_cannot_be_are_refused_and_nothing_changes)
{
    static const row good = {1, 5, 0, 1, 0, "web"};
    static const row bad_steps = {1, 5, 0, 8, 0, NULL};
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C");
    OK(add_rows(funnel, &good, 1, 0, NULL, ok_error));
    leadkpi_table *no_id = table_of_columns("A", 1, 0), *late = table_of_columns("A", INT64_MAX, 1),
                  *null = table_of_columns(NULL, 1, 1);
    refused(funnel, no_id, LEADKPI_UNKNOWN_NAME, "id");
    refused(funnel, late, LEADKPI_BAD_DATA, "years 1 to 9999");
    refused(funnel, null, LEADKPI_BAD_DATA, "found null");
    blob before = state_of(funnel);
    ck_assert_int_eq(add_rows(funnel, &bad_steps, 1, 0, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 0);
    ck_assert_int_eq(add_rows(funnel, &good, 1, 1, NULL, &error), LEADKPI_WRONG_TYPE);
    same_state(funnel, before, "after refused rows");
    ck_assert_int_eq(leadkpi_funnel_add(NULL, late, NULL, 0, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_add(funnel, NULL, NULL, 0, &error), LEADKPI_NULL_ARGUMENT);
    free(before.bytes);
    leadkpi_table_free(no_id), leadkpi_table_free(late), leadkpi_table_free(null);
    leadkpi_funnel_free(funnel);
}
END_TEST

static leadkpi_table *leads_with(const char *definition, world *w, const char *segment)
{
    leadkpi_table *leads;
    leadkpi_funnel *funnel = funnel_with(definition);
    for (size_t i = 0; i < w->count; i++) w->rows[i].segment = segment;
    OK(add_rows(funnel, w->rows, w->count, 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
    leadkpi_funnel_free(funnel);
    return leads;
}

/* With a segment beside them events are put in order by index, without one they move, of few kinds by a
 * number and of many by comparison: 8 steps and pairs of them are 36. Lead 99 comes in order. */
START_TEST(events_of_many_kinds_are_in_order_however_they_are_sorted)
{
    static const char *const rules[] = {"steps=A,B,C,D,E,F,G,H; window=9us",
                                        "steps=A,B,C,D,E,F,G,H; window=9us; same_event=many"};
    static const char all[] = "id step start step_1 step_2 step_3 step_4 step_5 step_6 step_7 step_8";
    static world w;
    drawing how = {20, 8, 40, 0, 1, 0, 0};
    draw_world(&w, 81, 1200, &how);
    for (int i = 0; i < 40; i++) w.rows[w.count++] = (row){99, i / 2, 0, INT64_C(1) << i % 8, 0, NULL};
    leadkpi_table *moved = leads_with(rules[_i], &w, NULL), *by_index = leads_with(rules[_i], &w, "s");
    ck_assert_uint_eq(leadkpi_table_row_count(moved), leadkpi_table_row_count(by_index));
    for (size_t at = 0; at < leadkpi_table_row_count(moved); at++) {
        char a[512], b[512];
        row_text(moved, all, at, a, sizeof a);
        row_text(by_index, all, at, b, sizeof b);
        ck_assert_str_eq(a, b);
    }
    leadkpi_table_free(moved), leadkpi_table_free(by_index);
}
END_TEST

START_TEST(names_codes_dictionaries_and_bits_are_the_same_events)
{
    static const int64_t ids[] = {1, 1, 2, 2}, times[] = {1, 2, 3, 4}, numbers[] = {10, -7, 10, 99};
    static const int64_t bits[] = {1, 2, 1, 0};
    static const char *const names[] = {"10", "-7", "10", "99"};
    static const int32_t codes[] = {0, 1, 0, 2};
    static const int64_t offsets[] = {0, 2, 4, 6};
    blob expected = {NULL, 0};
    for (int way = 0; way < 4; way++) {
        leadkpi_table *t;
        leadkpi_funnel *funnel = funnel_with("steps=10,-7");
        OK(leadkpi_table_create(NULL, &t, ok_error));
        OK(leadkpi_table_borrow_int64(t, "id", NUL, ids, 4, 0, NULL, ok_error));
        OK(leadkpi_table_borrow_timestamp(t, "time", NUL, times, 4, 0, NULL, ok_error));
        if (way == 0) OK(leadkpi_table_borrow_int64(t, "steps", NUL, bits, 4, 0, NULL, ok_error));
        if (way == 1) OK(leadkpi_table_borrow_int64(t, "event", NUL, numbers, 4, 0, NULL, ok_error));
        if (way == 2) OK(leadkpi_table_copy_strings(t, "event", NUL, names, 4, ok_error));
        if (way == 3)
            OK(leadkpi_table_borrow_dictionary(t, "event", NUL, codes, 4, 0, NULL, offsets, "10-799", 3,
                                               ok_error));
        OK(leadkpi_funnel_add(funnel, t, NULL, 0, ok_error));
        if (way == 0)
            expected = state_of(funnel);
        else
            same_state(funnel, expected, "another way to say it");
        leadkpi_table_free(t);
        leadkpi_funnel_free(funnel);
    }
    free(expected.bytes);
}
END_TEST

START_TEST(a_column_a_stage_is_the_same_as_a_row_a_stage)
{
    static const row rows[] = {{1, 10, 0, 1, 0, "web"}, {1, 20, 0, 4, 0, "web"}, {2, 5, 0, 1, 0, NULL}};
    static const int64_t ids[] = {1, 2}, created[] = {10, 5}, demo[] = {0, 0}, won[] = {20, 0};
    static const uint8_t none = 0, first = 1;
    static const char *const segments[] = {"web", NULL};
    leadkpi_funnel *tall = funnel_with("steps=created,demo,won; skips=implied; same_event=many"), *wide;
    leadkpi_table *t;
    OK(leadkpi_funnel_create_like(tall, &wide, ok_error));
    OK(add_rows(tall, rows, 3, 0, NULL, ok_error));
    OK(leadkpi_table_create(NULL, &t, ok_error));
    OK(leadkpi_table_borrow_int64(t, "id", NUL, ids, 2, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "created", NUL, created, 2, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "demo", NUL, demo, 2, 0, &none, ok_error));
    OK(leadkpi_table_borrow_timestamp(t, "won", NUL, won, 2, 0, &first, ok_error));
    OK(leadkpi_table_copy_strings(t, "segment", NUL, segments, 2, ok_error));
    OK(leadkpi_funnel_add_stages(wide, t, NULL, 0, ok_error));
    blob expected = state_of(tall);
    same_state(wide, expected, "wide");
    free(expected.bytes);
    leadkpi_table_free(t);
    leadkpi_funnel_free(tall), leadkpi_funnel_free(wide);
}
END_TEST

START_TEST(a_merge_that_cannot_be_is_refused)
{
    static const row r = {1, 5, 0, 1, 0, NULL};
    leadkpi_error error;
    leadkpi_funnel *a = funnel_with("steps=A,B"), *b = funnel_with("steps=A,B"), *c = funnel_with("steps=A,C");
    OK(add_rows(a, &r, 1, 0, "one", ok_error));
    OK(add_rows(b, &r, 1, 0, "one", ok_error));
    blob before = state_of(a);
    ck_assert_int_eq(leadkpi_funnel_merge(a, a, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_funnel_merge(a, c, &error), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_funnel_merge(a, b, &error), LEADKPI_MISMATCH);
    ck_assert(strstr(error.message, "\"one\"") != NULL);
    ck_assert_int_eq(leadkpi_funnel_merge(a, NULL, &error), LEADKPI_NULL_ARGUMENT);
    leadkpi_funnel_free(b);
    b = funnel_with("steps=A,B");
    OK(add_rows(b, &r, 1, 1, "two", ok_error));
    ck_assert_int_eq(leadkpi_funnel_merge(a, b, &error), LEADKPI_MISMATCH);
    same_state(a, before, "after refused merges");
    free(before.bytes);
    leadkpi_funnel_free(a), leadkpi_funnel_free(b), leadkpi_funnel_free(c);
}
END_TEST

/* ---- memory that is not to be had -------------------------------------------------------- */

typedef struct fault_context {
    const char *definition;
    world w;
    leadkpi_funnel *funnel, *other;
    leadkpi_table *result;
    leadkpi_options *options;
    blob bytes;
    uint8_t written[1 << 14];
} fault_context;

static leadkpi_funnel *made_on(const leadkpi_host *host, const char *definition)
{
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", definition);
    OK(leadkpi_funnel_create(host, options, &funnel, ok_error));
    leadkpi_options_free(options);
    return funnel;
}

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    drawing how = {12, 4, 9, 3, 1, 1, 1};
    draw_world(&f->w, 9, 90, &how);
    f->funnel = made_on(host, f->definition);
    OK(add_rows(f->funnel, f->w.rows, 40, 1, "before", ok_error));
    f->other = made_on(host, f->definition);
    OK(add_rows(f->other, f->w.rows + 30, 60, 1, NULL, ok_error));
    f->bytes = state_of(f->funnel);
    f->options = options_of("funnel_report", "by=segment; grain=day");
}

static leadkpi_status act_add(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return add_rows(f->funnel, f->w.rows + 40, 50, 1, "new", error);
}

static leadkpi_status act_merge(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_merge(f->funnel, f->other, error);
}

static leadkpi_status act_serialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_serialize(f->funnel, f->written, sizeof f->written, NULL, error);
}

static leadkpi_status act_deserialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_funnel_free(f->other);
    return leadkpi_funnel_deserialize(host, f->bytes.bytes, f->bytes.size, &f->other, error);
}

static leadkpi_status act_create_like(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    leadkpi_funnel_free(f->other);
    return leadkpi_funnel_create_like(f->funnel, &f->other, error);
}

static leadkpi_status act_steps(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_steps(f->funnel, f->options, &f->result, error);
}

static leadkpi_status act_times(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_times(f->funnel, f->options, &f->result, error);
}

static leadkpi_status act_leads(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_leads(f->funnel, f->options, &f->result, error);
}

static leadkpi_status act_checks(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_checks(f->funnel, f->options, &f->result, error);
}

static void state(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = state_of(f->funnel);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_funnel_free(f->funnel);
    leadkpi_funnel_free(f->other);
    leadkpi_options_free(f->options);
    free(f->bytes.bytes);
    f->result = NULL;
    f->funnel = f->other = NULL;
    f->options = NULL;
    f->bytes.bytes = NULL;
}

typedef leadkpi_status (*act_call)(const leadkpi_host *, void *, leadkpi_error *);
static const struct {
    const char *name;
    act_call act;
    int polls;
} acts[] = {
    {"add", act_add, 1},
    {"merge", act_merge, 1},
    {"serialize", act_serialize, 1},
    {"deserialize", act_deserialize, 1},
    {"create_like", act_create_like, 0},
    {"steps", act_steps, 1},
    {"times", act_times, 1},
    {"leads", act_leads, 1},
    {"checks", act_checks, 1},
};
#define ACT_COUNT (int)(sizeof acts / sizeof acts[0])

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    f.definition = "steps=A,B,C,D; same_event=many; step_window=4us; exclude=x";
    lk_fault_case fault = {acts[_i].name, set_up, acts[_i].act, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    if (acts[_i].polls) lk_fault_every_poll(&fault);
}
END_TEST

/* Of a lead whose only event is no step there is no event: columns that a failed call made room for stay
 * empty. */
static void set_up_without_events(const leadkpi_host *host, void *context)
{
    static const row nothing = {1, 5, 0, 0, 0, NULL};
    fault_context *f = context;
    set_up(host, context);
    leadkpi_funnel_free(f->funnel);
    f->funnel = made_on(host, f->definition);
    OK(add_rows(f->funnel, &nothing, 1, 1, NULL, ok_error));
}

START_TEST(what_fails_where_no_event_is_kept_leaves_nothing_behind)
{
    static fault_context f;
    f.definition = "steps=A,B,C,D; same_event=many";
    lk_fault_case fault = {acts[_i].name, set_up_without_events, acts[_i].act, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
}
END_TEST

/* ---- one long lead ------------------------------------------------------------------ */

enum { LONG = 70000 };

/* Steps 1 to 3 in turn, of one value each time. */
static leadkpi_funnel *long_lead(const leadkpi_host *host, const char *definition)
{
    static int64_t ids[LONG], times[LONG], steps[LONG], values[LONG];
    leadkpi_funnel *funnel;
    leadkpi_table *rows;
    leadkpi_options *options = options_of("funnel", definition);
    for (int i = 0; i < LONG; i++) times[i] = i, steps[i] = 1 << i % 3, values[i] = i / 3;
    OK(leadkpi_funnel_create(host, options, &funnel, ok_error));
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, LONG, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, LONG, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "steps", NUL, steps, LONG, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "value", NUL, values, LONG, 0, NULL, ok_error));
    OK(leadkpi_funnel_add(funnel, rows, NULL, 0, ok_error));
    leadkpi_table_free(rows);
    leadkpi_options_free(options);
    return funnel;
}

/* How often the host is asked at least. */
static const struct {
    const char *rule;
    leadkpi_status (*report)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **, leadkpi_error *);
    uint64_t polls;
} long_rules[] = {
    {"steps=A,B,C,D,E; gap=1us", leadkpi_funnel_steps, 4},
    {"steps=A,B,C,D,E; entry=every", leadkpi_funnel_steps, 11},
    {"steps=A,B,C,D,E; exclude=x; exclude_effect=lead", leadkpi_funnel_steps, 4},
    {"steps=A,B,C,D,E; optional=2", leadkpi_funnel_steps, 4},
    {"steps=A,B,C,D,E; optional=2; entry=every", leadkpi_funnel_steps, 4},
    {"steps=A,B,C,D,E; same_value=true", leadkpi_funnel_steps, 4},
    {"steps=A,B,C,D,E; same_event=many; skips=implied; entry=every; gap=1us", leadkpi_funnel_leads, 12},
    {"steps=A,B,C,D,E; same_event=many; skips=implied; entry=every; gap=1us", leadkpi_funnel_times, 14},
    {"steps=A,B,C; same_event=many; skips=implied; entry=every", leadkpi_funnel_histogram, 10},
    {"steps=A,B,C,D,E; same_event=many; skips=implied; entry=every; gap=2us; step_window=3us", leadkpi_funnel_leads,
     17},
    {"steps=A,B,C,D,E; same_event=many; skips=implied; entry=every", leadkpi_funnel_steps, 10},
    {"steps=A,B,C,D,E; optional=2,3,4; exclude=x,y,z; exclude_from=1,2,3; exclude_to=2,3,4", leadkpi_funnel_steps,
     4},
    {"steps=A,B,C,D,E; optional=2,3,4; entry=every; window=1us", leadkpi_funnel_steps, 10},
};

/* Between steps, too, and in what the table is made of, not between leads alone: at the first of these times, and
 * at the last. */
START_TEST(a_report_on_one_long_lead_stops_where_the_host_says_so)
{
    lk_fault host;
    lk_fault_init(&host);
    leadkpi_funnel *funnel = long_lead(&host.host, long_rules[_i].rule);
    leadkpi_table *report;
    leadkpi_error error;
    lk_fault_arm(&host, 0, false);
    OK(long_rules[_i].report(funnel, NULL, &report, ok_error));
    leadkpi_table_free(report);
    uint64_t polls = host.polls;
    ck_assert_uint_ge(polls, long_rules[_i].polls);
    for (uint64_t n = 1; n <= polls; n += polls - 1) {
        lk_fault_arm(&host, 0, false);
        host.stop_at = n;
        ck_assert_int_eq(long_rules[_i].report(funnel, NULL, &report, &error), LEADKPI_INTERRUPTED);
        ck_assert_ptr_null(report);
    }
    host.stop_at = 0;
    leadkpi_funnel_free(funnel);
    lk_fault_nothing_held(&host, long_rules[_i].rule);
}
END_TEST

static Suite *suite_of_states(void)
{
    Suite *suite = suite_create("funnel states");
    TCase *tc = tcase_create("states");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, any_order_of_the_same_rows_gives_the_same_bytes, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tc, any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes, 0,
                        DEFINITION_COUNT);
    tcase_add_loop_test(tc, a_state_read_back_writes_the_same_bytes_and_takes_more_rows, 0,
                        DEFINITION_COUNT);
    tcase_add_loop_test(tc, an_empty_handle_has_a_state_too, 0, DEFINITION_COUNT);
    tcase_add_test(tc, the_first_format_is_what_it_was);
    tcase_add_loop_test(tc, hostile_bytes_are_refused_or_are_a_state, 0, DEFINITION_COUNT);
    tcase_add_test(tc, rows_that_cannot_be_are_refused_and_nothing_changes);
    tcase_add_loop_test(tc, events_of_many_kinds_are_in_order_however_they_are_sorted, 0, 2);
    tcase_add_test(tc, names_codes_dictionaries_and_bits_are_the_same_events);
    tcase_add_test(tc, a_column_a_stage_is_the_same_as_a_row_a_stage);
    tcase_add_test(tc, a_merge_that_cannot_be_is_refused);
    tcase_add_loop_test(tc, whichever_allocation_fails_nothing_is_half_done, 0, ACT_COUNT);
    tcase_add_loop_test(tc, what_fails_where_no_event_is_kept_leaves_nothing_behind, 0, 2);
    tcase_add_loop_test(tc, a_report_on_one_long_lead_stops_where_the_host_says_so, 0,
                        (int)(sizeof long_rules / sizeof long_rules[0]));
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_states());
}
