"""sql.py LIBRARY: the SQL of a definition gives what the library computes: over random numbers, zeros and
numbers out of range included; in SQLite for the dialect that is nearest to the standard, and in
DuckDB where its module is installed."""
import ctypes
import math
import random
import sqlite3
import sys

library = ctypes.CDLL(sys.argv[1])
library.leadkpi_kpi_property.restype = ctypes.c_char_p
library.leadkpi_kpi_property.argtypes = [ctypes.c_int32, ctypes.c_char_p, ctypes.c_size_t]
library.leadkpi_kpi_measure_property.restype = ctypes.c_char_p
library.leadkpi_kpi_measure_property.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
library.leadkpi_kpi_sql.argtypes = [ctypes.c_int32, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p,
                                    ctypes.c_size_t, ctypes.POINTER(ctypes.c_size_t), ctypes.c_void_p]
NUL = ctypes.c_size_t(-1).value
faults = []
checked = 0


def said(kpi, name):
    return library.leadkpi_kpi_property(kpi, name.encode(), NUL).decode()


def statement(kpi, dialect):
    needed = ctypes.c_size_t()
    assert library.leadkpi_kpi_sql(kpi, dialect.encode(), NUL, None, 0, ctypes.byref(needed), None) == 0
    text = ctypes.create_string_buffer(needed.value)
    assert library.leadkpi_kpi_sql(kpi, dialect.encode(), NUL, text, needed.value, None, None) == 0
    return text.value.decode()


def computed(kpi, values):
    """values: a list a input. What the library makes of them; None where undefined."""
    count = len(values)
    arrays = [(ctypes.c_double * len(v))(*v) for v in values]
    pointers = (ctypes.POINTER(ctypes.c_double) * count)(*[ctypes.cast(a, ctypes.POINTER(ctypes.c_double)) for a in arrays])
    counts = (ctypes.c_size_t * count)(*[len(v) for v in values])
    if said(kpi, "shape") == "sample":
        estimate = (ctypes.c_double * 12)()
        library.leadkpi_kpi_evaluate_samples(kpi, pointers, counts, ctypes.c_size_t(count), None, estimate, None)
        value = estimate[0]
    else:
        out = ctypes.c_double()
        library.leadkpi_kpi_evaluate_columns(kpi, pointers, ctypes.c_size_t(count), None, ctypes.c_size_t(1),
                                             ctypes.byref(out), None, None)
        value = out.value
    return None if math.isnan(value) else value


def drawn(generator, measure):
    high = library.leadkpi_kpi_measure_property(measure.encode(), NUL, b"maximum", NUL).decode()
    kind = library.leadkpi_kpi_measure_property(measure.encode(), NUL, b"type", NUL).decode()
    if generator.random() < 0.15:
        return 0
    if generator.random() < 0.05:
        return -3
    if high == "1" or kind.startswith("ratio"):
        return generator.randint(1, 39) / 40
    return generator.randint(1, 500)


class Sqlite:
    dialect = "postgresql"

    def __init__(self):
        self.base = sqlite3.connect(":memory:")
        self.base.create_function("GREATEST", 2, lambda a, b: b if a is None else a if b is None else max(a, b))
        for name, function in ("POWER", pow), ("LN", math.log), ("EXP", math.exp):
            arguments = 2 if name == "POWER" else 1
            self.base.create_function(name, arguments,
                                      lambda *a, f=function: None if None in a else f(*a))

    def can(self, text):
        return "PERCENTILE_CONT" not in text

    def run(self, inputs, rows, text):
        cursor = self.base.cursor()
        cursor.execute("DROP TABLE IF EXISTS measures")
        cursor.execute("CREATE TABLE measures (%s)" % ", ".join(inputs))
        cursor.executemany("INSERT INTO measures VALUES (%s)" % ", ".join("?" * len(inputs)), rows)
        return cursor.execute(text.rstrip().rstrip(";")).fetchall()


class Duck(Sqlite):
    dialect = "duckdb"

    def __init__(self):
        import duckdb
        self.base = duckdb.connect(":memory:")

    def can(self, text):
        return True

    def run(self, inputs, rows, text):
        self.base.execute("CREATE OR REPLACE TABLE measures (%s)" % ", ".join(i + " DECIMAL(12, 3)" for i in inputs))
        self.base.executemany("INSERT INTO measures VALUES (%s)" % ", ".join("?" * len(inputs)), rows)
        return self.base.execute(text).fetchall()


def compare(engine, kpi, inputs, rows, text):
    global checked
    values = [[row[i] for row in rows] for i in range(len(inputs))]
    if "SUM(" in text.split("FROM (")[1]:
        values = [[sum(v)] for v in values]
    expected, found = computed(kpi, values), engine.run(inputs, rows, text)
    checked += 1
    found = found[0][0] if len(found) == 1 else found
    if expected is None and found is None:
        return
    if expected is None or not isinstance(found, (int, float)) or not math.isclose(expected, found, rel_tol=1e-9, abs_tol=1e-12):
        faults.append("%s in %s over %s: expected %s, found %s" % (said(kpi, "name"), engine.dialect, rows, expected, found))


def compare_all(engine, turns):
    index = 0
    while True:
        kpi = library.leadkpi_kpi_at(index)
        index += 1
        if kpi == -1:
            return
        text, generator = statement(kpi, engine.dialect), random.Random(kpi)
        inputs = said(kpi, "inputs").split(", ")
        if not engine.can(text):
            continue
        for turn in range(turns):
            many = "a row a value" in text or "any rows" in text
            rows = [tuple(drawn(generator, i) for i in inputs) for _ in range(generator.randint(1, 6) if many else 1)]
            compare(engine, kpi, inputs, rows, text)


compare_all(Sqlite(), 12)
try:
    duck = Duck()
except ImportError:
    print("DuckDB's module is not installed: SQLite alone")
else:
    compare_all(duck, 4)
print("\n".join("FAIL: " + f for f in faults[:20]) or "%d statements give what the library computes" % checked)
sys.exit(bool(faults))
