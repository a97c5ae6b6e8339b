#!/bin/sh
# leadkpi responses: leads, answers and conversions in, every report of leadkpi_responses(3) out. The figures
# were counted by hand: 2025-03-07 is a Friday; lead 1 waited 4 minutes beside an auto-reply, 2 and 3 over the
# weekend, and 4 had nothing but an auto-reply.
. "$top_srcdir/tests/tools/tool.sh"

cat >leads.csv <<'END'
id,time,channel
1,2025-03-07 10:00,ads
2,2025-03-07 16:30,ads
3,2025-03-07 18:00,mail
4,2025-03-10 09:30,mail
END
cat >answers.csv <<'END'
id,time,kind
1,2025-03-07 10:01,auto
1,2025-03-07 10:04,call
2,2025-03-10 09:15,mail
3,2025-03-10 09:00,
4,2025-03-10 09:31,auto
9,2025-03-10 10:00,call
END
printf 'id,time\n1,2025-03-08\n3,2025-03-10 12:00\n' >won.csv
responses() {
    run responses leads.csv --responses answers.csv "$@"
}

# ---- the example of the page
on_page leads.csv
on_page answers.csv
example 'leadkpi responses leads.csv --responses answers.csv --hours "mon-fri 09:00-17:00" --show targets --csv'

# ---- every report; 240 s, 64:45 h and 63 h; until the last answer, 10:00, lead 4 has waited 30 minutes
responses
answers 0
says err 'leadkpi: responses to ids that have not come as leads; left out: 1 row (--show findings)'
says out 'A lead is answered by its first response of a kind other than auto or auto_reply.'
responses --csv
same 'row,leads,answered,automatic_only,mean_seconds,p25_seconds,median_seconds,p75_seconds,p90_seconds,unanswered,survival_median_seconds,survival_median_low_seconds,survival_median_high_seconds,flags
total,4,3,1,153380,113520,226800,229950,231840,1,226800,240,inf,survivor_biased'
responses --show targets --csv
same 'row,target_seconds,met,missed,pending,attainment,attainment_low,attainment_high
total,300,1,3,0,0.25,0.04558726080970056,0.6993581574175981
total,3600,1,2,1,0.3333333333333333,0.06149194472039623,0.7923403991979523
total,86400,1,2,1,0.3333333333333333,0.06149194472039623,0.7923403991979523'
responses --conversions won.csv --show bands --bands 5min,1d --csv
same 'row,from_seconds,to_seconds,leads,converted,rate,rate_low,rate_high,risk_ratio,risk_ratio_low,risk_ratio_high,odds_ratio,odds_ratio_low,odds_ratio_high,pending
total,0,300,1,1,1,0.20654931437723742,1,2,0.5001953065198127,7.996876315834763,,,,0
total,300,86400,0,0,,,,,,,,,,0
total,86400,,2,1,0.5,0.09453120573423072,0.9054687942657693,,,,,,,0
total,,,1,0,0,0,0.7934506856227626,,,,,,,0'
responses --conversions won.csv --show leads --csv
same 'id,segment,came,answered,kind,wait_seconds,automatic,converted
1,,2025-03-07T10:00:00Z,2025-03-07T10:04:00Z,call,240,1,2025-03-08T00:00:00Z
2,,2025-03-07T16:30:00Z,2025-03-10T09:15:00Z,mail,233100,0,
3,,2025-03-07T18:00:00Z,2025-03-10T09:00:00Z,,226800,0,2025-03-10T12:00:00Z
4,,2025-03-10T09:30:00Z,,,9000,1,'
responses --show findings --json
says out '"findings": ['
says out '"finding": "responses_of_unknown_leads", '
says out '"rows": 1, "leads": 1, "id": "9"}'

# ---- the time while it is open: lead 2 waited 45 minutes, 3 none; closed on Monday, 2 waited 30
responses --hours 'mon-fri 09:00-17:00' --show leads --csv
says out '2,,2025-03-07T16:30:00Z,2025-03-10T09:15:00Z,mail,2700,0,'
says out '3,,2025-03-07T18:00:00Z,2025-03-10T09:00:00Z,,0,0,'
responses --hours 'mon-fri 09:00-17:00' --holidays 2025-03-10 --show leads --csv
says out '2,,2025-03-07T16:30:00Z,2025-03-10T09:15:00Z,mail,1800,0,'
responses --holidays 2025-03-10 --show leads --csv
says out '3,,2025-03-07T18:00:00Z,2025-03-10T09:00:00Z,,194400,0,'
# in Berlin it closes at 16:00 UTC: lead 2 waited from 8:00 to 9:15 on Monday
run responses --file-zone UTC leads.csv --responses answers.csv --hours 'mon-fri 09:00-17:00' --zone Europe/Berlin --show leads --csv
says out '2,,2025-03-07T16:30:00Z,2025-03-10T09:15:00Z,mail,4500,0,'

# 127 hours and a half while it is open are not so many days; and it is said that they are such hours
responses --hours 'mon-fri 09:00-17:00' --as-of 2025-03-31 --show leads
says out 'Only the time while it is open counts: hours mon-fri 09:00-17:00; zone UTC.'
says out '127.5 h'
responses --as-of 2025-03-31 --show leads
says out '21.6 d'
if grep -q 'Only the time' out; then cat out; fail "time always runs"; fi
responses --hours 'mon-fri 09:00-17:00' --json
says out '"open": "hours mon-fri 09:00-17:00; zone UTC",'
for option in '--automatic auot' '--define automatic=auot'; do
    responses $option --csv
    says err 'leadkpi: no response is of an automatic kind, "auot"; is it spelt as in the data, where the nearest name is "auto"?'
