/* explain_tree.c: why a KPI moved, along the identities of the catalogue, level by level.
 *
 * Every node has a weight, with which a change of its value counts in the root: effect = weight *
 * (after - before). Of a product the parts get LMDI-I shares (Ang 2005,
 * doi:10.1016/j.enpol.2003.10.010), which are consistent in aggregation: weight * L(after, before)
 * * power * ln(how many times the part became itself), L being the logarithmic mean. Of a sum each
 * part gets its own difference. Neither leaves a residual where the identity holds; where it does
 * not (another cohort or cost base) the difference is a row of its own. */
#include <math.h>

#include <leadkpi/kpi_analysis.h>
#include <leadkpi/stats.h>

#include "base/exact_sum.h"
#include "kpi/analysis.h"
#include "kpi/drivers.h"
#include "kpi/identities.h"
#include "kpi/measures.h"
#include "kpi/report.h"
#include "kpi/rows.h"

enum {
    DEPTH = LK_ANALYSIS_OPTIONS
};
static const lk_option tree_options[] = {
    LK_ANALYSIS_COMMON,
    [DEPTH] = {"depth", LK_OPTION_INT64, .unit = "levels", .minimum = "1", .maximum = "8",
               .default_text = "8", .meaning = "How many levels are below the KPI, at most."},
};
const lk_schema lk_kpi_explain_tree_schema = {
    "kpi_explain_tree", "How a change is split along identities.", tree_options, 3};

enum {
    PERIODS = 2,
    NODES_MAX = 256
};
enum {
    BEFORE,
    AFTER,
    EFFECT,
    EFFECT_LOW,
    EFFECT_HIGH,
    NUMBERS
};
enum {
    NAME,
    RELATION,
    METHOD,
    MEANING,
    TEXTS
};

/* A number before and after, with the ends of its interval; NaN where it has none. */
typedef struct quantity {
    double value[PERIODS], low[PERIODS], high[PERIODS];
} quantity;

typedef struct node {
    char name[96];
    const char *relation; /* to its parent: "total", "factor", "divisor", "term", "less", "rest" */
    const char *method;   /* by which its parts were found: "lmdi", "sum"; "" of a leaf */
    const char *meaning;  /* the identity */
    int32_t index;        /* of the KPI that it is; -1: a measure, or two */
    int32_t parent;
    int level;
    quantity q;
    double weight, effect, effect_low, effect_high;
} node;

typedef struct work {
    lk_memory memory;
    const leadkpi_table *table;
    lk_kpi_settings settings;
    int depth;
    node *nodes;
    int32_t count;
    lk_number_column numbers[NUMBERS];
    lk_text_column texts[TEXTS];
} work;

/* ---- reading ------------------------------------------------------------- */

/* False where a column is missing or one of both rows has no value. */
static bool read_kpi(const work *w, int32_t index, quantity *out,
                     double x[PERIODS][LK_KPI_INPUTS_MAX])
{
    lk_kpi_rows rows;
    leadkpi_estimate e;
    if (lk_kpi_formulas[index].is_sample ||
        lk_kpi_rows_init(&rows, lk_kpi_formulas[index].number, w->table, w->settings, NULL) !=
            LEADKPI_OK)
        return false;
    for (size_t period = 0; period < PERIODS; period++) {
        if (!lk_kpi_rows_read(&rows, period, x[period])) return false;
        lk_kpi_rows_estimate(&rows, period, &e);
        if (e.status != LEADKPI_OK) return false;
        out->value[period] = e.value;
        out->low[period] = e.low;
        out->high[period] = e.high;
    }
    return true;
}

/* A count has the interval of a count; of money and of rates the row does not say how sure they
 * are. */
