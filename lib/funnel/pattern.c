#include "funnel/pattern.h"

#include "base/time_text.h"

/* ---- parsing ----------------------------------------------------------------------- */

typedef struct parsing {
    lk_text text;
    size_t at;
    lk_pattern *pattern;
    lk_part next; /* the gap before the part to come */
    bool has_time;
    leadkpi_error *error;
} parsing;

static const lk_part touching = {0, 0, INT64_MAX, true};

static leadkpi_status refuse(const parsing *p, const char *expected)
{
    return lk_fail(p->error, LEADKPI_BAD_ARGUMENT, "pattern, at %zu: expected %s, found \"%.*s\"", p->at,
                   expected, LK_TEXT_ARGS(((lk_text){p->text.data + p->at, p->text.length - p->at})));
}

static bool takes(parsing *p, const char *word)
{
    size_t length = strlen(word);
    if (p->text.length - p->at < length || memcmp(p->text.data + p->at, word, length) != 0) return false;
    p->at += length;
    return true;
}

static leadkpi_status put_part(parsing *p, uint64_t conditions)
{
    lk_pattern *pattern = p->pattern;
    if (pattern->count == LK_PATTERN_PARTS_MAX) return refuse(p, "at most 64 events");
    lk_part *part = &pattern->parts[pattern->count++];
    *part = p->next;
    part->conditions = conditions;
    p->next = touching;
    p->has_time = false;
    return LEADKPI_OK;
}

static leadkpi_status parse_condition(parsing *p)
{
    uint32_t number = 0;
    size_t start = p->at;
    while (p->at < p->text.length && p->text.data[p->at] >= '0' && p->text.data[p->at] <= '9' &&
           number <= LK_PATTERN_PARTS_MAX)
        number = number * 10 + (uint32_t)(p->text.data[p->at++] - '0');
    if (number < 1 || number > 64) {
        p->at = start;
        return refuse(p, "a condition from 1 to 64, or t");
    }
    if (!takes(p, ")")) return refuse(p, "\")\"");
    return put_part(p, (uint64_t)1 << (number - 1));
}

/* Digits alone are seconds. */
static const char *parse_amount(lk_text text, int64_t *amount)
{
    bool digits = text.length > 0;
    int64_t seconds = 0;
    for (size_t i = 0; i < text.length; i++) digits &= text.data[i] >= '0' && text.data[i] <= '9';
    if (!digits) {
        const char *wrong = lk_duration_parse(text, amount);
        return wrong ? wrong : *amount < 0 ? "0s or more" : NULL;
    }
    for (size_t i = 0; i < text.length; i++) {
        seconds = seconds * 10 + (text.data[i] - '0');
        if (seconds > INT64_MAX / 1000000 / 10) return "fewer seconds";
    }
    *amount = seconds * 1000000;
    return NULL;
}

static leadkpi_status parse_time(parsing *p)
{
    static const char *const operators[] = {"<=", ">=", "==", "<", ">"};
    int which = 0;
    int64_t amount;
    if (p->pattern->count == 0) return refuse(p, "an event before the first condition on time");
    while (which < 5 && !takes(p, operators[which])) which++;
    if (which == 5) return refuse(p, "<=, <, >=, > or ==");
    size_t start = p->at;
    while (p->at < p->text.length && p->text.data[p->at] != ')') p->at++;
    const char *wrong = parse_amount((lk_text){p->text.data + start, p->at - start}, &amount);
    if (wrong) {
        p->at = start;
        return refuse(p, wrong);
    }
    if (!takes(p, ")")) return refuse(p, "\")\"");
    int64_t least = which == 1 || which == 2 ? amount : which == 4 ? amount + (amount < INT64_MAX) : 0;
    int64_t most = which == 0 || which == 2 ? amount : which == 3 ? amount - 1 : INT64_MAX;
    if (least > p->next.least) p->next.least = least;
    if (most < p->next.most) p->next.most = most;
    p->next.touches = false;
    p->has_time = true;
    return LEADKPI_OK;
}

static leadkpi_status parse_part(parsing *p)
{
    if (takes(p, "(?t")) return parse_time(p);
    if (takes(p, "(?")) return parse_condition(p);
    if (takes(p, ".*")) {
        p->next.touches = false;
        return LEADKPI_OK;
    }
    if (takes(p, ".")) return put_part(p, UINT64_MAX);
    return refuse(p, "(?N), (?t...), . or .*");
}

