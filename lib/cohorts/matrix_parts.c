/* matrix_parts.c: the matrix over ids of any size.
 *
 * Events are dealt out by the top bits of the hash of their id, so that the customers of one part
 * fit the cache, and then counted part by part in a small table. The hash is one to one, so what
 * is left of it below the top bits stands for the id; the bits that are then free hold the period:
 * an event is 8 bytes.
 *
 * Cost an event: 16 bytes read twice in order, 8 written at one of some hundred places and read
 * again, one look into the second-level cache. Fresh memory costs the system most of that: a page a
 * 512 events. */
#include "base/hash.h"
#include "cohorts/matrix.h"

/* So many events a part, at most so many parts. A part leaves 6 bits of the hash free at least. */
#define EVENTS_A_PART 32768
#define PART_BITS_MIN 6
#define PART_BITS_MAX 11
#define PARTS_MAX ((size_t)1 << PART_BITS_MAX)

_Static_assert(LK_MATRIX_PERIODS_MAX <= 1 << PART_BITS_MIN, "a period fits the free bits");

#define TABLE_BITS_MIN 10
/* A quarter full at most: that an event leaves the one way through the loop is rare. */
#define SLOTS_A_CUSTOMER 4

typedef struct slot {
    uint64_t key;     /* of the hash, what the part does not say */
    uint64_t periods; /* 0: free */
} slot;

typedef struct parts {
    lk_matrix *matrix;
    uint64_t seed;
    int bits;
    uint64_t *events; /* the rest of the hash and the period */
    size_t starts[PARTS_MAX], ends[PARTS_MAX];
    slot *slots; /* 2^table_bits of them, free between parts */
    uint32_t *used; /* places of those that are not */
    size_t used_count;
    int table_bits;
} parts;

/* ---- dealing out ------------------------------------------------------------------------------ */

static size_t next_block(const lk_matrix *m, size_t first)
{
    return m->count - first < LK_INTERRUPT_ROWS ? m->count : first + LK_INTERRUPT_ROWS;
}

static leadkpi_status count_parts(parts *p, leadkpi_error *error)
{
    const lk_matrix *m = p->matrix;
    int shift = 64 - p->bits;
    for (size_t i = 0; i < m->count;) {
        size_t last = next_block(m, i);
        LK_TRY(lk_interrupted(&m->memory, error));
        for (; i < last; i++)
            p->ends[lk_hash_int64((uint64_t)m->customers[i], p->seed) >> shift]++;
    }
    return LEADKPI_OK;
}

/* From how many events each part has to where they begin. */
static void find_places(parts *p)
{
    size_t before = 0;
    for (size_t part = 0; part < (size_t)1 << p->bits; part++) {
        p->starts[part] = before;
        before += p->ends[part];
        p->ends[part] = p->starts[part];
    }
}

/* A time in no period is written and then written over. */
static void deal_out(parts *p, size_t first, size_t last)
{
    lk_matrix *m = p->matrix;
    const lk_clock clock = m->clock;
    const int64_t *customers = m->customers, *times = m->times;
    uint64_t *events = p->events, seed = p->seed;
    size_t inside = 0;
    int bits = p->bits;
    for (size_t i = first; i < last; i++) {
        uint64_t offset = lk_clock_offset(&clock, times[i]);
        bool is_inside = offset < clock.range;
        uint64_t period = lk_clock_period(&clock, is_inside ? offset : 0);
        uint64_t hash = lk_hash_int64((uint64_t)customers[i], seed);
        size_t *end = &p->ends[hash >> (64 - bits)];
        events[*end] = hash << bits | period;
        *end += is_inside;
        inside += is_inside;
    }
    m->outside += last - first - inside;
}

/* ---- one part ------------------------------------------------------------------------------------ */

/* Room for so many customers, with the slots free. */
static leadkpi_status make_table(parts *p, int bits, leadkpi_error *error)
{
    lk_memory *memory = &p->matrix->memory;
    size_t count = (size_t)1 << bits, old = p->slots ? (size_t)1 << p->table_bits : 0;
    slot *slots;
    LK_TRY(lk_allocate(memory, count, sizeof *slots, &slots, error));
    leadkpi_status status =
        lk_resize(memory, &p->used, old / SLOTS_A_CUSTOMER, count / SLOTS_A_CUSTOMER,
                  sizeof *p->used, error);
    if (status != LEADKPI_OK) {
        lk_release(memory, slots, count, sizeof *slots);
        return status;
    }
    memset(slots, 0, count * sizeof *slots);
    for (size_t i = 0; i < p->used_count; i++) {
        slot item = p->slots[p->used[i]];
        size_t place = (size_t)(item.key >> (64 - bits));
        while (slots[place].periods) place = (place + 1) & (count - 1);
        slots[place] = item;
        p->used[i] = (uint32_t)place;
    }
    lk_release(memory, p->slots, old, sizeof *slots);
    p->slots = slots;
    p->table_bits = bits;
    return LEADKPI_OK;
}

