/* options_schema.c: is a schema written as options.h asks? */
#include "base/options_parts.h"
#include "base/utf8.h"

static bool is_name(const char *name)
{
    if (!name || *name < 'a' || *name > 'z') return false;
    for (; *name; name++) {
        bool is_letter = *name >= 'a' && *name <= 'z', is_digit = *name >= '0' && *name <= '9';
        if (!is_letter && !is_digit && *name != '_') return false;
    }
    return true;
}

/* The bound reads as the type, without the sign that takes it out. */
static bool is_bound(const lk_option *option, const char *text, char sign)
{
    lk_text bound = lk_option_text(text);
    lk_scalar scalar;
    if (bound.length && bound.data[0] == sign) bound.data++, bound.length--;
    return lk_scalar_parse(option, bound, &scalar) == NULL;
}

static const char *scalar_fault(const lk_option *option)
{
    lk_text text = lk_option_text(option->default_text);
    lk_scalar scalar;
    char canonical[LK_SCALAR_SIZE];
    if (!is_bound(option, option->minimum, '>')) return "its minimum does not read as its type";
    if (!is_bound(option, option->maximum, '<')) return "its maximum does not read as its type";
    if (lk_scalar_parse(option, text, &scalar)) return "its default does not read as its type";
    if (lk_scalar_check(option, scalar, NULL) != LEADKPI_OK) return "its default is out of bounds";
    if (option->type == LK_OPTION_CHOICE) return NULL;
    lk_text printed = {canonical, lk_scalar_print(option, scalar, canonical)};
    return lk_text_equal(text, printed) ? NULL : "its default is not in canonical spelling";
}

static const char *items_fault(const lk_option *option)
{
    lk_text text = lk_option_text(option->default_text);
    if (lk_option_text(option->minimum).length || lk_option_text(option->maximum).length)
        return "it has a bound, which its type cannot have";
    if (!lk_text_is_utf8(text)) return "its default is not UTF-8";
    if (option->type == LK_OPTION_BYTES && text.length) return "bytes have no default";
    if (option->type != LK_OPTION_LIST) return NULL;
    for (size_t i = 0; i < lk_item_count(option, NULL); i++) {
        lk_text item = lk_item(option, NULL, i);
        if (item.length == 0 || lk_trim(item).length != item.length ||
            memchr(item.data, '"', item.length))
            return "an item of its default needs quotes";
    }
    return NULL;
}

static const char *option_fault(const lk_option *option)
{
    if (!is_name(option->name)) return "its name is not a-z, 0-9 and _";
    if (option->type < LK_OPTION_BOOL || option->type > LK_OPTION_BYTES) return "its type is unknown";
    if (lk_option_text(option->meaning).length == 0) return "it does not say what it means";
    bool has_choices = lk_option_text(option->choices).length != 0;
    if (has_choices != (option->type == LK_OPTION_CHOICE))
        return "choices belong to a choice, and only to it";
    return lk_option_has_items(option) ? items_fault(option) : scalar_fault(option);
}

const char *lk_schema_fault(const lk_schema *schema, const char **option)
{
    *option = "";
    if (!is_name(schema->name)) return "the schema's name is not a-z, 0-9 and _";
    if (lk_option_text(schema->meaning).length == 0) return "the schema does not say what it means";
    for (int i = 0; i < schema->count; i++) {
        *option = schema->options[i].name;
        const char *fault = option_fault(&schema->options[i]);
        if (fault) return fault;
        for (int k = 0; k < i; k++)
            if (strcmp(schema->options[k].name, schema->options[i].name) == 0)
                return "its name stands twice";
    }
    return NULL;
}
