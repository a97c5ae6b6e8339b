#!/bin/sh
# What is written from lib/kpi/kpi.def is what is committed: `make update-kpi` changes nothing.
set -eu
generate=${LEADKPI_GENERATE:-lib/kpi/generate}
tree=${srcdir:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh "$tree/lib/kpi/update.sh" "$generate" "$work"
files=0
for file in $(cd "$work" && find . -type f | sort); do
    cmp "$work/$file" "$tree/$file" || { echo "FAIL: $file is not fresh; run make update-kpi"; exit 1; }
    files=$((files + 1))
done
test "$files" -ge 12 || { echo "FAIL: expected 12 files or more, found $files"; exit 1; }
echo "$files files are as kpi.def says"
