/* An input is the payload of a state of cohorts, sealed with a good envelope: it is refused, or it is
 * a handle that writes the same bytes and makes every report. */
#include <leadkpi/cohorts.h>

#include "base/codec.h"
#include "fuzz.h"

#define LIMIT_BYTES ((uint64_t)64 << 20)

/* The envelope of base/codec.h around the input. */
static uint8_t *sealed(const uint8_t *data, size_t size, size_t *needed)
{
    lk_writer writer;
    *needed = size + LK_ENVELOPE_SIZE;
    uint8_t *bytes = malloc(*needed);
    MUST(bytes);
    lk_writer_begin(&writer, bytes, *needed, "cohorts", 1);
    if (size) lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, needed, NULL) == LEADKPI_OK);
    return bytes;
}

typedef leadkpi_status (*report_call)(const leadkpi_cohorts *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static leadkpi_status value(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                            leadkpi_table **out, leadkpi_error *error)
{
    return leadkpi_cohorts_value(cohorts, NULL, options, out, error);
}

static leadkpi_lifetime *model_of(const char *text)
{
    leadkpi_options *options;
    leadkpi_lifetime *model;
    MUST(leadkpi_options_create(NULL, "lifetime", LEADKPI_NUL_TERMINATED, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, text, LEADKPI_NUL_TERMINATED, NULL) == LEADKPI_OK);
    MUST(leadkpi_lifetime_create(NULL, options, &model, NULL) == LEADKPI_OK);
    leadkpi_options_free(options);
    return model;
}

static leadkpi_status lifetime_value(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                     leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_lifetime *model = model_of("model=bg_nbd; r=0.24; alpha=4.4; a=0.79; b=2.4");
    leadkpi_lifetime *spend_model = model_of("model=gamma_gamma; p=6; q=4; gamma=15");
    leadkpi_status status = leadkpi_cohorts_lifetime_value(cohorts, model, spend_model, NULL, options, out, error);
    leadkpi_lifetime_free(model);
    leadkpi_lifetime_free(spend_model);
    return status;
}

static leadkpi_status value_of_contracts(const leadkpi_cohorts *cohorts, const leadkpi_options *options,
                                         leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_lifetime *model = model_of("model=bdw; alpha=0.24; beta=1.4; c=1.7");
    leadkpi_status status = leadkpi_cohorts_lifetime_value(cohorts, model, NULL, NULL, options, out, error);
    leadkpi_lifetime_free(model);
    return status;
}

static const struct {
    const char *schema, *options;
    report_call call;
} reports[] = {
    {"cohorts_retention", "as_of=2000-01-01; grain=year; ages=5", leadkpi_cohorts_retention},
    {"cohorts_retention", "as_of=9999-12-31; grain=year; clock=calendar; start=recurring; acquired=first_event",
     leadkpi_cohorts_retention},
    {"cohorts_churn", "as_of=2000-01-01; grain=year", leadkpi_cohorts_churn},
    {"cohorts_survival", "as_of=2000-01-01; observed_from=1990-01-01", leadkpi_cohorts_survival},
    {"cohorts_survival", "as_of=9999-12-31; event=outcome; outcomes=", leadkpi_cohorts_survival_summary},
    {"cohorts_incidence", "as_of=9999-12-31", leadkpi_cohorts_incidence},
    {"cohorts_conversion", "as_of=9999-12-31; grain=all", leadkpi_cohorts_conversion},
    {"cohorts_value", "as_of=2000-01-01", value},
    {"cohorts_histories", "as_of=9999-12-31; acquired=first_event; zone=-11:30", leadkpi_cohorts_histories},
    {"cohorts_lifetime_value", "as_of=2000-01-01; acquired=first_event; unit=1us; period=1us; discount=0.1",
     lifetime_value},
    {"cohorts_contracts", "as_of=9999-12-31; acquired=first_event; zone=-11:30; renewal=year", leadkpi_cohorts_contracts},
    {"cohorts_lifetime_value", "as_of=2000-01-01; acquired=first_event; renewal=quarter; months=0; discount=1",
     value_of_contracts},
    {"cohorts_findings", "as_of=2000-01-01", leadkpi_cohorts_findings},
};

static void make_reports(const leadkpi_cohorts *cohorts)
{
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        leadkpi_options *options;
        leadkpi_table *table;
        leadkpi_error error;
        MUST(leadkpi_options_create(NULL, reports[i].schema, LEADKPI_NUL_TERMINATED, &options, NULL) ==
             LEADKPI_OK);
        MUST(leadkpi_options_parse(options, reports[i].options, LEADKPI_NUL_TERMINATED, NULL) == LEADKPI_OK);
        leadkpi_status status = reports[i].call(cohorts, options, &table, &error);
        MUST((status == LEADKPI_OK) == (table != NULL));
        leadkpi_table_free(table);
        leadkpi_options_free(options);
    }
}

static void use(const leadkpi_cohorts *cohorts, const uint8_t *state, size_t size)
{
    size_t needed;
    uint8_t *again = malloc(size ? size : 1);
    MUST(again);
    leadkpi_status status = leadkpi_cohorts_serialize(cohorts, again, size, &needed, NULL);
    MUST(status == LEADKPI_LIMIT || (status == LEADKPI_OK && needed == size && memcmp(again, state, size) == 0));
    free(again);
    make_reports(cohorts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t needed;
    leadkpi_cohorts *cohorts;
    leadkpi_error error;
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = LIMIT_BYTES;
    uint8_t *state = sealed(data, size, &needed);
    leadkpi_status status = leadkpi_cohorts_deserialize(&host, state, needed, &cohorts, &error);
    MUST((status == LEADKPI_OK) == (cohorts != NULL));
    if (cohorts) use(cohorts, state, needed);
    leadkpi_cohorts_free(cohorts);
    free(state);
    return 0;
}
