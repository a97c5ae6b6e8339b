#include "attribution/model.h"

#include "attribution/models.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/time_text.h"

#define DAY (INT64_C(86400) * 1000000)
#define HALF_LIFE_DEFAULT (7 * DAY) /* Adobe Analytics, Google Ads */

/* What may stand after a model's colon. */
enum {
    NOTHING,
    CHANNELS_OUT, /* channels that are not eligible; default direct */
    CHANNELS_IN,  /* channels that are */
    ENDS,         /* first/middle/last */
    HALF_LIFE,
    STAGES,       /* milestones and weights */
    ORDER,
    GAME,
    LOOKBACK_QUARTER /* a half-life of a quarter of the definition's lookback */
};

/* What stands for itself. `stages` and `ends` are arguments that the name implies. */
typedef struct entry {
    const char *name;
    const char *implied; /* the argument where none is given; NULL: there must be one */
    int8_t takes;
    int8_t family;
    int8_t position;
    int8_t unique;
    int8_t participation;
    int8_t split_middle;
    int8_t fixed; /* the argument is implied and cannot be given */
    int8_t stepped; /* the half-life by whole ones */
} entry;

static const entry entries[] = {
    {"first", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_FIRST, 0, 0, 0, 1, 0},
    {"last", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_LAST, 0, 0, 0, 1, 0},
    {"first_non", "direct", CHANNELS_OUT, LK_FAMILY_RULE, LK_POSITION_FIRST, 0, 0, 0, 0, 0},
    {"last_non", "direct", CHANNELS_OUT, LK_FAMILY_RULE, LK_POSITION_LAST, 0, 0, 0, 0, 0},
    {"first_in", NULL, CHANNELS_IN, LK_FAMILY_RULE, LK_POSITION_FIRST, 0, 0, 0, 0, 0},
    {"last_in", NULL, CHANNELS_IN, LK_FAMILY_RULE, LK_POSITION_LAST, 0, 0, 0, 0, 0},
    {"linear", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_EVEN, 0, 0, 0, 1, 0},
    {"linear_unique", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_EVEN, 1, 0, 0, 1, 0},
    {"participation", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_EVEN, 0, 1, 0, 1, 0},
    {"u", "40/20/40", ENDS, LK_FAMILY_RULE, LK_POSITION_ENDS, 0, 0, 0, 1, 0},
    {"j", "20/20/60", ENDS, LK_FAMILY_RULE, LK_POSITION_ENDS, 0, 0, 0, 1, 0},
    {"inverse_j", "60/20/20", ENDS, LK_FAMILY_RULE, LK_POSITION_ENDS, 0, 0, 0, 1, 0},
    {"custom", NULL, ENDS, LK_FAMILY_RULE, LK_POSITION_ENDS, 0, 0, 0, 0, 0},
    {"time_decay", "7d", HALF_LIFE, LK_FAMILY_RULE, LK_POSITION_EVEN, 0, 0, 0, 0, 0},
    {"rank_decay", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_RANK, 0, 0, 0, 1, 0},
    {"halving", "", NOTHING, LK_FAMILY_RULE, LK_POSITION_HALVING, 0, 0, 0, 1, 0},
    {"lead_creation", "lead=1", STAGES, LK_FAMILY_RULE, LK_POSITION_MILESTONES, 0, 0, 0, 1, 0},
    {"u_lead", "first=40|lead=40|middle=20", STAGES, LK_FAMILY_RULE, LK_POSITION_MILESTONES, 0, 0, 0,
     1, 0},
    {"u_lead_50", "first=50|lead=50", STAGES, LK_FAMILY_RULE, LK_POSITION_MILESTONES, 0, 0, 0, 1, 0},
    {"w", "first=30|lead=30|opportunity=30|middle=10", STAGES, LK_FAMILY_RULE,
     LK_POSITION_MILESTONES, 0, 0, 0, 1, 0},
    {"full_path", "first=22.5|lead=22.5|opportunity=22.5|last=22.5|middle=10", STAGES,
     LK_FAMILY_RULE, LK_POSITION_MILESTONES, 0, 0, 0, 1, 0},
    {"milestones", NULL, STAGES, LK_FAMILY_RULE, LK_POSITION_MILESTONES, 0, 0, 0, 0, 0},
    {"markov", "1", ORDER, LK_FAMILY_MARKOV, 0, 0, 0, 0, 0, 0},
    {"shapley", "rate", GAME, LK_FAMILY_SHAPLEY, 0, 0, 0, 0, 0, 0},
    {"shao_li", "", NOTHING, LK_FAMILY_SHAO_LI, 0, 0, 0, 0, 1, 0},
    {"dp6_position", "40/20/40", ENDS, LK_FAMILY_RULE, LK_POSITION_ENDS, 0, 0, 1, 0, 0},
    {"dp6_time_decay", "7d", HALF_LIFE, LK_FAMILY_RULE, LK_POSITION_EVEN, 0, 0, 0, 0, 1},
    {"posthog_time_decay", "", LOOKBACK_QUARTER, LK_FAMILY_RULE, LK_POSITION_EVEN, 0, 0, 0, 1, 0},
};
#define ENTRY_COUNT (sizeof entries / sizeof entries[0])

