#!/bin/sh
# The SQL of every definition gives the library's numbers; skipped where nothing runs SQL.
. "${top_srcdir:?}/tests/support/skip.sh"

for library in lib/.libs/libleadkpi.so lib/.libs/libleadkpi.so.0; do
    test -f "$library" && break
done
test -f "$library" || not_here "no shared library was built"
python=/usr/bin/python3
command -v "$python" >/dev/null 2>&1 || python=python3
need "$python"
"$python" -c 'import sqlite3' 2>/dev/null || missing "the module sqlite3 of $python"
# A library of 32 bit cannot be loaded by a Python of 64 bit: byte 4 of ELF is 1 or 2.
class=$(od -An -tu1 -j4 -N1 "$library" | tr -d ' ')
"$python" -c "import struct, sys; sys.exit(struct.calcsize('P') != 4 * $class)" ||
    not_here "the library and $python are not both of 32 or of 64 bit"
exec "$python" "$top_srcdir/tests/kpi/sql.py" "$library"
