/* check_set.c: does a set of KPIs say one thing twice, or leave a question unasked? */
#include <leadkpi/kpi_analysis.h>

#include "base/format.h"
#include "kpi/kpi.h"
#include "kpi/report.h"

#define NUL LEADKPI_NUL_TERMINATED

/* KPIs of which each follows from the others: with the same cohort, period and cost base. From
 * the catalogue's identities those that need nothing but KPIs. */
enum { MEMBERS_MAX = 3 };
static const struct {
    int32_t members[MEMBERS_MAX]; /* 0: no more */
    const char *meaning;
} identities[] = {
    {{LEADKPI_KPI_RETURN_ON_INVESTMENT, LEADKPI_KPI_RETURN_ON_AD_SPEND},
     "return_on_investment = return_on_ad_spend - 1 (same revenue and cost)"},
    {{LEADKPI_KPI_COST_PER_CLICK, LEADKPI_KPI_COST_PER_MILLE, LEADKPI_KPI_AD_CLICK_THROUGH_RATE},
     "cost_per_click = cost_per_mille / (1000 * ad_click_through_rate)"},
    {{LEADKPI_KPI_COST_PER_MQL, LEADKPI_KPI_COST_PER_LEAD, LEADKPI_KPI_LEAD_TO_MQL_RATE},
     "cost_per_mql = cost_per_lead / lead_to_mql_rate (same cohort, same spend)"},
    {{LEADKPI_KPI_CUSTOMER_ACQUISITION_COST, LEADKPI_KPI_COST_PER_LEAD,
      LEADKPI_KPI_LEAD_TO_CUSTOMER_RATE},
     "customer_acquisition_cost = cost_per_lead / lead_to_customer_rate (same cost base)"},
    {{LEADKPI_KPI_EMAIL_CLICK_RATE, LEADKPI_KPI_EMAIL_OPEN_RATE,
      LEADKPI_KPI_EMAIL_CLICK_TO_OPEN_RATE},
     "email_click_rate = email_open_rate * email_click_to_open_rate (same denominator)"},
    {{LEADKPI_KPI_MQL_TO_SQL_RATE, LEADKPI_KPI_MQL_TO_SAL_RATE, LEADKPI_KPI_SAL_TO_SQL_RATE},
     "mql_to_sql_rate = mql_to_sal_rate * sal_to_sql_rate (one cohort, strict path)"},
    {{LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE_REVENUE_CHURN, LEADKPI_KPI_ARPA,
      LEADKPI_KPI_CUSTOMER_LIFETIME},
     "customer_lifetime_value:revenue_churn = arpa * customer_lifetime"},
    {{LEADKPI_KPI_LTV_TO_CAC, LEADKPI_KPI_CAC_PAYBACK_MONTHS, LEADKPI_KPI_CUSTOMER_LIFETIME},
     "ltv_to_cac = customer_lifetime / cac_payback_months (same margin basis)"},
    {{LEADKPI_KPI_NET_REVENUE_RETENTION, LEADKPI_KPI_GROSS_REVENUE_RETENTION,
      LEADKPI_KPI_EXPANSION_RATE},
     "net_revenue_retention = gross_revenue_retention + expansion_rate"},
    {{LEADKPI_KPI_GROSS_REVENUE_CHURN_RATE, LEADKPI_KPI_GROSS_REVENUE_RETENTION},
     "gross_revenue_churn_rate = 1 - gross_revenue_retention"},
    {{LEADKPI_KPI_ANNUAL_RECURRING_REVENUE, LEADKPI_KPI_MONTHLY_RECURRING_REVENUE},
     "annual_recurring_revenue = 12 * monthly_recurring_revenue"},
    {{LEADKPI_KPI_PIPELINE_COVERAGE_REQUIRED, LEADKPI_KPI_WIN_RATE_VALUE},
     "pipeline_coverage:required = 1 / win_rate:value"},
};
#define IDENTITY_COUNT (sizeof identities / sizeof identities[0])

enum { FINDING, KPI, OTHER, MEANING, TEXTS };

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
            LK_TRY(add(w, "twice", name_of(number), name_of(other),
                       "two names for one definition", error));
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

static leadkpi_status find_identities(work *w, leadkpi_error *error)
{
    for (size_t i = 0; i < IDENTITY_COUNT; i++) {
        const int32_t *members = identities[i].members;
        char others[160];
        size_t length = 0;
        bool is_whole = has(w, members[0]);
        for (int k = 1; k < MEMBERS_MAX && members[k]; k++) {
            is_whole = is_whole && has(w, members[k]);
            length += lk_format(others + length, sizeof others - length, "%s%s",
                                length ? "; " : "", name_of(members[k]));
        }
        if (!is_whole) continue;
        others[length < sizeof others ? length : sizeof others - 1] = 0;
        LK_TRY(add(w, "identity", name_of(members[0]), others, identities[i].meaning, error));
    }
    return LEADKPI_OK;
}

static leadkpi_status find_gaps(work *w, leadkpi_error *error)
{
    const char *category;
    for (int32_t c = 0; (category = leadkpi_kpi_category_at(c)); c++) {
        bool is_asked = false;
        for (size_t row = 0; row < w->count && !is_asked; row++)
            is_asked = strcmp(leadkpi_kpi_property(w->numbers[row], "category", NUL), category) == 0;
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
