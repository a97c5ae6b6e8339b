#!/bin/sh
# The SQL of every definition gives the library's numbers; skipped where nothing runs SQL.
set -eu
command -v python3 >/dev/null || { echo "SKIP: python3 is not there"; exit 77; }
python3 -c 'import sqlite3' 2>/dev/null || { echo "SKIP: python3 has no sqlite3"; exit 77; }
for library in lib/.libs/libleadkpi.so lib/.libs/libleadkpi.so.0; do
    test -f "$library" && break
done
test -f "$library" || { echo "SKIP: no shared library was built"; exit 77; }
. "${srcdir:-.}/tests/gates/gate.sh"
need_shared
exec python3 "${srcdir:-.}/tests/kpi/sql.py" "$library"
