#include "attribution/path_text.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ---- marks --------------------------------------------------------------------------- */

static uint64_t little_endian(const char *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)(uint8_t)bytes[i] << 8 * i;
    return word;
}

/* Eight bytes at a time: of a byte that is 0 after the exclusive or, the high bit stays 0 whatever its
 * neighbours are (Warren, Hacker's Delight, 6-1); the product gathers the eight of them. */
uint64_t lk_bytes_equal_portable(const char *bytes, char mark)
{
    const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    uint64_t marks = UINT64_C(0x0101010101010101) * (uint8_t)mark, mask = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t other = little_endian(bytes + 8 * i, 8) ^ marks;
        uint64_t equal = ~(((other & low) + low) | other | low) >> 7;
        mask |= (equal * UINT64_C(0x0102040810204080)) >> 56 << 8 * i;
    }
    return mask;
}

uint64_t lk_bytes_equal(const char *bytes, char mark)
{
#if defined(__SSE2__)
    uint64_t mask = 0;
    __m128i marks = _mm_set1_epi8(mark);
    for (size_t i = 0; i < 4; i++) {
        __m128i sixteen = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * i));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen, marks)) << 16 * i;
    }
    return mask;
#else
    return lk_bytes_equal_portable(bytes, mark);
#endif
}

/* The place of the lowest bit; bits are not 0. */
static size_t lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return (size_t)__builtin_ctzll(bits);
#else
    size_t place = 0;
    while (!(bits >> place & 1)) place++;
    return place;
#endif
}

/* ---- names --------------------------------------------------------------------------- */

/* The first sixteen bytes of a name, zeros behind it; `end` is that of the text it lies in. Where
 * there are sixteen bytes to read, a shift instead of branches that nobody can foretell. */
static inline lk_recent_name key_of(lk_text name, const char *end)
{
    lk_recent_name key = {.length = name.length};
    size_t length = name.length < 16 ? name.length : 16;
    char padded[16] = {0};
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (LK_LIKELY(end - name.data >= 16)) {
        unsigned head = length < 8 ? 64 - 8 * (unsigned)length : 0;
        unsigned tail = length > 8 ? 128 - 8 * (unsigned)length : 0;
        memcpy(&key.head, name.data, 8);
        memcpy(&key.tail, name.data + 8, 8);
        key.head = length ? key.head << head >> head : 0;
        key.tail = length > 8 ? key.tail << tail >> tail : 0;
        return key;
    }
#endif
    (void)end;
    if (length) memcpy(padded, name.data, length);
    memcpy(&key.head, padded, 8);
    memcpy(&key.tail, padded + 8, 8);
    return key;
}

/* The name said lately with the same beginning is the same one where that is all of it. */
static inline bool is_name(const lk_path_text *t, const lk_recent_name *recent,
                           const lk_recent_name *key, lk_text name)
{
    bool same = recent->kind_and_one && recent->head == key->head && recent->tail == key->tail &&
                recent->length == key->length;
    if (!same || key->length <= 16) return same;
    return lk_text_equal(name, lk_map_text_key(&t->attribution->store->texts, recent->text));
}

static leadkpi_status find_name(lk_path_text *t, lk_text name, lk_recent_name key,
                                lk_recent_name *recent, leadkpi_error *error)
{
    uint32_t texts[LK_DIMENSIONS_MAX] = {0}, kind;
    leadkpi_attribution *a = t->attribution;
    LK_TRY(lk_map_text_find_or_add(&a->store->texts, &a->memory, &name, 1, texts, error));
    LK_TRY(lk_attribution_kind(a, texts, &kind, error));
    *recent = key;
    recent->text = texts[0];
    recent->kind_and_one = kind + 1;
    return LEADKPI_OK;
}

/* A name mostly has a blank on each side, or none. */
static inline lk_text trim(const char *start, const char *end)
{
    if (start < end && *start == ' ') start++;
    if (start < end && end[-1] == ' ') end--;
    lk_text name = {start, (size_t)(end - start)};
    bool blank = name.length && (*start == ' ' || *start == '\t' || end[-1] == ' ' || end[-1] == '\t');
    return LK_UNLIKELY(blank) ? lk_attribution_trim(name) : name;
}

static inline lk_recent_name *place_of(const lk_path_text *t, const lk_recent_name *key)
{
    uint64_t hash = (key->head ^ key->tail * UINT64_C(0x9E3779B97F4A7C15) ^ key->length) *
                    UINT64_C(0xBF58476D1CE4E5B9);
    return &t->recent[(hash >> 32) % LK_NAMES_RECENT];
}

static inline bool put_known(lk_path_text *t, const char *start, const char *stop, const char *end)
{
    lk_text name = trim(start, stop);
    lk_recent_name key = key_of(name, end);
    const lk_recent_name *recent = place_of(t, &key);
    if (LK_UNLIKELY(!is_name(t, recent, &key, name))) return false;
    t->words[t->count++] = recent->kind_and_one - 1;
    return true;
}

