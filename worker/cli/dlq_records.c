/* Reading records for dlq_*.c: topics, single records, what they decode to. */
#include <string.h>

#include "core/text.h"
#include "worker/cli/dlq.h"
#include "worker/cli/interrupt.h"
#include "worker/cli/print.h"

enum { SLICE_MS = 500, TRIES = 40 };

struct visit {
    struct dlq *dlq;
    bool (*take)(void *context, const struct kafka_record *record);
    void *context;
    uint64_t records;
    bool stopped;
};

static bool pass_on(void *context, const struct kafka_record *record)
{
    struct visit *visit = context;

    memory_reset(&visit->dlq->scratch);
    progress_set(&visit->dlq->progress, ++visit->records);
    visit->stopped = !visit->take(visit->context, record);
    return !visit->stopped && !interrupted();
}

static enum exit_code read_on(struct visit *visit, struct kafka_reader *reader)
{
    bool done = false;
    int tries = 0;

    while (!done && !visit->stopped) {
        uint64_t before = visit->records;
        struct result result = kafka_reader_poll(reader, SLICE_MS, pass_on, visit, &done);
        tries = visit->records > before ? 0 : tries + 1;
        if (result.kind == RESULT_STOP || (!done && !visit->stopped && tries == TRIES))
            return context_failed("Kafka",
                                  result.kind == RESULT_OK ? (struct result){RESULT_RETRY, "no answer"} : result);
        if (interrupted()) {
            say("interrupted");
            return EXIT_UNAVAILABLE;
        }
    }
    return EXIT_DONE;
}

enum exit_code dlq_visit(struct dlq *dlq, enum topic topic, struct kafka_range range,
                         bool (*take)(void *context, const struct kafka_record *record), void *context)
{
    struct visit visit = {.dlq = dlq, .take = take, .context = context};
    struct kafka_reader *reader = NULL;

    progress_begin(&dlq->progress, "records", 0, "reading %s", topic_name(topic).data);
    enum exit_code code = context_read(&dlq->context, topic, range, &reader);
    if (code == EXIT_DONE)
        code = read_on(&visit, reader);
    progress_hide(&dlq->progress);
    kafka_reader_close(reader);
    return code;
}

/* --- one record --- */

struct fetching {
    struct dlq *dlq;
    const struct dlq_place *place;
    struct kafka_record *found;
    bool failed;
};

static bool fetch(void *context, const struct kafka_record *record)
{
    struct fetching *fetching = context;
    struct memory *memory = &fetching->dlq->context.memory;
    struct log_header *headers;

    if (record->offset != fetching->place->offset)
        return false;
    headers = memory_zeroed(memory, record->header_count + 1, sizeof *headers);
    fetching->failed = !headers;
    *fetching->found = *record;
    fetching->found->key = memory_text(memory, record->key, &fetching->failed);
    fetching->found->value = memory_text(memory, record->value, &fetching->failed);
    fetching->found->headers = headers;
    for (uint32_t i = 0; headers && i < record->header_count; i++) {
        const char *name = record->headers[i].name;
        struct text own = memory_text(memory, (struct text){name, (uint32_t)strlen(name) + 1}, &fetching->failed);
        headers[i] = (struct log_header){own.data, memory_text(memory, record->headers[i].value, &fetching->failed)};
    }
    return false;
}

enum exit_code dlq_fetch(struct dlq *dlq, const struct dlq_place *place, struct kafka_record *ret)
{
    struct fetching fetching = {.dlq = dlq, .place = place, .found = ret};
    char text[DLQ_PLACE_TEXT];
    const struct kafka_range range = {
        .partition = place->partition, .start = KAFKA_FROM_OFFSET, .value = place->offset};

    *ret = (struct kafka_record){.offset = -1};
    enum exit_code code = dlq_visit(dlq, place->topic, range, fetch, &fetching);
    if (code == EXIT_DONE && fetching.failed) {
        say("out of memory");
        return EXIT_BROKEN;
    }
    if (code == EXIT_DONE && ret->offset < 0) {
        say("%s is not there: retention has deleted it, or nothing was committed at that offset",
            dlq_place_text(place, text));
        return EXIT_FOUND;
    }
    return code;
}

enum exit_code dlq_fetch_bytes(struct dlq *dlq, const struct dlq_letter *letter, struct kafka_record *ret)
{
    return dlq_fetch(dlq, letter->by_reference ? &letter->input : &letter->own, ret);
}

void *dlq_decode(struct dlq *dlq, enum topic topic, const struct kafka_record *record, const char **ret_problem)
{
    const struct record_type *type = topic < TOPIC_INPUTS ? topic_row(topic)->records[0] : NULL;
    void *decoded = type ? memory_zeroed(&dlq->scratch, 1, type->size) : NULL;

    *ret_problem = type ? "out of memory" : "the headers do not say which input it was";
    if (!decoded)
        return NULL;
    if (!record->has_value) {
        *ret_problem = "the message has no value";
        return NULL;
    }
    struct codec_result result =
        codec_decode(dlq->context.codec, type, record->value.data, record->value.size, &dlq->scratch.arena, decoded);
    *ret_problem = result.reason;
    return result.status == CODEC_OK ? decoded : NULL;
}

struct text dlq_header(const struct kafka_record *record, const char *name)
{
    for (uint32_t i = 0; i < record->header_count; i++)
        if (!strcmp(record->headers[i].name, name))
            return record->headers[i].value;
    return (struct text){NULL, 0};
}
