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
says err 'expected one of the inputs campaign_spend, new_leads'
run kpi eval cpl many 250
answers 2
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
if command -v python3 >/dev/null; then python3 -m json.tool <out >/dev/null || fail "no JSON"; fi
exit 0
