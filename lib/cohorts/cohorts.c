#include "cohorts/store.h"

_Static_assert(sizeof(leadkpi_cohorts) <= 256, "an empty handle is small");

static const lk_option definition_options[] = {
    [LK_COHORTS_IDS] = {"ids", LK_OPTION_CHOICE, .choices = "exact|hashed", .default_text = "exact",
                        .meaning = "Keep ids as they are, or 128 bits of their hash, which cannot be "
                                   "listed."},
};

const lk_schema lk_cohorts_schema = {"cohorts", "How cohorts keep their customers.",
                                     definition_options, LK_COHORTS_OPTION_COUNT};

leadkpi_status lk_cohorts_make(const lk_memory *like, const leadkpi_options *definition,
                               leadkpi_cohorts **out, leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_cohorts *made;
    LK_TRY(lk_allocate(&memory, 1, sizeof *made, &made, error));
    memset(made, 0, sizeof *made);
    made->memory = memory;
    leadkpi_status status = lk_options_copy(definition, like, &made->definition, error);
    if (status != LEADKPI_OK) {
        leadkpi_cohorts_free(made);
        return status;
    }
    *out = made;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_cohorts_create(const leadkpi_host *host, const leadkpi_options *definition,
                                      leadkpi_cohorts **out, leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_options_check(definition, &lk_cohorts_schema, error));
    return lk_cohorts_make(&memory, definition, out, error);
}

leadkpi_status leadkpi_cohorts_create_like(const leadkpi_cohorts *cohorts,
                                           leadkpi_cohorts **empty_twin, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(empty_twin, error);
    *empty_twin = NULL;
    LK_REQUIRE(cohorts, error);
    return lk_cohorts_make(&cohorts->memory, cohorts->definition, empty_twin, error);
}

void leadkpi_cohorts_free(leadkpi_cohorts *cohorts)
{
    if (!cohorts) return;
    lk_memory memory = cohorts->memory;
    lk_cohorts_close(cohorts);
    leadkpi_options_free(cohorts->definition);
    lk_release(&memory, cohorts, 1, sizeof *cohorts);
}

static const char exact_sentence[] = "Customers by their exact ids; each report says its own clock.";
static const char hashed_sentence[] = "Customers by 128 bits of the hash of their ids, which cannot be "
                                      "listed; each report says its own clock.";

leadkpi_status leadkpi_cohorts_describe(const leadkpi_cohorts *cohorts, char *buffer, size_t capacity,
                                        size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    LK_REQUIRE(cohorts, error);
    bool hashed = lk_options_choice(cohorts->definition, &lk_cohorts_schema, LK_COHORTS_IDS) == 1;
    const char *sentence = hashed ? hashed_sentence : exact_sentence;
    size_t size = strlen(sentence) + 1;
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (buffer) memcpy(buffer, sentence, size);
    return LEADKPI_OK;
}
