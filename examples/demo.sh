#!/bin/sh
# demo.sh: what `make demo` shows: sample data, and the report that a marketing
# lead would want to look at. Run in the build folder.
set -e
folder=examples/sample
mkdir -p "$folder"
examples/make_sample_data "$folder"
profiles=$(cd "${top_srcdir:-.}/tools/profiles" && pwd)
program=$(pwd)/tools/leadkpi
zone=Europe/Berlin
test -f "${TZDIR:-/usr/share/zoneinfo}/$zone" || zone=UTC

echo "Half a year of leads of a company that does not exist, in $folder:"
(cd "$folder" && wc -l leads.csv stages.csv costs.csv responses.csv | sed '$d')
cat <<END

\$ leadkpi report --leads leads.csv --stages stages.csv --costs costs.csv --responses responses.csv \\
    --define person_key=email --zone $zone \\
    --kpi lead_volume,mql_volume,sql_volume,new_customers,lead_to_mql_rate,mql_to_sql_rate,lead_to_customer_rate,\\
cpl,cac,closed_won_revenue,roi,roas,lead_response_time \\
    --by channel --kpi lead_volume,lead_to_mql_rate,lead_to_customer_rate,cpl,cac,roi \\
    --by month --kpi lead_volume,lead_to_mql_rate,mql_to_sql_rate,cpl \\
    --by campaign --kpi lead_volume,mql_volume,cpl,cost_per_mql

END

cd "$folder"
LEADKPI_PROFILES=$profiles "$program" report \
    --leads leads.csv --stages stages.csv --costs costs.csv --responses responses.csv \
    --define person_key=email --zone "$zone" \
    --kpi lead_volume,mql_volume,sql_volume,new_customers,lead_to_mql_rate,mql_to_sql_rate,lead_to_customer_rate,cpl,cac,closed_won_revenue,roi,roas,lead_response_time \
    --by channel --kpi lead_volume,lead_to_mql_rate,lead_to_customer_rate,cpl,cac,roi \
    --by month --kpi lead_volume,lead_to_mql_rate,mql_to_sql_rate,cpl \
    --by campaign --kpi lead_volume,mql_volume,cpl,cost_per_mql
