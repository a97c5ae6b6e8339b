/* model_pareto.c: Pareto/NBD (Schmittlein, Morrison and Colombo 1987), without a hypergeometric
 * function.
 *
 * Purchases are Poisson with gamma (r, alpha) rates, customers leave at exponential times with
 * gamma (s, beta) rates. With R = r + x,
 *
 *   L = (r)_x alpha^r beta^s / ((alpha + T)^R (beta + T)^s) (1 + D),   P(alive) = 1 / (1 + D),
 *   D = s integral from t_x to T of ((alpha + T) / (alpha + u))^R (beta + T)^s / (beta + u)^(s+1) du.
 *
 * Others write D with Gauss's 2F1 of a large argument, which overflows for frequent buyers. It is an
 * integral of a smooth positive function: in y = log((m + u) / (m + t_x)), m the smaller of alpha and
 * beta, Gauss-Legendre needs 8 to 32 nodes for all digits, whatever x is; its logarithm is kept,
 * so that nothing overflows; and the same nodes give the derivatives as moments. */
#include <leadkpi/stats.h>

#include "cohorts/model.h"
#include "cohorts/model_lanes.h"

enum { R, ALPHA, S, BETA };
#define BLOCK 256

/* ---- the integral ------------------------------------------------------------ */

/* Sums over the times u of death, of 1 and of four things that are 0 at t_x: with m the smaller of
 * alpha and beta and M the larger, log((m + u) / (m + t_x)), the same of M, and 1 - (m + t_x) /
 * (m + u), and (1 - (M + t_x) / (M + u)) / ratio. */
enum { LOG_NEAR, LOG_FAR, INV_NEAR, INV_FAR, FACTORS };
typedef struct moments {
    double mass;
    double first[FACTORS];
    double second[FACTORS][FACTORS]; /* i <= j */
} moments;

/* What an integrand is made of. */
typedef struct death {
    double near, far; /* m + t_x, M + t_x */
    double ratio;     /* the first over the second */
    double by_near, by_far; /* the integrand is exp(-by_near y - by_far log((M + u) / (M + t_x))) */
    int far_place; /* 1 where m is alpha and M beta, else 0 */
} death;

/* At y, the rise of the other logarithm: log((M + u) / (M + t_x)), M the larger of alpha and beta. */
static double other_at(const death *d, double y)
{
    return log1p(d->ratio * expm1(y));
}

/* The logarithm of the integrand at y, less that at 0. */
static double exponent(const death *d, double y, double other)
{
    return -d->by_near * y - d->by_far * other;
}

/* The integrand and what it is averaged of, two nodes in each. */
typedef struct nodes {
    lk_lanes mass[LK_GAUSS_MAX], near[LK_GAUSS_MAX], far[LK_GAUSS_MAX], growth[LK_GAUSS_MAX],
        all[LK_GAUSS_MAX];
} nodes;

/* One loop a function, so that no chain of additions waits for the one before. */
static int fill_nodes(const death *d, const lk_gauss *gauss, double from, double length, nodes *n)
{
    int count = gauss->count / LK_LANES;
    for (int i = 0; i < count; i++) {
        n->near[i] = from + length * lk_lanes_load(&gauss->nodes[i * LK_LANES]);
        n->growth[i] = lk_lanes_exp(n->near[i]);
    }
    for (int i = 0; i < count; i++) {
        n->all[i] = 1 + d->ratio * (n->growth[i] - 1);
        n->far[i] = lk_lanes_log(n->all[i]);
    }
    for (int i = 0; i < count; i++)
        n->mass[i] = lk_lanes_load(&gauss->weights[i * LK_LANES]) *
                     lk_lanes_exp(-d->by_near * n->near[i] - d->by_far * n->far[i]);
    return count;
}

static void add_mass(const death *d, const lk_gauss *gauss, double from, double length, moments *m)
{
    nodes n;
    int count = fill_nodes(d, gauss, from, length, &n);
    lk_lanes mass = {0};
    for (int i = 0; i < count; i++) mass += n.mass[i];
    m->mass += length * lk_lanes_sum(mass);
}

