#!/bin/sh
# The name that programs will look for, read from the built file, agrees with
# -version-info; and the library needs nothing but libc and libm.
. "$(dirname "$0")/gate.sh"
need_shared
need readelf

triple=$(sed -n 's/^AC_SUBST(\[LEADKPI_LT_VERSION\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
IFS=: read -r current revision age <<END
$triple
END
test -n "$age" || fail "configure.ac: expected LEADKPI_LT_VERSION as current:revision:age, found '$triple'"
expected=libleadkpi.so.$((current - age))
readelf -d "$shared" >"$work/dynamic"
found=$(sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p' "$work/dynamic")
test "$found" = "$expected" || fail "SONAME: expected $expected, found '$found'"
file=$(basename "$(readlink -f "$shared")")
test "$file" = "$expected.$age.$revision" ||
    fail "file name: expected $expected.$age.$revision, found $file"

foreign=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' "$work/dynamic" |
    grep -v '^libc\.so\|^libm\.so\|^ld-linux' || :)
test -z "$foreign" || fail "needs more than libc and libm: $foreign"
grep -q '(TEXTREL)' "$work/dynamic" && fail "has relocations in its text"
grep -q '(RPATH)\|(RUNPATH)' "$work/dynamic" && fail "has a run path"
echo "$found, needs $(sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' "$work/dynamic" | tr '\n' ' ')"
