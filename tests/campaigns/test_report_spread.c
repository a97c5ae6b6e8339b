/* Money in a report has an interval from the deals behind it, without anybody giving a dispersion.
 * Golden ends are from 30-digit arithmetic (mpmath 1.3) by the formulas beside them. */
#include "../support/check_main.h"
#include "report.h"

/* Lead 1 has two deals, in two months; 4 and 5 none. */
#define LEADS_TEXT                                                                                 \
    "leads\nid,time,channel\n1,2025-01-02,Ads\n2,2025-01-03,Ads\n3,2025-01-04,Ads\n"               \
    "4,2025-01-04,Ads\n5,2025-01-05,Ads\n6,2025-01-05,Events\n"
#define STAGES_TEXT                                                                                \
    "stages\nid,time,stage,value\n1,2025-01-10,won,100\n1,2025-02-20,won,200\n"                    \
    "2,2025-01-12,won,400\n1,2025-01-05,opportunity,500\n6,2025-01-07,won,50\n"
#define COSTS_TEXT "costs\ntime,channel,amount\n2025-01-01,Ads,350\n2025-01-01,Events,20\n"

static leadkpi_campaigns *deals(void)
{
    return world_of(LEADS_TEXT, STAGES_TEXT, COSTS_TEXT);
}

static void is_close(const leadkpi_table *t, size_t row, const char *column, double expected)
{
    double found = number_at(t, row, column);
    ck_assert_msg(fabs(found - expected) <= 1e-11 * (1 + fabs(expected)),
                  "%s: expected %.17g, found %.17g", column, expected, found);
}

