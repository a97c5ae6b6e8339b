#include "base/state.h"

#define BLOCK 512
#define TEXT_SIZE 1 /* the least that a text takes */

/* ---- definitions ------------------------------------------------------------------- */

static leadkpi_status check_canonical(lk_reader *reader, lk_memory *memory, const lk_schema *schema,
                                      lk_text text, const leadkpi_options *definition)
{
    char *printed;
    size_t length = lk_options_print(definition, schema, NULL, 0);
    if (length != text.length)
        return lk_reader_refuse(reader, "definition: expected its canonical text");
    LK_TRY(lk_allocate(memory, length, 1, &printed, reader->error));
    lk_options_print(definition, schema, printed, length);
    bool equal = memcmp(printed, text.data, length) == 0;
    lk_release(memory, printed, length, 1);
    return equal ? LEADKPI_OK : lk_reader_refuse(reader, "definition: expected its canonical text");
}

static leadkpi_status parse(lk_reader *reader, lk_memory *memory, const lk_schema *schema,
                            lk_state_check check, lk_text text, leadkpi_options *definition)
{
    leadkpi_error why;
    leadkpi_status status = leadkpi_options_parse(definition, text.data, text.length, &why);
    if (status == LEADKPI_OK && check) status = check(definition, &why);
    if (status == LEADKPI_OUT_OF_MEMORY || status == LEADKPI_LIMIT)
        return lk_fail(reader->error, status, "%s", why.message);
    if (status != LEADKPI_OK)
        return lk_reader_refuse(reader, "definition: expected options of this kind of handle");
    return check_canonical(reader, memory, schema, text, definition);
}

leadkpi_status lk_state_read_definition(lk_reader *reader, lk_memory *memory, const lk_schema *schema,
                                        lk_state_check check, leadkpi_options **definition)
{
    leadkpi_options *made;
    lk_text text = lk_read_text(reader);
    *definition = NULL;
    LK_TRY(lk_reader_status(reader));
    LK_TRY(lk_options_new(memory, schema, &made, reader->error));
    leadkpi_status status = parse(reader, memory, schema, check, text, made);
    if (status == LEADKPI_OK)
        *definition = made;
    else
        leadkpi_options_free(made);
    return status;
}

/* ---- texts -------------------------------------------------------------------------- */

leadkpi_status lk_state_read_texts(lk_reader *reader, lk_memory *memory, lk_map_text *map, size_t most,
                                   bool (*is_good)(lk_text), const char *expected, size_t *count)
{
    lk_text keys[BLOCK], last = {"", 0};
    uint32_t indexes[BLOCK];
    *count = lk_read_count(reader, TEXT_SIZE);
    if (*count > most) return lk_reader_refuse(reader, "texts: expected fewer than a map takes");
    for (size_t i = 0, held = 0; i < *count; i++) {
        lk_text text = lk_read_text(reader);
        LK_TRY(lk_reader_status(reader));
        if (i > 0 && lk_text_compare(last, text) >= 0)
            return lk_reader_refuse(reader, "texts: expected rising order");
        if (is_good && !is_good(text)) return lk_reader_refuse(reader, expected);
        keys[held++] = last = text;
        if (held < BLOCK && i + 1 < *count) continue;
        LK_TRY(lk_interrupted(memory, reader->error));
        LK_TRY(lk_map_text_find_or_add(map, memory, keys, held, indexes, reader->error));
        held = 0;
    }
    return lk_reader_status(reader);
}

leadkpi_status lk_state_merge_texts(lk_map_text *into, lk_memory *memory, const lk_map_text *from,
                                    uint32_t *indexes, leadkpi_error *error)
{
    lk_text keys[BLOCK];
    uint32_t found[BLOCK];
    for (uint32_t start = 0, count; start < from->count; start += count) {
        count = from->count - start < BLOCK ? from->count - start : BLOCK;
        if (start % LK_INTERRUPT_ROWS == 0) LK_TRY(lk_interrupted(memory, error));
        for (uint32_t i = 0; i < count; i++) keys[i] = lk_map_text_key(from, start + i);
        LK_TRY(lk_map_text_find_or_add(into, memory, keys, count, indexes ? indexes + start : found,
                                       error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_state_check_batches(const lk_map_text *into, const lk_map_text *from,
                                      leadkpi_error *error)
{
    for (uint32_t i = 0; i < from->count; i++) {
        lk_text batch = lk_map_text_key(from, i);
        LK_FAIL_IF(lk_map_text_find(into, batch) != LK_MAP_NONE, error, LEADKPI_MISMATCH,
                   "from: batch \"%.*s\" has been added to both", LK_TEXT_ARGS(batch));
    }
    return LEADKPI_OK;
}
