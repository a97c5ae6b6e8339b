/* inverse.c: the quantile of a distribution on 0 to infinity (or to `most`). */
#include <float.h>

#include "stats/special.h"

/* Steps are relative: x becomes x (1 + step), so that a quantile of 1e-200 has as many digits as
 * one of 1e9. Newton's on the log of the tail over log x, which is concave and nearly straight far
 * out; a bracket catches what would leave it. */
double lk_stats_invert(lk_stats_tails_at tails_at, double first, double second, double target,
                       int upper, double guess, double most)
{
    double below = 0, above = most, x = guess;
    if (!(x >= DBL_MIN)) x = DBL_MIN;
    if (!(x < most)) x = isinf(most) ? DBL_MAX : most * (1 - DBL_EPSILON);
    for (int i = 0; i < 200; i++) {
        lk_stats_tails tails = tails_at(x, first, second);
        double tail = upper ? tails.upper : tails.lower;
        int too_small = upper ? tail > target : tail < target;
        if (too_small) below = x;
        else above = x;
        double slope = (upper ? -1 : 1) * tails.x_density / tail;
        double step = log(target / tail) / slope;
        if (fabs(step) < 4 * DBL_EPSILON) return x;
        double next = x + x * (fabs(step) < 1 ? step : expm1(step < 600 ? step : 600));
        if (!(next > below && next < above)) {
            double low = below > DBL_MIN ? below : DBL_MIN;
            double high = above < DBL_MAX ? above : DBL_MAX;
            next = sqrt(low) * sqrt(high);
            if (!(next > below && next < above)) return isinf(above) ? INFINITY : x;
        }
        if (fabs(step) < 1e-13) return next;
        x = next;
    }
    return x;
}
