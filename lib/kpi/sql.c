/* sql.c: a definition as SQL, from the same C text that the library computes by (kpi.def).
 *
 * The text is read by the grammar of what the catalogue uses (numbers, measures, + - * /,
 * comparisons,
 * &, calls) and written while it is read; the only thing that changes is what SQL does otherwise:
 * a divisor goes through NULLIF, calls have other names, and ranges become conditions. */
#include <leadkpi/kpi_sql.h>

#include "base/buffer.h"
#include "base/nearest.h"
#include "base/sentence.h"
#include "kpi/kpi.h"
#include "kpi/measures.h"

typedef struct dialect {
    const char *name, *title;
    const char *real; /* the type of a double */
    bool is_windowed; /* PERCENTILE_CONT is there as a window function alone */
} dialect;

static const dialect dialects[] = {
    {"postgresql", "PostgreSQL", "DOUBLE PRECISION", false},
    {"bigquery", "BigQuery", "FLOAT64", true},
    {"snowflake", "Snowflake", "DOUBLE", false},
    {"duckdb", "DuckDB", "DOUBLE", false},
};
#define DIALECT_COUNT (int32_t)(sizeof dialects / sizeof dialects[0])

/* Calls of kpi.def. $0 and $1 are what stands between the parentheses, as it stands there: of a
 * sample these are names and numbers. LN and division see no 0, so that no engine stops. */
static const struct {
    const char *name, *sql, *windowed;
} calls[] = {
    {"pow", "POWER($0, $1)", NULL},
    {"log", "LN(NULLIF(GREATEST($0, 0), 0))", NULL},
    {"fabs", "ABS($0)", NULL},
    {"quantile", "PERCENTILE_CONT($1) WITHIN GROUP (ORDER BY $0)",
     "PERCENTILE_CONT($0, $1) OVER ()"},
    {"mean", "AVG($0)", NULL},
    {"sum", "SUM($0)", NULL},
    {"single", "CASE WHEN COUNT(*) = 1 THEN MAX($0) END", NULL},
    {"dot", "SUM($0 * $1)", NULL},
    {"herfindahl", "SUM($0 * $0) / NULLIF(SUM($0) * SUM($0), 0)", NULL},
    {"brier", "AVG(($0 - $1) * ($0 - $1))", NULL},
    {"wape", "SUM(ABS($0 - $1)) / NULLIF(SUM(ABS($1)), 0)", NULL},
    {"product", "CASE WHEN MIN($0) = 0 THEN 0 ELSE EXP(SUM(LN(NULLIF(GREATEST($0, 0), 0)))) END",
     NULL},
    /* 1 less the product of what stays; all gone at once is 1. */
    {"converted_by",
     "CASE WHEN MIN($1 - $0) < 0 OR MIN($1) <= 0 THEN NULL WHEN MIN($1 - $0) = 0 THEN 1 "
     "ELSE 1 - EXP(SUM(LN(NULLIF(GREATEST(1 - $0 / NULLIF($1, 0), 0), 0)))) END",
     NULL},
};

typedef struct work {
    lk_sentence out;
    const dialect *dialect;
    int32_t index;
    const char *at; /* in the C text */
} work;

/* ---- expressions --------------------------------------------------------- */

static void skip_blanks(work *w)
{
    while (*w->at == ' ') w->at++;
}

static bool take(work *w, const char *token)
{
    size_t length = strlen(token);
    skip_blanks(w);
    if (strncmp(w->at, token, length) != 0) return false;
    w->at += length;
    return true;
}

static bool is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

static lk_text take_word(work *w)
{
    skip_blanks(w);
    const char *start = w->at;
    while (is_of_word(*w->at)) w->at++;
    return (lk_text){start, (size_t)(w->at - start)};
}

static void put_sum(work *w);
static void put_comparison(work *w);

/* What `text` says from its start to its own end. */
static void put_inner(work *w, const char *text)
{
    const char *kept = w->at;
    w->at = text;
    put_sum(w);
    w->at = kept;
}

/* Past the argument that begins here, to its comma or the closing parenthesis. */
static void skip_argument(work *w)
{
    for (int depth = 0; *w->at && (depth || (*w->at != ',' && *w->at != ')')); w->at++)
        depth += *w->at == '(' ? 1 : *w->at == ')' ? -1 : 0;
}

static const char *template_of(const work *w, lk_text name)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (lk_text_equal(name, lk_text_of(calls[i].name, LEADKPI_NUL_TERMINATED)))
            return w->dialect->is_windowed && calls[i].windowed ? calls[i].windowed : calls[i].sql;
    return "";
}

