/* States as version 0.1 wrote them. Never change one: every later release must read these bytes.
 * While the format is the same the same rows must still write them; where it is not, add the new
 * one. What is read must say the same as the rows themselves. Those of campaigns and of a funnel of
 * events stand in the tests of their rooms. */
#include "../support/check_main.h"
#include "../support/handles.h"
#include "../support/text_table.h"
#include "states_of_0_1.h"

HANDLE_STATE(funnel)
HANDLE_CREATE(funnel)
HANDLE_ADD(funnel, add)
HANDLE_REPORT(funnel, steps)
HANDLE_REPORT(funnel, leads)
HANDLE_STATE(stages)
HANDLE_CREATE(stages)
HANDLE_ADD(stages, add)
HANDLE_REPORT(stages, leads)
HANDLE_REPORT(stages, transitions)
HANDLE_REPORT(stages, reasons)
HANDLE_STATE(responses)
HANDLE_CREATE(responses)
HANDLE_ADD(responses, add_leads)
HANDLE_ADD(responses, add)
HANDLE_ADD(responses, add_conversions)
HANDLE_REPORT(responses, leads)
HANDLE_REPORT(responses, bands)
HANDLE_STATE(attribution)
HANDLE_CREATE(attribution)
HANDLE_ADD(attribution, add_touches)
HANDLE_ADD(attribution, add_conversions)
HANDLE_ADD(attribution, add_milestones)
HANDLE_ADD(attribution, add_nulls)
HANDLE_ADD(attribution, add_paths)
HANDLE_ADD(attribution, add_costs)
HANDLE_REPORT(attribution, credits)
HANDLE_REPORT(attribution, summary)
HANDLE_STATE(cohorts)
HANDLE_CREATE(cohorts)
HANDLE_ADD(cohorts, add_acquisitions)
HANDLE_ADD(cohorts, add_activity)
HANDLE_ADD(cohorts, add_revenue)
HANDLE_ADD(cohorts, add_subscriptions)
HANDLE_ADD(cohorts, add_outcomes)
HANDLE_STATE(lifetime)
HANDLE_CREATE(lifetime)

/* ---- the rows ---------------------------------------------------------------------- */

/* What is done to a handle after its rows are in; the handle, or another one in its place. */
static void *close_middle(void *handle)
{
    OK(leadkpi_funnel_close(handle, 100, 200, ok_error));
    OK(leadkpi_funnel_close(handle, 250, 300, ok_error));
    return handle;
}

static void *close_journeys(void *handle)
{
    leadkpi_attribution *closed;
    OK(leadkpi_attribution_close(handle, NULL, &closed, ok_error));
    leadkpi_attribution_free(handle);
    return closed;
}

typedef struct golden_rows {
    handle_add add;
    const char *columns, *rows, *batch;
} golden_rows;

typedef struct golden_report {
    handle_report report;
    const char *schema, *options;
} golden_report;

typedef struct golden {
    const char *name, *bytes;
    const handle_state *state;
    handle_create create;
    const char *definition;
    golden_rows rows[5];
    void *(*then)(void *);
    golden_report reports[3];
} golden;

#define EVENTS "id:i time:t event:s"
#define WALK                                                                                      \
    "1,90,visit\n1,110,demo\n1,300,won\n2,100,visit\n2,199,visit\n2,200,demo\n2,260,won\n-7,120," \
    "visit\n"                                                                                     \
    "-7,121,look\n"

