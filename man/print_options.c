/* print_options SCHEMA [WITHOUT]: the options of a schema as an mdoc list, for the
 * pages; those that schema WITHOUT has too are left to its own page. */
#include <leadkpi.h>
#include <stdio.h>
#include <string.h>

static leadkpi_table *list_of(const char *schema)
{
    leadkpi_options *options = NULL;
    leadkpi_table *list = NULL;
    leadkpi_error error;
    if (leadkpi_options_create(NULL, schema, LEADKPI_NUL_TERMINATED, &options, &error) ||
        leadkpi_options_list(options, &list, &error))
        fprintf(stderr, "%s\n", error.message);
    leadkpi_options_free(options);
    return list;
}

/* A cell as a C string; the list's texts are short. Each column has a place of its own. */
static const char *cell(const leadkpi_table *list, size_t row, const char *column)
{
    static char texts[16][1024];
    const char *text = "";
    size_t length = 0;
    int32_t index = 0;
    leadkpi_table_find_column(list, column, LEADKPI_NUL_TERMINATED, &index, NULL);
    leadkpi_table_get_text(list, index, row, &text, &length, NULL);
    snprintf(texts[index], sizeof texts[0], "%.*s", (int)length, text);
    return texts[index];
}

static int has(const leadkpi_table *list, const char *given)
{
    char name[1024]; /* `given` may be a cell, whose place is taken below */
    snprintf(name, sizeof name, "%s", given);
    for (size_t row = 0; list && row < leadkpi_table_row_count(list); row++)
        if (strcmp(cell(list, row, "name"), name) == 0) return 1;
    return 0;
}

/* "a|b|c", or "a,b,c", as "a, b, c". */
static void print_words(const char *words, char separator)
{
    for (; *words; words++) {
        if (*words == separator)
            printf(", ");
        else
            putchar(*words);
    }
}

static void print_bound(const char *words, const char *bound)
{
    if (!*bound) return;
    if (*bound == '>' || *bound == '<')
        printf(", %s %s", *bound == '>' ? "above" : "below", bound + 1);
    else
        printf(", %s %s", words, bound);
}

static void print_option(const leadkpi_table *list, size_t row)
{
    printf(".It Cm %s\n%s\n(", cell(list, row, "name"), cell(list, row, "meaning"));
    if (*cell(list, row, "choices"))
        print_words(cell(list, row, "choices"), '|');
    else
        printf("%s", cell(list, row, "type"));
    if (*cell(list, row, "unit")) printf(", %s", cell(list, row, "unit"));
    print_bound("from", cell(list, row, "minimum"));
    print_bound("to", cell(list, row, "maximum"));
    if (!*cell(list, row, "default")) {
        printf("; not set)\n");
        return;
    }
    printf("; by default\n.Cm ");
    print_words(cell(list, row, "default"), ',');
    printf(" ) .\n");
}

int main(int argc, char **argv)
{
    leadkpi_table *list, *without = NULL;
    if (argc < 2) return 2;
    list = list_of(argv[1]);
    if (argc > 2) without = list_of(argv[2]);
    if (!list || (argc > 2 && !without)) return 1;
    printf(".Bl -tag -width Ds\n");
    for (size_t row = 0; row < leadkpi_table_row_count(list); row++)
        if (!has(without, cell(list, row, "name"))) print_option(list, row);
    printf(".El\n");
    leadkpi_table_free(list);
    leadkpi_table_free(without);
    return 0;
}
