/* currency.h: the one currency of a handle. Money of two does not add up, so a second one is
 * refused with its row. All zero bytes: not said yet. */
#ifndef LK_CURRENCY_H
#define LK_CURRENCY_H

#include "base/table.h"

#define LK_CURRENCY_BYTES_MAX 16

typedef struct lk_currency {
    char bytes[LK_CURRENCY_BYTES_MAX];
    uint32_t length;
} lk_currency;

static inline lk_text lk_currency_text(const lk_currency *currency)
{
    return (lk_text){currency->bytes, currency->length};
}

/* All valid texts of the column (NULL is good) name one currency, which is that of `currency` from now
 * on; "" says nothing. Changed on failure too: the caller keeps what was before.
 * Status: OK, BAD_DATA (longer than 16 bytes), MISMATCH (a second one); with row and column. */
leadkpi_status lk_currency_take(lk_currency *currency, const lk_column *column,
                                leadkpi_error *error);

/* That of a handle that is merged in. Status: OK, MISMATCH. */
leadkpi_status lk_currency_merge(lk_currency *into, const lk_currency *from, leadkpi_error *error);

#endif
