/* options_schema.h: a schema with an option of every type, for the tests of options. */
#ifndef LK_TEST_OPTIONS_SCHEMA_H
#define LK_TEST_OPTIONS_SCHEMA_H

#include "base/options.h"

enum { ZONE, BY, LEVEL, AS_OF, WINDOW, ORDER, TOTALS, TOP, TITLE, KINDS, SHIFT, MODE, OPTION_COUNT };

static const lk_option test_options[OPTION_COUNT] = {
    [ZONE] = {"zone", LK_OPTION_BYTES, .meaning = "Rules of a time zone."},
    [BY] = {"by", LK_OPTION_LIST, .unit = "columns", .meaning = "Dimensions."},
    [LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0", .maximum = "<1",
               .default_text = "0.95", .meaning = "Level of the intervals."},
    [AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .maximum = "2100-01-01", .meaning = "The moment."},
    [WINDOW] = {"window", LK_OPTION_DURATION, .minimum = "0s", .default_text = "90d",
                .meaning = "How long."},
    [ORDER] = {"order", LK_OPTION_CHOICE, .choices = "ordered|unordered|adjacent",
               .default_text = "ordered", .meaning = "Order of the steps."},
    [TOTALS] = {"totals", LK_OPTION_BOOL, .default_text = "true", .meaning = "With totals?"},
    [TOP] = {"top", LK_OPTION_INT64, .unit = "rows", .minimum = "1", .maximum = "1000",
             .default_text = "10", .meaning = "How many."},
    [TITLE] = {"title", LK_OPTION_TEXT, .default_text = "Leads", .meaning = "Title."},
    [KINDS] = {"kinds", LK_OPTION_LIST, .default_text = "form,call", .meaning = "Kinds."},
    [SHIFT] = {"shift", LK_OPTION_DOUBLE, .meaning = "A number without bounds or default."},
    [MODE] = {"mode", LK_OPTION_CHOICE, .choices = "a|b", .meaning = "A choice without default."},
};

static const lk_schema test_schema = {"test_report", "For the tests.", test_options, OPTION_COUNT};
static const lk_schema other_schema = {"other_report", "Another one.", test_options, 2};

#endif
