/* A caller of release 0.1: compiled against the headers of that release in
 * include-0.1, linked and run with the library of today (tests/gates/old_caller.sh).
 * It uses the public interface as a program of then would, and compares with the
 * answers of then. Once 0.1 is out, this file changes no more. */
#include <stdio.h>
#include <string.h>

#include <leadkpi.h>

static int failures = 0;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: expected %s\n", __LINE__, #condition);                                \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

static void versions(void)
{
    EXPECT(leadkpi_version_number() >= LEADKPI_VERSION_MAJOR * 1000000 +
                                           LEADKPI_VERSION_MINOR * 1000 + LEADKPI_VERSION_PATCH);
    EXPECT(strchr(leadkpi_version(), '.') != NULL);
}

static void statuses(void)
{
    EXPECT(strcmp(leadkpi_status_name(LEADKPI_OK), "ok") == 0);
    EXPECT(strcmp(leadkpi_status_name(LEADKPI_UNDEFINED), "undefined") == 0);
    EXPECT(strcmp(leadkpi_status_name(LEADKPI_OUT_OF_MEMORY), "out_of_memory") == 0);
    EXPECT(leadkpi_status_at(0) == LEADKPI_OK);
    EXPECT(leadkpi_status_meaning(LEADKPI_LIMIT)[0] != '\0');
}

static void structs(void)
{
    struct {
        leadkpi_error error;
        char guard[8];
    } around;
    memset(&around, 'x', sizeof around);
    leadkpi_error_reset(&around.error);
    EXPECT(around.error.code == LEADKPI_OK);
    EXPECT(around.error.row == -1 && around.error.column == -1);
    EXPECT(around.error.message[0] == '\0');
    EXPECT(memcmp(around.guard, "xxxxxxxx", 8) == 0);

    struct {
        leadkpi_host host;
        char guard[8];
    } lent;
    leadkpi_host standard = LEADKPI_HOST_DEFAULT;
    memset(&lent, 'x', sizeof lent);
    leadkpi_host_init(&lent.host, sizeof lent.host);
    EXPECT(memcmp(&lent.host, &standard, sizeof standard) == 0);
    EXPECT(memcmp(lent.guard, "xxxxxxxx", 8) == 0);
}

int main(void)
{
    versions();
    statuses();
    structs();
    return failures != 0;
}
