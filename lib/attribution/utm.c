#include "attribution/utm.h"

leadkpi_status lk_utm_lookup_open(lk_utm_lookup *lookup, const leadkpi_table *rows,
                                  leadkpi_error *error)
{
    static const char *const names[] = {"utm_source", "utm_medium", "utm_campaign"};
    bool any = false;
    memset(lookup, 0, sizeof *lookup);
    lookup->last = LK_MAP_NONE;
    for (int i = 0; i < LK_UTM_COUNT; i++) {
        LK_TRY(lk_table_allow(rows, lk_text_of(names[i], LEADKPI_NUL_TERMINATED), LK_ALLOW_TEXT,
                              &lookup->columns[i], error));
        any |= lookup->columns[i] != NULL;
    }
    LK_FAIL_IF(!any, error, LEADKPI_UNKNOWN_NAME,
               "columns: expected utm_source, utm_medium or utm_campaign with channel_from=utm, "
               "found none");
    return LEADKPI_OK;
}

void lk_utm_lookup_close(lk_utm_lookup *lookup, lk_memory *memory)
{
    lk_map_text_free(&lookup->combinations, memory);
    lk_release(memory, lookup->channels, lookup->channel_capacity, sizeof *lookup->channels);
    lk_release(memory, lookup->key, lookup->key_capacity, 1);
    memset(lookup, 0, sizeof *lookup);
}

static leadkpi_status write_key(lk_utm_lookup *lookup, lk_memory *memory,
                                const lk_text fields[LK_UTM_COUNT], lk_text *key,
                                leadkpi_error *error)
{
    size_t length = 2 * sizeof(size_t);
    for (int i = 0; i < LK_UTM_COUNT; i++)
        LK_FAIL_IF(!lk_size_add(length, fields[i].length, &length), error, LEADKPI_OVERFLOW,
                   "utm columns: expected texts that memory can hold");
    if (length > lookup->key_capacity) {
        size_t more = length < SIZE_MAX / 2 ? 2 * length : length;
        LK_TRY(lk_resize(memory, &lookup->key, lookup->key_capacity, more, 1, error));
        lookup->key_capacity = more;
    }
    char *to = lookup->key;
    for (int i = 0; i < 2; i++, to += sizeof(size_t))
        memcpy(to, &fields[i].length, sizeof(size_t));
    for (int i = 0; i < LK_UTM_COUNT; to += fields[i++].length)
        if (fields[i].length) memcpy(to, fields[i].data, fields[i].length);
    *key = (lk_text){lookup->key, length};
    return LEADKPI_OK;
}

static leadkpi_status find_channel(leadkpi_attribution *attribution,
                                   const lk_text fields[LK_UTM_COUNT], uint32_t *channel,
                                   leadkpi_error *error)
{
    lk_text name = lk_channel_of(attribution->definition, fields);
    return lk_map_text_find_or_add(&attribution->store->texts, &attribution->memory, &name, 1,
                                   channel, error);
}

static leadkpi_status remember(lk_utm_lookup *lookup, leadkpi_attribution *attribution,
                               const lk_text fields[LK_UTM_COUNT], lk_text key,
                               leadkpi_error *error)
{
    lk_memory *memory = &attribution->memory;
    uint32_t index = lookup->combinations.count, channel;
    if (index == lookup->channel_capacity) {
        uint32_t more = index + index / 2 + 64;
        LK_TRY(lk_resize(memory, &lookup->channels, index, more, sizeof *lookup->channels, error));
        lookup->channel_capacity = more;
    }
    LK_TRY(find_channel(attribution, fields, &channel, error));
    LK_TRY(lk_map_text_find_or_add(&lookup->combinations, memory, &key, 1, &index, error));
    lookup->channels[index] = channel;
    lookup->last = index;
    return LEADKPI_OK;
}

leadkpi_status lk_utm_lookup_row(lk_utm_lookup *lookup, leadkpi_attribution *attribution, size_t row,
                                 uint32_t *channel, leadkpi_error *error)
{
    lk_text fields[LK_UTM_COUNT], key;
    for (int i = 0; i < LK_UTM_COUNT; i++) {
        const lk_column *column = lookup->columns[i];
        bool is_given = column && lk_column_is_valid(column, row);
        fields[i] = is_given ? lk_column_text(column, row) : LK_LITERAL("");
    }
    LK_TRY(write_key(lookup, &attribution->memory, fields, &key, error));
    bool again = lookup->last != LK_MAP_NONE &&
                 lk_text_equal(key, lk_map_text_key(&lookup->combinations, lookup->last));
    if (!again) lookup->last = lk_map_text_find(&lookup->combinations, key);
    if (lookup->last == LK_MAP_NONE) {
        if (lookup->combinations.count >= LK_UTM_MEMO_MAX)
            return find_channel(attribution, fields, channel, error);
        LK_TRY(remember(lookup, attribution, fields, key, error));
    }
    *channel = lookup->channels[lookup->last];
    return LEADKPI_OK;
}
