#include "attribution/coalitions.h"

#include "base/nearest.h"
#include "base/number.h"

#define SCHEMA (&lk_attribution_report_schema)

/* The group of that very name, else one of that name folded. */
static leadkpi_status find_member(const lk_report *report, lk_text name, uint32_t *member,
                                  leadkpi_error *error)
{
    lk_nearest nearest;
    uint32_t count = report->members.count;
    lk_nearest_begin(&nearest, name);
    for (*member = 0; *member < count; (*member)++)
        if (lk_text_equal(lk_member_text(report, *member, 0), name)) return LEADKPI_OK;
    for (*member = 0; *member < count; (*member)++) {
        lk_text candidate = lk_member_text(report, *member, 0);
        if (lk_name_same(candidate, name)) return LEADKPI_OK;
        lk_nearest_consider(&nearest, candidate);
    }
    return lk_nearest_fail(&nearest, "coalitions", error);
}

/* "Email|Ads=0.3" */
static leadkpi_status put_coalition(const lk_report *report, lk_memory *memory, lk_text item,
                                    uint32_t *members, lk_attribution_values *values,
                                    leadkpi_error *error)
{
    lk_text names = item, number;
    double value;
    size_t count = 0;
    LK_FAIL_IF(!lk_attribution_cut_last(&names, '=', &number) ||
                   !lk_number_parse_double(number, &value),
               error, LEADKPI_BAD_ARGUMENT,
               "coalitions: expected channels and their value, as in Email|Ads=0.3, found \"%.*s\"",
               LK_TEXT_ARGS(item));
    while (names.data) {
        LK_FAIL_IF(count == LK_ATTRIBUTION_PLAYERS_MAX, error, LEADKPI_BAD_ARGUMENT,
                   "coalitions: expected at most %d channels in one", LK_ATTRIBUTION_PLAYERS_MAX);
        LK_TRY(find_member(report, lk_attribution_next(&names, '|'), &members[count++], error));
    }
    return lk_attribution_values_put(values, memory, members, count, value, error);
}

static leadkpi_status read_values(const lk_report *report, lk_memory *memory,
                                  lk_attribution_values *values, leadkpi_error *error)
{
    uint32_t members[LK_ATTRIBUTION_PLAYERS_MAX];
    size_t count = lk_options_list_count(report->options, SCHEMA, LK_REPORT_COALITIONS);
    LK_FAIL_IF(count == 0, error, LEADKPI_CONTRADICTION,
               "coalitions: expected the values of sets of channels, which shapley:given goes by");
    LK_FAIL_IF(report->members.dimension_count > 1, error, LEADKPI_CONTRADICTION,
               "by: expected one dimension, whose groups coalitions name, found %u",
               (unsigned)report->members.dimension_count);
    for (size_t i = 0; i < count; i++)
        LK_TRY(put_coalition(report, memory,
                             lk_options_list_item(report->options, SCHEMA, LK_REPORT_COALITIONS, i),
                             members, values, error));
    return LEADKPI_OK;
}

leadkpi_status lk_coalitions_game(const lk_report *report, const lk_model *model, lk_memory *memory,
                                  lk_attribution_values *values, lk_attribution_game *game,
                                  leadkpi_error *error)
{
    const leadkpi_options *o = report->options;
    *game = (lk_attribution_game){
        .game = model->variant == LK_GAME_ORDERED ? LK_ATTRIBUTION_GAME_SUM : model->variant,
        .players_most = (uint32_t)lk_options_int64(o, SCHEMA, LK_REPORT_PLAYERS_MAX),
        .samples = (uint32_t)lk_options_int64(o, SCHEMA, LK_REPORT_SAMPLES),
        .errors = report->filter.groups > 1,
        .seed = (uint64_t)lk_options_int64(o, SCHEMA, LK_REPORT_SEED),
        .given = values};
    if (model->variant != LK_ATTRIBUTION_GAME_GIVEN) return LEADKPI_OK;
    return read_values(report, memory, values, error);
}
