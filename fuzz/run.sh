#!/bin/sh
# run.sh CORPUS TARGET...: libFuzzer on each target for FUZZ_SECONDS, from the committed
# inputs, as many targets at once as there are processors. FUZZ_SEED, if set, makes a run
# repeatable. New inputs stay in fuzz/found/, one that breaks in the working folder.
set -eu
corpus=$1
shift

one() {
    mkdir -p "fuzz/found/$1"
    test -d "$corpus/$1" || { echo "fuzz $1: no inputs in $corpus/$1"; return 1; }
    if "fuzz/fuzz_$1" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=1024 \
        ${FUZZ_SEED:+-seed="$FUZZ_SEED"} \
        -print_final_stats=1 -artifact_prefix="fuzz/broken-$1-" \
        "fuzz/found/$1" "$corpus/$1" >"fuzz/$1.log" 2>&1; then
        echo "fuzz $1: $(sed -n 's/^stat::number_of_executed_units: *//p' "fuzz/$1.log") inputs, none breaks"
    else
        # What it did before is in the log; what broke is said here, with the input.
        { grep -v '^#\|NEW_FUNC' "fuzz/$1.log" || :; } | tail -n 40
        echo "fuzz $1: broken"
        return 1
    fi
}

if test "$1" = --one; then
    one "$2"
else
    printf '%s\n' "$@" | xargs -n 1 -P "$(nproc)" sh "$0" "$corpus" --one
fi
