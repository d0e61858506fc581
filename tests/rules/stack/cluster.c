#include "cluster.h"

#include "worker/cli/cluster/topics.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cluster {
    rd_kafka_t *handle;
    rd_kafka_queue_t *created, *removed;
    rd_kafka_AdminOptions_t *create, *remove;
    uint32_t drops;                         /* without an answer so far */
    rd_kafka_topic_t *inputs[TOPIC_INPUTS]; /* of the present case */
    struct sent *sent;
    const char *unwritten;
    char last[TOPIC_NAME];
    char problem[512];
};

static rd_kafka_AdminOptions_t *make_options(struct cluster *cluster, rd_kafka_admin_op_t operation)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(cluster->handle, operation);

    (void)rd_kafka_AdminOptions_set_request_timeout(options, STACK_PATIENCE_MS, NULL, 0);
    (void)rd_kafka_AdminOptions_set_operation_timeout(options, STACK_PATIENCE_MS, NULL, 0);
    return options;
}

static void written(rd_kafka_t *handle, const rd_kafka_message_t *message, void *context)
{
    struct cluster *cluster = context;

    (void)handle;
    if (message->err)
        cluster->unwritten = rd_kafka_err2str(message->err);
    else
        cluster->sent[(uintptr_t)message->_private] = (struct sent){message->partition, message->offset};
}

static rd_kafka_conf_t *make_settings(struct cluster *cluster, const char *bootstrap_servers)
{
    static const char *const settings[][2] = {{"client.id", "rulebook"},
                                              {"partitioner", "murmur2_random"},
                                              {"enable.idempotence", "true"},
                                              {"message.max.bytes", "2097152"},
                                              {"linger.ms", "0"},
                                              {"log_level", "3"}}; /* that topics go is no news */
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool good = rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap_servers, NULL, 0) == RD_KAFKA_CONF_OK;

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        good = good && rd_kafka_conf_set(conf, settings[i][0], settings[i][1], NULL, 0) == RD_KAFKA_CONF_OK;
    rd_kafka_conf_set_dr_msg_cb(conf, written);
    rd_kafka_conf_set_opaque(conf, cluster);
    if (!good)
        rd_kafka_conf_destroy(conf);
    return good ? conf : NULL;
}

const char *cluster_open(const char *bootstrap_servers, struct cluster **ret_cluster)
{
    struct cluster *cluster = calloc(1, sizeof *cluster);

    *ret_cluster = cluster;
    if (!cluster)
        return "out of memory";
    rd_kafka_conf_t *conf = make_settings(cluster, bootstrap_servers);
    if (!conf)
        return "OSBILL_KAFKA_BOOTSTRAP_SERVERS names no brokers";
    cluster->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, cluster->problem, sizeof cluster->problem);
    if (!cluster->handle)
        return cluster->problem;
    cluster->created = rd_kafka_queue_new(cluster->handle);
    cluster->removed = rd_kafka_queue_new(cluster->handle);
    cluster->create = make_options(cluster, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    cluster->remove = make_options(cluster, RD_KAFKA_ADMIN_OP_DELETETOPICS);
    return NULL;
}

static void forget_inputs(struct cluster *cluster)
{
    for (int i = 0; i < TOPIC_INPUTS && cluster->inputs[i]; i++) {
        rd_kafka_topic_destroy(cluster->inputs[i]);
        cluster->inputs[i] = NULL;
    }
}

void cluster_close(struct cluster *cluster)
{
    if (cluster && cluster->handle) {
        forget_inputs(cluster);
        rd_kafka_AdminOptions_destroy(cluster->create);
        rd_kafka_AdminOptions_destroy(cluster->remove);
        rd_kafka_queue_destroy(cluster->created);
        rd_kafka_queue_destroy(cluster->removed);
        rd_kafka_destroy(cluster->handle);
    }
    free(cluster);
}

static const char *say(struct cluster *cluster, const char *what, const char *why)
{
    (void)snprintf(cluster->problem, sizeof cluster->problem, "%s: %s", what, why);
    return cluster->problem;
}

/* NULL: every topic of the answer is as was asked. */
static const char *take_answer(struct cluster *cluster, rd_kafka_queue_t *answers)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(answers, STACK_PATIENCE_MS);
    const rd_kafka_topic_result_t **topics = NULL;
    const char *problem = NULL;
    size_t count = 0;

    if (!event)
        return "Kafka does not answer";
    if (rd_kafka_event_error(event))
        problem = say(cluster, "topics", rd_kafka_event_error_string(event));
    else if (rd_kafka_event_CreateTopics_result(event))
        topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    else
        topics = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
    for (size_t i = 0; i < count && !problem; i++)
        if (rd_kafka_topic_result_error(topics[i]))
            problem = say(cluster, rd_kafka_topic_result_name(topics[i]),
                          rd_kafka_err2str(rd_kafka_topic_result_error(topics[i])));
    rd_kafka_event_destroy(event);
    return problem;
}

