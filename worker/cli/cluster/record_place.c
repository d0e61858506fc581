#include "worker/cli/cluster/record_place.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

struct record_place record_place_of(enum topic topic, const struct kafka_record *record)
{
    return (struct record_place){topic, record->partition, record->offset};
}

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

bool record_place_parse(struct text text, const char *prefix, struct record_place *ret)
{
    struct text offset, partition;
    int64_t number;

    if (!split(&text, &offset) || !split(&text, &partition) || !read_number(offset, INT64_MAX, &ret->offset) ||
        !read_number(partition, INT32_MAX, &number))
        return false;
    ret->partition = (int32_t)number;
    ret->topic = topic_of_name(text, prefix);
    return ret->topic < TOPIC_INPUTS || ret->topic == TOPIC_DEAD_LETTER;
}

const char *record_place_text(const struct record_place *place, char buffer[RECORD_PLACE_TEXT])
{
    struct text name = topic_name(place->topic);

    if (place->topic == TOPIC_COUNT)
        buffer[0] = '\0';
    else
        (void)snprintf(buffer, RECORD_PLACE_TEXT, "%.*s/%d/%" PRId64, (int)name.size, name.data, place->partition,
                       place->offset);
    return buffer;
}

json_t *record_place_json(const struct record_place *place)
{
    if (place->topic == TOPIC_COUNT)
        return json_null();
    return json_pack("{s:s, s:i, s:I}", "topic", topic_name(place->topic).data, "partition", place->partition, "offset",
                     (json_int_t)place->offset);
}

int record_place_compare(const struct record_place *a, const struct record_place *b)
{
    if (a->topic != b->topic)
        return a->topic < b->topic ? -1 : 1;
    if (a->partition != b->partition)
        return a->partition < b->partition ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

bool record_place_equal(const struct record_place *a, const struct record_place *b)
{
    return record_place_compare(a, b) == 0;
}

/* --- headers --- */

struct text record_header(const struct kafka_record *record, const char *name)
{
    for (uint32_t i = 0; i < record->header_count; i++)
        if (!strcmp(record->headers[i].name, name))
            return record->headers[i].value;
    return (struct text){NULL, 0};
}

struct record_place dead_letter_input(const struct kafka_record *record, const char *prefix)
{
    struct record_place input = {topic_of_name(record_header(record, "osbill.error.topic"), prefix), -1, -1};
    int64_t partition;

    if (read_number(record_header(record, "osbill.error.partition"), INT32_MAX, &partition))
        input.partition = (int32_t)partition;
    (void)read_number(record_header(record, "osbill.error.offset"), INT64_MAX, &input.offset);
    return input;
}
