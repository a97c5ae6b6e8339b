"""Columns in, a table out.

Columns that go in may be lists or tuples of int, float, Decimal, bool, str,
bytes, datetime, date and None, or arrays with the buffer protocol, which are
lent to the library without a copy where their type fits. What cannot be said
exactly is refused with its row and column.
"""
import ctypes
import datetime
import weakref
from array import array
from decimal import Decimal
from html import escape
from itertools import accumulate
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, NoReturn, Optional, Sequence, Set, Tuple

from ._library import call, failure, library, tell, text, type_names

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
SCALE_MAX = 18  # of a decimal column


class Column(NamedTuple):
    """Values whose type is said rather than seen.

    type   a type of the library: "int64", "double", "bool", "text", "timestamp"
           (int: microseconds since 1970-01-01T00:00:00Z) or "decimal"
    scale  of a decimal column of ints: a value is values[i] / 10**scale
    """
    values: Any
    type: str
    scale: Optional[int] = None


class _Buffer(ctypes.Structure):
    """Py_buffer, for the address of memory that may be read only."""
    _fields_ = [("buf", ctypes.c_void_p), ("obj", ctypes.py_object), ("len", ctypes.c_ssize_t),
                ("itemsize", ctypes.c_ssize_t), ("readonly", ctypes.c_int), ("ndim", ctypes.c_int),
                ("format", ctypes.c_char_p), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
                ("suboffsets", ctypes.c_void_p), ("internal", ctypes.c_void_p)]


_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, ctypes.POINTER(_Buffer), ctypes.c_int]
_get_buffer.restype = ctypes.c_int
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes = [ctypes.POINTER(_Buffer)]
_release_buffer.restype = None
_STRIDES = 0x10 | 0x08  # PyBUF_STRIDES


def address(view: memoryview) -> int:
    """Where the first value of a buffer is. Holds as long as the memoryview."""
    found = _Buffer()
    _get_buffer(view, ctypes.byref(found), _STRIDES)
    place: Optional[int] = found.buf
    _release_buffer(ctypes.byref(found))
    return place or 0


def unmasked(values: Any) -> Any:
    """A masked array of numpy as a list, None where it is masked: its buffer does not say."""
    return values.tolist() if hasattr(values, "mask") and hasattr(values, "filled") else values


# ---- one value ------------------------------------------------------------------

def microseconds(value: Any) -> int:
    """Since 1970-01-01T00:00:00Z. A datetime without a zone and a date are UTC."""
    if not isinstance(value, datetime.date):
        raise failure("wrong_type", f"expected a datetime or a date, found {_repr(value)}")
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone.utc)
    elif value.tzinfo is None:
        value = value.replace(tzinfo=datetime.timezone.utc)
    since: datetime.timedelta = value - EPOCH
    return since // MICROSECOND


def _repr(value: Any) -> str:
    try:
        shown = repr(value)
    except ValueError:  # an int of so many digits that Python does not write it
        return f"an int of {value.bit_length()} bits"
    return shown if len(shown) <= 60 else shown[:57] + "..."


def is_missing(value: Any) -> bool:
    """None, or NaT or NA of pandas."""
    return value is None or type(value).__name__ in ("NaTType", "NAType")


def number(value: Any, what: str) -> float:
    """A number as a double: an int exactly or not at all, a Decimal to the nearest."""
    if isinstance(value, (str, bytes, complex)) or not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise failure("wrong_type", f"{what}: expected a number, found {value!r}", column=what)
    try:
        result = float(value)
    except OverflowError:
        result = float("inf")
    except (TypeError, ValueError):  # a text of numpy, NA of pandas
        raise failure("wrong_type", f"{what}: expected a number, found {value!r}", column=what) from None
    try:
        whole = value.__index__() if hasattr(value, "__index__") else None
    except TypeError:  # an array of numpy of one float
        whole = None
    if whole is not None and result != whole:
        raise failure("overflow", f"{what}: expected an int that a double holds exactly, found {_repr(value)}",
                      column=what)
    return result


