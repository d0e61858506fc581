/* Reading one topic for `osbill explain`. */
#include "worker/cli/explain/explain_find.h"

#include "core/text.h"
#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/moment.h"
#include "worker/cli/common/print.h"

enum { SLICE_MS = 200, PROGRESS_MS = 3000 };

struct reading {
    enum topic topic;
    explain_take *take;
    void *context;
    bool enough;
    uint64_t count;
    int64_t timestamp;         /* of the last record */
    int64_t heard_at, told_at; /* ms */
};

static bool on_record(void *context, const struct kafka_record *record)
{
    struct reading *reading = context;

    reading->count++;
    reading->timestamp = record->timestamp;
    reading->enough = !reading->take(reading->context, record);
    return !reading->enough;
}

static void tell_progress(struct reading *reading, int64_t now)
{
    char moment[MOMENT_TEXT];

    if (now - reading->told_at < PROGRESS_MS)
        return;
    reading->told_at = now;
    say("reading %.*s: %llu records so far, up to %s", (int)topic_name(reading->topic).size,
        topic_name(reading->topic).data, (unsigned long long)reading->count,
        reading->timestamp > 0 ? moment_text(reading->timestamp, moment) : "-");
}

static enum exit_code go_on(struct reading *reading, struct result result, uint64_t before)
{
    int64_t now = moment_now();

    if (result.kind == RESULT_STOP)
        return context_failed("Kafka", result);
    if (interrupted()) {
        say("interrupted");
        return EXIT_UNAVAILABLE;
    }
    if (reading->count != before)
        reading->heard_at = now;
    if (now - reading->heard_at > CONTEXT_TIMEOUT_MS)
        return context_failed("Kafka", result.kind == RESULT_OK
                                           ? (struct result){RESULT_RETRY, "no records came, though there are some"}
                                           : result);
    tell_progress(reading, now);
    return EXIT_DONE;
}

bool explain_read(struct explaining *explaining, enum topic topic, struct kafka_range range, explain_take *take,
                  void *context)
{
    struct reading reading = {.topic = topic, .take = take, .context = context};
    struct kafka_reader *reader = NULL;
    bool done = false;

    explaining->code = context_read(&explaining->context, topic, range, &reader);
    reading.heard_at = reading.told_at = moment_now();
    while (!done && !reading.enough && explaining->code == EXIT_DONE) {
        uint64_t before = reading.count;
        struct result result = kafka_reader_poll(reader, SLICE_MS, on_record, &reading, &done);
        if (explaining->code == EXIT_DONE)
            explaining->code = go_on(&reading, result, before);
    }
    kafka_reader_close(reader);
    return explaining->code == EXIT_DONE;
}

bool explain_no_memory(struct explaining *explaining)
{
    say("out of memory");
    explaining->code = EXIT_BROKEN;
    return false;
}

/* What cannot be read as what it should be is not what was asked for; an outage ends it. */
static bool decode(struct explaining *explaining, const struct record_type *type, struct text value,
                   struct arena *arena, void *ret_record)
{
    struct codec_result result =
        codec_decode(explaining->context.codec, type, value.data, value.size, arena, ret_record);

    if (result.status != CODEC_OK && codec_status_action(result.status) != CODEC_DEAD_LETTER)
        explaining->code = context_codec_failed("explain", result);
    return result.status == CODEC_OK;
}

bool explain_look(struct explaining *explaining, const struct record_type *type, const struct kafka_record *record,
                  void *ret_record)
{
    memory_reset(&explaining->scratch);
    return record->has_value && decode(explaining, type, record->value, &explaining->scratch.arena, ret_record);
}

bool explain_keep(struct explaining *explaining, const struct record_type *type, const struct kafka_record *record,
                  void *ret_record)
{
    struct memory *memory = &explaining->context.memory;
    bool failed = false;
    struct text own = record->has_value ? memory_text(memory, record->value, &failed) : (struct text){NULL, 0};

    if (failed)
        return explain_no_memory(explaining);
    return own.data && decode(explaining, type, own, &memory->arena, ret_record);
}

struct place explain_place(enum topic topic, const struct kafka_record *record)
{
    return (struct place){topic, record->partition, record->offset};
}
