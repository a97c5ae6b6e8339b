/* schema.c: a calendar from options. */
#include "calendar/calendar.h"

static const lk_option calendar_options[LK_CALENDAR_OPTION_COUNT] = {LK_CALENDAR_OPTIONS(0, "day")};

const lk_schema lk_calendar_schema = {
    "calendar", "A calendar: periods on a zone's local clock, and opening hours.", calendar_options,
    LK_CALENDAR_OPTION_COUNT};

/* The options of a calendar within those of its schema. */
typedef struct source {
    const leadkpi_options *options;
    const lk_schema *schema;
    int first;
} source;

static int32_t choice(const source *s, int option)
{
    return lk_options_choice(s->options, s->schema, s->first + option);
}

static int32_t month(const source *s, int option)
{
    return (int32_t)lk_options_int64(s->options, s->schema, s->first + option);
}

static lk_text text(const source *s, int option)
{
    return lk_options_get_text(s->options, s->schema, s->first + option);
}

/* The choices stand in the order of the numbers of grain.h. */
static lk_grain_rules read_grain(const source *s)
{
    return (lk_grain_rules){.grain = choice(s, LK_CALENDAR_GRAIN) + LK_GRAIN_ALL,
                            .week_start = choice(s, LK_CALENDAR_WEEK_START),
                            .week_one = choice(s, LK_CALENDAR_WEEK_ONE),
                            .fiscal_start_month = month(s, LK_CALENDAR_FISCAL_START_MONTH),
                            .fiscal_year_name = choice(s, LK_CALENDAR_FISCAL_YEAR_NAME),
                            .retail_pattern = choice(s, LK_CALENDAR_RETAIL_PATTERN),
                            .retail_year_end = choice(s, LK_CALENDAR_RETAIL_YEAR_END),
                            .retail_end_weekday = choice(s, LK_CALENDAR_RETAIL_END_WEEKDAY),
                            .retail_end_month = month(s, LK_CALENDAR_RETAIL_END_MONTH),
                            .retail_long_month = month(s, LK_CALENDAR_RETAIL_LONG_MONTH),
                            .retail_year_name = choice(s, LK_CALENDAR_RETAIL_YEAR_NAME)};
}

leadkpi_status lk_calendar_create_from(const lk_memory *memory, const leadkpi_options *options,
                                       const lk_schema *schema, int first, lk_calendar **out,
                                       leadkpi_error *error)
{
    source s = {options, schema, first};
    lk_memory scratch = lk_memory_like(memory);
    lk_text *holidays;
    size_t count = lk_options_list_count(options, schema, first + LK_CALENDAR_HOLIDAYS);
    *out = NULL;
    LK_TRY(lk_allocate(&scratch, count, sizeof *holidays, &holidays, error));
    for (size_t i = 0; i < count; i++)
        holidays[i] = lk_options_list_item(options, schema, first + LK_CALENDAR_HOLIDAYS, i);
    lk_calendar_rules rules = {.grain = read_grain(&s),
                               .zone = text(&s, LK_CALENDAR_ZONE),
                               .zone_data = text(&s, LK_CALENDAR_ZONE_DATA),
                               .zone_rule = text(&s, LK_CALENDAR_ZONE_RULE),
                               .hours = text(&s, LK_CALENDAR_HOURS),
                               .special_hours = text(&s, LK_CALENDAR_SPECIAL_HOURS),
                               .holidays = holidays,
                               .holiday_count = count};
    leadkpi_status status = lk_calendar_create(memory, &rules, out, error);
    lk_release(&scratch, holidays, count, sizeof *holidays);
    return status;
}

leadkpi_status lk_calendar_refuse_hours(const leadkpi_options *options, const lk_schema *schema, int first,
                                        leadkpi_error *error)
{
    for (int i = first + LK_CALENDAR_HOURS; i <= first + LK_CALENDAR_HOLIDAYS; i++)
        LK_FAIL_IF(lk_options_has_value(options, schema, i), error, LEADKPI_CONTRADICTION,
                   "%s: expected none with %s, whose times are those of the clock; responses_report counts "
                   "opening hours",
                   schema->options[i].name, schema->name);
    return LEADKPI_OK;
}
