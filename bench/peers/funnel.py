"""Funnels against ClickHouse, in one process, on the same rows, one thread each.

    .interop/bin/python bench/peers/funnel.py [EVENTS]

Rows: EVENTS of EVENTS / 10 leads over 180 days, 8 kinds of event, 5 steps, a window of 7 days; the
lead of an event is drawn with the square of a uniform number. ClickHouse gets ids of 32 bits, times
of 32 bits (seconds) and codes of 8 bits, its narrowest; the library what it always takes. Times are
of the processor, the best of several runs; what one holds before (its table, the columns) is not
counted, what it does to answer is.
"""
import sys
import time

import numpy as np

import clickhouse
import library

DAY = 86400
STEPS = 5
KINDS = 8
WINDOW = 7 * DAY
MICRO = 1000000
RUNS = 5


def draw(events, leads, seed=1):
    random = np.random.default_rng(seed)
    ids = (random.random(events) ** 2 * leads).astype(np.int64)
    times = random.integers(0, 180 * DAY, events, dtype=np.int64)
    codes = random.integers(0, KINDS, events, dtype=np.int32)
    return ids, times, codes


def in_order(rows, order):
    return tuple(np.ascontiguousarray(column[order]) for column in rows)


def best(action, runs=RUNS):
    """Seconds of the processor; the answer of the last run."""
    least = float("inf")
    for _ in range(runs):
        answer = None
        start = time.process_time()
        answer = action()
        least = min(least, time.process_time() - start)
    return least, answer


def reached(exactly):
    return [int(n) for n in np.cumsum(np.asarray(exactly)[::-1])[::-1]]


class Row:
    """Prints what took how long, and against what."""

    def __init__(self, events):
        self.events = events
        print("%-58s %8s %10s %8s %s" % ("# what", "seconds", "M rows/s", "ratio", "wanted"))

    def __call__(self, what, seconds, events=None, ratio=None, wanted=""):
        rate = (events or self.events) / seconds / 1e6
        print("%-58s %8.3f %10.1f %8s %s" % (what, seconds, rate,
                                            "" if ratio is None else "%.2f" % ratio, wanted))
        sys.stdout.flush()


DEFINITION = "steps=a,b,c,d,e; window=7d"


def table_of(rows):
    ids, times, codes = rows
    masks = np.where(codes < STEPS, np.int64(1) << codes.astype(np.int64), 0)
    keep = (ids, times * MICRO, masks)
    return library.table(id=keep[0], time=keep[1], steps=keep[2]), keep


def answer(funnel):
    report = funnel.report("steps")
    found = [int(n) for n in library.column(report, "reached")]
    library.free("table", report)
    return found


def grouped(row, peer, rows):
    """Lead by lead, in order of time: the plain function; and the handle."""
    ids, times, codes = rows
    ends = np.flatnonzero(np.append(np.diff(ids) != 0, True)).astype(np.int64) + 1
    micro, levels = times * MICRO, np.zeros(len(ends), np.int32)
    masks = np.array([1 << c if c < STEPS else 0 for c in range(KINDS)], np.uint64)
    peer.store("grouped", rows, "MergeTree ORDER BY (id, ts)")
    theirs, expected = best(lambda: peer.levels("grouped", STEPS, WINDOW, in_order=True))
    row("ClickHouse, grouped and sorted, in-order aggregation", theirs)
    ours, _ = best(lambda: library.levels(micro, codes, masks, ends, STEPS, WINDOW * MICRO, levels))
    assert reached(np.bincount(levels, minlength=STEPS + 1)[1:]) == expected
    row("leadkpi_funnel_levels, grouped and sorted", ours, ratio=theirs / ours, wanted=">= 10")
    return expected


def through_handle(row, name, theirs, rows, expected, wanted, definition=DEFINITION):
    held, keep = table_of(rows)
    ours, found = best(lambda: answer(library.Funnel(definition).add(held)), 3)
    assert found == expected, (found, expected)
    row("leadkpi_funnel add and steps, " + name, ours, ratio=theirs / ours, wanted=wanted)
    library.free("table", held)
    return ours


def by_handle(row, peer, name, rows, expected, wanted, definition=DEFINITION):
    peer.store(name.replace(" ", "_"), rows, "Memory")
    theirs, found = best(lambda: peer.levels(name.replace(" ", "_"), STEPS, WINDOW), 3)
    assert found == expected
    row("ClickHouse, " + name, theirs)
    through_handle(row, name, theirs, rows, expected, wanted, definition)


def main():
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10000000
    rows = draw(events, max(events // 10, 1))
    peer, row = clickhouse.Peer(), Row(events)
    by_lead = in_order(rows, np.lexsort((rows[2], rows[1], rows[0])))
    expected = grouped(row, peer, by_lead)
    by_handle(row, peer, "grouped", by_lead, expected, "")
    by_time = in_order(rows, np.argsort(rows[1], kind="stable"))
    by_handle(row, peer, "in order of time", by_time, expected, ">= 5", DEFINITION)
    by_handle(row, peer, "in no order", rows, expected, ">= 4")


if __name__ == "__main__":
    main()
