#!/usr/bin/env python3
"""Prints golden.h: values of the distributions with 40 digits or more, by mpmath.

Run by hand when a table is to be changed; no build needs it. Tails are
integrated outwards from x, or taken from mpmath's own series for small
parameters; quantiles are the roots of those tails.
"""
from mpmath import (betainc, digamma, erfc, erfinv, exp, gammainc, inf, log, log1p, loggamma,
                    mp, mpf, npdf, nstr, pi, psi, quad, sqrt)

mp.dps = 50


def panels(x, width, end):
    points, step = [x], width
    while len(points) < 90 and points[-1] != end:
        new = points[-1] + step
        step *= mpf("1.4")
        points.append(end if (new - end) * width >= 0 else new)
    return points


def outward(log_density, x, width, end):
    """Integral of the density from x towards end, in panels that grow."""
    top = log_density(x)
    return abs(exp(top) * quad(lambda t: exp(log_density(t) - top), panels(x, width, end)))


def gamma_tails(x, a):
    x, a = mpf(x), mpf(a)
    if a <= 5000:
        return (gammainc(a, 0, x, regularized=True), gammainc(a, x, inf, regularized=True))
    density = lambda t: (a - 1) * log(t) - t - loggamma(a)
    if x >= a:
        upper = outward(density, x, sqrt(a) / 4, x + 400 * sqrt(a))
        return 1 - upper, upper
    lower = outward(density, x, -sqrt(a) / 4, x - min(400 * sqrt(a), x * mpf("0.999")))
    return lower, 1 - lower


def beta_tails(x, a, b):
    x, a, b = mpf(x), mpf(a), mpf(b)
    if max(a, b) <= 2000:
        return (betainc(a, b, 0, x, regularized=True), betainc(b, a, 0, 1 - x, regularized=True))
    beta = loggamma(a + b) - loggamma(a) - loggamma(b)
    density = lambda t: (a - 1) * log(t) + (b - 1) * log(1 - t) + beta if 0 < t < 1 else -inf
    width = sqrt(a * b / (a + b) ** 2 / (a + b + 1)) / 4
    # near the end with a parameter below 1 the density is not bounded: go the other way
    if (x >= a / (a + b) and b >= 1) or a < 1:
        upper = outward(density, x, width, mpf(1))
        return 1 - upper, upper
    lower = outward(density, x, -width, mpf(0))
    return lower, 1 - lower


def normal_tails(x):
    x = mpf(x)
    return erfc(-x / sqrt(2)) / 2, erfc(x / sqrt(2)) / 2


def t_tails(x, n):
    x, n = mpf(x), mpf(n)
    density = lambda t: (loggamma((n + 1) / 2) - loggamma(n / 2) - log(n * pi) / 2
                         - (n + 1) / 2 * log1p(t * t / n))
    top = density(abs(x))
    upper = exp(top) * quad(lambda t: exp(density(t) - top),
                            panels(abs(x), mpf("0.25"), mpf(60)) if n > 50 else
                            [abs(x), abs(x) + 1, abs(x) + 10, abs(x) + 1000, inf])
    return (1 - upper, upper) if x >= 0 else (upper, 1 - upper)


def t_tails_exact(x, n):
    """By the beta function where that is quick."""
    x, n = mpf(x), mpf(n)
    if n > 2000:
        return t_tails(x, n)
    upper = betainc(n / 2, mpf(1) / 2, 0, n / (n + x * x), regularized=True) / 2
    return (1 - upper, upper) if x >= 0 else (upper, 1 - upper)


DENSITY = {
    "gamma": lambda x, a: exp((a - 1) * log(x) - x - loggamma(a)),
    "beta": lambda x, a, b: exp((a - 1) * log(x) + (b - 1) * log(1 - x) + loggamma(a + b)
                                - loggamma(a) - loggamma(b)),
    "normal": lambda x: npdf(x),
    "t": lambda x, n: exp(loggamma((n + 1) / 2) - loggamma(n / 2) - log(n * pi) / 2
                          - (n + 1) / 2 * log1p(x * x / n)),
}
TAILS = {"gamma": gamma_tails, "beta": beta_tails, "normal": normal_tails, "t": t_tails_exact}


def quantile(name, start, upper, probability, parameters):
    """Newton on the log of the tail, until 30 digits stand."""
    x, p = mpf(start), mpf(probability)
    parameters = [mpf(v) for v in parameters]
    for _ in range(200):
        tail = TAILS[name](x, *parameters)[1 if upper else 0]
        step = log(tail / p) * tail / DENSITY[name](x, *parameters) * (1 if upper else -1)
        if name != "normal" and name != "t":
            step = max(step, -x / 2)
        if name == "beta":
            step = min(step, (1 - x) / 2)
        x += step
        if abs(step) < abs(x) * mpf(10) ** -30:
            return x
    raise SystemExit("no root: %s %r" % (name, (probability, parameters)))


