.mode list
.nullvalue NULL
select '-- KPIs by the names of C; undefined is NULL, and so is NULL';
select leadkpi_version();
select leadkpi_cost_per_lead(5000, 250), leadkpi_cost_per_lead(5000, 0), leadkpi_cost_per_lead(NULL, 250);
select round(leadkpi_low('cpl', 5000, 250), 4), round(leadkpi_high('cpl', 5000, 250), 4), leadkpi_reason('cpl', 5000, 250);
select leadkpi_high('cpl', 5000, 0), round(leadkpi_low('cpl', 5000, 0), 6);
select leadkpi_reason('cpl', 5000, 0) like '%new_leads = 0%';
select leadkpi_cost_per_lead(-1, 250);
select leadkpi_cost_per_lead(1);
select leadkpi_low('cost per laed', 1, 2);
select leadkpi_lead_response_time(column1) from (values (5.0), (NULL), (1), (9));
select leadkpi_lead_response_time(column1) from (values (1)) where 0;

create table log(id, time, event, segment);
insert into log values
  (1, '2025-01-01', 'lead', 'Ads'), (1, '2025-01-03 10:00', 'mql', NULL), (1, '2025-01-06T00:00:00Z', 'won', NULL),
  (2, '2025-01-01', 'lead', 'SEO'), (2, '2025-01-10', 'mql', NULL),
  (3, 1735776000, 'lead', 'Ads'), (3, '2025-01-04 02:00+02:00', 'mql', NULL), (3, '2025-02-10', 'won', NULL);

select '-- a funnel over a query';
select row, segment, step, name, reached, round(step_rate, 4), bottleneck
  from leadkpi_funnel('select id, time, event from log', 'steps=lead,mql,won; window=30d');
select row, segment, step, reached from leadkpi_funnel('select * from log', 'steps=lead,mql,won; window=30d', 'by=segment');
select row, period, period_start, reached from leadkpi_funnel('select * from log', 'steps=lead,mql', 'grain=month') where step = 1;

select '-- the same from states, one a lead, merged';
create table states as select leadkpi_funnel_state('steps=lead,mql,won; window=30d', id, time, event) as state from log group by id;
select f.step, f.reached from (select leadkpi_funnel_merge(state) as merged from states) s, leadkpi_funnel_steps(s.merged) f;
select (select leadkpi_funnel_merge(state) from (select state from states order by rowid desc))
     = (select leadkpi_funnel_state('steps=lead,mql,won; window=30d', id, time, event) from log);
select leadkpi_funnel_state('steps=a', 1, 2, 3) from log where 0;

select '-- the rule of a state, and of a definition, as a sentence';
select leadkpi_funnel_describe((select leadkpi_funnel_merge(state) from states))
     = leadkpi_funnel_describe('steps=lead,mql,won; window=30d');
select leadkpi_funnel_describe('steps=lead,won; preset=posthog_ordered');
select leadkpi_stages_describe('stages=lead,won; lost=lost');
select leadkpi_funnel_describe(NULL), leadkpi_responses_describe('') like 'A lead is answered by%', leadkpi_campaigns_describe('') <> '',
       leadkpi_attribution_describe('') <> '', leadkpi_cohorts_describe('') <> '';
select leadkpi_funnel_describe('steps=lead,won; windw=30d');
select leadkpi_funnel_describe(x'00');
select leadkpi_funnel_describe(1);

select '-- every report of a funnel, of stages and of responses, from their states';
create table funnel as select leadkpi_funnel_state('steps=lead,mql,won; window=30d', id, time, event, segment) as state from log;
select leadkpi_funnel_state('steps=lead,mql,won; window=30d', 'events', 'id', id, 'time', time, 'event', event, 'segment', segment)
     = (select state from funnel) from log;
