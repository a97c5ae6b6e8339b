#include <math.h>
#include <stdlib.h>

#include <leadkpi/kpi.h>
#include <leadkpi/version.h>

#include "cells.h"
#include "commands.h"
#include "number_text.h"
#include "render.h"
#include "unknown.h"

static const char *property(int32_t kpi, const char *name)
{
    const char *text = leadkpi_kpi_property(kpi, name, LEADKPI_NUL_TERMINATED);
    return text ? text : "";
}

static const char *category_property(const char *category, const char *name)
{
    const char *text = leadkpi_kpi_category_property(category, LEADKPI_NUL_TERMINATED, name,
                                                     LEADKPI_NUL_TERMINATED);
    return text ? text : "";
}

static int find(const char *name, int32_t *kpi, trouble *why)
{
    leadkpi_error error;
    if (leadkpi_kpi_find(name, LEADKPI_NUL_TERMINATED, kpi, &error) == LEADKPI_OK) return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE, "%s", error.message);
}

/* ---- list ------------------------------------------------------------------ */

static void list_category(const char *category)
{
    printf("%s\n  %s\n", category_property(category, "title"),
           category_property(category, "question"));
    int32_t kpi;
    for (int32_t i = 0; (kpi = leadkpi_kpi_at(i)) != -1; i++) {
        if (strcmp(property(kpi, "category"), category) != 0) continue;
        bool variant = *property(kpi, "variant") != '\0';
        int width = variant ? 42 : 44;
        printf("%s%-*s %s\n", variant ? "    " : "  ", width, property(kpi, "name"),
               variant ? property(kpi, "formula") : property(kpi, "title"));
    }
    putchar('\n');
}

static int list_text(const char *category, trouble *why)
{
    const char *id;
    bool found = false;
    for (int32_t i = 0; (id = leadkpi_kpi_category_at(i)) != NULL; i++) {
        if (category && strcmp(category, id) != 0) continue;
        found = true;
        list_category(id);
    }
    if (found) return TOOL_GOOD;
    text_buffer names = {0};
    for (int32_t i = 0; (id = leadkpi_kpi_category_at(i)) != NULL; i++)
        text_print(&names, "%s%s", i ? ", " : "", id);
    int code = trouble_unknown(why, "category", names.data ? names.data : "", slice_of(category ? category : ""), "");
    text_free(&names);
    return code;
}

/* One KPI with every property that it has. */
static void put_json(int32_t kpi, const char *indent)
{
    const char *name;
    printf("%s{\"number\": %d", indent, (int)kpi);
    for (int32_t i = 0; (name = leadkpi_kpi_property_at(i)) != NULL; i++) {
        printf(", ");
        render_json_text(stdout, slice_of(name));
        printf(": ");
        render_json_text(stdout, slice_of(property(kpi, name)));
    }
    putchar('}');
}

/* The form is pinned: "schema" rises when a field goes or changes its meaning; fields are
 * appended. Each KPI says the version of its definition. */
static int list_json(const char *category)
{
    int32_t kpi;
    bool first = true;
    printf("{\"schema\": \"leadkpi-kpi-list/1\", \"library\": \"%s\", \"kpis\": [", leadkpi_version());
    for (int32_t i = 0; (kpi = leadkpi_kpi_at(i)) != -1; i++) {
        if (category && strcmp(property(kpi, "category"), category) != 0) continue;
        printf("%s\n", first ? "" : ",");
        put_json(kpi, "  ");
        first = false;
    }
    printf("\n]}\n");
    return TOOL_GOOD;
}

static int kpi_list(int count, char **arguments, trouble *why)
{
    const char *category = NULL;
    bool json = false;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--json") == 0)
            json = true;
        else if (strcmp(arguments[i], "--category") == 0 && i + 1 < count)
            category = arguments[++i];
        else if (strncmp(arguments[i], "--category=", 11) == 0)
            category = arguments[i] + 11;
        else
            return trouble_unknown(why, "kpi list", "--category, --json", slice_of(arguments[i]), "");
    }
    return json ? list_json(category) : list_text(category, why);
}

/* ---- show ------------------------------------------------------------------ */

static const char *measure_property(const char *measure, const char *name)
{
    const char *text =
        leadkpi_kpi_measure_property(measure, LEADKPI_NUL_TERMINATED, name, LEADKPI_NUL_TERMINATED);
    return text ? text : "";
}

