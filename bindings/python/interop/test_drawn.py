"""Every picture by matplotlib and by altair, of real results; each shows the numbers of its table."""
import io
import sys
import unittest
from os.path import abspath, dirname, join

import matplotlib

matplotlib.use("Agg")
sys.path.insert(0, join(dirname(dirname(abspath(__file__))), "tests"))
import altair
from matplotlib import pyplot
from matplotlib.image import imread

import leadkpi as lk
import test_pictures as made

TABLES = {
    "funnel": lambda: made.funnel(as_of="2026-01-01"),
    "segments": lambda: made.funnel(by="segment", as_of="2026-01-01"),
    "retention": lambda: made.cohorts().retention(as_of="2025-03-02"),
    "survival": lambda: made.cohorts().survival(event="outcome", as_of="2025-06-01"),
    "survival by channel": lambda: made.cohorts().survival(event="outcome", as_of="2025-06-01", by=["channel"]),
    "models": lambda: made.attribution().compare(models=["first", "last", "markov"]),
    "credits": lambda: made.attribution().credits(models=["linear", "markov"]),
    "report": lambda: made.campaigns().report(by=["channel"], kpis=["cpl"], as_of="2025-02-01"),
    "no rows": lambda: lk.Cohorts().retention(as_of="2025-03-02"),
}


class Pictures(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")

    def test_matplotlib_gives_axes_that_can_be_saved(self):
        for name, table in TABLES.items():
            with self.subTest(name):
                axes, file = table().plot(), io.BytesIO()
                self.assertIsInstance(axes, matplotlib.axes.Axes)
                axes.figure.savefig(file, format="png", dpi=50)
                file.seek(0)
                if name != "no rows":
                    self.assertLess(imread(file)[..., :3].min(), 0.9)

    def test_given_axes_are_drawn_on(self):
        _, (left, right) = pyplot.subplots(1, 2)
        self.assertIs(TABLES["funnel"]().plot(ax=right), right)
        self.assertFalse(left.has_data())
        self.assertEqual([bar.get_height() for bar in right.patches[3:]], [3, 2, 1])

    def test_altair_gives_charts_that_are_valid_and_have_the_numbers(self):
        for name, table in TABLES.items():
            with self.subTest(name):
                chart = table().plot(backend="altair")
                self.assertIsInstance(chart, altair.TopLevelMixin)
                said = chart.to_dict()
                if name == "funnel":
                    values = [row["value"] for row in said["layer"][0].get("data", said.get("data"))["values"]]
                    self.assertEqual(values, [3, 2, 1])
        with self.assertRaises(lk.BadArgumentError):
            TABLES["funnel"]().plot(backend="altair", ax=object())


if __name__ == "__main__":
    unittest.main()
