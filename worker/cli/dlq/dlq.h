/* Dead letters for people: found, shown, sent again. Internal to dlq*.c and command_dlq*.c.
 *
 * A dead letter is named by a place: that of its input (order/3/118), as its Decision and its headers name it, or its
 * own (dead-letter/0/7). What is sent again carries the header osbill.replayed.from with the input's place. That is the
 * one memory of replays: written in the same record, it can be neither lost nor ahead of the replay. And if it were
 * overlooked: a replay keeps its event_id, so the second one is decided DUPLICATE (rules.md 7). */
#ifndef OSBILL_CLI_DLQ_H
#define OSBILL_CLI_DLQ_H

#include "worker/cli/cluster/context.h"
#include "worker/cli/cluster/record_place.h"

struct json_t; /* jansson's */

#define DLQ_REPLAYED_FROM "osbill.replayed.from"
#define DLQ_CHANGED       "osbill.replayed.changed"

/* Reads a command's argument. False: a message was printed. */
bool dlq_place_argument(const char *argument, const char *prefix, struct record_place *ret);

/* What keeps the input's own bytes and key from being decided when they come again. */
enum dlq_obstacle {
    DLQ_CLEAR,
    DLQ_NO_KEY,
    DLQ_WRONG_KEY, /* its key is not the account_id of the record */
    DLQ_FOREIGN    /* the headers do not say where it comes from: it is no worker's */
};

struct dlq_letter {
    struct record_place own, input;
    struct text code, message, at_text;
    int64_t at; /* ms; 0: the header is wrong */
    bool has_key, has_value;
    bool by_reference; /* larger than the topic takes: key and bytes are in the input alone */
    struct text key;
    uint32_t size; /* of the value */
    enum dlq_obstacle obstacle;
    struct record_place replay; /* the newest one */
    uint32_t replays;
    struct record_place replay_of; /* what its input is a replay of */
    bool chosen;                   /* to be sent again */
    struct dlq_letter *next;
};

struct dlq_filter {
    enum topic topic; /* TOPIC_COUNT: any */
    struct text code, account;
    int64_t from;                      /* ms */
    const struct record_place *places; /* only these; NULL: any */
    uint32_t place_count;
};

/* The filter as options; the command's struct begins with it. */
struct dlq_filter_options {
    const char *topic, *code, *account, *from;
};
enum { DLQ_FILTER_COUNT = 4 };
#define DLQ_FILTER_ROW(field, length, text)                                                                \
    {                                                                                                      \
        .name = #field, .type = OPTION_TEXT, .preset = "", .maximum = (length), .place = OPTION_FLAG_ONLY, \
        .offset = offsetof(struct dlq_filter_options, field), .help = (text)                               \
    }
#define DLQ_FILTER_OPTIONS                                                                              \
    DLQ_FILTER_ROW(topic, 255, "Only those of this input topic."),                                      \
        DLQ_FILTER_ROW(code, 64, "Only those with this code, such as account.currency-mismatch."),      \
        DLQ_FILTER_ROW(account, 128, "Only those of this account: by key, or by what can be decoded."), \
        DLQ_FILTER_ROW(from, 40, "Only those since this moment (2025-03-01, 2025-03-01T12:00Z, @MILLISECONDS).")

struct dlq {
    struct context context;
    struct memory scratch; /* of one record */
    struct dlq_letter *first, **last;
    struct dlq_letter **letters; /* in order of time, once read */
    uint32_t count;
};

/* False: a message was printed. The dlq must not move. Release in any case. */
bool dlq_open(struct dlq *dlq, const struct config *config);
void dlq_release(struct dlq *dlq);
/* EXIT_USAGE and a message: an option is wrong. */
enum exit_code dlq_filter_read(const struct dlq_filter_options *options, const char *prefix, struct dlq_filter *ret);

/* dlq_read.c: all dead letters that the filter takes, without their bytes. */
enum exit_code dlq_read(struct dlq *dlq, const struct dlq_filter *filter);
/* Hands over records of a topic until the callback says false, or the present end. Says what went wrong. */
enum exit_code dlq_visit(struct dlq *dlq, enum topic topic, struct kafka_range range,
                         bool (*take)(void *context, const struct kafka_record *record), void *context);
/* The one record at a place, its texts copied to the context's memory. EXIT_FOUND and a message: it is gone. */
enum exit_code dlq_fetch(struct dlq *dlq, const struct record_place *place, struct kafka_record *ret);
/* The letter with its own bytes and key, wherever they are. */
enum exit_code dlq_fetch_bytes(struct dlq *dlq, const struct dlq_letter *letter, struct kafka_record *ret);
/* The one dead letter that an argument names. */
enum exit_code dlq_find(struct dlq *dlq, const char *argument, struct dlq_letter **ret);
/* Decodes a value into scratch memory; NULL: it cannot be, *ret_problem says why. */
void *dlq_decode(struct dlq *dlq, enum topic topic, const struct kafka_record *record, const char **ret_problem);

/* dlq_replays.c: fills in replay, replays and replay_of from the inputs. */
enum exit_code dlq_find_replays(struct dlq *dlq);

/* dlq_advice.c */
enum dlq_remedy { DLQ_REPLAY, DLQ_CORRECT, DLQ_SEND_ANEW };
struct dlq_advice {
    const char *code;
    enum dlq_remedy remedy;
    const char *cause, *what_to_do; /* a sentence or two each */
};
/* Never NULL: there is a row for codes that this version does not know. */
const struct dlq_advice *dlq_advice(struct text code);
const char *dlq_remedy_name(enum dlq_remedy remedy);
/* What to do about this letter, its place in the commands, in arena memory. */
struct text dlq_what_to_do(const struct dlq_letter *letter, struct arena *arena);

/* dlq_plan.c: which of the letters are to be sent again. */
struct dlq_plan {
    bool all;   /* they were not named one by one */
    bool again; /* what was replayed, too */
    bool yes;   /* it is going to happen */
    uint32_t chosen, skipped, refused;
};
void dlq_choose(struct dlq *dlq, struct dlq_plan *plan);
void dlq_plan_print(const struct dlq *dlq, const struct dlq_plan *plan);

/* dlq_send.c: to one input topic. Sends, waits for the Decisions and prints them. */
struct dlq_sender;
enum exit_code dlq_sender_open(struct dlq *dlq, enum topic topic, uint32_t room, struct dlq_sender **ret);
void dlq_sender_close(struct dlq_sender *sender); /* accepts NULL */
/* `changed`: what is not as it was; NULL: nothing. At most `room` times. */
enum exit_code dlq_send(struct dlq_sender *sender, const struct dlq_letter *letter, const struct kafka_record *bytes,
                        const char *changed);
/* Also after a dlq_send that failed: what went before it was written. EXIT_FOUND: some became dead letters again. */
enum exit_code dlq_sender_finish(struct dlq_sender *sender, int64_t timeout_ms);

/* dlq_edit.c: a record in its JSON form. */
/* "field=value", "change.Price.amount_micros=1". False: a message was printed. */
bool dlq_edit(struct json_t *json, const char *assignment);
/* Calls `changed` for each value that is not as it was; a value that is not there is NULL. */
void dlq_changes(const struct json_t *before, const struct json_t *after,
                 void (*changed)(void *context, const char *path, const char *before, const char *after),
                 void *context);

/* dlq_present.c */
struct json_t *dlq_letter_json(const struct dlq_letter *letter);
/* Bytes as 16 in a line: offset, hexadecimal, printable ASCII. */
void dlq_print_hex(struct text bytes, uint32_t limit);

#endif