/* What products call it: a model of above. leadkpi_attribution(3) has the table. */
static const struct preset {
    const char *name, *model;
} presets[] = {
    {"adobe_first", "first"}, {"adobe_last", "last"}, {"adobe_linear", "linear"},
    {"adobe_participation", "participation"}, {"adobe_u", "u"}, {"adobe_j", "j"},
    {"adobe_inverse_j", "inverse_j"}, {"adobe_time_decay", "time_decay"},
    {"channelattribution_first", "first"}, {"channelattribution_last", "last"},
    {"channelattribution_linear", "linear"}, {"channelattribution_markov", "markov"},
    {"dp6_first", "first"}, {"dp6_last", "last"}, {"dp6_last_non", "last_non"},
    {"dp6_linear", "linear"}, {"dp6_position_decay", "rank_decay"}, {"dp6_markov", "markov:1"},
    {"dp6_shapley", "shapley:exact"},
    {"ga_first", "first"}, {"ga_last", "last"}, {"ga_last_non_direct", "last_non"},
    {"ga_linear", "linear"}, {"ga_position", "u"}, {"ga_time_decay", "time_decay"},
    {"hubspot_first", "first"}, {"hubspot_last", "last"},
    {"hubspot_first_last", "custom:50/0/50"}, {"hubspot_linear", "linear"},
    {"hubspot_decay", "halving"}, {"hubspot_time_decay", "time_decay"}, {"hubspot_j", "j"},
    {"hubspot_inverse_j", "inverse_j"}, {"hubspot_lead_creation", "lead_creation"},
    {"hubspot_u", "u_lead"}, {"hubspot_w", "w"}, {"hubspot_full_path", "full_path"},
    {"marketo_first", "first"}, {"marketo_lead_creation", "lead_creation"},
    {"marketo_u", "u_lead_50"}, {"marketo_w", "w"}, {"marketo_full_path", "full_path"},
    {"posthog_first", "first"}, {"posthog_last", "last"}, {"posthog_linear", "linear"},
    {"posthog_position", "u"}, {"posthog_influenced", "participation"},
    {"snowplow_first", "first"}, {"snowplow_last", "last"}, {"snowplow_linear", "linear"},
    {"snowplow_position", "u"},
};
#define PRESET_COUNT (sizeof presets / sizeof presets[0])

/* ---- arguments ------------------------------------------------------------------------ */

typedef struct reading {
    const leadkpi_attribution *attribution;
    lk_memory *memory;
    lk_model *model;
    lk_text argument;
    leadkpi_error *error;
} reading;

static leadkpi_status refuse(const reading *r, const char *expected)
{
    return lk_fail(r->error, LEADKPI_BAD_ARGUMENT, "models: %.*s: expected %s",
                   LK_TEXT_ARGS(r->model->name), expected);
}

/* Channels are the texts of the first dimension; names are compared folded (nearest.h). */
static leadkpi_status read_channels(const reading *r, bool outside)
{
    lk_model *model = r->model;
    const lk_attribution_store *store = r->attribution->store;
    model->text_count = store ? store->texts.count : 0;
    LK_TRY(lk_allocate(r->memory, model->text_count, 1, &model->eligible, r->error));
    for (uint32_t text = 0; text < model->text_count; text++) {
        lk_text left = r->argument;
        bool found = false;
        while (left.data) found |= lk_attribution_names(store, text, lk_attribution_next(&left, '|'));
        model->eligible[text] = found != outside;
    }
    model->rule.eligible = model->eligible;
    return LEADKPI_OK;
}

static leadkpi_status read_ends(const reading *r)
{
    double weights[3];
    lk_text left = r->argument;
    for (int i = 0; i < 3; i++)
        if (!left.data || !lk_number_parse_double(lk_attribution_next(&left, '/'), &weights[i]))
            return refuse(r, "weights of first, middle and last, as in 40/20/40");
    if (left.data) return refuse(r, "three weights, as in 40/20/40");
    return lk_rule_set_weights(&r->model->rule, weights[0], weights[1], weights[2], NULL, 0,
                               r->error);
}

/* "first=30|lead=30|middle=10": names other than first, middle and last are milestones. */
static leadkpi_status read_stages(const reading *r)
{
    static const char *const ends[] = {"first", "middle", "last"};
    double weights[3] = {0, 0, 0}, stages[LK_MILESTONES_MAX];
    lk_text left = r->argument;
    int32_t count = 0;
    while (left.data) {
        lk_text value = lk_attribution_next(&left, '|'), name = lk_attribution_next(&value, '=');
        double weight;
        int end = 0;
        if (!value.data || !lk_number_parse_double(lk_attribution_trim(value), &weight))
            return refuse(r, "milestones and weights, as in first=30|lead=30|middle=10");
        while (end < 3 && !lk_text_equal(name, lk_text_of(ends[end], LEADKPI_NUL_TERMINATED))) end++;
        if (end < 3) {
            weights[end] = weight;
            continue;
        }
        if (count == LK_MILESTONES_MAX) return refuse(r, "at most 16 milestones");
        r->model->milestones[count] =
            r->attribution->store ? lk_map_text_find(&r->attribution->store->texts, name)
                                  : LK_MAP_NONE;
        stages[count++] = weight;
    }
    return lk_rule_set_weights(&r->model->rule, weights[0], weights[1], weights[2], stages, count,
                               r->error);
}

