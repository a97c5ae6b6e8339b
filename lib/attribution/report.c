#include "attribution/report.h"

#include "base/nearest.h"
#include "base/sort.h"

static const lk_option report_options[] = {
    [LK_REPORT_MODELS] = {"models", LK_OPTION_LIST, .unit = "models",
                          .default_text = "first,last,linear,u",
                          .meaning = "Models, in the order of the report: names, with an argument "
                                     "after a colon where a model takes one."},
    [LK_REPORT_BY] = {"by", LK_OPTION_LIST, .unit = "dimensions",
                      .meaning = "Dimensions whose groups get credit; none: the first, the channel."},
    [LK_REPORT_TYPES] = {"types", LK_OPTION_LIST, .unit = "types",
                         .meaning = "Types of conversion that count; none: all."},
    [LK_REPORT_AS_OF] = {"as_of", LK_OPTION_TIMESTAMP, .unit = "time",
                         .meaning = "What comes after it does not count; without a value: the "
                                    "latest time there is."},
    [LK_REPORT_FROM] = {"from", LK_OPTION_TIMESTAMP, .unit = "time",
                        .meaning = "Conversions and nulls before it do not count; their touches "
                                   "may be earlier."},
    [LK_REPORT_TO] = {"to", LK_OPTION_TIMESTAMP, .unit = "time",
                      .meaning = "Conversions and nulls at it or later do not count."},
    [LK_REPORT_TWO_TOUCHES] = {"two_touches", LK_OPTION_CHOICE,
                               .choices = "renormalise|split_middle", .default_text = "renormalise",
                               .meaning = "Of two touches, whether the middle's share goes to both "
                                          "in proportion to theirs, or half of it to each."},
    [LK_REPORT_NO_MIDDLE] = {"no_middle", LK_OPTION_CHOICE, .choices = "proportional|even",
                             .default_text = "proportional",
                             .meaning = "Where every touch is a milestone, whether the middle's "
                                        "share goes to them in proportion to theirs, or in equal "
                                        "parts."},
    [LK_REPORT_ERRORS] = {"errors", LK_OPTION_BOOL, .default_text = "true",
                          .meaning = "Whether there are standard errors and intervals."},
    [LK_REPORT_LEVEL] = {"level", LK_OPTION_DOUBLE, .unit = "fraction", .minimum = ">0",
                         .maximum = "<1", .default_text = "0.95",
                         .meaning = "Level of the intervals."},
    [LK_REPORT_MEASURE] = {"measure", LK_OPTION_CHOICE,
                           .choices = "conversions|value|share|value_share",
                           .default_text = "conversions",
                           .meaning = "What stands side by side in a comparison of models."},
    [LK_REPORT_REMOVAL] = {"removal", LK_OPTION_CHOICE, .choices = "to_null|renormalise",
                           .default_text = "to_null",
                           .meaning = "Markov: a step into the removed channel ends the journey, or "
                                      "the other steps take its share."},
    [LK_REPORT_COLLAPSE] = {"collapse", LK_OPTION_CHOICE, .choices = "states|channels|none",
                            .default_text = "states",
                            .meaning = "Markov: what repeats is left out: a state equal to the one "
                                       "before, a channel equal to the one before, or nothing."},
    [LK_REPORT_PADDED] = {"padded", LK_OPTION_BOOL, .default_text = "false",
                          .meaning = "Markov of order 2 and more: whether states begin with blanks, "
                                     "rather than a short path being one state."},
    [LK_REPORT_PLAYERS_MAX] = {"players_max", LK_OPTION_INT64, .unit = "channels", .minimum = "1",
                               .maximum = "20", .default_text = "16",
                               .meaning = "Shapley: sets of so many channels are played out exactly."},
    [LK_REPORT_SAMPLES] = {"samples", LK_OPTION_INT64, .unit = "pairs of permutations",
                           .minimum = "0", .maximum = "100000000", .default_text = "0",
                           .meaning = "Shapley: samples for larger sets; 0: they are refused."},
    [LK_REPORT_SEED] = {"seed", LK_OPTION_INT64, .default_text = "0",
                        .meaning = "Shapley: of the sampling."},
    [LK_REPORT_ORDER_MAX] = {"order_max", LK_OPTION_INT64, .unit = "channels", .minimum = "1",
                             .maximum = "16", .default_text = "4",
                             .meaning = "Markov: the highest order that orders are compared up to."},
    [LK_REPORT_ROLLUP] = {"rollup", LK_OPTION_BOOL, .default_text = "false",
                          .meaning = "Whether credits have a row for each group of the first "
                                     "dimension of by, of the first two and so on, too, whose "
                                     "parts add up to it."},
    [LK_REPORT_COALITIONS] = {"coalitions", LK_OPTION_LIST, .unit = "channels=value",
                              .meaning = "Shapley: what sets of channels are worth to "
                                         "shapley:given, as in Email=0.1,Email|Ads=0.3."},
    [LK_REPORT_PLACES] = {"places", LK_OPTION_INT64, .unit = "touches", .minimum = "1",
                          .maximum = "1000", .default_text = "10",
                          .meaning = "Shapley: places of touches that shapley:ordered tells apart; "
                                     "later ones count at the last."},
    [LK_REPORT_CONVERSIONS_AS] = {"conversions_as", LK_OPTION_TEXT, .default_text = "new_leads",
                                  .meaning = "Measure of campaigns that credited conversions are; "
                                             "an empty one leaves them out."},
    [LK_REPORT_VALUE_AS] = {"value_as", LK_OPTION_TEXT, .default_text = "attributed_revenue",
                            .meaning = "Measure of campaigns that credited value is; an empty one "
                                       "leaves it out."},
};

