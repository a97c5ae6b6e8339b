/* model.h: models by name, as reports are asked for them. */
#ifndef LK_ATTRIBUTION_MODEL_H
#define LK_ATTRIBUTION_MODEL_H

#include "attribution/kernel.h"
#include "attribution/store.h"

/* A Shapley variant beside LK_ATTRIBUTION_GAME_...: the sum game by place of the touch. */
#define LK_GAME_ORDERED 4

enum { LK_FAMILY_RULE, LK_FAMILY_MARKOV, LK_FAMILY_SHAPLEY, LK_FAMILY_SHAO_LI };

typedef struct lk_model {
    lk_text name; /* as given; of the options, or static */
    int32_t family;
    int32_t variant; /* Markov: order; Shapley: LK_ATTRIBUTION_GAME_... */
    lk_rule_model rule;
    uint8_t *eligible; /* by text; what the rule points to */
    uint32_t milestones[LK_MILESTONES_MAX]; /* texts; LK_MAP_NONE: no row has it */
    size_t text_count;
} lk_model;

static inline bool lk_model_needs_times(const lk_model *model)
{
    return model->rule.half_life || model->rule.milestone_count;
}

/* Option by option: those of a report that change how models work. */
typedef struct lk_model_settings {
    int32_t two_touches;
    int32_t no_middle;
} lk_model_settings;

/* Status: OK, UNKNOWN_NAME (with the nearest), BAD_ARGUMENT, OUT_OF_MEMORY, LIMIT. */
leadkpi_status lk_model_read(lk_text name, const leadkpi_attribution *attribution,
                             const lk_model_settings *settings, lk_memory *memory, lk_model *model,
                             leadkpi_error *error);
void lk_model_free(lk_model *model, lk_memory *memory);

#endif
