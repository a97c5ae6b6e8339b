# interop.sh: what checks against other people's tools share. Sourced, in the build folder.
#
#   interop_python PACKAGE...  $python, with these packages, fetched by name into .interop/
#   interop_library            $library, the shared library that was just built
# What cannot be fetched is a failure: these checks are not part of make check.
. "${top_srcdir:?}/tests/support/skip.sh"

interop_python() {
    python=$PWD/.interop/python/bin/python
    test -x "$python" || ${PYTHON:-python3} -m venv .interop/python || fail "python3 -m venv"
    for package in "$@"; do
        "$python" -m pip show -q "$package" 2>/dev/null && continue
        echo "fetching $package"
        "$python" -m pip install -q --disable-pip-version-check "$package" || fail "pip install $package"
    done
}

interop_library() {
    for library in lib/.libs/libleadkpi.so.[0-9] lib/.libs/libleadkpi.so; do
        test -f "$library" && break
    done
    library=$PWD/$library
    test -f "$library" || fail "no shared library was built"
}