const lk_schema lk_attribution_report_schema = {"attribution_report", "A report on attribution.",
                                                report_options, LK_REPORT_OPTION_COUNT};

#define SCHEMA (&lk_attribution_report_schema)

/* ---- members ------------------------------------------------------------------------ */

static leadkpi_status find_dimension(const lk_report *r, lk_text name, uint32_t *dimension,
                                     leadkpi_error *error)
{
    lk_nearest nearest;
    lk_nearest_begin(&nearest, name);
    for (*dimension = 0; *dimension < r->attribution->rule.dimension_count; (*dimension)++) {
        lk_text candidate = lk_attribution_dimension(r->attribution, *dimension);
        if (lk_text_equal(candidate, name)) return LEADKPI_OK;
        lk_nearest_consider(&nearest, candidate);
    }
    return lk_nearest_fail(&nearest, "by", error);
}

static leadkpi_status read_dimensions(lk_report *r, leadkpi_error *error)
{
    lk_members *m = &r->members;
    size_t count = lk_options_list_count(r->options, SCHEMA, LK_REPORT_BY);
    LK_FAIL_IF(count > LK_DIMENSIONS_MAX, error, LEADKPI_CONTRADICTION,
               "by: expected each dimension once");
    m->dimension_count = count ? (uint32_t)count : 1;
    for (uint32_t i = 0; i < count; i++) {
        LK_TRY(find_dimension(r, lk_options_list_item(r->options, SCHEMA, LK_REPORT_BY, i),
                              &m->dimensions[i], error));
        for (uint32_t other = 0; other < i; other++)
            LK_FAIL_IF(m->dimensions[i] == m->dimensions[other], error, LEADKPI_CONTRADICTION,
                       "by: expected each dimension once");
    }
    return LEADKPI_OK;
}

static bool has_cost(const lk_attribution_store *store, uint32_t kind)
{
    if (kind >= store->cost_capacity) return false;
    const lk_cost_sums *cost = &store->costs[kind];
    return cost->known[0] || cost->known[1] || cost->known[2];
}

/* of_kind: 0 where something has the kind, else LK_MAP_NONE. */
static void mark_kinds(const lk_attribution_store *store, uint32_t *of_kind)
{
    for (uint32_t kind = 0; kind < store->kinds.count; kind++)
        of_kind[kind] = has_cost(store, kind) ? 0 : LK_MAP_NONE;
    for (size_t i = 0; i < store->touch_count; i++) of_kind[store->touches[i].kind] = 0;
    for (uint32_t path = 0; path < store->paths.count; path++) {
        uint32_t count;
        const char *words = lk_path_words(store, path, &count);
        if (lk_path_is_empty(&store->path_sums[path])) continue;
        for (uint32_t i = 1; i <= count; i++) of_kind[lk_path_word(words, i)] = 0;
    }
    for (uint32_t i = 0; store->fold && i < store->fold->channel_count; i++)
        of_kind[store->fold->kinds[i]] = 0;
}

