/* replay_main.c: a fuzz target without a fuzzer: reads each file named on the
 * command line once, so that every compiler and every machine runs the inputs
 * that were interesting before. */
#include "fuzz.h"

static void replay(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(name);
        exit(1);
    }
    long size = ftell(file);
    MUST(size >= 0);
    rewind(file);
    uint8_t *data = malloc(size ? (size_t)size : 1);
    MUST(data && fread(data, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
}

int main(int count, char **names)
{
    for (int i = 1; i < count; i++) replay(names[i]);
    return 0;
}
