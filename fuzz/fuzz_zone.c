/* Any bytes as a TZif file, as a POSIX rule, and as opening hours: what is
 * accepted cuts time into periods without a gap, and opening time adds up. */
#include "calendar/calendar.h"
#include "fuzz.h"

static void use(const lk_calendar *calendar, const uint8_t *data, size_t size)
{
    fuzz_reader reader = {data + size / 2, size - size / 2};
    for (int i = 0; i < 4; i++) {
        int64_t time = fuzz_int64(&reader), one, two, both;
        lk_calendar_cursor cursor = LK_CALENDAR_CURSOR;
        lk_calendar_seek(calendar, &cursor, time);
        MUST(cursor.start <= time && (time < cursor.end || time == INT64_MAX));
        MUST(lk_calendar_start(calendar, cursor.start) == cursor.start);
        time >>= 16; /* some years around 1970: the clock changes there are walked */
        int64_t middle = time / 2;
        MUST(lk_calendar_open_between(calendar, time, middle, &one));
        MUST(lk_calendar_open_between(calendar, middle, 0, &two));
        MUST(lk_calendar_open_between(calendar, time, 0, &both));
        MUST(one + two == both);
        if (lk_calendar_next_open(calendar, time, &one)) MUST(one >= time && lk_calendar_open(calendar, one));
    }
}

static void try(const lk_calendar_rules *rules, const uint8_t *data, size_t size)
{
    lk_memory memory;
    lk_calendar *calendar;
    leadkpi_error error;
    leadkpi_error_reset(&error);
    MUST(lk_memory_init(&memory, NULL, NULL) == LEADKPI_OK);
    leadkpi_status status = lk_calendar_create(&memory, rules, &calendar, &error);
    MUST((status == LEADKPI_OK) == (calendar != NULL));
    if (calendar)
        use(calendar, data, size);
    else
        MUST(error.code == status && error.message[0]);
    lk_calendar_free(calendar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);
    lk_text text = {copy, size};
    for (int i = 0; i < 4; i++) {
        lk_calendar_rules rules = lk_calendar_rules_default();
        rules.grain.grain = i % 2 ? LK_GRAIN_DAY : LK_GRAIN_HOUR;
        rules.hours = LK_LITERAL("mon-fri 01:30-17:00; sun 02:15-02:45");
        if (i == 0) rules.zone_data = text;
        if (i == 1) rules.zone_rule = text;
        if (i == 2) rules.hours = text;
        if (i == 3) rules.special_hours = text;
        try(&rules, data, size);
    }
    free(copy);
    return 0;
}
