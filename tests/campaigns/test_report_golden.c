#include "../support/check_main.h"
#include "report.h"

/* ---- persons ---------------------------------------------------------------------- */

START_TEST(a_lead_given_twice_counts_once_by_its_earliest_row)
{
    leadkpi_campaigns *c = world_of("leads\nid,time,channel\n"
                                    "7,2025-01-09,Ads\n7,2025-01-02,Events\n8,2025-01-05,Ads\n",
                                    NULL, NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=lead_volume,lead_volume:raw_records,duplicate_lead_rate");
    is_number(t, row_of(t, "channel", "Events"), "lead_volume", 1);
    is_number(t, row_of(t, "channel", "Ads"), "lead_volume", 1);
    is_number(t, row_of(t, "channel", "Events"), "lead_volume_raw_records", 2);
    is_number(t, total_of(t), "lead_volume", 2);
    is_number(t, total_of(t), "lead_volume_raw_records", 3);
    is_number(t, total_of(t), "duplicate_lead_rate", 1.0 / 3);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(one_email_address_is_one_person_and_a_blank_one_is_nobody)
{
    leadkpi_campaigns *c =
        defined_world("person_key=email",
                      "leads\nid,time,email,channel\n1,2025-01-03,Ann@X.io,Ads\n2,2025-01-02, ann@x.IO ,Events\n"
                      "3,2025-01-04,\"\",Ads\n4,2025-01-04,\"\",Ads\n5,2025-01-04,,Ads\n",
                      "stages\nid,time,stage\n1,2025-01-08,won\n2,2025-01-09,won\n", NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=lead_volume,new_customers,lead_volume:raw_records");
    is_number(t, row_of(t, "channel", "Ads"), "lead_volume", 3);
    is_number(t, row_of(t, "channel", "Events"), "lead_volume", 1);
    is_number(t, row_of(t, "channel", "Events"), "new_customers", 1);
    is_number(t, row_of(t, "channel", "Events"), "lead_volume_raw_records", 2);
    is_number(t, total_of(t), "lead_volume", 4);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(of_two_rows_at_one_time_the_lesser_by_content_counts_whichever_came_first)
{
    const char *rows[2] = {"leads\nid,time,channel\n1,2025-01-02,Zeta\n", "leads\nid,time,channel\n1,2025-01-02,Alpha\n"};
    for (int first = 0; first < 2; first++) {
        leadkpi_campaigns *c = world_of(rows[first], rows[!first], NULL);
        leadkpi_table *t = report_of(c, "by=channel; kpis=lead_volume");
        ck_assert_uint_eq(leadkpi_table_row_count(t), 2);
        is_text(t, 0, "channel", "Alpha");
        leadkpi_table_free(t);
        leadkpi_campaigns_free(c);
    }
}
END_TEST

START_TEST(blank_unknown_and_null_are_three_segments_and_null_comes_first)
{
    leadkpi_campaigns *c = world_of("leads\nid,time,channel\n1,2025-01-02,\n2,2025-01-02,\"\"\n3,2025-01-02,unknown\n",
                                    NULL, NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=lead_volume");
    ck_assert_uint_eq(leadkpi_table_row_count(t), 4);
    is_text(t, 0, "channel", "(null)");
    is_text(t, 1, "channel", "");
    is_text(t, 2, "channel", "unknown");
    is_text(t, 0, "row", "segment");
    for (size_t row = 0; row < 3; row++) is_number(t, row, "lead_volume", 1);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- stages ------------------------------------------------------------------------- */

#define JUMPERS                                                                                    \
    "leads\nid,time\n1,2025-01-01\n2,2025-01-01\n3,2025-01-01\n4,2025-01-01\n"
/* 1 walks, 2 jumps to sql, 3 is won at once, 4 stays. */
#define JUMPS                                                                                      \
    "stages\nid,time,stage\n1,2025-01-02,mql\n1,2025-01-03,sal\n1,2025-01-04,sql\n2,2025-01-05,sql\n3,2025-01-06,won\n"

START_TEST(a_skipped_stage_is_implied_or_breaks_the_path_or_does_not_matter)
{
    static const struct {
        const char *policy;
        double mqls, sals, sqls, won;
    } cases[] = {{"implied", 3, 3, 3, 1}, {"strict", 1, 1, 1, 0}, {"any", 1, 1, 2, 1}};
    leadkpi_campaigns *c = world_of(JUMPERS, JUMPS, NULL);
    for (size_t i = 0; i < 3; i++) {
        char options[200];
        snprintf(options, sizeof options, "skipped_stages=%s; kpis=mql_volume,sal_volume,sql_volume,new_customers",
                 cases[i].policy);
        leadkpi_table *t = report_of(c, options);
        is_number(t, total_of(t), "mql_volume", cases[i].mqls);
        is_number(t, total_of(t), "sal_volume", cases[i].sals);
        is_number(t, total_of(t), "sql_volume", cases[i].sqls);
        is_number(t, total_of(t), "new_customers", cases[i].won);
        leadkpi_table_free(t);
    }
    leadkpi_campaigns_free(c);
}
END_TEST

/* 1 tried and bought, 2 tried and was lost, 3 bought untried, 4 never decided; names are the team's own, the
 * last one for a name wins. */
START_TEST(names_of_a_team_are_stages_with_trials_and_deals_without_a_decision)
{
    leadkpi_campaigns *c = defined_world("stage_names=Signed=lost,Try Out=trial,signed=won,Gone Quiet=no_decision",
                                         JUMPERS,
                                         "stages\nid,time,stage\n1,2025-01-02,try-out\n1,2025-01-09,Signed\n"
                                         "2,2025-01-03,Try Out\n2,2025-01-08,lost\n3,2025-01-04,SIGNED\n"
                                         "4,2025-01-05,gone quiet\n",
                                         NULL);
    leadkpi_table *t = report_of(c, "kpis=trial_to_paid_rate,win_rate,new_customers");
    is_number(t, total_of(t), "trial_to_paid_rate", 0.5);
    is_number(t, total_of(t), "win_rate", 0.5);
    is_number(t, total_of(t), "new_customers", 2);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_stage_counts_where_its_lead_came_or_where_it_was_entered)
{
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-01-10\n2,2025-02-10\n",
                                    "stages\nid,time,stage,value\n1,2025-02-05,won,100\n2,2025-02-20,mql,\n", NULL);
    leadkpi_table *t = report_of(c, "grain=month; kpis=new_customers,closed_won_revenue,lead_to_customer_rate");
    is_number(t, row_of(t, "period", "2025-01"), "new_customers", 1);
    is_number(t, row_of(t, "period", "2025-02"), "new_customers", 0);
    is_number(t, row_of(t, "period", "2025-01"), "closed_won_revenue", 100);
    leadkpi_table_free(t);
    t = report_of(c, "grain=month; basis=period; kpis=new_customers,closed_won_revenue,lead_to_customer_rate");
    is_number(t, row_of(t, "period", "2025-01"), "new_customers", 0);
    is_number(t, row_of(t, "period", "2025-02"), "new_customers", 1);
    is_number(t, row_of(t, "period", "2025-02"), "closed_won_revenue", 100);
    has_text(t, 0, "lead_to_customer_rate_flags", "period_basis");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(what_happens_after_as_of_has_not_happened)
{
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-01-10\n2,2025-02-10\n",
                                    "stages\nid,time,stage,value\n1,2025-02-05,won,100\n",
                                    "costs\ntime,amount\n2025-01-01,50\n2025-02-01,70\n");
    const char *kpis = "kpis=lead_volume,new_customers,cost_per_lead";
    char options[200];
    ck_assert(total_number(c, kpis, "lead_volume") == 2);
    snprintf(options, sizeof options, "as_of=2025-02-04T00:00:00Z; %s", kpis);
    leadkpi_table *t = report_of(c, options);
    is_number(t, total_of(t), "lead_volume", 1);
    is_number(t, total_of(t), "new_customers", 0);
    is_number(t, total_of(t), "cost_per_lead", 120);
    leadkpi_table_free(t);
    snprintf(options, sizeof options, "from=2025-02-01; to=2025-03-01; %s", kpis);
    t = report_of(c, options);
    is_number(t, total_of(t), "lead_volume", 1);
    is_number(t, total_of(t), "cost_per_lead", 70);
    has_text(t, total_of(t), "lead_volume_flags", "partial"); /* the data end before March */
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_local_day_of_23_hours_takes_what_happened_in_it)
{
    /* Clocks in Central Europe went from 02:00 to 03:00 on 2025-03-30. */
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-03-29T22:59\n2,2025-03-29T23:00\n3,2025-03-30T21:59\n"
                                    "4,2025-03-30T22:00\n",
                                    NULL, NULL);
    leadkpi_table *t = report_of(c, "grain=day; zone=CET; zone_rule=\"CET-1CEST,M3.5.0,M10.5.0/3\"; kpis=lead_volume");
    is_number(t, row_of(t, "period", "2025-03-29"), "lead_volume", 1);
    is_number(t, row_of(t, "period", "2025-03-30"), "lead_volume", 2);
    is_number(t, row_of(t, "period", "2025-03-31"), "lead_volume", 1);
    int64_t start, end;
    OK(leadkpi_table_get_int64(t, column_of(t, "period_start"), 1, &start, ok_error));
    OK(leadkpi_table_get_int64(t, column_of(t, "period_end"), 1, &end, ok_error));
    ck_assert_int_eq(end - start, INT64_C(23) * 3600 * 1000000);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_rejected_lead_that_never_was_an_mql_is_no_rejected_mql)
{
    leadkpi_campaigns *c = world_of(JUMPERS,
                                    "stages\nid,time,stage\n1,2025-01-02,mql\n1,2025-01-03,rejected\n2,2025-01-02,rejected\n"
                                    "3,2025-01-02,sal\n3,2025-01-09,recycled\n4,2025-01-05,recycled\n",
                                    NULL);
    leadkpi_table *t = report_of(c, "kpis=mql_rejection_rate,recycled_lead_rate");
    is_number(t, 0, "mql_rejection_rate", 0.5);
    is_number(t, 0, "recycled_lead_rate", 1);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- deals -------------------------------------------------------------------------- */

#define DEALS                                                                                      \
    "stages\nid,time,stage,value\n1,2025-01-05,won,100\n1,2025-01-05,won,100\n1,2025-01-20,won,50\n2,2024-12-01,won,\n" \
    "9,2025-01-03,won,1000\n3,2025-01-04,lost,\n"

START_TEST(a_customer_may_have_several_deals_and_a_row_given_twice_is_one)
{
    leadkpi_campaigns *c = world_of(JUMPERS, DEALS, NULL);
    leadkpi_table *t = report_of(c, "kpis=new_customers,closed_won_revenue,average_deal_size,win_rate");
    is_number(t, 0, "new_customers", 2);
    is_number(t, 0, "closed_won_revenue", 150); /* not the 1000 of a lead nobody has given */
    has_text(t, 0, "closed_won_revenue_flags", "partial"); /* lead 2 won without a value */
    is_number(t, 0, "average_deal_size", 50);
    is_number(t, 0, "win_rate", 0.75);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(deals_of_which_none_has_a_value_have_no_revenue_rather_than_none)
{
    leadkpi_campaigns *c = world_of(JUMPERS, JUMPS, NULL);
    leadkpi_table *t = report_of(c, "shape=long; kpis=closed_won_revenue");
    is_null(t, 0, "value");
    is_text(t, 0, "status", "not_given");
    has_text(t, 0, "reason", "won_value");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- costs -------------------------------------------------------------------------- */

#define THREE_CHANNELS                                                                             \
    "leads\nid,time,channel\n1,2025-01-02,A\n2,2025-01-02,A\n3,2025-01-02,B\n4,2025-01-02,C\n5,2025-01-02,D\n"

START_TEST(unknown_spend_is_not_zero_spend)
{
    leadkpi_campaigns *c = world_of(THREE_CHANNELS, "costs\ntime,channel,amount\n2025-01-01,A,100\n2025-01-01,B,0\n", NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=cost_per_lead");
    is_number(t, row_of(t, "channel", "A"), "cost_per_lead", 50);
    is_number(t, row_of(t, "channel", "B"), "cost_per_lead", 0);
    is_null(t, row_of(t, "channel", "C"), "cost_per_lead");
    is_text(t, row_of(t, "channel", "C"), "cost_per_lead_status", "not_given");
    is_number(t, total_of(t), "cost_per_lead", 20);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(without_a_stage_row_no_stage_is_given_and_without_a_response_no_answer)
{
    leadkpi_campaigns *c = world_of(THREE_CHANNELS, NULL, NULL);
    leadkpi_table *t = report_of(
        c, "kpis=lead_volume,new_customers,lead_to_customer_rate,contact_rate,sales_cycle_length,"
           "lead_response_time");
    is_number(t, total_of(t), "lead_volume", 5);
    is_text(t, total_of(t), "new_customers_status", "not_given");
    is_text(t, total_of(t), "lead_to_customer_rate_status", "not_given");
    is_text(t, total_of(t), "contact_rate_status", "not_given");
    is_text(t, total_of(t), "sales_cycle_length_status", "not_given");
    is_text(t, total_of(t), "lead_response_time_status", "not_given");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(credits_reduce_the_spend_and_conversions_keep_their_fractions)
{
    leadkpi_campaigns *c = world_of(THREE_CHANNELS,
                                    "costs\ntime,channel,amount,conversions\n2025-01-01,A,100,1.25\n2025-01-02,A,-40,0.5\n", NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=cost_per_acquisition");
    is_number(t, row_of(t, "channel", "A"), "cost_per_acquisition", 60 / 1.75);
    has_text(t, row_of(t, "channel", "A"), "cost_per_acquisition_flags", "fractional");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

static void overhead_adds_up(const char *how, double a, double b, double d)
{
    char options[300];
    leadkpi_campaigns *c = world_of(THREE_CHANNELS,
                                    "costs\ntime,channel,cost_type,amount\n2025-01-01,A,media,100\n2025-01-01,B,media,200\n"
                                    "2025-01-01,C,media,-30\n2025-01-03,,salaries,0.1\n2025-01-04,,software,1000.2\n",
                                    NULL);
    snprintf(options, sizeof options, "by=channel; %s; kpis=return_on_investment:revenue_over_spend,"
             "cost_per_lead:fully_loaded,cost_per_lead:blended", how);
    leadkpi_table *t = report_of(c, options);
    double pool = 1000.3;
    is_number(t, row_of(t, "channel", "A"), "cost_per_lead_fully_loaded", (100 + pool * a) / 2);
    is_number(t, row_of(t, "channel", "B"), "cost_per_lead_fully_loaded", 200 + pool * b);
    if (d > 0) is_number(t, row_of(t, "channel", "D"), "cost_per_lead_blended", pool * d);
    is_number(t, total_of(t), "cost_per_lead_fully_loaded", (270 + pool) / 5);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}

START_TEST(overhead_goes_by_spend_or_leads_or_weights_and_adds_up)
{
    overhead_adds_up("overhead=spend", 1.0 / 3, 2.0 / 3, 0);
    overhead_adds_up("overhead=leads", 0.4, 0.2, 0.2);
    overhead_adds_up("overhead=weights; weights=A=1,B=2,D=5", 0.125, 0.25, 0.625);
}
END_TEST

START_TEST(a_sales_cost_in_another_month_means_that_this_month_has_none_given)
{
    leadkpi_campaigns *c = world_of(JUMPERS, JUMPS, "costs\ntime,cost_type,amount\n2025-01-01,media,90\n2025-02-01,commissions,10\n");
    leadkpi_table *t = report_of(c, "kpis=customer_acquisition_cost; to=2025-02-01");
    is_text(t, 0, "customer_acquisition_cost_status", "not_given");
    leadkpi_table_free(t);
    t = report_of(c, "kpis=customer_acquisition_cost");
    is_number(t, 0, "customer_acquisition_cost", 100);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
    c = world_of(JUMPERS, JUMPS, "costs\ntime,amount\n2025-01-01,90\n");
    t = report_of(c, "kpis=customer_acquisition_cost");
    is_number(t, 0, "customer_acquisition_cost", 90);
    has_text(t, 0, "customer_acquisition_cost_flags", "partial");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- measures ----------------------------------------------------------------------- */

START_TEST(visitors_of_several_days_are_bounded_and_never_added)
{
    leadkpi_campaigns *c = world_of(JUMPERS, "measures\ntime,visitors\n2025-01-01,100\n2025-01-02,300\n", NULL);
    leadkpi_table *t = report_of(c, "kpis=website_traffic:unique_visitors,visitor_to_lead_rate");
    is_null(t, 0, "website_traffic_unique_visitors");
    is_text(t, 0, "website_traffic_unique_visitors_status", "not_additive");
    is_number(t, 0, "website_traffic_unique_visitors_low", 300);
    is_number(t, 0, "website_traffic_unique_visitors_high", 400);
    is_number(t, 0, "visitor_to_lead_rate_low", 4.0 / 400);
    is_number(t, 0, "visitor_to_lead_rate_high", 4.0 / 300);
    leadkpi_table_free(t);
    t = report_of(c, "grain=day; kpis=website_traffic:unique_visitors");
    is_number(t, row_of(t, "period", "2025-01-02"), "website_traffic_unique_visitors", 300);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(two_rows_of_visitors_of_one_day_are_not_added_either)
{
    leadkpi_campaigns *c = world_of(JUMPERS, "measures\ntime,visitors\n2025-01-01,100\n2025-01-01,300\n", NULL);
    leadkpi_table *t = report_of(c, "kpis=website_traffic:unique_visitors");
    is_text(t, 0, "website_traffic_unique_visitors_status", "not_additive");
    is_number(t, 0, "website_traffic_unique_visitors_low", 200); /* all that is known of the larger */
    is_number(t, 0, "website_traffic_unique_visitors_high", 400);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_bound_that_no_data_can_reach_is_no_bound)
{
    /* 4 leads cannot come from 3 visitors, so that nothing is known of the upper end. */
    leadkpi_campaigns *c = world_of(JUMPERS, "measures\ntime,visitors\n2025-01-01,3\n2025-01-02,3\n", NULL);
    leadkpi_table *t = report_of(c, "shape=long; kpis=visitor_to_lead_rate");
    is_text(t, 0, "status", "not_additive");
    is_null(t, 0, "low");
    is_null(t, 0, "high");
    has_text(t, 0, "reason", "visitors");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_stock_is_the_last_value_over_time_and_the_sum_over_segments)
{
    leadkpi_campaigns *c = world_of("measures\ntime,channel,mrr,customers,mrr_start,mrr_churn,mrr_contraction\n"
                                    "2025-01-31,A,100,10,90,9,0\n2025-02-28,A,120,12,100,1,0\n2025-02-15,B,60,6,60,0,0\n",
                                    NULL, NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=monthly_recurring_revenue,arpa,gross_revenue_retention");
    is_number(t, row_of(t, "channel", "A"), "monthly_recurring_revenue", 120);
    is_number(t, total_of(t), "monthly_recurring_revenue", 180);
    is_number(t, total_of(t), "arpa", 10);
    is_number(t, row_of(t, "channel", "A"), "gross_revenue_retention", 80.0 / 90); /* what was there at the start */
    is_number(t, total_of(t), "gross_revenue_retention", 140.0 / 150);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_measure_that_some_segments_were_given_and_others_count_adds_up)
{
    leadkpi_campaigns *c = world_of("leads\nid,time,channel\n1,2025-01-02,A\n2,2025-01-02,A\n3,2025-01-02,B\n",
                                    "measures\ntime,channel,new_leads\n2025-01-05,C,40\n2025-01-05,A,30\n", NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=lead_volume");
    is_number(t, row_of(t, "channel", "A"), "lead_volume", 30); /* given goes before counted */
    is_number(t, row_of(t, "channel", "B"), "lead_volume", 1);
    is_number(t, row_of(t, "channel", "C"), "lead_volume", 40);
    is_number(t, total_of(t), "lead_volume", 71);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- times -------------------------------------------------------------------------- */

START_TEST(open_leads_are_censored_and_the_mean_of_the_others_says_so)
{
    /* Answered after 10, 20 and 30 minutes; two still wait. S(t): 0.8, 0.6, 0.4: the median is 30. */
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-01-01T10:00\n2,2025-01-01T10:00\n3,2025-01-01T10:00\n"
                                    "4,2025-01-01T10:00\n5,2025-01-01T10:00\n",
                                    "responses\nid,time,kind\n1,2025-01-01T10:10,human\n2,2025-01-01T10:20,call\n"
                                    "3,2025-01-01T10:30,human\n4,2025-01-01T10:01,auto\n1,2025-01-01T09:00,human\n",
                                    NULL);
    leadkpi_table *t = report_of(c, "as_of=2025-01-01T12:00:00Z; sla=15min; kpis=lead_response_time,lead_response_time:mean,"
                                    "lead_response_time:p90,response_sla_attainment,contact_rate,open_lead_age");
    is_number(t, 0, "lead_response_time", 30);
    is_number(t, 0, "lead_response_time_mean", 20);
    has_text(t, 0, "lead_response_time_mean_flags", "survivor_biased");
    is_null(t, 0, "lead_response_time_p90");
    is_text(t, 0, "lead_response_time_p90_status", "not_enough_data");
    is_number(t, 0, "response_sla_attainment", 0.2);
    is_number(t, 0, "contact_rate", 0.6);
    is_number(t, 0, "open_lead_age", 2.0 / 24);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(friday_evening_to_monday_morning_is_an_hour_of_opening_time)
{
    /* kpi catalogue, trap C13: Friday 16:30 to Monday 09:30 is 65 h on the clock, 1 h in opening hours. */
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-01-03T16:30\n",
                                    "responses\nid,time,kind\n1,2025-01-06T09:30,human\n", NULL);
    leadkpi_table *t = report_of(c, "hours=mon-fri 09:00-17:00; sla=1h; kpis=lead_response_time,"
                                    "lead_response_time:business_hours,response_sla_attainment");
    is_number(t, 0, "lead_response_time", 65 * 60);
    is_number(t, 0, "lead_response_time_business_hours", 60);
    is_number(t, 0, "response_sla_attainment", 1);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(the_cycle_of_open_deals_is_censored_and_a_deal_before_its_lead_has_none)
{
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-01-01\n2,2025-01-01\n3,2025-01-01\n4,2025-02-01\n",
                                    "stages\nid,time,stage\n1,2025-01-11,won\n2,2025-01-31,won\n4,2025-01-01,won\n", NULL);
    leadkpi_table *t = report_of(c, "as_of=2025-03-01T00:00:00Z; kpis=sales_cycle_length,sales_cycle_length:mean,new_customers");
    is_number(t, 0, "sales_cycle_length", 30);
    is_number(t, 0, "sales_cycle_length_mean", 20);
    is_number(t, 0, "new_customers", 3);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- other inputs --------------------------------------------------------------------- */

START_TEST(inputs_are_constants_and_ltv_to_cac_takes_the_cac_of_its_cell)
{
    leadkpi_campaigns *c = world_of(JUMPERS, JUMPS, "costs\ntime,cost_type,amount\n2025-01-01,media,90\n2025-01-01,commissions,10\n");
    leadkpi_table *t = report_of(c, "inputs=ltv=400,quota=2; kpis=ltv_to_cac,quota_attainment,cac_payback_months; shape=long");
    is_number(t, row_of(t, "kpi", "ltv_to_cac"), "value", 4);
    is_text(t, row_of(t, "kpi", "quota_attainment"), "status", "not_given");
    has_text(t, row_of(t, "kpi", "cac_payback_months"), "reason", "arpa");
    leadkpi_table_free(t);
    t = report_of(c, "skipped_stages=strict; inputs=ltv=400; kpis=ltv_to_cac; shape=long");
    is_text(t, 0, "status", "undefined"); /* no customer, so no cac */
    has_text(t, 0, "reason", "cac");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(the_shares_of_the_sources_add_up_to_one)
{
    leadkpi_campaigns *c = world_of(THREE_CHANNELS, NULL, NULL);
    leadkpi_table *t = report_of(c, "by=channel; kpis=lead_source_share");
    double sum = 0;
    for (size_t row = 0; row + 1 < leadkpi_table_row_count(t); row++) sum += number_at(t, row, "lead_source_share");
    ck_assert_double_eq_tol(sum, 1, 1e-15);
    is_number(t, row_of(t, "channel", "A"), "lead_source_share", 0.4);
    is_number(t, total_of(t), "lead_source_share", 1);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(velocity_looks_at_the_period_before_where_no_lead_is_zero_leads)
{
    leadkpi_campaigns *c = world_of("leads\nid,time,channel\n1,2025-01-01,A\n2,2025-02-01,A\n3,2025-02-01,A\n4,2025-02-01,B\n",
                                    "stages\nid,time,stage\n1,2025-01-02,mql\n2,2025-02-02,mql\n3,2025-02-02,sql\n4,2025-02-02,mql\n", NULL);
    leadkpi_table *t = report_of(c, "by=channel; grain=month; kpis=lead_velocity_rate,lead_velocity_rate:sql_basis");
    is_text(t, 0, "lead_velocity_rate_status", "not_given"); /* A in January: nothing is known before */
    is_number(t, 1, "lead_velocity_rate", 1);
    is_text(t, 1, "lead_velocity_rate_sql_basis_status", "undefined"); /* from 0 to 1 */
    is_text(t, 2, "lead_velocity_rate_status", "undefined"); /* B had none in January */
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(only_members_as_old_as_asked_count_when_matured)
{
    /* 1 won on day 5, 2 on day 40, 3 never, 4 is too young. */
    leadkpi_campaigns *c = world_of("leads\nid,time\n1,2025-01-01\n2,2025-01-01\n3,2025-01-01\n4,2025-03-01\n",
                                    "stages\nid,time,stage\n1,2025-01-06,won\n2,2025-02-10,won\n4,2025-03-02,won\n", NULL);
    leadkpi_table *t = report_of(c, "as_of=2025-03-05T00:00:00Z; mature_after=30d; "
                                    "kpis=cohort_conversion_rate:matured_at_t,cohort_conversion_rate:naive");
    is_number(t, 0, "cohort_conversion_rate_matured_at_t", 1.0 / 3);
    is_number(t, 0, "cohort_conversion_rate_naive", 0.75);
    has_text(t, 0, "cohort_conversion_rate_naive_flags", "immature");
    leadkpi_table_free(t);
    t = report_of(c, "kpis=cohort_conversion_rate:matured_at_t");
    is_text(t, 0, "cohort_conversion_rate_matured_at_t_status", "not_given");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* ---- lists beside the report -------------------------------------------------------------- */

static void finds(const leadkpi_table *t, const char *finding, int64_t count, const char *example)
{
    int64_t found;
    size_t row = row_of(t, "finding", finding);
    OK(leadkpi_table_get_int64(t, column_of(t, "count"), row, &found, ok_error));
    ck_assert_msg(found == count, "%s: expected %d, found %d", finding, (int)count, (int)found);
    is_text(t, row, "example", example);
}

START_TEST(what_is_odd_about_leads_and_stages_is_found)
{
    leadkpi_campaigns *c =
        defined_world("person_key=email",
                      "leads\nid,time,email,channel\n1,2025-01-02,a@x.io,A\n1,2025-01-03,a@x.io,A\n2,2025-01-04,A@x.io,A\n"
                      "3,2025-01-02,,\n4,2025-03-02,d@x.io,A\n",
                      "stages\nid,time,stage,value\n1,2025-01-01,mql,\n1,2025-01-05,mql,\n1,2025-01-04,won,\n1,2025-01-04,won,\n"
                      "3,2025-01-05,sql,\n3,2025-01-06,sal,\n9,2025-01-02,mql,\n3,2025-01-03,odd,\n3,2025-03-01,won,5\n",
                      "responses\nid,time,kind\n9,2025-01-02,human\n3,2025-01-01,human\n");
    leadkpi_table *t = table_from(leadkpi_campaigns_findings, c, "by=channel; as_of=2025-02-01T00:00:00Z");
    finds(t, "duplicate_lead_rows", 1, "1");
    finds(t, "leads_of_one_email", 1, "2");
    finds(t, "leads_without_email", 1, "3");
    finds(t, "leads_after_as_of", 1, "4");
    finds(t, "leads_without_dimension", 1, "3");
    finds(t, "open_leads", 1, "3");
    finds(t, "stage_rows_of_unknown_leads", 1, "9");
    finds(t, "stages_before_lead", 1, "1");
    finds(t, "stages_out_of_order", 1, "3");
    finds(t, "stages_skipped", 2, "1");
    finds(t, "stages_reentered", 1, "1");
    finds(t, "duplicate_stage_rows", 1, "1");
    finds(t, "unknown_stage_names", 1, "odd");
    finds(t, "stage_rows_after_as_of", 1, "3");
    finds(t, "deals_without_value", 1, "1");
    finds(t, "response_rows_of_unknown_leads", 1, "9");
    finds(t, "responses_before_lead", 1, "3");
    leadkpi_table_free(t);
    t = table_from(leadkpi_campaigns_findings, c, "from=2025-03-01");
    ck_assert(find_row(t, "finding", "duplicate_lead_rows") == NO_ROW);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(what_is_odd_about_costs_is_found)
{
    leadkpi_campaigns *c = world_of(THREE_CHANNELS,
                                    "costs\ntime,channel,amount\n2025-01-01,A,-5\n2025-01-01,,7\n2025-02-01,B,3\n", NULL);
    leadkpi_table *t = table_from(leadkpi_campaigns_findings, c, "by=channel; as_of=2025-01-31T00:00:00Z");
    finds(t, "costs_after_as_of", 1, "cost/media/campaign");
    finds(t, "costs_without_dimension", 1, "cost/media/campaign");
    finds(t, "credits", 1, "cost/media/campaign");
    finds(t, "segments_without_spend", 3, "");
    finds(t, "sales_costs_not_given", 1, "");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(the_cost_list_says_what_went_into_which_spend)
{
    leadkpi_campaigns *c = world_of("costs\ntime,cost_type,scope,amount\n2025-01-01,media,,10\n2025-01-01,media,sales,1\n"
                                    "2025-01-02,salaries,,5\n2025-02-02,salaries,,50\n2025-01-01,commissions,,3\n",
                                    NULL, NULL);
    leadkpi_table *t = table_from(leadkpi_campaigns_cost_list, c, "to=2025-02-01");
    double sums[4] = {0, 0, 0, 0};
    static const char *const measures[] = {"ad_spend", "campaign_spend", "marketing_spend", "sales_spend"};
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        for (int m = 0; m < 4; m++)
            if (strcmp(text_at(t, row, "measure"), measures[m]) == 0) sums[m] += number_at(t, row, "amount");
    ck_assert(sums[0] == 11 && sums[1] == 10 && sums[2] == 15 && sums[3] == 4);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("campaigns: reports of small worlds");
    TCase *tcase = tcase_create("golden");
    tcase_add_test(tcase, a_lead_given_twice_counts_once_by_its_earliest_row);
    tcase_add_test(tcase, one_email_address_is_one_person_and_a_blank_one_is_nobody);
    tcase_add_test(tcase, of_two_rows_at_one_time_the_lesser_by_content_counts_whichever_came_first);
    tcase_add_test(tcase, blank_unknown_and_null_are_three_segments_and_null_comes_first);
    tcase_add_test(tcase, a_skipped_stage_is_implied_or_breaks_the_path_or_does_not_matter);
    tcase_add_test(tcase, names_of_a_team_are_stages_with_trials_and_deals_without_a_decision);
    tcase_add_test(tcase, a_stage_counts_where_its_lead_came_or_where_it_was_entered);
    tcase_add_test(tcase, what_happens_after_as_of_has_not_happened);
    tcase_add_test(tcase, a_local_day_of_23_hours_takes_what_happened_in_it);
    tcase_add_test(tcase, a_rejected_lead_that_never_was_an_mql_is_no_rejected_mql);
    tcase_add_test(tcase, a_customer_may_have_several_deals_and_a_row_given_twice_is_one);
    tcase_add_test(tcase, deals_of_which_none_has_a_value_have_no_revenue_rather_than_none);
    tcase_add_test(tcase, unknown_spend_is_not_zero_spend);
    tcase_add_test(tcase, without_a_stage_row_no_stage_is_given_and_without_a_response_no_answer);
    tcase_add_test(tcase, credits_reduce_the_spend_and_conversions_keep_their_fractions);
    tcase_add_test(tcase, overhead_goes_by_spend_or_leads_or_weights_and_adds_up);
    tcase_add_test(tcase, a_sales_cost_in_another_month_means_that_this_month_has_none_given);
    tcase_add_test(tcase, visitors_of_several_days_are_bounded_and_never_added);
    tcase_add_test(tcase, two_rows_of_visitors_of_one_day_are_not_added_either);
    tcase_add_test(tcase, a_bound_that_no_data_can_reach_is_no_bound);
    tcase_add_test(tcase, a_stock_is_the_last_value_over_time_and_the_sum_over_segments);
    tcase_add_test(tcase, a_measure_that_some_segments_were_given_and_others_count_adds_up);
    tcase_add_test(tcase, open_leads_are_censored_and_the_mean_of_the_others_says_so);
    tcase_add_test(tcase, friday_evening_to_monday_morning_is_an_hour_of_opening_time);
    tcase_add_test(tcase, the_cycle_of_open_deals_is_censored_and_a_deal_before_its_lead_has_none);
    tcase_add_test(tcase, inputs_are_constants_and_ltv_to_cac_takes_the_cac_of_its_cell);
    tcase_add_test(tcase, the_shares_of_the_sources_add_up_to_one);
    tcase_add_test(tcase, velocity_looks_at_the_period_before_where_no_lead_is_zero_leads);
    tcase_add_test(tcase, only_members_as_old_as_asked_count_when_matured);
    tcase_add_test(tcase, what_is_odd_about_leads_and_stages_is_found);
    tcase_add_test(tcase, what_is_odd_about_costs_is_found);
    tcase_add_test(tcase, the_cost_list_says_what_went_into_which_spend);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
