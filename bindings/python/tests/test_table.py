"""Columns go in exactly, or are refused with their row and name."""
import datetime
import pickle
import subprocess
import sys
import unittest
from array import array
from decimal import Decimal

import leadkpi as lk
from leadkpi import _table
from leadkpi._library import library
from leadkpi._table import Input

UTC = datetime.timezone.utc


def through(values):
    """A column through a table of the library and back."""
    with Input({"x": values}) as table:
        library.leadkpi_table_retain(table.handle)
        return _table.Table._of(table.handle)["x"]


class Exact(unittest.TestCase):
    def setUp(self):
        library.leadkpi_table_retain.argtypes = [_table.ctypes.c_void_p]

    def test_values_come_back_as_they_went_in(self):
        for values in ([1, -2**63, 2**63 - 1, None], [True, None, False], [0.5, None, -0.0, 1e308],
                       ["a", "", None, "Grüße", "a\0b", "\udcff"], [Decimal("1.50"), Decimal("-0.005"), None, 7],
                       [Decimal(2**63 - 1), -2**63], [None, None], [], [Decimal("1E+3")], [0, 0.5],
                       [datetime.datetime(2025, 4, 1, 9, 30, 0, 123456, tzinfo=UTC), None]):
            with self.subTest(values):
                self.assertEqual(through(values), values)
                self.assertEqual(through(tuple(values)), values)
        self.assertEqual(through([b"bytes", "text"]), ["bytes", "text"])

    def test_times_are_utc_where_no_zone_stands_and_converted_where_one_does(self):
        berlin = datetime.timezone(datetime.timedelta(hours=2))
        self.assertEqual(through([datetime.datetime(2025, 4, 1, 9), datetime.datetime(2025, 4, 1, 9, tzinfo=berlin),
                                  datetime.date(2025, 4, 1)]),
                         [datetime.datetime(2025, 4, 1, hour, tzinfo=UTC) for hour in (9, 7, 0)])
        for extreme in (datetime.datetime.min, datetime.datetime.max):
            self.assertEqual(through([extreme]), [extreme.replace(tzinfo=UTC)])

    def test_told_types_hold(self):
        self.assertEqual(through(lk.Column([0, 1500000, None], "timestamp"))[1],
                         datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, UTC))
        self.assertEqual(through(lk.Column(array("q", [150, 5]), "decimal", 2)), [Decimal("1.50"), Decimal("0.05")])
        self.assertEqual(through(lk.Column([1, 2], "double")), [1.0, 2.0])
        self.assertEqual(through(lk.Column([None], "double")), [None])
        self.assertEqual(through(lk.Column([Decimal("1.5")], "decimal", 4)), [Decimal("1.5000")])
        with self.assertRaises(lk.WrongTypeError):
            through(lk.Column([1], "number"))
        with self.assertRaises(lk.OverflowError):
            through(lk.Column([Decimal("1.55")], "decimal", 1))

    def test_arrays_are_lent_without_a_copy(self):
        for made in (array("q", range(10)), array("d", range(10))):
            begin, end = made.buffer_info()[0], made.buffer_info()[0] + 80
            for part in (slice(None), slice(None, None, 3), slice(None, None, -1), slice(9, None)):
                with memoryview(made) as view:
                    self.assertEqual(through(view[part].toreadonly()), list(made)[part])
                    table = Input({"x": view[part]})
                with table:  # the test holds no view any more, the table does
                    lent = library.leadkpi_table_column_values(table.handle, 0, None)
                    self.assertTrue(begin <= lent < end)
                    self.assertEqual(lent, begin + 8 * range(10)[part][0])
                    with self.assertRaises(BufferError):
                        made.append(1)
            made.append(1)
            made.pop()
        self.assertEqual(through(array("i", [1, 2])), [1, 2])
        self.assertEqual(through(array("B", [1, 255])), [1, 255])
        self.assertEqual(through(memoryview(b"\1\0").cast("?")), [True, False])
        self.assertEqual(through(array("q")), [])
        self.assertEqual(through(range(3)), [0, 1, 2])

    def test_what_does_not_fit_is_refused_with_row_and_column(self):
        wrong, large, bad = lk.WrongTypeError, lk.OverflowError, lk.BadDataError
        for values, row, error in (
                ([1, 2**63], 1, large), ([-2**63 - 1], 0, large), ([0.5, 2**53 + 1], 1, large),
                ([0.5, 10**400], 1, large), (["a", None, 1], 2, wrong), ([1, True], 1, wrong), ([1, "1"], 1, wrong),
                ([None, object()], 1, wrong), ([0.5, Decimal(1)], 1, wrong), ([1, 0.5, Decimal(1)], 2, wrong),
                ([Decimal("NaN")], 0, bad), ([1, Decimal("Infinity")], 1, bad), ([Decimal("1E-19")], 0, large),
                ([Decimal("1E+999999")], 0, large), ([Decimal("0.5"), 2**62], 1, large),
                ([Decimal("1E-18"), 10], 1, large), ([datetime.date(2025, 1, 1), "x"], 1, wrong),
                ([[1]], 0, wrong), ([1j], 0, wrong)):
            with self.subTest(values):
                with self.assertRaises(error) as raised:
                    through(values)
                self.assertEqual((raised.exception.row, raised.exception.column), (row, "x"))
                self.assertIn(f'column "x", row {row}: expected', str(raised.exception))
        for values in ("abc", b"abc", {"a": 1}):
            with self.assertRaises(wrong):
                through(values)

    def test_a_zero_decimal_fits_whatever_its_exponent(self):
        self.assertEqual(through([Decimal("0E+999999"), Decimal("0E-99"), Decimal("0.5")]), [0, 0, Decimal("0.5")])

    def test_ragged_columns_are_refused(self):
        with self.assertRaises(lk.BadArgumentError):
            Input({"a": [1, 2], "b": [1]})


