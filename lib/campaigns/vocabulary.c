#include "campaigns/vocabulary.h"

#include "base/nearest.h"

typedef struct word {
    const char *name;
    int meaning;
} word;

/* The words of HubSpot (lifecycle stages and their internal names), Salesforce
 * (opportunity stages) and common usage. A word that means different things in
 * different teams, such as "qualified", is left out: option stage_names says it. */
static const word stage_words[] = {
    {"lead", LK_STAGE_LEAD},
    {"new", LK_STAGE_LEAD},
    {"created", LK_STAGE_LEAD},
    {"mql", LK_STAGE_MQL},
    {"marketingqualifiedlead", LK_STAGE_MQL},
    {"marketing_qualified_lead", LK_STAGE_MQL},
    {"marketing_qualified", LK_STAGE_MQL},
    {"sal", LK_STAGE_SAL},
    {"salesacceptedlead", LK_STAGE_SAL},
    {"sales_accepted_lead", LK_STAGE_SAL},
    {"sales_accepted", LK_STAGE_SAL},
    {"accepted", LK_STAGE_SAL},
    {"sql", LK_STAGE_SQL},
    {"salesqualifiedlead", LK_STAGE_SQL},
    {"sales_qualified_lead", LK_STAGE_SQL},
    {"sales_qualified", LK_STAGE_SQL},
    {"opportunity", LK_STAGE_OPPORTUNITY},
    {"opportunity_created", LK_STAGE_OPPORTUNITY},
    {"won", LK_STAGE_WON},
    {"closed_won", LK_STAGE_WON},
    {"closedwon", LK_STAGE_WON},
    {"customer", LK_STAGE_WON},
    {"lost", LK_STAGE_LOST},
    {"closed_lost", LK_STAGE_LOST},
    {"closedlost", LK_STAGE_LOST},
    {"no_decision", LK_STAGE_NO_DECISION},
    {"rejected", LK_STAGE_REJECTED},
    {"unqualified", LK_STAGE_REJECTED},
    {"disqualified", LK_STAGE_REJECTED},
    {"recycled", LK_STAGE_RECYCLED},
    {"nurture", LK_STAGE_RECYCLED},
    {"nurturing", LK_STAGE_RECYCLED},
    {"contacted", LK_STAGE_CONTACTED},
    {"connected", LK_STAGE_CONTACTED},
    {"meeting_booked", LK_STAGE_MEETING_BOOKED},
    {"meeting_scheduled", LK_STAGE_MEETING_BOOKED},
    {"demo_booked", LK_STAGE_MEETING_BOOKED},
    {"meeting_held", LK_STAGE_MEETING_HELD},
    {"meeting_completed", LK_STAGE_MEETING_HELD},
    {"demo_held", LK_STAGE_MEETING_HELD},
    {"trial", LK_STAGE_TRIAL},
    {"trial_started", LK_STAGE_TRIAL},
};

static const char *const stage_names[LK_STAGE_COUNT] = {
    [LK_STAGE_LEAD] = "lead",
    [LK_STAGE_MQL] = "mql",
    [LK_STAGE_SAL] = "sal",
    [LK_STAGE_SQL] = "sql",
    [LK_STAGE_OPPORTUNITY] = "opportunity",
    [LK_STAGE_WON] = "won",
    [LK_STAGE_LOST] = "lost",
    [LK_STAGE_NO_DECISION] = "no_decision",
    [LK_STAGE_REJECTED] = "rejected",
    [LK_STAGE_RECYCLED] = "recycled",
    [LK_STAGE_CONTACTED] = "contacted",
    [LK_STAGE_MEETING_BOOKED] = "meeting_booked",
    [LK_STAGE_MEETING_HELD] = "meeting_held",
    [LK_STAGE_TRIAL] = "trial",
};

static const char *const cost_type_names[LK_COST_TYPE_COUNT] = {
    [LK_COST_MEDIA] = "media",       [LK_COST_AGENCY] = "agency",
    [LK_COST_CREATIVE] = "creative", [LK_COST_CONTENT] = "content",
    [LK_COST_EVENTS] = "events",     [LK_COST_SOFTWARE] = "software",
    [LK_COST_SALARIES] = "salaries", [LK_COST_OVERHEAD] = "overhead",
    [LK_COST_COMMISSIONS] = "commissions", [LK_COST_OTHER] = "other",
};

static const char *const scope_names[LK_SCOPE_COUNT] = {
    [LK_SCOPE_CAMPAIGN] = "campaign",
    [LK_SCOPE_MARKETING] = "marketing",
    [LK_SCOPE_SALES] = "sales",
};

const char lk_cost_type_words[] =
    "media, agency, creative, content, events, software, salaries, overhead, commissions or other";
const char lk_scope_words[] = "campaign, marketing or sales";

static bool is_word(lk_text word_given, const char *name)
{
    return lk_name_same(word_given, lk_text_of(name, LEADKPI_NUL_TERMINATED));
}

static int place_of_word(lk_text word_given, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (is_word(word_given, names[i])) return i;
    return -1;
}

int lk_stage_of_word(lk_text word_given)
{
    for (size_t i = 0; i < sizeof stage_words / sizeof stage_words[0]; i++)
        if (is_word(word_given, stage_words[i].name)) return stage_words[i].meaning;
    return LK_STAGE_UNKNOWN;
}

const char *lk_stage_name(int stage)
{
    return stage_names[stage];
}

int lk_cost_type_of_word(lk_text word_given)
{
    return place_of_word(word_given, cost_type_names, LK_COST_TYPE_COUNT);
}

int lk_scope_of_word(lk_text word_given)
{
    return place_of_word(word_given, scope_names, LK_SCOPE_COUNT);
}

const char *lk_cost_type_name(int cost_type)
{
    return cost_type_names[cost_type];
}

const char *lk_scope_name(int scope)
{
    return scope_names[scope];
}

int lk_scope_of_cost_type(int cost_type)
{
    switch (cost_type) {
    case LK_COST_SOFTWARE:
    case LK_COST_SALARIES:
    case LK_COST_OVERHEAD:
        return LK_SCOPE_MARKETING;
    case LK_COST_COMMISSIONS:
        return LK_SCOPE_SALES;
    default:
        return LK_SCOPE_CAMPAIGN;
    }
}
