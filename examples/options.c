/* options.c: everything is configured in one way, and tells what it takes: what a
 * binding, a form or a --help is made of. */
#include <leadkpi.h>
#include <stdio.h>
#include <string.h>

/* A text cell. It is not NUL-terminated. */
static void print_cell(const leadkpi_table *table, const char *column, size_t row)
{
    const char *text = "";
    size_t length = 0;
    int32_t index;
    if (leadkpi_table_find_column(table, column, LEADKPI_NUL_TERMINATED, &index, NULL) ==
        LEADKPI_OK)
        leadkpi_table_get_text(table, index, row, &text, &length, NULL);
    printf("%.*s", (int)length, text);
}

static void print_options(const char *schema)
{
    leadkpi_options *options;
    leadkpi_table *list;
    leadkpi_error error;
    if (leadkpi_options_create(NULL, schema, strlen(schema), &options, &error) != LEADKPI_OK)
        return;
    if (leadkpi_options_list(options, &list, &error) == LEADKPI_OK) {
        for (size_t row = 0; row < leadkpi_table_row_count(list); row++) {
            printf("  ");
            print_cell(list, "name", row);
            printf(" (");
            print_cell(list, "type", row);
            printf(") = ");
            print_cell(list, "default", row);
            printf("\n    ");
            print_cell(list, "meaning", row);
            printf("\n");
        }
        leadkpi_table_free(list);
    }
    leadkpi_options_free(options);
}

static void print_schemas(void)
{
    leadkpi_table *schemas;
    leadkpi_error error;
    if (leadkpi_options_schemas(NULL, &schemas, &error) != LEADKPI_OK) return;
    for (size_t row = 0; row < leadkpi_table_row_count(schemas); row++) {
        print_cell(schemas, "schema", row);
        printf(": ");
        print_cell(schemas, "meaning", row);
        printf("\n");
    }
    leadkpi_table_free(schemas);
}

/* Several at once, as a user would type them; or the reason why not. */
static void try_text(leadkpi_options *options, const char *text)
{
    char canonical[256];
    leadkpi_error error;
    if (leadkpi_options_parse(options, text, LEADKPI_NUL_TERMINATED, &error) != LEADKPI_OK) {
        printf("%s: %s\n", text, error.message);
        return;
    }
    /* Equal text, equal meaning: good as a key of a cache, or in a log. */
    if (leadkpi_options_text(options, canonical, sizeof canonical, NULL, &error) == LEADKPI_OK)
        printf("%s\n", canonical);
}

int main(void)
{
    leadkpi_options *options;
    leadkpi_error error;
    print_schemas();
    printf("\ncampaigns\n");
    print_options("campaigns");
    printf("\nkpi_evaluate\n");
    print_options("kpi_evaluate");
    printf("\n");
    if (leadkpi_options_create(NULL, "campaigns_report", LEADKPI_NUL_TERMINATED, &options, &error))
        return 1;
    try_text(options, " grain = month ; by = channel, \"campaign, region\" ");
    leadkpi_options_set_double(options, "level", LEADKPI_NUL_TERMINATED, 0.9, &error);
    try_text(options, "sla=1h30min");
    try_text(options, "grian=week");
    try_text(options, "grain=fortnight");
    try_text(options, "level=95");
    leadkpi_options_free(options);
    return 0;
}
