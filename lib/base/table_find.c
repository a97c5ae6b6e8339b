/* table_find.c: columns by name, and the types they may have. */
#include "base/format.h"
#include "base/nearest.h"
#include "base/sentence.h"
#include "base/table_parts.h"

static const char *const type_names[] = {
    [LEADKPI_TYPE_INT64] = "int64",
    [LEADKPI_TYPE_DOUBLE] = "double",
    [LEADKPI_TYPE_BOOL] = "bool",
    [LEADKPI_TYPE_TEXT] = "text",
    [LEADKPI_TYPE_TIMESTAMP] = "timestamp",
    [LEADKPI_TYPE_DECIMAL] = "decimal",
    [LEADKPI_TYPE_OTHER] = "other",
};

#define TYPE_COUNT ((int32_t)(sizeof type_names / sizeof *type_names))

const char *leadkpi_type_name(int32_t type)
{
    return type > 0 && type < TYPE_COUNT ? type_names[type] : "unknown";
}

/* "int64", "int64 or double", "int64, double or decimal". */
static void print_types(char *out, size_t capacity, unsigned types)
{
    size_t length = 0;
    out[0] = '\0';
    for (int32_t type = 1; type < TYPE_COUNT; type++) {
        if (!(types & LK_ALLOW(type))) continue;
        bool is_last = types >> type == 1;
        const char *joint = length == 0 ? "" : is_last ? " or " : ", ";
        length += lk_format(out + length, capacity - length, "%s%s", joint, type_names[type]);
    }
}

leadkpi_status lk_column_check_type(const lk_column *column, unsigned allowed_types,
                                    leadkpi_error *error)
{
    if (LK_LIKELY(allowed_types & LK_ALLOW(column->type)) || column->is_void) return LEADKPI_OK;
    char expected[64];
    print_types(expected, sizeof expected, allowed_types);
    bool is_other = column->type == LEADKPI_TYPE_OTHER;
    return lk_fail_at(error, LEADKPI_WRONG_TYPE, -1, column->index,
                      "column \"%.*s\": expected %s, found %s", LK_TEXT_ARGS(column->name),
                      expected, is_other ? column->unit : leadkpi_type_name(column->type));
}

const lk_column *lk_table_column(const leadkpi_table *table, int32_t index)
{
    return table && index >= 0 && (size_t)index < table->column_count ? table->columns[index]
                                                                       : NULL;
}

const lk_column *lk_table_find(const leadkpi_table *table, lk_text name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (lk_text_equal(table->columns[i]->name, name)) return table->columns[i];
    return NULL;
}

/* Where no name is near, it is said which there are. */
static leadkpi_status fail_without(const leadkpi_table *table, lk_text name, leadkpi_error *error)
{
    char found[200];
    lk_sentence s = {found, sizeof found, 0};
    size_t room = sizeof found - sizeof ", ...", shown = 0;
    for (; shown < table->column_count; shown++) {
        lk_text one = table->columns[shown]->name;
        if (s.length + one.length + 2 > room) break;
        if (shown > 0) lk_say_words(&s, ", ");
        lk_say(&s, one);
    }
    if (shown < table->column_count) lk_say_words(&s, shown > 0 ? ", ..." : "others");
    if (table->column_count == 0) lk_say_words(&s, "none");
    return lk_fail(error, LEADKPI_UNKNOWN_NAME, "column: nothing is called \"%.*s\"; found: %.*s",
                   LK_TEXT_ARGS(name), LK_TEXT_ARGS(((lk_text){found, s.length})));
}

static leadkpi_status fail_unknown(const leadkpi_table *table, lk_text name, leadkpi_error *error)
{
    lk_nearest nearest;
    lk_text best;
    lk_nearest_begin(&nearest, name);
    for (size_t i = 0; i < table->column_count; i++)
        lk_nearest_consider(&nearest, table->columns[i]->name);
    if (!lk_nearest_result(&nearest, &best)) return fail_without(table, name, error);
    return lk_nearest_fail(&nearest, "column", error);
}

leadkpi_status lk_table_allow(const leadkpi_table *table, lk_text name, unsigned allowed_types,
                              const lk_column **column, leadkpi_error *error)
{
    *column = NULL;
    const lk_column *found = lk_table_find(table, name);
    if (!found) return LEADKPI_OK;
    LK_TRY(lk_column_check_type(found, allowed_types, error));
    *column = found;
    return LEADKPI_OK;
}

leadkpi_status lk_table_require(const leadkpi_table *table, lk_text name, unsigned allowed_types,
                                const lk_column **column, leadkpi_error *error)
{
    LK_TRY(lk_table_allow(table, name, allowed_types, column, error));
    return *column ? LEADKPI_OK : fail_unknown(table, name, error);
}

leadkpi_status leadkpi_table_find_column(const leadkpi_table *table, const char *name,
                                         size_t name_length, int32_t *column, leadkpi_error *error)
{
    leadkpi_error_reset(error);
    LK_REQUIRE(column, error);
    *column = -1;
    LK_REQUIRE(table, error);
    LK_REQUIRE(name, error);
    lk_text text = lk_text_of(name, name_length);
    const lk_column *found = lk_table_find(table, text);
    if (!found) return fail_unknown(table, text, error);
    *column = found->index;
    return LEADKPI_OK;
}

leadkpi_status lk_column_check_complete(const lk_column *column, leadkpi_error *error)
{
    if (!column || !column->validity) return LEADKPI_OK;
    for (size_t row = 0; row < column->row_count; row++)
        if (!lk_column_is_valid(column, row))
            return lk_fail_at(error, LEADKPI_BAD_DATA, (int64_t)row, column->index,
                              "row %zu, column \"%.*s\": expected a value, found null", row,
                              LK_TEXT_ARGS(column->name));
    return LEADKPI_OK;
}
