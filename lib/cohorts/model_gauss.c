/* model_gauss.c: Gauss-Legendre quadrature, and an integral it serves. */
#include "cohorts/model.h"

#define PI 3.14159265358979323846

/* Newton's method on the Legendre polynomial from Tricomi's first guess (Abramowitz and Stegun
 * 22.16.6). */
void lk_gauss_init(lk_gauss *gauss, int count)
{
    gauss->count = count;
    for (int i = 0; i < (count + 1) / 2; i++) {
        double x = cos(PI * (i + 0.75) / (count + 0.5)), slope = 1;
        for (int pass = 0; pass < 6; pass++) {
            double before = 1, value = x;
            for (int k = 2; k <= count; k++) {
                double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
                before = value;
                value = next;
            }
            slope = count == 1 ? 1 : count * (before - x * value) / (1 - x * x);
            x -= value / slope;
        }
        gauss->nodes[i] = (1 - x) / 2;
        gauss->nodes[count - 1 - i] = (1 + x) / 2;
        gauss->weights[i] = gauss->weights[count - 1 - i] = 1 / ((1 - x * x) * slope * slope);
    }
}

/* The continued fraction of Abramowitz and Stegun 5.1.22 in its even form, by Lentz's method. */
static double by_fraction(double order, double z)
{
    double b = z + order, c = INFINITY, d = 1 / b, value = d;
    for (int i = 1; i < 1000; i++) {
        double a = -i * (order - 1 + i);
        b += 2;
        d = 1 / (a * d + b);
        c = isinf(c) ? b : b + a / c;
        double change = c * d;
        value *= change;
        if (fabs(change - 1) < 1e-16) break;
    }
    return value;
}

/* The integral of exp(-z t) (1 + t)^-order over t from 0, t = exp(v - exp(-v)), by the trapezoidal
 * rule: double exponential at both ends. */
static double by_quadrature(double order, double z)
{
    double step = 1.0 / 16, sum = 0;
    for (int i = -80; i < 16 * 700; i++) {
        double v = i * step, fall = exp(-v), t = exp(v - fall);
        double term = exp(-z * t - order * log1p(t)) * t * (1 + fall);
        sum += term;
        if (i > 0 && z * t > 60) break;
    }
    return sum * step;
}

double lk_scaled_exponential_integral(double order, double z)
{
    return z >= 1 || order > 60 ? by_fraction(order, z) : by_quadrature(order, z);
}
