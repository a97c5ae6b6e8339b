/* options_get.c: what rooms read, set or by default. */
#include <math.h>

#include "base/options_parts.h"
#include "base/time_text.h"

static lk_scalar scalar_of(const leadkpi_options *options, const lk_schema *schema, int option)
{
    return lk_scalar_of(&schema->options[option], lk_options_value(options, option));
}

bool lk_options_is_set(const leadkpi_options *options, const lk_schema *schema, int option)
{
    (void)schema;
    return lk_options_value(options, option) != NULL;
}

leadkpi_status lk_options_refuse_idle(const leadkpi_options *options, const lk_schema *schema,
                                      const lk_report_option *list, size_t count, uint32_t report,
                                      leadkpi_error *error)
{
    for (size_t i = 0; i < count; i++)
        LK_FAIL_IF(!(list[i].reports & report) && lk_options_is_set(options, schema, list[i].option), error,
                   LEADKPI_CONTRADICTION, "%s: expected none here; %s",
                   schema->options[list[i].option].name, list[i].why);
    return LEADKPI_OK;
}

leadkpi_status lk_options_time_range(const leadkpi_options *options, const lk_schema *schema, int from, int to,
                                     lk_time_range *out, leadkpi_error *error)
{
    *out = (lk_time_range){INT64_MIN, INT64_MAX};
    if (lk_options_has_value(options, schema, from)) out->from = lk_options_int64(options, schema, from);
    if (lk_options_has_value(options, schema, to)) out->to = lk_options_int64(options, schema, to);
    LK_FAIL_IF(out->from >= out->to, error, LEADKPI_CONTRADICTION, "%s: expected a time after %s (%s), found %s",
               schema->options[to].name, schema->options[from].name, LK_SAY_TIME(out->from), LK_SAY_TIME(out->to));
    return LEADKPI_OK;
}

bool lk_options_has_value(const leadkpi_options *options, const lk_schema *schema, int option)
{
    if (lk_option_has_items(&schema->options[option]))
        return lk_item_count(&schema->options[option], lk_options_value(options, option)) > 0;
    return scalar_of(options, schema, option).has_value;
}

int64_t lk_options_int64(const leadkpi_options *options, const lk_schema *schema, int option)
{
    return scalar_of(options, schema, option).int64;
}

double lk_options_double(const leadkpi_options *options, const lk_schema *schema, int option)
{
    lk_scalar scalar = scalar_of(options, schema, option);
    return scalar.has_value ? scalar.number : NAN;
}

bool lk_options_bool(const leadkpi_options *options, const lk_schema *schema, int option)
{
    return scalar_of(options, schema, option).int64 != 0;
}

int lk_options_choice(const leadkpi_options *options, const lk_schema *schema, int option)
{
    lk_scalar scalar = scalar_of(options, schema, option);
    return scalar.has_value ? (int)scalar.int64 : -1;
}

lk_text lk_options_get_text(const leadkpi_options *options, const lk_schema *schema, int option)
{
    if (schema->options[option].type == LK_OPTION_CHOICE)
        return lk_option_choice(&schema->options[option],
                                lk_options_choice(options, schema, option));
    return lk_item(&schema->options[option], lk_options_value(options, option), 0);
}

size_t lk_options_list_count(const leadkpi_options *options, const lk_schema *schema, int option)
{
    return lk_item_count(&schema->options[option], lk_options_value(options, option));
}

lk_text lk_options_list_item(const leadkpi_options *options, const lk_schema *schema, int option,
                             size_t index)
{
    return lk_item(&schema->options[option], lk_options_value(options, option), index);
}
