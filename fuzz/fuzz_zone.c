/* The bytes of a TZif file, or a POSIX rule, that a host hands in: refused with a
 * reason, or a zone that answers for every instant and both ways alike. */
#include "calendar/zone.h"
#include "fuzz.h"

static void ask(const lk_zone *zone, int64_t instant)
{
    if (instant > LK_ZONE_TIME_LIMIT) instant = LK_ZONE_TIME_LIMIT;
    if (instant < -LK_ZONE_TIME_LIMIT) instant = -LK_ZONE_TIME_LIMIT;
    lk_zone_stretch stretch = lk_zone_stretch_at(zone, instant);
    MUST(lk_zone_stretch_holds(&stretch, instant) || stretch.end == INT64_MAX);
    MUST(stretch.offset > -LK_ZONE_OFFSET_LIMIT && stretch.offset < LK_ZONE_OFFSET_LIMIT);

    int64_t first, last;
    int64_t local = instant + stretch.offset;
    if (local > LK_ZONE_TIME_LIMIT || local < -LK_ZONE_TIME_LIMIT) return;
    int count = lk_zone_instants(zone, local, &first, &last);
    MUST(count >= 1 && first <= instant && instant <= last);
    MUST(lk_zone_reach(zone, local) <= instant);
}

static void ask_about(const lk_zone *zone, fuzz_reader reader)
{
    ask(zone, 0);
    ask(zone, INT64_MAX);
    ask(zone, INT64_MIN);
    ask(zone, zone->rule_from);
    for (size_t i = 0; i < zone->transition_count && i < 8; i++) {
        ask(zone, zone->transitions[i].time);
        ask(zone, zone->transitions[i].time - 1);
    }
    for (int i = 0; i < 4; i++) ask(zone, fuzz_int64(&reader) >> 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    leadkpi_error error;
    lk_memory memory;
    lk_zone zone;
    char *bytes = fuzz_copy(data, size);
    fuzz_reader reader = {data, size};
    MUST(lk_memory_init(&memory, NULL, NULL) == LEADKPI_OK);

    leadkpi_error_reset(&error);
    leadkpi_status status = lk_zone_read_tzif(&memory, (lk_text){bytes, size}, &zone, &error);
    MUST((status == LEADKPI_OK) == (error.message[0] == '\0'));
    if (status == LEADKPI_OK) {
        ask_about(&zone, reader);
        lk_zone_clear(&memory, &zone);
    }
    MUST(memory.used_bytes == 0);

    if (lk_zone_read_rule((lk_text){bytes, size}, &zone, NULL) == LEADKPI_OK)
        ask_about(&zone, reader);
    free(bytes);
    return 0;
}
