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

from ._campaigns import Campaigns, report
from ._funnel import Funnel
from ._kpi import Estimate, Kpi, categories, evaluate, function_names, kpi, kpis, make_function, measures
from ._library import VERSION as __version__
from ._library import LeadkpiError, error_classes, library_version
from ._options import options, schemas
from ._rooms import Attribution, Cohorts, Lifetime, Responses, Stages
from ._table import Column, Row, Table

globals().update({error.__name__: error for error in error_classes.values()})
_functions = function_names()

__all__ = ["Attribution", "Campaigns", "Cohorts", "Column", "Estimate", "Funnel", "Kpi", "LeadkpiError", "Lifetime",
           "Responses", "Row", "Stages", "Table", "categories", "evaluate", "kpi", "kpis", "library_version", "measures", "options", "report", "schemas"]


def __getattr__(name: str) -> Any:
    """A KPI's function, made when it is first asked for."""
    entry = _functions.get(name)
    if entry is None:
        raise AttributeError(f"module 'leadkpi' has no attribute {name!r}")
    function = globals()[name] = make_function(name, entry)
    return function


def __dir__() -> List[str]:
    return sorted(set(globals()) | set(_functions))
