#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "utf8.h"

#define RAW_BYTES ((size_t)64 * 1024)

/* Spreadsheets still write Windows-1252. Text of it that is not ASCII is hardly ever
 * UTF-8 too. The head may end inside a character, and NUL is for the reader to refuse. */
static bool is_utf8(const unsigned char *bytes, size_t length)
{
    if (memchr(bytes, 0, length)) return true;
    size_t most = length == INPUT_HEAD_BYTES ? 3 : 0;
    for (size_t cut = 0; cut <= most; cut++)
        if (text_is_clean((const char *)bytes, length - cut)) return true;
    return false;
}

/* UTF-16 text in any language that is written in ASCII digits and commas has
 * zero bytes at every other place; UTF-8 text has none. */
static input_encoding detect(const unsigned char *bytes, size_t length, size_t *mark)
{
    *mark = 0;
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) return *mark = 3, INPUT_UTF8;
    if (length >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE) return *mark = 2, INPUT_UTF16LE;
    if (length >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF) return *mark = 2, INPUT_UTF16BE;
    size_t zeros[2] = {0, 0}, looked = length < 512 ? length : 512;
    for (size_t i = 0; i < looked; i++) zeros[i & 1] += bytes[i] == 0;
    if (looked >= 8 && zeros[1] > looked / 4 && zeros[0] == 0) return INPUT_UTF16LE;
    if (looked >= 8 && zeros[0] > looked / 4 && zeros[1] == 0) return INPUT_UTF16BE;
    return is_utf8(bytes, length) ? INPUT_UTF8 : INPUT_WINDOWS_1252;
}

static int64_t size_of_file(FILE *file)
{
    struct stat about;
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode)) return -1;
    return (int64_t)about.st_size;
}

int input_open(input *in, const char *path, input_encoding encoding, trouble *why)
{
    bool is_stdin = strcmp(path, "-") == 0;
    *in = (input){.name = is_stdin ? "standard input" : path, .owns_file = !is_stdin};
    in->file = is_stdin ? stdin : fopen(path, "rb");
    if (!in->file)
        return trouble_set(why, TOOL_DATA, "%s: cannot be opened: %s", path, strerror(errno));
    struct stat about;
    if (fstat(fileno(in->file), &about) == 0 && S_ISDIR(about.st_mode)) {
        input_close(in);
        return trouble_set(why, TOOL_DATA, "%s: expected a file, found a directory", path);
    }
    setvbuf(in->file, NULL, _IONBF, 0);
    in->file_bytes = size_of_file(in->file);
    in->head = tool_allocate(INPUT_HEAD_BYTES, 1);
    in->head_length = fread(in->head, 1, INPUT_HEAD_BYTES, in->file);
    if (ferror(in->file)) {
        int code = trouble_set(why, TOOL_DATA, "%s: cannot be read: %s", in->name, strerror(errno));
        input_close(in);
        return code;
    }
    size_t mark;
    input_encoding seen = detect(in->head, in->head_length, &mark);
    in->encoding = encoding == INPUT_DETECT || mark ? seen : encoding;
    in->has_mark = mark != 0;
    in->head_at = mark;
    return TOOL_GOOD;
}

void input_over_head(input *in, const input *from)
{
    *in = (input){.name = from->name, .encoding = from->encoding, .has_mark = from->has_mark};
    in->file_bytes = (int64_t)from->head_length;
    in->head = tool_allocate(from->head_length, 1);
    if (from->head_length) memcpy(in->head, from->head, from->head_length);
    in->head_length = from->head_length;
    in->head_at = from->head_at;
}

