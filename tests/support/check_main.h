/* check_main.h: Check as every test includes it, and the main function of its program.
 *
 *     int main(void) { return lk_test_run(suite_of_this_file()); }
 *
 * CK_FORK=no in the environment keeps everything in one process, for valgrind. */
#ifndef LK_CHECK_MAIN_H
#define LK_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

/* Check writes to a file for every assertion that holds, so that a crash can name the last one. Where
 * a million hold, that takes more time than all they look at; a crash still names its test. */
#define _mark_point(file, line) ((void)0)

static inline int lk_test_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int ran = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && ran > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
