#!/bin/sh
# What the README tells a newcomer to type works, and prints what it says: its shell
# lines, its program, the targets of make, the files it names.
. "$(dirname "$0")/gate.sh"
need_shared
readme=$top_srcdir/README
build=$PWD

# block SECTION N: the N-th block of indented lines under a heading, without the indent.
block() {
    awk -v section="$1" -v wanted="$2" '
        $0 == section { inside = 1; next }
        inside && /^---/ && seen++ { exit }
        inside && /^    / { if (!open) { open = 1; n++ } if (n == wanted) print substr($0, 5); next }
        { open = 0 }' "$readme"
}

# ---- make ----
block "In a minute" 1 >"$work/make"
grep -q '^make demo' "$work/make" || fail "README: the first block no longer says make demo"
for target in $(sed -n 's/^make \([a-z]*\).*/\1/p' "$work/make") check check-fuzz bench install; do
    grep -q "^$target:" GNUmakefile || fail "README names make $target, which there is not"
done

# ---- shell ----
block "Ten lines of shell" 1 >"$work/shell"
test "$(wc -l <"$work/shell")" -le 10 || fail "README: ten lines of shell are $(wc -l <"$work/shell")"
mkdir -p "$work/tree/examples/sample" "$work/tree/tools"
examples/make_sample_data "$work/tree/examples/sample" >"$work/log" || fail "the sample data cannot be made"
printf '#!/bin/sh\nexec "%s/tools/leadkpi" "$@"\n' "$build" >"$work/tree/tools/leadkpi"
chmod +x "$work/tree/tools/leadkpi"
LEADKPI_PROFILES=$(cd "$top_srcdir" && pwd)/tools/profiles
export LEADKPI_PROFILES
(cd "$work/tree" && sh -e "$work/shell") >"$work/printed" 2>"$work/complaints" ||
    { cat "$work/complaints"; fail "README: a shell line fails"; }
test ! -s "$work/complaints" || { cat "$work/complaints"; fail "README: a shell line complains"; }
block "Ten lines of shell" 2 >"$work/promised"
test -s "$work/promised" || fail "README no longer says what the last shell lines print"
tail -n "$(wc -l <"$work/promised")" "$work/printed" >"$work/last"
diff "$work/promised" "$work/last" || fail "README: the last shell lines print something else"
test -s "$work/tree/examples/sample/cpl.csv" || fail "README: cpl.csv is empty"

# ---- C ----
block "Ten lines of C" 1 >"$work/cpl.c"
block "Ten lines of C" 2 >"$work/build"
grep -q 'pkg-config --cflags --libs leadkpi' "$work/build" || fail "README no longer says how to link"
$CC -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$include" -o "$work/cpl" "$work/cpl.c" \
    -Llib/.libs -lleadkpi || fail "README: the program does not compile"
said=$(LD_LIBRARY_PATH=$build/lib/.libs "$work/cpl") || fail "README: the program fails"
grep -qF "prints \"$said\"" "$readme" || fail "README: the program prints \"$said\""

# ---- files ----
for path in $(block "Where things are" 1 | sed 's/   .*//'); do
    test -e "$top_srcdir/$path" || fail "README names $path, which there is not"
done
for page in $(grep -o 'leadkpi[a-z_]*([1-9])' "$readme" | sort -u); do
    name=${page%(*} section=${page#*(}
    section=${section%)}
    test -f "$top_srcdir/man/man$section/$name.$section" || fail "README names the page $page, which there is not"
done
echo "$(wc -l <"$work/shell") shell lines and the program do what the README says"
