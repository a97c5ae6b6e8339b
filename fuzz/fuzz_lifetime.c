/* Bytes that claim to be a model of lifetimes, behind a good checksum: refused, or they are the one
 * spelling of that model, and all that takes a model takes this one. */
#include <leadkpi.h>

#include "base/codec.h"
#include "cohorts/model_state.h"
#include "fuzz.h"

#define NUL LEADKPI_NUL_TERMINATED

static uint8_t *sealed(const uint8_t *data, size_t size, size_t *needed)
{
    lk_writer writer;
    uint8_t *state = malloc(size + LK_ENVELOPE_SIZE);
    MUST(state);
    lk_writer_begin(&writer, state, size + LK_ENVELOPE_SIZE, LK_LIFETIME_STATE_KIND,
                    LK_LIFETIME_STATE_VERSION);
    lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, needed, NULL) == LEADKPI_OK);
    return state;
}

static void same_bytes(const leadkpi_lifetime *model, const uint8_t *state, size_t size)
{
    size_t needed = 0;
    uint8_t *again = malloc(size);
    MUST(again);
    MUST(leadkpi_lifetime_serialize(model, again, size, &needed, NULL) == LEADKPI_OK);
    MUST(needed == size && memcmp(again, state, size) == 0);
    free(again);
}

static void done(leadkpi_status status, leadkpi_table *table, const leadkpi_error *error)
{
    MUST((status == LEADKPI_OK) == (table != NULL));
    MUST(status == LEADKPI_OK || error->message[0]);
    leadkpi_table_free(table);
}

/* Parameters of any size: the answers may say nothing, but they come. */
static void use(const leadkpi_lifetime *model)
{
    static const double frequency[] = {0, 1, 30}, recency[] = {0, 2, 90}, age[] = {10, 20, 100}, value[] = {0, 5, 7};
    leadkpi_table *table, *out;
    leadkpi_options *options;
    leadkpi_error error;
    char text[1024];
    double likelihood;
    leadkpi_status status;
    MUST(leadkpi_lifetime_describe(model, text, sizeof text, NULL, &error) == LEADKPI_OK);
    status = leadkpi_lifetime_summary(model, &out, &error);
    done(status, out, &error);
    status = leadkpi_lifetime_parameters(model, 0.9, &out, &error);
    done(status, out, &error);
    status = leadkpi_lifetime_covariance(model, &out, &error);
    done(status, out, &error);
    status = leadkpi_lifetime_curve(model, NULL, &out, &error);
    done(status, out, &error);
    MUST(leadkpi_table_create(NULL, &table, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_double(table, "frequency", NUL, frequency, 3, 0, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_double(table, "recency", NUL, recency, 3, 0, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_double(table, "T", NUL, age, 3, 0, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_double(table, "monetary_value", NUL, value, 3, 0, NULL, NULL) == LEADKPI_OK);
    leadkpi_lifetime_log_likelihood(model, table, &likelihood, &error);
    MUST(leadkpi_options_create(NULL, "lifetime_forecast", NUL, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, "discount=0.1", NUL, NULL) == LEADKPI_OK);
    status = leadkpi_lifetime_forecast(model, NULL, table, options, &out, &error);
    done(status, out, &error);
    MUST(leadkpi_options_parse(options, "horizon=30; discount=0.1", NUL, NULL) == LEADKPI_OK);
    status = leadkpi_lifetime_forecast(model, NULL, table, options, &out, &error);
    done(status, out, &error);
    leadkpi_options_free(options);
    leadkpi_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t needed;
    leadkpi_lifetime *model;
    leadkpi_error error;
    uint8_t *state = sealed(data, size, &needed);
    leadkpi_status status = leadkpi_lifetime_deserialize(NULL, state, needed, &model, &error);
    MUST((status == LEADKPI_OK) == (model != NULL));
    MUST((status == LEADKPI_OK) == (error.message[0] == '\0'));
    if (model) {
        same_bytes(model, state, needed);
        use(model);
    }
    leadkpi_lifetime_free(model);
    free(state);
    return 0;
}
