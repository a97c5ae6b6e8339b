#!/bin/sh
# The SQLite extension that was just built, in SQLite's own shell: every golden vector of the
# KPIs, the session below against what it must print, and states that other languages read.
. "${top_srcdir:?}/tests/support/skip.sh"

extension=$PWD/bindings/sqlite/.libs/leadkpi_sqlite.so
test -f "$extension" || {
    test -d lib/.libs && ls lib/.libs/libleadkpi.so.[0-9] >/dev/null 2>&1 || not_here "no shared library was built"
    missing "sqlite3ext.h (libsqlite3-dev), so the extension was not built"
}
need sqlite3
class=$(od -An -tu1 -j4 -N1 "$extension" | tr -d ' ')
shell=$(od -An -tu1 -j4 -N1 "$(command -v sqlite3)" | tr -d ' ')
test "$class" = "$shell" || not_here "the extension and sqlite3 are not both of 32 or of 64 bit"
here=$top_srcdir/bindings/sqlite/tests
work=$(mktemp -d "${TMPDIR:-/tmp}/leadkpi-sqlite.XXXXXX") || fail "no folder to work in"
trap 'rm -rf "$work"' EXIT
LD_LIBRARY_PATH=$PWD/lib/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

# Every vector: a KPI over arrays is an aggregate over their rows.
awk -F '\t' -v extension="$extension" '
    BEGIN { print ".load " extension }
    /^#/ || $1 == "kpi" { next }
    {
        name = "leadkpi_" $1; gsub(":", "_", name)
        count = split($2, inputs, "; "); arguments = ""; rows = ""; longest = 1; is_array = 0
        for (i = 1; i <= count; i++) {
            sub("^[^=]*=", "", inputs[i]); gsub("inf", "9e999", inputs[i])
            length_of[i] = split(inputs[i], cells, ",")
            for (j = 1; j <= length_of[i]; j++) cell[i, j] = cells[j]
            if (length_of[i] > longest) longest = length_of[i]
            arguments = arguments (i > 1 ? "," : "") "column" i
        }
        for (j = 1; j <= longest; j++) {
            rows = rows (j > 1 ? "," : "") "("
            for (i = 1; i <= count; i++) rows = rows (i > 1 ? "," : "") cell[i, j]
            rows = rows ")"
        }
        printf "select '\''%s'\'', coalesce(abs(v - %s) <= 1e-9 * abs(%s) + 1e-12, 0), v from (select %s(%s) v from (values %s));\n", $1, $3, $3, name, arguments, rows
    }' "$top_srcdir/tests/vectors/kpi.tsv" >"$work/vectors.sql"
sqlite3 -bail :memory: <"$work/vectors.sql" >"$work/vectors" 2>&1 || { tail -n 3 "$work/vectors"; fail "the vectors"; }
grep -v '|1|' "$work/vectors" && fail "vectors that SQLite gives otherwise"
test "$(wc -l <"$work/vectors")" -gt 150 || fail "expected more than 150 vectors, found $(wc -l <"$work/vectors")"

# Golden results of the handles: rows into states, states merged, a report of what they hold.
awk -F '\t' -v extension="$extension" '
    function text(cell) { gsub("'\''", "&&", cell); return "'\''" cell "'\''" }
    function value(cell, kind) {
        if (cell == "") return "NULL"
        if (kind == "t") return sprintf("%.0f", cell / 1000000)
        return kind == "d" ? sprintf("%.2f", cell / 100) : kind == "s" ? text(cell) : cell
    }
    function is_number(cell) { return cell ~ /^-?[0-9]+([.][0-9]+)?(e-?[0-9]+)?$/ }
    function end_rows() {
        if (rows != "") printf "insert into states select leadkpi_%s_state(%s%s) from (values %s);\n", room, text(definition), arguments, rows
        rows = ""
    }
    BEGIN { print ".load " extension; print "create table states(state);" }
    /^#/ { next }
    $1 != "row" { end_rows() }
    $1 == "case" { name = $2; print "delete from states;" }
    $1 == "handle" { room = $2; definition = $3 }
    $1 == "rows" {
        table = $2; sub("^add_", "", table)
        count = split($3, columns, " "); arguments = room == "funnel" ? "" : ", " text(table)
        for (i = 1; i <= count; i++) {
            split(columns[i], parts, ":"); kinds[i] = parts[2]
            arguments = arguments (room == "funnel" ? "" : ", " text(parts[1])) ", column" i
        }
    }
    $1 == "row" {
        split($2, cells, ","); row = ""
        for (i = 1; i <= count; i++) row = row (i > 1 ? "," : "") value(cells[i], kinds[i])
        rows = rows (rows == "" ? "(" : ",(") row ")"
    }
    $1 == "report" { report = $2; options = $3 }
    $1 == "column" {
        found = sprintf("leadkpi_%s_%s((select leadkpi_%s_merge(state) from states), %s)", room, report, room, text(options))
        expected = ""; n = split($3 ",", cells, ",") - 1
        for (i = 1; i <= n; i++)
            expected = expected (i > 1 ? "," : "") "(" i - 1 "," (cells[i] == "" ? "NULL" : is_number(cells[i]) ? cells[i] : text(cells[i])) ")"
        same = sprintf("case when typeof(column2) in (%s, %s) and typeof(\"%s\") in (%s, %s) then abs(\"%s\" - column2) <= 1e-9 * abs(column2) + 1e-12 else \"%s\" is column2 end",
                       text("integer"), text("real"), $2, text("integer"), text("real"), $2, $2)
        printf "select %s, (select count(*) from %s) = %d and sum(%s) = %d, group_concat(\"%s\") from (values %s) join %s f on f.rowid = column1;\n",
               text(name ": " $2), found, n, same, n, $2, expected, found
    }' "$top_srcdir/tests/vectors/handles.txt" >"$work/handles.sql"
