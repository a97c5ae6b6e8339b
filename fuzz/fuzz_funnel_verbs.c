/* An input is a program over a funnel: rows of every shape are added, one by one and one a lead, parts
 * are merged, ranges of time closed, the state written and read back, reports made by several threads
 * at once; under a memory limit, with refused requests and interrupts. What fails changes nothing. A plain
 * funnel gets the rows that were taken, as events and one batch after the other: it says the same, and
 * where nothing was closed its state is the same, byte for byte. */
#include <leadkpi.h>

#include <pthread.h>
#include <stdbool.h>

#include "funnel_state.h"
#include "refuse.h"

#define NUL LEADKPI_NUL_TERMINATED

enum { ROWS_MAX = 16, OPERATIONS_MAX = 24, STEPS = 4, THREADS = 3 };

/* So many rows are an import, which is put in order and packed (add_by_number.c, journeys.c); few never are. */
enum { IMPORT_ROWS = 300, FEW_ROWS = 100, ROOM = IMPORT_ROWS };
_Static_assert(ROWS_MAX * STEPS <= FEW_ROWS, "the events of stages are few rows");

/* @ is the unit of time: a microsecond or an hour. */
static const char *const definitions[] = {"window=20@",
                                          "entry=first",
                                          "window=9@; same_event=many; skips=implied",
                                          "entry=every; window=12@",
                                          "entry=again; window=12@; exclude=x",
                                          "order=unordered; window=15@",
                                          "order=anchored",
                                          "order=open; same_event=many",
                                          "order=adjacent; window=30@",
                                          "optional=2,3; window=20@",
                                          "exclude=x; exclude_effect=lead; window=25@",
                                          "exclude=x,y|a; exclude_from=1,2; exclude_to=2,4; optional=2",
                                          "session=5@",
                                          "same_value=true; window=20@",
                                          "compat=clickhouse; window=20@; modes=strict_order",
                                          "compat=clickhouse; window=20@; modes=strict_deduplication",
                                          "step_window=6@; gap=1@",
                                          "entry=every; exclude=x; exclude_effect=end; window=40@",
                                          "window_days=2; entry=again",
                                          "same_event=many"};

static const char *const reports[] = {NULL,
                                      "by=segment",
                                      "by=segment; breakdown=last",
                                      "by=segment; breakdown=any",
                                      "by=segment; breakdown=step; breakdown_step=2",
                                      "mature=true",
                                      "as_of=1970-01-02",
                                      "grain=day",
                                      "grain=day; by=segment; mature=true",
                                      "from=1970-01-01T00:00:00.000005; to=1970-01-01T00:00:00.00002",
                                      "from=1970-01-02; by=segment"};

typedef leadkpi_status (*report)(const leadkpi_funnel *, const leadkpi_options *, leadkpi_table **,
                                 leadkpi_error *);

/* The first two are of levels, and made where ranges are closed, too. */
static const report report_calls[] = {leadkpi_funnel_steps,     leadkpi_funnel_leads,
                                      leadkpi_funnel_times,     leadkpi_funnel_histogram,
                                      leadkpi_funnel_retention, leadkpi_funnel_checks,
                                      leadkpi_funnel_sequences, leadkpi_funnel_difference};

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

typedef struct world {
    fuzz_reader reader;
    leadkpi_funnel *tried, *plain;
    leadkpi_host host; /* of the one that is tried */
    bool is_closed, is_in_time, has_text_ids, has_segments, has_sequence, has_value;
    int64_t unit; /* microseconds */
} world;

/* ---- what goes wrong -------------------------------------------------------------------- */

static int interrupt_at; /* questions until the answer is stop; 0: never */

static int32_t is_interrupted(void *user)
{
    (void)user;
    return interrupt_at && --interrupt_at == 0;
}

static void begin_trouble(fuzz_reader *reader)
{
    uint8_t kind = fuzz_byte(reader);
    if (kind % 4 == 1) refuse_at = 1 + kind / 4;
    if (kind % 4 == 2) interrupt_at = 1 + kind / 4 % 8;
}

static void end_trouble(void)
{
    refuse_at = interrupt_at = 0;
}

static bool is_trouble(leadkpi_status status)
{
    return status == LEADKPI_OUT_OF_MEMORY || status == LEADKPI_LIMIT || status == LEADKPI_INTERRUPTED;
}

static leadkpi_host draw_host(fuzz_reader *reader)
{
    leadkpi_host host = refusing_host();
    uint8_t limit = fuzz_byte(reader);
    host.interrupted = is_interrupted;
    if (limit % 2) host.memory_limit_bytes = (uint64_t)(limit / 2 % 8 + 8) << (5 + limit / 16);
    return host;
}