def _decimal_parts(value: Any) -> Optional[Tuple[int, int]]:
    """Coefficient and exponent; None where there are none (NaN, an infinity)."""
    sign, digits, exponent = Decimal(value).as_tuple()
    if not isinstance(exponent, int):
        return None
    coefficient = int("".join(map(str, digits)) or "0")
    while exponent < 0 and coefficient % 10 == 0:
        if coefficient == 0:
            return 0, 0
        coefficient, exponent = coefficient // 10, exponent + 1
    if coefficient == 0:
        return 0, 0
    return -coefficient if sign else coefficient, exponent


# ---- a column ------------------------------------------------------------------

def _refuse(status: str, name: str, row: int, expected: str, value: Any) -> NoReturn:
    raise failure(status, f'column "{name}", row {row}: expected {expected}, found {_repr(value)}', row, name)


def _filled(values: Sequence[Any], of_null: Any) -> Sequence[Any]:
    return [of_null if value is None else value for value in values]


def int64s(name: str, values: Sequence[Any]) -> "array[Any]":
    try:
        return array("q", values)
    except (OverflowError, TypeError):
        for row, value in enumerate(values):
            if not isinstance(value, int):
                _refuse("wrong_type", name, row, "an int", value)
            if not -2**63 <= value < 2**63:
                _refuse("overflow", name, row, "an int of 64 bits", value)
        raise


def _doubles(name: str, values: Sequence[Any]) -> "array[Any]":
    result = array("d", bytes(8 * len(values)))
    for row, value in enumerate(values):
        if type(value) is not float and not isinstance(value, (int, float)):
            _refuse("wrong_type", name, row, "a float", value)
        try:
            result[row] = value
        except OverflowError:
            _refuse("overflow", name, row, "an int that a double holds exactly", value)
        if type(value) is int and result[row] != value:
            _refuse("overflow", name, row, "an int that a double holds exactly", value)
    return result


def _decimals(name: str, values: Sequence[Any], scale: Optional[int]) -> "Tuple[array[Any], int]":
    parts = []
    for row, value in enumerate(values):
        if not isinstance(value, (int, Decimal)):
            _refuse("wrong_type", name, row, "a Decimal or an int", value)
        part = _decimal_parts(value)
        if part is None:
            _refuse("bad_data", name, row, "a finite Decimal", value)
        parts.append(part)
    if scale is None:
        scale = max([0] + [-exponent for _, exponent in parts])
    result = array("q", bytes(8 * len(values)))
    for row, (coefficient, exponent) in enumerate(parts):
        shift = exponent + scale
        fits = 0 <= shift <= 2 * SCALE_MAX and scale <= SCALE_MAX
        unscaled = coefficient * 10**shift if fits else 2**63
        if coefficient and not -2**63 <= unscaled < 2**63:
            _refuse("overflow", name, row, "a Decimal of 64 bits at one scale of at most 18", values[row])
        result[row] = unscaled if coefficient else 0
    return result, min(scale, SCALE_MAX)


_KINDS: Tuple[Tuple[Any, str], ...] = (
    (bool, "bool"), (int, "int64"), (float, "double"), (Decimal, "decimal"), (datetime.date, "timestamp"),
    ((str, bytes), "text"))
_JOINED = (({"int64", "double"}, "double"), ({"int64", "decimal"}, "decimal"))


def _kind_of(python_type: type) -> Optional[str]:
    return next((kind for wanted, kind in _KINDS if issubclass(python_type, wanted)), None)


