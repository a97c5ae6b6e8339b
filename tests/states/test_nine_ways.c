/* The same rows, split in nine ways, are the same bytes: funnels, stages and responses, each with
 * definitions that take different paths through the library.
 *
 * A plan says how rows get into a state. Each of the nine ways varies one thing of the plain plan
 * (all rows as drawn, in one batch, in one handle); the last test varies all of them at once. */
#include "../support/check_main.h"
#include "../support/handles.h"
#include "../support/random.h"

HANDLE_STATE(funnel)
HANDLE_CREATE(funnel)
HANDLE_PARTS(funnel)
HANDLE_ADD(funnel, add)
HANDLE_STATE(stages)
HANDLE_CREATE(stages)
HANDLE_PARTS(stages)
HANDLE_ADD(stages, add)
HANDLE_STATE(responses)
HANDLE_CREATE(responses)
HANDLE_PARTS(responses)
HANDLE_ADD(responses, add_leads)
HANDLE_ADD(responses, add)
HANDLE_ADD(responses, add_conversions)

/* ---- what is split ------------------------------------------------------------------ */

#define ROW_COUNT 240
#define LEADS 24
#define TIMES 60 /* few: rows tie */
#define CLOSED_UNTIL 48

typedef struct fact {
    int64_t id, time, sequence;
    int32_t kind; /* which of the subject's adds takes it */
    int32_t word; /* of the subject's words */
    int32_t segment;
} fact;

enum {
    TEXT_IDS = 1,
    SEQUENCES = 2,
    SEGMENTS = 4,
    IN_TIME = 8,
    CLOSED = 16
};

typedef struct subject {
    const char *name, *definition;
    const handle_state *state;
    const handle_parts *parts;
    handle_add adds[3]; /* rows of kind 0, 1, 2 */
    const char *word_column, *words[8];
    int flags;
} subject;

#define STEPS                   \
    {                           \
        "A", "B", "C", "D", "z" \
    }
#define LINE                                        \
    {                                               \
        "new", "mql", "sql", "won", "lost", "aside" \
    }
#define ANSWERS                \
    {                          \
        "call", "auto", "mail" \
    }
#define FUNNEL(says, means, more)                                                     \
    {                                                                                 \
        says, means, &funnel_state, &funnel_parts, {funnel_add}, "event", STEPS, more \
    }
#define STAGES(says, means, more)                                                    \
    {                                                                                \
        says, means, &stages_state, &stages_parts, {stages_add}, "stage", LINE, more \
    }
#define RESPONSES(says, means, more)                                                               \
    {                                                                                              \
        says, means, &responses_state, &responses_parts,                                           \
            {responses_add_leads, responses_add, responses_add_conversions}, "kind", ANSWERS, more \
    }

static const subject subjects[] = {
    FUNNEL("funnel of events", "steps=A,B,C,D; window=7us; exclude=z", SEQUENCES | SEGMENTS),
    FUNNEL("funnel of hashed text ids that keeps foreign events",
           "steps=A,B|C,D; order=adjacent; ids=hashed", TEXT_IDS),
    FUNNEL("funnel with closed ranges", "steps=A,B,C,D; window=7us", TEXT_IDS | CLOSED),
    FUNNEL("funnel with closed ranges, first entries", "steps=A,B,C; entry=first; same_event=many",
           CLOSED),
    FUNNEL("funnel of rows in order of time", "steps=A,B,C,D; window=7us; input=time", IN_TIME),
    STAGES("stages", "stages=new,mql,sql,won; lost=lost", SEQUENCES | SEGMENTS),
    STAGES("stages of hashed ids", "stages=new,won; edges=new>won; ids=hashed",
           TEXT_IDS | SEQUENCES),
    RESPONSES("responses", "", SEGMENTS),
    RESPONSES("responses of hashed text ids", "automatic=auto,mail; ids=hashed",
              TEXT_IDS | SEGMENTS),
};
#define SUBJECT_COUNT (int)(sizeof subjects / sizeof subjects[0])