static bool read_measure(const work *w, const char *id, quantity *out)
{
    lk_text name = lk_text_of(id, LEADKPI_NUL_TERMINATED);
    const lk_column *column;
    int measure = lk_measure_index(name);
    if (lk_table_allow(w->table, name, LK_ALLOW_NUMBER, &column, NULL) != LEADKPI_OK || !column)
        return false;
    for (size_t period = 0; period < PERIODS; period++) {
        if (!lk_column_is_valid(column, period)) return false;
        double value = lk_column_number(column, period);
        if (!lk_measure_takes(measure, value)) return false;
        bool is_count = strcmp(lk_measures[measure].type, "count") == 0 && value <= 1e15;
        lk_garwood_limits limits = {NAN, NAN};
        if (is_count) limits = lk_garwood_level_limits(&w->settings.garwood, value);
        out->value[period] = value;
        out->low[period] = limits.low;
        out->high[period] = limits.high;
    }
    return true;
}

/* Two counts, one over the other: as a KPI of two counts, since neither need be part of the other.
 */
static bool read_ratio(const work *w, const lk_identity_part *part, quantity *out)
{
    quantity a, b;
    if (!read_measure(w, part->measure, &a) || !read_measure(w, part->over, &b)) return false;
    for (int period = 0; period < PERIODS; period++) {
        out->value[period] = a.value[period] / b.value[period];
        if (leadkpi_stats_poisson_ratio_interval(a.value[period], b.value[period],
                                                 w->settings.level, &out->low[period],
                                                 &out->high[period], NULL) != LEADKPI_OK)
            out->low[period] = out->high[period] = NAN;
        if (!isfinite(out->value[period])) return false;
    }
    return true;
}

static void copy_name(node *n, const char *first, const char *second)
{
    size_t at = 0, size = sizeof n->name - 1;
    for (; *first && at < size; first++) n->name[at++] = *first;
    if (second && at < size) n->name[at++] = '/';
    for (; second && *second && at < size; second++) n->name[at++] = *second;
    n->name[at] = 0;
}

static bool read_part(const work *w, const lk_identity_part *part, node *out)
{
    double x[PERIODS][LK_KPI_INPUTS_MAX];
    out->index = part->kpi ? lk_kpi_index(part->kpi) : -1;
    if (part->kpi) {
        copy_name(out, lk_kpi_catalogue[out->index].name, NULL);
        return read_kpi(w, out->index, &out->q, x);
    }
    copy_name(out, part->measure, part->over);
    return part->over ? read_ratio(w, part, &out->q) : read_measure(w, part->measure, &out->q);
}

/* ---- effects ------------------------------------------------------------- */

static double root_of_squares(double a, double b)
{
    return sqrt(a * a + b * b);
}

static bool is_positive(const quantity *q)
{
    return q->value[0] > 0 && q->value[1] > 0;
}

static void order_ends(node *n, double a, double b)
{
    n->effect_low = a < b ? a : b;
    n->effect_high = a < b ? b : a;
}

/* Both intervals combined by square-and-add, on the log scale of a product; the weight is taken
 * as known. An end at 0 or infinity is a distance without bound, and no interval. */
static void weigh_factor(const node *parent, node *n, int power)
{
    const quantity *q = &n->q;
    double scale =
        parent->weight * lk_logarithmic_mean(parent->q.value[1], parent->q.value[0]) * power;
    double grown = log(q->value[1] / q->value[0]);
    double down = root_of_squares(log(q->value[1] / q->low[1]), log(q->high[0] / q->value[0]));
    double up = root_of_squares(log(q->high[1] / q->value[1]), log(q->value[0] / q->low[0]));
    n->effect = scale * grown;
    n->weight = scale / lk_logarithmic_mean(q->value[1], q->value[0]);
    n->effect_low = n->effect_high = NAN;
    if (isfinite(down) && isfinite(up)) order_ends(n, scale * (grown - down), scale * (grown + up));
}

static void weigh_term(const node *parent, node *n, int sign)
{
    const quantity *q = &n->q;
    double difference = q->value[1] - q->value[0];
    double down = root_of_squares(q->value[1] - q->low[1], q->high[0] - q->value[0]);
    double up = root_of_squares(q->high[1] - q->value[1], q->value[0] - q->low[0]);
    n->weight = parent->weight * sign;
    n->effect = n->weight * difference;
    n->effect_low = n->effect_high = NAN;
    if (isfinite(down) && isfinite(up))
        order_ends(n, n->weight * (difference - down), n->weight * (difference + up));
}

