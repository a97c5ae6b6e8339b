/* Text of any bytes into a message of any size: the message ends inside its
 * buffer, is a prefix of the text, and is not cut inside a character. */
#include "base/format.h"
#include "fuzz.h"

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader reader = {data, size};
    size_t capacity = fuzz_byte(&reader) % 64;
    char *text = fuzz_copy(reader.data, reader.left);
    char *message = malloc(capacity ? capacity : 1);
    MUST(message);
    if (capacity) memset(message, 'x', capacity);

    size_t length = lk_format(message, capacity, "%.*s", (int)reader.left, text);
    MUST(length == reader.left);
    if (capacity) {
        const char *end = memchr(message, '\0', capacity);
        MUST(end);
        const char *zero = memchr(text, '\0', reader.left);
        size_t kept = (size_t)(end - message);
        MUST(kept <= length && memcmp(message, text, kept) == 0);
        if (!zero && kept < length) MUST(kept == 0 || !is_continuation(text[kept]));
    }
    free(message);
    free(text);
    return 0;
}
