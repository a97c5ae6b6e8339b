#include "campaigns/add.h"

static const char *const lead_roles[] = {"id", "time", "email", NULL};

/* What a batch of leads needs while it is taken in. */
typedef struct lead_batch {
    const lk_column *id;
    const lk_column *time;
    const lk_column *email; /* NULL: none, or not the key */
    uint32_t *leads;
    uint32_t *tuples;
    uint32_t *emails; /* 1 + index, 0 for none; NULL without `email` */
    uint32_t *order;  /* dimensions by name, for ties */
    uint32_t order_count;
} lead_batch;

static leadkpi_status find_columns(const leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                   lead_batch *batch, leadkpi_error *error)
{
    LK_TRY(lk_table_require(rows, LK_LITERAL("id"), LK_ALLOW_INT64 | LK_ALLOW_TEXT, &batch->id, error));
    LK_TRY(lk_table_require(rows, LK_LITERAL("time"), LK_ALLOW_TIMESTAMP, &batch->time, error));
    LK_TRY(lk_table_allow(rows, LK_LITERAL("email"), LK_ALLOW_TEXT, &batch->email, error));
    if (campaigns->person_key != LK_PERSON_KEY_EMAIL) batch->email = NULL;
    return lk_rows_check_times(batch->time, error);
}

/* ---- e-mail keys ----------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without blanks at the edges, A to Z in lower case. The local part may be case
 * sensitive by RFC 5321, but no large provider treats it so, and forms do not keep it. */
