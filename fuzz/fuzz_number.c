/* Text to a number: no text may read past its end, and what is read prints and
 * reads back as the same number. */
#include "base/number.h"
#include "fuzz.h"

static void whole_numbers(lk_text text)
{
    int64_t value, again;
    char printed[24];
    if (!lk_number_parse_int64(text, &value)) return;
    size_t length = lk_number_print_int64(printed, value);
    MUST(lk_number_parse_int64((lk_text){printed, length}, &again) && again == value);
}

static void doubles(lk_text text)
{
    double value, again;
    char printed[LK_NUMBER_DOUBLE_SIZE];
    if (!lk_number_parse_double(text, &value)) return;
    size_t length = lk_number_print_double(printed, value);
    MUST(length < sizeof printed);
    MUST(lk_number_parse_double((lk_text){printed, length}, &again));
    MUST(again == value || (again != again && value != value));
}

/* Any eight bytes are a double that prints and reads back. */
static void any_double(const uint8_t *data, size_t size)
{
    double value, again;
    char printed[LK_NUMBER_DOUBLE_SIZE];
    if (size < sizeof value) return;
    memcpy(&value, data, sizeof value);
    size_t length = lk_number_print_double(printed, value);
    MUST(length > 0 && length < sizeof printed);
    if (value - value != 0) return; /* whether "nan" and "inf" are read is not said */
    MUST(lk_number_parse_double((lk_text){printed, length}, &again) && again == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_copy(data, size);
    whole_numbers((lk_text){copy, size});
    doubles((lk_text){copy, size});
    any_double(data, size);
    free(copy);
    return 0;
}
