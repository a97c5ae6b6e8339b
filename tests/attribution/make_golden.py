#!/usr/bin/env python3
"""Removal effects of Markov chains whose weights are far apart, by exact fractions.

Prints attribution_fractions.csv. By the definitions of markov_chain.c and renormalise.c and nothing
else: each channel's chain is solved by Gauss and Jordan in fractions.Fraction, so that the only
rounding is that of the last line. Journeys are drawn with a generator stated here.
"""
from fractions import Fraction

STATE = 12345


def draw(below):
    """The high bits of Knuth's linear congruential generator (MMIX)."""
    global STATE
    STATE = (STATE * 6364136223846793005 + 1442695040888963407) % 2**64
    return (STATE >> 33) % below


def journeys(channels, count, longest):
    """Paths with 0 or more, then weight, conversions or nulls: each weight a power of ten."""
    rows = []
    for i in range(count):
        path = "".join("ABCDEFGH"[draw(channels)] for _ in range(2 + draw(longest - 1)))
        rows.append((path, 10 ** draw(10), i % 2))
    return rows


def windows(path, order):
    """States of a path; one equal to the one before is left out."""
    if len(path) < order:
        return [path]
    cut = [path[i : i + order] for i in range(len(path) - order + 1)]
    return [s for i, s in enumerate(cut) if i == 0 or s != cut[i - 1]]


def solve(matrix, right):
    """x with matrix * x = right."""
    n = len(right)
    rows = [row[:] + [right[i]] for i, row in enumerate(matrix)]
    for i in range(n):
        pivot = next(r for r in range(i, n) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r in range(n):
            if r != i and rows[r][i] != 0:
                by = rows[r][i]
                rows[r] = [x - by * y for x, y in zip(rows[r], rows[i])]
    return [row[n] for row in rows]


def effects(rows, order, renormalise, channel):
    """What is lost without a channel, as a share of all conversions."""
    step, start, end, won = {}, {}, {}, {}
    for path, weight, converts in rows:
        states = windows(path, order)
        start[states[0]] = start.get(states[0], 0) + weight
        end[states[-1]] = end.get(states[-1], 0) + weight
        won[states[-1]] = won.get(states[-1], 0) + weight * converts
        for a, b in zip(states, states[1:]):
            step[a, b] = step.get((a, b), 0) + weight
    everything = set(start) | set(end) | {s for pair in step for s in pair}
    left = sorted(s for s in everything if channel not in s)
    alive = {s for s in left if end.get(s)}
    while more := {a for (a, b) in step if a in left and b in alive} - alive:
        alive |= more
    left = sorted(alive)  # who never gets to an end, gets nothing
    matrix, right = [], []
    for s in left:
        out = sum(w for (a, b), w in step.items() if a == s and (channel not in b or not renormalise))
        leaving = out + end.get(s, 0)
        matrix.append([Fraction((leaving if s == t else 0) - step.get((s, t), 0)) for t in left])
        right.append(Fraction(won.get(s, 0)))
    after = dict(zip(left, solve(matrix, right)))
    started = sum(w for s, w in start.items() if channel not in s)
    reached = sum(start.get(s, 0) * after[s] for s in left)
    if renormalise:
        reached = reached / started * sum(start.values()) if started else 0
    total = sum(won.values())
    return (total - reached) / Fraction(total)


def main():
    print("world,path or order,weight or removal,converts or channel,effect")
    for world in range(12):
        rows = journeys(3 + world % 3, 4 + world % 4, 12 + 2 * world)
        for path, weight, converts in rows:
            print(f"{world},{path},{weight},{converts},")
        for order in (1, 2, 3):
            for renormalise in (0, 1):
                for channel in sorted({c for path, _, _ in rows for c in path}):
                    effect = effects(rows, order, renormalise, channel)
                    print(f"{world},{order},{renormalise},{channel},{float(effect)!r}")


main()
