"""agreement.py LIBRARY CATALOGUE.json: what the library says of each KPI is what the
specification says, and its C expression computes what the specified one computes."""
import ctypes
import json
import math
import random
import sys

library = ctypes.CDLL(sys.argv[1])
specification = json.load(open(sys.argv[2]))
library.leadkpi_kpi_property.restype = ctypes.c_char_p
library.leadkpi_kpi_property.argtypes = [ctypes.c_int32, ctypes.c_char_p, ctypes.c_size_t]
library.leadkpi_kpi_find.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int32), ctypes.c_void_p]
library.leadkpi_kpi_candidate.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32]
library.leadkpi_kpi_measure_at.restype = ctypes.c_char_p
library.leadkpi_kpi_measure_property.restype = ctypes.c_char_p
library.leadkpi_kpi_measure_property.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
NUL = ctypes.c_size_t(-1).value
faults = []
units = {"percent": {"fraction"}, "count": {"count"}, "ratio": {"ratio"}, "money": {"money"},
         "money_per_time": {"money/day"}, "score": {"points", "score"}, "duration": {"minutes", "days", "months"}}
# Two independent counts cannot give a negative numerator: a difference of two Poisson counts instead.
other_interval = {"list_growth_rate": "difference_poisson"}


def check(condition, *what):
    if not condition:
        faults.append(" ".join(str(w) for w in what))


def find(name):
    kpi = ctypes.c_int32()
    status = library.leadkpi_kpi_find(name.encode(), NUL, ctypes.byref(kpi), None)
    return kpi.value, status


def said(kpi, name):
    return library.leadkpi_kpi_property(kpi, name.encode(), NUL).decode()


def check_expression(name, kpi, specified):
    """Both expressions, as Python, over the same random inputs."""
    inputs = said(kpi, "inputs").split(", ")
    if said(kpi, "shape") == "sample":
        return
    scope = {"pow": lambda a, b: a ** b, "fabs": abs, "abs": abs, "log": math.log, "__builtins__": {}}
    generator = random.Random(name)
    for _ in range(20):
        for i in inputs:
            scope[i] = generator.uniform(0.05, 0.95)
        a, b = eval(said(kpi, "expr"), dict(scope)), eval(specified, dict(scope))
        if isinstance(a, complex) or isinstance(b, complex):
            continue
        check(math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12), name, "expr", a, b)


for number, entry in enumerate(specification["kpis"], 1):
    name = entry["id"]
    kpi, status = find(name)
    check(status == 0 and kpi == number * 100, name, "number", kpi)
    check(said(kpi, "title") == entry["name"], name, "title")
    check(said(kpi, "category") == entry["category"], name, "category")
    check(said(kpi, "direction") == entry["direction"], name, "direction")
    check(said(kpi, "unit") in units[entry["result_unit"]], name, "unit", said(kpi, "unit"))
    check(said(kpi, "basis") == (entry["basis"] or ""), name, "basis")
    check(said(kpi, "interval") == other_interval.get(name, entry["uncertainty"]["method"]), name, "interval")
    check(said(kpi, "additivity") == entry["additivity"]["class"], name, "additivity")
    check(said(kpi, "inputs") == ", ".join(i["id"] for i in entry["inputs"]), name, "inputs")
    check_expression(name, kpi, entry["expr"])
    for place, variant in enumerate(entry["variants"], 1):
        full = name + ":" + variant["id"]
        kpi, status = find(full)
        check(status == 0 and kpi == number * 100 + place, full, "number", kpi)
        check_expression(full, kpi, variant["expr"])
for alias, target in specification["alias_index"].items():
    check(find(alias)[0] == find(target)[0], "alias", alias)
for alias, candidates in specification["ambiguous_aliases"].items():
    check(find(alias)[1] == 4, "ambiguous", alias)
    listed = [library.leadkpi_kpi_candidate(alias.encode(), NUL, i) for i in range(len(candidates) + 1)]
    check(listed == [find(c)[0] for c in candidates] + [-1], "candidates", alias)
for place, measure in enumerate(specification["measures"]):
    check(library.leadkpi_kpi_measure_at(place).decode() == measure["id"], "measure", measure["id"])
    for field in "type", "unit", "additivity":
        value = library.leadkpi_kpi_measure_property(measure["id"].encode(), NUL, field.encode(), NUL)
        check(value.decode() == measure[field], measure["id"], field, value)
count = len(specification["kpis"]) + sum(len(k["variants"]) for k in specification["kpis"])
check(library.leadkpi_kpi_count() == count, "count", library.leadkpi_kpi_count())
print("\n".join("FAIL: " + f for f in faults) or "%d KPIs and variants agree" % count)
sys.exit(bool(faults))
