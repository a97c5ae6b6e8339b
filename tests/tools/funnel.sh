#!/bin/sh
# leadkpi funnel: events or stages in, steps with intervals out, as text, CSV and JSON.
. "$top_srcdir/tests/tools/tool.sh"

cat >events.csv <<'END'
id,time,event,channel,value
1,2025-03-01 10:00,visit,ads,a
1,2025-03-01 11:00,sign up,ads,a
1,2025-03-04 10:00,won,ads,b
2,2025-03-02 10:00,visit,mail,a
2,2025-03-20 10:00,sign up,mail,a
3,2025-04-02 10:00,visit,mail,a
3,2025-04-02 12:00,visit,mail,a
3,2025-04-03 10:00,sign up,mail,a
END
steps='visit,sign up,won'

# ---- steps, with Wilson's intervals
run funnel --events events.csv --steps "$steps" --window 7d
answers 0
silent err
says out 'A lead goes through "visit", "sign up", "won", in this order, within 7d of the first, inclusive'
says out '66.7 % (20.8 to 93.9)'

run funnel --events events.csv --steps "$steps" --window 7d --csv
answers 0
same 'row,step,name,reached,exactly,open,step_rate,step_rate_low,step_rate_high,overall_rate,overall_rate_low,overall_rate_high,drop_off,bottleneck,immature
total,1,visit,3,1,0,,,,1,0.4385029682449545,1,0.3333333333333333,false,true
total,2,sign up,2,1,1,0.6666666666666666,0.2076596008020477,0.9385080552796038,0.6666666666666666,0.2076596008020477,0.9385080552796038,0.5,false,true
total,3,won,1,1,0,0.5,0.09453120573423072,0.9054687942657693,0.3333333333333333,0.06149194472039623,0.7923403991979523,,true,true'

# ---- by a column and a period, as of a day
run funnel --events events.csv --steps "$steps" --by channel,month --as-of 2025-03-31 --csv
answers 0
says out 'segment,mail,2025-03-01T00:00:00Z,2025-04-01T00:00:00Z,2025-03,2,sign up,1,1,1,1,'
if grep -F -q 2025-05 out; then fail "expected nothing of April as of the end of March"; fi

# ---- what started in a period, whatever came after it: the row of a month
run funnel --events events.csv --steps "$steps" --from 2025-03-01 --to 2025-04-01 --csv
answers 0
says out 'total,1,visit,2,'
says out 'total,2,sign up,2,'
run funnel --events events.csv --steps "$steps" --from 2025-03-02 --to 2025-03-03
answers 0
says out 'Only attempts that started from 2025-03-02 on and before 2025-03-03 count, whatever came after.'
says out '  total     2  sign up        1'
run funnel --events events.csv --steps "$steps" --set from=2025-04-01 --show leads --json
answers 0
says out '  "from": "2025-04-01T00:00:00Z",' # of --set: whatever the zone
says out '"id": "3"'
if grep -q '"id": "1"' out; then cat out; fail "lead 1 came in March"; fi
run funnel --events events.csv --steps "$steps" --from 2025-03-01 --zone +14:00 --to 2025-03-02 --csv
answers 0
says out 'total,1,visit,1,' # the file is in this zone, too
run funnel --events nowhere.csv --steps "$steps" --from 2025-04-01 --to 2025-04-01
answers 2
says err 'to: expected a time after from (2025-04-01), found 2025-04-01'
run funnel --events nowhere.csv --steps "$steps" --from 2025-04-01 --set from=2025-03-01
answers 2
says err 'from: expected to be told once, found 2025-04-01 of --from and 2025-03-01 of --set'
run funnel --events nowhere.csv
answers 2
says err "funnel: expected --steps 'visit,sign up,won', the names as they are in the data, found none"
run funnel --events nowhere.csv --steps "$steps" --define steps=a,b
answers 2
says err 'steps: expected to be told once, found visit,sign up,won of --steps and a,b of --define'
run funnel --events nowhere.csv --steps "$steps" --zone +01:00 --define 'window_days=3; zone=+02:00'
answers 2
says err 'zone: expected to be told once, found +01:00 of --zone and one of --define'
run funnel --events nowhere.csv --steps "$steps" --from 2025-04-01 --show checks
answers 2
says err 'from: expected none here; the checks are of all rows'
run funnel --events nowhere.csv --steps "$steps" --basis period
answers 2
says err 'funnel: --kpi, --basis, --width and --no-headline are of leadkpi report'
run funnel --events nowhere.csv --steps "$steps" --width 80
answers 2
says err 'funnel: --kpi, --basis, --width and --no-headline are of leadkpi report'
run funnel --events nowhere.csv --steps "$steps" --set by=segment
answers 2
says err 'by=segment: expected --by COLUMN, which says whose segments they are'
run funnel --events events.csv --steps "$steps" --show leads --by channel,month --csv
answers 0
says out '1,ads,3,'
says err 'leadkpi: --by month: there are no groups in the report of leads'
if grep -q channel err; then cat err; fail "leads have a segment"; fi
run funnel --events events.csv --steps "$steps" --show checks --by channel
answers 0
says err 'leadkpi: --by channel: there are no groups in the report of checks'
says out '  (nothing)'

