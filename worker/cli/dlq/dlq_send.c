/* Sends dead letters again to their input topic and says what became of them. */
#include <jansson.h>
#include <stdlib.h>

#include "worker/avro/json.h"
#include "worker/cli/cluster/publisher.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

struct sent {
    const struct dlq_letter *letter;
    struct record_place place; /* where it is now */
};

struct dlq_sender {
    struct dlq *dlq;
    struct publisher publisher;
    struct sent *sent; /* by the publisher's number */
    uint32_t room;
    bool dead_again;
};

static void on_written(void *context, uint64_t number, int32_t partition, int64_t offset, const char *problem)
{
    const struct dlq_sender *sender = context;
    struct sent *sent = &sender->sent[number];
    char input[RECORD_PLACE_TEXT];

    if (problem)
        say("%s was not sent again: %s", record_place_text(&sent->letter->input, input), problem);
    else
        sent->place = (struct record_place){sender->publisher.topic, partition, offset};
}

enum exit_code dlq_sender_open(struct dlq *dlq, enum topic topic, uint32_t room, struct dlq_sender **ret)
{
    struct dlq_sender *sender = calloc(1, sizeof *sender);
    struct sent *sent = calloc(room + 1U, sizeof *sent);

    *ret = sender;
    if (!sender || !sent) {
        free(sent);
        say("out of memory");
        return EXIT_BROKEN;
    }
    sender->dlq = dlq;
    sender->sent = sent;
    sender->room = room;
    enum exit_code code = publisher_open(&sender->publisher, &dlq->context, topic, true);
    sender->publisher.reported = on_written;
    sender->publisher.listener = sender;
    return code;
}

void dlq_sender_close(struct dlq_sender *sender)
{
    if (!sender)
        return;
    publisher_release(&sender->publisher);
    free(sender->sent);
    free(sender);
}

enum exit_code dlq_send(struct dlq_sender *sender, const struct dlq_letter *letter, const struct kafka_record *bytes,
                        const char *changed)
{
    char input[RECORD_PLACE_TEXT];
    struct text from = {record_place_text(&letter->input, input), 0};
    struct kafka_record message = *bytes;
    uint64_t number = sender->publisher.sent;

    if (number == sender->room)
        return EXIT_BROKEN;
    from.size = (uint32_t)strlen(input);
    const struct log_header headers[] = {{DLQ_REPLAYED_FROM, from},
                                         {DLQ_CHANGED, {changed, changed ? (uint32_t)strlen(changed) : 0}}};
    message.headers = headers;
    message.header_count = changed ? 2 : 1;
    sender->sent[number] = (struct sent){letter, {.topic = TOPIC_COUNT}};
    return publisher_send_bytes(&sender->publisher, &message);
}

/* --- what became of them --- */

static const struct sent *sent_to(const struct dlq_sender *sender, const struct caused_by *place)
{
    for (uint64_t i = 0; i < sender->publisher.sent; i++)
        if (sender->sent[i].place.partition == place->partition && sender->sent[i].place.offset == place->offset &&
            sender->sent[i].place.topic != TOPIC_COUNT)
            return &sender->sent[i];
    return NULL;
}

static void on_decision(void *context, const struct decision *decision)
{
    struct dlq_sender *sender = context;
    const struct sent *sent = sent_to(sender, &decision->caused_by);
    char from[RECORD_PLACE_TEXT], to[RECORD_PLACE_TEXT];

    sender->dead_again = sender->dead_again || decision->verdict == VERDICT_DEAD_LETTER;
    if (!sent)
        return;
    if (sender->dlq->context.config->json)
        put_json(json_pack("{s:o, s:o, s:o}", "input", record_place_json(&sent->letter->input), "replayed",
                           record_place_json(&sent->place), "decision", json_from_record(&decision_record, decision)));
    else
        put("%s -> %s: %s %.*s%s%.*s\n", record_place_text(&sent->letter->input, from),
            record_place_text(&sent->place, to), verdict_names[decision->verdict], (int)decision->rule.size,
            decision->rule.data, decision->reason.size ? ": " : "", (int)decision->reason.size,
            decision->reason.size ? decision->reason.data : "");
    (void)fflush(stdout);
}

enum exit_code dlq_sender_finish(struct dlq_sender *sender, int64_t timeout_ms)
{
    enum exit_code code = publisher_flush(&sender->publisher);
    enum exit_code waited = sender->publisher.written
                                ? decision_wait_run(sender->publisher.wait, timeout_ms, on_decision, sender)
                                : EXIT_DONE;

    if (code == EXIT_DONE)
        code = waited;
    return code == EXIT_DONE && sender->dead_again ? EXIT_FOUND : code;
}
