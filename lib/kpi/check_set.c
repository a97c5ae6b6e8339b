/* check_set.c: does a set of KPIs say one thing twice, or leave a question unasked? */
#include <leadkpi/kpi_analysis.h>

#include "base/format.h"
#include "kpi/identities.h"
#include "kpi/kpi.h"
#include "kpi/report.h"

#define NUL LEADKPI_NUL_TERMINATED

enum {
    FINDING,
    KPI,
    OTHER,
    MEANING,
    TEXTS
};

typedef struct work {
    lk_memory memory;
    const lk_column *names;
    size_t count;
    int32_t *numbers; /* as given */
    lk_text_column texts[TEXTS];
} work;

static const char *name_of(int32_t number)
{
    return leadkpi_kpi_property(number, "name", NUL);
}

static leadkpi_status add(work *w, const char *finding, const char *kpi, const char *other,
                          const char *meaning, leadkpi_error *error)
{
    LK_TRY(lk_append_string(&w->texts[FINDING].builder, finding, error));
    LK_TRY(lk_append_string(&w->texts[KPI].builder, kpi, error));
    LK_TRY(lk_append_string(&w->texts[OTHER].builder, other, error));
    return lk_append_string(&w->texts[MEANING].builder, meaning, error);
}

static leadkpi_status read_numbers(work *w, leadkpi_error *error)
{
    for (size_t row = 0; row < w->count; row++) {
        if (!lk_column_is_valid(w->names, row))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, w->names->index,
                              "kpi: expected a name, found null");
        lk_text name = lk_column_text(w->names, row);
        leadkpi_status status = leadkpi_kpi_find(name.data, name.length, &w->numbers[row], error);
        if (status == LEADKPI_OK) continue;
        if (error) error->row = (int64_t)row;
        return status;
    }
    return LEADKPI_OK;
}

/* Each row against the first earlier one that it overlaps. */
static leadkpi_status find_pairs(work *w, leadkpi_error *error)
{
    for (size_t row = 0; row < w->count; row++) {
        size_t earlier = 0;
        while (earlier < row && w->numbers[earlier] / 100 != w->numbers[row] / 100) earlier++;
        if (earlier == row) continue;
        for (size_t i = earlier; i < row; i++)
            if (w->numbers[i] == w->numbers[row]) earlier = i;
        int32_t number = w->numbers[row], other = w->numbers[earlier];
        if (number == other)
            LK_TRY(add(w, "twice", name_of(number), name_of(other), "two names for one definition",
                       error));
        else
            LK_TRY(add(w, "variants", name_of(number), name_of(other),
                       "two definitions of one KPI: say which is meant", error));
    }
    return LEADKPI_OK;
}

static bool has(const work *w, int32_t number)
{
    for (size_t row = 0; row < w->count; row++)
        if (w->numbers[row] == number) return true;
    return false;
}

/* The set has the whole and all parts, which are KPIs. */
static bool has_all(const work *w, const lk_identity *identity)
{
    bool is_whole = has(w, identity->kpi);
    for (int k = 0; k < LK_PARTS_MAX && identity->parts[k].sign; k++)
        is_whole = is_whole && identity->parts[k].kpi && has(w, identity->parts[k].kpi);
    return is_whole;
}

static leadkpi_status find_identities(work *w, leadkpi_error *error)
{
    for (int i = 0; i < lk_identity_count; i++) {
        const lk_identity *identity = &lk_identities[i];
        char others[160];
        size_t length = 0;
        if (!has_all(w, identity)) continue;
        for (int k = 0; k < LK_PARTS_MAX && identity->parts[k].sign; k++)
            length += lk_format(others + length, sizeof others - length, "%s%s", length ? "; " : "",
                                name_of(identity->parts[k].kpi));
        LK_TRY(add(w, "identity", name_of(identity->kpi), others, identity->meaning, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status find_gaps(work *w, leadkpi_error *error)
{
    const char *category;
    for (int32_t c = 0; (category = leadkpi_kpi_category_at(c)); c++) {
        bool is_asked = false;
        for (size_t row = 0; row < w->count && !is_asked; row++)
            is_asked =
                strcmp(leadkpi_kpi_property(w->numbers[row], "category", NUL), category) == 0;
        if (is_asked) continue;
        LK_TRY(add(w, "empty category", category, "",
                   leadkpi_kpi_category_property(category, NUL, "question", NUL), error));
    }
    return LEADKPI_OK;
}

static leadkpi_status fill(work *w, leadkpi_error *error)
{
    LK_TRY(read_numbers(w, error));
    LK_TRY(find_pairs(w, error));
    LK_TRY(find_identities(w, error));
    return find_gaps(w, error);
}

static leadkpi_status build(void *context, leadkpi_table *table, leadkpi_error *error)
{
    work *w = context;
    (void)table;
    LK_TRY(lk_allocate(&w->memory, w->count, sizeof *w->numbers, &w->numbers, error));
    return fill(w, error);
}

leadkpi_status leadkpi_kpi_check_set(const leadkpi_host *host, const leadkpi_table *kpis,
                                     leadkpi_table **out, leadkpi_error *error)
{
    work w = {.numbers = NULL};
    static const lk_text_column texts[TEXTS] = {
        {.name = "finding"}, {.name = "kpi"}, {.name = "other"}, {.name = "meaning"}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(kpis, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(lk_table_require(kpis, LK_LITERAL("kpi"), LK_ALLOW_TEXT, &w.names, error));
    w.count = leadkpi_table_row_count(kpis);
    LK_FAIL_IF(w.count > 10000, error, LEADKPI_BAD_ARGUMENT,
               "kpis: expected at most 10000 rows, found %zu", w.count);
    memcpy(w.texts, texts, sizeof texts);
    leadkpi_status status = lk_report_make(&w.memory, w.texts, TEXTS, build, &w, out, error);
    lk_release(&w.memory, w.numbers, w.count, sizeof *w.numbers);
    return status;
}
