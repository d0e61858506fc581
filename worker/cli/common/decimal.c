#include "worker/cli/common/decimal.h"

#include "core/text.h"

enum { PLACES = 6 };

/* Digits from `at` on; the value is the negative of what they say, since there is one more negative number. */
static enum decimal_status read_digits(struct text text, uint32_t *at, uint32_t limit, int64_t *value)
{
    uint32_t first = *at;

    for (; *at < text.size && *at - first < limit && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        int digit = text.data[*at] - '0';
        if (*value < (INT64_MIN + digit) / 10)
            return DECIMAL_TOO_LARGE;
        *value = *value * 10 - digit;
    }
    return *at > first ? DECIMAL_OK : DECIMAL_MALFORMED;
}

/* What stands behind the sixth place may only be zeros. */
static enum decimal_status skip_zeros(struct text text, uint32_t *at)
{
    bool zeros = true;

    for (; *at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at)
        zeros = zeros && text.data[*at] == '0';
    return zeros ? DECIMAL_OK : DECIMAL_TOO_PRECISE;
}

static enum decimal_status read_fraction(struct text text, uint32_t *at, int64_t *value)
{
    uint32_t first = *at;
    enum decimal_status status = read_digits(text, at, PLACES, value);

    if (status != DECIMAL_OK)
        return status;
    for (uint32_t places = *at - first; places < PLACES; places++) {
        if (*value < INT64_MIN / 10)
            return DECIMAL_TOO_LARGE;
        *value *= 10;
    }
    return skip_zeros(text, at);
}

static enum decimal_status scale(int64_t *value)
{
    if (*value < INT64_MIN / 1000000)
        return DECIMAL_TOO_LARGE;
    *value *= 1000000;
    return DECIMAL_OK;
}

/* True: nothing but digits and points is there, so that "too large" is what is wrong with it. */
static bool looks_like_number(struct text text, uint32_t at)
{
    for (; at < text.size; at++)
        if ((text.data[at] < '0' || text.data[at] > '9') && text.data[at] != '.')
            return false;
    return true;
}

enum decimal_status micros_from_text(struct text text, int64_t *ret_micros)
{
    bool negative = text.size > 0 && text.data[0] == '-';
    uint32_t at = negative;
    int64_t value = 0;
    enum decimal_status status = read_digits(text, &at, UINT32_MAX, &value);

    if (status == DECIMAL_OK && at < text.size && text.data[at] == '.') {
        at++;
        status = read_fraction(text, &at, &value);
    } else if (status == DECIMAL_OK) {
        status = scale(&value);
    }
    if (status != DECIMAL_MALFORMED && at < text.size && !looks_like_number(text, at))
        return DECIMAL_MALFORMED;
    if (status == DECIMAL_OK && at < text.size)
        return DECIMAL_MALFORMED;
    if (status == DECIMAL_OK && !negative && value == INT64_MIN)
        return DECIMAL_TOO_LARGE;
    if (status == DECIMAL_OK)
        *ret_micros = negative ? value : -value;
    return status;
}

const char *decimal_problem(enum decimal_status status)
{
    switch (status) {
    case DECIMAL_OK: return "is an amount";
    case DECIMAL_MALFORMED: return "must be an amount such as 12.50";
    case DECIMAL_TOO_PRECISE: return "must be an amount with at most six places behind the point";
    case DECIMAL_TOO_LARGE: return "must be an amount between -9223372036854.775808 and 9223372036854.775807";
    }
    return "must be an amount";
}

const char *decimal_from_micros(int64_t micros, char buffer[DECIMAL_TEXT])
{
    struct arena arena = {.at = buffer, .end = buffer + DECIMAL_TEXT - 1};
    struct text text = text_from_micros(&arena, micros);

    buffer[text.size] = '\0';
    return buffer;
}
