/* merge.c: all that one handle holds, into another.
 *
 * Every index of `from` (a dimension, a text, a lead ...) is translated once,
 * which is where the look-ups are; the rows then follow by plain loads. So a
 * merge costs a look-up a lead and a fact, where adding the rows again costs
 * one a row and column. */
#include "base/state.h"
#include "campaigns/add.h"
#include "campaigns/definition.h"

/* What has an index of its own in each handle. */
enum {
    DIMENSIONS,
    TEXTS,
    TUPLES, /* tuples[node - 1] */
    LEADS,
    EMAILS,
    STAGE_NAMES,
    RESPONSE_KINDS,
    FACT_NAMES,
    FACTS,
    LIST_COUNT
};

typedef struct merge {
    leadkpi_campaigns *into;
    const lk_store *from;
    uint32_t *lists[LIST_COUNT]; /* list[index in from] is the index in into */
    size_t counts[LIST_COUNT];
    uint32_t *order; /* the dimensions of into by name */
    uint32_t order_count;
} merge;

static size_t block_size(size_t count, size_t start)
{
    return count - start < LK_ROW_BLOCK ? count - start : LK_ROW_BLOCK;
}

static leadkpi_status open_list(merge *m, int list, size_t count, leadkpi_error *error)
{
    LK_TRY(lk_interrupted(&m->into->memory, error));
    LK_TRY(lk_allocate(&m->into->memory, count, sizeof *m->lists[list], &m->lists[list], error));
    m->counts[list] = count;
    return LEADKPI_OK;
}

static void release_lists(merge *m)
{
    for (int list = 0; list < LIST_COUNT; list++)
        lk_release(&m->into->memory, m->lists[list], m->counts[list], sizeof *m->lists[list]);
    lk_release(&m->into->memory, m->order, m->order_count, sizeof *m->order);
}

/* ---- what must hold ---------------------------------------------------------- */

/* A key of batches is "leads:<batch id>". */
static leadkpi_status check_batches(const lk_store *into, const lk_store *from,
                                    leadkpi_error *error)
{
    for (uint32_t i = 0; i < from->batches.count; i++) {
        lk_text key = lk_map_text_key(&from->batches, i);
        if (lk_map_text_find(&into->batches, key) == LK_MAP_NONE) continue;
        size_t kind = (size_t)((const char *)memchr(key.data, ':', key.length) - key.data);
        lk_text id = {key.data + kind + 1, key.length - kind - 1};
        return lk_fail(error, LEADKPI_MISMATCH,
                       "from: expected batches that the other handle has not had, found batch "
                       "\"%.*s\" of %.*s in both",
                       LK_TEXT_ARGS(id), (int)kind, key.data);
    }
    return LEADKPI_OK;
}

static leadkpi_status check_counts(const lk_store *into, const lk_store *from,
                                   leadkpi_error *error)
{
    LK_FAIL_IF(from->lead_rows > UINT32_MAX - into->lead_rows, error, LEADKPI_OVERFLOW,
               "leads: expected at most %llu rows in a handle, found %llu and %llu",
               (unsigned long long)UINT32_MAX, (unsigned long long)into->lead_rows,
               (unsigned long long)from->lead_rows);
    LK_FAIL_IF(from->cost_rows > LK_FACT_ROWS_MAX - into->cost_rows ||
                   from->measure_rows > LK_FACT_ROWS_MAX - into->measure_rows,
               error, LEADKPI_OVERFLOW, "costs, measures: expected at most 2^62 rows in a handle");
    return LEADKPI_OK;
}

static leadkpi_status check_stores(const lk_store *into, const lk_store *from, leadkpi_error *error)
{
    LK_TRY(lk_lead_ids_check_merge(&into->ids, &from->ids, error));
    lk_text known = {into->currency, into->currency_length};
    lk_text other = {from->currency, from->currency_length};
    LK_FAIL_IF(known.length && other.length && !lk_text_equal(known, other), error,
               LEADKPI_MISMATCH,
               "from: expected currency \"%.*s\", found \"%.*s\"; convert first, or use a handle "
               "for each currency",
               LK_TEXT_ARGS(known), LK_TEXT_ARGS(other));
    LK_TRY(check_batches(into, from, error));
    return check_counts(into, from, error);
}

/* ---- translating --------------------------------------------------------------- */

static leadkpi_status translate_list(merge *m, int list, lk_map_text *map, const lk_map_text *texts,
                                     leadkpi_error *error)
{
    LK_TRY(open_list(m, list, texts->count, error));
    return lk_state_merge_texts(map, &m->into->memory, texts, m->lists[list], error);
}

static bool is_rising(const uint32_t *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (list[i - 1] > list[i]) return false;
    return true;
}

