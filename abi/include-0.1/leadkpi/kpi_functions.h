/* kpi_functions.h: one C function a KPI and a variant, and their numbers.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Written by `make update-kpi` from lib/kpi/kpi.def; change that.
 *
 * Every function is exact arithmetic on its inputs: no rounding, no interval, no
 * memory, thread-safe. It gives NaN where the number is undefined, where the
 * result is too large for a double, and for an input outside the range that is
 * stated, which NaN always is. A range without numbers means any finite number.
 * Fractions are 0.08, not 8. leadkpi_kpi_evaluate gives the interval as well, and
 * the reason where there is no number.
 *
 * A function over arrays takes a pointer and a count for each; the pointer may
 * be NULL where the count is 0. Values are neither kept nor changed. A duration
 * may be infinite: not over yet. */
#ifndef LEADKPI_KPI_FUNCTIONS_H
#define LEADKPI_KPI_FUNCTIONS_H

#include <stddef.h>

#include <leadkpi/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers of the KPIs, pinned for ever. */
enum {
    LEADKPI_KPI_LEAD_VOLUME = 100,
    LEADKPI_KPI_LEAD_VOLUME_RAW_RECORDS = 101,
    LEADKPI_KPI_MQL_VOLUME = 200,
    LEADKPI_KPI_MQL_VOLUME_FIRST_TIME_ONLY = 201,
    LEADKPI_KPI_SAL_VOLUME = 300,
    LEADKPI_KPI_SQL_VOLUME = 400,
    LEADKPI_KPI_NEW_CUSTOMERS = 500,
    LEADKPI_KPI_LEAD_VELOCITY_RATE = 600,
    LEADKPI_KPI_LEAD_VELOCITY_RATE_EXPOSURE_NORMALISED = 601,
    LEADKPI_KPI_LEAD_VELOCITY_RATE_LOG_GROWTH = 602,
    LEADKPI_KPI_LEAD_VELOCITY_RATE_SQL_BASIS = 603,
    LEADKPI_KPI_LEADS_PER_CONVERSION = 700,
    LEADKPI_KPI_COMPOUND_GROWTH_RATE = 800,
    LEADKPI_KPI_LEAD_TARGET_ATTAINMENT = 900,
    LEADKPI_KPI_LEAD_TARGET_ATTAINMENT_PACED = 901,
    LEADKPI_KPI_LEAD_SOURCE_SHARE = 1000,
    LEADKPI_KPI_SOURCE_CONCENTRATION = 1100,
    LEADKPI_KPI_SOURCE_CONCENTRATION_EFFECTIVE_SOURCES = 1101,
    LEADKPI_KPI_MARKETING_ORIGINATED_CUSTOMER_SHARE = 1200,
    LEADKPI_KPI_MARKETING_ORIGINATED_CUSTOMER_SHARE_INFLUENCED = 1201,
    LEADKPI_KPI_WEBSITE_TRAFFIC = 1300,
    LEADKPI_KPI_WEBSITE_TRAFFIC_UNIQUE_VISITORS = 1301,
    LEADKPI_KPI_WEB_ENGAGEMENT_RATE = 1400,
    LEADKPI_KPI_WEB_ENGAGEMENT_RATE_BOUNCE_RATE_GA4 = 1401,
    LEADKPI_KPI_WEB_ENGAGEMENT_RATE_BOUNCE_RATE_UA = 1402,
    LEADKPI_KPI_AD_CLICK_THROUGH_RATE = 1500,
    LEADKPI_KPI_AD_FREQUENCY = 1600,
    LEADKPI_KPI_SOCIAL_ENGAGEMENT_RATE = 1700,
    LEADKPI_KPI_SOCIAL_ENGAGEMENT_RATE_BY_REACH = 1701,
    LEADKPI_KPI_SOCIAL_ENGAGEMENT_RATE_BY_FOLLOWERS = 1702,
    LEADKPI_KPI_EMAIL_DELIVERY_RATE = 1800,
    LEADKPI_KPI_EMAIL_DELIVERY_RATE_INBOX_PLACEMENT = 1801,
    LEADKPI_KPI_EMAIL_BOUNCE_RATE = 1900,
    LEADKPI_KPI_EMAIL_BOUNCE_RATE_HARD_ONLY = 1901,
    LEADKPI_KPI_EMAIL_OPEN_RATE = 2000,
    LEADKPI_KPI_EMAIL_OPEN_RATE_PER_SENT = 2001,
    LEADKPI_KPI_EMAIL_OPEN_RATE_MPP_ADJUSTED = 2002,
    LEADKPI_KPI_EMAIL_CLICK_RATE = 2100,
    LEADKPI_KPI_EMAIL_CLICK_RATE_PER_SENT = 2101,
    LEADKPI_KPI_EMAIL_CLICK_TO_OPEN_RATE = 2200,
    LEADKPI_KPI_EMAIL_UNSUBSCRIBE_RATE = 2300,
    LEADKPI_KPI_EMAIL_SPAM_COMPLAINT_RATE = 2400,
    LEADKPI_KPI_EMAIL_REPLY_RATE = 2500,
    LEADKPI_KPI_LIST_GROWTH_RATE = 2600,
    LEADKPI_KPI_LEAD_QUALITY_SCORE = 2700,
    LEADKPI_KPI_LEAD_QUALITY_SCORE_ADDITIVE_POINTS = 2701,
    LEADKPI_KPI_LEAD_QUALITY_SCORE_NORMALISED = 2702,
    LEADKPI_KPI_LEAD_QUALITY_SCORE_PREDICTIVE = 2703,
    LEADKPI_KPI_QUALIFIED_LEAD_RATE = 2800,
    LEADKPI_KPI_ICP_FIT_RATE = 2900,
    LEADKPI_KPI_MQL_REJECTION_RATE = 3000,
    LEADKPI_KPI_MQL_REJECTION_RATE_OF_ALL_MQLS = 3001,
    LEADKPI_KPI_REJECTION_REASON_SHARE = 3100,
    LEADKPI_KPI_DUPLICATE_LEAD_RATE = 3200,
    LEADKPI_KPI_INVALID_LEAD_RATE = 3300,
    LEADKPI_KPI_RECYCLED_LEAD_RATE = 3400,
    LEADKPI_KPI_SCORE_LIFT_TOP_DECILE = 3500,
    LEADKPI_KPI_SCORE_AUC = 3600,
    LEADKPI_KPI_SCORE_BRIER = 3700,
    LEADKPI_KPI_VISITOR_TO_LEAD_RATE = 3800,
    LEADKPI_KPI_VISITOR_TO_LEAD_RATE_PER_SESSION = 3801,
    LEADKPI_KPI_VISITOR_TO_LEAD_RATE_PER_CLICK = 3802,
    LEADKPI_KPI_FORM_COMPLETION_RATE = 3900,
    LEADKPI_KPI_LEAD_TO_MQL_RATE = 4000,
    LEADKPI_KPI_MQL_TO_SAL_RATE = 4100,
    LEADKPI_KPI_SAL_TO_SQL_RATE = 4200,
    LEADKPI_KPI_MQL_TO_SQL_RATE = 4300,
    LEADKPI_KPI_SQL_TO_OPPORTUNITY_RATE = 4400,
    LEADKPI_KPI_LEAD_TO_OPPORTUNITY_RATE = 4500,
    LEADKPI_KPI_LEAD_TO_CUSTOMER_RATE = 4600,
    LEADKPI_KPI_LEAD_TO_CUSTOMER_RATE_ANY_DESIRED_ACTION = 4601,
    LEADKPI_KPI_STAGE_CONVERSION_RATE = 4700,
    LEADKPI_KPI_STAGE_CONVERSION_RATE_DROP_OFF = 4701,
    LEADKPI_KPI_STAGE_CONVERSION_RATE_STRICT_PATH = 4702,
    LEADKPI_KPI_STAGE_CONVERSION_RATE_ANY_STAGE = 4703,
    LEADKPI_KPI_CUMULATIVE_FUNNEL_RATE = 4800,
    LEADKPI_KPI_CONTACT_RATE = 4900,
    LEADKPI_KPI_MEETING_BOOKED_RATE = 5000,
    LEADKPI_KPI_MEETING_SHOW_RATE = 5100,
    LEADKPI_KPI_TRIAL_TO_PAID_RATE = 5200,
    LEADKPI_KPI_COHORT_CONVERSION_RATE = 5300,
    LEADKPI_KPI_COHORT_CONVERSION_RATE_NAIVE = 5301,
    LEADKPI_KPI_COHORT_CONVERSION_RATE_MATURED_AT_T = 5302,
    LEADKPI_KPI_LEAD_RETENTION_RATE = 5400,
    LEADKPI_KPI_LEAD_RESPONSE_TIME = 5500,
    LEADKPI_KPI_LEAD_RESPONSE_TIME_MEAN = 5501,
    LEADKPI_KPI_LEAD_RESPONSE_TIME_P90 = 5502,
    LEADKPI_KPI_LEAD_RESPONSE_TIME_BUSINESS_HOURS = 5503,
    LEADKPI_KPI_LEAD_RESPONSE_TIME_CENSORED_MEDIAN = 5504,
    LEADKPI_KPI_RESPONSE_SLA_ATTAINMENT = 5600,
    LEADKPI_KPI_SALES_CYCLE_LENGTH = 5700,
    LEADKPI_KPI_SALES_CYCLE_LENGTH_MEAN = 5701,
    LEADKPI_KPI_SALES_CYCLE_LENGTH_FROM_FIRST_TOUCH = 5702,
    LEADKPI_KPI_SALES_CYCLE_LENGTH_CENSORED_MEDIAN = 5703,
    LEADKPI_KPI_TIME_IN_STAGE = 5800,
    LEADKPI_KPI_TIME_IN_STAGE_COMPLETED_ONLY = 5801,
    LEADKPI_KPI_OPEN_LEAD_AGE = 5900,
    LEADKPI_KPI_COST_PER_LEAD = 6000,
    LEADKPI_KPI_COST_PER_LEAD_FULLY_LOADED = 6001,
    LEADKPI_KPI_COST_PER_LEAD_RAW_RECORDS = 6002,
    LEADKPI_KPI_COST_PER_LEAD_BLENDED = 6003,
    LEADKPI_KPI_COST_PER_MQL = 6100,
    LEADKPI_KPI_COST_PER_SQL = 6200,
    LEADKPI_KPI_COST_PER_OPPORTUNITY = 6300,
    LEADKPI_KPI_COST_PER_ACQUISITION = 6400,
    LEADKPI_KPI_COST_PER_ACQUISITION_CUSTOMER_BASIS = 6401,
    LEADKPI_KPI_COST_PER_CLICK = 6500,
    LEADKPI_KPI_COST_PER_MILLE = 6600,
    LEADKPI_KPI_CUSTOMER_ACQUISITION_COST = 6700,
    LEADKPI_KPI_CUSTOMER_ACQUISITION_COST_PAID = 6701,
    LEADKPI_KPI_CUSTOMER_ACQUISITION_COST_LAGGED = 6702,
    LEADKPI_KPI_CUSTOMER_ACQUISITION_COST_MARKETING_ONLY = 6703,
    LEADKPI_KPI_CAC_RATIO = 6800,
    LEADKPI_KPI_CAC_RATIO_BLENDED = 6801,
    LEADKPI_KPI_CAC_RATIO_SALES_EFFICIENCY = 6802,
    LEADKPI_KPI_MARGINAL_COST_PER_LEAD = 6900,
    LEADKPI_KPI_BUDGET_PACING = 7000,
    LEADKPI_KPI_RETURN_ON_INVESTMENT = 7100,
    LEADKPI_KPI_RETURN_ON_INVESTMENT_ROMI_RATIO = 7101,
    LEADKPI_KPI_RETURN_ON_INVESTMENT_GROSS_MARGIN = 7102,
    LEADKPI_KPI_RETURN_ON_INVESTMENT_REVENUE_OVER_SPEND = 7103,
    LEADKPI_KPI_RETURN_ON_AD_SPEND = 7200,
    LEADKPI_KPI_RETURN_ON_AD_SPEND_AS_PERCENT = 7201,
    LEADKPI_KPI_MARKETING_EFFICIENCY_RATIO = 7300,
    LEADKPI_KPI_INCREMENTAL_ROAS = 7400,
    LEADKPI_KPI_REVENUE_PER_LEAD = 7500,
    LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE = 7600,
    LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE_REVENUE_CHURN = 7601,
    LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE_TRANSACTIONAL = 7602,
    LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE_DISCOUNTED = 7603,
    LEADKPI_KPI_CUSTOMER_LIFETIME_VALUE_CAPPED = 7604,
    LEADKPI_KPI_LTV_TO_CAC = 7700,
    LEADKPI_KPI_LTV_TO_CAC_MARGIN_BASIS = 7701,
    LEADKPI_KPI_CAC_PAYBACK_MONTHS = 7800,
    LEADKPI_KPI_CAC_PAYBACK_MONTHS_REVENUE_BASIS = 7801,
    LEADKPI_KPI_CAC_PAYBACK_MONTHS_AGGREGATE = 7802,
    LEADKPI_KPI_BREAK_EVEN_ROAS = 7900,
    LEADKPI_KPI_ALLOWABLE_COST_PER_LEAD = 8000,
    LEADKPI_KPI_PIPELINE_PER_MARKETING_DOLLAR = 8100,
    LEADKPI_KPI_MARKETING_SHARE_OF_CAC = 8200,
    LEADKPI_KPI_CLOSED_WON_REVENUE = 8300,
    LEADKPI_KPI_PIPELINE_CREATED = 8400,
    LEADKPI_KPI_PIPELINE_CREATED_COUNT = 8401,
    LEADKPI_KPI_WEIGHTED_PIPELINE = 8500,
    LEADKPI_KPI_PIPELINE_COVERAGE = 8600,
    LEADKPI_KPI_PIPELINE_COVERAGE_FULL_QUOTA = 8601,
    LEADKPI_KPI_PIPELINE_COVERAGE_REQUIRED = 8602,
    LEADKPI_KPI_WIN_RATE = 8700,
    LEADKPI_KPI_WIN_RATE_NARROW = 8701,
    LEADKPI_KPI_WIN_RATE_COHORT = 8702,
    LEADKPI_KPI_WIN_RATE_VALUE = 8703,
    LEADKPI_KPI_NO_DECISION_RATE = 8800,
    LEADKPI_KPI_AVERAGE_DEAL_SIZE = 8900,
    LEADKPI_KPI_AVERAGE_DEAL_SIZE_MEDIAN = 8901,
    LEADKPI_KPI_PIPELINE_VELOCITY = 9000,
    LEADKPI_KPI_QUOTA_ATTAINMENT = 9100,
    LEADKPI_KPI_FORECAST_ACCURACY = 9200,
    LEADKPI_KPI_FORECAST_ACCURACY_WAPE = 9201,
    LEADKPI_KPI_FORECAST_ACCURACY_BIAS = 9202,
    LEADKPI_KPI_SLIPPAGE_RATE = 9300,
    LEADKPI_KPI_STALE_PIPELINE_SHARE = 9400,
    LEADKPI_KPI_MARKETING_SOURCED_PIPELINE_SHARE = 9500,
    LEADKPI_KPI_MARKETING_SOURCED_PIPELINE_SHARE_INFLUENCED = 9501,
    LEADKPI_KPI_MONTHLY_RECURRING_REVENUE = 9600,
    LEADKPI_KPI_ANNUAL_RECURRING_REVENUE = 9700,
    LEADKPI_KPI_ANNUAL_RECURRING_REVENUE_CONTRACTED = 9701,
    LEADKPI_KPI_NET_NEW_MRR = 9800,
    LEADKPI_KPI_MRR_GROWTH_RATE = 9900,
    LEADKPI_KPI_NET_REVENUE_RETENTION = 10000,
    LEADKPI_KPI_NET_REVENUE_RETENTION_WITH_REACTIVATION = 10001,
    LEADKPI_KPI_NET_REVENUE_RETENTION_NETSUITE_PERIOD = 10002,
    LEADKPI_KPI_NET_REVENUE_RETENTION_ANNUALISED_MONTH = 10003,
    LEADKPI_KPI_GROSS_REVENUE_RETENTION = 10100,
    LEADKPI_KPI_LOGO_CHURN_RATE = 10200,
    LEADKPI_KPI_LOGO_CHURN_RATE_AVERAGE_BASE = 10201,
    LEADKPI_KPI_LOGO_CHURN_RATE_ANNUALISED = 10202,
    LEADKPI_KPI_LOGO_CHURN_RATE_RETENTION = 10203,
    LEADKPI_KPI_GROSS_REVENUE_CHURN_RATE = 10300,
    LEADKPI_KPI_GROSS_REVENUE_CHURN_RATE_NET = 10301,
    LEADKPI_KPI_EXPANSION_RATE = 10400,
    LEADKPI_KPI_SAAS_QUICK_RATIO = 10500,
    LEADKPI_KPI_SAAS_QUICK_RATIO_NO_REACTIVATION = 10501,
    LEADKPI_KPI_ARPA = 10600,
    LEADKPI_KPI_ARPA_NEW_BUSINESS = 10601,
    LEADKPI_KPI_CUSTOMER_LIFETIME = 10700,
    LEADKPI_KPI_CUSTOMER_LIFETIME_CAPPED = 10701,
    LEADKPI_KPI_MAGIC_NUMBER = 10800,
    LEADKPI_KPI_MAGIC_NUMBER_ARR_BASIS = 10801,
    LEADKPI_KPI_BURN_MULTIPLE = 10900,
    LEADKPI_KPI_BURN_MULTIPLE_EFFICIENCY_SCORE = 10901,
    LEADKPI_KPI_RULE_OF_40 = 11000,
    LEADKPI_KPI_NONE = -1
};

