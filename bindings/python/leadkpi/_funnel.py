"""How many leads got how far, how fast, under which rule."""
from typing import Any, Dict, Mapping, Optional, Sequence

from ._handle import Handle
from ._table import Table

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


def _spoken(columns: Mapping[str, str]) -> Dict[str, str]:
    return {_SPOKEN.get(name, name): source for name, source in columns.items()}
