#include "worker/avro/schema_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "worker/avro/plan.h"

enum {
    SCHEMA_JSON = JSON_ALLOW_NUL | JSON_DECODE_ANY,
    NODE_BYTES = 64, /* more than jansson takes for a byte of text */
};

static bool lacks_memory(struct text text, const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    void *volatile room = malloc((size_t)text.size * NODE_BYTES + 1); /* volatile: or clang takes it for granted */

    free(room);
    return !room || code == json_error_out_of_memory || code == json_error_unknown;
}

/* jansson calls most lack of memory a syntax error, and a syntax error makes dead letters. So what seems to be one is
 * one when it is found again with memory at hand. */
enum codec_status schema_json(struct text text, json_t **ret_json, char *ret_reason)
{
    json_error_t error = {.text = ""};

    *ret_json = NULL;
    if (text.size > CODEC_MAX_SCHEMA) {
        snprintf(ret_reason, REASON_SIZE, "larger than %u bytes", CODEC_MAX_SCHEMA);
        return CODEC_SCHEMA_INVALID;
    }
    for (int tries = 0; tries < 2 && !*ret_json; tries++) {
        *ret_json = json_loadb(text.data, text.size, SCHEMA_JSON, &error);
        if (!*ret_json && lacks_memory(text, &error))
            return CODEC_OUT_OF_MEMORY;
    }
    if (*ret_json)
        return CODEC_OK;
    snprintf(ret_reason, REASON_SIZE, "no JSON: %.100s", error.text);
    return CODEC_SCHEMA_INVALID;
}
