#include "rooms.h"

#define PASS_ON(name, call)                                                                        \
    static leadkpi_status name(void *handle, const leadkpi_table *table, leadkpi_error *error)     \
    {                                                                                              \
        return call(handle, table, NULL, 0, error);                                                \
    }

/* The six calls that every room has, with a handle of any type. */
#define ROOM(word, tables)                                                                                \
    static leadkpi_status word##_create(const leadkpi_options *definition, void **out,             \
                                        leadkpi_error *error)                                      \
    {                                                                                              \
        leadkpi_##word *made;                                                                      \
        leadkpi_status status = leadkpi_##word##_create(NULL, definition, &made, error);           \
        *out = made;                                                                               \
        return status;                                                                             \
    }                                                                                              \
    static leadkpi_status word##_merge(void *into, const void *from, leadkpi_error *error)         \
    {                                                                                              \
        return leadkpi_##word##_merge(into, from, error);                                          \
    }                                                                                              \
    static leadkpi_status word##_serialize(const void *handle, void *buffer, size_t capacity,      \
                                           size_t *needed, leadkpi_error *error)                   \
    {                                                                                              \
        return leadkpi_##word##_serialize(handle, buffer, capacity, needed, error);                \
    }                                                                                              \
    static leadkpi_status word##_deserialize(const void *bytes, size_t size, void **out,           \
                                             leadkpi_error *error)                                 \
    {                                                                                              \
        leadkpi_##word *made;                                                                      \
        leadkpi_status status = leadkpi_##word##_deserialize(NULL, bytes, size, &made, error);     \
        *out = made;                                                                               \
        return status;                                                                             \
    }                                                                                              \
    static leadkpi_status word##_describe(const void *handle, char *buffer, size_t capacity,      \
                                          size_t *needed, leadkpi_error *error)                    \
    {                                                                                              \
        return leadkpi_##word##_describe(handle, buffer, capacity, needed, error);                 \
    }                                                                                              \
    static void word##_free(void *handle)                                                          \
    {                                                                                              \
        leadkpi_##word##_free(handle);                                                             \
    }                                                                                              \
    const room word##_room = {#word,        word##_intakes,   tables,              word##_create, \
                              word##_merge, word##_serialize, word##_deserialize, word##_describe, \
                              word##_free};

PASS_ON(add_events, leadkpi_funnel_add)
static const intake funnel_intakes[] = {{"events", add_events}, {NULL, NULL}};
ROOM(funnel, "events")

PASS_ON(add_changes, leadkpi_stages_add)
static const intake stages_intakes[] = {{"changes", add_changes}, {NULL, NULL}};
ROOM(stages, "changes")

PASS_ON(add_came, leadkpi_responses_add_leads)
PASS_ON(add_answers, leadkpi_responses_add)
PASS_ON(add_converted, leadkpi_responses_add_conversions)
static const intake responses_intakes[] = {{"leads", add_came},
                                           {"responses", add_answers},
                                           {"conversions", add_converted},
                                           {NULL, NULL}};
ROOM(responses, "leads, responses or conversions")

PASS_ON(add_touches, leadkpi_attribution_add_touches)
PASS_ON(add_conversions, leadkpi_attribution_add_conversions)
PASS_ON(add_milestones, leadkpi_attribution_add_milestones)
PASS_ON(add_nulls, leadkpi_attribution_add_nulls)
PASS_ON(add_paths, leadkpi_attribution_add_paths)
PASS_ON(add_platform_costs, leadkpi_attribution_add_costs)
static const intake attribution_intakes[] = {{"touches", add_touches},
                                             {"conversions", add_conversions},
                                             {"milestones", add_milestones},
                                             {"nulls", add_nulls},
                                             {"paths", add_paths},
                                             {"costs", add_platform_costs},
                                             {NULL, NULL}};
ROOM(attribution, "touches, conversions, milestones, nulls, paths or costs")

PASS_ON(add_leads, leadkpi_campaigns_add_leads)
PASS_ON(add_stages, leadkpi_campaigns_add_stages)
PASS_ON(add_responses, leadkpi_campaigns_add_responses)
PASS_ON(add_costs, leadkpi_campaigns_add_costs)
PASS_ON(add_measures, leadkpi_campaigns_add_measures)
static const intake campaigns_intakes[] = {{"leads", add_leads},
                                           {"stages", add_stages},
                                           {"responses", add_responses},
                                           {"costs", add_costs},
                                           {"measures", add_measures},
                                           {NULL, NULL}};
ROOM(campaigns, "leads, stages, responses, costs or measures")

PASS_ON(add_acquisitions, leadkpi_cohorts_add_acquisitions)
PASS_ON(add_activity, leadkpi_cohorts_add_activity)
PASS_ON(add_revenue, leadkpi_cohorts_add_revenue)
PASS_ON(add_subscriptions, leadkpi_cohorts_add_subscriptions)
PASS_ON(add_outcomes, leadkpi_cohorts_add_outcomes)
static const intake cohorts_intakes[] = {{"acquisitions", add_acquisitions},
                                         {"activity", add_activity},
                                         {"revenue", add_revenue},
                                         {"subscriptions", add_subscriptions},
                                         {"outcomes", add_outcomes},
                                         {NULL, NULL}};
ROOM(cohorts, "acquisitions, activity, revenue, subscriptions or outcomes")

leadkpi_status room_open(const room *of, const char *definition, void **out, leadkpi_error *error)
{
    leadkpi_options *made;
    *out = NULL;
    leadkpi_status status = options_of(of->schema, definition, &made, error);
    if (status == LEADKPI_OK) status = of->create(made, out, error);
    leadkpi_options_free(made);
    return status;
}

leadkpi_status room_read(const room *of, sqlite3_value *state, void **out, leadkpi_error *error)
{
    const void *bytes = sqlite3_value_blob(state);
    size_t size = (size_t)sqlite3_value_bytes(state);
    *out = NULL;
    if (!bytes && size > 0) return LEADKPI_OUT_OF_MEMORY;
    return of->deserialize(bytes ? bytes : "", size, out, error); /* of no bytes SQLite gives NULL */
}

const intake *room_intake(const room *of, const char *name)
{
    for (const intake *one = of->intakes; one->name; one++)
        if (name && strcmp(one->name, name) == 0) return one;
    return NULL;
}
