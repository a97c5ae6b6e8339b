#include <math.h>
#include <stdlib.h>

#include <leadkpi/kpi.h>

#include "cells.h"
#include "render.h"
#include "utf8.h"

/* ---- footnotes ------------------------------------------------------------- */

char footnote_letter(footnotes *notes, const char *text)
{
    for (size_t i = 0; i < notes->count; i++)
        if (strcmp(notes->texts[i], text) == 0) return (char)('a' + i);
    if (notes->count == sizeof notes->texts / sizeof *notes->texts) return 0;
    notes->texts[notes->count] = tool_copy(slice_of(text));
    return (char)('a' + notes->count++);
}

void footnotes_print(FILE *out, footnotes *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        fprintf(out, "  %c  %s\n", (char)('a' + i), notes->texts[i]);
        free(notes->texts[i]);
    }
    notes->count = 0;
}

/* ---- one KPI of one row ------------------------------------------------------ */

/* Two columns of the page: the value to the right, its interval to the left. */
typedef struct shown {
    text_buffer value, interval;
    uint32_t notes; /* one bit a footnote */
} shown;

static double number_at(const leadkpi_table *report, int32_t column, size_t row)
{
    double value = NAN;
    if (leadkpi_table_is_null(report, column, row)) return NAN;
    if (leadkpi_table_get_double(report, column, row, &value, NULL) != LEADKPI_OK) return NAN;
    return value;
}

static const char *property(int32_t kpi, const char *name)
{
    const char *text = kpi < 0 ? "" : leadkpi_kpi_property(kpi, name, LEADKPI_NUL_TERMINATED);
    return text ? text : "";
}

static cell_style style_of(const report_kpi *kpi)
{
    if (strcmp(property(kpi->kpi, "unit"), "count") == 0) return CELL_WHOLE;
    return cell_style_of(property(kpi->kpi, "display"));
}

static const char *unit_sign(const report_kpi *kpi, cell_style style)
{
    const char *unit = property(kpi->kpi, "unit");
    if (style == CELL_PERCENT) return " %";
    if (style != CELL_DURATION) return "";
    if (strcmp(unit, "days") == 0) return " d";
    if (strcmp(unit, "minutes") == 0) return " min";
    if (strcmp(unit, "months") == 0) return " mo";
    return "";
}

/* "[17.67, 22.73]", ">= 2,711", "<= 3". */
static void show_interval(text_buffer *out, double low, double high, cell_style style, int decimals)
{
    bool has_low = isfinite(low), has_high = isfinite(high);
    if (!has_low && !has_high) return;
    if (has_low && has_high) {
        text_put(out, "[", 1);
        cell_show(out, low, style, decimals);
        text_put(out, ", ", 2);
        cell_show(out, high, style, decimals);
        text_put(out, "]", 1);
        return;
    }
    text_print(out, has_low ? ">= " : "<= ");
    cell_show(out, has_low ? low : high, style, decimals);
}

static void add_note(shown *cell, footnotes *notes, const char *text)
{
    char letter = footnote_letter(notes, text);
    if (letter) cell->notes |= (uint32_t)1 << (letter - 'a');
}

static void put_letters(text_buffer *out, uint32_t notes)
{
    for (int i = 0; i < 26; i++)
        if (notes >> i & 1) text_print(out, "%s(%c)", out->length ? " " : "", 'a' + i);
}

static leadkpi_status status_by_name(slice name)
{
    leadkpi_status status;
    for (int32_t i = 0; (status = leadkpi_status_at(i)) != -1; i++)
        if (slice_is(name, leadkpi_status_name(status))) return status;
    return -1;
}

/* Flags that change how a number is to be read; the others are in JSON and CSV. */
static void note_flags(shown *cell, slice flags, footnotes *notes)
{
    static const uint32_t told[] = {LEADKPI_FLAG_IMMATURE, LEADKPI_FLAG_PARTIAL,
                                    LEADKPI_FLAG_SURVIVOR_BIASED, LEADKPI_FLAG_NOT_A_SUBSET};
    const char *at = flags.data, *end = flags.data + flags.length;
    while (at < end) {
        const char *blank = memchr(at, ' ', (size_t)(end - at)), *stop = blank ? blank : end;
        slice flag = slice_trim((slice){at, (size_t)(stop - at)});
        for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
            if (!slice_is(flag, leadkpi_kpi_flag_name(told[i]))) continue;
            char text[256];
            snprintf(text, sizeof text, "%.*s: %.180s", SLICE_ARGS(flag),
                     leadkpi_kpi_flag_meaning(told[i]));
            add_note(cell, notes, text);
        }
        at = blank ? blank + 1 : end;
    }
}

