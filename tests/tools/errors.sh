#!/bin/sh
# What is wrong is said with file, line, column, expected and found, and the exit code.
. "$top_srcdir/tests/tools/tool.sh"

printf 'id,time,channel\n1,2024-01-01,a\n2,yesterday,a\n3,2024-01-03\n4,03/04/2024,b\n,2024-01-05,b\n"6"x,2024-01-06,b\n7,2024-01-07,b\n' >leads.csv

# ---- rows that cannot be taken
run report --leads leads.csv --by channel --kpi lead_volume
answers 0
says out '5  rows could not be read and were left out'
says err 'leads.csv:3: column "time": expected a date or time, found "yesterday"'
says err 'leads.csv:4: expected 3 fields as in the header, found 2'
says err 'leads.csv:5: column "time": expected a date that can be read in one way'
says err 'leads.csv:6: column "id": expected a text, found nothing'
says err 'leads.csv:7: field 1: expected a delimiter or a line end behind the closing quote'

run report --leads leads.csv --by channel --kpi lead_volume --strict
answers 1
silent out
says err 'leads.csv:3: column "time": expected a date or time, found "yesterday"'

run report --leads leads.csv --by channel --kpi lead_volume --rejects rejects.csv
answers 0
test "$(wc -l <rejects.csv)" -eq 6 || { cat rejects.csv; fail "expected five rejects and a header"; }
grep -F -q '"leads.csv",3,"column ""time"": expected a date or time, found ""yesterday""","2","yesterday","a"' rejects.csv ||
    { cat rejects.csv; fail "the reject of line 3"; }

# ---- files that cannot be read to their end
printf 'id,time\n1,2024-01-01\n2,"2024-01-02\n3,2024-01-03\n' >open.csv
run report --leads open.csv --kpi lead_volume
answers 1
says err 'open.csv:3: field 2: expected a closing quote, found the end of the file'
: >empty.csv
run report --leads empty.csv --kpi lead_volume
answers 1
says err 'empty.csv: expected a header line, found an empty file'
run report --leads nowhere.csv
answers 1
says err 'nowhere.csv: cannot be opened'
run look .
answers 1
says err 'expected a file, found a directory'

# ---- currencies
printf 'time,amount,currency\n2024-01-01,1,EUR\n2024-01-02,2,USD\n' >mixed.csv
run report --costs mixed.csv
answers 1
says err 'mixed.csv:3: expected one currency (EUR, seen first in mixed.csv:2), found USD'
printf 'Day,Campaign name,Amount spent (USD)\n2024-01-01,a,1\n' >usd.csv
printf 'time,amount\n2024-01-01,"12.00 \342\202\254"\n' >sign.csv
run report --costs usd.csv --costs sign.csv
answers 1
says err 'sign.csv:2: expected one currency (USD, seen first in usd.csv:1)'

# ---- numbers
printf 'time,amount\n2024-01-01,"12.50"\n2024-01-02,"12,50"\n2024-01-03,many\n' >numbers.csv
printf 'time,c1,c2\n2024-01-01,x,1\n2024-01-02,2,y\n2024-01-03,z,1\n' >columns.csv
run report --measures columns.csv --map 'time=time,clicks=c1,impressions=c2'
says err 'columns.csv:2: column "c1": expected a number such as 1,234.50, found "x" (and 1 more row)'
says err 'columns.csv:3: column "c2": expected a number such as 1,234.50, found "y"'
run report --costs numbers.csv
answers 0
says err 'numbers.csv:3: column "amount": expected a number such as 1,234.50, found "12,50"'

