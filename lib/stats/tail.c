/* tail.c: the tail of a peaked density by quadrature.
 *
 * With large parameters the density of gamma, beta and t falls from x outwards
 * like a bell's flank. Its tail is density(x) times the integral of
 * exp(-exponent), where the exponent is the fall of the log density: every term
 * is positive, nothing cancels, and the relative accuracy far out is that
 * in the middle. The work is the same for a parameter of 100 and one of 1e15, where a continued fraction needs
 * the root of it in steps. */
#include "stats/special.h"

/* Past exp(-38) = 3e-17 nothing is left to add. */
#define NEGLIGIBLE 38.0

/* Gauss-Legendre nodes and weights of order 32, positive half, computed with 60 digits. */
static const struct {
    double node, weight;
} rule[] = {
    {0.04830766568773831623481257, 0.09654008851472780056676483},
    {0.1444719615827964934851864, 0.095638720079274859419082},
    {0.2392873622521370745446032, 0.09384439908080456563918024},
    {0.3318686022821276497799168, 0.09117387869576388471286858},
    {0.4213512761306353453641194, 0.08765209300440381114277146},
    {0.5068999089322293900237475, 0.08331192422694675522219907},
    {0.5877157572407623290407455, 0.07819389578707030647174092},
    {0.6630442669302152009751152, 0.07234579410884850622539936},
    {0.7321821187402896803874267, 0.06582222277636184683765006},
    {0.7944837959679424069630973, 0.05868409347853554714528364},
    {0.849367613732569970133693, 0.05099805926237617619616324},
    {0.8963211557660521239653072, 0.04283589802222668065687865},
    {0.9349060759377396891709191, 0.03427386291302143310268773},
    {0.9647622555875064307738119, 0.02539206530926205945575259},
    {0.985611511545268335400175, 0.01627439473090567060517056},
    {0.9972638618494815635449811, 7.018610009470096600407064e-3},
};

/* Where the exponent reaches NEGLIGIBLE, or a little past it: the quadratic's root, then two
 * steps of Newton, which on a convex function come from above. */
static double end_of_tail(lk_stats_exponent exponent, const double *parameters, double slope,
                          double curvature, double end)
{
    double reach = 2 * NEGLIGIBLE / (slope + sqrt(slope * slope + 2 * curvature * NEGLIGIBLE));
    for (int i = 0; i < 3 && reach < end; i++) {
        double short_of = NEGLIGIBLE - exponent(reach, parameters);
        if (short_of <= 0.5) break;
        reach += short_of / (slope + curvature * reach * 0.5);
    }
    return reach < end ? reach : end;
}

double lk_stats_tail_integral(lk_stats_exponent exponent, const double *parameters, double slope,
                              double curvature, double end)
{
    double half = 0.5 * end_of_tail(exponent, parameters, slope, curvature, end), sum = 0;
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
        double offset = half * rule[i].node;
        sum += rule[i].weight * (exp(-exponent(half - offset, parameters)) +
                                 exp(-exponent(half + offset, parameters)));
    }
    return sum * half;
}
