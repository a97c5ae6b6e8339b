#include "../support/check_main.h"
#include "../support/fault.h"
#include "world.h"

/* What one case works on. The handles live on the host that may refuse. */
typedef struct fault_context {
    int kind; /* of the table that is added */
    const char *definition;
    const char *batch;
    world w;
    columns c;
    leadkpi_table *table; /* on a host of its own */
    leadkpi_campaigns *campaigns, *other;
    leadkpi_table *result;
    blob bytes;
    uint8_t written[1 << 16];
} fault_context;

static leadkpi_options *definition_of(const fault_context *f)
{
    leadkpi_options *options = NULL;
    if (!f->definition) return NULL;
    OK(leadkpi_options_create(NULL, "campaigns", NUL, &options, ok_error));
    OK(leadkpi_options_parse(options, f->definition, NUL, ok_error));
    return options;
}

static leadkpi_campaigns *made_on(const leadkpi_host *host, const fault_context *f)
{
    leadkpi_options *options = definition_of(f);
    leadkpi_campaigns *campaigns;
    OK(leadkpi_campaigns_create(host, options, &campaigns, ok_error));
    leadkpi_options_free(options);
    return campaigns;
}

static void draw(fault_context *f)
{
    draw_world(&f->w, 9, 60, f->kind % 2);
    f->table = table_of(&f->w, &f->c, f->kind, f->w.rows[f->kind] + 20, 40, 1);
}

static void empty_handle(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    draw(f);
    f->campaigns = made_on(host, f);
}

static void add_first_rows(leadkpi_campaigns *campaigns, const fault_context *f)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        OK(add_range(campaigns, &f->w, kind, 0, 20, 0, "before", ok_error));
}

static void filled_handle(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    empty_handle(host, context);
    add_first_rows(f->campaigns, f);
}

static void two_handles(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    filled_handle(host, context);
    f->other = made_on(host, f);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        OK(add_range(f->other, &f->w, kind, 15, 60, 1, NULL, ok_error));
}

static void handle_and_bytes(const leadkpi_host *host, void *context)
{
    fault_context *f = context;
    filled_handle(host, context);
    f->bytes = state_of(f->campaigns);
}

static leadkpi_status add_table(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return add_calls[f->kind](f->campaigns, f->table, f->batch, NUL, error);
}

static leadkpi_status merge(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_campaigns_merge(f->campaigns, f->other, error);
}

static leadkpi_status create(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_options *options = definition_of(f);
    leadkpi_status status = leadkpi_campaigns_create(host, options, &f->campaigns, error);
    ck_assert((status == LEADKPI_OK) == (f->campaigns != NULL));
    leadkpi_options_free(options);
    return status;
}

static leadkpi_status create_like(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_campaigns_create_like(f->campaigns, &f->other, error);
}

static leadkpi_status serialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    return leadkpi_campaigns_serialize(f->campaigns, f->written, sizeof f->written, NULL, error);
}

static leadkpi_status deserialize(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_status status =
        leadkpi_campaigns_deserialize(host, f->bytes.bytes, f->bytes.size, &f->other, error);
    ck_assert((status == LEADKPI_OK) == (f->other != NULL));
    return status;
}

static leadkpi_status summary(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    (void)host;
    leadkpi_status status = leadkpi_campaigns_summary(f->campaigns, &f->result, error);
    ck_assert((status == LEADKPI_OK) == (f->result != NULL));
    return status;
}