static int count_of_words(const subject *s)
{
    int count = 0;
    while (s->words[count]) count++;
    return count;
}

static void draw(const subject *s, fact *facts)
{
    uint64_t state = 7;
    int kinds = s->adds[1] ? 3 : 1;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        fact *f = &facts[i];
        f->id = (int64_t)(lk_test_random(&state) % LEADS) - 3;
        f->time = (int64_t)(lk_test_random(&state) % TIMES);
        f->sequence = s->flags & SEQUENCES ? (int64_t)(lk_test_random(&state) % 3) - 1 : 0;
        f->kind = (int32_t)(lk_test_random(&state) % (uint64_t)kinds);
        f->word = (int32_t)(lk_test_random(&state) % (uint64_t)count_of_words(s));
        f->segment = s->flags & SEGMENTS ? (int32_t)(lk_test_random(&state) % 4) : 0;
    }
}

/* ---- rows as a table ----------------------------------------------------------------- */

enum {
    PLAIN,
    STRIDED,
    BACKWARDS,
    CODED,
    ARROW,
    LAYOUT_COUNT
};

typedef struct arrays {
    fact facts[ROW_COUNT];
    int64_t ids[ROW_COUNT], times[ROW_COUNT], sequences[ROW_COUNT];
    char digits[ROW_COUNT][16];
    const char *names[ROW_COUNT], *words[ROW_COUNT], *segments[ROW_COUNT];
    int32_t codes[ROW_COUNT];
} arrays;

static void fill_arrays(arrays *a, const subject *s, const fact *facts, size_t count)
{
    static const char *const segments[] = {NULL, "web", "event", ""};
    for (size_t i = 0; i < count; i++) {
        a->facts[i] = facts[i];
        a->ids[i] = facts[i].id;
        a->times[i] = facts[i].time;
        a->sequences[i] = facts[i].sequence;
        snprintf(a->digits[i], sizeof a->digits[i], "lead %d", (int)facts[i].id);
        a->names[i] = a->digits[i];
        a->words[i] = s->words[facts[i].word];
        a->segments[i] = segments[facts[i].segment];
        a->codes[i] = facts[i].word;
    }
}

/* A column of numbers as the layout has it; `within` is where it lies in a fact. */
static void put_numbers(leadkpi_table *t, const char *name, const arrays *a, const int64_t *plain,
                        size_t within, size_t count, int layout)
{
    static int64_t turned[3][ROW_COUNT];
    static size_t next;
    const int64_t *values = plain;
    ptrdiff_t stride = 0;
    if (layout == STRIDED) {
        values = (const int64_t *)(const void *)((const char *)a->facts + within);
        stride = (ptrdiff_t)sizeof(fact);
    } else if (layout == BACKWARDS) {
        int64_t *own = turned[next++ % 3];
        for (size_t i = 0; i < count; i++) own[count - 1 - i] = plain[i];
        values = count ? own + count - 1 : own;
        stride = -(ptrdiff_t)sizeof(int64_t);
    }
    if (strcmp(name, "time") == 0)
        OK(leadkpi_table_borrow_timestamp(t, name, NUL, values, count, stride, NULL, ok_error));
    else
        OK(leadkpi_table_borrow_int64(t, name, NUL, values, count, stride, NULL, ok_error));
}

static void put_words(leadkpi_table *t, const subject *s, const arrays *a, size_t count, int layout)
{
    static char bytes[64];
    static int64_t offsets[9];
    if (layout != CODED) {
        OK(leadkpi_table_copy_strings(t, s->word_column, NUL, a->words, count, ok_error));
        return;
    }
    bytes[0] = 0;
    for (int i = 0; i < count_of_words(s); i++) {
        strcat(bytes, s->words[i]);
        offsets[i + 1] = (int64_t)strlen(bytes);
    }
    OK(leadkpi_table_borrow_dictionary(t, s->word_column, NUL, a->codes, count, 0, NULL, offsets,
                                       bytes, (size_t)count_of_words(s), ok_error));
}