# ---- an empty cell is no segment; a column that the funnel reads may be the one to report by, too
printf 'id,time,event,value\n1,2025-01-01,a,x\n1,2025-01-02,b,\n2,2025-01-01,a,\n' >empty.csv
run funnel --events empty.csv --steps a,b --by value --report leads --json
answers 0
says out '{"id": "1", "segment": "x", '
says out '{"id": "2", "segment": null, '

# ---- events of one time: in the order of the steps, or as the column sequence has them
printf 'id,time,event,n\n1,2025-01-01,b,1\n1,2025-01-01,a,2\n2,2025-01-01,a,1\n2,2025-01-01,b,2\n' >ties.csv
run funnel --events ties.csv --steps a,b --csv
answers 0
says out 'total,2,b,2,'
run funnel --events ties.csv --map id=id,time=time,event=event,sequence=n --steps a,b --csv
answers 0
says out 'total,2,b,1,'
sed 's/event,n/event,sequence/; s/,2$/,2.5/' ties.csv >sequences.csv
run funnel --events sequences.csv --steps a,b --csv
answers 0
says err 'sequences.csv:3: column "sequence": expected a whole number, found "2.5"'
printf 'id,stage,time,n\n1,b,2025-01-01,1\n1,a,2025-01-01,2\n' >ties_of_stages.csv
run funnel --stages ties_of_stages.csv --map id=id,time=time,stage=stage,sequence=n --steps a,b --csv
answers 0
says out 'total,2,b,0,'

# ---- rules
run funnel --events events.csv --steps "$steps" --preset mixpanel_totals --show leads --json
answers 0
says out '"rule": "A lead goes through'
says out 'these are the rules of mixpanel_totals'
says out '{"id": "3", "segment": null, "attempt": 1, "step": 2,'
run funnel --events events.csv --steps "$steps" --define entry=every --csv
answers 0
says out 'total,1,visit,4,3,'
run funnel --events events.csv --steps "$steps" --define same_value=true --csv
answers 0
says out 'total,3,won,0,0,'
run funnel --events events.csv --steps "$steps" --define window_days=1 --zone +14:00 --csv
answers 0
says out 'total,2,sign up,1,1,'
run funnel --events events.csv --steps "$steps" --define window_days=2 --csv
answers 0
says out 'total,2,sign up,2,2,'
run funnel --events events.csv --steps 'visit,sign up' --show times --csv
answers 0
says out 'total,1,2,3,546000,41400,79200,817200,1260000,0,79200,3600,inf,'

# ---- times are in units that people have, in text alone; a small p-value is not 0
run funnel --events events.csv --steps 'visit,sign up' --show times
answers 0
says out '  row    from_step  to_step  completed   mean     p25  median    p75     p90  censored  survival_median  survival_median_low  survival_median_high'
says out '  total          1        2          3  6.3 d  11.5 h    22 h  9.5 d  14.6 d         0             22 h                  1 h                   inf'
run funnel --events events.csv --steps 'visit,sign up' --show leads
says out '2025-03-01T11:00:00Z'
awk 'BEGIN { print "id,time,event,ch"; for (i = 0; i < 80; i++) { print i ",2025-01-01,a," i % 2; if (i % 2) print i ",2025-01-02,b," i % 2 } }' >many.csv
run funnel --events many.csv --steps a,b --by ch --show difference
answers 0
says out '  6.2e-19  lower'

