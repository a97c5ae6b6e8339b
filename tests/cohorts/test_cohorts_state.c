/* States, merging, adding: the same rows give the same bytes; nothing half done; hostile bytes. */
#include <math.h>

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/seal.h"
#include "world.h"

static const struct {
    const char *definition;
    int text_ids;
} definitions[] = {{"ids=exact", 0}, {"ids=hashed", 1}, {"ids=exact", 1}};
#define DEFINITION_COUNT (int)(sizeof definitions / sizeof definitions[0])

static void draw(world *w, uint64_t seed, size_t count, int i)
{
    draw_world(w, seed, count, 40, 12);
    w->text_ids = definitions[i].text_ids;
}

START_TEST(any_order_of_the_same_rows_gives_the_same_bytes)
{
    static world w;
    draw(&w, 11 + (uint64_t)_i, 500, _i);
    leadkpi_cohorts *straight = filled(&w, definitions[_i].definition);
    blob expected = state_of(straight);
    for (uint64_t seed = 0; seed < 5; seed++) {
        shuffle_world(&w, seed);
        leadkpi_cohorts *shuffled = filled(&w, definitions[_i].definition);
        same_state(shuffled, expected, "another order");
        leadkpi_cohorts_free(shuffled);
    }
    free(expected.bytes);
    leadkpi_cohorts_free(straight);
}
END_TEST

START_TEST(any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes)
{
    static world w;
    uint64_t state = 5 + (uint64_t)_i;
    draw(&w, 21 + (uint64_t)_i, 600, _i);
    leadkpi_cohorts *straight = filled(&w, definitions[_i].definition);
    blob expected = state_of(straight);
    for (int round = 0; round < 9; round++) {
        leadkpi_cohorts *shards[5];
        size_t shard_count = 5;
        for (size_t s = 0; s < shard_count; s++)
            OK(leadkpi_cohorts_create_like(straight, &shards[s], ok_error));
        for (size_t from = 0, to; from < w.count; from = to) {
            to = from + 1 + lk_test_random(&state) % 70;
            if (to > w.count) to = w.count;
            add_rows(shards[lk_test_random(&state) % shard_count], w.rows + from, to - from, w.text_ids);
        }
        while (shard_count > 1) {
            size_t into = lk_test_random(&state) % shard_count, from = lk_test_random(&state) % shard_count;
            if (into == from) continue;
            OK(leadkpi_cohorts_merge(shards[into], shards[from], ok_error));
            leadkpi_cohorts_free(shards[from]);
            shards[from] = shards[--shard_count];
        }
        same_state(shards[0], expected, "merged shards");
        leadkpi_cohorts_free(shards[0]);
    }
    free(expected.bytes);
    leadkpi_cohorts_free(straight);
}
END_TEST

START_TEST(a_state_read_back_writes_the_same_bytes_and_takes_more_rows)
{
    static world w;
    draw(&w, 31 + (uint64_t)_i, 400, _i);
    leadkpi_cohorts *straight = cohorts_with(definitions[_i].definition), *restored;
    OK(add_kind(straight, PAID, w.rows, 200, w.text_ids, "first", ok_error));
    blob half = state_of(straight);
    restored = cohorts_of(half);
    same_state(restored, half, "read back");
    add_rows(straight, w.rows + 200, 200, w.text_ids);
    OK(add_kind(restored, PAID, w.rows, 200, w.text_ids, "first", ok_error)); /* had it */
    add_rows(restored, w.rows + 200, 200, w.text_ids);
    blob whole = state_of(straight);
    same_state(restored, whole, "read back and gone on");
    ck_assert(whole.size != half.size);
    free(half.bytes), free(whole.bytes);
    leadkpi_cohorts_free(straight), leadkpi_cohorts_free(restored);
}
END_TEST

START_TEST(an_empty_handle_has_a_state_too)
{
    leadkpi_cohorts *empty = cohorts_with(definitions[_i].definition);
    blob b = state_of(empty);
    leadkpi_cohorts *twin = cohorts_of(b);
    same_state(twin, b, "empty");
    free(b.bytes);
    leadkpi_cohorts_free(twin), leadkpi_cohorts_free(empty);
}
END_TEST

