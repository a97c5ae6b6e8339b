"""What every handle of the library does alike: the seven verbs."""
import ctypes
import os
import threading
import warnings
import weakref
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Any, ContextManager, Dict, Iterator, List, Mapping, Optional, Type, TypeVar

from ._arrow import count_from, inputs
from ._library import LeadkpiError, call, failure, library, text
from ._options import made, option_names, report_schemas, spoken, unknown_option
from ._table import Table, table_from

Self = TypeVar("Self", bound="Owned")
Adding = TypeVar("Adding", bound="Handle")


_alive: "weakref.WeakSet[Owned]" = weakref.WeakSet()
_held: List[Any] = []


def _before_fork() -> None:
    """No call is under way and no lock is held in the process that begins."""
    _held[:] = [each._lock for each in sorted(_alive, key=id)]
    for lock in _held:
        lock.acquire()


def _after_fork() -> None:
    while _held:
        _held.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)


class Owned:
    """One object of the library; a class of it names its room, such as "campaigns".

    Calls from several threads take turns. With `with` it is closed at the end."""

    ROOM = ""

    def __init__(self, **definition: Any) -> None:
        out = ctypes.c_void_p()
        with made(self.ROOM, definition) as options:
            call(f"leadkpi_{self.ROOM}_create", None, options, ctypes.byref(out))
        self._own(out)

    def _own(self, handle: ctypes.c_void_p) -> None:
        self._lock = threading.RLock()
        self._finalizer = weakref.finalize(self, getattr(library, f"leadkpi_{self.ROOM}_free"), handle)
        self._finalizer.atexit = False  # a daemon thread may be in a call still
        self._handle: Optional[ctypes.c_void_p] = handle
        _alive.add(self)

    @classmethod
    def _from(cls: Type[Self], handle: ctypes.c_void_p) -> Self:
        made_here = cls.__new__(cls)
        made_here._own(handle)
        return made_here

    @contextmanager
    def _open(self) -> Iterator[ctypes.c_void_p]:
        """The handle, for one thread at a time."""
        with self._lock:
            if self._handle is None:
                raise failure("wrong_state", f"this {type(self).__name__} is closed")
            yield self._handle

    def close(self) -> None:
        """Give the memory back. Twice is fine; any other call after it is an error."""
        with self._lock:
            self._handle = None
            self._finalizer()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # ---- out

    def _table(self, name: str, options: Optional[Mapping[str, Any]] = None, schema: str = "") -> Table:
        function = f"leadkpi_{self.ROOM}_{name}"
        if options is None:
            with self._open() as handle:
                return table_from(function, handle)
        with self._asked_for(schema or f"{self.ROOM}_report", options) as definition, self._open() as handle:
            return table_from(function, handle, definition)

    def _asked_for(self, schema: str, options: Mapping[str, Any]) -> ContextManager[ctypes.c_void_p]:
        """The options of a report."""
        return made(schema, options)

    def describe(self) -> str:
        """The definition as a sentence."""
        return self._bytes("describe")[:-1].decode("utf-8", "surrogateescape")

    # ---- states

    def _bytes(self, name: str) -> bytes:
        function, needed = f"leadkpi_{self.ROOM}_{name}", ctypes.c_size_t()
        with self._open() as handle:
            call(function, handle, None, 0, ctypes.byref(needed))
            buffer = ctypes.create_string_buffer(needed.value)
            call(function, handle, buffer, needed.value, ctypes.byref(needed))
        return buffer.raw[:needed.value]

    def dumps(self) -> bytes:
        """The state: the same bytes for the same rows on every machine, read by every later release."""
        return self._bytes("serialize")

    @classmethod
    def loads(cls: Type[Self], state: bytes) -> Self:
        """From dumps(). Bytes from anywhere are safe: they are checked before they are used."""
        out, data = ctypes.c_void_p(), bytes(state)
        call(f"leadkpi_{cls.ROOM}_deserialize", None, data, len(data), ctypes.byref(out))
        return cls._from(out)

    def __reduce__(self) -> Any:
        return type(self).loads, (self.dumps(),)

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"<{name}, closed>" if self._handle is None else f"<{name}: {self.describe()}>"


