#!/bin/sh
# Real leads: 8,000 of Olist's marketing funnel and the 842 deals among them.
. "$top_srcdir/tests/tools/tool.sh"

shared=${LEADKPI_SHARED:-$top_srcdir/../shared}
leads=$shared/data/olist_marketing_qualified_leads_dataset.csv
deals=$shared/data/olist_closed_deals_dataset.csv
test -f "$leads" && test -f "$deals" || not_here "the files of Olist are not in $shared/data"

set -- report --leads "$leads" --stages "$deals" \
    --map 'id=mql_id,stage="won",time=won_date,value=declared_monthly_revenue' \
    --by origin --kpi lead_volume,new_customers
run "$@"
answers 0
silent err
says out '8,000 leads, 842 stage rows'
says out 'as of 2018-11-14 18:04:19 (the latest time in the data)'
says out '1  stage rows dated before their lead'
says out '(blank)               60'
run "$@" --csv
answers 0
cut -d, -f1-3,8 out >cut
mv cut out
same 'row,origin,lead_volume,new_customers
segment,"",60,14
segment,direct_traffic,499,56
segment,display,118,6
segment,email,493,15
segment,organic_search,2296,271
segment,other,150,4
segment,other_publicities,65,3
segment,paid_search,1586,195
segment,referral,284,24
segment,social,1350,75
segment,unknown,1099,179
total,,8000,842'
exit 0
