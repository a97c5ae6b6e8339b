/* An input is a state of a funnel with its checksum put right, or a program: rows are added to a handle
 * and to one that closes ranges of time now and then; requests for memory are refused; what fails
 * changes nothing, and the reports of both never differ. */
#include <leadkpi.h>

#include "base/hash.h"
#include "funnel_state.h"
#include "refuse.h"

enum { ROWS_MAX = 12, OPERATIONS_MAX = 30 };

/* ---- states ------------------------------------------------------------------------------ */

static void report_all(const leadkpi_funnel *funnel)
{
    leadkpi_table *table;
    MUST(leadkpi_funnel_steps(funnel, NULL, &table, NULL) == LEADKPI_OK);
    leadkpi_table_free(table);
    MUST(leadkpi_funnel_leads(funnel, NULL, &table, NULL) == LEADKPI_OK);
    leadkpi_table_free(table);
    leadkpi_status status = leadkpi_funnel_checks(funnel, NULL, &table, NULL);
    MUST(status == LEADKPI_OK || status == LEADKPI_CONTRADICTION);
    leadkpi_table_free(table);
}

static void try_state(const uint8_t *data, size_t size)
{
    leadkpi_funnel *funnel;
    bytes input = {fuzz_copy(data, size), size};
    if (size >= 56) lk_key128_to_bytes(lk_hash128(input.data, size - 16), input.data + size - 16);
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = 1 << 24;
    if (leadkpi_funnel_deserialize(&host, input.data, size, &funnel, NULL) == LEADKPI_OK) {
        leadkpi_status status;
        same_state(funnel, input);
        report_all(funnel);
        status = leadkpi_funnel_close(funnel, LEADKPI_FUNNEL_BEGINNING, INT64_MAX, NULL);
        MUST(status == LEADKPI_OK || status == LEADKPI_CONTRADICTION || status == LEADKPI_LIMIT);
        if (status == LEADKPI_OK) report_all(funnel);
        leadkpi_funnel_free(funnel);
    }
    free(input.data);
}

/* ---- programs ---------------------------------------------------------------------------- */

static leadkpi_funnel *make(const char *text)
{
    leadkpi_host host = refusing_host();
    leadkpi_options *options;
    leadkpi_funnel *funnel;
    MUST(leadkpi_options_create(NULL, "funnel", LEADKPI_NUL_TERMINATED, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, text, LEADKPI_NUL_TERMINATED, NULL) == LEADKPI_OK);
    MUST(leadkpi_funnel_create(&host, options, &funnel, NULL) == LEADKPI_OK);
    leadkpi_options_free(options);
    return funnel;
}

static leadkpi_status add(leadkpi_funnel *funnel, const int64_t *ids, const int64_t *times,
                          const int64_t *steps, size_t count)
{
    leadkpi_table *table;
    MUST(leadkpi_table_create(NULL, &table, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_int64(table, "id", 2, ids, count, 0, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_timestamp(table, "time", 4, times, count, 0, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_int64(table, "steps", 5, steps, count, 0, NULL, NULL) == LEADKPI_OK);
    leadkpi_status status = leadkpi_funnel_add(funnel, table, NULL, 0, NULL);
    leadkpi_table_free(table);
    return status;
}

static void same_reports(const leadkpi_funnel *a, const leadkpi_funnel *b)
{
    leadkpi_table *x, *y;
    MUST(leadkpi_funnel_leads(a, NULL, &x, NULL) == LEADKPI_OK);
    MUST(leadkpi_funnel_leads(b, NULL, &y, NULL) == LEADKPI_OK);
    size_t count = leadkpi_table_row_count(x);
    MUST(count == leadkpi_table_row_count(y));
    for (size_t row = 0; row < count; row++)
        for (int32_t column = 0; column < 4; column++) {
            int64_t m, n;
            if (column == 1) continue; /* the segment, which is null */
            MUST(leadkpi_table_get_int64(x, column, row, &m, NULL) == LEADKPI_OK);
            MUST(leadkpi_table_get_int64(y, column, row, &n, NULL) == LEADKPI_OK);
            MUST(m == n);
        }
    leadkpi_table_free(x), leadkpi_table_free(y);
}

/* The same rows to both, if the closed one takes them. */
static void act_add(fuzz_reader *reader, leadkpi_funnel *open, leadkpi_funnel *closed)
{
    int64_t ids[ROWS_MAX], times[ROWS_MAX], steps[ROWS_MAX];
    size_t count = fuzz_byte(reader) % (ROWS_MAX + 1);
    for (size_t i = 0; i < count; i++) {
        uint8_t id = fuzz_byte(reader), time = fuzz_byte(reader);
        ids[i] = id == 255 ? fuzz_int64(reader) : id / 8 % 8;
        times[i] = time == 255 ? fuzz_int64(reader) : time / 2;
        steps[i] = INT64_C(1) << id % 4;
    }
    bytes before = state_of(closed);
    refuse_at = fuzz_byte(reader) % 32;
    leadkpi_status status = add(closed, ids, times, steps, count);
    refuse_at = 0;
    if (status == LEADKPI_OK)
        MUST(add(open, ids, times, steps, count) == LEADKPI_OK);
    else
        same_state(closed, before);
    free(before.data);
}

static void act_close(fuzz_reader *reader, leadkpi_funnel *closed)
{
    int64_t from = fuzz_byte(reader) / 2, until = from + 1 + fuzz_byte(reader) / 4;
    bytes before = state_of(closed);
    refuse_at = fuzz_byte(reader) % 32;
    leadkpi_status status = leadkpi_funnel_close(closed, from, until, NULL);
    refuse_at = 0;
    if (status != LEADKPI_OK) same_state(closed, before);
    free(before.data);
}

static void act_read_back(leadkpi_funnel **closed)
{
    bytes b = state_of(*closed);
    leadkpi_host host = refusing_host();
    leadkpi_funnel_free(*closed);
    MUST(leadkpi_funnel_deserialize(&host, b.data, b.size, closed, NULL) == LEADKPI_OK);
    same_state(*closed, b);
    free(b.data);
}

static void run(fuzz_reader *reader, const char *definition)
{
    leadkpi_funnel *open = make(definition), *closed = make(definition);
    for (int i = 0; i < OPERATIONS_MAX && reader->left; i++) {
        uint8_t operation = fuzz_byte(reader);
        if (operation % 4 <= 1) act_add(reader, open, closed);
        if (operation % 4 == 2) act_close(reader, closed);
        if (operation % 4 == 3) act_read_back(&closed);
        same_reports(closed, open);
    }
    leadkpi_funnel_free(open), leadkpi_funnel_free(closed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const definitions[] = {"steps=a,b,c,d; window=20us", "steps=a,b,c,d; entry=first",
                                              "steps=a,b,c,d; window=9us; same_event=many; skips=implied"};
    fuzz_reader reader = {data, size};
    uint8_t what = fuzz_byte(&reader);
    if (what % 4 == 3)
        try_state(reader.data, reader.left);
    else
        run(&reader, definitions[what % 4]);
    return 0;
}