static void show_inputs(int32_t kpi)
{
    const char *measure;
    printf("inputs\n");
    for (int32_t i = 0; (measure = leadkpi_kpi_input(kpi, i)) != NULL; i++)
        printf("  %-24s %s%s%s\n", measure, measure_property(measure, "description"),
               *measure_property(measure, "unit") ? ", in " : "",
               measure_property(measure, "unit"));
}

static void show_variants(int32_t kpi)
{
    int32_t other;
    bool head = false;
    for (int32_t i = 0; (other = leadkpi_kpi_at(i)) != -1; i++) {
        if (other == kpi || strcmp(property(other, "id"), property(kpi, "id")) != 0) continue;
        if (!head) printf("variants\n");
        head = true;
        printf("  %-40s %s\n", property(other, "name"), property(other, "formula"));
    }
}

static void show_text(int32_t kpi)
{
    static const char *const lines[] = {
        "label",     "aliases",        "category", "formula",  "expr",       "unit", "display",
        "direction", "undefined_when", "basis",    "interval", "additivity", "keep", "grain",
        "guardrail", "used_by",        "function", "version",  "since"};
    printf("%s\n  %s\n\n", property(kpi, "name"), property(kpi, "title"));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (*property(kpi, lines[i])) printf("%-15s %s\n", lines[i], property(kpi, lines[i]));
    show_inputs(kpi);
    show_variants(kpi);
    if (*property(kpi, "notes")) printf("notes\n  %s\n", property(kpi, "notes"));
}

static int kpi_show(int count, char **arguments, trouble *why)
{
    const char *name = NULL;
    bool json = false;
    int32_t kpi;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--json") == 0)
            json = true;
        else if (!name && arguments[i][0] != '-')
            name = arguments[i];
        else
            return trouble_set(why, TOOL_USAGE,
                               "kpi show: expected one NAME and perhaps --json, found \"%s\"",
                               arguments[i]);
    }
    if (!name)
        return trouble_set(why, TOOL_USAGE,
                           "kpi show: expected a NAME, found none (leadkpi kpi list shows them)");
    TOOL_TRY(find(name, &kpi, why));
    if (!json) {
        show_text(kpi);
        return TOOL_GOOD;
    }
    put_json(kpi, "");
    putchar('\n');
    return TOOL_GOOD;
}

/* ---- eval ------------------------------------------------------------------ */

#define INPUTS 64

typedef struct evaluation {
    int32_t kpi;
    double inputs[INPUTS];
    bool given[INPUTS];
    size_t positional, named;
    bool json;
    leadkpi_options *options;
} evaluation;

static int read_value(const char *text, double *out, trouble *why)
{
    number_value number;
    if (number_read_double(text, out)) return TOOL_GOOD;
    if (number_read(slice_of(text), NUMBER_DOT, &number)) {
        double power = 1;
        for (int i = 0; i < number.scale + (number.percent ? 2 : 0); i++) power *= 10;
        *out = (double)number.unscaled / power;
        return TOOL_GOOD;
    }
    return trouble_set(why, TOOL_USAGE,
                       "expected a number such as 5000, 0.08 or 8%%, found \"%.80s\"", text);
}

/* "leads" for "new_leads": the words of the shorthand stand at the start or the end of the id. */
static bool is_part_of(slice name, slice id)
{
    if (name.length >= id.length) return slice_equal_folded(name, id);
    const char *tail = id.data + id.length - name.length;
    bool ends = tail[-1] == '_' && slice_equal_folded(name, (slice){tail, name.length});
    bool starts =
        id.data[name.length] == '_' && slice_equal_folded(name, (slice){id.data, name.length});
    return ends || starts;
}

static int input_by_name(int32_t kpi, slice name, size_t *input, trouble *why)
{
    const char *measure;
    size_t found = 0;
    text_buffer names = {0};
    for (int32_t i = 0; (measure = leadkpi_kpi_input(kpi, i)) != NULL; i++) {
        text_print(&names, "%s%s", i ? ", " : "", measure);
        if (slice_equal_folded(name, slice_of(measure))) {
            *input = (size_t)i;
            text_free(&names);
            return TOOL_GOOD;
        }
        if (!is_part_of(name, slice_of(measure))) continue;
        *input = (size_t)i;
        found++;
    }
    int code = found == 1 ? TOOL_GOOD
                          : trouble_unknown(why, property(kpi, "name"), names.data ? names.data : "", name,
                                            found ? ", and it may be several of them" : "");
    text_free(&names);
    return code;
}

