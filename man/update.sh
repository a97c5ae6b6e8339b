#!/bin/sh
# update.sh PRINT_OPTIONS PAGE: writes PAGE to standard output with its lists of options
# as the library has them now: what stands between the comments
# "options of SCHEMA" and "end of options".
set -eu
print=$1 page=$2
while IFS= read -r line; do
    case $line in
    '.\" options of campaigns') printf '%s\n' "$line" && "$print" campaigns && inside=yes ;;
    '.\" options of campaigns_report') printf '%s\n' "$line" && "$print" campaigns_report calendar && inside=yes ;;
    '.\" end of options') printf '%s\n' "$line" && inside=no ;;
    *) test "${inside:-no}" = yes || printf '%s\n' "$line" ;;
    esac
done <"$page"
