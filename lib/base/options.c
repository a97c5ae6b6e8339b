/* options.c: the life of an options object, and setting one option. */
#include "base/nearest.h"
#include "base/options_parts.h"

/* 2^53: the whole numbers up to here are all doubles. */
#define EXACT_IN_DOUBLE (INT64_C(1) << 53)

const char *lk_option_type_name(int32_t type)
{
    static const char *const names[] = {"bool", "int64",    "double",    "text", "choice",
                                        "list", "duration", "timestamp", "bytes"};
    return names[type - LK_OPTION_BOOL];
}

static size_t object_size(const lk_schema *schema)
{
    return sizeof(leadkpi_options) + (size_t)schema->count * sizeof(lk_value);
}

leadkpi_status lk_options_new(const lk_memory *like, const lk_schema *schema,
                              leadkpi_options **out, leadkpi_error *error)
{
    lk_memory memory = lk_memory_like(like);
    leadkpi_options *options;
    *out = NULL;
    LK_TRY(lk_allocate(&memory, 1, object_size(schema), &options, error));
    memset(options, 0, object_size(schema));
    options->memory = memory;
    options->schema = schema;
    *out = options;
    return LEADKPI_OK;
}

void leadkpi_options_free(leadkpi_options *options)
{
    if (!options) return;
    for (int i = 0; i < options->schema->count; i++)
        lk_value_release(&options->memory, &options->values[i]);
    lk_memory memory = options->memory;
    lk_release(&memory, options, 1, object_size(options->schema));
}

leadkpi_status lk_options_copy(const leadkpi_options *options, const lk_memory *like,
                               leadkpi_options **copy, leadkpi_error *error)
{
    *copy = NULL;
    if (!options) return LEADKPI_OK;
    leadkpi_options *twin;
    LK_TRY(lk_options_new(like, options->schema, &twin, error));
    for (int i = 0; i < options->schema->count; i++) {
        leadkpi_status status =
            lk_value_copy(&twin->memory, &options->values[i], &twin->values[i], error);
        if (status != LEADKPI_OK) {
            leadkpi_options_free(twin);
            return status;
        }
    }
    *copy = twin;
    return LEADKPI_OK;
}

leadkpi_status lk_options_check(const leadkpi_options *options, const lk_schema *schema,
                                leadkpi_error *error)
{
    LK_FAIL_IF(options && options->schema != schema, error, LEADKPI_MISMATCH,
               "options: expected those of \"%s\", found those of \"%s\"", schema->name,
               options->schema->name);
    return LEADKPI_OK;
}

bool lk_options_equal(const leadkpi_options *a, const leadkpi_options *b, const lk_schema *schema)
{
    for (int i = 0; i < schema->count; i++)
        if (!lk_value_equal(&schema->options[i], lk_options_value(a, i), lk_options_value(b, i)))
            return false;
    return true;
}

int lk_options_find(const leadkpi_options *options, lk_text name)
{
    const lk_schema *schema = options->schema;
    for (int i = 0; i < schema->count; i++)
        if (lk_text_equal(lk_option_text(schema->options[i].name), name)) return i;
    return -1;
}

leadkpi_status lk_options_fail_unknown(const leadkpi_options *options, lk_text name,
                                       leadkpi_error *error)
{
    lk_nearest nearest;
    lk_nearest_begin(&nearest, name);
    for (int i = 0; i < options->schema->count; i++)
        lk_nearest_consider(&nearest, lk_option_text(options->schema->options[i].name));
    return lk_nearest_fail(&nearest, "option", error);
}

/* The new value takes the place of the old one. */
static void replace(leadkpi_options *options, int option, lk_value value)
{
    lk_value_release(&options->memory, &options->values[option]);
    options->values[option] = value;
}

leadkpi_status lk_options_set(leadkpi_options *options, int option, lk_text text,
                              leadkpi_error *error)
{
    lk_value value;
    LK_TRY(lk_value_read(&options->memory, &options->schema->options[option], text, &value, error));
    replace(options, option, value);
    return LEADKPI_OK;
}

/* What every setter begins with. */
static leadkpi_status begin_set(const leadkpi_options *options, const char *name,
                                size_t name_length, int *option, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(options, error);
    LK_REQUIRE(name, error);
    lk_text text = lk_text_of(name, name_length);
    *option = lk_options_find(options, text);
    return *option >= 0 ? LEADKPI_OK : lk_options_fail_unknown(options, text, error);
}

static leadkpi_status fail_type(const lk_option *option, const char *given, leadkpi_error *error)
{
    return lk_fail(error, LEADKPI_WRONG_TYPE, "option \"%s\": expected %s, found %s", option->name,
                   lk_option_type_name(option->type), given);
}

static leadkpi_status set_scalar(leadkpi_options *options, int option, lk_scalar scalar,
                                 leadkpi_error *error)
{
    lk_value value;
    LK_TRY(lk_value_from_scalar(&options->schema->options[option], scalar, &value, error));
    replace(options, option, value);
    return LEADKPI_OK;
}

leadkpi_status leadkpi_options_set_text(leadkpi_options *options, const char *name,
                                        size_t name_length, const char *value, size_t value_length,
                                        leadkpi_error *error)
{
    int option;
    LK_TRY(begin_set(options, name, name_length, &option, error));
    LK_REQUIRE(value, error);
    return lk_options_set(options, option, lk_text_of(value, value_length), error);
}

leadkpi_status leadkpi_options_set_int64(leadkpi_options *options, const char *name,
                                         size_t name_length, int64_t value, leadkpi_error *error)
{
    int i;
    LK_TRY(begin_set(options, name, name_length, &i, error));
    const lk_option *option = &options->schema->options[i];
    lk_scalar scalar = {true, value, 0};
    switch (option->type) {
    case LK_OPTION_DOUBLE:
        LK_FAIL_IF(value > EXACT_IN_DOUBLE || value < -EXACT_IN_DOUBLE, error, LEADKPI_BAD_ARGUMENT,
                   "option \"%s\": expected a whole number up to 2^53, found %lld", option->name,
                   (long long)value);
        scalar = (lk_scalar){true, 0, (double)value};
        break;
    case LK_OPTION_INT64:
    case LK_OPTION_DURATION:
    case LK_OPTION_TIMESTAMP:
        break;
    default:
        return fail_type(option, "int64", error);
    }
    return set_scalar(options, i, scalar, error);
}

leadkpi_status leadkpi_options_set_double(leadkpi_options *options, const char *name,
                                          size_t name_length, double value, leadkpi_error *error)
{
    int i;
    LK_TRY(begin_set(options, name, name_length, &i, error));
    const lk_option *option = &options->schema->options[i];
    if (option->type != LK_OPTION_DOUBLE) return fail_type(option, "double", error);
    LK_FAIL_IF(!(value - value == 0), error, LEADKPI_BAD_ARGUMENT,
               "option \"%s\": expected a finite number, found %g", option->name, value);
    return set_scalar(options, i, (lk_scalar){true, 0, value + 0.0}, error); /* -0 is 0 */
}

leadkpi_status leadkpi_options_set_bool(leadkpi_options *options, const char *name,
                                        size_t name_length, int32_t value, leadkpi_error *error)
{
    int i;
    LK_TRY(begin_set(options, name, name_length, &i, error));
    const lk_option *option = &options->schema->options[i];
    if (option->type != LK_OPTION_BOOL) return fail_type(option, "bool", error);
    return set_scalar(options, i, (lk_scalar){true, value != 0, 0}, error);
}
