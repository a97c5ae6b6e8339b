#include "calendar/grain.h"

#include "base/civil.h"
#include "base/number.h"

static int64_t first_of(int32_t year, int32_t month)
{
    return lk_days_from_civil((lk_civil){year, month, 1});
}

/* From 0, Monday, to 6. Day 0 was a Thursday. */
static int32_t weekday_of(int64_t day)
{
    return (int32_t)(((day + 3) % 7 + 7) % 7);
}

/* The last day, `day` or earlier, that is such a weekday. */
static int64_t weekday_at_or_before(int64_t day, int32_t weekday)
{
    return day - (weekday_of(day) - weekday + 7) % 7;
}

/* ISO 8601-1 5.7: a week belongs to the year that holds its fourth day. With
 * january_1 it belongs to the year that holds its last day. */
static lk_grain_period week_of(const lk_grain_rules *rules, int64_t day)
{
    int64_t first = weekday_at_or_before(day, rules->week_start);
    int64_t decides = first + (rules->week_one == LK_WEEK_ONE_JANUARY_1 ? 6 : 3);
    int32_t year = lk_civil_from_days(decides).year;
    return (lk_grain_period){first, first + 7, year,
                             (int32_t)((decides - first_of(year, 1)) / 7) + 1};
}

/* `months` (1, 3 or 12) together, counted from start_month; a year that starts
 * later than January is named by the end of it or the start. */
static lk_grain_period months_of(int64_t day, int32_t months, int32_t start_month, int32_t name)
{
    lk_civil date = lk_civil_from_days(day);
    int32_t year = date.year - (date.month < start_month);
    int32_t from_start = (date.month - start_month + 12) % 12;
    int32_t place = from_start / months;
    int32_t first = start_month - 1 + place * months, end = first + months;
    return (lk_grain_period){first_of(year + first / 12, first % 12 + 1),
                             first_of(year + end / 12, end % 12 + 1),
                             year + (name == LK_YEAR_NAME_END && start_month > 1),
                             months == 12 ? 0 : place + 1};
}

/* ---- retail years ------------------------------------------------------ */

typedef struct retail_year {
    int64_t first_day;
    int64_t end_day;
    int32_t named;
} retail_year;

/* The last day of the retail year that ends with a month of this calendar year. */
static int64_t retail_last_day(const lk_grain_rules *rules, int32_t year)
{
    int32_t month = rules->retail_end_month;
    int64_t month_end = first_of(year, month) + lk_civil_days_in_month(year, month) - 1;
    int64_t last = weekday_at_or_before(month_end, rules->retail_end_weekday);
    if (rules->retail_year_end == LK_RETAIL_NEAREST && month_end - last > 3) last += 7;
    return last;
}

static retail_year retail_year_of(const lk_grain_rules *rules, int64_t day)
{
    int32_t year = lk_civil_from_days(day).year - 1; /* "nearest" may end in the next January */
    int64_t last = retail_last_day(rules, year);
    while (last < day) last = retail_last_day(rules, ++year);
    bool by_start = rules->retail_year_name == LK_YEAR_NAME_START && rules->retail_end_month != 12;
    return (retail_year){retail_last_day(rules, year - 1) + 1, last + 1, year - by_start};
}

/* The weeks of a month from 1; the 53rd week goes where the rules say. */
static int32_t retail_weeks(const lk_grain_rules *rules, int32_t month, bool long_year)
{
    static const int8_t patterns[3][3] = {{4, 4, 5}, {4, 5, 4}, {5, 4, 4}};
    return patterns[rules->retail_pattern][(month - 1) % 3] +
           (long_year && month == rules->retail_long_month);
}

/* `months` is 1 or 3. */
static lk_grain_period retail_months_of(const lk_grain_rules *rules, int64_t day, int32_t months)
{
    retail_year year = retail_year_of(rules, day);
    bool long_year = year.end_day - year.first_day == 53 * 7;
    int64_t first = year.first_day;
    for (int32_t month = 1;; month += months) {
        int32_t weeks = 0;
        for (int32_t i = 0; i < months; i++) weeks += retail_weeks(rules, month + i, long_year);
        if (day < first + 7 * weeks)
            return (lk_grain_period){first, first + 7 * weeks, year.named, (month - 1) / months + 1};
        first += 7 * weeks;
    }
}

