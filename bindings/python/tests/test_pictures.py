"""What a table shows before anyone draws it; no package that draws is needed here."""
import datetime
import pickle
import sys
import unittest

import leadkpi as lk
from leadkpi import _plot

START = datetime.datetime(2025, 1, 1)
DAY = datetime.timedelta(days=1)


def events():
    return {"id": [1, 1, 1, 2, 2, 3], "event": ["lead", "mql", "won", "lead", "mql", "lead"],
            "time": [START + DAY * day for day in (0, 1, 2, 0, 1, 0)], "segment": ["a", "a", "a", "b", "b", "b"]}


def funnel(**options):
    with lk.Funnel(["lead", "mql", "won"], window="9d") as made:
        return made.add(events()).steps(**options)


def cohorts():
    made = lk.Cohorts().add_acquisitions({"id": [1, 2, 3], "time": [START, START + DAY, START + 40 * DAY],
                                          "channel": ["a", "b", "a"]})
    made.add_activity({"id": [1, 1, 3], "time": [START + DAY, START + 35 * DAY, START + 41 * DAY]})
    return made.add_outcomes({"id": [1, 2], "time": [START + 10 * DAY, START + 20 * DAY], "outcome": ["won"] * 2})


def attribution():
    made = lk.Attribution(lookback="30d").add_touches(
        {"id": [1, 1, 2], "time": [START, START + DAY, START], "channel": ["Search", "Email", "Search"]})
    return made.add_conversions({"id": [1, 2], "time": [START + 2 * DAY] * 2, "value": [10.0, 20.0]})


def campaigns():
    made = lk.Campaigns().add_leads({"id": [1, 2, 3], "time": [START] * 3, "channel": ["Paid Search", "Events", "Events"]})
    return made.add_costs({"time": [START] * 2, "channel": ["Paid Search", "Events"], "amount": [90, 60]})


class Pictures(unittest.TestCase):
    def test_a_funnel_is_bars_before_the_step_that_they_fell_from(self):
        seen = _plot.picture(funnel(as_of="2026-01-01"), None)
        self.assertEqual((seen.labels, seen.series[0].values), (["lead", "mql", "won"], [3, 2, 1]))
        self.assertEqual((seen.behind, seen.note), ([None, 3, 2], ""))
        self.assertEqual(seen.series[0].notes, ["3", "2\n67% of all\n67% of lead", "1\n33% of all\n50% of mql"])
        self.assertEqual(_plot.picture(funnel(as_of=START + DAY), None).note, "3 leads may still go on")

    def test_segments_of_a_funnel_are_compared_by_their_rates(self):
        seen = _plot.picture(funnel(by="segment", as_of="2026-01-01"), None)
        self.assertEqual([(each.name, each.values) for each in seen.series], [("a", [1, 1, 1]), ("b", [1, 0.5, 0])])
        self.assertTrue(seen.is_share and all(low < 1 for low in seen.series[0].low))

    def test_retention_is_a_grid_that_marks_what_is_not_over(self):
        seen = _plot.picture(cohorts().retention(as_of="2025-03-02"), None)
        self.assertEqual((seen.labels, seen.columns), (["2025-01  (2)", "2025-02  (1)"], ["0", "1"]))
        self.assertEqual((seen.values, seen.unfinished[0]), ([[0.5, 1.0], [None, None]], [False, True]))

    def test_survival_starts_at_all_and_has_a_curve_a_group(self):
        table = cohorts().survival(event="outcome", as_of="2025-06-01")
        seen = _plot.picture(table, None)
        (curve,) = seen.curves
        self.assertEqual((curve.at, curve.value), ([0.0] + table["time"], [1.0] + table["survival"]))
        nth = {tick: sum(1 for time, risk in zip(table["time"], table["at_risk"]) if time < tick) for tick in seen.ticks}
        self.assertEqual(list(curve.at_risk), [[*table["at_risk"], 0][place] for place in nth.values()])
        self.assertEqual((seen.ticks[0], curve.at_risk[0]), (0.0, 3))
        by = _plot.picture(cohorts().survival(event="outcome", as_of="2025-06-01", by=["channel"]), None)
        self.assertEqual([each.name for each in by.curves], ["a", "b"])

    def test_ticks_are_round_and_neither_few_nor_many(self):
        self.assertEqual(_plot._ticks(0.0), [0.0])
        self.assertEqual(_plot._ticks(5e-324), [0.0])  # there is nothing between 0 and it
        self.assertEqual(_plot._ticks(float("nan")), [0.0])
        self.assertEqual(_plot._ticks(10.0), [2.0 * i for i in range(6)])
        self.assertEqual(_plot._ticks(151.0), [0.0, 50.0, 100.0, 150.0])
        for last in (sys.float_info.min, 1e-9, 0.3, 1.0, 2.9, 3.0, 9.99, 1234.5, 1e12):
            ticks = _plot._ticks(last)
            self.assertTrue(4 <= len(ticks) <= 11 and last * 0.65 < ticks[-1] <= last * (1 + 1e-6), (last, ticks))

    def test_the_band_of_a_curve_ends_where_its_last_known_step_does(self):
        at, low, high = _plot._band(_plot.Curve("all", [0.0, 2.0, 5.0], [1.0, 0.5, 0.0], [1.0, 0.1, None],
                                                [1.0, 0.8, None]))
        self.assertEqual((at, low[:4], high[:4]), ([0.0, 2.0, 2.0, 5.0, 5.0], [1.0, 1.0, 0.1, 0.1], [1.0, 1.0, 0.8, 0.8]))
        self.assertNotEqual(low[4], low[4])

    def test_models_of_attribution_stand_side_by_side(self):
        seen = _plot.picture(attribution().compare(models=["first", "last"]), None)
        self.assertEqual(seen.labels, ["Search", "Email"])
        self.assertEqual([(each.name, each.values) for each in seen.series], [("first", [2, 0]), ("last", [1, 1])])
        credits = _plot.picture(attribution().credits(models=["linear"]), None)
        self.assertEqual(dict(zip(credits.labels, credits.series[0].values)), {"Search": 1.5, "Email": 0.5})

    def test_any_report_is_bars_of_one_column_with_its_interval(self):
        table = campaigns().report(by=["channel"], kpis=["cpl", "lead_volume"], as_of="2025-02-01")
        seen = _plot.picture(table, "cpl")
        self.assertEqual(dict(zip(seen.labels, seen.series[0].values)), {"Paid Search": 90, "Events": 30})
        self.assertTrue(all(low < value for low, value in zip(seen.series[0].low, seen.series[0].values)))
        self.assertEqual(_plot.picture(table, None).title, "cost per lead")
        months = campaigns().report(by=["channel"], kpis=["lead_volume"], grain="month", as_of="2025-02-01")
        by_month = _plot.picture(months, "lead_volume")
        self.assertEqual((by_month.labels[0], by_month.is_trend), ("2025-01", False))
        self.assertEqual({each.name: each.values[0] for each in by_month.series}, {"Events": 2, "Paid Search": 1})
        days = lk.Campaigns().add_leads({"id": list(range(40)), "time": [START + DAY * day for day in range(40)]})
        by_day = _plot.picture(days.report(kpis=["lead_volume"], grain="day", as_of="2025-03-01"), None)
        self.assertTrue(by_day.is_trend and len(by_day.labels) >= 40)
        waits = lk.Funnel(["lead", "mql"], window="9d").add(events()).histogram(bins=2)
        self.assertEqual(_plot.picture(waits, "completed").series[0].values, waits["completed"])
        curve = lk.Lifetime(model="sbg", alpha=0.7, beta=1.2).curve()
        self.assertEqual(_plot.picture(curve, None).series[0].values, curve["survival"])
        with self.assertRaisesRegex(KeyError, "no column 'nothing'"):
            _plot.picture(table, "nothing")

    def test_what_cannot_be_drawn_is_told(self):
        with self.assertRaisesRegex(lk.BadArgumentError, "a column of numbers"):
            lk.Table({"a": ["b"]}).plot()
        with self.assertRaisesRegex(lk.BadArgumentError, 'backend: expected "matplotlib" or "altair", found \'pen\''):
            funnel().plot(backend="pen")


