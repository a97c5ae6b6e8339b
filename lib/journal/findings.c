#include "journal/findings.h"

void lk_findings_note(lk_findings *f, int finding, uint32_t lead)
{
    f->rows[finding]++;
    if (f->leads[finding] && f->last_lead[finding] == lead) return;
    if (f->leads[finding]++ == 0) f->example[finding] = lead;
    f->last_lead[finding] = lead;
}

static leadkpi_status add_text(const lk_findings *f, const lk_finding *list, int count,
                               leadkpi_table *table, lk_text name, bool is_meaning,
                               leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (int i = 0; i < count && status == LEADKPI_OK; i++) {
        const char *text = is_meaning ? list[i].meaning : list[i].name;
        if (f->rows[i])
            status = lk_text_builder_append(&builder, lk_text_of(text, LEADKPI_NUL_TERMINATED), error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status fill(const lk_findings *f, const lk_lead_ids *ids, const lk_finding *list, int count,
                           leadkpi_table *table, leadkpi_error *error)
{
    uint32_t examples[LK_FINDINGS_MAX];
    int64_t *rows, *leads;
    size_t found = 0;
    for (int i = 0; i < count; i++)
        if (f->rows[i]) examples[found++] = f->example[i];
    LK_TRY(add_text(f, list, count, table, LK_LITERAL("finding"), false, error));
    LK_TRY(add_text(f, list, count, table, LK_LITERAL("meaning"), true, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("rows"), "rows", found, false, &rows, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("leads"), "leads", found, false, &leads, error));
    found = 0;
    for (int i = 0; i < count; i++) {
        if (!f->rows[i]) continue;
        rows[found] = f->rows[i];
        leads[found++] = f->leads[i];
    }
    return lk_lead_ids_add_column(ids, table, examples, found, error);
}

leadkpi_status lk_findings_report(lk_reading *r, const lk_finding *list, int count,
                                  lk_findings_check check, const void *context,
                                  leadkpi_table *table, leadkpi_error *error)
{
    lk_findings findings = {{0}, {0}, {0}, {0}};
    uint32_t *leads;
    size_t done = 0;
    LK_TRY(lk_allocate(&r->memory, r->lead_count, sizeof *leads, &leads, error));
    leadkpi_status status = lk_lead_ids_sort(&r->journal->ids, &r->memory, leads, error);
    for (uint32_t i = 0; i < r->lead_count && status == LEADKPI_OK; i++) {
        uint32_t rows = r->ends[leads[i]] - lk_reading_start(r, leads[i]);
        status = lk_interrupted_after(&r->memory, (size_t)rows + 1, &done, error);
        if (status == LEADKPI_OK) check(context, leads[i], &findings);
    }
    lk_release(&r->memory, leads, r->lead_count, sizeof *leads);
    LK_TRY(status);
    return fill(&findings, &r->journal->ids, list, count, table, error);
}