def _join(kinds: Set[Optional[str]]) -> Optional[str]:
    """The one type that holds all of these, if there is one."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return next((kind for parts, kind in _JOINED if kinds <= parts), None)


def _natural(values: Sequence[Any]) -> Sequence[Any]:
    """Without what pandas and numpy put among values of Python: NaT and NA are None, a number of theirs is one of ours."""
    kinds = {each for each in set(map(type, values)) if each.__name__ in ("NaTType", "NAType")
             or hasattr(each, "dtype") and hasattr(each, "__float__")
             and not issubclass(each, str) and each.__name__ not in ("datetime64", "timedelta64")}
    if not kinds:
        return values
    return [(value.item() if hasattr(value, "item") else None) if type(value) in kinds else value for value in values]


def _seen_type(name: str, values: Sequence[Any]) -> str:
    """The type of a list, from its values. Nothing but None, or nothing: "", which passes for any."""
    kinds = {_kind_of(python_type) for python_type in set(map(type, values)) - {type(None)}}
    if not kinds:
        return ""
    joined = _join(kinds)
    if joined:
        return joined
    before: Set[Optional[str]] = set()
    for row, value in enumerate(values):
        kind = None if value is None else _kind_of(type(value))
        if value is not None and kind is None:
            _refuse("wrong_type", name, row, "int, float, Decimal, bool, str, bytes, datetime, date or None", value)
        if kind and not _join(before | {kind}):
            _refuse("wrong_type", name, row, f"a value of the type of those before it ({_join(before)})", value)
        before |= {kind} if kind else set()
    raise AssertionError("unreachable: the types do join")


class Input:
    """A table that goes in. Used as a context: it is freed at its end.

    Holds on to whatever the library has borrowed."""

    _lent = {"q": "int64", "l": "int64", "d": "double", "?": "bool"}

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.names: List[str] = []
        self._kept: List[Any] = []
        out = ctypes.c_void_p()
        call("leadkpi_table_create", None, ctypes.byref(out))
        self.handle = out
        try:
            for name, values in dict(columns).items():
                self._add(str(name), values)
        except BaseException:
            self.free()
            raise

    def __enter__(self) -> "Input":
        return self

    def __exit__(self, *_: Any) -> None:
        self.free()

    def free(self) -> None:
        library.leadkpi_table_free(self.handle)
        self.handle, self._kept = ctypes.c_void_p(), []

    def _add(self, name: str, values: Any) -> None:
        self.names.append(name)
        told, scale = None, None
        if isinstance(values, Column):
            values, told, scale = values
            types = [each for each in type_names.values() if each != "other"]
            if told not in types:
                raise failure("wrong_type", f'column "{name}": expected a type of {", ".join(types)}; '
                              f"found {told!r}", column=name)
        values = unmasked(values)
        if not isinstance(values, (list, tuple)) and self._lend(name, values, told, scale):
            return
        if isinstance(values, (str, bytes, Mapping)):
            raise failure("wrong_type", f'column "{name}": expected a list of values, found {type(values).__name__}',
                          column=name)
        if getattr(getattr(values, "dtype", None), "kind", "") == "M":
            return self._datetimes(name, values)
        if not isinstance(values, (list, tuple)):
            values = values.tolist() if hasattr(values, "tolist") else list(values)
        values = _natural(values)
        kind = told or _seen_type(name, values)
        if kind:
            self._convert(name, values, kind, scale)
        else:
            call("leadkpi_table_add_nulls", self.handle, *text(name), len(values), columns=self.names)

    def _lend(self, name: str, values: Any, told: Optional[str], scale: Optional[int]) -> bool:
        """Lend an array without a copy; False where its type does not allow it."""
        try:
            view = memoryview(values)
        except (TypeError, ValueError, BufferError):
            return False
        found = self._lent.get(view.format) if view.ndim == 1 else None
        if found is None or (found == "int64" and view.itemsize != 8):
            return False
        kind = told or found
        if kind != found and not (found == "int64" and kind in ("timestamp", "decimal")):
            return False
        if view.strides == (0,) and len(view) > 1:
            return False  # one value throughout, as numpy.broadcast_to has it: to the library 0 is "no gap"
        self._kept.append(view)
        place = address(view) if len(view) else None
        stride = view.strides[0] if view.strides and len(view) > 1 else 0
        self._borrow(name, kind, place, len(view), stride, None, scale or 0)
        return True

    def _datetimes(self, name: str, values: Any) -> None:
        """An array of numpy's datetime64: exact in microseconds or refused; NaT is null."""
        import numpy  # type: ignore[import-not-found,unused-ignore]
        if getattr(values.dtype, "tz", None) is not None:  # pandas; None is UTC without saying so
            values = getattr(values, "dt", values).tz_convert(None)
        values = numpy.asarray(values)
        whole = values.astype("datetime64[us]")
        if values.dtype != whole.dtype:
            for row in numpy.flatnonzero((whole.astype(values.dtype) != values) & ~numpy.isnat(values))[:1]:
                _refuse("bad_data", name, int(row), "a time in whole microseconds of 64 bits", values[row])
        missing = numpy.isnat(values)
        validity = numpy.packbits(~missing, bitorder="little").tobytes() if missing.any() else None
        made = numpy.ascontiguousarray(whole).view("int64")
        self._kept.append(made)
        self._borrow(name, "timestamp", made.ctypes.data if len(made) else None, len(made), 0, validity, 0)

    def _convert(self, name: str, values: Sequence[Any], kind: str, scale: Optional[int]) -> None:
        validity = _validity(values) if None in values else None
        if kind == "text":
            return self._text(name, values, validity)
        if kind == "timestamp":
            whole = [_instant(name, row, value) for row, value in enumerate(values)]
            made = int64s(name, whole)
        elif kind == "double":
            made = _doubles(name, _filled(values, 0.0) if validity else values)
        elif kind == "bool":
            made = array("B", [_truth(name, row, value) for row, value in enumerate(values)])
        elif kind == "decimal":
            if scale is None or any(isinstance(value, Decimal) for value in values):
                made, scale = _decimals(name, _filled(values, 0), scale)
            else:
                made = int64s(name, _filled(values, 0))
        else:
            made = int64s(name, _filled(values, 0) if validity else values)
        self._kept.append(made)
        return self._borrow(name, kind, made.buffer_info()[0], len(made), 0, validity, scale or 0)

    def _text(self, name: str, values: Sequence[Any], validity: Optional[bytes]) -> None:
        parts = []
        for row, value in enumerate(values):
            if isinstance(value, str):
                parts.append(_utf8(name, row, value))
            elif value is None or isinstance(value, bytes):
                parts.append(value or b"")
            else:
                _refuse("wrong_type", name, row, "a str", value)
        offsets = array("q", accumulate(map(len, parts), initial=0))
        data = b"".join(parts)
        self._kept += [offsets, data, validity]
        call("leadkpi_table_borrow_text", self.handle, *text(name), offsets.buffer_info()[0], data, len(parts),
             validity, columns=self.names)

    def _borrow(self, name: str, kind: str, place: Optional[int], rows: int, stride: int,
                validity: Optional[bytes], scale: int) -> None:
        self._kept.append(validity)
        scales = [scale] if kind == "decimal" else []
        call(f"leadkpi_table_borrow_{kind}", self.handle, *text(name), place, *scales, rows, stride, validity,
             columns=self.names)


