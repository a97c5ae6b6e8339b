#!/bin/sh
# The Python package with the data frames that people have: pyarrow, polars, pandas, DuckDB
# and numpy give and take, without a copy. Run by make check-interop, in the build folder.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python numpy pandas polars pyarrow duckdb pytz
interop_library
package=$(cd "$top_srcdir/bindings/python" && pwd) || fail "bindings/python is not there"
PYTHONPATH=$package LEADKPI_LIBRARY=$library "$python" -B -m unittest discover -s "$package/interop" -t "$package/interop"
