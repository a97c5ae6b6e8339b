#include "base/buffer.h"

#include "base/format.h"
#include "base/number.h"

void lk_buffer_init(lk_buffer *buffer, lk_memory *memory)
{
    *buffer = (lk_buffer){memory, NULL, 0, 0, LEADKPI_OK};
}

/* Room for `more` bytes; false where there is none, and then for good. */
static bool make_room(lk_buffer *buffer, size_t more)
{
    size_t needed;
    if (buffer->status != LEADKPI_OK) return false;
    if (LK_LIKELY(more <= buffer->capacity - buffer->length)) return true;
    if (!lk_size_add(buffer->length, more, &needed)) {
        buffer->status = LEADKPI_OUT_OF_MEMORY;
        return false;
    }
    size_t half_more = buffer->capacity + buffer->capacity / 2 + 32;
    if (half_more > needed) needed = half_more;
    buffer->status = lk_resize(buffer->memory, &buffer->data, buffer->capacity, needed, 1, NULL);
    if (buffer->status != LEADKPI_OK) return false;
    buffer->capacity = needed;
    return true;
}

void lk_buffer_append(lk_buffer *buffer, const void *bytes, size_t length)
{
    if (length == 0 || !make_room(buffer, length)) return;
    memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
}

void lk_buffer_append_text(lk_buffer *buffer, lk_text text)
{
    lk_buffer_append(buffer, text.data, text.length);
}

void lk_buffer_append_char(lk_buffer *buffer, char c)
{
    lk_buffer_append(buffer, &c, 1);
}

void lk_buffer_append_int64(lk_buffer *buffer, int64_t value)
{
    char digits[24];
    lk_buffer_append(buffer, digits, lk_number_print_int64(digits, value));
}

void lk_buffer_append_double(lk_buffer *buffer, double value)
{
    char digits[LK_NUMBER_DOUBLE_SIZE];
    lk_buffer_append(buffer, digits, lk_number_print_double(digits, value));
}

/* Measured first, then written in place; the NUL that the format adds is room that is not counted.
 */
void lk_buffer_append_format(lk_buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t length = lk_format_list(NULL, 0, format, arguments);
    if (length < SIZE_MAX && make_room(buffer, length + 1)) {
        lk_format_list(buffer->data + buffer->length, length + 1, format, again);
        buffer->length += length;
    }
    va_end(again);
    va_end(arguments);
}

void lk_buffer_truncate(lk_buffer *buffer, size_t length)
{
    if (length < buffer->length) buffer->length = length;
}

leadkpi_status lk_buffer_status(const lk_buffer *buffer, leadkpi_error *error)
{
    LK_FAIL_IF(buffer->status == LEADKPI_LIMIT, error, LEADKPI_LIMIT,
               "memory: expected at most %llu bytes (the host's limit), needed more for a text of "
               "over %zu bytes",
               (unsigned long long)buffer->memory->limit_bytes, buffer->length);
    LK_FAIL_IF(buffer->status != LEADKPI_OK, error, buffer->status,
               "memory: no room for a text of more than %zu bytes", buffer->length);
    return LEADKPI_OK;
}

leadkpi_status lk_buffer_take(lk_buffer *buffer, char **out, size_t *length, leadkpi_error *error)
{
    *out = NULL;
    lk_buffer_append_char(buffer, '\0');
    LK_TRY(lk_buffer_status(buffer, error));
    buffer->length--;
    size_t size = buffer->length + 1;
    LK_TRY(lk_resize(buffer->memory, &buffer->data, buffer->capacity, size, 1, error));
    *out = buffer->data;
    *length = buffer->length;
    lk_buffer_init(buffer, buffer->memory);
    return LEADKPI_OK;
}

void lk_buffer_free(lk_buffer *buffer)
{
    lk_release(buffer->memory, buffer->data, buffer->capacity, 1);
    lk_buffer_init(buffer, buffer->memory);
}