# ---- command lines
run
answers 2
run nonsense
answers 2
says err 'expected one of look, report, funnel, stages, responses, cohort, attribute, kpi, found "nonsense" (leadkpi --help)'
run reprot
answers 2
says err 'found "reprot"; the nearest name is "report" (leadkpi --help)'
run report --leadz leads.csv
answers 2
says err 'report: "--leadz" is no option; the nearest name is "--leads" (leadkpi report --help lists them)'
run report --leads leads.csv --by chanel
answers 2
says err 'found "chanel", which is in none; the nearest name is "channel": leads.csv has'
run cohort --as-off=2025-01-01 x
answers 2
says err '"--as-off=2025-01-01" is no option; the nearest name is "--as-of"'
run report
answers 2
run report --leads
answers 2
run report --leads leads.csv --nonsense
answers 2
says err '"--nonsense" is no option'
run report --leads leads.csv --map id=key,time=time
answers 2
says err 'leads.csv: id: expected a column "key" in line 1, found: id, time, channel'
run report --leads leads.csv --profile google-ads
answers 2
says err 'expected a file given as --costs, found --leads'
run report --leads leads.csv --profile nonsense
answers 2
says err 'hubspot-contacts'
run report --leads leads.csv --by channel,day,month
answers 2
run report --leads leads.csv --by chanel --kpi lead_volume
answers 2
says err 'found "chanel", which is in none; the nearest name is "channel": leads.csv has id, time, channel'
silent out
run report --leads leads.csv --by channel,mnth --kpi lead_volume
answers 2
says err 'found "mnth", which is in none; the nearest name is "month": leads.csv has'
run kpi sql cost_per_lead --dialect postgrs
answers 2
says err '--dialect: expected one of postgresql, bigquery, snowflake, duckdb, found "postgrs"'
run kpi sql cost_per_lead --dialect postgres
answers 2
says err 'found "postgres"; the nearest name is "postgresql"'
run report --leads leads.csv --json --csv
answers 2
says err 'expected one form, found --json before'
for words in 'basis=period' 'totals=false; basis=period'; do
    run report --leads leads.csv --set "$words"
    answers 2
    says err '--set: expected an option that leadkpi report --help does not list, found basis=period'
done
run report --leads leads.csv --basis period --set basis=cohort
answers 2
run report --leads leads.csv --kpi lead_volume --json --level .9
answers 0
says out '"level": 0.9,'
echo id,time,channel >header_only.csv
run report --leads header_only.csv
answers 1
says err 'header_only.csv has id, time, channel'
echo name,when >strange.csv
run report --leads strange.csv
answers 2
says err 'expected id and time of the leads'
for what in --help 'report --help' 'look --help' 'kpi --help' 'kpi eval --help'; do
    # shellcheck disable=SC2086
    run $what
    answers 0
    says out 'usage: leadkpi'
done
run report --leads leads.csv --kpi cost_per_laed
answers 2
says err 'cost_per_lead'
run report --leads leads.csv --zone Nowhere/Town
answers 2
run report --leads leads.csv --zone ../../etc/passwd
answers 2
run report --leads leads.csv --as-of tomorrow
answers 2
run report --leads - --stages -
answers 2
run report --leads leads.csv --by channel --by month --csv
answers 2
run report --leads leads.csv --level 2
answers 2

# ---- a full disk
if test -c /dev/full; then
    for what in 'kpi list' 'look leads.csv' 'report --leads leads.csv --kpi lead_volume' '--help'; do
        code=0
        # shellcheck disable=SC2086
        "$leadkpi" $what >/dev/full 2>err || code=$?
        command_line="leadkpi $what >/dev/full"
        answers_file=err
        test "$code" = 1 || fail "$command_line: expected answer 1, found $code"
        says "$answers_file" 'cannot be written'
    done
    run report --leads leads.csv --kpi lead_volume --rejects /dev/full
    answers 1
fi

# ---- hostile bytes: an answer, never a crash
printf 'id,time\n\000\000,2024-01-01\n2,2024-01-02\n' >nul.csv
run report --leads nul.csv --kpi lead_volume
answers 0
says err 'found a NUL byte'
dd if=/dev/urandom of=noise.csv bs=1024 count=64 2>/dev/null
for what in look 'report --leads' 'report --costs'; do
    code=0
    # shellcheck disable=SC2086
    "$leadkpi" $what noise.csv >out 2>err || code=$?
    test "$code" -le 2 || fail "noise: leadkpi $what answered $code"
done

# ---- what data holds neither moves the cursor nor begins a row, but where it is for machines
printf 'id,time,channel\n1,2024-01-01,"x\ny"\n2,2024-01-01,\033[31mred\n3,\033[2J,b\n' >escapes.csv
for command in 'report --leads escapes.csv --by channel --kpi lead_volume' \
    'stages escapes.csv --map id=id,time=time,stage=channel --stages b --show moves'; do
    # the words of a line are wanted one by one
    run $command
    answers 0
    says out 'x\ny'
    says out '\x1b[31mred'
    if grep -q "$(printf '\033')" out err; then cat -v out err; fail "$command_line: an escape goes to the terminal"; fi
done
says err 'found "\x1b[2J"'
says err 'neither --stages nor --lost names '
run look escapes.csv
if grep -q "$(printf '\033')" out; then cat -v out; fail "$command_line: an escape goes to the terminal"; fi
run report --by channel --kpi lead_volume --csv --leads escapes.csv
says out "segment,$(printf '\033')[31mred,1,"
exit 0