# ---- a segment against one that is named, which is known once the rows are
run funnel --events events.csv --steps "$steps" --by channel --show difference --set against=ads --csv
answers 0
says out 'segment,mail,ads,1,visit,2,2,1,1,1,1,0,'
run funnel --events events.csv --steps "$steps" --by channel --show difference --set against=radio
answers 2
says err 'against: expected a segment that there is, found "radio"'

# ---- patterns, who came back, and what is odd
run funnel --events events.csv --steps "$steps" --show sequences --set 'pattern=(?1)(?t<=1d)(?2)' --csv
answers 0
same 'row,leads,matched,matches,share,share_low,share_high
total,3,2,2,0.6666666666666666,0.2076596008020477,0.9385080552796038'
run funnel --events events.csv --steps "$steps" --show sequence_leads --set 'pattern=(?1)(?t<=1d)(?2)' --csv
answers 0
says out '3,1,2025-04-02T12:00:00Z,2025-04-03T10:00:00Z'
run funnel --events events.csv --steps "$steps" --show retention --window 7d --csv
answers 0
says out 'total,2,sign up,3,3,2,'
silent err
run funnel --events events.csv --steps "visit,sing up,won" --csv
answers 0
says out 'total,2,sing up,0,0,'
says err 'leadkpi: no event is step 2, "sing up"; is it spelt as in the data, where the nearest name is "sign up"?'
run funnel --events events.csv --steps "visit,regster|sing up,won" --define exclude=vist --csv
answers 0
says err 'leadkpi: no event is step 2, "regster|sing up"; is it spelt as in the data, where the nearest name is "sign up"?'
says err 'leadkpi: no event is the exclusion, "vist"; is it spelt as in the data, where the nearest name is "visit"?'
run funnel --events events.csv --steps "visit,won" --define exclude=left,gone --csv
answers 0
says err 'leadkpi: no event is one of the exclusions; are they spelt as in the data?'
run funnel --events events.csv --map 'id=id,time=time,event=event,sequnce=value,vale=channel,more=channel' --steps visit,won --csv
answers 0
says err 'leadkpi: events.csv: nothing reads "sequnce" of the map; the nearest name is "sequence"'
says err 'leadkpi: events.csv: nothing reads "vale" of the map; the nearest name is "value"'
if grep -q more err; then cat err; fail "what a map has beside may be for another report"; fi
run funnel --events events.csv --map 'id=id,time=time,event=event,evnt[visit]="seen"' --steps visit,won --csv
answers 0
says err 'leadkpi: events.csv: nothing reads "evnt" of the map; the nearest name is "event"'
run funnel --events events.csv --map 'id=id,time=time,event=event,event[vist]="seen",event[other]="seen"' --steps visit,won --csv
answers 0
says err 'leadkpi: events.csv: no row has "vist", which the map translates; the nearest name is "visit"'
if grep -q other err; then cat err; fail "a map may be for other files, too"; fi
run funnel --events events.csv --map 'id=id,time=time,event=event,vale=channel' --by vale --steps visit,won --csv
answers 0
silent err # --by reads it
run funnel --events events.csv --map 'id=id,time=time,evnt=event' --steps visit,won
answers 2
says err 'expected a column for "event" of the events, found none; the nearest name is "evnt": say --map event=COLUMN'
run funnel --events events.csv --steps "visit,sing up,won" --show checks --csv
answers 0
same 'finding,meaning,step,name,rows,leads,id
steps_without_events,no event is this step: is its name the one in the data?,2,sing up,0,0,'

# ---- stages: a row each, or a column each
printf 'Lead,Created,MQL,Won,Ch\n1,2025-01-01,2025-01-02,2025-02-01,x\n2,2025-01-01,,,y\n' >wide.csv
run funnel --stages wide.csv --map 'id=Lead,stage:new=Created,stage:mql=MQL,stage:won=Won,ch=Ch' \
    --steps new,mql,won --by ch --csv