static lk_grain_period retail_week_of(const lk_grain_rules *rules, int64_t day)
{
    retail_year year = retail_year_of(rules, day);
    int64_t week = (day - year.first_day) / 7, first = year.first_day + 7 * week;
    return (lk_grain_period){first, first + 7, year.named, (int32_t)week + 1};
}

lk_grain_period lk_grain_period_of(const lk_grain_rules *rules, int64_t day)
{
    int32_t start = rules->fiscal_start_month, name = rules->fiscal_year_name;
    retail_year year;
    switch (rules->grain) {
    case LK_GRAIN_WEEK: return week_of(rules, day);
    case LK_GRAIN_MONTH: return months_of(day, 1, 1, name);
    case LK_GRAIN_QUARTER: return months_of(day, 3, 1, name);
    case LK_GRAIN_YEAR: return months_of(day, 12, 1, name);
    case LK_GRAIN_FISCAL_QUARTER: return months_of(day, 3, start, name);
    case LK_GRAIN_FISCAL_YEAR: return months_of(day, 12, start, name);
    case LK_GRAIN_RETAIL_WEEK: return retail_week_of(rules, day);
    case LK_GRAIN_RETAIL_MONTH: return retail_months_of(rules, day, 1);
    case LK_GRAIN_RETAIL_QUARTER: return retail_months_of(rules, day, 3);
    case LK_GRAIN_RETAIL_YEAR:
        year = retail_year_of(rules, day);
        return (lk_grain_period){year.first_day, year.end_day, year.named, 0};
    default: return (lk_grain_period){day, day + 1, 0, 0};
    }
}

/* ---- labels ------------------------------------------------------------ */

static size_t put(char *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    return length;
}

static size_t put_number(char *out, int64_t value, size_t width)
{
    char digits[24];
    size_t length = lk_number_print_int64(digits, value), zeros = 0;
    while (zeros + length < width) out[zeros++] = '0';
    memcpy(out + zeros, digits, length);
    return zeros + length;
}

/* ISO 8601-1 4.3.2 and 5.2.2.3: four digits, or by agreement a sign and more. */
static size_t put_year(char *out, int64_t year)
{
    if (year >= 0 && year <= 9999) return put_number(out, year, 4);
    out[0] = year < 0 ? '-' : '+';
    return 1 + put_number(out + 1, year < 0 ? -year : year, 6);
}

static size_t put_date(char *out, int64_t day)
{
    lk_civil date = lk_civil_from_days(day);
    size_t length = put_year(out, date.year);
    length += put(out + length, "-");
    length += put_number(out + length, date.month, 2);
    length += put(out + length, "-");
    return length + put_number(out + length, date.day, 2);
}

/* What stands before the year and before the number of each grain. */
static const struct {
    const char *before_year, *before_number;
    int8_t digits;
} label_shapes[] = {
    [LK_GRAIN_WEEK] = {"", "-W", 2},
    [LK_GRAIN_MONTH] = {"", "-", 2},
    [LK_GRAIN_QUARTER] = {"", "-Q", 1},
    [LK_GRAIN_YEAR] = {"", "", 0},
    [LK_GRAIN_FISCAL_QUARTER] = {"FY", "-Q", 1},
    [LK_GRAIN_FISCAL_YEAR] = {"FY", "", 0},
    [LK_GRAIN_RETAIL_WEEK] = {"RY", "-W", 2},
    [LK_GRAIN_RETAIL_MONTH] = {"RY", "-P", 2},
    [LK_GRAIN_RETAIL_QUARTER] = {"RY", "-Q", 1},
    [LK_GRAIN_RETAIL_YEAR] = {"RY", "", 0},
};

size_t lk_grain_label(const lk_grain_rules *rules, int64_t day, char out[LK_GRAIN_LABEL_SIZE])
{
    if (rules->grain < LK_GRAIN_WEEK) return put_date(out, day);
    lk_grain_period period = lk_grain_period_of(rules, day);
    size_t length = put(out, label_shapes[rules->grain].before_year);
    length += put_year(out + length, period.year);
    if (period.number == 0) return length;
    length += put(out + length, label_shapes[rules->grain].before_number);
    return length + put_number(out + length, period.number, (size_t)label_shapes[rules->grain].digits);
}
