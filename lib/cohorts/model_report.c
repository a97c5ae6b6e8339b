/* model_report.c: what is to be said of a model itself. */
#include "cohorts/model_report.h"

#include <leadkpi/stats.h>
#include <math.h>

#include "base/buffer.h"
#include "base/format.h"

/* ---- shared ------------------------------------------------------------------------ */

void lk_vanished_text(uint32_t vanished, char text[LK_VANISHED_TEXT_MAX])
{
    static const struct {
        uint32_t bit;
        const char *word;
    } words[] = {{LK_VANISHED_PURCHASE_RATES, "purchase_rates"},
                 {LK_VANISHED_DROPOUT_RATES, "dropout_rates"},
                 {LK_VANISHED_DROPOUT, "dropout"},
                 {LK_VANISHED_SURVIVORS, "survivors"},
                 {LK_VANISHED_MIDDLE, "middle"},
                 {LK_VANISHED_SPEND_WITHIN, "spend_within"},
                 {LK_VANISHED_SPEND_BETWEEN, "spend_between"}};
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (vanished & words[i].bit)
            length += lk_format(text + length, LK_VANISHED_TEXT_MAX - length, "%s%s",
                                length ? "," : "", words[i].word);
}

lk_text lk_parameter_name(const leadkpi_lifetime *model, int place)
{
    int option = lk_model_kinds[model->kind].options[place];
    return lk_text_of(lk_lifetime_schema.options[option].name, LEADKPI_NUL_TERMINATED);
}

