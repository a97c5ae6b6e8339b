/* ok.h: a call that must succeed, with what it says where it does not. */
#ifndef LK_TEST_OK_H
#define LK_TEST_OK_H

#include <leadkpi/error.h>

#include "check_main.h"

/* In `call`, ok_error is where its error goes. */
#define OK(call)                                                                                   \
    do {                                                                                           \
        leadkpi_error ok_error_;                                                                   \
        leadkpi_error *ok_error = &ok_error_;                                                      \
        leadkpi_status ok_status_ = (call);                                                        \
        ck_assert_msg(ok_status_ == LEADKPI_OK, "%s: %s", #call, ok_error_.message);                       \
    } while (0)

#endif
