/* store.h: what an attribution holds, by small dense indexes.
 *
 * A touch's dimensions are texts; each distinct text is kept once, and each distinct tuple of
 * them is a kind. Text 0 is "", which stands for null too. Conversion types and milestones
 * are texts as well.
 *
 * All or nothing: an add marks the store, interns what it needs, makes room, and only then
 * appends, which cannot fail. Sums are exact, so that what was added to them before a failure
 * is taken away again. */
#ifndef LK_ATTRIBUTION_STORE_H
#define LK_ATTRIBUTION_STORE_H

#include <leadkpi/attribution.h>

#include "attribution/definition.h"
#include "base/currency.h"
#include "base/exact_sum.h"
#include "base/lead_ids.h"
#include "base/map.h"

/* Times of rows: years 1 to 9999, so that no difference of two overflows. */
#define LK_ATTRIBUTION_TIME_MIN INT64_C(-62135596800000000)
#define LK_ATTRIBUTION_TIME_END INT64_C(253402300800000000)

#define LK_TEXT_BLANK 0u
#define LK_TYPE_NULL UINT32_MAX /* the outcome is a journey without a conversion */
#define LK_TYPE_DEFAULT LK_LITERAL("conversion")

typedef struct lk_touch {
    int64_t time;
    int64_t sequence;
    uint32_t unit;
    uint32_t kind;
} lk_touch;

/* A number below 2^63 in size, cut to a multiple of 2^-64. */
typedef struct lk_amount {
    uint64_t fraction;
    int64_t whole;
} lk_amount;

static inline lk_exact_sum lk_amount_sum(lk_amount amount)
{
    uint64_t sign = amount.whole < 0 ? UINT64_MAX : 0;
    return (lk_exact_sum){{0, amount.fraction, (uint64_t)amount.whole, sign}};
}

/* A conversion, or with LK_TYPE_NULL a journey without one. */
typedef struct lk_outcome {
    int64_t time;
    int64_t sequence;
    lk_amount weight;
    lk_amount value;
    uint32_t unit;
    uint32_t type; /* a text */
} lk_outcome;

typedef struct lk_milestone {
    int64_t time;
    uint32_t unit;
    uint32_t name; /* a text */
} lk_milestone;

enum { LK_PATH_CONVERSIONS, LK_PATH_VALUE, LK_PATH_NULLS, LK_PATH_SUMS };
enum { LK_COST_COST, LK_COST_CLAIMED, LK_COST_CLAIMED_VALUE, LK_COST_SUMS };

typedef struct lk_path_sums {
    lk_exact_sum sums[LK_PATH_SUMS];
} lk_path_sums;

typedef struct lk_cost_sums {
    lk_exact_sum sums[LK_COST_SUMS];
    uint32_t known[LK_COST_SUMS]; /* rows that said it; 0: not known */
    uint32_t unused;
} lk_cost_sums;

/* Rows of one table at most, and of all that known[] counts. */
#define LK_ATTRIBUTION_ROWS_MAX (UINT32_MAX - 1)

typedef struct lk_attribution_store {
    lk_lead_ids ids;
    lk_map_text texts;
    lk_map_text kinds;     /* uint32_t a dimension: a text each */
    uint64_t *kind_hashes; /* of their texts: chooses the group of a path; part of the format */
    uint32_t kind_capacity;
    uint32_t cost_capacity;
    lk_cost_sums *costs; /* by kind, as far as the capacity goes */
    lk_map_text batches;
    lk_currency currency; /* of values and costs */
    lk_touch *touches;
    size_t touch_count, touch_capacity;
    lk_outcome *outcomes;
    size_t outcome_count, outcome_capacity;
    lk_milestone *milestones;
    size_t milestone_count, milestone_capacity;
    lk_map_text paths; /* uint32_t each: the group, then the kinds */
    lk_path_sums *path_sums;
    uint32_t path_capacity;
    uint32_t unused;
    struct lk_fold *fold; /* NULL: none yet, or paths are kept (fold.h) */
} lk_attribution_store;

struct leadkpi_attribution {
    lk_memory memory;
    leadkpi_options *definition; /* NULL: all defaults */
    lk_attribution_store *store; /* NULL: no row yet */
    lk_attribution_rule rule;
};

leadkpi_status lk_attribution_make(const lk_memory *like, const leadkpi_options *definition,
                                   const lk_attribution_rule *rule, leadkpi_attribution **out,
                                   leadkpi_error *error);

