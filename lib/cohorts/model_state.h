/* model_state.h: a model as bytes, in the envelope of base/codec.h.
 *
 *   uint8    model: its place among the choices of schema "lifetime", which only grow
 *   uint8    outcome: LEADKPI_LIFETIME_...
 *   varint   what vanished, as bits; 0 unless at a boundary
 *   varint   evaluations
 *   double   customers, distinct histories, log-likelihood (NaN of a given model)
 *   double   the parameters
 *   double   the covariance of their logarithms, upper triangle row by row, NaN where there is none */
#ifndef LK_MODEL_STATE_H
#define LK_MODEL_STATE_H

#define LK_LIFETIME_STATE_KIND "lifetime"
#define LK_LIFETIME_STATE_VERSION 1

#endif
