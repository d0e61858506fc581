/* Dead letters as JSON, bytes as people look at them. */
#include <jansson.h>

#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { LINE = 16 };

json_t *dlq_letter_json(const struct dlq_letter *letter)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s, s:o, s:I, s:o}", "input",
                     record_place_json(&letter->input), "dead_letter", record_place_json(&letter->own), "code",
                     json_foreign(letter->code, letter->code.data != NULL), "message",
                     json_foreign(letter->message, letter->message.data != NULL), "at",
                     json_foreign(letter->at_text, letter->at_text.data != NULL), "key",
                     json_foreign(letter->key, letter->has_key), "bytes", (json_int_t)letter->size, "remedy",
                     dlq_remedy_name(dlq_advice(letter->code)->remedy), "replayed", record_place_json(&letter->replay),
                     "replays", (json_int_t)letter->replays, "replay_of", record_place_json(&letter->replay_of));
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
