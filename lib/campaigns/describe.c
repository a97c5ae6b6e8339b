#include "base/nearest.h"
#include "base/sentence.h"
#include "campaigns/definition.h"
#include "campaigns/vocabulary.h"

static lk_text stage_item(const leadkpi_campaigns *campaigns, size_t i)
{
    return lk_options_list_item(campaigns->definition, &lk_campaigns_schema,
                                LK_CAMPAIGNS_STAGE_NAMES, i);
}

/* Does a later item say what the name means? Then this one says nothing. */
static bool is_corrected(const leadkpi_campaigns *campaigns, size_t i, size_t count, lk_text name)
{
    for (size_t later = i + 1; later < count; later++) {
        lk_text other;
        int stage;
        if (lk_campaigns_split_stage_name(stage_item(campaigns, later), &other, &stage) &&
            lk_name_same(name, other))
            return true;
    }
    return false;
}

static void put_stage_names(lk_sentence *s, const leadkpi_campaigns *campaigns)
{
    size_t count = lk_options_list_count(campaigns->definition, &lk_campaigns_schema,
                                         LK_CAMPAIGNS_STAGE_NAMES);
    const char *joint = "; a stage row that says ";
    for (size_t i = 0; i < count; i++) {
        lk_text name;
        int stage;
        if (!lk_campaigns_split_stage_name(stage_item(campaigns, i), &name, &stage) ||
            is_corrected(campaigns, i, count, name))
            continue;
        lk_say_words(s, joint);
        lk_say_words(s, "\"");
        lk_say(s, name);
        lk_say_words(s, "\" means ");
        lk_say_words(s, lk_stage_name(stage));
        joint = ", ";
    }
}

static size_t write_sentence(const leadkpi_campaigns *campaigns, char *out, size_t capacity)
{
    lk_sentence s = {out, capacity, 0};
    if (campaigns->person_key == LK_PERSON_KEY_EMAIL)
        lk_say_words(
            &s, "Leads with the same e-mail address (blanks at its edges left out, A to Z taken as "
                "a to z) are one person, which counts once, and a lead without an address is a "
                "person of its own");
    else
        lk_say_words(&s, "Leads with the same id are one person, which counts once");
    lk_say_words(&s, campaigns->hashed_ids
                         ? "; of ids only a 128-bit hash is kept, so that they cannot be listed"
                         : "; ids are kept as they are");
    put_stage_names(&s, campaigns);
    lk_say_words(&s, ".");
    lk_say(&s, (lk_text){"", 1}); /* the NUL */
    return s.length;
}

leadkpi_status leadkpi_campaigns_describe(const leadkpi_campaigns *campaigns, char *buffer,
                                          size_t capacity, size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(campaigns, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    size_t size = write_sentence(campaigns, NULL, 0);
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (!buffer) return LEADKPI_OK;
    write_sentence(campaigns, buffer, capacity);
    return LEADKPI_OK;
}