def without_step(code, value, rows):
    """A buffer of one value `rows` times, with a step of 0, as numpy.broadcast_to makes it."""
    ctypes = _table.ctypes
    two = array(code, [value, 77])
    shape, strides = (ctypes.c_ssize_t * 1)(rows), (ctypes.c_ssize_t * 1)(0)
    buffer = _table._Buffer(buf=two.buffer_info()[0], len=8 * rows, itemsize=8, readonly=1, ndim=1,
                            format=code.encode(), shape=ctypes.addressof(shape), strides=ctypes.addressof(strides))
    make = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p)(("PyMemoryView_FromBuffer", ctypes.pythonapi))
    return make(ctypes.addressof(buffer)), two


class Steps(unittest.TestCase):
    def test_a_step_of_nothing_is_one_value_throughout(self):
        for code, value in (("q", 5), ("d", 5.5)):
            view, _memory = without_step(code, value, 2)
            self.assertEqual((view.strides, through(view)), ((0,), [value, value]))
        view, _memory = without_step("d", 5.0, 2)
        self.assertEqual(list(lk.cost_per_lead(view, 1.0)), [5.0, 5.0])

    def test_a_sample_is_read_with_its_step(self):
        whole = array("d", range(1, 11))
        for view in (memoryview(whole)[::-1], memoryview(whole)[::3], memoryview(whole)[1:2]):
            self.assertEqual(lk.evaluate("lead_response_time", view).value, lk.lead_response_time(list(view)))


