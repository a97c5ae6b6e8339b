/* lifetime_value.c: from leads to what their channels are worth in the end. Leads, what became of them, payments
 * and costs go in. Out come, by channel: how many leads are won, what they have paid, what they are going to
 * pay by a fitted model, and in which month the channel has paid for itself. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>

#define NUL LEADKPI_NUL_TERMINATED
#define DAY INT64_C(86400000000)       /* in microseconds */
#define JANUARY (INT64_C(19723) * DAY) /* 2024-01-01 */
enum { LEADS = 600, WEEKS = 52, PAYMENTS = LEADS * WEEKS, CHANNELS = 3 };

static leadkpi_error error;
static void check(leadkpi_status status)
{
    if (status == LEADKPI_OK) return;
    fprintf(stderr, "%s\n", error.message);
    exit(1);
}

static const char *const channel_names[CHANNELS] = {"Events", "Paid Search", "Referral"};
static int64_t lead_ids[LEADS], lead_times[LEADS], outcome_times[LEADS];
static const char *channels[LEADS], *outcomes[LEADS];
static int64_t payer_ids[PAYMENTS], payment_times[PAYMENTS], cents[PAYMENTS];
static size_t payment_count;

static uint32_t draw(void) /* from a counter, not at random: the same everywhere */
{
    static uint32_t state = 7;
    state = state * 1664525 + 1013904223;
    return state >> 16;
}

/* Referred customers buy seldom and stay; those of Paid Search come for one order and some never leave. */
static void pay(int64_t id, int channel, int64_t since)
{
    uint32_t chance = (channel == 1 ? 1u : 4u) << draw() % 4, leaves = draw() % 3 ? 1 : 24, level = 20 + draw() % 60;
    for (int week = 0; since + week * 7 * DAY < JANUARY + WEEKS * 7 * DAY; week++) {
        if (week && draw() % 64 >= chance) continue;
        payer_ids[payment_count] = id;
        payment_times[payment_count] = since + week * 7 * DAY;
        cents[payment_count++] = (int64_t)(level * (50 + draw() % 100));
        if (draw() % 64 < leaves) break;
    }
}

static void make_up(void)
{
    for (int i = 0; i < LEADS; i++) {
        int channel = i % CHANNELS, won = (int)(draw() % 8) < channel + 2;
        lead_ids[i] = i + 1;
        channels[i] = channel_names[channel];
        lead_times[i] = JANUARY + (int64_t)(draw() % 90) * DAY;
        outcomes[i] = won ? "won" : "lost";
        outcome_times[i] = lead_times[i] + (int64_t)(7 + draw() % 30) * DAY;
        if (won) pay(lead_ids[i], channel, outcome_times[i]);
    }
}

static leadkpi_table *table_of(const int64_t *ids, const int64_t *times, size_t count)
{
    leadkpi_table *table;
    check(leadkpi_table_create(NULL, &table, &error));
    check(leadkpi_table_borrow_int64(table, "id", NUL, ids, count, 0, NULL, &error));
    check(leadkpi_table_borrow_timestamp(table, "time", NUL, times, count, 0, NULL, &error));
    return table;
}

static leadkpi_cohorts *collect(void)
{
    leadkpi_cohorts *cohorts;
    leadkpi_table *leads = table_of(lead_ids, lead_times, LEADS), *ends = table_of(lead_ids, outcome_times, LEADS);
    leadkpi_table *payments = table_of(payer_ids, payment_times, payment_count);
    check(leadkpi_cohorts_create(NULL, NULL, &cohorts, &error));
    check(leadkpi_table_copy_strings(leads, "channel", NUL, channels, LEADS, &error));
    check(leadkpi_cohorts_add_acquisitions(cohorts, leads, NULL, 0, &error));
    check(leadkpi_table_copy_strings(ends, "outcome", NUL, outcomes, LEADS, &error));
    check(leadkpi_cohorts_add_outcomes(cohorts, ends, NULL, 0, &error));
    check(leadkpi_table_borrow_decimal(payments, "amount", NUL, cents, 2, payment_count, 0, NULL, &error));
    check(leadkpi_cohorts_add_revenue(cohorts, payments, NULL, 0, &error));
    leadkpi_table_free(leads), leadkpi_table_free(ends), leadkpi_table_free(payments);
    return cohorts;
}

