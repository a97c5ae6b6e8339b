#!/bin/sh
# No test in shell ends before its last line: what was added behind an exit would never run.
. "$(dirname "$0")/gate.sh"

for script in "$top_srcdir"/tests/*/*.sh "$top_srcdir"/bindings/*/*/*.sh; do
    awk -v name="$script" '
        ended && NF { print name ":" ended ": ends here, but goes on at line " NR; exit 1 }
        /^exit( 0)?$/ { ended = NR }' "$script" >"$work/found" || fail "$(cat "$work/found")"
done
