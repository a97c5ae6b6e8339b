/* log1p_gap.c: u - log(1 + u). */
#include "stats/special.h"

/* With v = u / (2 + u), log(1 + u) is 2 atanh(v) and u - 2 v is u v; what is left is a quickly
 * falling series in v^2, of one sign, and small beside u v. */
double lk_stats_log1p_gap(double u, double one_plus_u)
{
    if (u > 0.6 || u < -0.4) return u - log(one_plus_u);
    double v = u / (2 + u), square = v * v, power = square, sum = 1.0 / 3;
    for (int odd = 5; power > 1e-17 * odd; odd += 2, power *= square) sum += power / odd;
    return v * (u - 2 * square * sum);
}
