#!/bin/sh
# demo.sh: what `make demo` shows: sample data, and the reports that a marketing
# lead would want to look at. Run in the build folder.
set -e
folder=examples/sample
mkdir -p "$folder"
examples/make_sample_data "$folder"
LEADKPI_PROFILES=${LEADKPI_PROFILES:-${top_srcdir:-.}/tools/profiles}
export LEADKPI_PROFILES

cat <<END
Half a year of leads of a company that does not exist, in $folder:
$(cd "$folder" && wc -l leads.csv stages.csv costs.csv responses.csv | sed '$d')

\$ leadkpi report --leads leads.csv --stages stages.csv --costs costs.csv \\
    --responses responses.csv --define person_key=email --zone Europe/Berlin \\
    --by channel --by month --by campaign

END

zone=Europe/Berlin
test -f "${TZDIR:-/usr/share/zoneinfo}/$zone" || zone=UTC
(
    program=$(pwd)/tools/leadkpi
    profiles=$(cd "$LEADKPI_PROFILES" && pwd)
    cd "$folder"
    LEADKPI_PROFILES=$profiles "$program" report \
        --leads leads.csv --stages stages.csv --costs costs.csv --responses responses.csv \
        --define person_key=email --zone "$zone" \
        --kpi lead_volume,mql_volume,sql_volume,new_customers,lead_to_mql_rate,mql_to_sql_rate,lead_to_customer_rate,cost_per_lead,customer_acquisition_cost,closed_won_revenue,return_on_investment,return_on_ad_spend \
        --by channel --kpi lead_volume,lead_to_mql_rate,lead_to_customer_rate,cost_per_lead,customer_acquisition_cost,return_on_ad_spend \
        --by month --kpi lead_volume,lead_to_mql_rate,mql_to_sql_rate,cost_per_lead \
        --by campaign --kpi lead_volume,cost_per_mql,cost_per_lead
)
