#include "attribution/store.h"
#include "base/number.h"
#include "base/time_text.h"

/* Where the sentence goes; `length` counts on past the end of the buffer. */
typedef struct sentence {
    char *out;
    size_t capacity;
    size_t length;
} sentence;

static void put(sentence *s, lk_text text)
{
    if (s->length < s->capacity && text.length) {
        size_t room = s->capacity - s->length;
        memcpy(s->out + s->length, text.data, text.length < room ? text.length : room);
    }
    s->length += text.length;
}

static void put_words(sentence *s, const char *words)
{
    put(s, lk_text_of(words, LEADKPI_NUL_TERMINATED));
}

static void put_duration(sentence *s, int64_t microseconds)
{
    char text[LK_TIME_TEXT_SIZE];
    put(s, (lk_text){text, lk_duration_print(text, microseconds)});
}

static void put_items(sentence *s, const leadkpi_attribution *a, int option)
{
    size_t count = lk_options_list_count(a->definition, &lk_attribution_schema, option);
    for (size_t i = 0; i < count; i++) {
        if (i) put_words(s, ", ");
        put(s, lk_options_list_item(a->definition, &lk_attribution_schema, option, i));
    }
}

/* ---- clauses -------------------------------------------------------------------------- */

static void put_touches(sentence *s, const leadkpi_attribution *a)
{
    const lk_attribution_rule *rule = &a->rule;
    put_words(s, "A conversion of ");
    put_words(s, rule->unit == LK_UNIT_ACCOUNT ? "an account" : "a lead");
    put_words(s, " takes its touches (by ");
    put_items(s, a, LK_ATTRIBUTION_DIMENSIONS);
    put_words(s, rule->channel_from == LK_CHANNEL_FROM_UTM ? ", the channel from UTM fields)" : ")");
    put_words(s, rule->same_time == LK_SAME_TIME_COUNTS ? " up to its time" : " before its time");
    if (rule->lookback != INT64_MAX) {
        put_words(s, " and less than ");
        put_duration(s, rule->lookback);
        put_words(s, " before it");
    }
    if (lk_options_list_count(a->definition, &lk_attribution_schema, LK_ATTRIBUTION_LOOKBACK_BY_TYPE)) {
        put_words(s, " (by type: ");
        put_items(s, a, LK_ATTRIBUTION_LOOKBACK_BY_TYPE);
        put_words(s, ")");
    }
}

static void put_cuts(sentence *s, const leadkpi_attribution *a)
{
    static const char *const repeats[] = {
        "; the next one of its type takes them again",
        "; the next one of its type takes only those after it",
        "; the next one of its type takes those after it, or without any the same again"};
    char digits[24];
    if (a->rule.touches_max != UINT32_MAX) {
        put_words(s, ", the latest ");
        put(s, (lk_text){digits, lk_number_print_uint64(digits, a->rule.touches_max)});
        put_words(s, " of them");
    }
    put_words(s, repeats[a->rule.repeat]);
    if (a->rule.transform_count) {
        put_words(s, "; paths are then changed by ");
        put_items(s, a, LK_ATTRIBUTION_TRANSFORMS);
    }
}

static void put_nulls(sentence *s, const leadkpi_attribution *a)
{
    put_words(s, ". Journeys without a conversion are those handed in");
    if (a->rule.nulls == LK_NULLS_NEVER_CONVERTED)
        put_words(s, " and one of each unit that never converted");
    if (a->rule.nulls == LK_NULLS_INACTIVITY) {
        put_words(s, " and each run of touches that no conversion follows within ");
        put_duration(s, a->rule.inactivity);
    }
    put_words(s, ".");
}

leadkpi_status leadkpi_attribution_describe(const leadkpi_attribution *attribution, char *buffer,
                                            size_t capacity, size_t *needed, leadkpi_error *error)
{
    sentence s = {NULL, 0, 0};
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(attribution, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    for (int pass = 0; pass < 2; pass++) {
        put_touches(&s, attribution);
        put_cuts(&s, attribution);
        put_nulls(&s, attribution);
        if (pass) break;
        LK_TRY(lk_buffer_admits(buffer, capacity, s.length + 1, needed, error));
        if (!buffer) return LEADKPI_OK;
        s = (sentence){buffer, capacity, 0};
    }
    buffer[s.length] = 0;
    return LEADKPI_OK;
}
