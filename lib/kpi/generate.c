/* generate.c: writes the files that follow from the catalogue, through the
 * public introspection alone. `make update-kpi` puts them in place; a test
 * compares them with what is committed.
 *
 *     generate header             include/leadkpi/kpi_functions.h
 *     generate names              lib/kpi/names.def
 *     generate man3 CATEGORY      man/man3/leadkpi_kpi_CATEGORY.3
 *     generate man7               man/man7/leadkpi_kpi.7 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <leadkpi/kpi.h>
#include <leadkpi/version.h>

#define NUL LEADKPI_NUL_TERMINATED

static const char *property(int32_t kpi, const char *name)
{
    return leadkpi_kpi_property(kpi, name, NUL);
}

static const char *measure(const char *id, const char *name)
{
    return leadkpi_kpi_measure_property(id, NUL, name, NUL);
}

static int is_sample(int32_t kpi)
{
    return strcmp(property(kpi, "shape"), "sample") == 0;
}

/* ---- the header --------------------------------------------------------- */

/* A comment of at most 99 columns: words, with `indent` before every line but the first. */
static void print_wrapped(const char *text, size_t *column, const char *indent)
{
    while (*text) {
        size_t length = strcspn(text, " ");
        if (*column + 1 + length > 99) {
            printf("\n%s", indent);
            *column = strlen(indent);
        } else {
            putchar(' ');
            *column += 1;
        }
        printf("%.*s", (int)length, text);
        *column += length;
        text += length + strspn(text + length, " ");
    }
}

static void print_input(const char *id)
{
    char line[512];
    const char *minimum = measure(id, "minimum"), *maximum = measure(id, "maximum");
    snprintf(line, sizeof line, "%s; %s%s%s%s%s", measure(id, "description"), measure(id, "unit"),
             *minimum && *maximum ? ", from "
             : *minimum           ? ", "
                                  : "",
             minimum,
             *minimum && *maximum ? " to "
             : *minimum           ? " or more"
             : *maximum           ? ", at most "
                                  : "",
             maximum);
    size_t column = (size_t)printf(" *   %s:", id);
    print_wrapped(line, &column, " *      ");
    putchar('\n');
}

/* "double a, double b" or "const double *a_values, size_t a_count". */
static size_t parameters(int32_t kpi, char *out, size_t capacity)
{
    size_t used = 0;
    for (int32_t i = 0; i < leadkpi_kpi_input_count(kpi); i++) {
        const char *id = leadkpi_kpi_input(kpi, i), *comma = i > 0 ? ", " : "";
        int written = is_sample(kpi)
                          ? snprintf(out + used, capacity - used,
                                     "%sconst double *%s_values, size_t %s_count", comma, id, id)
                          : snprintf(out + used, capacity - used, "%sdouble %s", comma, id);
        used += (size_t)written;
    }
    return used;
}

/* On one line where it fits, else with its parameters on the next ones. */
static void print_prototype(int32_t kpi)
{
    char list[600];
    size_t length = parameters(kpi, list, sizeof list);
    size_t column = (size_t)printf("LEADKPI_API double leadkpi_%s(", property(kpi, "function"));
    if (column + length + 2 <= 99) {
        printf("%s);\n\n", list);
        return;
    }
    printf("\n   ");
    column = 3;
    for (const char *next = list; *next;) {
        size_t size = strcspn(next, ",") + (next[strcspn(next, ",")] == ',');
        if (column + 3 + size > 99) column = (size_t)printf("\n   ") - 1;
        column += (size_t)printf(" %.*s", (int)size, next);
        next += size + strspn(next + size, " ");
    }
    printf(");\n\n");
}

static void print_function(int32_t kpi)
{
    const char *undefined = property(kpi, "undefined_when");
    size_t column = (size_t)printf("/* leadkpi_%s:", property(kpi, "function"));
    print_wrapped(property(kpi, "title"), &column, " * ");
    print_wrapped("=", &column, " * ");
    print_wrapped(property(kpi, "expr"), &column, " * ");
    putchar('.');
    putchar('\n');
    for (int32_t i = 0; i < leadkpi_kpi_input_count(kpi); i++)
        print_input(leadkpi_kpi_input(kpi, i));
    column = (size_t)printf(" * Gives");
    print_wrapped(property(kpi, "unit"), &column, " * ");
    printf(".");
    column++;
    print_wrapped("Undefined:", &column, " * ");
    print_wrapped(undefined, &column, " * ");
    printf(".");
    column++;
    print_wrapped("Since", &column, " * ");
    print_wrapped(property(kpi, "since"), &column, " * ");
    printf(". */\n");
    print_prototype(kpi);
}

