/* model_period_ends.c: transactions that are each worth what they are at the end of their period. */
#include "cohorts/model.h"

/* By Abel's summation, with q = exp(-interest period): the sum of (E(i) - E(i - 1)) q^i is that of
 * E(i) q^i (1 - q) up to the last period but one, and E q^i of the last: nothing cancels.
 *
 * E is smooth where the time is long against the scale of the model: on panels that double with the
 * time it is a polynomial through Chebyshev's points. It is singular at no nearer than one
 * length before the panel, the ellipse of Bernstein through which has rho = 3 + sqrt(8), and
 * rho^-20 is 5e-16. So 100,000 periods take E at some 400 times, and two products a degree each. */
#define DEGREES LK_PERIOD_ENDS_DEGREES

/* Beyond this an interest has eaten up what is left. */
#define INTEREST_MOST 60.0

void lk_period_ends_init(lk_period_ends *ends)
{
    static const double pi = 3.14159265358979323846;
    for (int i = 0; i < DEGREES; i++)
        for (int k = 0; k < DEGREES; k++)
            ends->cosines[i][k] = cos(pi * k * (i + 0.5) / DEGREES);
}

/* Sum of E q^i from period `first` on, period by period. */
static double sum_of_few(const lk_prospect *prospect, double period, double interest, double first,
                         double count)
{
    double sum = 0;
    for (double i = first; i < first + count; i += 1)
        sum += lk_prospect_expected(prospect, i * period) * exp(-interest * period * i);
    return sum;
}

/* Clenshaw's recurrence. */
static double value_at(const double coefficients[DEGREES], double x)
{
    double b1 = 0, b2 = 0;
    for (int k = DEGREES - 1; k > 0; k--) {
        double b = 2 * x * b1 - b2 + coefficients[k];
        b2 = b1;
        b1 = b;
    }
    return x * b1 - b2 + coefficients[0];
}

static double sum_of_panel(const lk_period_ends *ends, const lk_prospect *prospect, double period,
                           double interest, double first, double count)
{
    double coefficients[DEGREES] = {0}, half = (count - 1) / 2, sum = 0;
    for (int i = 0; i < DEGREES; i++) {
        double at = lk_prospect_expected(prospect, (first + half + half * ends->cosines[i][1]) * period);
        for (int k = 0; k < DEGREES; k++)
            coefficients[k] += at * ends->cosines[i][k] * (k ? 2.0 : 1.0) / DEGREES;
    }
    for (double i = 0; i < count; i += 1)
        sum += value_at(coefficients, i / half - 1) * exp(-interest * period * (first + i));
    return sum;
}

double lk_prospect_at_period_ends(const lk_period_ends *ends, const lk_prospect *prospect,
                                  double horizon, double period, double interest)
{
    double periods = ceil(horizon / period), sum = 0;
    double last = fmin(periods - 1, floor(INTEREST_MOST / (interest * period)));
    for (double first = 1, count; first <= last; first += count) {
        double length = floor(lk_prospect_scale(prospect) / period + first);
        count = fmin(last - first + 1, fmax(length, 1));
        if (count <= DEGREES) sum += sum_of_few(prospect, period, interest, first, count);
        else sum += sum_of_panel(ends, prospect, period, interest, first, count);
    }
    return -expm1(-interest * period) * sum +
           exp(-interest * period * periods) * lk_prospect_expected(prospect, horizon);
}
