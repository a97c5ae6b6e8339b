#!/bin/sh
# A wheel with the library inside, in a clean environment without it, and the sources over a
# library of the system, in another: both run the README's examples, and no network is used.
# Run by make check-interop, in the build folder.
. "${top_srcdir:?}/tests/support/interop.sh"
interop_library
unset LEADKPI_LIBRARY PYTHONPATH LD_LIBRARY_PATH
top_srcdir=$(cd "$top_srcdir" && pwd)
export top_srcdir
sh "$top_srcdir/bindings/python/wheel.sh" || fail "wheel.sh"
cp python-dist/*.whl .interop/first.whl
sh "$top_srcdir/bindings/python/wheel.sh" >/dev/null || fail "wheel.sh, again"
cmp .interop/first.whl python-dist/*.whl || fail "two builds gave two wheels"

examples() { # in the environment of this name
    (cd .interop && "clean-$1/bin/python" -I -c "
import sys; sys.path.append('$top_srcdir/bindings/python/tests')
import leadkpi, os, unittest
from leadkpi._library import library
print('$1:', leadkpi.__file__, library._name)
assert ('site-packages' in library._name) == ('$1' == 'wheel'), library._name
unittest.main('test_readme', argv=['test_readme'])") || fail "the examples, from the $1"
}

for kind in wheel source; do
    rm -rf ".interop/clean-$kind"
    ${PYTHON:-python3} -m venv ".interop/clean-$kind" || fail "python3 -m venv"
done
pip="bin/python -m pip install -q --disable-pip-version-check --no-index"
.interop/clean-wheel/$pip python-dist/*.whl || fail "pip install of the wheel"
examples wheel
mkdir -p .interop/system && cp "$library" .interop/system/libleadkpi.so.0
.interop/clean-source/$pip python-dist/*.tar.gz || fail "pip install of the sources"
LD_LIBRARY_PATH=$PWD/.interop/system
export LD_LIBRARY_PATH
examples source
