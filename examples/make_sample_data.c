/* make_sample_data.c: half a year of leads of a company that does not exist.
 *
 *     make_sample_data FOLDER
 *
 * writes leads.csv, stages.csv, costs.csv and responses.csv: 5,000 leads of six
 * channels and twelve campaigns, what became of them, what was spent, and when
 * somebody answered. As in real exports, some leads come twice, some have no
 * channel, some are still open, some were sent back, and some costs are credits.
 *
 * Always the same bytes, on every machine: whole numbers only, and random ones
 * from a counter (SplitMix64; Steele, Lea and Flood 2014), so that a lead's fate does not
 * depend on how many numbers others drew. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEADS 5000
#define DAYS 181        /* 2025-01-01 to 2025-06-30 */
#define FIRST_DAY 20089 /* 2025-01-01 in days since 1970-01-01 */
#define MINUTES_A_DAY 1440
#define LAST_MINUTE (DAYS * MINUTES_A_DAY - 37)

typedef struct channel {
    const char *name;
    const char *campaigns[2];
    int share;                      /* of the leads, in thousandths */
    int mql, sql, opportunity, won; /* how many of 1000 go on, each from the one before */
    int deal;                       /* a usual deal, in EUR */
    int cost;                       /* of a lead, in cents; 0: not paid by the day */
    int cpc;                        /* cents a click */
    int answer;                     /* usual minutes until somebody answers */
} channel;

static const channel channels[] = {
    {"Paid Search", {"Brand", "Demo Request"}, 284, 430, 460, 620, 310, 4200, 4600, 210, 18},
    {"Paid Social", {"Checklist", "Webinar Spring"}, 262, 260, 320, 560, 240, 3600, 3300, 95, 55},
    {"Organic Search", {"Blog", "Pricing Page"}, 178, 390, 480, 640, 330, 4500, 0, 0, 32},
    {"Email", {"Newsletter", "Win-back"}, 116, 450, 500, 610, 300, 3900, 0, 0, 26},
    {"Events", {"Hannover 2025", "Partner Day"}, 90, 560, 520, 600, 320, 7800, 0, 0, 190},
    {"Referral", {"Customers", "Partners"}, 70, 620, 600, 660, 380, 9400, 0, 0, 21},
};
#define CHANNELS (sizeof channels / sizeof *channels)