static leadkpi_status read_game(const reading *r)
{
    static const char *const games[] = {"sum", "rate", "exact", "given", "ordered"};
    for (int i = 0; i <= LK_GAME_ORDERED; i++)
        if (lk_text_equal(r->argument, lk_text_of(games[i], LEADKPI_NUL_TERMINATED))) {
            r->model->variant = i;
            return LEADKPI_OK;
        }
    return refuse(r, "rate, sum, exact, given or ordered");
}

static leadkpi_status read_argument(const reading *r, int takes)
{
    int64_t number;
    switch (takes) {
    case CHANNELS_OUT: return read_channels(r, true);
    case CHANNELS_IN: return read_channels(r, false);
    case ENDS: return read_ends(r);
    case STAGES: return read_stages(r);
    case GAME: return read_game(r);
    case HALF_LIFE:
        if (lk_duration_parse(r->argument, &number) || number <= 0)
            return refuse(r, "a half-life above 0, as in 7d");
        r->model->rule.half_life = number;
        return LEADKPI_OK;
    case LOOKBACK_QUARTER:
        if (r->attribution->rule.lookback == INT64_MAX)
            return refuse(r, "a definition with a lookback, a quarter of which is its half-life");
        r->model->rule.half_life = (r->attribution->rule.lookback + 3) / 4;
        return LEADKPI_OK;
    case ORDER:
        if (!lk_number_parse_int64(r->argument, &number) || number < 1 || number > 1000)
            return refuse(r, "an order from 1 to 1000");
        r->model->variant = (int32_t)number;
        return LEADKPI_OK;
    default: return LEADKPI_OK;
    }
}

/* ---- by name ---------------------------------------------------------------------------- */

static leadkpi_status find_entry(lk_text name, const entry **found, leadkpi_error *error)
{
    lk_nearest nearest;
    lk_nearest_begin(&nearest, name);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        lk_text entry_name = lk_text_of(entries[i].name, LEADKPI_NUL_TERMINATED);
        *found = &entries[i];
        if (lk_text_equal(entry_name, name)) return LEADKPI_OK;
        lk_nearest_consider(&nearest, entry_name);
    }
    for (size_t i = 0; i < PRESET_COUNT; i++)
        lk_nearest_consider(&nearest, lk_text_of(presets[i].name, LEADKPI_NUL_TERMINATED));
    return lk_nearest_fail(&nearest, "model", error);
}

/* A preset's name as that of its model; an argument that the preset has stands for its own, else the one
 * that was given does. */
static leadkpi_status resolve_preset(const reading *r, lk_text *word, lk_text *argument)
{
    for (size_t i = 0; i < PRESET_COUNT; i++) {
        lk_text own = lk_text_of(presets[i].model, LEADKPI_NUL_TERMINATED);
        if (!lk_text_equal(*word, lk_text_of(presets[i].name, LEADKPI_NUL_TERMINATED))) continue;
        *word = lk_attribution_next(&own, ':');
        if (own.data && argument->data) return refuse(r, "nothing after its name");
        if (own.data) *argument = own;
        return LEADKPI_OK;
    }
    return LEADKPI_OK;
}

leadkpi_status lk_model_read(lk_text name, const leadkpi_attribution *attribution,
                             const lk_model_settings *settings, lk_memory *memory, lk_model *model,
                             leadkpi_error *error)
{
    const entry *found;
    lk_text argument = name, word = lk_attribution_next(&argument, ':');
    memset(model, 0, sizeof *model);
    model->name = name;
    reading r = {attribution, memory, model, {NULL, 0}, error};
    LK_TRY(resolve_preset(&r, &word, &argument));
    LK_TRY(find_entry(word, &found, error));
    model->family = found->family;
    model->rule.position = found->position;
    model->rule.unique = found->unique;
    model->rule.participation = found->participation;
    model->rule.is_stepped = found->stepped;
    model->rule.two_touches =
        found->split_middle ? LK_TWO_TOUCHES_SPLIT_MIDDLE : settings->two_touches;
    model->rule.no_middle = settings->no_middle;
    r.argument = lk_attribution_trim(argument);
    if (argument.data && found->fixed) return refuse(&r, "nothing after its name");
    if (!argument.data && !found->implied) return refuse(&r, "an argument after a colon");
    if (!argument.data) r.argument = lk_text_of(found->implied, LEADKPI_NUL_TERMINATED);
    return read_argument(&r, found->takes);
}

void lk_model_free(lk_model *model, lk_memory *memory)
{
    lk_release(memory, model->eligible, model->text_count, 1);
    memset(model, 0, sizeof *model);
}
