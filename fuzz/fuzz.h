/* fuzz.h: what the fuzz targets share. */
#ifndef LK_FUZZ_H
#define LK_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What must hold for every input. Not assert: it stays in a build with NDEBUG. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads an input piece by piece; past its end everything is zero. */
typedef struct fuzz_reader {
    const uint8_t *data;
    size_t left;
} fuzz_reader;

static inline void fuzz_bytes(fuzz_reader *reader, void *out, size_t size)
{
    size_t taken = size < reader->left ? size : reader->left;
    memset(out, 0, size);
    if (taken) memcpy(out, reader->data, taken);
    reader->data += taken;
    reader->left -= taken;
}

static inline uint8_t fuzz_byte(fuzz_reader *reader)
{
    uint8_t value;
    fuzz_bytes(reader, &value, sizeof value);
    return value;
}

static inline int64_t fuzz_int64(fuzz_reader *reader)
{
    int64_t value;
    fuzz_bytes(reader, &value, sizeof value);
    return value;
}

/* A heap copy without a byte to spare, so that a read past the end is seen. */
static inline void *fuzz_copy(const void *data, size_t size)
{
    void *copy = malloc(size ? size : 1);
    MUST(copy);
    if (size) memcpy(copy, data, size);
    return copy;
}

#endif