/* Adds up the nodes of one panel. Cost model: two nodes at a time, 2 exponentials, a logarithm and
 * 2 divisions, and 15 products; 10 to 20 ns a node. The sums are written out one by one so that they
 * stay in registers. */
static void add_panel(const death *d, const lk_gauss *gauss, double from, double length, moments *m)
{
    nodes at;
    int count = fill_nodes(d, gauss, from, length, &at);
    lk_lanes mass = {0}, n = {0}, f = {0}, i = {0}, j = {0}, nn = {0}, nf = {0}, ni = {0}, nj = {0},
             ff = {0}, fi = {0}, fj = {0}, ii = {0}, ij = {0}, jj = {0};
    for (int node = 0; node < count; node++) {
        lk_lanes near = at.near[node], far = at.far[node], one = at.mass[node];
        lk_lanes both = (at.growth[node] - 1) / (at.growth[node] * at.all[node]);
        lk_lanes inverse_near = both * at.all[node], inverse_far = both * at.growth[node];
        mass += one;
        lk_lanes weighted = one * near;
        n += weighted, nn += weighted * near, nf += weighted * far;
        ni += weighted * inverse_near, nj += weighted * inverse_far;
        weighted = one * far;
        f += weighted, ff += weighted * far;
        fi += weighted * inverse_near, fj += weighted * inverse_far;
        weighted = one * inverse_near;
        i += weighted, ii += weighted * inverse_near, ij += weighted * inverse_far;
        weighted = one * inverse_far;
        j += weighted, jj += weighted * inverse_far;
    }
    const lk_lanes firsts[FACTORS] = {n, f, i, j};
    const lk_lanes seconds[FACTORS][FACTORS] = {{nn, nf, ni, nj}, {nf, ff, fi, fj}, {ni, fi, ii, ij}, {nj, fj, ij, jj}};
    m->mass += length * lk_lanes_sum(mass);
    for (int row = 0; row < FACTORS; row++) {
        m->first[row] += length * lk_lanes_sum(firsts[row]);
        for (int column = row; column < FACTORS; column++)
            m->second[row][column] += length * lk_lanes_sum(seconds[row][column]);
    }
}

/* Rules by rising number of nodes; each is good to 1e-15 for panels of at most so much
 * variation and length (the error terms of Davis and Rabinowitz, 2.7 and 4.6: of the exponential,
 * and of the branch point at distance pi). */
static const struct {
    int nodes;
    double variation, length;
} limits[LK_PARETO_RULES] = {{8, 2.4, 1.4}, {10, 4.6, 2.2},  {12, 7.5, 2.9},
                             {16, 13, 4.4}, {24, 26, 7}, {32, 40, 10}};

void lk_pareto_rules_init(lk_pareto_rules *rules)
{
    for (int i = 0; i < LK_PARETO_RULES; i++) lk_gauss_init(&rules->gauss[i], limits[i].nodes);
}

static const lk_gauss *rule_for(const lk_pareto_rules *r, const death *d, double length,
                                double other)
{
    double variation = fabs(d->by_near) * length + d->by_far * other;
    for (int i = 0; i < LK_PARETO_RULES; i++)
        if (variation <= limits[i].variation && length <= limits[i].length) return &r->gauss[i];
    return NULL;
}

/* What lies beyond a fall by e^-45 is below the last digit. */
#define FALL_MOST 45.0

typedef void (*add_nodes)(const death *d, const lk_gauss *gauss, double from, double length,
                          moments *m);

/* Panel after panel, each halved until a rule is good for it. */
static void add_panels(const death *d, const lk_pareto_rules *r, double end, add_nodes add, moments *m)
{
    double from = 0, other = 0;
    while (from < end && -exponent(d, from, other) < FALL_MOST) {
        double length = end - from, next = other_at(d, end);
        const lk_gauss *rule;
        while (!(rule = rule_for(r, d, length, next - other))) {
            length /= 2;
            next = other_at(d, from + length);
        }
        add(d, rule, from, length, m);
        from = length == end - from ? end : from + length;
        other = next;
    }
}

