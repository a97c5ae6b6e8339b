#!/bin/sh
# leadkpi cohort on CDNOW: the figures that leadkpi(1) shows.
. "$top_srcdir/tests/tools/tool.sh"

shared=${LEADKPI_SHARED:-$top_srcdir/../shared}
source=$shared/data/CDNOW_master.txt
test -f "$source" || not_here "the data of CDNOW: $source"

tr -d '\r' <"$source" | awk 'NR == 1 {print "id,time,amount"}
    NR > 1 && NF == 4 {print $1 "," $2 "," $4}' >cdnow.csv
run cohort --revenue cdnow.csv --as-of 1998-06-30 --set acquired=first_event
answers 0
silent err
says out '1997-01         7846    99.6    13.7    10.4     9.0'
says out 'total          23570    99.7    13.1    10.1     9.1'
run cohort lifetime --revenue cdnow.csv --as-of 1998-06-30 --set acquired=first_event --set margin=0.3 --set discount=0.1
answers 0
silent err
awk -F, 'function off(found, expected) { return found < expected - 0.01 || found > expected + 0.01 }
    NR == 2 && ($2 != 23570 || off($6, 31.82) || off($7, 36.61) || off($8, 34.78) || off($9, 38.45)) { exit 1 }' out ||
    fail "other values than in leadkpi(1): $(cat out)"

# ---- each customer: customer 00001 bought once, 77 weeks ago
run cohort forecast --revenue cdnow.csv --as-of 1998-06-30 --set acquired=first_event --set horizon=52
answers 0
silent err
awk -F, 'NR == 2 && ($1 != "00001" || $2 > 0.5 || $3 > 0.2 || $9 !~ /no_repeat/) { exit 1 } END { if (NR != 23503) exit 1 }' out ||
    fail "another forecast than that of customer 00001: $(head -2 out)"
exit 0
