/* ok.h: a call that must succeed, with what it says where it does not; and one that must be refused. */
#ifndef LK_TEST_OK_H
#define LK_TEST_OK_H

#include <leadkpi/error.h>
#include <string.h>

#include "check_main.h"

/* In `call`, ok_error is where its error goes. */
#define OK(call)                                                                                   \
    do {                                                                                           \
        leadkpi_error ok_error_;                                                                   \
        leadkpi_error *ok_error = &ok_error_;                                                      \
        leadkpi_status ok_status_ = (call);                                                        \
        ck_assert_msg(ok_status_ == LEADKPI_OK, "%s: %s", #call, ok_error_.message);                       \
    } while (0)

/* With this status, in the error too, and with `words` in the message. */
static inline void is_refused(leadkpi_status status, leadkpi_status expected, const leadkpi_error *error,
                              const char *words, const char *call)
{
    ck_assert_msg(status == expected, "%s: status %d, expected %d: %s", call, (int)status, (int)expected,
                  error->message);
    ck_assert_int_eq(error->code, expected);
    ck_assert_msg(strstr(error->message, words) != NULL, "%s: \"%s\" is not in \"%s\"", call, words,
                  error->message);
}

/* The same of a call; in it ok_error is where its error goes. */
#define REFUSED(expected, words, call)                                                             \
    do {                                                                                           \
        leadkpi_error ok_error_;                                                                   \
        leadkpi_error *ok_error = &ok_error_;                                                      \
        leadkpi_status ok_status_ = (call);                                                        \
        is_refused(ok_status_, (expected), ok_error, (words), #call);                              \
    } while (0)

#endif