static leadkpi_table *through_arrow(leadkpi_table *table)
{
    struct ArrowArray array;
    struct ArrowSchema schema;
    leadkpi_table *imported;
    OK(leadkpi_arrow_export(table, &array, &schema, ok_error));
    leadkpi_table_free(table);
    OK(leadkpi_arrow_import(NULL, &array, &schema, &imported, ok_error));
    schema.release(&schema);
    return imported;
}

static leadkpi_table *table_of(const subject *s, const arrays *a, int kind, size_t count,
                               int layout)
{
    leadkpi_table *t;
    OK(leadkpi_table_create(NULL, &t, ok_error));
    if (s->flags & TEXT_IDS)
        OK(leadkpi_table_copy_strings(t, "id", NUL, a->names, count, ok_error));
    else
        put_numbers(t, "id", a, a->ids, offsetof(fact, id), count, layout);
    put_numbers(t, "time", a, a->times, offsetof(fact, time), count, layout);
    if (s->flags & SEQUENCES)
        put_numbers(t, "sequence", a, a->sequences, offsetof(fact, sequence), count, layout);
    if (s->flags & SEGMENTS && kind == 0)
        OK(leadkpi_table_copy_strings(t, "segment", NUL, a->segments, count, ok_error));
    if (!s->adds[1] || kind == 1) put_words(t, s, a, count, layout);
    return layout == ARROW ? through_arrow(t) : t;
}

/* ---- the plan ------------------------------------------------------------------------- */

enum {
    AS_DRAWN,
    SHUFFLED,
    BY_LEAD,
    BY_TIME,
    FROM_THE_END,
    ORDER_COUNT
};
enum {
    ANYWHERE,
    LEADS_TOGETHER,
    TIMES_TOGETHER,
    SPLIT_COUNT
};
enum {
    FROM_THE_LEFT,
    FROM_THE_RIGHT,
    HALVES,
    ANY_TREE,
    TREE_COUNT
};
enum {
    AT_THE_END,
    IN_PIECES,
    PIECES_FROM_THE_END,
    BEFORE_THE_MERGE,
    CLOSING_COUNT
};

typedef struct plan {
    int order, layout, shards, split, tree, closing;
    int bytes; /* every so many steps a handle is written and read back; 0: never */
    size_t batch;
    uint64_t random;
} plan;

typedef struct run {
    const subject *subject;
    plan plan;
    void *shards[8];
    int steps;
} run;

static int goes_before(const fact *a, const fact *b, int order)
{
    if (order == BY_LEAD && a->id != b->id) return a->id < b->id;
    return a->time < b->time;
}

static void swap(fact *a, fact *b)
{
    fact f = *a;
    *a = *b;
    *b = f;
}

static void arrange(fact *facts, plan *p)
{
    for (size_t i = ROW_COUNT; i-- > 1 && p->order == SHUFFLED;)
        swap(&facts[i], &facts[lk_test_random(&p->random) % (i + 1)]);
    for (size_t i = 0; i < ROW_COUNT / 2 && p->order == FROM_THE_END; i++)
        swap(&facts[i], &facts[ROW_COUNT - 1 - i]);
    for (size_t i = 1; i < ROW_COUNT && (p->order == BY_LEAD || p->order == BY_TIME); i++)
        for (size_t j = i; j > 0 && goes_before(&facts[j], &facts[j - 1], p->order); j--)
            swap(&facts[j], &facts[j - 1]);
}

static int shard_of(run *r, const fact *f)
{
    plan *p = &r->plan;
    if (p->split == LEADS_TOGETHER) return (int)((f->id + 3) % p->shards);
    if (p->split == TIMES_TOGETHER) return (int)(f->time * p->shards / TIMES);
    return (int)(lk_test_random(&p->random) % (uint64_t)p->shards);
}

