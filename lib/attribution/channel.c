#include "attribution/channel.h"

#include "attribution/definition.h"

static const char *const field_names[LK_UTM_COUNT] = {"source", "medium", "campaign"};

/* "Name := rest" into name and rest; false where there is no ":=". */
static bool split_rule(lk_text item, lk_text *name, lk_text *rest)
{
    for (size_t i = 0; i + 1 < item.length; i++) {
        if (item.data[i] != ':' || item.data[i + 1] != '=') continue;
        *name = lk_attribution_trim((lk_text){item.data, i});
        *rest = (lk_text){item.data + i + 2, item.length - i - 2};
        return name->length > 0;
    }
    return false;
}

/* "field=patterns" into the field's number, -1 where there is none, and the patterns. */
static int split_condition(lk_text condition, lk_text *patterns)
{
    *patterns = condition;
    lk_text field = lk_attribution_next(patterns, '=');
    if (!patterns->data) return -1;
    for (int i = 0; i < LK_UTM_COUNT; i++)
        if (lk_text_equal(field, lk_text_of(field_names[i], LEADKPI_NUL_TERMINATED))) return i;
    return -1;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_letters(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

static bool matches(lk_text pattern, lk_text value)
{
    bool open_start = pattern.length && pattern.data[0] == '*';
    if (open_start) pattern.data++, pattern.length--;
    bool open_end = pattern.length && pattern.data[pattern.length - 1] == '*';
    if (open_end) pattern.length--;
    if (value.length < pattern.length) return false;
    size_t most = value.length - pattern.length;
    size_t first = open_start && !open_end ? most : 0;
    size_t last = open_start ? most : 0;
    if (!open_start && !open_end && most) return false;
    for (size_t at = first; at <= last; at++)
        if (same_letters(value.data + at, pattern.data, pattern.length)) return true;
    return false;
}

static bool holds(lk_text conditions, const lk_text fields[LK_UTM_COUNT])
{
    while (conditions.data) {
        lk_text patterns;
        int field = split_condition(lk_attribution_next(&conditions, '&'), &patterns);
        bool any = false;
        while (patterns.data && !any)
            any = matches(lk_attribution_next(&patterns, '|'), fields[field]);
        if (!any) return false;
    }
    return true;
}

leadkpi_status lk_channel_rules_check(const leadkpi_options *definition, leadkpi_error *error)
{
    size_t count =
        lk_options_list_count(definition, &lk_attribution_schema, LK_ATTRIBUTION_CHANNEL_RULES);
    for (size_t i = 0; i < count; i++) {
        lk_text name, rest, patterns, item = lk_options_list_item(
            definition, &lk_attribution_schema, LK_ATTRIBUTION_CHANNEL_RULES, i);
        bool good = split_rule(item, &name, &rest);
        while (good && rest.data)
            good = split_condition(lk_attribution_next(&rest, '&'), &patterns) >= 0;
        LK_FAIL_IF(!good, error, LEADKPI_BAD_ARGUMENT,
                   "channel_rules: expected \"Name := medium=cpc|ppc & source=google*\" with fields "
                   "source, medium, campaign, found \"%.*s\"",
                   LK_TEXT_ARGS(item));
    }
    return LEADKPI_OK;
}

lk_text lk_channel_of(const leadkpi_options *definition, const lk_text fields[LK_UTM_COUNT])
{
    size_t count =
        lk_options_list_count(definition, &lk_attribution_schema, LK_ATTRIBUTION_CHANNEL_RULES);
    for (size_t i = 0; i < count; i++) {
        lk_text name, rest;
        lk_text item = lk_options_list_item(definition, &lk_attribution_schema,
                                            LK_ATTRIBUTION_CHANNEL_RULES, i);
        if (split_rule(item, &name, &rest) && holds(rest, fields)) return name;
    }
    return LK_CHANNEL_UNASSIGNED;
}
