"""Attribution against the Python package ChannelAttribution, in one process, on the same text paths, one thread each.

    .interop/python/bin/python bench/peers/attribution.py [JOURNEYS]

Skips (77) without the package. JOURNEYS paths of 1 to 11 touches, 12 channels, skewed; a quarter converts. First, last
and linear touch and Markov of order 1, conversions and value, from text; times are of the processor, the best of
several runs, with all that either does from its columns to its answer. The rules must agree. Markov is sampled by the
package and exact here: the sum of what its channels are off is printed, as a part of all conversions.
"""
import ctypes
import sys
import time

import numpy as np

import library

try:
    import pandas
    import ChannelAttribution as peer
except ImportError as reason:
    print("SKIPPED:", reason)
    sys.exit(77)

CHANNELS = ["paid search", "organic search", "direct", "email", "paid social", "display", "referral", "webinar",
            "events", "video", "partners", "podcast"]


def draw(journeys, seed=1):
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 12, journeys)
    codes = (random.random(lengths.sum()) ** 2 * len(CHANNELS)).astype(int)
    names, at, paths = np.array(CHANNELS, object)[codes], 0, []
    for length in lengths:
        paths.append(" > ".join(names[at:at + length]))
        at += length
    won = (random.integers(0, 4, journeys) == 0).astype(float)
    value = won * random.integers(0, 100000, journeys) / 100
    return paths, won, value, 1 - won, int(lengths.sum())


def best(action, runs):
    least = float("inf")
    for _ in range(runs):
        start = time.process_time()
        answer = action()
        least = min(least, time.process_time() - start)
    return least, answer


def text_table(paths, **numbers):
    """Borrows; what is returned second must outlive it."""
    encoded = [path.encode() for path in paths]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(path) for path in encoded], out=offsets[1:])
    text = b"".join(encoded)
    table = library.table(**numbers)
    library.call("table_borrow_text", table, b"path", ctypes.c_size_t(-1), ctypes.c_void_p(offsets.ctypes.data),
                 text, ctypes.c_size_t(len(encoded)), None)
    return table, (offsets, text, numbers)


def ours(table, report):
    """Credits by model and channel: a matrix of a row a model."""
    handle, out = ctypes.c_void_p(), ctypes.c_void_p()
    library.call("attribution_create", None, None, ctypes.byref(handle))
    library.call("attribution_add_paths", handle, table, None, ctypes.c_size_t(0))
    options = library.options("attribution_report", report)
    library.call("attribution_credits", handle, options, ctypes.byref(out))
    credits = library.column(out, "conversions", np.float64)
    library.free("table", out)
    library.free("options", options)
    library.free("attribution", handle)
    return credits.reshape(-1, len(CHANNELS) + 2)[:, :len(CHANNELS)]


def theirs(frame, column):
    """In the order of channels, as our rows are."""
    return frame.sort_values("channel_name")[column].to_numpy(float)


def row(what, seconds, touches, size, ratio=None, note=""):
    print("%-52s %8.3f %10.2f %8.1f %8s %s" % (what, seconds, touches / seconds / 1e6, size / seconds / 1e6,
                                              "" if ratio is None else "%.1f" % ratio, note))
    sys.stdout.flush()


def main():
    journeys = int(sys.argv[1]) if len(sys.argv) > 1 else 200000
    paths, won, value, nulls, touches = draw(journeys)
    size = sum(map(len, paths))
    frame = pandas.DataFrame({"path": paths, "won": won, "value": value, "nulls": nulls})
    table, keep = text_table(paths, conversions=won, value=value, nulls=nulls)
    print("%-52s %8s %10s %8s %8s" % ("# what", "seconds", "M touch/s", "MB/s", "ratio"))

    their_time, answer = best(lambda: peer.heuristic_models(frame, "path", "won", var_value="value", sep=">",
                                                            flg_pro=False), 2)
    row("ChannelAttribution, first, last, linear", their_time, touches, size)
    rules, credits = best(lambda: ours(table, "models=first,last,linear; errors=false"), 5)
    for index, name in enumerate(("first_touch", "last_touch", "linear_touch")):
        found = theirs(answer, name + "_conversions")
        assert np.allclose(found, credits[index], rtol=1e-9), name
    row("libleadkpi, first, last, linear", rules, touches, size, their_time / rules, "answers agree")
    with_errors, _ = best(lambda: ours(table, "models=first,last,linear"), 5)
    row("the same with standard errors", with_errors, touches, size, their_time / with_errors)

    their_time, answer = best(lambda: peer.markov_model(frame, "path", "won", var_value="value", var_null="nulls",
                                                        order=1, sep=">", verbose=False, flg_pro=False), 1)
    row("ChannelAttribution, Markov of order 1, sampled", their_time, touches, size)
    exact, credits = best(lambda: ours(table, "models=markov; errors=false"), 5)
    off = np.abs(theirs(answer, "total_conversions") - credits[0]).sum() / won.sum()
    row("libleadkpi, Markov of order 1, exact", exact, touches, size, their_time / exact,
        "its channels are off by %.1f %%" % (100 * off))
    del keep


if __name__ == "__main__":
    main()
