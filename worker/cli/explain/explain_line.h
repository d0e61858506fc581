/* A charge line as a sum that its reader can do again with a calculator (rules.md 2.4), and whether it comes out. */
#ifndef OSBILL_CLI_EXPLAIN_LINE_H
#define OSBILL_CLI_EXPLAIN_LINE_H

#include "records.h"

enum line_check {
    LINE_AGREES,
    LINE_IN_PART, /* a refund of which a part went to what the VPS owed (rules.md 4 Refund): less than the sum */
    LINE_DIFFERS,
    LINE_UNKNOWN /* the tariff's rounding is not known, and no usual one gives the line's amount */
};

enum { LINE_SUM_TEXT = 320 };
struct line_sum {
    enum line_check check;
    int64_t expected_micros; /* what the formula gives */
    int64_t rounding_micros; /* with which it was computed; 0: nothing was rounded */
    char formula[LINE_SUM_TEXT];
};

/* `roundings`: what the tariff's rounding may have been, most likely first; none known: 1, 0.01 and 1.00 are tried. */
void line_sum(const struct charge_line *line, const int64_t *roundings, uint32_t count, struct line_sum *ret);

#endif
