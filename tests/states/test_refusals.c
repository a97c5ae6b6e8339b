/* What no call of a handle takes: NULL, options of another schema, a table of another shape. It is
 * refused with its status, outputs are NULL, and the handle is what it was, byte for byte. */
#include "../support/check_main.h"
#include "../support/handles.h"
#include "../support/text_table.h"

HANDLE_STATE(funnel)
HANDLE_CREATE(funnel)
HANDLE_ADD(funnel, add)
HANDLE_ADD(funnel, add_stages)
HANDLE_REPORT(funnel, steps)
HANDLE_REPORT(funnel, times)
HANDLE_REPORT(funnel, histogram)
HANDLE_REPORT(funnel, difference)
HANDLE_REPORT(funnel, leads)
HANDLE_REPORT(funnel, sequences)
HANDLE_REPORT(funnel, sequence_leads)
HANDLE_REPORT(funnel, retention)
HANDLE_REPORT(funnel, checks)
HANDLE_STATE(stages)
HANDLE_CREATE(stages)
HANDLE_ADD(stages, add)
HANDLE_ADD(stages, add_wide)
HANDLE_REPORT(stages, steps)
HANDLE_REPORT(stages, snapshot)
HANDLE_REPORT(stages, transitions)
HANDLE_REPORT(stages, durations)
HANDLE_REPORT(stages, reasons)
HANDLE_REPORT(stages, leads)
HANDLE_REPORT(stages, checks)
HANDLE_STATE(responses)
HANDLE_CREATE(responses)
HANDLE_ADD(responses, add_leads)
HANDLE_ADD(responses, add)
HANDLE_ADD(responses, add_conversions)
HANDLE_REPORT(responses, speed)
HANDLE_REPORT(responses, targets)
HANDLE_REPORT(responses, bands)
HANDLE_REPORT(responses, leads)
HANDLE_REPORT(responses, checks)

#define REFUSES_NULL(call, says) is_refused((call), LEADKPI_NULL_ARGUMENT, &error, says, #call)

/* ---- NULL ------------------------------------------------------------------------------- */