/* ---- growing ------------------------------------------------------------- */

static leadkpi_status expand(work *w, int32_t at, leadkpi_error *error);

static leadkpi_status append(work *w, int32_t parent, node *n, leadkpi_error *error)
{
    LK_FAIL_IF(w->count == NODES_MAX, error, LEADKPI_LIMIT, "tree: expected at most %d nodes",
               NODES_MAX);
    n->parent = parent;
    n->level = w->nodes[parent].level + 1;
    n->method = n->meaning = "";
    w->nodes[w->count++] = *n;
    return LEADKPI_OK;
}

/* What the parts leave of the whole, where that is more than rounding. */
static leadkpi_status append_rest(work *w, int32_t parent, const node *parts, int count,
                                  leadkpi_error *error)
{
    lk_exact_sum rest = LK_EXACT_SUM_ZERO;
    double size = fabs(w->nodes[parent].effect);
    node n = {
        .relation = "rest", .index = -1, .weight = NAN, .effect_low = NAN, .effect_high = NAN};
    LK_TRY(lk_exact_sum_add_double(&rest, w->nodes[parent].effect, error));
    for (int i = 0; i < count; i++) {
        LK_TRY(lk_exact_sum_add_double(&rest, -parts[i].effect, error));
        size += fabs(parts[i].effect);
    }
    n.effect = lk_exact_sum_to_double(&rest);
    if (!(fabs(n.effect) > 1e-9 * size)) return LEADKPI_OK;
    for (int period = 0; period < PERIODS; period++)
        n.q.value[period] = n.q.low[period] = n.q.high[period] = NAN;
    copy_name(&n, "rest", NULL);
    return append(w, parent, &n, error);
}

/* Depth first, so that a node's parts follow it. */
static leadkpi_status append_parts(work *w, int32_t parent, node *parts, int count,
                                   const char *method, const char *meaning, leadkpi_error *error)
{
    w->nodes[parent].method = method;
    w->nodes[parent].meaning = meaning;
    for (int i = 0; i < count; i++) {
        int32_t at = w->count;
        LK_TRY(append(w, parent, &parts[i], error));
        LK_TRY(expand(w, at, error));
    }
    return append_rest(w, parent, parts, count, error);
}

static bool is_above(const work *w, int32_t at, int32_t index)
{
    for (; at >= 0; at = w->nodes[at].parent)
        if (w->nodes[at].index == index) return true;
    return false;
}

/* All parts can be had, and none is the node itself or one above it. */
static bool read_identity(const work *w, int32_t at, const lk_identity *identity, node *parts,
                          int *count)
{
    *count = 0;
    for (int i = 0; i < LK_PARTS_MAX && identity->parts[i].sign; i++) {
        const lk_identity_part *part = &identity->parts[i];
        node *n = &parts[(*count)++];
        *n = (node){.index = -1};
        if (!read_part(w, part, n)) return false;
        if (n->index >= 0 && is_above(w, at, n->index)) return false;
        if (identity->is_product && !(is_positive(&n->q) && is_positive(&w->nodes[at].q)))
            return false;
        n->relation = identity->is_product ? part->sign > 0 ? "factor" : "divisor"
                      : part->sign > 0     ? "term"
                                           : "less";
        if (identity->is_product)
            weigh_factor(&w->nodes[at], n, part->sign);
        else
            weigh_term(&w->nodes[at], n, part->sign);
    }
    return true;
}

