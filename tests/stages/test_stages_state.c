/* States of the journal that stages stand on: the same rows give the same bytes; nothing half done;
 * hostile bytes. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/seal.h"
#include "histories.h"

static const char *const definitions[] = {
    "stages=new,mql,sql,won; lost=lost",
    "stages=new,won; won=new; edges=new>won; ids=hashed",
};

START_TEST(any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes)
{
    static change rows[500];
    uint64_t state = 5 + (uint64_t)_i;
    draw_changes(rows, 500, 21, 30, 9);
    leadkpi_stages *straight = stages_with(definitions[_i]);
    OK(add_changes(straight, rows, 500, NULL, ok_error));
    blob expected = state_of(straight);
    for (int round = 0; round < 9; round++) {
        leadkpi_stages *shards[5];
        size_t shard_count = 5;
        shuffle_changes(rows, 500, (uint64_t)round);
        for (size_t s = 0; s < shard_count; s++)
            OK(leadkpi_stages_create_like(straight, &shards[s], ok_error));
        for (size_t from = 0, to; from < 500; from = to) {
            to = from + 1 + lk_test_random(&state) % 70;
            if (to > 500) to = 500;
            OK(add_changes(shards[lk_test_random(&state) % shard_count], rows + from, to - from, NULL,
                           ok_error));
        }
        while (shard_count > 1) {
            size_t into = lk_test_random(&state) % shard_count;
            size_t from = lk_test_random(&state) % shard_count;
            if (into == from) continue;
            OK(leadkpi_stages_merge(shards[into], shards[from], ok_error));
            leadkpi_stages_free(shards[from]);
            shards[from] = shards[--shard_count];
        }
        same_state(shards[0], expected, "merged shards");
        leadkpi_stages_free(shards[0]);
    }
    free(expected.bytes);
    leadkpi_stages_free(straight);
}
END_TEST

START_TEST(a_state_read_back_writes_the_same_bytes_and_takes_more_rows)
{
    static change rows[300];
    leadkpi_stages *straight = stages_with(definitions[_i]), *restored, *empty;
    draw_changes(rows, 300, 3, 30, 9);
    OK(leadkpi_stages_create_like(straight, &empty, ok_error));
    blob nothing = state_of(empty);
    OK(leadkpi_stages_deserialize(NULL, nothing.bytes, nothing.size, &restored, ok_error));
    same_state(restored, nothing, "empty");
    leadkpi_stages_free(restored), leadkpi_stages_free(empty), free(nothing.bytes);
    OK(add_changes(straight, rows, 200, "first", ok_error));
    blob half = state_of(straight);
    OK(leadkpi_stages_deserialize(NULL, half.bytes, half.size, &restored, ok_error));
    same_state(restored, half, "read back");
    OK(add_changes(straight, rows + 200, 100, NULL, ok_error));
    OK(add_changes(restored, rows, 200, "first", ok_error)); /* had it */
    OK(add_changes(restored, rows + 200, 100, NULL, ok_error));
    blob whole = state_of(straight);
    same_state(restored, whole, "read back and gone on");
    free(half.bytes), free(whole.bytes);
    leadkpi_stages_free(straight), leadkpi_stages_free(restored);
}
END_TEST

/* Ids are read some hundred at a time. */
START_TEST(a_state_of_very_many_leads_is_read_back)
{
    static change rows[1300];
    leadkpi_stages *stages = stages_with(definitions[_i]), *restored;
    for (int i = 0; i < 1300; i++) rows[i] = (change){.id = 7 * i - 2000, .time = i, .stage = "new"};
    OK(add_changes(stages, rows, 1300, NULL, ok_error));
    blob expected = state_of(stages);
    OK(leadkpi_stages_deserialize(NULL, expected.bytes, expected.size, &restored, ok_error));
    same_state(restored, expected, "read back");
    leadkpi_table *before = report(leadkpi_stages_leads, stages, NULL), *after = report(leadkpi_stages_leads, restored, NULL);
    ck_assert_uint_eq(leadkpi_table_row_count(after), 1300);
    same_table(before, after, "of the state read back");
    leadkpi_table_free(before), leadkpi_table_free(after);
    leadkpi_stages_free(stages), leadkpi_stages_free(restored);
    free(expected.bytes);
}
END_TEST

static void read_hostile(const uint8_t *bytes, size_t size)
{
    leadkpi_stages *stages = NULL;
    leadkpi_error error;
    leadkpi_status status = leadkpi_stages_deserialize(NULL, bytes, size, &stages, &error);
    ck_assert((status == LEADKPI_OK) == (stages != NULL));
    if (!stages) return;
    blob b = state_of(stages); /* what was taken is what would be written */
    ck_assert(b.size == size && memcmp(b.bytes, bytes, size) == 0);
    free(b.bytes);
    leadkpi_stages_free(stages);
}

