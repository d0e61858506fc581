/* Reading records for dlq_*.c: topics, single records, what they decode to. */
#include <string.h>

#include "core/text.h"
#include "worker/cli/cluster/visit.h"
#include "worker/cli/common/print.h"
#include "worker/cli/dlq/dlq.h"

struct visit {
    struct dlq *dlq;
    bool (*take)(void *context, const struct kafka_record *record);
    void *context;
};

static bool pass_on(void *context, const struct kafka_record *record)
{
    struct visit *visit = context;

    memory_reset(&visit->dlq->scratch);
    return visit->take(visit->context, record);
}

enum exit_code dlq_visit(struct dlq *dlq, enum topic topic, struct kafka_range range,
                         bool (*take)(void *context, const struct kafka_record *record), void *context)
{
    struct visit visit = {.dlq = dlq, .take = take, .context = context};
    struct progress progress;

    progress_begin(&progress, "records", 0, "reading %s", topic_name(topic).data);
    return topic_visit(&dlq->context, topic, range, pass_on, &visit, &progress);
}

/* --- one record --- */

struct fetching {
    struct dlq *dlq;
    const struct record_place *place;
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

enum exit_code dlq_fetch(struct dlq *dlq, const struct record_place *place, struct kafka_record *ret)
{
    struct fetching fetching = {.dlq = dlq, .place = place, .found = ret};
    char text[RECORD_PLACE_TEXT];
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
            record_place_text(place, text));
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
