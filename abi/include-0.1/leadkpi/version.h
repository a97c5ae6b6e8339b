/* version.h: which release this is, at compile time and at run time.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1. */
#ifndef LEADKPI_VERSION_H
#define LEADKPI_VERSION_H

#include <stdint.h>

#include <leadkpi/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LEADKPI_VERSION_MAJOR 0
#define LEADKPI_VERSION_MINOR 1
#define LEADKPI_VERSION_PATCH 0
#define LEADKPI_VERSION_STRING "0.1.0"

/* leadkpi_version: the release that is running, as "major.minor.patch".
 * Static text, never NULL. Compare it with LEADKPI_VERSION_STRING, the release
 * that was compiled against. Thread-safe. Since 0.1. */
LEADKPI_API const char *leadkpi_version(void);

/* leadkpi_version_number: the running release as major * 1000000 + minor *
 * 1000 + patch, for comparisons. Thread-safe. Since 0.1. */
LEADKPI_API int32_t leadkpi_version_number(void);

#ifdef __cplusplus
}
#endif
#endif