START_TEST(hostile_bytes_are_refused_or_are_a_state)
{
    static change rows[40];
    uint64_t random = 99;
    leadkpi_stages *stages = stages_with(definitions[_i]);
    draw_changes(rows, 40, 51, 9, 9);
    OK(add_changes(stages, rows, 40, "b", ok_error));
    blob b = state_of(stages);
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
    leadkpi_stages_free(stages);
}
END_TEST

static void definition_refused(const char *text, leadkpi_status expected, const char *words)
{
    leadkpi_stages *stages;
    leadkpi_options *options = options_of("stages", text);
    REFUSED(expected, words, leadkpi_stages_create(NULL, options, &stages, ok_error));
    ck_assert_ptr_null(stages);
    leadkpi_options_free(options);
}

START_TEST(definitions_that_cannot_be_are_refused)
{
    definition_refused("", LEADKPI_BAD_ARGUMENT, "1 to 64");
    definition_refused("stages=a,b,a", LEADKPI_BAD_ARGUMENT, "again");
    definition_refused("stages=a,b; won=c", LEADKPI_CONTRADICTION, "of the line");
    definition_refused("stages=a,b; lost=a", LEADKPI_CONTRADICTION, "off the line");
    definition_refused("stages=a,b; edges=ab", LEADKPI_BAD_ARGUMENT, "new>mql");
    definition_refused("stages=a,b; edges=>b", LEADKPI_BAD_ARGUMENT, "new>mql");
    definition_refused("stages=a,b; edges=a>", LEADKPI_BAD_ARGUMENT, "new>mql");
}
END_TEST

START_TEST(a_line_has_64_stages_at_most)
{
    char text[512] = "stages=s1";
    for (int i = 2; i <= 64; i++) sprintf(text + strlen(text), ",s%d", i);
    leadkpi_stages_free(stages_with(text));
    definition_refused(strcat(text, ",s65"), LEADKPI_BAD_ARGUMENT, "1 to 64, found 65");
}
END_TEST

START_TEST(rows_that_cannot_be_are_refused_and_nothing_changes)
{
    static const change good = {1, 5, "new", NULL, "web", NULL, 0}, late = {1, INT64_MAX, "new", NULL, NULL, NULL, 0},
                        null = {1, 5, NULL, NULL, NULL, NULL, 0};
    leadkpi_error error;
    leadkpi_stages *stages = stages_with(definitions[0]), *other = stages_with(definitions[1]);
    OK(add_changes(stages, &good, 1, "b", ok_error));
    blob before = state_of(stages);
    ck_assert_int_eq(add_changes(stages, &late, 1, NULL, &error), LEADKPI_BAD_DATA);
    ck_assert_ptr_nonnull(strstr(error.message, "years 1 to 9999"));
    ck_assert_int_eq(add_changes(stages, &null, 1, "c", &error), LEADKPI_BAD_DATA);
    ck_assert_int_eq(error.row, 0);
    ck_assert_int_eq(leadkpi_stages_merge(stages, stages, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_stages_merge(stages, other, &error), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_stages_add(stages, NULL, NULL, 0, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_stages_add(NULL, NULL, NULL, 0, &error), LEADKPI_NULL_ARGUMENT);
    leadkpi_stages_free(other);
    OK(leadkpi_stages_create_like(stages, &other, ok_error));
    OK(add_changes(other, &good, 1, "b", ok_error));
    ck_assert_int_eq(leadkpi_stages_merge(stages, other, &error), LEADKPI_MISMATCH);
    same_state(stages, before, "after what was refused");
    free(before.bytes);
    leadkpi_stages_free(stages), leadkpi_stages_free(other);
}
END_TEST

START_TEST(a_definition_is_said_as_a_sentence)
{
    char text[256];
    size_t needed;
    leadkpi_error error;
    leadkpi_stages *stages = stages_with("stages=new,won; lost=lost,dead; edges=new>won");
    OK(leadkpi_stages_describe(stages, text, sizeof text, &needed, ok_error));
    ck_assert_str_eq(text, "Leads go along new, won; the last is success; lost in lost, dead; moves that "
                           "may be are new>won.");
    ck_assert_uint_eq(needed, strlen(text) + 1);
    ck_assert_int_eq(leadkpi_stages_describe(stages, text, 3, &needed, &error), LEADKPI_BUFFER_TOO_SMALL);
    ck_assert_uint_eq(needed, strlen(text) + 1);
    leadkpi_stages_free(stages);
    stages = stages_with("stages=new,won,kept; won=won,kept; ids=hashed");
    OK(leadkpi_stages_describe(stages, text, sizeof text, NULL, ok_error));
    ck_assert_str_eq(text, "Leads go along new, won, kept; won, kept is success; of ids a 128-bit hash is kept.");
    leadkpi_stages_free(stages);
}
END_TEST

/* ---- memory that is not to be had -------------------------------------------------------- */

typedef struct fault_context {
    change rows[90];
    leadkpi_stages *stages, *other;
    leadkpi_table *result;
    leadkpi_options *options;
    blob bytes;
    uint8_t written[1 << 14];
    stages_report report;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    draw_changes(f->rows, 90, 9, 12, 9);
    f->stages = stages_on(host, definitions[0]);
    OK(add_changes(f->stages, f->rows, 40, "before", ok_error));
    f->other = stages_on(host, definitions[0]);
    OK(add_changes(f->other, f->rows + 30, 60, NULL, ok_error));
    f->bytes = state_of(f->stages);
    f->options = options_of("stages_report", "by=segment; grain=hour");
}

static leadkpi_status act_add(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return add_changes(f->stages, f->rows + 40, 50, "new", error);
}

static leadkpi_status act_merge(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_stages_merge(f->stages, f->other, error);
}

static leadkpi_status act_serialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_stages_serialize(f->stages, f->written, sizeof f->written, NULL, error);
}

static leadkpi_status act_deserialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_stages_free(f->other);
    return leadkpi_stages_deserialize(host, f->bytes.bytes, f->bytes.size, &f->other, error);
}

