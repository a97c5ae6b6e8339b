#include "base/number.h"
#include "cohorts/retention.h"

static const lk_option retention_options[] = {
    LK_VIEW_OPTIONS(0, "given"),
    [LK_RETENTION_CLOCK] = {"clock", LK_OPTION_CHOICE, .choices = "rolling|calendar",
                            .default_text = "rolling",
                            .meaning = "Ages run from each customer's own instant, or by the periods "
                                       "of the calendar."},
    [LK_RETENTION_STEP] = {"step", LK_OPTION_DURATION, .unit = "time", .minimum = "1us",
                           .maximum = "36500d", .default_text = "30d",
                           .meaning = "Length of one age on the rolling clock."},
    [LK_RETENTION_AGES] = {"ages", LK_OPTION_INT64, .unit = "ages", .minimum = "1", .maximum = "1000",
                           .default_text = "13",
                           .meaning = "How many ages there are, from 0; not looked at with brackets."},
    [LK_RETENTION_BRACKETS] = {"brackets", LK_OPTION_LIST, .unit = "ages",
                               .meaning = "Ages at which brackets begin, rising, and at the end the "
                                          "age at which the last one ends, such as 0,1,3,7,14,30."},
    [LK_RETENTION_RULE] = {"rule", LK_OPTION_CHOICE, .choices = "on|on_or_after|on_or_before|streak",
                           .default_text = "on",
                           .meaning = "Retained at a bracket: active in it; in it or later; in it or "
                                      "a bracket before, the first one aside; in it and each bracket "
                                      "before, the first one aside."},
    [LK_RETENTION_START] = {"start", LK_OPTION_CHOICE, .choices = "first_time|recurring",
                            .default_text = "first_time",
                            .meaning = "A customer is in the cohort in which it was acquired, or in that "
                                       "of each period in which it was active too."},
    [LK_RETENTION_ACTIVE_BY] = {"active_by", LK_OPTION_CHOICE, .choices = "any|activity|revenue",
                                .default_text = "any",
                                .meaning = "What makes active: activity rows, revenue rows above zero, "
                                           "or either."},
    LK_CALENDAR_OPTIONS(LK_RETENTION_CALENDAR, "month"),
};

const lk_schema lk_cohorts_retention_schema = {"cohorts_retention",
                                               "Who of a cohort is still there at which age.",
                                               retention_options, LK_RETENTION_OPTION_COUNT};

/* The largest age: so many steps of 36,500 days are no overflow. */
#define AGE_MAX INT64_C(1000000)

static leadkpi_status read_age(const leadkpi_options *options, size_t index, int64_t *age,
                               leadkpi_error *error)
{
    lk_text item =
        lk_options_list_item(options, &lk_cohorts_retention_schema, LK_RETENTION_BRACKETS, index);
    bool good = item.length > 0 && item.length <= 7;
    *age = 0;
    for (size_t i = 0; good && i < item.length; i++) {
        good = item.data[i] >= '0' && item.data[i] <= '9';
        *age = *age * 10 + (item.data[i] - '0');
    }
    LK_FAIL_IF(!good || *age > AGE_MAX, error, LEADKPI_BAD_ARGUMENT,
               "brackets: expected whole ages from 0 to 1000000, found \"%.*s\"", LK_TEXT_ARGS(item));
    return LEADKPI_OK;
}

static leadkpi_status read_brackets(const leadkpi_options *options, size_t count,
                                    lk_retention_rule *rule, leadkpi_error *error)
{
    int64_t from, to;
    LK_FAIL_IF(count < 2 || count > LK_BRACKETS_MAX + 1, error, LEADKPI_BAD_ARGUMENT,
               "brackets: expected 2 to %d ages, found %zu", LK_BRACKETS_MAX + 1, count);
    LK_TRY(read_age(options, 0, &from, error));
    for (size_t i = 1; i < count; i++, from = to) {
        LK_TRY(read_age(options, i, &to, error));
        LK_FAIL_IF(to <= from, error, LEADKPI_BAD_ARGUMENT,
                   "brackets: expected rising ages, found %lld after %lld", (long long)to,
                   (long long)from);
        rule->brackets[i - 1] = (lk_bracket){from, to};
    }
    rule->bracket_count = count - 1;
    return LEADKPI_OK;
}

static leadkpi_status check(const lk_retention_rule *rule, lk_text grain, leadkpi_error *error)
{
    LK_FAIL_IF(rule->clock == LK_CLOCK_CALENDAR && lk_text_equal(grain, LK_LITERAL("all")), error,
               LEADKPI_CONTRADICTION,
               "clock=calendar: expected a grain that cuts time into periods, found grain=all");
    LK_FAIL_IF(rule->start == LK_START_RECURRING && rule->clock != LK_CLOCK_CALENDAR, error,
               LEADKPI_CONTRADICTION,
               "start=recurring: expected clock=calendar, found clock=rolling");
    return LEADKPI_OK;
}

leadkpi_status lk_retention_read_rule(const leadkpi_options *options, lk_retention_rule *rule,
                                      leadkpi_error *error)
{
    const lk_schema *schema = &lk_cohorts_retention_schema;
    rule->clock = lk_options_choice(options, schema, LK_RETENTION_CLOCK);
    rule->rule = lk_options_choice(options, schema, LK_RETENTION_RULE);
    rule->start = lk_options_choice(options, schema, LK_RETENTION_START);
    rule->active_by = lk_options_choice(options, schema, LK_RETENTION_ACTIVE_BY);
    rule->step = lk_options_int64(options, schema, LK_RETENTION_STEP);
    LK_TRY(check(rule,
                 lk_options_get_text(options, schema, LK_RETENTION_CALENDAR + LK_CALENDAR_GRAIN),
                 error));
    size_t count = lk_options_list_count(options, schema, LK_RETENTION_BRACKETS);
    if (count) return read_brackets(options, count, rule, error);
    rule->bracket_count = (size_t)lk_options_int64(options, schema, LK_RETENTION_AGES);
    for (size_t i = 0; i < rule->bracket_count; i++)
        rule->brackets[i] = (lk_bracket){(int64_t)i, (int64_t)i + 1};
    return LEADKPI_OK;
}
