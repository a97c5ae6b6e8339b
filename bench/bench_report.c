/* The command over a long file: the reader alone, and `leadkpi report` as a whole.
 * Run in the build folder; LEADKPI_ROWS says how many rows (1,000,000 without it; a
 * row is 84 bytes, and the file is removed at the end). */
#include <stdlib.h>
#include <sys/resource.h>

#include "../tools/csv_reader.h"
#include "bench.h"

#define PATH_OF_ROWS "bench_report.tmp"

/* Processor time of the programs that were run, in seconds: beside the best of
 * the wall clock it tells what a machine without other work would take. */
static double children_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    return (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static int64_t write_rows(const char *path, int64_t rows)
{
    static const char *const channels[] = {"Paid Search", "Paid Social", "Organic",
                                           "Events",      "Email",       "Referral"};
    FILE *out = fopen(path, "wb");
    if (!out) return -1;
    fputs("id,created,channel,campaign,email\n", out);
    for (int64_t i = 0; i < rows; i++)
        fprintf(out,
                "00Q%012lld,2024-%02d-%02dT09:15:%02d.000+0000,%s,camp-%d,lead%lld@example.com\n",
                (long long)i, (int)(i % 12 + 1), (int)(i % 28 + 1), (int)(i % 60), channels[i % 6],
                (int)(i % 12), (long long)i);
    int64_t size = ftell(out);
    return fclose(out) == 0 ? size : -1;
}

static size_t read_fields(const char *path)
{
    input in;
    trouble why;
    csv_reader reader;
    size_t fields = 0;
    if (input_open(&in, path, INPUT_DETECT, &why) != TOOL_GOOD) return 0;
    csv_start(&reader, &in, ',', '\n');
    while (csv_next(&reader) == CSV_RECORD) fields += reader.found;
    csv_finish(&reader);
    input_close(&in);
    return fields;
}

static void run_report(int64_t rows, int64_t bytes)
{
    const char *command = "tools/leadkpi report --leads " PATH_OF_ROWS
                          " --map id=id,time=created,channel=channel,campaign=campaign"
                          " --by channel,campaign --kpi lead_volume --csv >/dev/null";
    double wall = 1e300, processor = 1e300;
    for (int run = 0; run < 3; run++) {
        double start = bench_seconds(), used = children_seconds();
        if (system(command) != 0) exit(EXIT_FAILURE);
        double took = bench_seconds() - start, worked = children_seconds() - used;
        if (took < wall) wall = took;
        if (worked < processor) processor = worked;
    }
    bench_row("leadkpi report, text ids, wall clock", wall, (double)rows, (double)bytes);
    bench_row("leadkpi report, text ids, processor", processor, (double)rows, (double)bytes);
}

int main(void)
{
    const char *told = getenv("LEADKPI_ROWS");
    int64_t rows = told ? strtoll(told, NULL, 10) : 1000000;
    int64_t bytes = write_rows(PATH_OF_ROWS, rows);
    if (rows < 1 || bytes < 0) return EXIT_FAILURE;
    size_t fields = 0;
    BENCH("csv reader, records to fields", rows, bytes, fields = read_fields(PATH_OF_ROWS));
    if (fields == 0) return EXIT_FAILURE;
    run_report(rows, bytes);
    return remove(PATH_OF_ROWS) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