static int compare_members(const void *context, uint32_t a, uint32_t b)
{
    const lk_report *r = context;
    const lk_attribution_store *store = r->attribution->store;
    for (uint32_t d = 0; d < r->members.dimension_count; d++) {
        uint32_t x = lk_kind_text(store, a, r->members.dimensions[d]);
        uint32_t y = lk_kind_text(store, b, r->members.dimensions[d]);
        if (x == y) continue;
        return lk_text_compare(lk_map_text_key(&store->texts, x), lk_map_text_key(&store->texts, y));
    }
    return 0;
}

static leadkpi_status find_members(lk_report *r, leadkpi_error *error)
{
    lk_members *m = &r->members;
    const lk_attribution_store *store = r->attribution->store;
    uint32_t used = 0;
    if (!store) return LEADKPI_OK;
    m->kind_count = store->kinds.count;
    LK_TRY(lk_allocate(&r->memory, m->kind_count, sizeof *m->of_kind, &m->of_kind, error));
    LK_TRY(lk_allocate(&r->memory, m->kind_count, sizeof *m->kinds, &m->kinds, error));
    mark_kinds(store, m->of_kind);
    for (uint32_t kind = 0; kind < m->kind_count; kind++)
        if (m->of_kind[kind] != LK_MAP_NONE) m->kinds[used++] = kind;
    LK_TRY(lk_sort_indexes(&r->memory, m->kinds, used, compare_members, r, error));
    for (uint32_t i = 0; i < used; i++) {
        uint32_t kind = m->kinds[i];
        if (m->count == 0 || compare_members(r, m->kinds[m->count - 1], kind) != 0)
            m->kinds[m->count++] = kind;
        m->of_kind[kind] = m->count - 1;
    }
    return LEADKPI_OK;
}

lk_text lk_member_text(const lk_report *r, uint32_t member, uint32_t d)
{
    return lk_report_name(r, lk_kind_text(r->attribution->store, r->members.kinds[member],
                                          r->members.dimensions[d]));
}

/* ---- names that nothing else has ------------------------------------------------------------ */

/* How often a word stands in parentheses: 1 in "(blank)"; 0 where it is another text. */
static size_t depth_of(lk_text text, lk_text word)
{
    if (text.length <= word.length || (text.length - word.length) % 2) return 0;
    size_t depth = (text.length - word.length) / 2;
    for (size_t i = 0; i < depth; i++)
        if (text.data[i] != '(' || text.data[text.length - 1 - i] != ')') return 0;
    return memcmp(text.data + depth, word.data, word.length) == 0 ? depth : 0;
}

/* The deepest of what something is called. It depends on the rows that there are, not on what was
 * there and is gone. */
static size_t deepest_of(const lk_report *r, lk_text word)
{
    const lk_attribution_store *store = r->attribution->store;
    size_t deepest = 0;
    for (uint32_t kind = 0; kind < r->members.kind_count; kind++)
        for (uint32_t d = 0;
             r->members.of_kind[kind] != LK_MAP_NONE && d < r->attribution->rule.dimension_count; d++) {
            size_t depth = depth_of(lk_map_text_key(&store->texts, lk_kind_text(store, kind, d)), word);
            if (depth > deepest) deepest = depth;
        }
    return deepest;
}

/* The word in one pair of parentheses more than any touch has. `name` has one pair. */
static leadkpi_status name_apart(lk_report *r, lk_text *name, char **bytes, leadkpi_error *error)
{
    lk_text word = {name->data + 1, name->length - 2};
    size_t depth = deepest_of(r, word) + 1, length = word.length + 2 * depth;
    if (depth == 1) return LEADKPI_OK;
    LK_TRY(lk_allocate(&r->memory, length, 1, bytes, error));
    memset(*bytes, '(', depth);
    memcpy(*bytes + depth, word.data, word.length);
    memset(*bytes + depth + word.length, ')', depth);
    *name = (lk_text){*bytes, length};
    return LEADKPI_OK;
}

/* ---- filter ---------------------------------------------------------------------------- */

/* By text while they are read: does a conversion have it as its type, is it asked for? */
enum { TYPE_IS_ONE = 2, TYPE_IS_ASKED_FOR = 1 };

