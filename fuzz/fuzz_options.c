/* Text into options of every type: refused with a reason and nothing changed, or
 * taken, and then the canonical text reads back as itself. */
#include "base/options.h"
#include "fuzz.h"

/* bytes are left out: their canonical text is a hash, which does not read back. */
static const lk_option every_type[] = {
    {"truth", LK_OPTION_BOOL, .default_text = "false", .meaning = "A bool."},
    {"count", LK_OPTION_INT64, .minimum = "0", .meaning = "An int64."},
    {"level", LK_OPTION_DOUBLE, .minimum = ">0", .maximum = "<1", .default_text = "0.95",
     .meaning = "A double inside bounds."},
    {"any", LK_OPTION_DOUBLE, .meaning = "Any double."},
    {"note", LK_OPTION_TEXT, .meaning = "A text."},
    {"basis", LK_OPTION_CHOICE, .choices = "cohort|period", .default_text = "period",
     .meaning = "A choice."},
    {"by", LK_OPTION_LIST, .meaning = "A list."},
    {"window", LK_OPTION_DURATION, .meaning = "A duration."},
    {"as_of", LK_OPTION_TIMESTAMP, .meaning = "A timestamp."},
};
static const lk_schema schema = {"fuzz", "Every type.", every_type,
                                 sizeof every_type / sizeof every_type[0]};

static leadkpi_options *fresh(void)
{
    leadkpi_options *options;
    lk_memory memory;
    MUST(lk_memory_init(&memory, NULL, NULL) == LEADKPI_OK);
    MUST(lk_options_new(&memory, &schema, &options, NULL) == LEADKPI_OK);
    return options;
}

/* The canonical text, to be freed. */
static char *text_of(const leadkpi_options *options, size_t *length)
{
    size_t needed = 0;
    leadkpi_status status = leadkpi_options_text(options, NULL, 0, &needed, NULL);
    MUST(status == LEADKPI_OK && needed > 0);
    char *text = malloc(needed);
    MUST(text && leadkpi_options_text(options, text, needed, NULL, NULL) == LEADKPI_OK);
    MUST(text[needed - 1] == '\0');
    *length = needed - 1;
    return text;
}

static void same_text(const leadkpi_options *a, const leadkpi_options *b)
{
    size_t length_a, length_b;
    char *text_a = text_of(a, &length_a), *text_b = text_of(b, &length_b);
    MUST(length_a == length_b && memcmp(text_a, text_b, length_a) == 0);
    free(text_a);
    free(text_b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    leadkpi_error error;
    leadkpi_options *options = fresh(), *again = fresh(), *untouched = fresh();
    char *given = fuzz_copy(data, size);
    leadkpi_status status = leadkpi_options_parse(options, given, size, &error);
    MUST(status == error.code);
    MUST((status == LEADKPI_OK) == (error.message[0] == '\0'));
    if (status == LEADKPI_OK) {
        size_t length;
        char *text = text_of(options, &length);
        MUST(leadkpi_options_parse(again, text, length, &error) == LEADKPI_OK);
        free(text);
    }
    same_text(options, status == LEADKPI_OK ? again : untouched);
    free(given);
    leadkpi_options_free(options);
    leadkpi_options_free(again);
    leadkpi_options_free(untouched);
    return 0;
}
