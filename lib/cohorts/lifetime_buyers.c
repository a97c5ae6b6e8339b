/* lifetime_buyers.c: what is expected of who buys when he pleases: BG/NBD and its like, and gamma-gamma. */
#include "cohorts/lifetime_value.h"

static leadkpi_status open_buyers(lk_outlooks *all, lk_customer_seen seen, leadkpi_error *error)
{
    if (all->model->kind == LK_MODEL_PARETO_NBD) lk_pareto_rules_init(&all->rules);
    LK_TRY(lk_buyers_open(all->view, LK_OUTLOOK_RULE, seen, all, &all->buyers, error));
    all->people = all->buyers.count;
    lk_outlook_set_month(all, LK_MONTH_MICROSECONDS / (double)all->buyers.rule.unit);
    return LEADKPI_OK;
}

static void close_buyers(lk_outlooks *all)
{
    lk_buyers_close(all->view, &all->buyers);
}

static uint32_t segment_of(const lk_outlooks *all, size_t person)
{
    return all->buyers.items[person].segment;
}

/* What a refund took does not go below nothing. */
static lk_model_row row_of(const lk_buyer *buyer)
{
    lk_model_row row = buyer->row;
    row.value = row.value > 0 ? row.value : 0;
    return row;
}

/* Margin of a transaction of this buyer, as expected. */
static double margin_under(const lk_outlooks *all, const leadkpi_lifetime *spend_model, const lk_model_row *row)
{
    return all->margin * lk_mean_spend(spend_model->parameters, row);
}

static double discounted(const lk_outlooks *all, const lk_prospect *prospect)
{
    double horizon = all->months ? (double)all->months * all->month : INFINITY;
    return lk_prospect_discounted(prospect, horizon, all->interest);
}

static lk_expectation expect(const lk_outlooks *all, size_t person)
{
    const lk_buyer *buyer = &all->buyers.items[person];
    lk_model_row row = row_of(buyer);
    lk_prospect prospect = lk_prospect_of(all->model, &all->rules, &row);
    lk_expectation e = {buyer->paid * all->margin, prospect.alive, NAN, 0};
    if (all->months) e.transactions = lk_prospect_expected(&prospect, (double)all->months * all->month);
    e.residual = margin_under(all, all->spend_model, &row) * discounted(all, &prospect);
    return e;
}

static void add_slopes(const lk_outlooks *all, size_t person, double slopes[LK_OUTLOOK_SLOPES])
{
    lk_model_row row = row_of(&all->buyers.items[person]);
    const leadkpi_lifetime *models[] = {all->model, all->spend_model};
    lk_prospect now = lk_prospect_of(all->model, &all->rules, &row);
    double transactions = discounted(all, &now), margin = margin_under(all, all->spend_model, &row);
    for (int i = 0; i < LK_OUTLOOK_SLOPES; i++) {
        bool is_spend = i >= LK_MODEL_PARAMETERS_MAX;
        int place = i % LK_MODEL_PARAMETERS_MAX;
        double ends[2] = {0, 0};
        if (!lk_outlook_is_free(models[is_spend], place)) continue;
        for (int end = 0; end < 2; end++) {
            double factor = exp(end ? LK_OUTLOOK_STEP : -LK_OUTLOOK_STEP);
            leadkpi_lifetime other = lk_outlook_moved(models[is_spend], place, factor);
            if (is_spend) {
                ends[end] = margin_under(all, &other, &row) * transactions;
            } else {
                lk_prospect prospect = lk_prospect_of(&other, &all->rules, &row);
                ends[end] = margin * discounted(all, &prospect);
            }
        }
        slopes[i] += (ends[1] - ends[0]) / (2 * LK_OUTLOOK_STEP);
    }
}

static void by_months(const lk_outlooks *all, size_t person, const int32_t months[2], double margin[2])
{
    lk_model_row row = row_of(&all->buyers.items[person]);
    lk_prospect prospect = lk_prospect_of(all->model, &all->rules, &row);
    double spend = margin_under(all, all->spend_model, &row);
    for (int i = 0; i < 2; i++)
        margin[i] = spend * (months[i] > 0 ? lk_prospect_expected(&prospect, months[i] * all->month) : 0);
}

const lk_outlook_way lk_outlook_of_buyers = {open_buyers, close_buyers, segment_of, expect, add_slopes, by_months};