select step, reached, leads from leadkpi_funnel('select * from log', 'steps=lead,mql; entry=every');
select from_step, to_step, completed, mean_seconds, censored from leadkpi_funnel_times((select state from funnel));
select id, segment, step, start, step_1, step_3, step_64 from leadkpi_funnel_leads((select state from funnel));
select to_seconds, completed from leadkpi_funnel_histogram((select state from funnel), 'to_step=2; bin_width=5d');
select segment, against, step, reached, of, verdict from leadkpi_funnel_difference((select state from funnel), 'by=segment') where step = 3;
select leads, matched, matches from leadkpi_funnel_sequences((select state from funnel), 'pattern=(?1)(?t<=3d)(?2)');
select id, matches, first_end from leadkpi_funnel_sequence_leads((select state from funnel), 'pattern=(?1)(?t<=3d)(?2)');
select step, leads, retained, returned from leadkpi_funnel_retention((select state from funnel));
select finding, name from leadkpi_funnel_checks((select leadkpi_funnel_state('steps=lead,demo', id, time, event) from log));
create table stages as
  select leadkpi_stages_state('stages=lead,mql,won; lost=lost', 'changes', 'id', column1, 'time', column2, 'stage', column3, 'from', column4, 'reason', column5) as state
    from (values (1, '2025-01-01', 'lead', NULL, NULL), (1, '2025-01-03', 'won', 'lead', NULL), (2, '2025-01-02', 'lead', NULL, NULL), (2, '2025-01-05', 'lost', 'lead', 'budget'));
select stage, name, reached, skipped, step_rate from leadkpi_stages_steps((select state from stages), 'skips=own');
select stage, leads from leadkpi_stages_snapshot((select state from stages), 'as_of=2025-01-04') where leads > 0;
select "from", "to", move, count, mean_seconds from leadkpi_stages_transitions((select state from stages));
select stage, ended, open from leadkpi_stages_durations((select state from stages));
select "from", stage, reason, share from leadkpi_stages_reasons((select state from stages));
select id, stage, since, status from leadkpi_stages_leads((select state from stages));
select finding, rows from leadkpi_stages_checks((select leadkpi_stages_merge(state) from stages));
create table answers as
  select leadkpi_responses_state(NULL, 'leads', 'id', id, 'time', time, 'segment', segment) as state from log where event = 'lead'
  union all select leadkpi_responses_state(NULL, 'responses', 'id', id, 'time', time, 'kind', 'call') from log where event = 'mql'
  union all select leadkpi_responses_state(NULL, 'conversions', 'id', id, 'time', time) from log where event = 'won';
create table answered as select leadkpi_responses_merge(state) as state from answers;
select segment, leads, answered, median_seconds from leadkpi_responses_speed((select state from answered), 'by=segment');
select target_seconds, met, missed, round(attainment, 4) from leadkpi_responses_targets((select state from answered), 'targets=1d,3d');
select to_seconds, leads, converted from leadkpi_responses_bands((select state from answered), 'bands=3d');
select id, answered, wait_seconds from leadkpi_responses_leads((select state from answered), 'clock=opening; hours=mon-fri 09:00-17:00');
select count(*) from leadkpi_responses_checks((select state from answered));
select leadkpi_stages_state('stages=a', 'events', 'id', 1);
select leadkpi_funnel_state('steps=a', 1);

select '-- attribution over queries: touches and conversions, and ready paths';
create table touches(id, time, channel, campaign, cost);
insert into touches values
  (1, '2025-01-01', 'Ads', 'spring', 10), (1, '2025-01-02', 'Email', NULL, NULL), (1, '2025-01-03', 'Direct', NULL, NULL),
  (2, '2025-01-01', 'Email', 'news', NULL), (2, '2025-01-05', 'Ads', 'spring', 5), (3, '2025-01-01', 'Direct', NULL, NULL);
create table won(id, time, value);
insert into won values (1, '2025-01-04', 100), (2, '2025-01-06', 50.5), (4, '2025-01-07', 7);
select model, row, channel, round(conversions, 6), round(value, 6), cost, roas
  from leadkpi_attribution('select * from touches', 'select * from won', 'models=last_non,linear; errors=false');
select row, campaign, segment, conversions
  from leadkpi_attribution('select * from touches', 'select * from won', 'models=first; errors=false; by=channel,campaign', 'lookback=30d')
 where row = 'group';
