#include "base/format.h"

#include "base/number.h"

/* Where the text goes; `length` counts on past the end of the buffer. */
typedef struct sink {
    char *out;
    size_t capacity;
    size_t length;
} sink;

static void put(sink *s, const char *bytes, size_t count)
{
    if (s->length < s->capacity) {
        size_t room = s->capacity - s->length;
        memcpy(s->out + s->length, bytes, count < room ? count : room);
    }
    s->length += count;
}

static void put_unsigned(sink *s, unsigned long long value)
{
    char digits[24];
    put(s, digits, lk_number_print_uint64(digits, value));
}

static void put_signed(sink *s, long long value)
{
    char digits[24];
    put(s, digits, lk_number_print_int64(digits, value));
}

static void put_double(sink *s, double value)
{
    char digits[LK_NUMBER_DOUBLE_SIZE];
    put(s, digits, lk_number_print_double(digits, value));
}

/* Closes the text with NUL. A cut never splits a UTF-8 character: bytes
 * 10xxxxxx at the cut belong to the character before it. */
static void close_text(sink *s)
{
    if (s->capacity == 0) return;
    size_t end = s->length;
    if (end >= s->capacity) {
        end = s->capacity - 1;
        while (end > 0 && ((unsigned char)s->out[end] & 0xC0) == 0x80) end--;
    }
    s->out[end] = '\0';
}

size_t lk_format_list(char *out, size_t capacity, const char *format, va_list arguments)
{
    sink s = {out, capacity, 0};
    for (const char *f = format; *f; f++) {
        if (*f != '%') {
            put(&s, f, 1);
        } else if (f[1] == '%') {
            put(&s, "%", 1), f += 1;
        } else if (f[1] == 'c') {
            char c = (char)va_arg(arguments, int);
            put(&s, &c, 1), f += 1;
        } else if (f[1] == 's') {
            const char *text = va_arg(arguments, const char *);
            put(&s, text ? text : "", text ? strlen(text) : 0), f += 1;
        } else if (strncmp(f, "%.*s", 4) == 0) {
            int length = va_arg(arguments, int);
            const char *text = va_arg(arguments, const char *);
            put(&s, text, length > 0 ? (size_t)length : 0), f += 3;
        } else if (f[1] == 'd') {
            put_signed(&s, va_arg(arguments, int)), f += 1;
        } else if (f[1] == 'u') {
            put_unsigned(&s, va_arg(arguments, unsigned)), f += 1;
        } else if (strncmp(f, "%lld", 4) == 0) {
            put_signed(&s, va_arg(arguments, long long)), f += 3;
        } else if (strncmp(f, "%llu", 4) == 0) {
            put_unsigned(&s, va_arg(arguments, unsigned long long)), f += 3;
        } else if (strncmp(f, "%zu", 3) == 0) {
            put_unsigned(&s, va_arg(arguments, size_t)), f += 2;
        } else if (f[1] == 'g') {
            put_double(&s, va_arg(arguments, double)), f += 1;
        } else {
            put(&s, "%!", 2);
            break; /* the arguments can no longer be told apart */
        }
    }
    close_text(&s);
    return s.length;
}

size_t lk_format(char *out, size_t capacity, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t length = lk_format_list(out, capacity, format, arguments);
    va_end(arguments);
    return length;
}
