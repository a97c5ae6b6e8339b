"""How many leads got how far, how fast, under which rule."""
from typing import Any, Dict, Mapping, Optional, Sequence

from ._handle import Handle
from ._library import call
from ._table import Table, microseconds

_SPOKEN = {"lead": "id", "step": "event"}  # words that may stand for the library's columns


class Funnel(Handle):
    """A funnel over events of leads; options("funnel") says what its rule can be.

        with lk.Funnel(["visit", "sign up", "won"], window="30d") as funnel:
            funnel.add(events, lead="Record ID", time="When", step="Stage")
            print(funnel.steps())

    Events are a dict of columns, a data frame, or anything that speaks Arrow: id (or
    lead), time, event (or step), and optionally sequence and segment."""

    ROOM = "funnel"

    def __init__(self, steps: Optional[Sequence[str]] = None, **definition: Any) -> None:
        super().__init__(steps=steps, **definition)

    def add(self, events: Any, batch: Optional[str] = None, **columns: str) -> "Funnel":
        """All rows or none. Named columns are taken under the names that the library knows."""
        return self._add("add", events, batch, _spoken(columns))

    def add_stages(self, rows: Any, batch: Optional[str] = None, **columns: str) -> "Funnel":
        """One row a lead, with a time for each step under the step's text."""
        return self._add("add_stages", rows, batch, _spoken(columns))

    def steps(self, **options: Any) -> Table:
        """How many reached each step, rates with intervals; options("funnel_report") says what can be asked."""
        return self._table("steps", options)

    report = steps

    def times(self, **options: Any) -> Table:
        """How long from step to step, the leads still going on beside."""
        return self._table("times", options)

    def leads(self, **options: Any) -> Table:
        """Each lead that entered: its level and its times."""
        return self._table("leads", options)

    def histogram(self, **options: Any) -> Table:
        """How many leads took how long, in bars of equal width."""
        return self._table("histogram", options)

    def difference(self, **options: Any) -> Table:
        """Is a segment or a period better than another, or may it be chance?"""
        return self._table("difference", options)

    def retention(self, **options: Any) -> Table:
        """Who had step 1, and each other step too."""
        return self._table("retention", options)

    def checks(self, **options: Any) -> Table:
        """What is odd in the data, or does not fit the definition: steps that no event is, ..."""
        return self._table("checks", options)

    def sequences(self, pattern: str, **options: Any) -> Table:
        """Which leads' events hold a pattern, such as "(?1)(?t<=1h)(?3)"; (?N) is an event of step N."""
        return self._table("sequences", {"pattern": pattern, **options})

    def sequence_leads(self, pattern: str, **options: Any) -> Table:
        """The same, a row a lead."""
        return self._table("sequence_leads", {"pattern": pattern, **options})

    def close_range(self, start: Any, until: Any) -> "Funnel":
        """All events from the one time up to, not with, the other are there: they shrink to a summary of constant
        size a lead. None is before, or after, all times. No report of levels changes."""
        with self._open() as handle:
            call("leadkpi_funnel_close", handle, -2**63 if start is None else microseconds(start),
                 2**63 - 1 if until is None else microseconds(until))
        return self


def _spoken(columns: Mapping[str, str]) -> Dict[str, str]:
    return {_SPOKEN.get(name, name): source for name, source in columns.items()}
