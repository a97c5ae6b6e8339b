#!/bin/sh
# An installation works as a stranger would use it: headers, library and
# pkg-config file in place, a C99 and a C++11 program compile, link and run,
# shared and static; and uninstalling leaves no file.
. "$(dirname "$0")/gate.sh"
not_instrumented
need pkg-config
make=${MAKE:-make}
case $work in *' '*) not_here "a temporary folder with a blank in its name" ;; esac
MAKEFLAGS= $make install DESTDIR="$work/root" >"$work/log" 2>&1 || { cat "$work/log"; fail "make install"; }

pc=$(find "$work/root" -name leadkpi.pc)
test -n "$pc" || fail "leadkpi.pc is not installed"
export PKG_CONFIG_SYSROOT_DIR="$work/root" PKG_CONFIG_LIBDIR="$(dirname "$pc")"
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
test "$(pkg-config --modversion leadkpi)" = "$version" || fail "pkg-config: expected version $version"
for word in $(pkg-config --libs leadkpi); do
    case $word in -L* | -lleadkpi) ;; *) fail "pkg-config --libs gives more than this library: $word" ;; esac
done
libdir=$(pkg-config --variable=libdir leadkpi)
case $libdir in "$work"/*) ;; *) libdir=$work/root$libdir ;; esac

cat >"$work/program.c" <<'END'
#include <leadkpi.h>
#include <string.h>
int main(void)
{
    leadkpi_error error;
    leadkpi_error_reset(&error);
    return strcmp(leadkpi_version(), LEADKPI_VERSION_STRING) != 0 || error.code != LEADKPI_OK;
}
END
cp "$work/program.c" "$work/program.cc"
strict="-Wall -Wextra -Wpedantic -Werror"

try() { # try WHAT PKG-CONFIG-FLAG COMPILER...: compiles, links, runs
    what=$1 kind=$2
    shift 2
    # Word splitting is wanted: pkg-config answers in words.
    # shellcheck disable=SC2046
    "$@" $(pkg-config --cflags $kind leadkpi) -o "$work/program" \
        $(pkg-config --libs $kind leadkpi) || fail "$what does not build against the installation"
    LD_LIBRARY_PATH=$libdir "$work/program" || fail "$what does not run against the installation"
}
# For --static the shared library must be out of the way.
mkdir "$work/away"
hide() { for file in "$1"/*.so*; do test ! -e "$file" || mv "$file" "$2/"; done; }
if test -f "$libdir/libleadkpi.so"; then
    try "C99, shared" "" $CC -std=c99 $strict "$work/program.c"
fi
if test -f "$libdir/libleadkpi.a"; then
    hide "$libdir" "$work/away"
    try "C99, static" --static $CC -std=c99 $strict "$work/program.c"
    hide "$work/away" "$libdir"
fi
cxx=no
if test -n "$CXX" && echo 'int main() { return 0; }' | $CXX -x c++ - -o "$work/probe" 2>/dev/null; then
    cxx=yes
    test ! -f "$libdir/libleadkpi.so" || try "C++11, shared" "" $CXX -std=c++11 $strict "$work/program.cc"
    if test -f "$libdir/libleadkpi.a"; then
        hide "$libdir" "$work/away"
        try "C++11, static" --static $CXX -std=c++11 $strict "$work/program.cc"
        hide "$work/away" "$libdir"
    fi
fi

MAKEFLAGS= $make uninstall DESTDIR="$work/root" >"$work/log" 2>&1 || { cat "$work/log"; fail "make uninstall"; }
# Folders of ours below the prefix; one above it may bear our name, as in a distcheck.
left=$(find "$work/root" ! -type d; find "$(dirname "$libdir")" -mindepth 1 -name '*leadkpi*')
test -z "$left" || fail "uninstall left: $left"
test $cxx = yes || missing "a C++ compiler"
echo "C99 and C++11, shared and static; uninstall leaves nothing"
