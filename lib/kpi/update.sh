#!/bin/sh
# update.sh GENERATE TREE: writes the files that follow from lib/kpi/kpi.def into TREE.
# TREE holds include/leadkpi, lib/kpi, man/man3 and man/man7.
set -eu
generate=$1
tree=$2
mkdir -p "$tree/include/leadkpi" "$tree/lib/kpi" "$tree/man/man3" "$tree/man/man7"
write() { # write FILE ARGUMENTS...: only a whole file replaces the old one
    file=$tree/$1
    shift
    "$generate" "$@" > "$file.new"
    mv "$file.new" "$file"
}
write include/leadkpi/kpi_functions.h header
write lib/kpi/names.def names
for category in volume engagement quality conversion speed cost returns pipeline recurring; do
    write "man/man3/leadkpi_kpi_$category.3" man3 "$category"
done
write man/man7/leadkpi_kpi.7 man7
