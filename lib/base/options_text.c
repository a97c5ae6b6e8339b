/* options_text.c: options as text and as a table. */
#include <stddef.h>

#include "base/hash.h"
#include "base/options_parts.h"
#include "base/sentence.h"

/* A text and an item of a list need quotes in one case more or less. */
static bool needs_quotes(lk_text text, bool in_list)
{
    if (text.length == 0) return true;
    if (lk_is_blank(text.data[0]) || lk_is_blank(text.data[text.length - 1])) return true;
    return memchr(text.data, '"', text.length) || memchr(text.data, ';', text.length) ||
           (in_list && memchr(text.data, ',', text.length));
}

static void put_quoted(lk_sentence *s, lk_text text)
{
    lk_say(s, LK_LITERAL("\""));
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"') lk_say(s, LK_LITERAL("\""));
        lk_say(s, (lk_text){text.data + i, 1});
    }
    lk_say(s, LK_LITERAL("\""));
}

static void put_list(lk_sentence *s, const lk_option *option, const lk_value *value)
{
    for (size_t i = 0; i < lk_item_count(option, value); i++) {
        lk_text item = lk_item(option, value, i);
        if (i) lk_say(s, LK_LITERAL(","));
        if (needs_quotes(item, true))
            put_quoted(s, item);
        else
            lk_say(s, item);
    }
}

/* The hash of the bytes as 32 hexadecimal digits; nothing where there are none. */
static void put_hash(lk_sentence *s, lk_text bytes)
{
    uint8_t hash[16];
    if (bytes.length == 0) return;
    lk_key128_to_bytes(lk_hash128(bytes.data, bytes.length), hash);
    for (size_t i = 0; i < sizeof hash; i++) {
        lk_say(s, (lk_text){&"0123456789abcdef"[hash[i] >> 4], 1});
        lk_say(s, (lk_text){&"0123456789abcdef"[hash[i] & 15], 1});
    }
}

static void put_value(lk_sentence *s, const lk_option *option, const lk_value *value, bool quoted)
{
    lk_text text = lk_item(option, value, 0);
    char digits[LK_SCALAR_SIZE];
    switch (option->type) {
    case LK_OPTION_LIST:
        put_list(s, option, value);
        break;
    case LK_OPTION_BYTES:
        put_hash(s, text);
        break;
    case LK_OPTION_TEXT:
        if (quoted && needs_quotes(text, false))
            put_quoted(s, text);
        else
            lk_say(s, text);
        break;
    case LK_OPTION_CHOICE:
        if (lk_scalar_of(option, value).has_value)
            lk_say(s, lk_option_choice(option, lk_scalar_of(option, value).int64));
        break;
    default:
        lk_say(s, (lk_text){digits, lk_scalar_print(option, lk_scalar_of(option, value), digits)});
        break;
    }
}

size_t lk_value_print(const lk_option *option, const lk_value *value, bool quoted, char *out,
                      size_t capacity)
{
    lk_sentence s = {out, capacity, 0};
    put_value(&s, option, value, quoted);
    return s.length;
}

/* The first by name of those that are set and come after `before` (-1: of all); -1: none. */
static int next_set(const leadkpi_options *options, const lk_schema *schema, int before)
{
    int next = -1;
    for (int i = 0; i < schema->count; i++) {
        if (!lk_options_value(options, i)) continue;
        const char *name = schema->options[i].name;
        if (before >= 0 && strcmp(name, schema->options[before].name) <= 0) continue;
        if (next < 0 || strcmp(name, schema->options[next].name) < 0) next = i;
    }
    return next;
}

size_t lk_options_print(const leadkpi_options *options, const lk_schema *schema, char *out,
                        size_t capacity)
{
    lk_sentence s = {out, capacity, 0};
    lk_text joint = LK_LITERAL(": ");
    lk_say(&s, lk_option_text(schema->name));
    for (int i = -1; (i = next_set(options, schema, i)) >= 0;) {
        lk_say(&s, joint);
        lk_say(&s, lk_option_text(schema->options[i].name));
        lk_say(&s, LK_LITERAL("="));
        put_value(&s, &schema->options[i], lk_options_value(options, i), true);
        joint = LK_LITERAL("; ");
    }
    if (joint.data[0] == ':') lk_say(&s, LK_LITERAL(":"));
    return s.length;
}

leadkpi_status leadkpi_options_text(const leadkpi_options *options, char *buffer, size_t capacity,
                                    size_t *needed, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(options, error);
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    size_t size = lk_options_print(options, options->schema, NULL, 0) + 1;
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (!buffer) return LEADKPI_OK;
    lk_options_print(options, options->schema, buffer, capacity);
    buffer[size - 1] = '\0';
    return LEADKPI_OK;
}
