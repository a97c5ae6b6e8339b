#include "../support/check_main.h"
#include "../support/fault.h"
#include "report.h"

#define DAY_ZERO INT64_C(1735689600000000) /* 2025-01-01, where the random worlds begin */

/* Every KPI of the catalogue in one option. */
static void all_kpis(char *out, size_t capacity, const char *before)
{
    size_t length = (size_t)snprintf(out, capacity, "%s; kpis=", before);
    int32_t kpi;
    for (int32_t i = 0; (kpi = leadkpi_kpi_at(i)) != -1; i++)
        length += (size_t)snprintf(out + length, capacity - length, "%s%s", i ? "," : "",
                                   leadkpi_kpi_property(kpi, "name", NUL));
    ck_assert(length < capacity);
}

static char options_text[1 << 15];

/* ---- the same rows, the same bits --------------------------------------------------- */

static const char *const shapes[] = {
    "by=channel; grain=day; overhead=spend; as_of=2025-01-07T00:00:00Z",
    "by=region,channel; shape=long; basis=period; skipped_stages=any; sla=1d",
    "by=channel; grain=week; overhead=leads; skipped_stages=strict; mature_after=3d; from=2025-01-02",
};

static char *reports_of(const leadkpi_campaigns *campaigns, int shape)
{
    char *parts[3];
    leadkpi_table *tables[3];
    all_kpis(options_text, sizeof options_text, shapes[shape]);
    tables[0] = report_of(campaigns, options_text);
    tables[1] = table_from(leadkpi_campaigns_findings, campaigns, shapes[shape]);
    tables[2] = table_from(leadkpi_campaigns_cost_list, campaigns, shapes[shape]);
    for (int i = 0; i < 3; i++) {
        parts[i] = print_table(tables[i]);
        leadkpi_table_free(tables[i]);
    }
    char *all = malloc(strlen(parts[0]) + strlen(parts[1]) + strlen(parts[2]) + 3);
    sprintf(all, "%s\n%s\n%s", parts[0], parts[1], parts[2]);
    for (int i = 0; i < 3; i++) free(parts[i]);
    return all;
}

static void same_reports(const leadkpi_campaigns *campaigns, char *const *expected, const char *what)
{
    for (int shape = 0; shape < 3; shape++) {
        char *found = reports_of(campaigns, shape);
        size_t at = 0;
        while (found[at] && found[at] == expected[shape][at]) at++;
        ck_assert_msg(found[at] == expected[shape][at], "%s: report %d differs: \"%.60s\", expected \"%.60s\"",
                      what, shape, found + at, expected[shape] + at);
        free(found);
    }
}

static const char *const definitions[] = {"person_key=id", "person_key=email"};

START_TEST(a_report_does_not_show_in_which_order_or_parts_rows_came)
{
    world *w = malloc(sizeof *w);
    char *expected[3];
    draw_world(w, (uint64_t)_i + 1, 150, _i % 3 == 0);
    const char *definition = definitions[_i % 2];
    leadkpi_campaigns *whole = campaigns_with(definition);
    add_world(whole, w, 0);
    for (int shape = 0; shape < 3; shape++) expected[shape] = reports_of(whole, shape);

    blob b = state_of(whole);
    leadkpi_campaigns *again = campaigns_of(b);
    same_reports(again, expected, "read back");
    leadkpi_campaigns_free(again);
    free(b.bytes);

    shuffle_world(w, (uint64_t)_i + 7);
    leadkpi_campaigns *shuffled = campaigns_with(definition);
    add_world(shuffled, w, 1);
    same_reports(shuffled, expected, "another order");
    leadkpi_campaigns_free(shuffled);

    leadkpi_campaigns *parts[3];
    for (int p = 0; p < 3; p++) {
        parts[p] = campaigns_with(definition);
        for (int kind = KIND_COUNT; kind-- > 0;)
            OK(add_range(parts[p], w, kind, (size_t)p * 50, (size_t)p * 50 + 50, p, NULL, ok_error));
    }
    OK(leadkpi_campaigns_merge(parts[2], parts[0], ok_error));
    OK(leadkpi_campaigns_merge(parts[2], parts[1], ok_error));
    same_reports(parts[2], expected, "merged shards");
    for (int p = 0; p < 3; p++) leadkpi_campaigns_free(parts[p]);
    for (int shape = 0; shape < 3; shape++) free(expected[shape]);
    leadkpi_campaigns_free(whole);
    free(w);
}
END_TEST

