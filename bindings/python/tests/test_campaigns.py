"""Campaigns from plain lists: golden numbers, states, threads, forks, memory."""
import datetime
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import unittest
import warnings
from array import array
from decimal import Decimal

import leadkpi as lk

DAY = datetime.timedelta(days=1)
START = datetime.datetime(2025, 1, 1)
CHANNELS = ["Paid Search", "Events", None, ""]


def leads(first, count):
    ids = range(first, first + count)
    return {"id": list(ids), "time": [START + DAY * (i % 90) for i in ids], "channel": [CHANNELS[i % 4] for i in ids]}


def stages(first, count):
    ids = [i for i in range(first, first + count) if i % 3 == 0]
    return {"id": ids, "stage": ["won" if i % 6 == 0 else "mql" for i in ids],
            "time": [START + DAY * (i % 90 + 5) for i in ids],
            "value": [Decimal(i) / 4 if i % 6 == 0 else None for i in ids]}


COSTS = {"time": [START, START + 31 * DAY, START], "channel": ["Paid Search", "Paid Search", "Events"],
         "amount": [Decimal("1000.10"), Decimal("500"), None], "clicks": [200, None, 7]}


def filled(first=0, count=400):
    return lk.Campaigns().add_leads(leads(first, count)).add_stages(stages(first, count)).add_costs(COSTS)


class Golden(unittest.TestCase):
    """400 leads, 100 a channel; every third got somewhere, every sixth of them was won. Counted by hand."""

    def test_a_report_counts_what_was_added(self):
        with filled() as campaigns:
            table = campaigns.report(by=["channel"], kpis=["lead_volume", "new_customers", "cpl", "closed_won_revenue"])
        rows = {(row.row, row.channel): row for row in table}
        self.assertEqual({key: row.lead_volume for key, row in rows.items()},
                         {("segment", "Paid Search"): 100, ("segment", "Events"): 100, ("segment", None): 100,
                          ("segment", ""): 100, ("total", None): 400})
        self.assertEqual(rows["total", None].new_customers, 67)
        self.assertEqual(rows["total", None].closed_won_revenue, sum(i / 4 for i in range(0, 400, 6)))
        self.assertEqual(rows["segment", "Paid Search"].cost_per_lead, 15.001)
        self.assertEqual(rows["segment", "Paid Search"].cost_per_lead_status, "ok")
        self.assertEqual((rows["segment", None].cost_per_lead, rows["segment", None].cost_per_lead_status),
                         (None, "not_given"))

    def test_months_follow_the_clocks_of_a_zone(self):
        data = {"id": [1, 2], "time": [datetime.datetime(2025, 1, 31, 22, 59), datetime.datetime(2025, 1, 31, 23)]}
        months = lk.report(leads=data, grain="month", zone="Europe/Berlin", kpis=["lead_volume"])
        self.assertEqual(months["period"], ["2025-01", "2025-02", None])
        self.assertEqual(months[1].period_start, datetime.datetime(2025, 1, 31, 23, tzinfo=datetime.timezone.utc))
        for by in (["month"], "month"):
            self.assertEqual(lk.report(leads=data, by=by, zone="Europe/Berlin", kpis=["lead_volume"]), months)
        with self.assertRaisesRegex(lk.UnknownNameError, "month"):
            lk.report(leads=data, by=["month"], grain="day", kpis=["lead_volume"])
        self.assertEqual(lk.report(leads=data, grain="month", zone="UTC", kpis=["lead_volume"])["period"],
                         ["2025-01", None])
        for name in ("Mars/Olympus", "../../etc/passwd", "Europe//Berlin"):
            with self.assertRaises(lk.LeadkpiError):
                lk.report(leads=data, grain="month", zone=name)

    def test_report_options_are_python_values(self):
        campaigns = filled()
        one = campaigns.report(kpis="lead_volume", as_of=datetime.datetime(2025, 2, 1), level=0.9, totals=False,
                               inputs={"quota": 5}, sla=datetime.timedelta(minutes=5))
        self.assertEqual(one, campaigns.report(kpis=["lead_volume"], as_of="2025-02-01", level=0.9, totals=False,
                                               inputs=["quota=5"], sla="5min"))
        self.assertEqual(len(one), 1)
        with self.assertRaisesRegex(lk.UnknownNameError, "grain"):
            campaigns.report(grains="month")
        with self.assertRaises(lk.LeadkpiError):
            campaigns.report(by=["chanel"])

    def test_awkward_dimension_names_and_values_pass(self):
        name, value = 'utm, "source"; x', 'a;b,"c"'
        data = {"id": [1], "time": [START], name: [value]}
        table = lk.report(leads=data, by=[name], kpis=["lead_volume"])
        self.assertEqual(table[name][0], value)

    def test_one_call_does_the_same(self):
        options = dict(by=["channel"], grain="month", kpis=["lead_volume", "cac"])
        self.assertEqual(lk.report(leads(0, 400), stages(0, 400), costs=COSTS, person_key="id", **options),
                         filled().report(**options))

    def test_a_period_among_the_dimensions_may_be_a_default(self):
        with lk.Campaigns(by=["channel", "month"], kpis=["lead_volume"]) as campaigns:
            campaigns.add_leads({"id": [1], "time": [datetime.date(2025, 1, 1)], "channel": ["Ads"]})
            self.assertEqual(campaigns.report()["period"], ["2025-01", None])
            self.assertEqual(campaigns.report(by=["channel", "week"])["period"], ["2025-W01", None])

    def test_findings_costs_and_summary_are_tables(self):
        campaigns = filled().add_responses({"id": [1], "time": [START], "kind": ["human"]})
        campaigns.add_measures({"time": [START], "sessions": [1000]})
        campaigns.add_stages({"id": [99999], "stage": ["mql"], "time": [START]})
        self.assertIn("stage_rows_of_unknown_leads", campaigns.findings()["finding"])
        self.assertEqual(dict(zip(campaigns.cost_list()["measure"], campaigns.cost_list()["amount"]))["campaign_spend"],
                         1500.1)
        summary = campaigns.summary()[0]
        self.assertEqual((summary.leads, summary.stage_rows, summary.response_rows, summary.measure_rows),
                         (400, 135, 1, 1))
        self.assertEqual(summary.id_type, "int64")
        self.assertIn("Leads", campaigns.describe())

    def test_lent_arrays_and_lists_give_one_state(self):
        rows = leads(0, 100)
        first = lk.Campaigns().add_leads(rows)
        micro = array("q", [int((time - datetime.datetime(1970, 1, 1)) / DAY) * 86400 * 10**6 for time in rows["time"]])
        second = lk.Campaigns().add_leads({"id": array("q", rows["id"]), "time": lk.Column(micro, "timestamp"),
                                           "channel": rows["channel"]})
        self.assertEqual(first.dumps(), second.dumps())


