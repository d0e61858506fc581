/* What the threads of a worker say of themselves, for whoever asks from another thread: each posts a copy. */
#ifndef OSBILL_ADMIN_BOARD_H
#define OSBILL_ADMIN_BOARD_H

#include <pthread.h>

#include "worker/engine/engine.h"

#define BOARD_REASON 240

struct board_partition {
    struct partition_view view; /* view.reason is not valid: see reason */
    char reason[BOARD_REASON];
};

struct board_thread {
    struct engine_statistics statistics;
    struct board_partition *partitions;
    uint32_t partition_count, partition_room;
    int64_t posted_at; /* monotonic ms; 0: never */
    bool ended;
};

struct board {
    pthread_mutex_t lock;
    struct board_thread *threads;
    uint32_t thread_count;
    int64_t started_at;        /* wall clock, ms */
    int64_t catalogue_version; /* -1: not followed to the end yet */
    int64_t (*now)(void);      /* monotonic ms */
};

/* False: no memory. */
bool board_init(struct board *board, uint32_t thread_count, int64_t started_at, int64_t (*now)(void));
void board_release(struct board *board);

/* The thread's own engine as it stands; called by that thread. */
void board_post(struct board *board, uint32_t thread, const struct engine *engine);
void board_ended(struct board *board, uint32_t thread);
void board_set_catalogue(struct board *board, int64_t version);

enum board_health {
    BOARD_HEALTHY,
    BOARD_PAUSED,  /* an outage, or partitions still on their way: it goes on by itself */
    BOARD_REFUSED, /* a partition needs a person */
    BOARD_DEAD     /* a thread ended, or said nothing for a minute */
};
enum board_health board_health(struct board *board);

/* Rendered, malloced; NULL: no memory. */
char *board_metrics(struct board *board);    /* Prometheus text format 0.0.4 */
char *board_partitions(struct board *board); /* JSON */
char *board_health_text(struct board *board, enum board_health health);

#endif
