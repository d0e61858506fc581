/* osbill watch */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/cluster/context.h"
#include "worker/cli/cluster/range.h"
#include "worker/cli/cluster/record_place.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/common/record_field.h"
#include "worker/cli/records/watch_columns.h"
#include "worker/engine/keys.h"
#include "worker/kafka/kafka_admin.h"

enum { SLICE_MS = 200 };

struct watch_options {
    const char *from, *account, *partition;
    int64_t limit;
    bool once, values;
};

#define FIELD(name) offsetof(struct watch_options, name)
static const struct option watch_options[] = {
    {.name = "from",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 40,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(from),
     .help =
         "beginning, now, a moment (2025-03-01, 2025-03-01T12:00Z, @MILLISECONDS), or =-N: about the last N of each "
         "partition. Empty: now, with --once beginning."},
    {.name = "account",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 128,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(account),
     .help = "Only what is about this account."},
    {.name = "partition",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 10,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(partition),
     .help = "Only this partition. Empty: all."},
    {.name = "once",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(once),
     .help = "Stop at the present end instead of waiting for more."},
    {.name = "limit",
     .type = OPTION_NUMBER,
     .preset = "0",
     .maximum = INT64_MAX,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(limit),
     .help = "Stop after so many rows. 0: never."},
    {.name = "values",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(values),
     .help = "With --json: only the records, as `osbill publish` takes them, without partition, offset and key."},
};
#undef FIELD

struct watching {
    struct context context;
    const struct watch_options *options;
    enum topic topic;
    struct kafka_reader *reader;
    struct memory scratch;
    struct table table;
    bool json;
    int64_t rows;
    enum exit_code code;
};

/* --- what is about the account --- */

/* "a:<account>", "v:<account>/<vps>" */
static bool state_key_is_of(struct text key, struct text account)
{
    if (key.size < 2 || key.data[1] != ':' || key.size - 2 < account.size)
        return false;
    struct text begin = {key.data + 2, account.size};
    return text_equal(begin, account) && (key.size == account.size + 2 || key.data[account.size + 2] == '/');
}

static bool is_wanted(const struct watching *watching, const struct watch_row *row)
{
    struct text account = {watching->options->account, (uint32_t)strlen(watching->options->account)};

    if (!account.size)
        return true;
    if (watching->topic == TOPIC_ACCOUNT_STATE)
        return state_key_is_of(row->message->key, account);
    if (row->record)
        return text_equal(record_text(row->type, row->record, "account_id"), account);
    return row->message->has_key && text_equal(row->message->key, account);
}

/* --- one row --- */

static json_t *headers_json(const struct kafka_record *message)
{
    json_t *headers = json_object();

    for (uint32_t i = 0; i < message->header_count; i++)
        json_object_set_new(headers, message->headers[i].name, json_foreign(message->headers[i].value, true));
    return headers;
}

/* The state topics, and dead letters of any input: the type must be said. */
static bool has_several_types(enum topic topic)
{
    const struct record_type *const *records = topic_row(topic)->records;

    return !records || records[1];
}

static void print_json(const struct watching *watching, const struct watch_row *row)
{
    const struct kafka_record *message = row->message;
    json_t *value = row->record ? json_from_record(row->type, row->record) : json_null();

    if (watching->options->values && row->record) {
        put_json(value);
        return;
    }
    json_t *json = json_pack("{s:s, s:i, s:I, s:I, s:o, s:o}", "topic", message->topic, "partition", message->partition,
                             "offset", (json_int_t)message->offset, "timestamp", (json_int_t)message->timestamp, "key",
                             json_foreign(message->key, message->has_key), "value", value);
    if (row->type && has_several_types(watching->topic))
        json_object_set_new(json, "record", json_string(row->type->name));
    if (row->decided_at)
        json_object_set_new(json, "decided_at", json_integer(row->decided_at));
    if (message->header_count)
        json_object_set_new(json, "headers", headers_json(message));
    if (row->problem)
        json_object_set_new(json, "problem", json_string(row->problem));
    put_json(json);
}

static void show(struct watching *watching, const struct watch_row *row)
{
    if (!is_wanted(watching, row))
        return;
    if (watching->json)
        print_json(watching, row);
    else
        watch_columns_add(watching->topic, &watching->table, row);
    watching->rows++;
}

static void show_batch(struct watching *watching, struct watch_row *row)
{
    const struct decision_batch *batch = row->record;

    row->type = &decision_record;
    row->decided_at = batch->decided_at;
    for (uint32_t i = 0; i < batch->decisions.count; i++) {
        row->record = &batch->decisions.items[i];
        show(watching, row);
    }
}

