/* What a decision leaves behind: its outputs, in the order in which they are to be published (rules.md 8). */
#ifndef OSBILL_CORE_OUTCOME_H
#define OSBILL_CORE_OUTCOME_H

#include "core/arena.h"
#include "core/rules.h"
#include "records.h"

enum topic {
    TOPIC_TEMPLATE_DISCOVERED,
    TOPIC_CATALOGUE,
    TOPIC_ACCOUNT, /* the order in which a batch is decided: account, order, os-installed (rules.md 7) */
    TOPIC_ORDER,
    TOPIC_OS_INSTALLED,
    TOPIC_INPUTS, /* the ones above are inputs */
    TOPIC_CHARGE = TOPIC_INPUTS,
    TOPIC_NOTIFICATION,
    TOPIC_DECISION,
    TOPIC_ACCOUNT_STATE,
    TOPIC_CATALOGUE_STATE,
    TOPIC_DEAD_LETTER,
    TOPIC_COUNT
};

/* "os-installed": the topic's name without prefix. */
struct text topic_name(enum topic topic);
/* TOPIC_COUNT: no such topic. */
enum topic topic_find(struct text name);

/* One message of an input topic. Text and bytes are the log's and outlive the batch. */
struct input {
    enum topic topic;
    int32_t partition;
    int64_t offset;
    struct text key;   /* empty when the message has none */
    struct text value; /* its own bytes, for parking and dead letters */
    union {
        struct template_discovered template_discovered;
        struct catalogue_change catalogue_change;
        struct account_event account;
        struct order order;
        struct os_installed os_installed;
    } as;
};

struct dead_letter {
    enum topic topic; /* of the input */
    int32_t partition;
    int64_t offset;
    struct text key, value; /* the input's own */
    const char *code;       /* rule id or decode error: header osbill.error.code */
    struct text message;    /* header osbill.error.message */
};

/* Money that entered, left or was charged: what P's totals are made of (promise 2). */
enum move_kind { MOVE_DEPOSIT, MOVE_WITHDRAWAL, MOVE_CHARGE };
struct move {
    enum move_kind kind;
    struct text currency;
    int64_t amount_micros; /* a refund is a negative charge */
};

/* Grows in arena memory; items stay in order. */
#define OUTPUT_LIST(type)     \
    struct type##_list {      \
        struct type *items;   \
        uint32_t count, room; \
    }
OUTPUT_LIST(decision);
OUTPUT_LIST(charge);
OUTPUT_LIST(notification);
OUTPUT_LIST(dead_letter);
OUTPUT_LIST(move);

struct outcome {
    struct arena *arena;
    struct decision_list decisions; /* exactly one with origin INPUT for an input; TIMER and CATALOGUE ones before */
    struct charge_list charges;
    struct notification_list notifications;
    struct dead_letter_list dead_letters;
    struct move_list moves;
    bool out_of_memory;
    union {
        struct decision decision;
        struct charge charge;
        struct notification notification;
        struct dead_letter dead_letter;
        struct move move;
    } spare; /* written to when memory ran out */
};

void outcome_init(struct outcome *outcome, struct arena *arena);
/* Each adds a zeroed item at the end. On lack of memory out_of_memory is set and a scratch item returned, so that
 * callers need not check each one. */
struct decision *outcome_decision(struct outcome *outcome);
struct charge *outcome_charge(struct outcome *outcome);
struct notification *outcome_notification(struct outcome *outcome);
struct dead_letter *outcome_dead_letter(struct outcome *outcome);
struct move *outcome_move(struct outcome *outcome);

/* Everything after a mark can be taken back: an event that ends as a dead letter leaves no other output. */
struct outcome_mark {
    uint32_t decisions, charges, notifications, dead_letters, moves;
};
struct outcome_mark outcome_mark(const struct outcome *outcome);
void outcome_reset(struct outcome *outcome, struct outcome_mark mark);

enum decide_status {
    DECIDE_DONE,
    DECIDE_NEEDS_STATE, /* the overlay's wanted list names what to load; nothing was changed; decide again */
    DECIDE_NO_MEMORY,   /* the arena could not grow; nothing was changed */
};

#endif
