#!/bin/sh
# leadkpi cohort: customers' rows in, retention, churn, survival and value out.
. "$top_srcdir/tests/tools/tool.sh"

cat >customers.csv <<'END'
id,time,channel
a,2025-01-10,ads
b,2025-01-20,web
c,2025-02-01,ads
END
cat >orders.csv <<'END'
id,time,amount,currency
a,2025-01-10,100.00,EUR
a,2025-02-15,50.00,EUR
b,2025-01-20,30.00,EUR
c,2025-02-01,80.00,
c,2025-02-20,-20.00,EUR
END
cat >plans.csv <<'END'
id,time,mrr
a,2025-01-10,10
b,2025-01-19,20
b,2025-02-19,0
c,2025-02-01,30
END
both='--acquisitions customers.csv --revenue orders.csv'

# ---- retention: a triangle, or all columns
run cohort $both --as-of 2025-03-31 --set clock=calendar --set ages=2
answers 0
silent err
says out '2025-01'
says out '50.0'
run cohort $both --as-of 2025-03-31 --set as_of=2025-04-30
answers 2
says err 'as_of: expected to be told once, found 2025-03-31T23:59:59.999999Z of --as-of and 2025-04-30'
run cohort retention $both --as-of 2025-03-31 --set clock=calendar --set ages=2 --by channel --csv
answers 0
says out 'cohort,ads,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,2025-01,1,2,1,1,1,1,'
says out 'cohort,web,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z,2025-01,1,2,1,1,0,0,'

# ---- the end of the day of --as-of counts, the day behind it does not
run cohort churn --subscriptions plans.csv --as-of 2025-02-19 --csv
answers 0
says out 'period,2025-02-01T00:00:00Z,2025-03-01T00:00:00Z,2025-02,2,1,0,1,2,0,0,30,30,0,0,0,20,40,0.5,'
run cohort churn --subscriptions plans.csv --as-of 2025-02-18 --csv
answers 0
says out 'period,2025-02-01T00:00:00Z,2025-03-01T00:00:00Z,2025-02,2,1,0,0,3,0,0,30,30,0,0,0,0,60,0,'

# ---- who signed a day before the acquisition can leave
run cohort survival --acquisitions customers.csv --subscriptions plans.csv --as-of 2025-03-31
answers 0
says out 'total,30,3,1,0,'

# ---- value against spend; of ads 230 less 20 from two customers
printf 'channel,amount\nads,60\nweb,10\ntv,5\n' >spend.csv
run cohort value $both --spend spend.csv --by channel --as-of 2025-03-31 --set age=30d --json
answers 0
says out '"spend": 75'
says out '"unmatched_spend": 5'
says out '"cac": 30'
run cohort value $both --spend spend.csv --spend spend.csv --as-of 2025-03-31
answers 2
says err '--spend: expected one file'

# ---- one currency, by a column or by signs
sed 's/c,2025-02-20,-20.00,EUR/c,2025-02-20,-20.00,USD/' orders.csv >mixed.csv
run cohort --revenue mixed.csv --as-of 2025-03-31 --set acquired=first_event
answers 1
says err 'mixed.csv:6'
says err 'USD'
printf 'id,time,amount\na,2025-01-10,$5\nb,2025-01-11,EUR 5\n' >signs.csv
run cohort --revenue signs.csv --as-of 2025-03-31 --set acquired=first_event
answers 1
says err 'signs.csv:3'

# ---- value by fitted models: of 120 shoppers, of whom some come back, some stay away
awk 'BEGIN {
    print "id,time,amount" >"shop.csv"; print "id,time,channel" >"shoppers.csv"; seed = 7
    for (id = 1; id <= 120; id++) {
        print id ",2024-01-01," (id % 2 ? "ads" : "web") >"shoppers.csv"
        for (week = 0; week < 50; week++) {
            seed = (seed * 1103 + 12345) % 65536
            if (week && seed % 64 >= 2 ^ (id % 5)) continue
            printf "%d,2024-%02d-%02d,%d\n", id, 1 + int(week / 4.2), 1 + int(week * 7) % 28, 5 + seed % 40 * (1 + id % 3) >"shop.csv"
            seed = (seed * 1103 + 12345) % 65536
            if (seed % 64 < (id % 3 ? 2 : 30)) break
        }
    }
}'
printf 'channel,amount\nads,600\nweb,900\n' >costs.csv
shop='--acquisitions shoppers.csv --revenue shop.csv --as-of 2024-12-31'
run cohort histories $shop
answers 0
says out 'id,frequency,recency,T,monetary_value'
run cohort lifetime $shop --spend costs.csv --by channel --model bg_nbd --set discount=0.1 --set unit=1d
answers 0
says out 'row,channel,customers,buyers,alive,'
says out 'segment,ads,60,60,'
says out ',600,,10,'
run cohort lifetime $shop --model bg
answers 2
says err 'bg_nbd'
run cohort lifetime --revenue orders.csv --as-of 2025-03-31 --set acquired=first_event
answers 1
says err 'expected'