select channel, segment, conversions
  from leadkpi_attribution('select id, time, channel as medium from touches', 'select * from won', 'models=last; errors=false', 'dimensions=medium')
 where row = 'group';
select model, channel, round(conversions, 6)
  from leadkpi_attribution('select * from touches', 'select * from won', 'models=u_lead; errors=false', NULL,
                           'select 1 as id, ''2025-01-02'' as time, ''lead'' as milestone', 'select ''Ads'' as channel, 99 as cost')
 where row = 'group' and conversions > 0;
select channel, round(conversions, 6), round(removal_effect, 6)
  from leadkpi_attribution_paths('select ''A > B'' as path, 3 as conversions, 1 as nulls union all select ''B'', 1, 2', 'models=markov; errors=false')
 where row = 'group';

select '-- the same from states: any table of a room, its columns as name and value';
create table parts as
  select leadkpi_attribution_state('', 'touches', 'id', id, 'time', time, 'channel', channel, 'campaign', campaign, 'cost', cost) as state from touches group by id
  union all select leadkpi_attribution_state('', 'conversions', 'id', id, 'time', time, 'value', value) from won;
select model, row, channel, round(conversions, 6), cost
  from (select leadkpi_attribution_merge(state) as merged from parts) p, leadkpi_attribution_credits(p.merged, 'models=last_non; errors=false');
select (select leadkpi_attribution_merge(state) from (select state from parts order by rowid desc)) = (select leadkpi_attribution_merge(state) from parts);
create table rooms as
  select leadkpi_campaigns_state(NULL, 'leads', 'id', id, 'time', time, 'channel', segment) as state from log where event = 'lead'
  union all select leadkpi_campaigns_state(NULL, 'stages', 'id', id, 'time', time, 'stage', event) from log where event <> 'lead'
  union all select leadkpi_campaigns_state(NULL, 'costs', 'time', '2025-01-01', 'amount', 100.5, 'channel', 'Ads');
select row, segment, kpi, round(value, 4), status
  from (select leadkpi_campaigns_merge(state) as merged from rooms) p, leadkpi_campaigns_report(p.merged, 'by=channel; kpis=cpl,lead_volume');
select leadkpi_attribution_state('', 'touches', 'id', id) from touches where 0;
select leadkpi_attribution_state('', 'clicks', 'id', id) from touches;
select leadkpi_attribution_state('', 'touches', 'id') from touches;
select leadkpi_attribution_state('', 'touches', NULL, id) from touches;
select leadkpi_attribution_state('lookbck=1d', 'touches', 'id', id, 'time', time, 'channel', channel) from touches;
select leadkpi_attribution_state('', 'touches', 'id', id, 'time', time, channel, campaign) from touches;
select leadkpi_attribution_state('', 'touches', 'id', id, 'time', 'soon', 'channel', channel) from touches;
select leadkpi_campaigns_state('', 'touches', 'id', id) from touches;
select leadkpi_campaigns_merge(state) from parts;
select * from leadkpi_attribution('select * from touches', 'select * from won', 'models=frist');
select * from leadkpi_attribution_credits(x'00');
select * from leadkpi_attribution('delete from touches', NULL);
create view credits as select * from leadkpi_attribution('select * from touches', 'select * from won');
select * from credits;
drop view credits;

select '-- cohorts over queries, and from states';
select row, segment, cohort, age, size, active, round(rate, 4), money, status
  from leadkpi_cohorts('select id, time, segment as channel from log where event = ''lead''', 'select id, time from log',
                       'as_of=2025-06-01; by=channel; ages=2; grain=month', 'select id, time, value as amount from won');
create table kept as
  select leadkpi_cohorts_state(NULL, 'acquisitions', 'id', id, 'time', time, 'channel', segment) as state from log where event = 'lead'
  union all select leadkpi_cohorts_state(NULL, 'activity', 'id', id, 'time', time) from log
  union all select leadkpi_cohorts_state(NULL, 'revenue', 'id', id, 'time', time, 'amount', value) from won;
select row, segment, cohort, age, size, active, round(rate, 4), money
  from (select leadkpi_cohorts_merge(state) as merged from kept) k, leadkpi_cohorts_retention(k.merged, 'as_of=2025-06-01; by=channel; ages=1; grain=month');
