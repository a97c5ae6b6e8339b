/* Bytes that claim to be an attribution's state, behind a good checksum: refused, or they are the
 * one spelling of that state, and every report takes the handle. And the same bytes as text paths. */
#include <leadkpi/attribution.h>

#include "attribution/state.h"
#include "fuzz.h"

/* So that a report of a state that asks for much is refused and not waited for. */
#define LIMIT_BYTES (64u << 20)

typedef leadkpi_status (*report_call)(const leadkpi_attribution *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static void report(const leadkpi_attribution *attribution, const char *text)
{
    static const report_call calls[] = {leadkpi_attribution_credits, leadkpi_attribution_touches,
                                        leadkpi_attribution_paths, leadkpi_attribution_summary,
                                        leadkpi_attribution_measures};
    leadkpi_options *options;
    MUST(leadkpi_options_create(NULL, "attribution_report", 18, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, text, strlen(text), NULL) == LEADKPI_OK);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        leadkpi_table *table;
        leadkpi_error error;
        leadkpi_status status = calls[i](attribution, options, &table, &error);
        MUST((status == LEADKPI_OK) == (table != NULL));
        MUST(status == LEADKPI_OK || error.message[0]);
        leadkpi_table_free(table);
    }
    leadkpi_options_free(options);
}

static void read_state(const uint8_t *data, size_t size)
{
    lk_writer writer;
    size_t needed;
    leadkpi_attribution *attribution;
    leadkpi_error error;
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    uint8_t *state = malloc(size + LK_ENVELOPE_SIZE), *again;
    host.memory_limit_bytes = LIMIT_BYTES;
    MUST(state);
    lk_writer_begin(&writer, state, size + LK_ENVELOPE_SIZE, LK_ATTRIBUTION_STATE_KIND,
                    LK_ATTRIBUTION_STATE_VERSION);
    lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, &needed, NULL) == LEADKPI_OK);
    leadkpi_status status =
        leadkpi_attribution_deserialize(&host, state, needed, &attribution, &error);
    MUST((status == LEADKPI_OK) == (attribution != NULL));
    if (attribution) {
        again = malloc(needed);
        MUST(again);
        MUST(leadkpi_attribution_serialize(attribution, again, needed, &needed, NULL) == LEADKPI_OK);
        MUST(memcmp(again, state, needed) == 0);
        free(again);
        report(attribution, "models=u,time_decay,w,last_non,participation; rollup=true");
        report(attribution, "models=linear");
        report(attribution, "models=linear,markov");
        leadkpi_attribution_free(attribution);
    }
    free(state);
}

/* The sums of the same paths: more than 1024 channels are refused, and nothing else is. */
static void fold_path(const leadkpi_table *table)
{
    static const char definition[] = "dimensions=channel; fold=u,last_non,participation,markov";
    leadkpi_attribution *attribution;
    leadkpi_options *options;
    MUST(leadkpi_options_create(NULL, "attribution", 11, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, definition, sizeof definition - 1, NULL) == LEADKPI_OK);
    MUST(leadkpi_attribution_create(NULL, options, &attribution, NULL) == LEADKPI_OK);
    leadkpi_status status = leadkpi_attribution_add_paths(attribution, table, NULL, 0, NULL);
    MUST(status == LEADKPI_OK || status == LEADKPI_LIMIT);
    report(attribution, "models=u,last_non,participation,markov");
    leadkpi_attribution_free(attribution);
    leadkpi_options_free(options);
}

static void add_path(const uint8_t *data, size_t size)
{
    int64_t offsets[] = {0, (int64_t)(size / 2), (int64_t)size};
    static const double ones[] = {1, 2.5};
    leadkpi_attribution *attribution;
    leadkpi_table *table;
    char *text = fuzz_copy(data, size);
    MUST(leadkpi_attribution_create(NULL, NULL, &attribution, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_create(NULL, &table, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_text(table, "path", 4, offsets, text, 2, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_table_borrow_double(table, "conversions", 11, ones, 2, 0, NULL, NULL) == LEADKPI_OK);
    MUST(leadkpi_attribution_add_paths(attribution, table, NULL, 0, NULL) == LEADKPI_OK);
    report(attribution, "models=u,linear_unique,halving; by=channel,ad; rollup=true");
    fold_path(table);
    leadkpi_table_free(table);
    leadkpi_attribution_free(attribution);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_state(data, size);
    if (size < 4096) add_path(data, size);
    return 0;
}
