#include "journal/findings.h"
#include "responses/responses.h"

enum {
    REPEATED_LEADS,
    RESPONSES_OF_UNKNOWN_LEADS,
    CONVERSIONS_OF_UNKNOWN_LEADS,
    RESPONSES_BEFORE_LEAD,
    CONVERSIONS_BEFORE_LEAD,
    ANSWERS_AFTER_CONVERSION,
    ROWS_AFTER_AS_OF,
    FINDING_COUNT
};

static const lk_finding findings[FINDING_COUNT] = {
    [REPEATED_LEADS] = {"repeated_leads", "lead rows whose id came before; the first row counts"},
    [RESPONSES_OF_UNKNOWN_LEADS] = {"responses_of_unknown_leads",
                                    "responses to ids that have not come as leads; left out"},
    [CONVERSIONS_OF_UNKNOWN_LEADS] = {"conversions_of_unknown_leads",
                                      "conversions of ids that have not come as leads; left out"},
    [RESPONSES_BEFORE_LEAD] = {"responses_before_lead", "responses before the lead came; left out"},
    [CONVERSIONS_BEFORE_LEAD] = {"conversions_before_lead",
                                 "conversions before the lead came: an error in the data; left out"},
    [ANSWERS_AFTER_CONVERSION] = {"answers_after_conversion",
                                  "first answers after the lead had converted"},
    [ROWS_AFTER_AS_OF] = {"rows_after_as_of", "rows after the time of the report, left out"},
};

_Static_assert(FINDING_COUNT <= LK_FINDINGS_MAX, "there is room for each");

/* When the lead came; false where it has not. */
static bool find_start(const lk_answers *a, uint32_t lead, int64_t *came)
{
    const lk_reading *r = &a->reading;
    for (uint32_t i = lk_reading_start(r, lead); i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time > a->as_of) return false;
        *came = entry->time;
        if (entry->kind == LK_RESPONSES_LEAD) return true;
    }
    return false;
}

static void check_entry(const lk_entry *entry, bool is_known, int64_t came, lk_findings *f)
{
    static const int unknown[] = {[LK_RESPONSES_RESPONSE] = RESPONSES_OF_UNKNOWN_LEADS,
                                  [LK_RESPONSES_CONVERSION] = CONVERSIONS_OF_UNKNOWN_LEADS};
    static const int before[] = {[LK_RESPONSES_RESPONSE] = RESPONSES_BEFORE_LEAD,
                                 [LK_RESPONSES_CONVERSION] = CONVERSIONS_BEFORE_LEAD};
    if (entry->kind == LK_RESPONSES_LEAD) return;
    if (!is_known) lk_findings_note(f, unknown[entry->kind], entry->lead);
    else if (entry->time < came) lk_findings_note(f, before[entry->kind], entry->lead);
}

/* Is it the lead's first answer, and had it converted then? */
static void check_order(const lk_answers *a, uint32_t lead, int64_t came, lk_findings *f)
{
    const lk_reading *r = &a->reading;
    bool converted = false;
    int64_t when = 0;
    for (uint32_t i = lk_reading_start(r, lead); i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time > a->as_of) return;
        if (entry->time < came) continue;
        if (entry->kind == LK_RESPONSES_CONVERSION && !converted) {
            converted = true;
            when = entry->time;
        }
        if (entry->kind != LK_RESPONSES_RESPONSE ||
            a->is_automatic[entry->words[LK_RESPONSES_WORD_KIND]])
            continue;
        if (converted && when < entry->time) lk_findings_note(f, ANSWERS_AFTER_CONVERSION, lead);
        return;
    }
}

static void check_lead(const void *context, uint32_t lead, lk_findings *f)
{
    const lk_answers *a = context;
    const lk_reading *r = &a->reading;
    int64_t came = 0;
    bool is_known = find_start(a, lead, &came), had_lead = false;
    for (uint32_t i = lk_reading_start(r, lead); i < r->ends[lead]; i++) {
        const lk_entry *entry = lk_reading_entry(r, i);
        if (entry->time > a->as_of) {
            lk_findings_note(f, ROWS_AFTER_AS_OF, lead);
            continue;
        }
        if (entry->kind == LK_RESPONSES_LEAD && had_lead) lk_findings_note(f, REPEATED_LEADS, lead);
        had_lead |= entry->kind == LK_RESPONSES_LEAD;
        check_entry(entry, is_known, came, f);
    }
    if (is_known) check_order(a, lead, came, f);
}

static leadkpi_status fill(lk_answers *a, leadkpi_table *table, leadkpi_error *error)
{
    return lk_findings_report(&a->reading, findings, FINDING_COUNT, check_lead, a, table, error);
}

leadkpi_status leadkpi_responses_checks(const leadkpi_responses *responses,
                                        const leadkpi_options *options, leadkpi_table **out,
                                        leadkpi_error *error)
{
    return lk_responses_report(responses, options, LK_RESPONSES_IS_CHECKS, fill, out, error);
}