leadkpi_status lk_lifetime_report(const lk_memory *like, lk_lifetime_fill fill, const void *request,
                                  leadkpi_table **out, leadkpi_error *error)
{
    leadkpi_table *table;
    LK_TRY(lk_table_new(like, &table, error));
    leadkpi_status status = fill(request, table, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}

leadkpi_status lk_add_text_column(leadkpi_table *table, lk_text name, size_t rows,
                                  lk_cell_text text_of, const void *request, leadkpi_error *error)
{
    lk_text_builder builder;
    char buffer[LK_CELL_TEXT_MAX];
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < rows && status == LEADKPI_OK; row++)
        status = lk_text_builder_append(&builder, text_of(request, row, buffer), error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

void lk_null_where_nan(leadkpi_table *table, int32_t column, const double *values, size_t rows)
{
    for (size_t row = 0; row < rows; row++)
        if (isnan(values[row])) lk_table_set_null(table, column, row);
}

/* One cell of a new column of doubles; NaN is null. */
static leadkpi_status add_number(leadkpi_table *table, lk_text name, const char *unit, double value,
                                 leadkpi_error *error)
{
    double *cell;
    LK_TRY(lk_table_add_double(table, name, unit, 1, true, &cell, error));
    *cell = value;
    lk_null_where_nan(table, leadkpi_table_column_count(table) - 1, cell, 1);
    return LEADKPI_OK;
}

/* ---- summary ----------------------------------------------------------------------- */

static lk_text model_text(const void *model, size_t row, char *buffer)
{
    (void)row, (void)buffer;
    return lk_text_of(lk_model_kinds[((const leadkpi_lifetime *)model)->kind].name, LEADKPI_NUL_TERMINATED);
}

static lk_text outcome_text(const void *model, size_t row, char *buffer)
{
    (void)row, (void)buffer;
    return lk_text_of(leadkpi_lifetime_outcome_name(((const leadkpi_lifetime *)model)->outcome), LEADKPI_NUL_TERMINATED);
}

static lk_text vanished_text(const void *model, size_t row, char *buffer)
{
    (void)row;
    lk_vanished_text(((const leadkpi_lifetime *)model)->vanished, buffer);
    return lk_text_of(buffer, LEADKPI_NUL_TERMINATED);
}

static leadkpi_status fill_summary(const void *request, leadkpi_table *table, leadkpi_error *error)
{
    const leadkpi_lifetime *model = request;
    bool given = model->outcome == LEADKPI_LIFETIME_GIVEN;
    int64_t *evaluations;
    LK_TRY(lk_add_text_column(table, LK_LITERAL("model"), 1, model_text, model, error));
    LK_TRY(lk_add_text_column(table, LK_LITERAL("outcome"), 1, outcome_text, model, error));
    LK_TRY(lk_add_text_column(table, LK_LITERAL("vanished"), 1, vanished_text, model, error));
    LK_TRY(add_number(table, LK_LITERAL("customers"), "customers", given ? NAN : model->customers, error));
    LK_TRY(add_number(table, LK_LITERAL("distinct"), "histories", given ? NAN : model->distinct, error));
    LK_TRY(add_number(table, LK_LITERAL("log_likelihood"), "", model->log_likelihood, error));
    LK_TRY(add_number(table, LK_LITERAL("aic"), "",
                      2.0 * lk_model_kinds[model->kind].count - 2 * model->log_likelihood, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("evaluations"), "", 1, false, &evaluations, error));
    *evaluations = model->evaluations;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_summary(const leadkpi_lifetime *model, leadkpi_table **out,
                                        leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(model, error);
    return lk_lifetime_report(&model->memory, fill_summary, model, out, error);
}

/* ---- parameters and their covariance ------------------------------------------------ */

typedef struct request {
    const leadkpi_lifetime *model;
    double level;
} request;

static lk_text parameter_text(const void *from, size_t row, char *buffer)
{
    (void)buffer;
    return lk_parameter_name(((const request *)from)->model, (int)row);
}

static leadkpi_status fill_parameters(const void *from, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"value", "standard_error", "low", "high"};
    const request *r = from;
    const leadkpi_lifetime *model = r->model;
    size_t count = (size_t)lk_model_kinds[model->kind].count;
    double *columns[4], z = leadkpi_stats_normal_upper_quantile((1 - r->level) / 2);
    LK_TRY(lk_add_text_column(table, LK_LITERAL("parameter"), count, parameter_text, r, error));
    for (int i = 0; i < 4; i++)
        LK_TRY(lk_table_add_double(table, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), "", count, true,
                                   &columns[i], error));
    for (size_t i = 0; i < count; i++) {
        double value = model->parameters[i], deviation = sqrt(model->covariance[i][i]);
        columns[0][i] = value;
        columns[1][i] = value * deviation;
        columns[2][i] = value * exp(-z * deviation);
        columns[3][i] = value * exp(z * deviation);
    }
    for (int i = 1; i < 4; i++) lk_null_where_nan(table, i + 1, columns[i], count);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_parameters(const leadkpi_lifetime *model, double level,
                                           leadkpi_table **out, leadkpi_error *error)
{
    request r = {model, level};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(model, error);
    LK_FAIL_IF(!(level > 0 && level < 1), error, LEADKPI_BAD_ARGUMENT,
               "level: expected above 0 and below 1, found %g", level);
    return lk_lifetime_report(&model->memory, fill_parameters, &r, out, error);
}

static leadkpi_status fill_covariance(const void *from, leadkpi_table *table, leadkpi_error *error)
{
    const leadkpi_lifetime *model = ((const request *)from)->model;
    int count = lk_model_kinds[model->kind].count;
    LK_TRY(lk_add_text_column(table, LK_LITERAL("parameter"), (size_t)count, parameter_text, from, error));
    for (int j = 0; j < count; j++) {
        double *cells;
        LK_TRY(lk_table_add_double(table, lk_parameter_name(model, j), "", (size_t)count, true, &cells,
                                   error));
        for (int i = 0; i < count; i++)
            cells[i] = model->covariance[i][j] * (model->parameters[i] * model->parameters[j]);
        lk_null_where_nan(table, j + 1, cells, (size_t)count);
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_lifetime_covariance(const leadkpi_lifetime *model, leadkpi_table **out,
                                           leadkpi_error *error)
{
    request r = {model, NAN};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(model, error);
    return lk_lifetime_report(&model->memory, fill_covariance, &r, out, error);
}

/* ---- texts --------------------------------------------------------------------------- */

const char *leadkpi_lifetime_outcome_name(int32_t outcome)
{
    static const char *const names[] = {"given", "interior", "boundary", "infinite_mean", "unfinished"};
    if (outcome < LEADKPI_LIFETIME_GIVEN || outcome > LEADKPI_LIFETIME_UNFINISHED) return "unknown";
    return names[outcome - LEADKPI_LIFETIME_GIVEN];
}

static void write_sentence(const leadkpi_lifetime *model, lk_buffer *text)
{
    const lk_model_kind *kind = &lk_model_kinds[model->kind];
    char vanished[LK_VANISHED_TEXT_MAX];
    lk_vanished_text(model->vanished, vanished);
    lk_buffer_append_format(text, "%s with ", kind->title);
    for (int i = 0; i < kind->count; i++)
        lk_buffer_append_format(text, "%s%.*s %g", i ? ", " : "", LK_TEXT_ARGS(lk_parameter_name(model, i)),
                                model->parameters[i]);
    if (model->outcome == LEADKPI_LIFETIME_GIVEN)
        lk_buffer_append_format(text, ", as given.");
    else
        lk_buffer_append_format(text, ", fitted to %g customers, log-likelihood %g; outcome: %s%s%s.",
                                model->customers, model->log_likelihood,
                                leadkpi_lifetime_outcome_name(model->outcome), vanished[0] ? ", without " : "",
                                vanished);
}

leadkpi_status leadkpi_lifetime_describe(const leadkpi_lifetime *model, char *buffer,
                                         size_t capacity, size_t *needed, leadkpi_error *error)
{
    lk_buffer text;
    leadkpi_error_reset(error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    LK_REQUIRE(model, error);
    lk_memory memory = lk_memory_like(&model->memory);
    lk_buffer_init(&text, &memory);
    write_sentence(model, &text);
    lk_buffer_append_char(&text, '\0');
    leadkpi_status status = lk_buffer_status(&text, error);
    if (status == LEADKPI_OK)
        status = lk_buffer_admits(buffer, capacity, text.length, needed, error);
    if (status == LEADKPI_OK && buffer) memcpy(buffer, text.data, text.length);
    lk_buffer_free(&text);
    return status;
}
