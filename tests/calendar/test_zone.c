/* Zones: TZif bytes and POSIX rules, and the two edges of daylight saving. */
#include "calendar_support.h"

static lk_zone read_zone(int zone)
{
    lk_memory memory = test_memory();
    lk_zone read;
    leadkpi_error error;
    leadkpi_error_reset(&error);
    leadkpi_status status = lk_zone_read_tzif(&memory, zone_bytes(zone), &read, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s: %s", zones[zone].name, error.message);
    return read;
}

static void clear(lk_zone *zone)
{
    lk_memory memory = test_memory();
    lk_zone_clear(&memory, zone);
}

static int64_t offset_at(const lk_zone *zone, int64_t instant)
{
    return lk_zone_stretch_at(zone, instant).offset;
}

START_TEST(offsets_around_each_change_are_those_of_zoneinfo)
{
    for (int z = 0; z < ZONE_COUNT; z++) {
        lk_zone zone = read_zone(z);
        for (size_t i = 0; i < sizeof golden_offsets / sizeof *golden_offsets; i++)
            if (golden_offsets[i].zone == z)
                ck_assert_int_eq(offset_at(&zone, golden_offsets[i].instant),
                                 golden_offsets[i].offset);
        clear(&zone);
    }
}
END_TEST

START_TEST(days_start_where_a_walk_over_minutes_says)
{
    for (int z = 0; z < ZONE_COUNT; z++) {
        lk_zone zone = read_zone(z);
        for (size_t i = 0; i < sizeof golden_days / sizeof *golden_days; i++)
            if (golden_days[i].zone == z)
                ck_assert_int_eq(lk_zone_reach(&zone, golden_days[i].day * 86400),
                                 golden_days[i].instant);
        clear(&zone);
    }
}
END_TEST

START_TEST(stretches_follow_each_other_and_differ)
{
    for (int z = 0; z < ZONE_COUNT; z++) {
        lk_zone zone = read_zone(z);
        lk_zone_stretch before = lk_zone_stretch_at(&zone, utc(1700, 1, 1, 0, 0));
        ck_assert_int_eq(before.start, INT64_MIN);
        for (int i = 0; i < 300 && before.end != INT64_MAX; i++) {
            lk_zone_stretch at = lk_zone_stretch_at(&zone, before.end);
            ck_assert_int_eq(at.start, before.end);
            ck_assert_int_ne(at.offset, before.offset);
            lk_zone_stretch last = lk_zone_stretch_at(&zone, at.start - 1);
            ck_assert_int_eq(last.start, before.start);
            ck_assert_int_eq(last.end, before.end);
            before = at;
        }
        clear(&zone);
    }
}
END_TEST

START_TEST(a_local_time_exists_once_never_or_twice)
{
    lk_zone zone = read_zone(ZONE_BERLIN);
    int64_t first, last;
    /* 2025-03-30 01:00Z: 02:00 CET becomes 03:00 CEST; 2025-10-26 01:00Z: 03:00 CEST becomes 02:00 CET. */
    ck_assert_int_eq(lk_zone_instants(&zone, utc(2025, 3, 30, 1, 59), &first, &last), 1);
    ck_assert_int_eq(first, utc(2025, 3, 30, 0, 59));
    ck_assert_int_eq(lk_zone_instants(&zone, utc(2025, 3, 30, 2, 0), &first, &last), 0);
    ck_assert_int_eq(first, utc(2025, 3, 30, 1, 0));
    ck_assert_int_eq(last, first);
    ck_assert_int_eq(lk_zone_instants(&zone, utc(2025, 3, 30, 3, 0), &first, &last), 1);
    ck_assert_int_eq(first, utc(2025, 3, 30, 1, 0));
    ck_assert_int_eq(lk_zone_instants(&zone, utc(2025, 10, 26, 2, 0), &first, &last), 2);
    ck_assert_int_eq(first, utc(2025, 10, 26, 0, 0));
    ck_assert_int_eq(last, utc(2025, 10, 26, 1, 0));
    ck_assert_int_eq(lk_zone_instants(&zone, utc(2025, 10, 26, 3, 0), &first, &last), 1);
    ck_assert_int_eq(first, utc(2025, 10, 26, 2, 0));
    clear(&zone);
}
END_TEST

/* reach and instants against their definitions, second by second around each change. */
START_TEST(local_times_agree_with_a_search_over_all_instants)
{
    for (int z = 0; z < ZONE_COUNT; z++) {
        lk_zone zone = read_zone(z);
        for (size_t i = 1; i < sizeof golden_offsets / sizeof *golden_offsets; i += 2) {
            if (golden_offsets[i].zone != z || golden_offsets[i].instant > utc(2030, 1, 1, 0, 0)) continue;
            int64_t change = golden_offsets[i].instant;
            for (int64_t local = change + golden_offsets[i].offset - 5400;
                 local < change + golden_offsets[i].offset + 5400; local += 600) {
                int64_t reach = INT64_MAX, first = 0, last = 0, f, l;
                int count = 0;
                for (int64_t u = local - 93600; u < local + 93600; u += 300) {
                    int64_t shown = u + offset_at(&zone, u);
                    if (shown >= local && u < reach) reach = u;
                    if (shown == local && count++ == 0) first = u;
                    if (shown == local) last = u;
                }
                if (change % 300) continue; /* the walk above misses the change itself */
                ck_assert_int_eq(lk_zone_reach(&zone, local), reach);
                ck_assert_int_eq(lk_zone_instants(&zone, local, &f, &l), count);
                if (count) ck_assert_int_eq(f, first);
                if (count) ck_assert_int_eq(l, last);
            }
        }
        clear(&zone);
    }
}
END_TEST

/* ---- POSIX rules --------------------------------------------------------- */

static lk_zone rule_zone(const char *text)
{
    lk_zone zone;
    leadkpi_error error;
    leadkpi_error_reset(&error);
    leadkpi_status status = lk_zone_read_rule(text_of(text), &zone, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s", error.message);
    return zone;
}

START_TEST(a_rule_alone_is_a_zone)
{
    lk_zone zone = rule_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    ck_assert_int_eq(offset_at(&zone, utc(2025, 3, 30, 0, 59)), 3600);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 3, 30, 1, 0)), 7200);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 10, 26, 0, 59)), 7200);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 10, 26, 1, 0)), 3600);
    ck_assert_int_eq(offset_at(&zone, utc(-3000, 7, 1, 0, 0)), 7200);
    ck_assert_int_eq(offset_at(&zone, utc(200000, 1, 1, 0, 0)), 3600);
}
END_TEST

