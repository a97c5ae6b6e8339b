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

#endif