static rd_kafka_NewTopic_t *make_topic(const struct topics_plan *plan, enum topic topic)
{
    const struct topic_row *row = topic_row(topic);
    char text[TOPIC_NAME];
    rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic_full_name(plan->prefix, topic, text),
                                                      row->spread == SPREAD_NOT ? 1 : plan->partitions, 1, NULL, 0);

    for (const struct topic_setting *setting = row->settings; setting->name; setting++) {
        bool limited = plan->limit && plan->limited == topic && !strcmp(setting->name, "max.message.bytes");
        (void)snprintf(text, sizeof text, "%" PRId64, plan->limit);
        (void)rd_kafka_NewTopic_set_config(made, setting->name, limited ? text : setting->value);
    }
    return made;
}

const char *topics_ask(struct cluster *cluster, const struct topics_plan *plans, uint32_t count)
{
    size_t total = (size_t)count * TOPIC_COUNT;
    rd_kafka_NewTopic_t **topics = calloc(total, sizeof *topics);

    if (!topics)
        return "out of memory";
    for (size_t i = 0; i < total; i++)
        topics[i] = make_topic(&plans[i / TOPIC_COUNT], (enum topic)(i % TOPIC_COUNT));
    topic_full_name(plans[count - 1].prefix, TOPIC_COUNT - 1, cluster->last);
    rd_kafka_CreateTopics(cluster->handle, topics, total, cluster->create, cluster->created);
    rd_kafka_NewTopic_destroy_array(topics, total);
    free(topics);
    return NULL;
}

/* The controller answers before the brokers know the topics. */
static bool is_known(struct cluster *cluster)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(cluster->handle, cluster->last, NULL);
    const struct rd_kafka_metadata *metadata = NULL;
    bool known = !rd_kafka_metadata(cluster->handle, 0, topic, &metadata, STACK_PATIENCE_MS) &&
                 !metadata->topics[0].err && metadata->topics[0].partitions[0].leader >= 0;

    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    return known;
}

const char *topics_await(struct cluster *cluster)
{
    int64_t until = stack_now() + (int64_t)STACK_PATIENCE_MS * 1000;
    const char *problem = take_answer(cluster, cluster->created);

    while (!problem && !is_known(cluster))
        if (stack_now() > until)
            problem = "the brokers do not know the topics that were made";
    return problem;
}

void topics_drop(struct cluster *cluster, const char *prefix)
{
    rd_kafka_DeleteTopic_t *topics[TOPIC_COUNT];
    char name[TOPIC_NAME];

    for (int i = 0; i < TOPIC_COUNT; i++)
        topics[i] = rd_kafka_DeleteTopic_new(topic_full_name(prefix, (enum topic)i, name));
    rd_kafka_DeleteTopics(cluster->handle, topics, TOPIC_COUNT, cluster->remove, cluster->removed);
    rd_kafka_DeleteTopic_destroy_array(topics, TOPIC_COUNT);
    cluster->drops++;
}

const char *topics_await_drops(struct cluster *cluster)
{
    const char *problem = NULL;

    for (; cluster->drops && !problem; cluster->drops--)
        problem = take_answer(cluster, cluster->removed);
    return problem;
}

/* --- inputs --- */

const char *cluster_meet(struct cluster *cluster, const char *prefix)
{
    const struct rd_kafka_metadata *metadata = NULL;
    char name[TOPIC_NAME];

    forget_inputs(cluster);
    for (int i = 0; i < TOPIC_INPUTS; i++)
        cluster->inputs[i] = rd_kafka_topic_new(cluster->handle, topic_full_name(prefix, (enum topic)i, name), NULL);
    rd_kafka_resp_err_t code = rd_kafka_metadata(cluster->handle, 0, NULL, &metadata, STACK_PATIENCE_MS);
    if (metadata)
        rd_kafka_metadata_destroy(metadata);
    return code ? rd_kafka_err2str(code) : NULL;
}

const char *cluster_send(struct cluster *cluster, const struct log_record *record, uint32_t number)
{
    int32_t partition = record->partition == LOG_PARTITION_BY_KEY ? RD_KAFKA_PARTITION_UA : record->partition;

    if (!rd_kafka_produce(cluster->inputs[record->topic], partition, RD_KAFKA_MSG_F_COPY,
                          record->has_value ? (void *)(uintptr_t)record->value.data : NULL, record->value.size,
                          record->has_key ? record->key.data : NULL, record->key.size, (void *)(uintptr_t)number))
        return NULL;
    return rd_kafka_err2str(rd_kafka_last_error());
}

const char *cluster_flush(struct cluster *cluster, struct sent *sent)
{
    cluster->sent = sent;
    cluster->unwritten = NULL;
    if (rd_kafka_flush(cluster->handle, STACK_PATIENCE_MS))
        return "Kafka does not acknowledge the inputs";
    return cluster->unwritten;
}