START_TEST(southern_rules_run_over_new_year)
{
    lk_zone zone = rule_zone("AEST-10AEDT,M10.1.0,M4.1.0/3"); /* Sydney: ends 2025-04-06, starts 2025-10-05 */
    ck_assert_int_eq(offset_at(&zone, utc(2025, 1, 1, 0, 0)), 11 * 3600);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 4, 5, 15, 59)), 11 * 3600);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 4, 5, 16, 0)), 10 * 3600);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 10, 4, 16, 0)), 11 * 3600);
    ck_assert_int_eq(offset_at(&zone, utc(2025, 12, 31, 23, 59)), 11 * 3600);
}
END_TEST

/* RFC 9636 section 3.3.1 and its examples: hours beyond a day, daylight saving all year. */
START_TEST(the_extensions_of_version_3_are_read)
{
    lk_zone nuuk = rule_zone("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"); /* starts Saturday 23:00 */
    ck_assert_int_eq(offset_at(&nuuk, utc(2025, 3, 30, 0, 59)), -7200);
    ck_assert_int_eq(offset_at(&nuuk, utc(2025, 3, 30, 1, 0)), -3600);
    lk_zone jerusalem = rule_zone("IST-2IDT,M3.4.4/26,M10.5.0"); /* Friday after the fourth Thursday, 02:00 */
    ck_assert_int_eq(offset_at(&jerusalem, utc(2025, 3, 27, 23, 59)), 7200);
    ck_assert_int_eq(offset_at(&jerusalem, utc(2025, 3, 28, 0, 0)), 10800);
    lk_zone all_year = rule_zone("EST5EDT,0/0,J365/25");
    lk_zone_stretch stretch = lk_zone_stretch_at(&all_year, utc(2025, 1, 1, 5, 0));
    ck_assert_int_eq(stretch.offset, -4 * 3600);
    ck_assert_int_lt(stretch.start, utc(2024, 6, 1, 0, 0));
    ck_assert_int_gt(stretch.end, utc(2025, 6, 1, 0, 0));
    for (int64_t at = utc(2023, 12, 30, 0, 0); at < utc(2025, 1, 3, 0, 0); at += 3600)
        ck_assert_int_eq(offset_at(&all_year, at), -4 * 3600);
    lk_zone far_hours = rule_zone("AAA0BBB,J1/-167,J180/167"); /* starts a week before its year */
    ck_assert_int_eq(offset_at(&far_hours, utc(2024, 12, 25, 0, 59)), 0);
    ck_assert_int_eq(offset_at(&far_hours, utc(2024, 12, 25, 1, 0)), 3600);
    ck_assert_int_eq(offset_at(&far_hours, utc(2025, 7, 5, 21, 59)), 3600);
    ck_assert_int_eq(offset_at(&far_hours, utc(2025, 7, 5, 22, 0)), 0);
}
END_TEST

