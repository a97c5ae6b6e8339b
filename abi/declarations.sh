#!/bin/sh
# declarations.sh INCLUDE-FOLDER: the functions of the public headers, and the structs that a
# caller reads, one a line and sorted, for bindings that look a call up instead of repeating
# it. Without the functions of the KPIs, which the catalogue describes.
set -eu
include=$1
for header in "$include"/leadkpi.h "$include"/leadkpi/*.h; do
    echo "#include \"$header\""
done |
    ${CC:-cc} -I"$include" -DLEADKPI_KPI_FUNCTIONS_H -E -P -x c - | tr -s ' \n' '  ' |
    sed 's/__attribute__ *((visibility("default")))/\
@/g; s/typedef struct leadkpi_/\
&/g' |
    sed -n 's/__attribute__ *((warn_unused_result)) *//; s/( /(/g
        s/^@ *\([^;({]*[ *]leadkpi_[a-z0-9_]*([^;]*)\);.*/\1;/p
        s/^typedef \(struct leadkpi_[a-z_]* {[^}()]*}\).*/\1;/p' | LC_ALL=C sort -u
