/* close.c: journeys from events to paths, which can be taken away again. */
#include "attribution/report.h"

typedef struct closing {
    leadkpi_attribution *into;
    const lk_attribution_store *from;
    uint32_t *kinds; /* by kind of `from`: that of `into`; LK_MAP_NONE: not yet */
    uint32_t *words, *translated;
    uint32_t word_capacity, translated_capacity;
} closing;

static leadkpi_status translate_kind(closing *c, uint32_t kind, uint32_t *translated,
                                     leadkpi_error *error)
{
    uint32_t texts[LK_DIMENSIONS_MAX];
    if (c->kinds[kind] == LK_MAP_NONE) {
        for (uint32_t d = 0; d < c->into->rule.dimension_count; d++) {
            lk_text text = lk_map_text_key(&c->from->texts, lk_kind_text(c->from, kind, d));
            LK_TRY(lk_map_text_find_or_add(&c->into->store->texts, &c->into->memory, &text, 1,
                                           &texts[d], error));
        }
        LK_TRY(lk_attribution_kind(c->into, texts, &c->kinds[kind], error));
    }
    *translated = c->kinds[kind];
    return LEADKPI_OK;
}

static leadkpi_status make_room(closing *c, uint32_t count, leadkpi_error *error)
{
    if (count >= c->word_capacity) {
        LK_TRY(lk_resize(&c->into->memory, &c->words, c->word_capacity, (size_t)count + 1,
                         sizeof *c->words, error));
        c->word_capacity = count + 1;
    }
    if (count > c->translated_capacity) {
        LK_TRY(lk_resize(&c->into->memory, &c->translated, c->translated_capacity, count,
                         sizeof *c->translated, error));
        c->translated_capacity = count;
    }
    return LEADKPI_OK;
}

static leadkpi_status visit(void *context, const lk_journey *journey, leadkpi_error *error)
{
    closing *c = context;
    uint32_t path;
    LK_TRY(make_room(c, journey->count, error));
    for (uint32_t i = 0; i < journey->count; i++)
        LK_TRY(translate_kind(c, journey->kinds[i], &c->translated[i], error));
    LK_TRY(lk_attribution_path(c->into, journey->group | LK_PATH_CLOSED, c->translated,
                               journey->count, c->words, &path, error));
    lk_path_sums *sums = &c->into->store->path_sums[path];
    for (int i = 0; i < LK_PATH_SUMS; i++) {
        LK_TRY(lk_exact_sum_add(&sums->sums[i], &journey->sums[i], error));
        LK_FAIL_IF(!lk_sum_is_modest(&sums->sums[i]), error, LEADKPI_OVERFLOW,
                   "path: expected sums below 2^94, found more");
    }
    return LEADKPI_OK;
}

static leadkpi_status copy_costs(closing *c, leadkpi_error *error)
{
    for (uint32_t kind = 0; kind < c->from->kinds.count && kind < c->from->cost_capacity; kind++) {
        const lk_cost_sums *cost = &c->from->costs[kind];
        uint32_t translated;
        if (!cost->known[0] && !cost->known[1] && !cost->known[2]) continue;
        LK_TRY(translate_kind(c, kind, &translated, error));
        LK_TRY(lk_attribution_open_costs(c->into, error));
        c->into->store->costs[translated] = *cost;
    }
    return LEADKPI_OK;
}

static leadkpi_status close_into(lk_report *report, closing *c, leadkpi_error *error)
{
    lk_attribution_store *store;
    c->from = report->attribution->store;
    if (!c->from) return LEADKPI_OK;
    report->filter.groups = report->attribution->rule.groups;
    LK_TRY(lk_attribution_open(c->into, &store, error));
    store->currency = c->from->currency;
    LK_TRY(lk_allocate(&report->memory, c->from->kinds.count, sizeof *c->kinds, &c->kinds, error));
    for (uint32_t kind = 0; kind < c->from->kinds.count; kind++) c->kinds[kind] = LK_MAP_NONE;
    LK_TRY(lk_walk(report->attribution, &report->filter, &report->memory, visit, c, &report->counts,
                   error));
    return copy_costs(c, error);
}

static leadkpi_status make(lk_report *report, leadkpi_attribution **closed, leadkpi_error *error)
{
    closing c = {.into = NULL};
    LK_TRY(lk_attribution_make(&report->attribution->memory, report->attribution->definition,
                               &report->attribution->rule, &c.into, error));
    leadkpi_status status = close_into(report, &c, error);
    lk_release(&c.into->memory, c.words, c.word_capacity, sizeof *c.words);
    lk_release(&c.into->memory, c.translated, c.translated_capacity, sizeof *c.translated);
    if (c.kinds) lk_release(&report->memory, c.kinds, c.from->kinds.count, sizeof *c.kinds);
    if (status != LEADKPI_OK) {
        leadkpi_attribution_free(c.into);
        return status;
    }
    *closed = c.into;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_attribution_close(const leadkpi_attribution *attribution,
                                         const leadkpi_options *options,
                                         leadkpi_attribution **closed, leadkpi_error *error)
{
    lk_report report;
    leadkpi_error_reset(error);
    LK_REQUIRE(closed, error);
    *closed = NULL;
    LK_REQUIRE(attribution, error);
    leadkpi_status status = lk_report_open(&report, attribution, options, false, error);
    if (status == LEADKPI_OK) status = make(&report, closed, error);
    lk_report_close(&report);
    return status;
}
