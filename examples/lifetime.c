/* lifetime.c: from transactions to what customers are worth: histories, a model of who is still a customer, one
 * of what they spend, and a forecast for each that says why. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>

#define NUL LEADKPI_NUL_TERMINATED

static void check(leadkpi_status status, const leadkpi_error *error)
{
    if (status == LEADKPI_OK) return;
    fprintf(stderr, "%s\n", error->message);
    exit(1);
}

static leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_error error;
    leadkpi_options *options;
    check(leadkpi_options_create(NULL, schema, NUL, &options, &error), &error);
    check(leadkpi_options_parse(options, text, NUL, &error), &error);
    return options;
}

/* 400 customers: each week a chance to buy, and after a purchase one to leave; from a counter, not at random. */
enum { CUSTOMERS = 400, WEEKS = 40 };
static int64_t ids[CUSTOMERS * WEEKS], times[CUSTOMERS * WEEKS];
static double values[CUSTOMERS * WEEKS];

static size_t make_transactions(void)
{
    uint32_t state = 7;
    size_t count = 0;
    for (int64_t customer = 1; customer <= CUSTOMERS; customer++) {
        uint32_t buys = 1u << customer % 5, leaves = customer % 2 ? 3 : 40, level = 4u << customer % 3;
        for (int64_t week = customer % 8; week < WEEKS; week++) {
            state = state * 1664525 + 1013904223;
            if (week > customer % 8 && (state >> 16) % 64 >= buys) continue;
            ids[count] = customer;
            times[count] = (19723 + 7 * week) * INT64_C(86400000000); /* from 2024-01-01 */
            values[count++] = level * (1 + (double)((state >> 8) % 64) / 16);
            if ((state >> 24) % 100 < leaves && week > customer % 8) break;
        }
    }
    return count;
}

static leadkpi_lifetime *fit(const char *model, const leadkpi_table *customers)
{
    leadkpi_error error;
    leadkpi_lifetime *made;
    leadkpi_options *options = options_of("lifetime", model);
    check(leadkpi_lifetime_fit(NULL, options, customers, &made, &error), &error);
    printf("%s: %s%s%s\n", model, leadkpi_lifetime_outcome_name(leadkpi_lifetime_outcome(made)),
           error.message[0] ? ": " : "", error.message);
    leadkpi_options_free(options);
    return made;
}

static double number(const leadkpi_table *table, const char *column, size_t row)
{
    int32_t place;
    double value = 0;
    if (leadkpi_table_find_column(table, column, NUL, &place, NULL) == LEADKPI_OK)
        leadkpi_table_get_double(table, place, row, &value, NULL);
    return value;
}

static void print_forecast(const leadkpi_table *forecast)
{
    printf("%4s %6s %9s %8s %7s %7s  %s\n", "id", "alive", "purchases", "spend", "value", "missed", "why");
    for (size_t row = 0; row < 6; row++) {
        const char *flags;
        size_t length;
        int32_t place;
        leadkpi_table_find_column(forecast, "flags", NUL, &place, NULL);
        leadkpi_table_get_text(forecast, place, row, &flags, &length, NULL);
        printf("%4.0f %6.3f %9.2f %8.2f %7.2f %7.2f%s%.*s\n", number(forecast, "id", row),
               number(forecast, "probability_alive", row), number(forecast, "expected_transactions", row),
               number(forecast, "mean_spend", row), number(forecast, "lifetime_value", row),
               number(forecast, "missed_transactions", row), length ? "  " : "", (int)length, flags);
    }
}

int main(void)
{
    leadkpi_error error;
    leadkpi_table *transactions, *customers, *forecast, *parameters;
    size_t count = make_transactions();
    check(leadkpi_table_create(NULL, &transactions, &error), &error);
    check(leadkpi_table_borrow_int64(transactions, "id", NUL, ids, count, 0, NULL, &error), &error);
    check(leadkpi_table_borrow_timestamp(transactions, "time", NUL, times, count, 0, NULL, &error), &error);
    check(leadkpi_table_borrow_double(transactions, "value", NUL, values, count, 0, NULL, &error), &error);

    leadkpi_options *watch = options_of("lifetime_histories", "end=2024-10-07; unit=7d");
    check(leadkpi_lifetime_histories(NULL, transactions, watch, &customers, &error), &error);
    printf("%zu customers\n", leadkpi_table_row_count(customers));

    leadkpi_lifetime *model = fit("model=bg_nbd", customers), *spend = fit("model=gamma_gamma", customers);
    check(leadkpi_lifetime_parameters(model, 0.95, &parameters, &error), &error);
    for (size_t row = 0; row < leadkpi_table_row_count(parameters); row++)
        printf("  %.3f (%.3f to %.3f)\n", number(parameters, "value", row), number(parameters, "low", row),
               number(parameters, "high", row));

    leadkpi_options *how_far = options_of("lifetime_forecast", "horizon=52; discount=0.1; margin=0.3");
    check(leadkpi_lifetime_forecast(model, spend, customers, how_far, &forecast, &error), &error);
    print_forecast(forecast);

    leadkpi_options_free(how_far);
    leadkpi_options_free(watch);
    leadkpi_lifetime_free(model);
    leadkpi_lifetime_free(spend);
    leadkpi_table_free(parameters);
    leadkpi_table_free(forecast);
    leadkpi_table_free(customers);
    leadkpi_table_free(transactions);
    return 0;
}
