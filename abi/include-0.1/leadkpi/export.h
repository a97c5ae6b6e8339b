/* export.h: how a symbol of the library is declared.
 *
 * Part of libleadkpi; MIT licence, see COPYING. Since 0.1.
 *
 * A program that links the static library on Windows defines LEADKPI_STATIC
 * before it includes any header. Nobody else needs to define anything. */
#ifndef LEADKPI_EXPORT_H
#define LEADKPI_EXPORT_H

#if defined(LEADKPI_STATIC)
#define LEADKPI_API
#elif defined(_WIN32) || defined(__CYGWIN__)
#if defined(LEADKPI_BUILDING)
#define LEADKPI_API __declspec(dllexport)
#else
#define LEADKPI_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define LEADKPI_API __attribute__((visibility("default")))
#else
#define LEADKPI_API
#endif

/* As a length of text: the text ends at its first NUL byte. Every text that
 * goes into the library is a pointer and a length in bytes (UTF-8); this one
 * value spares a C caller the strlen. */
#define LEADKPI_NUL_TERMINATED ((size_t)-1)

#endif
