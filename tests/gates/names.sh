#!/bin/sh
# Every exported function begins with the name of its room, which is the name of a public
# header; all others are KPIs of kpi_functions.h. A KPI whose id begins with a room's
# name would sooner or later meet a function of that room: it is refused.
. "$(dirname "$0")/gate.sh"

CC=$CC "$top_srcdir/abi/symbols.sh" "$include" >"$work/all"
sed -n 's/^LEADKPI_API double leadkpi_\([a-z0-9_]*\)(.*/\1/p' "$include/leadkpi/kpi_functions.h" |
    sort -u >"$work/kpis"
test "$(wc -l <"$work/kpis")" -gt 150 || fail "the functions of KPIs cannot be read from kpi_functions.h"

# Rooms that have a header, those that the design names for a later release, and the types of
# a table's columns.
rooms="arrow attribution cohorts identity monitor score type $(cd "$include/leadkpi" && ls | sed 's/\.h$//' | grep -v _ | tr '\n' ' ')"

# Older than the room's header: no function of it may be called so (compared below).
known=" score_auc score_brier score_lift_top_decile "
for kpi in $(cat "$work/kpis"); do
    for room in $rooms; do
        case $kpi in
        "$room" | "${room}_"*)
            case $known in
            *" $kpi "*) ;;
            *) fail "the KPI $kpi begins with the name of a room, $room: give it another id" ;;
            esac
            ;;
        esac
    done
done

for kpi in $known; do
    declared=$(grep -l "leadkpi_$kpi\b" "$include"/leadkpi/*.h | grep -v 'kpi_functions\.h$' || :)
    for header in $declared; do
        ! grep -q "LEADKPI_API.*\bleadkpi_$kpi(" "$header" || fail "$header declares a KPI's function, leadkpi_$kpi"
    done
done

sed 's/^leadkpi_//' "$work/all" | sort -u | comm -23 - "$work/kpis" >"$work/others"
for name in $(cat "$work/others"); do
    found=
    for room in $rooms; do
        case $name in "$room" | "${room}_"*) found=$room ;; esac
    done
    test -n "$found" || fail "leadkpi_$name: expected the name of a room in front ($rooms)"
done
echo "$(wc -l <"$work/kpis") KPIs and $(wc -l <"$work/others") other functions, each in its room"
