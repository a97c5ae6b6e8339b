/* export_schema.c: the schema of a table. */
#include "arrow/export.h"
#include "base/format.h"

static const char unit_key[] = "leadkpi.unit";

/* What stands behind the holder of a column's schema. */
typedef struct column_schema {
    struct ArrowSchema dictionary;
    char format[16];
    char metadata[]; /* the number of pairs, then of each text its length and bytes */
} column_schema;

static void release_schema(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release) schema->children[i]->release(schema->children[i]);
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    schema->release = NULL;
    lk_arrow_let_go(schema->private_data);
}

/* It points at nothing that could go. */
static void release_words(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static const char *text_format(int32_t layout)
{
    switch (layout) {
    case LK_LAYOUT_TEXT32:
        return "u";
    case LK_LAYOUT_VIEW:
        return "vu";
    case LK_LAYOUT_DICTIONARY:
        return "i";
    default:
        return "U";
    }
}

static void set_format(char *out, size_t capacity, const lk_column *column)
{
    static const char *const formats[] = {
        [LEADKPI_TYPE_INT64] = "l",
        [LEADKPI_TYPE_DOUBLE] = "g",
        [LEADKPI_TYPE_BOOL] = "b",
        [LEADKPI_TYPE_TIMESTAMP] = "tsu:UTC",
    };
    if (column->is_void)
        lk_format(out, capacity, "n");
    else if (column->type == LEADKPI_TYPE_TEXT)
        lk_format(out, capacity, "%s", text_format(column->layout));
    else if (column->type == LEADKPI_TYPE_DECIMAL)
        lk_format(out, capacity, "d:19,%d", column->scale);
    else
        lk_format(out, capacity, "%s", formats[column->type]);
}

static char *put_text(char *at, const char *text, size_t length)
{
    int32_t count = (int32_t)length;
    memcpy(at, &count, sizeof count);
    memcpy(at + sizeof count, text, length);
    return at + sizeof count + length;
}

static void set_unit(char *metadata, const char *unit, size_t length)
{
    const int32_t pairs = 1;
    memcpy(metadata, &pairs, sizeof pairs);
    put_text(put_text(metadata + sizeof pairs, unit_key, sizeof unit_key - 1), unit, length);
}

leadkpi_status lk_arrow_export_column_schema(const leadkpi_table *table, const lk_column *column,
                                             struct ArrowSchema *out, leadkpi_error *error)
{
    lk_arrow_holder *holder;
    size_t unit_length = strlen(column->unit);
    size_t size = sizeof(column_schema) + 3 * sizeof(int32_t) + sizeof unit_key + unit_length;
    out->release = NULL;
    LK_FAIL_IF(column->type == LEADKPI_TYPE_OTHER, error, LEADKPI_WRONG_TYPE,
               "column \"%.*s\": expected a type that the library reads, found %s",
               LK_TEXT_ARGS(column->name), column->unit);
    LK_TRY(lk_arrow_hold(table, size, &holder, error));
    column_schema *parts = (column_schema *)(void *)holder->bytes;
    set_format(parts->format, sizeof parts->format, column);
    if (unit_length) set_unit(parts->metadata, column->unit, unit_length);
    *out = (struct ArrowSchema){
        .format = parts->format,
        .name = column->name.data,
        .metadata = unit_length ? parts->metadata : NULL,
        .flags = ARROW_FLAG_NULLABLE,
        .release = release_schema,
        .private_data = holder,
    };
    if (column->layout == LK_LAYOUT_DICTIONARY) {
        parts->dictionary =
            (struct ArrowSchema){.format = "U", .name = "", .release = release_words};
        out->dictionary = &parts->dictionary;
    }
    return LEADKPI_OK;
}

leadkpi_status leadkpi_arrow_export_schema(const leadkpi_table *table, struct ArrowSchema *schema,
                                           leadkpi_error *error)
{
    lk_arrow_holder *holder;
    leadkpi_error_reset(error);
    LK_REQUIRE(schema, error);
    schema->release = NULL;
    LK_REQUIRE(table, error);
    size_t count = table->column_count;
    LK_TRY(lk_arrow_hold(table, count * (sizeof(struct ArrowSchema) + sizeof(void *)), &holder,
                         error));
    struct ArrowSchema *children = (void *)holder->bytes;
    struct ArrowSchema **pointers = (void *)(children + count);
    *schema = (struct ArrowSchema){
        .format = "+s",
        .name = "",
        .children = pointers,
        .release = release_schema,
        .private_data = holder,
    };
    for (size_t i = 0; i < count; i++) {
        pointers[i] = &children[i];
        leadkpi_status status =
            lk_arrow_export_column_schema(table, table->columns[i], &children[i], error);
        if (status != LEADKPI_OK) {
            release_schema(schema);
            return status;
        }
        schema->n_children++;
    }
    return LEADKPI_OK;
}
