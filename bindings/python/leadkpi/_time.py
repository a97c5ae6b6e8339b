"""Calendars, patterns of events, and what needs no handle."""
import ctypes
import datetime
from array import array
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

from ._handle import Owned
from ._library import call, failure, library, text
from ._table import EPOCH, int64s, microseconds

KINDS = {1: "once", 2: "skipped", 3: "repeated"}  # LEADKPI_LOCAL_..., as a test compares


def _moment(value: int) -> Optional[datetime.datetime]:
    """None before the year 1 and after 9999, which a datetime does not have."""
    try:
        return EPOCH + datetime.timedelta(microseconds=value)
    except OverflowError:
        return None


class Local(NamedTuple):
    """What a clock on the wall shows."""
    year: int
    month: int
    day: int
    microsecond_of_day: int


class Instant(NamedTuple):
    """When it shows that: once, twice ("repeated"), or never, being turned over it ("skipped")."""
    first: Optional[datetime.datetime]
    last: Optional[datetime.datetime]
    kind: str


class Calendar(Owned):
    """Days, weeks, months, fiscal and retail periods of a zone, and opening hours; options("calendar").

        lk.Calendar(grain="week", zone="Europe/Berlin").label(datetime(2025, 4, 1))   # "2025-W14"

    Times are datetimes (UTC where they have no zone) or dates (midnight UTC); those that come back are in
    UTC, and None beyond what a datetime holds."""

    ROOM = "calendar"

    def __reduce__(self) -> Any:
        raise TypeError("a Calendar has no state to save: make it again from its options")

    def _asked(self, name: str, *given: Any, outs: Sequence[Any]) -> List[int]:
        values = [kind() for kind in outs]
        with self._open() as handle:
            call(f"leadkpi_calendar_{name}", handle, *given, *map(ctypes.byref, values))
        return [value.value for value in values]

    def _one(self, name: str, time: Any) -> int:
        (value,) = self._asked(name, microseconds(time), outs=[ctypes.c_int64])
        return value

    def period(self, time: Any) -> Tuple[Optional[datetime.datetime], Optional[datetime.datetime]]:
        """The start of the period that holds a time, and the start of the next one."""
        start, end = self._asked("period", microseconds(time), outs=[ctypes.c_int64] * 2)
        return _moment(start), _moment(end)

    def periods(self, times: Sequence[Any]) -> List[Optional[datetime.datetime]]:
        """The start of the period of each."""
        given = array("q", map(microseconds, times))
        starts = (ctypes.c_int64 * len(given))()
        with self._open() as handle:
            call("leadkpi_calendar_periods", handle, given.buffer_info()[0], len(given), 0, starts, None)
        return list(map(_moment, starts))

    def next(self, time: Any) -> Optional[datetime.datetime]:
        """The start of the period after."""
        return _moment(self._one("next", time))

    def previous(self, time: Any) -> Optional[datetime.datetime]:
        """The start of the period before."""
        return _moment(self._one("previous", time))

    def label(self, time: Any) -> str:
        """The name of the period, such as "2025-W14"."""
        buffer = ctypes.create_string_buffer(64)
        with self._open() as handle:
            call("leadkpi_calendar_label", handle, microseconds(time), buffer, len(buffer), None)
        return buffer.value.decode()

    def offset(self, time: Any) -> datetime.timedelta:
        """Local time less UTC."""
        (seconds,) = self._asked("offset", microseconds(time), outs=[ctypes.c_int32])
        return datetime.timedelta(seconds=seconds)

    def local(self, time: Any) -> Local:
        """What a clock on the wall shows at a time."""
        return Local(*self._asked("local", microseconds(time),
                                  outs=[ctypes.c_int64, ctypes.c_int32, ctypes.c_int32, ctypes.c_int64]))

    def instant(self, year: int, month: int, day: int, microsecond_of_day: int = 0) -> Instant:
        """When a clock on the wall shows that."""
        first, last, kind = self._asked("instant", year, month, day, microsecond_of_day,
                                        outs=[ctypes.c_int64, ctypes.c_int64, ctypes.c_int32])
        return Instant(_moment(first), _moment(last), KINDS[kind])

    def is_open(self, time: Any) -> bool:
        """Whether it is open then."""
        (value,) = self._asked("open", microseconds(time), outs=[ctypes.c_int32])
        return bool(value)

    def open_between(self, start: Any, end: Any) -> datetime.timedelta:
        """How long it is open from the one to the other."""
        (value,) = self._asked("open_between", microseconds(start), microseconds(end), outs=[ctypes.c_int64])
        return datetime.timedelta(microseconds=value)

    def next_open(self, time: Any) -> Optional[datetime.datetime]:
        """When it opens next; the time itself where it is open."""
        return _moment(self._one("next_open", time))


