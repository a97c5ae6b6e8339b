#!/bin/sh
# The gem as a stranger has it: built with the library inside, installed into a clean folder, and
# every line of the README does there what it says. Run by make check-interop, in the build folder.
. "${top_srcdir:?}/tests/support/skip.sh"
ruby=${RUBY:-/usr/bin/ruby}
command -v "$ruby" >/dev/null 2>&1 || ruby=ruby
command -v "$ruby" >/dev/null 2>&1 || fail "$ruby is not installed"
"$ruby" -e 'require "ffi"' || fail "the gem ffi is not installed (Debian: ruby-ffi)"

tests=$(cd "$top_srcdir/bindings/ruby/interop" && pwd)
rm -f leadkpi-*.gem
RUBY=$ruby sh "$top_srcdir/bindings/ruby/build_gem.sh" || exit 1
gem=$(echo leadkpi-*.gem)
work=$(mktemp -d "${TMPDIR:-/tmp}/leadkpi-gem.XXXXXX") || fail "no folder to work in"
trap 'rm -rf "$work"' EXIT
GEM_HOME=$work/gems GEM_PATH=$work/gems:$("$ruby" -e 'puts Gem.path.join(":")')
export GEM_HOME GEM_PATH
unset LEADKPI_LIBRARY LD_LIBRARY_PATH RUBYLIB RUBYOPT
"$ruby" -S gem install --local --no-document "$gem" >"$work/log" 2>&1 || { cat "$work/log"; fail "gem install"; }
cp "$top_srcdir/bindings/ruby/README.md" "$top_srcdir/bindings/ruby/test/readme.rb" "$work"
(cd "$work" && "$ruby" -W readme.rb README.md) || fail "the README's example"
found=$(cd "$work" && "$ruby" -e 'require "leadkpi"; puts Leadkpi::Library.ffi_libraries.first.name')
case $found in
"$work"/gems/*) echo "$gem runs by itself" ;;
*) fail "expected the library of the gem, found $found" ;;
esac

# Rows as ActiveRecord has them; what Debian has (ruby-activerecord, ruby-sqlite3), else fetched by name.
for package in activerecord sqlite3; do
    "$ruby" -e 'require ARGV.first.sub("activer", "active_r")' "$package" 2>/dev/null && continue
    echo "fetching $package"
    "$ruby" -S gem install --no-document "$package" >"$work/log" 2>&1 || { cat "$work/log"; fail "gem install $package"; }
done
(cd "$work" && "$ruby" "$tests/test_records.rb") || fail "rows of ActiveRecord"
