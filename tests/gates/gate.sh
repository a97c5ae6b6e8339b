# gate.sh: what the gates share. Sourced, not run.
#
# A gate looks at what was built and says whether a promise is kept: which
# symbols there are, what the library needs, what an old program sees. `make
# check` runs it in the build folder, with the variables of
# AM_TESTS_ENVIRONMENT in tests/local.am; from the same folder a gate can also
# be run by hand, after `make`.
set -eu
export LC_ALL=C
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${CC:=cc}" "${CXX=c++}" "${NM:=nm}"
. "$top_srcdir/tests/support/skip.sh"

include=$top_srcdir/include
map=$top_srcdir/lib/leadkpi.map
shared=lib/.libs/libleadkpi.so
static=lib/.libs/libleadkpi.a
version=$(sed -n 's/^AC_INIT(\[libleadkpi\], \[\(.*\)\])$/\1/p' "$top_srcdir/configure.ac")
release=${version%.*}

# A folder of its own, gone when the gate ends.
work=$(mktemp -d "${TMPDIR:-/tmp}/leadkpi-gate-XXXXXX")
trap 'rm -rf "$work"' EXIT

# What a sanitizer or a coverage build adds is not the library's.
not_instrumented() {
    $NM lib/.libs/libleadkpi.* 2>/dev/null >"$work/names" || :
    if grep -q ' __asan_init\| __gcov_\| __ubsan_handle\| __tsan_init\| __sanitizer_cov' "$work/names"; then
        not_here "an instrumented build"
    fi
}

need_shared() {
    test -f "$shared" || not_here "this build has no shared library"
    not_instrumented
}

# The symbols that a shared library exports, without the node they belong to.
exported_by() { $NM -D --defined-only "$1" | sed -n 's/^.* [A-Z] \([A-Za-z_][^@ ]*\).*/\1/p' | grep -v '^LEADKPI_[0-9]' | sort; }

# compare EXPECTED FOUND WHAT: two sorted lists in files; says which lines differ.
compare() {
    comm -23 "$1" "$2" >"$work/only-expected"
    comm -13 "$1" "$2" >"$work/only-found"
    if test -s "$work/only-expected" || test -s "$work/only-found"; then
        sed 's/^/  missing: /' "$work/only-expected"
        sed 's/^/  not expected: /' "$work/only-found"
        return 1
    fi
}

# can_compile32: does the compiler make programs of 32 bit?
can_compile32() {
    printf '#include <stdint.h>\nint main(void){return 0;}\n' |
        $CC -m32 -x c - -o "$work/probe32" 2>/dev/null
}