class Pattern(Owned):
    """A pattern of events with conditions on time, such as "(?1)(?t<=1h)(?2).*(?3)".

    times rise; conditions[k] has bit i set where condition i + 1 holds for event k. Who holds events of
    many leads asks Funnel.sequences instead."""

    ROOM = "sequence"

    def __init__(self, pattern: str) -> None:
        out = ctypes.c_void_p()
        call("leadkpi_sequence_create", None, *text(pattern), ctypes.byref(out))
        self._own(out)
        self.pattern = pattern

    def __reduce__(self) -> Any:
        return Pattern, (self.pattern,)

    def __repr__(self) -> str:
        return f"<Pattern {self.pattern}>"

    def _asked(self, name: str, times: Sequence[Any], conditions: Sequence[int], out: Any) -> Any:
        at = array("q", map(microseconds, times))
        bits = array("Q", conditions)
        if len(at) != len(bits):
            raise failure("bad_argument", f"conditions: expected {len(at)} of them, found {len(bits)}")
        with self._open() as handle:
            call(f"leadkpi_sequence_{name}", handle, at.buffer_info()[0], bits.buffer_info()[0], len(at), out)
        return out

    def match(self, times: Sequence[Any], conditions: Sequence[int]) -> bool:
        """Whether the events hold the pattern."""
        return bool(self._asked("match", times, conditions, ctypes.pointer(ctypes.c_int32())).contents.value)

    def count(self, times: Sequence[Any], conditions: Sequence[int]) -> int:
        """Matches that do not overlap."""
        found: int = self._asked("count", times, conditions, ctypes.pointer(ctypes.c_int64())).contents.value
        return found

    def first(self, times: Sequence[Any], conditions: Sequence[int]) -> Optional[Tuple[int, ...]]:
        """The places of the events of the first match, from 0; None without one."""
        with self._open() as handle:
            parts = library.leadkpi_sequence_part_count(handle)
        places = tuple(self._asked("first", times, conditions, (ctypes.c_int64 * parts)()))
        return None if -1 in places else places


def retention_matrix(customers: Sequence[int], times: Sequence[Any], start: Any, periods: int,
                     **calendar: Any) -> List[List[int]]:
    """The retention triangle of a log of events at once: a row a cohort, a column an age, distinct customers.

    A customer is of the cohort of its first event. `calendar` are options("calendar"): grain, zone, ..."""
    ids, at = int64s("customers", customers), array("q", map(microseconds, times))
    if len(ids) != len(at):
        raise failure("bad_argument", f"times: expected {len(ids)} of them, found {len(at)}")
    if not 1 <= periods <= 64:
        raise failure("bad_argument", f"periods: expected 1 to 64, found {periods}")
    cells = (ctypes.c_int64 * (periods * periods))()
    with Calendar(**calendar) as cut, cut._open() as handle:
        call("leadkpi_cohorts_matrix", None, handle, microseconds(start), periods, ids.buffer_info()[0],
             at.buffer_info()[0], len(ids), cells, None)
    return [list(cells[row * periods:(row + 1) * periods]) for row in range(periods)]
