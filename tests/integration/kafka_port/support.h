/* Shared by the tests of worker/kafka: topics of their own on the real broker, and a handler that remembers. */
#ifndef OSBILL_TESTS_KAFKA_PORT_SUPPORT_H
#define OSBILL_TESTS_KAFKA_PORT_SUPPORT_H

#include "worker/kafka/kafka_admin.h"
#include "worker/kafka/kafka_log.h"
#include "worker/kafka/kafka_reader.h"
#include "worker/kafka/kafka_writer.h"

/* cmocka wants these first. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PARTITIONS = 4, SEEN_MAX = 4096, DEADLINE_MS = 30000 };

/* One installation: all topics of the contract under a prefix that no other test uses. */
struct installation {
    char prefix[64];
    struct kafka_connection connection;
    struct kafka_admin *admin;
};
/* Fails the test when OSBILL_KAFKA_BOOTSTRAP_SERVERS is not set or nobody answers there. */
void installation_create(struct installation *installation);
void installation_remove(struct installation *installation);
/* cmocka fixtures around one installation for a whole group of tests: *state is it. */
int installation_setup(void **state);
int installation_teardown(void **state);
/* "<prefix><name>", in a buffer that the call after the next reuses. */
const char *full_name(const struct installation *installation, enum topic topic);

struct seen {
    enum topic topic;
    int32_t partition;
    int64_t offset;
    char key[32], value[32];
};

/* A log with a handler that remembers. */
struct member {
    struct log *log;
    struct log_handler handler;
    struct seen seen[SEEN_MAX];
    uint32_t seen_count;
    uint32_t stop_after; /* messages in one poll; 0: no limit */
    uint32_t taken;      /* in this poll */
    bool start;          /* start every partition at its first offset when it is assigned */
    bool owned[TOPIC_INPUTS][PARTITIONS];
    int64_t ends[TOPIC_INPUTS][PARTITIONS];   /* -1: not reached */
    uint32_t assigned, revoked, lost, failed; /* calls */
};
/* Opens with the group and the transactional id; NULL: any of its own. properties end with a NULL name. */
void member_open(struct member *member, const struct installation *installation, const char *group,
                 const char *transactional_id, const char *instance, const struct kafka_property *properties);
void member_close(struct member *member);
uint32_t member_owned(const struct member *member, enum topic topic);
/* Polls every member until the condition holds; fails the test after DEADLINE_MS. */
void poll_until(struct member *const *members, uint32_t count, bool (*condition)(void *context), void *context);
/* Polls one member until it owns `count` partitions of the order topic. */
void poll_until_owned(struct member *member, uint32_t count);

/* Repeats the call while it says RESULT_RETRY, at most DEADLINE_MS. */
#define EVENTUALLY(call)                                           \
    __extension__({                                                \
        struct result result_;                                     \
        int64_t until_ = now_ms() + DEADLINE_MS;                   \
        do                                                         \
            result_ = (call);                                      \
        while (result_.kind == RESULT_RETRY && now_ms() < until_); \
        result_;                                                   \
    })
#define assert_result(expected, call) check_result((expected), EVENTUALLY(call), #call, __FILE__, __LINE__)
/* Without repeating. */
#define assert_result_once(expected, call) check_result((expected), (call), #call, __FILE__, __LINE__)
void check_result(enum result_kind expected, struct result got, const char *call, const char *file, int line);
int64_t now_ms(void);

/* Produces key and value in the transaction that is open. */
void produce(struct log *log, enum topic topic, int32_t partition, const char *key, const char *value);
/* begin, produce `count` records "<label>0".. to one partition, flush; and then commit or abort. */
void write_open(struct log *log, enum topic topic, int32_t partition, const char *label, int count);
void write_committed(struct log *log, enum topic topic, int32_t partition, const char *label, int count);
void write_aborted(struct log *log, enum topic topic, int32_t partition, const char *label, int count);

#endif
