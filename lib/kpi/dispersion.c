/* dispersion.c: the spread behind the inputs: its names, and what it says of their variances. */
#include "kpi/dispersion.h"

#include <math.h>

#include "base/number.h"
#include "kpi/measures.h"

static const lk_text of_input[] = {
    [LK_DISPERSION_N] = {"n", 1},
    [LK_DISPERSION_SUM] = {"sum", 3},
    [LK_DISPERSION_SUM_OF_SQUARES] = {"sum_of_squares", 14},
    [LK_DISPERSION_VARIANCE] = {"variance", 8},
    [LK_DISPERSION_LOW] = {"low", 3},
    [LK_DISPERSION_HIGH] = {"high", 4},
};
static const lk_text of_pair[] = {
    [LK_DISPERSION_SUM_OF_PRODUCTS] = {"sum_of_products", 15},
    [LK_DISPERSION_COVARIANCE] = {"covariance", 10},
};

void lk_dispersion_clear(lk_dispersion *d)
{
    d->is_given = false;
    d->n = NAN;
    for (int i = 0; i < LK_KPI_INPUTS_MAX; i++) {
        for (int k = 0; k < LK_DISPERSION_OF_INPUT; k++) d->input[i][k] = NAN;
        for (int j = 0; j < LK_KPI_INPUTS_MAX; j++)
            for (int k = 0; k < LK_DISPERSION_OF_PAIR; k++) d->pair[i][j][k] = NAN;
    }
}

bool lk_dispersion_is_taken(int32_t index)
{
    return lk_kpi_formulas[index].has_parts == LK_PARTS_DISPERSED;
}

/* ---- names --------------------------------------------------------------- */

/* What stands before the first point of `name`, which becomes what stands behind it. */
static lk_text take_part(lk_text *name)
{
    size_t length = 0;
    while (length < name->length && name->data[length] != '.') length++;
    lk_text part = {name->data, length};
    size_t taken = length < name->length ? length + 1 : length;
    *name = (lk_text){name->data + taken, name->length - taken};
    return part;
}

/* The place of a measure among the inputs; -1 where it is none of them. */
static int input_of(int32_t index, lk_text measure)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    for (int i = 0; i < formula->input_count; i++) {
        const char *id = lk_measures[formula->inputs[i]].id;
        if (lk_text_equal(measure, lk_text_of(id, LEADKPI_NUL_TERMINATED))) return i;
    }
    return -1;
}

static int what_of(const lk_text *names, int count, lk_text name)
{
    for (int k = 0; k < count; k++)
        if (lk_text_equal(names[k], name)) return k;
    return -1;
}

static leadkpi_status fail_name(int32_t index, const char *expected, lk_text name,
                                leadkpi_error *error)
{
    return lk_fail(error, LEADKPI_UNKNOWN_NAME, "%s: dispersion: expected %s, found \"%.*s\"",
                   lk_kpi_catalogue[index].name, expected, LK_TEXT_ARGS(name));
}

leadkpi_status lk_dispersion_place(lk_dispersion *d, int32_t index, lk_text name, double **place,
                                   leadkpi_error *error)
{
    lk_text rest = name, first = take_part(&rest);
    *place = NULL;
    if (lk_text_equal(name, LK_LITERAL("n"))) {
        *place = &d->n;
        return LEADKPI_OK;
    }
    int i = input_of(index, first);
    if (i < 0 || rest.length == 0) return LEADKPI_OK;
    lk_text second = take_part(&rest);
    int j = rest.length ? input_of(index, second) : -1;
    if (rest.length == 0) {
        int what = what_of(of_input, LK_DISPERSION_OF_INPUT, second);
        if (what < 0)
            return fail_name(index, "n, sum, sum_of_squares, variance, low or high of an input",
                             name, error);
        *place = &d->input[i][what];
        return LEADKPI_OK;
    }
    int what = what_of(of_pair, LK_DISPERSION_OF_PAIR, rest);
    if (j < 0 || i == j || what < 0)
        return fail_name(index, "sum_of_products or covariance of two inputs", name, error);
    *place = &d->pair[i < j ? i : j][i < j ? j : i][what];
    return LEADKPI_OK;
}

leadkpi_status lk_dispersion_set(lk_dispersion *d, int32_t index, lk_text name, double value,
                                 leadkpi_error *error)
{
    double *place;
    LK_TRY(lk_dispersion_place(d, index, name, &place, error));
    if (!place) return LEADKPI_OK;
    LK_FAIL_IF(!isnan(*place), error, LEADKPI_BAD_ARGUMENT, "%.*s: expected once, found twice",
               LK_TEXT_ARGS(name));
    LK_FAIL_IF(!isfinite(value), error, LEADKPI_BAD_DATA,
               "%.*s: expected a finite number, found %g", LK_TEXT_ARGS(name), value);
    *place = value;
    d->is_given = true;
    return LEADKPI_OK;
}

