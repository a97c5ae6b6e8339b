#!/bin/sh
# leadkpi attribute: paths, or touches and conversions in; credit out, as CSV and JSON.
. "$top_srcdir/tests/tools/tool.sh"

cat >paths.csv <<'END'
path,conversions,value,nulls
A > B > C,1,10,0
A > C,1,20,1
B,0,0,1
END

# ---- paths: models side by side
run attribute compare --paths paths.csv --models=first,last,linear --csv
answers 0
silent err
same 'row,channel,first,last,linear
group,A,2,0,0.8333333333333334
group,B,0,0,0.3333333333333333
group,C,0,2,0.8333333333333334
unattributed,,0,0,0
total,,2,2,2'
run attribute compare --paths paths.csv --models=last --measure=value_share
answers 0
says out 'group,C,1'

# ---- the reports of a Markov model
run attribute transitions --paths paths.csv
answers 0
says out 'start,,A,3,0.75'
says out 'step,A,C,2,0.6666666666666666'
says out 'conversion,C,,2,0.6666666666666666'
run attribute removal-effects --paths paths.csv --models=markov
answers 0
says out 'model,channel,effect,effect_error,effect_share,value_effect,'
says out 'markov,C,1,'
run attribute orders --paths paths.csv --order-max=2
answers 0
says out 'order,loss,best'

# ---- touches and conversions: a lookback, times without it, a tie by sequence
cat >touches.csv <<'END'
id,time,sequence,channel,campaign,cost
1,2025-01-01 10:00,1,mail,x,3
1,2025-03-01 10:00,2,ads,y,
1,2025-03-01 10:00,1,social,y,
2,2025-03-02,,mail,x,5
END
cat >won.csv <<'END'
id,time,type,value,weight
1,2025-03-02 10:00,won,100,
2,2025-03-03,demo,7,2
END
run attribute touches --touches touches.csv --conversions won.csv --models=last --lookback=30d
answers 0
says out '1,2025-03-02T10:00:00Z,won,2025-03-01T10:00:00Z,ads,y,(blank),last,1,100'
says out '2,2025-03-03T00:00:00Z,demo,2025-03-02T00:00:00Z,mail,x,(blank),last,2,7'
run attribute --touches touches.csv --conversions won.csv --models=first --by=channel,campaign \
    --types=won --json
answers 0
says out '"model": "first"'
says out '"channel": "mail", "campaign": "x", "conversions": 1'
run attribute summary --touches touches.csv --conversions won.csv --lookback=30d
answers 0
says out 'touches,4'
says out 'conversions,3'
says out 'touches_unused,1'

# ---- costs and nulls
printf 'channel,cost,claimed_conversions\nmail,50,4\n' >costs.csv
printf 'id,time\n3,2025-03-04\n' >nulls.csv
run attribute --touches touches.csv --conversions won.csv --costs costs.csv --nulls nulls.csv \
    --models=last --errors=false
answers 0
says out 'last,group,mail,2,,,,0.6666666666666666,'
says out ',58,29,'
run attribute summary --touches touches.csv --conversions won.csv --nulls nulls.csv
answers 0
says out 'conversions_added,2'
says out 'nulls,1'

# ---- what is wrong is said
run attribute
answers 2
says err 'expected --paths FILE, or --touches FILE and --conversions FILE'
run attribute --paths
answers 2
says err '--paths: expected a file behind it'
run attribute --paths=paths.csv
answers 2
says err 'expected --paths FILE, found "--paths=paths.csv"'
run attribute credit --paths paths.csv
answers 2
says err 'expected one of credits, compare, touches,'
says err 'found "credit"; the nearest name is "credits" (leadkpi attribute --help)'
run attribute --lokback=30d
answers 2
says err '"--lokback=30d" is no option; the nearest name is "lookback" (leadkpi attribute --help)'
run attribute --touchs=touches.csv
answers 2
says err '"--touchs=touches.csv" is no option; the nearest name is "touches"'
run attribute --lookback=many
answers 2
if grep -q 'is no option' err; then fail "lookback is an option"; fi
run attribute __lookback=30d --paths paths.csv
answers 2
says err 'transitions, orders, found "__lookback=30d" (leadkpi attribute --help)'
run attribute --paths paths.csv --models=frist
answers 2
says err '"first"'
run attribute --paths paths.csv --lookbak=30d
answers 2
says err 'lookbak'
run attribute --paths nowhere.csv
answers 1
says err 'nowhere.csv'
printf 'id,time,channel,sequence\n1,2025-03-01,a,1e30\n' >wide.csv
echo id,time >none.csv
run attribute --touches wide.csv --conversions none.csv
answers 1
says err 'sequence'
printf 'id,time,channel\n1,soon,a\n' >soon.csv
run attribute --touches soon.csv --conversions none.csv
answers 1
says err 'soon.csv:2: column "time": expected a date or time'
printf 'path,conversions\nA,1\nA > B,-2\n' >below.csv
run attribute --paths below.csv
answers 1
says err 'below.csv:3: '
printf 'path,conversions\nA,1\nA > B,many\n' >words.csv
run attribute --paths words.csv
answers 1
says err 'words.csv:3: column "conversions": expected a number such as 1,234.50, found "many"'
printf 'path,conversions\nA,1\nA\n' >narrow.csv
run attribute --paths narrow.csv
answers 1
says err 'narrow.csv:3: expected 2 fields, found 1'

# ---- more than nine decimals are rounded, as the man page says
printf 'path,conversions,value\nA,1,2.0000000005\nB,1,-2.00000000049\n' >fine.csv
run attribute paths --paths fine.csv
answers 0
says out 'A,1,1,2.000000001,0'
says out 'B,1,1,-2,0'

# ---- numbers that need more than 18 digits together are taken all the same
printf 'path,conversions,value\nA,1,900000000000000000\nB,50%%,0.000000001\nA,1,0.1\n' >digits.csv
run attribute compare --paths digits.csv --models=first --measure=value
answers 0
says out 'group,B,9.999999999'
says out 'group,A,9e+17'

# ---- none given is not none happened, and one of two that were asked for is not both
printf 'id,time,channel\n1,2025-03-01,a\n' >touch.csv
run attribute --touches touch.csv
answers 2
says err '--touches: expected --conversions FILE or --nulls FILE beside it, found none'
run attribute --touches touch.csv --conversions none.csv
answers 0
says out 'first,group,a,0,'
run attribute credits compare --paths paths.csv
answers 2
says err 'attribute: expected one report, found credits and compare'
run attribute --paths paths.csv --json --csv
answers 2
says err 'attribute: expected one form, found --json and --csv'

run attribute --help
answers 0
says out 'usage: leadkpi attribute [REPORT] FILES'
