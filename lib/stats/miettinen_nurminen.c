/* miettinen_nurminen.c: the score interval of a difference of two proportions. */
#include <math.h>

#include <leadkpi/stats.h>

#include "stats/check.h"

typedef struct two_groups {
    double first_successes, first_trials, second_successes, second_trials;
} two_groups;

/* A Newton step on the cubic, kept when it stays between `least` and `most`: the closed form
 * loses half of its digits where two roots meet. */
static double polish(double p, const double c[4], double least, double most)
{
    for (int i = 0; i < 3; i++) {
        double value = ((c[3] * p + c[2]) * p + c[1]) * p + c[0];
        double slope = (3 * c[3] * p + 2 * c[2]) * p + c[1];
        double next = p - value / slope;
        if (!(next >= least && next <= most)) break;
        p = next;
    }
    return fmin(most, fmax(least, p));
}

/* The second proportion of greatest likelihood when the first is `difference` more: the root of
 * a cubic in closed form (Miettinen and Nurminen 1985, appendix I). */
static double second_given(const two_groups *g, double difference)
{
    double n = g->first_trials + g->second_trials, x = g->first_successes + g->second_successes;
    double c[4] = {
        g->second_successes * difference * (1 - difference),
        (g->second_trials * difference - n - 2 * g->second_successes) * difference + x,
        (g->first_trials + 2 * g->second_trials) * difference - n - x,
        n,
    };
    double shift = c[2] / (3 * n);
    double q = shift * shift * shift - c[1] * c[2] / (6 * n * n) + c[0] / (2 * n);
    double radius = copysign(sqrt(fmax(0, shift * shift - c[1] / (3 * n))), q);
    double cosine = radius == 0 ? 0 : q / (radius * radius * radius);
    double angle = (acos(-1.0) + acos(fmin(1, fmax(-1, cosine)))) / 3;
    double p = 2 * radius * cos(angle) - shift;
    return polish(p, c, fmax(0, -difference), fmin(1, 1 - difference));
}

/* The standard error of the observed difference if `difference` were true. */
static double standard_error(const two_groups *g, double difference)
{
    double q = second_given(g, difference), p = fmin(1, fmax(0, q + difference));
    double n = g->first_trials + g->second_trials;
    double variance = p * (1 - p) / g->first_trials + q * (1 - q) / g->second_trials;
    return sqrt(variance * (n / (n - 1)));
}

/* Halves the way from the observed difference (inside) to -1 or 1 (outside, there the standard
 * error is 0) until doubles have nothing between. */
static double limit(const two_groups *g, double observed, double z, double outside)
{
    double inside = observed;
    for (int i = 0; i < 200; i++) {
        double middle = 0.5 * (inside + outside);
        if (middle == inside || middle == outside) break;
        if (fabs(observed - middle) <= z * standard_error(g, middle)) inside = middle;
        else outside = middle;
    }
    return inside;
}

leadkpi_status leadkpi_stats_miettinen_nurminen_interval(
    double first_successes, double first_trials, double second_successes, double second_trials,
    double level, double *low, double *high, leadkpi_error *error)
{
    LK_TRY(lk_stats_begin(level, low, high, error));
    LK_TRY(lk_stats_check_proportion(first_successes, first_trials, error));
    LK_TRY(lk_stats_check_proportion(second_successes, second_trials, error));
    LK_FAIL_IF(first_trials + second_trials <= 1, error, LEADKPI_NOT_ENOUGH_DATA,
               "trials: expected more than 1 in both groups together, found %g",
               first_trials + second_trials);
    two_groups groups = {first_successes, first_trials, second_successes, second_trials};
    double observed = first_successes / first_trials - second_successes / second_trials;
    double z = lk_stats_z_of_level(level);
    *low = limit(&groups, observed, z, -1);
    *high = limit(&groups, observed, z, 1);
    return LEADKPI_OK;
}
