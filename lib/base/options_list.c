/* options_list.c: what can be set, as a table. */
#include "base/options_parts.h"
#include "base/table.h"

/* The columns of the table, in their order. */
enum { NAME, TYPE, UNIT, MINIMUM, MAXIMUM, CHOICES, DEFAULT, VALUE, MEANING, COLUMN_COUNT };

static const char *const column_names[COLUMN_COUNT] = {
    [NAME] = "name",       [TYPE] = "type",       [UNIT] = "unit",
    [MINIMUM] = "minimum", [MAXIMUM] = "maximum", [CHOICES] = "choices",
    [DEFAULT] = "default", [VALUE] = "value",     [MEANING] = "meaning",
};

static const char *constant_cell(const lk_option *option, int column)
{
    switch (column) {
    case NAME:
        return option->name;
    case TYPE:
        return lk_option_type_name(option->type);
    case UNIT:
        return option->unit;
    case MINIMUM:
        return option->minimum;
    case MAXIMUM:
        return option->maximum;
    case CHOICES:
        return option->choices;
    case DEFAULT:
        return option->default_text;
    default:
        return option->meaning;
    }
}

static leadkpi_status append_value(lk_text_builder *builder, lk_memory *memory,
                                   const lk_option *option, const lk_value *value,
                                   leadkpi_error *error)
{
    char *text;
    size_t size = lk_value_print(option, value, false, NULL, 0);
    LK_TRY(lk_allocate(memory, size, 1, &text, error));
    lk_value_print(option, value, false, text, size);
    leadkpi_status status = lk_text_builder_append(builder, (lk_text){text, size}, error);
    lk_release(memory, text, size, 1);
    return status;
}

static leadkpi_status append_cells(lk_text_builder *builder, const leadkpi_options *options,
                                   int column, leadkpi_error *error)
{
    lk_memory scratch = lk_memory_like(&options->memory);
    for (int i = 0; i < options->schema->count; i++) {
        const lk_option *option = &options->schema->options[i];
        if (column == VALUE)
            LK_TRY(append_value(builder, &scratch, option, lk_options_value(options, i), error));
        else
            LK_TRY(lk_text_builder_append(builder, lk_option_text(constant_cell(option, column)),
                                          error));
    }
    return LEADKPI_OK;
}

static leadkpi_status add_column(leadkpi_table *table, const leadkpi_options *options, int column,
                                 leadkpi_error *error)
{
    lk_text_builder builder;
    lk_text_builder_init(&builder, table);
    leadkpi_status status = append_cells(&builder, options, column, error);
    if (status == LEADKPI_OK)
        status = lk_text_builder_finish(&builder, lk_option_text(column_names[column]), "", error);
    lk_text_builder_release(&builder);
    return status;
}

leadkpi_status leadkpi_options_list(const leadkpi_options *options, leadkpi_table **out,
                                    leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(options, error);
    leadkpi_table *table;
    LK_TRY(lk_table_new(&options->memory, &table, error));
    leadkpi_status status = LEADKPI_OK;
    for (int column = 0; column < COLUMN_COUNT && status == LEADKPI_OK; column++)
        status = add_column(table, options, column, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}