/* ---- log D ------------------------------------------------------------------- */

static death death_of(const double *p, const lk_model_row *row)
{
    double shape = p[R] + row->frequency;
    if (p[ALPHA] <= p[BETA])
        return (death){p[ALPHA] + row->recency, p[BETA] + row->recency, 0, shape - 1, p[S] + 1, 1};
    return (death){p[BETA] + row->recency, p[ALPHA] + row->recency, 0, p[S], shape, 0};
}

/* log D; `log_near` and `log_far` are log((m + T) / (m + t_x)) and the same of M. */
static double integrate(death *d, const double *p, const lk_model_row *row,
                        const lk_pareto_rules *rules, add_nodes add, double logs[2], moments *m)
{
    double wait = row->age - row->recency;
    double log_near = log1p(wait / d->near), log_far = log1p(wait / d->far);
    d->ratio = d->near / d->far;
    memset(m, 0, sizeof *m);
    const lk_gauss *rule = rule_for(rules, d, log_near, log_far);
    if (rule)
        add(d, rule, 0, log_near, m);
    else
        add_panels(d, rules, log_near, add, m);
    logs[0] = d->far_place ? log_near : log_far;
    logs[1] = d->far_place ? log_far : log_near;
    double beta_from = d->far_place ? d->far : d->near;
    return log(p[S] * m->mass * d->near / beta_from) + (p[R] + row->frequency) * logs[0] + p[S] * logs[1];
}

/* What the moments become: of log((alpha + u) / (alpha + t_x)), the same of beta, and 1 / (alpha + t_x)
 * - 1 / (alpha + u), the same of beta. */
enum { LOG_A, LOG_B, INV_A, INV_B };

static void to_means(const death *d, const moments *m, double mean[FACTORS],
                     double covariance[FACTORS][FACTORS])
{
    double scale[FACTORS] = {1, 1, 1 / d->near, d->ratio / d->far};
    int place[FACTORS] = {LOG_A, LOG_B, INV_A, INV_B};
    if (!d->far_place) place[0] = LOG_B, place[1] = LOG_A, place[2] = INV_B, place[3] = INV_A;
    for (int i = 0; i < FACTORS; i++) mean[place[i]] = scale[i] * m->first[i] / m->mass;
    for (int i = 0; i < FACTORS; i++)
        for (int j = i; j < FACTORS; j++) {
            double value = scale[i] * scale[j] * m->second[i][j] / m->mass - mean[place[i]] * mean[place[j]];
            covariance[place[i]][place[j]] = covariance[place[j]][place[i]] = value;
        }
}

static void log_odds(const double *p, const lk_model_row *row, const lk_pareto_rules *rules,
                     lk_slopes *e)
{
    moments m;
    death d = death_of(p, row);
    double logs[2], mean[FACTORS], c[FACTORS][FACTORS];
    double shape = p[R] + row->frequency, s = p[S], *of = e->of;
    of[LK_SLOPE_VALUE] = integrate(&d, p, row, rules, add_panel, logs, &m);
    to_means(&d, &m, mean, c);
    double a_end = 1 / (p[ALPHA] + row->age), b_end = 1 / (p[BETA] + row->age);
    double mean_a = 1 / (p[ALPHA] + row->recency) - mean[INV_A];
    double mean_b = 1 / (p[BETA] + row->recency) - mean[INV_B];
    double square_a = c[INV_A][INV_A] + mean_a * mean_a, square_b = c[INV_B][INV_B] + mean_b * mean_b;
    of[LK_SLOPE_FIRST + R] = logs[0] - mean[LOG_A];
    of[LK_SLOPE_FIRST + ALPHA] = shape * (a_end - mean_a);
    of[LK_SLOPE_FIRST + S] = 1 / s + logs[1] - mean[LOG_B];
    of[LK_SLOPE_FIRST + BETA] = s * b_end - (s + 1) * mean_b;
    of[lk_slope_second(R, R)] = c[LOG_A][LOG_A];
    of[lk_slope_second(R, ALPHA)] = a_end - mean_a - shape * c[LOG_A][INV_A];
    of[lk_slope_second(R, S)] = c[LOG_A][LOG_B];
    of[lk_slope_second(R, BETA)] = -(s + 1) * c[LOG_A][INV_B];
    of[lk_slope_second(ALPHA, ALPHA)] =
        shape * shape * c[INV_A][INV_A] - shape * (a_end * a_end - square_a);
    of[lk_slope_second(ALPHA, S)] = -shape * c[LOG_B][INV_A];
    of[lk_slope_second(ALPHA, BETA)] = shape * (s + 1) * c[INV_A][INV_B];
    of[lk_slope_second(S, S)] = c[LOG_B][LOG_B] - 1 / (s * s);
    of[lk_slope_second(S, BETA)] = b_end - mean_b - (s + 1) * c[LOG_B][INV_B];
    of[lk_slope_second(BETA, BETA)] =
        (s + 1) * (s + 1) * c[INV_B][INV_B] + (s + 1) * square_b - s * b_end * b_end;
}

