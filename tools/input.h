/* input.h: the bytes of a file or of standard input, as UTF-8.
 *
 * Reads in chunks, never the whole. The encoding is taken from the byte order
 * mark, from the pattern of zero bytes that UTF-16 without a mark has, or as
 * told. Memory: 128 KiB an input (the first bytes, kept so that standard input
 * can be looked at before it is read), and 64 KiB more where it is converted. */
#ifndef TOOL_INPUT_H
#define TOOL_INPUT_H

#include "tool.h"

typedef enum input_encoding {
    INPUT_DETECT,
    INPUT_UTF8,
    INPUT_UTF16LE,
    INPUT_UTF16BE,
    INPUT_WINDOWS_1252
} input_encoding;

/* How much of the start is kept for the look that comes before the reading. */
#define INPUT_HEAD_BYTES ((size_t)128 * 1024)

typedef struct input {
    const char *name; /* as in messages */
    FILE *file;       /* NULL: the head is all there is */
    unsigned char *head;
    size_t head_length, head_at;
    unsigned char *raw; /* bytes that wait for conversion */
    size_t raw_at, raw_end;
    input_encoding encoding;
    bool owns_file, has_mark, failed, ended;
    int64_t file_bytes; /* -1: not known */
    int64_t bytes_taken;
} input;

/* "-" is standard input. `encoding` other than INPUT_DETECT is as told. */
int input_open(input *in, const char *path, input_encoding encoding, trouble *why);

/* The head of `from` again, as an input of its own; `from` stays open and unread. */
void input_over_head(input *in, const input *from);

/* UTF-8 bytes, as many as fit; 0 at the end. After 0 look at `failed`. */
size_t input_read(input *in, char *out, size_t capacity);

void input_close(input *in);

const char *input_encoding_name(input_encoding encoding);
/* "utf-8", "utf-16le", "utf-16be", "windows-1252" (also "latin1"). */
#define INPUT_ENCODINGS "utf-8, utf-16le, utf-16be, windows-1252"
bool input_encoding_parse(slice name, input_encoding *out);

#endif