class Refused(unittest.TestCase):
    def test_what_python_does_not_write_is_refused_by_name_all_the_same(self):
        with self.assertRaisesRegex(lk.OverflowError, 'column "x", row 1: .* found an int of 16610 bits'):
            Input({"x": [1, 10**5000]})
        with self.assertRaisesRegex(lk.OverflowError, "campaign_spend: .* found an int of 16610 bits"):
            lk.cost_per_lead(10**5000, 1)

    def test_a_str_that_utf8_cannot_say_is_refused_with_its_place(self):
        with self.assertRaisesRegex(lk.BadDataError, 'column "x", row 1: expected a str that UTF-8 can say'):
            Input({"x": ["fine", "\ud800"]})

    def test_a_type_that_no_call_reads_is_no_type_of_a_column(self):
        with self.assertRaisesRegex(lk.WrongTypeError, "found 'other'"):
            Input({"x": lk.Column([1], "other")})

    def test_a_masked_value_is_null(self):
        class Masked:  # as numpy.ma.MaskedArray is: the buffer does not say what is masked
            mask, filled = [False, True], None

            def tolist(self):
                return [1, None]
        self.assertEqual(through(Masked()), [1, None])

    def test_the_row_of_a_later_batch_is_that_of_the_whole(self):
        first = {"id": [1, 2], "time": lk.Column([0, 0], "timestamp"), "event": ["a", "a"]}
        second = dict(first, time=lk.Column([0, None], "timestamp"))
        with lk.Funnel(["a"], window="1d") as funnel:
            with self.assertRaisesRegex(lk.BadDataError, "batch that begins at row 2") as told:
                funnel._add_many("leadkpi_funnel_add", iter([Input(first), Input(second)]))
            self.assertEqual((told.exception.row, told.exception.column), (3, "time"))
            self.assertEqual(len(funnel.leads()), 0)


class Nothing(unittest.TestCase):
    def test_a_column_of_none_alone_passes_for_any_type(self):
        with lk.Campaigns() as campaigns:
            campaigns.add_leads({"id": [1], "time": [datetime.datetime(2025, 1, 1)], "channel": [None]})
            campaigns.add_stages({"id": [1], "stage": ["won"], "time": [datetime.datetime(2025, 1, 2)], "value": [None]})
            campaigns.add_costs({"time": [], "amount": []})
            self.assertEqual(campaigns.report(kpis=["lead_volume"], as_of="2025-02-01")["lead_volume"][0], 1)


class Ends(unittest.TestCase):
    def test_a_capsule_may_outlive_the_package_at_the_end_of_the_interpreter(self):
        code = ("import sys, builtins, leadkpi as lk\n"
                "capsule = lk.schemas().__arrow_c_stream__()\n"
                "sys.kept, builtins.kept = lk.schemas().__arrow_c_stream__(), lk.schemas().__arrow_c_stream__()\n")
        run = subprocess.run([sys.executable, "-B", "-X", "dev", "-c", code], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))


class Out(unittest.TestCase):
    table = lk.Table({"row": ["a", "b"], "n": [1, None], "count": [0.5, 2.0]})

    def test_rows_have_places_names_and_attributes(self):
        self.assertEqual(len(self.table), 2)
        self.assertEqual(self.table.columns, ("row", "n", "count"))
        first = self.table[0]
        self.assertEqual((first[0], first["n"], first.row, first["count"]), ("a", 1, "a", 0.5))
        self.assertEqual([row.n for row in self.table], [1, None])
        self.assertEqual(first.to_dict(), {"row": "a", "n": 1, "count": 0.5})
        self.assertEqual(self.table["n"], [1, None])
        self.assertEqual(self.table.rows[1], ("b", None, 2.0))
        self.assertEqual(self.table[-1:], [("b", None, 2.0)])
        for wrong in (lambda: self.table["x"], lambda: first["x"]):
            with self.assertRaises(KeyError):
                wrong()
        with self.assertRaises(AttributeError):
            first.x

    def test_it_shows_itself_as_aligned_text(self):
        self.assertEqual(repr(self.table), "row  n  count\na    1    0.5\nb    -      2")
        self.assertEqual(repr(lk.Table({})), "")

    def test_it_is_plain_data(self):
        again = pickle.loads(pickle.dumps(self.table))
        self.assertEqual(again, self.table)
        self.assertEqual(pickle.loads(pickle.dumps(self.table[0])).n, 1)
        self.table.to_dict()["n"][0] = 9
        self.assertEqual(self.table["n"], [1, None])


if __name__ == "__main__":
    unittest.main()
