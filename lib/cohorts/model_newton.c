/* model_newton.c: Newton's method on log-parameters, with the curvature's own directions.
 *
 * The matrix of second derivatives is taken apart into eigenvectors. Along each one the step is
 * slope over |curvature|, so that a saddle is left and not approached, at most STEP_MOST long; on
 * a flat ridge, where a parameter runs off, that walks to its end in a few steps. Then the step is
 * halved until the likelihood rises (Armijo's condition). Starts are given, never random. */
#include "cohorts/model_newton.h"

enum {
    N = LK_MODEL_PARAMETERS_MAX,
    ITERATIONS_MAX = 200,
    HALVINGS_MAX = 40,
    SWEEPS_MAX = 60
};
#define STEP_MOST 2.0
#define STEP_CONVERGED 1e-11
#define STEP_BEFORE 1e-6 /* the error after a step of Newton's is about its square */
#define CONDITION_MOST 1e12
#define RIDGE_GAIN 1e-3 /* what a step promises, in units of log-likelihood, when a ridge is at its end */
#define FAR_OFF 25.0

typedef struct spectrum {
    double values[N];
    double vectors[N][N]; /* vectors[i][k]: component i of vector k */
} spectrum;

/* hypot(1, x): beyond 2^27 the 1 is lost in rounding, and no square overflows. */
static double secant_of(double x)
{
    return fabs(x) > 0x1p27 ? fabs(x) : sqrt(1 + x * x);
}

/* One rotation that clears matrix[p][q] (Jacobi 1846; Golub and Van Loan, 8.5). */
static void rotate(double matrix[N][N], spectrum *s, int count, int p, int q)
{
    double difference = matrix[q][q] - matrix[p][p], off = matrix[p][q];
    double ratio = difference / (2 * off);
    double t = (ratio >= 0 ? 1 : -1) / (fabs(ratio) + secant_of(ratio));
    double c = 1 / secant_of(t), sine = t * c;
    for (int k = 0; k < count; k++) {
        double a = matrix[k][p], b = matrix[k][q];
        matrix[k][p] = c * a - sine * b;
        matrix[k][q] = sine * a + c * b;
    }
    for (int k = 0; k < count; k++) {
        double a = matrix[p][k], b = matrix[q][k];
        matrix[p][k] = c * a - sine * b;
        matrix[q][k] = sine * a + c * b;
    }
    for (int k = 0; k < count; k++) {
        double a = s->vectors[k][p], b = s->vectors[k][q];
        s->vectors[k][p] = c * a - sine * b;
        s->vectors[k][q] = sine * a + c * b;
    }
}

static void take_apart(double matrix[N][N], int count, spectrum *s)
{
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) s->vectors[i][j] = i == j;
    for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
        bool clear = true;
        for (int p = 0; p < count; p++)
            for (int q = p + 1; q < count; q++) {
                double scale = sqrt(fabs(matrix[p][p])) * sqrt(fabs(matrix[q][q]));
                if (fabs(matrix[p][q]) <= 1e-18 * scale || matrix[p][q] == 0) continue;
                rotate(matrix, s, count, p, q);
                clear = false;
            }
        if (clear) break;
    }
    for (int i = 0; i < count; i++) s->values[i] = matrix[i][i];
}

/* From derivatives by the parameters to derivatives by their logarithms. */
static void to_logs(lk_slopes *slopes, const double *parameters, int count)
{
    for (int i = 0; i < count; i++) {
        slopes->of[LK_SLOPE_FIRST + i] *= parameters[i];
        for (int j = i; j < count; j++)
            slopes->of[lk_slope_second(i, j)] *= parameters[i] * parameters[j];
        slopes->of[lk_slope_second(i, i)] += slopes->of[LK_SLOPE_FIRST + i];
    }
}

static leadkpi_status evaluate(lk_newton *search, const double *logs, lk_slopes *slopes,
                               leadkpi_error *error)
{
    double parameters[N] = {1, 1, 1, 1};
    for (int i = 0; i < search->count; i++) parameters[i] = exp(logs[i]);
    search->evaluations++;
    LK_TRY(search->likelihood(search->data, parameters, slopes, error));
    to_logs(slopes, parameters, search->count);
    return LEADKPI_OK;
}

static bool all_finite(const lk_slopes *slopes)
{
    for (int i = 0; i < LK_SLOPE_COUNT; i++)
        if (!isfinite(slopes->of[i])) return false;
    return true;
}

typedef struct direction {
    double step[N];
    double length;    /* the largest component */
    double gain;      /* slope times step: twice what it promises */
    bool is_peaked;   /* curves down in all directions */
    bool is_singular; /* hardly so in one of them */
} direction;