static const golden goldens[] = {
    {.name = "funnel, text ids, sequences, segments",
     .bytes = state_funnel_text,
     .state = &funnel_state,
     .create = funnel_create,
     .definition = "steps=visit,demo|call,won; order=adjacent; exclude=spam; exclude_effect=end",
     .rows =
         {{funnel_add, "id:s time:t event:s sequence:i segment:s",
           "ada,5,visit,,web\nada,5,call,-1,\nbob,7,look,,event\nada,6,won,3,web\nbob,8,spam,,\n",
           "2025-01"}},
     .reports = {{funnel_steps, "funnel_report", "by=segment"},
                 {funnel_leads, "funnel_report", ""}}},
    {.name = "funnel, hashed ids, one value",
     .bytes = state_funnel_value,
     .state = &funnel_state,
     .create = funnel_create,
     .definition = "steps=visit,won; ids=hashed; same_value=true",
     .rows = {{funnel_add, "id:i time:t event:s value:s",
               "1,5,visit,a\n1,6,won,b\n1,7,won,a\n2,5,visit,\n", NULL}},
     .reports = {{funnel_steps, "funnel_report", ""}, {funnel_leads, "funnel_report", ""}}},
    {.name = "funnel, closed ranges",
     .bytes = state_funnel_closed,
     .state = &funnel_state,
     .create = funnel_create,
     .definition = "steps=visit,demo,won; window=200us",
     .rows = {{funnel_add, EVENTS, WALK, "b"}},
     .then = close_middle,
     .reports = {{funnel_steps, "funnel_report", ""}, {funnel_leads, "funnel_report", ""}}},
    {.name = "funnel, rows in order of time",
     .bytes = state_funnel_time,
     .state = &funnel_state,
     .create = funnel_create,
     .definition = "steps=visit,demo,won; window=200us; input=time",
     .rows = {{funnel_add, EVENTS,
               "1,90,visit\n2,100,visit\n1,110,demo\n-7,120,visit\n-7,121,look\n2,199,visit\n2,200,"
               "demo\n"
               "2,260,won\n1,300,won\n",
               "b"}},
     .reports = {{funnel_steps, "funnel_report", ""}, {funnel_leads, "funnel_report", ""}}},
    {.name = "stages",
     .bytes = state_stages,
     .state = &stages_state,
     .create = stages_create,
     .definition = "stages=new,mql,won; lost=lost; edges=new>mql",
     .rows = {{stages_add, "id:i time:t stage:s from:s sequence:i segment:s reason:s",
               "5,10,new,,,web,\n5,20,mql,new,,,\n-2,10,mql,sent,1,event,\n-2,10,new,,2,,\n-2,30,"
               "lost,,,,budget\n",
               "2025-01"},
              {stages_add, "id:i time:t stage:s", "5,40,won\n9,1,parked\n", NULL}},
     .reports = {{stages_leads, "stages_report", ""},
                 {stages_transitions, "stages_report", "by=segment"},
                 {stages_reasons, "stages_report", ""}}},
    {.name = "stages, hashed ids",
     .bytes = state_stages_hashed,
     .state = &stages_state,
     .create = stages_create,
     .definition = "stages=new,won; ids=hashed",
     .rows = {{stages_add, "id:s time:t stage:s", "ada,10,new\nbob,20,won\nada,30,won\n", NULL}},
     .reports = {{stages_leads, "stages_report", ""}}},
    {.name = "responses",
     .bytes = state_responses,
     .state = &responses_state,
     .create = responses_create,
     .definition = "automatic=auto,robot",
     .rows = {{responses_add_leads, "id:s time:t segment:s", "ada,10,web\nbob,20,\nada,15,event\n",
               "l"},
              {responses_add, "id:s time:t kind:s", "ada,11,robot\nada,99,call\nzoe,5,\n", "a"},
              {responses_add_conversions, "id:s time:t", "bob,30\nada,400\n", NULL}},
     .reports = {{responses_leads, "responses_report", ""},
                 {responses_bands, "responses_report", "by=segment"}}},
    {.name = "attribution, journeys",
     .bytes = state_attribution,
     .state = &attribution_state,
     .create = attribution_create,
     .definition = "dimensions=channel,campaign; lookback=30d; groups=4",
     .rows = {{attribution_add_touches, "id:i time:t channel:s campaign:s sequence:i cost:d",
               "1,10,ads,spring,,250\n1,20,mail,,1,\n1,20,mail,news,,\n2,15,ads,,,100\n-3,5,,,,\n",
               "t"},
              {attribution_add_conversions, "id:i time:t type:s value:d weight:d",
               "1,30,won,12345,\n2,40,,,50\n8,9,won,-100,100\n", "c"},
              {attribution_add_milestones, "id:i time:t milestone:s",
               "1,12,lead\n1,25,opportunity\n", NULL},
              {attribution_add_nulls, "id:i time:t weight:d", "-3,50,300\n", NULL},
              {attribution_add_costs,
               "channel:s campaign:s cost:d claimed_conversions:i claimed_value:d",
               "ads,,10000,3,\nmail,news,,,999\n", NULL}},
     .reports = {{attribution_credits, "attribution_report", "models=first,linear,w"},
                 {attribution_summary, "attribution_report", ""}}},
    {.name = "attribution, text ids and paths",
     .bytes = state_attribution_paths,
     .state = &attribution_state,
     .create = attribution_create,
     .definition = "repeat=cycle; transforms=collapse",
     .rows = {{attribution_add_paths, "path:s conversions:i value:d nulls:i",
               "ads > mail > ads,3,1000,7\nmail,1,,\n,0,0,2\n", "p"},
              {attribution_add_touches, "id:s time:t channel:s", "ada,5,ads\nada,5,mail\n", NULL},
              {attribution_add_conversions, "id:s time:t value:d", "ada,6,100\n", NULL}},
     .reports = {{attribution_credits, "attribution_report", "models=last,linear"},
                 {attribution_summary, "attribution_report", ""}}},
    {.name = "attribution, closed journeys",
     .bytes = state_attribution_closed,
     .state = &attribution_state,
     .create = attribution_create,
     .definition = "ids=hashed; unit=account; groups=2",
     .rows = {{attribution_add_touches, "account:i time:t channel:s",
               "1,5,ads\n2,5,mail\n1,6,mail\n", "t"},
              {attribution_add_conversions, "account:i time:t value:d", "1,7,100\n2,7,350\n",
               NULL}},
     .then = close_journeys,
     .reports = {{attribution_credits, "attribution_report", "models=last,linear"}}},
    {.name = "attribution, sums of paths",
     .bytes = state_attribution_fold,
     .state = &attribution_state,
     .create = attribution_create,
     .definition = "dimensions=channel; fold=last,linear,markov; groups=2",
     .rows = {{attribution_add_paths, "path:s conversions:i value:d nulls:i",
               "ads > mail > ads,3,1000,7\nmail,1,0.1,\n,0,0,2\nfair > ads > mail,,,4\n", "p"},
              {attribution_add_costs, "channel:s cost:d", "ads,7.25\n", NULL}},
     .reports = {{attribution_credits, "attribution_report", "models=last,linear,markov"},
                 {attribution_summary, "attribution_report", ""}}},
    {.name = "cohorts",
     .bytes = state_cohorts,
     .state = &cohorts_state,
     .create = cohorts_create,
     .definition = "",
     .rows = {{cohorts_add_acquisitions, "id:i time:t channel:s country:s",
               "1,10,ads,de\n2,20,,fr\n1,10,ads,de\n-4,30,web,\n", "a"},
              {cohorts_add_activity, "id:i time:t", "1,86400000000\n9,5\n", NULL},
              {cohorts_add_revenue, "id:i time:t amount:d currency:s",
               "1,40,1999,EUR\n2,50,-500,\n", "r"},
              {cohorts_add_subscriptions, "id:i time:t mrr:d currency:s",
               "2,60,4900,EUR\n2,90,0,EUR\n", NULL},
              {cohorts_add_outcomes, "id:i time:t outcome:s", "-4,70,won\n1,80,no_decision\n",
               NULL}}},
    {.name = "cohorts, hashed text ids",
     .bytes = state_cohorts_hashed,
     .state = &cohorts_state,
     .create = cohorts_create,
     .definition = "ids=hashed",
     .rows = {{cohorts_add_acquisitions, "id:s time:t", "ada,10\nbob,20\n", NULL},
              {cohorts_add_revenue, "id:s time:t amount:d", "bob,40,1\n", NULL}}},
    {.name = "lifetime, bg_nbd",
     .bytes = state_lifetime_bg_nbd,
     .state = &lifetime_state,
     .create = lifetime_create,
     .definition = "model=bg_nbd; r=0.243; alpha=4.414; a=0.793; b=2.426"},
    {.name = "lifetime, bdw",
     .bytes = state_lifetime_bdw,
     .state = &lifetime_state,
     .create = lifetime_create,
     .definition = "model=bdw; alpha=1; beta=2; c=0.5"},
};
#define GOLDEN_COUNT (int)(sizeof goldens / sizeof goldens[0])

