#include "attribution/view.h"

#include <string.h>

/* Each distinct channel of a path has an even share, and each of its touches an even part of
 * that (Zhao et al. 2018, eq. 9). Paths are short: their rows are compared one with another. */
static void credit_path(const lk_attribution_view *view, size_t path, size_t place_count,
                        double *credit[2])
{
    lk_attribution_sums sums = lk_attribution_view_sums(view, path, LK_ATTRIBUTION_ALL);
    size_t start = lk_attribution_view_start(view->ends, path), end = view->ends[path];
    double distinct = 0;
    for (size_t i = start; i < end; i++) {
        bool first = true;
        for (size_t j = start; j < i; j++) first &= view->rows[j] != view->rows[i];
        distinct += first;
    }
    for (size_t i = start; i < end; i++) {
        double times = 0;
        size_t place = i - start < place_count ? i - start : place_count - 1;
        for (size_t j = start; j < end; j++) times += view->rows[j] == view->rows[i];
        size_t cell = place * view->channel_count + view->rows[i];
        credit[0][cell] += sums.conversions / (distinct * times);
        credit[1][cell] += sums.value / (distinct * times);
    }
}

leadkpi_status lk_attribution_shapley_ordered(const lk_attribution_paths *paths, lk_memory *memory,
                                              const uint32_t *order, size_t place_count,
                                              double *credit[2], leadkpi_error *error)
{
    lk_attribution_view view;
    LK_FAIL_IF(place_count == 0, error, LEADKPI_BAD_ARGUMENT,
               "places: expected 1 or more, found 0");
    LK_TRY(lk_attribution_view_make(&view, memory, paths, order, false, error));
    for (size_t kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < place_count * view.channel_count; i++) credit[kind][i] = 0;
    leadkpi_status status = LEADKPI_OK;
    for (size_t path = 0; path < view.path_count && status == LEADKPI_OK; path++) {
        if (path % LK_INTERRUPT_ROWS == 0) status = lk_interrupted(memory, error);
        credit_path(&view, path, place_count, credit);
    }
    lk_attribution_view_free(&view, memory);
    return status;
}
