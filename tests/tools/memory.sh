#!/bin/sh
# A long file needs no more memory than a short one: 400,000 rows, 24 MB, in 3 cells.
# LEADKPI_ROWS=5000000 for the whole promise.
. "$top_srcdir/tests/tools/tool.sh"
rows=${LEADKPI_ROWS:-400000}

make_rows() {
    awk -v rows="$1" 'BEGIN {
        print "date,channel,campaign,amount,impressions,clicks"
        for (i = 0; i < rows; i++)
            printf "2024-%02d-01,\"Paid, %s\",a campaign with a long name,%d.25,1000,%d\n", i % 3 + 1, "Search", i % 100, i % 10
    }'
}

# peak memory of a run in KiB, from the kernel
test -r /proc/self/status || not_here "no /proc to ask how much memory was used"
peak() {
    "$leadkpi" report --costs - --by channel,month --kpi cost_per_click --csv <"$1" >out &
    program=$!
    most=0
    while kill -0 $program 2>/dev/null; do
        now=$(sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB/\1/p' /proc/$program/status 2>/dev/null)
        test "${now:-0}" -gt "$most" && most=$now
        sleep 0.02
    done
    wait $program || fail "report"
}

make_rows "$rows" >long.csv
peak long.csv
echo "$(wc -c <long.csv) bytes, at most $most KiB"
test "$most" -gt 0 || not_here "too fast to be seen"
# The address sanitizer holds on to what was freed, and guards what was not.
limit=32768
test -z "${ASAN_OPTIONS:-}" || limit=131072
test "$most" -lt "$limit" || fail "expected less than $limit KiB, found $most KiB"
says out 'total'
exit 0