/* Written and read back, where the plan wants it now. */
static void *maybe_through_bytes(run *r, void *handle)
{
    const handle_state *state = r->subject->state;
    if (!r->plan.bytes || ++r->steps % r->plan.bytes) return handle;
    blob b = handle_bytes(state, handle);
    state->free(handle);
    handle = handle_of(state, b);
    free(b.bytes);
    return handle;
}

static void add_batch(run *r, int shard, int kind, const fact *facts, size_t count)
{
    static arrays a;
    const subject *s = r->subject;
    fill_arrays(&a, s, facts, count);
    leadkpi_table *table = table_of(s, &a, kind, count, r->plan.layout);
    OK(s->adds[kind](r->shards[shard], table, NULL, ok_error));
    leadkpi_table_free(table);
    r->shards[shard] = maybe_through_bytes(r, r->shards[shard]);
}

static void add_all(run *r, const fact *facts)
{
    static fact batch[8][3][ROW_COUNT];
    size_t counts[8][3] = {{0}};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        int shard = shard_of(r, &facts[i]), kind = facts[i].kind;
        batch[shard][kind][counts[shard][kind]++] = facts[i];
        if (counts[shard][kind] < r->plan.batch) continue;
        add_batch(r, shard, kind, batch[shard][kind], counts[shard][kind]);
        counts[shard][kind] = 0;
    }
    for (int shard = 0; shard < r->plan.shards; shard++)
        for (int kind = 0; kind < 3 && r->subject->adds[kind]; kind++)
            add_batch(r, shard, kind, batch[shard][kind], counts[shard][kind]);
}

static void merge_two(run *r, int into, int from)
{
    const subject *s = r->subject;
    OK(s->parts->merge(r->shards[into], r->shards[from], ok_error));
    s->state->free(r->shards[from]);
    r->shards[from] = NULL;
    r->shards[into] = maybe_through_bytes(r, r->shards[into]);
}

static void merge_any(run *r)
{
    for (int left = r->plan.shards; left > 1;) {
        int into = (int)(lk_test_random(&r->plan.random) % (uint64_t)r->plan.shards);
        int from = (int)(lk_test_random(&r->plan.random) % (uint64_t)r->plan.shards);
        if (into == from || !r->shards[into] || !r->shards[from]) continue;
        merge_two(r, into, from);
        left--;
    }
}

static void *merge_all(run *r)
{
    int count = r->plan.shards, last = 0;
    if (r->plan.tree == ANY_TREE) merge_any(r);
    if (r->plan.tree == FROM_THE_LEFT)
        for (int i = 1; i < count; i++) merge_two(r, 0, i);
    if (r->plan.tree == FROM_THE_RIGHT)
        for (int i = count - 1; i > 0; i--) merge_two(r, i - 1, i);
    if (r->plan.tree == HALVES)
        for (int step = 1; step < count; step *= 2)
            for (int i = 0; i + step < count; i += 2 * step) merge_two(r, i, i + step);
    while (!r->shards[last]) last++;
    return r->shards[last];
}

static void close_range(void *handle, int64_t from, int64_t until)
{
    OK(leadkpi_funnel_close(handle, from, until, ok_error));
}

/* However it is done, in the end the range up to CLOSED_UNTIL is one. */
static void close_all(run *r, void *handle)
{
    static const int64_t cuts[] = {LEADKPI_FUNNEL_BEGINNING, 11, 20, 40, CLOSED_UNTIL};
    for (int i = 0; i < 4 && r->plan.closing == IN_PIECES; i++)
        close_range(handle, cuts[i], cuts[i + 1]);
    for (int i = 4; i-- > 0 && r->plan.closing == PIECES_FROM_THE_END;)
        close_range(handle, cuts[i], cuts[i + 1]);
    close_range(handle, LEADKPI_FUNNEL_BEGINNING, CLOSED_UNTIL);
}

