#include "kpi/names.h"

#include "base/format.h"
#include "base/nearest.h"

/* Longer than any name there is. */
#define FOLDED_MAX 96

/* By bytes, so that they are found by bisection. */
static const struct {
    const char *name;
    int32_t number;
} names[] = {
#define NAME(name, number) {name, number},
#include "kpi/names.def"
#undef NAME
};

static const struct {
    const char *name, *candidates;
} ambiguous[] = {
#define AMBIGUOUS(name, candidates) {name, candidates},
#include "kpi/ambiguous.def"
#undef AMBIGUOUS
};

static const struct {
    const char *name, *note;
} notes[] = {
    {"lead_velocity", "growth of qualified leads; some sources use the name for new leads over "
                      "conversions: leads_per_conversion"},
    {"lvr", "growth of qualified leads; some sources use the name for new leads over conversions: "
            "leads_per_conversion"},
    {"cltv", "on gross margin, comparable with CAC; without a margin, revenue only: "
             "customer_lifetime_value:revenue_churn"},
    {"clv", "on gross margin, comparable with CAC; without a margin, revenue only: "
            "customer_lifetime_value:revenue_churn"},
    {"lifetime_value", "on gross margin, comparable with CAC; without a margin, revenue only: "
                       "customer_lifetime_value:revenue_churn"},
    {"ltv", "on gross margin, comparable with CAC; without a margin, revenue only: "
            "customer_lifetime_value:revenue_churn"},
};

#define COUNT_OF(list) (sizeof list / sizeof list[0])

static lk_text text_of(const char *text)
{
    return lk_text_of(text, LEADKPI_NUL_TERMINATED);
}

/* Empty where the name is longer than any. `folded` holds FOLDED_MAX bytes. */
static lk_text fold(lk_text name, char *folded)
{
    size_t length = lk_name_fold(name, folded, FOLDED_MAX);
    return (lk_text){folded, length <= FOLDED_MAX ? length : 0};
}

static int32_t number_of_folded(lk_text folded)
{
    size_t low = 0, high = COUNT_OF(names);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = lk_text_compare(text_of(names[middle].name), folded);
        if (order == 0) return names[middle].number;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int32_t lk_kpi_number_of(lk_text name)
{
    char folded[FOLDED_MAX];
    return number_of_folded(fold(name, folded));
}

/* "a; b; c", or NULL. There are about twenty, so a scan will do. */
static const char *candidates_of(lk_text folded)
{
    for (size_t i = 0; i < COUNT_OF(ambiguous); i++)
        if (lk_text_equal(text_of(ambiguous[i].name), folded)) return ambiguous[i].candidates;
    return NULL;
}

/* The KPI of the next of "a; b; c"; `*list` moves past it. */
static int32_t next_candidate(const char **list)
{
    size_t length = 0;
    while ((*list)[length] && (*list)[length] != ';') length++;
    int32_t number = lk_kpi_number_of((lk_text){*list, length});
    *list += length;
    while (**list == ';' || **list == ' ') (*list)++;
    return number;
}

static leadkpi_status fail_ambiguous(lk_text name, const char *list, leadkpi_error *error)
{
    char text[360];
    size_t used = 0;
    while (*list && used < sizeof text) {
        const lk_kpi_entry *entry = &lk_kpi_catalogue[lk_kpi_index(next_candidate(&list))];
        used += lk_format(text + used, sizeof text - used, "%s%s (%s)", used ? ", " : "",
                          entry->name, entry->expr);
    }
    return lk_fail(error, LEADKPI_AMBIGUOUS_NAME, "KPI: \"%.*s\" may mean %s", LK_TEXT_ARGS(name),
                   text);
}

static leadkpi_status fail_unknown(lk_text name, leadkpi_error *error)
{
    lk_nearest nearest;
    lk_nearest_begin(&nearest, name);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        lk_nearest_consider(&nearest, text_of(names[i].name));
    for (size_t i = 0; i < COUNT_OF(ambiguous); i++)
        lk_nearest_consider(&nearest, text_of(ambiguous[i].name));
    return lk_nearest_fail(&nearest, "KPI", error);
}

leadkpi_status leadkpi_kpi_find(const char *name, size_t name_length, int32_t *kpi,
                                leadkpi_error *error)
{
    char folded_bytes[FOLDED_MAX];
    leadkpi_error_reset(error);
    LK_REQUIRE(kpi, error);
    *kpi = -1;
    LK_REQUIRE(name, error);
    lk_text text = lk_text_of(name, name_length);
    lk_text folded = fold(text, folded_bytes);
    *kpi = number_of_folded(folded);
    if (*kpi >= 0) return LEADKPI_OK;
    const char *candidates = candidates_of(folded);
    return candidates ? fail_ambiguous(text, candidates, error) : fail_unknown(text, error);
}

int32_t leadkpi_kpi_candidate(const char *name, size_t name_length, int32_t index)
{
    char folded_bytes[FOLDED_MAX];
    lk_text folded = fold(lk_text_of(name, name_length), folded_bytes);
    int32_t number = number_of_folded(folded);
    const char *candidates = candidates_of(folded);
    if (index < 0) return -1;
    if (!candidates) return index == 0 ? number : -1;
    while (*candidates) {
        number = next_candidate(&candidates);
        if (index-- == 0) return number;
    }
    return -1;
}

const char *leadkpi_kpi_name_note(const char *name, size_t name_length)
{
    char folded_bytes[FOLDED_MAX];
    lk_text folded = fold(lk_text_of(name, name_length), folded_bytes);
    for (size_t i = 0; i < COUNT_OF(notes); i++)
        if (lk_text_equal(text_of(notes[i].name), folded)) return notes[i].note;
    return "";
}
