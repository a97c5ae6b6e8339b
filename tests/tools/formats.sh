#!/bin/sh
# Exports as systems write them give the numbers that are in them.
. "$top_srcdir/tests/tools/tool.sh"

# The first columns of the table, without totals.
table() {
    columns=$1
    shift
    "$leadkpi" report "$@" --csv --set totals=false >whole 2>err || { cat err; fail "leadkpi report $*"; }
    cut -d, -f"$columns" whole >out
    command_line="leadkpi report $*"
}

# ---- Google Ads: preamble, " --", thousands, totals; in UTF-8 and as "CSV (Excel)"
printf '%s\n' 'Campaign performance report' '"January 1, 2024 - January 3, 2024"' \
    'Day,Campaign,Currency code,Cost,Impr.,Clicks,CTR' \
    '2024-01-01,Brand,EUR,"1,234.50","12,345",100,0.81%' \
    '2024-01-02,Brand,EUR, --,0,0,--' \
    '2024-01-03,Generic,EUR,99.00,"1,000",10,1.00%' \
    'Total: Account, --,EUR,"1,333.50","13,345",110,0.82%' \
    'Total: Search, --,EUR,"1,333.50","13,345",110,0.82%' >google.csv
google='channel,campaign,cost_per_click
Paid Search,Brand,12.345
Paid Search,Generic,9.9'
table 2-4 --costs google.csv --profile google-ads --by channel,campaign --kpi cost_per_click
same "$google"
silent err
table 2-4 --costs google.csv --by channel,campaign --kpi cost_per_click # the profile is found
same "$google"
{
    printf '\377\376'
    sed 's/"\([0-9]*\),\([0-9.]*\)"/\1\2/g; 2s/.*/January 1 to 3/; s/,/	/g' google.csv | iconv -f UTF-8 -t UTF-16LE
} >google16.csv 2>iconv.err
if test -s iconv.err; then
    echo "note: no iconv, UTF-16 not tried here"
else
    table 2-4 --costs google16.csv --by channel,campaign --kpi cost_per_click
    same "$google"
    run look google16.csv
    says out 'UTF-16LE, with a byte order mark'
    says out 'delimiter   tab'
    says out 'header      line 3, 7 columns'
fi

# ---- Google Ads API: millionths
printf 'segments.date,campaign.name,metrics.cost_micros,metrics.impressions,metrics.clicks\n2024-01-01,A,2500000,100,5\n' >api.csv
table 2-3 --costs api.csv --by campaign --kpi cost_per_click
same 'campaign,cost_per_click
A,0.5'

# ---- Meta: mark, semicolons, CRLF, currency in a German header, decimal comma, dots in
# ---- dates and thousands, the total in the first row
printf '\357\273\277Berichtsstart;Kampagnenname;Ausgegebener Betrag (EUR);Impressionen;Link-Klicks\r\n;;1.500,75;15.000;180\r\n01.02.2024;Fr\303\274hling;1.200,50;10.000;120\r\n02.02.2024;Fr\303\274hling;300,25;5.000;60\r\n' >meta.csv
table 2-3,8 --costs meta.csv --by campaign --kpi cost_per_click,cost_per_mille
same 'campaign,cost_per_click,cost_per_mille
Frühling,8.3375,100.05'
run report --costs meta.csv --by campaign --kpi cost_per_click
says out 'money in EUR'
says out 'rows of totals were left out'

# ---- LinkedIn: a block, tabs, month first, campaign groups
printf 'Report (in UTC)\nReport Start: January 1, 2024, 12:00 AM\n\nStart Date (in UTC)\tCurrency\tCampaign Group Name\tCampaign Name\tTotal Spent\tImpressions\tClicks\n01/02/2024\tEUR\tDACH\tX\t120.00\t1000\t12\n02/01/2024\tEUR\tDACH\tX\t80.00\t900\t8\n' >linkedin.csv
table 2,5-6 --costs linkedin.csv --by campaign,month --kpi cost_per_click
same 'campaign,period,cost_per_click
DACH,2024-01,10
DACH,2024-02,10'

