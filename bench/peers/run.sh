#!/bin/sh
# Times against other products, in one process on the same rows. Run by make bench-peers.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python chdb numpy
interop_library
LEADKPI_LIBRARY=$library "$python" -B "$top_srcdir/bench/peers/funnel.py" ${PEER_EVENTS:+"$PEER_EVENTS"}

interop_python pandas matplotlib ChannelAttribution
LEADKPI_LIBRARY=$library "$python" -B "$top_srcdir/bench/peers/attribution.py" ${PEER_JOURNEYS:+"$PEER_JOURNEYS"}
