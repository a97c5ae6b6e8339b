/* ClickHouse's own tests of sequenceMatch and sequenceCount, with what 26.7 answers, live. Skips (77)
 * where they are not at LEADKPI_SHARED or ../shared beside the source tree. Left out: the count of the empty
 * pattern, which is 1 here and the number of rows there. */
#include "../support/check_main.h"
#include "json.h"
#include "world.h"

#include <leadkpi/sequence.h>

#define SKIPPED 77
#define EVENTS_MAX 64

static char *clickhouse;

/* Events of one instant stand as they were read. */
static size_t read_events(const char *rows, int64_t *times, uint64_t *conditions)
{
    size_t count = 0;
    for (const char *r = json_first(rows); r; r = json_next(r)) {
        int64_t time = strtoll(json_get(r, "ts"), NULL, 10) * 1000000;
        size_t at = count++;
        ck_assert_uint_le(count, EVENTS_MAX);
        for (; at > 0 && times[at - 1] > time; at--) {
            times[at] = times[at - 1];
            conditions[at] = conditions[at - 1];
        }
        times[at] = time;
        conditions[at] = strtoull(json_get(r, "mask"), NULL, 10);
    }
    return count;
}

START_TEST(patterns_count_what_clickhouse_counts)
{
    int checked = 0;
    const char *tests = json_get(clickhouse, "stateless_tests");
    for (const char *t = json_first(tests); t; t = json_next(t)) {
        const char *function = json_get(t, "function"), *rows = json_get(t, "rows");
        const char *expected = json_get(t, "expected");
        int is_match = json_is(function, "sequenceMatch");
        int64_t times[EVENTS_MAX], found;
        uint64_t conditions[EVENTS_MAX];
        char pattern[200] = "";
        leadkpi_sequence *sequence;
        if (!rows || (!is_match && !json_is(function, "sequenceCount"))) continue;
        sscanf(json_first(json_get(t, "params")), "\"'%199[^'\"]", pattern);
        if (!is_match && !pattern[0]) continue;
        OK(leadkpi_sequence_create(NULL, pattern, NUL, &sequence, ok_error));
        size_t count = read_events(rows, times, conditions);
        OK(leadkpi_sequence_count(sequence, times, conditions, count, &found, ok_error));
        if (is_match) found = found > 0;
        ck_assert_msg(found == strtoll(expected, NULL, 10), "%s: %d, expected %.6s", pattern, (int)found,
                      expected);
        leadkpi_sequence_free(sequence);
        checked++;
    }
    ck_assert_int_ge(checked, 25);
}
END_TEST

static Suite *suite_of_conformance(void)
{
    Suite *suite = suite_create("sequences conformance");
    TCase *tc = tcase_create("clickhouse");
    tcase_add_test(tc, patterns_count_what_clickhouse_counts);
    suite_add_tcase(suite, tc);
    return suite;
}

static char *read_shared(void)
{
    char path[1024];
    const char *shared = getenv("LEADKPI_SHARED"), *source = getenv("srcdir");
    if (shared)
        snprintf(path, sizeof path, "%s/conformance/funnel_clickhouse.json", shared);
    else
        snprintf(path, sizeof path, "%s/../shared/conformance/funnel_clickhouse.json",
                 source ? source : ".");
    return json_read_file(path);
}

int main(void)
{
    clickhouse = read_shared();
    if (!clickhouse) {
        printf("SKIP: no shared reference files at LEADKPI_SHARED or ../shared\n");
        return SKIPPED;
    }
    int result = lk_test_run(suite_of_conformance());
    free(clickhouse);
    return result;
}
