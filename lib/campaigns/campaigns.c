#include "base/nearest.h"
#include "campaigns/definition.h"
#include "campaigns/vocabulary.h"

_Static_assert(sizeof(leadkpi_campaigns) <= 256, "an empty handle is small");

static const lk_option definition_options[] = {
    [LK_CAMPAIGNS_PERSON_KEY] = {"person_key", LK_OPTION_CHOICE, .choices = "id|email",
                                 .default_text = "id",
                                 .meaning = "What makes two leads one person: the same id, or the "
                                            "same e-mail address."},
    [LK_CAMPAIGNS_IDS] = {"ids", LK_OPTION_CHOICE, .choices = "exact|hashed", .default_text = "exact",
                          .meaning = "Keep ids as they are, or only 128 bits of their XXH3 hash: less "
                                     "memory for long ids, but they cannot be listed."},
    [LK_CAMPAIGNS_STAGE_NAMES] = {"stage_names", LK_OPTION_LIST,
                                  .meaning = "What your stage names mean, as name=stage, such as "
                                             "Demo Done=sql; before the names that are known anyway."},
};

const lk_schema lk_campaigns_schema = {"campaigns", "What a handle of campaigns collects.",
                                       definition_options, 3};

/* ---- stage names ------------------------------------------------------------ */

bool lk_campaigns_split_stage_name(lk_text item, lk_text *name, int *stage)
{
    size_t at = item.length;
    while (at > 0 && item.data[at - 1] != '=') at--;
    if (at <= 1) return false;
    *name = (lk_text){item.data, at - 1};
    *stage = lk_stage_of_word((lk_text){item.data + at, item.length - at});
    return *stage != LK_STAGE_UNKNOWN;
}

leadkpi_status lk_campaigns_check_stage_names(const leadkpi_options *definition, leadkpi_error *error)
{
    size_t count = lk_options_list_count(definition, &lk_campaigns_schema, LK_CAMPAIGNS_STAGE_NAMES);
    for (size_t i = 0; i < count; i++) {
        lk_text name, item = lk_options_list_item(definition, &lk_campaigns_schema,
                                                  LK_CAMPAIGNS_STAGE_NAMES, i);
        int stage;
        LK_FAIL_IF(!lk_campaigns_split_stage_name(item, &name, &stage), error, LEADKPI_BAD_ARGUMENT,
                   "stage_names: expected name=stage with a stage such as mql, sal, sql, opportunity, "
                   "won, lost, found \"%.*s\"",
                   LK_TEXT_ARGS(item));
    }
    return LEADKPI_OK;
}

/* The last item wins, so that a longer list can correct a shorter one. */
int lk_campaigns_stage_of(const leadkpi_campaigns *campaigns, lk_text name)
{
    const leadkpi_options *definition = campaigns->definition;
    size_t i = lk_options_list_count(definition, &lk_campaigns_schema, LK_CAMPAIGNS_STAGE_NAMES);
    while (i-- > 0) {
        lk_text given;
        int stage;
        lk_text item = lk_options_list_item(definition, &lk_campaigns_schema,
                                            LK_CAMPAIGNS_STAGE_NAMES, i);
        if (lk_campaigns_split_stage_name(item, &given, &stage) && lk_name_same(given, name))
            return stage;
    }
    return lk_stage_of_word(name);
}

/* ---- life --------------------------------------------------------------------- */

/* All defaults need no copy: an empty handle is then one block. */
leadkpi_status lk_campaigns_make(const lk_memory *like, const leadkpi_options *definition,
                                 leadkpi_campaigns **out, leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_campaigns *made;
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    memset(made, 0, sizeof *made);
    made->memory = memory;
    made->person_key = lk_options_choice(definition, &lk_campaigns_schema, LK_CAMPAIGNS_PERSON_KEY);
    made->hashed_ids = lk_options_choice(definition, &lk_campaigns_schema, LK_CAMPAIGNS_IDS);
    leadkpi_status status = LEADKPI_OK;
    if (!lk_options_equal(definition, NULL, &lk_campaigns_schema))
        status = lk_options_copy(definition, like, &made->definition, error);
    if (status != LEADKPI_OK) {
        leadkpi_campaigns_free(made);
        return status;
    }
    *out = made;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_campaigns_create(const leadkpi_host *host, const leadkpi_options *definition,
                                        leadkpi_campaigns **out, leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_options_check(definition, &lk_campaigns_schema, error));
    LK_TRY(lk_campaigns_check_stage_names(definition, error));
    return lk_campaigns_make(&memory, definition, out, error);
}

leadkpi_status leadkpi_campaigns_create_like(const leadkpi_campaigns *campaigns,
                                             leadkpi_campaigns **empty_twin, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(empty_twin, error);
    *empty_twin = NULL;
    LK_REQUIRE(campaigns, error);
    return lk_campaigns_make(&campaigns->memory, campaigns->definition, empty_twin, error);
}

void leadkpi_campaigns_free(leadkpi_campaigns *campaigns)
{
    if (!campaigns) return;
    lk_memory memory = campaigns->memory;
    lk_store_free(campaigns);
    leadkpi_options_free(campaigns->definition);
    lk_release(&memory, campaigns, 1, sizeof *campaigns);
}