START_TEST(hostile_bytes_are_refused_or_are_a_state)
{
    static world w;
    uint64_t random = 99;
    draw(&w, 51, 60, _i);
    leadkpi_cohorts *cohorts = filled(&w, definitions[_i].definition), *read;
    leadkpi_error error;
    blob b = state_of(cohorts);
    for (size_t size = 0; size < b.size; size++)
        ck_assert_int_ne(leadkpi_cohorts_deserialize(NULL, b.bytes, size, &read, &error), LEADKPI_OK);
    uint8_t *copy = malloc(b.size);
    for (int round = 0; round < lk_test_rounds(8000); round++) {
        memcpy(copy, b.bytes, b.size);
        for (uint64_t changes = 1 + lk_test_random(&random) % 3; changes > 0; changes--)
            copy[40 + lk_test_random(&random) % (b.size - 56)] = (uint8_t)lk_test_random(&random);
        seal(copy, b.size);
        leadkpi_status status = leadkpi_cohorts_deserialize(NULL, copy, b.size, &read, &error);
        ck_assert((status == LEADKPI_OK) == (read != NULL));
        if (!read) continue;
        blob again = state_of(read); /* what was taken is what would be written */
        ck_assert(again.size == b.size && memcmp(again.bytes, copy, b.size) == 0);
        free(again.bytes);
        leadkpi_cohorts_free(read);
    }
    free(copy), free(b.bytes);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- adding ---------------------------------------------------------------------------- */

typedef struct one {
    int64_t id, time;
    double number;
    const char *currency, *text;
} one;

static leadkpi_status add_one(leadkpi_cohorts *cohorts, int kind, const one *o, leadkpi_error *error)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, &o->id, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &o->time, 1, 0, NULL, ok_error));
    const char *name = kind == MRR ? "mrr" : "amount";
    OK(leadkpi_table_borrow_double(table, name, NUL, &o->number, 1, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "currency", NUL, &o->currency, 1, ok_error));
    OK(leadkpi_table_copy_strings(table, "outcome", NUL, &o->text, 1, ok_error));
    leadkpi_status status = add_of(kind)(cohorts, table, NULL, 0, error);
    leadkpi_table_free(table);
    return status;
}

START_TEST(rows_that_cannot_be_are_refused_and_nothing_changes)
{
    static const struct {
        int kind;
        one row;
        leadkpi_status status;
        const char *words;
    } cases[] = {
        {PAID, {1, INT64_MAX, 1, "EUR", NULL}, LEADKPI_BAD_DATA, "years 1 to 9999"},
        {PAID, {1, INT64_MIN, 1, "EUR", NULL}, LEADKPI_BAD_DATA, "years 1 to 9999"},
        {PAID, {1, 5, 0x1p63, "EUR", NULL}, LEADKPI_BAD_DATA, "below 2^63"},
        {PAID, {1, 5, 1, "USD", NULL}, LEADKPI_MISMATCH, "expected \"EUR\""},
        {PAID, {1, 5, 1, "a name longer than sixteen bytes", NULL}, LEADKPI_BAD_DATA, "16 bytes"},
        {MRR, {1, 5, -1, "EUR", NULL}, LEADKPI_BAD_DATA, "from 0"},
        {OUTCOME, {1, 5, 1, "EUR", NULL}, LEADKPI_BAD_DATA, "found null"},
        {ACQUIRED, {1, 5, 1, "EUR", NULL}, LEADKPI_WRONG_TYPE, "dimension"},
    };
    static const one good = {2, 5, -3.5, "EUR", "won"};
    leadkpi_error error;
    leadkpi_cohorts *cohorts = cohorts_with("");
    leadkpi_table *none;
    OK(add_one(cohorts, PAID, &good, ok_error));
    blob before = state_of(cohorts);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        REFUSED(cases[i].status, cases[i].words, add_one(cohorts, cases[i].kind, &cases[i].row, ok_error));
        same_state(cohorts, before, "after a refused row");
    }
    OK(leadkpi_table_create(NULL, &none, ok_error));
    ck_assert_int_eq(leadkpi_cohorts_add_revenue(cohorts, none, NULL, 0, &error), LEADKPI_UNKNOWN_NAME);
    ck_assert_int_eq(leadkpi_cohorts_add_revenue(NULL, none, NULL, 0, &error), LEADKPI_NULL_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_add_revenue(cohorts, NULL, NULL, 0, &error), LEADKPI_NULL_ARGUMENT);
    leadkpi_table_free(none);
    free(before.bytes);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* A first row that is refused leaves a handle as empty as it was. */
