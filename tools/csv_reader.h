/* csv_reader.h: records and fields of a CSV file (RFC 4180), in a stream.
 *
 * Fields are pointers into the reader's buffer and live until the next call.
 * A quoted field may hold delimiters, doubled quotes and line ends. Lines end
 * with LF or CRLF, or with CR where the file has no LF. A quote in the middle
 * of an unquoted field is taken as it stands. Lines that hold nothing are
 * skipped. The last line may lack its end.
 *
 * Memory: one buffer of 256 KiB, which grows with the longest record up to
 * CSV_RECORD_BYTES, and 16 bytes a column. A longer record ends the reading,
 * since an opening quote that nobody closes looks just like one. */
#ifndef TOOL_CSV_READER_H
#define TOOL_CSV_READER_H

#include "input.h"

#define CSV_RECORD_BYTES ((size_t)16 * 1024 * 1024)
#define CSV_COLUMNS 16384

typedef struct csv_field {
    char *data;
    uint32_t length;
    bool quoted;
    bool doubled_quotes; /* inside the reader only */
} csv_field;

typedef enum csv_answer {
    CSV_RECORD,
    CSV_END,
    CSV_BAD,  /* this record is no CSV; `problem` says why; the next call goes on after it */
    CSV_FATAL /* nothing more can be read; `problem` says why */
} csv_answer;

typedef struct csv_reader {
    input *in;
    char delimiter, line_end;
    char *buffer;
    size_t capacity;
    char *at, *end;    /* what is not yet read */
    const char *block; /* the 64 bytes whose delimiters and line ends `mask` marks */
    uint64_t mask;
    bool input_ended;
    bool plain; /* the buffer is ASCII without NUL: no record needs a look */
    int64_t next_line;

    csv_field *fields;
    size_t field_capacity;
    size_t stored; /* fields of this record in `fields` */
    size_t found;  /* fields that it has; more than `stored` where there are too many */
    int64_t line;  /* where it starts, from 1 */
    struct {
        int64_t line;
        size_t column; /* the field, from 1; 0: the record */
        char text[160];
    } problem;
} csv_reader;

/* `in` stays the caller's. `line_end` is '\n' or '\r'. */
void csv_start(csv_reader *reader, input *in, char delimiter, char line_end);
csv_answer csv_next(csv_reader *reader);
void csv_finish(csv_reader *reader);

#endif