static direction find_direction(const lk_newton *search)
{
    double matrix[N][N];
    spectrum s;
    direction d = {.is_peaked = true};
    int count = search->count;
    for (int i = 0; i < count; i++)
        for (int j = i; j < count; j++)
            matrix[i][j] = matrix[j][i] = -search->slopes.of[lk_slope_second(i, j)];
    take_apart(matrix, count, &s);
    double most = 0, least = INFINITY;
    for (int k = 0; k < count; k++) {
        most = fmax(most, fabs(s.values[k]));
        least = fmin(least, s.values[k]);
    }
    d.is_peaked = least > 0;
    d.is_singular = !(least * CONDITION_MOST > most);
    for (int k = 0; k < count; k++) {
        double slope = 0;
        for (int i = 0; i < count; i++)
            slope += s.vectors[i][k] * search->slopes.of[LK_SLOPE_FIRST + i];
        double length = slope / fmax(fabs(s.values[k]), 1e-300);
        length = fmin(fmax(length, -STEP_MOST), STEP_MOST);
        d.gain += slope * length;
        for (int i = 0; i < count; i++) d.step[i] += length * s.vectors[i][k];
    }
    for (int i = 0; i < count; i++) d.length = fmax(d.length, fabs(d.step[i]));
    return d;
}

/* Does the step promise less than the likelihood can show? */
static bool is_below_rounding(const lk_newton *search, const direction *d)
{
    return d->gain <= 1e-12 * fabs(search->slopes.of[LK_SLOPE_VALUE]);
}

/* Moves along the direction, or not at all: `*moved` says which. */
static leadkpi_status move(lk_newton *search, const direction *d, bool *moved, leadkpi_error *error)
{
    double value = search->slopes.of[LK_SLOPE_VALUE], share = 1;
    bool below_rounding = is_below_rounding(search, d);
    *moved = false;
    for (int halving = 0; halving < HALVINGS_MAX; halving++, share /= 2) {
        double trial[N] = {0};
        lk_slopes slopes;
        for (int i = 0; i < search->count; i++) trial[i] = search->logs[i] + share * d->step[i];
        LK_TRY(evaluate(search, trial, &slopes, error));
        if (!all_finite(&slopes)) continue;
        if (!below_rounding && !(slopes.of[LK_SLOPE_VALUE] >= value + 1e-4 * share * d->gain))
            continue;
        memcpy(search->logs, trial, sizeof trial);
        search->slopes = slopes;
        *moved = true;
        break;
    }
    return LEADKPI_OK;
}

static double farthest(const lk_newton *search)
{
    double most = 0;
    for (int i = 0; i < search->count; i++) most = fmax(most, fabs(search->logs[i]));
    return most;
}

leadkpi_status lk_newton_maximize(lk_newton *search, leadkpi_error *error)
{
    double before = INFINITY;
    search->outcome = LK_NEWTON_UNFINISHED;
    LK_TRY(evaluate(search, search->logs, &search->slopes, error));
    if (!all_finite(&search->slopes)) return LEADKPI_OK;
    for (int i = 0; i < ITERATIONS_MAX; i++) {
        direction d = find_direction(search);
        double far = farthest(search);
        if (far > FAR_OFF || (far > LK_NEWTON_RUN_OFF && d.gain < RIDGE_GAIN)) {
            search->outcome = LK_NEWTON_BOUNDARY;
            break;
        }
        bool is_exact = before < STEP_BEFORE && is_below_rounding(search, &d);
        if (d.is_peaked && (d.length < STEP_CONVERGED || is_exact)) {
            search->outcome = d.is_singular ? LK_NEWTON_BOUNDARY : LK_NEWTON_INTERIOR;
            break;
        }
        bool moved;
        LK_TRY(move(search, &d, &moved, error));
        if (!moved) break;
        before = d.length;
    }
    return LEADKPI_OK;
}

bool lk_newton_covariance(const lk_newton *search, const bool *take,
                          double covariance[N][N])
{
    double matrix[N][N];
    int places[N], count = 0;
    spectrum s;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) covariance[i][j] = NAN;
        if (i < search->count && take[i]) places[count++] = i;
    }
    for (int i = 0; i < count; i++)
        for (int j = i; j < count; j++)
            matrix[i][j] = matrix[j][i] =
                -search->slopes.of[lk_slope_second(places[i], places[j])];
    take_apart(matrix, count, &s);
    for (int k = 0; k < count; k++)
        if (!(s.values[k] > 0)) return false;
    for (int i = 0; i < count; i++)
        for (int j = i; j < count; j++) {
            double sum = 0;
            for (int k = 0; k < count; k++) sum += s.vectors[i][k] * s.vectors[j][k] / s.values[k];
            covariance[places[i]][places[j]] = covariance[places[j]][places[i]] = sum;
        }
    return true;
}
