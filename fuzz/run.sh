#!/bin/sh
# run.sh CORPUS TARGET...: libFuzzer on each target for FUZZ_SECONDS, from the
# committed inputs; FUZZ_SEED, if set, makes a run repeatable. New inputs stay in fuzz/found/, one that breaks in the working folder.
set -eu
corpus=$1
shift
failed=
for target in "$@"; do
    mkdir -p "fuzz/found/$target"
    test -d "$corpus/$target" || { echo "fuzz: no inputs in $corpus/$target" >&2; exit 1; }
    if "fuzz/fuzz_$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=1024 \
        ${FUZZ_SEED:+-seed="$FUZZ_SEED"} \
        -print_final_stats=1 -artifact_prefix="fuzz/broken-$target-" \
        "fuzz/found/$target" "$corpus/$target" >"fuzz/$target.log" 2>&1; then
        echo "fuzz $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz/$target.log") inputs, none breaks"
    else
        cat "fuzz/$target.log"
        echo "fuzz $target: broken"
        failed="$failed $target"
    fi
done
test -z "$failed" || { echo "fuzz: broken:$failed"; exit 1; }