/* The store of the handle, made now if there was none. */
leadkpi_status lk_attribution_open(leadkpi_attribution *attribution, lk_attribution_store **store,
                                   leadkpi_error *error);
void lk_attribution_shut(leadkpi_attribution *attribution);

typedef struct lk_attribution_mark {
    uint32_t ids, texts, kinds, batches, paths;
    int32_t id_type;
    lk_currency currency;
    bool was_empty;
} lk_attribution_mark;

lk_attribution_mark lk_attribution_mark_now(const leadkpi_attribution *attribution);
void lk_attribution_roll_back(leadkpi_attribution *attribution, const lk_attribution_mark *mark);

/* Room for more items in one of the arrays. `what` names them in the message.
 * Status: OK, OVERFLOW, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_attribution_grow(lk_memory *memory, void *block, size_t count, size_t *capacity,
                                   size_t additional, size_t item_size, const char *what,
                                   leadkpi_error *error);

/* The kind of a tuple of texts, one a dimension. */
leadkpi_status lk_attribution_kind(leadkpi_attribution *attribution, const uint32_t *texts,
                                   uint32_t *kind, leadkpi_error *error);

/* Text of a kind in a dimension. */
static inline uint32_t lk_kind_text(const lk_attribution_store *store, uint32_t kind,
                                    uint32_t dimension)
{
    uint32_t text;
    const char *texts = store->kinds.bytes + (kind ? store->kinds.ends[kind - 1] : 0);
    memcpy(&text, texts + dimension * sizeof text, sizeof text);
    return text;
}

/* Order of two kinds by their texts. */
int lk_kind_compare(const lk_attribution_store *store, uint32_t dimensions, uint32_t a, uint32_t b);

/* Room for costs of every kind there is. */
leadkpi_status lk_attribution_open_costs(leadkpi_attribution *attribution, leadkpi_error *error);

/* The paths of so many keys, words as bytes: the group, then the kinds. Sums of new ones start at
 * zero. */
leadkpi_status lk_attribution_find_paths(leadkpi_attribution *attribution, const lk_text *keys,
                                         size_t count, uint32_t *paths, leadkpi_error *error);

/* A path is its own unit: its group hangs on its kinds alone. `hashes`: room for 8 bytes a kind. */
uint32_t lk_attribution_path_group(const leadkpi_attribution *attribution, const uint32_t *kinds,
                                   size_t count, uint8_t *hashes);

/* The path of `count` kinds in a group; `words` has room for count + 1. Its sums start at zero. */
leadkpi_status lk_attribution_path(leadkpi_attribution *attribution, uint32_t group,
                                   const uint32_t *kinds, uint32_t count, uint32_t *words,
                                   uint32_t *path, leadkpi_error *error);

/* Group and kinds of a path. */
static inline const char *lk_path_words(const lk_attribution_store *store, uint32_t path,
                                        uint32_t *count)
{
    lk_text key = lk_map_text_key(&store->paths, path);
    *count = (uint32_t)(key.length / sizeof(uint32_t)) - 1;
    return key.data;
}

static inline uint32_t lk_path_word(const char *words, uint32_t index)
{
    uint32_t word;
    memcpy(&word, words + index * sizeof word, sizeof word);
    return word;
}

bool lk_path_is_empty(const lk_path_sums *sums);

/* Are sums small enough that 2^32 of them cannot overflow? Below 2^94 in size. */
bool lk_sum_is_modest(const lk_exact_sum *sum);

/* The group of a unit, from the bytes of its id; below `groups`, a power of two. */
uint32_t lk_attribution_unit_group(const lk_lead_ids *ids, uint32_t unit, uint32_t groups);

/* How a blank is called where nothing else has that name. */
#define LK_BLANK_NAME LK_LITERAL("(blank)")

/* Does `name`, as people write it in a definition or a model, mean this text? Names are compared
 * folded (nearest.h); "" means touches without a name, "(blank)" these and those called so. */
bool lk_attribution_names(const lk_attribution_store *store, uint32_t text, lk_text name);

/* dimension `index` of the definition. */
static inline lk_text lk_attribution_dimension(const leadkpi_attribution *attribution,
                                               uint32_t index)
{
    return lk_options_list_item(attribution->definition, &lk_attribution_schema,
                                LK_ATTRIBUTION_DIMENSIONS, index);
}

#endif
