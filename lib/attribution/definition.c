#include "attribution/definition.h"

#include "attribution/channel.h"
#include "attribution/fold.h"
#include "base/time_text.h"

static const lk_option definition_options[] = {
    [LK_ATTRIBUTION_DIMENSIONS] = {"dimensions", LK_OPTION_LIST, .unit = "columns",
                                   .default_text = "channel,campaign,ad",
                                   .meaning = "What tells touches apart, from the widest to the "
                                              "narrowest; the first is the channel. 1 to 16."},
    [LK_ATTRIBUTION_UNIT] = {"unit", LK_OPTION_CHOICE, .choices = "lead|account",
                             .default_text = "lead",
                             .meaning = "Whose journey it is: that of each lead (column id), or of "
                                        "all people of an account (column account)."},
    [LK_ATTRIBUTION_LOOKBACK] = {"lookback", LK_OPTION_DURATION, .unit = "time", .minimum = ">0s",
                                 .meaning = "Touches count that are less than so long before the "
                                            "conversion; no value: all before it."},
    [LK_ATTRIBUTION_LOOKBACK_BY_TYPE] = {"lookback_by_type", LK_OPTION_LIST,
                                         .unit = "type=duration",
                                         .meaning = "Lookbacks of single types of conversion."},
    [LK_ATTRIBUTION_SAME_TIME] = {"same_time", LK_OPTION_CHOICE, .choices = "counts|ignored",
                                  .default_text = "counts",
                                  .meaning = "Whether a touch at the very time of the conversion "
                                             "counts."},
    [LK_ATTRIBUTION_TOUCHES_MAX] = {"touches_max", LK_OPTION_INT64, .unit = "touches",
                                    .minimum = "1", .maximum = "4294967294",
                                    .meaning = "Of a longer journey the latest so many touches "
                                               "count; no value: all."},
    [LK_ATTRIBUTION_REPEAT] = {"repeat", LK_OPTION_CHOICE, .choices = "reuse|cycle|until_newer",
                               .default_text = "reuse",
                               .meaning = "What the next conversion of a type takes: all touches in "
                                          "its lookback, those since the one before, or those "
                                          "since then and without any those of the one before."},
    [LK_ATTRIBUTION_NULLS] = {"nulls", LK_OPTION_CHOICE,
                              .choices = "explicit|never_converted|inactivity",
                              .default_text = "explicit",
                              .meaning = "Journeys without a conversion: those handed in; also those "
                                         "of units that never converted; or also each run of "
                                         "touches that no conversion follows."},
    [LK_ATTRIBUTION_INACTIVITY] = {"inactivity", LK_OPTION_DURATION, .unit = "time",
                                   .minimum = ">0s",
                                   .meaning = "After a longer time without a touch or conversion a "
                                              "journey is over (nulls=inactivity)."},
    [LK_ATTRIBUTION_TRANSFORMS] = {"transforms", LK_OPTION_LIST, .unit = "steps",
                                   .meaning = "Changes of the path in their order: collapse, first, "
                                              "drop:X, drop_trailing:X, carry:X:24h."},
    [LK_ATTRIBUTION_GROUP_COUNT] = {"groups", LK_OPTION_INT64, .unit = "groups", .minimum = "1",
                                    .maximum = "1024", .default_text = "64",
                                    .meaning = "Groups of units for standard errors, a power of "
                                               "two; 1: none."},
    [LK_ATTRIBUTION_SEPARATOR] = {"separator", LK_OPTION_TEXT, .default_text = ">",
                                  .meaning = "What stands between the touches of a text path."},
    [LK_ATTRIBUTION_CHANNEL_FROM] = {"channel_from", LK_OPTION_CHOICE, .choices = "column|utm",
                                     .default_text = "column",
                                     .meaning = "Where a touch's channel comes from: its column, or "
                                                "channel_rules over utm_source, utm_medium and "
                                                "utm_campaign."},
    [LK_ATTRIBUTION_CHANNEL_RULES] = {"channel_rules", LK_OPTION_LIST, .unit = "rules",
                                      .default_text = LK_CHANNEL_RULES_DEFAULT,
                                      .meaning = "Channels by UTM fields; the first rule that holds "
                                                 "gives the channel, none gives Unassigned."},
    [LK_ATTRIBUTION_IDS] = {"ids", LK_OPTION_CHOICE, .choices = "exact|hashed",
                            .default_text = "exact",
                            .meaning = "Keep ids as they are, or only 128 bits of their XXH3 hash."},
    [LK_ATTRIBUTION_FOLD] = {"fold", LK_OPTION_LIST, .unit = "models",
                             .meaning = "Models, rules without times and markov of order 1, whose "
                                        "sums are kept in place of paths, in memory that does not "
                                        "grow; no value: paths are kept, and any model can be "
                                        "asked for."},
};

const lk_schema lk_attribution_schema = {"attribution", "How journeys are made of touches.",
                                         definition_options, LK_ATTRIBUTION_OPTION_COUNT};

/* ---- words --------------------------------------------------------------------- */

