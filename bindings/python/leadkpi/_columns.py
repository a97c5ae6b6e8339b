"""Columns of numbers of every make, as doubles for the library, and back as the make that came.

A column of doubles is lent where it lies. Whole numbers must fit a double exactly or are
refused with their name; what is missing is nan."""
import ctypes
from array import array
from typing import Any, List, Optional, Sequence

from ._library import failure
from ._table import address, is_missing, number, unmasked

NAN = float("nan")


def is_array(value: Any) -> bool:
    """More than one number: a list, an array, a series of pandas or polars, an array of pyarrow."""
    if isinstance(value, (list, tuple, array, memoryview)):
        return True
    if hasattr(value, "__array_interface__"):
        return bool(getattr(value, "ndim", 0))
    return hasattr(value, "to_numpy") and hasattr(value, "__len__")


def _missing(values: Any) -> int:
    """How many are null: asked as pyarrow, polars and pandas have it."""
    count = getattr(values, "null_count", None)
    if count is not None:
        return int(count() if callable(count) else count)
    return int(values.isna().sum())


def _of_series(values: Any) -> Any:
    """A series or an array of Arrow as an array of numpy; as a list with None where whole numbers are missing."""
    if not _missing(values):
        try:
            return values.to_numpy(zero_copy_only=False)  # pyarrow
        except TypeError:
            return values.to_numpy()
    if hasattr(values, "isna"):
        if getattr(values.dtype, "kind", "") == "f":
            return values.to_numpy(dtype="float64", na_value=NAN)
        return [None if missing else value for value, missing in zip(values.tolist(), values.isna())]
    if str(getattr(values, "dtype", getattr(values, "type", ""))).lower() in ("float64", "float32", "double", "float"):
        try:
            return values.to_numpy(zero_copy_only=False)
        except TypeError:
            return values.to_numpy()
    return values.to_list() if hasattr(values, "to_list") else values.to_pylist()


def _of_numpy(values: Any, what: str) -> Any:
    """Doubles of another type of numbers, exactly; None where it is not one of numbers."""
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind not in "biuf" or not kind or values.dtype.itemsize > 8 or values.ndim != 1:
        return None
    made = values.astype("float64")
    if kind in "iu" and values.dtype.itemsize == 8:
        import numpy
        with numpy.errstate(invalid="ignore"):
            # At 2^63 and 2^64 the way back is no number of the type: they are not exact either.
            wrong = (made >= 2.0 ** (63 if kind == "i" else 64)) | (made.astype(values.dtype) != values)
        for row in numpy.flatnonzero(wrong)[:1]:
            raise failure("overflow", f"{what}, row {row}: expected an int that a double holds exactly, "
                          f"found {values[row]}", int(row), what)
    return made


def _lent(values: Any) -> Optional[memoryview]:
    try:
        view = memoryview(values)
    except (TypeError, ValueError):
        return None
    return view if view.format == "d" and view.ndim == 1 else None


def doubles(values: Any, what: str) -> memoryview:
    """A column of doubles: lent where it is one, else made; None, NaT and NA are nan."""
    values = unmasked(values)
    if hasattr(values, "to_numpy") and not hasattr(values, "__array_interface__"):
        values = _of_series(values)
    view = None if isinstance(values, (list, tuple)) else _lent(values)
    if view is None and hasattr(values, "__array_interface__"):
        made = _of_numpy(values, what)
        view = None if made is None else memoryview(made)
    if view is not None:
        return view
    return memoryview(array("d", [NAN if value is None or is_missing(value) else number(value, what) for value in values]))


def contiguous(view: memoryview) -> memoryview:
    return view if view.c_contiguous else memoryview(array("d", view.tolist()))


def spread(view: memoryview) -> memoryview:
    """A step of 0, as numpy.broadcast_to has it, is none to the library."""
    return contiguous(view) if view.strides == (0,) else view


def repeated(value: Any, rows: int, what: str) -> memoryview:
    """One number a row."""
    return memoryview(array("d", [NAN if is_missing(value) else number(value, what)]) * rows)


def addresses(columns: Sequence[memoryview]) -> Any:
    return (ctypes.c_void_p * len(columns))(*[address(column) if len(column) else None for column in columns])


def sizes(columns: Sequence[memoryview]) -> Any:
    return (ctypes.c_size_t * len(columns))(*map(len, columns))


class Result:
    """Room for a column of doubles, and then the same as the make of the first input that is no list."""

    def __init__(self, inputs: Sequence[Any], rows: int) -> None:
        arrays = [value for value in inputs if is_array(value)]
        others = [value for value in arrays if not isinstance(value, (list, tuple))]
        self._like = others[0] if others else arrays[0]
        self._values: Any = self._room(rows)
        self.place: Optional[int] = address(memoryview(self._values)) if rows else None

    def _room(self, rows: int) -> Any:
        if isinstance(self._like, (list, tuple, array, memoryview)):
            return array("d", [0.0]) * rows
        import numpy
        return numpy.empty(rows)  # not written twice

    def first_nan(self) -> Optional[int]:
        """The first row without a value."""
        if isinstance(self._values, array):
            return next((row for row, value in enumerate(self._values) if value != value), None)
        wrong = (self._values != self._values).nonzero()[0]
        return int(wrong[0]) if len(wrong) else None

    def as_given(self) -> Any:
        like, values = self._like, self._values
        if isinstance(like, (list, tuple)):
            return values.tolist()
        if isinstance(like, (array, memoryview)) or hasattr(like, "__array_interface__"):
            return values
        if hasattr(like, "index") and hasattr(like, "iloc"):
            return type(like)(values, index=like.index)
        if hasattr(like, "isna"):  # an index or an array of pandas
            import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]
            return pandas.Index(values) if isinstance(like, pandas.Index) else pandas.array(values, dtype="float64")
        if hasattr(like, "null_count") and callable(like.null_count):
            return type(like)(values=values)
        import pyarrow  # type: ignore[import-not-found,import-untyped,unused-ignore]
        return pyarrow.array(values)


def arrays_of(given: Sequence[Any], names: Sequence[str]) -> List[memoryview]:
    """Samples, each of its own length."""
    return [contiguous(doubles(values, name)) for values, name in zip(given, names)]
