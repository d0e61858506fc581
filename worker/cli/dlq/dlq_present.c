/* Dead letters as JSON, bytes as people look at them. */
#include <jansson.h>

#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { LINE = 16 };

json_t *dlq_text_json(struct text text, bool present)
{
    json_t *json = present ? json_stringn(text.size ? text.data : "", text.size) : json_null();

    return json ? json : json_string("(not UTF-8)");
}

json_t *dlq_place_json(const struct dlq_place *place)
{
    if (place->topic == TOPIC_COUNT)
        return json_null();
    return json_pack("{s:s, s:i, s:I}", "topic", topic_name(place->topic).data, "partition", place->partition, "offset",
                     (json_int_t)place->offset);
}

json_t *dlq_letter_json(const struct dlq_letter *letter)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:o, s:I, s:o}", "input", dlq_place_json(&letter->input),
                     "dead_letter", dlq_place_json(&letter->own), "code",
                     dlq_text_json(letter->code, letter->code.data != NULL), "message",
                     dlq_text_json(letter->message, letter->message.data != NULL), "at",
                     dlq_text_json(letter->at_text, letter->at_text.data != NULL), "key",
                     dlq_text_json(letter->key, letter->has_key), "bytes", (json_int_t)letter->size, "remedy",
                     dlq_remedy_name(dlq_advice(letter->code)->remedy), "replayed", dlq_place_json(&letter->replay),
                     "replays", (json_int_t)letter->replays, "replay_of", dlq_place_json(&letter->replay_of));
}

void dlq_print_hex(struct text bytes, uint32_t limit)
{
    uint32_t size = bytes.size < limit ? bytes.size : limit;

    for (uint32_t at = 0; at < size; at += LINE) {
        char hex[3 * LINE + 1] = "", ascii[LINE + 1] = "";
        for (uint32_t i = 0; i < LINE && at + i < size; i++) {
            unsigned char byte = (unsigned char)bytes.data[at + i];
            (void)snprintf(hex + (size_t)3 * i, 4, "%02x ", byte);
            ascii[i] = byte >= 0x20 && byte < 0x7f ? (char)byte : '.';
        }
        put("  %06x  %-48s %s\n", at, hex, ascii);
    }
    if (size < bytes.size)
        put("  ... and %u bytes more\n", bytes.size - size);
}