lk_text lk_attribution_trim(lk_text text)
{
    while (text.length && (text.data[0] == ' ' || text.data[0] == '\t')) text.data++, text.length--;
    while (text.length &&
           (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

bool lk_attribution_cut_last(lk_text *text, char mark, lk_text *rest)
{
    for (size_t i = text->length; i-- > 0;) {
        if (text->data[i] != mark) continue;
        *rest = lk_attribution_trim((lk_text){text->data + i + 1, text->length - i - 1});
        *text = lk_attribution_trim((lk_text){text->data, i});
        return true;
    }
    return false;
}

lk_text lk_attribution_next(lk_text *text, char mark)
{
    const char *end = text->length ? memchr(text->data, mark, text->length) : NULL;
    size_t length = end ? (size_t)(end - text->data) : text->length;
    lk_text word = lk_attribution_trim((lk_text){text->data, length});
    *text = end ? (lk_text){end + 1, text->length - length - 1} : (lk_text){NULL, 0};
    return word;
}

/* ---- transforms ------------------------------------------------------------------ */

static const char *read_transform(lk_text item, lk_transform *transform)
{
    lk_text rest = item, name = lk_attribution_next(&rest, ':'), within;
    *transform = (lk_transform){.kind = -1};
    if (lk_text_equal(name, LK_LITERAL("collapse"))) transform->kind = LK_TRANSFORM_COLLAPSE;
    if (lk_text_equal(name, LK_LITERAL("first"))) transform->kind = LK_TRANSFORM_FIRST;
    if (transform->kind >= 0) return rest.data ? "nothing after its name" : NULL;
    if (lk_text_equal(name, LK_LITERAL("drop"))) transform->kind = LK_TRANSFORM_DROP;
    if (lk_text_equal(name, LK_LITERAL("drop_trailing")))
        transform->kind = LK_TRANSFORM_DROP_TRAILING;
    if (lk_text_equal(name, LK_LITERAL("carry"))) transform->kind = LK_TRANSFORM_CARRY;
    if (transform->kind < 0) return "collapse, first, drop:X, drop_trailing:X or carry:X:24h";
    if (!rest.data) return "a channel after a colon";
    if (transform->kind == LK_TRANSFORM_CARRY) {
        if (!lk_attribution_cut_last(&rest, ':', &within)) return "a duration, as in carry:direct:24h";
        if (lk_duration_parse(within, &transform->within) || transform->within <= 0)
            return "a duration above 0, as in carry:direct:24h";
    }
    transform->channel = lk_attribution_trim(rest);
    return NULL;
}

lk_transform lk_attribution_transform(const leadkpi_options *definition, int32_t index)
{
    lk_transform transform;
    (void)read_transform(lk_options_list_item(definition, &lk_attribution_schema,
                                              LK_ATTRIBUTION_TRANSFORMS, (size_t)index),
                         &transform);
    return transform;
}

static leadkpi_status check_transforms(const leadkpi_options *definition,
                                       lk_attribution_rule *rule, leadkpi_error *error)
{
    size_t count =
        lk_options_list_count(definition, &lk_attribution_schema, LK_ATTRIBUTION_TRANSFORMS);
    LK_FAIL_IF(count > LK_TRANSFORMS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "transforms: expected at most %d, found %zu", LK_TRANSFORMS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        lk_transform transform;
        lk_text item =
            lk_options_list_item(definition, &lk_attribution_schema, LK_ATTRIBUTION_TRANSFORMS, i);
        const char *expected = read_transform(item, &transform);
        LK_FAIL_IF(expected, error, LEADKPI_BAD_ARGUMENT, "transforms: expected %s, found \"%.*s\"",
                   expected, LK_TEXT_ARGS(item));
    }
    rule->transform_count = (int32_t)count;
    return LEADKPI_OK;
}

/* ---- lookbacks -------------------------------------------------------------------- */

static bool read_lookback(lk_text item, lk_text *type, int64_t *lookback)
{
    lk_text duration;
    *type = item;
    return lk_attribution_cut_last(type, '=', &duration) &&
           !lk_duration_parse(duration, lookback) && *lookback > 0;
}

static leadkpi_status check_lookbacks(const leadkpi_options *definition, leadkpi_error *error)
{
    size_t count =
        lk_options_list_count(definition, &lk_attribution_schema, LK_ATTRIBUTION_LOOKBACK_BY_TYPE);
    for (size_t i = 0; i < count; i++) {
        lk_text type, item = lk_options_list_item(definition, &lk_attribution_schema,
                                                  LK_ATTRIBUTION_LOOKBACK_BY_TYPE, i);
        int64_t lookback;
        LK_FAIL_IF(!read_lookback(item, &type, &lookback), error, LEADKPI_BAD_ARGUMENT,
                   "lookback_by_type: expected a type and a duration above 0, as in won=90d, "
                   "found \"%.*s\"",
                   LK_TEXT_ARGS(item));
    }
    return LEADKPI_OK;
}

int64_t lk_attribution_lookback(const leadkpi_options *definition, const lk_attribution_rule *rule,
                                lk_text type)
{
    size_t count =
        lk_options_list_count(definition, &lk_attribution_schema, LK_ATTRIBUTION_LOOKBACK_BY_TYPE);
    for (size_t i = 0; i < count; i++) {
        lk_text found;
        int64_t lookback;
        if (read_lookback(lk_options_list_item(definition, &lk_attribution_schema,
                                               LK_ATTRIBUTION_LOOKBACK_BY_TYPE, i),
                          &found, &lookback) &&
            lk_text_equal(found, type))
            return lookback;
    }
    return rule->lookback;
}

/* ---- the rest ---------------------------------------------------------------------- */

static leadkpi_status check_dimensions(const leadkpi_options *definition,
                                       lk_attribution_rule *rule, leadkpi_error *error)
{
    const lk_schema *schema = &lk_attribution_schema;
    size_t count = lk_options_list_count(definition, schema, LK_ATTRIBUTION_DIMENSIONS);
    LK_FAIL_IF(count < 1 || count > LK_DIMENSIONS_MAX, error, LEADKPI_BAD_ARGUMENT,
               "dimensions: expected 1 to %d, found %zu", LK_DIMENSIONS_MAX, count);
    for (size_t i = 0; i < count; i++) {
        lk_text name = lk_options_list_item(definition, schema, LK_ATTRIBUTION_DIMENSIONS, i);
        LK_FAIL_IF(name.length == 0, error, LEADKPI_BAD_ARGUMENT,
                   "dimensions: expected names, found an empty one");
        for (size_t other = 0; other < i; other++)
            LK_FAIL_IF(lk_text_equal(name, lk_options_list_item(definition, schema,
                                                                LK_ATTRIBUTION_DIMENSIONS, other)),
                       error, LEADKPI_CONTRADICTION, "dimensions: \"%.*s\" stands there twice",
                       LK_TEXT_ARGS(name));
    }
    rule->dimension_count = (uint32_t)count;
    return LEADKPI_OK;
}

static int64_t duration(const leadkpi_options *definition, int option)
{
    if (!lk_options_has_value(definition, &lk_attribution_schema, option)) return INT64_MAX;
    return lk_options_int64(definition, &lk_attribution_schema, option);
}

static leadkpi_status check_rest(const leadkpi_options *definition, const lk_attribution_rule *rule,
                                 leadkpi_error *error)
{
    LK_FAIL_IF((rule->groups & (rule->groups - 1)) != 0, error, LEADKPI_BAD_ARGUMENT,
               "groups: expected a power of two, found %u", (unsigned)rule->groups);
    LK_FAIL_IF(rule->nulls == LK_NULLS_INACTIVITY && rule->inactivity == INT64_MAX, error,
               LEADKPI_CONTRADICTION, "inactivity: expected a duration with nulls=inactivity");
    LK_FAIL_IF(rule->nulls != LK_NULLS_INACTIVITY && rule->inactivity != INT64_MAX, error,
               LEADKPI_CONTRADICTION, "inactivity: expected nulls=inactivity with it");
    lk_text separator =
        lk_options_get_text(definition, &lk_attribution_schema, LK_ATTRIBUTION_SEPARATOR);
    LK_FAIL_IF(lk_attribution_trim(separator).length == 0, error, LEADKPI_BAD_ARGUMENT,
               "separator: expected something other than blanks");
    return LEADKPI_OK;
}

leadkpi_status lk_attribution_read_rule(const leadkpi_options *definition,
                                        lk_attribution_rule *rule, leadkpi_error *error)
{
    const lk_schema *schema = &lk_attribution_schema;
    memset(rule, 0, sizeof *rule);
    rule->lookback = duration(definition, LK_ATTRIBUTION_LOOKBACK);
    rule->inactivity = duration(definition, LK_ATTRIBUTION_INACTIVITY);
    rule->touches_max =
        lk_options_has_value(definition, schema, LK_ATTRIBUTION_TOUCHES_MAX)
            ? (uint32_t)lk_options_int64(definition, schema, LK_ATTRIBUTION_TOUCHES_MAX)
            : UINT32_MAX;
    rule->groups = (uint32_t)lk_options_int64(definition, schema, LK_ATTRIBUTION_GROUP_COUNT);
    rule->unit = lk_options_choice(definition, schema, LK_ATTRIBUTION_UNIT);
    rule->same_time = lk_options_choice(definition, schema, LK_ATTRIBUTION_SAME_TIME);
    rule->repeat = lk_options_choice(definition, schema, LK_ATTRIBUTION_REPEAT);
    rule->nulls = lk_options_choice(definition, schema, LK_ATTRIBUTION_NULLS);
    rule->channel_from = lk_options_choice(definition, schema, LK_ATTRIBUTION_CHANNEL_FROM);
    rule->hashed_ids = lk_options_choice(definition, schema, LK_ATTRIBUTION_IDS);
    LK_TRY(check_dimensions(definition, rule, error));
    LK_TRY(check_lookbacks(definition, error));
    LK_TRY(check_transforms(definition, rule, error));
    LK_TRY(lk_channel_rules_check(definition, error));
    LK_TRY(lk_fold_check(definition, rule, error));
    return check_rest(definition, rule, error);
}
