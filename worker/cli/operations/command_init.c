/* osbill init */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "worker/cli/cluster/context.h"
#include "worker/cli/common/print.h"
#include "worker/kafka/kafka_admin.h"

enum { SETTINGS_MAX = 16 };
#define COMPATIBILITY "FULL_TRANSITIVE"

struct init {
    struct context context;
    struct kafka_admin *admin;
    int32_t partitions; /* of the topics by account: as they are, or as they are to be */
    char names[TOPIC_COUNT][TOPIC_NAME];
    struct kafka_property settings[TOPIC_COUNT][SETTINGS_MAX];
    struct kafka_topic_plan plans[TOPIC_COUNT];
    uint32_t created, differs, same;
};

/* One line: what was done or differs. */
static void report(struct init *init, const char *what, const char *name, const char *setting, const char *expected,
                   const char *actual)
{
    if (init->context.config->json)
        put_json(json_pack("{s:s, s:s, s:s*, s:s*, s:s*}", "result", what, "name", name, "setting", setting, "expected",
                           expected, "actual", actual));
    else if (setting && actual)
        put("%-10s %s: %s is %s, expected %s\n", what, name, setting, actual, expected);
    else if (setting)
        put("%-10s %s: %s = %s\n", what, name, setting, expected);
    else
        put("%-10s %s\n", what, name);
}

/* --- topics --- */

static void plan_topic(struct init *init, enum topic topic)
{
    const struct config *config = init->context.config;
    const struct topic_row *row = topic_row(topic);
    struct kafka_topic_plan *plan = &init->plans[topic];
    uint32_t count = 0;

    for (const struct topic_setting *setting = row->settings; setting->name; setting++)
        init->settings[topic][count++] = (struct kafka_property){setting->name, setting->value};
    /* Promise 3: an acknowledged write is on two brokers at least. */
    init->settings[topic][count++] =
        (struct kafka_property){"min.insync.replicas", config->replication_factor >= 3 ? "2" : "1"};
    *plan = (struct kafka_topic_plan){
        .name = context_topic(&init->context, topic, init->names[topic]),
        .partitions = row->spread == SPREAD_NOT ? 1 : init->partitions,
        .replicas = (int16_t)config->replication_factor,
        .settings = init->settings[topic],
        .setting_count = count,
    };
}

static void on_topic(void *context, const char *topic, bool existed)
{
    struct init *init = context;

    if (existed) {
        init->same++;
        return;
    }
    init->created++;
    report(init, "created", topic, NULL, NULL, NULL);
}

static void on_difference(void *context, const struct kafka_difference *difference)
{
    struct init *init = context;

    init->differs++;
    if (!difference->setting)
        report(init, "missing", difference->topic, NULL, NULL, NULL);
    else
        report(init, "differs", difference->topic, difference->setting, difference->expected, difference->actual);
}

static bool note_partitions(void *context, const struct config_entry *entry)
{
    bool *chosen = context;

    if (!strcmp(entry->name, "partitions"))
        *chosen = !entry->is_default;
    return true;
}

/* A number means the same accounts in every topic: what is there says how many the others get. */
static enum exit_code find_partitions(struct init *init)
{
    const struct config *config = init->context.config;
    struct kafka_topic_facts facts = {0};
    struct result result = RESULT_SUCCESS;
    char name[TOPIC_NAME];
    bool chosen = false;

    for (int topic = 0; topic < TOPIC_COUNT && result.kind == RESULT_OK && !facts.exists; topic++)
        if (topic_row((enum topic)topic)->spread == SPREAD_BY_ACCOUNT)
            result = kafka_admin_topic(init->admin, context_topic(&init->context, (enum topic)topic, name),
                                       CONTEXT_TIMEOUT_MS, &facts);
    if (result.kind != RESULT_OK)
        return context_failed("Kafka", result);
    init->partitions = facts.exists ? facts.partitions : (int32_t)config->partitions;
    config_each(config, note_partitions, &chosen);
    if (!chosen || init->partitions == config->partitions)
        return EXIT_DONE;
    say("--partitions %lld: the topics have %d partitions, which say which accounts belong where: this cannot be "
        "changed",
        (long long)config->partitions, init->partitions);
    return EXIT_REFUSED;
}

static enum exit_code check_brokers(struct init *init)
{
    struct kafka_cluster cluster;
    int64_t copies = init->context.config->replication_factor;
    struct result result = kafka_admin_cluster(init->admin, CONTEXT_TIMEOUT_MS, &cluster);

    if (result.kind != RESULT_OK)
        return context_failed("Kafka", result);
    if (cluster.brokers >= copies)
        return EXIT_DONE;
    say("the cluster has %d broker%s, so topics cannot have %lld copies: for a test, --replication-factor %d",
        cluster.brokers, cluster.brokers == 1 ? "" : "s", (long long)copies, cluster.brokers);
    return EXIT_CONFIGURATION;
}

static enum exit_code make_topics(struct init *init, bool check_only)
{
    struct result result = kafka_admin_open(&init->context.kafka, &init->context.reason, &init->admin);

