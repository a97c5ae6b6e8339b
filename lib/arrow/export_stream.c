/* export_stream.c: a table as a stream of one record batch. */
#include <errno.h>

#include "arrow/export.h"

/* What stands behind the holder of a stream. */
typedef struct table_stream {
    leadkpi_error error;
    bool is_read;
} table_stream;

static table_stream *state_of(struct ArrowArrayStream *stream)
{
    return (table_stream *)(void *)((lk_arrow_holder *)stream->private_data)->bytes;
}

static const leadkpi_table *table_of(struct ArrowArrayStream *stream)
{
    return ((lk_arrow_holder *)stream->private_data)->table;
}

static int code_of(leadkpi_status status)
{
    if (status == LEADKPI_OK) return 0;
    return status == LEADKPI_OUT_OF_MEMORY || status == LEADKPI_LIMIT ? ENOMEM : EINVAL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    return code_of(leadkpi_arrow_export_schema(table_of(stream), out, &state_of(stream)->error));
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    table_stream *state = state_of(stream);
    struct ArrowSchema schema;
    out->release = NULL;
    if (state->is_read) return 0;
    leadkpi_status status = leadkpi_arrow_export(table_of(stream), out, &schema, &state->error);
    if (status != LEADKPI_OK) return code_of(status);
    schema.release(&schema);
    state->is_read = true;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    const char *message = state_of(stream)->error.message;
    return *message ? message : NULL;
}

static void release_stream(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
    lk_arrow_let_go(stream->private_data);
}

leadkpi_status leadkpi_arrow_export_stream(const leadkpi_table *table,
                                           struct ArrowArrayStream *stream, leadkpi_error *error)
{
    struct ArrowSchema schema;
    lk_arrow_holder *holder;
    leadkpi_error_reset(error);
    LK_REQUIRE(stream, error);
    stream->release = NULL;
    LK_REQUIRE(table, error);
    LK_TRY(leadkpi_arrow_export_schema(table, &schema, error)); /* can it be done at all? */
    schema.release(&schema);
    LK_TRY(lk_arrow_hold(table, sizeof(table_stream), &holder, error));
    *stream =
        (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, holder};
    return LEADKPI_OK;
}