/* ---- Lead volume & growth ---- */

/* leadkpi_lead_volume: Lead volume = new_leads.
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives count. Undefined: never; 0 is a value. Since 0.1. */
LEADKPI_API double leadkpi_lead_volume(double new_leads);

/* leadkpi_lead_volume_raw_records: Lead volume: raw records = lead_records.
 *   lead_records: raw lead records before de-duplication; records, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_lead_volume_raw_records(double lead_records);

/* leadkpi_mql_volume: Marketing-qualified leads = mqls.
 *   mqls: marketing-qualified leads; persons, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_mql_volume(double mqls);

/* leadkpi_mql_volume_first_time_only: Marketing-qualified leads: first time only = mqls.
 *   mqls: marketing-qualified leads; persons, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_mql_volume_first_time_only(double mqls);

/* leadkpi_sal_volume: Sales-accepted leads = sals.
 *   sals: sales-accepted leads; persons, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_sal_volume(double sals);

/* leadkpi_sql_volume: Sales-qualified leads = sqls.
 *   sqls: sales-qualified leads; persons, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_sql_volume(double sqls);

/* leadkpi_new_customers: New customers = customers_won.
 *   customers_won: new customers; customers, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_new_customers(double customers_won);

/* leadkpi_lead_velocity_rate: Lead velocity rate (LVR) = (qualified_leads_cur -
 * qualified_leads_prev) / qualified_leads_prev.
 *   qualified_leads_cur: qualified leads this period; persons, 0 or more
 *   qualified_leads_prev: qualified leads previous period; persons, 0 or more
 * Gives fraction. Undefined: no qualified leads in the previous period: growth from zero is
 * undefined, not infinite. Since 0.1. */
LEADKPI_API double leadkpi_lead_velocity_rate(
    double qualified_leads_cur, double qualified_leads_prev);

/* leadkpi_lead_velocity_rate_exposure_normalised: Lead velocity rate (LVR): exposure normalised =
 * qualified_leads_cur / days_cur / (qualified_leads_prev / days_prev) - 1.
 *   qualified_leads_cur: qualified leads this period; persons, 0 or more
 *   days_cur: exposure days in this period; days, 0 or more
 *   qualified_leads_prev: qualified leads previous period; persons, 0 or more
 *   days_prev: exposure days in previous period; days, 0 or more
 * Gives fraction. Undefined: no qualified leads in the previous period, or no days in either.
 * Since 0.1. */
LEADKPI_API double leadkpi_lead_velocity_rate_exposure_normalised(
    double qualified_leads_cur, double days_cur, double qualified_leads_prev, double days_prev);

/* leadkpi_lead_velocity_rate_log_growth: Lead velocity rate (LVR): log growth =
 * log(qualified_leads_cur / qualified_leads_prev).
 *   qualified_leads_cur: qualified leads this period; persons, 0 or more
 *   qualified_leads_prev: qualified leads previous period; persons, 0 or more
 * Gives log ratio. Undefined: no qualified leads in either period. Since 0.1. */
LEADKPI_API double leadkpi_lead_velocity_rate_log_growth(
    double qualified_leads_cur, double qualified_leads_prev);

/* leadkpi_lead_velocity_rate_sql_basis: Lead velocity rate (LVR): SQL basis = (qualified_leads_cur
 * - qualified_leads_prev) / qualified_leads_prev.
 *   qualified_leads_cur: qualified leads this period; persons, 0 or more
 *   qualified_leads_prev: qualified leads previous period; persons, 0 or more
 * Gives fraction. Undefined: qualified_leads_prev = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_velocity_rate_sql_basis(
    double qualified_leads_cur, double qualified_leads_prev);

/* leadkpi_compound_growth_rate: Compound growth rate per period = pow(count_end / count_start, 1 /
 * n_periods) - 1.
 *   count_start: level in first period; units, 0 or more
 *   count_end: level in last period; units, 0 or more
 *   n_periods: number of periods between the two levels; periods, 0 or more
 * Gives fraction. Undefined: count_start = 0 or n_periods = 0. Since 0.1. */
LEADKPI_API double leadkpi_compound_growth_rate(
    double count_start, double count_end, double n_periods);

/* leadkpi_lead_target_attainment: Lead target attainment = new_leads / leads_target.
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 *   leads_target: planned leads; persons, 0 or more
 * Gives fraction. Undefined: leads_target = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_target_attainment(double new_leads, double leads_target);

/* leadkpi_lead_target_attainment_paced: Lead target attainment: paced = new_leads / (leads_target
 * * elapsed_share).
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 *   leads_target: planned leads; persons, 0 or more
 *   elapsed_share: elapsed exposure share of the period; fraction, from 0 to 1
 * Gives fraction. Undefined: leads_target = 0 or elapsed_share = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_target_attainment_paced(
    double new_leads, double leads_target, double elapsed_share);

/* leadkpi_lead_source_share: Lead source share = source_leads / new_leads.
 *   source_leads: new leads whose source is the one reported; persons, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_source_share(double source_leads, double new_leads);

/* leadkpi_source_concentration: Source concentration (HHI) = herfindahl(source_leads_vec).
 *   source_leads_vec: new leads by source; persons, 0 or more
 * Gives ratio. Undefined: no leads. Since 0.1. */