answers 0
says out 'segment,x,3,won,1,1,'
says out 'segment,y,1,new,1,1,'
printf 'id,stage,time\n1,won,2025-02-01\n1,new,2025-01-01\n' >long.csv
run funnel --stages long.csv --steps new,mql,won --preset crm_lifecycle --csv
answers 0
says out 'total,2,mql,1,0,'

# ---- what is wrong is said before a file is read
run funnel --events nowhere.csv --steps "$steps" --preset mixpanel_totls
answers 2
says err 'option "preset": nothing is called "mixpanel_totls"; the nearest name is "mixpanel_totals", of none|'
run funnel --events nowhere.csv --steps "$steps" --show stepz
answers 2
says err '--show: expected one of steps, times, leads, histogram, difference, sequences, sequence_leads, retention, checks, found "stepz"; the nearest name is "steps"'
run funnel --events nowhere.csv --steps "$steps" --define 'order=open;window=1d'
answers 2
says err 'window: expected its default with order=open'
run funnel --leads events.csv --steps "$steps"
answers 2
says err 'funnel: expected --events FILE or --stages FILE, found --leads'
run report --events events.csv
answers 2
says err '--responses FILE or --measures FILE, found --events'
run funnel --steps "$steps"
answers 2
says err 'funnel: expected --events FILE or --stages FILE, found none'
run funnel --help
answers 0
says out 'usage: leadkpi funnel --events FILE'

# ---- what can be set is listed
for command in funnel stages responses; do
    run $command --options
    answers 0
    silent err
    says out 'Of the rule, --define NAME=VALUE:'
    says out '  level: double, fraction, above 0, below 1; default 0.95'
    if awk 'length > 100 { exit 1 }' out; then :; else fail "$command --options: expected lines of at most 100 columns"; fi
done
run funnel --options
says out '  order: ordered|adjacent|unordered|anchored|open; default ordered'
says out '    posthog_ordered|posthog_strict|posthog_unordered|mixpanel_uniques|mixpanel_reentry|'
says out '      Calendar days in which an attempt ends: 1 is the day of the first step; no value: no limit.'

# ---- days on the clock of the report's zone, however --define is written; no zone is UTC
printf 'id,time,event\n1,2025-01-01 10:00,a\n1,2025-01-02 10:00,b\n1,2025-01-01 09:00,b\n' >days.csv
for rule in 'window_days=3' 'same_event=once; window_days=3' 'WINDOW_DAYS = 3'; do
    run funnel --events days.csv --steps a,b --define "$rule" --zone +02:00
    test "$code" = 2 || says out '(the clocks of +02:00)'
done
run funnel --events days.csv --steps a,b --define 'window_days=3; zone='
answers 0
says out '(the clocks of UTC)'
for zone in '' America ../x; do
    run funnel --events days.csv --steps a,b --zone "$zone"
    answers 2
    says err 'zone: expected '
done

# ---- rows that the library refuses have the line of the file, and times are dates
run funnel --events days.csv --steps a,b --define input=time --strict
answers 1
silent out
says err 'days.csv:4: column "time": with input=time expected no time before 2025-01-02T10:00:00Z, found 2025-01-01T09:00:00Z'

run funnel --events days.csv --steps a,b --define input=time
answers 0
says out '  1 row could not be read and was left out'

# ---- what no row of a file could be taken for is said once, not skipped row by row
(head -1 events.csv; tail -n +2 events.csv | sort -t, -k2) >sorted.csv
run funnel --events sorted.csv --steps visit,visit,won --define input=time
answers 1
silent out
says err 'sorted.csv:2: with input=time and same_event=once expected an event of one step at most, found one of several, as steps have its name; same_event=many, or input=any, takes it'
run funnel --events sorted.csv --steps visit,visit,won --define 'input=time; same_event=many' --csv
answers 0
silent err
printf 'Lead,A,B\n1,2025-01-01,2025-01-03\n2,2025-01-02,\n' >wide_in_time.csv
run funnel --stages wide_in_time.csv --map 'id=Lead,stage:a=A,stage:b=B' --steps a,b --define input=time
answers 2
says err 'wide_in_time.csv: a column of times for each stage has no order of time; expected input=any'

