/* osbill dlq force */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "worker/avro/json.h"
#include "worker/cli/cluster/publisher.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

enum { FIELDS = 32 };

struct force_options {
    const char *key;
    bool new_id, yes, again;
    int64_t timeout;
};

#define FIELD(name) offsetof(struct force_options, name)
static const struct option force_options[] = {
    {.name = "key",
     .type = OPTION_TEXT,
     .preset = "",
     .maximum = 1024,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(key),
     .help = "The message key: the account_id, the module_id. Empty: as it was, or the account_id that is set."},
    {.name = "new-id",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(new_id),
     .help = "A random event_id: it becomes an event of its own, which nothing recognises as decided before."},
    {.name = "yes",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(yes),
     .help = "Publish. Without it the changes are only shown."},
    {.name = "again",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(again),
     .help = "Even if it was replayed already."},
    {.name = "timeout",
     .type = OPTION_DURATION,
     .preset = "60s",
     .minimum = 1000,
     .maximum = INT64_C(24) * 3600000,
     .place = OPTION_FLAG_ONLY,
     .offset = FIELD(timeout),
     .help = "How long to wait for the decision."},
};
#undef FIELD

struct forcing {
    struct dlq dlq;
    const struct call *call;
    const struct force_options *options;
    struct dlq_letter *letter;
    const struct record_type *type;
    struct kafka_record record; /* as it was, then as it is sent */
    json_t *before, *after;
    struct memory memory; /* of the new record */
    struct buffer bytes;
    char changed[256]; /* names of what is not as it was */
    uint32_t changes;
};

/* --- reading --- */

static enum exit_code check_replayed(const struct forcing *forcing)
{
    char place[RECORD_PLACE_TEXT];

    if (!forcing->letter->replays || forcing->options->again)
        return EXIT_DONE;
    say("it was replayed already, as %s: look what became of that; --again publishes it once more",
        record_place_text(&forcing->letter->replay, place));
    return EXIT_REFUSED;
}

static enum exit_code read_letter(struct forcing *forcing)
{
    const char *problem;
    enum exit_code code = dlq_find(&forcing->dlq, forcing->call->arguments[0], &forcing->letter);

    if (code == EXIT_DONE)
        code = dlq_find_replays(&forcing->dlq);
    if (code == EXIT_DONE)
        code = check_replayed(forcing);
    if (code == EXIT_DONE)
        code = dlq_fetch_bytes(&forcing->dlq, forcing->letter, &forcing->record);
    if (code != EXIT_DONE)
        return code;
    memory_reset(&forcing->dlq.scratch);
    const void *record = dlq_decode(&forcing->dlq, forcing->letter->input.topic, &forcing->record, &problem);
    if (!record) {
        say("it cannot be corrected, since it cannot be decoded: %s", problem);
        return EXIT_REFUSED;
    }
    forcing->type = topic_row(forcing->letter->input.topic)->records[0];
    forcing->before = json_from_record(forcing->type, record);
    forcing->after = json_deep_copy(forcing->before);
    return EXIT_DONE;
}

/* --- changing --- */

static bool edit(struct forcing *forcing)
{
    char id[NEW_ID];
    bool good = forcing->after != NULL;

    for (uint32_t i = 1; i < forcing->call->argument_count && good; i++)
        good = dlq_edit(forcing->after, forcing->call->arguments[i]);
    if (good && forcing->options->new_id)
        good = json_object_set_new(forcing->after, "event_id", json_string(new_id("evt-", id))) == 0;
    return good;
}

/* --key; else, for a record that is about an account, the one that was set. */
static struct text new_key(const struct forcing *forcing)
{
    const json_t *before = json_object_get(forcing->before, "account_id");
    const json_t *after = json_object_get(forcing->after, "account_id");

    if (*forcing->options->key)
        return (struct text){forcing->options->key, (uint32_t)strlen(forcing->options->key)};
    if (after && !json_equal(before, after))
        return (struct text){json_string_value(after), (uint32_t)json_string_length(after)};
    return forcing->record.key;
}

/* What would only become a dead letter again is refused here. */
static enum exit_code check_key(const struct forcing *forcing, bool has_key, struct text key)
{
    const json_t *account = json_object_get(forcing->after, "account_id");
    struct text id = {account ? json_string_value(account) : NULL, account ? (uint32_t)json_string_length(account) : 0};

