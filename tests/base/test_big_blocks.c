/* Large blocks where the system gives less than it could: no block is lost, and no address space. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "base/big_blocks.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../support/check_main.h"

#if defined(__linux__)
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEGABYTES(count) ((size_t)(count) << 20)

/* Rules hold for good, so what is under one has a process of its own. */
enum { HOLDS, BROKEN, NO_RULE };

static int in_a_child(int (*holds)(int), int argument)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) _exit(holds(argument));
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static size_t address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1) abort();
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

#define STRIDE 4093

static void fill(char *block, size_t size)
{
    for (size_t i = 0; i < size; i += STRIDE) block[i] = (char)(i / STRIDE % 101);
}

static int is_filled(const char *block, size_t size)
{
    for (size_t i = 0; i < size; i += STRIDE)
        if (block[i] != (char)(i / STRIDE % 101)) return 0;
    return 1;
}

/* ---- a sandbox ------------------------------------------------------------------------- */

static int refuse_mremap(int error)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mremap, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int a_block_changes_its_size_without_mremap(int error)
{
    static const size_t sizes[] = {5, 3, 17, 18, 40, 12, 100, 2};
    size_t held = MEGABYTES(2), before;
    char *block = lk_big_block_allocate(held);
    if (!block) return BROKEN;
    fill(block, held);
    if (!refuse_mremap(error)) return NO_RULE;
    before = address_space();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t size = MEGABYTES(sizes[i]);
        errno = 77;
        block = lk_big_block_resize(block, held, size);
        if (!block || errno != 77 || !is_filled(block, held < size ? held : size)) return BROKEN;
        fill(block, held = size);
    }
    return address_space() == before ? HOLDS : BROKEN;
}

START_TEST(a_sandbox_without_mremap_lets_blocks_grow_and_shrink)
{
    static const int errors[] = {EPERM, ENOSYS, EACCES};
    int found = in_a_child(a_block_changes_its_size_without_mremap, errors[_i]);
    ck_assert_msg(found != BROKEN, "error %d", errors[_i]);
}
END_TEST

/* ---- a limit of the address space -------------------------------------------------------- */

enum { SMALL = 8, LARGE = 24, NEIGHBOUR = 3, AT_ALL = 4 };

/* The neighbour is where the block would grow to, as a rule. */
static int a_refused_growth_keeps_nothing(int free_megabytes)
{
    char *neighbour = lk_big_block_allocate(MEGABYTES(NEIGHBOUR)), *block = lk_big_block_allocate(MEGABYTES(SMALL));
    if (!neighbour || !block) return BROKEN;
    fill(block, MEGABYTES(SMALL));
    size_t before = address_space();
    struct rlimit limit = {before + MEGABYTES(free_megabytes), before + MEGABYTES(free_megabytes)};
    if (setrlimit(RLIMIT_AS, &limit) != 0) return NO_RULE;
    for (int round = 0; round < 3; round++) {
        char *grown = lk_big_block_resize(block, MEGABYTES(SMALL), MEGABYTES(LARGE));
        if (!grown && free_megabytes >= LARGE + AT_ALL) return BROKEN; /* there is room for a copy */
        if (!is_filled(grown ? grown : block, MEGABYTES(SMALL))) return BROKEN;
        if (grown && address_space() != before + MEGABYTES(LARGE - SMALL)) return BROKEN;
        if (grown) block = lk_big_block_resize(grown, MEGABYTES(LARGE), MEGABYTES(SMALL));
        if (!block || address_space() != before) return BROKEN;
    }
    lk_big_block_release(block, MEGABYTES(SMALL));
    return HOLDS;
}

START_TEST(a_block_that_may_not_grow_keeps_no_address_space)
{
    int found = in_a_child(a_refused_growth_keeps_nothing, _i);
    ck_assert_msg(found != BROKEN, "with %d MB", _i);
}
END_TEST

/* Nor does one that there is no room for. */
static int a_refused_block_keeps_nothing(int free_megabytes)
{
    size_t before = address_space();
    struct rlimit limit = {before + MEGABYTES(free_megabytes), before + MEGABYTES(free_megabytes)};
    if (setrlimit(RLIMIT_AS, &limit) != 0) return NO_RULE;
    for (int round = 0; round < 3; round++) {
        char *block = lk_big_block_allocate(MEGABYTES(LARGE));
        if (!block && free_megabytes >= LARGE + 2 * AT_ALL) return BROKEN;
        if (block) lk_big_block_release(block, MEGABYTES(LARGE));
        if (address_space() != before) return BROKEN;
    }
    return HOLDS;
}

START_TEST(a_block_that_may_not_be_keeps_no_address_space)
{
    int found = in_a_child(a_refused_block_keeps_nothing, _i);
    ck_assert_msg(found != BROKEN, "with %d MB", _i);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_sandbox_without_mremap_lets_blocks_grow_and_shrink, 0, 3);
    tcase_add_loop_test(tcase, a_block_that_may_not_grow_keeps_no_address_space, 0, 2 * LARGE + SMALL);
    tcase_add_loop_test(tcase, a_block_that_may_not_be_keeps_no_address_space, 0, LARGE + 4 * AT_ALL);
}
#else
START_TEST(no_block_is_a_large_one)
{
    ck_assert(!lk_is_big_block(SIZE_MAX / 2));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, no_block_is_a_large_one);
}
#endif

int main(void)
{
    Suite *suite = suite_create("big blocks");
    TCase *tcase = tcase_create("big blocks");
    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
