"""Tables as pictures: what a report shows best, drawn by matplotlib or altair.

A picture is first said in plain values (Bars, Grid, Curves), then drawn by either; so
both show the same numbers, and neither is imported before it is asked for."""
import datetime
import math
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ._library import failure

# Told apart by those who do not see every colour too: Okabe and Ito, "Color Universal Design", 2008.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7F7F7F", "#F0E442")
DASHES = ("-", "--", ":", "-.")  # for those beyond the palette
INK, FAINT, GRID_LINE = "#333333", "#D9D9D9", "#E6E6E6"

Number = Optional[float]


class Series(NamedTuple):
    """One value a label; None where there is none."""
    name: str
    values: Sequence[Number]
    low: Sequence[Number]
    high: Sequence[Number]
    notes: List[str]  # what stands at the end of each bar


class Bars(NamedTuple):
    """Bars from left to right, a group a label."""
    title: str
    labels: List[str]
    series: List[Series]
    axis: str
    is_share: bool            # fractions, shown in percent
    behind: Sequence[Number]  # a faint bar behind each of the only series; [] for none
    note: str
    is_trend: bool = False    # a line a series instead: too many for bars


class Grid(NamedTuple):
    """A heat map of fractions: a row a label."""
    title: str
    labels: List[str]
    columns: List[str]
    values: List[List[Number]]
    unfinished: List[List[bool]]
    axis: str
    note: str


class Curve(NamedTuple):
    """A step curve from the left, with its band."""
    name: str
    at: List[float]
    value: List[float]
    low: Sequence[Number]
    high: Sequence[Number]
    at_risk: Sequence[int] = ()  # at each tick: how many the curve still rests on


class Curves(NamedTuple):
    title: str
    curves: List[Curve]
    across: str
    axis: str
    ticks: Sequence[float] = ()


# ---- what a table shows -----------------------------------------------------------

def _finite(value: Any) -> Number:
    return float(value) if value is not None and abs(float(value)) < float("inf") else None


def _text(value: Any) -> str:
    if value is None:
        return "(blank)"
    return value.date().isoformat() if isinstance(value, datetime.datetime) else str(value)


def _percent(value: Number) -> str:
    return "" if value is None else f"{value:.1%}" if 0 < value < 0.0995 else f"{value:.0%}"


def _dimensions(table: Any, known: Sequence[str]) -> List[str]:
    """The columns of text that say which group a row is of."""
    return [name for name, kind in table.types.items()
            if kind in ("text", "timestamp") and name not in known and not name.endswith(("_status", "_flags"))]


def _groups(table: Any, known: Sequence[str]) -> Dict[str, List[Any]]:
    """The rows of each group; of the total where there is no other."""
    names = _dimensions(table, known)
    groups: Dict[str, List[Any]] = {}
    rows = [row for row in table if row.row not in ("total", "unattributed")] or list(table)
    for row in rows:
        groups.setdefault(", ".join(_text(row[name]) for name in names), []).append(row)
    return groups


_FUNNEL = ("row", "step", "name", "reached", "step_rate", "overall_rate")


def _funnel(table: Any) -> Bars:
    groups = _groups(table, _FUNNEL)
    steps = [row.name for row in next(iter(groups.values()), [])]
    still = sum(row.open for row in table if row.row == "total") if "open" in table.columns else 0
    note = f"{still:,} lead{'' if still == 1 else 's'} may still go on" if still else ""
    if len(groups) < 2:
        rows = next(iter(groups.values()), [])
        notes = [f"{row.reached:,}" for row in rows]
        for i, row in enumerate(rows[1:], 1):
            before = rows[i - 1].name if len(rows[i - 1].name) <= 8 else "previous"
            notes[i] += f"\n{_percent(row.overall_rate)} of all\n{_percent(row.step_rate)} of {before}"
        reached: List[Number] = [float(row.reached) for row in rows]
        one = Series("reached", reached, _bare(reached), _bare(reached), notes)
        return Bars("Funnel", steps, [one], "leads", False, [None, *reached[:-1]], note)
    series = [Series(name, [_finite(row.overall_rate) for row in rows], [_finite(row.overall_rate_low) for row in rows],
                     [_finite(row.overall_rate_high) for row in rows], [_percent(row.overall_rate) for row in rows])
              for name, rows in groups.items()]
    return Bars("Funnel", steps, series, "of those who entered", True, [], note)