    if (result.kind != RESULT_OK)
        return context_failed("Kafka", result);
    enum exit_code code = check_only ? EXIT_DONE : check_brokers(init);
    if (code == EXIT_DONE)
        code = find_partitions(init);
    if (code != EXIT_DONE)
        return code;
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        plan_topic(init, (enum topic)topic);
    if (!check_only)
        result = kafka_admin_create(init->admin, init->plans, TOPIC_COUNT, CONTEXT_TIMEOUT_MS, on_topic, init);
    if (result.kind == RESULT_OK)
        result = kafka_admin_compare(init->admin, init->plans, TOPIC_COUNT, CONTEXT_TIMEOUT_MS, on_difference, init);
    return result.kind == RESULT_OK ? EXIT_DONE : context_failed("Kafka", result);
}

/* --- schemas --- */

static enum exit_code set_level(struct init *init, const char *subject, bool check_only)
{
    struct registry *registry = init->context.registry;
    const char *level = "";
    struct schema_result result = registry_compatibility(registry, subject, &level);

    if (result.answer == SCHEMA_OK && !strcmp(level, COMPATIBILITY))
        return EXIT_DONE;
    if (result.answer != SCHEMA_OK && result.answer != SCHEMA_NOT_FOUND)
        return context_schema_failed(subject, result);
    if (check_only) {
        init->differs++;
        report(init, "differs", subject, "compatibility", COMPATIBILITY, *level ? level : "(none)");
        return EXIT_DONE;
    }
    result = registry_set_compatibility(registry, subject, COMPATIBILITY);
    if (result.answer != SCHEMA_OK)
        return context_schema_failed(subject, result);
    init->created++;
    report(init, "set", subject, "compatibility", COMPATIBILITY, NULL);
    return EXIT_DONE;
}

/* The subject has this schema, or gets it if that is compatible with those before it. */
static enum exit_code add_schema(struct init *init, const char *subject, struct text schema, bool check_only)
{
    int32_t id;
    struct schema_result result = registry_lookup(init->context.registry, subject, schema, &id);

    if (result.answer == SCHEMA_OK) {
        init->same++;
        return EXIT_DONE;
    }
    if (result.answer != SCHEMA_NOT_FOUND)
        return context_schema_failed(subject, result);
    if (check_only) {
        init->differs++;
        report(init, "missing", subject, NULL, NULL, NULL);
        return EXIT_DONE;
    }
    result = registry_register(init->context.registry, subject, schema, &id);
    if (result.answer != SCHEMA_OK)
        return context_schema_failed(subject, result);
    init->created++;
    report(init, "registered", subject, NULL, NULL, NULL);
    return EXIT_DONE;
}

static enum exit_code add_schemas(struct init *init, enum topic topic, bool check_only)
{
    char subject[SUBJECT_NAME];
    enum exit_code code = EXIT_DONE;

    for (const struct record_type *const *at = topic_row(topic)->records; at && *at && code == EXIT_DONE; at++) {
        topic_subject(init->context.config->topic_prefix, topic, *at, subject);
        code = add_schema(init, subject, (struct text){(*at)->schema, (uint32_t)strlen((*at)->schema)}, check_only);
        if (code == EXIT_DONE)
            code = set_level(init, subject, check_only);
    }
    return code;
}

/* --- the command --- */

struct init_options {
    bool check;
};

static const struct option init_options[] = {
    {.name = "check",
     .type = OPTION_BOOLEAN,
     .preset = "false",
     .place = OPTION_FLAG_ONLY,
     .offset = offsetof(struct init_options, check),
     .help = "Only say what is missing or differs; change nothing."},
};

static enum exit_code conclude(const struct init *init)
{
    if (init->context.config->json)
        return init->differs ? EXIT_FOUND : EXIT_DONE;
    if (init->differs)
        say("%u differ and were left as they are. Kafka's own tool changes them: kafka-configs --alter "
            "--entity-type topics --entity-name TOPIC --add-config NAME=VALUE.",
            init->differs);
    else
        put("%s: %u made, %u there already\n", init->context.config->topic_prefix, init->created, init->same);
    return init->differs ? EXIT_FOUND : EXIT_DONE;
}

static enum exit_code run_init(const struct call *call)
{
    const struct init_options *options = call->options;
    struct init init = {0};
    enum exit_code code = context_open(&init.context, call->config) ? make_topics(&init, options->check) : EXIT_BROKEN;

    for (int topic = 0; topic < TOPIC_COUNT && code == EXIT_DONE; topic++)
        code = add_schemas(&init, (enum topic)topic, options->check);
    if (code == EXIT_DONE)
        code = conclude(&init);
    kafka_admin_close(init.admin);
    context_release(&init.context);
    return code;
}

const struct command init_command = {
    .name = "init",
    .usage = "",
    .summary = "Creates topics and registers schemas; says what differs.",
    .details = "What is there already is left as it is, so that it can be run again at any time.\n"
               "Schemas are compatible with all before them (" COMPATIBILITY "). Subjects: <topic>-value, and for\n"
               "account-state and catalogue-state, which hold several record types, <topic>-<record>, for instance\n"
               "osbill.account-state-osbill.v1.VpsState.",
    .codes = "0: all is as it should be; 1: something differs; 3: a topic or schema cannot be made;\n5: another number "
             "of partitions than the topics have",
    .groups = OPTION_OF_KAFKA | OPTION_OF_REGISTRY | OPTION_OF_INIT,
    .options = init_options,
    .option_count = 1,
    .options_size = sizeof(struct init_options),
    .run = run_init,
};
