#!/bin/sh
# The Python package against the library that was just built, with the standard library alone.
. "${top_srcdir:?}/tests/support/skip.sh"

for library in lib/.libs/libleadkpi.so.[0-9] lib/.libs/libleadkpi.so; do
    test -f "$library" && break
done
test -f "$library" || not_here "no shared library was built"
python=${PYTHON:-/usr/bin/python3}
command -v "$python" >/dev/null 2>&1 || python=python3
need "$python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' || not_here "Python 3.9 or later; $python is older"
# A library of 32 bit cannot be loaded by a Python of 64 bit: byte 4 of ELF is 1 or 2.
class=$(od -An -tu1 -j4 -N1 "$library" | tr -d ' ')
"$python" -c "import struct, sys; sys.exit(struct.calcsize('P') != 4 * $class)" ||
    not_here "the library and $python are not both of 32 or of 64 bit"

package=$(cd "$top_srcdir/bindings/python" && pwd) || fail "bindings/python is not there"
top_srcdir=$(cd "$top_srcdir" && pwd)
LEADKPI_LIBRARY=$PWD/$library
PYTHONPATH=$package
export top_srcdir LEADKPI_LIBRARY PYTHONPATH
exec "$python" -B -W error -m unittest discover -s "$package/tests" -t "$package/tests"
