/* Three models over the same paths, side by side. */
#include <leadkpi.h>
#include <stdio.h>

static int fail(const leadkpi_error *error)
{
    fprintf(stderr, "%s\n", error->message);
    return 1;
}

int main(void)
{
    const char *paths[] = {"Search > Email > Direct", "Search > Direct", "Social > Search", "Email"};
    const double conversions[] = {10, 4, 6, 2}, nulls[] = {90, 96, 34, 18};
    leadkpi_attribution *attribution = NULL;
    leadkpi_options *options = NULL;
    leadkpi_table *rows = NULL, *report = NULL;
    leadkpi_error error;

    if (leadkpi_attribution_create(NULL, NULL, &attribution, &error) != LEADKPI_OK ||
        leadkpi_table_create(NULL, &rows, &error) != LEADKPI_OK ||
        leadkpi_table_copy_strings(rows, "path", LEADKPI_NUL_TERMINATED, paths, 4, &error) !=
            LEADKPI_OK ||
        leadkpi_table_borrow_double(rows, "conversions", LEADKPI_NUL_TERMINATED, conversions, 4, 0,
                                    NULL, &error) != LEADKPI_OK ||
        leadkpi_table_borrow_double(rows, "nulls", LEADKPI_NUL_TERMINATED, nulls, 4, 0, NULL,
                                    &error) != LEADKPI_OK ||
        leadkpi_attribution_add_paths(attribution, rows, NULL, 0, &error) != LEADKPI_OK ||
        leadkpi_options_create(NULL, "attribution_report", LEADKPI_NUL_TERMINATED, &options,
                               &error) != LEADKPI_OK ||
        leadkpi_options_parse(options, "models=first,u,markov", LEADKPI_NUL_TERMINATED, &error) !=
            LEADKPI_OK ||
        leadkpi_attribution_compare(attribution, options, &report, &error) != LEADKPI_OK)
        return fail(&error);

    printf("%-14s %8s %8s %8s\n", "", "first", "u", "markov");
    for (size_t row = 0; row < leadkpi_table_row_count(report); row++) {
        const char *name;
        size_t length;
        int32_t channel = 1, what = 0; /* the columns row and channel */
        leadkpi_table_get_text(report, leadkpi_table_is_null(report, channel, row) ? what : channel,
                               row, &name, &length, NULL);
        printf("%-14.*s", (int)length, name);
        for (int32_t model = 2; model < 5; model++) {
            double credit;
            leadkpi_table_get_double(report, model, row, &credit, NULL);
            printf(" %8.2f", credit);
        }
        printf("\n");
    }
    leadkpi_table_free(report);
    leadkpi_table_free(rows);
    leadkpi_options_free(options);
    leadkpi_attribution_free(attribution);
    return 0;
}
