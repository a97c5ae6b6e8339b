/* options_parse.c: several options from one text, all or none.
 *
 *     [schema ":"] [name "=" value] { ";" [name "=" value] }
 *
 * A value ends at the next ";" that is not between double quotes. A value that
 * starts with a double quote is what stands in them; but a list keeps its
 * quotes, which are around its items. */
#include "base/options_parts.h"

/* The text before the next `;` outside quotes, which it is cut from together
 * with that `;`. False where a quote stays open. */
static bool take_assignment(lk_text *rest, lk_text *assignment)
{
    bool is_quoted = false;
    size_t i = 0;
    for (; i < rest->length && (is_quoted || rest->data[i] != ';'); i++)
        is_quoted ^= rest->data[i] == '"';
    *assignment = lk_trim((lk_text){rest->data, i});
    i += i < rest->length;
    *rest = (lk_text){rest->data + i, rest->length - i};
    return !is_quoted;
}

/* A schema's name in front, as canonical text has it, must be the right one. */
static leadkpi_status take_schema(const leadkpi_options *options, lk_text *text,
                                  leadkpi_error *error)
{
    size_t end = 0;
    while (end < text->length && !memchr(":=;\"", text->data[end], 4)) end++;
    if (end == text->length || text->data[end] != ':') return LEADKPI_OK;
    lk_text name = lk_trim((lk_text){text->data, end});
    LK_FAIL_IF(!lk_text_equal(name, lk_option_text(options->schema->name)), error, LEADKPI_MISMATCH,
               "options: expected those of \"%s\", found those of \"%.*s\"", options->schema->name,
               LK_TEXT_ARGS(name));
    *text = (lk_text){text->data + end + 1, text->length - end - 1};
    return LEADKPI_OK;
}

static leadkpi_status set_quoted(leadkpi_options *options, int option, lk_text value,
                                 leadkpi_error *error)
{
    char *bytes;
    size_t length, capacity = value.length;
    LK_TRY(lk_allocate(&options->memory, capacity, 1, &bytes, error));
    leadkpi_status status;
    if (lk_quoted_read(value, bytes, &length) == value.length)
        status = lk_options_set(options, option, (lk_text){bytes, length}, error);
    else
        status = lk_fail(error, LEADKPI_BAD_FORMAT,
                         "option \"%s\": expected the value to end at its double quote, found %.*s",
                         options->schema->options[option].name, LK_TEXT_ARGS(value));
    lk_release(&options->memory, bytes, capacity, 1);
    return status;
}

static leadkpi_status set_value(leadkpi_options *options, int option, lk_text value,
                                leadkpi_error *error)
{
    const lk_option *of = &options->schema->options[option];
    LK_FAIL_IF(of->type == LK_OPTION_BYTES, error, LEADKPI_WRONG_TYPE,
               "option \"%s\": expected bytes, which only set_text can give, found text", of->name);
    if (of->type != LK_OPTION_LIST && value.length && value.data[0] == '"')
        return set_quoted(options, option, value, error);
    return lk_options_set(options, option, value, error);
}

/* `seen` has a byte for each option. */
static leadkpi_status parse_assignment(leadkpi_options *options, lk_text assignment, uint8_t *seen,
                                       leadkpi_error *error)
{
    const char *sign = memchr(assignment.data, '=', assignment.length);
    LK_FAIL_IF(!sign, error, LEADKPI_BAD_FORMAT, "options: expected name=value, found \"%.*s\"",
               LK_TEXT_ARGS(assignment));
    size_t before = (size_t)(sign - assignment.data);
    lk_text name = lk_trim((lk_text){assignment.data, before});
    lk_text value = lk_trim((lk_text){sign + 1, assignment.length - before - 1});
    int option = lk_options_find(options, name);
    if (option < 0) return lk_options_fail_unknown(options, name, error);
    LK_FAIL_IF(seen[option], error, LEADKPI_CONTRADICTION,
               "option \"%.*s\": expected once, found twice", LK_TEXT_ARGS(name));
    seen[option] = 1;
    return set_value(options, option, value, error);
}

static leadkpi_status parse_all(leadkpi_options *options, lk_text text, uint8_t *seen,
                                leadkpi_error *error)
{
    LK_TRY(take_schema(options, &text, error));
    while (text.length) {
        lk_text assignment;
        bool is_closed = take_assignment(&text, &assignment);
        LK_FAIL_IF(!is_closed, error, LEADKPI_BAD_FORMAT,
                   "options: expected a closing double quote, found none in \"%.*s\"",
                   LK_TEXT_ARGS(assignment));
        if (assignment.length) LK_TRY(parse_assignment(options, assignment, seen, error));
    }
    return LEADKPI_OK;
}

/* The two change places with all that they hold. */
static void swap(leadkpi_options *a, leadkpi_options *b)
{
    lk_memory memory = a->memory;
    a->memory = b->memory;
    b->memory = memory;
    for (int i = 0; i < a->schema->count; i++) {
        lk_value value = a->values[i];
        a->values[i] = b->values[i];
        b->values[i] = value;
    }
}

leadkpi_status leadkpi_options_parse(leadkpi_options *options, const char *text, size_t length,
                                     leadkpi_error *error)
{
    leadkpi_options *work;
    uint8_t *seen;
    leadkpi_error_reset(error);
    LK_REQUIRE(options, error);
    LK_REQUIRE(text, error);
    LK_TRY(lk_options_copy(options, &options->memory, &work, error));
    size_t count = (size_t)options->schema->count;
    leadkpi_status status = lk_allocate(&work->memory, count, 1, &seen, error);
    if (status == LEADKPI_OK) {
        if (seen) memset(seen, 0, count);
        status = parse_all(work, lk_text_of(text, length), seen, error);
        lk_release(&work->memory, seen, count, 1);
    }
    if (status == LEADKPI_OK) swap(options, work);
    leadkpi_options_free(work);
    return status;
}
