#!/bin/sh
# A program that was compiled against the headers of each release still runs,
# with the same answers, on the library of today.
. "$(dirname "$0")/gate.sh"
need_shared

for program in "$top_srcdir"/abi/old_caller-*.c; do
    old=$(basename "$program" .c | sed 's/^old_caller-//')
    $CC -std=c99 -Wall -Werror -I"$top_srcdir/abi/include-$old" "$program" -o "$work/old_caller" \
        "$shared" || fail "$old: a program of that release does not link any more"
    LD_LIBRARY_PATH=$(dirname "$shared") "$work/old_caller" ||
        fail "$old: a program of that release gets other answers now"
    echo "a caller of $old is at home"
done
