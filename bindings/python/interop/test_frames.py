"""Frames of every make go in and come out, without a copy, and give nothing back too late."""
import datetime
import gc
import unittest

import duckdb
import numpy
import pandas
import polars
import pyarrow

import leadkpi as lk
from leadkpi import _arrow, _library

START = datetime.datetime(2025, 1, 1)
DAY = datetime.timedelta(days=1)
IDS = [1, 1, 1, 2, 2, 3, 3, 3]
EVENTS = ["lead", "mql", "won", "lead", "mql", "lead", "mql", "won"]
TIMES = [START + DAY * day for day in (0, 2, 5, 0, 9, 1, 3, 40)]
COLUMNS = {"id": IDS, "event": EVENTS, "time": TIMES}
REACHED = [3, 3, 1]  # lead 3 is won after the window


def reached(data, **names):
    with lk.Funnel(["lead", "mql", "won"], window="30d") as funnel:
        return funnel.add(data, **names).steps()["reached"]


def leads():
    with lk.Funnel(["lead", "mql", "won"], window="30d") as funnel:
        return funnel.add(COLUMNS).leads()


class In(unittest.TestCase):
    def test_pyarrow_of_every_type(self):
        texts = [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(),
                 pyarrow.large_binary(), pyarrow.dictionary(pyarrow.int8(), pyarrow.string()),
                 pyarrow.dictionary(pyarrow.int32(), pyarrow.large_string()),
                 pyarrow.dictionary(pyarrow.uint16(), pyarrow.string())]
        integers = [pyarrow.int8(), pyarrow.uint8(), pyarrow.int16(), pyarrow.uint16(), pyarrow.int32(),
                    pyarrow.uint32(), pyarrow.int64(), pyarrow.uint64()]
        for unit in ("s", "ms", "us", "ns"):
            for i, text in enumerate(texts):
                plain = pyarrow.array(EVENTS)
                events = pyarrow.array(EVENTS, text) if text == pyarrow.string_view() else plain.cast(text)
                table = pyarrow.table({"id": pyarrow.array(IDS, integers[i]), "event": events,
                                       "time": pyarrow.array(TIMES, pyarrow.timestamp(unit, "Europe/Berlin"))})
                with self.subTest(unit=unit, text=text):
                    self.assertEqual(reached(table), REACHED)

    def test_dates_and_decimals_are_exact(self):
        dates = pyarrow.table({"id": IDS, "event": EVENTS,
                               "time": pyarrow.array([time.date() for time in TIMES], pyarrow.date32())})
        self.assertEqual(reached(dates), REACHED)
        costs = pyarrow.table({"time": pyarrow.array([START.date()], pyarrow.date64()),
                               "amount": pyarrow.array(["1000.10"]).cast(pyarrow.decimal128(30, 2))})
        with lk.Campaigns() as campaigns:
            campaigns.add_costs(costs).add_leads({"id": [1], "time": [START]})
            self.assertEqual(campaigns.report(kpis=["cpl"])["cost_per_lead"][0], 1000.10)

    def test_polars_with_views_categories_and_chunks(self):
        frame = polars.DataFrame(COLUMNS)
        self.assertEqual(reached(frame), REACHED)
        self.assertEqual(reached(frame.with_columns(polars.col("event").cast(polars.Categorical))), REACHED)
        chunks = polars.concat([frame[:4], frame[4:]], rechunk=False)
        self.assertEqual(chunks.n_chunks(), 2)
        self.assertEqual(reached(chunks), REACHED)
        long = frame.with_columns(polars.col("event") + " with more than twelve bytes")
        steps = [step + " with more than twelve bytes" for step in ("lead", "mql", "won")]
        with lk.Funnel(steps, window="30d") as funnel:
            self.assertEqual(funnel.add(long).steps()["reached"], REACHED)

    def test_pandas_with_and_without_its_way_to_arrow(self):
        frame = pandas.DataFrame(COLUMNS)
        self.assertEqual(reached(frame), REACHED)
        self.assertEqual(reached(frame.astype({"event": "category", "time": "datetime64[ns]"})), REACHED)

        class WithoutArrow:
            columns, iloc = frame.columns, frame.iloc

            def __getitem__(self, name):
                return frame[name]

            def __arrow_c_stream__(self, requested_schema=None):
                raise ImportError("pyarrow")
        self.assertEqual(reached(WithoutArrow()), REACHED)

    def test_duckdb_relations(self):
        connection = duckdb.connect()
        connection.register("events", pyarrow.table(COLUMNS))
        self.assertEqual(reached(connection.sql("select * from events")), REACHED)
        other = connection.sql("select id::uinteger as lead, event::enum('lead', 'mql', 'won') as stage, "
                               "time::timestamptz as at, [1, 2] as list from events")
        self.assertEqual(reached(other, lead="lead", step="stage", time="at"), REACHED)

    def test_numpy_times_are_exact_or_refused_and_nat_is_null(self):
        times = numpy.array(TIMES, "datetime64[ns]")
        self.assertEqual(reached({"id": numpy.array(IDS), "event": EVENTS, "time": times}), REACHED)
        with self.assertRaisesRegex(lk.BadDataError, 'column "time", row 2: expected a time in whole microseconds'):
            reached({"id": IDS, "event": EVENTS, "time": times + numpy.array([0, 0, 1, 0, 0, 0, 0, 0], "timedelta64[ns]")})
        times[7] = "NaT"
        with self.assertRaises(lk.BadDataError) as told:
            reached({"id": IDS, "event": EVENTS, "time": times})
        self.assertEqual(told.exception.row, 7)

    def test_numpy_without_a_step_and_with_a_mask(self):
        one = numpy.broadcast_to(numpy.array([1]), (8,))
        self.assertEqual(reached({"id": one, "event": EVENTS, "time": TIMES}), [1, 1, 1])
        numpy.testing.assert_array_equal(lk.cost_per_lead(numpy.broadcast_to(numpy.array([9.0]), (3,)), 3.0), [3.0] * 3)
        masked = numpy.ma.masked_array([9.0, 6.0], [True, False])
        numpy.testing.assert_array_equal(lk.cost_per_lead(masked, 3.0), [numpy.nan, 2.0])
        ids = numpy.ma.masked_array(IDS, [False] * 7 + [True])
        with self.assertRaises(lk.BadDataError) as told:
            reached({"id": ids, "event": EVENTS, "time": TIMES})
        self.assertEqual((told.exception.row, told.exception.column), (7, "id"))

    def test_nanoseconds_of_pandas_are_refused(self):
        times = list(map(pandas.Timestamp, TIMES))
        self.assertEqual(reached({"id": IDS, "event": EVENTS, "time": times}), REACHED)
        times[3] += pandas.Timedelta(1, "ns")
        with self.assertRaisesRegex(lk.BadDataError, 'column "time", row 3: expected a time in whole microseconds'):
            reached({"id": IDS, "event": EVENTS, "time": times})

    def test_the_row_of_a_later_batch_is_that_of_the_whole(self):
        times = pyarrow.chunked_array([pyarrow.array(TIMES[:4]), pyarrow.array(TIMES[4:6] + [None] + TIMES[7:])])
        with self.assertRaises(lk.BadDataError) as told:
            reached(pyarrow.table({"id": IDS, "event": EVENTS, "time": times}))
        self.assertEqual((told.exception.row, told.exception.column), (6, "time"))

    def test_the_row_of_what_a_later_batch_cannot_say_is_that_of_the_whole(self):
        parts = [pyarrow.table({**{name: COLUMNS[name][:2] for name in ("id", "event")},
                                "time": pyarrow.array(numpy.array(times, dtype="M8[ns]"))})
                 for times in ([1000, 2000], [3000, 4001])]
        with self.assertRaisesRegex(lk.BadDataError, "begins at row 2") as caught:
            reached(pyarrow.concat_tables(parts))
        self.assertEqual(caught.exception.row, 3)

    def test_times_of_pandas_with_a_zone_are_instants_in_a_dict_of_columns_too(self):
        there = pandas.to_datetime(["2025-01-01"]).tz_localize("Europe/Berlin")
        for times in (pandas.Series(there), there, pandas.array(there)):
            found = lk.Funnel(["a"]).add({"id": [1], "event": ["a"], "time": times}).leads()["start"]
            self.assertEqual(found, [datetime.datetime(2024, 12, 31, 23, tzinfo=datetime.timezone.utc)])

    def test_missing_texts_of_pandas_are_null_without_arrow_too(self):
        class WithoutArrow(pandas.DataFrame):
            def __arrow_c_stream__(self, requested_schema=None):
                raise ImportError

        for channels in (["Ads", numpy.nan], pandas.Categorical(["Ads", None])):
            frame = WithoutArrow({"id": [1, 2], "time": pandas.to_datetime(["2025-01-01"] * 2), "channel": channels})
            table = lk.report(leads=frame, by=["channel"], kpis=["lead_volume"], as_of="2025-04-01")
            self.assertEqual(table["channel"][:2], [None, "Ads"])

    def test_what_int64_cannot_hold_is_refused_with_its_place(self):
        big = pyarrow.table({"id": pyarrow.array([1, 2**63], pyarrow.uint64()), "event": ["a", "b"],
                             "time": TIMES[:2]})
        with self.assertRaisesRegex(lk.BadDataError, 'column "id".* row 1') as told:
            reached(big)
        self.assertEqual(told.exception.row, 1)
        fine = pyarrow.table({"id": IDS, "event": EVENTS, "time": pyarrow.array(
            [int(time.timestamp()) * 10**9 + 1 for time in TIMES], pyarrow.timestamp("ns"))})
        with self.assertRaisesRegex(lk.BadDataError, "whole microseconds"):
            reached(fine)