static size_t read_bytes(input *in, unsigned char *out, size_t capacity)
{
    size_t count = 0;
    if (in->head_at < in->head_length) {
        count = in->head_length - in->head_at;
        if (count > capacity) count = capacity;
        memcpy(out, in->head + in->head_at, count);
        in->head_at += count;
    } else if (in->file && !in->ended) {
        count = fread(out, 1, capacity, in->file);
        if (count < capacity) {
            in->failed = ferror(in->file) != 0;
            in->ended = true;
        }
    }
    in->bytes_taken += (int64_t)count;
    return count;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) return out[0] = (char)c, 1;
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 63));
        out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63));
    out[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* The 32 places where Windows-1252 is not Latin-1; 0: not used. Unicode's CP1252.TXT. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static uint32_t from_windows_1252(unsigned char c)
{
    if (c < 0x80 || c >= 0xA0) return c;
    return windows_1252[c - 0x80] ? windows_1252[c - 0x80] : 0xFFFD;
}

static uint32_t utf16_unit(const input *in, size_t at)
{
    bool little = in->encoding == INPUT_UTF16LE;
    return (uint32_t)in->raw[at + !little] | (uint32_t)in->raw[at + little] << 8;
}

/* One character from the waiting bytes: how many it takes; 0: more are needed.
 * Half a surrogate pair, and a last odd byte, become U+FFFD. */
static size_t take_character(const input *in, bool is_last, uint32_t *c)
{
    size_t waiting = in->raw_end - in->raw_at;
    if (waiting == 0) return 0;
    if (in->encoding == INPUT_WINDOWS_1252) return *c = from_windows_1252(in->raw[in->raw_at]), 1;
    *c = 0xFFFD;
    if (waiting < 2) return is_last ? 1 : 0;
    uint32_t unit = utf16_unit(in, in->raw_at);
    if (unit < 0xD800 || unit > 0xDFFF) return *c = unit, 2;
    if (unit > 0xDBFF) return 2;
    if (waiting < 4) return is_last ? 2 : 0;
    uint32_t second = utf16_unit(in, in->raw_at + 2);
    if (second < 0xDC00 || second > 0xDFFF) return 2;
    *c = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
    return 4;
}

static size_t read_converted(input *in, char *out, size_t capacity)
{
    size_t length = 0;
    bool is_last = false;
    if (!in->raw) in->raw = tool_allocate(RAW_BYTES, 1);
    while (length + 4 <= capacity) {
        uint32_t c;
        size_t taken = take_character(in, is_last, &c);
        if (taken) {
            in->raw_at += taken;
            length += put_utf8(out + length, c);
            continue;
        }
        if (is_last) break;
        size_t left = in->raw_end - in->raw_at;
        memmove(in->raw, in->raw + in->raw_at, left);
        in->raw_at = 0;
        size_t more = read_bytes(in, in->raw + left, RAW_BYTES - left);
        in->raw_end = left + more;
        is_last = more == 0;
    }
    return length;
}

size_t input_read(input *in, char *out, size_t capacity)
{
    if (in->encoding == INPUT_UTF8) return read_bytes(in, (unsigned char *)out, capacity);
    return read_converted(in, out, capacity);
}

void input_close(input *in)
{
    if (in->file && in->owns_file) fclose(in->file);
    free(in->head);
    free(in->raw);
    *in = (input){0};
}

const char *input_encoding_name(input_encoding encoding)
{
    switch (encoding) {
    case INPUT_UTF8:
        return "UTF-8";
    case INPUT_UTF16LE:
        return "UTF-16LE";
    case INPUT_UTF16BE:
        return "UTF-16BE";
    case INPUT_WINDOWS_1252:
        return "Windows-1252";
    default:
        return "unknown";
    }
}

bool input_encoding_parse(slice name, input_encoding *out)
{
    static const struct {
        const char *name;
        input_encoding encoding;
    } names[] = {{"utf-8", INPUT_UTF8},
                 {"utf8", INPUT_UTF8},
                 {"utf-16le", INPUT_UTF16LE},
                 {"utf-16be", INPUT_UTF16BE},
                 {"utf-16", INPUT_UTF16LE},
                 {"windows-1252", INPUT_WINDOWS_1252},
                 {"cp1252", INPUT_WINDOWS_1252},
                 {"latin1", INPUT_WINDOWS_1252},
                 {"iso-8859-1", INPUT_WINDOWS_1252}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal_folded(name, slice_of(names[i].name)))
            return *out = names[i].encoding, true;
    return false;
}
