/* triangle.h: a retention report for people: a line a cohort, a column an age. */
#ifndef TOOL_TRIANGLE_H
#define TOOL_TRIANGLE_H

#include <leadkpi/table.h>

#include "tool.h"

/* Percentages; ~ before one that is not complete, nothing where nobody is so old. */
void triangle_print(FILE *out, const leadkpi_table *retention);

#endif
