#!/bin/sh
# leadkpi stages: changes of stage in, every report of leadkpi_stages(3) out. The figures were counted by
# hand from these 14 rows: lead 2 jumped over mql and was lost, 3 went back, 4 was lost and came again.
. "$top_srcdir/tests/tools/tool.sh"

cat >log.csv <<'END'
id,time,stage,reason,owner
1,2025-01-01,new,,Ann
1,2025-01-02,mql,,Ann
1,2025-01-04,sql,,Ann
1,2025-01-07,won,,Ann
2,2025-01-01,new,,Bob
2,2025-01-03,sql,,
2,2025-01-05,lost,price,Bob
3,2025-01-02,new,,Ann
3,2025-01-03,mql,,Ann
3,2025-01-04,new,,Ann
3,2025-01-06,mql,,Ann
4,2025-01-03,new,,Bob
4,2025-01-04,lost,timing,Bob
4,2025-01-08,new,,Bob
END
stages() {
    run stages log.csv --stages new,mql,sql,won --lost lost "$@"
}

# ---- the example of the page, and the same as CSV and JSON
stages
answers 0
silent err
same 'Leads go along new, mql, sql, won; the last is success; lost in lost.
As of 2025-01-08T00:00:00Z, the latest time in the data.

  row    stage  name  reached  skipped  exactly  open  lost  went_back              step_rate             overall_rate  bottleneck  immature
  total      1  new         4        0        1     1     0          0                         100.0 % (51.0 to 100.0)              yes
  total      2  mql         3        1        1     1     0          1  75.0 % (30.1 to 95.4)    75.0 % (30.1 to 95.4)              yes
  total      3  sql         2        0        1     0     1          0  66.7 % (20.8 to 93.9)    50.0 % (15.0 to 85.0)              yes
  total      4  won         1        0        1     0     0          0   50.0 % (9.5 to 90.5)     25.0 % (4.6 to 69.9)  yes         yes'
on_page log.csv
example 'leadkpi stages log.csv --stages new,mql,sql,won --lost lost --show moves --csv | cut -d, -f2-7,11'
stages --report=moves --csv
same 'row,from,to,move,count,leads,visits,rate,rate_low,rate_high,mean_seconds,median_seconds
total,,new,came,4,4,4,1,0.5101091635454027,1,,
total,new,mql,next,3,2,6,0.5,0.1876163064826505,0.8123836935173494,115200,86400
total,new,sql,skip,1,1,6,0.16666666666666666,0.03005336974830667,0.5635028221864702,172800,172800
total,new,lost,lost,1,1,6,0.16666666666666666,0.03005336974830667,0.5635028221864702,86400,86400
total,mql,new,back,1,1,3,0.3333333333333333,0.06149194472039623,0.7923403991979523,86400,86400
total,mql,sql,next,1,1,3,0.3333333333333333,0.06149194472039623,0.7923403991979523,172800,172800
total,sql,won,next,1,1,2,0.5,0.09453120573423072,0.9054687942657693,259200,259200
total,sql,lost,lost,1,1,2,0.5,0.09453120573423072,0.9054687942657693,172800,172800
total,lost,new,reopened,1,1,2,0.5,0.09453120573423072,0.9054687942657693,345600,345600'
stages --show snapshot --json
says out '"snapshot": ['
says out '{"row": "total", "stage": "lost", "leads": 1, "share": 0.25,'
says out '"mean_age_seconds": 259200, "median_age_seconds": 259200}'