/* A measure that is a KPI of its own. */
static int32_t kpi_of_measure(int measure)
{
    static const struct {
        const char *measure;
        int32_t kpi;
    } kpis[] = {{"cac", LEADKPI_KPI_CUSTOMER_ACQUISITION_COST},
                {"ltv", LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE},
                {"lead_to_customer", LEADKPI_KPI_LEAD_TO_CUSTOMER_RATE},
                {"win_rate", LEADKPI_KPI_WIN_RATE},
                {"avg_deal", LEADKPI_KPI_AVERAGE_DEAL_SIZE},
                {"arpa", LEADKPI_KPI_ARPA},
                {"churn", LEADKPI_KPI_LOGO_CHURN_RATE}};
    for (size_t i = 0; i < sizeof kpis / sizeof kpis[0]; i++)
        if (strcmp(kpis[i].measure, lk_measures[measure].id) == 0) return lk_kpi_index(kpis[i].kpi);
    return -1;
}

/* The inputs of a KPI that is a product of powers of them. */
static bool read_inputs(const work *w, int32_t at, node *parts, int *count)
{
    const node *parent = &w->nodes[at];
    const lk_kpi_formula *formula = &lk_kpi_formulas[parent->index];
    double x[PERIODS][LK_KPI_INPUTS_MAX];
    quantity q;
    *count = 0;
    if (formula->input_count < 2 || !is_positive(&parent->q) || !read_kpi(w, parent->index, &q, x))
        return false;
    for (int i = 0; i < formula->input_count; i++) {
        node *n = &parts[(*count)++];
        int measure = formula->inputs[i];
        int power = lk_power_of(formula, x[0], i, q.value[0]);
        *n = (node){.index = kpi_of_measure(measure)};
        if (power == 0 || power != lk_power_of(formula, x[1], i, q.value[1])) return false;
        if (!read_measure(w, lk_measures[measure].id, &n->q) || !is_positive(&n->q)) return false;
        if (n->index >= 0 && is_above(w, at, n->index)) n->index = -1;
        copy_name(n, lk_measures[measure].id, NULL);
        n->relation = power > 0 ? "factor" : "divisor";
        weigh_factor(parent, n, power);
    }
    return true;
}

static leadkpi_status expand(work *w, int32_t at, leadkpi_error *error)
{
    node parts[LK_KPI_INPUTS_MAX];
    int count;
    int32_t index = w->nodes[at].index;
    if (index < 0 || w->nodes[at].level == w->depth) return LEADKPI_OK;
    for (int i = 0; i < lk_identity_count; i++) {
        const lk_identity *identity = &lk_identities[i];
        if (lk_kpi_index(identity->kpi) != index || !read_identity(w, at, identity, parts, &count))
            continue;
        return append_parts(w, at, parts, count, identity->is_product ? "lmdi" : "sum",
                            identity->meaning, error);
    }
    if (!read_inputs(w, at, parts, &count)) return LEADKPI_OK;
    return append_parts(w, at, parts, count, "lmdi", lk_kpi_catalogue[index].expr, error);
}

/* ---- the table ----------------------------------------------------------- */

static leadkpi_status put_node(work *w, const node *n, size_t row, leadkpi_error *error)
{
    const double numbers[NUMBERS] = {n->q.value[0], n->q.value[1], n->effect, n->effect_low,
                                     n->effect_high};
    for (int i = 0; i < NUMBERS; i++) w->numbers[i].values[row] = numbers[i];
    LK_TRY(lk_append_string(&w->texts[NAME].builder, n->name, error));
    LK_TRY(lk_append_string(&w->texts[RELATION].builder, n->relation, error));
    LK_TRY(lk_append_string(&w->texts[METHOD].builder, n->method, error));
    return lk_append_string(&w->texts[MEANING].builder, n->meaning, error);
}