/* ---- a second way to count, slow and plain -------------------------------------------- */

enum { MQL = 1, SAL, SQL, OPPORTUNITY, WON, STAGES_OF_PATH };
#define NEVER INT64_MAX

static int stage_of(const char *name)
{
    if (strcmp(name, "mql") == 0) return MQL;
    if (strcmp(name, "Sales Qualified") == 0) return SQL;
    if (strcmp(name, "Closed Won") == 0) return WON;
    return -1;
}

static int compare_texts(const char *a, const char *b)
{
    if (!a || !b) return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

/* Dimensions in the order of their names: campaign, channel, region. */
static int goes_before(const world_row *a, const world_row *b)
{
    static const int order[] = {1, 0, 2};
    if (a->time != b->time) return a->time < b->time;
    for (int i = 0; i < 3; i++) {
        int c = compare_texts(a->texts[order[i]], b->texts[order[i]]);
        if (c) return c < 0;
    }
    return 0;
}

static const world_row *first_row(const world *w, int64_t id)
{
    const world_row *first = NULL;
    for (size_t i = 0; i < w->counts[LEADS]; i++) {
        const world_row *row = &w->rows[LEADS][i];
        if (row->id == id && (!first || goes_before(row, first))) first = row;
    }
    return first;
}

static void walk(const world *w, int64_t id, int64_t created, const char *policy, int64_t *entered)
{
    for (int s = 0; s < STAGES_OF_PATH; s++) entered[s] = NEVER;
    for (size_t i = 0; i < w->counts[STAGES]; i++) {
        const world_row *row = &w->rows[STAGES][i];
        int stage = row->id == id ? stage_of(row->texts[0]) : -1;
        if (stage > 0 && row->time < entered[stage]) entered[stage] = row->time;
    }
    entered[0] = created;
    int64_t plain[STAGES_OF_PATH];
    memcpy(plain, entered, sizeof plain);
    for (int s = MQL; s < STAGES_OF_PATH; s++) {
        if (strcmp(policy, "implied") == 0)
            for (int later = s; later < STAGES_OF_PATH; later++)
                if (plain[later] < entered[s]) entered[s] = plain[later];
        if (strcmp(policy, "strict") == 0)
            for (int before = MQL; before < s; before++)
                if (plain[before] == NEVER) entered[s] = NEVER;
    }
}

/* How many persons of a channel entered a stage on a day (cohort: came on that day and entered it). */
static int count_plainly(const world *w, const char *channel, int64_t day, int stage, int period,
                         const char *policy)
{
    int count = 0;
    for (int64_t id = -20; id < 40; id++) {
        const world_row *lead = first_row(w, id);
        int64_t entered[STAGES_OF_PATH];
        if (!lead || compare_texts(lead->texts[0], channel) != 0) continue;
        walk(w, id, lead->time, policy, entered);
        if (entered[stage] == NEVER) continue;
        count += (period ? entered[stage] : lead->time) == day;
    }
    return count;
}

START_TEST(counts_are_those_of_a_slow_and_plain_count)
{
    static const char *const policies[] = {"implied", "strict", "any"};
    static const char *const columns_of[] = {"lead_volume", "mql_volume", "sal_volume", "sql_volume", NULL, "new_customers"};
    world *w = malloc(sizeof *w);
    draw_world(w, (uint64_t)_i + 100, 100, 0);
    leadkpi_campaigns *c = campaigns_with(NULL);
    add_world(c, w, 0);
    for (int variant = 0; variant < 6; variant++) {
        char options[300];
        const char *policy = policies[variant % 3];
        int period = variant / 3;
        snprintf(options, sizeof options, "by=channel; grain=day; basis=%s; skipped_stages=%s; totals=false; kpis=lead_volume,"
                 "mql_volume,sal_volume,sql_volume,new_customers", period ? "period" : "cohort", policy);
        leadkpi_table *t = report_of(c, options);
        double seen = 0, persons = 0;
        for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
            int64_t day;
            char channel[64];
            OK(leadkpi_table_get_int64(t, column_of(t, "period_start"), row, &day, ok_error));
            snprintf(channel, sizeof channel, "%s", text_at(t, row, "channel"));
            const char *name = strcmp(channel, "(null)") == 0 ? NULL : channel;
            for (int stage = 0; stage < STAGES_OF_PATH; stage++)
                if (columns_of[stage])
                    is_number(t, row, columns_of[stage], count_plainly(w, name, day, stage, period, policy));
            seen += number_at(t, row, "lead_volume");
        }
        for (int64_t id = -20; id < 40; id++) persons += first_row(w, id) != NULL;
        ck_assert(seen == persons);
        leadkpi_table_free(t);
    }
    leadkpi_campaigns_free(c);
    free(w);
}
END_TEST