START_TEST(julian_days_skip_the_leap_day_and_plain_days_count_it)
{
    lk_zone julian = rule_zone("AAA0BBB,J60/0,J300/0"); /* J60 is always March 1 */
    ck_assert_int_eq(offset_at(&julian, utc(2024, 2, 29, 23, 59)), 0);
    ck_assert_int_eq(offset_at(&julian, utc(2024, 3, 1, 0, 0)), 3600);
    ck_assert_int_eq(offset_at(&julian, utc(2025, 3, 1, 0, 0)), 3600);
    lk_zone plain = rule_zone("AAA0BBB,59/0,299/0"); /* day 59 is February 29, or March 1 */
    ck_assert_int_eq(offset_at(&plain, utc(2024, 2, 29, 0, 0)), 3600);
    ck_assert_int_eq(offset_at(&plain, utc(2025, 2, 28, 23, 59)), 0);
    ck_assert_int_eq(offset_at(&plain, utc(2025, 3, 1, 0, 0)), 3600);
}
END_TEST

START_TEST(a_rule_that_is_not_one_is_refused_with_the_place)
{
    static const char *const bad[] = {
        "", "A", "AB3", "UTC", "UTC+", "UTC25", "UTC0:60", "UTC0:00:60", "<UT>0", "<UTC0", "EST5EDT",
        "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1.0,", "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J365", "EST5EDT,J366,J1", "EST5EDT,366,1", "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/-168,M11.1.0", "EST5EDT,M3.2.0/,M11.1.0", "EST5 EDT", "EST99999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        lk_zone zone;
        leadkpi_error error;
        leadkpi_error_reset(&error);
        ck_assert_msg(lk_zone_read_rule(text_of(bad[i]), &zone, &error) == LEADKPI_BAD_FORMAT,
                      "%s", bad[i]);
        ck_assert_ptr_nonnull(strstr(error.message, "expected"));
    }
}
END_TEST

/* ---- bytes ---------------------------------------------------------------- */

static leadkpi_status read_bytes(const unsigned char *bytes, size_t size)
{
    lk_memory memory = test_memory();
    leadkpi_error error;
    lk_zone zone;
    leadkpi_error_reset(&error);
    leadkpi_status status = lk_zone_read_tzif(&memory, (lk_text){(const char *)bytes, size}, &zone, &error);
    ck_assert(status == LEADKPI_OK || (status == LEADKPI_BAD_FORMAT && error.message[0]));
    if (status == LEADKPI_OK) { /* whatever it says, it can be asked */
        int64_t first, last;
        for (int64_t at = -utc(2030, 1, 1, 0, 0); at < utc(2130, 1, 1, 0, 0); at += 86400 * 2000) {
            lk_zone_stretch stretch = lk_zone_stretch_at(&zone, at);
            ck_assert(lk_zone_stretch_holds(&stretch, at));
            lk_zone_instants(&zone, at, &first, &last);
            ck_assert_int_le(first, last);
        }
        lk_zone_clear(&memory, &zone);
    }
    ck_assert_uint_eq(memory.used_bytes, 0);
    return status;
}

START_TEST(bytes_cut_at_any_length_are_refused)
{
    for (int z = 0; z < ZONE_COUNT; z++) {
        for (size_t size = 0; size < zones[z].size; size++) {
            unsigned char *exact = malloc(size ? size : 1); /* so that a read past the end is seen */
            memcpy(exact, zones[z].bytes, size);
            ck_assert_int_eq(read_bytes(exact, size), LEADKPI_BAD_FORMAT);
            free(exact);
        }
        ck_assert_int_eq(read_bytes(zones[z].bytes, zones[z].size), LEADKPI_OK);
    }
}
END_TEST