_COHORT = ("row", "cohort", "cohort_start", "cohort_end", "status")


def _retention(table: Any) -> Grid:
    names = [name for name in _dimensions(table, _COHORT)]
    rows: Dict[Tuple[str, ...], Dict[int, Any]] = {}
    for row in table:
        if row.row == "cohort":
            rows.setdefault((row.cohort, *(_text(row[name]) for name in names)), {})[row.age] = row
    seen = [age for cells in rows.values() for age, row in cells.items() if row.rate is not None]
    ages = list(range(min(seen, default=0), max(seen, default=-1) + 1))
    values = [[_finite(cells[age].rate) if age in cells else None for age in ages] for cells in rows.values()]
    open_yet = [[age in cells and cells[age].status == "incomplete" for age in ages] for cells in rows.values()]
    labels = [f"{' '.join(key)}  ({next(iter(cells.values())).size:,})" for key, cells in rows.items()]
    open_here = any(is_open and value is not None for cells, rates in zip(open_yet, values)
                    for is_open, value in zip(cells, rates))
    return Grid("Retention by cohort", labels, [str(age) for age in ages], values, open_yet, "age in steps",
                "* of those old enough; the cohort is not through this age yet" if open_here else "")


_SURVIVAL = ("row", "time", "survival")


def _ticks(last: float) -> List[float]:
    """From 0 on, four to eleven at round places; of a time that has no round places below it 0 alone."""
    if not sys.float_info.min <= last < math.inf:
        return [0.0]
    step = 10.0 ** math.floor(math.log10(last))
    step *= next(part for part in (1.0, 0.5, 0.2) if last >= 3 * part * step or part == 0.2)
    return [place * step for place in range(int(last / step + 1e-9) + 1)]


def _at_risk(ordered: Sequence[Any], tick: float) -> int:
    """Just before the tick: those of the next time that there is, beyond the last nobody."""
    return int(next((row.at_risk for row in ordered if row.time >= tick), 0))


def _survival(table: Any) -> Curves:
    curves = []
    ticks = _ticks(max(table["time"], default=0.0))
    for name, rows in _groups(table, _SURVIVAL).items():
        ordered = sorted(rows, key=lambda row: row.time)
        curves.append(Curve(name or "all", [0.0] + [row.time for row in ordered],
                            [1.0] + [row.survival for row in ordered],
                            [1.0, *(_finite(row.survival_low) for row in ordered)],
                            [1.0, *(_finite(row.survival_high) for row in ordered)],
                            [_at_risk(ordered, tick) for tick in ticks]))
    return Curves("Survival", curves, "time since the start, in units", "still there", ticks)


def _bare(values: Sequence[Number]) -> List[Number]:
    return [None] * len(values)


def _models(table: Any) -> Bars:
    """Of compare: a column a model. Rows without any credit are left out."""
    models = [name for name, kind in table.types.items() if kind == "double"]
    names = _dimensions(table, ("row",))
    rows = [row for row in table if row.row == "group" or row.row == "unattributed" and any(row[m] for m in models)]
    rows.sort(key=lambda row: (row.row == "unattributed", -(row[models[0]] or 0)))
    labels = [", ".join(_text(row[name]) for name in names) if row.row == "group" else "(unattributed)" for row in rows]
    unit = table.units.get(models[0], "")
    series = []
    for model in models:
        values = [_finite(row[model]) for row in rows]
        series.append(Series(model, values, _bare(values), _bare(values), [_brief(value, unit) for value in values]))
    return Bars("Attribution", labels, series, _axis(unit), unit == "fraction", [], "")


