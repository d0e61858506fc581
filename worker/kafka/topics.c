#include "topics.h"

#include <stdlib.h>
#include <string.h>

/* Kafka's own limits are lower; this one keeps a wrong number from taking all memory. */
enum { PARTITIONS_MAX = 100000 };

bool kafka_topics_init(struct kafka_topics *topics, const char *prefix)
{
    size_t prefix_size = strlen(prefix);

    memset(topics, 0, sizeof(*topics));
    for (int topic = 0; topic < TOPIC_COUNT; topic++) {
        struct text name = topic_name((enum topic)topic);
        char *full = malloc(prefix_size + name.size + 1);

        if (!full)
            return false;
        memcpy(full, prefix, prefix_size);
        memcpy(full + prefix_size, name.data, name.size);
        full[prefix_size + name.size] = '\0';
        topics->names[topic] = full;
    }
    return true;
}

void kafka_topics_release(struct kafka_topics *topics)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        free(topics->names[topic]);
    memset(topics, 0, sizeof(*topics));
}

enum topic kafka_topics_find(const struct kafka_topics *topics, const char *name)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (!strcmp(topics->names[topic], name))
            return (enum topic)topic;
    return TOPIC_COUNT;
}

void kafka_partitions_release(struct kafka_partitions *partitions)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        free(partitions->items[topic]);
    memset(partitions, 0, sizeof(*partitions));
}

struct kafka_partition *kafka_partition_find(const struct kafka_partitions *partitions, enum topic topic,
                                             int32_t partition)
{
    if (topic >= TOPIC_COUNT || partition < 0 || partition >= partitions->counts[topic])
        return NULL;
    return &partitions->items[topic][partition];
}

static bool grow(struct kafka_partitions *partitions, enum topic topic, int32_t count)
{
    struct kafka_partition *items = realloc(partitions->items[topic], (size_t)count * sizeof(struct kafka_partition));

    if (!items)
        return false;
    for (int32_t i = partitions->counts[topic]; i < count; i++)
        items[i] = (struct kafka_partition){.written_end = -1};
    partitions->items[topic] = items;
    partitions->counts[topic] = count;
    return true;
}

struct kafka_partition *kafka_partition_at(struct kafka_partitions *partitions, enum topic topic, int32_t partition)
{
    struct kafka_partition *found = kafka_partition_find(partitions, topic, partition);

    if (found || topic >= TOPIC_COUNT || partition < 0 || partition >= PARTITIONS_MAX)
        return found;
    return grow(partitions, topic, partition + 1) ? &partitions->items[topic][partition] : NULL;
}
