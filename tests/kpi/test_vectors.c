/* Golden values of every KPI and variant: tests/vectors/kpi.tsv. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include <leadkpi.h>

#include "../support/check_main.h"

#define NUL LEADKPI_NUL_TERMINATED
#define ROWS_MAX 1000

typedef struct row {
    char kpi[100];
    double values[8][32];
    size_t counts[8];
    size_t input_count;
    double value, low, high; /* low and high NaN where not given */
} row;

static row rows[ROWS_MAX];
static int row_count;

static double number_or_nan(const char *text)
{
    return *text ? strtod(text, NULL) : NAN;
}

/* "a=1; b=2,3" */
static void read_inputs(const char *text, row *out)
{
    out->input_count = 0;
    while (*text) {
        size_t i = out->input_count++, count = 0;
        text = strchr(text, '=');
        do {
            char *end;
            out->values[i][count++] = strtod(text + 1, &end);
            text = end;
        } while (*text == ',');
        out->counts[i] = count;
        if (*text == ';') text++;
    }
}

static void read_rows(void)
{
    const char *directory = getenv("srcdir");
    char path[1000], line[4000];
    snprintf(path, sizeof path, "%s/tests/vectors/kpi.tsv", directory ? directory : ".");
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    while (fgets(line, sizeof line, file)) {
        char *fields[6], *next = line;
        if (line[0] == '#' || strncmp(line, "kpi\t", 4) == 0) continue;
        for (int i = 0; i < 6; i++) {
            fields[i] = next;
            next += strcspn(next, "\t\n");
            if (*next) *next++ = 0;
        }
        row *r = &rows[row_count++];
        size_t length = strlen(fields[0]);
        if (length >= sizeof r->kpi) exit(EXIT_FAILURE);
        memcpy(r->kpi, fields[0], length + 1);
        read_inputs(fields[1], r);
        r->value = number_or_nan(fields[2]);
        r->low = number_or_nan(fields[3]);
        r->high = number_or_nan(fields[4]);
    }
    fclose(file);
}

static void evaluate(const row *r, leadkpi_estimate *out)
{
    const double *samples[8];
    int32_t kpi;
    leadkpi_error error;
    for (size_t i = 0; i < r->input_count; i++) samples[i] = r->values[i];
    ck_assert_int_eq(leadkpi_kpi_find(r->kpi, NUL, &kpi, &error), LEADKPI_OK);
    leadkpi_status status =
        leadkpi_kpi_evaluate_samples(kpi, samples, r->counts, r->input_count, NULL, out, &error);
    ck_assert_msg(status == LEADKPI_OK, "%s: %s", r->kpi, error.message);
}

static bool close_to(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fmax(fabs(a), fabs(b)) || a == b;
}

/* The order of two roundings may differ from Python's: a few units in the last place. */
START_TEST(every_golden_value_comes_out)
{
    for (int i = 0; i < row_count; i++) {
        leadkpi_estimate e;
        evaluate(&rows[i], &e);
        ck_assert_msg(close_to(e.value, rows[i].value, 4e-15) ||
                          fabs(e.value - rows[i].value) <= 4e-16,
                      "%s: expected %.17g, found %.17g", rows[i].kpi, rows[i].value, e.value);
    }
}
END_TEST

START_TEST(every_golden_interval_comes_out)
{
    int compared = 0;
    for (int i = 0; i < row_count; i++) {
        leadkpi_estimate e;
        if (isnan(rows[i].low)) continue;
        evaluate(&rows[i], &e);
        ck_assert_msg(close_to(e.low, rows[i].low, 1e-9) && close_to(e.high, rows[i].high, 1e-9),
                      "%s: expected %.17g to %.17g, found %.17g to %.17g", rows[i].kpi, rows[i].low,
                      rows[i].high, e.low, e.high);
        compared++;
    }
    ck_assert_int_ge(compared, 50);
}
END_TEST

START_TEST(every_kpi_and_variant_has_a_golden_value)
{
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        const char *name = leadkpi_kpi_property(leadkpi_kpi_at(i), "name", NUL);
        int k = 0;
        while (k < row_count && strcmp(rows[k].kpi, name) != 0) k++;
        ck_assert_msg(k < row_count, "%s has no row in tests/vectors/kpi.tsv", name);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI vectors");
    TCase *tcase = tcase_create("vectors");
    read_rows();
    tcase_add_test(tcase, every_golden_value_comes_out);
    tcase_add_test(tcase, every_golden_interval_comes_out);
    tcase_add_test(tcase, every_kpi_and_variant_has_a_golden_value);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
