"""What is asked of KPIs over tables, calendars, patterns and statistics; numbers as C's tests have them, or by hand."""
import datetime
import math
import pickle
import unittest

import leadkpi as lk

START = datetime.datetime(2025, 1, 1)
UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
SPEND = {"campaign_spend": [5000.0, 900.0], "new_leads": [250, 30]}


class Tables(unittest.TestCase):
    def test_rows_are_evaluated_compared_and_ranked(self):
        table = lk.evaluate_table("cpl", SPEND, level=0.9)
        self.assertEqual(table["value"], [20.0, 30.0])
        self.assertEqual((table["low"][0], table["high"][0]), lk.evaluate("cpl", 5000, 250, level=0.9)[1:3])
        self.assertEqual(lk.compare("cpl", SPEND)["verdict"], ["base", "higher"])
        self.assertEqual(lk.compare("cpl", SPEND, base=1)["difference"], [-10.0, None])
        self.assertEqual(lk.rank("cpl", SPEND)["row"], [0, 1])

    def test_changes_are_explained_without_a_rest(self):
        rows = {"campaign_spend": [100.0, 240.0], "new_leads": [10, 12], "new_customers": [1, 2],
                "cac_total_cost": [100.0, 240.0]}
        drivers = lk.explain_drivers("cpl", {**rows}, through=["new_customers"])
        self.assertAlmostEqual(drivers["effect"][-1], 10.0)
        self.assertAlmostEqual(sum(drivers["effect"][:-1]), 10.0)
        tree = lk.explain_tree("cpl", rows)
        self.assertEqual((tree["name"][0], tree["effect"][0]), ("cost_per_lead", 10.0))
        before, after = ({"segment": ["a", "b"], **numbers} for numbers in (SPEND, {"campaign_spend": [10.0, 9], "new_leads": [1, 2]}))
        mix = lk.explain_mix("cpl", before, after)
        total = mix[len(mix) - 1]
        self.assertAlmostEqual(total.rate_effect + total.mix_effect, total.value_after - total.value_before)

    def test_ones_own_past_and_others_are_what_a_value_stands_against(self):
        months = {"campaign_spend": [100.0] * 26, "new_leads": [10] * 25 + [20]}
        self.assertEqual(lk.baseline("cpl", months)["reference"][0], "baseline")
        self.assertEqual(len(lk.season("cpl", months)), 12)
        others = {"kpi": ["cpl"], "version": [lk.kpi("cpl").version], "source": ["s"], "population": ["p"],
                  "date": [START], "value": [40.0]}
        self.assertEqual(lk.benchmark({"kpi": ["cpl"], "value": [20.0]}, others)["standing"], ["better"])

    def test_goals_sets_and_plans(self):
        goals = {"kpi": ["cpl"], "value": [20.0], "target": [25.0]}
        self.assertEqual(lk.scorecard(goals)["standing"], ["reached"])
        self.assertIn("twice", lk.check_set(["cpl", "cost_per_lead"])["finding"])
        with self.assertRaises(lk.UnknownNameError) as told:
            lk.check_set(["cpl", "nothing at all like it"])
        self.assertEqual(told.exception.row, 1)
        plan = lk.plan_leads(10, 0.1, probability=0.8)
        self.assertEqual(plan.on_average, 100)
        self.assertGreater(plan.at_probability, 100)
        self.assertEqual(lk.plan_spend(10, 50).on_average, 500)
        self.assertEqual(lk.plan_coverage(1000, 100, 0.25).on_average, 4)
        self.assertEqual(lk.plan_pace(100, 25, 0.5).projected, 50)

    def test_the_catalogue_as_tables_names_and_sql(self):
        self.assertEqual(len(lk.catalogue()), len(lk.kpis()))
        self.assertGreater(len(lk.kpi_inputs()), len(lk.kpis()))
        for dialect in lk.sql_dialects():
            self.assertIn("cost_per_lead", lk.sql("cpl", dialect))
        with self.assertRaises(lk.UnknownNameError):
            lk.sql("cpl", "cobol")
        self.assertEqual([entry.name for entry in lk.candidates("cpl")], ["cost_per_lead"])
        self.assertEqual(lk.candidates("nothing at all like it"), [])
        self.assertIsInstance(lk.name_note("lvr"), str)
        self.assertIn("no_interval", lk.flags())
        self.assertTrue(all(lk.flags().values()))


