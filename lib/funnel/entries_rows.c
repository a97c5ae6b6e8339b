#include "funnel/entries_rows.h"

/* ---- from items to rows ------------------------------------------------------------------ */

/* Rows become columns: the halves beside the diagonal change places, then within each half the quarters, down to
 * single bits. */
static void turn(uint64_t block[LK_ROW_BITS])
{
    uint64_t low = UINT64_MAX;
    for (int half = LK_ROW_BITS / 2; half > 0; half /= 2) {
        low ^= low << half;
        for (int first = 0; first < LK_ROW_BITS; first += 2 * half)
            for (int row = first; row < first + half; row++) {
                uint64_t differs = (block[row] >> half ^ block[row + half]) & low;
                block[row] ^= differs << half;
                block[row + half] ^= differs;
            }
    }
}

/* Of fewer items, which most leads have, each bit is set by itself. */
#define FEW_ITEMS 8

static void set_few(const lk_item *items, size_t count, uint64_t block[LK_ROW_BITS])
{
    memset(block, 0, LK_ROW_BITS * sizeof *block);
    for (size_t i = 0; i < count; i++)
        for (uint64_t steps = items[i].steps; steps; steps &= steps - 1)
            block[lk_lowest_of_some(steps)] |= (uint64_t)1 << i;
}

static void set_many(const lk_item *items, size_t count, uint64_t block[LK_ROW_BITS])
{
    for (size_t i = 0; i < LK_ROW_BITS; i++) block[i] = i < count ? items[i].steps : 0;
    turn(block);
}

/* Cost a word of each row: 64 items read in order, six exchanges of 64 words within the nearest cache. */
leadkpi_status lk_rows_of_steps(const lk_attempt_search *search, uint64_t *rows, leadkpi_error *error)
{
    uint64_t block[LK_ROW_BITS];
    size_t words = lk_row_words(search->count), steps = (size_t)search->rule->step_count;
    for (size_t word = 0; word < words; word++) {
        size_t first = word * LK_ROW_BITS, left = search->count - first;
        if (first % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - LK_ROW_BITS)
            LK_TRY(lk_interrupted(search->memory, error));
        if (left <= FEW_ITEMS)
            set_few(search->items + first, left, block);
        else
            set_many(search->items + first, left, block);
        for (size_t step = 0; step < steps; step++) rows[step * words + word] = block[step];
    }
    return LEADKPI_OK;
}

/* ---- stretches without any ----------------------------------------------------------------- */

void lk_row_skip_forward(lk_row_walk *w, size_t word)
{
    do word++;
    while (word < w->words && !w->row[word]);
    w->found = word < w->words ? (uint32_t)(word * LK_ROW_BITS) + lk_lowest_of_some(w->row[word]) : LK_ROW_NONE;
}

void lk_row_skip_back(lk_row_walk *w, size_t word)
{
    for (size_t before = word; before-- > w->passed;)
        if (w->row[before]) {
            w->found = (uint32_t)(before * LK_ROW_BITS) + lk_highest_bit(w->row[before]);
            break;
        }
    w->passed = word > w->passed ? word : w->passed;
}