LEADKPI_API double leadkpi_source_concentration(
    const double *source_leads_vec_values, size_t source_leads_vec_count);

/* leadkpi_source_concentration_effective_sources: Source concentration (HHI): effective sources =
 * 1 / herfindahl(source_leads_vec).
 *   source_leads_vec: new leads by source; persons, 0 or more
 * Gives ratio. Undefined: no leads. Since 0.1. */
LEADKPI_API double leadkpi_source_concentration_effective_sources(
    const double *source_leads_vec_values, size_t source_leads_vec_count);

/* leadkpi_marketing_originated_customer_share: Marketing-originated customers =
 * marketing_customers / customers_won.
 *   marketing_customers: new customers whose first touch is marketing; customers, 0 or more
 *   customers_won: new customers; customers, 0 or more
 * Gives fraction. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_marketing_originated_customer_share(
    double marketing_customers, double customers_won);

/* leadkpi_marketing_originated_customer_share_influenced: Marketing-originated customers:
 * influenced = marketing_customers / customers_won.
 *   marketing_customers: new customers whose first touch is marketing; customers, 0 or more
 *   customers_won: new customers; customers, 0 or more
 * Gives fraction. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_marketing_originated_customer_share_influenced(
    double marketing_customers, double customers_won);

/* ---- Reach & engagement ---- */

/* leadkpi_website_traffic: Website traffic = sessions.
 *   sessions: web sessions; events, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_website_traffic(double sessions);

/* leadkpi_website_traffic_unique_visitors: Website traffic: unique visitors = visitors.
 *   visitors: distinct visitors (non-additive); persons, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_website_traffic_unique_visitors(double visitors);

/* leadkpi_web_engagement_rate: Web engagement rate = engaged_sessions / sessions.
 *   engaged_sessions: GA4 engaged sessions (>=10 s, or >=2 views, or a key event); events, 0 or
 *      more
 *   sessions: web sessions; events, 0 or more
 * Gives fraction. Undefined: sessions = 0. Since 0.1. */
LEADKPI_API double leadkpi_web_engagement_rate(double engaged_sessions, double sessions);

/* leadkpi_web_engagement_rate_bounce_rate_ga4: Web engagement rate: bounce rate GA4 = 1 -
 * engaged_sessions / sessions.
 *   engaged_sessions: GA4 engaged sessions (>=10 s, or >=2 views, or a key event); events, 0 or
 *      more
 *   sessions: web sessions; events, 0 or more
 * Gives fraction. Undefined: sessions = 0. Since 0.1. */
LEADKPI_API double leadkpi_web_engagement_rate_bounce_rate_ga4(
    double engaged_sessions, double sessions);

/* leadkpi_web_engagement_rate_bounce_rate_ua: Web engagement rate: bounce rate UA = 1 -
 * engaged_sessions / sessions.
 *   engaged_sessions: GA4 engaged sessions (>=10 s, or >=2 views, or a key event); events, 0 or
 *      more
 *   sessions: web sessions; events, 0 or more
 * Gives fraction. Undefined: sessions = 0. Since 0.1. */
LEADKPI_API double leadkpi_web_engagement_rate_bounce_rate_ua(
    double engaged_sessions, double sessions);

/* leadkpi_ad_click_through_rate: Ad click-through rate = clicks / impressions.
 *   clicks: ad clicks; events, 0 or more
 *   impressions: ad or post impressions; events, 0 or more
 * Gives fraction. Undefined: impressions = 0. Since 0.1. */
LEADKPI_API double leadkpi_ad_click_through_rate(double clicks, double impressions);

/* leadkpi_ad_frequency: Ad frequency = impressions / reach.
 *   impressions: ad or post impressions; events, 0 or more
 *   reach: distinct persons reached (non-additive); persons, 0 or more
 * Gives ratio. Undefined: reach = 0. Since 0.1. */
LEADKPI_API double leadkpi_ad_frequency(double impressions, double reach);

/* leadkpi_social_engagement_rate: Social engagement rate = engagements / impressions.
 *   engagements: likes + comments + shares (+ saves/clicks by variant); events, 0 or more
 *   impressions: ad or post impressions; events, 0 or more
 * Gives fraction. Undefined: impressions = 0. Since 0.1. */
LEADKPI_API double leadkpi_social_engagement_rate(double engagements, double impressions);

/* leadkpi_social_engagement_rate_by_reach: Social engagement rate: by reach = engagements / reach.
 *   engagements: likes + comments + shares (+ saves/clicks by variant); events, 0 or more
 *   reach: distinct persons reached (non-additive); persons, 0 or more
 * Gives fraction. Undefined: reach = 0. Since 0.1. */
LEADKPI_API double leadkpi_social_engagement_rate_by_reach(double engagements, double reach);

/* leadkpi_social_engagement_rate_by_followers: Social engagement rate: by followers = engagements
 * / followers.
 *   engagements: likes + comments + shares (+ saves/clicks by variant); events, 0 or more
 *   followers: followers at period end; persons, 0 or more
 * Gives fraction. Undefined: followers = 0. Since 0.1. */
LEADKPI_API double leadkpi_social_engagement_rate_by_followers(
    double engagements, double followers);

/* leadkpi_email_delivery_rate: E-mail delivery rate = emails_delivered / emails_sent.
 *   emails_delivered: sent minus bounces; messages, 0 or more
 *   emails_sent: messages handed to the mail server; messages, 0 or more
 * Gives fraction. Undefined: emails_sent = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_delivery_rate(double emails_delivered, double emails_sent);

/* leadkpi_email_delivery_rate_inbox_placement: E-mail delivery rate: inbox placement =
 * emails_inbox / emails_delivered.
 *   emails_inbox: messages of a placement test seen in the inbox; messages, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 * Gives fraction. Undefined: emails_delivered = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_delivery_rate_inbox_placement(
    double emails_inbox, double emails_delivered);

/* leadkpi_email_bounce_rate: E-mail bounce rate = (emails_hard_bounced + emails_soft_bounced) /
 * emails_sent.
 *   emails_hard_bounced: permanent failures; messages, 0 or more
 *   emails_soft_bounced: temporary failures; messages, 0 or more
 *   emails_sent: messages handed to the mail server; messages, 0 or more
 * Gives fraction. Undefined: emails_sent = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_bounce_rate(
    double emails_hard_bounced, double emails_soft_bounced, double emails_sent);

/* leadkpi_email_bounce_rate_hard_only: E-mail bounce rate: hard only = emails_hard_bounced /
 * emails_sent.
 *   emails_hard_bounced: permanent failures; messages, 0 or more
 *   emails_sent: messages handed to the mail server; messages, 0 or more
 * Gives fraction. Undefined: emails_sent = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_bounce_rate_hard_only(
    double emails_hard_bounced, double emails_sent);

/* leadkpi_email_open_rate: E-mail open rate = unique_opens / emails_delivered.
 *   unique_opens: recipients with >=1 open; persons, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 * Gives fraction. Undefined: emails_delivered = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_open_rate(double unique_opens, double emails_delivered);

/* leadkpi_email_open_rate_per_sent: E-mail open rate: per sent = unique_opens / emails_sent.
 *   unique_opens: recipients with >=1 open; persons, 0 or more
 *   emails_sent: messages handed to the mail server; messages, 0 or more
 * Gives fraction. Undefined: emails_sent = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_open_rate_per_sent(double unique_opens, double emails_sent);

/* leadkpi_email_open_rate_mpp_adjusted: E-mail open rate: MPP adjusted = (unique_opens -
 * machine_opens) / (emails_delivered - mpp_delivered).
 *   unique_opens: recipients with >=1 open; persons, 0 or more
 *   machine_opens: opens attributed to privacy proxies / scanners; persons, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 *   mpp_delivered: delivered to mail-privacy-protected clients; messages, 0 or more
 * Gives fraction. Undefined: no recipient outside mail-privacy clients, or more machine opens than
 * opens. Since 0.1. */
LEADKPI_API double leadkpi_email_open_rate_mpp_adjusted(
    double unique_opens, double machine_opens, double emails_delivered, double mpp_delivered);

/* leadkpi_email_click_rate: E-mail click rate = unique_clicks / emails_delivered.
 *   unique_clicks: recipients with >=1 click; persons, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 * Gives fraction. Undefined: emails_delivered = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_click_rate(double unique_clicks, double emails_delivered);

/* leadkpi_email_click_rate_per_sent: E-mail click rate: per sent = unique_clicks / emails_sent.
 *   unique_clicks: recipients with >=1 click; persons, 0 or more
 *   emails_sent: messages handed to the mail server; messages, 0 or more
 * Gives fraction. Undefined: emails_sent = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_click_rate_per_sent(double unique_clicks, double emails_sent);

/* leadkpi_email_click_to_open_rate: E-mail click-to-open rate (CTOR) = unique_clicks /
 * unique_opens.
 *   unique_clicks: recipients with >=1 click; persons, 0 or more
 *   unique_opens: recipients with >=1 open; persons, 0 or more
 * Gives fraction. Undefined: unique_opens = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_click_to_open_rate(double unique_clicks, double unique_opens);

/* leadkpi_email_unsubscribe_rate: E-mail unsubscribe rate = unsubscribes / emails_delivered.
 *   unsubscribes: unsubscribe requests; persons, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 * Gives fraction. Undefined: emails_delivered = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_unsubscribe_rate(double unsubscribes, double emails_delivered);

/* leadkpi_email_spam_complaint_rate: Spam complaint rate = spam_complaints / emails_delivered.
 *   spam_complaints: spam reports; persons, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 * Gives fraction. Undefined: emails_delivered = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_spam_complaint_rate(
    double spam_complaints, double emails_delivered);

/* leadkpi_email_reply_rate: Reply rate = replies / emails_delivered.
 *   replies: recipients who replied (human); persons, 0 or more
 *   emails_delivered: sent minus bounces; messages, 0 or more
 * Gives fraction. Undefined: emails_delivered = 0. Since 0.1. */
LEADKPI_API double leadkpi_email_reply_rate(double replies, double emails_delivered);

/* leadkpi_list_growth_rate: List growth rate = (list_new - list_lost) / list_start.
 *   list_new: new subscribers in period; persons, 0 or more
 *   list_lost: unsubscribes + hard bounces + removals; persons, 0 or more
 *   list_start: contactable list size at start; persons, 0 or more
 * Gives fraction. Undefined: list_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_list_growth_rate(double list_new, double list_lost, double list_start);

/* ---- Lead quality & data quality ---- */

/* leadkpi_lead_quality_score: Lead quality score = dot(weights, score_parts).
 *   score_parts: demographic, firmographic, behavioural sub-scores; points
 *   weights: weights of the sub-scores; fraction, 0 or more
 * Gives points. Undefined: weights and parts of different number, or none. Since 0.1. */
LEADKPI_API double leadkpi_lead_quality_score(
    const double *score_parts_values, size_t score_parts_count, const double *weights_values,
    size_t weights_count);

/* leadkpi_lead_quality_score_additive_points: Lead quality score: additive points =
 * sum(score_parts).
 *   score_parts: demographic, firmographic, behavioural sub-scores; points
 * Gives points. Undefined: no parts. Since 0.1. */
LEADKPI_API double leadkpi_lead_quality_score_additive_points(
    const double *score_parts_values, size_t score_parts_count);

/* leadkpi_lead_quality_score_normalised: Lead quality score: normalised = dot(weights,
 * score_parts) / sum(weights).
 *   score_parts: demographic, firmographic, behavioural sub-scores; points
 *   weights: weights of the sub-scores; fraction, 0 or more
 * Gives points. Undefined: weights and parts of different number, or weights that sum to 0. Since
 * 0.1. */