/* ---- totals, shapes, intervals ------------------------------------------------------------ */

START_TEST(the_rows_of_what_adds_up_add_up_to_the_total)
{
    static const char *const additive[] = {"lead_volume", "lead_volume_raw_records", "mql_volume", "sql_volume",
                                           "new_customers", "closed_won_revenue"};
    world *w = malloc(sizeof *w);
    draw_world(w, (uint64_t)_i + 200, 150, 0);
    leadkpi_campaigns *c = campaigns_with(definitions[_i % 2]);
    add_world(c, w, 0);
    leadkpi_table *t = report_of(c, _i % 3 ? "by=channel,campaign; grain=day; kpis=lead_volume,lead_volume:raw_records,mql_volume,sql_volume,new_customers,closed_won_revenue"
                                           : "by=region; basis=period; grain=week; kpis=lead_volume,lead_volume:raw_records,mql_volume,sql_volume,new_customers,closed_won_revenue");
    for (size_t m = 0; m < sizeof additive / sizeof additive[0]; m++) {
        double sum = 0;
        for (size_t row = 0; row < total_of(t); row++) {
            double value = number_at(t, row, additive[m]);
            if (!isnan(value)) sum += value;
        }
        if (m < 5) ck_assert(sum == number_at(t, total_of(t), additive[m]));
        if (_i % 3 == 0 && m == 5) ck_assert_double_eq_tol(sum, number_at(t, total_of(t), additive[m]), 1e-6);
    }
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
    free(w);
}
END_TEST

START_TEST(wide_and_long_say_the_same)
{
    world *w = malloc(sizeof *w);
    draw_world(w, (uint64_t)_i + 300, 120, 0);
    leadkpi_campaigns *c = campaigns_with(NULL);
    add_world(c, w, 0);
    all_kpis(options_text, sizeof options_text, "by=channel; sla=1d");
    leadkpi_table *wide = report_of(c, options_text);
    all_kpis(options_text, sizeof options_text, "by=channel; sla=1d; shape=long");
    leadkpi_table *tall = report_of(c, options_text);
    size_t kpis = (size_t)leadkpi_kpi_count(), rows = leadkpi_table_row_count(wide);
    ck_assert_uint_eq(leadkpi_table_row_count(tall), rows * kpis);
    for (size_t i = 0; i < rows * kpis; i++) {
        static const char *const from[] = {"value", "low", "high", "status", "flags"};
        static const char *const to[] = {"", "_low", "_high", "_status", "_flags"};
        char kpi[200], name[260];
        snprintf(kpi, sizeof kpi, "%s", text_at(tall, i, "kpi"));
        for (char *p = kpi; *p; p++)
            if (*p == ':') *p = '_';
        for (int part = 0; part < 5; part++) {
            char a[300], b[300];
            snprintf(name, sizeof name, "%s%s", kpi, to[part]);
            print_cell(wide, column_of(wide, name), i / kpis, a, sizeof a);
            print_cell(tall, column_of(tall, from[part]), i, b, sizeof b);
            ck_assert_msg(strcmp(a, b) == 0, "row %zu, %s: wide %s, long %s", i / kpis, name, a, b);
        }
    }
    leadkpi_table_free(wide);
    leadkpi_table_free(tall);
    leadkpi_campaigns_free(c);
    free(w);
}
END_TEST

