"""Leads, stage changes and costs in; every KPI out."""
from typing import Any, Dict, Optional

from ._handle import Handle
from ._options import option_names, options as options_of
from ._table import Table


class Campaigns(Handle):
    """Collects leads, stages, responses, costs and measures, and reports KPIs of them.

    Options are those of options("campaigns"); each table is a dict of columns,
    a data frame or anything that speaks Arrow, and add_leads(frame, id="Record ID") takes
    its columns under the library's names:

        leads      id, time; email; dimensions
        stages     id, stage, time; value, currency
        responses  id, time; kind
        costs      time; amount, cost_type, scope, currency, measures, dimensions
        measures   time; measures of the catalogue; dimensions

    A datetime without a zone and a date are UTC. Calls from several threads take
    turns; to work in parallel, give each thread an empty_twin() and add them up.
    """

    ROOM = "campaigns"

    # ---- in

    def add_leads(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Campaigns":
        """All rows or none. A batch that was added before changes nothing, and warns."""
        return self._add("add_leads", data, batch, columns)

    def add_stages(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Campaigns":
        return self._add("add_stages", data, batch, columns)

    def add_responses(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Campaigns":
        return self._add("add_responses", data, batch, columns)

    def add_costs(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Campaigns":
        return self._add("add_costs", data, batch, columns)

    def add_measures(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Campaigns":
        return self._add("add_measures", data, batch, columns)

    # ---- out

    def report(self, **options: Any) -> Table:
        """KPIs by dimensions and period; options("campaigns_report") says what can be asked.

        report(by=["channel", "month"], kpis=["cpl", "cac"], zone="Europe/Berlin", as_of="2025-04-01")

        A period in `by` is the grain, unless grain= says another; then `by` is dimensions alone."""
        return self._table("report", {**_with_period(self._defaults), **_with_period(options)})

    def findings(self, **options: Any) -> Table:
        """What is odd in the data; nothing is dropped in silence."""
        return self._table("findings", options)

    def cost_list(self, **options: Any) -> Table:
        """What was included in which spend."""
        return self._table("cost_list", options)

    def summary(self) -> Table:
        """What is held: one row."""
        return self._table("summary")


def _with_period(options: Dict[str, Any]) -> Dict[str, Any]:
    """by=["channel", "month"] is by=["channel"], grain="month", as it is for the command."""
    by = options.get("by")
    if by is None or options.get("grain") is not None or (isinstance(by, str) and '"' in by):
        return options
    names = [name.strip() for name in by.split(",")] if isinstance(by, str) else list(by)
    choices = next(row["choices"] for row in options_of("campaigns_report") if row["name"] == "grain").split("|")
    periods = [name for name in names if name in choices]
    if len(periods) != 1:  # two of them, and the library says which name it does not know
        return options
    return {**options, "by": [name for name in names if name != periods[0]], "grain": periods[0]}


def report(leads: Any = None, stages: Any = None, responses: Any = None, costs: Any = None, measures: Any = None,
           **options: Any) -> Table:
    """A report in one call; options of the definition and of the report together."""
    definition = {name: options.pop(name) for name in option_names("campaigns") if name in options}
    tables = {"leads": leads, "stages": stages, "responses": responses, "costs": costs, "measures": measures}
    with Campaigns(**definition) as campaigns:
        for kind, columns in tables.items():
            if columns is not None:
                campaigns._add(f"add_{kind}", columns, None, {})
        return campaigns.report(**options)
