#include "utf8.h"

/* A UTF-8 character at `p`: its length; 0 where it is none (overlong forms,
 * surrogates and values past U+10FFFF are none; Unicode, table 3-7). */
static size_t character_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80) return p[0] != 0;
    size_t length = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < length) return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
    if (p[0] == 0xED && p[1] > 0x9F) return 0;
    if (p[0] == 0xF0 && p[1] < 0x90) return 0;
    if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
    return length;
}

size_t text_plain_prefix(const char *bytes, size_t length)
{
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        /* a byte of 0 borrows into its high bit; a byte above 127 has it set */
        if (((word - UINT64_C(0x0101010101010101)) | word) & UINT64_C(0x8080808080808080)) break;
    }
    return i;
}

bool text_is_clean(const char *bytes, size_t length)
{
    size_t i = 0;
    while (i < length) {
        size_t taken = text_plain_prefix(bytes + i, length - i);
        if (taken == 0) taken = character_length((const unsigned char *)bytes + i, length - i);
        if (taken == 0) return false;
        i += taken;
    }
    return true;
}

/* Wide: CJK, Hangul, fullwidth forms, emoji (Unicode's EastAsianWidth.txt, W and F,
 * in whole blocks). No width: combining marks and joiners. */
static size_t columns_of(uint32_t c)
{
    if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F))
        return 0;
    if ((c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
        (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
        (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
        (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
        (c >= 0x20000 && c <= 0x3FFFD))
        return 2;
    return 1;
}

size_t text_columns(const char *bytes, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length;) {
        const unsigned char *p = (const unsigned char *)bytes + i;
        size_t taken = character_length(p, length - i);
        uint32_t c = p[0];
        if (taken == 2) c = (p[0] & 31u) << 6 | (p[1] & 63u);
        if (taken == 3) c = (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
        if (taken == 4)
            c = (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
        columns += columns_of(c);
        i += taken ? taken : 1;
    }
    return columns;
}

/* How many bytes a control character has at the start: C0, DEL, or C1, which is two bytes; 0: there is none. */
static size_t control_length(const unsigned char *p, size_t length)
{
    if (p[0] < 0x20 || p[0] == 0x7F) return 1;
    return p[0] == 0xC2 && length > 1 && p[1] >= 0x80 && p[1] < 0xA0 ? 2 : 0;
}

static void put_control(text_buffer *out, const unsigned char *p, size_t taken)
{
    if (*p == '\n') text_print(out, "\\n");
    else if (*p == '\r') text_print(out, "\\r");
    else if (*p == '\t') text_print(out, "\\t");
    else text_print(out, "\\x%02x", p[taken - 1]);
}

void text_put_shown(text_buffer *out, slice text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    for (size_t i = 0, plain; i < text.length; i += plain) {
        size_t taken = control_length(p + i, text.length - i);
        if (taken) put_control(out, p + i, taken);
        i += taken;
        for (plain = 0; i + plain < text.length && !control_length(p + i + plain, text.length - i - plain);) plain++;
        text_put(out, text.data + i, plain);
    }
}

void text_write_shown(FILE *out, slice text)
{
    text_buffer shown = {0};
    text_put_shown(&shown, text);
    fwrite(shown.data ? shown.data : "", 1, shown.length, out);
    text_free(&shown);
}