/* noun##_refuses_null: the verbs, each pointer of which may not be NULL. `text` is a definition. */
#define VERBS(noun)                                                                                  \
    static void noun##_refuses_null(const char *text)                                                \
    {                                                                                                \
        leadkpi_error error;                                                                         \
        leadkpi_##noun *handle = noun##_create(text), *out = handle;                                 \
        leadkpi_options *definition = options_of(#noun, text), *other = options_of("calendar", "");  \
        size_t needed = 77;                                                                          \
        char buffer[8];                                                                              \
        REFUSES_NULL(leadkpi_##noun##_create(NULL, definition, NULL, &error), "out");                \
        is_refused(leadkpi_##noun##_create(NULL, other, &out, &error), LEADKPI_MISMATCH, &error,     \
                   "expected those of \"" #noun "\", found those of \"calendar\"", #noun);           \
        ck_assert_ptr_null(out);                                                                     \
        out = handle;                                                                                \
        REFUSES_NULL(leadkpi_##noun##_create_like(handle, NULL, &error), "empty_twin");              \
        REFUSES_NULL(leadkpi_##noun##_create_like(NULL, &out, &error), #noun);                       \
        ck_assert_ptr_null(out);                                                                     \
        out = handle;                                                                                \
        REFUSES_NULL(leadkpi_##noun##_merge(NULL, handle, &error), "into");                          \
        REFUSES_NULL(leadkpi_##noun##_merge(handle, NULL, &error), "from");                          \
        REFUSES_NULL(leadkpi_##noun##_serialize(NULL, buffer, 8, &needed, &error), #noun);           \
        ck_assert_uint_eq(needed, 0);                                                                \
        REFUSES_NULL(leadkpi_##noun##_serialize(handle, NULL, 8, &needed, &error), "buffer");        \
        REFUSES_NULL(leadkpi_##noun##_serialize(handle, NULL, 0, NULL, &error), "");                 \
        needed = 77;                                                                                 \
        REFUSES_NULL(leadkpi_##noun##_describe(NULL, buffer, 8, &needed, &error), #noun);            \
        ck_assert_uint_eq(needed, 0);                                                                \
        REFUSES_NULL(leadkpi_##noun##_describe(handle, NULL, 8, &needed, &error), "buffer");         \
        REFUSES_NULL(leadkpi_##noun##_deserialize(NULL, buffer, 8, NULL, &error), "out");            \
        REFUSES_NULL(leadkpi_##noun##_deserialize(NULL, NULL, 8, &out, &error), "bytes");            \
        ck_assert_ptr_null(out);                                                                     \
        leadkpi_##noun##_free(NULL);                                                                 \
        leadkpi_##noun##_free(handle);                                                               \
        leadkpi_options_free(definition), leadkpi_options_free(other);                               \
    }
VERBS(funnel)
VERBS(stages)
VERBS(responses)

typedef struct subject {
    const char *definition, *report_schema;
    const handle_state *state;
    handle_create create;
    void (*verbs)(const char *definition);
    const char *nouns; /* what a message calls the handle */
    handle_add adds[4];
    handle_report reports[10];
} subject;

static const subject subjects[] = {
    {"steps=form,demo,won", "funnel_report", &funnel_state, funnel_create, funnel_refuses_null, "funnel",
     {funnel_add, funnel_add_stages},
     {funnel_steps, funnel_times, funnel_histogram, funnel_difference, funnel_leads, funnel_sequences,
      funnel_sequence_leads, funnel_retention, funnel_checks}},
    {"stages=new,won", "stages_report", &stages_state, stages_create, stages_refuses_null, "stages",
     {stages_add, stages_add_wide},
     {stages_steps, stages_snapshot, stages_transitions, stages_durations, stages_reasons, stages_leads,
      stages_checks}},
    {"", "responses_report", &responses_state, responses_create, responses_refuses_null, "responses",
     {responses_add_leads, responses_add, responses_add_conversions},
     {responses_speed, responses_targets, responses_bands, responses_leads, responses_checks}},
};
#define SUBJECTS (int)(sizeof subjects / sizeof subjects[0])

START_TEST(no_verb_takes_null)
{
    subjects[_i].verbs(subjects[_i].definition);
}
END_TEST

START_TEST(a_definition_that_has_no_defaults_may_not_be_null)
{
    leadkpi_error error;
    leadkpi_funnel *funnel = (leadkpi_funnel *)&error;
    leadkpi_stages *stages = (leadkpi_stages *)&error;
    REFUSES_NULL(leadkpi_funnel_create(NULL, NULL, &funnel, &error), "definition");
    REFUSES_NULL(leadkpi_stages_create(NULL, NULL, &stages, &error), "definition");
    ck_assert(!funnel && !stages);
}
END_TEST

START_TEST(no_add_takes_null)
{
    const subject *s = &subjects[_i];
    leadkpi_error error;
    void *handle = s->create(s->definition);
    blob before = handle_bytes(s->state, handle);
    leadkpi_table *rows = text_table("id:i", "");
    for (int i = 0; s->adds[i]; i++) {
        REFUSES_NULL(s->adds[i](NULL, rows, NULL, &error), s->nouns);
        REFUSES_NULL(s->adds[i](handle, NULL, NULL, &error), "rows");
    }
    handle_is(s->state, handle, before, "after NULL");
    leadkpi_table_free(rows);
    free(before.bytes);
    s->state->free(handle);
}
END_TEST

START_TEST(no_report_takes_null_or_options_of_another)
{
    const subject *s = &subjects[_i];
    leadkpi_error error;
    void *handle = s->create(s->definition);
    leadkpi_options *other = options_of("calendar", "");
    leadkpi_table *rows = text_table("id:i", ""), *out = rows;
    for (int i = 0; s->reports[i]; i++) {
        REFUSES_NULL(s->reports[i](handle, NULL, NULL, &error), "out");
        REFUSES_NULL(s->reports[i](NULL, NULL, &out, &error), s->nouns);
        ck_assert_ptr_null(out);
        out = rows;
        is_refused(s->reports[i](handle, other, &out, &error), LEADKPI_MISMATCH, &error, s->report_schema,
                   "options of a calendar");
        ck_assert_ptr_null(out);
        out = rows;
    }
    leadkpi_options_free(other), leadkpi_table_free(rows);
    s->state->free(handle);
}
END_TEST

/* ---- tables of another shape ----------------------------------------------------------------- */

/* A definition of a noun, a call, and rows that it refuses: the status, the row and the column told (-1:
 * none), and words of the message. */
static const struct {
    int subject;
    const char *definition;
    int add;
    const char *columns, *rows;
    leadkpi_status status;
    int row, column;
    const char *says;
} shapes[] = {
#define FUNNEL 0, "steps=form,demo,won"
    {FUNNEL, 0, "time:t event:s", "1,form\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"id\""},
    {FUNNEL, 0, "id:i event:s", "1,form\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"time\""},
    {FUNNEL, 0, "id:i time:t", "1,1\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"event\""},
    {FUNNEL, 0, "id:d time:t event:s", "1,1,form\n", LEADKPI_WRONG_TYPE, -1, 0, "\"id\""},
    {FUNNEL, 0, "id:i time:i event:s", "1,1,form\n", LEADKPI_WRONG_TYPE, -1, 1, "\"time\""},
    {FUNNEL, 0, "id:i time:t event:t", "1,1,1\n", LEADKPI_WRONG_TYPE, -1, 2, "\"event\""},
    {FUNNEL, 0, "id:i time:t steps:s", "1,1,1\n", LEADKPI_WRONG_TYPE, -1, 2, "\"steps\""},
    {FUNNEL, 0, "id:i time:t steps:i event:t", "1,1,1,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"event\""},
    {FUNNEL, 0, "id:i time:t steps:i event:s", "1,1,1,form\n", LEADKPI_CONTRADICTION, -1, -1, "both"},
    {FUNNEL, 0, "id:i time:t steps:i excluded:s", "1,1,1,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"excluded\""},
    {FUNNEL, 0, "id:i time:t event:s excluded:i", "1,1,form,0\n", LEADKPI_CONTRADICTION, -1, -1,
     "with \"steps\" only"},
    {FUNNEL, 0, "id:i time:t event:s sequence:s", "1,1,form,1\n", LEADKPI_WRONG_TYPE, -1, 3,
     "\"sequence\""},
    {FUNNEL, 0, "id:i time:t event:s segment:i", "1,1,form,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"segment\""},
    {FUNNEL, 0, "id:i time:t event:s", "1,1,form\n,1,form\n", LEADKPI_BAD_DATA, 1, 0, "found null"},
    {FUNNEL, 0, "id:i time:t event:s", "1,1,form\n1,,form\n", LEADKPI_BAD_DATA, 1, 1, "found null"},
    {FUNNEL, 0, "id:i time:t event:s", "1,1,\n1,1,form\n", LEADKPI_BAD_DATA, 0, 2, "found null"},
    {FUNNEL, 0, "id:i time:t steps:i", "1,1,1\n1,2,\n", LEADKPI_BAD_DATA, 1, 2, "found null"},
    {FUNNEL, 0, "id:i time:t steps:i", "1,1,7\n1,2,8\n", LEADKPI_BAD_DATA, 1, 2, "steps 1 to 3, found 8"},
    {FUNNEL, 0, "id:i time:t steps:i", "1,1,-1\n", LEADKPI_BAD_DATA, 0, 2, "steps 1 to 3, found -1"},
    {FUNNEL, 0, "id:i time:t steps:i excluded:i", "1,1,1,1\n1,2,0,2\n", LEADKPI_BAD_DATA, 1, 3,
     "exclusions 1 to 1, found 2"},
    {0, "steps=a,b; preset=ga4_open", 0, "id:i time:t steps:i excluded:i", "1,1,1,0\n1,1,1,1\n", LEADKPI_BAD_DATA,
     1, 3, "knows no exclusions"},
    {FUNNEL, 1, "form:t demo:t won:t", "1,2,3\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"id\""},
    {FUNNEL, 1, "id:i form:t demo:t", "1,1,2\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"won\""},
    {FUNNEL, 1, "id:i form:t demo:i won:t", "1,1,2,3\n", LEADKPI_WRONG_TYPE, -1, 2, "\"demo\""},
    {FUNNEL, 1, "id:i form:t demo:t won:t segment:i", "1,1,2,3,4\n", LEADKPI_WRONG_TYPE, -1, 4,
     "\"segment\""},
    {FUNNEL, 1, "id:i form:t demo:t won:t", ",1,2,3\n", LEADKPI_BAD_DATA, 0, 0, "found null"},
    {0, "steps=a,b; order=unordered", 0, "id:i time:t steps:i", "1,1,1\n1,1,3\n", LEADKPI_BAD_DATA, 1, 2,
     "one step at most"},
    {0, "steps=a,b; same_value=true", 0, "id:i time:t event:s", "1,1,a\n", LEADKPI_UNKNOWN_NAME, -1, -1,
     "\"value\""},
    {0, "steps=a,b; same_value=true", 0, "id:i time:t event:s value:t", "1,1,a,1\n", LEADKPI_WRONG_TYPE, -1,
     3, "\"value\""},
    {0, "steps=a,b; same_value=true", 1, "id:i a:t b:t", "1,1,1\n", LEADKPI_CONTRADICTION, -1, -1, ""},
    {0, "steps=a,b; input=time", 0, "id:i time:t event:s", "1,5,a\n1,4,b\n", LEADKPI_BAD_DATA, 1, 1, "row 1"},
    {0, "steps=a,b; input=time", 0, "id:i time:t steps:i", "1,1,1\n1,2,4\n", LEADKPI_BAD_DATA, 1, 2,
     "steps 1 to 2, found 4"},
    {0, "steps=a,b; input=time", 0, "id:i time:t steps:i", "1,1,1\n1,2,3\n", LEADKPI_BAD_DATA, 1, 2,
     "one step at most"},
    {0, "steps=a,b,a; input=time", 0, "id:i time:t event:s", "1,1,b\n1,2,a\n", LEADKPI_CONTRADICTION, 1, 2,
     "same_event=many"},
    {0, "steps=a,b; input=time", 0, "id:i time:t steps:i excluded:i", "1,1,1,0\n1,2,2,1\n", LEADKPI_BAD_DATA,
     1, 3, "no exclusion"},
    {0, "steps=a,b; input=time", 0, "id:i time:t event:s sequence:i", "1,1,a,0\n1,2,b,4\n", LEADKPI_BAD_DATA,
     1, 3, "row 1"},
    {0, "steps=a,b; input=time", 0, "id:i time:t event:s segment:s", "1,1,a,\n1,2,b,web\n", LEADKPI_BAD_DATA,
     1, 3, "row 1"},
    {0, "steps=a,b; input=time", 1, "id:i a:t b:t", "1,1,1\n", LEADKPI_CONTRADICTION, -1, -1, ""},
#define STAGES 1, "stages=new,won; lost=lost"
    {STAGES, 0, "time:t stage:s", "1,new\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"id\""},
    {STAGES, 0, "id:i stage:s", "1,new\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"time\""},
    {STAGES, 0, "id:i time:t", "1,1\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"stage\""},
    {STAGES, 0, "id:d time:t stage:s", "1,1,new\n", LEADKPI_WRONG_TYPE, -1, 0, "\"id\""},
    {STAGES, 0, "id:i time:i stage:s", "1,1,new\n", LEADKPI_WRONG_TYPE, -1, 1, "\"time\""},
    {STAGES, 0, "id:i time:t stage:i", "1,1,1\n", LEADKPI_WRONG_TYPE, -1, 2, "\"stage\""},
    {STAGES, 0, "id:i time:t stage:s from:i", "1,1,new,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"from\""},
    {STAGES, 0, "id:i time:t stage:s sequence:s", "1,1,new,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"sequence\""},
    {STAGES, 0, "id:i time:t stage:s segment:i", "1,1,new,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"segment\""},
    {STAGES, 0, "id:i time:t stage:s reason:i", "1,1,new,1\n", LEADKPI_WRONG_TYPE, -1, 3, "\"reason\""},
    {STAGES, 0, "id:i time:t stage:s", "1,1,new\n,2,won\n", LEADKPI_BAD_DATA, 1, 0, "found null"},
    {STAGES, 0, "id:i time:t stage:s", "1,1,new\n1,,won\n", LEADKPI_BAD_DATA, 1, 1, "found null"},
    {STAGES, 0, "id:i time:t stage:s", "1,1,new\n1,2,\n", LEADKPI_BAD_DATA, 1, 2, "found null"},
    {STAGES, 1, "new:t won:t", "1,2\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"id\""},
    {STAGES, 1, "id:i lost:t", "1,2\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"new\""},
    {STAGES, 1, "id:i new:t won:i", "1,2,3\n", LEADKPI_WRONG_TYPE, -1, 2, "\"won\""},
    {STAGES, 1, "id:i new:t lost:i", "1,2,3\n", LEADKPI_WRONG_TYPE, -1, 2, "\"lost\""},
    {STAGES, 1, "id:i new:t segment:i", "1,2,3\n", LEADKPI_WRONG_TYPE, -1, 2, "\"segment\""},
    {STAGES, 1, "id:i new:t reason:i", "1,2,3\n", LEADKPI_WRONG_TYPE, -1, 2, "\"reason\""},
#define RESPONSES 2, ""
    {RESPONSES, 0, "time:t", "1\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"id\""},
    {RESPONSES, 0, "id:i", "1\n", LEADKPI_UNKNOWN_NAME, -1, -1, "\"time\""},
    {RESPONSES, 0, "id:i time:t segment:i", "1,1,1\n", LEADKPI_WRONG_TYPE, -1, 2, "\"segment\""},
    {RESPONSES, 1, "id:i time:t kind:i", "1,1,1\n", LEADKPI_WRONG_TYPE, -1, 2, "\"kind\""},
    {RESPONSES, 1, "id:i time:t kind:s", "1,,call\n", LEADKPI_BAD_DATA, 0, 1, "found null"},
    {RESPONSES, 2, "id:i time:i", "1,1\n", LEADKPI_WRONG_TYPE, -1, 1, "\"time\""},
    {RESPONSES, 2, "id:i time:t", "1,1\n,1\n", LEADKPI_BAD_DATA, 1, 0, "found null"},
};
#define SHAPES (int)(sizeof shapes / sizeof shapes[0])

START_TEST(a_table_of_another_shape_is_refused_with_its_place)
{
    const subject *s = &subjects[shapes[_i].subject];
    leadkpi_error error;
    void *handle = s->create(shapes[_i].definition);
    blob before = handle_bytes(s->state, handle);
    leadkpi_table *rows = text_table(shapes[_i].columns, shapes[_i].rows);
    is_refused(s->adds[shapes[_i].add](handle, rows, "batch", &error), shapes[_i].status, &error,
               shapes[_i].says, shapes[_i].columns);
    ck_assert_int_eq(error.row, shapes[_i].row);
    ck_assert_int_eq(error.column, shapes[_i].column);
    handle_is(s->state, handle, before, shapes[_i].columns);
    leadkpi_table_free(rows);
    free(before.bytes);
    s->state->free(handle);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("states/refusals");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, no_verb_takes_null, 0, SUBJECTS);
    tcase_add_test(tc, a_definition_that_has_no_defaults_may_not_be_null);
    tcase_add_loop_test(tc, no_add_takes_null, 0, SUBJECTS);
    tcase_add_loop_test(tc, no_report_takes_null_or_options_of_another, 0, SUBJECTS);
    tcase_add_loop_test(tc, a_table_of_another_shape_is_refused_with_its_place, 0, SHAPES);
    suite_add_tcase(suite, tc);
    return lk_test_run(suite);
}
