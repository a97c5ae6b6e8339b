#!/bin/sh
# `leadkpi look` says what is in a file and what to type next, and that works.
. "$top_srcdir/tests/tools/tool.sh"

printf '\357\273\277Report\r\n\r\nDay;Campaign name;Amount spent (EUR);Note\r\n01/02/2024;Spring;1.200,50;"two\r\nlines"\r\n13/02/2024;Spring;3,25;\r\nTotal;;1.203,75;\r\n' >meta.csv
run look meta.csv
answers 0
silent err
same 'meta.csv
  encoding    UTF-8, with a byte order mark
  delimiter   semicolon
  line ends   CRLF
  header      line 3, 4 columns
  skipped     line 1: Report
  rows        2, and 1 of totals, which are left out

  column              type          filled  examples
  Day                 date            100 %  01/02/2024 | 13/02/2024  (day first)
  Campaign name       text            100 %  Spring
  Amount spent (EUR)  number          100 %  1.200,50 | 3,25  (decimal comma)
  Note                text             50 %  two  lines

  fits the profile meta-ads (Meta Ads Manager: report of campaigns):
    time               Day
    amount             Amount spent (EUR)
    channel            "Paid Social" in every row
    campaign           Campaign name

  to go on, type:
    leadkpi report --costs meta.csv --profile meta-ads --by channel'
run report --costs meta.csv --profile meta-ads --by channel
answers 0
says out 'Paid Social'

# every profile that comes with the command can be read, and says what it is for
for profile in "$LEADKPI_PROFILES"/*.map; do
    grep -q '^:kind ' "$profile" || fail "$profile: no kind"
    grep -q '^:about ' "$profile" || fail "$profile: no about"
done

# what fits no profile gets a map to start from, which the shell takes as it is
printf "who's,when\n7,2024-01-31\n" >own.csv
run look own.csv
answers 0
says out 'no profile fits'
next=$(tail -n 1 out)
next=${next#*leadkpi }
code=0
eval "\"\$leadkpi\" $next --kpi lead_volume" >out 2>err || code=$?
command_line=$next
answers 0
says out '1 lead'

# rows, but not the header, that end in a delimiter: the header is still line 1
printf 'id,created,channel\n1,2025-01-02,Ads,\n2,2025-01-03,Ads,\n' >trailing.csv
run look trailing.csv
answers 0
says out 'header      line 1, 3 columns'
says out 'rows        2'
printf '3,2025-01-04,Ads,more\n' >>trailing.csv
run report --leads trailing.csv --profile leads
says err 'expected 3 fields as in the header, found 4'

# from standard input too
"$leadkpi" look - <own.csv >out || fail "look -"
says out 'standard input'
exit 0
