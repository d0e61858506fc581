#include "worker/cli/cluster/visit.h"

#include "worker/cli/common/interrupt.h"
#include "worker/cli/common/print.h"

enum { SLICE_MS = 500, TRIES = 40 };

struct visit {
    bool (*take)(void *listener, const struct kafka_record *record);
    void *listener;
    struct progress *progress;
    uint64_t records;
    bool stopped;
};

static bool pass_on(void *context, const struct kafka_record *record)
{
    struct visit *visit = context;

    visit->records++;
    if (visit->progress)
        progress_set(visit->progress, visit->records);
    visit->stopped = !visit->take(visit->listener, record);
    return !visit->stopped && !interrupted();
}

static void hide(const struct visit *visit)
{
    if (visit->progress)
        progress_hide(visit->progress);
}

static enum exit_code read_on(struct visit *visit, struct kafka_reader *reader)
{
    bool done = false;
    int tries = 0;

    while (!done && !visit->stopped) {
        uint64_t before = visit->records;
        struct result result = kafka_reader_poll(reader, SLICE_MS, pass_on, visit, &done);
        tries = visit->records > before ? 0 : tries + 1;
        if (result.kind == RESULT_OK && tries == TRIES)
            result = (struct result){RESULT_RETRY, "no answer"};
        if (result.kind == RESULT_STOP || (!done && !visit->stopped && tries == TRIES)) {
            hide(visit);
            return context_failed("Kafka", result);
        }
        if (interrupted()) {
            hide(visit);
            say("interrupted");
            return EXIT_UNAVAILABLE;
        }
    }
    return EXIT_DONE;
}

enum exit_code topic_visit(struct context *context, enum topic topic, struct kafka_range range,
                           bool (*take)(void *listener, const struct kafka_record *record), void *listener,
                           struct progress *progress)
{
    struct visit visit = {.take = take, .listener = listener, .progress = progress};
    struct kafka_reader *reader = NULL;
    enum exit_code code = context_read(context, topic, range, &reader);

    if (code == EXIT_DONE)
        code = read_on(&visit, reader);
    hide(&visit);
    kafka_reader_close(reader);
    return code;
}
