/* check_main.h: the main function of a Check program.
 *
 *     int main(void) { return lk_test_run(suite_of_this_file()); }
 *
 * CK_FORK=no in the environment keeps everything in one process, for valgrind. */
#ifndef LK_CHECK_MAIN_H
#define LK_CHECK_MAIN_H

#include <check.h>
#include <stdlib.h>

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
