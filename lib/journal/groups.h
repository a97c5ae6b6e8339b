/* groups.h: leads by segment and by the period in which they came, and the columns that reports by group
 * begin with: row ("segment" or "total"), segment, period_start, period_end, period. */
#ifndef LK_JOURNAL_GROUPS_H
#define LK_JOURNAL_GROUPS_H

#include "calendar/calendar.h"
#include "journal/reading.h"

/* A lead that counts. */
typedef struct lk_member {
    int64_t start;    /* when it came */
    uint32_t lead;
    uint32_t segment; /* a word; 0: none */
} lk_member;

/* Members order[first] to order[last - 1]. */
typedef struct lk_member_group {
    uint32_t first, last;
    bool is_total;
} lk_member_group;

typedef struct lk_member_groups {
    lk_reading *reading;
    lk_member *members; /* room for every lead */
    uint32_t *order;
    lk_member_group *items;
    lk_calendar *calendar; /* NULL: no periods */
    uint32_t member_count;
    uint32_t count;
    uint32_t capacity;
    bool by_segment;
} lk_member_groups;

enum { LK_SEGMENT_FIRST, LK_SEGMENT_LAST };

#define LK_ANY_KIND (-1)

/* Each lead with an entry of kind `start_kind` not after as_of, from its first one; its segment is
 * `segment_word` of the first (or last) entry that has it. With schema's options from index `period_at` on: from and
 * to, in which that first entry is, and those of a calendar.
 * Status: OK, BAD_ARGUMENT (calendar; to) or BAD_FORMAT (calendar), OVERFLOW, OUT_OF_MEMORY, LIMIT,
 * INTERRUPTED. */
leadkpi_status lk_member_groups_find(lk_reading *reading, int64_t as_of, int start_kind,
                                     int segment_word, int breakdown, bool by_segment, const leadkpi_options *options,
                                     const lk_schema *schema, int period_at,
                                     lk_member_groups *groups, leadkpi_error *error);
void lk_member_groups_free(lk_member_groups *groups);

static inline const lk_member *lk_member_at(const lk_member_groups *groups, uint32_t place)
{
    return &groups->members[groups->order[place]];
}

/* rows[i]: how many rows group i has. */
leadkpi_status lk_member_groups_add_columns(const lk_member_groups *groups, const size_t *rows,
                                            leadkpi_table *table, leadkpi_error *error);

/* Is the group's period not over as of the report? */
bool lk_member_group_is_young(const lk_member_groups *groups, const lk_member_group *group,
                              int64_t as_of);

#endif
