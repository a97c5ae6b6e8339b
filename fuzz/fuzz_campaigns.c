/* An input is a program over campaigns handles: tables are added, handles merged, written
 * and read back, reports made, and now and then a request for memory is refused. Each
 * handle has a twin that gets the same rows backwards, with the columns backwards too.
 * What fails leaves the handle as it was; the twins never differ. */
#include <leadkpi.h>

#include "fuzz.h"

enum { HANDLES = 2, ROWS_MAX = 8, OPERATIONS_MAX = 40, DAY = 86400 };

/* ---- memory that counts and refuses ------------------------------------------------- */

typedef struct memory {
    int refuse_at; /* requests until one is refused; 0: never */
    int refuse_for_ever;
    size_t live;
} memory;

/* The size stands in front of the block, to be compared with what is handed back. */
enum { HEADER = 16 };

static int is_refused(memory *m)
{
    if (m->refuse_at == 0 || --m->refuse_at > 0) return 0;
    if (m->refuse_for_ever) m->refuse_at = 1;
    return 1;
}

static void *allocate(void *user, size_t size)
{
    memory *m = user;
    MUST(size > 0);
    if (is_refused(m)) return NULL;
    uint8_t *block = malloc(HEADER + size);
    MUST(block);
    memcpy(block, &size, sizeof size);
    m->live += size;
    return block + HEADER;
}

static void release(void *user, void *block, size_t size)
{
    memory *m = user;
    size_t known;
    memcpy(&known, (uint8_t *)block - HEADER, sizeof known);
    MUST(known == size);
    m->live -= size;
    free((uint8_t *)block - HEADER);
}

static void *reallocate(void *user, void *block, size_t old_size, size_t new_size)
{
    void *grown = allocate(user, new_size);
    if (!grown) return NULL;
    memcpy(grown, block, old_size < new_size ? old_size : new_size);
    release(user, block, old_size);
    return grown;
}

/* ---- the machine ---------------------------------------------------------------------- */

typedef struct machine {
    fuzz_reader reader;
    memory memory;
    leadkpi_host host;
    leadkpi_campaigns *handles[HANDLES];
    leadkpi_campaigns *twins[HANDLES];
} machine;

typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

static bytes state_of(const leadkpi_campaigns *campaigns)
{
    bytes b;
    MUST(leadkpi_campaigns_serialize(campaigns, NULL, 0, &b.size, NULL) == LEADKPI_OK);
    b.data = malloc(b.size);
    MUST(b.data);
    MUST(leadkpi_campaigns_serialize(campaigns, b.data, b.size, NULL, NULL) == LEADKPI_OK);
    return b;
}

static void same_state(const leadkpi_campaigns *campaigns, bytes expected)
{
    bytes b = state_of(campaigns);
    MUST(b.size == expected.size && memcmp(b.data, expected.data, b.size) == 0);
    free(b.data);
}

static void arm(machine *m)
{
    uint8_t when = fuzz_byte(&m->reader);
    m->memory.refuse_at = when & 1 ? 1 + when / 4 : 0;
    m->memory.refuse_for_ever = when >> 1 & 1;
}

static void disarm(machine *m)
{
    m->memory.refuse_at = 0;
}

static void must_say(leadkpi_status status, const leadkpi_error *error)
{
    MUST(status == error->code);
    MUST(status == LEADKPI_OK || error->message[0]);
}

/* ---- rows ------------------------------------------------------------------------------ */

enum { LEADS, STAGES, RESPONSES, COSTS, MEASURES, KINDS };

typedef struct rows {
    size_t count;
    int has_text_ids;
    int columns; /* a bit an optional column */
    int64_t ids[ROWS_MAX], times[ROWS_MAX], integers[ROWS_MAX];
    double numbers[ROWS_MAX];
    uint8_t has_number, has_integer;
    const char *texts[4][ROWS_MAX];
} rows;

static const char *const lead_texts[] = {"a", "b", "", "A@x ", "a@x", "unknown", NULL, NULL};
static const char *const names[] = {"mql",  "Sales Qualified", "closed_won", "odd",
                                    "lost", "human",           "auto",       "opportunity"};
