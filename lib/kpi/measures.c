/* measures.c: the measures and the categories, and the ways to read them. */
#include "kpi/measures.h"

#include <leadkpi/kpi.h>

#define TEXT_OF_0 "0"
#define TEXT_OF_1 "1"
#define TEXT_OF_NONE ""
#define TEXT_OF_INFINITE ""
#define MEASURE(id, type, unit, additivity, minimum, maximum, description)                         \
    {#id,                                                                                          \
     TYPE_##type,                                                                                  \
     unit,                                                                                         \
     ADDITIVITY_##additivity,                                                                      \
     description,                                                                                  \
     TEXT_OF_##minimum,                                                                            \
     TEXT_OF_##maximum,                                                                            \
     LK_MINIMUM_##minimum,                                                                         \
     LK_MAXIMUM_##maximum},
#define TYPE_COUNT "count"
#define TYPE_MONEY "money"
#define TYPE_DURATION "duration"
#define TYPE_RATIO "ratio"
#define TYPE_COUNT_ARRAY "count[]"
#define TYPE_MONEY_ARRAY "money[]"
#define TYPE_DURATION_ARRAY "duration[]"
#define TYPE_RATIO_ARRAY "ratio[]"
#define TYPE_SCORE_ARRAY "score[]"
#define ADDITIVITY_FLOW "flow"
#define ADDITIVITY_FIRST_ENTRY "first_entry"
#define ADDITIVITY_DISTINCT "distinct"
#define ADDITIVITY_STOCK "stock"
#define ADDITIVITY_SKETCH "sketch"
#define ADDITIVITY_NONE "none"
const lk_measure lk_measures[LK_MEASURE_COUNT] = {
#include "kpi/measures.def"
};

static const struct {
    const char *name;
    size_t offset;
} measure_properties[] = {
    {"id", offsetof(lk_measure, id)},
    {"type", offsetof(lk_measure, type)},
    {"unit", offsetof(lk_measure, unit)},
    {"minimum", offsetof(lk_measure, minimum_text)},
    {"maximum", offsetof(lk_measure, maximum_text)},
    {"additivity", offsetof(lk_measure, additivity)},
    {"description", offsetof(lk_measure, description)},
};
#define MEASURE_PROPERTY_COUNT (int32_t)(sizeof measure_properties / sizeof measure_properties[0])

/* KPIs are looked at by row in hot loops; measures by id only once a call, so a scan will do. */
int lk_measure_index(lk_text id)
{
    for (int i = 0; i < LK_MEASURE_COUNT; i++)
        if (lk_text_equal(id, lk_text_of(lk_measures[i].id, LEADKPI_NUL_TERMINATED))) return i;
    return -1;
}

const char *leadkpi_kpi_measure_at(int32_t index)
{
    return index >= 0 && index < LK_MEASURE_COUNT ? lk_measures[index].id : NULL;
}

const char *leadkpi_kpi_measure_property_at(int32_t index)
{
    return index >= 0 && index < MEASURE_PROPERTY_COUNT ? measure_properties[index].name : NULL;
}

static const char *field_at(const void *base, size_t offset)
{
    const char *text;
    memcpy(&text, (const char *)base + offset, sizeof text);
    return text;
}

const char *leadkpi_kpi_measure_property(const char *measure, size_t measure_length,
                                     const char *property, size_t property_length)
{
    lk_text wanted = lk_text_of(property, property_length);
    int index = lk_measure_index(lk_text_of(measure, measure_length));
    if (index < 0) return NULL;
    for (int32_t i = 0; i < MEASURE_PROPERTY_COUNT; i++)
        if (lk_text_equal(wanted, lk_text_of(measure_properties[i].name, LEADKPI_NUL_TERMINATED)))
            return field_at(&lk_measures[index], measure_properties[i].offset);
    return NULL;
}

/* ---- categories --------------------------------------------------------- */

static const struct {
    const char *texts[4];
} categories[] = {
#define CATEGORY(id, title, question, membership) {{#id, title, question, membership}},
#include "kpi/categories.def"
#undef CATEGORY
};
#define CATEGORY_COUNT (int32_t)(sizeof categories / sizeof categories[0])

static const char *const category_properties[] = {"id", "title", "question", "membership"};

const char *leadkpi_kpi_category_at(int32_t index)
{
    return index >= 0 && index < CATEGORY_COUNT ? categories[index].texts[0] : NULL;
}

const char *leadkpi_kpi_category_property(const char *category, size_t category_length,
                                          const char *property, size_t property_length)
{
    lk_text id = lk_text_of(category, category_length);
    lk_text wanted = lk_text_of(property, property_length);
    for (int32_t i = 0; i < CATEGORY_COUNT; i++) {
        if (!lk_text_equal(id, lk_text_of(categories[i].texts[0], LEADKPI_NUL_TERMINATED)))
            continue;
        for (int p = 0; p < 4; p++)
            if (lk_text_equal(wanted, lk_text_of(category_properties[p], LEADKPI_NUL_TERMINATED)))
                return categories[i].texts[p];
    }
    return NULL;
}
