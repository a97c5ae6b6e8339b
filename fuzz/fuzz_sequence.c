/* A pattern up to the first zero byte, and events behind it: refused, or all three calls agree. */
#include <leadkpi.h>

#include <stdbool.h>

#include "fuzz.h"

#define EVENTS_MAX 256

static void check_first(const leadkpi_sequence *sequence, const int64_t *times,
                        const uint64_t *conditions, size_t count, bool has_match)
{
    int64_t places[64];
    int32_t parts = leadkpi_sequence_part_count(sequence);
    MUST(leadkpi_sequence_first(sequence, times, conditions, count, places, NULL) == LEADKPI_OK);
    for (int32_t i = 0; i < parts; i++) {
        MUST(has_match ? places[i] >= 0 && places[i] < (int64_t)count : places[i] == -1);
        MUST(!has_match || i == 0 || places[i] > places[i - 1]);
    }
}

static void match(const leadkpi_sequence *sequence, fuzz_reader *reader)
{
    int64_t times[EVENTS_MAX], time = 0, matches;
    uint64_t conditions[EVENTS_MAX];
    size_t count = 0;
    int32_t has_match;
    while (reader->left && count < EVENTS_MAX) {
        time += fuzz_byte(reader) * INT64_C(500000);
        times[count] = time;
        conditions[count++] = fuzz_byte(reader);
    }
    MUST(leadkpi_sequence_count(sequence, times, conditions, count, &matches, NULL) == LEADKPI_OK);
    MUST(leadkpi_sequence_match(sequence, times, conditions, count, &has_match, NULL) == LEADKPI_OK);
    MUST(has_match == (matches > 0) && matches <= (int64_t)count + 1);
    check_first(sequence, times, conditions, count, has_match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    leadkpi_sequence *sequence;
    leadkpi_error error;
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t length = end ? (size_t)(end - data) : size;
    fuzz_reader reader = {data + length, size - length};
    char *pattern = fuzz_copy(data, length);
    leadkpi_status status = leadkpi_sequence_create(NULL, pattern, length, &sequence, &error);
    free(pattern);
    MUST((status == LEADKPI_OK) == (sequence != NULL));
    MUST(sequence || error.message[0]);
    if (!sequence) return 0;
    if (reader.left) fuzz_byte(&reader);
    match(sequence, &reader);
    leadkpi_sequence_free(sequence);
    return 0;
}
