/* fault.h: what happens when memory runs out, the limit is met, or the host says stop.
 *
 * A test describes one call as a case and hands it to a driver. The driver runs it for
 * n = 1, 2, ... with the n-th request for memory (allocate and reallocate count) refused, once
 * and then for ever from there, until a run needs fewer than n. After every refusal it
 * checks that the call said LEADKPI_OUT_OF_MEMORY with a message (or got by
 * without that memory), that the state is the same bytes as before, that the call
 * then succeeds when it is made again, and after teardown that nothing is still held.
 * A case in which nothing was ever refused fails the test. With LEADKPI_FAULT_STRIDE=k in the
 * environment only n = 1, 1 + k, 1 + 2k, ... are tried: for a second compiler, or valgrind.
 *
 *     static void setup(const leadkpi_host *host, void *context)      -- makes the object; no
 * faults here static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error
 * *error) static void state(void *context, lk_fault_bytes *bytes)         -- e.g. the serialised
 * object static void teardown(void *context)                             -- frees what setup and
 * act made
 *
 *     lk_fault_case add_leads = {"add_leads", setup, act, state, teardown, &context};
 *     lk_fault_every_allocation(&add_leads);
 *
 * `act` makes the call once and leaves what it made (or NULL) in the context. `setup` and `state`
 * may be NULL. When `act` fails it must be possible to call it again. */
#ifndef LK_FAULT_H
#define LK_FAULT_H

#include <leadkpi/error.h>
#include <leadkpi/host.h>
#include <stdbool.h>

/* A host that counts, and refuses on request. Its `user` is the struct itself. */
typedef struct lk_fault {
    leadkpi_host host;
    uint64_t refuse_at;   /* the request to refuse, from 1; 0: none */
    bool refuse_for_ever; /* and all after it */
    uint64_t requests;    /* since lk_fault_arm */
    uint64_t refusals;
    uint64_t stop_at; /* the poll of `interrupted` that says stop, from 1; 0: none */
    uint64_t polls;
    uint64_t live_blocks;
    uint64_t live_bytes;
    uint64_t peak_bytes;
} lk_fault;

void lk_fault_init(lk_fault *fault);

/* Counts from zero again; refuses the n-th request (0: none). */
void lk_fault_arm(lk_fault *fault, uint64_t n, bool for_ever);

/* The same, and the n-th poll of `interrupted` says stop (0: none does, but they are counted). */
void lk_fault_stop_at(lk_fault *fault, uint64_t n);

/* Fails the test when a block is still held. */
void lk_fault_nothing_held(const lk_fault *fault, const char *name);

/* Memory for what `state` gives, freed by the driver; up to the test how it is filled. */
typedef struct lk_fault_bytes {
    void *data; /* from malloc, or NULL */
    size_t length;
} lk_fault_bytes;

typedef struct lk_fault_case {
    const char *name;
    void (*setup)(const leadkpi_host *host, void *context);
    leadkpi_status (*act)(const leadkpi_host *host, void *context, leadkpi_error *error);
    void (*state)(void *context, lk_fault_bytes *bytes);
    void (*teardown)(void *context);
    void *context;
} lk_fault_case;

void lk_fault_every_allocation(const lk_fault_case *fault_case);

/* The same with a memory limit that rises from 1 byte, by steps of about an eighth, until the call
 * succeeds: LEADKPI_LIMIT is expected. For calls that make their object: `setup` must be NULL. */
void lk_fault_every_limit(const lk_fault_case *fault_case);

/* The same with the n-th poll of the interrupt saying stop: LEADKPI_INTERRUPTED is
 * expected. A case that never polls fails the test. */
void lk_fault_every_poll(const lk_fault_case *fault_case);

#endif
