/* options_value.c: one value of an option: from a text or a number, within its bounds. */
#include <math.h>

#include "base/format.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/options_parts.h"
#include "base/time_text.h"

lk_text lk_option_choice(const lk_option *option, int64_t index)
{
    return lk_text_part(lk_option_text(option->choices), '|', (size_t)index);
}

static const char *parse_choice(const lk_option *option, lk_text text, int64_t *place)
{
    for (int64_t i = 0;; i++) {
        lk_text word = lk_option_choice(option, i);
        if (word.length == 0) return "one of its choices";
        if (lk_text_equal(word, text)) {
            *place = i;
            return NULL;
        }
    }
}

const char *lk_scalar_parse(const lk_option *option, lk_text text, lk_scalar *out)
{
    const char *fault = NULL;
    *out = (lk_scalar){text.length != 0, 0, 0};
    if (text.length == 0) return NULL;
    switch (option->type) {
    case LK_OPTION_BOOL:
        out->int64 = lk_text_equal(text, LK_LITERAL("true"));
        if (!out->int64 && !lk_text_equal(text, LK_LITERAL("false"))) fault = "true or false";
        break;
    case LK_OPTION_INT64:
        if (!lk_number_parse_int64(text, &out->int64)) fault = "a whole number below 2^63";
        break;
    case LK_OPTION_DOUBLE:
        if (!lk_number_parse_double(text, &out->number)) fault = "a number";
        out->number += 0.0; /* -0 is 0 */
        break;
    case LK_OPTION_CHOICE:
        fault = parse_choice(option, text, &out->int64);
        break;
    case LK_OPTION_DURATION:
        fault = lk_duration_parse(text, &out->int64);
        break;
    default:
        fault = lk_timestamp_parse(text, &out->int64);
        break;
    }
    return fault;
}

lk_scalar lk_scalar_of(const lk_option *option, const lk_value *value)
{
    lk_scalar scalar;
    if (value) return value->scalar;
    lk_scalar_parse(option, lk_option_text(option->default_text), &scalar);
    return scalar;
}

size_t lk_scalar_print(const lk_option *option, lk_scalar scalar, char out[LK_SCALAR_SIZE])
{
    if (!scalar.has_value) return 0;
    switch (option->type) {
    case LK_OPTION_BOOL:
        return lk_format(out, LK_SCALAR_SIZE, "%s", scalar.int64 ? "true" : "false");
    case LK_OPTION_DOUBLE:
        return lk_number_print_double(out, scalar.number);
    case LK_OPTION_DURATION:
        return lk_duration_print(out, scalar.int64);
    case LK_OPTION_TIMESTAMP:
        return lk_timestamp_print(out, scalar.int64);
    default:
        return lk_number_print_int64(out, scalar.int64);
    }
}

/* ---- bounds ---------------------------------------------------------------- */

typedef struct bound {
    lk_text text; /* without the sign in front; empty: no bound */
    bool is_out;  /* the bound itself is not allowed */
    lk_scalar at;
} bound;

static bound read_bound(const lk_option *option, const char *text, char sign)
{
    bound b = {lk_option_text(text), false, {false, 0, 0}};
    if (b.text.length && b.text.data[0] == sign) {
        b.is_out = true;
        b.text.data++, b.text.length--;
    }
    lk_scalar_parse(option, b.text, &b.at);
    return b;
}

/* -1, 0, 1 for a below, at, above b. */
static int compare(const lk_option *option, lk_scalar a, lk_scalar b)
{
    if (option->type == LK_OPTION_DOUBLE) return (a.number > b.number) - (a.number < b.number);
    return (a.int64 > b.int64) - (a.int64 < b.int64);
}

