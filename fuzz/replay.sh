#!/bin/sh
# Every committed input goes through its target once.
set -eu
. "${top_srcdir:?}/tests/support/skip.sh"
corpus=$top_srcdir/fuzz/corpus
inputs=0
for folder in "$corpus"/*/; do
    target=$(basename "$folder")
    test -x "fuzz/replay_$target" || fail "fuzz/corpus/$target has no target"
    set -- "$folder"*
    test -f "$1" || fail "fuzz/corpus/$target is empty"
    "fuzz/replay_$target" "$@" || fail "$target: an input of fuzz/corpus/$target breaks it"
    inputs=$((inputs + $#))
done
test "$inputs" -gt 0 || fail "no input found"
echo "$inputs inputs"