class Calendars(unittest.TestCase):
    def test_periods_of_a_zone(self):
        with lk.Calendar(grain="week", zone="Europe/Berlin") as calendar:
            time = datetime.datetime(2025, 4, 1)
            self.assertEqual(calendar.label(time), "2025-W14")
            start, end = calendar.period(time)
            self.assertEqual(start, datetime.datetime(2025, 3, 30, 22, tzinfo=UTC))
            self.assertEqual((calendar.next(time), calendar.previous(time)),
                             (end, datetime.datetime(2025, 3, 23, 23, tzinfo=UTC)))
            self.assertEqual(calendar.periods([time, time + 7 * DAY]), [start, end])
            self.assertEqual(calendar.offset(time), datetime.timedelta(hours=2))
            self.assertEqual(calendar.local(time), (2025, 4, 1, 2 * 3600 * 10**6))
            self.assertEqual(calendar.instant(2025, 3, 30, int(2.5 * 3600 * 10**6)).kind, "skipped")
            self.assertEqual(calendar.instant(2025, 10, 26, int(2.5 * 3600 * 10**6)).kind, "repeated")
            self.assertIn("Europe/Berlin", calendar.describe())
            with self.assertRaisesRegex(TypeError, "no state"):
                pickle.dumps(calendar)
        with lk.Calendar(grain="all") as whole:
            self.assertEqual(whole.period(START), (None, None))

    def test_opening_hours(self):
        with lk.Calendar(hours="mon-fri 09:00-17:00") as calendar:
            wednesday = START + datetime.timedelta(hours=8)
            self.assertFalse(calendar.is_open(wednesday))
            self.assertEqual(calendar.next_open(wednesday), datetime.datetime(2025, 1, 1, 9, tzinfo=UTC))
            self.assertEqual(calendar.open_between(START, START + 7 * DAY), datetime.timedelta(hours=40))


class Patterns(unittest.TestCase):
    def test_a_pattern_is_found_counted_and_placed(self):
        times = [START + DAY * day for day in range(5)]
        with lk.Pattern("(?1)(?t<=1d)(?2)") as pattern:
            conditions = [1, 2, 4, 1, 2]
            self.assertEqual((pattern.match(times, conditions), pattern.count(times, conditions)), (True, 2))
            self.assertEqual(pattern.first(times, conditions), (0, 1))
            self.assertIsNone(pattern.first(times, [1, 4, 4, 4, 4]))
            self.assertEqual(pickle.loads(pickle.dumps(pattern)).count(times, conditions), 2)
            with self.assertRaisesRegex(lk.BadArgumentError, "expected 5 of them, found 1"):
                pattern.match(times, [1])
        with self.assertRaises(lk.BadArgumentError):
            lk.Pattern("(?")

    def test_a_log_of_events_becomes_a_triangle(self):
        times = [START, START + 35 * DAY, START + 40 * DAY, START + 70 * DAY]
        cells = lk.retention_matrix([1, 1, 2, 2], times, START, 3, grain="month")
        self.assertEqual(cells, [[1, 1, 0], [1, 1, 0], [0, 0, 0]])
        with self.assertRaisesRegex(lk.BadArgumentError, "periods: expected 1 to 64, found 99"):
            lk.retention_matrix([], [], START, 99)