/* A dead letter is decoded as what it was meant to be, if it can be. */
static const struct record_type *type_of(const struct watching *watching, const struct kafka_record *message)
{
    if (watching->topic != TOPIC_DEAD_LETTER)
        return topic_record_of(watching->topic, message->has_key ? message->key : TEXT(""));
    enum topic topic = dead_letter_input(message, watching->context.config->topic_prefix).topic;
    return topic < TOPIC_INPUTS ? topic_row(topic)->records[0] : NULL;
}

static bool enough(const struct watching *watching)
{
    return (watching->options->limit && watching->rows >= watching->options->limit) || print_failed() || interrupted();
}

static bool take(void *context, const struct kafka_record *message)
{
    struct watching *watching = context;
    struct watch_row row = {.message = message, .type = type_of(watching, message)};

    memory_reset(&watching->scratch);
    void *record = row.type ? memory_zeroed(&watching->scratch, 1, row.type->size) : NULL;
    if (record && message->has_value) {
        struct codec_result result = codec_decode(watching->context.codec, row.type, message->value.data,
                                                  message->value.size, &watching->scratch.arena, record);
        if (result.status == CODEC_OK)
            row.record = record;
        else if (watching->topic != TOPIC_DEAD_LETTER)
            row.problem = result.reason;
    }
    if (row.record && watching->topic == TOPIC_DECISION)
        show_batch(watching, &row);
    else
        show(watching, &row);
    return !enough(watching);
}

/* --- where to begin --- */

/* An account's records are all in one partition, where its key says. */
static enum exit_code find_partition(struct watching *watching, struct kafka_range *range)
{
    const char *account = watching->options->account;
    enum exit_code code;

    if (!*account || range->partition >= 0)
        return EXIT_DONE;
    if (topic_row(watching->topic)->spread == SPREAD_NOT) {
        say("--account: this topic is not about accounts");
        return EXIT_USAGE;
    }
    int32_t partitions = context_partitions(&watching->context, &code);
    if (partitions > 0)
        range->partition = key_partition((struct text){account, (uint32_t)strlen(account)}, partitions);
    return code;
}

static enum exit_code watch(struct watching *watching)
{
    bool done = false;

    while (!done && !enough(watching)) {
        struct result result = kafka_reader_poll(watching->reader, SLICE_MS, take, watching, &done);
        if (!watching->json && (watching->table.cell_count || done))
            table_flush(&watching->table);
        (void)fflush(stdout);
        if (result.kind == RESULT_STOP)
            return context_failed("Kafka", result);
        if (result.kind == RESULT_RETRY && watching->options->once)
            return context_failed("Kafka", result);
    }
    return EXIT_DONE;
}

static enum exit_code run_watch(const struct call *call)
{
    struct watching watching = {.options = call->options, .json = call->config->json};
    struct kafka_range range = {.follow = !watching.options->once};
    enum exit_code code;

    watching.topic = topic_from_argument(call->arguments[0], call->config->topic_prefix);
    if (watching.topic == TOPIC_COUNT || !context_partition_option(watching.options->partition, &range.partition))
        return EXIT_USAGE;
    if (!range_start_option(watching.options->from, watching.options->once ? "beginning" : "now", &range))
        return EXIT_USAGE;
    interrupt_catch();
    memory_init(&watching.scratch, 256 << 10, 4 << 20);
    watch_columns_open(watching.topic, &watching.table);
    code = context_open(&watching.context, call->config) ? find_partition(&watching, &range) : EXIT_BROKEN;
    if (code == EXIT_DONE)
        code = context_read(&watching.context, watching.topic, range, &watching.reader);
    if (code == EXIT_DONE)
        code = watch(&watching);
    table_free(&watching.table);
    free((void *)(uintptr_t)watching.table.columns);
    kafka_reader_close(watching.reader);
    memory_clear(&watching.scratch);
    context_release(&watching.context);
    return code;
}

const struct command watch_command = {
    .name = "watch",
    .usage = "TOPIC",
    .summary = "Shows a topic's committed records, as a table or as JSON lines.",
    .details = "Any topic of the installation, with or without the prefix. decision shows a row for each decision,\n"
               "dead-letter the reason from the headers, account-state and catalogue-state the record's type.\n"
               "\n"
               "  osbill watch notification\n"
               "  osbill watch charge --once --from 2025-03-01 --account a1 --json",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = watch_options,
    .option_count = sizeof watch_options / sizeof watch_options[0],
    .options_size = sizeof(struct watch_options),
    .argument_minimum = 1,
    .argument_maximum = 1,
    .run = run_watch,
};
