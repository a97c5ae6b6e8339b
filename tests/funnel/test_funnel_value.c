/* Attempts whose events have one value: a lead and a value together are as a lead of their own. */
#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/text_table.h"
#include "world.h"

enum { EVENTS = 3000, LEADS = 200, VALUES = 4 }; /* value 0 is null */

typedef struct event {
    int64_t id, time;
    int name, value;
} event;

static event events[EVENTS];
static const char *const names[] = {"A", "B", "C", "x", "z"};
static const char *const values[] = {NULL, "red", "blue", "green"};

static void draw_events(uint64_t seed)
{
    uint64_t state = seed;
    for (int i = 0; i < EVENTS; i++)
        events[i] = (event){(int64_t)(lk_test_random(&state) % LEADS), (int64_t)(lk_test_random(&state) % 40),
                            (int)(lk_test_random(&state) % 5), (int)(lk_test_random(&state) % VALUES)};
}

/* `split`: a lead and its value as one id, events without a value left out. */
static void add_events(leadkpi_funnel *funnel, const event *from, int count, int split, int step)
{
    static int64_t ids[EVENTS], times[EVENTS];
    static const char *event_names[EVENTS], *event_values[EVENTS];
    leadkpi_table *table;
    size_t rows = 0;
    for (int i = 0; i < count; i++) {
        const event *e = &from[step < 0 ? count - 1 - i : i];
        if (split && e->value == 0) continue;
        ids[rows] = split ? e->id * VALUES + e->value : e->id;
        times[rows] = e->time;
        event_names[rows] = names[e->name];
        event_values[rows++] = values[e->value];
    }
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, ids, rows, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, times, rows, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "event", NUL, event_names, rows, ok_error));
    OK(leadkpi_table_copy_strings(table, "value", NUL, event_values, rows, ok_error));
    OK(leadkpi_funnel_add(funnel, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
}

static leadkpi_table *leads_of(const leadkpi_funnel *funnel)
{
    leadkpi_table *table;
    OK(leadkpi_funnel_leads(funnel, NULL, &table, ok_error));
    return table;
}

static leadkpi_funnel *funnel_of_rule(const char *rule, int same_value)
{
    char text[200];
    snprintf(text, sizeof text, "steps=A,B,C; %s%s", rule, same_value ? "; same_value=true" : "");
    return funnel_with(text);
}

static const char *const best_rules[] = {"window=9us", "window=12us; gap=1us", "order=adjacent",
                                         "order=unordered; window=5us", "exclude=x; exclude_effect=end",
                                         "same_event=many; window=9us", "session=3us",
                                         "same_event=many; exclude=x; entry=every",
                                         "entry=every; window=9us", "entry=again; window=5us"};

START_TEST(a_lead_and_a_value_are_as_a_lead_of_their_own)
{
    int64_t best[LEADS] = {0}, count[LEADS] = {0};
    int every = strstr(best_rules[_i], "entry=") != NULL;
    draw_events((uint64_t)_i + 7);
    leadkpi_funnel *whole = funnel_of_rule(best_rules[_i], 1), *split = funnel_of_rule(best_rules[_i], 0);
    add_events(whole, events, EVENTS, 0, 1);
    add_events(split, events, EVENTS, 1, 1);
    leadkpi_table *of_whole = leads_of(whole), *of_split = leads_of(split);
    for (size_t i = 0; i < leadkpi_table_row_count(of_split); i++) {
        int64_t id = whole_at(of_split, "id", i) / VALUES, step = whole_at(of_split, "step", i);
        best[id] = step > best[id] ? step : best[id];
        count[id]++;
    }
    size_t at = 0;
    for (int id = 0; id < LEADS; id++) {
        int64_t found = 0;
        for (int64_t n = every ? count[id] : best[id] > 0; n > 0; n--, at++) {
            ck_assert_int_eq(whole_at(of_whole, "id", at), id);
            if (whole_at(of_whole, "step", at) > found) found = whole_at(of_whole, "step", at);
        }
        ck_assert_int_eq(found, best[id]);
    }
    ck_assert_uint_eq(leadkpi_table_row_count(of_whole), at);
    leadkpi_table_free(of_whole), leadkpi_table_free(of_split);
    leadkpi_funnel_free(whole), leadkpi_funnel_free(split);
}
END_TEST

START_TEST(the_first_entry_of_a_lead_says_which_value_counts)
{
    static const event log[] = {{1, 0, 0, 1}, {1, 1, 0, 2}, {1, 2, 1, 2}, {1, 3, 2, 2}, {1, 4, 1, 1}};
    leadkpi_funnel *first = funnel_of_rule("entry=first", 1), *any = funnel_of_rule("entry=any", 1);
    add_events(first, log, 5, 0, 1);
    add_events(any, log, 5, 0, 1);
    leadkpi_table *of_first = leads_of(first), *of_any = leads_of(any);
    ck_assert_int_eq(whole_at(of_first, "step", 0), 2);
    ck_assert_int_eq(whole_at(of_any, "step", 0), 3);
    leadkpi_table_free(of_first), leadkpi_table_free(of_any);
    leadkpi_funnel_free(first), leadkpi_funnel_free(any);
}
END_TEST

/* At one instant the blue events of step 2 stand first, but the attempt is red. Where attempts are counted,
 * instants of many events are looked at once for all values. */
static const char *const segment_rules[] = {"window=9us", "window=9us; entry=every"};
enum { CROWD = 100 };

START_TEST(the_segment_of_a_step_is_that_of_the_value_that_counts)
{
    int64_t ids[CROWD + 3], times[CROWD + 3];
    const char *happened[CROWD + 3], *of[CROWD + 3], *from[CROWD + 3];
    size_t blue = _i % 2 ? CROWD : 1, count = blue + 3;
    for (size_t i = 0; i < count; i++) {
        bool is_blue = i > 0 && i <= blue;
        ids[i] = 1;
        times[i] = i == 0 ? 0 : i == count - 1 ? 6 : 5;
        happened[i] = i == 0 ? "A" : i == count - 1 ? "C" : "B";
        of[i] = is_blue ? "blue" : "red";
        from[i] = is_blue ? "fair" : i == blue + 1 ? "mail" : "web";
    }
    leadkpi_funnel *funnel = funnel_of_rule(segment_rules[_i / 2], 1);
    leadkpi_options *options = options_of("funnel_report", "breakdown=step; breakdown_step=2");
    leadkpi_table *rows, *leads;
    const char *segment;
    size_t length;
    int32_t column;
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, count, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(rows, "event", NUL, happened, count, ok_error));
    OK(leadkpi_table_copy_strings(rows, "value", NUL, of, count, ok_error));
    OK(leadkpi_table_copy_strings(rows, "segment", NUL, from, count, ok_error));
    OK(leadkpi_funnel_add(funnel, rows, NULL, 0, ok_error));
    OK(leadkpi_funnel_leads(funnel, options, &leads, ok_error));
    ck_assert_int_eq(whole_at(leads, "step", 0), 3);
    OK(leadkpi_table_find_column(leads, "segment", NUL, &column, ok_error));
    OK(leadkpi_table_get_text(leads, column, 0, &segment, &length, ok_error));
    ck_assert(length == 4 && memcmp(segment, "mail", 4) == 0);
    leadkpi_table_free(rows), leadkpi_table_free(leads);
    leadkpi_options_free(options);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(states_with_values_are_the_same_in_any_order_and_parts)
{
    draw_events(99);
    leadkpi_funnel *forward = funnel_of_rule("session=3us", 1), *backward = funnel_of_rule("session=3us", 1);
    leadkpi_funnel *part = funnel_of_rule("session=3us", 1);
    add_events(forward, events, EVENTS, 0, 1);
    add_events(backward, events + 1000, EVENTS - 1000, 0, -1);
    add_events(part, events, 1000, 0, -1);
    OK(leadkpi_funnel_merge(backward, part, ok_error));
    blob state = state_of(forward);
    same_state(backward, state, "backwards, merged");
    leadkpi_funnel *read = funnel_of(state);
    same_state(read, state, "read back");
    leadkpi_table *a = leads_of(forward), *b = leads_of(read);
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (size_t i = 0; i < leadkpi_table_row_count(a); i++)
        ck_assert_int_eq(whole_at(a, "step", i), whole_at(b, "step", i));
    leadkpi_table_free(a), leadkpi_table_free(b);
    leadkpi_funnel_free(forward), leadkpi_funnel_free(backward);
    leadkpi_funnel_free(part), leadkpi_funnel_free(read);
    free(state.bytes);
}
END_TEST

START_TEST(hostile_states_with_values_are_refused)
{
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_of_rule("window=9us", 1), *read;
    draw_events(5);
    add_events(funnel, events, 60, 0, 1);
    blob state = state_of(funnel);
    for (size_t size = 0; size < state.size; size++) {
        ck_assert_int_ne(leadkpi_funnel_deserialize(NULL, state.bytes, size, &read, &error), LEADKPI_OK);
        ck_assert_ptr_null(read);
    }
    for (size_t bit = 0; bit < 8 * state.size; bit++) {
        state.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        ck_assert_int_ne(leadkpi_funnel_deserialize(NULL, state.bytes, state.size, &read, &error),
                         LEADKPI_OK);
        state.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    leadkpi_funnel_free(funnel);
    free(state.bytes);
}
END_TEST

/* 7 and "7" are one value; a lead that never enters has no first one; null is in no attempt. */
START_TEST(a_whole_number_is_the_value_that_its_digits_are)
{
    leadkpi_funnel *funnel = funnel_of_rule("entry=first", 1);
    leadkpi_table *t = text_table("id:i time:t event:s value:i", "1,1,A,7\n2,1,B,7\n3,1,A,-8\n4,1,A,\n");
    OK(leadkpi_funnel_add(funnel, t, NULL, 0, ok_error));
    leadkpi_table_free(t);
    t = text_table("id:i time:t event:s value:s", "1,2,B,7\n3,2,B,8\n4,2,B,7\n2,2,C,7\n");
    OK(leadkpi_funnel_add(funnel, t, NULL, 0, ok_error));
    leadkpi_table_free(t);
    t = leads_of(funnel);
    rows_are(t, "id step step_1 step_2", "1,2,1,2\n3,1,1,\n");
    leadkpi_table_free(t);
    leadkpi_funnel_free(funnel);
}
END_TEST

typedef struct fault_context {
    leadkpi_funnel *funnel;
    leadkpi_table *leads;
} fault_context;

static void set_up(const leadkpi_host *host, void *context)
{
    static const event log[] = {{1, 0, 0, 1}, {1, 1, 1, 2}, {1, 2, 1, 1}, {2, 3, 0, 2}, {2, 4, 1, 2}};
    fault_context *f = context;
    leadkpi_options *options = options_of("funnel", "steps=A,B,C; same_value=true");
    OK(leadkpi_funnel_create(host, options, &f->funnel, ok_error));
    add_events(f->funnel, log, 5, 0, 1);
    leadkpi_options_free(options);
}

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_funnel_leads(f->funnel, NULL, &f->leads, error);
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->leads);
    leadkpi_funnel_free(f->funnel);
    f->leads = NULL;
}

