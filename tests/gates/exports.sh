#!/bin/sh
# The functions of the public headers, the version script and the built library
# are the same list; nothing else is exported, and no lock-in by accident.
. "$(dirname "$0")/gate.sh"
need_shared

CC=$CC "$top_srcdir/abi/symbols.sh" "$include" >"$work/headers"
sed -n 's/^ *\(leadkpi_[a-z0-9_]*\);$/\1/p' "$map" | sort >"$work/map"
exported_by "$shared" >"$work/built"

test -s "$work/headers" || fail "no function found in the headers"
sort -u "$work/map" | cmp -s - "$work/map" || fail "a symbol stands twice in lib/leadkpi.map"
compare "$work/headers" "$work/map" ||
    fail "lib/leadkpi.map is not what the headers declare; 'make update-map' rewrites it"
compare "$work/headers" "$work/built" ||
    fail "the library does not export what the headers declare"

# Each symbol carries the node that the script gives it.
newest=$(sed -n 's/^\(LEADKPI_[0-9.]*\) .*/\1/p' "$map" | tail -n 1)
test "$newest" = "LEADKPI_$release" ||
    fail "newest node of lib/leadkpi.map: expected LEADKPI_$release (the version), found $newest"
unversioned=$($NM -D --defined-only "$shared" | grep ' leadkpi_' | grep -v '@@LEADKPI_' || :)
test -z "$unversioned" || fail "exported without a version node: $unversioned"

# The archive has no script to hide things: its names must not meet others'.
if test -f "$static"; then
    foreign=$($NM -g --defined-only "$static" 2>/dev/null |
        sed -n 's/^[0-9a-f]* [A-Z] //p' | grep -v '^leadkpi_\|^lk_\|^__x86\.get_pc_thunk' || :)
    test -z "$foreign" || fail "global names in libleadkpi.a that are not leadkpi_* or lk_*: $foreign"
fi
echo "$(wc -l <"$work/headers") functions: headers = version script = library"