_CREDITS = ("model", "row", "flags")


def _credits(table: Any) -> Bars:
    """Of credits: a row a model and group."""
    names = _dimensions(table, _CREDITS)
    keep = [row for row in table if row.row == "group" or row.row == "unattributed" and row.conversions]
    labels = list(dict.fromkeys(", ".join(_text(row[name]) for name in names) if row.row == "group"
                                else "(unattributed)" for row in keep))
    series = []
    for model in dict.fromkeys(row.model for row in keep):
        cells = {", ".join(_text(row[name]) for name in names) if row.row == "group" else "(unattributed)": row
                 for row in keep if row.model == model}
        values, low, high = ([_finite(getattr(cells[label], name)) if label in cells else None for label in labels]
                             for name in ("conversions", "conversions_low", "conversions_high"))
        series.append(Series(model, values, low, high, [_brief(value, "") for value in values]))
    return Bars("Attribution", labels, series, "conversions", False, [], "")


def _axis(unit: str) -> str:
    return "share" if unit == "fraction" else unit


def _brief(value: Number, unit: str) -> str:
    if value is None:
        return ""
    if unit == "fraction":
        return _percent(value)
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.3g}"


_PERIOD = ("period", "period_start", "period_end")
MANY_BARS = 36


def _kpi(table: Any, column: str) -> Bars:
    """One number of any report: by the groups of its rows, or by period with a series a group."""
    has_periods = set(_PERIOD) <= set(table.columns)
    names = _dimensions(table, ("row", "status", "flags", *(_PERIOD if has_periods else ())))
    rows = [row for row in table if "row" not in table.columns or row.row != "total"] or list(table)
    unit = table.units.get(column, "")
    groups: Dict[str, Dict[str, Any]] = {}
    for row, group in zip(rows, _labels(table, rows, names, column, not has_periods)):
        key, label = (group, row.period) if has_periods else (column, group)
        groups.setdefault(key, {})[label] = row
    labels = list(dict.fromkeys(label for cells in groups.values() for label in cells))
    if has_periods:
        labels.sort(key=lambda label: next(cells[label].period_start for cells in groups.values() if label in cells))
    series = [_cells(name, [cells.get(label) for label in labels], column, unit) for name, cells in groups.items()]
    return Bars(column.replace("_", " "), labels, series, _axis(unit), unit == "fraction", [], "",
                (has_periods or not names) and len(labels) * len(series) > MANY_BARS)


def _labels(table: Any, rows: Sequence[Any], names: Sequence[str], column: str, must_differ: bool) -> List[str]:
    """The texts of each row; where they do not tell the rows apart, with as many numbers as do."""
    parts = [[_text(row[name]) for name in names] for row in rows]
    numbers = (name for name, kind in table.types.items() if kind in ("int64", "double", "decimal") and name != column)
    while must_differ and len(set(map(tuple, parts))) < len(parts):
        name = next(numbers, None)
        for place, (row, part) in enumerate(zip(rows, parts)):
            part.append(str(place) if name is None else _text(row[name]))
    return [", ".join(part) or "all" for part in parts]


def _cells(name: str, rows: Sequence[Any], column: str, unit: str) -> Series:
    """A column of these rows; None where there is no row."""
    def values_of(key: str) -> List[Number]:
        return [None if row is None else _finite(row[key]) for row in rows]
    has_interval = rows and all(column + end in next(row for row in rows if row is not None).to_dict()
                                for end in ("_low", "_high"))
    values = values_of(column)
    low, high = (values_of(column + end) if has_interval else _bare(values) for end in ("_low", "_high"))
    return Series(name, values, low, high, [_brief(value, unit) for value in values])