    if (!has_key) {
        say("it has no key: --key gives it one%s%s", account ? ", its account_id is " : "", account ? id.data : "");
        return EXIT_REFUSED;
    }
    if (account && !text_equal(id, key)) {
        say("its key is %.*s, but its account_id is %.*s: --key %.*s if the record is right, account_id=%.*s if the "
            "key "
            "is",
            (int)key.size, key.data, (int)id.size, id.data, (int)id.size, id.data, (int)key.size, key.data);
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

static enum exit_code apply(struct forcing *forcing)
{
    char problem[JSON_ERROR_SIZE];
    void *record = memory_zeroed(&forcing->memory, 1, forcing->type->size);

    if (!edit(forcing))
        return EXIT_USAGE;
    if (!record || !record_from_json(forcing->type, forcing->after, &forcing->memory.arena, record, problem)) {
        say("%s", record ? problem : "out of memory");
        return record ? EXIT_USAGE : EXIT_BROKEN;
    }
    enum exit_code code = context_identify(&forcing->dlq.context, forcing->letter->input.topic, forcing->type);
    if (code != EXIT_DONE)
        return code;
    struct codec_result encoded = codec_encode(forcing->dlq.context.codec, forcing->type, record, &forcing->bytes);
    return encoded.status == CODEC_OK ? EXIT_DONE : context_codec_failed("the new record", encoded);
}

/* --- showing --- */

static void note_change(struct forcing *forcing, const char *name)
{
    size_t used = strlen(forcing->changed);

    (void)snprintf(forcing->changed + used, sizeof forcing->changed - used, "%s%s", used ? ", " : "", name);
    forcing->changes++;
}

static void show_change(void *context, const char *path, const char *before, const char *after)
{
    struct forcing *forcing = context;

    note_change(forcing, path);
    if (!forcing->call->config->json)
        put("~ %s: %s -> %s\n", path, before ? before : "(none)", after ? after : "(none)");
}

static void show(struct forcing *forcing, bool has_key, struct text key)
{
    const struct kafka_record *was = &forcing->record;
    bool same_key = was->has_key == has_key && text_equal(was->key, key);

    dlq_changes(forcing->before, forcing->after, show_change, forcing);
    if (!same_key)
        note_change(forcing, "key");
    if (!same_key && !forcing->call->config->json)
        put("~ key: %.*s -> %.*s\n", was->has_key ? (int)was->key.size : 6, was->has_key ? was->key.data : "(none)",
            (int)key.size, key.data);
    if (forcing->call->config->json && !forcing->options->yes)
        put_json(json_pack("{s:o, s:o, s:o, s:o, s:s}", "input", record_place_json(&forcing->letter->input), "key",
                           json_foreign(key, has_key), "before", json_incref(forcing->before), "after",
                           json_incref(forcing->after), "changed", forcing->changed));
}

/* --- publishing --- */

static enum exit_code publish(struct forcing *forcing, struct text key)
{
    struct dlq_sender *sender = NULL;

    forcing->record.has_key = forcing->record.has_value = true;
    forcing->record.key = key;
    forcing->record.value = (struct text){(const char *)forcing->bytes.data, (uint32_t)forcing->bytes.size};
    enum exit_code code = dlq_sender_open(&forcing->dlq, forcing->letter->input.topic, 1, &sender);
    if (code == EXIT_DONE)
        code = dlq_send(sender, forcing->letter, &forcing->record, forcing->changed);
    if (code == EXIT_DONE)
        code = dlq_sender_finish(sender, forcing->options->timeout);
    dlq_sender_close(sender);
    return code;
}

static enum exit_code force(struct forcing *forcing)
{
    enum exit_code code = read_letter(forcing);

    if (code == EXIT_DONE)
        code = apply(forcing);
    if (code != EXIT_DONE)
        return code;
    struct text key = new_key(forcing);
    bool has_key = forcing->record.has_key || key.size;
    code = check_key(forcing, has_key, key);
    if (code != EXIT_DONE)
        return code;
    show(forcing, has_key, key);
    if (!forcing->changes) {
        say("nothing would change: `osbill dlq replay` sends it as it is");
        return EXIT_USAGE;
    }
    if (!forcing->options->yes) {
        say("nothing was published; --yes publishes it");
        return EXIT_FOUND;
    }
    return publish(forcing, key);
}

static enum exit_code run_force(const struct call *call)
{
    struct forcing forcing = {.call = call, .options = call->options};
    enum exit_code code = EXIT_BROKEN;

    interrupt_catch();
    memory_init(&forcing.memory, 64 << 10, 0);
    if (dlq_open(&forcing.dlq, call->config))
        code = force(&forcing);
    json_decref(forcing.before);
    json_decref(forcing.after);
    buffer_release(&forcing.bytes);
    memory_clear(&forcing.memory);
    dlq_release(&forcing.dlq);
    return code;
}

const struct command dlq_force_command = {
    .name = "dlq force",
    .usage = "TOPIC/PARTITION/OFFSET [FIELD=VALUE...]",
    .summary = "Sends a dead letter again with corrections, and shows the decision.",
    .details =
        "FIELD=VALUE sets a field of the record, whose name and type `osbill dlq show` shows: money in micro-units,\n"
        "times as 2025-03-01T12:00Z, milliseconds or now, inner fields as change.Price.amount_micros. What changes is\n"
        "shown, and published with --yes. The event keeps its event_id unless --new-id gives it another.\n"
        "\n"
        "  osbill dlq force account/0/17 currency=EUR --yes\n"
        "  osbill dlq force order/3/118 --key client-42",
    .codes = "0: decided; 1: only shown, or a dead letter again; 2: a correction is wrong; 4: not decided in time; 5: "
             "refused",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY,
    .options = force_options,
    .option_count = sizeof force_options / sizeof force_options[0],
    .options_size = sizeof(struct force_options),
    .argument_minimum = 1,
    .argument_maximum = FIELDS,
    .run = run_force,
};
