/* options_items.c: values made of texts: text, list and bytes. */
#include "base/options_parts.h"
#include "base/utf8.h"

bool lk_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

lk_text lk_trim(lk_text text)
{
    while (text.length && lk_is_blank(text.data[0])) text.data++, text.length--;
    while (text.length && lk_is_blank(text.data[text.length - 1])) text.length--;
    return text;
}

lk_text lk_text_part(lk_text text, char separator, size_t index)
{
    for (;; index--) {
        const char *end = text.length ? memchr(text.data, separator, text.length) : NULL;
        size_t length = end ? (size_t)(end - text.data) : text.length;
        if (index == 0) return (lk_text){text.data, length};
        if (!end) return (lk_text){"", 0};
        text.data += length + 1, text.length -= length + 1;
    }
}

size_t lk_quoted_read(lk_text text, char *out, size_t *length)
{
    *length = 0;
    for (size_t i = 1; i < text.length; i++) {
        bool is_quote = text.data[i] == '"';
        bool is_doubled = is_quote && i + 1 < text.length && text.data[i + 1] == '"';
        if (is_quote && !is_doubled) return i + 1;
        if (out) out[*length] = text.data[i];
        ++*length;
        i += is_doubled;
    }
    return 0;
}

/* ---- the default's items, which stand without quotes ------------------------ */

static size_t default_count(const lk_option *option)
{
    lk_text text = lk_option_text(option->default_text);
    size_t count = text.length != 0;
    if (option->type == LK_OPTION_LIST)
        for (size_t i = 0; i < text.length; i++) count += text.data[i] == ',';
    return count;
}

static lk_text default_item(const lk_option *option, size_t index)
{
    lk_text text = lk_option_text(option->default_text);
    return option->type == LK_OPTION_LIST ? lk_text_part(text, ',', index) : text;
}

size_t lk_item_count(const lk_option *option, const lk_value *value)
{
    return value ? value->item_count : default_count(option);
}

lk_text lk_item(const lk_option *option, const lk_value *value, size_t index)
{
    if (index >= lk_item_count(option, value)) return (lk_text){"", 0};
    return value ? value->items[index] : default_item(option, index);
}

/* ---- reading ------------------------------------------------------------------ */

leadkpi_status lk_items_allocate(lk_memory *memory, size_t count, size_t bytes, lk_value *out,
                                 leadkpi_error *error)
{
    size_t size;
    *out = (lk_value){.is_set = true, .item_count = count};
    LK_FAIL_IF(!lk_size_multiply(count, sizeof(lk_text), &size) || !lk_size_add(size, bytes, &size),
               error, LEADKPI_OUT_OF_MEMORY, "memory: %zu texts of %zu bytes do not fit", count,
               bytes);
    LK_TRY(lk_allocate(memory, size, 1, &out->items, error));
    out->size = size;
    return LEADKPI_OK;
}

/* Text and bytes: the whole of it is the one item, and nothing is none. */
static leadkpi_status read_one(lk_memory *memory, lk_text text, lk_value *out,
                               leadkpi_error *error)
{
    size_t count = text.length != 0;
    LK_TRY(lk_items_allocate(memory, count, text.length, out, error));
    if (count == 0) return LEADKPI_OK;
    char *bytes = (char *)(out->items + 1);
    memcpy(bytes, text.data, text.length);
    out->items[0] = (lk_text){bytes, text.length};
    return LEADKPI_OK;
}

/* The next item of a list, whose bytes go to `out` where that is not NULL, and
 * what follows it to `*rest` (no data: it was the last). NULL, or what was expected. */
static const char *next_item(lk_text text, char *out, size_t *length, lk_text *rest)
{
    size_t taken;
    text = lk_trim(text);
    if (text.length && text.data[0] == '"') {
        taken = lk_quoted_read(text, out, length);
        if (taken == 0) return "a closing double quote";
    } else {
        for (taken = 0; taken < text.length && text.data[taken] != ','; taken++)
            if (text.data[taken] == '"') return "a text with a double quote to stand in double quotes";
        lk_text bare = lk_trim((lk_text){text.data, taken});
        if (bare.length == 0) return "a text between commas (\"\" for an empty one)";
        if (out) memcpy(out, bare.data, bare.length);
        *length = bare.length;
    }
    *rest = lk_trim((lk_text){text.data + taken, text.length - taken});
    if (rest->length == 0) {
        rest->data = NULL;
        return NULL;
    }
    if (rest->data[0] != ',') return "a comma behind a closing double quote";
    rest->data++, rest->length--;
    return NULL;
}

static const char *measure_list(lk_text text, size_t *count, size_t *bytes)
{
    *count = *bytes = 0;
    if (lk_trim(text).length == 0) return NULL;
    for (lk_text rest = text; rest.data; ++*count) {
        size_t length;
        const char *fault = next_item(rest, NULL, &length, &rest);
        if (fault) return fault;
        *bytes += length;
    }
    return NULL;
}

static leadkpi_status read_list(lk_memory *memory, const lk_option *option, lk_text text,
                                lk_value *out, leadkpi_error *error)
{
    size_t count, bytes;
    const char *fault = measure_list(text, &count, &bytes);
    LK_FAIL_IF(fault, error, LEADKPI_BAD_ARGUMENT, "option \"%s\": expected %s, found \"%.*s\"",
               option->name, fault, LK_TEXT_ARGS(text));
    LK_TRY(lk_items_allocate(memory, count, bytes, out, error));
    if (count == 0) return LEADKPI_OK; /* no memory, so not even a pointer into it */
    char *end = (char *)(out->items + count);
    for (size_t i = 0; i < count; i++) {
        size_t length;
        next_item(text, end, &length, &text);
        out->items[i] = (lk_text){end, length};
        end += length;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_items_read(lk_memory *memory, const lk_option *option, lk_text text,
                             lk_value *out, leadkpi_error *error)
{
    if (option->type == LK_OPTION_BYTES) return read_one(memory, text, out, error);
    LK_FAIL_IF(text.length && memchr(text.data, 0, text.length), error, LEADKPI_BAD_ARGUMENT,
               "option \"%s\": expected text, found a NUL byte in it", option->name);
    LK_FAIL_IF(!lk_text_is_utf8(text), error, LEADKPI_BAD_ARGUMENT,
               "option \"%s\": expected UTF-8, found other bytes", option->name);
    if (option->type == LK_OPTION_TEXT) return read_one(memory, text, out, error);
    return read_list(memory, option, text, out, error);
}
