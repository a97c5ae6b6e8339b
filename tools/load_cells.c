#include "load_parts.h"

#include "skips.h"

slice load_field(const loader *l, int column)
{
    if (column < 0 || (size_t)column >= l->reader.stored) return (slice){NULL, 0};
    return (slice){l->reader.fields[column].data, l->reader.fields[column].length};
}

static bool refuse(cell_problem *p, const char *column, const char *expected, slice found)
{
    *p = (cell_problem){column, expected, found};
    return false;
}

const char *load_column_name(const loader *l, const binding *b)
{
    return b->column >= 0 ? l->layout.names[b->column] : b->entry->target;
}

static slice translated(const loader *l, const char *target, slice text)
{
    const field_map *map = &l->file->map;
    for (size_t i = 0; i < map->translation_count; i++) {
        map_translation *t = &map->translations[i];
        if (strcmp(t->target, target) != 0 || !slice_is(text, t->from)) continue;
        t->is_met = true;
        return slice_of(t->to);
    }
    return text;
}

slice load_text(const loader *l, const binding *b)
{
    slice text = b->entry->is_literal ? slice_of(b->entry->literal) : load_field(l, b->column);
    return l->file->map.translation_count ? translated(l, b->entry->target, text) : text;
}

/* Google Ads writes " --" where there is nothing to say. */
static bool is_dashes(slice text)
{
    return text.length >= 2 && text.length <= 3 &&
           memcmp(text.data + text.length - 2, "--", 2) == 0 &&
           (text.length == 2 || text.data[0] == ' ');
}

void load_put_text(batch *rows, size_t place, const binding *b, slice text)
{
    if (is_dashes(text) || (b->may_be_null && text.length == 0))
        batch_put_null(rows, place);
    else
        batch_put_text(rows, place, text);
}

static bool put_text(loader *l, const binding *b, cell_problem *p)
{
    slice text = load_text(l, b);
    if (b->required && text.length == 0) return refuse(p, load_column_name(l, b), "a text", text);
    if (b->is_name) seen_put(&l->run->seen, text);
    load_put_text(&l->rows, b->place, b, text);
    return true;
}

bool load_read_time(loader *l, const binding *b, slice text, int64_t *instant, cell_problem *p)
{
    date_value value;
    date_answer answer = date_read(text, b->dates, &value);
    if (answer == DATE_BAD) return refuse(p, load_column_name(l, b), "a date or time", text);
    if (answer == DATE_AMBIGUOUS)
        return refuse(p, load_column_name(l, b),
                      "a date that can be read in one way (say --dates day-first or month-first)",
                      text);
    *instant = clock_instant(&l->clock, &value);
    return true;
}

static bool put_time(loader *l, const binding *b, cell_problem *p)
{
    slice text = load_text(l, b);
    int64_t instant;
    if (number_is_missing(text)) {
        if (b->required) return refuse(p, load_column_name(l, b), "a date or time", text);
        batch_put_null(&l->rows, b->place);
        return true;
    }
    if (!load_read_time(l, b, text, &instant, p)) return false;
    batch_put_int64(&l->rows, b->place, instant);
    l->row_time = instant;
    return true;
}

bool load_read_number(const loader *l, const binding *b, slice text, number_value *out, cell_problem *p)
{
    if (!number_read(text, b->numbers, out))
        return refuse(p, load_column_name(l, b),
                      b->numbers == NUMBER_COMMA ? "a number such as 1.234,50"
                                                 : "a number such as 1,234.50",
                      text);
    if (!number_divide(out, b->micros ? 6 : 0))
        return refuse(p, load_column_name(l, b), "a number of at most 18 decimals", text);
    return true;
}

int load_check_currency(loader *l, slice currency, int64_t line)
{
    load_run *run = l->run;
    if (currency.length == 0) return TOOL_GOOD;
    slice known = slice_of(run->currency);
    if (known.length && !currency_agrees(known, currency))
        return trouble_set(
            l->why, TOOL_DATA, "%s:%lld: expected one currency (%s, seen first in %s), found %.*s",
            l->in.name, (long long)line, run->currency, run->currency_place, SLICE_ARGS(currency));
    if (known.length == 3 || currency.length >= sizeof run->currency ||
        slice_equal(known, currency))
        return TOOL_GOOD;
    memset(run->currency, 0, sizeof run->currency);
    memcpy(run->currency, currency.data, currency.length);
    snprintf(run->currency_place, sizeof run->currency_place, "%.200s:%lld", l->in.name,
             (long long)line);
    return TOOL_GOOD;
}

static bool put_number(loader *l, const binding *b, slice *currency, cell_problem *p)
{
    slice text = load_text(l, b);
    number_value number;
    if (number_is_missing(text)) {
        batch_put_null(&l->rows, b->place);
        return true;
    }
    if (!load_read_number(l, b, text, &number, p)) return false;
    if (b->type == COLUMN_INTEGER && number.scale > 0)
        return refuse(p, load_column_name(l, b), "a whole number", text);
    if (b->is_money && number.currency.length) *currency = number.currency;
    if (!batch_put_number(&l->rows, b->place, &number))
        return refuse(p, load_column_name(l, b), "a number that fits in 18 digits", text);
    return true;
}

int load_bad_cell(loader *l, const cell_problem *p)
{
    char found[128], reason[256];
    snprintf(reason, sizeof reason, "column \"%.80s\": expected %.100s", p->column, p->expected);
    if (p->found.length)
        snprintf(found, sizeof found, "\"%.*s\"", SLICE_ARGS(p->found));
    else
        snprintf(found, sizeof found, "nothing");
    return skips_report(l->run, l->in.name, l->reader.line, &l->reader, reason, found, l->why);
}

bool load_put_cell(loader *l, const binding *b, slice *currency, cell_problem *p)
{
    if (b->type == COLUMN_TEXT) {
        if (b->is_currency) *currency = slice_trim(load_text(l, b));
        return put_text(l, b, p);
    }
    return b->type == COLUMN_TIME ? put_time(l, b, p) : put_number(l, b, currency, p);
}
