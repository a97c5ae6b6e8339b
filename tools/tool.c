#include "tool.h"

#include <stdlib.h>

#include "utf8.h"

int trouble_set(trouble *why, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return code;
}

slice slice_of(const char *text)
{
    return (slice){text, strlen(text)};
}

size_t slice_cut(slice text, size_t most)
{
    if (text.length <= most) return text.length;
    while (most > 0 && ((unsigned char)text.data[most] & 0xC0) == 0x80) most--;
    return most;
}

slice slice_trim(slice text)
{
    while (text.length && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.length--;
    }
    while (text.length && (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

bool slice_equal(slice a, slice b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool slice_is(slice a, const char *text)
{
    return slice_equal(a, slice_of(text));
}

static char folded(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool slice_equal_folded(slice a, slice b)
{
    if (a.length != b.length) return false;
    for (size_t i = 0; i < a.length; i++)
        if (folded(a.data[i]) != folded(b.data[i])) return false;
    return true;
}

bool slice_starts_folded(slice text, const char *prefix)
{
    size_t length = strlen(prefix);
    if (text.length < length) return false;
    return slice_equal_folded((slice){text.data, length}, (slice){prefix, length});
}

static TOOL_NORETURN void no_memory(void)
{
    fputs("leadkpi: out of memory\n", stderr);
    exit(TOOL_DATA);
}

void *tool_allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (!memory) no_memory();
    return memory;
}

void *tool_resize(void *memory, size_t count, size_t size)
{
    if (count == 0) count = 1;
    if (size && count > SIZE_MAX / size) no_memory();
    void *larger = realloc(memory, count * size);
    if (!larger) no_memory();
    return larger;
}

char *tool_copy(slice text)
{
    char *copy = tool_allocate(text.length + 1, 1);
    if (text.length) memcpy(copy, text.data, text.length);
    return copy;
}

static void text_reserve(text_buffer *buffer, size_t more)
{
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity) return;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
    while (capacity < needed) capacity *= 2;
    buffer->data = tool_resize(buffer->data, capacity, 1);
    buffer->capacity = capacity;
}

void text_put(text_buffer *buffer, const char *bytes, size_t length)
{
    text_reserve(buffer, length);
    if (length) memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

TOOL_PRINTF(2, 0) static void print_arguments(text_buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    char none[1];
    va_copy(again, arguments);
    int length = vsnprintf(none, sizeof none, format, arguments);
    if (length >= 0) { /* nothing leaves a text, too, of no length */
        text_reserve(buffer, (size_t)length);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void text_print(text_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_arguments(buffer, format, arguments);
    va_end(arguments);
}

void tool_warn(const char *format, ...)
{
    va_list arguments;
    text_buffer line = {0};
    va_start(arguments, format);
    print_arguments(&line, format, arguments);
    va_end(arguments);
    fputs("leadkpi: ", stderr);
    text_write_shown(stderr, (slice){line.data, line.length});
    fputc('\n', stderr);
    text_free(&line);
}

void text_free(text_buffer *buffer)
{
    free(buffer->data);
    *buffer = (text_buffer){0};
}

bool tool_wants_help(int count, char **words)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) return true;
    return false;
}