class Kpis(unittest.TestCase):
    """Columns of every make into a KPI, and out as they came."""

    def test_the_same_kind_comes_out(self):
        f, expected = lk.cost_per_lead, [3.0, 4.0]
        for spend, leads in (([9.0, 8], [3, 2]), (numpy.array([9.0, 8]), numpy.array([3, 2])),
                             (numpy.array([9, 8], "f4"), numpy.array([3, 2], ">f8")),
                             (polars.Series([9, 8]), polars.Series([3, 2])), (pyarrow.array([9, 8]), pyarrow.array([3, 2])),
                             (pandas.Series([9.0, 8]), pandas.Series([3, 2], dtype="Int64")),
                             (pandas.Series([9, 8], dtype="float64[pyarrow]"), numpy.array([3, 2]))):
            found = f(spend, leads)
            with self.subTest(type(spend)):
                self.assertEqual(found.to_pylist() if hasattr(found, "to_pylist") else list(found), expected)
                same = pyarrow.DoubleArray if isinstance(spend, pyarrow.Array) else type(spend)
                self.assertIsInstance(found, same)
        series = f(pandas.Series([9.0, 8], index=["a", "b"]), 1)
        self.assertEqual(list(series.index), ["a", "b"])
        self.assertEqual(list(f(9, numpy.array([3.0, 2.0]))), [3.0, 4.5])
        self.assertIsInstance(f(pyarrow.chunked_array([[9], [8]]), 1), pyarrow.DoubleArray)

    def test_an_index_and_an_array_of_pandas_stay_what_they_are(self):
        self.assertTrue(lk.cost_per_lead(pandas.Index([1.0, 2.0]), 2).equals(pandas.Index([0.5, 1.0])))
        made = lk.cost_per_lead(pandas.array([1, None], dtype="Int64"), 2)
        self.assertIsInstance(made, pandas.api.extensions.ExtensionArray)

    def test_texts_and_complex_numbers_of_numpy_are_refused_and_one_number_is_one(self):
        for values in (numpy.array(["1", "2"]), numpy.array([1 + 5j])):
            with self.assertRaises(lk.WrongTypeError):
                lk.cost_per_lead(values, 2)
        self.assertEqual(lk.cost_per_lead(numpy.array(3.0), 2), 1.5)

    def test_what_is_missing_is_nan(self):
        for spend in (pandas.Series([9.0, None]), pandas.Series([9, None], dtype="Int64"), polars.Series([9, None]),
                      pandas.Series([9, None], dtype="Float64"), polars.Series([9.0, None]), pyarrow.array([9, None]),
                      pyarrow.array([9.0, None]), numpy.ma.masked_array([9.0, 8], [False, True]), [9, None]):
            with self.subTest(spend):
                numpy.testing.assert_array_equal(numpy.array(lk.cost_per_lead(spend, 3)), [3, numpy.nan])

    def test_nat_and_na_of_pandas_are_missing_wherever_they_stand(self):
        for missing in (pandas.NA, pandas.NaT):
            self.assertTrue(numpy.isnan(lk.cost_per_lead(5000, missing)))
            self.assertTrue(numpy.isnan(lk.cost_per_lead([missing, 5], [1, missing])).all())
            self.assertTrue(numpy.isnan(lk.cost_per_lead([5.0], missing)).all())
            self.assertEqual(lk.evaluate("cpl", 5000, missing).status, "not_given")

    def test_undefined_raises_with_its_row_where_it_is_asked_for(self):
        with self.assertRaisesRegex(lk.UndefinedError, "row 1: ") as told:
            lk.cost_per_lead(polars.Series([1.0, 2.0]), numpy.array([1.0, 0.0]), undefined="raise")
        self.assertEqual(told.exception.row, 1)

    def test_whole_numbers_beyond_a_double_are_refused_by_name_in_every_make(self):
        big = 2**53 + 1
        for spend in ([big], numpy.array([big]), numpy.array([2**64 - 1], "u8"), numpy.array([2**63 - 1]), numpy.int64(big),
                      polars.Series([big]), polars.Series([big, None]), pyarrow.array([big, None]), pyarrow.array([big]),
                      pandas.Series([big]), pandas.Series([big, None], dtype="Int64")):
            with self.subTest(spend), self.assertRaisesRegex(lk.OverflowError, "campaign_spend.*a double holds") as told:
                lk.cost_per_lead(spend, 3)
            self.assertEqual(told.exception.column, "campaign_spend")
        for text in (numpy.array(["a"]), polars.Series(["a"]), pandas.Series(["a"])):
            with self.subTest(text), self.assertRaises(lk.WrongTypeError):
                lk.cost_per_lead(text, 3)


