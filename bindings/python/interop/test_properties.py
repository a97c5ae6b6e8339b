"""Whatever goes in comes back as it was or is refused with its place; parts add up to the whole."""
import datetime
import math
import pickle
import unittest
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

import numpy
import pyarrow

import leadkpi as lk

UTC = datetime.timezone.utc
TIMES = st.datetimes(timezones=st.sampled_from([UTC, datetime.timezone(datetime.timedelta(hours=5, minutes=45))]))
EXACT = {
    "int64": st.integers(-2**63, 2**63 - 1),
    "double": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "text": st.text(st.characters(exclude_categories=["Cs"])),
    "timestamp": TIMES,
    "decimal": st.decimals(-10**9, 10**9, places=6),
}
COLUMNS = st.sampled_from(sorted(EXACT)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | EXACT[kind], max_size=40)))
settings.register_profile("leadkpi", max_examples=150, deadline=None, derandomize=True)
settings.load_profile("leadkpi")


class Values(unittest.TestCase):
    @given(COLUMNS)
    def test_a_column_comes_back_the_same_through_c_arrow_and_pickle(self, drawn):
        kind, values = drawn
        table = lk.Table({"x": values})
        arrow = pyarrow.table(pickle.loads(pickle.dumps(table)))["x"].to_pylist()
        self.assertEqual(arrow, values)
        if any(value is not None for value in values):
            self.assertEqual(table.types, {"x": kind})

    @given(st.lists(st.integers(-2**70, 2**70), min_size=1, max_size=20))
    def test_an_int_is_exact_or_refused_with_its_row(self, values):
        wrong = [row for row, value in enumerate(values) if not -2**63 <= value < 2**63]
        try:
            self.assertEqual(pyarrow.table(lk.Table({"x": values}))["x"].to_pylist(), values)
            self.assertEqual(wrong, [])
        except lk.OverflowError as error:
            self.assertEqual((error.row, error.column), (wrong[0], "x"))

    @given(st.lists(st.integers(-2**63, 2**63 - 1), min_size=1, max_size=20))
    def test_a_kpi_takes_whole_numbers_exactly_or_refuses_them(self, values):
        exact = all(int(float(value)) == value for value in values)
        for column in (values, numpy.array(values, "int64"), pyarrow.array(values, pyarrow.int64())):
            try:
                lk.cost_per_lead(column, 1.0)
                self.assertTrue(exact)
            except lk.OverflowError as error:
                self.assertFalse(exact)
                self.assertEqual(error.column, "campaign_spend")


class Kpis(unittest.TestCase):
    @given(st.lists(st.tuples(st.floats(0, 1e12), st.integers(0, 10**6)), min_size=1, max_size=30))
    def test_a_column_is_its_cells(self, rows):
        spend, leads = map(list, zip(*rows))
        for name in ("cost_per_lead", "return_on_ad_spend"):
            function = getattr(lk, name)
            cells = [function(*row) for row in rows]
            self.assertTrue(numpy.array_equal(function(spend, leads), cells, equal_nan=True))
            self.assertTrue(numpy.array_equal(function(numpy.array(spend), numpy.array(leads)), cells, equal_nan=True))

    @given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0.5, 0.999))
    def test_an_interval_holds_its_value_and_grows_with_its_level(self, reached, more, level):
        estimate = lk.evaluate("lead_to_sale_conversion_rate", reached, reached + more, level=level)
        if reached + more == 0:
            self.assertEqual(estimate.status, "undefined")
            return
        self.assertTrue(estimate.low <= estimate.value <= estimate.high)
        wider = lk.evaluate("lead_to_sale_conversion_rate", reached, reached + more, level=(1 + level) / 2)
        self.assertTrue(wider.low <= estimate.low and estimate.high <= wider.high)
        self.assertFalse(math.isnan(estimate.value))


EVENTS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["lead", "mql", "won", "other"]), st.integers(0, 60)),
                  max_size=40)


class States(unittest.TestCase):
    def funnel(self, rows):
        made = lk.Funnel(["lead", "mql", "won"], window="30d")
        start = datetime.datetime(2025, 1, 1)
        return made.add({"id": lk.Column([row[0] for row in rows], "int64"),
                         "event": lk.Column([row[1] for row in rows], "text"),
                         "time": lk.Column([start + datetime.timedelta(days=row[2]) for row in rows], "timestamp")})

    @given(EVENTS, st.integers(0, 40), st.randoms(use_true_random=False))
    def test_any_split_in_any_order_is_the_same_bytes(self, rows, cut, random):
        whole = self.funnel(rows).dumps()
        mixed = list(rows)
        random.shuffle(mixed)
        part = self.funnel(mixed[:cut])
        part += self.funnel(mixed[cut:])
        self.assertEqual(part.dumps(), whole)
        self.assertEqual(pickle.loads(pickle.dumps(part)).steps(), self.funnel(rows).steps())

    @given(EVENTS, st.data())
    def test_damaged_states_are_refused_and_nothing_else(self, rows, data):
        state = bytearray(self.funnel(rows).dumps())
        place = data.draw(st.integers(0, len(state) - 1))
        state[place] ^= 1 << data.draw(st.integers(0, 7))
        with self.assertRaises(lk.LeadkpiError):
            lk.Funnel.loads(bytes(state))


class Options(unittest.TestCase):
    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0|"), min_size=1, max_size=12),
                    min_size=2, max_size=6, unique=True))
    def test_any_words_may_be_steps(self, steps):
        with lk.Funnel(steps) as funnel:
            self.assertEqual(funnel.steps()["name"], steps)

    def test_decimals_of_any_exponent_are_exact_or_refused(self):
        for text in ("1E+17", "1E-18", "-9.223372036854775807", "1E+400", "NaN", "1E-19"):
            try:
                back = pyarrow.table(lk.Table({"x": [Decimal(text)]}))["x"].to_pylist()
                self.assertEqual(back, [Decimal(text)])
            except lk.LeadkpiError as error:
                self.assertEqual((error.row, error.column), (0, "x"))


if __name__ == "__main__":
    unittest.main()