class Refusing(unittest.TestCase):
    def test_bad_rows_are_named_and_nothing_is_added(self):
        campaigns = lk.Campaigns().add_leads(leads(0, 10))
        before = campaigns.dumps()
        with self.assertRaises(lk.BadDataError) as raised:
            campaigns.add_leads({"time": [START, START], "id": [1, None]})
        self.assertEqual((raised.exception.row, raised.exception.column, raised.exception.status), (1, "id", "bad_data"))
        for columns, error in (({"id": [1]}, lk.UnknownNameError), ({"id": ["a"], "time": [START]}, lk.WrongTypeError),
                               ({"id": [1], "time": ["2025"]}, lk.WrongTypeError),
                               ({"id": [2**63], "time": [START]}, lk.OverflowError)):
            with self.assertRaises(error):
                campaigns.add_leads(columns)
        self.assertEqual(campaigns.dumps(), before)

    def test_use_after_close_is_an_exception(self):
        with filled() as campaigns:
            twin = campaigns.empty_twin()
        campaigns.close()
        for use in (campaigns.report, campaigns.summary, campaigns.dumps, campaigns.describe, campaigns.empty_twin,
                    lambda: campaigns.add_leads(leads(0, 1)), lambda: twin.__iadd__(campaigns),
                    lambda: campaigns.__iadd__(twin)):
            with self.assertRaises(lk.WrongStateError):
                use()
        self.assertEqual(repr(campaigns), "<Campaigns, closed>")

    def test_unknown_and_wrong_options_are_refused(self):
        with self.assertRaisesRegex(lk.UnknownNameError, "person_key"):
            lk.Campaigns(person_keys="email")
        with self.assertRaises(lk.BadArgumentError):
            lk.Campaigns(person_key="phone")
        with self.assertRaises(lk.LeadkpiError):
            filled().report(level=object())
        self.assertIn("person_key", lk.options("campaigns")["name"])
        self.assertIn("campaigns_report", lk.schemas()["schema"])

    def test_a_batch_counts_once_and_says_so(self):
        campaigns = lk.Campaigns().add_leads(leads(0, 10), batch="january")
        before = campaigns.dumps()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            campaigns.add_leads(leads(0, 10), batch="january")
        self.assertIn("january", str(caught[0].message))
        self.assertEqual(campaigns.dumps(), before)


