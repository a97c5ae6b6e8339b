#!/bin/sh
# Each public header alone, and the umbrella: C99 and C++11, 64 and 32 bit,
# shared and static, without a warning; and as a Windows compiler would see them.
. "$(dirname "$0")/gate.sh"

warnings="-Wall -Wextra -Wpedantic -Werror -Wconversion -Wsign-conversion -Wshadow -Wundef -Wpadded -Wcast-align"
warnings_c="$warnings -Wstrict-prototypes -Wmissing-prototypes -Wc++-compat -Wwrite-strings"
bits='-DDEFAULT_BITS'
if can_compile32; then
    bits="$bits -m32"
else
    case $(uname -m) in
    x86_64) missing_bits=yes ;;
    *) missing_bits=no ;;
    esac
fi
have_cxx=no
if test -n "$CXX" && echo 'int main() { return 0; }' | $CXX -x c++ - -o "$work/probe" 2>/dev/null; then
    have_cxx=yes
fi

checked=0
one() { # one COMPILER... : reads the line that includes the header
    printf '#include <%s>\n#include <%s>\nextern int leadkpi_gate;\nint leadkpi_gate = 0;\n' \
        "$header" "$header" >"$work/alone.$suffix"
    "$@" -I"$include" -fsyntax-only "$work/alone.$suffix" || fail "$header: $*"
    checked=$((checked + 1))
}

cd "$include"
headers="leadkpi.h $(echo leadkpi/*.h)"
cd - >/dev/null
for header in $headers; do
    for bit in $bits; do
        for define in -DDEFAULT_LINK -DLEADKPI_STATIC; do
            suffix=c
            one $CC $bit $define -std=c99 $warnings_c
            suffix=cc
            # shellcheck disable=SC2086
            test $have_cxx = no || one $CXX $bit $define -std=c++11 $warnings
        done
    done
    test "$header" = leadkpi.h || test "$header" = leadkpi/export.h ||
        grep -q "<$header>" "$include/leadkpi.h" || fail "leadkpi.h does not include $header"
    grep -q "$header" "$top_srcdir/include/local.am" || fail "include/local.am does not install $header"
    # Things that have no place in a header that other languages read.
    if sed -e ':all' -e 'N;$!ball' -e 's:/\*[^*]*\*\**\([^/*][^*]*\*\**\)*/::g' "$include/$header" |
        grep -w 'static\|inline\|long\|pack\|bool\|_Bool\|stdbool'; then
        fail "$header: no inline functions, long, bool or packing in a public header"
    fi
done

# Windows: every function is imported, exported while building, or neither.
declared=$(CC=$CC "$top_srcdir/abi/symbols.sh" "$include" | wc -l)
windows() {
    printf '#include <leadkpi.h>\n' | $CC -D_WIN32 "$@" -I"$include" -E -P -x c - >"$work/windows"
    grep -o '__declspec(dll[a-z]*)' "$work/windows" | sort | uniq -c | sed 's/^ *//'
}
found=$(windows)
test "$found" = "$declared __declspec(dllimport)" || fail "Windows, use: expected $declared dllimport, found '$found'"
found=$(windows -DLEADKPI_BUILDING)
test "$found" = "$declared __declspec(dllexport)" || fail "Windows, build: expected $declared dllexport, found '$found'"
found=$(windows -DLEADKPI_STATIC)
test -z "$found" || fail "Windows, static: expected no __declspec, found '$found'"

echo "$checked compilations without a warning"
test $have_cxx = yes || missing "a C++ compiler"
test "${missing_bits:-no}" = no || missing "headers and libraries of 32 bit (gcc-multilib)"
