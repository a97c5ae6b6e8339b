#!/bin/sh
# Every example runs and prints what its .expected says; there is no .expected
# without a program, and none missing.
set -eu
export LC_ALL=C
: "${top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
. "$top_srcdir/tests/support/skip.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/leadkpi-examples-XXXXXX")
trap 'rm -rf "$work"' EXIT
count=0
for source in "$top_srcdir"/examples/*.c; do
    name=$(basename "$source" .c)
    test "$name" != make_sample_data || continue
    test -f "$top_srcdir/examples/$name.expected" || fail "examples/$name.expected is missing"
    test -x "examples/$name" || fail "examples/$name was not built"
    "examples/$name" >"$work/found" || fail "examples/$name ended with $?"
    diff -u "$top_srcdir/examples/$name.expected" "$work/found" || fail "examples/$name prints something else"
    count=$((count + 1))
done
test "$count" = "$(ls "$top_srcdir"/examples/*.expected | wc -l)" || fail "an .expected without a program"
echo "$count examples"
