/* mean.c: the interval of a mean, and of a product or quotient of estimates. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"

/* count * sum_of_squares - sum * sum, with the rounding of both products taken back. */
static double scaled_squares_about_mean(double count, double sum, double sum_of_squares)
{
    double squares = count * sum_of_squares, square = sum * sum;
    return squares - square + (fma(count, sum_of_squares, -squares) - fma(sum, sum, -square));
}

/* What sums of rounded squares may be off by, beside their own size. */
#define SUMMATION_TOLERANCE 1e-12

leadkpi_status leadkpi_stats_mean_interval(double count, double sum, double sum_of_squares,
                                           double level, double *low, double *high,
                                           leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_whole("count", count, error));
    LK_TRY(lk_stats_check_finite("sum", sum, error));
    LK_TRY(lk_stats_check_not_negative("sum_of_squares", sum_of_squares, error));
    LK_FAIL_IF(count == 0, error, LEADKPI_UNDEFINED, "mean: no value");
    LK_FAIL_IF(count == 1, error, LEADKPI_NOT_ENOUGH_DATA,
               "mean: expected at least 2 values to see a spread, found 1");
    LK_FAIL_IF(!isfinite(count * sum_of_squares) || !isfinite(sum * sum), error, LEADKPI_OVERFLOW,
               "mean: the squares are larger than a double holds");
    double scaled = scaled_squares_about_mean(count, sum, sum_of_squares);
    LK_FAIL_IF(scaled < -SUMMATION_TOLERANCE * count * sum_of_squares ||
                   (sum != 0 && sum_of_squares == 0),
               error, LEADKPI_BAD_DATA,
               "sum_of_squares: expected at least sum * sum / count = %g, found %g",
               sum * sum / count, sum_of_squares);
    double variance = fmax(0, scaled) / count / (count - 1);
    double t = leadkpi_stats_t_upper_quantile(0.5 * (1 - level), count - 1);
    double half_width = t * sqrt(variance / count);
    *low = sum / count - half_width;
    *high = sum / count + half_width;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_log_delta_interval(double value, double relative_variance,
                                                double level, double *low, double *high,
                                                leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_not_negative("value", value, error));
    LK_TRY(lk_stats_check_not_negative("relative_variance", relative_variance, error));
    LK_FAIL_IF(value == 0, error, LEADKPI_BAD_DATA,
               "value: expected above 0, as its logarithm is taken, found 0");
    double factor = exp(lk_stats_z_of_level(level) * sqrt(relative_variance));
    *low = value / factor;
    *high = value * factor;
    return LEADKPI_OK;
}
