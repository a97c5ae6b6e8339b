#include "funnel/standings.h"

#include "funnel/store.h"

leadkpi_status lk_standings_check_rule(const lk_funnel_rule *rule, bool excludes, const char *what,
                                   leadkpi_error *error)
{
    LK_FAIL_IF(rule->compat != LK_COMPAT_NONE, error, LEADKPI_CONTRADICTION,
               "compat: expected none with %s", what);
    LK_FAIL_IF(rule->order != LK_ORDER_ORDERED, error, LEADKPI_CONTRADICTION,
               "order: expected ordered with %s: other orders look back at events", what);
    LK_FAIL_IF(rule->entry > LK_ENTRY_FIRST, error, LEADKPI_CONTRADICTION,
               "entry: expected any or first with %s", what);
    LK_FAIL_IF(rule->step_window != INT64_MAX || rule->gap > 0, error, LEADKPI_CONTRADICTION,
               "step_window, gap: expected none with %s: what may follow a step is then no matter of "
               "its start alone",
               what);
    LK_FAIL_IF(rule->window_days || rule->session != INT64_MAX, error, LEADKPI_CONTRADICTION,
               "window_days, session: expected none with %s", what);
    LK_FAIL_IF(rule->optional || rule->same_value || rule->effect != LK_EFFECT_RESTART, error,
               LEADKPI_CONTRADICTION,
               "optional, same_value, exclude_effect: expected their defaults with %s", what);
    LK_FAIL_IF(excludes, error, LEADKPI_CONTRADICTION, "exclude: expected none with %s", what);
    return LEADKPI_OK;
}

#define LINE 64u

static size_t bytes_to_line(const char *block)
{
    size_t past_line = (size_t)((uintptr_t)block % LINE);
    return past_line ? LINE - past_line : 0;
}

/* A large block grows where it is, or by its pages, without a copy. Where it came to lie another way in its
 * lines, what is used moves by less than a line. */
static leadkpi_status grow(lk_standings *standings, lk_memory *memory, size_t bytes, size_t capacity,
                           size_t used, leadkpi_error *error)
{
    char *block = standings->block;
    size_t before = block ? bytes_to_line(block) : 0;
    LK_TRY(lk_resize(memory, &block, standings->block_size, bytes, 1, error));
    size_t now = bytes_to_line(block);
    if (used && now != before) memmove(block + now, block + before, used);
    standings->block = block;
    standings->block_size = bytes;
    standings->words = (uint64_t *)(void *)(block + now);
    standings->capacity = capacity;
    return LEADKPI_OK;
}

leadkpi_status lk_standings_make_room(lk_standings *standings, const lk_funnel_rule *rule,
                                      lk_memory *memory, size_t count, leadkpi_error *error)
{
    size_t capacity = standings->capacity + standings->capacity / 8, bytes; /* most of the memory of a handle */
    size_t size = lk_standing_size(rule) * sizeof(uint64_t);
    if (count <= standings->capacity) return LEADKPI_OK;
    if (capacity < count) capacity = count;
    LK_FAIL_IF(!lk_size_multiply(capacity, size, &bytes) || !lk_size_add(bytes, LINE, &bytes), error,
               LEADKPI_OVERFLOW, "leads: more than the address space holds");
    return grow(standings, memory, bytes, capacity, standings->count * size, error);
}

void lk_standings_append_empty(lk_standings *standings, const lk_funnel_rule *rule, size_t count)
{
    if (count <= standings->count) return;
    memset(lk_standing(standings, rule, (uint32_t)standings->count), 0,
           (count - standings->count) * lk_standing_size(rule) * sizeof(uint64_t));
    standings->count = count;
}

/* Half a megabyte at 5 steps, 4 at 64, whose pages come with the first write. */
#define EMPTIED_AT_ONCE ((size_t)8192)

leadkpi_status lk_standings_reserve(lk_standings *standings, const lk_funnel_rule *rule,
                                    lk_memory *memory, size_t count, leadkpi_error *error)
{
    LK_TRY(lk_standings_make_room(standings, rule, memory, count, error));
    while (standings->count < count) {
        size_t left = count - standings->count, part = left < EMPTIED_AT_ONCE ? left : EMPTIED_AT_ONCE;
        lk_standings_append_empty(standings, rule, standings->count + part);
        if (part < left) LK_TRY(lk_interrupted(memory, error));
    }
    return LEADKPI_OK;
}

