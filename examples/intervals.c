/* intervals.c: is 6 % of 50 better than 4 % of 500? The functions under every
 * estimate, for use on their own: no handle, no memory. */
#include <leadkpi.h>
#include <stdio.h>

static void line(const char *what, leadkpi_status status, double low, double high,
                 const leadkpi_error *error)
{
    if (status == LEADKPI_OK)
        printf("%-44s %.4g to %.4g\n", what, low, high);
    else
        printf("%-44s %s: %s\n", what, leadkpi_status_name(status), error->message);
}

int main(void)
{
    leadkpi_error error;
    leadkpi_status status;
    double low, high, median;

    status = leadkpi_stats_wilson_interval(40, 500, 0.95, &low, &high, &error);
    line("40 of 500 leads became MQLs", status, low, high, &error);

    status = leadkpi_stats_clopper_pearson_interval(0, 25, 0.95, &low, &high, &error);
    line("0 of 25 won, never too optimistic", status, low, high, &error);

    status = leadkpi_stats_newcombe_interval(3, 50, 20, 500, 0.95, &low, &high, &error);
    line("3 of 50 less 20 of 500", status, low, high, &error);

    status = leadkpi_stats_poisson_interval(12, 0.95, &low, &high, &error);
    line("12 leads in a week: the expected number", status, low, high, &error);

    status = leadkpi_stats_cost_per_count_interval(1000, 100, 0.95, &low, &high, &error);
    line("1000 spent on 100 leads: cost per lead", status, low, high, &error);

    /* What cannot be is refused, with the reason. */
    status = leadkpi_stats_wilson_interval(60, 50, 0.95, &low, &high, &error);
    line("60 of 50", status, low, high, &error);
    status = leadkpi_stats_wilson_interval(0, 0, 0.95, &low, &high, &error);
    line("0 of 0", status, low, high, &error);

    /* Days to close. Leads still open (0) count as long as they have been watched:
     * leaving them out would show the fast ones only. */
    const int64_t days[] = {9, 14, 21, 21, 30, 35, 42, 60, 60, 60};
    const uint8_t closed[] = {1, 1, 1, 0, 1, 1, 0, 0, 0, 0};
    leadkpi_stats_survival *curve;
    status = leadkpi_stats_survival_create_int64(NULL, days, closed, 10, &curve, &error);
    if (status != LEADKPI_OK) return 1;
    status = leadkpi_stats_survival_quantile(curve, 0.5, LEADKPI_STATS_SURVIVAL_LOG_LOG, 0.95,
                                             &median, &low, &high, &error);
    printf("median days to close: %g\n", median);
    line("  with half of the leads still open", status, low, high, &error);
    leadkpi_stats_survival_free(curve);
    return 0;
}