static void note_status(shown *cell, slice status, footnotes *notes)
{
    char text[256];
    leadkpi_status code = status_by_name(status);
    snprintf(text, sizeof text, "%.*s: %.180s", SLICE_ARGS(status),
             code < 0 ? "" : leadkpi_status_meaning(code));
    add_note(cell, notes, text);
}

/* One number of decimals for a column: that of its largest value. */
static int column_decimals(const leadkpi_table *report, const report_kpi *kpi)
{
    int decimals = -1;
    cell_style style = style_of(kpi);
    for (size_t row = 0; row < leadkpi_table_row_count(report); row++) {
        double value = number_at(report, kpi->value, row);
        if (isnan(value) || value == 0) continue;
        int suits = cell_decimals(value, style);
        if (decimals < 0 || suits < decimals) decimals = suits;
    }
    return decimals < 0 ? cell_decimals(0, style) : decimals;
}

static void show_kpi(shown *cell, const leadkpi_table *report, const report_kpi *kpi, size_t row,
                     int decimals, footnotes *notes)
{
    cell_style style = style_of(kpi);
    double value = number_at(report, kpi->value, row);
    double low = number_at(report, kpi->low, row), high = number_at(report, kpi->high, row);
    bool defined = !isnan(value);
    cell_show(&cell->value, value, style, decimals);
    if (defined) text_print(&cell->value, "%s", unit_sign(kpi, style));
    show_interval(&cell->interval, low, high, style, decimals);
    if (!defined)
        note_status(cell, cell_text(report, kpi->status, row), notes);
    else
        note_flags(cell, cell_text(report, kpi->flags, row), notes);
}

/* ---- a page of cells -------------------------------------------------------- */

static void spaces(FILE *out, size_t count)
{
    while (count--) fputc(' ', out);
}

static size_t width_of(const text_buffer *text)
{
    return text->length ? text_columns(text->data, text->length) : 0;
}

static void put_left(FILE *out, const char *text, size_t length, size_t width)
{
    size_t used = text_columns(text, length);
    fwrite(text, 1, length, out);
    spaces(out, used < width ? width - used : 0);
}

static void put_right(FILE *out, const char *text, size_t length, size_t width)
{
    size_t used = text_columns(text, length);
    spaces(out, used < width ? width - used : 0);
    fwrite(text, 1, length, out);
}

/* A report as it will stand on the page. */
typedef struct page {
    const leadkpi_table *report;
    report_columns columns;
    size_t rows, label_count; /* labels: dimensions, and the period behind them */
    text_buffer *labels;      /* rows * label_count */
    shown *cells;             /* rows * kpi_count */
    size_t *label_widths, *value_widths, *interval_widths;
    text_buffer *heads; /* kpi_count; the label, with the notes that all its rows have */
    footnotes notes;
} page;

static bool is_total(const page *p, size_t row)
{
    return p->columns.row >= 0 && slice_is(cell_text(p->report, p->columns.row, row), "total");
}

static int32_t label_column(const page *p, size_t label)
{
    return label < p->columns.dimension_count ? p->columns.dimensions[label] : p->columns.period;
}

