/* Identities between KPIs, over many inputs: what must hold whatever the numbers are. */
#include <math.h>
#include <stdbool.h>

#include <leadkpi.h>

#include "../support/check_main.h"

#define TURNS 500

static uint64_t random_state = 7;
static double whole(double from, double to)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return from + floor((double)(random_state >> 33) / 2147483648.0 * (to - from));
}

/* A few roundings of either side. */
static void check_same(double a, double b)
{
    ck_assert_msg(fabs(a - b) <= 1e-12 * fmax(1, fmax(fabs(a), fabs(b))), "%.17g is not %.17g", a,
                  b);
}

START_TEST(returns)
{
    for (int i = 0; i < TURNS; i++) {
        double revenue = whole(0, 1e6), cost = whole(1, 1e5), margin = whole(1, 100) / 100;
        check_same(leadkpi_return_on_investment(revenue, cost),
                   leadkpi_return_on_ad_spend(revenue, cost) - 1);
        double even = leadkpi_break_even_roas(margin);
        check_same(leadkpi_return_on_investment_gross_margin(even * cost, margin, cost), 0);
    }
}
END_TEST

START_TEST(cost_follows_the_funnel)
{
    for (int i = 0; i < TURNS; i++) {
        double impressions = whole(1e4, 1e6), clicks = whole(100, 1e4), visitors = whole(100, 1e4);
        double leads = whole(10, 100), mqls = whole(5, 10), customers = whole(1, 5),
               spend = whole(1, 1e5);
        double cpl = leadkpi_cost_per_lead(spend, leads),
               cpc = leadkpi_cost_per_click(spend, clicks);
        check_same(leads, visitors * leadkpi_visitor_to_lead_rate(leads, visitors));
        check_same(cpl, cpc / (leads / clicks));
        check_same(cpc, leadkpi_cost_per_mille(spend, impressions) /
                            (1000 * leadkpi_ad_click_through_rate(clicks, impressions)));
        check_same(leadkpi_cost_per_mql(spend, mqls), cpl / leadkpi_lead_to_mql_rate(mqls, leads));
        check_same(leadkpi_customer_acquisition_cost(spend, 0, customers),
                   cpl / leadkpi_lead_to_customer_rate(customers, leads));
        check_same(leadkpi_leads_per_conversion(leads, customers),
                   1 / leadkpi_lead_to_customer_rate(customers, leads));
    }
}
END_TEST

START_TEST(rates_chain)
{
    for (int i = 0; i < TURNS; i++) {
        double sent = whole(1000, 1e6), opens = whole(100, 1000), clicks = whole(1, 100);
        double mqls = whole(100, 1000), sals = whole(50, 100), sqls = whole(1, 50);
        check_same(leadkpi_email_click_rate(clicks, sent),
                   leadkpi_email_open_rate(opens, sent) *
                       leadkpi_email_click_to_open_rate(clicks, opens));
        check_same(leadkpi_mql_to_sql_rate(sqls, mqls),
                   leadkpi_mql_to_sal_rate(sals, mqls) * leadkpi_sal_to_sql_rate(sqls, sals));
        double rates[] = {sals / mqls, sqls / sals};
        check_same(leadkpi_cumulative_funnel_rate(rates, 2), leadkpi_mql_to_sql_rate(sqls, mqls));
        check_same(leadkpi_qualified_lead_rate(sals, mqls) * leadkpi_lead_volume(mqls), sals);
    }
}
END_TEST

