#!/bin/sh
# Random groups of events against a live ClickHouse. Run by make check-interop.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python chdb numpy
interop_library
LEADKPI_LIBRARY=$library "$python" -B "$top_srcdir/bench/peers/interop_funnel.py" ${INTEROP_GROUPS:+"$INTEROP_GROUPS"}
