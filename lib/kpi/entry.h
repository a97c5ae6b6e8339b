/* entry.h: what it takes to read kpi.def. Include this, define SCALAR, SAMPLE
 * and RETIRED, and then include kpi.def:
 *
 *     SCALAR(number, symbol, id, variant, inputs, formula, condition, interval, fields)
 *     SAMPLE(number, symbol, id, variant, inputs, formula, interval, fields)
 *     RETIRED(number)
 *
 * `symbol` is the C name without its prefix; id and variant are string literals.
 * LK_WALK does something for each input of the list in parentheses. */
#ifndef LK_KPI_ENTRY_H
#define LK_KPI_ENTRY_H

#define KPI(number, id, ...) SCALAR(number, id, #id, "", __VA_ARGS__)
#define VARIANT(number, id, variant, ...)                                                          \
    SCALAR(number, id##_##variant, #id, #variant, __VA_ARGS__)
#define SAMPLE_KPI(number, id, ...) SAMPLE(number, id, #id, "", __VA_ARGS__)
#define SAMPLE_VARIANT(number, id, variant, ...)                                                   \
    SAMPLE(number, id##_##variant, #id, #variant, __VA_ARGS__)

/* The most inputs that an entry has. */
#define LK_KPI_INPUTS_MAX 6

/* How many there are: LK_INPUT_COUNT(a, b) is 2. */
#define LK_INPUT_COUNT(...) LK_EIGHTH(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define LK_EIGHTH(...) LK_EIGHTH_OF(__VA_ARGS__, 0)
#define LK_EIGHTH_OF(a, b, c, d, e, f, count, ...) count

/* LK_WALK(act, between, a, b) is act(0, a) between() act(1, b). */
#define LK_WALK(act, between, ...)                                                                 \
    LK_WALK_BY(LK_INPUT_COUNT(__VA_ARGS__), act, between, __VA_ARGS__)
#define LK_WALK_BY(count, ...) LK_WALK_PASTE(count, __VA_ARGS__)
#define LK_WALK_PASTE(count, ...) LK_WALK_##count(__VA_ARGS__)
#define LK_WALK_1(act, between, a) act(0, a)
#define LK_WALK_2(act, between, a, b) LK_WALK_1(act, between, a) between() act(1, b)
#define LK_WALK_3(act, between, a, b, c) LK_WALK_2(act, between, a, b) between() act(2, c)
#define LK_WALK_4(act, between, a, b, c, d) LK_WALK_3(act, between, a, b, c) between() act(3, d)
#define LK_WALK_5(act, between, a, b, c, d, e)                                                     \
    LK_WALK_4(act, between, a, b, c, d) between() act(4, e)
#define LK_WALK_6(act, between, a, b, c, d, e, f)                                                  \
    LK_WALK_5(act, between, a, b, c, d, e) between() act(5, f)

#define LK_COMMA() ,
#define LK_NOTHING()
#define LK_AND() &

#endif