LEADKPI_API double leadkpi_lead_quality_score_normalised(
    const double *score_parts_values, size_t score_parts_count, const double *weights_values,
    size_t weights_count);

/* leadkpi_lead_quality_score_predictive: Lead quality score: predictive = single(predicted) * 100.
 *   predicted: predicted conversion probability; probability, from 0 to 1
 * Gives points. Undefined: not exactly one probability. Since 0.1. */
LEADKPI_API double leadkpi_lead_quality_score_predictive(
    const double *predicted_values, size_t predicted_count);

/* leadkpi_qualified_lead_rate: Qualified lead rate = qualified_leads / new_leads.
 *   qualified_leads: leads meeting the qualification rule; persons, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_qualified_lead_rate(double qualified_leads, double new_leads);

/* leadkpi_icp_fit_rate: ICP fit rate = icp_fit_leads / new_leads.
 *   icp_fit_leads: leads matching the ideal customer profile; persons, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_icp_fit_rate(double icp_fit_leads, double new_leads);

/* leadkpi_mql_rejection_rate: MQL rejection rate = mqls_rejected / mqls_reviewed.
 *   mqls_rejected: MQLs rejected by sales; persons, 0 or more
 *   mqls_reviewed: MQLs with a sales decision; persons, 0 or more
 * Gives fraction. Undefined: mqls_reviewed = 0. Since 0.1. */
LEADKPI_API double leadkpi_mql_rejection_rate(double mqls_rejected, double mqls_reviewed);

/* leadkpi_mql_rejection_rate_of_all_mqls: MQL rejection rate: of all MQLs = mqls_rejected / mqls.
 *   mqls_rejected: MQLs rejected by sales; persons, 0 or more
 *   mqls: marketing-qualified leads; persons, 0 or more
 * Gives fraction. Undefined: mqls = 0. Since 0.1. */
LEADKPI_API double leadkpi_mql_rejection_rate_of_all_mqls(double mqls_rejected, double mqls);

/* leadkpi_rejection_reason_share: Rejection reason share = reason_count / mqls_rejected.
 *   reason_count: rejections carrying the reported reason code; persons, 0 or more
 *   mqls_rejected: MQLs rejected by sales; persons, 0 or more
 * Gives fraction. Undefined: mqls_rejected = 0. Since 0.1. */
LEADKPI_API double leadkpi_rejection_reason_share(double reason_count, double mqls_rejected);

/* leadkpi_duplicate_lead_rate: Duplicate lead rate = duplicate_leads / lead_records.
 *   duplicate_leads: records removed by de-duplication; records, 0 or more
 *   lead_records: raw lead records before de-duplication; records, 0 or more
 * Gives fraction. Undefined: lead_records = 0. Since 0.1. */
LEADKPI_API double leadkpi_duplicate_lead_rate(double duplicate_leads, double lead_records);

/* leadkpi_invalid_lead_rate: Invalid lead rate = invalid_leads / lead_records.
 *   invalid_leads: records with unreachable, fake or test contact data; records, 0 or more
 *   lead_records: raw lead records before de-duplication; records, 0 or more
 * Gives fraction. Undefined: lead_records = 0. Since 0.1. */
LEADKPI_API double leadkpi_invalid_lead_rate(double invalid_leads, double lead_records);

/* leadkpi_recycled_lead_rate: Recycled lead rate = recycled_leads / accepted_leads.
 *   recycled_leads: accepted leads returned to nurture; persons, 0 or more
 *   accepted_leads: leads accepted by sales (SAL); persons, 0 or more
 * Gives fraction. Undefined: accepted_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_recycled_lead_rate(double recycled_leads, double accepted_leads);

/* leadkpi_score_lift_top_decile: Score lift, top decile = top_converted / top_n / (all_converted /
 * all_n).
 *   top_converted: conversions in the top decile by score; persons, 0 or more
 *   top_n: leads in the top decile; persons, 0 or more
 *   all_converted: conversions in all scored leads; persons, 0 or more
 *   all_n: scored leads; persons, 0 or more
 * Gives ratio. Undefined: no leads in the top decile, or no conversion at all. Since 0.1. */
LEADKPI_API double leadkpi_score_lift_top_decile(
    double top_converted, double top_n, double all_converted, double all_n);

/* leadkpi_score_auc: Score AUC = mann_whitney_u / (n_pos * n_neg).
 *   mann_whitney_u: pairs (converted, not) ranked correctly, ties 1/2; pairs, 0 or more
 *   n_pos: converted; persons, 0 or more
 *   n_neg: not converted; persons, 0 or more
 * Gives ratio. Undefined: no lead of one of the two outcomes. Since 0.1. */
LEADKPI_API double leadkpi_score_auc(double mann_whitney_u, double n_pos, double n_neg);

/* leadkpi_score_brier: Score Brier loss = brier(predicted, outcome).
 *   predicted: predicted conversion probability; probability, from 0 to 1
 *   outcome: observed conversion; 0/1, from 0 to 1
 * Gives score. Undefined: no leads, or outcomes and predictions of different number. Since 0.1. */
LEADKPI_API double leadkpi_score_brier(
    const double *predicted_values, size_t predicted_count, const double *outcome_values,
    size_t outcome_count);

/* ---- Funnel conversion ---- */

/* leadkpi_leads_per_conversion: Leads per conversion = new_leads / conversions.
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 *   conversions: conversion actions (declare which); events, 0 or more
 * Gives ratio. Undefined: conversions = 0: no number of leads has been enough yet. Since 0.1. */
LEADKPI_API double leadkpi_leads_per_conversion(double new_leads, double conversions);

/* leadkpi_visitor_to_lead_rate: Visitor-to-lead conversion rate = new_leads / visitors.
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 *   visitors: distinct visitors (non-additive); persons, 0 or more
 * Gives fraction. Undefined: visitors = 0. Since 0.1. */
LEADKPI_API double leadkpi_visitor_to_lead_rate(double new_leads, double visitors);

/* leadkpi_visitor_to_lead_rate_per_session: Visitor-to-lead conversion rate: per session =
 * new_leads / sessions.
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 *   sessions: web sessions; events, 0 or more
 * Gives fraction. Undefined: sessions = 0. Since 0.1. */
LEADKPI_API double leadkpi_visitor_to_lead_rate_per_session(double new_leads, double sessions);

/* leadkpi_visitor_to_lead_rate_per_click: Visitor-to-lead conversion rate: per click = conversions
 * / clicks.
 *   conversions: conversion actions (declare which); events, 0 or more
 *   clicks: ad clicks; events, 0 or more
 * Gives fraction. Undefined: clicks = 0. Since 0.1. */
LEADKPI_API double leadkpi_visitor_to_lead_rate_per_click(double conversions, double clicks);

/* leadkpi_form_completion_rate: Form completion rate = form_submissions / form_views.
 *   form_submissions: completed forms; events, 0 or more
 *   form_views: form or landing-page views; events, 0 or more
 * Gives fraction. Undefined: form_views = 0. Since 0.1. */
LEADKPI_API double leadkpi_form_completion_rate(double form_submissions, double form_views);

/* leadkpi_lead_to_mql_rate: Lead-to-MQL rate = mqls / new_leads.
 *   mqls: marketing-qualified leads; persons, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_to_mql_rate(double mqls, double new_leads);

/* leadkpi_mql_to_sal_rate: MQL-to-SAL rate = sals / mqls.
 *   sals: sales-accepted leads; persons, 0 or more
 *   mqls: marketing-qualified leads; persons, 0 or more
 * Gives fraction. Undefined: mqls = 0. Since 0.1. */
LEADKPI_API double leadkpi_mql_to_sal_rate(double sals, double mqls);

/* leadkpi_sal_to_sql_rate: SAL-to-SQL rate = sqls / sals.
 *   sqls: sales-qualified leads; persons, 0 or more
 *   sals: sales-accepted leads; persons, 0 or more
 * Gives fraction. Undefined: sals = 0. Since 0.1. */
LEADKPI_API double leadkpi_sal_to_sql_rate(double sqls, double sals);

/* leadkpi_mql_to_sql_rate: MQL-to-SQL rate = sqls / mqls.
 *   sqls: sales-qualified leads; persons, 0 or more
 *   mqls: marketing-qualified leads; persons, 0 or more
 * Gives fraction. Undefined: mqls = 0. Since 0.1. */
LEADKPI_API double leadkpi_mql_to_sql_rate(double sqls, double mqls);

/* leadkpi_sql_to_opportunity_rate: SQL-to-opportunity rate = opportunities_created / sqls.
 *   opportunities_created: opportunities opened; opportunities, 0 or more
 *   sqls: sales-qualified leads; persons, 0 or more
 * Gives fraction. Undefined: sqls = 0. Since 0.1. */
LEADKPI_API double leadkpi_sql_to_opportunity_rate(double opportunities_created, double sqls);

/* leadkpi_lead_to_opportunity_rate: Lead-to-opportunity rate = opportunities_created / new_leads.
 *   opportunities_created: opportunities opened; opportunities, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_to_opportunity_rate(
    double opportunities_created, double new_leads);

/* leadkpi_lead_to_customer_rate: Lead-to-customer rate = customers_won / new_leads.
 *   customers_won: new customers; customers, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_to_customer_rate(double customers_won, double new_leads);

/* leadkpi_lead_to_customer_rate_any_desired_action: Lead-to-customer rate: any desired action =
 * conversions / new_leads.
 *   conversions: conversion actions (declare which); events, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_to_customer_rate_any_desired_action(
    double conversions, double new_leads);

/* leadkpi_stage_conversion_rate: Stage conversion rate (generic) = stage_out / stage_in.
 *   stage_out: of those, units that reached the later stage; persons, 0 or more
 *   stage_in: units that entered the earlier stage; persons, 0 or more
 * Gives fraction. Undefined: stage_in = 0. Since 0.1. */
LEADKPI_API double leadkpi_stage_conversion_rate(double stage_out, double stage_in);

/* leadkpi_stage_conversion_rate_drop_off: Stage conversion rate (generic): drop off = 1 -
 * stage_out / stage_in.
 *   stage_out: of those, units that reached the later stage; persons, 0 or more
 *   stage_in: units that entered the earlier stage; persons, 0 or more
 * Gives fraction. Undefined: stage_in = 0. Since 0.1. */
LEADKPI_API double leadkpi_stage_conversion_rate_drop_off(double stage_out, double stage_in);

/* leadkpi_stage_conversion_rate_strict_path: Stage conversion rate (generic): strict path =
 * stage_out / stage_in.
 *   stage_out: of those, units that reached the later stage; persons, 0 or more
 *   stage_in: units that entered the earlier stage; persons, 0 or more
 * Gives fraction. Undefined: stage_in = 0. Since 0.1. */
LEADKPI_API double leadkpi_stage_conversion_rate_strict_path(double stage_out, double stage_in);

/* leadkpi_stage_conversion_rate_any_stage: Stage conversion rate (generic): any stage = stage_out
 * / stage_in.
 *   stage_out: of those, units that reached the later stage; persons, 0 or more
 *   stage_in: units that entered the earlier stage; persons, 0 or more
 * Gives fraction. Undefined: stage_in = 0. Since 0.1. */
LEADKPI_API double leadkpi_stage_conversion_rate_any_stage(double stage_out, double stage_in);

/* leadkpi_cumulative_funnel_rate: Cumulative funnel rate = product(stage_rates).
 *   stage_rates: conversion rate of each step of the chain; fraction, from 0 to 1
 * Gives fraction. Undefined: no steps. Since 0.1. */