/* The table that leadkpi_campaigns_add_costs takes, with a credit, and with a channel that brought nobody. */
static leadkpi_table *costs(void)
{
    static const double amounts[] = {20000, 9000, -500, 3000, 1500};
    static const int64_t times[] = {JANUARY, JANUARY, JANUARY + 40 * DAY, JANUARY, JANUARY};
    static const char *const names[] = {"Events", "Paid Search", "Paid Search", "Referral", "Radio"};
    leadkpi_table *table;
    check(leadkpi_table_create(NULL, &table, &error));
    check(leadkpi_table_borrow_timestamp(table, "time", NUL, times, 5, 0, NULL, &error));
    check(leadkpi_table_borrow_double(table, "amount", NUL, amounts, 5, 0, NULL, &error));
    check(leadkpi_table_copy_strings(table, "channel", NUL, names, 5, &error));
    return table;
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    check(leadkpi_options_create(NULL, schema, NUL, &options, &error));
    check(leadkpi_options_parse(options, text, NUL, &error));
    return options;
}

/* A fit says how it ended, and never less. */
static leadkpi_lifetime *fit(const char *text, const leadkpi_table *histories)
{
    leadkpi_lifetime *model;
    leadkpi_options *options = options_of("lifetime", text);
    check(leadkpi_lifetime_fit(NULL, options, histories, &model, &error));
    printf("%s: %s\n", text, leadkpi_lifetime_outcome_name(leadkpi_lifetime_outcome(model)));
    leadkpi_options_free(options);
    return model;
}

static double number(const leadkpi_table *table, const char *name, size_t row)
{
    int32_t column;
    double value;
    check(leadkpi_table_find_column(table, name, NUL, &column, &error));
    check(leadkpi_table_get_double(table, column, row, &value, &error));
    return value;
}

static void print(const leadkpi_table *t)
{
    printf("%-12s %5s %6s %5s %8s %8s  %-14s %6s %11s %7s\n", "channel", "leads", "buyers", "alive", "so far",
           "to come", "in the end", "cost", "value/cost", "payback");
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        const char *name;
        size_t length;
        double months = number(t, "payback_months", row);
        check(leadkpi_table_get_text(t, 1, row, &name, &length, &error));
        printf("%-12.*s %5.0f %6.0f %5.0f %8.2f %8.2f  %3.0f (%.0f to %.0f) %6.2f %3.1f (%.1f-%.1f)", name ? (int)length : 3,
               name ? name : "all", number(t, "customers", row), number(t, "buyers", row), number(t, "alive", row),
               number(t, "to_date_value", row), number(t, "residual_value", row), number(t, "lifetime_value", row),
               number(t, "lifetime_value_low", row), number(t, "lifetime_value_high", row), number(t, "cac", row),
               number(t, "value_to_cac", row), number(t, "value_to_cac_low", row), number(t, "value_to_cac_high", row));
        if (months >= 0) printf(" %7.0f\n", months);
        else printf(" %7s\n", "never");
    }
}

int main(void)
{
    make_up();
    leadkpi_cohorts *cohorts = collect();
    leadkpi_table *histories, *report, *spend = costs();
    leadkpi_options *watch = options_of("cohorts_histories", "as_of=2024-12-31; by=channel");
    check(leadkpi_cohorts_histories(cohorts, watch, &histories, &error));
    leadkpi_lifetime *model = fit("model=bg_nbd", histories), *spend_model = fit("model=gamma_gamma", histories);
    leadkpi_options *how = options_of("cohorts_lifetime_value",
                                      "as_of=2024-12-31; by=channel; months=36; discount=0.1; margin=0.4");
    check(leadkpi_cohorts_lifetime_value(cohorts, model, spend_model, spend, how, &report, &error));
    printf("\nOf one lead, at 40 %% margin, three years ahead at 10 %%:\n");
    print(report);
    leadkpi_table_free(report), leadkpi_table_free(histories), leadkpi_table_free(spend);
    leadkpi_lifetime_free(model), leadkpi_lifetime_free(spend_model);
    leadkpi_options_free(watch), leadkpi_options_free(how);
    leadkpi_cohorts_free(cohorts);
    return 0;
}