# ---- the other reports
stages --show durations --csv
answers 0
says out 'total,new,5,120960,86400,86400,172800,172800,1,86400,86400,inf,survivor_biased'
says out 'total,sql,2,216000,194400,216000,237600,250560,0,216000,172800,inf,'
stages --show leads --csv
same 'id,segment,start,stage,since,status,farthest,visits,went_back,reopened
1,,2025-01-01T00:00:00Z,won,2025-01-07T00:00:00Z,won,won,4,0,0
2,,2025-01-01T00:00:00Z,lost,2025-01-05T00:00:00Z,lost,sql,3,0,0
3,,2025-01-02T00:00:00Z,mql,2025-01-06T00:00:00Z,open,mql,4,1,0
4,,2025-01-03T00:00:00Z,new,2025-01-08T00:00:00Z,open,new,3,0,1'
stages --show reasons --csv
says out 'total,new,lost,timing,1,1,0.5,'
says out 'total,sql,lost,price,1,1,0.5,'
stages --show findings --csv
says out 'skipped_stages,moves that left out a stage of the line,1,1,2'
says out 'went_back,moves to an earlier stage of the line,1,1,3'
says out 'reopened,moves out of a stage of success or loss,1,1,4'

# ---- the definition and the report have their options; an empty cell is no segment
stages --skips own --csv
says out 'total,2,mql,2,1,1,1,0,1,0.5,'
stages --show durations --visits sum --csv
says out 'total,mql,1,172800,172800,172800,172800,172800,1,'
stages --show findings --edges 'new>mql,mql>sql,sql>won,new>lost,sql>lost' --csv
says out 'moves_off_the_edges,'
stages --won sql,won --show leads --csv
says out '2,,2025-01-01T00:00:00Z,lost,2025-01-05T00:00:00Z,lost,sql,'
stages --define ids=hashed --show leads --csv
says out ',2025-01-08T00:00:00Z,open,new,3,0,1'
stages --by owner,month --zone Europe/Berlin --set breakdown=last --csv
says out 'segment,Ann,2024-12-31T23:00:00Z,2025-01-31T23:00:00Z,2025-01,4,won,1,0,1,'
says out 'segment,Bob,2024-12-31T23:00:00Z,2025-01-31T23:00:00Z,2025-01,3,sql,1,0,1,0,1,'
if grep -F -q 'segment,,' out; then fail "expected no segment of an empty cell"; fi
stages --by reason --csv
says out 'segment,price,3,sql,1,0,1,0,1,0,'
stages --as-of 2025-01-04 --show snapshot --csv
says out 'total,lost,1,0.25,0.04558726080970056,0.6993581574175981,86399.999999,' # until the end of that day
says out 'total,sql,2,0.5,'

# ---- a stage that nothing was said of ends nothing
run stages log.csv --stages new,mql,won --csv
answers 0
says err 'leadkpi: neither --stages nor --lost names "lost", "sql": leads that stand there count as open'
awk 'BEGIN { print "id,time,stage"; for (i = 1; i < 9; i++) print i ",2025-01-01,s" i }' >others.csv
run stages others.csv --stages s1 --csv
says err 'names "s2", "s3", "s4", "s5", "s6" ...: leads'

# ---- leads that came in a period, whatever they did after
stages --from 2025-01-02 --to 2025-01-03
says out 'Only leads that came from 2025-01-02 on and before 2025-01-03 count, whatever came after.'
says out '  total      1  new         1'
stages --from 2025-01-02 --show leads --csv
same 'id,segment,start,stage,since,status,farthest,visits,went_back,reopened
3,,2025-01-02T00:00:00Z,mql,2025-01-06T00:00:00Z,open,mql,4,1,0
4,,2025-01-03T00:00:00Z,new,2025-01-08T00:00:00Z,open,new,3,0,1'
stages --to 2025-01-02 --show moves --csv
says out 'total,,new,came,2,2,2,1,'
says out 'total,sql,lost,lost,1,1,2,0.5,'
if grep -q back out; then cat out; fail "lead 3 came later"; fi
run stages nowhere.csv
answers 2
says err "stages: expected --stages 'new,mql,sql,won', the names as they are in the data, found none"
stages --to 2025-01-02 --show findings
answers 2
says err 'to: expected none here; the checks are of all rows'
stages --from 2025-01-02 --to 2025-01-01
answers 2
says err 'to: expected a time after from (2025-01-02), found 2025-01-01'

