/* options.h: the one way to configure: names with typed values.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * Every definition and every report has a schema: a list of options with
 * type, unit, range, default and meaning. An options object belongs to one
 * schema and refuses what the schema does not allow, at once and with the
 * nearest name. C, Python, Ruby, SQL and the command configure alike.
 *
 *     leadkpi_options *options = NULL;
 *     leadkpi_options_create(NULL, "campaigns_report", LEADKPI_NUL_TERMINATED, &options, &error);
 *     leadkpi_options_parse(options, "by=channel; grain=month; kpis=cpl,cac",
 *                           LEADKPI_NUL_TERMINATED, &error);
 *
 * Types, and how their text is written
 *   bool        true, false
 *   int64       42
 *   double      0.95; not NaN or infinite, and -0 is 0
 *   text        any UTF-8 without NUL
 *   choice      one of a list of words
 *   list        texts with commas between them; a text with a comma or a blank at
 *               its edge stands in double quotes, a double quote inside is doubled
 *   duration    90d, 12h, 30min, 15s, 250ms, 7us, or sums such as 1d12h, largest unit
 *               first. As int64: microseconds
 *   timestamp   2025-04-01, 2025-04-01T09:30:00Z, 2025-04-01T09:30:00.5+02:00 (UTC
 *               where no offset stands; no leap seconds), years 0001 to 9999. As
 *               int64: microseconds since 1970-01-01T00:00:00Z
 *   bytes       any bytes; in canonical text their XXH3-128 hash
 * An option whose default is "" has no value until one is set; "" takes it away again.
 *
 * The canonical text of an options object is the schema's name, a colon, and
 * every value that is not the default, by name:
 *
 *     campaigns_report: by=channel; grain=month; level=0.9
 *
 * Numbers, durations and timestamps have one spelling; a text stands in double
 * quotes where it must: empty, with a semicolon or a double quote, or a blank
 * at its edge. Equal text, equal meaning; a later release that adds an option
 * does not change the text of old definitions. It parses back, except for
 * values of type bytes.
 *
 * An options object is used by one thread at a time; the library copies what
 * it needs and keeps no pointer to it. */
#ifndef LEADKPI_OPTIONS_H
#define LEADKPI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <leadkpi/error.h>
#include <leadkpi/export.h>
#include <leadkpi/host.h>
#include <leadkpi/status.h>
#include <leadkpi/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct leadkpi_options leadkpi_options;

/* leadkpi_options_create: every option of `schema` at its default. Schema
 * names: leadkpi_options_schemas. `host` may be NULL.
 * Status: OK, NULL_ARGUMENT, BAD_ARGUMENT (host), UNKNOWN_NAME (with the
 * nearest), OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_options_create(const leadkpi_host *host, const char *schema,
                                                  size_t schema_length, leadkpi_options **out,
                                                  leadkpi_error *error);

/* leadkpi_options_free: NULL does nothing. Since 0.1. */
LEADKPI_API void leadkpi_options_free(leadkpi_options *options);

/* leadkpi_options_set_*: one value. Nothing changes on failure.
 *   set_text     any type: the text is read as the option's type
 *   set_int64    int64, double (below 2^53), duration and timestamp (microseconds)
 *   set_double   double
 *   set_bool     bool: 0 is false, anything else true
 * Status: OK, NULL_ARGUMENT, UNKNOWN_NAME (with the nearest), WRONG_TYPE,
 * BAD_ARGUMENT (not readable as the type, out of range, no such choice),
 * OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_options_set_text(leadkpi_options *options, const char *name,
                                                    size_t name_length, const char *value,
                                                    size_t value_length, leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_options_set_int64(leadkpi_options *options, const char *name,
                                                     size_t name_length, int64_t value,
                                                     leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_options_set_double(leadkpi_options *options, const char *name,
                                                      size_t name_length, double value,
                                                      leadkpi_error *error);
LEADKPI_API leadkpi_status leadkpi_options_set_bool(leadkpi_options *options, const char *name,
                                                    size_t name_length, int32_t value,
                                                    leadkpi_error *error);

/* leadkpi_options_parse: several at once, "name=value; name=value", on top of
 * what is set. Blanks around names and values do not count; a value that holds
 * a semicolon stands in double quotes (of a list: the item that does). The
 * schema's name and a colon may stand in front. A value of type bytes cannot be
 * written so (WRONG_TYPE). All or none.
 * Status as set_*, and BAD_FORMAT (no "=", an open quote), CONTRADICTION (a name
 * twice), MISMATCH (another schema's name in front). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_options_parse(leadkpi_options *options, const char *text,
                                                 size_t length, leadkpi_error *error);

/* leadkpi_options_text: the canonical text, NUL-terminated, into the caller's
 * buffer. `*needed`, where not NULL, is the size it takes with the NUL, known
 * even when the buffer is too small. `buffer` may be NULL when capacity is 0, which
 * asks for the size in `needed` and is OK (both NULL: NULL_ARGUMENT).
 * Status: OK, NULL_ARGUMENT, BUFFER_TOO_SMALL (the buffer is not touched). Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_options_text(const leadkpi_options *options, char *buffer,
                                                size_t capacity, size_t *needed,
                                                leadkpi_error *error);

/* leadkpi_options_list: what can be set, a row an option: name, type, unit,
 * minimum, maximum, choices ("a|b|c"), default, value, meaning (all text; ""
 * where there is none). A bound with ">" or "<" in front is itself out.
 * Status: OK, NULL_ARGUMENT, OUT_OF_MEMORY, LIMIT. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_options_list(const leadkpi_options *options,
                                                leadkpi_table **out, leadkpi_error *error);

/* leadkpi_options_schemas: every schema, a row each: schema, meaning (text).
 * `host` may be NULL. Status as options_list. Since 0.1. */
LEADKPI_API leadkpi_status leadkpi_options_schemas(const leadkpi_host *host, leadkpi_table **out,
                                                   leadkpi_error *error);

/* leadkpi_options_nearest_name: which of `names`, a text with commas or bars between them, comes nearest
 * to one that is not among them; so a host refuses its own words as the library refuses names.
 * Case, blanks, '-' and '_' do not count; at most one letter may differ up to five, then one more for every
 * four. Either length may be LEADKPI_NUL_TERMINATED. The answer points into `names`, its length goes to
 * `*length` (may be NULL); NULL and 0 where no name is near, and where `wanted` or `names` is NULL.
 * Allocates nothing. Thread-safe. Since 0.1. */
LEADKPI_API const char *leadkpi_options_nearest_name(const char *wanted, size_t wanted_length,
                                                     const char *names, size_t names_length,
                                                     size_t *length);

#ifdef __cplusplus
}
#endif
#endif
