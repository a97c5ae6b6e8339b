#!/bin/sh
# symbols.sh INCLUDE-FOLDER: every function that the public headers declare,
# sorted. The preprocessor reads them, so that a macro that declares is seen too.
set -eu
include=$1
for header in "$include"/leadkpi.h "$include"/leadkpi/*.h; do
    echo "#include \"$header\""
done |
    ${CC:-cc} -I"$include" -E -P -x c - | tr '\n' ' ' |
    sed 's/__attribute__ *((visibility("default")))/\
@/g' |
    sed -n 's/^@[^;({]*__attribute__ *((warn_unused_result))/@/; s/^@[^;({]*[ *]\(leadkpi_[a-z0-9_]*\) *(.*/\1/p' |
    LC_ALL=C sort -u
