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

# an export with gaps: the fullest column is the likely id
printf 'Owner;Key No;When\n;7;03/02/2025\nAnn;8;15/02/2025\n;;16/02/2025\n' >gaps.csv
run look gaps.csv
says out "leadkpi report --leads gaps.csv --map 'id=[Key No],time=[When]'"

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

# what each kind of file is good for; names of stages are those of the file, and the line works as it is
printf 'id,opportunity_id,stage,time\n1,7,New,2025-01-02\n2,7,"Won, paid",2025-01-03\n' >log.csv
sed 's/"Won, paid"/Won/; s/^\([^,]*\),opportunity_id/\1,Opportunity ID/' log.csv >history.csv
run look history.csv
answers 0
says out 'leadkpi report --stages history.csv --profile stages'
says out "leadkpi stages history.csv --profile stages --stages New,Won"
says out '    id                 Opportunity ID'
run stages history.csv --profile stages --stages New,Won --show leads --csv
answers 0
says out '7,,2025-01-02T00:00:00Z,Won,'
sed 's/opportunity_id/n/; s/^id/lead_id/' log.csv >odd.csv
run look odd.csv
says out '--stages New,STAGE'
printf 'Id,CreatedDate,CloseDate,IsWon,Amount\n1,2025-01-02,2025-01-05,true,5\n' >deals.csv
run look deals.csv
says out 'leadkpi stages deals.csv --profile salesforce-opportunities --stages opportunity,won'
run stages deals.csv --profile salesforce-opportunities --stages opportunity,won --csv
answers 0
says out 'total,2,won,1,'
printf 'activity,lead_id,responded_at,kind\n1,7,2025-01-02,call\n' >answers.csv
run look answers.csv
says out 'leadkpi responses LEADS --responses answers.csv --profile responses'
printf 'id,lead_id,converted_at\n1,7,2025-01-04\n' >won.csv
run look won.csv
says out 'leadkpi responses LEADS --responses RESPONSES --conversions won.csv --profile conversions --show bands'
printf 'id,time\n7,2025-01-01\n' >leads.csv
run look leads.csv
says out 'leadkpi report --leads leads.csv --profile leads'
run responses leads.csv --responses answers.csv --conversions won.csv --show leads --csv
answers 0
says out '7,,2025-01-01T00:00:00Z,2025-01-02T00:00:00Z,call,86400,0,2025-01-04T00:00:00Z'
# events go into a funnel, and nothing is asked for that the file does not have
printf 'user_id,timestamp,event_name,source\n7,2025-01-01,visit,ads\n7,2025-01-02,"sign up",ads\n' >events.csv
run look events.csv
answers 0
says out "leadkpi funnel --events events.csv --profile events --steps 'visit,sign up' --by channel"
if grep -q 'leadkpi report' out; then cat out; fail "an event is no lead"; fi
run funnel --events events.csv --profile events --steps 'visit,sign up' --by channel --csv
answers 0
says out 'segment,ads,2,sign up,1,'
printf 'lead_id,created_at\n7,2025-01-01\n' >bare.csv
run look bare.csv
says out 'leadkpi report --leads bare.csv --profile leads'
if grep -q -e '--by' out; then cat out; fail "there is no channel"; fi
printf 'Lead ID,Old Stage,New Stage,Changed\n7,New,Won,2025-01-02\n' >changes.csv
run look changes.csv
says out '    from               Old Stage'
says out 'leadkpi stages changes.csv --profile stages --stages Won'
printf 'who,when\n1,2025-01-01\n' >strange.csv
run responses leads.csv --responses answers.csv --conversions strange.csv
answers 2
says err 'expected id and time of the conversions'
# A header is told by the first bytes; one that does not end in them is not cut off in silence.
long() { printf 'id,%s' "$1" && awk -v n="$2" 'BEGIN { while (n-- > 0) printf "n" }' && printf '%s\n1,2\n' "$1"; }
for letters in 131067 131068; do
    long '' "$letters" >long.csv
    run look long.csv
    answers 0
    says out 'header      line 1, 2 columns'
done
long '' 131069 >long.csv
run look long.csv
answers 1
says err 'long.csv: expected a header that ends in the first 131072 bytes, found none'
long '"' 200000 >long.csv
run report --leads long.csv
answers 1
says err 'found none: a quote is open there'
exit 0