LEADKPI_API double leadkpi_cumulative_funnel_rate(
    const double *stage_rates_values, size_t stage_rates_count);

/* leadkpi_contact_rate: Contact rate = leads_contacted / new_leads.
 *   leads_contacted: leads with a two-way contact; persons, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_contact_rate(double leads_contacted, double new_leads);

/* leadkpi_meeting_booked_rate: Meeting booked rate = meetings_booked / new_leads.
 *   meetings_booked: meetings booked; meetings, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives fraction. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_meeting_booked_rate(double meetings_booked, double new_leads);

/* leadkpi_meeting_show_rate: Meeting show rate = meetings_held / meetings_booked.
 *   meetings_held: meetings attended by the prospect; meetings, 0 or more
 *   meetings_booked: meetings booked; meetings, 0 or more
 * Gives fraction. Undefined: meetings_booked = 0; leave meetings that are still to come out of the
 * denominator. Since 0.1. */
LEADKPI_API double leadkpi_meeting_show_rate(double meetings_held, double meetings_booked);

/* leadkpi_trial_to_paid_rate: Trial-to-paid rate = trials_converted / trials_started.
 *   trials_converted: of those, converted to paid; accounts, 0 or more
 *   trials_started: trials started (cohort); accounts, 0 or more
 * Gives fraction. Undefined: trials_started = 0; leave trials that are still running out of the
 * denominator. Since 0.1. */
LEADKPI_API double leadkpi_trial_to_paid_rate(double trials_converted, double trials_started);

/* leadkpi_cohort_conversion_rate: Cohort conversion rate at lag t (censoring-aware) =
 * converted_by(km_events, km_at_risk).
 *   km_events: conversions at each distinct lag; persons, 0 or more
 *   km_at_risk: cohort members still at risk just before each lag; persons, 0 or more
 * Gives fraction. Undefined: no lag, nobody at risk at a lag, more conversions than at risk, or
 * lists of different number. Since 0.1. */
LEADKPI_API double leadkpi_cohort_conversion_rate(
    const double *km_events_values, size_t km_events_count, const double *km_at_risk_values,
    size_t km_at_risk_count);

/* leadkpi_cohort_conversion_rate_naive: Cohort conversion rate at lag t (censoring-aware): naive =
 * cohort_converted / cohort_size.
 *   cohort_converted: cohort members converted so far; persons, 0 or more
 *   cohort_size: cohort members; persons, 0 or more
 * Gives fraction. Undefined: cohort_size = 0. Since 0.1. */
LEADKPI_API double leadkpi_cohort_conversion_rate_naive(
    double cohort_converted, double cohort_size);

/* leadkpi_cohort_conversion_rate_matured_at_t: Cohort conversion rate at lag t (censoring-aware):
 * matured at lag t = cohort_converted / cohort_size.
 *   cohort_converted: cohort members converted so far; persons, 0 or more
 *   cohort_size: cohort members; persons, 0 or more
 * Gives fraction. Undefined: cohort_size = 0. Since 0.1. */
LEADKPI_API double leadkpi_cohort_conversion_rate_matured_at_t(
    double cohort_converted, double cohort_size);

/* leadkpi_lead_retention_rate: Lead retention rate = leads_active_end / leads_active_start.
 *   leads_active_end: of those, still engaged at end; persons, 0 or more
 *   leads_active_start: engaged leads in the cohort at start; persons, 0 or more
 * Gives fraction. Undefined: leads_active_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_retention_rate(double leads_active_end, double leads_active_start);

/* ---- Speed & responsiveness ---- */

/* leadkpi_lead_response_time: Lead response time = quantile(response_minutes, 0.5).
 *   response_minutes: submission to first meaningful human response; minutes, 0 or more
 * Gives minutes. Undefined: no answered lead: undefined, not 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_response_time(
    const double *response_minutes_values, size_t response_minutes_count);

/* leadkpi_lead_response_time_mean: Lead response time: mean = mean(response_minutes).
 *   response_minutes: submission to first meaningful human response; minutes, 0 or more
 * Gives minutes. Undefined: no answered lead: undefined, not 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_response_time_mean(
    const double *response_minutes_values, size_t response_minutes_count);

/* leadkpi_lead_response_time_p90: Lead response time: 90th percentile = quantile(response_minutes,
 * 0.9).
 *   response_minutes: submission to first meaningful human response; minutes, 0 or more
 * Gives minutes. Undefined: no answered lead: undefined, not 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_response_time_p90(
    const double *response_minutes_values, size_t response_minutes_count);

/* leadkpi_lead_response_time_business_hours: Lead response time: business hours =
 * quantile(response_minutes, 0.5).
 *   response_minutes: submission to first meaningful human response; minutes, 0 or more
 * Gives minutes. Undefined: no answered lead: undefined, not 0. Since 0.1. */
LEADKPI_API double leadkpi_lead_response_time_business_hours(
    const double *response_minutes_values, size_t response_minutes_count);

/* leadkpi_lead_response_time_censored_median: Lead response time: censored median =
 * quantile(response_minutes, 0.5).
 *   response_minutes: submission to first meaningful human response; minutes, 0 or more
 * Gives minutes. Undefined: no lead, or half of them unanswered. Since 0.1. */
LEADKPI_API double leadkpi_lead_response_time_censored_median(
    const double *response_minutes_values, size_t response_minutes_count);

/* leadkpi_response_sla_attainment: Response SLA attainment = responses_in_sla / leads_due.
 *   responses_in_sla: leads answered within the limit; persons, 0 or more
 *   leads_due: leads whose SLA clock has run out or was stopped (never-answered included);
 *      persons, 0 or more
 * Gives fraction. Undefined: leads_due = 0. Since 0.1. */
LEADKPI_API double leadkpi_response_sla_attainment(double responses_in_sla, double leads_due);

/* leadkpi_sales_cycle_length: Sales cycle length = quantile(cycle_days, 0.5).
 *   cycle_days: first touch or opportunity creation to closed-won; days, 0 or more
 * Gives days. Undefined: no won deal. Since 0.1. */
LEADKPI_API double leadkpi_sales_cycle_length(
    const double *cycle_days_values, size_t cycle_days_count);

/* leadkpi_sales_cycle_length_mean: Sales cycle length: mean = mean(cycle_days).
 *   cycle_days: first touch or opportunity creation to closed-won; days, 0 or more
 * Gives days. Undefined: no won deal. Since 0.1. */
LEADKPI_API double leadkpi_sales_cycle_length_mean(
    const double *cycle_days_values, size_t cycle_days_count);

/* leadkpi_sales_cycle_length_from_first_touch: Sales cycle length: from first touch =
 * quantile(cycle_days, 0.5).
 *   cycle_days: first touch or opportunity creation to closed-won; days, 0 or more
 * Gives days. Undefined: no won deal. Since 0.1. */
LEADKPI_API double leadkpi_sales_cycle_length_from_first_touch(
    const double *cycle_days_values, size_t cycle_days_count);

/* leadkpi_sales_cycle_length_censored_median: Sales cycle length: censored median =
 * quantile(cycle_days, 0.5).
 *   cycle_days: first touch or opportunity creation to closed-won; days, 0 or more
 * Gives days. Undefined: no deal, or half of them still open. Since 0.1. */
LEADKPI_API double leadkpi_sales_cycle_length_censored_median(
    const double *cycle_days_values, size_t cycle_days_count);

/* leadkpi_time_in_stage: Time in stage = (stage_days_completed + stage_days_open) / stage_exits.
 *   stage_days_completed: summed days in stage of units that left; days, 0 or more
 *   stage_days_open: summed days in stage of units still there; days, 0 or more
 *   stage_exits: units that left the stage; units, 0 or more
 * Gives days. Undefined: stage_exits = 0: only a lower bound is known. Since 0.1. */
LEADKPI_API double leadkpi_time_in_stage(
    double stage_days_completed, double stage_days_open, double stage_exits);

/* leadkpi_time_in_stage_completed_only: Time in stage: completed only = stage_days_completed /
 * stage_exits.
 *   stage_days_completed: summed days in stage of units that left; days, 0 or more
 *   stage_exits: units that left the stage; units, 0 or more
 * Gives days. Undefined: stage_exits = 0. Since 0.1. */
LEADKPI_API double leadkpi_time_in_stage_completed_only(
    double stage_days_completed, double stage_exits);

/* leadkpi_open_lead_age: Open lead age = quantile(open_ages, 0.5).
 *   open_ages: ages of leads not yet worked; days, 0 or more
 * Gives days. Undefined: no open lead. Since 0.1. */
LEADKPI_API double leadkpi_open_lead_age(const double *open_ages_values, size_t open_ages_count);

/* ---- Cost efficiency ---- */

/* leadkpi_cost_per_lead: Cost per lead (CPL) = campaign_spend / new_leads.
 *   campaign_spend: spend on the campaign or channel; currency, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives money. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_lead(double campaign_spend, double new_leads);

/* leadkpi_cost_per_lead_fully_loaded: Cost per lead (CPL): fully loaded = (campaign_spend +
 * campaign_overhead) / new_leads.
 *   campaign_spend: spend on the campaign or channel; currency, 0 or more
 *   campaign_overhead: allocated salaries, tools, agency fees; currency, 0 or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives money. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_lead_fully_loaded(
    double campaign_spend, double campaign_overhead, double new_leads);

/* leadkpi_cost_per_lead_raw_records: Cost per lead (CPL): raw records = campaign_spend /
 * lead_records.
 *   campaign_spend: spend on the campaign or channel; currency, 0 or more
 *   lead_records: raw lead records before de-duplication; records, 0 or more
 * Gives money. Undefined: lead_records = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_lead_raw_records(double campaign_spend, double lead_records);

/* leadkpi_cost_per_lead_blended: Cost per lead (CPL): blended = marketing_spend / new_leads.
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives money. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_lead_blended(double marketing_spend, double new_leads);

/* leadkpi_cost_per_mql: Cost per MQL = campaign_spend / mqls.
 *   campaign_spend: spend on the campaign or channel; currency, 0 or more
 *   mqls: marketing-qualified leads; persons, 0 or more
 * Gives money. Undefined: mqls = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_mql(double campaign_spend, double mqls);

/* leadkpi_cost_per_sql: Cost per SQL = campaign_spend / sqls.
 *   campaign_spend: spend on the campaign or channel; currency, 0 or more
 *   sqls: sales-qualified leads; persons, 0 or more
 * Gives money. Undefined: sqls = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_sql(double campaign_spend, double sqls);

/* leadkpi_cost_per_opportunity: Cost per opportunity = marketing_spend / opportunities_created.
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   opportunities_created: opportunities opened; opportunities, 0 or more
 * Gives money. Undefined: opportunities_created = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_opportunity(
    double marketing_spend, double opportunities_created);

/* leadkpi_cost_per_acquisition: Cost per acquisition (CPA) = ad_spend / conversions.
 *   ad_spend: media spend; currency, 0 or more
 *   conversions: conversion actions (declare which); events, 0 or more
 * Gives money. Undefined: conversions = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_acquisition(double ad_spend, double conversions);

/* leadkpi_cost_per_acquisition_customer_basis: Cost per acquisition (CPA): customer basis =
 * (marketing_spend + sales_spend) / customers_won.
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 *   customers_won: new customers; customers, 0 or more
 * Gives money. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_acquisition_customer_basis(
    double marketing_spend, double sales_spend, double customers_won);

/* leadkpi_cost_per_click: Cost per click (CPC) = ad_spend / clicks.
 *   ad_spend: media spend; currency, 0 or more
 *   clicks: ad clicks; events, 0 or more
 * Gives money. Undefined: clicks = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_click(double ad_spend, double clicks);

/* leadkpi_cost_per_mille: Cost per thousand impressions (CPM) = 1000 * ad_spend / impressions.
 *   ad_spend: media spend; currency, 0 or more
 *   impressions: ad or post impressions; events, 0 or more
 * Gives money. Undefined: impressions = 0. Since 0.1. */