void lk_standings_shrink(lk_standings *standings, const lk_funnel_rule *rule, lk_memory *memory)
{
    size_t used = standings->count * lk_standing_size(rule) * sizeof(uint64_t);
    if (standings->capacity > standings->count)
        (void)grow(standings, memory, used + LINE, standings->count, used, NULL);
}

void lk_standings_free(lk_standings *standings, lk_memory *memory)
{
    lk_release(memory, standings->block, standings->block_size, 1);
}

void lk_standing_take(const lk_standing_rule *rule, uint64_t *standing, uint64_t steps)
{
    for (uint32_t step = 0; steps; step++, steps >>= 1)
        lk_standing_take_step(rule, standing, step, steps & 1);
}

lk_standing_best lk_standing_find_of_several(const lk_standing_rule *rule, const uint64_t *standing)
{
    uint64_t after[LK_FUNNEL_STEPS_MAX + LK_STANDING_STARTS];
    memcpy(after, standing, rule->size * sizeof *after);
    lk_standing_take(rule, after, standing[LK_STANDING_STEPS]);
    return (lk_standing_best){after[LK_STANDING_LEVEL], after[LK_STANDING_START]};
}

/* ---- states -------------------------------------------------------------------- */

/* Levels are held from the first on. */
static uint64_t starts_held(const lk_funnel_rule *rule, uint64_t level)
{
    return level < (uint64_t)rule->step_count ? level : (uint64_t)rule->step_count - 1;
}

static void write_time(uint64_t time, lk_writer *writer)
{
    lk_write_int64(writer, lk_standing_time_back(time));
}

void lk_standing_write(const lk_funnel_rule *rule, const uint64_t *standing, lk_writer *writer)
{
    uint64_t level = standing[LK_STANDING_LEVEL];
    lk_write_varint(writer, level);
    if (level) write_time(standing[LK_STANDING_START], writer);
    for (uint64_t i = 0; i < starts_held(rule, level); i++)
        write_time(standing[LK_STANDING_STARTS + i], writer);
    lk_write_varint(writer, standing[LK_STANDING_STEPS]);
    if (standing[LK_STANDING_STEPS]) write_time(standing[LK_STANDING_TIME], writer);
}

/* 0 where it is none of a row. */
static uint64_t read_time(lk_reader *reader)
{
    int64_t time = lk_read_int64(reader);
    return time >= LK_FUNNEL_TIME_MIN && time < LK_FUNNEL_TIME_END ? lk_standing_time(time) : 0;
}

/* Starts fall from step to step, all before the latest instant. */
static bool is_sound(const lk_funnel_rule *rule, const uint64_t *standing)
{
    uint64_t level = standing[LK_STANDING_LEVEL], latest = standing[LK_STANDING_TIME], before = latest;
    if (!standing[LK_STANDING_STEPS]) return level == 0;
    if (standing[LK_STANDING_STEPS] & ~lk_funnel_all_steps(rule)) return false;
    if (!latest) return false;
    if (level && (!standing[LK_STANDING_START] || standing[LK_STANDING_START] >= latest)) return false;
    for (uint64_t i = 0; i < starts_held(rule, level); i++) {
        uint64_t start = standing[LK_STANDING_STARTS + i];
        if (!start || start > before || start == latest) return false;
        before = start;
    }
    return true;
}

leadkpi_status lk_standing_read(const lk_funnel_rule *rule, uint64_t *standing, lk_reader *reader)
{
    uint64_t level = lk_read_varint(reader);
    if (level > (uint64_t)rule->step_count)
        return lk_reader_refuse(reader, "level: expected a step of the definition");
    standing[LK_STANDING_LEVEL] = level;
    if (level) standing[LK_STANDING_START] = read_time(reader);
    for (uint64_t i = 0; i < starts_held(rule, level); i++)
        standing[LK_STANDING_STARTS + i] = read_time(reader);
    standing[LK_STANDING_STEPS] = lk_read_varint(reader);
    if (standing[LK_STANDING_STEPS]) standing[LK_STANDING_TIME] = read_time(reader);
    LK_TRY(lk_reader_status(reader));
    if (!is_sound(rule, standing))
        return lk_reader_refuse(reader, "lead: expected starts that fall, before its latest row");
    return LEADKPI_OK;
}
