"""The calls of libleadkpi that the comparisons with other products make, through ctypes."""
import ctypes
import os

import numpy as np

_POINTER = ctypes.c_void_p
_TERMINATED = ctypes.c_size_t(-1)
_library = ctypes.CDLL(os.environ.get("LEADKPI_LIBRARY", "lib/.libs/libleadkpi.so"))


class _Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int32), ("column", ctypes.c_int32), ("row", ctypes.c_int64),
                ("message", ctypes.c_char * 400), ("reserved", ctypes.c_char * 96)]


class _Host(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint64), ("memory_limit_bytes", ctypes.c_uint64)] + [
        (name, _POINTER) for name in
        ("user", "allocate", "reallocate", "release", "interrupted", "reserved")]


class Failure(Exception):
    pass


def call(name, *arguments):
    """A call that returns a status; the error stands after the arguments."""
    function = getattr(_library, "leadkpi_" + name)
    function.restype = ctypes.c_int32
    error = _Error()
    status = function(*arguments, ctypes.byref(error))
    if status != 0:
        raise Failure(name, status, error.message.decode())


def _made(name, *arguments):
    handle = _POINTER()
    call(name, *arguments, ctypes.byref(handle))
    return handle


def options(schema, text):
    made = _made("options_create", None, schema.encode(), _TERMINATED)
    call("options_parse", made, text.encode(), _TERMINATED)
    return made


def table(**columns):
    """Borrows numpy arrays of int64 or double, which must outlive it; `time` is a timestamp."""
    made = _made("table_create", None)
    for name, values in columns.items():
        kind = "timestamp" if name == "time" else {"i": "int64", "f": "double"}[values.dtype.kind]
        assert values.dtype.itemsize == 8
        call("table_borrow_" + kind, made, name.encode(), _TERMINATED, _POINTER(values.ctypes.data),
             ctypes.c_size_t(len(values)), ctypes.c_ssize_t(values.strides[0]), None)
    return made


def column(of, name, dtype=np.int64):
    """A copy of a column of int64 or double of a report."""
    index = ctypes.c_int32()
    call("table_find_column", of, name.encode(), _TERMINATED, ctypes.byref(index))
    _library.leadkpi_table_row_count.restype = ctypes.c_size_t
    _library.leadkpi_table_column_values.restype = _POINTER
    rows, stride = _library.leadkpi_table_row_count(of), ctypes.c_ssize_t()
    values = _library.leadkpi_table_column_values(of, index, ctypes.byref(stride))
    block = (ctypes.c_int64 * rows).from_address(values)
    return np.frombuffer(block, dtype).copy()


def free(kind, handle):
    getattr(_library, "leadkpi_%s_free" % kind)(handle)


class Funnel:
    handle = None

    def __init__(self, definition, limit=0):
        chosen = options("funnel", definition)
        host = _Host(ctypes.sizeof(_Host), limit)
        self.handle = _made("funnel_create", ctypes.byref(host), chosen)
        free("options", chosen)

    def add(self, rows):
        call("funnel_add", self.handle, rows, None, ctypes.c_size_t(0))
        return self

    def like(self):
        twin = Funnel.__new__(Funnel)
        twin.handle = _made("funnel_create_like", self.handle)
        return twin

    def merge(self, other):
        call("funnel_merge", self.handle, other.handle)

    def report(self, kind, text=""):
        chosen = options("funnel_report", text) if text else None
        made = _made("funnel_" + kind, self.handle, chosen)
        if chosen:
            free("options", chosen)
        return made

    def __del__(self):
        if self.handle:
            free("funnel", self.handle)


def levels(times, codes, code_steps, ends, step_count, window, out):
    call("funnel_levels", _POINTER(times.ctypes.data), _POINTER(codes.ctypes.data),
         _POINTER(code_steps.ctypes.data), ctypes.c_size_t(len(code_steps)),
         _POINTER(ends.ctypes.data), ctypes.c_size_t(len(ends)), ctypes.c_int32(step_count),
         ctypes.c_int64(window), _POINTER(out.ctypes.data))


def calendar(text):
    chosen = options("calendar", text)
    made = _made("calendar_create", None, chosen)
    free("options", chosen)
    return made


def matrix(of, start, periods, customers, times):
    """The retention triangle of int64 customers at int64 microseconds."""
    cells = np.empty((periods, periods), np.int64)
    call("cohorts_matrix", None, of, ctypes.c_int64(start), ctypes.c_int32(periods),
         _POINTER(customers.ctypes.data), _POINTER(times.ctypes.data),
         ctypes.c_size_t(len(customers)), _POINTER(cells.ctypes.data), None)
    return cells