class Labels(unittest.TestCase):
    def test_a_row_is_found_by_its_texts_and_a_kpi_by_its_aliases(self):
        table = campaigns().report(by=["channel"], kpis=["cpl"], grain="month", as_of="2025-02-01")
        self.assertEqual(table["Paid Search", "2025-01"].cpl, 90)
        self.assertEqual(table["cpl"], table["cost_per_lead"])
        whole = campaigns().report(by=["channel"], kpis=["cpl"], as_of="2025-02-01")
        self.assertEqual((whole["Events"].cpl, whole["Events"]["CPL"]), (30, 30))
        with self.assertRaisesRegex(KeyError, "no column and no row 'Radio'"):
            whole["Radio"]
        self.assertEqual((whole["segment"].channel, whole["segment"].types), (["Events", "Paid Search"], whole.types))
        self.assertEqual(whole["segment"]["Events"], whole["Events"])
        self.assertEqual(pickle.loads(pickle.dumps(whole)).cpl, whole["cpl"])
        with self.assertRaisesRegex(AttributeError, "no column 'cac'"):
            whole.cac
        with self.assertRaisesRegex(AttributeError, "no column 'cac'"):
            whole[0].cac


class Shown(unittest.TestCase):
    def test_times_of_midnight_are_shown_as_dates_and_others_in_full(self):
        table = lk.Table({"day": [START, None], "when": [START, START + DAY / 2]}, units={"day": "<days>"})
        self.assertEqual(repr(table).split("\n")[1:], ["2025-01-01  2025-01-01T00:00:00", "-           2025-01-01T12:00:00"])
        self.assertIn(">2025-01-01<", table._repr_html_())
        self.assertIn("&lt;days&gt;", table._repr_html_())
        self.assertEqual(lk.Table({})._repr_html_().count("<td"), 0)


class Imports(unittest.TestCase):
    def test_nothing_but_the_standard_library_and_little_of_it_is_imported(self):
        """What makes an import slow is what it imports; that is the same on every day."""
        import subprocess
        import sys
        code = ("import sys; before = set(sys.modules); import leadkpi; "
                "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))")
        found = set(subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout.split())
        meant = {"leadkpi", "array", "ctypes", "contextlib", "datetime", "decimal", "html", "itertools", "os", "sys",
                 "threading", "typing", "warnings", "weakref"}
        within = {"abc", "atexit", "collections", "collections_abc", "copyreg", "enum", "functools", "genericpath", "heapq",
                  "keyword", "linecache", "math", "numbers", "operator", "posixpath", "re", "reprlib", "sre_compile", "sre_constants",
                  "sre_parse", "stat", "struct", "token", "tokenize", "traceback", "types", "textwrap", "gc", "errno"}
        extra = {name for name in found if not name.startswith("_")} - meant - within
        self.assertEqual(extra, set())
        for slow in ("inspect", "subprocess", "zoneinfo", "pkgutil", "json", "dataclasses", "asyncio", "numpy", "matplotlib"):
            self.assertNotIn(slow, found)


if __name__ == "__main__":
    unittest.main()
