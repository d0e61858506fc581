/* send_offsets_to_transaction, in a thread of its own. librdkafka cannot resume that call, and it does not keep its
 * timeout either: while the group has no coordinator it waits until there is one (confluentinc/librdkafka issue 5456,
 * every version so far). Called in the worker's thread it would keep the worker silent and deaf to SIGTERM for as long
 * as Kafka is away. */
#include "log_parts.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum sender_state { SENDER_IDLE, SENDER_CALLED, SENDER_RETURNED, SENDER_ENDS };

struct kafka_sender {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum sender_state state;
    /* The call: */
    rd_kafka_t *producer;
    rd_kafka_topic_partition_list_t *offsets;
    struct log_generation *generation;
    rd_kafka_error_t *error;
};

/* With the lock. */
static void change(struct kafka_sender *sender, enum sender_state state)
{
    sender->state = state;
    (void)pthread_cond_broadcast(&sender->changed);
}

static void call(struct kafka_sender *sender)
{
    (void)pthread_mutex_unlock(&sender->lock);
    sender->error = rd_kafka_send_offsets_to_transaction(
        sender->producer, sender->offsets, kafka_generation_metadata(sender->generation), KAFKA_SEND_OFFSETS_MS);
    rd_kafka_topic_partition_list_destroy(sender->offsets);
    kafka_log_generation_free(sender->generation);
    (void)pthread_mutex_lock(&sender->lock);
    change(sender, SENDER_RETURNED);
}

static void *run(void *argument)
{
    struct kafka_sender *sender = argument;

    (void)pthread_mutex_lock(&sender->lock);
    while (sender->state != SENDER_ENDS) {
        if (sender->state == SENDER_CALLED)
            call(sender);
        else
            (void)pthread_cond_wait(&sender->changed, &sender->lock);
    }
    (void)pthread_mutex_unlock(&sender->lock);
    return NULL;
}

struct kafka_sender *kafka_sender_open(void)
{
    struct kafka_sender *sender = calloc(1, sizeof(*sender));
    pthread_condattr_t steady;

    if (!sender)
        return NULL;
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&sender->lock, NULL);
    (void)pthread_cond_init(&sender->changed, &steady);
    (void)pthread_condattr_destroy(&steady);
    if (pthread_create(&sender->thread, NULL, run, sender) == 0)
        return sender;
    (void)pthread_cond_destroy(&sender->changed);
    (void)pthread_mutex_destroy(&sender->lock);
    free(sender);
    return NULL;
}

bool kafka_sender_is_idle(struct kafka_sender *sender)
{
    (void)pthread_mutex_lock(&sender->lock);
    bool idle = sender->state == SENDER_IDLE;
    (void)pthread_mutex_unlock(&sender->lock);
    return idle;
}

void kafka_sender_call(struct kafka_sender *sender, rd_kafka_t *producer, rd_kafka_topic_partition_list_t *offsets,
                       struct log_generation *generation)
{
    (void)pthread_mutex_lock(&sender->lock);
    sender->producer = producer;
    sender->offsets = offsets;
    sender->generation = kafka_generation_share(generation);
    change(sender, SENDER_CALLED);
    (void)pthread_mutex_unlock(&sender->lock);
}

static struct timespec in_ms(int timeout_ms)
{
    int64_t at_us = kafka_now_us() + (int64_t)timeout_ms * 1000;

    return (struct timespec){.tv_sec = (time_t)(at_us / 1000000), .tv_nsec = (long)(at_us % 1000000 * 1000)};
}

bool kafka_sender_returned(struct kafka_sender *sender, int timeout_ms, rd_kafka_error_t **ret_error)
{
    const struct timespec until = in_ms(timeout_ms);
    int expired = 0;

    (void)pthread_mutex_lock(&sender->lock);
    while (sender->state == SENDER_CALLED && !expired)
        expired = pthread_cond_timedwait(&sender->changed, &sender->lock, &until);
    bool returned = sender->state == SENDER_RETURNED;
    if (returned) {
        *ret_error = sender->error;
        change(sender, SENDER_IDLE);
    }
    (void)pthread_mutex_unlock(&sender->lock);
    return returned;
}

bool kafka_sender_forget(struct kafka_sender *sender)
{
    rd_kafka_error_t *error = NULL;

    if (!sender || kafka_sender_is_idle(sender))
        return true;
    if (!kafka_sender_returned(sender, 0, &error))
        return false;
    if (error)
        rd_kafka_error_destroy(error);
    return true;
}

bool kafka_sender_close(struct kafka_sender *sender)
{
    if (!sender)
        return true;
    if (!kafka_sender_forget(sender))
        return false;
    (void)pthread_mutex_lock(&sender->lock);
    change(sender, SENDER_ENDS);
    (void)pthread_mutex_unlock(&sender->lock);
    (void)pthread_join(sender->thread, NULL);
    (void)pthread_cond_destroy(&sender->changed);
    (void)pthread_mutex_destroy(&sender->lock);
    free(sender);
    return true;
}