_KINDS: Dict[str, Tuple[Callable[[Any], Any], Sequence[str]]] = {
    "funnel": (_funnel, _FUNNEL),
    "retention": (_retention, ("row", "cohort", "age", "rate", "size", "status")),
    "survival": (_survival, ("row", "time", "at_risk", "survival", "survival_low", "survival_high")),
    "credits": (_credits, ("model", "row", "conversions", "conversions_low", "conversions_high")),
}


def _is_compare(table: Any) -> bool:
    numbers = [name for name, kind in table.types.items() if kind == "double"]
    return table.columns[:1] == ("row",) and bool(numbers) and len({table.units.get(name) for name in numbers}) == 1 \
        and not any(name.endswith(("_low", "_status", "_rate")) for name in table.columns) \
        and "unattributed" in table["row"]


def picture(table: Any, y: Optional[str]) -> Any:
    """What the table shows, in plain values."""
    if y is not None:
        return _kpi(table, table.column_name(y))
    for draw, columns in _KINDS.values():
        if set(columns) <= set(table.columns):
            return draw(table)
    if _is_compare(table):
        return _models(table)
    numbers = [name for name, kind in table.types.items() if kind in ("double", "int64", "decimal")
               and not name.endswith(("_low", "_high"))]
    if not numbers or not len(table):
        raise failure("bad_argument", "plot: expected a table with rows and a column of numbers; "
                      f"found {len(table)} rows of {', '.join(table.columns)}")
    return _kpi(table, _main(table, numbers))


def _main(table: Any, numbers: Sequence[str]) -> str:
    """The first number that has a unit; what has none counts the rows, or names them."""
    return next((name for name in numbers if table.units.get(name)), numbers[0])


# ---- by matplotlib ---------------------------------------------------------------------

def _plain_axes(ax: Any, title: str, note: str) -> None:
    ax.set_title(title, loc="left", color=INK, fontsize=12, fontweight="bold", pad=22 if note else 12)
    ax.tick_params(length=0, colors=INK)
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    if note:
        ax.annotate(note, (0, 1), xycoords="axes fraction", xytext=(0, 8), textcoords="offset points",
                    fontsize=9, color=INK)


def _whiskers(series: Series) -> Optional[List[List[float]]]:
    """How far the interval goes below and above each value."""
    if not any(low is not None and high is not None for low, high in zip(series.low, series.high)):
        return None
    below, above = [], []
    for value, low, high in zip(series.values, series.low, series.high):
        known = value is not None and low is not None and high is not None
        below.append(max(0.0, value - low) if known else 0.0)  # type: ignore[operator]
        above.append(max(0.0, high - value) if known else 0.0)  # type: ignore[operator]
    return [below, above]


def _legend(ax: Any, count: int) -> None:
    """Above, where there is room beside the title; else to the right."""
    if count <= 5:
        ax.legend(frameon=False, ncols=count, loc="lower right", bbox_to_anchor=(1, 1), fontsize=9)
    else:
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1), fontsize=9)


