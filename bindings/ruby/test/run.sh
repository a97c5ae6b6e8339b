#!/bin/sh
# The Ruby gem against the library that was just built, with ffi and minitest.
. "${top_srcdir:?}/tests/support/skip.sh"

for library in lib/.libs/libleadkpi.so.[0-9] lib/.libs/libleadkpi.so; do
    test -f "$library" && break
done
test -f "$library" || not_here "no shared library was built"
ruby=${RUBY:-/usr/bin/ruby}
command -v "$ruby" >/dev/null 2>&1 || ruby=ruby
need "$ruby"
"$ruby" -e 'exit RUBY_VERSION >= "3.0"' || not_here "Ruby 3.0 or later; $ruby is older"
for package in ffi minitest; do
    "$ruby" -e "require '$package'" 2>/dev/null || missing "$package for $ruby (Debian: ruby-$package)"
done
# A library of 32 bit cannot be loaded by a Ruby of 64 bit: byte 4 of ELF is 1 or 2.
class=$(od -An -tu1 -j4 -N1 "$library" | tr -d ' ')
"$ruby" -e "exit [nil].pack('p').bytesize == 4 * $class" ||
    not_here "the library and $ruby are not both of 32 or of 64 bit"

package=$(cd "$top_srcdir/bindings/ruby" && pwd) || fail "bindings/ruby is not there"
top_srcdir=$(cd "$top_srcdir" && pwd)
LEADKPI_LIBRARY=$PWD/$library
export top_srcdir LEADKPI_LIBRARY
exec "$ruby" -W -I "$package/lib" -I "$package/test" -e 'Dir[File.join(ARGV.shift, "test_*.rb")].sort.each { |file| require file }' "$package/test"