static int take_input(evaluation *e, const char *argument, trouble *why)
{
    const char *equals = strchr(argument, '=');
    size_t input = e->positional;
    size_t count = (size_t)leadkpi_kpi_input_count(e->kpi);
    if (equals)
        TOOL_TRY(
            input_by_name(e->kpi, (slice){argument, (size_t)(equals - argument)}, &input, why));
    if (input >= count || input >= INPUTS)
        return trouble_set(why, TOOL_USAGE, "%s: expected %zu numbers (%s), found more",
                           property(e->kpi, "name"), count, property(e->kpi, "inputs"));
    if (e->given[input])
        return trouble_set(why, TOOL_USAGE, "%s: %s was given twice", property(e->kpi, "name"),
                           leadkpi_kpi_input(e->kpi, (int32_t)input));
    TOOL_TRY(read_value(equals ? equals + 1 : argument, &e->inputs[input], why));
    e->given[input] = true;
    if (equals)
        e->named++;
    else
        e->positional++;
    return TOOL_GOOD;
}

static int set_option(evaluation *e, const char *name, const char *value, trouble *why)
{
    leadkpi_error error;
    if (leadkpi_options_set_text(e->options, name, LEADKPI_NUL_TERMINATED, value,
                                 LEADKPI_NUL_TERMINATED, &error) == LEADKPI_OK)
        return TOOL_GOOD;
    return trouble_set(why, TOOL_USAGE, "%s", error.message);
}

static int evaluate(evaluation *e, leadkpi_estimate *estimate, leadkpi_error *error, trouble *why)
{
    const char *names[INPUTS];
    double values[INPUTS];
    size_t count = 0;
    if (e->positional && e->named)
        return trouble_set(why, TOOL_USAGE,
                           "kpi eval: expected numbers, or name=number, found both");
    if (e->positional && e->positional != (size_t)leadkpi_kpi_input_count(e->kpi))
        return trouble_set(why, TOOL_USAGE, "%s: expected %d numbers (%s), found %zu",
                           property(e->kpi, "name"), (int)leadkpi_kpi_input_count(e->kpi),
                           property(e->kpi, "inputs"), e->positional);
    for (size_t i = 0; i < INPUTS; i++) {
        if (!e->given[i]) continue;
        names[count] = leadkpi_kpi_input(e->kpi, (int32_t)i);
        values[count++] = e->inputs[i];
    }
    leadkpi_status status =
        leadkpi_kpi_evaluate_named(e->kpi, names, values, count, e->options, estimate, error);
    if (status == LEADKPI_OK || status == LEADKPI_UNDEFINED || status == LEADKPI_NOT_ENOUGH_DATA)
        return TOOL_GOOD;
    bool misuse = status < 20 || status == LEADKPI_NOT_GIVEN;
    return trouble_set(why, misuse ? TOOL_USAGE : TOOL_DATA, "%s", error->message);
}

static void put_number(const char *name, double value)
{
    text_buffer text = {0};
    if (isfinite(value)) cell_double(&text, value);
    printf(", \"%s\": %s", name, text.length ? text.data : "null");
    text_free(&text);
}

static void print_json(const evaluation *e, const leadkpi_estimate *estimate)
{
    uint32_t flag;
    bool first = true;
    printf("{\"kpi\": \"%s\"", property(e->kpi, "name"));
    put_number("value", estimate->value);
    put_number("low", estimate->low);
    put_number("high", estimate->high);
    put_number("level", estimate->level);
    put_number("n", estimate->n);
    printf(", \"status\": \"%s\", \"flags\": [", leadkpi_status_name(estimate->status));
    for (int32_t i = 0; (flag = leadkpi_kpi_flag_at(i)) != 0; i++) {
        if (!(estimate->flags & flag)) continue;
        printf("%s\"%s\"", first ? "" : ", ", leadkpi_kpi_flag_name(flag));
        first = false;
    }
    printf("], \"unit\": \"%s\", \"reason\": ", property(e->kpi, "unit"));
    render_json_text(stdout, slice_of(leadkpi_kpi_estimate_reason(estimate)));
    printf("}\n");
}

