#!/bin/sh
# side_build.sh NAME [CONFIGURE-ARGUMENT...]: a second build beside this one, in
# build-NAME/, configured another way. Its sources are what a release would hold
# (build-NAME/source), since Automake wants a source folder that is not
# configured itself, and so that nothing a release needs is forgotten.
# Run by make in the build folder, with MAKE set.
set -eu
name=$1
shift
folder=build-$name
mkdir -p "$folder"
chmod -R u+w "$folder/source" 2>/dev/null || :
${MAKE:-make} -s distdir distdir="$folder/source" >"$folder/distdir.log" 2>&1 ||
    { cat "$folder/distdir.log"; exit 1; }
if test ! -f "$folder/config.status" || test "$folder/source/configure" -nt "$folder/config.status"; then
    (cd "$folder" && ./source/configure -q "$@")
fi
