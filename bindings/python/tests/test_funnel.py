"""Funnels, and Arrow in and out, with the standard library alone: tables of the package are a
producer of Arrow themselves."""
import datetime
import gc
import pickle
import unittest

import leadkpi as lk
from leadkpi import _arrow

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2025, 1, 1)
# Lead 1 gets to won in 5 days, lead 2 to mql, lead 3 to won but after the window.
EVENTS = {"id": [1, 1, 1, 2, 2, 3, 3, 3], "event": ["lead", "mql", "won", "lead", "mql", "lead", "mql", "won"],
          "time": [START + DAY * d for d in (0, 2, 5, 0, 9, 1, 3, 40)]}
REACHED = [3, 3, 1]


def funnel(**definition):
    return lk.Funnel(["lead", "mql", "won"], **{"window": "30d", **definition})


class Golden(unittest.TestCase):
    def test_steps_are_counted_by_the_rule(self):
        with funnel() as f:
            f.add(EVENTS)
            self.assertEqual(f.steps()["reached"], REACHED)
            self.assertEqual(f.report(), f.steps())
            self.assertEqual(len(f.leads()), 3)
            self.assertIn("30", f.describe())
        with funnel(window="90d") as f:
            self.assertEqual(f.add(EVENTS).steps()["reached"], [3, 3, 2])

    def test_columns_go_by_the_users_names(self):
        mine = {"Record ID": EVENTS["id"], "Stage": EVENTS["event"], "When": EVENTS["time"], "other": [0] * 8}
        with funnel() as f:
            f.add(mine, lead="Record ID", step="Stage", time="When")
            self.assertEqual(f.steps()["reached"], REACHED)
            with self.assertRaisesRegex(lk.UnknownNameError, 'column "Owner" .for id.: there is none; there are Record'):
                f.add(mine, lead="Owner", step="Stage", time="When")

    def test_states_add_up_in_any_order_to_the_same_bytes(self):
        halves = [{name: values[part] for name, values in EVENTS.items()} for part in (slice(0, 4), slice(4, 8))]
        with funnel() as whole, funnel() as first:
            whole.add(EVENTS)
            second = first.empty_twin().add(halves[1])
            first.add(halves[0])
            first += second
            self.assertEqual(first.dumps(), whole.dumps())
            again = pickle.loads(pickle.dumps(first))
            self.assertEqual(again.steps()["reached"], REACHED)
            with lk.Campaigns() as campaigns, self.assertRaises(TypeError):
                first += campaigns

    def test_utc_by_its_name_is_the_utc_of_every_language(self):
        with funnel(window_days=2) as f, funnel(window_days=2, zone="UTC") as named:
            self.assertEqual(f.dumps(), named.dumps())
        with funnel(window_days=2, zone="Etc/UTC") as f, funnel(window_days=2, zone="Europe/Berlin") as berlin:
            self.assertNotIn("hash", f.describe())
            self.assertIn("hash", berlin.describe())

    def test_a_closed_funnel_says_so(self):
        f = funnel()
        f.close()
        f.close()
        with self.assertRaisesRegex(lk.WrongStateError, "this Funnel is closed"):
            f.steps()
        self.assertEqual(repr(f), "<Funnel, closed>")


class Arrow(unittest.TestCase):
    def leads(self):
        with funnel() as f:
            return f.add(EVENTS).leads()

    def test_a_table_goes_in_as_it_came_out(self):
        """The report's columns id and entered (a time) are leads of campaigns."""
        table = self.leads()
        times = [name for name in table.columns if isinstance(table[name][0], datetime.datetime)]
        with lk.Campaigns() as campaigns:
            campaigns.add_leads(table, id="id", time=times[0])
            self.assertEqual(campaigns.report(kpis=["lead_volume"])["lead_volume"][0], 3)
            del table
            gc.collect()
            with self.assertRaisesRegex(lk.UnknownNameError, "there is none"):
                campaigns.add_leads(self.leads(), id="id", time="nothing")

    def test_a_capsule_that_nobody_takes_is_released(self):
        table = self.leads()
        for _ in range(1000):
            table.__arrow_c_stream__()

    def test_a_capsule_that_dies_in_an_exception_leaves_it_as_it_is(self):
        import sys
        table, lost = self.leads(), []

        class Fails:
            def __init__(self, capsule):
                raise KeyError("mine")

        def raises():
            capsule = table.__arrow_c_stream__()
            raise KeyError(capsule and "mine")

        before, sys.unraisablehook = sys.unraisablehook, lost.append
        try:
            with self.assertRaises(TypeError):
                int(table.__arrow_c_stream__())
            for fails in (raises, lambda: Fails(table.__arrow_c_stream__())):
                with self.assertRaisesRegex(KeyError, "mine"):
                    fails()
            list(_arrow._batches(table.__arrow_c_stream__()))
        finally:
            sys.unraisablehook = before
        self.assertEqual(lost, [])

    def test_what_was_given_out_is_taken_back_when_nobody_holds_it(self):
        capsules = [self.leads().__arrow_c_stream__() for _ in range(5)]
        _arrow._take_back()
        self.assertEqual(len(_arrow._given), 5)
        for capsule in capsules[:2]:
            for batch in _arrow._batches(capsule):
                batch.free()
        del capsules, capsule
        gc.collect()
        _arrow._take_back()
        self.assertEqual(_arrow._given, [])

    def test_a_table_outlives_the_stream_and_the_stream_the_table(self):
        table = self.leads()
        capsule = table.__arrow_c_stream__()
        expected = table["id"]
        del table
        gc.collect()

        class Late:
            def __arrow_c_stream__(self, requested_schema=None):
                return capsule
        batches = list(_arrow._batches(Late().__arrow_c_stream__()))
        self.assertEqual(lk.Table._of(batches[0].handle)["id"], expected)
        with self.assertRaisesRegex(lk.BadFormatError, "not released yet"):
            list(_arrow._batches(capsule))

    def test_a_table_that_was_rebuilt_lends_memory_of_its_own(self):
        first = self.leads()
        table = pickle.loads(pickle.dumps(first))
        self.assertEqual((table, table.types, table.units), (first, first.types, first.units))
        capsule = table.__arrow_c_stream__()
        del table
        gc.collect()
        (batch,) = _arrow._batches(capsule)
        again = lk.Table._of(batch.handle)
        self.assertEqual((again, again.types, again.units), (first, first.types, first.units))

    def test_a_table_of_ones_own_keeps_its_types_through_pickle_even_where_nothing_shows_them(self):
        types = {"a": ("double", None), "b": ("decimal", 2)}
        nothing = pickle.loads(pickle.dumps(lk.Table({"a": [None], "b": [None]}, types=types)))
        self.assertEqual(nothing.types, {"a": "double", "b": "decimal"})
        with self.assertRaisesRegex(lk.BadArgumentError, 'column "b": expected 2 rows, found 1'):
            lk.Table({"a": [1, 2], "b": [1]})

    def test_what_is_no_data_is_refused(self):
        with funnel() as f, self.assertRaisesRegex(lk.WrongTypeError, "a data frame, or anything that speaks Arrow"):
            f.add(7)

    def test_html_has_every_cell_escaped(self):
        table = lk.Table({"<n>": [1, None], "t": ["a&b", "<script>"]})
        html = table._repr_html_()
        self.assertIn(">&lt;n&gt;</th>", html)
        self.assertIn("a&amp;b", html)
        self.assertIn("&lt;script&gt;", html)
        self.assertIn('padding:.2em .7em">1<', html)


if __name__ == "__main__":
    unittest.main()
