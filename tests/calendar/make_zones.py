#!/usr/bin/env python3
"""Writes zones.h: TZif bytes of some zones, and what their clocks show.

    python3 tests/calendar/make_zones.py > tests/calendar/zones.h

The rules are those of tzdata, which is in the public domain. The bytes are
written here from its compiled files, cut to the years that the tests need:
transitions from `since` on up to where the footer's rule takes over. What is
expected comes from Python's zoneinfo, and day starts from a walk over minutes.
"""
import datetime
import struct
import zoneinfo

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
ZONES = [  # name, first year kept, years whose changes are golden
    ("America/New_York", 1990, (1999, 2006, 2007, 2025, 2399)),
    ("Europe/Berlin", 1977, (1980, 1995, 1996, 2025, 2100)),
    ("Australia/Lord_Howe", 1980, (1985, 2008, 2025, 2050)),
    ("America/Sao_Paulo", 1980, (1999, 2017, 2018)),
    ("Asia/Kolkata", 1800, (1941, 1942, 1945)),
    ("Pacific/Apia", 1980, (2010, 2011, 2012, 2020)),
    ("America/St_Johns", 1980, (1988, 2006, 2007, 2011)),
]


def read(name):
    """Transitions, types and footer of the 64-bit block."""
    data = open("/usr/share/zoneinfo/" + name, "rb").read()
    ut, std, leap, times, types, chars = struct.unpack(">6l", data[20:44])
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + std + ut
    ut, std, leap, times, types, chars = struct.unpack(">6l", data[at + 20:at + 44])
    at += 44
    when = struct.unpack(">%dq" % times, data[at:at + 8 * times])
    which = data[at + 8 * times:at + 9 * times]
    at += 9 * times
    kinds = [struct.unpack(">lBB", data[at + 6 * i:at + 6 * i + 6]) for i in range(types)]
    at += 6 * types
    names = data[at:at + chars]
    footer = data[at + chars + leap * 12 + std + ut:].strip(b"\n")
    label = lambda i: names[i:names.index(b"\0", i)]
    return [(t, (kinds[w][0], kinds[w][1], label(kinds[w][2]))) for t, w in zip(when, which)], \
        (kinds[0][0], kinds[0][1], label(kinds[0][2])), footer


def second(year):
    return int((datetime.datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())


def rule_starts(changes):
    """How many transitions to keep: those after repeat the yearly rule."""
    keep = len(changes)
    while keep > 3 and changes[keep - 1][0] > second(2006):
        gap = changes[keep - 1][0] - changes[keep - 3][0]
        same = changes[keep - 1][1] == changes[keep - 3][1]
        if not same or gap not in (364 * 86400, 371 * 86400):
            break
        keep -= 1
    return keep


def compact(name, since):
    changes, first, footer = read(name)
    if b"," in footer:
        changes = changes[:rule_starts(changes)]
    before = [c for c in changes if c[0] < second(since)]
    if before:
        first = before[-1][1]
    changes = [c for c in changes if c[0] >= second(since)]
    types = [first]
    for _, kind in changes:
        if kind not in types:
            types.append(kind)
    names, place = b"", {}
    for kind in types:
        if kind[2] not in place:
            place[kind[2]] = len(names)
            names += kind[2] + b"\0"
    empty = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 1) + bytes(7)
    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, len(changes), len(types), len(names))
    body = b"".join(struct.pack(">q", c[0]) for c in changes)
    body += bytes(types.index(c[1]) for c in changes)
    body += b"".join(struct.pack(">lBB", k[0], k[1], place[k[2]]) for k in types) + names
    return empty + header + body + b"\n" + footer + b"\n"


def local(zone, instant):
    """Seconds that the clock shows, as if it were UTC."""
    shown = (EPOCH + datetime.timedelta(seconds=instant)).astimezone(zone)
    return instant + int(shown.utcoffset().total_seconds())


def changes_in(zone, year):
    found, step = [], 3600
    for at in range(second(year), second(year + 1), step):
        low, high = at, at + step
        if local(zone, low) - low == local(zone, high) - high:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            if local(zone, middle) - middle == local(zone, low) - low:
                low = middle
            else:
                high = middle
        found.append(high)
    return found


def day_start(zone, day):
    at = day * 86400 - 26 * 3600
    while local(zone, at) < day * 86400:
        at += 60
    while local(zone, at - 1) >= day * 86400:
        at -= 1
    return at


def main():
    print("/* zones.h: made by make_zones.py; do not edit. Bytes from tzdata, which is in the")
    print(" * public domain; expectations from Python's zoneinfo. */")
    offsets, days = [], []
    print("enum { %s, ZONE_COUNT };\n" % ", ".join(
        "ZONE_" + n.split("/")[1].upper() for n, _, _ in ZONES))
    for number, (name, since, years) in enumerate(ZONES):
        data = compact(name, since)
        print("static const unsigned char zone_%d[] = { /* %s */" % (number, name))
        for i in range(0, len(data), 20):
            print("    " + ",".join(str(b) for b in data[i:i + 20]) + ",")
        print("};\n")
        zone = zoneinfo.ZoneInfo(name)
        for year in years:
            for at in changes_in(zone, year):
                offsets += [(number, at - 1, local(zone, at - 1) - at + 1),
                            (number, at, local(zone, at) - at)]
                middle = local(zone, at) // 86400
                for day in range(middle - 1, middle + 3):
                    days.append((number, day, day_start(zone, day)))
    print("static const struct { const char *name; const unsigned char *bytes; size_t size; } zones[] = {")
    for number, (name, _, _) in enumerate(ZONES):
        print('    {"%s", zone_%d, sizeof zone_%d},' % (name, number, number))
    print("};\n")
    print("/* The second before each change of the clock and the change: offset in seconds. */")
    print("static const struct { int zone; int64_t instant; int64_t offset; } golden_offsets[] = {")
    for row in offsets:
        print("    {%d, %d, %d}," % row)
    print("};\n")
    print("/* The first instant at which the clock shows this day (since 1970-01-01) or a later one. */")
    print("static const struct { int zone; int64_t day; int64_t instant; } golden_days[] = {")
    for row in sorted(set(days)):
        print("    {%d, %d, %d}," % row)
    print("};")


main()