static const char *const types[] = {"media", "salaries", "", "Commissions", "other", "agency", NULL, "x"};
static const char *const scopes[] = {"sales", "campaign", "marketing", "", NULL, NULL, NULL, NULL};
static const char *const currencies[] = {"EUR", "EUR", "EUR", "", NULL, NULL, "EUR", "USD"};

static const double numbers[] = {0,     1,      0.1,     -5,      1e18,     0x1.fffffffffffffp62, -0.0, 1e-300,
                                 0x1p53, 123.45, 1e-9, -0x1p63, 0x1p63 /* too large */, 3, 2, 1};

static const char *const *texts_of(int kind, int which)
{
    if (kind == LEADS) return lead_texts;
    if (kind <= RESPONSES) return which == 0 ? names : currencies;
    return which == 0 ? lead_texts : which == 1 ? types : which == 2 ? scopes : currencies;
}

static void draw_rows(fuzz_reader *reader, int kind, rows *r)
{
    uint8_t shape = fuzz_byte(reader);
    r->count = shape % (ROWS_MAX + 1);
    r->has_text_ids = shape >= 240;
    r->columns = fuzz_byte(reader);
    r->has_number = (uint8_t)~fuzz_byte(reader);
    r->has_integer = (uint8_t)~fuzz_byte(reader);
    for (size_t i = 0; i < r->count; i++) {
        uint8_t id = fuzz_byte(reader), day = fuzz_byte(reader), number = fuzz_byte(reader);
        uint8_t few = fuzz_byte(reader), more = fuzz_byte(reader);
        r->ids[i] = id == 255 ? fuzz_int64(reader) : id % 8;
        r->times[i] = day == 255 ? fuzz_int64(reader) : (int64_t)(day % 64) * DAY / 2 * 1000000;
        r->numbers[i] = numbers[number % 16];
        r->integers[i] = number / 16 - (number >= 250);
        r->texts[0][i] = texts_of(kind, 0)[few % 8];
        r->texts[1][i] = texts_of(kind, 1)[few / 8 % 8];
        r->texts[2][i] = texts_of(kind, 2)[more % 8];
        r->texts[3][i] = texts_of(kind, 3)[more / 8 % 8];
    }
}

/* What a column is made of. */
typedef struct column_layout {
    const char *name;
    int type;
    int which; /* of the texts */
    int optional; /* the bit; 0: always there */
} column_layout;

static const column_layout layouts[KINDS][8] = {
    {{"id", LEADKPI_TYPE_INT64, 0, 0}, {"time", LEADKPI_TYPE_TIMESTAMP, 0, 0}, {"channel", LEADKPI_TYPE_TEXT, 0, 1},
     {"email", LEADKPI_TYPE_TEXT, 1, 2}, {"region", LEADKPI_TYPE_TEXT, 2, 4}},
    {{"id", LEADKPI_TYPE_INT64, 0, 0}, {"time", LEADKPI_TYPE_TIMESTAMP, 0, 0}, {"stage", LEADKPI_TYPE_TEXT, 0, 0},
     {"value", LEADKPI_TYPE_DOUBLE, 0, 1}, {"currency", LEADKPI_TYPE_TEXT, 1, 2}},
    {{"id", LEADKPI_TYPE_INT64, 0, 0}, {"time", LEADKPI_TYPE_TIMESTAMP, 0, 0}, {"kind", LEADKPI_TYPE_TEXT, 0, 1}},
    {{"time", LEADKPI_TYPE_TIMESTAMP, 0, 0}, {"amount", LEADKPI_TYPE_DOUBLE, 0, 1}, {"cost_type", LEADKPI_TYPE_TEXT, 1, 2},
     {"scope", LEADKPI_TYPE_TEXT, 2, 4}, {"channel", LEADKPI_TYPE_TEXT, 0, 8}, {"clicks", LEADKPI_TYPE_DECIMAL, 0, 16},
     {"currency", LEADKPI_TYPE_TEXT, 3, 32}, {"region", LEADKPI_TYPE_TEXT, 0, 64}},
    {{"time", LEADKPI_TYPE_TIMESTAMP, 0, 0}, {"new_leads", LEADKPI_TYPE_INT64, 1, 1}, {"ad_spend", LEADKPI_TYPE_DOUBLE, 0, 2},
     {"channel", LEADKPI_TYPE_TEXT, 0, 4}, {"visitors", LEADKPI_TYPE_DECIMAL, 0, 8}}};

