"""Arrow in and out through PyCapsules, without any package of Arrow.

Whatever has __arrow_c_stream__ or __arrow_c_array__ goes in: data frames of polars
and pandas, tables of pyarrow, relations of DuckDB, and tables of this package.
"""
import ctypes
import sys
import threading
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Mapping, Optional

from ._library import LeadkpiError, call, failure, library, text
from ._table import Input

_python = ctypes.pythonapi
_python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_python.PyCapsule_GetPointer.restype = ctypes.c_void_p


class _Batch:
    """A table over Arrow's memory. Freed by its reader's context."""

    def __init__(self, handle: ctypes.c_void_p, source: Any = None) -> None:
        self.handle, self._source = handle, source  # where the memory of the columns may be
        count = library.leadkpi_table_column_count(handle)
        self.names = [library.leadkpi_table_column_name(handle, i).decode("utf-8", "surrogateescape")
                      for i in range(count)]

    def free(self) -> None:
        library.leadkpi_table_free(self.handle)
        self.handle = ctypes.c_void_p()
        if self._source is not None:
            self._source.free()
            self._source = None


def _renamed(batch: Any, names: Mapping[str, str]) -> Any:
    """The columns that are asked for, under the names that the library knows; no names: all as they are."""
    if not names:
        return batch
    out = ctypes.c_void_p()
    call("leadkpi_table_create", None, ctypes.byref(out))
    try:
        for name, source in names.items():
            if source not in batch.names:
                raise failure("unknown_name", f'column "{source}" (for {name}): there is none; there are '
                              f'{", ".join(batch.names)}', column=source)
            call("leadkpi_table_share_column", out, *text(name), batch.handle, batch.names.index(source),
                 columns=batch.names)
    except BaseException:
        library.leadkpi_table_free(out)
        batch.free()
        raise
    return _Batch(out, batch)


def count_from(error: LeadkpiError, rows: int) -> None:
    """The row of an error in a record batch, from the first row of the data."""
    if error.row is not None and rows:
        error.row += rows
        error.message = f"{error.message} (in the record batch that begins at row {rows})"
        error.args = (error.message,)


def _batches(stream: Any) -> Iterator[_Batch]:
    """The record batches of a capsule; the stream is moved out of it and released at the end."""
    reader = ctypes.c_void_p()
    call("leadkpi_arrow_reader_create", None, _python.PyCapsule_GetPointer(stream, b"arrow_array_stream"),
         ctypes.byref(reader))
    rows = 0
    try:
        while True:
            out = ctypes.c_void_p()
            try:
                call("leadkpi_arrow_reader_next", reader, ctypes.byref(out))
            except LeadkpiError as error:
                count_from(error, rows)
                raise
            if not out.value:
                return
            rows += library.leadkpi_table_row_count(out)
            yield _Batch(out)
    finally:
        library.leadkpi_arrow_reader_free(reader)


def _one_batch(capsules: Any) -> Iterator[_Batch]:
    schema, array = capsules
    out = ctypes.c_void_p()
    call("leadkpi_arrow_import", None, _python.PyCapsule_GetPointer(array, b"arrow_array"),
         _python.PyCapsule_GetPointer(schema, b"arrow_schema"), ctypes.byref(out))
    yield _Batch(out)


def _frame_columns(data: Any) -> Optional[Dict[str, Any]]:
    """A data frame of pandas where its way to Arrow is not installed."""
    if not (hasattr(data, "columns") and hasattr(data, "__getitem__") and hasattr(data, "iloc")):
        return None
    return {str(name): _frame_column(data[name]) for name in data.columns}


def _frame_column(column: Any) -> Any:
    """Among objects (texts, categories) what is missing is null, as it is on the way through Arrow."""
    if getattr(getattr(column, "dtype", None), "kind", "") != "O":
        return column.to_numpy()
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna())]


def _tables(data: Any) -> Iterator[Any]:
    if isinstance(data, Mapping):
        return iter((Input(data),))
    if hasattr(data, "__arrow_c_stream__"):
        try:
            return _batches(data.__arrow_c_stream__())
        except ImportError:
            columns = _frame_columns(data)
            if columns is None:
                raise
            return iter((Input(columns),))
    if hasattr(data, "__arrow_c_array__"):
        return _one_batch(data.__arrow_c_array__())
    columns = _frame_columns(data)
    if columns is None:
        raise failure("wrong_type", "data: expected a dict of columns, a data frame, or anything that speaks Arrow, "
                      f"found {type(data).__name__}")
    return iter((Input(columns),))


@contextmanager
def inputs(data: Any, names: Mapping[str, str]) -> Iterator[Iterator[Any]]:
    """The tables of what was given, one by one; all are freed at the end of the context."""
    made = []

    def each() -> Iterator[Any]:
        for table in _tables(data):
            made.append(table)
            if names:
                made[-1] = _renamed(table, names)
            yield made[-1]

    try:
        yield each()
    finally:
        for table in made:
            table.free()


@contextmanager
def one_input(data: Any) -> Iterator[Optional[ctypes.c_void_p]]:
    """The one table of what was given; None stays None."""
    if data is None:
        yield None
        return
    with inputs(data, {}) as tables:
        first, second = next(tables, None), next(tables, None)
        if first is None or second is not None:
            raise failure("bad_argument", "data: expected one piece, found "
                          f"{'none' if first is None else 'several record batches; combine them first'}")
        yield first.handle


# ---- out -------------------------------------------------------------------------

class _Stream(ctypes.Structure):
    """ArrowArrayStream: four functions and what is behind them."""
    _fields_ = [("get_schema", ctypes.c_void_p), ("get_next", ctypes.c_void_p), ("get_last_error", ctypes.c_void_p),
                ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


_release_type = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_new_capsule = _python.PyCapsule_New
_new_capsule.argtypes, _new_capsule.restype = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p], ctypes.py_object
_malloc = _python.PyMem_RawMalloc
_malloc.argtypes, _malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
_free = _python.PyMem_RawFree
_free.argtypes, _free.restype = [ctypes.c_void_p], None
_STREAM = b"arrow_array_stream"
_python.Py_IncRef(ctypes.py_object(_STREAM))  # a capsule points to its bytes, and may outlive this module

# A capsule has no destructor here. One would have to be a function of Python, and a capsule may die while
# an exception is on its way, when no function of Python can run without losing it. So the capsules that were
# given out are kept, each with the place of its stream, until nobody else holds them.
_given: List[List[Any]] = []
_given_lock = threading.Lock()


def _holders(entry: List[Any]) -> int:
    return sys.getrefcount(entry[0])


_ALONE = _holders([object()])


def _take_back() -> None:
    """Streams that nobody took are released, and the structs of those that somebody did are freed."""
    with _given_lock:
        done = [entry for entry in _given if _holders(entry) <= _ALONE]
        gone = set(map(id, done))
        _given[:] = [entry for entry in _given if id(entry) not in gone]
    for _, place in done:
        stream = _Stream.from_address(place)
        if stream.release:
            _release_type(stream.release)(place)
        _free(place)


def export_stream(handle: ctypes.c_void_p) -> Any:
    """A capsule with a stream over a table of the library, which it keeps alive."""
    _take_back()
    place = _malloc(ctypes.sizeof(_Stream))
    if not place:
        raise MemoryError
    try:
        call("leadkpi_arrow_export_stream", handle, place)
        capsule = _new_capsule(place, _STREAM, None)
    except BaseException:
        _free(place)
        raise
    with _given_lock:
        _given.append([capsule, place])
    return capsule