leadkpi_status lk_pattern_parse(lk_text text, lk_pattern *pattern, leadkpi_error *error)
{
    parsing p = {.text = text, .pattern = pattern, .next = touching, .error = error};
    memset(pattern, 0, sizeof *pattern);
    while (p.at < text.length) {
        if (text.data[p.at] == ' ') p.at++;
        else LK_TRY(parse_part(&p));
    }
    if (p.has_time) return refuse(&p, "an event after the last condition on time");
    return LEADKPI_OK;
}

/* ---- scanning ------------------------------------------------------------------------ */

/* Where each part looks for the event of the part before it. */
typedef struct anchors {
    size_t next[LK_PATTERN_PARTS_MAX];   /* events before it have been looked at */
    size_t latest[LK_PATTERN_PARTS_MAX]; /* the latest that may be; count where there is none */
} anchors;

/* Up to the events before `at` that lie `least` or more before its time. */
static size_t move_anchor(const lk_pattern *pattern, const lk_pattern_events *e, anchors *a, int part,
                          size_t at)
{
    uint64_t before = (uint64_t)1 << (part - 1);
    int64_t least = pattern->parts[part].least;
    /* Times are of years 1 to 9999, so no difference overflows. */
    for (; a->next[part] < at && e->times[at] - e->times[a->next[part]] >= least; a->next[part]++)
        if (e->reached[a->next[part]] & before) a->latest[part] = a->next[part];
    return a->latest[part];
}

/* A comparison or two a part; the anchors read the events once more, one after the other. */
static uint64_t reach(const lk_pattern *pattern, const lk_pattern_events *e, anchors *a, size_t from,
                      size_t at)
{
    uint64_t reached = (pattern->parts[0].conditions & e->conditions[at]) != 0;
    for (int part = 1; part < pattern->count; part++) {
        const lk_part *p = &pattern->parts[part];
        if (!(p->conditions & e->conditions[at])) continue;
        if (p->touches) {
            if (at > from) reached |= (e->reached[at - 1] >> (part - 1) & 1) << part;
            continue;
        }
        size_t anchor = move_anchor(pattern, e, a, part, at);
        if (anchor < e->count && e->times[at] - e->times[anchor] <= p->most)
            reached |= (uint64_t)1 << part;
    }
    return reached;
}

leadkpi_status lk_pattern_scan(const lk_pattern *pattern, const lk_pattern_events *e, size_t from, size_t *end,
                               leadkpi_error *error)
{
    size_t at;
    uint64_t last = pattern->count ? (uint64_t)1 << (pattern->count - 1) : 0;
    anchors a;
    for (int part = 0; part < pattern->count; part++) {
        a.next[part] = from;
        a.latest[part] = e->count;
    }
    for (at = from; at < e->count; at++) {
        if (LK_UNLIKELY(at % LK_INTERRUPT_ROWS == LK_INTERRUPT_ROWS - 1)) LK_TRY(lk_interrupted(e->memory, error));
        e->reached[at] = pattern->count ? reach(pattern, e, &a, from, at) : 0;
        if (e->reached[at] & last) break;
    }
    *end = at;
    return LEADKPI_OK;
}

/* From the last part to the first the latest event that may be. A later event of a part leaves the one before
 * it no earlier choice, so the whole is the match that starts last. */
void lk_pattern_trace(const lk_pattern *pattern, const lk_pattern_events *e, size_t end,
                      size_t *places)
{
    places[pattern->count - 1] = end;
    for (int part = pattern->count - 1; part > 0; part--) {
        uint64_t before = (uint64_t)1 << (part - 1);
        int64_t time = e->times[places[part]], least = pattern->parts[part].least;
        size_t at = places[part] - 1;
        while (!(e->reached[at] & before) || time - e->times[at] < least) at--;
        places[part - 1] = at;
    }
}

leadkpi_status lk_pattern_count(const lk_pattern *pattern, const lk_pattern_events *e, int64_t *matches,
                                leadkpi_error *error)
{
    size_t end;
    *matches = pattern->count == 0;
    for (size_t from = 0; pattern->count && from < e->count; from = end + 1) {
        LK_TRY(lk_pattern_scan(pattern, e, from, &end, error));
        *matches += end < e->count;
    }
    return LEADKPI_OK;
}