static uint8_t turned_bits(uint8_t bits, size_t count)
{
    uint8_t turned = 0;
    for (size_t i = 0; i < count; i++) turned |= (uint8_t)((bits >> i & 1) << (count - 1 - i));
    return turned;
}

static leadkpi_status add_texts(leadkpi_table *table, const char *name, const rows *r, int which, int backwards)
{
    const char *texts[ROWS_MAX];
    for (size_t i = 0; i < r->count; i++)
        texts[i] = r->texts[which][backwards ? r->count - 1 - i : i];
    return leadkpi_table_copy_strings(table, name, strlen(name), texts, r->count, NULL);
}

static leadkpi_status add_text_ids(leadkpi_table *table, const rows *r, int backwards)
{
    char ids[ROWS_MAX][2];
    const char *texts[ROWS_MAX];
    for (size_t i = 0; i < r->count; i++) {
        ids[i][0] = (char)('a' + (r->ids[i] & 7));
        ids[i][1] = '\0';
        texts[backwards ? r->count - 1 - i : i] = ids[i];
    }
    return leadkpi_table_copy_strings(table, "id", 2, texts, r->count, NULL);
}

static leadkpi_status add_column(leadkpi_table *table, const column_layout *c, const rows *r, int backwards,
                                 const uint8_t *bits)
{
    size_t start = backwards && r->count ? r->count - 1 : 0, length = strlen(c->name);
    ptrdiff_t stride = backwards ? -8 : 0;
    int is_id = strcmp(c->name, "id") == 0;
    switch (c->type) {
    case LEADKPI_TYPE_TEXT: return add_texts(table, c->name, r, c->which, backwards);
    case LEADKPI_TYPE_TIMESTAMP:
        return leadkpi_table_borrow_timestamp(table, c->name, length, r->times + start, r->count, stride, NULL, NULL);
    case LEADKPI_TYPE_DOUBLE:
        return leadkpi_table_borrow_double(table, c->name, length, r->numbers + start, r->count, stride, bits, NULL);
    case LEADKPI_TYPE_DECIMAL:
        return leadkpi_table_borrow_decimal(table, c->name, length, r->integers + start, 2, r->count, stride, bits + 1, NULL);
    default:
        if (is_id && r->has_text_ids) return add_text_ids(table, r, backwards);
        return leadkpi_table_borrow_int64(table, c->name, length, (is_id ? r->ids : r->integers) + start,
                                          r->count, stride, is_id ? NULL : bits + 1, NULL);
    }
}

/* `bits` are borrowed. */
static leadkpi_table *table_of(int kind, const rows *r, int backwards, uint8_t *bits)
{
    leadkpi_table *table;
    MUST(leadkpi_table_create(NULL, &table, NULL) == LEADKPI_OK);
    bits[0] = backwards ? turned_bits(r->has_number, r->count) : r->has_number;
    bits[1] = backwards ? turned_bits(r->has_integer, r->count) : r->has_integer;
    for (int i = 0; i < 8; i++) {
        const column_layout *c = &layouts[kind][backwards ? 7 - i : i];
        if (!c->name || (c->optional && !(r->columns & c->optional))) continue;
        MUST(add_column(table, c, r, backwards, bits) == LEADKPI_OK);
    }
    return table;
}

/* ---- operations -------------------------------------------------------------------------- */

typedef leadkpi_status (*add_call)(leadkpi_campaigns *, const leadkpi_table *, const char *, size_t,
                                   leadkpi_error *);
static const add_call add_calls[KINDS] = {leadkpi_campaigns_add_leads, leadkpi_campaigns_add_stages,
                                          leadkpi_campaigns_add_responses, leadkpi_campaigns_add_costs,
                                          leadkpi_campaigns_add_measures};

