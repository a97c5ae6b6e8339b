#!/bin/sh
# Packs the Python package: a wheel with the library that was just built inside, and the
# sources. Run by make python-wheel, in the build folder; into the folder python-dist.
. "${top_srcdir:?}/tests/support/skip.sh"
for library in lib/.libs/libleadkpi.so.[0-9] lib/.libs/libleadkpi.so; do
    test -f "$library" && break
done
test -f "$library" || fail "no shared library was built"
python=${PYTHON:-python3}
rm -rf python-dist
mkdir python-dist || exit 1
inside=python-dist/${library##*/}
# Without what only a debugger reads.
${STRIP:-strip} --strip-unneeded -o "$inside" "$library" 2>/dev/null || cp "$library" "$inside" || exit 1
PYTHONPATH=$top_srcdir/bindings/python "$python" -B - "$inside" <<'END' || exit 1
import sys
import leadkpi_build
print("python-dist/" + leadkpi_build.build_wheel("python-dist", {"library": sys.argv[1]}))
print("python-dist/" + leadkpi_build.build_sdist("python-dist"))
END
rm -f "$inside"
