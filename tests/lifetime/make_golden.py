#!/usr/bin/env python3
"""Writes golden.h: reference numbers for leadkpi/lifetime.h, from mpmath with 50 digits.

Likelihoods are those of the papers, with Gauss's 2F1 where the library has integrals and
series of its own; discounted expectations are integrals over the posterior, by quadrature. So
nothing is shared with the library but the models. Maxima are where the gradient (central differences of
1e-16) is zero, by Newton's method, from the starts on the command line (one list a model of customers, as the
library finds them). Takes about five minutes.
"""
import sys
from mpmath import mp, mpf, log, exp, loggamma, hyp2f1, beta, quad, findroot, matrix, sqrt, inf, gamma

mp.dps = 50
MASK = (1 << 64) - 1


class Random:  # SplitMix64, as tests/support/random.h
    def __init__(self, seed):
        self.state = seed

    def draw(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31


def customers():
    """As draw_customers of customers.h: weeks, each with a chance in 64 to buy and then to leave."""
    random, rows = Random(1), []
    for _ in range(300):
        age, buys, leaves = 20 + random.draw() % 20, 1 << random.draw() % 5, 1 << 5 * (random.draw() % 2)
        level, x, last, spent = 8 << random.draw() % 4, 0, 0, 0
        for week in range(1, age + 1):
            if random.draw() % 64 >= buys:
                continue
            x, last = x + 1, week
            spent += level * (4 + random.draw() % 32 + random.draw() % 32)
            if random.draw() % 64 < leaves:
                break
        rows.append((x, last, age, mpf(spent) / (32 * x) if x else 0))
    return rows


def counted(rows):
    found = {}
    for row in rows:
        found[row] = found.get(row, 0) + 1
    return sorted(found.items())


def bg(p, row, extra):
    r, alpha, a, b = p
    x, last, age, _ = row
    y = x + extra
    head = loggamma(r + x) - loggamma(r) + r * log(alpha)
    alive = beta(a, b + y) / beta(a, b) * (alpha + age) ** -(r + x)
    dead = beta(a + 1, b + y - 1) / beta(a, b) * (alpha + last) ** -(r + x) if y else 0
    return head + log(alive + dead), alive / (alive + dead)


def pareto(p, row):
    """Schmittlein, Morrison and Colombo (1987), as Fader and Hardie (2005) write it."""
    r, alpha, s, b = p
    x, last, age, _ = row
    most, sign = (alpha, s + 1) if alpha >= b else (b, r + x)
    gap = abs(alpha - b)
    def part(t):
        return hyp2f1(r + s + x, sign, r + s + x + 1, gap / (most + t)) / (most + t) ** (r + s + x)
    head = loggamma(r + x) - loggamma(r) + r * log(alpha) + s * log(b)
    alive = (alpha + age) ** -(r + x) * (b + age) ** -s
    dead = s / (r + s + x) * (part(last) - part(age)) if age > last else 0
    return head + log(alive + dead), alive / (alive + dead)


def spend(p, row):
    shape, q, g = p
    x, _, _, z = row
    if not x:
        return mpf(0)
    n = shape * x
    return (loggamma(n + q) - loggamma(n) - loggamma(q) + q * log(g) + (n - 1) * log(z) + n * log(x)
            - (n + q) * log(x * z + g))


def contract(p, losses):
    a, b = p[0], p[1]
    c = p[2] if len(p) > 2 else mpf(1)
    def survival(t):
        return beta(a, b + mpf(t) ** c) / beta(a, b)
    total = mpf(0)
    for alive in losses:
        for t in range(1, len(alive)):
            total += (alive[t - 1] - alive[t]) * log(survival(t - 1) - survival(t))
        total += alive[-1] * log(survival(len(alive) - 1))
    return total


def maximum(likelihood, start):
    """Newton on logarithms; the start is near, from a fit in doubles."""
    h, n = mpf(10) ** -16, len(start)
    logs = [log(mpf(v)) for v in start]
    value = lambda at: likelihood([exp(v) for v in at])
    def moved(at, i, by):
        at = list(at)
        at[i] += by
        return at
    def gradient(at):
        return matrix([(value(moved(at, i, h)) - value(moved(at, i, -h))) / (2 * h) for i in range(n)])
    def hessian(at):
        k = mpf(10) ** -10
        columns = [(gradient(moved(at, i, k)) - gradient(moved(at, i, -k))) / (2 * k) for i in range(n)]
        return matrix([[(columns[i][j] + columns[j][i]) / 2 for j in range(n)] for i in range(n)])
    curvature = hessian(logs)
    for _ in range(12):
        step = mp.lu_solve(curvature, gradient(logs))
        logs = [logs[i] - step[i] for i in range(n)]
        if max(abs(v) for v in step) < mpf(10) ** -20:
            break
    else:
        raise SystemExit("no maximum")
    covariance = (-hessian(logs)) ** -1
    found = [exp(v) for v in logs]
    errors = [found[i] * sqrt(covariance[i, i]) for i in range(n)]
    return found, errors, value(logs)


def number(value):
    return mp.nstr(value, 20)


def print_fit(name, likelihood, start):
    found, errors, top = maximum(likelihood, start)
    pad = ["0"] * (4 - len(found))
    print('    {"%s", %d, {%s}, {%s}, %s},' % (
        name, len(found), ", ".join([number(v) for v in found] + pad),
        ", ".join([number(v) for v in errors] + pad), number(top)))
    sys.stdout.flush()


def bg_expected(p, row, extra, t):
    """Fader, Hardie and Lee (2005), equation 10, a hair beside its hole at a = 1."""
    mp.dps = 100
    r, alpha, a, b = p
    x, _, age, _ = row
    a, shape, rate, stay = a + mpf(10) ** -45, r + x, alpha + age, b + x + extra
    c = a + stay - 1
    value = c / (a - 1) * (1 - (rate / (rate + t)) ** shape * hyp2f1(shape, stay, c, t / (rate + t)))
    mp.dps = 50
    return +value


def bg_dert(p, row, extra, delta):
    """The integral over the dropout probability q; that over time and purchase rate is an exponential integral.
    Both ends are singular: q^a, and (1 - q)^stay, are the variables there."""
    r, alpha, a, b = p
    x, _, age, _ = row
    shape, rate, stay = r + x, alpha + age, b + x + extra
    def mean(q):
        z = rate * delta / q
        return shape / q * exp(z) * mp.expint(shape + 1, z) if z < 1000 else shape / q / z * quad(
            lambda u: exp(-u) * (1 + u / z) ** -(shape + 1), [0, 1, 10, inf])
    half = mpf(1) / 2
    low = quad(lambda v: mean(v ** (1 / a)) * (1 - v ** (1 / a)) ** (stay - 1) if v else mpf(0), 
               [0] + [mpf(2) ** (-k * a) for k in (14, 11, 8, 5, 3, 2, 1)]) / a
    high = quad(lambda w: mean(1 - w ** (1 / stay)) * (1 - w ** (1 / stay)) ** (a - 1), [0, half ** (2 * stay), half ** stay]) / stay
    return (low + high) / beta(a, stay)


def pareto_expected(p, row, t, delta=0):
    r, alpha, s, b = p
    x, _, age, _ = row
    ends = [0, t] if t != inf else [0, 1, 10, 100, 1000, 10000, inf]
    return (r + x) / (alpha + age) * quad(
        lambda u: exp(-delta * u) * ((b + age) / (b + age + u)) ** s, ends)


CDNOW_BG = ["0.243", "4.414", "0.793", "2.426"]  # Fader, Hardie and Lee (2005), table 2
CDNOW_PARETO = ["0.553", "10.578", "0.606", "11.669"]  # the same
ROWS = [(0, 0, 39), (1, "1.71", "38.86"), (10, 38, 39), (26, "30.86", 31), (7, 35, "77.86"), (161, 100, 110),
        (254, 364, 365), (1000, 2000, 2000), (1000, 1900, 2000), (3, 10, 10)]
CASES = [("bg_nbd", CDNOW_BG, 39), ("bg_nbd", ["0.5", 6, 1, 3], 52), ("bg_nbd", [2, 4, "1.0000001", "0.5"], 10),
         ("bg_nbd", ["0.3", 5, "0.2", "0.4"], 200), ("mbg_nbd", ["0.525", "6.183", "0.891", "1.614"], 39),
         ("mbg_nbd", ["0.5", 6, 1, 3], 52), ("pareto_nbd", CDNOW_PARETO, 39), ("pareto_nbd", ["0.5", 10, 1, 12], 52),
         ("pareto_nbd", [2, 30, "1.0000001", 3], 52), ("pareto_nbd", ["0.3", "0.5", 4, 200], 10)]
DELTA = mpf("0.0027")


def print_individuals():
    for model, given, horizon in CASES:
        p = [mpf(v) for v in given]
        for x, last, age in ROWS:
            row = (x, mpf(last), mpf(age), 0)
            if model == "pareto_nbd":
                ll, alive = pareto(p, row)
                expected = alive * pareto_expected(p, row, mpf(horizon))
                dert = alive * pareto_expected(p, row, inf, DELTA)
            else:
                extra = 1 if model == "mbg_nbd" else 0
                ll, alive = bg(p, row, extra)
                expected = alive * bg_expected(p, row, extra, mpf(horizon))
                dert = alive * bg_dert(p, row, extra, DELTA) if x in (0, 7) and p[2] > 0.5 else mpf(-1)
            print('    {"%s", {%s}, %s, %s, %s, %s, %s, %s, %s, %s},' % (
                model, ", ".join(str(v) for v in given), x, last, age, horizon, number(ll), number(alive),
                number(expected), number(dert)))
            sys.stdout.flush()


HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]  # Fader and Hardie (2007), table 1
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def main():
    rows = counted(customers())
    over = lambda one: lambda p: sum(count * one(p, row) for row, count in rows)
    print("/* golden.h: written by make_golden.py, from mpmath with 50 digits. */")
    print("static const golden_fit golden_fits[] = {")
    print_fit("bg_nbd", over(lambda p, row: bg(p, row, 0)[0]), eval(sys.argv[1]))
    print_fit("mbg_nbd", over(lambda p, row: bg(p, row, 1)[0]), eval(sys.argv[2]))
    print_fit("pareto_nbd", over(lambda p, row: pareto(p, row)[0]), eval(sys.argv[3]))
    print_fit("gamma_gamma", over(spend), eval(sys.argv[4]))
    print("};\n")
    print("static const golden_fit golden_contracts[] = {")
    print_fit("sbg", lambda p: contract(p, [HIGH_END]), ["0.668", "3.806"])
    print_fit("sbg", lambda p: contract(p, [REGULAR]), ["0.704", "1.182"])
    print_fit("sbg", lambda p: contract(p, [HIGH_END, REGULAR[:6]]), ["0.565218564409831", "1.62712619307669"])
    print_fit("bdw", lambda p: contract(p, [HIGH_END]), ["0.21425334", "1.42657489", "1.72356486"])
    print_fit("bdw", lambda p: contract(p, [REGULAR]), ["0.455614", "0.7793255", "1.2834513"])
    print_fit("bdw", lambda p: contract(p, [HIGH_END, REGULAR[:6]]), ["0.282424999478639", "0.848715515846469", "1.48108973119454"])
    print("};\n")
    print("static const golden_customer golden_customers[] = {")
    print_individuals()
    print("};")


if __name__ == "__main__":
    main()