static void put_call(work *w, lk_text name)
{
    const char *arguments[2] = {"", ""};
    for (int i = 0; i < 2; i++) {
        skip_blanks(w);
        arguments[i] = w->at;
        skip_argument(w);
        if (!take(w, ",")) break;
    }
    take(w, ")");
    for (const char *t = template_of(w, name); *t; t++) {
        if (*t != '$') {
            lk_say(&w->out, (lk_text){t, 1});
            continue;
        }
        t++;
        put_inner(w, arguments[*t - '0']);
    }
}

static void put_primary(work *w)
{
    if (take(w, "(")) {
        lk_say_words(&w->out, "(");
        put_comparison(w);
        take(w, ")");
        lk_say_words(&w->out, ")");
        return;
    }
    if (take(w, "-")) {
        lk_say_words(&w->out, "-");
        put_primary(w);
        return;
    }
    lk_text word = take_word(w);
    if (take(w, "(")) {
        put_call(w, word);
        return;
    }
    lk_say(&w->out, word);
}

/* A number is no 0; anything else may be. */
static void put_divisor(work *w)
{
    skip_blanks(w);
    if (*w->at >= '0' && *w->at <= '9') {
        put_primary(w);
        return;
    }
    lk_say_words(&w->out, "NULLIF(");
    if (take(w, "(")) {
        put_sum(w);
        take(w, ")");
    } else {
        put_primary(w);
    }
    lk_say_words(&w->out, ", 0)");
}

static void put_product(work *w)
{
    put_primary(w);
    for (;;) {
        if (take(w, "*")) {
            lk_say_words(&w->out, " * ");
            put_primary(w);
        } else if (take(w, "/")) {
            lk_say_words(&w->out, " / ");
            put_divisor(w);
        } else {
            return;
        }
    }
}

static void put_sum(work *w)
{
    put_product(w);
    for (;;) {
        if (take(w, "+"))
            lk_say_words(&w->out, " + ");
        else if (take(w, "-"))
            lk_say_words(&w->out, " - ");
        else
            return;
        put_product(w);
    }
}

/* ---- conditions ---------------------------------------------------------- */

static const struct {
    const char *c, *sql;
} comparisons[] = {{">=", " >= "}, {"<=", " <= "}, {"==", " = "},
                   {"!=", " <> "}, {">", " > "},   {"<", " < "}};

static void put_comparison(work *w)
{
    put_sum(w);
    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        if (!take(w, comparisons[i].c)) continue;
        lk_say_words(&w->out, comparisons[i].sql);
        put_sum(w);
        return;
    }
}

static void put_condition(work *w, const char *text)
{
    w->at = text;
    put_comparison(w);
    while (take(w, "&")) {
        lk_say_words(&w->out, " AND ");
        put_comparison(w);
    }
}

static const lk_measure *input_of(const work *w, int i)
{
    return &lk_measures[lk_kpi_formulas[w->index].inputs[i]];
}

/* A quantile is one number a row there, the same in all of them. */
static bool is_windowed(const work *w)
{
    return w->dialect->is_windowed && lk_kpi_formulas[w->index].interval == LK_INTERVAL_ORDER_STAT;
}

/* One end of the range of an input; of a sample, that of its values. */
static bool put_end(work *w, int i, bool is_low, bool is_first)
{
    const lk_measure *measure = input_of(w, i);
    const char *limit = is_low ? measure->minimum_text : measure->maximum_text;
    if (!*limit) return false;
    if (!is_first) lk_say_words(&w->out, " AND ");
    if (!lk_kpi_formulas[w->index].is_sample) {
        lk_say_words(&w->out, measure->id);
    } else {
        lk_say_words(&w->out, is_low ? "MIN(" : "MAX(");
        lk_say_words(&w->out, measure->id);
        lk_say_words(&w->out, is_windowed(w) ? ") OVER ()" : ")");
    }
    lk_say_words(&w->out, is_low ? " >= " : " <= ");
    lk_say_words(&w->out, limit);
    return true;
}

/* Ranges, and the definition's own condition. Returns whether there is any. */
static bool put_conditions(work *w)
{
    const char *condition = lk_kpi_catalogue[w->index].condition;
    bool some = false;
    lk_sentence before = w->out;
    lk_say_words(&w->out, "CASE WHEN ");
    for (int i = 0; i < lk_kpi_formulas[w->index].input_count; i++) {
        some |= put_end(w, i, true, !some);
        some |= put_end(w, i, false, !some);
    }
    if (*condition && strcmp(condition, "1") != 0) {
        if (some) lk_say_words(&w->out, " AND ");
        put_condition(w, condition);
        some = true;
    }
    if (!some) w->out = before;
    return some;
}

/* ---- the statement ------------------------------------------------------- */