static leadkpi_status fill(work *w, leadkpi_table *table, leadkpi_error *error)
{
    static const char *const names[] = {"before", "after", "effect", "effect_low", "effect_high"};
    const char *unit = leadkpi_kpi_property(lk_kpi_formulas[w->nodes[0].index].number, "unit",
                                            LEADKPI_NUL_TERMINATED);
    size_t count = (size_t)w->count;
    int64_t *places, *parents, *levels;
    for (int i = 0; i < NUMBERS; i++)
        w->numbers[i] = (lk_number_column){names[i], i < EFFECT ? "" : unit, NULL, 0};
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("node"), "", count, false, &places, error));
    int32_t parent_column = leadkpi_table_column_count(table);
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("parent"), "", count, true, &parents, error));
    LK_TRY(lk_table_add_int64(table, LK_LITERAL("level"), "", count, false, &levels, error));
    LK_TRY(lk_numbers_add(table, w->numbers, NUMBERS, count, error));
    for (size_t row = 0; row < count; row++) {
        places[row] = (int64_t)row;
        parents[row] = w->nodes[row].parent;
        levels[row] = w->nodes[row].level;
        LK_TRY(put_node(w, &w->nodes[row], row, error));
    }
    lk_table_set_null(table, parent_column, 0);
    lk_numbers_finish(table, w->numbers, NUMBERS, count);
    return LEADKPI_OK;
}

/* ---- the call ------------------------------------------------------------ */

/* The root, whose columns have to be there; the messages are those of every call over rows. */
static leadkpi_status read_root(work *w, int32_t kpi, leadkpi_error *error)
{
    lk_kpi_rows rows;
    double x[PERIODS][LK_KPI_INPUTS_MAX];
    leadkpi_estimate e;
    node *root = &w->nodes[0];
    LK_TRY(lk_kpi_rows_init(&rows, kpi, w->table, w->settings, error));
    const char *name = lk_kpi_catalogue[rows.index].name;
    LK_FAIL_IF(rows.row_count != PERIODS, error, LEADKPI_BAD_ARGUMENT,
               "rows: expected 2, before and after, found %zu", rows.row_count);
    for (size_t period = 0; period < PERIODS; period++) {
        LK_FAIL_IF(!lk_kpi_rows_read(&rows, period, x[period]), error, LEADKPI_NOT_GIVEN,
                   "%s: row %zu has an input that was not given", name, period);
        LK_TRY(lk_kpi_estimate(rows.index, x[period], &rows.settings, &e, error));
    }
    *root = (node){.relation = "total",
                   .method = "",
                   .meaning = "",
                   .index = rows.index,
                   .parent = -1,
                   .weight = 1};
    copy_name(root, name, NULL);
    (void)read_kpi(w, rows.index, &root->q, x);
    weigh_term(&(node){.weight = 1}, root, 1);
    w->count = 1;
    return LEADKPI_OK;
}

typedef struct call {
    work *w;
    int32_t kpi;
} call;

static leadkpi_status explain(void *context, leadkpi_table *table, leadkpi_error *error)
{
    const call *c = context;
    work *w = c->w;
    LK_TRY(lk_allocate(&w->memory, NODES_MAX, sizeof *w->nodes, &w->nodes, error));
    LK_TRY(read_root(w, c->kpi, error));
    LK_TRY(lk_interrupted(&w->memory, error));
    LK_TRY(expand(w, 0, error));
    return fill(w, table, error);
}

leadkpi_status leadkpi_kpi_explain_tree(const leadkpi_host *host, int32_t kpi,
                                        const leadkpi_table *rows, const leadkpi_options *options,
                                        leadkpi_table **out, leadkpi_error *error)
{
    const lk_schema *schema = &lk_kpi_explain_tree_schema;
    work w = {
        .table = rows,
        .texts = {{.name = "name"}, {.name = "relation"}, {.name = "method"}, {.name = "meaning"}}};
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(rows, error);
    LK_TRY(lk_memory_init(&w.memory, host, error));
    LK_TRY(lk_options_check(options, schema, error));
    w.settings = lk_analysis_settings(options, schema);
    w.depth = (int)lk_options_int64(options, schema, DEPTH);
    leadkpi_status status =
        lk_report_make(&w.memory, w.texts, TEXTS, explain, &(call){&w, kpi}, out, error);
    lk_release(&w.memory, w.nodes, w.nodes ? NODES_MAX : 0, sizeof *w.nodes);
    return status;
}
