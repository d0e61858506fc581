/* What the parts of a running worker share. Internal to worker*.c and command_worker.c. */
#ifndef OSBILL_CLI_WORKER_H
#define OSBILL_CLI_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "worker/admin/board.h"
#include "worker/avro/codec_port.h"
#include "worker/cli/common/exit_code.h"
#include "worker/cli/worker/worker_log.h"
#include "worker/engine/follower.h"
#include "worker/http/registry.h"
#include "worker/kafka/kafka_log.h"

enum { WORKER_ID = 512 };

struct worker {
    const struct config *config;
    struct worker_log log;
    struct kafka_connection kafka; /* properties include the timeouts of the configuration */
    char member[WORKER_ID];        /* transactional ids begin with it */
    struct board board;
    const struct catalogue_source *catalogue; /* set before the threads start */
    atomic_llong state_retention_ms;          /* delete.retention.ms of account-state; 0: not known yet */
    atomic_int end;                           /* enum exit_code of the first thread that gave up; -1: none did */
};

/* What one thread speaks through; the adapters are not for two. */
struct worker_ports {
    struct worker *worker;
    int thread; /* LOG_FOLLOWER: the catalogue's */
    struct registry *registry;
    struct codec *codec;
    struct codec_port port;
    struct record_codec record_codec;
    struct log *log;
    struct kafka_reason reason;
};

/* worker_ports.c. Nothing is asked of the network. False: said why, and gave up. */
bool worker_ports_open(struct worker_ports *ports, struct worker *worker, int thread);
void worker_ports_close(struct worker_ports *ports);
/* Learns the schema ids of all outputs; waits while the registry does not answer. EXIT_DONE also when it was
 * interrupted. */
enum exit_code worker_ports_identify(struct worker_ports *ports);
/* Where the engine's and follower's messages go: context is the ports. */
void worker_notice(void *context, const struct notice *notice);

/* worker_settings.c */
struct engine_config worker_engine_config(const struct config *config);
/* False: out of memory. `ret_properties` is the caller's to free. */
bool worker_connection(const struct config *config, struct kafka_connection *ret_connection,
                       struct kafka_property **ret_properties);
/* "<prefix>-<host>-<process>-<random>", or "<prefix>-<instance>" of a static member. */
void worker_member_name(const struct config *config, char ret_name[WORKER_ID]);
/* worker_thread.c: thread functions. */
struct worker_thread {
    pthread_t id;
    struct worker *worker;
    int number;
    bool started;
};
void *worker_thread_run(void *thread);

/* worker_follower.c */
struct worker_follower {
    pthread_t id;
    struct worker *worker;
    struct worker_ports ports;
    struct follower *follower;
    atomic_bool stop;
    bool started;
};
bool worker_follower_open(struct worker_follower *follower, struct worker *worker);
bool worker_follower_start(struct worker_follower *follower);
void worker_follower_close(struct worker_follower *follower);

/* worker_safety.c: promise 3. False: the cluster did not answer, ask again later. */
bool worker_check_safety(struct worker *worker);

/* worker_retention.c: how long account-state remembers what was deleted. Says when it is unlike what `init` sets, gives
 * up when it is too short. False: not known; ask again later. */
bool worker_check_retention(struct worker *worker);

/* EXIT_BROKEN for want of memory, else EXIT_CONFIGURATION. */
enum exit_code worker_stop_code(const char *reason);
/* Ends the process: the first reason counts. */
void worker_give_up(struct worker *worker, enum exit_code code);
bool worker_stopping(struct worker *worker);

#endif