static leadkpi_status find_type(const lk_report *r, lk_text name, leadkpi_error *error)
{
    const lk_map_text *texts = lk_report_texts(r);
    uint32_t text = lk_map_text_find(texts, name);
    if (text != LK_MAP_NONE && r->types[text]) {
        r->types[text] |= TYPE_IS_ASKED_FOR;
        return LEADKPI_OK;
    }
    lk_nearest nearest;
    lk_nearest_begin(&nearest, name);
    for (uint32_t i = 0; i < texts->count; i++)
        if (r->types[i]) lk_nearest_consider(&nearest, lk_map_text_key(texts, i));
    return lk_nearest_fail(&nearest, "types", error);
}

static leadkpi_status read_types(lk_report *r, leadkpi_error *error)
{
    const lk_attribution_store *store = r->attribution->store;
    size_t count = lk_options_list_count(r->options, SCHEMA, LK_REPORT_TYPES);
    if (count == 0 || !store || store->outcome_count == 0) return LEADKPI_OK;
    LK_TRY(lk_allocate(&r->memory, store->texts.count, 1, &r->types, error));
    memset(r->types, 0, store->texts.count);
    for (size_t i = 0; i < store->outcome_count; i++)
        if (store->outcomes[i].type != LK_TYPE_NULL) r->types[store->outcomes[i].type] = TYPE_IS_ONE;
    for (size_t i = 0; i < count; i++)
        LK_TRY(find_type(r, lk_options_list_item(r->options, SCHEMA, LK_REPORT_TYPES, i), error));
    for (uint32_t i = 0; i < store->texts.count; i++) r->types[i] &= TYPE_IS_ASKED_FOR;
    r->filter.types = r->types;
    return LEADKPI_OK;
}

static int64_t latest_time(const lk_attribution_store *store)
{
    int64_t latest = INT64_MIN;
    for (size_t i = 0; store && i < store->touch_count; i++)
        if (store->touches[i].time > latest) latest = store->touches[i].time;
    for (size_t i = 0; store && i < store->outcome_count; i++)
        if (store->outcomes[i].time > latest) latest = store->outcomes[i].time;
    return latest;
}

static leadkpi_status read_filter(lk_report *r, leadkpi_error *error)
{
    const leadkpi_options *o = r->options;
    lk_walk_filter *f = &r->filter;
    f->as_of = lk_options_has_value(o, SCHEMA, LK_REPORT_AS_OF)
                   ? lk_options_int64(o, SCHEMA, LK_REPORT_AS_OF)
                   : latest_time(r->attribution->store);
    lk_time_range in;
    LK_TRY(lk_options_time_range(o, SCHEMA, LK_REPORT_FROM, LK_REPORT_TO, &in, error));
    f->from = in.from;
    f->to = in.to;
    f->groups = lk_options_bool(o, SCHEMA, LK_REPORT_ERRORS) ? r->attribution->rule.groups : 1;
    return read_types(r, error);
}

