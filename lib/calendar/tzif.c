/* tzif.c: the bytes of a TZif file, RFC 9636 (which replaces RFC 8536; the
 * section numbers are the same). Big-endian.
 *
 *   header, data block with 32-bit times                   version 1
 *   the same again with 64-bit times, then "\n" TZ "\n"    versions 2 and later
 *
 * Every size is checked against the bytes that are there before anything is read
 * or allocated. */
#include "calendar/zone.h"

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, MOST_TYPES = 256 };

/* What is not yet read. */
typedef struct input {
    const unsigned char *at;
    size_t left;
} input;

typedef struct header {
    unsigned char version;
    uint32_t ut_count, standard_count, leap_count, time_count, type_count, name_size;
} header;

/* A data block: where each part begins. */
typedef struct block {
    const unsigned char *times, *indexes, *types, *names, *standard_flags, *ut_flags;
    size_t time_size, time_count, type_count, name_size, standard_count, ut_count;
} block;

static uint32_t read_uint32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Two's complement without a cast that the language leaves open. */
static int64_t signed_of(uint64_t value, uint64_t sign)
{
    return (int64_t)(value & (sign - 1)) - (int64_t)(value & sign ? sign - 1 : 0) -
           (value & sign ? 1 : 0);
}

static int64_t read_int32(const unsigned char *p)
{
    return signed_of(read_uint32(p), UINT64_C(1) << 31);
}

static int64_t read_int64(const unsigned char *p)
{
    return signed_of((uint64_t)read_uint32(p) << 32 | read_uint32(p + 4), UINT64_C(1) << 63);
}

static leadkpi_status bad(leadkpi_error *error, const char *what, size_t expected, size_t found)
{
    return lk_fail(error, LEADKPI_BAD_FORMAT, "zone_data: %s: expected %zu, found %zu", what,
                   expected, found);
}

/* `count` items of `size` bytes; the product fits, as count is 32 bits and size 12 at most. */
static leadkpi_status take(input *in, uint64_t count, uint64_t size, const char *what,
                           const unsigned char **out, leadkpi_error *error)
{
    uint64_t bytes = count * size;
    LK_FAIL_IF(bytes > in->left, error, LEADKPI_BAD_FORMAT,
               "zone_data: %s: expected %llu bytes, found the end after %zu", what,
               (unsigned long long)bytes, in->left);
    if (out) *out = in->at;
    in->at += bytes;
    in->left -= (size_t)bytes;
    return LEADKPI_OK;
}

static leadkpi_status read_header(input *in, header *h, leadkpi_error *error)
{
    const unsigned char *p = in->at;
    LK_TRY(take(in, 1, HEADER_SIZE, "header", &p, error));
    LK_FAIL_IF(memcmp(p, "TZif", 4) != 0, error, LEADKPI_BAD_FORMAT,
               "zone_data: expected the bytes of a TZif file, which begin with \"TZif\"");
    LK_FAIL_IF(p[4] != 0 && p[4] < '2', error, LEADKPI_BAD_FORMAT,
               "zone_data: version: expected 0 or \"2\" and later, found byte %d", p[4]);
    h->version = p[4];
    h->ut_count = read_uint32(p + 20);
    h->standard_count = read_uint32(p + 24);
    h->leap_count = read_uint32(p + 28);
    h->time_count = read_uint32(p + 32);
    h->type_count = read_uint32(p + 36);
    h->name_size = read_uint32(p + 40);
    return LEADKPI_OK;
}

/* Section 3.1: what the counts may be. */
static leadkpi_status check_counts(const header *h, leadkpi_error *error)
{
    LK_FAIL_IF(h->type_count < 1 || h->type_count > MOST_TYPES, error, LEADKPI_BAD_FORMAT,
               "zone_data: local time types: expected from 1 to %d, found %u", MOST_TYPES,
               (unsigned)h->type_count);
    LK_FAIL_IF(h->name_size < 1, error, LEADKPI_BAD_FORMAT, "zone_data: there are no names");
    if (h->ut_count != 0 && h->ut_count != h->type_count)
        return bad(error, "UT indicators", h->type_count, h->ut_count);
    if (h->standard_count != 0 && h->standard_count != h->type_count)
        return bad(error, "standard indicators", h->type_count, h->standard_count);
    LK_FAIL_IF(h->leap_count != 0, error, LEADKPI_BAD_FORMAT,
               "zone_data: expected times without leap seconds, found a table of %u; take the "
               "file from zoneinfo, not from zoneinfo/right",
               (unsigned)h->leap_count);
    return LEADKPI_OK;
}

static leadkpi_status read_block(input *in, const header *h, size_t time_size, block *b,
                                 leadkpi_error *error)
{
    *b = (block){.time_size = time_size,
                 .time_count = h->time_count,
                 .type_count = h->type_count,
                 .name_size = h->name_size,
                 .standard_count = h->standard_count,
                 .ut_count = h->ut_count};
    LK_TRY(take(in, h->time_count, time_size, "transition times", &b->times, error));
    LK_TRY(take(in, h->time_count, 1, "transition types", &b->indexes, error));
    LK_TRY(take(in, h->type_count, TYPE_SIZE, "local time types", &b->types, error));
    LK_TRY(take(in, h->name_size, 1, "names", &b->names, error));
    LK_TRY(take(in, h->leap_count, time_size + 4, "leap seconds", NULL, error));
    LK_TRY(take(in, h->standard_count, 1, "standard indicators", &b->standard_flags, error));
    return take(in, h->ut_count, 1, "UT indicators", &b->ut_flags, error);
}

static int64_t time_at(const block *b, size_t i)
{
    return b->time_size == 8 ? read_int64(b->times + 8 * i) : read_int32(b->times + 4 * i);
}