@contextmanager
def all_open(*several: Owned) -> Iterator[List[Any]]:
    """In one order, so that two threads cannot wait for each other."""
    with ExitStack() as stack:
        for each in sorted(several, key=id):
            stack.enter_context(each._open())
        yield [each._handle for each in several]


class Handle(Owned):
    """One that collects rows. To work in parallel, give each thread an empty_twin() and add
    them up.

    Options that only its reports know, given when it is made, are the defaults of every report
    that takes them: Cohorts(grain="month").retention() is Cohorts().retention(grain="month").
    They are no part of the state: dumps() is without them, pickle and empty_twin() keep them."""

    _defaults: Dict[str, Any]

    def __init__(self, **definition: Any) -> None:
        known = option_names(self.ROOM)
        defaults = {name: list(value) if isinstance(value, Iterator) else value
                    for name, value in definition.items() if name not in known and value is not None}
        for schema in report_schemas(self.ROOM) if defaults else ():
            taken = _taken(schema, defaults)
            with made(schema, taken):  # what is wrong is refused here, not by the first report
                definition = {name: value for name, value in definition.items() if name not in taken}
        for name in definition:
            if name in defaults:
                raise unknown_option(name, [self.ROOM, *report_schemas(self.ROOM)])
        super().__init__(**definition)
        self._defaults = {name: value for name, value in defaults.items() if name not in definition}

    def _own(self, handle: ctypes.c_void_p) -> None:
        self._defaults = {}
        super()._own(handle)

    def _asked_for(self, schema: str, options: Mapping[str, Any]) -> ContextManager[ctypes.c_void_p]:
        return made(schema, {**_taken(schema, self._defaults), **options})

    def __reduce__(self) -> Any:
        return _restored, (type(self), self.dumps(), self._defaults)

    # ---- in

    def _add(self: Adding, verb: str, data: Any, batch: Optional[str], names: Mapping[str, str],
             depth: int = 3) -> Adding:
        """All rows or none, whatever the number of Arrow batches: they go into a twin first."""
        function = f"leadkpi_{self.ROOM}_{verb}"
        identity = (None, 0) if batch is None else text(batch)
        names = {spoken(name): source for name, source in names.items()}
        with inputs(data, names) as tables:
            first, second = next(tables, None), next(tables, None)
            if first is not None and second is not None:
                if batch is not None:
                    raise failure("bad_argument", "batch: expected data in one piece, found several record batches; "
                                  "combine them first")
                self._add_many(function, chain((first, second), tables))
            elif first is not None:
                self._add_one(function, first, identity, depth)
        return self

    def _add_one(self, function: str, table: Any, identity: Any, depth: int = 0) -> None:
        with self._open() as handle:
            said = call(function, handle, table.handle, *identity, columns=table.names)
        table.free()
        if said:
            warnings.warn(said, stacklevel=depth + 1)

    def _add_many(self, function: str, tables: Any) -> None:
        with self.empty_twin() as twin:
            rows = 0
            for table in tables:
                count = library.leadkpi_table_row_count(table.handle)
                try:
                    twin._add_one(function, table, (None, 0))
                except LeadkpiError as error:
                    count_from(error, rows)
                    raise
                rows += count
            self.__iadd__(twin)

    def empty_twin(self: Adding) -> Adding:
        """Empty, of the same definition: for another thread or shard."""
        out = ctypes.c_void_p()
        with self._open() as handle:
            call(f"leadkpi_{self.ROOM}_create_like", handle, ctypes.byref(out))
        twin = self._from(out)
        twin._defaults = dict(self._defaults)
        return twin

    def __iadd__(self: Adding, other: Any) -> Adding:
        """Add all that the other holds, which stays as it is."""
        result: Adding = self._with("merge", other)
        return result

    def _with(self, verb: str, other: Any) -> Any:
        if not isinstance(other, type(self)):
            return NotImplemented
        with all_open(self, other) as handles:
            call(f"leadkpi_{self.ROOM}_{verb}", *handles)
        return self


def _taken(schema: str, options: Mapping[str, Any]) -> Dict[str, Any]:
    """Those of the options that a schema has."""
    if not options:
        return {}
    known = option_names(schema)
    return {name: value for name, value in options.items() if name in known}


def _restored(made_of: Type[Adding], state: bytes, defaults: Dict[str, Any]) -> Adding:
    """What pickle calls."""
    handle = made_of.loads(state)
    handle._defaults = defaults
    return handle
