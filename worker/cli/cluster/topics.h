/* The topics of an installation: settings, records, keys. The one place (contract.md; design.md, "Components"). */
#ifndef OSBILL_CLI_TOPICS_H
#define OSBILL_CLI_TOPICS_H

#include "core/outcome.h"
#include "worker/kafka/kafka_config.h"

enum topic_spread {
    SPREAD_BY_ACCOUNT, /* the installation's number of partitions, one number the same accounts everywhere */
    SPREAD_NOT         /* one partition: one total order */
};

struct topic_setting {
    const char *name, *value;
};

struct topic_row {
    enum topic_spread spread;
    const char *key_field;                    /* of an input's record, its message key; NULL: no input */
    const struct record_type *const *records; /* NULL-terminated; more than one: told apart by the message key */
    const struct topic_setting *settings;     /* NULL-terminated; min.insync.replicas follows from the replicas */
    const char *purpose;
};
const struct topic_row *topic_row(enum topic topic);

/* The topic of a name with or without prefix; TOPIC_COUNT: none. */
enum topic topic_of_name(struct text name, const char *prefix);
/* Reads a command's argument as such a name. TOPIC_COUNT and a message that lists all: no such topic. */
enum topic topic_from_argument(const char *argument, const char *prefix);

enum { TOPIC_NAME = 256, SUBJECT_NAME = 384 };
/* "<prefix>order". Returns buffer. */
const char *topic_full_name(const char *prefix, enum topic topic, char buffer[TOPIC_NAME]);
/* "<prefix>order-value" (TopicNameStrategy); for the state topics, which hold several record types,
 * "<prefix>account-state-osbill.v1.VpsState" (TopicRecordNameStrategy). Returns buffer. */
const char *topic_subject(const char *prefix, enum topic topic, const struct record_type *type,
                          char buffer[SUBJECT_NAME]);

/* The record type of a message in one of the topics; NULL: a key that is not known, or dead-letter. */
const struct record_type *topic_record_of(enum topic topic, struct text key);

#endif
