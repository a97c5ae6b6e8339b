#!/bin/sh
# The Python package with the data frames that people have: pyarrow, polars, pandas, DuckDB
# and numpy give and take, without a copy; with what draws; under mypy's strict eye; and by
# properties. Run by make check-interop, in the build folder.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python numpy pandas polars pyarrow duckdb pytz matplotlib altair mypy hypothesis
interop_library
top_srcdir=$(cd "$top_srcdir" && pwd)
package=$top_srcdir/bindings/python
PYTHONPATH=$package LEADKPI_LIBRARY=$library HYPOTHESIS_STORAGE_DIRECTORY=$PWD/.interop/hypothesis
export top_srcdir PYTHONPATH LEADKPI_LIBRARY HYPOTHESIS_STORAGE_DIRECTORY
"$python" -m mypy --strict --cache-dir .interop/mypy "$package/leadkpi" || fail "mypy --strict"
"$python" -B -m unittest discover -s "$package/interop" -t "$package/interop" || fail "interop"
# The README again, with the packages that its last examples ask for.
"$python" -B -m unittest discover -s "$package/tests" -t "$package/tests" -p test_readme.py || fail "README"
