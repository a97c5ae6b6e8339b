"""Stages, responses, cohorts, attribution and lifetime value, through the public interface."""
import datetime
import os
import pickle
import re
import unittest

import leadkpi as lk


def day(number, hour=0):
    return datetime.datetime(1970, 1, 1) + datetime.timedelta(days=number, hours=hour)


SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))


class GoldenStates(unittest.TestCase):
    def test_what_c_wrote_in_every_release_is_read_and_written_the_same(self):
        rooms = {kind.ROOM: kind for kind in (lk.Attribution, lk.Campaigns, lk.Cohorts, lk.Funnel, lk.Lifetime,
                                              lk.Responses, lk.Stages)}
        folder, seen = os.path.join(SOURCE, "tests", "states"), set()
        for file in sorted(os.listdir(folder)):
            if not file.startswith("states_of_"):
                continue
            with open(os.path.join(folder, file), encoding="utf-8") as text:
                written = re.findall(r"state_(\w+)\[\] =\s*((?:\"[0-9a-f]+\"\s*)+);", text.read())
            for name, parts in written:
                with self.subTest(file=file, state=name):
                    state = bytes.fromhex("".join(re.findall("[0-9a-f]{2,}", parts)))
                    room = state[8:24].rstrip(b"\0").decode()
                    with rooms[room].loads(state) as handle:
                        self.assertEqual(handle.dumps(), state)
                        self.assertTrue(handle.describe())
                    seen.add(room)
        self.assertGreaterEqual(len(seen), 6)


class Stages(unittest.TestCase):
    # 1 new 0, mql 1, sql 3, won 6; 2 new 0, sql 2, lost 4; 3 new 1, mql 2. By hand.
    ROWS = {"id": [1, 1, 1, 1, 2, 2, 2, 3, 3],
            "time": [day(n) for n in (0, 1, 3, 6, 0, 2, 4, 1, 2)],
            "stage": ["new", "mql", "sql", "won", "new", "sql", "lost", "new", "mql"]}
    LINE = {"stages": ["new", "mql", "sql", "won"], "lost": ["lost"]}

    def test_steps_are_those_worked_out_by_hand(self):
        with lk.Stages(**self.LINE) as stages:
            steps = stages.add(self.ROWS).steps(as_of="1970-01-09")
        self.assertEqual(steps["reached"], [3, 3, 2, 1])
        self.assertEqual(steps["skipped"], [0, 1, 0, 0])
        self.assertEqual(steps["lost"], [0, 0, 1, 0])

    def test_halves_in_twins_are_the_whole_and_a_state_comes_back(self):
        whole = lk.Stages(**self.LINE).add(self.ROWS)
        parts = lk.Stages(**self.LINE)
        for half in (slice(0, 5), slice(5, 9)):
            parts += parts.empty_twin().add({name: values[half] for name, values in self.ROWS.items()})
        self.assertEqual(parts.dumps(), whole.dumps())
        self.assertEqual(pickle.loads(pickle.dumps(whole)).steps()["reached"], [3, 3, 2, 1])
        for name in ("snapshot", "transitions", "durations", "reasons", "leads", "checks"):
            self.assertTrue(getattr(whole, name)(as_of="1970-01-09").columns, name)


class WordsOfPython(unittest.TestCase):
    def test_from_is_written_with_an_underscore_behind(self):
        rows = {"who": [1, 1], "when": [day(0), day(1)], "old": [None, "new"], "stage": ["new", "won"]}
        with lk.Stages(stages=["new", "won"]) as stages:
            stages.add(rows, id="who", time="when", stage="stage", from_="old")
            self.assertEqual(stages.checks()["finding"], [])
            again = {**rows, "when": [day(2), day(3)], "old": ["gone", "new"]}
            stages.add(again, id="who", time="when", stage="stage", from_="old")
            self.assertIn("from_disagrees", stages.checks()["finding"])
        events = {"id": [1, 1, 2], "time": [day(0), day(3), day(1)], "event": ["a", "b", "a"]}
        with lk.Funnel(["a", "b"]) as funnel:
            funnel.add(events)
            self.assertEqual(funnel.steps(from_=day(1))["reached"], [1, 0])
            self.assertEqual(funnel.steps(to="1970-01-02")["reached"], [1, 1])
            with self.assertRaisesRegex(lk.UnknownNameError, "bins_"):
                funnel.histogram(bins_=3)


