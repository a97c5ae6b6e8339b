/* Bytes that claim to be a campaigns state, behind a good checksum: refused, or they
 * are the one spelling of that state, and all that takes a handle takes this one. */
#include <leadkpi.h>

#include "base/codec.h"
#include "campaigns/state.h"
#include "fuzz.h"

/* So that a report of a state that asks for much is refused and not waited for. */
#define LIMIT_BYTES (64u << 20)

static uint8_t *sealed(const uint8_t *data, size_t size, size_t *needed)
{
    lk_writer writer;
    uint8_t *state = malloc(size + LK_ENVELOPE_SIZE);
    MUST(state);
    lk_writer_begin(&writer, state, size + LK_ENVELOPE_SIZE, LK_CAMPAIGNS_STATE_KIND,
                    LK_CAMPAIGNS_STATE_VERSION);
    lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, needed, NULL) == LEADKPI_OK);
    MUST(*needed == size + LK_ENVELOPE_SIZE);
    return state;
}

static void same_bytes(const leadkpi_campaigns *campaigns, const uint8_t *state, size_t size)
{
    size_t needed = 0;
    uint8_t *again = malloc(size);
    MUST(again);
    MUST(leadkpi_campaigns_serialize(campaigns, again, size, &needed, NULL) == LEADKPI_OK);
    MUST(needed == size && memcmp(again, state, size) == 0);
    free(again);
}

typedef leadkpi_status (*report_call)(const leadkpi_campaigns *, const leadkpi_options *,
                                      leadkpi_table **, leadkpi_error *);

static void report(const leadkpi_campaigns *campaigns, const char *text)
{
    static const report_call calls[] = {leadkpi_campaigns_report, leadkpi_campaigns_findings,
                                        leadkpi_campaigns_cost_list};
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    leadkpi_options *options;
    host.memory_limit_bytes = LIMIT_BYTES;
    MUST(leadkpi_options_create(&host, "campaigns_report", 16, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, text, strlen(text), NULL) == LEADKPI_OK);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        leadkpi_table *table;
        leadkpi_error error;
        leadkpi_status status = calls[i](campaigns, options, &table, &error);
        MUST((status == LEADKPI_OK) == (table != NULL));
        MUST(status == LEADKPI_OK || error.message[0]);
        leadkpi_table_free(table);
    }
    leadkpi_options_free(options);
}

/* Into an empty twin: the same state. Into one that has it all: refused, or twice as much,
 * which is a state like any other. */
static void merge(const leadkpi_campaigns *campaigns, const uint8_t *state, size_t size)
{
    leadkpi_campaigns *twin, *back;
    size_t needed;
    MUST(leadkpi_campaigns_create_like(campaigns, &twin, NULL) == LEADKPI_OK);
    MUST(leadkpi_campaigns_merge(twin, campaigns, NULL) == LEADKPI_OK);
    same_bytes(twin, state, size);
    if (leadkpi_campaigns_merge(twin, campaigns, NULL) == LEADKPI_OK) {
        MUST(leadkpi_campaigns_serialize(twin, NULL, 0, &needed, NULL) == LEADKPI_OK);
        uint8_t *twice = malloc(needed);
        MUST(twice);
        MUST(leadkpi_campaigns_serialize(twin, twice, needed, NULL, NULL) == LEADKPI_OK);
        MUST(leadkpi_campaigns_deserialize(NULL, twice, needed, &back, NULL) == LEADKPI_OK);
        same_bytes(back, twice, needed);
        leadkpi_campaigns_free(back);
        free(twice);
    } else {
        same_bytes(twin, state, size);
    }
    leadkpi_campaigns_free(twin);
}

static void use(const leadkpi_campaigns *campaigns, const uint8_t *state, size_t size)
{
    leadkpi_table *summary;
    same_bytes(campaigns, state, size);
    MUST(leadkpi_campaigns_summary(campaigns, &summary, NULL) == LEADKPI_OK);
    leadkpi_table_free(summary);
    merge(campaigns, state, size);
    report(campaigns, "");
    report(campaigns, "by=channel,campaign; grain=month; basis=period; overhead=leads; shape=long");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t needed;
    leadkpi_campaigns *campaigns;
    leadkpi_error error;
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    host.memory_limit_bytes = LIMIT_BYTES;
    uint8_t *state = sealed(data, size, &needed);
    leadkpi_status status = leadkpi_campaigns_deserialize(&host, state, needed, &campaigns, &error);
    MUST((status == LEADKPI_OK) == (campaigns != NULL));
    MUST((status == LEADKPI_OK) == (error.message[0] == '\0'));
    if (campaigns) use(campaigns, state, needed);
    leadkpi_campaigns_free(campaigns);
    free(state);
    return 0;
}
