/* customers.h: customers and contracts for tests, and short ways to fit and to read. */
#ifndef LK_TEST_LIFETIME_CUSTOMERS_H
#define LK_TEST_LIFETIME_CUSTOMERS_H

#include <check.h>
#include <leadkpi/lifetime.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/ok.h"
#include "../support/random.h"

#define NUL LEADKPI_NUL_TERMINATED
enum { CUSTOMERS_MAX = 30000 };

typedef struct crowd {
    double frequency[CUSTOMERS_MAX], recency[CUSTOMERS_MAX], age[CUSTOMERS_MAX], value[CUSTOMERS_MAX];
    size_t count;
} crowd;

/* 300 customers, as customers() of make_golden.py: each week a chance in 64 to buy, then to leave. */
static inline void draw_customers(crowd *c)
{
    uint64_t state = 1;
    c->count = 300;
    for (size_t i = 0; i < c->count; i++) {
        uint64_t age = 20 + lk_test_random(&state) % 20, buys = UINT64_C(1) << lk_test_random(&state) % 5;
        uint64_t leaves = UINT64_C(1) << 5 * (lk_test_random(&state) % 2), level = UINT64_C(8) << lk_test_random(&state) % 4;
        uint64_t x = 0, last = 0, spent = 0;
        for (uint64_t week = 1; week <= age; week++) {
            if (lk_test_random(&state) % 64 >= buys) continue;
            x++, last = week;
            spent += level * (4 + lk_test_random(&state) % 32);
            spent += level * (lk_test_random(&state) % 32);
            if (lk_test_random(&state) % 64 < leaves) break;
        }
        c->frequency[i] = (double)x;
        c->recency[i] = (double)last;
        c->age[i] = (double)age;
        c->value[i] = x ? (double)spent / (32 * (double)x) : 0;
    }
}

/* Borrows the crowd's arrays. */
static inline leadkpi_table *table_of(const crowd *c)
{
    leadkpi_table *table;
    OK(leadkpi_table_create(NULL, &table, ok_error));
    OK(leadkpi_table_borrow_double(table, "frequency", NUL, c->frequency, c->count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "recency", NUL, c->recency, c->count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "T", NUL, c->age, c->count, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_double(table, "monetary_value", NUL, c->value, c->count, 0, NULL, ok_error));
    return table;
}

static inline leadkpi_options *options_of(const char *schema, const char *text)
{
    leadkpi_options *options;
    OK(leadkpi_options_create(NULL, schema, NUL, &options, ok_error));
    OK(leadkpi_options_parse(options, text, NUL, ok_error));
    return options;
}

static inline leadkpi_options *model_named(const char *model)
{
    char text[64];
    snprintf(text, sizeof text, "model=%s", model);
    return options_of("lifetime", text);
}

static inline leadkpi_lifetime *fitted(const char *model, const leadkpi_table *data)
{
    leadkpi_lifetime *made;
    leadkpi_options *definition = model_named(model);
    OK(leadkpi_lifetime_fit(NULL, definition, data, &made, ok_error));
    leadkpi_options_free(definition);
    return made;
}

static inline leadkpi_lifetime *given(const char *text)
{
    leadkpi_lifetime *made;
    leadkpi_options *definition = options_of("lifetime", text);
    OK(leadkpi_lifetime_create(NULL, definition, &made, ok_error));
    leadkpi_options_free(definition);
    return made;
}

static inline double cell(const leadkpi_table *table, const char *column, size_t row)
{
    int32_t place;
    double value;
    OK(leadkpi_table_find_column(table, column, NUL, &place, ok_error));
    OK(leadkpi_table_get_double(table, place, row, &value, ok_error));
    return value;
}

static inline void text_cell(const leadkpi_table *table, const char *column, size_t row, char out[100])
{
    int32_t place;
    const char *text;
    size_t length;
    OK(leadkpi_table_find_column(table, column, NUL, &place, ok_error));
    OK(leadkpi_table_get_text(table, place, row, &text, &length, ok_error));
    ck_assert_uint_lt(length, 100);
    memcpy(out, text ? text : "(null)", text ? length : 7);
    out[text ? length : 6] = '\0';
}

static inline double parameter(const leadkpi_lifetime *model, const char *column, size_t row)
{
    leadkpi_table *table;
    OK(leadkpi_lifetime_parameters(model, 0.95, &table, ok_error));
    double value = cell(table, column, row);
    leadkpi_table_free(table);
    return value;
}

static inline double log_likelihood(const leadkpi_lifetime *model)
{
    leadkpi_table *table;
    OK(leadkpi_lifetime_summary(model, &table, ok_error));
    double value = cell(table, "log_likelihood", 0);
    leadkpi_table_free(table);
    return value;
}

static inline void agree(double found, double expected, double tolerance, const char *what)
{
    ck_assert_msg(fabs(found - expected) <= tolerance * fabs(expected), "%s: expected %.17g, found %.17g (off %g)",
                  what, expected, found, fabs(found / expected - 1));
}

#endif