class Rooms(unittest.TestCase):
    def funnel(self):
        return lk.Funnel(["a", "b", "c"], window="9d").add(
            {"id": [1, 1, 1, 2, 2], "event": ["a", "b", "c", "a", "b"], "time": [START + DAY * day for day in (0, 1, 2, 0, 3)],
             "segment": ["x", "x", "x", "y", "y"]})

    def test_a_funnel_has_waits_differences_patterns_and_closed_ranges(self):
        funnel = self.funnel()
        self.assertEqual(sum(funnel.histogram(to_step=2)["completed"]), 2)
        self.assertEqual(lk.Funnel(["a", "z"]).add({"id": [1], "event": ["a"], "time": [START]}).checks()["finding"],
                         ["steps_without_events"])
        self.assertEqual(set(funnel.difference(by="segment")["verdict"]) - {""}, {"not distinguishable"})
        self.assertEqual(funnel.sequences("(?1)(?t<=1d)(?2)")["matched"], [1])
        self.assertEqual(funnel.sequence_leads("(?1)(?2)")["matches"], [1, 1])
        self.assertEqual(funnel.retention()["retained"], [2, 2, 1])
        plain = lk.Funnel(["a", "b"], window="9d").add({"id": [1, 1], "event": ["a", "b"], "time": [START, START + DAY]})
        before = plain.steps()
        self.assertEqual(plain.close_range(None, START + 2 * DAY).steps(), before)
        with self.assertRaises(lk.LeadkpiError):
            plain.add({"id": [2], "event": ["a"], "time": [START]})

    def test_a_closed_day_of_attribution_is_added_and_taken_away_again(self):
        def day(number):
            made = lk.Attribution(lookback="30d").add_touches({"id": [number], "time": [START], "channel": [f"c{number}"]})
            return made.add_conversions({"id": [number], "time": [START + DAY]})
        one, two = day(1).closed(), day(2).closed()
        state = one.dumps()
        one += two
        self.assertEqual(dict(zip(one.credits(models=["first"])["channel"], one.credits(models=["first"])["conversions"]))["c2"], 1)
        one -= two
        self.assertEqual(one.dumps(), state)
        self.assertEqual(day(1).markov()["model"][0][:6], "markov")
        self.assertEqual(day(1).markov(order=2)["model"][0], "markov:2")
        with self.assertRaises(lk.WrongStateError):
            one -= day(2)
        with self.assertRaises(TypeError):
            one -= 1

    def test_credit_becomes_leads_of_campaigns_and_a_game_shows_its_parts(self):
        made = lk.Attribution(lookback="30d").add_touches(
            {"id": [1, 1, 2], "time": [START, START + DAY, START], "channel": ["a", "b", "b"]})
        made.add_conversions({"id": [1, 2], "time": [START + 2 * DAY, START + 2 * DAY]})
        with lk.Campaigns() as campaigns:
            campaigns.add_measures(made.measures(models=["linear"]))
            report = campaigns.report(kpis=["new_leads"], by=["channel"], totals=False)
        self.assertEqual(dict(zip(report["channel"], report["new_leads"])), {"a": 0.5, "b": 1.5})
        self.assertEqual(sorted(made.states(models=["markov"])["state"]), ["a", "b"])
        self.assertEqual(made.shapley(models=["shapley"])["conversions_sampling_error"], [0, 0])

    def test_a_model_says_how_it_was_found(self):
        with lk.Lifetime(model="bg_nbd", r=0.24, alpha=4.4, a=0.8, b=2.4) as model:
            self.assertEqual(model.outcome, "given")


class Statistics(unittest.TestCase):
    def test_numbers_and_intervals(self):
        self.assertAlmostEqual(lk.stats.normal_quantile(0.975), 1.959963984540054, places=14)
        low, high = lk.stats.wilson_interval(18, 120)  # by hand: (p + z2/2n -+ z sqrt(pq/n + z2/4n2)) / (1 + z2/n)
        self.assertAlmostEqual(low, 0.0969, places=3)
        self.assertAlmostEqual(high, 0.2245, places=3)
        self.assertEqual(lk.stats.wilson_interval(18, 120, level=0.95), (low, high))
        self.assertEqual(lk.stats.quantile([3, 1, 2, 4], 0.5), 2.5)
        self.assertNotEqual(lk.stats.quantile([], 0.5), lk.stats.quantile([], 0.5))  # nan
        self.assertTrue(math.isnan(lk.stats.log_gamma(-1)))
        for name in dir(lk.stats):
            self.assertTrue(getattr(lk.stats, name).__doc__)

    def test_what_is_asked_wrongly_is_told(self):
        with self.assertRaisesRegex(TypeError, r"wilson_interval\(successes, trials\): expected 2 numbers, found 1"):
            lk.stats.wilson_interval(1)
        with self.assertRaises(lk.LeadkpiError):
            lk.stats.wilson_interval(5, 1)
        with self.assertRaisesRegex(AttributeError, "no attribute 'nothing'"):
            lk.stats.nothing


if __name__ == "__main__":
    unittest.main()
