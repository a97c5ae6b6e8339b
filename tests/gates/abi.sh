#!/bin/sh
# The interface of the last release, abi/libleadkpi-*.abi, is still there: no
# symbol gone, no signature or layout changed. Additions are welcome.
# abidiff answers 4 for a moved field, a changed type and a harmless change
# alike, so everything but 0 is a failure.
. "$(dirname "$0")/gate.sh"
need_shared

baseline=$(ls "$top_srcdir"/abi/libleadkpi-*.abi | sort -V | tail -n 1)
frozen=$top_srcdir/abi/include-$(basename "$baseline" .abi | sed 's/^libleadkpi-//')
need readelf
readelf -h "$shared" >"$work/elf"
grep -q 'Machine:.*X86-64' "$work/elf" && grep -q 'Class:.*ELF64' "$work/elf" ||
    not_here "the baseline is of x86_64"
$CC --version | head -n 1 | grep -qi clang && not_here "the baseline is of a build by gcc"
readelf -S "$shared" | grep -q '\.debug_info' || not_here "this build has no debug information (-g)"
need abidiff

abidiff --no-added-syms --headers-dir1 "$frozen" --headers-dir2 "$include" "$baseline" "$shared" \
    >"$work/report" 2>&1 && { echo "nothing of $(basename "$baseline") is gone or changed"; exit 0; }
cat "$work/report"
fail "the ABI changed; before a release 'make update-abi' takes it as it is (see leadkpi_abi(7))"