static leadkpi_status read_item(lk_dispersion *d, int32_t index, lk_text item,
                                leadkpi_error *error)
{
    const char *equals = item.length ? memchr(item.data, '=', item.length) : NULL;
    size_t length = equals ? (size_t)(equals - item.data) : item.length;
    double value, *place;
    lk_text name = {item.data, length};
    LK_FAIL_IF(!equals || !lk_number_parse_double(
                              (lk_text){equals + 1, item.length - length - 1}, &value),
               error, LEADKPI_BAD_ARGUMENT,
               "dispersion: expected name=number, such as n=25, found \"%.*s\"",
               LK_TEXT_ARGS(item));
    LK_TRY(lk_dispersion_place(d, index, name, &place, error));
    if (!place) return fail_name(index, "n, or a name that begins with an input", name, error);
    return lk_dispersion_set(d, index, name, value, error);
}

leadkpi_status lk_dispersion_read(lk_dispersion *d, int32_t index, const leadkpi_options *options,
                                  const lk_schema *schema, int option, leadkpi_error *error)
{
    size_t count = lk_options_list_count(options, schema, option);
    lk_dispersion_clear(d);
    LK_FAIL_IF(count && !lk_dispersion_is_taken(index), error, LEADKPI_CONTRADICTION,
               "%s: takes no dispersion: %s", lk_kpi_catalogue[index].name,
               lk_kpi_formulas[index].has_parts ? "its inputs are enough for an interval"
                                                : lk_kpi_interval_reason(index));
    for (size_t i = 0; i < count; i++)
        LK_TRY(read_item(d, index, lk_options_list_item(options, schema, option, i), error));
    return LEADKPI_OK;
}

/* ---- variances ----------------------------------------------------------- */

typedef struct work {
    const lk_dispersion *d;
    int32_t index;
    const double *x;
    double z;
    bool is_compound; /* how many entities there are is random too */
} work;

static const char *name_of(const work *w, int i)
{
    return lk_measures[lk_kpi_formulas[w->index].inputs[i]].id;
}

/* Entities behind input i; NaN where it is not said. */
static double entities_of(const work *w, int i)
{
    double own = w->d->input[i][LK_DISPERSION_N];
    return isnan(own) ? w->d->n : own;
}

/* The sum of which input i is a multiple (the input itself, unless said otherwise), and the
 * multiple: 1 of a total, 1 / n of a mean. */
static double sum_of(const work *w, int i, double *multiple)
{
    double sum = w->d->input[i][LK_DISPERSION_SUM];
    *multiple = 1;
    if (isnan(sum)) return w->x[i];
    *multiple = sum == 0 ? 0 : w->x[i] / sum;
    return sum;
}

/* The sum of products of two columns about their means. Rounding may leave a little below zero
 * where the spread is small. */
static double about_means(double products, double sum_a, double sum_b, double n)
{
    return products - sum_a * (sum_b / n);
}

static leadkpi_status fail_spread(const work *w, int i, leadkpi_error *error)
{
    return lk_fail(error, LEADKPI_BAD_DATA,
                   "%s: %s: the sum of squares is smaller than the sum allows",
                   lk_kpi_catalogue[w->index].name, name_of(w, i));
}

/* Of a random number of deals the variance is the sum of the squares (compound Poisson); of n
 * given ones it is n times the variance of one. */
static leadkpi_status variance_of_sum(const work *w, int i, double *variance, leadkpi_error *error)
{
    double multiple, n = entities_of(w, i), sum = sum_of(w, i, &multiple);
    double squares = w->d->input[i][LK_DISPERSION_SUM_OF_SQUARES];
    LK_FAIL_IF(squares < 0, error, LEADKPI_BAD_DATA,
               "%s: %s.sum_of_squares: expected 0 or more, found %g",
               lk_kpi_catalogue[w->index].name, name_of(w, i), squares);
    if (!isnan(n) && sum * (sum / n) > squares * (1 + 1e-9)) return fail_spread(w, i, error);
    if (w->is_compound || isnan(n)) {
        *variance = multiple * multiple * squares;
        return LEADKPI_OK;
    }
    LK_FAIL_IF(!(n >= 2), error, LEADKPI_NOT_ENOUGH_DATA,
               "%s: %s: expected two entities or more, found n=%g",
               lk_kpi_catalogue[w->index].name, name_of(w, i), n);
    double spread = about_means(squares, sum, sum, n);
    *variance = spread > 0 ? multiple * multiple * (n / (n - 1)) * spread : 0;
    return LEADKPI_OK;
}

