"""Lead-generation KPIs: every one with its interval, or why there is none.

    import leadkpi as lk
    lk.cost_per_lead(5000, 250)                 # 20.0
    lk.evaluate("cpl", 5000, 250)               # Estimate(value=20.0, low=17.67..., ...)
    lk.kpi("cpl").formula
    lk.report(leads={...}, costs={...}, by=["channel"])

A function for every KPI of the C library is here under its id; help() has its
definition. kpis() lists them.
"""
from typing import Any, List

from ._analysis import (baseline, benchmark, candidates, catalogue, check_set, compare, evaluate_table, explain_drivers,
                        explain_mix, explain_tree, kpi_inputs, name_note, plan_coverage, plan_leads, plan_pace,
                        plan_spend, rank, scorecard, season, sql, sql_dialects)
from ._campaigns import Campaigns, report
from ._funnel import Funnel
from ._kpi import Estimate, Kpi, categories, evaluate, flags, function_names, kpi, kpis, make_function, measures
from ._library import VERSION as __version__
from ._library import LeadkpiError, error_classes, library_version
from ._options import options, schemas
from ._rooms import Attribution, Cohorts, Lifetime, Responses, Stages
from ._table import Column, Row, Table
from ._time import Calendar, Pattern, retention_matrix

globals().update({error.__name__: error for error in error_classes.values()})
_functions = function_names()

__all__ = ["Attribution", "Calendar", "Campaigns", "Cohorts", "Column", "Estimate", "Funnel", "Kpi", "LeadkpiError",
           "Lifetime", "Pattern", "Responses", "Row", "Stages", "Table", "baseline", "benchmark", "candidates",
           "catalogue", "categories", "check_set", "compare", "evaluate", "evaluate_table", "explain_drivers",
           "explain_mix", "explain_tree", "flags", "kpi", "kpi_inputs", "kpis", "library_version", "measures", "name_note",
           "options", "plan_coverage", "plan_leads", "plan_pace", "plan_spend", "rank", "report", "retention_matrix",
           "schemas", "scorecard", "season", "sql", "sql_dialects", "stats"]


def __getattr__(name: str) -> Any:
    """A KPI's function, made when it is first asked for; the module stats, when it is."""
    if name == "stats":
        from importlib import import_module
        return import_module("leadkpi.stats")
    entry = _functions.get(name)
    if entry is None:
        raise AttributeError(f"module 'leadkpi' has no attribute {name!r}")
    function = globals()[name] = make_function(name, entry)
    return function


def __dir__() -> List[str]:
    return sorted(set(globals()) | set(_functions) | {"stats"})