START_TEST(any_byte_may_be_any_other)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xff, 0x10};
    for (int z = 0; z < ZONE_COUNT; z++) {
        unsigned char *bytes = malloc(zones[z].size);
        memcpy(bytes, zones[z].bytes, zones[z].size);
        for (size_t i = 0; i < zones[z].size; i++) {
            for (size_t m = 0; m < sizeof masks; m++) {
                bytes[i] ^= masks[m];
                read_bytes(bytes, zones[z].size);
                bytes[i] ^= masks[m];
            }
        }
        free(bytes);
    }
}
END_TEST

/* A writer of small files. */
typedef struct file {
    unsigned char bytes[512];
    size_t size;
} file;

static void put(file *f, uint64_t value, int bytes)
{
    while (bytes-- > 0) f->bytes[f->size++] = (unsigned char)(value >> 8 * bytes);
}

static void put_header(file *f, char version, uint32_t leaps, uint32_t times, uint32_t types)
{
    memcpy(f->bytes + f->size, "TZif", 4);
    memset(f->bytes + f->size + 4, 0, 16);
    f->bytes[f->size + 4] = (unsigned char)version;
    f->size += 20;
    uint32_t counts[6] = {0, 0, leaps, times, types, 4};
    for (int i = 0; i < 6; i++) put(f, counts[i], 4);
}

/* Two transitions, at `times`, to types 1 and 0: UTC and one hour east. */
static void put_block(file *f, const int64_t times[2], int time_size)
{
    for (int i = 0; i < 2; i++) put(f, (uint64_t)times[i], time_size);
    put(f, 0x0100, 2);
    put(f, 0, 6);
    put(f, 3600, 4);
    put(f, 0x0100, 2);
    put(f, 0x41424300, 4);
}

START_TEST(version_1_is_read_and_its_last_type_stays)
{
    file f = {{0}, 0};
    put_header(&f, 0, 0, 2, 2);
    put_block(&f, (int64_t[]){-1000, 2000}, 4);
    lk_memory memory = test_memory();
    lk_zone zone;
    ck_assert_int_eq(lk_zone_read_tzif(&memory, (lk_text){(char *)f.bytes, f.size}, &zone, NULL), LEADKPI_OK);
    ck_assert_int_eq(offset_at(&zone, -1001), 0);
    ck_assert_int_eq(offset_at(&zone, -1000), 3600);
    ck_assert_int_eq(offset_at(&zone, 1999), 3600);
    ck_assert_int_eq(offset_at(&zone, 2000), 0);
    ck_assert_int_eq(offset_at(&zone, utc(9999, 1, 1, 0, 0)), 0);
    lk_zone_clear(&memory, &zone);
}
END_TEST

static leadkpi_status read_version_2(const int64_t times[2], const char *footer, lk_zone *zone)
{
    static file f;
    f.size = 0;
    put_header(&f, '2', 0, 0, 1);
    put(&f, 0, 6);
    put(&f, 0, 4);
    put_header(&f, '2', 0, 2, 2);
    put_block(&f, times, 8);
    memcpy(f.bytes + f.size, footer, strlen(footer));
    f.size += strlen(footer);
    lk_memory memory = test_memory();
    return lk_zone_read_tzif(&memory, (lk_text){(char *)f.bytes, f.size}, zone, NULL);
}

START_TEST(the_64_bit_block_and_the_footer_are_what_counts)
{
    lk_zone zone;
    int64_t times[2] = {-utc(2200, 1, 1, 0, 0), utc(2200, 1, 1, 0, 0)};
    ck_assert_int_eq(read_version_2(times, "\nABC0\n", &zone), LEADKPI_OK);
    ck_assert_int_eq(offset_at(&zone, times[0] - 1), 0);
    ck_assert_int_eq(offset_at(&zone, times[0]), 3600);
    ck_assert_int_eq(offset_at(&zone, times[1] - 1), 3600);
    ck_assert_int_eq(offset_at(&zone, times[1]), 0);
    clear(&zone);
    ck_assert_int_eq(read_version_2(times, "\nABC-3\n", &zone), LEADKPI_OK);
    ck_assert_int_eq(offset_at(&zone, times[1]), 10800);
    clear(&zone);
    ck_assert_int_eq(read_version_2(times, "\n\n", &zone), LEADKPI_OK);
    clear(&zone);
}
END_TEST

