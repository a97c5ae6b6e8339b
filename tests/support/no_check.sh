#!/bin/sh
# Stands in the list of tests where configure found no Check library.
. "${top_srcdir:?}/tests/support/skip.sh"
missing "Check (Debian: check) and pkg-config: the C tests were not built; install them and run configure again"