static int64_t offset_of_type(const block *b, size_t type)
{
    return read_int32(b->types + TYPE_SIZE * type);
}

/* Section 3.2. Names and flags are of no use here, but a file in which they
 * are wrong is damaged, and its times are then not to be trusted either. */
static leadkpi_status check_types(const block *b, leadkpi_error *error)
{
    for (size_t i = 0; i < b->type_count; i++) {
        const unsigned char *type = b->types + TYPE_SIZE * i;
        int64_t offset = offset_of_type(b, i);
        LK_FAIL_IF(offset <= -LK_ZONE_OFFSET_LIMIT || offset >= LK_ZONE_OFFSET_LIMIT, error,
                   LEADKPI_BAD_FORMAT,
                   "zone_data: offset of type %zu: expected less than 26 hours, found %lld seconds",
                   i, (long long)offset);
        if (type[4] > 1) return bad(error, "daylight flag", 1, type[4]);
        LK_FAIL_IF(type[5] >= b->name_size ||
                       !memchr(b->names + type[5], 0, b->name_size - type[5]),
                   error, LEADKPI_BAD_FORMAT, "zone_data: the name of type %zu has no end", i);
    }
    for (size_t i = 0; i < b->standard_count; i++)
        if (b->standard_flags[i] > 1) return bad(error, "standard flag", 1, b->standard_flags[i]);
    for (size_t i = 0; i < b->ut_count; i++)
        if (b->ut_flags[i] > 1) return bad(error, "UT flag", 1, b->ut_flags[i]);
    return LEADKPI_OK;
}

static leadkpi_status check_times(const block *b, leadkpi_error *error)
{
    for (size_t i = 0; i < b->time_count; i++) {
        LK_FAIL_IF(b->indexes[i] >= b->type_count, error, LEADKPI_BAD_FORMAT,
                   "zone_data: type of transition %zu: expected below %zu, found %d", i,
                   b->type_count, b->indexes[i]);
        LK_FAIL_IF(i > 0 && time_at(b, i) <= time_at(b, i - 1), error, LEADKPI_BAD_FORMAT,
                   "zone_data: transition %zu: expected a time after the one before", i);
    }
    return LEADKPI_OK;
}

/* Section 3.3: "\n", a rule or nothing, "\n". What follows is not ours. */
static leadkpi_status read_footer(input *in, lk_text *rule, leadkpi_error *error)
{
    const unsigned char *newline = in->at;
    LK_TRY(take(in, 1, 1, "footer", &newline, error));
    const unsigned char *end = in->left ? memchr(in->at, '\n', in->left) : NULL;
    LK_FAIL_IF(*newline != '\n' || !end, error, LEADKPI_BAD_FORMAT,
               "zone_data: footer: expected a line between two newlines");
    *rule = (lk_text){(const char *)in->at, (size_t)(end - in->at)};
    return LEADKPI_OK;
}

/* Transitions that only rename the time or flip its daylight flag do not move
 * the clock, and are left out. Those before any time that we know (older files
 * begin at -2^59) only say what holds first; those after are never reached. */
static void keep_moves(const block *b, lk_zone *zone)
{
    int64_t offset = zone->first_offset;
    for (size_t i = 0; i < b->time_count; i++) {
        int64_t time = time_at(b, i), next = offset_of_type(b, b->indexes[i]);
        if (time >= LK_ZONE_TIME_LIMIT) break;
        if (time <= -LK_ZONE_TIME_LIMIT)
            zone->first_offset = next;
        else if (next != offset)
            zone->transitions[zone->transition_count++] = (lk_zone_transition){time, next};
        offset = next;
    }
}

/* The rule holds from the last transition on; without any, always. */
static int64_t rule_from(const block *b)
{
    int64_t last = b->time_count ? time_at(b, b->time_count - 1) : INT64_MIN;
    if (last >= LK_ZONE_TIME_LIMIT) return INT64_MAX;
    return last <= -LK_ZONE_TIME_LIMIT ? INT64_MIN : last;
}

static leadkpi_status build(lk_memory *memory, const block *b, lk_text rule, lk_zone *zone,
                            leadkpi_error *error)
{
    lk_zone built = lk_zone_fixed(offset_of_type(b, 0)); /* section 3.2: type 0 comes first */
    if (rule.length) {
        LK_TRY(lk_rule_parse(rule, &built.rule, error));
        built.rule_from = rule_from(b);
    }
    LK_TRY(lk_allocate(memory, b->time_count, sizeof *built.transitions, &built.transitions, error));
    built.allocated_count = b->time_count;
    keep_moves(b, &built);
    if (rule.length) lk_zone_fill_window(&built);
    *zone = built;
    return LEADKPI_OK;
}

leadkpi_status lk_zone_read_tzif(lk_memory *memory, lk_text bytes, lk_zone *zone,
                                 leadkpi_error *error)
{
    input in = {(const unsigned char *)bytes.data, bytes.length};
    header h;
    block b;
    lk_text rule = {"", 0};
    *zone = lk_zone_fixed(0);
    LK_TRY(read_header(&in, &h, error));
    if (h.version == 0) {
        LK_TRY(check_counts(&h, error));
        LK_TRY(read_block(&in, &h, 4, &b, error));
    } else {
        LK_TRY(read_block(&in, &h, 4, &b, error)); /* skipped: the second block says it all */
        LK_TRY(read_header(&in, &h, error));
        LK_TRY(check_counts(&h, error));
        LK_TRY(read_block(&in, &h, 8, &b, error));
        LK_TRY(read_footer(&in, &rule, error));
    }
    LK_TRY(check_types(&b, error));
    LK_TRY(check_times(&b, error));
    return build(memory, &b, rule, zone, error);
}
