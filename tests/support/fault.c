#include "fault.h"

#include <stdlib.h>
#include <string.h>

#include <leadkpi/status.h>

#include "ok.h"

/* In front of every block: its size, so that the size handed back can be checked, and a mark that
 * a block of another allocator does not have. */
typedef union block_head {
    struct {
        uint64_t size;
        uint64_t mark;
    } is;
    max_align_t aligned;
} block_head;

#define MARK 0x6C65616463686563u
#define MARK_FREED 0x6672656564212121u

/* A loop without an end in the code under test must not become one here. */
#define RUNS_MAX 100000

static bool refused(lk_fault *fault)
{
    fault->requests++;
    bool refuse =
        fault->refuse_at && (fault->refuse_for_ever ? fault->requests >= fault->refuse_at
                                                    : fault->requests == fault->refuse_at);
    fault->refusals += refuse;
    return refuse;
}

static void held(lk_fault *fault, uint64_t size)
{
    fault->live_blocks++;
    fault->live_bytes += size;
    if (fault->live_bytes > fault->peak_bytes) fault->peak_bytes = fault->live_bytes;
}

static block_head *head_of(void *memory, size_t size)
{
    block_head *head = (block_head *)memory - 1;
    ck_assert_msg(head->is.mark == MARK, "a block is given back that is not held");
    ck_assert_msg(head->is.size == size, "a block of %llu bytes is given back as one of %llu",
                  (unsigned long long)head->is.size, (unsigned long long)size);
    return head;
}

static void *fault_allocate(void *user, size_t size)
{
    lk_fault *fault = user;
    ck_assert_msg(size > 0, "allocate: called with a size of zero");
    if (refused(fault)) return NULL;
    block_head *head = malloc(sizeof *head + size);
    if (!head) return NULL;
    head->is.size = size;
    head->is.mark = MARK;
    memset(head + 1, 0xA5, size); /* new memory means nothing: whoever reads it is seen */
    held(fault, size);
    return head + 1;
}

static void fault_release(void *user, void *memory, size_t size)
{
    lk_fault *fault = user;
    ck_assert_msg(memory != NULL, "release: called with NULL");
    block_head *head = head_of(memory, size);
    fault->live_blocks--;
    fault->live_bytes -= size;
    head->is.mark = MARK_FREED;
    memset(memory, 0x5A, size);
    free(head);
}

/* Always moves, so that an old pointer kept is seen. */
static void *fault_reallocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    ck_assert_msg(memory != NULL, "reallocate: called with NULL");
    head_of(memory, old_size);
    void *moved = fault_allocate(user, new_size);
    if (!moved) return NULL;
    memcpy(moved, memory, old_size < new_size ? old_size : new_size);
    fault_release(user, memory, old_size);
    return moved;
}

static int32_t fault_interrupted(void *user)
{
    lk_fault *fault = user;
    return ++fault->polls == fault->stop_at;
}

void lk_fault_init(lk_fault *fault)
{
    memset(fault, 0, sizeof *fault);
    fault->host.struct_size = sizeof fault->host;
    fault->host.user = fault;
    fault->host.allocate = fault_allocate;
    fault->host.reallocate = fault_reallocate;
    fault->host.release = fault_release;
    fault->host.interrupted = fault_interrupted;
}

void lk_fault_arm(lk_fault *fault, uint64_t n, bool for_ever)
{
    fault->refuse_at = n;
    fault->refuse_for_ever = for_ever;
    fault->requests = fault->refusals = 0;
    fault->stop_at = fault->polls = 0;
}

void lk_fault_stop_at(lk_fault *fault, uint64_t n)
{
    lk_fault_arm(fault, 0, false);
    fault->stop_at = n;
}

void lk_fault_nothing_held(const lk_fault *fault, const char *name)
{
    ck_assert_msg(fault->live_blocks == 0 && fault->live_bytes == 0,
                  "%s: %llu blocks of %llu bytes are still held", name,
                  (unsigned long long)fault->live_blocks, (unsigned long long)fault->live_bytes);
}

static lk_fault_bytes take_state(const lk_fault_case *c)
{
    lk_fault_bytes bytes = {NULL, 0};
    if (c->state) c->state(c->context, &bytes);
    return bytes;
}

static void check_same_state(const lk_fault_case *c, const lk_fault_bytes *before, uint64_t n)
{
    lk_fault_bytes after = take_state(c);
    bool same = after.length == before->length &&
                (after.length == 0 || memcmp(after.data, before->data, after.length) == 0);
    ck_assert_msg(same, "%s: the state has changed though the call failed (n = %llu)", c->name,
                  (unsigned long long)n);
    free(after.data);
}

static void check_failure(const lk_fault_case *c, leadkpi_status expected, leadkpi_status status,
                          const leadkpi_error *error, uint64_t n)
{
    ck_assert_msg(status == expected, "%s: expected %s, found %s: %s (n = %llu)", c->name,
                  leadkpi_status_name(expected), leadkpi_status_name(status), error->message,
                  (unsigned long long)n);
    ck_assert_msg(error->code == status && error->message[0] != '\0',
                  "%s: the error says %s: \"%s\" (n = %llu)", c->name,
                  leadkpi_status_name(error->code), error->message, (unsigned long long)n);
}

