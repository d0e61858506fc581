/* TOPIC/PARTITION/OFFSET: how people name a record. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

/* Decimal digits alone, up to the maximum. */
static bool read_number(struct text text, int64_t maximum, int64_t *ret)
{
    int64_t number = 0;

    if (text.size == 0 || text.size > 19)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || number > (maximum - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret = number;
    return true;
}

/* Takes what follows the last slash off; false: there is none. */
static bool split(struct text *text, struct text *ret_last)
{
    uint32_t at = text->size;

    while (at > 0 && text->data[at - 1] != '/')
        at--;
    if (at == 0)
        return false;
    *ret_last = (struct text){text->data + at, text->size - at};
    text->size = at - 1;
    return true;
}

bool dlq_place_parse(struct text text, const char *prefix, struct dlq_place *ret)
{
    uint32_t skip = (uint32_t)strlen(prefix);
    struct text offset, partition;
    int64_t number;

    if (!split(&text, &offset) || !split(&text, &partition) || !read_number(offset, INT64_MAX, &ret->offset) ||
        !read_number(partition, INT32_MAX, &number))
        return false;
    ret->partition = (int32_t)number;
    ret->topic = topic_find(text);
    if (ret->topic == TOPIC_COUNT && text.size > skip && memcmp(text.data, prefix, skip) == 0)
        ret->topic = topic_find((struct text){text.data + skip, text.size - skip});
    return ret->topic < TOPIC_INPUTS || ret->topic == TOPIC_DEAD_LETTER;
}

const char *dlq_place_text(const struct dlq_place *place, char buffer[DLQ_PLACE_TEXT])
{
    struct text name = topic_name(place->topic);

    if (place->topic == TOPIC_COUNT)
        buffer[0] = '\0';
    else
        (void)snprintf(buffer, DLQ_PLACE_TEXT, "%.*s/%d/%" PRId64, (int)name.size, name.data, place->partition,
                       place->offset);
    return buffer;
}

int dlq_place_compare(const struct dlq_place *a, const struct dlq_place *b)
{
    if (a->topic != b->topic)
        return a->topic < b->topic ? -1 : 1;
    if (a->partition != b->partition)
        return a->partition < b->partition ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

bool dlq_place_argument(const char *argument, const char *prefix, struct dlq_place *ret)
{
    if (dlq_place_parse((struct text){argument, (uint32_t)strlen(argument)}, prefix, ret))
        return true;
    say("%s names no dead letter: expected TOPIC/PARTITION/OFFSET of its input, such as order/3/118, or its own, "
        "dead-letter/PARTITION/OFFSET; `osbill dlq list` shows both",
        argument);
    return false;
}
