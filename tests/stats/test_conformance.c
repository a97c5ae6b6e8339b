/* The project's shared reference files, made with R: every row of the interval and survival files. Skips (77) when
 * they are not at LEADKPI_SHARED or ../shared beside the source tree. */
#include <leadkpi/stats.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/check_main.h"

#define SKIPPED 77
enum { COLUMNS = 20 };

static char folder[1024];

/* The fields of a line of CSV, without quotes. 0 at the end of the file. */
static int read_line(FILE *file, char *line, size_t size, char *fields[COLUMNS])
{
    if (!fgets(line, (int)size, file)) return 0;
    char *write = line;
    int count = 0;
    fields[count++] = write;
    for (const char *read = line; *read && *read != '\n' && *read != '\r'; read++) {
        char c = *read;
        if (c == '"') continue;
        *write++ = c == ',' ? '\0' : c;
        if (c == ',' && count < COLUMNS) fields[count++] = write;
    }
    *write = '\0';
    return count;
}

static FILE *open_reference(const char *name)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/conformance/%s", folder, name);
    return fopen(path, "r");
}

/* "NA" is NaN: in the files it stands for what R does not give. */
static double number(const char *text)
{
    return strcmp(text, "NA") == 0 ? NAN : strtod(text, NULL);
}

static void agree(double found, double expected, double tolerance, const char *what, int row)
{
    ck_assert_msg(fabs(found - expected) <= tolerance * fmax(1e-6, fabs(expected)),
                  "line %d, %s: expected %.17g, found %.17g", row, what, expected, found);
}

typedef leadkpi_status (*proportion_interval)(double, double, double, double *, double *,
                                              leadkpi_error *);

START_TEST(one_proportion_agrees_with_r_in_every_row)
{
    static const struct {
        const char *name;
        proportion_interval call;
    } methods[] = {{"Wilson", leadkpi_stats_wilson_interval},
                   {"Wilson corrected", leadkpi_stats_wilson_corrected_interval},
                   {"Clopper-Pearson", leadkpi_stats_clopper_pearson_interval},
                   {"Jeffreys", leadkpi_stats_jeffreys_interval},
                   {"Agresti-Coull", leadkpi_stats_agresti_coull_interval}};
    FILE *file = open_reference("intervals_one_proportion.csv");
    char line[2048], *f[COLUMNS];
    int rows = 0;
    read_line(file, line, sizeof line, f);
    while (read_line(file, line, sizeof line, f) >= 13) {
        rows++;
        for (int k = 0; k < 5; k++) {
            double low, high;
            ck_assert_int_eq(methods[k].call(number(f[0]), number(f[1]), number(f[2]), &low, &high, NULL), LEADKPI_OK);
            agree(low, number(f[3 + 2 * k]), 1e-11, methods[k].name, rows);
            agree(high, number(f[4 + 2 * k]), 1e-11, methods[k].name, rows);
        }
    }
    fclose(file);
    ck_assert_int_gt(rows, 15);
}
END_TEST

START_TEST(newcombe_agrees_with_r_in_every_row)
{
    FILE *file = open_reference("intervals_two_proportions.csv");
    char line[2048], *f[COLUMNS];
    int rows = 0;
    read_line(file, line, sizeof line, f);
    while (read_line(file, line, sizeof line, f) >= 7) {
        double low, high;
        rows++;
        ck_assert_int_eq(leadkpi_stats_newcombe_interval(number(f[0]), number(f[1]), number(f[2]), number(f[3]), 0.95, &low, &high, NULL), LEADKPI_OK);
        agree(low, number(f[5]), 1e-12, "low", rows);
        agree(high, number(f[6]), 1e-12, "high", rows);
    }
    fclose(file);
    ck_assert_int_ge(rows, 6);
}
END_TEST

/* The curve of one group of survival_<dataset>_data.csv; "ALL" is everybody. */
static leadkpi_stats_survival *curve_of(const char *dataset, const char *group)
{
    static int64_t times[4096];
    static uint8_t events[4096];
    char name[100], line[2048], *f[COLUMNS];
    size_t count = 0;
    leadkpi_stats_survival *curve = NULL;
    snprintf(name, sizeof name, "survival_%s_data.csv", dataset);
    FILE *file = open_reference(name);
    ck_assert_ptr_nonnull(file);
    read_line(file, line, sizeof line, f);
    while (count < 4096 && read_line(file, line, sizeof line, f) >= 3) {
        if (strcmp(group, "ALL") != 0 && strcmp(group, f[2]) != 0) continue;
        times[count] = strtoll(f[0], NULL, 10);
        events[count++] = (uint8_t)(f[1][0] == '1');
    }
    fclose(file);
    ck_assert_int_eq(leadkpi_stats_survival_create_int64(NULL, times, events, count, &curve, NULL), LEADKPI_OK);
    return curve;
}