static void print_interval(const leadkpi_estimate *estimate, cell_style style, int decimals)
{
    text_buffer text = {0};
    bool low = isfinite(estimate->low), high = isfinite(estimate->high);
    if (low && high) {
        text_put(&text, " [", 2);
        cell_show(&text, estimate->low, style, decimals);
        text_put(&text, ", ", 2);
        cell_show(&text, estimate->high, style, decimals);
        text_put(&text, "]", 1);
    } else if (low || high) {
        text_print(&text, low ? " at least " : " at most ");
        cell_show(&text, low ? estimate->low : estimate->high, style, decimals);
    }
    if (text.length) printf("%s (%g %%)", text.data, estimate->level * 100);
    text_free(&text);
}

static void print_text(const evaluation *e, const leadkpi_estimate *estimate,
                       const leadkpi_error *error)
{
    cell_style style = strcmp(property(e->kpi, "unit"), "count") == 0
                           ? CELL_WHOLE
                           : cell_style_of(property(e->kpi, "display"));
    double shown = isfinite(estimate->value) ? estimate->value
                   : isfinite(estimate->low) ? estimate->low
                                             : estimate->high;
    int decimals = cell_decimals(shown, style);
    text_buffer text = {0};
    cell_show(&text, estimate->value, style, decimals);
    if (isfinite(estimate->value) && style == CELL_PERCENT) text_print(&text, " %%");
    if (isfinite(estimate->value) && style == CELL_DURATION)
        text_print(&text, " %s", property(e->kpi, "unit"));
    printf("%s: %s", property(e->kpi, "title"), text.data);
    print_interval(estimate, style, decimals);
    putchar('\n');
    const char *reason = estimate->status != LEADKPI_OK && error->message[0]
                             ? error->message
                             : leadkpi_kpi_estimate_reason(estimate);
    if (*reason) printf("  %s\n", reason);
    text_free(&text);
}

static int eval_arguments(evaluation *e, int count, char **arguments, trouble *why)
{
    for (int i = 1; i < count; i++) {
        bool more = i + 1 < count;
        if (strcmp(arguments[i], "--json") == 0)
            e->json = true;
        else if (strcmp(arguments[i], "--level") == 0 && more)
            TOOL_TRY(set_option(e, "level", arguments[++i], why));
        else if (strcmp(arguments[i], "--basis") == 0 && more)
            TOOL_TRY(set_option(e, "basis", arguments[++i], why));
        else if (strncmp(arguments[i], "--", 2) == 0)
            return trouble_unknown(why, "kpi eval", "--level, --basis, --json", slice_of(arguments[i]), "");
        else
            TOOL_TRY(take_input(e, arguments[i], why));
    }
    return TOOL_GOOD;
}

static int kpi_eval(int count, char **arguments, trouble *why)
{
    evaluation e = {0};
    leadkpi_estimate estimate;
    leadkpi_error error;
    if (count == 0)
        return trouble_set(why, TOOL_USAGE,
                           "kpi eval: expected a NAME and its numbers, found nothing");
    TOOL_TRY(find(arguments[0], &e.kpi, why));
    if (leadkpi_options_create(NULL, "kpi_evaluate", LEADKPI_NUL_TERMINATED, &e.options, &error) !=
        LEADKPI_OK)
        return trouble_set(why, TOOL_DATA, "%s", error.message);
    const char *note = leadkpi_kpi_name_note(arguments[0], LEADKPI_NUL_TERMINATED);
    int code = eval_arguments(&e, count, arguments, why);
    if (code == TOOL_GOOD) code = evaluate(&e, &estimate, &error, why);
    leadkpi_options_free(e.options);
    if (code != TOOL_GOOD) return code;
    if (e.json)
        print_json(&e, &estimate);
    else
        print_text(&e, &estimate, &error);
    if (!e.json && note && *note) printf("  %s\n", note);
    return TOOL_GOOD;
}

int command_kpi(int count, char **arguments, trouble *why)
{
    if (count > 0 && strcmp(arguments[0], "list") == 0)
        return kpi_list(count - 1, arguments + 1, why);
    if (count > 0 && strcmp(arguments[0], "show") == 0)
        return kpi_show(count - 1, arguments + 1, why);
    if (count > 0 && strcmp(arguments[0], "eval") == 0)
        return kpi_eval(count - 1, arguments + 1, why);
    bool is_known = false;
    int code = TOOL_GOOD;
    if (count > 0)
        code = command_kpi_tables(arguments[0], count - 1, arguments + 1, &is_known, why);
    if (is_known) return code;
    return trouble_unknown(why, "kpi", "list, show, eval, compare, rank, explain, plan, scorecard, baseline, "
                                       "season, benchmark, check, sql", slice_of(count ? arguments[0] : ""),
                           " (leadkpi kpi --help)");
}