/* ---- handles ------------------------------------------------------------------------------ */

static leadkpi_funnel *make(const leadkpi_host *host, const char *text, int64_t unit, bool is_hashed,
                            bool is_in_time)
{
    char definition[160];
    size_t length = (size_t)snprintf(definition, sizeof definition, "steps=a,b,c,d|e; ids=%s%s; ",
                                     is_hashed ? "hashed" : "exact", is_in_time ? "; input=time" : "");
    for (; *text; text++) {
        const char *part = *text != '@' ? NULL : unit == 1 ? "us" : "h";
        length += (size_t)(part ? snprintf(definition + length, sizeof definition - length, "%s", part)
                                : snprintf(definition + length, sizeof definition - length, "%c", *text));
    }
    leadkpi_options *options;
    leadkpi_funnel *funnel;
    MUST(leadkpi_options_create(NULL, "funnel", NUL, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, definition, NUL, NULL) == LEADKPI_OK);
    leadkpi_status status = leadkpi_funnel_create(host, options, &funnel, NULL);
    MUST((status == LEADKPI_OK) == (funnel != NULL));
    MUST(status == LEADKPI_OK || status == LEADKPI_LIMIT || (is_in_time && status == LEADKPI_CONTRADICTION));
    leadkpi_options_free(options);
    return funnel;
}

