#!/bin/sh
# The sample data are the same bytes everywhere, and the demo shows them.
. "$top_srcdir/tests/tools/tool.sh"

mkdir sample
"$build/examples/make_sample_data" sample || fail "make_sample_data"
found=$(cd sample && cksum leads.csv stages.csv costs.csv responses.csv)
expected='2176756184 397836 leads.csv
3410495809 138084 stages.csv
3063957263 45126 costs.csv
262182344 275886 responses.csv'
test "$found" = "$expected" || { echo "$found"; fail "other sample data than always"; }

(cd "$build" && top_srcdir=$top_srcdir sh "$top_srcdir/examples/demo.sh") >out 2>err || { cat err; fail "demo.sh"; }
silent err
says out 'Leads             5,000'
says out 'By channel'
says out 'By month'
says out 'About the data'
awk 'length($0) > 125 { print; wide = 1 } END { exit wide }' out || fail "wider than a page"
exit 0
