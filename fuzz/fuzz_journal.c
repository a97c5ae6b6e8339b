/* Bytes that claim to be the state of stages (first byte even) or of responses (odd), behind a good
 * checksum: refused, or they are the one spelling of that state, and every report takes it. */
#include <leadkpi.h>

#include "base/codec.h"
#include "fuzz.h"
#include "journal/state.h"

/* So that a report of a state that asks for much is refused and not waited for. */
#define LIMIT_BYTES (64u << 20)

static uint8_t *sealed(const char *kind, const uint8_t *data, size_t size, size_t *needed)
{
    lk_writer writer;
    uint8_t *state = malloc(size + LK_ENVELOPE_SIZE);
    MUST(state);
    lk_writer_begin(&writer, state, size + LK_ENVELOPE_SIZE, kind, LK_JOURNAL_STATE_VERSION);
    lk_write_bytes(&writer, data, size);
    MUST(lk_writer_finish(&writer, needed, NULL) == LEADKPI_OK);
    return state;
}

static leadkpi_options *options_of(const leadkpi_host *host, const char *schema, const char *text)
{
    leadkpi_options *options;
    MUST(leadkpi_options_create(host, schema, LEADKPI_NUL_TERMINATED, &options, NULL) == LEADKPI_OK);
    MUST(leadkpi_options_parse(options, text, LEADKPI_NUL_TERMINATED, NULL) == LEADKPI_OK);
    return options;
}

static void check_report(leadkpi_status status, leadkpi_table *table, const leadkpi_error *error)
{
    MUST((status == LEADKPI_OK) == (table != NULL));
    MUST(status == LEADKPI_OK || error->message[0]);
    leadkpi_table_free(table);
}

static void try_stages(const leadkpi_host *host, const uint8_t *state, size_t size)
{
    static leadkpi_status (*const calls[])(const leadkpi_stages *, const leadkpi_options *, leadkpi_table **,
                                           leadkpi_error *) = {
        leadkpi_stages_steps, leadkpi_stages_snapshot, leadkpi_stages_transitions,
        leadkpi_stages_durations, leadkpi_stages_reasons, leadkpi_stages_leads, leadkpi_stages_checks};
    leadkpi_stages *stages;
    leadkpi_error error;
    leadkpi_status status = leadkpi_stages_deserialize(host, state, size, &stages, &error);
    MUST((status == LEADKPI_OK) == (stages != NULL));
    if (!stages) return;
    uint8_t *again = malloc(size);
    size_t needed;
    MUST(again && leadkpi_stages_serialize(stages, again, size, &needed, NULL) == LEADKPI_OK);
    MUST(needed == size && memcmp(again, state, size) == 0);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        leadkpi_table *table;
        leadkpi_options *options =
            options_of(host, "stages_report",
                       calls[i] == leadkpi_stages_durations ? "by=segment; grain=month; visits=sum"
                       : i % 2                              ? "by=segment; grain=month"
                                                            : "to=2001-01-01");
        status = calls[i](stages, options, &table, &error);
        check_report(status, table, &error);
        leadkpi_options_free(options);
    }
    leadkpi_stages_free(stages);
    free(again);
}

static void try_responses(const leadkpi_host *host, const uint8_t *state, size_t size)
{
    static leadkpi_status (*const calls[])(const leadkpi_responses *, const leadkpi_options *,
                                           leadkpi_table **, leadkpi_error *) = {
        leadkpi_responses_speed, leadkpi_responses_targets, leadkpi_responses_bands,
        leadkpi_responses_leads, leadkpi_responses_checks};
    leadkpi_responses *responses;
    leadkpi_error error;
    leadkpi_status status = leadkpi_responses_deserialize(host, state, size, &responses, &error);
    MUST((status == LEADKPI_OK) == (responses != NULL));
    if (!responses) return;
    uint8_t *again = malloc(size);
    size_t needed;
    MUST(again && leadkpi_responses_serialize(responses, again, size, &needed, NULL) == LEADKPI_OK);
    MUST(needed == size && memcmp(again, state, size) == 0);
    leadkpi_options *options = options_of(host, "responses_report",
                                          "by=segment; clock=opening; hours=\"mon-fri 09:00-17:00\"");
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        leadkpi_table *table;
        status = calls[i](responses, options, &table, &error);
        check_report(status, table, &error);
    }
    leadkpi_options_free(options);
    leadkpi_responses_free(responses);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    size_t needed;
    host.memory_limit_bytes = LIMIT_BYTES;
    if (size == 0) return 0;
    bool of_stages = data[0] % 2 == 0;
    uint8_t *state = sealed(of_stages ? "stages" : "responses", data + 1, size - 1, &needed);
    if (of_stages) try_stages(&host, state, needed);
    else try_responses(&host, state, needed);
    free(state);
    return 0;
}
