#include "facts.h"

#include <stdlib.h>

static slice field_text(const csv_field *field)
{
    return (slice){field->data, field->length};
}

static void take_example(column_facts *facts, slice value)
{
    if (facts->example_count == FACTS_EXAMPLES) return;
    value.length = slice_cut(value, 30);
    char *copy = tool_copy(value);
    for (char *p = copy; *p; p++)
        if ((unsigned char)*p < 0x20) *p = ' '; /* an example stands on one line */
    bool known = false;
    for (size_t i = 0; i < facts->example_count; i++)
        known = known || strcmp(copy, facts->examples[i]) == 0;
    if (known)
        free(copy);
    else
        facts->examples[facts->example_count++] = copy;
}

static void take_number(column_facts *facts, slice value)
{
    number_value n;
    bool dot = number_read(value, NUMBER_DOT, &n);
    if (!dot && !number_read(value, NUMBER_COMMA, &n)) return;
    facts->numbers++;
    facts->whole += n.scale == 0;
    facts->percents += n.percent;
    facts->grouped +=
        memchr(value.data, ',', value.length) || memchr(value.data, '.', value.length);
    if (n.currency.length && !facts->currency[0] && n.currency.length < sizeof facts->currency)
        memcpy(facts->currency, n.currency.data, n.currency.length);
    number_style style = number_style_of(value);
    facts->proves_dot += style == NUMBER_DOT;
    facts->proves_comma += style == NUMBER_COMMA;
}

static void take_time(column_facts *facts, slice value)
{
    date_value date;
    date_answer answer = date_read(value, DATE_ORDER_UNTOLD, &date);
    if (answer == DATE_BAD) return;
    bool digits = true;
    for (size_t i = 0; i < value.length; i++)
        digits = digits && value.data[i] >= '0' && value.data[i] <= '9';
    facts->times++;
    facts->bare_digits += digits;
    facts->with_clock += date.microsecond_of_day != 0;
    facts->with_offset += date.has_offset;
    facts->ambiguous += answer == DATE_AMBIGUOUS;
    facts->proves_day_first += date.proves == DATE_DAY_FIRST;
    facts->proves_month_first += date.proves == DATE_MONTH_FIRST;
}

static void take_value(column_facts *facts, slice value)
{
    if (number_is_missing(value)) return;
    facts->filled++;
    take_example(facts, value);
    take_number(facts, value);
    take_time(facts, value);
}

void facts_of_head(file_facts *out, const file_layout *layout, const input *in)
{
    input head;
    csv_reader reader;
    trouble why;
    *out = (file_facts){.column_count = layout->column_count};
    out->columns = tool_allocate(layout->column_count, sizeof *out->columns);
    input_over_head(&head, in);
    if (layout_start(layout, &reader, &head, &why) == TOOL_GOOD) {
        csv_answer answer;
        while ((answer = csv_next(&reader)) == CSV_RECORD || answer == CSV_BAD) {
            bool cut = reader.input_ended && reader.at == reader.end &&
                       in->head_length == INPUT_HEAD_BYTES;
            if (cut) break; /* the head may end inside this record */
            if (layout_is_total(&reader)) {
                out->totals++;
                continue;
            }
            out->rows++;
            out->uneven += !layout_fits(layout, &reader);
            for (size_t i = 0; i < reader.stored && i < out->column_count; i++)
                take_value(&out->columns[i], field_text(&reader.fields[i]));
        }
        csv_finish(&reader);
    }
    out->whole_file = in->head_length < INPUT_HEAD_BYTES;
    input_close(&head);
}

static bool is_settled(const column_facts *facts, bool is_time)
{
    if (is_time)
        return facts->ambiguous == 0 || facts->proves_day_first || facts->proves_month_first;
    return facts->grouped == 0 || facts->proves_dot || facts->proves_comma;
}

void facts_settle(file_facts *facts, const file_layout *layout, const char *path,
                  input_encoding encoding, size_t column, bool is_time)
{
    input in;
    csv_reader reader;
    trouble why;
    column_facts *about = &facts->columns[column];
    if (facts->whole_file || is_settled(about, is_time) || strcmp(path, "-") == 0) return;
    if (input_open(&in, path, encoding, &why) != TOOL_GOOD) return;
    if (in.file_bytes >= 0 && layout_start(layout, &reader, &in, &why) == TOOL_GOOD) {
        csv_answer answer;
        while (!is_settled(about, is_time) &&
               ((answer = csv_next(&reader)) == CSV_RECORD || answer == CSV_BAD)) {
            if (column >= reader.stored) continue;
            if (is_time)
                take_time(about, field_text(&reader.fields[column]));
            else
                take_number(about, field_text(&reader.fields[column]));
        }
        csv_finish(&reader);
    }
    input_close(&in);
}

void facts_free(file_facts *facts)
{
    for (size_t i = 0; i < facts->column_count; i++)
        for (size_t j = 0; j < facts->columns[i].example_count; j++)
            free(facts->columns[i].examples[j]);
    free(facts->columns);
    *facts = (file_facts){0};
}

date_order facts_date_order(const column_facts *facts)
{
    bool day = facts->proves_day_first > 0, month = facts->proves_month_first > 0;
    if (day == month) return DATE_ORDER_UNTOLD; /* no proof, or both: each value for itself */
    return day ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
}

number_style facts_number_style(const file_facts *facts, size_t column)
{
    const column_facts *about = &facts->columns[column];
    size_t comma = about->proves_comma, dot = about->proves_dot;
    for (size_t i = 0; i < facts->column_count && !comma && !dot; i++) {
        if (!facts_is_number(&facts->columns[i])) continue;
        comma = facts->columns[i].proves_comma;
        dot = facts->columns[i].proves_dot;
    }
    return comma && !dot ? NUMBER_COMMA : NUMBER_DOT;
}

bool facts_is_number(const column_facts *facts)
{
    return facts->filled && facts->numbers == facts->filled;
}

bool facts_is_time(const column_facts *facts)
{
    return facts->filled && facts->times == facts->filled &&
           (facts->numbers < facts->filled || facts->bare_digits == facts->filled);
}

const char *facts_type(const column_facts *facts)
{
    if (facts->filled == 0) return "empty";
    if (facts_is_time(facts)) return facts->with_clock ? "time" : "date";
    if (!facts_is_number(facts)) return "text";
    if (facts->percents) return "percent";
    return facts->whole == facts->filled ? "whole number" : "number";
}