class Durations(unittest.TestCase):
    def test_a_list_takes_them_as_an_option_of_one_does(self):
        with lk.Responses() as responses:
            responses.add_leads({"id": [1], "time": [day(0)]})
            targets = responses.targets(targets=[datetime.timedelta(minutes=5), "1h", datetime.timedelta(days=1)])
            self.assertEqual(targets["target_seconds"], [300, 3600, 86400])


class Responses(unittest.TestCase):
    def test_leads_that_were_answered_after_one_and_three_hours(self):
        responses = lk.Responses()
        responses.add_leads({"id": [1, 2, 3], "time": [day(0)] * 3})
        responses.add({"lead": [1, 2], "time": [day(0, 1), day(0, 3)]}, id="lead", time="time")
        responses.add_conversions({"id": [1], "time": [day(2)]})
        answers = responses.leads(as_of="1970-01-09")
        self.assertEqual(len(answers), 3)
        for name in ("speed", "targets", "bands", "checks"):
            self.assertTrue(getattr(responses, name)(as_of="1970-01-09").columns, name)
        self.assertEqual(lk.Responses.loads(responses.dumps()).leads(as_of="1970-01-09"), answers)


class Cohorts(unittest.TestCase):
    def test_every_report_is_there(self):
        cohorts = lk.Cohorts()
        cohorts.add_acquisitions({"id": [1, 2], "time": [day(0), day(3)], "channel": ["Ads", None]})
        cohorts.add_activity({"id": [1, 2, 1], "time": [day(1), day(4), day(40)]})
        cohorts.add_revenue({"id": [1], "time": [day(2)], "amount": [100]})
        for name in ("retention", "churn", "survival", "survival_summary", "value", "findings"):
            self.assertTrue(getattr(cohorts, name)(as_of="1970-04-01").columns, name)
        self.assertEqual(lk.Cohorts.loads(cohorts.dumps()).dumps(), cohorts.dumps())

    def test_options_of_reports_given_at_the_start_are_the_defaults_of_each(self):
        people = {"id": [1, 2], "time": [day(0), day(40)]}, {"id": [1, 2, 1], "time": [day(1), day(44), day(40)]}
        plain = lk.Cohorts().add_acquisitions(people[0]).add_activity(people[1])
        weekly = lk.Cohorts(grain="week", as_of="1970-04-01").add_acquisitions(people[0]).add_activity(people[1])
        expected = plain.retention(grain="week", as_of="1970-04-01")
        self.assertNotEqual(expected, plain.retention(as_of="1970-04-01"))
        self.assertEqual(weekly.retention(), expected)
        self.assertEqual(weekly.retention(grain="month"), plain.retention(grain="month", as_of="1970-04-01"))
        self.assertEqual(weekly.value(), plain.value(as_of="1970-04-01"))
        self.assertEqual(weekly.dumps(), plain.dumps())
        twin = weekly.empty_twin()
        twin += plain
        for kept in (pickle.loads(pickle.dumps(weekly)), twin):
            self.assertEqual(kept.retention(), expected)
        for wrong in ("graim", "Grains", "as-off"):  # of a report, or of the handle itself
            with self.assertRaisesRegex(lk.UnknownNameError, "the nearest name is"):
                lk.Cohorts(**{wrong: "week"})
        with self.assertRaisesRegex(lk.BadArgumentError, 'nearest name is "week"'):
            lk.Cohorts(grain="wek")
        self.assertEqual(lk.Funnel(["a"], by=iter(["segment"])).add({"id": [1], "time": [day(0)], "event": ["a"],
                         "segment": ["x"]}).steps()["row"], ["segment", "total"])

    def test_outcomes_without_the_default_one_are_a_warning(self):
        cohorts = lk.Cohorts()
        cohorts.add_acquisitions({"id": [1], "time": [day(0)]}).add_outcomes({"id": [1], "time": [day(1)], "outcome": ["Won"]})
        with self.assertWarnsRegex(UserWarning, 'nearest name is "Won"') as caught:
            cohorts.conversion(as_of="1970-06-01")
        self.assertEqual(caught.filename, __file__)
        self.assertEqual(cohorts.conversion(as_of="1970-06-01", outcomes=["Won"])["converted"], [1, 1])
        self.assertEqual(cohorts.findings(as_of="1970-06-01")["finding"], ["outcomes_without_won"])

    def test_subscriptions_have_models_of_contracts(self):
        cohorts, people = lk.Cohorts(), range(40)
        cohorts.add_acquisitions({"id": list(people), "time": [day(0)] * 40, "channel": ["Ads", "Web"] * 20})
        ended = [(who, day(7 * (1 + (who % 10) ** 2 // 12))) for who in people if who % 3]
        cohorts.add_subscriptions({"id": list(people) + [who for who, _ in ended], "mrr": [10.0] * 40 + [0.0] * len(ended),
                                   "time": [day(0)] * 40 + [when for _, when in ended]})
        contracts = cohorts.contracts(as_of="1970-03-01", renewal="week")
        self.assertEqual((contracts["period"], contracts["alive"][0]), (list(range(9)), 40))
        model = lk.Lifetime(contracts, model="sbg")
        table = cohorts.lifetime_value(model, as_of="1970-03-01", by=["channel"], renewal="week", months=0, discount=0.1)
        self.assertEqual(table["customers"], [20, 20, 40])
        self.assertGreater(table["residual_value"][2], 0)

    def test_models_say_what_a_channel_is_worth(self):
        cohorts = lk.Cohorts()
        people = list(range(60))
        cohorts.add_acquisitions({"id": people, "time": [day(0)] * 60, "channel": ["Ads", "Web"] * 30})
        bought = [(customer, day(1 + 9 * visit)) for customer in people for visit in range(1 + customer % 6)]
        cohorts.add_revenue({"id": [who for who, _ in bought], "time": [when for _, when in bought],
                             "amount": [10.0 + who % 7 for who, _ in bought]})
        buyers = cohorts.histories(as_of="1970-06-01", by=["channel"])
        self.assertEqual((len(buyers), buyers["frequency"][:3]), (60, [0, 1, 2]))
        model = lk.Lifetime(model="bg_nbd", r=0.5, alpha=3.0, a=0.8, b=2.0)
        spends = lk.Lifetime(model="gamma_gamma", p=6.0, q=4.0, gamma=15.0)
        costs = {"channel": ["Ads", "Web"], "amount": [300.0, 200.0]}
        table = cohorts.lifetime_value(model, spends, costs, as_of="1970-06-01", by=["channel"], months=12)
        self.assertEqual(table["channel"], ["Ads", "Web", None])
        self.assertEqual(table["cac"][:2], [10.0, 200 / 30])
        self.assertTrue(all(low < value < high for low, value, high in zip(
            table["lifetime_value_low"], table["lifetime_value"], table["lifetime_value_high"])))
        with self.assertRaises(lk.LeadkpiError):
            cohorts.lifetime_value(spends, spends, as_of="1970-06-01")


class Attribution(unittest.TestCase):
    PATHS = {"path": ["Search > Email > Direct", "Search > Direct", "Social > Search", "Email"],
             "conversions": [10.0, 4.0, 6.0, 2.0], "nulls": [90.0, 96.0, 34.0, 18.0]}

    def test_models_side_by_side_are_those_of_the_example_in_c(self):
        table = lk.Attribution().add_paths(self.PATHS).compare(models=["first", "u", "markov"])
        found = {row[1] or row[0]: tuple(round(value, 2) for value in row[2:5]) for row in table}
        self.assertEqual(found["Direct"], (0.0, 6.0, 6.56))
        self.assertEqual(found["Search"], (14.0, 9.0, 9.61))
        self.assertEqual(found["total"], (22.0, 22.0, 22.0))

    def test_touches_and_conversions_make_paths(self):
        with lk.Attribution(lookback="30d") as attribution:
            attribution.add_touches({"id": [1, 1], "time": [day(0), day(1)], "channel": ["Ads", "Email"]})
            attribution.add_conversions({"id": [1], "time": [day(2)], "value": [50]})
            credits = attribution.compare(models=["last"])
        self.assertEqual({row[1]: row[2] for row in credits if row[1]}.get("Email"), 1.0)


class Lifetime(unittest.TestCase):
    def test_a_model_of_given_parameters_forecasts_and_comes_back(self):
        # Fader, Hardie and Lee (2005), CDNOW
        model = lk.Lifetime(model="bg_nbd", r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
        customers = {"frequency": [2, 0], "recency": [30.43, 0.0], "T": [38.86, 38.86]}
        forecast = model.forecast(customers)
        self.assertEqual(len(forecast), 2)
        self.assertEqual(lk.Lifetime.loads(model.dumps()).forecast(customers), forecast)
        self.assertLess(model.log_likelihood(customers), 0)
        self.assertEqual(len(model.parameters()), 4)
        with self.assertRaises(lk.LeadkpiError):
            model.forecast({"frequency": [-1], "recency": [0.0], "T": [1.0]})
        model.close()
        with self.assertRaises(lk.WrongStateError):
            model.summary()

    def test_transactions_become_histories_and_a_model(self):
        ids, times, state = [], [], 7
        for customer in range(200):
            for week in range(30):
                state = (state * 1664525 + 1013904223) % 2**32
                if week == 0 or state >> 16 < 1 << 10 + customer % 5:
                    ids.append(customer)
                    times.append(day(7 * week))
        customers = lk.Lifetime.histories({"id": ids, "time": times}, end=day(210), unit="7d")
        self.assertEqual(len(customers), 200)
        self.assertEqual(set(customers["T"]), {30.0})
        with self.assertWarnsRegex(UserWarning, "at a boundary: dropout") as caught:
            model = lk.Lifetime(customers, model="bg_nbd")
        self.assertEqual(caught.filename, __file__)
        self.assertEqual(len(model.summary()), 1)
        self.assertEqual(model.parameters()["parameter"], ["r", "alpha", "a", "b"])
        self.assertEqual(len(model.forecast(customers, horizon=26.0)), 200)
        with self.assertRaises(lk.BadArgumentError):
            lk.Lifetime.histories(_Nothing())


class _Nothing:
    """A producer of no record batch at all."""
    def __arrow_c_stream__(self, requested_schema=None):
        from leadkpi import _arrow
        stream = lk.schemas().__arrow_c_stream__()
        place = _arrow._python.PyCapsule_GetPointer(stream, b"arrow_array_stream")
        out = _arrow.ctypes.create_string_buffer(80)
        get_next = _arrow.ctypes.CFUNCTYPE(_arrow.ctypes.c_int, _arrow.ctypes.c_void_p, _arrow.ctypes.c_void_p)
        get_next(_arrow._Stream.from_address(place).get_next)(place, out)
        array = (_arrow.ctypes.c_void_p * 10).from_buffer(out)
        _arrow._release_type(array[8])(_arrow.ctypes.addressof(out))
        return stream


if __name__ == "__main__":
    unittest.main()