START_TEST(lifetime_value_payback_and_cac)
{
    for (int i = 0; i < TURNS; i++) {
        double arpa = whole(1, 1000), churn = whole(1, 99) / 100, cac = whole(1, 1e4),
               margin = whole(1, 99) / 100;
        double revenue = leadkpi_customer_lifetime_value_revenue_churn(arpa, churn);
        check_same(revenue, arpa * leadkpi_customer_lifetime(churn));
        double ratio =
            leadkpi_ltv_to_cac(leadkpi_customer_lifetime_value(arpa, margin, churn), cac);
        check_same(ratio, leadkpi_ltv_to_cac_margin_basis(arpa, margin, churn, cac));
        check_same(ratio, 1 / (churn * leadkpi_cac_payback_months(cac, arpa, margin)));
        check_same(leadkpi_cac_payback_months_revenue_basis(cac, arpa) * churn *
                       leadkpi_ltv_to_cac(revenue, cac),
                   1);
        double allowed = leadkpi_allowable_cost_per_lead(revenue, 3, 0.25);
        check_same(leadkpi_ltv_to_cac(revenue, allowed / 0.25), 3);
    }
}
END_TEST

START_TEST(recurring_revenue_moves_add_up)
{
    for (int i = 0; i < TURNS; i++) {
        double start = whole(1e5, 1e6), grown = whole(0, 1e5), shrunk = whole(0, 1e4),
               gone = whole(0, 1e4);
        double fresh = whole(0, 1e5), back = whole(0, 1e4), burn = whole(1, 1e6),
               arr = whole(1, 1e6);
        double kept = leadkpi_gross_revenue_retention(start, shrunk, gone);
        check_same(leadkpi_net_revenue_retention(start, grown, shrunk, gone),
                   kept + leadkpi_expansion_rate(grown, start));
        check_same(leadkpi_gross_revenue_churn_rate(shrunk, gone, start), 1 - kept);
        check_same(leadkpi_annual_recurring_revenue(start),
                   12 * leadkpi_monthly_recurring_revenue(start));
        double net = leadkpi_net_new_mrr(fresh, grown, back, shrunk, gone);
        check_same(start + net, start + fresh + grown + back - shrunk - gone);
        check_same(leadkpi_mrr_growth_rate(fresh, grown, back, shrunk, gone, start), net / start);
        check_same(leadkpi_burn_multiple(burn, arr),
                   1 / leadkpi_burn_multiple_efficiency_score(burn, arr));
    }
}
END_TEST

START_TEST(parts_of_a_whole_sum_to_one)
{
    for (int i = 0; i < TURNS; i++) {
        double won = whole(1, 100), lost = whole(0, 100), undecided = whole(0, 100),
               total = won + lost + undecided;
        check_same(leadkpi_win_rate(won, lost, undecided) + lost / total +
                       leadkpi_no_decision_rate(won, lost, undecided),
                   1);
        check_same(leadkpi_lead_source_share(won, total) + leadkpi_lead_source_share(lost, total) +
                       leadkpi_lead_source_share(undecided, total),
                   1);
        check_same(leadkpi_pipeline_coverage_required(0.25), 4);
        double sources[] = {won, lost, undecided};
        check_same(leadkpi_source_concentration(sources, 3) *
                       leadkpi_source_concentration_effective_sources(sources, 3),
                   1);
    }
}
END_TEST

START_TEST(velocity_is_the_weighted_value_of_equal_deals_over_the_cycle)
{
    double values[20], chances[20];
    for (int i = 0; i < 20; i++) values[i] = 5000, chances[i] = 0.25;
    check_same(leadkpi_pipeline_velocity(20, 0.25, 5000, 40),
               leadkpi_weighted_pipeline(values, 20, chances, 20) / 40);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI identities");
    TCase *tcase = tcase_create("identities");
    tcase_add_test(tcase, returns);
    tcase_add_test(tcase, cost_follows_the_funnel);
    tcase_add_test(tcase, rates_chain);
    tcase_add_test(tcase, lifetime_value_payback_and_cac);
    tcase_add_test(tcase, recurring_revenue_moves_add_up);
    tcase_add_test(tcase, parts_of_a_whole_sum_to_one);
    tcase_add_test(tcase, velocity_is_the_weighted_value_of_equal_deals_over_the_cycle);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
