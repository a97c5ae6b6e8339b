#include "cohorts/model_state.h"

#include <math.h>

#include "base/codec.h"
#include "cohorts/model.h"

static void write_model(const leadkpi_lifetime *model, lk_writer *writer)
{
    int count = lk_model_kinds[model->kind].count;
    lk_write_uint8(writer, (uint8_t)model->kind);
    lk_write_uint8(writer, (uint8_t)model->outcome);
    lk_write_varint(writer, model->vanished);
    lk_write_varint(writer, model->evaluations);
    lk_write_double(writer, model->customers);
    lk_write_double(writer, model->distinct);
    lk_write_double(writer, model->log_likelihood);
    for (int i = 0; i < count; i++) lk_write_double(writer, model->parameters[i]);
    for (int i = 0; i < count; i++)
        for (int j = i; j < count; j++) lk_write_double(writer, model->covariance[i][j]);
}

leadkpi_status leadkpi_lifetime_serialize(const leadkpi_lifetime *model, void *buffer,
                                          size_t capacity, size_t *needed, leadkpi_error *error)
{
    lk_writer writer;
    size_t size;
    leadkpi_error_reset(error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    LK_REQUIRE(model, error);
    lk_writer_begin(&writer, NULL, 0, LK_LIFETIME_STATE_KIND, LK_LIFETIME_STATE_VERSION);
    write_model(model, &writer);
    LK_TRY(lk_writer_finish(&writer, &size, error));
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (!buffer) return LEADKPI_OK;
    lk_writer_begin(&writer, buffer, capacity, LK_LIFETIME_STATE_KIND, LK_LIFETIME_STATE_VERSION);
    write_model(model, &writer);
    return lk_writer_finish(&writer, &size, error);
}

/* ---- reading ------------------------------------------------------------------------- */

static leadkpi_status read_head(lk_reader *reader, leadkpi_lifetime *model)
{
    model->kind = lk_read_uint8(reader);
    model->outcome = lk_read_uint8(reader);
    uint64_t vanished = lk_read_varint(reader), evaluations = lk_read_varint(reader);
    model->customers = lk_read_double(reader);
    model->distinct = lk_read_double(reader);
    model->log_likelihood = lk_read_double(reader);
    LK_TRY(lk_reader_status(reader));
    if (model->kind >= LK_MODEL_COUNT) return lk_reader_refuse(reader, "model: expected one that is known");
    if (model->outcome < LEADKPI_LIFETIME_GIVEN || model->outcome > LEADKPI_LIFETIME_UNFINISHED)
        return lk_reader_refuse(reader, "outcome: expected from 1 to 5");
    bool at_boundary = model->outcome == LEADKPI_LIFETIME_BOUNDARY;
    if (vanished > (at_boundary ? LK_VANISHED_ALL : 0u))
        return lk_reader_refuse(reader, "vanished: expected known bits, and none but at a boundary");
    if (evaluations > UINT32_MAX) return lk_reader_refuse(reader, "evaluations: expected fewer");
    if (!(model->customers >= 0 && model->distinct >= 0) || isinf(model->customers) || isinf(model->distinct))
        return lk_reader_refuse(reader, "customers: expected numbers of 0 or more");
    if (isnan(model->log_likelihood) != (model->outcome == LEADKPI_LIFETIME_GIVEN))
        return lk_reader_refuse(reader, "log-likelihood: expected NaN of a given model alone");
    model->vanished = (uint32_t)vanished;
    model->evaluations = (uint32_t)evaluations;
    return LEADKPI_OK;
}

static leadkpi_status read_numbers(lk_reader *reader, leadkpi_lifetime *model)
{
    int count = lk_model_kinds[model->kind].count;
    for (int i = 0; i < LK_MODEL_PARAMETERS_MAX; i++)
        for (int j = 0; j < LK_MODEL_PARAMETERS_MAX; j++) model->covariance[i][j] = NAN;
    for (int i = 0; i < count; i++) {
        model->parameters[i] = lk_read_double(reader);
        LK_TRY(lk_reader_status(reader));
        if (!(model->parameters[i] >= LK_PARAMETER_LEAST && model->parameters[i] <= LK_PARAMETER_MOST))
            return lk_reader_refuse(reader, "parameters: expected from 1e-100 to 1e100");
    }
    for (int i = 0; i < count; i++)
        for (int j = i; j < count; j++) {
            double value = lk_read_double(reader);
            LK_TRY(lk_reader_status(reader));
            if (isinf(value) || (i == j && value < 0))
                return lk_reader_refuse(reader, "covariance: expected finite numbers");
            model->covariance[i][j] = model->covariance[j][i] = value;
        }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_deserialize(const leadkpi_host *host, const void *bytes, size_t size,
                                            leadkpi_lifetime **out, leadkpi_error *error)
{
    lk_memory memory;
    lk_reader reader;
    uint32_t version;
    leadkpi_lifetime model;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(bytes, error);
    LK_TRY(lk_memory_init(&memory, host, error));
    memset(&model, 0, sizeof model);
    LK_TRY(lk_reader_begin(&reader, bytes, size, LK_LIFETIME_STATE_KIND, LK_LIFETIME_STATE_VERSION,
                           &version, error));
    LK_TRY(read_head(&reader, &model));
    LK_TRY(read_numbers(&reader, &model));
    LK_TRY(lk_reader_finish(&reader));
    return lk_lifetime_make(&memory, &model, out, error);
}