/* ---- the tests --------------------------------------------------------------------- */

static void *filled(const golden *g)
{
    void *handle = g->create(g->definition);
    for (const golden_rows *r = g->rows; r->add; r++) {
        leadkpi_table *table = text_table(r->columns, r->rows);
        OK(r->add(handle, table, r->batch, ok_error));
        leadkpi_table_free(table);
        if (r - g->rows == 4) break;
    }
    return g->then ? g->then(handle) : handle;
}

static blob bytes_of_digits(const char *digits)
{
    blob b = {malloc(strlen(digits) / 2 + 1), strlen(digits) / 2};
    for (size_t i = 0; i < b.size; i++) {
        char pair[3] = {digits[2 * i], digits[2 * i + 1], 0};
        b.bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return b;
}

static char *digits_of_bytes(blob b)
{
    char *digits = malloc(2 * b.size + 1);
    digits[0] = 0;
    for (size_t i = 0; i < b.size; i++) snprintf(digits + 2 * i, 3, "%02x", b.bytes[i]);
    return digits;
}

START_TEST(the_same_rows_still_write_what_0_1_wrote)
{
    const golden *g = &goldens[_i];
    void *handle = filled(g);
    blob b = handle_bytes(g->state, handle);
    char *digits = digits_of_bytes(b);
    ck_assert_msg(strcmp(digits, g->bytes) == 0, "%s: expected %s, found %s", g->name, g->bytes,
                  digits);
    free(digits), free(b.bytes);
    g->state->free(handle);
}
END_TEST

START_TEST(a_state_of_0_1_is_read_and_says_what_its_rows_say)
{
    const golden *g = &goldens[_i];
    blob b = bytes_of_digits(g->bytes);
    void *made = filled(g), *read = handle_of(g->state, b);
    handle_is(g->state, read, b, g->name);
    for (const golden_report *r = g->reports; r < g->reports + 3 && r->report; r++) {
        leadkpi_options *options = options_of(r->schema, r->options);
        leadkpi_table *expected, *found;
        OK(r->report(made, options, &expected, ok_error));
        OK(r->report(read, options, &found, ok_error));
        ck_assert_uint_gt(leadkpi_table_row_count(expected), 0);
        same_table(found, expected, g->name);
        leadkpi_options_free(options), leadkpi_table_free(expected), leadkpi_table_free(found);
    }
    free(b.bytes);
    g->state->free(made), g->state->free(read);
}
END_TEST

/* Fitted by 0.1 to the regular customers of Fader and Hardie (2007). A later fit may differ in its
 * last bits; what was written does not. */
START_TEST(a_fitted_model_of_0_1_has_the_parameters_it_had)
{
    blob b = bytes_of_digits(state_lifetime_fitted);
    leadkpi_lifetime *model = handle_of(&lifetime_state, b);
    leadkpi_table *parameters;
    handle_is(&lifetime_state, model, b, "fitted");
    ck_assert_int_eq(leadkpi_lifetime_outcome(model), LEADKPI_LIFETIME_INTERIOR);
    OK(leadkpi_lifetime_parameters(model, 0.95, &parameters, ok_error));
    text_is(parameters, "parameter", 0, "alpha");
    ck_assert_double_eq(number_at(parameters, "value", 0), FITTED_ALPHA);
    ck_assert_double_eq(number_at(parameters, "value", 1), FITTED_BETA);
    leadkpi_table_free(parameters);
    leadkpi_lifetime_free(model);
    free(b.bytes);
}
END_TEST

static Suite *suite_of_golden_states(void)
{
    Suite *suite = suite_create("golden states");
    TCase *tc = tcase_create("format 1");
    tcase_add_loop_test(tc, the_same_rows_still_write_what_0_1_wrote, 0, GOLDEN_COUNT);
    tcase_add_loop_test(tc, a_state_of_0_1_is_read_and_says_what_its_rows_say, 0, GOLDEN_COUNT);
    tcase_add_test(tc, a_fitted_model_of_0_1_has_the_parameters_it_had);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_golden_states());
}