static bool adds_up(const lk_measure *measure)
{
    return strcmp(measure->additivity, "flow") == 0 ||
           strcmp(measure->additivity, "first_entry") == 0;
}

/* Of numbers; the values of a sample stay apart. */
static bool all_add_up(const work *w)
{
    for (int i = 0; i < lk_kpi_formulas[w->index].input_count; i++)
        if (!adds_up(input_of(w, i))) return false;
    return !lk_kpi_formulas[w->index].is_sample;
}

/* What the statement is of, and what it asks of `measures`. */
static void put_comment(work *w)
{
    const lk_kpi_entry *entry = &lk_kpi_catalogue[w->index];
    const char *const parts[] = {
        "-- ",
        entry->name,
        ", definition ",
        leadkpi_kpi_property(entry->number, "version", LEADKPI_NUL_TERMINATED),
        ": ",
        leadkpi_kpi_property(entry->number, "formula", LEADKPI_NUL_TERMINATED),
        "\n-- ",
        w->dialect->title,
        "; NULL where it is undefined; measures: ",
        lk_kpi_formulas[w->index].is_sample ? "a row a value"
        : all_add_up(w)                     ? "any rows, they are added up"
                                            : "one row, for not all of it adds up",
        "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) lk_say_words(&w->out, parts[i]);
}

static void put_columns(work *w)
{
    bool is_sum = all_add_up(w);
    for (int i = 0; i < lk_kpi_formulas[w->index].input_count; i++) {
        const char *const parts[] = {i ? ",\n        CAST(" : "        CAST(",
                                     is_sum ? "SUM(" : "",
                                     input_of(w, i)->id,
                                     is_sum ? ")" : "",
                                     " AS ",
                                     w->dialect->real,
                                     ") AS ",
                                     input_of(w, i)->id};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) lk_say_words(&w->out, parts[k]);
    }
}

static void put_statement(work *w)
{
    const lk_kpi_entry *entry = &lk_kpi_catalogue[w->index];
    put_comment(w);
    lk_say_words(&w->out, "SELECT\n    ");
    bool is_guarded = put_conditions(w);
    if (is_guarded) lk_say_words(&w->out, "\n        THEN ");
    w->at = entry->expr;
    put_sum(w);
    lk_say_words(&w->out, is_guarded ? " END AS " : " AS ");
    lk_say_words(&w->out, entry->symbol);
    lk_say_words(&w->out, "\nFROM (\n    SELECT\n");
    put_columns(w);
    lk_say_words(&w->out, "\n    FROM measures\n) AS added");
    if (is_windowed(w)) lk_say_words(&w->out, "\nLIMIT 1");
    lk_say_words(&w->out, ";\n");
    lk_say(&w->out, (lk_text){"", 1}); /* the NUL */
}

static size_t write_statement(const dialect *d, int32_t index, char *buffer, size_t capacity)
{
    work w = {{buffer, capacity, 0}, d, index, ""};
    put_statement(&w);
    return w.out.length;
}

static leadkpi_status find_dialect(lk_text name, const dialect **out, leadkpi_error *error)
{
    lk_nearest nearest;
    lk_nearest_begin(&nearest, name);
    for (int32_t i = 0; i < DIALECT_COUNT; i++) {
        lk_text known = lk_text_of(dialects[i].name, LEADKPI_NUL_TERMINATED);
        *out = &dialects[i];
        if (lk_text_equal(known, name)) return LEADKPI_OK;
        lk_nearest_consider(&nearest, known);
    }
    return lk_nearest_fail(&nearest, "dialect", error);
}

const char *leadkpi_kpi_sql_dialect_at(int32_t index)
{
    return index >= 0 && index < DIALECT_COUNT ? dialects[index].name : NULL;
}

leadkpi_status leadkpi_kpi_sql(int32_t kpi, const char *dialect_name, size_t dialect_length,
                               char *buffer, size_t capacity, size_t *needed, leadkpi_error *error)
{
    const dialect *d;
    leadkpi_error_reset(error);
    if (needed) *needed = 0;
    LK_REQUIRE(dialect_name, error);
    int32_t index = lk_kpi_index(kpi);
    LK_FAIL_IF(index < 0, error, LEADKPI_BAD_ARGUMENT,
               "kpi: expected a number that leadkpi_kpi_at gives, found %d", kpi);
    LK_TRY(find_dialect(lk_text_of(dialect_name, dialect_length), &d, error));
    LK_TRY(lk_buffer_begin(buffer, capacity, needed, error));
    size_t size = write_statement(d, index, NULL, 0);
    LK_TRY(lk_buffer_admits(buffer, capacity, size, needed, error));
    if (buffer) write_statement(d, index, buffer, capacity);
    return LEADKPI_OK;
}