double lk_pareto_log_odds_of_death(const double *parameters, const lk_pareto_rules *rules,
                                   const lk_model_row *row)
{
    moments m;
    double logs[2];
    if (row->age <= row->recency) return -INFINITY;
    death d = death_of(parameters, row);
    return integrate(&d, parameters, row, rules, add_mass, logs, &m);
}

/* ---- the likelihood ------------------------------------------------------------ */

static void add_row(const double *p, const lk_model_row *row, const lk_pareto_rules *rules, lk_slopes *block,
                    lk_slopes *e)
{
    lk_slopes_add_poisson_gamma(block, row->weight, row->frequency, row->age, p[R], p[ALPHA]);
    double end = row->age / (p[BETA] + row->age), log_ratio = log1p(row->age / p[BETA]), *of = block->of;
    of[LK_SLOPE_VALUE] -= row->weight * p[S] * log_ratio;
    of[LK_SLOPE_FIRST + S] -= row->weight * log_ratio;
    of[LK_SLOPE_FIRST + BETA] += row->weight * p[S] * end / p[BETA];
    of[lk_slope_second(S, BETA)] += row->weight * end / p[BETA];
    of[lk_slope_second(BETA, BETA)] -=
        row->weight * p[S] * end * (1 / p[BETA] + 1 / (p[BETA] + row->age)) / p[BETA];
    if (row->age <= row->recency) return;
    log_odds(p, row, rules, e);
    lk_slopes_add_softplus(block, row->weight, e);
}

static void add_gammas(const double *p, double x, double weight, lk_slopes *block)
{
    lk_rising rate = lk_log_rising(p[R], x);
    block->of[LK_SLOPE_VALUE] += weight * rate.value;
    block->of[LK_SLOPE_FIRST + R] += weight * rate.first;
    block->of[lk_slope_second(R, R)] += weight * rate.second;
}

/* Cost model: a row is 40 bytes, read in order, and 8 to 12 nodes of add_panel as a rule. */
leadkpi_status lk_pareto_likelihood(const void *from, const double *p, lk_slopes *slopes,
                                    leadkpi_error *error)
{
    const lk_model_data *data = from;
    lk_slopes_sum total = {{{0}}, {{0}}};
    lk_slopes block = {{0}}, e = {{0}};
    double same = 0;
    size_t in_block = 0;
    for (size_t i = 0; i < data->row_count; i += data->stride) {
        const lk_model_row *row = &data->rows[i];
        bool is_last = data->row_count - i <= data->stride;
        add_row(p, row, data->rules, &block, &e);
        same += row->weight;
        if (is_last || row[data->stride].frequency != row->frequency) {
            add_gammas(p, row->frequency, same, &block);
            same = 0;
        }
        if (++in_block % BLOCK == 0 || is_last) {
            lk_slopes_sum_add(&total, &block);
            block = (lk_slopes){{0}};
        }
        if (in_block % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(data->memory, error));
    }
    *slopes = lk_slopes_sum_value(&total);
    return LEADKPI_OK;
}