START_TEST(transitions_beyond_all_time_do_no_harm)
{
    lk_zone zone;
    int64_t whole[2] = {INT64_MIN, INT64_MAX}, late[2] = {INT64_MAX - 1, INT64_MAX};
    ck_assert_int_eq(read_version_2(whole, "\nCET-1CEST,M3.5.0,M10.5.0/3\n", &zone), LEADKPI_OK);
    ck_assert_int_eq(offset_at(&zone, 0), 3600);
    ck_assert_int_eq(lk_zone_reach(&zone, 0), -3600);
    clear(&zone);
    ck_assert_int_eq(read_version_2(late, "\nCET-1CEST,M3.5.0,M10.5.0/3\n", &zone), LEADKPI_OK);
    ck_assert_int_eq(offset_at(&zone, 0), 0);
    clear(&zone);
}
END_TEST

START_TEST(what_contradicts_itself_is_refused)
{
    lk_zone zone;
    int64_t good[2] = {1, 2}, equal[2] = {1, 1}, falling[2] = {2, 1};
    ck_assert_int_eq(read_version_2(equal, "\nABC0\n", &zone), LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(read_version_2(falling, "\nABC0\n", &zone), LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(read_version_2(good, "ABC0\n", &zone), LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(read_version_2(good, "\nABC0", &zone), LEADKPI_BAD_FORMAT);
    ck_assert_int_eq(read_version_2(good, "\nABC\n", &zone), LEADKPI_BAD_FORMAT);
}
END_TEST

START_TEST(files_that_count_leap_seconds_are_refused)
{
    file f = {{0}, 0};
    leadkpi_error error;
    lk_memory memory = test_memory();
    lk_zone zone;
    put_header(&f, 0, 1, 2, 2);
    put_block(&f, (int64_t[]){1, 2}, 4);
    put(&f, 78796800, 4);
    put(&f, 1, 4);
    leadkpi_error_reset(&error);
    ck_assert_int_eq(lk_zone_read_tzif(&memory, (lk_text){(char *)f.bytes, f.size}, &zone, &error),
                     LEADKPI_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(error.message, "leap seconds"));
}
END_TEST

START_TEST(huge_counts_ask_for_no_memory)
{
    file f = {{0}, 0};
    lk_memory memory = test_memory();
    lk_zone zone;
    memory.limit_bytes = 1;
    put_header(&f, 0, 0, UINT32_MAX, 2);
    put_block(&f, (int64_t[]){1, 2}, 4);
    ck_assert_int_eq(lk_zone_read_tzif(&memory, (lk_text){(char *)f.bytes, f.size}, &zone, NULL),
                     LEADKPI_BAD_FORMAT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zone");
    TCase *tcase = tcase_create("zone");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, offsets_around_each_change_are_those_of_zoneinfo);
    tcase_add_test(tcase, days_start_where_a_walk_over_minutes_says);
    tcase_add_test(tcase, stretches_follow_each_other_and_differ);
    tcase_add_test(tcase, a_local_time_exists_once_never_or_twice);
    tcase_add_test(tcase, local_times_agree_with_a_search_over_all_instants);
    tcase_add_test(tcase, a_rule_alone_is_a_zone);
    tcase_add_test(tcase, southern_rules_run_over_new_year);
    tcase_add_test(tcase, the_extensions_of_version_3_are_read);
    tcase_add_test(tcase, julian_days_skip_the_leap_day_and_plain_days_count_it);
    tcase_add_test(tcase, a_rule_that_is_not_one_is_refused_with_the_place);
    tcase_add_test(tcase, bytes_cut_at_any_length_are_refused);
    tcase_add_test(tcase, any_byte_may_be_any_other);
    tcase_add_test(tcase, version_1_is_read_and_its_last_type_stays);
    tcase_add_test(tcase, the_64_bit_block_and_the_footer_are_what_counts);
    tcase_add_test(tcase, transitions_beyond_all_time_do_no_harm);
    tcase_add_test(tcase, what_contradicts_itself_is_refused);
    tcase_add_test(tcase, files_that_count_leap_seconds_are_refused);
    tcase_add_test(tcase, huge_counts_ask_for_no_memory);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
