#!/bin/sh
# The catalogue on the command line.
. "$top_srcdir/tests/tools/tool.sh"

# 5,000 for 250 leads is 20; Garwood's limits for 250 are 219.97 and 282.98
for inputs in '5000 250' 'spend=5000 leads=250' 'leads=250 campaign_spend=5,000' '5,000 250'; do
    # shellcheck disable=SC2086
    run kpi eval cost-per-lead $inputs
    answers 0
    same 'Cost per lead (CPL): 20.00 [17.67, 22.73] (95 %)'
done
run kpi eval CPL 5000 250 --json
answers 0
says out '"value": 20,'
says out '"status": "ok"'
run kpi eval cpl 5000 0
answers 0
says out 'Cost per lead (CPL): -'
run kpi eval cpl 5000
answers 2
says err 'expected 2 numbers'
run kpi eval cpl 5000 250 3
answers 2
run kpi eval cpl spend=5000
answers 2
run kpi eval cpl spend=5000 spend=1 leads=2
answers 2
says err 'given twice'
run kpi eval cpl nonsense=1
answers 2
says err 'cost_per_lead: expected one of campaign_spend, new_leads, found "nonsense"'
for number in many 0x10 nan inf 1e999 ''; do
    run kpi eval cpl "$number" 250
    answers 2
    says err 'expected a number such as 5000'
done
run kpi eval cpl 5e3 250 --json
answers 0
says out '"value": 20'
run kpi eval ctr 1 2
answers 2
says err 'ad_click_through_rate'
run kpi eval cost_per_laed 1 2
answers 2
says err 'cost_per_lead'
run kpi show cpl
answers 0
says out 'campaign_spend'
run kpi show cpl --json
answers 0
says out '"name": "cost_per_lead"'
run kpi list
answers 0
says out 'cost_per_lead'
run kpi list --category volume
answers 0
says out 'lead_volume'
if grep -q cost_per_lead out; then fail "another category"; fi
run kpi list --category nonsense
answers 2
says err 'volume'
run kpi list --json
answers 0
says out '{"schema": "leadkpi-kpi-list/1", "library": "'
says out '"version": "1"'
if command -v python3 >/dev/null; then python3 -m json.tool <out >/dev/null || fail "no JSON"; fi

# SQL, from the definition
run kpi sql cpl
answers 0
says out 'THEN campaign_spend / NULLIF(new_leads, 0) END AS cost_per_lead'
says out 'DOUBLE PRECISION'
run kpi sql cpl --dialect bigquery
answers 0
says out 'CAST(SUM(new_leads) AS FLOAT64)'
run kpi sql cpl --dialect=oracle
answers 2
says err 'dialect'
run kpi sql
answers 2
run kpi sql nonsense
answers 2

# Tables: 40 of 500 and 62 of 480 (the example of kpi_analysis.h)
printf 'segment,mqls,sqls\nMay,500,40\nJune,480,62\n' >rows.csv
printf 'segment,mqls,sqls\nMay,600,60\nPartner,80,22\n' >after.csv
run kpi compare mql_to_sql_rate rows.csv
answers 0
says out 'higher'
says out '0.0117898'
says out 'June'
run kpi compare mql_to_sql_rate rows.csv --json --base 1 --level=0.99
answers 0
says out '"verdict": "not distinguishable"'
if command -v python3 >/dev/null; then python3 -m json.tool <out >/dev/null || fail "no JSON"; fi
run kpi compare mql_to_sql_rate rows.csv --level 2
answers 2
says err 'level'
run kpi compare mql_to_sql_rate rows.csv --nonsense 2
answers 2
run kpi compare mql_to_sql_rate nothere.csv
answers 1
run kpi compare mql_to_sql_rate
answers 2
run kpi compare cost_per_lead rows.csv
answers 2
says err 'the table has no column campaign_spend'
run kpi rank mql_to_sql_rate rows.csv --csv
answers 0
says out 'rank,row,value,low,high,n,shrunken,status,flags'
says out '1,1,0.129'
run kpi explain mql_to_sql_rate rows.csv after.csv
answers 0
says out 'vanished'
says out 'Partner'
printf 'arpa,gross_margin,churn\n500,0.8,0.02\n550,0.8,0.025\n' >clv.csv
run kpi explain customer_lifetime_value clv.csv
answers 0
says out 'churn'
says out 'total'
run kpi plan leads target=10 rate=5%
answers 0
same 'on_average         200
at_probability     249'
run kpi plan spend target=10 cost=400 probability=0.9 --json
answers 0
says out '"on_average": 4000'
run kpi plan coverage quota=500000 deal=20000 win_rate=0.25
answers 0
run kpi plan pace target=100 done=40 elapsed=0.5
answers 0
says out 'projected          80'
run kpi plan leads target=10
answers 2
says err 'rate was not given'
for number in x 0x1 nan % '' 5%%; do
    run kpi plan leads target=10 "rate=$number"
    answers 2
    says err 'expected rate=number, found'
done
run kpi plan nonsense
answers 2
printf 'kpi,value,target,start,due\ncpl,20,25,,\nlead_volume,40,100,2025-01-01,2025-02-01\n' >goals.csv
run kpi scorecard goals.csv --as-of 2025-01-16
answers 0
says out 'reached'
says out 'behind'
{
    echo campaign_spend,new_leads
    for month in 1 2 3 4 5 6 7 8 9 10 11 12; do echo 1000,50; done
    echo 1000,60
} >months.csv
run kpi baseline cpl months.csv
answers 0
says out '16.6667'
says out 'previous'
run kpi season lead_volume months.csv
answers 1
printf 'kpi,value\ncpl,20\n' >values.csv
printf 'kpi,version,source,population,date,value\ncpl,1,a survey,B2B,2025-01-01,25\ncpl,2,a survey,B2B,2025-01-01,22\n' >pack.csv
run kpi benchmark values.csv pack.csv --as-of 2025-01-31
answers 0
says out 'better'
says out 'not comparable'
run kpi check cpl cac 'cost per lead'
answers 0
says out 'twice'
run kpi check nonsense
answers 1

printf 'channel,campaign_spend,new_leads\nads,"1,000",3\n\nmail,about 50,2\n' >texts.csv
for what in compare rank baseline; do
    run kpi $what cost_per_lead texts.csv
    answers 1
    says err 'texts.csv:4: column "campaign_spend": expected a number such as 1,234.50, found "about 50"'
done
head -n 1 texts.csv >header.csv
run kpi compare cost_per_lead header.csv
answers 1
says err 'header.csv: expected at least one row behind the header, found none'
run kpi compare cost_per_lead texts.csv --bsae
answers 2
says err 'nothing is called "bsae"'
run kpi compare cost_per_lead
answers 2
says err 'kpi compare: expected a NAME and a FILE, found 1 word'
run kpi sql cost_per_lead --dialect
answers 2
says err '--dialect: expected a value behind it, found the end'

# ---- no row of a table ends in blanks
printf 'channel,campaign_spend,new_leads\nads,100,3\nmail,50,2\n' >blanks.csv
for what in compare rank; do
    run kpi $what cost_per_lead blanks.csv
    answers 0
    if grep -q ' $' out; then cat out; fail "expected no blanks at the end of a row"; fi
    run kpi $what cost_per_lead blanks.csv --json --csv
    answers 2
    says err "kpi $what: expected one form, found --json and --csv"
done
exit 0