LEADKPI_API double leadkpi_cost_per_mille(double ad_spend, double impressions);

/* leadkpi_customer_acquisition_cost: Customer acquisition cost (CAC) = (marketing_spend +
 * sales_spend) / customers_won.
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 *   customers_won: new customers; customers, 0 or more
 * Gives money. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_acquisition_cost(
    double marketing_spend, double sales_spend, double customers_won);

/* leadkpi_customer_acquisition_cost_paid: Customer acquisition cost (CAC): paid = paid_spend /
 * paid_customers.
 *   paid_spend: variable paid acquisition spend; currency, 0 or more
 *   paid_customers: new customers from paid channels; customers, 0 or more
 * Gives money. Undefined: paid_customers = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_acquisition_cost_paid(
    double paid_spend, double paid_customers);

/* leadkpi_customer_acquisition_cost_lagged: Customer acquisition cost (CAC): lagged = lagged_spend
 * / customers_won.
 *   lagged_spend: S&M spend of the period one sales cycle earlier; currency, 0 or more
 *   customers_won: new customers; customers, 0 or more
 * Gives money. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_acquisition_cost_lagged(
    double lagged_spend, double customers_won);

/* leadkpi_customer_acquisition_cost_marketing_only: Customer acquisition cost (CAC): marketing
 * only = marketing_spend / customers_won.
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   customers_won: new customers; customers, 0 or more
 * Gives money. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_acquisition_cost_marketing_only(
    double marketing_spend, double customers_won);

/* leadkpi_cac_ratio: CAC ratio (new customer) = (marketing_spend + sales_spend) / new_arr.
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 *   new_arr: ARR from new customers; currency/yr
 * Gives ratio. Undefined: new_arr is 0 or less. Since 0.1. */
LEADKPI_API double leadkpi_cac_ratio(double marketing_spend, double sales_spend, double new_arr);

/* leadkpi_cac_ratio_blended: CAC ratio (new customer): blended = (marketing_spend + sales_spend) /
 * (new_arr + expansion_arr).
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 *   new_arr: ARR from new customers; currency/yr
 *   expansion_arr: ARR from expansion; currency/yr
 * Gives ratio. Undefined: new and expansion ARR together are 0 or less. Since 0.1. */
LEADKPI_API double leadkpi_cac_ratio_blended(
    double marketing_spend, double sales_spend, double new_arr, double expansion_arr);

/* leadkpi_cac_ratio_sales_efficiency: CAC ratio (new customer): sales efficiency = new_arr /
 * (marketing_spend + sales_spend).
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 *   new_arr: ARR from new customers; currency/yr
 * Gives ratio. Undefined: no spend. Since 0.1. */
LEADKPI_API double leadkpi_cac_ratio_sales_efficiency(
    double marketing_spend, double sales_spend, double new_arr);

/* leadkpi_marginal_cost_per_lead: Marginal cost per lead = (spend_b - spend_a) / (leads_b -
 * leads_a).
 *   spend_a: spend before the step; currency, 0 or more
 *   spend_b: spend after the step; currency, 0 or more
 *   leads_a: leads before the step; persons, 0 or more
 *   leads_b: leads after the step; persons, 0 or more
 * Gives money. Undefined: no change in leads, or more spend with fewer leads. Since 0.1. */
LEADKPI_API double leadkpi_marginal_cost_per_lead(
    double spend_a, double spend_b, double leads_a, double leads_b);

/* leadkpi_budget_pacing: Budget pacing = spend_to_date / (budget * elapsed_share).
 *   spend_to_date: spend so far; currency, 0 or more
 *   budget: budget of the whole period; currency, 0 or more
 *   elapsed_share: elapsed exposure share of the period; fraction, from 0 to 1
 * Gives ratio. Undefined: budget = 0; elapsed_share = 0. Since 0.1. */
LEADKPI_API double leadkpi_budget_pacing(
    double spend_to_date, double budget, double elapsed_share);

/* ---- Returns & unit economics ---- */

/* leadkpi_return_on_investment: Lead source ROI = (revenue_source - cost_source) / cost_source.
 *   revenue_source: revenue attributed to the source (declare model and window); currency
 *   cost_source: full cost of the source; currency, 0 or more
 * Gives fraction. Undefined: cost_source = 0; revenue may be negative after refunds. Since 0.1. */
LEADKPI_API double leadkpi_return_on_investment(double revenue_source, double cost_source);

/* leadkpi_return_on_investment_romi_ratio: Lead source ROI: ROMI ratio = (revenue_source -
 * cost_source) / cost_source.
 *   revenue_source: revenue attributed to the source (declare model and window); currency
 *   cost_source: full cost of the source; currency, 0 or more
 * Gives ratio. Undefined: cost_source = 0. Since 0.1. */
LEADKPI_API double leadkpi_return_on_investment_romi_ratio(
    double revenue_source, double cost_source);

/* leadkpi_return_on_investment_gross_margin: Lead source ROI: gross margin = (revenue_source *
 * gross_margin - cost_source) / cost_source.
 *   revenue_source: revenue attributed to the source (declare model and window); currency
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 *   cost_source: full cost of the source; currency, 0 or more
 * Gives fraction. Undefined: cost_source = 0. Since 0.1. */
LEADKPI_API double leadkpi_return_on_investment_gross_margin(
    double revenue_source, double gross_margin, double cost_source);

/* leadkpi_return_on_investment_revenue_over_spend: Lead source ROI: revenue over spend =
 * revenue_source / cost_source.
 *   revenue_source: revenue attributed to the source (declare model and window); currency
 *   cost_source: full cost of the source; currency, 0 or more
 * Gives ratio. Undefined: cost_source = 0. Since 0.1. */
LEADKPI_API double leadkpi_return_on_investment_revenue_over_spend(
    double revenue_source, double cost_source);

/* leadkpi_return_on_ad_spend: Return on ad spend (ROAS) = attributed_revenue / ad_spend.
 *   attributed_revenue: revenue attributed to ads; currency
 *   ad_spend: media spend; currency, 0 or more
 * Gives ratio. Undefined: ad_spend = 0. Since 0.1. */
LEADKPI_API double leadkpi_return_on_ad_spend(double attributed_revenue, double ad_spend);

/* leadkpi_return_on_ad_spend_as_percent: Return on ad spend (ROAS): as percent =
 * attributed_revenue / ad_spend * 100.
 *   attributed_revenue: revenue attributed to ads; currency
 *   ad_spend: media spend; currency, 0 or more
 * Gives percent. Undefined: ad_spend = 0. Since 0.1. */
LEADKPI_API double leadkpi_return_on_ad_spend_as_percent(
    double attributed_revenue, double ad_spend);

/* leadkpi_marketing_efficiency_ratio: Marketing efficiency ratio (MER) = total_revenue /
 * marketing_spend.
 *   total_revenue: all revenue of the period; currency
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 * Gives ratio. Undefined: marketing_spend = 0. Since 0.1. */
LEADKPI_API double leadkpi_marketing_efficiency_ratio(
    double total_revenue, double marketing_spend);

/* leadkpi_incremental_roas: Incremental ROAS (iROAS) = (revenue_test - revenue_control) /
 * incremental_spend.
 *   revenue_test: revenue of exposed group; currency
 *   revenue_control: revenue of control scaled to the same size; currency
 *   incremental_spend: extra spend in the exposed group; currency
 * Gives ratio. Undefined: incremental_spend = 0. Since 0.1. */
LEADKPI_API double leadkpi_incremental_roas(
    double revenue_test, double revenue_control, double incremental_spend);

/* leadkpi_revenue_per_lead: Revenue per lead = revenue_source / new_leads.
 *   revenue_source: revenue attributed to the source (declare model and window); currency
 *   new_leads: distinct new leads (person or account key) first seen in period; persons, 0 or more
 * Gives money. Undefined: new_leads = 0. Since 0.1. */
LEADKPI_API double leadkpi_revenue_per_lead(double revenue_source, double new_leads);

/* leadkpi_customer_lifetime_value: Customer lifetime value (LTV, CLV) = arpa * gross_margin /
 * churn.
 *   arpa: average recurring revenue per account per month; currency/mo
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 * Gives money. Undefined: churn = 0: infinite under a constant hazard. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime_value(double arpa, double gross_margin, double churn);

/* leadkpi_customer_lifetime_value_revenue_churn: Customer lifetime value (LTV, CLV): revenue churn
 * = arpa / churn.
 *   arpa: average recurring revenue per account per month; currency/mo
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 * Gives money. Undefined: churn = 0: infinite under a constant hazard. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime_value_revenue_churn(double arpa, double churn);

/* leadkpi_customer_lifetime_value_transactional: Customer lifetime value (LTV, CLV): transactional
 * = avg_purchase_value * purchase_frequency * lifespan.
 *   avg_purchase_value: average purchase value; currency
 *   purchase_frequency: purchases per customer per year; per year, 0 or more
 *   lifespan: average customer lifespan; years, 0 or more
 * Gives money. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime_value_transactional(
    double avg_purchase_value, double purchase_frequency, double lifespan);

/* leadkpi_customer_lifetime_value_discounted: Customer lifetime value (LTV, CLV): discounted =
 * arpa * gross_margin * (1 + discount) / (churn + discount).
 *   arpa: average recurring revenue per account per month; currency/mo
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 *   discount: discount rate per month; per month, 0 or more
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 * Gives money. Undefined: churn and discount both 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime_value_discounted(
    double arpa, double gross_margin, double discount, double churn);

/* leadkpi_customer_lifetime_value_capped: Customer lifetime value (LTV, CLV): capped = arpa *
 * gross_margin * (1 - pow(1 - churn, horizon)) / churn.
 *   arpa: average recurring revenue per account per month; currency/mo
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 *   horizon: cap on lifetime; months, 0 or more
 * Gives money. Undefined: churn = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime_value_capped(
    double arpa, double gross_margin, double churn, double horizon);

/* leadkpi_ltv_to_cac: LTV:CAC ratio = ltv / cac.
 *   ltv: lifetime value (name the variant); currency
 *   cac: acquisition cost per customer; currency, 0 or more
 * Gives ratio. Undefined: cac = 0. Since 0.1. */
LEADKPI_API double leadkpi_ltv_to_cac(double ltv, double cac);

/* leadkpi_ltv_to_cac_margin_basis: LTV:CAC ratio: margin basis = arpa * gross_margin / churn / cac.
 *   arpa: average recurring revenue per account per month; currency/mo
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 *   cac: acquisition cost per customer; currency, 0 or more
 * Gives ratio. Undefined: churn = 0 or cac = 0. Since 0.1. */
LEADKPI_API double leadkpi_ltv_to_cac_margin_basis(
    double arpa, double gross_margin, double churn, double cac);

/* leadkpi_cac_payback_months: CAC payback = cac / (arpa * gross_margin).
 *   cac: acquisition cost per customer; currency, 0 or more
 *   arpa: average recurring revenue per account per month; currency/mo
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 * Gives months. Undefined: arpa * gross_margin is 0 or less: it never pays back. Since 0.1. */
LEADKPI_API double leadkpi_cac_payback_months(double cac, double arpa, double gross_margin);

