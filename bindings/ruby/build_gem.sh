#!/bin/sh
# The gem for this platform with the library that was just built inside, in the build folder.
# Run by make ruby-gem and make check-interop.
. "${top_srcdir:?}/tests/support/skip.sh"

for library in lib/.libs/libleadkpi.so.[0-9] lib/.libs/libleadkpi.[0-9].dylib; do
    test -f "$library" && break
done
test -f "$library" || fail "no shared library was built"
gem=${GEM:-gem}
command -v "$gem" >/dev/null 2>&1 || fail "$gem, of RubyGems, is not installed"

package=build-gem
rm -rf "$package"
mkdir "$package" || fail "no folder to work in"
cp -R "$top_srcdir/bindings/ruby/lib" "$top_srcdir/bindings/ruby/README.md" \
    "$top_srcdir/bindings/ruby/leadkpi.gemspec" "$top_srcdir/COPYING" "$package" || fail "the gem's files"
chmod -R u+w "$package"
cp "$library" "$package/lib/leadkpi/${library##*/}" || fail "the library"
strip --strip-unneeded "$package/lib/leadkpi/${library##*/}" 2>/dev/null || :
(cd "$package" && LEADKPI_BUNDLE=1 "$gem" build leadkpi.gemspec) || fail "gem build"
mv "$package"/leadkpi-*.gem . && rm -rf "$package"
