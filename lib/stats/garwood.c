/* garwood.c: the exact limits of a Poisson count.
 *
 * A Poisson count of k or more has the probability that a gamma variable of
 * shape k is below the expected count, so the limits are quantiles of gamma
 * (Garwood 1936): of shape k below, of shape k + 1 above. */
#include "stats/garwood.h"

#include <leadkpi/stats.h>

#include "stats/check.h"
#include "stats/special.h"

/* The quantile of gamma at shape a is a + sqrt(a) (z + P1(z) / sqrt(a) + P2(z) / a + ...), z the
 * normal quantile (Cornish and Fisher 1937). Row k - 1 holds Pk, whose powers of z are all even (k odd)
 * or all odd (k even), lowest first. Found by solving dx/dz = normal density / gamma density
 * order by order in rational numbers. */
static const double cornish_fisher[LK_GARWOOD_TERMS - 1][7] = {
    {-0.33333333333333333333, 0.33333333333333333333},
    {-0.19444444444444444444, 0.027777777777777777778},
    {0.019753086419753086420, -0.0086419753086419753086, -0.0037037037037037037037},
    {-0.011136831275720164609, 0.0065843621399176954733, 0.00023148148148148148148},
    {0.0072114442484812855183, -0.0045218498922202625906, -0.0011904761904761904762,
     0.000058788947677836566725},
    {0.0019713145317569185882, 0.0019699536764865982973, -0.000029619014958521131361,
     -0.000025536449147560258671},
    {0.00065262989817173630617, -0.0019049977863420936123, -0.00017261088248742569730,
     0.000083719816230104295948, 4.8990789731530472271e-6},
    {0.0017720095753556973264, 0.00033153004889401780120, -0.00012957468509809044788,
     -0.000025886869379667733577, -2.4282761229777690683e-7},
    {-0.0012385769635511375422, -0.00034221816393085169864, 0.00015464459476106582747,
     0.000064013541398848516666, 3.1606390583680630930e-6, -1.8540622107151599607e-7},
    {0.00018480123844331257147, -0.00021062606246895456941, -0.00010892212692274078187,
     -0.000012067700029214248337, 7.1419444635164917715e-7, 7.5424648554118963682e-8},
    {-0.00045098883768409507996, 0.00033242239699043498256, 0.00015965487056649541559,
     0.000025849039344389049920, -1.2910952342610795760e-6, -4.8628301163120913304e-7,
     -1.4721627280688399420e-8},
    {-0.00058069994855273199084, -0.00021660803036033373855, -0.000038088777470510186893,
     2.3373997567293168478e-6, 1.6169950999454123201e-6, 1.2597739160689628985e-7,
     5.1598873410780758310e-10},
};

static void fill_terms(double z, double terms[LK_GARWOOD_TERMS])
{
    terms[0] = z;
    for (int k = 1; k < LK_GARWOOD_TERMS; k++) {
        double sum = 0;
        for (int j = 6; j >= 0; j--) sum = sum * z * z + cornish_fisher[k - 1][j];
        terms[k] = k % 2 ? sum : sum * z;
    }
}

void lk_garwood_level_init(lk_garwood_level *series, double level)
{
    double z = lk_stats_z_of_level(level);
    series->tail = 0.5 * (1 - level);
    series->series_from = fmax(64, 8 * z * z);
    fill_terms(-z, series->lower);
    fill_terms(z, series->upper);
}

static double sum_of_series(double shape, const double terms[LK_GARWOOD_TERMS])
{
    double step = 1 / sqrt(shape), sum = 0;
    for (int k = LK_GARWOOD_TERMS - 1; k >= 0; k--) sum = sum * step + terms[k];
    return shape + sqrt(shape) * sum;
}

lk_garwood_limits lk_garwood_level_limits(const lk_garwood_level *series, double count)
{
    if (count >= series->series_from)
        return (lk_garwood_limits){sum_of_series(count, series->lower),
                                   sum_of_series(count + 1, series->upper)};
    double low = count > 0 ? leadkpi_stats_gamma_quantile(series->tail, count) : 0;
    return (lk_garwood_limits){low, leadkpi_stats_gamma_upper_quantile(series->tail, count + 1)};
}

/* ---- with a memory ------------------------------------------------------ */

leadkpi_status lk_garwood_init(lk_garwood *garwood, lk_memory *memory, double level,
                               leadkpi_error *error)
{
    lk_garwood_level_init(&garwood->series, level);
    garwood->memory = memory;
    garwood->kept_count = (size_t)garwood->series.series_from;
    LK_TRY(lk_allocate(memory, garwood->kept_count, sizeof *garwood->kept, &garwood->kept, error));
    memset(garwood->kept, 0, garwood->kept_count * sizeof *garwood->kept);
    return LEADKPI_OK;
}

void lk_garwood_release(lk_garwood *garwood)
{
    lk_release(garwood->memory, garwood->kept, garwood->kept_count, sizeof *garwood->kept);
}

lk_garwood_limits lk_garwood_of(lk_garwood *garwood, double count)
{
    int small = count < (double)garwood->kept_count;
    size_t whole = small ? (size_t)count : 0;
    if (!small || (double)whole != count) return lk_garwood_level_limits(&garwood->series, count);
    lk_garwood_limits *kept = &garwood->kept[whole];
    if (kept->high == 0) *kept = lk_garwood_level_limits(&garwood->series, count);
    return *kept;
}