# ---- many rows come in blocks: 20,000 leads, half of which are won; more files are one history
awk 'BEGIN { print "id,time,stage"; for (i = 0; i < 20000; i++) { print i ",2025-01-01,new"; if (i % 2) print i ",2025-01-02,won" } }' >many.csv
printf 'id,time,stage\n0,2025-01-03,won\n' >more.csv
"$leadkpi" stages - more.csv --stages new,won --csv <many.csv >out 2>err || fail "stages of many rows"
says out 'total,2,won,10001,0,10001,'

# ---- from, sequence and a column of times for each stage
printf 'id,time,from,stage,sequence\n1,2025-01-01,new,mql,2\n1,2025-01-01,,new,1\n1,2025-01-02,sql,won,1\n' >from.csv
run stages from.csv --stages new,mql,sql,won --show findings --csv
answers 0
says out 'from_disagrees,'
says err 'leadkpi: no lead was in a stage of the line, "sql"'
stages --edges 'new>mqll,mql>sql' --csv
says err 'leadkpi: no lead was in a stage of --edges, "mqll"; is it spelt as in the data, where the nearest name is "mql"?'
if grep -q '"sql"' err; then cat err; fail "sql is there"; fi
run stages log.csv --stages new,mql,sql,won --lost 'lsot,"no, never"' --csv
answers 0
says err 'leadkpi: no lead was in a stage of --lost, "lsot"; is it spelt as in the data, where the nearest name is "lost"?'
says err 'leadkpi: no lead was in a stage of --lost, "no, never"; is it spelt as in the data?'
run stages log.csv --stages new,mql,sql,won --won wno
answers 2
says err 'won: expected stages of the line, found "wno"; the nearest name is "won"'
stages --show transitions --json
says out '"moves": ['
stages --show checks --json
says out '"findings": ['
stages --show moves --skips own
answers 2
says err 'skips: expected none here; it is of the report of steps alone'
printf 'Deal,Created,Won,Lost,Why\n1,2025-01-01,2025-02-01,,\n2,2025-01-01,,2025-01-05,price\n' >wide.csv
run stages wide.csv --map 'id=Deal,stage:new=Created,stage:won=Won,stage:lost=Lost,reason=Why' \
    --stages new,won --lost lost --show reasons --csv
answers 0
says out 'total,new,lost,price,1,1,1,'

# ---- what is wrong is said, most of it before a file is read
printf 'id,time,stage\n1,yesterday,new\n2,2025-01-01,new\n' >bad.csv
run stages bad.csv --stages new
answers 0
says err 'bad.csv:2: column "time": expected a date or time, found "yesterday"'
says out '1 row could not be read and was left out'
run stages bad.csv --stages new --strict
answers 1
run stages --stages new
answers 2
says err 'stages: expected a FILE of stages, found none'
run stages nowhere.csv --stages new --show step
answers 2
says err '--show: expected one of steps, moves, durations, snapshot, leads, reasons, findings, found "step"; the nearest name is "steps"'
run stages nowhere.csv --stages new --skips some
answers 2
says err 'option "skips": expected one of implied|strict|any|own, found "some"'
run stages log.csv --stages new --events log.csv
answers 2
says err 'stages: expected a FILE of stages, found --events'
run stages log.csv --stages new --by a,b
answers 2
says err 'stages: expected one --by of at most one column and one period'
run stages log.csv --stages new --by nothing
answers 2
says err '--by: expected a column'
run stages log.csv --stages new --kpi cpl
answers 2
says err 'stages: --kpi, --basis'
run stages nowhere.csv --stages new
answers 1
says err 'nowhere.csv: cannot be opened'
run stages --help
answers 0
says out "usage: leadkpi stages FILE ... --stages 'new,mql,sql,won'"