static void state_now(void *context, lk_fault_bytes *bytes)
{
    fault_context *f = context;
    blob b = {NULL, 0};
    if (f->campaigns) b = state_of(f->campaigns);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void teardown(void *context)
{
    fault_context *f = context;
    leadkpi_table_free(f->result);
    leadkpi_campaigns_free(f->campaigns);
    leadkpi_campaigns_free(f->other);
    leadkpi_table_free(f->table);
    free(f->bytes.bytes);
    f->result = NULL, f->campaigns = f->other = NULL, f->table = NULL;
    f->bytes = (blob){NULL, 0};
}

static const char *const definitions[] = {NULL, "person_key=email", "ids=hashed; stage_names=odd=sql"};
#define DEFINITION_COUNT 3

static fault_context *context_of(int definition)
{
    fault_context *f = calloc(1, sizeof *f);
    f->definition = definitions[definition];
    return f;
}

static void every_allocation(const char *name, fault_context *f,
                             void (*setup)(const leadkpi_host *, void *),
                             leadkpi_status (*act)(const leadkpi_host *, void *, leadkpi_error *))
{
    lk_fault_case c = {name, setup, act, state_now, teardown, f};
    lk_fault_every_allocation(&c);
}

static void every_poll(const char *name, fault_context *f,
                       void (*setup)(const leadkpi_host *, void *),
                       leadkpi_status (*act)(const leadkpi_host *, void *, leadkpi_error *))
{
    lk_fault_case c = {name, setup, act, state_now, teardown, f};
    lk_fault_every_poll(&c);
}

START_TEST(no_memory_leaves_the_rows_as_they_were)
{
    fault_context *f = context_of(_i / KIND_COUNT);
    f->kind = _i % KIND_COUNT;
    f->batch = "2025-04";
    every_allocation("add to an empty handle", f, empty_handle, add_table);
    every_allocation("add", f, filled_handle, add_table);
    free(f);
}
END_TEST

START_TEST(an_interrupt_leaves_the_rows_as_they_were)
{
    fault_context *f = context_of(_i / KIND_COUNT);
    f->kind = _i % KIND_COUNT;
    f->batch = "2025-04";
    every_poll("add to an empty handle", f, empty_handle, add_table);
    every_poll("add", f, filled_handle, add_table);
    free(f);
}
END_TEST

START_TEST(no_memory_or_an_interrupt_leaves_both_sides_of_a_merge)
{
    fault_context *f = context_of(_i);
    every_allocation("merge", f, two_handles, merge);
    every_poll("merge", f, two_handles, merge);
    free(f);
}
END_TEST

START_TEST(no_memory_makes_no_handle)
{
    fault_context *f = context_of(_i);
    lk_fault_case made = {"create", NULL, create, NULL, teardown, f};
    lk_fault_every_allocation(&made);
    lk_fault_every_limit(&made);
    every_allocation("create_like", f, filled_handle, create_like);
    free(f);
}
END_TEST

START_TEST(no_memory_or_an_interrupt_writes_and_reads_no_state)
{
    fault_context *f = context_of(_i);
    every_allocation("serialize", f, filled_handle, serialize);
    every_poll("serialize", f, filled_handle, serialize);
    every_allocation("deserialize", f, handle_and_bytes, deserialize);
    every_poll("deserialize", f, handle_and_bytes, deserialize);
    every_allocation("summary", f, filled_handle, summary);
    free(f);
}
END_TEST

/* Makes the handle and everything in it under one limit. */
static leadkpi_status read_under_limit(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    if (!f->bytes.bytes) {
        leadkpi_campaigns *source = made_on(NULL, f);
        draw_world(&f->w, 9, 60, 0);
        add_first_rows(source, f);
        f->bytes = state_of(source);
        leadkpi_campaigns_free(source);
    }
    return leadkpi_campaigns_deserialize(host, f->bytes.bytes, f->bytes.size, &f->other, error);
}

static leadkpi_status add_under_limit(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_context *f = context;
    leadkpi_options *options = definition_of(f);
    if (!f->table) draw(f);
    leadkpi_campaigns_free(f->campaigns);
    leadkpi_status status = leadkpi_campaigns_create(host, options, &f->campaigns, error);
    leadkpi_options_free(options);
    return status == LEADKPI_OK ? add_table(host, f, error) : status;
}

START_TEST(a_memory_limit_is_kept)
{
    fault_context *f = context_of(_i);
    lk_fault_case reading = {"deserialize under a limit", NULL, read_under_limit, NULL, teardown, f};
    lk_fault_every_limit(&reading);
    for (f->kind = 0; f->kind < KIND_COUNT; f->kind++) {
        lk_fault_case adding = {"add under a limit", NULL, add_under_limit, NULL, teardown, f};
        lk_fault_every_limit(&adding);
    }
    free(f);
}
END_TEST

START_TEST(an_empty_handle_is_one_small_block)
{
    lk_fault fault;
    leadkpi_campaigns *campaigns;
    lk_fault_init(&fault);
    lk_fault_arm(&fault, 0, false);
    OK(leadkpi_campaigns_create(&fault.host, NULL, &campaigns, ok_error));
    ck_assert_uint_eq(fault.requests, 1);
    ck_assert_uint_le(fault.live_bytes, 256);
    leadkpi_campaigns_free(campaigns);
    lk_fault_nothing_held(&fault, "an empty handle");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("campaigns_fault");
    TCase *tcase = tcase_create("campaigns_fault");
    tcase_set_timeout(tcase, 240);
    tcase_add_loop_test(tcase, no_memory_leaves_the_rows_as_they_were, 0, DEFINITION_COUNT * KIND_COUNT);
    tcase_add_loop_test(tcase, an_interrupt_leaves_the_rows_as_they_were, 0, DEFINITION_COUNT * KIND_COUNT);
    tcase_add_loop_test(tcase, no_memory_or_an_interrupt_leaves_both_sides_of_a_merge, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, no_memory_makes_no_handle, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, no_memory_or_an_interrupt_writes_and_reads_no_state, 0, DEFINITION_COUNT);
    tcase_add_loop_test(tcase, a_memory_limit_is_kept, 0, DEFINITION_COUNT);
    tcase_add_test(tcase, an_empty_handle_is_one_small_block);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