/* From the root, in the order in which `into` knows the dimensions. */
static leadkpi_status walk_tuple(merge *m, uint32_t tuple, uint32_t *translated,
                                 leadkpi_error *error)
{
    uint32_t dimensions[LK_TUPLE_LENGTH_MAX], texts[LK_TUPLE_LENGTH_MAX];
    size_t count = 0;
    for (; tuple != LK_TUPLE_ROOT; tuple = lk_tuple_parent(m->from, tuple))
        lk_tuple_insert(dimensions, texts, count++,
                        m->lists[DIMENSIONS][lk_tuple_dimension(m->from, tuple)],
                        m->lists[TEXTS][lk_tuple_text(m->from, tuple)]);
    *translated = LK_TUPLE_ROOT;
    for (size_t i = 0; i < count; i++)
        LK_TRY(lk_tuple_step(m->into, *translated, dimensions[i], texts[i], translated, error));
    return LEADKPI_OK;
}

/* A node comes after its parent, so where both handles have the dimensions in
 * the same order a node is one step from the translated parent. */
static leadkpi_status translate_tuples(merge *m, leadkpi_error *error)
{
    const lk_store *from = m->from;
    LK_TRY(open_list(m, TUPLES, from->tuples.count, error));
    uint32_t *tuples = m->lists[TUPLES];
    bool same_order = is_rising(m->lists[DIMENSIONS], m->counts[DIMENSIONS]);
    for (uint32_t tuple = 1; tuple <= from->tuples.count; tuple++) {
        uint32_t parent = lk_tuple_parent(from, tuple), *translated = &tuples[tuple - 1];
        if (tuple % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&m->into->memory, error));
        if (same_order)
            LK_TRY(lk_tuple_step(m->into, parent ? tuples[parent - 1] : LK_TUPLE_ROOT,
                                 m->lists[DIMENSIONS][lk_tuple_dimension(from, tuple)],
                                 m->lists[TEXTS][lk_tuple_text(from, tuple)], translated, error));
        else
            LK_TRY(walk_tuple(m, tuple, translated, error));
    }
    return LEADKPI_OK;
}

static uint32_t tuple_of(const merge *m, uint32_t tuple)
{
    return tuple == LK_TUPLE_ROOT ? LK_TUPLE_ROOT : m->lists[TUPLES][tuple - 1];
}

static leadkpi_status translate_ids(merge *m, leadkpi_error *error)
{
    lk_lead_ids *into = &m->into->store->ids;
    const lk_lead_ids *from = &m->from->ids;
    uint32_t before = lk_lead_ids_count(into);
    if (from->type == LK_LEAD_IDS_NONE) return LEADKPI_OK;
    LK_TRY(open_list(m, LEADS, lk_lead_ids_count(from), error));
    LK_TRY(lk_lead_ids_merge(into, &m->into->memory, from, m->lists[LEADS], error));
    return lk_store_grow_leads(m->into, before, error);
}

static leadkpi_status translate_events(merge *m, int list, lk_events *into, const lk_events *from,
                                       leadkpi_error *error)
{
    LK_TRY(translate_list(m, list, &into->names, &from->names, error));
    LK_FAIL_IF(into->names.count > LK_EVENT_NAMES_MAX, error, LEADKPI_OVERFLOW,
               "from: expected at most %u different names of stages or kinds in all",
               LK_EVENT_NAMES_MAX);
    return lk_store_grow_events(m->into, into, from->count, error);
}

static leadkpi_status translate_facts(merge *m, leadkpi_error *error)
{
    lk_store *into = m->into->store;
    const lk_map128 *facts = &m->from->fact_keys;
    uint32_t before = into->fact_keys.count;
    lk_key128 keys[LK_ROW_BLOCK];
    LK_TRY(translate_list(m, FACT_NAMES, &into->fact_names, &m->from->fact_names, error));
    LK_TRY(open_list(m, FACTS, facts->count, error));
    for (size_t start = 0; start < facts->count; start += LK_ROW_BLOCK) {
        size_t count = block_size(facts->count, start);
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(&m->into->memory, error));
        for (size_t i = 0; i < count; i++) {
            lk_key128 key = facts->keys[start + i];
            keys[i] = lk_fact_key(lk_fact_time(key), tuple_of(m, lk_fact_tuple(key)),
                                  m->lists[FACT_NAMES][lk_fact_name(key)]);
        }
        LK_TRY(lk_map128_find_or_add(&into->fact_keys, &m->into->memory, keys, count,
                                     m->lists[FACTS] + start, error));
    }
    return lk_store_grow_facts(m->into, before, error);
}

