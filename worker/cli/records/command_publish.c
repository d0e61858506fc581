/* osbill publish */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/catalogue/catalogue_diff.h"
#include "worker/cli/cluster/publisher.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

struct publish_options {
    bool wait;
    int64_t timeout;
};

static const struct option publish_options[] = {
    {.name = "wait",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct publish_options, wait),
     .help = "Wait until all are decided and print each decision."},
    {.name = "timeout",
     .type = OPTION_DURATION,
     .preset = "60s",
     .minimum = 1000,
     .maximum = INT64_C(24) * 3600000,
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct publish_options, timeout),
     .help = "How long --wait waits."},
};

struct publishing {
    struct publisher publisher;
    struct memory scratch;     /* of one line */
    const char *file;          /* for messages */
    uint64_t line, ids, times; /* ids, times: how many were filled in */
    bool dead_letters;
};

/* --- one line --- */

static bool has_field(const struct record_type *type, const char *name)
{
    for (uint32_t i = 0; i < type->field_count; i++)
        if (!strcmp(type->fields[i].name, name))
            return true;
    return false;
}

/* What nobody wants to type: the id, and that it happened now. */
static void fill_in(struct publishing *publishing, json_t *json)
{
    const struct record_type *type = publishing->publisher.type;
    char id[NEW_ID];

    if (has_field(type, "event_id") && !json_object_get(json, "event_id")) {
        json_object_set_new(json, "event_id", json_string(new_id("evt-", id)));
        publishing->ids++;
    }
    if (has_field(type, "occurred_at") && !json_object_get(json, "occurred_at")) {
        json_object_set_new(json, "occurred_at", json_integer(moment_now()));
        publishing->times++;
    }
}

/* Times may be written as people write them: "2025-03-01T12:00:00Z". */
static void read_times(json_t *json)
{
    const char *name;
    json_t *value;
    void *next;

    json_object_foreach_safe(json, next, name, value)
    {
        int64_t millis;
        if (json_is_object(value))
            read_times(value);
        if (!json_is_string(value) || !moment_is_field(name))
            continue;
        struct text text = {json_string_value(value), (uint32_t)json_string_length(value)};
        if (moment_from_text(text, &millis))
            json_object_set_new(json, name, json_integer(millis));
    }
}

/* The message key: an id, or for the catalogue what the change is about. */
static struct text key_of(struct publishing *publishing, const void *record)
{
    const struct publisher *publisher = &publishing->publisher;
    const char *name = topic_row(publisher->topic)->key_field;
    uint32_t i = 0;

    if (publisher->topic == TOPIC_CATALOGUE) {
        const struct catalogue_change_change *change = &((const struct catalogue_change *)record)->change;
        struct arena *arena = &publishing->scratch.arena;
        return TEXT_JOIN(arena, change_kind_name(change), TEXT(":"), change_id(change, arena));
    }
    while (strcmp(publisher->type->fields[i].name, name) != 0)
        i++;
    return *(const struct text *)(const void *)((const char *)record + publisher->type->fields[i].offset);
}

static enum exit_code send_json(struct publishing *publishing, json_t *json)
{
    char problem[JSON_ERROR_SIZE];
    const struct record_type *type = publishing->publisher.type;
    void *record = memory_zeroed(&publishing->scratch, 1, type->size);

    if (!record) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    if (json_is_object(json)) {
        fill_in(publishing, json);
        read_times(json);
    }
    if (!record_from_json(type, json, &publishing->scratch.arena, record, problem)) {
        say("%s:%llu: %s", publishing->file, (unsigned long long)publishing->line, problem);
        return EXIT_USAGE;
    }
    return publisher_send(&publishing->publisher, key_of(publishing, record), record);
}

static enum exit_code send_line(struct publishing *publishing, const char *line, size_t size)
{
    json_error_t error;

    if (strspn(line, " \t\r\n") >= size)
        return EXIT_DONE;
    json_t *json = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
    if (!json) {
        say("%s:%llu: column %d: %s", publishing->file, (unsigned long long)publishing->line, error.column, error.text);
        return EXIT_USAGE;
    }
    memory_reset(&publishing->scratch);
    enum exit_code code = send_json(publishing, json);
    json_decref(json);
    return code;
}

static enum exit_code send_all(struct publishing *publishing, FILE *from)
{
    enum exit_code code = EXIT_DONE;
    char *line = NULL;
    size_t room = 0;
    ssize_t size;

    while (code == EXIT_DONE && !interrupted() && (size = getline(&line, &room, from)) >= 0) {
        publishing->line++;
        code = send_line(publishing, line, (size_t)size);
    }
    free(line);
    if (code == EXIT_DONE && ferror(from)) {
        say("%s: %s", publishing->file, strerror(errno));
        code = EXIT_USAGE;
    }
    return code;
}

/* --- decisions --- */