sqlite3 -bail :memory: <"$work/handles.sql" >"$work/handles" 2>&1 || { tail -n 3 "$work/handles"; fail "the results of the handles"; }
grep -v '|1|' "$work/handles" && fail "results of handles that SQLite gives otherwise"
test "$(wc -l <"$work/handles")" -gt 20 || fail "expected more than 20 columns, found $(wc -l <"$work/handles")"

# The session. Its errors are part of it. Memory is handed out with something in it.
{ printf '.load %s\n' "$extension"; cat "$here/session.sql"; } |
    (cd "$work" && MALLOC_PERTURB_=90 sqlite3 :memory:) 2>&1 |
    # Releases of the shell say differently where an error is.
    sed -E 's/^([A-Z][a-z]+ e|E)rror:? near line [0-9]+: /error: /; /^  /d' >"$work/session"
diff "$here/session.expected" "$work/session" || fail "the session prints something else"

# Without what runs SQL.
printf '.load %s sqlite3_leadkpi_pure_init\nselect leadkpi_cost_per_lead(5000, 250);\nselect * from leadkpi_funnel(1, 2);\n' \
    "$extension" | sqlite3 :memory: >"$work/pure" 2>&1
grep -qx 20.0 "$work/pure" || { cat "$work/pure"; fail "the pure entry point has no KPIs"; }
grep -q 'no such table: leadkpi_funnel' "$work/pure" || { cat "$work/pure"; fail "the pure entry point runs SQL"; }
printf '.load %s sqlite3_leadkpi_pure_init\nselect conversions from (select leadkpi_attribution_state(NULL, %s, %s, %s, %s, 1) as state) s, leadkpi_attribution_credits(s.state, %s) where row = %s;\nselect * from leadkpi_attribution(1, 2);\n' \
    "$extension" "'paths'" "'path'" "'a > b'" "'conversions'" "'models=last; errors=false'" "'total'" | sqlite3 :memory: >"$work/pure" 2>&1
grep -qx 1.0 "$work/pure" || { cat "$work/pure"; fail "the pure entry point has no states of attribution"; }
grep -q 'no such table: leadkpi_attribution' "$work/pure" || { cat "$work/pure"; fail "the pure entry point runs SQL"; }

# A state of SQLite is one of C, and of Python: the same bytes.
python=/usr/bin/python3
if command -v $python >/dev/null 2>&1; then
    printf ".load %s\nselect hex(leadkpi_funnel_state('steps=a,b; window=7d', column1, column2, column3)) from (values (1, 0, 'a'), (1, 86400, 'b'), (2, 5, 'a'));\n" \
        "$extension" | sqlite3 :memory: >"$work/state"
    for library in lib/.libs/libleadkpi.so.[0-9]; do break; done
    LEADKPI_LIBRARY=$PWD/$library PYTHONPATH=$top_srcdir/bindings/python $python -B -c '
import datetime, sys, leadkpi as lk
def at(seconds): return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
with lk.Funnel(["a", "b"], window="7d") as funnel:
    funnel.add({"id": [1, 2, 1], "time": [at(0), at(5), at(86400)], "event": ["a", "a", "b"]})
    state = bytes.fromhex(open(sys.argv[1]).read())
    assert state == funnel.dumps(), "other bytes than in Python"
    assert lk.Funnel.loads(state).steps()["reached"] == [2, 1]
' "$work/state" || fail "a state of SQLite is not what Python has"
else
    missing "$python, to compare states with"
fi
