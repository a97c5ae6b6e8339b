"""ClickHouse in this process, by the package chdb: one thread, tables of (id, ts, code)."""
import os
import tempfile

import numpy as np
from chdb import session

COLUMNS = np.dtype([("id", "<u4"), ("ts", "<u4"), ("code", "u1")])
STRUCTURE = "id UInt32, ts UInt32, code UInt8"


class Peer:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.session = session.Session(os.path.join(self.folder.name, "data"))
        self.run("SET max_threads = 1")

    def run(self, text):
        return self.session.query(text, "TabSeparated").bytes().decode()

    def store(self, name, rows, engine, dtype=COLUMNS, structure=STRUCTURE):
        packed = np.zeros(len(rows[0]), dtype)
        for field, values in zip(dtype.names, rows):
            packed[field] = values
        path = os.path.join(self.folder.name, name + ".bin")
        packed.tofile(path)
        self.run("DROP TABLE IF EXISTS %s" % name)
        self.run("CREATE TABLE %s (%s) ENGINE = %s" % (name, structure, engine))
        self.run("INSERT INTO %s SELECT * FROM file('%s', 'RowBinary', '%s')"
                 % (name, path, structure))
        if engine.startswith("MergeTree"):
            self.run("OPTIMIZE TABLE %s FINAL" % name)
        os.remove(path)

    def levels(self, name, steps, window, in_order=False, mode=""):
        """How many reached each step or more."""
        conditions = ", ".join("code = %d" % step for step in range(steps))
        answer = self.run(
            "SELECT level, count() FROM (SELECT windowFunnel(%d%s)(ts, %s) AS level FROM %s "
            "GROUP BY id) GROUP BY level SETTINGS max_threads = 1, "
            "optimize_aggregation_in_order = %d" % (window, mode, conditions, name, in_order))
        exactly = [0] * (steps + 1)
        for line in answer.splitlines():
            level, count = line.split("\t")
            exactly[int(level)] = int(count)
        return [sum(exactly[step:]) for step in range(1, steps + 1)]
