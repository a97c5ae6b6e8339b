/* model.h: the history of each lead as visits of stages, once for every report. */
#ifndef LK_STAGES_MODEL_H
#define LK_STAGES_MODEL_H

#include "stages/stages.h"

typedef struct lk_stage {
    lk_text name;
    int32_t line; /* place in the line, from 0; -1: off it */
    bool won, lost;
} lk_stage;

typedef struct lk_visit {
    int64_t entered;
    int64_t left;    /* as_of while it lasts */
    uint32_t stage;  /* number of the stage */
    uint32_t reason; /* a word; 0: none */
    uint32_t lead;
    bool ended;
    bool start_known;
} lk_visit;

/* What a lead did on the line. */
typedef struct lk_path {
    uint64_t stood_in;  /* bit i: stage i of the line */
    uint64_t went_back; /* bit i: from there to an earlier one */
    int32_t farthest;   /* -1: none */
    int32_t in_order;   /* how many stages from the first it passed in order */
    uint32_t back_count, reopened_count;
} lk_path;

typedef struct lk_model {
    const lk_journal_handle *handle;
    lk_reading reading;
    lk_member_groups groups;
    lk_stage *stages; /* the line, the lost ones, the others by name */
    uint32_t *stage_of_word; /* by 1 + index; LK_MAP_NONE: no stage */
    uint32_t stage_count, stage_capacity, line_count;
    lk_visit *visits;
    uint32_t *visit_ends; /* of lead i: visits[visit_ends[i - 1]] to visits[visit_ends[i] - 1] */
    size_t visit_count, visit_capacity;
    lk_path *paths; /* by lead */
    int64_t as_of;
    double level;
    int skips, visits_rule;
} lk_model;

static inline uint32_t lk_visits_start(const lk_model *model, uint32_t lead)
{
    return lead ? model->visit_ends[lead - 1] : 0;
}

/* Where the lead stands; it has a visit. */
static inline const lk_visit *lk_visit_last(const lk_model *model, uint32_t lead)
{
    return &model->visits[model->visit_ends[lead] - 1];
}

static inline bool lk_stage_is_end(const lk_stage *stage)
{
    return stage->won || stage->lost;
}

/* A change of stage; from is LK_MAP_NONE where the lead came. Names are in lk_move_names. */
enum { LK_MOVE_CAME, LK_MOVE_NEXT, LK_MOVE_SKIP, LK_MOVE_BACK, LK_MOVE_LOST, LK_MOVE_REOPENED, LK_MOVE_ASIDE };
int lk_move_of(const lk_model *model, uint32_t from, uint32_t to);
lk_text lk_move_name(int move);

/* What each report writes into its table. */
typedef leadkpi_status (*lk_stages_fill)(lk_model *model, leadkpi_table *table, leadkpi_error *error);

/* Reports that differ in the options that they take, a bit each. */
enum { LK_STAGES_IS_STEPS = 1, LK_STAGES_IS_DURATIONS = 2, LK_STAGES_IS_OTHER = 4, LK_STAGES_IS_CHECKS = 8 };

/* A public report: checks, makes the model and the table, fills it, and frees all on failure. */
leadkpi_status lk_stages_report(const leadkpi_stages *stages, const leadkpi_options *options,
                                uint32_t report, lk_stages_fill fill, leadkpi_table **out,
                                leadkpi_error *error);

/* Columns that several reports have: a text column with the stage of each row of the groups, which
 * have a row for each of `stage_count` stages; and share, low and high of one row. */
leadkpi_status lk_model_add_stage_rows(lk_model *model, uint32_t stage_count, lk_text name,
                                       leadkpi_table *table, leadkpi_error *error);
typedef struct lk_share {
    double *values[3];
    int32_t at;
} lk_share;
leadkpi_status lk_share_add(leadkpi_table *table, const char *const names[3], size_t rows,
                            lk_share *share, leadkpi_error *error);
leadkpi_status lk_share_put(leadkpi_table *table, const lk_share *share, size_t row,
                            int64_t numerator, int64_t denominator, double level,
                            leadkpi_error *error);

#endif
