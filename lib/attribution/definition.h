/* definition.h: what a definition says, as the inner loops read it. */
#ifndef LK_ATTRIBUTION_DEFINITION_H
#define LK_ATTRIBUTION_DEFINITION_H

#include "attribution/schemas.h"

/* The options of schema "attribution", in their order. */
enum {
    LK_ATTRIBUTION_DIMENSIONS,
    LK_ATTRIBUTION_UNIT,
    LK_ATTRIBUTION_LOOKBACK,
    LK_ATTRIBUTION_LOOKBACK_BY_TYPE,
    LK_ATTRIBUTION_SAME_TIME,
    LK_ATTRIBUTION_TOUCHES_MAX,
    LK_ATTRIBUTION_REPEAT,
    LK_ATTRIBUTION_NULLS,
    LK_ATTRIBUTION_INACTIVITY,
    LK_ATTRIBUTION_TRANSFORMS,
    LK_ATTRIBUTION_GROUP_COUNT,
    LK_ATTRIBUTION_SEPARATOR,
    LK_ATTRIBUTION_CHANNEL_FROM,
    LK_ATTRIBUTION_CHANNEL_RULES,
    LK_ATTRIBUTION_IDS,
    LK_ATTRIBUTION_FOLD,
    LK_ATTRIBUTION_OPTION_COUNT
};


enum { LK_UNIT_LEAD, LK_UNIT_ACCOUNT };
enum { LK_SAME_TIME_COUNTS, LK_SAME_TIME_IGNORED };
enum { LK_REPEAT_REUSE, LK_REPEAT_CYCLE, LK_REPEAT_UNTIL_NEWER };
enum { LK_NULLS_EXPLICIT, LK_NULLS_NEVER_CONVERTED, LK_NULLS_INACTIVITY };
enum { LK_CHANNEL_FROM_COLUMN, LK_CHANNEL_FROM_UTM };
enum {
    LK_TRANSFORM_COLLAPSE,
    LK_TRANSFORM_FIRST,
    LK_TRANSFORM_DROP,
    LK_TRANSFORM_DROP_TRAILING,
    LK_TRANSFORM_CARRY
};

#define LK_DIMENSIONS_MAX 16
#define LK_TRANSFORMS_MAX 16

typedef struct lk_transform {
    int32_t kind;
    int32_t unused;
    int64_t within; /* of carry, microseconds */
    lk_text channel;
} lk_transform;

typedef struct lk_attribution_rule {
    int64_t lookback;   /* microseconds; INT64_MAX: none */
    int64_t inactivity; /* microseconds; INT64_MAX: none */
    uint32_t touches_max; /* UINT32_MAX: none */
    uint32_t dimension_count;
    uint32_t groups; /* a power of two */
    int32_t unit;
    int32_t same_time;
    int32_t repeat;
    int32_t nulls;
    int32_t channel_from;
    int32_t hashed_ids;
    int32_t transform_count;
    uint32_t fold_count; /* models whose sums are kept in place of paths; 0: paths are */
    uint32_t fold_rules; /* rules among them */
} lk_attribution_rule;

/* Reads and checks a definition; NULL: all defaults.
 * Status: OK, BAD_ARGUMENT, CONTRADICTION. */
leadkpi_status lk_attribution_read_rule(const leadkpi_options *definition,
                                        lk_attribution_rule *rule, leadkpi_error *error);

/* Transform `index` of a definition that was checked. */
lk_transform lk_attribution_transform(const leadkpi_options *definition, int32_t index);

/* The lookback for conversions of a type. */
int64_t lk_attribution_lookback(const leadkpi_options *definition, const lk_attribution_rule *rule,
                                lk_text type);

/* "rest" behind the last `mark` of a text, which is cut before it; false where there is none. */
bool lk_attribution_cut_last(lk_text *text, char mark, lk_text *rest);
/* The text up to the first `mark`, and `*text` moved behind it; at the end `text->data` is NULL. */
lk_text lk_attribution_next(lk_text *text, char mark);
lk_text lk_attribution_trim(lk_text text);

#endif
