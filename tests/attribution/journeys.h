/* journeys.h: journeys for the tests of the data-driven models: from a file, from a text such as
 * "A > B", or drawn. */
#ifndef LK_TEST_JOURNEYS_H
#define LK_TEST_JOURNEYS_H

#include "../support/check_main.h"
#include "../support/fault.h"
#include "../support/random.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attribution/models.h"

#define CHANNELS_MAX 64

/* The channels of attribution_paths.csv, in the order in which they first appear there. */
static const char *const known_channels[] = {"referral", "organic_search", "paid_search",
                                             "display",  "paid_social",    "email",
                                             "direct",   "webinar",        "content_syndication"};

typedef struct world {
    size_t channel_count;
    size_t count, touches;
    size_t capacity, touch_capacity;
    uint32_t *channels;
    size_t *ends;
    double *conversions, *nulls, *values;
    uint64_t *units;
} world;

static inline void *must(void *block)
{
    ck_assert_ptr_nonnull(block);
    return block;
}

static inline void world_free(world *w)
{
    free(w->channels), free(w->ends), free(w->conversions), free(w->nulls), free(w->values),
        free(w->units);
    memset(w, 0, sizeof *w);
}

static inline void world_add(world *w, const uint32_t *channels, size_t length, double conversions,
                             double nulls, double value, uint64_t unit)
{
    if (w->count == w->capacity) {
        w->capacity = 2 * w->capacity + 16;
        w->ends = must(realloc(w->ends, w->capacity * sizeof *w->ends));
        w->conversions = must(realloc(w->conversions, w->capacity * sizeof(double)));
        w->nulls = must(realloc(w->nulls, w->capacity * sizeof(double)));
        w->values = must(realloc(w->values, w->capacity * sizeof(double)));
        w->units = must(realloc(w->units, w->capacity * sizeof *w->units));
    }
    if (w->touches + length + 1 > w->touch_capacity) {
        w->touch_capacity = 2 * (w->touch_capacity + length) + 64;
        w->channels = must(realloc(w->channels, w->touch_capacity * sizeof *w->channels));
    }
    for (size_t i = 0; i < length; i++) {
        w->channels[w->touches++] = channels[i];
        if (channels[i] >= w->channel_count) w->channel_count = channels[i] + 1;
    }
    w->ends[w->count] = w->touches;
    w->conversions[w->count] = conversions;
    w->nulls[w->count] = nulls;
    w->values[w->count] = value;
    w->units[w->count++] = unit;
}

/* "ABCA": channels by letter. */
static inline void world_path(world *w, const char *path, double conversions, double nulls,
                              double value)
{
    uint32_t channels[256] = {0};
    size_t length = strlen(path);
    for (size_t i = 0; i < length; i++) channels[i] = (uint32_t)(path[i] - 'A');
    world_add(w, channels, length, conversions, nulls, value, w->count);
}

/* Journeys drawn: lengths up to `longest`, early channels more often. */
static inline void world_draw(world *w, size_t journeys, uint32_t channel_count, uint32_t longest,
                              uint64_t seed)
{
    uint32_t channels[1024];
    for (size_t i = 0; i < journeys; i++) {
        size_t length = 1 + lk_test_random(&seed) % longest;
        for (size_t k = 0; k < length; k++) {
            double u = (double)(lk_test_random(&seed) >> 11) * 0x1p-53;
            channels[k] = (uint32_t)(u * u * channel_count);
        }
        bool converted = lk_test_random(&seed) % 4 == 0;
        double value = (double)(lk_test_random(&seed) % 100000) / 100;
        world_add(w, channels, length, converted, !converted, converted ? value : 0,
                  lk_test_random(&seed));
    }
    if (w->channel_count < channel_count) w->channel_count = channel_count;
}

static inline lk_attribution_batch world_batch(const world *w)
{
    return (lk_attribution_batch){w->count, w->channels, w->ends, w->conversions,
                                  w->nulls, w->values,   w->units};
}

static inline char *world_file(const char *name)
{
    char path[1024];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/attribution/%s", top ? top : ".", name);
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s cannot be read", path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = must(malloc(size + 1));
    ck_assert_uint_eq(fread(text, 1, size, file), size);
    text[size] = 0;
    fclose(file);
    return text;
}

static inline uint32_t known_channel(const char *name, size_t length)
{
    for (uint32_t i = 0; i < 9; i++)
        if (strlen(known_channels[i]) == length && memcmp(known_channels[i], name, length) == 0)
            return i;
    ck_abort_msg("channel %.*s is not known", (int)length, name);
}

/* attribution_paths.csv; without nulls where asked. */
static inline void world_read(world *w, bool with_nulls)
{
    char *text = world_file("attribution_paths.csv");
    uint64_t seed = 1;
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        uint32_t channels[256];
        size_t length = 0;
        char *comma = strchr(line, ',');
        for (char *name = line; name < comma; name += 3) {
            size_t size = strcspn(name, " ,");
            channels[length++] = known_channel(name, size);
            name += size;
        }
        double numbers[3];
        for (int i = 0; i < 3; i++) numbers[i] = strtod(comma + 1, &comma);
        world_add(w, channels, length, numbers[0], with_nulls ? numbers[2] : 0, numbers[1],
                  lk_test_random(&seed));
    }
    free(text);
}

/* The accumulators of a world, in memory of the defaults. */
static inline lk_memory plain_memory(void)
{
    lk_memory memory;
    ck_assert_int_eq(lk_memory_init(&memory, NULL, NULL), LEADKPI_OK);
    return memory;
}

static inline void ok(leadkpi_status status, const leadkpi_error *error)
{
    ck_assert_msg(status == LEADKPI_OK, "status %d: %s", (int)status, error ? error->message : "");
}

static inline lk_attribution_transitions world_steps(const world *w, lk_memory *memory,
                                                     uint32_t groups)
{
    leadkpi_error error = {0};
    lk_attribution_transitions steps;
    lk_attribution_batch batch = world_batch(w);
    lk_attribution_transitions_init(&steps, groups);
    ok(lk_attribution_transitions_add(&steps, memory, w->channel_count, &batch, &error), &error);
    return steps;
}

static inline lk_attribution_paths world_paths(const world *w, lk_memory *memory, uint32_t groups)
{
    leadkpi_error error = {0};
    lk_attribution_paths paths;
    lk_attribution_batch batch = world_batch(w);
    lk_attribution_paths_init(&paths, groups);
    ok(lk_attribution_paths_add(&paths, memory, w->channel_count, &batch, &error), &error);
    return paths;
}

static inline lk_attribution_result new_result(lk_memory *memory, size_t channel_count)
{
    leadkpi_error error = {0};
    lk_attribution_result result;
    ok(lk_attribution_result_init(&result, memory, channel_count, &error), &error);
    return result;
}

/* What is not in a group, for answers with it left out. */
static inline void world_without(const world *w, uint32_t groups, uint32_t group, world *rest)
{
    for (size_t i = 0; i < w->count; i++) {
        size_t start = i ? w->ends[i - 1] : 0;
        if ((w->units[i] & (groups - 1)) != group)
            world_add(rest, w->channels + start, w->ends[i] - start, w->conversions[i], w->nulls[i],
                      w->values[i], w->units[i]);
    }
    rest->channel_count = w->channel_count;
}

static inline void check_near(double found, double expected, double relative, const char *what,
                              size_t row)
{
    ck_assert_msg(fabs(found - expected) <= relative * fmax(fabs(expected), 1e-300) ||
                      (isnan(found) && isnan(expected)),
                  "%s, row %zu: expected %.17g, found %.17g", what, row, expected, found);
}

#endif