static leadkpi_status variance_of(const work *w, int i, double *variance, leadkpi_error *error)
{
    const double *said = w->d->input[i];
    *variance = 0;
    if (!isnan(said[LK_DISPERSION_VARIANCE])) {
        *variance = said[LK_DISPERSION_VARIANCE];
        LK_FAIL_IF(*variance < 0, error, LEADKPI_BAD_DATA,
                   "%s: %s.variance: expected 0 or more, found %g",
                   lk_kpi_catalogue[w->index].name, name_of(w, i), *variance);
        return LEADKPI_OK;
    }
    if (!isnan(said[LK_DISPERSION_LOW]) && !isnan(said[LK_DISPERSION_HIGH])) {
        double error_of_one = (said[LK_DISPERSION_HIGH] - said[LK_DISPERSION_LOW]) / (2 * w->z);
        *variance = error_of_one * error_of_one;
        return LEADKPI_OK;
    }
    if (isnan(said[LK_DISPERSION_SUM_OF_SQUARES])) return LEADKPI_OK;
    return variance_of_sum(w, i, variance, error);
}

/* Without a word on it two inputs are independent, unless both are spread over the same n. */
static leadkpi_status covariance_of(const work *w, int i, int j, double *covariance,
                                    leadkpi_error *error)
{
    const double *said = w->d->pair[i][j], *a = w->d->input[i], *b = w->d->input[j];
    double products = said[LK_DISPERSION_SUM_OF_PRODUCTS], n = w->d->n, by_a, by_b;
    *covariance = 0;
    if (!isnan(said[LK_DISPERSION_COVARIANCE])) {
        *covariance = said[LK_DISPERSION_COVARIANCE];
        return LEADKPI_OK;
    }
    if (isnan(products)) {
        bool both = !isnan(a[LK_DISPERSION_SUM_OF_SQUARES]) &&
                    !isnan(b[LK_DISPERSION_SUM_OF_SQUARES]);
        LK_FAIL_IF(both && !isnan(n), error, LEADKPI_NOT_GIVEN,
                   "%s: dispersion: %s.%s.sum_of_products was not given, though both are sums "
                   "over the same n",
                   lk_kpi_catalogue[w->index].name, name_of(w, i), name_of(w, j));
        return LEADKPI_OK;
    }
    double sum_a = sum_of(w, i, &by_a), sum_b = sum_of(w, j, &by_b);
    if (w->is_compound || isnan(n))
        *covariance = by_a * by_b * products;
    else
        *covariance = by_a * by_b * (n / (n - 1)) * about_means(products, sum_a, sum_b, n);
    return LEADKPI_OK;
}

static leadkpi_status check_ends(const work *w, int i, leadkpi_error *error)
{
    double low = w->d->input[i][LK_DISPERSION_LOW], high = w->d->input[i][LK_DISPERSION_HIGH];
    LK_FAIL_IF(isnan(low) != isnan(high), error, LEADKPI_NOT_GIVEN,
               "%s: dispersion: %s.low and %s.high come together", lk_kpi_catalogue[w->index].name,
               name_of(w, i), name_of(w, i));
    LK_FAIL_IF(low > w->x[i] || high < w->x[i], error, LEADKPI_BAD_DATA,
               "%s: %s: expected %g to lie within its interval, found %g to %g",
               lk_kpi_catalogue[w->index].name, name_of(w, i), w->x[i], low, high);
    return LEADKPI_OK;
}

static void note_entities(const work *w, int i, lk_spread *spread)
{
    double n = entities_of(w, i);
    if (isnan(n) || isnan(w->d->input[i][LK_DISPERSION_SUM_OF_SQUARES])) return;
    if (isnan(spread->n) || n < spread->n) spread->n = n;
    if (!w->is_compound && n - 1 < spread->degrees_of_freedom) spread->degrees_of_freedom = n - 1;
}

leadkpi_status lk_spread_of(const lk_dispersion *d, int32_t index, const double *inputs, double z,
                            lk_spread *spread, leadkpi_error *error)
{
    const lk_kpi_formula *formula = &lk_kpi_formulas[index];
    work w = {d, index, inputs, z, formula->interval == LK_INTERVAL_COMPOUND_POISSON};
    *spread = (lk_spread){.degrees_of_freedom = INFINITY, .n = NAN};
    for (int i = 0; i < formula->input_count; i++) {
        LK_TRY(check_ends(&w, i, error));
        LK_TRY(variance_of(&w, i, &spread->covariance[i][i], error));
        note_entities(&w, i, spread);
    }
    for (int i = 0; i < formula->input_count; i++)
        for (int j = i + 1; j < formula->input_count; j++) {
            LK_TRY(covariance_of(&w, i, j, &spread->covariance[i][j], error));
            spread->covariance[j][i] = spread->covariance[i][j];
        }
    return LEADKPI_OK;
}
