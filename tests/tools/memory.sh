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
    file=$1
    shift
    "$leadkpi" "$@" <"$file" >out &
    program=$!
    most=0
    while kill -0 $program 2>/dev/null; do
        now=$(sed -n 's/^VmHWM:[ \t]*\([0-9]*\) kB/\1/p' /proc/$program/status 2>/dev/null)
        test "${now:-0}" -gt "$most" && most=$now
        sleep 0.02
    done
    wait $program || fail "$1"
    echo "$1: $(wc -c <"$file") bytes, at most $most KiB"
    test "$most" -gt 0 || not_here "too fast to be seen"
    test "$most" -lt "$limit" || fail "$1: expected less than $limit KiB, found $most KiB"
}

# The address sanitizer holds on to what was freed, and guards what was not.
limit=32768
test -z "${ASAN_OPTIONS:-}" || limit=131072
make_rows "$rows" >long.csv
peak long.csv report --costs - --by channel,month --kpi cost_per_click --csv
says out 'total'

# Credit: a few paths, again and again.
awk -v rows="$rows" 'BEGIN {
    print "path,conversions,value,nulls,note"
    for (i = 0; i < rows; i++)
        printf "Paid %d > Mail > Organic %d,1,%d.25,%d,nobody reads this\n", i % 7, i % 11, i % 100, i % 3
}' >long.csv
peak long.csv attribute compare --paths - --models=first,last,markov
says out 'total'
exit 0