def _validity(values: Sequence[Any]) -> bytes:
    bits = bytearray((len(values) + 7) // 8)
    for row, value in enumerate(values):
        if value is not None:
            bits[row >> 3] |= 1 << (row & 7)
    return bytes(bits)


def _utf8(name: str, row: int, value: str) -> bytes:
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        _refuse("bad_data", name, row, "a str that UTF-8 can say", value)


def _instant(name: str, row: int, value: Any) -> int:
    if isinstance(value, datetime.date):
        if getattr(value, "nanosecond", 0):  # of pandas
            _refuse("bad_data", name, row, "a time in whole microseconds", value)
        return microseconds(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if value is not None:
        _refuse("wrong_type", name, row, "a datetime, a date or None", value)
    return 0


def _truth(name: str, row: int, value: Any) -> int:
    if value is None or isinstance(value, bool):
        return int(value or 0)
    _refuse("wrong_type", name, row, "a bool", value)


# ---- what comes out ---------------------------------------------------------------

class Row(Tuple[Any, ...]):
    """One row: row[0], row["channel"] or row.channel; a KPI by its aliases too: row.cpl."""
    _places: Dict[str, int] = {}
    __slots__ = ()

    @classmethod
    def _place(cls, name: str) -> Optional[int]:
        """Of the column of that name, else of the KPI that is called so."""
        if name in cls._places:
            return cls._places[name]
        found = ctypes.c_int32()
        if library.leadkpi_kpi_find(*text(name), ctypes.byref(found), None) != 0:
            return None
        return cls._places.get(library.leadkpi_kpi_property(found.value, *text("name")).decode())

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return tuple.__getitem__(self, key)
        place = self._place(key)
        if place is None:
            raise KeyError(f"no column {key!r}; there are {', '.join(self._places)}")
        return tuple.__getitem__(self, place)

    def __getattr__(self, name: str) -> Any:
        place = None if name.startswith("__") else self._place(name)
        if place is None:
            raise AttributeError(f"no column {name!r}; there are {', '.join(self._places)}")
        return tuple.__getitem__(self, place)

    def to_dict(self) -> Dict[str, Any]:
        """The cells by the names of their columns."""
        return dict(zip(self._places, self))

    def __repr__(self) -> str:
        return "Row(" + ", ".join(f"{name}={value!r}" for name, value in self.to_dict().items()) + ")"

    def __reduce__(self) -> Any:
        return _make_row, (tuple(self._places), tuple(self))


def _row_class(names: Sequence[str]) -> Any:
    return type("Row", (Row,), {"_places": {name: i for i, name in enumerate(names)}, "__slots__": ()})


def _make_row(names: Sequence[str], values: Sequence[Any]) -> Any:
    return _row_class(names)(values)


class Table:
    """What a report gives: named columns of equal length, as plain Python values.

    Text is str, timestamps are datetimes in UTC, decimals are Decimal, null is None.
    len, iteration and table[3] are rows. table["cost_per_lead"] is a column, by its name or by an
    alias of the KPI ("cpl"), and so is table.cpl. table["Paid Search"] is the row with that text,
    table["Paid Search", "2025-01"] the one with both; where several rows have it, a table of them, so
    that table["Paid Search"].cpl is a number, or a list of one a month.

    units  what the values of a column are: "currency", "fraction", "persons", ... or ""
    types  "int64", "double", "bool", "text", "timestamp" or "decimal", a column"""

    def __init__(self, columns: Mapping[str, Sequence[Any]], units: Optional[Mapping[str, str]] = None,
                 types: Optional[Mapping[str, Tuple[str, Optional[int]]]] = None) -> None:
        """From values; `types` is for pickle."""
        read = {str(name): list(values) for name, values in columns.items()}
        rows = len(next(iter(read.values()), ()))
        for name, values in read.items():
            if len(values) != rows:
                raise failure("bad_argument", f'column "{name}": expected {rows} rows, found {len(values)}', column=name)
        self._read_columns: Optional[Dict[str, List[Any]]] = read
        self._handle = ctypes.c_void_p()
        self._told = dict(types or {})
        self._take_shape(list(read), rows, units or {})

    def _take_shape(self, names: List[str], rows: int, units: Mapping[str, str]) -> None:
        self._names, self._length, self.units = tuple(names), rows, dict(units)
        self._row = _row_class(self._names)

    @classmethod
    def _of(cls, handle: ctypes.c_void_p) -> "Table":
        """Over a table of the library, which is freed with this one. Its cells are read when they are asked for."""
        table = cls.__new__(cls)
        table._read_columns, table._told = None, {}
        table._hold(handle)
        names, units = [], {}
        for index in range(library.leadkpi_table_column_count(handle)):
            names.append(library.leadkpi_table_column_name(handle, index).decode("utf-8", "surrogateescape"))
            units[names[-1]] = library.leadkpi_table_column_unit(handle, index).decode()
        table._take_shape(names, library.leadkpi_table_row_count(handle), units)
        return table

    def _hold(self, handle: ctypes.c_void_p) -> None:
        weakref.finalize(self, library.leadkpi_table_free, handle).atexit = False  # see Owned._own
        self._handle = handle

    def _owned(self) -> ctypes.c_void_p:
        """The table of the library; one that was rebuilt from values is made again, when it is first needed."""
        if not self._handle.value:
            told = {name: Column(values, *self._told[name]) if name in self._told else values
                    for name, values in self._columns.items()}
            out = ctypes.c_void_p()
            with Input(told) as values:
                call("leadkpi_table_create", None, ctypes.byref(out))
                try:
                    for index, name in enumerate(self._names):
                        call("leadkpi_table_copy_column", out, *text(name), self.units.get(name, "").encode(),
                             values.handle, index, columns=self._names)
                except BaseException:
                    library.leadkpi_table_free(out)
                    raise
            self._hold(out)
        return self._handle

    @property
    def _columns(self) -> Dict[str, List[Any]]:
        if self._read_columns is None:
            self._read_columns = {name: _read(self._handle, index, name, self._length)
                                  for index, name in enumerate(self._names)}
        return self._read_columns

    @property
    def columns(self) -> Tuple[str, ...]:
        return self._names

    @property
    def types(self) -> Dict[str, str]:
        return {name: type_names[library.leadkpi_table_column_type(self._owned(), index)]
                for index, name in enumerate(self._names)}

    @property
    def rows(self) -> List[Any]:
        return list(self)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return map(self._row, zip(*self._columns.values()))

    def column_name(self, key: str) -> str:
        """The name of a column that goes by that name, or by that alias of its KPI."""
        place: Optional[int] = self._row._place(key)
        if place is None:
            raise KeyError(f"no column {key!r}; there are {', '.join(self._names)}")
        return self._names[place]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            place = self._row._place(key)
            return self._labelled((key,)) if place is None else list(self._columns[self._names[place]])
        if isinstance(key, tuple):
            return self._labelled(key)
        if isinstance(key, slice):
            return self.rows[key]
        return self._row([values[key] for values in self._columns.values()])

    def _labelled(self, labels: Tuple[Any, ...]) -> Any:
        """The row that has all of these texts, or a table of the rows that have them."""
        found = [place for place, row in enumerate(self) if all(label in row for label in labels)]
        if not found:
            raise KeyError(f"no column and no row {', '.join(map(repr, labels))}; there are the columns "
                           f"{', '.join(self._names)}")
        return self[found[0]] if len(found) == 1 else self._chosen(found)

    def _chosen(self, places: Sequence[int]) -> "Table":
        return Table({name: [values[place] for place in places] for name, values in self._columns.items()},
                     self.units, self._shown_types())

    def __getattr__(self, name: str) -> Any:
        place = None if name.startswith("_") else self._row._place(name)
        if place is None:
            raise AttributeError(f"a Table has no attribute and no column {name!r}")
        return list(self._columns[self._names[place]])

    def __eq__(self, other: Any) -> Any:
        return self._columns == other._columns if isinstance(other, Table) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def to_dict(self) -> Dict[str, List[Any]]:
        """A list a column, such as a data frame is made from."""
        return {name: list(values) for name, values in self._columns.items()}

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """For whatever speaks Arrow: polars.DataFrame(table), pyarrow.table(table). Nothing is copied."""
        from ._arrow import export_stream
        return export_stream(self._owned())

    def to_arrow(self) -> Any:
        """A pyarrow.Table over the same memory."""
        import pyarrow  # type: ignore[import-not-found,import-untyped,unused-ignore]
        return pyarrow.table(self)

    def to_polars(self) -> Any:
        """A polars.DataFrame over the same memory."""
        import polars  # type: ignore[import-not-found,unused-ignore]
        return polars.DataFrame(self)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame: through pyarrow where it is installed, else from Python values."""
        import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]
        try:
            return self.to_arrow().to_pandas()
        except ImportError:
            return pandas.DataFrame(self.to_dict())

    def plot(self, y: Optional[str] = None, backend: str = "matplotlib", ax: Any = None) -> Any:
        """The table as a picture: matplotlib's Axes, or altair's Chart with backend="altair".

        The steps of a funnel are bars, retention is a heat map, models of attribution stand side by
        side, survival is a curve with its band and how many are at risk. Of any other report, and where
        `y` names a column (or a KPI: "cpl"), that column is drawn by group with its interval. `ax` are axes
        of matplotlib to draw on. Nothing is shown or saved."""
        from ._plot import plot
        return plot(self, y, backend, ax)

    def _repr_html_(self) -> str:
        """For notebooks: at most 60 rows, numbers to the right, units under the names."""
        columns = []
        for (name, values), kind in zip(self._columns.items(), self.types.values()):
            style = f' style="text-align:{"right" if kind in _NUMBERS else "left"};white-space:nowrap;padding:.2em .7em"'
            unit = escape(self.units.get(name) or "")
            small = f'<br><small style="font-weight:normal;opacity:.65">{unit}</small>' if unit else ""
            columns.append([f'<th scope="col"{style}>{escape(name)}{small}</th>']
                           + [f"<td{style}>{escape(cell)}</td>" for cell in _texts(values[:60])])
        head, *body = ["".join(cells) for cells in zip(*columns)] or [""]
        line = ' style="border-bottom:1px solid rgba(128,128,128,.3)"'
        more = f"<p>... {len(self)} rows</p>" if len(self) > 60 else ""
        return ('<div style="overflow-x:auto"><table style="font-variant-numeric:tabular-nums;border-collapse:collapse">'
                f'<thead style="vertical-align:top"><tr{line}>{head}</tr></thead>'
                f'<tbody>{"".join(f"<tr{line}>{row}</tr>" for row in body)}</tbody></table>{more}</div>')

    def _shown_types(self) -> Dict[str, Tuple[str, Optional[int]]]:
        """Of each column, which its values alone may not show."""
        return {name: (kind, library.leadkpi_table_column_scale(self._handle, index) if kind == "decimal" else None)
                for index, (name, kind) in enumerate(self.types.items())}

    def __reduce__(self) -> Any:
        return Table, (self._columns, self.units, self._shown_types())

    def __repr__(self) -> str:
        shown = {name: [name, *_texts(values[:60])] for name, values in self._columns.items()}
        widths = [max(map(len, cells)) for cells in shown.values()]
        right = [kind in _NUMBERS for kind in self.types.values()]
        lines = []
        for cells in zip(*shown.values()):
            padded = [cell.rjust(width) if flush else cell.ljust(width)
                      for cell, width, flush in zip(cells, widths, right)]
            lines.append("  ".join(padded).rstrip())
        if len(self) > 60:
            lines.append(f"... {len(self)} rows")
        return "\n".join(lines)


_NUMBERS = ("int64", "double", "decimal")


def _texts(values: Sequence[Any]) -> List[str]:
    """As they are shown; times that are all of midnight as dates."""
    times = [value for value in values if isinstance(value, datetime.datetime)]
    if times and all(value.time() == datetime.time() for value in times):
        return [_shown(value.date() if isinstance(value, datetime.datetime) else value) for value in values]
    return list(map(_shown, values))


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if type(value) is float:
        return f"{value:.6g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)


def _read(handle: ctypes.c_void_p, index: int, name: str, rows: int) -> List[Any]:
    kind = type_names[library.leadkpi_table_column_type(handle, index)]
    if rows == 0:
        return []
    values = _read_text(handle, index, rows) if kind == "text" else _read_numbers(handle, index, kind, rows)
    bits = library.leadkpi_table_column_validity(handle, index)
    if bits:
        mask = ctypes.string_at(bits, (rows + 7) // 8)
        values = [value if mask[row >> 3] >> (row & 7) & 1 else None for row, value in enumerate(values)]
    if kind == "timestamp":
        return [None if value is None else _moment(name, row, value) for row, value in enumerate(values)]
    if kind == "decimal":
        scale = library.leadkpi_table_column_scale(handle, index)
        return [None if value is None else Decimal((value < 0, tuple(map(int, str(abs(value)))), -scale))
                for value in values]
    return values


def _moment(name: str, row: int, value: int) -> datetime.datetime:
    try:
        return EPOCH + datetime.timedelta(microseconds=value)
    except OverflowError:
        _refuse("overflow", name, row, "a time that a datetime holds", value)


def _read_text(handle: ctypes.c_void_p, index: int, rows: int) -> List[Any]:
    offsets, data = ctypes.c_void_p(), ctypes.c_void_p()
    call("leadkpi_table_column_text", handle, index, ctypes.byref(offsets), ctypes.byref(data))
    places = (ctypes.c_int64 * (rows + 1)).from_address(offsets.value or 0)[:]
    whole = ctypes.string_at(data.value or 0, places[-1])
    return [whole[places[row]:places[row + 1]].decode("utf-8", "surrogateescape") for row in range(rows)]


def _read_numbers(handle: ctypes.c_void_p, index: int, kind: str, rows: int) -> List[Any]:
    stride = ctypes.c_ssize_t()
    place = library.leadkpi_table_column_values(handle, index, ctypes.byref(stride))
    cells: Dict[str, Any] = {"double": ctypes.c_double, "bool": ctypes.c_uint8}
    cell = cells.get(kind, ctypes.c_int64)
    if stride.value == ctypes.sizeof(cell):
        values = (cell * rows).from_address(place)[:]
    else:
        values = [cell.from_address(place + row * stride.value).value for row in range(rows)]
    return list(map(bool, values)) if kind == "bool" else values


def table_from(name: str, *arguments: Any) -> Table:
    """Call a function that makes a table, and warn of what it had to say beside it."""
    out = ctypes.c_void_p()
    said = call(name, *arguments, ctypes.byref(out))
    table = Table._of(out)
    tell(said)
    return table
