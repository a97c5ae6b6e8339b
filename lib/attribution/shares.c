#include "attribution/shares.h"

#include <math.h>

leadkpi_status lk_share_errors_init(lk_share_errors *errors, lk_memory *memory, size_t count,
                                    leadkpi_error *error)
{
    *errors = (lk_share_errors){.count = count};
    LK_TRY(lk_allocate(memory, count, 6 * sizeof *errors->mean, &errors->mean, error));
    for (size_t i = 0; i < 6 * count; i++) errors->mean[i] = 0;
    errors->squares = count ? errors->mean + 2 * count : NULL;
    errors->products = count ? errors->mean + 4 * count : NULL;
    return LEADKPI_OK;
}

void lk_share_errors_free(lk_share_errors *errors, lk_memory *memory)
{
    lk_release(memory, errors->mean, errors->count, 6 * sizeof *errors->mean);
    *errors = (lk_share_errors){0};
}

/* Welford 1962, of two numbers: no difference of large sums. */
void lk_share_errors_add(lk_share_errors *errors, const double *parts, const double total[2])
{
    double groups = ++errors->groups;
    for (size_t kind = 0; kind < 2; kind++) {
        double total_off = total[kind] - errors->total_mean[kind];
        errors->total_mean[kind] += total_off / groups;
        double rest = total[kind] - errors->total_mean[kind];
        errors->total_squares[kind] += total_off * rest;
        for (size_t i = kind * errors->count; i < (kind + 1) * errors->count; i++) {
            double off = parts[i] - errors->mean[i];
            errors->mean[i] += off / groups;
            errors->squares[i] += off * (parts[i] - errors->mean[i]);
            errors->products[i] += off * rest;
        }
    }
}

double lk_share_error(const lk_share_errors *errors, size_t kind, size_t cell, double credit,
                      double total)
{
    double groups = errors->groups, share = credit / total;
    size_t i = kind * errors->count + cell;
    if (errors->groups < 2 || total == 0) return NAN;
    double squares = errors->squares[i] - 2 * share * errors->products[i] +
                     share * share * errors->total_squares[kind];
    return squares > 0 ? sqrt(groups / (groups - 1) * squares) / fabs(total) : 0;
}
