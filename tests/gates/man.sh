#!/bin/sh
# Every exported function has a page in section 3, named in its NAME and shown in
# its SYNOPSIS; no page shows a function that there is not; every page is clean
# mdoc and is installed; and a page and a header agree since when there is something.
. "$(dirname "$0")/gate.sh"

pages=$(ls "$top_srcdir"/man/man[1-8]/*.[1-8])
test -n "$pages" || fail "no page in man/"
for page in $pages; do
    grep -q "man/$(basename "$(dirname "$page")")/$(basename "$page")" "$top_srcdir/man/local.am" ||
        fail "man/local.am does not install $(basename "$page")"
done

CC=$CC "$top_srcdir/abi/symbols.sh" "$include" >"$work/declared"
cat "$top_srcdir"/man/man3/*.3 >"$work/section3" 2>/dev/null || fail "man/man3 has no page"
sed -n 's/^\.Nm \(leadkpi_[a-z0-9_]*\).*/\1/p' "$work/section3" | sort -u >"$work/named"
sed -n 's/^\.F[no] "*\(leadkpi_[a-z0-9_]*\).*/\1/p' "$work/section3" | sort -u >"$work/shown"
comm -23 "$work/declared" "$work/named" >"$work/unnamed"
test ! -s "$work/unnamed" || fail "without a page (.Nm in section 3): $(tr '\n' ' ' <"$work/unnamed")"
comm -23 "$work/declared" "$work/shown" >"$work/unshown"
test ! -s "$work/unshown" || fail "not in a SYNOPSIS (.Fn or .Fo in section 3): $(tr '\n' ' ' <"$work/unshown")"
comm -13 "$work/declared" "$work/shown" >"$work/unknown"
test ! -s "$work/unknown" || fail "a page shows what no header declares: $(tr '\n' ' ' <"$work/unknown")"

# "Since 0.2" in a page never names a release to come.
for since in $(cat $pages | sed -n 's/.*[Ss]ince \(libleadkpi \)*\([0-9][0-9]*\.[0-9][0-9]*\).*/\2/p' | sort -u); do
    newest=$(printf '%s\n%s\n' "$since" "$release" | sort -t. -k1,1n -k2,2n | tail -n 1)
    test "$newest" = "$release" || fail "a page says 'since $since', the version is $version"
done

need mandoc
mandoc -Tlint -W warning $pages >"$work/lint" 2>&1 || { cat "$work/lint"; fail "mandoc -Tlint finds faults"; }
echo "$(wc -l <"$work/declared") functions on $(echo $pages | wc -w) pages"