/* A shard closes what it has all events of: of its leads the range, or its part of the range. */
static void close_shards(run *r)
{
    int64_t until = CLOSED_UNTIL;
    for (int i = 0; i < r->plan.shards; i++) {
        int64_t from = LEADKPI_FUNNEL_BEGINNING;
        if (r->plan.split == TIMES_TOGETHER) {
            from = (int64_t)(i * TIMES + r->plan.shards - 1) / r->plan.shards;
            until = (int64_t)((i + 1) * TIMES + r->plan.shards - 1) / r->plan.shards;
            if (until > CLOSED_UNTIL) until = CLOSED_UNTIL;
        }
        if (from < until) close_range(r->shards[i], from, until);
    }
}

/* What the subject rules out: rows in order of time, parts of different leads; parts that are
 * closed. */
static plan possible(const subject *s, plan p)
{
    if (s->flags & IN_TIME) p.order = BY_TIME, p.split = LEADS_TOGETHER;
    if (!(s->flags & CLOSED)) p.closing = AT_THE_END;
    if (p.closing == BEFORE_THE_MERGE && p.split == ANYWHERE) p.split = LEADS_TOGETHER;
    return p;
}

static blob state_by(const subject *s, const plan *p)
{
    static fact facts[ROW_COUNT];
    run r = {s, possible(s, *p), {NULL}, 0};
    draw(s, facts);
    arrange(facts, &r.plan);
    r.shards[0] = s->parts->create(s->definition);
    for (int i = 1; i < r.plan.shards; i++)
        OK(s->parts->create_like(r.shards[0], &r.shards[i], ok_error));
    add_all(&r, facts);
    if (r.plan.closing == BEFORE_THE_MERGE) close_shards(&r);
    void *whole = merge_all(&r);
    if (s->flags & CLOSED) close_all(&r, whole);
    blob b = handle_bytes(s->state, whole);
    s->state->free(whole);
    return b;
}

/* ---- the nine ways --------------------------------------------------------------------- */

static const plan plain = {.shards = 1, .batch = ROW_COUNT, .random = 1};

static void same_by(const subject *s, const plan *p, const char *what)
{
    blob expected = state_by(s, &plain), found = state_by(s, p);
    ck_assert_msg(
        found.size == expected.size && memcmp(found.bytes, expected.bytes, found.size) == 0,
        "%s: other bytes by %s (%zu, expected %zu)", s->name, what, found.size, expected.size);
    free(expected.bytes), free(found.bytes);
}

/* The n-th variant of a way; 0 when there are no more. */
typedef int (*vary)(plan *, int n);

static int by_order(plan *p, int n)
{
    p->order = n % ORDER_COUNT;
    p->random = (uint64_t)n;
    return n < 2 * ORDER_COUNT;
}

/* Grouped by lead, in order of time or neither: the three paths through a funnel; a second batch
 * leaves them. */
static int by_sorting(plan *p, int n)
{
    static const int orders[] = {BY_LEAD, BY_TIME, SHUFFLED};
    p->order = orders[n % 3];
    p->batch = n < 3 ? ROW_COUNT : ROW_COUNT / 2;
    return n < 6;
}

static int by_batches(plan *p, int n)
{
    static const size_t sizes[] = {1, 2, 7, 64, ROW_COUNT - 1};
    p->batch = sizes[n % 5];
    return n < 5;
}

static int by_shards(plan *p, int n)
{
    p->shards = n + 1;
    return n < 8;
}

static int by_tree(plan *p, int n)
{
    p->shards = 7;
    p->tree = n % TREE_COUNT;
    p->random = (uint64_t)n;
    return n < 2 * TREE_COUNT;
}

static int by_bytes(plan *p, int n)
{
    p->bytes = 1 + n % 3;
    p->batch = 20;
    p->shards = 1 + n;
    return n < 4;
}

static int by_closing(plan *p, int n)
{
    p->closing = n % CLOSING_COUNT;
    p->shards = n < CLOSING_COUNT ? 1 : 3;
    return n < 2 * CLOSING_COUNT;
}