# ---- what is later than all steps counts as time gone by: the window of lead 1 is over
printf 'id,time,event\n1,2025-01-01,a\n1,2025-01-02,view\n2,2025-01-30,view\n' >views.csv
for input in any time; do
    run funnel --events views.csv --steps a,b --window 2d --define input=$input --csv
    answers 0
    says out 'total,1,a,1,1,0,'
done
run funnel --events views.csv --steps a,a --window 2d --set as_of=2025-01-02 --csv
says out 'total,1,a,1,1,1,'
run funnel --events views.csv --steps a,a --window 2d --set as_of=2025-01-02
says out 'As of 2025-01-02T00:00:00Z.' # --as-of would mean the end of that day
run funnel --events views.csv --steps a,b --window 2d --set as_of=2025-01-01 --csv
says err 'leadkpi: no event up to --as-of is step 2, "b"; is it'
run funnel --events views.csv --steps a,a --window 2d --set as_of=2025-01-02 --set as_of=
says out 'As of 2025-01-30T00:00:00Z, the latest time in the data.'
run funnel --events views.csv --steps a,a --window 2d
says out 'As of 2025-01-30T00:00:00Z, the latest time in the data.'
run funnel --events views.csv --steps a,a --as-of 2025-01-02 --json
says out '  "as_of": "2025-01-02",'
says out '  "as_of_from": "told",'
printf 'Lead,A\n1,\n' >no_times.csv
run funnel --stages no_times.csv --map id=Lead,stage:a=A --steps a --json
answers 0
says out '  "as_of": null,'
run funnel --stages no_times.csv --map id=Lead,stage:a=A --steps a
if grep -q '^As of' out; then cat out; fail "there is no time"; fi
printf 'Lead,A,Other\n1,2025-01-01,2025-01-02\n2,,2025-01-30\n' >wide_views.csv
run funnel --stages wide_views.csv --map 'id=Lead,stage:a=A,stage:other=Other' --steps a,a --window 2d --csv
answers 0
says out 'total,1,a,1,1,0,'
printf 'id,time,event\n1,1960-01-01,a\n2,1965-01-30,view\n' >old.csv
run funnel --events old.csv --steps a,a --window 2d --csv
says out 'total,1,a,1,1,0,'
run funnel --events views.csv --steps a,view --as-of 2025-01-01 --csv
answers 0
says err 'leadkpi: no event up to --as-of is step 2, "view"'
if grep -q spelt err; then cat err; fail "it is spelt as in the data"; fi

# ---- columns under the names that other products give them; of two of one name the first is read
printf 'id,user_id,timestamp,event_name,utm_source\n1,7,2025-01-01,a,x\n2,7,2025-01-02,b,x\n' >product.csv
run funnel --events product.csv --steps a,b --by channel --csv
answers 0
silent err
says out 'segment,x,2,b,1,'
printf 'Lead ID;Created;Event Name\n1;01.03.2025;a\n1;13.03.2025;b\n' >german.csv
run funnel --events german.csv --steps a,b --csv
answers 0
silent err
says out 'total,2,b,1,'
run look german.csv
says out 'fits the profile events'
printf 'who,when,what\n1,2025-01-01,a\n' >strange.csv
run funnel --events strange.csv --steps a,b
answers 2
says err "say --map 'id=COLUMN,time=COLUMN,event=COLUMN'"
printf 'id,time,event,event\n1,2025-01-01,a,b\n1,2025-01-02,b,b\n' >twins.csv
run funnel --events twins.csv --steps a,b --csv
answers 0
says err 'leadkpi: twins.csv: 2 columns are called "event"; the first of them is read'
says out 'total,2,b,1,'

# ---- the first of two equally frequent widths is that of the header
printf 'id,time,event\n1,2025-01-01,a\n1,2025-01-02\n1,2025-01-02,b,more\n' >ragged.csv
run funnel --events ragged.csv --steps a,a --csv
answers 0
says err '2 rows were skipped'
says err 'expected 3 fields as in the header, found 2 (and 1 more row)'

run funnel --events ragged.csv --steps a,a --rejects rejects.csv --csv
answers 0
grep -F -x -q '"ragged.csv",4,"expected 3 fields as in the header, found 4","1","2025-01-02","b","more"' rejects.csv ||
    { cat rejects.csv; fail "the reject of line 4"; }