done
responses --hours 'mon-fri 9:00-17:00' --show leads --csv
says out '2,,2025-03-07T16:30:00Z,2025-03-10T09:15:00Z,mail,2700,0,'
responses --hours 'mon-fri 9-17'
answers 2
says err 'hours: expected a time such as 09:00, up to 24:00 at byte 8, found "9-17"'
# hours beside a clock that always runs: of --set, too, whose word counts
responses --hours 'mon-fri 09:00-17:00' --set clock=elapsed
answers 2
says err 'hours: expected clock=opening with it; with clock=elapsed time always runs'
responses --hours 'mon-fri 09:00-17:00' --set clock=opening --csv
answers 0
responses --set 'hours=mon-fri 09:00-17:00'
answers 2
says err 'hours: expected clock=opening with it'
responses --targets 1h
answers 2
says err 'targets: expected none here; it is of the report of targets alone'

responses --from 2025-03-07 --to 2025-03-08 --csv
says out 'total,3,3,0,'
responses --from 2025-03-08 --show leads --json
says out '  "from": "2025-03-08",'
says out '"id": "4"'
if grep -q '"id": "1"' out; then cat out; fail "lead 1 came before"; fi
sed 's/2025-03/2025-02/' answers.csv >early.csv
run responses leads.csv --responses early.csv --csv
says err 'leadkpi: responses before the lead came; left out: 5 rows (--show findings)'
responses --by kind
answers 2
says err 'found "kind", which is in none that the report groups: leads.csv has'
responses --show bands
answers 2
says err '--show bands: expected --conversions FILE'
printf 'id,time\n' >nobody.csv # a file without a row: asked for, and there are none
responses --conversions nobody.csv --show bands --bands 1d --csv
answers 0
says out 'total,0,86400,1,0,0,0,'
responses --conversions nobody.csv --show bands --bands 1d --set conversions_given=false --csv
says out 'total,0,86400,1,,,,'

# ---- told twice: one of the two would count in silence
responses --automatic auto --define automatic=bot
answers 2
says err 'automatic: expected to be told once, found auto of --automatic and bot of --define'
responses --show targets --targets 1h --set 'level=0.9; targets=2h'
answers 2
says err 'targets: expected to be told once, found 1h of --targets and 2h of --set'
responses --level 0.95 --set level=0.9
answers 2
says err 'level: expected to be told once, found 0.95 of --level and 0.9 of --set'
responses --by month --set grain=week
answers 2
says err 'grain: expected to be told once, found month of --by and week of --set'
responses --as-of 2025-03-31 --set as_of=
answers 2
says err 'as_of: expected to be told once, found 2025-03-31T23:59:59.999999Z of --as-of and nothing of --set'
responses --level 0.9 --set level=0.9 --csv # the same is no contradiction
answers 0

# ---- the rest of the options
responses --automatic call --show leads --csv
says out '1,,2025-03-07T10:00:00Z,2025-03-07T10:01:00Z,auto,60,0,'
responses --by channel,month --targets 3d --show targets --csv
says out 'segment,mail,2025-03-01T00:00:00Z,2025-04-01T00:00:00Z,2025-03,259200,1,0,1,1,'
responses --as-of 2025-03-07 --csv
says out 'total,3,1,0,240,240,240,240,240,2,'
responses --conversions won.csv --show bands --window 1d --bands 5min --csv
says out 'total,300,,2,0,0,'
responses --define ids=hashed --show leads --csv
says out ',2025-03-10T09:30:00Z,'
run responses --leads leads.csv --responses answers.csv --responses answers.csv --csv
answers 0
says out 'total,4,3,1,'

# ---- many rows come in blocks
awk 'BEGIN { print "id,time"; for (i = 0; i < 20000; i++) print i ",2025-01-01 10:00" }' >many.csv
awk 'BEGIN { print "id,time,kind"; for (i = 0; i < 20000; i++) print i ",2025-01-01 10:0" i % 10 ",call" }' |
    "$leadkpi" responses many.csv --responses - --show targets --targets 4min --csv >out || fail "many rows"
says out 'total,240,10000,10000,0,0.5,'

# ---- what is wrong
run responses leads.csv
answers 2
says err 'responses: expected LEADS and --responses FILE, perhaps --conversions FILE, found no responses'
run responses --responses answers.csv
answers 2
says err 'found no leads'
responses --costs leads.csv
answers 2
says err 'found --costs'
responses --hours nine
answers 2
says err 'hours: expected a weekday such as mon at byte 0, found "nine"'
responses --bands 1h,5min --show bands --conversions won.csv
answers 2
says err 'bands'
responses --show sla
answers 2
says err '--show: expected one of speed, targets, bands, leads, findings, found "sla"'
run responses leads.csv --responses answers.csv --conversions leads.csv --map id=id,time=nothing
answers 2
says err 'leads.csv: time: expected a column "nothing" in line 1'
run report --leads leads.csv --conversions won.csv
answers 2
says err 'found --conversions'
run responses --help
answers 0
says out 'usage: leadkpi responses LEADS --responses FILE'