static void on_decision(void *context, const struct decision *decision)
{
    struct publishing *publishing = context;

    publishing->dead_letters = publishing->dead_letters || decision->verdict == VERDICT_DEAD_LETTER;
    if (publishing->publisher.context->config->json)
        put_json(json_from_record(&decision_record, decision));
    else
        put("%.*s %s %.*s%s%.*s\n", (int)decision->event_id.size, decision->event_id.data,
            verdict_names[decision->verdict], (int)decision->rule.size, decision->rule.data,
            decision->reason.size ? ": " : "", (int)decision->reason.size,
            decision->reason.size ? decision->reason.data : "");
}

static void conclude(const struct publishing *publishing)
{
    const struct publisher *publisher = &publishing->publisher;

    if (publishing->ids || publishing->times)
        say("filled in: event_id %llu times, occurred_at (now) %llu times", (unsigned long long)publishing->ids,
            (unsigned long long)publishing->times);
    say("%llu of %llu written to %s", (unsigned long long)publisher->written, (unsigned long long)publisher->sent,
        publisher->topic_name);
}

/* What was sent before a bad line stays sent, and is flushed and said. */
static enum exit_code publish_from(struct publishing *publishing, FILE *from, const struct publish_options *options)
{
    enum exit_code code = send_all(publishing, from);
    enum exit_code flushed = publishing->publisher.writer ? publisher_flush(&publishing->publisher) : EXIT_DONE;

    if (publishing->publisher.sent || code == EXIT_DONE)
        conclude(publishing);
    code = code == EXIT_DONE ? flushed : code;
    if (code == EXIT_DONE && options->wait)
        code = decision_wait_run(publishing->publisher.wait, options->timeout, on_decision, publishing);
    return code == EXIT_DONE && publishing->dead_letters ? EXIT_FOUND : code;
}

static enum exit_code open_and_publish(struct context *context, enum topic topic, const struct call *call)
{
    const struct publish_options *options = call->options;
    const char *file = call->argument_count > 1 ? call->arguments[1] : "-";
    bool piped = !strcmp(file, "-");
    struct publishing publishing = {.file = piped ? "standard input" : file};
    FILE *from = piped ? stdin : fopen(file, "re");

    if (!from) {
        say("%s: %s", file, strerror(errno));
        return EXIT_USAGE;
    }
    memory_init(&publishing.scratch, 64 << 10, 1 << 20);
    enum exit_code code = publisher_open(&publishing.publisher, context, topic, options->wait);
    if (code == EXIT_DONE)
        code = publish_from(&publishing, from, options);
    publisher_release(&publishing.publisher);
    memory_clear(&publishing.scratch);
    if (!piped)
        (void)fclose(from);
    return code;
}

static enum exit_code run_publish(const struct call *call)
{
    enum topic topic = topic_from_argument(call->arguments[0], call->config->topic_prefix);
    struct context context;
    enum exit_code code = EXIT_BROKEN;

    if (topic == TOPIC_COUNT)
        return EXIT_USAGE;
    if (topic >= TOPIC_INPUTS) {
        say("%s is written by the workers alone", call->arguments[0]);
        return EXIT_REFUSED;
    }
    interrupt_catch();
    if (context_open(&context, call->config))
        code = open_and_publish(&context, topic, call);
    context_release(&context);
    return code;
}

const struct command publish_command = {
    .name = "publish",
    .usage = "TOPIC [FILE]",
    .summary = "Writes events to an input topic: JSON lines, checked by the schema.",
    .details =
        "TOPIC is template-discovered, os-installed, order, account or catalogue. Without FILE, or with -, the lines\n"
        "come from standard input. Fields are those of the schema, money in micro-units; times are milliseconds or\n"
        "text such as \"2025-03-01T12:00:00Z\". event_id and occurred_at may be left out: a random id, and now.\n"
        "A wrong line ends it; what came before it is written.\n"
        "\n"
        "  echo '{\"account_id\":\"a1\",\"kind\":\"OPENED\",\"currency\":\"EUR\"}' | osbill publish account --wait\n"
        "\n"
        "A case is closed without a charge by CASE_WAIVED, a held scan (SCAN_HELD names it) approved by ScanApproval:\n"
        "\n"
        "  echo '{\"account_id\":\"a1\",\"kind\":\"CASE_WAIVED\",\"case_id\":\"k-...\"}' | osbill publish account "
        "--wait\n"
        "  echo "
        "'{\"change_set\":\"approve-1\",\"index\":0,\"count\":1,\"change\":{\"ScanApproval\":{\"module_id\":\"ams\",'"
        "\\\n"
        "       '\"scan_id\":\"scan-17\"}}}' | osbill publish catalogue --wait",
    .codes = "0: all written, and with --wait decided; 1: with --wait: a dead letter; 2: a line is wrong",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = publish_options,
    .option_count = 2,
    .options_size = sizeof(struct publish_options),
    .argument_minimum = 1,
    .argument_maximum = 2,
    .run = run_publish,
};