/* Any name. Apart from the above, so that a loop over known names has no call in it. */
static leadkpi_status put_name(lk_path_text *t, const char *start, const char *stop, const char *end,
                               leadkpi_error *error)
{
    lk_text name = trim(start, stop);
    lk_recent_name key = key_of(name, end), *recent = place_of(t, &key);
    if (!is_name(t, recent, &key, name)) LK_TRY(find_name(t, name, key, recent, error));
    t->words[t->count++] = recent->kind_and_one - 1;
    return LEADKPI_OK;
}

/* ---- paths --------------------------------------------------------------------------- */

leadkpi_status lk_path_text_open(lk_path_text *t, leadkpi_attribution *attribution,
                                 leadkpi_error *error)
{
    *t = (lk_path_text){.attribution = attribution};
    t->separator = lk_attribution_trim(lk_options_get_text(
        attribution->definition, &lk_attribution_schema, LK_ATTRIBUTION_SEPARATOR));
    LK_TRY(lk_allocate(&attribution->memory, LK_NAMES_RECENT, sizeof *t->recent, &t->recent, error));
    memset(t->recent, 0, LK_NAMES_RECENT * sizeof *t->recent);
    return LEADKPI_OK;
}

void lk_path_text_close(lk_path_text *t)
{
    lk_memory *memory = &t->attribution->memory;
    lk_release(memory, t->recent, LK_NAMES_RECENT, sizeof *t->recent);
    lk_release(memory, t->words, t->capacity, sizeof *t->words);
}

static leadkpi_status reserve(lk_path_text *t, size_t additional, leadkpi_error *error)
{
    if (LK_LIKELY(t->capacity - t->count >= additional)) return LEADKPI_OK;
    size_t more = t->capacity + t->capacity / 2 + additional;
    LK_FAIL_IF(t->capacity > SIZE_MAX / 4, error, LEADKPI_OVERFLOW,
               "path: more touches than memory can hold");
    LK_TRY(lk_resize(&t->attribution->memory, &t->words, t->capacity, more, sizeof *t->words, error));
    t->capacity = more;
    return LEADKPI_OK;
}

/* The hot loop. Cost: 64 bytes looked at by four comparisons of sixteen; a name takes two loads, a
 * product and one entry of the 32 kB of recent names, of which a file touches as many as it has
 * channels; no call, and branches go the same way as long as names are known. */
static leadkpi_status take_by_mark(lk_path_text *t, lk_text path, leadkpi_error *error)
{
    const char *start = path.data, *end = path.data + path.length;
    char rest[64], mark = t->separator.data[0];
    for (const char *at = path.data;; at += 64) {
        size_t left = (size_t)(end - at);
        uint64_t mask;
        if (left < 64) {
            memset(rest, 0, sizeof rest);
            memcpy(rest, at, left);
            mask = lk_bytes_equal(rest, mark) & ((UINT64_C(1) << left) - 1);
            mask |= UINT64_C(1) << left; /* the end is one, too */
        } else {
            mask = lk_bytes_equal(at, mark);
        }
        LK_TRY(reserve(t, 64, error));
        for (; mask; mask &= mask - 1) {
            const char *stop = at + lowest_bit(mask);
            if (LK_UNLIKELY(!put_known(t, start, stop, end)))
                LK_TRY(put_name(t, start, stop, end, error));
            start = stop + 1;
        }
        if (left < 64) return LEADKPI_OK;
    }
}

static const char *find_separator(const lk_path_text *t, const char *at, const char *end)
{
    lk_text separator = t->separator;
    while ((size_t)(end - at) >= separator.length) {
        at = memchr(at, separator.data[0], (size_t)(end - at) - separator.length + 1);
        if (!at) break;
        if (memcmp(at, separator.data, separator.length) == 0) return at;
        at++;
    }
    return end;
}

static leadkpi_status take_by_text(lk_path_text *t, lk_text path, leadkpi_error *error)
{
    const char *start = path.data, *end = path.data + path.length;
    for (;;) {
        const char *stop = find_separator(t, start, end);
        LK_TRY(reserve(t, 1, error));
        LK_TRY(put_name(t, start, stop, end, error));
        if (stop == end) return LEADKPI_OK;
        start = stop + t->separator.length;
    }
}

leadkpi_status lk_path_text_take(lk_path_text *t, lk_text path, leadkpi_error *error)
{
    LK_TRY(reserve(t, 1, error));
    t->words[t->count++] = 0;
    if (lk_attribution_trim(path).length == 0) return LEADKPI_OK;
    return t->separator.length == 1 ? take_by_mark(t, path, error) : take_by_text(t, path, error);
}
