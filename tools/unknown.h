/* unknown.h: refusals of words that are none of those there are, with the one that comes nearest. */
#ifndef TOOL_UNKNOWN_H
#define TOOL_UNKNOWN_H

#include "tool.h"

/* A word that is none of `names`, which stand with commas between them: they are listed, with the one that
 * comes nearest. `what` may be empty, `more` stands at the end. Gives TOOL_USAGE back. */
int trouble_unknown(trouble *why, const char *what, const char *names, slice found, const char *more);

/* An option, as typed, that is none of those in a help text. */
int trouble_no_option(trouble *why, const char *command, const char *help, const char *word);

/* For the end of a message: which of the names, with commas between them, comes nearest; "" where none does. */
text_buffer nearest_of(slice wanted, const char *names);

#endif