# ---- --rejects is never a file that is read, under whatever name
cp ragged.csv kept.csv
ln -s ragged.csv linked.csv
for file in ragged.csv ./ragged.csv linked.csv; do
    run funnel --events ragged.csv --steps a,a --rejects $file
    answers 2
    says err "--rejects $file: expected a file that is not read, as what is in it is lost; found ragged.csv"
done
printf 'id = id\ntime = time\nevent = event\n' >ragged.map
run funnel --events ragged.csv --map-file ragged.map --steps a,a --rejects ./ragged.map
answers 2
says err 'found ragged.map'
code=0
"$leadkpi" funnel --events - --steps a,a --rejects ragged.csv <ragged.csv >out 2>err || code=$?
answers 2
says err 'found standard input'
cmp ragged.csv kept.csv || fail "the input is as it was"

# ---- times are in the unit of which there is one as it is shown
awk 'BEGIN {
    print "id,time,event"
    count = split("0.25 59.94 59.99 3599.9 86399.999999 90", waits)
    for (i = 1; i <= count; i++) printf "%d,1700000000.000000,a\n%d,%.6f,b\n", i, i, 1700000000 + waits[i]
}' >waits.csv
for wait in '1:0.25 s' '2:59.9 s' '3:1.0 min' '4:1.0 h' '5:1.0 d' '6:1.5 min'; do
    run funnel --events waits.csv --steps a,b --show times --by id
    answers 0
    says out "  segment  ${wait%:*} "
    grep -F "  segment  ${wait%:*} " out | grep -F -q " ${wait#*:} " || { cat out; fail "expected ${wait#*:}"; }
done

# ---- reports by the names of the library, too, and with dashes
for name in checks findings; do
    run funnel --events events.csv --steps "$steps" --show $name --json
    answers 0
    says out '"checks": ['
done
run funnel --events events.csv --steps "$steps" --show sequence-leads --set 'pattern=(?1)' --csv
answers 0
says out 'id,matches,'

# ---- a file or a word that no option names
run funnel --steps a,b events.csv
answers 2
says err 'funnel: "events.csv" follows no option; expected --events FILE or --stages FILE, or quotes'

# ---- what would change nothing, or hold of everything, is refused
run funnel --events nowhere.csv --steps a,b --show times --set 'hours=mon-fri 09:00-17:00'
answers 2
says err 'hours: expected none with funnel_report, whose times are those of the clock'
run funnel --events nowhere.csv --steps a,b --show sequences
answers 2
says err 'pattern: expected one, such as (?1)(?t<=1h)(?2), found none'
run funnel --events nowhere.csv --steps a,b --show difference
answers 2
says err 'difference: expected by=segment or a grain, of which there are groups to compare'
run funnel --events nowhere.csv --steps a,b --set bins=4
answers 2
says err 'bins: expected none here; it is of the histogram alone'
run funnel --events nowhere.csv --steps a,b --define gap=2d --window 1d
answers 2
says err 'gap: expected at most the window of 1d, found 2d: no step after the first could be reached'
run funnel --events nowhere.csv --steps a,b --set bins
answers 2
says err 'options: expected name=value, found "bins"'

# ---- no row of a table ends in blanks
run funnel --events days.csv --steps a,b
answers 0
if grep -q ' $' out; then cat -A out; fail "expected no blanks at the end of a row"; fi

# ---- rows that the library refuses: those between them count, and one reason is one line, whatever the times in it
awk 'BEGIN { print "id,time,event"
    for (i = 0; i < 40000; i++) printf "%d,2025-01-%02d 10:%02d,visit\n", i, i % 1000 ? 20 - i % 7 : 21 + i / 8000, i % 60 }' >unordered.csv
run funnel --events unordered.csv --steps visit,won --define input=time --csv --rejects rejects.csv
answers 0
taken=$(awk -F, 'NR > 1 && $2 >= latest { latest = $2; taken++ } END { print taken }' unordered.csv)
says out "total,1,visit,$taken,"
test "$(wc -l <rejects.csv)" = $((40001 - taken)) || fail "expected every row that was refused: $(wc -l <rejects.csv)"
says err "leadkpi: $((40000 - taken)) rows were skipped:"
test "$(grep -c 'expected no time before' err)" = 1 || { cat err; fail "expected one line of one reason"; }
