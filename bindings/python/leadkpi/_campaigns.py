"""Leads, stage changes and costs in; every KPI out."""
import ctypes
import threading
import warnings
import weakref
from contextlib import ExitStack, contextmanager
from typing import Any, Iterator, Mapping, Optional

from ._library import call, failure, library, status_name, text
from ._options import made, option_names
from ._table import Input, Table, table_from


class Campaigns:
    """Collects leads, stages, responses, costs and measures, and reports KPIs of them.

    Options are those of options("campaigns"); each table is a dict of columns:

        leads      id, time; email; dimensions
        stages     id, stage, time; value, currency
        responses  id, time; kind
        costs      time; amount, cost_type, scope, currency, measures, dimensions
        measures   time; measures of the catalogue; dimensions

    A datetime without a zone and a date are UTC. Calls from several threads take
    turns; to work in parallel, give each thread an empty_twin() and add them up.
    """

    def __init__(self, **definition: Any) -> None:
        out = ctypes.c_void_p()
        with made("campaigns", definition) as options:
            call("leadkpi_campaigns_create", None, options, ctypes.byref(out))
        self._own(out)

    def _own(self, handle: ctypes.c_void_p) -> None:
        self._lock = threading.RLock()
        self._finalizer = weakref.finalize(self, library.leadkpi_campaigns_free, handle)
        self._handle: Optional[ctypes.c_void_p] = handle

    @classmethod
    def _from(cls, handle: ctypes.c_void_p) -> "Campaigns":
        made_here = cls.__new__(cls)
        made_here._own(handle)
        return made_here

    @contextmanager
    def _open(self) -> Iterator[ctypes.c_void_p]:
        """The handle, for one thread at a time."""
        with self._lock:
            if self._handle is None:
                raise failure("wrong_state", "these campaigns are closed")
            yield self._handle

    def close(self) -> None:
        """Give the memory back. Twice is fine; any other call after it is an error."""
        with self._lock:
            self._handle = None
            self._finalizer()

    def __enter__(self) -> "Campaigns":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # ---- in

    def _add(self, kind: str, columns: Mapping[str, Any], batch: Optional[str]) -> "Campaigns":
        identity = (None, 0) if batch is None else text(batch)
        with Input(columns) as table, self._open() as handle:
            said = call(f"leadkpi_campaigns_add_{kind}", handle, table.handle, *identity, columns=table.names)
        if said:
            warnings.warn(said, stacklevel=3)
        return self

    def add_leads(self, columns: Mapping[str, Any], batch: Optional[str] = None) -> "Campaigns":
        """All rows or none. A batch that was added before changes nothing, and warns."""
        return self._add("leads", columns, batch)

    def add_stages(self, columns: Mapping[str, Any], batch: Optional[str] = None) -> "Campaigns":
        return self._add("stages", columns, batch)

    def add_responses(self, columns: Mapping[str, Any], batch: Optional[str] = None) -> "Campaigns":
        return self._add("responses", columns, batch)

    def add_costs(self, columns: Mapping[str, Any], batch: Optional[str] = None) -> "Campaigns":
        return self._add("costs", columns, batch)

    def add_measures(self, columns: Mapping[str, Any], batch: Optional[str] = None) -> "Campaigns":
        return self._add("measures", columns, batch)

    # ---- out

    def _table(self, name: str, options: Mapping[str, Any]) -> Table:
        with made("campaigns_report", options) as definition, self._open() as handle:
            return table_from(f"leadkpi_campaigns_{name}", handle, definition)

    def report(self, **options: Any) -> Table:
        """KPIs by dimensions and period; options("campaigns_report") says what can be asked.

        report(by=["channel"], kpis=["cpl", "cac"], grain="month", zone="Europe/Berlin",
        as_of="2025-04-01")"""
        return self._table("report", options)

    def findings(self, **options: Any) -> Table:
        """What is odd in the data; nothing is dropped in silence."""
        return self._table("findings", options)

    def cost_list(self, **options: Any) -> Table:
        """What was included in which spend."""
        return self._table("cost_list", options)

    def summary(self) -> Table:
        """What is held: one row."""
        with self._open() as handle:
            return table_from("leadkpi_campaigns_summary", handle)

    def describe(self) -> str:
        """The definition as a sentence."""
        return self._bytes("describe")[:-1].decode("utf-8", "surrogateescape")

    # ---- states

    def empty_twin(self) -> "Campaigns":
        """Empty, of the same definition: for another thread or shard."""
        out = ctypes.c_void_p()
        with self._open() as handle:
            call("leadkpi_campaigns_create_like", handle, ctypes.byref(out))
        return self._from(out)

    def __iadd__(self, other: Any) -> "Campaigns":
        """Add all that the other holds, which stays as it is."""
        if not isinstance(other, Campaigns):
            return NotImplemented
        with ExitStack() as stack:
            for each in sorted((self, other), key=id):  # one order, so that two threads cannot wait for each other
                stack.enter_context(each._open())
            call("leadkpi_campaigns_merge", self._handle, other._handle)
        return self

    def _bytes(self, name: str) -> bytes:
        function, needed = f"leadkpi_campaigns_{name}", ctypes.c_size_t()
        with self._open() as handle:
            try:
                call(function, handle, None, 0, ctypes.byref(needed))
            except Exception as error:
                if getattr(error, "status", None) != "buffer_too_small":
                    raise
            buffer = ctypes.create_string_buffer(needed.value)
            call(function, handle, buffer, needed.value, ctypes.byref(needed))
        return buffer.raw[:needed.value]

    def dumps(self) -> bytes:
        """The state: the same bytes for the same rows on every machine, read by every later release."""
        return self._bytes("serialize")

    @classmethod
    def loads(cls, state: bytes) -> "Campaigns":
        """From dumps(). Bytes from anywhere are safe: they are checked before they are used."""
        out, data = ctypes.c_void_p(), bytes(state)
        call("leadkpi_campaigns_deserialize", None, data, len(data), ctypes.byref(out))
        return cls._from(out)

    def __reduce__(self) -> Any:
        return type(self).loads, (self.dumps(),)

    def __repr__(self) -> str:
        return "<Campaigns, closed>" if self._handle is None else f"<Campaigns: {self.describe()}>"


def report(leads: Any = None, stages: Any = None, responses: Any = None, costs: Any = None, measures: Any = None,
           **options: Any) -> Table:
    """A report in one call; options of the definition and of the report together."""
    definition = {name: options.pop(name) for name in option_names("campaigns") if name in options}
    tables = {"leads": leads, "stages": stages, "responses": responses, "costs": costs, "measures": measures}
    with Campaigns(**definition) as campaigns:
        for kind, columns in tables.items():
            if columns is not None:
                campaigns._add(kind, columns, None)
        return campaigns.report(**options)