START_TEST(every_kpi_can_be_asked_for_and_what_is_missing_has_a_reason)
{
    world *w = malloc(sizeof *w);
    draw_world(w, (uint64_t)_i + 400, 120, 0);
    leadkpi_campaigns *c = campaigns_with(NULL);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (_i == 0 || _i == kind + 1) OK(add_range(c, w, kind, 0, 120, 0, NULL, ok_error));
    all_kpis(options_text, sizeof options_text,
             _i % 2 || (_i && _i <= STAGES + 1) ? "shape=long; grain=day" : "shape=long; by=channel; grain=month");
    leadkpi_table *t = report_of(c, options_text);
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++) {
        int missing = isnan(number_at(t, row, "value")) || isnan(number_at(t, row, "low")) ||
                      isnan(number_at(t, row, "high"));
        int good = strcmp(text_at(t, row, "status"), "ok") == 0;
        ck_assert_msg(!missing || *text_at(t, row, "reason"), "row %zu, %s (%s): no reason", row,
                      text_at(t, row, "kpi"), text_at(t, row, "status"));
        ck_assert_msg(good == !isnan(number_at(t, row, "value")), "row %zu, %s: value and status disagree", row,
                      text_at(t, row, "kpi"));
        ck_assert_msg(strcmp(text_at(t, row, "status"), "wrong_type") != 0, "%s: wrong type", text_at(t, row, "kpi"));
    }
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
    free(w);
}
END_TEST

START_TEST(an_interval_is_that_of_the_kpi_on_the_same_counts)
{
    static const char *const rates[][3] = {{"lead_to_mql_rate", "mql_volume", "lead_volume"},
                                           {"mql_to_sql_rate", "sql_volume", "mql_volume"},
                                           {"lead_to_customer_rate", "new_customers", "lead_volume"}};
    world *w = malloc(sizeof *w);
    draw_world(w, (uint64_t)_i + 500, 150, 0);
    leadkpi_campaigns *c = campaigns_with(NULL);
    add_world(c, w, 0);
    const char *basis = _i % 2 ? "basis=period" : "basis=cohort";
    char options[300];
    snprintf(options, sizeof options, "by=channel; grain=week; level=0.9; %s; kpis=lead_volume,mql_volume,sql_volume,"
             "new_customers,lead_to_mql_rate,mql_to_sql_rate,lead_to_customer_rate", basis);
    leadkpi_table *t = report_of(c, options);
    leadkpi_options *evaluation;
    OK(leadkpi_options_create(NULL, "kpi_evaluate", NUL, &evaluation, ok_error));
    OK(leadkpi_options_parse(evaluation, basis, NUL, ok_error));
    OK(leadkpi_options_parse(evaluation, "level=0.9", NUL, ok_error));
    for (size_t row = 0; row < leadkpi_table_row_count(t); row++)
        for (int r = 0; r < 3; r++) {
            double inputs[2] = {number_at(t, row, rates[r][1]), number_at(t, row, rates[r][2])};
            char name[100];
            int32_t kpi;
            leadkpi_estimate e;
            OK(leadkpi_kpi_find(rates[r][0], NUL, &kpi, ok_error));
            (void)leadkpi_kpi_evaluate(kpi, inputs, 2, evaluation, &e, NULL);
            double found[3];
            found[0] = number_at(t, row, rates[r][0]);
            snprintf(name, sizeof name, "%s_low", rates[r][0]);
            found[1] = number_at(t, row, name);
            snprintf(name, sizeof name, "%s_high", rates[r][0]);
            found[2] = number_at(t, row, name);
            const double expected[3] = {e.value, e.low, e.high};
            for (int i = 0; i < 3; i++)
                ck_assert(found[i] == expected[i] || (isnan(found[i]) && isnan(expected[i])));
        }
    leadkpi_options_free(evaluation);
    leadkpi_table_free(t);
    leadkpi_campaigns_free(c);
    free(w);
}
END_TEST

