"""Golden results of the handles, tests/vectors/handles.txt: the same here as in every other language."""
import math
import os
import unittest

import leadkpi as lk

SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
KINDS = {"i": lambda cells: [None if cell == "" else int(cell) for cell in cells],
         "s": lambda cells: [cell or None for cell in cells],
         "t": lambda cells: lk.Column(KINDS["i"](cells), "timestamp"),
         "d": lambda cells: lk.Column(KINDS["i"](cells), "decimal", 2)}


def read_lines():
    with open(os.path.join(SOURCE, "tests", "vectors", "handles.txt"), encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def options(text):
    """"a=1; b=x,y" as keywords."""
    return dict(option.strip().split("=", 1) for option in text.split(";") if option.strip())


def columns(header, rows):
    names = [name.split(":") for name in header.split()]
    return {name: KINDS[kind](cells) for (name, kind), cells in zip(names, zip(*rows))}


class Handles(unittest.TestCase):
    def close(self, found, cell):
        if cell == "" or found is None:
            return found is None and cell == ""
        return found == cell if isinstance(found, str) else math.isclose(found, float(cell), rel_tol=1e-9, abs_tol=1e-12)

    def test_every_report_is_that_of_every_language(self):
        lines, seen, at = read_lines(), 0, 0
        while at < len(lines):
            kind, first, *rest = lines[at]
            at += 1
            if kind == "case":
                name = first
            elif kind == "handle":
                handle = getattr(lk, first.capitalize())(**options(rest[0]))
            elif kind == "rows":
                end = next(i for i in range(at, len(lines)) if lines[i][0] != "row")
                getattr(handle, first)(columns(rest[0], [line[1].split(",") for line in lines[at:end]]))
                at = end
            elif kind == "report":
                table = getattr(type(handle).loads(handle.dumps()), first)(**options(rest[0]))
            else:
                self.assertEqual(kind, "column")
                cells, found = rest[0].split(","), table[first]
                with self.subTest(case=name, column=first):
                    self.assertEqual(len(found), len(cells))
                    self.assertTrue(all(map(self.close, found, cells)), (found, cells))
                seen += 1
        self.assertGreater(seen, 20)


if __name__ == "__main__":
    unittest.main()
