"""Random groups of events: the levels of compat=clickhouse are those of a live ClickHouse.

    .interop/python/bin/python bench/peers/interop_funnel.py [GROUPS]

GROUPS groups for each combination of modes that the library knows, over few and many different
times, so that events tie or do not; a group has 1 to 12 events of 4 steps and a foreign kind, and
every fourth event is of any of the steps at once. strict_once, whose answer is the exact rule's,
is asked of groups whose events have times of their own: among others it goes by arrival there.
"""
import itertools
import sys

import numpy as np

import clickhouse
import library

STEPS = 4
WINDOW = 5
MODES = ["strict_deduplication", "strict_order", "strict_increase", "allow_reentry"]


def combinations():
    for count in range(len(MODES) + 1):
        for chosen in itertools.combinations(MODES, count):
            if "allow_reentry" not in chosen or "strict_order" in chosen:
                yield chosen


def draw(groups, times, seed, own_times=False):
    """Ids, times, and the steps of each event as bits."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 13, groups)
    ids = np.repeat(np.arange(groups, dtype=np.int64), sizes)
    at = random.integers(0, times, len(ids))
    if own_times:
        at = np.concatenate([random.permutation(max(times, 12))[:size] for size in sizes])
    masks = np.array([1, 2, 4, 8, 0])[random.integers(0, STEPS + 1, len(ids))]
    many = random.integers(0, 4, len(ids)) == 0
    return ids, at, np.where(many, random.integers(0, 1 << STEPS, len(ids)), masks)


def theirs(peer, rows, groups, chosen):
    peer.store("groups", rows, "Memory")
    modes = "".join(", '%s'" % mode for mode in chosen)
    conditions = ", ".join("bitTest(code, %d)" % step for step in range(STEPS))
    text = peer.run("SELECT id, windowFunnel(%d%s)(ts, %s) FROM groups GROUP BY id"
                    % (WINDOW, modes, conditions))
    levels = np.zeros(groups, np.int64)
    for line in text.splitlines():
        group, level = line.split("\t")
        levels[int(group)] = int(level)
    return levels


def ours(rows, groups, chosen):
    ids, times, masks = rows
    times = times * 1000000
    held = library.table(id=ids, time=times, steps=masks)
    definition = "steps=a,b,c,d; window=%ds; " % WINDOW
    if "strict_once" in chosen:
        definition += "gap=1us" if "strict_increase" in chosen else "preset=clickhouse_strict_once"
    else:
        definition += "compat=clickhouse; modes=" + ",".join(chosen)
    report = library.Funnel(definition).add(held).report("leads")
    levels = np.zeros(groups, np.int64)
    levels[library.column(report, "id")] = library.column(report, "step")
    library.free("table", report)
    library.free("table", held)
    return levels


def main():
    groups = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    peer, different = clickhouse.Peer(), 0
    once = [("strict_once",), ("strict_once", "strict_increase")]
    for number, chosen in enumerate(list(combinations()) + once):
        wrong = 0
        for times in (4, 12, 60):
            share = -(-groups // 3)
            rows = draw(share, times, 100 * number + times, chosen in once)
            found, expected = ours(rows, share, chosen), theirs(peer, rows, share, chosen)
            wrong += int(np.count_nonzero(found != expected))
        print("%-60s %d groups, %d different" % (" ".join(chosen) or "default", groups, wrong))
        different += wrong
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
