#!/bin/sh
# update-map.sh SOURCE-FOLDER: writes lib/leadkpi.map, and the declarations that bindings read,
# from the public headers.
#
# One node a release, each symbol in the node of the release that brought it.
# What stands in a node stays there; a new symbol goes to the newest node, that
# of the version in configure.ac. Symbols that no header declares fall out.
set -eu
export LC_ALL=C
source=$1
map=$source/lib/leadkpi.map
release=$(sed -n 's/^AC_INIT(\[libleadkpi\], \[\([0-9]*\.[0-9]*\)\..*/\1/p' "$source/configure.ac")
test -n "$release" || { echo "update-map: no version in configure.ac" >&2; exit 1; }

"$source/abi/symbols.sh" "$source/include" >"$map.symbols"
test -s "$map.symbols" || { echo "update-map: no symbol in the headers" >&2; exit 1; }
awk -v newest="LEADKPI_$release" '
    FILENAME == ARGV[1] { # the map as it is
        if ($1 ~ /^LEADKPI_/) { node = $1; if (!known[node]++) nodes[++count] = node }
        if ($1 ~ /^leadkpi_.*;$/) { sub(/;/, "", $1); home[$1] = node }
        next
    }
    { # the symbols of the headers, sorted
        node = ($1 in home) ? home[$1] : newest
        if (!known[node]++) nodes[++count] = node
        list[node] = list[node] "    " $1 ";\n"
    }
    END {
        for (i = 1; i <= count; i++) {
            if (i > 1) printf "\n"
            printf "%s {\n  global:\n%s", nodes[i], list[nodes[i]]
            if (i == 1) printf "  local:\n    *;\n};\n"
            else printf "} %s;\n", nodes[i - 1]
        }
    }' "$map" "$map.symbols" >"$map.new"
rm -f "$map.symbols"
if cmp -s "$map.new" "$map"; then rm -f "$map.new"; else mv "$map.new" "$map"; fi

# Bindings that look calls up get them as they are now.
calls=$source/bindings/ruby/lib/leadkpi/declarations.txt
"$source/abi/declarations.sh" "$source/include" >"$calls.new"
test -s "$calls.new" || { echo "update-map: no declaration in the headers" >&2; exit 1; }
if cmp -s "$calls.new" "$calls"; then rm -f "$calls.new"; else mv "$calls.new" "$calls"; fi