/* ---- refusals ------------------------------------------------------------------------------- */

static void refused(const leadkpi_campaigns *c, const char *text, leadkpi_status expected, const char *part)
{
    leadkpi_options *options = report_options(text);
    leadkpi_table *table = (leadkpi_table *)&expected;
    leadkpi_error error;
    ck_assert_int_eq(leadkpi_campaigns_report(c, options, &table, &error), expected);
    ck_assert_ptr_null(table);
    ck_assert_msg(strstr(error.message, part) != NULL, "%s: expected \"%s\" in \"%s\"", text, part, error.message);
    leadkpi_options_free(options);
}

START_TEST(what_cannot_be_reported_is_refused_with_the_nearest_name)
{
    leadkpi_campaigns *c = world_of("leads\nid,time,channel\n1,2025-01-02,Ads\n", NULL, NULL);
    refused(c, "by=chanel", LEADKPI_UNKNOWN_NAME, "channel");
    refused(c, "by=channel,channel", LEADKPI_BAD_ARGUMENT, "once");
    refused(c, "kpis=cost_per_leed", LEADKPI_UNKNOWN_NAME, "cost_per_lead");
    refused(c, "kpis=cpl,cost_per_lead", LEADKPI_BAD_ARGUMENT, "again");
    refused(c, "inputs=quotta=3", LEADKPI_UNKNOWN_NAME, "quota");
    refused(c, "inputs=quota=3,quota=4", LEADKPI_CONTRADICTION, "twice");
    refused(c, "inputs=quota=x", LEADKPI_BAD_ARGUMENT, "name=number");
    refused(c, "overhead=weights; by=channel", LEADKPI_CONTRADICTION, "weights");
    refused(c, "weights=Ads=1", LEADKPI_CONTRADICTION, "weights");
    refused(c, "overhead=spend", LEADKPI_CONTRADICTION, "dimension");
    refused(c, "overhead=weights; by=channel; weights=Adz=1", LEADKPI_UNKNOWN_NAME, "Ads");
    refused(c, "overhead=weights; by=channel; weights=Ads=1,Ads=2", LEADKPI_CONTRADICTION, "twice");
    refused(c, "overhead=weights; by=channel; weights=Ads=-1", LEADKPI_BAD_ARGUMENT, "0 or more");
    refused(c, "from=2025-01-02; to=2025-01-02", LEADKPI_CONTRADICTION,
            "to: expected a time after from (2025-01-02), found 2025-01-02");
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(nothing_in_nothing_out)
{
    leadkpi_error failure;
    leadkpi_table *table = (leadkpi_table *)&failure;
    static const report_call calls[] = {leadkpi_campaigns_report, leadkpi_campaigns_findings,
                                        leadkpi_campaigns_cost_list};
    leadkpi_campaigns *empty = campaigns_with(NULL);
    leadkpi_options *other;
    OK(leadkpi_options_create(NULL, "campaigns", NUL, &other, ok_error));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(calls[i](NULL, NULL, NULL, NULL), LEADKPI_NULL_ARGUMENT);
        ck_assert_int_eq(calls[i](NULL, NULL, &table, &failure), LEADKPI_NULL_ARGUMENT);
        ck_assert_ptr_null(table);
        ck_assert_int_eq(calls[i](empty, other, &table, &failure), LEADKPI_MISMATCH);
        ck_assert_int_eq(calls[i](empty, NULL, &table, &failure), LEADKPI_NOT_ENOUGH_DATA);
        ck_assert_ptr_null(table);
    }
    leadkpi_options_free(other);
    leadkpi_campaigns_free(empty);
}
END_TEST