/* The random number of a purpose: the same for the same three numbers. */
static uint64_t draw(uint64_t stream, uint64_t item, uint64_t what)
{
    uint64_t z = stream * UINT64_C(0x9E3779B97F4A7C15) + item * UINT64_C(0xBF58476D1CE4E5B9) +
                 what * UINT64_C(0x94D049BB133111EB) + UINT64_C(0x2545F4914F6CDD1D);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

enum {
    STREAM_LEAD = 1,
    STREAM_STAGE,
    STREAM_COST,
    STREAM_ANSWER
};

static int below(uint64_t random, int limit)
{
    return (int)((random >> 11) % (uint64_t)limit);
}

/* From a quarter to three times the usual, most of it near the usual. */
static int around(uint64_t random, int usual)
{
    int a = 25 + below(random, 100), b = 25 + below(random * 31 + 7, 150);
    return (int)((int64_t)usual * a * b / 7500);
}

static void put_day(FILE *out, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (day >= lengths[month]) day -= lengths[month++];
    fprintf(out, "2025-%02d-%02d", month + 1, day + 1);
}

static void put_minute(FILE *out, int minute)
{
    put_day(out, minute / MINUTES_A_DAY);
    fprintf(out, " %02d:%02d", minute % MINUTES_A_DAY / 60, minute % 60);
}

typedef struct lead {
    int number, minute;
    const channel *from;
    const char *campaign;
    bool no_channel;
} lead;

/* More leads as the months go by, few on weekends, most in office hours. */
static int minute_of(int number)
{
    for (uint64_t attempt = 0;; attempt++) {
        int day = below(draw(STREAM_LEAD, (uint64_t)number, 10 + attempt), DAYS);
        int keep = 600 + day * 400 / DAYS;
        int weekday = (FIRST_DAY + day + 3) % 7; /* 0 is Monday: 1970-01-01 was a Thursday */
        if (weekday >= 5) keep /= 3;
        if (below(draw(STREAM_LEAD, (uint64_t)number, 1000 + attempt), 1000) >= keep) continue;
        int hour = 7 + below(draw(STREAM_LEAD, (uint64_t)number, 2), 7) +
                   below(draw(STREAM_LEAD, (uint64_t)number, 3), 8);
        return day * MINUTES_A_DAY + hour * 60 + below(draw(STREAM_LEAD, (uint64_t)number, 4), 60);
    }
}

static lead make_lead(int number)
{
    lead made = {.number = number, .minute = minute_of(number)};
    int place = below(draw(STREAM_LEAD, (uint64_t)number, 5), 1000);
    size_t c = 0;
    while (place >= channels[c].share && c + 1 < CHANNELS) place -= channels[c++].share;
    made.from = &channels[c];
    made.campaign = channels[c].campaigns[below(draw(STREAM_LEAD, (uint64_t)number, 6), 5) < 2];
    made.no_channel = below(draw(STREAM_LEAD, (uint64_t)number, 7), 1000) < 14;
    if (made.minute > LAST_MINUTE) made.minute = LAST_MINUTE;
    return made;
}

static void put_lead(FILE *out, const lead *l, int id, int minute, bool shouting)
{
    static const char *const countries[] = {"Germany", "Austria", "Switzerland", "France",
                                            "Netherlands"};
    fprintf(out, "L%05d,", id);
    put_minute(out, minute);
    fprintf(out, shouting ? ",Person%d@Example.COM,%s,%s,%s\n" : ",person%d@example.com,%s,%s,%s\n",
            l->number, l->no_channel ? "" : l->from->name, l->no_channel ? "" : l->campaign,
            countries[below(draw(STREAM_LEAD, (uint64_t)l->number, 8), 10) % 5]);
}

/* Every 33rd lead comes again, some under a new id but the old address. */
static void write_leads(FILE *out)
{
    fputs("id,created_at,email,channel,campaign,country\n", out);
    for (int i = 0; i < LEADS; i++) {
        lead l = make_lead(i);
        put_lead(out, &l, i, l.minute, false);
        if (i % 33 != 0) continue;
        int again = l.minute + 60 + below(draw(STREAM_LEAD, (uint64_t)i, 9), 20 * MINUTES_A_DAY);
        if (again > LAST_MINUTE) again = LAST_MINUTE;
        put_lead(out, &l, i % 99 == 0 ? 90000 + i : i, again, i % 2 == 0);
    }
}

static void put_stage(FILE *out, int id, const char *stage, int minute, int cents)
{
    if (minute > LAST_MINUTE) return; /* still to come */
    fprintf(out, "L%05d,%s,", id, stage);
    put_minute(out, minute);
    if (cents)
        fprintf(out, ",%d.%02d,EUR\n", cents / 100, cents % 100);
    else
        fputs(",,\n", out);
}

static void write_path(FILE *out, const lead *l)
{
    static const char *const names[] = {"MQL", "SQL", "Opportunity", "Closed Won"};
    static const int usual_days[] = {3, 6, 12, 28};
    const int chances[] = {l->from->mql, l->from->sql, l->from->opportunity, l->from->won};
    uint64_t number = (uint64_t)l->number;
    int minute = l->minute;
    for (int s = 0; s < 4; s++) {
        int wait =
            around(draw(STREAM_STAGE, number, 20 + (uint64_t)s), usual_days[s] * MINUTES_A_DAY);
        bool on = below(draw(STREAM_STAGE, number, 10 + (uint64_t)s), 1000) < chances[s];
        minute += wait;
        if (!on && s == 3) put_stage(out, l->number, "Closed Lost", minute, 0);
        if (!on && (s == 1 || s == 2) && l->number % 4 == 0)
            put_stage(out, l->number, "Recycled", minute, 0);
        if (!on) return;
        int cents = s == 3 ? around(draw(STREAM_STAGE, number, 30), l->from->deal) * 100 : 0;
        put_stage(out, l->number, names[s], minute, cents);
    }
}

/* With what goes wrong in practice: stages of leads that were deleted, and two
 * deals that were closed before their lead was made. */
static void write_stages(FILE *out)
{
    fputs("id,stage,entered_at,value,currency\n", out);
    for (int i = 0; i < LEADS; i++) {
        lead l = make_lead(i);
        write_path(out, &l);
        if (i == 1200 || i == 3400) put_stage(out, i, "MQL", l.minute - 3 * MINUTES_A_DAY, 0);
    }
    for (int i = 0; i < 7; i++)
        put_stage(out, 77000 + i, "MQL", (40 + i * 11) * MINUTES_A_DAY + 600, 0);
}

static void put_cost(FILE *out, int day, const char *channel_name, const char *campaign,
                     const char *type, int64_t cents, int impressions, int clicks)
{
    put_day(out, day);
    fprintf(out, ",%s,%s,%s,%s%" PRId64 ".%02d,EUR,", channel_name, campaign, type,
            cents < 0 ? "-" : "", (cents < 0 ? -cents : cents) / 100,
            (int)((cents < 0 ? -cents : cents) % 100));
    if (impressions)
        fprintf(out, "%d,%d", impressions, clicks);
    else
        fputc(',', out);
    fputc('\n', out);
}

/* What a campaign of a paid channel costs on a day follows the leads it brings on average. */
static void write_paid_day(FILE *out, size_t c, int campaign, int day)
{
    const channel *from = &channels[c];
    uint64_t item = (uint64_t)(day * 100 + (int)c * 2 + campaign);
    int64_t usual =
        (int64_t)LEADS * from->share / 1000 * from->cost / DAYS * (campaign ? 2 : 3) / 5;
    int64_t cents = usual * (750 + day * 500 / DAYS) / 1000 *
                    (80 + below(draw(STREAM_COST, item, 1), 41)) / 100;
    int clicks = (int)(cents / (from->cpc * (90 + below(draw(STREAM_COST, item, 2), 21)) / 100));
    int impressions = clicks * (c == 0 ? 22 : 95) + below(draw(STREAM_COST, item, 3), 400);
    put_cost(out, day, from->name, from->campaigns[campaign], "media", cents, impressions, clicks);
}

static void write_month(FILE *out, int month, int day)
{
    put_cost(out, day, "Organic Search", "Blog", "content", 520000, 0, 0);
    put_cost(out, day, "Email", "Newsletter", "software", 89000, 0, 0);
    put_cost(out, day, "Referral", "Partners", "other", 240000 + month * 10000, 0, 0);
    put_cost(out, day, "Paid Search", "Brand", "agency", 180000, 0, 0);
    put_cost(out, day, "", "", "software", 310000, 0, 0);
    put_cost(out, day, "", "", "salaries", 1450000, 0, 0);
}

static void write_costs(FILE *out)
{
    static const int month_starts[] = {0, 31, 59, 90, 120, 151};
    fputs("date,channel,campaign,cost_type,amount,currency,impressions,clicks\n", out);
    for (int day = 0; day < DAYS; day++)
        for (size_t c = 0; c < 2; c++)
            for (int campaign = 0; campaign < 2; campaign++) write_paid_day(out, c, campaign, day);
    for (int month = 0; month < 6; month++) write_month(out, month, month_starts[month]);
    put_cost(out, 90, "Events", "Hannover 2025", "events", 3890000, 0, 0);
    put_cost(out, 134, "Events", "Partner Day", "events", 1240000, 0, 0);
    /* invalid clicks, given back; a stand that was too small */
    put_cost(out, 74, "Paid Search", "Demo Request", "media", -118240, 0, 0);
    put_cost(out, 110, "Events", "Hannover 2025", "events", -250000, 0, 0);
}

/* A machine answers at once, a person later, and one lead in eight hears nothing. */
static void write_responses(FILE *out)
{
    fputs("id,responded_at,kind\n", out);
    for (int i = 0; i < LEADS; i++) {
        lead l = make_lead(i);
        fprintf(out, "L%05d,", i);
        put_minute(out, l.minute);
        fputs(",auto\n", out);
        if (below(draw(STREAM_ANSWER, (uint64_t)i, 1), 8) == 0) continue;
        int minute = l.minute + around(draw(STREAM_ANSWER, (uint64_t)i, 2), l.from->answer) +
                     (i % 11 == 0 ? 900 : 0);
        if (minute > LAST_MINUTE) continue;
        fprintf(out, "L%05d,", i);
        put_minute(out, minute);
        fputs(i % 3 ? ",human\n" : ",call\n", out);
    }
}

static int write_file(const char *folder, const char *name, void (*write)(FILE *))
{
    char path[1024];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return EXIT_FAILURE;
    FILE *out = fopen(path, "wb");
    if (!out) {
        fprintf(stderr, "make_sample_data: %s cannot be opened\n", path);
        return EXIT_FAILURE;
    }
    write(out);
    bool failed = ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    if (failed) fprintf(stderr, "make_sample_data: %s cannot be written\n", path);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: make_sample_data FOLDER\n");
        return 2;
    }
    return write_file(arguments[1], "leads.csv", write_leads) ||
           write_file(arguments[1], "stages.csv", write_stages) ||
           write_file(arguments[1], "costs.csv", write_costs) ||
           write_file(arguments[1], "responses.csv", write_responses);
}
