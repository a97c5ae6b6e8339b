"""Stages, responses, cohorts, lifetime value and attribution: the rooms of the library, each a handle.

Tables go in as a dict of columns, a data frame or anything that speaks Arrow; columns
are taken under the library's names: add(frame, id="Record ID")."""
import ctypes
from typing import Any, Optional

from ._arrow import one_input
from ._handle import Handle, Owned, all_open
from ._library import call, library, tell
from ._options import made
from ._table import Table, table_from


class Stages(Handle):
    """Who stands in which stage, who moved where, and how long it took; options("stages") says what a line is.

        stages = lk.Stages(stages=["new", "mql", "sql", "won"], lost=["lost"])
        stages.add(changes).steps(as_of="2025-04-01")"""

    ROOM = "stages"

    def add(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Stages":
        """A row a change: id, time, stage; from, sequence, segment, reason."""
        return self._add("add", data, batch, columns)

    def add_wide(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Stages":
        """A row a lead, with a time for each stage under its name."""
        return self._add("add_wide", data, batch, columns)

    def steps(self, **options: Any) -> Table:
        """How many reached, skipped, left and stand in each stage; options("stages_report") for all of these."""
        return self._table("steps", options)

    report = steps

    def snapshot(self, **options: Any) -> Table:
        """Who stands where as of a time."""
        return self._table("snapshot", options)

    def transitions(self, **options: Any) -> Table:
        return self._table("transitions", options)

    def durations(self, **options: Any) -> Table:
        """How long in each stage, those still there beside."""
        return self._table("durations", options)

    def reasons(self, **options: Any) -> Table:
        """Why leads were lost, and from where."""
        return self._table("reasons", options)

    def leads(self, **options: Any) -> Table:
        return self._table("leads", options)

    def checks(self, **options: Any) -> Table:
        """What is odd in the histories."""
        return self._table("checks", options)


class Responses(Handle):
    """How fast leads are answered, against targets, and what it is worth; options("responses")."""

    ROOM = "responses"

    def add_leads(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Responses":
        """A row a lead: id, time; segment."""
        return self._add("add_leads", data, batch, columns)

    def add(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Responses":
        """A row an answer: id, time; kind."""
        return self._add("add", data, batch, columns)

    def add_conversions(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Responses":
        """A row a conversion: id, time."""
        return self._add("add_conversions", data, batch, columns)

    def speed(self, **options: Any) -> Table:
        """How long until the first answer; options("responses_report") for all of these."""
        return self._table("speed", options)

    report = speed

    def targets(self, **options: Any) -> Table:
        return self._table("targets", options)

    def bands(self, **options: Any) -> Table:
        """Conversion by how fast the answer was."""
        return self._table("bands", options)

    def leads(self, **options: Any) -> Table:
        return self._table("leads", options)

    def checks(self, **options: Any) -> Table:
        return self._table("checks", options)


class Cohorts(Handle):
    """Who comes back, who leaves, when, and what a cohort is worth; options("cohorts").

        cohorts = lk.Cohorts(grain="month").add_acquisitions(customers).add_activity(logins)
        cohorts.retention(as_of="2025-06-01")        # by month, as every report that has a grain"""

    ROOM = "cohorts"

    def add_acquisitions(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Cohorts":
        """A row a customer: id, time; every other text is a dimension."""
        return self._add("add_acquisitions", data, batch, columns)

    def add_activity(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Cohorts":
        return self._add("add_activity", data, batch, columns)

    def add_revenue(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Cohorts":
        """A row a payment: id, time, amount; currency."""
        return self._add("add_revenue", data, batch, columns)

    def add_subscriptions(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Cohorts":
        """A row a change: id, time, mrr; currency."""
        return self._add("add_subscriptions", data, batch, columns)

    def add_outcomes(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Cohorts":
        """A row an end: id, time, outcome."""
        return self._add("add_outcomes", data, batch, columns)

    def retention(self, **options: Any) -> Table:
        """The triangle; each of these has options of its own: options("cohorts_retention"), ..."""
        return self._table("retention", options, "cohorts_retention")

    report = retention

    def churn(self, **options: Any) -> Table:
        return self._table("churn", options, "cohorts_churn")

    def survival(self, **options: Any) -> Table:
        """Kaplan-Meier curves with their intervals."""
        return self._table("survival", options, "cohorts_survival")

    def survival_summary(self, **options: Any) -> Table:
        return self._table("survival_summary", options, "cohorts_survival")

    def incidence(self, **options: Any) -> Table:
        return self._table("incidence", options, "cohorts_incidence")

    def conversion(self, **options: Any) -> Table:
        return self._table("conversion", options, "cohorts_conversion")

    def value(self, spend: Any = None, **options: Any) -> Table:
        """Revenue by cohort and age, and against what was spent on the cohort."""
        with self._asked_for("cohorts_value", options) as definition, one_input(spend) as table, self._open() as handle:
            return table_from("leadkpi_cohorts_value", handle, table, definition)

    def histories(self, **options: Any) -> Table:
        """A row a buyer, with the dimensions of `by`: what a Lifetime is fitted to; options("cohorts_histories")."""
        return self._table("histories", options, "cohorts_histories")

    def contracts(self, **options: Any) -> Table:
        """How many subscriptions were renewed how often: what a Lifetime of contracts is fitted to;
        options("cohorts_contracts")."""
        return self._table("contracts", options, "cohorts_contracts")

    def lifetime_value(self, model: "Lifetime", spend_model: "Optional[Lifetime]" = None, spend: Any = None,
                       **options: Any) -> Table:
        """What each segment has brought and will bring by fitted models, against what was spent on it.

            buyers = cohorts.histories(as_of="2025-07-01", by=["channel"])
            model, spends = lk.Lifetime(buyers, model="pareto_nbd"), lk.Lifetime(buyers, model="gamma_gamma")
            cohorts.lifetime_value(model, spends, as_of="2025-07-01", by=["channel"], discount=0.1)

        Of subscriptions, without a model of spend:

            model = lk.Lifetime(cohorts.contracts(as_of="2025-07-01"), model="sbg")
            cohorts.lifetime_value(model, as_of="2025-07-01", by=["channel"], discount=0.1)"""
        models = (self, model) if spend_model is None else (self, model, spend_model)
        with self._asked_for("cohorts_lifetime_value", options) as definition, one_input(spend) as table, \
                all_open(*models) as handles:
            return table_from("leadkpi_cohorts_lifetime_value", *handles, *[None] * (3 - len(handles)), table, definition)

    def findings(self, **options: Any) -> Table:
        return self._table("findings", options, "cohorts_findings")


class Attribution(Handle):
    """Which touches earned what; options("attribution") says whose touches and how long back.

        lk.Attribution(lookback="30d").add_touches(t).add_conversions(c).compare(models=["first", "u", "markov"])"""

    ROOM = "attribution"

    def add_touches(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Attribution":
        """A row a touch: id, time, dimensions; sequence, cost."""
        return self._add("add_touches", data, batch, columns)

    def add_conversions(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Attribution":
        """A row a conversion: id, time; type, value, weight, sequence."""
        return self._add("add_conversions", data, batch, columns)

    def add_milestones(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Attribution":
        return self._add("add_milestones", data, batch, columns)

    def add_nulls(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Attribution":
        """Those who did not convert."""
        return self._add("add_nulls", data, batch, columns)

    def add_paths(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Attribution":
        """Paths that were counted elsewhere: path, conversions; nulls, value."""
        return self._add("add_paths", data, batch, columns)

    def add_costs(self, data: Any, batch: Optional[str] = None, **columns: str) -> "Attribution":
        return self._add("add_costs", data, batch, columns)

    def _report(self, name: str, options: Any) -> Table:
        return self._table(name, options, "attribution_report")

    def credits(self, **options: Any) -> Table:
        """Conversions, value and cost by channel; options("attribution_report") for all of these."""
        return self._report("credits", options)

    report = credits

    def compare(self, **options: Any) -> Table:
        """A column a model, side by side."""
        return self._report("compare", options)

    def touches(self, **options: Any) -> Table:
        return self._report("touches", options)

    def paths(self, **options: Any) -> Table:
        return self._report("paths", options)

    def summary(self, **options: Any) -> Table:
        return self._report("summary", options)

    def removal_effects(self, **options: Any) -> Table:
        return self._report("removal_effects", options)

    def shapley(self, **options: Any) -> Table:
        """What the Shapley models make of each group, and how sure it is."""
        return self._report("shapley", options)

    def measures(self, **options: Any) -> Table:
        """Credit of one model as fractional leads, which Campaigns.add_measures takes."""
        return self._report("measures", options)

    def states(self, **options: Any) -> Table:
        """The states of the Markov chains of `models`."""
        return self._report("states", options)

    def transitions(self, **options: Any) -> Table:
        return self._report("transitions", options)

    def markov(self, order: int = 1, **options: Any) -> Table:
        """Credit by removal from a Markov chain of that order: credits(models=["markov:1"])."""
        return self._report("credits", {"models": [f"markov:{order}"], **options})

    def closed(self, **options: Any) -> "Attribution":
        """The journeys of this one as paths, without ids and times: to keep, to add up, and to take away again.

        Options are those of the reports that choose journeys: types, as_of, from and to."""
        out = ctypes.c_void_p()
        with self._asked_for("attribution_report", options) as definition, self._open() as handle:
            call("leadkpi_attribution_close", handle, definition, ctypes.byref(out))
        return self._from(out)

    def __isub__(self, other: Any) -> "Attribution":
        """Take the paths and costs of the other away again: a day that leaves a sliding window. Both are closed."""
        result: Attribution = self._with("subtract", other)
        return result

    def orders(self, **options: Any) -> Table:
        """How well Markov chains of each order foretell."""
        return self._report("orders", options)


class Lifetime(Owned):
    """A fitted model of who is still a customer, what they buy or spend; options("lifetime") has the models.

        customers = lk.Lifetime.histories(transactions, end="2025-01-01", unit="7d")
        model = lk.Lifetime(customers, model="bg_nbd")
        model.forecast(customers, horizon=26)

    Without data the parameters are given: Lifetime(model="bg_nbd", r=0.24, alpha=4.4, a=0.8, b=2.4).
    """

    ROOM = "lifetime"

    def __init__(self, data: Any = None, **definition: Any) -> None:
        if data is None:
            super().__init__(**definition)
            return
        out = ctypes.c_void_p()
        with made(self.ROOM, definition) as options, one_input(data) as table:
            said = call("leadkpi_lifetime_fit", None, options, table, ctypes.byref(out))
        self._own(out)
        tell(said)

    @staticmethod
    def histories(transactions: Any, **options: Any) -> Table:
        """Transactions to customers: frequency, recency, T, monetary_value; options("lifetime_histories")."""
        with made("lifetime_histories", options) as definition, one_input(transactions) as table:
            return table_from("leadkpi_lifetime_histories", None, table, definition)

    def forecast(self, customers: Any, spend: "Optional[Lifetime]" = None, **options: Any) -> Table:
        """What each is expected to buy, and with a model of spend to be worth; options("lifetime_forecast")."""
        both = (self,) if spend is None else (self, spend)
        with made("lifetime_forecast", options) as definition, one_input(customers) as table, \
                all_open(*both) as handles:
            return table_from("leadkpi_lifetime_forecast", handles[0], None if spend is None else handles[1], table, definition)

    def curve(self, **options: Any) -> Table:
        return self._table("curve", options, "lifetime_curve")

    def parameters(self, level: float = 0.95) -> Table:
        """Each with its standard error and interval."""
        with self._open() as handle:
            return table_from("leadkpi_lifetime_parameters", handle, level)

    def covariance(self) -> Table:
        return self._table("covariance")

    def summary(self) -> Table:
        """How the fit ended, one row."""
        return self._table("summary")

    @property
    def outcome(self) -> str:
        """How it was found: "interior", "boundary", "unfinished", ...; "given" where nothing was fitted."""
        with self._open() as handle:
            name: bytes = library.leadkpi_lifetime_outcome_name(library.leadkpi_lifetime_outcome(handle))
        return name.decode()

    def log_likelihood(self, data: Any) -> float:
        value = ctypes.c_double()
        with one_input(data) as table, self._open() as handle:
            call("leadkpi_lifetime_log_likelihood", handle, table, ctypes.byref(value))
        return value.value
