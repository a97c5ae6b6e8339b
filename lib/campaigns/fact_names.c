#include "campaigns/fact_names.h"

#include <leadkpi/kpi.h>

static bool additivity_is(const char *additivity, const char *wanted)
{
    return strcmp(additivity, wanted) == 0;
}

/* customers_start, mrr_start, ... */
static bool ends_with(lk_text text, const char *ending)
{
    size_t length = strlen(ending);
    return text.length >= length && memcmp(text.data + text.length - length, ending, length) == 0;
}

static bool read_cost_name(lk_text text, lk_fact_meaning *name)
{
    size_t start = sizeof LK_COST_PREFIX - 1, slash = start;
    while (slash < text.length && text.data[slash] != '/') slash++;
    if (slash == text.length) return false;
    name->is_cost = true;
    name->cost_type = lk_cost_type_of_word((lk_text){text.data + start, slash - start});
    name->scope = lk_scope_of_word((lk_text){text.data + slash + 1, text.length - slash - 1});
    return name->cost_type >= 0 && name->scope >= 0;
}

bool lk_fact_meaning_read(lk_text text, lk_fact_meaning *name)
{
    size_t prefix = sizeof LK_COST_PREFIX - 1;
    memset(name, 0, sizeof *name);
    if (text.length > prefix && memcmp(text.data, LK_COST_PREFIX, prefix) == 0)
        return read_cost_name(text, name);
    const char *additivity = leadkpi_kpi_measure_property(text.data, text.length, "additivity",
                                                      LEADKPI_NUL_TERMINATED);
    if (!additivity) return false;
    name->is_stock = additivity_is(additivity, "stock");
    name->is_opening = name->is_stock && ends_with(text, "_start");
    name->is_distinct = additivity_is(additivity, "distinct");
    return true;
}

leadkpi_status lk_fact_meanings_read(const lk_store *store, lk_memory *memory, lk_fact_meaning **names,
                                  leadkpi_error *error)
{
    LK_TRY(lk_allocate(memory, store->fact_names.count, sizeof **names, names, error));
    for (uint32_t i = 0; i < store->fact_names.count; i++)
        lk_fact_meaning_read(lk_map_text_key(&store->fact_names, i), &(*names)[i]);
    return LEADKPI_OK;
}