static bool make_world(world *w)
{
    uint8_t which = fuzz_byte(&w->reader), flags = fuzz_byte(&w->reader);
    const char *text = definitions[which % COUNT_OF(definitions)];
    w->host = draw_host(&w->reader);
    w->unit = flags & 1 ? INT64_C(3600000000) : 1;
    w->has_text_ids = flags & 2;
    w->is_in_time = (flags & 12) == 12;
    w->has_segments = !w->is_in_time && flags & 16;
    w->has_sequence = !w->is_in_time && flags & 32;
    w->has_value = flags & 64 || strstr(text, "same_value");
    w->plain = make(NULL, text, w->unit, flags & 128, false);
    w->tried = make(&w->host, text, w->unit, flags & 128, w->is_in_time);
    return w->tried != NULL;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const char *const names[] = {"a", "b", "c", "d", "x", "y", "zero", "e"};
static const char *const ids[] = {"", "1", "lead two", "three", "4", "55555", "a longer one than most ids", "7"};
static const char *const segments[] = {NULL, "", "north", "south"};

typedef struct rows {
    size_t count;
    int64_t ids[ROOM], times[STEPS][ROOM], steps[ROOM], sequence[ROOM], values[ROOM];
    const char *id_texts[ROOM], *events[ROOM], *segments[ROOM];
    uint8_t validity[STEPS][(ROOM + 7) / 8];
    bool has_steps, are_stages;
} rows;

static int64_t draw_time(world *w)
{
    uint8_t time = fuzz_byte(&w->reader);
    return time == 255 ? fuzz_int64(&w->reader) : (time - 8) * w->unit;
}

/* Those drawn again and again, of the leads that follow. */
static void repeat_rows(rows *r)
{
    size_t drawn = r->count;
    if (drawn == 0) return;
    for (size_t i = drawn; i < IMPORT_ROWS; i++) {
        size_t from = i % drawn;
        r->ids[i] = r->ids[from] >= 0 && r->ids[from] < 8 ? r->ids[from] + (int64_t)(i / drawn) : r->ids[from];
        r->id_texts[i] = r->id_texts[from];
        r->segments[i] = r->segments[from];
        r->sequence[i] = r->sequence[from];
        r->events[i] = r->events[from];
        r->steps[i] = r->steps[from];
        r->values[i] = r->values[from];
        r->times[0][i] = r->times[0][from];
    }
    r->count = IMPORT_ROWS;
}

static void draw_rows(world *w, rows *r, bool are_stages)
{
    uint8_t count = fuzz_byte(&w->reader);
    memset(r, 0, sizeof *r);
    r->count = count % (ROWS_MAX + 1);
    r->has_steps = count & 128;
    r->are_stages = are_stages;
    for (size_t i = 0; i < r->count; i++) {
        uint8_t who = fuzz_byte(&w->reader), what = fuzz_byte(&w->reader);
        int valid = what % 16 ? what % 16 : 1;
        r->ids[i] = who == 255 ? fuzz_int64(&w->reader) : who % 8;
        r->id_texts[i] = ids[who % 8];
        r->segments[i] = segments[who / 8 % 4];
        r->sequence[i] = who / 32;
        r->events[i] = names[what % 8];
        r->steps[i] = what % 8 < STEPS ? INT64_C(1) << what % 8 : what % 16;
        r->values[i] = what / 64;
        for (int step = 0; step < (are_stages ? STEPS : 1); step++) r->times[step][i] = draw_time(w);
        for (int step = 0; step < STEPS; step++)
            r->validity[step][i / 8] |= (uint8_t)((valid >> step & 1) << i % 8);
    }
    if (!are_stages && count & 64) repeat_rows(r);
}

/* The events that rows of stages stand for; each has one. */
static rows events_of(const rows *stages)
{
    rows r = {.has_steps = true};
    for (size_t i = 0; i < stages->count; i++)
        for (int step = 0; step < STEPS; step++) {
            if (!(stages->validity[step][i / 8] >> i % 8 & 1)) continue;
            r.ids[r.count] = stages->ids[i];
            r.id_texts[r.count] = stages->id_texts[i];
            r.segments[r.count] = stages->segments[i];
            r.times[0][r.count] = stages->times[step][i];
            r.steps[r.count++] = INT64_C(1) << step;
        }
    return r;
}

static leadkpi_table *table_of(const world *w, const rows *r, size_t start, size_t count)
{
    leadkpi_table *t;
    leadkpi_status status;
    MUST(leadkpi_table_create(NULL, &t, NULL) == LEADKPI_OK);
    status = w->has_text_ids ? leadkpi_table_copy_strings(t, "id", NUL, r->id_texts + start, count, NULL)
                             : leadkpi_table_borrow_int64(t, "id", NUL, r->ids + start, count, 0, NULL, NULL);
    MUST(status == LEADKPI_OK);
    if (w->has_segments)
        MUST(leadkpi_table_copy_strings(t, "segment", NUL, r->segments + start, count, NULL) == LEADKPI_OK);
    if (r->are_stages) {
        static const char *const columns[] = {"a", "b", "c", "d|e"};
        for (int step = 0; step < STEPS; step++)
            MUST(leadkpi_table_borrow_timestamp(t, columns[step], NUL, r->times[step], count, 0,
                                                r->validity[step], NULL) == LEADKPI_OK);
        return t;
    }
    MUST(leadkpi_table_borrow_timestamp(t, "time", NUL, r->times[0] + start, count, 0, NULL, NULL) == LEADKPI_OK);
    status = r->has_steps ? leadkpi_table_borrow_int64(t, "steps", NUL, r->steps + start, count, 0, NULL, NULL)
                          : leadkpi_table_copy_strings(t, "event", NUL, r->events + start, count, NULL);
    MUST(status == LEADKPI_OK);
    if (w->has_sequence)
        MUST(leadkpi_table_borrow_int64(t, "sequence", NUL, r->sequence + start, count, 0, NULL, NULL) == LEADKPI_OK);
    if (w->has_value)
        MUST(leadkpi_table_borrow_int64(t, "value", NUL, r->values + start, count, 0, NULL, NULL) == LEADKPI_OK);
    return t;
}

static leadkpi_status add_some(const world *w, leadkpi_funnel *funnel, const rows *r, size_t start, size_t count,
                               const char *batch)
{
    leadkpi_table *t = table_of(w, r, start, count);
    leadkpi_status status = (r->are_stages ? leadkpi_funnel_add_stages : leadkpi_funnel_add)(
        funnel, t, batch, batch ? 1 : 0, NULL);
    leadkpi_table_free(t);
    return status;
}

static leadkpi_status add(const world *w, leadkpi_funnel *funnel, const rows *r, const char *batch)
{
    return add_some(w, funnel, r, 0, r->count, batch);
}

/* A few at a time, which takes no short cut; a batch is one add. */
static void add_plain(const world *w, const rows *r, const char *batch)
{
    size_t most = batch ? ROOM : FEW_ROWS, start = 0;
    do {
        size_t left = r->count - start, count = left < most ? left : most;
        MUST(add_some(w, w->plain, r, start, count, batch) == LEADKPI_OK);
        start += count;
    } while (start < r->count);
}

/* ---- reports ---------------------------------------------------------------------------------- */

static void same_cell(const leadkpi_table *a, int32_t i, const leadkpi_table *b, int32_t j, size_t row)
{
    int32_t type = leadkpi_table_column_type(a, i);
    MUST(type == leadkpi_table_column_type(b, j));
    MUST(leadkpi_table_is_null(a, i, row) == leadkpi_table_is_null(b, j, row));
    if (leadkpi_table_is_null(a, i, row)) return;
    if (type == LEADKPI_TYPE_TEXT) {
        const char *x, *y;
        size_t m, n;
        MUST(leadkpi_table_get_text(a, i, row, &x, &m, NULL) == LEADKPI_OK);
        MUST(leadkpi_table_get_text(b, j, row, &y, &n, NULL) == LEADKPI_OK);
        MUST(m == n && (m == 0 || memcmp(x, y, m) == 0));
    } else if (type == LEADKPI_TYPE_DOUBLE) {
        double x, y;
        MUST(leadkpi_table_get_double(a, i, row, &x, NULL) == LEADKPI_OK);
        MUST(leadkpi_table_get_double(b, j, row, &y, NULL) == LEADKPI_OK);
        MUST(memcmp(&x, &y, sizeof x) == 0);
    } else {
        int64_t x, y;
        MUST(leadkpi_table_get_int64(a, i, row, &x, NULL) == LEADKPI_OK);
        MUST(leadkpi_table_get_int64(b, j, row, &y, NULL) == LEADKPI_OK);
        MUST(x == y);
    }
}

/* What `a` says, `b` says, too; where ranges are closed it has fewer columns. */
static void same_table(const leadkpi_table *a, const leadkpi_table *b)
{
    size_t row_count = leadkpi_table_row_count(a);
    MUST(row_count == leadkpi_table_row_count(b));
    for (int32_t i = 0; i < leadkpi_table_column_count(a); i++) {
        int32_t j;
        MUST(leadkpi_table_find_column(b, leadkpi_table_column_name(a, i), NUL, &j, NULL) == LEADKPI_OK);
        for (size_t row = 0; row < row_count; row++) same_cell(a, i, b, j, row);
    }
}

typedef struct job {
    const leadkpi_funnel *funnel;
    const leadkpi_options *options;
    report call;
    leadkpi_status status;
    leadkpi_table *table;
} job;

static void *do_job(void *opaque)
{
    job *j = opaque;
    j->status = j->call(j->funnel, j->options, &j->table, NULL);
    MUST((j->status == LEADKPI_OK) == (j->table != NULL));
    return NULL;
}

/* Both have the same events, but of a closed range one has lost when they were. */
static void compare(const world *w, const job *tried, const job *plain)
{
    MUST(!is_trouble(plain->status));
    if (tried->status == LEADKPI_OK) {
        MUST(plain->status == LEADKPI_OK);
        same_table(tried->table, plain->table);
    } else if (!is_trouble(tried->status)) {
        MUST(tried->status == plain->status ||
             ((w->is_closed || w->is_in_time) && tried->status == LEADKPI_CONTRADICTION));
    }
    leadkpi_table_free(tried->table);
}

/* Several threads at once, or one that has bad luck. */
static void act_report(world *w, size_t call, const char *text, bool has_threads)
{
    job plain = {w->plain, NULL, report_calls[call], 0, NULL}, tried[THREADS];
    leadkpi_options *options = NULL;
    if (text || report_calls[call] == leadkpi_funnel_sequences) {
        MUST(leadkpi_options_create(NULL, "funnel_report", NUL, &options, NULL) == LEADKPI_OK);
        if (text) MUST(leadkpi_options_parse(options, text, NUL, NULL) == LEADKPI_OK);
        if (report_calls[call] == leadkpi_funnel_sequences)
            MUST(leadkpi_options_set_text(options, "pattern", NUL, "(?1).*(?2)", NUL, NULL) == LEADKPI_OK);
    }
    plain.options = options;
    do_job(&plain);
    for (int i = 0; i < THREADS; i++) tried[i] = plain, tried[i].funnel = w->tried;
    if (has_threads) {
        pthread_t threads[THREADS];
        for (int i = 0; i < THREADS; i++) MUST(pthread_create(&threads[i], NULL, do_job, &tried[i]) == 0);
        for (int i = 0; i < THREADS; i++) MUST(pthread_join(threads[i], NULL) == 0);
        for (int i = 0; i < THREADS; i++) MUST(tried[i].status == tried[0].status);
    } else {
        begin_trouble(&w->reader);
        do_job(&tried[0]);
        end_trouble();
    }
    for (int i = 0; i < (has_threads ? THREADS : 1); i++) compare(w, &tried[i], &plain);
    leadkpi_table_free(plain.table);
    leadkpi_options_free(options);
}

/* ---- verbs ----------------------------------------------------------------------------------------- */

/* After a call that failed all is as before, as far as there is memory to see it. */
static void check_unchanged(const world *w, leadkpi_status status, bytes before)
{
    bytes now;
    if (status != LEADKPI_OK && before.data && state_if_room(w->tried, &now) == LEADKPI_OK) {
        MUST(now.size == before.size && memcmp(now.data, before.data, now.size) == 0);
        free(now.data);
    }
    free(before.data);
}

static leadkpi_status merge_part(world *w, const rows *r, const char *batch)
{
    leadkpi_funnel *part;
    leadkpi_status status = leadkpi_funnel_create_like(w->tried, &part, NULL);
    if (status == LEADKPI_OK) status = add(w, part, r, batch);
    if (status == LEADKPI_OK) status = leadkpi_funnel_merge(w->tried, part, NULL);
    leadkpi_funnel_free(part);
    return status;
}

/* Rows in time order may be refused where parts are merged or rows come late; the plain one takes all. */
static void act_add(world *w, bool are_stages, bool is_merged)
{
    static const char *const batches[] = {NULL, NULL, NULL, "1", "2"};
    rows r;
    bytes before;
    const char *batch = batches[fuzz_byte(&w->reader) % COUNT_OF(batches)];
    draw_rows(w, &r, are_stages);
    state_if_room(w->tried, &before);
    begin_trouble(&w->reader);
    leadkpi_status status = is_merged ? merge_part(w, &r, batch) : add(w, w->tried, &r, batch);
    end_trouble();
    if (are_stages) r = events_of(&r);
    if (status == LEADKPI_OK) add_plain(w, &r, batch);
    check_unchanged(w, status, before);
}

static void act_close(world *w)
{
    bytes before;
    int64_t from = draw_time(w), length = fuzz_byte(&w->reader) / 4 + 1;
    if (from > INT64_MAX / 2) from = LEADKPI_FUNNEL_BEGINNING;
    state_if_room(w->tried, &before);
    begin_trouble(&w->reader);
    leadkpi_status status = leadkpi_funnel_close(
        w->tried, from, (from == LEADKPI_FUNNEL_BEGINNING ? 0 : from) + length * w->unit, NULL);
    end_trouble();
    if (status == LEADKPI_OK) w->is_closed = true;
    check_unchanged(w, status, before);
}

/* The state goes to a host with another limit, or stays where it does not fit. */
static void act_read_back(world *w)
{
    bytes b, again;
    leadkpi_funnel *read;
    leadkpi_host host = draw_host(&w->reader);
    if (state_if_room(w->tried, &b) != LEADKPI_OK) return;
    begin_trouble(&w->reader);
    leadkpi_status status = leadkpi_funnel_deserialize(&host, b.data, b.size, &read, NULL);
    end_trouble();
    MUST(status == LEADKPI_OK || is_trouble(status));
    MUST((status == LEADKPI_OK) == (read != NULL));
    if (read) {
        leadkpi_funnel_free(w->tried);
        w->tried = read;
        w->host = host;
        if (state_if_room(read, &again) == LEADKPI_OK)
            MUST(again.size == b.size && memcmp(again.data, b.data, b.size) == 0);
        free(again.data);
    }
    free(b.data);
}

static void check_bytes(const world *w)
{
    bytes b;
    if (w->is_closed || w->is_in_time || state_if_room(w->tried, &b) != LEADKPI_OK) return;
    same_state(w->plain, b);
    free(b.data);
}

static void act(world *w)
{
    uint8_t operation = fuzz_byte(&w->reader), which = operation / 8;
    switch (operation % 8) {
    case 0:
    case 1: act_add(w, false, false); break;
    case 2: act_add(w, true, which % 2); break;
    case 3: act_add(w, false, true); break;
    case 4: act_close(w); break;
    case 5: act_read_back(w); break;
    case 6:
        act_report(w, which % COUNT_OF(report_calls), reports[fuzz_byte(&w->reader) % COUNT_OF(reports)],
                   false);
        break;
    default: act_report(w, which % COUNT_OF(report_calls), reports[which % COUNT_OF(reports)], true); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    world w = {.reader = {data, size}};
    end_trouble();
    if (make_world(&w))
        for (int i = 0; i < OPERATIONS_MAX && w.reader.left; i++) {
            act(&w);
            check_bytes(&w);
            act_report(&w, (size_t)i % 2, NULL, false);
        }
    leadkpi_funnel_free(w.tried), leadkpi_funnel_free(w.plain);
    return 0;
}
