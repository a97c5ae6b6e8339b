/* handles.h: the verbs that every handle has, under names that are the same for all, so that a test
 * of what handles have in common is written once, with void pointers. HANDLE_STATE(funnel) makes
 * funnel_serialize, funnel_deserialize and funnel_free; HANDLE_CREATE(funnel) funnel_create;
 * HANDLE_PARTS(funnel), after it, funnel_create_like and funnel_merge; HANDLE_ADD(funnel, add) and
 * HANDLE_REPORT(funnel, steps) one call each. */
#ifndef LK_TEST_HANDLES_H
#define LK_TEST_HANDLES_H

#include "tables.h"

typedef void *(*handle_create)(const char *definition);
typedef leadkpi_status (*handle_add)(void *, const leadkpi_table *, const char *, leadkpi_error *);
typedef leadkpi_status (*handle_report)(const void *, const leadkpi_options *, leadkpi_table **,
                                        leadkpi_error *);

typedef struct handle_state {
    leadkpi_status (*serialize)(const void *, void *, size_t, size_t *, leadkpi_error *);
    leadkpi_status (*deserialize)(const void *, size_t, void **, leadkpi_error *);
    void (*free)(void *);
} handle_state;

typedef struct handle_parts {
    handle_create create;
    leadkpi_status (*create_like)(const void *, void **, leadkpi_error *);
    leadkpi_status (*merge)(void *, const void *, leadkpi_error *);
} handle_parts;

#define HANDLE_STATE(noun)                                                                     \
    static leadkpi_status noun##_serialize(const void *handle, void *bytes, size_t capacity,   \
                                           size_t *needed, leadkpi_error *error)               \
    {                                                                                          \
        return leadkpi_##noun##_serialize(handle, bytes, capacity, needed, error);             \
    }                                                                                          \
    static leadkpi_status noun##_deserialize(const void *bytes, size_t size, void **out,       \
                                             leadkpi_error *error)                             \
    {                                                                                          \
        leadkpi_##noun *made = NULL;                                                           \
        leadkpi_status status = leadkpi_##noun##_deserialize(NULL, bytes, size, &made, error); \
        *out = made;                                                                           \
        return status;                                                                         \
    }                                                                                          \
    static void noun##_free(void *handle)                                                      \
    {                                                                                          \
        leadkpi_##noun##_free(handle);                                                         \
    }                                                                                          \
    static const handle_state noun##_state = {noun##_serialize, noun##_deserialize, noun##_free};

#define HANDLE_CREATE(noun)                                          \
    static void *noun##_create(const char *definition)               \
    {                                                                \
        leadkpi_##noun *made;                                        \
        leadkpi_options *options = options_of(#noun, definition);    \
        OK(leadkpi_##noun##_create(NULL, options, &made, ok_error)); \
        leadkpi_options_free(options);                               \
        return made;                                                 \
    }

#define HANDLE_PARTS(noun)                                                                         \
    static leadkpi_status noun##_create_like(const void *handle, void **out, leadkpi_error *error) \
    {                                                                                              \
        leadkpi_##noun *made = NULL;                                                               \
        leadkpi_status status = leadkpi_##noun##_create_like(handle, &made, error);                \
        *out = made;                                                                               \
        return status;                                                                             \
    }                                                                                              \
    static leadkpi_status noun##_merge(void *into, const void *from, leadkpi_error *error)         \
    {                                                                                              \
        return leadkpi_##noun##_merge(into, from, error);                                          \
    }                                                                                              \
    static const handle_parts noun##_parts = {noun##_create, noun##_create_like, noun##_merge};

#define HANDLE_ADD(noun, verb)                                                       \
    static leadkpi_status noun##_##verb(void *handle, const leadkpi_table *rows,     \
                                        const char *batch, leadkpi_error *error)     \
    {                                                                                \
        return leadkpi_##noun##_##verb(handle, rows, batch, batch ? NUL : 0, error); \
    }

#define HANDLE_REPORT(noun, name)                                                           \
    static leadkpi_status noun##_##name(const void *handle, const leadkpi_options *options, \
                                        leadkpi_table **out, leadkpi_error *error)          \
    {                                                                                       \
        return leadkpi_##noun##_##name(handle, options, out, error);                        \
    }

static inline blob handle_bytes(const handle_state *state, const void *handle)
{
    blob b;
    OK(state->serialize(handle, NULL, 0, &b.size, ok_error));
    b.bytes = malloc(b.size);
    OK(state->serialize(handle, b.bytes, b.size, NULL, ok_error));
    return b;
}

static inline void *handle_of(const handle_state *state, blob b)
{
    void *handle;
    OK(state->deserialize(b.bytes, b.size, &handle, ok_error));
    return handle;
}

static inline void handle_is(const handle_state *state, const void *handle, blob expected,
                             const char *what)
{
    blob b = handle_bytes(state, handle);
    ck_assert_msg(b.size == expected.size && memcmp(b.bytes, expected.bytes, b.size) == 0,
                  "%s: other bytes (%zu, expected %zu)", what, b.size, expected.size);
    free(b.bytes);
}

static inline int same_cell(const leadkpi_table *a, const leadkpi_table *b, int32_t column,
                            size_t row)
{
    const char *texts[2];
    size_t lengths[2];
    double numbers[2];
    int32_t type = leadkpi_table_column_type(a, column);
    if (leadkpi_table_is_null(a, column, row) != leadkpi_table_is_null(b, column, row)) return 0;
    if (type == LEADKPI_TYPE_DOUBLE) {
        OK(leadkpi_table_get_double(a, column, row, &numbers[0], ok_error));
        OK(leadkpi_table_get_double(b, column, row, &numbers[1], ok_error));
        return memcmp(&numbers[0], &numbers[1], sizeof numbers[0]) == 0;
    }
    if (type != LEADKPI_TYPE_TEXT) {
        int64_t wholes[2];
        OK(leadkpi_table_get_int64(a, column, row, &wholes[0], ok_error));
        OK(leadkpi_table_get_int64(b, column, row, &wholes[1], ok_error));
        return wholes[0] == wholes[1];
    }
    OK(leadkpi_table_get_text(a, column, row, &texts[0], &lengths[0], ok_error));
    OK(leadkpi_table_get_text(b, column, row, &texts[1], &lengths[1], ok_error));
    return lengths[0] == lengths[1] && (!texts[0] || memcmp(texts[0], texts[1], lengths[0]) == 0);
}

/* Two tables are the same to the last bit. */
static inline void same_table(const leadkpi_table *a, const leadkpi_table *b, const char *what)
{
    int32_t columns = leadkpi_table_column_count(a);
    ck_assert_int_eq(columns, leadkpi_table_column_count(b));
    ck_assert_uint_eq(leadkpi_table_row_count(a), leadkpi_table_row_count(b));
    for (int32_t c = 0; c < columns; c++) {
        ck_assert_int_eq(leadkpi_table_column_type(a, c), leadkpi_table_column_type(b, c));
        for (size_t row = 0; row < leadkpi_table_row_count(a); row++)
            ck_assert_msg(same_cell(a, b, c, row), "%s: %s of row %zu is another", what,
                          leadkpi_table_column_name(a, c), row);
    }
}

#endif