static void print_number(int32_t kpi)
{
    printf("    LEADKPI_KPI_");
    for (const char *c = property(kpi, "function"); *c; c++) putchar(toupper((unsigned char)*c));
    printf(" = %d,\n", kpi);
}

static void print_header(void)
{
    printf("%s",
           "/* kpi_functions.h: one C function a KPI and a variant, and their numbers.\n"
           " *\n"
           " * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.\n"
           " *\n"
           " * Written by `make update-kpi` from lib/kpi/kpi.def; change that.\n"
           " *\n"
           " * Every function is exact arithmetic on its inputs: no rounding, no interval, no\n"
           " * memory, thread-safe. It gives NaN where the number is undefined, where the\n"
           " * result is too large for a double, and for an input outside the range that is\n"
           " * stated, which NaN always is. A range without numbers means any finite number.\n"
           " * Fractions are 0.08, not 8. leadkpi_kpi_evaluate gives the interval as well, and\n"
           " * the reason where there is no number.\n"
           " *\n"
           " * A function over arrays takes a pointer and a count for each; the pointer may\n"
           " * be NULL where the count is 0. Values are neither kept nor changed. A duration\n"
           " * may be infinite: not over yet. */\n"
           "#ifndef LEADKPI_KPI_FUNCTIONS_H\n"
           "#define LEADKPI_KPI_FUNCTIONS_H\n\n"
           "#include <stddef.h>\n\n"
           "#include <leadkpi/export.h>\n\n"
           "#ifdef __cplusplus\n"
           "extern \"C\" {\n"
           "#endif\n\n"
           "/* The numbers of the KPIs, pinned for ever. */\n"
           "enum {\n");
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) print_number(leadkpi_kpi_at(i));
    printf("    LEADKPI_KPI_NONE = -1\n};\n\n");
    const char *category;
    for (int32_t c = 0; (category = leadkpi_kpi_category_at(c)); c++) {
        printf("/* ---- %s ---- */\n\n",
               leadkpi_kpi_category_property(category, NUL, "title", NUL));
        for (int32_t i = 0; i < leadkpi_kpi_count(); i++)
            if (strcmp(category, property(leadkpi_kpi_at(i), "category")) == 0)
                print_function(leadkpi_kpi_at(i));
    }
    printf("#ifdef __cplusplus\n}\n#endif\n#endif\n");
}

/* ---- the sorted names --------------------------------------------------- */

typedef struct name {
    char folded[128];
    int32_t kpi;
} name;

/* As lk_name_fold: the library finds its names by it, so a test would see a difference. */
static void fold(const char *text, size_t length, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (strchr(" \t-/:_", text[i])) {
            if (n > 0 && out[n - 1] != '_') out[n++] = '_';
        } else {
            out[n++] = (char)tolower((unsigned char)text[i]);
        }
    }
    while (n > 0 && out[n - 1] == '_') n--;
    out[n] = 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const name *)a)->folded, ((const name *)b)->folded);
}

static size_t add_name(name *names, size_t count, const char *text, size_t length, int32_t kpi)
{
    if (length == 0 || length >= sizeof names->folded) return count;
    fold(text, length, names[count].folded);
    names[count].kpi = kpi;
    return count + 1;
}

static int print_names(void)
{
    static name names[4096];
    size_t count = 0;
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        const char *alias = property(kpi, "aliases");
        count = add_name(names, count, property(kpi, "name"), strlen(property(kpi, "name")), kpi);
        while (*alias) {
            size_t length = strcspn(alias, ";");
            count = add_name(names, count, alias, length, kpi);
            alias += length + strspn(alias + length, "; ");
        }
    }
    qsort(names, count, sizeof *names, by_name);
    printf("/* names.def: every folded name and alias with its KPI, in rising order of the\n"
           " * bytes. Written by `make update-kpi` from kpi.def; change that. */\n");
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(names[i].folded, names[i - 1].folded) == 0) {
            if (names[i].kpi == names[i - 1].kpi) continue;
            fprintf(stderr, "%s: the name of two KPIs, %d and %d\n", names[i].folded,
                    names[i - 1].kpi, names[i].kpi);
            return EXIT_FAILURE;
        }
        printf("NAME(\"%s\", %d)\n", names[i].folded, names[i].kpi);
    }
    return EXIT_SUCCESS;
}

