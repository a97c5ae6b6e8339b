# skip.sh: how a test script says that it cannot run. Sourced, not run.
#
#   not_here REASON    the test does not apply to this build; skipped
#   need TOOL...       a tool is not installed; skipped on a user's machine,
#                      a failure in CI (CI=true), where every tool is installed
#   missing REASON     the same for anything else that should be there
#   fail REASON        the test failed

not_here() {
    echo "SKIP: $*"
    exit 77
}

missing() {
    if test "${CI:-}" = true; then
        echo "FAIL: missing, and CI must not skip: $*"
        exit 1
    fi
    not_here "missing: $*"
}

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || missing "$tool"
    done
}

fail() {
    echo "FAIL: $*"
    exit 1
}
