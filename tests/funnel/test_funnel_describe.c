/* What a rule says of itself: equal definitions the same, different ones not; and the presets. */
#include "../support/check_main.h"
#include "world.h"

#include <stdbool.h>

typedef struct axis {
    const char *name, *values[20]; /* none is the default */
} axis;

static const axis axes[] = {
    {"preset",
     {"clickhouse", "clickhouse_strict_deduplication", "clickhouse_strict_order",
      "clickhouse_strict_increase", "clickhouse_strict_once", "clickhouse_strict_increase_exact",
      "posthog_ordered", "posthog_strict", "posthog_unordered", "mixpanel_uniques", "mixpanel_reentry",
      "mixpanel_totals", "mixpanel_any_order", "ga4_closed", "ga4_open", "hubspot_all", "hubspot_any",
      "crm_lifecycle"}},
    {"order", {"adjacent", "unordered", "anchored", "open"}},
    {"entry", {"first", "every", "again"}},
    {"window", {"7d", "14d"}},
    {"window_days", {"1", "2"}},
    {"zone", {"+05:30", "-03:00"}},
    {"session", {"30min", "1h"}},
    {"sessions", {"2"}},
    {"step_window", {"1h"}},
    {"gap", {"1us", "1s"}},
    {"same_event", {"many"}},
    {"same_value", {"true"}},
    {"skips", {"implied"}},
    {"optional", {"2", "3", "2,3"}},
    {"exclude", {"x", "x|y", "x,y", "y,x"}},
    {"exclude_from", {"2", "3", "1,2"}},
    {"exclude_to", {"2", "4", "3,4"}},
    {"exclude_effect", {"end", "lead"}},
    {"compat", {"clickhouse"}},
    {"modes", {"strict_order", "strict_increase", "strict_increase,strict_order"}},
    {"ids", {"hashed"}},
    {"input", {"time"}},
};
#define AXIS_COUNT (sizeof axes / sizeof axes[0])

typedef struct saying {
    char *definition, *sentence;
} saying;

enum { DRAWS = 30000 };
static saying sayings[DRAWS];
static size_t saying_count;

/* NULL where the definition is refused, which must come with a reason. */
static leadkpi_funnel *funnel_if_good(const char *text)
{
    leadkpi_error error;
    leadkpi_funnel *funnel = NULL;
    leadkpi_options *options = options_of("funnel", text);
    leadkpi_status status = leadkpi_funnel_create(NULL, options, &funnel, &error);
    ck_assert(status == LEADKPI_OK || status == LEADKPI_CONTRADICTION);
    ck_assert(status == LEADKPI_OK || strstr(error.message, "expected") || strstr(error.message, "cannot"));
    leadkpi_options_free(options);
    return funnel;
}

static char *sentence_of(const leadkpi_funnel *funnel)
{
    size_t needed;
    OK(leadkpi_funnel_describe(funnel, NULL, 0, &needed, ok_error));
    char *text = malloc(needed);
    OK(leadkpi_funnel_describe(funnel, text, needed, NULL, ok_error));
    return text;
}

static int compare_sayings(const void *a, const void *b)
{
    const saying *x = a, *y = b;
    int compared = strcmp(x->sentence, y->sentence);
    return compared ? compared : strcmp(x->definition, y->definition);
}

/* From one option set to all of them, most of few; in the order of the axes, which is canonical. */
static void draw(uint64_t *state, char *text, size_t size)
{
    int few = (int)(lk_test_random(state) % 3) + 4;
    size_t length = (size_t)snprintf(text, size, "steps=A,B,C,D");
    for (size_t i = 0; i < AXIS_COUNT; i++) {
        size_t count = 0;
        while (count < 20 && axes[i].values[count]) count++;
        if (lk_test_random(state) % AXIS_COUNT >= (uint64_t)few) continue;
        length += (size_t)snprintf(text + length, size - length, "; %s=%s", axes[i].name,
                                   axes[i].values[lk_test_random(state) % count]);
    }
}