/* One run on a host that `arm` has not armed yet. After a failure the call is made again
 * without faults, and must succeed. */
static leadkpi_status run(const lk_fault_case *c, lk_fault *fault, leadkpi_status expected,
                          void (*arm)(lk_fault *, uint64_t n), void (*disarm)(lk_fault *),
                          uint64_t n)
{
    leadkpi_error error;
    leadkpi_error_reset(&error);
    arm(fault, 0);
    if (c->setup) c->setup(&fault->host, c->context);
    lk_fault_bytes before = take_state(c);
    arm(fault, n);
    leadkpi_status status = c->act(&fault->host, c->context, &error);
    disarm(fault);
    if (status != LEADKPI_OK) {
        check_failure(c, expected, status, &error, n);
        check_same_state(c, &before, n);
        leadkpi_error_reset(&error);
        leadkpi_status again = c->act(&fault->host, c->context, &error);
        ck_assert_msg(again == LEADKPI_OK, "%s: made again after n = %llu: %s: %s", c->name,
                  (unsigned long long)n, leadkpi_status_name(again), error.message);
    }
    free(before.data);
    if (c->teardown) c->teardown(c->context);
    lk_fault_nothing_held(fault, c->name);
    return status;
}

static void arm_once(lk_fault *fault, uint64_t n)
{
    lk_fault_arm(fault, n, false);
}

static void arm_for_ever(lk_fault *fault, uint64_t n)
{
    lk_fault_arm(fault, n, true);
}

static void arm_poll(lk_fault *fault, uint64_t n)
{
    lk_fault_arm(fault, 0, false);
    fault->stop_at = n;
}

static void arm_limit(lk_fault *fault, uint64_t bytes)
{
    lk_fault_arm(fault, 0, false);
    fault->host.memory_limit_bytes = bytes;
}

/* Keeps what was counted. */
static void disarm_refusals(lk_fault *fault)
{
    fault->refuse_at = fault->stop_at = 0;
}

static void disarm_limit(lk_fault *fault)
{
    fault->host.memory_limit_bytes = 0;
}

/* Every n is tried, unless LEADKPI_FAULT_STRIDE says every so many-th: the sweeps take the
 * square of the requests, and the same ones under the sixth compiler or valgrind find less than
 * they cost. */
static uint64_t stride(void)
{
    const char *text = getenv("LEADKPI_FAULT_STRIDE");
    if (!text) return 1;
    long every = strtol(text, NULL, 10);
    ck_assert_msg(every > 0, "LEADKPI_FAULT_STRIDE: expected a number above 0, found \"%s\"", text);
    return (uint64_t)every;
}

/* n = 1, 2, ... until the n-th request is no longer made. Returns how many requests a run made
 * at least. */
static uint64_t refuse_each(const lk_fault_case *c, void (*arm)(lk_fault *, uint64_t))
{
    const uint64_t every = stride();
    for (uint64_t n = 1; n < RUNS_MAX; n += every) {
        lk_fault fault;
        lk_fault_init(&fault);
        /* The retry must not count: a call that needed fewer than n requests is the last. */
        leadkpi_status status = run(c, &fault, LEADKPI_OUT_OF_MEMORY, arm, disarm_refusals, n);
        if (status == LEADKPI_OK && fault.refusals == 0) return n - 1;
    }
    ck_abort_msg("%s: still asking for memory after %d runs", c->name, RUNS_MAX);
    return 0;
}

void lk_fault_every_allocation(const lk_fault_case *fault_case)
{
    uint64_t once = refuse_each(fault_case, arm_once);
    ck_assert_msg(once > 0, "%s: no memory was ever asked for, so nothing was tested",
                  fault_case->name);
    refuse_each(fault_case, arm_for_ever);
}

/* An object copies the limit when it is made, so a retry on the same host makes a new one. */
void lk_fault_every_limit(const lk_fault_case *fault_case)
{
    ck_assert_msg(!fault_case->setup, "%s: a limit needs a case that makes its object",
                  fault_case->name);
    uint64_t failures = 0, bytes = 1;
    for (int i = 0; i < RUNS_MAX; i++, failures++, bytes += bytes / 8 + 1) {
        lk_fault fault;
        lk_fault_init(&fault);
        if (run(fault_case, &fault, LEADKPI_LIMIT, arm_limit, disarm_limit, bytes) == LEADKPI_OK)
            break;
    }
    ck_assert_msg(failures > 0, "%s: one byte was enough, so nothing was tested", fault_case->name);
}

void lk_fault_every_poll(const lk_fault_case *fault_case)
{
    const uint64_t every = stride();
    uint64_t n = 1;
    for (; n < RUNS_MAX; n += every) {
        lk_fault fault;
        lk_fault_init(&fault);
        if (run(fault_case, &fault, LEADKPI_INTERRUPTED, arm_poll, disarm_refusals, n) ==
            LEADKPI_OK)
            break;
    }
    ck_assert_msg(n > 1, "%s: the interrupt was never asked, so nothing was tested",
                  fault_case->name);
}
