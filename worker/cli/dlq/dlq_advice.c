/* What each code means and what a person does about it. */
#include "core/text.h"
#include "worker/cli/dlq/dlq.h"

#define PRODUCER_AGAIN                                                                                                 \
    "These bytes cannot be read whenever they come, so a replay ends the same way. Whoever produced them has to send " \
    "the event again, encoded with the topic's schema."
#define BYTES(code, cause)                             \
    {                                                  \
        (code), DLQ_SEND_ANEW, (cause), PRODUCER_AGAIN \
    }

#define CONFLICT_ADVICE                                                                                                \
    "If it was a mistake of the producer, nothing is to be done: what was decided first stands. If it is an event of " \
    "its own, give it an id of its own: "

static const struct dlq_advice rows[] = {
    BYTES("empty-value", "The message has no value."),
    BYTES("magic-byte", "The value does not begin with the byte 0 and a schema id (Confluent wire format)."),
    BYTES("truncated", "The value ends before the record does."),
    BYTES("trailing-bytes", "The value goes on after the record has ended: usually another schema's id was written."),
    BYTES("bad-varint", "A number in the value has more bytes than its type."),
    BYTES("bad-length", "A length in the value is negative or leads beyond its end."),
    BYTES("bad-boolean", "A boolean in the value is neither 0 nor 1."),
    BYTES("bad-utf8", "A string in the value is not UTF-8."),
    BYTES("bad-enum", "An enum in the value has a number that its schema does not know."),
    BYTES("bad-union", "A union in the value has a branch that its schema does not know."),
    BYTES("too-deep", "The value is nested more deeply than any record of ours."),
    BYTES("too-many-items", "A list in the value is longer than allowed."),
    BYTES("unreadable", "The bytes cannot be decoded."),
    {"unknown-symbol", DLQ_REPLAY, "The record uses an enum symbol of a newer schema that this version does not know.",
     "Upgrade osbill, then replay it."},
    {"schema-unknown", DLQ_REPLAY, "The schema registry knows no schema with the id that the message names.",
     "If the registry lost it or the producer used another registry, restore the schema under that id and replay; else "
     "the producer has to send the event again."},
    {"schema-invalid", DLQ_SEND_ANEW, "The schema that the message names is not valid Avro.", PRODUCER_AGAIN},
    {"schema-incompatible", DLQ_SEND_ANEW, "The record cannot be read with this version's schema of the topic.",
     "Schemas may change only compatibly (FULL_TRANSITIVE; `osbill init` sets it). The producer has to send the event "
     "again with a compatible schema; if a newer osbill knows it, upgrade and replay."},
    {"too-large", DLQ_SEND_ANEW, "The message, or what it would change, is larger than the topics take.",
     "The producer has to send a smaller one. If max.message.bytes was raised meanwhile, replay it."},
    {"template.module-unknown", DLQ_REPLAY, "A scan names a processing module that the catalogue does not have.",
     "Add the module (`osbill catalogue apply`), then replay, or wait for its next scan."},
    {"scan.size", DLQ_SEND_ANEW, "scan_size is below 1, or not the size that the scan began with.",
     "The scanner has to send the whole scan again under a new scan_id."},
    {"scan.unknown", DLQ_CORRECT, "A ScanApproval names a scan that is not held.",
     "See which scan is held (`osbill watch notification`, SCAN_HELD) and approve that one."},
    {"catalogue.refused", DLQ_SEND_ANEW, "The change set was refused as a whole; the message says why.",
     "A refused change set stays refused. Correct the file and run `osbill catalogue apply` again, which uses a new "
     "id."},
    {"amount-overflow", DLQ_CORRECT, "An amount would exceed 64 bits of micro-units: nothing was changed.",
     "Correct the amount: `osbill dlq force ... amount_micros=MICROS`, or the price in the catalogue and replay."},
    {"account.bad-value", DLQ_CORRECT,
     "The amount is not allowed for this kind: deposits and withdrawals are above 0, "
     "credit limits not below.",
     "Correct it: `osbill dlq force ... amount_micros=MICROS`."},
    {"account.currency-mismatch", DLQ_CORRECT, "The event's currency is not the account's; an account has one.",
     "Correct it: `osbill dlq force ... currency=EUR amount_micros=MICROS`; the amount is not converted."},
    {"account.conflict", DLQ_CORRECT,
     "The event_id was decided before with other content, or the account is open in "
     "another currency.",
     CONFLICT_ADVICE "`osbill dlq force ... --new-id`."},
    {"order.conflict", DLQ_CORRECT,
     "The event_id, or order_id, kind and period_start, were decided with other content.",
     CONFLICT_ADVICE "`osbill dlq force ... --new-id order_id=ID`."},
    {"os.conflict", DLQ_CORRECT, "The event_id was decided before with other content.",
     CONFLICT_ADVICE "`osbill dlq force ... --new-id`."},
    {"parked.overflow", DLQ_REPLAY, "64 events of the account were waiting already for an account or VPS not known.",
     "Once account and VPS are known (`osbill account show`) replay it: it is decided at once. Before that it waits "
     "again, if there is room."},
    {"parked.expired", DLQ_REPLAY, "It waited 30 days for its account or VPS, which did not appear.",
     "If they are known by now (`osbill account show`) replay it: it is decided at once, with its own occurred_at. If "
     "not, a replay waits for another 30 days."},
    {"too-old", DLQ_CORRECT,
     "It occurred before the time up to which ids of the account were forgotten, so nobody can "
     "say whether it was decided before.",
     "Look whether it was (`osbill watch decision --once --account ID`). If not, make it a new event: `osbill dlq "
     "force "
     "... --new-id occurred_at=now`. A replay as it is ends the same way."},
    {"bad-value", DLQ_CORRECT, "A field is not what the contract allows; the message names it.",
     "Correct it: `osbill dlq force ... FIELD=VALUE`."},
    {"time-in-future", DLQ_REPLAY, "It claims to have happened later than the worker's clock allows.",
     "If that time has come by now, replay it. If the producer's clock was wrong, correct it: `osbill dlq force ... "
     "occurred_at=now`."},
    {"wrong-partition", DLQ_REPLAY, "The message was in a partition that is not its account's, or under another key.",
     "A replay puts it where its key belongs (murmur2); if the key is wrong or missing: `osbill dlq force ... --key "
     "ACCOUNT_ID`. Make the producer use the account_id as key and partitioner=murmur2_random."},
    {"undecidable", DLQ_REPLAY, "Even alone in a transaction it failed for good: a defect of osbill, or of its setup.",
     "Report it with what `osbill dlq show` says. Replay it once the cause is gone."},
    {"limit-exceeded", DLQ_REPLAY, "The account has as many open cases, or the change set as many parts, as it may.",
     "Settle or waive cases (`osbill case list --account ID`), then replay it."},
};
static const struct dlq_advice unknown = {"", DLQ_REPLAY, "This version of osbill does not know the code.",
                                          "The message says more; a newer version may, too."};

const struct dlq_advice *dlq_advice(struct text code)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (text_equal(code, (struct text){rows[i].code, (uint32_t)strlen(rows[i].code)}))
            return &rows[i];
    return &unknown;
}

const char *dlq_remedy_name(enum dlq_remedy remedy)
{
    static const char *const names[] = {
        [DLQ_REPLAY] = "replay", [DLQ_CORRECT] = "correct", [DLQ_SEND_ANEW] = "send anew"};

    return names[remedy];
}

struct text dlq_what_to_do(const struct dlq_letter *letter, struct arena *arena)
{
    const char *words = dlq_advice(letter->code)->what_to_do, *gap = strstr(words, "...");
    struct text all = {words, (uint32_t)strlen(words)};
    char place[RECORD_PLACE_TEXT];

    if (!gap)
        return all;
    const struct text before = {words, (uint32_t)(gap - words)}, after = {gap + 3, all.size - before.size - 3};
    (void)record_place_text(&letter->input, place);
    return TEXT_JOIN(arena, before, (struct text){place, (uint32_t)strlen(place)}, after);
}
