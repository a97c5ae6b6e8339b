/* utm.h: the channel of each row from its UTM columns, each combination of them worked out once.
 *
 * The rules are read from their text for each combination that is new: about 30 rules by 3 fields. A
 * row whose fields are those of the row before costs a comparison of them, another one that was
 * there before a hash. Past LK_UTM_MEMO_MAX combinations (a campaign column with an id in every
 * row) the rest are worked out row by row, so that memory stays bounded. */
#ifndef LK_ATTRIBUTION_UTM_H
#define LK_ATTRIBUTION_UTM_H

#include "attribution/channel.h"
#include "attribution/store.h"
#include "base/table.h"

#define LK_UTM_MEMO_MAX 65536u

typedef struct lk_utm_lookup {
    const lk_column *columns[LK_UTM_COUNT]; /* NULL: not there */
    lk_map_text combinations; /* lengths of source and medium, then the three fields */
    uint32_t *channels;       /* by combination: a text */
    char *key;
    uint32_t channel_capacity;
    uint32_t last; /* combination of the row before; LK_MAP_NONE: none */
    size_t key_capacity;
} lk_utm_lookup;

/* Status: OK, UNKNOWN_NAME (none of the three columns), WRONG_TYPE. Close after any outcome. */
leadkpi_status lk_utm_lookup_open(lk_utm_lookup *lookup, const leadkpi_table *rows,
                                  leadkpi_error *error);
void lk_utm_lookup_close(lk_utm_lookup *lookup, lk_memory *memory);

/* Status: OK, OUT_OF_MEMORY, LIMIT, OVERFLOW. */
leadkpi_status lk_utm_lookup_row(lk_utm_lookup *lookup, leadkpi_attribution *attribution, size_t row,
                                 uint32_t *channel, leadkpi_error *error);

#endif
