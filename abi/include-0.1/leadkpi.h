/* leadkpi.h: libleadkpi, lead-generation KPIs in C.
 *
 * MIT licence, see COPYING.
 *
 * Columns in, a table out, and every number says how sure it is, or why it
 * cannot. This header includes all the others; each also stands alone.
 *
 *   version.h        which release is this
 *   status.h         what a call can answer
 *   error.h          why it failed, in words
 *   host.h           memory, a limit, a way to stop
 *   table.h          named, typed columns: what goes in and what comes out
 *   options.h        how everything is configured
 *   arrow.h          tables from and to Arrow
 *   calendar.h       instants to periods, in a time zone, and opening hours
 *   stats.h          intervals, distributions, quantiles, survival
 *   kpi.h            every KPI: find it, read it, compute it (kpi_functions.h: a C function each)
 *   kpi_analysis.h   compare, rank, explain
 *   kpi_benchmark.h  is it good: by one's own past, and by what others report
 *   kpi_plan.h       what it takes to reach a target; a scorecard of goals
 *   kpi_sql.h        its definition as SQL
 *   campaigns.h      leads, stages and costs in, every KPI out
 *   funnel.h         how many leads got how far, how fast, under which rule
 *   sequence.h       patterns of events with conditions on time, in linear time
 *   stages.h         the history of a CRM's stages: who went where, and who stands where
 *   responses.h      speed to lead: how fast leads are answered, and what that is worth
 *   attribution.h    which touches brought the conversions, under which model
 *   cohorts.h        do the customers stay, and what are they worth
 *   lifetime.h       who is still a customer, and what they will buy: fitted models
 *
 * The library has no global state, starts no thread, and reads no file, clock,
 * locale or environment. Objects are free of each other: use each from one
 * thread at a time; calls that take it const may run together. */
#ifndef LEADKPI_H
#define LEADKPI_H

#include <leadkpi/arrow.h>
#include <leadkpi/attribution.h>
#include <leadkpi/calendar.h>
#include <leadkpi/campaigns.h>
#include <leadkpi/cohorts.h>
#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/funnel.h>
#include <leadkpi/host.h>
#include <leadkpi/kpi.h>
#include <leadkpi/kpi_analysis.h>
#include <leadkpi/kpi_benchmark.h>
#include <leadkpi/kpi_functions.h>
#include <leadkpi/kpi_plan.h>
#include <leadkpi/kpi_sql.h>
#include <leadkpi/lifetime.h>
#include <leadkpi/options.h>
#include <leadkpi/responses.h>
#include <leadkpi/sequence.h>
#include <leadkpi/stages.h>
#include <leadkpi/stats.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>
#include <leadkpi/version.h>

#endif