static leadkpi_status translate(merge *m, leadkpi_error *error)
{
    lk_store *into = m->into->store;
    const lk_store *from = m->from;
    LK_TRY(lk_state_merge_texts(&into->batches, &m->into->memory, &from->batches, NULL, error));
    LK_TRY(translate_list(m, DIMENSIONS, &into->dimensions, &from->dimensions, error));
    LK_TRY(translate_list(m, TEXTS, &into->texts, &from->texts, error));
    LK_TRY(translate_tuples(m, error));
    LK_TRY(translate_ids(m, error));
    LK_TRY(translate_list(m, EMAILS, &into->email_texts, &from->email_texts, error));
    LK_TRY(translate_events(m, STAGE_NAMES, &into->stages, &from->stages, error));
    LK_TRY(translate_events(m, RESPONSE_KINDS, &into->responses, &from->responses, error));
    LK_TRY(translate_facts(m, error));
    LK_TRY(lk_store_order_texts(&into->dimensions, &m->into->memory, &m->order, error));
    m->order_count = into->dimensions.count;
    return LEADKPI_OK;
}

/* ---- the rows; nothing here can fail --------------------------------------------- */

/* 16 bytes read in order a lead, and one cache miss where `into` keeps it. */
static void put_leads(const merge *m)
{
    const lk_store *from = m->from;
    for (size_t i = 0; i < m->counts[LEADS]; i++) {
        lk_lead lead = from->leads[i];
        if (i + LK_LEADS_AHEAD < m->counts[LEADS])
            LK_PREFETCH(&m->into->store->leads[m->lists[LEADS][i + LK_LEADS_AHEAD]]);
        if (lead.rows == 0) continue; /* only events name it */
        uint32_t email = from->emails && from->emails[i] ? m->lists[EMAILS][from->emails[i] - 1] + 1 : 0;
        lead.tuple = tuple_of(m, lead.tuple);
        lk_store_put_lead(m->into, m->order, m->lists[LEADS][i], lead, email);
    }
}

static void put_events(const merge *m, int list, lk_events *into, const lk_events *from)
{
    for (size_t i = 0; i < from->count; i++) {
        lk_event event = from->items[i];
        event.lead = m->lists[LEADS][event.lead];
        event.name_and_kind = m->lists[list][lk_event_name(&event)] << LK_VALUE_BITS |
                              (uint32_t)lk_event_value_kind(&event);
        into->items[into->count++] = event;
    }
}

/* No sum can overflow: LK_FACT_ROWS_MAX. */
static void put_facts(const merge *m)
{
    for (size_t i = 0; i < m->counts[FACTS]; i++) {
        lk_fact *fact = &m->into->store->facts[m->lists[FACTS][i]];
        (void)lk_exact_sum_add(&fact->sum, &m->from->facts[i].sum, NULL);
        fact->rows += m->from->facts[i].rows;
    }
}

static void commit(const merge *m)
{
    lk_store *into = m->into->store;
    const lk_store *from = m->from;
    put_leads(m);
    put_events(m, STAGE_NAMES, &into->stages, &from->stages);
    put_events(m, RESPONSE_KINDS, &into->responses, &from->responses);
    put_facts(m);
    into->lead_rows += from->lead_rows;
    into->cost_rows += from->cost_rows;
    into->measure_rows += from->measure_rows;
    if (into->currency_length == 0) {
        memcpy(into->currency, from->currency, from->currency_length);
        into->currency_length = from->currency_length;
    }
}

static leadkpi_status merge_stores(leadkpi_campaigns *into, const lk_store *from,
                                   leadkpi_error *error)
{
    lk_store *store;
    merge m = {.into = into, .from = from};
    LK_TRY(lk_store_open(into, &store, error));
    LK_TRY(check_stores(store, from, error));
    leadkpi_status status = translate(&m, error);
    if (status == LEADKPI_OK) commit(&m);
    release_lists(&m);
    return status;
}

leadkpi_status leadkpi_campaigns_merge(leadkpi_campaigns *into, const leadkpi_campaigns *from,
                                       leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(into, error);
    LK_REQUIRE(from, error);
    LK_FAIL_IF(into == from, error, LEADKPI_BAD_ARGUMENT,
               "from: expected another handle, found the one to merge into");
    LK_FAIL_IF(!lk_options_equal(into->definition, from->definition, &lk_campaigns_schema), error,
               LEADKPI_MISMATCH,
               "from: expected a handle of the same definition; leadkpi_campaigns_describe says "
               "how they differ");
    if (!from->store) return LEADKPI_OK;
    lk_store_mark mark = lk_store_mark_now(into);
    leadkpi_status status = merge_stores(into, from->store, error);
    if (status != LEADKPI_OK) lk_store_roll_back(into, &mark);
    return status;
}
