/* tuple.c: the dimensions of an acquisition as one text; store.h has the form. */
#include "cohorts/store.h"

#define LENGTH_SIZE 4

static uint32_t length_at(const char *bytes)
{
    uint32_t length = 0;
    for (int i = 0; i < LENGTH_SIZE; i++) length |= (uint32_t)(unsigned char)bytes[i] << 8 * i;
    return length;
}

/* One length and its text; false where they do not fit. */
static bool take(lk_text *rest, lk_text *out)
{
    if (rest->length < LENGTH_SIZE) return false;
    uint32_t length = length_at(rest->data);
    if (length > rest->length - LENGTH_SIZE) return false;
    *out = (lk_text){rest->data + LENGTH_SIZE, length};
    rest->data += LENGTH_SIZE + length;
    rest->length -= LENGTH_SIZE + length;
    return true;
}

bool lk_tuple_next(lk_text *rest, lk_text *name, lk_text *value)
{
    return rest->length > 0 && take(rest, name) && take(rest, value);
}

lk_text lk_tuple_find(lk_text tuple, lk_text dimension)
{
    lk_text name, value;
    while (lk_tuple_next(&tuple, &name, &value))
        if (lk_text_equal(name, dimension)) return value;
    return (lk_text){NULL, 0};
}

static bool is_column_of_ours(lk_text name)
{
    return lk_text_equal(name, LK_LITERAL("id")) || lk_text_equal(name, LK_LITERAL("time"));
}

bool lk_tuple_is_good(lk_text tuple)
{
    lk_text name = {NULL, 0}, value;
    for (int count = 0; tuple.length > 0; count++) {
        lk_text before = name;
        if (!take(&tuple, &name) || !take(&tuple, &value)) return false;
        if (count == LK_COHORTS_DIMENSIONS_MAX || is_column_of_ours(name) || name.length == 0 ||
            name.length > LK_NAME_MAX)
            return false;
        if (before.data && lk_text_compare(before, name) >= 0) return false;
    }
    return true;
}
