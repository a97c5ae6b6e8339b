"""Funnels against ClickHouse, in one process, on the same rows, one thread each.

    .interop/python/bin/python bench/peers/funnel.py [EVENTS]

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
    ours, found = best(lambda: answer(library.Funnel(definition).add(held)))
    assert found == expected, (found, expected)
    row("leadkpi_funnel add and steps, " + name, ours, ratio=theirs / ours, wanted=wanted)
    library.free("table", held)
    return ours


def by_handle(row, peer, name, rows, expected, wanted, definition=DEFINITION):
    peer.store(name.replace(" ", "_"), rows, "Memory")
    theirs, found = best(lambda: peer.levels(name.replace(" ", "_"), STEPS, WINDOW))
    assert found == expected
    row("ClickHouse, " + name, theirs)
    return through_handle(row, name, theirs, rows, expected, wanted, definition)


def step_times(row, rows, one):
    """Rows to the report with the times of steps, against rows to the one without."""
    held, keep = table_of(rows)
    def with_times():
        library.free("table", library.Funnel(DEFINITION).add(held).report("times"))
    seconds, _ = best(with_times)
    row("leadkpi_funnel add and times, in no order, times steps", seconds, ratio=seconds / one,
        wanted="<= 1.5")
    funnel = library.Funnel(DEFINITION).add(held)
    plain, _ = best(lambda: answer(funnel), 3)
    times, _ = best(lambda: library.free("table", funnel.report("times")), 3)
    row("leadkpi_funnel_steps, again", plain)
    row("leadkpi_funnel_times, again, times steps", times, ratio=times / plain)


def two_workers(row, rows, definition, expected, one):
    """Leads split between two workers: the slower one, the merge and the report. Each part is of the
    processor and the best of its runs, so that it takes neither two processors nor a machine at rest."""
    tables = [table_of(tuple(np.ascontiguousarray(column[rows[0] % 2 == worker]) for column in rows))
              for worker in range(2)]
    adds, merged = [float("inf")] * 2, float("inf")
    for _ in range(RUNS):
        shares = []
        for worker, (held, keep) in enumerate(tables):
            seconds, funnel = best(lambda: library.Funnel(definition).add(held), 1)
            adds[worker] = min(adds[worker], seconds)
            shares.append(funnel)
        start = time.process_time()
        shares[0].merge(shares[1])
        found = answer(shares[0])
        merged = min(merged, time.process_time() - start)
        assert found == expected
    row("two workers, merge and report, times one worker", max(adds) + merged,
        ratio=one / (max(adds) + merged), wanted=">= 1.7")
    row("  of that the merge and the report", merged)


def eight_funnels(row, rows):
    """Eight funnels of other steps and windows in one pass, against one."""
    ids, times, codes = rows
    ends = np.flatnonzero(np.append(np.diff(ids) != 0, True)).astype(np.int64) + 1
    micro, one, all_levels = times * MICRO, np.zeros(len(ends), np.int32), np.zeros(8 * len(ends), np.int32)
    masks = np.array([[1 << step if step < STEPS else 0
                       for step in [(kind * (funnel % 4 * 2 + 1) + funnel) % KINDS for kind in range(KINDS)]]
                      for funnel in range(8)], np.uint64)
    windows = np.array([days * DAY * MICRO for days in (1, 2, 3, 5, 7, 14, 30, 60)], np.int64)
    seconds, _ = best(lambda: library.levels_of_several(micro, codes, masks, ends, STEPS, windows, all_levels))
    single, _ = best(lambda: library.levels(micro, codes, masks[4].copy(), ends, STEPS, int(windows[4]), one))
    assert (all_levels.reshape(-1, 8)[:, 4] == one).all()
    row("8 funnels in one pass, times one", seconds, ratio=seconds / single, wanted="<= 3")


MODES = ["", "; same_event=many", "; entry=first", "; step_window=1h; gap=1us",
         "; step_window=1h; gap=1us; same_event=many", "; order=adjacent",
         "; order=unordered; same_event=many", "; order=anchored; same_event=many",
         "; compat=clickhouse", "; compat=clickhouse; modes=strict_order",
         "; compat=clickhouse; modes=strict_increase", "; compat=clickhouse; modes=strict_deduplication"]


def one_lead(row):
    """One lead with a million events and 32 steps: each event one step, then every event all of them."""
    events = 1000000
    steps = ",".join("s%d" % step for step in range(32))
    ids, times = np.zeros(events, np.int64), np.arange(events, dtype=np.int64)
    one = np.int64(1) << np.random.default_rng(2).integers(0, 32, events)
    for what, masks in (("one step an event", one), ("all steps", np.full(events, 0xFFFFFFFF))):
        held = library.table(id=ids, time=times, steps=masks)
        for mode in MODES:
            try:
                funnel = library.Funnel("steps=%s; window=1h%s" % (steps, mode)).add(held)
            except library.Failure:
                continue  # steps in any order take one step an event
            seconds, _ = best(lambda: answer(funnel), 1)
            row("a lead of 1 M events, 32 steps, %s%s" % (what, mode), seconds, events,
                wanted="<= 1 s")


def bytes_a_lead(rows, definition):
    """What a handle holds, by the limit that it just fits (to 1 part in 64)."""
    held, keep = table_of(rows)
    low, high = 1 << 20, 1 << 40
    while high - low > high // 64:
        middle = (low + high) // 2
        try:
            library.Funnel(definition, limit=middle).add(held)
            high = middle
        except library.Failure:
            low = middle
    return high / len(np.unique(rows[0]))


def main():
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10000000
    rows = draw(events, max(events // 10, 1))
    peer, row = clickhouse.Peer(), Row(events)
    by_lead = in_order(rows, np.lexsort((rows[2], rows[1], rows[0])))
    expected = grouped(row, peer, by_lead)
    by_handle(row, peer, "grouped", by_lead, expected, "")
    by_time = in_order(rows, np.argsort(rows[1], kind="stable"))
    in_time = DEFINITION + "; input=time"
    one = by_handle(row, peer, "in order of time", by_time, expected, ">= 5", in_time)
    two_workers(row, by_time, in_time, expected, one)
    one = by_handle(row, peer, "in no order", rows, expected, ">= 4")
    two_workers(row, rows, DEFINITION, expected, one)
    eight_funnels(row, by_lead)
    step_times(row, rows, one)
    one_lead(row)
    few = tuple(column[:events // 10] for column in by_time)
    for definition in (DEFINITION, in_time):
        print("# at most, while a table of %d rows is taken in: %.0f bytes a lead, %s"
              % (len(few[0]), bytes_a_lead(few, definition), definition))


if __name__ == "__main__":
    main()