def _bars_by_matplotlib(it: Bars, ax: Any) -> None:
    from matplotlib.ticker import FuncFormatter, PercentFormatter
    count = len(it.series)
    width = 0.8 / max(count, 1)
    for i, series in enumerate([] if it.is_trend else it.series):
        places = [label - 0.4 + width * (i + 0.5) for label in range(len(it.labels))]
        heights = [0.0 if value is None else value for value in series.values]
        if it.behind:
            ax.bar(places, [value or 0.0 for value in it.behind], width * 0.94, color=FAINT)
        ax.bar(places, heights, width * 0.94, color=PALETTE[i % len(PALETTE)], label=series.name)
        spread = _whiskers(series)
        if spread:
            ax.errorbar(places, heights, spread, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        crowded = count * len(it.labels) > 24
        for place, height, note, above in zip(places, heights, series.notes, spread[1] if spread else [0.0] * len(places)):
            if note and not crowded:
                ax.annotate(note, (place, height + above), xytext=(0, 3), textcoords="offset points", ha="center",
                            va="bottom", fontsize=8, color=INK)
    for i, series in enumerate(it.series if it.is_trend else []):
        ax.plot(range(len(it.labels)), [float("nan") if value is None else value for value in series.values], marker="o",
                markersize=3, color=PALETTE[i % len(PALETTE)], linestyle=DASHES[i // len(PALETTE) % len(DASHES)], label=series.name)
    shown = range(0, len(it.labels), 1 + len(it.labels) // 26)  # not more than fit
    ax.set_xticks(shown)
    is_long = max(map(len, it.labels), default=0) * len(shown) > 70
    ax.set_xticklabels([it.labels[i] for i in shown], rotation=30 if is_long else 0, ha="right" if is_long else "center")
    ax.set_ylabel(it.axis, color=INK)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0) if it.is_share
                                 else FuncFormatter(lambda value, _: f"{value:,.10g}"))
    ax.set_axisbelow(True)
    ax.grid(axis="y", color=GRID_LINE)
    ax.margins(y=0.16)
    if count > 1:
        _legend(ax, count)
    _plain_axes(ax, it.title, it.note)


def _grid_by_matplotlib(it: Grid, ax: Any) -> None:
    nothing = float("nan")
    shown = [[nothing if value is None else value for value in row] for row in it.values]
    if shown and it.columns:
        highest = max((value for row in it.values for value in row if value is not None), default=1.0) or 1.0
        ax.imshow(shown, cmap="Blues", vmin=0.0, vmax=highest, aspect="auto")
        for y, row in enumerate(it.values):
            for x, value in enumerate(row):
                if value is not None:
                    ax.text(x, y, f"{value:.0%}" + ("*" if it.unfinished[y][x] else ""), ha="center", va="center",
                            fontsize=8, color="white" if value > 0.6 * highest else INK)
    ax.set_xticks(range(len(it.columns)), it.columns)
    ax.set_yticks(range(len(it.labels)), it.labels)
    ax.set_xticks([x - 0.5 for x in range(1, len(it.columns))], minor=True)
    ax.set_yticks([y - 0.5 for y in range(1, len(it.labels))], minor=True)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.tick_params(which="minor", length=0)
    ax.set_xlabel(it.axis, color=INK)
    _plain_axes(ax, it.title, it.note)


def _band(curve: Curve) -> Tuple[List[float], List[float], List[float]]:
    """Each step as two points: a bound that is not known takes away its own step alone, not the one before."""
    low, high = ([float("nan") if value is None else value for value in side] for side in (curve.low, curve.high))
    twice = [i for i in range(len(curve.at)) for _ in (0, 1)]
    return [curve.at[i] for i in twice[1:]], [low[i] for i in twice[:-1]], [high[i] for i in twice[:-1]]


def _at_risk_by_matplotlib(it: Curves, ax: Any) -> None:
    """Below the axis, a line a curve, in its colour: where the numbers get small the curve says little."""
    def put(across: float, x: float, line: int, said: str, ha: str, color: str) -> None:
        ax.annotate(said, (across, 0), xycoords=ax.get_xaxis_transform(), xytext=(x, -42 - 13 * line),
                    textcoords="offset points", ha=ha, va="top", fontsize=8, color=color)
    several = len(it.curves) > 1
    put(0.0, -24, 0, "at risk", "right", INK)
    for line, curve in enumerate(it.curves, 1 if several else 0):
        color = PALETTE[(line - 1) % len(PALETTE)] if several else INK
        if several:
            put(0.0, -24, line, curve.name, "right", color)
        for tick, count in zip(it.ticks, curve.at_risk):
            put(tick, 0, line, f"{count:,}", "center", color)


def _curves_by_matplotlib(it: Curves, ax: Any) -> None:
    from matplotlib.ticker import PercentFormatter
    for i, curve in enumerate(it.curves):
        color = PALETTE[i % len(PALETTE)]
        ax.step(curve.at, curve.value, where="post", color=color, linewidth=1.8, label=curve.name)
        ax.fill_between(*_band(curve), color=color, alpha=0.18, linewidth=0)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    ax.set_xticks(it.ticks)
    _at_risk_by_matplotlib(it, ax)
    ax.set_xlabel(it.across, color=INK)
    ax.set_ylabel(it.axis, color=INK)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_axisbelow(True)
    ax.grid(color=GRID_LINE)
    if len(it.curves) > 1:
        _legend(ax, len(it.curves))
    _plain_axes(ax, it.title, "")


def _size(it: Any) -> Tuple[float, float]:
    """In inches."""
    if isinstance(it, Grid):
        return 2.6 + 0.55 * max(len(it.columns), 4), 1.6 + 0.36 * max(len(it.labels), 3)
    if isinstance(it, Bars):
        bars = 3 if it.is_trend or len(it.labels) > 12 else max(len(it.series), 3)
        return min(16.0, max(6.4, 1.2 + 0.42 * len(it.labels) * bars)), 4.2
    return 7.2, 4.6 + 0.18 * len(it.curves)


def _by_matplotlib(it: Any, ax: Any) -> Any:
    """The axes. Nothing is shown: that is the caller's, or the notebook's, to do."""
    if ax is None:
        from matplotlib import pyplot
        from matplotlib.layout_engine import ConstrainedLayoutEngine
        _, ax = pyplot.subplots(figsize=_size(it), layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1))
    drawn: Dict[Any, Callable[[Any, Any], None]] = {Bars: _bars_by_matplotlib, Grid: _grid_by_matplotlib,
                                                    Curves: _curves_by_matplotlib}
    drawn[type(it)](it, ax)
    return ax


# ---- by altair ---------------------------------------------------------------------------

def _altair() -> Any:
    import altair  # type: ignore[import-not-found,unused-ignore]
    return altair


def _titled(chart: Any, it: Any, note: str = "") -> Any:
    altair = _altair()
    return chart.properties(title=altair.TitleParams(it.title, anchor="start", subtitle=[note] if note else [])) \
        .configure_view(stroke=None)


def _bars_by_altair(it: Bars) -> Any:
    rows = [{"label": label, "series": series.name, "value": series.values[i], "low": series.low[i],
             "high": series.high[i], "note": " · ".join(series.notes[i].split("\n")[:2]),
             "behind": it.behind[i] if it.behind else None}
            for series in it.series for i, label in enumerate(it.labels)]
    altair = _altair()
    names = [series.name for series in it.series]
    several = len(names) > 1
    base = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X("label:N", sort=it.labels, title=None, axis=altair.Axis(labelAngle=0 if len(it.labels) < 8 else -30)))
    if several:
        base = base.encode(xOffset=altair.XOffset("series:N", sort=names))
    color: Any = altair.Color("series:N", sort=names, title=None, scale=altair.Scale(range=list(PALETTE))) if several \
        else altair.value(PALETTE[0])
    if it.is_trend:
        return _trend_by_altair(it, rows, names)
    y = altair.Y("value:Q", title=it.axis, axis=altair.Axis(format="%" if it.is_share else ",~r"))
    layers = [base.mark_bar(color=FAINT).encode(y="behind:Q")] if it.behind else []
    layers.append(base.mark_bar().encode(y=y, color=color))
    if any(_whiskers(series) for series in it.series):
        layers.append(base.mark_rule(color=INK).encode(y="low:Q", y2="high:Q"))
    elif len(rows) <= 24:
        layers.append(base.mark_text(baseline="bottom", dy=-3, fontSize=10, color=INK).encode(y="value:Q", text="note:N"))
    return _titled(altair.layer(*layers).properties(width=min(900, max(320, (84 if it.behind else 60) * len(it.labels), 26 * len(rows))), height=280), it, it.note)