START_TEST(the_ends_of_time_are_times_like_any_other)
{
    static const char *const ends[] = {"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"};
    world *w = malloc(sizeof *w);
    draw_world(w, 3, 60, 0);
    leadkpi_campaigns *c = campaigns_with(NULL);
    add_world(c, w, 0);
    for (int i = 0; i < 8; i++) {
        char before[300];
        leadkpi_error failure;
        leadkpi_options *options;
        leadkpi_table *table;
        snprintf(before, sizeof before, "as_of=%s; mature_after=%s; grain=%s; hours=mon-fri 09:00-17:00; level=%s", ends[i % 2],
                 i & 2 ? "0s" : "100000000s", i & 4 ? "all" : "hour", i & 1 ? "0.999999999" : "0.000000001");
        all_kpis(options_text, sizeof options_text, before);
        options = report_options(options_text);
        ck_assert_int_eq(leadkpi_options_set_int64(options, "as_of", NUL, INT64_MAX, &failure), LEADKPI_BAD_ARGUMENT);
        ck_assert_int_eq(leadkpi_options_set_int64(options, "mature_after", NUL, INT64_MAX, NULL) & 0, 0);
        ck_assert_msg(leadkpi_campaigns_report(c, options, &table, &failure) == LEADKPI_OK, "%s", failure.message);
        if (i % 2 == 0) ck_assert(number_at(table, total_of(table), "lead_volume") == 0);
        leadkpi_table_free(table);
        leadkpi_options_free(options);
    }
    leadkpi_campaigns_free(c);
    free(w);
}
END_TEST

