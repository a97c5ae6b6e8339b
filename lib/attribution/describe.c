#include "attribution/store.h"
#include "base/number.h"
#include "base/time_text.h"
#include "base/sentence.h"

static void put_duration(lk_sentence *s, int64_t microseconds)
{
    char text[LK_TIME_TEXT_SIZE];
    lk_say(s, (lk_text){text, lk_duration_print(text, microseconds)});
}

static void put_items(lk_sentence *s, const leadkpi_attribution *a, int option)
{
    size_t count = lk_options_list_count(a->definition, &lk_attribution_schema, option);
    for (size_t i = 0; i < count; i++) {
        if (i) lk_say_words(s, ", ");
        lk_say(s, lk_options_list_item(a->definition, &lk_attribution_schema, option, i));
    }
}

/* ---- clauses -------------------------------------------------------------------------- */

static void put_touches(lk_sentence *s, const leadkpi_attribution *a)
{
    const lk_attribution_rule *rule = &a->rule;
    lk_say_words(s, "A conversion of ");
    lk_say_words(s, rule->unit == LK_UNIT_ACCOUNT ? "an account" : "a lead");
    lk_say_words(s, " takes its touches (by ");
    put_items(s, a, LK_ATTRIBUTION_DIMENSIONS);
    lk_say_words(s, rule->channel_from == LK_CHANNEL_FROM_UTM ? ", the channel from UTM fields)"
                                                              : ")");
    lk_say_words(s,
                 rule->same_time == LK_SAME_TIME_COUNTS ? " up to its time" : " before its time");
    if (rule->lookback != INT64_MAX) {
        lk_say_words(s, " and less than ");
        put_duration(s, rule->lookback);
        lk_say_words(s, " before it");
    }
    if (lk_options_list_count(a->definition, &lk_attribution_schema,
                              LK_ATTRIBUTION_LOOKBACK_BY_TYPE)) {
        lk_say_words(s, " (by type: ");
        put_items(s, a, LK_ATTRIBUTION_LOOKBACK_BY_TYPE);
        lk_say_words(s, ")");
    }
}

static void put_cuts(lk_sentence *s, const leadkpi_attribution *a)
{
    static const char *const repeats[] = {
        "; the next one of its type takes them again",
        "; the next one of its type takes only those after it",
        "; the next one of its type takes those after it, or without any the same again"};
    char digits[24];
    if (a->rule.touches_max != UINT32_MAX) {
        lk_say_words(s, ", the latest ");
        lk_say(s, (lk_text){digits, lk_number_print_uint64(digits, a->rule.touches_max)});
        lk_say_words(s, " of them");
    }
    lk_say_words(s, repeats[a->rule.repeat]);
    if (a->rule.transform_count) {
        lk_say_words(s, "; paths are then changed by ");
        put_items(s, a, LK_ATTRIBUTION_TRANSFORMS);
    }
}

static void put_nulls(lk_sentence *s, const leadkpi_attribution *a)
{
    lk_say_words(s, ". Journeys without a conversion are those handed in");
    if (a->rule.nulls == LK_NULLS_NEVER_CONVERTED)
        lk_say_words(s, " and one of each unit that never converted");
    if (a->rule.nulls == LK_NULLS_INACTIVITY) {
        lk_say_words(s, " and each run of touches that no conversion follows within ");
        put_duration(s, a->rule.inactivity);
    }
    lk_say_words(s, ".");
}

static void put_fold(lk_sentence *s, const leadkpi_attribution *a)
{
    if (!a->rule.fold_count) return;
    lk_say_words(s, " Paths alone come in; of them the sums of ");
    put_items(s, a, LK_ATTRIBUTION_FOLD);
    lk_say_words(s, " are kept, and nothing else.");
}

leadkpi_status leadkpi_attribution_describe(const leadkpi_attribution *attribution, char *buffer,
                                            size_t capacity, size_t *needed, leadkpi_error *error)
{
    lk_sentence s = {NULL, 0, 0};
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(attribution, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    for (int pass = 0; pass < 2; pass++) {
        put_touches(&s, attribution);
        put_cuts(&s, attribution);
        put_nulls(&s, attribution);
        put_fold(&s, attribution);
        if (pass) break;
        LK_TRY(lk_buffer_admits(buffer, capacity, s.length + 1, needed, error));
        if (!buffer) return LEADKPI_OK;
        s = (lk_sentence){buffer, capacity, 0};
    }
    buffer[s.length] = 0;
    return LEADKPI_OK;
}