static void add(machine *m, int which, int kind)
{
    rows r;
    uint8_t bits[2], twin_bits[2];
    leadkpi_error error;
    uint8_t batch = fuzz_byte(&m->reader);
    const char *id = batch < 64 ? (batch & 1 ? "one" : "two") : NULL;
    draw_rows(&m->reader, kind, &r);
    leadkpi_table *table = table_of(kind, &r, 0, bits), *backwards = table_of(kind, &r, 1, twin_bits);
    bytes before = state_of(m->handles[which]);
    arm(m);
    leadkpi_status status = add_calls[kind](m->handles[which], table, id, LEADKPI_NUL_TERMINATED, &error);
    disarm(m);
    MUST(status == error.code);
    if (status != LEADKPI_OK) {
        same_state(m->handles[which], before);
        status = add_calls[kind](m->handles[which], table, id, LEADKPI_NUL_TERMINATED, &error);
        MUST(status != LEADKPI_OUT_OF_MEMORY);
    }
    leadkpi_status twin = add_calls[kind](m->twins[which], backwards, id, LEADKPI_NUL_TERMINATED, NULL);
    MUST((status == LEADKPI_OK) == (twin == LEADKPI_OK));
    leadkpi_table_free(table);
    leadkpi_table_free(backwards);
    free(before.data);
}

static void merge(machine *m, int into, int from)
{
    leadkpi_error error;
    bytes before = state_of(m->handles[into]), other = state_of(m->handles[from]);
    arm(m);
    leadkpi_status status = leadkpi_campaigns_merge(m->handles[into], m->handles[from], &error);
    disarm(m);
    must_say(status, &error);
    if (status != LEADKPI_OK) {
        same_state(m->handles[into], before);
        status = leadkpi_campaigns_merge(m->handles[into], m->handles[from], NULL);
        MUST(status != LEADKPI_OUT_OF_MEMORY);
    }
    if (into != from) same_state(m->handles[from], other);
    MUST(leadkpi_campaigns_merge(m->twins[into], m->twins[from], NULL) == status);
    free(before.data);
    free(other.data);
}

/* The handle is replaced by what its bytes say. */
static void write_and_read(machine *m, int which)
{
    leadkpi_error error;
    leadkpi_campaigns *back;
    bytes b = state_of(m->handles[which]);
    arm(m);
    leadkpi_status status = leadkpi_campaigns_deserialize(&m->host, b.data, b.size, &back, &error);
    disarm(m);
    must_say(status, &error);
    MUST(status == LEADKPI_OK || (status == LEADKPI_OUT_OF_MEMORY && !back));
    if (back) {
        leadkpi_campaigns_free(m->handles[which]);
        m->handles[which] = back;
    }
    same_state(m->handles[which], b);
    free(b.data);
}