static leadkpi_status act_report(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return f->report(f->stages, f->options, &f->result, error);
}

static void state(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = state_of(f->stages);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_stages_free(f->stages);
    leadkpi_stages_free(f->other);
    leadkpi_options_free(f->options);
    free(f->bytes.bytes);
    f->result = NULL;
    f->stages = f->other = NULL;
}

static const struct {
    const char *name;
    leadkpi_status (*act)(const leadkpi_host *, void *, leadkpi_error *);
    stages_report report;
} acts[] = {
    {"add", act_add, NULL},
    {"merge", act_merge, NULL},
    {"serialize", act_serialize, NULL},
    {"deserialize", act_deserialize, NULL},
    {"steps", act_report, leadkpi_stages_steps},
    {"snapshot", act_report, leadkpi_stages_snapshot},
    {"transitions", act_report, leadkpi_stages_transitions},
    {"durations", act_report, leadkpi_stages_durations},
    {"reasons", act_report, leadkpi_stages_reasons},
    {"leads", act_report, leadkpi_stages_leads},
    {"checks", act_report, leadkpi_stages_checks},
};
#define ACT_COUNT (int)(sizeof acts / sizeof acts[0])

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    f.report = acts[_i].report;
    lk_fault_case fault = {acts[_i].name, set_up, acts[_i].act, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

/* ---- how often the host is asked ------------------------------------------------------------ */

#define MANY 200000
#define A_PART 65536 /* of the rows, after which it is asked as a rule */

/* Rows of one lead, each to another stage than the one before. */
static leadkpi_status add_many(leadkpi_stages *stages, leadkpi_error *error)
{
    static int64_t ids[MANY], times[MANY];
    static int32_t codes[MANY];
    static const int64_t offsets[] = {0, 3, 6, 9};
    leadkpi_table *table;
    for (int i = 0; i < MANY; i++) ids[i] = 7, times[i] = i * INT64_C(7919) % MANY, codes[i] = (int32_t)(times[i] % 3);
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, MANY, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_dictionary(table, "stage", NUL, codes, MANY, 0, NULL, offsets, "newmqlwon", 3, ok_error));
    leadkpi_status status = leadkpi_stages_add(stages, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

static leadkpi_stages *stages_of_many(const leadkpi_host *host)
{
    leadkpi_stages *stages = stages_on(host, "stages=new,mql,won");
    OK(add_many(stages, ok_error));
    return stages;
}

static void was_asked(lk_fault *fault, uint64_t passes, const char *what)
{
    ck_assert_msg(fault->polls >= passes * (MANY / A_PART), "%s: asked %d times, expected %d at least", what,
                  (int)fault->polls, (int)(passes * (MANY / A_PART)));
    lk_fault_arm(fault, 0, false);
}

START_TEST(the_host_is_asked_by_rows_of_one_lead)
{
    lk_fault fault;
    lk_fault_init(&fault);
    leadkpi_stages *stages = stages_of_many(&fault.host), *read;
    was_asked(&fault, 3, "add");
    static const struct {
        stages_report call;
        const char *name;
        uint64_t passes; /* beside those in which rows are put in order */
    } reports[] = {{leadkpi_stages_transitions, "transitions", 10}, {leadkpi_stages_durations, "durations", 7},
                   {leadkpi_stages_leads, "leads", 4}, {leadkpi_stages_steps, "steps", 4}};
    blob bytes = state_of(stages);
    was_asked(&fault, 10, "serialize");
    OK(leadkpi_stages_deserialize(&fault.host, bytes.bytes, bytes.size, &read, ok_error));
    was_asked(&fault, 1, "deserialize");
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        leadkpi_table *table;
        OK(reports[i].call(read, NULL, &table, ok_error));
        was_asked(&fault, 16 + reports[i].passes, reports[i].name);
        leadkpi_table_free(table);
    }
    free(bytes.bytes);
    leadkpi_stages_free(read);
    leadkpi_stages_free(stages);
    lk_fault_nothing_held(&fault, "one lead");
}
END_TEST

/* Add, or merge. */
START_TEST(what_takes_long_and_is_stopped_changes_nothing)
{
    lk_fault fault;
    leadkpi_error error;
    leadkpi_status status = LEADKPI_INTERRUPTED;
    lk_fault_init(&fault);
    leadkpi_stages *stages = stages_of_many(&fault.host), *other = stages_of_many(NULL);
    blob before = state_of(stages);
    uint64_t stop = 0;
    while (status == LEADKPI_INTERRUPTED) {
        lk_fault_stop_at(&fault, ++stop);
        status = _i ? leadkpi_stages_merge(stages, other, &error) : add_many(stages, &error);
        lk_fault_arm(&fault, 0, false);
        if (status == LEADKPI_INTERRUPTED) same_state(stages, before, "stopped");
    }
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    ck_assert_uint_gt(stop, (_i ? 1 : 3) * (MANY / A_PART));
    free(before.bytes);
    leadkpi_stages_free(stages);
    leadkpi_stages_free(other);
    lk_fault_nothing_held(&fault, "stopped");
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------- */

/* Every row moves its lead on: no report has more to hold. */
START_TEST(a_report_holds_no_more_than_its_header_says)
{
    static change rows[ROWS_MAX];
    static const char *const names[] = {"new", "met", "won"};
    static const char *const options_of_groups[] = {"as_of=2030-01-01", "as_of=2030-01-01; by=segment"};
    static const unsigned of_row[] = {136, 190};
    lk_fault host;
    lk_fault_init(&host);
    leadkpi_stages *stages = stages_on(&host.host, "stages=new,met,won");
    for (int i = 0; i < ROWS_MAX; i++)
        rows[i] = (change){.id = i / 4, .time = i * DAY, .stage = names[i % 4 % 3], .segment = i & 4 ? "a" : "b"};
    OK(add_changes(stages, rows, ROWS_MAX, NULL, ok_error));
    for (int groups = 0; groups < 2; groups++)
        for (int i = 0; i < ACT_COUNT; i++) {
            leadkpi_table *table;
            leadkpi_options *options = options_of("stages_report", options_of_groups[groups]);
            uint64_t held = host.live_bytes;
            host.peak_bytes = held;
            if (acts[i].report && acts[i].report(stages, options, &table, NULL) == LEADKPI_OK)
                leadkpi_table_free(table);
            ck_assert_msg(host.peak_bytes - held <= ROWS_MAX * of_row[groups] + ROWS_MAX / 4 * 220 + 16384,
                          "%s holds %d bytes", acts[i].name, (int)(host.peak_bytes - held));
            leadkpi_options_free(options);
        }
    leadkpi_stages_free(stages);
    lk_fault_nothing_held(&host, "memory");
}
END_TEST

static Suite *suite_of_states(void)
{
    Suite *suite = suite_create("stages states");
    TCase *tc = tcase_create("states");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes, 0, 2);
    tcase_add_loop_test(tc, a_state_read_back_writes_the_same_bytes_and_takes_more_rows, 0, 2);
    tcase_add_loop_test(tc, a_state_of_very_many_leads_is_read_back, 0, 2);
    tcase_add_loop_test(tc, hostile_bytes_are_refused_or_are_a_state, 0, 2);
    tcase_add_test(tc, definitions_that_cannot_be_are_refused);
    tcase_add_test(tc, a_line_has_64_stages_at_most);
    tcase_add_test(tc, rows_that_cannot_be_are_refused_and_nothing_changes);
    tcase_add_test(tc, a_definition_is_said_as_a_sentence);
    tcase_add_loop_test(tc, whichever_allocation_fails_nothing_is_half_done, 0, ACT_COUNT);
    tcase_add_test(tc, the_host_is_asked_by_rows_of_one_lead);
    tcase_add_loop_test(tc, what_takes_long_and_is_stopped_changes_nothing, 0, 2);
    tcase_add_test(tc, a_report_holds_no_more_than_its_header_says);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_states());
}
