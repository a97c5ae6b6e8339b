/* one_kpi.c: one KPI, and how sure it is.
 *
 *     cc one_kpi.c $(pkg-config --cflags --libs leadkpi) && ./a.out */
#include <leadkpi.h>
#include <stdio.h>

/* Any KPI by its name, with inputs in the order of the catalogue. */
static void show(const char *name, const double *inputs, size_t input_count)
{
    leadkpi_error error;
    leadkpi_estimate estimate;
    int32_t kpi;
    if (leadkpi_kpi_find(name, LEADKPI_NUL_TERMINATED, &kpi, &error) != LEADKPI_OK) {
        printf("%s\n", error.message);
        return;
    }
    leadkpi_kpi_evaluate(kpi, inputs, input_count, NULL, &estimate, &error);
    printf("%s\n", leadkpi_kpi_property(kpi, "title", LEADKPI_NUL_TERMINATED));
    for (int32_t i = 0; i < leadkpi_kpi_input_count(kpi); i++)
        printf("  %s: %g\n", leadkpi_kpi_input(kpi, i), inputs[i]);

    if (estimate.status == LEADKPI_OK) {
        printf("  %.4g", estimate.value);
    } else {
        /* Not a bug in the call: the data does not give a number, and says why. */
        printf("  %s", leadkpi_status_name(estimate.status));
    }
    /* An interval, or, where there is no value, a bound that holds all the same. */
    if (!(estimate.flags & LEADKPI_FLAG_NO_INTERVAL))
        printf(" (%.4g to %.4g at %g %%)", estimate.low, estimate.high, 100 * estimate.level);
    printf("\n");
    if (leadkpi_kpi_estimate_reason(&estimate)[0]) printf("  %s\n", leadkpi_kpi_estimate_reason(&estimate));
}

int main(void)
{
    /* Just the number: a plain C function for every KPI; NaN where undefined. */
    printf("cost per lead of 250 leads for 5000: %g\n", leadkpi_cost_per_lead(5000, 250));

    show("CPL", (double[]){5000, 250}, 2);            /* an alias */
    show("lead-to-MQL rate", (double[]){40, 500}, 2); /* blanks, hyphens, case: all one */
    show("cost_per_lead", (double[]){5000, 0}, 2);    /* no lead yet: at least so much each */
    show("return_on_ad_spend", (double[]){18000, 5000}, 2);
    show("conversion rate", NULL, 0); /* what might that be? */
    show("cost_per_laed", NULL, 0);
    return 0;
}
