#include "unknown.h"

#include <leadkpi/options.h>

text_buffer nearest_of(slice wanted, const char *names)
{
    text_buffer out = {0};
    size_t length;
    const char *nearest =
        leadkpi_options_nearest_name(wanted.data, wanted.length, names, LEADKPI_NUL_TERMINATED, &length);
    text_print(&out, "%s", "");
    if (nearest) text_print(&out, "; the nearest name is \"%.*s\"", (int)length, nearest);
    return out;
}

int trouble_unknown(trouble *why, const char *what, const char *names, slice found, const char *more)
{
    text_buffer nearest = nearest_of(found, names);
    const char *quote = found.length ? "\"" : "";
    if (found.length == 0) found = slice_of("nothing");
    int code = trouble_set(why, TOOL_USAGE, "%s%sexpected one of %.600s, found %s%.*s%s%s%s", what,
                           *what ? ": " : "", names, quote, SLICE_ARGS(found), quote, nearest.data, more);
    text_free(&nearest);
    return code;
}

/* The words of a help text that begin with "--", with commas between them. */
static text_buffer options_of(const char *help)
{
    text_buffer names = {0};
    text_print(&names, "%s", "");
    for (const char *at = strstr(help, "--"); at; at = strstr(at, "--")) {
        size_t length = 2 + strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");
        text_print(&names, "%.*s,", (int)length, at);
        at += length;
    }
    return names;
}

int trouble_no_option(trouble *why, const char *command, const char *help, const char *word)
{
    text_buffer names = options_of(help);
    text_buffer nearest = nearest_of((slice){word, strcspn(word, "=")}, names.data);
    int code = trouble_set(why, TOOL_USAGE, "%s: \"%.80s\" is no option%s (leadkpi %s --help lists them)",
                           command, word, nearest.data, command);
    text_free(&nearest);
    text_free(&names);
    return code;
}
