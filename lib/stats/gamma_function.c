/* gamma_function.c: log-gamma, digamma, trigamma.
 *
 * The C library's lgamma is not used: it writes the global signgam, and its
 * last digits differ between platforms. The coefficients were computed with 60
 * digits from their definitions, which stand beside them. */
#include <leadkpi/stats.h>

#include "stats/special.h"

#define LENGTH_OF(array) (sizeof(array) / sizeof *(array))

/* (-1)^k (zeta(k) - 1) / k for k = 2, 3, ...: log Gamma(2 + w) = (1 - gamma) w + their sum with
 * w^k (Abramowitz and Stegun 6.1.33). For |w| <= 1/2 a term is at most a quarter of the
 * one before. */
static const double log_gamma_at_2[] = {
    0.3224670334241132182362076, -0.06735230105319809513324605, 0.02058080842778454787900092,
    -7.385551028673985266273097e-3, 2.890510330741523285752988e-3, -1.192753911703260977113936e-3,
    5.096695247430424223356548e-4, -2.231547584535793797614188e-4, 9.945751278180853371459589e-5,
    -4.49262367381331417002075e-5, 2.05072127756706915531665e-5, -9.439488275268395903987425e-6,
    4.374866789907487804181793e-6, -2.039215753801366236781901e-6, 9.55141213040741983285718e-7,
    -4.49246919876456604329429e-7, 2.120718480555466586923136e-7, -1.004322482396809960872083e-7,
    4.769810169363980565760193e-8, -2.271109460894316491031998e-8, 1.083865921489695409107492e-8,
    -5.183475041970046655121249e-9, 2.483674543802478317185009e-9, -1.192140140586091207442548e-9,
    5.731367241678862013330195e-10, -2.75952288512423314517815e-10, 1.330476437424448948149716e-10,
    -6.422964563838100022082448e-11,
};
#define ONE_MINUS_EULER 0.4227843350984671393934879

/* The zero of digamma in two parts, and its Taylor coefficients there, from k = 1. */
#define DIGAMMA_ZERO 1.4616321449683622
#define DIGAMMA_ZERO_LOW 9.549995429965697715184199e-17
static const double digamma_at_zero[] = {
    0.9676722454476211704274448, -0.4427631689835921060928653, 0.2584997609556510106244014,
    -0.1639427054424065275042513, 0.1078240506912623657571829, -0.07219956125645471092612178,
    0.04880428816414310722509253, -0.0331611264748473592922584, 0.02259764823221810465962483,
    -0.01542476590494895913880032, 0.01053879161661217538812405, -7.204534386356868240970474e-3,
    4.926781395729853446354266e-3, -3.369801655439328082792857e-3, 2.30512632673492783693838e-3,
    -1.576936771430197259270935e-3, 1.078825201916296580691918e-3, -7.380709389960051295660474e-4,
    5.049532658346020351773982e-4, -3.45468025106307699555568e-4, 2.36356015640270527923696e-4,
    -1.617062209197480344935831e-4, 1.106337276874741090408716e-4, -7.569179582195065919237709e-5,
    5.178575795222080868993268e-5,
};

static double polynomial(const double *coefficients, size_t count, double x)
{
    double sum = 0;
    for (size_t i = count; i-- > 0;) sum = sum * x + coefficients[i];
    return sum;
}

/* log Gamma(2 + w) for |w| <= 1/2. */
static double log_gamma_2p(double w)
{
    return w * (ONE_MINUS_EULER + w * polynomial(log_gamma_at_2, LENGTH_OF(log_gamma_at_2), w));
}

double lk_stats_log_gamma_1p(double w)
{
    if (w <= 0.5) return log_gamma_2p(w) - log1p(w);
    if (w <= 1.5) return log_gamma_2p(w - 1);
    return leadkpi_stats_log_gamma(1 + w);
}

/* From here on Stirling's series with eight terms is good to half an ulp of the whole. */
#define STIRLING_FROM 10.0

/* Sum of B(2k) / (2k (2k - 1) x^(2k - 1)) (Abramowitz and Stegun 6.1.40). */
static double stirling_series(double x)
{
    static const double terms[] = {1.0 / 12,   -1.0 / 360,        1.0 / 1260,  -1.0 / 1680,
                                   1.0 / 1188, -691.0 / 360360.0, 1.0 / 156.0, -3617.0 / 122400.0};
    double inverse = 1 / x;
    return inverse * polynomial(terms, LENGTH_OF(terms), inverse * inverse);
}

double lk_stats_stirling_error(double x)
{
    if (x < 1) return lk_stats_log_gamma_1p(x) - (x + 0.5) * log(x) + x - LK_STATS_LOG_SQRT_2_PI;
    double error = 0;
    /* error(x) - error(x + 1) = (x + 1/2) log(1 + 1/x) - 1, from the recurrence of gamma. */
    for (; x < STIRLING_FROM; x += 1) error += (x + 0.5) * log1p(1 / x) - 1;
    return error + stirling_series(x);
}

double leadkpi_stats_log_gamma(double x)
{
    if (!(x >= 0)) return NAN;
    if (x == 0 || isinf(x)) return INFINITY;
    if (x < 0.5) return lk_stats_log_gamma_1p(x) - log(x);
    if (x <= 1.5) return log_gamma_2p(x - 1) - log1p(x - 1);
    double product = 1;
    if (x < STIRLING_FROM) {
        for (; x > 2.5; product *= x) x -= 1;
        return log_gamma_2p(x - 2) + log(product);
    }
    return (x - 0.5) * (log(x) - 1) - 0.5 + LK_STATS_LOG_SQRT_2_PI + stirling_series(x);
}

double leadkpi_stats_digamma(double x)
{
    /* B(2k) / 2k (Abramowitz and Stegun 6.3.18). */
    static const double terms[] = {1.0 / 12,  -1.0 / 120,         1.0 / 252,  -1.0 / 240,
                                   1.0 / 132, -691.0 / 32760.0, 1.0 / 12.0, -3617.0 / 8160.0};
    if (!(x >= 0)) return NAN;
    if (x == 0) return -INFINITY;
    if (isinf(x)) return INFINITY;
    if (fabs(x - DIGAMMA_ZERO) < 0.3) {
        double w = (x - DIGAMMA_ZERO) - DIGAMMA_ZERO_LOW;
        return w * polynomial(digamma_at_zero, LENGTH_OF(digamma_at_zero), w);
    }
    double shift = 0;
    for (; x < STIRLING_FROM; x += 1) shift += 1 / x;
    double inverse = 1 / x, square = inverse * inverse;
    return log(x) - 0.5 * inverse - square * polynomial(terms, LENGTH_OF(terms), square) - shift;
}

double leadkpi_stats_trigamma(double x)
{
    /* B(2k) (Abramowitz and Stegun 6.4.12). */
    static const double terms[] = {1.0 / 6,  -1.0 / 30,        1.0 / 42,  -1.0 / 30,
                                   5.0 / 66, -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0};
    if (!(x >= 0)) return NAN;
    if (x == 0) return INFINITY;
    if (isinf(x)) return 0;
    double shift = 0;
    for (; x < STIRLING_FROM + 2; x += 1) shift += 1 / (x * x);
    double inverse = 1 / x, square = inverse * inverse;
    return inverse * (1 + 0.5 * inverse + square * polynomial(terms, LENGTH_OF(terms), square)) +
           shift;
}
