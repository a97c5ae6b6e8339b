/* estimate.h: a KPI from numbers, with its interval. */
#ifndef LK_KPI_ESTIMATE_H
#define LK_KPI_ESTIMATE_H

#include "base/options.h"
#include "base/table.h"
#include "kpi/kpi.h"
#include "stats/garwood.h"

extern const lk_schema lk_kpi_evaluate_schema;

/* What the options say, read once. */
typedef struct lk_kpi_settings {
    double level;
    double z; /* of the level */
    lk_garwood_level garwood;
    int32_t basis; /* LEADKPI_BASIS_..., where the KPI has one */
    int64_t simultaneous;                    /* shares that are looked at together */
    const struct lk_dispersion *dispersion; /* NULL: nothing is said */
} lk_kpi_settings;

/* Status: OK, MISMATCH. `options` may be NULL. */
leadkpi_status lk_kpi_settings_read(const leadkpi_options *options, lk_kpi_settings *settings,
                                    leadkpi_error *error);

/* The dispersion that the options hold, for the KPI of a row; settings points to it afterwards.
 * Status: OK, BAD_ARGUMENT, UNKNOWN_NAME, CONTRADICTION, BAD_DATA. */
leadkpi_status lk_kpi_settings_disperse(lk_kpi_settings *settings, int32_t index,
                                        const leadkpi_options *options,
                                        struct lk_dispersion *dispersion, leadkpi_error *error);

/* CONTRADICTION where the options hold a dispersion: for calls over many rows. */
leadkpi_status lk_kpi_settings_refuse_dispersion(const leadkpi_options *options,
                                                 leadkpi_error *error);

/* A KPI without a basis has none, whatever the options say. Before lk_kpi_estimate. */
void lk_kpi_settings_fit(lk_kpi_settings *settings, int32_t index);

/* For rooms that have a level and a basis at hand; 0 < level < 1. */
lk_kpi_settings lk_kpi_settings_of(double level, int32_t basis);

/* An estimate of which nothing is known yet. */
void lk_kpi_estimate_clear(leadkpi_estimate *out);

/* The KPI of a row of the catalogue that is over numbers. Returns out->status, with the reason
 * in the error. */
leadkpi_status lk_kpi_estimate(int32_t index, const double *inputs, const lk_kpi_settings *settings,
                               leadkpi_estimate *out, leadkpi_error *error);

/* The same of a row that is over arrays. */
leadkpi_status lk_kpi_estimate_samples(int32_t index, const lk_sample *samples,
                                       const lk_kpi_settings *settings, leadkpi_estimate *out,
                                       leadkpi_error *error);

/* Fills low, high, n and flags of an estimate whose value is known or undefined. Fails only
 * where a dispersion is given that cannot be. */
leadkpi_status lk_kpi_interval(int32_t index, const double *inputs,
                               const lk_kpi_settings *settings, leadkpi_estimate *out,
                               leadkpi_error *error);
void lk_kpi_interval_samples(const lk_kpi_formula *formula, const lk_sample *samples,
                             const lk_kpi_settings *settings, leadkpi_estimate *out);

/* One cell of a column of flags: their names with blanks between them. */
leadkpi_status lk_kpi_append_flags(lk_text_builder *builder, uint32_t flags, leadkpi_error *error);

/* BAD_DATA: input `input` is `value`. */
leadkpi_status lk_kpi_fail_range(int32_t index, int32_t input, double value, leadkpi_error *error);

#endif