static size_t room(const parts *p)
{
    return ((size_t)1 << p->table_bits) / SLOTS_A_CUSTOMER - p->used_count;
}

/* Events from first up to, not with, last, for all of which there is room. */
static void take_events(parts *p, size_t first, size_t last)
{
    const uint64_t *events = p->events;
    slot *slots = p->slots;
    uint32_t *used = p->used;
    size_t used_count = p->used_count, mask = ((size_t)1 << p->table_bits) - 1;
    uint64_t period_mask = ((uint64_t)1 << p->bits) - 1;
    int shift = 64 - p->table_bits;
    for (size_t i = first; i < last; i++) {
        uint64_t event = events[i], key = event & ~period_mask;
        size_t place = (size_t)(event >> shift);
        while ((slots[place].key != key) | (slots[place].periods == 0)) {
            if (slots[place].periods == 0) {
                slots[place].key = key;
                used[used_count++] = (uint32_t)place;
                break;
            }
            place = (place + 1) & mask;
        }
        slots[place].periods |= (uint64_t)1 << (event & period_mask);
    }
    p->used_count = used_count;
}

/* Counts the customers of the part, and frees their slots. */
static void count_part(parts *p)
{
    lk_triangle triangle = p->matrix->triangle;
    for (size_t i = 0; i < p->used_count; i++) {
        slot *s = &p->slots[p->used[i]];
        uint32_t cohort = lk_lowest_bit(s->periods);
        lk_triangle_add(&triangle, cohort, s->periods >> cohort);
        s->periods = 0;
    }
    p->used_count = 0;
}

static leadkpi_status take_part(parts *p, size_t part, leadkpi_error *error)
{
    for (size_t first = p->starts[part], last; first < p->ends[part]; first = last) {
        if (room(p) == 0) LK_TRY(make_table(p, p->table_bits + 1, error));
        last = room(p) < p->ends[part] - first ? first + room(p) : p->ends[part];
        take_events(p, first, last);
    }
    count_part(p);
    return LEADKPI_OK;
}

/* ---- the whole ------------------------------------------------------------------------------------- */

static leadkpi_status count_events(parts *p, leadkpi_error *error)
{
    lk_matrix *m = p->matrix;
    LK_TRY(count_parts(p, error));
    find_places(p);
    for (size_t first = 0, last; first < m->count; first = last) {
        LK_TRY(lk_interrupted(&m->memory, error));
        last = next_block(m, first);
        deal_out(p, first, last);
    }
    LK_TRY(make_table(p, TABLE_BITS_MIN, error));
    for (size_t part = 0; part < (size_t)1 << p->bits; part++) {
        LK_TRY(lk_interrupted(&m->memory, error));
        LK_TRY(take_part(p, part, error));
    }
    return LEADKPI_OK;
}

leadkpi_status lk_matrix_count_by_parts(lk_matrix *m, leadkpi_error *error)
{
    parts *p;
    LK_TRY(lk_allocate(&m->memory, 1, sizeof *p, &p, error));
    memset(p, 0, sizeof *p);
    p->matrix = m;
    p->bits = PART_BITS_MIN;
    while (p->bits < PART_BITS_MAX && m->count >> p->bits > EVENTS_A_PART) p->bits++;
    leadkpi_status status = lk_allocate(&m->memory, m->count, sizeof *p->events, &p->events, error);
    p->seed = lk_hash_seed((uint64_t)(uintptr_t)p->events ^ (uint64_t)(uintptr_t)p << 20);
    if (status == LEADKPI_OK) status = count_events(p, error);
    if (p->slots) {
        size_t slots = (size_t)1 << p->table_bits;
        lk_release(&m->memory, p->slots, slots, sizeof *p->slots);
        lk_release(&m->memory, p->used, slots / SLOTS_A_CUSTOMER, sizeof *p->used);
    }
    lk_release(&m->memory, p->events, m->count, sizeof *p->events);
    lk_release(&m->memory, p, 1, sizeof *p);
    return status;
}
