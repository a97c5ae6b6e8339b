/* Tables of KPIs when memory runs out, the limit is met, or the host says stop. */
#include <leadkpi.h>

#include "../support/check_main.h"
#include "../support/fault.h"

#define NUL LEADKPI_NUL_TERMINATED
#define ROWS 70000

static leadkpi_table *rows;

typedef struct maker {
    leadkpi_status (*make)(const leadkpi_host *host, leadkpi_table **out, leadkpi_error *error);
    leadkpi_table *out;
} maker;

static leadkpi_status evaluate_rows(const leadkpi_host *host, leadkpi_table **out,
                                    leadkpi_error *error)
{
    return leadkpi_kpi_evaluate_table(host, LEADKPI_KPI_COST_PER_LEAD, rows, NULL, out, error);
}

static leadkpi_status act(const leadkpi_host *host, void *context, leadkpi_error *error)
{
    maker *m = context;
    return m->make(host, &m->out, error);
}

static void teardown(void *context)
{
    maker *m = context;
    leadkpi_table_free(m->out);
    m->out = NULL;
}

static void make_rows(size_t count)
{
    static double spend[ROWS];
    static int64_t leads[ROWS];
    for (size_t i = 0; i < count; i++) spend[i] = (double)i, leads[i] = (int64_t)(i % 7);
    leadkpi_table_create(NULL, &rows, NULL);
    leadkpi_table_borrow_double(rows, "campaign_spend", NUL, spend, count, 0, NULL, NULL);
    leadkpi_table_borrow_int64(rows, "new_leads", NUL, leads, count, 0, NULL, NULL);
}

START_TEST(a_table_that_memory_does_not_suffice_for_leaves_nothing)
{
    static const struct {
        const char *name;
        leadkpi_status (*make)(const leadkpi_host *, leadkpi_table **, leadkpi_error *);
    } makers[] = {{"catalogue", leadkpi_kpi_catalogue},
                  {"inputs", leadkpi_kpi_inputs},
                  {"measures", leadkpi_kpi_measures},
                  {"categories", leadkpi_kpi_categories},
                  {"evaluate_table", evaluate_rows}};
    maker m = {makers[_i].make, NULL};
    lk_fault_case fault_case = {makers[_i].name, NULL, act, NULL, teardown, &m};
    make_rows(20);
    lk_fault_every_allocation(&fault_case);
    lk_fault_every_limit(&fault_case);
    leadkpi_table_free(rows);
}
END_TEST

START_TEST(a_long_table_can_be_stopped)
{
    maker m = {evaluate_rows, NULL};
    lk_fault_case fault_case = {"evaluate_table", NULL, act, NULL, teardown, &m};
    make_rows(ROWS);
    lk_fault_every_poll(&fault_case);
    leadkpi_table_free(rows);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("KPI tables");
    TCase *tcase = tcase_create("tables");
    tcase_set_timeout(tcase, 300);
    tcase_add_loop_test(tcase, a_table_that_memory_does_not_suffice_for_leaves_nothing, 0, 5);
    tcase_add_test(tcase, a_long_table_can_be_stopped);
    suite_add_tcase(suite, tcase);
    return lk_test_run(suite);
}