/* leadkpi_cac_payback_months_revenue_basis: CAC payback: revenue basis = cac / arpa.
 *   cac: acquisition cost per customer; currency, 0 or more
 *   arpa: average recurring revenue per account per month; currency/mo
 * Gives months. Undefined: arpa is 0 or less: it never pays back. Since 0.1. */
LEADKPI_API double leadkpi_cac_payback_months_revenue_basis(double cac, double arpa);

/* leadkpi_cac_payback_months_aggregate: CAC payback: aggregate = (marketing_spend + sales_spend) /
 * (new_arr / 12 * gross_margin).
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 *   new_arr: ARR from new customers; currency/yr
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 * Gives months. Undefined: new_arr * gross_margin is 0 or less: it never pays back. Since 0.1. */
LEADKPI_API double leadkpi_cac_payback_months_aggregate(
    double marketing_spend, double sales_spend, double new_arr, double gross_margin);

/* leadkpi_break_even_roas: Break-even ROAS = 1 / gross_margin.
 *   gross_margin: gross margin of the same revenue stream; fraction, at most 1
 * Gives ratio. Undefined: gross_margin is 0 or less. Since 0.1. */
LEADKPI_API double leadkpi_break_even_roas(double gross_margin);

/* leadkpi_allowable_cost_per_lead: Allowable cost per lead = ltv / target_ratio * lead_to_customer.
 *   ltv: lifetime value (name the variant); currency
 *   target_ratio: target LTV:CAC; x, 0 or more
 *   lead_to_customer: lead-to-customer rate; fraction, from 0 to 1
 * Gives money. Undefined: target_ratio = 0. Since 0.1. */
LEADKPI_API double leadkpi_allowable_cost_per_lead(
    double ltv, double target_ratio, double lead_to_customer);

/* leadkpi_pipeline_per_marketing_dollar: Pipeline per marketing dollar = pipeline_value_created /
 * marketing_spend.
 *   pipeline_value_created: value of opportunities opened; currency
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 * Gives ratio. Undefined: marketing_spend = 0. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_per_marketing_dollar(
    double pipeline_value_created, double marketing_spend);

/* leadkpi_marketing_share_of_cac: Marketing share of CAC = marketing_spend / (marketing_spend +
 * sales_spend).
 *   marketing_spend: marketing cost, fully loaded unless the variant says otherwise; currency, 0
 *      or more
 *   sales_spend: sales cost, fully loaded; currency, 0 or more
 * Gives fraction. Undefined: no spend of either kind. Since 0.1. */
LEADKPI_API double leadkpi_marketing_share_of_cac(double marketing_spend, double sales_spend);

/* leadkpi_magic_number: SaaS magic number = (revenue_q - revenue_q_prev) * 4 / sm_prev.
 *   revenue_q: GAAP revenue this quarter; currency
 *   revenue_q_prev: GAAP revenue previous quarter; currency
 *   sm_prev: S&M expense previous quarter; currency, 0 or more
 * Gives ratio. Undefined: sm_prev = 0. Since 0.1. */
LEADKPI_API double leadkpi_magic_number(double revenue_q, double revenue_q_prev, double sm_prev);

/* leadkpi_magic_number_arr_basis: SaaS magic number: ARR basis = net_new_arr / sm_prev.
 *   net_new_arr: net new ARR; currency/yr
 *   sm_prev: S&M expense previous quarter; currency, 0 or more
 * Gives ratio. Undefined: sm_prev = 0. Since 0.1. */
LEADKPI_API double leadkpi_magic_number_arr_basis(double net_new_arr, double sm_prev);

/* ---- Pipeline & sales execution ---- */

/* leadkpi_closed_won_revenue: Closed-won revenue = won_value.
 *   won_value: closed-won value; currency
 * Gives money. Undefined: never; one currency, and net of refunds where they are in. Since 0.1. */
LEADKPI_API double leadkpi_closed_won_revenue(double won_value);

/* leadkpi_pipeline_created: Pipeline created = pipeline_value_created.
 *   pipeline_value_created: value of opportunities opened; currency
 * Gives money. Undefined: never; count opportunities without a value beside it. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_created(double pipeline_value_created);

/* leadkpi_pipeline_created_count: Pipeline created: count = opportunities_created.
 *   opportunities_created: opportunities opened; opportunities, 0 or more
 * Gives count. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_created_count(double opportunities_created);

/* leadkpi_weighted_pipeline: Weighted pipeline = dot(opp_values, opp_probs).
 *   opp_values: values of open opportunities; currency
 *   opp_probs: win probability of each; probability, from 0 to 1
 * Gives money. Undefined: values and probabilities of different number. Since 0.1. */
LEADKPI_API double leadkpi_weighted_pipeline(
    const double *opp_values_values, size_t opp_values_count, const double *opp_probs_values,
    size_t opp_probs_count);

/* leadkpi_pipeline_coverage: Pipeline coverage = open_pipeline / (quota - won_to_date).
 *   open_pipeline: open pipeline closing in the period; currency
 *   quota: quota of the period; currency, 0 or more
 *   won_to_date: already won in the period; currency
 * Gives ratio. Undefined: the quota is reached: covered, not negative. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_coverage(
    double open_pipeline, double quota, double won_to_date);

/* leadkpi_pipeline_coverage_full_quota: Pipeline coverage: full quota = open_pipeline / quota.
 *   open_pipeline: open pipeline closing in the period; currency
 *   quota: quota of the period; currency, 0 or more
 * Gives ratio. Undefined: quota = 0. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_coverage_full_quota(double open_pipeline, double quota);

/* leadkpi_pipeline_coverage_required: Pipeline coverage: required = 1 / win_rate.
 *   win_rate: win rate; fraction, from 0 to 1
 * Gives ratio. Undefined: win_rate = 0. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_coverage_required(double win_rate);

/* leadkpi_win_rate: Win rate = deals_won / (deals_won + deals_lost + deals_no_decision).
 *   deals_won: closed-won; opportunities, 0 or more
 *   deals_lost: closed-lost to a competitor or to price; opportunities, 0 or more
 *   deals_no_decision: closed without a decision (derailed); opportunities, 0 or more
 * Gives fraction. Undefined: no closed opportunity. Since 0.1. */
LEADKPI_API double leadkpi_win_rate(double deals_won, double deals_lost, double deals_no_decision);

/* leadkpi_win_rate_narrow: Win rate: narrow = deals_won / (deals_won + deals_lost).
 *   deals_won: closed-won; opportunities, 0 or more
 *   deals_lost: closed-lost to a competitor or to price; opportunities, 0 or more
 * Gives fraction. Undefined: no won or lost opportunity. Since 0.1. */
LEADKPI_API double leadkpi_win_rate_narrow(double deals_won, double deals_lost);

/* leadkpi_win_rate_cohort: Win rate: cohort = deals_cohort_won / deals_cohort.
 *   deals_cohort_won: of those, won so far; opportunities, 0 or more
 *   deals_cohort: opportunities created in the cohort; opportunities, 0 or more
 * Gives fraction. Undefined: no opportunity in the cohort. Since 0.1. */
LEADKPI_API double leadkpi_win_rate_cohort(double deals_cohort_won, double deals_cohort);

/* leadkpi_win_rate_value: Win rate: value = deals_won / (deals_won + deals_lost +
 * deals_no_decision).
 *   deals_won: closed-won; opportunities, 0 or more
 *   deals_lost: closed-lost to a competitor or to price; opportunities, 0 or more
 *   deals_no_decision: closed without a decision (derailed); opportunities, 0 or more
 * Gives fraction. Undefined: no closed opportunity. Since 0.1. */
LEADKPI_API double leadkpi_win_rate_value(
    double deals_won, double deals_lost, double deals_no_decision);

/* leadkpi_no_decision_rate: No-decision rate = deals_no_decision / (deals_won + deals_lost +
 * deals_no_decision).
 *   deals_won: closed-won; opportunities, 0 or more
 *   deals_lost: closed-lost to a competitor or to price; opportunities, 0 or more
 *   deals_no_decision: closed without a decision (derailed); opportunities, 0 or more
 * Gives fraction. Undefined: no closed opportunity. Since 0.1. */
LEADKPI_API double leadkpi_no_decision_rate(
    double deals_won, double deals_lost, double deals_no_decision);

/* leadkpi_average_deal_size: Average deal size = won_value / deals_won.
 *   won_value: closed-won value; currency
 *   deals_won: closed-won; opportunities, 0 or more
 * Gives money. Undefined: deals_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_average_deal_size(double won_value, double deals_won);

/* leadkpi_average_deal_size_median: Average deal size: median = quantile(opp_values, 0.5).
 *   opp_values: values of open opportunities; currency
 * Gives money. Undefined: no deals. Since 0.1. */
LEADKPI_API double leadkpi_average_deal_size_median(
    const double *opp_values_values, size_t opp_values_count);

/* leadkpi_pipeline_velocity: Pipeline velocity = n_opps * win_rate * avg_deal / cycle_length.
 *   n_opps: qualified open opportunities; opportunities, 0 or more
 *   win_rate: win rate; fraction, from 0 to 1
 *   avg_deal: average deal size; currency
 *   cycle_length: sales cycle length; days, 0 or more
 * Gives money/day. Undefined: cycle_length = 0. Since 0.1. */
LEADKPI_API double leadkpi_pipeline_velocity(
    double n_opps, double win_rate, double avg_deal, double cycle_length);

/* leadkpi_quota_attainment: Quota attainment = won_value / quota.
 *   won_value: closed-won value; currency
 *   quota: quota of the period; currency, 0 or more
 * Gives fraction. Undefined: quota = 0. Since 0.1. */
LEADKPI_API double leadkpi_quota_attainment(double won_value, double quota);

/* leadkpi_forecast_accuracy: Forecast accuracy = 1 - fabs(forecast - actual) / fabs(actual).
 *   forecast: forecast made at the declared lead time; currency
 *   actual: actual; currency
 * Gives fraction. Undefined: actual = 0; the result may be negative. Since 0.1. */
LEADKPI_API double leadkpi_forecast_accuracy(double forecast, double actual);

/* leadkpi_forecast_accuracy_wape: Forecast accuracy: WAPE = 1 - wape(forecast_vec, actual_vec).
 *   forecast_vec: forecasts by unit; currency
 *   actual_vec: actuals by unit; currency
 * Gives fraction. Undefined: actuals that are all 0, or lists of different number. Since 0.1. */
LEADKPI_API double leadkpi_forecast_accuracy_wape(
    const double *forecast_vec_values, size_t forecast_vec_count,
    const double *actual_vec_values, size_t actual_vec_count);

/* leadkpi_forecast_accuracy_bias: Forecast accuracy: bias = forecast / actual - 1.
 *   forecast: forecast made at the declared lead time; currency
 *   actual: actual; currency
 * Gives fraction. Undefined: actual = 0. Since 0.1. */
LEADKPI_API double leadkpi_forecast_accuracy_bias(double forecast, double actual);

/* leadkpi_slippage_rate: Slippage rate = opps_slipped / opps_due.
 *   opps_slipped: of those, moved to a later period; opportunities, 0 or more
 *   opps_due: opportunities whose close date was in the period at its start; opportunities, 0 or
 *      more
 * Gives fraction. Undefined: opps_due = 0. Since 0.1. */
LEADKPI_API double leadkpi_slippage_rate(double opps_slipped, double opps_due);

/* leadkpi_stale_pipeline_share: Stale pipeline share = stale_value / open_pipeline.
 *   stale_value: open value older than the limit or inactive; currency
 *   open_pipeline: open pipeline closing in the period; currency
 * Gives fraction. Undefined: open_pipeline = 0. Since 0.1. */