START_TEST(sixty_four_dimensions_are_reported_and_one_more_is_refused)
{
    leadkpi_table *leads;
    char by[2000];
    size_t length = (size_t)snprintf(by, sizeof by, "kpis=lead_volume; by=");
    int64_t ids[8], times[8];
    leadkpi_campaigns *c = campaigns_with(NULL);
    for (int i = 0; i < 8; i++) {
        ids[i] = i;
        times[i] = DAY_ZERO;
    }
    OK(leadkpi_table_create(NULL, &leads, ok_error));
    OK(leadkpi_table_borrow_int64(leads, "id", NUL, ids, 8, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(leads, "time", NUL, times, 8, 0, NULL, ok_error));
    for (int d = 0; d < 64; d++) {
        char name[16];
        const char *texts[8];
        for (int i = 0; i < 8; i++) texts[i] = d == 63 && i % 2 ? "y" : d == 0 && i > 4 ? NULL : "x";
        snprintf(name, sizeof name, "d%d", d);
        OK(leadkpi_table_copy_strings(leads, name, NUL, texts, 8, ok_error));
        length += (size_t)snprintf(by + length, sizeof by - length, "%s%s", d ? "," : "", name);
    }
    OK(leadkpi_campaigns_add_leads(c, leads, NULL, 0, ok_error));
    leadkpi_table *t = report_of(c, by);
    ck_assert_uint_eq(leadkpi_table_row_count(t), 5);
    is_text(t, 0, "d0", "(null)");
    is_text(t, 0, "d63", "x");
    is_text(t, 1, "d63", "y");
    is_number(t, 2, "lead_volume", 3);
    is_number(t, 3, "lead_volume", 2);
    leadkpi_table_free(t);
    snprintf(by + length, sizeof by - length, ",d1");
    refused(c, by, LEADKPI_BAD_ARGUMENT, "64");
    leadkpi_table_free(leads);
    leadkpi_campaigns_free(c);
}
END_TEST

START_TEST(each_of_a_hundred_thousand_segments_is_a_row)
{
    const size_t many = (size_t)lk_test_rounds(100000);
    int64_t *ids = malloc(many * sizeof *ids), *times = malloc(many * sizeof *times);
    const char **texts = malloc(many * sizeof *texts);
    char *bytes = malloc(many * 24);
    char last[24];
    leadkpi_table *leads;
    leadkpi_campaigns *c = campaigns_with(NULL);
    for (size_t i = 0; i < many; i++) {
        ids[i] = (int64_t)i;
        times[i] = DAY_ZERO;
        snprintf(bytes + i * 24, 24, "segment %05d", (int)(i * 7919 % many));
        texts[i] = bytes + i * 24;
    }
    snprintf(last, sizeof last, "segment %05d", (int)many - 1);
    OK(leadkpi_table_create(NULL, &leads, ok_error));
    OK(leadkpi_table_borrow_int64(leads, "id", NUL, ids, many, 0, NULL, ok_error));
    OK(leadkpi_table_borrow_timestamp(leads, "time", NUL, times, many, 0, NULL, ok_error));
    OK(leadkpi_table_copy_strings(leads, "channel", NUL, texts, many, ok_error));
    OK(leadkpi_campaigns_add_leads(c, leads, NULL, 0, ok_error));
    leadkpi_table *t = report_of(c, "by=channel; grain=month; kpis=lead_volume,lead_velocity_rate,lead_response_time");
    ck_assert_uint_eq(leadkpi_table_row_count(t), many + 1);
    is_text(t, 0, "channel", "segment 00000");
    is_text(t, many - 1, "channel", last);
    is_number(t, many, "lead_volume", many);
    leadkpi_table_free(t);
    leadkpi_table_free(leads);
    leadkpi_campaigns_free(c);
    free(ids);
    free(times);
    free(texts);
    free(bytes);
}
END_TEST

/* ---- faults ------------------------------------------------------------------------------------ */

typedef struct fault_world {
    report_call call;
    const char *definition, *options;
    leadkpi_campaigns *campaigns;
    leadkpi_options *read;
    leadkpi_table *table;
    world w;
    blob state;
    int makes_handle;
} fault_world;

static void make_handle(const leadkpi_host *host, void *context)
{
    fault_world *f = context;
    leadkpi_options *definition = NULL;
    draw_world(&f->w, 4, 40, 1);
    OK(leadkpi_options_create(NULL, "campaigns", NUL, &definition, ok_error));
    OK(leadkpi_options_parse(definition, f->definition, NUL, ok_error));
    OK(leadkpi_campaigns_create(host, definition, &f->campaigns, ok_error));
    leadkpi_options_free(definition);
    add_world(f->campaigns, &f->w, 0);
    f->read = report_options(f->options);
}

static leadkpi_status call_report(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    fault_world *f = context;
    (void)host;
    leadkpi_status status = f->call(f->campaigns, f->read, &f->table, error);
    ck_assert((status == LEADKPI_OK) == (f->table != NULL));
    return status;
}

static void state_of_handle(void *context, lk_fault_bytes *bytes)
{
    fault_world *f = context;
    blob b = state_of(f->campaigns);
    bytes->data = b.bytes;
    bytes->length = b.size;
}

static void free_handle(void *context)
{
    fault_world *f = context;
    leadkpi_table_free(f->table);
    leadkpi_options_free(f->read);
    leadkpi_campaigns_free(f->campaigns);
    f->table = NULL;
    f->read = NULL;
    f->campaigns = NULL;
}

static const struct {
    const char *name;
    report_call call;
    const char *options;
} fault_cases[] = {
    {"report, wide", leadkpi_campaigns_report,
     "by=channel; grain=day; overhead=weights; weights=Events=1; kpis=lead_volume,cost_per_lead,lead_response_time,sales_cycle_length:mean"},
    {"report, long", leadkpi_campaigns_report,
     "by=region,channel; shape=long; basis=period; overhead=spend; kpis=lead_volume,ltv_to_cac,open_lead_age,cost_per_click"},
    {"findings", leadkpi_campaigns_findings, "by=channel"},
    {"cost_list", leadkpi_campaigns_cost_list, "by=channel"},
};

START_TEST(a_report_fails_cleanly_wherever_memory_runs_out_or_the_host_says_stop)
{
    fault_world *f = calloc(1, sizeof *f);
    f->call = fault_cases[_i].call;
    f->options = fault_cases[_i].options;
    f->definition = definitions[1];
    lk_fault_case fault = {fault_cases[_i].name, make_handle, call_report, state_of_handle, free_handle, f};
    lk_fault_every_allocation(&fault);
    if (f->call != leadkpi_campaigns_cost_list) lk_fault_every_poll(&fault);
    free(f);
}
END_TEST

START_TEST(a_report_stays_within_the_limit_of_its_host)
{
    leadkpi_campaigns *c;
    world *w = malloc(sizeof *w);
    uint64_t limit = 0;
    int failures = 0;
    draw_world(w, 5, 40, 0);
    for (limit = 1000; limit < (1u << 24); limit += limit / 8) {
        leadkpi_host host;
        leadkpi_table *table;
        leadkpi_error failure;
        memset(&host, 0, sizeof host);
        host.struct_size = sizeof host;
        host.memory_limit_bytes = limit;
        OK(leadkpi_campaigns_create(&host, NULL, &c, ok_error));
        leadkpi_status status = LEADKPI_OK;
        for (int kind = 0; kind < KIND_COUNT && status == LEADKPI_OK; kind++)
            status = add_range(c, w, kind, 0, 40, 0, NULL, &failure);
        if (status == LEADKPI_OK) status = leadkpi_campaigns_report(c, NULL, &table, &failure);
        leadkpi_campaigns_free(c);
        if (status == LEADKPI_OK) {
            leadkpi_table_free(table);
            break;
        }
        ck_assert_int_eq(status, LEADKPI_LIMIT);
        failures++;
    }
    ck_assert_int_gt(failures, 0);
    ck_assert(limit < (1u << 24));
    free(w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("campaigns: reports of random worlds");
    TCase *tcase = tcase_create("properties");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, a_report_does_not_show_in_which_order_or_parts_rows_came, 0, lk_test_rounds(12));
    tcase_add_loop_test(tcase, counts_are_those_of_a_slow_and_plain_count, 0, 6);
    tcase_add_loop_test(tcase, the_rows_of_what_adds_up_add_up_to_the_total, 0, 12);
    tcase_add_loop_test(tcase, wide_and_long_say_the_same, 0, 2);
    tcase_add_loop_test(tcase, every_kpi_can_be_asked_for_and_what_is_missing_has_a_reason, 0, 6);
    tcase_add_loop_test(tcase, an_interval_is_that_of_the_kpi_on_the_same_counts, 0, 4);
    tcase_add_test(tcase, what_cannot_be_reported_is_refused_with_the_nearest_name);
    tcase_add_test(tcase, nothing_in_nothing_out);
    tcase_add_test(tcase, the_ends_of_time_are_times_like_any_other);
    tcase_add_test(tcase, sixty_four_dimensions_are_reported_and_one_more_is_refused);
    tcase_add_test(tcase, each_of_a_hundred_thousand_segments_is_a_row);
    tcase_add_loop_test(tcase, a_report_fails_cleanly_wherever_memory_runs_out_or_the_host_says_stop, 0, 4);
    tcase_add_test(tcase, a_report_stays_within_the_limit_of_its_host);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