# ---- HubSpot: a column a stage, a field over two lines
printf 'Record ID,First Name,Email,Create Date,Original Source,Became a Marketing Qualified Lead Date,Became a Sales Qualified Lead Date,Became a Customer Date,Total Revenue\n101,Ann,a@x.com,2024-01-05 09:00,Paid,2024-01-06 10:00,2024-01-10 11:00,,\n102,"Bo\nb",b@x.com,2024-01-06 09:00,Paid,2024-01-07 10:00,2024-01-10 11:00,2024-02-01 12:00,1200.50\n103,Cy,c@x.com,2024-01-07 09:00,Offline,,,,\n' >hubspot.csv
table 2-3,8,13,18 --leads hubspot.csv --by channel --kpi lead_volume,mql_volume,new_customers,closed_won_revenue
same 'channel,lead_volume,mql_volume,new_customers,closed_won_revenue
Offline,1,0,0,0
Paid,2,2,1,1200.5'

# ---- Salesforce: all quoted, offsets without colon, plans that are not yet deals
printf '"Id","CreatedDate","LeadSource","Email"\n"006A","2024-01-31T09:15:00.000+0000","Web","a@x.com"\n"006B","2024-02-01T10:15:00.000+0000","Event","b@x.com"\n' >sf.csv
printf 'Id,StageName,Amount,CloseDate,CreatedDate,IsWon\n006A,Closed Won,5000,2024-03-01,2024-01-31T09:15:00.000+0000,true\n006B,Proposal,7000,2024-09-01,2024-02-01T09:15:00.000+0000,false\n' >opportunities.csv
table 2-3,8 --leads sf.csv --stages opportunities.csv --by channel --kpi new_customers,closed_won_revenue
same 'channel,new_customers,closed_won_revenue
Event,0,0
Web,1,5000'

# ---- epoch milliseconds, CR line ends, no last line end, standard input, own names
printf 'key|born|where\ra|1706692500000|x\rb|1706692500000|y' >cr.csv
code=0
"$leadkpi" report --leads - --map 'id=key,time=born' --by where --kpi lead_volume --csv <cr.csv >whole 2>err || fail "standard input"
cut -d, -f2,3 whole >out
same 'where,lead_volume
x,1
y,1
,2'

# ---- Windows-1252
printf 'id,time,channel\n1,2024-01-01,Caf\351\n' >latin.csv
table 2-3 --leads latin.csv --by channel --kpi lead_volume
same 'channel,lead_volume
Café,1'

# ---- zones: midnight in New York is another day in UTC
printf 'id,time,channel\n1,2024-01-01,a\n2,2024-01-31 23:30,a\n' >days.csv
if test -f /usr/share/zoneinfo/America/New_York; then
    table 5-6 --leads days.csv --by channel,month --kpi lead_volume --zone America/New_York
    same 'period,lead_volume
2024-01,2'
    table 5-6 --leads days.csv --file-zone America/New_York --by channel,month --kpi lead_volume
    same 'period,lead_volume
2024-01,1
2024-02,1'
fi

# ---- dates: the column decides, or the user
printf 'id,time\n1,03/04/2024\n2,13/04/2024\n' >first.csv
table 5 --leads first.csv --by day --kpi lead_volume
says whole '2024-04-03'
table 5 --leads first.csv --dates day-first --by month --kpi lead_volume
says whole '2024-04'

# ---- blank, absent, and literal are three things
printf 'id,time,source\n1,2024-01-01,\n2,2024-01-01,unknown\n' >blank.csv
table 2-3 --leads blank.csv --map 'id=id,time=time,channel=source' --by channel --kpi lead_volume
same 'channel,lead_volume
,1
unknown,1'
run report --leads blank.csv --map 'id=id,time=time,channel="Paid, Search"' --by channel --kpi lead_volume
says out 'Paid, Search'

# ---- a company called Total is no row of totals
printf 'company,id,time\nTotal,1,2024-01-01\nShell,2,2024-01-01\n' >total.csv
table 2-3 --leads total.csv --by company --kpi lead_volume
same 'company,lead_volume
Shell,1
Total,1'

# ---- JSON: no NaN, and a reason
run report --leads blank.csv --map 'id=id,time=time' --kpi cost_per_lead --json
answers 0
says out '"value": null'
says out '"status": "not_given"'
if grep -E -q 'nan|inf[^o]' out; then fail "a number that JSON does not have"; fi
if command -v python3 >/dev/null; then python3 -m json.tool <out >/dev/null || fail "no JSON"; fi
exit 0