select leadkpi_cohorts_state(NULL, 'logins', 'id', id) from log;
select leadkpi_cohorts_state(NULL, 'activty', 'id', id) from log;
select * from leadkpi_cohorts('select 1', 'select 2');
select * from leadkpi_cohorts('select id, time from log', NULL, 'ages=2');

select '-- KPIs of leads, stages and costs';
select row, segment, kpi, round(value, 4), round(low, 4), round(high, 4), status, flags
  from leadkpi_report('select id, time, segment as channel from log where event = ''lead''',
                      'select id, time, event as stage from log where event <> ''lead''',
                      'select ''2025-01-01'' as time, 100.5 as amount, ''Ads'' as channel',
                      'by=channel; kpis=cpl,lead_volume');

select '-- a column of nothing but NULL, and a dimension that is called as a status is';
select row, step, reached from leadkpi_funnel('select id, time, event, null as segment from log', 'steps=lead,mql,won; window=30d') where step = 3;
select segment, kpi, value from leadkpi_report('select id, time, segment as lead_status from log where event = ''lead''', null, null, 'by=lead_status; kpis=lead_volume');

select '-- what is wrong is told';
begin;
insert into log values (9, 0, 'lead', NULL);
select * from leadkpi_funnel('rollback', 'steps=a,b');
select * from leadkpi_report('attach '':memory:'' as other', null, null);
select count(*) from log where id = 9;
rollback;
select leadkpi_cost_per_lead('abc', 250);
select leadkpi_cost_per_lead('5000', 250), leadkpi_cost_per_lead('abc', NULL);
select leadkpi_cost_per_lead(9007199254740993, 250);
select leadkpi_lead_response_time(column1) from (values (5.0), ('soon'));
select leadkpi_low('cpl', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
create table many as with recursive n(i) as (select 0 union all select i + 1 from n where i < 65540) select i as id, case i when 65538 then 'soon' else 0 end as time, 'a' as event from n;
select * from leadkpi_funnel('select * from many', 'steps=a,b');
update many set time = NULL where id = 65538;
select * from leadkpi_funnel('select * from many', 'steps=a,b');
select * from leadkpi_funnel('delete from log', 'steps=a,b');
select * from leadkpi_funnel('select 1; select 2', 'steps=a,b');
select * from leadkpi_funnel('select nothing from log', 'steps=a,b');
select * from leadkpi_funnel('select 1 as id', 'steps=a,b');
select * from leadkpi_funnel('select 1 as id, ''2025-02-30'' as time, ''a'' as event', 'steps=a,b');
select * from leadkpi_funnel('select column1 as id, 0 as time, ''a'' as event from (values (1), (''x''))', 'steps=a,b');
select * from leadkpi_funnel('select * from log', 'stps=a,b');
select * from leadkpi_funnel('select * from log');
select * from leadkpi_funnel_steps(x'0102');
select leadkpi_funnel_state('steps=a,b', 1, 'yesterday', 'a');
select leadkpi_funnel_merge(x'00');
select leadkpi_funnel_merge(x'');
select * from leadkpi_campaigns_report(x'');
select count(*), typeof(leadkpi_funnel_merge(NULL)) from leadkpi_campaigns_report(NULL);
select count(*) from leadkpi_funnel_steps((select leadkpi_funnel_state('steps=a,b', id, time, event) from log where 0), 'by=segment');
select f.step from states s, leadkpi_funnel_steps(s.state, x'6279') f;
select * from leadkpi_funnel('select * from log', x'7374657073');
select * from leadkpi_funnel('select * from log', 'steps=lead' || char(0) || ',mql');
select id, count(*), leadkpi_campaigns_state(id) from log group by id;
select id, count(*), leadkpi_attribution_state() from log group by id;
select leadkpi_funnel_state(column1, id, time, event) from log, (values ('steps=lead'), ('steps=mql'));
select step from leadkpi_funnel('select * from log;
', 'steps=lead', 5);
create view v as select * from leadkpi_funnel('select * from log', 'steps=lead,mql');
select * from v;