def row(function, arguments, value):
    numbers = [repr(float(v)) for v in arguments] + ["0"] * (3 - len(arguments))
    print('    {"%s", {%s}, %s},' % (function, ", ".join(numbers), nstr(value, 20)))


def both(name, x, parameters):
    lower, upper = TAILS[name](x, *parameters)
    for kind, value in (("cdf", lower), ("upper", upper)):
        if value > mpf(10) ** -290:
            row(name + "_" + kind, [x] + parameters, value)


def special_rows():
    for x in (1e-12, 0.003, 0.25, 0.5, 0.999999, 1.0000001, 1.3, 1.4616321449683622, 1.4617, 1.75,
              1.9999999, 2.0001, 2.6, 3.5, 9.99, 10.0, 17.25, 171.5, 9999.5, 1e6, 123456789.0, 1e9):
        row("log_gamma", [x], loggamma(mpf(x)))
        row("digamma", [x], digamma(mpf(x)))
        row("trigamma", [x], psi(1, mpf(x)))


def normal_rows():
    for x in (-8.0, -1.0, 1e-9, 0.3, 1.959963984540054, 5.5, 12.0, 35.0):
        both("normal", x, [])
    for q, start in ((1e-300, 37), (1e-20, 9.26), (0.025, 1.96), (0.2499, 0.67), (0.2501, 0.67),
                     (0.4999999, 2.5e-7), (0.9, -1.28)):
        row("normal_upper_quantile", [q], quantile("normal", start, True, q, []))


def gamma_rows():
    for a in (0.01, 0.5, 1.0, 3.7, 12.0, 99.0, 101.0, 2500.0, 1e4, 1e6, 1e9):
        for z in (-7.5, -3.0, -0.4, 0.1, 2.0, 8.0):
            x = a + z * a ** 0.5
            if x <= 0:
                x = a * (10 + z) / 40
            both("gamma", x, [a])
    both("gamma", 700.0, [30.0])
    both("gamma", 1e-5, [8.0])
    both("gamma", 0.3, [1e-6])
    for q in (1e-30, 1e-8, 0.025, 0.4):
        for a in (0.5, 1.0, 10.0, 101.0, 1e4, 1e9):
            z = sqrt(2) * erfinv(1 - 2 * mpf(q))
            cube = lambda s: a * max((1 - 1 / (9 * mpf(a)) + s * z / (3 * sqrt(mpf(a)))), 0.0) ** 3
            low = cube(-1) or exp((log(q) + loggamma(a + 1)) / a)
            row("gamma_quantile", [q, a], quantile("gamma", low, False, q, [a]))
            row("gamma_upper_quantile", [q, a], quantile("gamma", cube(1), True, q, [a]))


BETA = ((0.5, 0.5), (0.5, 20.5), (1.0, 30.0), (2.5, 1.5), (40.0, 461.0), (150.0, 120.0),
        (1.0, 1e4), (3.0, 9998.0), (5000.0, 7000.0), (2.0, 1e9), (1e6, 3e6), (150.0, 1e9),
        (1e9, 1e9))


def beta_rows():
    for a, b in BETA:
        mean, spread = a / (a + b), (a * b / (a + b) ** 2 / (a + b + 1)) ** 0.5
        for z in (-7.0, -2.0, 0.2, 2.5, 7.5):
            x = mean + z * spread
            x = mean * (10 + z) / 40 if x <= 0 else 1 - (1 - mean) * (10 - z) / 40 if x >= 1 else x
            both("beta", x, [a, b])
        for q in (1e-12, 0.025, 0.3):
            start = mean
            if a >= 1 and b >= 1:
                row("beta_quantile", [q, a, b], quantile("beta", start, False, q, [a, b]))
                row("beta_upper_quantile", [q, a, b], quantile("beta", start, True, q, [a, b]))


def t_rows():
    for n in (0.7, 1.0, 4.0, 29.0, 31.0, 400.0, 1e4, 1e9):
        for x in (1e-7, 0.5, 2.0, 7.0, 20.0):
            both("t", x, [n])
        for q, start in ((1e-9, 6.0), (0.025, 2.0), (0.26, 0.65), (0.4999, 0.0002)):
            row("t_upper_quantile", [q, n], quantile("t", start, True, q, [n]))


print("/* golden.h: made by make_golden.py with mpmath, 50 digits. Arguments are the doubles as written.\n"
      " * Function names are those of stats.h less leadkpi_stats_. */")
print("static const struct {\n    const char *function;\n    double argument[3];\n"
      "    double value;\n} golden[] = {")
special_rows()
normal_rows()
gamma_rows()
beta_rows()
t_rows()
print("};")