leadkpi_status lk_scalar_check(const lk_option *option, lk_scalar scalar, leadkpi_error *error)
{
    if (!scalar.has_value || option->type == LK_OPTION_BOOL || option->type == LK_OPTION_CHOICE)
        return LEADKPI_OK;
    LK_FAIL_IF(option->type == LK_OPTION_TIMESTAMP &&
                   (scalar.int64 < LK_TIMESTAMP_MIN || scalar.int64 > LK_TIMESTAMP_MAX),
               error, LEADKPI_BAD_ARGUMENT,
               "option \"%s\": expected a time in the years 0001 to 9999, found %lld microseconds",
               option->name, (long long)scalar.int64);
    bound low = read_bound(option, option->minimum, '>');
    bound high = read_bound(option, option->maximum, '<');
    bool is_low = low.text.length && compare(option, scalar, low.at) < (low.is_out ? 1 : 0);
    bool is_high = high.text.length && compare(option, scalar, high.at) > (high.is_out ? -1 : 0);
    if (!is_low && !is_high) return LEADKPI_OK;
    char found[LK_SCALAR_SIZE];
    lk_text value = {found, lk_scalar_print(option, scalar, found)};
    return lk_fail(error, LEADKPI_BAD_ARGUMENT,
                   "option \"%s\": expected %s%.*s%s%s%.*s, found %.*s", option->name,
                   low.text.length ? (low.is_out ? "above " : "at least ") : "",
                   LK_TEXT_ARGS(low.text), low.text.length && high.text.length ? " and " : "",
                   high.text.length ? (high.is_out ? "below " : "at most ") : "",
                   LK_TEXT_ARGS(high.text), LK_TEXT_ARGS(value));
}

/* ---- values ---------------------------------------------------------------- */

bool lk_value_equal(const lk_option *option, const lk_value *a, const lk_value *b)
{
    if (!lk_option_has_items(option)) {
        lk_scalar x = lk_scalar_of(option, a), y = lk_scalar_of(option, b);
        return x.has_value == y.has_value && compare(option, x, y) == 0;
    }
    size_t count = lk_item_count(option, a);
    if (count != lk_item_count(option, b)) return false;
    for (size_t i = 0; i < count; i++)
        if (!lk_text_equal(lk_item(option, a, i), lk_item(option, b, i))) return false;
    return true;
}

leadkpi_status lk_value_from_scalar(const lk_option *option, lk_scalar scalar, lk_value *out,
                                    leadkpi_error *error)
{
    memset(out, 0, sizeof *out);
    LK_TRY(lk_scalar_check(option, scalar, error));
    lk_value value = {.is_set = true, .scalar = scalar};
    if (!lk_value_equal(option, &value, NULL)) *out = value;
    return LEADKPI_OK;
}

/* The list comes last, where it may be cut. */
static leadkpi_status refuse_choice(const lk_option *option, lk_text text, leadkpi_error *error)
{
    lk_text best;
    LK_FAIL_IF(!lk_nearest_of(text, lk_option_text(option->choices), &best), error, LEADKPI_BAD_ARGUMENT,
               "option \"%s\": expected one of %s, found \"%.*s\"", option->name, option->choices,
               LK_TEXT_ARGS(text));
    return lk_fail(error, LEADKPI_BAD_ARGUMENT,
                   "option \"%s\": nothing is called \"%.*s\"; the nearest name is \"%.*s\", of %s",
                   option->name, LK_TEXT_ARGS(text), LK_TEXT_ARGS(best), option->choices);
}

static leadkpi_status read_scalar(const lk_option *option, lk_text text, lk_value *out,
                                  leadkpi_error *error)
{
    lk_scalar scalar;
    const char *fault = lk_scalar_parse(option, text, &scalar);
    if (!fault && !scalar.has_value && lk_option_text(option->default_text).length)
        fault = "a value";
    if (fault && option->type == LK_OPTION_CHOICE)
        return refuse_choice(option, text, error);
    LK_FAIL_IF(fault, error, LEADKPI_BAD_ARGUMENT, "option \"%s\": expected %s, found \"%.*s\"",
               option->name, fault, LK_TEXT_ARGS(text));
    return lk_value_from_scalar(option, scalar, out, error);
}

leadkpi_status lk_value_read(lk_memory *memory, const lk_option *option, lk_text text,
                             lk_value *out, leadkpi_error *error)
{
    if (!lk_option_has_items(option)) return read_scalar(option, text, out, error);
    LK_TRY(lk_items_read(memory, option, text, out, error));
    if (lk_value_equal(option, out, NULL)) lk_value_release(memory, out);
    return LEADKPI_OK;
}

leadkpi_status lk_value_copy(lk_memory *memory, const lk_value *value, lk_value *out,
                             leadkpi_error *error)
{
    lk_value copy = *value;
    if (value->items) {
        LK_TRY(lk_allocate(memory, value->size, 1, &copy.items, error));
        memcpy(copy.items, value->items, value->size);
        for (size_t i = 0; i < copy.item_count; i++)
            copy.items[i].data =
                (char *)copy.items + (value->items[i].data - (const char *)value->items);
    }
    *out = copy;
    return LEADKPI_OK;
}

void lk_value_release(lk_memory *memory, lk_value *value)
{
    lk_release(memory, value->items, value->size, 1);
    memset(value, 0, sizeof *value);
}