static leadkpi_status read_models(lk_report *r, leadkpi_error *error)
{
    lk_model_settings settings = {lk_options_choice(r->options, SCHEMA, LK_REPORT_TWO_TOUCHES),
                                  lk_options_choice(r->options, SCHEMA, LK_REPORT_NO_MIDDLE)};
    size_t count = lk_options_list_count(r->options, SCHEMA, LK_REPORT_MODELS);
    LK_FAIL_IF(count == 0 || count > 1000, error, LEADKPI_BAD_ARGUMENT,
               "models: expected 1 to 1000, found %zu", count);
    LK_TRY(lk_allocate(&r->memory, count, sizeof *r->models, &r->models, error));
    memset(r->models, 0, count * sizeof *r->models);
    r->model_count = count;
    for (size_t i = 0; i < count; i++) {
        lk_text name = lk_options_list_item(r->options, SCHEMA, LK_REPORT_MODELS, i);
        for (size_t other = 0; other < i; other++)
            LK_FAIL_IF(lk_text_equal(name, r->models[other].name), error, LEADKPI_CONTRADICTION,
                       "models: \"%.*s\" stands there twice", LK_TEXT_ARGS(name));
        LK_TRY(lk_model_read(name, r->attribution, &settings, &r->memory, &r->models[i], error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_report_open(lk_report *report, const leadkpi_attribution *attribution,
                              const leadkpi_options *options, bool with_models,
                              leadkpi_error *error)
{
    memset(report, 0, sizeof *report);
    report->attribution = attribution;
    report->options = options;
    report->blank = LK_BLANK_NAME;
    report->unattributed = LK_LITERAL("(unattributed)");
    report->memory = lk_memory_like(&attribution->memory);
    LK_TRY(lk_options_check(options, SCHEMA, error));
    LK_TRY(read_dimensions(report, error));
    LK_TRY(read_filter(report, error));
    if (with_models) LK_TRY(read_models(report, error));
    LK_TRY(find_members(report, error));
    LK_TRY(name_apart(report, &report->blank, &report->blank_bytes, error));
    return name_apart(report, &report->unattributed, &report->unattributed_bytes, error);
}

static void release_members(lk_report *report)
{
    lk_members *m = &report->members;
    lk_release(&report->memory, m->of_kind, m->kind_count, sizeof *m->of_kind);
    lk_release(&report->memory, m->kinds, m->kind_count, sizeof *m->kinds);
}

leadkpi_status lk_report_open_level(const lk_report *report, uint32_t dimension_count,
                                    lk_report *level, leadkpi_error *error)
{
    *level = *report;
    level->memory = lk_memory_like(&report->memory);
    memset(&level->members, 0, sizeof level->members);
    memcpy(level->members.dimensions, report->members.dimensions, sizeof level->members.dimensions);
    level->members.dimension_count = dimension_count;
    return find_members(level, error);
}

void lk_report_close_level(lk_report *level)
{
    release_members(level);
}

void lk_report_close(lk_report *report)
{
    lk_memory *memory = &report->memory;
    for (size_t i = 0; i < report->model_count; i++) lk_model_free(&report->models[i], memory);
    lk_release(memory, report->models, report->model_count, sizeof *report->models);
    if (report->types) lk_release(memory, report->types, lk_report_texts(report)->count, 1);
    if (report->blank_bytes) lk_release(memory, report->blank_bytes, report->blank.length, 1);
    if (report->unattributed_bytes)
        lk_release(memory, report->unattributed_bytes, report->unattributed.length, 1);
    release_members(report);
}

/* ---- columns ---------------------------------------------------------------------------- */

leadkpi_status lk_report_add_texts(leadkpi_table *table, lk_text name, size_t rows,
                                   lk_text_at text_at, const void *context, leadkpi_error *error)
{
    lk_text_builder builder;
    leadkpi_status status = LEADKPI_OK;
    lk_text_builder_init(&builder, table);
    for (size_t row = 0; row < rows && status == LEADKPI_OK; row++) {
        bool is_null = false;
        lk_text text = text_at(context, row, &is_null);
        status = is_null ? lk_text_builder_append_null(&builder, error)
                         : lk_text_builder_append(&builder, text, error);
    }
    if (status == LEADKPI_OK) status = lk_text_builder_finish(&builder, name, "", error);
    lk_text_builder_release(&builder);
    return status;
}

leadkpi_status lk_report_add_numbers(leadkpi_table *table, const char *name, const char *unit,
                                     size_t rows, lk_number_at number_at, const void *context,
                                     leadkpi_error *error)
{
    double *values;
    LK_TRY(lk_table_add_double(table, lk_text_of(name, LEADKPI_NUL_TERMINATED), unit, rows, true,
                               &values, error));
    for (size_t row = 0; row < rows; row++) {
        values[row] = number_at(context, row);
        if (values[row] != values[row]) lk_report_set_null(table, row);
    }
    return LEADKPI_OK;
}

leadkpi_status lk_report_run(const leadkpi_attribution *attribution, const leadkpi_options *options,
                             bool with_models, lk_report_fill fill, leadkpi_table **out,
                             leadkpi_error *error)
{
    lk_report report;
    leadkpi_table *table = NULL;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(attribution, error);
    leadkpi_status status = lk_report_open(&report, attribution, options, with_models, error);
    if (status == LEADKPI_OK) status = lk_table_new(&attribution->memory, &table, error);
    if (status == LEADKPI_OK) status = fill(&report, table, error);
    if (status == LEADKPI_OK)
        *out = table;
    else
        leadkpi_table_free(table);
    lk_report_close(&report);
    return status;
}
