/* The contract's topics under this installation's prefix, and what the log knows of each partition. */
#ifndef OSBILL_KAFKA_TOPICS_H
#define OSBILL_KAFKA_TOPICS_H

#include "core/outcome.h"

struct kafka_topics {
    char *names[TOPIC_COUNT]; /* with prefix */
};
/* False: no memory. */
bool kafka_topics_init(struct kafka_topics *topics, const char *prefix);
void kafka_topics_release(struct kafka_topics *topics);
/* TOPIC_COUNT: not one of ours. */
enum topic kafka_topics_find(const struct kafka_topics *topics, const char *name);

struct kafka_partition {
    /* As an input. */
    bool assigned;
    bool started;      /* the engine wants its messages */
    bool paused;       /* librdkafka does not fetch it */
    bool seek_pending; /* started, but librdkafka could not yet be told from where */
    bool broken;       /* librdkafka gave it up: it must be assigned anew */
    int64_t next;      /* what is below was delivered or is not wanted */
    int64_t end;       /* the last end that was reached: then the last stable offset */
    /* As a state topic that is read without the group. */
    bool reading;
    bool follows; /* with the handle that waits for more */
    int64_t read_next;
    /* As an output: one past the greatest offset written in this transaction; -1: none. */
    int64_t written_end;
};

/* Grows as partitions are seen; they never go away (their number is fixed for an installation). */
struct kafka_partitions {
    struct kafka_partition *items[TOPIC_COUNT];
    int32_t counts[TOPIC_COUNT];
};
void kafka_partitions_release(struct kafka_partitions *partitions);
/* NULL: never seen. */
struct kafka_partition *kafka_partition_find(const struct kafka_partitions *partitions, enum topic topic,
                                             int32_t partition);
/* NULL: no memory, or no such partition can exist. Pointers from before are void. */
struct kafka_partition *kafka_partition_at(struct kafka_partitions *partitions, enum topic topic, int32_t partition);

#endif