START_TEST(different_definitions_say_different_things)
{
    uint64_t state = 11;
    size_t different = 0;
    for (int i = 0; i < DRAWS; i++) {
        char text[800];
        draw(&state, text, sizeof text);
        leadkpi_funnel *funnel = funnel_if_good(text);
        if (!funnel) continue;
        size_t length = strlen(text) + 1;
        sayings[saying_count].definition = memcpy(malloc(length), text, length);
        sayings[saying_count++].sentence = sentence_of(funnel);
        leadkpi_funnel_free(funnel);
    }
    qsort(sayings, saying_count, sizeof *sayings, compare_sayings);
    for (size_t i = 1; i < saying_count; i++) {
        int same = strcmp(sayings[i].sentence, sayings[i - 1].sentence) == 0;
        different += !same;
        if (same)
            ck_assert_msg(strcmp(sayings[i].definition, sayings[i - 1].definition) == 0,
                          "%s\n%s\nboth say: %s", sayings[i].definition, sayings[i - 1].definition,
                          sayings[i].sentence);
    }
    ck_assert_uint_ge(different, 2000);
    for (size_t i = 0; i < saying_count; i++) free(sayings[i].definition), free(sayings[i].sentence);
}
END_TEST

START_TEST(names_cannot_pass_for_others)
{
    static const char *const pairs[][2] = {
        {"steps=A,B", "steps=\"A\"\", \"\"B\""}, {"steps=A|B", "steps=\"A\"\" or \"\"B\""},
        {"steps=A|B", "steps=A||B"}, {"steps=A|||B", "steps=A||||B"}, {"steps=A|||B", "steps=|:A|:||B"},
        {"steps=||A|B", "steps=|:||A|:||B"}, {"steps=|:A|||:||B", "steps=|:A|||||:||B"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        leadkpi_funnel *a = funnel_with(pairs[i][0]), *b = funnel_with(pairs[i][1]);
        char *x = sentence_of(a), *y = sentence_of(b);
        ck_assert_str_ne(x, y);
        free(x), free(y);
        leadkpi_funnel_free(a), leadkpi_funnel_free(b);
    }
}
END_TEST

/* A TZif file without a transition: always so many seconds east of Greenwich. */
static char *sentence_in_zone(uint32_t seconds_east)
{
    unsigned char file[54] = {'T', 'Z', 'i', 'f'};
    file[39] = 1, file[43] = 4; /* one type, four characters */
    for (int i = 0; i < 4; i++) file[44 + i] = (unsigned char)(seconds_east >> (24 - 8 * i));
    memcpy(file + 50, "ABC", 4);
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", "steps=A,B; window_days=1; zone=Here");
    OK(leadkpi_options_set_text(options, "zone_data", NUL, (const char *)file, sizeof file, ok_error));
    OK(leadkpi_funnel_create(NULL, options, &funnel, ok_error));
    char *sentence = sentence_of(funnel);
    leadkpi_options_free(options);
    leadkpi_funnel_free(funnel);
    return sentence;
}

START_TEST(rules_of_a_zone_that_came_as_bytes_are_told_by_their_hash)
{
    static const char before[] = "(the clocks of Here by rules of hash ";
    char *here = sentence_in_zone(3600), *again = sentence_in_zone(3600), *there = sentence_in_zone(7200);
    const char *hash = strstr(here, before);
    ck_assert_str_eq(here, again);
    ck_assert_str_ne(here, there);
    ck_assert_ptr_nonnull(hash);
    hash += strlen(before);
    ck_assert_uint_eq(strspn(hash, "0123456789abcdef"), 32);
    ck_assert(hash[32] == ')' && memcmp(hash, hash + 16, 16) != 0);
    free(here), free(again), free(there);
}
END_TEST

/* A page's title is such a name. */
START_TEST(two_bars_are_one_in_a_name)
{
    static const char *const names[] = {"Home | Shop", "|", "Home ", " Shop", "won|", "won", "lost", "|won", "|lost"};
    leadkpi_table *rows, *steps;
    int64_t ids[9], times[9];
    leadkpi_funnel *funnel = funnel_with("steps=Home || Shop,||,won||||lost; order=open; same_event=many");
    char *sentence = sentence_of(funnel);
    ck_assert_ptr_nonnull(strstr(sentence, "\"Home | Shop\", \"|\", \"won||lost\""));
    free(sentence);
    leadkpi_funnel_free(funnel);
    funnel = funnel_with("steps=Home || Shop,||,won|||lost,|:||won|:||lost; order=open; same_event=many; exclude=");
    for (int i = 0; i < 9; i++) ids[i] = i, times[i] = i;
    OK(leadkpi_table_create(NULL, &rows, ok_error));
    OK(leadkpi_table_borrow_int64(rows, "id", NUL, ids, 9, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(rows, "time", NUL, times, 9, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(rows, "event", NUL, names, 9, ok_error));
    OK(leadkpi_funnel_add(funnel, rows, NULL, 0, ok_error));
    OK(leadkpi_funnel_steps(funnel, NULL, &steps, ok_error));
    ck_assert_int_eq(whole_at(steps, "reached", 0), 1);
    ck_assert_int_eq(whole_at(steps, "reached", 1), 1);
    ck_assert_int_eq(whole_at(steps, "reached", 2), 2); /* "won|" and "lost" */
    ck_assert_int_eq(whole_at(steps, "reached", 3), 2); /* "|won" and "|lost" */
    leadkpi_table_free(steps), leadkpi_table_free(rows);
    leadkpi_funnel_free(funnel);
}
END_TEST

enum { NAME_MAX_LENGTH = 16, NAMES_MAX = 4, ITEM_MAX_LENGTH = 7 };

typedef struct name_list {
    char names[NAMES_MAX][NAME_MAX_LENGTH];
    int count;
} name_list;

/* How such names are written, by the rule in the header and with none of the library's code. */
static void spell(const name_list *list, char *out)
{
    bool marked = false;
    for (int i = 1; i < list->count; i++) marked |= list->names[i][0] == '|';
    for (int i = 0; i < list->count; i++) {
        if (marked || i > 0) *out++ = '|';
        if (marked) *out++ = ':';
        for (const char *c = list->names[i]; *c; c++) {
            *out++ = *c;
            if (*c == '|') *out++ = '|';
        }
    }
    *out = '\0';
}

/* The names that the definition of one step says; false where it is refused, which comes with a reason. */
static bool names_said(const char *item, name_list *said)
{
    char text[64];
    leadkpi_error error;
    leadkpi_funnel *funnel = NULL;
    snprintf(text, sizeof text, "steps=%s", item);
    leadkpi_options *options = options_of("funnel", text);
    leadkpi_status status = leadkpi_funnel_create(NULL, options, &funnel, &error);
    leadkpi_options_free(options);
    ck_assert(status == LEADKPI_OK || (status == LEADKPI_BAD_ARGUMENT && strstr(error.message, "as item 1")));
    if (status != LEADKPI_OK) return false;
    char *sentence = sentence_of(funnel), *at = sentence;
    said->count = 0;
    for (at = strchr(at, '"'); *at == '"'; at += strncmp(at, " or ", 4) == 0 ? 4 : 0) {
        size_t length = strcspn(at + 1, "\"");
        ck_assert_int_lt(said->count, NAMES_MAX);
        snprintf(said->names[said->count++], NAME_MAX_LENGTH, "%.*s", (int)length, at + 1);
        at += length + 2;
    }
    free(sentence);
    leadkpi_funnel_free(funnel);
    return true;
}

/* The number's digits to base 3 behind a leading 1, as characters that matter. */
static bool text_of_number(int number, char *out)
{
    char digits[ITEM_MAX_LENGTH + 2];
    int length = 0;
    for (; number > 1; number /= 3) digits[length++] = "a|:"[number % 3];
    for (int i = 0; i < length; i++) out[i] = digits[length - 1 - i];
    out[length] = '\0';
    return number == 1;
}

START_TEST(what_is_accepted_as_a_step_is_the_one_spelling_of_what_it_says)
{
    char item[ITEM_MAX_LENGTH + 2], spelling[64];
    name_list said;
    int accepted = 0;
    for (int number = 3; number < 2 * 2187; number++) { /* items of up to seven characters */
        if (!text_of_number(number, item) || !names_said(item, &said)) continue;
        spell(&said, spelling);
        ck_assert_str_eq(item, spelling);
        accepted++;
    }
    ck_assert_int_gt(accepted, 1000);
}
END_TEST

START_TEST(any_two_events_can_be_one_step)
{
    char spelling[64];
    name_list list = {{""}, 2}, said;
    for (int a = 3; a < 54; a++) /* names of up to three characters */
        for (int b = 3; b < 54; b++) {
            if (!text_of_number(a, list.names[0]) || !text_of_number(b, list.names[1])) continue;
            spell(&list, spelling);
            ck_assert_msg(names_said(spelling, &said), "%s", spelling);
            ck_assert_int_eq(said.count, 2);
            for (int i = 0; i < 2; i++) ck_assert_str_eq(said.names[i], list.names[i]);
        }
}
END_TEST

/* ---- presets ------------------------------------------------------------------------------ */

typedef struct pair {
    const char *preset, *axes;
} pair;

/* A preset and the axes that it stands for. */
static const pair presets[] = {
    {"preset=clickhouse; window=9us", "compat=clickhouse; window=9us"},
    {"preset=clickhouse_strict_deduplication; window=9us",
     "compat=clickhouse; window=9us; modes=strict_deduplication"},
    {"preset=clickhouse_strict_order; window=9us", "compat=clickhouse; window=9us; modes=strict_order"},
    {"preset=clickhouse_strict_increase; window=9us",
     "compat=clickhouse; window=9us; modes=strict_increase"},
    {"preset=clickhouse_strict_once; window=9us", "window=9us"},
    {"preset=clickhouse_strict_increase_exact; window=9us", "same_event=many; gap=1us; window=9us"},
    {"preset=posthog_ordered", "exclude_effect=lead; window=14d"},
    {"preset=posthog_strict; window=9us", "order=adjacent; exclude_effect=lead; window=9us"},
    {"preset=posthog_unordered", "order=unordered; window=14d"},
    {"preset=mixpanel_uniques", "entry=first; exclude_effect=end; window=7d"},
    {"preset=mixpanel_reentry; window=9us", "exclude_effect=end; window=9us"},
    {"preset=mixpanel_totals; window=9us", "entry=again; exclude_effect=end; window=9us"},
    {"preset=mixpanel_any_order; window=9us", "order=unordered; window=9us"},
    {"preset=ga4_closed; step_window=4us", "step_window=4us"},
    {"preset=ga4_open", "order=open; same_event=many"},
    {"preset=hubspot_all", ""},
    {"preset=hubspot_any", "order=open; same_event=many"},
    {"preset=crm_lifecycle", "entry=first; same_event=many; skips=implied"},
};

static leadkpi_table *leads_of(const char *rest, const world *w)
{
    char text[200];
    leadkpi_table *leads;
    snprintf(text, sizeof text, "steps=A,B,C,D; %s", rest);
    leadkpi_funnel *funnel = funnel_with(text);
    OK(add_rows(funnel, w->rows, w->count, 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
    leadkpi_funnel_free(funnel);
    return leads;
}

START_TEST(a_preset_answers_as_its_axes_do)
{
    static world w;
    int takes_exclusions = strncmp(presets[_i].preset, "preset=click", 12) != 0 &&
                           strstr(presets[_i].axes, "open") == NULL;
    drawing d = {200, 4, 20, 0, 0, takes_exclusions, 1};
    draw_world(&w, (uint64_t)_i, 2000, &d);
    leadkpi_table *a = leads_of(presets[_i].preset, &w), *b = leads_of(presets[_i].axes, &w);
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (size_t i = 0; i < leadkpi_table_row_count(a); i++) {
        ck_assert_int_eq(whole_at(a, "id", i), whole_at(b, "id", i));
        ck_assert_int_eq(whole_at(a, "step", i), whole_at(b, "step", i));
        ck_assert_int_eq(whole_at(a, "start", i), whole_at(b, "start", i));
    }
    leadkpi_table_free(a), leadkpi_table_free(b);
}
END_TEST

/* Any stage is a start, too, where it implies those before it; the first one is the one that counts. */
START_TEST(a_lifecycle_starts_with_the_first_stage_and_waits_from_stage_to_stage)
{
    static const int64_t times[] = {0, 3, 5, 9};
    static const char *const of_steps[] = {"step_1", "step_2", "step_3", "step_4"};
    row rows[16];
    leadkpi_table *leads;
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C,D; preset=crm_lifecycle");
    size_t count = parse_journey("A0 B3 C5 A7 D9", rows);
    OK(add_rows(funnel, rows, count, 0, NULL, ok_error));
    OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
    ck_assert_int_eq(whole_at(leads, "start", 0), 0);
    for (int step = 0; step < 4; step++) ck_assert_int_eq(whole_at(leads, of_steps[step], 0), times[step]);
    leadkpi_table_free(leads);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(what_a_preset_sets_is_set_once)
{
    leadkpi_error error;
    leadkpi_funnel *funnel;
    leadkpi_options *options = options_of("funnel", "steps=A,B; preset=posthog_strict; order=unordered");
    ck_assert_int_eq(leadkpi_funnel_create(NULL, options, &funnel, &error), LEADKPI_CONTRADICTION);
    ck_assert_ptr_nonnull(strstr(error.message, "order: preset \"posthog_strict\" sets it"));
    leadkpi_options_free(options);
}
END_TEST

/* ---- open funnels and attempts in reports ----------------------------------------------------- */

START_TEST(an_open_funnel_counts_each_step_by_itself)
{
    row rows[16];
    leadkpi_table *steps;
    leadkpi_error error;
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C; preset=ga4_open");
    size_t count = parse_journey("C0 B1", rows);
    OK(add_rows(funnel, rows, count, 0, NULL, ok_error));
    count = parse_journey("A0 C1", rows);
    for (size_t i = 0; i < count; i++) rows[i].id = 1;
    OK(add_rows(funnel, rows, count, 0, NULL, ok_error));
    OK(leadkpi_funnel_steps(funnel, NULL, &steps, ok_error));
    ck_assert_int_eq(whole_at(steps, "reached", 0), 1);
    ck_assert_int_eq(whole_at(steps, "reached", 1), 1);
    ck_assert_int_eq(whole_at(steps, "reached", 2), 2);
    ck_assert(is_null_at(steps, "step_rate", 2) && is_null_at(steps, "overall_rate", 0));
    leadkpi_table_free(steps);
    ck_assert_int_eq(leadkpi_funnel_times(funnel, NULL, &steps, &error), LEADKPI_CONTRADICTION);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(attempts_are_counted_beside_their_leads)
{
    row rows[16];
    leadkpi_table *steps;
    leadkpi_funnel *funnel = funnel_with("steps=A,B; entry=every; window=5us");
    OK(add_rows(funnel, rows, parse_journey("A0 A1 B4 A20", rows), 0, NULL, ok_error));
    OK(leadkpi_funnel_steps(funnel, NULL, &steps, ok_error));
    ck_assert_int_eq(whole_at(steps, "reached", 0), 3);
    ck_assert_int_eq(whole_at(steps, "leads", 0), 1);
    ck_assert_int_eq(whole_at(steps, "reached", 1), 2);
    ck_assert_int_eq(whole_at(steps, "leads", 1), 1);
    ck_assert_int_eq(whole_at(steps, "open", 0), 1);
    leadkpi_table_free(steps);
    leadkpi_funnel_free(funnel);
}
END_TEST

START_TEST(an_optional_step_takes_nothing_from_those_after_it)
{
    row rows[16];
    leadkpi_table *steps, *times;
    leadkpi_funnel *funnel = funnel_with("steps=A,B,C; optional=2");
    size_t count = parse_journey("A0 C1", rows);
    OK(add_rows(funnel, rows, count, 0, NULL, ok_error));
    count = parse_journey("A0 B2 C3", rows);
    for (size_t i = 0; i < count; i++) rows[i].id = 1;
    OK(add_rows(funnel, rows, count, 0, NULL, ok_error));
    OK(leadkpi_funnel_steps(funnel, NULL, &steps, ok_error));
    ck_assert_int_eq(whole_at(steps, "reached", 0), 2);
    ck_assert_int_eq(whole_at(steps, "reached", 1), 1);
    ck_assert_int_eq(whole_at(steps, "reached", 2), 2);
    ck_assert(number_at(steps, "step_rate", 2) == 1);
    OK(leadkpi_funnel_times(funnel, NULL, &times, ok_error));
    ck_assert_int_eq(whole_at(times, "completed", 0), 1);
    ck_assert_int_eq(whole_at(times, "censored", 0), 0);
    ck_assert_int_eq(whole_at(times, "completed", 2), 2);
    leadkpi_table_free(steps), leadkpi_table_free(times);
    leadkpi_funnel_free(funnel);
}
END_TEST

/* ---- days with changing clocks ------------------------------------------------------------------ */

START_TEST(a_calendar_day_is_what_the_clocks_show)
{
    /* Berlin, 2025-03-30: the day has 23 hours, from 2025-03-29T23:00Z to 2025-03-30T22:00Z. */
    const int64_t start = INT64_C(1743289200000000), hour = INT64_C(3600000000);
    const char rule[] = "steps=A,B; window_days=%d; zone=Berlin; zone_rule=\"CET-1CEST,M3.5.0,M10.5.0/3\"";
    static const struct {
        int days, hours, level;
    } cases[] = {{1, 22, 2}, {1, 23, 1}, {2, 46, 2}, {2, 47, 1}};
    for (int i = 0; i < 4; i++) {
        char text[200];
        leadkpi_table *leads;
        row rows[2] = {{1, start, 0, 1, 0, NULL}, {1, start + cases[i].hours * hour, 0, 2, 0, NULL}};
        snprintf(text, sizeof text, rule, cases[i].days);
        leadkpi_funnel *funnel = funnel_with(text);
        OK(add_rows(funnel, rows, 2, 0, NULL, ok_error));
        OK(leadkpi_funnel_leads(funnel, NULL, &leads, ok_error));
        ck_assert_int_eq(whole_at(leads, "step", 0), cases[i].level);
        leadkpi_table_free(leads);
        leadkpi_funnel_free(funnel);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("funnel definitions");
    TCase *tc = tcase_create("definitions");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, different_definitions_say_different_things);
    tcase_add_test(tc, names_cannot_pass_for_others);
    tcase_add_test(tc, rules_of_a_zone_that_came_as_bytes_are_told_by_their_hash);
    tcase_add_test(tc, two_bars_are_one_in_a_name);
    tcase_add_test(tc, what_is_accepted_as_a_step_is_the_one_spelling_of_what_it_says);
    tcase_add_test(tc, any_two_events_can_be_one_step);
    tcase_add_loop_test(tc, a_preset_answers_as_its_axes_do, 0,
                        (int)(sizeof presets / sizeof presets[0]));
    tcase_add_test(tc, a_lifecycle_starts_with_the_first_stage_and_waits_from_stage_to_stage);
    tcase_add_test(tc, what_a_preset_sets_is_set_once);
    tcase_add_test(tc, an_open_funnel_counts_each_step_by_itself);
    tcase_add_test(tc, attempts_are_counted_beside_their_leads);
    tcase_add_test(tc, an_optional_step_takes_nothing_from_those_after_it);
    tcase_add_test(tc, a_calendar_day_is_what_the_clocks_show);
    suite_add_tcase(suite, tc);
    return lk_test_run(suite);
}
