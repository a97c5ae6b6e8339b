#!/bin/sh
# Lists in the pages say what the library says: the options of campaigns, the
# statuses, the flags, the findings (which campaigns.h lists too), and the presets
# and findings of funnels.
. "$(dirname "$0")/gate.sh"
page=$top_srcdir/man/man3/leadkpi_campaigns.3
sh "$top_srcdir/man/update.sh" man/print_options "$page" >"$work/page"
diff -u "$page" "$work/page" || fail "leadkpi_campaigns(3) is not up to date: make update-man"

findings=$(sed -n 's/^ *\[[A-Z_]*\] = {"\([a-z_]*\)",.*/\1/p' "$top_srcdir/lib/campaigns/findings.c")
test "$(echo "$findings" | wc -l)" -ge 20 || fail "the names of findings cannot be read from findings.c"
for finding in $findings; do
    grep -q "^\.It Cm $finding\$" "$page" || fail "leadkpi_campaigns(3) lacks the finding $finding"
    grep -q "^ \*   $finding " "$include/leadkpi/campaigns.h" || fail "campaigns.h lacks the finding $finding"
done

presets=$(sed -n '/\.choices = "none|clickhouse|/,/default_text/p' "$top_srcdir/lib/funnel/rule.c" |
    grep -o '"[a-z0-9_|]*"' | tr -d '"' | tr '|' '\n' | grep -v -e '^none$' -e '^$')
test "$(echo "$presets" | wc -l)" -ge 18 || fail "the presets of funnels cannot be read from rule.c"
for preset in $presets; do
    grep -q "^\.It .* Ta Cm preset Ns = Ns Cm $preset\$" "$top_srcdir/man/man3/leadkpi_funnel.3" ||
        fail "the table of products in leadkpi_funnel(3) lacks the preset $preset"
done
checks=$(sed -n 's/^ *\[[A-Z_]*\] = {"\([a-z_]*\)",.*/\1/p' "$top_srcdir/lib/funnel/report_checks.c")
for check in $checks; do
    grep -q "^ \* .*\b$check\b" "$include/leadkpi/funnel.h" || fail "funnel.h lacks the finding $check"
done

sed -n 's/^    \(LEADKPI_[A-Z_]*\) = [0-9]*.*/\1/p' "$include/leadkpi/status.h" >"$work/statuses"
for status in $(grep -v '^LEADKPI_OK$' "$work/statuses"); do
    grep -q "^\.It Dv $status " "$top_srcdir/man/man3/leadkpi_status.3" || fail "leadkpi_status(3) lacks $status"
done
for flag in $(sed -n 's/^    LEADKPI_FLAG_\([A-Z_]*\) = .*/\1/p' "$include/leadkpi/kpi.h" | tr A-Z a-z); do
    grep -q "^\.It Sy $flag\$" "$top_srcdir/man/man7/leadkpi.7" || fail "leadkpi(7) lacks the flag $flag"
done
echo "options, $(echo "$findings" | wc -l) findings, $(echo "$presets" | wc -l) presets, $(wc -l <"$work/statuses") statuses and the flags are in the pages"