static void make_label(page *p, size_t row, size_t label)
{
    text_buffer *text = &p->labels[row * p->label_count + label];
    int32_t column = label_column(p, label);
    bool null = leadkpi_table_is_null(p->report, column, row);
    slice value = cell_text(p->report, column, row);
    if (is_total(p, row) && null)
        text_print(text, "%s", label == 0 ? "Total" : "");
    else if (null)
        text_print(text, "(not given)");
    else if (value.length == 0)
        text_print(text, "(blank)");
    else
        text_put_shown(text, (slice){value.data, slice_cut(value, 40)});
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The notes that all cells with a number have: of a column (step: the KPIs of a row), or of
 * a row (step 1). */
static uint32_t shared_notes(const shown *first, size_t count, size_t step)
{
    uint32_t shared = UINT32_MAX;
    for (size_t i = 0; i < count; i++)
        if (strcmp(first[i * step].value.data, "-") != 0) shared &= first[i * step].notes;
    return shared == UINT32_MAX || count < 2 ? 0 : shared;
}

/* A note that a whole column has stands at its head, one that a whole row has at
 * its label; the others stand in their cells. */
static void place_notes(page *p)
{
    size_t kpis = p->columns.kpi_count;
    for (size_t k = 0; k < kpis; k++) {
        uint32_t shared = p->rows ? shared_notes(&p->cells[k], p->rows, kpis) : 0;
        text_print(&p->heads[k], "%s", p->columns.kpis[k].label);
        put_letters(&p->heads[k], shared);
        for (size_t row = 0; row < p->rows; row++) p->cells[row * kpis + k].notes &= ~shared;
    }
    for (size_t row = 0; row < p->rows; row++) {
        uint32_t shared = p->label_count ? shared_notes(&p->cells[row * kpis], kpis, 1) : 0;
        if (shared) put_letters(&p->labels[(row + 1) * p->label_count - 1], shared);
        for (size_t k = 0; k < kpis; k++)
            put_letters(&p->cells[row * kpis + k].interval,
                        p->cells[row * kpis + k].notes & ~shared);
    }
}

static void measure_page(page *p)
{
    size_t kpis = p->columns.kpi_count;
    for (size_t l = 0; l < p->label_count; l++)
        p->label_widths[l] = strlen(leadkpi_table_column_name(p->report, label_column(p, l)));
    for (size_t row = 0; row < p->rows; row++) {
        for (size_t l = 0; l < p->label_count; l++)
            p->label_widths[l] =
                larger(p->label_widths[l], width_of(&p->labels[row * p->label_count + l]));
        for (size_t k = 0; k < kpis; k++) {
            const shown *cell = &p->cells[row * kpis + k];
            p->value_widths[k] = larger(p->value_widths[k], width_of(&cell->value));
            p->interval_widths[k] = larger(p->interval_widths[k], width_of(&cell->interval));
        }
    }
}

static void make_page(page *p, const leadkpi_table *report)
{
    *p = (page){.report = report, .rows = leadkpi_table_row_count(report)};
    report_columns_find(&p->columns, report);
    p->label_count = p->columns.dimension_count + (p->columns.period >= 0);
    size_t kpis = p->columns.kpi_count;
    p->labels = tool_allocate(p->rows * p->label_count, sizeof *p->labels);
    p->cells = tool_allocate(p->rows * kpis, sizeof *p->cells);
    p->heads = tool_allocate(kpis, sizeof *p->heads);
    p->label_widths = tool_allocate(p->label_count, sizeof(size_t));
    p->value_widths = tool_allocate(kpis, sizeof(size_t));
    p->interval_widths = tool_allocate(kpis, sizeof(size_t));
    int *decimals = tool_allocate(kpis, sizeof *decimals);
    for (size_t k = 0; k < kpis; k++) decimals[k] = column_decimals(report, &p->columns.kpis[k]);
    for (size_t row = 0; row < p->rows; row++) {
        for (size_t l = 0; l < p->label_count; l++) make_label(p, row, l);
        for (size_t k = 0; k < kpis; k++)
            show_kpi(&p->cells[row * kpis + k], report, &p->columns.kpis[k], row, decimals[k],
                     &p->notes);
    }
    free(decimals);
    place_notes(p);
    measure_page(p);
}

static void free_page(page *p)
{
    for (size_t i = 0; i < p->rows * p->label_count; i++) text_free(&p->labels[i]);
    for (size_t i = 0; i < p->rows * p->columns.kpi_count; i++) {
        text_free(&p->cells[i].value);
        text_free(&p->cells[i].interval);
    }
    for (size_t k = 0; k < p->columns.kpi_count; k++) text_free(&p->heads[k]);
    free(p->heads);
    free(p->labels);
    free(p->cells);
    free(p->label_widths);
    free(p->value_widths);
    free(p->interval_widths);
    report_columns_free(&p->columns);
}

/* Columns of the page that a KPI takes, with the gap before it. */
static size_t kpi_width(const page *p, size_t k)
{
    size_t interval = p->interval_widths[k] ? 1 + p->interval_widths[k] : 0;
    return 2 + larger(p->value_widths[k] + interval, width_of(&p->heads[k]));
}

static size_t labels_width(const page *p)
{
    size_t width = 0;
    for (size_t l = 0; l < p->label_count; l++) width += p->label_widths[l] + (l ? 2 : 0);
    return width;
}

static void rule(FILE *out, size_t width)
{
    while (width--) fputc('-', out);
    fputc('\n', out);
}

static void print_head(FILE *out, const page *p, size_t first, size_t last)
{
    for (size_t l = 0; l < p->label_count; l++) {
        const char *name = leadkpi_table_column_name(p->report, label_column(p, l));
        if (l) spaces(out, 2);
        put_left(out, name, strlen(name), p->label_widths[l]);
    }
    for (size_t k = first; k < last; k++) {
        const char *label = p->heads[k].data;
        spaces(out, 2);
        if (p->interval_widths[k] == 0) {
            put_right(out, label, strlen(label), kpi_width(p, k) - 2);
            continue;
        }
        /* over the value where it fits there, so that the numbers hang below their name */
        size_t used = text_columns(label, strlen(label));
        size_t lead = used < p->value_widths[k] ? p->value_widths[k] - used : 0;
        spaces(out, lead);
        put_left(out, label, strlen(label), k + 1 < last ? kpi_width(p, k) - 2 - lead : 0);
    }
    fputc('\n', out);
}

static void print_row(FILE *out, const page *p, size_t row, size_t first, size_t last)
{
    for (size_t l = 0; l < p->label_count; l++) {
        const text_buffer *text = &p->labels[row * p->label_count + l];
        if (l) spaces(out, 2);
        put_left(out, text->data ? text->data : "", text->length, p->label_widths[l]);
    }
    for (size_t k = first; k < last; k++) {
        const shown *cell = &p->cells[row * p->columns.kpi_count + k];
        size_t width = kpi_width(p, k) - 2;
        size_t value = p->interval_widths[k] ? p->value_widths[k] : width;
        spaces(out, 2);
        put_right(out, cell->value.data, cell->value.length, value);
        if (width == value) continue;
        if (cell->interval.length) fputc(' ', out);
        size_t rest = width - value - (cell->interval.length ? 1 : 0);
        put_left(out, cell->interval.data ? cell->interval.data : "", cell->interval.length,
                 k + 1 < last ? rest : 0);
    }
    fputc('\n', out);
}

static void print_block(FILE *out, const page *p, size_t first, size_t last)
{
    size_t width = labels_width(p);
    for (size_t k = first; k < last; k++) width += kpi_width(p, k);
    print_head(out, p, first, last);
    rule(out, width);
    for (size_t row = 0; row < p->rows; row++) {
        if (is_total(p, row) && row) rule(out, width);
        print_row(out, p, row, first, last);
    }
}

void render_report_text(FILE *out, const leadkpi_table *report, const char *title, size_t width)
{
    page p;
    make_page(&p, report);
    if (title && *title) fprintf(out, "%s\n\n", title);
    for (size_t first = 0; first < p.columns.kpi_count;) {
        size_t used = labels_width(&p), last = first;
        while (last < p.columns.kpi_count && (last == first || used + kpi_width(&p, last) <= width))
            used += kpi_width(&p, last++);
        if (first) fputc('\n', out);
        print_block(out, &p, first, last);
        first = last;
    }
    footnotes_print(out, &p.notes);
    free_page(&p);
}

void render_headline(FILE *out, const leadkpi_table *report)
{
    page p;
    make_page(&p, report);
    if (p.rows) {
        size_t last = p.rows - 1, label = 0, value = 0;
        for (size_t k = 0; k < p.columns.kpi_count; k++) {
            label = larger(label, width_of(&p.heads[k]));
            value = larger(value, p.value_widths[k]);
        }
        for (size_t k = 0; k < p.columns.kpi_count; k++) {
            const shown *cell = &p.cells[last * p.columns.kpi_count + k];
            const char *name = p.heads[k].data;
            spaces(out, 2);
            put_left(out, name, strlen(name), label + 2);
            put_right(out, cell->value.data, cell->value.length, value);
            if (cell->interval.length) fprintf(out, "  %s", cell->interval.data);
            fputc('\n', out);
        }
    }
    footnotes_print(out, &p.notes);
    free_page(&p);
}
