"""Lifetimes against the Python package lifetimes, in one process, on CDNOW, which the package brings along.

    .interop/python/bin/python bench/peers/lifetime.py

Skips (77) without the package. Prints the best of several runs of each, the ratio, and how far below the exact
maximum of the log-likelihood each fit ends. The package's Pareto/NBD starts at random.
"""
import ctypes
import sys
import time
import warnings

import numpy as np

import library

warnings.filterwarnings("ignore")
try:
    import lifetimes
    from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value as load
except ImportError as reason:
    print("SKIPPED:", reason)
    sys.exit(77)

# The reference fits have 40 digits; see tests/lifetime/test_lifetime_shared.c.
TOP = {"bg_nbd": -9582.425560567362, "pareto_nbd": -9594.973929826863, "gamma_gamma": -4055.9232435028644}
NAMES = {"bg_nbd": ("r", "alpha", "a", "b"), "pareto_nbd": ("r", "alpha", "s", "beta"),
         "gamma_gamma": ("p", "q", "gamma")}


def fit(model, table):
    made, chosen = ctypes.c_void_p(), library.options("lifetime", "model=" + model)
    library.call("lifetime_fit", None, chosen, table, ctypes.byref(made))
    library.free("options", chosen)
    return made


def given(model, parameters):
    text = "".join("; %s=%r" % (name, float(value)) for name, value in zip(NAMES[model], parameters))
    made, chosen = ctypes.c_void_p(), library.options("lifetime", "model=" + model + text)
    library.call("lifetime_create", None, chosen, ctypes.byref(made))
    library.free("options", chosen)
    return made


def log_likelihood(model, table):
    value = ctypes.c_double()
    library.call("lifetime_log_likelihood", model, table, ctypes.byref(value))
    return value.value


def forecast(model, table, chosen):
    out = ctypes.c_void_p()
    library.call("lifetime_forecast", model, None, table, chosen, ctypes.byref(out))
    library.free("table", out)


def best(run, times):
    found, value = 1e300, None
    for _ in range(times):
        start = time.perf_counter()
        value = run()
        found = min(found, time.perf_counter() - start)
    return 1e3 * found, value


def row(what, peer, ours, note=""):
    print("%-32s %10.2f %10.3f %8.1f  %s" % (what, peer, ours, peer / ours, note))


def main():
    data = load()
    x, t, age, z = (np.ascontiguousarray(data[name], float) for name in ("frequency", "recency", "T", "monetary_value"))
    table, buyers = library.table(frequency=x, recency=t, T=age, monetary_value=z), x > 0
    horizon = library.options("lifetime_forecast", "horizon=39")
    peers = {"bg_nbd": lambda: lifetimes.BetaGeoFitter().fit(x, t, age),
             "mbg_nbd": lambda: lifetimes.ModifiedBetaGeoFitter().fit(x, t, age),
             "pareto_nbd": lambda: lifetimes.ParetoNBDFitter().fit(x, t, age),
             "gamma_gamma": lambda: lifetimes.GammaGammaFitter().fit(x[buyers], z[buyers])}
    print("%-32s %10s %10s %8s  %s" % ("CDNOW, 2,357 customers", "peer ms", "ms", "ratio", "below the maximum"))
    for model, fit_peer in peers.items():
        slow, peer = best(fit_peer, 3)
        fast, ours = best(lambda: fit(model, table), 20)
        short = [TOP[model] - log_likelihood(at, table) for at in (given(model, peer.params_), ours)] if model in TOP else []
        row("fit " + model, slow, fast, ", ".join("%.1e" % value for value in short))
        if model in ("bg_nbd", "pareto_nbd"):
            slow, _ = best(lambda: (peer.conditional_expected_number_of_purchases_up_to_time(39, x, t, age),
                                    peer.conditional_probability_alive(x, t, age)), 5)
            fast, _ = best(lambda: forecast(ours, table, horizon), 20)
            row("forecast 39 weeks " + model, slow, fast)


if __name__ == "__main__":
    main()
