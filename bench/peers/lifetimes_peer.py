#!/usr/bin/env python3
"""The Python package lifetimes beside the library, in one run on CDNOW (which the package brings along).

    python3 lifetimes_peer.py [path of libleadkpi.so]

Needs the packages lifetimes, numpy and pandas; skips (77) without them. Prints the best of several runs of
each, the ratio, and how far both are from the exact maximum.
"""
import ctypes as c
import sys
import time
import warnings

warnings.filterwarnings("ignore")
try:
    import numpy as np
    import lifetimes
    from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value as load
except ImportError as reason:
    print("SKIPPED:", reason)
    sys.exit(77)

NUL = c.c_size_t(-1)
TOP = {"bg_nbd": -9582.425560567362, "pareto_nbd": -9594.973929826863, "gamma_gamma": -4055.9232435028644}
NAMES = {"bg_nbd": ("r", "alpha", "a", "b"), "pareto_nbd": ("r", "alpha", "s", "beta"), "gamma_gamma": ("p", "q", "gamma")}


class Error(c.Structure):
    _fields_ = [("code", c.c_int32), ("column", c.c_int32), ("row", c.c_int64), ("message", c.c_char * 400),
                ("reserved", c.c_char * 96)]


class Library:
    def __init__(self, path):
        self.call, self.error = c.CDLL(path), Error()

    def good(self, status):
        if status:
            raise SystemExit(self.error.message.decode())

    def options(self, schema, text):
        made = c.c_void_p()
        self.good(self.call.leadkpi_options_create(None, schema, NUL, c.byref(made), c.byref(self.error)))
        self.good(self.call.leadkpi_options_parse(made, text, NUL, c.byref(self.error)))
        return made

    def table(self, columns):
        made = c.c_void_p()
        self.good(self.call.leadkpi_table_create(None, c.byref(made), c.byref(self.error)))
        for name, values in columns.items():
            self.good(self.call.leadkpi_table_borrow_double(
                made, name.encode(), NUL, values.ctypes.data_as(c.c_void_p), c.c_size_t(len(values)), c.c_ssize_t(0),
                None, c.byref(self.error)))
        return made

    def fit(self, model, table):
        made, options = c.c_void_p(), self.options(b"lifetime", b"model=" + model.encode())
        self.good(self.call.leadkpi_lifetime_fit(None, options, table, c.byref(made), c.byref(self.error)))
        self.call.leadkpi_options_free(options)
        return made

    def given(self, model, parameters):
        made, options = c.c_void_p(), self.options(b"lifetime", ("model=%s; %s" % (model, parameters)).encode())
        self.good(self.call.leadkpi_lifetime_create(None, options, c.byref(made), c.byref(self.error)))
        self.call.leadkpi_options_free(options)
        return made

    def log_likelihood(self, model, table):
        value = c.c_double()
        self.good(self.call.leadkpi_lifetime_log_likelihood(model, table, c.byref(value), c.byref(self.error)))
        return value.value

    def forecast(self, model, table, options):
        out = c.c_void_p()
        self.good(self.call.leadkpi_lifetime_forecast(model, None, table, options, c.byref(out), c.byref(self.error)))
        self.call.leadkpi_table_free(out)


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
    library = Library(sys.argv[1] if len(sys.argv) > 1 else "lib/.libs/libleadkpi.so")
    data = load()
    x, t, age, z = (np.ascontiguousarray(data[name], float) for name in ("frequency", "recency", "T", "monetary_value"))
    table = library.table({"frequency": x, "recency": t, "T": age, "monetary_value": z})
    buyers = x > 0
    peers = {"bg_nbd": lambda: lifetimes.BetaGeoFitter().fit(x, t, age),
             "mbg_nbd": lambda: lifetimes.ModifiedBetaGeoFitter().fit(x, t, age),
             "pareto_nbd": lambda: lifetimes.ParetoNBDFitter().fit(x, t, age),
             "gamma_gamma": lambda: lifetimes.GammaGammaFitter().fit(x[buyers], z[buyers])}
    print("%-32s %10s %10s %8s" % ("CDNOW, 2,357 customers", "peer ms", "ms", "ratio"))
    for model, fit in peers.items():
        slow, peer = best(fit, 3)
        fast, ours = best(lambda: library.fit(model, table), 20)
        note = ""
        if model in TOP:
            text = "; ".join("%s=%r" % (name, float(value)) for name, value in zip(NAMES[model], peer.params_))
            note = "short of the maximum by %.1e, %.1e" % tuple(
                TOP[model] - library.log_likelihood(at, table) for at in (library.given(model, text), ours))
        row("fit " + model, slow, fast, note)
        if model in ("bg_nbd", "pareto_nbd"):
            options = library.options(b"lifetime_forecast", b"horizon=39")
            slow, _ = best(lambda: (peer.conditional_expected_number_of_purchases_up_to_time(39, x, t, age),
                                    peer.conditional_probability_alive(x, t, age)), 5)
            fast, _ = best(lambda: library.forecast(ours, table, options), 20)
            row("forecast 39 weeks " + model, slow, fast)


if __name__ == "__main__":
    main()
