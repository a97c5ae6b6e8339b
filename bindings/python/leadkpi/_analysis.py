"""What is asked of KPIs over tables: compare, rank, explain, benchmark, plan; and their SQL.

Rows are a dict of columns named by measure, a data frame or anything that speaks Arrow; options
are those of options("kpi_compare"), options("kpi_rank") and so on."""
import ctypes
from typing import Any, List, NamedTuple, Tuple, Union

from ._arrow import one_input
from ._kpi import Kpi, enumerated, kpi
from ._library import call, library, text
from ._options import made
from ._table import Table, number, table_from

Name = Union[str, Kpi]


def _of_rows(function: str, name: Name, rows: Any, schema: str, options: Any) -> Table:
    with made(schema, options) as definition, one_input(rows) as table:
        return table_from(function, None, kpi(name).number, table, definition)


def evaluate_table(name: Name, rows: Any, **options: Any) -> Table:
    """A KPI and its interval for each row: value, low, high, status, flags; options("kpi_evaluate").

    Columns of the dispersion ("campaign_spend_n", ...) give money its interval."""
    return _of_rows("leadkpi_kpi_evaluate_table", name, rows, "kpi_evaluate", options)


def compare(name: Name, rows: Any, **options: Any) -> Table:
    """Every row against one of them: differences, ratios, p-values, verdicts; options("kpi_compare")."""
    return _of_rows("leadkpi_kpi_compare", name, rows, "kpi_compare", options)


def rank(name: Name, rows: Any, **options: Any) -> Table:
    """The rows from best to worst, without rewarding small numbers; options("kpi_rank")."""
    return _of_rows("leadkpi_kpi_rank", name, rows, "kpi_rank", options)


def explain_mix(name: Name, before: Any, after: Any, **options: Any) -> Table:
    """What of a change comes from the rates of the segments and what from their mix; options("kpi_explain_mix")."""
    with made("kpi_explain_mix", options) as definition, one_input(before) as first, one_input(after) as second:
        return table_from("leadkpi_kpi_explain_mix", None, kpi(name).number, first, second, definition)


def explain_drivers(name: Name, rows: Any, **options: Any) -> Table:
    """What each factor of a product did from the first row to the second; options("kpi_explain_drivers")."""
    return _of_rows("leadkpi_kpi_explain_drivers", name, rows, "kpi_explain_drivers", options)


def explain_tree(name: Name, rows: Any, **options: Any) -> Table:
    """Why a KPI moved, along the identities of the catalogue; options("kpi_explain_tree")."""
    return _of_rows("leadkpi_kpi_explain_tree", name, rows, "kpi_explain_tree", options)


def baseline(name: Name, rows: Any, **options: Any) -> Table:
    """The last row, a period, against those before it; options("kpi_baseline")."""
    return _of_rows("leadkpi_kpi_baseline", name, rows, "kpi_baseline", options)


def season(name: Name, rows: Any, **options: Any) -> Table:
    """How seasons differ, from two years of periods or more; options("kpi_season")."""
    return _of_rows("leadkpi_kpi_season", name, rows, "kpi_season", options)


def benchmark(values: Any, benchmarks: Any, **options: Any) -> Table:
    """Values (kpi, value) against those of others (kpi, version, source, population, date, value);
    options("kpi_benchmark")."""
    with made("kpi_benchmark", options) as definition, one_input(values) as first, one_input(benchmarks) as second:
        return table_from("leadkpi_kpi_benchmark", None, first, second, definition)


def scorecard(goals: Any, **options: Any) -> Table:
    """Goals (kpi, value, target; start, due) and where they stand; options("kpi_scorecard")."""
    with made("kpi_scorecard", options) as definition, one_input(goals) as table:
        return table_from("leadkpi_kpi_scorecard", None, table, definition)


def check_set(names: List[str]) -> Table:
    """Whether a set of KPIs says one thing twice, or leaves a question unasked."""
    with one_input({"kpi": list(names)}) as table:
        return table_from("leadkpi_kpi_check_set", None, table)


def catalogue() -> Table:
    """Every KPI and variant with all that is known of it."""
    return table_from("leadkpi_kpi_catalogue", None)


def kpi_inputs() -> Table:
    """Every input of every KPI."""
    return table_from("leadkpi_kpi_inputs", None)


# ---- planning -------------------------------------------------------------------------

class Plan(NamedTuple):
    """What it takes: on average, and to be as sure as was asked."""
    on_average: float
    at_probability: float


class Pace(NamedTuple):
    """Where a period ends at this pace."""
    projected: float
    needed_per_period: float
    probability: float


def _numbers(function: str, given: List[Tuple[str, Any]], count: int) -> List[float]:
    out = [ctypes.c_double() for _ in range(count)]
    call(function, *[number(value, what) for what, value in given], *map(ctypes.byref, out))
    return [each.value for each in out]


def plan_leads(target: float, rate: float, probability: float = 0.8) -> Plan:
    """How many leads for so many conversions."""
    return Plan(*_numbers("leadkpi_kpi_plan_leads", [("target", target), ("rate", rate), ("probability", probability)], 2))


def plan_spend(target: float, cost_per_count: float, probability: float = 0.8) -> Plan:
    """How much money for so many leads or customers."""
    given = [("target", target), ("cost_per_count", cost_per_count), ("probability", probability)]
    return Plan(*_numbers("leadkpi_kpi_plan_spend", given, 2))


def plan_coverage(quota: float, average_deal: float, win_rate: float, probability: float = 0.8) -> Plan:
    """How many times the quota must be in the pipeline."""
    given = [("quota", quota), ("average_deal", average_deal), ("win_rate", win_rate), ("probability", probability)]
    return Plan(*_numbers("leadkpi_kpi_plan_coverage", given, 2))


def plan_pace(target: float, done: float, elapsed: float) -> Pace:
    """`done` after the share `elapsed` of a period: where it ends, what it needs, how likely the target is."""
    return Pace(*_numbers("leadkpi_kpi_plan_pace", [("target", target), ("done", done), ("elapsed", elapsed)], 3))


# ---- SQL and names -----------------------------------------------------------------------

def sql_dialects() -> Tuple[str, ...]:
    """The dialects that sql() speaks."""
    return tuple(enumerated(library.leadkpi_kpi_sql_dialect_at))


def sql(name: Name, dialect: str = "postgresql") -> str:
    """The definition of a KPI as a statement of SQL."""
    needed = ctypes.c_size_t()
    function, first = "leadkpi_kpi_sql", (kpi(name).number, *text(dialect))
    call(function, *first, None, 0, ctypes.byref(needed))
    buffer = ctypes.create_string_buffer(needed.value)
    call(function, *first, buffer, needed.value, ctypes.byref(needed))
    return buffer.value.decode()


def candidates(name: str) -> List[Kpi]:
    """What a name may mean: one KPI of a good name, several of an ambiguous one."""
    found: List[Kpi] = []
    while True:
        entry: int = library.leadkpi_kpi_candidate(*text(name), len(found))
        if entry < 0:
            return found
        found.append(Kpi(entry))


def name_note(name: str) -> str:
    """What to know about a name that some use otherwise; "" where there is nothing."""
    note: bytes = library.leadkpi_kpi_name_note(*text(name))
    return note.decode()