def _trend_by_altair(it: Bars, rows: Sequence[Dict[str, Any]], names: Sequence[str]) -> Any:
    altair = _altair()
    chart = altair.Chart(altair.Data(values=rows)).mark_line(point=True).encode(
        x=altair.X("label:N", sort=it.labels, title=None, axis=altair.Axis(labelAngle=0 if len(it.labels) < 13 else -30)),
        color=altair.Color("series:N", sort=names, title=None),
        y=altair.Y("value:Q", title=it.axis, axis=altair.Axis(format="%" if it.is_share else ",~r")))
    return _titled(chart.properties(width=min(900, max(320, 60 * len(it.labels))), height=280), it, it.note)


def _grid_by_altair(it: Grid) -> Any:
    rows = [{"row": label, "column": it.columns[x], "value": value,
             "text": f"{value:.0%}" + ("*" if it.unfinished[y][x] else "")}
            for y, label in enumerate(it.labels) for x, value in enumerate(it.values[y]) if value is not None]
    highest = max((value for row in it.values for value in row if value is not None), default=1.0) or 1.0
    altair = _altair()
    base = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X("column:O", sort=it.columns, title=it.axis, axis=altair.Axis(labelAngle=0)),
        y=altair.Y("row:O", sort=it.labels, title=None))
    cells = base.mark_rect().encode(color=altair.Color(
        "value:Q", legend=None, scale=altair.Scale(scheme="blues", domain=[0, highest])))
    texts = base.mark_text(fontSize=10).encode(text="text:N", color=altair.condition(
        f"datum.value > {0.6 * highest}", altair.value("white"), altair.value(INK)))
    return _titled((cells + texts).properties(width=40 * max(len(it.columns), 4), height=26 * max(len(it.labels), 3)),
                   it, it.note)


