/* producer.h: a producer of Arrow structs over the arrays of a test. It counts what is
 * released, so that a test sees what is held. */
#ifndef LK_TEST_PRODUCER_H
#define LK_TEST_PRODUCER_H

#include <leadkpi.h>

#include <stdlib.h>
#include <string.h>

enum {
    PRODUCER_COLUMNS = 8,
    PRODUCER_BUFFERS = 6
};

/* One column; the test sets what differs from the default. */
typedef struct produced_column {
    struct ArrowSchema schema, words_schema;
    struct ArrowArray array, words;
    struct ArrowSchema *words_schema_at;
    const void *buffers[PRODUCER_BUFFERS], *words_buffers[PRODUCER_BUFFERS];
} produced_column;

typedef struct producer {
    produced_column columns[PRODUCER_COLUMNS];
    struct ArrowSchema *schemas[PRODUCER_COLUMNS];
    struct ArrowArray *arrays[PRODUCER_COLUMNS];
    const void *validity[1];
    struct ArrowSchema schema;
    struct ArrowArray array;
    int released_arrays, released_schemas;
} producer;

static void release_produced_array(struct ArrowArray *array)
{
    producer *from = array->private_data;
    from->released_arrays++;
    array->release = NULL;
}

static void release_produced_schema(struct ArrowSchema *schema)
{
    producer *from = schema->private_data;
    from->released_schemas++;
    schema->release = NULL;
}

/* Of a child: the library releases the whole, never a part. */
static void release_produced_child(struct ArrowArray *array)
{
    (void)array;
    ck_abort_msg("a child was released");
}

static void produce(producer *p, int64_t rows)
{
    memset(p, 0, sizeof *p);
    p->schema = (struct ArrowSchema){.format = "+s",
                                     .name = "",
                                     .children = p->schemas,
                                     .release = release_produced_schema,
                                     .private_data = p};
    p->array = (struct ArrowArray){.length = rows,
                                   .n_buffers = 1,
                                   .buffers = p->validity,
                                   .children = p->arrays,
                                   .release = release_produced_array,
                                   .private_data = p};
}

/* A column of two or three buffers; the third may be NULL. */
static produced_column *produce_column(producer *p, const char *format, const char *name,
                                       const void *validity, const void *values, const void *bytes)
{
    int64_t i = p->array.n_children++;
    produced_column *column = &p->columns[i];
    p->schema.n_children++;
    p->schemas[i] = &column->schema;
    p->arrays[i] = &column->array;
    column->schema = (struct ArrowSchema){.format = format, .name = name, .flags = 2};
    column->buffers[0] = validity;
    column->buffers[1] = values;
    column->buffers[2] = bytes;
    bool has_bytes = strchr("uUzZ", format[0]) != NULL;
    column->array = (struct ArrowArray){.length = p->array.length,
                                        .null_count = validity ? -1 : 0,
                                        .n_buffers = has_bytes ? 3 : 2,
                                        .buffers = column->buffers,
                                        .release = release_produced_child};
    return column;
}

/* Makes the last column's values codes of these words. */
static void produce_words(produced_column *column, const char *format, int64_t count,
                          const void *validity, const void *values, const void *bytes)
{
    column->words_schema = (struct ArrowSchema){.format = format, .name = ""};
    column->schema.dictionary = &column->words_schema;
    column->words_buffers[0] = validity;
    column->words_buffers[1] = values;
    column->words_buffers[2] = bytes;
    column->words = (struct ArrowArray){.length = count,
                                        .null_count = validity ? -1 : 0,
                                        .n_buffers = 3,
                                        .buffers = column->words_buffers,
                                        .release = release_produced_child};
    column->array.dictionary = &column->words;
}

#endif
