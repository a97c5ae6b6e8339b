/* catalogue.c: what is said about each KPI, and the ways to read it. */
#include "kpi/kpi.h"
#include "kpi/measures.h"

#define LIST(...) #__VA_ARGS__

#define RETIRED(number)
/* The name of a variant is "id:variant". */
#define SCALAR(number, symbol, id, variant, inputs, formula, condition, interval, ...)          \
    {number,   id,         variant,     #symbol,      sizeof variant > 1 ? id ":" variant : id, \
     #formula, #condition, LIST inputs, {__VA_ARGS__}},
#define SAMPLE(number, symbol, id, variant, inputs, formula, interval, ...)             \
    {number,   id, variant,     #symbol,      sizeof variant > 1 ? id ":" variant : id, \
     #formula, "", LIST inputs, {__VA_ARGS__}},
const lk_kpi_entry lk_kpi_catalogue[] = {
#include "kpi/kpi.def"
};
#undef SCALAR
#undef SAMPLE
#undef RETIRED

const int32_t lk_kpi_entry_count = sizeof lk_kpi_catalogue / sizeof lk_kpi_catalogue[0];

/* A number that stands twice, or a retired one that comes back, is a case twice: it does not
 * compile. */
#define SCALAR(number, ...) case number:
#define SAMPLE(number, ...) case number:
#define RETIRED(number) case number:
static inline int number_is_taken(int32_t number)
{
    switch (number) {
#include "kpi/kpi.def"
        return 1;
    default:
        return 0;
    }
}

int32_t lk_kpi_index(int32_t number)
{
    int32_t low = 0, high = lk_kpi_entry_count;
    if (!number_is_taken(number)) return -1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (lk_kpi_catalogue[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < lk_kpi_entry_count && lk_kpi_catalogue[low].number == number ? low : -1;
}

int32_t lk_kpi_index_of_main(int32_t index)
{
    return lk_kpi_index(lk_kpi_catalogue[index].number / 100 * 100);
}

bool lk_kpi_has_basis(int32_t index)
{
    const char *basis = lk_kpi_catalogue[lk_kpi_index_of_main(index)].texts.basis;
    return basis && *basis;
}

bool lk_kpi_adds_up_over_time(int32_t index)
{
    const char *merged = leadkpi_kpi_property(lk_kpi_catalogue[index].number, "additivity",
                                              LEADKPI_NUL_TERMINATED);
    return strcmp(merged, "sum") == 0 || strcmp(merged, "first_entry") == 0;
}

/* ---- intervals by name -------------------------------------------------- */

static const struct {
    const char *name;
    const char *needs; /* what it takes beside the inputs, where that can be given */
    const char *never; /* why an entry of the method has none, whatever is given */
} intervals[] = {
    [LK_INTERVAL_WILSON] = {"wilson", "", ""},
    [LK_INTERVAL_MULTINOMIAL] = {"multinomial", "", ""},
    [LK_INTERVAL_POISSON] = {"poisson", "", ""},
    [LK_INTERVAL_COST_PER_POISSON] = {"cost_per_poisson", "", ""},
    [LK_INTERVAL_RATIO_POISSON] = {"ratio_poisson", "", ""},
    [LK_INTERVAL_RATE_RATIO_MINUS1] = {"rate_ratio_minus1", "", ""},
    [LK_INTERVAL_DIFFERENCE_POISSON] = {"difference_poisson", "", ""},
    [LK_INTERVAL_KATZ_RATIO] = {"katz_ratio", "", ""},
    [LK_INTERVAL_MEAN_T] = {"mean_t", "",
                            "no interval: it is the score of one lead; a mean over leads has one"},
    [LK_INTERVAL_ORDER_STAT] = {"order_stat", "", ""},
    [LK_INTERVAL_KM] = {"km", "", ""},
    [LK_INTERVAL_COMPOUND_POISSON] =
        {"compound_poisson", "no interval: it needs the sum of the squared deal values", ""},
    [LK_INTERVAL_RATIO_FIELLER] =
        {"ratio_fieller", "no interval: it needs the variances of numerator and denominator", ""},
    [LK_INTERVAL_DELTA_PRODUCT] =
        {"delta_product", "no interval: it needs the variance or the interval of each factor",
         "no interval: rates alone do not tell how many leads are behind them; of one cohort take "
         "the last stage over the first"},
    [LK_INTERVAL_DELONG] = {"delong", "no interval: it needs the variance of U, from the scores",
                            ""},
    [LK_INTERVAL_DETERMINISTIC] = {"deterministic", "",
                                   "no interval: an accounting identity has no sampling error"},
    [LK_INTERVAL_PROPAGATE] =
        {"propagate", "no interval: it needs the variances or intervals of its components", ""},
    [LK_INTERVAL_ENTITY_DISPERSION] =
        {"entity_dispersion",
         "no interval: it needs n, the sums of squares and of products over customers, deals or "
         "leads",
         "no interval: it is one forecast against one actual; over several take "
         "forecast_accuracy:wape"},
};

const char *lk_kpi_interval_name(int method)
{
    return intervals[method].name;
}

const char *lk_kpi_interval_reason(int32_t index)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    if (formula->has_parts == LK_PARTS_INPUTS) return "";
    return formula->has_parts == LK_PARTS_DISPERSED ? intervals[formula->interval].needs
                                                    : intervals[formula->interval].never;
}

/* ---- properties --------------------------------------------------------- */

enum {
    SHAPE,
    INTERVAL,
    INTERVAL_NEEDS,
    FUNCTION,
    OF_ENTRY,
    OF_TEXTS
};

#define ENTRY(field) #field, OF_ENTRY, offsetof(lk_kpi_entry, field), ""
#define TEXTS(field, otherwise) #field, OF_TEXTS, offsetof(lk_kpi_texts, field), otherwise

static const struct {
    const char *name;
    int kind;
    size_t offset;
    const char *otherwise; /* where neither the variant nor its KPI says it */
} properties[] = {
    {ENTRY(name)},
    {ENTRY(id)},
    {ENTRY(variant)},
    {"function", FUNCTION, 0, ""},
    {TEXTS(title, "")},
    {TEXTS(label, "")},
    {"aliases", OF_ENTRY, offsetof(lk_kpi_entry, texts.aliases), ""},
    {TEXTS(category, "")},
    {TEXTS(formula, "")},
    {ENTRY(expr)},
    {"defined_if", OF_ENTRY, offsetof(lk_kpi_entry, condition), ""},
    {ENTRY(inputs)},
    {"shape", SHAPE, 0, ""},
    {TEXTS(unit, "")},
    {TEXTS(display, "")},
    {TEXTS(direction, "")},
    {TEXTS(undefined_when, "")},
    {TEXTS(basis, "")},
    {"interval", INTERVAL, 0, ""},
    {TEXTS(additivity, "")},
    {TEXTS(keep, "")},
    {TEXTS(grain, "")},
    {TEXTS(guardrail, "")},
    {"used_by", OF_ENTRY, offsetof(lk_kpi_entry, texts.used_by), ""},
    {"notes", OF_ENTRY, offsetof(lk_kpi_entry, texts.notes), ""},
    {TEXTS(version, "1")},
    {TEXTS(since, "0.1")},
    {"interval_needs", INTERVAL_NEEDS, 0, ""},
};
#define PROPERTY_COUNT (int32_t)(sizeof properties / sizeof properties[0])

static const char *field_at(const void *base, size_t offset)
{
    const char *text;
    memcpy(&text, (const char *)base + offset, sizeof text);
    return text;
}

const char *lk_kpi_text(int32_t index, int32_t property)
{
    const lk_kpi_entry *entry = &lk_kpi_catalogue[index];
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    const char *text = NULL;
    switch (properties[property].kind) {
    case SHAPE:
        return formula->is_sample ? "sample" : "scalar";
    case INTERVAL:
        return lk_kpi_interval_name(formula->interval);
    case INTERVAL_NEEDS:
        return lk_kpi_interval_reason(index);
    case FUNCTION:
        return entry->symbol;
    case OF_ENTRY:
        text = field_at(entry, properties[property].offset);
        break;
    default:
        text = field_at(&entry->texts, properties[property].offset);
        if (!text)
            text = field_at(&lk_kpi_catalogue[lk_kpi_index_of_main(index)].texts,
                            properties[property].offset);
    }
    return text ? text : properties[property].otherwise;
}

const char *leadkpi_kpi_property_at(int32_t index)
{
    return index >= 0 && index < PROPERTY_COUNT ? properties[index].name : NULL;
}

const char *leadkpi_kpi_property(int32_t kpi, const char *property, size_t property_length)
{
    lk_text wanted = lk_text_of(property, property_length);
    int32_t index = lk_kpi_index(kpi);
    if (index < 0) return NULL;
    for (int32_t i = 0; i < PROPERTY_COUNT; i++)
        if (lk_text_equal(wanted, lk_text_of(properties[i].name, LEADKPI_NUL_TERMINATED)))
            return lk_kpi_text(index, i);
    return NULL;
}

int32_t leadkpi_kpi_count(void)
{
    return lk_kpi_entry_count;
}

int32_t leadkpi_kpi_at(int32_t index)
{
    return index >= 0 && index < lk_kpi_entry_count ? lk_kpi_catalogue[index].number : -1;
}

int32_t leadkpi_kpi_input_count(int32_t kpi)
{
    int32_t index = lk_kpi_index(kpi);
    return index < 0 ? 0 : lk_kpi_formulas[index].input_count;
}

const char *leadkpi_kpi_input(int32_t kpi, int32_t index)
{
    if (index < 0 || index >= leadkpi_kpi_input_count(kpi)) return NULL;
    return lk_measures[lk_kpi_formulas[lk_kpi_index(kpi)].inputs[index]].id;
}