# ---- maps: what is said is done, or refused
printf 'Kunde,Datum,Betrag\na,03/02/2025,"1.234,50"\n' >german.csv
run cohort --revenue german.csv --map 'id=Kunde,time=Datum @day-first,amount=Betrag @comma' \
    --as-of 2025-03-31 --set acquired=first_event --set clock=calendar --set ages=1 --json
answers 0
says out '"money": 1234.5'
says out '"cohort": "2025-02"'
run cohort --revenue german.csv --map 'id=Kunde,time=Datum @day-first,amount=Betrag @comma,betrag=Betrag' \
    --as-of 2025-03-31
answers 2
says err '"betrag"'
run cohort --acquisitions customers.csv --map 'channel="ads"' --by channel --as-of 2025-03-31
answers 2
says err 'found a fixed text'

# ---- what is missing or odd is said
run cohort $both
answers 2
says err '--as-of'
run cohort $both --as-of 2025-03-31 --by chanel
answers 2
says err 'expected a column for "chanel"'
printf 'id,time,amount\na,2025-01-10,1\nb,,2\n' >hole.csv
run cohort --revenue hole.csv --as-of 2025-03-31
answers 1
says err 'hole.csv:3'
run cohort findings $both --as-of 2025-03-31
answers 0
says out 'refunds,1,c,'

# ---- each customer: what is expected, why, and of which channel
run cohort forecast $shop --model bg_nbd --by channel --set 'unit=1d; horizon=90' --set discount=0.1
answers 0
says out 'id,probability_alive,expected_transactions,discounted_transactions,mean_spend,lifetime_value,purchase_rate,missed_transactions,flags,channel,frequency,recency,T,monetary_value'
test "$(wc -l <out)" -eq 121 || fail "expected a row for each of 120 customers: $(wc -l <out)"
says out ',web,'
run cohort forecast $shop --set horizn=90
answers 2
says err '"horizon"'
run cohort forecast $shop --model sbg
answers 2
says err 'period'

# ---- value of subscriptions: 60 a month each, of whom half have left
awk 'BEGIN {
    print "id,time,mrr" >"subscribed.csv"; print "id,time,channel" >"subscribers.csv"
    for (id = 1; id <= 120; id++) {
        print id ",2024-01-10," (id % 2 ? "ads" : "web") >"subscribers.csv"
        print id ",2024-01-10,60" >"subscribed.csv"
        if (id <= 60) printf "%d,2024-%02d-10,0\n", id, 2 + int(sqrt(id) * 1.1) >"subscribed.csv"
    }
}'
subscribed='--acquisitions subscribers.csv --subscriptions subscribed.csv --as-of 2024-12-31'
run cohort contracts $subscribed
answers 0
says out 'row,cohort,period,alive'
says out 'cohort,0,11,60'
for model in sbg bdw; do
    run cohort lifetime $subscribed --spend costs.csv --by channel --model $model --set months=0 --set discount=0.1
    answers 0
    test $model = bdw || says err 'leadkpi: sbg: the maximum is at a boundary'
    test $model = sbg || silent err
    says out 'segment,ads,60,60,30,'
    says out 'total,,120,120,60,'
done

# ---- a default outcome that nobody has is no silent 0
printf 'id,time,outcome\na,2025-02-10,Won\nb,2025-02-11,lost\n' >ends.csv
run cohort conversion --acquisitions customers.csv --outcomes ends.csv --as-of 2025-03-31
answers 0
says err 'found none (the nearest name is "Won")'
run cohort conversion --acquisitions customers.csv --outcomes ends.csv --as-of 2025-03-31 --set outcomes=Won
answers 0
silent err

# ---- months start on the clock of --zone
run cohort $both --as-of 2025-03-31 --zone +01:00 --set clock=calendar --csv
answers 0
says out 'cohort,2025-01-31T23:00:00Z,2025-02-28T23:00:00Z,2025-02,0,'

# ---- settings are the same in one piece or in several
run cohort lifetime $shop --model pareto_nbd --set unit=1d --set months=12
answers 0
mv out several
run cohort lifetime $shop --model pareto_nbd --set 'unit=1d;months=12'
answers 0
cmp -s out several || fail "settings in one piece give another answer than in several"

# ---- what would be nothing, and not said
run cohort --revenue orders.csv --as-of 2025-03-31
answers 0
says err 'leadkpi: 3 customers with rows but none of an acquisition; acquired=first_event takes their first row for it (leadkpi cohort findings)'
run cohort --revenue orders.csv --as-of 2025-03-31 --set acquired=first_event
answers 0
silent err
run cohort findings --revenue orders.csv --as-of 2025-03-31
answers 0
silent err
run cohort --revenue orders.csv --as-of 2025-03-31 --set acquired=first_event --by channel
answers 2
says err '--by channel: expected --acquisitions FILE, whose columns these are, found none'
head -n 1 orders.csv >nobody.csv
run cohort --revenue nobody.csv --as-of 2025-03-31
answers 1
says err 'cohort: expected at least one row of a customer, found none'
run cohort --revenue orders.csv --map time=date --as-of 2025-03-31
answers 2
says err 'orders.csv: time: expected a column "date", found none (leadkpi look orders.csv shows the columns)'
run cohort $both --as-of 2025-03-31 --json --csv
answers 2
says err 'cohort: expected one form, found --json and --csv'
