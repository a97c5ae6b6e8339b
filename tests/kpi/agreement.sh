#!/bin/sh
# The catalogue agrees with its specification, id by id; skipped where that is not at hand.
set -eu
specification=${LEADKPI_SHARED:-${top_srcdir:-${srcdir:-.}}/../shared}/kpi/catalogue.json
test -f "$specification" || { echo "SKIP: $specification is not there"; exit 77; }
command -v python3 >/dev/null || { echo "SKIP: python3 is not there"; exit 77; }
for library in lib/.libs/libleadkpi.so lib/.libs/libleadkpi.so.0; do
    test -f "$library" && break
done
test -f "$library" || { echo "SKIP: no shared library was built"; exit 77; }
exec python3 "${srcdir:-.}/tests/kpi/agreement.py" "$library" "$specification"
