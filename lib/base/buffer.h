/* buffer.h: text or bytes that grow, checked once at the end.
 *
 * The first failure sticks: from then on nothing is added, and lk_buffer_status
 * says what it was.
 *
 *     lk_buffer text;
 *     lk_buffer_init(&text, memory);
 *     lk_buffer_append_text(&text, name);
 *     lk_buffer_append_format(&text, " = %g", value);
 *     leadkpi_status status = lk_buffer_status(&text, error);
 *     ...
 *     lk_buffer_free(&text); */
#ifndef LK_BUFFER_H
#define LK_BUFFER_H

#include "base/memory.h"

typedef struct lk_buffer {
    lk_memory *memory;
    char *data;
    size_t length;
    size_t capacity;
    leadkpi_status status;
} lk_buffer;

/* Holds no memory before the first byte. */
void lk_buffer_init(lk_buffer *buffer, lk_memory *memory);

void lk_buffer_append(lk_buffer *buffer, const void *bytes, size_t length);
void lk_buffer_append_text(lk_buffer *buffer, lk_text text);
void lk_buffer_append_char(lk_buffer *buffer, char c);
void lk_buffer_append_int64(lk_buffer *buffer, int64_t value);
void lk_buffer_append_double(lk_buffer *buffer, double value);

/* Formats: lk_format's (format.h). */
void lk_buffer_append_format(lk_buffer *buffer, const char *format, ...) LK_PRINTF(2, 3);

/* Back to `length` bytes, which is no more than there are. */
void lk_buffer_truncate(lk_buffer *buffer, size_t length);

/* OK, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_buffer_status(const lk_buffer *buffer, leadkpi_error *error);

/* What is in it; good until the next append. */
static inline lk_text lk_buffer_text(const lk_buffer *buffer)
{
    return (lk_text){buffer->data ? buffer->data : "", buffer->length};
}

/* Hands over exactly `length` bytes and a NUL after them, to be given back by
 * lk_release(memory, text, length + 1, 1); the buffer is empty again.
 * `*out` is NULL on failure, and the buffer is still to be freed. */
leadkpi_status lk_buffer_take(lk_buffer *buffer, char **out, size_t *length, leadkpi_error *error);

void lk_buffer_free(lk_buffer *buffer);

#endif
