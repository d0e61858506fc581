#include "core/input.h"

#include "core/rule_tables.h"

#define ROW(rule, fault)         \
    {                            \
        RULE_##rule, fault, 0, 0 \
    }
static const struct table_row rows[] = {
    ROW(WRONG_PARTITION, INPUT_ELSEWHERE), ROW(UNREADABLE, INPUT_UNREADABLE),
    ROW(TOO_LARGE, INPUT_TOO_LARGE),       ROW(BAD_VALUE, INPUT_BAD_VALUE),
    ROW(TIME_IN_FUTURE, INPUT_EARLY),      ROW(AMOUNT_OVERFLOW, INPUT_OVERFLOWS),
    ROW(LIMIT_EXCEEDED, INPUT_OVER_LIMIT), ROW(UNDECIDABLE, 0), /* INPUT_FAILS_ALONE */
};
static const char *const facts[] = {INPUT_FACTS(FACT_WORDS)};
const struct rule_table input_table = RULE_TABLE("input", rows, facts);

enum rule rule_of_fault(enum input_fault fault)
{
    return rule_table_match(TABLE_INPUT, fault)->rule;
}
