#!/bin/sh
# A KPI over columns of numpy against the same in C. Run by make bench-python, in the build folder.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python numpy
interop_library
LEADKPI_LIBRARY=$library PYTHONPATH=$top_srcdir/bindings/python "$python" -B "$top_srcdir/bench/peers/columns.py" ${BENCH_ROWS:+"$BENCH_ROWS"}