START_TEST(revenue_is_as_sure_as_its_deals_let_it_be)
{
    leadkpi_campaigns *c = deals();
    leadkpi_table *t = report_of(c, "by=channel; kpis=closed_won_revenue,return_on_investment,"
                                    "pipeline_created,average_deal_size,revenue_per_lead");
    size_t ads = row_of(t, "channel", "Ads");
    /* 700 * exp(-+ z sqrt(100^2 + 200^2 + 400^2) / 700) */
    is_close(t, ads, "closed_won_revenue_low", 194.024165959839632785741634373);
    is_close(t, ads, "closed_won_revenue_high", 2525.45860757068449434514410669);
    is_close(t, ads, "return_on_investment_low", 194.024165959839632785741634373 / 350 - 1);
    is_close(t, ads, "return_on_investment_high", 2525.45860757068449434514410669 / 350 - 1);
    /* Of one deal: 500 * exp(-+ z) */
    is_close(t, ads, "pipeline_created_high", 500 * exp(1.959963984540054));
    /* t.test(c(100, 200, 400)): three deals */
    is_close(t, ads, "average_deal_size_low", -146.124970026342788497082356273);
    is_close(t, ads, "average_deal_size_high", 612.791636693009474111555309875);
    /* t.test(c(300, 400, 0, 0, 0)): five leads, whose deals are theirs together */
    is_close(t, ads, "revenue_per_lead_low", -102.044872716906801395551802514);
    is_close(t, ads, "revenue_per_lead_high", 382.044872716906801395551802514);
    is_text(t, ads, "closed_won_revenue_flags", "approximate");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(the_total_has_the_spread_of_all_segments)
{
    leadkpi_campaigns *c = deals();
    leadkpi_table *by = report_of(c, "by=channel; kpis=closed_won_revenue,revenue_per_lead");
    leadkpi_table *all = report_of(c, "kpis=closed_won_revenue,revenue_per_lead");
    is_close(by, total_of(by), "closed_won_revenue_low", 750 * exp(-1.959963984540054 * sqrt(212500) / 750));
    is_number(by, total_of(by), "revenue_per_lead_high", number_at(all, 0, "revenue_per_lead_high"));
    leadkpi_table_free(by);
    leadkpi_table_free(all);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(on_period_basis_revenue_per_lead_rests_on_deals_of_whichever_leads)
{
    leadkpi_campaigns *c = deals();
    leadkpi_table *t = report_of(c, "grain=month; basis=period; kpis=revenue_per_lead,closed_won_revenue");
    size_t january = row_of(t, "period", "2025-01");
    /* 550 over six leads; the deals 100, 400 and 50 came at random: 550 -+ z sqrt(172500) */
    double half = 1.959963984540054 * sqrt(172500);
    is_close(t, january, "revenue_per_lead_low", (550 - half) / 6);
    is_close(t, january, "revenue_per_lead_high", (550 + half) / 6);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(one_deal_says_nothing_of_how_deals_differ_and_the_reason_says_so)
{
    leadkpi_campaigns *c = deals();
    leadkpi_table *t = report_of(c, "by=channel; shape=long; kpis=average_deal_size; totals=false");
    size_t events = row_of(t, "channel", "Events");
    is_number(t, events, "value", 50);
    is_null(t, events, "low");
    is_number(t, events, "n", 1);
    has_text(t, events, "reason", "too little data");
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_sum_that_was_handed_in_says_nothing_of_its_deals)
{
    leadkpi_campaigns *c = world_of(LEADS_TEXT, STAGES_TEXT,
                                    "measures\ntime,channel,won_value\n2025-01-03,Ads,1000\n");
    leadkpi_table *t = report_of(c, "by=channel; shape=long; kpis=closed_won_revenue; totals=false");
    size_t ads = row_of(t, "channel", "Ads");
    is_number(t, ads, "value", 1000);
    is_null(t, ads, "low");
    has_text(t, ads, "reason", "squared deal values");
    is_null(t, ads, "high");
    ck_assert(!isnan(number_at(t, row_of(t, "channel", "Events"), "low")));
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(a_kpi_of_kpis_carries_their_intervals_over)
{
    leadkpi_campaigns *c = deals();
    leadkpi_table *t = report_of(c, "by=channel; inputs=ltv=3000; kpis=ltv_to_cac,customer_acquisition_cost");
    size_t ads = row_of(t, "channel", "Ads");
    is_close(t, ads, "ltv_to_cac_low", 3000 / number_at(t, ads, "customer_acquisition_cost_high"));
    is_close(t, ads, "ltv_to_cac_high", 3000 / number_at(t, ads, "customer_acquisition_cost_low"));
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(values_at_the_end_of_the_range_have_an_interval_too)
{
    leadkpi_campaigns *c = world_of("leads\nid,time,channel\n1,2025-01-02,Ads\n2,2025-01-02,Ads\n",
                                    "stages\nid,time,stage,value\n1,2025-01-10,won,9e18\n"
                                    "2,2025-01-11,won,0.01\n", NULL);
    leadkpi_table *t = report_of(c, "kpis=closed_won_revenue,average_deal_size");
    is_close(t, 0, "closed_won_revenue_high", 9e18 * exp(1.959963984540054));
    ck_assert(isfinite(number_at(t, 0, "average_deal_size_low")));
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
}
END_TEST

/* Money whose double sums depend on the order: the spread may not. */
START_TEST(rows_in_any_order_give_the_same_bits)
{
    static const char *const options[] = {"by=channel; kpis=closed_won_revenue,average_deal_size,"
                                          "revenue_per_lead,return_on_investment",
                                          "grain=day; basis=period; kpis=closed_won_revenue,"
                                          "average_deal_size,revenue_per_lead,pipeline_created"};
    world *w = malloc(sizeof *w);
    char *first[2] = {NULL, NULL};
    draw_world(w, 77, 120, 0);
    for (int run = 0; run < 4; run++) {
        leadkpi_campaigns *c = campaigns_with(NULL);
        add_world(c, w, run % 2);
        for (int i = 0; i < 2; i++) {
            leadkpi_table *t = report_of(c, options[i]);
            char *text = print_table(t);
            if (run == 0) {
                first[i] = text;
            } else {
                ck_assert_str_eq(text, first[i]);
                free(text);
            }
            leadkpi_table_free(t);
        }
        leadkpi_campaigns_free(c);
        shuffle_world(w, (uint64_t)run + 5);
    }
    free(first[0]);
    free(first[1]);
    free(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_spread");
    TCase *t = tcase_create("spread");
    tcase_add_test(t, revenue_is_as_sure_as_its_deals_let_it_be);
    tcase_add_test(t, the_total_has_the_spread_of_all_segments);
    tcase_add_test(t, on_period_basis_revenue_per_lead_rests_on_deals_of_whichever_leads);
    tcase_add_test(t, one_deal_says_nothing_of_how_deals_differ_and_the_reason_says_so);
    tcase_add_test(t, a_sum_that_was_handed_in_says_nothing_of_its_deals);
    tcase_add_test(t, a_kpi_of_kpis_carries_their_intervals_over);
    tcase_add_test(t, values_at_the_end_of_the_range_have_an_interval_too);
    tcase_add_test(t, rows_in_any_order_give_the_same_bits);
    suite_add_tcase(suite, t);
    return lk_test_run(suite);
}
