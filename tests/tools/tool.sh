# tool.sh: what the tests of the command share. Sourced, not run; in the build folder.
#
#   run ARGUMENT...        the command; its output in out, its complaints in err, its answer in code
#   answers N              it answered N
#   says FILE TEXT         out or err holds the text
#   silent FILE            out or err is empty
#   same TEXT              out is exactly this
#   on_page FILE           leadkpi(1) shows every line of the file
#   example LINE           leadkpi(1) shows this line of the shell, and what it prints
. "$top_srcdir/tests/support/skip.sh"

case $top_srcdir in /*) ;; *) top_srcdir=$(pwd)/$top_srcdir ;; esac
leadkpi=$(pwd)/tools/leadkpi
test -x "$leadkpi" || fail "tools/leadkpi is not built"
LEADKPI_PROFILES=$top_srcdir/tools/profiles
export LEADKPI_PROFILES
unset TZDIR

work=$(mktemp -d "${TMPDIR:-/tmp}/leadkpi-test.XXXXXX") || fail "no folder to work in"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
build=$(pwd)
cd "$work" || exit 1

run() {
    command_line="leadkpi $*"
    code=0
    "$leadkpi" "$@" >out 2>err || code=$?
}

answers() {
    test "$code" = "$1" && return
    cat out err
    fail "$command_line: expected answer $1, found $code"
}

says() {
    grep -F -q -e "$2" "$1" && return
    cat "$1"
    fail "$command_line: expected in $1: $2"
}

silent() {
    test -s "$1" || return 0
    cat "$1"
    fail "$command_line: expected nothing in $1"
}

same() {
    printf '%s\n' "$1" >expected
    cmp -s expected out && return
    diff expected out
    fail "$command_line: another output than expected"
}

on_page() {
    while IFS= read -r line; do
        grep -F -x -q -e "$line" "$top_srcdir/man/man1/leadkpi.1" || fail "leadkpi(1) lacks the line: $line"
    done <"$1"
}

leadkpi() { "$leadkpi" "$@"; }

example() {
    printf '%s\n' "$1" >line
    on_page line
    eval "$1" >out || fail "$1: failed"
    test -s out || fail "$1: printed nothing"
    on_page out
}
