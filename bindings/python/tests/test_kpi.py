"""Every KPI through Python is bit for bit what C gives."""
import ctypes
import math
import os
import pickle
import struct
import unittest
from array import array
from decimal import Decimal

import leadkpi as lk
from leadkpi import _kpi
from leadkpi._library import library

SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))


def vectors():
    with open(os.path.join(SOURCE, "tests", "vectors", "kpi.tsv"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    for name, inputs, value, low, high, _ in lines[1:]:
        pairs = [pair.split("=") for pair in inputs.split("; ")]
        yield name, {key: [float(part) for part in text.split(",")] for key, text in pairs}, value, low, high


def bits(value):
    return struct.pack("<d", value)


def as_called(entry, inputs):
    return {name: values if entry.takes_arrays else values[0] for name, values in inputs.items()}


def straight_from_c(entry, inputs):
    """The same call, without the shim's function."""
    function = ctypes.CDLL(os.environ["LEADKPI_LIBRARY"])["leadkpi_" + entry.function]
    function.restype, arguments = ctypes.c_double, []
    for values in inputs.values():
        if entry.takes_arrays:
            arguments += [(ctypes.c_double * len(values))(*values), ctypes.c_size_t(len(values))]
        else:
            arguments.append(ctypes.c_double(values[0]))
    return function(*arguments)


class Vectors(unittest.TestCase):
    def test_every_vector_gives_the_bits_of_c_by_every_way_in(self):
        seen = 0
        for name, inputs, value, low, high in vectors():
            with self.subTest(name):
                entry, seen = lk.kpi(name), seen + 1
                called = as_called(entry, inputs)
                expected = straight_from_c(entry, inputs)
                function = getattr(lk, entry.function)
                self.assertEqual(bits(function(*called.values())), bits(expected))
                self.assertEqual(bits(function(**called)), bits(expected))
                self.assertTrue(math.isclose(expected, float(value), rel_tol=1e-9, abs_tol=1e-12))
                estimate = lk.evaluate(name, **called)
                self.assertEqual(bits(lk.evaluate(entry, *called.values()).value), bits(expected))
                self.assertEqual((bits(estimate.value), estimate.status), (bits(expected), "ok"))
                if low:
                    self.assertTrue(math.isclose(estimate.low, float(low), rel_tol=1e-6, abs_tol=1e-9))
                    self.assertTrue(math.isclose(estimate.high, float(high), rel_tol=1e-6, abs_tol=1e-9))
                if not entry.takes_arrays:
                    self.assertEqual(function(*[[each] * 3 for each in called.values()]), [expected] * 3)
        self.assertGreater(seen, 150)

    def test_every_kpi_of_the_catalogue_is_a_function_with_a_docstring(self):
        for entry in lk.kpis():
            function = getattr(lk, entry.function)
            self.assertIn(entry.title, function.__doc__)
            self.assertIn(entry.function, dir(lk))
            self.assertEqual((function.kpi, lk.kpi(entry.name)), (entry.name, entry))


class Calling(unittest.TestCase):
    def test_undefined_is_nan_or_raises_as_asked(self):
        self.assertEqual(lk.cost_per_lead(5000, 250), 20.0)
        self.assertTrue(math.isnan(lk.cost_per_lead(5000, 0)))
        with self.assertRaisesRegex(lk.UndefinedError, "row 1: .*new_leads = 0") as told:
            lk.cost_per_lead([1, 2, 3], [1, 0, 0], undefined="raise")
        self.assertEqual(told.exception.row, 1)
        self.assertEqual(lk.cost_per_lead([1, 2], 2, undefined="raise"), [0.5, 1.0])
        with self.assertRaisesRegex(lk.UndefinedError, "new_leads = 0"):
            lk.cost_per_lead(5000, 0, undefined="raise")
        with self.assertRaises(lk.BadDataError):
            lk.cost_per_lead(5000, -1, undefined="raise")
        with self.assertRaises(lk.NotGivenError):
            lk.cost_per_lead(5000, None, undefined="raise")
        self.assertTrue(math.isnan(lk.cost_per_lead(5000, None)))
        with self.assertRaises(ValueError):
            lk.cost_per_lead(5000, 250, undefined="ignore")

    def test_an_estimate_says_how_sure_it_is_and_why_not(self):
        cost = lk.evaluate("CPL", 5000, 250)
        self.assertEqual((cost.value, cost.level, cost.n, cost.status, cost.flags, cost.reason),
                         (20.0, 0.95, 250.0, "ok", (), ""))
        self.assertEqual(lk.evaluate("cpl", new_leads=250, campaign_spend=5000), cost)
        self.assertEqual(lk.evaluate("cpl", 5000, new_leads=250), cost)
        narrower = lk.evaluate("cpl", 5000, 250, level=0.5)
        self.assertTrue(cost.low < narrower.low < 20 < narrower.high < cost.high)
        none = lk.evaluate("cpl", 5000, 0)
        self.assertEqual((none.status, none.flags), ("undefined", ("bound_only",)))
        self.assertIn("new_leads", none.reason)
        missing = lk.evaluate("cpl", campaign_spend=5000)
        self.assertEqual(missing.status, "not_given")
        self.assertIn("new_leads", missing.reason)

    def test_misuse_is_an_exception_not_an_estimate(self):
        with self.assertRaisesRegex(lk.UnknownNameError, "cost_per_lead"):
            lk.evaluate("cost_per_led", 1, 2)
        with self.assertRaises(lk.AmbiguousNameError):
            lk.evaluate("conversion rate", 1, 2)
        with self.assertRaises(lk.BadArgumentError):
            lk.evaluate("cpl", 5000, 250, level=1.5)
        with self.assertRaisesRegex(lk.UnknownNameError, 'options .level, .*found "levle"; the nearest name is "level"'):
            lk.evaluate("cpl", 5000, 250, levle=0.9)
        with self.assertRaisesRegex(lk.UnknownNameError, 'found "vistors"; the nearest name is "visitors"'):
            lk.evaluate("cpl", 5000, 250, vistors=9)
        with self.assertRaisesRegex(lk.UnknownNameError, 'found "zzzzzz"$'):
            lk.evaluate("cpl", 5000, 250, zzzzzz=9)
        self.assertEqual(lk.evaluate("cpl", 5000, 250, visitors=9).value, 20.0)  # a measure of others
        for arguments in ((1,), (1, 2, 3)):
            with self.assertRaises(TypeError):
                lk.cost_per_lead(*arguments)
        with self.assertRaises(TypeError):
            lk.evaluate("cpl", 1, 2, 3)
        with self.assertRaises(lk.WrongTypeError):
            lk.Calendar(grain="week").label("2025-01-01")
        with self.assertRaises(TypeError):
            lk.evaluate("cpl", 1, campaign_spend=2)
        with self.assertRaisesRegex(TypeError, "1 by position and leads by name$"):
            lk.cost_per_lead(5000, leads=250)
        for wrong, right in (("new_laeds", "new_leads"), ("undefind", "undefined")):
            with self.assertRaisesRegex(TypeError, f'{wrong} by name; the nearest name is "{right}"$'):
                lk.cost_per_lead(5000, **{wrong: 250})
        with self.assertRaises(AttributeError):
            lk.cost_per_led

    def test_numbers_are_exact_or_refused_by_name(self):
        self.assertEqual(lk.cost_per_lead(Decimal("5000.50"), 250), 5000.50 / 250)
        self.assertEqual(lk.cost_per_lead(2**60, 1), 2.0**60)
        with self.assertRaises(lk.OverflowError) as raised:
            lk.cost_per_lead(2**53 + 1, 1)
        self.assertEqual(raised.exception.column, "campaign_spend")
        for value in (10**400, -10**400):
            with self.assertRaises(lk.OverflowError):
                lk.cost_per_lead(value, 1)
        for value in ("5000", b"5000", object()):
            with self.assertRaises(lk.WrongTypeError):
                lk.cost_per_lead(value, 1)
        for value in (float("inf"), float("nan"), -1):
            self.assertTrue(math.isnan(lk.cost_per_lead(value, 1)))

    def test_columns_give_the_same_kind_back_and_the_bits_of_single_calls(self):
        spend, leads = [5000.0, 0.1, 7, None, -1], [250, 3, 0, 2, 1]
        rows = lk.cost_per_lead(spend, leads)
        self.assertIsInstance(rows, list)
        self.assertEqual([bits(value) for value in rows],
                         [bits(lk.cost_per_lead(a, b)) for a, b in zip(spend, leads)])
        made = lk.cost_per_lead(array("d", [10, 20, 30, 40]), memoryview(array("d", range(1, 9)))[::2])
        self.assertEqual(made, array("d", [10, 20 / 3, 6, 40 / 7]))
        self.assertEqual(lk.cost_per_lead([10, 20], 5), [2, 4])
        self.assertEqual(lk.cost_per_lead([], []), [])
        with self.assertRaises(lk.BadArgumentError):
            lk.cost_per_lead([1, 2], [1])

    def test_the_catalogue_reads_like_attributes(self):
        entry = lk.kpi("cost per lead")
        self.assertEqual((entry.id, entry.inputs), ("cost_per_lead", ("campaign_spend", "new_leads")))
        self.assertIn("campaign_spend", entry.formula)
        self.assertIn("cpl", [alias.lower() for alias in entry.aliases])
        self.assertTrue(all(each.category == "cost" for each in lk.kpis(category="cost")))
        self.assertGreater(len(lk.kpis()), len(lk.kpis(category="cost")))
        self.assertEqual(pickle.loads(pickle.dumps(entry)), entry)
        with self.assertRaises(AttributeError):
            entry.colour
        with self.assertRaises(AttributeError):
            lk.kpis(colour="red")
        self.assertIn("new_leads", lk.measures()["id"])
        self.assertIn("cost", lk.categories()["id"])

    def test_no_measure_is_called_like_an_option_of_evaluate(self):
        self.assertFalse(set(lk.options("kpi_evaluate")["name"]) & set(lk.measures()["id"]))
        self.assertFalse({"undefined"} & set(lk.measures()["id"]))

    def test_no_kpi_hides_a_name_of_the_package(self):
        self.assertFalse(set(_kpi.function_names()) & set(vars(lk)["__all__"]))

    def test_errors_survive_a_pickle(self):
        try:
            lk.kpi("cost_per_led")
        except lk.LeadkpiError as error:
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), again.status, again.message), (type(error), error.status, error.message))


if __name__ == "__main__":
    unittest.main()