class States(unittest.TestCase):
    def test_a_state_comes_back_whole(self):
        campaigns = filled()
        for again in (lk.Campaigns.loads(campaigns.dumps()), pickle.loads(pickle.dumps(campaigns))):
            self.assertEqual(again.dumps(), campaigns.dumps())
            self.assertEqual(again.report(by=["channel"]), campaigns.report(by=["channel"]))
        self.assertEqual(lk.Campaigns.loads(bytearray(campaigns.dumps())).dumps(), campaigns.dumps())

    def test_damaged_bytes_are_refused(self):
        state = filled(0, 20).dumps()
        for broken in (b"", b"x" * 100, state[:-1], state[:50] + bytes([state[50] ^ 1]) + state[51:]):
            with self.assertRaises((lk.BadFormatError, lk.BadChecksumError)):
                lk.Campaigns.loads(broken)

    def test_parts_merge_to_the_whole(self):
        whole = lk.Campaigns().add_leads(leads(0, 400))
        first, second = whole.empty_twin().add_leads(leads(0, 150)), whole.empty_twin().add_leads(leads(150, 250))
        state = second.dumps()
        first += second
        self.assertEqual((first.dumps(), second.dumps()), (whole.dumps(), state))
        with self.assertRaises(lk.BadArgumentError):
            first += first
        with self.assertRaises(lk.MismatchError):
            first += lk.Campaigns(person_key="email")
        with self.assertRaises(TypeError):
            first += 5


class Living(unittest.TestCase):
    def test_threads_fill_twins_that_merge_to_the_same_state(self):
        whole, parts, failed = lk.Campaigns().add_leads(leads(0, 4000)), [], []

        def work(first):
            try:
                twin = whole.empty_twin()
                for each in range(first, first + 1000, 100):
                    twin.add_leads(leads(each, 100))
                parts.append(twin)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 4000, 1000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])
        total = parts.pop()
        for part in parts:
            total += part
        self.assertEqual(total.dumps(), whole.dumps())

    def test_threads_that_share_one_handle_take_turns_even_with_close(self):
        shared, odd = filled(), []

        def work():
            try:
                for i in range(20):
                    shared.add_leads(leads(i * 10, 10))
                    shared.report(by=["channel"])
            except lk.WrongStateError:
                pass
            except BaseException as error:
                odd.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        shared.close()
        for thread in threads:
            thread.join()
        self.assertEqual(odd, [])

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_other_threads_run_while_the_library_does(self):
        """With a switch interval without end another thread runs only where a call lets it."""
        before, ready, seen = sys.getswitchinterval(), threading.Event(), []

        def other():
            ready.wait()
            seen.append(True)

        thread = threading.Thread(target=other)
        thread.start()
        column = array("d", [1.0]) * 100000
        try:
            sys.setswitchinterval(1000)
            ready.set()
            for _ in range(2000):
                lk.cost_per_lead(column, 2.0)
                if seen:
                    break
            ran = bool(seen)
        finally:
            sys.setswitchinterval(before)
        thread.join()
        self.assertTrue(ran)

    def test_a_fork_goes_on_by_itself(self):
        campaigns = filled()
        before = campaigns.dumps()
        context = multiprocessing.get_context("fork")
        queue = context.SimpleQueue()

        def child():
            campaigns.add_leads(leads(400, 10))
            queue.put((campaigns.dumps(), lk.cost_per_lead(5000, 250)))

        process = context.Process(target=child)
        process.start()
        state, cost = queue.get()
        process.join()
        self.assertEqual((process.exitcode, cost), (0, 20.0))
        self.assertEqual(campaigns.dumps(), before)
        self.assertEqual(state, campaigns.add_leads(leads(400, 10)).dumps())

    @unittest.skipUnless(hasattr(os, "fork"), "no fork here")
    def test_a_fork_waits_for_no_thread_that_it_does_not_have(self):
        campaigns, over = filled(), threading.Event()

        def other():
            while not over.is_set():
                campaigns.dumps()

        thread = threading.Thread(target=other)
        thread.start()
        statuses = []
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(10)  # ends a child that waits for ever
                campaigns.dumps()
                os._exit(0)
            statuses.append(os.waitpid(child, 0)[1])
        over.set()
        thread.join()
        self.assertEqual(statuses, [0] * 10)

    def test_the_end_takes_nothing_from_a_thread_that_goes_on(self):
        program = """
import leadkpi as lk, threading, time
from datetime import datetime, timedelta
rows = range(20000)
held = lk.Campaigns().add_leads({"id": list(rows), "time": [datetime(2025, 1, 1) + timedelta(minutes=row) for row in rows]})
def work():
    while True: held.report(grain="day", kpis=["lead_volume"])
threading.Thread(target=work, daemon=True).start()
time.sleep(0.15)
"""
        for _ in range(3):
            self.assertEqual(subprocess.run([sys.executable, "-B", "-c", program]).returncode, 0)

    def test_memory_stays_flat(self):
        def rounds(count):
            for _ in range(count):
                campaigns = filled(0, 200)
                campaigns.report(by=["channel"], grain="month", zone="Europe/Berlin")
                campaigns += pickle.loads(pickle.dumps(campaigns))
                lk.evaluate("cpl", 5000, 250)
                lk.cost_per_lead([1.0] * 1000, [2.0] * 1000)
                try:
                    campaigns.add_leads({"id": [None], "time": [START]})
                except lk.LeadkpiError:
                    pass
            gc.collect()
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        rounds(20)
        before = rounds(20)
        self.assertLess(rounds(100) - before, 2000)  # kB


if __name__ == "__main__":
    unittest.main()
