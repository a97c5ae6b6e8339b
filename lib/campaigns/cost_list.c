/* What went into which spend. */
#include "base/table.h"
#include "campaigns/fact_names.h"
#include "campaigns/lists.h"

/* Which scopes and types a spend includes; campaigns.h states the rule. */
typedef struct spend {
    const char *measure;
    bool scopes[LK_SCOPE_COUNT];
    bool media_only;
} spend;

static const spend spends[] = {
    {"ad_spend", {true, true, true}, true},
    {"campaign_overhead", {false, true, false}, false},
    {"campaign_spend", {true, false, false}, false},
    {"cost_source", {true, true, false}, false},
    {"marketing_spend", {true, true, false}, false},
    {"sales_spend", {false, false, true}, false},
};

#define SPEND_COUNT (sizeof spends / sizeof spends[0])

typedef struct amounts {
    lk_exact_sum sums[LK_COST_TYPE_COUNT][LK_SCOPE_COUNT];
    int64_t rows[LK_COST_TYPE_COUNT][LK_SCOPE_COUNT];
} amounts;

static leadkpi_status add_up(const lk_plan *plan, amounts *all, leadkpi_error *error)
{
    const lk_store *store = plan->store;
    for (uint32_t i = 0; i < store->fact_keys.count; i++) {
        lk_fact_meaning name;
        lk_key128 key = store->fact_keys.keys[i];
        if (!lk_plan_sees(plan, (int64_t)key.high)) continue;
        if (!lk_fact_meaning_read(lk_map_text_key(&store->fact_names, (uint32_t)key.low), &name)) continue;
        if (!name.is_cost) continue;
        all->rows[name.cost_type][name.scope] += (int64_t)store->facts[i].rows;
        LK_TRY(lk_exact_sum_add(&all->sums[name.cost_type][name.scope], &store->facts[i].sum, error));
    }
    return LEADKPI_OK;
}

/* One row of the list. */
typedef struct inclusion {
    const char *measure;
    int cost_type;
    int scope;
} inclusion;

#define INCLUSIONS_MAX (SPEND_COUNT * LK_COST_TYPE_COUNT * LK_SCOPE_COUNT)

static size_t find_inclusions(const amounts *all, inclusion *found)
{
    size_t count = 0;
    for (size_t s = 0; s < SPEND_COUNT; s++)
        for (int type = 0; type < LK_COST_TYPE_COUNT; type++)
            for (int scope = 0; scope < LK_SCOPE_COUNT; scope++)
                if (all->rows[type][scope] && spends[s].scopes[scope] &&
                    (!spends[s].media_only || type == LK_COST_MEDIA))
                    found[count++] = (inclusion){spends[s].measure, type, scope};
    return count;
}

static const char *word_of(const inclusion *item, int column)
{
    if (column == 0) return item->measure;
    return column == 1 ? lk_cost_type_name(item->cost_type) : lk_scope_name(item->scope);
}

static leadkpi_status add_words(leadkpi_table *table, lk_text name, const inclusion *items,
                                size_t count, int column, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t i = 0; i < count && status == LEADKPI_OK; i++)
        status = lk_text_builder_append(
            &builder, lk_text_of(word_of(&items[i], column), LEADKPI_NUL_TERMINATED), error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

leadkpi_status lk_cost_list_build(const lk_plan *plan, leadkpi_table *table, leadkpi_error *error)
{
    amounts all;
    inclusion items[INCLUSIONS_MAX];
    double *sums;
    int64_t *rows;
    memset(&all, 0, sizeof all);
    LK_TRY(add_up(plan, &all, error));
    size_t count = find_inclusions(&all, items);
    LK_TRY(add_words(table, LK_LITERAL("measure"), items, count, 0, error));
    LK_TRY(add_words(table, LK_LITERAL("cost_type"), items, count, 1, error));
    LK_TRY(add_words(table, LK_LITERAL("scope"), items, count, 2, error));
    LK_TRY(lk_table_add_double(table, LK_LITERAL("amount"), "currency", count, false, &sums, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("rows"), "", count, false, &rows, error));
    for (size_t i = 0; i < count; i++) {
        sums[i] = lk_exact_sum_to_double(&all.sums[items[i].cost_type][items[i].scope]);
        rows[i] = all.rows[items[i].cost_type][items[i].scope];
    }
    return LEADKPI_OK;
}