START_TEST(a_refused_first_row_leaves_the_handle_empty)
{
    static const one bad = {1, 5, 1, "a name longer than sixteen bytes", NULL};
    leadkpi_error error;
    leadkpi_cohorts *cohorts = cohorts_with("");
    blob before = state_of(cohorts);
    ck_assert_int_eq(add_one(cohorts, PAID, &bad, &error), LEADKPI_BAD_DATA);
    same_state(cohorts, before, "after a refused first row");
    free(before.bytes);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* Batches are in a state in order of their ids. */
START_TEST(the_order_of_batches_does_not_show_in_a_state)
{
    static const row r = {ACTIVE, 1, 5, 0, NULL, NULL};
    static const char *const ids[] = {"b", "a", "c"};
    leadkpi_cohorts *a = cohorts_with(""), *b = cohorts_with("");
    for (int i = 0; i < 3; i++) {
        OK(add_kind(a, ACTIVE, &r, 1, 0, ids[i], ok_error));
        OK(add_kind(b, ACTIVE, &r, 1, 0, ids[2 - i], ok_error));
    }
    blob state = state_of(a);
    same_state(b, state, "in another order");
    leadkpi_cohorts *again = cohorts_of(state);
    OK(add_kind(again, ACTIVE, &r, 1, 0, "c", ok_error));
    same_state(again, state, "after a batch that it has had");
    free(state.bytes);
    leadkpi_cohorts_free(a), leadkpi_cohorts_free(b), leadkpi_cohorts_free(again);
}
END_TEST

/* As many dimensions as there may be, and one more; columns that are not there, or not whole. */
START_TEST(tables_that_do_not_fit_are_refused)
{
    static const char *const text[] = {"x"}, *const nothing[] = {NULL};
    static const int64_t number[] = {1};
    static const uint8_t absent[] = {0};
    leadkpi_error error;
    leadkpi_cohorts *cohorts = cohorts_with("");
    for (int extra = 0; extra < 7; extra++) {
        leadkpi_table *t;
        char name[16];
        OK(leadkpi_table_create(NULL, &t, ok_error));
        OK(leadkpi_table_borrow_int64(t, "id", NUL, number, 1, 0, extra == 2 ? absent : NULL, ok_error));
        if (extra != 3)
            OK(leadkpi_table_borrow_timestamp(t, "time", NUL, number, 1, 0, extra == 4 ? absent : NULL, ok_error));
        for (int i = 0; i < (extra == 1 ? 65 : extra == 0 ? 64 : 0); i++) {
            snprintf(name, sizeof name, "d%d", i);
            OK(leadkpi_table_copy_strings(t, name, NUL, text, 1, ok_error));
        }
        if (extra == 5) OK(leadkpi_table_copy_strings(t, "outcome", NUL, nothing, 1, ok_error));
        static const leadkpi_status expected[] = {LEADKPI_OK, LEADKPI_OVERFLOW, LEADKPI_BAD_DATA, LEADKPI_UNKNOWN_NAME,
                                                  LEADKPI_BAD_DATA, LEADKPI_BAD_DATA, LEADKPI_UNKNOWN_NAME};
        blob before = state_of(cohorts);
        leadkpi_status status = extra < 5 ? leadkpi_cohorts_add_acquisitions(cohorts, t, NULL, 0, &error)
                                          : leadkpi_cohorts_add_outcomes(cohorts, t, NULL, 0, &error);
        ck_assert_msg(status == expected[extra], "%d: %s", extra, error.message);
        if (extra) same_state(cohorts, before, "after a table that does not fit");
        free(before.bytes);
        leadkpi_table_free(t);
    }
    leadkpi_cohorts_free(cohorts);
}
END_TEST

START_TEST(a_merge_that_cannot_be_is_refused)
{
    static const row r = {ACTIVE, 1, 5, 0, NULL, NULL};
    leadkpi_error error;
    leadkpi_cohorts *a = cohorts_with(""), *b = cohorts_with(""), *c = cohorts_with("ids=hashed");
    OK(add_kind(a, ACTIVE, &r, 1, 0, "one", ok_error));
    OK(add_kind(b, ACTIVE, &r, 1, 0, "one", ok_error));
    blob before = state_of(a);
    ck_assert_int_eq(leadkpi_cohorts_merge(a, a, &error), LEADKPI_BAD_ARGUMENT);
    ck_assert_int_eq(leadkpi_cohorts_merge(a, c, &error), LEADKPI_MISMATCH);
    ck_assert_int_eq(leadkpi_cohorts_merge(a, b, &error), LEADKPI_MISMATCH);
    ck_assert(strstr(error.message, "\"one\"") != NULL);
    ck_assert_int_eq(leadkpi_cohorts_merge(a, NULL, &error), LEADKPI_NULL_ARGUMENT);
    leadkpi_cohorts_free(b);
    b = cohorts_with("");
    OK(add_kind(b, ACTIVE, &r, 1, 1, "two", ok_error));
    ck_assert_int_eq(leadkpi_cohorts_merge(a, b, &error), LEADKPI_MISMATCH);
    same_state(a, before, "after refused merges");
    free(before.bytes);
    leadkpi_cohorts_free(a), leadkpi_cohorts_free(b), leadkpi_cohorts_free(c);
}
END_TEST

START_TEST(a_handle_says_what_it_is_in_a_sentence)
{
    static const char *const kinds[] = {"", "ids=hashed"};
    char sentences[2][400];
    size_t needed, same;
    for (int i = 0; i < 2; i++) {
        leadkpi_cohorts *cohorts = cohorts_with(kinds[i]);
        OK(leadkpi_cohorts_describe(cohorts, NULL, 0, &needed, ok_error));
        OK(leadkpi_cohorts_describe(cohorts, sentences[i], sizeof sentences[i], &same, ok_error));
        ck_assert(needed == same && strlen(sentences[i]) + 1 == needed);
        sentences[i][0] = '?';
        ck_assert_int_eq(leadkpi_cohorts_describe(cohorts, sentences[i], needed - 1, &same, NULL),
                         LEADKPI_BUFFER_TOO_SMALL);
        ck_assert(sentences[i][0] == '?' && same == needed);
        leadkpi_cohorts_free(cohorts);
    }
    ck_assert_str_ne(sentences[0], sentences[1]);
    ck_assert_int_eq(leadkpi_cohorts_describe(NULL, sentences[0], 400, &needed, NULL), LEADKPI_NULL_ARGUMENT);
}
END_TEST

static leadkpi_cohorts *paid_in(const char *currency)
{
    static const int64_t id = 1, time = 5, cents = 100;
    leadkpi_table *table;
    leadkpi_cohorts *cohorts = cohorts_with("");
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_int64(table, "id", NUL, &id, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(table, "time", NUL, &time, 1, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_decimal(table, "amount", NUL, &cents, 2, 1, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(table, "currency", NUL, &currency, 1, ok_error));
    OK(leadkpi_cohorts_add_revenue(cohorts, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    return cohorts;
}

START_TEST(a_merge_takes_the_currency_over_and_refuses_a_second_one)
{
    leadkpi_cohorts *unsaid = paid_in(NULL), *euro = paid_in("EUR"), *dollar = paid_in("USD");
    OK(leadkpi_cohorts_merge(unsaid, euro, ok_error));
    blob before = state_of(unsaid);
    ck_assert_int_eq(leadkpi_cohorts_merge(unsaid, dollar, NULL), LEADKPI_MISMATCH);
    same_state(unsaid, before, "after a refused currency");
    free(before.bytes);
    leadkpi_cohorts_free(unsaid), leadkpi_cohorts_free(euro), leadkpi_cohorts_free(dollar);
}
END_TEST

START_TEST(spend_that_is_no_number_is_refused_with_its_row)
{
    static const double amounts[] = {1, HUGE_VAL};
    leadkpi_table *spend, *out;
    leadkpi_error error;
    leadkpi_cohorts *cohorts = paid_in("EUR");
    leadkpi_options *options = options_of("cohorts_value", "as_of=1971-01-01");
    OK(leadkpi_table_create(NULL, &spend, ok_error));
    OK(leadkpi_table_borrow_double(spend, "amount", NUL, amounts, 2, 0, NULL, ok_error));
    ck_assert_int_eq(leadkpi_cohorts_value(cohorts, spend, options, &out, &error), LEADKPI_BAD_DATA);
    ck_assert(error.row == 1 && error.column == 0 && !out);
    leadkpi_options_free(options);
    leadkpi_table_free(spend);
    leadkpi_cohorts_free(cohorts);
}
END_TEST

/* ---- faults ------------------------------------------------------------------------------ */

typedef struct fault_context {
    world w;
    leadkpi_cohorts *cohorts, *other;
    leadkpi_options *options[16];
    leadkpi_table *result, *rows;
    blob bytes;
    uint8_t written[1 << 16];
    int report;
    leadkpi_calendar *calendar;
    int64_t cells[9];
} fault_context;

static leadkpi_status value_of_spend(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    static const double amounts[] = {100, 50};
    static const char *const channels[] = {"ads", "tv"};
    leadkpi_table *spend;
    OK(leadkpi_table_create(NULL, &spend, ok_error));
    OK(leadkpi_table_borrow_double(spend, "amount", NUL, amounts, 2, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(spend, "channel", NUL, channels, 2, ok_error));
    leadkpi_status status = leadkpi_cohorts_value(cohorts, spend, options, out, error);
    leadkpi_table_free(spend);
    return status;
}

static leadkpi_lifetime *model_of(const char *text)
{
    leadkpi_lifetime *model;
    leadkpi_options *options = options_of("lifetime", text);
    OK(leadkpi_lifetime_create(NULL, options, &model, ok_error));
    leadkpi_options_free(options);
    return model;
}

static leadkpi_status lifetime_value(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_lifetime *model = model_of("model=pareto_nbd; r=0.55; alpha=10; s=0.6; beta=11");
    leadkpi_lifetime *spend_model = model_of("model=gamma_gamma; p=6; q=4; gamma=15");
    leadkpi_status status =
        leadkpi_cohorts_lifetime_value(cohorts, model, spend_model, NULL, options, out, error);
    leadkpi_lifetime_free(model), leadkpi_lifetime_free(spend_model);
    return status;
}

static leadkpi_status value_of_contracts(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                         leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_lifetime *model = model_of("model=sbg; alpha=0.7; beta=1.2");
    leadkpi_status status = leadkpi_cohorts_lifetime_value(cohorts, model, NULL, NULL, options, out, error);
    leadkpi_lifetime_free(model);
    return status;
}

static const struct {
    const char *schema, *options;
    report_call call;
} reports[] = {
    {"cohorts_retention", "as_of=1970-01-11; by=channel; grain=week; step=2d; ages=3",
     leadkpi_cohorts_retention},
    {"cohorts_retention", "as_of=1970-01-11; clock=calendar; grain=day; start=recurring; ages=3",
     leadkpi_cohorts_retention},
    {"cohorts_findings", "as_of=1970-01-11; by=channel,country", leadkpi_cohorts_findings},
    {"cohorts_churn", "as_of=1970-01-11; by=channel; grain=week", leadkpi_cohorts_churn},
    {"cohorts_survival", "as_of=1970-01-11; by=channel", leadkpi_cohorts_survival},
    {"cohorts_survival", "as_of=1970-01-11; by=channel; event=outcome", leadkpi_cohorts_survival_summary},
    {"cohorts_incidence", "as_of=1970-01-11; by=channel", leadkpi_cohorts_incidence},
    {"cohorts_conversion", "as_of=1970-01-11; by=channel; grain=day", leadkpi_cohorts_conversion},
    {"cohorts_value", "as_of=1970-01-11; by=channel; age=1d", value_of_spend},
    {"cohorts_histories", "as_of=1970-01-11; by=channel", leadkpi_cohorts_histories},
    {"cohorts_lifetime_value", "as_of=1970-01-11; by=channel; unit=1d; months=3", lifetime_value},
    {"cohorts_contracts", "as_of=1970-01-11; by=channel; renewal=week", leadkpi_cohorts_contracts},
    {"cohorts_lifetime_value", "as_of=1970-01-11; by=channel; months=0; discount=9; renewal=week", value_of_contracts},
};
#define REPORT_COUNT (int)(sizeof reports / sizeof reports[0])

static leadkpi_cohorts *made_on(const leadkpi_host *host)
{
    leadkpi_cohorts *cohorts;
    OK(leadkpi_cohorts_create(host, NULL, &cohorts, ok_error));
    return cohorts;
}

static void set_up(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    draw_world(&f->w, 9, 90, 12, 10);
    f->cohorts = made_on(host);
    add_rows(f->cohorts, f->w.rows, 60, 1);
    f->other = made_on(host);
    add_rows(f->other, f->w.rows + 30, 60, 1);
    f->bytes = state_of(f->cohorts);
    OK(leadkpi_calendar_create(NULL, NULL, &f->calendar, ok_error));
    for (int i = 0; i < REPORT_COUNT; i++)
        f->options[i] = options_of(reports[i].schema, reports[i].options);
    static const int64_t times[] = {5, 6, 7};
    static const char *const ids[] = {"c1", "new", "c2"}, *const channels[] = {"tv", NULL, "ads"};
    OK(leadkpi_table_create(NULL, &f->rows, ok_error));
    OK(leadkpi_table_copy_strings(f->rows, "id", NUL, ids, 3, ok_error));
    OK(leadkpi_table_borrow_timestamp(f->rows, "time", NUL, times, 3, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(f->rows, "outcome", NUL, channels, 3, ok_error));
}

static leadkpi_status act_add(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_cohorts_add_acquisitions(f->cohorts, f->rows, "new", NUL, error);
}

static leadkpi_status act_merge(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_cohorts_merge(f->cohorts, f->other, error);
}

static leadkpi_status act_serialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_cohorts_serialize(f->cohorts, f->written, sizeof f->written, NULL, error);
}

static leadkpi_status act_deserialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_cohorts_free(f->other);
    return leadkpi_cohorts_deserialize(host, f->bytes.bytes, f->bytes.size, &f->other, error);
}

static leadkpi_status act_create_like(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    leadkpi_cohorts_free(f->other);
    return leadkpi_cohorts_create_like(f->cohorts, &f->other, error);
}

static leadkpi_status act_report(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return reports[f->report].call(f->cohorts, f->options[f->report], &f->result, error);
}

static leadkpi_status act_matrix(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    static const int64_t ids[] = {1, INT64_MAX, 5}, times[] = {0, 1, 2};
    fault_context *f = context;
    return leadkpi_cohorts_matrix(host, f->calendar, 0, 3, ids, times, 3, f->cells, NULL, error);
}

static void state(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = state_of(f->cohorts);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void tear_down(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_table_free(f->rows);
    leadkpi_calendar_free(f->calendar);
    leadkpi_cohorts_free(f->cohorts);
    leadkpi_cohorts_free(f->other);
    for (int i = 0; i < REPORT_COUNT; i++) {
        leadkpi_options_free(f->options[i]);
        f->options[i] = NULL;
    }
    free(f->bytes.bytes);
    f->result = f->rows = NULL;
    f->cohorts = f->other = NULL;
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
    {"matrix", act_matrix, 1},
};
#define ACT_COUNT (int)(sizeof acts / sizeof acts[0])

START_TEST(whichever_allocation_fails_nothing_is_half_done)
{
    static fault_context f;
    lk_fault_case fault = {acts[_i].name, set_up, acts[_i].act, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    if (acts[_i].polls) lk_fault_every_poll(&fault);
}
END_TEST

START_TEST(whichever_allocation_of_a_report_fails_nothing_is_half_done)
{
    static fault_context f;
    f.report = _i;
    lk_fault_case fault = {reports[_i].schema, set_up, act_report, state, tear_down, &f};
    lk_fault_every_allocation(&fault);
    lk_fault_every_poll(&fault);
}
END_TEST

static Suite *suite_of_states(void)
{
    Suite *suite = suite_create("cohorts states");
    TCase *tc = tcase_create("states");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_handle_says_what_it_is_in_a_sentence);
    tcase_add_test(tc, a_merge_takes_the_currency_over_and_refuses_a_second_one);
    tcase_add_test(tc, spend_that_is_no_number_is_refused_with_its_row);
    tcase_add_loop_test(tc, any_order_of_the_same_rows_gives_the_same_bytes, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tc, any_batches_over_any_shards_merged_in_any_tree_give_the_same_bytes, 0,
                        DEFINITION_COUNT);
    tcase_add_loop_test(tc, a_state_read_back_writes_the_same_bytes_and_takes_more_rows, 0,
                        DEFINITION_COUNT);
    tcase_add_loop_test(tc, an_empty_handle_has_a_state_too, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tc, hostile_bytes_are_refused_or_are_a_state, 0, DEFINITION_COUNT);
    tcase_add_test(tc, rows_that_cannot_be_are_refused_and_nothing_changes);
    tcase_add_test(tc, a_merge_that_cannot_be_is_refused);
    tcase_add_loop_test(tc, whichever_allocation_fails_nothing_is_half_done, 0, ACT_COUNT);
    tcase_add_loop_test(tc, whichever_allocation_of_a_report_fails_nothing_is_half_done, 0, REPORT_COUNT);
    tcase_add_test(tc, a_refused_first_row_leaves_the_handle_empty);
    tcase_add_test(tc, the_order_of_batches_does_not_show_in_a_state);
    tcase_add_test(tc, tables_that_do_not_fit_are_refused);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_states());
}
