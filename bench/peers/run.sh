#!/bin/sh
# Times against other products, in one process on the same rows. Run by make bench-peers.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_python chdb numpy
interop_library
export LEADKPI_LIBRARY="$library"
for peers in ${PEERS:-funnel cohorts attribution}; do
    case $peers in
    attribution)
        interop_python pandas matplotlib ChannelAttribution
        count=${PEER_JOURNEYS:-}
        ;;
    *) count=${PEER_EVENTS:-} ;;
    esac
    "$python" -B "$top_srcdir/bench/peers/$peers.py" ${count:+"$count"} || exit 1
done
