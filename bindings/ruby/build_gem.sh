#!/bin/sh
# The gem for this platform with the library that was just built inside, in the build folder.
# Run by make ruby-gem and make check-interop.
. "${top_srcdir:?}/tests/support/skip.sh"

for library in lib/.libs/libleadkpi.so.[0-9] lib/.libs/libleadkpi.[0-9].dylib; do
    test -f "$library" && break
done
test -f "$library" || fail "no shared library was built"
ruby=${RUBY:-ruby}
command -v "$ruby" >/dev/null 2>&1 || fail "$ruby is not installed"

package=build-gem
rm -rf "$package"
mkdir "$package" || fail "no folder to work in"
source=$top_srcdir/bindings/ruby
cp -R "$source/lib" "$source/README.md" "$source/.yardopts" "$source/leadkpi.gemspec" "$top_srcdir/COPYING" "$package" ||
    fail "the gem's files"
chmod -R u+w "$package"
cp "$library" "$package/lib/leadkpi/${library##*/}" || fail "the library"
strip --strip-unneeded "$package/lib/leadkpi/${library##*/}" 2>/dev/null || :
(cd "$package" && LEADKPI_BUNDLE=1 "$ruby" -S gem build leadkpi.gemspec) || fail "gem build"
mv "$package"/leadkpi-*.gem . && rm -rf "$package"
