/* report.h: small worlds written down as they look in a file, and a look into reports.
 *
 *     leadkpi_campaigns *c = world_of("leads\n" "id,time,channel\n" "1,2025-01-03,Ads\n",
 *                                     "costs\n" "time,channel,amount\n" "2025-01-01,Ads,100\n", NULL);
 *     leadkpi_table *t = report_of(c, "by=channel; kpis=cost_per_lead");
 *     is_number(t, row_of(t, "channel", "Ads"), "cost_per_lead", 100);
 *
 * An empty cell is null; "" is an empty text. Times are 2025-01-03 or 2025-01-03T10:30. */
#ifndef LK_TEST_REPORT_H
#define LK_TEST_REPORT_H

#include <leadkpi/kpi.h>
#include <math.h>

#include "world.h"

#define CELLS_MAX 16

/* Days from 1970-01-01, by counting: slow and plain. */
static int64_t days_of(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = day - 1;
    for (int y = 1970; y < year; y++) days += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
    for (int m = 1; m < month; m++)
        days += lengths[m - 1] + (m == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    return days;
}

static int64_t time_of(const char *text)
{
    int year, month, day, hour = 0, minute = 0;
    ck_assert(sscanf(text, "%d-%d-%dT%d:%d", &year, &month, &day, &hour, &minute) >= 3);
    return days_of(year, month, day) * MICROSECONDS_PER_DAY + (hour * 60 + minute) * INT64_C(60000000);
}

typedef struct sheet {
    int kind;
    size_t columns, rows;
    char *names[CELLS_MAX];
    char *cells[ROWS_MAX][CELLS_MAX];
    char bytes[1 << 14];
    int64_t integers[CELLS_MAX][ROWS_MAX];
    double doubles[CELLS_MAX][ROWS_MAX];
    uint8_t bits[CELLS_MAX][ROWS_MAX / 8 + 1];
    const char *texts[ROWS_MAX];
} sheet;

static size_t split(char *line, char **cells)
{
    size_t count = 0;
    for (char *cell = line; cell; count++) {
        char *comma = strchr(cell, ',');
        if (comma) *comma = 0;
        ck_assert(count < CELLS_MAX);
        cells[count] = cell;
        cell = comma ? comma + 1 : NULL;
    }
    return count;
}

static void read_sheet(const char *text, sheet *s)
{
    static const char *const kinds[] = {"leads", "stages", "responses", "costs", "measures"};
    char *line = s->bytes;
    memset(s, 0, sizeof *s);
    ck_assert(strlen(text) < sizeof s->bytes);
    memcpy(s->bytes, text, strlen(text) + 1);
    s->kind = -1;
    for (int number = 0; *line; number++) {
        char *end = strchr(line, '\n');
        if (end) *end = 0;
        if (number == 0) {
            for (int kind = 0; kind < KIND_COUNT; kind++)
                if (strcmp(line, kinds[kind]) == 0) s->kind = kind;
            ck_assert_msg(s->kind >= 0, "no kind of table: %s", line);
        } else if (number == 1) {
            s->columns = split(line, s->names);
        } else {
            ck_assert(s->rows < ROWS_MAX);
            ck_assert_uint_eq(split(line, s->cells[s->rows]), s->columns);
            s->rows++;
        }
        if (!end) break;
        line = end + 1;
    }
}

static void add_sheet_column(const sheet *s, leadkpi_table *table, size_t column, sheet *room)
{
    const char *name = s->names[column];
    int is_time = strcmp(name, "time") == 0, is_id = strcmp(name, "id") == 0;
    int is_measure = strcmp(name, "value") == 0 || strcmp(name, "amount") == 0 ||
                     leadkpi_kpi_measure_property(name, NUL, "id", NUL) != NULL;
    for (size_t i = 0; i < s->rows; i++) {
        const char *cell = s->cells[i][column];
        if (*cell) room->bits[column][i / 8] |= (uint8_t)(1 << i % 8);
        if (is_time) room->integers[column][i] = time_of(cell);
        if (is_id) room->integers[column][i] = atoll(cell);
        room->doubles[column][i] = is_measure && *cell ? strtod(cell, NULL) : 0;
        room->texts[i] = *cell == 0 ? NULL : strcmp(cell, "\"\"") == 0 ? "" : cell;
    }
    if (is_time)
        OK(leadkpi_table_borrow_timestamp(table, name, NUL, room->integers[column], s->rows, 0, NULL, ok_error));
    else if (is_id)
        OK(leadkpi_table_borrow_int64(table, name, NUL, room->integers[column], s->rows, 0, NULL, ok_error));
    else if (is_measure)
        OK(leadkpi_table_borrow_double(table, name, NUL, room->doubles[column], s->rows, 0,
                                       room->bits[column], ok_error));
    else
        OK(leadkpi_table_copy_strings(table, name, NUL, room->texts, s->rows, ok_error));
}

static void add_sheet(leadkpi_campaigns *campaigns, const char *text)
{
    sheet *s = malloc(sizeof *s);
    leadkpi_table *table;
    read_sheet(text, s);
    OK(leadkpi_table_create(NULL, &table, ok_error));
    for (size_t column = 0; column < s->columns; column++) add_sheet_column(s, table, column, s);
    OK(add_calls[s->kind](campaigns, table, NULL, 0, ok_error));
    leadkpi_table_free(table);
    free(s);
}

/* Up to three more sheets; NULL: none. */
static leadkpi_campaigns *defined_world(const char *definition, const char *a, const char *b, const char *c)
{
    leadkpi_campaigns *campaigns = campaigns_with(definition);
    if (a) add_sheet(campaigns, a);
    if (b) add_sheet(campaigns, b);
    if (c) add_sheet(campaigns, c);
    return campaigns;
}

static leadkpi_campaigns *world_of(const char *a, const char *b, const char *c)
{
    return defined_world(NULL, a, b, c);
}

/* ---- reports ------------------------------------------------------------------------ */

static leadkpi_options *report_options(const char *text)
{
    leadkpi_options *options;
    OK(leadkpi_options_create(NULL, "campaigns_report", NUL, &options, ok_error));
    OK(leadkpi_options_parse(options, text, NUL, ok_error));
    return options;
}

typedef leadkpi_status (*report_call)(const leadkpi_campaigns *, const leadkpi_options *, leadkpi_table **,
                                      leadkpi_error *);

static leadkpi_table *table_from(report_call call, const leadkpi_campaigns *campaigns, const char *text)
{
    leadkpi_options *options = report_options(text);
    leadkpi_table *table;
    OK(call(campaigns, options, &table, ok_error));
    leadkpi_options_free(options);
    return table;
}

static leadkpi_table *report_of(const leadkpi_campaigns *campaigns, const char *text)
{
    return table_from(leadkpi_campaigns_report, campaigns, text);
}

static int32_t column_of(const leadkpi_table *table, const char *name)
{
    int32_t column;
    OK(leadkpi_table_find_column(table, name, NUL, &column, ok_error));
    return column;
}

/* "(null)" for null. Two texts may be held at a time. */
static const char *text_at(const leadkpi_table *table, size_t row, const char *name)
{
    static char held[2][512];
    static int turn;
    const char *text;
    size_t length;
    turn = !turn;
    if (leadkpi_table_is_null(table, column_of(table, name), row)) return "(null)";
    OK(leadkpi_table_get_text(table, column_of(table, name), row, &text, &length, ok_error));
    snprintf(held[turn], sizeof held[turn], "%.*s", (int)length, text);
    return held[turn];
}

static double number_at(const leadkpi_table *table, size_t row, const char *name)
{
    double value;
    if (leadkpi_table_is_null(table, column_of(table, name), row)) return NAN;
    OK(leadkpi_table_get_double(table, column_of(table, name), row, &value, ok_error));
    return value;
}

#define NO_ROW SIZE_MAX

static size_t find_row(const leadkpi_table *table, const char *name, const char *text)
{
    for (size_t row = 0; row < leadkpi_table_row_count(table); row++)
        if (strcmp(text_at(table, row, name), text) == 0) return row;
    return NO_ROW;
}

static size_t row_of(const leadkpi_table *table, const char *name, const char *text)
{
    size_t row = find_row(table, name, text);
    ck_assert_msg(row != NO_ROW, "no row with %s = %s", name, text);
    return row;
}

static size_t total_of(const leadkpi_table *table)
{
    size_t row = leadkpi_table_row_count(table) - 1;
    ck_assert_str_eq(text_at(table, row, "row"), "total");
    return row;
}

static void is_number(const leadkpi_table *table, size_t row, const char *name, double expected)
{
    double found = number_at(table, row, name);
    ck_assert_msg(fabs(found - expected) <= 1e-12 * fabs(expected), "row %zu, %s: expected %.17g, found %.17g",
                  row, name, expected, found);
}

static void is_null(const leadkpi_table *table, size_t row, const char *name)
{
    ck_assert_msg(leadkpi_table_is_null(table, column_of(table, name), row), "row %zu, %s: expected null, found %g",
                  row, name, number_at(table, row, name));
}

static void is_text(const leadkpi_table *table, size_t row, const char *name, const char *expected)
{
    ck_assert_str_eq(text_at(table, row, name), expected);
}

static void has_text(const leadkpi_table *table, size_t row, const char *name, const char *part)
{
    ck_assert_msg(strstr(text_at(table, row, name), part) != NULL, "row %zu, %s: expected \"%s\" in \"%s\"", row,
                  name, part, text_at(table, row, name));
}

/* One number of the total. */
static double total_number(const leadkpi_campaigns *campaigns, const char *options, const char *column)
{
    leadkpi_table *table = report_of(campaigns, options);
    double value = number_at(table, total_of(table), column);
    leadkpi_table_free(table);
    return value;
}

/* ---- tables as text, for bit-equal comparison ------------------------------------------- */

static size_t print_cell(const leadkpi_table *table, int32_t column, size_t row, char *out, size_t capacity)
{
    int32_t type = leadkpi_table_column_type(table, column);
    const char *text;
    size_t length;
    double number;
    int64_t integer;
    if (leadkpi_table_is_null(table, column, row)) return (size_t)snprintf(out, capacity, "null|");
    if (type == LEADKPI_TYPE_TEXT) {
        OK(leadkpi_table_get_text(table, column, row, &text, &length, ok_error));
        return (size_t)snprintf(out, capacity, "'%.*s'|", (int)length, text);
    }
    if (type == LEADKPI_TYPE_DOUBLE) {
        OK(leadkpi_table_get_double(table, column, row, &number, ok_error));
        return (size_t)snprintf(out, capacity, "%a|", number);
    }
    OK(leadkpi_table_get_int64(table, column, row, &integer, ok_error));
    return (size_t)snprintf(out, capacity, "%lld|", (long long)integer);
}

/* All of it; from malloc. */
static char *print_table(const leadkpi_table *table)
{
    size_t rows = leadkpi_table_row_count(table), length = 0;
    int32_t column_count = leadkpi_table_column_count(table);
    size_t capacity = (rows + 1) * (size_t)column_count * 200 + 1;
    char *out = malloc(capacity);
    out[0] = 0;
    for (int32_t c = 0; c < column_count; c++)
        length += (size_t)snprintf(out + length, capacity - length, "%s|", leadkpi_table_column_name(table, c));
    for (size_t row = 0; row < rows; row++) {
        length += (size_t)snprintf(out + length, capacity - length, "\n");
        for (int32_t c = 0; c < column_count; c++)
            length += print_cell(table, c, row, out + length, capacity - length);
    }
    ck_assert(length < capacity);
    return out;
}

#endif
