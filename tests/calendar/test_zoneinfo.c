/* Every zone of the machine against its C library: offsets around every change
 * from 1900 to 2500, and days through mktime. Skipped, loudly, where there is no zoneinfo. */
#include "calendar_support.h"

#include <stdio.h>
#include <time.h>

static const char *folder = "/usr/share/zoneinfo";

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);
    if (!file) {
        free(bytes);
        return NULL;
    }
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void set_zone(const char *name)
{
    char value[600];
    snprintf(value, sizeof value, ":%s/%s", folder, name);
    setenv("TZ", value, 1);
    tzset();
}

static int64_t offset_of_libc(int64_t instant)
{
    time_t time = (time_t)instant;
    struct tm tm;
    ck_assert_ptr_nonnull(localtime_r(&time, &tm));
    return tm.tm_gmtoff;
}

static void compare_at(const char *name, const lk_zone *zone, int64_t instant)
{
    int64_t found = lk_zone_stretch_at(zone, instant).offset, wanted = offset_of_libc(instant);
    ck_assert_msg(found == wanted, "%s at %lld: expected %lld, found %lld", name, (long long)instant,
                  (long long)wanted, (long long)found);
}

/* A local time that mktime takes to an instant must be one of ours. */
static void compare_day(const char *name, const lk_zone *zone, int64_t day)
{
    lk_civil date = lk_civil_from_days(day);
    struct tm tm = {.tm_year = date.year - 1900, .tm_mon = date.month - 1, .tm_mday = date.day, .tm_isdst = -1};
    int64_t first, last, theirs = mktime(&tm);
    int count = lk_zone_instants(zone, day * 86400, &first, &last);
    if (count && tm.tm_hour == 0)
        ck_assert_msg(theirs == first || theirs == last, "%s on day %lld: %lld, %lld", name, (long long)day,
                      (long long)theirs, (long long)first);
}

static void compare_zone(const char *name, const char *bytes, size_t size)
{
    lk_memory memory = test_memory();
    lk_zone zone;
    leadkpi_error error;
    uint64_t seed = 1;
    leadkpi_error_reset(&error);
    ck_assert_msg(lk_zone_read_tzif(&memory, (lk_text){bytes, size}, &zone, &error) == LEADKPI_OK, "%s: %s", name,
                  error.message);
    set_zone(name);
    int64_t at = utc(1900, 1, 1, 0, 0), end = utc(2500, 1, 1, 0, 0);
    while (at < end) {
        lk_zone_stretch stretch = lk_zone_stretch_at(&zone, at);
        if (stretch.end >= end) break;
        compare_at(name, &zone, stretch.end - 1);
        compare_at(name, &zone, stretch.end);
        compare_day(name, &zone, stretch.end / 86400);
        compare_day(name, &zone, stretch.end / 86400 + 1);
        at = stretch.end;
    }
    for (int i = 0; i < 300; i++)
        compare_at(name, &zone, random_between(&seed, utc(1900, 1, 1, 0, 0), end));
    lk_zone_clear(&memory, &zone);
}

/* Names are in the first or second field of the lines "L target name" and "Z name ...". */
static int compare_all(FILE *list)
{
    char line[512], path[700], name[256];
    int count = 0;
    while (fgets(line, sizeof line, list)) {
        if (sscanf(line, "Z %255s", name) != 1 && sscanf(line, "L %*s %255s", name) != 1) continue;
        size_t size;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        char *bytes = read_file(path, &size);
        if (!bytes) continue;
        compare_zone(name, bytes, size);
        free(bytes);
        count++;
    }
    return count;
}

START_TEST(every_zone_shows_what_the_c_library_shows)
{
    char path[64];
    snprintf(path, sizeof path, "%s/tzdata.zi", folder);
    FILE *list = fopen(path, "r");
    ck_assert_ptr_nonnull(list);
    int count = compare_all(list);
    fclose(list);
    ck_assert_int_gt(count, 300);
}
END_TEST

START_TEST(files_that_count_leap_seconds_are_refused)
{
    char path[64];
    size_t size;
    snprintf(path, sizeof path, "%s/right/Europe/Berlin", folder);
    char *bytes = read_file(path, &size);
    if (!bytes) return; /* not every machine has them; test_zone makes one itself */
    lk_memory memory = test_memory();
    lk_zone zone;
    ck_assert_int_eq(lk_zone_read_tzif(&memory, (lk_text){bytes, size}, &zone, NULL), LEADKPI_BAD_FORMAT);
    free(bytes);
}
END_TEST

int main(void)
{
    FILE *list = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
    if (!list || sizeof(time_t) < 8) {
        puts("SKIP: no /usr/share/zoneinfo/tzdata.zi to compare with");
        return 77;
    }
    fclose(list);
    Suite *suite = suite_create("zoneinfo");
    TCase *tcase = tcase_create("zoneinfo");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, every_zone_shows_what_the_c_library_shows);
    tcase_add_test(tcase, files_that_count_leap_seconds_are_refused);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