class Lists(unittest.TestCase):
    def test_nat_na_and_numbers_of_numpy_among_values(self):
        table = lk.Table({"t": [pandas.NaT, pandas.Timestamp("2025-01-01")], "n": [numpy.int64(2**53 + 1), pandas.NA],
                          "f": [numpy.float32(0.5), 1], "b": [numpy.bool_(True), None]})
        self.assertEqual(table.types, {"t": "timestamp", "n": "int64", "f": "double", "b": "bool"})
        out = table.to_arrow().to_pydict()
        self.assertEqual((out["n"], out["f"], out["b"], out["t"][0]), ([2**53 + 1, None], [0.5, 1.0], [True, None], None))
        with self.assertRaisesRegex(lk.WrongTypeError, 'column "x", row 0'):
            lk.Table({"x": [numpy.datetime64("2025-01-01")]}).to_arrow()


class NoCopy(unittest.TestCase):
    def address_in(self, data, column):
        with _arrow.inputs(data, {}) as tables:
            table = next(tables)
            return _library.library.leadkpi_table_column_values(table.handle, table.names.index(column), None)

    def test_the_library_reads_where_the_frame_lies(self):
        values = numpy.arange(1000)
        table = pyarrow.table({"x": values})
        self.assertEqual(self.address_in(table, "x"), values.ctypes.data)
        self.assertEqual(self.address_in(table.slice(10), "x"), values.ctypes.data + 80)
        frame = polars.from_arrow(table)
        self.assertEqual(self.address_in(frame, "x"), frame["x"].to_numpy().ctypes.data)
        self.assertEqual(self.address_in({"x": values}, "x"), values.ctypes.data)

    def test_a_frame_reads_where_the_library_lies(self):
        table = leads()
        place = _library.library.leadkpi_table_column_values(table._handle, 0, None)
        arrow = pyarrow.table(table)
        self.assertEqual(arrow["id"].chunk(0).buffers()[1].address, place)
        self.assertEqual(polars.DataFrame(table)["id"].to_numpy().ctypes.data, place)
        del table
        gc.collect()
        self.assertEqual(arrow["id"].to_pylist(), [1, 2, 3])

    def test_a_thousand_rounds_hold_no_more_memory_than_ten(self):
        rows = 20000
        table = pyarrow.table({"id": numpy.arange(rows) % 5000, "event": ["lead", "mql"] * (rows // 2),
                               "time": pyarrow.array(numpy.arange(rows) * 10**6, pyarrow.timestamp("us"))})
        frames = [table, polars.from_arrow(table)]
        for round in range(1000):
            for frame in frames:
                with lk.Funnel(["lead", "mql"]) as funnel:
                    funnel.add(frame)
                    pyarrow.table(funnel.steps())
            if round == 100:
                before = _resident()
        self.assertLess(_resident(), before + 4096)


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4


class Out(unittest.TestCase):
    def test_every_make_reads_a_table_alike(self):
        table = leads()
        expected = table.to_dict()
        self.assertEqual(table.to_polars().to_dict(as_series=False), expected)
        self.assertEqual(table.to_arrow().to_pydict(), expected)
        self.assertEqual(table.to_pandas()["id"].tolist(), expected["id"])
        connection = duckdb.connect()
        connection.register("leads", table.to_arrow())
        self.assertEqual(connection.sql("select id, step from leads order by id").fetchall(),
                         list(zip(expected["id"], expected["step"])))

    def test_units_go_along(self):
        with lk.Funnel(["lead", "mql", "won"], window="30d") as funnel:
            table = funnel.add(COLUMNS).steps()
        units = {field.name: (field.metadata or {}).get(b"leadkpi.unit", b"").decode()
                 for field in table.to_arrow().schema}
        self.assertEqual(units, table.units)


if __name__ == "__main__":
    unittest.main()
