#!/bin/sh
# Times against other products, in one process on the same rows. Run by make bench-peers.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python chdb numpy
interop_library
export LEADKPI_LIBRARY="$library"
for peers in ${PEERS:-funnel cohorts}; do
    "$python" -B "$top_srcdir/bench/peers/$peers.py" ${PEER_EVENTS:+"$PEER_EVENTS"} || exit 1
done
