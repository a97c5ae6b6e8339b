/* host.c: your own allocator, a limit on memory, and a way to stop a long call. */
#include <leadkpi.h>
#include <stdio.h>
#include <stdlib.h>

#define NUL LEADKPI_NUL_TERMINATED
#define ROWS 200000

/* What the callbacks know: `user` of the host. It must outlive every object. */
typedef struct program {
    size_t bytes; /* lent to the library now */
    size_t most;
    int stop;
} program;

static void count(program *p, size_t more, size_t less)
{
    p->bytes += more;
    p->bytes -= less;
    if (p->bytes > p->most) p->most = p->bytes;
}

static void *allocate(void *user, size_t size)
{
    void *memory = malloc(size);
    if (memory) count(user, size, 0);
    return memory;
}

static void *reallocate(void *user, void *memory, size_t old_size, size_t new_size)
{
    void *moved = realloc(memory, new_size);
    if (moved) count(user, new_size, old_size);
    return moved;
}

static void release(void *user, void *memory, size_t size)
{
    count(user, 0, size);
    free(memory);
}

static int32_t interrupted(void *user)
{
    return ((const program *)user)->stop;
}

static int64_t ids[ROWS], times[ROWS];

/* Adds all leads and says how it went and how many leads there are then. */
static void try_add(leadkpi_campaigns *campaigns, const leadkpi_table *leads)
{
    leadkpi_error error;
    leadkpi_table *summary;
    int64_t held = -1;
    leadkpi_status status = leadkpi_campaigns_add_leads(campaigns, leads, NULL, 0, &error);
    if (leadkpi_campaigns_summary(campaigns, &summary, NULL) == LEADKPI_OK) {
        leadkpi_table_get_int64(summary, 0, 0, &held, NULL);
        leadkpi_table_free(summary);
    }
    printf("%s; leads held: %d\n", leadkpi_status_name(status), (int)held);
}

int main(void)
{
    program user = {0, 0, 0};
    leadkpi_host host = LEADKPI_HOST_DEFAULT;
    leadkpi_table *leads;
    leadkpi_campaigns *campaigns;
    for (int i = 0; i < ROWS; i++) {
        ids[i] = i;
        times[i] = INT64_C(1000000) * i;
    }
    if (leadkpi_table_create(NULL, &leads, NULL)) return 1;
    leadkpi_table_borrow_int64(leads, "id", NUL, ids, ROWS, 0, NULL, NULL);
    leadkpi_table_borrow_timestamp(leads, "time", NUL, times, ROWS, 0, NULL, NULL);

    host.user = &user;
    host.allocate = allocate;
    host.reallocate = reallocate;
    host.release = release;
    host.interrupted = interrupted;

    /* The limit is of one object. A call that would pass it changes nothing. */
    host.memory_limit_bytes = 1 << 20;
    if (leadkpi_campaigns_create(&host, NULL, &campaigns, NULL)) return 1;
    printf("an empty handle is small: %s\n", user.bytes <= 256 ? "yes" : "no");
    try_add(campaigns, leads);
    leadkpi_campaigns_free(campaigns);

    host.memory_limit_bytes = 0;
    if (leadkpi_campaigns_create(&host, NULL, &campaigns, NULL)) return 1;
    user.stop = 1;
    try_add(campaigns, leads);
    user.stop = 0;
    try_add(campaigns, leads);
    printf("bytes a lead, of an int64 id: %s\n", user.bytes / ROWS < 64 ? "less than 64" : "many");
    leadkpi_campaigns_free(campaigns);
    printf("not given back: %d bytes\n", (int)user.bytes);
    leadkpi_table_free(leads);
    return 0;
}