/* ---- man pages ---------------------------------------------------------- */

/* Text for mdoc: backslashes are doubled, and a line does not begin with a control character. */
static void print_mdoc(const char *text)
{
    if (*text == '.' || *text == '\'') printf("\\&");
    for (; *text; text++) {
        if (*text == '\\') putchar('\\');
        putchar(*text);
        if (*text == '.' && text[1] == ' ') {
            putchar('\n');
            text++;
            if (text[1] == '.' || text[1] == '\'') printf("\\&");
        }
    }
}

static void print_mdoc_line(const char *label, const char *text)
{
    if (!*text) return;
    printf(".It %s\n", label);
    print_mdoc(text);
    putchar('\n');
}

static void print_man3(const char *category)
{
    printf(".\\\" Written by `make update-kpi` from lib/kpi/kpi.def; change that.\n"
           ".Dd November 21, 2026\n.Dt LEADKPI_KPI_");
    for (const char *c = category; *c; c++) putchar(toupper((unsigned char)*c));
    printf(" 3\n.Os libleadkpi %s\n.Sh NAME\n", leadkpi_version());
    const char *separator = "";
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        if (strcmp(category, property(kpi, "category")) != 0) continue;
        printf("%s.Nm leadkpi_%s", separator, property(kpi, "function"));
        separator = " ,\n";
    }
    printf("\n.Nd KPI functions: %s\n.Sh SYNOPSIS\n.In leadkpi.h\n",
           leadkpi_kpi_category_property(category, NUL, "title", NUL));
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        if (strcmp(category, property(kpi, "category")) != 0) continue;
        printf(".Ft double\n.Fo leadkpi_%s\n", property(kpi, "function"));
        for (int32_t k = 0; k < leadkpi_kpi_input_count(kpi); k++) {
            const char *id = leadkpi_kpi_input(kpi, k);
            if (is_sample(kpi))
                printf(".Fa \"const double *%s_values\"\n.Fa \"size_t %s_count\"\n", id, id);
            else
                printf(".Fa \"double %s\"\n", id);
        }
        printf(".Fc\n");
    }
    printf(".Sh DESCRIPTION\n");
    print_mdoc(leadkpi_kpi_category_property(category, NUL, "question", NUL));
    printf("\n.Pp\n"
           "Each function computes one KPI, or one variant of it.\n"
           "Counts may be fractional, fractions are 0.08 rather than 8, and money is in one\n"
           "currency.\n");
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        if (strcmp(category, property(kpi, "category")) != 0) continue;
        printf(".Ss %s\n.Fn leadkpi_%s\nis\n.Li \"%s\" .\n", property(kpi, "title"),
               property(kpi, "function"), property(kpi, "expr"));
        printf(".Bl -tag -width Definition -compact\n");
        print_mdoc_line("Definition", property(kpi, "formula"));
        print_mdoc_line("Unit", property(kpi, "unit"));
        print_mdoc_line("Undefined", property(kpi, "undefined_when"));
        print_mdoc_line("Used by", property(kpi, "used_by"));
        print_mdoc_line("Note", property(kpi, "notes"));
        for (int32_t k = 0; k < leadkpi_kpi_input_count(kpi); k++)
            print_mdoc_line(leadkpi_kpi_input(kpi, k),
                            measure(leadkpi_kpi_input(kpi, k), "description"));
        printf(".El\n");
    }
    printf(".Sh RETURN VALUES\n"
           "The value, or NaN where it is undefined, too large for a double, or an input is\n"
           "outside its range.\n"
           ".Sh SEE ALSO\n.Xr leadkpi_kpi 3 ,\n.Xr leadkpi_kpi 7\n");
}

