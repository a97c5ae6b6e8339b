#include "base/buffer.h"
#include "base/table.h"
#include "campaigns/definition.h"

/* ---- what the row says ----------------------------------------------------------- */

/* Leads that a lead row has named, as against those that only events name. */
static int64_t count_leads(const lk_store *store)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < lk_lead_ids_count(&store->ids); i++) count += store->leads[i].rows > 0;
    return count;
}

/* The earliest and the latest time so far; none where first > last. */
typedef struct time_range {
    int64_t first;
    int64_t last;
} time_range;

static void widen(time_range *range, int64_t time)
{
    if (time < range->first) range->first = time;
    if (time > range->last) range->last = time;
}

static time_range find_times(const lk_store *store)
{
    time_range range = {INT64_MAX, INT64_MIN};
    for (uint32_t i = 0; i < lk_lead_ids_count(&store->ids); i++)
        if (store->leads[i].rows > 0) widen(&range, store->leads[i].time);
    for (size_t i = 0; i < store->stages.count; i++) widen(&range, store->stages.items[i].time);
    for (size_t i = 0; i < store->responses.count; i++) widen(&range, store->responses.items[i].time);
    for (uint32_t i = 0; i < store->fact_keys.count; i++)
        widen(&range, lk_fact_time(store->fact_keys.keys[i]));
    return range;
}

static lk_text id_type_of(const leadkpi_campaigns *campaigns, const lk_store *store)
{
    if (store->ids.type == LK_LEAD_IDS_NONE) return LK_LITERAL("none");
    if (store->ids.type == LK_LEAD_IDS_TEXT)
        return campaigns->hashed_ids ? LK_LITERAL("hashed text") : LK_LITERAL("text");
    return campaigns->hashed_ids ? LK_LITERAL("hashed int64") : LK_LITERAL("int64");
}

/* A name with a comma, a double quote or a blank at its edge stands in double quotes,
 * as in a list of options, so that the text can be given to option "by". */
static void append_name(lk_buffer *names, lk_text name)
{
    bool quoted = memchr(name.data, ',', name.length) || memchr(name.data, '"', name.length) ||
                  memchr(name.data, ';', name.length) || name.data[0] <= ' ' ||
                  name.data[name.length - 1] <= ' ';
    if (!quoted) {
        lk_buffer_append_text(names, name);
        return;
    }
    lk_buffer_append_char(names, '"');
    for (size_t i = 0; i < name.length; i++) {
        if (name.data[i] == '"') lk_buffer_append_char(names, '"');
        lk_buffer_append_char(names, name.data[i]);
    }
    lk_buffer_append_char(names, '"');
}

static leadkpi_status append_dimensions(const lk_store *store, lk_memory *memory, lk_buffer *names,
                                        leadkpi_error *error)
{
    uint32_t *order;
    LK_TRY(lk_store_order_texts(&store->dimensions, memory, &order, error));
    for (uint32_t i = 0; i < store->dimensions.count; i++) {
        if (i) lk_buffer_append_char(names, ',');
        append_name(names, lk_map_text_key(&store->dimensions, order[i]));
    }
    lk_release(memory, order, store->dimensions.count, sizeof *order);
    return lk_buffer_status(names, error);
}

/* ---- the table --------------------------------------------------------------------- */

static leadkpi_status add_count(leadkpi_table *table, lk_text name, const char *unit, uint64_t count,
                                leadkpi_error *error)
{
    int64_t *value;
    LK_TRY(lk_table_add_int64(table, name, unit, 1, false, &value, error));
    *value = (int64_t)count;
    return LEADKPI_OK;
}

/* Null where there is no time at all. */
static leadkpi_status add_time(leadkpi_table *table, lk_text name, int64_t time, bool known,
                               leadkpi_error *error)
{
    int64_t *value;
    LK_TRY(lk_table_add_timestamp(table, name, 1, true, &value, error));
    *value = time;
    if (!known) lk_table_set_null(table, leadkpi_table_column_count(table) - 1, 0);
    return LEADKPI_OK;
}

/* NULL is null. */
static leadkpi_status add_text(leadkpi_table *table, lk_text name, const lk_text *text,
                               leadkpi_error *error)
{
    lk_text_builder builder;
    lk_text_builder_init(&builder, table);
    leadkpi_status status = text ? lk_text_builder_append(&builder, *text, error)
                                 : lk_text_builder_append_null(&builder, error);
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

static leadkpi_status add_counts(leadkpi_table *table, const lk_store *store, leadkpi_error *error)
{
    LK_TRY(add_count(table, LK_LITERAL("leads"), "leads", (uint64_t)count_leads(store), error));
    LK_TRY(add_count(table, LK_LITERAL("lead_records"), "rows", store->lead_rows, error));
    LK_TRY(add_count(table, LK_LITERAL("stage_rows"), "rows", store->stages.count, error));
    LK_TRY(add_count(table, LK_LITERAL("response_rows"), "rows", store->responses.count, error));
    LK_TRY(add_count(table, LK_LITERAL("cost_rows"), "rows", store->cost_rows, error));
    LK_TRY(add_count(table, LK_LITERAL("measure_rows"), "rows", store->measure_rows, error));
    time_range range = find_times(store);
    LK_TRY(add_time(table, LK_LITERAL("first_time"), range.first, range.first <= range.last, error));
    return add_time(table, LK_LITERAL("last_time"), range.last, range.first <= range.last, error);
}

static leadkpi_status add_texts(leadkpi_table *table, const leadkpi_campaigns *campaigns,
                                const lk_store *store, lk_text dimensions, leadkpi_error *error)
{
    lk_text id_type = id_type_of(campaigns, store);
    lk_text person_key = lk_options_get_text(campaigns->definition, &lk_campaigns_schema,
                                             LK_CAMPAIGNS_PERSON_KEY);
    lk_text currency = {store->currency, store->currency_length};
    LK_TRY(add_text(table, LK_LITERAL("id_type"), &id_type, error));
    LK_TRY(add_text(table, LK_LITERAL("person_key"), &person_key, error));
    LK_TRY(add_text(table, LK_LITERAL("currency"), currency.length ? &currency : NULL, error));
    return add_text(table, LK_LITERAL("dimensions"), &dimensions, error);
}

static leadkpi_status fill(leadkpi_table *table, const leadkpi_campaigns *campaigns,
                           leadkpi_error *error)
{
    static const lk_store nothing = {0};
    const lk_store *store = campaigns->store ? campaigns->store : &nothing;
    lk_memory memory = lk_memory_like(&campaigns->memory);
    lk_buffer dimensions;
    lk_buffer_init(&dimensions, &memory);
    leadkpi_status status = append_dimensions(store, &memory, &dimensions, error);
    if (status == LEADKPI_OK) status = add_counts(table, store, error);
    if (status == LEADKPI_OK)
        status = add_texts(table, campaigns, store, lk_buffer_text(&dimensions), error);
    lk_buffer_free(&dimensions);
    return status;
}

leadkpi_status leadkpi_campaigns_summary(const leadkpi_campaigns *campaigns, leadkpi_table **out,
                                         leadkpi_error *error)
{
    leadkpi_table *table;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(campaigns, error);
    LK_TRY(lk_table_new(&campaigns->memory, &table, error));
    leadkpi_status status = fill(table, campaigns, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    return status;
}