LEADKPI_API double leadkpi_stale_pipeline_share(double stale_value, double open_pipeline);

/* leadkpi_marketing_sourced_pipeline_share: Marketing-sourced pipeline = marketing_pipeline /
 * pipeline_value_created.
 *   marketing_pipeline: pipeline first-touched by marketing; currency
 *   pipeline_value_created: value of opportunities opened; currency
 * Gives fraction. Undefined: pipeline_value_created = 0. Since 0.1. */
LEADKPI_API double leadkpi_marketing_sourced_pipeline_share(
    double marketing_pipeline, double pipeline_value_created);

/* leadkpi_marketing_sourced_pipeline_share_influenced: Marketing-sourced pipeline: influenced =
 * marketing_pipeline / pipeline_value_created.
 *   marketing_pipeline: pipeline first-touched by marketing; currency
 *   pipeline_value_created: value of opportunities opened; currency
 * Gives fraction. Undefined: pipeline_value_created = 0. Since 0.1. */
LEADKPI_API double leadkpi_marketing_sourced_pipeline_share_influenced(
    double marketing_pipeline, double pipeline_value_created);

/* ---- Recurring revenue & retention ---- */

/* leadkpi_monthly_recurring_revenue: MRR = mrr.
 *   mrr: monthly recurring revenue; currency/mo, 0 or more
 * Gives money. Undefined: never; leave one-off fees out. Since 0.1. */
LEADKPI_API double leadkpi_monthly_recurring_revenue(double mrr);

/* leadkpi_annual_recurring_revenue: ARR = 12 * mrr.
 *   mrr: monthly recurring revenue; currency/mo, 0 or more
 * Gives money. Undefined: never; as MRR. Since 0.1. */
LEADKPI_API double leadkpi_annual_recurring_revenue(double mrr);

/* leadkpi_annual_recurring_revenue_contracted: ARR: contracted = 12 * mrr + new_arr.
 *   mrr: monthly recurring revenue; currency/mo, 0 or more
 *   new_arr: ARR from new customers; currency/yr
 * Gives money. Undefined: never. Since 0.1. */
LEADKPI_API double leadkpi_annual_recurring_revenue_contracted(double mrr, double new_arr);

/* leadkpi_net_new_mrr: Net new MRR = mrr_new + mrr_expansion + mrr_reactivation - mrr_contraction
 * - mrr_churn.
 *   mrr_new: new-business MRR; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_reactivation: reactivation MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives money. Undefined: never; losses are positive numbers. Since 0.1. */
LEADKPI_API double leadkpi_net_new_mrr(
    double mrr_new, double mrr_expansion, double mrr_reactivation, double mrr_contraction,
    double mrr_churn);

/* leadkpi_mrr_growth_rate: MRR growth rate = (mrr_new + mrr_expansion + mrr_reactivation -
 * mrr_contraction - mrr_churn) / mrr_start.
 *   mrr_new: new-business MRR; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_reactivation: reactivation MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_mrr_growth_rate(
    double mrr_new, double mrr_expansion, double mrr_reactivation, double mrr_contraction,
    double mrr_churn, double mrr_start);

/* leadkpi_net_revenue_retention: Net revenue retention (NRR) = (mrr_start + mrr_expansion -
 * mrr_contraction - mrr_churn) / mrr_start.
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0; movements of customers outside the start cohort do not
 * belong in it. Since 0.1. */
LEADKPI_API double leadkpi_net_revenue_retention(
    double mrr_start, double mrr_expansion, double mrr_contraction, double mrr_churn);

/* leadkpi_net_revenue_retention_with_reactivation: Net revenue retention (NRR): with reactivation
 * = (mrr_start + mrr_expansion + mrr_reactivation - mrr_contraction - mrr_churn) / mrr_start.
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_reactivation: reactivation MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_net_revenue_retention_with_reactivation(
    double mrr_start, double mrr_expansion, double mrr_reactivation, double mrr_contraction,
    double mrr_churn);

/* leadkpi_net_revenue_retention_netsuite_period: Net revenue retention (NRR): netsuite period =
 * (mrr_start + mrr_expansion + mrr_reactivation - mrr_contraction - mrr_churn) / mrr_start.
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_reactivation: reactivation MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_net_revenue_retention_netsuite_period(
    double mrr_start, double mrr_expansion, double mrr_reactivation, double mrr_contraction,
    double mrr_churn);

/* leadkpi_net_revenue_retention_annualised_month: Net revenue retention (NRR): annualised month =
 * pow((mrr_start + mrr_expansion - mrr_contraction - mrr_churn) / mrr_start, 12).
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0, or more lost than there was. Since 0.1. */
LEADKPI_API double leadkpi_net_revenue_retention_annualised_month(
    double mrr_start, double mrr_expansion, double mrr_contraction, double mrr_churn);

/* leadkpi_gross_revenue_retention: Gross revenue retention (GRR) = (mrr_start - mrr_contraction -
 * mrr_churn) / mrr_start.
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_gross_revenue_retention(
    double mrr_start, double mrr_contraction, double mrr_churn);

/* leadkpi_logo_churn_rate: Logo churn rate = customers_lost / customers_start.
 *   customers_lost: of those, lost in period; customers, 0 or more
 *   customers_start: customers at start; customers, 0 or more
 * Gives fraction. Undefined: customers_start = 0; losses of customers who joined inside the period
 * do not belong in it. Since 0.1. */
LEADKPI_API double leadkpi_logo_churn_rate(double customers_lost, double customers_start);

/* leadkpi_logo_churn_rate_average_base: Logo churn rate: average base = customers_lost /
 * ((customers_start + customers) / 2).
 *   customers_lost: of those, lost in period; customers, 0 or more
 *   customers_start: customers at start; customers, 0 or more
 *   customers: customers at period end; customers, 0 or more
 * Gives fraction. Undefined: no customers at start and end. Since 0.1. */
LEADKPI_API double leadkpi_logo_churn_rate_average_base(
    double customers_lost, double customers_start, double customers);

/* leadkpi_logo_churn_rate_annualised: Logo churn rate: annualised = 1 - pow(1 - customers_lost /
 * customers_start, 12).
 *   customers_lost: of those, lost in period; customers, 0 or more
 *   customers_start: customers at start; customers, 0 or more
 * Gives fraction. Undefined: customers_start = 0, or more lost than there were. Since 0.1. */
LEADKPI_API double leadkpi_logo_churn_rate_annualised(
    double customers_lost, double customers_start);

/* leadkpi_logo_churn_rate_retention: Logo churn rate: retention = 1 - customers_lost /
 * customers_start.
 *   customers_lost: of those, lost in period; customers, 0 or more
 *   customers_start: customers at start; customers, 0 or more
 * Gives fraction. Undefined: customers_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_logo_churn_rate_retention(
    double customers_lost, double customers_start);

/* leadkpi_gross_revenue_churn_rate: Gross revenue churn = (mrr_contraction + mrr_churn) /
 * mrr_start.
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_gross_revenue_churn_rate(
    double mrr_contraction, double mrr_churn, double mrr_start);

/* leadkpi_gross_revenue_churn_rate_net: Gross revenue churn: net = (mrr_contraction + mrr_churn -
 * mrr_expansion) / mrr_start.
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_gross_revenue_churn_rate_net(
    double mrr_contraction, double mrr_churn, double mrr_expansion, double mrr_start);

/* leadkpi_expansion_rate: Expansion rate = mrr_expansion / mrr_start.
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_start: MRR at start, cohort of start customers; currency/mo, 0 or more
 * Gives fraction. Undefined: mrr_start = 0. Since 0.1. */
LEADKPI_API double leadkpi_expansion_rate(double mrr_expansion, double mrr_start);

/* leadkpi_saas_quick_ratio: SaaS quick ratio = (mrr_new + mrr_expansion + mrr_reactivation) /
 * (mrr_contraction + mrr_churn).
 *   mrr_new: new-business MRR; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_reactivation: reactivation MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives ratio. Undefined: no losses. Since 0.1. */
LEADKPI_API double leadkpi_saas_quick_ratio(
    double mrr_new, double mrr_expansion, double mrr_reactivation, double mrr_contraction,
    double mrr_churn);

/* leadkpi_saas_quick_ratio_no_reactivation: SaaS quick ratio: no reactivation = (mrr_new +
 * mrr_expansion) / (mrr_contraction + mrr_churn).
 *   mrr_new: new-business MRR; currency/mo, 0 or more
 *   mrr_expansion: expansion MRR; currency/mo, 0 or more
 *   mrr_contraction: contraction MRR (positive number); currency/mo, 0 or more
 *   mrr_churn: churned MRR (positive number); currency/mo, 0 or more
 * Gives ratio. Undefined: no losses. Since 0.1. */
LEADKPI_API double leadkpi_saas_quick_ratio_no_reactivation(
    double mrr_new, double mrr_expansion, double mrr_contraction, double mrr_churn);

/* leadkpi_arpa: ARPA = mrr / customers.
 *   mrr: monthly recurring revenue; currency/mo, 0 or more
 *   customers: customers at period end; customers, 0 or more
 * Gives money. Undefined: customers = 0. Since 0.1. */
LEADKPI_API double leadkpi_arpa(double mrr, double customers);

/* leadkpi_arpa_new_business: ARPA: new business = mrr_new / customers_won.
 *   mrr_new: new-business MRR; currency/mo, 0 or more
 *   customers_won: new customers; customers, 0 or more
 * Gives money. Undefined: customers_won = 0. Since 0.1. */
LEADKPI_API double leadkpi_arpa_new_business(double mrr_new, double customers_won);

/* leadkpi_customer_lifetime: Customer lifetime = 1 / churn.
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 * Gives months. Undefined: churn = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime(double churn);

/* leadkpi_customer_lifetime_capped: Customer lifetime: capped = (1 - pow(1 - churn, horizon)) /
 * churn.
 *   churn: customer churn rate per month (same time unit as arpa); per month, from 0 to 1
 *   horizon: cap on lifetime; months, 0 or more
 * Gives months. Undefined: churn = 0. Since 0.1. */
LEADKPI_API double leadkpi_customer_lifetime_capped(double churn, double horizon);

/* leadkpi_burn_multiple: Burn multiple = net_burn / net_new_arr.
 *   net_burn: net cash burned, financing excluded; currency
 *   net_new_arr: net new ARR; currency/yr
 * Gives ratio. Undefined: net_new_arr is 0 or less (shrinking), or net_burn below 0 (generating
 * cash). Since 0.1. */
LEADKPI_API double leadkpi_burn_multiple(double net_burn, double net_new_arr);

/* leadkpi_burn_multiple_efficiency_score: Burn multiple: efficiency score = net_new_arr / net_burn.
 *   net_burn: net cash burned, financing excluded; currency
 *   net_new_arr: net new ARR; currency/yr
 * Gives ratio. Undefined: net_burn is 0 or less. Since 0.1. */
LEADKPI_API double leadkpi_burn_multiple_efficiency_score(double net_burn, double net_new_arr);

/* leadkpi_rule_of_40: Rule of 40 = growth_rate + profit_margin.
 *   growth_rate: year-over-year revenue growth; per year
 *   profit_margin: EBITDA or FCF margin (declare); fraction, at most 1
 * Gives fraction. Undefined: never; both inputs are annual. Since 0.1. */
LEADKPI_API double leadkpi_rule_of_40(double growth_rate, double profit_margin);

#ifdef __cplusplus
}
#endif
#endif