static int32_t scale_named(const char *name)
{
    return strcmp(name, "plain") == 0 ? LEADKPI_STATS_SURVIVAL_PLAIN
           : strcmp(name, "log") == 0 ? LEADKPI_STATS_SURVIVAL_LOG
                                      : LEADKPI_STATS_SURVIVAL_LOG_LOG;
}

static void check_row(const leadkpi_stats_survival *curve, char *f[COLUMNS], int line)
{
    double time = number(f[3]), survival, standard_error, low, high;
    int64_t at_risk, events, censored, row = leadkpi_stats_survival_row_at(curve, time);
    ck_assert_int_ge(row, 0);
    leadkpi_stats_survival_row(curve, (size_t)row, &time, &at_risk, &events, &censored, &survival, &standard_error, NULL);
    ck_assert(time == number(f[3]) && (double)at_risk == number(f[4]));
    ck_assert((double)events == number(f[5]) && (double)censored == number(f[6]));
    agree(survival, number(f[7]), 1e-13, "S", line);
    leadkpi_status status = leadkpi_stats_survival_interval(curve, (size_t)row, scale_named(f[2]), 0.95, &low, &high, NULL);
    if (survival == 0) {
        ck_assert_int_eq(status, LEADKPI_NOT_ENOUGH_DATA);
        return;
    }
    agree(standard_error, number(f[8]), 1e-12, "standard error", line);
    agree(low, number(f[9]), 1e-12, "low", line);
    agree(high, number(f[10]), 1e-12, "high", line);
}

static void check_table(const char *dataset)
{
    char name[100], line[2048], *f[COLUMNS], group[100] = "";
    int rows = 0;
    leadkpi_stats_survival *curve = NULL;
    snprintf(name, sizeof name, "survival_%s_km.csv", dataset);
    FILE *file = open_reference(name);
    ck_assert_ptr_nonnull(file);
    read_line(file, line, sizeof line, f);
    while (read_line(file, line, sizeof line, f) >= 11) {
        if (strcmp(group, f[1]) != 0) {
            leadkpi_stats_survival_free(curve);
            snprintf(group, sizeof group, "%s", f[1]);
            curve = curve_of(dataset, group);
        }
        check_row(curve, f, ++rows);
    }
    leadkpi_stats_survival_free(curve);
    fclose(file);
    ck_assert_int_gt(rows, 50);
}

START_TEST(life_tables_agree_with_r_in_every_row)
{
    check_table("aml");
    check_table("lung");
}
END_TEST

/* R restricts the means of groups at the last time of each curve. */
START_TEST(medians_and_restricted_means_agree_with_r)
{
    FILE *file = open_reference("survival_summary.csv");
    char line[2048], *f[COLUMNS];
    int rows = 0;
    read_line(file, line, sizeof line, f);
    while (read_line(file, line, sizeof line, f) >= 10) {
        double median, low, high, mean, standard_error, last;
        leadkpi_stats_survival *curve = curve_of(f[0], f[1]);
        rows++;
        ck_assert_int_eq(leadkpi_stats_survival_quantile(curve, 0.5, scale_named(f[2]), 0.95, &median, &low, &high, NULL), LEADKPI_OK);
        agree(median, number(f[7]), 0, "median", rows);
        agree(low, number(f[8]), 0, "median low", rows);
        if (isnan(number(f[9]))) ck_assert(high == INFINITY);
        else agree(high, number(f[9]), 0, "median high", rows);
        leadkpi_stats_survival_row(curve, leadkpi_stats_survival_row_count(curve) - 1, &last, NULL, NULL, NULL, NULL, NULL, NULL);
        ck_assert_int_eq(leadkpi_stats_survival_restricted_mean(curve, last, &mean, &standard_error, NULL), LEADKPI_OK);
        agree(mean, number(f[5]), 1e-13, "restricted mean", rows);
        agree(standard_error, number(f[6]), 1e-12, "its standard error", rows);
        leadkpi_stats_survival_free(curve);
    }
    fclose(file);
    ck_assert_int_ge(rows, 18);
}
END_TEST

/* LEADKPI_SHARED, else ../shared beside the source tree (srcdir is set by `make check`). */
static int find_folder(void)
{
    const char *given = getenv("LEADKPI_SHARED"), *source = getenv("srcdir");
    if (given) snprintf(folder, sizeof folder, "%s", given);
    else snprintf(folder, sizeof folder, "%s/../shared", source ? source : ".");
    FILE *file = open_reference("intervals_one_proportion.csv");
    if (file) fclose(file);
    return file != NULL;
}

int main(void)
{
    if (!find_folder()) {
        fprintf(stderr, "SKIPPED: no reference files in %s (set LEADKPI_SHARED)\n", folder);
        return SKIPPED;
    }
    Suite *suite = suite_create("conformance");
    TCase *tcase = tcase_create("conformance");
    tcase_add_test(tcase, one_proportion_agrees_with_r_in_every_row);
    tcase_add_test(tcase, newcombe_agrees_with_r_in_every_row);
    tcase_add_test(tcase, life_tables_agree_with_r_in_every_row);
    tcase_add_test(tcase, medians_and_restricted_means_agree_with_r);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
