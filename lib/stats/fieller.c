/* fieller.c: the ratio of two estimates. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"

/* Every ratio r with a r^2 - 2 b r + c <= 0. */
typedef struct quadratic {
    double a, b, c;
} quadratic;

static int32_t whole_line(double *low, double *high)
{
    *low = -INFINITY;
    *high = INFINITY;
    return LEADKPI_STATS_FIELLER_WHOLE_LINE;
}

/* a = 0: the denominator is exactly as far from 0 as the level allows; one end is infinite. */
static int32_t half_line(const quadratic *e, double *low, double *high)
{
    if (e->b == 0) return whole_line(low, high);
    *low = e->b > 0 ? 0.5 * e->c / e->b : -INFINITY;
    *high = e->b > 0 ? INFINITY : 0.5 * e->c / e->b;
    return LEADKPI_STATS_FIELLER_BOUNDED;
}

/* With a > 0 the set lies between the roots, and there are roots because the estimate is in
 * it; with a < 0 it lies outside of them, or there are none and it is everything. */
static int32_t solve(const quadratic *e, double *low, double *high)
{
    if (e->a == 0) return half_line(e, low, high);
    double product = e->a * e->c, square = e->b * e->b;
    double discriminant = square - product +
                          (fma(e->b, e->b, -square) - fma(e->a, e->c, -product));
    if (e->a < 0 && discriminant <= 0) return whole_line(low, high);
    double q = e->b + copysign(sqrt(fmax(0, discriminant)), e->b);
    double one = q / e->a, other = q == 0 ? 0 : e->c / q;
    *low = fmin(one, other);
    *high = fmax(one, other);
    return e->a > 0 ? LEADKPI_STATS_FIELLER_BOUNDED : LEADKPI_STATS_FIELLER_EXCLUSIVE;
}

static leadkpi_status check(double numerator, double denominator, double numerator_variance,
                            double denominator_variance, double covariance,
                            double degrees_of_freedom, leadkpi_error *error)
{
    LK_TRY(lk_stats_check_finite("numerator", numerator, error));
    LK_TRY(lk_stats_check_finite("denominator", denominator, error));
    LK_TRY(lk_stats_check_not_negative("numerator_variance", numerator_variance, error));
    LK_TRY(lk_stats_check_not_negative("denominator_variance", denominator_variance, error));
    LK_TRY(lk_stats_check_finite("covariance", covariance, error));
    LK_FAIL_IF(!(degrees_of_freedom > 0), error, LEADKPI_BAD_ARGUMENT,
               "degrees_of_freedom: expected above 0, found %g", degrees_of_freedom);
    double most = sqrt(numerator_variance) * sqrt(denominator_variance);
    LK_FAIL_IF(fabs(covariance) > most * (1 + 1e-12), error, LEADKPI_BAD_DATA,
               "covariance: expected at most %g either way, as the variances allow, found %g",
               most, covariance);
    LK_FAIL_IF(denominator == 0 && denominator_variance == 0, error, LEADKPI_UNDEFINED,
               "ratio: the denominator is 0 and has no variance");
    return LEADKPI_OK;
}

leadkpi_status leadkpi_stats_fieller_interval(double numerator, double denominator,
                                              double numerator_variance,
                                              double denominator_variance, double covariance,
                                              double degrees_of_freedom, double level, double *low,
                                              double *high, int32_t *outcome,
                                              leadkpi_error *error)
{
    if (outcome) *outcome = 0;
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_REQUIRE(outcome, error);
    LK_TRY(check(numerator, denominator, numerator_variance, denominator_variance, covariance,
                 degrees_of_freedom, error));
    double t = leadkpi_stats_t_upper_quantile(0.5 * (1 - level), degrees_of_freedom);
    quadratic equation = {
        denominator * denominator - t * t * denominator_variance,
        numerator * denominator - t * t * covariance,
        numerator * numerator - t * t * numerator_variance,
    };
    LK_FAIL_IF(!isfinite(equation.b * equation.b) || !isfinite(equation.a * equation.c), error,
               LEADKPI_OVERFLOW, "ratio: the squares are larger than a double holds");
    *outcome = solve(&equation, low, high);
    return LEADKPI_OK;
}