static void print_man7_entry(int32_t kpi)
{
    printf(".It Sy %s\n", property(kpi, "name"));
    print_mdoc(property(kpi, "title"));
    printf(".\nKPI %d.\n.br\n.Li \"%s\"\n", kpi, property(kpi, "expr"));
    printf(".Bl -tag -width Definition -compact\n");
    print_mdoc_line("Also", property(kpi, "aliases"));
    print_mdoc_line("Definition", property(kpi, "formula"));
    print_mdoc_line("Unit", property(kpi, "unit"));
    print_mdoc_line("Better", property(kpi, "direction"));
    print_mdoc_line("Undefined", property(kpi, "undefined_when"));
    print_mdoc_line("Interval", property(kpi, "interval"));
    print_mdoc_line("Merges as", property(kpi, "additivity"));
    print_mdoc_line("Grain", property(kpi, "grain"));
    print_mdoc_line("Guardrail", property(kpi, "guardrail"));
    print_mdoc_line("Used by", property(kpi, "used_by"));
    print_mdoc_line("Note", property(kpi, "notes"));
    printf(".El\n");
}

/* Which KPIs have no interval from their inputs alone, and why. */
static void print_intervals(void)
{
    printf(".Ss Intervals\n"
           "Every KPI that is not listed here has an interval from its inputs alone.\n"
           "Where a KPI needs more, that is given as a dispersion: see\n.Xr leadkpi_kpi 3 .\n"
           ".Bl -column customer_lifetime_value:revenue_churn -compact\n");
    for (int32_t i = 0; i < leadkpi_kpi_count(); i++) {
        int32_t kpi = leadkpi_kpi_at(i);
        const char *needs = property(kpi, "interval_needs");
        if (!*needs) continue;
        printf(".It %s Ta ", property(kpi, "name"));
        print_mdoc(needs + strlen("no interval: "));
        putchar('\n');
    }
    printf(".El\n");
}

static void print_man7(void)
{
    printf(".\\\" Written by `make update-kpi` from lib/kpi/kpi.def; change that.\n"
           ".Dd November 21, 2026\n.Dt LEADKPI_KPI 7\n.Os libleadkpi %s\n"
           ".Sh NAME\n.Nm leadkpi_kpi\n.Nd the catalogue of lead-generation KPIs\n"
           ".Sh DESCRIPTION\n"
           "Every KPI has an id, a pinned number, a formula over measures, and variants that\n"
           "other people compute under the same name.\n"
           "A variant is written\n.Sy id:variant .\n"
           "Names match whatever the case; blanks, hyphens, slashes, colons and underscores are\n"
           "one.\n"
           "Fractions are 0.08 rather than 8 %%.\n",
           leadkpi_version());
    const char *category;
    for (int32_t c = 0; (category = leadkpi_kpi_category_at(c)); c++) {
        printf(".Ss %s\n", leadkpi_kpi_category_property(category, NUL, "title", NUL));
        print_mdoc(leadkpi_kpi_category_property(category, NUL, "question", NUL));
        printf("\n.Bl -tag -width Ds\n");
        for (int32_t i = 0; i < leadkpi_kpi_count(); i++)
            if (strcmp(category, property(leadkpi_kpi_at(i), "category")) == 0)
                print_man7_entry(leadkpi_kpi_at(i));
        printf(".El\n");
    }
    printf(".Ss Measures\n.Bl -tag -width Ds\n");
    const char *id;
    for (int32_t i = 0; (id = leadkpi_kpi_measure_at(i)); i++) {
        printf(".It Sy %s\n", id);
        print_mdoc(measure(id, "description"));
        printf(".\n%s, %s, %s.\n", measure(id, "type"), measure(id, "unit"),
               measure(id, "additivity"));
    }
    printf(".El\n");
    print_intervals();
    printf(".Sh SEE ALSO\n.Xr leadkpi 1 ,\n.Xr leadkpi_kpi 3\n");
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "";
    if (strcmp(what, "header") == 0)
        print_header();
    else if (strcmp(what, "names") == 0)
        return print_names();
    else if (strcmp(what, "man3") == 0 && count > 2)
        print_man3(arguments[2]);
    else if (strcmp(what, "man7") == 0)
        print_man7();
    else
        return EXIT_FAILURE;
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
