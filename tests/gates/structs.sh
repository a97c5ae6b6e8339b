#!/bin/sh
# The layout of the public structs, for 64 and 32 bit, as pinned in structs.c;
# and every public struct is pinned there.
. "$(dirname "$0")/gate.sh"

pins=$top_srcdir/tests/gates/structs.c
sed -n 's/^typedef struct \(leadkpi_[a-z0-9_]*\) {$/\1/p; s/^struct \(leadkpi_[a-z0-9_]*\) {$/\1/p' \
    "$include"/leadkpi.h "$include"/leadkpi/*.h | sort >"$work/public"
test -s "$work/public" || fail "no public struct found in the headers"
sed -n 's/^SIZE(\(leadkpi_[a-z0-9_]*\),.*/\1/p' "$pins" | sort >"$work/pinned"
compare "$work/public" "$work/pinned" || fail "tests/gates/structs.c does not pin the public structs"

strict="-std=c11 -Wall -Wextra -Werror -Wpadded -I$include -fsyntax-only"
$CC $strict "$pins" || fail "a public struct has another layout than the one promised"
if can_compile32; then
    $CC -m32 $strict "$pins" || fail "32 bit: a public struct has another layout than the one promised"
elif test "$(uname -m)" = x86_64; then
    missing "headers and libraries of 32 bit (gcc-multilib)"
fi
echo "pinned: $(tr '\n' ' ' <"$work/pinned")"
