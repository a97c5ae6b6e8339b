#include "base/utf8.h"

#include <stdint.h>

/* Bytes of the character that starts with `first`; 0 where none does. */
static size_t character_size(uint8_t first)
{
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return 2;
    if (first >= 0xE0 && first <= 0xEF) return 3;
    if (first >= 0xF0 && first <= 0xF4) return 4;
    return 0;
}

/* The second byte has a narrower range behind four of the first bytes. */
static bool second_fits(uint8_t first, uint8_t second)
{
    uint8_t lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return second >= lowest && second <= highest;
}

bool lk_text_is_utf8(lk_text text)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    for (size_t i = 0; i < text.length;) {
        size_t size = character_size(bytes[i]);
        if (size == 0 || size > text.length - i) return false;
        if (size > 1 && !second_fits(bytes[i], bytes[i + 1])) return false;
        for (size_t k = 2; k < size; k++)
            if ((bytes[i + k] & 0xC0) != 0x80) return false;
        i += size;
    }
    return true;
}
