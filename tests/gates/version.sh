#!/bin/sh
# One version everywhere: configure.ac, version.h, NEWS, leadkpi.pc, the man pages.
. "$(dirname "$0")/gate.sh"

case $version in
*[!0-9.]* | '' | *.*.*.* | .* | *.) fail "configure.ac: expected a version such as 1.2.3, found '$version'" ;;
esac
header=$include/leadkpi/version.h
number() { sed -n "s/^#define LEADKPI_VERSION_$1 \([0-9]*\)$/\1/p" "$header"; }
found=$(number MAJOR).$(number MINOR).$(number PATCH)
test "$found" = "$version" || fail "version.h: expected the parts of $version, found $found"
grep -q "^#define LEADKPI_VERSION_STRING \"$version\"$" "$header" ||
    fail "version.h: expected LEADKPI_VERSION_STRING \"$version\""
found=$(sed -n '/^[0-9]/{s/[^0-9.].*//;p;q;}' "$top_srcdir/NEWS")
test "$found" = "$version" || fail "NEWS: expected $version as its newest entry, found '$found'"
found=$(sed -n 's/^Version: //p' leadkpi.pc)
test "$found" = "$version" || fail "leadkpi.pc: expected $version, found '$found'"

# A page that says the version (".Os libleadkpi 0.1.0") says this one.
for page in "$top_srcdir"/man/man*/*.[1-8]; do
    test -f "$page" || continue
    found=$(sed -n 's/^\.Os *//p' "$page")
    test -z "$found" || test "$found" = "libleadkpi $version" ||
        fail "${page##*/}: expected '.Os libleadkpi $version', found '.Os $found'"
done

# "Since" never names a release that is not there yet.
grep -rhoi 'since [0-9][0-9]*\.[0-9][0-9]*' "$include" | sed 's/.* //' | sort -u >"$work/since"
while read -r since; do
    newest=$(printf '%s\n%s\n' "$since" "$release" | sort -t. -k1,1n -k2,2n | tail -n 1)
    test "$newest" = "$release" || fail "a header says 'since $since', the version is $version"
done <"$work/since"
echo "version $version everywhere"