def _curves_by_altair(it: Curves) -> Any:
    rows = [{"series": curve.name, "at": curve.at[i], "value": curve.value[i], "low": curve.low[i],
             "high": curve.high[i]} for curve in it.curves for i in range(len(curve.at))]
    altair = _altair()
    names = [curve.name for curve in it.curves]
    color: Any = altair.Color("series:N", sort=names, title=None, scale=altair.Scale(range=list(PALETTE)),
                              legend=altair.Legend(symbolOpacity=1) if len(names) > 1 else None)
    x = altair.X("at:Q", title=it.across, axis=altair.Axis(values=list(it.ticks)))
    base = altair.Chart(altair.Data(values=rows)).encode(x=x, color=color)
    band = base.mark_area(opacity=0.18, interpolate="step-after").encode(y="low:Q", y2="high:Q")
    line = base.mark_line(interpolate="step-after").encode(
        y=altair.Y("value:Q", title=it.axis, axis=altair.Axis(format="%"), scale=altair.Scale(domain=[0, 1])))
    below = [{"series": curve.name, "at": tick, "count": count}
             for curve in it.curves for tick, count in zip(it.ticks, curve.at_risk)]
    counts = altair.Chart(altair.Data(values=below)).mark_text(fontSize=10).encode(
        x=altair.X("at:Q", title=None, axis=None), y=altair.Y("series:N", sort=names, title="at risk"),
        text=altair.Text("count:Q", format=","), color=color)
    return _titled(altair.vconcat((band + line).properties(width=460, height=280),
                                  counts.properties(width=460, height=16 * len(names))).resolve_scale(x="shared"), it)


def _by_altair(it: Any) -> Any:
    drawn: Dict[Any, Callable[[Any], Any]] = {Bars: _bars_by_altair, Grid: _grid_by_altair, Curves: _curves_by_altair}
    return drawn[type(it)](it)


def plot(table: Any, y: Optional[str], backend: str, ax: Any) -> Any:
    it = picture(table, y)
    if backend == "matplotlib":
        return _by_matplotlib(it, ax)
    if backend == "altair":
        if ax is not None:
            raise failure("bad_argument", "ax: expected none with altair, found one")
        return _by_altair(it)
    raise failure("bad_argument", f'backend: expected "matplotlib" or "altair", found {backend!r}')
