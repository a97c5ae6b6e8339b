/* reader.c: a stream of record batches, one table after the other. */
#include <errno.h>

#include <leadkpi/arrow.h>

#include "base/memory.h"

struct leadkpi_arrow_reader {
    lk_memory memory;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
};

static leadkpi_status fail_stream(struct ArrowArrayStream *stream, int code, leadkpi_error *error)
{
    const char *message = stream->get_last_error ? stream->get_last_error(stream) : NULL;
    return lk_fail(error, code == ENOMEM ? LEADKPI_OUT_OF_MEMORY : LEADKPI_BAD_FORMAT,
                   "Arrow stream: its producer failed with %d: %.*s", code,
                   LK_TEXT_ARGS(lk_text_of(message ? message : "it does not say why",
                                           LEADKPI_NUL_TERMINATED)));
}

/* The schema comes from the stream where it is; the stream is moved when nothing can fail. */
static leadkpi_status open(leadkpi_arrow_reader *reader, struct ArrowArrayStream *stream,
                           leadkpi_error *error)
{
    int code = stream->get_schema(stream, &reader->schema);
    if (code) {
        reader->schema.release = NULL;
        return fail_stream(stream, code, error);
    }
    const char *format = reader->schema.release ? reader->schema.format : NULL;
    LK_FAIL_IF(!format || strcmp(format, "+s") != 0, error, LEADKPI_BAD_FORMAT,
               "Arrow stream: expected a struct of columns (format \"+s\"), found \"%s\"",
               format ? format : "");
    reader->stream = *stream;
    stream->release = NULL;
    return LEADKPI_OK;
}

leadkpi_status leadkpi_arrow_reader_create(const leadkpi_host *host,
                                           struct ArrowArrayStream *stream,
                                           leadkpi_arrow_reader **out, leadkpi_error *error)
{
    lk_memory memory;
    leadkpi_arrow_reader *reader;
    leadkpi_error_reset(error);
    LK_REQUIRE(out, error);
    *out = NULL;
    LK_REQUIRE(stream, error);
    LK_FAIL_IF(!stream->release || !stream->get_schema || !stream->get_next, error,
               LEADKPI_BAD_FORMAT, "Arrow stream: expected one that is not released yet");
    LK_TRY(lk_memory_init(&memory, host, error));
    LK_TRY(lk_allocate(&memory, 1, sizeof *reader, &reader, error));
    memset(reader, 0, sizeof *reader);
    reader->memory = memory;
    leadkpi_status status = open(reader, stream, error);
    if (status == LEADKPI_OK)
        *out = reader;
    else
        leadkpi_arrow_reader_free(reader);
    return status;
}

leadkpi_status leadkpi_arrow_reader_next(leadkpi_arrow_reader *reader, leadkpi_table **batch,
                                         leadkpi_error *error)
{
    struct ArrowArray array;
    leadkpi_error_reset(error);
    LK_REQUIRE(batch, error);
    *batch = NULL;
    LK_REQUIRE(reader, error);
    memset(&array, 0, sizeof array);
    int code = reader->stream.get_next(&reader->stream, &array);
    if (code) return fail_stream(&reader->stream, code, error);
    if (!array.release) return LEADKPI_OK;
    leadkpi_host host = lk_memory_host(&reader->memory);
    leadkpi_status status = leadkpi_arrow_import(&host, &array, &reader->schema, batch, error);
    if (array.release) array.release(&array);
    return status;
}

void leadkpi_arrow_reader_free(leadkpi_arrow_reader *reader)
{
    if (!reader) return;
    if (reader->schema.release) reader->schema.release(&reader->schema);
    if (reader->stream.release) reader->stream.release(&reader->stream);
    lk_memory memory = reader->memory;
    lk_release(&memory, reader, 1, sizeof *reader);
}
