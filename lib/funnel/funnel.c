#include "funnel/store.h"
#include "funnel/window.h"

_Static_assert(sizeof(leadkpi_funnel) <= 256, "an empty handle is small");

leadkpi_status lk_funnel_make(const lk_memory *like, const leadkpi_options *definition,
                              const lk_funnel_rule *rule, leadkpi_funnel **out,
                              leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_funnel *made;
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    memset(made, 0, sizeof *made);
    made->memory = memory;
    made->rule = *rule;
    leadkpi_status status = lk_options_copy(definition, like, &made->definition, error);
    if (status == LEADKPI_OK)
        status = lk_funnel_open_days(like, definition, rule, &made->days, error);
    if (status != LEADKPI_OK) {
        leadkpi_funnel_free(made);
        return status;
    }
    *out = made;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_funnel_create(const leadkpi_host *host, const leadkpi_options *definition,
                                     leadkpi_funnel **out, leadkpi_error *error)
{
    lk_memory memory;
    lk_funnel_rule rule;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(definition, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_options_check(definition, &lk_funnel_schema, error));
    LK_TRY(lk_funnel_read_rule(definition, &rule, error));
    return lk_funnel_make(&memory, definition, &rule, out, error);
}

leadkpi_status leadkpi_funnel_create_like(const leadkpi_funnel *funnel, leadkpi_funnel **empty_twin,
                                          leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(empty_twin, error);
    *empty_twin = NULL;
    LK_REQUIRE(funnel, error);
    return lk_funnel_make(&funnel->memory, funnel->definition, &funnel->rule, empty_twin, error);
}

void leadkpi_funnel_free(leadkpi_funnel *funnel)
{
    if (!funnel) return;
    lk_memory memory = funnel->memory;
    lk_funnel_close(funnel);
    leadkpi_options_free(funnel->definition);
    lk_calendar_free(funnel->days);
    lk_release(&memory, funnel, 1, sizeof *funnel);
}
