#include <stddef.h>

#include <leadkpi/status.h>
#include <leadkpi/version.h>

/* Append only, in rising order of the number. */
static const struct {
    leadkpi_status status;
    const char *name;
    const char *meaning;
} statuses[] = {
    {LEADKPI_OK, "ok", "success"},
    {LEADKPI_BAD_ARGUMENT, "bad_argument", "a value is outside what the call takes"},
    {LEADKPI_NULL_ARGUMENT, "null_argument", "a pointer that must not be NULL is NULL"},
    {LEADKPI_UNKNOWN_NAME, "unknown_name", "nothing has that name"},
    {LEADKPI_AMBIGUOUS_NAME, "ambiguous_name", "the name means several things"},
    {LEADKPI_WRONG_TYPE, "wrong_type", "the type is not the one that is expected"},
    {LEADKPI_CONTRADICTION, "contradiction", "options, each good, cannot hold together"},
    {LEADKPI_MISMATCH, "mismatch", "the definitions differ"},
    {LEADKPI_WRONG_STATE, "wrong_state", "the object is not in a state that allows the call"},
    {LEADKPI_UNDEFINED, "undefined", "the number does not exist for these data"},
    {LEADKPI_NOT_ENOUGH_DATA, "not_enough_data", "the number will exist when there is more data"},
    {LEADKPI_BAD_DATA, "bad_data", "a value in the data cannot be"},
    {LEADKPI_NOT_GIVEN, "not_given", "an input was never handed in, which is not the same as zero"},
    {LEADKPI_NOT_ADDITIVE, "not_additive", "the number cannot be had by adding up what is there"},
    {LEADKPI_OVERFLOW, "overflow", "the number is larger than its format holds exactly"},
    {LEADKPI_BAD_FORMAT, "bad_format", "the bytes are not a readable state"},
    {LEADKPI_BAD_CHECKSUM, "bad_checksum", "the bytes were damaged"},
    {LEADKPI_NEWER_FORMAT, "newer_format", "the bytes were written by a later release"},
    {LEADKPI_BUFFER_TOO_SMALL, "buffer_too_small", "the caller's buffer is too small"},
    {LEADKPI_OUT_OF_MEMORY, "out_of_memory", "the allocator has no memory"},
    {LEADKPI_LIMIT, "limit", "the host's memory limit would be passed"},
    {LEADKPI_INTERRUPTED, "interrupted", "the host asked to stop"},
    {LEADKPI_INTERNAL, "internal", "a fault in the library; please report it"},
};

static const size_t status_count = sizeof statuses / sizeof statuses[0];

const char *leadkpi_status_name(leadkpi_status status)
{
    for (size_t i = 0; i < status_count; i++)
        if (statuses[i].status == status) return statuses[i].name;
    return "unknown_status";
}

const char *leadkpi_status_meaning(leadkpi_status status)
{
    for (size_t i = 0; i < status_count; i++)
        if (statuses[i].status == status) return statuses[i].meaning;
    return "a status that this release does not know";
}

leadkpi_status leadkpi_status_at(int32_t index)
{
    if (index < 0 || (size_t)index >= status_count) return -1;
    return statuses[index].status;
}

const char *leadkpi_version(void)
{
    return LEADKPI_VERSION_STRING;
}

int32_t leadkpi_version_number(void)
{
    return LEADKPI_VERSION_MAJOR * 1000000 + LEADKPI_VERSION_MINOR * 1000 + LEADKPI_VERSION_PATCH;
}
