/* osbill dlq show */
#include <jansson.h>
#include <stdlib.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { HEX_LIMIT = 1024 };

struct show_options {
    bool replays;
};

static const struct option show_options[] = {
    {.name = "replays",
     .type = OPTION_BOOLEAN,
     .preset = "true",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct show_options, replays),
     .help = "Say whether it was replayed. For that its input is read since then; --no-replays does not."},
};

struct showing {
    struct dlq dlq;
    const struct dlq_letter *letter;
    struct kafka_record record;
    json_t *decoded; /* NULL: it cannot be */
    const char *problem;
    struct arena *arena;
};

static json_t *headers_json(const struct kafka_record *record)
{
    json_t *headers = json_object();

    for (uint32_t i = 0; i < record->header_count; i++)
        json_object_set_new(headers, record->headers[i].name, json_foreign(record->headers[i].value, true));
    return headers;
}

static json_t *hex_json(struct text bytes)
{
    char *text = calloc(1, (size_t)bytes.size * 2 + 1);

    for (uint32_t i = 0; text && i < bytes.size; i++)
        (void)snprintf(text + (size_t)2 * i, 3, "%02x", (unsigned char)bytes.data[i]);
    json_t *json = text ? json_string(text) : json_null();
    free(text);
    return json;
}

static struct text what_to_do(const struct showing *showing)
{
    return dlq_what_to_do(showing->letter, showing->arena);
}

static void print_json(const struct showing *showing)
{
    const struct dlq_advice *advice = dlq_advice(showing->letter->code);
    const struct kafka_record *record = &showing->record;
    json_t *json = dlq_letter_json(showing->letter);

    json_object_set_new(json, "headers", headers_json(record));
    json_object_set_new(json, "record", showing->decoded ? json_incref(showing->decoded) : json_null());
    if (!showing->decoded) {
        json_object_set_new(json, "problem", json_string(showing->problem));
        json_object_set_new(json, "value_hex", record->has_value ? hex_json(record->value) : json_null());
    }
    json_object_set_new(json, "cause", json_string(advice->cause));
    json_object_set_new(json, "what_to_do", json_foreign(what_to_do(showing), true));
    put_json(json);
}

static void print_value(const struct showing *showing)
{
    const struct kafka_record *record = &showing->record;
    char *text = json_whole(showing->decoded, JSON_INDENT(2));

    if (text) {
        put("\nrecord:\n");
        put_lines(text);
        put("\n");
    } else {
        put("\nvalue, %u bytes, not readable: %s\n", record->value.size, showing->problem);
        dlq_print_hex(record->value, HEX_LIMIT);
    }
    free(text);
}

static void print_letter(const struct showing *showing)
{
    const struct dlq_letter *letter = showing->letter;
    const struct dlq_advice *advice = dlq_advice(letter->code);
    char input[RECORD_PLACE_TEXT], own[RECORD_PLACE_TEXT], replay[RECORD_PLACE_TEXT];

    put("input %s, dead letter %s\n", record_place_text(&letter->input, input), record_place_text(&letter->own, own));
    for (uint32_t i = 0; i < showing->record.header_count; i++) {
        const struct log_header *header = &showing->record.headers[i];
        put("%-22s %.*s\n", header->name, (int)header->value.size, header->value.data);
    }
    put("%-22s %.*s\n", "key", letter->has_key ? (int)letter->key.size : 6,
        letter->has_key ? letter->key.data : "(none)");
    if (letter->replays)
        put("%-22s %u times, the last time as %s\n", "replayed", letter->replays,
            record_place_text(&letter->replay, replay));
    if (letter->replay_of.topic != TOPIC_COUNT)
        put("%-22s %s\n", "is a replay of", record_place_text(&letter->replay_of, replay));
    if (letter->by_reference)
        put("It is larger than the dead-letter topic takes: its bytes are in the input alone, until retention deletes "
            "them.\n");
    print_value(showing);
    struct text words = what_to_do(showing);
    put("\n%s\n", advice->cause);
    put("%.*s\n", (int)words.size, words.data);
}

/* The headers are those of the dead letter, whatever the bytes were taken from. */
static enum exit_code read_value(struct showing *showing)
{
    struct kafka_record bytes;
    enum exit_code code = dlq_fetch(&showing->dlq, &showing->letter->own, &showing->record);

    if (code != EXIT_DONE || !showing->letter->by_reference)
        return code;
    code = dlq_fetch(&showing->dlq, &showing->letter->input, &bytes);
    if (code == EXIT_DONE) {
        showing->record.has_value = bytes.has_value;
        showing->record.value = bytes.value;
    }
    return code == EXIT_FOUND ? EXIT_DONE : code;
}

static enum exit_code show(struct showing *showing, const struct call *call)
{
    struct dlq_letter *letter = NULL;
    enum exit_code code = dlq_find(&showing->dlq, call->arguments[0], &letter);

    if (code == EXIT_DONE && ((const struct show_options *)call->options)->replays)
        code = dlq_find_replays(&showing->dlq);
    showing->letter = letter;
    if (code == EXIT_DONE)
        code = read_value(showing);
    if (code != EXIT_DONE)
        return code;
    memory_reset(&showing->dlq.scratch);
    const void *decoded = dlq_decode(&showing->dlq, letter->input.topic, &showing->record, &showing->problem);
    if (decoded)
        showing->decoded = json_from_record(topic_row(letter->input.topic)->records[0], decoded);
    if (call->config->json)
        print_json(showing);
    else
        print_letter(showing);
    json_decref(showing->decoded);
    return EXIT_DONE;
}

static enum exit_code run_show(const struct call *call)
{
    struct showing showing = {.problem = ""};

    showing.arena = &showing.dlq.context.memory.arena;
    enum exit_code code = EXIT_BROKEN;

    interrupt_catch();
    if (dlq_open(&showing.dlq, call->config))
        code = show(&showing, call);
    dlq_release(&showing.dlq);
    return code;
}

const struct command dlq_show_command = {
    .name = "dlq show",
    .usage = "TOPIC/PARTITION/OFFSET",
    .summary = "Shows a dead letter, what its input says, and what to do about it.",
    .details = "The place is that of the input (order/3/118), as Decisions and `osbill dlq list` name it, or the dead "
               "letter's\n"
               "own (dead-letter/0/7). A value that cannot be decoded is shown in hexadecimal.",
    .codes = "0: shown; 1: there is no such dead letter; 4: something did not answer",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = show_options,
    .option_count = 1,
    .options_size = sizeof(struct show_options),
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_show,
};
