/* TOPIC/PARTITION/OFFSET: how people, Decisions and the headers of dead letters name a record. */
#ifndef OSBILL_CLI_RECORD_PLACE_H
#define OSBILL_CLI_RECORD_PLACE_H

#include "worker/cli/cluster/topics.h"
#include "worker/kafka/kafka_reader.h"

struct json_t; /* jansson's */

struct record_place {
    enum topic topic; /* TOPIC_COUNT: none */
    int32_t partition;
    int64_t offset;
};
enum { RECORD_PLACE_TEXT = 64 };

struct record_place record_place_of(enum topic topic, const struct kafka_record *record);
/* "order/3/118", the topic with or without prefix: an input or dead-letter. False: it is none. */
bool record_place_parse(struct text text, const char *prefix, struct record_place *ret);
const char *record_place_text(const struct record_place *place, char buffer[RECORD_PLACE_TEXT]);
struct json_t *record_place_json(const struct record_place *place); /* null: none */
int record_place_compare(const struct record_place *a, const struct record_place *b);
bool record_place_equal(const struct record_place *a, const struct record_place *b);

/* A header's value; data NULL: there is none. */
struct text record_header(const struct kafka_record *record, const char *name);
/* Where the input of a dead letter is, as its headers say (contract.md). TOPIC_COUNT: they name no topic of ours;
 * partition or offset -1: they are no numbers. */
struct record_place dead_letter_input(const struct kafka_record *record, const char *prefix);

#endif