static void start_over(machine *m, int which)
{
    static const char *const definitions[] = {"", "person_key=email", "ids=hashed", "stage_names=odd=sql,x=won"};
    leadkpi_options *definition;
    const char *text = definitions[fuzz_byte(&m->reader) % 4];
    MUST(leadkpi_options_create(NULL, "campaigns", 9, &definition, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(definition, text, strlen(text), NULL) == LEADKPI_OK);
    leadkpi_campaigns_free(m->handles[which]);
    leadkpi_campaigns_free(m->twins[which]);
    MUST(leadkpi_campaigns_create(&m->host, definition, &m->handles[which], NULL) == LEADKPI_OK);
    MUST(leadkpi_campaigns_create(NULL, definition, &m->twins[which], NULL) == LEADKPI_OK);
    leadkpi_options_free(definition);
}

/* ---- reports ------------------------------------------------------------------------------- */

static void same_cell(const leadkpi_table *a, const leadkpi_table *b, int32_t column, size_t row)
{
    const char *a_text, *b_text;
    size_t a_length, b_length;
    double a_number, b_number;
    MUST(leadkpi_table_is_null(a, column, row) == leadkpi_table_is_null(b, column, row));
    if (leadkpi_table_column_type(a, column) == LEADKPI_TYPE_TEXT) {
        MUST(leadkpi_table_get_text(a, column, row, &a_text, &a_length, NULL) == LEADKPI_OK);
        MUST(leadkpi_table_get_text(b, column, row, &b_text, &b_length, NULL) == LEADKPI_OK);
        MUST(a_length == b_length && (a_length == 0 || memcmp(a_text, b_text, a_length) == 0));
    } else {
        MUST(leadkpi_table_get_double(a, column, row, &a_number, NULL) == LEADKPI_OK);
        MUST(leadkpi_table_get_double(b, column, row, &b_number, NULL) == LEADKPI_OK);
        MUST(memcmp(&a_number, &b_number, sizeof a_number) == 0);
    }
}

static void same_table(const leadkpi_table *a, const leadkpi_table *b)
{
    int32_t columns = leadkpi_table_column_count(a);
    size_t row_count = leadkpi_table_row_count(a);
    MUST(leadkpi_table_column_count(b) == columns && leadkpi_table_row_count(b) == row_count);
    for (int32_t column = 0; column < columns; column++) {
        MUST(strcmp(leadkpi_table_column_name(a, column), leadkpi_table_column_name(b, column)) == 0);
        for (size_t row = 0; row < row_count; row++) same_cell(a, b, column, row);
    }
}

typedef leadkpi_status (*report_call)(const leadkpi_campaigns *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static const char *const report_texts[] = {
    "",
    "by=channel",
    "by=channel,region; grain=week",
    "grain=day; basis=period; by=channel; overhead=leads",
    "overhead=spend; by=channel; skipped_stages=ignore",
    "as_of=1970-01-10; from=1970-01-03; kpis=cost-per-lead,lead-response-time,sales-cycle-length",
    "kpis=cost-per-lead,customer-acquisition-cost; inputs=new_leads=3; shape=long",
    "grain=month; zone_rule=CET-1CEST,M3.5.0,M10.5.0/3; by=channel; totals=false",
    "sla=1h; automatic_responses=auto; mature_after=5d; level=0.9; by=region"};

/* Some are refused by the options; a fixed text that is, is only not used. */
static void report(machine *m, int which, report_call call)
{
    leadkpi_options *options;
    leadkpi_table *table = NULL, *twin = NULL;
    leadkpi_error error;
    const char *text = report_texts[fuzz_byte(&m->reader) % (sizeof report_texts / sizeof report_texts[0])];
    MUST(leadkpi_options_create(NULL, "campaigns_report", 16, &options, NULL) == LEADKPI_OK);
    (void)leadkpi_options_parse(options, text, strlen(text), NULL);
    arm(m);
    leadkpi_status status = call(m->handles[which], options, &table, &error);
    disarm(m);
    must_say(status, &error);
    MUST((status == LEADKPI_OK) == (table != NULL));
    if (status == LEADKPI_OUT_OF_MEMORY) status = call(m->handles[which], options, &table, NULL);
    MUST(call(m->twins[which], options, &twin, NULL) == status);
    if (table) same_table(table, twin);
    leadkpi_table_free(table);
    leadkpi_table_free(twin);
    leadkpi_options_free(options);
}

static leadkpi_status summary(const leadkpi_campaigns *campaigns, const leadkpi_options *options,
                              leadkpi_table **out, leadkpi_error *error)
{
    (void)options;
    return leadkpi_campaigns_summary(campaigns, out, error);
}

static void operate(machine *m)
{
    static const report_call reports[] = {leadkpi_campaigns_report, leadkpi_campaigns_findings,
                                          leadkpi_campaigns_cost_list, summary};
    uint8_t operation = fuzz_byte(&m->reader);
    int which = operation >> 7;
    operation %= 128;
    if (operation < 60) {
        add(m, which, operation % KINDS);
    } else if (operation < 75) {
        merge(m, which, operation == 60 ? which : !which);
    } else if (operation < 90) {
        write_and_read(m, which);
    } else if (operation < 94) {
        start_over(m, which);
    } else {
        report(m, which, reports[operation % 4]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    machine m = {.reader = {data, size}, .host = LEADKPI_HOST_DEFAULT};
    m.host.user = &m.memory;
    m.host.allocate = allocate;
    m.host.reallocate = reallocate;
    m.host.release = release;
    for (int i = 0; i < HANDLES; i++) start_over(&m, i);
    for (int i = 0; i < OPERATIONS_MAX && m.reader.left > 0; i++) operate(&m);
    for (int i = 0; i < HANDLES; i++) {
        bytes b = state_of(m.handles[i]);
        same_state(m.twins[i], b);
        free(b.data);
        leadkpi_campaigns_free(m.handles[i]);
        leadkpi_campaigns_free(m.twins[i]);
    }
    MUST(m.memory.live == 0);
    return 0;
}