static int by_layout(plan *p, int n)
{
    p->layout = n % LAYOUT_COUNT;
    p->batch = 50;
    return n < LAYOUT_COUNT;
}

static int by_time_range(plan *p, int n)
{
    p->split = n % 2 ? TIMES_TOGETHER : LEADS_TOGETHER;
    p->closing = n < 4 ? AT_THE_END : BEFORE_THE_MERGE;
    p->tree = ANY_TREE;
    p->shards = 2 + n % 5;
    return n < 8;
}

static const struct {
    const char *name;
    vary vary;
} ways[] = {
    {"another order of rows", by_order},
    {"rows that are sorted or not", by_sorting},
    {"other batches", by_batches},
    {"other numbers of shards", by_shards},
    {"another tree of merges", by_tree},
    {"bytes in between", by_bytes},
    {"ranges closed in pieces, backwards or before the merge", by_closing},
    {"columns, strides, dictionaries or Arrow", by_layout},
    {"shards of leads or of ranges of time", by_time_range},
};
#define WAY_COUNT (int)(sizeof ways / sizeof ways[0])

START_TEST(nine_ways_of_splitting_the_same_rows_give_the_same_bytes)
{
    const subject *s = &subjects[_i / WAY_COUNT];
    int way = _i % WAY_COUNT;
    plan p = plain;
    for (int n = 0; ways[way].vary(&p, n); n++) {
        same_by(s, &p, ways[way].name);
        p = plain;
    }
}
END_TEST

START_TEST(all_nine_at_once_give_the_same_bytes)
{
    uint64_t state = (uint64_t)_i;
    for (int round = 0; round < 12; round++) {
        plan p = plain;
        p.order = (int)(lk_test_random(&state) % ORDER_COUNT);
        p.layout = (int)(lk_test_random(&state) % LAYOUT_COUNT);
        p.shards = 1 + (int)(lk_test_random(&state) % 8);
        p.split = (int)(lk_test_random(&state) % SPLIT_COUNT);
        p.tree = (int)(lk_test_random(&state) % TREE_COUNT);
        p.closing = (int)(lk_test_random(&state) % CLOSING_COUNT);
        p.bytes = (int)(lk_test_random(&state) % 5);
        p.batch = 1 + (size_t)(lk_test_random(&state) % 100);
        p.random = lk_test_random(&state);
        same_by(&subjects[_i], &p, "all at once");
    }
}
END_TEST

/* The plans would be worth nothing if states forgot what tells rows apart. */
START_TEST(other_rows_give_other_bytes)
{
    const subject *s = &subjects[_i];
    fact facts[2] = {{1, 2, 0, 0, 0, 0}, {1, 3, 0, 0, 0, 0}};
    blob states[2];
    for (size_t count = 1; count <= 2; count++) {
        run r = {s, plain, {NULL}, 0};
        r.shards[0] = s->parts->create(s->definition);
        add_batch(&r, 0, 0, facts, count);
        states[count - 1] = handle_bytes(s->state, r.shards[0]);
        s->state->free(r.shards[0]);
    }
    ck_assert(states[0].size != states[1].size ||
              memcmp(states[0].bytes, states[1].bytes, states[0].size) != 0);
    free(states[0].bytes), free(states[1].bytes);
}
END_TEST

static Suite *suite_of_ways(void)
{
    Suite *suite = suite_create("nine ways");
    TCase *tc = tcase_create("ways");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, nine_ways_of_splitting_the_same_rows_give_the_same_bytes, 0,
                        SUBJECT_COUNT * WAY_COUNT);
    tcase_add_loop_test(tc, all_nine_at_once_give_the_same_bytes, 0, SUBJECT_COUNT);
    tcase_add_loop_test(tc, other_rows_give_other_bytes, 0, SUBJECT_COUNT);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return lk_test_run(suite_of_ways());
}
