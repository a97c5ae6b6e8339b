"""Retention triangles against ClickHouse, in one process, on the same rows, one thread each.

    .interop/python/bin/python bench/peers/cohorts.py [EVENTS]

Rows: EVENTS in no order of EVENTS / 10 customers over 24 months; the customer of an event is drawn
with the square of a uniform number. ClickHouse gets ids of 32 bits (64 where they are scattered)
and times of 32 bits (seconds) in a table in memory, and the fastest of several queries counts, each
of which gives the same triangle; the library what it always takes. Times are of the processor, the
best of several runs.
"""
import sys

import numpy as np

import clickhouse
import library
from funnel import MICRO, Row, best

MONTHS = 24
DAYS = 730

MONTH = ("toRelativeMonthNum(toDateTime(ts, 'UTC'), 'UTC') - "
         "toRelativeMonthNum(toDateTime(0, 'UTC'), 'UTC')")
COHORT = "toUInt8(bitCount(bitXor(m, m - 1)) - 1)"
MASKS = "SELECT groupBitOr(bitShiftLeft(toUInt32(1), %s)) AS m FROM {table} GROUP BY id" % MONTH

# How one writes it: sets of months; masks of months, spread into rows, or counted by an array; and
# masks that are counted first, which are far fewer than customers where these are active early.
QUERIES = {
    "sets": "SELECT c, x - c AS a, count() FROM (SELECT groupUniqArray(toUInt8(%s)) AS s, "
            "arrayMin(s) AS c, arrayJoin(s) AS x FROM {table} GROUP BY id) GROUP BY c, a" % MONTH,
    "masks": "SELECT c, x - c AS a, count() FROM (SELECT %s AS c, arrayJoin(bitPositionsToArray(m)) "
             "AS x FROM (%s)) GROUP BY c, a" % (COHORT, MASKS),
    "counted masks": "SELECT %s AS c, x - c AS a, sum(n) FROM (SELECT m, n, "
                     "arrayJoin(bitPositionsToArray(m)) AS x FROM (SELECT m, count() AS n FROM (%s) "
                     "GROUP BY m)) GROUP BY c, a" % (COHORT, MASKS),
    "mask arrays": "SELECT c, a, s[a + 1] FROM (SELECT %s AS c, sumForEach(arrayMap(a -> "
                   "bitAnd(bitShiftRight(m, a + c), 1), range(%d))) AS s FROM (%s) GROUP BY c) "
                   "ARRAY JOIN range(%d) AS a" % (COHORT, MONTHS, MASKS, MONTHS),
}


def draw(events, seed=1):
    random = np.random.default_rng(seed)
    ids = (random.random(events) ** 2 * (events // 10)).astype(np.int64)
    return ids, random.integers(0, DAYS * 86400, events, dtype=np.int64)


def triangle(answer):
    cells = np.zeros((MONTHS, MONTHS), np.int64)
    for line in answer.splitlines():
        cohort, age, count = (int(number) for number in line.split("\t"))
        if count:
            cells[cohort, age] = count
    return cells


def theirs(row, peer, name):
    """Seconds of the fastest query, and the triangle."""
    least, expected = float("inf"), None
    for how, query in QUERIES.items():
        seconds, answer = best(lambda: peer.run(query.format(table=name)), 3)
        row("ClickHouse, %s ids, %s" % (name, how), seconds)
        found = triangle(answer)
        assert expected is None or (found == expected).all(), how
        least, expected = min(least, seconds), found
    return least, expected


def by_handle(held):
    """The same triangle from a handle, which keeps the rows for every other report."""
    report = library.Cohorts().add_activity(held).retention(
        "as_of=1972-01-01; clock=calendar; acquired=first_event; ages=%d" % MONTHS)
    cells = library.column(report, "active_so_far")[:MONTHS * MONTHS].reshape(MONTHS, MONTHS)
    library.free("table", report)
    return cells


def compare(row, peer, name, ids, times, dtype, structure, wanted):
    peer.store(name, (ids, times), "Memory", np.dtype(dtype), structure)
    seconds, expected = theirs(row, peer, name)
    micro, calendar = times * MICRO, library.calendar("grain=month")
    ours, cells = best(lambda: library.matrix(calendar, 0, MONTHS, ids, micro))
    assert (cells == expected).all()
    row("leadkpi_cohorts_matrix, %s ids" % name, ours, ratio=seconds / ours, wanted=wanted)
    library.free("calendar", calendar)
    held = library.table(id=ids, time=micro)
    ours, cells = best(lambda: by_handle(held), 3)
    assert (cells == expected).all()
    row("leadkpi_cohorts add and retention, %s ids" % name, ours, ratio=seconds / ours)
    library.free("table", held)


def main():
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10000000
    row, peer = Row(events), clickhouse.Peer()
    ids, times = draw(events)
    compare(row, peer, "dense", ids, times, [("id", "<u4"), ("ts", "<u4")], "id UInt32, ts UInt32",
            ">= 5")
    scattered = (ids.astype(np.uint64) * np.uint64(0x9e3779b97f4a7c15)).astype(np.int64)
    compare(row, peer, "scattered", scattered, times, [("id", "<i8"), ("ts", "<u4")],
            "id Int64, ts UInt32", "")


if __name__ == "__main__":
    main()