static size_t fold_email(lk_text email, char *out)
{
    size_t start = 0, end = email.length;
    while (start < end && is_blank(email.data[start])) start++;
    while (end > start && is_blank(email.data[end - 1])) end--;
    for (size_t i = start; i < end; i++) {
        char c = email.data[i];
        out[i - start] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return end - start;
}

bool lk_email_is_folded(lk_text email)
{
    if (email.length == 0 || is_blank(email.data[0]) || is_blank(email.data[email.length - 1]))
        return false;
    for (size_t i = 0; i < email.length; i++)
        if (email.data[i] >= 'A' && email.data[i] <= 'Z') return false;
    return true;
}

static leadkpi_status intern_email(leadkpi_campaigns *campaigns, lk_text email, char *scratch,
                                   uint32_t *index, leadkpi_error *error)
{
    lk_text folded = {scratch, fold_email(email, scratch)};
    *index = 0;
    if (folded.length == 0) return LEADKPI_OK; /* a blank e-mail is never a key */
    LK_TRY(lk_map_text_find_or_add(&campaigns->store->email_texts, &campaigns->memory, &folded, 1,
                                   index, error));
    *index += 1;
    return LEADKPI_OK;
}

static leadkpi_status intern_emails(leadkpi_campaigns *campaigns, lead_batch *batch,
                                    leadkpi_error *error)
{
    size_t longest = 0;
    if (!batch->email) return LEADKPI_OK;
    for (size_t row = 0; row < batch->email->row_count; row++) {
        size_t length = lk_column_is_valid(batch->email, row) ? lk_column_text(batch->email, row).length : 0;
        if (length > longest) longest = length;
    }
    char *scratch;
    LK_TRY(lk_allocate(&campaigns->memory, longest, 1, &scratch, error));
    leadkpi_status status = LEADKPI_OK;
    for (size_t row = 0; row < batch->email->row_count && status == LEADKPI_OK; row++) {
        lk_text email = {"", 0};
        if (lk_column_is_valid(batch->email, row)) email = lk_column_text(batch->email, row);
        status = intern_email(campaigns, email, scratch, &batch->emails[row], error);
    }
    lk_release(&campaigns->memory, scratch, longest, 1);
    return status;
}

/* ---- the batch ------------------------------------------------------------- */

static leadkpi_status intern(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                             lead_batch *batch, leadkpi_error *error)
{
    lk_row_dimensions dimensions;
    lk_store *store = campaigns->store;
    size_t row_count = batch->id->row_count;
    LK_FAIL_IF(row_count > UINT32_MAX - store->lead_rows, error, LEADKPI_OVERFLOW,
               "leads: expected at most %llu rows in a handle, found %llu more than fit",
               (unsigned long long)UINT32_MAX,
               (unsigned long long)(store->lead_rows + row_count - UINT32_MAX));
    LK_TRY(lk_add_find_dimensions(campaigns, rows, lead_roles, NULL, NULL, &dimensions, error));
    LK_TRY(lk_rows_intern_ids(campaigns, batch->id, batch->leads, error));
    LK_TRY(lk_interrupted(&campaigns->memory, error));
    LK_TRY(lk_rows_intern_tuples(campaigns, &dimensions, row_count, batch->tuples, error));
    LK_TRY(intern_emails(campaigns, batch, error));
    LK_TRY(lk_store_order_texts(&store->dimensions, &campaigns->memory, &batch->order, error));
    batch->order_count = store->dimensions.count;
    return LEADKPI_OK;
}

/* Cost of a row with a new id: 16 bytes written in order; with a known id, a
 * cache miss on its lead. The maps have done the rest. */
static void commit(leadkpi_campaigns *campaigns, const lead_batch *batch)
{
    size_t row_count = batch->id->row_count;
    for (size_t row = 0; row < row_count; row++) {
        if (row + LK_LEADS_AHEAD < row_count)
            LK_PREFETCH(&campaigns->store->leads[batch->leads[row + LK_LEADS_AHEAD]]);
        lk_lead lead = {lk_column_int64(batch->time, row), batch->tuples[row], 1};
        lk_store_put_lead(campaigns, batch->order, batch->leads[row], lead,
                          batch->emails ? batch->emails[row] : 0);
    }
    campaigns->store->lead_rows += row_count;
}

static leadkpi_status allocate_batch(leadkpi_campaigns *campaigns, lead_batch *batch,
                                     leadkpi_error *error)
{
    size_t row_count = batch->id->row_count;
    LK_TRY(lk_allocate(&campaigns->memory, row_count, sizeof *batch->leads, &batch->leads, error));
    LK_TRY(lk_allocate(&campaigns->memory, row_count, sizeof *batch->tuples, &batch->tuples, error));
    if (!batch->email) return LEADKPI_OK;
    return lk_allocate(&campaigns->memory, row_count, sizeof *batch->emails, &batch->emails, error);
}

static void release_batch(leadkpi_campaigns *campaigns, lead_batch *batch)
{
    size_t row_count = batch->id->row_count;
    lk_release(&campaigns->memory, batch->leads, row_count, sizeof *batch->leads);
    lk_release(&campaigns->memory, batch->tuples, row_count, sizeof *batch->tuples);
    lk_release(&campaigns->memory, batch->emails, row_count, sizeof *batch->emails);
    lk_release(&campaigns->memory, batch->order, batch->order_count, sizeof *batch->order);
}

static leadkpi_status add_leads(leadkpi_campaigns *campaigns, const leadkpi_table *rows,
                                leadkpi_error *error)
{
    lead_batch batch = {0};
    LK_TRY(find_columns(campaigns, rows, &batch, error));
    leadkpi_status status = allocate_batch(campaigns, &batch, error);
    if (status == LEADKPI_OK) status = intern(campaigns, rows, &batch, error);
    if (status == LEADKPI_OK) commit(campaigns, &batch);
    release_batch(campaigns, &batch);
    return status;
}

leadkpi_status leadkpi_campaigns_add_leads(leadkpi_campaigns *campaigns, const leadkpi_table *leads,
                                           const char *batch_id, size_t batch_id_length,
                                           leadkpi_error *error)
{
    return lk_campaigns_add(campaigns, leads, "leads", lk_text_of(batch_id, batch_id_length),
                            batch_id != NULL, add_leads, error);
}
