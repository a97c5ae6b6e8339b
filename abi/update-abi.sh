#!/bin/sh
# update-abi.sh SOURCE-FOLDER BUILT-LIBRARY: takes the interface as it is for the
# promise of this release: abi/libleadkpi-X.Y.abi and the headers abi/include-X.Y.
# For the releases to come, never for one that is out. See leadkpi_abi(7).
set -eu
source=$1
shared=$2
release=$(sed -n 's/^AC_INIT(\[libleadkpi\], \[\([0-9]*\.[0-9]*\)\..*/\1/p' "$source/configure.ac")
command -v abidw >/dev/null || { echo "update-abi: install abidw (Debian: abigail-tools)" >&2; exit 1; }
readelf -S "$shared" | grep -q '\.debug_info' ||
    { echo "update-abi: $shared has no debug information: build with CFLAGS='-g -O2'" >&2; exit 1; }
frozen=$source/abi/include-$release
rm -rf "$frozen"
mkdir -p "$frozen/leadkpi"
cp "$source"/include/leadkpi.h "$frozen/"
cp "$source"/include/leadkpi/*.h "$frozen/leadkpi/"
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --headers-dir "$source/include" \
    --drop-private-types "$shared" >"$source/abi/libleadkpi-$release.abi"
echo "abi/libleadkpi-$release.abi and abi/include-$release are those of today; commit them"
