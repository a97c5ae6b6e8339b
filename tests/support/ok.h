/* ok.h: what must hold, and a call that must succeed. Check writes to a file for every assertion
 * that holds, which is dear where thousands do; these write for the one that does not. */
#ifndef LK_TEST_OK_H
#define LK_TEST_OK_H

#include <check.h>
#include <leadkpi/error.h>

#define HOLDS(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) ck_abort_msg(__VA_ARGS__);                                               \
    } while (0)

/* In `call`, ok_error is where its error goes. */
#define OK(call)                                                                                   \
    do {                                                                                           \
        leadkpi_error ok_error_;                                                                   \
        leadkpi_error *ok_error = &ok_error_;                                                      \
        leadkpi_status ok_status_ = (call);                                                        \
        HOLDS(ok_status_ == LEADKPI_OK, "%s: %s", #call, ok_error_.message);                       \
    } while (0)

#endif