START_TEST(whichever_allocation_fails_no_report_is_half_made)
{
    static fault_context f;
    lk_fault_case fault = {"values", set_up, act, NULL, tear_down, &f};
    lk_fault_every_allocation(&fault);
}
END_TEST

START_TEST(rows_without_the_column_are_refused)
{
    leadkpi_error error;
    row r = {1, 0, 0, 1, 0, NULL};
    leadkpi_funnel *funnel = funnel_of_rule("window=9us", 1);
    ck_assert_int_eq(add_rows(funnel, &r, 1, 0, NULL, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_ptr_nonnull(strstr(error.message, "value"));
    leadkpi_funnel_free(funnel);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("funnel values");
    TCase *tc = tcase_create("values");
    tcase_add_loop_test(tc, a_lead_and_a_value_are_as_a_lead_of_their_own, 0,
                        (int)(sizeof best_rules / sizeof best_rules[0]));
    tcase_add_test(tc, the_first_entry_of_a_lead_says_which_value_counts);
    tcase_add_loop_test(tc, the_segment_of_a_step_is_that_of_the_value_that_counts, 0, 4);
    tcase_add_test(tc, states_with_values_are_the_same_in_any_order_and_parts);
    tcase_add_test(tc, hostile_states_with_values_are_refused);
    tcase_add_test(tc, a_whole_number_is_the_value_that_its_digits_are);
    tcase_add_test(tc, whichever_allocation_fails_no_report_is_half_made);
    tcase_add_test(tc, rows_without_the_column_are_refused);
    suite_add_tcase(suite, tc);
    return lk_test_run(suite);
}
