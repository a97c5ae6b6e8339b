/* registry.h: what the whole library has, for calls by name. registry.c is
 * the one file of lib/ that knows all rooms. */
#ifndef LK_REGISTRY_H
#define LK_REGISTRY_H

#include "base/options.h"

/* By name, with NULL behind the last. A new schema has a line in registry.c. */
extern const lk_schema *const lk_registry_schemas[];

#endif
